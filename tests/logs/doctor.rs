//! The doctor: what it promises happens, and what it lets through is packed.

use super::fixtures::{combined, ga4, request, segment, shopify_csv};
use super::{CATALOG, folder, read};
use nearshelf::shop::doctor::{Diagnosis, Severity, examine};
use nearshelf::shop::{Format, ShopFiles, Silent};
use nearshelf::time::Millis;
use std::fs;
use std::path::Path;
use std::process::Command;

/// 2027-01-15.
const NOW: Millis = Millis(1_800_000_000_000);

fn look(dir: &Path) -> Diagnosis {
    examine(&ShopFiles::in_folder(dir).expect("a folder"), NOW, 0.1, &Silent)
}

/// A catalogue of twenty products and a log of forty visits, with the ids each side uses.
fn shop(columns: &str, product: impl Fn(usize) -> String, id: impl Fn(usize) -> String) -> Vec<(String, String)> {
    let catalog: Vec<String> = (0..20).map(|n| product(n + 30)).collect();
    let row = |v: usize, n: usize| {
        let at = (v * 4000 + n * 60) as i64;
        ga4("view_item", at, &format!("u{v}"), "1", "", &[&id((v + n * n) % 20 + 30)])
    };
    let log: Vec<String> = (0..40).flat_map(|v| (0..4).map(move |n| (v, n))).map(|(v, n)| row(v, n)).collect();
    vec![("catalog.csv".into(), format!("{columns}\n{}\n", catalog.join("\n"))), ("events.json".into(), log.join("\n"))]
}

/// Applies the first proposal and checks that it keeps its word, in the doctor and in the reader that packs.
fn kept(files: &[(String, String)], before: f64, at_least: f64) -> String {
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    let dir = folder(&borrowed);
    let first = look(dir.path()).matching.expect("both sides");
    assert!((first.rate - before).abs() < 1e-9, "{}", first.rate);
    let best = first.proposals.first().expect("a proposal").clone();
    assert!(best.rate >= at_least, "{best:?}");
    fs::write(dir.path().join("shop.toml"), &best.settings).expect("written");
    let second = look(dir.path()).matching.expect("both sides");
    assert_eq!((second.matched, second.rate), (best.steps, best.rate), "{}", best.settings);
    let shop = read(dir.path()).expect("a shop");
    let steps: u64 = shop.log.sessions.iter().map(|s| s.steps.len() as u64).sum();
    let missed: u64 = shop.unmatched.iter().map(|(_, n)| n).sum();
    assert_eq!((steps, steps + missed), (best.steps, second.steps), "{}", best.settings);
    // Each example is a pair that the reader joins.
    for (_, product, _) in &best.examples {
        assert!(shop.products.iter().any(|p| p.id == *product));
    }
    assert!(!best.examples.is_empty() && best.examples.len() <= 10);
    best.settings
}

