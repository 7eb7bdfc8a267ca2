//! A pack's catalogue, read in place.

use super::index::Index;
use super::live::Live;
use super::news::{ID, IMAGE, LINK, TITLE};
use super::overlay::Policy;
use super::{Availability, Found, Market, Price};
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::pack::column::{Columns, Numbers, Strings};
use crate::pack::{Pack, Tag};
use crate::text::{concat, decimal};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

const NONE16: u32 = 0xFFFF;

/// The catalogue of an open pack, seen in one market and one language.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(super) pack: Pack,
    shop: String,
    support: u32,
    markets: Vec<Market>,
    languages: Vec<String>,
    pub(super) products: usize,
    pub(super) variants: usize,

    product_id: Strings,
    variant_id: Strings,
    alias: Strings,
    alias_row: Numbers<4>,
    category_of: Numbers<2>,
    brand_of: Numbers<2>,
    popularity: Numbers<2>,
    recent: Numbers<2>,
    variant_end: Numbers<4>,
    url: Strings,
    image: Strings,
    tag: Strings,
    tag_end: Numbers<4>,
    tag_start_of_entries: usize,
    brand: Strings,
    category_path: Strings,
    category_parent: Numbers<2>,
    store: Strings,
    store_of: Numbers<2>,
    since: Numbers<2>,

    index: Index,
    /// By row; those of new items are behind the others.
    pub(super) product_key: Vec<Key>,
    category_key: Vec<Key>,
    brand_key: Vec<Key>,
    category_index: Index,
    brand_index: Index,

    view: View,
    pub(super) policy: Policy,
    /// Prices and stock, by market; empty where nobody has looked yet.
    pub(super) lives: Vec<Live>,

    /// What a host says of items that are not in the pack.
    described: Vec<Described>,
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
}

/// What depends on the language, and which market's columns are at the front.
#[derive(Debug, Clone, Default)]
struct View {
    market: usize,
    language: usize,
    title: Strings,
    title_default: Strings,
    variant_title: Strings,
    category_label: Strings,
}

impl Catalog {
    /// The catalogue of `pack`, in its default market and language.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when a section is missing or does not fit the others.
    pub fn open(pack: Pack) -> Result<Catalog> {
        let bad = |_: Malformed| Error::new(Code::PackMalformed, "section META, MRKT or LANG cannot be read.");
        let record = |tag| pack.section(tag, 0).ok_or_else(|| bad(Malformed));
        let mut r = Reader::new(record(Tag::META)?);
        let shop = r.str().to_string();
        // Their number is that of the entries of PRID and VAID: what a pack is put together from may have other counts.
        let (_products, _variants, support) = (r.u32(), r.u32(), r.u32());
        let (market, language) = (r.u32() as usize, r.u32() as usize);
        r.check().map_err(bad)?;

        let mut r = Reader::new(record(Tag::MARKETS)?);
        let mut markets = Vec::new();
        for _ in 0..r.count(9) {
            let (code, currency) = (r.str().to_string(), r.str().to_string());
            markets.push(Market { code, currency, exponent: r.u8().min(4) });
        }
        r.check().map_err(bad)?;
        let mut r = Reader::new(record(Tag::LANGUAGES)?);
        let mut languages = Vec::new();
        for _ in 0..r.count(4) {
            languages.push(r.str().to_string());
        }
        r.check().map_err(bad)?;

        let count = |tag, key| pack.find(tag, key).map_or(0, |s| s.entries as usize);
        let (categories, brands) = (count(Tag::CATEGORY, 0), count(Tag::BRAND, 0));
        let (products, variants) = (count(Tag::PRODUCT_ID, 0), count(Tag::VARIANT_ID, 0));
        let (aliases, tags) = (count(Tag::ALIAS, 0), count(Tag::TAG, 0));
        for tag in [Tag::PRODUCT_ID, Tag::VARIANT_ID] {
            if pack.find(tag, 0).is_none() {
                return Err(Error::told(Code::PackMalformed, || concat(&["section ", &tag.name(), " is missing."])));
            }
        }
        let tag_end = open_csr_ends(&pack, Tag::PRODUCT_TAGS, products)?;
        let mut columns = Columns::default();
        let mut c = Catalog {
            product_id: columns.strings(&pack, Tag::PRODUCT_ID, 0, products),
            variant_id: columns.strings(&pack, Tag::VARIANT_ID, 0, variants),
            alias: columns.strings(&pack, Tag::ALIAS, 0, aliases),
            alias_row: columns.numbers(&pack, Tag::ALIAS_ROW, 0, aliases),
            category_of: columns.numbers(&pack, Tag::PRODUCT_CATEGORY, 0, products),
            brand_of: columns.numbers(&pack, Tag::PRODUCT_BRAND, 0, products),
            popularity: columns.numbers(&pack, Tag::PRODUCT_POPULARITY, 0, products),
            recent: columns.optional(&pack, Tag::PRODUCT_RECENT, 0, products),
            variant_end: columns.numbers(&pack, Tag::PRODUCT_VARIANTS, 0, products),
            url: columns.strings(&pack, Tag::PRODUCT_URL, 0, products),
            image: columns.strings(&pack, Tag::PRODUCT_IMAGE, 0, products),
            tag: columns.strings(&pack, Tag::TAG, 0, tags),
            tag_start_of_entries: products * 4,
            tag_end,
            brand: columns.strings(&pack, Tag::BRAND, 0, brands),
            category_path: columns.strings(&pack, Tag::CATEGORY, 0, categories),
            category_parent: columns.numbers(&pack, Tag::CATEGORY_PARENT, 0, categories),
            store: columns.strings(&pack, Tag::STORE, 0, count(Tag::STORE, 0)),
            store_of: columns.optional(&pack, Tag::PRODUCT_STORE, 0, products),
            since: columns.optional(&pack, Tag::PRODUCT_SINCE, 0, products),
            index: Index::default(),
            product_key: Vec::new(),
            category_key: Vec::new(),
            brand_key: Vec::new(),
            category_index: Index::default(),
            brand_index: Index::default(),
            view: View::default(),
            described: Vec::new(),
            news: Vec::new(),
            new_index: Index::default(),
            placed: Vec::new(),
            policy: Policy::of(&pack),
            lives: markets.iter().map(|_| Live::default()).gather(),
            pack,
            shop,
            support,
            markets,
            languages,
            products,
            variants,
        };
        columns.check()?;
        c.check_rows()?;
        c.build_index();
        c.set_view(market, language)?;
        Ok(c)
    }

