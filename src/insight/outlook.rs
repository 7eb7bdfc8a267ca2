//! What is to come: P(alive), purchases and their value, the next one, churn, and what is bought again.

use super::{Behind, Insights, LISTED, Lack, Number, Numbers, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::forecast::{BgNbd, GammaGamma, Purchases};
use crate::order::Arrange;
use crate::profile::history::Rhythm;
use crate::profile::orders::Sums;
use crate::time::{DAY, Millis};
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
        let [r, alpha, a, b] = self.all([Number::R, Number::Alpha, Number::A, Number::B])?;
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
        let [p, q, gamma] = self.all([Number::P, Number::Q, Number::Gamma])?;
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
        let [from, until] = self.all([Number::DueFrom, Number::DueUntil])?;
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

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    // The weight that the posterior mean of the rate gives to the shopper's own: T / (alpha + T).
    let t = s.purchases().map_or(0.0, |c| c.t());
    let own = s.number(Number::Alpha).map_or(0.0, |alpha| t / (alpha + t));
    let (alive, expected, value) = (s.alive(), s.expected(), s.order_value());
    let worth = value.map_or(0.0, |v| v.1) * s.valued();
    let horizon = s.number(Number::Horizon).unwrap_or(f64::NAN);
    let all = expected.and_then(|n| Ok(n * value?.0));
    let gaps = s.sure(s.sums.days.saturating_sub(1).into());
    for (code, found, second, sure) in [
        (Trait::Alive, alive, 0.0, own),
        (Trait::Expected, expected, horizon, own),
        (Trait::OrderValue, value.map(|v| v.0), 0.0, worth),
        (Trait::ExpectedValue, all, 0.0, own.min(worth)),
        (Trait::Churn, alive.map(|p| 1.0 - p), 0.0, own),
        (Trait::Silence, s.silent(), 0.0, gaps),
    ] {
        s.tell(out, code, found.map(|v| numbers(&[v, second])), sure, &[EventKind::Purchase]);
    }
    s.tell(out, Trait::NextPurchase, next(s), own, &[EventKind::Purchase]);
    for (code, list) in [(Trait::DueCategory, &s.ask.history.categories), (Trait::DueProduct, &s.ask.history.products)]
    {
        match s.due(list) {
            Err(lack) => out.absent.push((code, lack)),
            Ok(all) => {
                for (interval, gone, r) in all {
                    let due = r.orders.last.to_f64() + interval * DAY as f64;
                    let category = code == Trait::DueCategory;
                    let subject = if category { Subject::Category(r.key) } else { Subject::Product(r.key) };
                    let sure = s.sure(f64::from(r.orders.n - 1));
                    let behind = Behind::Some(EventKind::Purchase, r.orders);
                    s.tell_of(out, (code, subject), Ok(numbers(&[interval, gone, due])), sure, behind);
                }
            }
        }
    }
}

/// When a next purchase has become likelier than not (NaN: never), and the chance of one within the horizon.
fn next(s: &Shopper<'_>) -> Result<Numbers, Lack> {
    let (model, c) = (s.model()?, s.purchases()?);
    let week = WEEK * DAY as f64;
    let at = model.next_purchase(&c, 0.5).map(|weeks| s.ask.now.to_f64() + weeks * week);
    let at = at.and_then(Millis::from_f64).map_or(f64::NAN, Millis::to_f64);
    Ok(numbers(&[at, model.purchase_within(&c, s.number(Number::Horizon)?)]))
}
