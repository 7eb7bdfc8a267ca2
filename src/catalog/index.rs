//! From an id or a key to its place: one open-addressed table, built when a pack is opened.

use crate::id::Key;
use alloc::vec;
use alloc::vec::Vec;

const EMPTY: u32 = u32::MAX;

/// Maps keys to entry numbers. The caller verifies an entry, because a table holds numbers only.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    slots: Vec<u32>,
}

impl Index {
    /// Room for `n` entries at a load of at most one half.
    pub(super) fn with_room(n: usize) -> Index {
        Index { slots: vec![EMPTY; (n * 2).next_power_of_two().max(8)] }
    }

    /// The place of each key in a list; of two that are the same the first.
    pub(super) fn of(keys: &[Key]) -> Index {
        let mut index = Index::with_room(keys.len());
        for i in 0..keys.len() {
            index.add(keys, i);
        }
        index
    }

    /// Adds key `i` of a list whose first `i` it has, with room for more made where it lacks.
    #[inline(never)]
    pub(super) fn add(&mut self, keys: &[Key], i: usize) {
        if 2 * i >= self.slots.len() {
            // Twice as much as these take, so that a key is moved once or twice at most.
            *self = Index::of(keys.get(..=i).unwrap_or(&[]));
        } else if let Some(key) = keys.get(i) {
            self.insert(*key, i as u32, |other| keys.get(other as usize) == Some(key));
        }
    }

    /// The place of a key in the list.
    #[inline(never)]
    pub(super) fn place(&self, keys: &[Key], key: Key) -> Option<u32> {
        self.find(key, |i| keys.get(i as usize) == Some(&key))
    }

    fn start(&self, key: Key) -> usize {
        key.0 as usize & (self.slots.len() - 1)
    }

    /// Adds `entry` unless `is_same` finds one that stands for the same id; the first one wins. Answers which one it is.
    pub(super) fn insert(&mut self, key: Key, entry: u32, is_same: impl Fn(u32) -> bool) -> u32 {
        let mut at = self.start(key);
        loop {
            match self.slots[at] {
                EMPTY => {
                    self.slots[at] = entry;
                    return entry;
                }
                other if is_same(other) => return other,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The entry under `key` that `is_it` accepts.
    #[inline]
    pub(super) fn find(&self, key: Key, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let slots = self.slots.as_slice();
        let mut at = key.0 as usize;
        // Without slots no place is there.
        while let Some(entry) = slots.get(at & slots.len().wrapping_sub(1)).copied().filter(|e| *e != EMPTY) {
            if is_it(entry) {
                return Some(entry);
            }
            at = at.wrapping_add(1);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn keys_that_come_one_by_one_are_found_and_the_first_of_the_same_wins() {
        let keys: Vec<Key> = (0..3_000_u64).map(|i| Key((i % 2_900).wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
        let mut index = Index::default();
        for i in 0..keys.len() {
            assert_eq!(index.place(&keys, keys[i]), (i >= 2_900).then(|| i as u32 - 2_900));
            index.add(&keys, i);
            assert_eq!(index.place(&keys, keys[i]), Some(i as u32 % 2_900));
        }
        assert_eq!(index.place(&keys, Key(1)), None);
        assert!(
            index.slots.len() <= 8_192 && index.slots == Index::of(&keys).slots,
            "no more room than for all at once"
        );
    }

    #[test]
    fn colliding_keys_are_all_found() {
        let mut index = Index::with_room(100);
        // All keys start in the same slot.
        let key = |i: u32| Key(u64::from(i) << 32);
        for i in 0..100 {
            assert_eq!(index.insert(key(i), i, |_| false), i);
        }
        assert_eq!(index.insert(key(7), 200, |e| e == 7), 7);
        for i in 0..100 {
            assert_eq!(index.find(key(i), |e| e == i), Some(i));
        }
        assert_eq!(index.find(key(0), |e| e == 500), None);
        assert_eq!(Index::default().find(key(0), |_| true), None);
    }
}
