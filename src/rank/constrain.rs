//! Constraints on a shelf as a whole: pinned places, quotas, a price band. What cannot be met is relaxed, and told.

use super::explore::{CERTAIN, Draws};
use crate::catalog::Catalog;
use crate::id::Row;
use crate::money::Minor;
use crate::order::Arrange;
use alloc::vec::Vec;

/// Bit of the quota of a category in [`Ranking::relaxed`](super::Ranking::relaxed): the first to be relaxed.
pub const QUOTA_CATEGORY: u8 = 1;
/// Bit of the quota of a brand: the second.
pub const QUOTA_BRAND: u8 = 2;
/// Bit of the price band: the last.
pub const PRICE: u8 = 4;

/// A pin with this bit lifts its product by the other 31, two's complement, in 1/65536 of a score unit.
pub const LIFT: u32 = 1 << 31;

/// What a shelf as a whole has to meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Products with a place of their own, counted from 0. Of two for one place the first has it. A product that cannot be
    /// shown, and a place behind the shelf's end, are skipped. From [`LIFT`] on it is no place, but what a scene lifts the product by.
    pub pins: Vec<(u32, Row)>,
    /// Most products of one category (their own, not one above it); 0 for any number.
    pub per_category: u32,
    /// Most products of one brand; 0 for any number.
    pub per_brand: u32,
    /// Lowest and highest price, both included. A product without a price is in no band.
    pub price: [Option<Minor>; 2],
}

impl Limits {
    /// True when every list meets them.
    pub fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// Which of the candidates are on the shelf.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    /// Places in the candidates' order, from the shelf's first item to its last.
    pub(super) list: Vec<usize>,
    /// What could not be met, in bits.
    pub(super) relaxed: u8,
    /// Candidates looked at until the shelf was full: those before it that are not on it were taken out.
    pub(super) passed: usize,
    /// For each of the list, how likely it was after those before it, and what would stand there without exploration; pinned ones
    /// were no draw (0).
    pub(super) drawn: Vec<(u32, usize)>,
}

/// Takes the first of `rows` that meet the limits, up to `limit` of them, pinned ones at their places. While the shelf is not full, the
/// quota of categories goes, then that of brands, then the price band; what comes in by that follows what did without. With `draws`,
/// a place that is not pinned may show another of the best that meet all limits.
pub(super) fn choose(catalog: &Catalog, limits: &Limits, limit: usize, rows: &[Row], draws: Option<&Draws>) -> Chosen {
    let mut chosen = Chosen::default();
    let mut pins: Vec<(u32, usize)> = Vec::new();
    for (place, row) in &limits.pins {
        if (*place as usize) < limit
            && let Some(at) = rows.iter().position(|r| r == row)
            && pins.iter().all(|(p, i)| p != place && *i != at)
        {
            pins.push((*place, at));
        }
    }
    pins.arrange_by_key(|(place, _)| *place);
    let mut taken: Vec<Row> = Vec::new();
    for (_, at) in &pins {
        chosen.relaxed |= missed(catalog, limits, &taken, rows[*at]);
        taken.push(rows[*at]);
    }
    // Candidate, propensity, best candidate.
    let mut free: Vec<(usize, u32, usize)> = Vec::new();
    let (mut rest, mut pool, mut place) = (rows.iter().enumerate(), Vec::new(), 0);
    while taken.len() < limit {
        while pins.iter().any(|(p, _)| *p == place) {
            place += 1;
        }
        // What has become too much of its category or brand stays so.
        pool.retain(|at: &usize| missed(catalog, limits, &taken, rows[*at]) == 0);
        let most = draws.map_or(1, |d| d.pool(place));
        while pool.len() < most
            && let Some((at, row)) = rest.next()
        {
            if !taken.contains(row) && missed(catalog, limits, &taken, *row) == 0 {
                pool.push(at);
            }
        }
        let Some(best) = pool.first().copied() else { break };
        let (i, propensity) = draws.map_or((0, CERTAIN), |d| d.at(place, pool.len()));
        let at = pool.remove(i);
        chosen.passed = chosen.passed.max(at);
        taken.push(rows[at]);
        free.push((at, propensity, best));
        place += 1;
    }
    for waived in [QUOTA_CATEGORY, QUOTA_CATEGORY | QUOTA_BRAND, QUOTA_CATEGORY | QUOTA_BRAND | PRICE] {
        for (at, row) in rows.iter().enumerate() {
            if taken.len() >= limit {
                break;
            }
            if taken.contains(row) {
                continue;
            }
            let missed = missed(catalog, limits, &taken, *row);
            if missed & !waived == 0 {
                chosen.relaxed |= missed;
                chosen.passed = chosen.passed.max(at);
                taken.push(*row);
                free.push((at, CERTAIN, at));
            }
        }
    }
    let (mut pins, mut free) = (pins.iter(), free.iter());
    let mut pin = pins.next();
    while let Some(at) = match pin {
        Some((place, at)) if *place as usize <= chosen.list.len() || free.len() == 0 => {
            pin = pins.next();
            Some((*at, 0, *at))
        }
        _ => free.next().copied(),
    } {
        chosen.list.push(at.0);
        chosen.drawn.push((at.1, at.2));
    }
    chosen
}

/// True when a product's price lies in a band, or there is none.
pub(super) fn in_band(catalog: &Catalog, band: &[Option<Minor>; 2], row: Row) -> bool {
    let [least, most] = *band;
    if least.is_none() && most.is_none() {
        return true;
    }
    let inside = |m: Minor| least.is_none_or(|l| m >= l) && most.is_none_or(|l| m <= l);
    catalog.price(row).now.is_some_and(inside)
}

/// What `row` would not meet beside `taken`, in bits.
fn missed(catalog: &Catalog, limits: &Limits, taken: &[Row], row: Row) -> u8 {
    let full = |most: u32, of: &dyn Fn(Row) -> Option<u32>| {
        let mine = of(row);
        most > 0 && mine.is_some() && taken.iter().filter(|r| of(**r) == mine).count() >= most as usize
    };
    let category = full(limits.per_category, &|r| catalog.category(r));
    let brand = full(limits.per_brand, &|r| catalog.brand(r));
    let price = !in_band(catalog, &limits.price, row);
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    bit(category, QUOTA_CATEGORY) | bit(brand, QUOTA_BRAND) | bit(price, PRICE)
}
