//! The published results of the CDNOW sample (Fader, Hardie, Lee 2005), to the digit.

use super::{nearshelf, path, text};
use crate::data::folder;
use flate2::read::GzDecoder;
use nearshelf::forecast::{BgNbd, GammaGamma, Purchases};
use serde_json::Value;
use std::io::Read;
use std::path::PathBuf;

fn reference(dir: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("reference.json")).expect("a file")).expect("JSON")
}

fn f(v: &Value, key: &str) -> f64 {
    v[key].as_f64().expect(key)
}

#[test]
fn every_expectation_of_the_reference() {
    let Some(dir) = folder("cdnow") else { return };
    let reference = reference(&dir);
    let b = &reference["bgnbd"]["published"];
    let model = BgNbd::new(f(b, "r"), f(b, "alpha"), f(b, "a"), f(b, "b")).expect("parameters");
    let conditional = reference["conditional_expectation"].as_array().expect("a list");
    assert!(conditional.len() >= 8);
    for c in conditional {
        let customer = Purchases::new(f(c, "x"), f(c, "t_x"), f(c, "T")).expect("a customer");
        let (got, alive) = (model.purchases(&customer, f(c, "t")).expect("a number"), model.p_alive(&customer));
        assert!((got - f(c, "expected")).abs() < 1e-9 && (alive - f(c, "p_alive")).abs() < 1e-9, "{c}: {got} {alive}");
    }
    let new = reference["unconditional_expectation"].as_array().expect("a list");
    assert!(new.len() >= 7);
    for c in new {
        let got = model.purchases(&Purchases::NEW, f(c, "t")).expect("a number");
        assert!((got - f(c, "expected")).abs() < 1e-9, "{c}: {got}");
    }
    let g = &reference["gamma_gamma"]["published"];
    let model = GammaGamma::new(f(g, "p"), f(g, "q"), f(g, "gamma")).expect("parameters");
    let averages = reference["gamma_gamma_expected_average"].as_array().expect("a list");
    assert!(averages.len() >= 5);
    for c in averages {
        let got = model.value(f(c, "x"), f(c, "zbar")).expect("a value");
        assert!((got - f(c, "expected")).abs() < 1e-9, "{c}: {got}");
    }
}

#[test]
fn the_fit_finds_the_published_parameters_and_foretells_as_well() {
    let Some(dir) = folder("cdnow") else { return };
    let out = nearshelf(&["fit", path(&dir.join("transactions.csv.gz")), "--until", "272", "--json"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let printed: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let fit = &printed[0];
    let rounded = |v: f64, digits: i32| (v * 10_f64.powi(digits)).round() / 10_f64.powi(digits);
    let b = &fit["bgnbd"]["parameters"];
    for (name, published) in [("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426)] {
        assert_eq!(rounded(f(b, name), 3), published, "{name}");
    }
    assert_eq!(rounded(f(&fit["bgnbd"], "log_likelihood"), 1), -9582.4);
    let g = &fit["gamma_gamma"]["parameters"];
    assert_eq!((rounded(f(g, "p"), 2), rounded(f(g, "q"), 2)), (6.25, 3.74));
    assert!((f(g, "gamma") - 15.45).abs() <= 0.01, "{g}");
    assert_eq!(fit["gamma_gamma"]["customers"], 946);

    let (got, expected) = (&fit["holdout"], &reference(&dir)["holdout"]);
    assert_eq!(f(got, "seen"), f(&expected["bgnbd"], "total_actual"));
    for (ours, theirs, key) in [
        (&got["bgnbd"], &expected["bgnbd"], "mae"),
        (&got["bgnbd"], &expected["bgnbd"], "rmse"),
        (&got["rate"], &expected["naive_x_times_39_over_T"], "mae"),
        (&got["rate"], &expected["naive_x_times_39_over_T"], "rmse"),
    ] {
        assert!((f(ours, key) - f(theirs, key)).abs() < 1e-4, "{key}: {ours} {theirs}");
    }
    assert!((f(&got["bgnbd"], "total") - f(&expected["bgnbd"], "total_pred")).abs() < 0.05);
    for (ours, theirs) in
        got["by_x"].as_array().expect("groups").iter().zip(reference(&dir)["by_frequency"].as_array().expect("groups"))
    {
        assert_eq!(ours["customers"], theirs["n"]);
        assert!((f(ours, "foretold") - f(theirs, "predicted")).abs() < 1e-3, "{ours} {theirs}");
    }
}

#[test]
fn scores_are_the_reference_s_byte_for_byte() {
    let Some(dir) = folder("cdnow") else { return };
    let out = nearshelf(&["rfm", path(&dir.join("transactions.csv.gz")), "--until", "272"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&out.stdout) == unzipped(dir.join("rfm_quintiles.csv.gz")), "the scores differ");
}

#[test]
fn summaries_of_the_log_are_the_reference_s() {
    let Some(dir) = folder("cdnow") else { return };
    use nearshelf::shop::{OrderColumns, Orders, Silent};
    let orders = Orders::read(&dir.join("transactions.csv.gz"), &OrderColumns::default(), &Silent).expect("orders");
    let ours = nearshelf::customers::summarise(&orders, 272);
    let theirs = unzipped(dir.join("summary.csv.gz"));
    let mut rows = csv::Reader::from_reader(theirs.as_bytes());
    let mut n = 0;
    for (row, c) in rows.records().map(|r| r.expect("a row")).zip(&ours) {
        let number = |i: usize| row[i].parse::<f64>().expect("a number");
        assert_eq!((&row[0], number(1)), (orders.customers[c.customer as usize].as_str(), c.purchases.x()));
        assert!((number(2) - c.purchases.t_x()).abs() < 1e-9 && (number(3) - c.purchases.t()).abs() < 1e-9);
        assert_eq!(number(4), f64::from(c.later));
        assert!((number(5) - c.zbar).abs() < 0.005, "{} for {}", c.zbar, &row[5]);
        n += 1;
    }
    assert_eq!((n, ours.len()), (2357, 2357));
}

fn unzipped(file: PathBuf) -> String {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(file).expect("a file")).read_to_string(&mut text).expect("gzip");
    text
}
