//! What shoppers' answers teach which offer goes first: Thompson sampling over kinds of offers and creatives ([`manual/promotions.md`](crate::manual::promotions)).
//!
//! A belief of how often an arm is chosen is a Beta distribution on a grid of [`CELLS`] rates, so that a draw is one integer and how likely an arm is to win
//! is a sum over cells: exact, and the same on every machine.

use super::promote::{KINDS, place};
use crate::codec::{Malformed, Reader};
use crate::id::Key;
pub use crate::profile::notes::Tally;
use crate::text::concat;
use alloc::vec;
use alloc::vec::Vec;

/// Rates that a belief tells apart, up to 99.2 %: the squares of the odd numbers below 256, in 1/65,536.
pub const CELLS: usize = 128;
/// What the cells of a belief add up to: 2 to this.
const BITS: u32 = 30;
/// Rates are told in 1/65,536, chances in millionths.
const RATES: f64 = 65_536.0;
/// Certainty, of chances.
pub const CERTAIN: u32 = 1_000_000;
/// Showings a prior may stand for.
pub const MOST_PRIOR: u32 = 250;
/// Arms that have a prior of their own: the kinds of offers, then creatives.
pub const PRIORS: usize = 12;
/// Bytes of an offer and its arm, in the section's first table.
const ENTRY: usize = 16;

/// The arm of a kind of offers.
pub fn kind_arm(kind: &str) -> Key {
    Key::event(&concat(&["kind:", kind]))
}

/// The arm of a creative, whichever offer it is of.
pub fn creative_arm(name: &str) -> Key {
    Key::event(&concat(&["creative:", name]))
}

/// A prior, held to what a belief can be made of.
fn prior(shown: u32, chosen: u32) -> Tally {
    let shown = shown.clamp(2, MOST_PRIOR);
    Tally { shown, chosen: chosen.clamp(1, shown - 1) }
}

/// How a market's shop learns, as the builder writes it: the pack's section `LERN`.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learning {
    /// Each offer with the arm that its answers count for, and each creative's arm with itself; sorted.
    pub arms: Vec<(Key, Key)>,
    /// What is thought before anything was shown, of each kind in the order of [`KINDS`], then of creatives.
    pub priors: [Tally; PRIORS],
    /// Offers with more than one creative, and these.
    pub creatives: Vec<(Key, Vec<alloc::string::String>)>,
}

impl Learning {
    /// As the pack's section.
    pub fn write(&self) -> Vec<u8> {
        let mut w = crate::codec::Writer::new();
        w.count(self.arms.len());
        for (offer, arm) in &self.arms {
            w.u64(offer.0);
            w.u64(arm.0);
        }
        for Tally { shown, chosen } in self.priors {
            w.u32(shown);
            w.u32(chosen);
        }
        w.count(self.creatives.len());
        for (offer, names) in &self.creatives {
            w.u64(offer.0);
            w.count(names.len());
            names.iter().for_each(|name| w.str(name));
        }
        w.finish()
    }
}

/// The same as a device reads it.
#[derive(Debug, Clone, Copy)]
pub struct Lessons<'a> {
    section: &'a [u8],
}

impl<'a> Lessons<'a> {
    /// Of the pack's section.
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn read(section: &'a [u8]) -> Result<Lessons<'a>, Malformed> {
        let lessons = Lessons { section };
        lessons.walk(Key(0), PRIORS).map(|_| lessons)
    }

    /// The prior of a kind; of none that is known, that of creatives. Out of range it is the nearest in it.
    pub fn prior(&self, kind: &str) -> Tally {
        let at = place(KINDS, kind).map_or(PRIORS - 1, usize::from);
        self.walk(Key(0), at).map_or(prior(0, 0), |found| found.0)
    }

    /// The creatives of an offer.
    pub fn creatives(&self, offer: Key) -> Vec<&'a str> {
        self.walk(offer, 0).map_or(Vec::new(), |found| found.1)
    }

