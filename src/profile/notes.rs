//! What was concluded of the shopper at a time and holds for a while: rule tags, and the stage that was told last.

use super::portrait::Portrait;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::Millis;

/// Conclusions remembered.
pub(super) const NOTES: usize = 128;

/// Stages there may be.
const STAGES: u64 = 8;

/// A conclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Note {
    /// What it is called.
    pub key: Key,
    /// When it was drawn first, without a break.
    pub since: Millis,
    /// Until when it holds.
    pub until: Millis,
}

impl Portrait {
    /// Notes that a conclusion holds until a time. One that still holds keeps its beginning; one that has run out begins anew. At most 128 are kept; those that
    /// run out first go first.
    pub fn note(&mut self, _: &Personalize, key: Key, now: Millis, until: Millis) {
        match self.notes.binary_search_by_key(&key, |n| n.key) {
            Ok(i) => {
                let n = &mut self.notes[i];
                if n.until < now {
                    n.since = now;
                }
                n.until = until;
            }
            Err(i) => self.notes.insert(i, Note { key, since: now, until }),
        }
        super::history::evict(&mut self.notes, NOTES, |n| (n.until, n.key));
    }

    /// A conclusion no longer holds.
    pub fn unnote(&mut self, _: &Personalize, key: Key) {
        self.notes.retain(|n| n.key != key);
    }

    /// The conclusion with this key, where it holds.
    pub fn noted(&self, _: &Personalize, key: Key, now: Millis) -> Option<Note> {
        let i = self.notes.binary_search_by_key(&key, |n| n.key).ok()?;
        self.notes.get(i).copied().filter(|n| n.until >= now)
    }

    /// The stage that was told last, by its number, and when: a note under that number, which no name's key is.
    pub fn told(&self, _: &Personalize) -> Option<(Millis, u8)> {
        self.notes.first().filter(|n| n.key.0 < STAGES).map(|n| (n.since, n.key.0 as u8))
    }

    /// A stage is told, in place of the one before.
    pub fn tell(&mut self, allowed: &Personalize, at: Millis, stage: u8) {
        if self.told(allowed).is_some() {
            self.notes.remove(0);
        }
        self.note(allowed, Key(u64::from(stage) % STAGES), at, Millis(i64::MAX));
    }
}
