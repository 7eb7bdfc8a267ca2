//! The book: what the entries up to a day come to. The one place where growth, points and levels are reckoned.

use super::date::{Day, NEVER, add_months, day_of, month_of};
use super::entry::{Fact, What};
use super::ledger::Ledger;
use super::program::{Per, Program};
use super::purse::{Lot, Purse, TOP};
use crate::order::Arrange;
use alloc::vec::Vec;

/// How often something was done in the span that counted last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Of which task or redemption.
    pub name: u32,
    /// In which day, month or year.
    pub span: u32,
    /// How often.
    pub n: u32,
}

/// What all entries up to the end of a day come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// That day; [`NEVER`] before there was one.
    pub closed: Day,
    /// Growth of the period.
    pub growth: Purse,
    /// Points that can be used.
    pub points: Purse,
    /// Points that cannot be used yet; `until` is the first day on which they can.
    pub pending: Vec<Lot>,
    /// [`name`](super::name) of the level; 0: the first.
    pub level: u32,
    /// When it was reached; [`NEVER`] for the first.
    pub since: Day,
    /// When it is looked at again; [`NEVER`] for the first.
    pub review: Day,
    /// What limits need.
    pub counts: Vec<Count>,
    /// The month of the latest active day, and how many of its days counted.
    pub month: (u32, u32),
    /// The latest birthday that was had.
    pub birthday: Day,
    /// Keys of what must not count again, the latest last.
    pub known: Vec<u64>,
}

impl Default for Book {
    fn default() -> Book {
        Book {
            closed: NEVER,
            growth: Purse::default(),
            points: Purse::default(),
            pending: Vec::new(),
            level: 0,
            since: NEVER,
            review: NEVER,
            counts: Vec::new(),
            month: (0, 0),
            birthday: NEVER,
            known: Vec::new(),
        }
    }
}

#[derive(Clone, Copy)]
enum Act {
    /// Growth comes in.
    Grow(u64),
    /// Points can be used.
    Ripen(u64),
    /// What a fact takes and gives.
    Do(What),
}

#[derive(Clone, Copy)]
struct Event {
    day: Day,
    at: u32,
    key: u64,
    act: Act,
}

impl Event {
    /// Of one day growth comes first, then points, then what is taken, in the order of its times.
    fn place(&self) -> (Day, u8, u32, u64) {
        let phase = match self.act {
            Act::Grow(_) => 0,
            Act::Ripen(_) => 1,
            Act::Do(_) => 2,
        };
        (self.day, phase, self.at, self.key)
    }
}

impl Book {
    /// The ledger's book at the end of `to`, and what was taken without being there.
    pub(super) fn of(p: &Program, ledger: &Ledger, to: Day) -> (Book, u64) {
        let mut book = ledger.base.clone();
        let mut events = Vec::new();
        book.gather(p, ledger, to, &mut events);
        events.arrange_by(|a, b| a.place().cmp(&b.place()));
        let mut short = 0;
        for e in &events {
            book.advance(p, e.day);
            match e.act {
                Act::Grow(n) => book.grow(p, n, e.day),
                Act::Ripen(n) => book.points.put(n, p.points_until(e.day)),
                Act::Do(what) => short += book.take(p, what, e.day),
            }
        }
        book.advance(p, to);
        book.closed = to;
        (book, short)
    }

