//! The log's part of `shop.toml`.

use super::detect::Format;
use super::id::{IdRule, Mapping};
use super::path::Pattern;
use super::time::{self, Unit};
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// `[log]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogSection {
    /// Read the files as this format, instead of looking.
    pub(crate) format: Option<Format>,
    /// Files or folders beside `shop.toml`, instead of looking.
    pub(crate) files: OneOrMany,
    /// Addresses of product pages in an access log.
    pub(crate) product_paths: Option<Vec<String>>,
    /// The shop's own event names → GA4's, or `ignore`.
    pub(crate) events: BTreeMap<String, String>,
    /// What a table's row without an event is; `view_item` where this says nothing.
    pub(crate) event: Option<String>,
    /// Whole numbers of a time count days since this date.
    pub(crate) days_since: Option<String>,
    /// How an id of the log is changed before it is compared.
    pub(crate) id: IdRule,
    /// How an id of the catalogue is.
    pub(crate) catalog: IdRule,
}

/// A text, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> OneOrMany {
        OneOrMany::Many(Vec::new())
    }
}

impl OneOrMany {
    pub(crate) fn list(&self) -> Vec<&str> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(list) => list.iter().map(String::as_str).collect(),
        }
    }
}

/// The same, ready for use.
#[derive(Debug, Clone, Default)]
pub(crate) struct LogSettings {
    pub(crate) format: Option<Format>,
    pub(crate) product_paths: Vec<Pattern>,
    /// By the name in lower case; `None` for one to ignore.
    pub(crate) events: HashMap<String, Option<EventKind>>,
    pub(crate) mapping: Mapping,
    pub(crate) zone_minutes: i32,
    /// What a table's row without an event is.
    pub(crate) event: Option<EventKind>,
    /// From where whole numbers count days.
    pub(crate) days_since: Option<i64>,
}

impl LogSection {
    /// Checks the section.
    ///
    /// # Errors
    ///
    /// `bad_config`.
    pub(crate) fn settings(&self, zone_minutes: i32) -> Result<LogSettings> {
        let bad = |what: String| Error::new(Code::BadConfig, what);
        self.id.check("log.id", true)?;
        self.catalog.check("log.catalog", false)?;
        let mut events = HashMap::new();
        for (name, of) in &self.events {
            let kind = EventKind::from_name(of);
            if kind.is_none() && of != "ignore" {
                return Err(bad(format!("[log.events]: \"{of}\" is neither an event of GA4 nor \"ignore\".")));
            }
            events.insert(name.trim().to_lowercase(), kind);
        }
        let product_paths = match &self.product_paths {
            Some(own) => own.iter().map(|p| Pattern::parse(p)).collect::<Result<Vec<_>>>()?,
            None => Pattern::usual(),
        };
        let event = self.event.as_ref().map(|name| match EventKind::from_name(name).filter(|k| k.is_step()) {
            Some(kind) => Ok(kind),
            None => Err(bad(format!("[log] event: \"{name}\" is no step of a shopper."))),
        });
        let days_since = self.days_since.as_ref().map(|date| match time::parse(date, zone_minutes) {
            Some(t) if t.unit == Unit::Text => Ok(t.at),
            _ => Err(bad(format!("[log] days_since: \"{date}\" is no date."))),
        });
        let mapping = Mapping { id: self.id.clone(), catalog: self.catalog.clone() };
        let (event, days_since) = (event.transpose()?, days_since.transpose()?);
        Ok(LogSettings { format: self.format, product_paths, events, mapping, zone_minutes, event, days_since })
    }
}
