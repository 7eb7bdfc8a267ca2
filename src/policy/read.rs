//! Reading exploration logs and policies: JSON lines or CSV, plain or gzipped.

use super::log::{Foreseen, Log, Row};
use super::target::Policy;
use crate::error::{Code, Error, Result};
use crate::shop::Progress;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Bad lines that are named.
const NAMED: usize = 10;
/// Longest line of a JSON lines file, in bytes.
const LONGEST: u64 = 4 << 20;
/// Largest reward, either way.
const MOST_REWARD: f64 = 1e12;
/// Largest position.
const MOST_POSITION: u64 = 100_000;
/// Probabilities are integers, in millionths.
const ONE: u64 = 1_000_000;

/// What became of the lines of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// Lines read, blank ones left out.
    pub lines: u64,
    /// Lines that repeat an earlier one.
    pub copies: u64,
    /// Lines that cannot be used.
    pub bad: u64,
    /// The first ten of them: file, line from 1, why.
    pub first: Vec<(String, u64, &'static str)>,
}

impl Problems {
    fn add(&mut self, file: &str, line: u64, why: &'static str) {
        self.bad += 1;
        if self.first.len() < NAMED {
            self.first.push((file.to_string(), line, why));
        }
    }

    /// Refuses files of which more than this share of the lines cannot be used.
    ///
    /// # Errors
    ///
    /// `bad_exploration`, with the first lines at fault.
    pub fn check(&self, max_reject: f64) -> Result<()> {
        if self.bad as f64 <= max_reject * self.lines as f64 {
            return Ok(());
        }
        let named: Vec<String> = self.first.iter().map(|(f, n, why)| format!("{f} line {n}: {why}")).collect();
        let detail = format!("{} of {} lines cannot be used. {}.", self.bad, self.lines, named.join("; "));
        Err(Error::new(Code::BadExploration, detail))
    }
}

/// The decisions of some files, as one log.
///
/// # Errors
///
/// `io`. Single bad lines are collected, which [`Problems::check`] holds against a limit.
pub fn read_log(files: &[PathBuf], progress: &dyn Progress) -> Result<(Log, Problems)> {
    let (mut log, mut problems, mut known, mut lines) = (Log::new(), Problems::default(), Known::default(), 0);
    for path in files {
        for_each(path, progress, &mut lines, &mut |file, line, fields| match fields
            .and_then(|fields| log.decision(&mut known, fields))
        {
            Ok(Taken::New) => {}
            Ok(Taken::Copy) => problems.copies += 1,
            Err(why) => problems.add(file, line, why),
        })?;
    }
    problems.lines = lines;
    Ok((log, problems))
}

/// A policy from a file of lines, each an item's probability at a place.
///
/// # Errors
///
/// `io`, and `bad_exploration`, naming the lines at fault.
pub fn read_policy(path: &Path, progress: &dyn Progress) -> Result<Policy> {
    let (mut problems, mut lines) = (Problems::default(), 0);
    let mut sums: BTreeMap<(Option<String>, Option<u32>), (u64, u64)> = BTreeMap::new();
    let mut rows = Vec::new();
    for_each(path, progress, &mut lines, &mut |file, line, fields| {
        let mut take = || -> std::result::Result<(), &'static str> {
            let fields = fields?;
            let slot = match fields.get("slot") {
                None | Some(Value::Null) => None,
                Some(v) => Some(text(v).ok_or("slot is no text")?),
            };
            let position = match fields.get("position") {
                None | Some(Value::Null) => None,
                Some(v) => Some(position(v)?),
            };
            let item = fields.get("item").and_then(text).filter(|t| !t.is_empty()).ok_or("no item")?;
            let probability = fields.get("probability").and_then(whole).filter(|p| *p <= ONE);
            let probability = probability.ok_or("probability is no whole number of millionths")?;
            let sum = sums.entry((slot.clone(), position)).or_default();
            *sum = (sum.0 + probability, sum.1 + 1);
            rows.push((slot, position, item, probability as f64));
            Ok(())
        };
        if let Err(why) = take() {
            problems.add(file, line, why);
        }
    })?;
    problems.lines = lines;
    problems.check(0.0)?;
    for ((slot, position), (sum, n)) in &sums {
        // Rounding moves each by at most one millionth.
        if sum.abs_diff(ONE) > *n {
            let slot = slot.as_ref().map_or("every slot".into(), |s| format!("slot \"{s}\""));
            let position = position.map_or("every position".into(), |p| format!("position {p}"));
            let detail = format!(
                "{}: the policy's probabilities at {position} of {slot} add up to {sum} millionths.",
                path.display()
            );
            return Err(Error::new(Code::BadExploration, detail));
        }
    }
    Policy::from_weights(rows.into_iter())
}

