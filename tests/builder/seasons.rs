//! What was put into a log of the time of the year and of kinds of shoppers is found again, and nothing that was not.

use super::{read, shuffle};
use nearshelf::builder::assemble::assemble;
use nearshelf::builder::cluster::{Fitted, fit};
use nearshelf::builder::counts::Recipe;
use nearshelf::builder::season::Learnt;
use nearshelf::catalog::Catalog;
use nearshelf::codec::Reader;
use nearshelf::error::Error;
use nearshelf::pack::{Pack, Tag};
use nearshelf::random::Random;
use nearshelf::rank::Blend;
use nearshelf::rank::season::MONTHS;
use nearshelf::shop::{Shop, Silent};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const DAY: u64 = 86_400;
/// 2023-01-01.
const START: u64 = 1_672_531_200;

fn write(dir: &Path, name: &str, text: &str) {
    fs::write(dir.join(name), text).expect("written");
}

fn pack_of(shop: &Shop, k: u32) -> Result<Pack, Error> {
    let sessions = &shop.log.sessions;
    let recipe = Recipe::of(sessions, shop, k);
    Pack::open(assemble(shop, sessions, recipe, &Blend::default(), &Silent)?)
}

/// Per cent of each month, by category.
fn indices(pack: &Pack) -> BTreeMap<String, [f64; MONTHS]> {
    let c = Catalog::open(Pack::open(pack.bytes().to_vec()).expect("a pack")).expect("a catalogue");
    let Some(section) = pack.section(Tag::SEASON, 0) else { return BTreeMap::new() };
    let mut r = Reader::new(section);
    let (zone, doubling, n) = (r.i32(), r.u32(), r.count(16));
    assert!(zone == 0 && doubling > 1_000, "{zone} {doubling}");
    let mut row = || {
        let (path, months) = (c.category_path(r.u32()).to_string(), r.take(MONTHS));
        (path, std::array::from_fn(|m| 100.0 * libm::exp2(f64::from(months[m] as i8) / 32.0)))
    };
    (0..n).map(|_| row()).collect()
}

/// A shop that grows to three times its size in `days`: a tenth of the visits to candles, four tenths in December and two in November; a niche of few
/// shoppers; the others to tea.
fn growing(dir: &Path, days: u64) {
    write(
        dir,
        "catalog.csv",
        "id,title,product_type\n1,Candle,Home > Candles\n2,Tea,Food > Tea\n3,Cup,Food > Cups\n4,Niche,Food > Rare\n",
    );
    let mut log = String::from("session_id,item_id,timestamp\n");
    let (mut random, mut visit) = (Random::new(7), 0);
    for day in 0..days {
        let month = day % 365 * 12 / 365;
        let candles = match month {
            11 => 0.4,
            10 => 0.2,
            _ => 0.1,
        };
        for _ in 0..40 + 80 * day / days {
            let item = if random.unit() < candles { 1 } else { 2 + u64::from(random.unit() < 0.3) };
            visit += 1;
            log += &format!("{visit},{item},{}\n", START + day * DAY + random.below(DAY));
        }
        if day % 30 == 0 {
            visit += 1;
            log += &format!("{visit},4,{}\n", START + day * DAY);
        }
    }
    write(dir, "interactions.csv", &log);
}

