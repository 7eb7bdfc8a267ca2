//! Rows of a Parquet file, as far as a shop's exports need them: scalar columns, and lists of records one level deep.
//!
//! Columns are read as they lie in the file, by definition and repetition levels (Melnik et al., *Dremel: Interactive
//! Analysis of Web-Scale Datasets*, VLDB 2010, section 4.1), so every way to write a list is one to us: the three levels of
//! the Parquet specification, the older two, and a plain repeated field.

use super::{Progress, source};
use crate::error::{Code, Error, Result};
use ::parquet::basic::{ConvertedType, LogicalType};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How a Parquet file begins.
pub(super) const MAGIC: &[u8] = b"PAR1";
/// Rows decoded at once.
const BATCH: usize = 1024;

/// A column that holds values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Path of names, with dots, without the wrappers that make a list: `items.item_id`.
    pub(super) name: String,
    /// True inside a list.
    pub(super) repeated: bool,
    place: usize,
}

/// The values of a row, leaf by leaf: one for a scalar, any number for a list.
pub(super) type Cells = [Vec<Option<String>>];

/// Columns of a file; those in lists of lists are left out.
pub(super) fn leaves(path: &Path) -> Result<Vec<Leaf>> {
    guarded(path, || {
        let reader = SerializedFileReader::new(File::open(path)?)?;
        let columns = reader.metadata().file_metadata().schema_descr().columns();
        let leaf = |(place, c): (usize, &std::sync::Arc<ColumnDescriptor>)| Leaf {
            name: name(c.path().parts()),
            repeated: c.max_rep_level() > 0,
            place,
        };
        Ok(columns.iter().enumerate().filter(|(_, c)| c.max_rep_level() <= 1).map(leaf).collect())
    })
}

/// A path without what only makes a list or a map.
fn name(parts: &[String]) -> String {
    let wraps = |p: &str| {
        matches!(p, "list" | "element" | "array" | "array_element" | "item" | "bag" | "key_value")
            || p.ends_with("_tuple")
    };
    let kept = parts.iter().enumerate().filter(|(i, p)| *i == 0 || !wraps(p));
    kept.map(|(_, p)| p.as_str()).collect::<Vec<_>>().join(".")
}

/// Gives each row, numbered from 1, to `f`.
pub(super) fn for_each_row(
    path: &Path,
    leaves: &[Leaf],
    progress: &dyn Progress,
    f: &mut dyn FnMut(u64, &Cells),
) -> Result<()> {
    let mut row = 0;
    let size = source::bytes(std::iter::once(path));
    guarded(path, || {
        let reader = SerializedFileReader::new(File::open(path)?)?;
        let groups = reader.num_row_groups();
        for i in 0..groups {
            let group = reader.get_row_group(i)?;
            let mut columns = leaves.iter().map(|l| Column::open(&*group, l)).collect::<Fallible<Vec<_>>>()?;
            let rows = u64::try_from(group.metadata().num_rows()).unwrap_or(0);
            let mut left = rows;
            while left > 0 {
                let batch = left.min(BATCH as u64) as usize;
                let mut read = columns.iter_mut().map(|c| c.read(batch)).collect::<Fallible<Vec<_>>>()?;
                if read.iter().any(|c| c.len() != batch) {
                    return Err(ParquetError::General("columns of unequal length".into()));
                }
                for n in 0..batch {
                    row += 1;
                    let cells: Vec<_> = read.iter_mut().map(|c| std::mem::take(&mut c[n])).collect();
                    f(row, &cells);
                }
                left -= batch as u64;
            }
            progress.advance(size / groups as u64);
        }
        Ok(())
    })
}

type Fallible<T> = std::result::Result<T, ParquetError>;

