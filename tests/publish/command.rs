//! `nearshelf pack --baseline` and `nearshelf inspect --diff`: what is written, what is printed, how they end.

use super::Made;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn nearshelf(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).args(args).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn path(p: &Path) -> &str {
    p.to_str().expect("a path")
}

#[test]
fn a_refused_pack_is_not_written_and_an_accepted_one_is() {
    let (before, after) = (Made::default().write(), Made { products: 0..30, ..Made::default() }.write());
    let out = tempfile::tempdir().expect("a folder");
    let (old, new) = (out.path().join("old.pack"), out.path().join("new.pack"));
    let (old, new) = (path(&old), path(&new));
    assert!(nearshelf(&["pack", path(before.path()), "--out", old]).status.success());
    let bytes = fs::read(old).expect("the old pack");

    let refused = nearshelf(&["pack", path(after.path()), "--out", new, "--baseline", old]);
    assert_eq!(refused.status.code(), Some(1));
    let (stdout, stderr) = (text(&refused.stdout), text(&refused.stderr));
    assert!(
        stdout.contains("products: 50 → 30; 0 added, 20 removed") && stdout.contains("SPEAKS AGAINST IT"),
        "{stdout}"
    );
    assert!(stderr.contains("error[baseline_refused]: 20 of 50 products (40.0 %) are gone"), "{stderr}");
    assert!(stderr.contains("--accept-changes"));
    assert!(!Path::new(new).exists());

    // In its own place, too: the old pack stays as it was.
    assert_eq!(nearshelf(&["pack", path(after.path()), "--out", old, "--baseline", old]).status.code(), Some(1));
    assert_eq!(fs::read(old).expect("the old pack"), bytes);

    let accepted = nearshelf(&["pack", path(after.path()), "--out", new, "--baseline", old, "--accept-changes"]);
    assert!(accepted.status.success(), "{}", text(&accepted.stderr));
    assert!(text(&accepted.stdout).contains("SPEAKS AGAINST IT"));
    let plain = out.path().join("plain.pack");
    assert!(nearshelf(&["pack", path(after.path()), "--out", path(&plain)]).status.success());
    assert_eq!(fs::read(new).expect("written"), fs::read(plain).expect("written"), "the comparison leaves no trace");

    let same = nearshelf(&["pack", path(before.path()), "--out", new, "--baseline", old]);
    assert!(same.status.success() && text(&same.stdout).contains("quality on "));
    assert_eq!(fs::read(new).expect("written"), bytes);

    let broken = out.path().join("broken.pack");
    fs::write(&broken, &bytes[..bytes.len() / 2]).expect("written");
    let failed = nearshelf(&["pack", path(before.path()), "--out", new, "--baseline", path(&broken)]);
    assert!(text(&failed.stderr).contains("error[pack_truncated]"));
    assert_eq!(nearshelf(&["pack", path(before.path()), "--accept-changes"]).status.code(), Some(2));
}

#[test]
fn inspect_tells_the_difference_in_words_and_as_json() {
    let made = Made::default();
    let out = tempfile::tempdir().expect("a folder");
    let (old, new) = (out.path().join("old.pack"), out.path().join("new.pack"));
    fs::write(&old, made.pack()).expect("written");
    fs::write(&new, Made { products: 3..super::PRODUCTS, price: |i| 12.0 + i as f64, ..made }.pack()).expect("written");
    let (old, new) = (path(&old), path(&new));

    let words = text(&nearshelf(&["inspect", new, "--diff", old]).stdout);
    for part in [
        "log 2024-10-04 to 2024-12-02",
        "products: 50 → 47; 0 added, 3 removed",
        "market cn, in CNY",
        "prices: 71 compared, 71 up, 0 down",
        "~ p3-0  13.00 → 15.00  Product 3",
        "lists overlap",
        "brotli new",
    ] {
        assert!(words.contains(part), "{part} is not in: {words}");
    }
    let json: Value =
        serde_json::from_slice(&nearshelf(&["inspect", new, "--diff", old, "--json"]).stdout).expect("JSON");
    assert_eq!((&json["diff"]["products"]["removed"], &json["counts"]["products"]), (&3.into(), &47.into()));
    let whole = json["sections"].as_array().expect("sections").last().expect("the whole").clone();
    assert_eq!(whole["new"]["raw"], fs::metadata(new).expect("a file").len());
    assert!(whole["new"]["brotli"].as_u64() < whole["new"]["raw"].as_u64());
    let json: Value = serde_json::from_slice(&nearshelf(&["inspect", new, "--json"]).stdout).expect("JSON");
    assert_eq!((&json["pack"]["support"], &json["diff"]), (&2.into(), &Value::Null));
    assert!(
        json["sections"].as_array().expect("sections").iter().any(|s| s["tag"] == "SPAN" && s["bytes"]["raw"] == 8)
    );
}
