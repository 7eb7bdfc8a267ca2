//! Loyalty, 0 to 100 in five parts, by the shop's weights.

use super::{Insights, Lack, Number, Shopper, Trait, numbers, part, weighted};
use crate::event::EventKind;
use crate::profile::history::Series;
use libm::exp;

/// What an active shopper does beside visiting.
const ACTIVE: [EventKind; 4] = [EventKind::ViewItem, EventKind::AddToWishlist, EventKind::Review, EventKind::Share];

/// What tells of repeat purchases, recommendation and word of mouth.
const FAITH: [EventKind; 4] = [EventKind::Purchase, EventKind::NpsAnswer, EventKind::Share, EventKind::Invite];

impl Shopper<'_> {
    /// Visits within the latest local days.
    pub(super) fn late(&self, what: Series, days: i64) -> f64 {
        let d = &self.ask.history.days;
        let mut n = 0.0;
        for (i, day) in (0..).zip(&d.counts) {
            let back = self.today - (d.newest - i);
            if (0..days).contains(&back) {
                n += f64::from(day[what as usize]);
            }
        }
        n
    }

    /// Repeat rate, willingness to recommend, word of mouth.
    fn faith(&self) -> Option<f64> {
        // That somebody visits and shares nothing says nothing of it.
        if self.many(&FAITH) == 0.0 {
            return None;
        }
        let repeat = self.some_orders().ok().map(|_| 100.0 * self.repeat());
        let parts = [(1.0, repeat), (1.0, self.recommends()), (1.0, self.sharing().ok().map(|p| 100.0 * p))];
        weighted(&parts).map(|w| w.0)
    }

    /// Buying power and frequency among others, and how much of what is usual is still to be expected.
    fn value(&self) -> Option<f64> {
        let parts = [(1.0, self.standing(2).ok()), (1.0, self.standing(1).ok()), (1.0, self.alive().ok())];
        // Who will come back is no value of one who never was one.
        let of_orders = parts[0].1.or(parts[1].1).and(weighted(&parts));
        of_orders.map(|w| 100.0 * w.0)
    }

    fn activity(&self) -> Result<f64, Lack> {
        let [days, full] = self.all([Number::ActivityDays, Number::ActivityVisits])?;
        let visits = self.late(Series::Visits, days as i64);
        let kinds = ACTIVE.iter().filter(|k| self.count(**k).n > 0 && self.days_since(self.count(**k).last) <= days);
        let kinds = part(kinds.count() as f64, ACTIVE.len() as f64);
        Ok(100.0 * ((1.0 - exp(-visits / full)) + kinds) / 2.0)
    }

    fn retention(&self) -> Option<f64> {
        self.some_orders().ok()?;
        self.churn().ok().map(|c| 100.0 * (1.0 - c))
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let weights = [
        Number::LoyaltySatisfaction,
        Number::LoyaltyLoyalty,
        Number::LoyaltyValue,
        Number::LoyaltyActivity,
        Number::LoyaltyRetention,
    ];
    let values = [s.satisfaction().ok(), s.faith(), s.value(), s.activity().ok(), s.retention()];
    let weights = match s.all(weights) {
        Ok(weights) => weights,
        Err(lack) => {
            out.absent.push((Trait::Loyalty, lack));
            return;
        }
    };
    let parts: [(f64, Option<f64>); 5] = core::array::from_fn(|i| (weights[i], values[i]));
    let kinds = [
        EventKind::Purchase,
        EventKind::ViewItem,
        EventKind::AddToWishlist,
        EventKind::Review,
        EventKind::SurveyAnswer,
        EventKind::NpsAnswer,
        EventKind::Share,
        EventKind::Invite,
    ];
    let some = weighted(&parts).filter(|_| s.many(&kinds) > 0.0);
    let sure = some.map_or(0.0, |w| w.1) * s.sure(s.visits());
    s.tell(out, Trait::Loyalty, some.map(|w| numbers(&[w.0])).ok_or(Lack::EVIDENCE), sure, &kinds);
    if some.is_none() {
        return;
    }
    let behind: [&[EventKind]; 5] = [
        &[EventKind::Review, EventKind::SurveyAnswer, EventKind::Complaint, EventKind::Return],
        &FAITH,
        &[EventKind::Purchase],
        &ACTIVE,
        &[EventKind::Purchase],
    ];
    for (i, (weight, value)) in parts.into_iter().enumerate() {
        if let Some(value) = value {
            let sure = s.sure(s.many(behind[i]));
            s.tell(out, Trait::LoyaltyPart, Ok(numbers(&[i as f64, value, weight])), sure, behind[i]);
        }
    }
}