/// Runs a reader. The crate asserts what a damaged file breaks, so a panic is one more way to say that it is damaged.
fn guarded<T>(path: &Path, read: impl FnOnce() -> Fallible<T>) -> Result<T> {
    let bad =
        |what: String| Error::new(Code::BadTable, format!("{} is not readable as Parquet: {what}.", path.display()));
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(ParquetError::External(e))) if e.downcast_ref::<std::io::Error>().is_some() => Err(source::io(path, &e)),
        Ok(Err(ParquetError::NYI(what))) => {
            Err(bad(format!("{what} (write it uncompressed, with Snappy or with GZIP)")))
        }
        Ok(Err(e)) => Err(bad(e.to_string())),
        Err(_) => Err(bad("it is damaged".into())),
    }
}

/// A column while it is read.
struct Column {
    reader: ColumnReader,
    is_list: bool,
    /// Definition level from which the value itself is there.
    full: i16,
    /// Definition level from which the list has an entry.
    entry: i16,
    text: Text,
}

/// How a stored number reads as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Plain,
    Days,
}

impl Column {
    fn open(group: &dyn RowGroupReader, leaf: &Leaf) -> Fallible<Column> {
        let reader = group.get_column_reader(leaf.place)?;
        let c = group.metadata().column(leaf.place).column_descr();
        let is_date =
            c.converted_type() == ConvertedType::DATE || matches!(c.logical_type_ref(), Some(LogicalType::Date));
        Ok(Column {
            reader,
            is_list: leaf.repeated,
            full: c.max_def_level(),
            entry: c.repeated_ancestor_def_level(),
            text: if is_date { Text::Days } else { Text::Plain },
        })
    }

    /// The next rows' values.
    fn read(&mut self, rows: usize) -> Fallible<Vec<Vec<Option<String>>>> {
        let days = self.text == Text::Days;
        let number = |v: &i64| v.to_string();
        let shape = (self.is_list, self.full, self.entry);
        match &mut self.reader {
            ColumnReader::BoolColumnReader(r) => typed(r, rows, shape, |v| v.to_string()),
            ColumnReader::Int32ColumnReader(r) => {
                typed(r, rows, shape, |v| if days { date(*v) } else { v.to_string() })
            }
            ColumnReader::Int64ColumnReader(r) => typed(r, rows, shape, number),
            ColumnReader::Int96ColumnReader(r) => typed(r, rows, shape, |v: &Int96| v.to_millis().to_string()),
            ColumnReader::FloatColumnReader(r) => typed(r, rows, shape, |v| v.to_string()),
            ColumnReader::DoubleColumnReader(r) => typed(r, rows, shape, |v| v.to_string()),
            ColumnReader::ByteArrayColumnReader(r) => typed(r, rows, shape, text),
            ColumnReader::FixedLenByteArrayColumnReader(r) => {
                typed(r, rows, shape, |v: &FixedLenByteArray| v.data().iter().map(|b| format!("{b:02x}")).collect())
            }
        }
    }
}

fn text(v: &ByteArray) -> String {
    String::from_utf8_lossy(v.data()).into_owned()
}

fn date(days: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let span = jiff::Span::new().try_days(days);
    span.and_then(|s| epoch.checked_add(s)).map_or(String::new(), |d| d.to_string())
}

/// Reads rows of one column and puts the levels' record structure back.
fn typed<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    (is_list, full, entry): (bool, i16, i16),
    text: impl Fn(&T::T) -> String,
) -> Fallible<Vec<Vec<Option<String>>>> {
    let (mut def, mut rep, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (_, _, levels) = reader.read_records(rows, Some(&mut def), Some(&mut rep), &mut values)?;
    let mut values = values.iter();
    let mut out: Vec<Vec<Option<String>>> = Vec::with_capacity(rows);
    for i in 0..levels {
        // A column without levels is a required one.
        let level = if full == 0 { 0 } else { def.get(i).copied().unwrap_or(0) };
        if !is_list || rep.get(i).copied().unwrap_or(0) == 0 {
            out.push(Vec::new());
        }
        let value = if level == full { values.next().map(&text) } else { None };
        if let Some(row) = out.last_mut().filter(|_| !is_list || level >= entry) {
            row.push(value);
        }
    }
    Ok(out)
}
