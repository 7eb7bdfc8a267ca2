//! A folder of campaigns, coupons, redemptions and purchases.

use crate::error::{Code, Error, Result};
use crate::shop::{Progress, for_each_row, read_file};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// A product, by what it shares with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Product {
    pub(super) category: u32,
    pub(super) kind: u32,
    /// Maker and type.
    pub(super) made: (u64, u32),
}

/// What one household bought at once of one product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Purchase {
    pub(super) day: i64,
    pub(super) basket: u64,
    pub(super) product: u64,
    pub(super) cents: i64,
}

/// A coupon of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coupon {
    pub(super) upc: u64,
    /// What it is good for, in order.
    pub(super) products: Vec<u64>,
}

/// A campaign with its coupons, in order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Campaign {
    pub(super) kind: String,
    pub(super) start: i64,
    pub(super) coupons: Vec<Coupon>,
}

/// A coupon that was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Redemption {
    pub(super) campaign: u64,
    pub(super) household: u64,
    pub(super) coupon: u64,
    pub(super) day: i64,
}

/// Everything of a folder.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub(super) products: HashMap<u64, Product>,
    pub(super) redemptions: Vec<Redemption>,
    campaigns: BTreeMap<u64, Campaign>,
    /// Each household's purchases, by day.
    purchases: HashMap<u64, Vec<Purchase>>,
    /// Households that bought a product in a month, with the first day after that month.
    popularity: Vec<(i64, HashMap<u64, u32>)>,
}

impl Data {
    /// Reads a folder.
    ///
    /// # Errors
    ///
    /// `io`; `bad_table` where a column is missing or a field is no number, naming the line.
    pub fn read(folder: &Path, progress: &dyn Progress) -> Result<Data> {
        let mut data = Data::default();
        let mut names: HashMap<String, u32> = HashMap::new();
        let mut number = |name: &str| {
            let next = names.len() as u32;
            *names.entry(name.to_string()).or_insert(next)
        };
        let file = |name: &str| file(folder, name);
        for_each_row(
            &file("products")?,
            ["product_id", "manufacturer_id", "product_category", "product_type"],
            progress,
            |[id, maker, category, kind]| {
                let (category, kind) = (number(&format!("c{category}")), number(&format!("t{kind}")));
                data.products.insert(whole(id)?, Product { category, kind, made: (whole(maker)?, kind) });
                Ok(())
            },
        )?;
        for_each_row(
            &file("campaigns")?,
            ["campaign_id", "campaign_type", "start_day"],
            progress,
            |[id, kind, start]| {
                let campaign = Campaign { kind: kind.to_string(), start: signed(start)?, coupons: Vec::new() };
                data.campaigns.insert(whole(id)?, campaign);
                Ok(())
            },
        )?;
        let mut coupons: BTreeMap<(u64, u64), Vec<u64>> = BTreeMap::new();
        for_each_row(
            &file("coupons")?,
            ["campaign_id", "coupon_upc", "product_id"],
            progress,
            |[campaign, upc, product]| {
                coupons.entry((whole(campaign)?, whole(upc)?)).or_default().push(whole(product)?);
                Ok(())
            },
        )?;
        for ((campaign, upc), mut products) in coupons {
            products.sort_unstable();
            products.dedup();
            if let Some(c) = data.campaigns.get_mut(&campaign) {
                c.coupons.push(Coupon { upc, products });
            }
        }
        for_each_row(
            &file("redemptions")?,
            ["campaign_id", "household_id", "coupon_upc", "day"],
            progress,
            |[campaign, household, coupon, day]| {
                let (campaign, household) = (whole(campaign)?, whole(household)?);
                data.redemptions.push(Redemption { campaign, household, coupon: whole(coupon)?, day: signed(day)? });
                Ok(())
            },
        )?;
        let mut months: BTreeMap<u64, HashMap<u64, u32>> = BTreeMap::new();
        for_each_row(
            &file("popularity_monthly")?,
            ["month", "product_id", "households"],
            progress,
            |[month, product, households]| {
                *months.entry(whole(month)?).or_default().entry(whole(product)?).or_default() +=
                    whole(households)? as u32;
                Ok(())
            },
        )?;
        data.popularity = months.into_iter().map(|(month, of)| (day_after(month), of)).collect();
        for_each_row(
            &file("transactions")?,
            ["household_id", "day", "basket", "product_id", "sales_cents"],
            progress,
            |[household, day, basket, product, cents]| {
                let p = Purchase {
                    day: signed(day)?,
                    basket: whole(basket)?,
                    product: whole(product)?,
                    cents: signed(cents)?,
                };
                data.purchases.entry(whole(household)?).or_default().push(p);
                Ok(())
            },
        )?;
        for list in data.purchases.values_mut() {
            list.sort_unstable();
        }
        Ok(data)
    }

