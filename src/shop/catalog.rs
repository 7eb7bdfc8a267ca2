//! Reading the catalogue: Merchant-feed columns, or whatever the settings and well-known names map to them.

use super::config::{LanguageSection, MarketSection, ShopConfig};
use super::rejects::{Out, Part, Rejects};
use super::table::{Row, Table};
use super::{Progress, Result};
use crate::catalog::build::{ProductDraft, VariantDraft, VariantOffer};
use crate::catalog::{Availability, Market, PATH_SEPARATOR};
use crate::error::{Code, Error};
use crate::money;
use crate::time::DAY;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a catalogue file gave.
pub(super) struct CatalogRead {
    /// Sorted by id.
    pub(super) products: Vec<ProductDraft>,
    pub(super) languages: Vec<String>,
    pub(super) markets: Vec<Market>,
    pub(super) duplicates: u64,
    /// The columns that were asked for.
    pub(super) columns: Vec<KeyColumn>,
    /// How often each column that is read was filled.
    pub(super) filled: Vec<(String, u64)>,
}

/// What a column says of each row.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyColumn {
    /// The column's own name.
    pub(crate) name: String,
    /// Filled values, with the id of their row.
    pub(crate) values: Vec<(String, String)>,
}

/// Columns whose values are kept as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep<'a> {
    /// None, or the one that a rule names.
    Named(&'a str),
    /// All with values that could be ids.
    All,
}

/// A longer text is a description, not an id.
const LONGEST_ID: usize = 128;

impl CatalogRead {
    /// For a shop without a catalogue: its products are those of the log, without a price.
    pub(super) fn empty(config: &ShopConfig) -> CatalogRead {
        let languages = config.languages.iter().map(|l| l.tag.clone()).collect::<Vec<_>>();
        let markets = config.markets.iter().map(market).collect::<Vec<_>>();
        CatalogRead {
            products: Vec::new(),
            languages: if languages.is_empty() { vec!["und".into()] } else { languages },
            markets: if markets.is_empty() { vec![default_market("XXX")] } else { markets },
            duplicates: 0,
            columns: Vec::new(),
            filled: Vec::new(),
        }
    }
}

fn market(section: &MarketSection) -> Market {
    let currency = section.currency.to_ascii_uppercase();
    Market { code: section.code.clone(), exponent: money::exponent(&currency), currency }
}

fn default_market(currency: &str) -> Market {
    Market { code: "default".into(), currency: currency.into(), exponent: money::exponent(currency) }
}

/// The columns of a catalogue, by number.
struct Columns {
    id: usize,
    group: Option<usize>,
    brand: Option<usize>,
    tags: Option<usize>,
    url: Option<usize>,
    image: Option<usize>,
    aliases: Vec<usize>,
    store: Option<usize>,
    since: Option<usize>,
    languages: Vec<[Option<usize>; 3]>,
    markets: Vec<[Option<usize>; 3]>,
    /// Columns whose texts, one below the other, are the category of the first language; none where one column has the whole path.
    levels: Vec<usize>,
    /// An empty price says "not sold here": only where the settings name the markets.
    price_decides: bool,
}

const ID: &[&str] = &["id", "item_id", "product_id", "sku"];
pub(super) const TITLE: &[&str] = &["title", "name", "item_name", "product_name", "description"];
pub(super) const CATEGORY: &[&str] = &["product_type", "category", "product_category", "google_product_category"];
const ALIASES: &[&str] = &["gtin", "ean", "barcode", "mpn", "sku", "stock_code", "item_code", "handle"];

