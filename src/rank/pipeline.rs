//! The pipeline: what becomes of a query, stage by stage, and why something is not on the shelf.

use super::blend::Blend;
use super::component::Component;
use super::constrain::{Chosen, LIFT, Limits, PIN, PRICE, Pin, choose, hides};
use super::context::Context;
use super::diversify::{Waiting, diversify};
#[cfg(feature = "vectors")]
use super::embedding::COSINE_BITS;
use super::embedding::Top;
use super::explain::{Note, Part, Subject, parts as take_apart, unit};
use super::explore::{Drawn, Draws};
use super::score::{Features, Pool, Slots, features, lift};
use super::season;
use super::source::Sources;
use super::stage::Stage;
use super::table::Tables;
use crate::catalog::{Availability, Catalog};
use crate::id::Row;
use crate::list::Gather;
use crate::order::{Arrange, Scratch};
use crate::profile::PortraitView;
use crate::time::Millis;
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
    /// Products that the page shows, which are left out too: more than count as its [`context`](Query::context).
    pub shown: Vec<Row>,
    /// Only this category and what is below it.
    pub category: Option<u32>,
    /// What the shelf as a whole has to meet.
    pub limits: Limits,
    /// How much unlike its neighbours each item should be rather than good by itself, 0–65536; 0 leaves the order alone.
    pub diversity: u32,
    /// Draws by which a personal shelf explores.
    pub draws: Option<Draws>,
    /// What the page shows.
    pub context: Context,
    /// Only these products, by ascending row; `None` for any.
    pub only: Option<Vec<u32>>,
    /// The time, for seasons.
    pub now: Millis,
    /// What rules hide.
    pub hidden: Vec<Pin>,
}

/// An item on a shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// Which product.
    pub row: Row,
    /// In score units.
    pub score: f64,
    /// What adds up to it: each component, and after it where it comes from.
    pub parts: Vec<Part>,
}

/// A shelf, or a given list in its new order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranking {
    /// Best first.
    pub items: Vec<Served>,
    /// True when the portrait was read.
    pub personal: bool,
    /// What of the query's limits could not be met: bits [`QUOTA_CATEGORY`](super::QUOTA_CATEGORY),
    /// [`QUOTA_BRAND`](super::QUOTA_BRAND), [`QUOTA_STORE`](super::QUOTA_STORE), [`ARRIVALS`](super::ARRIVALS), [`PRICE`](super::PRICE), [`PIN`](super::PIN).
    pub relaxed: u8,
    /// How each item came to its place, on a shelf that explores; else empty.
    pub drawn: Vec<Drawn>,
    /// The day since which a product is new, on a shelf that keeps places for new ones; else 0.
    pub new_since: u32,
}

/// Ranks the products of one pack; keeps memory to work in between calls and nothing else; [`Ranker::forget`] empties it.
#[derive(Debug, Clone)]
pub struct Ranker {
    tables: Tables,
    blend: Blend,
    repeat: Option<Vec<u32>>,
    slots: Slots,
    top: Top,
    work: Work,
}

/// What a call works on. The next call has its memory, so that only the first of its kind asks for any.
#[derive(Debug, Clone, Default)]
struct Work {
    sources: Sources,
    f: Features,
    /// The candidates that pass, best first as (score, candidate), and their rows.
    order: Vec<(i64, u32)>,
    ordered: Vec<Row>,
    waiting: Vec<Waiting>,
    /// Which of them are on the shelf.
    chosen: Chosen,
    /// The shelf, as (score, candidate).
    shelf: Vec<(i64, u32)>,
    /// What its scores come from, by place; those of one product; and what its score is made of.
    notes: Vec<(usize, Note)>,
    own: Vec<Note>,
    parts: Vec<Part>,
}

