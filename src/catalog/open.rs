//! Opening a pack's catalogue: its columns are found and checked, its ids indexed.

use super::index::Index;
use super::live::Live;
use super::overlay::Policy;
use super::read::{NONE16, View};
use super::{Catalog, Market};
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::{Key, Row};
use crate::list::Gather;
use crate::pack::column::{Columns, Numbers};
use crate::pack::{Pack, Tag};
use crate::text::{concat, decimal};
use alloc::string::ToString;
use alloc::vec::Vec;

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
            ambiguous: false,
            product_key: Vec::new(),
            category_key: Vec::new(),
            brand_key: Vec::new(),
            tag_key: Vec::new(),
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
        self.tag_key = (0..self.tag.len()).map(|i| Key::tag(self.tag.get(p, i))).gather();
        self.brand_key = (0..self.brand.len()).map(|i| Key::brand(self.brand.get(p, i))).gather();
        self.category_index = Index::of(&self.category_key);
        self.brand_index = Index::of(&self.brand_key);
        // Most variants have the id of their product, which is before them.
        let mut entries: Vec<u32> = (0..self.products as u32).gather();
        for row in 0..self.products {
            let id = self.entry(row as u32);
            let mut own = 0;
            for v in self.variants_of(Row(row as u32)) {
                let entry = self.products as u32 + v;
                if self.entry(entry) == id {
                    own += 1;
                } else {
                    entries.push(entry);
                }
            }
            self.ambiguous |= own > 1;
        }
        let aliases = (self.products + self.variants) as u32;
        entries.extend(aliases..aliases + self.alias.len() as u32);
        let mut index = Index::with_room(entries.len());
        for entry in entries {
            let id = self.entry(entry);
            let first = index.insert(Key::of_product(id), entry, |other| self.entry(other) == id);
            self.ambiguous |= first != entry && entry < aliases;
        }
        self.index = index;
    }
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
