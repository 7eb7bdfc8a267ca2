//! What the hosts make of the section `RULE`, once more: which rules hold, and what they do, as pins.

use nearshelf::codec::Reader;
use nearshelf::condition::{Program, json};
use nearshelf::engine::Engine;
use nearshelf::pack::Tag;
use nearshelf::time::Millis;
use serde_json::{Map, Value};

/// Pins, and the names of the rules that hold; none for a pack without rules.
pub(super) fn rules(
    shelf: &mut Engine,
    now: Millis,
    step: &Value,
    said: &[String],
) -> (Vec<(String, u32)>, Vec<String>) {
    let Some(section) = shelf.catalog().pack().section(Tag::RULE, 0).map(<[u8]>::to_vec) else {
        return Default::default();
    };
    let slot = step["slot"].as_str().unwrap_or("default");
    let personal = step["mode"] != "neutral" && shelf.consent().may_personalize().is_some();
    let events = shelf.portrait(now).events;
    let mut context = Map::new();
    context.insert("scene".into(), step["scene"].clone());
    context.insert("slot".into(), slot.into());
    context.extend(step["attributes"].as_object().cloned().unwrap_or_default());
    context.insert("shopper".into(), serde_json::json!({ "events": events }));
    let context = [Value::Object(context)];
    let mut r = Reader::new(&section);
    let texts = |r: &mut Reader<'_>| -> Vec<String> { (0..r.count(4)).map(|_| r.str().to_string()).collect() };
    let (mut pins, mut names) = (Vec::new(), Vec::new());
    for _ in 0..r.count(40) {
        let name = r.str().to_string();
        let conditions: Vec<Vec<String>> = (0..r.count(4)).map(|_| texts(&mut r)).collect();
        let mine: Vec<(String, u32)> = (0..r.count(8)).map(|_| (r.str().to_string(), r.u32())).collect();
        let (when, slots, start, end) = (r.str().to_string(), texts(&mut r), r.f64(), r.f64());
        let asks = when.contains("\"shopper\"") || when.contains("\"shopper.");
        let holds = conditions.iter().all(|any| any.iter().any(|text| said.contains(text)))
            && (slots.is_empty() || slots.iter().any(|s| s == slot))
            && !(now.to_f64() < start || now.to_f64() >= end)
            && (!asks || personal)
            && (when.is_empty() || matches(&when, &context));
        if holds {
            pins.push((format!("rule:{name}"), 1 << 31));
            pins.extend(mine);
            names.push(name);
        }
    }
    r.end().expect("nothing is left over");
    (pins, names)
}

fn matches(when: &str, context: &[Value; 1]) -> bool {
    let condition: Value = serde_json::from_str(when).expect("JSON");
    let program = Program::compile(json::document(&condition, &Value::Null)).expect("a condition");
    json::Matcher::new(&program).matches(context)[0]
}
