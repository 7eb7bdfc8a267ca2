//! Pair counts with a support threshold: a pair counts only with K distinct shoppers behind it.

use super::discount::{self, Discount};
use super::fit::Room;
use super::recency::half_life;
use super::threads::in_order;
use crate::shop::{Session, Shop};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Pairs held in memory at once; more are counted in several passes.
const ROOM: usize = 24_000_000;
/// Shares of the pairs that threads take.
const SHARES: usize = 64;
/// Steps between the two products of a rule.
pub const REACH: usize = 10;
/// Distinct products of one visit that enter co-visitation: the latest.
const WIDTH: usize = 100;
/// A rule over n steps weighs 2520/n, an integer for n up to 10.
pub const RULE_UNIT: u64 = 2520;

/// A counted pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// From this product…
    pub a: u32,
    /// …to this one.
    pub b: u32,
    /// Sum of the pair's weights over all visits, in 1/[`FRESH`].
    pub weight: u64,
    /// Distinct shoppers behind it; 0 for a sum of pairs, whose shoppers do not add up.
    pub shoppers: u32,
}

impl Pair {
    /// Its weight in fresh visits.
    pub fn visits(&self) -> f64 {
        self.weight as f64 / f64::from(FRESH)
    }
}

/// What a fresh visit counts; older ones may count less.
pub const FRESH: u32 = 256;

/// A visit to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Whose it is.
    pub shopper: u32,
    /// What it counts, up to [`FRESH`].
    pub weight: u32,
    /// Its products in order, as rows of the pack to be.
    pub rows: Vec<u32>,
}

/// How visits fade: to a half after this share of the log's visits. `None`: all count the same.
pub type HalfLife = Option<f64>;

/// What the `i`-th of `n` visits counts.
fn weight(i: usize, n: usize, half_life: HalfLife) -> u32 {
    let faded = |share: f64| libm::exp2((i as f64 / n as f64 - 1.0) / share) * f64::from(FRESH);
    half_life.map_or(FRESH, |share| libm::round(faded(share)).max(1.0) as u32)
}

/// Visits by row, with their shoppers. `sessions` are in order of time.
pub fn visits(sessions: &[Session], row_of: &[u32], half_life: HalfLife) -> Vec<Visit> {
    let rows = |s: &Session| s.steps.iter().map(|x| row_of[x.product as usize]).collect();
    let of = |(i, s): (usize, &Session)| Visit {
        shopper: s.shopper,
        weight: weight(i, sessions.len(), half_life),
        rows: rows(s),
    };
    sessions.iter().enumerate().map(of).collect()
}

/// Lets visits, in order of time, fade by another half-life.
pub fn reweigh(visits: &mut [Visit], half_life: HalfLife) {
    let n = visits.len();
    visits.iter_mut().enumerate().for_each(|(i, v)| v.weight = weight(i, n, half_life));
}

/// How a pack is made of a log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Fewest distinct shoppers behind a pair or a popularity.
    pub k: u32,
    /// How fast visits fade.
    pub half_life: HalfLife,
    /// What co-visitation by few shoppers counts less.
    pub discount: Discount,
    /// How large the pack may be.
    pub room: Room,
}

impl Recipe {
    /// With support threshold `k`, and the half-life and discount under which these visits of the shop's products tell most, where it lets them fade and be discounted.
    pub fn of(sessions: &[Session], shop: &Shop, k: u32) -> Recipe {
        let products = shop.products.len();
        let own: Vec<u32> = (0..products as u32).collect();
        let mut visits = visits(sessions, &own, None);
        let half_life = if shop.tables.fading { half_life(&visits, products, k) } else { None };
        reweigh(&mut visits, half_life);
        let discount = if shop.tables.discount { discount::choose(&visits, products, k) } else { Discount::default() };
        Recipe { k, half_life, discount, room: Room::of(products) }
    }
}

