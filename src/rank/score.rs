//! Component scores: what each source of evidence says about each candidate, as integers.

use super::blend::{Blend, ONE};
use super::component::{COMPONENTS, Component};
use super::constrain::{LIFT, Limits};
use super::curve::{Place, VIEWS, alone};
use super::dislike::damped;
use super::embedding::Top;
use super::season::{in_season, popularity};
use super::source::Sources;
use crate::catalog::Catalog;
use crate::id::Row;
use crate::order::Scratch;
use crate::rank::table::Tables;
use alloc::vec::Vec;

/// Candidates with what each component says of them.
#[derive(Debug, Clone, Default)]
pub struct Features {
    /// Candidates, in the order they came up.
    pub rows: Vec<Row>,
    /// Raw component scores of each candidate.
    pub raw: Vec<[u64; COMPONENTS]>,
    /// The largest raw score of each component, at least 1.
    pub largest: [u64; COMPONENTS],
    /// Depth of the visit.
    pub depth: usize,
    /// What dislikes take from each candidate's score, in 2^-24 of it; empty without any.
    pub against: Vec<u64>,
    /// Largest share of a score that they take, in 1/65536.
    pub most: u32,
    /// What scenes lift each candidate by, in 2^-20.
    pub lift: Vec<i64>,
}

/// Candidates that the vectors bring up.
const NEAREST: usize = 100;

/// Bits of a score after the point: a component at its largest with weight one is worth 2^20.
pub(super) const SCORE_BITS: u32 = 20;

impl Features {
    /// A component's share of a candidate's score.
    pub fn value(&self, i: usize, component: Component, blend: &Blend) -> i64 {
        self.worth(self.raw[i][component as usize], component, blend)
    }

    /// What a component's evidence is worth.
    fn worth(&self, raw: u64, component: Component, blend: &Blend) -> i64 {
        let c = component as usize;
        if !blend.curves.is_empty() && component != Component::Given {
            let mut worth = 0;
            for (view, place) in self.places_of(raw, component).into_iter().enumerate() {
                worth += blend.curves.worth(self.depth, component, view, place);
            }
            return worth << (SCORE_BITS - 16);
        }
        let weight = u64::from(blend.weight[c]) << (SCORE_BITS - 16);
        // weight < 2^24 and raw < 2^38 (see `source`), so the product fits.
        (weight * raw / self.largest[c]) as i64
    }

    /// Where a candidate's evidence stands on a component's curves.
    pub fn places(&self, i: usize, component: Component) -> [Place; VIEWS] {
        self.places_of(self.raw[i][component as usize], component)
    }

    #[inline(always)]
    fn places_of(&self, raw: u64, component: Component) -> [Place; VIEWS] {
        let share = (raw << 16) / self.largest[component as usize];
        [Place::of(share as u32, 0), Place::of(alone(component, raw), 1)]
    }

    /// A candidate's score: the sum of its components' values, without what dislikes take from it.
    pub fn score(&self, i: usize, blend: &Blend) -> i64 {
        let (raw, mut sum) = (&self.raw[i], 0);
        for component in &Component::ALL {
            // Most components say nothing of most candidates, and nothing is worth nothing.
            let raw = raw[*component as usize];
            if raw != 0 {
                sum += self.worth(raw, *component, blend);
            }
        }
        damped(sum, self.against.get(i).copied().unwrap_or(0), self.most) + self.lift[i]
    }
}

/// Finds each product's place among the candidates; reused between calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    /// Row → candidate + 1.
    slot: Vec<u32>,
    /// Best-liked categories, and how many more products of each come up.
    liked: Vec<(u32, usize)>,
    /// Category → the liked one that it is or lies below, the nearest if there are several, by its place.
    nearest: Vec<Option<usize>>,
    /// The most popular of the season, and memory to sort in.
    season: Vec<(i64, Row)>,
    pub(super) memory: Scratch,
}

