//! Days of the shop's calendar.

use crate::time::{MINUTE, Millis};

/// Days since 1970-01-01 in the shop's zone.
pub type Day = i32;

/// A day that does not come, or has not been.
pub const NEVER: Day = Day::MIN;

/// Minutes of a day.
const MINUTES: i64 = 1_440;

/// The day of a minute since 1970 UTC, where clocks are `zone` minutes ahead of UTC.
pub fn day_of(minute: u32, zone: i32) -> Day {
    (i64::from(minute) + i64::from(zone)).div_euclid(MINUTES) as Day
}

/// When a day begins.
pub fn midnight(day: Day, zone: i32) -> Millis {
    Millis((i64::from(day) * MINUTES - i64::from(zone)) * MINUTE)
}

/// Year, month from 1 and day from 1: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
///
/// ```
/// use nearshelf::member::{from_civil, to_civil};
/// assert_eq!(to_civil(0), (1970, 1, 1));
/// assert_eq!(to_civil(from_civil(2028, 2, 29)), (2028, 2, 29));
/// ```
pub fn to_civil(day: Day) -> (i32, u32, u32) {
    let z = i64::from(day) + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    ((year_of_era + era * 400 + i64::from(month <= 2)) as i32, month as u32, day as u32)
}

/// The day of a date, as in `days_from_civil` of the same source; a day that its month does not have counts on into the next.
pub fn from_civil(year: i32, month: u32, day: u32) -> Day {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    (era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468) as Day
}

/// Days of a month.
pub(super) fn days_in(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The same date some months later, or the last of that month where it has no such day.
///
/// ```
/// use nearshelf::member::{add_months, from_civil};
/// assert_eq!(add_months(from_civil(2027, 8, 31), 6), from_civil(2028, 2, 29));
/// ```
pub fn add_months(day: Day, months: u32) -> Day {
    let (year, month, date) = to_civil(day);
    let n = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
    let (year, month) = (n.div_euclid(12) as i32, n.rem_euclid(12) as u32 + 1);
    from_civil(year, month, date.min(days_in(year, month)))
}

/// The first day of the month after.
pub(super) fn next_month(day: Day) -> Day {
    let (year, month, _) = to_civil(day);
    if month == 12 { from_civil(year + 1, 1, 1) } else { from_civil(year, month + 1, 1) }
}

/// Months since year 0, for limits by month.
pub(super) fn month_of(day: Day) -> u32 {
    let (year, month, _) = to_civil(day);
    (i64::from(year) * 12 + i64::from(month) - 1).clamp(0, i64::from(u32::MAX)) as u32
}

/// The latest birthday on or before a day; one of 29 February is on the 28th in other years.
pub(super) fn birthday_before(day: Day, month: u32, date: u32) -> Day {
    let (year, _, _) = to_civil(day);
    let in_year = |year| from_civil(year, month, date.min(days_in(year, month)));
    let this = in_year(year);
    if this <= day { this } else { in_year(year - 1) }
}
