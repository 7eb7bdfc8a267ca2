//! Constraints on a shelf as a whole: pinned places, quotas, new arrivals, a price band. What cannot be met is relaxed, and told.

use super::explore::{CERTAIN, Draws};
use crate::catalog::Catalog;
use crate::id::Row;
use crate::money::Minor;
use crate::order::Arrange;
use alloc::vec::Vec;

/// Bit of the quota of a category in [`Ranking::relaxed`](super::Ranking::relaxed): given up after the places of new arrivals.
pub const QUOTA_CATEGORY: u8 = 1;
/// Bit of the quota of a brand: after that of a category.
pub const QUOTA_BRAND: u8 = 2;
/// Bit of the price band: the last.
pub const PRICE: u8 = 4;
/// Bit of the quota of a store: after that of a brand.
pub const QUOTA_STORE: u8 = 8;
/// Bit of the places of new arrivals: the first to be relaxed.
pub const ARRIVALS: u8 = 16;

/// Bit of the pinned places: a product does not stand where it is pinned.
pub const PIN: u8 = 32;

const QUOTAS: [u8; 3] = [QUOTA_CATEGORY, QUOTA_BRAND, QUOTA_STORE];

/// A pin with this bit lifts its product by the other 31, two's complement, in 1/65536 of a score unit.
///
/// A pin with this bit alone names the scene or the rule that those behind it are of.
pub const LIFT: u32 = 1 << 31;
/// From this one up to [`LIFT`] a pin is no place, but says what a rule hides: `HIDE | kind << 16 | number` for a tag (kind 0), a brand (1), or a category with what is below it (2), by
/// their numbers in the pack, and `HIDE | 3 << 16` for the product it names.
pub const HIDE: u32 = 1 << 30;

/// True for what a pin from [`HIDE`] on hides.
pub(super) fn hides(catalog: &Catalog, (what, product, _): &Pin, row: Row) -> bool {
    let number = what & 0xffff;
    match (what ^ HIDE) >> 16 {
        0 => catalog.has_tag(row, number as usize),
        1 => catalog.brand(row) == Some(number),
        2 => catalog.is_in(row, number),
        _ => row == *product,
    }
}

/// A place, a lift, or what is hidden; a product; and the scene or rule it is of, by [`Engine::rule`](crate::engine::Engine::rule).
pub type Pin = (u32, Row, u32);

/// What a shelf as a whole has to meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Products with a place of their own, counted from 0. Of two for one place the first has it. A product that cannot be
    /// shown, and a place behind the shelf's end, are skipped, and the shelf says [`PIN`]. From [`LIFT`] on it is no place, but what a scene or a rule lifts the product by.
    pub pins: Vec<Pin>,
    /// There is a pin for a product that is not there.
    pub unpinned: bool,
    /// Most products of one category (their own, not one above it), one brand, one store (the shop's own products are of none); 0 for any
    /// number.
    pub quotas: [u32; 3],
    /// Lowest and highest price, both included. A product without a price is in no band.
    pub price: [Option<Minor>; 2],
    /// Fewest new products.
    pub arrivals: u32,
    /// A product is new if it is sold since this day or a later one; 0 where nothing is asked of new products.
    pub new_since: u32,
}

impl Limits {
    /// True when every list meets them.
    pub fn is_empty(&self) -> bool {
        self.pins.is_empty() && !self.unpinned && self.quotas == [0; 3] && self.price == [None; 2] && self.arrivals == 0
    }

    /// True when a product's price lies in the band, or there is none.
    pub(super) fn in_band(&self, catalog: &Catalog, row: Row) -> bool {
        let [least, most] = self.price;
        if least.is_none() && most.is_none() {
            return true;
        }
        let inside = |m: Minor| least.is_none_or(|l| m >= l) && most.is_none_or(|l| m <= l);
        catalog.price(row).now.is_some_and(inside)
    }

    /// What `row` would not meet beside `taken`, in bits.
    pub(super) fn missed(&self, catalog: &Catalog, taken: &[Row], row: Row) -> u8 {
        let mut missed = if self.in_band(catalog, row) { 0 } else { PRICE };
        let of = |row: Row, kind: usize| match kind {
            0 => catalog.category(row),
            1 => catalog.brand(row),
            _ => catalog.store(row),
        };
        for (kind, bit) in QUOTAS.iter().enumerate() {
            let (most, mine) = (self.quotas[kind], of(row, kind));
            if most > 0 && mine.is_some() && taken.iter().filter(|r| of(**r, kind) == mine).count() >= most as usize {
                missed |= bit;
            }
        }
        missed
    }
}

/// Which of the candidates are on the shelf.
#[derive(Debug, Clone, Default)]
pub(super) struct Chosen {
    /// Places in the candidates' order, from the shelf's first item to its last.
    pub(super) list: Vec<usize>,
    /// What could not be met, in bits.
    pub(super) relaxed: u8,
    /// The same products in no order of interest.
    pub(super) taken: Vec<Row>,
    /// Candidates looked at until the shelf was full: those before it that are not on it were taken out.
    pub(super) passed: usize,
    /// For each of the list, how likely it was after those before it, and what would stand there without exploration; pinned ones
    /// were no draw (0).
    pub(super) drawn: Vec<(u32, usize)>,
    /// Of those without a place of their own: candidate, propensity, best candidate.
    free: Vec<(usize, u32, usize)>,
    /// Candidates of the place that is next.
    pool: Vec<usize>,
}

