//! A pack's catalogue, read in place.

use super::index::Index;
use super::live::Live;
use super::news::{ID, IMAGE, LINK, TITLE};
use super::overlay::Policy;
use super::{Availability, Found, Market, Price};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::money::Minor;
use crate::pack::column::{Columns, Numbers, Strings};
use crate::pack::{Pack, Tag};
use crate::text::concat;
use alloc::string::String;
use alloc::vec::Vec;

/// No category, no brand.
pub(super) const NONE16: u32 = 0xFFFF;

/// The catalogue of an open pack, seen in one market and one language.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(super) pack: Pack,
    pub(super) shop: String,
    pub(super) support: u32,
    pub(super) markets: Vec<Market>,
    pub(super) languages: Vec<String>,
    pub(super) products: usize,
    pub(super) variants: usize,

    pub(super) product_id: Strings,
    pub(super) variant_id: Strings,
    pub(super) alias: Strings,
    pub(super) alias_row: Numbers<4>,
    pub(super) category_of: Numbers<2>,
    pub(super) brand_of: Numbers<2>,
    pub(super) popularity: Numbers<2>,
    pub(super) recent: Numbers<2>,
    pub(super) variant_end: Numbers<4>,
    pub(super) url: Strings,
    pub(super) image: Strings,
    pub(super) tag: Strings,
    pub(super) tag_end: Numbers<4>,
    pub(super) tag_start_of_entries: usize,
    pub(super) brand: Strings,
    pub(super) category_path: Strings,
    pub(super) category_parent: Numbers<2>,
    pub(super) store: Strings,
    pub(super) store_of: Numbers<2>,
    pub(super) since: Numbers<2>,

    pub(super) index: Index,
    /// True where the id of a variant stands for something else, which is before it in the index.
    pub(super) ambiguous: bool,
    /// By row; those of new items are behind the others.
    pub(super) product_key: Vec<Key>,
    pub(super) category_key: Vec<Key>,
    pub(super) brand_key: Vec<Key>,
    pub(super) tag_key: Vec<Key>,
    pub(super) category_index: Index,
    pub(super) brand_index: Index,

    pub(super) view: View,
    pub(super) policy: Policy,
    /// Prices and stock, by market; empty where nobody has looked yet.
    pub(super) lives: Vec<Live>,

    /// What a host says of items that are not in the pack.
    pub(super) described: Vec<Described>,
    /// New items of overlays, by row: their records, and what they are.
    pub(super) news: Vec<Vec<u8>>,
    pub(super) new_index: Index,
    pub(super) placed: Vec<Described>,
}

/// What a host says of an item that is not in the pack. It has a row behind the products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its row.
    pub row: Row,
    /// Its category.
    pub category: Option<u32>,
    /// Its brand.
    pub brand: Option<u32>,
    /// What it costs, where the host says so.
    pub price: Option<Minor>,
}

/// What depends on the language, and which market's columns are at the front.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    pub(super) market: usize,
    pub(super) language: usize,
    pub(super) title: Strings,
    pub(super) title_default: Strings,
    pub(super) variant_title: Strings,
    pub(super) category_label: Strings,
}

impl Catalog {
    /// Entries of the index: products, then variants, then aliases. An id in several of them is the first.
    pub(super) fn entry(&self, entry: u32) -> &[u8] {
        let mut i = entry as usize;
        let mut column = &self.product_id;
        if i >= self.products {
            i -= self.products;
            column = &self.variant_id;
            if i >= self.variants {
                i -= self.variants;
                column = &self.alias;
            }
        }
        column.bytes(&self.pack, i)
    }

    /// Looks at the catalogue in another market or language, by index.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the pack lacks that view; the view stays as it was.
    pub fn set_view(&mut self, market: usize, language: usize) -> Result<()> {
        let p = &self.pack;
        if market >= self.markets.len() || language >= self.languages.len() {
            return Err(Error::new(Code::PackMalformed, "the default market or language does not exist."));
        }
        let l = language as u32;
        let mut columns = Columns::default();
        let view = View {
            market,
            language,
            title: columns.strings(p, Tag::TITLE, l, self.products),
            title_default: columns.strings(p, Tag::TITLE, 0, self.products),
            variant_title: columns.strings(p, Tag::VARIANT_TITLE, l, self.variants),
            category_label: columns.strings(p, Tag::CATEGORY, l, self.category_path.len()),
        };
        columns.check()?;
        self.unpack(market)?;
        self.view = view;
        Ok(())
    }

    /// Index of the market with this code; the pack's default for an empty one.
    ///
    /// # Errors
    ///
    /// `unknown_market`, naming those there are.
    pub fn market_named(&self, code: &str) -> Result<usize> {
        if code.is_empty() {
            return Ok(self.view.market);
        }
        self.markets
            .iter()
            .position(|m| m.code == code)
            .ok_or_else(|| Error::told(Code::UnknownMarket, || none_of(code, self.markets.iter().map(|m| &m.code))))
    }

