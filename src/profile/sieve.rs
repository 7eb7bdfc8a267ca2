//! What tells most ids that were never seen without looking through all that were.

use crate::id::Key;

/// Words of 64 bits.
const WORDS: usize = 256;
/// Ids after which it is made anew: by then one in ten that is new passes.
const FULL: u32 = 1_700;

/// A bit for each residue of an id: whoever was added passes, and few others do. (A Bloom filter with a single hash, the id being one.)
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    bits: [u64; WORDS],
    added: u32,
}

impl Default for Sieve {
    fn default() -> Sieve {
        Sieve { bits: [0; WORDS], added: 0 }
    }
}

fn place(id: Key) -> (usize, u64) {
    let bit = id.0 as usize % (WORDS * 64);
    (bit / 64, 1 << (bit % 64))
}

impl Sieve {
    pub(super) fn add(&mut self, id: Key) {
        let (word, bit) = place(id);
        self.bits[word] |= bit;
        self.added += 1;
    }

    pub(super) fn may_hold(&self, id: Key) -> bool {
        let (word, bit) = place(id);
        self.bits[word] & bit != 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.added >= FULL
    }
}
