//! What happened so far, in counts and sums: all that traits of a whole shopper are computed from.
//!
//! Sums commute, so that an order of last year fits at any time. Only visits, channels and the open cart need events in order of time; they
//! look at what settles in that order, and not at what comes from elsewhere later.

use super::ProfileConfig;
use super::orders::{Order, Orders, Refunded};
use super::portrait::{Facts, Pending, TAKEN_BACK};
use super::visits::Visits;
use crate::event::EventKind;
use crate::id::Key;
use crate::time::{DAY, MINUTE, Millis};
use alloc::vec::Vec;

/// Categories whose orders are dated.
pub(super) const CATEGORIES: usize = 64;
/// Products whose orders are counted, and pairs of them.
pub(super) const PRODUCTS: usize = 128;
/// Products of an order whose pairs are counted: its first ones.
const PAIRED: usize = 12;
/// Categories about which there are opinions, and one for all.
pub(super) const OPINIONS: usize = 33;
/// The opinion that 4 of 5 tells, from which on an answer is a satisfied one.
const SATISFIED: i8 = 50;
/// Days that are counted one by one: nine weeks.
pub const DAYS: usize = 63;

/// How often, from when, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How often.
    pub n: u32,
    /// The first time; meaningless when there was none.
    pub first: Millis,
    /// The last time.
    pub last: Millis,
}

impl Count {
    pub(super) fn add(&mut self, at: Millis) {
        (self.first, self.last) = if self.n == 0 { (at, at) } else { (self.first.min(at), self.last.max(at)) };
        self.n = self.n.saturating_add(1);
    }
}

/// When and how often one thing was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rhythm {
    /// A category, a product, or [two products](pair).
    pub key: Key,
    /// Orders with it.
    pub orders: Count,
}

/// The key of two products, in either order.
pub fn pair(a: Key, b: Key) -> Key {
    Key(a.0 ^ b.0)
}

/// What the shopper thinks of a category; all of them under [`EVERYTHING`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opinion {
    /// The category.
    pub category: Key,
    /// Sum of opinions, each from −100 to 100.
    pub sum: i64,
    /// How many, from when, until when.
    pub count: Count,
}

/// Stands for all categories in [`History::opinions`].
pub const EVERYTHING: Key = Key(0);

/// What is counted by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Series {
    /// Events of any kind.
    Events = 0,
    /// Visits that began.
    Visits = 1,
    /// Steps: products turned to.
    Steps = 2,
    /// Products put into the cart.
    Carts = 3,
    /// Orders.
    Orders = 4,
}

/// One day's counts, by [`Series`].
pub type Day = [u16; 5];

/// The latest 63 local days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days {
    /// Number of the newest day since 1970-01-01, local time.
    pub newest: i64,
    /// Counts, the newest day first.
    pub counts: Vec<Day>,
}

impl Days {
    pub(super) fn add(&mut self, day: i64, what: Series) {
        if self.counts.is_empty() {
            self.newest = day;
        }
        let ahead = day.saturating_sub(self.newest).clamp(0, DAYS as i64) as usize;
        if ahead > 0 {
            self.counts.splice(0..0, core::iter::repeat_n([0; 5], ahead));
            self.newest = day;
        }
        self.counts.truncate(DAYS);
        let back = self.newest - day;
        let Ok(i @ 0..DAYS) = usize::try_from(back) else { return };
        if i >= self.counts.len() {
            self.counts.resize(i + 1, [0; 5]);
        }
        let n = &mut self.counts[i][what as usize];
        *n = n.saturating_add(1);
    }
}

/// Everything that was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// By number of the kind.
    pub kinds: [Count; EventKind::COUNT],
    /// Orders and refunds.
    pub orders: Orders,
    /// Categories that were bought, sorted by key; the latest 64.
    pub categories: Vec<Rhythm>,
    /// Products that were bought, sorted by key; the latest 128.
    pub products: Vec<Rhythm>,
    /// Products that were bought together, sorted by their [`pair`]; the latest 128.
    pub pairs: Vec<Rhythm>,
    /// Opinions by category, sorted by key; the latest 33.
    pub opinions: Vec<Opinion>,
    /// The latest answer of the net promoter score.
    pub nps: Option<(Millis, i8)>,
    /// When a complaint was last settled.
    pub appeased: Option<Millis>,
    /// Seconds of attention told by `dwell`, `content_view` and `live_watch`.
    pub seconds: u64,
    /// Counts by day.
    pub days: Days,
    /// Visits, the channels they came by, the cart.
    pub visits: Visits,
    /// Answers with stars or to a survey.
    pub rated: u32,
    /// Those of them that are satisfied: 4 and 5 of 5.
    pub satisfied: u32,
}

impl Default for History {
    fn default() -> History {
        History {
            kinds: [Count::default(); EventKind::COUNT],
            orders: Orders::default(),
            categories: Vec::new(),
            products: Vec::new(),
            pairs: Vec::new(),
            opinions: Vec::new(),
            nps: None,
            appeased: None,
            seconds: 0,
            days: Days::default(),
            visits: Visits::default(),
            rated: 0,
            satisfied: 0,
        }
    }
}

/// The local day of a time.
pub(crate) fn local_day(at: Millis, zone: i16) -> i64 {
    local(at, zone).div_euclid(DAY)
}

/// Local time in milliseconds since 1970-01-01.
pub(super) fn local(at: Millis, zone: i16) -> i64 {
    at.0.saturating_add(i64::from(zone) * MINUTE)
}