impl Work {
    fn compose(&mut self, catalog: &Catalog, query: &Query, draws: Option<&Draws>) {
        let limit = query.wanted();
        let (rows, order) = (&self.f.rows, &mut self.order);
        // A band comes before scores, so that diversity chooses among what is in it.
        if query.limits.price != [None; 2] {
            let out = |i: u32| !query.limits.in_band(catalog, rows[i as usize]);
            order.arrange_in(&mut self.sources.memory, |a, b| out(a.1).cmp(&out(b.1)));
        }
        diversify(catalog, query.diversity, 4 * limit, rows, order, &mut self.waiting);
        order.iter().map(|(_, i)| rows[*i as usize]).refill(&mut self.ordered);
        choose(catalog, &query.limits, limit, &self.ordered, draws, &mut self.chosen);
        self.chosen.list.iter().map(|at| order[*at]).refill(&mut self.shelf);
    }

    /// How each of the shelf came to its place.
    fn drawn(&self) -> Vec<Drawn> {
        let mut drawn = Vec::new();
        for (propensity, best) in &self.chosen.drawn {
            drawn.push(Drawn { propensity: *propensity, best: self.ordered[*best] });
        }
        drawn
    }

    /// What became of a product that passed the stages before.
    fn stage(&self, catalog: &Catalog, query: &Query, row: Row) -> Stage {
        let Some(at) = self.ordered.iter().position(|r| *r == row) else {
            return Stage::NotCandidate;
        };
        if let Some(place) = self.chosen.list.iter().position(|x| *x == at) {
            return Stage::Shown(place);
        }
        match query.limits.missed(catalog, &self.chosen.taken, row) {
            missed if missed & PRICE != 0 => Stage::PriceBand,
            _ if at >= self.chosen.passed => Stage::RankedBelow(at.max(self.chosen.list.len())),
            0 => Stage::Arrivals,
            _ => Stage::Quota,
        }
    }
}

impl Query {
    /// Items wanted, within bounds.
    fn wanted(&self) -> usize {
        self.limit.clamp(1, MAX_LIMIT)
    }

    /// True when the shelf is the first of the order.
    fn is_plain(&self) -> bool {
        self.diversity == 0 && self.limits.is_empty()
    }

    /// Candidates of which a shelf is made: the best, as many as diversity chooses among, where none has to give way to a worse one.
    fn most(&self) -> usize {
        let among = self.wanted() * if self.diversity > 0 { 4 } else { 1 };
        if self.limits.is_empty() && self.draws.is_none() { among } else { usize::MAX }
    }
}

impl Ranker {
    /// A ranker over a pack's tables. With `repeat`, what was bought in earlier visits is left out, unless it lies in one of these
    /// categories.
    pub fn new(tables: Tables, blend: Blend, repeat: Option<Vec<u32>>) -> Ranker {
        Ranker { tables, blend, repeat, slots: Slots::default(), top: Top::default(), work: Work::default() }
    }

    /// Lets go of the memory of the last call, which says what was known of the shopper.
    pub fn forget(&mut self) {
        (self.slots, self.top, self.work) = Default::default();
    }

    /// The weights in use.
    pub fn blend(&self) -> &Blend {
        &self.blend
    }

    /// Ranks with other weights from now on: for tuning.
    pub fn set_blend(&mut self, blend: Blend) {
        self.blend = blend;
    }

    /// Ranks over other tables from now on: more products are open.
    pub fn set_tables(&mut self, tables: Tables) {
        self.tables = tables;
    }

    /// The best products for this portrait, and for what the page shows; without both, the published order.
    pub fn recommend(&mut self, catalog: &Catalog, portrait: Option<&PortraitView<'_>>, query: &Query) -> Ranking {
        let nobody = PortraitView::nobody();
        let Some(portrait) = known(portrait, &nobody, query) else {
            let most = if query.is_plain() { query.wanted() } else { usize::MAX };
            self.published(catalog, query, most);
            let mut items = Vec::with_capacity(self.work.shelf.len());
            for (_, i) in &self.work.shelf {
                items.push(published_item(catalog, self.work.f.rows[*i as usize]));
            }
            let relaxed = self.work.chosen.relaxed;
            return Ranking { items, relaxed, new_since: query.limits.new_since, ..Ranking::default() };
        };
        self.compose(catalog, portrait, query, query.most());
        let items = self.serve(catalog, &query.limits.pins);
        let drawn = if query.draws.is_some() { self.work.drawn() } else { Vec::new() };
        let (personal, relaxed) = (portrait.is_known(), self.work.chosen.relaxed);
        Ranking { items, personal, relaxed, drawn, new_since: query.limits.new_since }
    }

