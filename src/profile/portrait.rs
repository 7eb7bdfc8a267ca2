//! The portrait itself: a settled layer, a provisional one for events that may still arrive out of order, and the trail.

use super::decay::{self, Growth};
use super::hidden::{self, Hidden};
use super::history::{self, History};
use super::notes::Note;
use super::sieve::Sieve;
use super::visit::{Mark, Trail, Visit};
use super::{Affinity, ProfileConfig};
use crate::event::{Detail, EventKind};
use crate::id::Key;
use crate::list::Gather;
use crate::privacy::consent::Personalize;
use crate::time::{DAY, HOUR, MINUTE, Millis, SECOND};
use alloc::vec::Vec;

/// What an affinity is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(usize)]
pub enum Dimension {
    /// Products.
    #[default]
    Item = 0,
    /// Categories, the product's own (not its ancestors).
    Category = 1,
    /// Brands.
    Brand = 2,
    /// Price bands of a currency.
    PriceBand = 3,
    /// Tags of products.
    Tag = 4,
    /// Hours of the shopper's day: keys 0 to 23.
    Hour = 5,
    /// Days of the shopper's week: keys 1 (Monday) to 7.
    Weekday = 6,
    /// Channels that visits came by.
    Channel = 7,
    /// Kinds of content: keys are numbers in [`CONTENT_KINDS`](crate::event::CONTENT_KINDS).
    Content = 8,
    /// Categories that were liked, commented on, shared, reviewed or bought in a group.
    Topic = 9,
    /// Channels that shares and invitations went by.
    ShareChannel = 10,
}

impl Dimension {
    /// Number of dimensions.
    pub const COUNT: usize = 11;

    /// Every dimension, in the order of its number.
    pub const ALL: [Dimension; Dimension::COUNT] = [
        Dimension::Item,
        Dimension::Category,
        Dimension::Brand,
        Dimension::PriceBand,
        Dimension::Tag,
        Dimension::Hour,
        Dimension::Weekday,
        Dimension::Channel,
        Dimension::Content,
        Dimension::Topic,
        Dimension::ShareChannel,
    ];
}

/// An affinity for each dimension.
pub(super) type Affinities = [Affinity; Dimension::COUNT];

/// Traits kept in each dimension.
pub(super) const ROOM: [usize; Dimension::COUNT] = [512, 128, 128, 64, 128, 24, 7, 24, 8, 48, 24];
/// Tags of a product that are noted: its first ones.
pub const TAGS: usize = 4;
/// The weight of one, where no kind's weight counts.
const ONE: u32 = 256;
/// Events in the provisional layer.
pub(super) const PENDING: usize = 256;
/// Steps that tell a shopper from a program.
const HASTY: usize = 32;
/// Event ids remembered.
pub(super) const IDS: usize = 512;
/// Disliked products remembered.
pub(super) const DISLIKED: usize = 128;
/// Bought products remembered.
pub(super) const BOUGHT: usize = 256;
/// Declared answers remembered.
pub(super) const DECLARED: usize = 1_024;

/// What an event says about one product, in keys that outlive the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The product.
    pub product: Key,
    /// Its category.
    pub category: Option<Key>,
    /// Its brand.
    pub brand: Option<Key>,
    /// Its price band.
    pub band: Option<Key>,
    /// Its first tags.
    pub tags: [Option<Key>; TAGS],
}

/// A clean event, in keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Millis,
    /// The host's id for it.
    pub id: Option<Key>,
    /// The products it is about.
    pub facts: Vec<Facts>,
    /// What else it says.
    pub detail: Detail,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in.
    Yes,
    /// Its id was seen before; nothing changed.
    Duplicate,
    /// It is older than the lateness window allows; nothing changed.
    TooLate,
    /// It is the same again as one without an id shortly before; nothing changed but which of the two times counts: the earlier.
    Repeated,
    /// There were too many of its kind within a minute; nothing changed.
    Flood,
}

/// A step in the provisional layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pending {
    pub(super) at: Millis,
    pub(super) order: u64,
    /// The host's id for it, or one made of what it is.
    pub(super) id: Key,
    pub(super) kind: EventKind,
    pub(super) facts: Vec<Facts>,
    pub(super) detail: Detail,
    /// Told by the shop's server, not seen in a visit here.
    pub(super) elsewhere: bool,
}

