//! The engine: owns one shelf's state and orders the calls. It knows no host.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
mod checkout;
mod declare;
mod identity;
mod insight;
mod overlay;
mod rehearse;
mod reporting;
mod request;
mod shards;
mod tags;
mod track;

pub use checkout::{Coupon, MarketOffers, RawCart, RawLine};
pub use identity::{Identified, RawOrder, Synced};
pub use insight::{Asked, Names};
pub use reporting::{Reported, withdrawn};
pub use request::Request;
pub use shards::Wish;
pub use tags::{FOREVER, HiddenTag, RuleAsked, RuleState, TagWish};
pub use track::Tracked;

use crate::catalog::{Catalog, Described, Price};
use crate::error::{Code, Error, Result};
use crate::event::CONTENT_KINDS;
use crate::event::clean::Drop;
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::money::{self, Minor};
use crate::order::Arrange;
use crate::pack::{Pack, Tag};
use crate::privacy::consent::Consent;
use crate::profile::{Dimension, Portrait, PortraitView, ProfileConfig, Trait, decay};
use crate::rank::{
    Blend, Component, Drawn, Explorations, Features, Node, Part, Ranker, Ranking, Served, Stage, Subject, Tables,
    explain, nearest,
};
use crate::text::{concat, decimal};
use crate::time::Millis;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;

/// Lists whose reasons are kept.
const KEPT: usize = 16;
/// Traits shown of each dimension.
const SHOWN: usize = 24;

/// One shop's shelf for one shopper.
///
/// # Example: from a pack to a shelf
///
/// ```
/// use nearshelf::engine::{Engine, Request};
/// use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
/// use nearshelf::{privacy::consent::Consent, time::Millis};
/// let pack = include_bytes!("../tests/compat/pack-v1.pack").to_vec();
/// let mut shelf = Engine::open(pack)?;
/// let now = Millis(1_760_000_000_000);
/// shelf.set_consent(Consent::all());
/// let first = shelf.catalog().id(nearshelf::id::Row(0)).to_string();
/// let item = RawItem { id: &first, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
/// let view = RawEvent { name: "view_item", event_id: "", at: f64::NAN, items: vec![item], details: RawDetails::default() };
/// assert_eq!(shelf.track(now, &[view]).accepted, 1);
/// let home = shelf.recommend(now, &Request { limit: 12, ..Request::default() });
/// assert!(home.personal && home.items.len() == 12);
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    catalog: Catalog,
    ranker: Ranker,
    config: ProfileConfig,
    consent: Consent,
    portrait: Portrait,
    served: VecDeque<Kept>,
    last_served: u32,
    dropped: [u32; Drop::COUNT],
    clock: Millis,
    offers: Option<Rc<MarketOffers>>,
    /// Shards that are open, and those that calls asked for, the latest last.
    opened: Vec<usize>,
    asked: Vec<usize>,
    explorations: Explorations,
    rehearsal: Option<Box<rehearse::Known>>,
}

/// A list whose reasons are kept.
#[derive(Debug, Clone)]
struct Kept {
    id: u32,
    items: Vec<Served>,
    /// Those of the items that the pack does not have, by key.
    others: Vec<(Key, Row)>,
    new_since: u32,
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

/// A trait as the shopper sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitView {
    /// Product id, category path, brand or `low-high` in minor units; empty when the pack does not have it.
    pub key: String,
    /// Its name in the view's language.
    pub label: String,
    /// Share of its list, 0–1.
    pub share: f64,
    /// Events behind it.
    pub events: u32,
    /// The last of them.
    pub last: Millis,
}

/// The portrait as the shopper sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PortraitSummary {
    /// Events taken in.
    pub events: u32,
    /// Visits seen.
    pub sessions: u32,
    /// Newest event.
    pub updated: Option<Millis>,
    /// Of each [`Dimension`], strongest first.
    pub traits: [Vec<TraitView>; Dimension::COUNT],
    /// Product ids of this visit, oldest first; unknown ones left out.
    pub visit: Vec<String>,
    /// The kind of shoppers that is nearest.
    pub cluster: Option<ClusterView>,
}

