//! Sources: what in the portrait points to products, and how strongly.

use super::blend::{Blend, ONE};
use super::component::Component;
use super::context::Context;
use super::curve::depth;
use super::dislike::{Dislike, Rule, rule};
use super::embedding::Aim;
use super::explain::Subject;
use super::prior::{self, Voice};
use super::table::{TableKind, Tables};
use crate::catalog::Catalog;
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::money::{Minor, price_band};
use crate::order::{Arrange, Scratch};
use crate::profile::decay::share;
use crate::profile::{Dimension, PortraitView, Trait};
use alloc::vec::Vec;

/// Steps of a visit that count.
const STEPS: usize = 20;
/// Price bands of a currency.
const BANDS: u32 = 128;
/// Products of earlier visits whose neighbours count.
const HISTORY: usize = 24;

/// A product that points to others, or to itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    pub(super) component: Component,
    /// The table whose neighbours it points to; `None` points to itself.
    pub(super) via: Option<TableKind>,
    pub(super) row: Row,
    /// 0–65536.
    pub(super) weight: u32,
}

impl Source {
    /// The component that hears of `row` from it: a product that usually follows itself is one that is returned to.
    pub(super) fn component_for(&self, row: Row) -> Component {
        if self.via == Some(TableKind::Next) && row == self.row { Component::Return } else { self.component }
    }

    /// Calls `f` with each product it points to and what reaches it.
    pub(super) fn each(&self, catalog: &Catalog, tables: &Tables, f: &mut dyn FnMut(Row, u64)) {
        let Some(kind) = self.via else { return f(self.row, u64::from(self.weight)) };
        tables.of(kind).for_each(catalog.pack(), self.row, |r, w| f(r, self.through(w)));
    }

    /// What reaches a neighbour over an edge of weight `w`: below 2^24, so that thousands of sources stay below 2^38.
    fn through(&self, w: u16) -> u64 {
        (u64::from(w) * u64::from(self.weight)) >> 8
    }
}

/// All that a portrait says, in rows of one pack.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    pub(super) list: Vec<Source>,
    /// Products of this visit with what they count in the sum of its vectors.
    pub(super) towards: Vec<(Row, u32)>,
    /// Products of this visit, latest first, each once.
    pub(super) seen: Vec<Row>,
    /// Products of earlier orders that are not bought again.
    pub(super) bought: Vec<Row>,
    /// Products the shopper does not want to see.
    pub(super) disliked: Vec<Row>,
    /// The same products with what they take from others, and the largest share that all of them take; none where they take nothing.
    pub(super) dislikes: Vec<Dislike>,
    pub(super) most: u32,
    /// Depth of the visit.
    pub(super) depth: usize,
    /// Category → affinity, its own and what lies below it, 0–65536.
    categories: Vec<u64>,
    /// Brand → affinity.
    brands: Vec<u64>,
    /// Price band → affinity; empty where the shopper has turned to no price.
    bands: Vec<u64>,
    /// Category → what the prior adds to it and to what lies below it, 0–65536; empty where it adds nothing.
    pub(super) prior: Vec<u64>,
    /// What everyone's interest by itself would add.
    base: Vec<u64>,
    /// Who says so.
    voice: Voice,
    /// The steps of this visit, latest first, and the strongest products of earlier ones; and memory to sort in.
    steps: Vec<Row>,
    known: Vec<(u32, Row)>,
    pub(super) memory: Scratch,
    /// Category → what the time of the year adds to the popularity of its products; empty without seasons.
    pub(super) season: Vec<i64>,
}