/// A campaign of a folder with logs of two policies: `{name}_random.csv.gz`, `{name}_bts.csv.gz`, `{name}_items.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// Log of the policy that shows every item equally often.
    pub random: PathBuf,
    /// Log of Thompson sampling.
    pub bts: PathBuf,
    /// Every item of the campaign.
    pub items: Vec<String>,
}

/// The error of a policy that is given for a folder, whose logs are judged under each other's policies.
pub fn folder_has_policies(dir: &Path) -> Error {
    let detail = format!("{} is a folder, which has its policies: give one of its logs with --policy.", dir.display());
    Error::new(Code::BadExploration, detail)
}

/// The campaigns of a folder, by name.
///
/// # Errors
///
/// `io`, and `bad_exploration` when there is none, or one lacks a file.
pub fn campaigns(dir: &Path) -> Result<Vec<Campaign>> {
    let io = |path: &Path, e: &dyn std::fmt::Display| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| io(dir, &e))? {
        let name = entry.map_err(|e| io(dir, &e))?.file_name();
        names.extend(name.to_str().and_then(|n| n.strip_suffix("_items.csv")).map(String::from));
    }
    names.sort_unstable();
    if names.is_empty() {
        let detail = format!("{} has no {{campaign}}_items.csv; give files to judge a log of your own.", dir.display());
        return Err(Error::new(Code::BadExploration, detail));
    }
    let mut out = Vec::new();
    for name in names {
        let log = |policy: &str| {
            let candidates = [format!("{name}_{policy}.csv.gz"), format!("{name}_{policy}.csv")];
            candidates.iter().map(|f| dir.join(f)).find(|p| p.is_file()).ok_or_else(|| {
                Error::new(Code::BadExploration, format!("{} is missing in {}.", candidates[0], dir.display()))
            })
        };
        let path = dir.join(format!("{name}_items.csv"));
        let mut reader = csv::Reader::from_path(&path).map_err(|e| io(&path, &e))?;
        let rows: std::result::Result<Vec<_>, _> = reader.records().collect();
        let items = rows.map_err(|e| io(&path, &e))?.iter().filter_map(|r| r.get(0)).map(String::from).collect();
        out.push(Campaign { random: log("random")?, bts: log("bts")?, items, name });
    }
    Ok(out)
}

/// What earlier lines said.
#[derive(Default)]
struct Known {
    groups: HashMap<String, u32>,
    served: HashMap<(String, u32), Seen>,
}

enum Taken {
    New,
    Copy,
}

/// What an earlier line said of the same place of the same decision.
#[derive(PartialEq)]
struct Seen {
    item: u32,
    propensity: u64,
    reward: u64,
}

type Fields = Map<String, Value>;

