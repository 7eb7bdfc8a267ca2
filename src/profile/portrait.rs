//! The portrait itself: a settled layer, a provisional one for events that may still arrive out of order, and the trail.

use super::counting::add;
use super::declared::Declared;
use super::dimension::Dimension;
use super::hidden::{self, Hidden};
use super::history::{History, Rhythm};
use super::notes::Note;
use super::sieve::Sieve;
use super::unplaced::{UNPLACED, Unplaced};
use super::visit::{Mark, Trail, Visit, keep_latest, latest};
use super::{Affinity, ProfileConfig};
use crate::event::{Detail, EventKind};
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::{MINUTE, Millis, SECOND};
use alloc::vec::Vec;

/// An affinity for each dimension.
pub(super) type Affinities = [Affinity; Dimension::COUNT];

/// Traits kept in each dimension.
pub(super) const ROOM: [usize; Dimension::COUNT] = [512, 128, 128, 64, 128, 24, 7, 24, 8, 48, 24];
/// Tags of a product that are noted: its first ones.
pub const TAGS: usize = 4;
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

/// Bytes of a ledger of membership at most, as `crate::member` keeps them.
pub(super) const LEDGER: usize = 16_384;

/// Bytes of a record of landings at most, as `crate::invite` keeps them.
pub(super) const LANDINGS: usize = 4_096;

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
    /// The pack has it: there is nothing more to be told of it. Not kept with the portrait, since the pack says so again.
    pub known: bool,
}

