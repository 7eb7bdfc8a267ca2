//! Shopify's orders: each is a visit of its own, and each of its lines a purchase.
//!
//! Sources: "Exporting orders" (Shopify Help Center), where the rows after an order's first leave its fields empty; the Admin
//! API's Order (REST) and its bulk operations (GraphQL), where lines follow their order with `__parentId`.

use super::super::rejects::{Out, Part, Rejects};
use super::super::table::{Row, Table};
use super::super::{Progress, source};
use super::json::{self, Many, One, Records, Text};
use super::sink::{Event, Sink, opaque};
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Fields of a line; all but the last name it by default.
const JSON_FIELDS: [&str; 4] = ["product_id", "variant_id", "sku", "name"];
const CSV_FIELDS: [&str; 2] = ["sku", "name"];

const CANCELLED: &str = "a cancelled order";
const REFUNDED: &str = "a refunded order";
const RETURNED: &str = "a returned line";
const TEST: &str = "a test order";
const COPY: &str = "a copy of another row";

/// Orders met so far: a file may repeat them, and one export may know of a cancellation that another does not.
#[derive(Default)]
pub(super) struct Orders {
    /// By the order's id (JSON) or its name (CSV).
    by_key: BTreeMap<(bool, String), Order>,
}

#[derive(Default)]
struct Order {
    name: String,
    /// Opaque: an e-mail address goes no further.
    customer: String,
    at: Option<i64>,
    out: Option<&'static str>,
    /// File and line it was first met in.
    first: Option<(String, u64)>,
    rows: u64,
    copies: u64,
    lines: BTreeMap<Vec<(usize, String)>, Line>,
}

#[derive(Default)]
struct Line {
    place: usize,
    returned: bool,
}

impl Orders {
    pub(super) fn read(
        &mut self,
        path: &Path,
        sink: &mut Sink<'_>,
        rejects: &mut Rejects,
        progress: &dyn Progress,
    ) -> Result<()> {
        let head = source::head(path)?;
        let text = head.trim_ascii_start();
        if !text.starts_with(b"{") && !text.starts_with(b"[") {
            return self.read_csv(path, sink, rejects, progress);
        }
        let fields = sink.fields(&JSON_FIELDS, 3);
        let file = source::name(path);
        let named =
            |value: &Value| ["id", "name"].iter().filter_map(|k| value[*k].as_str()).collect::<Vec<_>>().join(" ");
        let lists = &["orders", "data"];
        let records = Records { format: "Shopify orders, JSON", lists, named, is_private: true };
        json::for_each(path, &records, rejects, progress, |n, value, rejects| {
            self.take(value.clone(), (&file, n), &fields, sink, rejects)
        })
    }

    /// Takes an order, a line of one, or a page of them.
    fn take(
        &mut self,
        mut value: Value,
        at: (&str, u64),
        fields: &[usize],
        sink: &mut Sink<'_>,
        rejects: &mut Rejects,
    ) -> std::result::Result<(), Out> {
        if let Some(inner) = value.get_mut("data").filter(|d| d.is_object()).map(Value::take) {
            value = inner;
        }
        if let Some(list) = value.get_mut("orders").map(Value::take) {
            let Many(orders) = serde_json::from_value::<Many<Value>>(list).unwrap_or_default();
            // The page itself was counted as one row.
            for (order, n) in orders.into_iter().zip(0..) {
                if n > 0 {
                    rejects.count_row();
                }
                if let Err(out) = self.take(order, at, fields, sink, rejects) {
                    rejects.out(at.1, out, "");
                }
            }
            return Ok(());
        }
        let shape = |_| Out::Rejected("a record of another shape");
        if value.get("__parentId").is_some() {
            let parent = plain(value["__parentId"].as_str().unwrap_or_default()).to_string();
            let line: JsonLine = serde_json::from_value(value).map_err(shape)?;
            if !line.is_line() {
                return Err(Out::Ignored("not a line of an order"));
            }
            let place = self.order(true, &parent, at).lines.len();
            self.line(&parent, &line, place, false, fields, sink);
            return Ok(());
        }
        let order: JsonOrder = serde_json::from_value(value).map_err(shape)?;
        self.json_order(&order, at, fields, sink)
    }

    fn order(&mut self, is_json: bool, key: &str, (file, line): (&str, u64)) -> &mut Order {
        let order = self.by_key.entry((is_json, key.to_string())).or_default();
        order.rows += 1;
        order.first.get_or_insert_with(|| (file.to_string(), line));
        order
    }

