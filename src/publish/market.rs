//! What changed in a market: prices, availability, offers.

use super::diff::{Changes, NAMED, Named};
use super::side::Side;
use crate::catalog::{Availability, Catalog, Market};
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::offer::{Offers, Promotion};
use crate::pack::Tag;
use crate::pack::column::Strings;
use std::collections::BTreeMap;

/// One market in two packs.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketDiff {
    /// Its code.
    pub code: String,
    /// As the old pack has it.
    pub old: Option<Market>,
    /// As the new pack has it.
    pub new: Option<Market>,
    /// Prices; `None` unless both packs have the market in one currency.
    pub prices: Option<PriceDiff>,
    /// Availability; `None` unless both packs have the market.
    pub availability: Option<AvailabilityDiff>,
    /// Offers.
    pub offers: Changes,
    /// Ids of the offers that both have and that say something else.
    pub offers_changed: Vec<String>,
}

/// Prices of the variants that both packs price, as they are to be paid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PriceDiff {
    /// Variants that both price.
    pub compared: usize,
    /// Of them, dearer.
    pub up: usize,
    /// Of them, cheaper.
    pub down: usize,
    /// Priced only in the new pack, though both have the variant.
    pub gained: usize,
    /// Priced only in the old pack, though both have the variant.
    pub lost: usize,
    /// Median of new over old, over all that both price; `None` without any.
    pub median: Option<f64>,
    /// The same over those whose price changed.
    pub median_change: Option<f64>,
    /// The ten largest changes, by ratio.
    pub largest: Vec<PriceChange>,
    /// New over old of every compared variant, ascending; infinite for what was free.
    pub ratios: Vec<f64>,
}

/// A price that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceChange {
    /// Variant id and the product's title.
    pub variant: Named,
    /// In minor units.
    pub old: i64,
    /// In minor units.
    pub new: i64,
}

/// Availability of what both packs have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AvailabilityDiff {
    /// Variants that changed, from one availability to another.
    pub moves: BTreeMap<(Availability, Availability), usize>,
    /// Products that could be bought and now cannot (`removed`), and the other way round (`added`); `old` and `new` count what
    /// can be bought in each pack.
    pub buyable: Changes,
    /// Products that the old pack sells here.
    pub sold: usize,
    /// Of them, those that the new pack does not have under any id, or does not sell here.
    pub no_longer_sold: usize,
}

/// Every market of either pack: the new pack's in their order, then those that are gone.
pub(super) fn market_diffs(old: &mut Side, new: &mut Side) -> Result<Vec<MarketDiff>> {
    let (before, after) = (old.catalog().markets().to_vec(), new.catalog().markets().to_vec());
    let (first, second) = (old.catalog().market().code.clone(), new.catalog().market().code.clone());
    let mut codes: Vec<String> = after.iter().map(|m| m.code.clone()).collect();
    codes.extend(before.iter().map(|m| m.code.clone()).filter(|c| after.iter().all(|m| m.code != *c)));
    let mut out = Vec::new();
    for code in codes {
        let find = |list: &[Market]| list.iter().find(|m| m.code == code).cloned();
        let (a, b) = (find(&before), find(&after));
        let (prices, availability) = match (&a, &b) {
            (Some(a), Some(b)) => {
                old.look_at(&code, "")?;
                new.look_at(&code, "")?;
                let same = a.currency == b.currency;
                (same.then(|| prices(old, new)), Some(availability(old, new)))
            }
            _ => (None, None),
        };
        let (offers, offers_changed) = offer_changes(old.catalog(), new.catalog(), &code)?;
        out.push(MarketDiff { code, old: a, new: b, prices, availability, offers, offers_changed });
    }
    old.look_at(&first, "")?;
    new.look_at(&second, "")?;
    Ok(out)
}

fn prices(old: &Side, new: &Side) -> PriceDiff {
    let (a, b) = (old.catalog(), new.catalog());
    let after = new.variants();
    let unit = |c: &Catalog| (0..c.market().exponent).fold(1.0, |unit, _| unit * 10.0);
    let scale = unit(a) / unit(b);
    let (mut out, mut changes) = (PriceDiff::default(), Vec::new());
    for (id, (row, v)) in old.variants() {
        let Some((_, w)) = after.get(id) else { continue };
        let (x, y) = match (a.price_of(v).now, b.price_of(*w).now) {
            (Some(x), Some(y)) => (x.0, y.0),
            (None, Some(_)) => {
                out.gained += 1;
                continue;
            }
            (Some(_), None) => {
                out.lost += 1;
                continue;
            }
            (None, None) => continue,
        };
        let ratio = match (x, y) {
            (0, 0) => 1.0,
            (0, _) => f64::INFINITY,
            _ => y as f64 * scale / x as f64,
        };
        out.compared += 1;
        out.up += usize::from(ratio > 1.0);
        out.down += usize::from(ratio < 1.0);
        out.ratios.push(ratio);
        if ratio != 1.0 {
            changes.push((
                ratio,
                row,
                PriceChange { variant: Named { id: id.into(), title: String::new() }, old: x, new: y },
            ));
        }
    }
    out.ratios.sort_by(f64::total_cmp);
    out.median = median(&out.ratios);
    let mut changed: Vec<f64> = changes.iter().map(|(ratio, ..)| *ratio).collect();
    changed.sort_by(f64::total_cmp);
    out.median_change = median(&changed);
    // A fall to a half is as large as a rise to the double.
    let size = |ratio: f64| if ratio < 1.0 { 1.0 / ratio } else { ratio };
    changes.sort_by(|p, q| size(q.0).total_cmp(&size(p.0)).then_with(|| p.2.variant.id.cmp(&q.2.variant.id)));
    let with_title = |(_, row, change): (f64, Row, PriceChange)| {
        let title = a.title(row).to_string();
        PriceChange { variant: Named { title, ..change.variant }, ..change }
    };
    out.largest = changes.into_iter().take(NAMED).map(with_title).collect();
    out
}