/// Sequential rules a → b of at most [`REACH`] steps, weighing [`RULE_UNIT`]/steps, with K shoppers behind each.
pub fn rules(visits: &[Visit], k: u32) -> Vec<Pair> {
    count(visits, k, &|items, emit| {
        for (i, a) in items.iter().enumerate() {
            for (steps, b) in (1..=REACH as u64).zip(&items[i + 1..]) {
                emit(*a, *b, (RULE_UNIT / steps) as u32);
            }
        }
    })
}

/// Co-visitation: visits that hold both products, with K shoppers behind each pair; both directions.
pub fn together(visits: &[Visit], k: u32) -> Vec<Pair> {
    count(visits, k, &|items, emit| {
        let mut distinct: Vec<u32> = Vec::with_capacity(items.len().min(WIDTH));
        for item in items.iter().rev() {
            if distinct.len() < WIDTH && !distinct.contains(item) {
                distinct.push(*item);
            }
        }
        for a in &distinct {
            for b in distinct.iter().filter(|b| *b != a) {
                emit(*a, *b, 1);
            }
        }
    })
}

/// What a visit's products emit as (a, b, weight).
type Emit<'a> = &'a dyn Fn(&[u32], &mut dyn FnMut(u32, u32, u32));

/// Each pair's weight. What is emitted is laid down by its first product, as many of these at once as there is room for; then each
/// product's part is sorted by itself.
fn count(visits: &[Visit], k: u32, pairs_of: Emit<'_>) -> Vec<Pair> {
    let products = visits.iter().flat_map(|v| &v.rows).max().map_or(0, |most| *most as usize + 1);
    let mut starts = vec![0_usize; products + 1];
    for visit in visits {
        pairs_of(&visit.rows, &mut |a, _, _| starts[a as usize + 1] += 1);
    }
    (0..products).for_each(|a| starts[a + 1] += starts[a]);
    let mut out = Vec::new();
    let mut from = 0;
    while from < products {
        // One product at least, and as many more as fit.
        let fit = starts.partition_point(|start| *start <= starts[from] + ROOM) - 1;
        let to = fit.max(from + 1);
        let base = starts[from];
        let mut found: Vec<Found> = vec![Found::default(); starts[to] - base];
        let mut next = starts[from..to].to_vec();
        for visit in visits {
            pairs_of(&visit.rows, &mut |a, b, w| {
                if let Some(at) = (a as usize).checked_sub(from).and_then(|a| next.get_mut(a)) {
                    found[*at - base] = Found { b, shopper: visit.shopper, weight: w * visit.weight };
                    *at += 1;
                }
            });
        }
        for counted in pairs(&mut found, &starts[from..=to], from as u32, k) {
            out.extend(counted);
        }
        from = to;
    }
    out
}

/// What one visit says of a pair, beside its first product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    b: u32,
    shopper: u32,
    weight: u32,
}

/// The pairs with K shoppers, in order, in several lists. `starts` are where the parts of products from `first` on begin and where the last ends.
fn pairs(found: &mut [Found], starts: &[usize], first: u32, k: u32) -> Vec<Vec<Pair>> {
    // Shares of whole products, of about the same size.
    let mut shares: Vec<Mutex<(&mut [Found], Range<usize>)>> = Vec::new();
    let (mut rest, mut from, products) = (found, 0, starts.len() - 1);
    let size = rest.len().div_ceil(SHARES).max(1);
    while from < products {
        let to = starts.partition_point(|start| *start < starts[from] + size).clamp(from + 1, products);
        let (share, after) = rest.split_at_mut(starts[to] - starts[from]);
        shares.push(Mutex::new((share, from..to)));
        (rest, from) = (after, to);
    }
    in_order(&shares, |share| {
        let mut share = share.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, products) = &mut *share;
        let (base, mut out) = (starts[products.start], Vec::new());
        for a in products.clone() {
            let part = &mut found[starts[a] - base..starts[a + 1] - base];
            part.sort_unstable();
            for pair in part.chunk_by(|x, y| x.b == y.b) {
                let shoppers = pair.chunk_by(|x, y| x.shopper == y.shopper).count();
                if shoppers >= k as usize {
                    let weight = pair.iter().map(|x| u64::from(x.weight)).sum();
                    out.push(Pair { a: first + a as u32, b: pair[0].b, weight, shoppers: shoppers as u32 });
                }
            }
        }
        out
    })
}