    /// Every row number in the pack points into the pack.
    fn check_rows(&self) -> Result<()> {
        let p = &self.pack;
        let mut last = 0;
        for i in 0..self.products {
            let end = self.variant_end.get(p, i);
            let category = self.category_of.get(p, i);
            let brand = self.brand_of.get(p, i);
            let in_range = |v: u32, n: usize| v == NONE16 || (v as usize) < n;
            let fits = in_range(category, self.category_path.len()) && in_range(brand, self.brand.len());
            if end <= last || !fits {
                return Err(Error::told(Code::PackMalformed, || {
                    concat(&["product row ", &decimal(i as i64), " points outside the pack."])
                }));
            }
            last = end;
        }
        let aliases_fit = (0..self.alias.len()).all(|i| (self.alias_row.get(p, i) as usize) < self.products);
        // A parent stands before its child (paths are sorted), so climbing the tree ends.
        let parent = |i: usize| self.category_parent.get(p, i);
        let tree = (0..self.category_path.len()).all(|i| parent(i) == NONE16 || (parent(i) as usize) < i);
        if last as usize != self.variants || !aliases_fit || !tree {
            return Err(Error::new(Code::PackMalformed, "variants, aliases or categories point outside the pack."));
        }
        Ok(())
    }

    fn build_index(&mut self) {
        let p = &self.pack;
        self.product_key = (0..self.products).map(|i| Key::product(self.product_id.get(p, i))).gather();
        self.category_key = (0..self.category_path.len()).map(|i| Key::category(self.category_path.get(p, i))).gather();
        self.brand_key = (0..self.brand.len()).map(|i| Key::brand(self.brand.get(p, i))).gather();
        self.category_index = Index::of(&self.category_key);
        self.brand_index = Index::of(&self.brand_key);
        let total = self.products + self.variants + self.alias.len();
        let mut index = Index::with_room(total);
        for entry in 0..total as u32 {
            let text = self.entry_text(entry);
            index.insert(Key::product(text), entry, |other| self.entry_text(other) == text);
        }
        self.index = index;
    }