#[test]
fn a_season_is_found_in_a_growing_shop_and_nothing_below_the_threshold() {
    let dir = tempfile::tempdir().expect("a folder");
    growing(dir.path(), 400);
    let shop = read(dir.path());
    assert_eq!(Learnt::of(&shop, &shop.log.sessions), Learnt::From(400));
    let pack = pack_of(&shop, 6).expect("a pack");
    let found = indices(&pack);
    // The mean share of the months is (10 · .1 + .2 + .4) / 12 = .133: 300 and 150 per cent, and 75 for the others.
    let candles = found["Home > Candles"];
    assert!((260.0..=310.0).contains(&candles[11]), "December: {candles:.0?}");
    assert!((130.0..=165.0).contains(&candles[10]), "November: {candles:.0?}");
    assert!(candles[..10].iter().all(|m| (60.0..=95.0).contains(m)), "a growing shop is no season: {candles:.0?}");
    let food = found["Food"];
    assert!((60.0..=80.0).contains(&food[11]) && (95.0..=110.0).contains(&food[5]), "the others' share: {food:.0?}");
    // A few visits a month are nobody's season: the niche is as what it lies in.
    assert!(!found.contains_key("Food > Rare"), "{found:?}");
    // What lies alone in a category is as the category is: it is not told twice.
    assert!(found["Home"][11] > 250.0);
}

#[test]
fn too_short_a_log_teaches_nothing_and_the_shops_own_word_holds() {
    let dir = tempfile::tempdir().expect("a folder");
    growing(dir.path(), 380);
    let of = |settings: &str| {
        write(dir.path(), "shop.toml", settings);
        let shop = read(dir.path());
        (Learnt::of(&shop, &shop.log.sessions), pack_of(&shop, 3).map(|p| indices(&p)))
    };
    let (learnt, found) = of("");
    assert_eq!((learnt, found.expect("a pack").len()), (Learnt::Short(380), 0));
    let (learnt, found) = of("[season.categories]\n\"Food\" = { jun = 200 }\n\"Food > Tea\" = { dec = 50 }");
    let found = found.expect("a pack");
    assert_eq!((learnt, found.len()), (Learnt::Short(380), 2));
    assert_eq!((found["Food"][5], found["Food"][11]), (200.0, 100.0));
    assert_eq!((found["Food > Tea"][5], found["Food > Tea"][11]), (200.0, 50.0), "what it does not say is as above");
    // It completes what is learnt.
    let own = "[season]\nfewest_days = 365\n[season.categories]\n\"Home > Candles\" = { dec = 50 }";
    let (learnt, found) = of(own);
    let candles = found.expect("a pack")["Home > Candles"];
    assert!(learnt == Learnt::From(380) && candles[11] == 50.0 && candles[10] > 130.0, "{candles:.0?}");
    assert_eq!(of("[season]\nlearn = false").0, Learnt::Off);
    let (_, wrong) = of("[season.categories]\n\"Fod\" = { dec = 50 }");
    let wrong = wrong.expect_err("misspelt");
    assert!(wrong.code() == "bad_config" && wrong.detail().contains("Fod"), "{wrong}");
}

/// Visits of three kinds of shoppers, who turn to two categories of their own in four of five looks; of no kind with `kinds` = 1.
fn kinds(dir: &Path, kinds: u64, settings: &str) -> Shop {
    write(dir, "shop.toml", settings);
    let mut catalog = String::from("id,title,product_type\n");
    (0..12).for_each(|i| catalog += &format!("{i},Product {i},Aisle {}\n", i / 2));
    write(dir, "catalog.csv", &catalog);
    let mut random = Random::new(11);
    let mut visits: Vec<String> = Vec::new();
    for v in 0..900_u64 {
        let mut rows = String::new();
        for step in 0..6 {
            let own = kinds > 1 && random.unit() < 0.8;
            let item = if own { v % kinds * 4 + random.below(4) } else { random.below(12) };
            rows += &format!("{v},{item},{}\n", START + v * 600 + step);
        }
        visits.push(rows);
    }
    shuffle(&mut visits);
    write(dir, "interactions.csv", &format!("session_id,item_id,timestamp\n{}", visits.concat()));
    read(dir)
}

const LEARN: &str = "[clusters]\nlearn = true\n";

fn fitted(shop: &Shop, pack: &Pack) -> Fitted {
    let c = Catalog::open(Pack::open(pack.bytes().to_vec()).expect("a pack")).expect("a catalogue");
    fit(shop, &c, &shop.log.sessions, 2)
}

