//! The conditions of an offer, in the order in which the language checks them.

use super::cart::{Cart, Customer};
use super::promotion::{Daily, Promotion};
use super::refusal::Refusal;
use crate::time::{DAY, MINUTE, Millis};
use alloc::string::String;

/// The first condition that fails.
pub(crate) fn failed(p: &Promotion, cart: &Cart, customer: &Customer, now: Millis) -> Option<Refusal> {
    let c = &p.when;
    if let Some(stopped) = cart.stops.reason(p) {
        return Some(stopped);
    }
    let checks = [
        (c.start.is_some_and(|t| now < t), Refusal::NotStarted),
        (c.end.is_some_and(|t| now >= t), Refusal::Expired),
        (c.daily.is_some_and(|d| !within(d, now)), Refusal::OutsideDailyWindow),
        (c.tiers_allowed.as_ref().is_some_and(|t| !t.contains(&customer.tier)), Refusal::Tier),
        (c.new_customer && !customer.new_customer, Refusal::NotNewCustomer),
        (c.birthday.is_some_and(|offset| customer.birthday != Some(month_and_day(now, offset))), Refusal::NotBirthday),
        (c.code.as_ref().is_some_and(|code| !cart.codes.contains(code)), Refusal::CodeMissing),
        (c.limit_per_customer.is_some_and(|most| count(&customer.redeemed, &p.id) >= most), Refusal::UsageLimit),
        (c.limit_total.is_some_and(|(most, used)| used >= most), Refusal::TotalLimit),
        (c.group_size.is_some_and(|size| count(&cart.groups, &p.id) < size), Refusal::GroupIncomplete),
        (cart.unmet.contains(&p.id), Refusal::Condition),
    ];
    checks.into_iter().find(|(fails, _)| *fails).map(|(_, reason)| reason)
}

fn count(list: &[(String, i64)], id: &str) -> i64 {
    list.iter().find(|(key, _)| key == id).map_or(0, |(_, n)| *n)
}

fn local(now: Millis, offset_min: i32) -> i64 {
    now.0.saturating_add(i64::from(offset_min) * MINUTE)
}

pub(super) fn within(d: Daily, now: Millis) -> bool {
    let at = local(now, d.utc_offset_min).rem_euclid(DAY);
    let (from, to) = (i64::from(d.from) * MINUTE, i64::from(d.to) * MINUTE);
    if from < to { from <= at && at < to } else { at >= from || at < to }
}

/// The first instant after `now` at which one of these offers begins, ends, or enters or leaves its hours or a birthday; the last of all
/// for none.
pub fn next_change(offers: &[Promotion], now: Millis) -> Millis {
    let mut next = Millis(i64::MAX);
    for p in offers {
        let c = &p.when;
        for t in [&c.start, &c.end] {
            next = sooner(next, now, t.unwrap_or(now));
        }
        if let Some(d) = &c.daily {
            next = sooner(next, now, next_time(d.from, d.utc_offset_min, now));
            next = sooner(next, now, next_time(d.to, d.utc_offset_min, now));
        }
        if let Some(offset) = c.birthday {
            next = sooner(next, now, next_time(0, offset, now));
        }
    }
    next
}

#[inline(never)]
fn sooner(next: Millis, now: Millis, t: Millis) -> Millis {
    if t > now { next.min(t) } else { next }
}

/// When it is that many minutes after midnight, after `now`.
#[inline(never)]
fn next_time(minute: u16, offset_min: i32, now: Millis) -> Millis {
    let ago = local(now, offset_min) - i64::from(minute) * MINUTE;
    now.plus(DAY - ago.rem_euclid(DAY))
}

