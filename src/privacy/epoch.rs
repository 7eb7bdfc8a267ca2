//! The time that a budget is for: an ISO week.

use crate::time::{DAY, Millis};
use core::fmt;

/// An epoch: an ISO week in UTC, counted from the one that holds 1970-01-01.
///
/// # Example: a week begins on Monday, and belongs to the year of its Thursday
///
/// ```
/// use nearshelf::{privacy::ledger::Epoch, time::{DAY, Millis}};
/// let thursday = Millis(0);
/// assert_eq!(Epoch::of(thursday).to_string(), "1970-W01");
/// assert_eq!(Epoch::of(thursday.plus(-3 * DAY)), Epoch::of(thursday.plus(4 * DAY - 1)));
/// assert_eq!(Epoch::of(thursday.plus(4 * DAY)).to_string(), "1970-W02");
/// assert_eq!(Epoch::parse("2026-W53"), Some(Epoch::of(Millis(1_798_761_600_000))));
/// assert_eq!(Epoch::parse("2027-W53"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub i32);

impl Epoch {
    /// The epoch of a time.
    pub fn of(now: Millis) -> Epoch {
        // Day 0 is a Thursday, so Monday is three days before it. Saturation keeps times beyond a host's range apart
        // from none that a host can give.
        let weeks = now.plus(3 * DAY).0.div_euclid(7 * DAY);
        Epoch(weeks.clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX)) as i32)
    }

    /// ISO 8601's year and week: 1 to 53.
    pub fn week(self) -> (i64, u8) {
        let thursday = i64::from(self.0) * 7;
        let year = year_of(thursday);
        (year, ((thursday - first_day(year)) / 7 + 1) as u8)
    }

    /// From ISO 8601's text with a year of four digits, as in `2026-W47`.
    pub fn parse(text: &str) -> Option<Epoch> {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<i64>().ok()).flatten();
        let (year, week) = text.split_once("-W")?;
        if year.len() != 4 || week.len() != 2 {
            return None;
        }
        let (year, week) = (digits(year)?, digits(week)?);
        // The first Thursday of the year: the first multiple of seven from 1 January on.
        let first = -(-first_day(year)).div_euclid(7);
        let epoch = Epoch(i32::try_from(first + week - 1).ok()?);
        (epoch.week() == (year, week as u8)).then_some(epoch)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, week) = self.week();
        write!(f, "{year:04}-W{week:02}")
    }
}

/// The year of a day since 1970-01-01, in the proleptic Gregorian calendar.
fn year_of(day: i64) -> i64 {
    // 400 years have 146,097 days; the guess is off by at most one.
    let guess = 1970 + (day * 400).div_euclid(146_097);
    if day < first_day(guess) {
        guess - 1
    } else if day >= first_day(guess + 1) {
        guess + 1
    } else {
        guess
    }
}

/// 1 January of a year, in days since 1970-01-01.
fn first_day(year: i64) -> i64 {
    let y = year - 1;
    365 * (year - 1970) + (y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)) - 477
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const WEEK: i64 = 7 * DAY;

    #[test]
    fn weeks_are_those_of_iso_8601() {
        // Monday 00:00 UTC of each week in seconds, from the calendar.
        for (monday, text) in [
            (1_104_710_400, "2005-W01"), // 2005-01-03; the two days before it belong to 2004-W53
            (1_104_105_600, "2004-W53"),
            (1_230_508_800, "2009-W01"), // begins on 2008-12-29
            (1_261_958_400, "2009-W53"), // ends on 2010-01-03
            (951_696_000, "2000-W09"),   // 2000-02-28, before a leap day
            (1_763_942_400, "2025-W48"),
            (-259_200, "1970-W01"),
            (-864_000, "1969-W52"),
        ] {
            for at in [monday * 1000, monday * 1000 + WEEK - 1] {
                let epoch = Epoch::of(Millis(at));
                assert_eq!(epoch.to_string(), text);
                assert_eq!(Epoch::parse(text), Some(epoch));
            }
            assert_ne!(Epoch::of(Millis(monday * 1000 - 1)).to_string(), text);
        }
    }

    #[test]
    fn every_week_of_four_digit_years_survives_its_text() {
        let (first, last) = (Epoch::parse("0001-W01").expect("a week"), Epoch::parse("9999-W52").expect("a week"));
        let mut before = (0, 0);
        for e in (first.0..=last.0).step_by(if cfg!(target_arch = "wasm32") { 97 } else { 1 }) {
            let epoch = Epoch(e);
            assert_eq!(Epoch::parse(&epoch.to_string()), Some(epoch));
            assert!(epoch.week() > before, "{epoch}");
            before = epoch.week();
        }
    }

    #[test]
    fn what_is_no_week_is_refused() {
        for text in
            ["", "2026", "2026-W00", "2026-W54", "2025-W53", "2026-47", "2026-W4", "2026-W047", "+026-W47", "2026-W4x"]
        {
            assert_eq!(Epoch::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_at_the_ends_of_the_range_do_not_overflow() {
        for at in [i64::MIN, -8_640_000_000_000_000, 8_640_000_000_000_000, i64::MAX] {
            assert!(!Epoch::of(Millis(at)).to_string().is_empty());
        }
        let text = Epoch::of(Millis(8_640_000_000_000_000)).to_string();
        assert_eq!(text, "275760-W37");
    }
}
