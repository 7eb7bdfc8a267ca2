//! `nearshelf draws` from the wish to the check.

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// Output and errors of the command line, in a folder; panics where it did not end as wanted.
fn nearshelf(folder: &Path, ends: i32, args: &str) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_nearshelf"))
        .current_dir(folder)
        .args(args.split(' '))
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(ends), "{args}: {text}");
    text
}

fn put(folder: &Path, name: &str, v: &Value) {
    std::fs::write(folder.join(name), v.to_string()).expect("written");
}

#[test]
fn a_signed_lottery_from_announcement_to_receipt() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let mut wish = super::wish();
    (wish["opens"], wish["closes"]) = ("2020-03-01T10:00:00+08:00".into(), "2020-03-08T10:00:00+08:00".into());
    wish["beacon"] = "the beacon's round 7".into();
    put(at, "wish.json", &wish);
    let noted: Value = (0..40)
        .map(|i| json!({ "person": format!("p{}", i % 9), "ticket": format!("a-ticket-of-shopper-{i}") }))
        .collect();
    put(at, "entries.json", &noted);
    let public = nearshelf(at, 0, "keys new").trim().to_string();
    nearshelf(at, 0, "draws announce wish.json --out s.draw --secret s.secret");
    assert!(
        nearshelf(at, 1, "draws announce wish.json --out s.draw --secret s.secret").contains("s.secret"),
        "a secret is never written over"
    );
    let announced: Value = serde_json::from_slice(&std::fs::read(at.join("s.draw")).expect("read")).expect("JSON");
    assert_eq!(announced["opens"], 1_583_028_000_000_i64);
    nearshelf(at, 0, "sign s.draw --key shop.key");
    nearshelf(at, 0, "draws close s.draw --secret s.secret --entries entries.json --out s.closing");
    assert!(
        nearshelf(at, 1, "draws draw s.draw --secret s.secret --entries entries.json --out s.result")
            .contains("what did it say?")
    );
    let told = nearshelf(
        at,
        0,
        "draws draw s.draw --secret s.secret --entries entries.json --beacon 4f --out s.result --list s.list --receipts s.receipts",
    );
    assert!(
        told.contains("b: 3, 75000 in 1000000 for one ticket")
            && told.contains("40 entries, 5 prizes given, 0 passed over"),
        "{told}"
    );
    let check = format!("draws verify s.draw --result s.result --closing s.closing --list s.list --key {public}");
    assert!(nearshelf(at, 1, &check).contains("error[unsigned]"));
    for file in ["s.closing", "s.result"] {
        assert!(
            nearshelf(at, 0, &format!("sign {file} --key shop.key")).contains("signed as Draw of \"harbour-lane/d\"")
        );
    }
    assert!(nearshelf(at, 0, &check).ends_with("verifies\n"));
    assert!(nearshelf(at, 0, &format!("verify s.result --key {public}")).contains("good, signed as Draw"));

    let result: Value =
        serde_json::from_slice(nearshelf::signature::strip(&std::fs::read(at.join("s.result")).expect("read")))
            .expect("JSON");
    let first = &result["drawn"][0];
    let receipts = std::fs::read_to_string(at.join("s.receipts")).expect("read");
    let winner = receipts
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).expect("JSON"))
        .find(|r| r["at"] == first["at"])
        .expect("a receipt");
    let ticket = winner["ticket"].as_str().expect("a ticket");
    let mine = format!("draws verify s.draw --result s.result --key {public} --ticket {ticket}");
    assert!(nearshelf(at, 0, &format!("{mine} --receipt s.receipts")).contains("verifies: the ticket has won a"));
    assert!(nearshelf(at, 0, &mine).contains("the ticket is not in the list"));

    // Another winner, signed by the same key.
    let mut forged = result.clone();
    let lines = forged["drawn"].as_array_mut().expect("lines");
    lines.swap(0, 4);
    put(at, "s.result", &forged);
    nearshelf(at, 0, "sign s.result --key shop.key");
    assert!(nearshelf(at, 1, &check).contains("does not verify: drawn"));
}

#[test]
fn an_instant_draw_tells_at_once_what_can_be_checked_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    put(
        at,
        "wish.json",
        &json!({ "shop": "s", "id": "i", "kind": "instant", "opens": 1, "closes": 2, "prizes": [{ "id": "mug", "odds": 500_000 }] }),
    );
    nearshelf(at, 0, "draws announce wish.json --out i.draw --secret i.secret");
    nearshelf(at, 0, "draws draw i.draw --secret i.secret --out i.result");
    let (mut won, mut lost) = (0, 0);
    for n in 0..20 {
        let ticket = format!("made-by-the-device-{n}");
        let told = nearshelf(at, 0, &format!("draws tell i.draw --secret i.secret --ticket {ticket}"));
        let said = nearshelf(at, 0, &format!("draws verify i.draw --result i.result --ticket {ticket}"));
        if told == "\"mug\"\n" {
            won += 1;
            assert!(said.contains("the ticket has won mug"));
        } else {
            lost += 1;
            assert_eq!(told, "null\n");
            assert!(said.contains("the ticket has not won"));
            assert!(
                nearshelf(at, 1, &format!("draws verify i.draw --result i.result --ticket {ticket} --told mug"))
                    .contains("does not verify: told")
            );
        }
    }
    // All alike has a chance of two in a million, each time the seed is drawn anew.
    assert!(won > 0 && lost > 0);
}
