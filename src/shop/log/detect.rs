//! Which format a file is, told from what it holds.

use super::super::parquet;
use super::super::source;
use super::access;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// A format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// GA4's export to BigQuery, as JSON lines or Parquet.
    Ga4,
    /// Segment's calls, as JSON lines.
    Segment,
    /// Shopify's orders: the admin's CSV export, or JSON of the Admin API.
    Shopify,
    /// A web server's access log: common, combined or JSON lines.
    AccessLog,
    /// A row for each step: CSV, JSON lines or Parquet.
    Table,
}

impl Format {
    /// The word in `shop.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Ga4 => "ga4",
            Format::Segment => "segment",
            Format::Shopify => "shopify",
            Format::AccessLog => "access-log",
            Format::Table => "table",
        }
    }

    /// What a person calls it.
    pub fn title(self) -> &'static str {
        match self {
            Format::Ga4 => "GA4 export",
            Format::Segment => "Segment calls",
            Format::Shopify => "Shopify orders",
            Format::AccessLog => "access log",
            Format::Table => "table",
        }
    }
}

/// Columns that make a CSV file Shopify's export.
const SHOPIFY: [&str; 2] = ["Lineitem name", "Lineitem sku"];
/// Lines looked at.
const LINES: usize = 50;

/// The format of a file; `None` when nothing says so.
pub(crate) fn detect(path: &Path) -> Result<Option<Format>> {
    let head = source::head(path)?;
    if head.starts_with(parquet::MAGIC) {
        let leaves = parquet::leaves(path)?;
        let has = |name: &str| leaves.iter().any(|l| l.name == name);
        return Ok(Some(if has("event_name") && has("event_params.key") { Format::Ga4 } else { Format::Table }));
    }
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.starts_with(['{', '[']) {
        return Ok(of_json(text));
    }
    if let Some(format) = of_lines(text) {
        return Ok(Some(format));
    }
    let header = text.lines().next().unwrap_or_default();
    let columns: Vec<&str> = header.split(',').map(|c| c.trim().trim_matches('"')).collect();
    let has = |name: &str| columns.iter().any(|c| c.eq_ignore_ascii_case(name));
    if SHOPIFY.iter().any(|c| has(c)) && has("Name") {
        return Ok(Some(Format::Shopify));
    }
    let is_table = super::table::ITEM.iter().any(|c| has(c)) && super::table::TIME.iter().any(|c| has(c));
    Ok(is_table.then_some(Format::Table))
}

/// What most lines are, where they are records at all.
fn of_lines(text: &str) -> Option<Format> {
    let (mut votes, mut lines) = (BTreeMap::new(), 0);
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()).take(LINES) {
        lines += 1;
        let format = match serde_json::from_str(line) {
            Ok(Value::Object(object)) => of_object(&object),
            _ => access::Request::of_line(line).map(|_| Format::AccessLog),
        };
        if let Some(format) = format {
            *votes.entry(format).or_insert(0) += 1;
        }
    }
    votes.into_iter().max_by_key(|(_, n)| *n).filter(|(_, n)| n * 2 > lines).map(|(format, _)| format)
}

fn of_json(text: &str) -> Option<Format> {
    if let Some(format) = of_lines(text) {
        return Some(format);
    }
    if let Ok(document) = serde_json::from_str::<Value>(text) {
        let first = match &document {
            Value::Array(list) => list.first(),
            other => Some(other),
        };
        return first.and_then(Value::as_object).and_then(of_object);
    }
    // A document that is longer than what was read: its keys are all that can be seen.
    let has = |key: &str| text.contains(&format!("\"{key}\""));
    if has("line_items") || has("lineItems") {
        Some(Format::Shopify)
    } else if has("event_name") && has("event_timestamp") {
        Some(Format::Ga4)
    } else if has("messageId") && has("anonymousId") {
        Some(Format::Segment)
    } else {
        None
    }
}

fn of_object(o: &Map<String, Value>) -> Option<Format> {
    let has = |key: &str| o.contains_key(key);
    let text = |key: &str| o.get(key).and_then(Value::as_str).unwrap_or_default();
    if has("event_name") && (has("event_params") || has("user_pseudo_id") && has("event_timestamp")) {
        return Some(Format::Ga4);
    }
    let is_call = has("properties") || has("traits") || has("context");
    if (has("messageId") || has("anonymousId") || has("userId")) && (has("event") || has("type")) && is_call {
        return Some(Format::Segment);
    }
    let is_shopify = ["line_items", "lineItems", "__parentId", "orders"].iter().any(|k| has(k))
        || o.get("data").is_some_and(|d| d.get("orders").is_some())
        || text("id").starts_with("gid://shopify/Order/");
    if is_shopify {
        return Some(Format::Shopify);
    }
    if access::Request::of_object(o).is_some() {
        return Some(Format::AccessLog);
    }
    let has_any = |names: &[&str]| names.iter().any(|n| o.keys().any(|k| k.eq_ignore_ascii_case(n)));
    (has_any(super::table::ITEM) && has_any(super::table::TIME)).then_some(Format::Table)
}
