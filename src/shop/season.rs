//! `[season]` and `[clusters]`: what is learnt of the time of the year and of kinds of shoppers, and what the shop says itself.

use crate::error::{Code, Error, Result};
use crate::rank::season::MONTHS;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Names of months.
pub const NAMES: [&str; MONTHS] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Bounds of an index in per cent: about three octaves either way, which a pack can tell.
const INDEX: [u32; 2] = [10, 1000];
/// Bounds of the days that a log must span to be learnt from. Less than a year does not know every month.
const DAYS: [f64; 2] = [365.0, 3_660.0];

/// `[season]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SeasonSection {
    learn: Option<bool>,
    fewest_days: Option<f64>,
    shrink: Option<f64>,
    /// Category path → month → per cent.
    categories: BTreeMap<String, BTreeMap<String, u32>>,
}

/// What a shop wants of seasons.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SeasonSettings {
    /// Learn from the log.
    pub learn: bool,
    /// Fewest days that the log must span.
    pub fewest_days: f64,
    /// Visits at the whole year's rate that are added to each month's own.
    pub shrink: f64,
    /// The shop's own indices in per cent, by category path: they replace the learnt ones month by month.
    pub table: Vec<(String, [Option<u32>; MONTHS])>,
}

impl SeasonSection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &SeasonSection) -> Result<SeasonSettings> {
        let number =
            |name, own: Option<f64>, shipped: Option<f64>, bounds| within("season", name, own.or(shipped), bounds);
        let mut table = Vec::new();
        for (path, months) in &self.categories {
            let mut row = [None; MONTHS];
            for (name, percent) in months {
                let place = NAMES.iter().position(|n| n == name);
                let place =
                    place.ok_or_else(|| bad(format!("season: {path} has \"{name}\", not {}.", NAMES.join(", "))))?;
                if !(INDEX[0]..=INDEX[1]).contains(percent) {
                    let [least, most] = INDEX;
                    return Err(bad(format!("season: {path}: {name} = {percent} is not between {least} and {most}.")));
                }
                row[place] = Some(*percent);
            }
            table.push((path.clone(), row));
        }
        Ok(SeasonSettings {
            learn: self.learn.or(shipped.learn).unwrap_or(false),
            fewest_days: number("fewest_days", self.fewest_days, shipped.fewest_days, DAYS)?,
            shrink: number("shrink", self.shrink, shipped.shrink, [1.0, 1e6])?,
            table,
        })
    }
}

/// `[clusters]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClusterSection {
    learn: Option<bool>,
    most: Option<f64>,
    fewest_shoppers: Option<f64>,
    fewest_looks: Option<f64>,
    tags: Option<bool>,
}

/// What a shop wants of kinds of shoppers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ClusterSettings {
    /// Learn from the log.
    pub learn: bool,
    /// Most of them.
    pub most: usize,
    /// Fewest shoppers behind each, and behind each number of it; the support threshold holds beside it.
    pub fewest_shoppers: usize,
    /// Fewest looks of a shopper who is learnt from.
    pub fewest_looks: usize,
    /// How many looks the nearest is worth, in 1/256: the weight of `[prior]`.
    pub weight: u32,
    /// The nearest is a tag of the shopper's.
    pub tags: bool,
}

impl ClusterSection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &ClusterSection, weight: u32) -> Result<ClusterSettings> {
        let number = |name, own: Option<f64>, shipped: Option<f64>, bounds| {
            within("clusters", name, own.or(shipped), bounds).map(|v| v as usize)
        };
        Ok(ClusterSettings {
            learn: self.learn.or(shipped.learn).unwrap_or(false),
            most: number("most", self.most, shipped.most, [2.0, 64.0])?,
            fewest_shoppers: number("fewest_shoppers", self.fewest_shoppers, shipped.fewest_shoppers, [10.0, 1e6])?,
            fewest_looks: number("fewest_looks", self.fewest_looks, shipped.fewest_looks, [2.0, 100.0])?,
            weight,
            tags: self.tags.or(shipped.tags).unwrap_or(false),
        })
    }
}

fn within(section: &str, name: &str, v: Option<f64>, [least, most]: [f64; 2]) -> Result<f64> {
    let v = v.unwrap_or(f64::NAN);
    if (least..=most).contains(&v) {
        return Ok(v);
    }
    Err(bad(format!("{section}: {name} = {v} is not between {least} and {most}.")))
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, what)
}
