//! Tables as shops export them: CSV or JSON lines, plain or gzipped, or flat Parquet, with whatever columns they have.

use super::parquet::{self, Leaf};
use super::rejects::{Out, Part, Rejects};
use super::{Progress, source};
use crate::error::{Code, Error, Result};
use std::io::Read;
use std::path::Path;

/// Reads every row of a table and gives its fields to a caller.
pub(super) struct Table<'a> {
    path: &'a Path,
    /// File name, for messages.
    pub(super) file: String,
    columns: Vec<String>,
    /// Columns that may be shown of a rejected row; all of them without.
    shown: Option<Vec<usize>>,
    body: Body,
}

enum Body {
    /// The whole file, and where its first row begins.
    Csv(Vec<u8>, usize),
    JsonLines,
    Parquet(Vec<Leaf>),
}

/// One row's fields, by the number of the column.
pub(super) struct Row<'a> {
    /// Line in the file, from 1; in a Parquet file the number of the row.
    pub(super) line: u64,
    fields: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The trimmed field; empty when the column or the field is missing.
    pub(super) fn get(&self, column: Option<usize>) -> &'a str {
        column.and_then(|c| self.fields.get(c)).map_or("", |f| f.trim())
    }

    /// The row as text, for the rejects file.
    fn text(&self, shown: Option<&[usize]>) -> String {
        match shown {
            None => self.fields.join(","),
            Some(columns) => columns.iter().map(|c| self.get(Some(*c))).collect::<Vec<_>>().join(","),
        }
    }
}

impl<'a> Table<'a> {
    pub(super) fn open(path: &'a Path, progress: &dyn Progress) -> Result<Table<'a>> {
        let file = source::name(path);
        let head = source::head(path)?;
        let table = if head.starts_with(parquet::MAGIC) {
            let leaves: Vec<Leaf> = parquet::leaves(path)?.into_iter().filter(|l| !l.repeated).collect();
            let columns = leaves.iter().map(|l| l.name.clone()).collect();
            Table { path, file, columns, shown: None, body: Body::Parquet(leaves) }
        } else if head.trim_ascii_start().starts_with(b"{") || is_json(&file) {
            Table { path, file, columns: json_columns(&head), shown: None, body: Body::JsonLines }
        } else {
            let mut data = Vec::new();
            source::open(path, progress)?.read_to_end(&mut data).map_err(|e| source::io(path, &e))?;
            let mut reader = rows_of(&data);
            let mut header = csv::ByteRecord::new();
            reader.read_byte_record(&mut header).map_err(|e| source::io(path, &e))?;
            let first_row = reader.position().byte() as usize;
            let columns = header.iter().map(|h| String::from_utf8_lossy(h).trim().to_string()).collect();
            Table { path, file, columns, shown: None, body: Body::Csv(data, first_row) }
        };
        if table.columns.iter().all(String::is_empty) {
            return Err(Error::new(Code::BadTable, format!("{} has no header line.", path.display())));
        }
        Ok(table)
    }

    /// Shows only these columns of a rejected row.
    pub(super) fn show_only(&mut self, columns: Vec<usize>) {
        self.shown = Some(columns);
    }

    /// Number of the first of these columns that the table has.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|n| self.columns.iter().position(|c| c.eq_ignore_ascii_case(n)))
    }

    /// Number of a column the settings name.
    pub(super) fn named(&self, name: &str) -> Result<usize> {
        self.column(&[name]).ok_or_else(|| {
            let detail = format!("{} has no column \"{name}\"; it has {}.", self.path.display(), self.listed());
            Error::new(Code::BadConfig, detail)
        })
    }

    /// The column names for a message; what is no table has many odd ones.
    pub(super) fn listed(&self) -> String {
        let name = |c: &String| c.chars().filter(|c| !c.is_control()).take(40).collect::<String>();
        let more = if self.columns.len() > 20 { ", …" } else { "" };
        self.columns.iter().take(20).map(name).collect::<Vec<_>>().join(", ") + more
    }

