//! Days that are not as usual, in a shopper's own counters.
//!
//! Roberts, "Control chart tests based on geometric moving averages" (Technometrics 1, 1959); NIST/SEMATECH e-Handbook, 6.3.2.4.

use super::root;
use super::{Behind, Insights, Number, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::profile::history::{Count, DAYS, Days};
use crate::time::{DAY, MINUTE, Millis};
use alloc::vec::Vec;
use libm::fabs;

/// Series that are watched.
const SERIES: usize = 5;
/// Days of a season.
const WEEK: i64 = 7;
/// Series of what is done in visits: events, steps, carts.
const IN_VISIT: [usize; 3] = [0, 2, 3];

/// A day that is not as usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alert {
    /// Number of the series: events, visits, steps, carts, orders.
    pub series: usize,
    /// What was to be expected.
    pub expected: f64,
    /// What was seen.
    pub seen: f64,
    /// Standard deviations between them; below 0 for too few.
    pub z: f64,
    /// 1 a warning, 2 an alarm.
    pub severity: u8,
    /// 0 against the moving average, 1 against the same weekdays.
    pub method: u8,
    /// The local day.
    pub day: i64,
}

/// When a day is not as usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Weight of the latest day in the moving average.
    pub lambda: f64,
    /// Standard deviations that are a warning.
    pub warn: f64,
    /// And an alarm.
    pub alarm: f64,
    /// Fewest days before.
    pub days: usize,
    /// Fewest same weekdays before.
    pub weeks: usize,
}

/// The alerts of yesterday, and of today as far as there is too much already: today is not over. It looks at nine weeks.
pub fn alerts(days: &Days, today: i64, limits: &Limits) -> Vec<Alert> {
    let mut out = Vec::new();
    for series in 0..SERIES {
        let on = |series: usize, day: i64| {
            let back = usize::try_from(days.newest - day).ok();
            back.and_then(|i| days.counts.get(i)).map_or(0.0, |d| f64::from(d[series]))
        };
        // No day is known before the ones that are counted.
        let first = days.newest - (days.counts.len() as i64 - 1);
        for day in [today, today - 1] {
            let seen = on(series, day);
            // What is done in a visit is compared with days that had one: who comes once a month has no alarm each time.
            let counts = |day: i64| !IN_VISIT.contains(&series) || on(0, day) > 0.0;
            if !counts(day) {
                continue;
            }
            let (mut before, mut weekdays) = (Vec::new(), Vec::new());
            for past in (first.max(day - DAYS as i64)..day).filter(|past| counts(*past)) {
                before.push(on(series, past));
                if (day - past) % WEEK == 0 {
                    weekdays.push(on(series, past));
                }
            }
            let moving = (before.len() >= limits.days).then(|| {
                let (mean, deviation) = spread(&before);
                let start = before.first().copied().unwrap_or(mean);
                let expected = before.iter().fold(start, |z, x| limits.lambda * x + (1.0 - limits.lambda) * z);
                // The variance of what a moving average foretells, of independent days.
                (expected, deviation * root(2.0 / (2.0 - limits.lambda)))
            });
            let seasonal = (weekdays.len() >= limits.weeks).then(|| spread(&weekdays));
            for (method, found) in [(0, moving), (1, seasonal)] {
                let Some((expected, deviation)) = found else { continue };
                let z = (seen - expected) / deviation;
                let severity = u8::from(fabs(z) >= limits.warn) + u8::from(fabs(z) >= limits.alarm);
                if severity > 0 && (z > 0.0 || day < today) {
                    out.push(Alert { series, expected, seen, z, severity, method, day });
                }
            }
        }
    }
    out
}

/// Mean and standard deviation, this at least that of a Poisson variable with the same mean and at least 1: a few quiet days do not make one
/// event an alarm.
fn spread(of: &[f64]) -> (f64, f64) {
    let n = of.len() as f64;
    let mean = of.iter().sum::<f64>() / n;
    let variance = of.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, root(variance.max(mean).max(1.0)))
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let of = [Number::Lambda, Number::Warn, Number::Alarm, Number::FewestDays, Number::FewestWeeks];
    let limits = match s.all(of) {
        Ok([lambda, warn, alarm, days, weeks]) => {
            Limits { lambda, warn, alarm, days: days as usize, weeks: weeks as usize }
        }
        Err(lack) => {
            out.absent.push((Trait::Alert, lack));
            return;
        }
    };
    let of: [&[EventKind]; SERIES] = [
        &EventKind::ALL,
        &[EventKind::SessionStart],
        &[EventKind::ViewItem, EventKind::SelectItem, EventKind::AddToWishlist],
        &[EventKind::AddToCart],
        &[EventKind::Purchase],
    ];
    for a in alerts(&s.ask.history.days, s.today, &limits) {
        let start = Millis(a.day * DAY - i64::from(s.ask.zone) * MINUTE);
        let (series, severity, method) = (a.series as f64, a.severity.into(), a.method.into());
        let found = Ok(numbers(&[series, a.expected, a.seen, a.z, severity, method, start.to_f64()]));
        // Of the kinds that the series counts, the latest stands for it.
        let kind = of[a.series].iter().copied().max_by_key(|k| s.count(*k).last).unwrap_or_default();
        let count = Count { n: a.seen as u32, first: start, last: start.plus(DAY - 1).min(s.ask.now) };
        let behind = if a.seen > 0.0 { Behind::Some(kind, count) } else { Behind::Kinds(&[]) };
        let sure = s.sure(s.ask.history.days.counts.len() as f64);
        s.tell_of(out, (Trait::Alert, Subject::None), found, sure, behind);
    }
}
