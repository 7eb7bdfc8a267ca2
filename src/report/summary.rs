//! What a shop wants to know, from the shares: conversion, retention, scores, rates, and the return on what campaigns cost.
//!
//! Each is a sum of shares a·f̂, or a ratio R = a·f̂ / b·f̂ of two. Given the true answers, w·f̂ has the variance
//! Σ_t f_t Var(w·answer | t) / (n(p−q)²), from the table of probabilities with no term left out; a ratio is expanded to first order
//! (delta method, Casella, Berger, "Statistical Inference", section 5.5.4): w = (a − R·b) / b·f̂.

use super::estimate::Z;
use super::named::NamedSchema;
use super::words::{Meaning, meaning};
use super::{Estimates, Series};
use crate::error::{Code, Error, Result};
use crate::privacy::ledger::Metric;
use crate::privacy::noise::{Mechanism, Noise};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What campaigns cost, for what comes of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// Shoppers that the reports stand for; `None` for those who reported.
    pub shoppers: Option<f64>,
    /// What is left of an order's worth, 0 to 1.
    pub margin: f64,
    /// Cost by name of the campaign, in major units.
    pub costs: BTreeMap<String, f64>,
}

impl Costs {
    /// From JSON: `{"margin": 0.3, "shoppers": 50000, "costs": {"double-11": 5000}}`, `shoppers` only where it is known.
    ///
    /// # Errors
    ///
    /// `bad_config` when a field is missing or out of range.
    ///
    /// ```
    /// use nearshelf::report::collect::Costs;
    /// let costs = Costs::read(br#"{"margin": 0.25, "costs": {"spring": 900}}"#)?;
    /// assert_eq!((costs.shoppers, costs.costs["spring"]), (None, 900.0));
    /// assert!(Costs::read(br#"{"margin": 25, "costs": {}}"#).is_err());
    /// # Ok::<(), nearshelf::error::Error>(())
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Costs> {
        let bad = |what: &str| Error::new(Code::BadConfig, format!("the file of costs: {what}."));
        let file: Value = serde_json::from_slice(bytes).map_err(|e| bad(&e.to_string()))?;
        let number = |v: &Value| v.as_f64().filter(|v| *v >= 0.0 && v.is_finite());
        let margin = number(&file["margin"]).filter(|m| *m <= 1.0);
        let shoppers = match &file["shoppers"] {
            Value::Null => None,
            v => Some(number(v).ok_or_else(|| bad("shoppers is no number"))?),
        };
        let all = file["costs"].as_object().ok_or_else(|| bad("costs is no object"))?;
        let cost = |(name, v): (&String, &Value)| Some((name.clone(), number(v)?));
        Ok(Costs {
            shoppers,
            margin: margin.ok_or_else(|| bad("margin is not between 0 and 1"))?,
            costs: all.iter().map(cost).collect::<Option<_>>().ok_or_else(|| bad("a cost is no number"))?,
        })
    }
}

/// One number with its interval of 95 %.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// The group of offers it is about; empty for all.
    pub group: String,
    /// The number; `None` where it cannot be told from noise.
    pub value: Option<f64>,
    /// Its standard error; `None` where what it is divided by cannot be told from noise.
    pub standard_error: Option<f64>,
    /// The interval, as far as there is one.
    pub interval: Option<[f64; 2]>,
}

impl Figure {
    /// As JSON.
    pub fn json(&self) -> Value {
        let [low, high] = self.interval.map_or([None; 2], |i| i.map(Some));
        json!({ "name": self.name, "group": self.group, "value": self.value, "standard_error": self.standard_error,
                "low": low, "high": high })
    }
}

/// Shares of one metric, ready to be weighed.
struct Shares<'a> {
    noise: &'a Noise,
    all: &'a Estimates,
    /// Of each symbol but the first, which is `none`.
    symbols: Vec<(Meaning, String)>,
}

