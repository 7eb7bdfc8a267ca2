//! The merchant's portrait settings, as the pack carries them.

use super::Dimension;
use crate::codec::{Malformed, Reader, Writer};
use crate::event::EventKind;
use crate::id::Key;
use crate::list::Gather;
use crate::time::{DAY, MINUTE, SECOND};
use alloc::string::String;
use alloc::vec::Vec;

/// Half-lives, event weights, the length of a pause that ends a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileConfig {
    /// Half-life of each [`Dimension`], in milliseconds; at least a minute.
    pub half_life: [i64; Dimension::COUNT],
    /// Weight of each event kind, by its number, in 1/256.
    pub weight: [u32; EventKind::ALL.len()],
    /// A pause longer than this ends a visit, in milliseconds.
    pub session_gap: i64,
    /// An event may arrive this long after a newer one, in milliseconds.
    pub lateness: i64,
    /// The same again within a slice of this length, without an id, is one event; in milliseconds, 0 for no such rule.
    pub repeat: i64,
    /// Most events of a kind within a minute.
    pub per_minute: u32,
    /// A channel lies on the way to an order for so long, in milliseconds.
    pub attribution: i64,
    /// The opinion that a complaint tells of its categories, from −100 to 100.
    pub complaint: i8,
    /// The opinion that a return tells.
    pub returned: i8,
    /// The shop's channels, in lower case.
    pub channels: Vec<String>,
    /// Weeks are counted for private reports: as the shopper allows, not as the pack says.
    pub weeks: bool,
}

impl Default for ProfileConfig {
    /// Neutral settings for a pack without any: a month, a step counts one.
    fn default() -> ProfileConfig {
        let weight = EventKind::ALL.map(|k| if k.is_step() { 256 } else { 0 });
        ProfileConfig {
            half_life: [30 * DAY; Dimension::COUNT],
            weight,
            session_gap: 30 * MINUTE,
            lateness: 30 * MINUTE,
            repeat: 2 * SECOND,
            per_minute: 600,
            attribution: 30 * DAY,
            complaint: -100,
            returned: -50,
            channels: Vec::new(),
            weeks: false,
        }
    }
}

/// Channels of a shop.
pub const MOST_CHANNELS: usize = 64;
const LARGEST_WEIGHT: u32 = 100 * 256;

impl ProfileConfig {
    /// The settings within their limits: half-lives of a minute to a hundred years, weights up to 100.
    pub fn bounded(mut self) -> ProfileConfig {
        self.half_life = self.half_life.map(|h| h.clamp(MINUTE, 36_525 * DAY));
        self.weight = self.weight.map(|w| w.min(LARGEST_WEIGHT));
        self.session_gap = self.session_gap.clamp(MINUTE, 30 * DAY);
        self.lateness = self.lateness.clamp(0, 30 * DAY);
        self.repeat = self.repeat.clamp(0, MINUTE);
        self.attribution = self.attribution.clamp(0, 3_660 * DAY);
        self.complaint = self.complaint.clamp(-100, 100);
        self.returned = self.returned.clamp(-100, 100);
        self.channels.truncate(MOST_CHANNELS);
        self
    }

    /// The key of a channel by the host's word, in any case; `None` for one that is not listed.
    pub fn channel(&self, word: &str) -> Option<Key> {
        self.channels.iter().find(|c| c.eq_ignore_ascii_case(word)).map(|c| Key::channel(c))
    }

    /// As the pack's record.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.half_life[..4].iter().for_each(|h| w.i64(*h));
        w.count(self.weight.len());
        self.weight.iter().for_each(|x| w.u32(*x));
        w.i64(self.session_gap);
        w.i64(self.lateness);
        self.half_life[4..].iter().for_each(|h| w.i64(*h));
        w.i64(self.repeat);
        w.u32(self.per_minute);
        w.i64(self.attribution);
        w.u8(self.complaint as u8);
        w.u8(self.returned as u8);
        w.count(self.channels.len());
        self.channels.iter().for_each(|c| w.str(c));
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
        for h in &mut config.half_life[..4] {
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
        // Records of before there were more dimensions end here.
        if r.left() > 0 {
            for h in &mut config.half_life[4..] {
                *h = r.i64();
            }
            (config.repeat, config.per_minute, config.attribution) = (r.i64(), r.u32(), r.i64());
            (config.complaint, config.returned) = (r.u8() as i8, r.u8() as i8);
            config.channels = (0..r.count(4)).map(|_| String::from(r.str())).gather();
        }
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
        let channels = vec!["search".into(), "social".into()];
        let mut config = ProfileConfig { session_gap: 7 * MINUTE, repeat: 0, channels, ..ProfileConfig::default() };
        config.half_life[9] = 77 * DAY;
        assert_eq!(ProfileConfig::read(&config.write()), Ok(config.clone()));
        let wild = ProfileConfig {
            half_life: [0, -1, i64::MAX, 1, 0, 0, 0, 0, 0, 0, 0],
            complaint: -128,
            weight: [u32::MAX; EventKind::ALL.len()],
            ..config
        };
        let read = ProfileConfig::read(&wild.write()).expect("a record");
        assert_eq!(read.half_life[..4], [MINUTE, MINUTE, 36_525 * DAY, MINUTE]);
        assert_eq!(read.complaint, -100);
        assert_eq!((read.channel("Social"), read.channel("tv")), (Some(Key::channel("social")), None));
        assert_eq!(read.weight, [LARGEST_WEIGHT; EventKind::ALL.len()]);
        assert_eq!(ProfileConfig::read(&[1, 2]), Err(Malformed));
    }
}
