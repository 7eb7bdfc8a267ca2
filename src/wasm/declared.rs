//! The calls about what the shopper declares, and what is told with it.

use super::dispatch::time;
use crate::codec::{Reader, Writer};
use crate::engine::{Declaring, Engine};
use crate::error::Result;
use crate::profile::attribute::{Said, Source};
use alloc::vec::Vec;

pub(super) fn declare(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let source = r.u8();
    let source = r.some(Source::ALL.get(usize::from(source)).copied());
    let how = Declaring { source, confidence: Some(r.f64()).filter(|c| !c.is_nan()), merge: r.bool() };
    let mut said = Vec::new();
    for _ in 0..r.count(5) {
        let (field, kind) = (r.str(), r.u8());
        said.push((field, answer(r, kind)));
    }
    r.end()?;
    out.u32(shelf.declare(now, &said, how)?);
    Ok(())
}

fn answer<'a>(r: &mut Reader<'a>, kind: u8) -> Said<'a> {
    match kind {
        0 => Said::Nothing,
        1 => Said::Text(r.str()),
        2 => Said::Number(r.f64(), r.str()),
        _ => Said::Flag(r.bool()),
    }
}

/// What a portrait is told with beside its traits: what was declared, interest at every level of the categories, and for how long traits are tags.
pub(super) fn about(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    r.end()?;
    // A list that ends with an empty path.
    shelf.category_paths(now, &mut |path| {
        out.str(path.key);
        out.str(path.label);
        out.f64(path.share);
        out.u32(path.events);
        out.f64(path.last.to_f64());
        out.u32(path.level);
    });
    out.str("");
    let declared = shelf.declared();
    out.count(declared.len());
    for d in declared {
        [d.field, d.label, d.value, d.text].into_iter().for_each(|text| out.str(text));
        out.u8(d.kind as u8);
        out.u8(d.source as u8);
        for n in [d.number, d.confidence, d.at.to_f64(), d.until.to_f64()] {
            out.f64(n);
        }
    }
    shelf.tag_lives().iter().for_each(|life| out.f64(*life as f64));
    Ok(())
}