/// Month and day of a local date (proleptic Gregorian), by counting days from 1 March of a 400-year era.
fn month_and_day(now: Millis, offset_min: i32) -> (u8, u8) {
    let day_of_era = (local(now, offset_min).div_euclid(DAY) + 719_468).rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer::promotion::Kind;
    use crate::time::HOUR;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_calendar_knows_leap_days_and_offsets() {
        assert_eq!(month_and_day(Millis(0), 0), (1, 1));
        assert_eq!(month_and_day(Millis(-1), 0), (12, 31));
        // 2024-02-29 and 2100-02-28, counted from 1970 in days.
        assert_eq!(month_and_day(Millis(19_782 * DAY), 0), (2, 29));
        assert_eq!(month_and_day(Millis(47_540 * DAY), 0), (2, 28));
        assert_eq!(month_and_day(Millis(47_541 * DAY), 0), (3, 1));
        assert_eq!(month_and_day(Millis(20 * HOUR), 8 * 60), (1, 2));
        let months = (0..146_097).filter(|d| month_and_day(Millis(d * DAY), 0) == (2, 29)).count();
        assert_eq!(months, 97, "leap days in 400 years");
    }

    #[test]
    fn a_daily_window_may_pass_midnight() {
        let d = |from: u16, to: u16| Daily { from: from * 60, to: to * 60, utc_offset_min: 60 };
        let at = |h: i64| Millis((h - 1) * HOUR);
        assert!(within(d(20, 22), at(20)) && within(d(20, 22), at(21)) && !within(d(20, 22), at(22)));
        assert!(within(d(22, 2), at(23)) && within(d(22, 2), at(0)) && !within(d(22, 2), at(2)));
        assert!(within(d(7, 7), at(7)) && within(d(7, 7), at(6)));
        assert!(within(d(0, 24), at(0)) && !within(d(0, 1), Millis(0)));
    }

    #[test]
    fn the_first_condition_that_fails_is_the_reason() {
        let mut p = Promotion::new("p", Kind::Percent { bp: 1 });
        let (cart, customer, now) = (Cart::default(), Customer::default(), Millis(1_000));
        assert_eq!(failed(&p, &cart, &customer, now), None);
        let reason = |p: &Promotion| failed(p, &cart, &customer, now);
        p.when.group_size = Some(2);
        assert_eq!(reason(&p), Some(Refusal::GroupIncomplete));
        p.when.limit_total = Some((3, 3));
        assert_eq!(reason(&p), Some(Refusal::TotalLimit));
        p.when.limit_per_customer = Some(0);
        assert_eq!(reason(&p), Some(Refusal::UsageLimit));
        p.when.code = Some("X".into());
        assert_eq!(reason(&p), Some(Refusal::CodeMissing));
        p.when.birthday = Some(0);
        assert_eq!(reason(&p), Some(Refusal::NotBirthday));
        p.when.new_customer = true;
        assert_eq!(reason(&p), Some(Refusal::NotNewCustomer));
        p.when.tiers_allowed = Some(vec!["gold".into()]);
        assert_eq!(reason(&p), Some(Refusal::Tier));
        p.when.daily = Some(Daily { from: 60, to: 120, utc_offset_min: 0 });
        assert_eq!(reason(&p), Some(Refusal::OutsideDailyWindow));
        p.when.end = Some(now);
        assert_eq!(reason(&p), Some(Refusal::Expired));
        p.when.start = Some(Millis(1_001));
        assert_eq!(reason(&p), Some(Refusal::NotStarted));
    }

    #[test]
    fn the_next_change_is_the_first_moment_at_which_a_condition_turns() {
        let mut p = Promotion::new("p", Kind::Fixed { amount: crate::money::Minor(1) });
        let now = Millis(10 * DAY + 9 * HOUR);
        let next = |p: &Promotion| next_change(core::slice::from_ref(p), now);
        assert_eq!(next(&p), Millis(i64::MAX), "nothing is known to change");
        (p.when.start, p.when.end) = (Some(now), Some(now.plus(3 * DAY)));
        assert_eq!(next(&p), now.plus(3 * DAY), "it began just now");
        for (from, to, offset, hours) in
            [(8 * 60, 10 * 60, 0, 1), (9 * 60, 8 * 60, 0, 23), (600, 660, 60, 1), (540, 540, 0, 24)]
        {
            p.when.daily = Some(Daily { from, to, utc_offset_min: offset });
            let turn = next(&p);
            assert_eq!(turn, now.plus(hours * HOUR), "{from} to {to}");
            let daily = Daily { from, to, utc_offset_min: offset };
            assert!(from == to || within(daily, turn) != within(daily, turn.plus(-1)), "{from} to {to}");
        }
        p.when.daily = None;
        p.when.birthday = Some(8 * 60);
        assert_eq!(next(&p), now.plus(7 * HOUR), "midnight on that clock");
    }
}
