//! What two promotions cannot mean beside each other.

use super::super::{Kind, Promotion, Stage};
use super::ground::{Ground, Product};
use super::trial::{outcome, units};
use super::words::Rule;
use super::{Entry, Finding};
use crate::time::Millis;

/// Which products each is about, as bits, cheapest first.
struct About(Vec<u64>);

impl About {
    fn of(e: &Entry<'_>, cheapest_first: &[&Product]) -> About {
        let mut bits = vec![0_u64; cheapest_first.len().div_ceil(64)];
        let p = &e.promotion;
        for (i, x) in cheapest_first.iter().enumerate() {
            let here = e.market().is_none_or(|m| x.market.is_empty() || x.market == m);
            if here && p.is_about(&x.line) {
                bits[i / 64] |= 1 << (i % 64);
            }
        }
        About(bits)
    }

    /// The cheapest product that both are about.
    fn common(&self, other: &About) -> Option<usize> {
        let both = self.0.iter().zip(&other.0).map(|(a, b)| a & b).enumerate();
        both.filter(|(_, bits)| *bits != 0).map(|(i, bits)| i * 64 + bits.trailing_zeros() as usize).next()
    }
}

pub(super) fn check(entries: &[Entry<'_>], ground: &Ground, out: &mut Vec<Finding>) {
    let mut products: Vec<&Product> = ground.products.iter().filter(|p| p.line.price.0 > 0).collect();
    products.sort_by_key(|p| p.line.price);
    let about: Vec<About> = entries.iter().map(|e| About::of(e, &products)).collect();
    for (j, later) in entries.iter().enumerate() {
        // Of each rule the first partner is told: a list of all would hide the rest.
        let mut told = Vec::new();
        let mut tell = |rule: Rule, field: &str, args: &[&str], out: &mut Vec<Finding>| {
            if !told.contains(&rule) {
                told.push(rule);
                out.push(later.finding(rule, field, args));
            }
        };
        for (i, earlier) in entries.iter().enumerate().filter(|(i, _)| *i != j) {
            let (a, b) = (&earlier.promotion, &later.promotion);
            let apart = earlier.market().zip(later.market()).is_some_and(|(x, y)| x != y);
            if apart || !meet(a, b) {
                continue;
            }
            let common = about[i].common(&about[j]);
            let overlap = if products.is_empty() { a.scope == b.scope } else { common.is_some() };
            if conflict(a, b) {
                if is_never_worse(a, b) && !(is_never_worse(b, a) && b.id < a.id) {
                    tell(Rule::NeverChosen, "", &[&a.id], out);
                } else if i < j && a.stacking.exclusive && b.stacking.exclusive && overlap {
                    tell(Rule::ExclusiveTwice, "exclusive", &[&a.id], out);
                }
            } else if i < j && a.kind == b.kind && alike(a, b) {
                tell(Rule::Twice, "", &[&a.id], out);
            } else if let Some(x) = common.filter(|_| i < j && is_of_lines(a) && is_of_lines(b)) {
                together(earlier, later, products[x], ground, &mut |rule, args| tell(rule, "", args, out));
            }
        }
    }
}

fn is_of_lines(p: &Promotion) -> bool {
    p.stage != Stage::Shipping
        && !matches!(p.kind, Kind::Shipping { .. } | Kind::Gift { .. } | Kind::Points(_) | Kind::Bundle { .. })
        && !matches!(&p.kind, Kind::Bxgy { get_scope: Some(_), .. })
}

/// Whether there may be an instant at which both hold.
fn meet(a: &Promotion, b: &Promotion) -> bool {
    let start = |p: &Promotion| p.when.start.unwrap_or(Millis(i64::MIN));
    let end = |p: &Promotion| p.when.end.unwrap_or(Millis(i64::MAX));
    start(a) < end(b) && start(b) < end(a)
}

fn conflict(a: &Promotion, b: &Promotion) -> bool {
    a.stacking.exclusive
        || b.stacking.exclusive
        || a.stacking.group.is_some() && a.stacking.group == b.stacking.group
        || a.stacking.excludes.contains(&b.id)
        || b.stacking.excludes.contains(&a.id)
}

/// Whether they are about the same lines, in the same way, for the same people at the same times.
fn alike(a: &Promotion, b: &Promotion) -> bool {
    let same_limits = (a.threshold, a.min_qty, a.basis, a.cap) == (b.threshold, b.min_qty, b.basis, b.cap);
    same_ground(a, b) && same_limits && a.when.start == b.when.start && a.when.end == b.when.end
}

fn same_ground(a: &Promotion, b: &Promotion) -> bool {
    let (x, y) = (&a.when, &b.when);
    a.stage == b.stage
        && a.scope == b.scope
        && a.exclude_discounted == b.exclude_discounted
        && (&x.daily, &x.tiers_allowed, x.new_customer, x.birthday)
            == (&y.daily, &y.tiers_allowed, y.new_customer, y.birthday)
        && (&x.code, x.limit_per_customer, x.limit_total, x.group_size)
            == (&y.code, y.limit_per_customer, y.limit_total, y.group_size)
}

/// Whether wherever `b` gives something `a` gives as much.
fn is_never_worse(a: &Promotion, b: &Promotion) -> bool {
    let covers = a.when.start.is_none_or(|s| b.when.start.is_some_and(|t| s <= t))
        && a.when.end.is_none_or(|e| b.when.end.is_some_and(|t| e >= t));
    let reach = |p: &Promotion| (p.threshold.map_or(0, |t| t.0), p.min_qty);
    let ((t_a, q_a), (t_b, q_b)) = (reach(a), reach(b));
    let cap = |p: &Promotion| p.cap.map_or(i64::MAX, |c| c.0);
    let budget = a.budget_left.is_none();
    // What else it bars from the set must be no more than what the other bars.
    let stacking = |p: &Promotion| (p.stacking.exclusive, p.stacking.group.clone());
    let frees = stacking(a) == stacking(b)
        && a.stacking.excludes.iter().all(|id| *id == b.id || b.stacking.excludes.contains(id));
    let gives = match (&a.kind, &b.kind) {
        (Kind::Percent { bp: x }, Kind::Percent { bp: y }) => x >= y && cap(a) >= cap(b),
        (Kind::Fixed { amount: x }, Kind::Fixed { amount: y }) => x >= y && cap(a) >= cap(b),
        (x, y) => x == y && cap(a) >= cap(b),
    };
    let same_order = a.priority == b.priority;
    gives
        && covers
        && budget
        && frees
        && same_order
        && same_ground(a, b)
        && a.basis == b.basis
        && t_a <= t_b
        && q_a <= q_b
}

/// The smallest cart of one product that both take.
fn together(a: &Entry<'_>, b: &Entry<'_>, x: &Product, ground: &Ground, tell: &mut dyn FnMut(Rule, &[&str])) {
    let price = x.line.price.0;
    let least = |p: &Promotion| match &p.kind {
        Kind::Tiers(steps) => steps.iter().map(|s| units(p, price, Some(s.at))).min().unwrap_or(1),
        _ => units(p, price, None),
    };
    let qty = least(&a.promotion).max(least(&b.promotion));
    let lines = vec![super::super::Line { qty, ..x.line.clone() }];
    let one_free = [a, b].iter().any(|e| outcome(&[&e.promotion], lines.clone()).is_some_and(|o| o.is_free()));
    let Some(both) = outcome(&[&a.promotion, &b.promotion], lines).filter(|_| !one_free) else { return };
    let (id, sku, n) = (a.promotion.id.as_str(), x.line.sku.as_str(), qty.to_string());
    if both.is_free() {
        tell(Rule::GivesAwayTogether, &[id, sku, &n]);
    } else if both.off_bp() >= ground.policy.most_off_bp {
        tell(Rule::DeepTogether, &[id, sku, &n, &(both.off_bp() / 100).to_string()]);
    }
}