/// A shopper's portrait. Reading or writing it takes a [`Personalize`] token.
#[derive(Debug, Clone)]
pub struct Portrait {
    pub(super) config: ProfileConfig,
    pub(super) settled: Affinities,
    /// What has settled, in counts and sums.
    pub(super) history: History,
    /// Sorted by time and arrival.
    pub(super) pending: Vec<Pending>,
    pub(super) trail: Trail,
    pub(super) order: u64,
    pub(super) newest: Option<Millis>,
    pub(super) events: u32,
    pub(super) sessions: u32,
    /// Ids of events that must not count again, sorted by time.
    pub(super) ids: Vec<(Millis, Key)>,
    /// Disliked products, sorted by time.
    pub(super) disliked: Vec<(Millis, Key)>,
    /// Bought products, each with its latest order, sorted by time.
    pub(super) bought: Vec<(Millis, Key)>,
    /// Keys of what the shopper declared, with the time.
    pub(super) declared: Vec<(Millis, Key)>,
    /// What the shopper took back, sorted by dimension and key.
    pub(super) hidden: Vec<Hidden>,
    /// What was concluded, sorted by key.
    pub(super) notes: Vec<Note>,
    /// Settled and provisional together; made when asked for.
    pub(super) merged: Option<Affinities>,
    /// Of each kind, the minute of its latest event and how many it had; not kept.
    minutes: [(i64, u32); EventKind::COUNT],
    /// The latest steps came faster than anybody looks; not kept.
    hasty: bool,
    /// Passes every id that counts; not kept.
    sieve: Sieve,
}

impl Portrait {
    /// The portrait of a shopper nothing is known of.
    pub fn new(config: ProfileConfig) -> Portrait {
        let config = config.bounded();
        let settled = core::array::from_fn(|d| Affinity::new(config.half_life[d], ROOM[d]));
        Portrait {
            config,
            settled,
            history: History::default(),
            pending: Vec::new(),
            trail: Trail::default(),
            order: 0,
            newest: None,
            events: 0,
            sessions: 0,
            ids: Vec::new(),
            disliked: Vec::new(),
            bought: Vec::new(),
            declared: Vec::new(),
            hidden: Vec::new(),
            notes: Vec::new(),
            merged: None,
            minutes: [(i64::MIN, 0); EventKind::COUNT],
            hasty: false,
            sieve: Sieve::default(),
        }
    }

    /// Takes a step in. Steps within the lateness window may come in any order.
    pub fn take(&mut self, _: &Personalize, step: Step) -> Taken {
        if let Some(newest) = self.newest
            && newest.since(step.at) > self.config.lateness
        {
            return Taken::TooLate;
        }
        let repeat = self.config.repeat;
        let id = step.id.unwrap_or_else(|| made_id(&step, if repeat > 0 { 0 } else { self.order + 1 }, repeat));
        if self.knows(&step, id) {
            let known = if step.id.is_some() { Taken::Duplicate } else { Taken::Repeated };
            if known == Taken::Repeated {
                self.advance(&step, id);
            }
            return known;
        }
        if self.floods(&step) {
            return Taken::Flood;
        }
        if step.id.is_some() {
            self.remember(step.at, id);
        }
        self.order += 1;
        self.begin_visit(&step);
        self.enter(Pending::of(step, self.order, id, false));
        Taken::Yes
    }

    /// Takes over the events of another portrait's present visit. Each event counts once however often it is taken over,
    /// and the order in which several visits are taken over does not matter. Answers how many were new.
    pub fn absorb(&mut self, allowed: &Personalize, other: &Portrait) -> usize {
        let start = other.trail.visit(other.config.session_gap).start;
        let mut new = 0;
        for p in other.pending.iter().filter(|p| start.is_some_and(|s| p.at >= s)) {
            new += usize::from(self.absorb_one(p.clone()));
        }
        // What was taken back in it stays so.
        for h in other.hidden.iter().filter(|h| start.is_none_or(|s| h.until >= s)) {
            self.hide(allowed, h.dimension, h.key, h.until, h.blocked);
        }
        // What was declared in it is the newest word.
        if other.declared.first().is_some_and(|(at, _)| start.is_none_or(|s| *at >= s)) {
            self.declared = other.declared.clone();
        }
        // The visit itself counts once, with its first event.
        self.sessions = self.sessions.saturating_add(u32::from(new > 0));
        new
    }