    /// What happens on which day.
    fn gather(&mut self, p: &Program, ledger: &Ledger, to: Day, events: &mut Vec<Event>) {
        let plain = |day, act| Event { day, at: 0, key: 0, act };
        let waiting = core::mem::take(&mut self.pending);
        let mut ripens = |day: Day, n: u64, events: &mut Vec<Event>| {
            if n == 0 {
            } else if day <= to {
                events.push(plain(day, Act::Ripen(n)));
            } else {
                let mut at = self.pending.len();
                while at > 0 && self.pending[at - 1].until > day {
                    at -= 1;
                }
                match at.checked_sub(1).and_then(|i| self.pending.get_mut(i)).filter(|lot| lot.until == day) {
                    Some(lot) => lot.left = (lot.left + n).min(TOP - 1),
                    None => self.pending.insert(at, Lot { until: day, left: n }),
                }
            }
        };
        for lot in waiting {
            ripens(lot.until, lot.left, events);
        }
        // Orders of a day that count for their number.
        let mut orders = (NEVER, 0);
        for f in &ledger.facts {
            let day = day_of(f.at, p.zone);
            if day > to {
                continue;
            }
            match f.what {
                What::Order { delivered: true, growth, points, returned } => {
                    events.push(plain(day, Act::Grow(p.spend.of(growth.saturating_sub(returned)))));
                    ripens(day + p.pending as Day, p.earn.of(points.saturating_sub(returned)), events);
                    if growth.max(points) > returned {
                        orders = if orders.0 == day { (day, orders.1 + 1) } else { (day, 1) };
                        if orders.1 <= p.order.1 {
                            events.push(plain(day, Act::Grow(p.order.0)));
                        }
                    }
                }
                What::Task { growth, undone: false, task, .. } => {
                    events.push(plain(day, Act::Grow(growth)));
                    let per = p.tasks.iter().find(|t| t.name == task).map_or(Per::None, |t| t.limit.per);
                    count(&mut self.counts, task, per.span(day));
                }
                What::Birthday { day: on, growth } => {
                    events.push(plain(day, Act::Grow(growth)));
                    self.birthday = self.birthday.max(on);
                }
                What::Use { undone: false, what, .. } => {
                    events.push(Event { day, at: f.at, key: f.key, act: Act::Do(f.what) });
                    let per = p.redeem.iter().find(|r| r.name == what).map_or(Per::None, |r| r.limit.per);
                    count(&mut self.counts, what, per.span(day));
                }
                What::Adjust { .. } => events.push(Event { day, at: f.at, key: f.key, act: Act::Do(f.what) }),
                _ => {}
            }
        }
        for day in &ledger.active {
            if *day > to {
                continue;
            }
            let month = month_of(*day);
            let before = if self.month.0 == month { self.month.1 } else { 0 };
            self.month = (month, before);
            if before < p.active.1 {
                self.month.1 += 1;
                events.push(plain(*day, Act::Grow(p.active.0)));
            }
        }
    }

    /// What ends by the beginning of `day` ends, and a level is looked at again where its time has come.
    fn advance(&mut self, p: &Program, day: Day) {
        while self.review != NEVER && self.review <= day {
            let at = self.review;
            self.growth.expire(at);
            let level = p.level_named(self.level);
            let sum = self.growth.sum();
            if sum < p.keeps(level) {
                self.level_up(p, level.saturating_sub(p.down as usize).max(p.reached(sum)), at);
            } else {
                self.review = add_months(at, p.period);
            }
        }
        self.growth.expire(day);
        self.points.expire(day);
    }

    fn grow(&mut self, p: &Program, n: u64, day: Day) {
        self.growth.put(n, p.growth_until(day));
        let reached = p.reached(self.growth.sum());
        if reached > p.level_named(self.level) {
            self.level_up(p, reached, day);
        }
    }

    /// Another level, from `day` on, for a period.
    fn level_up(&mut self, p: &Program, level: usize, day: Day) {
        self.level = p.level_name(level);
        (self.since, self.review) = if level == 0 { (NEVER, NEVER) } else { (day, add_months(day, p.period)) };
    }

    /// What a redemption, a use or a correction does. Answers what was not there to be taken.
    fn take(&mut self, p: &Program, what: What, day: Day) -> u64 {
        match what {
            What::Use { growth, points, gain, level, .. } => {
                let short = self.growth.take(growth) + self.points.take(points);
                self.points.put(gain, p.points_until(day));
                let level = p.level_named(level);
                if level > p.level_named(self.level) {
                    self.level_up(p, level, day);
                }
                short
            }
            What::Adjust { growth, points, level } => {
                self.growth.take(growth.min(0).unsigned_abs());
                self.points.take(points.min(0).unsigned_abs());
                self.points.put(points.max(0) as u64, p.points_until(day));
                self.grow(p, growth.max(0) as u64, day);
                if level != 0 && p.level_named(level) != p.level_named(self.level) {
                    self.level_up(p, p.level_named(level), day);
                }
                0
            }
            _ => 0,
        }
    }
}

/// One more in a span; what was counted in an earlier one is of no use any more.
fn count(counts: &mut Vec<Count>, name: u32, span: u32) {
    if name == 0 {
        return;
    }
    match counts.iter_mut().find(|c| c.name == name) {
        Some(c) if c.span == span => c.n = c.n.saturating_add(1),
        Some(c) => (c.span, c.n) = (span, 1),
        None => counts.push(Count { name, span, n: 1 }),
    }
}

/// Facts that are older than the end of `day`.
pub(super) fn is_by(f: &Fact, day: Day, zone: i32) -> bool {
    day_of(f.at, zone) <= day
}
