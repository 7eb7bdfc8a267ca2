//! What promotions stand on: markets, languages, levels, products and what they cost before.

use super::super::Line;
use super::super::calendar::Calendar;
use super::super::json::{instant, line};
use crate::money::Minor;
use crate::time::{DAY, MINUTE, Millis};
use serde_json::Value;

/// What is known of a shop; what is missing is not held against it.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The present.
    pub now: Option<Millis>,
    /// Minutes east of UTC of the shop's days.
    pub zone_minutes: i32,
    /// BCP 47 tags, the default first.
    pub languages: Vec<String>,
    /// Code and currency.
    pub markets: Vec<(String, String)>,
    /// Ids of member levels.
    pub levels: Vec<String>,
    /// The catalogue.
    pub products: Vec<Product>,
    /// What was asked when.
    pub history: Vec<PriceOn>,
    /// What a shop finds too much.
    pub policy: Policy,
    /// Days that move from year to year.
    pub calendar: Calendar,
}

/// A product in one market.
#[derive(Debug, Clone, Default)]
pub struct Product {
    /// As a line of a cart, one unit: sku, price of today, store, category, tags, floor.
    pub line: Line,
    /// Its market; empty where there is one.
    pub market: String,
    /// The price beside which today's stands, where it is another.
    pub list: Option<Minor>,
}

/// What a product cost on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceOn {
    /// The product.
    pub sku: String,
    /// Its market; empty where there is one.
    pub market: String,
    /// The shop's day, since 1970.
    pub day: i64,
    /// What was asked.
    pub price: Minor,
}

/// What a shop finds too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// A reduction from which on it is told, in basis points.
    pub most_off_bp: i64,
    /// Days before a reduction whose lowest price it is held against.
    pub prior_days: i64,
    /// Days from now on for which the calendar should have the next of each day that is used.
    pub calendar_days: i64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { most_off_bp: 7_000, prior_days: 30, calendar_days: 180 }
    }
}

impl Ground {
    /// Reads a ground; `null` is one of which nothing is known.
    ///
    /// # Errors
    ///
    /// The field that cannot be read, with what it should be.
    pub fn read(v: &Value) -> Result<Ground, String> {
        let texts = |name: &str| list(v, name, |_, x| x.as_str().map(String::from).ok_or("a text".into()));
        let text = |x: &Value, name: &str| x[name].as_str().unwrap_or_default().to_string();
        let now = match &v["now"] {
            Value::Null => None,
            at => Some(instant(at).ok_or("ground.now is no time of RFC 3339, such as 2026-11-26T08:00:00Z.")?),
        };
        let markets = list(v, "markets", |_, x| match (x["code"].as_str(), x["currency"].as_str()) {
            (Some(code), Some(currency)) => Ok((code.into(), currency.into())),
            _ => Err("{ code, currency }".into()),
        })?;
        let products = list(v, "products", |_, x| {
            let read = line(x);
            let list = (!x["list"].is_null()).then(|| amount(&x["list"])).transpose()?;
            let price = amount(&x["price"])?;
            if read.sku.is_empty() {
                return Err("a product with a sku".into());
            }
            Ok(Product { line: Line { id: read.sku.clone(), qty: 1, price, ..read }, market: text(x, "market"), list })
        })?;
        let history = list(v, "history", |_, x| {
            let day = x["day"].as_str().and_then(day_of).ok_or("a price with a day, such as 2026-10-01")?;
            let sku = x["sku"].as_str().ok_or("a price with a sku")?;
            Ok(PriceOn { sku: sku.into(), market: text(x, "market"), day, price: amount(&x["price"])? })
        })?;
        let shipped = Policy::default();
        let number = |name: &str, usual: i64, least: i64, most: i64| match &v["policy"][name] {
            Value::Null => Ok(usual),
            x => x
                .as_i64()
                .filter(|n| (least..=most).contains(n))
                .ok_or(format!("ground.policy.{name} is no integer from {least} to {most}.")),
        };
        let policy = Policy {
            most_off_bp: number("most_off_bp", shipped.most_off_bp, 1, 10_000)?,
            prior_days: number("prior_days", shipped.prior_days, 1, 365)?,
            calendar_days: number("calendar_days", shipped.calendar_days, 0, 3650)?,
        };
        let zone_minutes = match &v["zone_minutes"] {
            Value::Null => 0,
            x => x
                .as_i64()
                .filter(|n| n.abs() <= 1_440)
                .ok_or("ground.zone_minutes is no integer from -1440 to 1440.")? as i32,
        };
        let (languages, levels) = (texts("languages")?, texts("levels")?);
        let calendar = Calendar::read(&v["calendar"]).map_err(|what| format!("ground.calendar: {what}."))?;
        Ok(Ground { now, zone_minutes, languages, markets, levels, products, history, policy, calendar })
    }

    /// The shop's day of an instant, since 1970.
    pub(super) fn day(&self, at: Millis) -> i64 {
        at.0.saturating_add(i64::from(self.zone_minutes) * MINUTE).div_euclid(DAY)
    }

    /// The products that an offer for this market is about.
    pub(super) fn in_market<'a>(&'a self, market: Option<&'a str>) -> impl Iterator<Item = &'a Product> {
        self.products.iter().filter(move |p| market.is_none_or(|m| p.market.is_empty() || p.market == m))
    }
}

/// Days since 1970 of `2026-10-01`.
pub fn day_of(text: &str) -> Option<i64> {
    instant(&Value::String(format!("{text}T00:00:00Z"))).map(|t| t.0.div_euclid(DAY))
}

fn amount(v: &Value) -> Result<Minor, String> {
    v.as_i64().filter(|n| *n >= 0).map(Minor).ok_or("an amount in minor units, an integer not below 0".into())
}

fn list<T>(v: &Value, name: &str, read: impl Fn(usize, &Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match &v[name] {
        Value::Null => Ok(Vec::new()),
        Value::Array(all) => {
            let one = |(i, x)| read(i, x).map_err(|what| format!("ground.{name}[{i}] is not {what}."));
            all.iter().enumerate().map(one).collect()
        }
        _ => Err(format!("ground.{name} is no list.")),
    }
}
