//! The collector's side: a schema as JSON with names, lines of reports, and the estimates they give.
//!
//! `pkg-template/src/decode.js` does the same in JavaScript; `tests/golden/reports.json` holds both to one answer.

use super::named::{unhex, whole};
use super::summary::figures;
use super::{Estimates, NoisedReport, ReportSchema, Series, Taken, Tally, message};
use crate::error::{Code, Error, Result};
use crate::privacy::ledger::{Epoch, Metric};
use crate::privacy::noise::{Answer, Mechanism};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::BufRead;

pub use super::named::NamedSchema;
pub use super::summary::{Costs, Figure};

/// Bad lines that are named.
const NAMED: usize = 10;

/// What became of the lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Lines that are not blank.
    pub lines: u64,
    /// Reports that count.
    pub counted: u64,
    /// Reports whose id was seen before.
    pub copies: u64,
    /// Reports of another schema.
    pub other_schema: u64,
    /// Lines that are no report.
    pub unreadable: u64,
    /// Reports that this schema cannot have asked for.
    pub impossible: u64,
}

/// The estimates of a file of reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    /// What became of the lines.
    pub counts: Counts,
    /// The first ten lines that are unreadable or impossible: number from 1, and the field at fault.
    pub bad: Vec<(u64, &'static str)>,
    /// The estimates.
    pub series: Vec<Series>,
    /// What was worked out of them.
    pub figures: Vec<Figure>,
}

/// Reads lines of reports: of one file, or of several one after another, whose copies of one report count once.
///
/// # Errors
///
/// `io` when the lines cannot be read. A bad line is counted and named, never an error.
pub fn decode(named: &NamedSchema, mut lines: impl BufRead, costs: Option<&Costs>) -> Result<Collected> {
    let mut tally = Tally::new(&named.schema);
    let (mut counts, mut bad) = (Counts::default(), Vec::new());
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = lines.read_until(b'\n', &mut line);
        if read.map_err(|e| Error::new(Code::Io, format!("reading line {number} of the reports: {e}.")))? == 0 {
            break;
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        counts.lines += 1;
        let taken = parse(&named.schema, text).map(|r| tally.add(&r));
        match taken {
            Ok(Taken::Counted) => counts.counted += 1,
            Ok(Taken::Copy) => counts.copies += 1,
            Ok(Taken::OtherSchema) | Err(Refusal::OtherSchema) => counts.other_schema += 1,
            Ok(Taken::Impossible) => counts.impossible += 1,
            Err(Refusal::Unreadable(_)) => counts.unreadable += 1,
            Err(Refusal::Impossible(_)) => counts.impossible += 1,
        }
        if let (Err(Refusal::Unreadable(field) | Refusal::Impossible(field)), true) = (taken, bad.len() < NAMED) {
            bad.push((number, field));
        }
    }
    let series = tally.series();
    let figures = figures(named, &series, costs);
    Ok(Collected { counts, bad, series, figures })
}

impl Collected {
    /// Refuses a file without a single report that counts.
    ///
    /// # Errors
    ///
    /// `bad_table`.
    pub fn check(&self, named: &NamedSchema) -> Result<()> {
        if self.counts.counted > 0 {
            return Ok(());
        }
        let (lines, version) = (self.counts.lines, named.schema.version());
        Err(Error::new(Code::BadTable, format!("none of the {lines} lines is a report of schema {version}.")))
    }

    /// Shoppers who reported, by week: each device does once a week, whatever it is asked, so this is no estimate.
    pub fn active(&self) -> BTreeMap<Epoch, u64> {
        let mut active = BTreeMap::new();
        self.series
            .iter()
            .flat_map(|s| &s.epochs)
            .for_each(|(epoch, e)| *active.entry(*epoch).or_default() += e.reports);
        active
    }

