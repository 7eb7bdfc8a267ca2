//! `content.jsonl`: what stands on a shelf and is no product; `[content]` and `[activity]`.

use super::log::time;
use super::rejects::{Out, Part, Rejects};
use super::{source, text_of};
use crate::catalog::PATH_SEPARATOR;
use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error, Result};
use crate::time::DAY;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Kinds of content, as they are written and as they are called.
const KINDS: [(&str, &str); 5] = [
    ("article", "article"),
    ("short_video", "short_video"),
    ("live_stream", LIVE),
    ("live", LIVE),
    ("review", "review"),
];
const LIVE: &str = "live_stream";
/// Most lines of a file that become content.
const MOST: usize = 2_000;

/// A card: a piece of content or an activity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CardDraft {
    /// Names it.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// How it speaks: `humour`, `professional`, `warm`, or what the shop calls it.
    pub style: String,
    /// One a language; may be empty.
    pub titles: Vec<String>,
    /// When it is published or begins.
    pub start: Option<i64>,
    /// First instant after it.
    pub end: Option<i64>,
    /// First instant at which it is listed.
    pub shown: Option<i64>,
    /// Category paths of the first language.
    pub topics: Vec<String>,
    /// Brands.
    pub brands: Vec<String>,
    /// Product ids.
    pub products: Vec<String>,
}

/// How long before they begin cards are listed, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardSettings {
    /// A live stream.
    pub ahead: i64,
    /// An activity.
    pub soon: i64,
}

/// `[content]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContentSection {
    ahead_days: Option<f64>,
}

/// `[activity]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ActivitySection {
    soon_days: Option<f64>,
}

/// The settings, with the shipped ones where a shop is silent.
pub(super) fn settings(
    (content, activity): (&ContentSection, &ActivitySection),
    shipped: (&ContentSection, &ActivitySection),
) -> Result<CardSettings> {
    let days = |name: &str, own: Option<f64>, shipped: Option<f64>| {
        let v = own.or(shipped).unwrap_or(f64::NAN);
        let bad = || Error::new(Code::BadConfig, format!("{name} = {v} is not between 0 and 366."));
        if (0.0..=366.0).contains(&v) { Ok(libm::round(v * DAY as f64) as i64) } else { Err(bad()) }
    };
    Ok(CardSettings {
        ahead: days("content: ahead_days", content.ahead_days, shipped.0.ahead_days)?,
        soon: days("activity: soon_days", activity.soon_days, shipped.1.soon_days)?,
    })
}

/// What the catalogue has: category paths with those above them, ids of products and variants, brands.
pub(super) struct Known<'a> {
    pub(super) paths: BTreeSet<&'a str>,
    /// Of what product each is.
    pub(super) ids: BTreeMap<&'a str, &'a str>,
    pub(super) brands: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    pub(super) fn of(products: &'a [ProductDraft]) -> Known<'a> {
        let mut paths = BTreeSet::new();
        let mut ids = BTreeMap::new();
        let brands = products.iter().map(|p| p.brand.as_str()).collect();
        for p in products {
            let mut path = p.categories.first().map_or("", String::as_str);
            while !path.is_empty() && paths.insert(path) {
                path = path.rsplit_once(PATH_SEPARATOR).map_or("", |(up, _)| up);
            }
            let others = p.variants.iter().map(|v| &v.id).chain(&p.aliases);
            for id in others {
                ids.entry(id.as_str()).or_insert(p.id.as_str());
            }
        }
        for p in products {
            ids.insert(p.id.as_str(), p.id.as_str());
        }
        Known { paths, ids, brands }
    }
}