/// A kind of shoppers, as the shopper sees that it is the nearest.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterView {
    /// Its name: the category by which it differs most from everyone, by path.
    pub id: String,
    /// Share of shoppers that are of it, 0–1.
    pub share: f64,
    /// How much nearer it is than the next, 0–1.
    pub confidence: f64,
    /// The latest event that speaks for or against it.
    pub last: Millis,
}

impl Engine {
    /// A shelf over a pack's bytes, with nothing consented to.
    ///
    /// # Errors
    ///
    /// As [`Pack::open`] and [`Catalog::open`].
    pub fn open(pack: Vec<u8>) -> Result<Engine> {
        let pack = Pack::open(pack)?;
        let malformed = |_| Error::new(Code::PackMalformed, "section BLND or CONF cannot be read.");
        let blend = pack.section(Tag::BLEND, 0).map(Blend::read).transpose().map_err(malformed)?.unwrap_or_default();
        let config =
            pack.section(Tag::CONFIG, 0).map(ProfileConfig::read).transpose().map_err(malformed)?.unwrap_or_default();
        let catalog = Catalog::open(pack)?;
        let tables = Tables::open(catalog.pack(), catalog.len())?;
        let repeat = request::repeat(&catalog)?;
        let explorations = Explorations::read(catalog.pack().section(Tag::EXPLORE, 0).unwrap_or_default());
        Ok(Engine {
            ranker: Ranker::new(tables, blend, repeat),
            portrait: Portrait::new(config.clone()),
            catalog,
            config,
            explorations,
            rehearsal: None,
            consent: Consent::default(),
            served: VecDeque::new(),
            last_served: 0,
            dropped: [0; Drop::COUNT],
            clock: Millis(i64::MIN),
            offers: None,
            opened: Vec::new(),
            asked: Vec::new(),
        })
    }

    /// The products, in the present market and language.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The weights in use.
    pub fn blend(&self) -> &Blend {
        self.ranker.blend()
    }

    /// Ranks with other weights from now on: for tuning.
    pub fn set_blend(&mut self, blend: Blend) {
        self.ranker.set_blend(blend);
    }

    /// How shelves explore.
    pub fn explorations(&self) -> &Explorations {
        &self.explorations
    }

    /// Explores otherwise than the pack says from now on: to measure what it costs.
    pub fn set_explorations(&mut self, explorations: Explorations) {
        self.explorations = explorations;
    }

    /// What the shopper decided.
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Takes over what the shopper decided. Without `personalize` the portrait goes at once.
    pub fn set_consent(&mut self, consent: Consent) {
        self.consent = consent;
        if consent.may_personalize().is_none() {
            self.forget();
        }
    }

    /// Looks at the pack in another market and language; empty ones stay as they are.
    ///
    /// # Errors
    ///
    /// `unknown_market`, `unknown_language`; the view stays as it was.
    pub fn set_view(&mut self, market: &str, language: &str) -> Result<()> {
        let (market, language) = (self.catalog.market_named(market)?, self.catalog.language_named(language)?);
        self.offers = None;
        self.catalog.set_view(market, language)
    }

    /// The host's clock, which never runs backwards here.
    fn tick(&mut self, now: Millis) -> Millis {
        self.clock = self.clock.max(now);
        self.catalog.settle(self.clock);
        self.clock
    }

    /// A shelf: personal where the shopper allowed it and something is known, else the published order.
    pub fn recommend(&mut self, now: Millis, request: &Request<'_>) -> Shelf {
        self.tick(now);
        let Some(query) = self.query(request) else {
            return self.keep(Ranking::default(), Vec::new(), None);
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
        self.nearest_among(usize::MAX, ids, limit)
    }

    #[cfg(feature = "vectors")]
    fn nearest_among(&mut self, products: usize, ids: &[&str], limit: usize) -> Vec<(Row, f64)> {
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(found) = self.catalog.find(id) {
                rows.push(found.row);
            }
        }
        self.ranker.nearest(&self.catalog, &rows, limit, products)
    }

