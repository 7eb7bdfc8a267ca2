//! Seeded random cases of `promotion-case/v1`, as JSON: every kind, stage, basis, condition, limit, and some mistakes.

use serde_json::{Map, Value, json};

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    pub(crate) fn chance(&mut self, of_hundred: i64) -> bool {
        self.between(0, 99) < of_hundred
    }

    pub(crate) fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.between(0, list.len() as i64 - 1) as usize].clone()
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.between(0, i as i64) as usize);
        }
    }
}

/// Ids whose order as text is not the order of the list, nor that of numbers or letters.
const IDS: [&str; 8] = ["p1", "p10", "p2", "a", "B", "z9", "é", "p"];
const SKUS: [&str; 5] = ["A", "B", "C", "D", "E"];
const NOW: [&str; 5] = [
    "2026-11-11T10:00:00+08:00",
    "2026-11-11T16:00:00Z",
    "2028-02-29T23:59:59.999-05:30",
    "2026-12-31T22:30:00Z",
    "2026-11-11T00:00:00+08:00",
];

/// A case with 1 to 6 lines and 1 to 8 offers.
pub(crate) fn case(seed: u64) -> Value {
    let r = &mut Random(seed);
    let now = r.one_of(&NOW);
    let lines = r.between(1, 6);
    let lines: Vec<Value> = (0..lines).map(|i| line(r, &format!("L{i}"))).collect();
    let offers = r.between(1, 8).max(r.between(1, 8)) as usize;
    let mut ids = IDS;
    r.shuffle(&mut ids);
    // Many competing offers, or each with its own scope and conditions.
    let open = r.chance(50);
    let promotions: Vec<Value> = ids[..offers].iter().map(|id| offer(r, id, open)).collect();
    let mut customer = Map::new();
    sometimes(r, &mut customer, 70, "tier", |r| json!(r.one_of(&["normal", "gold"])));
    sometimes(r, &mut customer, 50, "new_customer", |r| json!(r.chance(50)));
    sometimes(r, &mut customer, 50, "birthday", |r| json!(r.one_of(&["11-11", "11-12", "02-29", "01-01", "12-31"])));
    sometimes(r, &mut customer, 70, "points", |r| json!(r.one_of(&[0, 9, 1_500, 30_000])));
    sometimes(r, &mut customer, 30, "redeemed", |r| json!({ r.one_of(&IDS): r.between(0, 2) }));
    let mut cart = Map::new();
    cart.insert("currency".into(), json!("CNY"));
    cart.insert("lines".into(), json!(lines));
    sometimes(r, &mut cart, 60, "shipping", |r| json!(r.one_of(&[0, 1, 800, 1_200])));
    sometimes(r, &mut cart, 50, "codes", |r| json!([r.one_of(&["SPRING", "spring", ""])]));
    sometimes(r, &mut cart, 30, "groups", |r| json!({ r.one_of(&IDS): r.between(0, 3) }));
    let mut case = json!({ "now": now, "customer": customer, "cart": cart, "promotions": promotions });
    if r.chance(4) {
        let catalog: Vec<Value> = (0..r.between(1, 3)).map(|_| item(r)).collect();
        case["addon"] = json!({ "catalog": catalog });
    }
    if r.chance(3) {
        spoil(r, &mut case);
        if r.chance(50) {
            spoil(r, &mut case);
        }
    }
    case
}

/// So many offers on fifty lines whose groups, exclusions, thresholds and bases get in each other's way.
pub(crate) fn hard(seed: u64, offers: usize) -> Value {
    let r = &mut Random(seed);
    let lines: Vec<Value> = (0..50)
        .map(|i| {
            json!({ "id": format!("L{i}"), "sku": format!("S{}", r.between(0, 29)), "price": r.between(500, 12_000),
                    "qty": r.between(1, 3), "store": r.one_of(&["s1", "s2", "s3"]) })
        })
        .collect();
    let total: i64 = lines.iter().map(|l| l["price"].as_i64().unwrap() * l["qty"].as_i64().unwrap()).sum();
    let promotions: Vec<Value> = (0..offers).map(|i| rival(r, &format!("p{i:02}"), total)).collect();
    json!({ "now": NOW[0], "customer": { "tier": "gold" }, "cart": { "lines": lines, "shipping": 1_200 },
            "promotions": promotions })
}