    /// Takes over all that is declared, by the keys of the answers, at most 1,024.
    pub fn declare(&mut self, _: &Personalize, answers: Vec<(Millis, Key)>) {
        self.declared = answers;
    }

    /// Keys of what is declared, with the time.
    pub fn declared(&self, _: &Personalize) -> &[(Millis, Key)] {
        &self.declared
    }

    /// Takes in an event that may be of any age, such as an order of last year. False when its id was known.
    pub fn admit(&mut self, _: &Personalize, step: Step) -> bool {
        let id = step.id.unwrap_or_else(|| made_id(&step, 0, 0));
        // An order older than those in sums cannot be told from them.
        if step.kind == EventKind::Purchase && self.history.orders.covers(step.at, id) {
            return false;
        }
        // Order 0: an event from elsewhere precedes those of its own moment.
        self.absorb_one(Pending::of(step, 0, id, true))
    }

    fn absorb_one(&mut self, p: Pending) -> bool {
        if self.has(p.id) || (p.kind == EventKind::Purchase && self.history.orders.covers(p.at, p.id)) {
            return false;
        }
        self.remember(p.at, p.id);
        self.order = self.order.max(p.order);
        self.enter(p);
        true
    }

    /// True when the event counts already.
    fn knows(&self, step: &Step, id: Key) -> bool {
        let bought = step.kind == EventKind::Purchase && self.history.orders.covers(step.at, id);
        bought || self.has(id)
    }

    /// True when an event with this id counts already.
    fn has(&self, id: Key) -> bool {
        if !self.sieve.may_hold(id) {
            return false;
        }
        self.ids.iter().rev().any(|(_, known)| *known == id) || self.pending.iter().rev().any(|p| p.id == id)
    }

    /// The same event was told again: of its times the earlier counts, whichever came first.
    fn advance(&mut self, step: &Step, id: Key) {
        let Some(i) = self.pending.iter().position(|p| p.id == id) else { return };
        self.list(step.kind, step.at, &step.facts);
        self.newest = self.newest.max(Some(step.at));
        if step.at < self.pending[i].at {
            let mut p = self.pending.remove(i);
            self.trail.marks.retain(|m| (m.at, m.order) != (p.at, p.order));
            p.at = step.at;
            self.merged = None;
            self.walk(&p);
            self.place(p);
        }
    }

    /// True when the latest 32 steps of the visit have begun to come faster than anybody looks: in less than half a second each, on average.
    pub fn is_hasty(&mut self) -> bool {
        let visit = self.trail.visit(self.config.session_gap);
        let latest = visit.steps.len().checked_sub(HASTY).and_then(|first| visit.steps.get(first..));
        let took = latest.and_then(|l| Some(l.last()?.at.since(l.first()?.at)));
        let hasty = took.is_some_and(|t| t < HASTY as i64 * SECOND / 2);
        let before = core::mem::replace(&mut self.hasty, hasty);
        hasty && !before
    }

    /// Counts the events of a kind by the minute. True for one that is too many.
    fn floods(&mut self, step: &Step) -> bool {
        let minute = step.at.0.div_euclid(MINUTE);
        let (of, n) = &mut self.minutes[step.kind as usize];
        if minute > *of {
            (*of, *n) = (minute, 0);
        }
        *n += u32::from(minute == *of && *n <= self.config.per_minute);
        minute == *of && *n > self.config.per_minute
    }

    fn remember(&mut self, at: Millis, id: Key) {
        insert_sorted(&mut self.ids, (at, id), IDS);
        self.sift(id);
    }

    /// Lets an id through from now on. The sieve is made anew from those that count before too many pass.
    fn sift(&mut self, id: Key) {
        if self.sieve.is_full() {
            self.sift_all();
        }
        self.sieve.add(id);
    }

    pub(super) fn sift_all(&mut self) {
        self.sieve = Sieve::default();
        self.ids.iter().map(|(_, id)| *id).chain(self.pending.iter().map(|p| p.id)).for_each(|id| self.sieve.add(id));
    }

    /// An event that counts: into the provisional layer, where it is young enough, else into the settled one.
    fn enter(&mut self, mut p: Pending) {
        hidden::strip(&self.hidden, &mut p);
        self.merged = None;
        self.events = self.events.saturating_add(1);
        self.walk(&p);
        self.list(p.kind, p.at, &p.facts);
        self.newest = Some(self.newest.map_or(p.at, |n| n.max(p.at)));
        self.place(p);
        self.settle();
    }