    /// The prior at a place, and the creatives of an offer.
    fn walk(&self, offer: Key, at: usize) -> Result<(Tally, Vec<&'a str>), Malformed> {
        let mut r = Reader::new(self.section);
        for _ in 0..r.count(ENTRY) {
            r.take(ENTRY);
        }
        let (mut found, mut names) = (prior(0, 0), Vec::new());
        for i in 0..PRIORS {
            let one = prior(r.u32(), r.u32());
            if i == at {
                found = one;
            }
        }
        for _ in 0..r.count(12) {
            let mine = r.u64() == offer.0;
            for _ in 0..r.count(4) {
                let name = r.str();
                if mine {
                    names.push(name);
                }
            }
        }
        r.check()?;
        Ok((found, names))
    }
}

/// The arm that the answers to an offer, or to a creative's arm, count for, in a section's bytes; of none that the section does not name.
pub fn arm_of(section: &[u8], offer: Key) -> Option<Key> {
    let (count, rest) = section.split_first_chunk()?;
    let entries = rest.chunks_exact(ENTRY).take(u32::from_le_bytes(*count) as usize);
    let mut found = None;
    for entry in entries {
        let (mine, arm) = entry.split_first_chunk()?;
        if u64::from_le_bytes(*mine) == offer.0 {
            found = Some(Key(u64::from_le_bytes(*arm.first_chunk()?)));
        }
    }
    found
}

/// What is thought of an arm: how likely each rate is to be its true one, in 2^-30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belief([u32; CELLS]);

impl Belief {
    /// Beta(chosen, shown − chosen), at the cells' middles, by the widths of the cells.
    ///
    /// # Example: a belief sharpens around what was seen
    ///
    /// ```
    /// use nearshelf::insight::learn::{Belief, Tally};
    /// let [few, many] = [4, 40].map(|n| Belief::of(Tally { shown: 10 * n, chosen: n }));
    /// assert!((few.mean() - 0.1).abs() < 0.002 && (many.mean() - 0.1).abs() < 0.0005);
    /// assert!(many.cells().iter().max() > few.cells().iter().max());
    /// ```
    pub fn of(seen: Tally) -> Belief {
        let seen = Tally { shown: seen.shown.max(2), chosen: seen.chosen.clamp(1, seen.shown.max(2) - 1) };
        // Products and quotients of doubles are the same everywhere.
        let weight = |i: usize| {
            let rate = square(i) as f64 / RATES;
            power(rate, seen.chosen - 1) * power(1.0 - rate, seen.shown - seen.chosen - 1) * root(i) as f64
        };
        let mut sum = 0.0;
        for i in 0..CELLS {
            sum += weight(i);
        }
        let (mut cells, mut left, mut likeliest) = ([0; CELLS], 1_u32 << BITS, 0);
        for i in 0..CELLS {
            let cell = (weight(i) / sum * f64::from(1_u32 << BITS)) as u32;
            cells[i] = cell;
            left = left.saturating_sub(cell);
            if cell > cells[likeliest] {
                likeliest = i;
            }
        }
        // What rounding leaves over.
        cells[likeliest] += left;
        Belief(cells)
    }

    /// Its cells: the chances of the rates, lowest first.
    pub fn cells(&self) -> &[u32] {
        &self.0
    }

    /// The rate to be expected.
    pub fn mean(&self) -> f64 {
        let sum: u64 = self.0.iter().enumerate().map(|(i, c)| u64::from(*c) * square(i)).sum();
        sum as f64 / RATES / f64::from(1_u32 << BITS)
    }

    /// The cell that random bits draw.
    fn draw(&self, bits: u64) -> usize {
        let mut left = (bits >> (64 - BITS)) as u32;
        for (i, c) in self.0.iter().enumerate() {
            if left < *c {
                return i;
            }
            left -= c;
        }
        CELLS - 1
    }
}

/// The odd number of a cell.
fn root(i: usize) -> u64 {
    2 * i as u64 + 1
}

/// The rate of a cell, in 1/65,536.
fn square(i: usize) -> u64 {
    root(i) * root(i)
}

fn power(mut base: f64, mut n: u32) -> f64 {
    let mut out = 1.0;
    while n > 0 {
        if n & 1 != 0 {
            out *= base;
        }
        base *= base;
        n >>= 1;
    }
    out
}

/// What may take a place: how much speaks for it, at least 1, and what is thought of its arm.
#[derive(Debug, Clone)]
pub struct Rival {
    /// Thousandths of the shop's weights.
    pub weight: u32,
    /// How often it is chosen.
    pub belief: Belief,
}

