//! Ids: external strings, the stable 64-bit keys made of them, and a pack's row numbers.

use core::hash::Hasher;
use twox_hash::XxHash64;

/// A stable key for an external id: XXH64 with a seed for each kind of thing.
///
/// Everything that outlives a pack (portrait, snapshot, decisions) keys by it. Two of 100,000 ids collide with a
/// probability of about 3 in 10 billion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u64);

impl Key {
    /// Key of a product id.
    ///
    /// ```
    /// use nearshelf::id::Key;
    /// assert_ne!(Key::product("10080"), Key::brand("10080"));
    /// assert_eq!(Key::product("10080"), Key::product("10080"));
    /// ```
    pub fn product(id: &str) -> Key {
        Key(hash(1, id.as_bytes()))
    }

    /// Key of a category path in the pack's first language.
    pub fn category(path: &str) -> Key {
        Key(hash(2, path.as_bytes()))
    }

    /// Key of a brand.
    pub fn brand(name: &str) -> Key {
        Key(hash(3, name.as_bytes()))
    }

    /// Key of a price band: currency and half-octave.
    pub fn price_band(currency: &str, band: u32) -> Key {
        Key(hash(4 + (u64::from(band) << 8), currency.as_bytes()))
    }

    /// Key of an event without an id, from what it is.
    pub(crate) fn made(kind: u8, bytes: &[u8]) -> Key {
        Key(hash(6 + (u64::from(kind) << 8), bytes))
    }

    /// Key of a host's event id.
    pub fn event(id: &str) -> Key {
        Key(hash(5, id.as_bytes()))
    }
}

/// XXH64 of `bytes`.
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut h = XxHash64::with_seed(seed);
    h.write(bytes);
    h.finish()
}

/// A product's row in one pack: its place in the published order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(pub u32);

impl Row {
    /// The row as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_hash_is_the_published_xxh64() {
        // Vectors of the XXH64 specification: the empty input, and "abc" (xxhsum -H64).
        assert_eq!(hash(0, b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(hash(0, b"abc"), 0x44BC_2CF5_AD77_0999);
    }

    #[test]
    fn kinds_do_not_share_keys() {
        let keys = [Key::product("a"), Key::category("a"), Key::brand("a"), Key::event("a"), Key::price_band("a", 0)];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a != b));
        }
        assert_ne!(Key::price_band("CNY", 7), Key::price_band("CNY", 8));
    }
}
