//! The pipeline: what becomes of a query, stage by stage, and why something is not on the shelf.

use super::blend::Blend;
use super::component::Component;
use super::explain::{Part, Subject, parts, unit};
use super::score::{Features, Pool, Slots, features};
use super::source::Sources;
use super::table::Tables;
use crate::catalog::{Availability, Catalog};
use crate::id::Row;
use crate::list::Gather;
use crate::order::Arrange;
use crate::profile::PortraitView;
use alloc::vec;
use alloc::vec::Vec;

/// Largest shelf.
const MAX_LIMIT: usize = 200;

/// What a shelf is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Items wanted, 1–200.
    pub limit: usize,
    /// Products to leave out.
    pub exclude: Vec<Row>,
    /// Only this category and what is below it.
    pub category: Option<u32>,
}

/// An item on a shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// Which product.
    pub row: Row,
    /// In score units.
    pub score: f64,
    /// What adds up to it.
    pub parts: Vec<Part>,
}

/// A shelf, or a given list in its new order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Best first.
    pub items: Vec<Served>,
    /// True when the portrait was read.
    pub personal: bool,
}

/// Why a product is not on a shelf: the first stage that took it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is on the shelf, at this place.
    Shown(usize),
    /// Not in this pack.
    UnknownItem,
    /// Not sold in this market.
    NotSoldHere,
    /// Out of stock.
    OutOfStock,
    /// The shopper does not want to see it.
    Excluded,
    /// Seen in this visit, and this shop's visits do not repeat.
    Seen,
    /// Nothing points to it.
    NotCandidate,
    /// It came up, at this place below the shelf.
    RankedBelow(usize),
}

impl Stage {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Stage::Shown(_) => "shown",
            Stage::UnknownItem => "unknown_item",
            Stage::NotSoldHere => "not_sold_here",
            Stage::OutOfStock => "out_of_stock",
            Stage::Excluded => "excluded",
            Stage::Seen => "seen",
            Stage::NotCandidate => "not_candidate",
            Stage::RankedBelow(_) => "ranked_below",
        }
    }
}

/// Ranks the products of one pack; keeps scratch space between calls and nothing else.
#[derive(Debug, Clone)]
pub struct Ranker {
    tables: Tables,
    blend: Blend,
    slots: Slots,
}

impl Ranker {
    /// A ranker over a pack's tables.
    pub fn new(tables: Tables, blend: Blend) -> Ranker {
        Ranker { tables, blend, slots: Slots::default() }
    }

    /// The weights in use.
    pub fn blend(&self) -> &Blend {
        &self.blend
    }

    /// Ranks with other weights from now on: for tuning.
    pub fn set_blend(&mut self, blend: Blend) {
        self.blend = blend;
    }

    /// The best products for this portrait; without one, the published order.
    pub fn recommend(&mut self, catalog: &Catalog, portrait: Option<&PortraitView<'_>>, query: &Query) -> Ranking {
        let limit = query.limit.clamp(1, MAX_LIMIT);
        let Some(portrait) = portrait.filter(|p| p.events > 0) else {
            return self.published(catalog, query, limit);
        };
        let (sources, f, order) = self.order(catalog, portrait, query);
        let top = &order[..limit.min(order.len())];
        let items = self.serve(catalog, &sources, &f, top);
        Ranking { items, personal: true }
    }

    /// The candidates of a query that pass, best first, as (score, candidate).
    fn order(
        &mut self,
        catalog: &Catalog,
        portrait: &PortraitView<'_>,
        query: &Query,
    ) -> (Sources, Features, Vec<(i64, u32)>) {
        let sources = Sources::of(portrait, catalog, &self.blend);
        let f = self.candidates(catalog, portrait, query, &sources);
        let mut order = Vec::with_capacity(f.rows.len());
        for (i, row) in f.rows.iter().enumerate() {
            if self.stage_before_rank(catalog, portrait, query, &sources, *row).is_none() {
                order.push((f.score(i, &self.blend), i as u32));
            }
        }
        // Ties by row, which is the published order.
        order.arrange_by(|a, b| b.0.cmp(&a.0).then_with(|| f.rows[a.1 as usize].cmp(&f.rows[b.1 as usize])));
        (sources, f, order)
    }

    fn candidates(
        &mut self,
        catalog: &Catalog,
        portrait: &PortraitView<'_>,
        query: &Query,
        sources: &Sources,
    ) -> Features {
        let mut slots = core::mem::take(&mut self.slots);
        let allowed = |row: Row| self.stage_before_rank(catalog, portrait, query, sources, row).is_none();
        let pool = Pool::Open { fill: query.limit.clamp(1, MAX_LIMIT) * 2, allowed: &allowed };
        let f = features(catalog, &self.tables, sources, &pool, &mut slots);
        self.slots = slots;
        f
    }

    /// What the components say about the candidates of a query that pass: for tuning.
    pub fn features(&mut self, catalog: &Catalog, portrait: &PortraitView<'_>, query: &Query) -> Features {
        let (_, f, order) = self.order(catalog, portrait, query);
        let rows = order.iter().map(|(_, i)| f.rows[*i as usize]).gather();
        let raw = order.iter().map(|(_, i)| f.raw[*i as usize]).gather();
        Features { rows, raw, ..f }
    }

