//! Where every reader puts what it finds: who, when, what happened, to which item.

use super::super::rejects::Out;
use super::settings::LogSettings;
use super::time::{self, Time, Unit};
use crate::event::EventKind;
use crate::time::DAY;
use std::collections::{BTreeMap, HashMap};

/// Names numbered as they come; the empty name is number 0.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    of: HashMap<String, u32>,
    pub(crate) names: Vec<String>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { of: HashMap::from([(String::new(), 0)]), names: vec![String::new()] }
    }
}

impl Numbers {
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.of.get(name) {
            return *n;
        }
        let n = self.names.len() as u32;
        self.of.insert(name.to_string(), n);
        self.names.push(name.to_string());
        n
    }
}

/// A step as it stands in the log, before it is known which product is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawStep {
    pub(crate) at: i64,
    /// Orders steps of one millisecond.
    pub(crate) order: u64,
    /// Equal for two records of one event of one shopper; 0 where a log does not tell.
    pub(crate) copy: u64,
    pub(crate) item: u32,
    /// 0 where the log has no visits.
    pub(crate) session: u32,
    /// Who is signed in; 0 for nobody.
    pub(crate) account: u32,
    /// Which browser or device; 0 where the log does not tell.
    pub(crate) device: u32,
    /// Place among the items of one event.
    pub(crate) place: u16,
    pub(crate) kind: EventKind,
}

/// One event, as a reader found it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Event<'a> {
    pub(super) session: &'a str,
    pub(super) account: &'a str,
    pub(super) device: &'a str,
    pub(super) order: u64,
}

/// A field of one item: its number among the fields, and what it holds.
pub(super) type ItemField<'a> = (usize, &'a str);

/// Filled fields of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) filled: u64,
    pub(crate) of: u64,
}

/// Everything a log said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Raw {
    pub(crate) steps: Vec<RawStep>,
    /// An item is its fields: for each that is filled the field's number, its text, and a separator.
    pub(crate) items: Numbers,
    pub(crate) sessions: Numbers,
    pub(crate) accounts: Numbers,
    pub(crate) devices: Numbers,
    /// Names of an item's fields.
    pub(crate) fields: Vec<String>,
    /// Those that name the item, the first filled one first.
    pub(crate) defaults: Vec<usize>,
    /// True when the log tells shoppers apart.
    pub(crate) has_users: bool,
    /// Events by the log's own names, with what they were taken for.
    pub(crate) events: BTreeMap<String, (u64, Option<EventKind>)>,
    pub(crate) units: BTreeMap<Unit, u64>,
    /// How often each field was filled in rows that should have it.
    pub(crate) filled: BTreeMap<String, Filled>,
}

/// Ends a field in an item's key; no log has it in an id.
const END: char = '\u{1F}';

/// Event names kept apart; a log with more has random ones.
const NAMES: usize = 1000;

impl Raw {
    /// An item's fields.
    pub(crate) fn item(&self, item: u32) -> impl Iterator<Item = (usize, &str)> + Clone {
        let key = self.items.names.get(item as usize).map_or("", String::as_str);
        key.split_terminator(END).filter_map(|f| {
            let mut chars = f.chars();
            let number = chars.next()? as usize;
            Some((number.checked_sub('A' as usize)?, chars.as_str()))
        })
    }

    /// The ids of an item, in the order in which they count.
    pub(crate) fn ids<'a>(&'a self, item: u32, fields: &'a [usize]) -> impl Iterator<Item = &'a str> + Clone {
        fields.iter().filter_map(move |f| self.item(item).find(|(n, _)| n == f).map(|(_, text)| text))
    }

    /// The fields that name an item under a rule.
    pub(crate) fn fields_of(&self, field: &str) -> Vec<usize> {
        if field.is_empty() {
            return self.defaults.clone();
        }
        self.fields.iter().position(|f| f.eq_ignore_ascii_case(field)).into_iter().collect()
    }
}

/// Takes what readers find.
pub(super) struct Sink<'a> {
    pub(super) settings: &'a LogSettings,
    pub(super) raw: Raw,
    /// The fields under the shop's rule.
    named_by: Vec<usize>,
    key: String,
}

