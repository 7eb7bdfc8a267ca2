//! What a device may spend in all.

use super::noise::Epsilon;

/// The most that all answers of a device may spend together, in millionths: by sequential composition the loss of everything it ever tells
/// (Dwork, Roth, "The Algorithmic Foundations of Differential Privacy", 2014, section 3.5).
///
/// # Example: a year of weekly answers as shipped
///
/// ```
/// use nearshelf::privacy::{ledger::Lifetime, noise::Epsilon};
/// assert!(Lifetime::SHIPPED.holds(102_000_000, Epsilon::MOST));
/// assert!(!Lifetime::SHIPPED.holds(102_000_001, Epsilon::MOST));
/// assert_eq!(Lifetime::from_f64(104.0), Some(Lifetime::SHIPPED));
/// assert_eq!(Lifetime::from_f64(1000.1), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(u32);

impl Lifetime {
    /// 104: a year of weeks at 2 each.
    pub const SHIPPED: Lifetime = Lifetime(104_000_000);
    /// The most that a shop may set: 1,000.
    const MOST: u32 = 1_000_000_000;

    /// From millionths; `None` outside 0.01 to 1,000.
    pub fn from_millionths(millionths: u32) -> Option<Lifetime> {
        (Epsilon::LEAST.millionths()..=Lifetime::MOST).contains(&millionths).then_some(Lifetime(millionths))
    }

    /// From a configuration's number, rounded down to a millionth; `None` outside 0.01 to 1,000.
    pub fn from_f64(v: f64) -> Option<Lifetime> {
        (0.01..=1000.0).contains(&v).then(|| Lifetime(((v * 1e6) as u32).max(Epsilon::LEAST.millionths())))
    }

    /// In millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// As a number, for people.
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// True where `epsilon` more leaves a sum of `spent` millionths within it.
    pub fn holds(self, spent: u32, epsilon: Epsilon) -> bool {
        spent.checked_add(epsilon.millionths()).is_some_and(|sum| sum <= self.0)
    }
}

impl Default for Lifetime {
    fn default() -> Lifetime {
        Lifetime::SHIPPED
    }
}
