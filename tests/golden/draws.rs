//! Published draws: `draws.json`, which a second implementation wrote (`draws.mjs`), and which Rust, the web's wasm and the mini-program's answer alike.

use nearshelf::draw::Got;
use nearshelf::draw::json::{Announcement, Given, verify};
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("draws.json");

fn said(golden: &Value, case: &Value) -> Value {
    let text = |name: &str| case[name].as_u64().map(|i| golden["texts"][i as usize].as_str().expect("a text"));
    let Ok(a) = Announcement::read(text("announcement").expect("an announcement").as_bytes()) else {
        return json!({ "state": "invalid", "why": "bad_file" });
    };
    let given = Given {
        result: text("result").expect("a result").as_bytes(),
        issued: case["issued"].as_f64(),
        closing: text("closing").map(str::as_bytes),
        list: text("list"),
        ticket: case["ticket"].as_str(),
        receipt: case.get("receipt").cloned(),
        announcement: case["seen"].as_str(),
        told: case.get("told").cloned(),
        answers: case.get("answers").cloned(),
    };
    let verdict = match verify(&a, &given) {
        Err(why) => return json!({ "state": "invalid", "why": why }),
        Ok(verdict) => verdict,
    };
    let result: Value = serde_json::from_slice(given.result).expect("it verified");
    let mut out = json!({ "right": verdict.right, "entries": result["count"], "beacon": result["beacon"], "votes": result["votes"] });
    out["state"] = match verdict.got {
        Got::NoTicket => "drawn",
        Got::NotInList => "not_in_list",
        Got::NotWon => "not_won",
        Got::Won(_) => "won",
    }
    .into();
    if let Got::Won(prize) = verdict.got {
        out["prize"] = a.prizes[usize::from(prize)].as_str().into();
    }
    out
}

#[test]
fn golden_draws_give_what_the_file_says() {
    let golden: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let cases = golden["cases"].as_array().expect("cases");
    assert!(cases.len() > 100);
    for case in cases {
        let said = said(&golden, case);
        for (name, wanted) in case["expect"].as_object().expect("an object") {
            assert_eq!(&said[name], wanted, "{}: {name} of {said}", case["name"]);
        }
    }
}