#[test]
fn the_mapping_it_proposes_gives_the_rate_it_promises() {
    let plain = |n: usize| format!("{n}77,Title {n}");
    let settings = kept(&shop("id,title", plain, |n| format!("shopify_US_{n}77_{}", n * 3)), 0.0, 1.0);
    assert!(settings.contains("part = 3"), "{settings}");
    let settings = kept(&shop("id,title", plain, |n| format!("SKU{n}77")), 0.0, 1.0);
    assert_eq!(settings, "[log.id]\nstrip_prefix = \"SKU\"\n");
    let settings = kept(&shop("id,title", plain, |n| format!("x{n}77-eu")), 0.0, 1.0);
    assert_eq!(settings, "[log.id]\nstrip_prefix = \"x\"\nstrip_suffix = \"-eu\"\n");
    let settings = kept(&shop("id,title", |n| format!("AB-{n},T"), |n| format!("ab-{n}")), 0.0, 1.0);
    assert_eq!(settings, "[log.id]\nlowercase = true\n");
    let settings = kept(&shop("id,title", |n| format!("{},T", n * n * n), |n| format!("{:08}", n * n * n)), 0.0, 1.0);
    assert_eq!(settings, "[log.id]\ntrim_zeros = true\n");
    // The catalogue's ids have more in them than the log's.
    let settings =
        kept(&shop("id,title", |n| format!("shopify_US_{n}_{}5,T", n * 7), |n| format!("{}5", n * 7)), 0.0, 1.0);
    assert_eq!(settings, "[log.catalog]\nseparator = \"_\"\npart = 4\n");
    // Both have: the product's number stands in the middle of one and at the end of the other.
    let product = |n: usize| format!("shopify_US_{n}_{}5,T", n * 7);
    let settings = kept(&shop("id,title", product, |n| format!("gid://shopify/Product/{n}")), 0.0, 1.0);
    assert!(settings.contains("[log.id]") && settings.contains("[log.catalog]"), "{settings}");
    // Another column.
    let settings =
        kept(&shop("id,title,article,brand", |n| format!("p{n},T,{n}00{n},B"), |n| format!("{n}00{n}")), 0.0, 1.0);
    assert_eq!(settings, "[log.catalog]\ncolumn = \"article\"\n");
    // Half match already, and go on matching.
    let half = |n: usize| if n.is_multiple_of(2) { format!("{n}77") } else { format!("web:{n}77") };
    let files = shop("id,title", plain, half);
    let rate = {
        let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
        look(folder(&borrowed).path()).matching.expect("both").rate
    };
    assert!(rate > 0.1 && rate < 0.9);
    assert_eq!(kept(&files, rate, 1.0), "[log.id]\nstrip_prefix = \"web:\"\n");
}

#[test]
fn another_field_of_the_log_is_tried_too() {
    let rows: Vec<String> = (0..40)
        .map(|n| {
            let properties = format!("\"product_id\":\"internal-{n}\",\"variant\":\"v{}\"", n % 10);
            segment(
                "Product Viewed",
                &format!("2026-11-01T10:{n:02}:00Z"),
                &format!("a{}", n % 7),
                "",
                &format!("m{n}"),
                &properties,
            )
        })
        .collect();
    let catalog: Vec<String> = (0..10).map(|n| format!("v{n},T")).collect();
    let files = vec![
        ("catalog.csv".to_string(), format!("id,title\n{}\n", catalog.join("\n"))),
        ("calls.json".to_string(), rows.join("\n")),
    ];
    assert_eq!(kept(&files, 0.0, 1.0), "[log.id]\nfield = \"variant\"\n");
}

#[test]
fn ids_that_have_nothing_in_common_get_no_proposal() {
    let files = shop("id,title,colour", |n| format!("a{n},T,{}", n % 3), |n| format!("{}", n % 3 + 500));
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (n.as_str(), t.as_bytes())).collect();
    let d = look(folder(&borrowed).path());
    let matching = d.matching.as_ref().expect("both");
    assert!(matching.proposals.is_empty(), "{:?}", matching.proposals);
    assert_eq!((matching.matched, matching.steps), (0, 160));
    let finding = d.findings.iter().find(|f| f.code == "unmatched_ids").expect("told");
    assert!(finding.severity == Severity::Warning && finding.fix.contains("No mapping"));
}

#[test]
fn what_pack_refuses_is_an_error_of_the_same_code() {
    let log = ga4("view_item", 100, "a", "1", "", &["11"]);
    let cases: [&[(&str, &str)]; 9] = [
        &[],
        &[("catalog.csv", "")],
        &[("catalog.csv", "title\nx\n")],
        &[("catalog.csv", "id\na\n"), ("shop.toml", "[log]\nformat = 3")],
        &[("catalog.csv", "id\na\n"), ("interactions.csv", "session_id,item_id,timestamp\n")],
        &[("catalog.csv", "id\na\n"), ("interactions.csv", "item_id,timestamp\na,1\n")],
        &[("catalog.csv", "id,price\na,x\nb,1\n"), ("events.json", &log)],
        &[("catalog.csv", "id\na\n"), ("offers.json", "{}")],
        &[("catalog.csv", "id\na\n"), ("events.json", &log), ("shop.toml", "[log.catalog]\ncolumn = \"ean\"")],
    ];
    for files in cases {
        let bytes: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
        let dir = folder(&bytes);
        let code = match read(dir.path()) {
            Ok(shop) => shop.rejects.check(0.1).expect_err("refused").code(),
            Err(e) => e.code(),
        };
        let d = look(dir.path());
        let errors: Vec<&str> = d.findings.iter().filter(|f| f.severity == Severity::Error).map(|f| f.code).collect();
        assert!(errors.contains(&code), "{files:?}: {code} is not among {errors:?}");
        assert!(d.is_refused());
    }
}