impl Sources {
    /// Reads what `portrait` says about the products of `catalog`, and the page's `context` before it, in place of what was read before.
    /// What is bought, and the season, are the caller's to say.
    pub(super) fn read(&mut self, portrait: &PortraitView<'_>, catalog: &Catalog, blend: &Blend, context: &Context) {
        let s = self;
        s.most = rule(catalog.pack(), Rule::Most);
        for rows in [&mut s.seen, &mut s.bought, &mut s.disliked] {
            rows.clear();
        }
        s.list.clear();
        s.towards.clear();
        s.dislikes.clear();
        s.bands.clear();
        s.season.clear();
        for (at, key) in portrait.disliked {
            if let Some(row) = catalog.row_of(*key) {
                s.disliked.push(row);
                // Without a new event nothing fades, so that a shelf stays as it is while nothing happens.
                let age = portrait.updated.map_or(0, |now| now.since(*at));
                s.dislikes.push(Dislike::of(catalog.pack(), row, age));
            }
        }
        s.visit(portrait, catalog, blend, context);
        s.history(portrait, catalog);
        zeros(&mut s.categories, catalog.category_count());
        for (t, share) in shares(portrait.affinity(Dimension::Category).traits()) {
            let chain = catalog.category_of_key(t.key).into_iter().flat_map(|c| catalog.category_chain(c));
            for c in chain {
                s.categories[c as usize] += share;
            }
        }
        s.prior.clear();
        s.base.clear();
        s.voice = Voice::default();
        if portrait.is_known() {
            s.voice = prior::added(portrait, catalog, &mut s.prior, &mut s.base);
        }
        zeros(&mut s.brands, catalog.brand_count());
        for (t, share) in shares(portrait.affinity(Dimension::Brand).traits()) {
            if let Some(b) = catalog.brand_of_key(t.key) {
                s.brands[b as usize] += share;
            }
        }
        let bands = portrait.affinity(Dimension::PriceBand);
        if let Some(largest) = bands.traits().iter().map(|t| t.value).max() {
            for band in 0..BANDS {
                let key = Key::price_band(&catalog.market().currency, band);
                s.bands.push(bands.get(key).map_or(0, |t| share(t.value, largest.max(1), ONE)));
            }
        }
    }

    fn visit(&mut self, portrait: &PortraitView<'_>, catalog: &Catalog, blend: &Blend, context: &Context) {
        let shown = context.rows.len();
        let mut steps = core::mem::take(&mut self.steps);
        steps.clone_from(&context.rows);
        self.depth = shown;
        for mark in portrait.visit.steps.iter().rev() {
            let row = catalog.row_of(mark.key);
            // What the page shows counts once, however often the visit had it.
            if !row.is_some_and(|row| context.rows.contains(&row)) {
                self.depth += 1;
                steps.extend(row);
            }
        }
        self.depth = depth(self.depth);
        let fades = |decay: u32| {
            core::iter::successors(Some(ONE), move |w| Some(((u64::from(*w) * u64::from(decay)) >> 16) as u32))
        };
        let weights = fades(blend.next_decay)
            .zip(fades(blend.together_decay))
            .zip(fades(blend.together_visit_decay))
            .zip(fades(blend.again_decay));
        for (i, (row, (((next, mut together), mut together_visit), again))) in
            steps.iter().copied().take(STEPS).zip(weights).enumerate()
        {
            let is_line = i < shown && context.cart;
            if is_line {
                (together, together_visit) = (ONE, ONE);
            }
            if !self.seen.contains(&row) {
                self.seen.push(row);
            }
            let mut add = |component, via, weight| {
                if weight > 0 {
                    self.list.push(Source { component, via, row, weight });
                }
            };
            if i == 0 && !is_line {
                add(Component::Next, Some(TableKind::Next), ONE);
            }
            add(Component::NextVisit, Some(TableKind::Next), if is_line { 0 } else { next });
            add(Component::Together, Some(TableKind::Together), together);
            add(Component::TogetherVisit, Some(TableKind::Together), together_visit);
            add(Component::Similar, Some(TableKind::Similar), together_visit);
            add(Component::Linear, Some(TableKind::Linear), together_visit);
            if cfg!(feature = "vectors") {
                self.towards.push((row, together_visit));
            }
            // The page need not be pointed to.
            add(Component::Again, None, if i < shown { 0 } else { again });
        }
        // Steps beyond those that point still count as seen.
        for row in &steps {
            if !self.seen.contains(row) {
                self.seen.push(*row);
            }
        }
        self.steps = steps;
    }