    /// Index of the language with this tag, or of one with the same primary subtag; the default for an empty one.
    ///
    /// # Errors
    ///
    /// `unknown_language`, naming those there are.
    pub fn language_named(&self, tag: &str) -> Result<usize> {
        if tag.is_empty() {
            return Ok(self.view.language);
        }
        let primary = |t: &str| t.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        let exact = self.languages.iter().position(|l| l.eq_ignore_ascii_case(tag));
        exact
            .or_else(|| self.languages.iter().position(|l| primary(l) == primary(tag)))
            .ok_or_else(|| Error::told(Code::UnknownLanguage, || none_of(tag, self.languages.iter())))
    }

    /// Index of the market looked at.
    pub fn market_index(&self) -> usize {
        self.view.market
    }

    /// Index of the language looked at.
    pub fn language_index(&self) -> usize {
        self.view.language
    }

    /// The open pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The shop's id.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// The support threshold K the pack was built with.
    pub fn support(&self) -> u32 {
        self.support
    }

    /// Markets of the pack.
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// Languages of the pack.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The market looked at.
    pub fn market(&self) -> &Market {
        &self.markets[self.view.market]
    }

    /// The language looked at.
    pub fn language(&self) -> &str {
        &self.languages[self.view.language]
    }

    /// Number of products: rows are 0 to this. New items of overlays are among them, behind those of the pack.
    pub fn len(&self) -> usize {
        self.product_key.len()
    }

    /// True without products.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of variants of all products.
    pub fn variant_count(&self) -> usize {
        self.variants + self.news.len()
    }

    /// What an id stands for: a product, a variant or an alias.
    pub fn find(&self, id: &str) -> Option<Found> {
        self.find_bytes(id.as_bytes())
    }

    /// As [`Catalog::find`]; what is no UTF-8 is not there.
    #[inline(never)]
    pub(super) fn find_bytes(&self, id: &[u8]) -> Option<Found> {
        let key = Key::of_product(id);
        let keys = self.product_key.get(..self.products).unwrap_or(&[]);
        // A product's key was made of its id, which need not be looked at again.
        let is_it = |e: u32| keys.get(e as usize).map_or_else(|| self.entry(e) == id, |k| *k == key);
        self.found(key, self.index.find(key, is_it))
    }

    /// What the id with this key stands for.
    pub fn find_key(&self, key: Key) -> Option<Found> {
        self.found(key, self.index.find(key, |e| Key::of_product(self.entry(e)) == key))
    }

    fn found(&self, key: Key, entry: Option<u32>) -> Option<Found> {
        let Some(entry) = entry else {
            return self.new_row(key).map(|row| Found { row, variant: None });
        };
        let entry = entry as usize;
        if entry < self.products {
            return Some(Found { row: Row(entry as u32), variant: None });
        }
        if entry < self.products + self.variants {
            let v = (entry - self.products) as u32;
            let row = self.row_of_variant(v);
            return Some(Found { row, variant: Some(v - self.variants_of(row).start) });
        }
        let row = Row(self.alias_row.get(&self.pack, entry - self.products - self.variants));
        Some(Found { row, variant: None })
    }

    pub(super) fn row_of_variant(&self, v: u32) -> Row {
        let (mut low, mut high) = (0, self.products);
        while low < high {
            let mid = (low + high) / 2;
            if self.variant_end.get(&self.pack, mid) > v { high = mid } else { low = mid + 1 }
        }
        Row(low as u32)
    }

    /// The product with this key.
    pub fn row_of(&self, key: Key) -> Option<Row> {
        self.index.place(&self.product_key, key).map(Row).or_else(|| self.new_row(key))
    }

    /// The product's stable key.
    pub fn key(&self, row: Row) -> Key {
        self.product_key[row.index()]
    }

    /// The product's id.
    pub fn id(&self, row: Row) -> &str {
        self.text(row, &self.product_id, ID)
    }

    /// The product's title in the view's language, else in the first language, else its id.
    pub fn title(&self, row: Row) -> &str {
        let here = self.text(row, &self.view.title, TITLE);
        let title = if here.is_empty() { self.text(row, &self.view.title_default, TITLE) } else { here };
        if title.is_empty() { self.id(row) } else { title }
    }

    /// The product's link.
    pub fn url(&self, row: Row) -> &str {
        self.text(row, &self.url, LINK)
    }

    /// The product's image link.
    pub fn image(&self, row: Row) -> &str {
        self.text(row, &self.image, IMAGE)
    }

    /// The product's tags.
    pub fn tags(&self, row: Row) -> impl Iterator<Item = &str> {
        self.tag_numbers(row).map(|tag| self.tag.get(&self.pack, tag))
    }