    fn place(&mut self, p: Pending) {
        self.sift(p.id);
        let i = self.pending.partition_point(|x| x.place() <= p.place());
        self.pending.insert(i, p);
    }

    /// Notes what is disliked and what was bought.
    fn list(&mut self, kind: EventKind, at: Millis, facts: &[Facts]) {
        let (list, room) = match kind {
            EventKind::NotInterested => (&mut self.disliked, DISLIKED),
            EventKind::Purchase => (&mut self.bought, BOUGHT),
            _ => return,
        };
        for f in facts {
            // Orders may arrive late: whichever comes first, the latest counts.
            let known = list.iter().position(|(_, k)| *k == f.product);
            let at = known.map_or(at, |i| list.remove(i).0.max(at));
            insert_sorted(list, (at, f.product), room);
        }
    }

    fn begin_visit(&mut self, step: &Step) {
        let pause = self.newest.map(|n| step.at.since(n));
        let starts = pause.is_none_or(|p| p > self.config.session_gap);
        let announced = step.kind == EventKind::SessionStart && pause.is_some_and(|p| p >= 0);
        if starts || announced {
            self.sessions = self.sessions.saturating_add(1);
        }
    }

    fn walk(&mut self, step: &Pending) {
        let (at, order, kind) = (step.at, step.order, step.kind);
        if kind == EventKind::SessionStart {
            self.trail.add(Mark { at, order, kind, key: Key(0) });
        } else if kind.is_step() {
            for f in &step.facts {
                self.trail.add(Mark { at, order, kind, key: f.product });
            }
        }
    }

    /// Moves what can no longer be overtaken into the settled layer: the only place where traits are evicted.
    fn settle(&mut self) {
        let Some(newest) = self.newest else { return };
        // The present visit stays provisional as long as it fits: it may have to move to an account.
        let visit = self.trail.visit(self.config.session_gap).start.unwrap_or(newest);
        let watermark = newest.plus(-self.config.lateness).min(visit);
        // What is told twice falls into one slice of time: none is settled in part.
        let watermark = slice(watermark, self.config.repeat).map_or(watermark, |s| Millis(s * self.config.repeat));
        let ripe = self.pending.partition_point(|p| p.at < watermark);
        let ripe = ripe.max(self.pending.len().saturating_sub(PENDING));
        if ripe == 0 {
            return;
        }
        for p in self.pending.drain(..ripe) {
            add(&mut self.settled, &self.config, &self.hidden, &p);
            self.history.add(&self.config, &p);
        }
        self.settled.iter_mut().for_each(Affinity::settle);
        self.history.settle();
    }