impl Columns {
    /// Finds the columns, and the languages and markets where the settings name none.
    fn find(t: &Table<'_>, config: &ShopConfig) -> Result<(Columns, Vec<String>, Vec<Market>, bool)> {
        // The settings' name for a column, else the well-known ones.
        let find = |ours: &str, known: &[&str]| match config.columns.get(ours) {
            Some(name) => t.named(name).map(Some),
            None => Ok(t.column(known)),
        };
        let id = find("id", ID)?.ok_or_else(|| {
            let detail = format!("{} has no column for the product's id; it has {}.", t.file, t.listed());
            Error::new(Code::BadTable, detail)
        })?;
        let optional = |name: &str| if name.is_empty() { Ok(None) } else { t.named(name).map(Some) };
        // A path of columns, `department > product_type`, stands for the texts in them.
        let path = config.columns.get("product_type").filter(|path| path.contains(PATH_SEPARATOR));
        let level = |name: &str| t.named(name.trim());
        let levels = path.map_or(Ok(Vec::new()), |path| path.split(PATH_SEPARATOR).map(level).collect())?;
        let category = |known: &[&str]| if levels.is_empty() { find("product_type", known) } else { Ok(None) };
        let (mut tags, mut languages) = (Vec::new(), Vec::new());
        for l in &config.languages {
            let LanguageSection { tag, title, variant, category } = l;
            tags.push(tag.clone());
            languages.push([optional(title)?, optional(variant)?, optional(category)?]);
        }
        if languages.is_empty() {
            let title = find("title", TITLE)?;
            tags.push("und".to_string());
            languages.push([title, t.column(&["variant", "item_variant"]), category(CATEGORY)?]);
            if let Some(zh) = t.column(&["title_zh", "name_zh"]) {
                tags.push("zh-CN".to_string());
                languages.push([Some(zh), t.column(&["variant_zh"]), t.column(&["product_type_zh", "category_zh"])]);
            }
        }
        let (mut markets, mut market_columns) = (Vec::new(), Vec::new());
        for m in &config.markets {
            markets.push(market(m));
            market_columns.push([optional(&m.price)?, optional(&m.sale_price)?, optional(&m.availability)?]);
        }
        let guess_currency = markets.is_empty();
        if markets.is_empty() {
            let price =
                find("price", &["price"])?.or_else(|| t.columns().iter().position(|c| currency_suffix(c).is_some()));
            let suffix = price.and_then(|p| currency_suffix(&t.columns()[p]));
            markets.push(default_market(suffix.as_deref().unwrap_or("XXX")));
            let sale = find("sale_price", &["sale_price"])?;
            market_columns.push([price, sale, find("availability", &["availability", "stock_status"])?]);
        }
        let aliases = ALIASES.iter().filter_map(|a| t.column(&[a])).filter(|c| *c != id).collect();
        let columns = Columns {
            id,
            group: find("item_group_id", &["item_group_id", "product_group_id", "parent_id"])?,
            brand: find("brand", &["brand", "vendor", "manufacturer"])?,
            tags: find("tags", &["tags"])?,
            url: find("link", &["link", "url"])?,
            image: find("image_link", &["image_link", "image_url", "image"])?,
            aliases,
            store: find("store", &["external_seller_id", "store", "seller_id"])?,
            since: find("availability_date", &["availability_date", "published_at"])?,
            languages,
            markets: market_columns,
            levels,
            price_decides: !guess_currency,
        };
        Ok((columns, tags, markets, guess_currency))
    }
}

/// The currency in a column's name, as in `median_price_gbp`.
fn currency_suffix(column: &str) -> Option<String> {
    let (rest, suffix) = column.rsplit_once('_')?;
    let is_code = suffix.len() == 3 && suffix.bytes().all(|b| b.is_ascii_alphabetic());
    (is_code && rest.to_ascii_lowercase().ends_with("price")).then(|| suffix.to_ascii_uppercase())
}

