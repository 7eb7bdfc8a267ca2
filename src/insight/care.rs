//! When a word of care is due: after a purchase, after a complaint, after a long silence, around a birthday.

use super::{Behind, Insights, Lack, Number, Numbers, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::time::{DAY, MINUTE, Millis};
use libm::ceil;

impl Shopper<'_> {
    /// A signal that holds from one time until another, where it is on.
    fn holds(&self, signal: u8, from: Millis, days: [f64; 2]) -> Option<Numbers> {
        let [since, until] = days.map(|d| from.to_f64() + d * DAY as f64);
        let now = self.ask.now.to_f64();
        (since <= now && now < until).then(|| numbers(&[f64::from(signal), since, until]))
    }

    fn care(&self) -> Result<[Option<Numbers>; 3], Lack> {
        let [from, until, upset, gaps, lost] = self.all([
            Number::PurchaseFrom,
            Number::PurchaseUntil,
            Number::ComplaintCare,
            Number::SilenceGaps,
            Number::LostGaps,
        ])?;
        let complaint = self.count(EventKind::Complaint);
        let settled = self.ask.history.appeased.is_some_and(|at| at >= complaint.last);
        let bought = self.some_orders().is_ok();
        // One who is lost is no longer asked where they are.
        // Whole local days, as stages have them.
        let silence = if bought { Some(self.gap()?).map(|gap| [ceil(gaps * gap), ceil(lost * gap)]) } else { None };
        let last_day = Millis(self.sums.last_day * DAY - i64::from(self.ask.zone) * MINUTE);
        Ok([
            if bought { self.holds(0, self.sums.last, [from, until]) } else { None },
            silence.and_then(|days| self.holds(1, last_day, days)),
            if complaint.n > 0 && !settled { self.holds(2, complaint.last, [0.0, upset]) } else { None },
        ])
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    birthday(s, out);
    let signals = match s.care() {
        Ok(signals) => signals,
        Err(lack) => {
            out.absent.push((Trait::Care, lack));
            return;
        }
    };
    let sure = [1.0, s.sure(s.sums.days.saturating_sub(1).into()), 1.0];
    for (i, values) in signals.into_iter().enumerate() {
        if let Some(values) = values {
            let kind = if i == 2 { EventKind::Complaint } else { EventKind::Purchase };
            s.tell(out, Trait::Care, Ok(values), sure[i], &[kind]);
        }
    }
}

/// Care around the day of the year that was declared for it: no event is behind that, so it is as sure as the declaration.
fn birthday(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let Some((day, sure)) = s.ask.birthday else { return };
    let Ok([before, after]) = s.all([Number::BirthdayBefore, Number::BirthdayAfter]) else { return };
    // The year of today by the mean length of one: at most one off.
    let year = 1970 + (s.today * 400).div_euclid(DAYS_OF_400_YEARS);
    for year in year - 1..=year + 1 {
        let begins =
            day_number(year, i64::from(day) / 100, i64::from(day) % 100) * DAY - i64::from(s.ask.zone) * MINUTE;
        if let Some(values) = s.holds(3, Millis(begins), [-before, after + 1.0]) {
            s.tell_of(out, (Trait::Care, Subject::None), Ok(values), sure, Behind::Kinds(&[]));
        }
    }
}

const DAYS_OF_400_YEARS: i64 = 146_097;

/// Days from 1970-01-01 to a date: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`. February 29 of a year that has none is March 1.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_OF_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::day_number;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn dates_are_days() {
        for (date, days) in [
            ((1970, 1, 1), 0),
            ((2000, 2, 29), 11_016),
            ((2026, 11, 26), 20_783),
            ((2027, 2, 29), 20_878),
            ((2027, 3, 1), 20_878),
        ] {
            assert_eq!(day_number(date.0, date.1, date.2), days, "{date:?}");
        }
    }
}
