//! What became of each row: used, ignored as none of ours, or rejected with file, line and reason, so that nothing is lost
//! in silence.

use crate::error::{Code, Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Rejected rows kept in full; beyond it only the counts grow.
const KEPT: usize = 100_000;
/// Examples kept of each reason.
const EXAMPLES: usize = 10;
/// Characters kept of one row of a log.
const LONGEST: usize = 1000;

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// File name.
    pub file: String,
    /// Line in it, from 1, the header included; the number of the row in a Parquet file.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
    /// The row as far as it could be read, without e-mail and network addresses.
    pub row: String,
}

/// What a file is to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The catalogue.
    Catalog,
    /// The log.
    Log,
    /// Content.
    Content,
    /// Selling points.
    SellingPoints,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    /// Its name.
    pub file: String,
    /// What it was read as.
    pub format: &'static str,
    /// Rows in it.
    pub rows: u64,
}

/// How often a reason was met, with the first rows of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Rows.
    pub rows: u64,
    /// At most ten of them: file, line, text.
    pub examples: Vec<(String, u64, String)>,
}

/// The rows of a part, counted.
#[derive(Debug, Clone, Serialize)]
pub struct Tally {
    /// Which part.
    pub part: Part,
    /// Its files, in the order they were read.
    pub files: Vec<FileRead>,
    /// Rows that could not be used, by reason.
    pub rejected: BTreeMap<&'static str, Reason>,
    /// Rows that say nothing about a shopper turning to a product, by reason.
    pub ignored: BTreeMap<&'static str, Reason>,
}

impl Tally {
    /// Rows read.
    pub fn read(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    /// Rows rejected.
    pub fn rejected_rows(&self) -> u64 {
        self.rejected.values().map(|r| r.rows).sum()
    }

    /// Rows ignored.
    pub fn ignored_rows(&self) -> u64 {
        self.ignored.values().map(|r| r.rows).sum()
    }

    /// The file's name, or how many there are.
    pub fn name(&self) -> String {
        match self.files.as_slice() {
            [one] => one.file.clone(),
            many => {
                let part = match self.part {
                    Part::Catalog => "catalogue",
                    Part::Log => "log",
                    Part::Content => "content",
                    Part::SellingPoints => "selling points",
                };
                format!("{part} ({} files)", many.len())
            }
        }
    }
}

/// Why a row gives no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Out {
    /// It is sound, and none of ours.
    Ignored(&'static str),
    /// It should have given one.
    Rejected(&'static str),
}

impl From<&'static str> for Out {
    fn from(reason: &'static str) -> Out {
        Out::Rejected(reason)
    }
}

/// All rows of a shop, as far as they were not used.
#[derive(Debug, Clone, Default)]
pub struct Rejects {
    rows: Vec<Reject>,
    tallies: Vec<Tally>,
}

impl Rejects {
    /// A file begins.
    pub(super) fn open(&mut self, part: Part, file: &str, format: &'static str) {
        if self.tallies.last().is_none_or(|t| t.part != part) {
            self.tallies.push(Tally { part, files: Vec::new(), rejected: BTreeMap::new(), ignored: BTreeMap::new() });
        }
        if let Some(tally) = self.tallies.last_mut() {
            tally.files.push(FileRead { file: file.to_string(), format, rows: 0 });
        }
    }

    /// Counts a row that was read, good or not.
    pub(super) fn count_row(&mut self) {
        if let Some(file) = self.tallies.last_mut().and_then(|t| t.files.last_mut()) {
            file.rows += 1;
        }
    }

    /// A row of the present file that gives nothing.
    pub(super) fn out(&mut self, line: u64, out: Out, row: &str) {
        let file = self.tallies.last().and_then(|t| t.files.last()).map_or(String::new(), |f| f.file.clone());
        self.out_of(&file, line, out, row, 1);
    }

    /// `rows` rows of a file, of which this is the first, give nothing.
    pub(super) fn out_of(&mut self, file: &str, line: u64, out: Out, row: &str, rows: u64) {
        let Some(tally) = self.tallies.last_mut() else { return };
        let (reasons, reason) = match out {
            Out::Ignored(reason) => (&mut tally.ignored, reason),
            Out::Rejected(reason) => (&mut tally.rejected, reason),
        };
        let of = reasons.entry(reason).or_default();
        of.rows += rows;
        let (is_example, is_reject) = (of.examples.len() < EXAMPLES, matches!(out, Out::Rejected(_)));
        if !is_example && (!is_reject || self.rows.len() >= KEPT) {
            return;
        }
        let row = if tally.part == Part::Log { masked(row) } else { row.to_string() };
        if is_example {
            of.examples.push((file.to_string(), line, row.clone()));
        }
        if is_reject && self.rows.len() < KEPT {
            self.rows.push(Reject { file: file.to_string(), line, reason, row });
        }
    }

