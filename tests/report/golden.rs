//! `tests/golden/reports.json`: seeded crowds, their lines, and the estimates that Rust and JavaScript give alike.
//!
//! `NEARSHELF_BLESS=1 cargo test --features cli golden` writes what the code says now; read the difference before you keep
//! it. Lines marked bad, the copies, and what arrives as bytes are part of the file and written by hand below.

use super::{fresh, schema, seeded};
use nearshelf::privacy::ledger::{Epoch, Metric};
use nearshelf::privacy::noise::Answer;
use nearshelf::report::{NoisedReport, ReportSchema, Tally};
use nearshelf::time::{DAY, Millis};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const FILE: &str = include_str!("../golden/reports.json");

/// Number of categories, seed, shoppers a week.
const CROWDS: [(u64, u64, u64); 3] = [(6, 41, 60), (19, 42, 40), (40, 43, 50)];

/// Two weeks of reports, as lines.
fn crowd(schema: &ReportSchema, seed: u64, shoppers: u64) -> Vec<String> {
    let about = &schema.metrics()[0];
    let k = about.noise().symbols() as u64;
    let mut host = seeded(seed);
    let mut lines = Vec::new();
    for week in [2968, 2969] {
        let now = Millis(i64::from(week) * 7 * DAY);
        assert_eq!(Epoch::of(now), Epoch(week));
        for i in 0..shoppers {
            let symbol = (i * i % 17 % k) as usize;
            let key = symbol.checked_sub(1).map(|s| about.domain()[s]);
            lines.push(fresh(schema, now, key, &mut host).json());
        }
    }
    lines
}

/// Equal to 12 digits: JSON text may round the last one.
fn same(a: &Value, b: &Value, at: &str) {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{at}");
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| same(a, b, &format!("{at}[{i}]")));
        }
        (Value::Object(a), Value::Object(b)) => {
            assert!(a.keys().eq(b.keys()), "{at}");
            a.iter().for_each(|(name, a)| same(a, &b[name], &format!("{at}.{name}")));
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{at}: {a} against {b}");
        }
        _ => assert_eq!(a, b, "{at}"),
    }
}

