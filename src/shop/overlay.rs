//! Overlays as a shop exports them: the JSON form, or a table with some of the catalogue's columns.

use super::catalog::{CATEGORY, TITLE, availability_of, money_of};
use super::config::ShopConfig;
use super::rejects::{Out, Part, Rejects};
use super::table::{Row, Table};
use super::{Progress, read_file, source};
use crate::catalog::overlay::{Head, Policy};
use crate::catalog::overlay_file::{About, Item, STALE};
use crate::catalog::{Catalog, Market, PATH_SEPARATOR};
use crate::error::{Code, Error, Result};
use crate::offer::grant;
use crate::pack::Tag;
use crate::time::Millis;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// `[overlay]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OverlaySection {
    stale: Option<String>,
    max_age_minutes: Option<f64>,
}

impl OverlaySection {
    /// These settings, and the shipped ones where they are silent.
    pub(super) fn or(&self, shipped: &OverlaySection) -> Result<Policy> {
        let bad = |what: String| Error::new(Code::BadConfig, what);
        let word = self.stale.as_ref().or(shipped.stale.as_ref()).map_or("", String::as_str);
        let stale = (0..).zip(STALE).find(|(_, name)| *name == word);
        let (stale, _) =
            stale.ok_or_else(|| bad(format!("overlay: stale = \"{word}\" is not keep, pack or hide_prices.")))?;
        let minutes = self.max_age_minutes.or(shipped.max_age_minutes).unwrap_or(f64::NAN);
        let seconds = libm::round(minutes * 60.0);
        if !(1.0..=1e9).contains(&seconds) {
            return Err(bad(format!("overlay: max_age_minutes = {minutes} is not a time of at least a second.")));
        }
        Ok(Policy { stale, max_age: seconds as u32 })
    }
}

/// An overlay as a shop's file has it. What the file does not say of itself is as in an empty [`Head`].
#[derive(Debug, Clone, Default)]
pub struct ShopOverlay {
    /// Shop and market of the file; empty where it does not say.
    pub names: [String; 2],
    /// Sequence, since.
    pub numbers: [u64; 2],
    /// When it was made.
    pub issued: Option<Millis>,
    /// Seconds it holds; 0 where it does not say.
    pub max_age: u32,
    /// Whether it is a full one; a table does not say.
    pub full: Option<bool>,
    /// Its items, in its order.
    pub items: Vec<Item>,
    /// Rows that could not be used.
    pub rejects: Rejects,
}

impl ShopOverlay {
    /// What the file says of itself.
    pub fn head(&self) -> Head<'_> {
        let [shop, market] = self.names.each_ref().map(String::as_str);
        let [sequence, since] = self.numbers;
        let full = self.full.unwrap_or(false);
        Head {
            shop,
            market,
            base: "",
            placed: false,
            sequence,
            since,
            issued: self.issued,
            max_age: self.max_age,
            full,
        }
    }

    /// Reads a file for a market of `catalog`: the one `market` names, else the one the file names, else the pack's first. A `config` says under
    /// which names a table has the market's columns.
    ///
    /// # Errors
    ///
    /// `io`, `bad_table`, `bad_config`, `unknown_market`. Rows that cannot be used are among the rejects.
    pub fn read(
        path: &Path,
        catalog: &Catalog,
        market: &str,
        config: Option<&Path>,
        progress: &dyn Progress,
    ) -> Result<ShopOverlay> {
        let config = ShopConfig::read(config)?;
        let bytes = read_file(path)?;
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(json) if !json["rows"].is_null() => Err(Error::new(
                Code::BadTable,
                format!(
                    "{}: \"rows\" are places in a pack: it is an overlay already. Pass what it was made from.",
                    path.display()
                ),
            )),
            Ok(json) if json["items"].is_array() || json["grants"].is_array() => {
                from_json(path, &json, catalog, market)
            }
            _ => from_table(path, catalog, market, &config, progress),
        }
    }
}

fn market_of<'a>(catalog: &'a Catalog, code: &str) -> Result<&'a Market> {
    Ok(&catalog.markets()[catalog.market_named(code)?])
}