impl Rival {
    fn score(&self, cell: usize) -> u64 {
        u64::from(self.weight) * square(cell)
    }
}

/// How likely each is to take a place, in millionths, where the largest product of weight and drawn rate takes it, of equals the first. They add up to a
/// million: what rounding leaves over is the likeliest's.
pub fn chances(rivals: &[Rival]) -> Vec<u32> {
    let mut out = Vec::with_capacity(rivals.len());
    for (k, one) in rivals.iter().enumerate() {
        let mut sum = 0;
        // Of each rival: the cells that lose against `one`, and how likely they are.
        let mut below = vec![(0_usize, 0_u64); rivals.len()];
        for (cell, chance) in one.belief.0.iter().enumerate() {
            let score = one.score(cell);
            let mut both = u64::from(*chance);
            for ((j, other), (end, mass)) in rivals.iter().enumerate().zip(&mut below) {
                if j == k {
                    continue;
                }
                while let Some(more) = other.belief.0.get(*end).filter(|_| {
                    let theirs = other.score(*end);
                    theirs < score || (theirs == score && k < j)
                }) {
                    *mass += u64::from(*more);
                    *end += 1;
                }
                both = (both * *mass) >> BITS;
            }
            sum += both;
        }
        out.push(((sum * u64::from(CERTAIN)) >> BITS) as u32);
    }
    let left = CERTAIN.saturating_sub(out.iter().sum());
    if let Some(most) = out.iter_mut().rev().max() {
        *most += left;
    }
    out
}

