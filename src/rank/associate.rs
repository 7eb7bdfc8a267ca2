//! Bought together: for each product the others that share baskets with it more often than by chance, with the counts behind it.
//!
//! Support and confidence after Agrawal, Imielinski, Swami, "Mining association rules between sets of items in large databases"
//! (SIGMOD 1993, section 2); lift after Brin, Motwani, Ullman, Tsur, "Dynamic itemset counting and implication rules for market
//! basket data" (SIGMOD 1997, section 4, "interest").

use super::table::{CLOSED, local_rows};
use crate::codec::read_varint;
use crate::error::Result;
use crate::id::Row;
use crate::pack::column::Numbers;
use crate::pack::{Pack, Tag};
use alloc::vec::Vec;

/// How often one product is bought together with another. Counts are baskets.
///
/// ```
/// use nearshelf::rank::Association;
/// let a = Association { count: 30, of: 100, with: 60, baskets: 1_000 };
/// assert_eq!((a.support(), a.confidence(), a.lift()), (0.03, 0.3, 5.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    /// With both products.
    pub count: u32,
    /// With the one that is asked about.
    pub of: u32,
    /// With the other.
    pub with: u32,
    /// All.
    pub baskets: u32,
}

impl Association {
    /// Share of all baskets that hold both: 0–1.
    pub fn support(&self) -> f64 {
        f64::from(self.count) / f64::from(self.baskets)
    }

    /// Share of the baskets with the one that hold the other as well: 0–1.
    pub fn confidence(&self) -> f64 {
        f64::from(self.count) / f64::from(self.of)
    }

    /// How many times as often as by chance: confidence over the share of all baskets that hold the other.
    pub fn lift(&self) -> f64 {
        f64::from(self.count) * f64::from(self.baskets) / (f64::from(self.of) * f64::from(self.with))
    }
}

/// Words of a section before the counts: what was counted, and how many baskets there were.
const HEAD: usize = 2;

/// The section of a pack or of a part of one, read in place; a pack without it has no associations.
#[derive(Debug, Clone)]
pub struct Associations {
    /// Basis, baskets, baskets of each product.
    counts: Numbers<4>,
    /// What the entries stand behind: in a whole pack the counts as well, then the end of each product's entries.
    ends: Numbers<4>,
    /// Where the entries lie.
    tag: Tag,
    /// Row of each global row, in a part.
    local: Option<Vec<u32>>,
    products: usize,
}

impl Associations {
    /// Those of a pack with `products` rows.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section is too short.
    pub fn open(pack: &Pack, products: usize) -> Result<Associations> {
        let is_part = pack.find(Tag::ASSOCIATION_COUNTS, 0).is_some();
        let whole = Tag::ASSOCIATION;
        let (first, tag) = if is_part { (Tag::ASSOCIATION_COUNTS, Tag::ASSOCIATION_PART) } else { (whole, whole) };
        if pack.find(first, 0).is_none() {
            let none = Numbers::default();
            return Ok(Associations { counts: none.clone(), ends: none, tag, local: None, products: 0 });
        }
        let before = if is_part { 0 } else { HEAD + products };
        Ok(Associations {
            counts: Numbers::prefix(pack, first, 0, HEAD + products)?,
            ends: Numbers::prefix(pack, tag, 0, before + products)?,
            tag,
            local: if is_part { local_rows(pack, products)? } else { None },
            products,
        })
    }

    /// True where baskets are orders, false where they are visits.
    pub fn are_of_purchases(&self, pack: &Pack) -> bool {
        self.counts.get(pack, 0) == 1
    }

    /// Calls `f` with each open product bought together with `row`, by ascending row.
    pub fn each(&self, pack: &Pack, row: Row, f: &mut dyn FnMut(Row, Association)) {
        let count = |i: usize| self.counts.get(pack, HEAD + i);
        let (baskets, i, n) = (self.counts.get(pack, 1), row.index(), self.products);
        let end = |i: usize| self.ends.get(pack, self.ends.len() - n + i) as usize;
        let entries = pack.section(self.tag, 0).and_then(|s| s.get(self.ends.len() * 4..));
        let start = if i == 0 || i >= n { 0 } else { end(i - 1) };
        let Some(mine) = entries.filter(|_| i < n).and_then(|e| e.get(start..end(i))) else { return };
        let (mut at, mut next) = (0, 0_u32);
        while let (Some(step), Some(both)) = (read_varint(mine, &mut at), read_varint(mine, &mut at)) {
            let Some(global) = next.checked_add(step).filter(|r| *r < CLOSED) else { return };
            next = global + 1;
            let other = match &self.local {
                Some(local) => local.get(global as usize).copied().unwrap_or(CLOSED),
                None => global,
            };
            if other as usize >= n {
                continue;
            }
            let a = Association { count: both, of: count(i), with: count(other as usize), baskets };
            // A product below the threshold has no count, and so no lift.
            if a.of > 0 && a.with > 0 {
                f(Row(other), a);
            }
        }
    }

