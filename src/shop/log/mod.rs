//! Reading the log: rows become visits in a canonical order, whatever the order and the format of the files.

mod access;
mod agent;
pub(crate) mod detect;
mod ga4;
pub(crate) mod id;
mod json;
mod path;
mod segment;
pub(crate) mod settings;
mod shopify;
pub(crate) mod sink;
pub(super) mod table;
pub(super) mod time;
pub(crate) mod visits;

pub(crate) use access::LINK;
pub use detect::Format;
pub use time::Unit;

use super::catalog::KeyColumn;
use super::config::ShopConfig;
use super::rejects::Rejects;
use super::{Progress, Result, source};
use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error};
use crate::event::EventKind;
use id::Matcher;
use settings::LogSettings;
use sink::{Raw, Sink};
use std::path::{Path, PathBuf};

/// A shop's visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// Sorted by (start, id).
    pub sessions: Vec<Session>,
    /// Distinct shoppers: users, or visits where there are none.
    pub shoppers: u32,
    /// True when the log has user ids.
    pub has_users: bool,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The log's id for it, or one made of the user and a number.
    pub id: String,
    /// Whose it is, by number.
    pub shopper: u32,
    /// In order of time; ties in the order of the file, or as the format says.
    pub steps: Vec<LogStep>,
}

impl Session {
    /// Time of the first step, in milliseconds.
    pub fn start(&self) -> i64 {
        self.steps.first().map_or(0, |s| s.at)
    }
}

/// One step of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogStep {
    /// Product, by number.
    pub product: u32,
    /// Milliseconds since 1970 UTC, or whatever the log counts.
    pub at: i64,
    /// What happened.
    pub kind: EventKind,
}

pub(super) struct LogRead {
    pub(super) log: Log,
    pub(super) products: Vec<ProductDraft>,
    pub(super) unmatched: Vec<(String, u64)>,
    pub(super) copies: u64,
}

/// The files of a log, which are all of one format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFiles {
    pub(crate) format: Format,
    /// In order of their names.
    pub(crate) paths: Vec<PathBuf>,
}

impl LogFiles {
    /// Finds out what these files are; folders stand for the files in them.
    ///
    /// # Errors
    ///
    /// `io`, `bad_table` when a file of several is no log, `bad_config` when they are of several formats.
    pub(crate) fn of(given: &[PathBuf], settings: &LogSettings) -> Result<LogFiles> {
        let mut paths = Vec::new();
        for path in given {
            match path.is_dir() {
                true => paths.extend(super::files_in(path)?),
                false => paths.push(path.clone()),
            }
        }
        paths.sort();
        paths.dedup();
        let daily: Vec<String> = paths.iter().map(|p| source::name(p)).collect();
        // GA4's table of the day is complete once it is there; what was streamed of that day is then a part of it.
        let is_streamed_twice = |name: &str| {
            let whole = name.replacen("events_intraday_", "events_", 1);
            whole != name && daily.contains(&whole)
        };
        paths.retain(|p| !is_streamed_twice(&source::name(p)));
        if paths.len() > 1 {
            // A day on which nothing was written.
            paths.retain(|p| p.metadata().map_or(true, |m| m.len() > 0));
        }
        if paths.is_empty() {
            let names: Vec<String> = given.iter().map(|p| p.display().to_string()).collect();
            return Err(Error::new(Code::EmptyLog, format!("{} has no file to read.", names.join(", "))));
        }
        if let Some(format) = settings.format {
            return Ok(LogFiles { format, paths });
        }
        let mut found: Option<(Format, &Path)> = None;
        for path in &paths {
            let format = match detect::detect(path)? {
                Some(format) => format,
                // A file that is meant to be the log is read as a table, which then says what it lacks.
                None if paths.len() == 1 => Format::Table,
                None => {
                    let detail = format!("{} is of no known format.", path.display());
                    return Err(Error::new(Code::BadTable, detail));
                }
            };
            match found {
                Some((other, first)) if other != format => {
                    let detail = format!(
                        "{} ({}) and {} ({}) are not one log: name the files of one format in shop.toml, [log] files.",
                        first.display(),
                        other.title(),
                        path.display(),
                        format.title()
                    );
                    return Err(Error::new(Code::BadConfig, detail));
                }
                _ => found = Some((format, path)),
            }
        }
        let format = found.map_or(Format::Table, |(format, _)| format);
        Ok(LogFiles { format, paths })
    }
}

/// A moment as a log or a catalogue writes it, in milliseconds since 1970.
pub(super) fn moment(text: &str, zone_minutes: i32) -> Option<i64> {
    time::parse(text, zone_minutes).map(|t| t.at)
}

/// Reads all that the files say.
pub(super) fn read_raw(
    files: &LogFiles,
    config: &ShopConfig,
    settings: &LogSettings,
    products: &[ProductDraft],
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<Raw> {
    let mut sink = Sink::new(settings);
    let stage = match files.paths.as_slice() {
        [one] => format!("reading {}", source::name(one)),
        many => format!("reading {} files", many.len()),
    };
    progress.stage(&stage, source::bytes(files.paths.iter().map(PathBuf::as_path)));
    let (mut rows, mut orders) = (0, shopify::Orders::default());
    let pages = (files.format == Format::AccessLog).then(|| access::Pages::new(products));
    for path in &files.paths {
        match (files.format, &pages) {
            (Format::Ga4, _) => ga4::read(path, &mut sink, rejects, progress)?,
            (Format::Segment, _) => segment::read(path, &mut sink, rejects, progress)?,
            (Format::Shopify, _) => orders.read(path, &mut sink, rejects, progress)?,
            (Format::AccessLog, Some(pages)) => pages.read(path, &mut sink, rejects, progress)?,
            _ => table::read(path, config, &mut rows, &mut sink, rejects, progress)?,
        }
    }
    orders.finish(&mut sink, rejects);
    let (raw, field) = (sink.raw, settings.mapping.id.field.as_str());
    if !field.is_empty() && raw.fields_of(field).is_empty() {
        let detail = format!("[log.id]: the log has no field \"{field}\"; it has {}.", raw.fields.join(", "));
        return Err(Error::new(Code::BadConfig, detail));
    }
    Ok(raw)
}

/// Reads a log. With a catalogue, ids it does not have are counted as unmatched and left out.
pub(super) fn read(
    files: &LogFiles,
    config: &ShopConfig,
    products: Vec<ProductDraft>,
    columns: &[KeyColumn],
    has_catalog: bool,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<LogRead> {
    let settings = config.log()?;
    let raw = read_raw(files, config, &settings, &products, rejects, progress)?;
    let field = settings.mapping.id.field.as_str();
    let matched =
        has_catalog.then(|| visits::matched(&raw, &Matcher::new(&products, columns, &settings.mapping), field));
    let read = visits::canonical(&raw, products, matched.as_deref(), field);
    read.check(files)?;
    Ok(read)
}

impl LogRead {
    /// Refuses a log that says nothing.
    ///
    /// # Errors
    ///
    /// `empty_log`.
    pub(super) fn check(&self, files: &LogFiles) -> Result<()> {
        if self.log.sessions.is_empty() && self.unmatched.is_empty() {
            let names: Vec<String> = files.paths.iter().map(|p| p.display().to_string()).take(3).collect();
            return Err(Error::new(Code::EmptyLog, format!("{} has no usable row.", names.join(", "))));
        }
        Ok(())
    }
}
