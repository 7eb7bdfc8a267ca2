//! Curves by maximum likelihood: each step's product among its candidates, as a softmax over their scores.
//!
//! A score is linear in the points of the curves, so the likelihood is concave and has one best value. Points may not fall
//! from knot to knot, except that having been seen in this visit may count against a product; curves of rare depths are held to
//! those of all. The method is Adam (Kingma, Ba, ICLR 2015), projected, on all cases at once and in a fixed order: the same cases give the
//! same curves.

use crate::rank::curve::{Curves, DEPTHS, KNOTS, LARGEST, POINTS, Place, VIEWS};
use crate::rank::{COMPONENTS, Component, Curves as Learnt, Features};
use crate::shop::Progress;

const ROUNDS: u64 = 160;
const RATE: f64 = 0.12;
/// How strongly a depth's rises are held to the mean of all depths: in cases.
const HOLD: f64 = 30.0;
/// How strongly rises are held to 0: in cases.
const SHRINK: f64 = 0.5;
/// Points of one depth.
const WIDTH: usize = POINTS / DEPTHS;
/// Candidates a case keeps beside the one that came next: the first in the order of the even blend.
const RIVALS: usize = 400;

/// A step: its candidates' evidence as (point, share) pairs, and which candidate came next.
#[derive(Debug, Clone)]
pub struct Case {
    depth: usize,
    target: usize,
    /// Where each candidate's evidence ends.
    ends: Vec<u32>,
    /// Points of one depth, with what of each counts.
    evidence: Vec<(u16, f32)>,
}

impl Case {
    /// The case of candidates, of which `target` came next.
    pub fn new(f: &Features, target: usize) -> Case {
        let mut case = Case { depth: f.depth, target: 0, ends: Vec::new(), evidence: Vec::new() };
        for i in (0..f.rows.len()).filter(|i| *i < RIVALS || *i == target) {
            if i == target {
                case.target = case.ends.len();
            }
            for component in Component::ALL.into_iter().filter(|c| *c != Component::Given) {
                if f.raw[i][component as usize] > 0 {
                    for (view, place) in f.places(i, component).into_iter().enumerate() {
                        case.add(Curves::start(0, component, view), place);
                    }
                }
            }
            case.ends.push(case.evidence.len() as u32);
        }
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

    fn of(&self, candidate: usize) -> &[(u16, f32)] {
        let from = candidate.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.evidence[from as usize..self.ends[candidate] as usize]
    }

    /// Adds the gradient of the log-likelihood by the points of this depth, and returns the log-likelihood.
    fn climb(&self, points: &[f64], scores: &mut Vec<f64>, gradient: &mut [f64]) -> f64 {
        scores.clear();
        scores.extend(
            (0..self.ends.len())
                .map(|i| self.of(i).iter().map(|(p, x)| points[*p as usize] * f64::from(*x)).sum::<f64>()),
        );
        let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let own = scores[self.target] - most;
        scores.iter_mut().for_each(|s| *s = libm::exp(*s - most));
        let all: f64 = scores.iter().sum();
        for (i, chance) in scores.iter().enumerate() {
            let pull = f64::from(u8::from(i == self.target)) - chance / all;
            if pull.abs() > 1e-6 {
                self.of(i).iter().for_each(|(p, x)| gradient[*p as usize] += pull * f64::from(*x));
            }
        }
        own - libm::log(all)
    }
}

/// The curves under which the cases are most likely.
pub fn learn(cases: &[Case], progress: &dyn Progress) -> Learnt {
    progress.stage("tuning: learning", ROUNDS);
    // The rise from knot to knot, by depth.
    let mut rise = vec![0.02_f64; POINTS];
    let (mut mean, mut square) = (vec![0.0; POINTS], vec![0.0; POINTS]);
    let mut scores = Vec::new();
    for round in 1..=ROUNDS {
        let points = heights(&rise);
        let mut gradient = vec![0.0; POINTS];
        for case in cases {
            let at = case.depth * WIDTH..(case.depth + 1) * WIDTH;
            case.climb(&points[at.clone()], &mut scores, &mut gradient[at]);
        }
        // By the rises: each lifts all points after it.
        for curve in gradient.chunks_mut(KNOTS) {
            (1..KNOTS).rev().for_each(|k| curve[k - 1] += curve[k]);
        }
        let n = cases.len() as f64;
        for i in 0..POINTS {
            let all = (0..DEPTHS).map(|d| rise[d * WIDTH + i % WIDTH]).sum::<f64>() / DEPTHS as f64;
            let g = (gradient[i] - HOLD * (rise[i] - all) - SHRINK * rise[i]) / n;
            mean[i] = 0.9 * mean[i] + 0.1 * g;
            square[i] = 0.99 * square[i] + 0.01 * g * g;
            let t = round as i32;
            let (m, s) = (mean[i] / (1.0 - power(0.9, t)), square[i] / (1.0 - power(0.99, t)));
            let slower = 1.0 - 0.9 * (round as f64 / ROUNDS as f64);
            rise[i] += RATE * slower * m / (libm::sqrt(s) + 1e-9);
            if rise[i] < 0.0 && !may_fall(i) {
                rise[i] = 0.0;
            }
        }
        progress.advance(1);
    }
    let points = heights(&rise);
    // Only ratios matter: what would be out of range is scaled down with everything else.
    let largest = points.iter().fold(0.0_f64, |m, y| m.max(y.abs()));
    let unit = 65_536.0 * (f64::from(LARGEST) / 65_536.0 / largest.max(1e-9)).min(1.0);
    let points = points.into_iter().map(|y| libm::round(y * unit) as i32).collect();
    Learnt::new(points).unwrap_or_default()
}

/// x to the n, without a function that differs between targets.
fn power(x: f64, n: i32) -> f64 {
    (0..n).fold(1.0, |p, _| p * x)
}

/// Points from rises.
fn heights(rise: &[f64]) -> Vec<f64> {
    let mut points = rise.to_vec();
    for curve in points.chunks_mut(KNOTS) {
        (1..KNOTS).for_each(|k| curve[k] += curve[k - 1]);
    }
    points
}

/// The first rise of `again`: in some shops what was seen is done with.
fn may_fall(i: usize) -> bool {
    let curve = i / KNOTS;
    i % KNOTS == 0 && curve / VIEWS % COMPONENTS == Component::Again as usize
}
