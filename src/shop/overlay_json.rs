//! Overlays written as JSON ([`manual/overlay`](crate::manual::overlay)): rows in columns by their places, and behind them items by id.

use crate::catalog::Catalog;
use crate::catalog::overlay::{BETWEEN, Head, MULTIPLIER};
use crate::catalog::overlay_file::{Item, Sorted, major, sorted};
use crate::error::{Code, Error, Result};
use crate::time::Millis;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What all rows of a block say: whether a price and a sale price, and whether there is one; which availability; whether it is hidden.
type Says = (Option<bool>, Option<bool>, Option<&'static str>, Option<bool>);

/// An overlay as JSON, which says what the file of the same `head` and items says ([`write`](crate::catalog::overlay_file::write)); with a base `head` has to be
/// `placed`.
pub fn write_json(head: &Head<'_>, items: &[Item], catalog: &Catalog) -> String {
    let Sorted { numbered, by_id, .. } = sorted(head, items, catalog);
    let mut out = Map::new();
    let mut say = |name: &str, value: Value| out.insert(name.into(), value);
    for (name, text) in [("shop", head.shop), ("market", head.market), ("base", head.base)] {
        if !text.is_empty() {
            say(name, text.into());
        }
    }
    say("sequence", head.sequence.into());
    if head.since > 0 {
        say("since", head.since.into());
    }
    if let Some(issued) = head.issued {
        say("issued", issued.0.into());
    }
    if head.max_age > 0 {
        say("max_age", head.max_age.into());
    }
    say("full", head.full.into());
    if !numbered.is_empty() {
        say("rows", blocks(&numbered));
    }
    let exponent = catalog.market_named(head.market).map_or(2, |m| catalog.markets()[m].exponent);
    let (grants, items): (Vec<&Item>, Vec<&Item>) = by_id.iter().partition(|item| item.id.starts_with(MULTIPLIER));
    say("items", items.into_iter().map(|item| json_of(item, exponent)).collect());
    if !grants.is_empty() {
        say("grants", grants.into_iter().map(grant).collect());
    }
    Value::Object(out).to_string()
}

/// Rows that say alike in one block each, in the order of their places.
fn blocks(numbered: &[(u32, Item)]) -> Value {
    let mut blocks: BTreeMap<Says, Vec<&(u32, Item)>> = BTreeMap::new();
    for row in numbered {
        let item = &row.1;
        let there = |price: Option<Option<u32>>| price.map(|price| price.is_some());
        let says = (there(item.price), there(item.sale), item.availability.map(|a| a.code()), item.hidden);
        blocks.entry(says).or_default().push(row);
    }
    let block = |((price, sale, availability, hidden), rows): (Says, Vec<&(u32, Item)>)| {
        let mut block = Map::new();
        block.insert("places".into(), rows.iter().map(|(place, _)| *place).collect());
        let mut column = |name: &str, there: Option<bool>, of: &dyn Fn(&Item) -> Option<u32>| {
            if let Some(there) = there {
                let numbers = || rows.iter().filter_map(|(_, item)| of(item)).collect();
                block.insert(name.into(), if there { numbers() } else { Value::Null });
            }
        };
        column("price_minor", price, &|item| item.price.flatten());
        column("sale_price_minor", sale, &|item| item.sale.flatten());
        if let Some(word) = availability {
            block.insert("availability".into(), word.into());
        }
        if let Some(hidden) = hidden {
            block.insert("hidden".into(), hidden.into());
        }
        Value::Object(block)
    };
    blocks.into_iter().map(block).collect()
}

/// An item by its id, as a shop writes it.
fn json_of(item: &Item, exponent: u8) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), item.id.as_str().into());
    for (name, price) in [("price", item.price), ("sale_price", item.sale)] {
        if let Some(value) = price {
            out.insert(name.into(), value.map_or(Value::Null, |_| major(price, exponent).into()));
        }
    }
    if let Some(word) = item.availability {
        out.insert("availability".into(), word.code().into());
    }
    if let Some(hidden) = item.hidden {
        out.insert("hidden".into(), hidden.into());
    }
    if let Some(about) = &item.about {
        let title = match about.titles.as_slice() {
            [(language, title)] if language.is_empty() => title.as_str().into(),
            titles => titles.iter().map(|(tag, title)| (tag.clone(), Value::from(title.as_str()))).collect(),
        };
        out.insert("title".into(), title);
        let texts = [
            ("product_type", &about.category),
            ("brand", &about.brand),
            ("link", &about.link),
            ("image_link", &about.image),
        ];
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            out.insert(name.into(), text.as_str().into());
        }
    }
    Value::Object(out)
}

/// The multiplier of a granting campaign, from the id that tells it.
fn grant(item: &Item) -> Value {
    let mut parts = item.id.trim_start_matches(MULTIPLIER).split(BETWEEN);
    let mut next = || parts.next().unwrap_or_default();
    let (id, lambda, until) = (next(), next(), next());
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    json!({ "id": id, "lambda_ppm": number(lambda), "lambda_until": number(until) })
}

/// What the JSON form says of itself, without a look at a pack, and how many items name what, as [`read`](crate::catalog::overlay_file::read) counts; `None` for
/// what is no overlay.
pub fn read_json(json: &Value) -> Option<(Head<'_>, [usize; 7])> {
    let list = |name: &str| json[name].as_array().map_or(&[][..], Vec::as_slice);
    let (rows, items, grants) = (list("rows"), list("items"), list("grants"));
    if [&json["rows"], &json["items"], &json["grants"]].iter().all(|list| !list.is_array()) {
        return None;
    }
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    let number = |name: &str| json[name].as_u64().unwrap_or_default();
    let head = Head {
        shop: text("shop"),
        market: text("market"),
        base: text("base"),
        placed: !text("base").is_empty(),
        sequence: number("sequence"),
        since: number("since"),
        issued: json["issued"].as_f64().and_then(Millis::from_f64),
        max_age: number("max_age") as u32,
        full: json["full"] == true,
    };
    let mut said = [0, 0, 0, 0, 0, 0, grants.len()];
    let mut count = |one: &Value, n: usize, names: [&str; 2]| {
        let says = [
            one.get(names[0]).is_some(),
            one.get(names[1]).is_some(),
            one["availability"].is_string(),
            one["hidden"] == true,
            true,
            !one["title"].is_null(),
        ];
        said.iter_mut().zip(says).for_each(|(total, says)| *total += if says { n } else { 0 });
    };
    for block in rows {
        count(block, block["places"].as_array().map_or(0, Vec::len), ["price_minor", "sale_price_minor"]);
    }
    for item in items {
        count(item, 1, ["price", "sale_price"]);
    }
    Some((head, said))
}

/// What the number of an overlay in JSON counts for where it is signed, its shop and market; `None` for what is no overlay.
///
/// # Errors
///
/// `bad_overlay` where it does not say them.
pub fn subject_of(path: &Path, file: &[u8]) -> Result<Option<String>> {
    let json = serde_json::from_slice(file).unwrap_or_default();
    let Some((Head { shop, market, .. }, _)) = read_json(&json) else { return Ok(None) };
    if shop.is_empty() || market.is_empty() {
        let what = "an overlay that is signed has to say its \"shop\" and its \"market\"";
        return Err(Error::new(Code::BadOverlay, format!("{}: {what}.", path.display())));
    }
    Ok(Some(format!("{shop}/{market}")))
}
