//! `[insight]`: what the analysis of a shopper goes by, and the files that `nearshelf customers` writes for it.

use super::forecast::ForecastSettings;
use super::read_file;
use crate::error::{Code, Error, Result};
use crate::event::EventKind;
use crate::insight::settings::{MODELS, Strategy, Weight};
use crate::insight::{Cut, Number, Settings, Source};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Names of needs, in the order of their numbers: four of each class.
const NEEDS: [&str; 12] = [
    "quality",
    "price",
    "delivery",
    "after_sales",
    "experience",
    "personalisation",
    "brand",
    "care",
    "fun",
    "social",
    "points",
    "privileges",
];
const INTENTS: [&str; 3] = ["browsing", "comparing", "about_to_buy"];
const LAYERS: [&str; 4] = ["high_value", "potential", "general", "churn_risk"];
/// Largest weight, either way.
const LARGEST: f64 = 100.0;
/// Longest text of a strategy.
const STRATEGY: usize = 500;

type Table = BTreeMap<String, f64>;

/// `[insight]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct InsightSection {
    /// File of the models' parameters, beside `shop.toml`.
    models: Option<String>,
    /// File of the cuts of RFM.
    cuts: Option<String>,
    doubt: Option<f64>,
    lifecycle: Table,
    layers: Table,
    repurchase: Table,
    feedback: Table,
    advocacy: Table,
    loyalty: Table,
    price: Table,
    alerts: Table,
    care: Table,
    pairs: Table,
    /// What speaks for a need; its half-life stands here too.
    needs: BTreeMap<String, Entry>,
    /// What speaks for an intent.
    intent: BTreeMap<String, Table>,
    /// What is done for a layer.
    strategy: BTreeMap<String, StrategySection>,
}

/// A number, or a table of weights.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Entry {
    Number(f64),
    Weights(Table),
}

/// `[insight.strategy.LAYER]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StrategySection {
    text: Option<String>,
    text_zh: Option<String>,
    limit: Option<f64>,
}

/// The cuts of RFM, as `customers rfm --cuts` writes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutsFile {
    recency_days: Vec<i64>,
    frequency: Vec<i64>,
    monetary_cents: Vec<i64>,
    #[serde(default)]
    ties: Ties,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ties {
    recency_days: Vec<String>,
    frequency: Vec<String>,
    monetary_cents: Vec<String>,
}

fn bad(what: String) -> Error {
    Error::new(Code::BadConfig, format!("insight: {what}"))
}

impl InsightSection {
    /// The numbers and tables of these settings, and the shipped ones where they are silent.
    ///
    /// # Errors
    ///
    /// `bad_config`, naming what is unknown or out of range.
    pub(super) fn or(&self, shipped: &InsightSection) -> Result<Settings> {
        let mut out = Settings { numbers: vec![f64::NAN; Number::COUNT], ..Settings::default() };
        for section in [shipped, self] {
            section.apply(&mut out)?;
        }
        Ok(out)
    }

    fn apply(&self, out: &mut Settings) -> Result<()> {
        let half_life = self.needs.iter().filter_map(|(key, entry)| match entry {
            Entry::Number(v) => Some((key.clone(), *v)),
            Entry::Weights(_) => None,
        });
        let needs: Table = half_life.collect();
        let own: Table = self.doubt.iter().map(|v| ("doubt".to_string(), *v)).collect();
        for (name, table) in [
            ("", &own),
            ("lifecycle", &self.lifecycle),
            ("layers", &self.layers),
            ("repurchase", &self.repurchase),
            ("feedback", &self.feedback),
            ("advocacy", &self.advocacy),
            ("loyalty", &self.loyalty),
            ("price", &self.price),
            ("alerts", &self.alerts),
            ("care", &self.care),
            ("pairs", &self.pairs),
            ("needs", &needs),
        ] {
            for (key, value) in table {
                let place = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                let number = Number::ALL.into_iter().find(|n| n.place() == place && place != MODELS);
                let number = number.ok_or_else(|| bad(format!("{name} has no \"{key}\".")))?;
                let [least, most] = number.bounds();
                if !(least..=most).contains(value) {
                    return Err(bad(format!("{name}: {key} = {value} is not between {least} and {most}.")));
                }
                out.numbers[number as usize] = *value;
            }
        }
        for (need, entry) in &self.needs {
            if let Entry::Weights(table) = entry {
                weights(&mut out.needs, "needs", place(&NEEDS, "needs", need)?, table, 0.0)?;
            }
        }
        for (intent, table) in &self.intent {
            weights(&mut out.intents, "intent", place(&INTENTS, "intent", intent)?, table, -LARGEST)?;
        }
        for (layer, own) in &self.strategy {
            out.strategies.resize(LAYERS.len(), Strategy { limit: f64::NAN, ..Strategy::default() });
            let s = &mut out.strategies[usize::from(place(&LAYERS, "strategy", layer)?)];
            for (mine, text) in [(&mut s.text, &own.text), (&mut s.text_zh, &own.text_zh)] {
                if let Some(text) = text {
                    if text.len() > STRATEGY {
                        return Err(bad(format!("strategy.{layer}: a text is longer than {STRATEGY} bytes.")));
                    }
                    mine.clone_from(text);
                }
            }
            if let Some(limit) = own.limit {
                if !(0.0..=1.0).contains(&limit) {
                    return Err(bad(format!("strategy.{layer}: limit = {limit} is not between 0 and 1.")));
                }
                s.limit = limit;
            }
        }
        Ok(())
    }

