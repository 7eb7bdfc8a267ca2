//! A schema with names: from a pack or a file, and as the JSON that the collector keeps.

use super::schema::Grouping;
use super::{MetricSchema, ReportSchema, words};
use crate::catalog::Catalog;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::pack::{MAGIC, Pack, Tag};
use crate::privacy::ledger::Metric;
use crate::privacy::noise::{Epsilon, Mechanism};
use crate::profile::ProfileConfig;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The first field of a schema's file, but for the number of its encoding.
const SCHEMA_FORMAT: &str = "nearshelf-report-schema/";

/// A schema and the names of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSchema {
    /// The schema.
    pub schema: ReportSchema,
    labels: BTreeMap<(Metric, Key), String>,
}

impl NamedSchema {
    /// A schema with the names that `label` knows; a key without one is shown as its number. Bands, stages and outcomes are named in English.
    pub fn new(schema: ReportSchema, label: impl Fn(Key) -> Option<String>) -> NamedSchema {
        NamedSchema::told(schema, "en", label)
    }

    /// The same, with what has a word of ours in a language.
    pub fn told(schema: ReportSchema, language: &str, label: impl Fn(Key) -> Option<String>) -> NamedSchema {
        let mut labels = BTreeMap::new();
        for m in schema.metrics() {
            for key in m.domain() {
                let own = words::label(m.metric(), *key, schema.grouping(), language);
                if let Some(name) = own.or_else(|| label(*key)) {
                    labels.insert((m.metric(), *key), name);
                }
            }
        }
        NamedSchema { schema, labels }
    }

    /// The schema of a catalogue's pack, named in the catalogue's language.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the pack asks for no reports, or its schema cannot be read.
    pub fn of_pack(catalog: &Catalog) -> Result<NamedSchema> {
        let missing = || Error::new(Code::PackMalformed, "the pack asks for no private reports.");
        let section = catalog.pack().section(Tag::REPORT, 0).ok_or_else(missing)?;
        let config = catalog.pack().section(Tag::CONFIG, 0).map(ProfileConfig::read).transpose();
        let channels = config.ok().flatten().unwrap_or_default().channels;
        let label = |k| {
            let category = catalog.category_of_key(k).map(|c| catalog.category_label(c).to_string());
            category.or_else(|| channels.iter().find(|c| Key::channel(c) == k).cloned())
        };
        Ok(NamedSchema::told(ReportSchema::decode(section)?, catalog.language(), label))
    }

