//! Seasons and kinds of shoppers: what holds for any of them.

use super::cold_start::{home, ids, leaves};
use super::{NOW, PACK, event};
use crate::compat::{CLUSTERS, SEASONS, with_sections};
use nearshelf::engine::{Because, Engine, Request};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::Consent;
use nearshelf::rank::Component;
use nearshelf::rank::season::{season, time_of_year};
use nearshelf::time::{DAY, HOUR, Millis, SECOND};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn shelf_with(more: &[(Tag, usize, &[u8])]) -> Engine {
    let mut shelf = Engine::open(with_sections(more)).expect("a pack");
    shelf.set_consent(Consent::all());
    shelf
}

fn seasonal() -> Engine {
    shelf_with(&[(Tag::SEASON, 4, SEASONS)])
}

fn clustered() -> Engine {
    shelf_with(&[(Tag::CLUSTER, 3, CLUSTERS), (Tag::PRIOR, 4, include_bytes!("../compat/prior-v1.section"))])
}

#[test]
fn a_year_goes_round_without_a_jump_and_with_the_shops_clock() {
    let shelf = seasonal();
    let at = |hours: i64| {
        let mut added = Vec::new();
        season(shelf.catalog(), NOW.plus(hours * HOUR), &mut added);
        added
    };
    let mut before = at(0);
    let (mut least, mut most) = (before.clone(), before.clone());
    for hours in (6..=366 * 24).step_by(6) {
        let now = at(hours);
        for (c, (a, b)) in before.iter().zip(&now).enumerate() {
            // The steepest of the sample: 29 of 32 parts of an octave in a month, 28 of score in each of its 256 parts, of which this is up to three.
            assert!((a - b).abs() <= 120, "{c}: {a} to {b} in six hours");
            least[c] = least[c].min(*b);
            most[c] = most[c].max(*b);
        }
        before = now;
    }
    let bedding = shelf.catalog().category_named("Home > Bedding").expect("one") as usize;
    assert!(most[bedding] == 8_000 && least[bedding] < -10_000, "{} {}", least[bedding], most[bedding]);
    // Midnight of the first day of 1970 at a zone is that of its year, to a thousandth.
    assert_eq!([0, 60, 1_439].map(|m| time_of_year(Millis(-m * 60_000), m as i32)), [0, 0, 0]);
    assert_eq!(time_of_year(Millis(-1), 0), 3_071);
    // Whatever a host says is a time of the year.
    for at in [i64::MIN, i64::MAX, 0, -DAY] {
        assert!((0..3_072).contains(&time_of_year(Millis(at), 840)));
    }
}

#[test]
fn a_season_moves_what_is_popular_and_says_so_to_the_last_bit() {
    let mut shelf = seasonal();
    let mut plain = shelf_with(&[]);
    for s in [&mut shelf, &mut plain] {
        s.track(NOW, &[event("view_item", "60005")]);
    }
    let january = NOW.plus(117 * DAY);
    let place = |s: &mut Engine, now, id: &str| {
        let list = s.recommend(now, &Request { limit: 64, ..home() });
        ids(s, &list).iter().position(|x| x == id).expect(id)
    };
    assert!(
        place(&mut shelf, january, "30006") < place(&mut shelf, january.plus(180 * DAY), "30006"),
        "bedding in winter"
    );
    assert_eq!(place(&mut plain, january, "30006"), place(&mut plain, january.plus(180 * DAY), "30006"));
    let list = shelf.recommend(january, &Request { limit: 64, ..home() });
    let (mut lifted, mut lowered) = (0, 0);
    for id in ids(&shelf, &list) {
        let tree = shelf.why(list.id, &id).expect("a tree");
        assert_eq!(tree.value, leaves(&tree, ""), "it adds up to the last bit");
        lifted += u32::from(leaves(&tree, "season") > 0.0);
        lowered += u32::from(leaves(&tree, "season") < 0.0);
        let popular = tree.children.iter().find(|n| n.code == "popular");
        assert_eq!(
            leaves(&tree, "season"),
            popular.map_or(0.0, |n| leaves(n, "season")),
            "it is evidence of popularity"
        );
    }
    assert!(lifted > 3 && lowered > 2, "{lifted} {lowered}");
    assert!(list.items.iter().all(|i| i.because != Because::Cluster));
}

#[test]
fn what_is_in_season_comes_up_among_the_most_popular() {
    // One product is asked for, so the two most popular of the year come up by themselves; tea stands at its sixth place.
    let (mut shelf, mut plain) = (seasonal(), shelf_with(&[]));
    let of = |s: &mut Engine| {
        s.track(NOW, &[event("view_item", "60005")]);
        let mut blend = s.blend().clone();
        blend.weight = [0; nearshelf::rank::COMPONENTS];
        blend.weight[Component::Popular as usize] = 65_536;
        blend.curves = Default::default();
        s.set_blend(blend);
        let list = s.recommend(NOW.plus(85 * DAY), &Request { limit: 1, ..home() });
        ids(s, &list)[0].clone()
    };
    assert_eq!((of(&mut shelf).as_str(), of(&mut plain).as_str()), ("40001", "20001"));
}