#[test]
fn a_shop_without_a_log_is_told_which_file_may_be_one() {
    let catalog: (&str, &[u8]) = ("catalog.csv", b"id,title\na,A\nb,B\n");
    let rows: &[u8] = b"session_id,item_id,timestamp\n1,a,1700000000\n1,b,1700000010\n";
    let found = |files: &[(&str, &[u8])]| {
        let d = look(folder(files).path());
        assert!(!d.is_refused(), "a shop may begin without one: {:?}", d.findings);
        d.findings.into_iter().find(|f| f.code == "no_log")
    };
    let f = found(&[catalog, ("log.csv", rows)]).expect("a finding");
    assert_eq!((f.severity, f.examples.as_slice()), (Severity::Warning, &["log.csv".to_string()][..]));
    assert!(f.text.contains("log.csv") && f.fix.ends_with("[log]\nfiles = [\"log.csv\"]"), "{f:?}");
    assert!(found(&[catalog]).expect("a finding").examples.is_empty(), "the catalogue is none");
    assert_eq!(found(&[catalog, ("interactions.csv", rows)]), None);
    assert_eq!(found(&[catalog, ("log.csv", rows), ("shop.toml", b"[log]\nfiles = [\"log.csv\"]")]), None);
}

#[test]
fn what_is_no_log_is_not_offered_as_one_and_what_may_be_comes_with_the_lines_that_read_it() {
    let catalog: (&str, &[u8]) = ("catalog.csv", b"id,title\na,A\nb,B\n");
    let found = |files: &[(&str, &[u8])]| {
        let d = look(folder(files).path());
        d.findings.into_iter().find(|f| f.code == "no_log").expect("a finding")
    };
    let others: [(&str, &[u8]); 5] = [
        ("orders.csv", b"customer_id,date,cents\nu1,2026-10-05,4900\n"),
        ("shares.csv", b"session_id,item_id,timestamp,event,user_id\n1,a,1700000000,share,u\n"),
        ("prices.csv", b"id,price\na,3.00\n"),
        ("explored.csv", b"item,propensity,user_id,time\na,1000000,u,1700000000\n"),
        ("words.txt", b"hello there\n"),
    ];
    let f = found(&[&[catalog][..], &others].concat());
    assert!(f.examples.is_empty() && f.text.contains("or a table that looks like one"), "{f:?}");
    let odd: &[u8] = b"n,when_seen,thing,basket_no,shopper,what\n1,1700000000,a,1,u1,view\n2,1700000060,b,1,u1,buy\n3,1700000090,a,2,u2,view\n";
    let lines = "[log]\nfiles = [\"odd.csv\"]\n[columns]\nsession_id = \"basket_no\"\nuser_id = \"shopper\"\nitem_id = \"thing\"\n\
                 timestamp = \"when_seen\"\nevent = \"what\"";
    let mut files = [&[catalog, ("odd.csv", odd)][..], &others].concat();
    let f = found(&files);
    assert_eq!(f.examples, ["odd.csv"]);
    assert!(f.fix.ends_with(lines), "{}", f.fix);
    // With these lines it is read.
    files.push(("shop.toml", lines.as_bytes()));
    let dir = folder(&files);
    let shop = read(dir.path()).expect("a shop");
    assert_eq!((shop.log.sessions.len(), shop.log.has_users), (2, true));
    // As JSON lines too; and what has no visit or shopper by its name says so.
    let json: &[u8] = b"{\"sku_code\":\"a\",\"t\":\"2026-11-01T10:00:00Z\",\"x\":\"7\"}\n{\"sku_code\":\"b\",\"t\":\"2026-11-01T10:01:00Z\",\"x\":\"7\"}\n";
    let f = found(&[catalog, ("seen.jsonl", json)]);
    assert!(f.fix.contains("item_id = \"sku_code\"") && f.fix.contains("timestamp = \"t\""), "{}", f.fix);
    assert!(f.fix.contains("session_id = \"…\"") && f.fix.contains("it has sku_code, t, x"), "{}", f.fix);
}

