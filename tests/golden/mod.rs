//! The golden replays: one JSON file that Rust, wasm and JavaScript run alike.
//!
//! `NEARSHELF_BLESS=1 cargo test golden` writes what the engine says now into the file; read the difference before you keep it.

mod cards;
mod care;
pub(crate) mod choosing;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod conditions;
mod declared;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod draws;
mod insights;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub(crate) mod invites;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod offers_lint;
mod overlays;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod rules;
mod selling;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod signatures;

use crate::compat::{
    ASSOCIATIONS, CLUSTERS, CONFIG, CURVES, INSIGHTS as PARAMETERS, LIMITS as SECTIONS, PRICES, RECENT,
    SEASONS as SEASONAL, with_sections,
};
use nearshelf::engine::{Because, Engine, RawCart, RawDescription, RawLine, Request, Shelf, TraitView};
use nearshelf::event::EventKind;
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::money::Minor;
use nearshelf::offer::Customer;
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::Dimension;
use nearshelf::rank::{Association, Associations, Node, Subject};
use nearshelf::time::Millis;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const REPLAY: &str = include_str!("replay.json");
const SLOTS: &str = include_str!("slots.json");
const RULES: &str = include_str!("limits.json");
const DEAR: &str = include_str!("prices.json");
const LEARNT: &str = include_str!("curves.json");
const COLD_START: &str = include_str!("cold-start.json");
const SEASONS: &str = include_str!("seasons.json");
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
const RANK_RULES: &str = include_str!("rules.json");
const PORTRAIT: &str = include_str!("portrait.json");
const INSIGHTS: &str = include_str!("insights.json");
const CHOOSING: &str = include_str!("choosing.json");
const LEARNING: &str = include_str!("learning.json");
const SELLING: &str = include_str!("selling.json");
const DECLARED: &str = include_str!("declared.json");
const CARING: &str = include_str!("care.json");
/// The parameters with those of care for a birthday.
const CARE: &[u8] = include_bytes!("../compat/insights-v2.section");
const PACK: &[u8] = include_bytes!("../compat/pack-v1.pack");

fn text<'a>(v: &'a Value, key: &str) -> &'a str {
    v[key].as_str().unwrap_or("")
}

fn tri(v: &Value) -> Tri {
    v.as_bool().map_or(Tri::Undecided, |b| if b { Tri::Yes } else { Tri::No })
}

fn consent(v: &Value) -> Consent {
    let of = |key: &str| tri(&v[key]);
    Consent { store: of("store"), personalize: of("personalize"), report: of("report"), sensitive: of("sensitive") }
}

fn price(v: &Value) -> RawPrice<'_> {
    match v {
        Value::String(s) => RawPrice::Text(s),
        Value::Number(n) => RawPrice::Number(n.as_f64().expect("a number")),
        _ => RawPrice::None,
    }
}

fn event(v: &Value, zone: i16) -> RawEvent<'_> {
    let p = &v["params"];
    let number = |key: &str| p[key].as_f64().unwrap_or(f64::NAN);
    let items = p["items"].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(|i| RawItem {
        id: text(i, "item_id"),
        price: price(&i["price"]),
        quantity: i["quantity"].as_f64().unwrap_or(f64::NAN),
        discount: price(&i["discount"]),
    });
    let polarity = ["negative", "neutral", "positive"].iter().position(|word| p["polarity"] == *word);
    RawEvent {
        name: text(v, "name"),
        event_id: text(p, "event_id"),
        at: number("timestamp"),
        items: items.collect(),
        details: RawDetails {
            value: price(&p["value"]),
            currency: text(p, "currency"),
            order: if text(v, "name").ends_with("_promotion") {
                text(p, "promotion_id")
            } else {
                text(p, "transaction_id")
            },
            rating: number("rating"),
            polarity: polarity.map_or(number("polarity"), |i| i as f64 - 1.0),
            score: number("score"),
            seconds: number("duration"),
            channel: Some(text(p, "channel")).filter(|c| !c.is_empty()).unwrap_or(text(p, "method")),
            content: text(p, if text(v, "name").ends_with("_promotion") { "creative_name" } else { "content_type" }),
            resolved: p["resolved"] == true,
            coupon: p["coupon"].as_str().unwrap_or(""),
            zone,
        },
    }
}

