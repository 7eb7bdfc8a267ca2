//! Whether a result follows from what was announced, and what a ticket got.

use super::hash::{Hash, commitment_of, instant_key, key, ticket_of};
use super::places::{Places, Wins};
use super::stream::Stream;
use super::tree::{leaf, proves, root};
use super::{Entry, MILLION, Outcome, Terms};
use crate::list::Gather;
use alloc::vec::Vec;

/// Why a result does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// The seed is not the one that was committed to.
    Commitment = 1,
    /// Public randomness was announced and is not there, or the other way round.
    BeaconMissing = 2,
    /// The list is not in order, not within the limits, or not the one that was signed.
    List = 3,
    /// Places, prizes or passes are not those that follow.
    Drawn = 4,
    /// The sums are not those of the ballots.
    Votes = 5,
    /// The receipt does not prove the ticket.
    Receipt = 6,
}

impl Why {
    /// As it is told.
    pub fn code(self) -> &'static str {
        ["commitment", "beacon_missing", "list", "drawn", "votes", "receipt"][self as usize - 1]
    }
}

/// What a ticket got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// There is no ticket.
    NoTicket,
    /// It is not among the entries, as far as is shown.
    NotInList,
    /// Nothing.
    NotWon,
    /// This prize, by its place in the announcement.
    Won(u8),
}

/// One's own ticket.
#[derive(Debug, Clone)]
pub struct Own<'a> {
    /// Its text.
    pub ticket: &'a str,
    /// What the shop's server handed out for it.
    pub receipt: Option<Receipt>,
}

/// Where a ticket stands, and the path that proves it.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// The place.
    pub at: u32,
    /// Whose it is.
    pub person: Hash,
    /// What it was given with.
    pub choice: u16,
    /// From the leaf upwards.
    pub path: Vec<Hash>,
}

/// Reckons a result anew. `list` is all entries, where they are published.
///
/// # Errors
///
/// The first thing that is not as it has to be.
pub fn check(t: &Terms, o: &Outcome<'_>, list: Option<&[Entry]>, own: Option<&Own<'_>>) -> Result<Got, Why> {
    sure(commitment_of(&o.seed) == t.commitment, Why::Commitment)?;
    sure(t.beacon != o.beacon.is_empty(), Why::BeaconMissing)?;
    if let Some(list) = list {
        sure(ordered(t, list) && list.len() == o.count as usize, Why::List)?;
        sure(root(list.iter().map(leaf).gather()) == o.root, Why::List)?;
    }
    sure(follows(t, o, list), Why::Drawn)?;
    sure(counted(t, o, list), Why::Votes)?;
    match own {
        None => Ok(Got::NoTicket),
        Some(own) => mine(o, list, own),
    }
}

/// Which of the prizes a ticket of an `instant` draw got; `None`: none of them.
///
/// # Errors
///
/// `Commitment`.
pub fn instant(t: &Terms, seed: &Hash, ticket: &str) -> Result<Option<u8>, Why> {
    sure(commitment_of(seed) == t.commitment, Why::Commitment)?;
    let mut drawn = Stream::new(instant_key(&t.announcement, seed, &ticket_of(ticket))).below(MILLION);
    for (i, odds) in t.prizes.iter().enumerate() {
        if drawn < *odds {
            return Ok(Some(i as u8));
        }
        drawn -= odds;
    }
    Ok(None)
}

fn sure(holds: bool, why: Why) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(why) }
}

/// Sorted, each ticket once, nobody too often, and a choice exactly where there is one to make.
fn ordered(t: &Terms, list: &[Entry]) -> bool {
    let mut tickets: Vec<Hash> = list.iter().map(|e| e.ticket).gather();
    crate::order::Arrange::arrange_by(tickets.as_mut_slice(), |a, b| a.cmp(b));
    let limit = t.entries_per_person as usize;
    list.windows(2).all(|two| (two[0].person, two[0].ticket) < (two[1].person, two[1].ticket))
        && tickets.windows(2).all(|two| two[0] != two[1])
        && (limit == 0
            || list.windows(limit.saturating_add(1)).all(|w| w.first().map(|e| e.person) != w.last().map(|e| e.person)))
        && list.iter().all(|e| chosen(t, e.choice))
}

fn chosen(t: &Terms, choice: u16) -> bool {
    choice <= t.options && (choice > 0) == (t.options > 0)
}

fn follows(t: &Terms, o: &Outcome<'_>, list: Option<&[Entry]>) -> bool {
    let mut places = Places::new(key(&t.announcement, &o.seed, &o.root, o.count, o.beacon), o.count);
    let mut wins = Wins::new(t.wins_per_person);
    let mut prizes = prizes(t);
    let mut next = prizes.next();
    for line in &o.drawn {
        let stands = list.is_none_or(|list| list.get(line.at as usize) == Some(&line.entry));
        if next.is_none() || places.next() != Some(line.at) || !stands || !chosen(t, line.entry.choice) {
            return false;
        }
        let given = if wins.take(&line.entry.person) { next } else { None };
        if line.prize != given {
            return false;
        }
        if given.is_some() {
            next = prizes.next();
        }
    }
    next.is_none() || o.drawn.len() == o.count as usize
}

/// The prizes, one by one.
pub(super) fn prizes(t: &Terms) -> impl Iterator<Item = u8> {
    t.prizes.iter().enumerate().flat_map(|(i, count)| (0..*count).map(move |_| i as u8))
}

fn counted(t: &Terms, o: &Outcome<'_>, list: Option<&[Entry]>) -> bool {
    let sum: u64 = o.votes.iter().map(|v| u64::from(*v)).sum();
    if t.options == 0 {
        return o.votes.is_empty();
    }
    let of = |option: usize, list: &[Entry]| list.iter().filter(|e| usize::from(e.choice) == option + 1).count();
    o.votes.len() == usize::from(t.options)
        && sum == u64::from(o.count)
        && list.is_none_or(|list| o.votes.iter().enumerate().all(|(i, v)| of(i, list) == *v as usize))
}

fn mine(o: &Outcome<'_>, list: Option<&[Entry]>, own: &Own<'_>) -> Result<Got, Why> {
    let ticket = ticket_of(own.ticket);
    let listed = list.and_then(|list| list.iter().position(|e| e.ticket == ticket));
    let (at, entry) = match (&own.receipt, listed) {
        (Some(r), _) => {
            let entry = Entry { person: r.person, ticket, choice: r.choice };
            sure(proves(leaf(&entry), r.at, o.count, &r.path, &o.root), Why::Receipt)?;
            (r.at, entry)
        }
        (None, Some(at)) => (at as u32, list.and_then(|list| list.get(at)).copied().unwrap_or_default()),
        (None, None) => return Ok(Got::NotInList),
    };
    let Some(line) = o.drawn.iter().find(|line| line.at == at) else {
        // Nobody else may have won with it either.
        sure(o.drawn.iter().all(|line| line.entry.ticket != ticket), Why::Receipt)?;
        return Ok(Got::NotWon);
    };
    sure(line.entry == entry, Why::Receipt)?;
    Ok(line.prize.map_or(Got::NotWon, Got::Won))
}
