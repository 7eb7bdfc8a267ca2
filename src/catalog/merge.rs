//! A core and its shards as one pack: what is open and one shard more, in the order of the global rows.

use super::shape::{Elements, Per, Pick, Shape, shape, write_picked};
use crate::codec::Writer;
use crate::pack::column::u32_at;
use crate::pack::format::{ENTRY, FORMAT, HEADER, MAGIC};
use crate::pack::{Pack, SectionInfo, Tag};
use alloc::vec;
use alloc::vec::Vec;

/// What is open, and one shard of it more; and where each row of what is open has gone. `META` keeps the core's counts.
///
/// Nothing is checked here: what two packs that do not go together make is refused when it is opened.
pub(crate) fn merge(open: &Pack, shard: &Pack) -> (Pack, Vec<u32>) {
    let parts = [open, shard];
    let mut picks = <[Vec<Pick>; 5]>::default();
    let mut sizes = [[0; 2]; 5];
    for (per, first, second) in [
        (Per::Product, Tag::ROWS, Tag::ROWS),
        (Per::Table, Tag::ROWS, Tag::TABLE_ROWS),
        (Per::Alias, Tag::ALIAS_NUMBER, Tag::ALIAS_NUMBER),
    ] {
        let lists = [section(open, first, 0), section(shard, second, 0)];
        sizes[per as usize] = [lists[0].len() / 4, lists[1].len() / 4];
        picks[per as usize] = union(lists);
    }
    let mut moved = [Vec::new(), Vec::new()];
    let [products, _, variants, ..] = &mut picks;
    let ends = Shape { per: Per::Product, head: 0, ends: true, unit: 0 };
    for (row, p) in (0_u32..).zip(&*products) {
        let pack = parts[p.part()];
        moved[p.part()].push(row);
        let (from, to) = Elements { bytes: section(pack, Tag::PRODUCT_VARIANTS, 0), n: 0 }.span(ends, p.index());
        // A variant takes a byte at least, so a count that lies costs no more than the file has.
        let to = to.min(pack.bytes().len());
        sizes[Per::Variant as usize][p.part()] = to;
        for v in from..to {
            variants.push(Pick::new(p.part(), v));
        }
    }

    // Hosts read it as a file: they check no sums, so there are none.
    let mut file = Writer::new();
    file.u64(u64::from_le_bytes(MAGIC));
    file.u32(u32::from(FORMAT) << 16 | u32::from(FORMAT));
    file.count(open.sections().len());
    let mut bytes = vec![0; HEADER + ENTRY * open.sections().len()];
    let mut sections = Vec::new();
    for s in open.sections() {
        let mut s: SectionInfo = s.clone();
        let lists = [section(open, s.tag, s.key), section(shard, s.tag, s.key)];
        s.range.start = bytes.len();
        if let Some(shape) = shape(s.tag, s.key) {
            let per = shape.per as usize;
            let mut parts =
                [Elements { bytes: lists[0], n: sizes[per][0] }, Elements { bytes: lists[1], n: sizes[per][1] }];
            if shape.per == Per::Name {
                picks[per].clear();
                let n = s.entries as usize;
                (parts[0].n, parts[1].n) = (n, n);
                for i in 0..n {
                    picks[per].push(Pick::new(usize::from(parts[0].body(shape, i).is_empty()), i));
                }
            }
            s.entries = picks[per].len() as u32;
            write_picked(&mut bytes, shape, parts, &picks[per]);
            if s.tag == Tag::ALIAS_ROW {
                for (i, p) in picks[per].iter().enumerate() {
                    let at = s.range.start + 4 * i;
                    let row =
                        u32_at(bytes.get(at..).unwrap_or(&[]), 0).and_then(|old| moved[p.part()].get(old as usize));
                    if let (Some(row), Some(place)) = (row, bytes.get_mut(at..at + 4)) {
                        place.copy_from_slice(&row.to_le_bytes());
                    }
                }
            }
        } else {
            bytes.extend_from_slice(lists[0]);
        }
        s.range.end = bytes.len();
        sections.push(s);
    }
    let [moved, _] = moved;
    for n in [bytes.len() as u64, open.version_number(), 0] {
        file.u64(n);
    }
    for s in &sections {
        let (tag, range) = (u32::from_le_bytes(s.tag.0), &s.range);
        for n in [tag, s.key, range.start as u32, range.len() as u32, 0, 0, s.entries, 0] {
            file.u32(n);
        }
    }
    let file = file.finish();
    if let Some(start) = bytes.get_mut(..file.len()) {
        start.copy_from_slice(&file);
    }
    (open.assembled(bytes, sections), moved)
}

fn section(pack: &Pack, tag: Tag, key: u32) -> &[u8] {
    pack.section(tag, key).unwrap_or(&[])
}

/// Two ascending lists of numbers as one; what is in both is taken from the second.
fn union(lists: [&[u8]; 2]) -> Vec<Pick> {
    let mut picks = Vec::new();
    let (mut a, mut b) = (0, 0);
    loop {
        // Nothing is the largest of all.
        let next = |list, at| u32_at(list, at).map_or(u64::MAX, u64::from);
        let (x, y) = (next(lists[0], a), next(lists[1], b));
        if x.min(y) == u64::MAX {
            return picks;
        }
        picks.push(if y <= x { Pick::new(1, b) } else { Pick::new(0, a) });
        a += usize::from(x <= y);
        b += usize::from(y <= x);
    }
}
