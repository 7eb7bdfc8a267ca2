//! What a dislike costs the products near it: a share of their score, which fades with the dislike's age.

use super::blend::ONE;
use super::component::Component;
use super::source::Source;
use super::table::TableKind;
use crate::catalog::Catalog;
use crate::id::Row;
use crate::pack::column::u32_at;
use crate::pack::{Pack, Tag};
use crate::time::DAY;

/// What a pack says of new products, and of what is near a dislike: a number of its record `LIMT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Days for which a product counts as new.
    ArrivalDays = 0,
    /// Days after which a dislike counts half.
    HalfLifeDays = 1,
    /// Share of its score that a product as similar as can be loses, in 1/65536.
    Similar = 2,
    /// Share that one of the same category loses.
    Category = 3,
    /// Share that one of the same brand loses.
    Brand = 4,
    /// Largest share that all dislikes together take.
    Most = 5,
}

/// A number of the pack's record; 0 where the pack does not say, and at most 65536.
#[inline(never)]
pub fn rule(pack: &Pack, rule: Rule) -> u32 {
    u32_at(pack.section(Tag::LIMITS, 0).unwrap_or(&[]), rule as usize).unwrap_or(0).min(ONE)
}

/// Bits of a share beside those of a source's weight: what reaches a neighbour over an edge has them.
const EDGE_BITS: u32 = 8;

/// A product that the shopper does not want to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dislike {
    /// What points to the products that are similar, with the share that the most similar lose.
    pub(super) similar: Source,
    category: u32,
    brand: u32,
}

impl Dislike {
    /// A dislike of this age, in milliseconds: half of it is left after each half-life, and falls evenly in between.
    pub(super) fn of(pack: &Pack, row: Row, age: i64) -> Dislike {
        let half_life = i64::from(rule(pack, Rule::HalfLifeDays).max(1)) * DAY;
        let age = age.max(0);
        let half = (age % half_life) * i64::from(ONE / 2) / half_life;
        let left = (i64::from(ONE) - half) >> (age / half_life).min(62);
        let share = |of| ((i64::from(rule(pack, of)) * left) >> 16) as u32;
        let similar =
            Source { component: Component::Disliked, via: Some(TableKind::Similar), row, weight: share(Rule::Similar) };
        Dislike { similar, category: share(Rule::Category), brand: share(Rule::Brand) }
    }

    /// What it takes from a product for what that is: the same, of its category, of its brand. In 2^-24 of the score.
    pub(super) fn by_kind(&self, catalog: &Catalog, row: Row) -> u64 {
        let own = self.similar.row;
        let same = |a: Option<u32>, b: Option<u32>| a.is_some() && a == b;
        let mut share = if row == own { self.similar.weight } else { 0 };
        if same(catalog.category(row), catalog.category(own)) {
            share += self.category;
        }
        if same(catalog.brand(row), catalog.brand(own)) {
            share += self.brand;
        }
        u64::from(share) << EDGE_BITS
    }
}

/// A score without what dislikes take from it: a share in 2^-24 of it, of which at most `most` (in 1/65536) counts.
pub(super) fn damped(score: i64, share: u64, most: u32) -> i64 {
    // It fits: a score is far below 2^47, and a share at most 2^16.
    score - ((score.max(0) * (share >> EDGE_BITS).min(most.into()) as i64) >> 16)
}