/// Reads `content.jsonl`. Times without an offset are in the shop's zone; `ahead` is how long before it begins a live stream is listed.
///
/// # Errors
///
/// `io`. A line that is no content is counted among `rejects`.
pub(super) fn read(
    path: &Path,
    known: &Known<'_>,
    languages: &[String],
    zone_minutes: i32,
    ahead: i64,
    rejects: &mut Rejects,
) -> Result<Vec<CardDraft>> {
    let text = text_of(path)?;
    rejects.open(Part::Content, &source::name(path), "JSON lines");
    let mut cards: Vec<CardDraft> = Vec::new();
    let mut ids = BTreeSet::new();
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        rejects.count_row();
        let card = serde_json::from_str(row).map_err(|_| "not JSON").and_then(|v: Value| {
            let card = card(&v, languages, zone_minutes, ahead)?;
            if cards.len() >= MOST {
                return Err("more content than a pack holds");
            }
            if ids.insert(card.id.clone()) { Ok(card) } else { Err("an id that was there before") }
        });
        match card {
            Ok(mut card) => {
                let named = card.topics.len() + card.products.len();
                card.topics.retain(|t| known.paths.contains(t.as_str()));
                card.products.retain(|p| known.ids.contains_key(p.as_str()));
                if card.topics.len() + card.products.len() < named {
                    rejects.out(
                        line,
                        Out::Ignored("topics or products that the catalogue does not have (the rest counts)"),
                        row,
                    );
                }
                cards.push(card);
            }
            Err(reason) => rejects.out(line, Out::Rejected(reason), row),
        }
    }
    // Newest first, ties by id.
    cards.sort_by(|a, b| b.start.cmp(&a.start).then_with(|| a.id.cmp(&b.id)));
    Ok(cards)
}

fn card(
    v: &Value,
    languages: &[String],
    zone_minutes: i32,
    ahead: i64,
) -> std::result::Result<CardDraft, &'static str> {
    let text = |key: &str| v[key].as_str().unwrap_or("").trim().to_string();
    let id = v["id"].as_i64().map_or_else(|| text("id"), |n| n.to_string());
    if id.is_empty() {
        return Err("no id");
    }
    let titles: Vec<String> = languages.iter().enumerate().map(|(i, l)| name(v, "title", i, l)).collect();
    if titles.iter().all(String::is_empty) {
        return Err("no title");
    }
    let kind = KINDS.iter().find(|(known, _)| *known == text("kind")).ok_or("a kind that is not known")?.1;
    let at = time::parse(&text("published"), zone_minutes).ok_or("published is no date")?.at;
    let ahead = if kind == LIVE { ahead } else { 0 };
    Ok(CardDraft {
        id,
        kind: kind.into(),
        style: text("style"),
        titles,
        start: Some(at),
        shown: Some(at - ahead),
        topics: list(v, "topics")?,
        brands: list(v, "brands")?,
        products: list(v, "products")?,
        ..CardDraft::default()
    })
}

/// A list of names, which may be written as whole numbers; empty where there is none.
pub(super) fn list(v: &Value, key: &str) -> std::result::Result<Vec<String>, &'static str> {
    let one = |x: &Value| x.as_str().map(str::to_string).or(x.as_i64().map(|n| n.to_string()));
    let all = match &v[key] {
        Value::Null => Some(Vec::new()),
        Value::Array(all) => all.iter().map(one).collect(),
        _ => None,
    };
    all.ok_or("topics, categories, brands, products or for that is no list of texts")
}

/// `title_zh` for `zh-CN`; the first language and English also take `title`.
pub(super) fn name(v: &Value, key: &str, place: usize, language: &str) -> String {
    let primary = language.split('-').next().unwrap_or(language);
    let own = v[format!("{key}_{primary}")].as_str();
    let plain = if place == 0 || primary == "en" { v[key].as_str() } else { None };
    own.or(plain).unwrap_or("").trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_content_or_says_why_not() {
        let languages = ["en".to_string(), "zh-CN".to_string()];
        let of = |row: &str| card(&serde_json::from_str(row).expect(row), &languages, 480, DAY);
        let live = of(
            r#"{"id": 7, "kind": "live", "title": "T", "title_zh": "题", "published": "2026-01-02", "topics": ["A"]}"#,
        );
        let live = live.expect("a live stream");
        assert_eq!((live.id.as_str(), live.kind.as_str(), live.titles.len()), ("7", "live_stream", 2));
        assert_eq!(live.start, live.shown.map(|s| s + DAY));
        assert_eq!(live.start.map(|s| s.rem_euclid(DAY)), Some(16 * 3_600_000), "midnight of the shop's zone");
        for (row, why) in [
            (r#"{"kind": "article", "title": "T", "published": "2026-01-02"}"#, "no id"),
            (r#"{"id": "a", "kind": "article", "published": "2026-01-02"}"#, "no title"),
            (r#"{"id": "a", "kind": "poem", "title": "T", "published": "2026-01-02"}"#, "a kind that is not known"),
            (r#"{"id": "a", "kind": "review", "title": "T", "published": "soon"}"#, "published is no date"),
        ] {
            assert_eq!(of(row), Err(why));
        }
        assert!(
            of(r#"{"id": "a", "kind": "review", "title": "T", "published": "2026-01-02", "topics": "A"}"#).is_err()
        );
    }
}