    pub(super) fn campaign(&self, id: u64) -> Result<&Campaign> {
        self.campaigns.get(&id).filter(|c| !c.coupons.is_empty()).ok_or_else(|| {
            let known: Vec<String> =
                self.campaigns.iter().filter(|(_, c)| !c.coupons.is_empty()).map(|(id, _)| id.to_string()).collect();
            let detail = format!("There are no coupons of campaign {id}; there are of {}.", known.join(", "));
            Error::new(Code::BadTable, detail)
        })
    }

    /// A household's purchases before a day.
    pub(super) fn purchases(&self, household: u64, before: i64) -> &[Purchase] {
        let all = self.purchases.get(&household).map_or(&[][..], Vec::as_slice);
        &all[..all.partition_point(|p| p.day < before)]
    }

    pub(super) fn first_day(&self, household: u64) -> Option<i64> {
        self.purchases.get(&household)?.first().map(|p| p.day)
    }

    /// The months that are over when a day begins.
    pub(super) fn months(&self, before: i64) -> impl Iterator<Item = &HashMap<u64, u32>> + Clone {
        self.popularity.iter().filter(move |(end, _)| *end <= before).map(|(_, of)| of)
    }
}

/// A household and a campaign whose coupons are to be ranked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// The campaign.
    #[serde(rename = "campaign_id")]
    pub campaign: u64,
    /// The household.
    #[serde(rename = "household_id")]
    pub household: u64,
    /// The coupons it redeemed, where that is known; measured against, never scored by.
    #[serde(default)]
    pub redeemed: Vec<u64>,
}

/// Reads groups from a JSON list.
///
/// # Errors
///
/// `io`; `bad_table`.
pub fn read_groups(path: &Path) -> Result<Vec<Group>> {
    serde_json::from_slice(&read_file(path)?)
        .map_err(|e| Error::new(Code::BadTable, format!("{} is no list of groups: {e}.", path.display())))
}

fn file(folder: &Path, name: &str) -> Result<PathBuf> {
    let mut candidates = [".csv.gz", ".csv"].iter().map(|end| folder.join(format!("{name}{end}")));
    candidates
        .find(|p| p.is_file())
        .ok_or_else(|| Error::new(Code::Io, format!("{} has neither {name}.csv nor {name}.csv.gz.", folder.display())))
}

fn whole(text: &str) -> std::result::Result<u64, &'static str> {
    text.parse().map_err(|_| "a field that has to be a whole number is none")
}

fn signed(text: &str) -> std::result::Result<i64, &'static str> {
    text.parse().map_err(|_| "a field that has to be a whole number is none")
}

/// The first day after a month: month 1 is January 2017, day 0 its first.
fn day_after(month: u64) -> i64 {
    let Ok(first) = jiff::civil::Date::new(2017, 1, 1) else { return i64::MAX };
    let months = i64::try_from(month).unwrap_or(i64::MAX).min(12_000);
    let span = jiff::Span::new().months(months);
    first
        .checked_add(span)
        .ok()
        .and_then(|d| d.since((jiff::Unit::Day, first)).ok())
        .map_or(i64::MAX, |s| s.get_days().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_where_the_calendar_says() {
        assert_eq!([1, 2, 9, 12, 13].map(day_after), [31, 59, 273, 365, 396]);
    }
}