    /// The stage that takes a product out before scores are compared.
    fn stage_before_rank(
        &self,
        catalog: &Catalog,
        portrait: &PortraitView<'_>,
        query: &Query,
        sources: &Sources,
        row: Row,
    ) -> Option<Stage> {
        if let Some(stage) = stage_of_shop(catalog, query, row) {
            return Some(stage);
        }
        if portrait.disliked.iter().any(|(_, k)| *k == catalog.key(row)) {
            return Some(Stage::Excluded);
        }
        (self.blend.hide_seen && sources.seen.contains(&row)).then_some(Stage::Seen)
    }

    /// Takes the scores of the chosen candidates apart.
    fn serve(&mut self, catalog: &Catalog, sources: &Sources, f: &Features, chosen: &[(i64, u32)]) -> Vec<Served> {
        let rows: Vec<Row> = chosen.iter().map(|(_, i)| f.rows[*i as usize]).gather();
        self.slots.assign(&rows);
        let mut from: Vec<Vec<(Component, Subject, u64)>> = rows.iter().map(|_| Vec::new()).gather();
        for source in &sources.list {
            let mut note = |row: Row, amount: u64| {
                if let Some(i) = self.slots.get(row) {
                    from[i].push((source.component_for(row), Subject::Product(source.row.0), amount));
                }
            };
            source.each(catalog, &self.tables, &mut note);
        }
        self.slots.clear(&rows);
        let mut items = Vec::with_capacity(rows.len());
        for ((row, mut from), (score, i)) in rows.into_iter().zip(from).zip(chosen) {
            let raw = &f.raw[*i as usize];
            if let Some(c) = catalog.category(row) {
                from.push((Component::Category, Subject::Category(c), raw[Component::Category as usize]));
            }
            if let Some(b) = catalog.brand(row) {
                from.push((Component::Brand, Subject::Brand(b), raw[Component::Brand as usize]));
            }
            let parts = parts(f, *i as usize, &self.blend, &from);
            items.push(Served { row, score: unit(*score), parts });
        }
        items
    }

    /// The published order: by popularity, without a look at the portrait.
    fn published(&self, catalog: &Catalog, query: &Query, limit: usize) -> Ranking {
        let passes = |row: &Row| stage_of_shop(catalog, query, *row).is_none();
        let rows = (0..catalog.len() as u32).map(Row).filter(passes).take(limit);
        let items = rows.map(|row| published_item(catalog, row)).gather();
        Ranking { items, personal: false }
    }

    /// A given list in the order of this portrait; without one, as it is.
    pub fn rank(&mut self, catalog: &Catalog, portrait: Option<&PortraitView<'_>>, given: &[Row]) -> Ranking {
        let Some(portrait) = portrait.filter(|p| p.events > 0) else {
            let items = given.iter().map(|row| Served { row: *row, score: 0.0, parts: Vec::new() }).gather();
            return Ranking { items, personal: false };
        };
        let sources = Sources::of(portrait, catalog, &self.blend);
        let mut slots = core::mem::take(&mut self.slots);
        let f = features(catalog, &self.tables, &sources, &Pool::Given(given), &mut slots);
        self.slots = slots;
        let mut order: Vec<(i64, u32)> = (0..f.rows.len()).map(|i| (f.score(i, &self.blend), i as u32)).gather();
        order.arrange_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        Ranking { items: self.serve(catalog, &sources, &f, &order), personal: true }
    }

    /// The first stage that keeps `row` off the shelf of `query`.
    pub fn why_not(
        &mut self,
        catalog: &Catalog,
        portrait: Option<&PortraitView<'_>>,
        query: &Query,
        row: Row,
    ) -> Stage {
        let limit = query.limit.clamp(1, MAX_LIMIT);
        let place = |at: usize| if at < limit { Stage::Shown(at) } else { Stage::RankedBelow(at) };
        let Some(portrait) = portrait.filter(|p| p.events > 0) else {
            if let Some(stage) = stage_of_shop(catalog, query, row) {
                return stage;
            }
            let before = (0..row.0).map(Row).filter(|r| stage_of_shop(catalog, query, *r).is_none()).count();
            return place(before);
        };
        let (sources, f, order) = self.order(catalog, portrait, query);
        if let Some(stage) = self.stage_before_rank(catalog, portrait, query, &sources, row) {
            return stage;
        }
        order.iter().position(|(_, i)| f.rows[*i as usize] == row).map_or(Stage::NotCandidate, place)
    }
}

/// What the shop itself says about showing a product: market, stock, and the query's own limits.
fn stage_of_shop(catalog: &Catalog, query: &Query, row: Row) -> Option<Stage> {
    match catalog.availability(row) {
        Availability::NotSold => return Some(Stage::NotSoldHere),
        Availability::OutOfStock => return Some(Stage::OutOfStock),
        Availability::InStock | Availability::Preorder | Availability::Backorder => {}
    }
    let elsewhere = query.category.is_some_and(|c| !catalog.is_in(row, c));
    (elsewhere || query.exclude.contains(&row)).then_some(Stage::Excluded)
}

fn published_item(catalog: &Catalog, row: Row) -> Served {
    let value = i64::from(catalog.popularity(row)) << 4;
    let part = Part { component: Component::Popular, value, from: vec![(Subject::None, value)] };
    let parts = if value == 0 { Vec::new() } else { vec![part] };
    Served { row, score: unit(value), parts }
}