    /// The shelf of a query. Limits that the usual candidates cannot meet are tried on all products before they are relaxed.
    fn compose(&mut self, catalog: &Catalog, portrait: &PortraitView<'_>, query: &Query, most: usize) {
        let mut fill = query.wanted() * if query.diversity > 0 { 4 } else { 2 };
        loop {
            self.order(catalog, portrait, query, fill, most);
            let draws = query.draws.map(|d| d.after(portrait.events));
            self.work.compose(catalog, query, draws.as_ref());
            if self.work.chosen.relaxed & !PIN == 0 || fill >= catalog.len() {
                return;
            }
            fill = catalog.len();
        }
    }

    /// The candidates of a query that pass, the `most` best of them, best first.
    fn order(&mut self, catalog: &Catalog, portrait: &PortraitView<'_>, query: &Query, fill: usize, most: usize) {
        let mut work = core::mem::take(&mut self.work);
        let Work { sources, f, order, .. } = &mut work;
        sources.read(portrait, catalog, &self.blend, &query.context);
        self.bought(catalog, portrait, &mut sources.bought);
        season::season(catalog, query.now, &mut sources.season);
        // They are asked about for each candidate.
        for rows in [&mut sources.seen, &mut sources.bought, &mut sources.disliked] {
            rows.arrange_in(&mut sources.memory, |a, b| a.cmp(b));
        }
        let (mut slots, mut top) = (core::mem::take(&mut self.slots), core::mem::take(&mut self.top));
        let allowed = |row: Row| self.stage_before_rank(catalog, query, sources, row).is_none();
        let pool = Pool::Open { fill, allowed: &allowed, limits: &query.limits };
        features(f, catalog, &self.tables, sources, &pool, &mut slots, &mut top);
        order.clear();
        // What is worth less than `most` others is not looked at any more.
        let mut bar = i64::MIN;
        for (i, row) in f.rows.iter().enumerate() {
            let score = f.score(i, &self.blend);
            if score >= bar && allowed(*row) {
                order.push((score, i as u32));
                if order.len() / 2 >= most {
                    bar = best_first(order, &f.rows, most, &mut slots.memory);
                }
            }
        }
        best_first(order, &f.rows, most, &mut slots.memory);
        (self.slots, self.top, self.work) = (slots, top, work);
    }

    /// The products nearest to the sum of some products' vectors, with the cosine, best first, among the first `rows`.
    #[cfg(feature = "vectors")]
    pub fn nearest(&mut self, catalog: &Catalog, to: &[Row], limit: usize, rows: usize) -> Vec<(Row, f64)> {
        let embedding = self.tables.embedding();
        // Loops, where each iterator would be another function to compile at a page's first call.
        let mut from = Vec::with_capacity(to.len());
        for row in to {
            from.push((*row, 1));
        }
        let aim = embedding.aim(catalog.pack(), &from);
        let most = limit.clamp(1, MAX_LIMIT);
        let found = embedding.nearest_among(rows, catalog.pack(), &aim, most, &mut self.top);
        let mut near = Vec::with_capacity(found.len());
        for (row, cosine) in &found {
            near.push((*row, *cosine as f64 / f64::from(1 << COSINE_BITS)));
        }
        near
    }