#[test]
fn neutral_shelves_know_no_season_and_no_kind() {
    let mut all = shelf_with(&[(Tag::SEASON, 4, SEASONS), (Tag::CLUSTER, 3, CLUSTERS)]);
    let mut none = Engine::open(PACK.to_vec()).expect("a pack");
    all.track(NOW, &[event("view_item", "80001")]);
    for months in 0..12 {
        let now = NOW.plus(months * 30 * DAY);
        let neutral = all.recommend(now, &Request { neutral: true, ..home() });
        assert_eq!(neutral.items, none.recommend(now, &home()).items);
    }
    all.set_consent(Consent::default());
    assert_eq!(all.portrait(NOW.plus(400 * DAY)).cluster, None);
}

#[test]
fn the_first_click_finds_the_nearest_kind_and_its_other_categories() {
    let (mut shelf, mut plain) = (clustered(), shelf_with(&[]));
    assert_eq!(shelf.portrait(NOW).cluster, None, "nothing speaks for any");
    for s in [&mut shelf, &mut plain] {
        s.track(NOW, &[event("view_item", "70007")]);
        // Where little else speaks.
        let mut blend = s.blend().clone();
        blend.weight = [0; nearshelf::rank::COMPONENTS];
        blend.weight[Component::Category as usize] = 65_536;
        blend.weight[Component::Popular as usize] = 4_096;
        blend.curves = Default::default();
        s.set_blend(blend);
    }
    let near = shelf.portrait(NOW).cluster.expect("outdoor");
    assert_eq!((near.id.as_str(), near.confidence, near.last), ("Sport > Outdoor", 1.0, NOW));
    let list = shelf.recommend(NOW, &Request { limit: 64, ..home() });
    let value = |id: &str| leaves(&shelf.why(list.id, id).expect("a tree"), "cluster");
    assert!(
        value("70001") > value("70004") && value("70004") > value("40005") && value("40005") > 0.0,
        "running, yoga, snacks"
    );
    assert_eq!((value("20001"), value("80001")), (0.0, 0.0));
    let place = |s: &mut Engine, id: &str| {
        let list = s.recommend(NOW, &Request { limit: 64, ..home() });
        ids(s, &list).iter().position(|x| x == id).expect(id)
    };
    assert!(place(&mut shelf, "40005") < place(&mut plain, "40005"), "what is related comes up");
}

#[test]
fn a_kind_fades_with_events_and_gives_way_to_what_is_declared() {
    let mut shelf = clustered();
    let mut shares = Vec::new();
    for n in 0..6 {
        let at = NOW.plus(n * 5 * SECOND);
        shelf.track(at, &[event("view_item", "80001")]);
        let list = shelf.recommend(at, &home());
        let of = |id: &String| leaves(&shelf.why(list.id, id).expect("a tree"), "cluster");
        shares.push(ids(&shelf, &list).iter().map(of).fold(0.0, f64::max));
    }
    assert!(shares.windows(2).all(|w| w[1] <= w[0]) && 0.0 < shares[5] && shares[5] < shares[0], "{shares:?}");
    super::cold_start::declare(&mut shelf, NOW.plus(60 * SECOND), &["gender=male"]).expect("consent");
    let list = shelf.recommend(NOW.plus(60 * SECOND), &home());
    for id in ids(&shelf, &list) {
        assert_eq!(leaves(&shelf.why(list.id, &id).expect("a tree"), "cluster"), 0.0);
    }
}

#[test]
fn kinds_that_are_level_go_by_their_place_with_no_confidence() {
    let mut shelf = clustered();
    // As much of one as of the other, by the mirror image of two centroids.
    let mut w = nearshelf::codec::Writer::new();
    w.u32(2_048);
    w.count(2);
    for (name, c) in [("a", 26), ("b", 29)] {
        w.str(name);
        w.u32(5_000);
        w.u32(65_536);
        w.count(1);
        w.u16(c);
        w.u16(65_535);
    }
    let mut level = shelf_with(&[(Tag::CLUSTER, 2, &w.finish())]);
    for s in [&mut shelf, &mut level] {
        s.track(NOW, &[event("view_item", "70007"), event("view_item", "80001")]);
    }
    let near = level.portrait(NOW).cluster.expect("one of them");
    assert_eq!((near.id.as_str(), near.confidence), ("a", 0.0));
}

#[test]
fn damaged_sections_say_nothing_and_break_nothing() {
    for (tag, bytes) in [(Tag::SEASON, SEASONS), (Tag::CLUSTER, CLUSTERS)] {
        for at in 0..bytes.len() {
            let mut flipped = bytes.to_vec();
            flipped[at] = !flipped[at];
            for bytes in [&flipped[..], &bytes[..at]] {
                let mut shelf = shelf_with(&[(tag, 3, bytes)]);
                shelf.track(NOW, &[event("view_item", "70007"), event("view_item", "80001")]);
                let list = shelf.recommend(NOW, &home());
                assert_eq!(list.items.len(), 12);
                for id in ids(&shelf, &list) {
                    let tree = shelf.why(list.id, &id).expect("a tree");
                    assert_eq!(tree.value, leaves(&tree, ""));
                }
                shelf.portrait(NOW);
            }
        }
    }
}