/// [key, share in millionths, events, their kinds, first, last] of each trait of each dimension.
fn traits(shelf: &mut Engine, now: Millis) -> Value {
    const NAMES: [&str; Dimension::COUNT] = [
        "items",
        "categories",
        "brands",
        "priceBands",
        "tags",
        "hours",
        "weekdays",
        "channels",
        "contentKinds",
        "topics",
        "shareChannels",
    ];
    let p = shelf.portrait(now);
    let kinds = |t: &TraitView| {
        let all = EventKind::ALL.iter().filter(|k| t.kinds >> **k as u8 & 1 != 0);
        all.map(|k| k.name()).collect::<Vec<_>>().join(" ")
    };
    let of = |t: &TraitView| json!([t.key, (t.share * 1e6).round() as i64, t.events, kinds(t), t.first.0, t.last.0]);
    NAMES
        .iter()
        .zip(&p.traits)
        .map(|(name, list)| (name.to_string(), list.iter().map(of).collect()))
        .collect::<Map<_, _>>()
        .into()
}

/// A value in 2^-20, as the integer it is.
fn units(v: f64) -> Value {
    json!((v * 1_048_576.0) as i64)
}

fn subject(shelf: &Engine, s: Subject) -> String {
    let c = shelf.catalog();
    match s {
        Subject::None => String::new(),
        Subject::Product(row) => c.id(Row(row)).into(),
        Subject::Category(x) => c.category_path(x).into(),
        Subject::Brand(x) => c.brand_name(x).into(),
        Subject::Rule(x) => shelf.rule(x).into(),
        Subject::Declared(x) | Subject::Everyone(x) | Subject::Season(x) | Subject::Cluster(x) => {
            c.category_path(x).into()
        }
    }
}

fn because(b: Because) -> &'static str {
    match b {
        Because::Popular => "popular",
        Because::Next => "next",
        Because::Together => "together",
        Because::Again => "again",
        Because::History => "history",
        Because::HistoryTogether => "history_together",
        Because::Category => "category",
        Because::Brand => "brand",
        Because::Given => "given",
        Because::Similar => "similar",
        Because::Declared => "declared",
        Because::Scene => "scene",
        Because::Price => "price",
        Because::Cluster => "cluster",
    }
}

/// [id, variant, price, score in 2^-20, reason, subject] of each item.
fn items(shelf: &Engine, list: &Shelf, given: &[&str]) -> Value {
    let c = shelf.catalog();
    let item = |i: &nearshelf::engine::ShelfItem| match i.row {
        None => {
            json!([given[i.given as usize], null, null, units(i.score), because(i.because), subject(shelf, i.subject)])
        }
        Some(row) => {
            let variant = c.variant_id(c.variants_of(row).start + i.variant);
            let price = i.price.now.map(|m| m.0);
            json!([c.id(row), variant, price, units(i.score), because(i.because), subject(shelf, i.subject)])
        }
    };
    list.items.iter().map(item).collect()
}

fn tree(shelf: &Engine, n: &Node) -> Value {
    let children: Vec<Value> = n.children.iter().map(|c| tree(shelf, c)).collect();
    json!([n.code, subject(shelf, n.subject), units(n.value), children])
}

/// A product with a place of its own.
fn pin(v: &Value) -> (&str, u32) {
    (text(v, "id"), v["index"].as_u64().expect("a place") as u32)
}

/// Places for new products, as the JavaScript counts them: the larger of a count and a share rounded up.
fn places(arrivals: &Value, limit: u64) -> u32 {
    let share = arrivals["share"].as_f64().unwrap_or(0.0) * limit as f64 - 1e-9;
    (share.ceil() as u32).max(arrivals["count"].as_u64().unwrap_or(0) as u32)
}

/// What a step asks of a shelf as a whole; one that asks any says what was not kept.
const LIMITS: [&str; 5] = ["pin", "quota", "price", "diversity", "arrivals"];
/// What is not kept, by bit.
const RELAXED: [&str; 6] = ["quota_category", "quota_brand", "price", "quota_store", "arrivals", "pin"];

