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
use nearshelf::shop::{LogStep, Session, Shop, Silent};
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

pub(crate) fn synthetic(products: u32, visits: u64, shoppers: u64) -> (tempfile::TempDir, Shop) {
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

/// HR@20 of predictions, and that of the 20 most frequent answers: the best list that is the same for every step.
pub(crate) fn hit_rates(predictions: &[Prediction]) -> [f64; 2] {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    predictions.iter().for_each(|p| *counts.entry(&p.target).or_default() += 1);
    let mut popular: Vec<(&str, usize)> = counts.into_iter().collect();
    popular.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let popular: Vec<String> = popular.into_iter().take(20).map(|(id, _)| id.to_string()).collect();
    [hits(predictions, |i| predictions[i].list.clone()), hits(predictions, |_| popular.clone())]
}

/// The shop of a log whose visits from `test_from` on swapped the products of the steps that are predicted: those behind a visit's first one, on
/// products of earlier visits. How often each occurs stays, and nothing before a step tells of it.
pub(crate) fn with_shuffled_targets(shop: &Shop, test_from: i64) -> Shop {
    let mut shop = shop.clone();
    let is_test = |s: &Session| s.id.parse::<i64>().is_ok_and(|id| id >= test_from);
    let training = shop.log.sessions.iter().filter(|s| !is_test(s));
    let known: BTreeSet<u32> = training.flat_map(|s| s.steps.iter().map(|x| x.product)).collect();
    let steps = |shop: &mut Shop, visit: &mut dyn FnMut(&mut LogStep)| {
        let tests = shop.log.sessions.iter_mut().filter(|s| is_test(s));
        tests.for_each(|s| s.steps.iter_mut().filter(|x| known.contains(&x.product)).skip(1).for_each(&mut *visit));
    };
    let mut products = Vec::new();
    steps(&mut shop, &mut |x| products.push(x.product));
    shuffle(&mut products);
    let mut next = products.into_iter();
    steps(&mut shop, &mut |x| x.product = next.next().expect("as many"));
    shop
}

const TEST: evaluate::Options<'static> =
    evaluate::Options { part: Part::Test, k: 1, histories: &[], diversity: 0, exploration: None };

#[test]
fn where_answers_are_shuffled_in_the_log_quality_falls_to_that_of_what_is_popular() {
    let (dir, shop) = synthetic(600, 4_000, 700);
    let split = r#"{"protocol":"sessions","valid_from":3000,"test_from":3500}"#;
    fs::write(dir.path().join("split.json"), split).expect("written");
    let split = Split::read(dir.path()).expect("a split");
    let run = |shop: &Shop| {
        let result = evaluate(shop, &split, TEST, &Silent).expect("an evaluation");
        assert_eq!(result.predictions.len(), result.metrics.events);
        result
    };
    let (plain, turned) = (run(&shop), run(&with_shuffled_targets(&shop, 3500)));
    assert!(plain.pack == turned.pack && plain.metrics.events == turned.metrics.events);
    let [[real, popular], [shuffled, same]] = [&plain, &turned].map(|r| hit_rates(&r.predictions));
    // The answers are the same ones, so the best list for all steps is too. 20 of 600 at random would be 0.03.
    assert!((popular - same).abs() < 1e-9, "{popular} {same}");
    assert!(real > 2.0 * popular, "{real} {popular}");
    assert!(shuffled < popular * 1.05, "{real} {shuffled} {popular}");
}

#[test]
fn weights_are_learnt_from_validation_visits_and_not_from_test_visits() {
    let (dir, shop) = synthetic(300, 2_000, 400);
    let split = r#"{"protocol":"sessions","valid_from":1400,"test_from":1700}"#;
    fs::write(dir.path().join("split.json"), split).expect("written");
    let split = Split::read(dir.path()).expect("a split");
    // The same visits with other products in those of a range.
    let turned = |visits: std::ops::Range<i64>| {
        let mut shop = shop.clone();
        let products = shop.products.len() as u32;
        for s in shop.log.sessions.iter_mut().filter(|s| s.id.parse().is_ok_and(|id| visits.contains(&id))) {
            s.steps.iter_mut().for_each(|x| x.product = (x.product * 7 + 1) % products);
        }
        shop
    };
    let run = |shop: &Shop| evaluate(shop, &split, TEST, &Silent).expect("an evaluation");
    let (plain, test, valid) = (run(&shop), run(&turned(1_700..2_000)), run(&turned(1_400..1_700)));
    assert!(!plain.blend.curves.is_empty(), "there was enough to learn from");
    assert_ne!(plain.predictions, test.predictions, "the visits did change");
    assert_eq!(plain.blend, test.blend);
    assert!(plain.pack == test.pack, "nor does the pack know of them");
    assert_ne!(plain.blend, valid.blend);
    let section = |pack: &[u8]| {
        Pack::open(pack.to_vec()).expect("a good pack").section(Tag::BLEND, 0).map(<[u8]>::to_vec).expect("a blend")
    };
    assert_eq!(section(&plain.pack), plain.blend.write(), "what was learnt is what is replayed");
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
