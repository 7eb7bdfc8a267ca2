//! What holds of every draw.

use super::{Held, Walk, check, entries, hold, wish};
use nearshelf::draw::json::{Announcement, Given, verify};
use nearshelf::draw::{Got, sheet};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn every_draw_verifies_and_each_receipt_says_what_its_ticket_got() {
    let mut walk = Walk(0x9E37_79B9_7F4A_7C15);
    for round in 0..300 {
        let mut w = wish();
        let limit = walk.below(4);
        w["wins_per_person"] = limit.into();
        if round % 3 == 0 {
            w["beacon"] = "words".into();
        }
        let (tickets, persons) = (walk.below(40), 1 + walk.below(12));
        let noted = entries(&mut walk, tickets, persons);
        let beacon = if round % 3 == 0 { "it said this" } else { "" };
        let held = hold(&mut walk, &w, &noted, beacon);
        let Held { a, drawn, secret } = &held;
        let closing = sheet::close(a, secret, &noted).expect("a closing").to_string();
        let result = drawn.result.to_string();
        let mut given = Given {
            result: result.as_bytes(),
            closing: Some(closing.as_bytes()),
            list: Some(&drawn.list),
            ..Given::default()
        };
        assert_eq!(verify(a, &given).map(|v| v.got), Ok(Got::NoTicket), "{round}");
        let (mut won, mut by_person) = (0, BTreeMap::new());
        for line in drawn.receipts.lines() {
            let receipt: Value = serde_json::from_str(line).expect("JSON");
            let ticket = receipt["ticket"].as_str().expect("a ticket").to_string();
            for list in [None, Some(drawn.list.as_str())] {
                let one = Given { ticket: Some(&ticket), receipt: Some(receipt.clone()), list, ..given.clone() };
                let got = verify(a, &one).expect("it verifies").got;
                let stands = drawn.result["drawn"].as_array().expect("lines").iter().find(|l| l["at"] == receipt["at"]);
                match stands.map(|l| &l["prize"]).filter(|p| !p.is_null()) {
                    None => assert_eq!(got, Got::NotWon),
                    Some(prize) => assert!(
                        matches!(got, Got::Won(i) if a.prizes[usize::from(i)] == prize.as_str().expect("an id"))
                    ),
                }
                if list.is_none() && matches!(got, Got::Won(_)) {
                    won += 1;
                    *by_person.entry(receipt["person"].as_str().expect("a person").to_string()).or_insert(0) += 1;
                }
            }
        }
        // Limits hold, and no prize is kept back that somebody could have had.
        if limit > 0 {
            assert!(by_person.values().all(|n| *n <= limit), "{round}");
        }
        let mut had = BTreeMap::new();
        for e in noted.as_array().expect("a list") {
            *had.entry(e["person"].as_str().expect("a person")).or_insert(0_u64) += 1;
        }
        let could: u64 = had.values().map(|n| if limit == 0 { *n } else { limit.min(*n) }).sum();
        assert_eq!(won, could.min(5), "{round}");
        given.list = None;
        assert!(verify(a, &given).is_ok());
    }
}

#[test]
fn the_order_in_which_entries_were_noted_changes_nothing() {
    let mut walk = Walk(77);
    let noted = entries(&mut walk, 30, 9);
    let Held { a, secret, drawn } = hold(&mut walk, &wish(), &noted, "");
    let mut other = noted.as_array().expect("a list").clone();
    for i in (1..other.len()).rev() {
        other.swap(i, walk.below(i as u64 + 1) as usize);
    }
    let again = sheet::draw(&a, &secret, &Value::Array(other), "").expect("a draw");
    assert_eq!((again.result, again.list, again.receipts), (drawn.result, drawn.list, drawn.receipts));
}

/// Every leaf of a JSON value, changed: a number by one, a text in one character, null to a prize.
fn changes(v: &Value, at: &str, out: &mut Vec<(String, Value)>) {
    match v {
        Value::Object(fields) => fields.iter().for_each(|(k, v)| changes(v, &format!("{at}/{k}"), out)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| changes(v, &format!("{at}/{i}"), out)),
        Value::Number(n) => {
            out.push((at.into(), json!(n.as_u64().expect("whole") + 1)));
            out.extend(n.as_u64().and_then(|n| n.checked_sub(1)).map(|n| (at.into(), json!(n))));
        }
        Value::String(text) => {
            for i in [0, text.len() / 2, text.len() - 1] {
                let mut bytes = text.clone().into_bytes();
                bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
                out.push((at.into(), String::from_utf8(bytes).expect("ASCII").into()));
            }
        }
        _ => out.push((at.into(), "a".into())),
    }
}

