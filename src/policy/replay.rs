//! Replaying a bandit on a log that explored: rows on which it would have shown the same item count, the others do not.
//!
//! Li, Chu, Langford, Wang, "Unbiased offline evaluation of contextual-bandit-based news article recommendation algorithms", WSDM
//! 2011, algorithm 2: for a log that showed every item equally often, what is left is what the bandit would have met. Where some items
//! were likelier, a match is kept with probability f / propensity, f being the smallest propensity of the log, which makes all alike.

use super::bandit::{BanditKind, BanditSettings, fresh};
use super::log::Log;
use super::trust::Doubt;
use crate::error::{Code, Error, Result};
use crate::random::{Interval, Random, deviation};
use crate::shop::{PolicySettings, Progress};
use std::collections::{BTreeMap, BTreeSet};

/// Features a scene can have; the most frequent of the log are taken.
const FEATURES: usize = 64;
/// Rows after which progress is told.
const TOLD: usize = 4096;

/// What a bandit would have earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// Which bandit.
    pub kind: BanditKind,
    /// Rows that matched, a run: as long as the bandit had to learn.
    pub rounds: f64,
    /// Rewards in them.
    pub rewards: f64,
    /// Mean reward of a round; `None` without rounds.
    pub value: Option<f64>,
    /// 95 % interval: the error of one run of `rounds`, since orders of the same rows are no new evidence, and that of the mean over
    /// the runs.
    pub interval: Option<Interval>,
    /// Reasons not to trust it.
    pub doubts: Vec<Doubt>,
}

/// Replays a bandit over the log, `runs` times in orders that the seed says.
///
/// # Errors
///
/// `bad_exploration` for an empty log, settings out of range, or Thompson sampling on rewards outside 0 to 1.
pub fn replay(
    log: &Log,
    kind: BanditKind,
    settings: &BanditSettings,
    limits: &PolicySettings,
    (runs, seed): (u32, u64),
    progress: &dyn Progress,
) -> Result<Replayed> {
    settings.check()?;
    let in_unit = log.rows.iter().all(|r| (0.0..=1.0).contains(&r.reward));
    if kind == BanditKind::Thompson && !in_unit {
        let detail = "Thompson sampling needs rewards between 0 and 1; name the other bandits with --bandit.";
        return Err(Error::new(Code::BadExploration, detail));
    }
    let floor = log.rows.iter().map(|r| r.propensity).fold(f64::INFINITY, f64::min);
    if log.rows.is_empty() || runs == 0 {
        return Err(Error::new(Code::BadExploration, "a replay needs rows and runs."));
    }
    let arms = arms(log);
    let (scenes, features) = scenes(log);
    let mut random = Random::new(seed);
    let mut order: Vec<u32> = (0..log.rows.len() as u32).collect();
    let (mut rounds, mut sum, mut squares, mut rewards) = (0.0, 0.0, 0.0, 0.0);
    let mut means = Vec::new();
    progress.stage(&format!("replaying {}", kind.code()), u64::from(runs) * order.len() as u64);
    for _ in 0..runs {
        random.shuffle(&mut order);
        let before = (rounds, sum);
        let mut bandit = fresh(kind, settings, log.items().len(), features);
        for (at, i) in order.iter().enumerate() {
            if at % TOLD == 0 {
                progress.advance(TOLD.min(order.len() - at) as u64);
            }
            let (row, scene) = (&log.rows[*i as usize], &scenes[*i as usize]);
            let chosen = bandit.choose(&arms[row.place as usize], scene, &mut random);
            if chosen == row.item && random.unit() < floor / row.propensity {
                bandit.learn(row.item, scene, row.reward, &mut random);
                rounds += 1.0;
                sum += row.reward;
                squares += row.reward * row.reward;
                rewards += f64::from(row.reward != 0.0);
            }
        }
        if rounds > before.0 {
            means.push((sum - before.1) / (rounds - before.0));
        }
    }
    let runs = f64::from(runs);
    let per_run = rounds / runs;
    let value = (rounds > 0.0).then(|| sum / rounds);
    let between = deviation(&means).map_or(0.0, |d| d * d / means.len() as f64);
    let interval = value.filter(|_| per_run > 1.0).map(|mean| {
        let variance = (squares / rounds - mean * mean).max(0.0);
        // The rounds that would leave as much error by themselves.
        let worth = if variance > 0.0 { 1.0 / (1.0 / per_run + between / variance) } else { per_run };
        if in_unit { wilson(mean, worth) } else { normal(mean, variance, worth) }
    });
    let mut doubts = Vec::new();
    let expected = floor * log.rows.len() as f64;
    // Four standard deviations of a count, and a hundredth for rounded propensities.
    if (per_run - expected).abs() > 4.0 * libm::sqrt(expected) + 0.01 * expected {
        doubts.push(Doubt::Matches(per_run, expected));
    }
    if per_run < limits.effective_rows {
        doubts.push(Doubt::FewRows(per_run, limits.effective_rows));
    }
    if rewards / runs < limits.effective_rewards {
        doubts.push(Doubt::FewRewards(rewards / runs, limits.effective_rewards));
    }
    Ok(Replayed { kind, rounds: per_run, rewards: rewards / runs, value, interval, doubts })
}

