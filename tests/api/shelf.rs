//! Consent, ranking, reasons, and what a shelf does with events that are not as they should be.

use super::{NOW, PACK, event, id, shelf};
use nearshelf::catalog::Availability;
use nearshelf::engine::{Engine, Request, Tracked};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::rank::Node;
use nearshelf::time::{HOUR, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn twelve() -> Request<'static> {
    Request { limit: 12, ..Request::default() }
}

fn ids(shelf: &mut Engine, request: &Request<'_>) -> Vec<String> {
    let list = shelf.recommend(NOW, request);
    list.items.iter().filter_map(|i| i.row).map(|r| shelf.catalog().id(r).to_string()).collect()
}

#[test]
fn undecided_and_refused_are_neutral_and_take_nothing_in() {
    for personalize in [Tri::Undecided, Tri::No] {
        let mut shelf = Engine::open(PACK.to_vec()).expect("the frozen pack");
        shelf.set_consent(Consent { personalize, store: Tri::Yes, report: Tri::Yes, sensitive: Tri::Yes });
        let before = ids(&mut shelf, &twelve());
        let product = id(&shelf, 40);
        let tracked = shelf.track(NOW, &[event("view_item", &product)]);
        assert_eq!(tracked, Tracked { accepted: 0, dropped: 1 });
        assert_eq!(shelf.diagnostics(), [("event_no_consent", 1)]);
        assert_eq!(ids(&mut shelf, &twelve()), before);
        assert_eq!(shelf.portrait(NOW).events, 0);
        assert_eq!(shelf.snapshot().expect_err("no consent").code(), "consent_required");
        assert!(!shelf.recommend(NOW, &twelve()).personal);
    }
}

#[test]
fn a_click_moves_the_shelf_and_withdrawal_undoes_it_at_once() {
    let mut shelf = shelf();
    let neutral = ids(&mut shelf, &twelve());
    let product = id(&shelf, 30);
    shelf.track(NOW, &[event("view_item", &product)]);
    let list = shelf.recommend(NOW, &twelve());
    assert!(list.personal);
    assert_ne!(ids(&mut shelf, &twelve()), neutral);
    assert_eq!(ids(&mut shelf, &Request { neutral: true, ..twelve() }), neutral, "neutral never reads the portrait");
    shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(ids(&mut shelf, &twelve()), neutral);
    shelf.set_consent(Consent::all());
    assert_eq!(ids(&mut shelf, &twelve()), neutral, "the portrait did not come back");
}

/// The sum of a tree's leaves.
fn leaves(node: &Node) -> f64 {
    if node.children.is_empty() { node.value } else { node.children.iter().map(leaves).sum() }
}

#[test]
fn reasons_add_up_to_the_score_exactly() {
    let mut shelf = shelf();
    let trail: Vec<String> = [3, 17, 17, 44, 9].iter().map(|r| id(&shelf, *r)).collect();
    for (hours, item) in trail.iter().enumerate() {
        let name = if hours == 3 { "purchase" } else { "view_item" };
        shelf.track(NOW.plus(hours as i64 * HOUR), &[event(name, item)]);
    }
    let list = shelf.recommend(NOW, &Request { limit: 40, ..Request::default() });
    assert_eq!(list.items.len(), 40);
    for item in &list.items {
        let row = item.row.expect("a product");
        let tree = shelf.why(list.id, shelf.catalog().id(row)).expect("a tree");
        assert_eq!(tree.value, item.score);
        assert_eq!(leaves(&tree), item.score, "{tree:?}");
        assert!(tree.children.iter().all(|n| n.value == leaves(n) && n.value != 0.0));
    }
    assert_eq!(shelf.why(list.id + 1, &trail[0]).expect_err("never served").code(), "not_served");
}

#[test]
fn a_shelf_shows_a_product_once_in_stock_and_priced_in_its_market() {
    let mut shelf = shelf();
    for market in ["cn", "us"] {
        shelf.set_view(market, "").expect("a market of the pack");
        let list = shelf.recommend(NOW, &Request { limit: 200, ..Request::default() });
        let mut rows: Vec<_> = list.items.iter().filter_map(|i| i.row).collect();
        assert!(list.items.len() < shelf.catalog().len(), "the sample has products that cannot be bought in {market}");
        for item in &list.items {
            let row = item.row.expect("a product");
            assert!(shelf.catalog().availability(row).can_be_bought());
            assert!(item.price.now.is_some_and(|m| m.0 > 0));
        }
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), list.items.len());
    }
    assert_eq!(shelf.set_view("mars", "").expect_err("no such market").code(), "unknown_market");
}

