//! What evidence is worth, learnt from steps whose next product is known: first by likelihood, then by the list itself.
//!
//! A score is linear in the points of the curves. The first stage takes the step's product as drawn from its candidates by a
//! softmax over their scores; that likelihood is concave, so it has one best value wherever the search begins. The second
//! goes on from there for what a shelf is judged by, log HR@20 + log MRR@20, with each rank smoothed to a sum of logistic
//! functions of score differences (Qin, Liu, Li, "A general approximation framework for direct optimization of information retrieval
//! measures", Information Retrieval 13, 2010). Both climb by Adam (Kingma, Ba, ICLR 2015), over all cases at once and
//! in a fixed order: the same cases give the same curves.
//!
//! More evidence never counts less, except that having been seen in this visit may count in any way: for a product or against it, and more or
//! less the longer ago it was. Depths with few cases are held to the mean of all depths. `CLEAR` was chosen on halves of the validation parts that were not learnt from, `HOLD` on
//! validation parts of short logs.

use super::threads::in_order;
use crate::rank::curve::{DEPTHS, KNOTS, LARGEST, POINTS, Place, VIEWS};
use crate::rank::{COMPONENTS, Component, Curves, Features};
use crate::shop::Progress;

/// Rounds by likelihood, and after them by the list.
const ROUNDS: [u32; 2] = [120, 100];
/// Largest step of a rise in a round, by stage; it shrinks to a tenth.
const RATE: [f64; 2] = [0.12, 0.036];
/// How strongly a depth's rises are held to the mean of all depths, and all to 0: in cases.
const HOLD: f64 = 75.0;
const SHRINK: f64 = 0.5;
/// Difference of scores that counts as clear in a smoothed rank.
const CLEAR: f64 = 0.06;
/// Places over which the twentieth fades out.
const EDGE: f64 = 4.0;
/// What HR@20 counts against MRR@20.
const HITS: f64 = 0.7;
/// Points of one depth.
const WIDTH: usize = POINTS / DEPTHS;
/// Candidates a case keeps, the first in the order of the even blend; the one that came next is kept in any case.
const RIVALS: usize = 400;
/// Shares of the cases that threads take.
const SHARES: usize = 16;

/// A step: its candidates' evidence, and which of them came next.
#[derive(Debug, Clone)]
pub(super) struct Case {
    depth: usize,
    target: usize,
    /// Where each candidate's evidence ends.
    ends: Vec<u32>,
    /// Points of one depth, with how much of each counts.
    evidence: Vec<(u16, f32)>,
}

impl Case {
    /// The case of candidates, of which `target` came next.
    pub(super) fn new(f: &Features, target: usize) -> Case {
        let mut case = Case { depth: f.depth, target: 0, ends: Vec::new(), evidence: Vec::new() };
        for i in (0..f.rows.len()).filter(|i| *i < RIVALS || *i == target) {
            if i == target {
                case.target = case.ends.len();
            }
            for component in learnt().filter(|c| f.raw[i][*c as usize] > 0) {
                for (view, place) in f.places(i, component).into_iter().enumerate() {
                    case.add(Curves::start(0, component, view), place);
                }
            }
            case.ends.push(case.evidence.len() as u32);
        }
        case.evidence.shrink_to_fit();
        case
    }

    fn add(&mut self, start: usize, place: Place) {
        let part = place.part as f32 / 65_536.0;
        if let Some(before) = place.knot.checked_sub(1).filter(|_| part < 1.0) {
            self.evidence.push(((start + before) as u16, 1.0 - part));
        }
        if part > 0.0 {
            self.evidence.push(((start + place.knot) as u16, part));
        }
    }

    fn evidence(&self, candidate: usize) -> &[(u16, f32)] {
        let from = candidate.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.evidence[from as usize..self.ends[candidate] as usize]
    }

    fn scores(&self, points: &[f64], into: &mut Vec<f64>) {
        let score = |i| self.evidence(i).iter().map(|(p, x)| points[usize::from(*p)] * f64::from(*x)).sum::<f64>();
        into.clear();
        into.extend((0..self.ends.len()).map(score));
    }

    fn pull(&self, candidate: usize, by: f64, gradient: &mut [f64]) {
        self.evidence(candidate).iter().for_each(|(p, x)| gradient[usize::from(*p)] += by * f64::from(*x));
    }

