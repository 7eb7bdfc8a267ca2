//! `nearshelf customers`: the command, and the published results of the CDNOW data.

mod cdnow;

use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn nearshelf(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).arg("customers").args(args).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn path(p: &Path) -> &str {
    p.to_str().expect("a readable path")
}

const PARAMS: &str = r#"{"bgnbd":{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426},"gamma_gamma":{"p":6.25,"q":3.74,"gamma":15.44},"horizon":39}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("a file");
    }
    dir
}

#[test]
fn a_forecast_keeps_the_file_s_order_and_its_ids() {
    let rows = "customer_id,x,t_x,T,x_star,zbar\n\"b, the second\",2,30.43,38.86,1,22.35\na,0,0,38.86,0,0\n";
    let dir = folder(&[("params.json", PARAMS), ("summary.csv", rows)]);
    let file = |name: &str| dir.path().join(name);
    let out = nearshelf(&["forecast", "--params", path(&file("params.json")), path(&file("summary.csv"))]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let mut lines = csv::Reader::from_reader(out.stdout.as_slice());
    assert_eq!(lines.headers().expect("a header"), &["customer_id", "expected", "p_alive", "expected_value"][..]);
    let rows: Vec<csv::StringRecord> = lines.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows.iter().map(|r| &r[0]).collect::<Vec<_>>(), ["b, the second", "a"]);
    // Published, in README of the data: 1.2260, .7266, 24.6637; one who bought once: .1951, 1, everybody's mean 35.2190.
    let expected =
        [[1.226028174767135, 0.726578570080673, 24.663713910761153], [0.19509805201125396, 1.0, 35.21897810218978]];
    for (row, expected) in rows.iter().zip(expected) {
        for (cell, expected) in row.iter().skip(1).zip(expected) {
            let got: f64 = cell.parse().expect("a number");
            assert!((got - expected).abs() < 1e-9, "{cell} for {expected}");
            assert_eq!(got.to_string(), cell, "at full precision");
        }
    }
}

#[test]
fn a_customer_who_cannot_be_is_refused_and_named() {
    let rows =
        "customer_id,x,t_x,T,zbar\n1,2,30,38,5\n2,2,39,38,5\n3,0,3,38,0\n4,1.5,3,38,1\n5,1,3,,1\n6,1,3,38,cheap\n";
    let dir = folder(&[("params.json", PARAMS), ("summary.csv", rows)]);
    let (params, summary) = (dir.path().join("params.json"), dir.path().join("summary.csv"));
    let out = nearshelf(&["forecast", "--params", path(&params), path(&summary)]);
    assert!(!out.status.success() && out.stdout.is_empty());
    assert!(
        text(&out.stderr).contains("too_many_rejects") && text(&out.stderr).contains("5 of 6"),
        "{}",
        text(&out.stderr)
    );
    let out = nearshelf(&["forecast", "--params", path(&params), "--max-reject", "0.9", path(&summary)]);
    assert!(out.status.success());
    assert_eq!(text(&out.stdout).lines().count(), 2, "a header and the one that can be");
    for reason in
        ["line 3: t_x is larger than T", "line 4: x is 0", "line 5: x has to be a whole number", "line 6: x, t_x and T"]
    {
        assert!(text(&out.stderr).contains(reason), "{reason}: {}", text(&out.stderr));
    }
}

#[test]
fn without_values_the_last_column_is_empty() {
    let params = r#"{"bgnbd":{"r":0.243,"alpha":4.414,"a":0.793,"b":2.426},"horizon":4}"#;
    let dir = folder(&[("params.json", params), ("summary.csv", "customer_id,x,t_x,T\n1,2,30,38\n")]);
    let out = nearshelf(&[
        "forecast",
        "--params",
        path(&dir.path().join("params.json")),
        path(&dir.path().join("summary.csv")),
    ]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&out.stdout).ends_with(",\n"), "{}", text(&out.stdout));
}

