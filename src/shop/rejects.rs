//! Rows that could not be used: kept with file, line and reason, so that nothing is lost in silence.

use crate::error::{Code, Error, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Rows kept in full; beyond it only the counts grow.
const KEPT: usize = 100_000;

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// File name.
    pub file: String,
    /// Line in it, from 1, the header included.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
    /// The row as far as it could be read.
    pub row: String,
}

/// All rejected rows of a shop.
#[derive(Debug, Clone, Default)]
pub struct Rejects {
    rows: Vec<Reject>,
    by_reason: BTreeMap<(String, &'static str), u64>,
    read: BTreeMap<String, u64>,
}

impl Rejects {
    /// Counts a row that was read, good or not.
    pub(super) fn count_row(&mut self, file: &str) {
        match self.read.get_mut(file) {
            Some(n) => *n += 1,
            None => _ = self.read.insert(file.to_string(), 1),
        }
    }

    pub(super) fn add(&mut self, file: &str, line: u64, reason: &'static str, row: String) {
        *self.by_reason.entry((file.to_string(), reason)).or_default() += 1;
        if self.rows.len() < KEPT {
            self.rows.push(Reject { file: file.to_string(), line, reason, row });
        }
    }

    /// Rejected rows, in the order they were met.
    pub fn rows(&self) -> &[Reject] {
        &self.rows
    }

    /// (file, reason) with how often, sorted.
    pub fn by_reason(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.by_reason.iter().map(|((f, r), n)| (f.as_str(), *r, *n))
    }

    /// Rows read of a file.
    pub fn rows_read(&self, file: &str) -> u64 {
        self.read.get(file).copied().unwrap_or(0)
    }

    /// Refuses a file of which more than this share of the rows was rejected.
    ///
    /// # Errors
    ///
    /// `too_many_rejects`, with the most frequent reason and an example.
    pub fn check(&self, max_reject: f64) -> Result<()> {
        for (file, read) in &self.read {
            let rejected: u64 = self.by_reason.iter().filter(|((f, _), _)| f == file).map(|(_, n)| n).sum();
            if rejected as f64 > max_reject * *read as f64 {
                let worst = self.by_reason.iter().filter(|((f, _), _)| f == file).max_by_key(|(_, n)| **n);
                let reason = worst.map_or("", |((_, r), _)| *r);
                let percent = rejected as f64 * 100.0 / *read as f64;
                let detail = format!(
                    "{rejected} of {read} rows of {file} ({percent:.1} %) cannot be used, most often: {reason}."
                );
                let example = self.rows.iter().find(|r| r.file == *file && r.reason == reason);
                let example = example.map_or(String::new(), |r| format!(" Line {}: {}", r.line, r.row));
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
