//! Seeded carts and offers for tests: small mixed ones of every kind, and large ones that compete.

use super::{Basis, Cart, Gift, Kind, Line, Off, Points, Promotion, Reach, Scope, Stacking, Stage, Step, UnitPrice};
use crate::money::Minor;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: i64) -> i64 {
        (self.next() % n as u64) as i64
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    fn chance(&mut self, of_ten: i64) -> bool {
        self.below(10) < of_ten
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as i64) as usize]
    }
}

const SKUS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A cart of at most so many lines.
pub(crate) fn cart(r: &mut Random, most: i64) -> Cart {
    let n = if most > 9 { most } else { r.between(1, most) };
    let lines = (0..n).map(|i| {
        let price = if r.chance(1) { r.between(0, 3) } else { r.between(200, 12_000) };
        Line {
            id: format!("L{i}"),
            sku: r.one_of(&SKUS).into(),
            price: Minor(price),
            qty: r.between(1, 4),
            store: r.one_of(&["s1", "s2"]).into(),
            floor: Minor(if r.chance(1) { price / 2 } else { 0 }),
            ..Line::default()
        }
    });
    let lines = lines.collect();
    Cart::new(lines, Minor(r.one_of(&[0, 800]))).expect("a sound cart")
}

fn stacking(r: &mut Random, n: usize) -> Stacking {
    let group = r.chance(3).then(|| r.one_of(&["g1", "g2"]).to_string());
    let excludes = if r.chance(3) { vec![format!("p{}", r.below(n as i64 + 1))] } else { vec![] };
    Stacking { exclusive: r.chance(1) && r.chance(5), group, excludes }
}

/// Offers on the whole cart whose thresholds get in each other's way.
pub(crate) fn competing(r: &mut Random, n: usize, cart: &Cart) -> Vec<Promotion> {
    let total = cart.lines().iter().map(|l| l.price.0 * l.qty).sum::<i64>().max(100);
    let share = |r: &mut Random, low: i64, high: i64| Minor((total * r.between(low, high) / 100).max(1));
    let one = |i: usize| {
        let basis = r.one_of(&[Basis::Running, Basis::Running, Basis::Running, Basis::Item, Basis::List]);
        let stage = r.one_of(&[Stage::Item, Stage::Store, Stage::Platform]);
        let (kind, threshold) = match r.below(4) {
            0 => (Kind::Fixed { amount: share(r, 2, 16) }, Some(share(r, 30, 98))),
            1 => {
                let every = Kind::Every { threshold: share(r, 15, 60), amount: share(r, 1, 8), max_times: None };
                (every, None)
            }
            2 => (Kind::Percent { bp: r.between(300, 2_500) }, None),
            _ => {
                let step = |r: &mut Random, low| Step {
                    at: Reach::Amount(share(r, low, low + 25)),
                    off: Off::Amount(share(r, low / 6, low / 5)),
                };
                (Kind::Tiers(vec![step(r, 20), step(r, 46), step(r, 72)]), None)
            }
        };
        let cap = matches!(kind, Kind::Percent { .. }).then(|| share(r, 5, 12));
        let stacking = stacking(r, n);
        Promotion { basis, stage, threshold, cap, stacking, ..Promotion::new(&format!("p{i}"), kind) }
    };
    (0..n).map(one).collect()
}

/// Offers of every kind, scope and limit.
pub(crate) fn mixed(r: &mut Random, n: usize) -> Vec<Promotion> {
    (0..n).map(|i| one_of_every_kind(r, i, n)).collect()
}

fn one_of_every_kind(r: &mut Random, i: usize, n: usize) -> Promotion {
    let max_times = r.chance(3).then(|| r.between(1, 2));
    let (amount, threshold) =
        (Minor(r.one_of(&[1, 100, 500, 777, 2_000])), Minor(r.one_of(&[1, 3_000, 9_000, 20_000])));
    let bp = r.one_of(&[500, 1_000, 3_333, 10_000]);
    let kind = match r.below(11) {
        0 => Kind::Percent { bp },
        1 => Kind::Fixed { amount },
        2 => Kind::Every { threshold: Minor(threshold.0.max(500)), amount, max_times },
        3 => Kind::Tiers(vec![
            Step { at: Reach::Units(2), off: Off::Percent(bp) },
            Step { at: Reach::Amount(threshold), off: Off::Amount(amount) },
        ]),
        4 => Kind::Nth { n: r.between(1, 3), bp, max_times },
        5 => {
            let get_scope = r.chance(4).then(|| Scope { skus: Some(vec!["B".into()]), ..Scope::default() });
            Kind::Bxgy { buy: r.between(1, 3), get: r.between(1, 2), get_scope, bp, max_times }
        }
        6 => Kind::Bundle { items: vec![("A".into(), 1), ("B".into(), r.between(1, 2))], price: threshold, max_times },
        7 => Kind::UnitPrice {
            prices: ["A", "C"].map(|sku| UnitPrice { sku: sku.into(), price: amount }).to_vec(),
            max_units: max_times,
        },
        8 => Kind::Gift { gift: Gift { sku: "G".into(), qty: 1, value: amount }, repeat: r.chance(5), max_times },
        9 => Kind::Shipping { amount: r.chance(5).then_some(amount) },
        _ => Kind::Points(Points { per_cent: r.one_of(&[1, 10]), max_bp: bp }),
    };
    let plain = Promotion::new(&format!("p{i}"), kind);
    let scope = match r.below(6) {
        0 => Scope { stores: Some(vec!["s1".into()]), ..Scope::default() },
        1 => Scope { skus: Some(vec!["A".into(), "B".into()]), ..Scope::default() },
        2 => Scope { exclude_skus: vec!["C".into()], ..Scope::default() },
        _ => Scope::default(),
    };
    let stage = if r.chance(5) { plain.stage } else { r.one_of(&[Stage::Store, Stage::Platform, Stage::Wallet]) };
    Promotion {
        scope,
        stage,
        priority: r.between(0, 3),
        basis: r.one_of(&[Basis::Running, Basis::Item, Basis::List]),
        exclude_discounted: r.chance(2),
        threshold: r.chance(2).then_some(threshold),
        min_qty: r.one_of(&[0, 0, 0, 2]),
        cap: r.chance(2).then_some(Minor(600)),
        budget_left: r.chance(2).then_some(Minor(900)),
        stacking: stacking(r, n),
        ..plain
    }
}
