//! Time as an argument: milliseconds since 1970-01-01 UTC.

/// A point in time, in milliseconds since 1970-01-01 UTC. Only the host reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub i64);

/// One second.
pub const SECOND: i64 = 1_000;
/// One minute.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour.
pub const HOUR: i64 = 60 * MINUTE;
/// One day.
pub const DAY: i64 = 24 * HOUR;

/// The largest time taken in: JavaScript's own limit, in the year 275760.
const LIMIT: f64 = 8.64e15;

impl Millis {
    /// A time from a host's number; `None` when it is not finite or beyond JavaScript's range.
    ///
    /// ```
    /// use nearshelf::time::Millis;
    /// assert_eq!(Millis::from_f64(1_291_191_960_000.0), Some(Millis(1_291_191_960_000)));
    /// assert_eq!(Millis::from_f64(f64::NAN), None);
    /// ```
    pub fn from_f64(ms: f64) -> Option<Millis> {
        (ms.is_finite() && ms.abs() <= LIMIT).then_some(Millis(ms as i64))
    }

    /// As a host's number.
    pub fn to_f64(self) -> f64 {
        self.0 as f64
    }

    /// This time moved by `ms`, saturating.
    pub fn plus(self, ms: i64) -> Millis {
        Millis(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this time, saturating; negative when `earlier` is later.
    pub fn since(self, earlier: Millis) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}