    fn json_order(
        &mut self,
        json: &JsonOrder,
        at: (&str, u64),
        fields: &[usize],
        sink: &mut Sink<'_>,
    ) -> std::result::Result<(), Out> {
        let id = plain(json.id.or(&json.name).as_str()).to_string();
        if id.is_empty() {
            return Err("no order id".into());
        }
        let time = sink.time(json.created_at.or(&json.created).or(&json.processed_at).as_str())?;
        let customer = json.customer.0.as_ref();
        let known = customer.map_or("", |c| c.id.as_str());
        let mail = customer.map_or(&json.email, |c| c.email.or(&json.email)).as_str().to_lowercase();
        sink.note("customer", !known.is_empty() || !mail.is_empty());
        let is = |status: &str| {
            let stated = [&json.financial_status, &json.display_financial_status];
            stated.iter().any(|s| s.as_str().eq_ignore_ascii_case(status))
        };
        let cancelled = !json.cancelled_at.is_empty() || !json.cancelled.is_empty() || is("voided");
        let order = self.order(true, &id, at);
        order.name = json.name.as_str().to_string();
        order.at = Some(order.at.map_or(time.at, |at| at.min(time.at)));
        let customer = if known.is_empty() { mail } else { format!("id {}", plain(known)) };
        if !customer.is_empty() {
            order.customer = opaque(&customer);
        }
        let reasons = [(json.test.as_str() == "true", TEST), (cancelled, CANCELLED), (is("refunded"), REFUNDED)];
        order.out = order.out.or(reasons.iter().find(|(is, _)| *is).map(|(_, reason)| *reason));
        let lines = json.line_items.0.iter().chain(&json.lines.0);
        for (line, place) in lines.zip(0..) {
            let returned = json.refunded(plain(line.id.as_str()));
            let bought = line.quantity.as_str().parse::<u64>().unwrap_or(1);
            self.line(&id, line, place, returned >= bought.max(1), fields, sink);
        }
        Ok(())
    }

    fn line(
        &mut self,
        order: &str,
        line: &JsonLine,
        place: usize,
        returned: bool,
        fields: &[usize],
        sink: &mut Sink<'_>,
    ) {
        let product = line.product.0.as_ref().map_or("", |n| n.id.as_str());
        let variant = line.variant.0.as_ref().map_or("", |n| n.id.as_str());
        let sku = line.variant.0.as_ref().map_or("", |n| n.sku.as_str());
        let either =
            |a: &'_ Text, b: &str| if a.is_empty() { plain(b).to_string() } else { plain(a.as_str()).to_string() };
        let texts = [
            either(&line.product_id, product),
            either(&line.variant_id, variant),
            either(&line.sku, sku),
            line.name.or(&line.title).as_str().to_string(),
        ];
        for (name, text) in JSON_FIELDS.iter().zip(&texts) {
            sink.note(name, !text.is_empty());
        }
        let returned = returned || line.current_quantity.or(&line.current).as_str() == "0";
        let key = fields.iter().copied().zip(texts).collect();
        let Some(order) = self.by_key.get_mut(&(true, order.to_string())) else { return };
        let known = order.lines.entry(key).or_insert(Line { place, returned });
        known.place = known.place.min(place);
        known.returned |= returned;
    }

