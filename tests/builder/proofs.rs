//! What a pack must not say: pairs that too few shoppers are behind; and what an evaluation must not know: the answers.

use super::{read, shuffle};
use nearshelf::builder::counts::REACH;
use nearshelf::builder::evaluate::{self, evaluate};
use nearshelf::builder::metrics::Prediction;
use nearshelf::builder::pack::{Options, build};
use nearshelf::builder::split::{Part, Split};
use nearshelf::catalog::Catalog;
use nearshelf::id::Row;
use nearshelf::pack::{Pack, Tag};
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

/// Visits around which pairs below the threshold stand.
const CROWD: usize = 400;

/// The shop of a log in which no pair across the crowd's four groups has `k` shoppers. Of two such shops the one has `swapped` partners: each
/// product keeps its visits, its shoppers and its place among them, and only with what it stands in them is another. The pairs are the first
/// of the log, or `late`, its last.
fn shop_with_lone_pairs(k: usize, swapped: bool, late: bool) -> Shop {
    let dir = tempfile::tempdir().expect("a folder");
    let mut log = String::from("session_id,item_id,timestamp,user_id,event\n");
    let mut n = 0;
    let mut visit = |items: &[&str], shopper: String| {
        for (step, item) in items.iter().enumerate() {
            let at = 1_700_000_000 + n * 3_600 + step * 10;
            log += &format!("{n},{item},{at},{shopper},purchase\n");
        }
        n += 1;
    };
    let crowd = |visit: &mut dyn FnMut(&[&str], String)| {
        for v in 0..CROWD {
            let group = ["abc", "def", "ghi", "jkl"][v % 4];
            let at = |i: usize| &group[(v / 4 + i) % 3..][..1];
            visit(&[at(0), at(1), at(0)], format!("u{}", v % 90));
        }
    };
    let lone = |visit: &mut dyn FnMut(&[&str], String)| {
        // One shopper fewer than the threshold asks is behind each of these pairs.
        for i in 0..k - 1 {
            visit(&["a", if swapped { "j" } else { "d" }], format!("one{i}"));
            visit(&["g", if swapped { "d" } else { "j" }], format!("two{i}"));
        }
        // m and n have their shoppers, and none of their pairs has: they turn to all products of a group by turns.
        for i in 0..k {
            let [with_m, with_n] = if swapped { ["def", "abc"] } else { ["abc", "def"] };
            visit(&["m", &with_m[i % 3..][..1]], format!("three{i}"));
            visit(&["n", &with_n[i % 3..][..1]], format!("four{i}"));
        }
    };
    if late {
        crowd(&mut visit);
        lone(&mut visit);
    } else {
        lone(&mut visit);
        crowd(&mut visit);
    }
    fs::write(dir.path().join("interactions.csv"), log).expect("written");
    // A shop without an id goes by the name of its folder, and these two have different ones.
    let settings = "[shop]\nid = \"lone\"\n[tables]\nlinear = true\nembedding = true\n[together]\nmin_count = 1\n";
    fs::write(dir.path().join("shop.toml"), settings).expect("written");
    read(dir.path())
}

/// The names of the sections in which two packs differ, each once; a table's with its number.
fn differences(one: &[u8], other: &[u8]) -> BTreeSet<String> {
    let open = |bytes: &[u8]| Pack::open(bytes.to_vec()).expect("a good pack");
    let (one, other) = (open(one), open(other));
    let names = |p: &Pack| p.sections().iter().map(|s| (s.tag, s.key)).collect::<BTreeSet<_>>();
    let all: BTreeSet<_> = names(&one).union(&names(&other)).copied().collect();
    let differs = all.into_iter().filter(|(tag, key)| one.section(*tag, *key) != other.section(*tag, *key));
    differs.map(|(tag, key)| if tag == Tag::TABLE { format!("{} {key}", tag.name()) } else { tag.name() }).collect()
}

#[test]
fn a_pair_below_the_threshold_leaves_no_trace_in_what_is_counted() {
    let pack = |shop: &Shop, k: usize| {
        let options = Options { min_support: Some(k as u32), ..Options::default() };
        build(shop, &options, &Silent).expect("a pack")
    };
    for k in [2, 3, 5] {
        let early = [false, true].map(|swapped| shop_with_lone_pairs(k, swapped, false));
        let [one, other] = [pack(&early[0], k), pack(&early[1], k)];
        assert_eq!(differences(&one, &other), BTreeSet::new(), "K = {k}");
        assert!(one == other, "K = {k}: no byte of the pack");
        // Where the pairs are among the visits that the curves are learnt from, these may differ, and nothing else.
        let late = [false, true].map(|swapped| pack(&shop_with_lone_pairs(k, swapped, true), k));
        let mut found = differences(&late[0], &late[1]);
        found.remove("BLND");
        assert_eq!(found, BTreeSet::new(), "K = {k}");
        // The same two shops with every pair counted: the comparison does see them.
        let seen = differences(&pack(&early[0], 1), &pack(&early[1], 1));
        for section in ["TABL 0", "TABL 1", "TABL 2", "TABL 3", "EMBD", "ASSO"] {
            assert!(seen.contains(section), "{section} of {seen:?}");
        }
    }
}
