//! Writing a catalogue's sections: drafts in row order in, columns out.

use super::{Availability, Market, PATH_SEPARATOR};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::pack::column::write_strings;
use crate::pack::{PackWriter, Tag};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// A catalogue to be written. Languages and markets are in the order of their keys; the first of each is the default.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The shop's id.
    pub shop: String,
    /// Support threshold K the tables were made with.
    pub support: u32,
    /// The shop's zone, minutes east of UTC.
    pub zone_minutes: i32,
    /// Markets, at least one.
    pub markets: Vec<Market>,
    /// BCP 47 tags, at least one.
    pub languages: Vec<String>,
    /// Products in published order.
    pub products: Vec<ProductDraft>,
}

/// A product to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductDraft {
    /// External id.
    pub id: String,
    /// One a language; may be empty.
    pub titles: Vec<String>,
    /// Category path, one a language; the first is its identity.
    pub categories: Vec<String>,
    /// Brand, or empty.
    pub brand: String,
    /// Link.
    pub url: String,
    /// Image link.
    pub image: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Other ids it is known by.
    pub aliases: Vec<String>,
    /// 0–65535, log scale.
    pub popularity: u16,
    /// The same over the latest visits.
    pub recent: u16,
    /// At least one.
    pub variants: Vec<VariantDraft>,
    /// The store that sells it, or empty.
    pub store: String,
    /// UTC day since 1970 since which it is sold; 0 where nobody knows.
    pub since: u16,
}

/// A variant to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantDraft {
    /// External id.
    pub id: String,
    /// What tells it from the others, one a language.
    pub titles: Vec<String>,
    /// One a market.
    pub offers: Vec<VariantOffer>,
}

/// A variant in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantOffer {
    /// List price in minor units.
    pub list: Option<u32>,
    /// Sale price in minor units.
    pub sale: Option<u32>,
    /// Whether it can be bought.
    pub availability: Availability,
}

/// Writes the catalogue's sections.
///
/// # Errors
///
/// `too_large` over 65,534 categories, brands or tags.
pub fn write(draft: &Draft, out: &mut PackWriter) -> Result<()> {
    let products = &draft.products;
    let n = products.len();
    write_records(draft, out);
    write_names(draft, out)?;

    let texts = |f: fn(&ProductDraft) -> &str| write_strings(products.iter().map(f));
    out.add(Tag::PRODUCT_ID, 0, n, texts(|p| &p.id));
    out.add(Tag::PRODUCT_URL, 0, n, texts(|p| &p.url));
    out.add(Tag::PRODUCT_IMAGE, 0, n, texts(|p| &p.image));
    let popularity = products.iter().flat_map(|p| p.popularity.to_le_bytes()).collect();
    out.add(Tag::PRODUCT_POPULARITY, 0, n, popularity);
    let recent = products.iter().flat_map(|p| p.recent.to_le_bytes()).collect();
    out.add(Tag::PRODUCT_RECENT, 0, n, recent);
    for l in 0..draft.languages.len() {
        let titles = write_strings(products.iter().map(|p| text_at(&p.titles, l)));
        out.add(Tag::TITLE, l as u32, n, titles);
    }
    write_variants(draft, out);
    write_aliases(products, out);
    Ok(())
}

fn text_at(texts: &[String], i: usize) -> &str {
    texts.get(i).map_or("", String::as_str)
}

fn write_records(draft: &Draft, out: &mut PackWriter) {
    let variants: usize = draft.products.iter().map(|p| p.variants.len()).sum();
    let mut w = Writer::new();
    w.str(&draft.shop);
    w.count(draft.products.len());
    w.count(variants);
    w.u32(draft.support);
    w.u32(0);
    w.u32(0);
    w.i32(draft.zone_minutes);
    w.str(concat!("nearshelf ", env!("CARGO_PKG_VERSION")));
    out.add(Tag::META, 0, 1, w.finish());

    let mut w = Writer::new();
    w.count(draft.markets.len());
    for m in &draft.markets {
        w.str(&m.code);
        w.str(&m.currency);
        w.u8(m.exponent);
    }
    out.add(Tag::MARKETS, 0, draft.markets.len(), w.finish());

    let mut w = Writer::new();
    w.count(draft.languages.len());
    for l in &draft.languages {
        w.str(l);
    }
    out.add(Tag::LANGUAGES, 0, draft.languages.len(), w.finish());
}