/// Reads a catalogue file.
pub(super) fn read(
    path: &Path,
    config: &ShopConfig,
    keep: Keep<'_>,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<CatalogRead> {
    progress.stage(&format!("reading {}", super::source::name(path)), super::source::bytes(std::iter::once(path)));
    let table = Table::open(path, progress)?;
    let (columns, languages, mut markets, guess_currency) = Columns::find(&table, config)?;
    let mut kept = kept_columns(&table, keep)?;
    let mut filled: Vec<(String, u64)> = table.columns().iter().map(|c| (c.clone(), 0)).collect();
    // Product id → its rows, so that the order of the file does not matter.
    let mut groups: BTreeMap<String, BTreeMap<String, ProductDraft>> = BTreeMap::new();
    let (mut seen, mut duplicates) = (BTreeSet::new(), 0_u64);
    let mut guessed: Option<String> = None;
    let zone = config.zone_minutes()?;
    table.for_each(Part::Catalog, rejects, progress, |row| {
        let id = row.get(Some(columns.id));
        if id.is_empty() {
            return Err("no id".into());
        }
        if id.len() > 512 {
            return Err("an id of more than 512 bytes".into());
        }
        if guess_currency && guessed.is_none() {
            guessed = currency_in(row.get(columns.markets[0][0]));
            if let (Some(c), "XXX") = (&guessed, markets[0].currency.as_str()) {
                markets[0] = default_market(c);
            }
        }
        let draft = product(row, id, &columns, &markets, zone)?;
        if !seen.insert(id.to_string()) {
            duplicates += 1;
            return Err(Out::Rejected("a second row with this id"));
        }
        for ((_, n), place) in filled.iter_mut().zip(0..) {
            *n += u64::from(!row.get(Some(place)).is_empty());
        }
        for (place, column) in &mut kept {
            let value = row.get(Some(*place));
            if !value.is_empty() && value.len() <= LONGEST_ID {
                column.values.push((value.to_string(), id.to_string()));
            }
        }
        groups.entry(draft.id.clone()).or_default().insert(id.to_string(), draft);
        Ok(())
    })?;
    let products = groups.into_values().filter_map(|rows| merge(rows.into_values())).collect();
    let columns = kept.into_iter().map(|(_, column)| column).collect();
    Ok(CatalogRead { products, languages, markets, duplicates, columns, filled })
}

/// Columns to keep, by number.
fn kept_columns(table: &Table<'_>, keep: Keep<'_>) -> Result<Vec<(usize, KeyColumn)>> {
    let empty = |place: usize| (place, KeyColumn { name: table.columns()[place].clone(), values: Vec::new() });
    match keep {
        Keep::Named("") => Ok(Vec::new()),
        Keep::Named(name) => Ok(vec![empty(table.named(name)?)]),
        Keep::All => Ok((0..table.columns().len()).map(empty).collect()),
    }
}

/// The currency code in a price such as `59.00 CNY`.
fn currency_in(price: &str) -> Option<String> {
    let mut words = price.split_whitespace();
    words.find(|w| w.len() == 3 && w.bytes().all(|b| b.is_ascii_uppercase())).map(String::from)
}

/// One row as a product of one variant.
fn product(
    row: &Row<'_>,
    id: &str,
    c: &Columns,
    markets: &[Market],
    zone_minutes: i32,
) -> std::result::Result<ProductDraft, &'static str> {
    let mut offers = Vec::with_capacity(markets.len());
    for (market, [price, sale, availability]) in markets.iter().zip(&c.markets) {
        let (list, sale) = (money_of(row.get(*price), market)?, money_of(row.get(*sale), market)?);
        let unpriced = c.price_decides && list.is_none() && sale.is_none();
        let stated = availability_of(row.get(*availability))?;
        let availability = if unpriced { Availability::NotSold } else { stated };
        offers.push(VariantOffer { list, sale, availability });
    }
    let levels: Vec<&str> = c.levels.iter().map(|l| row.get(Some(*l))).filter(|text| !text.is_empty()).collect();
    let mut categories: Vec<String> = c.languages.iter().map(|l| row.get(l[2]).to_string()).collect();
    if !levels.is_empty() {
        categories[0] = levels.join(PATH_SEPARATOR);
    }
    let texts = |i: usize| c.languages.iter().map(|l| row.get(l[i]).to_string()).collect::<Vec<_>>();
    let group = row.get(c.group);
    let split = |text: &str| -> Vec<String> {
        let parts = text.split(['|', ';']).map(str::trim).filter(|t| !t.is_empty());
        parts.map(String::from).collect()
    };
    Ok(ProductDraft {
        id: if group.is_empty() { id } else { group }.to_string(),
        titles: texts(0),
        categories,
        brand: row.get(c.brand).to_string(),
        url: row.get(c.url).to_string(),
        image: row.get(c.image).to_string(),
        tags: split(row.get(c.tags)),
        aliases: c.aliases.iter().map(|a| row.get(Some(*a)).to_string()).filter(|a| !a.is_empty() && a != id).collect(),
        popularity: 0,
        recent: 0,
        variants: vec![VariantDraft { id: id.to_string(), titles: texts(1), offers }],
        store: row.get(c.store).to_string(),
        since: day_of(row.get(c.since), zone_minutes)?,
    })
}

