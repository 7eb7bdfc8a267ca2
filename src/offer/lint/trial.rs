//! Tries promotions out: the smallest cart that one takes, quoted by the engine with its conditions taken as met.

use super::super::{Cart, Conditions, Customer, Kind, Limits, Line, Offers, Promotion, Reach, Scope, Stage, quote};
use super::ground::Product;
use crate::money::Minor;
use crate::time::Millis;

/// Units of the largest cart that is tried.
const MOST_UNITS: i64 = 100_000;

/// What a cart costs before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) subtotal: i64,
    pub(super) off: i64,
}

impl Outcome {
    pub(super) fn is_free(self) -> bool {
        self.off > 0 && self.off >= self.subtotal
    }

    /// The share taken off, in basis points, rounded down.
    pub(super) fn off_bp(self) -> i64 {
        (i128::from(self.off) * 10_000 / i128::from(self.subtotal.max(1))) as i64
    }
}

/// The promotion for everybody at any time.
pub(super) fn unconditioned(p: &Promotion) -> Promotion {
    Promotion { when: Conditions::default(), budget_left: None, ..p.clone() }
}

/// Quotes these promotions, all of which have to apply; `None` where one does not.
pub(super) fn outcome(promotions: &[&Promotion], lines: Vec<Line>) -> Option<Outcome> {
    let offers = Offers::new(promotions.iter().map(|p| unconditioned(p)).collect()).ok()?;
    let cart = Cart::new(lines, Minor(0)).ok()?;
    let q = quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default());
    (q.applied.len() == promotions.len()).then_some(Outcome { subtotal: q.subtotal.0, off: q.discount.0 })
}

/// The smallest carts a promotion takes: one for each step, else one; products cheapest first. Empty where prices have no part in it.
pub(super) fn carts(p: &Promotion, cheapest_first: &[&Product]) -> Vec<Vec<Line>> {
    if p.stage == Stage::Shipping || matches!(p.kind, Kind::Shipping { .. } | Kind::Gift { .. } | Kind::Points(_)) {
        return Vec::new();
    }
    // The cheapest, and the cheapest that may be sold at any price.
    let all_in = |scope: &Scope| {
        let mut found = cheapest_first.iter().copied().filter(|x| scope.holds(&x.line) && x.line.price.0 > 0);
        let first = found.next();
        let free = first.filter(|x| x.line.floor.0 > 0).and_then(|_| found.find(|x| x.line.floor.0 <= 0));
        first.into_iter().chain(free).collect::<Vec<&Product>>()
    };
    let in_scope = |scope: &Scope| all_in(scope).first().copied();
    let of = |product: &Product, qty: i64| Line { qty, ..product.line.clone() };
    match &p.kind {
        Kind::Bundle { items, .. } => {
            let found = |sku: &String| cheapest_first.iter().copied().find(|x| x.line.sku == *sku);
            items.iter().map(|(sku, qty)| Some(of(found(sku)?, *qty))).collect::<Option<_>>().into_iter().collect()
        }
        Kind::UnitPrice { prices, .. } => {
            // The product that is reduced the most, by share.
            let cut = |x: &&Product| {
                let to = prices.iter().find(|u| u.sku == x.line.sku).map(|u| u.price.0)?;
                let now = x.line.price.0;
                (now > 0 && p.scope.holds(&x.line)).then(|| i128::from(now - to) * 10_000 / i128::from(now))
            };
            let best =
                cheapest_first.iter().copied().filter_map(|x| Some((cut(&x)?, x))).max_by_key(|(share, _)| *share);
            best.map(|(_, x)| vec![of(x, units(p, x.line.price.0, None))]).into_iter().collect()
        }
        Kind::Bxgy { buy, get, get_scope: Some(scope), .. } => {
            let dearest = cheapest_first.iter().copied().rfind(|x| scope.holds(&x.line));
            let pair = in_scope(&p.scope).zip(dearest);
            let both =
                pair.map(|(one, other)| vec![of(one, (*buy).max(units(p, one.line.price.0, None))), of(other, *get)]);
            both.into_iter().collect()
        }
        Kind::Tiers(steps) => {
            let all = all_in(&p.scope);
            let one = |at: Reach| all.iter().map(move |x| vec![of(x, units(p, x.line.price.0, Some(at)))]);
            steps.iter().flat_map(|s| one(s.at)).collect()
        }
        _ => all_in(&p.scope).into_iter().map(|x| vec![of(x, units(p, x.line.price.0, None))]).collect(),
    }
}

/// The first product that the smallest cart of a promotion would sell below this share of its list price, in basis points. Products are each tried alone.
#[cfg(feature = "cli")]
pub(crate) fn leads_below<'p>(p: &Promotion, products: &[&'p Product], least_bp: i64) -> Option<&'p Product> {
    let below = |x: &&Product| {
        let list = x.list.unwrap_or(x.line.price).0;
        p.is_about(&x.line)
            && carts(p, &[*x]).into_iter().any(|lines| {
                let qty: i64 = lines.iter().map(|l| l.qty).sum();
                let least = i128::from(list) * i128::from(qty) * i128::from(least_bp);
                let left = |o: Outcome| i128::from(o.subtotal - o.off) * 10_000;
                outcome(&[p], lines).is_some_and(|o| o.off > 0 && left(o) < least)
            })
    };
    products.iter().copied().find(below)
}

/// The fewest units of a product at this price that a promotion takes.
pub(super) fn units(p: &Promotion, price: i64, step: Option<Reach>) -> i64 {
    let reach = |amount: i64| amount.max(0).saturating_add(price - 1) / price.max(1);
    let kind = match &p.kind {
        Kind::Nth { n, .. } => *n,
        Kind::Bxgy { buy, get, get_scope: None, .. } => buy.saturating_add(*get),
        Kind::Bxgy { buy, .. } => *buy,
        Kind::Every { threshold, .. } => reach(threshold.0),
        _ => 1,
    };
    let step = match step {
        Some(Reach::Amount(amount)) => reach(amount.0),
        Some(Reach::Units(n)) => n,
        None => 1,
    };
    let threshold = p.threshold.map_or(1, |t| reach(t.0));
    kind.max(step).max(threshold).max(p.min_qty).clamp(1, MOST_UNITS)
}