#[test]
fn parameters_that_are_none_are_named() {
    for (params, says) in [
        ("{}", "bgnbd"),
        (r#"{"bgnbd":{"r":0,"alpha":4.4,"a":0.8,"b":2.4},"horizon":4}"#, "positive"),
        (r#"{"bgnbd":{"r":1,"alpha":4.4,"a":0.8,"b":2.4},"horizon":-4}"#, "horizon"),
        (r#"{"bgnbd":{"r":1,"alpha":4.4,"a":0.8,"b":2.4},"horizon":1e12}"#, "too long"),
        (
            r#"{"bgnbd":{"r":1,"alpha":4.4,"a":0.8,"b":2.4},"gamma_gamma":{"p":1,"q":-1,"gamma":1},"horizon":4}"#,
            "gamma_gamma",
        ),
    ] {
        let dir = folder(&[("params.json", params), ("summary.csv", "customer_id,x,t_x,T\n1,0,0,0\n")]);
        let out = nearshelf(&[
            "forecast",
            "--params",
            path(&dir.path().join("params.json")),
            path(&dir.path().join("summary.csv")),
        ]);
        assert!(!out.status.success(), "{params}");
        let said = text(&out.stderr);
        assert!(said.contains("bad_config") && said.contains(says), "{params}: {said}");
    }
}

#[test]
fn a_log_that_fits_nothing_says_why() {
    let dir = folder(&[("orders.csv", "customer_id,day,cents\n1,0,100\n1,9,100\n2,3,50\n")]);
    let orders = dir.path().join("orders.csv");
    let out = nearshelf(&["fit", path(&orders)]);
    assert!(!out.status.success());
    assert!(
        text(&out.stderr).contains("empty_log") && text(&out.stderr).contains("came back"),
        "{}",
        text(&out.stderr)
    );
    let out = nearshelf(&["fit", path(&orders), "--until", "2026-11-25"]);
    assert!(text(&out.stderr).contains("is no day of this log"), "{}", text(&out.stderr));
}

#[test]
fn scores_and_cuts_of_a_dated_log() {
    let mut orders = String::from("user_id,date,value\n");
    for i in 0..10 {
        // The later the number the more recent and the dearer.
        orders += &format!("c{i},2026-01-{:02},{}.50\n", i + 1, i);
    }
    let dir = folder(&[("orders.csv", &orders)]);
    let cuts = dir.path().join("cuts.json");
    let out = nearshelf(&["rfm", path(&dir.path().join("orders.csv")), "--until", "2026-01-20", "--cuts", path(&cuts)]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let lines: Vec<&str> = text(&out.stdout).lines().collect();
    assert_eq!(lines[0], "customer_id,recency_days,frequency,monetary_cents,R,F,M");
    assert_eq!((lines[1], lines[10]), ("c0,19,1,50,1,1,1", "c9,10,1,950,5,5,5"));
    let cuts: serde_json::Value = serde_json::from_slice(&std::fs::read(&cuts).expect("cuts")).expect("JSON");
    assert_eq!(cuts["recency_days"], serde_json::json!([17, 15, 13, 11]));
    assert_eq!(cuts["monetary_cents"], serde_json::json!([250, 450, 650, 850]));
}

#[test]
fn the_sample_shop_s_parameters_are_those_of_its_orders() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop");
    let dir = folder(&[]);
    let (params, cuts) = (dir.path().join("params.json"), dir.path().join("rfm.json"));
    let orders = shop.join("orders.csv");
    let out = nearshelf(&["fit", path(&orders), "--horizon", "13", "--out", path(&params)]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let out = nearshelf(&["rfm", path(&orders), "--cuts", path(&cuts)]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let read = |file: &Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
    };
    let (fitted, kept) = (read(&params), read(&shop.join("params.json")));
    for (model, names) in [("bgnbd", &["r", "alpha", "a", "b"][..]), ("gamma_gamma", &["p", "q", "gamma"][..])] {
        for name in names {
            let value = |v: &serde_json::Value| v[model][name].as_f64().expect("a number");
            assert!((value(&fitted) / value(&kept) - 1.0).abs() < 1e-6, "{model} {name}: {fitted} {kept}");
        }
    }
    let (found, kept) = (read(&cuts), read(&shop.join("rfm.json")));
    for measure in ["recency_days", "monetary_cents"] {
        assert_eq!(found[measure], kept[measure], "{measure}");
    }
    // Of these the command's would be 1, 1, 1, 2: steps that tell nobody apart.
    assert_eq!(kept["frequency"], serde_json::json!([2, 3, 4, 6]));
}
