//! When an estimate is not to be trusted, and why.

use crate::error::{Code, Error, Result};
use crate::shop::PolicySettings;

/// What the weights of a log under a policy are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Rows of the log.
    pub rows: usize,
    /// Groups of rows that depend on each other.
    pub groups: usize,
    /// Rows the weighted rows are worth: (Σw)² / Σw² (Kish 1965; Owen, "Monte Carlo theory, methods and
    /// examples", 2013, section 9.3).
    pub effective_rows: f64,
    /// The largest weight.
    pub largest: f64,
    /// Its share of all weight.
    pub largest_share: f64,
    /// Mean weight, 1 in expectation where the propensities are right and the log shows whatever the policy would.
    pub mean: f64,
    /// Its standard error; `None` for a single group.
    pub mean_error: Option<f64>,
    /// Share of the policy's choices that the log never showed at their place; `None` where rows do not tell.
    pub never_shown: Option<f64>,
    /// Rows with a reward.
    pub rewards: usize,
    /// Rewards the weighted rewards are worth: (Σw|r|)² / Σ(wr)². The relative standard error of IPS is about one over its root.
    pub effective_rewards: f64,
}

/// A reason not to trust an estimate: what was found, and the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doubt {
    /// The weighted rows are worth too few rows.
    FewRows(f64, f64),
    /// The same as a share of all rows.
    SmallShare(f64, f64),
    /// One row has too much of all weight.
    HeavyRow(f64, f64),
    /// The log never showed too much of what the policy would.
    NeverShown(f64, f64),
    /// The mean weight is too far from 1.
    MeanWeight(f64, f64),
    /// The weighted rewards are worth too few rewards.
    FewRewards(f64, f64),
    /// A replay matched another number of rows than the propensities promise.
    Matches(f64, f64),
}

impl Doubt {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Doubt::FewRows(..) => "effective_rows",
            Doubt::SmallShare(..) => "effective_share",
            Doubt::HeavyRow(..) => "largest_weight",
            Doubt::NeverShown(..) => "never_shown",
            Doubt::MeanWeight(..) => "mean_weight",
            Doubt::FewRewards(..) => "effective_rewards",
            Doubt::Matches(..) => "matches",
        }
    }

    /// What was found, and the limit it misses.
    pub fn numbers(&self) -> (f64, f64) {
        match *self {
            Doubt::FewRows(found, limit)
            | Doubt::SmallShare(found, limit)
            | Doubt::HeavyRow(found, limit)
            | Doubt::NeverShown(found, limit)
            | Doubt::MeanWeight(found, limit)
            | Doubt::FewRewards(found, limit)
            | Doubt::Matches(found, limit) => (found, limit),
        }
    }

    /// In words.
    pub fn text(&self) -> String {
        let percent = |v: &f64| format!("{:.1} %", 100.0 * v);
        match self {
            Doubt::FewRows(found, least) => format!("the rows are worth {found:.0}, and {least:.0} are needed"),
            Doubt::SmallShare(found, least) => {
                format!("the rows are worth {} of themselves, and {} is needed", percent(found), percent(least))
            }
            Doubt::HeavyRow(found, most) => {
                format!("one row has {} of all weight, and at most {} is allowed", percent(found), percent(most))
            }
            Doubt::NeverShown(found, most) => {
                let (found, most) = (percent(found), percent(most));
                format!("the log never showed {found} of what the policy would, and at most {most} is allowed")
            }
            Doubt::MeanWeight(found, most) => {
                format!("the mean weight is {found:.3}, further than {most} from 1: are the propensities right?")
            }
            Doubt::FewRewards(found, least) => {
                format!("the rewards are worth {found:.1}, and {least:.0} are needed")
            }
            Doubt::Matches(found, expected) => {
                format!("{found:.0} rows matched, and the propensities promise {expected:.0}: are they right?")
            }
        }
    }
}

/// Why an estimate with these weights is not to be trusted; empty when it is.
pub(super) fn doubts(w: &Weights, limits: &PolicySettings) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut check = |bad: bool, doubt: Doubt| {
        if bad {
            out.push(doubt);
        }
    };
    let share = w.effective_rows / (w.rows.max(1)) as f64;
    check(w.effective_rows < limits.effective_rows, Doubt::FewRows(w.effective_rows, limits.effective_rows));
    check(share < limits.effective_share, Doubt::SmallShare(share, limits.effective_share));
    check(w.largest_share > limits.largest_weight, Doubt::HeavyRow(w.largest_share, limits.largest_weight));
    if let Some(never) = w.never_shown {
        check(never > limits.never_shown, Doubt::NeverShown(never, limits.never_shown));
    }
    let off = (w.mean - 1.0).abs();
    let chance = w.mean_error.is_some_and(|e| off <= 3.0 * e);
    check(off > limits.mean_weight && !chance, Doubt::MeanWeight(w.mean, limits.mean_weight));
    let least = limits.effective_rewards;
    check(w.effective_rewards < least, Doubt::FewRewards(w.effective_rewards, least));
    out
}

/// Refuses results of which some are not to be trusted; `all` has the doubts of each.
///
/// # Errors
///
/// `not_trusted`, with the reasons of the first.
pub fn refusal<'a>(all: impl Iterator<Item = &'a [Doubt]>) -> Result<()> {
    let all: Vec<_> = all.collect();
    let doubted: Vec<_> = all.iter().filter(|d| !d.is_empty()).collect();
    let Some(first) = doubted.first() else { return Ok(()) };
    let reasons: Vec<String> = first.iter().map(Doubt::text).collect();
    let of =
        if all.len() == 1 { String::new() } else { format!("{} of {} results; the first: ", doubted.len(), all.len()) };
    Err(Error::new(Code::NotTrusted, format!("{of}{}.", reasons.join("; "))))
}
