//! Exploration: now and then a place shows another of its best candidates, with a probability that is known exactly.

use crate::codec::Reader;
use crate::id::{Row, hash};
#[cfg(feature = "cli")]
use alloc::string::String;
use alloc::vec::Vec;

/// Certainty, in the unit of propensities: millionths.
pub const CERTAIN: u32 = 1_000_000;
/// The largest share of a place's showings that explore. A pack that asks for more explores this much.
pub const MOST_SHARE: u32 = 200_000;
/// The largest pool.
pub const MOST_POOL: u32 = 100;

/// How the places of a slot explore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exploration {
    /// Share of showings that draw from the pool instead of taking the best, in millionths, up to [`MOST_SHARE`]; 0 for none.
    pub share: u32,
    /// Candidates drawn from, the best one among them, up to [`MOST_POOL`].
    pub pool: u32,
    /// The first place that explores, counted from 0.
    pub from: u32,
}

/// A pack's exploration, as its record: each slot's own, the one named "" for all others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explorations(Vec<u8>);

impl Explorations {
    /// Those of a pack's record; one that cannot be read explores nothing.
    pub fn read(bytes: &[u8]) -> Explorations {
        Explorations(bytes.to_vec())
    }

    /// Those of these slots.
    #[cfg(feature = "cli")]
    pub fn new(slots: &[(String, Exploration)]) -> Explorations {
        let mut w = crate::codec::Writer::new();
        w.count(slots.len());
        for (slot, e) in slots {
            w.str(slot);
            [e.share, e.pool, e.from].into_iter().for_each(|x| w.u32(x));
        }
        Explorations(w.finish())
    }

    /// As the pack's record.
    #[cfg(feature = "cli")]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What holds for a slot, if it explores.
    pub fn of(&self, slot: &str) -> Option<Exploration> {
        let mut r = Reader::new(&self.0);
        let (mut found, mut own) = (Exploration::default(), false);
        for _ in 0..r.count(16) {
            let name = r.str();
            let (share, pool) = (r.u32().min(MOST_SHARE), r.u32().min(MOST_POOL));
            let e = Exploration { share, pool, from: r.u32() };
            if name == slot || name.is_empty() && !own {
                (found, own) = (e, name == slot);
            }
        }
        (r.check().is_ok() && found.share > 0 && found.pool > 1).then_some(found)
    }
}

/// Draws for the places of one shelf.
///
/// # Example: what a place can show is certain to add up
///
/// ```
/// use nearshelf::rank::{Draws, Exploration};
/// let draws = Draws::new(Exploration { share: 50_000, pool: 7, from: 1 }, 42.0, "home");
/// assert_eq!(draws.at(0, 7), (0, 1_000_000)); // place 0 does not explore
/// let all: u32 = (0..7).map(|i| draws.propensity(i, 7)).sum();
/// assert_eq!(all, 1_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draws {
    policy: Exploration,
    seed: u64,
}

impl Draws {
    /// Draws of a seed. The same seed draws the same for the same slot, portrait and place.
    pub fn new(policy: Exploration, seed: f64, slot: &str) -> Draws {
        Draws { policy, seed: hash(seed.to_bits(), slot.as_bytes()) }
    }

    /// The draws while the portrait holds so many events: what is asked again in between is drawn alike, so that a shelf that is
    /// painted twice does not move.
    pub(super) fn after(self, events: u32) -> Draws {
        Draws { seed: hash(self.seed, &events.to_le_bytes()), ..self }
    }

    /// Candidates that a place draws from.
    pub(super) fn pool(&self, place: u32) -> usize {
        if place < self.policy.from { 1 } else { self.policy.pool as usize }
    }

    /// How likely the `i`-th best of `n` candidates is to be shown, in millionths. The best takes what the division leaves over, so
    /// that all of them add up to certainty.
    pub fn propensity(&self, i: usize, n: usize) -> u32 {
        let each = self.policy.share / (n as u32).max(1);
        if i == 0 { CERTAIN - each * (n as u32 - 1) } else { each }
    }