#[test]
fn why_not_names_the_stage() {
    let mut shelf = shelf();
    let first = id(&shelf, 0);
    let gone = (0..shelf.catalog().len() as u32).find(|r| !shelf.catalog().availability(Row(*r)).can_be_bought());
    let gone = id(&shelf, gone.expect("the sample has a product out of stock"));
    for clicks in 0..2 {
        let twelve = twelve();
        let one = Request { limit: 1, ..Request::default() };
        assert_eq!(shelf.why_not(NOW, &twelve, "no such id").code(), "unknown_item");
        assert!(["out_of_stock", "not_sold_here"].contains(&shelf.why_not(NOW, &twelve, &gone).code()));
        let shown = ids(&mut shelf, &one).remove(0);
        assert_eq!(shelf.why_not(NOW, &one, &shown).code(), "shown");
        let second = ids(&mut shelf, &twelve).remove(1);
        assert_eq!(shelf.why_not(NOW, &one, &second).code(), "ranked_below");
        let without = Request { exclude: vec![&second], ..Request { limit: 12, ..Request::default() } };
        assert_eq!(shelf.why_not(NOW, &without, &second).code(), "excluded");
        assert!(!ids(&mut shelf, &without).contains(&second));
        assert!(clicks > 0 || shelf.track(NOW, &[event("view_item", &first)]).accepted == 1);
    }
    shelf.track(NOW, &[event("not_interested", &first)]);
    assert_eq!(shelf.why_not(NOW, &twelve(), &first).code(), "disliked");
    assert!(!ids(&mut shelf, &Request { limit: 200, ..Request::default() }).contains(&first));
}

#[test]
fn why_not_says_that_a_product_is_not_sold_in_a_market_and_not_that_it_is_out_of_stock() {
    let mut shelf = shelf();
    let mut told = [0; 2];
    for market in ["cn", "us"] {
        shelf.set_view(market, "").expect("a market of the pack");
        for row in 0..shelf.catalog().len() as u32 {
            let (item, is) = (id(&shelf, row), shelf.catalog().availability(Row(row)));
            let (n, expected) = match is {
                Availability::NotSold => (0, "not_sold_here"),
                Availability::OutOfStock => (1, "out_of_stock"),
                _ => continue,
            };
            told[n] += 1;
            for neutral in [false, true] {
                let request = Request { neutral, exclude: vec![&item], ..twelve() };
                assert_eq!(shelf.why_not(NOW, &request, &item).code(), expected, "{item} in {market}");
            }
        }
    }
    assert!(told.iter().all(|n| *n > 0), "the sample has both: {told:?}");
}

#[test]
fn why_not_says_what_was_seen_only_where_nothing_repeats() {
    use nearshelf::rank::Blend;
    for hide_seen in [false, true] {
        let blend = Blend { hide_seen, ..Blend::default() };
        let pack = crate::compat::with_sections(&[(nearshelf::pack::Tag::BLEND, 1, &blend.write())]);
        let mut shelf = Engine::open(pack).expect("a pack");
        shelf.set_consent(Consent::all());
        let [seen, other] = [3, 4].map(|row| id(&shelf, row));
        let all = Request { limit: 200, ..Request::default() };
        shelf.track(NOW, &[event("view_item", &seen)]);
        assert_eq!(shelf.why_not(NOW, &all, &seen).code(), if hide_seen { "seen" } else { "shown" });
        assert_eq!(shelf.why_not(NOW, &all, &other).code(), "shown");
        assert_eq!(ids(&mut shelf, &all).contains(&seen), !hide_seen);
        assert_eq!(
            shelf.why_not(NOW, &Request { neutral: true, ..all.clone() }, &seen).code(),
            "shown",
            "neutral reads no portrait"
        );
        // The next visit knows nothing of it.
        let later = NOW.plus(48 * HOUR);
        shelf.track(later, &[event("view_item", &other)]);
        assert_eq!(shelf.why_not(later, &all, &seen).code(), "shown");
    }
}