#[test]
fn a_pack_without_a_log_warns_and_one_with_a_log_does_not() {
    let log: &[u8] = b"session_id,item_id,timestamp\n1,a,1700000000\n1,b,1700000010\n";
    let catalog: (&str, &[u8]) = ("catalog.csv", b"id,title\na,A\nb,B\n");
    for (files, warns) in [(vec![catalog], true), (vec![catalog, ("interactions.csv", log)], false)] {
        let dir = folder(&files);
        let out = dir.path().join("shop.pack");
        let mut command = Command::new(env!("CARGO_BIN_EXE_nearshelf"));
        let ran = command.arg("pack").arg(dir.path()).arg("--out").arg(&out).output().expect("run");
        let told = String::from_utf8(ran.stderr).expect("text");
        assert!(ran.status.success() && out.exists(), "{told}");
        assert_eq!(told.contains("warning: there is no log"), warns, "{told}");
    }
}

#[test]
fn the_sample_shop_is_sound() {
    let sample = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www-demo/shop"));
    let d = look(sample);
    // The made-up shop was closed for two days.
    let warnings: Vec<_> = d.findings.iter().filter(|f| f.severity != Severity::Note).collect();
    assert!(!d.is_refused() && warnings.len() == 1 && warnings[0].code == "gaps", "{:#?}", d.findings);
    let (m, l, t) = (d.matching.expect("both"), d.log.expect("a log"), d.time.expect("times"));
    assert_eq!((m.matched, m.proposals.len()), (m.steps, 0));
    assert_eq!(m.through.iter().map(|(_, n)| n).sum::<u64>(), m.steps);
    assert_eq!(m.through.iter().map(|(way, _)| *way).collect::<Vec<_>>(), ["id or item_group_id", "id of a variant"]);
    let shop = read(sample).expect("a shop");
    assert_eq!(l.visits, shop.log.sessions.len() as u64);
    assert_eq!(l.shoppers, u64::from(shop.log.shoppers));
    assert_eq!((t.days - t.days_with_steps, t.gaps), (2, vec![("2025-10-03".into(), "2025-10-04".into(), 2)]));
}

#[test]
fn times_that_cannot_be_are_told_with_examples() {
    let mut log = String::from("session_id,item_id,timestamp,event,user_id\n");
    for (n, at) in ["1793527200", "1793527260000", "1793872800", "0", "1893456000", "1893456000"].iter().enumerate() {
        log += &format!("{n},11,{at},view,u\n");
    }
    log += "5,11,1893456000,view,u\n";
    let dir = folder(&[("catalog.csv", CATALOG.as_bytes()), ("interactions.csv", log.as_bytes())]);
    let d = look(dir.path());
    let t = d.time.as_ref().expect("times");
    assert_eq!((t.first.as_str(), t.last.as_str()), ("2026-11-01 10:00", "2026-11-05 10:00"));
    assert_eq!((t.days, t.days_with_steps, t.future, t.ancient), (5, 2, 3, 1));
    assert_eq!(t.gaps, [("2026-11-02".to_string(), "2026-11-04".to_string(), 3)]);
    assert_eq!(t.ancient_examples, ["1970-01-01 00:00 11"]);
    let codes: Vec<&str> = d.findings.iter().map(|f| f.code).collect();
    for code in
        ["gaps", "future", "ancient", "mixed_units", "repeated_rows", "short_visits", "unseen_products", "looks_only"]
    {
        assert!(codes.contains(&code), "{code} is not among {codes:?}");
    }
    assert_eq!(d.log.expect("a log").repeated, 1);
}