fn rival(r: &mut Random, id: &str, total: i64) -> Value {
    let part = |r: &mut Random, low: i64, high: i64| total * r.between(low, high) / 100;
    let mut p = match r.between(0, 3) {
        0 => json!({ "kind": "fixed", "threshold": part(r, 30, 98), "amount": part(r, 2, 9) }),
        1 => json!({ "kind": "every", "threshold": part(r, 15, 60), "amount": part(r, 1, 3) }),
        2 => json!({ "kind": "percent", "percent_bp": r.between(300, 1_500), "cap": part(r, 3, 9) }),
        _ => {
            let step =
                |r: &mut Random, at: i64| json!({ "threshold": part(r, at, at + 20), "amount": total * at / 900 });
            json!({ "kind": "tiers", "tiers": [step(r, 20), step(r, 46), step(r, 72)] })
        }
    };
    let p_map = p.as_object_mut().unwrap();
    p_map.insert("id".into(), json!(id));
    p_map.insert("stage".into(), json!(r.one_of(&["item", "store", "platform", "wallet"])));
    p_map.insert("threshold_basis".into(), json!(r.one_of(&["running", "running", "item", "list"])));
    sometimes(r, p_map, 40, "priority", |r| json!(r.between(0, 3)));
    sometimes(r, p_map, 25, "scope", |r| json!({ "stores": [r.one_of(&["s1", "s2", "s3"])] }));
    sometimes(r, p_map, 25, "group", |r| json!(r.one_of(&["g1", "g2", "g3"])));
    sometimes(r, p_map, 40, "excludes", |r| json!([format!("p{:02}", r.between(0, 19))]));
    p
}

fn line(r: &mut Random, id: &str) -> Value {
    let mut line = item(r);
    line["id"] = json!(id);
    line["qty"] = json!(r.one_of(&[1, 1, 1, 2, 2, 3, 5, 7]));
    line
}

fn item(r: &mut Random) -> Value {
    let price = match r.between(0, 5) {
        0 => r.between(0, 3),
        1 => r.one_of(&[1_000, 2_500, 3_333, 9_900]),
        _ => r.between(100, 12_000),
    };
    let mut item = Map::new();
    item.insert("sku".into(), json!(r.one_of(&SKUS)));
    item.insert("price".into(), json!(price));
    sometimes(r, &mut item, 70, "store", |r| json!(r.one_of(&["s1", "s2"])));
    let categories = ["shoes", "shoes/run", "shoestrings", "food/snack", "food"];
    sometimes(r, &mut item, 70, "category", |r| json!(r.one_of(&categories)));
    sometimes(r, &mut item, 40, "tags", |r| json!(r.one_of(&[vec!["new"], vec!["new", "sale"], vec![]])));
    sometimes(r, &mut item, 20, "floor", |r| json!(r.one_of(&[1, price / 2, price, price - price / 9, price + 5])));
    Value::Object(item)
}