/// The items a bandit can choose from at each place: whatever the log showed in that slot.
fn arms(log: &Log) -> Vec<Vec<u32>> {
    let mut by_slot: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for row in &log.rows {
        by_slot.entry(&log.places[row.place as usize].slot).or_default().insert(row.item);
    }
    let of = |slot: &str| by_slot.get(slot).map_or(Vec::new(), |items| items.iter().copied().collect());
    log.places.iter().map(|p| of(&p.slot)).collect()
}

/// The features that hold in each row, and how many there are: a constant, the place, and what the row says of the scene.
fn scenes(log: &Log) -> (Vec<Vec<usize>>, usize) {
    let names = log.feature_names.all();
    let places = log.places.len();
    // The places first, then the row's own.
    let mut counts = vec![0_usize; places + names.len()];
    for row in &log.rows {
        counts[row.place as usize] += 1;
        log.features[row.features.clone()].iter().for_each(|f| counts[places + *f as usize] += 1);
    }
    let label = |i: usize| if i < places { None } else { names.get(i - places) };
    let mut order: Vec<usize> = (0..counts.len()).filter(|i| counts[*i] > 0).collect();
    order.sort_by(|a, b| counts[*b].cmp(&counts[*a]).then_with(|| label(*a).cmp(&label(*b))).then(a.cmp(b)));
    let mut number = vec![None; counts.len()];
    order.iter().take(FEATURES - 1).zip(1..).for_each(|(i, n)| number[*i] = Some(n));
    let scene = |row: &super::log::Row| {
        let own = log.features[row.features.clone()].iter().map(|f| places + *f as usize);
        let mut scene: Vec<usize> =
            std::iter::once(row.place as usize).chain(own).filter_map(|i| number[i]).chain([0]).collect();
        scene.sort_unstable();
        scene.dedup();
        scene
    };
    (log.rows.iter().map(scene).collect(), order.len().min(FEATURES - 1) + 1)
}

const Z: f64 = 1.959_963_984_540_054;

/// Interval of a mean of values between 0 and 1 (Wilson 1927): sound also with few rewards or none.
fn wilson(mean: f64, n: f64) -> Interval {
    let z2 = Z * Z / n;
    let centre = (mean + z2 / 2.0) / (1.0 + z2);
    let half = Z / (1.0 + z2) * libm::sqrt((mean * (1.0 - mean) + z2 / 4.0) / n);
    Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
}

fn normal(mean: f64, variance: f64, n: f64) -> Interval {
    let half = Z * libm::sqrt(variance / n);
    Interval { low: mean - half, high: mean + half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_the_published_one() {
        // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I: 81/263, 15/148, 0/20, 1/29.
        let cases = [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ];
        for (hits, n, low, high) in cases {
            let i = wilson(hits / n, n);
            assert!((i.low - low).abs() < 5e-5 && (i.high - high).abs() < 5e-5, "{hits}/{n}: {i:?}");
        }
    }

    #[test]
    fn scenes_have_the_place_and_the_most_frequent_features() {
        let mut log = Log::new();
        for i in 0..100_u32 {
            log.push("home", i % 2, "a", 1.0, 0.0);
            let from = log.features.len();
            let n = log.feature_names.number(&format!("f{}", i / 2));
            log.features.push(n);
            let last = log.rows.len() - 1;
            log.rows[last].features = from..from + 1;
        }
        let (scenes, features) = scenes(&log);
        assert_eq!(features, 2 + 50 + 1, "two places, fifty features, the constant");
        assert!(scenes.iter().all(|s| s.len() == 3 && s[0] == 0));
        assert_eq!(arms(&log), [[0], [0]]);
    }
}