/// Which takes a place, by rates that `bits` draw for each.
pub fn winner(rivals: &[Rival], bits: &dyn Fn(usize) -> u64) -> usize {
    let (mut best, mut most) = (0, 0);
    for (k, one) in rivals.iter().enumerate() {
        let score = one.score(one.belief.draw(bits(k)));
        if score > most {
            (best, most) = (k, score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn of(shown: u32, chosen: u32) -> Belief {
        Belief::of(Tally { shown, chosen })
    }

    #[test]
    fn a_belief_is_the_beta_distribution() {
        for (shown, chosen) in [(2, 1), (20, 2), (10, 9), (250, 1), (500, 249), (500, 450), (500, 1)] {
            let belief = of(shown, chosen);
            assert_eq!(belief.0.iter().sum::<u32>(), 1 << BITS);
            let (a, b) = (f64::from(chosen), f64::from(shown - chosen));
            let mean = a / (a + b);
            let deviation = libm::sqrt(a * b / (a + b) / (a + b) / (a + b + 1.0));
            assert!((belief.mean() - mean).abs() < 0.02 * deviation + 0.001, "{shown}, {chosen}: {}", belief.mean());
            let square = |i: usize| square(i) as f64 / RATES - belief.mean();
            let of_cells: f64 =
                belief.0.iter().enumerate().map(|(i, c)| f64::from(*c) * square(i) * square(i)).sum::<f64>();
            let of_cells = libm::sqrt(of_cells / f64::from(1_u32 << BITS));
            assert!((of_cells / deviation - 1.0).abs() < 0.05, "{shown}, {chosen}: {of_cells} for {deviation}");
        }
        // What no counts are is held to what they can be.
        assert_eq!(of(0, 9), of(2, 1));
        assert_eq!(of(5, 5), of(5, 4));
    }

    /// By all that can be drawn, one after the other.
    fn enumerated(rivals: &[Rival]) -> Vec<f64> {
        let mut out = vec![0.0; rivals.len()];
        let one = f64::from(1_u32 << BITS);
        let mut cells = vec![0; rivals.len()];
        loop {
            let scores: Vec<u64> = rivals.iter().zip(&cells).map(|(r, c)| r.score(*c)).collect();
            let best = (0..scores.len()).rev().max_by_key(|i| scores[*i]).expect("rivals");
            out[best] += rivals.iter().zip(&cells).map(|(r, c)| f64::from(r.belief.0[*c]) / one).product::<f64>();
            let Some(i) = (0..cells.len()).find(|i| cells[*i] + 1 < CELLS) else { return out };
            cells[..i].fill(0);
            cells[i] += 1;
        }
    }

    #[test]
    fn chances_are_those_of_all_draws_to_a_millionth() {
        let beliefs = [of(20, 2), of(60, 3), of(9, 1)];
        let rival = |i: usize, weight| Rival { weight, belief: beliefs[i].clone() };
        for rivals in [
            vec![rival(0, 1_000), rival(1, 1_500), rival(2, 700)],
            vec![rival(0, 1), rival(0, 1)],
            vec![rival(1, 9), rival(0, 1), rival(2, 4)],
            vec![rival(2, 1_000_000_000), rival(2, 1)],
        ] {
            let told = chances(&rivals);
            assert_eq!(told.iter().sum::<u32>(), CERTAIN);
            for (told, true_one) in told.iter().zip(enumerated(&rivals)) {
                let off = f64::from(*told) - true_one * 1e6;
                assert!(off.abs() < rivals.len() as f64 + 1.0, "{told} for {}", true_one * 1e6);
            }
        }
        assert_eq!((chances(&[rival(0, 7)]), chances(&[])), (vec![CERTAIN], vec![]));
    }

    #[test]
    #[cfg(feature = "cli")]
    fn a_place_is_taken_as_often_as_its_chance_says() {
        use crate::random::Random;
        let beliefs = [of(20, 2), of(60, 3), of(9, 1), of(250, 40)];
        let rivals: Vec<Rival> = beliefs
            .into_iter()
            .zip([1_000, 2_000, 700, 650])
            .map(|(belief, weight)| Rival { weight, belief })
            .collect();
        let told = chances(&rivals);
        let mut random = Random::new(11);
        let (rounds, mut seen) = (40_000, [0_u32; 4]);
        for _ in 0..rounds {
            let bits = [(); 4].map(|()| random.bits());
            seen[winner(&rivals, &|k| bits[k])] += 1;
        }
        // Pearson's statistic; the 99.9 % quantile of chi-square with three degrees of freedom is 16.27.
        let expected = |c: &u32| f64::from(*c) / 1e6 * f64::from(rounds);
        let off: f64 = seen
            .iter()
            .zip(&told)
            .map(|(n, c)| {
                let d = f64::from(*n) - expected(c);
                d * d / expected(c)
            })
            .sum();
        assert!(off < 16.27, "{seen:?} for {told:?}: {off}");
        assert!(told.iter().all(|c| *c > 20_000), "none is left out: {told:?}");
    }

    #[test]
    fn the_section_is_read_as_written_and_no_cut_of_it() {
        let (percent, gift) = (kind_arm("percent"), kind_arm("gift"));
        let mut priors = [Tally { shown: 20, chosen: 2 }; PRIORS];
        priors[8] = Tally { shown: 9, chosen: 3 };
        priors[PRIORS - 1] = Tally { shown: u32::MAX, chosen: 0 };
        let learning = Learning {
            arms: vec![(Key(3), percent), (Key(9), gift)],
            priors,
            creatives: vec![
                (Key(9), vec!["warm".into(), "plain".into()]),
                (Key(3), vec!["plain".into(), "cool".into()]),
            ],
        };
        let bytes = learning.write();
        let read = Lessons::read(&bytes).expect("a section");
        let tally = |shown, chosen| Tally { shown, chosen };
        assert_eq!(["percent", "gift"].map(|kind| read.prior(kind)), [tally(20, 2), tally(9, 3)]);
        assert_eq!(["", "rebate"].map(|kind| read.prior(kind)), [tally(MOST_PRIOR, 1); 2], "held to its range");
        assert_eq!([9, 3].map(|k| read.creatives(Key(k))), [["warm", "plain"], ["plain", "cool"]]);
        assert_eq!(read.creatives(Key(4)), Vec::<&str>::new());
        assert!((0..bytes.len()).all(|n| Lessons::read(&bytes[..n]).is_err()));
        assert_eq!([3, 9, 4].map(|k| arm_of(&bytes, Key(k))), [Some(percent), Some(gift), None]);
        assert!((0..20).all(|n| arm_of(&bytes[..n], Key(3)).is_none()));
        assert_eq!(arm_of(&[255; 100], Key(3)), None);
    }
}