fn offer(r: &mut Random, id: &str, open: bool) -> Value {
    let bp = r.one_of(&[0, 1, 500, 1_000, 1_000, 3_333, 5_000, 9_999, 10_000]);
    let amount = r.one_of(&[0, 1, 99, 500, 500, 777, 1_000, 2_000, 25_000]);
    let threshold = r.one_of(&[1, 100, 3_000, 5_000, 5_000, 9_900, 12_000, 20_000]);
    let kind = r.one_of(&KINDS);
    let mut p = Map::new();
    p.insert("id".into(), json!(id));
    p.insert("kind".into(), json!(kind));
    let mut give = |key: &str, value: Value| p.insert(key.into(), value);
    match kind {
        "percent" => drop(give("percent_bp", json!(bp))),
        "fixed" => drop(give("amount", json!(amount))),
        "every" => {
            give("threshold", json!(threshold.max(100)));
            give("amount", json!(amount.min(2_000)));
        }
        "tiers" => drop(give("tiers", tiers(r))),
        "nth" => {
            give("n", json!(r.between(1, 4)));
            give("percent_bp", json!(bp));
        }
        "bxgy" => {
            give("buy", json!(r.between(1, 3)));
            give("get", json!(r.between(1, 2)));
            if r.chance(60) {
                give("percent_bp", json!(bp));
            }
        }
        "bundle" => {
            let mut skus = SKUS;
            r.shuffle(&mut skus);
            let of = |r: &mut Random, sku: &str| json!({ "sku": sku, "qty": r.between(1, 2) });
            let items: Vec<Value> = skus[..r.between(1, 3) as usize].iter().map(|sku| of(r, sku)).collect();
            give("items", json!(items));
            give("price", json!(r.one_of(&[0, 1, 3_000, 9_900])));
        }
        "unit_price" => {
            let (a, b) = (r.one_of(&SKUS), r.one_of(&SKUS));
            give("prices", json!({ a: r.one_of(&[0, 50, 2_000]), b: r.one_of(&[1, 900, 5_000]) }));
            if r.chance(40) {
                give("max_units", json!(r.between(1, 3)));
            }
        }
        "gift" => {
            let value = r.one_of(&[0, 100, 100, 500, 1_900]);
            give("gift", json!({ "sku": "G", "qty": r.between(1, 2), "value": value }));
            give("repeat", json!(r.chance(50)));
        }
        "points" => {
            give("points_per_cent", json!(r.one_of(&[1, 7, 10])));
            if r.chance(60) {
                give("max_percent_bp", json!(bp));
            }
        }
        _ => {
            if r.chance(50) {
                give("amount", json!(amount));
            }
        }
    }
    // Two categories that no line has both of: what is bought and what is got never overlap.
    if kind == "bxgy" && r.chance(40) {
        p.insert("scope".into(), json!({ "categories": ["shoes", "shoestrings"] }));
        p.insert("get_scope".into(), json!({ "categories": ["food"] }));
    } else {
        sometimes(r, &mut p, if open { 15 } else { 50 }, "scope", scope);
    }
    if kind != "every" {
        let often = if kind == "gift" { 70 } else { 30 };
        sometimes(r, &mut p, often, "threshold", |_| json!(threshold));
    }
    sometimes(r, &mut p, 30, "max_times", |r| json!(r.between(1, 2)));
    rules(r, &mut p);
    if !open {
        conditions(r, &mut p);
    }
    Value::Object(p)
}

const KINDS: [&str; 11] =
    ["percent", "fixed", "every", "tiers", "nth", "bxgy", "bundle", "unit_price", "gift", "shipping", "points"];

fn tiers(r: &mut Random) -> Value {
    let steps: [(&str, [i64; 3]); 2] = [("threshold", [1_000, 5_000, 15_000]), ("min_qty", [2, 4, 7])];
    let mixed = r.chance(20);
    let of = r.one_of(&[0, 1]);
    let mut tiers = Vec::new();
    for step in 0..r.between(1, 3) as usize {
        let (reach, at) = steps[if mixed { step % 2 } else { of }];
        let mut tier = json!({ reach: at[step] });
        if r.chance(50) {
            tier["amount"] = json!(r.one_of(&[0, 300, 900, 2_000]));
        } else {
            tier["percent_bp"] = json!(r.one_of(&[100, 1_000, 2_500]));
        }
        tiers.push(tier);
    }
    // "The highest step" is not the last one of the list.
    if !mixed && r.chance(30) {
        tiers.reverse();
    }
    json!(tiers)
}

fn scope(r: &mut Random) -> Value {
    let mut scope = Map::new();
    let two = |r: &mut Random| json!([r.one_of(&SKUS), r.one_of(&SKUS)]);
    sometimes(r, &mut scope, 25, "skus", two);
    sometimes(r, &mut scope, 25, "stores", |r| json!([r.one_of(&["s1", "s2"])]));
    sometimes(r, &mut scope, 30, "categories", |r| json!([r.one_of(&["shoes", "food", "food/snack"])]));
    sometimes(r, &mut scope, 15, "tags", |r| json!([r.one_of(&["new", "sale"])]));
    sometimes(r, &mut scope, 20, "exclude_skus", two);
    sometimes(r, &mut scope, 15, "exclude_tags", |_| json!(["sale"]));
    Value::Object(scope)
}

/// When it is applied, beside what, and within which limits.
fn rules(r: &mut Random, p: &mut Map<String, Value>) {
    sometimes(r, p, 60, "stage", |r| json!(r.one_of(&["item", "store", "platform", "wallet", "shipping"])));
    sometimes(r, p, 40, "priority", |r| json!(r.between(-1, 2)));
    sometimes(r, p, 60, "threshold_basis", |r| json!(r.one_of(&["running", "item", "list"])));
    sometimes(r, p, 15, "min_qty", |r| json!(r.between(0, 5)));
    sometimes(r, p, 20, "cap", |r| json!(r.one_of(&[0, 1, 600, 3_000])));
    sometimes(r, p, 15, "budget_left", |r| json!(r.one_of(&[0, 1, 900, 3_000])));
    sometimes(r, p, 15, "exclude_discounted", |r| json!(r.chance(90)));
    sometimes(r, p, 8, "exclusive", |_| json!(true));
    sometimes(r, p, 25, "group", |r| json!(r.one_of(&["g1", "g2"])));
    sometimes(r, p, 20, "excludes", |r| json!([r.one_of(&IDS)]));
}

