//! What a page shows, restrictions, and lists with items the pack does not have.

use super::{NOW, event, id, shelf};
use crate::compat::with_sections;
use nearshelf::engine::{Arranged, Because, Engine, RawDescription, Request, Shelf};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::money::price_band;
use nearshelf::pack::{PackWriter, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::rank::table::TableKind;
use nearshelf::rank::{Blend, COMPONENTS, Component, Node, QUOTA_CATEGORY, Stage, Subject, Tables};
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
    // Each at its own price, and in a quota the product once: the other size stands behind all.
    let plain = shelf.rank(NOW, true, &ids, &[]);
    let c = shelf.catalog();
    for (n, item) in plain.items.iter().enumerate().filter(|(n, _)| [0, 3].contains(n)) {
        assert_eq!(item.variant, u32::from(n == 3));
        assert_eq!(item.price, c.price_of(c.variants_of(row).start + item.variant));
    }
    let wish = Arranged { quotas: [1, 1, 0], limit: 2, ..Arranged::default() };
    let kept = given(&shelf.rank_arranged(NOW, true, &ids, &[], &wish));
    assert!(kept.len() == 2 && kept[0] == 0 && kept[1] != 3, "{kept:?}");
    let unkept = Arranged { unkept: true, ..Arranged::default() };
    let list = shelf.rank_arranged(NOW, true, &ids, &[], &unkept);
    assert_eq!((list.id, list.items.len()), (0, 4));
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

/// A shelf over the frozen pack with more sections, on which one component alone counts, by a blend with these decays.
fn weighing(component: Component, decays: [u32; 2], more: &[(Tag, usize, &[u8])]) -> Engine {
    let [together_decay, again_decay] = decays;
    let mut blend = Blend { weight: [0; COMPONENTS], together_decay, again_decay, ..Blend::default() };
    blend.weight[component as usize] = 65_536;
    let mut shelf =
        Engine::open(with_sections(&[&[(Tag::BLEND, 1, blend.write().as_slice())], more].concat())).expect("a pack");
    shelf.set_consent(Consent { personalize: Tri::Yes, ..Consent::default() });
    shelf
}

/// Tracks looks at products, a minute apart, and answers with the whole shelf after them.
fn looked(shelf: &mut Engine, at: &[u32], limit: usize) -> Shelf {
    for (n, row) in at.iter().enumerate() {
        let item = id(shelf, *row);
        assert_eq!(shelf.track(NOW.plus(n as i64 * 60_000), &[event("view_item", &item)]).accepted, 1);
    }
    shelf.recommend(NOW.plus(at.len() as i64 * 60_000), &Request { limit, ..Request::default() })
}

/// The neighbours of a product in a table of a shelf's pack, the nearest first.
fn neighbours(shelf: &Engine, kind: TableKind, row: u32) -> Vec<(u32, u16)> {
    let c = shelf.catalog();
    let tables = Tables::open(c.pack(), c.len()).expect("tables");
    let mut near = Vec::new();
    tables.of(kind).for_each(c.pack(), Row(row), |other, weight| near.push((other.0, weight)));
    near.sort_by_key(|(row, weight)| (u16::MAX - weight, *row));
    near.retain(|(row, _)| c.availability(Row(*row)).can_be_bought());
    near
}

fn score(list: &Shelf, row: u32) -> f64 {
    list.items.iter().find(|i| i.row == Some(Row(row))).map_or(0.0, |i| i.score)
}

#[test]
fn what_goes_with_an_older_step_counts_less_than_what_goes_with_a_newer_one() {
    let half = || weighing(Component::Together, [32_768, 0], &[]);
    // Two products, each with a neighbour that the other does not have, nor is.
    let near = |row| neighbours(&half(), TableKind::Together, row);
    let only = |of: u32, other: u32| {
        let theirs = near(other);
        near(of).into_iter().find(|(row, _)| ![of, other].contains(row) && theirs.iter().all(|(r, _)| r != row))
    };
    let pairs = (0..64).flat_map(|a| (a + 1..64).map(move |b| (a, b)));
    let found = pairs.filter_map(|(a, b)| Some((a, b, only(a, b)?, only(b, a)?))).next();
    let (a, b, (x, of_a), (y, of_b)) = found.expect("the frozen table has such");
    for (steps, older) in [([a, b], x), ([b, a], y)] {
        let mut shelf = half();
        let list = looked(&mut shelf, &steps, 200);
        let parts = |row: u32, weight: u16| score(&list, row) / f64::from(weight);
        // What reaches each, by a weight of the table: the older step's is worth a half of the newer one's.
        let [old, new] = if older == x { [parts(x, of_a), parts(y, of_b)] } else { [parts(y, of_b), parts(x, of_a)] };
        assert!((old / new - 0.5).abs() < 0.005, "{old} {new}");
        let tree = shelf.why(list.id, &id(&shelf, older)).expect("served");
        assert_eq!(tree.children.iter().map(|n| n.code).collect::<Vec<_>>(), ["together"]);
        assert_eq!(tree.children[0].children[0].subject, Subject::Product(steps[0]));
    }
}

#[test]
fn what_was_seen_twice_counts_twice_for_again() {
    let mut shelf = weighing(Component::Again, [0, 65_536], &[]);
    let list = looked(&mut shelf, &[7, 20, 7], 200);
    assert_eq!(rows(&list)[..2], [7, 20]);
    assert_eq!((score(&list, 7), score(&list, 20)), (1.0, 0.5));
    assert!(list.items[..2].iter().all(|i| i.because == Because::Again) && list.items[2].score == 0.0);
    let tree = shelf.why(list.id, &id(&shelf, 7)).expect("served");
    assert_eq!((tree.children.len(), tree.children[0].code, tree.children[0].value), (1, "again", 1.0));
    // Where older steps fade, so do older looks: the one product was seen at the first and at the third of three steps.
    let list = looked(&mut weighing(Component::Again, [0, 32_768], &[]), &[7, 20, 7], 200);
    assert!(score(&list, 7) == 1.0 && (score(&list, 20) - 0.5 / 1.25).abs() < 1e-5, "{}", score(&list, 20));
}

#[test]
fn what_is_popular_of_late_leads_where_that_alone_counts() {
    let recent: Vec<u16> = (0..64).map(|row| (row * 37 % 64) * 1_000).collect();
    let bytes: Vec<u8> = recent.iter().flat_map(|n| n.to_le_bytes()).collect();
    let mut shelf = weighing(Component::Recent, [0, 0], &[(Tag::PRODUCT_RECENT, 64, &bytes)]);
    let list = looked(&mut shelf, &[3], 200);
    let of = |row: u32| recent[row as usize];
    let shown = rows(&list);
    assert!(shown.len() > 40 && shown.is_sorted_by(|a, b| of(*a) > of(*b)), "{shown:?}");
    let most = shown.iter().map(|r| of(*r)).max().expect("some");
    for row in &shown {
        let expected = f64::from(of(*row)) / f64::from(most);
        assert!((score(&list, *row) - expected).abs() < 1e-5, "{row}: {} {expected}", score(&list, *row));
    }
    let tree = shelf.why(list.id, &id(&shelf, shown[0])).expect("served");
    assert_eq!(tree.children.iter().map(|n| (n.code, n.value)).collect::<Vec<_>>(), [("recent", 1.0)]);
}

/// What a component alone brings into a list: the product that leads it after a look at another, which would be none of its candidates by itself.
fn leads(shelf: &mut Engine, component: Component, seen: u32, nearest: u32) {
    let list = looked(shelf, &[seen], 1);
    assert_eq!(rows(&list), [nearest], "{component:?}");
    let tree = shelf.why(list.id, &id(shelf, nearest)).expect("served");
    assert_eq!(tree.children.iter().map(|n| (n.code, n.value)).collect::<Vec<_>>(), [(component.code(), 1.0)]);
    assert_eq!(tree.children[0].children[0].subject, Subject::Product(seen));
    // Nothing else of the frozen pack points there.
    let mut plain = weighing(component, [0, 0], &[]);
    looked(&mut plain, &[seen], 1);
    let near = id(&plain, nearest);
    assert_eq!(
        plain.why_not(NOW.plus(60_000), &Request { limit: 1, ..Request::default() }, &near),
        Stage::NotCandidate
    );
}

/// The frozen pack under a blend of one component, with a section under a key of its own.
fn keyed(component: Component, (tag, key): (Tag, u32), entries: usize, bytes: &[u8]) -> Engine {
    let plain = weighing(component, [0, 0], &[]);
    let pack = plain.catalog().pack();
    let mut out = PackWriter::new();
    for s in pack.sections() {
        out.add(s.tag, s.key, s.entries as usize, pack.section(s.tag, s.key).expect("listed").to_vec());
    }
    out.add(tag, key, entries, bytes.to_vec());
    let mut shelf = Engine::open(out.finish().expect("small")).expect("a pack");
    shelf.set_consent(Consent { personalize: Tri::Yes, ..Consent::default() });
    shelf
}

/// A product with a neighbour that nothing else of the frozen pack points to from it, and that neighbour.
fn far(component: Component, near: impl Fn(u32) -> Option<u32>) -> (u32, u32) {
    let is_far = |seen: &u32| {
        let mut plain = weighing(component, [0, 0], &[]);
        looked(&mut plain, &[*seen], 1);
        let request = Request { limit: 1, ..Request::default() };
        near(*seen).is_some_and(|row| {
            let near = id(&plain, row);
            plain.why_not(NOW.plus(60_000), &request, &near) == Stage::NotCandidate
        })
    };
    let seen = (0..64).find(is_far).expect("one is far from all else");
    (seen, near(seen).expect("it has one"))
}

#[test]
fn what_a_linear_model_expects_comes_into_the_list_and_names_the_step() {
    // The frozen table of what is similar, as one of a linear model.
    let bytes = crate::compat::LIMITS[4].2;
    let open = || keyed(Component::Linear, (Tag::TABLE, TableKind::Linear as u32), 64, bytes);
    let (seen, nearest) = far(Component::Linear, |row| Some(neighbours(&open(), TableKind::Linear, row).first()?.0));
    leads(&mut open(), Component::Linear, seen, nearest);
}

#[cfg(feature = "vectors")]
#[test]
fn what_points_the_same_way_comes_into_the_list_and_names_the_step() {
    use nearshelf::rank::embedding::BY_PAIRS;
    use nearshelf::rank::planes::lay;
    // Vectors that point anywhere.
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let numbers: Vec<i8> = (0..64 * 48).map(|_| below(120) as i8 - 60).collect();
    let bytes = [[32, 16, 415, 0].map(u16::to_le_bytes).concat(), lay(&numbers, 48)].concat();
    let open = || keyed(Component::Embedding, (Tag::EMBEDDING, BY_PAIRS), 64, &bytes);
    // That of the whole shelf which is nearest but for the product itself; its own vector is the nearest of all, and it is in the list.
    let nearest = |row: u32| {
        let mut shelf = open();
        let item = id(&shelf, row);
        let found = shelf.nearest(&[&item], 2);
        let near = found.iter().map(|(near, _)| near.0).find(|near| *near != row)?;
        shelf.catalog().availability(Row(near)).can_be_bought().then_some(near)
    };
    let (seen, near) = far(Component::Embedding, nearest);
    let mut shelf = open();
    let list = looked(&mut shelf, &[seen], 2);
    assert_eq!(rows(&list), [seen, near]);
    let tree = shelf.why(list.id, &id(&shelf, near)).expect("served");
    assert_eq!(tree.children.iter().map(|n| n.code).collect::<Vec<_>>(), ["embedding"]);
    assert!(tree.value > 0.0 && tree.value < list.items[0].score);
    assert_eq!(tree.children[0].children[0].subject, Subject::Product(seen));
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn a_product_that_few_turned_to_appears_after_a_look_at_one_of_a_like_title() {
    use nearshelf::builder::pack::{Options, build};
    let dir = tempfile::tempdir().expect("a folder");
    let titles = ["Teal owl mug", "Teal owl plate", "Walnut desk", "Copper lamp", "Linen curtain"];
    let mut catalog = String::from("id,title,price\n");
    titles.iter().zip(0..).for_each(|(title, i)| catalog += &format!("{i},{title},10.00 EUR\n"));
    (5..40).for_each(|i| catalog += &format!("{i},Number{i} thing{i},10.00 EUR\n"));
    std::fs::write(dir.path().join("catalog.csv"), catalog).expect("written");
    // Everything but the plate has its shoppers, who look at one thing each; the plate has one, who came often.
    let mut log = String::from("session_id,item_id,timestamp,user_id\n");
    for v in 0..39 * 6_u32 {
        let item = if v % 39 == 0 { 0 } else { v % 39 + 1 };
        log += &format!("{v},{item},{},u{}\n", 1_700_000_000 + v * 3_600, v % 60);
    }
    (300..309).for_each(|v| log += &format!("{v},1,{},u90\n", 1_700_000_000 + v * 3_600));
    std::fs::write(dir.path().join("interactions.csv"), log).expect("written");
    let pack = build(&crate::builder::read(dir.path()), &Options::default(), &nearshelf::shop::Silent).expect("a pack");
    let mut shelf = Engine::open(pack).expect("a shelf");
    shelf.set_consent(Consent { personalize: Tri::Yes, ..Consent::default() });
    let row = |shelf: &Engine, id: &str| shelf.catalog().find(id).expect(id).row;
    let plate = row(&shelf, "1");
    assert_eq!((shelf.catalog().support(), shelf.catalog().popularity(plate)), (5, 0));
    let shown = |shelf: &mut Engine, seen: &str| {
        shelf.forget();
        shelf.track(NOW, &[event("view_item", seen)]);
        let list = shelf.recommend(NOW, &Request { limit: 12, ..Request::default() });
        let place = list.items.iter().position(|i| i.row == Some(plate));
        place.map(|at| (list.items[at].because, list.items[at].subject))
    };
    let mug = row(&shelf, "0").0;
    assert_eq!(shown(&mut shelf, "0"), Some((Because::Similar, Subject::Product(mug))));
    assert_eq!(shown(&mut shelf, "2"), None, "a desk is nothing like it");
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
