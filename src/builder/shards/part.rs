//! One part of a pack: the columns of some of its products.

use super::pieces::pairs_among;
use crate::catalog::Catalog;
use crate::catalog::shape::{Elements, Per, Pick, Shape, shape, write_picked};
use crate::codec::{read_varint, write_varint};
use crate::id::Row;
use crate::pack::column::u32_at;
use crate::pack::{PackWriter, Tag};
use std::collections::BTreeSet;

/// What a part is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role<'a> {
    /// The core; shards bring all neighbours of some of its products.
    Core {
        /// Those products.
        brought: &'a BTreeSet<u32>,
    },
    /// A shard.
    Shard {
        /// Products of the core whose neighbours it brings.
        brings: &'a [u32],
    },
}

/// A pack to take parts of.
pub(super) struct Parts<'a> {
    pub(super) catalog: &'a Catalog,
    /// Version of the pack that is split.
    pub(super) version: u64,
    /// Product row of each alias.
    alias_rows: Vec<u32>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(catalog: &'a Catalog, version: u64) -> Parts<'a> {
        let section = catalog.pack().section(Tag::ALIAS_ROW, 0).unwrap_or(&[]);
        let alias_rows = (0..section.len() / 4).filter_map(|i| u32_at(section, i)).collect();
        Parts { catalog, version, alias_rows }
    }

    /// The part with these products.
    pub(super) fn write(&self, rows: &[u32], role: Role<'_>) -> PackWriter {
        let c = self.catalog;
        let brought = if let Role::Core { brought } = role { Some(brought) } else { None };
        let mut place = vec![u32::MAX; c.len()];
        rows.iter().zip(0..).for_each(|(row, i)| place[*row as usize] = i);
        let mut tables = rows.to_vec();
        if let Role::Shard { brings } = role {
            tables.extend(brings);
            tables.sort_unstable();
        }
        let variants: Vec<u32> = rows.iter().flat_map(|row| c.variants_of(Row(*row))).collect();
        let aliases: Vec<u32> =
            (0..).zip(&self.alias_rows).filter(|(_, row)| place[**row as usize] != u32::MAX).map(|(a, _)| a).collect();
        let of = |per: Per| match per {
            Per::Product => (rows, c.len()),
            Per::Table => (tables.as_slice(), c.len()),
            Per::Variant => (variants.as_slice(), c.variant_count()),
            Per::Alias => (aliases.as_slice(), self.alias_rows.len()),
            Per::Name => (&[][..], 0),
        };
        let mut out = PackWriter::new();
        for s in c.pack().sections() {
            let bytes = c.pack().section(s.tag, s.key).unwrap_or(&[]);
            let Some(shape) = shape(s.tag, s.key).filter(|shape| shape.per != Per::Name) else {
                match s.tag {
                    Tag::BRAND | Tag::TAG | Tag::STORE => {
                        out.add(s.tag, s.key, s.entries as usize, self.names(s.tag, bytes, s.entries as usize, rows))
                    }
                    Tag::META if brought.is_some() => {
                        out.add(s.tag, s.key, 1, counted(bytes, rows.len(), variants.len()))
                    }
                    _ if brought.is_some() => out.add(s.tag, s.key, s.entries as usize, bytes.to_vec()),
                    _ => {}
                }
                continue;
            };
            let (numbers, n) = of(shape.per);
            let picks: Vec<Pick> = numbers.iter().map(|i| Pick::new(0, *i as usize)).collect();
            let elements = Elements { bytes, n };
            let mut body = Vec::new();
            if let Some(brought) = brought.filter(|_| shape.per == Per::Table) {
                within(&mut body, (s.tag, shape), elements, rows, (&place, brought));
            } else {
                write_picked(&mut body, shape, [elements, Elements::default()], &picks);
            }
            if s.tag == Tag::ALIAS_ROW {
                body =
                    aliases.iter().flat_map(|a| place[self.alias_rows[*a as usize] as usize].to_le_bytes()).collect();
            }
            let tag = if s.tag == Tag::TABLE { Tag::TABLE_PART } else { s.tag };
            out.add(tag, s.key, numbers.len(), body);
        }
        let column = |numbers: &[u32]| numbers.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        out.add(Tag::ROWS, 0, rows.len(), column(rows));
        out.add(Tag::ALIAS_NUMBER, 0, aliases.len(), column(&aliases));
        if brought.is_none() {
            out.add(Tag::TABLE_ROWS, 0, tables.len(), column(&tables));
        }
        out
    }

    /// Names that these products use, empty for the others.
    fn names(&self, tag: Tag, bytes: &[u8], n: usize, rows: &[u32]) -> Vec<u8> {
        let c = self.catalog;
        let used: BTreeSet<&str> = match tag {
            Tag::BRAND => rows.iter().filter_map(|row| c.brand(Row(*row))).map(|b| c.brand_name(b)).collect(),
            Tag::STORE => rows.iter().filter_map(|row| c.store(Row(*row))).map(|s| c.store_name(s)).collect(),
            _ => rows.iter().flat_map(|row| c.tags(Row(*row))).collect(),
        };
        let Some(shape) = shape(Tag::PRODUCT_ID, 0) else { return Vec::new() };
        let names = Elements { bytes, n };
        let text = |i: usize| std::str::from_utf8(names.body(shape, i)).ok().filter(|t| used.contains(t)).unwrap_or("");
        let texts: Vec<&str> = (0..n).map(text).collect();
        crate::pack::column::write_strings(texts)
    }
}

