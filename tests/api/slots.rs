//! What a page shows, restrictions, and lists with items the pack does not have.

use super::{NOW, event, id, shelf};
use crate::compat::with_sections;
use nearshelf::engine::{Arranged, Because, Engine, RawDescription, Request, Shelf};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::money::price_band;
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::rank::{Blend, COMPONENTS, Component, Node, QUOTA_CATEGORY, Stage, Subject};
use nearshelf::time::{HOUR, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn about<'a>(context: &[&'a str]) -> Request<'a> {
    Request { limit: 12, context: context.to_vec(), ..Request::default() }
}

fn rows(list: &Shelf) -> Vec<u32> {
    list.items.iter().map(|i| i.row.map_or(u32::MAX, |r| r.0)).collect()
}

/// The sum of a tree's leaves.
fn leaves(node: &Node) -> f64 {
    if node.children.is_empty() { node.value } else { node.children.iter().map(leaves).sum() }
}

/// A shelf whose shopper looked at some products, bought one and does not want another.
fn busy(seed: u32) -> Engine {
    let mut shelf = shelf();
    for (n, name) in ["view_item", "add_to_cart", "purchase", "not_interested", "view_item"].into_iter().enumerate() {
        let item = id(&shelf, (seed + 11 * n as u32) % 60);
        shelf.track(NOW.plus(n as i64 * HOUR), &[event(name, &item)]);
    }
    shelf
}

#[test]
fn a_neutral_shelf_about_a_product_is_the_same_for_any_portrait_and_without_consent() {
    let (mut a, mut b, mut refused) = (busy(3), busy(29), shelf());
    refused.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    let item = id(&a, 20);
    for cart in [false, true] {
        let request = Request { neutral: true, cart, ..about(&[&item]) };
        let neutral = a.recommend(NOW, &request);
        assert!(!neutral.personal && neutral.items.len() == 12);
        assert_eq!(neutral.items, b.recommend(NOW, &request).items);
        assert_eq!(neutral.items, refused.recommend(NOW, &Request { neutral: false, ..request.clone() }).items);
        assert_ne!(rows(&neutral), rows(&a.recommend(NOW, &Request { context: vec![], ..request.clone() })));
        let expected = a.why_not(NOW, &request, &id(&a, 30));
        assert_eq!(expected, b.why_not(NOW, &request, &id(&b, 30)));
    }
    let (mine, yours) = (a.recommend(NOW, &about(&[&item])), b.recommend(NOW, &about(&[&item])));
    assert!(mine.personal && yours.personal && mine.items != yours.items, "and the personal ones differ");
    // Nothing of the context stays.
    let before = refused.recommend(NOW, &about(&[]));
    refused.recommend(NOW, &about(&[&item]));
    assert_eq!(rows(&refused.recommend(NOW, &about(&[]))), rows(&before));
    let events = a.portrait(NOW.plus(9 * HOUR));
    a.recommend(NOW, &about(&[&item]));
    assert_eq!(a.portrait(NOW.plus(9 * HOUR)), events);
}

#[test]
fn reasons_name_what_the_page_shows_and_add_up() {
    let mut shelf = shelf();
    shelf.set_consent(Consent::default());
    let (first, last) = (id(&shelf, 12), id(&shelf, 20));
    let list = shelf.recommend(NOW, &about(&[&first, "not in the pack", &last]));
    let leading: Vec<_> = list.items[..3].iter().map(|i| (i.because, i.subject)).collect();
    for (because, subject) in leading {
        assert!(matches!(because, Because::Next | Because::Together | Because::Similar), "{because:?}");
        assert!([Subject::Product(12), Subject::Product(20)].contains(&subject), "{subject:?}");
    }
    for item in &list.items {
        let row = item.row.expect("a product");
        assert!(![12, 20].contains(&row.0), "what the page shows is left out");
        let tree = shelf.why(list.id, shelf.catalog().id(row)).expect("a tree");
        assert_eq!((tree.value, leaves(&tree)), (item.score, item.score));
    }
    assert_eq!(shelf.why_not(NOW, &about(&[&first]), &first), Stage::ContextItem);
    let plain = shelf.recommend(NOW, &about(&["not in the pack"]));
    assert_eq!(rows(&plain), rows(&shelf.recommend(NOW, &about(&[]))), "nothing known is shown");
}