    /// Asks once for what is nearest to the first product, among as many as make JavaScriptCore compile the loop over them, and forgets the
    /// answer: a page's first query then finds its functions compiled. For hosts that compile where they run.
    #[cfg(feature = "vectors")]
    pub fn warm_up(&mut self) {
        if !self.catalog.is_empty() {
            let id = String::from(self.catalog.id(Row(0)));
            self.nearest_among(2048, &[&id], 20);
        }
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

    fn shelf(&self, id: u32, ranking: &Ranking, category: Option<u32>) -> Shelf {
        Shelf {
            id,
            personal: ranking.personal,
            relaxed: ranking.relaxed,
            items: ranking.items.iter().map(|s| self.item(s, ranking.new_since)).gather(),
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

    /// Re-ranks a list of ids, each once. Of an id the pack does not have, what the host says of it counts (`described`, in the order of
    /// their places); without a word on it, it follows the others in the order given.
    pub fn rank(&mut self, now: Millis, neutral: bool, ids: &[&str], described: &[RawDescription<'_>]) -> Shelf {
        self.tick(now);
        let known = self.catalog.len() as u32;
        let described = described.iter().map(|d| self.describe(known, d)).gather();
        self.catalog.describe(described);
        let mut given: Vec<(Row, u32)> = Vec::with_capacity(ids.len());
        let mut taken = Vec::with_capacity(ids.len());
        let (mut rows, mut others, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for (id, i) in ids.iter().zip(0..) {
            let row = self.find(id).map(|f| f.row);
            let key = row.map_or_else(|| Key::product(id), |r| self.catalog.key(r));
            if let Err(at) = taken.binary_search(&key) {
                taken.insert(at, key);
                let row = row.unwrap_or(Row(known + i));
                if row.0 < known {
                    given.push((row, i));
                } else {
                    others.push((key, row));
                }
                if row.0 < known || self.catalog.described(row).is_some() {
                    rows.push(row);
                } else {
                    last.push(Served { row, score: 0.0, parts: Vec::new() });
                }
            }
        }
        let mut ranking = match self.consent.may_personalize().filter(|_| !neutral) {
            Some(allowed) => {
                let view = self.portrait.view(&allowed);
                self.ranker.rank(&self.catalog, Some(&view), &rows)
            }
            None => self.ranker.rank(&self.catalog, None, &rows),
        };
        ranking.items.append(&mut last);
        let mut shelf = self.keep(ranking, others, None);
        for item in &mut shelf.items {
            if let Some((_, i)) = given.iter().find(|(row, _)| Some(*row) == item.row) {
                item.given = *i;
            }
        }
        if !shelf.personal {
            // The given order, as a whole.
            shelf.items.arrange_by_key(|i| i.given);
        }
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
        let Some(found) = self.find(id) else { return Stage::UnknownItem };
        let Some(mut query) = self.query(request) else { return Stage::Excluded };
        match self.consent.may_personalize().filter(|_| !request.neutral) {
            Some(allowed) => {
                let view = self.portrait.view(&allowed);
                self.ranker.why_not(&self.catalog, Some(&view), &mut query, found.row)
            }
            None => self.ranker.why_not(&self.catalog, None, &mut query, found.row),
        }
    }

    /// The portrait for the shopper to see; empty without consent.
    pub fn portrait(&mut self, now: Millis) -> PortraitSummary {
        self.tick(now);
        let Some(allowed) = self.consent.may_personalize() else { return PortraitSummary::default() };
        let view = self.portrait.view(&allowed);
        let c = &self.catalog;
        let id_of = |k: Key| c.row_of(k).map(|row| c.id(row).to_string());
        let visit = view.visit.steps.iter().filter_map(|m| id_of(m.key)).gather();
        let traits = Dimension::ALL.map(|d| {
            let affinity = view.affinity(d);
            let total = affinity.total();
            affinity.strongest(SHOWN).iter().map(|t| trait_view(c, &self.config, d, t, total)).gather()
        });
        let cluster = nearest(&view, c).map(|n| ClusterView {
            id: n.name.to_string(),
            share: f64::from(n.share) / 1e4,
            confidence: f64::from(n.confidence) / 65_536.0,
            last: n.last,
        });
        let PortraitView { events, sessions, updated, .. } = view;
        PortraitSummary { events, sessions, updated, traits, visit, cluster }
    }

    /// What was dropped or noted since the start, by code.
    pub fn diagnostics(&self) -> Vec<(&'static str, u32)> {
        let mut all: Vec<_> = Drop::ALL.into_iter().map(|d| (d.code(), self.dropped[d as usize])).gather();
        all.retain(|(_, n)| *n > 0);
        all.arrange_by(Ord::cmp);
        all
    }

    /// The portrait as bytes, for the host to keep.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    pub fn snapshot(&mut self) -> Result<Vec<u8>> {
        self.consent.may_personalize().ok_or_else(no_consent)?;
        Ok(self.portrait.snapshot())
    }

    /// Takes a portrait back.
    ///
    /// # Errors
    ///
    /// `consent_required`, `bad_snapshot`; the portrait stays as it was.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        self.consent.may_personalize().ok_or_else(no_consent)?;
        self.portrait = Portrait::restore(self.config.clone(), bytes)?;
        Ok(())
    }

    /// Empties the portrait and the reasons that were drawn from it; even the latest time seen goes.
    pub fn forget(&mut self) {
        // What waits for the end of a rehearsal goes too; overlays, which are the shop's, come back.
        self.rehearse(false);
        self.clock = Millis(i64::MIN);
        self.portrait = Portrait::new(self.config.clone());
        self.served.clear();
        self.asked.clear();
    }
}

fn no_consent() -> Error {
    Error::new(Code::ConsentRequired, "there is no portrait without consent to personalize.")
}

/// The strongest part of the strongest component.
fn because(parts: &[Part]) -> (Because, Subject) {
    let strongest =
        parts.iter().rev().filter(|p| p.value > 0 || p.component != Component::Scene).max_by_key(|p| p.value);
    let Some(part) = strongest else { return (Because::Given, Subject::None) };
    let subject = part.from.first().map_or(Subject::None, |(s, _)| *s);
    let because = match part.component {
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

/// A trait's id and label in the present market and language; empty where the pack does not know it.
fn trait_name(c: &Catalog, config: &ProfileConfig, d: Dimension, trait_key: Key) -> (String, String) {
    let named = |key: &str, label: &str| (key.to_string(), label.to_string());
    match d {
        Dimension::Item => c.row_of(trait_key).map(|row| named(c.id(row), c.title(row))),
        Dimension::Category | Dimension::Topic => {
            c.category_of_key(trait_key).map(|x| named(c.category_path(x), c.category_label(x)))
        }
        Dimension::Brand => c.brand_of_key(trait_key).map(|x| named(c.brand_name(x), c.brand_name(x))),
        Dimension::PriceBand => {
            let currency = &c.market().currency;
            let band = (0..128).find(|b| Key::price_band(currency, *b) == trait_key);
            band.map(|b| {
                let (low, high) = money::band_limits(b);
                let text = concat(&[&decimal(low), "-", &decimal(high - 1)]);
                named(&text, &text)
            })
        }
        Dimension::Tag => c.tag_of_key(trait_key).map(|tag| named(tag, tag)),
        Dimension::Hour | Dimension::Weekday => {
            let text = decimal(trait_key.0 as i64);
            Some(named(&text, &text))
        }
        Dimension::Channel | Dimension::ShareChannel => {
            let listed = config.channels.iter().find(|name| Key::channel(name) == trait_key);
            let name = listed.map_or(track::OTHER, String::as_str);
            Some(named(name, name))
        }
        Dimension::Content => CONTENT_KINDS.get(trait_key.0 as usize).map(|kind| named(kind, kind)),
    }
    .unwrap_or_default()
}

fn trait_view(c: &Catalog, config: &ProfileConfig, d: Dimension, t: &Trait, total: u128) -> TraitView {
    let (key, label) = trait_name(c, config, d, t.key);
    let share = decay::share(t.value, total, 1_000_000) as f64 / 1e6;
    TraitView { key, label, share, events: t.events, last: t.last }
}
