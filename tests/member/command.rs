//! `nearshelf membership`: what it prints, in two languages, and what it refuses.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str], file: &Value) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("member.json");
    std::fs::write(&path, file.to_string()).expect("written");
    let loyalty = Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop/loyalty.json");
    Command::new(env!("CARGO_BIN_EXE_nearshelf"))
        .arg("membership")
        .arg(args[0])
        .arg(&path)
        .args(["--loyalty", loyalty.to_str().expect("a readable path")])
        .args(&args[1..])
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn member() -> Value {
    json!({
        "now": "2026-03-20T10:00:00+08:00", "zone": 480,
        "steps": [
            { "now": "2026-03-10T10:00:00+08:00", "entries": [{ "type": "delivered", "order": "A", "paid": 90000 }] },
            { "entries": [{ "type": "spend", "id": "s", "points": 699 }] },
            { "statement": { "at": "2026-03-20T09:00:00+08:00", "entries": [{ "type": "delivered", "order": "A", "paid": 80000, "at": "2026-03-10T10:00:00+08:00" }] } },
        ],
    })
}

#[test]
fn a_member_is_printed() {
    let out = run(&["state"], &member());
    let said = text(&out.stdout);
    for line in [
        "day: 2026-03-20",
        "level: Silver",
        "growth to keep it: 560",
        "growth: 810 (owed 0)",
        "to the next level: 2190 (Gold)",
        "points: 8000 (owed 0)",
        "gone on: 2027-04-01 8000",
        "redeem: Silver at once: 1 (lacks level)",
    ] {
        assert!(said.lines().any(|l| l == line), "{line}\n{said}");
    }
    assert!(out.status.success());
    let out = run(&["state", "--language", "zh"], &member());
    assert!(text(&out.stdout).contains("等级: 银卡\n"), "{}", text(&out.stdout));
    let out = run(&["state", "--json"], &member());
    let state: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!((&state["level"], &state["growth"], &state["to_next"]), (&json!("silver"), &json!(810), &json!(2190)));
}

#[test]
fn a_replay_tells_what_became_of_each_entry() {
    let out = run(&["replay"], &member());
    let said = text(&out.stdout);
    let lines: Vec<&str> = said.lines().take(8).map(str::trim_end).collect();
    assert_eq!(
        lines[..3],
        ["accepted  delivered A", "refused   spend s below_smallest", "accepted  statement : 3 difference(s)"],
        "{said}"
    );
    assert!(lines[3].starts_with("  delivered A (key ") && lines[3].ends_with("): here 90000, there 80000"), "{said}");
    assert_eq!(lines[4..6], ["  growth: here 910, there 810", "  points: here 9000, there 8000"]);
    assert!(!out.status.success(), "something was refused");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut file = member();
        change(&mut file);
        let out = run(&["replay"], &file);
        assert!(!out.status.success() && !out.stderr.is_empty());
        text(&out.stderr).to_string()
    };
    for (change, told) in [
        (&(|f: &mut Value| f["zone"] = Value::Null) as &dyn Fn(&mut Value), "it says no \"zone\""),
        (&|f| f["now"] = "soon".into(), "it has no \"now\""),
        (&|f| f["steps"][0]["entries"][0]["type"] = "fly".into(), "steps[0].entries[0].type has to be \"paid\" or"),
        (&|f| f["steps"][0]["entries"][0]["paid"] = (-1).into(), "entries[0].paid has to be a whole number"),
        (&|f| f["steps"][2]["statement"]["when"] = 1.into(), "statement has no \"when\""),
    ] {
        let said = wrong(change);
        assert!(
            said.contains("error[bad_membership]") && said.contains(told) && said.contains("fix: "),
            "{told}: {said}"
        );
    }
}
