//! The server's statement: it wins, and what differed is told, entry by entry and sum by sum.

use super::apply::{Outcome, Refusal, Status, Taking, in_order, may_join, minute, undone};
use super::book::{Book, Count, is_by};
use super::date::{Day, NEVER, day_of};
use super::entry::{Entry, Fact, Kind, What, key, seed};
use super::ledger::{Ledger, ROOM};
use super::program::{Per, Program, name};
use super::purse::{Purse, TOP};
use super::state::{State, state};
use crate::id::hash;
use crate::list::Gather;
use crate::time::Millis;
use alloc::vec::Vec;

/// What a membership had come to when a statement's entries begin. Times are the shop's days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening<'a> {
    /// It tells of all before the day of this time.
    pub at: Millis,
    /// The level's id; empty: the first.
    pub level: &'a str,
    /// When it was reached.
    pub since: Option<Millis>,
    /// When it is looked at again; a period later where it is not told.
    pub review: Option<Millis>,
    /// Growth by the day on which it was earned; `None`: that of the opening.
    pub growth: Vec<(Option<Millis>, u64)>,
    /// Points by the first day on which they are gone; `None`: as if they had come on the day of the opening.
    pub points: Vec<(Option<Millis>, u64)>,
    /// Points by the first day on which they can be used.
    pub pending: Vec<(Millis, u64)>,
    /// Growth and points that are owed.
    pub claims: [u64; 2],
    /// The latest birthday that was had.
    pub birthday: Option<Millis>,
    /// How often tasks were done, and redemptions had, in the span of the opening.
    pub used: Vec<(&'a str, u32)>,
}

/// What the server says sums are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums<'a> {
    /// The level's id; empty: it says nothing of it.
    pub level: &'a str,
    /// Growth.
    pub growth: Option<u64>,
    /// Points that can be used.
    pub points: Option<u64>,
}

/// A statement of the shop's server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement<'a> {
    /// When it was made: it knows nothing of later entries.
    pub at: Millis,
    /// Where it begins; `None`: at nothing.
    pub opening: Option<Opening<'a>>,
    /// All entries from there on; `None`: it tells sums alone, and the entries here stay.
    pub entries: Option<Vec<Entry<'a>>>,
    /// What that comes to.
    pub sums: Sums<'a>,
}

/// Something that differed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// An entry of this kind, time in minutes and key: what it was here, and there. The place is that in the statement's entries.
    Entry {
        /// What it is.
        kind: Kind,
        /// When.
        at: u32,
        /// Names it.
        key: u64,
        /// Its amount here; `None`: it is not known here.
        here: Option<i64>,
        /// Its amount there; `None`: it is not known there.
        there: Option<i64>,
        /// Its place in the statement.
        place: Option<usize>,
    },
    /// An entry of the statement that cannot be read.
    Unreadable {
        /// Its place in the statement.
        place: usize,
        /// What is wrong with it.
        why: Refusal,
    },
    /// A later entry of this device that what the server says does not cover, or has already.
    Dropped {
        /// What it was.
        kind: Kind,
        /// When, in minutes.
        at: u32,
        /// Names it.
        key: u64,
    },
    /// A sum: 0 the level's number, 1 growth, 2 points, 3 pending points, 4 growth owed, 5 points owed.
    Sum {
        /// Which.
        sum: u8,
        /// Before.
        here: u64,
        /// After.
        there: u64,
    },
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Whether it was taken.
    pub outcome: Outcome,
    /// What differed, entries first, by time.
    pub differences: Vec<Difference>,
}