#[test]
fn why_not_says_that_nothing_points_to_a_product() {
    let mut shelf = shelf();
    let seen = id(&shelf, 3);
    shelf.track(NOW, &[event("view_item", &seen)]);
    let one = Request { limit: 1, ..Request::default() };
    let stages: Vec<(&str, bool)> = (0..shelf.catalog().len() as u32)
        .map(|row| {
            let (item, c) = (id(&shelf, row), shelf.catalog());
            let (sold, same) = (c.availability(Row(row)).can_be_bought(), c.category(Row(row)) == c.category(Row(3)));
            (shelf.why_not(NOW, &one, &item).code(), sold && !same)
        })
        .filter(|(code, _)| *code == "not_candidate" || *code == "ranked_below")
        .collect();
    let of = |code: &str| stages.iter().filter(|(c, _)| *c == code).count();
    assert!(of("not_candidate") > 10 && of("ranked_below") > 5, "{stages:?}");
    assert!(stages.iter().all(|(code, far)| *far || *code == "ranked_below"), "what is of a liked category comes up");
    // Where all places are to be filled all products are candidates.
    let all = Request { limit: 200, ..Request::default() };
    for row in 0..shelf.catalog().len() as u32 {
        let item = id(&shelf, row);
        assert_ne!(shelf.why_not(NOW, &all, &item).code(), "not_candidate", "{item}");
    }
}

#[test]
fn why_not_tells_apart_what_leaves_a_product_out_and_the_call_comes_before_the_shopper() {
    let mut shelf = shelf();
    let item = id(&shelf, 3);
    let elsewhere = {
        let c = shelf.catalog();
        let of = |row| c.category(row).map(|x| c.category_path(x).to_string());
        (0..c.len() as u32).filter_map(|row| of(Row(row))).find(|path| Some(path) != of(Row(3)).as_ref())
    };
    let elsewhere = elsewhere.expect("more than one category");
    for disliked in [false, true] {
        let mut stage = |request: Request<'_>| shelf.why_not(NOW, &Request { limit: 200, ..request }, &item).code();
        let by_default = stage(Request::default());
        assert_eq!(by_default, if disliked { "disliked" } else { "shown" });
        assert_eq!(stage(Request { neutral: true, ..Request::default() }), "shown");
        for neutral in [false, true] {
            let of = Request { neutral, ..Request::default() };
            assert_eq!(stage(Request { exclude: vec![&item], context: vec![&item], ..of.clone() }), "excluded");
            assert_eq!(stage(Request { context: vec![&item], category: &elsewhere, ..of.clone() }), "context_item");
            assert_eq!(stage(Request { category: &elsewhere, only: Some(vec![]), ..of.clone() }), "other_category");
            assert_eq!(stage(Request { category: "No > Such", ..of.clone() }), "other_category");
            assert_eq!(stage(Request { only: Some(vec![]), ..of }), "no_match");
        }
        shelf.track(NOW, &[event("not_interested", &item)]);
    }
    let shown: Vec<String> = (0..30).map(|row| id(&shelf, row)).collect();
    let many = Request { context: shown.iter().map(String::as_str).collect(), limit: 200, ..Request::default() };
    assert_eq!(shelf.why_not(NOW, &many, &shown[0]).code(), "context_item", "more are left out than count");
}

#[test]
fn a_category_shelf_stays_in_its_category() {
    let mut shelf = shelf();
    let c = shelf.catalog();
    let leaf = c.category(Row(0)).expect("the sample has categories");
    let root = c.category_chain(leaf).last().expect("a chain");
    let path = c.category_path(root).to_string();
    let product = id(&shelf, 50);
    shelf.track(NOW, &[event("view_item", &product)]);
    let list = shelf.recommend(NOW, &Request { limit: 50, category: &path, ..Request::default() });
    assert!(list.items.len() > 2);
    assert!(list.items.iter().all(|i| shelf.catalog().is_in(i.row.expect("a product"), root)));
    let nowhere = shelf.recommend(NOW, &Request { category: "No > Such", ..twelve() });
    assert!(nowhere.items.is_empty());
}

#[test]
fn a_given_list_keeps_its_members_and_unknown_ids_follow() {
    let mut shelf = shelf();
    let product = id(&shelf, 20);
    let given: Vec<String> = [50, 20, 3, 8].iter().map(|r| id(&shelf, *r)).collect();
    let mut list: Vec<&str> = given.iter().map(String::as_str).collect();
    list.insert(1, "elsewhere");
    list.push(&given[0]);
    let order =
        |s: &mut Engine, neutral| s.rank(NOW, neutral, &list, &[]).items.iter().map(|i| i.given).collect::<Vec<_>>();
    assert_eq!(order(&mut shelf, false), [0, 1, 2, 3, 4], "nothing is known: the given order, each once");
    shelf.track(NOW, &[event("add_to_cart", &product)]);
    let personal = order(&mut shelf, false);
    assert_eq!(personal.last(), Some(&1), "an id the pack does not have follows the others");
    let mut sorted = personal.clone();
    sorted.sort();
    assert_eq!(sorted, [0, 1, 2, 3, 4]);
    assert_ne!(personal[0], 0, "the product in the cart, or what goes with it, leads");
    assert_eq!(order(&mut shelf, true), [0, 1, 2, 3, 4]);
}