/// The UTC day of a date, 0 for none. Days of a pack go from 1970 to 2149.
fn day_of(cell: &str, zone_minutes: i32) -> std::result::Result<u16, &'static str> {
    if cell.is_empty() {
        return Ok(0);
    }
    let at = super::log::moment(cell, zone_minutes).ok_or("a date that is none")?;
    u16::try_from(at.div_euclid(DAY)).map_err(|_| "a date before 1970 or after 2149")
}

/// A price cell in minor units; `59.00 CNY` must name the market's own currency.
pub(super) fn money_of(cell: &str, market: &Market) -> std::result::Result<Option<u32>, &'static str> {
    let mut amount = cell;
    if let Some(code) = currency_in(cell) {
        if code != market.currency && market.currency != "XXX" {
            return Err("a price in another currency than its market's");
        }
        amount = cell.trim_start_matches(&code).trim_end_matches(&code).trim();
    }
    match money::parse_price(amount, market.exponent) {
        Ok(m) => u32::try_from(m.0).ok().filter(|m| *m != u32::MAX).map(Some).ok_or("a price too large for the pack"),
        Err(money::PriceError::Empty) => Ok(None),
        Err(_) => Err("a price that is no number"),
    }
}

pub(super) fn availability_of(cell: &str) -> std::result::Result<Availability, &'static str> {
    let normal = cell.to_ascii_lowercase().replace([' ', '-'], "_");
    match normal.as_str() {
        "" | "in_stock" | "instock" | "available" | "true" | "1" | "yes" => Ok(Availability::InStock),
        "out_of_stock" | "outofstock" | "sold_out" | "false" | "0" | "no" => Ok(Availability::OutOfStock),
        "preorder" | "pre_order" => Ok(Availability::Preorder),
        "backorder" | "back_order" | "available_for_order" => Ok(Availability::Backorder),
        "not_sold" | "discontinued" => Ok(Availability::NotSold),
        _ => Err("an unknown availability"),
    }
}

/// The rows of one product as one: texts from the first row that has them, variants and aliases from all.
fn merge(rows: impl Iterator<Item = ProductDraft>) -> Option<ProductDraft> {
    rows.reduce(|mut product, row| {
        let fill = |into: &mut String, from: String| {
            if into.is_empty() {
                *into = from;
            }
        };
        let fill_all =
            |into: &mut Vec<String>, from: Vec<String>| into.iter_mut().zip(from).for_each(|(i, f)| fill(i, f));
        fill_all(&mut product.titles, row.titles);
        fill_all(&mut product.categories, row.categories);
        fill(&mut product.brand, row.brand);
        fill(&mut product.url, row.url);
        fill(&mut product.image, row.image);
        product.tags.extend(row.tags);
        product.aliases.extend(row.aliases);
        product.variants.extend(row.variants);
        fill(&mut product.store, row.store);
        // It is sold since its first variant is.
        let known = [product.since, row.since].into_iter().filter(|d| *d > 0);
        product.since = known.min().unwrap_or(0);
        product
    })
}
