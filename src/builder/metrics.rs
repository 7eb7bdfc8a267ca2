//! Measures of next-item prediction over all events, all items ranked.

use std::collections::{BTreeMap, BTreeSet};

/// One predicted step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// `<session>:<steps known>`.
    pub event: String,
    /// Up to 20 product ids, best first.
    pub list: Vec<String>,
    /// What came next.
    pub target: String,
    /// True when it had been seen in the visit.
    pub repeat: bool,
}

/// The measures, in the order they are printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics {
    /// Name and value.
    pub values: Vec<(&'static str, f64)>,
    /// Predicted steps.
    pub events: usize,
}

const CUT: usize = 20;

/// Computes the measures. `training` is how often each product occurs in the training part.
///
/// HR@k: share of steps whose product is among the first k. MRR@20: mean of 1/rank. NDCG@10: mean of 1/log2(1+rank).
/// COV@20: share of the training part's products that appear in some list. POP@20: mean count of the listed products
/// relative to the largest. TAIL_HR@20: HR@20 where the product is outside the most popular tenth. NOV_HR@20: HR@20 where
/// it had not been seen in the visit. FILL@20: mean length of the lists over 20.
pub fn metrics(predictions: &[Prediction], training: &BTreeMap<&str, u64>) -> Metrics {
    let rank = |p: &Prediction| p.list.iter().take(CUT).position(|x| *x == p.target).map(|i| i + 1);
    let ranks: Vec<Option<usize>> = predictions.iter().map(rank).collect();
    let mean = |n: usize, sum: f64| sum / n.max(1) as f64;
    let n = predictions.len();
    let within = |k: usize| ranks.iter().flatten().filter(|r| **r <= k).count() as f64;
    let mrr: f64 = ranks.iter().flatten().map(|r| 1.0 / *r as f64).sum();
    let ndcg: f64 = ranks.iter().flatten().filter(|r| **r <= 10).map(|r| 1.0 / libm::log2(1.0 + *r as f64)).sum();

    let most = training.values().copied().max().unwrap_or(1) as f64;
    let mut covered: BTreeSet<&str> = BTreeSet::new();
    let (mut listed, mut popularity) = (0_usize, 0.0);
    for p in predictions {
        listed += p.list.len();
        for item in &p.list {
            if let Some(count) = training.get(item.as_str()) {
                covered.insert(item);
                popularity += *count as f64 / most;
            }
        }
    }
    let head = most_popular_tenth(training);
    let share = |keep: &dyn Fn(&Prediction) -> bool| {
        let kept: Vec<_> = predictions.iter().zip(&ranks).filter(|(p, _)| keep(p)).collect();
        mean(kept.len(), kept.iter().filter(|(_, r)| r.is_some()).count() as f64)
    };
    let values = vec![
        ("HR@20", mean(n, within(CUT))),
        ("MRR@20", mean(n, mrr)),
        ("HR@10", mean(n, within(10))),
        ("NDCG@10", mean(n, ndcg)),
        ("HR@5", mean(n, within(5))),
        ("COV@20", mean(training.len(), covered.len() as f64)),
        ("POP@20", mean(listed, popularity)),
        ("TAIL_HR@20", share(&|p| !head.contains(p.target.as_str()))),
        ("NOV_HR@20", share(&|p| !p.repeat)),
        ("FILL@20", mean(n * CUT, listed as f64)),
    ];
    Metrics { values, events: n }
}

/// The most popular tenth of the training part's products, at least one; ties by id, as numbers where ids are numbers.
fn most_popular_tenth<'a>(training: &BTreeMap<&'a str, u64>) -> BTreeSet<&'a str> {
    let mut all: Vec<(&str, u64)> = training.iter().map(|(id, n)| (*id, *n)).collect();
    all.sort_by(|a, b| {
        let by_id = match (a.0.parse::<i64>(), b.0.parse::<i64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            _ => a.0.cmp(b.0),
        };
        b.1.cmp(&a.1).then(by_id)
    });
    all.into_iter().take((training.len() / 10).max(1)).map(|(id, _)| id).collect()
}

impl Metrics {
    /// A measure by its name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measures_are_those_of_the_definition() {
        let p = |list: &[&str], target: &str, repeat| Prediction {
            event: String::new(),
            list: list.iter().map(|s| s.to_string()).collect(),
            target: target.into(),
            repeat,
        };
        let training: BTreeMap<&str, u64> = [("1", 8), ("2", 4), ("3", 2)].into();
        let all = [p(&["1", "2"], "1", true), p(&["1", "3"], "3", false), p(&[], "2", false), p(&["2"], "1", false)];
        let m = metrics(&all, &training);
        let near = |name: &str, want: f64| {
            let got = m.get(name).expect(name);
            assert!((got - want).abs() < 1e-12, "{name}: {got}, not {want}");
        };
        near("HR@20", 0.5);
        near("MRR@20", (1.0 + 0.5) / 4.0);
        near("NDCG@10", (1.0 + 1.0 / libm::log2(3.0)) / 4.0);
        near("COV@20", 1.0);
        near("POP@20", (1.0 + 0.5 + 1.0 + 0.25 + 0.5) / 5.0);
        near("TAIL_HR@20", 0.5);
        near("NOV_HR@20", 1.0 / 3.0);
        near("FILL@20", 5.0 / 80.0);
    }
}
