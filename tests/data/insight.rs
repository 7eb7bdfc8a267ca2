//! The CDNOW customers on devices of their own: their orders, one by one, through the portrait; and what is understood of them.

use super::folder;
use flate2::read::GzDecoder;
use nearshelf::customers::summarise;
use nearshelf::event::{Detail, EventKind};
use nearshelf::forecast::{BgNbd, GammaGamma};
use nearshelf::id::Key;
use nearshelf::insight::{Cut, Insights, Lack, Number, Question, Settings, Trait, insights};
use nearshelf::money::Minor;
use nearshelf::privacy::consent::Consent;
use nearshelf::profile::{Facts, Portrait, PortraitView, ProfileConfig, Step};
use nearshelf::shop::{OrderColumns, Orders, Silent};
use nearshelf::time::{DAY, HOUR, Millis};
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// The end of what the scores and the models look at.
const UNTIL: i64 = 272;

/// A portrait of purchases: each a day and its hundredths. They come in any order.
fn portrait(purchases: &[(i64, i64)]) -> Portrait {
    let allowed = Consent::all().may_personalize().expect("granted");
    let mut p = Portrait::new(ProfileConfig::default());
    let n = purchases.len();
    // Every other one first: orders of the past may be synced in any order.
    for i in (0..n).step_by(2).chain((1..n).step_by(2)) {
        let (day, cents) = purchases[i];
        let facts = vec![Facts { product: Key(9), ..Facts::default() }];
        let detail = Detail { value: Some(Minor(cents)), units: 1, ..Detail::default() };
        let at = Millis(day * DAY + 12 * HOUR + i as i64);
        let step = Step { kind: EventKind::Purchase, at, id: Some(Key(i as u64 + 1)), facts, detail };
        assert!(p.admit(&allowed, step));
    }
    p
}