impl<'a> Sink<'a> {
    pub(super) fn new(settings: &'a LogSettings) -> Sink<'a> {
        Sink { settings, raw: Raw::default(), named_by: Vec::new(), key: String::new() }
    }

    /// Says which fields an item of this file has, and which of them name it by default. Gives their numbers.
    pub(super) fn fields(&mut self, names: &[&str], defaults: usize) -> Vec<usize> {
        let mut numbers = Vec::with_capacity(names.len());
        for name in names {
            let known = self.raw.fields.iter().position(|f| f == name);
            numbers.push(known.unwrap_or_else(|| {
                self.raw.fields.push((*name).to_string());
                self.raw.fields.len() - 1
            }));
        }
        for n in numbers.iter().take(defaults) {
            if !self.raw.defaults.contains(n) {
                self.raw.defaults.push(*n);
            }
        }
        self.named_by = self.raw.fields_of(&self.settings.mapping.id.field);
        numbers
    }

    /// Reads a time and remembers how it was written.
    pub(super) fn time(&mut self, text: &str) -> Result<Time, Out> {
        let days = self.settings.days_since.and_then(|from| Some((from, text.trim().parse::<i64>().ok()?)));
        let time = match days {
            Some((from, days)) => {
                let at =
                    days.checked_mul(DAY).and_then(|ms| ms.checked_add(from)).ok_or("a timestamp that is no time")?;
                Time { at, micros: 0, unit: Unit::Text }
            }
            None => time::parse(text.trim(), self.settings.zone_minutes).ok_or("a timestamp that is no time")?,
        };
        *self.raw.units.entry(time.unit).or_default() += 1;
        Ok(time)
    }

    /// What a row without an event is.
    pub(super) fn unnamed(&self) -> EventKind {
        self.settings.event.unwrap_or(EventKind::ViewItem)
    }

    /// What an event's name means: the shop's own word for it first, then the format's. `None` for one nobody knows.
    pub(super) fn kind(&mut self, name: &str, known: Option<EventKind>) -> Option<EventKind> {
        let folded = name.trim().to_lowercase();
        let kind = self.settings.events.get(&folded).map_or(known, |own| *own);
        if let Some((n, _)) = self.raw.events.get_mut(name) {
            *n += 1;
            return kind;
        }
        let (name, kind_of_all) = if self.raw.events.len() < NAMES { (name, kind) } else { ("(others)", None) };
        self.raw.events.entry(name.to_string()).or_insert((0, kind_of_all)).0 += 1;
        kind
    }

    /// True when the shop's settings say what this event is, even if it is none of ours.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.settings.events.contains_key(&name.trim().to_lowercase())
    }

    /// Remembers whether a field was filled.
    pub(super) fn note(&mut self, field: &str, is_filled: bool) {
        let note = match self.raw.filled.get_mut(field) {
            Some(note) => note,
            None => self.raw.filled.entry(field.to_string()).or_default(),
        };
        note.filled += u64::from(is_filled);
        note.of += 1;
    }

    /// True when one of the fields that name an item is filled.
    pub(super) fn is_item(&self, fields: &[ItemField<'_>]) -> bool {
        fields.iter().any(|(n, text)| self.named_by.contains(n) && !text.is_empty())
    }

    /// Takes a step. `copy` is equal for two records of the same event and item of one shopper, or 0.
    pub(super) fn step(
        &mut self,
        e: &Event<'_>,
        at: i64,
        kind: EventKind,
        place: usize,
        copy: u64,
        fields: &[ItemField<'_>],
    ) {
        self.key.clear();
        for (n, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            self.key.push(char::from_u32('A' as u32 + *n as u32).unwrap_or('A'));
            self.key.extend(text.chars().filter(|c| *c != END));
            self.key.push(END);
        }
        let raw = &mut self.raw;
        let step = RawStep {
            at,
            order: e.order,
            copy,
            item: raw.items.number(&self.key),
            session: raw.sessions.number(e.session),
            account: raw.accounts.number(e.account),
            device: raw.devices.number(e.device),
            place: u16::try_from(place).unwrap_or(u16::MAX),
            kind,
        };
        raw.has_users |= step.account != 0 || step.device != 0;
        raw.steps.push(step);
    }
}

/// One text of several, for what two records of one event have in common.
pub(super) fn copy_key(parts: &[&str]) -> u64 {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
        text.push(END);
    }
    // 0 is kept for "unknown".
    crate::id::hash(11, text.as_bytes()).max(1)
}

/// A person as a log without names needs one: the same text gives the same key, and the key does not show the text.
pub(super) fn opaque(text: &str) -> String {
    format!("{:016x}", crate::id::hash(12, text.as_bytes()))
}