/// The products that have a place, and what is asked of those that get one.
struct Shelf<'a> {
    catalog: &'a Catalog,
    limits: &'a Limits,
    limit: usize,
    taken: Vec<Row>,
    /// New candidates, best first; none where nothing is asked of them.
    new: Vec<Row>,
    /// New products that are asked for, and those that the shelf is sure to get.
    asked: usize,
    sure: usize,
}

impl Shelf<'_> {
    fn missed(&self, row: Row) -> u8 {
        self.limits.missed(self.catalog, &self.taken, row)
    }

    /// New products on the shelf once `row` and then the best new ones that meet the limits have a place.
    fn new_with(&self, row: Option<Row>) -> usize {
        if self.asked == 0 {
            return 0;
        }
        let mut taken = self.taken.clone();
        taken.extend(row);
        let mut n = taken.iter().filter(|r| self.catalog.is_new(**r, self.limits.new_since)).count();
        for row in &self.new {
            if n >= self.asked || taken.len() >= self.limit {
                break;
            }
            if !taken.contains(row) && self.limits.missed(self.catalog, &taken, *row) == 0 {
                taken.push(*row);
                n += 1;
            }
        }
        n.min(self.asked)
    }

    /// True for a product that meets all limits, and leaves places enough to new ones.
    fn fits(&self, row: Row) -> bool {
        self.missed(row) == 0 && (self.sure == 0 || self.new_with(Some(row)) >= self.sure)
    }
}

/// Takes the first of `rows` that meet the limits, up to `limit` of them, pinned ones at their places. The last places go to new products as
/// far as no others came before. While the shelf is not full, the quota of categories goes, then that of brands, then that of stores, then the
/// price band; what comes in by that follows what did without. With `draws`, a place that is not pinned may show another of the best that
/// meet all limits.
pub(super) fn choose(
    catalog: &Catalog,
    limits: &Limits,
    limit: usize,
    rows: &[Row],
    draws: Option<&Draws>,
    chosen: &mut Chosen,
) {
    (chosen.relaxed, chosen.passed) = (0, 0);
    chosen.list.clear();
    chosen.drawn.clear();
    chosen.free.clear();
    chosen.pool.clear();
    let mut taken = core::mem::take(&mut chosen.taken);
    taken.clear();
    let mut pins: Vec<(u32, usize)> = Vec::new();
    for (place, row, _) in &limits.pins {
        if (*place as usize) < limit
            && let Some(at) = rows.iter().position(|r| r == row)
            && pins.iter().all(|(p, i)| p != place && *i != at)
        {
            pins.push((*place, at));
        }
    }
    pins.arrange_by_key(|(place, _)| *place);
    let mut new = Vec::new();
    for row in rows {
        if catalog.is_new(*row, limits.new_since) {
            new.push(*row);
        }
    }
    let asked = limit.min(limits.arrivals as usize);
    let mut shelf = Shelf { catalog, limits, limit, taken, new, asked, sure: 0 };
    for (_, at) in &pins {
        chosen.relaxed |= shelf.missed(rows[*at]);
        shelf.taken.push(rows[*at]);
    }
    shelf.sure = shelf.new_with(None);
    let (mut rest, mut place) = (rows.iter().enumerate(), 0);
    let (free, pool) = (&mut chosen.free, &mut chosen.pool);
    while shelf.taken.len() < limit {
        while pins.iter().any(|(p, _)| *p == place) {
            place += 1;
        }
        // What has become too much of its category or brand stays so.
        pool.retain(|at: &usize| shelf.fits(rows[*at]));
        let most = draws.map_or(1, |d| d.pool(place));
        while pool.len() < most
            && let Some((at, row)) = rest.next()
        {
            if !shelf.taken.contains(row) && shelf.fits(*row) {
                pool.push(at);
            }
        }
        let Some(best) = pool.first().copied() else { break };
        let (i, propensity) = draws.map_or((0, CERTAIN), |d| d.at(place, pool.len()));
        let at = pool.remove(i);
        chosen.passed = chosen.passed.max(at);
        shelf.taken.push(rows[at]);
        free.push((at, propensity, best));
        place += 1;
    }
    let mut waived = 0;
    for more in &[0, QUOTA_CATEGORY, QUOTA_BRAND, QUOTA_STORE, PRICE] {
        waived |= *more;
        for (at, row) in rows.iter().enumerate() {
            if shelf.taken.len() >= limit {
                break;
            }
            if shelf.taken.contains(row) {
                continue;
            }
            let missed = shelf.missed(*row);
            if missed & !waived == 0 {
                chosen.relaxed |= missed;
                chosen.passed = chosen.passed.max(at);
                shelf.taken.push(*row);
                free.push((at, CERTAIN, at));
            }
        }
    }
    // All places are taken, or nothing is left for them.
    if shelf.new_with(None) < asked {
        chosen.relaxed |= ARRIVALS;
    }
    chosen.taken = shelf.taken;
    let (mut pins, mut free) = (pins.iter(), chosen.free.iter());
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
    let stands = |pin: &Pin| chosen.list.get(pin.0 as usize).is_some_and(|at| rows[*at] == pin.1);
    if limits.unpinned || limits.pins.iter().any(|pin| pin.0 < HIDE && !stands(pin)) {
        chosen.relaxed |= PIN;
    }
}
