//! What is chosen together by one shopper only: on a sparse log most of it is chance, and crowds out what several were behind.

use super::counts::{Pair, Visit, together};
use super::recency::{FEWEST, LATEST};
use super::tables::{cosine, rows};
use crate::id::Row;
use std::collections::BTreeMap;

/// Shoppers are taken off in parts of this size.
const PARTS: u64 = 10;
/// Parts that are tried: half a shopper, and nearly one.
const TRIED: [u64; 2] = [5, 9];
/// Steps that are tried; products of the visit that are gone by, and how they fade.
const STEPS: usize = 8_000;
const BEFORE: usize = 8;
const FADE: f64 = 0.8;
/// Places in which the next product has to stand.
const PLACES: usize = 20;
/// The discount must be better by this share.
const CLEARLY: f64 = 1.01;

/// Takes a part of one shopper's weight from each pair, in tenths, 0 to 9: absolute discounting of counts, as in language models (Ney, Essen, Kneser, Computer Speech
/// and Language 8, 1994).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discount(u64);

impl Discount {
    /// What it leaves of a pair: never nothing, or a supported pair would vanish.
    pub fn of(self, p: Pair) -> Pair {
        let less = p.weight * self.0 / (PARTS * u64::from(p.shoppers.max(1)));
        Pair { weight: (p.weight - less).max(1), ..p }
    }
}

/// The discount under which co-visitation in the earlier of these visits, in order of time, tells best what comes next in the latest. Only at support 1: above it no
/// pair is one shopper's, and which discount is best would hang on pairs below the threshold.
pub(super) fn choose(visits: &[Visit], products: usize, k: u32) -> Discount {
    if k > 1 || visits.len() < FEWEST {
        return Discount::default();
    }
    let (earlier, latest) = visits.split_at(visits.len() - visits.len() / LATEST);
    let mut size = vec![0.0; products];
    for visit in earlier {
        let mut distinct = visit.rows.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.iter().for_each(|row| size[*row as usize] += 1.0);
    }
    let pairs = together(earlier, k);
    let hits = |discount: Discount| hits(&pairs, discount, &size, latest) as f64;
    let mut best = (hits(Discount::default()) * CLEARLY, Discount::default());
    for discount in TRIED.map(Discount) {
        let hits = hits(discount);
        if hits > best.0 {
            best = (hits, discount);
        }
    }
    best.1
}

/// How often what comes next is among the best by the cosines with what came before.
fn hits(pairs: &[Pair], discount: Discount, size: &[f64], latest: &[Visit]) -> usize {
    let table = rows(pairs, size.len(), |p| cosine(&discount.of(*p), size));
    let steps =
        || latest.iter().flat_map(|v| (1..v.rows.len()).map(|i| (&v.rows[i.saturating_sub(BEFORE)..i], v.rows[i])));
    let every = steps().count().div_ceil(STEPS).max(1);
    let hit = |(before, next): &(&[u32], u32)| {
        let mut sum: BTreeMap<u32, f64> = BTreeMap::new();
        let mut fade = 1.0;
        for (_, row) in before.iter().enumerate().rev().filter(|(i, row)| !before[i + 1..].contains(row)) {
            for (Row(b), weight) in &table[*row as usize] {
                *sum.entry(*b).or_default() += fade * weight;
            }
            fade *= FADE;
        }
        let Some(own) = sum.get(next) else { return false };
        sum.iter().filter(|(b, w)| **w > *own || (**w == *own && *b < next)).count() < PLACES
    };
    steps().step_by(every).filter(hit).count()
}

#[cfg(test)]
mod tests {
    use super::super::counts::FRESH;
    use super::*;

    fn visit(shopper: u32, rows: &[u32]) -> Visit {
        Visit { shopper, weight: FRESH, rows: rows.to_vec() }
    }

    #[test]
    fn it_takes_most_from_what_one_shopper_is_behind_and_never_all() {
        let pair = |weight, shoppers| Pair { a: 0, b: 1, weight, shoppers };
        let pairs = [pair(1000, 1), pair(1000, 2), pair(1000, 10), pair(1, 1)];
        assert_eq!(pairs.map(|p| Discount(9).of(p).weight), [100, 550, 910, 1]);
        assert_eq!(pairs.map(|p| Discount::default().of(p)), pairs);
    }

    /// A hundred groups: one shopper turned to four products and, where chance has its way, to thirty more; two others to the first of the four and to another product, which
    /// follows the four in the latest visits.
    fn log(chance: bool) -> Vec<Visit> {
        let four = |g: u32| (40 * g..40 * g + 4).collect::<Vec<u32>>();
        let last = |g: u32| 40 * g + 39;
        let group = |g: u32| {
            let more = if chance { 40 * g + 4..40 * g + 34 } else { 0..0 };
            let few = visit(3 * g + 1, &[40 * g, last(g)]);
            [
                visit(3 * g, &four(g).into_iter().chain(more).collect::<Vec<_>>()),
                few.clone(),
                Visit { shopper: 3 * g + 2, ..few },
            ]
        };
        let then = |g: u32| visit(1_000 + g, &[four(g), vec![last(g)]].concat());
        (0..100).flat_map(group).chain((0..33).map(then)).collect()
    }

    #[test]
    fn a_log_of_few_pairs_that_several_are_behind_is_discounted_and_others_are_not() {
        assert_eq!(choose(&log(false), 4_000, 1), Discount::default(), "nothing is in the way");
        assert_ne!(choose(&log(true), 4_000, 1), Discount::default());
        assert_eq!(choose(&log(true), 4_000, 2), Discount::default(), "above support 1 there is nothing to choose");
        assert_eq!(choose(&log(true)[..100], 4_000, 1), Discount::default(), "too short to tell");
    }
}
