//! The estimators: inverse propensity, self-normalised, direct, doubly robust.
//!
//! With w = π(shown item | row) / propensity and q the reward model, over n rows:
//! IPS = Σ w r / n (Horvitz, Thompson 1952; Bottou et al., "Counterfactual reasoning and learning systems", JMLR 14, 2013, section 4),
//! SNIPS = Σ w r / Σ w (Swaminathan, Joachims, "The self-normalized estimator for counterfactual learning", NIPS 2015),
//! DM = Σ Σ_a π(a) q(a) / n and DR = DM + Σ w (r − q) / n (Dudík, Langford, Li, "Doubly robust policy evaluation and learning",
//! ICML 2011, section 2). q is the mean reward of the item at its place, drawn to the log's mean by `reward_prior` rows.

use super::log::Log;
use super::target::{Joined, Policy, join};
use super::trust::{Doubt, Weights, doubts};
use crate::error::{Code, Error, Result};
use crate::random::{Interval, Random, deviation};
use crate::shop::{PolicySettings, Progress};

/// An estimate of a policy's mean reward in a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate; `None` where the log does not allow it.
    pub value: Option<f64>,
    /// Its standard error: over groups of rows, and for DM from the resamples.
    pub error: Option<f64>,
    /// 95 % interval, from resampled groups.
    pub interval: Option<Interval>,
}

/// What the four estimators say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimates {
    /// Inverse propensity score.
    pub ips: Estimate,
    /// Self-normalised inverse propensity score.
    pub snips: Estimate,
    /// Direct method.
    pub dm: Estimate,
    /// Doubly robust.
    pub dr: Estimate,
}

/// A policy judged from a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// What the log itself earned in a row.
    pub logged: Estimate,
    /// What the policy would have earned.
    pub policy: Estimates,
    /// 95 % interval of the difference, policy minus log: of DR, or of SNIPS where there is no DR.
    pub gain: Estimate,
    /// What the weights are like.
    pub weights: Weights,
    /// Reasons not to trust it.
    pub doubts: Vec<Doubt>,
}

impl Judgement {
    /// True when nothing speaks against it.
    pub fn is_trusted(&self) -> bool {
        self.doubts.is_empty()
    }
}

