//! Exploration logs and policies as files: what is read, what is refused and why, and what the command answers.

use nearshelf::error::Error;
use nearshelf::policy::{Log, Policy, Problems, judge, read_log, read_policy};
use nearshelf::random::Random;
use nearshelf::shop::Silent;
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    (dir, path)
}

fn read(name: &str, bytes: &[u8]) -> Result<(Log, Problems), Error> {
    let (_dir, path) = file(name, bytes);
    read_log(&[path], &Silent)
}

pub(super) fn log(lines: &str) -> Log {
    let (log, problems) = read("log.jsonl", lines.as_bytes()).expect("a log");
    problems.check(0.0).expect("every line");
    log
}

pub(super) fn policy(lines: &str) -> Result<Policy, Error> {
    let (_dir, path) = file("policy.jsonl", lines.as_bytes());
    read_policy(&path, &Silent)
}

#[test]
fn json_lines_and_tables_say_the_same() {
    let json = r#"{"slot":"home","position":1,"item":"a","propensity":250000,"reward":1,"context":["u0=3","u1=x"]}
{"slot":"home","position":2,"item":7,"propensity":750000,"reward":0,"context":["u0=3","u1=y"],"more":[1,{}]}
"#;
    let table = "slot,position,item,pscore,click,u0,u1,affinity\nhome,1,a,0.25,1,3,x,\nhome,2,7,0.75,0,3,y,71:1\n";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(table.as_bytes()).expect("in memory");
    let a = read("log.jsonl", json.as_bytes()).expect("JSON lines");
    let b = read("log.csv", table.as_bytes()).expect("a table");
    let c = read("log.csv.gz", &gz.finish().expect("in memory")).expect("a packed table");
    let marked = read("log.jsonl", format!("\u{FEFF}{json}\n\n").as_bytes()).expect("with a byte order mark");
    for other in [&b, &c, &marked] {
        assert_eq!((a.0.rows(), a.0.items(), a.1.lines), (other.0.rows(), other.0.items(), other.1.lines));
    }
    assert_eq!(a.0.items(), ["a", "7"]);
    assert_eq!((a.0.rows()[0].propensity, a.0.rows()[1].reward), (0.25, 0.0));
}

