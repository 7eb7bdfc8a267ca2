//! Taking in entries: each counts once, wholly or not at all, and nothing is given that is not there.

use super::book::Book;
use super::date::{Day, NEVER, birthday_before, day_of, days_in};
use super::entry::{Amounts, Entry, Fact, Kind, What, key, key_of, seed};
use super::ledger::{Ledger, ROOM};
use super::program::{Limit, MOST, Per, Program, Reward, name};
use crate::list::Gather;
use crate::order::Arrange;
use crate::time::{DAY, MINUTE, Millis};
use alloc::vec::Vec;

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// It counts.
    Accepted = 0,
    /// It counted before; nothing changed.
    Known = 1,
    /// It does not count; nothing changed.
    Refused = 2,
    /// A date of birth that is kept, without anything given for it now.
    Noted = 3,
}

macro_rules! refusals {
    ($($name:ident = $number:literal, $code:literal, $doc:literal;)*) => {
        /// Why an entry does not count.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Refusal {
            $(#[doc = $doc] $name = $number,)*
        }

        impl Refusal {
            /// All, by number from 1.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$name),*];

            /// As it is told.
            pub fn code(self) -> &'static str {
                match self {
                    $(Refusal::$name => $code,)*
                }
            }
        }
    };
}

refusals! {
    BadEntry = 1, "bad_entry", "Something that its kind needs is missing, or is no such thing.";
    InFuture = 2, "in_future", "It is more than a day ahead of now.";
    Closed = 3, "closed", "It is of a day that is closed: the server's statement tells of it.";
    UnknownOrder = 4, "unknown_order", "No order of this id is open.";
    UnknownCurrency = 5, "unknown_currency", "The programme has no rate for it.";
    UnknownTask = 6, "unknown_task", "The programme has no such task.";
    Limit = 7, "limit", "It was done or had as often as it may be.";
    Once = 8, "once", "It was done for this already.";
    NotActive = 9, "not_active", "This event makes no day active.";
    NotBirthday = 10, "not_birthday", "It is not the birthday, or it is too long ago.";
    BirthdayHad = 11, "birthday_had", "There was a birthday within the year.";
    UnknownRedemption = 12, "unknown_redemption", "The programme has no such redemption.";
    WrongLevel = 13, "wrong_level", "It is not for the present level.";
    Growth = 14, "not_enough_growth", "There is not enough growth.";
    Points = 15, "not_enough_points", "There are not enough points.";
    Smallest = 16, "below_smallest", "Fewer points than may be used at once.";
    UnknownEntry = 17, "unknown_entry", "No entry of this id is open.";
    Stays = 18, "stays", "It is not taken back.";
    Full = 19, "full", "One day has more entries than a ledger holds.";
    Stale = 20, "stale", "There was a later statement.";
}

/// What became of an entry, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// Why not.
    pub why: Option<Refusal>,
}

const ACCEPTED: Outcome = Outcome { status: Status::Accepted, why: None };
const KNOWN: Outcome = Outcome { status: Status::Known, why: None };

type Done = Result<Outcome, Refusal>;

