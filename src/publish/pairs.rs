//! What a pack, a core or a shard says of what is bought together.

use crate::codec::read_varint;
use crate::pack::column::u32_at;
use crate::pack::{Pack, Tag};
use serde_json::{Value, json};

/// The pairs in one file.
///
/// ```
/// use nearshelf::publish::Pairs;
/// let pairs = Pairs { are_of_purchases: true, baskets: 1_000, products: 2, pairs: 3 };
/// assert_eq!(pairs.text(), "bought together: 3 pairs that lead from 2 products, counted in 1000 orders");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pairs {
    /// True where baskets are orders, false where they are visits.
    pub are_of_purchases: bool,
    /// Baskets of the whole log.
    pub baskets: u32,
    /// Products that pairs lead from.
    pub products: usize,
    /// Pairs, those with products of other files among them.
    pub pairs: usize,
}

impl Pairs {
    /// Those of a file; `None` where nothing was counted.
    pub fn of(pack: &Pack) -> Option<Pairs> {
        let whole = pack.find(Tag::ASSOCIATION, 0);
        let counts = pack.section(if whole.is_some() { Tag::ASSOCIATION } else { Tag::ASSOCIATION_COUNTS }, 0)?;
        let (n, rows) = match whole {
            Some(s) => (s.entries as usize, counts.get(8 + 4 * s.entries as usize..)?),
            None => {
                let s = pack.find(Tag::ASSOCIATION_PART, 0)?;
                (s.entries as usize, pack.section(s.tag, 0)?)
            }
        };
        let (are_of_purchases, baskets) = (u32_at(counts, 0)? == 1, u32_at(counts, 1)?);
        let mut found = Pairs { are_of_purchases, baskets, products: 0, pairs: 0 };
        let mut start = 0;
        for i in 0..n {
            let end = u32_at(rows, i)? as usize;
            let body = rows.get(4 * n + start..4 * n + end)?;
            let (mut at, before) = (0, found.pairs);
            while read_varint(body, &mut at).and_then(|_| read_varint(body, &mut at)).is_some() {
                found.pairs += 1;
            }
            found.products += usize::from(found.pairs > before);
            start = end;
        }
        Some(found)
    }

    /// In a line.
    pub fn text(&self) -> String {
        let baskets = if self.are_of_purchases { "orders" } else { "visits" };
        format!(
            "bought together: {} pairs that lead from {} products, counted in {} {baskets}",
            self.pairs, self.products, self.baskets
        )
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let basis = if self.are_of_purchases { "purchases" } else { "visits" };
        json!({ "pairs": self.pairs, "products": self.products, "baskets": self.baskets, "basis": basis })
    }
}