#[test]
fn each_mistake_costs_its_line_and_says_why() {
    let good = r#"{"served":"s1","position":1,"item":"a","propensity":500000,"reward":0}"#;
    let cases = [
        ("{", "not a JSON object"),
        ("[1]", "not a JSON object"),
        (r#"{"propensity":1,"reward":0}"#, "no item"),
        (r#"{"item":"","propensity":1,"reward":0}"#, "no item"),
        (r#"{"item":{},"propensity":1,"reward":0}"#, "no item"),
        (r#"{"item":"a","reward":0}"#, "no propensity"),
        (r#"{"item":"a","propensity":0,"reward":0}"#, "propensity is not 1 to 1,000,000 millionths"),
        (r#"{"item":"a","propensity":1000001,"reward":0}"#, "propensity is not 1 to 1,000,000 millionths"),
        (r#"{"item":"a","propensity":0.5,"reward":0}"#, "propensity is not 1 to 1,000,000 millionths"),
        (r#"{"item":"a","pscore":1.5,"reward":0}"#, "pscore is not above 0 and at most 1"),
        (r#"{"item":"a","pscore":-0.0,"reward":0}"#, "pscore is not above 0 and at most 1"),
        (r#"{"item":"a","propensity":1}"#, "no reward"),
        (r#"{"item":"a","propensity":1,"reward":"NaN"}"#, "reward is no number"),
        (r#"{"item":"a","propensity":1,"reward":-1e13}"#, "reward is no number"),
        (r#"{"item":"a","propensity":1,"reward":true}"#, "reward is no number"),
        (r#"{"item":"a","propensity":1,"reward":0,"position":-1}"#, "position is no whole number up to 100,000"),
        (r#"{"item":"a","propensity":1,"reward":0,"position":1e9}"#, "position is no whole number up to 100,000"),
        (r#"{"item":"a","propensity":1,"reward":0,"slot":[]}"#, "slot is no text"),
        (r#"{"item":"a","propensity":1,"reward":0,"shopper":{}}"#, "shopper or served is no text"),
        (r#"{"item":"a","propensity":1,"reward":0,"context":[1]}"#, "context is no list of texts"),
        (
            r#"{"item":"a","propensity":1,"reward":0,"policy":2000000}"#,
            "policy is neither millionths nor an object of items with millionths",
        ),
        (
            r#"{"item":"a","propensity":1,"reward":0,"policy":{"a":1,"b":2}}"#,
            "the policy's probabilities do not add up to 1,000,000 millionths",
        ),
        (&good.replace("\"reward\":0", "\"reward\":1"), "another row for the same place of the same decision"),
        ("\u{FFFD}\u{0}", "not a JSON object"),
    ];
    for (bad, why) in cases {
        let text = format!("{good}\n{bad}\n{good}\n{}\n", good.replace("s1", "s2"));
        let (log, p) = read("log.jsonl", text.as_bytes()).expect("a log");
        assert_eq!((log.rows().len(), p.lines, p.copies, p.bad), (2, 4, 1, 1), "{bad}");
        assert_eq!(p.first, [("log.jsonl".to_string(), 2, why)], "{bad}");
        assert!(p.check(0.25).is_ok());
        let e = p.check(0.2).expect_err("a quarter");
        assert_eq!(e.code(), "bad_exploration");
        assert!(e.detail().contains("line 2") && e.detail().contains(why));
    }
    let wide = read("log.csv", b"item,pscore,click\na,0.5,1,2\nb,0.5\n,0.5,0\n\xFF,0.5,0\nc,0.5,0\n").expect("a table");
    let reasons: Vec<_> = wide.1.first.iter().map(|(_, line, why)| (*line, *why)).collect();
    assert_eq!(reasons, [(2, "more fields than columns"), (3, "no reward"), (4, "no item"), (5, "not UTF-8")]);
    assert_eq!(wide.0.rows().len(), 1);
    let long = format!("{{\"item\":\"{}\"}}\n{good}\n", "x".repeat(5 << 20));
    let (log, p) = read("log.jsonl", long.as_bytes()).expect("a log");
    assert_eq!((log.rows().len(), p.first[0].2), (1, "the line is longer than 4 MiB"));
}

#[test]
fn no_bytes_make_it_panic() {
    let text = "item,slot,position,pscore,click,shopper,served\n".to_string()
        + &(0..40).map(|i| format!("\"a,{i}\",home,{i},0.5,{},s{i},d{i}\n", i % 2)).collect::<String>();
    let json: String = (0..40)
        .map(|i| {
            format!("{{\"item\":\"é{i}\",\"propensity\":500000,\"reward\":{i}e3,\"policy\":{{\"é{i}\":1000000}}}}\n")
        })
        .collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(json.as_bytes()).expect("in memory");
    let packed = gz.finish().expect("in memory");
    let mut r = Random::new(17);
    let mut readable = 0;
    for (name, bytes) in [("x.csv", text.as_bytes()), ("x.jsonl", json.as_bytes()), ("x.jsonl.gz", &packed)] {
        for _ in 0..300 {
            let mut bad = bytes.to_vec();
            for _ in 0..1 + r.below(4) {
                let at = r.below(bad.len() as u64) as usize;
                bad[at] = r.bits() as u8;
            }
            bad.truncate(1 + r.below(bad.len() as u64) as usize);
            let Ok((log, _)) = read(name, &bad) else { continue };
            readable += 1;
            let policy = Policy::uniform(log.items().iter().map(String::as_str));
            let Ok(policy) = policy else { continue };
            if let Ok(j) = judge(&log, &policy, &super::shipped(), 40, 1, &Silent) {
                assert!(j.policy.ips.value.is_some_and(f64::is_finite));
            }
        }
    }
    assert!(readable > 500, "{readable}");
    let cut = read("x.jsonl.gz", &packed[..packed.len() - 9]);
    assert_eq!(cut.expect_err("half a file").code(), "io");
    let nothing = read("x.jsonl", b"").expect("an empty log").0;
    let any = Policy::uniform(["a"].into_iter()).expect("an item");
    let e = judge(&nothing, &any, &super::shipped(), 40, 1, &Silent).expect_err("no rows");
    assert_eq!((e.code(), e.detail()), ("bad_exploration", "the log has no rows."));
}

#[test]
fn a_policy_speaks_for_the_places_it_names_the_nearest_first() {
    let two = |slot: &str, position: u32| {
        format!("{{\"slot\":\"{slot}\",\"position\":{position},\"item\":\"a\",\"propensity\":500000,\"reward\":1}}\n")
    };
    let log = log(&(two("home", 1) + &two("home", 2) + &two("cart", 1)));
    let all = r#"{"item":"a","probability":100000}
{"item":"b","probability":900000}
{"slot":"home","item":"a","probability":400000}
{"slot":"home","item":"b","probability":600000}
{"slot":"home","position":2,"item":"a","probability":1000000}
"#;
    let value =
        |lines: &str| judge(&log, &policy(lines)?, &super::shipped(), 0, 1, &Silent).map(|j| j.policy.ips.value);
    let near = |v: Option<f64>, want: f64| assert!((v.expect("a value") - want).abs() < 1e-12, "{v:?} {want}");
    near(value(all).expect("a policy"), (0.4 + 1.0 + 0.1) / 0.5 / 3.0);
    let cart = "{\"slot\":\"cart\",\"item\":\"a\",\"probability\":1000000}\n";
    let e = value(cart).expect_err("nothing for home");
    assert!(e.detail().contains("position 1 of slot \"home\""), "{}", e.detail());
    // Rounded thirds are thirds.
    let thirds: String =
        ["a", "b", "c"].iter().map(|i| format!("{{\"item\":\"{i}\",\"probability\":333333}}\n")).collect();
    near(value(&thirds).expect("a policy"), 2.0 / 3.0);
    for (bad, why) in [
        ("{\"item\":\"a\",\"probability\":900000}\n", "add up to 900000 millionths"),
        ("{\"item\":\"a\",\"probability\":0.5}\n", "no whole number of millionths"),
        ("{\"item\":\"a\",\"probability\":500000}\n{\"item\":\"a\",\"probability\":500000}\n", "twice"),
        ("{\"probability\":500000}\n", "line 1: no item"),
        ("nonsense\n", "line 1: not a JSON object"),
        ("", "no items"),
    ] {
        let e = policy(bad).expect_err(bad);
        assert_eq!(e.code(), "bad_exploration");
        assert!(e.detail().contains(why), "{}", e.detail());
    }
}

#[test]
fn rows_may_bring_their_policy_along() {
    let mut r = Random::new(2);
    let (mut whole, mut shown, mut none) = (String::new(), String::new(), String::new());
    for i in 0..600 {
        let a = r.below(2) == 0;
        let (item, p) = if a { ("a", 700_000) } else { ("b", 300_000) };
        let click = u8::from(a && i % 3 == 0);
        let head = format!("{{\"item\":\"{item}\",\"propensity\":500000,\"reward\":{click}");
        whole += &format!("{head},\"policy\":{{\"a\":700000,\"b\":300000,\"c\":0}}}}\n");
        shown += &format!("{head},\"policy\":{p}}}\n");
        none += &format!("{head}}}\n");
    }
    let table =
        policy("{\"item\":\"a\",\"probability\":700000}\n{\"item\":\"b\",\"probability\":300000}\n").expect("a policy");
    let judged = |text: &str, own: bool| {
        let log = log(text);
        let policy = if own { Policy::of_rows(&log)? } else { table.clone() };
        judge(&log, &policy, &super::shipped(), 50, 1, &Silent)
    };
    let (by_table, by_rows) = (judged(&none, false).expect("a table"), judged(&whole, true).expect("rows"));
    for (a, b) in super::values(&by_table).iter().zip(super::values(&by_rows)) {
        assert!((a - b).abs() < 1e-12);
    }
    let by_shown = judged(&shown, true).expect("rows");
    assert_eq!((by_shown.policy.ips, by_shown.policy.snips), (by_table.policy.ips, by_table.policy.snips));
    assert_eq!((by_shown.policy.dm.value, by_shown.policy.dr.value, by_shown.weights.never_shown), (None, None, None));
    assert!(by_shown.gain.value.is_some(), "SNIPS stands in");
    let e = judged(&none, true).expect_err("rows are silent");
    assert!(e.detail().contains("600 of 600") && e.detail().contains("--policy"));
}

fn nearshelf(args: &[&str]) -> (Output, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_nearshelf")).args(args).output().expect("the command runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (stdout, stderr) = (text(&out.stdout), text(&out.stderr));
    (out, stdout, stderr)
}

#[test]
fn the_command_marks_what_is_not_trusted_and_fails() {
    let rows = |n: usize| {
        let line = |i: usize| format!("{},{},0.5,{}\n", ["a", "b"][i % 2], 1 + i % 3, u8::from(i.is_multiple_of(5)));
        "item,position,pscore,click\n".to_string() + &(0..n).map(line).collect::<String>()
    };
    let (_d, good) = file("good.csv", rows(3000).as_bytes());
    let (_e, few) = file("few.csv", rows(90).as_bytes());
    let (good, few) = (good.to_str().expect("a path"), few.to_str().expect("a path"));

    let (out, stdout, _) = nearshelf(&["policy", "eval", good, "--policy", "uniform"]);
    assert!(out.status.success() && !stdout.contains("NOT TRUSTED"), "{stdout}");
    let (_, again, _) = nearshelf(&["policy", "eval", good, "--policy", "uniform"]);
    assert_eq!(stdout, again, "the same seed, the same text");

    let (out, stdout, stderr) = nearshelf(&["policy", "eval", few, "--policy", "uniform"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(stdout.contains("NOT TRUSTED") && stdout.contains("IPS"), "{stdout}");
    assert!(stderr.contains("error[not_trusted]") && stderr.contains("the rows are worth 90"), "{stderr}");

    let (out, stdout, _) = nearshelf(&["policy", "eval", few, "--policy", "uniform", "--json", "--allow-untrusted"]);
    assert!(out.status.success());
    let json: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((&json["trusted"], &json["doubts"][0]["code"]), (&Value::Bool(false), &Value::from("effective_rows")));

    let shares = format!("shares:{few}");
    let (out, stdout, _) = nearshelf(&["policy", "eval", good, "--policy", &shares]);
    assert!(out.status.success(), "{stdout}");

    let (out, stdout, stderr) =
        nearshelf(&["policy", "replay", good, "--bandit", "thompson,epsilon-greedy", "--runs", "3"]);
    assert!(out.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("thompson") && stdout.contains("epsilon-greedy") && !stdout.contains("linucb"));

    for (args, found) in [
        (&["policy", "eval", good][..], "3000 of 3000 rows do not say"),
        (&["policy", "eval", "/nowhere.jsonl", "--policy", "uniform"], "error[io]"),
        (&["policy", "replay", good, "--epsilon", "7"], "epsilon = 7"),
    ] {
        let (out, _, stderr) = nearshelf(args);
        assert_eq!(out.status.code(), Some(1));
        assert!(stderr.contains(found), "{stderr}");
    }
}

#[test]
fn the_command_prints_the_reference_table() {
    let Some(dir) = crate::data::folder("obd") else { return };
    let dir = dir.to_str().expect("a path");
    let (out, stdout, _) = nearshelf(&["policy", "eval", dir, "--resamples", "40"]);
    assert_eq!(out.status.code(), Some(1), "the uniform policy cannot be judged from Thompson sampling's log");
    let row =
        |start: &str| stdout.lines().find(|l| l.starts_with(start)).unwrap_or_else(|| panic!("{start}: {stdout}"));
    for (start, cells) in [
        ("all        bts      random", "0.00380  0.00504  0.00128  0.00525  0.00420  0.00513   2639     9.6"),
        ("men        bts      random", "0.00460  0.00566  0.00140  0.00574  0.00515  0.00570   2869     7.5"),
        ("all        uniform  bts", "0.00420  0.00236  0.00087  0.00233  0.00419  0.00251    340   277.8  not trusted"),
    ] {
        assert!(row(start).ends_with(cells), "{}", row(start));
    }
    let (out, stdout, _) = nearshelf(&["policy", "eval", dir, "--resamples", "40", "--json", "--allow-untrusted"]);
    assert!(out.status.success());
    let json: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(json["men"]["eval_uniform_on_random"]["rows"], 10_000);
    let (_, _, stderr) = nearshelf(&["policy", "eval", dir, "--policy", "uniform"]);
    assert!(stderr.contains("bad_exploration"), "{stderr}");
}