    /// Products turned to before this visit.
    fn history(&mut self, portrait: &PortraitView<'_>, catalog: &Catalog) {
        let items = portrait.affinity(Dimension::Item);
        let before = |t: &Trait| portrait.visit.start.is_none_or(|start| t.first < start);
        let largest = items.traits().iter().filter(|t| before(t)).map(|t| t.value).max().unwrap_or(1).max(1);
        let share = |t: &Trait| share(t.value, largest, ONE) as u32;
        self.known.clear();
        for t in items.traits() {
            if before(t)
                && let Some(row) = catalog.row_of(t.key)
                && share(t) > 0
            {
                self.known.push((share(t), row));
            }
        }
        self.known.arrange_in(&mut self.memory, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (weight, row) in &self.known {
            self.list.push(Source { component: Component::History, via: None, row: *row, weight: *weight });
        }
        for (weight, row) in self.known.iter().take(HISTORY) {
            let component = Component::HistoryTogether;
            self.list.push(Source { component, via: Some(TableKind::Together), row: *row, weight: *weight });
        }
    }

    /// The directions of this visit's products, each by itself.
    pub(super) fn aims(&self, catalog: &Catalog, tables: &Tables) -> Vec<(Row, u64, Aim)> {
        let embedding = tables.embedding();
        if embedding.is_empty() {
            return Vec::new();
        }
        let aim = |row: Row| embedding.aim(catalog.pack(), &[(row, 1)]);
        self.towards.iter().map(|(row, weight)| (*row, u64::from(*weight), aim(*row))).gather()
    }

    /// Up to `n` more products each from the three best-liked categories, best first, ties by number from behind.
    pub(super) fn liked_categories(&self, n: usize, liked: &mut Vec<(u32, usize)>) {
        let value = |c: usize| self.categories[c] + self.prior.get(c).copied().unwrap_or(0);
        liked.clear();
        for c in 0..self.categories.len() {
            // Most of a large catalogue's categories are nothing to anybody.
            if value(c) == 0 {
                continue;
            }
            let at = liked.iter().position(|(of, _)| value(c) >= value(*of as usize)).unwrap_or(liked.len());
            if at < 3 {
                liked.truncate(2);
                liked.insert(at, (c as u32, n));
            }
        }
    }

    /// How much the shopper likes a category: its own affinity, and a quarter of its parent's.
    pub(super) fn category_value(&self, catalog: &Catalog, category: u32) -> u64 {
        let of = |c: u32| self.categories.get(c as usize).copied().unwrap_or(0);
        let parent = catalog.parent_of(category);
        of(category) + parent.map_or(0, of) / 4 + self.prior_of(catalog, category)
    }

    /// What the prior adds to a category's value: the nearest word on it, or on what it lies in.
    pub(super) fn prior_of(&self, catalog: &Catalog, category: u32) -> u64 {
        self.prior_at(catalog, category).map_or(0, |c| self.prior[c])
    }

    /// The category whose word on this one is the nearest.
    fn prior_at(&self, catalog: &Catalog, category: u32) -> Option<usize> {
        if self.prior.is_empty() {
            return None;
        }
        let names = |c: u32| self.prior.get(c as usize).is_some_and(|p| *p > 0).then_some(c as usize);
        catalog.category_chain(category).find_map(names)
    }

    /// The category as that for which the prior speaks: declared is only what an answer lifts.
    pub(super) fn spoken_for(&self, catalog: &Catalog, category: u32) -> Subject {
        match self.voice {
            Voice::Cluster => Subject::Cluster(category),
            Voice::Declared if self.prior_at(catalog, category).is_some_and(|c| self.prior[c] > self.base[c]) => {
                Subject::Declared(category)
            }
            _ => Subject::Everyone(category),
        }
    }

    /// How much the shopper turns to products of such a price: its band's own affinity, and a quarter of the two beside it, as of the category
    /// above: a price just beyond the end of a band is nearly one of it.
    pub(super) fn price_value(&self, price: Option<Minor>) -> u64 {
        let Some(band) = price.map(|p| price_band(p) as usize) else { return 0 };
        let of = |band: usize| self.bands.get(band).copied().unwrap_or(0);
        of(band) + (of(band.wrapping_sub(1)) + of(band + 1)) / 4
    }

    /// How much the shopper likes a brand.
    pub(super) fn brand_value(&self, brand: u32) -> u64 {
        self.brands.get(brand as usize).copied().unwrap_or(0)
    }
}

pub(super) fn zeros(list: &mut Vec<u64>, n: usize) {
    list.clear();
    list.resize(n, 0);
}

/// Each trait with its value, scaled to 65536 for the largest.
pub(super) fn shares(traits: &[Trait]) -> impl Iterator<Item = (&Trait, u64)> {
    let largest = traits.iter().map(|t| t.value).max().unwrap_or(1).max(1);
    traits.iter().map(move |t| (t, share(t.value, largest, ONE)))
}