#[test]
fn formats_fields_and_reasons_are_told() {
    let dir = folder(&[("catalog.csv", CATALOG.as_bytes()), ("orders.csv", shopify_csv().as_bytes())]);
    let d = look(dir.path());
    assert_eq!(d.format, Some(Format::Shopify));
    let log = d.parts.iter().find(|p| p.part == nearshelf::shop::Part::Log).expect("a log");
    assert_eq!((log.read(), log.ignored_rows(), log.rejected_rows()), (8, 4, 1));
    assert!(log.ignored["a cancelled order"].examples.len() <= 10);
    let field = |name: &str| d.fields.iter().rfind(|f| f.field == name).map(|f| (f.filled, f.rows));
    assert_eq!((field("sku"), field("price")), (Some((8, 8)), Some((4, 4))));
    let bot = request("203.0.113.2", "01/Nov/2026:10:00:00 +0000", "GET /hat", 200, "Googlebot/2.1");
    let lines: Vec<String> = (0..40).map(|_| combined(&bot)).collect();
    let dir = folder(&[("catalog.csv", CATALOG.as_bytes()), ("access.log", lines.join("\n").as_bytes())]);
    let d = look(dir.path());
    let bots = &d.parts.last().expect("a log").ignored["a bot"];
    assert_eq!((bots.rows, bots.examples.len()), (40, 10));
    assert!(d.is_refused(), "a log of bots alone is empty");
}

#[test]
fn the_command_ends_with_1_when_pack_would_refuse() {
    let run = |dir: &Path, more: &[&str]| {
        let out =
            Command::new(env!("CARGO_BIN_EXE_nearshelf")).arg("doctor").arg(dir).args(more).output().expect("run");
        (out.status.code(), String::from_utf8(out.stdout).expect("text"))
    };
    let rows: Vec<String> = (0..9).map(|n| ga4("view_item", n * 9, "a", "1", "", &["item-11", "item-12"])).collect();
    let dir = folder(&[("catalog.csv", CATALOG.as_bytes()), ("events.json", rows.join("\n").as_bytes())]);
    let (code, text) = run(dir.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    for part in
        ["Files", "GA4 export, JSON lines", "0.0 % of 18 steps", "[log.id]\n", "strip_prefix = \"item-\"", "fix: "]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.lines().all(|l| l.chars().count() <= 100), "{text}");
    let (code, json) = run(dir.path(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, json["format"].as_str()), (Some(0), Some("ga4")));
    assert_eq!(json["matching"]["proposals"][0]["rate"], 1.0);
    fs::write(dir.path().join("shop.toml"), "[log]\nformat = \"ga5\"\n").expect("written");
    let (code, text) = run(dir.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("bad_config") && text.contains("1 error"), "{text}");
}

#[test]
fn columns_that_count_and_names_come_after_ids() {
    // The position matches as well as the article number, and says nothing.
    let product = |n: usize| format!("p{n},Thing {n},{n},A-{n:04}");
    let files = shop("id,title,position,article", product, |n| format!("web_{n:04}"));
    let settings = kept(&files, 0.0, 1.0);
    assert!(settings.contains("column = \"article\""), "{settings}");
    // A name that all variants of a product share is met more often than any of their ids, and is still no id.
    let mut rows = String::new();
    for n in 0..400 {
        let (p, v) = (n % 20 + 30, n / 20 % 5);
        let row = ga4("view_item", n as i64 * 90, &format!("u{n}"), "1", "", &[&format!("shopify_{p}_{v}")]);
        rows += &row.replace("(not set)", &format!("Thing {p}"));
        rows.push('\n');
    }
    let catalog: Vec<String> = (30..50).map(|n| format!("{n},Thing {n}")).collect();
    let files =
        [("catalog.csv".to_string(), format!("id,title\n{}\n", catalog.join("\n"))), ("events.json".to_string(), rows)];
    assert_eq!(kept(&files, 0.0, 1.0), "[log.id]\nseparator = \"_\"\npart = 2\n");
    // Of names alone there is nothing better.
    let files = shop("id,title", |n| format!("p{},Thing {n}", n * 11), |n| format!("Thing {n}"));
    assert_eq!(kept(&files, 0.0, 1.0), "[log.catalog]\ncolumn = \"title\"\n");
}