/// Visits of each product; 0 where fewer than K shoppers are behind them.
pub fn popularity(sessions: &[Session], products: usize, k: u32) -> Vec<u64> {
    let mut seen: Vec<(u32, u32, usize)> = Vec::new();
    for (v, s) in sessions.iter().enumerate() {
        seen.extend(s.steps.iter().map(|x| (x.product, s.shopper, v)));
    }
    seen.sort_unstable();
    seen.dedup();
    let mut out = vec![0; products];
    for product in seen.chunk_by(|x, y| x.0 == y.0) {
        let shoppers = product.chunk_by(|x, y| x.1 == y.1).count();
        if shoppers >= k as usize {
            out[product[0].0 as usize] = product.len() as u64;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::shop::LogStep;

    fn find(pairs: &[Pair], a: u32, b: u32) -> Option<u64> {
        pairs.iter().find(|p| (p.a, p.b) == (a, b)).map(|p| p.weight / u64::from(FRESH))
    }

    fn visit(shopper: u32, rows: &[u32]) -> Visit {
        Visit { shopper, weight: FRESH, rows: rows.to_vec() }
    }

    #[test]
    fn rules_weigh_by_distance_and_need_k_distinct_shoppers() {
        let visits = [visit(1, &[0, 1, 2]), visit(1, &[0, 1]), visit(2, &[0, 2, 2])];
        let all = rules(&visits, 1);
        assert_eq!(find(&all, 0, 1), Some(2 * RULE_UNIT));
        assert_eq!(find(&all, 0, 2), Some(RULE_UNIT / 2 + RULE_UNIT + RULE_UNIT / 2));
        assert_eq!(find(&all, 2, 2), Some(RULE_UNIT), "what is turned to again follows itself");
        let supported = rules(&visits, 2);
        assert_eq!(find(&supported, 0, 1), None, "two visits of one shopper are one shopper");
        assert_eq!(find(&supported, 0, 2), find(&all, 0, 2));
    }

    #[test]
    fn together_counts_visits_in_both_directions() {
        let visits = [visit(1, &[5, 6, 5]), visit(2, &[6, 5]), visit(3, &[6])];
        let pairs = together(&visits, 2);
        assert_eq!((find(&pairs, 5, 6), find(&pairs, 6, 5)), (Some(2), Some(2)));
        assert_eq!(pairs.len(), 2);
        assert!(together(&visits, 3).is_empty());
    }

    #[test]
    fn popularity_below_the_threshold_is_zero() {
        let step = |product| LogStep { product, at: 0, kind: EventKind::ViewItem };
        let s = |shopper, items: &[u32]| Session {
            id: String::new(),
            shopper,
            steps: items.iter().map(|p| step(*p)).collect(),
        };
        let sessions = [s(0, &[0, 0, 1]), s(0, &[0]), s(1, &[1])];
        assert_eq!(popularity(&sessions, 3, 1), [2, 2, 0]);
        assert_eq!(popularity(&sessions, 3, 2), [0, 2, 0]);
    }

    #[test]
    fn older_visits_count_less_but_support_does_not_fade() {
        assert_eq!((0..4).map(|i| weight(i, 4, Some(0.25))).collect::<Vec<_>>(), [16, 32, 64, 128]);
        assert_eq!(weight(0, 1_000, Some(0.01)), 1, "never nothing, or a supported pair would vanish");
        let faded = Visit { weight: 1, ..visit(1, &[0, 1]) };
        let pairs = rules(&[faded, visit(2, &[0, 1])], 2);
        assert_eq!(pairs.iter().map(|p| p.weight).collect::<Vec<_>>(), [u64::from(257 * RULE_UNIT as u32)]);
    }
}