    fn read_csv(
        &mut self,
        path: &Path,
        sink: &mut Sink<'_>,
        rejects: &mut Rejects,
        progress: &dyn Progress,
    ) -> Result<()> {
        let mut table = Table::open(path, progress)?;
        let file = source::name(path);
        let fields = sink.fields(&CSV_FIELDS, 2);
        let name = table.column(&["Name"]).ok_or_else(|| {
            let detail = format!("{file} has no column Name, as an export of orders would; it has {}.", table.listed());
            Error::new(Code::BadTable, detail)
        })?;
        let column = |names: &[&str]| table.column(names);
        let mail = column(&["Email", "Customer", "Customer ID"]);
        let (created, cancelled) = (column(&["Created at", "Paid at"]), column(&["Cancelled at", "Canceled at"]));
        let status = column(&["Financial Status"]);
        let items = [column(&["Lineitem sku"]), column(&["Lineitem name"])];
        // The other columns say where somebody lives.
        table.show_only([Some(name), created, items[0], items[1]].into_iter().flatten().collect());
        let mut last = String::new();
        table.for_each(Part::Log, rejects, progress, |row: &Row<'_>| {
            let own = row.get(Some(name));
            if !own.is_empty() {
                last = own.to_string();
            }
            if last.is_empty() {
                return Err("no order name".into());
            }
            let at = row.get(created);
            let at = if at.is_empty() { None } else { Some(sink.time(at)?.at) };
            let texts = items.map(|c| row.get(c));
            let order = self.order(false, &last, (&file, row.line));
            order.at = [order.at, at].into_iter().flatten().min();
            if !row.get(mail).is_empty() {
                order.customer = opaque(&row.get(mail).to_lowercase());
            }
            let is_void = row.get(status).eq_ignore_ascii_case("voided");
            if !row.get(cancelled).is_empty() || is_void {
                order.out = Some(CANCELLED);
            } else if row.get(status).eq_ignore_ascii_case("refunded") {
                order.out = order.out.or(Some(REFUNDED));
            }
            for (name, text) in CSV_FIELDS.iter().zip(texts) {
                sink.note(name, !text.is_empty());
            }
            let key: Vec<_> = fields.iter().copied().zip(texts.map(String::from)).collect();
            let is_new = order.lines.insert(key, Line::default()).is_none();
            order.copies += u64::from(!is_new);
            Ok(())
        })
    }

    /// Puts the orders' lines into the sink, now that all is known of them.
    pub(super) fn finish(self, sink: &mut Sink<'_>, rejects: &mut Rejects) {
        let names: BTreeSet<String> = self
            .by_key
            .iter()
            .filter(|((is_json, _), o)| *is_json && !o.name.is_empty())
            .map(|(_, o)| o.name.clone())
            .collect();
        for ((is_json, key), order) in self.by_key {
            let (file, line) = order.first.clone().unwrap_or_default();
            let mut out = |out: Out, rows: u64| {
                if rows > 0 {
                    rejects.out_of(&file, line, out, &key, rows);
                }
            };
            if !is_json && names.contains(&key) {
                out(Out::Ignored(COPY), order.rows);
                continue;
            }
            if let Some(reason) = order.out {
                out(Out::Ignored(reason), order.rows);
                continue;
            }
            let Some(at) = order.at else {
                out("a timestamp that is no time".into(), order.rows);
                continue;
            };
            out(Out::Ignored(COPY), order.copies);
            let is_row = u64::from(!is_json);
            let mut given = 0;
            for (fields, one) in &order.lines {
                let item: Vec<(usize, &str)> = fields.iter().map(|(n, text)| (*n, text.as_str())).collect();
                if one.returned {
                    out(Out::Ignored(RETURNED), is_row);
                } else if !sink.is_item(&item) {
                    out("no item id".into(), is_row);
                } else {
                    given += 1;
                    let kind = sink.kind("order line", Some(EventKind::Purchase)).filter(|k| k.is_step());
                    let event = Event { session: &key, account: &order.customer, device: "", order: one.place as u64 };
                    if let Some(kind) = kind {
                        sink.step(&event, at, kind, one.place, 0, &item);
                    }
                }
            }
            if given == 0 && is_json {
                out(Out::Ignored("an order without a line that counts"), order.rows);
            }
        }
    }
}

/// The number in `gid://shopify/Product/123`.
fn plain(id: &str) -> &str {
    let Some(path) = id.strip_prefix("gid://") else { return id };
    let path = path.split('?').next().unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JsonOrder {
    id: Text,
    name: Text,
    created_at: Text,
    #[serde(rename = "createdAt")]
    created: Text,
    #[serde(alias = "processedAt")]
    processed_at: Text,
    cancelled_at: Text,
    #[serde(rename = "cancelledAt")]
    cancelled: Text,
    financial_status: Text,
    #[serde(rename = "displayFinancialStatus")]
    display_financial_status: Text,
    test: Text,
    email: Text,
    customer: One<Customer>,
    line_items: Many<JsonLine>,
    #[serde(rename = "lineItems")]
    lines: Many<JsonLine>,
    refunds: Many<Refund>,
}

impl JsonOrder {
    /// Pieces of a line that were given back.
    fn refunded(&self, line: &str) -> u64 {
        let of_line = |r: &&RefundLine| {
            let nested = r.line_item.0.as_ref().map_or("", |n| n.id.as_str());
            !line.is_empty() && (plain(r.line_item_id.as_str()) == line || plain(nested) == line)
        };
        let lines = self.refunds.0.iter().flat_map(|r| r.refund_line_items.0.iter().chain(&r.lines.0));
        lines.filter(of_line).map(|r| r.quantity.as_str().parse::<u64>().unwrap_or(0)).sum()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Customer {
    id: Text,
    email: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JsonLine {
    id: Text,
    product_id: Text,
    variant_id: Text,
    sku: Text,
    name: Text,
    title: Text,
    quantity: Text,
    current_quantity: Text,
    #[serde(rename = "currentQuantity")]
    current: Text,
    product: One<Node>,
    variant: One<Node>,
}

impl JsonLine {
    fn is_line(&self) -> bool {
        let has_product = self.product.0.is_some() || self.variant.0.is_some() || !self.sku.is_empty();
        self.id.as_str().contains("/LineItem/") || has_product || !self.product_id.is_empty()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Node {
    id: Text,
    sku: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refund {
    refund_line_items: Many<RefundLine>,
    #[serde(rename = "refundLineItems")]
    lines: Many<RefundLine>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RefundLine {
    line_item_id: Text,
    #[serde(rename = "lineItem")]
    line_item: One<Node>,
    quantity: Text,
}
