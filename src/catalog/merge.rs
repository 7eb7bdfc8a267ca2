//! A core and its shards as one pack: what is open and one shard more, in the order of the global rows.

use super::shape::{Elements, Per, Pick, shape, write_picked};
use crate::codec::Reader;
use crate::error::{Code, Error, Result};
use crate::list::Gather;
use crate::pack::column::u32_at;
use crate::pack::{FileWriter, Pack, SectionInfo, Tag};
use alloc::vec::Vec;

/// Two packs as one.
#[derive(Debug)]
pub(crate) struct Merged {
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// Where each row of the open pack has gone.
    pub(crate) moved: Vec<u32>,
}

/// What is open, and one shard of it more. When nothing is missing any more, the pack that was split.
///
/// # Errors
///
/// `pack_malformed` when the two do not go together. Only sizes and rows are looked at: whoever opens the result checks it as any pack.
pub(crate) fn merge(open: &Pack, shard: &Pack) -> Result<Merged> {
    let malformed = || Error::new(Code::PackMalformed, "the shard does not go with the pack.");
    let parts = [open, shard];
    let section = |part: usize, tag| parts[part].section(tag, 0).unwrap_or(&[]);
    let both = |tag| [section(0, tag), section(1, tag)];
    let rows = both(Tag::ROWS);
    let products = union(rows);
    let table_rows = [rows[0], section(1, Tag::TABLE_ROWS)];
    let numbers = both(Tag::ALIAS_NUMBER);
    let mut moved = [Vec::new(), Vec::new()];
    for (p, row) in products.iter().zip(0_u32..) {
        moved[p.part()].push(row);
    }
    if (moved[0].len() + moved[1].len()) * 4 != rows[0].len() + rows[1].len() {
        return Err(malformed());
    }
    let total = Reader::new(section(0, Tag::SHARDS)).u32() as usize;
    let is_whole = products.len() == total;

    let mut variants = Vec::new();
    let mut counts = [0; 2];
    let of_variants = shape(Tag::PRODUCT_VARIANTS).ok_or_else(malformed)?;
    for p in &products {
        let ends = Elements { bytes: section(p.part(), Tag::PRODUCT_VARIANTS), n: 0 };
        let (from, to) = ends.span(of_variants, p.index());
        // A variant takes a byte at least, so a count that lies costs no more than the file has.
        let to = (to as usize).min(parts[p.part()].bytes().len());
        counts[p.part()] = to;
        variants.extend((from as usize..to).map(|v| Pick::new(p.part(), v)));
    }
    let picks = [products, union(table_rows), variants, union(numbers)];
    let lengths = |lists: [&[u8]; 2]| lists.map(|l| l.len() / 4);
    let sizes = [lengths(rows), lengths(table_rows), counts, lengths(numbers)];

    let of_parts = |s: &&SectionInfo| ![Tag::ROWS, Tag::SHARDS, Tag::HINT, Tag::ALIAS_NUMBER].contains(&s.tag);
    let kept: Vec<&SectionInfo> = open.sections().iter().filter(|s| !is_whole || of_parts(s)).gather();
    let mut file = FileWriter::new(kept.len(), open.bytes().len() + shard.bytes().len());
    for s in kept {
        let (mut tag, mut entries) = (s.tag, s.entries as usize);
        let of = |part: usize| parts[part].section(s.tag, s.key);
        let bytes = of(0).unwrap_or(&[]);
        let out = file.begin();
        let start = out.len();
        if let Some(shape) = shape(tag) {
            let [a, b] = sizes[shape.per as usize];
            let other = Elements { bytes: of(1).ok_or_else(malformed)?, n: b };
            let picks = &picks[shape.per as usize];
            entries = picks.len();
            write_picked(out, shape, [Elements { bytes, n: a }, other], picks);
            if tag == Tag::ALIAS_ROW {
                for (p, row) in picks.iter().zip(out[start..].chunks_exact_mut(4)) {
                    let old = u32_at(row, 0).unwrap_or(0) as usize;
                    let new = moved[p.part()].get(old).ok_or_else(malformed)?;
                    row.copy_from_slice(&new.to_le_bytes());
                }
            }
            if is_whole && tag == Tag::TABLE_PART {
                tag = Tag::TABLE;
            }
        } else if tag == Tag::BRAND || tag == Tag::TAG {
            names(out, [bytes, of(1).ok_or_else(malformed)?], entries);
        } else {
            out.extend_from_slice(bytes);
            if tag == Tag::META {
                let at = start + 4 + u32_at(bytes, 0).unwrap_or(0) as usize;
                let counted = [picks[Per::Product as usize].len() as u32, picks[Per::Variant as usize].len() as u32];
                for (i, n) in counted.into_iter().enumerate() {
                    let place = out.get_mut(at + 4 * i..at + 4 * i + 4).ok_or_else(malformed)?;
                    place.copy_from_slice(&n.to_le_bytes());
                }
            }
        }
        file.end(tag, s.key, entries);
    }
    let [moved, _] = moved;
    Ok(Merged { bytes: file.finish(), moved })
}

/// Two ascending lists of numbers as one; what is in both is taken from the second.
fn union(lists: [&[u8]; 2]) -> Vec<Pick> {
    let [mut a, mut b] = [0; 2];
    let mut picks = Vec::with_capacity((lists[0].len() + lists[1].len()) / 4);
    loop {
        let next = (u32_at(lists[0], a), u32_at(lists[1], b));
        let from_second = match next {
            (None, None) => return picks,
            (Some(x), Some(y)) => y <= x,
            (_, y) => y.is_some(),
        };
        if from_second {
            a += usize::from(next.0 == next.1);
            picks.push(Pick::new(1, b));
            b += 1;
        } else {
            picks.push(Pick::new(0, a));
            a += 1;
        }
    }
}

/// Names by number, of which each part has those it needs.
fn names(out: &mut Vec<u8>, parts: [&[u8]; 2], n: usize) {
    // Strings as products have them.
    let Some(shape) = shape(Tag::PRODUCT_ID) else { return };
    let parts = parts.map(|bytes| Elements { bytes, n });
    let picks: Vec<Pick> = (0..n).map(|i| Pick::new(usize::from(parts[0].body(shape, i).is_empty()), i)).gather();
    write_picked(out, shape, parts, &picks);
}