    /// Adds the gradient of the log-likelihood.
    fn likelihood(&self, points: &[f64], scores: &mut Vec<f64>, gradient: &mut [f64]) {
        self.scores(points, scores);
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        scores.iter_mut().for_each(|s| *s = libm::exp(*s - most));
        let all: f64 = scores.iter().sum();
        for (i, s) in scores.iter().enumerate() {
            self.pull(i, f64::from(u8::from(i == self.target)) - s / all, gradient);
        }
    }

    /// Adds the gradient of `HITS` · log HR@20 + log MRR@20, smoothed, where these are now `mean`; answers with both for this case.
    fn list(&self, points: &[f64], mean: Quality, scores: &mut Vec<f64>, gradient: &mut [f64]) -> Quality {
        self.scores(points, scores);
        let own = scores[self.target];
        let mut rank = 1.0;
        for (i, s) in scores.iter_mut().enumerate() {
            *s = if i == self.target { 0.0 } else { logistic((*s - own) / CLEAR) };
            rank += *s;
        }
        let hit = logistic((20.5 - rank) / EDGE);
        let slope = HITS * hit * (1.0 - hit) / EDGE / mean.hits + 1.0 / (rank * rank) / mean.mrr;
        let mut all = 0.0;
        for (i, s) in scores.iter().enumerate() {
            let by = slope * s * (1.0 - s) / CLEAR;
            if by > 1e-9 {
                all += by;
                self.pull(i, -by, gradient);
            }
        }
        self.pull(self.target, all, gradient);
        Quality { hits: hit, mrr: 1.0 / rank }
    }
}

/// Smoothed HR@20 and MRR@20.
#[derive(Debug, Clone, Copy)]
struct Quality {
    hits: f64,
    mrr: f64,
}

/// The rise from knot to knot of every curve, and what Adam remembers of each.
struct Rises {
    rise: Vec<f64>,
    mean: Vec<f64>,
    square: Vec<f64>,
    /// 0.9 and 0.99 to the number of rounds.
    fading: (f64, f64),
}

impl Rises {
    fn new() -> Rises {
        let none = vec![0.0; POINTS];
        Rises { rise: vec![0.02; POINTS], mean: none.clone(), square: none, fading: (1.0, 1.0) }
    }

    /// Points from rises.
    fn points(&self) -> Vec<f64> {
        let mut points = self.rise.clone();
        for curve in points.chunks_mut(KNOTS) {
            (1..KNOTS).for_each(|k| curve[k] += curve[k - 1]);
        }
        points
    }

    /// One step up a gradient by points, summed over `cases`.
    fn climb(&mut self, mut gradient: Vec<f64>, cases: usize, rate: f64) {
        // By the rises: each lifts all points after it.
        for curve in gradient.chunks_mut(KNOTS) {
            (1..KNOTS).rev().for_each(|k| curve[k - 1] += curve[k]);
        }
        self.fading = (self.fading.0 * 0.9, self.fading.1 * 0.99);
        let depths: Vec<f64> =
            (0..WIDTH).map(|i| (0..DEPTHS).map(|d| self.rise[d * WIDTH + i]).sum::<f64>() / DEPTHS as f64).collect();
        for (i, rise) in self.rise.iter_mut().enumerate() {
            let g = (gradient[i] - HOLD * (*rise - depths[i % WIDTH]) - SHRINK * *rise) / cases as f64;
            self.mean[i] = 0.9 * self.mean[i] + 0.1 * g;
            self.square[i] = 0.99 * self.square[i] + 0.01 * g * g;
            let mean = self.mean[i] / (1.0 - self.fading.0);
            let square = self.square[i] / (1.0 - self.fading.1);
            *rise += rate * mean / (libm::sqrt(square) + 1e-9);
            if *rise < 0.0 && !may_fall(i) {
                *rise = 0.0;
            }
        }
    }
}

