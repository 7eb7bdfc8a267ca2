//! Measures of an order of coupons, and two orders compared.

use super::{Group, Ranked};
use crate::random::{Interval, Random};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Places that NDCG looks at.
const PLACES: usize = 10;
/// Resamples of households behind an interval.
const RESAMPLES: usize = 1000;

/// A measure of one group, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Share of pairs of a redeemed and another coupon in the right order; ties count half.
    Auc,
    /// One over the place of the first redeemed coupon.
    Mrr,
    /// Discounted gain of the first ten places, over the best there is.
    Ndcg10,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 3] = [Measure::Auc, Measure::Mrr, Measure::Ndcg10];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Auc => "AUC",
            Measure::Mrr => "MRR",
            Measure::Ndcg10 => "NDCG@10",
        }
    }
}

/// Means over the groups with labels, in the order of [`Measure::ALL`].
pub type Measures = [f64; 3];

/// The model beside the rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Groups with a redeemed candidate and one that is not.
    pub groups: usize,
    /// Means of the model's order.
    pub model: Measures,
    /// Means of the rule's.
    pub rule: Measures,
    /// Model less rule: 95 % intervals over resamples of households; `None` of one household.
    pub difference: [Option<Interval>; 3],
}

/// Compares the orders on the groups that have labels; `None` without any.
pub fn compare(groups: &[Group], ranked: &[Ranked], seed: u64) -> Option<Comparison> {
    // Sums by household: of the model, of the rule, and of groups.
    let mut by_household: BTreeMap<u64, ([f64; 3], [f64; 3], f64)> = BTreeMap::new();
    for (group, r) in groups.iter().zip(ranked) {
        let redeemed: Vec<bool> = r.coupons.iter().map(|c| group.redeemed.contains(c)).collect();
        if !redeemed.contains(&true) || redeemed.iter().all(|x| *x) {
            continue;
        }
        let model = measured(&redeemed, |a, b| r.scores[b].total_cmp(&r.scores[a]));
        let rule = measured(&redeemed, |a, b| by_rule(&r.rule[b], &r.rule[a]));
        let of = by_household.entry(group.household).or_default();
        for k in 0..3 {
            of.0[k] += model[k];
            of.1[k] += rule[k];
        }
        of.2 += 1.0;
    }
    let households: Vec<_> = by_household.into_values().collect();
    let mean = |times: Option<&[u32]>| {
        let (mut sums, mut n) = ([[0.0; 3]; 2], 0.0);
        for (i, (model, rule, groups)) in households.iter().enumerate() {
            let times = times.map_or(1.0, |t| f64::from(t[i]));
            for k in 0..3 {
                sums[0][k] += times * model[k];
                sums[1][k] += times * rule[k];
            }
            n += times * groups;
        }
        (sums.map(|s| s.map(|v| v / n)), n)
    };
    let ([model, rule], n) = mean(None);
    if households.is_empty() {
        return None;
    }
    let mut random = Random::new(seed);
    let mut samples: [Vec<f64>; 3] = Default::default();
    let mut times = vec![0; households.len()];
    for _ in 0..RESAMPLES {
        random.resample(&mut times);
        let ([model, rule], _) = mean(Some(&times));
        for k in 0..3 {
            samples[k].push(model[k] - rule[k]);
        }
    }
    let difference = samples.map(|s| if households.len() > 1 { Interval::of_resamples(s) } else { None });
    Some(Comparison { groups: n as usize, model, rule, difference })
}

fn by_rule(a: &(u64, u64, f64), b: &(u64, u64, f64)) -> Ordering {
    (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| a.2.total_cmp(&b.2))
}

/// The measures of candidates in order of their number, put in order by a comparison under which the better is less.
fn measured(redeemed: &[bool], better: impl Fn(usize, usize) -> Ordering) -> Measures {
    let n = redeemed.len();
    let mut order: Vec<usize> = (0..n).collect();
    // Stable: ties stay in the order of the coupons' numbers.
    order.sort_by(|a, b| better(*a, *b));
    let (mut right, mut above) = (0.0, 0.0);
    for tied in order.chunk_by(|a, b| better(*a, *b) == Ordering::Equal) {
        let hits = tied.iter().filter(|i| redeemed[**i]).count() as f64;
        let misses = tied.len() as f64 - hits;
        // Each miss here is below all hits above it, and beside those it ties with.
        right += misses * (above + hits / 2.0);
        above += hits;
    }
    let hits = above;
    let first = order.iter().position(|i| redeemed[*i]).unwrap_or(n);
    let gain = |place: usize| 1.0 / libm::log2(place as f64 + 2.0);
    let got: f64 = order.iter().take(PLACES).enumerate().filter(|(_, i)| redeemed[**i]).map(|(p, _)| gain(p)).sum();
    let best: f64 = (0..PLACES.min(hits as usize)).map(gain).sum();
    [right / (hits * (n as f64 - hits)), 1.0 / (first as f64 + 1.0), got / best]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(household: u64, redeemed: &[u64], scores: &[f64]) -> (Group, Ranked) {
        let n = scores.len();
        let ranked = Ranked { coupons: (1..=n as u64).collect(), scores: scores.to_vec(), rule: vec![(0, 0, 0.0); n] };
        (Group { campaign: 1, household, redeemed: redeemed.to_vec() }, ranked)
    }

    #[test]
    fn measures_of_an_order_worked_out_by_hand() {
        // In order: 4 (redeemed), then 2 and 3 tied (3 redeemed), then 1. By number 2 stands before 3.
        let (g, r) = group(1, &[4, 3], &[0.0, 1.0, 1.0, 2.0]);
        let c = compare(&[g], &[r], 1).expect("a labelled group");
        // Pairs (redeemed, other): 4 over 2, 4 over 1, 3 over 1, and 3 beside 2: 3.5 of 4.
        let ndcg = (1.0 + 1.0 / libm::log2(4.0)) / (1.0 + 1.0 / libm::log2(3.0));
        assert_eq!(c.model[..2], [3.5 / 4.0, 1.0]);
        assert!((c.model[2] - ndcg).abs() < 1e-12);
        // The rule ties all: half of the pairs, and the order of the numbers.
        assert_eq!(c.rule[..2], [0.5, 1.0 / 3.0]);
        assert_eq!((c.groups, c.difference[0].is_none()), (1, true), "one household has no interval");
    }

    #[test]
    fn an_interval_is_by_household() {
        let all: Vec<_> =
            (0..40).map(|i| group(i / 2, &[2], if i % 4 < 3 { &[0.0, 1.0] } else { &[1.0, 0.0] })).collect();
        let (groups, ranked): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let c = compare(&groups, &ranked, 1).expect("labels");
        assert_eq!((c.groups, c.model[0], c.rule[0]), (40, 0.75, 0.5));
        let interval = c.difference[0].as_ref().expect("an interval");
        assert!(interval.low < 0.25 && 0.25 < interval.high && interval.low > 0.0, "{interval:?}");
    }

    #[test]
    fn groups_without_labels_are_not_measured() {
        let (g, r) = group(1, &[], &[0.0, 1.0]);
        assert_eq!(compare(&[g], &[r], 1), None);
        let (g, r) = group(1, &[1, 2], &[0.0, 1.0]);
        assert_eq!(compare(&[g], &[r], 1), None, "with all redeemed there is no order");
    }
}