impl Shares<'_> {
    fn weights(&self, of: &dyn Fn(&Meaning) -> f64) -> Vec<f64> {
        std::iter::once(0.0).chain(self.symbols.iter().map(|(m, _)| of(m))).collect()
    }

    fn sum(&self, w: &[f64]) -> f64 {
        w.iter().zip(&self.all.symbols).map(|(w, e)| w * e.share).sum()
    }

    /// Standard error of Σ w·share.
    fn error(&self, w: &[f64]) -> f64 {
        let (p, q) = self.noise.probabilities();
        let held: Vec<f64> = self.all.symbols.iter().map(|e| e.share.clamp(0.0, 1.0)).collect();
        let total: f64 = held.iter().sum();
        let (w1, w2): (f64, f64) = (w.iter().sum(), w.iter().map(|w| w * w).sum());
        let mut variance = 0.0;
        for (f, w) in held.iter().zip(w) {
            let mine = match self.noise.mechanism() {
                Mechanism::KaryResponse => {
                    let mean = q * w1 + (p - q) * w;
                    q * w2 + (p - q) * (w * w) - mean * mean
                }
                Mechanism::UnaryEncoding => q * (1.0 - q) * w2 + (p * (1.0 - p) - q * (1.0 - q)) * (w * w),
            };
            variance += f / total * mine;
        }
        libm::sqrt(variance.max(0.0) / self.all.reports as f64) / (p - q)
    }

    /// `scale`·a/b. `signed`: it may well be 0, so that its nearness to 0 is no reason to keep it back.
    fn ratio(&self, name: &'static str, group: &str, a: &[f64], b: &[f64], scale: f64, signed: bool) -> Figure {
        let below = self.sum(b);
        let mut figure = Figure { name, group: group.into(), value: None, standard_error: None, interval: None };
        if below <= Z * self.error(b) {
            return figure;
        }
        let ratio = self.sum(a) / below;
        let w: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ratio * b) / below).collect();
        figure.tell(scale * ratio, scale * self.error(&w), signed);
        figure
    }

    /// `scale`·a, and `fixed` more.
    fn plain(&self, name: &'static str, group: &str, a: &[f64], scale: f64, fixed: f64) -> Figure {
        let mut figure = Figure { name, group: group.into(), value: None, standard_error: None, interval: None };
        let (sum, error) = (scale * self.sum(a), scale * self.error(a));
        figure.tell(sum + fixed, error, true);
        figure.value = figure.value.filter(|_| sum > Z * error);
        figure
    }
}

impl Figure {
    fn tell(&mut self, value: f64, error: f64, signed: bool) {
        self.standard_error = Some(error);
        self.interval = Some([value - Z * error, value + Z * error]);
        self.value = Some(value).filter(|v| signed || *v > Z * error);
    }
}

/// All that can be worked out of a file's shares.
pub(super) fn figures(named: &NamedSchema, series: &[Series], costs: Option<&Costs>) -> Vec<Figure> {
    let mut out = Vec::new();
    let reported: u64 = series.iter().map(|s| s.all.reports).sum();
    for s in series {
        let Some(about) = named.schema.metrics().iter().find(|m| m.metric() == s.metric) else { continue };
        let grouping = named.schema.grouping();
        let of = |k| {
            let m = meaning(s.metric, k, grouping);
            let group = m.group.and_then(|g| grouping.groups.get(g)).cloned().unwrap_or_default();
            (m, group)
        };
        let symbols = about.domain().iter().map(|k| of(*k)).collect();
        let shares = Shares { noise: about.noise(), all: &s.all, symbols };
        metric(s.metric, &shares, grouping.exponent, &mut out);
        if let (Metric::OrderValue, Some(costs)) = (s.metric, costs) {
            returns(&shares, grouping.exponent, costs, reported as f64, &mut out);
        }
    }
    out.extend(retention(named, series));
    out
}

fn code(m: &Meaning, codes: &[&str]) -> f64 {
    f64::from(u8::from(m.code.is_some_and(|c| codes.contains(&c))))
}