/// A table or the pairs of the head `rows`: of products whose neighbours a shard brings, only those that are in the head as well.
fn within(
    out: &mut Vec<u8>,
    (tag, shape): (Tag, Shape),
    table: Elements<'_>,
    rows: &[u32],
    (place, brought): (&[u32], &BTreeSet<u32>),
) {
    let in_head = |row: &u32| place.get(*row as usize).is_some_and(|p| *p != u32::MAX);
    out.extend_from_slice(&table.bytes[..shape.head]);
    let (mut ends, mut bodies) = (Vec::new(), Vec::new());
    for row in rows {
        let body = table.body(shape, *row as usize);
        if !brought.contains(row) {
            bodies.extend_from_slice(body);
        } else if tag == Tag::ASSOCIATION_PART {
            bodies.extend(pairs_among(body, in_head));
        } else {
            let kept: Vec<(u32, u8)> = neighbours(body).into_iter().filter(|(row, _)| in_head(row)).collect();
            write_neighbours(&mut bodies, &kept);
        }
        ends.extend_from_slice(&(bodies.len() as u32).to_le_bytes());
    }
    out.extend(ends);
    out.extend(bodies);
}

/// `META` with other counts of products and variants.
pub(super) fn counted(meta: &[u8], products: usize, variants: usize) -> Vec<u8> {
    let mut out = meta.to_vec();
    let at = 4 + u32_at(meta, 0).unwrap_or(0) as usize;
    out[at..at + 4].copy_from_slice(&(products as u32).to_le_bytes());
    out[at + 4..at + 8].copy_from_slice(&(variants as u32).to_le_bytes());
    out
}

/// The neighbours in a row of a table, with their 8-bit weights.
fn neighbours(body: &[u8]) -> Vec<(u32, u8)> {
    let mut at = 0;
    let n = read_varint(body, &mut at).unwrap_or(0) as usize;
    let mut rows = Vec::with_capacity(n);
    for i in 0..n {
        let step = read_varint(body, &mut at).unwrap_or(0);
        rows.push(if i == 0 { step } else { rows[i - 1] + step + 1 });
    }
    rows.into_iter().zip(body[at..].iter().copied()).collect()
}

/// A row of a table; an empty one takes no bytes.
fn write_neighbours(out: &mut Vec<u8>, list: &[(u32, u8)]) {
    if list.is_empty() {
        return;
    }
    write_varint(out, list.len() as u32);
    let mut last = None;
    for (row, _) in list {
        write_varint(out, last.map_or(*row, |l: u32| row - l - 1));
        last = Some(*row);
    }
    out.extend(list.iter().map(|(_, weight)| *weight));
}