/// The curves for these cases; at least one.
pub(super) fn learn(cases: &[Case], progress: &dyn Progress) -> Curves {
    progress.stage("tuning: learning", ROUNDS.iter().map(|n| u64::from(*n)).sum());
    let mut rises = Rises::new();
    let mut quality = Quality { hits: 0.5, mrr: 0.2 };
    for stage in 0..ROUNDS.len() {
        rises = Rises { rise: rises.rise, ..Rises::new() };
        for round in 0..ROUNDS[stage] {
            let sums = pull(cases, &rises.points(), (stage > 0).then_some(quality));
            if stage > 0 {
                quality = Quality { hits: sums.hits / cases.len() as f64, mrr: sums.mrr / cases.len() as f64 };
            }
            let slower = 1.0 - 0.9 * f64::from(round) / f64::from(ROUNDS[stage]);
            rises.climb(sums.gradient, cases.len(), RATE[stage] * slower);
            progress.advance(1);
        }
    }
    // Beyond what cases had evidence of a curve is flat, not what the search began with. Below it, it is a way up, whether met or not.
    let mut met = [0; WIDTH / KNOTS];
    for (p, _) in cases.iter().flat_map(|c| &c.evidence) {
        let (curve, knot) = (usize::from(*p) / KNOTS, usize::from(*p) % KNOTS);
        met[curve] = met[curve].max(knot + 1);
    }
    for (curve, rise) in rises.rise.chunks_mut(KNOTS).enumerate() {
        rise[met[curve % met.len()]..].fill(0.0);
    }
    fixed(&rises.points())
}

/// What cases add up to.
struct Sums {
    gradient: Vec<f64>,
    hits: f64,
    mrr: f64,
}

/// The gradient over all cases: of the likelihood, or of the list where a quality is given. Shares of the cases are added in
/// their order, however many threads there are.
fn pull(cases: &[Case], points: &[f64], quality: Option<Quality>) -> Sums {
    let of = |share: &[Case]| {
        let mut sums = Sums { gradient: vec![0.0; POINTS], hits: 0.0, mrr: 0.0 };
        let mut scores = Vec::new();
        for case in share {
            let of_depth = case.depth * WIDTH..(case.depth + 1) * WIDTH;
            let (points, gradient) = (&points[of_depth.clone()], &mut sums.gradient[of_depth]);
            match quality {
                None => case.likelihood(points, &mut scores, gradient),
                Some(mean) => {
                    let q = case.list(points, mean, &mut scores, gradient);
                    (sums.hits, sums.mrr) = (sums.hits + q.hits, sums.mrr + q.mrr);
                }
            }
        }
        sums
    };
    let shares: Vec<&[Case]> = cases.chunks(cases.len().div_ceil(SHARES).max(1)).collect();
    let done = in_order(&shares, |share| of(share));
    let mut all = Sums { gradient: vec![0.0; POINTS], hits: 0.0, mrr: 0.0 };
    for sums in done {
        all.gradient.iter_mut().zip(sums.gradient).for_each(|(a, b)| *a += b);
        (all.hits, all.mrr) = (all.hits + sums.hits, all.mrr + sums.mrr);
    }
    all
}

/// Points in fixed point. Only ratios matter: what would be out of range is scaled down, and everything else with it.
fn fixed(points: &[f64]) -> Curves {
    let largest = points.iter().fold(1e-9_f64, |m, y| m.max(y.abs()));
    let unit = (f64::from(LARGEST) / largest).min(65_536.0);
    Curves::new(points.iter().map(|y| libm::round(y * unit) as i32).collect()).unwrap_or_default()
}

/// Components whose worth is learnt: no log says where a host would have put a product.
fn learnt() -> impl Iterator<Item = Component> {
    Component::ALL.into_iter().filter(|c| *c != Component::Given)
}

