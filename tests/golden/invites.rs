//! Invite and share tokens: `invites.json`, which Rust, both builds' wasm and JavaScript answer alike. What is expected is written here by hand; the file adds
//! the tokens that signing makes.

use crate::compat::with_sections;
use nearshelf::codec::{Reader, Writer};
use nearshelf::engine::Engine;
use nearshelf::invite::is_signed;
use nearshelf::invite::json::{answer, section};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::Consent;
use nearshelf::signature::Keys;
use nearshelf::wasm::dispatch::Table;
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("invites.json");
pub(crate) const SAMPLE: &str = include_str!("../../www-demo/shop/invites.json");
/// 2026-09-21T13:20:00Z.
pub(crate) const NOW: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;
pub(crate) const SHOP: &str = "harbour-lane";

pub(crate) fn key(seed: u8) -> Keys {
    Keys::from_seed([seed; 32])
}

/// A handle of one byte eight times.
pub(crate) fn handle(n: u8) -> String {
    format!("{n:02x}").repeat(8)
}

pub(crate) fn invites() -> Value {
    serde_json::from_str(SAMPLE).expect("the sample")
}

/// A token of the sample's shop, with what `more` says otherwise.
pub(crate) fn token(programme: &str, inviter: u8, more: &Value) -> String {
    let mut asked = json!({
        "do": "issue", "invites": invites(), "shop": SHOP, "key": key(1).write(), "programme": programme, "inviter": handle(inviter), "nonce": handle(9),
        "issued": NOW, "channel": "wechat",
    });
    for (k, v) in more.as_object().into_iter().flatten() {
        asked[k] = v.clone();
    }
    let told = answer(&asked);
    told["token"].as_str().unwrap_or_else(|| panic!("{told}")).to_string()
}

fn friend(inviter: u8) -> String {
    token("bring-a-friend", inviter, &Value::Null)
}

fn share(inviter: u8, product: &str) -> String {
    token("share-a-find", inviter, &json!({ "about": { "product": product } }))
}

fn group(inviter: u8, id: &str) -> String {
    token("three-together", inviter, &json!({ "about": { "group": id } }))
}

/// Steps of a device: what is done, days after the issue, with what, and what comes of it.
fn land(day: f64, token: &str, expect: &str) -> Value {
    json!({ "do": "land", "now": NOW + (day * DAY as f64) as i64, "token": token, "expect": expect })
}
fn event(what: &str, day: f64, order: &str, expect: &[&str]) -> Value {
    json!({ "do": what, "now": NOW + (day * DAY as f64) as i64, "order": order, "expect": expect })
}