impl Slots {
    pub(super) fn get(&self, row: Row) -> Option<usize> {
        self.slot.get(row.index()).and_then(|s| s.checked_sub(1)).map(|s| s as usize)
    }

    pub(super) fn set(&mut self, row: Row, candidate: usize) {
        if self.slot.len() <= row.index() {
            self.slot.resize(row.index() + 1, 0);
        }
        self.slot[row.index()] = candidate as u32 + 1;
    }

    /// Finds for each category the liked one above it.
    fn find_liked(&mut self, catalog: &Catalog) {
        self.nearest.clear();
        for c in 0..catalog.category_count() as u32 {
            // A parent stands before its children.
            let above = catalog.parent_of(c).and_then(|p| self.nearest[p as usize]);
            self.nearest.push(self.liked.iter().position(|(l, _)| *l == c).or(above));
        }
    }

    /// The liked category that this one is or lies below, the nearest of those of which more products come up.
    fn nearest_liked(&self, catalog: &Catalog, mut category: u32) -> Option<usize> {
        loop {
            let at = self.nearest[category as usize]?;
            let (liked, left) = self.liked[at];
            if left > 0 {
                return Some(at);
            }
            category = catalog.parent_of(liked)?;
        }
    }

    /// Forgets these candidates.
    pub(super) fn clear(&mut self, rows: &[Row]) {
        for r in rows {
            self.slot[r.index()] = 0;
        }
    }
}

/// Which products may become candidates.
pub(super) enum Pool<'a> {
    /// Whatever the sources point to, the most popular `fill` that `allowed` lets pass, the pinned and lifted, and where they have places of their
    /// own the new.
    Open { fill: usize, allowed: &'a dyn Fn(Row) -> bool, limits: &'a Limits },
    /// These, in the order the host gave.
    Given(&'a [Row]),
}

/// Scores the candidates of `pool`, in the memory that `f` has. `slots` comes and goes empty.
pub(super) fn features(
    f: &mut Features,
    catalog: &Catalog,
    tables: &Tables,
    sources: &Sources,
    pool: &Pool<'_>,
    slots: &mut Slots,
    top: &mut Top,
) {
    (f.largest, f.depth, f.most) = ([1; COMPONENTS], sources.depth, sources.most);
    f.rows.clear();
    f.raw.clear();
    f.against.clear();
    f.lift.clear();
    // What the prior alone says of a category is no more than it is: a part of all interest.
    if !sources.prior.is_empty() {
        f.largest[Component::Category as usize] = u64::from(ONE);
    }
    let open = matches!(pool, Pool::Open { .. });
    if let Pool::Given(rows) = pool {
        for row in *rows {
            candidate(f, slots, *row);
        }
        let n = rows.len() as u64;
        for (raw, i) in f.raw.iter_mut().zip(0..) {
            raw[Component::Given as usize] = (n - i) * u64::from(ONE) / n;
        }
    }
    for source in &sources.list {
        let mut add = |row: Row, amount: u64| {
            let c = source.component_for(row) as usize;
            let found = slots.get(row);
            let Some(i) = found.or_else(|| open.then(|| candidate(f, slots, row))) else { return };
            f.raw[i][c] += amount;
        };
        source.each(catalog, tables, &mut add);
    }
    let embedding = tables.embedding();
    let aim = embedding.aim(catalog.pack(), &sources.towards);
    if open {
        for (row, _) in embedding.nearest(catalog.pack(), &aim, NEAREST, top) {
            if slots.get(row).is_none() {
                candidate(f, slots, row);
            }
        }
    }
    if let Pool::Open { fill, allowed, limits } = pool {
        popular(catalog, sources, *fill, *allowed, f, slots);
        for (place, row, _) in &limits.pins {
            let i = slots.get(*row).unwrap_or_else(|| candidate(f, slots, *row));
            if *place >= LIFT {
                f.lift[i] += lift(*place);
            }
        }
        if limits.new_since > 0 {
            for row in (0..catalog.len() as u32).map(Row) {
                if catalog.is_new(row, limits.new_since) && slots.get(row).is_none() {
                    candidate(f, slots, row);
                }
            }
        }
    }
    attributes(catalog, sources, open, f);
    for dislike in &sources.dislikes {
        f.against.resize(f.rows.len(), 0);
        for i in 0..f.rows.len() {
            f.against[i] += dislike.by_kind(catalog, f.rows[i]);
        }
        dislike.similar.each(catalog, tables, &mut |row, share| {
            if let Some(i) = slots.get(row) {
                f.against[i] += share;
            }
        });
    }
    if !embedding.is_empty() {
        for (row, raw) in f.rows.iter().zip(&mut f.raw) {
            raw[Component::Embedding as usize] = embedding.cosine(catalog.pack(), &aim, *row);
        }
    }
    for raw in &f.raw {
        for (l, r) in f.largest.iter_mut().zip(raw) {
            *l = (*l).max(*r);
        }
    }
    slots.clear(&f.rows);
}

