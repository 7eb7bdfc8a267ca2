//! What a pack must not say: pairs that too few shoppers are behind; and what an evaluation must not know: the answers.

use super::{read, shuffle};
use nearshelf::builder::counts::REACH;
use nearshelf::builder::evaluate::{self, evaluate};
use nearshelf::builder::metrics::Prediction;
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::split::{Part, Split};
use nearshelf::catalog::Catalog;
use nearshelf::id::Row;
use nearshelf::pack::Pack;
use nearshelf::rank::Tables;
use nearshelf::rank::table::TableKind;
use nearshelf::shop::synthetic::{Size, write};
use nearshelf::shop::{Shop, Silent};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Shoppers behind each pair of ids, counted from the log the long way: (in order within [`REACH`] steps, in one visit).
type Shoppers<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<u32>>;

fn recount(shop: &Shop) -> (Shoppers<'_>, Shoppers<'_>) {
    let (mut following, mut together) = (Shoppers::new(), Shoppers::new());
    for s in &shop.log.sessions {
        let ids: Vec<&str> = s.steps.iter().map(|x| shop.products[x.product as usize].id.as_str()).collect();
        for (i, a) in ids.iter().enumerate() {
            for b in ids.iter().skip(i + 1).take(REACH) {
                following.entry((a, b)).or_default().insert(s.shopper);
            }
            for b in ids.iter().filter(|b| *b != a) {
                together.entry((a, b)).or_default().insert(s.shopper);
            }
        }
    }
    (following, together)
}

/// Holds every pair that a shop's pack publishes against the log; answers with how many there are.
pub(crate) fn no_pair_lacks_support(shop: &Shop, k: u32) -> usize {
    let options = Options { min_support: Some(k), ..Options::default() };
    let pack = Pack::open(build(shop, &options, &Silent).expect("a pack")).expect("a good pack");
    let c = Catalog::open(pack).expect("a catalogue");
    let tables = Tables::open(c.pack(), c.len()).expect("tables");
    let (following, together) = recount(shop);
    let mut shoppers: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for s in &shop.log.sessions {
        for x in &s.steps {
            shoppers.entry(&shop.products[x.product as usize].id).or_default().insert(s.shopper);
        }
    }
    let behind = |of: Option<&BTreeSet<u32>>| of.map_or(0, BTreeSet::len);
    let mut pairs = 0;
    for row in (0..c.len() as u32).map(Row) {
        assert!(c.popularity(row) == 0 || behind(shoppers.get(c.id(row))) >= k as usize, "{}", c.id(row));
        for (kind, counted) in [(TableKind::Next, &following), (TableKind::Together, &together)] {
            tables.of(kind).for_each(c.pack(), row, |other, _| {
                pairs += 1;
                let pair = (c.id(row), c.id(other));
                assert!(behind(counted.get(&pair)) >= k as usize, "{kind:?}: {pair:?}");
                assert!(c.popularity(row) > 0 && c.popularity(other) > 0, "{kind:?}: {pair:?}");
            });
        }
    }
    pairs
}

fn synthetic(products: u32, visits: u64, shoppers: u64) -> (tempfile::TempDir, Shop) {
    let dir = tempfile::tempdir().expect("a folder");
    write(Size { products, visits, shoppers, seed: 3 }, dir.path(), &Silent).expect("written");
    let shop = read(dir.path());
    (dir, shop)
}

#[test]
fn every_published_pair_has_its_shoppers() {
    let (_dir, shop) = synthetic(400, 2_500, 300);
    let counts = [1, 2, 5].map(|k| no_pair_lacks_support(&shop, k));
    assert!(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 100, "{counts:?}");
}

fn hits(predictions: &[Prediction], lists: impl Fn(usize) -> Vec<String>) -> f64 {
    let hit = |(i, p): (usize, &Prediction)| f64::from(u8::from(lists(i).contains(&p.target)));
    predictions.iter().enumerate().map(hit).sum::<f64>() / predictions.len() as f64
}

/// HR@20 of predictions; of the same lists when each is given another step's list; of the 20 most frequent answers.
pub(crate) fn hit_rates(predictions: &[Prediction]) -> [f64; 3] {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    predictions.iter().for_each(|p| *counts.entry(&p.target).or_default() += 1);
    let mut popular: Vec<(&str, usize)> = counts.into_iter().collect();
    popular.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let popular: Vec<String> = popular.into_iter().take(20).map(|(id, _)| id.to_string()).collect();
    let mut other: Vec<usize> = (0..predictions.len()).collect();
    shuffle(&mut other);
    [
        hits(predictions, |i| predictions[i].list.clone()),
        hits(predictions, |i| predictions[other[i]].list.clone()),
        hits(predictions, |_| popular.clone()),
    ]
}

#[test]
fn with_shuffled_answers_quality_falls_to_that_of_what_is_popular() {
    let (dir, shop) = synthetic(600, 4_000, 700);
    let split = r#"{"protocol":"sessions","valid_from":3000,"test_from":3500}"#;
    fs::write(dir.path().join("split.json"), split).expect("written");
    let split = Split::read(dir.path()).expect("a split");
    let options = evaluate::Options { part: Part::Test, k: 1, histories: &[], diversity: 0, exploration: None };
    let result = evaluate(&shop, &split, options, &Silent).expect("an evaluation");
    let [real, shuffled, popular] = hit_rates(&result.predictions);
    assert_eq!(result.predictions.len(), result.metrics.events);
    // 20 of 600 at random would be 0.03. Lists that know nothing of the step are no better than the best list for all steps.
    assert!(real > 2.0 * shuffled, "{real} {shuffled} {popular}");
    assert!(shuffled < popular * 1.05, "{real} {shuffled} {popular}");
}
