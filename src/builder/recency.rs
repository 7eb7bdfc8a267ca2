//! How fast a log grows old: the half-life under which rules of earlier visits tell best what follows in the latest.

use super::counts::{HalfLife, Visit, reweigh, rules};

/// Half-lives that are tried, as shares of the log's visits.
const TRIED: [f64; 2] = [0.5, 0.25];
/// Share of the visits that the others are tried on.
const LATEST: usize = 10;
/// A log with fewer visits does not fade.
const FEWEST: usize = 200;
/// Steps that are tried.
const STEPS: usize = 20_000;
/// Fading must be better by this share: it makes tables of fewer visits.
const CLEARLY: f64 = 1.002;

/// The half-life for visits in order of time, with support threshold `k`.
pub(super) fn half_life(visits: &[Visit], rows: usize, k: u32) -> HalfLife {
    if visits.len() < FEWEST {
        return None;
    }
    let (earlier, latest) = visits.split_at(visits.len() - visits.len() / LATEST);
    let mut earlier = earlier.to_vec();
    let mut best = (mrr(&earlier, latest, rows, k) * CLEARLY, None);
    for share in TRIED {
        reweigh(&mut earlier, Some(share));
        let mrr = mrr(&earlier, latest, rows, k);
        if mrr > best.0 {
            best = (mrr, Some(share));
        }
    }
    best.1
}

/// MRR@20 of the rules from the last product alone.
fn mrr(earlier: &[Visit], latest: &[Visit], rows: usize, k: u32) -> f64 {
    let rules = rules(earlier, k);
    let mut starts = vec![0; rows + 1];
    rules.iter().for_each(|p| starts[p.a as usize + 1] += 1);
    (0..rows).for_each(|i| starts[i + 1] += starts[i]);
    let steps = || latest.iter().flat_map(|v| v.rows.windows(2)).map(|w| (w[0] as usize, w[1]));
    let every = steps().count().div_ceil(STEPS).max(1);
    let (mut sum, mut n) = (0.0, 0.0);
    for (last, next) in steps().step_by(every) {
        let from = &rules[starts[last]..starts[last + 1]];
        let own = from.binary_search_by_key(&next, |p| p.b).map_or(0, |at| from[at].weight);
        // Ties as in the tables: the lower row first.
        let before = from.iter().filter(|p| p.weight > own || (p.weight == own && p.b < next)).count();
        if own > 0 && before < 20 {
            sum += 1.0 / (before + 1) as f64;
        }
        n += 1.0;
    }
    sum / f64::max(n, 1.0)
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
