//! The calls that check what the shop signed: a file, before there is a shelf, and for the part for invitations a token.

use super::dispatch::{strings, time};
use crate::codec::{Reader, Writer};
use crate::error::Result;
use crate::signature::{Kind, open, signed_by_one};
use crate::time::Millis;

/// The calls of this part.
pub(super) type Part = fn(file: bool, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Call 67, and what [`invite`](super::invite) asks. What only they need is a file of its own, which `pkg-template/build/part.mjs` cuts at this function.
pub(super) fn part(file: bool, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    if file { verify(r, out) } else { signed(r, out) }
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

/// `list<str> keys`, `bytes hint`, `u8[64] signature`, and the rest is what was signed: answers one byte.
fn signed(r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (keys, hint) = (strings(r), r.bytes());
    let rest = r.take(r.left());
    r.end()?;
    let good =
        rest.split_first_chunk::<64>().is_some_and(|(signature, text)| signed_by_one(&keys, hint, signature, &[text]));
    out.u8(u8::from(good));
    Ok(())
}
