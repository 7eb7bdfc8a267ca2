//! The calls that check what the shop signed: a file, before there is a shelf, and the tokens of invitations.

use super::dispatch::{strings, time};
use crate::codec::{Reader, Writer};
use crate::engine::Engine;
use crate::error::Result;
use crate::invite::{Asked, Event, Status, Token, Told, decode, earn, land, own};
use crate::signature::{Kind, open};
use crate::time::Millis;
use alloc::vec;

/// The calls of this part.
pub(super) type Part = fn(u32, Option<&mut Engine>, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Calls 67 and 80 to 82. What only they need is a file of its own, which `pkg-template/build/part.mjs` cuts at this function.
pub(super) fn part(op: u32, shelf: Option<&mut Engine>, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    match shelf {
        Some(shelf) => invites(op, shelf, r, out),
        None => verify(r, out),
    }
}

fn verify(r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (_handle, now, kind, keys) = (r.u32(), time(r), r.u8(), strings(r));
    let kind = r.some(Kind::from_byte(kind).map(Some));
    let (kept, seen, file) = (r.bytes(), r.bytes(), r.bytes());
    r.end()?;
    let opened = open(now, kind, &keys, &[kept, seen].concat(), file)?;
    let e = opened.envelope;
    out.count(file.len() - e.payload.len());
    out.f64(e.issued.to_f64());
    out.bytes(&opened.seen);
    out.f64(e.sequence);
    out.f64(e.expires.map_or(f64::NAN, Millis::to_f64));
    out.str(e.subject);
    Ok(())
}

/// 80 `land`, 81 `earn`, 82 `own`. The first byte of an answer says whether the record changed.
fn invites(op: u32, shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, keys) = (time(r), strings(r));
    let (number, text) = (r.u8(), r.str());
    r.end()?;
    shelf.invited(now, &keys, op == 80 && number > 0, &mut |a| {
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
