//! Conditional logit: which of a group's candidates was redeemed. McFadden, "Conditional logit analysis of qualitative choice
//! behavior" (1974).

use super::Row;
use crate::offer::usage::{self, ONE, SIGNALS};
use argmin::core::{CostFunction, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;

/// Precision of the prior on standardised weights.
const PRIOR: f64 = 10.0;
/// Steps of the descent.
const STEPS: u64 = 200;
/// Corrections that LBFGS remembers.
const MEMORY: usize = 10;

/// A group to learn from: its candidates' signals less their mean, and which were redeemed.
pub(super) struct Example {
    rows: Vec<Row>,
    chosen: Vec<bool>,
}

impl Example {
    /// `None` where there is nothing to choose: no candidate was redeemed, or every one.
    pub(super) fn new(mut rows: Vec<Row>, chosen: Vec<bool>) -> Option<Example> {
        if chosen.iter().all(|c| *c) || !chosen.contains(&true) {
            return None;
        }
        for k in 0..SIGNALS {
            let mean = rows.iter().map(|r| r[k]).sum::<f64>() / rows.len() as f64;
            rows.iter_mut().for_each(|r| r[k] -= mean);
        }
        Some(Example { rows, chosen })
    }
}

/// What each signal is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weights([f64; SIGNALS]);

impl Weights {
    /// The rule that weights start from and are drawn to.
    fn rule() -> Weights {
        Weights(usage::RULE.map(|w| f64::from(w) / ONE as f64))
    }

    /// The most probable weights; the rule's without examples.
    pub(super) fn fitted(examples: &[Example]) -> Weights {
        let rule = Weights::rule();
        if examples.is_empty() {
            return rule;
        }
        let rows = examples.iter().map(|e| e.rows.len()).sum::<usize>() as f64;
        // Signals were centred in each group, so the mean of all is 0.
        let scale: [f64; SIGNALS] = std::array::from_fn(|k| {
            let squares: f64 = examples.iter().flat_map(|e| &e.rows).map(|r| r[k] * r[k]).sum();
            libm::sqrt(squares / rows)
        });
        let start: Vec<f64> = (0..SIGNALS).map(|k| rule.0[k] * scale[k]).collect();
        let problem = Choice { examples, scale, start: start.clone() };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY);
        let best = Executor::new(problem, solver)
            .configure(|s| s.param(start).max_iters(STEPS))
            .run()
            .ok()
            .and_then(|r| r.state().get_best_param().cloned());
        match best {
            Some(w) if w.iter().all(|v| v.is_finite()) => {
                Weights(std::array::from_fn(|k| if scale[k] > 0.0 { w[k] / scale[k] } else { rule.0[k] }))
            }
            _ => rule,
        }
    }

    /// As the pack has them.
    pub(super) fn rounded(&self) -> usage::Weights {
        let most = f64::from(usage::MOST_WEIGHT);
        self.0.map(|w| libm::round(w * ONE as f64).clamp(-most, most) as i32)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The negative logarithm of the posterior, over weights of standardised signals.
struct Choice<'a> {
    examples: &'a [Example],
    scale: [f64; SIGNALS],
    start: Vec<f64>,
}

impl Choice<'_> {
    /// The value and its gradient.
    fn at(&self, w: &[f64]) -> (f64, Vec<f64>) {
        let away: Vec<f64> = w.iter().zip(&self.start).map(|(a, b)| a - b).collect();
        let mut value = PRIOR / 2.0 * dot(&away, &away);
        let mut gradient: Vec<f64> = away.iter().map(|d| PRIOR * d).collect();
        let weights: Vec<f64> =
            (0..SIGNALS).map(|k| if self.scale[k] > 0.0 { w[k] / self.scale[k] } else { 0.0 }).collect();
        for e in self.examples {
            let scores: Vec<f64> = e.rows.iter().map(|r| dot(&weights, r)).collect();
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let powers: Vec<f64> = scores.iter().map(|s| libm::exp(s - top)).collect();
            let sum: f64 = powers.iter().sum();
            let chosen = e.chosen.iter().filter(|c| **c).count() as f64;
            let log_sum = top + libm::log(sum);
            for (((row, score), power), is_chosen) in e.rows.iter().zip(&scores).zip(&powers).zip(&e.chosen) {
                let share = if *is_chosen { 1.0 / chosen } else { 0.0 };
                value += share * (log_sum - score);
                for k in 0..SIGNALS {
                    if self.scale[k] > 0.0 {
                        gradient[k] += (power / sum - share) * row[k] / self.scale[k];
                    }
                }
            }
        }
        (value, gradient)
    }
}

impl CostFunction for Choice<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, w: &Vec<f64>) -> Result<f64, argmin::core::Error> {
        Ok(self.at(w).0)
    }
}

impl Gradient for Choice<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, w: &Vec<f64>) -> Result<Vec<f64>, argmin::core::Error> {
        Ok(self.at(w).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn made_up(truth: &[f64; SIGNALS], groups: usize) -> Vec<Example> {
        let mut random = Random::new(3);
        let mut out = Vec::new();
        while out.len() < groups {
            let rows: Vec<Row> = (0..20).map(|_| std::array::from_fn(|_| random.unit() * 2.0)).collect();
            let powers: Vec<f64> = rows.iter().map(|r| libm::exp(dot(truth, r))).collect();
            let mut left = random.unit() * powers.iter().sum::<f64>();
            let taken = powers
                .iter()
                .position(|p| {
                    left -= p;
                    left < 0.0
                })
                .unwrap_or(19);
            out.extend(Example::new(rows, (0..20).map(|i| i == taken).collect()));
        }
        out
    }

    #[test]
    fn the_gradient_is_the_slope() {
        let examples = made_up(&[0.5; SIGNALS], 5);
        let problem = Choice { examples: &examples, scale: [0.7; SIGNALS], start: vec![0.1; SIGNALS] };
        let w: Vec<f64> = (0..SIGNALS).map(|k| k as f64 / 10.0 - 0.5).collect();
        let (_, gradient) = problem.at(&w);
        for k in 0..SIGNALS {
            let moved = |d: f64| {
                let mut v = w.clone();
                v[k] += d;
                problem.at(&v).0
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((slope - gradient[k]).abs() < 1e-5 * (1.0 + slope.abs()), "{k}: {slope} {}", gradient[k]);
        }
    }

    #[test]
    fn weights_that_made_the_choices_are_found() {
        let truth: [f64; SIGNALS] = std::array::from_fn(|k| if k % 2 == 0 { 1.5 } else { -1.0 });
        let found = Weights::fitted(&made_up(&truth, 4_000));
        for (found, truth) in found.0.iter().zip(truth) {
            assert!((found - truth).abs() < 0.2, "{found} for {truth}");
        }
    }

    #[test]
    fn without_examples_the_rule_ranks() {
        let w = Weights::fitted(&[]);
        assert_eq!(w.rounded(), usage::RULE);
        assert!(Example::new(vec![[0.0; SIGNALS]; 2], vec![false, false]).is_none());
        assert!(Example::new(vec![[0.0; SIGNALS]; 2], vec![true, true]).is_none());
    }

    #[test]
    fn a_signal_that_never_differs_keeps_the_rule_s_weight() {
        let rows = vec![[1.0; SIGNALS], [1.0; SIGNALS]];
        let examples: Vec<Example> = Example::new(rows, vec![true, false]).into_iter().collect();
        assert_eq!(Weights::fitted(&examples), Weights::rule());
    }
}