/// Runs one step and says what came of it.
fn run(shelf: &mut Engine, served: &mut u32, zone: i16, step: &Value) -> Value {
    let now = Millis(step["now"].as_i64().expect("every step has a time"));
    let strings = |key: &str| -> Vec<&str> {
        step[key].as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect()
    };
    // Numbers and texts alike are said as they are written.
    let scene = step["scene"].as_object().into_iter().flatten();
    let scene: Vec<String> = scene.map(|(k, v)| format!("{k}={}", v.to_string().trim_matches('"'))).collect();
    let (lifts, scenes) = if scene.is_empty() { Default::default() } else { cards::scenes(shelf, &scene) };
    let mut pins: Vec<_> = step["pin"].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(pin).collect();
    pins.extend(lifts.iter().map(|(id, by)| (id.as_str(), *by)));
    #[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
    let (ruled, rules) = rules::rules(shelf, now, step, &scene);
    #[cfg(not(all(feature = "cli", not(target_arch = "wasm32"))))]
    let (ruled, rules) = (Vec::<(String, u32)>::new(), Vec::<String>::new());
    pins.extend(ruled.iter().map(|(id, by)| (id.as_str(), *by)));
    let request = Request {
        limit: step["limit"].as_u64().unwrap_or(12) as usize,
        neutral: text(step, "mode") == "neutral",
        exclude: strings("exclude"),
        category: text(step, "category"),
        context: strings("context"),
        cart: text(step, "slot") == "cart",
        pins,
        per_brand: step["quota"]["brand"].as_u64().unwrap_or(0) as u32,
        per_category: step["quota"]["category"].as_u64().unwrap_or(0) as u32,
        per_store: step["quota"]["store"].as_u64().unwrap_or(0) as u32,
        arrivals: places(&step["arrivals"], step["limit"].as_u64().unwrap_or(12)),
        arrival_days: step["arrivals"]["days"].as_u64().unwrap_or(0) as u32,
        price: ["min", "max"].map(|end| step["price"][end].as_i64().map(Minor)),
        // As the JavaScript rounds it: halves upwards.
        diversity: (step["diversity"].as_f64().unwrap_or(0.0) * 65_536.0 + 0.5) as u32,
        ..Request::default()
    };
    let source = |s: &Shelf| if s.personal { "personal" } else { "neutral" };
    match text(step, "call") {
        "track" => {
            let events: Vec<RawEvent<'_>> =
                step["events"].as_array().expect("events").iter().map(|e| event(e, zone)).collect();
            let t = shelf.track(now, &events);
            json!({ "accepted": t.accepted, "dropped": t.dropped })
        }
        "declare" => declared::declare(shelf, now, step),
        "cards" => {
            let (list, dealt) = cards::cards(shelf, now, request.neutral, request.limit, &request.exclude);
            *served = list.id;
            let item = |(card, score, b, s): &(cards::Card, f64, Because, Subject)| {
                json!([card.id, null, null, units(*score), because(*b), subject(shelf, *s)])
            };
            let items: Vec<Value> = dealt.iter().map(item).collect();
            let first = dealt.first().map(|d| tree(shelf, &cards::why(shelf, list.id, &d.0)));
            json!({ "source": source(&list), "items": items, "why": first })
        }
        "recommend" => {
            let together = (text(step, "slot") == "together").then(|| together(shelf, &request.context));
            let only = together.as_ref().map(|all| all.keys().copied().collect());
            let list = shelf.recommend(now, &Request { only, ..request });
            *served = list.id;
            let mut said = json!({ "source": source(&list), "items": items(shelf, &list, &[]) });
            if LIMITS.iter().any(|key| !step[*key].is_null()) {
                let missed = RELAXED.iter().zip(0..).filter(|(_, bit)| list.relaxed >> bit & 1 == 1);
                said["relaxed"] = missed.map(|(name, _)| *name).collect();
            }
            if !step["arrivals"].is_null() {
                said["arrivals"] = list.items.iter().map(|i| json!(i.arrival)).collect();
            }
            if !scene.is_empty() {
                said["scenes"] = json!(scenes);
            }
            if !rules.is_empty() {
                said["rules"] = json!(rules);
            }
            if let Some(all) = together {
                said["together"] = list.items.iter().filter_map(|i| all.get(&i.row?.0).map(numbers)).collect();
            }
            said
        }
        "rank" => {
            let ids = strings("ids");
            let described: Vec<RawDescription<'_>> = step["described"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .map(|d| {
                    let place = d["place"].as_u64().expect("a place") as u32;
                    RawDescription {
                        place,
                        category: text(d, "category"),
                        brand: text(d, "brand"),
                        price: d["price"].as_i64().map(Minor),
                    }
                })
                .collect();
            let list = shelf.rank(now, request.neutral, &ids, &described);
            *served = list.id;
            json!({ "source": source(&list), "items": items(shelf, &list, &ids) })
        }
        "why" => match shelf.why(*served, text(step, "id")) {
            Ok(node) => tree(shelf, &node),
            Err(_) => Value::Null,
        },
        "whyNot" => json!(shelf.why_not(now, &request, text(step, "id")).code()),
        "consent" => {
            shelf.set_consent(consent(&step["consent"]));
            Value::Null
        }
        "setView" => {
            shelf.set_view(text(step, "market"), text(step, "language")).expect("a view of the pack");
            Value::Null
        }
        "portrait" => {
            let p = shelf.portrait(now);
            let traits = |i: usize| -> Value {
                p.traits[i].iter().map(|t| json!([t.key, t.label, (t.share * 1e6).round() as i64, t.events])).collect()
            };
            let updated = p.updated.map(|t| t.0);
            let mut said = json!({ "events": p.events, "sessions": p.sessions, "updated": updated, "items": traits(0),
                    "categories": traits(1), "brands": traits(2), "priceBands": traits(3), "session": p.visit });
            if let Some(c) = p.cluster {
                let confidence = (c.confidence * 65_536.0) as i64;
                said["cluster"] = json!([c.id, (c.share * 1e4).round() as i64, confidence, c.last.0]);
            }
            said
        }
        "traits" => traits(shelf, now),
        "paths" => declared::paths(shelf, now),
        "insights" => insights::insights(shelf, now, zone, step),
        "diagnostics" => {
            shelf.diagnostics().into_iter().map(|(c, n)| (c.to_string(), json!(n))).collect::<Map<_, _>>().into()
        }
        "forget" => {
            shelf.forget();
            Value::Null
        }
        "overlay" => overlays::overlay(shelf, now, step),
        "quote" => {
            let lines = step["lines"].as_array().expect("lines").iter();
            let line = |l| RawLine {
                id: text(l, "id"),
                item: text(l, "item_id"),
                price: f64::NAN,
                qty: 1.0,
                store: "",
                floor: f64::NAN,
            };
            let cart = RawCart { lines: lines.map(line).collect(), shipping: f64::NAN, ..RawCart::default() };
            let payable = shelf.quote(now, &cart, &Customer::default()).ok().map(|q| q.payable.0);
            let expires = shelf.quote_expires(now).expect("offers").map(|t| t.0);
            json!({ "payable": payable, "overlayVersion": shelf.overlay_version(), "expires": expires })
        }
        "promotions" => choosing::promotions(shelf, now, zone, step),
        "care" => care::care(shelf, now, zone, step),
        "sellingPoints" => selling::told(shelf, now, zone, step, &scene),
        "grants" => choosing::granted(shelf, now, step),
        "coupons" => choosing::coupons(shelf, now, step, &strings("held")),
        other => panic!("unknown call {other}"),
    }
}

