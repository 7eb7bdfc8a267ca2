//! What is to come: P(alive), purchases and their value, the next one, churn, and what is bought again.

use super::{Insights, LISTED, Lack, Number, Shopper, Subject, Trait, of_kind};
use crate::event::EventKind;
use crate::forecast::{BgNbd, GammaGamma, Purchases};
use crate::order::Arrange;
use crate::profile::history::Rhythm;
use crate::profile::orders::Sums;
use crate::time::{DAY, Millis};
use alloc::vec;
use alloc::vec::Vec;
use libm::exp;

/// Days of the models' unit of time.
const WEEK: f64 = 7.0;

/// Purchases as BG/NBD sees them: days with an order after the first one, and weeks by local days. `None` without orders.
pub fn purchases(sums: &Sums, today: i64) -> Option<Purchases> {
    let weeks = |days: i64| days as f64 / WEEK;
    let until = today.max(sums.last_day);
    let x = f64::from(sums.days.checked_sub(1)?);
    Purchases::new(x, weeks(sums.last_day - sums.first_day), weeks(until - sums.first_day)).ok()
}

impl Shopper<'_> {
    fn purchases(&self) -> Result<Purchases, Lack> {
        self.some_orders()?;
        purchases(&self.sums, self.today).ok_or(Lack::EVIDENCE)
    }

    fn model(&self) -> Result<BgNbd, Lack> {
        let n = |n| self.number(n);
        let [r, alpha, a, b] = [n(Number::R)?, n(Number::Alpha)?, n(Number::A)?, n(Number::B)?];
        BgNbd::new(r, alpha, a, b).ok_or(Lack(Number::R as u8))
    }

    /// The probability that the shopper will buy again.
    pub(super) fn alive(&self) -> Result<f64, Lack> {
        Ok(self.model()?.p_alive(&self.purchases()?))
    }

    fn expected(&self) -> Result<f64, Lack> {
        let horizon = self.number(Number::Horizon)?;
        self.model()?.purchases(&self.purchases()?, horizon).ok_or(Lack(Number::Horizon as u8))
    }

    /// The mean value of an order to expect in minor units, and how much of that is the shopper's own mean.
    fn order_value(&self) -> Result<(f64, f64), Lack> {
        let n = |n| self.number(n);
        let (p, q, gamma) = (n(Number::P)?, n(Number::Q)?, n(Number::Gamma)?);
        let x = self.purchases()?.x();
        let major = 10_i64.saturating_pow(self.ask.exponent.into()) as f64;
        let spent = self.sums.value.saturating_sub(self.sums.first_day_value) as f64;
        let zbar = if x > 0.0 { spent.max(0.0) / major / x } else { 0.0 };
        let lack = Lack(Number::P as u8);
        let value = GammaGamma::new(p, q, gamma).ok_or(lack)?.value(x, zbar).ok_or(lack)?;
        Ok((value * major, p * x / (p * x + q - 1.0)))
    }

    /// How unlikely so long a silence is for somebody who goes on as before: 1 − e^(−silence / gap).
    fn silent(&self) -> Result<f64, Lack> {
        self.some_orders()?;
        Ok(1.0 - exp(-(self.silence() as f64) / self.gap()?))
    }

    /// Churn risk: by P(alive) where the pack has the model, else by silence.
    pub(super) fn churn(&self) -> Result<f64, Lack> {
        self.alive().map(|p| 1.0 - p).or_else(|_| self.silent())
    }

    /// The latest a purchase is due, and when it was, of what was bought at least twice.
    fn due(&self, of: &[Rhythm]) -> Result<Vec<(f64, f64, Rhythm)>, Lack> {
        let (from, until) = (self.number(Number::DueFrom)?, self.number(Number::DueUntil)?);
        let mut all = Vec::new();
        for r in of.iter().filter(|r| r.orders.n > 1 && r.orders.last > r.orders.first) {
            let interval = r.orders.last.since(r.orders.first) as f64 / f64::from(r.orders.n - 1) / DAY as f64;
            let gone = self.days_since(r.orders.last);
            if gone >= from * interval && gone <= until * interval {
                all.push((interval, gone, *r));
            }
        }
        // The nearest to its interval is the likeliest now.
        let far = |x: &(f64, f64, Rhythm)| libm::fabs(x.1 / x.0 - 1.0);
        all.arrange_by(|a, b| far(a).total_cmp(&far(b)).then(a.2.key.cmp(&b.2.key)));
        all.truncate(LISTED);
        Ok(all)
    }
}

pub(super) fn tell<'a>(s: &Shopper<'a>, out: &mut Insights<'a>) {
    let bought = || s.seen(&[EventKind::Purchase]);
    // The weight that the posterior mean of the rate gives to the shopper's own: T / (alpha + T).
    let t = s.purchases().map_or(0.0, |c| c.t());
    let own = s.number(Number::Alpha).map_or(0.0, |alpha| t / (alpha + t));
    let one = |v: Result<f64, Lack>| v.map(|v| vec![v]);
    out.tell(Trait::Alive, one(s.alive()), own, bought());
    let horizon = s.number(Number::Horizon).unwrap_or(f64::NAN);
    out.tell(Trait::Expected, s.expected().map(|n| vec![n, horizon]), own, bought());
    let value = s.order_value();
    let sure = value.map_or(0.0, |v| v.1) * s.valued();
    out.tell(Trait::OrderValue, value.map(|v| vec![v.0]), sure, bought());
    let all = s.expected().and_then(|n| Ok(vec![n * value?.0]));
    out.tell(Trait::ExpectedValue, all, own.min(sure), bought());
    out.tell(Trait::NextPurchase, next(s), own, bought());
    out.tell(Trait::Churn, one(s.alive().map(|p| 1.0 - p)), own, bought());
    let gaps = s.sure(s.sums.days.saturating_sub(1).into());
    out.tell(Trait::Silence, one(s.silent()), gaps, bought());
    for (code, list) in [(Trait::DueCategory, &s.ask.history.categories), (Trait::DueProduct, &s.ask.history.products)]
    {
        match s.due(list) {
            Err(lack) => out.absent.push((code, lack)),
            Ok(all) => {
                for (interval, gone, r) in all {
                    let due = r.orders.last.to_f64() + interval * DAY as f64;
                    let subject =
                        if code == Trait::DueCategory { Subject::Category(r.key) } else { Subject::Product(r.key) };
                    let evidence = of_kind(EventKind::Purchase, r.orders);
                    let sure = s.sure(f64::from(r.orders.n - 1));
                    out.tell_of(code, subject, Ok(vec![interval, gone, due]), sure, evidence);
                }
            }
        }
    }
}

/// When a next purchase has become likelier than not (NaN: never), and the chance of one within the horizon.
fn next(s: &Shopper<'_>) -> Result<Vec<f64>, Lack> {
    let (model, c) = (s.model()?, s.purchases()?);
    let week = WEEK * DAY as f64;
    let at = model.next_purchase(&c, 0.5).map(|weeks| s.ask.now.to_f64() + weeks * week);
    let at = at.and_then(Millis::from_f64).map_or(f64::NAN, Millis::to_f64);
    Ok(vec![at, model.purchase_within(&c, s.number(Number::Horizon)?)])
}