impl History {
    /// Counts an event in.
    pub(super) fn add(&mut self, config: &ProfileConfig, p: &Pending) {
        let (kind, at, detail) = (p.kind, p.at, &p.detail);
        self.kinds[kind as usize].add(at);
        self.seconds = self.seconds.saturating_add(u64::from(detail.seconds));
        let day = local_day(at, detail.zone);
        self.days.add(day, Series::Events);
        if kind.is_step() {
            self.days.add(day, Series::Steps);
        }
        match kind {
            EventKind::AddToCart => self.days.add(day, Series::Carts),
            EventKind::Purchase => {
                self.days.add(day, Series::Orders);
                let (value, discount) = (detail.value.map(|m| m.0), detail.discount.map(|m| m.0));
                self.orders.add(Order { at, id: p.id, day, value, discount, units: detail.units });
                self.count_order(&p.facts, at);
            }
            EventKind::Refund => {
                let value = detail.value.map(|m| m.0);
                self.orders.refund(Refunded { at, id: p.id, order: detail.order, value });
            }
            EventKind::NpsAnswer => {
                let newer = self.nps.is_none_or(|(last, _)| last <= at);
                if let Some(score) = detail.score.filter(|_| newer) {
                    self.nps = Some((at, score));
                }
            }
            EventKind::Complaint if detail.resolved => self.appeased = self.appeased.max(Some(at)),
            _ => {}
        }
        if let Some(score) = detail.score.filter(|_| matches!(kind, EventKind::Review | EventKind::SurveyAnswer)) {
            self.rated = self.rated.saturating_add(1);
            self.satisfied = self.satisfied.saturating_add(u32::from(score >= SATISFIED));
        }
        let opinion = match kind {
            EventKind::Review | EventKind::SurveyAnswer => detail.score,
            EventKind::Complaint if !detail.resolved => Some(config.complaint),
            EventKind::Return => Some(config.returned),
            _ => None,
        };
        if let Some(opinion) = opinion {
            add_opinion(&mut self.opinions, EVERYTHING, opinion, at);
            each_category(&p.facts, |category| add_opinion(&mut self.opinions, category, opinion, at));
        }
        if self.visits.follow(config, p) {
            self.days.add(day, Series::Visits);
        }
    }

    /// Categories, products and pairs of an order, each once.
    pub(super) fn count_order(&mut self, facts: &[Facts], at: Millis) {
        each_category(facts, |category| add_rhythm(&mut self.categories, category, at));
        for (i, f) in facts.iter().enumerate().filter(|(i, f)| is_first(facts, *i, f.product)) {
            add_rhythm(&mut self.products, f.product, at);
            for (j, g) in facts.iter().enumerate().take(i.min(PAIRED)) {
                if i < PAIRED && is_first(facts, j, g.product) {
                    add_rhythm(&mut self.pairs, pair(f.product, g.product), at);
                }
            }
        }
    }

    /// Forgets a product's orders, and those with it and another: a pair must not count more orders than its products.
    pub(super) fn forget_product(&mut self, key: Key) {
        let (products, pairs) = (&mut self.products, &mut self.pairs);
        pairs.retain(|p| products.iter().all(|other| other.key == key || pair(key, other.key) != p.key));
        products.retain(|r| r.key != key);
    }

    /// Leaves what was longest silent where there is too much: only at watermarks, as the affinities do.
    pub(super) fn settle(&mut self) {
        self.orders.settle();
        while self.products.len() > PRODUCTS {
            let oldest = self.products.iter().min_by_key(|r| (r.orders.last, r.key)).map(|r| r.key);
            self.forget_product(oldest.unwrap_or_default());
        }
        for (list, room) in [(&mut self.categories, CATEGORIES), (&mut self.pairs, PRODUCTS)] {
            evict(list, room, |r| (r.orders.last, r.key));
        }
        // What is thought of everything is never the oldest word about anything.
        evict(&mut self.opinions, OPINIONS, |o| (o.count.last, Key(!o.category.0)));
        self.visits.settle();
    }
}

/// Calls `take` once for each category among products.
fn each_category(facts: &[Facts], mut take: impl FnMut(Key)) {
    for (i, f) in facts.iter().enumerate() {
        if let Some(category) = f.category
            && facts[..i].iter().all(|g| g.category != Some(category))
        {
            take(category);
        }
    }
}

fn is_first(facts: &[Facts], i: usize, product: Key) -> bool {
    product != TAKEN_BACK && facts[..i].iter().all(|f| f.product != product)
}

fn add_rhythm(list: &mut Vec<Rhythm>, key: Key, at: Millis) {
    let i = list.partition_point(|r| r.key < key);
    if list.get(i).is_none_or(|r| r.key != key) {
        list.insert(i, Rhythm { key, orders: Count::default() });
    }
    list[i].orders.add(at);
}

fn add_opinion(list: &mut Vec<Opinion>, category: Key, opinion: i8, at: Millis) {
    let i = list.partition_point(|o| o.category < category);
    if list.get(i).is_none_or(|o| o.category != category) {
        list.insert(i, Opinion { category, sum: 0, count: Count::default() });
    }
    list[i].sum += i64::from(opinion);
    list[i].count.add(at);
}

/// Leaves the `room` with the latest word; ties by key.
pub(super) fn evict<T>(list: &mut Vec<T>, room: usize, of: impl Fn(&T) -> (Millis, Key)) {
    while list.len() > room {
        let oldest = (0..list.len()).min_by_key(|i| of(&list[*i])).unwrap_or(0);
        list.remove(oldest);
    }
}