fn metric(metric: Metric, s: &Shares<'_>, exponent: u8, out: &mut Vec<Figure>) {
    let with = |codes: &'static [&'static str]| s.weights(&|m| code(m, codes));
    let any = s.weights(&|_| 1.0);
    let from = |least: u64| s.weights(&|m| f64::from(u8::from(m.from.is_some_and(|f| f >= least))));
    match metric {
        Metric::FunnelStage => {
            out.push(s.ratio("conversion", "", &with(&["purchase"]), &any, 1.0, false));
            out.push(s.ratio("to_cart", "", &with(&["cart", "checkout", "purchase"]), &any, 1.0, false));
        }
        Metric::ActiveDays => {
            out.push(s.plain("back_after_a_week", "", &from(0), 1.0, 0.0));
            let weeks = s.weights(&|m| code(m, &["from", "weeks_ago"]));
            out.push(s.plain("back_within_four_weeks", "", &weeks, 1.0, 0.0));
            let days = s.weights(&|m| m.from.unwrap_or(0) as f64);
            out.push(s.ratio("days_a_week", "", &days, &from(0), 1.0, false));
        }
        Metric::NpsBand => {
            let score = s.weights(&|m| code(m, &["promoter"]) - code(m, &["detractor"]));
            out.push(s.ratio("nps", "", &score, &any, 100.0, true));
        }
        Metric::SatisfactionBand => out.push(s.ratio("satisfaction", "", &with(&["satisfied"]), &any, 1.0, false)),
        Metric::RecommendationClick => out.push(s.ratio("click_rate", "", &with(&["from"]), &any, 1.0, false)),
        Metric::RepeatPurchase => out.push(s.ratio("repeat_rate", "", &from(2), &any, 1.0, false)),
        Metric::CouponOutcome => each_group(s, "coupon_conversion", &["used"], out),
        Metric::Campaign => each_group(s, "participation", &["chosen", "used"], out),
        Metric::OrderValue => {
            let worth = s.weights(&|m| m.from.unwrap_or(0) as f64);
            out.push(s.ratio("order_value", "", &worth, &any, 1.0 / ten(exponent), false));
        }
        Metric::CategoryInterest | Metric::ConversionChannel | Metric::Cluster => {}
    }
}

/// A rate over all groups, and of each.
fn each_group(s: &Shares<'_>, name: &'static str, codes: &[&str], out: &mut Vec<Figure>) {
    let mut groups: Vec<&str> = vec![""];
    for (_, g) in &s.symbols {
        if !groups.contains(&g.as_str()) {
            groups.push(g);
        }
    }
    for g in groups {
        let mine = |of: &dyn Fn(&Meaning) -> f64| -> Vec<f64> {
            let weight = |(m, group): &(Meaning, String)| if g.is_empty() || group == g { of(m) } else { 0.0 };
            std::iter::once(0.0).chain(s.symbols.iter().map(weight)).collect()
        };
        out.push(s.ratio(name, g, &mine(&|m| code(m, codes)), &mine(&|_| 1.0), 1.0, false));
    }
}

/// The return on each campaign's cost: (margin · worth of its orders − cost) / cost.
fn returns(s: &Shares<'_>, exponent: u8, costs: &Costs, reported: f64, out: &mut Vec<Figure>) {
    for (campaign, cost) in
        costs.costs.iter().filter(|(name, c)| **c > 0.0 && s.symbols.iter().any(|(_, group)| group == *name))
    {
        let weight = |(m, group): &(Meaning, String)| if group == campaign { m.from.unwrap_or(0) as f64 } else { 0.0 };
        let worth: Vec<f64> = std::iter::once(0.0).chain(s.symbols.iter().map(weight)).collect();
        let scale = costs.shoppers.unwrap_or(reported) * costs.margin / ten(exponent) / cost;
        out.push(s.plain("return_on_cost", campaign, &worth, scale, -1.0));
    }
}

/// Of those who reported in a week, how many do so in the next: of pairs of weeks that follow each other, all together.
fn retention(named: &NamedSchema, series: &[Series]) -> Option<Figure> {
    let mut reported: BTreeMap<i32, u64> = BTreeMap::new();
    series.iter().flat_map(|s| &s.epochs).for_each(|(epoch, e)| *reported.entry(epoch.0).or_default() += e.reports);
    let days = series.iter().find(|s| s.metric == Metric::ActiveDays)?;
    let about = named.schema.metrics().iter().find(|m| m.metric() == Metric::ActiveDays)?;
    let (mut before, mut back, mut variance) = (0.0, 0.0, 0.0);
    for (epoch, e) in &days.epochs {
        let Some(last) = reported.get(&(epoch.0 - 1)) else { continue };
        let symbols =
            about.domain().iter().map(|k| (meaning(Metric::ActiveDays, *k, named.schema.grouping()), String::new()));
        let s = Shares { noise: about.noise(), all: e, symbols: symbols.collect() };
        let here = s.weights(&|m| code(m, &["from"]));
        let now = reported[&epoch.0] as f64;
        let error = now * s.error(&here);
        before += *last as f64;
        back += now * s.sum(&here);
        variance += error * error;
    }
    let mut figure =
        Figure { name: "retention", group: String::new(), value: None, standard_error: None, interval: None };
    if before > 0.0 {
        figure.tell(back / before, libm::sqrt(variance) / before, false);
    }
    Some(figure)
}

