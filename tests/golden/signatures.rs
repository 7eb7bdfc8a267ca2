//! Signed files: `signatures.json`, which Rust, the web's wasm and the mini-program's answer alike.

use crate::signed::{KEYS, NOW, envelope};
use nearshelf::signature::{Kind, open};
use nearshelf::time::Millis;
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("signatures.json");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hexadecimal")).collect()
}

/// What the engine says of a case, in the form of its `expect`.
fn answer(case: &Value) -> Value {
    let keys: Vec<&str> = case["keys"].as_array().expect("keys").iter().map(|k| k.as_str().expect("a key")).collect();
    let kind = Kind::from_byte(case["kind"].as_u64().expect("a kind") as u8);
    let (seen, file) = (unhex(case["seen"].as_str().unwrap_or("")), unhex(case["file"].as_str().expect("a file")));
    let now = Millis(case["now"].as_i64().expect("a time"));
    match open(now, kind, &keys, &seen, &file) {
        Err(e) => json!({ "code": e.code() }),
        Ok(opened) => {
            let e = opened.envelope;
            json!({ "from": file.len() - e.payload.len(), "sequence": e.sequence, "issued": e.issued.0, "expires": e.expires.map(|t| t.0),
                "subject": e.subject, "seen": hex(&opened.seen) })
        }
    }
}

/// Name, keys, milliseconds after `NOW`, kind, what was seen, the file.
type Case<'a> = (&'a str, &'a [String], i64, Kind, Vec<u8>, Vec<u8>);

/// The cases: name, keys, time after `NOW`, kind, what was seen, the file.
fn cases() -> Value {
    let [one, two, three] = KEYS.map(|seed| nearshelf::signature::Keys::from_seed([seed; 32]).public());
    let body = b"body";
    let pack = |sequence| envelope(KEYS[0], Kind::Pack, "harbour-lane", sequence, None, body);
    let seen = |files: &[Vec<u8>]| {
        files.iter().fold(Vec::new(), |seen, file| open(NOW, None, &[&one], &seen, file).expect("good").seen)
    };
    let changed = |at: usize, value: u8| {
        let mut file = pack(10);
        file[at] = value;
        file
    };
    let until = |ms| envelope(KEYS[0], Kind::Pack, "harbour-lane", 10, Some(Millis(NOW.0 + ms)), body);
    let overlay = |market: &str, n| envelope(KEYS[0], Kind::Overlay, &format!("harbour-lane/{market}"), n, None, body);
    let only = vec![one.clone()];
    let both = vec![one.clone(), two.clone()];
    let none = vec![three[1..].to_string()];
    let short = pack(10)[..60].to_vec();
    let list: Vec<Case<'_>> = vec![
        ("a pack", &only, 0, Kind::Pack, vec![], pack(10)),
        (
            "the second of two keys",
            &both,
            0,
            Kind::Pack,
            vec![],
            envelope(KEYS[1], Kind::Pack, "harbour-lane", 11, None, body),
        ),
        (
            "a key that is not given",
            &both,
            0,
            Kind::Pack,
            vec![],
            envelope(KEYS[2], Kind::Pack, "harbour-lane", 11, None, body),
        ),
        ("no key", &[], 0, Kind::Pack, vec![], pack(10)),
        ("a key that is none", &none, 0, Kind::Pack, vec![], envelope(KEYS[2], Kind::Pack, "", 1, None, body)),
        ("an empty file", &only, 0, Kind::Pack, vec![], vec![]),
        ("no envelope", &only, 0, Kind::Pack, vec![], body.to_vec()),
        ("a cut envelope", &only, 0, Kind::Pack, vec![], short),
        ("a file that goes on", &only, 0, Kind::Pack, vec![], [pack(10), b"x".to_vec()].concat()),
        (
            "an empty file in an envelope",
            &only,
            0,
            Kind::Pack,
            vec![],
            envelope(KEYS[0], Kind::Pack, "harbour-lane", 3, None, b""),
        ),
        ("another kind written in", &only, 0, Kind::Overlay, vec![], changed(9, 2)),
        ("a kind that is none", &only, 0, Kind::Pack, vec![], changed(9, 9)),
        ("a later format", &only, 0, Kind::Pack, vec![], changed(8, 2)),
        ("another sequence written in", &only, 0, Kind::Pack, vec![], changed(25, 1)),
        ("another length written in", &only, 0, Kind::Pack, vec![], changed(10, 125)),
        ("another subject written in", &only, 0, Kind::Pack, vec![], changed(49, b'A')),
        ("an overlay's envelope on a pack", &only, 0, Kind::Pack, vec![], overlay("cn", 10)),
        ("a sequence of zero", &only, 0, Kind::Pack, vec![], pack(0)),
        ("a sequence that is too high", &only, 0, Kind::Pack, vec![], pack((1 << 53) + 2)),
        ("a millisecond before the end", &only, 999, Kind::Pack, vec![], until(1000)),
        ("at the end", &only, 1000, Kind::Pack, vec![], until(1000)),
        (
            "ended by what was signed later, whatever the device's clock says",
            &only,
            -1_000_000,
            Kind::Pack,
            seen(&[overlay("cn", 1)]),
            until(-5),
        ),
        ("the same again", &only, 0, Kind::Pack, seen(&[pack(10)]), pack(10)),
        ("a higher one", &only, 0, Kind::Pack, seen(&[pack(10), overlay("cn", 4)]), pack(11)),
        ("a lower one", &only, 0, Kind::Pack, seen(&[overlay("cn", 4), pack(11)]), pack(10)),
        ("a lower one of another market", &only, 0, Kind::Overlay, seen(&[overlay("cn", 40)]), overlay("eu", 4)),
        ("a lower one in two records", &only, 0, Kind::Pack, [seen(&[pack(12)]), seen(&[pack(3)])].concat(), pack(11)),
        ("a record that cannot be read", &only, 0, Kind::Pack, b"?".to_vec(), pack(1)),
        ("a shard has no number", &only, 0, Kind::Shard, vec![], envelope(KEYS[0], Kind::Shard, "", 1, None, body)),
        ("a shard is no pack", &only, 0, Kind::Pack, vec![], envelope(KEYS[0], Kind::Shard, "", 1, None, body)),
    ];
    let case = |(name, keys, after, kind, seen, file): &Case<'_>| {
        let given = json!({ "name": name, "keys": keys, "now": NOW.0 + after, "kind": *kind as u8, "seen": hex(seen), "file": hex(file) });
        let mut case = given;
        case["expect"] = answer(&case);
        case
    };
    list.iter().map(case).collect()
}

#[test]
fn each_file_is_opened_or_refused_as_the_file_says() {
    if std::env::var_os("NEARSHELF_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/signatures.json");
        let text = serde_json::to_string_pretty(&json!({ "spec_version": 1, "cases": cases() })).expect("JSON");
        std::fs::write(path, text + "\n").expect("written");
        return;
    }
    let golden: Value = serde_json::from_str(GOLDEN).expect("a golden file");
    let all = golden["cases"].as_array().expect("cases");
    for case in all {
        assert_eq!(answer(case), case["expect"], "{}", case["name"]);
    }
    assert_eq!(cases(), golden["cases"], "the cases are those that signing makes");
    let codes: std::collections::BTreeSet<&str> = all.iter().filter_map(|c| c["expect"]["code"].as_str()).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["bad_signature", "expired", "replayed", "unsigned"]);
}