    /// Everything known, provisional events included.
    pub fn view(&mut self, _: &Personalize) -> PortraitView<'_> {
        let affinities = self.merged.get_or_insert_with(|| {
            let mut all = self.settled.clone();
            for p in &self.pending {
                add(&mut all, &self.config, &self.hidden, p);
            }
            all
        });
        PortraitView {
            affinities,
            visit: self.trail.visit(self.config.session_gap),
            disliked: &self.disliked,
            bought: &self.bought,
            declared: &self.declared,
            events: self.events,
            sessions: self.sessions,
            updated: self.newest,
        }
    }

    /// Everything that was counted, provisional events included.
    pub fn history(&self, _: &Personalize) -> History {
        let mut all = self.history.clone();
        self.pending.iter().for_each(|p| all.add(&self.config, p));
        all
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

impl Pending {
    fn of(step: Step, order: u64, id: Key, elsewhere: bool) -> Pending {
        Pending { at: step.at, order, id, kind: step.kind, facts: step.facts, detail: step.detail, elsewhere }
    }

    /// Its place among the others.
    fn place(&self) -> (Millis, u64, Key) {
        (self.at, self.order, self.id)
    }
}

/// An id for an event the host gave none: what it is, when (to a slice of `repeat`, or exactly where that is 0), and its number of arrival.
fn made_id(step: &Step, order: u64, repeat: i64) -> Key {
    let products = step.facts.iter().flat_map(|f| f.product.0.to_le_bytes());
    let of = step.detail.order.map_or(0, |k| k.0);
    let when = slice(step.at, repeat).unwrap_or(step.at.0);
    let numbers = [when as u64, order, of].into_iter().flat_map(u64::to_le_bytes);
    Key::made(step.kind as u8, &numbers.chain(products).gather())
}

/// The slice of time, each `repeat` long, that a moment lies in.
fn slice(at: Millis, repeat: i64) -> Option<i64> {
    at.0.checked_div_euclid(repeat)
}

/// Inserts in order, and drops the oldest beyond the room there is.
fn insert_sorted(list: &mut Vec<(Millis, Key)>, entry: (Millis, Key), room: usize) {
    let i = list.partition_point(|x| *x <= entry);
    list.insert(i, entry);
    if list.len() > room {
        list.remove(0);
    }
}

fn add(layer: &mut Affinities, config: &ProfileConfig, hidden: &[Hidden], p: &Pending) {
    let (weight, social) = (config.weight[p.kind as usize], p.kind.is_social());
    // Half-lives are few: what each adds at this time is computed once.
    let mut grown: Vec<(i64, Growth)> = Vec::with_capacity(4);
    let mut count = |d: Dimension, key: Option<Key>, weight: u32| {
        let (Some(key), affinity) = (key, &mut layer[d as usize]) else { return };
        if !hidden::counts(hidden, d, key, p.at) {
            return;
        }
        let half_life = affinity.half_life;
        let known = grown.iter().position(|(h, _)| *h == half_life).unwrap_or_else(|| {
            grown.push((half_life, decay::growth(p.at, half_life)));
            grown.len() - 1
        });
        affinity.add_grown(key, weight, p.at, grown[known].1);
    };
    let channel = if social { Dimension::ShareChannel } else { Dimension::Channel };
    count(channel, p.detail.channel, ONE);
    if weight == 0 {
        return;
    }
    for f in &p.facts {
        count(Dimension::Item, Some(f.product), weight);
        count(Dimension::Category, f.category, weight);
        count(Dimension::Brand, f.brand, weight);
        count(Dimension::PriceBand, f.band, weight);
        f.tags.iter().for_each(|t| count(Dimension::Tag, *t, weight));
        if social {
            count(Dimension::Topic, f.category, weight);
        }
    }
    let local = history::local(p.at, p.detail.zone);
    let hour = local.div_euclid(HOUR).rem_euclid(24);
    // 1970-01-01 was a Thursday.
    let weekday = 1 + (local.div_euclid(DAY) + 3).rem_euclid(7);
    count(Dimension::Hour, Some(Key(hour as u64)), weight);
    count(Dimension::Weekday, Some(Key(weekday as u64)), weight);
    count(Dimension::Content, p.detail.content.map(|c| Key(u64::from(c))), weight);
}

/// The portrait as it is now.
#[derive(Debug, Clone, Copy)]
pub struct PortraitView<'a> {
    affinities: &'a Affinities,
    /// The visit that goes on.
    pub visit: Visit<'a>,
    /// Products the shopper does not want to see.
    pub disliked: &'a [(Millis, Key)],
    /// Products the shopper bought, the latest 256, each with its latest order.
    pub bought: &'a [(Millis, Key)],
    /// Keys of what the shopper declared.
    pub declared: &'a [(Millis, Key)],
    /// Events taken in.
    pub events: u32,
    /// Visits seen.
    pub sessions: u32,
    /// Time of the newest event.
    pub updated: Option<Millis>,
}

impl PortraitView<'static> {
    /// What is known where nobody is known, or nobody may be looked at.
    pub fn nobody() -> PortraitView<'static> {
        static NOTHING: Affinities =
            [const { Affinity { half_life: 1, room: 0, landmark: 0, traits: Vec::new() } }; Dimension::COUNT];
        PortraitView {
            affinities: &NOTHING,
            visit: Visit { start: None, steps: &[] },
            disliked: &[],
            bought: &[],
            declared: &[],
            events: 0,
            sessions: 0,
            updated: None,
        }
    }
}

impl<'a> PortraitView<'a> {
    /// True when an event or a declaration tells something of the shopper.
    pub fn is_known(&self) -> bool {
        self.events > 0 || !self.declared.is_empty()
    }