    /// The same with what the files beside `shop.toml` say. A file that the shop names has to be there, a shipped name may not be.
    ///
    /// # Errors
    ///
    /// `io`; `bad_config`, naming the file and what is wrong with it.
    pub(super) fn with_files(&self, shipped: &InsightSection, beside: &Path) -> Result<Settings> {
        let mut out = self.or(shipped)?;
        let file = |own: &Option<String>, usual: &Option<String>| match (own, usual) {
            (Some(name), _) => Some(beside.join(name)),
            (None, Some(name)) => Some(beside.join(name)).filter(|p| p.is_file()),
            (None, None) => None,
        };
        if let Some(path) = file(&self.models, &shipped.models) {
            let f = ForecastSettings::read(&path)?;
            let [r, alpha, a, b] = f.bgnbd.parameters();
            let [p, q, gamma] = f.gamma_gamma.map_or([f64::NAN; 3], |g| g.parameters());
            let own = [f.horizon, r, alpha, a, b, p, q, gamma];
            let numbers = Number::ALL.into_iter().filter(|n| n.place() == MODELS);
            numbers.zip(own).for_each(|(n, v)| out.numbers[n as usize] = v);
        }
        if let Some(path) = file(&self.cuts, &shipped.cuts) {
            out.cuts = cuts(&path)?;
        }
        Ok(out)
    }
}

fn place(names: &[&str], table: &str, name: &str) -> Result<u8> {
    let at = names.iter().position(|n| *n == name);
    at.map(|i| i as u8).ok_or_else(|| bad(format!("{table} has {}, not {name}.", names.join(", "))))
}

/// Takes a table's weights over, in place of the same sources' weights before.
fn weights(out: &mut Vec<Weight>, of: &str, number: u8, table: &Table, least: f64) -> Result<()> {
    for (name, weight) in table {
        if !(least..=LARGEST).contains(weight) {
            return Err(bad(format!("{of}: {name} = {weight} is not between {least} and {LARGEST}.")));
        }
        let other = Source::ALL.iter().find(|(_, n)| n == name).map(|(s, _)| *s as u8);
        let source = EventKind::from_name(name).map(|k| k as u8).or(other);
        let source = source.ok_or_else(|| bad(format!("{of}: \"{name}\" is no event, and none of {}.", sources())))?;
        out.retain(|w| (w.of, w.source) != (number, source));
        if *weight != 0.0 {
            out.push(Weight { of: number, source, weight: *weight });
        }
    }
    Ok(())
}

fn sources() -> String {
    Source::ALL.map(|(_, name)| name).join(", ")
}