    /// The schema in a file: a pack, JSON as [`json`](NamedSchema::json) writes it, or a pack section's bytes.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when it is neither, was changed by hand, or its noise is weaker than its ε.
    pub fn read(bytes: &[u8]) -> Result<NamedSchema> {
        let bad = |what: String| Error::new(Code::PackMalformed, what);
        if bytes.starts_with(&MAGIC) {
            return NamedSchema::of_pack(&Catalog::open(Pack::open(bytes.to_vec())?)?);
        }
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Ok(NamedSchema::new(ReportSchema::decode(bytes)?, |_| None));
        }
        let file: Value = serde_json::from_slice(bytes).map_err(|e| bad(format!("the report schema: {e}.")))?;
        let format = file["format"].as_str().and_then(|f| f.strip_prefix(SCHEMA_FORMAT)?.parse::<u16>().ok());
        let Some(format @ 1..=2) = format else {
            return Err(bad(format!("the report schema's format is {}, not {SCHEMA_FORMAT}1 or 2.", file["format"])));
        };
        let field = |name: &str| bad(format!("the report schema's {name} is missing or out of range."));
        let epsilon = whole(&file["epsilon_millionths"], u32::MAX).and_then(Epsilon::from_millionths);
        let epsilon = epsilon.ok_or_else(|| field("epsilon_millionths"))?;
        let mut labels = BTreeMap::new();
        let mut parts = Vec::new();
        for m in file["metrics"].as_array().ok_or_else(|| field("metrics"))? {
            let metric = m["metric"].as_str().and_then(Metric::named).ok_or_else(|| field("metric"))?;
            let weight = whole(&m["weight"], u32::from(u16::MAX)).ok_or_else(|| field("weight"))? as u16;
            let mut mechanisms = [Mechanism::KaryResponse, Mechanism::UnaryEncoding].into_iter();
            let mechanism = mechanisms.find(|x| m["mechanism"] == x.code()).ok_or_else(|| field("mechanism"))?;
            let other = whole(&m["other"], u32::MAX).ok_or_else(|| field("other"))?;
            let mut domain = Vec::new();
            for entry in m["domain"].as_array().ok_or_else(|| field("domain"))? {
                let key = key_of(&entry["key"]).ok_or_else(|| field("key"))?;
                if let Some(label) = entry["label"].as_str() {
                    labels.insert((metric, key), label.to_string());
                }
                domain.push(key);
            }
            parts.push((metric, weight, mechanism, other, domain));
        }
        let grouping = if format > 1 { grouping(&file).ok_or_else(|| field("groups"))? } else { Grouping::default() };
        let schema = ReportSchema::from_parts(format, epsilon, parts, grouping)?;
        if whole(&file["version"], u32::MAX) != Some(schema.version()) {
            return Err(bad(format!("the report schema says version {}, not {}.", file["version"], schema.version())));
        }
        Ok(NamedSchema { schema, labels })
    }

    /// The schema as JSON, for the collector: public, as the pack it comes from.
    pub fn json(&self) -> Value {
        let of = self.schema.grouping();
        let metrics: Vec<Value> = self.schema.metrics().iter().map(|m| self.metric(m)).collect();
        let format = format!("{SCHEMA_FORMAT}{}", self.schema.format());
        let mut file = json!({ "format": format, "version": self.schema.version(),
                               "epsilon_millionths": self.schema.epsilon().millionths(), "metrics": metrics });
        if self.schema.format() > 1 {
            let members = of.members.iter().map(|(k, group)| json!({ "key": key_text(*k), "group": group }));
            file["mode"] = "local".into();
            file["currency"] = of.currency.as_str().into();
            file["exponent"] = of.exponent.into();
            file["families"] = of.families.into();
            file["groups"] = of.groups.clone().into();
            file["members"] = members.collect();
        }
        file
    }

    fn metric(&self, m: &MetricSchema) -> Value {
        let entry = |k: &Key| {
            let mut entry = Map::from_iter([
                ("key".into(), key_text(*k).into()),
                ("label".into(), self.label(m.metric(), *k).into()),
            ]);
            if self.schema.format() > 1 {
                let grouping = self.schema.grouping();
                let known = words::meaning(m.metric(), *k, grouping);
                let group = known.group.and_then(|g| grouping.groups.get(g));
                known.code.map(|code| entry.insert("code".into(), code.into()));
                group.map(|group| entry.insert("group".into(), group.as_str().into()));
                known.from.map(|from| entry.insert("from".into(), from.into()));
            }
            Value::Object(entry)
        };
        let domain: Vec<Value> = m.domain().iter().map(entry).collect();
        json!({ "metric": m.metric().code(), "weight": m.weight(), "mechanism": m.noise().mechanism().code(),
                "other": m.noise().other(), "domain": domain })
    }

    fn label(&self, metric: Metric, key: Key) -> String {
        self.labels.get(&(metric, key)).cloned().unwrap_or_else(|| key_text(key))
    }

    /// The key's text and name of a metric's symbol; `none` twice for symbol 0.
    pub fn names(&self, metric: Metric, symbol: usize) -> (String, String) {
        let domain = self.schema.metrics().iter().find(|m| m.metric() == metric).map_or(&[][..], |m| m.domain());
        let key = symbol.checked_sub(1).and_then(|i| domain.get(i));
        key.map_or(("none".into(), "none".into()), |k| (key_text(*k), self.label(metric, *k)))
    }
}

fn grouping(file: &Value) -> Option<Grouping> {
    let text = |v: &Value| v.as_str().map(String::from);
    let member = |m: &Value| Some((key_of(&m["key"])?, whole(&m["group"], 255)? as u8));
    (file["mode"] == "local").then_some(())?;
    Some(Grouping {
        currency: text(&file["currency"])?,
        exponent: whole(&file["exponent"], 255)? as u8,
        groups: file["groups"].as_array()?.iter().map(text).collect::<Option<_>>()?,
        families: whole(&file["families"], 255)? as usize,
        members: file["members"].as_array()?.iter().map(member).collect::<Option<_>>()?,
    })
}

/// A whole number from 0 to `most`, however JSON writes it.
pub(super) fn whole(v: &Value, most: u32) -> Option<u32> {
    // Doubles hold all numbers below 2^53, so nothing is rounded into the range.
    v.as_f64().filter(|v| (0.0..=f64::from(most)).contains(v) && v.fract() == 0.0).map(|v| v as u32)
}

/// Exactly `N` bytes from lower-case hexadecimal digits.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || text.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; N];
    for (i, b) in out.iter_mut().enumerate() {
        *b = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}

fn key_of(text: &Value) -> Option<Key> {
    text.as_str().and_then(unhex::<8>).map(|k| Key(u64::from_be_bytes(k)))
}

/// A key in 16 digits, the form that JSON numbers cannot hold.
fn key_text(key: Key) -> String {
    format!("{:016x}", key.0)
}
