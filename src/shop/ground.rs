//! What a shop's offers stand on, for the linter: its catalogue, levels, languages, and what it asked before.

use super::config::ShopConfig;
use super::offers::Days;
use super::table::{Row, Table};
use super::{Part, Progress, Rejects, Shop, ShopFiles, limits, loyalty, text_of};
use crate::catalog::Market;
use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error, Result};
use crate::money::parse_price;
use crate::offer::Line;
use crate::offer::lint::{Ground, Policy, PriceOn, Product, day_of};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// `[lint]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LintSection {
    most_off: Option<f64>,
    prior_days: Option<f64>,
    calendar_days: Option<f64>,
}

impl LintSection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &LintSection) -> Result<Policy> {
        let limit = |name: &str, own: Option<f64>, shipped: Option<f64>, low: f64, high: f64| {
            limits::limit("lint", name, own.or(shipped), low, high)
        };
        Ok(Policy {
            most_off_bp: (limit("most_off", self.most_off, shipped.most_off, 0.0001, 1.0)? * 1e4).round() as i64,
            prior_days: limit("prior_days", self.prior_days, shipped.prior_days, 1.0, 365.0)? as i64,
            calendar_days: limit("calendar_days", self.calendar_days, shipped.calendar_days, 0.0, 3650.0)? as i64,
        })
    }
}

/// The promotions of an offers file, as JSON.
///
/// # Errors
///
/// `io`, `bad_offers`.
pub fn promotions(path: &Path) -> Result<Value> {
    let bad = |what: String| Error::new(Code::BadOffers, format!("{}: {what}", path.display()));
    let file: Value = serde_json::from_str(&text_of(path)?).map_err(|e| bad(format!("{e}.")))?;
    match file {
        Value::Array(_) => Ok(file),
        mut file if file["promotions"].is_array() => Ok(file["promotions"].take()),
        _ => Err(bad("it has no list \"promotions\".".into())),
    }
}

/// The granting campaigns of an offers file, as JSON; nothing where it has none.
///
/// # Errors
///
/// `io`, `bad_offers`.
pub fn grants(path: &Path) -> Result<Value> {
    let bad = |what: String| Error::new(Code::BadOffers, format!("{}: {what}", path.display()));
    let mut file: Value = serde_json::from_str(&text_of(path)?).map_err(|e| bad(format!("{e}.")))?;
    Ok(file.get_mut("grants").map(Value::take).unwrap_or_default())
}

/// The offers file of a shop folder.
///
/// # Errors
///
/// `bad_offers` where it has none.
pub fn offers_file(files: &ShopFiles) -> Result<PathBuf> {
    let missing = || Error::new(Code::BadOffers, format!("the folder \"{}\" has no offers.json.", files.name));
    files.offers.clone().ok_or_else(missing)
}

/// A ground that was written down as JSON.
///
/// # Errors
///
/// `io`, `bad_config`.
pub fn ground_file(path: &Path) -> Result<Ground> {
    let bad = |what: String| Error::new(Code::BadConfig, format!("{}: {what}", path.display()));
    let read: Value = serde_json::from_str(&text_of(path)?).map_err(|e| bad(format!("{e}.")))?;
    Ground::read(&read).map_err(bad)
}

/// What a shop folder tells of the ground; `prices` is a table of what was asked when (`id`, `date`, `price`, and `market` where there are several).
/// The log is not read.
///
/// # Errors
///
/// As [`Shop::read`]; `bad_table` for the prices.
pub fn offers_ground(files: Option<&ShopFiles>, prices: Option<&Path>, progress: &dyn Progress) -> Result<Ground> {
    let Some(files) = files else {
        let detail = "past prices need the shop whose prices they are: give its folder with --shop.";
        return if prices.is_some() { Err(Error::new(Code::BadConfig, detail)) } else { Ok(Ground::default()) };
    };
    let config = ShopConfig::of(files)?;
    let shop = Shop::read_catalog(files, &config, progress)?;
    let zone_minutes = config.zone_minutes()?;
    let levels = match files.loyalty.as_deref() {
        Some(path) => loyalty::read(path, &shop.languages, zone_minutes)?.levels,
        None => Vec::new(),
    };
    let mut ground = Ground {
        zone_minutes,
        languages: shop.languages,
        markets: shop.markets.iter().map(|m| (m.code.clone(), m.currency.clone())).collect(),
        levels,
        policy: config.lint()?,
        calendar: Days::read(files, zone_minutes)?.calendar,
        ..Ground::default()
    };
    ground.products = products_of(&shop.products, &shop.markets);
    if let Some(path) = prices {
        ground.history = history(path, &shop.markets, progress)?;
    }
    Ok(ground)
}

/// Every variant in every market where it has a price.
pub(super) fn products_of(products: &[ProductDraft], markets: &[Market]) -> Vec<Product> {
    let mut out = Vec::new();
    for product in products {
        for variant in &product.variants {
            for (market, offer) in markets.iter().zip(&variant.offers) {
                let Some(price) = offer.sale.or(offer.list) else { continue };
                let list = offer.list.filter(|l| *l > price).map(|l| crate::money::Minor(l.into()));
                let line = Line {
                    id: variant.id.clone(),
                    sku: variant.id.clone(),
                    price: crate::money::Minor(price.into()),
                    qty: 1,
                    store: product.store.clone(),
                    category: product.categories.first().map(|c| c.replace(" > ", "/")).unwrap_or_default(),
                    tags: product.tags.clone(),
                    ..Line::default()
                };
                out.push(Product { line, market: market.code.clone(), list });
            }
        }
    }
    out
}

fn history(path: &Path, markets: &[Market], progress: &dyn Progress) -> Result<Vec<PriceOn>> {
    let bad = |what: String| Error::new(Code::BadTable, format!("{}: {what}", path.display()));
    let table = Table::open(path, progress)?;
    let find = |names: &[&str]| {
        let missing = || bad(format!("it has no column \"{}\"; it has {}.", names[0], table.listed()));
        table.column(names).ok_or_else(missing)
    };
    let (id, date, price) = (find(&["id", "item_id", "sku"])?, find(&["date", "day"])?, find(&["price"])?);
    let market = table.column(&["market"]);
    if market.is_none() && markets.len() > 1 {
        return Err(bad("the shop has several markets, so it needs a column \"market\".".into()));
    }
    let (mut out, mut rejects) = (Vec::new(), Rejects::default());
    table.for_each(Part::Catalog, &mut rejects, progress, |row: &Row<'_>| {
        let code = row.get(market);
        let here = if market.is_none() { markets.first() } else { markets.iter().find(|m| m.code == code) };
        let exponent = here.ok_or("a market that the shop does not have")?.exponent;
        let day = day_of(row.get(Some(date))).ok_or("no date such as 2026-10-01")?;
        let price = parse_price(row.get(Some(price)), exponent).map_err(|_| "no price")?;
        out.push(PriceOn { sku: row.get(Some(id)).to_string(), market: code.to_string(), day, price });
        Ok(())
    })?;
    rejects.check(0.0)?;
    Ok(out)
}
