//! Tables as shops export them: CSV or JSON lines, plain or gzipped, with whatever columns they have.

use super::Progress;
use super::rejects::Rejects;
use crate::error::{Code, Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Reads every row of a table and gives its fields to a caller.
pub(super) struct Table<'a> {
    path: &'a Path,
    /// File name, for messages.
    pub(super) file: String,
    columns: Vec<String>,
    body: Body,
}

enum Body {
    /// The whole file, and where its first row begins.
    Csv(Vec<u8>, usize),
    JsonLines(Box<dyn BufRead>),
}

/// One row's fields, by the number of the column.
pub(super) struct Row<'a> {
    fields: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The trimmed field; empty when the column or the field is missing.
    pub(super) fn get(&self, column: Option<usize>) -> &'a str {
        column.and_then(|c| self.fields.get(c)).map_or("", |f| f.trim())
    }

    /// The row as text, for the rejects file.
    pub(super) fn text(&self) -> String {
        self.fields.join(",")
    }
}

impl<'a> Table<'a> {
    pub(super) fn open(path: &'a Path, progress: &dyn Progress) -> Result<Table<'a>> {
        let io = |e: &dyn std::fmt::Display| Error::new(Code::Io, format!("{}: {e}.", path.display()));
        let file_name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_string();
        let file = File::open(path).map_err(|e| io(&e))?;
        let size = file.metadata().map_or(0, |m| m.len());
        let is_gzip = file_name.ends_with(".gz");
        progress.stage(&format!("reading {file_name}"), if is_gzip { 0 } else { size });
        let plain: Box<dyn Read> =
            if is_gzip { Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
        let name = file_name.trim_end_matches(".gz");
        let mut table = if name.ends_with(".jsonl") {
            let body = Body::JsonLines(Box::new(BufReader::new(plain)));
            Table { path, file: file_name, columns: Vec::new(), body }
        } else {
            let mut data = Vec::new();
            BufReader::new(plain).read_to_end(&mut data).map_err(|e| io(&e))?;
            let mut reader = rows_of(&data);
            let mut header = csv::ByteRecord::new();
            reader.read_byte_record(&mut header).map_err(|e| io(&e))?;
            let text = |h: &[u8]| String::from_utf8_lossy(h).trim_start_matches('\u{FEFF}').trim().to_string();
            let first_row = reader.position().byte() as usize;
            let columns = header.iter().map(text).collect();
            Table { path, file: file_name, columns, body: Body::Csv(data, first_row) }
        };
        if let Body::JsonLines(_) = table.body {
            table.columns = json_columns(path)?;
        }
        if table.columns.iter().all(String::is_empty) {
            return Err(Error::new(Code::BadTable, format!("{} has no header line.", path.display())));
        }
        Ok(table)
    }

    /// Number of the first of these columns that the table has.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.columns.iter().position(|c| c.eq_ignore_ascii_case(n)))
    }

    /// Number of a column the settings name.
    pub(super) fn named(&self, name: &str) -> Result<usize> {
        self.column(&[name]).ok_or_else(|| {
            let detail =
                format!("{} has no column \"{name}\"; it has {}.", self.path.display(), self.columns.join(", "));
            Error::new(Code::BadConfig, detail)
        })
    }

    /// All column names.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives every row to `f`; one that answers with a reason is rejected for it, and so is one that cannot be read.
    pub(super) fn for_each(
        self,
        rejects: &mut Rejects,
        progress: &dyn Progress,
        mut f: impl FnMut(&Row<'_>) -> std::result::Result<(), &'static str>,
    ) -> Result<()> {
        let Table { path, file, columns, body } = self;
        match body {
            Body::Csv(data, first_row) => {
                for_each_record(&data, first_row, &file, columns.len(), rejects, progress, &mut f)
                    .map_err(|e| Error::new(Code::Io, format!("{}: {e}.", path.display())))
            }
            Body::JsonLines(reader) => {
                for (line, text) in (1..).zip(reader.lines()) {
                    rejects.count_row(&file);
                    let Ok(text) = text else {
                        rejects.add(&file, line, "not UTF-8", String::new());
                        continue;
                    };
                    if text.trim().is_empty() {
                        continue;
                    }
                    progress.advance(text.len() as u64 + 1);
                    let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&text) else {
                        rejects.add(&file, line, "not a JSON object", text);
                        continue;
                    };
                    let cells: Vec<String> =
                        columns.iter().map(|c| object.get(c).map_or(String::new(), cell)).collect();
                    let row = Row { fields: cells.iter().map(String::as_str).collect() };
                    if let Err(reason) = f(&row) {
                        rejects.add(&file, line, reason, text);
                    }
                }
                Ok(())
            }
        }
    }
}

fn rows_of(data: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(data)
}

/// Reads the records of a CSV file. A quote that is never closed would swallow the lines after it: such a line is
/// rejected alone, and reading goes on with the next one.
fn for_each_record(
    data: &[u8],
    first_row: usize,
    file: &str,
    columns: usize,
    rejects: &mut Rejects,
    progress: &dyn Progress,
    f: &mut dyn FnMut(&Row<'_>) -> std::result::Result<(), &'static str>,
) -> std::result::Result<(), csv::Error> {
    let newlines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    // Where the present reader began, and how many lines lie before it.
    let (mut base, mut lines) = (first_row, newlines(&data[..first_row]) as u64);
    let (mut reader, mut record, mut told) = (rows_of(&data[base..]), csv::ByteRecord::new(), 0);
    loop {
        let start = base + reader.position().byte() as usize;
        if !reader.read_byte_record(&mut record)? {
            progress.advance(data.len().saturating_sub(told) as u64);
            return Ok(());
        }
        let end = base + reader.position().byte() as usize;
        if end - told > 1 << 16 {
            progress.advance((end - told) as u64);
            told = end;
        }
        let line = lines + record.position().map_or(0, csv::Position::line);
        rejects.count_row(file);
        let raw = data[start..end].trim_ascii();
        let odd_quotes = raw.iter().filter(|b| **b == b'"').count() % 2 == 1;
        if raw.contains(&b'\n') && (odd_quotes || record.len() != columns) {
            let first = raw.split(|b| *b == b'\n').next().unwrap_or(raw);
            rejects.add(file, line, "a quote is not closed", String::from_utf8_lossy(first).trim_end().to_string());
            let blank = data[start..end].len() - data[start..end].trim_ascii_start().len();
            base = start + blank + first.len() + 1;
            lines = newlines(&data[..base]) as u64;
            reader = rows_of(&data[base..]);
            continue;
        }
        let fields: std::result::Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
        let Ok(fields) = fields else {
            rejects.add(file, line, "not UTF-8", String::from_utf8_lossy(raw).into_owned());
            continue;
        };
        let too_many = fields.len() > columns;
        let row = Row { fields };
        let result = if too_many { Err("more fields than columns") } else { f(&row) };
        if let Err(reason) = result {
            rejects.add(file, line, reason, row.text());
        }
    }
}

fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => String::new(),
        serde_json::Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join("|"),
        other => other.to_string(),
    }
}

/// The keys of the first thousand objects: JSON lines have no header.
fn json_columns(path: &Path) -> Result<Vec<String>> {
    let io = |e: std::io::Error| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let file = File::open(path).map_err(io)?;
    let is_gzip = path.extension().is_some_and(|e| e == "gz");
    let plain: Box<dyn Read> = if is_gzip { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut columns: Vec<String> = Vec::new();
    for line in BufReader::new(plain).lines().take(1000).map_while(std::result::Result::ok) {
        if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&line) {
            for key in object.keys().filter(|k| !columns.contains(k)).cloned().collect::<Vec<_>>() {
                columns.push(key);
            }
        }
    }
    Ok(columns)
}
