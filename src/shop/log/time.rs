//! Times as logs write them.

use serde::Serialize;

/// What a timestamp was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A date, with a time or without.
    Text,
    /// Seconds since 1970.
    Seconds,
    /// Thousandths of them.
    Milliseconds,
    /// Millionths of them.
    Microseconds,
    /// Billionths of them.
    Nanoseconds,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 5] = [Unit::Text, Unit::Seconds, Unit::Milliseconds, Unit::Microseconds, Unit::Nanoseconds];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Text => "dates",
            Unit::Seconds => "seconds",
            Unit::Milliseconds => "milliseconds",
            Unit::Microseconds => "microseconds",
            Unit::Nanoseconds => "nanoseconds",
        }
    }
}

/// A time read: milliseconds since 1970, what is left of a millisecond in microseconds, and how it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::shop) struct Time {
    pub(in crate::shop) at: i64,
    pub(super) micros: u64,
    pub(super) unit: Unit,
}

/// Reads seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size), or a date with or
/// without a time; without an offset it is in the shop's zone.
pub(in crate::shop) fn parse(text: &str, zone_minutes: i32) -> Option<Time> {
    let whole = |at, unit| Some(Time { at, micros: 0, unit });
    if let Ok(v) = text.parse::<i64>() {
        // As the next larger unit each bound would lie beyond the year 5000.
        return match v.unsigned_abs() {
            0..100_000_000_000 => whole(v.checked_mul(1000)?, Unit::Seconds),
            100_000_000_000..100_000_000_000_000 => whole(v, Unit::Milliseconds),
            100_000_000_000_000..100_000_000_000_000_000 => {
                Some(Time { at: v.div_euclid(1000), micros: v.rem_euclid(1000) as u64, unit: Unit::Microseconds })
            }
            _ => {
                let (at, rest) = (v.div_euclid(1_000_000), v.rem_euclid(1_000_000));
                Some(Time { at, micros: rest as u64 / 1000, unit: Unit::Nanoseconds })
            }
        };
    }
    if let Ok(v) = text.parse::<f64>() {
        if !v.is_finite() {
            return None;
        }
        return match v.abs() {
            s if s < 1e11 => whole(libm::round(v * 1000.0) as i64, Unit::Seconds),
            ms if ms < 1e14 => whole(libm::round(v) as i64, Unit::Milliseconds),
            us if us < 1e17 => whole(libm::round(v / 1000.0) as i64, Unit::Microseconds),
            _ => None,
        };
    }
    date(text, zone_minutes).and_then(|at| whole(at, Unit::Text))
}

fn date(text: &str, zone_minutes: i32) -> Option<i64> {
    if let Ok(t) = text.parse::<jiff::Timestamp>() {
        return Some(t.as_millisecond());
    }
    // BigQuery writes `2026-11-01 10:00:00 UTC`, Shopify `2026-11-01 10:00:00 +0800`, servers `01/Nov/2026:10:00:00 +0800`.
    let named = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).or_else(|| text.strip_suffix('Z'));
    if let Some(utc) = named.map(str::trim) {
        return local(utc, 0);
    }
    for format in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z"] {
        if let Some(t) = jiff::fmt::strtime::parse(format, text).ok().and_then(|b| b.to_timestamp().ok()) {
            return Some(t.as_millisecond());
        }
    }
    local(text, zone_minutes)
}

fn local(text: &str, zone_minutes: i32) -> Option<i64> {
    let offset = jiff::tz::Offset::from_seconds(zone_minutes * 60).ok()?;
    let local: jiff::civil::DateTime = text.parse().ok()?;
    offset.to_timestamp(local).ok().map(|t| t.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_written_in_every_way() {
        let expected = 1_793_527_200_000;
        for text in [
            "1793527200",
            "1793527200000",
            "1793527200000000",
            "1793527200000000000",
            "1793527200.000",
            "1793527200000000.0",
            "2026-11-01T10:00:00Z",
            "2026-11-01T18:00:00+08:00",
            "2026-11-01 18:00:00 +0800",
            "2026-11-01 10:00:00 UTC",
            "2026-11-01 10:00:00.000000 UTC",
            "01/Nov/2026:18:00:00 +0800",
            "2026-11-01 12:00:00",
        ] {
            assert_eq!(parse(text, 120).map(|t| t.at), Some(expected), "{text}");
        }
        assert_eq!(parse("1793527200000123", 0), Some(Time { at: expected, micros: 123, unit: Unit::Microseconds }));
        assert_eq!(parse("2026-11-01", 0).map(|t| t.at), Some(expected - 10 * 3_600_000));
        for text in ["", "yesterday", "NaN", "1e40", "2026-13-01", "9223372036854775808000"] {
            assert_eq!(parse(text, 0), None, "{text}");
        }
        assert_eq!(parse("-3", 0).map(|t| t.at), Some(-3000));
    }
}
