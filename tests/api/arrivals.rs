//! Stores, new arrivals and dislikes: over many requests, nothing is missed that is not told, and nothing is taken that is not explained.

use super::limits::{clicked, rows};
use super::{NOW, event, id};
use crate::compat::{LIMITS, with_sections};
use nearshelf::catalog::Catalog;
use nearshelf::engine::{Engine, Request};
use nearshelf::id::Row;
use nearshelf::privacy::consent::Consent;
use nearshelf::rank::{ARRIVALS, Node, QUOTA_BRAND, QUOTA_CATEGORY, QUOTA_STORE, Stage};
use nearshelf::time::DAY;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A shelf over the frozen pack with stores, days and rules.
fn market() -> Engine {
    let mut shelf = Engine::open(with_sections(&LIMITS)).expect("a pack");
    shelf.set_consent(Consent::all());
    shelf
}

/// Shelves that know nothing, and a few steps; the second explores.
fn markets() -> [Engine; 2] {
    clicked(market, [0, 5])
}

/// The first day of new products, for so many days.
fn first_day(days: u32) -> u32 {
    (NOW.0 / DAY) as u32 + 1 - days
}

/// True when one more product of the rows' kinds would be too much of one.
fn fits(c: &Catalog, request: &Request<'_>, taken: &[Row], row: Row) -> bool {
    let room = |most: u32, of: &dyn Fn(Row) -> Option<u32>| {
        let same = taken.iter().filter(|r| of(**r).is_some() && of(**r) == of(row)).count();
        most == 0 || same < most as usize
    };
    room(request.per_category, &|r| c.category(r))
        && room(request.per_brand, &|r| c.brand(r))
        && room(request.per_store, &|r| c.store(r))
}

/// Most of the rows that are of one kind.
fn most(rows: &[Row], of: impl Fn(Row) -> Option<u32>) -> usize {
    let all: Vec<u32> = rows.iter().filter_map(|r| of(*r)).collect();
    all.iter().map(|x| all.iter().filter(|y| *y == x).count()).max().unwrap_or(0)
}

#[test]
fn places_for_new_products_are_kept_or_told() {
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let (mut kept, mut missed, mut tight, mut explored) = (0, 0, 0, 0);
    for shelf in &mut markets() {
        let best = rows(&shelf.recommend(NOW, &Request { limit: 200, ..Request::default() }));
        for _ in 0..300 {
            let pinned: Vec<String> = (0..draw(3)).map(|_| id(shelf, draw(64) as u32)).collect();
            let days = [5, 12, 30, 400][draw(4) as usize];
            let request = Request {
                limit: 1 + draw(24) as usize,
                pins: pinned.iter().map(|p| (p.as_str(), draw(12) as u32)).collect(),
                per_brand: draw(4) as u32,
                per_category: draw(4) as u32,
                per_store: draw(6) as u32,
                arrivals: 1 + draw(8) as u32,
                arrival_days: days,
                seed: (draw(2) == 0).then_some(draw(1000) as f64),
                ..Request::default()
            };
            let list = shelf.recommend(NOW, &request);
            assert_eq!(list.items, shelf.recommend(NOW, &request).items, "the same again");
            let (c, shown) = (shelf.catalog(), rows(&list));
            assert_eq!(shown.len(), request.limit.min(best.len()), "full: {request:?}");
            explored += list.drawn.iter().zip(&shown).filter(|(d, row)| d.best != **row).count();
            let is_new = |row: &Row| c.since(*row) >= first_day(days);
            for item in &list.items {
                assert_eq!(item.arrival, item.row.is_some_and(|row| is_new(&row)));
            }
            let asked = request.limit.min(request.arrivals as usize);
            let new = shown.iter().filter(|r| is_new(r)).count();
            assert_eq!(list.relaxed & ARRIVALS != 0, new < asked, "{request:?}");
            // What the best new products, one after the other, could do after the pinned ones.
            let pinned = request.pins.iter().filter_map(|(id, _)| c.find(id)).map(|f| f.row);
            let mut taken: Vec<Row> =
                pinned.filter(|r| shown.contains(r) && c.availability(*r).can_be_bought()).collect();
            let placed = list.drawn.iter().zip(&shown).filter(|(d, _)| d.propensity == 0).map(|(_, r)| *r);
            if !list.drawn.is_empty() {
                taken = placed.collect();
            } else if request.pins.iter().any(|(_, place)| *place as usize >= request.limit) {
                continue;
            }
            let mut could = taken.iter().filter(|r| is_new(r)).count();
            for row in best.iter().filter(|r| is_new(r)) {
                if taken.len() < request.limit && !taken.contains(row) && fits(c, &request, &taken, *row) {
                    taken.push(*row);
                    could += 1;
                }
            }
            assert!(new >= could.min(asked), "{new} of {could}: {request:?}");
            for (bit, quota, of) in [
                (QUOTA_CATEGORY, request.per_category, most(&shown, |r| c.category(r))),
                (QUOTA_BRAND, request.per_brand, most(&shown, |r| c.brand(r))),
                (QUOTA_STORE, request.per_store, most(&shown, |r| c.store(r))),
            ] {
                assert_eq!(list.relaxed & bit != 0, quota > 0 && of > quota as usize, "bit {bit} of {request:?}");
            }
            if list.relaxed & ARRIVALS != 0 {
                missed += 1;
            } else {
                kept += 1;
                tight += usize::from(best.iter().take(request.limit).filter(|r| is_new(r)).count() < asked);
            }
        }
    }
    assert!(kept > 100 && missed > 50 && tight > 50 && explored > 50, "{kept} {missed} {tight} {explored}");
}