    /// True for a product with the tag of this number.
    pub fn has_tag(&self, row: Row, tag: usize) -> bool {
        for mine in self.tag_numbers(row) {
            if mine == tag {
                return true;
            }
        }
        false
    }

    /// The number of a tag.
    #[cfg(feature = "cli")]
    pub fn tag_named(&self, name: &str) -> Option<u32> {
        (0..self.tag.len()).find(|tag| self.tag.get(&self.pack, *tag) == name).map(|tag| tag as u32)
    }

    /// Keys of its tags, in the same order.
    pub fn tag_keys(&self, row: Row) -> impl Iterator<Item = Key> {
        self.tag_numbers(row).filter_map(|tag| self.tag_key.get(tag).copied())
    }

    fn tag_numbers(&self, row: Row) -> impl Iterator<Item = usize> {
        let i = row.index();
        let start = if i == 0 { 0 } else { self.tag_end.get(&self.pack, i - 1) } as usize;
        let end = self.tag_end.get(&self.pack, i) as usize;
        let section = self.pack.section(Tag::PRODUCT_TAGS, 0).unwrap_or(&[]);
        let entries = section.get(self.tag_start_of_entries..).unwrap_or(&[]);
        let mine = entries.get(start * 2..end * 2).unwrap_or(&[]);
        mine.chunks_exact(2).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])))
    }

    /// The product's popularity, 0–65535 on a log scale.
    pub fn popularity(&self, row: Row) -> u32 {
        self.popularity.get(&self.pack, row.index())
    }

    /// Takes in what a host says of other items, by ascending row, in place of what it said before. They have a category, a brand and a
    /// price, and nothing else.
    pub fn describe(&mut self, items: Vec<Described>) {
        self.described = items;
    }

    /// What a host or an overlay says of the item with a row behind the pack's products.
    #[inline(never)]
    pub fn described(&self, row: Row) -> Option<&Described> {
        if let Some(new) = self.placed.get(row.index().wrapping_sub(self.products)) {
            return Some(new);
        }
        self.described.binary_search_by_key(&row, |d| d.row).ok().map(|at| &self.described[at])
    }

    /// The product's popularity over the latest visits, on a log scale of its own; 0 in a pack that does not know it.
    pub fn recent(&self, row: Row) -> u32 {
        self.recent.get(&self.pack, row.index())
    }

    /// The day since which the product is sold, in UTC days since 1970; 0 where nobody knows.
    pub fn since(&self, row: Row) -> u32 {
        self.since.get(&self.pack, row.index())
    }

    /// True for a product that is sold since a day or a later one; never for day 0, which stands for none.
    pub fn is_new(&self, row: Row, day: u32) -> bool {
        day > 0 && self.since(row) >= day
    }

    /// The product's variants, as indices into all variants.
    pub fn variants_of(&self, row: Row) -> core::ops::Range<u32> {
        let i = row.index();
        if i >= self.products {
            let v = (self.variants + i - self.products) as u32;
            return v..v + 1;
        }
        let start = if i == 0 { 0 } else { self.variant_end.get(&self.pack, i - 1) };
        start..self.variant_end.get(&self.pack, i)
    }

    /// A variant's id.
    pub fn variant_id(&self, v: u32) -> &str {
        let row = (v as usize).wrapping_sub(self.variants).wrapping_add(self.products);
        if v as usize >= self.variants { self.id(Row(row as u32)) } else { self.variant_id.get(&self.pack, v as usize) }
    }

    /// What tells a variant from the others, in the view's language; may be empty.
    pub fn variant_title(&self, v: u32) -> &str {
        self.view.variant_title.get(&self.pack, v as usize)
    }

    /// The variant a shelf shows, as an index into all variants.
    pub fn best_variant(&self, row: Row) -> u32 {
        self.live().best.get(row.index()).copied().unwrap_or(self.variants_of(row).start)
    }

    /// Whether the product can be bought here: that of its best variant.
    pub fn availability(&self, row: Row) -> Availability {
        self.availability_of(self.best_variant(row))
    }

    /// The price of the best variant.
    pub fn price(&self, row: Row) -> Price {
        self.price_of(self.best_variant(row))
    }

    /// What a product or an item that the host describes costs.
    pub fn asked_price(&self, row: Row) -> Option<Minor> {
        if row.index() >= self.len() {
            return self.described(row)?.price;
        }
        self.price(row).now
    }
}

/// What is said of a name that is not among those there are.
fn none_of<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let mut out = concat(&["\"", name, "\" is none of"]);
    for (i, k) in known.enumerate() {
        out.push_str(if i == 0 { " " } else { ", " });
        out.push_str(k);
    }
    out.push('.');
    out
}