/// Categories, brands and tags: each name once, sorted, and the products' numbers for them.
fn write_names(draft: &Draft, out: &mut PackWriter) -> Result<()> {
    let products = &draft.products;
    // Path → labels a language. A category may be named by several products; the first in row order names it.
    let mut categories: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for p in products {
        let path = clean_path(text_at(&p.categories, 0));
        let depth = path.split(PATH_SEPARATOR).count();
        for d in 1..=depth {
            let Some(own) = prefix(&path, d) else { continue };
            let labels = categories.entry(own).or_insert_with(|| vec![String::new(); draft.languages.len()]);
            for (l, label) in labels.iter_mut().enumerate().skip(1) {
                let there = clean_path(text_at(&p.categories, l));
                // A translation of another depth says nothing about the parts.
                if label.is_empty() && there.split(PATH_SEPARATOR).count() == depth {
                    *label = prefix(&there, d).unwrap_or_default();
                }
            }
        }
    }
    let path_of = number(categories.keys().cloned(), "categories")?;
    for l in 0..draft.languages.len() {
        let label = |(path, labels): (&String, &Vec<String>)| if l == 0 { path.clone() } else { labels[l].clone() };
        let texts: Vec<String> = categories.iter().map(label).collect();
        out.add(Tag::CATEGORY, l as u32, texts.len(), write_strings(texts.iter().map(String::as_str)));
    }
    let parent = |path: &String| path.rsplit_once(PATH_SEPARATOR).and_then(|(up, _)| path_of.get(up).copied());
    let parents = path_of.keys().flat_map(|p| parent(p).unwrap_or(u16::MAX).to_le_bytes()).collect();
    out.add(Tag::CATEGORY_PARENT, 0, path_of.len(), parents);
    let category = |p: &ProductDraft| path_of.get(&clean_path(text_at(&p.categories, 0))).copied().unwrap_or(u16::MAX);
    let column = products.iter().flat_map(|p| category(p).to_le_bytes()).collect();
    out.add(Tag::PRODUCT_CATEGORY, 0, products.len(), column);

    let brands = number(products.iter().map(|p| p.brand.clone()).filter(|b| !b.is_empty()), "brands")?;
    out.add(Tag::BRAND, 0, brands.len(), write_strings(brands.keys().map(String::as_str)));
    let column =
        products.iter().flat_map(|p| brands.get(&p.brand).copied().unwrap_or(u16::MAX).to_le_bytes()).collect();
    out.add(Tag::PRODUCT_BRAND, 0, products.len(), column);

    let tags = number(products.iter().flat_map(|p| p.tags.iter().cloned()), "tags")?;
    out.add(Tag::TAG, 0, tags.len(), write_strings(tags.keys().map(String::as_str)));
    let (mut ends, mut entries, mut count) = (Vec::new(), Vec::new(), 0_u32);
    for p in products {
        let mine: BTreeSet<u16> = p.tags.iter().filter_map(|t| tags.get(t).copied()).collect();
        count += mine.len() as u32;
        ends.extend_from_slice(&count.to_le_bytes());
        entries.extend(mine.into_iter().flat_map(u16::to_le_bytes));
    }
    ends.extend(entries);
    out.add(Tag::PRODUCT_TAGS, 0, products.len(), ends);

    // Few shops have stores or dates: a pack has these sections only if it has something to say in them.
    let stores = number(products.iter().map(|p| p.store.clone()).filter(|s| !s.is_empty()), "stores")?;
    if !stores.is_empty() {
        out.add(Tag::STORE, 0, stores.len(), write_strings(stores.keys().map(String::as_str)));
        let column = products.iter().flat_map(|p| stores.get(&p.store).map_or(0, |s| s + 1).to_le_bytes()).collect();
        out.add(Tag::PRODUCT_STORE, 0, products.len(), column);
    }
    if products.iter().any(|p| p.since > 0) {
        let column = products.iter().flat_map(|p| p.since.to_le_bytes()).collect();
        out.add(Tag::PRODUCT_SINCE, 0, products.len(), column);
    }
    Ok(())
}

fn number(names: impl Iterator<Item = String>, what: &'static str) -> Result<BTreeMap<String, u16>> {
    let names: BTreeSet<String> = names.collect();
    if names.len() >= usize::from(u16::MAX) {
        #[cfg(feature = "cli")]
        let code = Code::TooLarge;
        #[cfg(not(feature = "cli"))]
        let code = Code::PackMalformed;
        return Err(Error::new(code, format!("{} {what}.", names.len())));
    }
    Ok(names.into_iter().zip(0..).collect())
}