#[test]
fn new_products_take_the_last_places_and_why_not_tells_whom_they_cost_it() {
    for shelf in &mut markets() {
        let plain = Request { limit: 8, ..Request::default() };
        let best = rows(&shelf.recommend(NOW, &Request { limit: 200, ..Request::default() }));
        let asked = Request { arrivals: 4, ..plain.clone() };
        let list = shelf.recommend(NOW, &asked);
        let (c, shown) = (shelf.catalog(), rows(&list));
        let is_new = |row: &Row| c.since(*row) >= first_day(30);
        let new = best.iter().copied().filter(is_new).take(4);
        let others = best.iter().copied().filter(|r| !is_new(r)).take(4);
        let mut expected: Vec<Row> = new.chain(others).collect();
        expected.sort_by_key(|row| best.iter().position(|r| r == row));
        assert_eq!(shown, expected, "by score, the best of both");
        let out: Vec<String> = best[..8].iter().filter(|r| !shown.contains(r)).map(|r| id(shelf, r.0)).collect();
        assert!(!out.is_empty(), "the first eight have fewer than four new ones");
        for product in out {
            assert_eq!(shelf.why_not(NOW, &asked, &product), Stage::Arrivals);
            assert!(matches!(shelf.why_not(NOW, &plain, &product), Stage::Shown(_)));
        }
        for item in &list.items {
            let row = item.row.expect("a product");
            let tree = shelf.why(list.id, shelf.catalog().id(row)).expect("a tree");
            let told = tree.children.iter().any(|n| n.code == "arrival" && n.value == 0.0);
            assert_eq!((told, tree.value), (item.arrival, item.score));
        }
        // What nobody asked for, nobody is told.
        let list = shelf.recommend(NOW, &plain);
        assert!(list.items.iter().all(|i| !i.arrival));
        let later = NOW.plus(40 * DAY);
        assert_eq!(shelf.recommend(later, &asked).relaxed, ARRIVALS, "new things get old");
    }
}

#[test]
fn a_brand_that_is_new_is_not_shut_out_by_its_older_products() {
    let shelf = &mut market();
    let c = shelf.catalog();
    let all: Vec<Row> = (0..64).map(Row).filter(|r| c.availability(*r).can_be_bought()).collect();
    let new: Vec<Row> = all.iter().copied().filter(|r| c.since(*r) >= first_day(30)).collect();
    // Pairs of an older and a less popular new product of one category.
    let pair = new.iter().find(|n| all.iter().any(|o| o < *n && !new.contains(o) && c.category(*o) == c.category(**n)));
    assert!(pair.is_some(), "the sample has one");
    let request =
        Request { limit: 12, per_category: 1, arrivals: new.len() as u32, neutral: true, ..Request::default() };
    let shown = rows(&shelf.recommend(NOW, &request));
    let kinds: std::collections::BTreeSet<_> = new.iter().map(|r| shelf.catalog().category(*r)).collect();
    assert_eq!(shown.iter().filter(|r| new.contains(r)).count(), kinds.len());
    assert_eq!(most(&shown, |r| shelf.catalog().category(r)), 1);
}

