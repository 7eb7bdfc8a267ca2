//! Ids: external strings, the stable 64-bit keys made of them, and a pack's row numbers.

use crate::text::concat;

/// A stable key for an external id: XXH64 with a seed for each kind of thing.
///
/// Everything that outlives a pack (portrait, snapshot, decisions) keys by it. Two of 100,000 ids collide with a
/// probability of about 3 in 10 billion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
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
        Key::of_product(id.as_bytes())
    }

    /// As [`Key::product`], of the bytes of an id.
    pub(crate) fn of_product(id: &[u8]) -> Key {
        Key(hash(1, id))
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

    /// Key of a channel, by its name in lower case.
    pub fn channel(name: &str) -> Key {
        Key(hash(7, name.as_bytes()))
    }

    /// Key of a product's tag.
    pub fn tag(name: &str) -> Key {
        Key(hash(8, name.as_bytes()))
    }

    /// Key of a shop's rule tag.
    pub fn rule(name: &str) -> Key {
        Key(hash(9, name.as_bytes()))
    }

    /// Key of an event without an id, from what it is.
    pub(crate) fn made(kind: u8, bytes: &[u8]) -> Key {
        Key(hash(6 + (u64::from(kind) << 8), bytes))
    }

    /// Key of a promotion that is shown, which events name where others name an order; of "" all of them together.
    pub fn promotion(id: &str) -> Key {
        Key::event(&concat(&["order:", id]))
    }

    /// Key of a host's event id.
    pub fn event(id: &str) -> Key {
        Key(hash(5, id.as_bytes()))
    }
}

const PRIME: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

/// XXH64 of `bytes`, in one go: doc/xxhash_spec.md of the reference implementation, "XXH64 Algorithm Description".
pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let round = |acc: u64, lane: &[u8; 8]| {
        let lane = u64::from_le_bytes(*lane).wrapping_mul(PRIME[1]);
        acc.wrapping_add(lane).rotate_left(31).wrapping_mul(PRIME[0])
    };
    let mut rest = bytes;
    let mut h = seed.wrapping_add(PRIME[4]);
    if bytes.len() >= 32 {
        let seeds = [PRIME[0].wrapping_add(PRIME[1]), PRIME[1], 0, PRIME[0].wrapping_neg()];
        let mut lanes = seeds.map(|s| seed.wrapping_add(s));
        while rest.len() >= 32 {
            for acc in &mut lanes {
                let Some((lane, after)) = rest.split_first_chunk() else { break };
                *acc = round(*acc, lane);
                rest = after;
            }
        }
        h = lanes.iter().zip([1, 7, 12, 18]).fold(0, |h, (acc, by)| h.wrapping_add(acc.rotate_left(by)));
        for acc in lanes {
            h = (h ^ round(0, &acc.to_le_bytes())).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]);
        }
    }
    h = h.wrapping_add(bytes.len() as u64);
    while let Some((lane, after)) = rest.split_first_chunk() {
        h = (h ^ round(0, lane)).rotate_left(27).wrapping_mul(PRIME[0]).wrapping_add(PRIME[3]);
        rest = after;
    }
    if let Some((lane, after)) = rest.split_first_chunk() {
        let lane = u64::from(u32::from_le_bytes(*lane)).wrapping_mul(PRIME[0]);
        h = (h ^ lane).rotate_left(23).wrapping_mul(PRIME[1]).wrapping_add(PRIME[2]);
        rest = after;
    }
    for b in rest {
        h = (h ^ u64::from(*b).wrapping_mul(PRIME[4])).rotate_left(11).wrapping_mul(PRIME[0]);
    }
    h = (h ^ (h >> 33)).wrapping_mul(PRIME[1]);
    h = (h ^ (h >> 29)).wrapping_mul(PRIME[2]);
    h ^ (h >> 32)
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
        let bytes: Vec<u8> = (0..300_u32).map(|i| ((i * i * 31) >> 3) as u8).collect();
        for seed in [0, 1, 4 + (27 << 8), u64::MAX] {
            for n in 0..bytes.len() {
                assert_eq!(hash(seed, &bytes[..n]), twox_hash::XxHash64::oneshot(seed, &bytes[..n]), "{n} bytes");
            }
        }
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
