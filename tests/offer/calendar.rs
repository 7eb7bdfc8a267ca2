//! Days of a calendar: a pack built with a `window` is the pack built with the times it stands for.

use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

fn nearshelf(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).current_dir(folder).args(args).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A shop with one offer, and the pack it builds.
fn packed(promotion: &Value, calendar: Option<&str>) -> Result<Vec<u8>, String> {
    let dir = tempfile::tempdir().expect("a folder");
    let at = dir.path();
    let write = |name: &str, text: &str| std::fs::write(at.join(name), text).expect("a file");
    write("shop.toml", "[shop]\nid = \"s\"\nname = \"S\"\nzone = \"+08:00\"\n");
    write("catalog.csv", "id,title,price\ncup,Cup,50.00 CNY\npot,Pot,90.00 CNY\n");
    write(
        "interactions.csv",
        "user_id,item_id,event,timestamp\nu,cup,view_item,2026-08-01T00:00:00Z\nu,pot,view_item,2026-08-01T00:01:00Z\n",
    );
    write("offers.json", &json!({ "promotions": [promotion] }).to_string());
    if let Some(text) = calendar {
        write("calendar.json", text);
    }
    let out = nearshelf(at, &["pack", ".", "--out", "s.pack"]);
    if !out.status.success() {
        return Err(text(&out.stderr));
    }
    Ok(std::fs::read(at.join("s.pack")).expect("a pack"))
}

const SAMPLE: &str = include_str!("../../www-demo/shop/calendar.json");

#[test]
fn a_window_of_days_is_the_same_pack_as_its_times() {
    let with = |more: Value| {
        let mut p = json!({ "id": "p", "name": "P", "kind": "percent", "percent_bp": 1000 });
        p.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        p
    };
    let window =
        with(json!({ "window": { "from": "spring_festival-27d", "until": "lantern_festival+1d", "year": 2027 } }));
    let times = with(json!({ "start": "2027-01-10T00:00:00+08:00", "end": "2027-02-21T00:00:00+08:00" }));
    let by_days = packed(&window, Some(SAMPLE)).expect("a pack");
    assert_eq!(by_days, packed(&times, None).expect("a pack"));
    assert_ne!(by_days, packed(&with(json!({})), None).expect("a pack"));
    let elsewhere = with(
        json!({ "window": { "from": "spring_festival-27d", "until": "lantern_festival+1d", "year": 2027, "zone": "+09:00" } }),
    );
    assert_ne!(by_days, packed(&elsewhere, Some(SAMPLE)).expect("a pack"));

    let later = with(json!({ "window": { "from": "qixi-3d", "until": "qixi+1d", "year": 2031 } }));
    let told = packed(&later, Some(SAMPLE)).expect_err("no such year");
    assert!(
        told.contains("error[bad_offers]")
            && told.contains("\"p\", window.from: calendar.json has no \"qixi\" of 2031"),
        "{told}"
    );
    assert!(packed(&later, None).expect_err("no calendar").contains("there is no calendar.json"));
    let told = packed(&window, Some(r#"{ "spring_festival": { "2027": "2028-01-26" } }"#)).expect_err("another year");
    assert!(told.contains("calendar.json: spring_festival.2027"), "{told}");
}

#[test]
fn the_sample_s_days_are_the_new_and_full_moons_they_have_to_be() {
    // The mean new moon (J. Meeus, Astronomical Algorithms, chapter 49), on Beijing's clock: the true one is up to 14 hours from it, and the month begins on its day.
    let calendar: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let (new_moon, month) = (10_962.597_66 + 8.0 / 24.0, 29.530_588_861);
    let mut seen = 0;
    for (name, day_of_month) in [
        ("laba", 8),
        ("spring_festival", 1),
        ("lantern_festival", 15),
        ("dragon_boat", 5),
        ("qixi", 7),
        ("zhongyuan", 15),
        ("mid_autumn", 15),
        ("double_ninth", 9),
    ] {
        for day in calendar[name].as_object().expect("years").values() {
            let day = nearshelf::offer::lint::day_of(day.as_str().expect("a day")).expect("a day");
            let first = (day - day_of_month + 1) as f64 + 0.5;
            let months = (first - new_moon) / month;
            assert!((months - months.round()).abs() * month < 1.1, "{name}: {months}");
            seen += 1;
        }
    }
    assert_eq!(seen, 24);
}

#[test]
fn the_linter_reads_the_calendar_beside_an_offers_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let offers = json!([{ "id": "p", "name": "P", "kind": "percent", "percent_bp": 1000, "window": { "from": "qixi", "until": "qixi+1d", "year": 2028 } }]);
    std::fs::write(dir.path().join("offers.json"), offers.to_string()).expect("a file");
    std::fs::write(dir.path().join("calendar.json"), SAMPLE).expect("a file");
    let lint = |now: &str| text(&nearshelf(dir.path(), &["offers", "lint", "offers.json", "--now", now]).stdout);
    assert_eq!(lint("2027-11-01T00:00:00Z"), "1 promotions: 0 errors, 0 warnings\n");
    assert!(lint("2028-05-01T00:00:00Z").contains("The calendar has no day of \"qixi\" after 2028-08-26."));
    std::fs::remove_file(dir.path().join("calendar.json")).expect("removed");
    assert!(lint("2027-11-01T00:00:00Z").contains("bad_window"));
}