impl Log {
    fn decision(&mut self, known: &mut Known, fields: &Fields) -> std::result::Result<Taken, &'static str> {
        let item = fields.get("item").and_then(text).filter(|t| !t.is_empty()).ok_or("no item")?;
        let slot = fields.get("slot").map_or(Some(String::new()), text).ok_or("slot is no text")?;
        let position = fields.get("position").map_or(Ok(0), position)?;
        let propensity = propensity(fields)?;
        let reward = fields.get("reward").or_else(|| fields.get("click")).ok_or("no reward")?;
        let reward = number(reward).filter(|r| r.abs() <= MOST_REWARD).ok_or("reward is no number")?;
        let optional =
            |name: &str| fields.get(name).map_or(Some(String::new()), text).ok_or("shopper or served is no text");
        let (shopper, served) = (optional("shopper")?, optional("served")?);
        let foreseen = foreseen(fields.get("policy"))?;
        let features = features(fields)?;

        let (place, item) = (self.place(&slot, position), self.items.number(&item));
        if !served.is_empty() {
            let here = Seen { item, propensity: propensity.to_bits(), reward: reward.to_bits() };
            match known.served.get(&(served.clone(), place)) {
                Some(there) if *there == here => return Ok(Taken::Copy),
                Some(_) => return Err("another row for the same place of the same decision"),
                None => _ = known.served.insert((served.clone(), place), here),
            }
        }
        let mut fresh = || {
            self.groups += 1;
            self.groups - 1
        };
        let group = match (shopper.is_empty(), served.is_empty()) {
            (false, _) => *known.groups.entry(format!("u{shopper}")).or_insert_with(fresh),
            (true, false) => *known.groups.entry(format!("s{served}")).or_insert_with(fresh),
            (true, true) => fresh(),
        };
        let foreseen = match foreseen {
            Asked::No => Foreseen::No,
            Asked::Shown(p) => Foreseen::Shown(p),
            Asked::All(all) => {
                let from = self.entries.len();
                for (id, p) in all {
                    let id = self.items.number(&id);
                    self.entries.push((id, p));
                }
                Foreseen::All(from..self.entries.len())
            }
        };
        let from = self.features.len();
        for name in features {
            let n = self.feature_names.number(&name);
            self.features.push(n);
        }
        let features = from..self.features.len();
        self.rows.push(Row { place, item, group, propensity, reward, foreseen, features });
        Ok(Taken::New)
    }
}

/// `propensity` in millionths, or `pscore` as a fraction.
fn propensity(fields: &Fields) -> std::result::Result<f64, &'static str> {
    if let Some(v) = fields.get("propensity") {
        let millionths = whole(v).filter(|p| (1..=ONE).contains(p));
        return millionths.map(|p| p as f64 / ONE as f64).ok_or("propensity is not 1 to 1,000,000 millionths");
    }
    let v = fields.get("pscore").ok_or("no propensity")?;
    number(v).filter(|p| *p > 0.0 && *p <= 1.0).ok_or("pscore is not above 0 and at most 1")
}

enum Asked {
    No,
    Shown(f64),
    All(Vec<(String, f64)>),
}

/// What the judged policy would have done: millionths for the item shown, or for every item.
fn foreseen(v: Option<&Value>) -> std::result::Result<Asked, &'static str> {
    let wrong = "policy is neither millionths nor an object of items with millionths";
    match v {
        None | Some(Value::Null) => Ok(Asked::No),
        Some(Value::Object(all)) => {
            let millionths = |v: &Value| whole(v).filter(|p| *p <= ONE).ok_or(wrong);
            let parts: Vec<(String, u64)> =
                all.iter().map(|(id, v)| Ok((id.clone(), millionths(v)?))).collect::<std::result::Result<_, &str>>()?;
            let sum: u64 = parts.iter().map(|(_, p)| p).sum();
            if sum.abs_diff(ONE) > parts.len() as u64 {
                return Err("the policy's probabilities do not add up to 1,000,000 millionths");
            }
            Ok(Asked::All(parts.into_iter().map(|(id, p)| (id, p as f64 / sum as f64)).collect()))
        }
        Some(v) => whole(v).filter(|p| *p <= ONE).map(|p| Asked::Shown(p as f64 / ONE as f64)).ok_or(wrong),
    }
}

