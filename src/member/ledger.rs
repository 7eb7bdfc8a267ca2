//! The ledger: entries that are open, and what all older ones came to. Bytes that never grow beyond a bound.

use super::book::{Book, Count, is_by};
use super::date::{Day, NEVER, day_of};
use super::entry::{Fact, What};
use super::program::Program;
use super::purse::{Lot, Purse, TOP};
use crate::codec::{Malformed, Reader, Writer};
use crate::id::hash;
use alloc::vec::Vec;

/// Bytes of a ledger at most.
pub const BYTES: usize = 16_384;
/// Open entries at most; eight active days count as one.
pub const ROOM: usize = 384;
/// Keys of closed entries that are remembered, so that they do not count again.
const KNOWN: usize = 256;
/// Lots of a purse.
const LOTS: usize = 2_000;
/// The version of the bytes.
const VERSION: u8 = 1;

/// A member's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// When the server's latest statement was made, in minutes since 1970 UTC; 0: none.
    pub stated: u32,
    /// Month × 100 + day of birth; 0: not told.
    pub birth: u16,
    /// What older entries came to.
    pub base: Book,
    /// Open entries by time and key.
    pub facts: Vec<Fact>,
    /// Open active days, ascending.
    pub active: Vec<Day>,
}

impl Ledger {
    /// The place of an entry.
    pub(super) fn place(&self, key: u64) -> Option<usize> {
        self.facts.iter().position(|f| f.key == key)
    }

    /// True for what was closed not long ago.
    pub(super) fn is_known(&self, key: u64) -> bool {
        self.base.known.contains(&key)
    }

    /// Puts an entry where it belongs.
    pub(super) fn insert(&mut self, fact: Fact) {
        let mut at = self.facts.len();
        while at > 0 && (self.facts[at - 1].at, self.facts[at - 1].key) > (fact.at, fact.key) {
            at -= 1;
        }
        self.facts.insert(at, fact);
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, key: u64) -> Option<Fact> {
        self.place(key).map(|i| self.facts.remove(i))
    }

    /// The day of the newest entry, or the last that is closed.
    pub(super) fn newest(&self, zone: i32) -> Day {
        let fact = self.facts.last().map_or(NEVER, |f| day_of(f.at, zone));
        fact.max(self.active.last().copied().unwrap_or(NEVER)).max(self.base.closed)
    }

    /// True when more entries are open than there is room for.
    pub(super) fn is_full(&self, room: usize) -> bool {
        self.facts.len() + self.active.len() / 8 > room
    }

    /// Closes the oldest days, never `today`, until there is room. False when there is none.
    pub(super) fn make_room(&mut self, p: &Program, today: Day, room: usize, bytes: bool) -> bool {
        while self.is_full(room) || (bytes && self.write().len() > BYTES) {
            let fact = self.facts.first().map_or(today, |f| day_of(f.at, p.zone));
            let oldest = fact.min(self.active.first().copied().unwrap_or(today));
            if oldest >= today {
                return false;
            }
            // A quarter of the time that is open goes at once.
            self.close(p, (oldest + (today - oldest) / 4).min(today - 1));
        }
        true
    }

    /// Puts everything up to the end of `day` into the base. No balance, no level and no limit changes; but entries of these days are refused from
    /// then on.
    ///
    /// An order that was not delivered by then goes without a trace: when it is, its amounts have to be told again.
    pub fn close(&mut self, p: &Program, day: Day) {
        if day <= self.base.closed {
            return;
        }
        let (mut book, _) = Book::of(p, self, day);
        for f in self.facts.iter().filter(|f| is_by(f, day, p.zone)) {
            match f.what {
                What::Order { delivered: false, .. } => continue,
                What::Task { subject, undone: false, .. } if subject != 0 => book.known.push(subject),
                _ => {}
            }
            book.known.push(f.key);
        }
        let over = book.known.len().saturating_sub(KNOWN);
        book.known.drain(..over);
        self.base = book;
        self.facts.retain(|f| !is_by(f, day, p.zone));
        self.active.retain(|d| *d > day);
    }