fn clean_path(path: &str) -> String {
    let parts: Vec<_> = path.split('>').map(str::trim).filter(|p| !p.is_empty()).collect();
    parts.join(PATH_SEPARATOR)
}

fn prefix(path: &str, depth: usize) -> Option<String> {
    let parts: Vec<_> = path.split(PATH_SEPARATOR).take(depth).collect();
    (!path.is_empty()).then(|| parts.join(PATH_SEPARATOR))
}

fn write_variants(draft: &Draft, out: &mut PackWriter) {
    let variants: Vec<&VariantDraft> = draft.products.iter().flat_map(|p| &p.variants).collect();
    let v = variants.len();
    let mut end = 0_u32;
    let mut ends = Vec::new();
    for p in &draft.products {
        end += p.variants.len() as u32;
        ends.extend_from_slice(&end.to_le_bytes());
    }
    out.add(Tag::PRODUCT_VARIANTS, 0, draft.products.len(), ends);
    out.add(Tag::VARIANT_ID, 0, v, write_strings(variants.iter().map(|x| x.id.as_str())));
    for l in 0..draft.languages.len() {
        let titles = write_strings(variants.iter().map(|x| text_at(&x.titles, l)));
        out.add(Tag::VARIANT_TITLE, l as u32, v, titles);
    }
    for m in 0..draft.markets.len() {
        let none = VariantOffer { list: None, sale: None, availability: Availability::NotSold };
        let offers: Vec<VariantOffer> = variants.iter().map(|x| x.offers.get(m).copied().unwrap_or(none)).collect();
        let column = |f: fn(&VariantOffer) -> Option<u32>| {
            offers.iter().flat_map(|o| f(o).unwrap_or(u32::MAX).to_le_bytes()).collect::<Vec<u8>>()
        };
        out.add(Tag::PRICE, m as u32, v, column(|o| o.list));
        out.add(Tag::SALE_PRICE, m as u32, v, column(|o| o.sale));
        out.add(Tag::AVAILABILITY, m as u32, v, offers.iter().map(|o| o.availability as u8).collect());
    }
}