/// What was bought together with the context, as the hosts find it: by row, with the product it has the highest lift with.
fn together(shelf: &Engine, context: &[&str]) -> BTreeMap<u32, Association> {
    let c = shelf.catalog();
    let section = Associations::open(c.pack(), c.len()).expect("a section");
    let mut all: BTreeMap<u32, Association> = BTreeMap::new();
    for row in context.iter().filter_map(|id| c.find(id)).map(|f| f.row) {
        section.each(c.pack(), row, &mut |other, a| {
            let best = all.entry(other.0).or_insert(a);
            if best.lift() < a.lift() {
                *best = a;
            }
        });
    }
    all
}

/// [support, confidence, lift] in 10^-9, and the count.
fn numbers(a: &Association) -> Value {
    let [support, confidence, lift] = [a.support(), a.confidence(), a.lift()].map(|x| (x * 1e9).round() as i64);
    json!([support, confidence, lift, a.count])
}

/// The pack of `learning.json`.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub(crate) fn learning_pack() -> Vec<u8> {
    pack(&serde_json::from_str(LEARNING).expect("JSON"))
}

/// The pack of `care.json`, with what is said of products and campaigns beside its messages.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
pub(crate) fn speaking_pack() -> Vec<u8> {
    let mut file: Value = serde_json::from_str(CARING).expect("JSON");
    file["sections"]["SELL"] = Value::Null;
    file["sections"]["GRNT"] = Value::Null;
    pack(&file)
}

