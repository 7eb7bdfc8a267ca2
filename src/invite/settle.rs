//! Settling, which is the server's: who earns what, of claims and what was settled before.

use super::Why;
use super::landing::{Asked, checked};
use super::programme::{Event, Kind, Programme};
use super::token::{Handle, decode, is_signed};
use crate::member::{Limit, Per, day_of};
use crate::time::{DAY, MINUTE, Millis};
use std::collections::{BTreeMap, BTreeSet};
use std::vec;
use std::vec::Vec;

/// A programme, as a server has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Its rules.
    pub rules: Programme,
    /// How often an inviter earns.
    pub limits: Vec<Limit>,
}

/// What the server knows.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Its clock.
    pub now: Millis,
    /// Minutes by which the shop's clock is ahead of UTC.
    pub zone: i32,
    /// The shop's id.
    pub shop: &'a str,
    /// Public keys.
    pub keys: &'a [&'a str],
    /// The shop's programmes.
    pub programmes: &'a [Terms],
}

/// That a friend met the condition of a token, as a device says and the server completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The token's text.
    pub token: &'a str,
    /// Who landed.
    pub friend: Handle,
    /// When.
    pub landed: Millis,
    /// When the event was.
    pub at: Millis,
    /// What happened.
    pub event: Event,
    /// Orders before the landing; `None` where nobody says.
    pub orders_before: Option<u32>,
}

/// What was settled: of one slot and friend there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// [`key`](super::key) of the programme.
    pub programme: u32,
    /// What that is for.
    pub kind: Kind,
    /// What of the programme is rewarded once.
    pub slot: u64,
    /// Who brought the friend.
    pub inviter: Handle,
    /// Who was brought.
    pub friend: Handle,
    /// When the condition was met.
    pub at: Millis,
    /// The inviter earned, and so used up one of a limit.
    pub earned: bool,
}

/// What becomes of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Both earn; the inviter does not where `limit`.
    Earned {
        /// Place of the programme.
        place: usize,
        /// The inviter has earned as often as it may be.
        limit: bool,
    },
    /// It was settled before.
    Known,
    /// The condition is not met yet.
    Waiting,
    /// Nobody earns.
    Refused(Why),
}

/// A claim that is good by itself.
#[derive(Debug, Clone, Copy)]
struct Good {
    /// Which claim of the list.
    index: usize,
    place: usize,
    at: Millis,
    landed: Millis,
    issued: Millis,
    nonce: u64,
    inviter: Handle,
    friend: Handle,
    slot: u64,
}

/// Decides each claim, in the order of the list, and adds what was earned to the history.
pub fn settle(desk: &Desk<'_>, history: &mut Vec<Settled>, claims: &[Claim<'_>]) -> Vec<Decision> {
    let rules: Vec<Programme> = desk.programmes.iter().map(|t| t.rules).collect();
    let mut decided: Vec<Decision> = Vec::with_capacity(claims.len());
    let mut good: Vec<Good> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        let looked_at = alone(desk, &rules, index, claim);
        good.extend(looked_at.as_ref().ok());
        decided.push(looked_at.err().unwrap_or(Decision::Known));
    }
    let mut book = Book::of(history, desk);
    let mut open: Vec<Good> = Vec::new();
    for g in good {
        match book.slots.get(&(g.slot, g.friend)) {
            Some(inviter) if *inviter == g.inviter => {}
            Some(_) => decided[g.index] = Decision::Refused(Why::OtherInviter),
            None => open.push(g),
        }
    }
    // The touch: the first of each slot in this order is the one that counts.
    let touched = |g: &Good| {
        let landed = if rules[g.place].last { -g.landed.0 } else { g.landed.0 };
        (g.slot, g.friend, landed, g.issued, g.nonce, g.inviter, g.at)
    };
    open.sort_by_key(touched);
    let mut winners: Vec<Good> = Vec::new();
    for g in open {
        match winners.last().filter(|w| (w.slot, w.friend) == (g.slot, g.friend)) {
            Some(w) if w.inviter == g.inviter => {}
            Some(_) => decided[g.index] = Decision::Refused(Why::OtherInviter),
            None => winners.push(g),
        }
    }
    winners.sort_by_key(|g| (g.at, g.landed, g.issued, g.nonce, g.inviter, g.friend, g.slot));
    for g in winners {
        let p = &desk.programmes[g.place];
        decided[g.index] = if book.leads_to(p.rules.kind, g.slot, g.inviter, g.friend) {
            Decision::Refused(Why::Loop)
        } else {
            let limit = book.is_full(p, g.inviter, g.at, desk.zone);
            let settled = Settled {
                programme: p.rules.key,
                kind: p.rules.kind,
                slot: g.slot,
                inviter: g.inviter,
                friend: g.friend,
                at: g.at,
                earned: !limit,
            };
            book.add(&settled, desk.zone);
            history.push(settled);
            Decision::Earned { place: g.place, limit }
        };
    }
    decided
}