    /// Entries of the index: products, then variants, then aliases. An id in several of them is the first.
    fn entry_text(&self, entry: u32) -> &str {
        let i = entry as usize;
        if i < self.products {
            self.product_id.get(&self.pack, i)
        } else if i < self.products + self.variants {
            self.variant_id.get(&self.pack, i - self.products)
        } else {
            self.alias.get(&self.pack, i - self.products - self.variants)
        }
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
        let key = Key::product(id);
        let Some(entry) = self.index.find(key, |e| self.entry_text(e) == id) else {
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

    fn row_of_variant(&self, v: u32) -> Row {
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
        let i = row.index();
        let start = if i == 0 { 0 } else { self.tag_end.get(&self.pack, i - 1) } as usize;
        let end = self.tag_end.get(&self.pack, i) as usize;
        let section = self.pack.section(Tag::PRODUCT_TAGS, 0).unwrap_or(&[]);
        let entries = section.get(self.tag_start_of_entries..).unwrap_or(&[]);
        let mine = entries.get(start * 2..end * 2).unwrap_or(&[]);
        mine.chunks_exact(2).map(|b| self.tag.get(&self.pack, usize::from(u16::from_le_bytes([b[0], b[1]]))))
    }

    /// The product's popularity, 0–65535 on a log scale.
    pub fn popularity(&self, row: Row) -> u32 {
        self.popularity.get(&self.pack, row.index())
    }

    /// Takes in what a host says of other items, by ascending row, in place of what it said before. They have a category and a brand, and
    /// nothing else.
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

    /// The product's category.
    pub fn category(&self, row: Row) -> Option<u32> {
        if row.index() >= self.products {
            return self.described(row)?.category;
        }
        Some(self.category_of.get(&self.pack, row.index())).filter(|c| *c != NONE16)
    }

    /// A category and its ancestors, leaf first.
    pub fn category_chain(&self, category: u32) -> impl Iterator<Item = u32> {
        let parent = |c: &u32| Some(self.category_parent.get(&self.pack, *c as usize)).filter(|c| *c != NONE16);
        core::iter::successors(Some(category), parent)
    }

    /// Number of categories.
    pub fn category_count(&self) -> usize {
        self.category_path.len()
    }

    /// A category's path in the pack's first language: its identity.
    pub fn category_path(&self, category: u32) -> &str {
        self.category_path.get(&self.pack, category as usize)
    }

    /// A category's path in the view's language.
    pub fn category_label(&self, category: u32) -> &str {
        let label = self.view.category_label.get(&self.pack, category as usize);
        if label.is_empty() { self.category_path(category) } else { label }
    }

    /// A category's stable key.
    pub fn category_key(&self, category: u32) -> Key {
        self.category_key[category as usize]
    }

    /// The category with this path.
    pub fn category_named(&self, path: &str) -> Option<u32> {
        let n = self.category_path.len() as u32;
        (0..n).find(|c| self.category_path(*c) == path)
    }

    /// The category with this key.
    pub fn category_of_key(&self, key: Key) -> Option<u32> {
        self.category_index.place(&self.category_key, key)
    }

    /// The product's brand.
    pub fn brand(&self, row: Row) -> Option<u32> {
        if row.index() >= self.products {
            return self.described(row)?.brand;
        }
        Some(self.brand_of.get(&self.pack, row.index())).filter(|b| *b != NONE16)
    }

    /// Number of brands.
    pub fn brand_count(&self) -> usize {
        self.brand.len()
    }

    /// A brand's name.
    pub fn brand_name(&self, brand: u32) -> &str {
        self.brand.get(&self.pack, brand as usize)
    }

    /// A brand's stable key.
    pub fn brand_key(&self, brand: u32) -> Key {
        self.brand_key[brand as usize]
    }

    /// The brand with this key.
    pub fn brand_of_key(&self, key: Key) -> Option<u32> {
        self.brand_index.place(&self.brand_key, key)
    }

    /// The store that sells the product: another shop on a marketplace. `None` for the shop itself, and in a pack that does not say.
    pub fn store(&self, row: Row) -> Option<u32> {
        self.store_of.get(&self.pack, row.index()).checked_sub(1)
    }

    /// A store's name, as carts and offers have it.
    pub fn store_name(&self, store: u32) -> &str {
        self.store.get(&self.pack, store as usize)
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

    /// Number of products in each category, those below it included.
    pub fn category_sizes(&self) -> Vec<u32> {
        let mut sizes = vec![0; self.category_count()];
        for i in 0..self.products as u32 {
            for c in self.category(Row(i)).into_iter().flat_map(|c| self.category_chain(c)) {
                sizes[c as usize] += 1;
            }
        }
        sizes
    }

    /// True when the product lies in `category` or below it.
    pub fn is_in(&self, row: Row, category: u32) -> bool {
        self.category(row).is_some_and(|c| self.category_chain(c).any(|c| c == category))
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

/// The ends of a `csr` section of 16-bit entries, as a column over its first `4 n` bytes.
fn open_csr_ends(pack: &Pack, tag: Tag, n: usize) -> Result<Numbers<4>> {
    let malformed =
        || Error::told(Code::PackMalformed, || concat(&["section ", &tag.name(), " has the wrong length."]));
    let column = Numbers::<4>::prefix(pack, tag, 0, n)?;
    let section = pack.find(tag, 0).ok_or_else(malformed)?;
    let entries = (section.range.len() - n * 4) / 2;
    let mut last = 0;
    for i in 0..n {
        let end = column.get(pack, i);
        if end < last || end as usize > entries {
            return Err(malformed());
        }
        last = end;
    }
    Ok(column)
}
