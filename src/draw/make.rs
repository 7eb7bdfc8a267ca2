//! The shop's side: the list out of what its server noted, and the draw.

use super::check::prizes;
use super::hash::{Hash, key, person_of, ticket_of};
use super::places::{Places, Wins};
use super::tree::{leaf, root};
use super::{Entry, Line, Outcome, Terms};
use alloc::vec::Vec;

/// Places of one draw: more would make a result that no device wants to load.
pub const MOST_LINES: usize = 20_000;

/// The published list, in its order. An entry is person, ticket, choice.
pub fn list<'a>(salt: &Hash, noted: impl Iterator<Item = (&'a str, &'a str, u16)>) -> Vec<Entry> {
    let mut list: Vec<Entry> = noted
        .map(|(person, ticket, choice)| Entry { person: person_of(salt, person), ticket: ticket_of(ticket), choice })
        .collect();
    list.sort_unstable();
    list
}

/// Draws. `None` where it takes more than [`MOST_LINES`] places, since too many persons had to be passed over.
pub fn outcome<'a>(t: &Terms, seed: Hash, beacon: &'a str, list: &[Entry]) -> Option<Outcome<'a>> {
    let root = root(list.iter().map(leaf).collect());
    let count = list.len() as u32;
    let mut places = Places::new(key(&t.announcement, &seed, &root, count, beacon), count);
    let mut wins = Wins::new(t.wins_per_person);
    let mut drawn = Vec::new();
    'prizes: for prize in prizes(t) {
        loop {
            let Some((at, entry)) = places.next().and_then(|at| Some((at, *list.get(at as usize)?))) else {
                break 'prizes;
            };
            if drawn.len() == MOST_LINES {
                return None;
            }
            let won = wins.take(&entry.person);
            drawn.push(Line { at, entry, prize: won.then_some(prize) });
            if won {
                break;
            }
        }
    }
    let of = |option: u16| list.iter().filter(|e| e.choice == option).count() as u32;
    Some(Outcome { seed, beacon, count, root, drawn, votes: (1..=t.options).map(of).collect() })
}