    /// What earlier visits bought and is not bought again.
    fn bought(&self, catalog: &Catalog, portrait: &PortraitView<'_>, bought: &mut Vec<Row>) {
        bought.clear();
        let Some(repeat) = &self.repeat else { return };
        let again = |row: Row| {
            let mut chain = catalog.category(row).into_iter().flat_map(|c| catalog.category_chain(c));
            chain.any(|c| repeat.contains(&c))
        };
        for (at, key) in portrait.bought {
            if portrait.visit.start.is_none_or(|start| *at < start) {
                bought.extend(catalog.row_of(*key).filter(|row| !again(*row)));
            }
        }
    }

    /// What the components say about the candidates of a query that pass: for tuning.
    pub fn features(&mut self, catalog: &Catalog, portrait: &PortraitView<'_>, query: &Query) -> Features {
        self.order(catalog, portrait, query, query.wanted() * 2, usize::MAX);
        let Work { f, order, .. } = &self.work;
        let rows = order.iter().map(|(_, i)| f.rows[*i as usize]).gather();
        let raw = order.iter().map(|(_, i)| f.raw[*i as usize]).gather();
        Features { rows, raw, against: Vec::new(), lift: f.lift.clone(), ..*f }
    }

    /// The stage that takes a product out before scores are compared.
    fn stage_before_rank(&self, catalog: &Catalog, query: &Query, sources: &Sources, row: Row) -> Option<Stage> {
        if let Some(stage) = stage_of_shop(catalog, query, row) {
            return Some(stage);
        }
        let is_of = |rows: &Vec<Row>| rows.binary_search(&row).is_ok();
        if is_of(&sources.disliked) {
            return Some(Stage::Disliked);
        }
        if is_of(&sources.bought) {
            return Some(Stage::Bought);
        }
        (self.blend.hide_seen && is_of(&sources.seen)).then_some(Stage::Seen)
    }

    /// Takes the scores of the chosen candidates apart.
    fn serve(&mut self, catalog: &Catalog, pins: &[Pin]) -> Vec<Served> {
        let Work { sources, f, shelf, notes, own, parts, .. } = &mut self.work;
        notes.clear();
        let slots = &mut self.slots;
        for (place, (_, i)) in shelf.iter().enumerate() {
            slots.set(f.rows[*i as usize], place);
        }
        for source in sources.list.iter().chain(sources.dislikes.iter().map(|d| &d.similar)) {
            let mut note = |row: Row, amount: u64| {
                if let Some(place) = slots.get(row) {
                    notes.push((place, (source.component_for(row), Subject::Product(source.row.0), amount as i64)));
                }
            };
            source.each(catalog, &self.tables, &mut note);
        }
        for (_, i) in &*shelf {
            slots.clear(&[f.rows[*i as usize]]);
        }
        notes.arrange_in(&mut slots.memory, |a, b| a.0.cmp(&b.0));
        let mut notes = notes.iter().peekable();
        let aims = sources.aims(catalog, &self.tables);
        let mut items = Vec::with_capacity(shelf.len());
        for (place, (score, i)) in shelf.iter().enumerate() {
            let (row, raw) = (f.rows[*i as usize], &f.raw[*i as usize]);
            own.clear();
            while let Some((_, note)) = notes.next_if(|(of, _)| *of == place) {
                own.push(*note);
            }
            if let Some(c) = catalog.category(row) {
                let prior = sources.prior_of(catalog, c) as i64;
                own.push((Component::Category, Subject::Category(c), raw[Component::Category as usize] as i64 - prior));
                own.push((Component::Category, sources.spoken_for(catalog, c), prior));
                let (popular, season) = season::popularity(catalog, &sources.season, row);
                if season != 0 {
                    own.push((Component::Popular, Subject::None, popular));
                    own.push((Component::Popular, Subject::Season(c), season));
                }
            }
            if let Some(b) = catalog.brand(row) {
                own.push((Component::Brand, Subject::Brand(b), raw[Component::Brand as usize] as i64));
            }
            own.push((Component::Price, Subject::None, raw[Component::Price as usize] as i64));
            let cosine = raw[Component::Embedding as usize];
            if cosine > 0 && !self.tables.embedding().is_empty() {
                // The product of this visit that does most to point at it.
                let (mut nearest, mut most) = (Subject::None, 0);
                for (step, weight, aim) in &aims {
                    let amount = self.tables.embedding().cosine(catalog.pack(), aim, row) * weight;
                    if amount > most {
                        (nearest, most) = (Subject::Product(step.0), amount);
                    }
                }
                own.push((Component::Embedding, nearest, cosine as i64));
            }
            for dislike in &sources.dislikes {
                let share = dislike.by_kind(catalog, row);
                if share > 0 {
                    own.push((Component::Disliked, Subject::Product(dislike.similar.row.0), share as i64));
                }
            }
            let value = f.lift[*i as usize];
            take_apart(f, *i as usize, &self.blend, own, *score - value, parts);
            if value != 0 {
                let (component, first) = (Component::Scene, parts.len() + 1);
                parts.push(Part { component, cause: None, value });
                for (pin, _, rule) in pins.iter().filter(|pin| pin.1 == row && pin.0 >= LIFT) {
                    parts.push(Part { component, cause: Some(Subject::Rule(*rule)), value: lift(*pin) });
                }
                parts[first..].arrange_by_key(|p| core::cmp::Reverse(p.value));
            }
            items.push(Served { row, score: unit(*score), parts: parts.clone() });
        }
        items
    }