/// Stands for a product that the shopper took back, in events whose category, brand and the like still count.
pub(super) const TAKEN_BACK: Key = Key(u64::MAX);

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
    /// What the shopper declared, in the order in which it was said.
    pub(super) declared: Vec<Declared>,
    /// What the shopper took back, sorted by dimension and key.
    pub(super) hidden: Vec<Hidden>,
    /// What has settled of products of which nothing was known, sorted by time.
    pub(super) unplaced: Vec<Unplaced>,
    /// What was concluded, sorted by key.
    pub(super) notes: Vec<Note>,
    /// The ledger of a membership, which only who keeps it can read.
    pub(super) ledger: Vec<u8>,
    /// The record of landings by tokens, which only who keeps it can read.
    pub(super) landings: Vec<u8>,
    /// That of who was here before the account came, and since when that visit goes on; not kept.
    visitor: Vec<u8>,
    visit: Millis,
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
            unplaced: Vec::new(),
            notes: Vec::new(),
            ledger: Vec::new(),
            landings: Vec::new(),
            visitor: Vec::new(),
            visit: Millis(0),
            merged: None,
            minutes: [(i64::MIN, 0); EventKind::COUNT],
            hasty: false,
            sieve: Sieve::default(),
        }
    }

    /// When the latest event happened.
    pub fn newest(&self, _: &Personalize) -> Option<Millis> {
        self.newest
    }

    /// The ledger of a membership, and that of a visitor who turned out to be this shopper: what is in it from a time on belongs into the other.
    pub fn ledgers(&self) -> (&[u8], &[u8], Millis) {
        (&self.ledger, &self.visitor, self.visit)
    }

    /// Keeps a ledger, which now holds the visitor's too. One that is too long is not kept.
    pub fn keep_ledger(&mut self, bytes: &[u8]) -> bool {
        if bytes.len() > LEDGER {
            return false;
        }
        self.visitor.clear();
        self.ledger.clear();
        self.ledger.extend_from_slice(bytes);
        true
    }

    /// The record of landings by tokens.
    pub fn landings(&self) -> &[u8] {
        &self.landings
    }

    /// Keeps a record of landings behind the one that is there: two are one. What is too long is not kept.
    pub fn keep_landings(&mut self, bytes: &[u8]) {
        if self.landings.len() + bytes.len() <= LANDINGS {
            self.landings.extend_from_slice(bytes);
        }
    }

    /// In place of the record that is there.
    pub fn set_landings(&mut self, bytes: &[u8]) {
        self.landings.clear();
        self.keep_landings(bytes);
    }

    /// Something was bought that the portrait still knows of.
    pub fn has_bought(&self) -> bool {
        !self.bought.is_empty() || self.pending.iter().any(|p| p.kind == EventKind::Purchase)
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

    /// Takes over the events of the visit that goes on in another portrait. Each event counts once however often it is taken over,
    /// and the order in which several visits are taken over does not matter. Answers how many were new.
    pub fn absorb(&mut self, allowed: &Personalize, other: &Portrait, now: Millis) -> usize {
        let gap = other.config.session_gap;
        let goes_on = other.newest.is_some_and(|newest| now.since(newest) <= gap);
        let start = other.trail.visit(gap).start.filter(|_| goes_on);
        // What was said before the first step is of this visit too, as far as a visit reaches.
        let since = start.unwrap_or(now).plus(-gap);
        let mut new = 0;
        for p in other.pending.iter().filter(|p| start.is_some_and(|s| p.at >= s)) {
            new += usize::from(self.absorb_one(p.clone()));
        }
        // What was taken back in it stays so.
        for h in other.hidden.iter().filter(|h| h.until >= since && !h.allowed) {
            self.hide(allowed, h.dimension, h.key, h.until, h.blocked);
        }
        // What was declared in it is the newest word.
        self.absorb_declared(&other.declared, since);
        // A ledger is put into the account's by who can read them, as far as it is of this visit.
        (self.visitor, self.visit) = (other.ledger.clone(), since);
        // Whoever brought the visitor brought the account, in this visit or before: that is what a window is for.
        self.keep_landings(&other.landings);
        // The visit itself counts once, with its first event.
        self.sessions = self.sessions.saturating_add(u32::from(new > 0));
        new
    }

    /// Takes over what another page of the same shopper knows since both were one portrait: the events of its visit, and what was concluded.
    pub fn join(&mut self, allowed: &Personalize, other: &Portrait, now: Millis) {
        let (sessions, before) = (self.sessions, self.newest);
        let mine = self.ledger == other.ledger;
        self.absorb(allowed, other, now);
        if mine {
            self.visitor.clear();
        }
        // Where this page was in a visit when that one's began, or since, both are in one.
        let gap = self.config.session_gap;
        let start = other.trail.visit(gap).start;
        if before.is_some_and(|newest| start.is_some_and(|start| start.since(newest) <= gap)) {
            self.sessions = sessions;
        }
        self.join_notes(other);
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
        for (_, known) in latest(&self.ids, IDS) {
            if *known == id {
                return true;
            }
        }
        for p in &self.pending {
            if p.id == id {
                return true;
            }
        }
        false
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
        insert_sorted(&mut self.ids, (at, id));
        // Of those the latest count: moving them all for each that comes takes longer than a list twice as long.
        if self.ids.len() >= 2 * IDS {
            keep_latest(&mut self.ids, IDS);
        }
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
        latest(&self.ids, IDS)
            .iter()
            .map(|(_, id)| *id)
            .chain(self.pending.iter().map(|p| p.id))
            .for_each(|id| self.sieve.add(id));
    }

    /// An event that counts: into the provisional layer, where it is young enough, else into the settled one.
    fn enter(&mut self, mut p: Pending) {
        hidden::strip(&self.hidden, &mut p);
        self.follow_week(&p);
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
        // Most events are the newest.
        if self.pending.last().is_none_or(|x| x.place() <= p.place()) {
            return self.pending.push(p);
        }
        let i = self.pending.partition_point(|x| x.place() <= p.place());
        self.pending.insert(i, p);
    }

    /// Notes what is disliked and what was bought.
    pub(super) fn list(&mut self, kind: EventKind, at: Millis, facts: &[Facts]) {
        let (list, room) = match kind {
            EventKind::NotInterested => (&mut self.disliked, DISLIKED),
            EventKind::Purchase => (&mut self.bought, BOUGHT),
            _ => return,
        };
        for f in facts.iter().filter(|f| f.product != TAKEN_BACK && hidden::names(&self.hidden, kind, f.product, at)) {
            // Orders may arrive late: whichever comes first, the latest counts.
            let known = list.iter().position(|(_, k)| *k == f.product);
            let at = known.map_or(at, |i| list.remove(i).0.max(at));
            insert_sorted(list, (at, f.product));
            keep_latest(list, room);
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
            for f in step.facts.iter().filter(|f| f.product != TAKEN_BACK) {
                self.trail.add(Mark { at, order, kind, key: f.product });
            }
        }
    }

    /// Moves what can no longer be overtaken into the settled layer: the only place where traits are evicted.
    fn settle(&mut self) {
        let Some(newest) = self.newest else { return };
        // Mostly nothing is old enough, wherever the visit began.
        let late = self.pending.first().is_some_and(|p| p.at < newest.plus(-self.config.lateness));
        if !late && self.pending.len() <= PENDING {
            return;
        }
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
            Unplaced::note(&mut self.unplaced, &self.config, &p);
        }
        keep_latest(&mut self.unplaced, UNPLACED);
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

    /// Of [`history`](Portrait::history) what private reports ask for: days, orders, opinions, the net promoter score.
    pub fn history_lately(&self, _: &Personalize) -> History {
        let h = &self.history;
        let mut all = History { nps: h.nps, opinions: h.opinions.clone(), days: h.days.clone(), ..History::default() };
        all.orders.older.orders = h.orders.older.orders.saturating_add(h.orders.recent.len() as u32);
        self.pending.iter().for_each(|p| all.add(&self.config, p));
        all
    }

    /// How many orders there were, and when which products and categories were bought: of [`history`](Portrait::history) what ranks coupons, without the rest.
    pub fn purchases(&self, _: &Personalize) -> (u64, Vec<Rhythm>, Vec<Rhythm>) {
        let h = &self.history;
        let mut all = History { products: h.products.clone(), categories: h.categories.clone(), ..History::default() };
        let mut orders = u64::from(h.orders.older.orders) + h.orders.recent.len() as u64;
        for p in &self.pending {
            if p.kind == EventKind::Purchase {
                all.count_order(&p.facts, p.at);
                orders += 1;
            }
        }
        (orders, all.products, all.categories)
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

impl Pending {
    #[inline(always)]
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
    let of = step.detail.order.map_or(0, |k| k.0);
    let when = slice(step.at, repeat).unwrap_or(step.at.0);
    let mut numbers = [when as u64, order, of, 0].map(u64::to_le_bytes);
    // Most events are about one product or none, and need no list.
    let mut few = &numbers[..3];
    let mut many = Vec::new();
    if let [f] = &step.facts[..] {
        numbers[3] = f.product.0.to_le_bytes();
        few = &numbers;
    } else if !step.facts.is_empty() {
        many.extend_from_slice(few);
        for f in &step.facts {
            many.push(f.product.0.to_le_bytes());
        }
        few = &many;
    }
    Key::made(step.kind as u8, few.as_flattened())
}

/// The slice of time, each `repeat` long, that a moment lies in.
fn slice(at: Millis, repeat: i64) -> Option<i64> {
    at.0.checked_div_euclid(repeat)
}

/// Inserts in order; most are the newest.
#[inline(never)]
fn insert_sorted(list: &mut Vec<(Millis, Key)>, entry: (Millis, Key)) {
    let mut i = list.len();
    if list.last().is_some_and(|x| *x > entry) {
        i = list.partition_point(|x| *x <= entry);
    }
    list.insert(i, entry);
}

/// The portrait as it is now.
#[derive(Debug, Clone, Copy)]
pub struct PortraitView<'a> {
    pub(super) affinities: &'a Affinities,
    /// The visit that goes on.
    pub visit: Visit<'a>,
    /// Products the shopper does not want to see.
    pub disliked: &'a [(Millis, Key)],
    /// Products the shopper bought, the latest 256, each with its latest order.
    pub bought: &'a [(Millis, Key)],
    /// What the shopper declared.
    pub declared: &'a [Declared],
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