/// The scene: texts of `context`, and columns `u0`, `u1` … of a table as `u0=value`.
fn features(fields: &Fields) -> std::result::Result<Vec<String>, &'static str> {
    let mut out = match fields.get("context") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(s)) => s.split('|').filter(|t| !t.is_empty()).map(String::from).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|v| v.as_str().map(String::from))
            .collect::<Option<_>>()
            .ok_or("context is no list of texts")?,
        Some(_) => return Err("context is no list of texts"),
    };
    let is_column =
        |name: &str| name.strip_prefix('u').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    for (name, v) in fields.iter().filter(|(name, _)| is_column(name)) {
        out.push(format!("{name}={}", text(v).ok_or("a context column is no text")?));
    }
    Ok(out)
}

fn position(v: &Value) -> std::result::Result<u32, &'static str> {
    whole(v).filter(|p| *p <= MOST_POSITION).map(|p| p as u32).ok_or("position is no whole number up to 100,000")
}

/// A text, or a number as one writes it.
fn text(v: &Value) -> Option<String> {
    match v {
        Value::String(s) => Some(s.trim().to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    }
}

fn whole(v: &Value) -> Option<u64> {
    match v {
        Value::Number(n) => n.as_u64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
}

fn number(v: &Value) -> Option<f64> {
    let n = match v {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    };
    n.filter(|n| n.is_finite())
}

/// What is told of each line: file, number, and its fields or why there are none.
type OnLine<'a> = &'a mut dyn FnMut(&str, u64, std::result::Result<&Fields, &'static str>);

fn for_each(path: &Path, progress: &dyn Progress, lines: &mut u64, f: OnLine<'_>) -> Result<()> {
    let io = |e: &dyn std::fmt::Display| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let file = File::open(path).map_err(|e| io(&e))?;
    progress.stage(&format!("reading {name}"), 0);
    let is_gzip = name.ends_with(".gz");
    let plain: Box<dyn Read> = if is_gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let plain = BufReader::new(plain);
    if name.trim_end_matches(".gz").ends_with(".csv") {
        records(plain, name, lines, f).map_err(|e| io(&e))
    } else {
        json_lines(plain, name, lines, f).map_err(|e| io(&e))
    }
}

fn json_lines(mut input: impl BufRead, name: &str, lines: &mut u64, f: OnLine<'_>) -> std::io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if (&mut input).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let cut = line.len() as u64 == LONGEST && !line.ends_with(b"\n");
        if cut {
            skip_line(&mut input)?;
        }
        let bytes = line.trim_ascii();
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if bytes.is_empty() {
            continue;
        }
        *lines += 1;
        match serde_json::from_slice(bytes) {
            _ if cut => f(name, number, Err("the line is longer than 4 MiB")),
            Ok(Value::Object(fields)) => f(name, number, Ok(&fields)),
            _ => f(name, number, Err("not a JSON object")),
        }
    }
    Ok(())
}

fn skip_line(input: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (n, end) = match buffer.iter().position(|b| *b == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(n);
        if end {
            return Ok(());
        }
    }
}

fn records(input: impl Read, name: &str, lines: &mut u64, f: OnLine<'_>) -> std::result::Result<(), csv::Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let header = reader.byte_headers()?.clone();
    let columns: Vec<String> =
        header.iter().map(|h| String::from_utf8_lossy(h).trim_start_matches('\u{FEFF}').trim().to_string()).collect();
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        *lines += 1;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() > columns.len() {
            f(name, line, Err("more fields than columns"));
            continue;
        }
        let fields: std::result::Result<Fields, _> = columns
            .iter()
            .zip(&record)
            .filter(|(_, v)| !v.is_empty())
            .map(|(c, v)| Ok((c.clone(), Value::String(std::str::from_utf8(v)?.to_string()))))
            .collect::<std::result::Result<_, std::str::Utf8Error>>();
        match fields {
            Ok(fields) => f(name, line, Ok(&fields)),
            Err(_) => f(name, line, Err("not UTF-8")),
        }
    }
    Ok(())
}