/// Native and wasm draw the same reports from the same seeds, and estimate the same shares from them.
#[test]
fn the_seeded_crowds_give_the_files_lines_and_estimates() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    if file["cases"].as_array().unwrap().is_empty() {
        return; // Being written: `every_case_decodes_as_the_file_says` refuses an empty file.
    }
    for (case, (categories, seed, shoppers)) in file["cases"].as_array().unwrap().iter().zip(CROWDS) {
        let schema = schema(categories);
        let lines = crowd(&schema, seed, shoppers);
        let filed = case["lines"].as_array().unwrap();
        assert!(filed.len() >= lines.len());
        lines.iter().zip(filed).for_each(|(ours, filed)| assert_eq!(ours, filed));
        let mut tally = Tally::new(&schema);
        let about = &schema.metrics()[0];
        let mut host = seeded(seed);
        for i in 0..2 * shoppers {
            let symbol = ((i % shoppers) * (i % shoppers) % 17 % about.noise().symbols() as u64) as usize;
            let key = symbol.checked_sub(1).map(|s| about.domain()[s]);
            let now = Millis((2968 + (i / shoppers) as i64) * 7 * DAY);
            tally.add(&fresh(&schema, now, key, &mut host));
        }
        // The first week has no line but the crowd's own.
        let filed = &case["expect"]["metrics"][0]["epochs"][0];
        let (epoch, week) = &tally.series()[0].epochs[0];
        assert_eq!((epoch.to_string().as_str(), week.reports), (filed["epoch"].as_str().unwrap(), shoppers));
        for (e, filed) in week.symbols.iter().zip(filed["estimates"].as_array().unwrap()) {
            let theirs = json!([filed["answers"], filed["share"], filed["standard_error"]]);
            same(&json!([e.answers, e.share, e.standard_error]), &theirs, "the first week");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// What may arrive at a collector: reports of both mechanisms at the edges of every field, and bytes that are none.
fn arrivals() -> Vec<Vec<u8>> {
    let with = |symbols, answer| NoisedReport {
        schema: 0xDEAD_BEEF,
        epoch: Epoch(2969),
        metric: Metric::CategoryInterest,
        symbols,
        answer,
        id: std::array::from_fn(|i| 240 + i as u8),
    };
    let symbol = with(9, Answer::Symbol(5));
    let mut all: Vec<NoisedReport> =
        [(2, 0), (2, 1), (9, 8), (20, 19), (65, 64)].map(|(k, s)| with(k, Answer::Symbol(s))).into();
    all.extend(
        [(2, 0), (2, 3), (7, 0x40), (8, 0xFF), (9, 0x101), (16, 0x8001), (21, 0x1F_0001), (64, 1 << 63), (65, 1 << 64)]
            .map(|(k, bits)| with(k, Answer::Bits(bits))),
    );
    let weeks =
        ["1970-W01", "1969-W52", "2004-W53", "2020-W53", "2021-W01", "2026-W53", "2027-W01", "0001-W01", "9999-W52"]
            .map(|text| Epoch::parse(text).unwrap());
    let beyond = [-102_739, -110_000, 417_000, i32::MIN, i32::MAX].map(Epoch);
    all.extend(weeks.into_iter().chain(beyond).map(|epoch| NoisedReport { epoch, ..symbol }));
    all.extend([0, 1, u32::MAX].map(|schema| NoisedReport { schema, ..symbol }));
    all.push(NoisedReport { id: [0; 16], ..symbol });

    all.extend(Metric::ALL.map(|metric| NoisedReport { metric, ..symbol }));

    let mut bytes: Vec<Vec<u8>> = all.iter().map(NoisedReport::bytes).collect();
    // The layout before was as long as its answer.
    let before = |report: &NoisedReport, length: usize| [&[1], &report.bytes()[1..length]].concat();
    let (short, long) = (before(&symbol, 29), before(&with(21, Answer::Bits(0x1F_0001)), 31));
    bytes.extend([short.clone(), long.clone(), before(&with(65, Answer::Bits(1 << 64)), 37)]);
    bytes.extend([&short, &long].map(|b| [&[2], &b[1..]].concat()));
    let mut tail = symbol.bytes();
    tail[36] = 1;
    bytes.push(tail);
    bytes.push([&symbol.bytes()[..], &[0]].concat());
    let change = |from: &[u8], at: usize, to: u8| {
        let mut bytes = from.to_vec();
        bytes[at] = to;
        bytes
    };
    for (at, values) in [(0, [0, 3, 255]), (1, [0, 13, 255]), (2, [1, 2, 255]), (3, [1, 66, 255]), (28, [9, 10, 255])] {
        bytes.extend(values.map(|to| change(&short, at, to)));
    }
    bytes.extend(
        [(2, 0), (3, 1), (3, 8), (3, 20), (3, 25), (3, 255), (30, 0x20), (30, 0xFF)]
            .map(|(at, to)| change(&long, at, to)),
    );
    bytes.push(change(&before(&with(8, Answer::Bits(0xFF)), 29), 3, 7));
    bytes.extend([0, 1, 28].map(|n| short[..n].to_vec()));
    bytes.push([&short[..], &[0]].concat());
    bytes.push([&long[..], &[0]].concat());
    bytes.push(long[..30].to_vec());
    bytes.push(with(65, Answer::Symbol(64)).json().into_bytes());
    bytes
}

/// The file's pairs: `null` for what is no report.
fn pairs() -> Value {
    let line = |bytes: &[u8]| NoisedReport::read(bytes).ok().map(|report| report.json());
    arrivals().iter().map(|bytes| json!({ "bytes": hex(bytes), "line": line(bytes) })).collect()
}

/// `reportLine` in JavaScript gives the same for each.
#[test]
fn what_arrives_becomes_the_files_line_or_nothing() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    if std::env::var_os("NEARSHELF_BLESS").is_none() {
        assert_eq!(file["arrivals"], pairs());
    }
    let lines: Vec<Option<String>> =
        pairs().as_array().unwrap().iter().map(|p| p["line"].as_str().map(String::from)).collect();
    assert!(lines.iter().flatten().count() >= 30 && lines.iter().filter(|l| l.is_none()).count() >= 30);
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod collector {
    use super::*;
    use nearshelf::id::Key;
    use nearshelf::privacy::consent::Consent;
    use nearshelf::privacy::ledger::{Ledger, Lifetime};
    use nearshelf::privacy::noise::Epsilon;
    use nearshelf::profile::week::Outcome;
    use nearshelf::report::collect::{Costs, NamedSchema, decode};
    use nearshelf::report::symbol::{LONGER_AGO, NOT_CHOSEN, WEEKS_AGO, of_group, of_order};
    use nearshelf::report::{Asked, Grouping, of_epoch};

    /// Three weeks of a shop that asks for everything, and what its campaigns cost.
    fn of_everything() -> Value {
        let keys = |n| (1..=n).map(Key).collect::<Vec<_>>();
        let groups = |n| (0..n).flat_map(|g| Outcome::ALL.map(|o| of_group(g, o))).collect();
        let orders =
            || [None, Some(0), Some(1)].into_iter().flat_map(|c| [0, 5_000, 20_000].map(|b| of_order(c, b))).collect();
        let named = |of: fn(&str) -> Key, n| (1..=n).map(|i| of(&format!("Category {i}"))).collect();
        let domain = |m| match m {
            Metric::CategoryInterest => named(Key::category, 30),
            Metric::Cluster => named(Key::category, 4),
            Metric::ConversionChannel => named(Key::channel, 26),
            Metric::FunnelStage => keys(5),
            Metric::CouponOutcome => groups(2),
            Metric::Campaign => groups(2),
            Metric::RecommendationClick => vec![NOT_CHOSEN, Key(1), Key(4), Key(9)],
            Metric::ActiveDays => vec![Key(1), Key(2), Key(5), WEEKS_AGO, LONGER_AGO],
            Metric::RepeatPurchase => vec![Key(1), Key(2), Key(6)],
            Metric::NpsBand | Metric::SatisfactionBand => keys(3),
            Metric::OrderValue => orders(),
        };
        let asked: Vec<Asked> = Metric::ALL.into_iter().map(|m| (m, 1 + m as u16 % 3, domain(m))).collect();
        let grouping = Grouping {
            currency: "CNY".into(),
            exponent: 2,
            groups: ["welcome", "fans", "spring", "autumn"].map(String::from).to_vec(),
            families: 2,
            members: vec![(Key(1), 0), (Key(2), 1), (Key(3), 2), (Key(4), 3)],
        };
        let schema = ReportSchema::of(Epsilon::MOST, asked, grouping).unwrap();
        let label = |key| {
            (1..=30).map(|i| format!("Category {i}")).find(|n| [Key::category(n), Key::channel(n)].contains(&key))
        };
        let named = NamedSchema::told(schema, "en", label);
        let (ok, mut host) = (Consent::all().may_report().unwrap(), seeded(44));
        let mut lines = Vec::new();
        for week in [2968, 2969, 2970, 2972] {
            for i in 0..500_usize {
                let mut ledger = Ledger::default();
                // Every fifth is none; the rest leans to the first symbols.
                let truth = |m: &nearshelf::report::MetricSchema| {
                    (i % 5 > 0).then(|| m.domain()[i * i / 7 % m.domain().len() * (i % 3) / 2])
                };
                lines.push(
                    of_epoch(
                        &ok,
                        &mut ledger,
                        (&named.schema, Lifetime::SHIPPED),
                        Millis(week * 7 * DAY),
                        &mut host,
                        truth,
                    )
                    .unwrap()
                    .json(),
                );
            }
        }
        lines.push(lines[3].clone());
        lines.push(lines[4].replacen("\"v\":1", "\"v\":7", 1));
        lines.extend(["{}", "[]", "x"].map(String::from));
        let last = lines[5].clone();
        let metric = Metric::ALL.into_iter().find(|m| last.contains(m.code())).unwrap();
        let id = |n: u8| format!("\"id\":\"{}\"}}", format!("{n:02x}").repeat(16));
        let at = last.find("\"id\"").unwrap();
        lines.extend((1..=4).map(|n| [&last[..at], &id(n)].concat().replacen(metric.code(), "income", 1)));
        let costs = json!({ "margin": 0.25, "shoppers": 40_000, "costs": { "spring": 9_000.0, "autumn": 500.5, "unknown": 3, "free": 0 } });
        let told = Costs::read(costs.to_string().as_bytes()).unwrap();
        let result = decode(&named, lines.join("\n").as_bytes(), Some(&told)).unwrap();
        json!({ "name": "every metric", "schema": named.json(), "lines": lines, "costs": costs, "expect": result.json(&named) })
    }

    /// The lines of a crowd, then copies and lines that must not count.
    fn lines(schema: &ReportSchema, seed: u64, shoppers: u64) -> Vec<String> {
        let mut lines = crowd(schema, seed, shoppers);
        let (first, last) = (lines[0].clone(), lines[lines.len() - 1].clone());
        let change = |from: &str, to: &str| last.replacen(from, to, 1);
        let version = format!("\"schema\":{}", schema.version());
        let id = &last[last.len() - 34..last.len() - 2];
        let too_much = if last.contains("oue") { "\"answer\":\"00" } else { "\"answer\":9" };
        lines.extend([
            first.clone(),
            format!("  {first}\r"),
            String::new(),
            "<!doctype html>".into(),
            "null".into(),
            change("\"v\":1", "\"v\":2"),
            change("\"v\":1,", ""),
            change(&version, "\"schema\":1"),
            change(&version, "\"schema\":1.5"),
            change("2026-W48", "2026-W54"),
            change("2026-W48", "2026-48"),
            change(id, &id[1..]),
            change(id, &id.to_uppercase().replace('0', "A")),
            change("category_interest", "income"),
            change("k_rr", "OUE").replacen("\"oue\"", "\"k_rr\"", 1),
            change("\"answer\":", "\"answers\":"),
            change("\"answer\":", "\"answer\":[").replacen(",\"id\"", "],\"id\"", 1),
            change(too_much.trim_end_matches(['0', '9']), too_much),
            format!(
                "{},\"received\":\"2026-W48\"}}",
                change(id, "000102030405060708090a0b0c0d0e0f").trim_end_matches('}')
            ),
            change(id, "ffeeddccbbaa99887766554433221100").replacen("\"v\":1", "\"v\":1.0", 1),
        ]);
        lines
    }

    /// `nearshelf reports schema` prints it, and the package carries it; the packaging tests hold a page's requests against it.
    #[test]
    fn the_schema_of_what_leaves_is_the_files() {
        let said = format!("{:#}\n", nearshelf::report::outgoing::schema());
        if std::env::var_os("NEARSHELF_BLESS").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/outgoing.schema.json"), said).unwrap();
            return;
        }
        assert_eq!(
            said,
            include_str!("../../pkg-template/outgoing.schema.json"),
            "bless and read the difference: something else can leave"
        );
    }

    #[test]
    fn every_case_decodes_as_the_file_says() {
        let cases: Vec<Value> = CROWDS
            .into_iter()
            .map(|(categories, seed, shoppers)| {
                let names: Vec<String> = (1..=categories).map(|i| format!("Category {i}")).collect();
                let label = |key| names.iter().find(|n| nearshelf::id::Key::category(n) == key).cloned();
                let schema = NamedSchema::new(schema(categories), label);
                let lines = lines(&schema.schema, seed, shoppers);
                let result = decode(&schema, lines.join("\n").as_bytes(), None).unwrap();
                assert!(result.check(&schema).is_ok());
                json!({ "name": format!("{categories} categories, {shoppers} shoppers a week"), "schema": schema.json(),
                        "lines": lines, "expect": result.json(&schema) })
            })
            .chain(std::iter::once(of_everything()))
            .collect();
        let said = json!({ "spec_version": 1, "cases": cases, "arrivals": pairs() });
        if std::env::var_os("NEARSHELF_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/reports.json");
            std::fs::write(path, format!("{}\n", serde_json::to_string_pretty(&said).unwrap())).unwrap();
            return;
        }
        let file: Value = serde_json::from_str(FILE).unwrap();
        same(&said, &file, "reports.json");
        for case in file["cases"].as_array().unwrap() {
            let schema = NamedSchema::read(case["schema"].to_string().as_bytes()).unwrap();
            let lines: Vec<&str> = case["lines"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let costs = case.get("costs").map(|c| Costs::read(c.to_string().as_bytes()).unwrap());
            let result = decode(&schema, lines.join("\n").as_bytes(), costs.as_ref()).unwrap();
            same(&result.json(&schema), &case["expect"], "expect");
        }
    }
}