/// Takes over what the server says. What happened here later than the statement stays, as far as it is covered.
pub fn reconcile(p: &Program, ledger: &mut Ledger, now: Millis, s: &Statement<'_>) -> Reconciled {
    let refused =
        |why| Reconciled { outcome: Outcome { status: Status::Refused, why: Some(why) }, differences: Vec::new() };
    let stated = minute(s.at);
    if stated < ledger.stated || stated == 0 {
        return refused(Refusal::Stale);
    }
    if stated > minute(now).saturating_add(1_440) {
        return refused(Refusal::InFuture);
    }
    let day = day_of(stated, p.zone);
    let mut out = Vec::new();
    let before = state(p, ledger, now);
    let mut next = match (&s.opening, &s.entries) {
        (None, None) => {
            let mut kept = ledger.clone();
            kept.facts.retain(|f| f.at <= stated);
            kept
        }
        (opening, _) => {
            let Some(base) = opened(p, opening.as_ref()) else { return refused(Refusal::BadEntry) };
            Ledger { birth: ledger.birth, base, ..Ledger::default() }
        }
    };
    if let Some(entries) = &s.entries {
        told(p, &mut next, ledger, stated, entries, &mut out);
        // Being around is counted here; a server that knows of no such days has none to say.
        if entries.iter().all(|e| e.kind != Kind::Active) {
            next.active = ledger.active.iter().copied().filter(|d| *d > next.base.closed).gather();
        }
    }
    if next.base.closed != NEVER && next.base.closed > day {
        return refused(Refusal::Stale);
    }
    adjust(p, &mut next, stated, &s.sums);
    for f in &ledger.facts {
        if f.at > stated {
            again(p, &mut next, f, minute(now), &mut out);
        }
    }
    for d in &ledger.active {
        if *d >= day && next.active.last().is_none_or(|last| last < d) {
            next.active.push(*d);
        }
    }
    next.stated = stated;
    let today = day_of(minute(now), p.zone).max(next.newest(p.zone));
    if !next.make_room(p, today, ROOM, true) {
        return refused(Refusal::Full);
    }
    let after = state(p, &next, now);
    for (sum, (here, there)) in (0..).zip(sums(&before).into_iter().zip(sums(&after))) {
        if here != there {
            out.push(Difference::Sum { sum, here, there });
        }
    }
    *ledger = next;
    Reconciled { outcome: Outcome { status: Status::Accepted, why: None }, differences: out }
}

fn sums(s: &State) -> [u64; 6] {
    let mut pending = s.undelivered;
    for lot in &s.pending {
        pending = pending.saturating_add(lot.left);
    }
    [s.level as u64, s.growth, s.points, pending, s.growth_claim, s.points_claim]
}

/// The base that an opening tells; `None` where it cannot be one.
fn opened(p: &Program, opening: Option<&Opening<'_>>) -> Option<Book> {
    let mut b = Book::default();
    let Some(o) = opening else { return Some(b) };
    let day = |t: Millis| day_of(minute(t), p.zone);
    let closed = day(o.at) - 1;
    b.closed = closed;
    let level = if o.level.is_empty() { 0 } else { p.levels.iter().position(|l| l.name == name(o.level))? };
    b.level = p.level_name(level);
    if level > 0 {
        b.since = o.since.map_or(closed, day);
        b.review = o.review.map_or(super::add_months(b.since, p.period), day).max(closed + 1);
    }
    let mut fits = true;
    let mut put = |purse: &mut Purse, n: u64, until: Day| {
        fits &= n < TOP && purse.lots.len() < 1_000;
        if until > closed && fits {
            purse.put(n, until);
        }
    };
    for (on, n) in &o.growth {
        put(&mut b.growth, *n, p.growth_until(on.map_or(closed, day).min(closed)));
    }
    for (until, n) in &o.points {
        put(&mut b.points, *n, until.map_or_else(|| p.points_until(closed), day));
    }
    let mut waiting = Purse::default();
    for (from, n) in &o.pending {
        put(&mut waiting, *n, day(*from));
    }
    b.pending = waiting.lots;
    let [growth, points] = o.claims;
    fits &= growth < TOP && points < TOP && o.used.len() <= 128;
    // What is owed is taken from what there is.
    b.growth.take(growth);
    b.points.take(points);
    b.birthday = o.birthday.map_or(NEVER, day);
    for (id, n) in &o.used {
        let name = name(id);
        let task = p.tasks.iter().find(|t| t.name == name).map(|t| t.limit.per);
        let per = task.or(p.redeem.iter().find(|r| r.name == name).map(|r| r.limit.per)).unwrap_or(Per::None);
        b.counts.retain(|c| c.name != name);
        b.counts.push(Count { name, span: per.span(closed), n: *n });
    }
    fits.then_some(b)
}

