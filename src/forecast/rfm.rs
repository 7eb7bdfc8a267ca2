//! RFM scores: recency, frequency and monetary value, each by its place among all customers.

use crate::order::Arrange;
use alloc::vec::Vec;

/// The score of each customer, from 1 to `steps`: 1 + floor(steps · rank / n), rank from 0 in order of the value, equal values in the order
/// given. For recency give it negated, since the longest ago scores least.
///
/// # Example: equal values may stand on both sides of a step
///
/// ```
/// use nearshelf::forecast::scores;
///
/// assert_eq!(scores(&[10, 10, 30, 10, 20], 5), [1, 2, 5, 3, 4]);
/// ```
pub fn scores(values: &[i64], steps: u8) -> Vec<u8> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.arrange_by_key(|i| values[*i as usize]);
    let mut out = alloc::vec![0_u8; values.len()];
    for (rank, i) in order.iter().enumerate() {
        out[*i as usize] = 1 + (u64::from(steps) * rank as u64 / values.len() as u64) as u8;
    }
    out
}

/// The values at which the scores from 2 on begin: what a device, which knows one customer only, goes by. Equal values that [`scores`] parts
/// get the higher score there.
pub fn cuts(values: &[i64], steps: u8) -> Vec<i64> {
    let mut sorted = values.to_vec();
    sorted.arrange_by_key(|v| *v);
    let at = |k: u64| (k * sorted.len() as u64).div_ceil(u64::from(steps)) as usize;
    (1..u64::from(steps)).filter_map(|k| sorted.get(at(k)).copied()).collect()
}

/// The score that [`cuts`] give a value.
///
/// # Example: a cut is the first value of its score
///
/// ```
/// use nearshelf::forecast::{cuts, score};
///
/// let values: Vec<i64> = (1..=100).collect();
/// let cuts = cuts(&values, 5);
/// assert_eq!(cuts, [21, 41, 61, 81]);
/// assert_eq!((score(20, &cuts), score(21, &cuts), score(1000, &cuts)), (1, 2, 5));
/// ```
pub fn score(value: i64, cuts: &[i64]) -> u8 {
    1 + cuts.iter().filter(|c| value >= **c).count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_agree_with_the_scores_where_values_differ() {
        for n in 1..60_i64 {
            let values: Vec<i64> = (0..n).map(|i| (i * 37) % 61).collect();
            let cuts = cuts(&values, 5);
            for (v, s) in values.iter().zip(scores(&values, 5)) {
                assert_eq!(score(*v, &cuts), s, "{n}: {v} of {values:?}");
            }
        }
        assert!(scores(&[], 5).is_empty() && cuts(&[], 5).is_empty());
    }
}