#[test]
fn the_last_of_a_page_counts_most_and_the_lines_of_a_cart_count_alike() {
    let mut shelf = shelf();
    shelf.set_consent(Consent::default());
    let (a, b) = (id(&shelf, 12), id(&shelf, 20));
    let mut list = |context: &[&str], cart| {
        let list = shelf.recommend(NOW, &Request { cart, ..about(context) });
        let tree = shelf.why(list.id, shelf.catalog().id(Row(rows(&list)[0]))).expect("a tree");
        (rows(&list), tree.children.iter().any(|n| n.code.starts_with("next")))
    };
    let (page, turned) = (list(&[&a, &b], false), list(&[&b, &a], false));
    assert_ne!(page.0, turned.0);
    assert!(page.1, "what follows leads on a page");
    let (cart, turned) = (list(&[&a, &b], true), list(&[&b, &a], true));
    assert_eq!(cart, turned, "the order of a cart says nothing");
    assert!(!cart.1, "nor does what would follow");
    assert_eq!(list(&[&a, &b, &a], true), cart, "each product once");
}

#[test]
fn a_step_on_what_the_page_shows_counts_once() {
    let mut tracked = shelf();
    let item = id(&tracked, 20);
    tracked.track(NOW, &[event("view_item", &item)]);
    let list = tracked.recommend(NOW, &about(&[&item]));
    let mut neutral = shelf();
    neutral.set_consent(Consent::default());
    let shown = neutral.recommend(NOW, &about(&[&item]));
    let of = |list: &Shelf, shelf: &Engine, component: Component| -> Vec<f64> {
        let id = |row: Row| shelf.catalog().id(row).to_string();
        let trees = list.items.iter().filter_map(|i| shelf.why(list.id, &id(i.row?)).ok());
        trees.flat_map(|t| t.children).filter(|n| n.code == component.code()).map(|n| n.value).collect()
    };
    assert_eq!(of(&list, &tracked, Component::Next).len(), of(&shown, &neutral, Component::Next).len());
    assert!(list.items.iter().all(|i| i.because != Because::Again));
}

#[test]
fn a_restricted_shelf_has_nothing_else_and_an_unkept_one_no_number() {
    let mut shelf = busy(3);
    let mut can_be_bought = rows(&shelf.recommend(NOW, &Request { limit: 200, neutral: true, ..about(&[]) }));
    can_be_bought.retain(|row| row % 11 == 5);
    assert!(can_be_bought.len() > 3);
    let request = Request { only: Some(can_be_bought.clone()), ..about(&[]) };
    for neutral in [false, true] {
        let list = shelf.recommend(NOW, &Request { neutral, ..request.clone() });
        let mut found = rows(&list);
        assert!(!neutral || found.is_sorted());
        found.sort();
        assert_eq!(found, can_be_bought);
    }
    assert_eq!(shelf.why_not(NOW, &request, &id(&shelf, 3)), Stage::NoMatch);
    assert!(shelf.recommend(NOW, &Request { only: Some(vec![]), ..about(&[]) }).items.is_empty());
    let kept = shelf.recommend(NOW, &about(&[]));
    for _ in 0..20 {
        assert_eq!(shelf.recommend(NOW, &Request { unkept: true, ..about(&[]) }).id, 0);
    }
    assert_eq!(shelf.recommend(NOW, &about(&[])).id, kept.id + 1);
    let first = kept.items[0].row.map(|r| shelf.catalog().id(r).to_string()).expect("a product");
    assert!(shelf.why(kept.id, &first).is_ok(), "still among those kept");
}

/// A list of two products of the pack and two that are not in it, the second of which is described as what the shopper likes.
fn described<'a>(category: &'a str, brand: &'a str) -> Vec<RawDescription<'a>> {
    vec![
        RawDescription { place: 0, category: "No > Such", brand: "Nobody", price: None },
        RawDescription { place: 2, category, brand, price: None },
    ]
}

