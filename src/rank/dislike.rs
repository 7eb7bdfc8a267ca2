//! What a dislike costs the products near it: a share of their score, which fades with the dislike's age.

use super::blend::ONE;
use super::component::Component;
use super::explain::Subject;
use super::source::Source;
use super::table::{TableKind, Tables};
use crate::catalog::Catalog;
use crate::id::Row;
use crate::pack::column::u32_at;
use crate::pack::{Pack, Tag};
use crate::profile::PortraitView;
use crate::profile::decay::faded;
use crate::time::DAY;
use alloc::vec::Vec;

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

/// A product that the shopper does not want to see, and the share that it takes from others.
#[derive(Debug, Clone)]
struct Dislike {
    row: Row,
    category: Option<u32>,
    brand: Option<u32>,
    /// From what is similar, of the same category, of the same brand.
    shares: [u32; 3],
}

/// A portrait's dislikes, and what they take from each product.
#[derive(Debug, Clone, Default)]
pub(super) struct Dislikes {
    list: Vec<Dislike>,
    /// What each product loses by being similar; empty without dislikes.
    similar: Vec<u64>,
    /// Largest share that all of them take.
    most: u64,
}

impl Dislike {
    /// What it takes from a product by what that is.
    fn by_kind(&self, catalog: &Catalog, row: Row) -> u64 {
        let mut share = 0;
        if self.category.is_some() && catalog.category(row) == self.category {
            share += self.shares[1];
        }
        if self.brand.is_some() && catalog.brand(row) == self.brand {
            share += self.shares[2];
        }
        share.into()
    }

    /// Calls `f` with each product that is similar, itself first, and what it takes from it.
    fn by_similarity(&self, catalog: &Catalog, tables: &Tables, f: &mut dyn FnMut(Row, u64)) {
        let weight = self.shares[0];
        f(self.row, weight.into());
        let source = Source { component: Component::Similar, via: Some(TableKind::Similar), row: self.row, weight };
        source.each(catalog, tables, &mut |row, amount| f(row, amount >> 8));
    }
}

impl Dislikes {
    /// Those of a portrait, for the products of the pack.
    pub(super) fn of(portrait: &PortraitView<'_>, catalog: &Catalog, tables: &Tables) -> Dislikes {
        let pack = catalog.pack();
        let mut d = Dislikes { most: rule(pack, Rule::Most).into(), ..Dislikes::default() };
        // Without a new event nothing fades, so that a shelf stays as it is while nothing happens.
        let Some(now) = portrait.updated.filter(|_| d.most > 0) else { return d };
        let half_life = i64::from(rule(pack, Rule::HalfLifeDays).max(1)) * DAY;
        for (at, key) in portrait.disliked {
            let Some(row) = catalog.row_of(*key) else { continue };
            let mut shares = [0; 3];
            for (share, of) in shares.iter_mut().zip([Rule::Similar, Rule::Category, Rule::Brand]) {
                *share = faded(rule(pack, of), now.since(*at), half_life);
            }
            let dislike = Dislike { row, category: catalog.category(row), brand: catalog.brand(row), shares };
            d.similar.resize(catalog.len(), 0);
            dislike.by_similarity(catalog, tables, &mut |row, share| {
                if let Some(sum) = d.similar.get_mut(row.index()) {
                    *sum += share;
                }
            });
            d.list.push(dislike);
        }
        d
    }

    /// A candidate's score without what dislikes take from it.
    pub(super) fn damp(&self, catalog: &Catalog, row: Row, score: i64) -> i64 {
        let mut share = self.similar.get(row.index()).copied().unwrap_or(0);
        for dislike in &self.list {
            share += dislike.by_kind(catalog, row);
        }
        // Both fit: a score is far below 2^47, a share at most 2^16.
        score - ((score.max(0) * share.min(self.most) as i64) >> 16)
    }

    /// Notes which dislikes took something from a product, and how much of it.
    pub(super) fn note(&self, catalog: &Catalog, tables: &Tables, row: Row, from: &mut Vec<(Component, Subject, u64)>) {
        for dislike in &self.list {
            let mut share = dislike.by_kind(catalog, row);
            dislike.by_similarity(catalog, tables, &mut |r, amount| share += if r == row { amount } else { 0 });
            if share > 0 {
                from.push((Component::Disliked, Subject::Product(dislike.row.0), share));
            }
        }
    }
}