    /// The affinity of a dimension.
    pub fn affinity(&self, d: Dimension) -> &'a Affinity {
        &self.affinities[d as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Minor;
    use crate::privacy::consent::Consent;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn allowed() -> Personalize {
        Consent::all().may_personalize().expect("granted")
    }

    fn step(kind: EventKind, product: u64, at: Millis, id: Option<u64>) -> Step {
        let facts = Facts {
            product: Key(product),
            category: Some(Key(product % 3)),
            brand: None,
            band: None,
            tags: [None; TAGS],
        };
        Step { kind, at, id: id.map(Key), facts: vec![facts], detail: Detail::default() }
    }

    fn view(product: u64, at: Millis) -> Step {
        step(EventKind::ViewItem, product, at, None)
    }

    #[test]
    fn the_first_click_is_seen_at_once() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        assert!(p.is_empty());
        assert_eq!(p.take(&ok, view(5, NOW)), Taken::Yes);
        let v = p.view(&ok);
        assert_eq!(v.affinity(Dimension::Item).traits().len(), 1);
        assert_eq!(v.visit.steps.len(), 1);
        assert_eq!((v.events, v.sessions), (1, 1));
    }

    #[test]
    fn within_the_lateness_window_order_does_not_matter() {
        let ok = allowed();
        let steps: Vec<Step> = (0..30).map(|i| view(i % 9, NOW.plus(i as i64 * MINUTE / 2))).collect();
        let run = |order: Vec<usize>| {
            let mut p = Portrait::new(ProfileConfig::default());
            for i in order {
                assert_eq!(p.take(&ok, steps[i].clone()), Taken::Yes);
            }
            // A day later everything has settled.
            p.take(&ok, view(1, NOW.plus(DAY)));
            p.view(&ok);
            (p.settled.clone(), p.merged.clone())
        };
        let straight = run((0..30).collect());
        assert_eq!(straight, run((0..30).rev().collect()));
        assert_eq!(straight, run((0..30).map(|i| (i * 7) % 30).collect()));
    }

