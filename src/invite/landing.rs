//! What a device knows: the landings it had, and the handles that are its shopper's own.

use super::Why;
use super::programme::{Event, Programme};
use super::token::{Handle, LONGEST, Token, decode};
use crate::codec::{Reader, Writer};
use crate::id::hash;
use crate::time::{DAY, Millis};
use alloc::vec::Vec;

/// Landings kept.
const LANDINGS: usize = 16;
/// Own handles kept.
const OWN: usize = 4;
/// Seed of the keys of orders.
const ORDER: u64 = 11;

/// What is known where something is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The device's clock.
    pub now: Millis,
    /// The shop's id.
    pub shop: &'a str,
    /// Public keys, 64 hexadecimal digits each.
    pub keys: &'a [&'a str],
    /// The shop's programmes.
    pub programmes: &'a [Programme],
    /// The shopper has ordered before.
    pub customer: bool,
    /// The record, as it was answered last; two records one behind the other are one.
    pub kept: &'a [u8],
}

/// A landing that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed<'a> {
    /// Place of its programme.
    pub place: usize,
    /// When.
    pub at: Millis,
    /// The order by which it earned; 0 for none.
    pub earned: u64,
    /// The token's text.
    pub text: &'a str,
    /// The token's bytes.
    pub bytes: Vec<u8>,
    slot: u64,
}

/// What became of a landing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// The device remembers it now.
    Landed = 0,
    /// It is remembered already.
    Known = 1,
    /// It counts for nothing.
    Refused = 2,
    /// The reward's condition is not met yet.
    Waiting = 3,
    /// The reward's condition is met.
    Earned = 4,
}

/// The answer to a landing.
#[derive(Debug, Clone)]
pub struct Landing<'a> {
    /// What became of it.
    pub status: Status,
    /// Why it counts for nothing.
    pub why: Option<Why>,
    /// Of a token that is good.
    pub landed: Option<Landed<'a>>,
    /// The record to keep from now on, where it changed.
    pub kept: Option<Vec<u8>>,
}

/// A landing that is kept, and what an event makes of it.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Waiting, earned or known.
    pub status: Status,
    /// The landing.
    pub landed: Landed<'a>,
}

/// The record as it is read.
#[derive(Debug, Default)]
struct Kept<'a> {
    own: Vec<Handle>,
    landings: Vec<Landed<'a>>,
}

/// Lands with a token: checks it and remembers it.
pub fn land<'a>(a: &Asked<'a>, text: &'a str) -> Landing<'a> {
    let refused = |why| Landing { status: Status::Refused, why: Some(why), landed: None, kept: None };
    let Some(bytes) = decode(text) else { return refused(Why::BadToken) };
    let (token, place, p) = match checked(a, &bytes) {
        Ok(found) => found,
        Err(why) => return refused(why),
    };
    let mut kept = Kept::read(a);
    let why = if token.issued.since(a.now) > DAY {
        Some(Why::InFuture)
    } else if token.expires <= a.now {
        Some(Why::Expired)
    } else if p.until.is_some_and(|end| end <= a.now) {
        Some(Why::Closed)
    } else if kept.own.contains(&token.inviter) {
        Some(Why::SelfInvite)
    } else if kept.own.iter().any(|own| token.chain.contains(&(*own as u32))) {
        Some(Why::Loop)
    } else {
        None
    };
    if let Some(why) = why {
        return refused(why);
    }
    let new = Landed { place, at: a.now, earned: 0, text, bytes: bytes.clone(), slot: p.slot(&token) };
    let at = kept.landings.iter().position(|l| l.slot == new.slot);
    if let Some(old) = at.map(|i| &kept.landings[i]) {
        if Token::read(&old.bytes).is_some_and(|t| t.inviter == token.inviter) {
            return Landing { status: Status::Known, why: None, landed: Some(old.clone()), kept: None };
        }
        if !p.last || old.earned != 0 {
            return refused(Why::OtherInviter);
        }
    }
    if p.new && a.customer {
        return refused(Why::NotNew);
    }
    if let Some(i) = at {
        kept.landings.remove(i);
    }
    kept.landings.push(new.clone());
    if kept.landings.len() > LANDINGS {
        let oldest = kept.landings.iter().map(|l| l.at).min();
        let i = kept.landings.iter().position(|l| Some(l.at) == oldest).unwrap_or(0);
        kept.landings.remove(i);
    }
    Landing { status: Status::Landed, why: None, landed: Some(new), kept: Some(kept.write()) }
}

