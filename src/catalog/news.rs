//! New items: products that an overlay describes and the pack does not have. They have rows behind the pack's, and one variant each.

use super::{Catalog, Described};
use crate::codec::Reader;
use crate::id::{Key, Row};
use crate::pack::column::Strings;
use alloc::vec::Vec;

/// One of them. It stays as long as the pack is open; where no overlay in force says of it, it is hidden.
#[derive(Debug, Clone)]
pub(super) struct New {
    /// As the overlay has it.
    record: Vec<u8>,
    /// Its category and brand.
    pub(super) what: Described,
}

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
        for _ in CATEGORY..TITLE {
            r.str();
        }
        for _ in 0..2 * r.count(8) {
            r.str();
        }
    }
    described
}

/// The place of a key behind the first `n`.
fn behind(keys: &[Key], n: usize, key: Key) -> Option<u32> {
    (n..keys.len()).find(|i| keys[*i] == key).map(|i| i as u32)
}

impl Catalog {
    /// Number of products of the pack itself: rows from here on are new items.
    pub fn packed(&self) -> usize {
        self.products
    }

    /// The new item in a row.
    pub(super) fn new_item(&self, row: Row) -> Option<&New> {
        self.news.get(row.index().wrapping_sub(self.products))
    }

    /// A text of a product: from the pack's column, or of a new item.
    pub(super) fn text(&self, row: Row, column: &Strings, place: usize) -> &str {
        let Some(new) = self.new_item(row) else { return column.get(&self.pack, row.index()) };
        let mut r = Reader::new(&new.record);
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

    /// The row of the new item with this key.
    pub(super) fn new_row(&self, key: Key) -> Option<Row> {
        behind(&self.product_key, self.products, key).map(Row)
    }

    /// The brand with this key that only new items have: it is numbered by the first of them.
    pub(super) fn new_brand(&self, key: Key) -> Option<u32> {
        behind(&self.brand_key, self.brand.len(), key)
    }

    /// The name of such a brand.
    pub(super) fn new_brand_name(&self, brand: usize) -> &str {
        self.news.get(brand).map_or("", |new| skip(&mut Reader::new(&new.record), BRAND).0)
    }

    /// Makes a row for what has none. Answers whether the pack lacks the category that it names.
    pub(super) fn add_new(&mut self, record: &[u8]) -> bool {
        let mut r = Reader::new(record);
        let (id, _) = skip(&mut r, ID);
        let (_price, _sale, category, brand) = (r.str(), r.str(), r.str(), r.str());
        if id.is_empty() || self.find(id).is_some() {
            return false;
        }
        let mut what = Described { row: Row(self.product_key.len() as u32), category: None, brand: None };
        what.category = self.category_of_key(Key::category(category));
        self.product_key.push(Key::product(id));
        self.brand_key.push(Key::brand(brand));
        if !brand.is_empty() {
            what.brand = self.brand_of_key(Key::brand(brand));
        }
        self.news.push(New { record: record.to_vec(), what });
        what.category.is_none() && !category.is_empty()
    }
}
