//! Sections that lie in a whole pack otherwise than in parts: what is bought together, and vectors.

use crate::catalog::shape::HEAD;
use crate::codec::{read_varint, write_varint};
use crate::error::{Code, Error, Result};
use crate::pack::{Pack, PackWriter, Tag};
use crate::rank::embedding::{BY_PAIRS, Embedding};
use crate::rank::planes;

/// A whole pack with these sections as parts have them: a piece for each product.
pub(super) fn apart(whole: &Pack) -> Result<Vec<u8>> {
    let n = whole.find(Tag::PRODUCT_ID, 0).map_or(0, |s| s.entries as usize);
    let mut out = PackWriter::new();
    for s in whole.sections() {
        let bytes = whole.section(s.tag, s.key).unwrap_or(&[]);
        match s.tag {
            Tag::ASSOCIATION => {
                let short = || Error::new(Code::PackMalformed, "section ASSO has the wrong length.");
                let (counts, rows) = bytes.split_at_checked(HEAD + 4 * n).ok_or_else(short)?;
                out.add(Tag::ASSOCIATION_COUNTS, 0, n, counts.to_vec());
                out.add(Tag::ASSOCIATION_PART, 0, n, rows.to_vec());
            }
            Tag::EMBEDDING => {
                let (dims, bytes) = Embedding::open(whole, n)?.by_rows(whole);
                out.add(Tag::EMBEDDING_PART, dims as u32, n, bytes);
            }
            tag => out.add(tag, s.key, s.entries as usize, bytes.to_vec()),
        }
    }
    out.finish()
}

/// Adds a section of what all parts are together as a whole pack has it. Answers whether it is one of these.
pub(super) fn together(open: &Pack, tag: Tag, key: u32, out: &mut PackWriter) -> bool {
    let entries = open.find(tag, key).map_or(0, |s| s.entries as usize);
    let bytes = open.section(tag, key).unwrap_or(&[]);
    match tag {
        Tag::ASSOCIATION_COUNTS => {
            let rows = open.section(Tag::ASSOCIATION_PART, 0).unwrap_or(&[]);
            out.add(Tag::ASSOCIATION, 0, entries, [bytes, rows].concat());
        }
        // It has come with the counts.
        Tag::ASSOCIATION_PART => {}
        Tag::EMBEDDING_PART => {
            let (head, rows) = bytes.split_at(bytes.len().min(HEAD));
            let numbers: Vec<i8> = rows.iter().map(|x| *x as i8).collect();
            out.add(Tag::EMBEDDING, BY_PAIRS, entries, [head, &planes::lay(&numbers, key as usize)].concat());
        }
        _ => return false,
    }
    true
}

/// Of what a product is bought together with, the rows that are kept.
pub(super) fn pairs_among(body: &[u8], kept: impl Fn(&u32) -> bool) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut at, mut next, mut last) = (0, 0_u32, 0_u32);
    while let (Some(step), Some(count)) = (read_varint(body, &mut at), read_varint(body, &mut at)) {
        let row = next.saturating_add(step);
        next = row.saturating_add(1);
        if kept(&row) {
            write_varint(&mut out, row - last);
            write_varint(&mut out, count);
            last = next;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_kept_with_their_counts() {
        let mut body = Vec::new();
        // Rows 1, 2, 300 and 301.
        for (step, count) in [(1, 9), (0, 200), (297, 8), (0, 7)] {
            write_varint(&mut body, step);
            write_varint(&mut body, count);
        }
        assert_eq!(pairs_among(&body, |_| true), body);
        let mut some = Vec::new();
        for (step, count) in [(2, 200), (298, 7)] {
            write_varint(&mut some, step);
            write_varint(&mut some, count);
        }
        assert_eq!(pairs_among(&body, |row| [2, 301].contains(row)), some);
        assert!(pairs_among(&body, |_| false).is_empty());
    }
}
