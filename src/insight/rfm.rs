//! Recency, frequency and monetary value by the shop's cuts: a device knows one shopper, so the shop says where scores begin.

use super::{Insights, Lack, Shopper, Trait, numbers};
use crate::event::EventKind;
use alloc::string::String;
use core::cmp::Ordering;

/// Where a score begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    /// The lowest value that has it.
    pub value: i64,
    /// Of equal values, the lowest customer id that has it; empty for all of them.
    pub tie: String,
}

/// The score of a value, from 1: one more for each cut that it reaches. At a cut with a tie an id decides; without an id it counts as reached.
///
/// # Example: ranks, one customer at a time
///
/// ```
/// use nearshelf::insight::{Cut, score};
///
/// // Values 1, 2, 2, 3 of the customers 7, 8, 9, 10 in halves: the second one begins between the two that are equal.
/// let cuts = [Cut { value: 2, tie: "9".into() }];
/// assert_eq!([(1, "7"), (2, "8"), (2, "9"), (3, "10")].map(|(v, id)| score(v, id, &cuts)), [1, 1, 2, 2]);
/// assert_eq!(score(2, "", &cuts), 2);
/// ```
pub fn score(value: i64, id: &str, cuts: &[Cut]) -> u8 {
    let mut score = 1;
    for cut in cuts {
        let free = cut.tie.is_empty() || id.is_empty();
        let reached = value > cut.value || (value == cut.value && (free || by_id(id, &cut.tie) != Ordering::Less));
        score += u8::from(reached && score < u8::MAX);
    }
    score
}

/// The order of customers' ids: whole numbers by their value and before all others, which go by their bytes.
pub fn by_id(a: &str, b: &str) -> Ordering {
    let number = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
    let (x, y) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    match (number(a), number(b)) {
        (true, true) => x.len().cmp(&y.len()).then_with(|| x.cmp(y)).then_with(|| a.cmp(b)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

impl Shopper<'_> {
    /// Recency in negative days, frequency in days with an order, monetary value in hundredths.
    fn rfm(&self) -> [i64; 3] {
        let scale = |v: i64| match self.ask.exponent {
            0 => v.saturating_mul(100),
            1 => v.saturating_mul(10),
            2 => v,
            n => v / 10_i64.saturating_pow(u32::from(n) - 2),
        };
        [-self.silence(), i64::from(self.sums.days), scale(self.sums.value)]
    }

    /// Local days since the last order.
    pub(super) fn silence(&self) -> i64 {
        (self.today - self.sums.last_day).max(0)
    }

    /// The score of 0 recency, 1 frequency or 2 monetary value.
    pub(super) fn score(&self, of: usize) -> Result<u8, Lack> {
        self.some_orders()?;
        let cuts = &self.ask.settings.cuts[of];
        if cuts.is_empty() {
            return Err(Lack::CUTS);
        }
        Ok(score(self.rfm()[of], self.ask.account, cuts))
    }

    /// The same as a share of the way from the lowest to the highest.
    pub(super) fn standing(&self, of: usize) -> Result<f64, Lack> {
        Ok(f64::from(self.score(of)? - 1) / self.ask.settings.cuts[of].len() as f64)
    }

    /// Share of the orders whose sum is known.
    pub(super) fn valued(&self) -> f64 {
        super::part(self.sums.valued.into(), self.sums.orders.into())
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let raw = [s.silence() as f64, f64::from(s.sums.days), s.sums.value as f64];
    for (i, code) in [Trait::Recency, Trait::Frequency, Trait::Monetary].into_iter().enumerate() {
        // A count is what it is; a sum is so far as orders told theirs.
        let confidence = if i == 2 { s.valued() } else { 1.0 };
        let found = s.score(i).map(|score| numbers(&[f64::from(score), raw[i]]));
        s.tell(out, code, found, confidence, &[EventKind::Purchase]);
    }
}
