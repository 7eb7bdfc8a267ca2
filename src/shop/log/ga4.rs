//! GA4's export to BigQuery: an event a row, with its items.
//!
//! Schema: "BigQuery Export schema" of GA4, Analytics Help 7029846. JSON lines write 64-bit integers as texts.

use super::super::parquet::{self, Cells, Leaf};
use super::super::rejects::{Out, Part, Rejects};
use super::super::{Progress, source};
use super::json::{self, Many, One, Records, Text};
use super::sink::{Event, Sink, copy_key};
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use serde::Deserialize;
use std::path::Path;

/// Fields of an item; the first names it by default.
const FIELDS: [&str; 3] = ["item_id", "item_variant", "item_name"];

/// One row.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    event_name: Text,
    event_timestamp: Text,
    user_pseudo_id: Text,
    user_id: Text,
    batch_page_id: Text,
    batch_ordering_id: Text,
    batch_event_index: Text,
    event_params: Many<Param>,
    ecommerce: One<Ecommerce>,
    items: Many<Item>,
}

impl Row {
    fn named(&self) -> String {
        [&self.event_name, &self.event_timestamp].map(Text::as_str).join(" ")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Param {
    key: Text,
    value: One<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Value {
    string_value: Text,
    int_value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ecommerce {
    transaction_id: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    item_id: Text,
    item_variant: Text,
    item_name: Text,
}

pub(super) fn read(path: &Path, sink: &mut Sink<'_>, rejects: &mut Rejects, progress: &dyn Progress) -> Result<()> {
    let fields = sink.fields(&FIELDS, 1);
    let head = source::head(path)?;
    if head.starts_with(parquet::MAGIC) {
        return read_parquet(path, &fields, sink, rejects, progress);
    }
    if !head.trim_ascii_start().starts_with(b"{") && !head.trim_ascii_start().starts_with(b"[") {
        let detail = format!("{} is neither JSON lines nor Parquet, as an export of GA4 would be.", path.display());
        return Err(Error::new(Code::BadTable, detail));
    }
    let records = Records { format: "GA4 export, JSON lines", lists: &[], named: Row::named, is_private: false };
    json::for_each(path, &records, rejects, progress, |_, row, _| take(row, &fields, sink))
}

/// Puts the steps of a row into the sink.
fn take(row: &Row, fields: &[usize], sink: &mut Sink<'_>) -> std::result::Result<(), Out> {
    let name = row.event_name.as_str();
    if name.is_empty() {
        return Err("no event name".into());
    }
    let Some(kind) = sink.kind(name, EventKind::from_name(name)).filter(|k| k.is_step()) else {
        return Err(Out::Ignored("an event that is no step"));
    };
    let time = sink.time(row.event_timestamp.as_str())?;
    let param = |key: &str| row.event_params.0.iter().find(|p| p.key.as_str() == key).and_then(|p| p.value.0.as_ref());
    let session = param("ga_session_id").map_or("", |v| v.int_value.or(&v.string_value).as_str());
    let (device, account) = (row.user_pseudo_id.as_str(), row.user_id.as_str());
    sink.note("user_pseudo_id", !device.is_empty());
    sink.note("user_id", !account.is_empty());
    sink.note("ga_session_id", !session.is_empty());
    if device.is_empty() && account.is_empty() {
        return Err(Out::Ignored("no shopper: consent to analytics was not given"));
    }
    let owner = if device.is_empty() { account } else { device };
    let session = if session.is_empty() { String::new() } else { format!("{owner}.{session}") };
    let order = order(time.micros, row);
    let event = Event { session: &session, account, device, order };
    let transaction = row.ecommerce.0.as_ref().map(|e| &e.transaction_id).filter(|t| !t.is_empty());
    let transaction = transaction.or_else(|| param("transaction_id").map(|v| v.string_value.or(&v.int_value)));
    let mut found = false;
    for (item, place) in row.items.0.iter().zip(0..) {
        let texts = [&item.item_id, &item.item_variant, &item.item_name].map(Text::as_str);
        let item = [(fields[0], texts[0]), (fields[1], texts[1]), (fields[2], texts[2])];
        for (name, text) in FIELDS.iter().zip(texts) {
            sink.note(name, !text.is_empty());
        }
        if !sink.is_item(&item) {
            continue;
        }
        found = true;
        let number = place.to_string();
        let copy = match transaction.filter(|t| kind == EventKind::Purchase && !t.is_empty()) {
            // A thank-you page that is loaded again reports the order again.
            Some(t) => copy_key(&["order", t.as_str(), texts[0], texts[1]]),
            None => {
                copy_key(&["row", name, row.event_timestamp.as_str(), &order.to_string(), &number, texts[0], texts[1]])
            }
        };
        sink.step(&event, time.at, kind, place, copy, &item);
    }
    if found { Ok(()) } else { Err("no item id".into()) }
}

/// Events of one request share their time; the export says in which order they happened: what is left of the millisecond, page,
/// request and place in it.
fn order(micros: u64, row: &Row) -> u64 {
    let part = |text: &Text, bits: u32| text.as_str().parse::<u64>().map_or(0, |v| v & ((1 << bits) - 1));
    (micros << 54)
        | (part(&row.batch_page_id, 22) << 32)
        | (part(&row.batch_ordering_id, 16) << 16)
        | part(&row.batch_event_index, 16)
}

/// The columns that are read, of over a hundred.
const COLUMNS: [&str; 14] = [
    "event_name",
    "event_timestamp",
    "user_pseudo_id",
    "user_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
    "event_params.key",
    "event_params.value.string_value",
    "event_params.value.int_value",
    "ecommerce.transaction_id",
    "items.item_id",
    "items.item_variant",
    "items.item_name",
];

fn read_parquet(
    path: &Path,
    fields: &[usize],
    sink: &mut Sink<'_>,
    rejects: &mut Rejects,
    progress: &dyn Progress,
) -> Result<()> {
    let leaves: Vec<Leaf> = parquet::leaves(path)?.into_iter().filter(|l| COLUMNS.contains(&l.name.as_str())).collect();
    let place = |name: &str| leaves.iter().position(|l| l.name == name);
    for needed in ["event_name", "event_timestamp"] {
        if place(needed).is_none() {
            let detail = format!("{} has no column {needed}, as an export of GA4 would.", path.display());
            return Err(Error::new(Code::BadTable, detail));
        }
    }
    let places = COLUMNS.map(place);
    rejects.open(Part::Log, &source::name(path), "GA4 export, Parquet");
    parquet::for_each_row(path, &leaves, progress, &mut |line, cells| {
        rejects.count_row();
        let row = row_of(cells, &places);
        if let Err(out) = take(&row, fields, sink) {
            rejects.out(line, out, &row.named());
        }
    })
}

fn row_of(cells: &Cells, places: &[Option<usize>; COLUMNS.len()]) -> Row {
    let list = |column: usize| places[column].and_then(|p| cells.get(p)).map_or(&[][..], Vec::as_slice);
    let at = |column: usize, n: usize| list(column).get(n).and_then(|c| c.as_deref()).map_or(Text::default(), Text::of);
    let one = |column: usize| at(column, 0);
    let params = (0..list(7).len())
        .map(|n| Param { key: at(7, n), value: One(Some(Value { string_value: at(8, n), int_value: at(9, n) })) });
    let length = list(11).len().max(list(12).len()).max(list(13).len());
    let items = (0..length).map(|n| Item { item_id: at(11, n), item_variant: at(12, n), item_name: at(13, n) });
    Row {
        event_name: one(0),
        event_timestamp: one(1),
        user_pseudo_id: one(2),
        user_id: one(3),
        batch_page_id: one(4),
        batch_ordering_id: one(5),
        batch_event_index: one(6),
        event_params: Many(params.collect()),
        ecommerce: One(Some(Ecommerce { transaction_id: one(10) })),
        items: Many(items.collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::shop::parquet::tests::{Written, write};
    use crate::shop::{Shop, ShopFiles, Silent};
    use ::parquet::basic::Compression;

    /// BigQuery's schema, as far as it is read, and a column that is not.
    const SCHEMA: &str = "message schema {
        optional binary event_date (UTF8);
        optional int64 event_timestamp;
        optional binary event_name (UTF8);
        optional group event_params (LIST) { repeated group list { optional group element {
            optional binary key (UTF8);
            optional group value { optional binary string_value (UTF8); optional int64 int_value; }
        } } }
        optional binary user_id (UTF8);
        optional binary user_pseudo_id (UTF8);
        optional group ecommerce { optional binary transaction_id (UTF8); }
        optional group items (LIST) { repeated group list { optional group element {
            optional binary item_id (UTF8); optional binary item_name (UTF8);
        } } }
    }";

    #[test]
    fn parquet_and_json_lines_of_one_export_are_one_log() {
        let dir = tempfile::tempdir().expect("a folder");
        // Four rows: a look, a page view without items, the order with two items, the same order once more.
        let at = 1_793_527_200_000_000;
        let flat = |values: Vec<&'static str>, def: Vec<i16>| Written::Text(values, def, vec![]);
        let columns = vec![
            flat(vec!["20261101"; 4], vec![1; 4]),
            Written::Number(vec![at, at + 5, at + 2_000_000, at + 9_000_000], vec![1; 4], vec![]),
            flat(vec!["view_item", "page_view", "purchase", "purchase"], vec![1; 4]),
            // Keys: two parameters in the first row, one in the others.
            Written::Text(
                vec!["page_title", "ga_session_id", "ga_session_id", "ga_session_id", "ga_session_id"],
                vec![4; 5],
                vec![0, 1, 0, 0, 0],
            ),
            Written::Text(vec!["Tea"], vec![5, 4, 4, 4, 4], vec![0, 1, 0, 0, 0]),
            Written::Number(vec![7, 7, 7, 7], vec![4, 5, 5, 5, 5], vec![0, 1, 0, 0, 0]),
            flat(vec!["anna", "anna"], vec![0, 0, 1, 1]),
            flat(vec!["p.1"; 4], vec![1; 4]),
            flat(vec!["t1", "t1"], vec![0, 0, 2, 2]),
            Written::Text(vec!["a", "b", "c", "b", "c"], vec![4, 1, 4, 4, 4, 4], vec![0, 0, 0, 1, 0, 1]),
            Written::Text(vec!["A"], vec![4, 1, 3, 3, 3, 3], vec![0, 0, 0, 1, 0, 1]),
        ];
        write(&dir.path().join("events_20261101.parquet"), SCHEMA, Compression::SNAPPY, &[columns]);
        let read = || Shop::read(&ShopFiles::in_folder(dir.path()).expect("a folder"), &Silent).expect("a shop");
        let parquet = read();
        let steps: Vec<String> = parquet.log.sessions[0]
            .steps
            .iter()
            .map(|s| format!("{} {}", s.kind.name(), parquet.products[s.product as usize].id))
            .collect();
        assert_eq!(steps, ["view_item a", "purchase b", "purchase c"]);
        assert_eq!((parquet.log.sessions.len(), parquet.log.shoppers, parquet.copies), (1, 1, 2));
        let tally = &parquet.rejects.tallies()[0];
        assert_eq!((tally.read(), tally.ignored_rows(), tally.files[0].format), (4, 1, "GA4 export, Parquet"));
        std::fs::remove_file(dir.path().join("events_20261101.parquet")).expect("removed");
        let row = |micros: i64, name: &str, user: &str, order: &str, items: &str| {
            format!(
                "{{\"event_timestamp\":\"{}\",\"event_name\":\"{name}\",\"user_pseudo_id\":\"p.1\",\"user_id\":{user},\
                 \"event_params\":[{{\"key\":\"ga_session_id\",\"value\":{{\"int_value\":\"7\"}}}}],\
                 \"ecommerce\":{{\"transaction_id\":{order}}},\"items\":[{items}]}}\n",
                at + micros
            )
        };
        let two = "{\"item_id\":\"b\"},{\"item_id\":\"c\"}";
        let json = row(9_000_000, "purchase", "\"anna\"", "\"t1\"", two)
            + &row(0, "view_item", "null", "null", "{\"item_id\":\"a\",\"item_name\":\"A\"}")
            + &row(2_000_000, "purchase", "\"anna\"", "\"t1\"", two)
            + &row(5, "page_view", "null", "null", "");
        std::fs::write(dir.path().join("events_20261101.json"), json).expect("written");
        let lines = read();
        assert_eq!((&lines.log, lines.copies), (&parquet.log, 2));
        assert_eq!(lines.products, parquet.products);
    }

    #[test]
    fn a_flat_parquet_file_is_a_table() {
        let dir = tempfile::tempdir().expect("a folder");
        let schema = "message m { optional binary session_id (UTF8); optional binary item_id (UTF8); optional int64 timestamp (TIMESTAMP(MICROS,true)); }";
        let flat = |values: Vec<&'static str>| Written::Text(values, vec![1; 2], vec![]);
        let times = Written::Number(vec![1_793_527_200_000_000, 1_793_527_201_000_000], vec![1; 2], vec![]);
        let columns = vec![flat(vec!["1", "1"]), flat(vec!["x", "y"]), times];
        write(&dir.path().join("interactions.parquet"), schema, Compression::UNCOMPRESSED, &[columns]);
        let shop = Shop::read(&ShopFiles::in_folder(dir.path()).expect("a folder"), &Silent).expect("a shop");
        assert_eq!(shop.log.sessions.len(), 1);
        assert_eq!(shop.log.sessions[0].steps[1].at, 1_793_527_201_000);
    }
}
