//! Forward decay in fixed-point integers: sums commute, and nothing depends on when they are read.
//!
//! Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems" (ICDE 2009),
//! section III: an item's weight grows as g(t − L) from a landmark L, and dividing by g(now − L) happens only when a value
//! is shown. Here g(t) = 2^(t / half-life).

use crate::id::Key;
use crate::list::Gather;
use crate::order::Arrange;
use crate::time::Millis;
use alloc::vec::Vec;

/// Fraction bits of 2^x.
const FRACTION: u32 = 16;
/// The landmark stands on multiples of this many half-lives, one step behind the newest event's: it is a function of that
/// event alone, and whatever is at most this old is added without rounding.
const STEP: i64 = 32;

/// The landmark for a newest event in this half-life.
fn landmark_of(whole: i64) -> i64 {
    (whole.div_euclid(STEP) - 1) * STEP
}

/// 2^(t / half-life) as a whole power and a mantissa in 2^16 … 2^17.
pub(super) fn growth(at: Millis, half_life: i64) -> Growth {
    let whole = at.0.div_euclid(half_life);
    let part = at.0.rem_euclid(half_life) as f64 / half_life as f64;
    (whole, (two_to(part) * f64::from(1 << FRACTION)) as u128)
}

/// 2^x for 0 ≤ x < 1 by the series of e^(x ln 2), whose 18th term is below half the last bit. Sums and products are the same on
/// every target; the tables of a library's function would be 4 kB of every shopper's wasm.
fn two_to(x: f64) -> f64 {
    let y = x * core::f64::consts::LN_2;
    (1..18).rev().fold(1.0, |sum, i| 1.0 + y * sum / f64::from(i))
}

/// What [`growth`] answers.
pub(super) type Growth = (i64, u128);

/// `value` as a share of `of`, in `one`s, rounded down; values keep at least 32 significant bits.
pub(crate) fn share(value: u128, of: u128, one: u32) -> u64 {
    let spare = (128 - of.leading_zeros()).saturating_sub(96);
    ((value >> spare) * u128::from(one) / (of >> spare).max(1)) as u64
}

/// Bits behind the leading one that a value's class is of.
const CLASS_BITS: u32 = 3;

/// A class of values that are alike: larger values are of no smaller class.
fn class(value: u128) -> usize {
    let top = value.max(1).ilog2();
    let behind = (value << (127 - top) << 1) >> (128 - CLASS_BITS);
    ((top as usize) << CLASS_BITS) | behind as usize
}

/// What the portrait knows about one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trait {
    /// What it is about.
    pub key: Key,
    /// Decayed weight, in units that all traits of one affinity share.
    pub value: u128,
    /// Events behind it.
    pub events: u32,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
}

/// Decayed weights by key: at most `room` of them after [`settle`](Affinity::settle).
///
/// # Example: half a weight after a half-life, whatever the order of the events
///
/// ```
/// use nearshelf::{id::Key, profile::Affinity, time::{DAY, Millis}};
/// let (old, new) = (Millis(0), Millis(30 * DAY));
/// let mut a = Affinity::new(30 * DAY, 100);
/// a.add(Key(1), 256, new);
/// a.add(Key(2), 256, old);
/// let mut b = Affinity::new(30 * DAY, 100);
/// b.add(Key(2), 256, old);
/// b.add(Key(1), 256, new);
/// let of = |x: &Affinity, k| x.get(Key(k)).map(|t| t.value).unwrap_or(0);
/// assert_eq!(of(&a, 1), 2 * of(&a, 2));
/// assert_eq!(of(&b, 1), 2 * of(&b, 2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affinity {
    pub(super) half_life: i64,
    pub(super) room: usize,
    /// In whole half-lives since 1970; meaningless without traits.
    pub(super) landmark: i64,
    /// Sorted by key.
    pub(super) traits: Vec<Trait>,
}

impl Affinity {
    /// An empty affinity.
    pub fn new(half_life: i64, room: usize) -> Affinity {
        Affinity { half_life: half_life.max(1), room, landmark: 0, traits: Vec::new() }
    }

    /// Adds an event of `weight` (in 1/256) at `at`.
    pub fn add(&mut self, key: Key, weight: u32, at: Millis) {
        if weight > 0 {
            self.add_grown(key, weight, at, growth(at, self.half_life));
        }
    }

    /// The same, where what the time adds is known.
    pub(super) fn add_grown(&mut self, key: Key, weight: u32, at: Millis, (whole, mantissa): Growth) {
        let landmark = landmark_of(whole);
        if self.traits.is_empty() {
            self.landmark = landmark;
        } else if landmark > self.landmark {
            self.raise(landmark);
        }
        let grown = mantissa * u128::from(weight);
        let value = match whole.saturating_sub(self.landmark) {
            up @ 0.. => grown << up,
            down => grown.checked_shr(down.unsigned_abs().min(128) as u32).unwrap_or(0),
        };
        let at_or = self.traits.binary_search_by_key(&key, |t| t.key);
        match at_or {
            Ok(i) => {
                let t = &mut self.traits[i];
                t.value = t.value.saturating_add(value);
                t.events = t.events.saturating_add(1);
                t.first = t.first.min(at);
                t.last = t.last.max(at);
            }
            Err(i) => self.traits.insert(i, Trait { key, value, events: 1, first: at, last: at }),
        }
    }

    /// Moves the landmark up; what has decayed to nothing goes.
    fn raise(&mut self, landmark: i64) {
        let by = (landmark - self.landmark).clamp(0, 128) as u32;
        for t in &mut self.traits {
            t.value = t.value.checked_shr(by).unwrap_or(0);
        }
        self.traits.retain(|t| t.value > 0);
        self.landmark = landmark;
    }