    /// All of it as JSON: what `decode.js` returns.
    pub fn json(&self, named: &NamedSchema) -> Value {
        let estimates = |e: &Estimates, metric: Metric| -> Value {
            let one = |(symbol, e): (usize, &super::Estimate)| {
                let (key, label) = named.names(metric, symbol);
                let [low, high] = e.interval();
                json!({ "key": key, "label": label, "answers": e.answers, "share": e.share,
                        "standard_error": e.standard_error, "low": low, "high": high, "clear": e.is_clear() })
            };
            e.symbols.iter().enumerate().map(one).collect()
        };
        let metric = |s: &Series| {
            let weeks = s.epochs.iter().map(|(epoch, e)| {
                json!({ "epoch": epoch.to_string(), "reports": e.reports, "estimates": estimates(e, s.metric) })
            });
            let all = json!({ "reports": s.all.reports, "estimates": estimates(&s.all, s.metric) });
            json!({ "metric": s.metric.code(), "all": all, "epochs": weeks.collect::<Vec<_>>() })
        };
        let active = |(epoch, reports): (&Epoch, &u64)| json!({ "epoch": epoch.to_string(), "reports": reports });
        let c = &self.counts;
        let bad: Vec<Value> = self.bad.iter().map(|(line, field)| json!({ "line": line, "field": field })).collect();
        json!({
            "schema": named.schema.version(),
            "epsilon": named.schema.epsilon().to_f64(),
            "counts": { "lines": c.lines, "counted": c.counted, "copies": c.copies, "other_schema": c.other_schema,
                        "unreadable": c.unreadable, "impossible": c.impossible },
            "bad": bad,
            "active": self.active().iter().map(active).collect::<Vec<_>>(),
            "figures": self.figures.iter().map(Figure::json).collect::<Vec<_>>(),
            "metrics": self.series.iter().map(metric).collect::<Vec<_>>(),
        })
    }
}

