//! Shelves and re-ranked lists, and the reasons behind them.

use super::{Engine, Request};
use crate::catalog::{Described, Price};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::money::Minor;
use crate::order::Arrange;
use crate::rank::{
    Component, Drawn, Features, HIDE, Limits, Node, PIN, Part, Query, Ranking, Served, Stage, Subject, explain,
};
use crate::time::Millis;
use alloc::vec::Vec;

/// Lists whose reasons are kept.
const KEPT: usize = 16;

/// A list whose reasons are kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) id: u32,
    pub(super) items: Vec<Served>,
    /// Those of the items that the pack does not have, by key.
    pub(super) others: Vec<(Key, Row)>,
    pub(super) new_since: u32,
}

/// The one-line reason of an item. The numbers are the boundary's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Because {
    /// Is popular.
    Popular = 0,
    /// Usually follows a product of this visit.
    Next = 1,
    /// Goes with a product of this visit.
    Together = 2,
    /// Was seen in this visit.
    Again = 3,
    /// Was turned to in earlier visits.
    History = 4,
    /// Goes with a product of earlier visits.
    HistoryTogether = 5,
    /// Lies in a category the shopper likes.
    Category = 6,
    /// Is of a brand the shopper likes.
    Brand = 7,
    /// Stands where the host put it.
    Given = 8,
    /// Is like a product of this visit.
    Similar = 9,
    /// Lies in a category that what the shopper declared speaks for.
    Declared = 10,
    /// Is lifted by a scene that holds.
    Scene = 11,
    /// Is of a price that the shopper turns to.
    Price = 12,
    /// Lies in a category that shoppers like this one turn to.
    Cluster = 13,
}

/// What a host says of an item of a list that the pack does not have.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawDescription<'a> {
    /// Where its id stands in the list.
    pub place: u32,
    /// Category path in the pack's first language, or empty.
    pub category: &'a str,
    /// Brand, or empty.
    pub brand: &'a str,
    /// Price, or none.
    pub price: Option<Minor>,
}

/// What is asked of a given list beside its order.
#[derive(Debug, Clone, Default)]
pub struct Arranged<'a> {
    /// Ids to leave out.
    pub exclude: Vec<&'a str>,
    /// Most products of one category, one brand, one store; 0 for any number. What is beyond comes behind the others, or nowhere with a limit.
    pub quotas: [u32; 3],
    /// How much unlike one another the first items should be, 0–65536.
    pub diversity: u32,
    /// Items wanted, at most 200; 0 for all.
    pub limit: usize,
    /// The list gets no number and no room among those that [`Engine::why`] knows, and is none that was shown.
    pub unkept: bool,
}

/// An item of a shelf, in the pack's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShelfItem {
    /// Which product; `None` for a given id that the pack does not have.
    pub row: Option<Row>,
    /// Place in the given list.
    pub given: u32,
    /// The variant to show: an index among the product's.
    pub variant: u32,
    /// What it costs.
    pub price: Price,
    /// Score; [`Engine::why`] takes it apart.
    pub score: f64,
    /// The strongest reason…
    pub because: Because,
    /// …and what it points to.
    pub subject: Subject,
    /// New, on a shelf that keeps places for new products.
    pub arrival: bool,
}

/// A shelf, or a re-ranked list.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    /// Number for [`Engine::why`].
    pub id: u32,
    /// True when the portrait was read.
    pub personal: bool,
    /// What of the request could not be met, in the bits of [`Ranking::relaxed`].
    pub relaxed: u8,
    /// Best first.
    pub items: Vec<ShelfItem>,
    /// True while a shard that could hold something for it is not open.
    pub partial: bool,
    /// How each item came to its place, on a shelf that explores; else empty.
    pub drawn: Vec<Drawn>,
}