    /// Rejected rows, in the order they were met.
    pub fn rows(&self) -> &[Reject] {
        &self.rows
    }

    /// The counts, part by part.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Refuses a part (the catalogue, or the log with all its files) of which more than this share of the rows was rejected.
    ///
    /// # Errors
    ///
    /// `too_many_rejects`, with the most frequent reason and an example.
    pub fn check(&self, max_reject: f64) -> Result<()> {
        for tally in &self.tallies {
            let (rejected, read) = (tally.rejected_rows(), tally.read());
            if rejected as f64 > max_reject * read as f64 {
                let worst = tally.rejected.iter().max_by_key(|(_, r)| r.rows);
                let reason = worst.map_or("", |(reason, _)| reason);
                let percent = rejected as f64 * 100.0 / read as f64;
                let detail = format!(
                    "{rejected} of {read} rows of {} ({percent:.1} %) cannot be used, most often: {reason}.",
                    tally.name()
                );
                let example = worst.and_then(|(_, r)| r.examples.first());
                let example = example.map_or(String::new(), |(_, line, row)| format!(" Line {line}: {row}"));
                return Err(Error::new(Code::TooManyRejects, detail + &example));
            }
        }
        Ok(())
    }

    /// Writes the rejected rows as CSV; without any, nothing is written and an old file is removed.
    ///
    /// # Errors
    ///
    /// `io`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let io = |e: &dyn std::fmt::Display| Error::new(Code::Io, format!("{}: {e}.", path.display()));
        if self.rows.is_empty() {
            return match std::fs::remove_file(path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(&e)),
                _ => Ok(()),
            };
        }
        let mut w = csv::Writer::from_path(path).map_err(|e| io(&e))?;
        w.write_record(["file", "line", "reason", "row"]).map_err(|e| io(&e))?;
        for r in &self.rows {
            w.write_record([r.file.as_str(), &r.line.to_string(), r.reason, &r.row]).map_err(|e| io(&e))?;
        }
        w.flush().map_err(|e| io(&e))
    }
}

/// A row of a log as it may be shown and kept: e-mail addresses and network addresses are replaced.
fn masked(row: &str) -> String {
    let mut out = String::with_capacity(row.len().min(LONGEST));
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@' | ':' | '%');
    for word in row.split_inclusive(|c| !is_inside(c)) {
        if out.len() >= LONGEST {
            out.push('…');
            break;
        }
        let (text, after) = match word.char_indices().next_back() {
            Some((at, last)) if !is_inside(last) => word.split_at(at),
            _ => (word, ""),
        };
        out.push_str(if is_personal(text) { "(address)" } else { text });
        out.push_str(after);
    }
    out
}

fn is_personal(word: &str) -> bool {
    let folded = word.to_ascii_lowercase();
    let mail = (folded.contains('@') || folded.contains("%40")) && folded.len() > 3;
    // A key before it, as in `ip:1.2.3.4`, does not hide it, nor does a port after it.
    let pieces = || word.split(':').map(|p| p.trim_matches('.'));
    mail || word.parse::<std::net::IpAddr>().is_ok() || pieces().any(|p| p.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_row_names_nobody() {
        let row = "203.0.113.9 - - \"GET /p/10.2?mail=ann%40shop.example\" 2001:db8::1 {\"email\":\"ann.b+c@shop.example\",\"sku\":\"A-1\"}";
        let kept = masked(row);
        assert!(!kept.contains("203.0") && !kept.contains("ann") && !kept.contains("2001"), "{kept}");
        assert!(kept.contains("/p/10.2") && kept.contains("\"sku\":\"A-1\""), "{kept}");
        assert!(masked(&"x ".repeat(5000)).len() < LONGEST + 10);
        assert_eq!(masked("1 2020-06-01 12:00:00 a@b"), "1 2020-06-01 12:00:00 a@b", "too short for an address");
        assert_eq!(masked("ip:198.51.100.7:443,x"), "(address),x");
    }
}