/// Aliases that would hide a product or a variant, or stand for two products, are left out.
fn write_aliases(products: &[ProductDraft], out: &mut PackWriter) {
    let mut owner: BTreeMap<&str, Option<u32>> = BTreeMap::new();
    for (row, p) in products.iter().enumerate() {
        for alias in p.aliases.iter().filter(|a| !a.is_empty()) {
            let slot = owner.entry(alias).or_insert(Some(row as u32));
            if *slot != Some(row as u32) {
                *slot = None;
            }
        }
    }
    for p in products {
        owner.remove(p.id.as_str());
        for v in &p.variants {
            owner.remove(v.id.as_str());
        }
    }
    let kept: Vec<(&str, u32)> = owner.into_iter().filter_map(|(a, row)| Some((a, row?))).collect();
    out.add(Tag::ALIAS, 0, kept.len(), write_strings(kept.iter().map(|(a, _)| *a)));
    out.add(Tag::ALIAS_ROW, 0, kept.len(), kept.iter().flat_map(|(_, row)| row.to_le_bytes()).collect());
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::catalog::{Catalog, Found};
    use crate::id::Row;
    use crate::money::Minor;
    use crate::pack::Pack;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn offer(list: u32, sale: Option<u32>, availability: Availability) -> VariantOffer {
        VariantOffer { list: Some(list), sale, availability }
    }

    fn product(id: &str, title: [&str; 2], category: [&str; 2], offers: &[(&str, [VariantOffer; 2])]) -> ProductDraft {
        ProductDraft {
            id: id.into(),
            titles: title.map(String::from).to_vec(),
            categories: category.map(String::from).to_vec(),
            brand: "Paws".into(),
            tags: vec!["new".into(), "cat".into()],
            aliases: vec![format!("ean-{id}"), "shared".into()],
            variants: offers
                .iter()
                .map(|(v, o)| VariantDraft { id: (*v).into(), titles: vec![], offers: o.to_vec() })
                .collect(),
            ..ProductDraft::default()
        }
    }

    /// A shop of three products, two markets and two languages, for tests of every floor above.
    pub(crate) fn three_products() -> Draft {
        use Availability::{InStock, NotSold, OutOfStock};
        let market = |code: &str, currency: &str| Market { code: code.into(), currency: currency.into(), exponent: 2 };
        Draft {
            shop: "test".into(),
            support: 1,
            zone_minutes: 480,
            markets: vec![market("cn", "CNY"), market("us", "USD")],
            languages: vec!["en".into(), "zh-CN".into()],
            products: vec![
                product(
                    "litter",
                    ["Cat litter", "猫砂"],
                    ["Pets > Cats", "宠物 > 猫"],
                    &[
                        ("litter-s", [offer(2900, None, OutOfStock), offer(499, None, InStock)]),
                        ("litter-l", [offer(5900, Some(4900), InStock), offer(899, None, InStock)]),
                    ],
                ),
                product(
                    "bowl",
                    ["Cat bowl", ""],
                    ["Pets > Cats", ""],
                    &[("bowl", [offer(1900, None, InStock), offer(300, None, NotSold)])],
                ),
                product(
                    "lamp",
                    ["Lamp", "台灯"],
                    ["Home", "家居"],
                    &[("lamp", [offer(9900, None, OutOfStock), offer(1500, None, InStock)])],
                ),
            ],
        }
    }

    pub(crate) fn open(draft: &Draft) -> Catalog {
        let mut w = PackWriter::new();
        write(draft, &mut w).expect("a small catalogue");
        Catalog::open(Pack::open(w.finish().expect("small")).expect("sound")).expect("a catalogue")
    }

    #[test]
    fn a_catalogue_is_read_back_in_each_view() {
        let mut c = open(&three_products());
        let litter = c.find("litter").expect("litter").row;
        assert_eq!((c.title(litter), c.brand(litter).map(|b| c.brand_name(b))), ("Cat litter", Some("Paws")));
        assert_eq!(c.tags(litter).collect::<Vec<_>>(), ["cat", "new"]);
        // The cheaper variant is out of stock, so the larger one is shown at its sale price.
        assert_eq!(c.variant_id(c.best_variant(litter)), "litter-l");
        assert_eq!(c.price(litter).now, Some(Minor(4900)));
        assert_eq!(c.price(litter).list, Some(Minor(5900)));
        let (us, zh) = (c.market_named("us").expect("us"), c.language_named("zh").expect("zh by its primary subtag"));
        c.set_view(us, zh).expect("a view");
        assert_eq!((c.title(litter), c.variant_id(c.best_variant(litter))), ("猫砂", "litter-s"));
        let bowl = c.find("bowl").expect("bowl").row;
        assert_eq!(c.title(bowl), "Cat bowl", "no Chinese title: the first language stands in");
        assert_eq!(c.availability(bowl), Availability::NotSold);
        assert_eq!(c.market_named("jp").expect_err("no such market").code(), "unknown_market");
        assert_eq!(c.language_named("fr").expect_err("no such language").code(), "unknown_language");
    }

    #[test]
    fn ids_variants_and_aliases_are_found_and_doubtful_aliases_are_not() {
        let c = open(&three_products());
        assert_eq!(c.find("litter-l"), Some(Found { row: Row(0), variant: Some(1) }));
        assert_eq!(c.find("bowl"), Some(Found { row: Row(1), variant: None }));
        assert_eq!(c.find("ean-lamp"), Some(Found { row: Row(2), variant: None }));
        assert_eq!(c.find("shared"), None, "an alias of three products stands for none");
        assert_eq!(c.find("no such id"), None);
        for i in 0..3 {
            assert_eq!(c.row_of(c.key(Row(i))), Some(Row(i)));
        }
    }

    #[test]
    fn the_category_tree_holds_its_translations() {
        let mut c = open(&three_products());
        let cats = c.category_named("Pets > Cats").expect("a category");
        let chain: Vec<_> = c.category_chain(cats).map(|x| c.category_path(x).to_string()).collect();
        assert_eq!(chain, ["Pets > Cats", "Pets"]);
        assert_eq!(c.category_sizes(), [1, 2, 2]);
        c.set_view(0, 1).expect("a view");
        assert_eq!(c.category_label(cats), "宠物 > 猫");
        assert_eq!(c.category_label(c.category_chain(cats).last().expect("a root")), "宠物");
        assert!(c.is_in(Row(0), cats) && !c.is_in(Row(2), cats));
    }
}