fn from_json(path: &Path, json: &Value, catalog: &Catalog, market: &str) -> Result<ShopOverlay> {
    let bad = |field: &str| Error::new(Code::BadTable, format!("{}: its \"{field}\" cannot be read.", path.display()));
    let text = |field: &str| match &json[field] {
        Value::Null => Ok(String::new()),
        Value::String(s) => Ok(s.clone()),
        _ => Err(bad(field)),
    };
    let number = |field: &str| match &json[field] {
        Value::Null => Ok(0),
        v => v.as_u64().filter(|n| *n <= 1 << 53).ok_or_else(|| bad(field)),
    };
    let mut out = ShopOverlay {
        names: [text("shop")?, text("market")?],
        numbers: [number("sequence")?, number("since")?],
        issued: json["issued"].as_f64().and_then(Millis::from_f64),
        max_age: u32::try_from(number("max_age")?).map_err(|_| bad("max_age"))?,
        full: json["full"].as_bool(),
        ..ShopOverlay::default()
    };
    if !market.is_empty() {
        out.names[1] = market.into();
    }
    let market = market_of(catalog, &out.names[1])?;
    out.rejects.open(Part::Catalog, &source::name(path), "JSON overlay");
    for (line, item) in (1..).zip(json["items"].as_array().map_or(&[][..], Vec::as_slice)) {
        out.rejects.count_row();
        match item_of(item, market) {
            Ok(item) => out.items.push(item),
            Err(reason) => out.rejects.out(line, Out::Rejected(reason), &item.to_string()),
        }
    }
    for grant in json["grants"].as_array().map_or(&[][..], Vec::as_slice) {
        out.items.push(multiplier(grant, catalog, &market.code).map_err(|what| {
            Error::new(Code::BadTable, format!("{}: grant {}: {what}", path.display(), grant["id"]))
        })?);
    }
    Ok(out)
}

/// The multiplier of a granting campaign, which the pack has to have switched on in this market.
fn multiplier(v: &Value, catalog: &Catalog, market: &str) -> std::result::Result<Item, String> {
    let id = v["id"].as_str().unwrap_or_default();
    let place = catalog.market_named(market).map_err(|e| e.detail().to_string())?;
    let section = catalog.pack().section(Tag::GRANT, place as u32).unwrap_or(&[0; 4]);
    let known = grant::read(section).map_err(|_| "the pack's section GRNT cannot be read.")?;
    if !known.iter().any(|g| g.id == id) {
        return Err(format!("market {market} of the pack has no such campaign."));
    }
    let lambda = v["lambda_ppm"]
        .as_u64()
        .filter(|l| *l <= 1 << 53)
        .ok_or("lambda_ppm has to be a whole number of at most 2^53.")?;
    let until = match &v["lambda_until"] {
        Value::String(text) => text.parse().ok().map(|t: jiff::Timestamp| t.as_millisecond()),
        number => number.as_i64(),
    };
    let until = until.filter(|t| *t > 0).ok_or("lambda_until has to be a time like 2026-11-26T00:00:00+08:00.")?;
    Ok(Item::multiplier(id, lambda, Millis(until)))
}

/// An item of the JSON form. A field that is there and empty takes the value away.
fn item_of(v: &Value, market: &Market) -> std::result::Result<Item, &'static str> {
    let text = |v: &Value| match v {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let money = |field: &str| match v.get(field) {
        None => Ok(None),
        Some(price) => money_of(&text(price), market).map(Some),
    };
    let id = v.get("id").map(text).unwrap_or_default();
    if id.is_empty() {
        return Err("no id");
    }
    let availability = match v.get("availability") {
        None | Some(Value::Null) => None,
        Some(word) => Some(availability_of(&text(word))?),
    };
    let hidden = match v.get("hidden") {
        None | Some(Value::Null) => None,
        Some(hidden) => Some(hidden.as_bool().ok_or("hidden is neither true nor false")?),
    };
    let about = v.get("title").filter(|title| !title.is_null()).map(|title| About {
        titles: match title {
            Value::Object(by_language) => by_language.iter().map(|(tag, title)| (tag.clone(), text(title))).collect(),
            title => vec![(String::new(), text(title))],
        },
        category: v.get("product_type").map(text).unwrap_or_default(),
        brand: v.get("brand").map(text).unwrap_or_default(),
        link: v.get("link").map(text).unwrap_or_default(),
        image: v.get("image_link").map(text).unwrap_or_default(),
    });
    Ok(Item { id, price: money("price")?, sale: money("sale_price")?, availability, hidden, about })
}

/// The columns that say what a new item is.
struct Texts {
    titles: Vec<(String, usize)>,
    /// Columns whose texts, one below the other, are the category's path.
    category: Vec<usize>,
    brand: Option<usize>,
    link: Option<usize>,
    image: Option<usize>,
    group: Option<usize>,
}