    /// All column names.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives every row to `f`, which may answer why it gives nothing; a row that cannot be read is rejected.
    pub(super) fn for_each(
        self,
        part: Part,
        rejects: &mut Rejects,
        progress: &dyn Progress,
        mut f: impl FnMut(&Row<'_>) -> std::result::Result<(), Out>,
    ) -> Result<()> {
        let Table { path, file, columns, shown, body } = self;
        let shown = shown.as_deref();
        match body {
            Body::Csv(data, first_row) => {
                rejects.open(part, &file, "CSV table");
                for_each_record(&data, first_row, columns.len(), shown, rejects, &mut f)
                    .map_err(|e| source::io(path, &e))
            }
            Body::JsonLines => {
                rejects.open(part, &file, "table of JSON lines");
                source::for_each_line(path, source::open(path, progress)?, |line, text| {
                    rejects.count_row();
                    let readable = if shown.is_none() { String::from_utf8_lossy(text) } else { "".into() };
                    let Ok(utf8) = std::str::from_utf8(text) else {
                        return rejects.out(line, Out::Rejected("not UTF-8"), &readable);
                    };
                    let Ok(serde_json::Value::Object(object)) = serde_json::from_str(utf8) else {
                        return rejects.out(line, Out::Rejected("not a JSON object"), &readable);
                    };
                    let cells: Vec<String> =
                        columns.iter().map(|c| object.get(c).map_or(String::new(), cell)).collect();
                    let row = Row { line, fields: cells.iter().map(String::as_str).collect() };
                    if let Err(out) = f(&row) {
                        let text = if shown.is_none() { readable.into_owned() } else { row.text(shown) };
                        rejects.out(line, out, &text);
                    }
                })
            }
            Body::Parquet(leaves) => {
                rejects.open(part, &file, "Parquet table");
                parquet::for_each_row(path, &leaves, progress, &mut |line, cells| {
                    rejects.count_row();
                    let field = |c: &'_ Vec<Option<String>>| c.first().cloned().flatten().unwrap_or_default();
                    let cells: Vec<String> = cells.iter().map(field).collect();
                    let row = Row { line, fields: cells.iter().map(String::as_str).collect() };
                    if let Err(out) = f(&row) {
                        rejects.out(line, out, &row.text(shown));
                    }
                })
            }
        }
    }
}

/// A table's columns and its first rows; no rows of a Parquet file.
pub(super) struct Sample {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// Looks at the beginning of a table.
pub(super) fn sample(path: &Path, most: usize) -> Result<Sample> {
    let head = source::head(path)?;
    if head.starts_with(parquet::MAGIC) {
        let leaves = parquet::leaves(path)?.into_iter().filter(|l| !l.repeated);
        return Ok(Sample { columns: leaves.map(|l| l.name).collect(), rows: Vec::new() });
    }
    let trimmed = |field: &str| field.trim().to_string();
    if head.trim_ascii_start().starts_with(b"{") || is_json(&source::name(path)) {
        let columns = json_columns(&head);
        let objects = head.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let row = |o: serde_json::Value| columns.iter().map(|c| o.get(c).map_or(String::new(), cell)).collect();
        let rows = objects.take(most).map(row).collect();
        return Ok(Sample { columns, rows });
    }
    let records = rows_of(&head).into_byte_records().map_while(std::result::Result::ok);
    let mut rows: Vec<Vec<String>> =
        records.take(most + 1).map(|r| r.iter().map(|f| trimmed(&String::from_utf8_lossy(f))).collect()).collect();
    let columns = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    Ok(Sample { columns, rows })
}

fn is_json(file: &str) -> bool {
    let name = file.trim_end_matches(".gz");
    name.ends_with(".jsonl") || name.ends_with(".ndjson")
}

fn rows_of(data: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(data)
}

/// Reads the records of a CSV file. A quote that is never closed would swallow the lines after it: such a line is
/// rejected alone, and reading goes on with the next one.
fn for_each_record(
    data: &[u8],
    first_row: usize,
    columns: usize,
    shown: Option<&[usize]>,
    rejects: &mut Rejects,
    f: &mut dyn FnMut(&Row<'_>) -> std::result::Result<(), Out>,
) -> std::result::Result<(), csv::Error> {
    let newlines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    // Where the present reader began, and how many lines lie before it.
    let (mut base, mut lines) = (first_row, newlines(&data[..first_row]) as u64);
    let (mut reader, mut record) = (rows_of(&data[base..]), csv::ByteRecord::new());
    let raw_text = |raw: &[u8]| match shown {
        None => String::from_utf8_lossy(raw).trim_end().to_string(),
        Some(_) => String::new(),
    };
    loop {
        let start = base + reader.position().byte() as usize;
        if !reader.read_byte_record(&mut record)? {
            return Ok(());
        }
        let end = base + reader.position().byte() as usize;
        let line = lines + record.position().map_or(0, csv::Position::line);
        rejects.count_row();
        let raw = data[start..end].trim_ascii();
        let odd_quotes = raw.iter().filter(|b| **b == b'"').count() % 2 == 1;
        if raw.contains(&b'\n') && (odd_quotes || record.len() != columns) {
            let first = raw.split(|b| *b == b'\n').next().unwrap_or(raw);
            rejects.out(line, Out::Rejected("a quote is not closed"), &raw_text(first));
            let blank = data[start..end].len() - data[start..end].trim_ascii_start().len();
            base = start + blank + first.len() + 1;
            lines = newlines(&data[..base]) as u64;
            reader = rows_of(&data[base..]);
            continue;
        }
        let fields: std::result::Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
        let Ok(fields) = fields else {
            rejects.out(line, Out::Rejected("not UTF-8"), &raw_text(raw));
            continue;
        };
        let too_many = fields.len() > columns;
        let row = Row { line, fields };
        let result = if too_many { Err("more fields than columns".into()) } else { f(&row) };
        if let Err(out) = result {
            rejects.out(line, out, &row.text(shown));
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
fn json_columns(head: &[u8]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for line in head.split(|b| *b == b'\n').take(1000) {
        if let Ok(serde_json::Value::Object(object)) = serde_json::from_slice(line) {
            for key in object.keys().filter(|k| !columns.contains(k)).cloned().collect::<Vec<_>>() {
                columns.push(key);
            }
        }
    }
    columns
}