fn landings() -> Vec<Value> {
    let good = friend(1);
    let mut other = good.clone().into_bytes();
    other[20] = if other[20] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(other).expect("ASCII");
    let old = token("bring-a-friend", 1, &json!({ "expires": NOW + DAY }));
    let foreign = token("bring-a-friend", 1, &json!({ "key": key(2).write() }));
    let elsewhere = token("bring-a-friend", 1, &json!({ "shop": "another-shop" }));
    let later = token("bring-a-friend", 1, &json!({ "issued": NOW + 3 * DAY }));
    let chained = token("bring-a-friend", 2, &json!({ "chain": [handle(3), handle(4)] }));
    let mine = json!({ "do": "own", "now": NOW, "token": friend(4), "expect": "known" });
    let mut closing = invites();
    closing["programmes"][0]["until"] = "2026-09-23T00:00:00+08:00".into();
    let mut others = invites();
    others["programmes"].as_array_mut().expect("programmes").remove(0);
    let case = |name: &str, steps: Vec<Value>| json!({ "name": name, "steps": steps });
    let mut all = vec![
        case(
            "a friend lands, orders, and it is delivered",
            vec![
                land(0.0, &good, "landed"),
                event("landings", 0.0, "", &["bring-a-friend waiting"]),
                event("order", 1.0, "A", &["bring-a-friend waiting"]),
                event("delivered", 3.0, "A", &["bring-a-friend earned"]),
                event("delivered", 3.0, "A", &["bring-a-friend known"]),
                event("delivered", 4.0, "B", &[]),
                event("landings", 5.0, "", &["bring-a-friend known"]),
            ],
        ),
        case("again is known", vec![land(0.0, &good, "landed"), land(9.0, &good, "known")]),
        case(
            "another token of the same inviter is known",
            vec![
                land(0.0, &good, "landed"),
                land(1.0, &token("bring-a-friend", 1, &json!({ "nonce": handle(8) })), "known"),
            ],
        ),
        case(
            "the first inviter counts",
            vec![
                land(0.0, &good, "landed"),
                land(1.0, &friend(2), "refused other_inviter"),
                land(29.9, &friend(2), "refused other_inviter"),
            ],
        ),
        case("after the window there is another", vec![land(0.0, &good, "landed"), land(30.1, &friend(2), "landed")]),
        case(
            "the last one counts",
            vec![
                land(0.0, &group(1, "g"), "landed"),
                land(0.5, &group(2, "g"), "landed"),
                event("order", 0.6, "A", &["three-together earned"]),
                land(0.7, &group(3, "g"), "refused other_inviter"),
            ],
        ),
        case(
            "a share earns with its landing, once for a product",
            vec![
                land(0.0, &share(1, "10080"), "landed"),
                event("landings", 0.0, "", &["share-a-find earned"]),
                event("landings", 0.0, "", &["share-a-find known"]),
                land(0.0, &share(1, "10080"), "known"),
                land(0.0, &share(1, "20001"), "landed"),
                event("order", 1.0, "A", &["share-a-find earned"]),
            ],
        ),
        case(
            "past the window nothing is claimed",
            vec![land(0.0, &good, "landed"), event("delivered", 30.1, "A", &[])],
        ),
        case(
            "no token",
            vec![
                land(0.0, "", "refused bad_token"),
                land(0.0, "hello", "refused bad_token"),
                land(0.0, &good[1..], "refused bad_token"),
            ],
        ),
        case("cut", vec![land(0.0, &good[..good.len() - 4], "refused bad_token")]),
        case("longer", vec![land(0.0, &format!("{good}AAAA"), "refused bad_token")]),
        case("not the shortest form", vec![land(0.0, &format!("{good}="), "refused bad_token")]),
        case("changed", vec![land(0.0, &changed, "refused bad_signature")]),
        case("of a key that is not given", vec![land(0.0, &foreign, "refused bad_signature")]),
        case("of another shop under the same key", vec![land(0.0, &elsewhere, "refused bad_signature")]),
        case("ended", vec![land(0.9, &old, "landed"), land(1.0, &old, "refused expired")]),
        case("at its end by the programme", vec![land(89.9, &good, "landed"), land(90.0, &good, "refused expired")]),
        case("issued ahead", vec![land(1.0, &later, "refused in_future"), land(2.1, &later, "landed")]),
        case(
            "of one's own",
            vec![mine.clone(), land(0.0, &friend(4), "refused self_invite"), land(0.0, &good, "landed")],
        ),
        case("of whom one brought", vec![mine.clone(), land(0.0, &chained, "refused loop")]),
        case("a chain without the own handle", vec![land(0.0, &chained, "landed")]),
        case(
            "a customer",
            vec![
                json!({ "do": "land", "now": NOW, "token": good, "customer": true, "expect": "refused not_new" }),
                json!({ "do": "land", "now": NOW, "token": share(1, "10080"), "customer": true, "expect": "landed" }),
            ],
        ),
        case(
            "own refuses what is not the shop's",
            vec![json!({ "do": "own", "now": NOW, "token": foreign, "expect": "refused bad_signature" })],
        ),
    ];
    let with = |name: &str, file: &Value, steps: Vec<Value>| json!({ "name": name, "invites": file, "steps": steps });
    all.push(with("closed", &closing, vec![land(0.0, &good, "landed"), land(2.0, &good, "refused closed")]));
    all.push(with("a programme that is gone", &others, vec![land(0.0, &good, "refused unknown_programme")]));
    all.push(json!({ "name": "no keys", "keys": [], "steps": [land(0.0, &good, "refused bad_signature")] }));
    all.push(json!({ "name": "the second key while rotating", "keys": [key(2).public(), key(1).public()], "steps": [land(0.0, &good, "landed")] }));
    all
}

/// A claim: token, friend, days after the issue of the landing and the event, the event.
fn claim(token: &str, friend: u8, landed: f64, at: f64, event: &str) -> Value {
    let day = |d: f64| NOW + (d * DAY as f64) as i64;
    json!({ "token": token, "friend": handle(friend), "landed": day(landed), "at": day(at), "event": event, "orders_before": 0 })
}

