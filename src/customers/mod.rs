//! The shop side of forecasts: customers' summaries from a log of orders, models fitted to them, forecasts judged.

mod fit;
mod judge;

pub use fit::{Fitted, fit_bgnbd, fit_gamma_gamma};
pub use judge::{Group, Judgement, Measures, correlation_of_value, judge};

use crate::forecast::Purchases;
use crate::shop::Orders;

/// Days of the models' unit of time.
const WEEK: f64 = 7.0;

/// What a customer did until some day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Customer {
    /// Place in [`Orders::customers`].
    pub customer: u32,
    /// How often and when, in weeks.
    pub purchases: Purchases,
    /// Mean value of a repeat purchase, in major units; 0 without one.
    pub zbar: f64,
    /// Days since the last purchase.
    pub recency_days: i64,
    /// Days with a purchase, the first one included.
    pub frequency: u32,
    /// All they paid, in hundredths.
    pub cents: i64,
    /// Days with a purchase after that day, and until the end of the log.
    pub later: u32,
}

/// Summaries of all who bought until `until` (a day of the log, included), in order of their ids.
pub fn summarise(orders: &Orders, until: i64) -> Vec<Customer> {
    let mut rows: Vec<(u32, i64, i64)> = orders.rows.iter().map(|o| (o.customer, o.day, o.cents)).collect();
    rows.sort_unstable();
    rows.chunk_by(|a, b| a.0 == b.0).filter_map(|of| customer(of, until)).collect()
}

fn customer(rows: &[(u32, i64, i64)], until: i64) -> Option<Customer> {
    let days: Vec<(i64, i64)> =
        rows.chunk_by(|a, b| a.1 == b.1).map(|day| (day[0].1, day.iter().map(|r| r.2).sum())).collect();
    let seen = days.partition_point(|d| d.0 <= until);
    let (past, later) = days.split_at(seen);
    let (first, last) = (past.first()?, past.last()?);
    let repeats = &past[1..];
    let spent: i64 = repeats.iter().map(|d| d.1).sum();
    let zbar = if repeats.is_empty() { 0.0 } else { spent as f64 / 100.0 / repeats.len() as f64 };
    let weeks = |days: i64| days as f64 / WEEK;
    Some(Customer {
        customer: rows[0].0,
        purchases: Purchases::new(repeats.len() as f64, weeks(last.0 - first.0), weeks(until - first.0)).ok()?,
        zbar,
        recency_days: until - last.0,
        frequency: past.len() as u32,
        cents: past.iter().map(|d| d.1).sum(),
        later: later.len() as u32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Order;

    #[test]
    fn purchases_of_a_day_count_once() {
        let row = |customer, day, cents| Order { customer, day, cents };
        let orders = Orders {
            customers: vec!["a".into(), "b".into(), "late".into()],
            rows: vec![
                row(0, 10, 500),
                row(0, 24, 100),
                row(0, 24, 50),
                row(0, 38, 250),
                row(0, 60, 1),
                row(1, 31, 900),
                row(2, 60, 900),
            ],
            ..Orders::default()
        };
        let got = summarise(&orders, 45);
        assert_eq!(got.len(), 2, "who comes later is not a customer yet");
        let a = &got[0];
        assert_eq!(a.purchases, Purchases::new(2.0, 4.0, 5.0).unwrap());
        assert_eq!((a.zbar, a.recency_days, a.frequency, a.cents, a.later), (2.0, 7, 3, 900, 1));
        let b = &got[1];
        assert_eq!((b.purchases, b.zbar, b.frequency, b.later), (Purchases::new(0.0, 0.0, 2.0).unwrap(), 0.0, 1, 0));
    }
}
