//! Published draws: what was announced, drawn and counted is reckoned anew. `manual/draws.md` is its description. Knows no clock, no portrait and no storage.

mod check;
mod hash;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod json;
#[cfg(any(feature = "cli", feature = "lint"))]
mod make;
mod places;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod sheet;
mod stream;
mod tree;
pub mod wire;

pub use check::{Got, Own, Receipt, Why, check, instant};
pub use hash::{Hash, answer_of, commitment_of, hash, person_of, ticket_of};
#[cfg(any(feature = "cli", feature = "lint"))]
pub use make::{MOST_LINES, list, outcome};
pub use tree::{proves, root};

use alloc::vec::Vec;

/// Of instant prizes: odds are so many of this.
pub const MILLION: u32 = 1_000_000;

/// What an announcement promises, as far as it can be reckoned.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Hash of the announcement's bytes.
    pub announcement: Hash,
    /// Of the seed.
    pub commitment: Hash,
    /// Public randomness is mixed in.
    pub beacon: bool,
    /// How often each prize is given; of `instant` the odds, in millionths.
    pub prizes: Vec<u32>,
    /// Entries of one person; 0: any number.
    pub entries_per_person: u32,
    /// Prizes of one person; 0: any number.
    pub wins_per_person: u32,
    /// Options of a vote; 0: it is none.
    pub options: u16,
}

/// One entry, as it is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Whose it is, hashed with a secret.
    pub person: Hash,
    /// The ticket, hashed.
    pub ticket: Hash,
    /// The option of a vote, from 1; 0: none.
    pub choice: u16,
}

/// One place that was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where in the list.
    pub at: u32,
    /// What stands there.
    pub entry: Entry,
    /// Which of the prizes; `None`: passed over.
    pub prize: Option<u8>,
}

/// What a result says.
#[derive(Debug, Clone, Default)]
pub struct Outcome<'a> {
    /// The seed, revealed.
    pub seed: Hash,
    /// What the public randomness said.
    pub beacon: &'a str,
    /// Entries.
    pub count: u32,
    /// Root of their tree.
    pub root: Hash,
    /// The places, in the order in which they were drawn.
    pub drawn: Vec<Line>,
    /// By option.
    pub votes: Vec<u32>,
}