    /// The ledger as bytes: `manual/membership.md`, "The ledger's bytes".
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        let n = |w: &mut Writer, v: u64| w.wide(v.into());
        n(&mut w, self.stated.into());
        n(&mut w, self.birth.into());
        let b = &self.base;
        day(&mut w, b.closed);
        let mut last = b.closed;
        for purse in [&b.growth, &b.points] {
            n(&mut w, purse.claim);
            lots(&mut w, &purse.lots, last);
        }
        lots(&mut w, &b.pending, last);
        w.u32(b.level);
        day(&mut w, b.since);
        day(&mut w, b.review);
        n(&mut w, b.counts.len() as u64);
        for c in &b.counts {
            w.u32(c.name);
            n(&mut w, c.span.into());
            n(&mut w, c.n.into());
        }
        n(&mut w, b.month.0.into());
        n(&mut w, b.month.1.into());
        day(&mut w, b.birthday);
        n(&mut w, b.known.len() as u64);
        b.known.iter().for_each(|k| w.u64(*k));
        n(&mut w, self.active.len() as u64);
        for d in &self.active {
            signed(&mut w, i64::from(*d) - i64::from(last));
            last = *d;
        }
        n(&mut w, self.facts.len() as u64);
        let mut before = 0;
        for f in &self.facts {
            n(&mut w, f.at.saturating_sub(before).into());
            before = f.at;
            w.u64(f.key);
            fact(&mut w, f.what);
        }
        let bytes = w.finish();
        let sum = hash(0, &bytes);
        let mut out = bytes;
        out.extend_from_slice(&sum.to_le_bytes());
        out
    }

    /// The ledger in `bytes`; none is an empty one.
    ///
    /// # Errors
    ///
    /// `Malformed` when they are cut, changed, of a newer version, or no ledger of anybody.
    pub fn read(bytes: &[u8]) -> Result<Ledger, Malformed> {
        if bytes.is_empty() {
            return Ok(Ledger::default());
        }
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or(Malformed)?;
        if u64::from_le_bytes(*sum) != hash(0, body) {
            return Err(Malformed);
        }
        let mut reader = Reader::new(body);
        let r = &mut reader;
        if r.u8() != VERSION {
            r.fail();
        }
        let mut l = Ledger { stated: small(r), birth: small(r) as u16, ..Ledger::default() };
        let b = &mut l.base;
        b.closed = read_day(r);
        let mut last = b.closed;
        b.growth = Purse { claim: large(r), lots: read_lots(r, last) };
        b.points = Purse { claim: large(r), lots: read_lots(r, last) };
        b.pending = read_lots(r, last);
        b.level = r.u32();
        (b.since, b.review) = (read_day(r), read_day(r));
        for _ in 0..listed(r, 200) {
            b.counts.push(Count { name: r.u32(), span: small(r), n: small(r) });
        }
        b.month = (small(r), small(r));
        b.birthday = read_day(r);
        for _ in 0..listed(r, KNOWN) {
            b.known.push(r.u64());
        }
        for _ in 0..listed(r, ROOM * 8 + 8) {
            let ahead = read_signed(r);
            last = r.some(i64::from(last).checked_add(ahead).and_then(|d| Day::try_from(d).ok()));
            if l.active.last().is_some_and(|before| *before >= last) || last <= l.base.closed {
                r.fail();
            }
            l.active.push(last);
        }
        let mut at = 0_u32;
        for _ in 0..listed(r, ROOM + 1) {
            let ahead = small(r);
            at = r.some(at.checked_add(ahead));
            let (key, what) = (r.u64(), read_fact(r));
            if l.facts.last().is_some_and(|f| (f.at, f.key) >= (at, key)) {
                r.fail();
            }
            l.facts.push(Fact { at, key, what });
        }
        r.end()?;
        let days = [l.base.closed, l.base.since, l.base.review, l.base.birthday];
        // No time is told from before 1970, but for the birthday before.
        let sound = days.iter().chain(&l.active).all(|d| *d == NEVER || (-400..LAST).contains(d))
            && (l.base.review == NEVER || (l.base.closed != NEVER && l.base.review > l.base.closed));
        if sound { Ok(l) } else { Err(Malformed) }
    }
}

/// Days from 1970 that a ledger tells of at most: the year 14,000.
const LAST: Day = 4_400_000;

fn signed(w: &mut Writer, v: i64) {
    w.wide(u128::from((v << 1) as u64 ^ (v >> 63) as u64));
}

fn read_signed(r: &mut Reader<'_>) -> i64 {
    let wide = r.wide();
    let v = r.some(u64::try_from(wide).ok());
    (v >> 1) as i64 ^ -((v & 1) as i64)
}