    #[test]
    fn a_repeated_id_and_a_step_too_late_change_nothing() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Yes);
        let before = format!("{:?}", p.view(&ok));
        assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Duplicate);
        assert_eq!(p.take(&ok, view(2, NOW.plus(-DAY))), Taken::TooLate);
        assert_eq!(format!("{:?}", p.view(&ok)), before);
    }

    /// Everything a portrait shows.
    fn shown(p: &mut Portrait) -> String {
        format!("{:?}", p.view(&allowed()))
    }

    /// A visit of `n` events from `start`, some with an id of the host's.
    fn visit(seed: u64, start: Millis, n: u64) -> Portrait {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        for i in 0..n {
            let x =
                seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i.wrapping_mul(1_442_695_040_888_963_407))
                    >> 33;
            let kind = [EventKind::ViewItem, EventKind::AddToCart, EventKind::NotInterested][x as usize % 3];
            let id = (x % 4 == 0).then_some(x);
            p.take(&ok, step(kind, x % 23, start.plus(i as i64 * MINUTE + (x % 1000) as i64), id));
        }
        p
    }

    #[test]
    fn taking_over_visits_is_commutative_and_idempotent() {
        let ok = allowed();
        for seed in 0..200_u64 {
            // Visits that overlap, touch, or lie months apart, taken over by an account with a past of its own.
            let gap = [0, 7 * MINUTE, 20 * MINUTE, 3 * DAY, 90 * DAY][seed as usize % 5];
            let account = visit(seed ^ 77, NOW.plus(-40 * DAY), 1 + seed % 30);
            let (x, y) = (visit(seed, NOW, 1 + seed % 17), visit(seed + 1000, NOW.plus(gap), 1 + seed % 11));
            let run = |order: &[&Portrait]| {
                let mut p = account.clone();
                for other in order {
                    p.absorb(&ok, other);
                }
                shown(&mut p)
            };
            let both = run(&[&x, &y]);
            assert_eq!(both, run(&[&y, &x]), "seed {seed}: order");
            assert_eq!(both, run(&[&x, &y, &x, &x, &y]), "seed {seed}: again");
        }
    }

    #[test]
    fn an_order_of_last_year_counts_once() {
        let (mut p, ok) = (visit(3, NOW, 5), allowed());
        let order = step(EventKind::Purchase, 99, NOW.plus(-400 * DAY), Some(1));
        assert!(p.admit(&ok, order.clone()));
        let once = shown(&mut p);
        assert!(!p.admit(&ok, order.clone()));
        assert_eq!(p.take(&ok, Step { at: NOW.plus(5 * MINUTE), ..order }), Taken::Duplicate);
        assert_eq!(shown(&mut p), once);
        let items = p.view(&ok).affinity(Dimension::Item).clone();
        assert!(items.get(Key(99)).is_some_and(|t| t.value > 0 && t.value < items.largest()));
        assert_eq!(p.view(&ok).visit.steps.iter().filter(|m| m.key == Key(99)).count(), 0, "not a step of this visit");
    }

    #[test]
    fn a_year_of_a_busy_shopper_stays_bounded() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        for i in 0..20_000_u64 {
            p.take(&ok, step(EventKind::ViewItem, i * i % 7919, NOW.plus(i as i64 * 25 * MINUTE), Some(i)));
        }
        p.take(&ok, step(EventKind::NotInterested, 3, NOW.plus(20_000 * 25 * MINUTE), None));
        assert!(p.settled.iter().zip(ROOM).all(|(a, room)| a.traits().len() <= room));
        assert!(p.pending.len() <= PENDING && p.ids.len() <= IDS);
        assert_eq!(p.view(&ok).disliked.len(), 1);
        let bytes = p.snapshot();
        assert!(bytes.len() <= 64 * 1024, "{} bytes", bytes.len());
    }

    #[test]
    fn of_an_event_told_twice_the_earlier_counts_whichever_came_first() {
        let ok = allowed();
        let told = |times: [i64; 3]| {
            let mut p = Portrait::new(ProfileConfig::default());
            let base = Millis(NOW.0 / 2_000 * 2_000);
            let answers = times.map(|t| p.take(&ok, view(5, base.plus(t))));
            p.take(&ok, view(6, base.plus(10_000)));
            (shown(&mut p), answers)
        };
        let (first, answers) = told([100, 900, 1_900]);
        assert_eq!(answers, [Taken::Yes, Taken::Repeated, Taken::Repeated]);
        assert_eq!(told([900, 1_900, 100]).0, first);
        assert_eq!(told([1_900, 100, 900]).0, first);
        assert_eq!(told([100, 2_100, 4_100]).1, [Taken::Yes; 3], "each in a slice of its own");
    }

    #[test]
    fn a_flood_ends_with_its_minute_and_other_kinds_go_on() {
        let ok = allowed();
        let mut p = Portrait::new(ProfileConfig { per_minute: 10, ..ProfileConfig::default() });
        let minute = Millis(NOW.0 / MINUTE * MINUTE);
        let floods = (0..25).filter(|i| p.take(&ok, view(*i, minute.plus(*i as i64))) == Taken::Flood).count();
        assert_eq!(floods, 15);
        assert_eq!(p.take(&ok, step(EventKind::Like, 1, minute.plus(30_000), None)), Taken::Yes);
        assert_eq!(p.take(&ok, view(99, minute.plus(MINUTE))), Taken::Yes);
    }

    #[test]
    fn a_visit_in_haste_is_noted_once() {
        let ok = allowed();
        let mut p = Portrait::new(ProfileConfig::default());
        let notes = |p: &mut Portrait, from: Millis, each: i64| {
            (0..100)
                .filter(|i| {
                    p.take(&ok, view(*i as u64, from.plus(i * each)));
                    p.is_hasty()
                })
                .count()
        };
        assert_eq!(notes(&mut p, NOW, 600), 0);
        assert_eq!(notes(&mut p, NOW.plus(DAY), 300), 1);
        assert_eq!(notes(&mut p, NOW.plus(2 * DAY), 300), 1);
    }

    #[test]
    fn an_order_that_has_left_the_list_of_ids_still_counts_once() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        let order = step(EventKind::Purchase, 99, NOW.plus(-400 * DAY), Some(1));
        assert!(p.admit(&ok, order.clone()));
        for i in 0..2_000_u64 {
            p.take(&ok, step(EventKind::ViewItem, i, NOW.plus(i as i64 * MINUTE), Some(100 + i)));
        }
        assert!(!p.admit(&ok, order));
        assert_eq!(p.history(&ok).orders.sums().orders, 1);
    }

    /// A year of a busy shopper: 50 events a day about 2,000 products, with all that events may say.
    fn year(n: u64) -> Vec<Step> {
        use EventKind::{
            AddToCart, BeginCheckout, Like, Purchase, Refund, Review, Search, SessionStart, Share, ViewItem,
        };
        let mut x = 0x9E37_79B9_7F4A_7C15_u64;
        let mut draw = |of: u64| {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (x >> 33) % of
        };
        let kinds = [
            ViewItem,
            ViewItem,
            ViewItem,
            ViewItem,
            Search,
            AddToCart,
            Like,
            Share,
            Review,
            BeginCheckout,
            Purchase,
            Refund,
        ];
        (0..n)
            .map(|i| {
                let kind = if i % 25 == 0 { SessionStart } else { kinds[draw(12) as usize] };
                let fact = |p: u64| Facts {
                    product: Key(p.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
                    category: Some(Key(p % 300)),
                    brand: Some(Key(p % 200)),
                    band: Some(Key(p % 40)),
                    tags: [Some(Key(p % 150)), Some(Key(p % 77)), None, None],
                };
                let facts = (0..if kind == Purchase { 1 + draw(4) } else { 1 }).map(|_| fact(draw(2_000))).collect();
                let of = |on: bool| on.then_some(Minor(100 + 7 * (i as i64 % 90)));
                let detail = Detail {
                    value: of(kind == Purchase),
                    discount: of(kind == Purchase && i % 3 == 0),
                    units: 2,
                    score: (kind == Review).then_some((i % 200) as i8),
                    channel: (kind == SessionStart || kind == Share).then_some(Key(i % 30)),
                    zone: 480,
                    ..Detail::default()
                };
                let at = NOW.plus(i as i64 / 50 * DAY + (i as i64 % 50) * 3 * MINUTE + draw(1_000) as i64);
                Step { kind, at, id: (i % 3 > 0).then_some(Key(0xABCD_0000 + i)), facts, detail }
            })
            .collect()
    }

    #[test]
    fn a_year_with_all_that_events_may_say_stays_bounded_and_comes_back() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        let mut largest = 0;
        for (i, step) in year(18_250).into_iter().enumerate() {
            assert_eq!(p.take(&ok, step), Taken::Yes, "{i}");
            if i % 500 == 499 {
                let bytes = p.snapshot();
                largest = largest.max(bytes.len());
                p = Portrait::restore(ProfileConfig::default(), &bytes).expect("a snapshot");
                assert_eq!(p.snapshot(), bytes);
            }
        }
        assert!(largest <= 64 * 1024, "{largest} bytes");
        let h = p.history(&ok);
        let purchases = year(18_250).iter().filter(|s| s.kind == EventKind::Purchase).count() as u32;
        assert_eq!((h.orders.sums().orders, h.kinds[EventKind::Purchase as usize].n), (purchases, purchases));
        assert_eq!(h.visits.by_stage().iter().sum::<u32>(), p.view(&ok).sessions);
        assert_eq!(h.days.counts.len(), history::DAYS);
    }

    #[test]
    fn a_restored_portrait_goes_on_as_the_other_does() {
        let (mut a, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        let steps = year(2_000);
        let mut b = a.clone();
        for (i, step) in steps.into_iter().enumerate() {
            a.take(&ok, step.clone());
            b.take(&ok, step);
            if i % 37 == 0 {
                b = Portrait::restore(ProfileConfig::default(), &b.snapshot()).expect("a snapshot");
            }
        }
        assert_eq!(a.snapshot(), b.snapshot());
        assert_eq!((shown(&mut a), a.history(&ok)), (shown(&mut b), b.history(&ok)));
    }

    #[test]
    fn within_the_window_order_does_not_matter_for_what_is_counted() {
        let ok = allowed();
        let steps = year(400);
        let run = |back: usize| {
            let mut p = Portrait::new(ProfileConfig::default());
            // Blocks of a few minutes each arrive backwards.
            steps.chunks(back).for_each(|block| {
                block.iter().rev().for_each(|s| {
                    assert_eq!(p.take(&ok, s.clone()), Taken::Yes);
                })
            });
            p.take(&ok, view(1, NOW.plus(400 * DAY)));
            let h = p.history(&ok);
            p.order = 0;
            (p.view(&ok).affinities.clone(), h)
        };
        assert_eq!(run(1), run(5));
    }
}