/// The rises of `again`: in some shops what was seen is done with, and what is seen right now is less often turned to next than what was
/// seen just before.
fn may_fall(i: usize) -> bool {
    i / KNOTS / VIEWS % COMPONENTS == Component::Again as usize
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Row;
    use crate::rank::Blend;
    use crate::rank::blend::ONE;
    use crate::rank::curve::alone;
    use crate::shop::Silent;

    /// Ten candidates with evidence of two kinds, drawn by a rule; the next is the one with most of the second kind.
    fn features(seed: u64, depth: usize) -> (Features, usize) {
        let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = || {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            x % 60_000
        };
        let mut f = Features { depth, largest: [1; COMPONENTS], ..Features::default() };
        for i in 0..10 {
            let mut raw = [0; COMPONENTS];
            raw[Component::Popular as usize] = draw();
            raw[Component::History as usize] = draw();
            f.largest.iter_mut().zip(raw).for_each(|(l, r)| *l = (*l).max(r));
            f.rows.push(Row(i));
            f.raw.push(raw);
            f.lift.push(0);
        }
        let best = (0..10).max_by_key(|i| f.raw[*i][Component::History as usize]).expect("ten");
        (f, best)
    }

    #[test]
    fn what_decides_is_found_and_what_does_not_is_worth_little() {
        let all: Vec<_> = (0..400).map(|i| features(i, i as usize % DEPTHS)).collect();
        let cases: Vec<Case> = all.iter().map(|(f, target)| Case::new(f, *target)).collect();
        let curves = learn(&cases, &Silent);
        assert_eq!(curves, learn(&cases, &Silent), "the same cases, the same curves");
        let blend = Blend { curves, ..Blend::default() };
        let fresh = (1_000..1_200).map(|i| features(i, i as usize % DEPTHS));
        let hits = fresh.filter(|(f, target)| (0..10).max_by_key(|i| f.score(*i, &blend)) == Some(*target)).count();
        assert!(hits >= 190, "{hits} of 200");
    }

    #[test]
    fn what_was_seen_just_before_may_be_worth_more_than_what_is_on_the_screen() {
        let case = |i: u64| {
            let (mut f, _) = features(i, 1);
            let seen = [ONE, ONE / 2, ONE / 4].map(u64::from);
            seen.into_iter().zip(&mut f.raw).for_each(|(raw, of)| of[Component::Again as usize] = raw);
            f.largest[Component::Again as usize] = u64::from(ONE);
            f
        };
        let cases: Vec<Case> = (0..300).map(|i| Case::new(&case(i), 1)).collect();
        let blend = Blend { curves: learn(&cases, &Silent), ..Blend::default() };
        for f in (1_000..1_100).map(case) {
            let score = |i| f.score(i, &blend);
            assert!((0..10).filter(|i| *i != 1).all(|i| score(1) > score(i)));
        }
    }

    #[test]
    fn evidence_that_always_comes_in_one_size_is_worth_what_was_learnt() {
        // Of ten candidates the one that is on the screen comes next nine times of ten: it has all of `again` or none, never a part.
        let case = |i: u64| {
            let (mut f, other) = features(i, 0);
            f.raw[3][Component::Again as usize] = u64::from(ONE);
            f.largest[Component::Again as usize] = u64::from(ONE);
            (f, if i % 10 < 9 { 3 } else { other })
        };
        let cases: Vec<Case> = (0..300).map(case).map(|(f, target)| Case::new(&f, target)).collect();
        let curves = learn(&cases, &Silent);
        let all = alone(Component::Again, u64::from(ONE));
        let worth = |view| curves.worth(0, Component::Again, view, Place::of([ONE, all][view], view));
        let blend = Blend { curves: curves.clone(), ..Blend::default() };
        for (f, _) in (1_000..1_100).map(case) {
            assert!((0..10).all(|i| i == 3 || f.score(3, &blend) > f.score(i, &blend)), "{} {}", worth(0), worth(1));
        }
        // Beyond what was met a curve is flat: no case had more than a quarter by itself.
        let beyond = curves.worth(0, Component::Again, 1, Place::of(ONE, 1));
        assert!(beyond == worth(1) && beyond > 0, "{beyond} {}", worth(1));
    }

    #[test]
    fn more_evidence_never_counts_less_but_for_having_been_seen() {
        let cases: Vec<Case> = (0..200).map(|i| features(i, 0)).map(|(f, target)| Case::new(&f, target)).collect();
        let curves = learn(&cases, &Silent);
        for component in learnt().filter(|c| *c != Component::Again) {
            for (depth, view) in (0..DEPTHS).flat_map(|d| (0..VIEWS).map(move |v| (d, v))) {
                let worth = |share| curves.worth(depth, component, view, Place::of(share, view));
                assert!((1..=64).all(|s| worth(s * 1_024) >= worth((s - 1) * 1_024)), "{component:?}");
            }
        }
        assert_eq!((0..POINTS).filter(|i| may_fall(*i)).count(), DEPTHS * VIEWS * KNOTS);
    }
}
