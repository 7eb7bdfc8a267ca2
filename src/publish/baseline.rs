//! Refusing a pack that lost too much, or whose prices jumped, against the one that is out.

use super::diff::{PackDiff, compare};
use super::quality::{Quality, quality};
use crate::builder::pack::Options;
use crate::error::{Code, Error, Result};
use crate::shop::{BaselineSettings, Progress, Shop};

/// What rounding may cost a comparison: 3 of 15 are a fifth, though 0.2 · 15 is a hair above 3.
const HAIR: f64 = 1e-9;

/// Why a pack is not to take the place of another.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// The shop's id is another: devices keep what they know under it.
    Shop {
        /// Of the old pack.
        old: String,
        /// Of the new pack.
        new: String,
    },
    /// Too many of the old pack's products are gone.
    Items {
        /// The market in which they are not sold any more; `None` when they are gone from the pack.
        market: Option<String>,
        /// Products that are gone.
        lost: usize,
        /// Products that were there.
        of: usize,
    },
    /// HR@20 or MRR@20 fell too far, and not by chance.
    Quality {
        /// Which of the two.
        measure: &'static str,
        /// Of the old pack.
        old: f64,
        /// Of the new pack.
        new: f64,
    },
    /// Too many products lost all their neighbours.
    Neighbours {
        /// Which table.
        table: &'static str,
        /// Products that lost them.
        lost: usize,
        /// Products that had some.
        of: usize,
        /// Whether quality was measured too.
        measured: bool,
    },
    /// A market's currency is another.
    Currency {
        /// Which market.
        market: String,
        /// Of the old pack.
        old: String,
        /// Of the new pack.
        new: String,
    },
    /// The median price changed too much.
    MedianPrice {
        /// In which market.
        market: String,
        /// New over old.
        ratio: f64,
    },
    /// Too many prices changed too much.
    Prices {
        /// In which market.
        market: String,
        /// Prices that did.
        changed: usize,
        /// Prices that were compared.
        of: usize,
    },
}

impl Refusal {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Shop { .. } => "shop",
            Refusal::Items { .. } => "lost_items",
            Refusal::Quality { .. } => "lost_quality",
            Refusal::Neighbours { .. } => "lost_neighbours",
            Refusal::Currency { .. } => "currency",
            Refusal::MedianPrice { .. } => "median_price",
            Refusal::Prices { .. } => "changed_prices",
        }
    }

    /// In words.
    pub fn text(&self) -> String {
        let share = |part: &usize, of: &usize| 100.0 * *part as f64 / (*of).max(1) as f64;
        match self {
            Refusal::Shop { old, new } => format!("the shop's id was \"{old}\" and is \"{new}\""),
            Refusal::Items { market: None, lost, of } => {
                format!("{lost} of {of} products ({:.1} %) are gone", share(lost, of))
            }
            Refusal::Items { market: Some(m), lost, of } => {
                format!("{lost} of {of} products ({:.1} %) are no longer sold in market {m}", share(lost, of))
            }
            Refusal::Quality { measure, old, new } => {
                format!("{measure} fell from {old:.4} to {new:.4} on the log's latest visits")
            }
            Refusal::Neighbours { table, lost, of, measured } => {
                let share = share(lost, of);
                let why = if *measured {
                    ": look at the log's column of items"
                } else {
                    ", and the log is too short to measure quality"
                };
                format!("{lost} of {of} products ({share:.1} %) lost all neighbours in table {table}{why}")
            }
            Refusal::Currency { market, old, new } => format!("the currency of market {market} was {old} and is {new}"),
            Refusal::MedianPrice { market, ratio } => {
                format!("the median price in market {market} is {ratio:.2} times what it was")
            }
            Refusal::Prices { market, changed, of } => {
                format!(
                    "{changed} of {of} prices ({:.1} %) in market {market} changed by more than the limit",
                    share(changed, of)
                )
            }
        }
    }
}

/// A new pack held against an old one.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What changed.
    pub diff: PackDiff,
    /// Quality of both; `None` where the log is too short to tell.
    pub quality: Option<Quality>,
    /// Why the new pack is not to be published; empty when nothing speaks against it.
    pub refusals: Vec<Refusal>,
}