/// The file that `customers rfm --cuts` writes.
fn cuts(path: &Path) -> Result<[Vec<Cut>; 3]> {
    let wrong = |what: String| Error::new(Code::BadConfig, format!("{}: {what}.", path.display()));
    let file: CutsFile = serde_json::from_slice(&read_file(path)?).map_err(|e| wrong(e.to_string()))?;
    let recency = file.recency_days.iter().map(|d| d.saturating_neg()).collect();
    let lists = [
        ("recency_days", recency, file.ties.recency_days),
        ("frequency", file.frequency, file.ties.frequency),
        ("monetary_cents", file.monetary_cents, file.ties.monetary_cents),
    ];
    let mut out = [const { Vec::new() }; 3];
    for ((name, values, ties), cuts) in lists.into_iter().zip(&mut out) {
        if values.is_empty() || !values.is_sorted() {
            return Err(wrong(format!("{name} has to be a list of cuts, the lowest score's first")));
        }
        if !ties.is_empty() && ties.len() != values.len() {
            return Err(wrong(format!("ties of {name} have to be as many as its cuts")));
        }
        let tie = |i: usize| ties.get(i).cloned().unwrap_or_default();
        *cuts = values.into_iter().enumerate().map(|(i, value)| Cut { value, tie: tie(i) }).collect();
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::config::ShopConfig;
    use super::*;

    fn settings(text: &str) -> Result<Settings> {
        ShopConfig::parse(text)?.insight()
    }

    #[test]
    fn the_shipped_sample_has_every_number_but_the_models() {
        let shipped = settings("").expect("the shipped settings");
        for n in Number::ALL {
            assert_eq!(shipped.number(n).is_ok(), n.place() != MODELS, "{n:?}");
        }
        let needs: std::collections::BTreeSet<u8> = shipped.needs.iter().map(|w| w.of).collect();
        assert_eq!(needs.len(), NEEDS.len(), "something speaks for each need");
        assert_eq!(shipped.strategies.len(), LAYERS.len());
        assert!(shipped.strategies.iter().all(|s| !s.text.is_empty() && !s.text_zh.is_empty() && s.limit <= 1.0));
        assert!(shipped.cuts.iter().all(Vec::is_empty));
    }

    #[test]
    fn a_shop_replaces_settings_one_by_one() {
        let text = "[insight]\ndoubt = 2\n[insight.needs]\nhalf_life_days = 30\nfun = { live_watch = 9, like = 0 }\n\
            [insight.strategy.general]\nlimit = 0.01";
        let (own, shipped) = (settings(text).expect(text), settings("").expect("shipped"));
        let number = |n| own.number(n).expect("a number");
        assert_eq!((number(Number::Doubt), number(Number::NeedHalfLife)), (2.0, 30.0));
        let fun = |s: &Settings, kind: EventKind| {
            s.needs.iter().find(|w| w.of == 8 && w.source == kind as u8).map(|w| w.weight)
        };
        assert_eq!((fun(&own, EventKind::LiveWatch), fun(&own, EventKind::Like)), (Some(9.0), None));
        assert!(fun(&shipped, EventKind::Like).is_some());
        assert_eq!(own.strategies[2].limit, 0.01);
        assert_eq!(own.strategies[2].text, shipped.strategies[2].text);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, says) in [
            ("[insight.lifecycle]\nlost = 3", "lost"),
            ("[insight.lifecycle]\nlost_gaps = -3", "lost_gaps = -3"),
            ("[insight.needs]\nhalf_life_days = 0", "between 1"),
            ("[insight.needs.love]\nlike = 1", "love"),
            ("[insight.needs.fun]\nlike = -1", "like = -1"),
            ("[insight.needs.fun]\nlaugh = 1", "laugh"),
            ("[insight.intent.buying]\npurchase = 1", "buying"),
            ("[insight.strategy.rich]\nlimit = 1", "rich"),
            ("[insight.strategy.general]\nlimit = 2", "limit = 2"),
            ("[insight]\ncertainty = 1", "certainty"),
        ] {
            let said = settings(text).expect_err(text).detail().to_string();
            assert!(said.contains(says), "{text}: {said}");
        }
    }

    #[test]
    fn files_of_customers_are_read_and_a_named_one_that_is_missing_is_told() {
        let dir = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
        let read = |toml: &str| {
            let config: ShopConfig = ShopConfig::parse(toml).expect(toml);
            config.insight_in(dir.path())
        };
        assert!(read("").expect("none").number(Number::R).is_err());
        assert!(read("[insight]\nmodels = \"mine.json\"").is_err());
        write("params.json", r#"{"bgnbd":{"r":0.2,"alpha":4.4,"a":0.8,"b":2.4},"horizon":39}"#);
        write(
            "rfm.json",
            r#"{"recency_days":[200,100],"frequency":[1,2],"monetary_cents":[5,9],"ties":{"frequency":["7","9"]}}"#,
        );
        let s = read("").expect("both");
        assert_eq!((s.number(Number::B), s.number(Number::Horizon)), (Ok(2.4), Ok(39.0)));
        assert!(s.number(Number::Gamma).is_err(), "no Gamma-Gamma in the file");
        assert_eq!(s.cuts[0].iter().map(|c| c.value).collect::<Vec<_>>(), [-200, -100]);
        assert_eq!((s.cuts[1][1].tie.as_str(), s.cuts[2][1].tie.as_str()), ("9", ""));
        write("rfm.json", r#"{"recency_days":[100,200],"frequency":[1,2],"monetary_cents":[5,9]}"#);
        assert!(read("").expect_err("rising days").detail().contains("recency_days"));
    }
}
