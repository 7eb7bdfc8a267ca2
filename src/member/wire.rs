//! The calls of the membership's own wasm: bytes in, bytes out. [`manual/boundary.md`](crate::manual::boundary) describes them.

use super::apply::{Outcome, Refusal, Status, apply};
use super::date::{Day, NEVER, midnight};
use super::entry::{Amounts, Entry, Kind};
use super::ledger::Ledger;
use super::program::{MOST, Program};
use super::purse::Lot;
use super::reconcile::{Difference, Opening, Statement, Sums, merge, reconcile};
use super::state::{Asked, Left, next_purchase, state};
use crate::codec::{Malformed, Reader, Writer};
use crate::list::Gather;
use crate::time::Millis;
use alloc::vec::Vec;

/// Why a call has no answer, as the byte that it begins with.
const BAD_REQUEST: u8 = 1;
const BAD_PROGRAM: u8 = 2;
const BAD_LEDGER: u8 = 3;

/// One call. Whatever the bytes are, it answers.
///
/// # Example: an unknown call is an answer, not a trap
///
/// ```
/// assert_eq!(nearshelf::member::wire::call(99, &[1, 2, 3]), [1]);
/// ```
pub fn call(op: u32, request: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(0);
    match run(op, &mut Reader::new(request), &mut out) {
        Ok(()) => out.finish(),
        Err(code) => Vec::from([code]),
    }
}

fn run(op: u32, r: &mut Reader<'_>, out: &mut Writer) -> Result<(), u8> {
    let bad = |_: Malformed| BAD_REQUEST;
    let (program, ledger, now) = (r.bytes(), r.bytes(), time(r));
    r.check().map_err(bad)?;
    let p = &Program::read(program).map_err(|_| BAD_PROGRAM)?;
    let mut ledger = Ledger::read(ledger).map_err(|_| BAD_LEDGER)?;
    match op {
        1 => {
            let entries = entries(r);
            r.end().map_err(bad)?;
            let outcomes = apply(p, &mut ledger, now, &entries);
            out.bytes(&ledger.write());
            out.count(outcomes.len());
            outcomes.iter().for_each(|o| outcome(out, *o));
        }
        2 => {
            r.end().map_err(bad)?;
            write_state(p, &ledger, now, out);
        }
        3 => {
            let amounts = amounts(r);
            let currency = r.str();
            r.end().map_err(bad)?;
            let next = amounts.and_then(|amounts| next_purchase(p, &ledger, now, Asked { amounts, currency }));
            out.u8(u8::from(next.is_some()));
            let n = next.unwrap_or_default();
            number(out, n.growth);
            number(out, n.points);
            day(out, n.from, p);
            day(out, n.until, p);
            out.u8(n.level as u8);
            optional(out, n.to_next);
        }
        4 => {
            let statement = statement(r);
            r.end().map_err(bad)?;
            let done = reconcile(p, &mut ledger, now, &statement);
            out.bytes(&ledger.write());
            outcome(out, done.outcome);
            out.count(done.differences.len());
            done.differences.iter().for_each(|d| difference(out, *d));
        }
        5 => {
            let (other, since) = (r.bytes(), time(r));
            r.end().map_err(bad)?;
            let other = Ledger::read(other).map_err(|_| BAD_LEDGER)?;
            let new = merge(p, &mut ledger, now, &other, since);
            out.bytes(&ledger.write());
            out.count(new);
        }
        _ => return Err(BAD_REQUEST),
    }
    Ok(())
}

fn time(r: &mut Reader<'_>) -> Millis {
    let ms = r.f64();
    r.some(Millis::from_f64(ms))
}

/// A time; NaN for none.
fn maybe(r: &mut Reader<'_>) -> Option<Millis> {
    let ms = r.f64();
    if ms.is_nan() {
        return None;
    }
    let at = Millis::from_f64(ms);
    Some(r.some(at))
}

/// A whole number that is not below 0; `None` for what is none.
fn whole(v: f64) -> Option<u64> {
    let n = v as u64;
    (v >= 0.0 && n as f64 == v && n <= MOST).then_some(n)
}

fn amounts(r: &mut Reader<'_>) -> Option<Amounts> {
    let (paid, shipping, points) = (whole(r.f64()), whole(r.f64()), whole(r.f64()));
    Some(Amounts { paid: paid?, shipping: shipping?, points: points? })
}

/// A whole number of either sign.
fn signed(v: f64) -> Option<i64> {
    let n = v as i64;
    (n as f64 == v && n.unsigned_abs() <= MOST).then_some(n)
}

fn entries<'a>(r: &mut Reader<'a>) -> Vec<Entry<'a>> {
    (0..r.count(30)).map(|_| entry(r)).gather()
}

