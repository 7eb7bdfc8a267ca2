//! The call that checks a signed file, before there is a shelf.

use super::dispatch::{strings, time};
use crate::codec::{Reader, Writer};
use crate::error::Result;
use crate::signature::{Kind, open};
use crate::time::Millis;

/// The calls of this part.
pub(super) type Part = fn(&mut Reader<'_>, &mut Writer) -> Result<()>;

/// Call 67. What only it needs is a file of its own, which `pkg-template/build/part.mjs` cuts at this function.
pub(super) fn part(r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
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