#[test]
fn kinds_of_shoppers_are_found_where_there_are_some_and_not_where_there_are_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let shop = kinds(dir.path(), 3, LEARN);
    let pack = pack_of(&shop, 2).expect("a pack");
    let found = fitted(&shop, &pack);
    assert_eq!((found.people, found.clusters.len()), (900, 3), "{:?}", found.tried);
    assert!(found.tried.iter().any(|(n, worth)| *n == 3 && *worth > found.everyone + 0.1), "{found:?}");
    for c in &found.clusters {
        assert!((0.30..=0.37).contains(&c.share), "{c:?}");
        let aisle: u32 = c.name.trim_start_matches("Aisle ").parse().expect("a number");
        let own: u32 = c.centroid.iter().filter(|(x, _)| x / 2 == aisle / 2).map(|(_, part)| u32::from(*part)).sum();
        assert!((52_000..62_000).contains(&own), "four fifths, and what falls on them by chance: {own}");
    }
    // The same in any order of visits, and not at all where it is not asked for.
    let section = |shop: &Shop| pack_of(shop, 2).expect("a pack").section(Tag::CLUSTER, 0).map(<[u8]>::to_vec);
    let mut turned = kinds(dir.path(), 3, LEARN);
    turned.log.sessions.reverse();
    assert!(section(&turned).is_some() && section(&turned) == section(&shop));
    assert_eq!(section(&kinds(dir.path(), 3, "")), None);
    let plain = kinds(dir.path(), 1, LEARN);
    assert!(fitted(&plain, &pack).clusters.is_empty(), "{:?}", fitted(&plain, &pack));
    assert_eq!(section(&plain), None);
}

#[test]
fn the_nearest_kind_is_a_tag_where_the_shop_wants_that() {
    let dir = tempfile::tempdir().expect("a folder");
    let section = |settings: &str| {
        let shop = kinds(dir.path(), 3, settings);
        let pack = pack_of(&shop, 2).expect("a pack");
        (fitted(&shop, &pack).clusters, pack.section(Tag::RULE_TAG, 0).map(<[u8]>::to_vec))
    };
    assert_eq!(section(LEARN).1, None);
    let own = "[tags.new]\nwhen = '{\"shopper.stage\":\"new\"}'\n";
    let (clusters, bytes) = section(&format!("{LEARN}tags = true\n{own}"));
    let bytes = bytes.expect("tags");
    let mut r = Reader::new(&bytes);
    let mut names = Vec::new();
    for _ in 0..r.count(4) {
        let name = r.str().to_string();
        let labels: Vec<_> = (0..r.count(4)).map(|_| r.str().to_string()).collect();
        let (when, days) = (r.str().to_string(), r.f64());
        if let Some(kind) = name.strip_prefix("cluster:") {
            assert_eq!(
                (labels, when, days),
                (vec![kind.to_string()], format!("{{\"shopper.cluster\":\"{kind}\"}}"), 0.0)
            );
        }
        names.push(name);
    }
    r.end().expect("whole");
    let mut expected = vec!["new".to_string()];
    expected.extend(clusters.iter().map(|c| format!("cluster:{}", c.name)));
    assert_eq!((names.len(), names), (4, expected));
}

#[test]
fn each_number_of_a_kind_has_as_many_shoppers_as_the_shop_asks_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let of = |fewest: u32| {
        let shop = kinds(dir.path(), 3, &format!("{LEARN}fewest_shoppers = {fewest}\n"));
        let pack = pack_of(&shop, 2).expect("a pack");
        fitted(&shop, &pack).clusters
    };
    // A kind has 300 shoppers, 1.2 of whose looks fall on any of six categories: each strange one has some 55 behind it.
    assert!(of(20).iter().all(|c| c.centroid.len() == 6), "{:?}", of(20));
    assert!(of(120).iter().all(|c| c.centroid.len() == 2), "{:?}", of(120));
    assert!(of(400).is_empty());
}