/// The node of a tree with this code.
fn node<'a>(tree: &'a Node, code: &str) -> Option<&'a Node> {
    tree.children.iter().find(|n| n.code == code)
}

#[test]
fn what_is_near_a_dislike_loses_a_share_that_the_reasons_tell() {
    let rounds: [&[u32]; 3] = [&[9], &[9, 14, 30], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]];
    let (mut taken, mut by_similarity) = (0, 0);
    for disliked in rounds {
        let (mut shelf, mut before) = (market(), market());
        for row in [3, 17, 40] {
            let product = id(&shelf, row);
            shelf.track(NOW, &[event("view_item", &product)]);
            before.track(NOW, &[event("view_item", &product)]);
        }
        for row in disliked {
            let product = id(&shelf, *row);
            shelf.track(NOW, &[event("not_interested", &product)]);
        }
        let all = Request { limit: 200, ..Request::default() };
        let (list, was) = (shelf.recommend(NOW, &all), before.recommend(NOW, &all));
        for item in &list.items {
            let row = item.row.expect("a product");
            assert!(!disliked.contains(&row.0), "never shown");
            let tree = shelf.why(list.id, shelf.catalog().id(row)).expect("a tree");
            assert_eq!(tree.value, item.score);
            assert_eq!(tree.children.iter().map(|n| n.value).sum::<f64>(), tree.value, "to the last bit");
            let c = shelf.catalog();
            let same = |r: &u32| c.category(Row(*r)) == c.category(row) || c.brand(Row(*r)) == c.brand(row);
            let Some(loss) = node(&tree, "disliked") else {
                assert!(!disliked.iter().any(same) || item.score == 0.0, "row {row:?} is near one");
                continue;
            };
            taken += 1;
            by_similarity += usize::from(!disliked.iter().any(same));
            assert_eq!(loss.children.iter().map(|n| n.value).sum::<f64>(), loss.value);
            assert!(loss.value < 0.0 && tree.value >= 0.0);
            let gross = tree.value - loss.value;
            assert!(-loss.value <= gross * 52_429.0 / 65_536.0, "at most the most: {} of {gross}", loss.value);
            // The score without the dislike is that of the shelf before it, where the same evidence counts.
            let old = was.items.iter().find(|i| i.row == Some(row)).expect("shown before");
            assert_eq!(gross, old.score);
        }
    }
    assert!(taken > 40 && by_similarity > 10, "{taken} {by_similarity}");
}

#[test]
fn a_dislike_fades_by_halves_and_leaves_others_alone() {
    let share = |days: i64| {
        let mut shelf = market();
        let [a, b] = [9, 50].map(|row| id(&shelf, row));
        shelf.track(NOW, &[event("not_interested", &a)]);
        shelf.track(NOW.plus(days * DAY), &[event("view_item", &b)]);
        let list = shelf.rank(NOW.plus(days * DAY), false, &[&a, &b], &[]);
        let tree = shelf.why(list.id, &a).expect("a tree");
        let loss = node(&tree, "disliked").expect("a loss").value;
        -loss / (tree.value - loss)
    };
    let [now, then, last] = [0, 90, 180].map(share);
    // The product itself: similar, category and brand.
    assert!((now - 0.65).abs() < 1e-3, "{now}");
    assert!((then - now / 2.0).abs() < 1e-3 && (last - now / 4.0).abs() < 1e-3, "{then} {last}");
}

#[test]
fn neutral_lists_and_withdrawn_consent_know_of_no_dislike() {
    let (mut shelf, mut nobody) = (market(), market());
    for row in 0..20 {
        let product = id(&shelf, row);
        shelf.track(NOW, &[event("not_interested", &product)]);
    }
    let context = [id(&shelf, 30)];
    for context in [&context[..0], &context[..]] {
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        let request = Request { limit: 64, neutral: true, context, arrivals: 3, ..Request::default() };
        assert_eq!(shelf.recommend(NOW, &request).items, nobody.recommend(NOW, &request).items);
    }
    shelf.set_consent(Consent::default());
    let request = Request { limit: 64, ..Request::default() };
    assert_eq!(shelf.recommend(NOW, &request).items, nobody.recommend(NOW, &request).items);
}