fn ten(exponent: u8) -> f64 {
    (0..exponent.min(6)).fold(1.0, |ten, _| ten * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Key;
    use crate::privacy::ledger::Epoch;
    use crate::privacy::noise::Epsilon;
    use crate::random::Random;
    use crate::report::accuracy::noised;
    use crate::report::{Asked, Estimate, Grouping, ReportSchema};

    /// A schema that asks for one metric, and the series of a crowd with these true counts.
    fn crowd(metric: Metric, domain: Vec<Key>, truth: &[u64], random: &mut Random) -> (NamedSchema, Series) {
        let asked: Vec<Asked> = vec![(metric, 1, domain)];
        let schema = ReportSchema::of(Epsilon::MOST, asked, Grouping::default()).expect("a schema");
        let noise = *schema.metrics()[0].noise();
        let n = truth.iter().sum();
        let symbols = noised(&noise, truth, random).into_iter().map(|c| Estimate::new(&noise, c, n)).collect();
        let all = Estimates { reports: n, symbols };
        let named = NamedSchema::new(schema, |_| None);
        (named, Series { metric, all: all.clone(), epochs: vec![(Epoch(2968), all)] })
    }

    /// The interval of a ratio holds the true one in 95 of 100 crowds, for both mechanisms: three errors of that count are 93.5 to 96.5 %.
    #[test]
    fn intervals_of_figures_hold_the_truth_as_often_as_they_say() {
        let keys = |n: u64| (1..=n).map(Key).collect::<Vec<_>>();
        let stages = [3_000, 2_000, 5_000, 1_500, 500, 4_000];
        let mut bands = vec![20_000_u64];
        bands.extend((0..40).map(|i| 400 + 10 * i));
        let cases = [
            (Metric::FunnelStage, keys(5), stages.to_vec(), "conversion", 4_000.0 / 13_000.0),
            (Metric::NpsBand, keys(3), vec![4_000, 1_000, 2_000, 3_000], "nps", 100.0 * 2_000.0 / 6_000.0),
            // Bands from 1 to 40: of those with an order, all but the first band have two or more.
            (
                Metric::RepeatPurchase,
                keys(40),
                bands.clone(),
                "repeat_rate",
                1.0 - 400.0 / (bands[1..].iter().sum::<u64>() as f64),
            ),
        ];
        for (metric, domain, truth, name, is) in cases {
            let mut random = Random::new(11);
            let (mut held, mut told) = (0, 0);
            for _ in 0..2_000 {
                let (named, series) = crowd(metric, domain.clone(), &truth, &mut random);
                let all = figures(&named, &[series], None);
                let figure = all.iter().find(|f| f.name == name).expect("a figure");
                let [low, high] = figure.interval.expect("enough reports");
                held += u32::from((low..=high).contains(&is));
                told += u32::from(figure.value.is_some());
            }
            assert!((1_870..=1_930).contains(&held), "{name}: {held} of 2,000");
            assert_eq!(told, 2_000, "{name} is far from noise");
        }
    }

    #[test]
    fn what_cannot_be_told_from_noise_is_held_back() {
        let mut random = Random::new(3);
        let keys: Vec<Key> = (1..=5).map(Key).collect();
        let held_back = |truth: &[u64], random: &mut Random| {
            let (named, series) = crowd(Metric::FunnelStage, keys.clone(), truth, random);
            figures(&named, &[series], None).into_iter().find(|f| f.name == "conversion").expect("a figure")
        };
        let few = held_back(&[20, 1, 0, 0, 0, 0], &mut random);
        assert_eq!((few.value, few.standard_error, few.interval), (None, None, None), "nothing to divide by");
        let mut told = 0;
        for _ in 0..1_000 {
            let none = held_back(&[2_000, 8_000, 8_000, 0, 0, 0], &mut random);
            told += u32::from(none.value.is_some());
            assert!(none.interval.is_some());
        }
        // One of 40 lies above its interval's half by chance.
        assert!(told < 45, "{told} of 1,000 orders that nobody placed");
    }
}