/// The middle of an ascending list; the mean of the two middles of an even one.
fn median(sorted: &[f64]) -> Option<f64> {
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    Some(if low == high { *low } else { (low + high) / 2.0 })
}

fn availability(old: &Side, new: &Side) -> AvailabilityDiff {
    let (a, b) = (old.catalog(), new.catalog());
    let mut out = AvailabilityDiff::default();
    let after = new.variants();
    for (id, (_, v)) in old.variants() {
        let Some((_, w)) = after.get(id) else { continue };
        let (x, y) = (a.availability_of(v), b.availability_of(*w));
        if x != y {
            *out.moves.entry((x, y)).or_default() += 1;
        }
    }
    let name = |c: &Catalog, row| Named { id: c.id(row).to_string(), title: c.title(row).to_string() };
    let buyable = |c: &Catalog, row: Row| c.availability(row).can_be_bought();
    for row in old.rows() {
        let there = new.row_of(a.id(row));
        if buyable(a, row) {
            out.buyable.old += 1;
            if there.is_some_and(|r| !buyable(b, r)) {
                out.buyable.removed += 1;
                if out.buyable.removed_examples.len() < NAMED {
                    out.buyable.removed_examples.push(name(a, row));
                }
            }
        }
        if a.availability(row) != Availability::NotSold {
            out.sold += 1;
            let known = b.find(a.id(row)).map(|found| found.row);
            out.no_longer_sold += usize::from(known.is_none_or(|r| b.availability(r) == Availability::NotSold));
        }
    }
    for row in new.rows().filter(|row| buyable(b, *row)) {
        out.buyable.new += 1;
        if old.row_of(b.id(row)).is_some_and(|r| !buyable(a, r)) {
            out.buyable.added += 1;
            if out.buyable.added_examples.len() < NAMED {
                out.buyable.added_examples.push(name(b, row));
            }
        }
    }
    out
}

/// An offer with all that is told of it.
struct Told {
    promotion: Promotion,
    names: Vec<String>,
    is_coupon: bool,
}

impl Told {
    fn named(&self) -> Named {
        let title = self.names.first().filter(|n| !n.is_empty()).unwrap_or(&self.promotion.id);
        Named { id: self.promotion.id.clone(), title: title.clone() }
    }
}

fn offers(c: &Catalog, market: &str) -> Result<Vec<Told>> {
    let pack = c.pack();
    let Some(key) = c.markets().iter().position(|m| m.code == market) else { return Ok(Vec::new()) };
    let key = key as u32;
    let Some(record) = pack.section(Tag::OFFERS, key) else { return Ok(Vec::new()) };
    let read = Offers::read(record).map_err(|_| Error::new(Code::PackMalformed, "section OFFR cannot be read."))?;
    let n = read.list().len();
    let coupons = pack.section(Tag::COUPON, key).unwrap_or(&[]);
    let languages = 0..c.languages().len() as u32;
    let names =
        languages.map(|l| Strings::open(pack, Tag::OFFER_NAME, key << 16 | l, n)).collect::<Result<Vec<_>>>()?;
    let told = |(i, p): (usize, &Promotion)| Told {
        promotion: p.clone(),
        names: names.iter().map(|s| s.get(pack, i).to_string()).collect(),
        is_coupon: coupons.get(i) == Some(&1),
    };
    Ok(read.list().iter().enumerate().map(told).collect())
}

fn offer_changes(old: &Catalog, new: &Catalog, market: &str) -> Result<(Changes, Vec<String>)> {
    let (before, after) = (offers(old, market)?, offers(new, market)?);
    fn find<'a>(list: &'a [Told], id: &str) -> Option<&'a Told> {
        list.iter().find(|t| t.promotion.id == id)
    }
    let only = |here: &[Told], there: &[Told]| -> Vec<Named> {
        here.iter().filter(|t| find(there, &t.promotion.id).is_none()).map(Told::named).collect()
    };
    // Names are compared where both packs have the language.
    let shared: Vec<(usize, usize)> = (old.languages().iter().enumerate())
        .filter_map(|(i, l)| Some((i, new.languages().iter().position(|m| m == l)?)))
        .collect();
    let same = |a: &Told, b: &Told| {
        let names = shared.iter().all(|(i, j)| a.names.get(*i) == b.names.get(*j));
        a.promotion == b.promotion && a.is_coupon == b.is_coupon && names
    };
    let changed = before.iter().filter(|a| find(&after, &a.promotion.id).is_some_and(|b| !same(a, b)));
    let changed = changed.map(|a| a.promotion.id.clone()).collect();
    let (mut added, mut removed) = (only(&after, &before), only(&before, &after));
    let mut changes = Changes {
        old: before.len(),
        new: after.len(),
        added: added.len(),
        removed: removed.len(),
        ..Changes::default()
    };
    added.truncate(NAMED);
    removed.truncate(NAMED);
    (changes.added_examples, changes.removed_examples) = (added, removed);
    Ok((changes, changed))
}