#[test]
fn described_items_are_ranked_by_taste_and_say_so() {
    let mut shelf = shelf();
    let liked = shelf.catalog().find("10001").expect("the sample's dress").row;
    let brand = shelf.catalog().brand_name(shelf.catalog().brand(liked).expect("a brand")).to_string();
    let path = shelf.catalog().category_path(shelf.catalog().category(liked).expect("a category")).to_string();
    for n in 0..3 {
        shelf.track(NOW.plus(n), &[event("add_to_cart", "10001")]);
    }
    let (a, b) = (id(&shelf, 50), id(&shelf, 51));
    let ids = ["other", a.as_str(), "like it", b.as_str(), "not described"];
    let below = format!("{path} > New ones");
    let list = shelf.rank(NOW, false, &ids, &described(&below, &brand));
    let order: Vec<u32> = list.items.iter().map(|i| i.given).collect();
    assert_eq!((order[0], order[4]), (2, 4), "{order:?}: what fits leads, what nobody describes follows");
    let first = &list.items[0];
    assert!(first.row.is_none() && matches!(first.because, Because::Category | Because::Brand));
    let tree = shelf.why(list.id, "like it").expect("a tree");
    assert_eq!((tree.value, leaves(&tree)), (first.score, first.score));
    let codes: Vec<&str> = tree.children.iter().map(|n| n.code).collect();
    assert_eq!(codes, ["category", "brand", "given"]);
    assert_eq!(tree.children[0].children[0].subject, Subject::Category(shelf.catalog().category(liked).expect("one")));
    assert_eq!(
        shelf.why(list.id, "not described").expect("it was shown"),
        Node { code: "score", subject: Subject::None, value: 0.0, children: vec![] }
    );
    assert!(shelf.why(list.id, "never given").is_err());
    // Of what the pack has, the pack says what it is; and the next list knows nothing of this one's descriptions.
    let known = [RawDescription { place: 1, category: &path, brand: &brand, price: None }];
    let ids = [a.as_str(), b.as_str()];
    assert_eq!(shelf.rank(NOW, false, &ids, &known).items, shelf.rank(NOW, false, &ids, &[]).items);
}

#[test]
fn variants_of_one_product_stay_on_a_given_list_side_by_side() {
    let mut shelf = shelf();
    let c = shelf.catalog();
    let row = (0..c.len() as u32).map(Row).find(|r| c.variants_of(*r).len() > 1).expect("one with sizes");
    let sizes: Vec<String> = c.variants_of(row).take(2).map(|v| c.variant_id(v).to_string()).collect();
    let other = id(&shelf, (row.0 + 1) % 40);
    let ids = [sizes[0].as_str(), other.as_str(), "else", sizes[1].as_str(), sizes[0].as_str()];
    let given = |list: &Shelf| list.items.iter().map(|i| i.given).collect::<Vec<_>>();
    assert_eq!(given(&shelf.rank(NOW, true, &ids, &[])), [0, 1, 2, 3], "as given, the same id once");
    shelf.track(NOW, &[event("view_item", &other)]);
    let list = shelf.rank(NOW, false, &ids, &[]);
    let mut all = given(&list);
    let at = all.iter().position(|i| *i == 0).expect("the first size");
    assert_eq!(all[at + 1], 3, "{all:?}");
    for size in &sizes {
        assert_eq!(shelf.why(list.id, size).expect("it was shown").value, list.items[at].score);
    }
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3]);
    let wish = Arranged { exclude: vec![&sizes[1]], ..Arranged::default() };
    assert_eq!(given(&shelf.rank_arranged(NOW, true, &ids, &[], &wish)), [1, 2], "what is left out is the product");
    let wish = Arranged { limit: 1, ..Arranged::default() };
    assert_eq!(shelf.rank_arranged(NOW, true, &ids, &[], &wish).items.len(), 1);
}

#[test]
fn a_neutral_ranked_list_is_the_same_for_any_two_portraits() {
    let (mut a, mut b) = (busy(3), busy(29));
    let (x, y) = (id(&a, 40), id(&a, 14));
    let ids = ["other", x.as_str(), "like it", y.as_str(), x.as_str(), "last"];
    let descriptions = described("Pets > Cats", "Lindoro");
    let neutral = a.rank(NOW, true, &ids, &descriptions);
    assert_eq!(neutral.items, b.rank(NOW, true, &ids, &descriptions).items);
    assert_eq!(neutral.items.iter().map(|i| i.given).collect::<Vec<_>>(), [0, 1, 2, 3, 5], "as given, each once");
    let list = |s: &mut Engine| s.rank(NOW, false, &ids, &descriptions).items;
    assert_ne!(list(&mut a), list(&mut b), "the personal ones differ");
}

#[test]
fn places_that_are_not_in_the_list_and_wrong_orders_are_no_harm() {
    let mut shelf = busy(3);
    let wild =
        [u32::MAX, 7, 0, 0, 1].map(|place| RawDescription { place, category: "Pets > > >", brand: "", price: None });
    for ids in [&["x", "y"][..], &[]] {
        let list = shelf.rank(NOW, false, ids, &wild);
        assert_eq!(list.items.len(), ids.len());
    }
}