/// What an event makes of the landings that are kept. [`Event::Landing`] asks for all of them; an order or delivery for those that it is about.
pub fn earn<'a>(a: &Asked<'a>, event: Event, order: &str) -> (Vec<Told<'a>>, Option<Vec<u8>>) {
    let mut kept = Kept::read(a);
    let mut told = Vec::new();
    let mut changed = false;
    for l in &mut kept.landings {
        let after = a.programmes[l.place].after;
        // Never 0, which is none.
        let mark = if after == Event::Landing { 1 } else { hash(ORDER, order.as_bytes()) | 1 };
        let status = if l.earned == 0 && after <= event {
            l.earned = mark;
            changed = true;
            Status::Earned
        } else if l.earned == 0 {
            Status::Waiting
        } else if l.earned == mark || event == Event::Landing {
            Status::Known
        } else {
            continue;
        };
        told.push(Told { status, landed: l.clone() });
    }
    (told, changed.then(|| kept.write()))
}

/// Remembers that a token is the shopper's own.
pub fn own(a: &Asked<'_>, text: &str) -> Result<Option<Vec<u8>>, Why> {
    let bytes = decode(text).ok_or(Why::BadToken)?;
    let (token, _, _) = checked(a, &bytes)?;
    let mut kept = Kept::read(a);
    if kept.own.contains(&token.inviter) {
        return Ok(None);
    }
    kept.mine(token.inviter);
    Ok(Some(kept.write()))
}

/// A token that the shop signed, and its programme.
pub(super) fn checked<'t, 'p>(a: &Asked<'p>, bytes: &'t [u8]) -> Result<(Token<'t>, usize, &'p Programme), Why> {
    let token = Token::read(bytes).ok_or(Why::BadToken)?;
    if !token.is_signed(a.keys, a.shop) {
        return Err(Why::BadSignature);
    }
    let place = a.programmes.iter().position(|p| p.key == token.programme).ok_or(Why::UnknownProgramme)?;
    Ok((token, place, &a.programmes[place]))
}

impl<'a> Kept<'a> {
    /// From what cannot be read on nothing is. Landings past their window, and of programmes that are gone, are left out.
    fn read(a: &Asked<'a>) -> Kept<'a> {
        let mut kept = Kept::default();
        let mut r = Reader::new(a.kept);
        while r.left() > 0 {
            match r.u8() {
                1 => {
                    let (at, earned, n) = (Millis(r.i64()), r.u64(), r.u8());
                    if let Ok(text) = core::str::from_utf8(r.take(usize::from(n)))
                        && let Some(landed) = landed(a, at, earned, text)
                    {
                        kept.put(landed, a.programmes);
                    }
                }
                2 => {
                    let handle = r.u64();
                    if r.check().is_ok() {
                        kept.mine(handle);
                    }
                }
                _ => r.fail(),
            }
        }
        kept
    }

    /// One landing a slot: the one that earned, else the one that the programme counts.
    fn put(&mut self, l: Landed<'a>, programmes: &[Programme]) {
        let last = programmes[l.place].last;
        let Some(i) = self.landings.iter().position(|x| x.slot == l.slot) else {
            if self.landings.len() < LANDINGS {
                self.landings.push(l);
            }
            return;
        };
        let old = &mut self.landings[i];
        let better = if last { l.at > old.at } else { l.at < old.at };
        if old.earned == 0 && (l.earned != 0 || better) {
            *old = l;
        }
    }

    fn mine(&mut self, handle: Handle) {
        self.own.retain(|own| *own != handle);
        if self.own.len() >= OWN {
            self.own.remove(0);
        }
        self.own.push(handle);
    }

    fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        for l in &self.landings {
            w.u8(1);
            w.i64(l.at.0);
            w.u64(l.earned);
            w.u8(l.text.len() as u8);
            w.raw(l.text.as_bytes());
        }
        for own in &self.own {
            w.u8(2);
            w.u64(*own);
        }
        w.finish()
    }
}

/// A landing of the record, where it still counts.
fn landed<'a>(a: &Asked<'a>, at: Millis, earned: u64, text: &'a str) -> Option<Landed<'a>> {
    let bytes = decode(text).filter(|_| text.len() <= LONGEST)?;
    let token = Token::read(&bytes)?;
    let place = a.programmes.iter().position(|p| p.key == token.programme)?;
    let p = &a.programmes[place];
    let slot = p.slot(&token);
    (a.now <= p.end(at)).then_some(Landed { place, at, earned, text, bytes, slot })
}
