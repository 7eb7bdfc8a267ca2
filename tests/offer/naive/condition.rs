//! The conditions of an offer, in the order of the text: the first that fails is the reason.

use super::read::{Case, Offer};

const MINUTE: i128 = 60 * 1_000_000_000;
const DAY: i128 = 24 * 60 * MINUTE;

pub(super) fn failed(case: &Case, offer: &Offer) -> Option<&'static str> {
    let customer = &case.customer;
    if offer.start.is_some_and(|start| case.now < start) {
        return Some("not_started");
    }
    if offer.end.is_some_and(|end| case.now >= end) {
        return Some("expired");
    }
    if let Some(daily) = &offer.daily {
        let minute = (case.now + daily.utc_offset_min * MINUTE).rem_euclid(DAY);
        let (from, to) = (daily.from * MINUTE, daily.to * MINUTE);
        let inside = if from < to { from <= minute && minute < to } else { from <= minute || minute < to };
        if !inside {
            return Some("outside_daily_window");
        }
    }
    if let Some(tiers) = &offer.tiers_allowed
        && !tiers.iter().any(|tier| Some(tier) == customer.tier.as_ref())
    {
        return Some("tier");
    }
    if offer.new_customer && !customer.new_customer {
        return Some("not_new_customer");
    }
    if let Some(utc_offset_min) = offer.birthday
        && customer.birthday != Some(month_and_day(case.now + utc_offset_min * MINUTE))
    {
        return Some("not_birthday");
    }
    if let Some(code) = &offer.code
        && !case.codes.contains(code)
    {
        return Some("code_missing");
    }
    let count = |of: &[(String, i128)]| of.iter().find(|(id, _)| *id == offer.id).map_or(0, |(_, count)| *count);
    if offer.limit_per_customer.is_some_and(|limit| count(&customer.redeemed) >= limit) {
        return Some("usage_limit");
    }
    if offer.limit_total.is_some_and(|limit| offer.used_total >= limit) {
        return Some("total_limit");
    }
    if offer.group_size.is_some_and(|size| count(&case.groups) < size) {
        return Some("group_incomplete");
    }
    None
}

/// An RFC 3339 instant in nanoseconds since 1970, by counting days one by one.
pub(super) fn instant(text: &str) -> i128 {
    let part = |from: usize, to: usize| text[from..to].parse::<i128>().expect("digits");
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let mut days = 0;
    for before in 1970..year {
        days += if leap(before) { 366 } else { 365 };
    }
    for before in 1..month {
        days += length(year, before);
    }
    days += day - 1;
    let seconds = (part(11, 13) * 60 + part(14, 16)) * 60 + part(17, 19);
    let mut rest = &text[19..];
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = fraction.chars().take_while(char::is_ascii_digit).count();
        nanos = format!("{:0<9}", &fraction[..digits])[..9].parse::<i128>().expect("digits");
        rest = &fraction[digits..];
    }
    let ahead = if rest == "Z" || rest == "z" {
        0
    } else {
        let sign = if rest.starts_with('-') { -1 } else { 1 };
        let two = |from: usize| rest[from..from + 2].parse::<i128>().expect("digits");
        sign * (two(1) * 60 + two(4))
    };
    days * DAY + seconds * 1_000_000_000 + nanos - ahead * MINUTE
}

/// "MM-DD" of an instant (in UTC), by counting days one by one.
fn month_and_day(instant: i128) -> String {
    let mut days = instant.div_euclid(DAY);
    let mut year = 1970;
    loop {
        let whole = if leap(year) { 366 } else { 365 };
        if days < whole {
            break;
        }
        days -= whole;
        year += 1;
    }
    let mut month = 1;
    while days >= length(year, month) {
        days -= length(year, month);
        month += 1;
    }
    format!("{month:02}-{:02}", days + 1)
}

fn leap(year: i128) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn length(year: i128, month: i128) -> i128 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
