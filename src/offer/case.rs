//! Cases of `promotion-case/v1`: what the engine answers, in the words of the schema, and where that differs.

use super::json::{Case, read_case};
use super::{Invalid, Limits, Quote, addons, quote};
use serde_json::{Map, Value, json};

/// The name of the schema.
pub const SCHEMA: &str = "promotion-case/v1";

/// One place where the answer is not what was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Keys and indices, as in `applied[0].lines.L1`.
    pub path: String,
    /// What was expected; `None` for nothing.
    pub expected: Option<Value>,
    /// What was found; `None` for nothing.
    pub found: Option<Value>,
}

/// The engine's answer to a case, as its `expect` would stand in the file; `optimal` says whether it is proven.
pub fn answer(case: &Value, limits: Limits) -> Value {
    let result = read_case(case).and_then(|c| answer_to(&c, limits));
    result.unwrap_or_else(|e: Invalid| json!({ "error": { "code": e.code.code(), "path": e.path } }))
}

/// Where the answer to a case differs from its `expect`. What the case does not ask for is not compared.
///
/// # Example: a payable that is off by one
///
/// ```
/// use nearshelf::offer::{Limits, case::differences};
/// let line = serde_json::json!({ "id": "1", "sku": "cup", "price": 900, "qty": 2 });
/// let case = serde_json::json!({ "now": "2026-11-11T00:00:00Z", "cart": { "lines": [line] }, "promotions": [],
///                                "expect": { "payable": 1799 } });
/// let d = differences(&case, Limits::default());
/// assert_eq!((d.len(), d[0].path.as_str()), (1, "payable"));
/// ```
pub fn differences(case: &Value, limits: Limits) -> Vec<Difference> {
    let found = answer(case, limits);
    let mut out = Vec::new();
    let none = Map::new();
    for (key, expected) in case["expect"].as_object().unwrap_or(&none) {
        compare(key, Some(expected), found.get(key), &mut out);
    }
    let unexpected = found.get("error").filter(|_| case["expect"].get("error").is_none());
    if unexpected.is_some() {
        out.insert(0, Difference { path: "error".into(), expected: None, found: unexpected.cloned() });
    }
    out
}

fn compare(path: &str, expected: Option<&Value>, found: Option<&Value>, out: &mut Vec<Difference>) {
    match (expected, found) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let more = b.keys().filter(|k| !a.contains_key(*k));
            a.keys().chain(more).for_each(|k| compare(&format!("{path}.{k}"), a.get(k), b.get(k), out));
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            (0..a.len().max(b.len())).for_each(|i| compare(&format!("{path}[{i}]"), a.get(i), b.get(i), out));
        }
        (a, b) if a == b => {}
        (a, b) => out.push(Difference { path: path.into(), expected: a.cloned(), found: b.cloned() }),
    }
}

fn answer_to(c: &Case, limits: Limits) -> Result<Value, Invalid> {
    let q = quote(&c.offers, &c.cart, &c.customer, c.now, limits);
    let mut all = quoted(&q);
    if let Some(catalog) = &c.catalog
        && let Some(a) = addons(&c.offers, &c.cart, catalog, &c.customer, c.now, limits)?.singles.first()
    {
        let sku = &catalog[a.place].sku;
        all.insert("addon".into(), json!({ "sku": sku, "payable_after": a.payable_after.0, "delta": a.delta.0 }));
    }
    Ok(Value::Object(all))
}

fn quoted(q: &Quote) -> Map<String, Value> {
    let lines = |list: &[(usize, super::Minor)]| -> Value {
        list.iter().map(|(l, part)| (q.lines[*l].id.clone(), json!(part.0))).collect::<Map<_, _>>().into()
    };
    let applied = q.applied.iter();
    let applied =
        applied.map(|a| json!({ "id": a.id, "amount": a.amount.0, "times": a.times, "lines": lines(&a.lines) }));
    let payable = q.lines.iter().map(|l| (l.id.clone(), json!(l.payable.0)));
    let fields = [
        ("subtotal", json!(q.subtotal.0)),
        ("shipping", json!(q.shipping.0)),
        ("discount", json!(q.discount.0)),
        ("payable", json!(q.payable.0)),
        ("line_payable", Value::Object(payable.collect())),
        ("applied", applied.collect()),
        ("gifts", q.gifts.iter().map(|g| json!({ "sku": g.sku, "qty": g.qty })).collect()),
        ("rejected", Value::Object(q.refused.iter().map(|r| (r.id.clone(), json!(r.reason.code()))).collect())),
        ("optimal", json!(q.proof == super::Proof::Optimal)),
    ];
    fields.into_iter().map(|(key, v)| (key.into(), v)).collect()
}