    /// Evicts the weakest traits beyond the room there is; ties go by key.
    pub fn settle(&mut self) {
        let Some(excess @ 1..) = self.traits.len().checked_sub(self.room) else { return };
        // Values are counted by their leading bits, so that only those of one class have to be sorted.
        let mut classes = [0_u32; 128 << CLASS_BITS];
        self.traits.iter().for_each(|t| classes[class(t.value)] += 1);
        let mut below = 0;
        let of = classes.iter().position(|n| {
            below += *n as usize;
            below >= excess
        });
        let Some(of) = of else { return };
        let inside = self.traits.iter().filter(|t| class(t.value) == of);
        let mut inside: Vec<(u128, Key)> = inside.map(|t| (t.value, t.key)).gather();
        inside.arrange_by(Ord::cmp);
        let Some(&last) = inside.get(inside.len() - 1 - (below - excess)) else { return };
        self.traits.retain(|t| (t.value, t.key) > last);
    }

    /// The trait of a key.
    pub fn get(&self, key: Key) -> Option<&Trait> {
        self.traits.binary_search_by_key(&key, |t| t.key).ok().map(|i| &self.traits[i])
    }

    /// All traits, sorted by key.
    pub fn traits(&self) -> &[Trait] {
        &self.traits
    }

    /// The strongest `n` traits, strongest first, ties by key.
    pub fn strongest(&self, n: usize) -> Vec<Trait> {
        let mut all = self.traits.clone();
        all.arrange_by(|a, b| b.value.cmp(&a.value).then(a.key.cmp(&b.key)));
        all.truncate(n);
        all
    }

    /// The largest value, at least 1.
    pub fn largest(&self) -> u128 {
        self.traits.iter().map(|t| t.value).max().unwrap_or(0).max(1)
    }

    /// Sum of all values, at least 1.
    pub fn total(&self) -> u128 {
        self.traits.iter().fold(0, |sum: u128, t| sum.saturating_add(t.value)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_700_000_000_000);

    #[test]
    fn any_order_of_the_same_events_is_the_same_affinity() {
        let events: Vec<(Key, u32, Millis)> =
            (0..50).map(|i| (Key(i % 7), 256 * (1 + i as u32 % 3), NOW.plus(i as i64 * 777_777))).collect();
        let fill = |order: &mut dyn Iterator<Item = &(Key, u32, Millis)>| {
            let mut a = Affinity::new(30 * DAY, 100);
            order.for_each(|(k, w, at)| a.add(*k, *w, *at));
            a
        };
        let first = fill(&mut events.iter());
        let shuffled: Vec<_> = (0..50).map(|i| events[(i * 37 + 11) % 50]).collect();
        assert_eq!(first.landmark, fill(&mut shuffled.iter()).landmark);
        assert_eq!(first, fill(&mut shuffled.iter()));
        assert_eq!(first, fill(&mut events.iter().rev()));
    }

    #[test]
    fn powers_of_two_are_those_of_the_library() {
        for half_life in [DAY, 30 * DAY, 77_777_777] {
            for i in 0..200_000 {
                let part = (i * half_life / 200_000) as f64 / half_life as f64;
                let mantissa = |v: f64| (v * 65_536.0) as u32;
                assert_eq!(mantissa(two_to(part)), mantissa(libm::exp2(part)), "2^{part}");
                assert!((two_to(part) - libm::exp2(part)).abs() < 1e-15, "2^{part}");
            }
        }
    }

    #[test]
    fn decades_of_events_neither_overflow_nor_forget_the_newest() {
        let mut a = Affinity::new(DAY, 10);
        for day in 0..20_000 {
            a.add(Key(day as u64 % 100), 25_600, Millis(day * DAY));
            a.settle();
            assert!(a.traits().len() <= 10);
        }
        assert_eq!(a.strongest(1)[0].key, Key(19_999 % 100));
        assert_eq!(a.get(Key(5)), None);
        a.add(Key(7), 256, Millis(-1));
        a.add(Key(8), 256, Millis(i64::MAX));
        a.add(Key(9), 256, Millis(i64::MIN));
        assert_eq!(a.strongest(1)[0].key, Key(8));
    }

    #[test]
    fn classes_grow_with_values_and_eviction_is_that_of_a_sorted_list() {
        let mut values: Vec<u128> = (0..400).map(|i| (i as u128 * 7_919) << (i % 90)).collect();
        values.extend([0, 1, 2, 3, u128::MAX, u128::MAX >> 1, 1 << 127]);
        let mut sorted = values.clone();
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|w| class(w[0]) <= class(w[1])));
        assert!(class(u128::MAX) < 128 << CLASS_BITS);
        for room in [0, 1, 7, 200, 406, 407, 500] {
            let mut a = Affinity::new(DAY, room);
            let of = |(i, v): (usize, &u128)| Trait { key: Key(i as u64), value: *v, ..Trait::default() };
            a.traits = values.iter().enumerate().map(of).collect();
            let mut kept: Vec<(u128, Key)> = a.traits.iter().map(|t| (t.value, t.key)).collect();
            kept.sort_unstable();
            kept.drain(..kept.len().saturating_sub(room));
            kept.sort_unstable_by_key(|(_, key)| *key);
            a.settle();
            assert_eq!(a.traits.iter().map(|t| (t.value, t.key)).collect::<Vec<_>>(), kept, "{room}");
        }
    }

    #[test]
    fn eviction_keeps_the_strongest_and_breaks_ties_by_key() {
        let mut a = Affinity::new(DAY, 3);
        for k in 0..6 {
            a.add(Key(k), if k == 2 { 512 } else { 256 }, NOW);
        }
        a.settle();
        assert_eq!(a.traits().iter().map(|t| t.key.0).collect::<Vec<_>>(), [2, 4, 5]);
    }
}
