//! `nearshelf offers allocate`: the schema's file where it is at hand, and what is refused.

use crate::data::folder;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf"))
        .args(["offers", "allocate"])
        .args(args)
        .output()
        .expect("the command runs")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(p: &Path) -> &str {
    p.to_str().expect("a readable path")
}

#[test]
fn every_expectation_of_the_schema_s_file() {
    let Some(dir) = folder("promotions") else { return };
    let file = dir.join("allocation.json");
    let out = run(&[path(&file)]);
    assert!(out.status.success(), "{}", said(&out.stdout));
    assert!(said(&out.stdout).ends_with("4 passed, 0 failed\n"), "{}", said(&out.stdout));

    // Another answer than the expected one is told.
    let mut changed: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    changed["expect"][1]["gain"] = 1.into();
    changed["expect"][2]["choice"][7] = 3.into();
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("changed.json");
    std::fs::write(&file, changed.to_string()).expect("a file");
    let out = run(&[path(&file)]);
    assert_eq!(out.status.code(), Some(1));
    let text = said(&out.stdout);
    assert!(
        text.contains("gain: expected 1, found")
            && text.contains("choice: expected")
            && text.ends_with("2 passed, 2 failed\n"),
        "{text}"
    );
}

#[test]
fn a_budget_of_one_s_own_and_what_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let (file, out_file) = (dir.path().join("a.json"), dir.path().join("out.json"));
    let user = |gain: i64| {
        format!(r#"{{"options":[{{"coupon":0,"gain":0,"cost":0}},{{"coupon":200,"gain":{gain},"cost":10}}]}}"#)
    };
    let text = format!(r#"{{"schema":"coupon-allocation/v1","users":[{},{},{}]}}"#, user(50), user(70), user(-5));
    std::fs::write(&file, &text).expect("a file");
    let out = run(&[path(&file), "--budget", "10", "--budget", "20", "--out", path(&out_file)]);
    assert!(out.status.success(), "{}", said(&out.stderr));
    let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&out_file).expect("a file")).expect("JSON");
    assert_eq!(written[0]["choice"], serde_json::json!([0, 200, 0]));
    assert_eq!((&written[0]["lambda_ppm"], &written[0]["cost"]), (&5_000_000.into(), &10.into()));
    assert_eq!(written[1]["choice"], serde_json::json!([200, 200, 0]));
    assert_eq!((&written[1]["lambda_ppm"], &written[1]["best_uniform"]["coupon"]), (&0.into(), &0.into()));

    for (text, args, code) in [
        (text.as_str(), &[][..], "bad_config"),
        (r#"{"schema":"coupon-allocation/v2","users":[]}"#, &[], "bad_table"),
        (r#"{"schema":"coupon-allocation/v1","users":[{"options":[]}],"budget":1}"#, &[], "bad_table"),
        (
            r#"{"schema":"coupon-allocation/v1","users":[{"options":[{"coupon":0,"gain":0,"cost":-1}]}],"budget":1}"#,
            &[],
            "bad_table",
        ),
        ("{", &[], "bad_table"),
    ] {
        std::fs::write(&file, text).expect("a file");
        let out = run(&[&[path(&file)], args].concat());
        assert!(!out.status.success() && said(&out.stderr).contains(code), "{text}: {}", said(&out.stderr));
    }
}