/// Calls one behind the other, each with the history of the one before; all at day 60.
fn settlements() -> Vec<Value> {
    let call =
        |claims: Vec<Value>, expect: &[&str]| json!({ "now": NOW + 60 * DAY, "claims": claims, "expect": expect });
    let case = |name: &str, calls: Vec<Value>| json!({ "name": name, "calls": calls });
    let done = |inviter: u8, friend_of: u8, at: f64| claim(&friend(inviter), friend_of, 0.5, at, "delivered");
    let with = |mut c: Value, k: &str, v: Value| {
        c[k] = v;
        c
    };
    vec![
        case(
            "both earn, once",
            vec![call(vec![done(1, 2, 3.0)], &["earned"]), call(vec![done(1, 2, 3.0)], &["known"])],
        ),
        case("twice in one call", vec![call(vec![done(1, 2, 3.0), done(1, 2, 3.0)], &["earned", "known"])]),
        case(
            "not delivered yet",
            vec![
                call(vec![claim(&friend(1), 2, 0.5, 2.0, "order")], &["waiting"]),
                call(vec![done(1, 2, 3.0)], &["earned"]),
            ],
        ),
        case("nobody earns by themselves", vec![call(vec![done(1, 1, 3.0)], &["refused self_invite"])]),
        case("in a circle of two", vec![call(vec![done(1, 2, 3.0), done(2, 1, 4.0)], &["earned", "refused loop"])]),
        case(
            "in a circle of three, in any order",
            vec![call(vec![done(3, 1, 5.0), done(1, 2, 3.0), done(2, 3, 4.0)], &["refused loop", "earned", "earned"])],
        ),
        case(
            "in a circle over two calls",
            vec![
                call(vec![done(1, 2, 3.0)], &["earned"]),
                call(vec![done(2, 3, 4.0), done(3, 1, 5.0)], &["earned", "refused loop"]),
            ],
        ),
        case(
            "the first landing counts",
            vec![
                call(
                    vec![claim(&friend(1), 3, 2.0, 5.0, "delivered"), claim(&friend(2), 3, 1.0, 5.0, "delivered")],
                    &["refused other_inviter", "earned"],
                ),
                call(vec![claim(&friend(4), 3, 0.1, 5.0, "delivered")], &["refused other_inviter"]),
            ],
        ),
        case(
            "the last landing counts",
            vec![call(
                vec![claim(&group(1, "g"), 3, 0.2, 0.6, "order"), claim(&group(2, "g"), 3, 0.5, 0.6, "order")],
                &["refused other_inviter", "earned"],
            )],
        ),
        case(
            "three a day",
            vec![
                call(
                    (10..15).map(|f| done(1, f, 3.0 + 0.001 * f64::from(f))).collect(),
                    &["earned", "earned", "earned", "earned limit", "earned limit"],
                ),
                call(vec![done(1, 20, 4.5), done(1, 13, 3.013)], &["earned", "known"]),
            ],
        ),
        case(
            "ten a year",
            vec![call(
                (10..22).map(|f| done(1, f, 3.0 + f64::from(f))).collect(),
                &[
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned",
                    "earned limit",
                    "earned limit",
                ],
            )],
        ),
        case(
            "a customer, and one of whom nobody knows",
            vec![call(
                vec![
                    with(done(1, 2, 3.0), "orders_before", 1.into()),
                    with(done(1, 3, 3.0), "orders_before", Value::Null),
                ],
                &["refused not_new", "refused incomplete"],
            )],
        ),
        case(
            "times",
            vec![call(
                vec![
                    done(1, 2, 31.0),
                    claim(&friend(1), 3, 5.0, 4.0, "delivered"),
                    claim(&friend(1), 4, 5.0, 61.0, "delivered"),
                    claim(&friend(1), 5, -1.5, 4.0, "delivered"),
                    claim(&token("bring-a-friend", 1, &json!({ "expires": NOW + DAY })), 6, 1.0, 4.0, "delivered"),
                ],
                &["refused too_late", "refused in_future", "refused in_future", "refused expired", "refused expired"],
            )],
        ),
        case(
            "what is no token, or not the shop's",
            vec![call(
                vec![
                    done(1, 2, 3.0),
                    with(done(1, 3, 3.0), "token", "x".into()),
                    with(
                        done(1, 3, 3.0),
                        "token",
                        token("bring-a-friend", 1, &json!({ "key": key(2).write() })).into(),
                    ),
                    with(
                        done(1, 4, 3.0),
                        "token",
                        token("bring-a-friend", 1, &json!({ "shop": "another-shop" })).into(),
                    ),
                ],
                &["earned", "refused bad_token", "refused bad_signature", "refused bad_signature"],
            )],
        ),
        case(
            "what is no claim",
            vec![call(
                vec![
                    Value::Null,
                    with(done(1, 2, 3.0), "friend", "7".into()),
                    with(done(1, 2, 3.0), "event", "paid".into()),
                    with(done(1, 2, 3.0), "landed", "soon".into()),
                    done(1, 2, 3.0),
                ],
                &["refused bad_claim", "refused bad_claim", "refused bad_claim", "refused bad_claim", "earned"],
            )],
        ),
        case(
            "a share back about the same thing, and about another",
            vec![call(
                vec![
                    claim(&share(1, "10080"), 2, 0.5, 0.5, "landing"),
                    claim(&share(2, "10080"), 1, 0.6, 0.6, "landing"),
                    claim(&share(2, "20001"), 1, 0.7, 0.7, "landing"),
                    claim(&share(1, "10080"), 3, 0.8, 0.8, "landing"),
                ],
                &["earned", "refused loop", "earned", "earned"],
            )],
        ),
    ]
}

