//! A programme's rules, as the section `INVT` has them for a device.

use super::token::{About, Token};
use crate::codec::{Malformed, Reader, Writer};
use crate::id::hash;
use crate::time::{DAY, Millis};
use alloc::vec::Vec;

const VERSION: u8 = 1;
/// Seed of the keys of programmes.
const SEED: u64 = 10;

/// What a programme is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A friend comes to the shop.
    Invite = 0,
    /// Something is shown to a friend.
    Share = 1,
    /// A friend joins a group.
    GroupBuy = 2,
}

impl Kind {
    /// All, by number.
    pub const ALL: [Kind; 3] = [Kind::Invite, Kind::Share, Kind::GroupBuy];

    /// The word in `invites.json`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Invite => "invite",
            Kind::Share => "share",
            Kind::GroupBuy => "group_buy",
        }
    }
}

/// What happens between a landing and the reward; what comes later has all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Event {
    /// The link was opened.
    Landing = 0,
    /// An order was paid.
    Order = 1,
    /// It was delivered.
    Delivered = 2,
}

impl Event {
    /// All, by number.
    pub const ALL: [Event; 3] = [Event::Landing, Event::Order, Event::Delivered];

    /// The word in `invites.json` and in claims.
    pub fn word(self) -> &'static str {
        match self {
            Event::Landing => "landing",
            Event::Order => "order",
            Event::Delivered => "delivered",
        }
    }
}

/// A programme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Programme {
    /// [`key`] of its id.
    pub key: u32,
    /// What it is for.
    pub kind: Kind,
    /// When the reward comes.
    pub after: Event,
    /// Of several inviters the last counts, not the first.
    pub last: bool,
    /// Only for who has not ordered before the landing.
    pub new: bool,
    /// Days after the landing in which the reward can come.
    pub window: u16,
    /// Days that a token lives.
    pub life: u16,
    /// Nobody lands from then on.
    pub until: Option<Millis>,
}

/// A programme's key: the low half of the XXH64 of its id.
pub fn key(id: &str) -> u32 {
    hash(SEED, id.as_bytes()) as u32
}

impl Programme {
    /// Reads the rules of a section.
    ///
    /// # Errors
    ///
    /// [`Malformed`] for what is no rules of this version.
    pub fn all(bytes: &[u8]) -> Result<Vec<Programme>, Malformed> {
        let mut r = Reader::new(bytes);
        if r.u8() != VERSION {
            r.fail();
        }
        let mut all = Vec::new();
        for _ in 0..r.u8() {
            let key = r.u32();
            let (Some(kind), Some(after)) = (Kind::ALL.get(usize::from(r.u8())), Event::ALL.get(usize::from(r.u8())))
            else {
                return Err(Malformed);
            };
            let (last, new, window, life, until) = (r.bool(), r.bool(), r.u16(), r.u16(), r.f64());
            all.push(Programme {
                key,
                kind: *kind,
                after: *after,
                last,
                new,
                window,
                life,
                until: Millis::from_f64(until),
            });
        }
        r.end()?;
        Ok(all)
    }

    /// The rules of all as a section has them.
    pub fn write_all<'a>(all: impl ExactSizeIterator<Item = &'a Programme>) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.u8(all.len() as u8);
        for p in all {
            w.u32(p.key);
            w.u8(p.kind as u8);
            w.u8(p.after as u8);
            w.u8(u8::from(p.last));
            w.u8(u8::from(p.new));
            w.u16(p.window);
            w.u16(p.life);
            w.f64(p.until.map_or(f64::NAN, Millis::to_f64));
        }
        w.finish()
    }

    /// The end of the window of a landing.
    pub fn end(&self, landed: Millis) -> Millis {
        landed.plus(i64::from(self.window) * DAY)
    }

    /// Landings in one slot are about the same reward.
    pub(super) fn slot(&self, token: &Token<'_>) -> u64 {
        let (about, id) = if self.kind == Kind::Invite { (About::Nothing, "") } else { (token.about, token.id) };
        hash(u64::from(self.key) << 8 | about as u64, id.as_bytes())
    }
}