/// What a pin lifts its product by, in 2^-20.
pub(super) fn lift(pin: u32) -> i64 {
    i64::from((pin << 1) as i32 >> 1) << (SCORE_BITS - 16)
}

fn candidate(f: &mut Features, slots: &mut Slots, row: Row) -> usize {
    let i = f.rows.len();
    slots.set(row, i);
    f.rows.push(row);
    f.raw.push([0; COMPONENTS]);
    f.lift.push(0);
    i
}

/// Adds the most popular products, of all and of each category the shopper likes.
fn popular(
    catalog: &Catalog,
    sources: &Sources,
    fill: usize,
    allowed: &dyn Fn(Row) -> bool,
    f: &mut Features,
    slots: &mut Slots,
) {
    in_season(catalog, &sources.season, fill, allowed, &mut slots.season, &mut slots.memory);
    for i in 0..slots.season.len() {
        let row = slots.season[i].1;
        if slots.get(row).is_none() {
            candidate(f, slots, row);
        }
    }
    // No log speaks of an overlay's new items, so all of them come up, before the others.
    let (all, packed) = (catalog.len(), catalog.packed());
    let mut left = fill.saturating_add(all - packed);
    sources.liked_categories(fill / 2 + 1, &mut slots.liked);
    slots.find_liked(catalog);
    let mut wanting = slots.liked.len();
    for i in packed..packed + all {
        let row = Row(if i < all { i } else { i - all } as u32);
        let mut at = None;
        if left == 0 {
            if wanting == 0 {
                break;
            }
            // Most products lie elsewhere: this is all that is asked of them.
            at = catalog.category(row).and_then(|c| slots.nearest_liked(catalog, c));
            if at.is_none() {
                continue;
            }
        }
        if !allowed(row) {
            continue;
        }
        if slots.get(row).is_none() {
            candidate(f, slots, row);
        }
        let Some(at) = at else {
            left -= 1;
            continue;
        };
        slots.liked[at].1 -= 1;
        wanting -= usize::from(slots.liked[at].1 == 0);
    }
}

/// What a product's own attributes say.
fn attributes(catalog: &Catalog, sources: &Sources, open: bool, f: &mut Features) {
    for (row, raw) in f.rows.iter().zip(&mut f.raw) {
        if let Some(c) = catalog.category(*row) {
            raw[Component::Category as usize] = sources.category_value(catalog, c);
        }
        if let Some(b) = catalog.brand(*row) {
            raw[Component::Brand as usize] = sources.brand_value(b);
        }
        raw[Component::Price as usize] = sources.price_value(catalog.asked_price(*row));
        if open {
            let (popular, season) = popularity(catalog, &sources.season, *row);
            raw[Component::Popular as usize] = (popular + season) as u64;
            raw[Component::Recent as usize] = u64::from(catalog.recent(*row));
        }
    }
}