/// What a step of a device comes to, through the table of calls that wasm has too.
struct Device {
    table: Table,
    handle: u32,
    keys: Vec<String>,
    programmes: Vec<String>,
}

impl Device {
    fn new(case: &Value) -> Device {
        let file = if case["invites"].is_null() { invites() } else { case["invites"].clone() };
        let bytes = section(&file, &["en".into(), "zh-CN".into()]).expect("programmes");
        let mut table = Table::new();
        let mut w = Writer::new();
        w.f64(NOW as f64);
        w.str("");
        w.str("");
        (0..4).for_each(|_| w.u8(2));
        w.bytes(&with_sections(&[(Tag::INVITES, 1, &bytes)]));
        let opened = table.call(1, &w.finish());
        let mut r = Reader::new(&opened);
        assert_eq!(r.u8(), 0);
        let text = |v: &Value| v.as_str().expect("a text").to_string();
        let keys = case["keys"].as_array().map_or(vec![key(1).public()], |all| all.iter().map(text).collect());
        let programmes = file["programmes"].as_array().expect("programmes").iter().map(|p| text(&p["id"])).collect();
        Device { table, handle: r.u32(), keys, programmes }
    }

    fn step(&mut self, step: &Value) -> Value {
        let (op, number) = match step["do"].as_str() {
            Some("land") => (80, u8::from(step["customer"] == true)),
            Some("own") => (82, 0),
            Some("order") => (81, 1),
            Some("delivered") => (81, 2),
            _ => (81, 0),
        };
        let mut w = Writer::new();
        w.u32(self.handle);
        w.f64(step["now"].as_f64().expect("a time"));
        w.count(self.keys.len());
        self.keys.iter().for_each(|k| w.str(k));
        w.u8(number);
        w.str(step["token"].as_str().or(step["order"].as_str()).expect("a text"));
        let answer = self.table.call(op, &w.finish());
        let mut r = Reader::new(&answer);
        assert_eq!(r.u8(), 0, "{step}");
        r.u8();
        let count = r.u32();
        let all: Vec<(String, String)> = (0..count).map(|_| self.told(&mut r)).collect();
        r.end().expect("nothing left over");
        if op != 81 {
            assert_eq!(all.len(), 1);
            return all[0].0.clone().into();
        }
        all.iter().map(|(status, programme)| Value::from(format!("{programme} {status}"))).collect()
    }

    fn told(&self, r: &mut Reader<'_>) -> (String, String) {
        let status = ["landed", "known", "refused", "waiting", "earned"][usize::from(r.u8())];
        let why = usize::from(r.u8());
        let word = if why == 0 {
            status.to_string()
        } else {
            format!("{status} {}", nearshelf::invite::Why::ALL[why - 1].code())
        };
        if !r.bool() {
            return (word, String::new());
        }
        let programme = self.programmes[usize::from(r.u8())].clone();
        let (_about, _id, channel) = (r.u8(), r.str(), r.str());
        assert_eq!(channel, "wechat");
        let (_inviter, _landed, _until, _token) = (r.u64(), r.f64(), r.f64(), r.str());
        (word, programme)
    }
}

