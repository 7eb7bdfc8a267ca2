//! Ranks a campaign's coupons for a household, learning from earlier campaigns: `manual/coupons.md`.

mod data;
mod fit;
mod measure;
mod signal;

pub use data::{Data, Group, read_groups};
pub use measure::{Comparison, Measure, Measures, compare};

use crate::error::Result;
use crate::offer::usage::{self, ONE, SIGNALS, score};
use crate::shop::Progress;
use data::Campaign;
use fit::{Example, Weights};
pub use signal::Known;
use signal::Signals;
use std::collections::BTreeMap;

/// Groups of the same type of campaign from which on nothing else is learned from.
const ENOUGH: usize = 30;
/// Days a household must have been seen before a campaign that is learned from.
const SEEN: i64 = 28;

/// The candidates of a group, in order of their number.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Coupons.
    pub coupons: Vec<u64>,
    /// The model's score of each.
    pub scores: Vec<f64>,
    /// The best simple rule's: own baskets, then baskets of the type, then households. A larger tuple goes first.
    pub rule: Vec<(u64, u64, f64)>,
}

/// Scores the candidates of every group. What a group is scored by was over before its campaign began; its labels are not read.
///
/// # Errors
///
/// `bad_table` for a group of a campaign that the data do not have.
pub fn rank(data: &Data, groups: &[Group], known: Known, progress: &dyn Progress) -> Result<Vec<Ranked>> {
    progress.stage("ranking coupons", groups.len() as u64);
    let mut learned: BTreeMap<u64, usage::Weights> = BTreeMap::new();
    let mut out = Vec::with_capacity(groups.len());
    for group in groups {
        let campaign = data.campaign(group.campaign)?;
        let weights = match learned.get(&group.campaign) {
            Some(w) => *w,
            None => {
                let w = learn(data, Some(campaign), known);
                learned.insert(group.campaign, w);
                w
            }
        };
        let signals = Signals::of(data, campaign, group.household, known);
        out.push(Ranked {
            scores: signals.rows.iter().map(|row| score(&weights, row).0 as f64 / ONE as f64).collect(),
            rule: signals.rule,
            coupons: campaign.coupons.iter().map(|c| c.upc).collect(),
        });
        progress.advance(1);
    }
    Ok(out)
}

/// The weights that all campaigns of a folder teach, for packs: from what a device knows. The rule's where there is nothing to learn from.
pub fn fit(data: &Data) -> usage::Weights {
    learn(data, None, Known::Device)
}

/// The weights for a campaign, from campaigns that started earlier and redemptions before its start; from all where none is given.
fn learn(data: &Data, target: Option<&Campaign>, known: Known) -> usage::Weights {
    let start = target.map_or(i64::MAX, |t| t.start);
    let mut groups: BTreeMap<(u64, u64), Vec<u64>> = BTreeMap::new();
    for r in data.redemptions.iter().filter(|r| r.day < start) {
        groups.entry((r.campaign, r.household)).or_default().push(r.coupon);
    }
    let mut found: Vec<(&Campaign, u64, Vec<u64>)> = Vec::new();
    for ((campaign, household), redeemed) in groups {
        let Ok(campaign) = data.campaign(campaign) else { continue };
        let seen = data.first_day(household).is_some_and(|first| campaign.start - first >= SEEN);
        if campaign.start < start && seen {
            found.push((campaign, household, redeemed));
        }
    }
    let is_alike = |c: &Campaign| target.is_some_and(|t| c.kind == t.kind);
    if found.iter().filter(|(c, ..)| is_alike(c)).count() >= ENOUGH {
        found.retain(|(c, ..)| is_alike(c));
    }
    let examples: Vec<Example> = found
        .into_iter()
        .filter_map(|(campaign, household, redeemed)| {
            let chosen: Vec<bool> = campaign.coupons.iter().map(|c| redeemed.contains(&c.upc)).collect();
            Example::new(Signals::of(data, campaign, household, known).numbers(), chosen)
        })
        .collect();
    Weights::fitted(&examples).rounded()
}

/// One candidate's signals, as numbers.
type Row = [f64; SIGNALS];