#[test]
fn every_alteration_of_a_result_or_an_announcement_is_found() {
    let mut walk = Walk(5);
    let mut tried = 0;
    for round in 0..12 {
        let mut w = wish();
        w["wins_per_person"] = 1.into();
        w["entries_per_person"] = 20.into();
        w["beacon"] = "words".into();
        if round % 2 == 0 {
            w["kind"] = "vote".into();
            w["options"] = json!([{ "id": "x" }, { "id": "y" }]);
        }
        let mut noted = entries(&mut walk, 20, 6);
        if round % 2 == 0 {
            noted
                .as_array_mut()
                .expect("a list")
                .iter_mut()
                .for_each(|e| e["choice"] = ["x", "y"][walk.below(2) as usize].into());
        }
        let held = hold(&mut walk, &w, &noted, "it said this");
        let mut all = Vec::new();
        changes(&held.drawn.result, "", &mut all);
        for (at, value) in all {
            let mut other = held.drawn.result.clone();
            *other.pointer_mut(&at).expect("a place") = value;
            assert!(check(&held.a, &other, Some(&held.drawn.list)).is_err(), "{at}: {other}");
            tried += 1;
        }
        // Of the announcement: whatever is changed, even with its hash set right in the result. What is not part of the reckoning is bound by the hash.
        let mut all = Vec::new();
        changes(&held.a.file, "", &mut all);
        for (at, value) in all {
            let mut file = held.a.file.clone();
            *file.pointer_mut(&at).expect("a place") = value;
            let Ok(a) = Announcement::read(file.to_string().as_bytes()) else { continue };
            assert_eq!(
                check(&a, &held.drawn.result, None).err(),
                Some(if at == "/shop" || at == "/id" { "other_draw" } else { "announcement_changed" }),
                "{at}"
            );
            let mut result = held.drawn.result.clone();
            result["announcement"] = nearshelf::draw::json::hex(&a.terms.announcement).into();
            (result["shop"], result["id"]) = (file["shop"].clone(), file["id"].clone());
            assert!(check(&a, &result, None).is_err(), "{at}");
            tried += 1;
        }
        // Of the list: each line left out, twice, or with another digit.
        let lines: Vec<&str> = held.drawn.list.lines().collect();
        for i in 0..lines.len() {
            let flipped = lines[i].replacen(&lines[i][70..71], if &lines[i][70..71] == "0" { "1" } else { "0" }, 1);
            for put in [vec![], vec![lines[i], lines[i]], vec![flipped.as_str()]] {
                let other = [&lines[..i], &put, &lines[i + 1..]].concat().join("\n") + "\n";
                assert!(check(&held.a, &held.drawn.result, Some(&other)).is_err(), "line {i}");
                tried += 1;
            }
        }
    }
    assert!(tried > 2_500, "{tried}");
}

fn square(d: f64) -> f64 {
    d * d
}

/// Chi-square of 5,000 seeded lotteries: each of ten tickets is as likely as the others to have the first prize, and each of the others.
#[test]
fn tickets_are_equally_likely_to_win_each_prize() {
    let mut walk = Walk(20_270_301);
    let noted = entries(&mut walk, 10, 10);
    let w = json!({ "shop": "s", "id": "d", "kind": "lottery", "opens": 1, "closes": 2, "prizes": [{ "id": "a", "count": 1 }, { "id": "b", "count": 1 }, { "id": "c", "count": 1 }] });
    let rounds = 5_000_u32;
    let mut seen: BTreeMap<(String, String), u32> = BTreeMap::new();
    for _ in 0..rounds {
        let held = hold(&mut walk, &w, &noted, "");
        // By ticket, since the salt of a draw puts the persons into another order each time.
        for line in held.drawn.result["drawn"].as_array().expect("lines") {
            let key = (
                line["prize"].as_str().expect("a prize").to_string(),
                line["ticket"].as_str().expect("a ticket").to_string(),
            );
            *seen.entry(key).or_default() += 1;
        }
    }
    for prize in ["a", "b", "c"] {
        let counts: Vec<u32> = seen.iter().filter(|((p, _), _)| p == prize).map(|(_, n)| *n).collect();
        let expected = f64::from(rounds) / 10.0;
        let chi: f64 = counts.iter().map(|n| square(f64::from(*n) - expected) / expected).sum();
        // 99.99 % of chi-square with nine degrees of freedom lie below.
        assert!(counts.len() == 10 && chi < 33.72, "{prize}: {chi}");
    }
}

