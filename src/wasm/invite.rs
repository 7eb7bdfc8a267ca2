//! The calls about invitations: landing with a token, what an event earns, and the shopper's own tokens.

use super::dispatch::{strings, time};
use super::verify;
use crate::codec::{Reader, Writer};
use crate::engine::Engine;
use crate::error::Result;
use crate::invite::{Asked, Event, Status, Token, Told, decode, earn, land, own};
use alloc::vec;

/// The calls of this part.
pub(super) type Part = fn(u32, &mut Engine, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Calls 80 `land`, 81 `earn`, 82 `own`. What only they need is a file of its own, which `pkg-template/build/part.mjs` cuts at this function; it
/// asks the part for signatures, which a host loads before it. The first byte of an answer says whether the record changed.
pub(super) fn part(op: u32, shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, keys) = (time(r), strings(r));
    let (number, text) = (r.u8(), r.str());
    r.end()?;
    shelf.invited(now, (&keys, signed), op == 80 && number > 0, &mut |a| {
        let event = *Event::ALL.get(usize::from(number)).unwrap_or(&Event::Landing);
        let (told, kept) = match op {
            80 => {
                let (told, kept) = land(a, text);
                (vec![told], kept)
            }
            81 => earn(a, event, text),
            _ => {
                let kept = own(a, text);
                let status = if kept.is_err() { Status::Refused } else { Status::Known };
                (vec![Told { status, why: kept.as_ref().err().copied(), landed: None }], kept.ok())
            }
        };
        out.u8(u8::from(kept.is_some()));
        out.count(told.len());
        told.iter().for_each(|t| write(a, t, out));
        kept
    })
}

/// What the part for signatures says of a token, through the gate that leads to it.
fn signed(token: &Token<'_>, keys: &[&str], shop: &str) -> bool {
    let mut ask = Writer::new();
    ask.count(keys.len());
    keys.iter().for_each(|key| ask.str(key));
    ask.bytes(token.hint);
    token.signed(shop).into_iter().for_each(|part| ask.raw(part));
    let (ask, mut out) = (ask.finish(), Writer::new());
    let told = core::hint::black_box(verify::part as verify::Part)(false, &mut Reader::new(&ask), &mut out);
    told.is_ok() && out.finish() == [1]
}

/// A status, why, and the landing where there is one.
fn write(a: &Asked<'_>, told: &Told<'_>, out: &mut Writer) {
    out.u8(told.status as u8);
    out.u8(told.why.map_or(0, |w| w as u8));
    let bytes = told.landed.and_then(|l| decode(l.text)).unwrap_or_default();
    let token = Token::read(&bytes);
    out.u8(u8::from(token.is_some()));
    if let (Some(t), Some(l)) = (token, told.landed) {
        out.u8(l.place as u8);
        out.u8(t.about as u8);
        out.str(t.id);
        out.str(t.channel);
        out.u64(t.inviter);
        out.f64(l.at.to_f64());
        out.f64(a.programmes[l.place].end(l.at).to_f64());
        out.str(l.text);
    }
}