impl Texts {
    fn find(table: &Table<'_>, config: &ShopConfig) -> Texts {
        let find = |ours: &str, usual: &[&str]| match config.columns.get(ours) {
            Some(name) => table.column(&[name]),
            None => table.column(usual),
        };
        let given = |name: &str| if name.is_empty() { None } else { table.column(&[name]) };
        let mut titles = Vec::new();
        for l in &config.languages {
            titles.extend(given(&l.title).map(|column| (l.tag.clone(), column)));
        }
        let path = config.columns.get("product_type").map_or("", String::as_str);
        let mut category: Vec<usize> = path.split(PATH_SEPARATOR).filter_map(|name| given(name.trim())).collect();
        if config.languages.is_empty() {
            titles.extend(find("title", TITLE).map(|column| (String::new(), column)));
            titles.extend(table.column(&["title_zh", "name_zh"]).map(|column| ("zh-CN".to_string(), column)));
            if path.is_empty() {
                category.extend(table.column(CATEGORY));
            }
        } else if category.is_empty() {
            category.extend(given(&config.languages[0].category));
        }
        Texts {
            titles,
            category,
            brand: find("brand", &["brand", "vendor", "manufacturer"]),
            link: find("link", &["link", "url"]),
            image: find("image_link", &["image_link", "image_url", "image"]),
            group: find("item_group_id", &["item_group_id", "product_group_id", "parent_id"]),
        }
    }

    /// What a row says of a product that the pack does not have. One of a group that it has is a variant of that product, which no overlay can bring.
    fn about(&self, row: &Row<'_>, catalog: &Catalog) -> Option<About> {
        let text = |column: Option<usize>| row.get(column).to_string();
        let titles: Vec<(String, String)> =
            self.titles.iter().map(|(tag, c)| (tag.clone(), text(Some(*c)))).filter(|(_, t)| !t.is_empty()).collect();
        let group = row.get(self.group);
        if titles.is_empty() || (!group.is_empty() && catalog.find(group).is_some()) {
            return None;
        }
        let levels: Vec<&str> =
            self.category.iter().map(|c| row.get(Some(*c))).filter(|level| !level.is_empty()).collect();
        let category = levels.join(PATH_SEPARATOR);
        Some(About { titles, category, brand: text(self.brand), link: text(self.link), image: text(self.image) })
    }
}

fn from_table(
    path: &Path,
    catalog: &Catalog,
    code: &str,
    config: &ShopConfig,
    progress: &dyn Progress,
) -> Result<ShopOverlay> {
    let market = market_of(catalog, code)?;
    let own = config.markets.iter().find(|m| m.code == market.code);
    let mut out = ShopOverlay { names: [String::new(), code.into()], ..ShopOverlay::default() };
    let table = Table::open(path, progress)?;
    let named = |own: Option<&String>, usual: &str| {
        let own = own.map(String::as_str).filter(|n| !n.is_empty()).and_then(|n| table.column(&[n]));
        own.or_else(|| table.column(&[usual]))
    };
    let columns = [
        named(own.map(|m| &m.price), "price"),
        named(own.map(|m| &m.sale_price), "sale_price"),
        named(own.map(|m| &m.availability), "availability"),
        table.column(&["hidden"]),
    ];
    let missing = |what: &str| {
        Error::new(Code::BadTable, format!("{} has no column {what}; it has {}.", table.file, table.listed()))
    };
    let id = named(config.columns.get("id"), "id").ok_or_else(|| missing("\"id\""))?;
    if columns.iter().all(Option::is_none) {
        return Err(missing("\"price\", \"sale_price\", \"availability\" or \"hidden\""));
    }
    let texts = Texts::find(&table, config);
    let (items, rejects) = (&mut out.items, &mut out.rejects);
    table.for_each(Part::Catalog, rejects, progress, |row| {
        let item = item_of_row(row, id, columns, market)?;
        // What the pack has needs no description.
        let about = if catalog.find(&item.id).is_none() { texts.about(row, catalog) } else { None };
        items.push(Item { about, ..item });
        Ok(())
    })?;
    Ok(out)
}

/// A row of a table. An empty cell says nothing, but beside a price an empty sale price ends the sale.
fn item_of_row(
    row: &Row<'_>,
    id: usize,
    [price, sale, availability, hidden]: [Option<usize>; 4],
    market: &Market,
) -> std::result::Result<Item, &'static str> {
    let id = row.get(Some(id)).to_string();
    if id.is_empty() {
        return Err("no id");
    }
    let list = money_of(row.get(price), market)?.map(Some);
    let on_sale = money_of(row.get(sale), market)?.map(Some);
    let word = row.get(availability);
    Ok(Item {
        id,
        price: list,
        sale: on_sale.or(if sale.is_some() && list.is_some() { Some(None) } else { None }),
        availability: if word.is_empty() { None } else { Some(availability_of(word)?) },
        hidden: match row.get(hidden).to_ascii_lowercase().as_str() {
            "" => None,
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => return Err("hidden is neither true nor false"),
        },
        about: None,
    })
}
