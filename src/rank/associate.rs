//! Bought together: for each product the others that share baskets with it more often than by chance, with the counts behind it.
//!
//! Support and confidence after Agrawal, Imielinski, Swami, "Mining association rules between sets of items in large databases"
//! (SIGMOD 1993, section 2); lift after Brin, Motwani, Ullman, Tsur, "Dynamic itemset counting and implication rules for market
//! basket data" (SIGMOD 1997, section 4, "interest").

use crate::codec::read_varint;
use crate::error::Result;
use crate::id::Row;
use crate::pack::column::Numbers;
use crate::pack::{Pack, Tag};
#[cfg(any(feature = "cli", test))]
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

/// The section of a pack, read in place; a pack without it has no associations.
#[derive(Debug, Clone, Default)]
pub struct Associations {
    /// Basis, baskets, baskets of each product, end of each product's entries.
    numbers: Numbers<4>,
    products: usize,
}

impl Associations {
    /// Those of a pack with `products` rows.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section is too short.
    pub fn open(pack: &Pack, products: usize) -> Result<Associations> {
        if pack.find(Tag::ASSOCIATION, 0).is_none() {
            return Ok(Associations::default());
        }
        Ok(Associations { numbers: Numbers::prefix(pack, Tag::ASSOCIATION, 0, HEAD + 2 * products)?, products })
    }

    /// True where baskets are orders, false where they are visits.
    pub fn are_of_purchases(&self, pack: &Pack) -> bool {
        self.numbers.get(pack, 0) == 1
    }

    /// Calls `f` with each product bought together with `row`, by ascending row.
    pub fn each(&self, pack: &Pack, row: Row, f: &mut dyn FnMut(Row, Association)) {
        let number = |i: usize| self.numbers.get(pack, HEAD + i);
        let (baskets, i, n) = (self.numbers.get(pack, 1), row.index(), self.products);
        let entries = pack.section(Tag::ASSOCIATION, 0).and_then(|s| s.get(self.numbers.len() * 4..));
        let start = if i == 0 { 0 } else { number(n + i - 1) } as usize;
        let Some(mine) = entries.and_then(|e| e.get(start..number(n + i) as usize)) else { return };
        let (mut at, mut next) = (0, 0_u32);
        while let (Some(step), Some(count)) = (read_varint(mine, &mut at), read_varint(mine, &mut at)) {
            let other = next.saturating_add(step);
            if other as usize >= n {
                return;
            }
            next = other + 1;
            let a = Association { count, of: number(i), with: number(other as usize), baskets };
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