impl Check {
    /// Refuses what is not to be published.
    ///
    /// # Errors
    ///
    /// `baseline_refused`, with every reason.
    pub fn refuse(&self) -> Result<()> {
        if self.refusals.is_empty() {
            return Ok(());
        }
        let reasons: Vec<String> = self.refusals.iter().map(Refusal::text).collect();
        Err(Error::new(Code::BaselineRefused, format!("{}.", reasons.join("; "))))
    }
}

/// Holds a shop's new pack against an old one. `options` are those the new pack was built with.
///
/// # Errors
///
/// As [`compare`] and [`quality`]. What is refused is no error here: [`Check::refuse`] makes it one.
pub fn check(
    shop: &Shop,
    old: &[u8],
    new: &[u8],
    options: &Options,
    settings: &BaselineSettings,
    progress: &dyn Progress,
) -> Result<Check> {
    progress.stage("comparing with the old pack", 0);
    let diff = compare(old, new)?;
    let quality = quality(shop, old, new, options, settings.fewest_steps, progress)?;
    let refusals = refusals(&diff, quality.as_ref(), settings);
    Ok(Check { diff, quality, refusals })
}

fn refusals(diff: &PackDiff, quality: Option<&Quality>, limits: &BaselineSettings) -> Vec<Refusal> {
    let mut out = Vec::new();
    if diff.old.shop != diff.new.shop {
        out.push(Refusal::Shop { old: diff.old.shop.clone(), new: diff.new.shop.clone() });
    }
    let reaches = |part: usize, of: usize, share: f64| of > 0 && part > 0 && part as f64 >= share * of as f64 - HAIR;
    let gone = diff.products.removed - diff.still_known;
    if reaches(gone, diff.products.old, limits.lost_items) {
        out.push(Refusal::Items { market: None, lost: gone, of: diff.products.old });
    }
    for m in &diff.markets {
        let (lost, of) = match (&m.availability, &m.new) {
            (Some(a), _) => (a.no_longer_sold, a.sold),
            // The market itself is gone.
            (None, None) => (diff.products.old, diff.products.old),
            (None, Some(_)) => (0, 0),
        };
        // What is gone from the pack is told once.
        let told = out.iter().any(|r| matches!(r, Refusal::Items { market: None, .. })) && lost == gone;
        if reaches(lost, of, limits.lost_items) && !told {
            out.push(Refusal::Items { market: Some(m.code.clone()), lost, of });
        }
    }
    if let Some(q) = quality {
        for (measure, m) in [("HR@20", q.hr), ("MRR@20", q.mrr)] {
            if m.fell(limits.lost_quality) {
                out.push(Refusal::Quality { measure, old: m.old, new: m.new });
            }
        }
    }
    // A log that was scrambled is as easy to foretell from itself as it ever was: what its products go with tells.
    let most = if quality.is_some() { limits.lost_neighbours } else { limits.lost_neighbours.min(limits.lost_quality) };
    for t in &diff.tables {
        if reaches(t.lost, t.had, most) {
            out.push(Refusal::Neighbours { table: t.name, lost: t.lost, of: t.had, measured: quality.is_some() });
        }
    }
    for m in &diff.markets {
        let market = || m.code.clone();
        if let (Some(a), Some(b)) = (&m.old, &m.new)
            && a.currency != b.currency
        {
            out.push(Refusal::Currency { market: market(), old: a.currency.clone(), new: b.currency.clone() });
        }
        let Some(p) = &m.prices else { continue };
        if let Some(ratio) =
            p.median.filter(|r| *r > limits.median_price + HAIR || *r < 1.0 / limits.median_price - HAIR)
        {
            out.push(Refusal::MedianPrice { market: market(), ratio });
        }
        let far = |r: &&f64| **r > 1.0 + limits.price_change + HAIR || **r < 1.0 - limits.price_change - HAIR;
        let changed = p.ratios.iter().filter(far).count();
        if changed as f64 > limits.changed_prices * p.compared as f64 + HAIR {
            out.push(Refusal::Prices { market: market(), changed, of: p.compared });
        }
    }
    out
}
