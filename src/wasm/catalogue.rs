//! The calls about the catalogue: its products and categories, what an id stands for, and the shards of it that are not open yet.

use super::dispatch::{NO_ROW, numbers, opened, strings, write_price};
use crate::catalog::{Availability, shards};
use crate::codec::{Malformed, Reader, Writer};
use crate::engine::{Engine, Wish};
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::list::Gather;
use alloc::vec::Vec;

pub(super) fn products(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let c = shelf.catalog();
    let rows = numbers(r);
    r.end()?;
    if rows.iter().any(|row| *row as usize >= c.len()) {
        return Err(Error::new(Code::BadRequest, "a row is not in the pack."));
    }
    out.count(rows.len());
    for row in rows.into_iter().map(Row) {
        out.u32(row.0);
        out.str(c.id(row));
        out.str(c.title(row));
        out.str(c.brand_shown(row));
        out.str(c.category(row).map_or("", |x| c.category_label(x)));
        out.str(c.url(row));
        out.str(c.image(row));
        let tags: Vec<&str> = c.tags(row).gather();
        out.count(tags.len());
        for t in &tags {
            out.str(t);
        }
        write_price(c.price(row), out);
        out.u8(c.availability(row) as u8);
        let variants = c.variants_of(row);
        out.count(variants.len());
        for v in variants {
            out.str(c.variant_id(v));
            out.str(c.variant_title(v));
            write_price(c.price_of(v), out);
            out.u8(c.availability_of(v) as u8);
        }
    }
    Ok(())
}

pub(super) fn find(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let ids = strings(r);
    r.end()?;
    out.count(ids.len());
    for id in ids {
        out.u32(shelf.find(id).map_or(NO_ROW, |f| f.row.0));
    }
    Ok(())
}

#[cfg(feature = "vectors")]
pub(super) fn nearest(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (ids, limit) = (strings(r), r.u32());
    r.end()?;
    let found = shelf.nearest(&ids, limit as usize);
    out.count(found.len());
    for (row, cosine) in found {
        out.u32(row.0);
        out.f64(cosine);
    }
    Ok(())
}

pub(super) fn page(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (offset, limit, path) = (r.u32() as usize, r.u32() as usize, r.str());
    r.end()?;
    let c = shelf.catalog();
    let category = c.category_named(path);
    let is_in = |row: &Row| {
        c.availability(*row) != Availability::Hidden && (path.is_empty() || category.is_some_and(|x| c.is_in(*row, x)))
    };
    let rows: Vec<Row> = (0..c.len() as u32).map(Row).filter(is_in).gather();
    out.count(rows.len());
    let page: Vec<_> = rows.iter().skip(offset).take(limit).gather();
    out.count(page.len());
    for row in &page {
        out.u32(row.0);
    }
    Ok(())
}

pub(super) fn categories(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    r.end()?;
    let c = shelf.catalog();
    let sizes = c.category_sizes();
    out.count(sizes.len());
    for (x, size) in (0..).zip(sizes) {
        out.str(c.category_path(x));
        out.str(c.category_label(x));
        out.u32(c.parent_of(x).unwrap_or(NO_ROW));
        out.u32(size);
    }
    Ok(())
}

pub(super) fn wanted(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let wish = match r.u8() {
        0 => Wish::Page,
        1 => Wish::Personal,
        2 => Wish::All,
        _ => return Err(Malformed.into()),
    };
    r.end()?;
    let list = shelf.wanted(wish);
    out.count(list.len());
    for shard in list {
        out.str(&shards::name(shelf.catalog().pack(), shard));
    }
    Ok(())
}

pub(super) fn attach(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer, handle: u32) -> Result<()> {
    if r.left() == 0 {
        out.bytes(shelf.catalog().pack().bytes());
        return Ok(());
    }
    let bytes = r.bytes();
    r.end()?;
    shelf.attach(bytes.to_vec())?;
    opened(shelf, handle, out);
    Ok(())
}
