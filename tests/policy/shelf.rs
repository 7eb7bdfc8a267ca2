//! A shelf that explores, its log, and the estimators over it: what the best-first shelf earns can be told without showing it alone.

use super::{files, shipped};
use crate::api::{NOW, event, id, shelf};
use nearshelf::engine::{Engine, Request, Shelf};
use nearshelf::id::Row;
use nearshelf::policy::{Policy, judge};
use nearshelf::random::Random;
use nearshelf::rank::{CERTAIN, Exploration, Explorations};
use nearshelf::shop::Silent;
use serde_json::json;
use std::collections::BTreeMap;

fn exploring(e: Exploration) -> Engine {
    let mut shelf = shelf();
    shelf.set_explorations(Explorations::new(&[(String::new(), e)]));
    shelf
}

/// A shopper who has looked at three products.
fn look(shelf: &mut Engine, random: &mut Random) {
    shelf.forget();
    for _ in 0..3 {
        let product = id(shelf, random.below(64) as u32);
        shelf.track(NOW, &[event("view_item", &product)]);
    }
}

fn row(list: &Shelf, place: usize) -> Row {
    list.items[place].row.expect("a product")
}

#[test]
fn the_estimators_tell_what_the_best_first_shelf_earns() {
    // The world: a product is clicked by its row, and less the lower it stands. Nothing the ranking knows of.
    let clicked =
        |row: Row, place: usize| (0.05 + 0.4 * f64::from(row.0 * 37 % 64) / 64.0) / (1.0 + 0.2 * place as f64);
    let mut shelf = exploring(Exploration { share: 200_000, pool: 5, from: 0 });
    let (mut random, mut lines) = (Random::new(11), String::new());
    let (shoppers, limit) = (3000, 5);
    let (mut after, mut whole) = (0.0, 0.0);
    for shopper in 0..shoppers {
        look(&mut shelf, &mut random);
        let seed = Some(random.below(1 << 53) as f64);
        let request = Request { limit, slot: "home", seed, ..Request::default() };
        let list = shelf.recommend(NOW, &request);
        let best = shelf.recommend(NOW, &Request { seed: None, ..request });
        assert!(list.personal && best.drawn.is_empty());
        for (place, drawn) in list.drawn.iter().enumerate() {
            let shown = row(&list, place);
            let reward = u8::from(random.unit() < clicked(shown, place));
            let name = |row: Row| shelf.catalog().id(row);
            let line = json!({ "item": name(shown), "propensity": drawn.propensity, "slot": "home", "position": place,
                "served": format!("{shopper}-{}", list.id), "policy": { name(drawn.best): CERTAIN }, "reward": reward });
            lines += &format!("{line}\n");
            after += clicked(drawn.best, place);
            whole += clicked(row(&best, place), place);
        }
    }
    let log = files::log(&lines);
    assert_eq!(log.rows().len(), shoppers * limit);
    let j = judge(&log, &Policy::of_rows(&log).expect("each says"), &shipped(), 1000, 1, &Silent).expect("a judgement");
    assert!(j.is_trusted(), "{:?}", j.doubts);
    let rows = log.rows().len() as f64;
    let (after, whole) = (after / rows, whole / rows);
    for (name, e) in [("IPS", j.policy.ips), ("SNIPS", j.policy.snips), ("DR", j.policy.dr)] {
        let interval = e.interval.expect("a thousand resamples");
        assert!(interval.holds(after), "{name}: {interval:?} does not hold {after}");
        assert!(interval.high - interval.low < 0.03, "{name}: {interval:?} says nothing");
    }
    // What it estimates is the best after what was shown before; a whole shelf of the best differs by less than that is known.
    assert!((after - whole).abs() < 0.005, "{after} {whole}");
}

#[test]
fn places_of_a_real_shelf_show_what_their_propensities_say() {
    let e = Exploration { share: 200_000, pool: 4, from: 0 };
    let mut shelf = exploring(e);
    look(&mut shelf, &mut Random::new(5));
    let in_stock = (20..64).find(|row| shelf.catalog().availability(Row(*row)).can_be_bought()).expect("one in stock");
    let pin = id(&shelf, in_stock);
    let request = |seed| Request {
        limit: 6,
        pins: vec![(pin.as_str(), 1)],
        per_category: 2,
        seed: Some(f64::from(seed)),
        ..Request::default()
    };
    // Of each place after each beginning: how often each product was shown, and how likely that was said to be.
    type Seen = BTreeMap<Row, (f64, u32)>;
    let mut seen: BTreeMap<Vec<Row>, (Seen, f64)> = BTreeMap::new();
    let shelves = 20_000;
    for seed in 0..shelves {
        let list = shelf.recommend(NOW, &request(seed));
        assert_eq!(list.drawn[1].propensity, 0, "a pinned place is no draw");
        assert_eq!(list.relaxed, 0);
        let rows: Vec<Row> = (0..6).map(|place| row(&list, place)).collect();
        for place in [0, 2, 3, 4, 5] {
            let (products, total) = seen.entry(rows[..place].to_vec()).or_default();
            let (times, propensity) = products.entry(rows[place]).or_default();
            *times += 1.0;
            *total += 1.0;
            assert!(
                *propensity == 0 || *propensity == list.drawn[place].propensity,
                "a propensity is one after one beginning"
            );
            *propensity = list.drawn[place].propensity;
        }
    }
    let (mut statistic, mut freedom) = (0.0, 0_u32);
    for (products, total) in seen.values().filter(|(_, total)| *total > 600.0) {
        assert_eq!(products.values().map(|(_, p)| p).sum::<u32>(), CERTAIN, "the pool's propensities add up");
        assert_eq!(products.len(), 4);
        for (times, propensity) in products.values() {
            let expected = total * f64::from(*propensity) / f64::from(CERTAIN);
            statistic += (times - expected) * (times - expected) / expected;
        }
        freedom += 3;
    }
    // The mean of chi-square is its degrees of freedom, its variance twice as much: four deviations.
    let freedom = f64::from(freedom);
    assert!(freedom > 20.0, "{freedom}");
    assert!((statistic - freedom).abs() < 4.0 * (2.0 * freedom).sqrt(), "{statistic} for {freedom}");
}

#[test]
fn only_a_personal_shelf_with_a_seed_explores() {
    let mut shelf = exploring(Exploration { share: 200_000, pool: 50, from: 0 });
    let request = Request { limit: 12, seed: Some(3.0), ..Request::default() };
    assert!(shelf.recommend(NOW, &request).drawn.is_empty(), "nothing is known yet");
    look(&mut shelf, &mut Random::new(1));
    let personal = shelf.recommend(NOW, &request);
    assert_eq!(personal.drawn.len(), 12);
    assert_eq!(shelf.recommend(NOW, &request).items, personal.items, "the same seed, the same shelf");
    let neutral = shelf.recommend(NOW, &Request { neutral: true, ..request.clone() });
    assert!(neutral.drawn.is_empty());
    assert!(shelf.recommend(NOW, &Request { seed: None, ..request.clone() }).drawn.is_empty());
    shelf.set_consent(nearshelf::privacy::consent::Consent::default());
    assert_eq!(shelf.recommend(NOW, &request).items, neutral.items, "without consent it is the neutral one");
}
