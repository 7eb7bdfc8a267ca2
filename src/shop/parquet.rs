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
        Ok(Err(ParquetError::General(what))) if what.contains("Disabled feature") => {
            let codec = what.rsplit(' ').next().unwrap_or_default();
            Err(bad(format!("it is compressed with {codec}; write it uncompressed, with Snappy or with GZIP")))
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::shop::Silent;
    use ::parquet::basic::Compression;
    use ::parquet::column::writer::ColumnWriter;
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    /// A column to be written: values with their levels.
    pub(crate) enum Written {
        Text(Vec<&'static str>, Vec<i16>, Vec<i16>),
        Number(Vec<i64>, Vec<i16>, Vec<i16>),
    }

    fn levels(rep: &[i16]) -> Option<&[i16]> {
        (!rep.is_empty()).then_some(rep)
    }

    /// Writes a file of one row group for each set of columns.
    pub(crate) fn write(path: &Path, schema: &str, compression: Compression, groups: &[Vec<Written>]) {
        let schema = Arc::new(parse_message_type(schema).expect("a schema"));
        let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
        let file = File::create(path).expect("a file");
        let mut writer = SerializedFileWriter::new(file, schema, properties).expect("a writer");
        for columns in groups {
            let mut group = writer.next_row_group().expect("a row group");
            for column in columns {
                let mut out = group.next_column().expect("open").expect("one more column");
                match (out.untyped(), column) {
                    (ColumnWriter::ByteArrayColumnWriter(w), Written::Text(values, def, rep)) => {
                        let values: Vec<ByteArray> = values.iter().map(|v| ByteArray::from(*v)).collect();
                        w.write_batch(&values, Some(def), levels(rep)).expect("written");
                    }
                    (ColumnWriter::Int64ColumnWriter(w), Written::Number(values, def, rep)) => {
                        w.write_batch(values, Some(def), levels(rep)).expect("written");
                    }
                    _ => panic!("the columns do not follow the schema"),
                }
                out.close().expect("closed");
            }
            group.close().expect("closed");
        }
        writer.close().expect("closed");
    }

    /// Three rows: two items of which one has no id, no items, one item.
    fn lists(def: [i16; 4]) -> Vec<Written> {
        let [none, empty, null, full] = def;
        vec![
            Written::Text(vec!["a", "b"], vec![1, 1, 0], vec![]),
            Written::Text(vec!["x", "y"], vec![full, null, empty, full], vec![0, 1, 0, 0]),
            Written::Number(vec![7, 8, 9], vec![full, full, none, full], vec![0, 1, 0, 0]),
        ]
    }

    fn rows(path: &Path) -> Vec<Vec<Vec<String>>> {
        let leaves = leaves(path).expect("columns");
        assert_eq!(leaves.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["name", "items.id", "items.n"]);
        assert_eq!(leaves.iter().map(|l| l.repeated).collect::<Vec<_>>(), [false, true, true]);
        let mut out = Vec::new();
        for_each_row(path, &leaves, &Silent, &mut |line, cells| {
            assert_eq!(line, out.len() as u64 + 1);
            let text = |c: &Option<String>| c.clone().unwrap_or_else(|| "-".into());
            out.push(cells.iter().map(|list| list.iter().map(text).collect()).collect());
        })
        .expect("rows");
        out
    }

    #[test]
    fn every_way_to_write_a_list_reads_the_same() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.parquet");
        let fields = "optional binary id (UTF8); optional int64 n;";
        let scalar = "optional binary name (UTF8);";
        let three = format!(
            "message m {{ {scalar} optional group items (LIST) {{ repeated group list {{ optional group element {{ {fields} }} }} }} }}"
        );
        let two =
            format!("message m {{ {scalar} optional group items (LIST) {{ repeated group array {{ {fields} }} }} }}");
        let plain = format!("message m {{ {scalar} repeated group items {{ {fields} }} }}");
        let expected: Vec<Vec<Vec<String>>> = [
            [vec!["a"], vec!["x", "-"], vec!["7", "8"]],
            [vec!["b"], vec![], vec![]],
            [vec!["-"], vec!["y"], vec!["9"]],
        ]
        .map(|row| row.map(|list| list.into_iter().map(String::from).collect()).to_vec())
        .to_vec();
        for (schema, def) in [(three, [0, 1, 3, 4]), (two, [0, 1, 2, 3]), (plain, [0, 0, 1, 2])] {
            for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())] {
                write(&path, &schema, compression, &[lists(def), lists(def)]);
                let both: Vec<_> = expected.iter().chain(&expected).cloned().collect();
                assert_eq!(rows(&path), both, "{schema}");
            }
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_never_a_panic() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.parquet");
        let schema = "message m { optional binary name (UTF8); repeated group items { optional binary id (UTF8); optional int64 n; } }";
        write(&path, schema, Compression::SNAPPY, &[lists([0, 0, 1, 2])]);
        let sound = std::fs::read(&path).expect("bytes");
        let read = || leaves(&path).and_then(|l| for_each_row(&path, &l, &Silent, &mut |_, _| {}));
        assert_eq!(read(), Ok(()));
        let (mut x, mut refused) = (42_u64, 0);
        // What the crate asserts is printed by the panic hook; here hundreds of files are damaged on purpose.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        for n in 0..400_usize {
            let mut bytes = sound.clone();
            for _ in 0..=n % 3 {
                x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (x >> 33) as usize % bytes.len();
                bytes[at] = (x >> 20) as u8;
            }
            if n % 5 == 0 {
                bytes.truncate((x >> 30) as usize % bytes.len());
            }
            std::fs::write(&path, bytes).expect("written");
            refused += usize::from(read().is_err());
        }
        std::panic::set_hook(hook);
        assert!(refused > 200, "{refused}");
    }
}
