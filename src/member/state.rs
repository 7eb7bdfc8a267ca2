//! What a member may know: level, growth, points, what is next.

use super::apply::{minute, used};
use super::book::Book;
use super::date::{Day, NEVER, day_of};
use super::entry::What;
use super::ledger::Ledger;
use super::program::{Limit, Per, Program};
use super::purse::Lot;
use crate::list::Gather;
use crate::time::Millis;
use alloc::vec::Vec;

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How often it may still be; `None`: as often as one likes.
    pub left: Option<u32>,
    /// The first day on which it counts anew, [`NEVER`] for none.
    pub again: Day,
    /// What is missing to have it now: 0 nothing, 1 the limit, 2 the level, 3 growth, 4 points.
    pub lacks: u8,
}

/// A membership on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// That day: now, or the day of the newest entry where the clock went back.
    pub day: Day,
    /// The level, by number.
    pub level: usize,
    /// When it was reached; [`NEVER`] for the first.
    pub since: Day,
    /// When it is looked at again; [`NEVER`] for the first.
    pub review: Day,
    /// Growth that has to come until then to keep it.
    pub to_keep: u64,
    /// Growth of the period.
    pub growth: u64,
    /// Growth that was taken back but spent already.
    pub growth_claim: u64,
    /// Growth that is missing for the next level; `None` on the highest.
    pub to_next: Option<u64>,
    /// Points that can be used.
    pub points: u64,
    /// Points that were taken back but spent already.
    pub points_claim: u64,
    /// Points that cannot be used yet, and the day from which on they can.
    pub pending: Vec<Lot>,
    /// Points of orders that are paid and not delivered.
    pub undelivered: u64,
    /// Points by the day on which they end.
    pub ends: Vec<Lot>,
    /// Growth by the day on which it stops counting.
    pub fades: Vec<Lot>,
    /// Of each task.
    pub tasks: Vec<Left>,
    /// Of each redemption.
    pub redeem: Vec<Left>,
    /// Benefits of the level and of those below, by number.
    pub benefits: Vec<usize>,
    /// Month × 100 + day of birth; 0: not told.
    pub birth: u16,
    /// The latest birthday that was had.
    pub birthday: Day,
    /// The last day that is closed.
    pub closed: Day,
    /// Open entries.
    pub open: usize,
}

/// The membership at a time.
pub fn state(p: &Program, ledger: &Ledger, now: Millis) -> State {
    let day = day_of(minute(now), p.zone).max(ledger.newest(p.zone));
    let (book, _) = Book::of(p, ledger, day);
    let level = p.level_named(book.level);
    let growth = book.growth.sum();
    let points = book.points.sum();
    let left = |name: u32, limit: Limit| {
        let left = (limit.per != Per::None).then(|| limit.count.saturating_sub(used(p, ledger, name, limit.per, day)));
        let again = if left.is_some() { limit.per.next(day).unwrap_or(NEVER) } else { NEVER };
        Left { left, again, lacks: u8::from(left == Some(0)) }
    };
    let redeem = p.redeem.iter().map(|r| {
        let mut left = left(r.name, r.limit);
        let gives = r.kind == super::Reward::Level && level >= usize::from(r.level);
        left.lacks = match () {
            () if gives || (r.from != 0 && r.from >> level & 1 == 0) => 2,
            () if left.lacks > 0 => 1,
            () if r.growth > growth => 3,
            () if r.points > points => 4,
            () => 0,
        };
        left
    });
    let undelivered = ledger.facts.iter().map(|f| match f.what {
        What::Order { delivered: false, points, returned, .. } => p.earn.of(points.saturating_sub(returned)),
        _ => 0,
    });
    State {
        day,
        level,
        since: book.since,
        review: book.review,
        to_keep: if book.review == NEVER { 0 } else { p.keeps(level).saturating_sub(book.growth.after(book.review)) },
        growth,
        growth_claim: book.growth.claim,
        to_next: p.levels.get(level + 1).map(|l| l.growth.saturating_sub(growth)),
        points,
        points_claim: book.points.claim,
        undelivered: undelivered.fold(0, u64::saturating_add),
        tasks: p.tasks.iter().map(|t| left(t.name, t.limit)).gather(),
        redeem: redeem.gather(),
        benefits: (0..p.benefits.len()).filter(|i| usize::from(p.benefits[*i]) <= level).gather(),
        birth: ledger.birth,
        birthday: book.birthday,
        closed: ledger.base.closed,
        open: ledger.facts.len() + ledger.active.len(),
        pending: book.pending,
        ends: book.points.lots,
        fades: book.growth.lots,
    }
}

/// What a purchase is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// What it comes to.
    pub amounts: super::Amounts,
    /// Of the amounts; empty: the shop's.
    pub currency: &'a str,
}

/// What a purchase would bring, were it delivered today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NextPurchase {
    /// Growth.
    pub growth: u64,
    /// Points.
    pub points: u64,
    /// The first day on which these can be used.
    pub from: Day,
    /// The first day on which they are gone.
    pub until: Day,
    /// The level then, by number.
    pub level: usize,
    /// Growth that is missing for the next one then; `None` on the highest.
    pub to_next: Option<u64>,
}

/// What the next purchase earns. `None` for a currency that the programme has no rate for, or an amount beyond all reason.
pub fn next_purchase(p: &Program, ledger: &Ledger, now: Millis, asked: Asked<'_>) -> Option<NextPurchase> {
    // An id that no shop gives.
    let entry = super::Entry {
        kind: super::Kind::Delivered,
        id: "\0",
        amounts: Some(asked.amounts),
        currency: asked.currency,
        ..super::Entry::default()
    };
    let before = state(p, ledger, now);
    let mut then = ledger.clone();
    // A day with more orders than a ledger holds still gets its answer.
    let mut taking = super::apply::Taking { p, ledger: &mut then, now: minute(now), room: usize::MAX, forced: false };
    if taking.entry(&entry).status != super::Status::Accepted {
        return None;
    }
    let after = state(p, &then, now);
    let gained = |a: (u64, u64), b: (u64, u64)| (b.0 + a.1).saturating_sub(a.0 + b.1);
    let from = day_of(minute(now), p.zone) + p.pending as Day;
    Some(NextPurchase {
        growth: gained((before.growth, before.growth_claim), (after.growth, after.growth_claim)),
        points: points_of(&after).saturating_sub(points_of(&before)),
        from,
        until: p.points_until(from),
        level: after.level,
        to_next: after.to_next,
    })
}

/// All points that there are or will be, before claims.
fn points_of(s: &State) -> u64 {
    let mut all = s.points;
    for lot in &s.pending {
        all = all.saturating_add(lot.left);
    }
    // What a claim takes counts as gained all the same.
    all.saturating_add(TOP).saturating_sub(s.points_claim)
}

/// Above any claim.
const TOP: u64 = 1 << 50;
