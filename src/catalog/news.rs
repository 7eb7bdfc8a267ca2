//! New items: products that an overlay describes and the pack does not have. They have rows behind the pack's, and one variant each.

use super::{Catalog, Described};
use crate::codec::Reader;
use crate::id::{Key, Row};
use crate::pack::column::Strings;

/// Texts of a record, by those that stand before them: the item as any, then what it is.
pub(super) const ID: usize = 0;
const SALE: usize = 2;
const CATEGORY: usize = 3;
const BRAND: usize = 4;
pub(super) const LINK: usize = 5;
pub(super) const IMAGE: usize = 6;
pub(super) const TITLE: usize = 7;

/// Goes to a text and gives it, with what the item says.
#[inline(never)]
pub(super) fn skip<'a>(r: &mut Reader<'a>, text: usize) -> (&'a str, u8) {
    let (mut found, what) = (r.str(), r.u8());
    for _ in 0..text {
        found = r.str();
    }
    (found, what)
}

/// Goes behind an item. Answers whether it is described.
#[inline(never)]
pub(super) fn skip_item(r: &mut Reader<'_>) -> bool {
    let described = skip(r, SALE).1 & 128 != 0;
    if described {
        skip_about(r);
    }
    described
}

/// Goes behind what an item is described by.
#[inline(never)]
pub(super) fn skip_about(r: &mut Reader<'_>) {
    for _ in CATEGORY..TITLE {
        r.str();
    }
    for _ in 0..2 * r.count(8) {
        r.str();
    }
}

impl Catalog {
    /// Number of products of the pack itself: rows from here on are new items.
    pub fn packed(&self) -> usize {
        self.products
    }

    /// The record of the new item in a row.
    fn new_item(&self, row: Row) -> Option<Reader<'_>> {
        Some(Reader::new(self.news.get(row.index().wrapping_sub(self.products))?))
    }

    /// A text of a product: from the pack's column, or of a new item.
    pub(super) fn text(&self, row: Row, column: &Strings, place: usize) -> &str {
        let Some(mut r) = self.new_item(row) else { return column.get(&self.pack, row.index()) };
        let (text, _) = skip(&mut r, place.min(IMAGE));
        if place < TITLE {
            return text;
        }
        // That of the view's language, else the first.
        let mut title = "";
        for _ in 0..r.count(8) {
            let (language, text) = (r.str(), r.str());
            if title.is_empty() || language == self.language() {
                title = text;
            }
        }
        title
    }

    /// The name of the product's brand; empty without one. A new item may have one that the pack does not know.
    pub fn brand_shown(&self, row: Row) -> &str {
        match self.new_item(row) {
            Some(mut r) => skip(&mut r, BRAND).0,
            None => self.brand(row).map_or("", |b| self.brand_name(b)),
        }
    }

    /// The row of the new item with this key.
    pub(super) fn new_row(&self, key: Key) -> Option<Row> {
        let new = self.product_key.get(self.products..)?;
        self.new_index.place(new, key).map(|i| Row(self.products as u32 + i))
    }

    /// What is known of an item that the pack does not have: the nearest category at or above a path that the pack knows, and the brand if it does.
    #[inline(never)]
    pub fn place(&self, row: Row, mut path: &str, brand: &str) -> Described {
        let mut category = self.category_named(path);
        while let (None, Some(end)) = (category, path.bytes().rposition(|b| b == b'>')) {
            path = path.get(..end.saturating_sub(1)).unwrap_or("");
            category = self.category_named(path);
        }
        Described { row, category, brand: self.brand_of_key(Key::brand(brand)), price: None }
    }

    /// Makes a row for what has none. Answers whether the pack lacks the category that it names.
    pub(super) fn add_new(&mut self, record: &[u8]) -> bool {
        let mut r = Reader::new(record);
        let (id, _) = skip(&mut r, ID);
        let (_price, _sale, category, brand) = (r.str(), r.str(), r.str(), r.str());
        if id.is_empty() || self.find(id).is_some() {
            return false;
        }
        let placed = self.place(Row(self.len() as u32), category, brand);
        self.product_key.push(Key::product(id));
        self.new_index.add(self.product_key.get(self.products..).unwrap_or(&[]), self.news.len());
        self.news.push(record.to_vec());
        self.placed.push(placed);
        placed.category.is_none() && !category.is_empty()
    }
}
