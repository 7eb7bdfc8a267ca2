//! What is declared, as the golden files have it.

use nearshelf::engine::{DeclaredView, Declaring, Engine};
use nearshelf::profile::attribute::{Kind, Said, Source};
use nearshelf::time::Millis;
use serde_json::{Value, json};

const SOURCES: [&str; 4] = ["shopper", "shop", "survey", "import"];

/// Declares a step's answers; answers how many were taken, and what is declared then: typed, in a pack of attributes, else `field=value`.
pub(super) fn declare(shelf: &mut Engine, now: Millis, step: &Value) -> Value {
    let answers = step["answers"].as_object().expect("answers");
    let texts: Vec<(&str, &Value, String)> = answers
        .iter()
        .flat_map(|(field, value)| each(value).into_iter().map(move |v| (field.as_str(), v, v.to_string())))
        .collect();
    let said: Vec<(&str, Said<'_>)> = texts.iter().map(|(field, value, text)| (*field, answer(value, text))).collect();
    let source = SOURCES.iter().position(|s| step["source"] == *s).map_or(Source::Shopper, |i| Source::ALL[i]);
    let how = Declaring { source, confidence: step["confidence"].as_f64(), merge: step["merge"] == true };
    let accepted = shelf.declare(now, &said, how).unwrap_or(0);
    json!({ "accepted": accepted, "declared": declared(shelf) })
}

/// The values of a list, of which one that is empty takes back.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) if list.is_empty() => vec![&Value::Null],
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    }
}

fn answer<'a>(value: &'a Value, text: &'a str) -> Said<'a> {
    match value {
        Value::Null => Said::Nothing,
        Value::Bool(yes) => Said::Flag(*yes),
        Value::Number(n) => Said::Number(n.as_f64().expect("a number"), text),
        other => Said::Text(other.as_str().unwrap_or("")),
    }
}

/// [field, value, text, source, confidence in hundredths, time, until] of each.
pub(super) fn declared(shelf: &mut Engine) -> Value {
    let mut out: Vec<Value> = Vec::new();
    for d in shelf.declared() {
        match out.last_mut().and_then(Value::as_array_mut).filter(|last| d.kind == Kind::Choices && last[0] == d.field)
        {
            Some(last) => {
                last[1].as_array_mut().expect("a list").push(json!(d.value));
                last[2] = json!(format!("{}, {}", last[2].as_str().expect("a text"), d.text));
            }
            None => out.push(one(&d)),
        }
    }
    out.into()
}

fn one(d: &DeclaredView<'_>) -> Value {
    let n = d.number;
    let (value, plain) = match d.kind {
        Kind::Choice => (json!(d.value), String::new()),
        Kind::Choices => (json!([d.value]), String::new()),
        Kind::Boolean => (json!(n == 1.0), format!("{}", n == 1.0)),
        Kind::MonthDay => {
            let day = format!("{:02}-{:02}", n as u32 / 100, n as u32 % 100);
            (json!(day), day)
        }
        _ if n.fract() == 0.0 => (json!(n as i64), format!("{n}")),
        _ => (json!(n), format!("{n}")),
    };
    let text = if d.kind.is_listed() {
        d.text.to_string()
    } else if d.text.is_empty() {
        plain
    } else {
        format!("{plain} {}", d.text)
    };
    json!([d.field, value, text, SOURCES[d.source as usize], (d.confidence * 100.0).round() as i64, d.at.0, d.until.0])
}

/// [path, level, share in millionths, events, last] of each category with what lies below it, the strongest first.
pub(super) fn paths(shelf: &mut Engine, now: Millis) -> Value {
    let mut all = Vec::new();
    shelf.category_paths(now, &mut |p| {
        all.push((p.key.to_string(), p.level, (p.share * 1e6).round() as i64, p.events, p.last.0))
    });
    all.sort_by_key(|p| std::cmp::Reverse(p.2));
    all.into_iter().map(|(path, level, share, events, last)| json!([path, level, share, events, last])).collect()
}
