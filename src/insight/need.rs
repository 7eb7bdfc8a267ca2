//! Needs in three classes, and how strongly a shopper's doings speak for each.

use super::settings::Weight;
use super::{Insights, Lack, Number, Shopper, Source, Trait, numbers, part};
use crate::event::EventKind;
use crate::profile::Dimension;
use alloc::vec::Vec;
use libm::{exp, log1p};

/// Needs: quality, price, delivery, after-sales; experience, personalisation, brand, care; fun, social, points, privileges.
pub(super) const NEEDS: usize = 12;
/// Needs of a class: basic, expected, interest.
const OF_CLASS: usize = 4;

impl Shopper<'_> {
    /// What a source says, at least 0: of a kind of events ln(1 + n), halved for each half-life since the latest.
    fn speaks(&self, w: &Weight, half_life: f64) -> f64 {
        if let Some(kind) = w.kind() {
            let count = self.count(kind);
            let age = if count.n > 0 { self.days_since(count.last) } else { 0.0 };
            return log1p(f64::from(count.n)) * exp(-core::f64::consts::LN_2 * age / half_life);
        }
        if w.is(Source::Discounts) {
            let orders = f64::from(self.sums.orders);
            return part(self.sums.discounted.into(), self.sums.valued.into()) * self.sure(orders);
        }
        if w.is(Source::Brand) {
            let brands = self.ask.view.affinity(Dimension::Brand);
            let first = brands.strongest(1).first().copied();
            return first.map_or(0.0, |b| share(b.value, brands.total()) * self.sure(b.events.into()));
        }
        if w.is(Source::Discontent) {
            return self.opinion().map_or(0.0, |o| (-o).max(0.0) / 100.0);
        }
        if w.is(Source::Repeat) {
            return self.repeat();
        }
        f64::from(u8::from(w.is(Source::Always)))
    }

    /// Share of the days with an order that came after the first.
    pub(super) fn repeat(&self) -> f64 {
        part(self.sums.days.saturating_sub(1).into(), self.sums.days.into())
    }

    /// The share of each need.
    fn needs(&self) -> Result<[f64; NEEDS], Lack> {
        let half_life = self.number(Number::NeedHalfLife)?;
        if self.ask.settings.needs.is_empty() {
            return Err(Lack::NEEDS);
        }
        let mut needs = [0.0; NEEDS];
        for w in &self.ask.settings.needs {
            if let Some(need) = needs.get_mut(usize::from(w.of)) {
                *need += w.weight.max(0.0) * self.speaks(w, half_life);
            }
        }
        let all: f64 = needs.iter().sum();
        if self.ask.view.events > 0 && all > 0.0 { Ok(needs.map(|n| n / all)) } else { Err(Lack::EVIDENCE) }
    }

    /// The kinds of events that speak for one of these needs.
    fn speakers(&self, width: usize, of: usize) -> Vec<EventKind> {
        let mut kinds: Vec<EventKind> = Vec::new();
        for w in self.ask.settings.needs.iter().filter(|w| usize::from(w.of) / width == of) {
            let computed = if w.is(Source::Brand) {
                EventKind::ViewItem
            } else if w.is(Source::Discontent) {
                EventKind::Complaint
            } else {
                EventKind::Purchase
            };
            let kind = w.kind().unwrap_or(computed);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Tells shares, the largest first; each of `width` needs.
    #[inline(never)]
    fn tell_shares(&self, out: &mut Insights<'_>, code: Trait, shares: &[f64], width: usize) {
        let mut order: Vec<usize> = Vec::new();
        for (i, share) in shares.iter().enumerate() {
            let before = order.iter().position(|o| shares[*o] < *share);
            order.insert(before.unwrap_or(order.len()), i);
        }
        for i in order {
            let kinds = self.speakers(width, i);
            self.tell(out, code, Ok(numbers(&[i as f64, shares[i]])), self.sure(self.many(&kinds)), &kinds);
        }
    }
}

/// A share of a decayed weight, 0–1.
pub(super) fn share(value: u128, of: u128) -> f64 {
    crate::profile::decay::share(value, of, 1_000_000) as f64 / 1e6
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let needs = match s.needs() {
        Ok(needs) => needs,
        Err(lack) => {
            out.absent.push((Trait::Need, lack));
            return;
        }
    };
    s.tell_shares(out, Trait::Need, &needs, 1);
    let mut classes = [0.0; NEEDS / OF_CLASS];
    for (i, n) in needs.iter().enumerate() {
        classes[i / OF_CLASS] += n;
    }
    s.tell_shares(out, Trait::NeedClass, &classes, OF_CLASS);
}
