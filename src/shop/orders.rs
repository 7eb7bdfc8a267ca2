//! Orders as a shop exports them: who, which day, how much.

use super::rejects::{Out, Part, Rejects};
use super::table::{Row, Table};
use super::{Progress, log, source};
use crate::error::{Code, Error, Result};
use crate::insight::by_id;
use crate::money::parse_price;
use crate::time::DAY;
use std::collections::HashMap;
use std::path::Path;

/// Largest day number, some two million years.
const LAST_DAY: i64 = 800_000_000;

/// The columns of a table of orders; what is `None` is found by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderColumns {
    /// Who bought: `customer_id`, `user_id`.
    pub customer: Option<String>,
    /// When: `day` (a whole number), `date`, `timestamp`.
    pub time: Option<String>,
    /// For how much: `cents`, or `value`, `amount`, `revenue`, `total`, `price` in major units.
    pub amount: Option<String>,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Place in [`Orders::customers`].
    pub customer: u32,
    /// Day, of whatever the log counts from; days since 1970 in UTC where it has dates.
    pub day: i64,
    /// Value in hundredths of a major unit.
    pub cents: i64,
}

/// A log of orders.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    /// Customers, in order: whole numbers by their size, others by their bytes, numbers first.
    pub customers: Vec<String>,
    /// Orders in the order of the file.
    pub rows: Vec<Order>,
    /// Whether days are dates, and not numbers.
    pub dated: bool,
    /// Rows that could not be used.
    pub rejects: Rejects,
}

impl Orders {
    /// Reads a table (CSV, JSON lines or Parquet, also gzipped).
    ///
    /// # Errors
    ///
    /// `io`; `bad_table` where a column is missing; `bad_config` where a column that was named is.
    pub fn read(path: &Path, columns: &OrderColumns, progress: &dyn Progress) -> Result<Orders> {
        progress.stage("reading orders", source::bytes(std::iter::once(path)));
        let table = Table::open(path, progress)?;
        let find = |named: &Option<String>, known: &[&str], what: &str| match named {
            Some(name) => table.named(name),
            None => table.column(known).ok_or_else(|| {
                let (file, known) = (path.display(), known.join(", "));
                let detail = format!("{file} has no column for {what} ({known}); it has {}.", table.listed());
                Error::new(Code::BadTable, detail)
            }),
        };
        let customer = find(&columns.customer, &["customer_id", "user_id"], "the customer")?;
        let time = find(&columns.time, &["day", "date", "timestamp"], "the day")?;
        let amount = find(&columns.amount, &["cents", "value", "amount", "revenue", "total", "price"], "the value")?;
        let name_of = |c: usize| table.columns()[c].to_ascii_lowercase();
        let (numbered, minor) = (name_of(time) == "day", name_of(amount) == "cents");

        let mut out = Orders { dated: !numbered, ..Orders::default() };
        let mut rejects = Rejects::default();
        let mut known: HashMap<String, u32> = HashMap::new();
        table.for_each(Part::Log, &mut rejects, progress, |row: &Row<'_>| {
            let who = row.get(Some(customer));
            if who.is_empty() {
                return Err("no customer".into());
            }
            let day = day_of(row.get(Some(time)), numbered)?;
            let cents = cents_of(row.get(Some(amount)), minor)?;
            let next = known.len() as u32;
            let customer = *known.entry(who.to_string()).or_insert(next);
            out.rows.push(Order { customer, day, cents });
            Ok(())
        })?;
        out.rejects = rejects;
        out.sort_customers(known);
        Ok(out)
    }

    /// Puts the customers into order, and numbers the rows by it.
    fn sort_customers(&mut self, known: HashMap<String, u32>) {
        let mut names: Vec<(String, u32)> = known.into_iter().collect();
        names.sort_by(|a, b| by_id(&a.0, &b.0));
        let mut place = vec![0_u32; names.len()];
        for (i, (_, old)) in names.iter().enumerate() {
            place[*old as usize] = i as u32;
        }
        for row in &mut self.rows {
            row.customer = place[row.customer as usize];
        }
        self.customers = names.into_iter().map(|(name, _)| name).collect();
    }

    /// The first and the last day.
    ///
    /// # Errors
    ///
    /// `empty_log` without orders.
    pub fn span(&self) -> Result<(i64, i64)> {
        let days = || self.rows.iter().map(|r| r.day);
        let span = days().min().zip(days().max());
        span.ok_or_else(|| Error::new(Code::EmptyLog, "The log has no order that can be used.".to_string()))
    }

    /// A day of the log from what somebody writes for it: a number, or a date where it has dates.
    ///
    /// # Errors
    ///
    /// `bad_config`.
    pub fn day(&self, text: &str) -> Result<i64> {
        day_of(text, !self.dated).map_err(|_| {
            let wanted = if self.dated { "a date like 2026-11-25" } else { "a number, as the log's column has" };
            Error::new(Code::BadConfig, format!("\"{text}\" is no day of this log: it takes {wanted}."))
        })
    }
}

