//! Published draws: what holds of every draw, and the command line.

mod command;
mod fair;

use nearshelf::draw::json::{Announcement, Given, Verdict, verify};
use nearshelf::draw::sheet::{self, Drawn};
use serde_json::{Value, json};

/// A walk of xorshift: the same draws at every run.
pub(crate) struct Walk(pub(crate) u64);

impl Walk {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    pub(crate) fn hash(&mut self) -> [u8; 32] {
        core::array::from_fn(|_| self.below(256) as u8)
    }
}

pub(crate) fn wish() -> Value {
    json!({ "shop": "harbour-lane", "id": "d", "kind": "lottery", "opens": 1000, "closes": 2000, "prizes": [{ "id": "a", "count": 2 }, { "id": "b", "count": 3 }] })
}

/// Entries: so many tickets of so many persons.
pub(crate) fn entries(walk: &mut Walk, tickets: u64, persons: u64) -> Value {
    (0..tickets)
        .map(|i| json!({ "person": format!("p{}", walk.below(persons)), "ticket": format!("ticket-number-{i}-{:016x}", walk.below(u64::MAX)) }))
        .collect()
}

/// What a shop does, from its wish to the result.
pub(crate) struct Held {
    pub(crate) a: Announcement,
    pub(crate) secret: Value,
    pub(crate) drawn: Drawn,
}

pub(crate) fn hold(walk: &mut Walk, wish: &Value, noted: &Value, beacon: &str) -> Held {
    let (announcement, secret) = sheet::announce(wish, walk.hash(), walk.hash()).expect("a wish");
    let a = Announcement::read(announcement.to_string().as_bytes()).expect("an announcement");
    let drawn = sheet::draw(&a, &secret, noted, beacon).expect("a draw");
    Held { a, secret, drawn }
}

pub(crate) fn check(a: &Announcement, result: &Value, list: Option<&str>) -> Result<Verdict, &'static str> {
    verify(a, &Given { result: result.to_string().as_bytes(), list, ..Given::default() })
}
