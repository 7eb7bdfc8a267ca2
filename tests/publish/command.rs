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
fn a_pack_above_its_bar_is_written_as_a_core_and_shards_that_are_the_pack() {
    use nearshelf::builder::shards::read_whole;
    let shop = Made::default().write();
    let out = tempfile::tempdir().expect("a folder");
    // Packs in a folder of their own each, and what was said.
    let pack = |name: &str, more: &[&str]| {
        let folder = out.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        let core = folder.join("shop.pack");
        let said = nearshelf(&[&["pack", path(shop.path()), "--out", path(&core)], more].concat());
        assert!(said.status.success(), "{}", text(&said.stderr));
        let packs = |p: &fs::DirEntry| !p.file_name().to_string_lossy().ends_with(".csv");
        let files: Vec<_> =
            fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry")).filter(packs).collect();
        (text(&said.stdout), core, files.into_iter().map(|f| f.path()).collect::<Vec<_>>())
    };
    let (_, plain, files) = pack("plain", &[]);
    assert_eq!(files, std::slice::from_ref(&plain));
    let whole = fs::read(&plain).expect("a pack");
    let wire = |file: &Path| nearshelf::publish::brotli(&fs::read(file).expect("a file"));
    let (small, most) = (wire(&plain) * 2, wire(&plain) * 4 / 5);

    let (said, core, files) = pack("fits", &["--shards"]);
    assert!(said.contains("it fits into a core as it is, so there are no shards"), "{said}");
    assert!(files.len() == 1 && fs::read(core).expect("a pack") == whole);
    let (said, core, files) = pack("below", &["--max-bytes", &small.to_string()]);
    assert!(!said.contains("shards") && files.len() == 1 && fs::read(core).expect("a pack") == whole, "{said}");

    let mut parts = Vec::new();
    for (name, more) in [("above", &[][..]), ("asked", &["--shards"])] {
        let (said, core, mut files) = pack(name, &[&["--max-bytes", &most.to_string()], more].concat());
        let shards = files.len() - 1;
        assert!(shards > 0 && said.contains(&format!("a core and {shards} shards, support threshold 2")), "{said}");
        assert!(files.iter().all(|f| wire(f) <= most), "no file passes the bar");
        let of = |f: &Path| f.file_name().and_then(|n| n.to_str()).map(String::from).expect("a name");
        assert!(files.iter().all(|f| said.contains(&of(f))), "each is told: {said}");
        assert!(fs::read(&core).expect("a core") != whole && read_whole(&core).expect("core and shards") == whole);
        files.sort();
        parts.push(files.iter().map(|f| (of(f), fs::read(f).expect("a file"))).collect::<Vec<_>>());
        let shard = files.iter().find(|f| **f != core).expect("a shard");
        fs::remove_file(shard).expect("removed");
        let e = read_whole(&core).expect_err("one is missing");
        assert!(e.code() == "io" && e.detail().contains(&of(shard)), "{}", e.detail());
    }
    assert!(parts[0] == parts[1], "either way the same files");
    // In one file there is room for the strongest neighbours: twice as many bytes as it may have on the wire.
    let room = whole.len() * 9 / 20;
    let (_, one, files) = pack("one", &["--one-file", "--max-bytes", &room.to_string()]);
    let bytes = fs::read(&one).expect("a pack");
    assert!(files.len() == 1 && wire(&one) <= room && bytes.len() <= 2 * room && bytes.len() > room);
}

#[test]
fn a_pack_that_every_page_would_load_whole_is_told_how_to_be_split() {
    let shop = tempfile::tempdir().expect("a folder");
    // Titles that do not compress, as links and texts of a large catalogue hardly do.
    let mut seed = 1_u64;
    let mut title = || {
        let mut letter = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + (seed >> 59) as u8 % 26)
        };
        (0..150).map(|_| letter()).collect::<String>()
    };
    let rows: String = (0..4_000).map(|i| format!("p{i},{},9.90 CNY,Things,in_stock\n", title())).collect();
    let head = "id,title,price,product_type,availability\n";
    let said = |products: usize, more: &[&str]| {
        let rows: String = rows.lines().take(products).flat_map(|line| [line, "\n"]).collect();
        fs::write(shop.path().join("catalog.csv"), format!("{head}{rows}")).expect("a catalogue");
        let out = shop.path().join("shop.pack");
        let said = nearshelf(&[&["pack", path(shop.path()), "--out", path(&out)], more].concat());
        assert!(said.status.success(), "{}", text(&said.stderr));
        (text(&said.stdout), nearshelf::publish::brotli(&fs::read(&out).expect("a pack")))
    };
    let hint = "every page loads all of it; with --shards a core of at most 250000 bytes on the wire";
    let (told, wire) = said(4_000, &[]);
    assert!(wire > 250_000 && told.contains(hint), "{wire} bytes: {told}");
    assert!(
        !said(4_000, &["--one-file", "--max-bytes", "2000000"]).0.contains(hint),
        "who wants one file is not told otherwise"
    );
    let (told, core) = said(4_000, &["--shards"]);
    assert!(core <= 250_000 && told.contains("a core and ") && !told.contains(hint), "{core} bytes: {told}");
    let (told, wire) = said(1_000, &[]);
    assert!(wire < 250_000 && !told.contains(hint), "{wire} bytes: {told}");
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