    /// A given list in the order of this portrait; nothing where that knows nothing.
    pub fn rank(&mut self, catalog: &Catalog, portrait: &PortraitView<'_>, given: &[Row]) -> Ranking {
        if !portrait.is_known() {
            return Ranking::default();
        }
        let Work { sources, f, shelf, .. } = &mut self.work;
        sources.read(portrait, catalog, &self.blend, &Context::default());
        features(f, catalog, &self.tables, sources, &Pool::Given(given), &mut self.slots, &mut self.top);
        (0..f.rows.len()).map(|i| (f.score(i, &self.blend), i as u32)).refill(shelf);
        shelf.arrange_in(&mut sources.memory, |a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        Ranking { items: self.serve(catalog, &[]), personal: true, ..Ranking::default() }
    }

    /// Composes the published order, by popularity, of at most `most` products: without a look at the portrait.
    fn published(&mut self, catalog: &Catalog, query: &Query, most: usize) {
        let Work { f, order, .. } = &mut self.work;
        f.rows.clear();
        order.clear();
        for row in (0..catalog.len() as u32).map(Row) {
            if order.len() < most && stage_of_shop(catalog, query, row).is_none() {
                order.push((popularity(catalog, row), f.rows.len() as u32));
                f.rows.push(row);
            }
        }
        self.work.compose(catalog, query, None);
    }

    /// Brings the first places of a ranked list into an order that keeps to the query's quotas, and makes them diverse; what has none of them follows as it was, and
    /// so does what stands behind the first `ranked`.
    pub fn arrange(&mut self, catalog: &Catalog, list: &mut Ranking, query: &Query, ranked: usize) {
        let Work { f, order, .. } = &mut self.work;
        f.rows.clear();
        order.clear();
        for (item, i) in list.items.iter().zip(0..).take(ranked) {
            f.rows.push(item.row);
            order.push((item.parts.iter().map(|p| p.value).sum(), i));
        }
        self.work.compose(catalog, query, None);
        let Work { order, chosen, .. } = &self.work;
        list.relaxed = chosen.relaxed;
        let mut places = chosen.list.clone();
        for at in 0..list.items.len() {
            if !chosen.list.contains(&at) {
                places.push(at);
            }
        }
        let mut items = Vec::new();
        for at in places {
            let at = order.get(at).map_or(at, |(_, i)| *i as usize);
            let item = &mut list.items[at];
            items.push(Served { parts: core::mem::take(&mut item.parts), ..*item });
        }
        list.items = items;
    }

    /// The first stage that keeps `row` off the shelf of `query`: that without exploration, unless the exploring one shows it.
    pub fn why_not(
        &mut self,
        catalog: &Catalog,
        portrait: Option<&PortraitView<'_>>,
        query: &mut Query,
        row: Row,
    ) -> Stage {
        let draws = query.draws.take();
        let nobody = PortraitView::nobody();
        let Some(portrait) = known(portrait, &nobody, query) else {
            let stage = stage_of_shop(catalog, query, row);
            return stage.unwrap_or_else(|| {
                self.published(catalog, query, usize::MAX);
                self.work.stage(catalog, query, row)
            });
        };
        self.compose(catalog, portrait, query, usize::MAX);
        let stage = self.stage_before_rank(catalog, query, &self.work.sources, row);
        let stage = stage.unwrap_or_else(|| self.work.stage(catalog, query, row));
        if draws.is_none() {
            return stage;
        }
        query.draws = draws;
        self.compose(catalog, portrait, query, usize::MAX);
        match (self.work.stage(catalog, query, row), stage) {
            (shown @ Stage::Shown(_), _) => shown,
            (_, Stage::Shown(at)) => Stage::Explored(at),
            _ => stage,
        }
    }
}

/// Brings candidates in their order and forgets all but the `most` best. Gives the score of the last.
fn best_first(order: &mut Vec<(i64, u32)>, rows: &[Row], most: usize, memory: &mut Scratch) -> i64 {
    // Ties by row, which is the published order.
    order.arrange_in(memory, |a, b| b.0.cmp(&a.0).then_with(|| rows[a.1 as usize].cmp(&rows[b.1 as usize])));
    order.truncate(most);
    order.last().map_or(i64::MIN, |last| last.0)
}

/// What is known of the shopper: nothing is enough where the page shows something. `None` where there is nothing to go by.
fn known<'a, 'b>(
    portrait: Option<&'a PortraitView<'b>>,
    nobody: &'a PortraitView<'b>,
    query: &Query,
) -> Option<&'a PortraitView<'b>> {
    let portrait = portrait.filter(|p| p.is_known());
    let plain = query.context.rows.is_empty() && query.limits.pins.iter().all(|pin| pin.0 < LIFT);
    if plain { portrait } else { portrait.or(Some(nobody)) }
}

/// What the shop itself says about showing a product: market, stock, and the query's own limits.
fn stage_of_shop(catalog: &Catalog, query: &Query, row: Row) -> Option<Stage> {
    match catalog.availability(row) {
        Availability::NotSold => return Some(Stage::NotSoldHere),
        Availability::OutOfStock => return Some(Stage::OutOfStock),
        Availability::Hidden => return Some(Stage::Hidden),
        Availability::InStock | Availability::Preorder | Availability::Backorder => {}
    }
    if query.exclude.contains(&row) {
        return Some(Stage::Excluded);
    }
    if query.shown.contains(&row) {
        return Some(Stage::ContextItem);
    }
    if query.category.is_some_and(|c| !catalog.is_in(row, c)) {
        return Some(Stage::OtherCategory);
    }
    if query.only.as_ref().is_some_and(|only| only.binary_search(&row.0).is_err()) {
        return Some(Stage::NoMatch);
    }
    for hidden in &query.hidden {
        if hides(catalog, hidden, row) {
            return Some(Stage::Rule(hidden.2));
        }
    }
    None
}

/// The score of a product in the published order.
fn popularity(catalog: &Catalog, row: Row) -> i64 {
    i64::from(catalog.popularity(row)) << 4
}

fn published_item(catalog: &Catalog, row: Row) -> Served {
    let value = popularity(catalog, row);
    let part = |cause| Part { component: Component::Popular, cause, value };
    let parts = if value == 0 { Vec::new() } else { vec![part(None), part(Some(Subject::None))] };
    Served { row, score: unit(value), parts }
}
