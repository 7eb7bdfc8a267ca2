//! `[arrivals]` and `[disliked]`: what counts as new, and what a dislike costs the products near it.

use super::config::ShopConfig;
use super::limits::limit;
use crate::error::Result;
use serde::Deserialize;

/// Longest time for which a product may be new, and in which a dislike may fade: ten years.
const LONGEST: f64 = 3650.0;

/// `[arrivals]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ArrivalSection {
    /// Days for which a product is new.
    days: Option<u32>,
    /// Whether the log dates the products that the catalogue does not.
    from_log: Option<bool>,
}

/// `[disliked]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DislikedSection {
    /// Days after which a dislike counts half.
    half_life_days: Option<u32>,
    /// Share of its score that a product as similar as can be loses.
    similar: Option<f64>,
    /// Share that one of the same category loses.
    category: Option<f64>,
    /// Share that one of the same brand loses.
    brand: Option<f64>,
    /// Largest share that all dislikes together take.
    most: Option<f64>,
}

/// What holds for every shelf beside what is bought again; `src/shop/default.toml` has the shipped values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleSettings {
    /// Days for which a product is new.
    pub arrival_days: u32,
    /// Whether the log dates the products that the catalogue does not.
    pub from_log: bool,
    /// Days after which a dislike counts half.
    pub half_life_days: u32,
    /// Shares of a score that a dislike takes from what is similar, of the same category, of the same brand, in 1/65536.
    pub shares: [u32; 3],
    /// Largest share that all dislikes together take.
    pub most: u32,
}

impl RuleSettings {
    /// As the pack's record, in the order of [`Rule`](crate::rank::Rule).
    pub fn write(&self) -> Vec<u8> {
        let [similar, category, brand] = self.shares;
        let all = [self.arrival_days, self.half_life_days, similar, category, brand, self.most];
        all.into_iter().flat_map(u32::to_le_bytes).collect()
    }
}

impl ShopConfig {
    /// What is new and what a dislike costs: as shipped, unless this shop says otherwise.
    pub(super) fn rules(&self) -> Result<RuleSettings> {
        let shipped = ShopConfig::shipped()?;
        let (arrivals, disliked) = (&self.arrivals, &self.disliked);
        let days = |section: &str, name: &str, own: Option<u32>, shipped: Option<u32>| {
            limit(section, name, own.or(shipped).map(f64::from), 1.0, LONGEST).map(|d| d as u32)
        };
        let share = |name: &str, own: Option<f64>, shipped: Option<f64>| {
            limit("disliked", name, own.or(shipped), 0.0, 1.0).map(|s| libm::round(s * 65_536.0) as u32)
        };
        let (new, other) = (&shipped.arrivals, &shipped.disliked);
        Ok(RuleSettings {
            arrival_days: days("arrivals", "days", arrivals.days, new.days)?,
            from_log: arrivals.from_log.or(new.from_log).unwrap_or(false),
            half_life_days: days("disliked", "half_life_days", disliked.half_life_days, other.half_life_days)?,
            shares: [
                share("similar", disliked.similar, other.similar)?,
                share("category", disliked.category, other.category)?,
                share("brand", disliked.brand, other.brand)?,
            ],
            most: share("most", disliked.most, other.most)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_replaces_the_shipped_rules_one_by_one() {
        let rules = |text: &str| ShopConfig::parse(text).and_then(|c| c.rules()).expect(text);
        let shipped = rules("");
        assert_eq!((shipped.arrival_days, shipped.half_life_days, shipped.from_log), (30, 90, false));
        assert_eq!((shipped.shares, shipped.most), ([32_768, 6_554, 3_277], 52_429));
        let own = rules("[arrivals]\ndays = 14\nfrom_log = true\n[disliked]\nbrand = 0.25");
        let expected = RuleSettings { arrival_days: 14, from_log: true, shares: [32_768, 6_554, 16_384], ..shipped };
        assert_eq!(own, expected);
        assert_eq!(own.write()[..8], [14, 0, 0, 0, 90, 0, 0, 0]);
    }

    #[test]
    fn mistakes_are_named() {
        let wrong = |text: &str| ShopConfig::parse(text).expect_err(text).detail().to_string();
        assert!(wrong("[arrivals]\ndays = 0").contains("arrivals: days = 0"));
        assert!(wrong("[arrivals]\nweeks = 2").contains("weeks"));
        assert!(wrong("[disliked]\nmost = 1.5").contains("disliked: most = 1.5"));
        assert!(wrong("[disliked]\nhalf_life_days = 4000").contains("3650"));
    }
}