fn conditions(r: &mut Random, p: &mut Map<String, Value>) {
    let early = ["2026-11-11T02:00:00Z", "2026-11-11T16:00:00Z", "2026-01-01T00:00:00+14:00"];
    let late = ["2026-11-11T16:00:00.001Z", "2026-12-31T22:30:00Z", "2029-01-01T00:00:00-12:00"];
    sometimes(r, p, 8, "start", |r| json!(r.one_of(&early)));
    sometimes(r, p, 8, "end", |r| json!(r.one_of(&late)));
    let offsets = [0, 480, -330, 840];
    sometimes(r, p, 8, "daily", |r| {
        let hours = ["00:00", "02:00", "05:29", "10:00", "22:30", "23:59"];
        json!({ "from": r.one_of(&hours), "to": r.one_of(&hours), "utc_offset_min": r.one_of(&offsets) })
    });
    sometimes(r, p, 8, "tiers_allowed", |r| json!(r.one_of(&[vec!["gold"], vec!["gold", "normal"], vec![]])));
    sometimes(r, p, 6, "new_customer", |r| json!(r.chance(80)));
    sometimes(r, p, 8, "birthday", |r| json!({ "utc_offset_min": r.one_of(&offsets) }));
    sometimes(r, p, 8, "code", |r| json!(r.one_of(&["SPRING", "spring"])));
    sometimes(r, p, 8, "limit_per_customer", |r| json!(r.between(1, 2)));
    if r.chance(8) {
        p.insert("limit_total".into(), json!(r.between(1, 3)));
        sometimes(r, p, 80, "used_total", |r| json!(r.between(0, 3)));
    }
    sometimes(r, p, 8, "group_size", |r| json!(r.between(1, 3)));
}

/// Makes a mistake that the text names.
fn spoil(r: &mut Random, case: &mut Value) {
    let lines = case["cart"]["lines"].as_array().unwrap().len() as i64;
    let offers = case["promotions"].as_array().unwrap().len() as i64;
    let (l, p) = (r.between(0, lines - 1) as usize, r.between(0, offers - 1) as usize);
    let line = &mut case["cart"]["lines"][l];
    match r.between(0, 10) {
        0 => line["id"] = json!("L0"),
        1 => line["price"] = r.one_of(&[json!(-1), json!(1.5), json!("9"), json!(null)]),
        2 => line["qty"] = r.one_of(&[json!(0), json!(-3), json!(2.5), json!("1"), json!(null)]),
        3 => line["price"] = json!((1_i64 << 53) - r.between(0, 2)),
        4 => case["promotions"][p]["id"] = case["promotions"][0]["id"].clone(),
        5 => case["promotions"][p]["kind"] = r.one_of(&[json!("magic"), json!("Percent"), json!(null), json!(7)]),
        6 => {
            case["promotions"][p]["start"] = json!("2026-11-11T16:00:00Z");
            case["promotions"][p]["end"] =
                r.one_of(&[json!("2026-11-12T00:00:00+08:00"), json!("2025-01-01T00:00:00Z")]);
        }
        7 | 8 => {
            let field = r.one_of(&["percent_bp", "max_percent_bp"]);
            case["promotions"][p][field] = r.one_of(&[json!(-1), json!(10_001), json!(0.5), json!("1")]);
        }
        _ => {
            let field = r.one_of(&["amount", "threshold", "price", "cap"]);
            let bad = [json!(-1), json!(0.5), json!("1")];
            case["promotions"][p][field] = if field == "threshold" { json!(0) } else { r.one_of(&bad) };
        }
    }
}

fn sometimes(
    r: &mut Random,
    map: &mut Map<String, Value>,
    of_hundred: i64,
    key: &str,
    value: impl FnOnce(&mut Random) -> Value,
) {
    if r.chance(of_hundred) {
        let value = value(r);
        map.insert(key.into(), value);
    }
}
