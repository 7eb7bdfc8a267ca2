//! How fast a log grows old: the half-life under which rules of earlier visits tell best what follows in the latest.

use super::counts::{HalfLife, Visit, reweigh, rules};

/// Half-lives that are tried, as shares of the log's visits.
const TRIED: [f64; 2] = [0.5, 0.25];
/// Share of the visits that the others are tried on.
pub(super) const LATEST: usize = 10;
/// A log with fewer visits tells nothing of this, and does not fade.
pub(super) const FEWEST: usize = 200;
/// Steps that are tried.
const STEPS: usize = 100_000;
/// Fading must be better by more than so many times the standard error of what it is better by: it makes tables of fewer visits, and short logs say little.
const CLEARLY: f64 = 2.0;

/// The half-life for visits in order of time, with support threshold `k`.
pub(super) fn half_life(visits: &[Visit], rows: usize, k: u32) -> HalfLife {
    if visits.len() < FEWEST {
        return None;
    }
    let (earlier, latest) = visits.split_at(visits.len() - visits.len() / LATEST);
    let mut earlier = earlier.to_vec();
    let plain = reciprocal_ranks(&earlier, latest, rows, k);
    let mut best = (0.0, None);
    for share in TRIED {
        reweigh(&mut earlier, Some(share));
        let faded = reciprocal_ranks(&earlier, latest, rows, k);
        let (better, error) = mean_and_error(faded.iter().zip(&plain).map(|(x, y)| x - y));
        if better > best.0 && better > CLEARLY * error {
            best = (better, Some(share));
        }
    }
    best.1
}

/// The mean of numbers, and its standard error.
fn mean_and_error(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count().max(2) as f64;
    let mean = x.clone().sum::<f64>() / n;
    let squares: f64 = x.map(|x| (x - mean) * (x - mean)).sum();
    (mean, libm::sqrt(squares / (n * (n - 1.0))))
}

/// For each step that is tried one over the place of what came next among the rules from the last product alone; 0 where it is not among the best twenty.
fn reciprocal_ranks(earlier: &[Visit], latest: &[Visit], rows: usize, k: u32) -> Vec<f64> {
    let rules = rules(earlier, k);
    let mut starts = vec![0; rows + 1];
    rules.iter().for_each(|p| starts[p.a as usize + 1] += 1);
    (0..rows).for_each(|i| starts[i + 1] += starts[i]);
    let steps = || latest.iter().flat_map(|v| v.rows.windows(2)).map(|w| (w[0] as usize, w[1]));
    let every = steps().count().div_ceil(STEPS).max(1);
    let rank = |(last, next): (usize, u32)| {
        let from = &rules[starts[last]..starts[last + 1]];
        let own = from.binary_search_by_key(&next, |p| p.b).map_or(0, |at| from[at].weight);
        // Ties as in the tables: the lower row first.
        let before = from.iter().filter(|p| p.weight > own || (p.weight == own && p.b < next)).count();
        if own > 0 && before < 20 { 1.0 / (before + 1) as f64 } else { 0.0 }
    };
    steps().step_by(every).map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::super::counts::FRESH;
    use super::*;

    /// Visits of two products: what follows 0 is 1 or 2 by turns, or first always 1 and then always 2.
    fn log(turns: bool) -> Vec<Visit> {
        let next = |i: u32| if turns { 1 + u32::from(i >= 500) } else { 1 + i % 2 };
        (0..1_000).map(|i| Visit { shopper: i, weight: FRESH, rows: vec![0, next(i)] }).collect()
    }

    #[test]
    fn a_log_that_turns_grows_old_and_a_steady_one_does_not() {
        assert_eq!(half_life(&log(false), 3, 1), None);
        assert!(half_life(&log(true), 3, 1).is_some());
        assert_eq!(half_life(&log(true)[..100], 3, 1), None, "too short to tell");
    }
}