/// The statement's entries into `next`, and how they differ from those of `here`.
fn told(p: &Program, next: &mut Ledger, here: &Ledger, stated: u32, entries: &[Entry<'_>], out: &mut Vec<Difference>) {
    // Where each of its entries came to stand.
    let mut places: Vec<(u64, usize)> = Vec::new();
    let at = |e: &Entry<'_>| minute(e.at.unwrap_or(Millis(i64::from(stated) * 60_000)));
    for i in in_order(p, entries, stated) {
        let e = Entry { at: Some(Millis(i64::from(at(&entries[i]).min(stated)) * 60_000)), ..entries[i] };
        let outcome = Taking { p, ledger: next, now: stated, room: ROOM, forced: true }.entry(&e);
        if outcome.status == Status::Refused
            && let Some(why) = outcome.why
        {
            out.push(Difference::Unreadable { place: i, why });
        }
        if let Some(key) = key_told(&e) {
            places.push((key, i));
        }
    }
    let amounts = |l: &Ledger, key: u64| l.place(key).map(|i| l.facts[i].what);
    for f in &here.facts {
        if f.at > stated || is_by(f, next.base.closed, p.zone) {
            continue;
        }
        let there = amounts(next, f.key);
        let same = there.is_some_and(|t| t == f.what);
        let closed = there.is_none() && next.is_known(f.key);
        if !(same || closed) {
            let place = places.iter().find(|(k, _)| *k == f.key).map(|(_, i)| *i);
            let (here, there) = (Some(f.what.amount()), there.map(What::amount));
            out.push(Difference::Entry { kind: f.what.kind(), at: f.at, key: f.key, here, there, place });
        }
    }
    for f in &next.facts {
        if here.place(f.key).is_none() && !here.is_known(f.key) && !is_by(f, here.base.closed, p.zone) {
            let place = places.iter().find(|(k, _)| *k == f.key).map(|(_, i)| *i);
            let there = Some(f.what.amount());
            out.push(Difference::Entry { kind: f.what.kind(), at: f.at, key: f.key, here: None, there, place });
        }
    }
}

/// The key of an entry that has an id of its own.
fn key_told(e: &Entry<'_>) -> Option<u64> {
    match e.kind {
        Kind::Paid | Kind::Delivered => Some(key(seed::ORDER, e.id)),
        Kind::Returned => Some(super::entry::key_of(seed::RETURN, e.what, e.id)),
        Kind::Task if e.id.is_empty() => Some(super::entry::key_of(seed::SUBJECT, e.what, e.subject)),
        Kind::Task | Kind::Redeem | Kind::Spend => Some(key(seed::ID, e.id)),
        Kind::Adjust => Some(key(seed::ADJUST, e.id)),
        Kind::Undo => Some(key(seed::UNDO, e.what)),
        Kind::Active | Kind::Birthday => None,
    }
}

/// What makes the sums those that the server says.
fn adjust(p: &Program, next: &mut Ledger, stated: u32, said: &Sums<'_>) {
    let day = day_of(stated, p.zone).max(next.base.closed.saturating_add(1));
    let (book, _) = Book::of(p, next, day.max(next.newest(p.zone)));
    let more = |said: Option<u64>, purse: &Purse| {
        let (n, sum) = (said.unwrap_or(purse.sum()), purse.sum());
        let more = n as i64 - sum as i64 + if n > sum { purse.claim as i64 } else { 0 };
        more.clamp(1 - TOP as i64, TOP as i64 - 1)
    };
    let level = if said.level.is_empty() { 0 } else { name(said.level) };
    let growth = more(said.growth, &book.growth);
    let known = p.levels.iter().any(|l| l.name == level);
    let known = known && (growth != 0 || p.level_named(level) != p.level_named(book.level));
    let what = What::Adjust { growth, points: more(said.points, &book.points), level: if known { level } else { 0 } };
    if what != (What::Adjust { growth: 0, points: 0, level: 0 }) {
        let fact = Fact { at: stated, key: hash(seed::ADJUST, &stated.to_le_bytes()), what };
        next.remove(fact.key);
        next.insert(fact);
    }
}

/// What happened from `since` on, before somebody was known, into the ledger of who it was. Answers how many entries were new there.
pub fn merge(p: &Program, ledger: &mut Ledger, now: Millis, other: &Ledger, since: Millis) -> usize {
    let since = minute(since);
    let mut next = ledger.clone();
    let mut out = Vec::new();
    for f in other.facts.iter().filter(|f| f.at >= since) {
        again(p, &mut next, f, minute(now), &mut out);
    }
    for d in &other.active {
        if *d > next.base.closed && *d >= day_of(since, p.zone) && !next.active.contains(d) {
            let at = next.active.iter().position(|x| x > d).unwrap_or(next.active.len());
            next.active.insert(at, *d);
        }
    }
    if next.birth == 0 {
        next.birth = other.birth;
    }
    let new = next.facts.len() + next.active.len() - ledger.facts.len() - ledger.active.len();
    let today = day_of(minute(now), p.zone).max(next.newest(p.zone));
    if !next.make_room(p, today, ROOM, true) {
        return 0;
    }
    *ledger = next;
    new
}

/// An entry of this device that is later than the statement, once more.
fn again(p: &Program, next: &mut Ledger, f: &Fact, now: u32, out: &mut Vec<Difference>) {
    if is_by(f, next.base.closed, p.zone) || next.is_known(f.key) {
        return;
    }
    if let Some(i) = next.place(f.key) {
        let paid = matches!(next.facts[i].what, What::Order { delivered: false, .. });
        if let What::Order { delivered: true, .. } = f.what
            && paid
        {
            // The server knows that it was paid; that it came is known here.
            let Some(Fact { key, what: What::Order { growth, points, returned, .. }, .. }) = next.remove(f.key) else {
                return;
            };
            next.insert(Fact { at: f.at, key, what: What::Order { delivered: true, growth, points, returned } });
        }
        return;
    }
    if !may_join(p, next, f) {
        out.push(Difference::Dropped { kind: f.what.kind(), at: f.at, key: f.key });
        return;
    }
    match f.what {
        What::Return { order, amount } => {
            if let Some(i) = next.place(order)
                && let What::Order { delivered, growth, points, returned } = next.facts[i].what
            {
                let returned = returned + amount.min(growth.max(points).saturating_sub(returned));
                next.facts[i].what = What::Order { delivered, growth, points, returned };
            }
        }
        What::Undo { of } => {
            if let Some(i) = next.place(of) {
                next.facts[i].what = undone(next.facts[i].what);
            }
        }
        What::Order { delivered, growth, points, .. } => {
            // Its returns come after it, and are counted again.
            next.insert(Fact { what: What::Order { delivered, growth, points, returned: 0 }, ..*f });
            return;
        }
        What::Use { undone: false, .. } => {
            let day = day_of(now, p.zone).max(next.newest(p.zone)).max(day_of(f.at, p.zone));
            let (_, before) = Book::of(p, next, day);
            next.insert(*f);
            if Book::of(p, next, day).1 > before {
                next.remove(f.key);
                out.push(Difference::Dropped { kind: f.what.kind(), at: f.at, key: f.key });
            }
            return;
        }
        _ => {}
    }
    next.insert(*f);
}
