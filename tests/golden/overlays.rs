//! Overlays of golden cases: files in hex, and the JSON form as JavaScript hands it over.

use super::text;
use nearshelf::codec::Writer;
use nearshelf::engine::Engine;
use nearshelf::time::Millis;
use serde_json::{Value, json};

/// Applies the bytes of a file in hex, or the JSON form in the bytes that cross for it; none without either.
pub(super) fn overlay(shelf: &mut Engine, now: Millis, step: &Value) -> Value {
    let hex = |h: &str| {
        (0..h.len() / 2).map(|i| u8::from_str_radix(&h[2 * i..2 * i + 2], 16).expect("hex")).collect::<Vec<u8>>()
    };
    let told = match &step["data"] {
        Value::Null => shelf.overlay(now, &hex(text(step, "hex")), true),
        data => shelf.overlay(now, &record(shelf, now, data), false),
    };
    let refused = told.err().map(|e| e.code().to_string());
    json!({ "overlayVersion": shelf.overlay_version(), "refused": refused })
}

/// Rows in columns by their places; `None` where JavaScript sees that one of them cannot be read.
fn rows(w: &mut Writer, blocks: &Value) -> Option<()> {
    const STOCK: [&str; 5] = ["out_of_stock", "in_stock", "preorder", "backorder", "not_sold"];
    let none = Vec::new();
    let blocks = if blocks.is_null() { &none } else { blocks.as_array()? };
    w.count(blocks.len());
    for block in blocks {
        let stock = match &block["availability"] {
            Value::Null => 7,
            word => STOCK.iter().position(|s| word == s)? as u8,
        };
        let hidden = match &block["hidden"] {
            Value::Null => 0,
            hidden => {
                if hidden.as_bool()? {
                    16
                } else {
                    8
                }
            }
        };
        let says = |name: &str, bit: u8| if block.get(name).is_some() { bit } else { 0 };
        w.u8(stock | hidden | says("price_minor", 32) | says("sale_price_minor", 64));
        for name in ["places", "price_minor", "sale_price_minor"] {
            let column = match &block[name] {
                Value::Null if name != "places" => &none,
                column => column.as_array().filter(|c| Some(c.len()) == block["places"].as_array().map(Vec::len))?,
            };
            let whole = |v: &Value| v.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n < u32::MAX);
            let numbers: Vec<u32> = column.iter().map(whole).collect::<Option<_>>()?;
            w.count(numbers.len());
            numbers.into_iter().for_each(|n| w.u32(n));
        }
    }
    Some(())
}

/// What the JavaScript makes of the JSON form (manual/overlay.md).
fn record(shelf: &Engine, now: Millis, data: &Value) -> Vec<u8> {
    const STOCK: [&str; 5] = ["out_of_stock", "in_stock", "preorder", "backorder", "not_sold"];
    let number = |key: &str| data[key].as_f64().unwrap_or(0.0);
    let mut w = Writer::new();
    w.str(text(data, "shop"));
    w.str(data["market"].as_str().unwrap_or(&shelf.catalog().market().code));
    let has_rows = !data["rows"].is_null();
    let base = text(data, "base");
    w.str(base);
    w.f64(number("sequence"));
    w.f64(number("since"));
    w.f64(data["issued"].as_f64().unwrap_or(now.to_f64()));
    w.u32(number("max_age") as u32);
    w.u8(u8::from(data["full"] == true));
    let none = Vec::new();
    let list = |key: &str| data[key].as_array().unwrap_or(&none);
    let rows = if base.is_empty() { (!has_rows).then_some(()) } else { rows(&mut w, &data["rows"]) };
    let multiplier = |g: &Value| {
        let id = format!("\u{1}{}\u{2}{}\u{2}{}", text(g, "id"), g["lambda_ppm"], g["lambda_until"]);
        json!({ "id": id })
    };
    let items: Vec<Value> = list("items").iter().cloned().chain(list("grants").iter().map(multiplier)).collect();
    w.count(items.len());
    for item in &items {
        let stock = item["availability"].as_str().map_or(7, |a| STOCK.iter().position(|s| *s == a).unwrap_or(5) as u8);
        let hidden = item["hidden"].as_bool().map_or(0, |h| if h { 16 } else { 8 });
        let said = |key: &str, bit: u8| if item.get(key).is_some() { bit } else { 0 };
        let price = |key: &str| match &item[key] {
            Value::String(s) => s.clone(),
            Value::Null => String::new(),
            number => number.to_string(),
        };
        let title = &item["title"];
        let (stock, hidden) = if title.is_null() {
            (stock, hidden)
        } else {
            (if stock == 7 { 1 } else { stock }, 128 | if hidden == 0 { 8 } else { hidden })
        };
        w.str(text(item, "id"));
        w.u8(stock | hidden | said("price", 32) | said("sale_price", 64));
        w.str(&price("price"));
        w.str(&price("sale_price"));
        if title.is_null() {
            continue;
        }
        ["product_type", "brand", "link", "image_link"].into_iter().for_each(|key| w.str(text(item, key)));
        let one = [(String::new(), title.clone())];
        let titles: Vec<(&String, &Value)> =
            title.as_object().map_or_else(|| one.iter().map(|(l, t)| (l, t)).collect(), |o| o.iter().collect());
        w.count(titles.len());
        for (language, title) in titles {
            w.str(language);
            w.str(title.as_str().unwrap_or(""));
        }
    }
    if rows.is_none() {
        w.u8(0);
    }
    w.finish()
}