/// Judges a policy from a log. `resamples` bootstrap samples of the log's groups are drawn for the intervals, and `seed` says which.
///
/// # Errors
///
/// `bad_exploration` for an empty log, or when the policy says nothing of one of its places.
///
/// # Example: half the clicks from a log that tossed a coin
///
/// ```
/// use nearshelf::policy::{Log, Policy, judge};
/// use nearshelf::shop::{PolicySettings, Silent};
/// let mut log = Log::new();
/// for i in 0..4000 {
///     let (item, click) = if i % 2 == 0 { ("a", i % 4 == 0) } else { ("b", false) };
///     log.push("home", 1, item, 0.5, f64::from(click));
/// }
/// let always_a = Policy::uniform(["a"].into_iter())?;
/// let j = judge(&log, &always_a, &PolicySettings::read(None)?, 200, 1, &Silent)?;
/// assert_eq!((j.logged.value, j.policy.ips.value), (Some(0.25), Some(0.5)));
/// assert!(j.is_trusted() && j.gain.interval.is_some_and(|i| i.low > 0.2));
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
pub fn judge(
    log: &Log,
    policy: &Policy,
    settings: &PolicySettings,
    resamples: u32,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Judgement> {
    if log.rows().is_empty() {
        return Err(Error::new(Code::BadExploration, "the log has no rows."));
    }
    let joined = join(log, policy)?;
    let mut model = Model::new(&joined, settings.reward_prior);
    let whole = model.point(&joined, |_| 1.0);
    let errors = model.errors(&joined, &whole);
    let mut drawn: [Vec<f64>; 6] = Default::default();
    let mut random = Random::new(seed);
    let mut times = vec![0; joined.groups];
    progress.stage("resampling", u64::from(resamples));
    for _ in 0..resamples {
        random.resample(&mut times);
        let point = model.point(&joined, |group| f64::from(times[group as usize]));
        for (list, value) in drawn.iter_mut().zip(point.values()) {
            list.extend(value);
        }
        progress.advance(1);
    }
    let [logged, ips, snips, dm, dr, gain] = drawn;
    let estimate = |value, error: Option<f64>, drawn: Vec<f64>| Estimate {
        value,
        error: error.or_else(|| deviation(&drawn)),
        interval: Interval::of_resamples(drawn),
    };
    let weights = weights(&joined, errors.mean_weight);
    Ok(Judgement {
        logged: estimate(Some(whole.logged), errors.logged, logged),
        policy: Estimates {
            ips: estimate(Some(whole.ips), errors.ips, ips),
            snips: estimate(whole.snips, errors.snips, snips),
            dm: estimate(whole.dm, None, dm),
            dr: estimate(whole.dr, errors.dr, dr),
        },
        gain: estimate(whole.gain(), None, gain),
        doubts: doubts(&weights, settings),
        weights,
    })
}

/// The estimates of one sample.
#[derive(Debug, Clone, Copy)]
struct Point {
    logged: f64,
    ips: f64,
    snips: Option<f64>,
    dm: Option<f64>,
    dr: Option<f64>,
}

impl Point {
    fn values(&self) -> [Option<f64>; 6] {
        [Some(self.logged), Some(self.ips), self.snips, self.dm, self.dr, self.gain()]
    }

    fn gain(&self) -> Option<f64> {
        Some(self.dr.or(self.snips)? - self.logged)
    }
}

/// Standard errors of the whole log's estimates.
struct Errors {
    logged: Option<f64>,
    ips: Option<f64>,
    snips: Option<f64>,
    dr: Option<f64>,
    mean_weight: Option<f64>,
}

/// The reward model, fitted anew to each sample.
struct Model {
    prior: f64,
    mean: f64,
    /// Rows and rewards of each cell.
    shown: Vec<f64>,
    earned: Vec<f64>,
    /// What each profile earns by the model.
    value: Vec<f64>,
}

impl Model {
    fn new(joined: &Joined, prior: f64) -> Model {
        let profiles = joined.profiles.as_ref().map_or(0, Vec::len);
        Model {
            prior,
            mean: 0.0,
            shown: vec![0.0; joined.cells],
            earned: vec![0.0; joined.cells],
            value: vec![0.0; profiles],
        }
    }

    fn q(&self, cell: u32) -> f64 {
        let cell = cell as usize;
        let rows = self.shown[cell] + self.prior;
        if rows > 0.0 { (self.earned[cell] + self.prior * self.mean) / rows } else { self.mean }
    }

    /// Fits the model to a sample in which a group stands `times` over, and estimates from it.
    fn point(&mut self, joined: &Joined, times: impl Fn(u32) -> f64) -> Point {
        self.shown.fill(0.0);
        self.earned.fill(0.0);
        let (mut rows, mut rewards, mut weights, mut weighed) = (0.0, 0.0, 0.0, 0.0);
        for r in &joined.rows {
            let t = times(r.group);
            self.shown[r.cell as usize] += t;
            self.earned[r.cell as usize] += t * r.reward;
            rows += t;
            rewards += t * r.reward;
            weights += t * r.weight;
            weighed += t * r.weight * r.reward;
        }
        self.mean = rewards / rows;
        let ips = weighed / rows;
        let snips = (weights > 0.0).then(|| weighed / weights);
        let Some(profiles) = &joined.profiles else {
            return Point { logged: self.mean, ips, snips, dm: None, dr: None };
        };
        for (i, p) in profiles.iter().enumerate() {
            let known: f64 = p.choices.iter().map(|(cell, p)| p * self.q(*cell)).sum();
            // Without rows an item's model is the mean.
            self.value[i] = known + p.missing * self.mean;
        }
        let (mut direct, mut residual) = (0.0, 0.0);
        for r in &joined.rows {
            let t = times(r.group);
            direct += t * self.value[r.profile as usize];
            residual += t * r.weight * (r.reward - self.q(r.cell));
        }
        let dm = direct / rows;
        Point { logged: self.mean, ips, snips, dm: Some(dm), dr: Some(dm + residual / rows) }
    }

    /// Standard errors by the influence of each group (Liang, Zeger 1986), with the model as it was fitted to the whole log.
    fn errors(&self, joined: &Joined, whole: &Point) -> Errors {
        let n = joined.rows.len() as f64;
        let mean_weight = joined.rows.iter().map(|r| r.weight).sum::<f64>() / n;
        let error = |influence: &dyn Fn(&super::target::Weighed) -> f64| {
            let mut by_group = vec![0.0; joined.groups];
            joined.rows.iter().for_each(|r| by_group[r.group as usize] += influence(r));
            let squares: f64 = by_group.iter().map(|s| s * s).sum();
            let groups = joined.groups as f64;
            (joined.groups > 1).then(|| libm::sqrt(squares * groups / (groups - 1.0)) / n)
        };
        Errors {
            logged: error(&|r| r.reward - whole.logged),
            ips: error(&|r| r.weight * r.reward - whole.ips),
            snips: whole.snips.and_then(|v| error(&|r| r.weight / mean_weight * (r.reward - v))),
            dr: whole
                .dr
                .and_then(|v| error(&|r| self.value[r.profile as usize] + r.weight * (r.reward - self.q(r.cell)) - v)),
            mean_weight: error(&|r| r.weight - mean_weight),
        }
    }
}

fn weights(joined: &Joined, mean_error: Option<f64>) -> Weights {
    let worth = |sum: f64, squares: f64| if squares > 0.0 { sum * sum / squares } else { 0.0 };
    let sum_of = |f: &dyn Fn(&super::target::Weighed) -> f64| joined.rows.iter().map(f).sum::<f64>();
    let rows = joined.rows.len();
    let all = sum_of(&|r| r.weight);
    let largest = joined.rows.iter().map(|r| r.weight).fold(0.0, f64::max);
    let missing = |profiles: &Vec<_>| {
        let of_row = |r: &super::target::Weighed| {
            let p: &super::target::Profile = &profiles[r.profile as usize];
            p.missing
        };
        sum_of(&of_row) / rows as f64
    };
    Weights {
        rows,
        groups: joined.groups,
        effective_rows: worth(all, sum_of(&|r| r.weight * r.weight)),
        largest,
        largest_share: if all > 0.0 { largest / all } else { 0.0 },
        mean: all / rows as f64,
        mean_error,
        never_shown: joined.profiles.as_ref().map(missing),
        rewards: joined.rows.iter().filter(|r| r.reward != 0.0).count(),
        effective_rewards: worth(
            sum_of(&|r| (r.weight * r.reward).abs()),
            sum_of(&|r| r.weight * r.reward * r.weight * r.reward),
        ),
    }
}