/// A day as a date, in UTC.
pub fn date_of(day: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(day.saturating_mul(DAY)).unwrap_or_default();
    at.strftime("%Y-%m-%d").to_string()
}

fn day_of(text: &str, numbered: bool) -> std::result::Result<i64, Out> {
    let day = if numbered {
        text.parse().map_err(|_| Out::Rejected("the day is no whole number"))?
    } else {
        log::moment(text, 0).ok_or(Out::Rejected("the time cannot be read"))?.div_euclid(DAY)
    };
    if !(-LAST_DAY..=LAST_DAY).contains(&day) { Err("the day is out of range".into()) } else { Ok(day) }
}

fn cents_of(text: &str, minor: bool) -> std::result::Result<i64, Out> {
    if text.starts_with('-') {
        return Err(Out::Ignored("a refund: a negative value"));
    }
    let value = parse_price(text, if minor { 0 } else { 2 }).map_err(|_| Out::Rejected("the value is no amount"))?;
    Ok(value.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Silent;

    fn read(name: &str, text: &str, columns: &OrderColumns) -> Result<Orders> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        Orders::read(&path, columns, &Silent)
    }

    #[test]
    fn customers_are_in_order_and_rows_keep_theirs() {
        let text = "customer_id,day,quantity,cents\n10,5,1,250\n9,0,1,100\nb,7,2,0\na,7,2,1\n10,6,1,50\n";
        let o = read("t.csv", text, &OrderColumns::default()).unwrap();
        assert_eq!(o.customers, ["9", "10", "a", "b"]);
        let rows: Vec<_> = o.rows.iter().map(|r| (r.customer, r.day, r.cents)).collect();
        assert_eq!(rows, [(1, 5, 250), (0, 0, 100), (3, 7, 0), (2, 7, 1), (1, 6, 50)]);
        assert_eq!((o.dated, o.day("12").unwrap()), (false, 12));
        assert_eq!(o.day("1997-01-05").unwrap_err().code(), "bad_config");
    }

    #[test]
    fn dates_and_major_units_are_read_by_their_names() {
        let text = "user_id,date,value\nann,1970-01-03,12.50\nann,1970-01-04T23:00:00Z,¥1299\n";
        let o = read("t.csv", text, &OrderColumns::default()).unwrap();
        assert_eq!(o.rows.iter().map(|r| (r.day, r.cents)).collect::<Vec<_>>(), [(2, 1250), (3, 129_900)]);
        assert!(o.dated);
        let own = OrderColumns { customer: Some("who".into()), time: Some("at".into()), amount: Some("sum".into()) };
        let o = read("t.jsonl", "{\"who\":\"ann\",\"at\":172800,\"sum\":3}\n", &own).unwrap();
        assert_eq!((o.rows[0].day, o.rows[0].cents), (2, 300));
        let missing = OrderColumns { amount: Some("cost".into()), ..OrderColumns::default() };
        assert_eq!(read("t.csv", text, &missing).unwrap_err().code(), "bad_config");
    }

    #[test]
    fn rows_that_cannot_be_used_are_counted_and_the_rest_is_read() {
        let text = "customer_id,day,cents\n1,0,100\n,0,100\n2,soon,100\n3,1,cheap\n4,1,-50\n5,99999999999,1\n6,2,7\n";
        let o = read("t.csv", text, &OrderColumns::default()).unwrap();
        assert_eq!(o.customers, ["1", "6"]);
        let tally = &o.rejects.tallies()[0];
        assert_eq!((tally.read(), tally.rejected_rows(), tally.ignored_rows()), (7, 4, 1));
        assert!(
            read("t.csv", "customer_id,day\n1,2\n", &OrderColumns::default()).unwrap_err().detail().contains("value")
        );
    }
}
