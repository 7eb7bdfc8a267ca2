//! A look at a shop's files before they are packed: what was read as what, what does not match, and the setting that would.

mod facts;
mod findings;
mod likely;
mod mapping;

pub use facts::{LogFacts, TimeFacts};
pub use findings::{Finding, Severity, number, percent};
pub use mapping::Proposal;

use super::catalog::{self, CatalogRead, Keep};
use super::config::ShopConfig;
use super::log::id::Mapping;
use super::log::settings::LogSettings;
use super::log::sink::Raw;
use super::log::{self, Format, LogFiles, visits};
use super::rejects::{Part, Rejects, Tally};
use super::{Progress, ShopFiles, offers};
use crate::error::Result;
use crate::time::Millis;
use mapping::Sides;
use serde::Serialize;

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnosis {
    /// Key of the shop.
    pub shop: String,
    /// What the log was read as.
    pub format: Option<Format>,
    /// True when there is a catalogue.
    pub has_catalog: bool,
    /// The rows of the catalogue and of the log, counted.
    pub parts: Vec<Tally>,
    /// Catalogue rows that repeat an id.
    pub duplicates: u64,
    /// How the log's ids fit the catalogue's; only with both.
    pub matching: Option<Matching>,
    /// How often each field was filled.
    pub fields: Vec<FieldFacts>,
    /// When the log happened.
    pub time: Option<TimeFacts>,
    /// Who did how much.
    pub log: Option<LogFacts>,
    /// What matters, the worst first.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// True when `pack` would refuse the shop.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }
}

/// How the log's ids fit the catalogue's.
#[derive(Debug, Clone, Serialize)]
pub struct Matching {
    /// Steps, copies left out.
    pub steps: u64,
    /// Those on a product of the catalogue.
    pub matched: u64,
    /// `matched` of `steps`, 0 to 1.
    pub rate: f64,
    /// Distinct items of the log.
    pub ids: u64,
    /// Those of the catalogue.
    pub matched_ids: u64,
    /// Matched steps by what they were found through.
    pub through: Vec<(&'static str, u64)>,
    /// The ten ids that did not match and are met most.
    pub unmatched: Vec<(String, u64)>,
    /// Mappings that would match more, the best first.
    pub proposals: Vec<Proposal>,
}

/// How often a field was filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldFacts {
    /// Of which part.
    pub part: Part,
    /// The file's name for it.
    pub field: String,
    /// Rows in which it is filled.
    pub filled: u64,
    /// Rows that should have it.
    pub rows: u64,
}

/// Examines a shop's files. What `pack` would refuse is a finding here, and the rest is examined all the same. `now` is the
/// time against which the log's is held; `max_reject` is `pack`'s.
pub fn examine(files: &ShopFiles, now: Millis, max_reject: f64, progress: &dyn Progress) -> Diagnosis {
    let mut d = Diagnosis {
        shop: files.name.clone(),
        format: None,
        has_catalog: files.catalog.is_some(),
        parts: Vec::new(),
        duplicates: 0,
        matching: None,
        fields: Vec::new(),
        time: None,
        log: None,
        findings: Vec::new(),
    };
    let mut rejects = Rejects::default();
    let config = or_finding(ShopConfig::of(files), &mut d).unwrap_or_default();
    let settings = or_finding(config.log(), &mut d).unwrap_or_default();
    if !config.shop.id.is_empty() {
        d.shop.clone_from(&config.shop.id);
    }
    let catalog = catalog_of(files, &config, &mut d, &mut rejects, progress);
    let logs = or_finding(files.log(&config), &mut d);
    if matches!(logs, Some(None)) && !catalog.products.is_empty() {
        d.findings.push(findings::no_log(&likely::likely(files, &config, &catalog)));
    }
    let logs = logs.flatten();
    d.format = logs.as_ref().map(|l| l.format);
    if let Some(logs) = &logs {
        let raw = log::read_raw(logs, &config, &settings, &catalog.products, &mut rejects, progress);
        if let Some(raw) = or_finding(raw, &mut d) {
            examine_log(&raw, logs, &settings, &catalog, now, &mut d, progress);
        }
    }
    if d.findings.is_empty() && catalog.products.is_empty() && d.log.as_ref().is_none_or(|l| l.visits == 0) {
        d.findings.push(findings::error(&super::empty_shop(files)));
    }
    or_finding(rejects.check(max_reject), &mut d);
    if let Some(path) = &files.offers {
        let days = config.zone_minutes().and_then(|zone| offers::Days::read(files, zone));
        let read = days.and_then(|days| offers::read(path, &catalog.markets, &catalog.languages, &[], &days));
        or_finding(read, &mut d);
    }
    d.parts = rejects.tallies().to_vec();
    let found = findings::findings(&d);
    d.findings.extend(found);
    d.findings.sort_by_key(|f| f.severity);
    d
}

