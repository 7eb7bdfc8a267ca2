//! Limits of a shop: when an estimate is not trusted, and when a pack is not published.

use super::config::ShopConfig;
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use std::path::Path;

/// `[policy]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PolicySection {
    effective_rows: Option<f64>,
    effective_share: Option<f64>,
    largest_weight: Option<f64>,
    never_shown: Option<f64>,
    mean_weight: Option<f64>,
    effective_rewards: Option<f64>,
    reward_prior: Option<f64>,
}

/// When the estimate of a policy's worth is trusted; `src/shop/default.toml` has the shipped values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolicySettings {
    /// Fewest rows that the weights may be worth: the effective sample size.
    pub effective_rows: f64,
    /// The same as a share of all rows.
    pub effective_share: f64,
    /// Largest share of all weight that one row may have.
    pub largest_weight: f64,
    /// Largest share of the policy's choices that the log never showed.
    pub never_shown: f64,
    /// How far the mean weight may be from 1, where the difference is no chance.
    pub mean_weight: f64,
    /// Fewest rewards that the weighted rewards may be worth.
    pub effective_rewards: f64,
    /// Rows of the mean reward that are added to each item's own in the reward model.
    pub reward_prior: f64,
}

impl PolicySettings {
    /// The settings of a `shop.toml`, or the shipped ones.
    ///
    /// # Errors
    ///
    /// `io`, `bad_config`.
    pub fn read(path: Option<&Path>) -> Result<PolicySettings> {
        ShopConfig::read(path)?.policy()
    }
}

impl PolicySection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &PolicySection) -> Result<PolicySettings> {
        let limit = |name: &str, own: Option<f64>, shipped: Option<f64>, high: f64| {
            limit("policy", name, own.or(shipped), 0.0, high)
        };
        let many = 1e12;
        Ok(PolicySettings {
            effective_rows: limit("effective_rows", self.effective_rows, shipped.effective_rows, many)?,
            effective_share: limit("effective_share", self.effective_share, shipped.effective_share, 1.0)?,
            largest_weight: limit("largest_weight", self.largest_weight, shipped.largest_weight, 1.0)?,
            never_shown: limit("never_shown", self.never_shown, shipped.never_shown, 1.0)?,
            mean_weight: limit("mean_weight", self.mean_weight, shipped.mean_weight, many)?,
            effective_rewards: limit("effective_rewards", self.effective_rewards, shipped.effective_rewards, many)?,
            reward_prior: limit("reward_prior", self.reward_prior, shipped.reward_prior, many)?,
        })
    }
}

/// `[baseline]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BaselineSection {
    lost_items: Option<f64>,
    lost_quality: Option<f64>,
    lost_neighbours: Option<f64>,
    fewest_steps: Option<f64>,
    median_price: Option<f64>,
    price_change: Option<f64>,
    changed_prices: Option<f64>,
}

/// When a pack may not take the place of another; `src/shop/default.toml` has the shipped values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselineSettings {
    /// Share of the old pack's products from which on their loss is refused, in all and in each market.
    pub lost_items: f64,
    /// Largest share of HR@20 and of MRR@20 that may be lost, if not by chance.
    pub lost_quality: f64,
    /// Share of a table's products from which on it is refused that they have no neighbours any more.
    pub lost_neighbours: f64,
    /// Fewest steps on which quality is compared.
    pub fewest_steps: usize,
    /// Largest factor, up or down, by which the median price may change.
    pub median_price: f64,
    /// A price that changes by more than this share counts as changed…
    pub price_change: f64,
    /// …and at most this share of the prices may.
    pub changed_prices: f64,
}

impl BaselineSection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &BaselineSection) -> Result<BaselineSettings> {
        let limit = |name: &str, own: Option<f64>, shipped: Option<f64>, low: f64, high: f64| {
            limit("baseline", name, own.or(shipped), low, high)
        };
        Ok(BaselineSettings {
            lost_items: limit("lost_items", self.lost_items, shipped.lost_items, 0.0, 1.0)?,
            lost_quality: limit("lost_quality", self.lost_quality, shipped.lost_quality, 0.0, 1.0)?,
            lost_neighbours: limit("lost_neighbours", self.lost_neighbours, shipped.lost_neighbours, 0.0, 1.0)?,
            fewest_steps: limit("fewest_steps", self.fewest_steps, shipped.fewest_steps, 1.0, 1e6)? as usize,
            median_price: limit("median_price", self.median_price, shipped.median_price, 1.0, 1e6)?,
            price_change: limit("price_change", self.price_change, shipped.price_change, 0.0, 1e6)?,
            changed_prices: limit("changed_prices", self.changed_prices, shipped.changed_prices, 0.0, 1.0)?,
        })
    }
}

pub(super) fn limit(section: &str, name: &str, value: Option<f64>, low: f64, high: f64) -> Result<f64> {
    let value = value.unwrap_or(f64::NAN);
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    let detail = format!("{section}: {name} = {value} is not between {low} and {high}.");
    Err(Error::new(Code::BadConfig, detail))
}
