//! Reading the offers: promotions of `promotion-case/v1`, with names, markets and wallets.

use super::Result;
use crate::catalog::Market;
use crate::error::{Code, Error};
use crate::offer::Offers;
use crate::offer::json::read_offers;
use serde_json::Value;
use std::path::Path;

/// One market's offers.
#[derive(Debug, Clone, Default)]
pub struct MarketOffers {
    /// In the order of the file.
    pub offers: Offers,
    /// One name a language, for each offer; may be empty.
    pub names: Vec<Vec<String>>,
    /// Which of them wait in a wallet.
    pub coupons: Vec<bool>,
}

/// Reads `offers.json`: `{"promotions": [...]}`, where a promotion may also have `market`, `name`, `name_<language>` and
/// `coupon`.
pub(super) fn read(path: &Path, markets: &[Market], languages: &[String]) -> Result<Vec<MarketOffers>> {
    let bad = |what: String| Error::new(Code::BadOffers, format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))?;
    let file: Value = serde_json::from_str(&text).map_err(|e| bad(format!("{e}.")))?;
    let all = file["promotions"].as_array().ok_or_else(|| bad("it has no list \"promotions\".".into()))?;
    for p in all {
        if let Some(m) = p["market"].as_str().filter(|m| markets.iter().all(|x| x.code != *m)) {
            return Err(bad(format!("promotion {} is for market \"{m}\", which the shop does not have.", p["id"])));
        }
    }
    let mut out = Vec::with_capacity(markets.len());
    for market in markets {
        let here: Vec<Value> =
            all.iter().filter(|p| p["market"].as_str().is_none_or(|m| m == market.code)).cloned().collect();
        let names = here.iter().map(|p| languages.iter().enumerate().map(|(i, l)| name(p, i, l)).collect()).collect();
        let coupons = here.iter().map(|p| p["coupon"] == true).collect();
        let offers = read_offers(&Value::Array(here))
            .map_err(|e| bad(format!("{} at {} (counted among market {}).", e.code.code(), e.path, market.code)))?;
        out.push(MarketOffers { offers, names, coupons });
    }
    Ok(out)
}

/// `name_zh` for `zh-CN`; the first language also takes `name`.
fn name(p: &Value, place: usize, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or(language);
    let own = p[format!("name_{primary}")].as_str();
    let plain = if place == 0 || primary == "en" { p["name"].as_str() } else { None };
    own.or(plain).unwrap_or("").to_string()
}
