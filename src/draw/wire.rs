//! The calls of the draws' own wasm: bytes in, bytes out. [`manual/boundary.md`](crate::manual::boundary) describes them.

use super::check::{Got, Own, Receipt, Why, check, instant};
use super::hash::{Hash, answer_of, hash};
use super::{Entry, Line, Outcome, Terms};
use crate::codec::{Malformed, Reader, Writer};
use crate::list::Gather;
use crate::signature::{Kind, open};
use crate::time::Millis;
use alloc::vec::Vec;

/// The request is none.
const BAD_REQUEST: u8 = 255;

/// One call. Whatever the bytes are, it answers.
///
/// # Example: an unknown call is an answer, not a trap
///
/// ```
/// assert_eq!(nearshelf::draw::wire::call(99, &[1, 2, 3]), [255]);
/// ```
pub fn call(op: u32, request: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    match run(op, &mut Reader::new(request), &mut out) {
        Ok(()) => out.finish(),
        Err(Malformed) => Vec::from([BAD_REQUEST]),
    }
}

fn run(op: u32, r: &mut Reader<'_>, out: &mut Writer) -> Result<(), Malformed> {
    match op {
        1 => {
            let now = Millis::from_f64(r.f64());
            let now = r.some(now);
            let count = r.count(4);
            let keys: Vec<&str> = (0..count).map(|_| r.str()).gather();
            let file = r.bytes();
            r.end()?;
            match open(now, Some(Kind::Draw), &keys, &[], file) {
                Ok(opened) => {
                    let e = opened.envelope;
                    out.u8(0);
                    out.count(file.len() - e.payload.len());
                    out.f64(e.issued.to_f64());
                }
                Err(e) => {
                    out.u8(1);
                    out.str(e.code());
                }
            }
        }
        2 => {
            let file = r.bytes();
            r.end()?;
            out.raw(&hash(&[file]));
        }
        3 => {
            let terms = terms(r);
            let outcome = outcome(r);
            let list = list(r);
            let own = own(r);
            r.end()?;
            answer(check(&terms, &outcome, list.as_deref(), own.as_ref()), out);
        }
        4 => {
            let terms = terms(r);
            let (seed, ticket) = (digest(r), r.str());
            r.end()?;
            let got = instant(&terms, &seed, ticket).map(|won| won.map_or(Got::NotWon, Got::Won));
            answer(got, out);
        }
        5 => {
            let (commitment, salt) = (digest(r), digest(r));
            let (question, option) = (r.str(), r.str());
            r.end()?;
            out.u8(u8::from(answer_of(&salt, question, option) == commitment));
        }
        _ => return Err(Malformed),
    }
    Ok(())
}

fn answer(got: Result<Got, Why>, out: &mut Writer) {
    let (why, got, prize) = match got {
        Err(why) => (why as u8, 0, 0),
        Ok(Got::NoTicket) => (0, 0, 0),
        Ok(Got::NotInList) => (0, 1, 0),
        Ok(Got::NotWon) => (0, 2, 0),
        Ok(Got::Won(prize)) => (0, 3, prize),
    };
    out.raw(&[why, got, prize]);
}

fn digest(r: &mut Reader<'_>) -> Hash {
    let bytes = r.take(32);
    let made = bytes.try_into().ok();
    r.some(made)
}

fn numbers(r: &mut Reader<'_>) -> Vec<u32> {
    (0..r.count(4)).map(|_| r.u32()).gather()
}

fn terms(r: &mut Reader<'_>) -> Terms {
    Terms {
        announcement: digest(r),
        commitment: digest(r),
        beacon: r.bool(),
        prizes: numbers(r),
        entries_per_person: r.u32(),
        wins_per_person: r.u32(),
        options: r.u16(),
    }
}

fn entry(r: &mut Reader<'_>) -> Entry {
    Entry { person: digest(r), ticket: digest(r), choice: r.u16() }
}

fn outcome<'a>(r: &mut Reader<'a>) -> Outcome<'a> {
    let (seed, beacon, count, root) = (digest(r), r.str(), r.u32(), digest(r));
    let lines = r.count(71);
    let drawn = (0..lines).map(|_| Line { at: r.u32(), entry: entry(r), prize: r.u8().checked_sub(1) }).gather();
    Outcome { seed, beacon, count, root, drawn, votes: numbers(r) }
}

fn list(r: &mut Reader<'_>) -> Option<Vec<Entry>> {
    let given = r.bool();
    let count = r.count(66);
    let list = (0..count).map(|_| entry(r)).gather();
    given.then_some(list)
}

fn own<'a>(r: &mut Reader<'a>) -> Option<Own<'a>> {
    let (given, ticket, proven) = (r.bool(), r.str(), r.bool());
    let (at, person, choice) = (r.u32(), digest(r), r.u16());
    let count = r.count(32);
    let path = (0..count).map(|_| digest(r)).gather();
    let receipt = proven.then_some(Receipt { at, person, choice, path });
    given.then_some(Own { ticket, receipt })
}
