//! Measures of next-item prediction over all events, all items ranked.

use crate::catalog::Catalog;
use crate::id::Row;
use crate::rank::Traits;
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

/// How unlike one another the products of a list are; nothing for a catalogue without categories, brands and prices.
///
/// ILD@20: intra-list distance, the mean over lists of two or more of the mean over their pairs of one minus
/// [`Traits::similarity`] (Ziegler et al., "Improving recommendation lists through topic diversification", WWW 2005, section 3.3,
/// as a distance). CAT@20: mean number of categories in a list.
pub fn variety(catalog: &Catalog, predictions: &[Prediction]) -> Vec<(&'static str, f64)> {
    let prices = (0..catalog.len() as u32).any(|row| catalog.price(Row(row)).now.is_some());
    if catalog.category_count() == 0 && catalog.brand_count() == 0 && !prices {
        return Vec::new();
    }
    let (mut distance, mut lists, mut categories) = (0.0, 0_usize, 0_usize);
    for p in predictions {
        let rows: Vec<Row> = p.list.iter().take(CUT).filter_map(|id| catalog.find(id)).map(|f| f.row).collect();
        categories += rows.iter().filter_map(|r| catalog.category(*r)).collect::<BTreeSet<_>>().len();
        let traits: Vec<Traits> = rows.iter().map(|r| Traits::of(catalog, *r)).collect();
        let pairs = traits.iter().enumerate().flat_map(|(i, a)| traits[..i].iter().map(|b| a.similarity(b)));
        let (sum, n) = pairs.fold((0_i64, 0_i64), |(sum, n), s| (sum + s, n + 1));
        if n > 0 {
            distance += 1.0 - sum as f64 / n as f64 / f64::from(1_u32 << 20);
            lists += 1;
        }
    }
    let mean = |sum: f64, n: usize| sum / n.max(1) as f64;
    vec![("ILD@20", mean(distance, lists)), ("CAT@20", mean(categories as f64, predictions.len()))]
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

    #[test]
    fn variety_is_measured_where_there_is_a_catalogue_to_measure_it_by() {
        use crate::pack::Pack;
        let pack = Pack::open(include_bytes!("../../tests/compat/pack-v1.pack").to_vec()).expect("the frozen pack");
        let catalog = Catalog::open(pack).expect("a catalogue");
        let list = |rows: &[u32]| Prediction {
            event: String::new(),
            list: rows.iter().map(|r| catalog.id(Row(*r)).to_string()).collect(),
            target: String::new(),
            repeat: false,
        };
        let traits = |row| Traits::of(&catalog, Row(row));
        let far =
            (1..catalog.len() as u32).find(|r| traits(0).similarity(&traits(*r)) == 0).expect("one unlike the first");
        let alike = traits(0).similarity(&traits(1)) as f64 / f64::from(1 << 20);
        let measured = variety(&catalog, &[list(&[0, far]), list(&[0, 1]), list(&[0])]);
        let categories =
            |rows: [u32; 2]| rows.map(|r| catalog.category(Row(r))).into_iter().collect::<BTreeSet<_>>().len();
        let mean = (categories([0, far]) + categories([0, 1]) + 1) as f64 / 3.0;
        assert_eq!(measured, [("ILD@20", (1.0 + 1.0 - alike) / 2.0), ("CAT@20", mean)]);
    }
}
