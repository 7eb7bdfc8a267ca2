//! `[coupons]`: how a wallet is ranked, and the file that `nearshelf coupons fit` writes for it.

use super::read_file;
use crate::error::{Code, Error, Result};
use crate::insight::{Number, Settings};
use crate::offer::usage::{NAMES, ONE, SIGNALS, Usage, Weights};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Largest weight, either way.
const LARGEST: f64 = 100.0;
/// Longest time before its end in which a coupon ends soon: a year.
const LONGEST: f64 = 8_784.0;

/// `[coupons]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CouponSection {
    /// Hours before its end from which on a coupon ends soon.
    ends_soon_hours: Option<f64>,
    /// File of learned weights, beside `shop.toml`.
    learned: Option<String>,
    /// What signals are worth.
    weights: BTreeMap<String, f64>,
}

/// What `nearshelf coupons fit` writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Learned {
    weights: BTreeMap<String, f64>,
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, format!("coupons: {what}"))
}

/// Takes weights over.
fn apply(weights: &mut Weights, own: &BTreeMap<String, f64>) -> Result<()> {
    for (name, weight) in own {
        let place = NAMES.iter().position(|n| n == name);
        let place = place.ok_or_else(|| bad(format!("\"{name}\" is none of {}.", NAMES.join(", "))))?;
        if !(-LARGEST..=LARGEST).contains(weight) {
            return Err(bad(format!("{name} = {weight} is not between -{LARGEST} and {LARGEST}.")));
        }
        weights[place] = libm::round(weight * ONE as f64) as i32;
    }
    Ok(())
}

impl CouponSection {
    /// The settings without the file of learned weights; of each offer nothing yet.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming what is unknown or out of range.
    pub(super) fn or(&self, shipped: &CouponSection) -> Result<Usage> {
        self.with(shipped, None, &Settings::default())
    }

    /// The same with what was learned: the shipped weights, then the file's, then the shop's own. A file that the shop names has to be there, the shipped
    /// name may not be.
    ///
    /// # Errors
    ///
    /// `io`; `bad_config`, naming what is wrong.
    pub(super) fn with(&self, shipped: &CouponSection, beside: Option<&Path>, insight: &Settings) -> Result<Usage> {
        let mut usage = Usage { weights: [0; SIGNALS], ..Usage::default() };
        apply(&mut usage.weights, &shipped.weights)?;
        let file = match (beside, &self.learned, &shipped.learned) {
            (Some(folder), Some(name), _) => Some(folder.join(name)),
            (Some(folder), None, Some(name)) => Some(folder.join(name)).filter(|p| p.is_file()),
            _ => None,
        };
        if let Some(path) = file {
            let learned: Learned = serde_json::from_slice(&read_file(&path)?)
                .map_err(|e| Error::new(Code::BadConfig, format!("{}: {e}.", path.display())))?;
            apply(&mut usage.weights, &learned.weights)?;
        }
        apply(&mut usage.weights, &self.weights)?;
        let hours = self.ends_soon_hours.or(shipped.ends_soon_hours).unwrap_or(0.0);
        if !(0.0..=LONGEST).contains(&hours) {
            return Err(bad(format!("ends_soon_hours = {hours} is not between 0 and {LONGEST}.")));
        }
        usage.soon_minutes = libm::round(hours * 60.0) as u32;
        let share = |n| insight.number(n).map_or(0, |v| libm::round(v * ONE as f64) as u32);
        usage.due = [share(Number::DueFrom), share(Number::DueUntil)];
        Ok(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::ShopConfig;
    use super::*;
    use crate::offer::usage::RULE;

    #[test]
    fn as_shipped_the_rule_ranks() {
        let usage = ShopConfig::parse("").and_then(|c| c.coupons()).expect("shipped");
        assert_eq!((usage.weights, usage.soon_minutes), (RULE, 72 * 60));
    }

    #[test]
    fn a_shop_s_own_weights_go_before_learned_ones_and_those_before_shipped_ones() {
        let dir = tempfile::tempdir().expect("a folder");
        let config = |text: &str| ShopConfig::parse(text).expect(text);
        let of = |text: &str| config(text).coupons_in(dir.path());
        assert!(of("[coupons]\nlearned = \"mine.json\"").is_err(), "a named file has to be there");
        std::fs::write(dir.path().join("coupons.json"), r#"{"weights":{"own":1.5,"type":3}}"#).expect("a file");
        let usage = of("[coupons]\nends_soon_hours = 24\n[coupons.weights]\ntype = 0.25").expect("three layers");
        let weight = |name: &str| usage.weights[NAMES.iter().position(|n| *n == name).expect(name)];
        assert_eq!(["own", "type", "households"].map(weight), [98_304, 16_384, 26_214]);
        assert_eq!(usage.soon_minutes, 1_440);
        assert!(usage.due[0] > 0 && usage.due[1] > usage.due[0], "{:?}", usage.due);
        std::fs::write(dir.path().join("coupons.json"), r#"{"weights":{"love":1}}"#).expect("a file");
        assert!(of("").expect_err("unknown").detail().contains("\"love\" is none of own"));
        for (text, says) in [
            ("weights = { own = 101 }", "own = 101"),
            ("ends_soon_hours = -1", "ends_soon_hours = -1"),
            ("soon = 1", "soon"),
        ] {
            let said = ShopConfig::parse(&format!("[coupons]\n{text}")).expect_err(text).detail().to_string();
            assert!(said.contains(says), "{said}");
        }
    }
}
