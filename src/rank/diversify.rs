//! Diversity: maximal marginal relevance (Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering
//! documents and producing summaries", SIGIR 1998, formula of section 2), in integers.

use super::blend::ONE;
use super::score::SCORE_BITS;
use crate::catalog::Catalog;
use crate::id::Row;
use crate::list::Gather;
use crate::money::price_band;
use alloc::vec::Vec;

/// What two products are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits {
    category: Option<u32>,
    /// The category above, or the category itself at the top.
    above: Option<u32>,
    brand: Option<u32>,
    band: Option<u32>,
}

impl Traits {
    /// Those of a product, in the present market, or of an item that the host describes.
    pub fn of(catalog: &Catalog, row: Row) -> Traits {
        let category = catalog.category(row);
        let mut above = category;
        for c in category.into_iter().flat_map(|c| catalog.category_chain(c)).take(2) {
            above = Some(c);
        }
        Traits { category, above, brand: catalog.brand(row), band: catalog.asked_price(row).map(price_band) }
    }

    /// How alike two products are, from 0 to 2^20: half of it for the same category (a quarter where only the one above is
    /// the same), a quarter for the same brand, a quarter for the same price band. What is not known is not alike.
    pub fn similarity(&self, other: &Traits) -> i64 {
        let same = |a: Option<u32>, b: Option<u32>| a.is_some() && a == b;
        let category = if same(self.category, other.category) { 2 } else { i64::from(same(self.above, other.above)) };
        let quarters = category + i64::from(same(self.brand, other.brand)) + i64::from(same(self.band, other.band));
        quarters << (SCORE_BITS - 2)
    }
}

/// A candidate that has no place yet.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    entry: (i64, u32),
    traits: Traits,
    /// Score over the range of the candidates' scores, 0 to 2^20.
    relevance: i64,
    /// Similarity to the most similar of those with a place.
    nearest: i64,
}

/// Reorders the first `window` of `order`, best first as (score, place in `rows`): each next one has the largest
/// `(1 - diversity) · relevance - diversity · similarity to the nearest before it`. `diversity` is in 1/65536, at most one; ties keep
/// their order, and 0 changes nothing. `left` is memory to work in.
pub(super) fn diversify(
    catalog: &Catalog,
    diversity: u32,
    window: usize,
    rows: &[Row],
    order: &mut [(i64, u32)],
    left: &mut Vec<Waiting>,
) {
    let diversity = i64::from(diversity.min(ONE));
    let window = order.len().min(window);
    let order = &mut order[..window];
    if diversity == 0 {
        return;
    }
    let least = order.iter().map(|(score, _)| *score).min().unwrap_or(0);
    let range = order.iter().map(|(score, _)| score - least).max().unwrap_or(0).max(1);
    let waiting = |entry: &(i64, u32)| Waiting {
        entry: *entry,
        traits: Traits::of(catalog, rows[entry.1 as usize]),
        relevance: ((entry.0 - least) << SCORE_BITS) / range,
        nearest: 0,
    };
    order.iter().map(waiting).refill(left);
    for place in order {
        let (mut best, mut most) = (0, i64::MIN);
        for (i, w) in left.iter().enumerate() {
            let worth = (i64::from(ONE) - diversity) * w.relevance - diversity * w.nearest;
            if worth > most {
                (best, most) = (i, worth);
            }
        }
        let next = left.remove(best);
        for w in &mut *left {
            w.nearest = w.nearest.max(w.traits.similarity(&next.traits));
        }
        *place = next.entry;
    }
}