/// Why a line is not taken; with the field at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    OtherSchema,
    Unreadable(&'static str),
    Impossible(&'static str),
}

/// The checks stand in the order of the manual's table, and the first that fails names the field.
fn parse(schema: &ReportSchema, line: &[u8]) -> core::result::Result<NoisedReport, Refusal> {
    use Refusal::{Impossible, OtherSchema, Unreadable};
    let fields: Map<String, Value> = serde_json::from_slice(line).map_err(|_| Unreadable("line"))?;
    let field = |name: &str| fields.get(name).unwrap_or(&Value::Null);
    whole(field("v"), u32::MAX).filter(|v| *v == u32::from(message::LINE)).ok_or(Unreadable("v"))?;
    let version = whole(field("schema"), u32::MAX).ok_or(Unreadable("schema"))?;
    if version != schema.version() {
        return Err(OtherSchema);
    }
    let epoch = field("epoch").as_str().and_then(Epoch::parse).ok_or(Unreadable("epoch"))?;
    let id = field("id").as_str().and_then(unhex::<16>).ok_or(Unreadable("id"))?;
    let about = schema.metrics().iter().find(|m| *field("metric") == m.metric().code()).ok_or(Impossible("metric"))?;
    let noise = about.noise();
    if *field("mechanism") != noise.mechanism().code() {
        return Err(Impossible("mechanism"));
    }
    let symbols = noise.symbols() as u8;
    let answer = match noise.mechanism() {
        Mechanism::KaryResponse => whole(field("answer"), u32::from(u8::MAX)).map(|s| Answer::Symbol(s as u8)),
        Mechanism::UnaryEncoding => field("answer").as_str().and_then(|t| bits(t, noise.symbols())).map(Answer::Bits),
    };
    let answer = answer.ok_or(Impossible("answer"))?;
    let report = NoisedReport { schema: version, epoch, metric: about.metric(), symbols, answer, id };
    report.checked().ok_or(Impossible("answer"))
}

/// The bits of an answer, from two digits for each eight symbols, lowest first.
fn bits(text: &str, symbols: usize) -> Option<u128> {
    let bytes = symbols.div_ceil(8);
    if text.len() != 2 * bytes {
        return None;
    }
    let digit = |i: usize| text.get(2 * i..2 * i + 2).and_then(unhex::<1>);
    (0..bytes).try_fold(0, |sum, i| Some(sum | u128::from(digit(i)?[0]) << (8 * i)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Key;
    use crate::privacy::noise::Epsilon;

    fn named(n: u64) -> NamedSchema {
        let keys: Vec<Key> = (1..=n).map(Key).collect();
        let schema = ReportSchema::category_interest(&keys, Epsilon::MOST).expect("a schema");
        NamedSchema::new(schema, |k| (k.0 != 2).then(|| format!("Category {}", k.0)))
    }

    fn report(named: &NamedSchema, answer: Answer, id: u8) -> NoisedReport {
        let m = &named.schema.metrics()[0];
        NoisedReport {
            schema: named.schema.version(),
            epoch: Epoch(2968),
            metric: m.metric(),
            symbols: m.noise().symbols() as u8,
            answer,
            id: [id; 16],
        }
    }

    #[test]
    fn a_schema_survives_its_file_and_a_change_by_hand_is_seen() {
        for n in [2, 40] {
            let named = named(n);
            let text = serde_json::to_vec_pretty(&named.json()).expect("JSON");
            let back = NamedSchema::read(&text).expect("a schema");
            assert_eq!((&back.schema, back.json()), (&named.schema, named.json()));
            assert_eq!(back.names(Metric::CategoryInterest, 2).1, "0000000000000002");
            assert_eq!(NamedSchema::read(&named.schema.encode()).expect("bytes").schema, named.schema);

            let change = |edit: fn(&mut Value)| {
                let mut file = named.json();
                edit(&mut file);
                NamedSchema::read(file.to_string().as_bytes()).expect_err("changed").detail().to_string()
            };
            assert!(change(|f| f["version"] = json!(1)).contains("says version 1"));
            assert!(change(|f| f["epsilon_millionths"] = json!(3_000_000)).contains("epsilon"));
            assert!(change(|f| f["metrics"][0]["other"] = json!(5)).contains("weaker"));
            assert!(change(|f| f["metrics"][0]["domain"][0]["key"] = json!("ff")).contains("key"));
            assert!(change(|f| f["format"] = json!("x")).contains("format"));
        }
        assert!(NamedSchema::read(b"").is_err());
        assert!(NamedSchema::read(b"{").is_err());
    }

    #[test]
    fn every_report_line_is_read_back() {
        for (named, answers) in [
            (named(8), vec![Answer::Symbol(0), Answer::Symbol(8)]),
            (named(64), vec![Answer::Bits(0), Answer::Bits(1 << 64 | 0xF00D), Answer::Bits((1 << 65) - 1)]),
        ] {
            for answer in answers {
                let r = report(&named, answer, 7);
                assert_eq!(parse(&named.schema, r.json().as_bytes()), Ok(r));
            }
        }
    }

    #[test]
    fn bad_lines_are_counted_and_named_and_the_good_ones_still_count() {
        let named = named(8);
        let good = report(&named, Answer::Symbol(3), 1).json();
        let change = |from: &str, to: &str| {
            let changed = good.replace(from, to);
            assert_ne!(changed, good, "{from}");
            changed
        };
        let lines = [
            good.clone(),
            String::new(),
            good.clone(),
            "not JSON".into(),
            "[1]".into(),
            change("\"v\":1", "\"v\":2"),
            change("2026-W47", "2026-W60"),
            change("\"answer\":3", "\"answer\":9"),
            change("\"answer\":3", "\"answer\":\"03\""),
            change("k_rr", "oue"),
            change("category_interest", "income"),
            change("0101", "01FF"),
            change("\"schema\":", "\"schema\":-"),
            change(&format!("\"schema\":{}", named.schema.version()), "\"schema\":5"),
            format!("  {}\r", report(&named, Answer::Symbol(0), 2).json().replace("\"v\":1", "\"v\":1.0,\"at\":5")),
        ];
        let c = decode(&named, lines.join("\n").as_bytes(), None).expect("lines");
        let expected = Counts { lines: 14, counted: 2, copies: 1, other_schema: 1, unreadable: 6, impossible: 4 };
        assert_eq!(c.counts, expected, "{:?}", c.bad);
        let named_fields: Vec<_> = c.bad.iter().map(|(n, f)| format!("{n} {f}")).collect();
        assert_eq!(
            named_fields,
            [
                "4 line",
                "5 line",
                "6 v",
                "7 epoch",
                "8 answer",
                "9 answer",
                "10 mechanism",
                "11 metric",
                "12 id",
                "13 schema"
            ]
        );
        assert!(c.check(&named).is_ok());
        assert_eq!(
            decode(&named, &b"\n\n"[..], None).expect("lines").check(&named).expect_err("empty").code(),
            "bad_table"
        );
    }
}
