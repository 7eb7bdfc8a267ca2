//! Membership: a programme and a ledger that were changed, with right checksums, and calls of any bytes. Whatever a ledger is, what comes of it can be
//! read again, stays within the bound, and owes only where it has nothing.

use super::Choices;
use nearshelf::codec::{Reader, Writer};
use nearshelf::member::{BYTES, Ledger, Program, state, wire};
use nearshelf::time::Millis;
use twox_hash::XxHash64;

const SECTION: &[u8] = include_bytes!("../compat/loyalty-v1.section");
const LEDGER: &[u8] = include_bytes!("../compat/ledger-v1.ledger");
/// Two months after the frozen ledger's last entry.
const NOW: f64 = 1_776_000_000_000.0;

/// Bytes with some of them changed.
fn changed(seed: &[u8], c: &mut Choices<'_>) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..c.number(1) % 8 {
        let at = c.number(2) as usize % bytes.len();
        match c.number(1) % 4 {
            0 => bytes[at] = c.number(1) as u8,
            1 => bytes[at] ^= 1 << (c.number(1) % 8),
            2 => bytes.insert(at, c.number(1) as u8),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

/// An entry of any kind, about what there is or about anything.
fn entry(w: &mut Writer, c: &mut Choices<'_>) {
    let names = [
        "A",
        "B",
        "C",
        "i",
        "invite-a-friend",
        "answer-survey",
        "growth-to-points",
        "silver-now",
        "mug",
        "CNY",
        "USD",
        "",
    ];
    let name = |c: &mut Choices<'_>| names[c.number(1) as usize % names.len()];
    w.u8((c.number(1) % 11) as u8);
    for _ in 0..3 {
        w.str(name(c));
    }
    // From two years before to two days ahead, or no time at all.
    let days = c.number(2) % 732;
    w.f64(if c.number(1).is_multiple_of(4) { f64::NAN } else { NOW + (2.0 - f64::from(days)) * 86_400_000.0 });
    let told = c.number(1) % 2 == 1;
    w.u8(u8::from(told));
    if told {
        w.f64(f64::from(c.number(4)));
        w.f64(f64::from(c.number(2)));
        w.f64(f64::from(c.number(1)));
        w.str(name(c));
    }
    w.f64(f64::from(c.number(3) as i32));
    w.f64(f64::from(c.number(3) as i32 - 1_000));
    w.u8(c.number(1) as u8);
    w.u8(c.number(1) as u8);
}

pub(crate) fn member(data: &[u8]) {
    let mut c = Choices(data);
    let op = 1 + c.number(1) % 6;
    let program = changed(Reader::new(SECTION).bytes(), &mut c);
    let mut ledger = changed(LEDGER, &mut c);
    if c.number(1) % 8 != 0 && ledger.len() > 8 {
        let body = ledger.len() - 8;
        let sum = XxHash64::oneshot(0, &ledger[..body]).to_le_bytes();
        ledger[body..].copy_from_slice(&sum);
    }
    let mut w = Writer::new();
    w.bytes(&program);
    w.bytes(&ledger);
    w.f64(NOW);
    match op {
        1 => {
            let n = c.number(1) % 40;
            w.u32(n);
            (0..n).for_each(|_| entry(&mut w, &mut c));
        }
        4 => {
            w.f64(NOW - f64::from(c.number(2)) * 3_600_000.0);
            w.u8(0);
            let n = c.number(1) % 20;
            w.u8(u8::from(n > 0));
            if n > 0 {
                w.u32(n);
                (0..n).for_each(|_| entry(&mut w, &mut c));
            }
            w.str(["", "gold", "moon"][c.number(1) as usize % 3]);
            w.f64(f64::from(c.number(3)));
            w.f64(f64::from(c.number(3)));
        }
        5 => {
            w.bytes(&changed(LEDGER, &mut c));
            w.f64(NOW - f64::from(c.number(2)) * 3_600_000.0);
        }
        _ => w.raw(c.0),
    }
    let answer = wire::call(op, &w.finish());
    if answer.first() != Some(&0) || !matches!(op, 1 | 4 | 5) {
        return;
    }
    let mut r = Reader::new(&answer[1..]);
    let bytes = r.bytes();
    assert!(bytes.len() <= BYTES.max(ledger.len()), "the bound is kept");
    let next = Ledger::read(bytes).expect("what it wrote");
    let p = Program::read(&program).expect("it was read before");
    for days in [0, 100, 1_000] {
        let s = state(&p, &next, Millis(NOW as i64 + days * 86_400_000));
        assert!(s.level < p.levels.len() && s.benefits.len() <= p.benefits.len());
    }
}
