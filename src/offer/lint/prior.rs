//! The rule about prior prices: an announced reduction is held against the lowest price of the days before it.

use super::super::{Kind, Promotion};
use super::ground::{Ground, PriceOn, Product};
use super::words::Rule;
use super::{Entry, Finding};

pub(super) fn check(e: &Entry<'_>, ground: &Ground, out: &mut Vec<Finding>) {
    let p = &e.promotion;
    if ground.history.is_empty() || e.raw["coupon"] == true || !is_announced(p) {
        return;
    }
    let Some(begin) = p.when.start.or(ground.now).map(|t| ground.day(t)) else { return };
    for product in ground.in_market(e.market()).filter(|x| p.scope.holds(&x.line)) {
        let Some(sold_at) = reduced(p, product) else { continue };
        if let Some((rule, args)) = judged(product, product.line.price.0, sold_at, begin, ground) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            // One product stands for all: the list of a whole category would hide the rest.
            return out.push(e.finding(rule, "scope", &args));
        }
    }
}

/// Prices of the catalogue that stand beside a higher one, crossed out.
pub(super) fn check_products(ground: &Ground, out: &mut Vec<Finding>) {
    let Some(today) = ground.now.map(|t| ground.day(t)).filter(|_| !ground.history.is_empty()) else { return };
    for (i, product) in ground.products.iter().enumerate() {
        let (Some(list), now) = (product.list.map(|l| l.0), product.line.price.0) else { continue };
        if list <= now {
            continue;
        }
        let begin = began(product, now, today, ground);
        if let Some((rule, args)) = judged(product, list, now, begin, ground) {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            out.push(Finding::new(rule, &format!("products[{i}].list"), &product.line.sku, &args));
        }
    }
}

/// Whether everybody sees it on a price, without doing anything for it.
fn is_announced(p: &Promotion) -> bool {
    let (w, free) = (&p.when, p.threshold.is_none() && p.min_qty <= 1);
    let everybody = w.tiers_allowed.is_none()
        && !w.new_customer
        && w.birthday.is_none()
        && w.code.is_none()
        && w.limit_per_customer.is_none()
        && w.group_size.is_none();
    free && everybody && matches!(p.kind, Kind::Percent { .. } | Kind::Fixed { .. } | Kind::UnitPrice { .. })
}

/// What one unit costs under it, where that is less.
fn reduced(p: &Promotion, product: &Product) -> Option<i64> {
    let price = product.line.price.0;
    let cap = p.cap.map_or(i64::MAX, |c| c.0);
    let at = match &p.kind {
        Kind::Percent { bp } => price - (((i128::from(price) * i128::from(*bp) * 2 + 10_000) / 20_000) as i64).min(cap),
        Kind::Fixed { amount } => price - amount.0.min(cap),
        Kind::UnitPrice { prices, .. } => prices.iter().find(|u| u.sku == product.line.sku)?.price.0,
        _ => return None,
    };
    (at < price).then_some(at.max(0))
}

fn of<'a>(product: &'a Product, ground: &'a Ground) -> impl Iterator<Item = &'a PriceOn> {
    let here = |h: &&PriceOn| h.market.is_empty() || product.market.is_empty() || h.market == product.market;
    ground.history.iter().filter(|h| h.sku == product.line.sku).filter(here)
}

/// The day since which it has cost this: the first of the latest run of days with this price, else today.
fn began(product: &Product, price: i64, today: i64, ground: &Ground) -> i64 {
    let mut days: Vec<&PriceOn> = of(product, ground).filter(|h| h.day <= today).collect();
    days.sort_by_key(|h| std::cmp::Reverse(h.day));
    days.iter().take_while(|h| h.price.0 == price).last().map_or(today, |h| h.day)
}

/// Holds a reduction from `compared` to `sold_at`, that begins on a day, against the days before it.
fn judged(product: &Product, compared: i64, sold_at: i64, begin: i64, ground: &Ground) -> Option<(Rule, Vec<String>)> {
    let days = ground.policy.prior_days;
    let before = of(product, ground).filter(|h| h.day < begin && h.day >= begin - days);
    let sku = product.line.sku.clone();
    let Some(lowest) = before.map(|h| h.price.0).min() else {
        return Some((Rule::PriorPriceUnknown, vec![sku, days.to_string()]));
    };
    let args = || [compared, sold_at, days, lowest].map(|n| n.to_string());
    (compared > lowest || sold_at >= lowest).then(|| (Rule::PriorPrice, std::iter::once(sku).chain(args()).collect()))
}
