//! `shop.toml`'s word on private reports: the budget, what is asked how often, and the domains.

use super::config::ShopConfig;
use crate::error::{Code, Error, Result};
use crate::privacy::ledger::{Lifetime, Metric};
use crate::privacy::noise::{Epsilon, MOST_SYMBOLS};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most groups of offers of one kind, so that with three outcomes each a domain is not full.
const GROUPS: usize = 16;
/// Most bounds of a list.
const BOUNDS: usize = 16;
/// The largest bound of an order's value, in major units.
const LARGEST: f64 = 1e9;

/// `[reports]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ReportSection {
    epsilon: Option<f64>,
    lifetime: Option<f64>,
    categories: Option<usize>,
    leave_out: Option<Vec<String>>,
    weights: BTreeMap<String, u16>,
    coupon_families: Option<BTreeMap<String, Vec<String>>>,
    campaigns: Option<Vec<String>>,
    click_places: Option<Vec<u32>>,
    active_days: Option<Vec<u32>>,
    orders: Option<Vec<u32>>,
    order_values: Option<Vec<f64>>,
}

/// What private reports may ask.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportSettings {
    /// Budget of a week.
    pub epsilon: Epsilon,
    /// Budget of all weeks of a device.
    pub lifetime: Lifetime,
    /// Most categories a report can name, 1 to 64.
    pub categories: usize,
    /// Category paths that no report names, nor what lies below them.
    pub leave_out: Vec<String>,
    /// How often each metric is drawn, against the others.
    pub weights: Vec<(Metric, u16)>,
    /// Names of families of coupons, each with ids or codes of offers; where none are named, one for each kind of coupon.
    pub coupon_families: Vec<(String, Vec<String>)>,
    /// Ids of offers that are campaigns; `None` for the first eight that are no coupons.
    pub campaigns: Option<Vec<String>>,
    /// Places of lists at which a band begins, rising from 1.
    pub click_places: Vec<u32>,
    /// Days at which a band of active days begins, rising from 1 to 7.
    pub active_days: Vec<u32>,
    /// Numbers of orders at which a band begins, rising from 1.
    pub orders: Vec<u32>,
    /// Sums of a week's orders at which a band begins, in major units of the first market's currency, rising from 0.
    pub order_values: Vec<f64>,
}

impl ShopConfig {
    /// The settings of private reports: the shipped ones, replaced by this shop's own.
    pub(super) fn reports(&self) -> Result<ReportSettings> {
        let (own, shipped) = (&self.reports, ShopConfig::shipped()?.reports);
        let epsilon = own.epsilon.or(shipped.epsilon).unwrap_or(f64::NAN);
        let categories = own.categories.or(shipped.categories).unwrap_or(0);
        if !(1..=MOST_SYMBOLS - 1).contains(&categories) {
            return Err(bad(format!("categories = {categories} is not between 1 and {}.", MOST_SYMBOLS - 1)));
        }
        let mut weights = Vec::new();
        for (name, weight) in shipped.weights.iter().filter(|(n, _)| !own.weights.contains_key(*n)).chain(&own.weights)
        {
            let known = || Metric::ALL.map(Metric::code).join(", ");
            let metric = Metric::named(name);
            let metric = metric.ok_or_else(|| bad(format!("weights has \"{name}\"; it knows {}.", known())))?;
            weights.push((metric, *weight));
        }
        weights.sort_unstable();
        let families = own.coupon_families.clone().or(shipped.coupon_families).unwrap_or_default();
        let campaigns = own.campaigns.clone().or(shipped.campaigns);
        for (what, n) in [("coupon_families", families.len()), ("campaigns", campaigns.as_ref().map_or(0, Vec::len))] {
            if n > GROUPS {
                return Err(bad(format!("{what} names {n}, {GROUPS} at most.")));
            }
        }
        let rising = |what: &str, own: &Option<Vec<u32>>, shipped: Option<Vec<u32>>, most: u32| {
            let list = own.clone().or(shipped).unwrap_or_default();
            let good = !list.is_empty() && list.len() <= BOUNDS && list[0] == 1 && list.is_sorted_by(|a, b| a < b);
            if good && list.iter().all(|n| *n <= most) {
                return Ok(list);
            }
            Err(bad(format!("{what} = {list:?} does not rise from 1 to {most} at most, in {BOUNDS} numbers or fewer.")))
        };
        let values = own.order_values.clone().or(shipped.order_values).unwrap_or_default();
        let in_range = values.iter().all(|v| (0.0..=LARGEST).contains(v));
        if values.is_empty() || values.len() > BOUNDS || !values.is_sorted_by(|a, b| a < b) || !in_range {
            return Err(bad(format!(
                "order_values = {values:?} does not rise, from 0 on, in {BOUNDS} numbers or fewer."
            )));
        }
        let epsilon =
            Epsilon::from_f64(epsilon).ok_or_else(|| bad(format!("epsilon = {epsilon} is not between 0.01 and 2.")))?;
        let lifetime = own.lifetime.or(shipped.lifetime).unwrap_or(f64::NAN);
        let lifetime = Lifetime::from_f64(lifetime).filter(|l| l.holds(0, epsilon)).ok_or_else(|| {
            bad(format!("lifetime = {lifetime} is not between epsilon ({}) and 1000.", epsilon.to_f64()))
        })?;
        Ok(ReportSettings {
            epsilon,
            lifetime,
            categories,
            leave_out: own.leave_out.clone().or(shipped.leave_out).unwrap_or_default(),
            weights,
            coupon_families: families.into_iter().collect(),
            campaigns,
            click_places: rising("click_places", &own.click_places, shipped.click_places, 127)?,
            active_days: rising("active_days", &own.active_days, shipped.active_days, 7)?,
            orders: rising("orders", &own.orders, shipped.orders, 1_000)?,
            order_values: values,
        })
    }
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, format!("reports: {what}"))
}