fn day(w: &mut Writer, d: Day) {
    signed(w, if d == NEVER { i64::from(LAST) } else { d.into() });
}

fn read_day(r: &mut Reader<'_>) -> Day {
    let v = read_signed(r);
    if v == i64::from(LAST) {
        return NEVER;
    }
    r.some(Day::try_from(v).ok().filter(|d| (-LAST..LAST).contains(d)))
}

fn small(r: &mut Reader<'_>) -> u32 {
    let v = r.wide();
    r.some(u32::try_from(v).ok())
}

fn large(r: &mut Reader<'_>) -> u64 {
    let v = r.wide();
    r.some(u64::try_from(v).ok().filter(|v| *v < TOP))
}

fn listed(r: &mut Reader<'_>, most: usize) -> usize {
    let n = small(r) as usize;
    if n > most || n > r.left() {
        r.fail();
        return 0;
    }
    n
}

/// From the last closed day on; before there was one, from 1970 on.
fn lots(w: &mut Writer, lots: &[Lot], from: Day) {
    w.wide(lots.len() as u128);
    let mut last = if from == NEVER { 0 } else { from };
    for lot in lots {
        signed(w, i64::from(lot.until) - i64::from(last));
        w.wide(lot.left.into());
        last = lot.until;
    }
}

fn read_lots(r: &mut Reader<'_>, from: Day) -> Vec<Lot> {
    let mut last = if from == NEVER { 0 } else { from };
    let mut lots: Vec<Lot> = Vec::new();
    for _ in 0..listed(r, LOTS) {
        let ahead = read_signed(r);
        last = r.some(
            i64::from(last)
                .checked_add(ahead)
                .and_then(|d| Day::try_from(d).ok())
                .filter(|d| (-LAST..LAST).contains(d)),
        );
        let left = large(r);
        if left == 0 || lots.last().is_some_and(|l| l.until >= last) {
            r.fail();
        }
        lots.push(Lot { until: last, left });
    }
    lots
}

fn fact(w: &mut Writer, what: What) {
    let n = |w: &mut Writer, all: &[u64]| all.iter().for_each(|v| w.wide((*v).into()));
    match what {
        What::Order { delivered, growth, points, returned } => {
            w.u8(u8::from(delivered));
            n(w, &[growth, points, returned]);
        }
        What::Return { order, amount } => {
            w.u8(2);
            w.u64(order);
            n(w, &[amount]);
        }
        What::Task { task, subject, growth, undone } => {
            w.u8(3 + u8::from(undone));
            w.u32(task);
            w.u64(subject);
            n(w, &[growth]);
        }
        What::Birthday { day: on, growth } => {
            w.u8(5);
            day(w, on);
            n(w, &[growth]);
        }
        What::Adjust { growth, points, level } => {
            w.u8(6);
            signed(w, growth);
            signed(w, points);
            w.u32(level);
        }
        What::Use { what, growth, points, gain, level, undone } => {
            w.u8(7 + u8::from(undone));
            w.u32(what);
            n(w, &[growth, points, gain]);
            w.u32(level);
        }
        What::Undo { of } => {
            w.u8(9);
            w.u64(of);
        }
    }
}

fn read_fact(r: &mut Reader<'_>) -> What {
    let kind = r.u8();
    match kind {
        0 | 1 => What::Order { delivered: kind == 1, growth: large(r), points: large(r), returned: large(r) },
        2 => What::Return { order: r.u64(), amount: large(r) },
        3 | 4 => What::Task { task: r.u32(), subject: r.u64(), growth: large(r), undone: kind == 4 },
        5 => What::Birthday { day: read_day(r), growth: large(r) },
        6 => {
            let mut bounded = || {
                let v = read_signed(r);
                r.some(Some(v).filter(|v| v.unsigned_abs() < TOP))
            };
            What::Adjust { growth: bounded(), points: bounded(), level: r.u32() }
        }
        7 | 8 => What::Use {
            what: r.u32(),
            growth: large(r),
            points: large(r),
            gain: large(r),
            level: r.u32(),
            undone: kind == 8,
        },
        9 => What::Undo { of: r.u64() },
        _ => {
            r.fail();
            What::Undo { of: 0 }
        }
    }
}