impl Engine {
    /// A shelf: personal where the shopper allowed it and something is known, else the published order.
    pub fn recommend(&mut self, now: Millis, request: &Request<'_>) -> Shelf {
        self.tick(now);
        let Some(query) = self.query(request) else {
            let relaxed = if request.pins.iter().any(|pin| pin.1 < HIDE) { PIN } else { 0 };
            return self.keep(Ranking { relaxed, ..Ranking::default() }, Vec::new(), None);
        };
        let ranking = match self.consent.may_personalize().filter(|_| !request.neutral) {
            Some(allowed) => {
                let view = self.portrait.view(&allowed);
                self.ranker.recommend(&self.catalog, Some(&view), &query)
            }
            None => self.ranker.recommend(&self.catalog, None, &query),
        };
        if request.unkept {
            return self.shelf(0, &ranking, query.category);
        }
        self.keep(ranking, Vec::new(), query.category)
    }

    /// The products whose vectors are nearest to the sum of these products', with the cosine (0–1), best first, ties in the published
    /// order: at most `limit` (1–200), these products among them. Empty for a pack without vectors. Reads no portrait.
    #[cfg(feature = "vectors")]
    pub fn nearest(&mut self, ids: &[&str], limit: usize) -> Vec<(Row, f64)> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(found) = self.catalog.find(id) {
                rows.push(found.row);
            }
        }
        self.ranker.nearest(&self.catalog, &rows, limit, self.reach)
    }

    /// How many products a search goes through, the most popular; all of them but while a host warms up.
    #[cfg(feature = "vectors")]
    pub fn set_reach(&mut self, products: usize) {
        self.reach = products;
    }

    /// What the components say about a query's candidates: for tuning.
    pub fn features(&mut self, request: &Request<'_>) -> Option<Features> {
        let (query, allowed) = (self.query(request)?, self.consent.may_personalize()?);
        let view = self.portrait.view(&allowed);
        Some(self.ranker.features(&self.catalog, &view, &query))
    }

    /// Gives the list a number and keeps its reasons.
    fn keep(&mut self, ranking: Ranking, others: Vec<(Key, Row)>, category: Option<u32>) -> Shelf {
        self.last_served = self.last_served.wrapping_add(1).max(1);
        if let Some(allowed) = self.consent.may_personalize() {
            self.portrait.follow_list(&allowed, self.clock, None);
        }
        let shelf = self.shelf(self.last_served, &ranking, category);
        if self.served.len() >= KEPT {
            self.served.pop_front();
        }
        self.served.push_back(Kept {
            id: self.last_served,
            items: ranking.items,
            others,
            new_since: ranking.new_since,
        });
        shelf
    }

    /// Forgets the lists that were served, and what the last was made from.
    pub(super) fn forget_lists(&mut self) {
        self.served.clear();
        self.ranker.forget();
    }

    fn shelf(&self, id: u32, ranking: &Ranking, category: Option<u32>) -> Shelf {
        let mut items = Vec::with_capacity(ranking.items.len());
        for s in &ranking.items {
            items.push(self.item(s, ranking.new_since));
        }
        Shelf {
            id,
            personal: ranking.personal,
            relaxed: ranking.relaxed,
            items,
            drawn: ranking.drawn.clone(),
            partial: self.is_partial(category),
        }
    }

    fn item(&self, served: &Served, new_since: u32) -> ShelfItem {
        let (because, subject) = because(&served.parts);
        let (c, row, score) = (&self.catalog, served.row, served.score);
        let other = row.0.checked_sub(c.len() as u32);
        if let Some(given) = other {
            let price = Price::default();
            return ShelfItem { row: None, given, variant: 0, price, score, because, subject, arrival: false };
        }
        let variant = c.best_variant(row) - c.variants_of(row).start;
        let (price, arrival) = (c.price(row), c.is_new(row, new_since));
        ShelfItem { row: Some(row), given: 0, variant, price, score, because, subject, arrival }
    }

    /// Re-ranks a list of ids, each once; in a personal order variants of one product stand together, and count once in a quota. Of an id the pack does not have, what the host says of it counts (`described`, in the order of
    /// their places); without a word on it, it follows the others in the order given.
    pub fn rank(&mut self, now: Millis, neutral: bool, ids: &[&str], described: &[RawDescription<'_>]) -> Shelf {
        self.rank_arranged(now, neutral, ids, described, &Arranged::default())
    }

    /// The same without some of them, and with the first places (`limit`, or 200) kept to quotas and made diverse. Quotas and what is left out hold in the given
    /// order too, diversity in a personal one only.
    pub fn rank_arranged(
        &mut self,
        now: Millis,
        neutral: bool,
        ids: &[&str],
        described: &[RawDescription<'_>],
        wish: &Arranged<'_>,
    ) -> Shelf {
        self.tick(now);
        let known = self.catalog.len() as u32;
        let described = described.iter().map(|d| self.describe(known, d)).gather();
        self.catalog.describe(described);
        // Where each known id stands, and which variant it names.
        let mut given: Vec<(Row, u32, Option<u32>)> = Vec::with_capacity(ids.len());
        let (mut taken, mut left_out) = (Vec::with_capacity(ids.len()), Vec::new());
        let (mut all, mut rows, mut others, mut last) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for id in &wish.exclude {
            let found = self.find(id);
            insert(&mut left_out, (found.map_or_else(|| Key::product(id), |f| self.catalog.key(f.row)), u32::MAX));
        }
        for (id, i) in ids.iter().zip(0..) {
            let found = self.find(id);
            let key = found.map_or_else(|| Key::product(id), |f| self.catalog.key(f.row));
            if left_out.binary_search(&(key, u32::MAX)).is_ok() {
                continue;
            }
            let variant = found.and_then(|f| f.variant);
            let new_variant = variant.is_some_and(|v| insert(&mut taken, (key, v)));
            let new_product = insert(&mut taken, (key, u32::MAX));
            let row = found.map_or(Row(known + i), |f| f.row);
            if row.0 < known && (new_product || new_variant) {
                given.push((row, i, variant));
            }
            if !new_product {
                continue;
            }
            if row.0 >= known {
                others.push((key, row));
            }
            if row.0 < known || self.catalog.described(row).is_some() {
                rows.push(row);
            } else {
                last.push(row);
            }
            all.push(row);
        }
        let mut ranking = match self.consent.may_personalize().filter(|_| !neutral) {
            Some(allowed) => {
                let view = self.portrait.view(&allowed);
                self.ranker.rank(&self.catalog, &view, &rows)
            }
            None => Ranking::default(),
        };
        if !ranking.personal {
            // The given order, as a whole.
            last = all;
        }
        for row in &last {
            ranking.items.push(Served { row: *row, score: 0.0, parts: Vec::new() });
        }
        let limits = Limits { quotas: wish.quotas, ..Limits::default() };
        if wish.diversity > 0 || !limits.is_empty() {
            let limit = if wish.limit > 0 { wish.limit } else { usize::MAX };
            // In the host's order nothing is moved apart, and what nobody knows stays behind the others.
            let (diversity, ranked) = if ranking.personal { (wish.diversity, rows.len()) } else { (0, usize::MAX) };
            let query = Query { limit, limits, diversity, ..Query::default() };
            self.ranker.arrange(&self.catalog, &mut ranking, &query, ranked);
        }
        if wish.limit > 0 {
            ranking.items.truncate(wish.limit);
        }
        let mut shelf = if wish.unkept { self.shelf(0, &ranking, None) } else { self.keep(ranking, others, None) };
        // Variants stand where their product does. Of a quota they take one place, and the others stand behind all.
        given.arrange_by_key(|g| (g.0, g.1));
        let (mut items, mut behind) = (Vec::with_capacity(shelf.items.len()), Vec::new());
        for item in &shelf.items {
            let Some(row) = item.row else {
                items.push(*item);
                continue;
            };
            let from = given.partition_point(|g| g.0 < row);
            let variants = self.catalog.variants_of(row);
            for (n, (_, place, variant)) in given[from..].iter().take_while(|g| g.0 == row).enumerate() {
                let mut one = ShelfItem { given: *place, ..*item };
                if let Some(v) = variant {
                    (one.variant, one.price) = (*v, self.catalog.price_of(variants.start + v));
                }
                if n == 0 || wish.quotas == [0; 3] {
                    items.push(one);
                } else {
                    behind.push(one);
                }
            }
        }
        items.append(&mut behind);
        if !shelf.personal && wish.quotas == [0; 3] {
            items.arrange_by_key(|item| item.given);
        }
        if wish.limit > 0 {
            items.truncate(wish.limit);
        }
        shelf.items = items;
        shelf
    }

    /// A description in the pack's numbers.
    fn describe(&self, known: u32, d: &RawDescription<'_>) -> Described {
        Described { price: d.price, ..self.catalog.place(Row(known.saturating_add(d.place)), d.category, d.brand) }
    }

    /// The tree behind a served item: its root's value is the item's score.
    ///
    /// # Errors
    ///
    /// `not_served` when that list is no longer kept or the item was not on it.
    pub fn why(&self, served: u32, id: &str) -> Result<Node> {
        let missing = || Error::new(Code::NotServed, "no such list, or the item is not on it.");
        let Kept { items, others, new_since, .. } =
            self.served.iter().find(|list| list.id == served).ok_or_else(missing)?;
        let key = Key::product(id);
        let other = || others.iter().find(|o| o.0 == key).map(|o| o.1);
        // An id that the list had no product for may be a new item's by now, in a row that was another's.
        let found = || self.catalog.find(id).map(|f| f.row).filter(|row| others.iter().all(|o| o.1 != *row));
        let row = other().or_else(found).ok_or_else(missing)?;
        let item = items.iter().find(|s| s.row == row).ok_or_else(missing)?;
        let mut tree = explain(&item.parts);
        if self.catalog.is_new(row, *new_since) {
            // What brought it may be that it is new; its score is none of that.
            tree.children.push(Node { code: "arrival", subject: Subject::None, value: 0.0, children: Vec::new() });
        }
        Ok(tree)
    }

    /// The stage that keeps a product off a shelf, and the place it has.
    pub fn why_not(&mut self, now: Millis, request: &Request<'_>, id: &str) -> Stage {
        self.tick(now);
        let Some(found) = self.find(id) else {
            return if self.is_closed(id) { Stage::ShardClosed } else { Stage::UnknownItem };
        };
        let Some(mut query) = self.query(request) else { return Stage::OtherCategory };
        match self.consent.may_personalize().filter(|_| !request.neutral) {
            Some(allowed) => {
                let view = self.portrait.view(&allowed);
                self.ranker.why_not(&self.catalog, Some(&view), &mut query, found.row)
            }
            None => self.ranker.why_not(&self.catalog, None, &mut query, found.row),
        }
    }
}

/// Puts a product, or a variant of it, into a sorted list; false where it is there.
#[inline(never)]
fn insert(list: &mut Vec<(Key, u32)>, new: (Key, u32)) -> bool {
    let place = list.binary_search(&new);
    if let Err(at) = place {
        list.insert(at, new);
    }
    place.is_err()
}

/// The strongest part of the strongest component.
fn because(parts: &[Part]) -> (Because, Subject) {
    let (mut strongest, mut most) = (None, i64::MIN);
    for (i, p) in parts.iter().enumerate() {
        if p.cause.is_none() && p.value > most && (p.value > 0 || p.component != Component::Scene) {
            (strongest, most) = (Some(i), p.value);
        }
    }
    let Some(at) = strongest else { return (Because::Given, Subject::None) };
    let subject = parts.get(at + 1).and_then(|p| p.cause).unwrap_or(Subject::None);
    let because = match parts[at].component {
        Component::Category if matches!(subject, Subject::Everyone(_)) => return (Because::Popular, Subject::None),
        Component::Category if matches!(subject, Subject::Declared(_)) => Because::Declared,
        Component::Category if matches!(subject, Subject::Cluster(_)) => Because::Cluster,
        Component::Scene => Because::Scene,
        Component::Next | Component::NextVisit => Because::Next,
        Component::Together | Component::TogetherVisit | Component::Linear => Because::Together,
        Component::Similar | Component::Embedding => Because::Similar,
        Component::Again | Component::Return => Because::Again,
        Component::History => Because::History,
        Component::HistoryTogether => Because::HistoryTogether,
        Component::Category => Because::Category,
        Component::Brand => Because::Brand,
        Component::Price => Because::Price,
        Component::Popular | Component::Recent => Because::Popular,
        Component::Given | Component::Disliked => Because::Given,
    };
    (because, subject)
}
