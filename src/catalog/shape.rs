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

/// The shape of a section; `None` for one that is not about single products.
pub(crate) fn shape(tag: Tag) -> Option<Shape> {
    let (per, head, ends, unit) = match tag {
        Tag::PRODUCT_CATEGORY | Tag::PRODUCT_BRAND | Tag::PRODUCT_POPULARITY => (Per::Product, 0, false, 2),
        Tag::ROWS => (Per::Product, 0, false, 4),
        Tag::PRODUCT_ID | Tag::PRODUCT_URL | Tag::PRODUCT_IMAGE | Tag::TITLE => (Per::Product, 0, true, 1),
        Tag::PRODUCT_TAGS => (Per::Product, 0, true, 2),
        // The variants themselves lie in sections of their own.
        Tag::PRODUCT_VARIANTS => (Per::Product, 0, true, 0),
        Tag::TABLE | Tag::TABLE_PART => (Per::Table, 512, true, 1),
        Tag::VARIANT_ID | Tag::VARIANT_TITLE => (Per::Variant, 0, true, 1),
        Tag::PRICE | Tag::SALE_PRICE => (Per::Variant, 0, false, 4),
        Tag::AVAILABILITY => (Per::Variant, 0, false, 1),
        Tag::ALIAS => (Per::Alias, 0, true, 1),
        Tag::ALIAS_ROW | Tag::ALIAS_NUMBER => (Per::Alias, 0, false, 4),
        _ => return None,
    };
    Some(Shape { per, head, ends, unit })
}

/// A section's bytes, and how many elements it has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Elements<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) n: usize,
}

impl<'a> Elements<'a> {
    /// Where an element begins and ends, in units. What does not fit is empty.
    pub(crate) fn span(self, shape: Shape, i: usize) -> (u32, u32) {
        if !shape.ends {
            return (i as u32, i as u32 + 1);
        }
        let ends = self.bytes.get(shape.head..).unwrap_or(&[]);
        let end = |i: usize| u32_at(ends, i).unwrap_or(0);
        let from = i.checked_sub(1).map_or(0, end);
        (from, end(i).max(from))
    }

    /// An element's bytes.
    pub(crate) fn body(self, shape: Shape, i: usize) -> &'a [u8] {
        let (from, to) = self.span(shape, i);
        let start = shape.head + if shape.ends { 4 * self.n } else { 0 };
        let at = |units: u32| (units as usize).checked_mul(shape.unit)?.checked_add(start);
        let range = at(from).zip(at(to));
        range.and_then(|(from, to)| self.bytes.get(from..to)).unwrap_or(&[])
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
pub(crate) fn write_picked(out: &mut Vec<u8>, shape: Shape, parts: [Elements<'_>; 2], picks: &[Pick]) {
    out.extend_from_slice(parts[0].bytes.get(..shape.head).unwrap_or(&[]));
    if shape.ends {
        let mut end = 0_u32;
        for p in picks {
            let (from, to) = parts[p.part()].span(shape, p.index());
            end = end.wrapping_add(to - from);
            out.extend_from_slice(&end.to_le_bytes());
        }
    }
    for p in picks {
        out.extend_from_slice(parts[p.part()].body(shape, p.index()));
    }
}