#[test]
fn instant_odds_are_what_was_announced() {
    let mut walk = Walk(31_337);
    let w = json!({ "shop": "s", "id": "d", "kind": "instant", "opens": 1, "closes": 2, "prizes": [{ "id": "rare", "odds": 20_000 }, { "id": "often", "odds": 300_000 }] });
    let (announcement, secret) = sheet::announce(&w, walk.hash(), walk.hash()).expect("a wish");
    let a = Announcement::read(announcement.to_string().as_bytes()).expect("an announcement");
    let rounds = 20_000;
    let mut seen = [0_u32; 3];
    for i in 0..rounds {
        let told = sheet::tell(&a, &secret, &format!("made by the device {i}")).expect("an outcome");
        seen[["rare", "often"].iter().position(|p| told == *p).unwrap_or(2)] += 1;
    }
    let shares = [0.02, 0.3, 0.68];
    let chi: f64 = seen
        .iter()
        .zip(shares)
        .map(|(n, p)| square(f64::from(*n) - p * f64::from(rounds)) / (p * f64::from(rounds)))
        .sum();
    // 99.99 % of chi-square with two degrees of freedom lie below.
    assert!(chi < 18.43, "{seen:?}: {chi}");
}

#[test]
fn a_shop_s_mistakes_are_told_with_their_place() {
    let mut walk = Walk(8);
    let told = |change: &dyn Fn(&mut Value)| {
        let mut w = wish();
        change(&mut w);
        sheet::announce(&w, [1; 32], [2; 32]).expect_err("a mistake")
    };
    assert_eq!(told(&|w| w["prizes"] = json!([])), "prizes: there are none");
    assert_eq!(told(&|w| w["prizes"][1]["count"] = 10_000.into()), "prizes: more than 10000 in all");
    assert_eq!(told(&|w| w["closes"] = 10.into()), "closes has to be behind opens");
    let quiz = |answer: &str| json!([{ "id": "q", "options": [{ "id": "x" }, { "id": "y" }], "answer": answer }]);
    assert_eq!(
        told(&|w| (w["kind"], w["questions"]) = ("quiz".into(), quiz("z"))),
        "questions[0]: answer \"z\" is none of its options"
    );

    let mut w = wish();
    w["entries_per_person"] = 1.into();
    let noted = entries(&mut walk, 3, 1_000);
    let Held { a, secret, .. } = hold(&mut walk, &w, &noted, "");
    let refused = |noted: Value| sheet::draw(&a, &secret, &noted, "").expect_err("a mistake");
    let ticket = "a ticket of some length";
    let entry = |person: &str, ticket: &str| json!({ "person": person, "ticket": ticket });
    assert_eq!(refused(json!([entry("p", "short")])), "entries[0]: ticket \"short\" has fewer than 16 characters");
    assert_eq!(refused(json!([entry("p", ticket), entry("q", ticket)])), format!("ticket {ticket:?} is there twice"));
    assert_eq!(
        refused(json!([entry("p", ticket), entry("p", "another of some length")])),
        "person \"p\" has more than 1 entries"
    );
    assert_eq!(
        refused(json!([{ "person": "p", "ticket": ticket, "choice": "x" }])),
        "entries[0]: there is nothing to choose"
    );
    assert_eq!(sheet::draw(&a, &secret, &json!([]), "77").expect_err("a mistake"), "no beacon was announced");
    let (_, other) = sheet::announce(&w, [9; 32], [9; 32]).expect("a wish");
    assert_eq!(
        sheet::close(&a, &other, &json!([])).expect_err("a mistake"),
        "the secret's seed is not the one that was announced"
    );
}

#[test]
fn nothing_that_is_published_tells_who_took_part_or_what_the_seed_was_before() {
    let mut walk = Walk(99);
    let noted = entries(&mut walk, 12, 5);
    let Held { a, secret, drawn } = hold(&mut walk, &wish(), &noted, "");
    let seed = secret["seed"].as_str().expect("a seed");
    let salt = secret["salt"].as_str().expect("a salt");
    let closing = sheet::close(&a, &secret, &noted).expect("a closing").to_string();
    assert!(!a.file.to_string().contains(seed) && !closing.contains(seed));
    for text in [a.file.to_string(), closing, drawn.result.to_string(), drawn.list.clone()] {
        assert!(!text.contains(salt));
        for e in noted.as_array().expect("a list") {
            assert!(
                !text.contains(e["ticket"].as_str().expect("a ticket"))
                    && !text.contains(&format!("{:?}", e["person"]))
            );
        }
    }
}