/// The value; an error becomes a finding.
fn or_finding<T>(result: Result<T>, d: &mut Diagnosis) -> Option<T> {
    result.map_err(|e| d.findings.push(findings::error(&e))).ok()
}

/// The catalogue with all its columns; an empty one where there is none, or none that can be read.
fn catalog_of(
    files: &ShopFiles,
    config: &ShopConfig,
    d: &mut Diagnosis,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> CatalogRead {
    let Some(path) = &files.catalog else { return CatalogRead::empty(config) };
    let read = catalog::read(path, config, Keep::All, rejects, progress);
    let Some(read) = or_finding(read, d) else {
        d.has_catalog = false;
        return CatalogRead::empty(config);
    };
    let rows = read.products.iter().map(|p| p.variants.len() as u64).sum();
    d.duplicates = read.duplicates;
    let column = &config.log.catalog.column;
    let known = column.is_empty() || read.columns.iter().any(|c| c.name.eq_ignore_ascii_case(column));
    if !known {
        // The reader's own words for it.
        or_finding(super::table::Table::open(path, &super::Silent).and_then(|t| t.named(column).map(|_| ())), d);
    }
    for (field, filled) in &read.filled {
        d.fields.push(FieldFacts { part: Part::Catalog, field: field.clone(), filled: *filled, rows });
    }
    read
}

fn examine_log(
    raw: &Raw,
    files: &LogFiles,
    settings: &LogSettings,
    catalog: &CatalogRead,
    now: Millis,
    d: &mut Diagnosis,
    progress: &dyn Progress,
) {
    for (field, filled) in &raw.filled {
        d.fields.push(FieldFacts { part: Part::Log, field: field.clone(), filled: filled.filled, rows: filled.of });
    }
    let weights = visits::weights(raw);
    let sides = Sides { raw, products: &catalog.products, columns: &catalog.columns, weights: &weights };
    let matched = d.has_catalog.then(|| sides.matched(&settings.mapping));
    let field = settings.mapping.id.field.as_str();
    let read = visits::canonical(raw, catalog.products.clone(), matched.as_deref(), field);
    or_finding(read.check(files), d);
    d.time = facts::time(raw, settings.zone_minutes, now.0);
    let ids: Vec<String> = read.products.iter().map(|p| p.id.clone()).collect();
    d.log = Some(facts::log(raw, &read.log, &ids, read.copies, settings.zone_minutes));
    if let Some(matched) = matched {
        d.matching = Some(matching(&sides, &matched, &settings.mapping, &read.unmatched, progress));
    }
}

fn matching(
    sides: &Sides<'_>,
    matched: &[Option<u32>],
    mapping: &Mapping,
    unmatched: &[(String, u64)],
    progress: &dyn Progress,
) -> Matching {
    let of_steps = |known: bool| {
        let met = matched.iter().zip(sides.weights).filter(|(m, w)| **w > 0 && (!known || m.is_some()));
        met.fold((0, 0), |(ids, steps), (_, w)| (ids + 1, steps + w))
    };
    let ((ids, steps), (matched_ids, matched_steps)) = (of_steps(false), of_steps(true));
    Matching {
        steps,
        matched: matched_steps,
        rate: if steps == 0 { 1.0 } else { matched_steps as f64 / steps as f64 },
        ids,
        matched_ids,
        through: through(sides, matched, mapping),
        unmatched: unmatched.iter().take(10).cloned().collect(),
        proposals: mapping::proposals(sides, mapping, progress),
    }
}

/// Matched steps by which of the catalogue's ids the log's was.
fn through(sides: &Sides<'_>, matched: &[Option<u32>], mapping: &Mapping) -> Vec<(&'static str, u64)> {
    const WAYS: [&str; 5] =
        ["link", "id or item_group_id", "id of a variant", "GTIN, SKU, MPN or handle", "shop.toml's rule"];
    let raw = sides.raw;
    let fields = raw.fields_of(&mapping.id.field);
    let link = raw.fields.iter().position(|f| f == log::LINK);
    let mut steps = [0; WAYS.len()];
    for (item, (product, weight)) in (0..).zip(matched.iter().zip(sides.weights)) {
        let Some(p) = product.and_then(|p| sides.products.get(p as usize)) else { continue };
        let is_linked = link.is_some_and(|l| raw.item(item).any(|(n, _)| n == l));
        let has = |is: &dyn Fn(&str) -> bool| raw.ids(item, &fields).any(is);
        let by_column = !mapping.catalog.column.is_empty();
        let way = if is_linked {
            0
        } else if by_column {
            4
        } else if has(&|id| id == p.id) {
            1
        } else if has(&|id| p.variants.iter().any(|v| v.id == id)) {
            2
        } else if has(&|id| p.aliases.iter().any(|a| a == id)) {
            3
        } else {
            4
        };
        steps[way] += weight;
    }
    WAYS.into_iter().zip(steps).filter(|(_, n)| *n > 0).collect()
}