fn entry<'a>(r: &mut Reader<'a>) -> Entry<'a> {
    let kind = r.u8();
    let kind = r.some(Kind::ALL.get(usize::from(kind)).copied());
    let (id, what, subject, at) = (r.str(), r.str(), r.str(), r.f64());
    let told = r.bool();
    let (given, currency) = if told { (amounts(r), r.str()) } else { (None, "") };
    let (points, growth) = (signed(r.f64()), signed(r.f64()));
    let birth = (r.u8(), r.u8());
    let time = Millis::from_f64(at);
    match (points, growth) {
        (Some(points), Some(growth)) if (!told || given.is_some()) && (at.is_nan() || time.is_some()) => {
            Entry { kind, id, what, subject, at: time, amounts: given, currency, points, growth, birth }
        }
        // A correction without an id is nothing that counts.
        _ => Entry { kind: Kind::Adjust, ..Entry::default() },
    }
}

fn statement<'a>(r: &mut Reader<'a>) -> Statement<'a> {
    let at = time(r);
    let opening = r.bool().then(|| Opening {
        at: time(r),
        level: r.str(),
        since: maybe(r),
        review: maybe(r),
        growth: (0..r.count(16)).map(|_| (maybe(r), large(r))).gather(),
        points: (0..r.count(16)).map(|_| (maybe(r), large(r))).gather(),
        pending: (0..r.count(16)).map(|_| (time(r), large(r))).gather(),
        claims: [large(r), large(r)],
        birthday: maybe(r),
        used: (0..r.count(8)).map(|_| (r.str(), r.u32())).gather(),
    });
    let entries = r.bool().then(|| entries(r));
    let level = r.str();
    let sum = |r: &mut Reader<'_>| {
        let v = r.f64();
        if v.is_nan() { None } else { Some(r.some(whole(v))) }
    };
    Statement { at, opening, entries, sums: Sums { level, growth: sum(r), points: sum(r) } }
}

fn large(r: &mut Reader<'_>) -> u64 {
    let v = r.f64();
    r.some(whole(v))
}

fn outcome(out: &mut Writer, o: Outcome) {
    out.u8(o.status as u8);
    out.u8(o.why.map_or(0, |w| w as u8));
}

fn number(out: &mut Writer, n: u64) {
    out.f64(n as f64);
}

fn optional(out: &mut Writer, n: Option<u64>) {
    out.f64(n.map_or(f64::NAN, |n| n as f64));
}

/// When a day begins; NaN for one that does not come.
fn day(out: &mut Writer, d: Day, p: &Program) {
    out.f64(if d == NEVER { f64::NAN } else { midnight(d, p.zone).to_f64() });
}

fn lots(out: &mut Writer, lots: &[Lot], p: &Program) {
    out.count(lots.len());
    for lot in lots {
        day(out, lot.until, p);
        number(out, lot.left);
    }
}

fn left(out: &mut Writer, all: &[Left], p: &Program) {
    out.count(all.len());
    for l in all {
        optional(out, l.left.map(u64::from));
        day(out, l.again, p);
        out.u8(l.lacks);
    }
}

fn write_state(p: &Program, ledger: &Ledger, now: Millis, out: &mut Writer) {
    let s = state(p, ledger, now);
    for d in [s.day, s.since, s.review, s.birthday, s.closed] {
        day(out, d, p);
    }
    out.u8(s.level as u8);
    for n in [s.growth, s.growth_claim, s.to_keep, s.points, s.points_claim, s.undelivered, s.open as u64] {
        number(out, n);
    }
    optional(out, s.to_next);
    for all in [&s.pending, &s.ends, &s.fades] {
        lots(out, all, p);
    }
    left(out, &s.tasks, p);
    left(out, &s.redeem, p);
    out.count(s.benefits.len());
    s.benefits.iter().for_each(|b| out.u32(*b as u32));
    out.u32(s.birth.into());
}

fn difference(out: &mut Writer, d: Difference) {
    let place = |p: Option<usize>| p.map_or(u32::MAX, |p| p as u32);
    let signed = |out: &mut Writer, v: Option<i64>| out.f64(v.map_or(f64::NAN, |v| v as f64));
    let when = |out: &mut Writer, at: u32| out.f64(f64::from(at) * 60_000.0);
    match d {
        Difference::Entry { kind, at, key, here, there, place: p } => {
            out.u8(0);
            out.u8(kind as u8);
            when(out, at);
            out.u64(key);
            signed(out, here);
            signed(out, there);
            out.u32(place(p));
        }
        Difference::Unreadable { place: p, why } => {
            out.u8(1);
            out.u32(place(Some(p)));
            out.u8(why as u8);
        }
        Difference::Dropped { kind, at, key } => {
            out.u8(2);
            out.u8(kind as u8);
            when(out, at);
            out.u64(key);
        }
        Difference::Sum { sum, here, there } => {
            out.u8(3);
            out.u8(sum);
            number(out, here);
            number(out, there);
        }
    }
}

/// What a refusal's number is called, for hosts.
pub fn refusal(number: u8) -> &'static str {
    let why = usize::from(number).checked_sub(1).and_then(|i| Refusal::ALL.get(i));
    why.map_or("", |r| r.code())
}

/// What a status' number is called.
pub fn status(s: Status) -> &'static str {
    ["accepted", "known", "refused", "noted"][s as usize]
}
