//! The merchant's portrait settings, as the pack carries them.

use crate::codec::{Malformed, Reader, Writer};
use crate::event::EventKind;
use crate::time::{DAY, MINUTE};
use alloc::vec::Vec;

/// Half-lives, event weights, the length of a pause that ends a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileConfig {
    /// Half-life of items, categories, brands and price bands, in milliseconds; at least a minute.
    pub half_life: [i64; 4],
    /// Weight of each event kind, by its number, in 1/256.
    pub weight: [u32; EventKind::ALL.len()],
    /// A pause longer than this ends a visit, in milliseconds.
    pub session_gap: i64,
    /// An event may arrive this long after a newer one, in milliseconds.
    pub lateness: i64,
}

impl Default for ProfileConfig {
    /// Neutral settings for a pack without any: a month, a step counts one.
    fn default() -> ProfileConfig {
        let weight = EventKind::ALL.map(|k| if k.is_step() { 256 } else { 0 });
        ProfileConfig { half_life: [30 * DAY; 4], weight, session_gap: 30 * MINUTE, lateness: 30 * MINUTE }
    }
}

const LARGEST_WEIGHT: u32 = 100 * 256;

impl ProfileConfig {
    /// The settings within their limits: half-lives of a minute to a hundred years, weights up to 100.
    pub fn bounded(mut self) -> ProfileConfig {
        self.half_life = self.half_life.map(|h| h.clamp(MINUTE, 36_525 * DAY));
        self.weight = self.weight.map(|w| w.min(LARGEST_WEIGHT));
        self.session_gap = self.session_gap.clamp(MINUTE, 30 * DAY);
        self.lateness = self.lateness.clamp(0, 30 * DAY);
        self
    }

    /// As the pack's record.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.half_life.iter().for_each(|h| w.i64(*h));
        w.count(self.weight.len());
        self.weight.iter().for_each(|x| w.u32(*x));
        w.i64(self.session_gap);
        w.i64(self.lateness);
        w.finish()
    }

    /// From the pack's record. Kinds the record does not know weigh nothing.
    ///
    /// # Errors
    ///
    /// When the record ends early.
    pub fn read(bytes: &[u8]) -> Result<ProfileConfig, Malformed> {
        let mut r = Reader::new(bytes);
        let mut config = ProfileConfig::default();
        for h in &mut config.half_life {
            *h = r.i64();
        }
        config.weight = [0; EventKind::ALL.len()];
        for i in 0..r.count(4) {
            let w = r.u32();
            if let Some(slot) = config.weight.get_mut(i) {
                *slot = w;
            }
        }
        config.session_gap = r.i64();
        config.lateness = r.i64();
        r.check()?;
        Ok(config.bounded())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn settings_survive_the_record_and_wild_ones_are_bounded() {
        let config = ProfileConfig { session_gap: 7 * MINUTE, ..ProfileConfig::default() };
        assert_eq!(ProfileConfig::read(&config.write()), Ok(config.clone()));
        let wild =
            ProfileConfig { half_life: [0, -1, i64::MAX, 1], weight: [u32::MAX; EventKind::ALL.len()], ..config };
        let read = ProfileConfig::read(&wild.write()).expect("a record");
        assert_eq!(read.half_life, [MINUTE, MINUTE, 36_525 * DAY, MINUTE]);
        assert_eq!(read.weight, [LARGEST_WEIGHT; EventKind::ALL.len()]);
        assert_eq!(ProfileConfig::read(&[1, 2]), Err(Malformed));
    }
}
