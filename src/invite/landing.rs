//! What a device knows: the landings it had, and the handles that are its shopper's own.

use super::Why;
use super::programme::{Event, Programme};
use super::token::{Handle, Token};
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

/// The bytes of a token's text; none of what is no such text, which is no token.
fn decode(text: &str) -> Vec<u8> {
    super::decode(text).unwrap_or_default()
}

/// Whether one of these keys signed a token for a shop.
pub type Signed = fn(token: &Token<'_>, keys: &[&str], shop: &str) -> bool;

/// What is known where something is asked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The device's clock.
    pub now: Millis,
    /// The shop's id.
    pub shop: &'a str,
    /// Public keys, 64 hexadecimal digits each.
    pub keys: &'a [&'a str],
    /// What knows signatures: [`is_signed`](super::is_signed), or what asks it elsewhere.
    pub signed: Signed,
    /// The shop's programmes.
    pub programmes: &'a [Programme],
    /// The shopper has ordered before.
    pub customer: bool,
    /// The record, as it was answered last; two records one behind the other are one.
    pub kept: &'a [u8],
}

/// A landing that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landed<'a> {
    /// Place of its programme.
    pub place: usize,
    /// When.
    pub at: Millis,
    /// The order by which it earned; 0 for none.
    pub earned: u64,
    /// The token's text.
    pub text: &'a str,
    inviter: Handle,
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

/// What became of a landing, and why it counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    /// What became of it.
    pub status: Status,
    /// Why it counts for nothing.
    pub why: Option<Why>,
    /// The landing, where there is one.
    pub landed: Option<Landed<'a>>,
}

/// The record as it is read.
#[derive(Debug, Default)]
struct Kept<'a> {
    own: Vec<Handle>,
    landings: Vec<Landed<'a>>,
}

/// Lands with a token: checks it and remembers it. Beside the answer stands the record to keep from now on, where it changed.
pub fn land<'a>(a: &Asked<'a>, text: &'a str) -> (Told<'a>, Option<Vec<u8>>) {
    let mut kept = Kept::read(a);
    let told = |status, landed| Told { status, why: None, landed: Some(landed) };
    match kept.land(a, text) {
        Ok((landed, true)) => (told(Status::Landed, landed), Some(kept.write())),
        Ok((landed, false)) => (told(Status::Known, landed), None),
        Err(why) => (Told { status: Status::Refused, why: Some(why), landed: None }, None),
    }
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
        } else if event == Event::Landing || (l.earned == mark && after > Event::Landing) {
            Status::Known
        } else {
            continue;
        };
        told.push(Told { status, why: None, landed: Some(*l) });
    }
    (told, changed.then(|| kept.write()))
}

/// Remembers that a token is the shopper's own.
///
/// # Errors
///
/// Why it is none of the shop's.
pub fn own(a: &Asked<'_>, text: &str) -> Result<Vec<u8>, Why> {
    let bytes = decode(text);
    let (token, _) = checked(a, &bytes)?;
    let mut kept = Kept::read(a);
    kept.mine(token.inviter);
    Ok(kept.write())
}

/// A token that the shop signed, and the place of its programme.
pub(super) fn checked<'t>(a: &Asked<'_>, bytes: &'t [u8]) -> Result<(Token<'t>, usize), Why> {
    let token = Token::read(bytes).ok_or(Why::BadToken)?;
    if !(a.signed)(&token, a.keys, a.shop) {
        return Err(Why::BadSignature);
    }
    let place = a.programmes.iter().position(|p| p.key == token.programme).ok_or(Why::UnknownProgramme)?;
    Ok((token, place))
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

    /// The landing, and whether it is new.
    fn land(&mut self, a: &Asked<'a>, text: &'a str) -> Result<(Landed<'a>, bool), Why> {
        let bytes = decode(text);
        let (token, place) = checked(a, &bytes)?;
        let p = &a.programmes[place];
        if token.issued.since(a.now) > DAY {
            return Err(Why::InFuture);
        }
        if token.expires <= a.now {
            return Err(Why::Expired);
        }
        if p.until.is_some_and(|end| end <= a.now) {
            return Err(Why::Closed);
        }
        for own in &self.own {
            if *own == token.inviter {
                return Err(Why::SelfInvite);
            }
            if token.came_by(*own) {
                return Err(Why::Loop);
            }
        }
        let new = Landed { place, at: a.now, earned: 0, text, inviter: token.inviter, slot: p.slot(&token) };
        let same = self.landings.iter().position(|l| l.slot == new.slot);
        if let Some(old) = same.map(|i| self.landings[i]) {
            if old.inviter == token.inviter {
                return Ok((old, false));
            }
            if !p.last || old.earned != 0 {
                return Err(Why::OtherInviter);
            }
        }
        if p.new && a.customer {
            return Err(Why::NotNew);
        }
        // In place of the slot's, else of the oldest where there are too many.
        let full = self.landings.len() >= LANDINGS;
        let oldest = || (0..self.landings.len()).min_by_key(|i| self.landings[*i].at);
        match same.or_else(|| oldest().filter(|_| full)) {
            Some(i) => self.landings[i] = new,
            None => self.landings.push(new),
        }
        Ok((new, true))
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
        if self.own.contains(&handle) {
            return;
        }
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
    let bytes = decode(text);
    let token = Token::read(&bytes)?;
    let place = a.programmes.iter().position(|p| p.key == token.programme)?;
    let p = &a.programmes[place];
    (a.now <= p.end(at)).then_some(Landed { place, at, earned, text, inviter: token.inviter, slot: p.slot(&token) })
}
