//! The golden file, natively.

use nearshelf::member::{
    self, Asked, Difference, Ledger, NEVER, State, apply, json as edge, next_purchase, reconcile, state, to_civil,
};
use nearshelf::time::Millis;
use serde_json::{Value, json};

pub(crate) const GOLDEN: &str = include_str!("../golden/membership.json");
pub(crate) const SAMPLE: &str = include_str!("../../www-demo/shop/loyalty.json");

fn date(day: i32) -> Value {
    if day == NEVER {
        return Value::Null;
    }
    let (y, m, d) = to_civil(day);
    format!("{y:04}-{m:02}-{d:02}").into()
}

fn lots(all: &[member::Lot]) -> Value {
    all.iter().map(|l| json!([date(l.until), l.left])).collect()
}

fn told(s: &State, shop: &Value) -> Value {
    let by_id = |list: &Value, all: &[member::Left], one: &dyn Fn(&member::Left) -> Value| {
        let ids = list.as_array().expect("a list").iter().map(|v| v["id"].as_str().expect("an id").to_string());
        Value::Object(ids.zip(all.iter().map(one)).collect())
    };
    let lacks = |l: &member::Left| {
        [Value::Null, "limit".into(), "level".into(), "growth".into(), "points".into()][usize::from(l.lacks)].clone()
    };
    json!({
        "day": date(s.day), "level": shop["levels"][s.level]["id"], "since": date(s.since), "review": date(s.review), "to_keep": s.to_keep,
        "growth": s.growth, "growth_claim": s.growth_claim, "to_next": s.to_next, "points": s.points, "points_claim": s.points_claim,
        "pending": lots(&s.pending), "undelivered": s.undelivered, "expiries": lots(&s.ends), "fades": lots(&s.fades),
        "tasks": by_id(&shop["growth"]["tasks"], &s.tasks, &|l| json!(l.left)),
        "redeem": by_id(&shop["redeem"], &s.redeem, &|l| json!([l.left, lacks(l)])),
        "benefits": s.benefits.len(), "birthday_had": date(s.birthday), "closed": date(s.closed), "entries": s.open,
        "birthday": if s.birth == 0 { Value::Null } else { format!("{:02}-{:02}", s.birth / 100, s.birth % 100).into() },
    })
}

/// What is expected has to be there; a list as it is, an object at least with these keys.
fn holds(seen: &Value, expected: &Value) -> bool {
    match (seen, expected) {
        (Value::Object(seen), Value::Object(expected)) => {
            expected.iter().all(|(k, v)| seen.get(k).is_some_and(|s| holds(s, v)))
        }
        _ => seen == expected,
    }
}

fn difference(d: Difference, s: &member::Statement<'_>, shop: &Value) -> Value {
    match d {
        Difference::Entry { kind, here, there, place, .. } => {
            let id = place.and_then(|i| s.entries.as_ref()?.get(i)).map(|e| e.id);
            json!({ "what": "entry", "type": kind.word(), "here": here, "there": there, "id": id })
        }
        Difference::Unreadable { place, why } => json!({ "what": "unreadable", "place": place, "why": why.code() }),
        Difference::Dropped { kind, .. } => json!({ "what": "dropped", "type": kind.word() }),
        Difference::Sum { sum, here, there } => {
            let name = ["level", "growth", "points", "pending", "growthClaim", "pointsClaim"][usize::from(sum)];
            let value = |n: u64| if sum == 0 { shop["levels"][n as usize]["id"].clone() } else { n.into() };
            json!({ "what": "sum", "sum": name, "here": value(here), "there": value(there) })
        }
    }
}

#[test]
fn the_golden_file_holds() {
    let file: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let p = edge::program(&shop, file["zone"].as_i64().expect("a zone") as i32).expect("the sample");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() > 30);
    for case in cases {
        let name = &case["name"];
        let (mut ledger, mut now) = (Ledger::default(), Millis(0));
        for step in case["steps"].as_array().expect("steps") {
            now = edge::instant(step["now"].as_str().expect("a time")).expect("a time");
            if !step["entries"].is_null() {
                let entries = edge::entries(&step["entries"]).expect("entries");
                let outcomes = apply(&p, &mut ledger, now, &entries);
                let words: Value = outcomes
                    .iter()
                    .map(|o| o.why.map_or_else(|| member::wire::status(o.status), |w| w.code()))
                    .collect();
                assert_eq!(words, step["outcomes"], "{name}");
            }
            if !step["statement"].is_null() {
                let statement = edge::statement(&step["statement"]).expect("a statement");
                let done = reconcile(&p, &mut ledger, now, &statement);
                assert_eq!(done.outcome.why.map(|w| w.code()), step["stale"].as_bool().map(|_| "stale"), "{name}");
                let seen: Vec<Value> = done.differences.iter().map(|d| difference(*d, &statement, &shop)).collect();
                let expected = step["differences"].as_array().cloned().unwrap_or_default();
                let all = seen.len() == expected.len() && seen.iter().zip(&expected).all(|(s, e)| holds(s, e));
                assert!(all, "{name}: {seen:#?}");
            }
            let bytes = ledger.write();
            assert_eq!(Ledger::read(&bytes).as_ref(), Ok(&ledger), "{name}");
        }
        let seen = told(&state(&p, &ledger, now), &shop);
        for (key, expected) in case["state"].as_object().expect("a state") {
            assert!(holds(&seen[key], expected), "{name}: {key} is {}, not {expected}\n{seen}", seen[key]);
        }
        for ask in case["next"].as_array().into_iter().flatten() {
            let amounts =
                member::Amounts { paid: ask["paid"].as_u64().expect("an amount"), ..member::Amounts::default() };
            let n = next_purchase(&p, &ledger, now, Asked { amounts, currency: "" }).expect("an answer");
            let seen = json!({ "paid": ask["paid"], "growth": n.growth, "points": n.points, "level": shop["levels"][n.level]["id"], "from": date(n.from), "until": date(n.until) });
            assert!(holds(&seen, ask), "{name}: {seen}");
        }
    }
}
