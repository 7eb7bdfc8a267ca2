//! What is understood of a shopper, as the golden file has it.

use nearshelf::engine::{Asked, Engine, Names};
use nearshelf::insight::{Insight, Insights};
use nearshelf::time::Millis;
use serde_json::{Map, Value, json};

/// Each trait by its name: its fields in the order of its shape, how sure it is, the newest event's time, the evidence; those of a list as a list.
pub(super) fn insights(shelf: &mut Engine, now: Millis, zone: i16, step: &Value) -> Value {
    let account = step["account"].as_str().unwrap_or("");
    let asked = Asked { zone, account, since: step["since"].as_i64().map(Millis) };
    let told = shelf.insights(now, asked, all_of).expect("parameters that can be read");
    told.unwrap_or_else(|| json!({ "absent": {} }))
}

fn all_of(names: &Names<'_>, all: &Insights<'_>) -> Value {
    let mut out: Map<String, Value> = Map::new();
    for i in &all.known {
        let said = one(names, i);
        if i.code.is_list() {
            let list = out.entry(i.code.name()).or_insert_with(|| json!([]));
            list.as_array_mut().expect("a list").push(said);
        } else {
            out.insert(i.code.name().into(), said);
        }
    }
    let absent: Map<String, Value> = all.absent.iter().map(|(c, l)| (c.name().into(), json!(l.name()))).collect();
    out.insert("absent".into(), absent.into());
    out.into()
}

fn one(names: &Names<'_>, i: &Insight<'_>) -> Value {
    let mut subjects = names.subject(i).into_iter();
    let mut values = i.values().iter();
    let mut out: Vec<Value> = Vec::new();
    for field in i.code.shape().split(' ').skip(1) {
        out.push(if field.starts_with('@') {
            json!(subjects.next().expect("a subject"))
        } else {
            let v = *values.next().expect("a value");
            let word = field.split_once(':').and_then(|(_, words)| words.split('|').nth(v as usize));
            word.map_or_else(|| number(v), |w| json!(w))
        });
    }
    let evidence: Vec<Value> =
        i.evidence.iter().map(|e| json!([e.kind.name(), e.count.n, e.count.first.0, e.count.last.0])).collect();
    out.extend([number(i.confidence), json!(i.last().map(|t| t.0)), evidence.into()]);
    out.into()
}

/// In millionths, but for times, which are whole.
fn number(v: f64) -> Value {
    let scaled = if v.abs() < 1e9 { v * 1e6 } else { v };
    if v.is_nan() { Value::Null } else { json!((scaled + 0.5).floor() as i64) }
}