/// Looks at a claim as if there were no other.
fn alone(desk: &Desk<'_>, rules: &[Programme], index: usize, c: &Claim<'_>) -> Result<Good, Decision> {
    let refused = |why| Err(Decision::Refused(why));
    let asked = Asked {
        now: desk.now,
        shop: desk.shop,
        keys: desk.keys,
        signed: is_signed,
        programmes: rules,
        customer: false,
        kept: &[],
    };
    let bytes = decode(c.token).ok_or(Decision::Refused(Why::BadToken))?;
    let (token, place) = checked(&asked, &bytes).map_err(Decision::Refused)?;
    let p = &rules[place];
    if c.at > desk.now || c.landed > c.at {
        return refused(Why::InFuture);
    }
    if c.landed >= token.expires || token.issued.since(c.landed) > DAY {
        return refused(Why::Expired);
    }
    if p.until.is_some_and(|end| end <= c.landed) {
        return refused(Why::Closed);
    }
    if token.inviter == c.friend {
        return refused(Why::SelfInvite);
    }
    match c.orders_before {
        None if p.new => return refused(Why::Incomplete),
        Some(n) if p.new && n > 0 => return refused(Why::NotNew),
        _ => {}
    }
    if c.at > p.end(c.landed) {
        return refused(Why::TooLate);
    }
    if c.event < p.after {
        return Err(Decision::Waiting);
    }
    Ok(Good {
        index,
        place,
        at: c.at,
        landed: c.landed,
        issued: token.issued,
        nonce: token.nonce,
        inviter: token.inviter,
        friend: c.friend,
        slot: p.slot(&token),
    })
}

/// The history, for looking up.
#[derive(Default)]
struct Book {
    /// The inviter of each slot and friend.
    slots: BTreeMap<(u64, Handle), Handle>,
    /// Who brought whom, in a graph: 0 for all invitations, else a slot.
    parents: BTreeSet<(u64, Handle, Handle)>,
    /// How often an inviter earned: programme, inviter, kind of span, span.
    counts: BTreeMap<(u32, Handle, u8, u32), u32>,
}

impl Book {
    fn of(history: &[Settled], desk: &Desk<'_>) -> Book {
        let mut book = Book::default();
        for s in history {
            book.add(s, desk.zone);
        }
        book
    }

    fn add(&mut self, s: &Settled, zone: i32) {
        self.slots.entry((s.slot, s.friend)).or_insert(s.inviter);
        self.parents.insert((graph(s.kind, s.slot), s.friend, s.inviter));
        for per in Per::ALL.into_iter().skip(1).filter(|_| s.earned) {
            *self.counts.entry((s.programme, s.inviter, per as u8, span(per, s.at, zone))).or_default() += 1;
        }
    }

    /// The inviter came, over however many, by the friend.
    fn leads_to(&self, kind: Kind, slot: u64, inviter: Handle, friend: Handle) -> bool {
        let graph = graph(kind, slot);
        let mut seen = BTreeSet::from([inviter]);
        let mut next = vec![inviter];
        while let Some(child) = next.pop() {
            for (_, _, parent) in self.parents.range((graph, child, Handle::MIN)..=(graph, child, Handle::MAX)) {
                if *parent == friend {
                    return true;
                }
                if seen.insert(*parent) {
                    next.push(*parent);
                }
            }
        }
        false
    }

    fn is_full(&self, p: &Terms, inviter: Handle, at: Millis, zone: i32) -> bool {
        p.limits.iter().any(|l| {
            let key = (p.rules.key, inviter, l.per as u8, span(l.per, at, zone));
            self.counts.get(&key).is_some_and(|n| *n >= l.count)
        })
    }
}

fn graph(kind: Kind, slot: u64) -> u64 {
    if kind == Kind::Invite { 0 } else { slot }
}

/// The number of the span of the shop's calendar that a time is in.
fn span(per: Per, at: Millis, zone: i32) -> u32 {
    let minute = (at.0 / MINUTE).clamp(0, i64::from(u32::MAX)) as u32;
    per.span(day_of(minute, zone))
}
