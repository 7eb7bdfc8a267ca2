//! `nearshelf offers lint`: the sample shop, exit codes, past prices, and that no file makes it panic.

use nearshelf::offer::lint::{Ground, lint};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf"))
        .args(["offers", "lint"])
        .args(args)
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn shop() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop").to_str().expect("a readable path").to_string()
}

#[test]
fn the_sample_shop_means_what_it_offers() {
    let out = run(&[&shop(), "--now", "2026-09-01T00:00:00+08:00", "--strict"]);
    assert_eq!(text(&out.stdout), "47 promotions: 0 errors, 0 warnings\n");
    assert!(out.status.success());
}

#[test]
fn errors_end_with_1_and_warnings_only_where_that_is_wanted() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = |name: &str, v: &Value| {
        let path = dir.path().join(name);
        std::fs::write(&path, v.to_string()).expect("a file");
        path.to_str().expect("a readable path").to_string()
    };
    let warning = file("w.json", &json!({ "promotions": [{ "id": "w", "kind": "percent", "percent_bp": 100 }] }));
    let error = file("e.json", &json!([{ "id": "e", "name": "E", "kind": "fixed", "amount": 5, "threshold": 5 }]));
    assert!(run(&[&warning]).status.success());
    assert_eq!(run(&[&warning, "--strict"]).status.code(), Some(1));
    let out = run(&[&error, "--language", "zh-CN"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("无需付款"), "{}", text(&out.stdout));
    let out = run(&[&error, "--json"]);
    let found: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!(found[0]["rule"], "gives_away");
    for (args, code) in [
        (vec![warning.as_str(), "--prices", "none.csv"], "bad_config"),
        (vec!["nowhere.json"], "io"),
        (vec![dir.path().to_str().expect("a path")], "bad_offers"),
    ] {
        let out = run(&args);
        assert_eq!(out.status.code(), Some(1), "{args:?}");
        assert!(text(&out.stderr).contains(&format!("error[{code}]")), "{}", text(&out.stderr));
    }
}

#[test]
fn past_prices_of_a_table_are_held_against_the_catalogue() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
    write("catalog.csv", "id,title,price,sale_price\ncup,Cup,50.00 CNY,40.00 CNY\npot,Pot,90.00 CNY,80.00 CNY\n");
    write("offers.json", r#"{"promotions":[]}"#);
    write("prices.csv", "id,date,price\ncup,2026-10-20,38.00\ncup,2026-10-30,40.00\npot,2026-10-20,90.00\n");
    let dir_text = dir.path().to_str().expect("a path");
    let prices = dir.path().join("prices.csv");
    let out = run(&[dir_text, "--prices", prices.to_str().expect("a path"), "--now", "2026-11-01T00:00:00Z"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    let told = text(&out.stdout);
    assert!(told.contains("cup: the announced reduction is held against 5000 and sells for 4000"), "{told}");
    assert!(told.contains("it cost 3800") && !told.contains("pot"), "{told}");
}

/// A small generator of its own: the same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

#[test]
fn no_file_makes_it_panic_and_what_it_tells_has_a_place() {
    let golden: Value = serde_json::from_str(include_str!("../golden/offers-lint.json")).expect("a golden file");
    let cases = golden["cases"].as_array().expect("cases");
    let mut r = Random(7);
    let wild = [
        json!(null),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(1e300),
        json!(0.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!(true),
        json!([null]),
        json!("2026-02-30T00:00:00Z"),
        json!(9_007_199_254_740_991_i64),
    ];
    let mut told = 0;
    for _ in 0..4_000 {
        let case = &cases[r.below(cases.len())];
        let mut list = case["promotions"].clone();
        for _ in 0..=r.below(3) {
            let Some(promotions) = list.as_array_mut().filter(|l| !l.is_empty()) else { break };
            let at = r.below(promotions.len());
            let Some(fields) = promotions[at].as_object_mut() else { break };
            let keys: Vec<String> = fields.keys().cloned().collect();
            let value = wild[r.below(wild.len())].clone();
            fields.insert(keys[r.below(keys.len())].clone(), value);
        }
        let ground = Ground::read(&case["ground"]).expect("a ground");
        for f in lint(&list, &ground) {
            told += 1;
            assert!(f.place.starts_with("promotions") || f.place.starts_with("products["), "{}", f.place);
        }
    }
    assert!(told > 4_000, "{told}");
}
