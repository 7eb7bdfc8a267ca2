//! The time of the year: how much more or less than over the whole year each category is turned to now. `manual/seasons.md` has the formula.

use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Row;
use crate::order::{Arrange, Scratch};
use crate::pack::Tag;
use crate::time::{MINUTE, Millis};
use alloc::vec::Vec;

/// Parts of a year. They are of one length, so a month but for two days.
pub const MONTHS: usize = 12;
/// Parts of an octave in which an index is told.
pub const OCTAVE: i64 = 32;

/// A mean year of the calendar, in milliseconds: 365.2425 days.
const YEAR: i64 = 31_556_952_000;
/// What no index comes to.
const UNNAMED: i64 = i64::MIN;
/// Parts of a month between which indices are interpolated.
const PARTS: i64 = 256;
/// The most raw score that a doubling may be worth.
const MOST: u32 = 1 << 16;

/// The time of the year at a zone's `minutes` east of UTC, in 1/256 month since its first day: 0 to 3071.
pub fn time_of_year(at: Millis, minutes: i32) -> i64 {
    let local = at.0.saturating_add(i64::from(minutes) * MINUTE);
    local.rem_euclid(YEAR) * (MONTHS as i64 * PARTS) / YEAR
}

/// Fills `added` with what the time of the year adds to the popularity of each category's products, in its raw score; with nothing without the section. A
/// category that it does not name has what is added to the one it lies in.
pub fn season(catalog: &Catalog, now: Millis, added: &mut Vec<i64>) {
    added.clear();
    let Some(section) = catalog.pack().section(Tag::SEASON, 0) else { return };
    let mut r = Reader::new(section);
    let (zone, doubling) = (r.i32(), i64::from(r.u32().min(MOST)));
    // From the middle of a month to that of the next.
    let at = (time_of_year(now, zone) - PARTS / 2).rem_euclid(MONTHS as i64 * PARTS);
    let (month, part) = ((at / PARTS) as usize, at % PARTS);
    added.resize(catalog.category_count(), UNNAMED);
    for _ in 0..r.count(4 + MONTHS) {
        let (category, months) = (r.u32() as usize, r.take(MONTHS));
        let index = |m: usize| months.get(m % MONTHS).map_or(0, |v| i64::from(*v as i8));
        if let Some(named) = added.get_mut(category) {
            let index = index(month) * (PARTS - part) + index(month + 1) * part;
            *named = index * doubling / (PARTS * OCTAVE);
        }
    }
    for c in 0..added.len() {
        if added[c] == UNNAMED {
            // A parent stands before its children.
            let above = catalog.parent_of(c as u32);
            added[c] = above.and_then(|p| added[..c].get(p as usize)).copied().unwrap_or(0);
        }
    }
}

/// A product's popularity, and what the `season` adds to it: together at least 1 where it has any.
pub(super) fn popularity(catalog: &Catalog, season: &[i64], row: Row) -> (i64, i64) {
    let popular = i64::from(catalog.popularity(row));
    let added = catalog.category(row).and_then(|c| season.get(c as usize)).copied().unwrap_or(0);
    (popular, if popular > 0 { added.max(1 - popular) } else { 0 })
}

/// Finds the `n` allowed products that are most popular now, best first, ties in the published order; none without a `season`.
pub(super) fn in_season(
    catalog: &Catalog,
    season: &[i64],
    n: usize,
    allowed: &dyn Fn(Row) -> bool,
    found: &mut Vec<(i64, Row)>,
    memory: &mut Scratch,
) {
    let most = season.iter().copied().max().unwrap_or(0).max(0);
    let mut bar = i64::MAX;
    found.clear();
    if season.is_empty() || n == 0 {
        return;
    }
    for row in (0..catalog.packed() as u32).map(Row) {
        let (popular, added) = popularity(catalog, season, row);
        // The rows come by popularity: none that is left gets past the first n.
        if popular == 0 || found.len() >= n && popular + most < bar {
            break;
        }
        if allowed(row) {
            if found.len() < n {
                bar = bar.min(popular + added);
            }
            found.push((popular + added, row));
        }
    }
    found.arrange_in(memory, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(n);
}