#[test]
fn what_a_shopper_pays_moves_the_order_and_stands_in_the_tree() {
    let mut blend = Blend { weight: [0; COMPONENTS], ..Blend::default() };
    blend.weight[Component::Price as usize] = 65_536;
    let mut a = Engine::open(with_sections(&[(Tag::BLEND, 1, &blend.write())])).expect("a pack");
    a.set_consent(Consent { personalize: Tri::Yes, ..Consent::default() });
    let price_of = |a: &Engine, row: Row| a.catalog().price(row).now.expect("a price");
    let dear = (0..64).map(Row).max_by_key(|r| a.catalog().price(*r).now).expect("products");
    let cheap = (0..64)
        .map(Row)
        .filter(|r| a.catalog().price(*r).now.is_some())
        .min_by_key(|r| price_of(&a, *r))
        .expect("products");
    for (shown, at) in [(dear, 1), (cheap, 100_000_000)] {
        let id = a.catalog().id(shown).to_string();
        let now = Millis(NOW.0 + at);
        let items = vec![RawItem { id: &id, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None }];
        let bought = RawEvent { name: "purchase", event_id: "", at: f64::NAN, items, details: RawDetails::default() };
        assert_eq!(a.track(now, &[bought]).accepted, 1);
        let list = a.recommend(now, &Request { limit: 12, ..Request::default() });
        let first = list.items[0].row.expect("a product");
        let band = |row| price_band(price_of(&a, row));
        // The purchase before weighs less by now, so the latest price is the one that leads.
        assert!(band(first).abs_diff(band(shown)) <= 1, "{} for {}", price_of(&a, first).0, price_of(&a, shown).0);
        assert_eq!(list.items[0].because, Because::Price);
        let tree = a.why(list.id, a.catalog().id(first)).expect("served");
        assert_eq!(tree.children.iter().map(|n| n.code).collect::<Vec<_>>(), ["price"]);
        assert!((tree.children[0].value - tree.value).abs() < f64::EPSILON && tree.value > 0.0);
    }
}

#[test]
fn a_ranked_list_leaves_out_what_it_is_told_and_keeps_to_quotas_in_its_first_places() {
    let mut shelf = busy(3);
    let ids: Vec<String> = (0..40).map(|row| id(&shelf, row)).chain(["elsewhere".to_string()]).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for neutral in [false, true] {
        let plain = shelf.rank(NOW, neutral, &ids, &[]);
        let mut arranged = |wish: Arranged<'_>| shelf.rank_arranged(NOW, neutral, &ids, &[], &wish);
        let given = |list: &Shelf| list.items.iter().map(|i| i.given).collect::<Vec<_>>();
        assert_eq!(arranged(Arranged::default()).items, plain.items);
        let left = arranged(Arranged { exclude: vec![ids[4], "elsewhere", "nobody", ids[4]], ..Arranged::default() });
        assert!(left.items.len() == 39 && left.relaxed == 0 && given(&left).iter().all(|i| ![4, 40].contains(i)));
        let first = arranged(Arranged { limit: 5, ..Arranged::default() });
        assert_eq!(first.items, plain.items[..5]);
        // One of each category first, then the others as they were, which is told.
        let quotas = [1, 0, 0];
        let all = arranged(Arranged { quotas, ..Arranged::default() });
        let mut sorted = given(&all);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..41).collect::<Vec<_>>(), "nothing is lost");
        assert_eq!(all.relaxed, QUOTA_CATEGORY);
        let few = arranged(Arranged { quotas, limit: 4, ..Arranged::default() });
        assert_eq!((few.items.as_slice(), few.relaxed), (&all.items[..4], 0));
        let diverse = arranged(Arranged { diversity: 60_000, ..Arranged::default() });
        assert_eq!(diverse.items.last().expect("some").given, 40, "what nobody knows follows");
        assert_eq!(given(&diverse) == given(&plain), neutral, "the host's order stays");
        let c = shelf.catalog();
        let categories: Vec<_> = few.items.iter().map(|i| c.category(i.row.expect("of the pack"))).collect();
        assert_eq!(categories.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{categories:?}");
        let tree = shelf.why(all.id, ids[7]).expect("a tree");
        let item = all.items.iter().find(|i| i.given == 7).expect("the item");
        assert_eq!((tree.value, leaves(&tree)), (item.score, item.score));
    }
}
