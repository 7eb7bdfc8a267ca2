//! How likely the shopper is to use a coupon: what the portrait counts of its products.

use super::Engine;
use super::checkout::line_of;
use crate::event::EventKind;
use crate::id::Key;
use crate::list::Gather;
use crate::offer::Promotion;
use crate::offer::usage::{Counts, CouponFacts, Mark, ONE, Usage, faded, score};
use crate::privacy::consent::Personalize;
use crate::profile::history::{Count, Rhythm};
use crate::profile::{Affinity, Dimension, decay};
use crate::time::Millis;
use alloc::vec::Vec;

/// What the shopper bought, as far as the portrait remembers it.
pub(super) struct Bought {
    allowed: Personalize,
    orders: u64,
    products: Vec<Rhythm>,
    categories: Vec<Rhythm>,
}

/// Adds those of which an affinity knows no more than that there was a purchase.
fn remember(counted: &mut Vec<Rhythm>, affinity: &Affinity) {
    let exact = counted.len();
    for t in affinity.traits() {
        let bought = t.kinds >> EventKind::Purchase as u8 & 1 != 0;
        if bought && counted[..exact].iter().all(|r| r.key != t.key) {
            counted.push(Rhythm { key: t.key, orders: Count { n: 1, first: t.last, last: t.last } });
        }
    }
}

/// One where the time since the last purchase is from the first to the second share of the mean time between two.
fn due(orders: &Count, now: Millis, shares: [u32; 2]) -> u32 {
    let interval = orders.last.since(orders.first).checked_div(i64::from(orders.n) - 1).unwrap_or(0);
    // 2,000 years fit.
    let age = now.since(orders.last).clamp(0, 1 << 46) * ONE;
    let share = age.checked_div(interval).unwrap_or(-1);
    let [from, until] = shares.map(i64::from);
    if from <= share && share <= until { ONE as u32 } else { 0 }
}

impl Engine {
    /// What the shopper bought; nothing where nobody may be looked at.
    pub(super) fn bought(&mut self) -> Option<Bought> {
        let allowed = self.consent.may_personalize()?;
        let (orders, mut products, mut categories) = self.portrait.purchases(&allowed);
        let view = self.portrait.view(&allowed);
        remember(&mut products, view.affinity(Dimension::Item));
        remember(&mut categories, view.affinity(Dimension::Category));
        Some(Bought { allowed, orders, products, categories })
    }

    /// The score of a coupon in ones, and the reason that says most for it. Of nobody in particular without what was `bought`.
    pub(super) fn usage(
        &mut self,
        now: Millis,
        usage: &Usage,
        facts: &CouponFacts,
        offer: &Promotion,
        known: Option<&Bought>,
    ) -> (i64, &'static str) {
        let mut counts = Counts { about: facts.about, ..Counts::default() };
        if let Some(known) = known {
            let c = &self.catalog;
            let mut is_due = 0;
            for Rhythm { key, orders } in &known.products {
                let Some(row) = c.row_of(*key) else { continue };
                if c.variants_of(row).any(|v| offer.is_about(&line_of(c, row, v))) {
                    let n = u64::from(orders.n);
                    counts.own += n;
                    counts.own_faded += n * faded(now.since(orders.last));
                    counts.own_products += 1;
                    is_due |= due(orders, now, usage.due);
                }
            }
            for Rhythm { key, orders } in &known.categories {
                let Some(x) = c.category_of_key(*key) else { continue };
                let n = u64::from(orders.n);
                if facts.has(Mark::Type, x) {
                    counts.of_type += n;
                    is_due |= due(orders, now, usage.due);
                }
                if facts.has(Mark::Above, c.parent_of(x).unwrap_or(x)) {
                    counts.of_category += n;
                }
            }
            // An order with two of them is counted twice, as far as there were orders.
            counts.own = counts.own.min(known.orders);
            counts.own_faded = counts.own_faded.min(known.orders * ONE as u64);
            counts.of_type = counts.of_type.min(known.orders);
            counts.of_category = counts.of_category.min(known.orders);
            let taste = u64::from(self.interest(&offer.scope)) * ONE as u64 / 1_000_000;
            let c = &self.catalog;
            let view = self.portrait.view(&known.allowed);
            let brand = |key: Key| c.brand_of_key(key).is_some_and(|b| facts.has(Mark::Brand, b));
            let bands = facts.marks.iter().filter(|m| *m >> 24 == Mark::Band as u32);
            let bands = bands.map(|m| Key::price_band(&c.market().currency, m & 0xFF_FFFF)).gather();
            let band = |key: Key| bands.contains(&key);
            let brand = share(view.affinity(Dimension::Brand), ONE as u32, &brand);
            counts.tastes =
                [taste as u32, brand, share(view.affinity(Dimension::PriceBand), ONE as u32, &band), is_due];
        }
        score(&usage.weights, &counts.row())
    }
}

/// The share of tastes that is `inside`, in `one`s.
#[inline(never)]
pub(super) fn share(affinity: &Affinity, one: u32, inside: &dyn Fn(Key) -> bool) -> u32 {
    let mut sum: u128 = 0;
    for t in affinity.traits() {
        if inside(t.key) {
            sum += t.value;
        }
    }
    decay::share(sum, affinity.total(), one) as u32
}