    /// How often `other` is bought together with `row`.
    pub fn of(&self, pack: &Pack, row: Row, other: Row) -> Option<Association> {
        let mut found = None;
        self.each(pack, row, &mut |r, a| {
            if r == other {
                found = Some(a);
            }
        });
        found
    }
}

/// What was counted, before it is cut and written.
#[cfg(any(feature = "cli", test))]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Whether baskets are orders.
    pub purchases: bool,
    /// All baskets.
    pub baskets: u32,
    /// Those of each row; 0 below the threshold.
    pub sizes: Vec<u32>,
    /// What each row is bought together with, and in how many baskets: the highest lift first.
    pub rows: Vec<Vec<(Row, u32)>>,
}

#[cfg(any(feature = "cli", test))]
impl Counts {
    /// The bytes of the section with at most `kept` neighbours of each product.
    pub fn write(&self, kept: usize) -> Vec<u8> {
        use crate::codec::write_varint;
        let (mut ends, mut entries) = (Vec::new(), Vec::new());
        for row in &self.rows {
            let mut kept = row[..row.len().min(kept)].to_vec();
            kept.sort_unstable();
            let mut next = 0;
            for (other, count) in kept {
                write_varint(&mut entries, other.0 - next);
                write_varint(&mut entries, count);
                next = other.0 + 1;
            }
            ends.push(entries.len() as u32);
        }
        let head = [u32::from(self.purchases), self.baskets];
        let numbers = head.iter().chain(&self.sizes).chain(&ends);
        numbers.flat_map(|n| n.to_le_bytes()).chain(entries).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PackWriter;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn counts() -> Counts {
        let rows = vec![vec![(Row(3), 40), (Row(1), 7)], vec![(Row(0), 7)], vec![], vec![(Row(0), 40)]];
        Counts { purchases: true, baskets: 1_000, sizes: vec![50, 70, 0, 80], rows }
    }

    fn open(bytes: Vec<u8>) -> (Pack, Result<Associations>) {
        let mut w = PackWriter::new();
        w.add(Tag::ASSOCIATION, 0, 4, bytes);
        let pack = Pack::open(w.finish().expect("small")).expect("sound");
        let a = Associations::open(&pack, 4);
        (pack, a)
    }

    fn rows(pack: &Pack, a: &Associations, row: u32) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        a.each(pack, Row(row), &mut |r, x| out.push((r.0, x.count)));
        out
    }

    #[test]
    fn counts_come_back_in_order_and_the_highest_lifts_are_kept() {
        let (pack, a) = open(counts().write(12));
        let a = a.expect("a section");
        assert!(a.are_of_purchases(&pack));
        assert_eq!((rows(&pack, &a, 0), rows(&pack, &a, 2)), (vec![(1, 7), (3, 40)], vec![]));
        assert_eq!(rows(&pack, &a, 4), [], "no such row");
        let both = a.of(&pack, Row(0), Row(3)).expect("a pair");
        assert_eq!(both, Association { count: 40, of: 50, with: 80, baskets: 1_000 });
        assert_eq!((both.confidence(), both.lift()), (0.8, 10.0));
        let (pack, a) = open(counts().write(1));
        assert_eq!(rows(&pack, &a.expect("a section"), 0), [(3, 40)]);
    }

    #[test]
    fn a_section_that_lies_about_itself_is_refused_or_read_as_less() {
        let good = counts().write(12);
        assert!(open(good[..39].to_vec()).1.is_err());
        for at in 0..good.len() {
            for byte in 0..=255 {
                let mut bad = good.clone();
                bad[at] = byte;
                let (pack, a) = open(bad);
                let a = a.expect("long enough");
                for row in 0..5 {
                    a.each(&pack, Row(row), &mut |r, x| assert!(r.0 < 4 && x.lift() >= 0.0));
                }
            }
        }
    }
}