    /// Which of the `n` best candidates `place` shows, and how likely that was. `n` is at least 1.
    pub fn at(&self, place: u32, n: usize) -> (usize, u32) {
        let n = n.min(self.pool(place));
        // 44 bits times a million fit 64, and leave each outcome its share up to 2^-24 of a millionth.
        let drawn = ((hash(self.seed, &place.to_le_bytes()) >> 20) * u64::from(CERTAIN)) >> 44;
        let each = self.propensity(1, n);
        let i = if drawn < u64::from(each) * (n as u64 - 1) { 1 + drawn as usize / each as usize } else { 0 };
        (i, self.propensity(i, n))
    }
}

/// How a place came to show what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// How likely that was, after what stands before it, in millionths; 0 for a pinned place, which is no draw.
    pub propensity: u32,
    /// What would stand there without exploration, after what stands before it.
    pub best: Row,
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_place_shows_each_candidate_as_often_as_its_propensity_says() {
        // Pearson's statistic over 200,000 seeds; the bound is the 99.9 % quantile of chi-square for n - 1 degrees of freedom.
        for (share, n, bound) in [(50_000, 2, 10.83), (100_000, 5, 18.47), (200_000, 10, 27.88)] {
            let policy = Exploration { share, pool: n as u32, from: 3 };
            let mut seen = [0_u32; 10];
            let seeds = 200_000;
            for seed in 0..seeds {
                let (i, propensity) =
                    Draws::new(policy, f64::from(seed), "home").after(seed / 1000).at(3 + seed % 5, n);
                seen[i] += 1;
                assert_eq!(propensity, Draws::new(policy, 0.0, "").propensity(i, n));
            }
            let statistic: f64 = (0..n)
                .map(|i| {
                    let expected = f64::from(seeds) * f64::from(Draws::new(policy, 0.0, "").propensity(i, n)) / 1e6;
                    let off = f64::from(seen[i]) - expected;
                    off * off / expected
                })
                .sum();
            assert!(statistic < bound, "share {share}, {n} candidates: {statistic} of {seen:?}");
        }
    }

    #[test]
    fn draws_of_neighbouring_places_and_portraits_do_not_hang_together() {
        let policy = Exploration { share: 200_000, pool: 2, from: 0 };
        let is = |seed: u32, events, place| Draws::new(policy, f64::from(seed), "s").after(events).at(place, 2).0 == 1;
        let n = 100_000_u32;
        let both = |other: &dyn Fn(u32) -> bool| (0..n).filter(|s| is(*s, 1, 1) && other(*s)).count() as f64;
        // Each is explored with probability 0.1, so both with 0.01: 1000, give or take five deviations.
        for (what, count) in [
            ("place", both(&|s| is(s, 1, 2))),
            ("portrait", both(&|s| is(s, 2, 1))),
            ("seed", both(&|s| is(s + 1, 1, 1))),
        ] {
            assert!((count - 1000.0).abs() < 5.0 * 31.5, "{what}: {count}");
        }
        assert_ne!(Draws::new(policy, 1.0, "home"), Draws::new(policy, 1.0, "cart"));
    }

    #[test]
    fn propensities_add_up_whatever_the_pool() {
        for share in [0, 1, 7, 50_000, 199_999, MOST_SHARE] {
            for n in 1..=MOST_POOL as usize {
                let d = Draws::new(Exploration { share, pool: n as u32, from: 0 }, 1.0, "");
                assert_eq!((0..n).map(|i| d.propensity(i, n)).sum::<u32>(), CERTAIN);
                let (i, p) = d.at(0, n);
                assert!(i < n && p > 0, "{share} {n}");
            }
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_record_is_read_within_bounds_and_a_slot_has_its_own() {
        let wild = Exploration { share: 900_000, pool: 5000, from: 4 };
        let home = Exploration { share: 10, pool: 3, from: 0 };
        let none = Exploration::default();
        let all = Explorations::new(&[("home".into(), home), (String::new(), wild), ("cart".into(), none)]);
        let read = Explorations::read(all.bytes());
        assert_eq!(read.of("home"), Some(home));
        assert_eq!(read.of("cart"), None);
        assert_eq!(read.of("search"), Some(Exploration { share: MOST_SHARE, pool: MOST_POOL, from: 4 }));
        assert_eq!(Explorations::read(&all.bytes()[..30]).of("home"), None);
        assert_eq!(Explorations::default().of("home"), None);
    }
}