/// The frozen pack with the sections a file names.
pub(crate) fn pack(file: &Value) -> Vec<u8> {
    let Some(named) = file["sections"].as_object() else { return PACK.to_vec() };
    let others = [
        (Tag::ASSOCIATION, 64, ASSOCIATIONS),
        (Tag::CARD, 64, &include_bytes!("../compat/cards-v1.section")[..]),
        (Tag::PRIOR, 64, &include_bytes!("../compat/prior-v1.section")[..]),
        (Tag::SCENE, 64, &include_bytes!("../compat/scenes-v1.section")[..]),
        (Tag::RULE, 5, &include_bytes!("../compat/rules-v1.section")[..]),
        (Tag::BLEND, 1, if named.contains_key("PRRE") { CURVES } else { PRICES }),
        (Tag::PRODUCT_RECENT, 64, RECENT),
        (Tag::SEASON, 4, SEASONAL),
        (Tag::CLUSTER, 3, CLUSTERS),
        (Tag::CONFIG, 1, CONFIG),
        (Tag::INSIGHT, 1, if named.contains_key("ATTR") { CARE } else { PARAMETERS }),
        (Tag::ATTRIBUTE, 7, crate::api::declared::ATTRIBUTES),
    ];
    let more: Vec<_> = SECTIONS
        .into_iter()
        .chain(others)
        .chain(choosing::sections())
        .chain([care::section(), selling::section()])
        .filter(|(tag, _, _)| named.contains_key(&tag.name()))
        .collect();
    assert_eq!(more.len(), named.len());
    with_sections(&more)
}

#[test]
fn golden_replays_give_what_the_file_says() {
    check(REPLAY, "replay.json");
}

#[test]
fn golden_slots_give_what_the_file_says() {
    check(SLOTS, "slots.json");
}

#[test]
fn golden_limits_give_what_the_file_says() {
    check(RULES, "limits.json");
}

#[test]
fn golden_prices_give_what_the_file_says() {
    check(DEAR, "prices.json");
}

#[test]
fn golden_curves_give_what_the_file_says() {
    check(LEARNT, "curves.json");
}

#[test]
fn golden_cold_starts_scenes_and_cards_give_what_the_file_says() {
    check(COLD_START, "cold-start.json");
}

#[test]
fn golden_seasons_and_clusters_give_what_the_file_says() {
    check(SEASONS, "seasons.json");
}

#[test]
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn golden_rules_give_what_the_file_says() {
    check(RANK_RULES, "rules.json");
}

#[test]
fn golden_portraits_give_what_the_file_says() {
    check(PORTRAIT, "portrait.json");
}

#[test]
fn golden_declarations_give_what_the_file_says() {
    check(DECLARED, "declared.json");
}

#[test]
fn golden_choices_give_what_the_file_says() {
    check(CHOOSING, "choosing.json");
}

#[test]
fn golden_lessons_give_what_the_file_says() {
    check(LEARNING, "learning.json");
}

#[test]
fn golden_selling_points_stand_as_the_file_says() {
    check(SELLING, "selling.json");
}

#[test]
fn golden_care_gives_what_the_file_says() {
    check(CARING, "care.json");
}

#[test]
fn golden_insights_give_what_the_file_says() {
    check(INSIGHTS, "insights.json");
}

#[cfg_attr(target_arch = "wasm32", allow(unused_variables, reason = "nothing is written there"))]
fn check(text_of_file: &str, name: &str) {
    let file: Value = serde_json::from_str(text_of_file).expect("JSON");
    assert_eq!(file["spec_version"], 1);
    let mut said = file.clone();
    let cases = said["cases"].as_array_mut().expect("cases");
    assert!(cases.len() >= 3);
    for case in cases {
        let mut shelf = Engine::open(pack(&file)).expect("the frozen pack");
        shelf.set_view(text(case, "market"), text(case, "language")).expect("a view");
        shelf.set_consent(consent(&case["consent"]));
        let mut served = 0;
        let zone = case["utcOffset"].as_i64().unwrap_or(0) as i16;
        for step in case["steps"].as_array_mut().expect("steps") {
            let result = run(&mut shelf, &mut served, zone, step);
            step.as_object_mut().expect("a step").insert("expect".into(), result);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("NEARSHELF_BLESS").is_some() {
        let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&said).unwrap())).unwrap();
        return;
    }
    for (case, expected) in said["cases"].as_array().unwrap().iter().zip(file["cases"].as_array().unwrap()) {
        for (i, (got, want)) in
            case["steps"].as_array().unwrap().iter().zip(expected["steps"].as_array().unwrap()).enumerate()
        {
            assert_eq!(got["expect"], want["expect"], "{}, step {i}", case["name"]);
        }
    }
}
