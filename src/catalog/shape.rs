//! How the sections about products are laid out, so that a part of one or several together can be made without a look at what they mean.

use crate::pack::Tag;
use crate::pack::column::u32_at;
use alloc::vec::Vec;

/// What a section has one element for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Per {
    /// A product.
    Product = 0,
    /// A row of a table.
    Table = 1,
    /// A variant.
    Variant = 2,
    /// An alias.
    Alias = 3,
    /// A name: a brand, a tag. Each part has those it uses, and empty ones for the others.
    Name = 4,
}

/// A section of one element each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// What it has one for.
    pub(crate) per: Per,
    /// Bytes before the elements.
    pub(crate) head: usize,
    /// True where an element is as long as its end says: `u32` ends come first.
    pub(crate) ends: bool,
    /// Bytes of a unit: of the element, or of what ends count in.
    pub(crate) unit: usize,
}

/// The sections of one element each: a table, since matching on tags costs a branch for each of their letters.
const SHAPES: [(Tag, Per, bool, u8); 29] = [
    (Tag::PRODUCT_ID, Per::Product, true, 1),
    (Tag::PRODUCT_CATEGORY, Per::Product, false, 2),
    (Tag::PRODUCT_BRAND, Per::Product, false, 2),
    (Tag::PRODUCT_POPULARITY, Per::Product, false, 2),
    (Tag::PRODUCT_RECENT, Per::Product, false, 2),
    // The variants themselves lie in sections of their own.
    (Tag::PRODUCT_VARIANTS, Per::Product, true, 0),
    (Tag::PRODUCT_URL, Per::Product, true, 1),
    (Tag::PRODUCT_IMAGE, Per::Product, true, 1),
    (Tag::PRODUCT_TAGS, Per::Product, true, 2),
    (Tag::TITLE, Per::Product, true, 1),
    (Tag::ROWS, Per::Product, false, 4),
    (Tag::TABLE, Per::Table, true, 1),
    (Tag::TABLE_PART, Per::Table, true, 1),
    (Tag::VARIANT_ID, Per::Variant, true, 1),
    (Tag::VARIANT_TITLE, Per::Variant, true, 1),
    (Tag::PRICE, Per::Variant, false, 4),
    (Tag::SALE_PRICE, Per::Variant, false, 4),
    (Tag::AVAILABILITY, Per::Variant, false, 1),
    (Tag::ALIAS, Per::Alias, true, 1),
    (Tag::ALIAS_ROW, Per::Alias, false, 4),
    (Tag::ALIAS_NUMBER, Per::Alias, false, 4),
    // Names lie as strings do, in the order of their numbers.
    (Tag::BRAND, Per::Name, true, 1),
    (Tag::TAG, Per::Name, true, 1),
    (Tag::STORE, Per::Name, true, 1),
    (Tag::PRODUCT_STORE, Per::Product, false, 2),
    (Tag::PRODUCT_SINCE, Per::Product, false, 2),
    (Tag::ASSOCIATION_COUNTS, Per::Product, false, 4 | HEADED),
    (Tag::ASSOCIATION_PART, Per::Table, true, 1),
    // As many bytes as the key says.
    (Tag::EMBEDDING_PART, Per::Product, false, HEADED),
];

/// Bytes before the rows of a table: what its weights stand for.
const TABLE_HEAD: usize = 512;
/// Of a section that begins with [`HEAD`] bytes about all.
const HEADED: u8 = 128;
/// Those bytes.
pub(crate) const HEAD: usize = 8;

/// The shape of a section; `None` for one that is not about single products.
#[inline(never)]
pub(crate) fn shape(tag: Tag, key: u32) -> Option<Shape> {
    let tag = u32::from_le_bytes(tag.0);
    for (known, per, ends, unit) in SHAPES {
        if u32::from_le_bytes(known.0) == tag {
            let mut head = if unit & HEADED > 0 { HEAD } else { 0 };
            // Every other section of rows is a table.
            if per == Per::Table && known != Tag::ASSOCIATION_PART {
                head = TABLE_HEAD;
            }
            let unit = usize::from(unit & !HEADED);
            return Some(Shape { per, head, ends, unit: if unit == 0 && !ends { key as usize } else { unit } });
        }
    }
    None
}

/// A section's bytes, and how many elements it has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Elements<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) n: usize,
}

impl<'a> Elements<'a> {
    /// Where an element begins and ends, in units. What does not fit is empty.
    pub(crate) fn span(self, shape: Shape, i: usize) -> (usize, usize) {
        if !shape.ends {
            return (i, i + 1);
        }
        let from = if i == 0 { 0 } else { self.end(shape, i - 1) };
        (from, self.end(shape, i).max(from))
    }

    fn end(self, shape: Shape, i: usize) -> usize {
        self.bytes.get(shape.head..).and_then(|ends| u32_at(ends, i)).unwrap_or(0) as usize
    }

    /// An element's bytes.
    pub(crate) fn body(self, shape: Shape, i: usize) -> &'a [u8] {
        let (from, to) = self.span(shape, i);
        let start = shape.head + if shape.ends { 4 * self.n } else { 0 };
        // Where 32 bits do not hold the product, the slice is another or none; a section that lies is refused when the result is opened.
        let at = |units: usize| units.wrapping_mul(shape.unit).wrapping_add(start);
        self.bytes.get(at(from)..at(to)).unwrap_or(&[])
    }
}

/// An element of one of two parts: the part's number in the lowest bit, the element's above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pick(pub(crate) u32);

impl Pick {
    pub(crate) fn new(part: usize, i: usize) -> Pick {
        Pick((i << 1 | part) as u32)
    }

    pub(crate) fn part(self) -> usize {
        (self.0 & 1) as usize
    }

    pub(crate) fn index(self) -> usize {
        (self.0 >> 1) as usize
    }
}

/// Appends a section of the picked elements of two.
#[inline(never)]
pub(crate) fn write_picked(out: &mut Vec<u8>, shape: Shape, parts: [Elements<'_>; 2], picks: &[Pick]) {
    out.extend_from_slice(parts[0].bytes.get(..shape.head).unwrap_or(&[]));
    if shape.ends {
        let mut end = 0_u32;
        for p in picks {
            let (from, to) = parts[p.part()].span(shape, p.index());
            end = end.wrapping_add((to - from) as u32);
            out.extend_from_slice(&end.to_le_bytes());
        }
    }
    for p in picks {
        out.extend_from_slice(parts[p.part()].body(shape, p.index()));
    }
}