/// The answer to a call of the server, and what its decisions come to.
fn settled(call: &Value, history: &Value) -> (Value, Vec<String>) {
    let told = answer(&json!({
        "do": "settle", "invites": invites(), "shop": SHOP, "zone": 480, "keys": [key(1).public()], "now": call["now"], "claims": call["claims"], "history": history,
    }));
    let word = |d: &Value| {
        let text = |v: &Value| v.as_str().unwrap_or("").to_string();
        [text(&d["status"]), text(&d["why"]), text(&d["inviter"]["why"])]
            .iter()
            .filter(|t| !t.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let words = told["decisions"].as_array().unwrap_or_else(|| panic!("{told}")).iter().map(word).collect();
    (told, words)
}

#[test]
fn devices_and_servers_answer_as_the_file_says() {
    let made = json!({ "spec_version": 1, "shop": SHOP, "zone": 480, "keys": [key(1).public()], "landings": landings(), "settlements": settlements() });
    if std::env::var_os("NEARSHELF_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/invites.json");
        std::fs::write(path, serde_json::to_string_pretty(&made).expect("JSON") + "\n").expect("written");
        return;
    }
    let golden: Value = serde_json::from_str(GOLDEN).expect("a golden file");
    assert_eq!(made, golden, "the cases are those that signing makes");
    let mut whys = std::collections::BTreeSet::new();
    for case in golden["landings"].as_array().expect("cases") {
        let mut device = Device::new(case);
        for step in case["steps"].as_array().expect("steps") {
            assert_eq!(device.step(step), step["expect"], "{}: {step}", case["name"]);
            whys.extend(step["expect"].as_str().and_then(|e| e.strip_prefix("refused ")));
        }
    }
    for case in golden["settlements"].as_array().expect("cases") {
        let mut history = json!([]);
        for call in case["calls"].as_array().expect("calls") {
            let (told, words) = settled(call, &history);
            assert_eq!(json!(words), call["expect"], "{}", case["name"]);
            whys.extend(
                call["expect"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter_map(|e| e.as_str()?.split_once(' ').map(|(_, why)| why)),
            );
            history = told["history"].clone();
        }
    }
    let all = nearshelf::invite::Why::ALL.map(|w| w.code());
    assert!(all.iter().all(|w| whys.contains(w)), "each reason has a case: {whys:?}");
}

#[test]
fn a_decision_says_what_both_sides_get() {
    let call = json!({ "now": NOW + 60 * DAY, "claims": [claim(&friend(1), 2, 0.5, 3.0, "delivered")] });
    let told = settled(&call, &json!([])).0;
    let at = NOW + 3 * DAY;
    assert_eq!(
        told["decisions"][0],
        json!({
            "status": "earned", "programme": "bring-a-friend", "about": null,
            "inviter": { "handle": handle(1), "task": "invite-a-friend", "offer": "cn-coupon-friend", "why": null,
                "entry": { "type": "task", "task": "invite-a-friend", "subject": "bring-a-friend:to:0202020202020202", "id": "invite:bring-a-friend:to:0202020202020202", "at": at } },
            "friend": { "handle": handle(2), "task": null, "offer": "cn-welcome", "entry": null, "why": null },
        })
    );
    assert_eq!(told["history"].as_array().map(Vec::len), Some(1));
}

#[test]
fn consent_is_asked_for_what_is_kept_and_not_for_what_is_answered() {
    let bytes = section(&invites(), &["en".into()]).expect("programmes");
    let mut shelf = Engine::open(with_sections(&[(Tag::INVITES, 1, &bytes)])).expect("a pack");
    let now = nearshelf::time::Millis(NOW);
    let public = key(1).public();
    let keys = [public.as_str()];
    let text = friend(1);
    let landed = |shelf: &mut Engine| {
        let mut status = None;
        let done = shelf.invited(now, (&keys, is_signed), false, &mut |a| {
            let (told, kept) = nearshelf::invite::land(a, &text);
            status = Some(told.status);
            kept
        });
        done.map(|()| status.expect("asked"))
    };
    assert_eq!(landed(&mut shelf), Ok(nearshelf::invite::Status::Landed));
    assert_eq!(landed(&mut shelf), Ok(nearshelf::invite::Status::Known), "for this visit");
    assert!(shelf.snapshot().is_err(), "and nothing that could be kept");
    shelf.set_consent(Consent::all());
    assert_eq!(landed(&mut shelf), Ok(nearshelf::invite::Status::Known), "undecided took nothing away");
    let snapshot = shelf.snapshot().expect("consented");
    shelf.forget();
    assert_eq!(landed(&mut shelf), Ok(nearshelf::invite::Status::Landed), "forgotten");
    shelf.sign_out();
    shelf.restore(&snapshot).expect("a snapshot");
    assert_eq!(landed(&mut shelf), Ok(nearshelf::invite::Status::Known), "restored");
}