#[test]
fn bad_events_are_counted_and_cost_nothing_else() {
    let mut shelf = shelf();
    let good = id(&shelf, 5);
    let item = |price| RawItem { id: &good, price, quantity: f64::NAN, discount: RawPrice::None };
    let with = |name, at, items| RawEvent { name, event_id: "", at, items, details: RawDetails::default() };
    let batch = [
        with("page_view", f64::NAN, vec![item(RawPrice::None)]),
        with("view_item", f64::NAN, vec![item(RawPrice::Text("12.90"))]),
        with("view_item", (NOW.0 - 60_000) as f64, vec![item(RawPrice::Text("cheap"))]),
        with("view_item", (NOW.0 + HOUR) as f64, vec![item(RawPrice::None)]),
        with("view_item", f64::NAN, vec![RawItem { id: "not in the pack", ..item(RawPrice::Number(9.5)) }]),
        with("purchase", f64::NEG_INFINITY, vec![item(RawPrice::None)]),
        with("purchase", f64::NAN, vec![]),
        RawEvent { event_id: "once", ..with("purchase", f64::NAN, vec![item(RawPrice::None)]) },
        RawEvent { event_id: "once", ..with("purchase", f64::NAN, vec![item(RawPrice::None)]) },
    ];
    assert_eq!(shelf.track(NOW, &batch), Tracked { accepted: 4, dropped: 5 });
    let expected = [
        ("event_bad_time", 1),
        ("event_duplicate", 1),
        ("event_future_time", 1),
        ("event_no_items", 1),
        ("event_unknown", 1),
        ("item_bad_price", 1),
        ("item_unknown", 1),
    ];
    assert_eq!(shelf.diagnostics(), expected);
    let portrait = shelf.portrait(NOW);
    assert_eq!((portrait.events, portrait.traits[0].len()), (4, 2));
    assert!(shelf.recommend(NOW, &twelve()).personal);
}

#[test]
fn a_clock_that_goes_back_loses_no_events() {
    let mut shelf = shelf();
    let (a, b) = (id(&shelf, 1), id(&shelf, 2));
    assert_eq!(shelf.track(NOW, &[event("view_item", &a)]).accepted, 1);
    assert_eq!(shelf.track(Millis(NOW.0 - 24 * HOUR), &[event("view_item", &b)]).accepted, 1);
    assert_eq!(shelf.portrait(NOW).visit, [a, b]);
}

#[test]
fn one_batch_is_the_same_as_one_by_one() {
    let names: Vec<String> = (0..30).map(|i| id(&shelf(), i * 7 % 60)).collect();
    let at = |i: usize| (NOW.0 - 100_000 + i as i64 * 1000) as f64;
    let events: Vec<_> =
        names.iter().enumerate().map(|(i, n)| RawEvent { at: at(i), ..event("view_item", n) }).collect();
    let (mut one, mut many) = (shelf(), shelf());
    many.track(NOW, &events);
    for e in &events {
        one.track(NOW, std::slice::from_ref(e));
    }
    assert_eq!(one.snapshot().expect("allowed"), many.snapshot().expect("allowed"));
    assert_eq!(one.recommend(NOW, &twelve()), many.recommend(NOW, &twelve()));
}

#[test]
fn a_shelf_comes_back_from_its_snapshot() {
    let mut first = shelf();
    let product = id(&first, 33);
    first.track(NOW, &[event("add_to_cart", &product)]);
    let mut second = shelf();
    second.restore(&first.snapshot().expect("allowed")).expect("a snapshot");
    assert_eq!(first.recommend(NOW, &twelve()).items, second.recommend(NOW, &twelve()).items);
    let before = second.snapshot().expect("allowed");
    assert_eq!(second.restore(&[1, 2, 3]).expect_err("no snapshot").code(), "bad_snapshot");
    assert_eq!(second.snapshot().expect("allowed"), before);
}
