//! Limits of a shop: when an estimate is not trusted.

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

fn limit(section: &str, name: &str, value: Option<f64>, low: f64, high: f64) -> Result<f64> {
    let value = value.unwrap_or(f64::NAN);
    if (low..=high).contains(&value) {
        return Ok(value);
    }
    let detail = format!("{section}: {name} = {value} is not between {low} and {high}.");
    Err(Error::new(Code::BadConfig, detail))
}