/// Takes in entries. Those of one day count in the order of their kinds, then of their times, whatever order they come in.
///
/// # Example: an order counts once
///
/// ```
/// use nearshelf::member::{Amounts, Entry, Kind, Ledger, Program, Status, apply, json, state};
/// use nearshelf::time::Millis;
/// # #[cfg(feature = "cli")] {
/// let file = serde_json::from_str(include_str!("../../www-demo/shop/loyalty.json")).unwrap();
/// let program = json::program(&file, 480).unwrap();
/// let now = Millis(1_790_000_000_000);
/// let order = Entry {
///     kind: Kind::Delivered,
///     id: "A-1",
///     amounts: Some(Amounts { paid: 90_000, ..Amounts::default() }),
///     ..Entry::default()
/// };
/// let mut ledger = Ledger::default();
/// let outcomes = apply(&program, &mut ledger, now, &[order, order]);
/// assert_eq!((outcomes[0].status, outcomes[1].status), (Status::Accepted, Status::Known));
/// let state = state(&program, &ledger, now);
/// assert_eq!((state.growth, state.level), (910, 1)); // ¥900 and an order
/// # }
/// ```
pub fn apply(p: &Program, ledger: &mut Ledger, now: Millis, entries: &[Entry<'_>]) -> Vec<Outcome> {
    apply_in(p, ledger, now, entries, ROOM)
}

/// The same with another room for open entries than [`ROOM`].
pub fn apply_in(p: &Program, ledger: &mut Ledger, now: Millis, entries: &[Entry<'_>], room: usize) -> Vec<Outcome> {
    let before = ledger.clone();
    let today = minute(now);
    let mut outcomes = Vec::new();
    outcomes.resize(entries.len(), KNOWN);
    for i in in_order(p, entries, today) {
        outcomes[i] = Taking { p, ledger, now: today, room, forced: false }.entry(&entries[i]);
    }
    let day = day_of(today, p.zone).max(ledger.newest(p.zone));
    if !ledger.make_room(p, day, room, true) {
        *ledger = before;
        for o in &mut outcomes {
            *o = refused(Refusal::Full);
        }
    }
    outcomes
}

/// The places of entries in the order in which they count: by day, kind, time, and whatever else tells two apart.
pub(super) fn in_order(p: &Program, entries: &[Entry<'_>], now: u32) -> Vec<usize> {
    let mut order = (0..entries.len()).gather();
    order.arrange_by(|a, b| {
        let place = |i: usize| {
            let e = &entries[i];
            let at = e.at.map_or(now, minute);
            let amount = e.amounts.map_or(0, |a| a.paid);
            (day_of(at, p.zone), e.kind as u8, at, amount as i64 ^ e.points, e.birth, [e.id, e.what, e.subject])
        };
        place(*a).cmp(&place(*b))
    });
    order
}

fn refused(why: Refusal) -> Outcome {
    Outcome { status: Status::Refused, why: Some(why) }
}

/// Minutes since 1970; what is before or beyond is at the end of what there is.
pub(super) fn minute(t: Millis) -> u32 {
    u32::try_from(t.0.div_euclid(MINUTE)).unwrap_or(if t.0 < 0 { 0 } else { LATEST }).min(LATEST)
}

/// The last minute that is told apart, in the year 9999.
const LATEST: u32 = 4_223_000_000;
/// Birthdays are so many days apart.
const YEAR: i64 = 365;
/// How far an entry may be ahead of now: clocks of devices and servers differ.
const AHEAD: u32 = (DAY / MINUTE) as u32;

/// One entry on its way into a ledger.
pub(super) struct Taking<'a> {
    pub(super) p: &'a Program,
    pub(super) ledger: &'a mut Ledger,
    /// In minutes.
    pub(super) now: u32,
    pub(super) room: usize,
    /// It is the server's word: it counts even where a limit is reached or nothing is there to be taken.
    pub(super) forced: bool,
}

impl Taking<'_> {
    pub(super) fn entry(&mut self, e: &Entry<'_>) -> Outcome {
        self.taken(e).unwrap_or_else(refused)
    }

    fn taken(&mut self, e: &Entry<'_>) -> Done {
        let at = e.at.map_or(self.now, minute);
        if at > self.now.saturating_add(AHEAD) {
            return Err(Refusal::InFuture);
        }
        let day = day_of(at, self.p.zone);
        match e.kind {
            Kind::Paid | Kind::Delivered => self.order(e, at, day),
            Kind::Returned => self.back(e, at, day),
            Kind::Task => self.task(e, at, day),
            Kind::Active => self.active(e, day),
            Kind::Birthday => self.birthday(e, at, day),
            Kind::Adjust => self.adjust(e, at, day),
            Kind::Redeem => self.redeem(e, at, day),
            Kind::Spend => self.spend(e, at, day),
            Kind::Undo => self.undo(e, at, day),
        }
    }

    /// The key is not taken, and its day is open.
    fn fresh(&self, key: u64, day: Day) -> Result<bool, Refusal> {
        if self.ledger.place(key).is_some() || self.ledger.is_known(key) {
            return Ok(false);
        }
        if day <= self.ledger.base.closed { Err(Refusal::Closed) } else { Ok(true) }
    }

    fn put(&mut self, at: u32, key: u64, what: What) -> Done {
        self.ledger.insert(Fact { at, key, what });
        if !self.ledger.is_full(self.room) || self.make_room() {
            return Ok(ACCEPTED);
        }
        self.ledger.remove(key);
        Err(Refusal::Full)
    }

    fn make_room(&mut self) -> bool {
        let today = self.today();
        self.ledger.make_room(self.p, today, self.room, false)
    }

    fn today(&self) -> Day {
        day_of(self.now, self.p.zone).max(self.ledger.newest(self.p.zone))
    }

    /// Puts in what takes something, unless it is not there.
    fn put_covered(&mut self, at: u32, key: u64, what: What) -> Done {
        // An entry may be a little ahead.
        let today = self.today().max(day_of(at, self.p.zone));
        let (book, before) = Book::of(self.p, self.ledger, today);
        let growth = book.growth.claim;
        self.ledger.insert(Fact { at, key, what });
        let (book, after) = Book::of(self.p, self.ledger, today);
        self.ledger.remove(key);
        if after > before && !self.forced {
            return Err(if book.growth.claim > growth { Refusal::Growth } else { Refusal::Points });
        }
        self.put(at, key, what)
    }

    /// What of an order counts for growth, and for points, in the shop's money.
    fn counted(&self, a: Amounts, currency: &str) -> Result<[u64; 2], Refusal> {
        let mut out = [0; 2];
        for (n, earn) in out.iter_mut().zip([self.p.spend, self.p.earn]) {
            let shipping = if earn.excludes & 1 != 0 { a.shipping } else { 0 };
            let points = if earn.excludes & 2 != 0 { a.points } else { 0 };
            let counts = a.paid.saturating_sub(shipping).saturating_sub(points);
            if !currency.is_empty() && self.p.rates.iter().all(|(c, _)| c != currency) {
                return Err(Refusal::UnknownCurrency);
            }
            *n = self.p.converted(counts, currency).ok_or(Refusal::BadEntry)?;
        }
        Ok(out)
    }

    fn order(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let key = key(seed::ORDER, e.id);
        if e.id.is_empty() {
            return Err(Refusal::BadEntry);
        }
        let now_delivered = e.kind == Kind::Delivered;
        if let Some(i) = self.ledger.place(key) {
            match self.ledger.facts[i].what {
                What::Order { delivered: false, growth, points, returned } if now_delivered => {
                    if day <= self.ledger.base.closed {
                        return Err(Refusal::Closed);
                    }
                    self.ledger.remove(key);
                    return self.put(at, key, What::Order { delivered: true, growth, points, returned });
                }
                _ => return Ok(KNOWN),
            }
        }
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        let Some(amounts) = e.amounts else {
            return Err(if now_delivered { Refusal::UnknownOrder } else { Refusal::BadEntry });
        };
        let [growth, points] = self.counted(amounts, e.currency)?;
        self.put(at, key, What::Order { delivered: now_delivered, growth, points, returned: 0 })
    }

    fn back(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let order = key(seed::ORDER, e.what);
        let key = key_of(seed::RETURN, e.what, e.id);
        if e.what.is_empty() {
            return Err(Refusal::BadEntry);
        }
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        let Some(i) = self.ledger.place(order) else {
            return Err(if self.ledger.is_known(order) { Refusal::Closed } else { Refusal::UnknownOrder });
        };
        let given = match e.amounts {
            Some(a) => Some(self.p.converted(a.paid, e.currency).ok_or(
                if self.p.rates.iter().any(|(c, _)| c == e.currency) {
                    Refusal::BadEntry
                } else {
                    Refusal::UnknownCurrency
                },
            )?),
            None => None,
        };
        let was = self.ledger.facts[i].what;
        let What::Order { growth, points, returned, delivered } = was else { return Err(Refusal::UnknownOrder) };
        let left = growth.max(points).saturating_sub(returned);
        let amount = given.unwrap_or(left).min(left);
        self.ledger.facts[i].what = What::Order { growth, points, returned: returned + amount, delivered };
        let done = self.put(at, key, What::Return { order, amount });
        if done.is_err()
            && let Some(i) = self.ledger.place(order)
        {
            self.ledger.facts[i].what = was;
        }
        done
    }

    fn task(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let task = *self.p.tasks.iter().find(|t| t.name == name(e.what)).ok_or(Refusal::UnknownTask)?;
        let subject = if task.once && !e.subject.is_empty() { key_of(seed::SUBJECT, e.what, e.subject) } else { 0 };
        let key = match (e.id, subject) {
            ("", 0) => return Err(Refusal::BadEntry),
            ("", s) => s,
            (id, _) => key(seed::ID, id),
        };
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        if !self.forced {
            if is_done(self.ledger, subject) {
                return Err(Refusal::Once);
            }
            if is_reached(self.p, self.ledger, task.name, task.limit, day) {
                return Err(Refusal::Limit);
            }
        }
        self.put(at, key, What::Task { task: task.name, subject, growth: task.growth, undone: false })
    }

    fn active(&mut self, e: &Entry<'_>, day: Day) -> Done {
        if !e.what.is_empty() && !self.p.activities.is_empty() && self.p.activities.iter().all(|a| a != e.what) {
            return Err(Refusal::NotActive);
        }
        let days = &mut self.ledger.active;
        let mut at = days.len();
        while at > 0 && days[at - 1] > day {
            at -= 1;
        }
        if at > 0 && days[at - 1] == day {
            return Ok(KNOWN);
        }
        if day <= self.ledger.base.closed {
            return Err(Refusal::Closed);
        }
        days.insert(at, day);
        if self.ledger.is_full(self.room) && !self.make_room() {
            self.ledger.active.retain(|d| *d != day);
            return Err(Refusal::Full);
        }
        Ok(ACCEPTED)
    }

    fn birthday(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let (month, date) = (u32::from(e.birth.0), u32::from(e.birth.1));
        // 2000 has every day that a year can have.
        if !(1..=12).contains(&month) || !(1..=days_in(2000, month)).contains(&date) {
            return Err(Refusal::BadEntry);
        }
        let on = birthday_before(day, month, date);
        let granted = self.granted(on, at, day);
        if granted != Ok(KNOWN) {
            self.ledger.birth = (month * 100 + date) as u16;
        }
        match granted {
            Err(why @ (Refusal::NotBirthday | Refusal::BirthdayHad)) => {
                Ok(Outcome { status: Status::Noted, why: Some(why) })
            }
            other => other,
        }
    }

    fn granted(&mut self, on: Day, at: u32, day: Day) -> Done {
        if !self.forced && i64::from(day) - i64::from(on) > i64::from(self.p.birthday.1) {
            return Err(Refusal::NotBirthday);
        }
        match nearest_birthday(self.ledger, on) {
            0 => return Ok(KNOWN),
            n if n < YEAR => return Err(Refusal::BirthdayHad),
            _ => {}
        }
        if day <= self.ledger.base.closed {
            return Err(Refusal::Closed);
        }
        let key = crate::id::hash(seed::BIRTHDAY, &on.to_le_bytes());
        self.put(at, key, What::Birthday { day: on, growth: self.p.birthday.0 })
    }

    fn adjust(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let key = key(seed::ADJUST, e.id);
        let level = if e.what.is_empty() { 0 } else { name(e.what) };
        let small = |n: i64| n.unsigned_abs() <= MOST;
        if e.id.is_empty()
            || !(small(e.growth) && small(e.points))
            || (level != 0 && self.p.levels.iter().all(|l| l.name != level))
        {
            return Err(Refusal::BadEntry);
        }
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        self.put(at, key, What::Adjust { growth: e.growth, points: e.points, level })
    }

    fn redeem(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        if e.id.is_empty() {
            return Err(Refusal::BadEntry);
        }
        let r = *self.p.redeem.iter().find(|r| r.name == name(e.what)).ok_or(Refusal::UnknownRedemption)?;
        let key = key(seed::ID, e.id);
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        let given = r.kind == Reward::Level;
        if !self.forced {
            let level = self.p.level_named(Book::of(self.p, self.ledger, self.today()).0.level);
            if (r.from != 0 && r.from >> level & 1 == 0) || (given && level >= usize::from(r.level)) {
                return Err(Refusal::WrongLevel);
            }
            if is_reached(self.p, self.ledger, r.name, r.limit, day) {
                return Err(Refusal::Limit);
            }
        }
        let level = if given { self.p.level_name(r.level.into()) } else { 0 };
        let what = What::Use { what: r.name, growth: r.growth, points: r.points, gain: r.gain, level, undone: false };
        self.put_covered(at, key, what)
    }

    fn spend(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        let points = u64::try_from(e.points).ok().filter(|n| (1..=MOST).contains(n)).ok_or(Refusal::BadEntry)?;
        let key = key(seed::ID, e.id);
        if e.id.is_empty() {
            return Err(Refusal::BadEntry);
        }
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        if points < self.p.smallest && !self.forced {
            return Err(Refusal::Smallest);
        }
        self.put_covered(at, key, What::Use { what: 0, growth: 0, points, gain: 0, level: 0, undone: false })
    }

    fn undo(&mut self, e: &Entry<'_>, at: u32, day: Day) -> Done {
        if e.what.is_empty() {
            return Err(Refusal::BadEntry);
        }
        let (of, key) = (key(seed::ID, e.what), key(seed::UNDO, e.what));
        if !self.fresh(key, day)? {
            return Ok(KNOWN);
        }
        let Some(i) = self.ledger.place(of) else {
            return Err(if self.ledger.is_known(of) { Refusal::Closed } else { Refusal::UnknownEntry });
        };
        let was = self.ledger.facts[i].what;
        let stays = |task: u32| self.p.tasks.iter().any(|t| t.name == task && !t.reversed);
        if let What::Task { task, .. } = was
            && stays(task)
            && !self.forced
        {
            return Err(Refusal::Stays);
        }
        self.ledger.facts[i].what = undone(was);
        let done = self.put(at, key, What::Undo { of });
        if done.is_err()
            && let Some(i) = self.ledger.place(of)
        {
            self.ledger.facts[i].what = was;
        }
        done
    }
}

/// Days between a birthday and the nearest one that was had.
fn nearest_birthday(ledger: &Ledger, on: Day) -> i64 {
    let mut nearest = i64::MAX;
    let mut near = |had: Day| {
        if had != NEVER {
            nearest = (i64::from(had) - i64::from(on)).abs().min(nearest);
        }
    };
    near(ledger.base.birthday);
    for f in &ledger.facts {
        if let What::Birthday { day, .. } = f.what {
            near(day);
        }
    }
    nearest
}

/// True when it was done for a subject already.
fn is_done(ledger: &Ledger, subject: u64) -> bool {
    let same = |f: &Fact| matches!(f.what, What::Task { subject: s, undone: false, .. } if s == subject);
    subject != 0 && (ledger.facts.iter().any(same) || ledger.is_known(subject))
}

/// True when a limit is reached in the span of a day.
fn is_reached(p: &Program, ledger: &Ledger, name: u32, limit: Limit, day: Day) -> bool {
    limit.per != Per::None && used(p, ledger, name, limit.per, day) >= limit.count
}

/// True when nothing in the ledger keeps this entry of another one from counting here too.
pub(super) fn may_join(p: &Program, ledger: &Ledger, f: &Fact) -> bool {
    let day = day_of(f.at, p.zone);
    match f.what {
        What::Task { task, subject, undone: false, .. } => {
            let limit = p.tasks.iter().find(|t| t.name == task).map_or(Limit::default(), |t| t.limit);
            !is_done(ledger, subject) && !is_reached(p, ledger, task, limit, day)
        }
        What::Use { what, undone: false, .. } => {
            let limit = p.redeem.iter().find(|r| r.name == what).map_or(Limit::default(), |r| r.limit);
            !is_reached(p, ledger, what, limit, day)
        }
        What::Birthday { day, .. } => nearest_birthday(ledger, day) >= YEAR,
        _ => true,
    }
}

/// The same, taken back.
pub(super) fn undone(what: What) -> What {
    match what {
        What::Task { task, subject, growth, .. } => What::Task { task, subject, growth, undone: true },
        What::Use { what, growth, points, gain, level, .. } => {
            What::Use { what, growth, points, gain, level, undone: true }
        }
        other => other,
    }
}

/// How often a task was done, or a redemption had, in the span of a day.
pub(super) fn used(p: &Program, ledger: &Ledger, name: u32, per: Per, day: Day) -> u32 {
    let span = per.span(day);
    let closed = ledger.base.counts.iter().find(|c| c.name == name && c.span == span).map_or(0, |c| c.n);
    let open = ledger.facts.iter().filter(|f| {
        let named = match f.what {
            What::Task { task, undone: false, .. } => task,
            What::Use { what, undone: false, .. } => what,
            _ => 0,
        };
        named == name && per.span(day_of(f.at, p.zone)) == span
    });
    closed.saturating_add(open.count() as u32)
}
