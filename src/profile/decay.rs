//! Forward decay in fixed-point integers: sums commute, and nothing depends on when they are read.
//!
//! Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems" (ICDE 2009),
//! section III: an item's weight grows as g(t − L) from a landmark L, and dividing by g(now − L) happens only when a value
//! is shown. Here g(t) = 2^(t / half-life).

use crate::id::Key;
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
    let part = at.0.wrapping_sub(whole.wrapping_mul(half_life)) as f64 / half_life as f64;
    (whole, (two_to(part) * f64::from(1 << FRACTION)) as u32)
}

/// 2^x for 0 ≤ x < 1 by the series of e^(x ln 2), whose 18th term is below half the last bit. Sums and products are the same on
/// every target; the tables of a library's function would be 4 kB of every shopper's wasm.
fn two_to(x: f64) -> f64 {
    let y = x * core::f64::consts::LN_2;
    // The even terms and the odd ones, so that a processor goes on with both at once.
    let (mut even, mut odd) = (1.0, 1.0);
    for [by, next] in FACTORS {
        even = 1.0 + y * y * even * by;
        odd = 1.0 + y * y * odd * next;
    }
    even + y * odd
}

/// What takes a term of the series to the one before the last, from behind: even terms, odd ones.
const FACTORS: [[f64; 2]; 8] = {
    let mut factors = [[0.0; 2]; 8];
    let mut n = 0;
    while n < 8 {
        let i = (16 - 2 * n) as f64;
        factors[n] = [1.0 / (i * (i - 1.0)), 1.0 / (i * (i + 1.0))];
        n += 1;
    }
    factors
};

/// What [`growth`] answers.
pub(super) type Growth = (i64, u32);

/// A time, and what it adds by half-lives: they are few, and each is computed once an event.
#[derive(Debug)]
pub(super) struct Moment {
    at: Millis,
    known: [(i64, Growth); 4],
    many: usize,
}

impl Moment {
    pub(super) fn new(at: Millis) -> Moment {
        Moment { at, known: [(0, (0, 0)); 4], many: 0 }
    }

    pub(super) fn growth(&mut self, half_life: i64) -> Growth {
        for (known, grown) in &self.known {
            if *known == half_life {
                return *grown;
            }
        }
        let grown = growth(self.at, half_life);
        self.known[self.many % self.known.len()] = (half_life, grown);
        self.many += 1;
        grown
    }
}

/// `value` as a share of `of`, in `one`s, rounded down; values keep at least 32 significant bits.
pub(crate) fn share(value: u128, of: u128, one: u32) -> u64 {
    let spare = (128 - of.leading_zeros()).saturating_sub(96);
    ((value >> spare) * u128::from(one) / (of >> spare).max(1)) as u64
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
    /// What kinds they are of, a bit each by [`EventKind`](crate::event::EventKind)'s number.
    pub kinds: u64,
}

/// The `n`-th smallest from 0, which all elements before it are then at most (Hoare's FIND, in Wirth's writing).
fn select(list: &mut [u128], n: isize) -> u128 {
    let (mut low, mut high) = (0, list.len() as isize - 1);
    while low < high {
        let middle = list[n as usize];
        let (mut i, mut j) = (low, high);
        while i <= j {
            while list[i as usize] < middle {
                i += 1;
            }
            while middle < list[j as usize] {
                j -= 1;
            }
            if i <= j {
                list.swap(i as usize, j as usize);
                i += 1;
                j -= 1;
            }
        }
        if j < n {
            low = i;
        }
        if n < i {
            high = j;
        }
    }
    list[n as usize]
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
            self.add_grown(key, weight, (at, 0), growth(at, self.half_life));
        }
    }

    /// The same, where what the time adds is known, and of which kind the event is.
    pub(super) fn add_grown(&mut self, key: Key, weight: u32, (at, kinds): (Millis, u64), (whole, mantissa): Growth) {
        let landmark = landmark_of(whole);
        if self.traits.is_empty() {
            self.landmark = landmark;
        } else if landmark > self.landmark {
            self.raise(landmark);
        }
        // 17 bits and 15, and the landmark is at most two steps behind.
        let grown = u64::from(mantissa) * u64::from(weight);
        let value = match whole.saturating_sub(self.landmark) {
            up @ 0..64 => u128::from(grown >> 1 >> (63 - up)) << 64 | u128::from(grown << up),
            64.. => u128::MAX,
            down => u128::from(grown.checked_shr(down.unsigned_abs().min(64) as u32).unwrap_or(0)),
        };
        let i = self.place(key);
        match self.traits.get_mut(i) {
            Some(t) if t.key == key => {
                t.value = t.value.saturating_add(value);
                t.events = t.events.saturating_add(1);
                t.first = t.first.min(at);
                t.last = t.last.max(at);
                t.kinds |= kinds;
            }
            _ => self.traits.insert(i, Trait { key, value, events: 1, first: at, last: at, kinds }),
        }
    }

    /// Where a key stands or would stand. A loop of its own, since a build for size calls the standard library's for each comparison.
    #[inline(always)]
    fn place(&self, key: Key) -> usize {
        let (mut from, mut left) = (0, self.traits.len());
        while left > 0 {
            let half = left.div_ceil(2);
            // Without a branch, which would be guessed wrong every other time.
            let below = self.traits.get(from + half - 1).is_some_and(|t| t.key < key);
            from += half * usize::from(below);
            left -= half;
        }
        from
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
        let mut values = Vec::with_capacity(self.traits.len());
        for t in &self.traits {
            values.push(t.value);
        }
        let last = select(&mut values, excess as isize - 1);
        // Of those that are worth as much as the last that goes, the first by key go.
        let mut ties = 0;
        for v in &values[..excess] {
            ties += u32::from(*v == last);
        }
        // What stays is moved up in runs: moving one by one takes longer.
        let (mut kept, mut from, mut next) = (0, 0, 0);
        while next <= self.traits.len() {
            let i = next;
            next += 1;
            let value = self.traits.get(i).map_or(0, |t| t.value);
            let tied = value == last && ties > 0;
            ties -= u32::from(tied);
            if tied || value < last || i == self.traits.len() {
                self.traits.copy_within(from..i, kept);
                kept += i - from;
                from = i + 1;
            }
        }
        self.traits.truncate(kept);
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
    fn eviction_is_that_of_a_sorted_list() {
        let mut values: Vec<u128> = (0..400).map(|i| (i as u128 * 7_919) << (i % 90)).collect();
        values.extend([0, 1, 2, 3, u128::MAX, u128::MAX >> 1, 1 << 127]);
        values.extend([77; 50]);
        for room in [0, 1, 7, 200, 406, 407, 456, 457, 500] {
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