fn look<T>(p: &Portrait, settings: &Settings, day: i64, account: &str, look: impl FnOnce(&Insights<'_>) -> T) -> T {
    let allowed = Consent::all().may_personalize().expect("granted");
    let (history, view) = (p.history(&allowed), PortraitView::nobody());
    let now = Millis(day * DAY + 13 * HOUR);
    look(&insights(Question {
        history: &history,
        view: &view,
        settings,
        now,
        zone: 0,
        exponent: 2,
        session_gap: HOUR,
        account,
        since: None,
        birthday: None,
    }))
}

fn value(all: &Insights<'_>, code: Trait) -> f64 {
    all.first(code).map(|i| i.values()[0]).unwrap_or_else(|| panic!("{code:?}: {:?}", all.absent))
}

/// The published parameters; time stretched by `unit`.
fn settings(unit: f64, horizon: f64) -> Settings {
    let mut numbers = vec![f64::NAN; Number::COUNT];
    let all = [
        (Number::Horizon, horizon * unit),
        (Number::R, 0.243),
        (Number::Alpha, 4.414 * unit),
        (Number::A, 0.793),
        (Number::B, 2.426),
        (Number::P, 6.25),
        (Number::Q, 3.74),
        (Number::Gamma, 15.44),
    ];
    all.into_iter().for_each(|(n, v)| numbers[n as usize] = v);
    Settings { numbers, ..Settings::default() }
}

#[test]
fn portraits_foretell_the_reference_to_the_digit() {
    let Some(dir) = folder("cdnow") else { return };
    let reference: Value =
        serde_json::from_slice(&std::fs::read(dir.join("reference.json")).expect("a file")).expect("JSON");
    // The reference's weeks have two decimals: a day stands for a hundredth of a week, and the rates are stretched with it.
    let unit = 100.0 / 7.0;
    let mut n = 0;
    for c in reference["conditional_expectation"].as_array().expect("a list") {
        let f = |key: &str| c[key].as_f64().expect(key);
        let days = |key: &str| (f(key) * 100.0).round() as i64;
        let x = f("x") as i64;
        // The first one, those between, the last one.
        let mut purchases = vec![(0, 1_000)];
        purchases.extend((1..x).map(|i| (i, 1_000)));
        purchases.extend((x > 0).then_some((days("t_x"), 1_000)));
        let p = portrait(&purchases);
        look(&p, &settings(unit, f("t")), days("T"), "", |all| {
            let (expected, alive) = (value(all, Trait::Expected), value(all, Trait::Alive));
            assert!((expected - f("expected")).abs() < 1e-9, "{c}: {expected}");
            assert!((alive - f("p_alive")).abs() < 1e-9, "{c}: {alive}");
            assert_eq!(value(all, Trait::Churn), 1.0 - alive);
        });
        n += 1;
    }
    assert!(n >= 8);
    for c in reference["gamma_gamma_expected_average"].as_array().expect("a list") {
        let f = |key: &str| c[key].as_f64().expect(key);
        let x = f("x") as i64;
        // Repeat purchases of the mean's value; the first one has no say.
        let mut purchases = vec![(0, 77_777)];
        purchases.extend((1..=x).map(|i| (i, (f("zbar") * 100.0).round() as i64)));
        let got = look(&portrait(&purchases), &settings(1.0, 39.0), 100, "", |all| value(all, Trait::OrderValue));
        assert!((got / 100.0 - f("expected")).abs() < 1e-9, "{c}: {got}");
    }
}

/// All orders, and each customer's own until the end of what is looked at.
fn customers(dir: &Path) -> (Orders, Vec<Vec<(i64, i64)>>) {
    let orders = Orders::read(&dir.join("transactions.csv.gz"), &OrderColumns::default(), &Silent).expect("orders");
    let mut each = vec![Vec::new(); orders.customers.len()];
    for o in orders.rows.iter().filter(|o| o.day <= UNTIL) {
        each[o.customer as usize].push((o.day, o.cents));
    }
    (orders, each)
}

#[test]
fn every_customer_s_device_foretells_what_the_shop_does() {
    let Some(dir) = folder("cdnow") else { return };
    let (orders, each) = customers(&dir);
    let model = BgNbd::new(0.243, 4.414, 0.793, 2.426).expect("parameters");
    let values = GammaGamma::new(6.25, 3.74, 15.44).expect("parameters");
    let settings = settings(1.0, 39.0);
    let mut total = 0.0;
    let summaries = summarise(&orders, UNTIL);
    assert_eq!(summaries.len(), 2357);
    for c in &summaries {
        let p = portrait(&each[c.customer as usize]);
        let [expected, alive, worth] = look(&p, &settings, UNTIL, "", |all| {
            [Trait::Expected, Trait::Alive, Trait::OrderValue].map(|code| value(all, code))
        });
        let theirs = model.purchases(&c.purchases, 39.0).expect("a number");
        let mean = values.value(c.purchases.x(), c.zbar).expect("a value");
        assert!((expected - theirs).abs() < 1e-9 && (alive - model.p_alive(&c.purchases)).abs() < 1e-9);
        assert!((worth / 100.0 - mean).abs() < 1e-9, "{worth} {mean}");
        total += expected;
    }
    // As the README of the data has it, for the published parameters.
    assert!((total - 1_653.941).abs() < 0.001, "{total}");
}

#[test]
fn every_customer_s_device_scores_as_the_rank_does() {
    let Some(dir) = folder("cdnow") else { return };
    let (orders, each) = customers(&dir);
    let mut text = String::new();
    let file = std::fs::File::open(dir.join("rfm_quintiles.csv.gz")).expect("a file");
    GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let cuts = cuts_of(&dir, &orders);
    let with = Settings { cuts: cuts.clone(), ..Settings::default() };
    let without = cuts.map(|list| list.into_iter().map(|c| Cut { tie: String::new(), ..c }).collect());
    let without = Settings { cuts: without, ..Settings::default() };
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let (mut n, mut other, mut lower) = (0, [0; 3], 0);
    for row in rows.records().map(|r| r.expect("a row")) {
        let at = orders.customers.iter().position(|c| *c == row[0]).expect("a customer");
        let p = portrait(&each[at]);
        let scores = |settings: &Settings, id: &str| {
            look(&p, settings, UNTIL, id, |all| {
                [Trait::Recency, Trait::Frequency, Trait::Monetary].map(|code| value(all, code) as i64)
            })
        };
        let rank = [4, 5, 6].map(|i| row[i].parse::<i64>().expect("a score"));
        assert_eq!(scores(&with, &row[0]), rank, "{row:?}");
        for (i, (device, rank)) in scores(&without, "").into_iter().zip(rank).enumerate() {
            other[i] += i32::from(device != rank);
            lower += i32::from(device < rank);
        }
        n += 1;
    }
    assert_eq!((n, lower), (2357, 0), "equal values get the higher score");
    // Most of the customers bought on one day only: the ranks part them, a device without ties cannot.
    assert_eq!(other, DIFFERENT);
}

/// Scores of recency, frequency and monetary value that are higher without ties.
const DIFFERENT: [i32; 3] = [31, 983, 34];

/// The cuts as `customers rfm --cuts FILE --ties` writes them.
fn cuts_of(dir: &Path, orders: &Orders) -> [Vec<Cut>; 3] {
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("rfm.json");
    let log = dir.join("transactions.csv.gz");
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_nearshelf"))
        .args(["customers", "rfm", "--until", "272", "--ties", "--cuts"])
        .args([&file, &log])
        .output()
        .expect("the command runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let cuts: Value = serde_json::from_slice(&std::fs::read(&file).expect("cuts")).expect("JSON");
    ["recency_days", "frequency", "monetary_cents"].map(|name| {
        let values = cuts[name].as_array().expect(name).iter().map(|v| v.as_i64().expect("a number"));
        let ties = cuts["ties"][name].as_array().expect(name).iter().map(|v| v.as_str().expect("an id"));
        let sign = if name == "recency_days" { -1 } else { 1 };
        let all: Vec<Cut> = values.zip(ties).map(|(v, id)| Cut { value: sign * v, tie: id.to_string() }).collect();
        assert!(all.len() == 4 && all.iter().all(|c| orders.customers.contains(&c.tie)));
        all
    })
}

#[test]
fn before_the_first_order_nothing_is_foretold() {
    let p = portrait(&[]);
    look(&p, &settings(1.0, 39.0), 5, "", |all| {
        for code in [Trait::Alive, Trait::Expected, Trait::OrderValue, Trait::NextPurchase, Trait::Churn] {
            assert!(all.absent.contains(&(code, Lack::EVIDENCE)), "{code:?}");
        }
    });
}
