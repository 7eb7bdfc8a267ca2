//! The calls about tags that the shopper takes back.

use super::dispatch::time;
use crate::codec::{Malformed, Reader, Writer};
use crate::engine::{Engine, TagWish};
use crate::error::Result;
use crate::profile::Dimension;

/// Takes a tag back, or lets it come again: 1 where there can be such a tag.
pub(super) fn wish(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let (dimension, wish, name) = (r.u8(), r.u8(), r.str());
    r.end()?;
    let dimension = Dimension::ALL.get(usize::from(dimension)).ok_or(Malformed)?;
    let wish = [TagWish::Delete, TagWish::Block, TagWish::Allow].into_iter().nth(usize::from(wish)).ok_or(Malformed)?;
    out.u8(u8::from(shelf.wish_tag(now, *dimension, name, wish)?));
    Ok(())
}

/// What was taken back.
pub(super) fn hidden(shelf: &Engine, r: &Reader<'_>, out: &mut Writer) -> Result<()> {
    r.end()?;
    let tags = shelf.hidden_tags();
    out.count(tags.len());
    for t in tags {
        out.u8(t.dimension as u8);
        out.str(&t.name);
        out.f64(t.since.to_f64());
        out.u8(u8::from(t.blocked));
    }
    Ok(())
}
