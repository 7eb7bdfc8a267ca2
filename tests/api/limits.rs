//! Limits on a shelf as a whole, and its diversity: over many requests, nothing is missed that is not told.

#[cfg(feature = "cli")]
use super::PACK;
use super::{NOW, event, id, shelf};
use nearshelf::catalog::Catalog;
use nearshelf::engine::{Engine, Request, Shelf};
use nearshelf::id::Row;
use nearshelf::money::Minor;
#[cfg(feature = "cli")]
use nearshelf::pack::{Pack, PackWriter, Tag};
#[cfg(feature = "cli")]
use nearshelf::privacy::consent::Consent;
use nearshelf::rank::{ARRIVALS, Explorations, PIN, PRICE, QUOTA_BRAND, QUOTA_CATEGORY, QUOTA_STORE, Traits};
#[cfg(feature = "cli")]
use nearshelf::time::DAY;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

pub(super) fn rows(list: &Shelf) -> Vec<Row> {
    list.items.iter().filter_map(|i| i.row).collect()
}

/// Shelves that know nothing, one click, a few.
fn shelves() -> [Engine; 3] {
    clicked(shelf, [0, 1, 5])
}

/// Shelves that explore, after so many clicks.
pub(super) fn clicked<const N: usize>(open: fn() -> Engine, clicks: [u32; N]) -> [Engine; N] {
    clicks.map(|clicks| {
        let mut shelf = open();
        // One slot, "": a fifth of the showings of each place draws from ten.
        let record = [1_u32, 0, 200_000, 10, 0].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>();
        shelf.set_explorations(Explorations::read(&record));
        for row in 0..clicks {
            let product = id(&shelf, 7 + 11 * row);
            shelf.track(NOW, &[event("view_item", &product)]);
        }
        shelf
    })
}

/// Most of `of` that occur in `rows`.
fn most(rows: &[Row], of: impl Fn(Row) -> Option<u32>) -> usize {
    let all: Vec<u32> = rows.iter().filter_map(|r| of(*r)).collect();
    all.iter().map(|x| all.iter().filter(|y| *y == x).count()).max().unwrap_or(0)
}

fn outside(c: &Catalog, price: [Option<Minor>; 2], row: Row) -> bool {
    let [least, most] = price;
    price != [None; 2] && c.price(row).now.is_none_or(|m| least.is_some_and(|l| m < l) || most.is_some_and(|l| m > l))
}

#[test]
fn what_is_not_relaxed_holds_and_what_is_could_not() {
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let (mut relaxed, mut explored) = ([0; 64], 0);
    for shelf in &mut shelves() {
        let everything = rows(&shelf.recommend(NOW, &Request { limit: 200, neutral: true, ..Request::default() }));
        for _ in 0..150 {
            let pinned: Vec<String> =
                (0..draw(3)).map(|_| id(shelf, draw(shelf.catalog().len() as u64) as u32)).collect();
            let bound = |on: bool, m: u64| on.then_some(Minor(m as i64));
            let request = Request {
                limit: 1 + draw(24) as usize,
                pins: pinned.iter().map(|p| (p.as_str(), draw(12) as u32)).collect(),
                per_brand: draw(4) as u32,
                per_category: draw(4) as u32,
                price: [bound(draw(2) == 0, draw(6000)), bound(draw(2) == 0, 3000 + draw(30_000))],
                diversity: [0, 20_000, 65_536][draw(3) as usize],
                seed: (draw(2) == 0).then_some(draw(1000) as f64),
                ..Request::default()
            };
            let list = shelf.recommend(NOW, &request);
            assert_eq!(list.items, shelf.recommend(NOW, &request).items, "the same again");
            let c = shelf.catalog();
            let shown = rows(&list);
            assert_eq!(list.drawn.is_empty(), request.seed.is_none() || !list.personal);
            explored += list.drawn.iter().zip(&shown).filter(|(d, row)| d.best != **row).count();
            assert_eq!(shown.len(), request.limit.min(everything.len()), "full: {request:?}");
            let mut once = shown.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), shown.len());
            assert!(shown.iter().all(|r| c.availability(*r).can_be_bought()), "stock is never relaxed");
            let missed = |bit: u8, is: bool| {
                assert_eq!(list.relaxed & bit != 0, is, "bit {bit} of {:?}", request);
            };
            missed(QUOTA_BRAND, request.per_brand > 0 && most(&shown, |r| c.brand(r)) > request.per_brand as usize);
            let categories = most(&shown, |r| c.category(r));
            missed(QUOTA_CATEGORY, request.per_category > 0 && categories > request.per_category as usize);
            missed(PRICE, shown.iter().any(|r| outside(c, request.price, *r)));
            // Nothing is given up while a product that meets all is left over.
            let stands = |(id, place): &(&str, u32)| {
                shown.get(*place as usize).is_some_and(|row| c.find(id).is_some_and(|f| f.row == *row))
            };
            missed(PIN, !request.pins.iter().all(stands));
            if list.relaxed != 0 && request.pins.is_empty() {
                let fits = |r: &&Row| {
                    let with: Vec<Row> = shown.iter().copied().chain([**r]).collect();
                    let full = |n: u32, now: usize, then: usize| n > 0 && then > now && then > n as usize;
                    !shown.contains(r)
                        && !outside(c, request.price, **r)
                        && !full(request.per_brand, 0, with.iter().filter(|s| c.brand(**s) == c.brand(**r)).count())
                        && !full(
                            request.per_category,
                            0,
                            with.iter().filter(|s| c.category(**s) == c.category(**r)).count(),
                        )
                };
                assert_eq!(everything.iter().find(fits), None, "{request:?}");
            }
            let mut places: Vec<u32> = Vec::new();
            let mut pinned: Vec<Row> = Vec::new();
            for (id, place) in &request.pins {
                let row = c.find(id).expect("of the pack").row;
                let wanted = (*place as usize) < request.limit && c.availability(row).can_be_bought();
                if wanted && !places.contains(place) && !pinned.contains(&row) {
                    places.push(*place);
                    pinned.push(row);
                    assert_eq!(shown[*place as usize], row, "pinned: {request:?}");
                }
            }
            relaxed[usize::from(list.relaxed)] += 1;
            for item in &list.items {
                let tree = shelf.why(list.id, shelf.catalog().id(item.row.expect("a product"))).expect("a tree");
                assert_eq!(tree.value, item.score, "reasons add up wherever the item stands");
            }
        }
    }
    assert!(explored > 100, "{explored}");
    assert!(relaxed[0] > 100 && relaxed.iter().filter(|n| **n > 0).count() > 4, "{relaxed:?}");
    assert!(relaxed[..32].iter().sum::<u32>() > 200 && relaxed[32..].iter().sum::<u32>() > 20, "{relaxed:?}");
}

#[test]
fn a_pin_that_does_not_stand_is_told() {
    for shelf in &mut shelves() {
        let c = shelf.catalog();
        let (first, second, gone) = (id(shelf, 3), id(shelf, 4), {
            let row = (0..c.len() as u32).map(Row).find(|r| !c.availability(*r).can_be_bought());
            c.id(row.expect("something is out of stock")).to_string()
        });
        let whole = c.category_path(c.category(c.find(&first).expect("of the pack").row).expect("one")).to_string();
        let mut told = |pins: &[(&str, u32)], category: &str| {
            let request = Request { limit: 6, pins: pins.to_vec(), category, ..Request::default() };
            let list = shelf.recommend(NOW, &request);
            assert_eq!(list.relaxed & !PIN, 0);
            list.relaxed == PIN
        };
        assert!(!told(&[(&first, 2), (&second, 0)], ""));
        assert!(!told(&[(&first, 0)], &whole));
        for pins in [
            vec![(gone.as_str(), 1)],
            vec![("nobody-sells-this", 1)],
            vec![(&first, 6)],
            vec![(&first, 2), (&second, 2)],
            vec![(&first, 2), (&first, 3)],
        ] {
            assert!(told(&pins, ""), "{pins:?}");
        }
        // A shelf that ends before the place, and one the product is no part of.
        let only = [shelf.catalog().find(&first).expect("of the pack").row.0];
        let request = Request { limit: 6, pins: vec![(&first, 3)], only: Some(only.to_vec()), ..Request::default() };
        let list = shelf.recommend(NOW, &request);
        assert_eq!((rows(&list), list.relaxed), (only.map(Row).to_vec(), PIN));
        let request = Request { pins: vec![(&second, 0)], ..request };
        assert_eq!(shelf.recommend(NOW, &request).relaxed, PIN);
    }
}

/// What a product would miss beside those that are shown, of category, brand, store and price, in bits.
fn missed(c: &Catalog, request: &Request<'_>, shown: &[Row], row: Row) -> u8 {
    let full = |most: u32, of: &dyn Fn(Row) -> Option<u32>| {
        most > 0 && of(row).is_some() && shown.iter().filter(|r| of(**r) == of(row)).count() >= most as usize
    };
    let bit = |is: bool, bit: u8| if is { bit } else { 0 };
    bit(full(request.per_category, &|r| c.category(r)), QUOTA_CATEGORY)
        | bit(full(request.per_brand, &|r| c.brand(r)), QUOTA_BRAND)
        | bit(full(request.per_store, &|r| c.store(r)), QUOTA_STORE)
        | bit(outside(c, request.price, row), PRICE)
}

/// The order in which limits are relaxed.
const ORDER: [u8; 5] = [ARRIVALS, QUOTA_CATEGORY, QUOTA_BRAND, QUOTA_STORE, PRICE];

#[test]
fn nothing_is_relaxed_while_what_is_relaxed_before_it_brings_a_product() {
    let mut x = 0x2545_F491_4F6C_DD1D_u64;
    let mut draw = |n: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % n
    };
    let market = || {
        let mut shelf = Engine::open(crate::compat::with_sections(&crate::compat::LIMITS)).expect("a pack");
        shelf.set_consent(nearshelf::privacy::consent::Consent::all());
        shelf
    };
    let (mut relaxed, mut left) = ([0; 5], [0; 5]);
    for shelf in &mut clicked(market, [0, 1, 5]) {
        let everything = rows(&shelf.recommend(NOW, &Request { limit: 200, neutral: true, ..Request::default() }));
        for _ in 0..400 {
            let least = draw(12_000);
            let request = Request {
                limit: 1 + draw(40) as usize,
                per_brand: draw(4) as u32,
                per_category: draw(4) as u32,
                per_store: draw(8) as u32,
                arrivals: draw(5) as u32,
                price: if draw(2) == 0 {
                    [None; 2]
                } else {
                    [Some(Minor(least as i64)), Some(Minor((least + draw(60_000)) as i64))]
                },
                diversity: [0, 30_000][draw(2) as usize],
                seed: (draw(2) == 0).then_some(draw(1000) as f64),
                ..Request::default()
            };
            let list = shelf.recommend(NOW, &request);
            let (c, shown) = (shelf.catalog(), rows(&list));
            let rest: Vec<Row> = everything.iter().copied().filter(|r| !shown.contains(r)).collect();
            for (n, bit) in ORDER.into_iter().enumerate().skip(1).filter(|(_, bit)| list.relaxed & bit != 0) {
                relaxed[n] += 1;
                // Each product that is left misses this limit, or one that is relaxed later.
                let later: u8 = ORDER[n..].iter().sum();
                let misses: Vec<u8> = rest.iter().map(|row| missed(c, &request, &shown, *row)).collect();
                assert!(misses.iter().all(|m| m & later != 0), "bit {bit} of {request:?}: {misses:?}");
                left[n] += usize::from(!misses.is_empty());
            }
        }
    }
    assert!(relaxed[1..].iter().all(|n| *n > 50) && left[1..].iter().all(|n| *n > 20), "{relaxed:?} {left:?}");
}

#[cfg(feature = "cli")]
#[test]
fn of_each_two_limits_the_one_that_is_relaxed_first_gives_way() {
    use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer, write};
    use nearshelf::catalog::{Availability, Market};
    let today = (NOW.0 / DAY) as u16;
    // The first product has a place. The one behind it meets all limits but one, the last one all but another.
    let shelf = |give: u8, hold: u8| {
        let product = |id: &str, popularity: u16, misses: u8| {
            let other = |bit: u8, text: &str| {
                if misses & bit != 0 { "of the first".to_string() } else { format!("{text} {id}") }
            };
            let price = if misses & PRICE != 0 { 90_000 } else { 1_000 };
            let offer = VariantOffer { list: Some(price), sale: None, availability: Availability::InStock };
            ProductDraft {
                id: id.into(),
                titles: vec![id.into()],
                categories: vec![other(QUOTA_CATEGORY, "category")],
                brand: other(QUOTA_BRAND, "brand"),
                store: other(QUOTA_STORE, "store"),
                since: if misses & ARRIVALS != 0 { 1 } else { today - 1 },
                popularity,
                variants: vec![VariantDraft { id: format!("{id}-v"), titles: vec![], offers: vec![offer] }],
                ..ProductDraft::default()
            }
        };
        let all = QUOTA_CATEGORY | QUOTA_BRAND | QUOTA_STORE | ARRIVALS;
        // What misses the limit that holds is the better one, so that only the order of relaxation speaks against it.
        let draft = Draft {
            shop: "made-up".into(),
            support: 5,
            markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
            languages: vec!["en".into()],
            products: vec![
                product("first", 65_000, all),
                product("holds", 40_000, hold),
                product("gives", 20_000, give),
            ],
            ..Draft::default()
        };
        let mut out = PackWriter::new();
        write(&draft, &mut out).expect("written");
        Engine::open(out.finish().expect("small")).expect("a shelf")
    };
    for (n, give) in ORDER.into_iter().enumerate() {
        for hold in ORDER[n + 1..].iter().copied() {
            let mut shelf = shelf(give, hold);
            shelf.set_consent(Consent::all());
            let is = |bit: u8| u32::from((give | hold) & bit != 0);
            let request = Request {
                limit: 2,
                pins: vec![("first", 0)],
                per_category: is(QUOTA_CATEGORY),
                per_brand: is(QUOTA_BRAND),
                per_store: is(QUOTA_STORE),
                arrivals: is(ARRIVALS),
                arrival_days: 30,
                price: [None, (is(PRICE) > 0).then_some(Minor(50_000))],
                ..Request::default()
            };
            let shown = |shelf: &mut Engine, request: &Request<'_>| {
                let list = shelf.recommend(NOW, request);
                (rows(&list).into_iter().map(|r| id(shelf, r.0)).collect::<Vec<_>>(), list.relaxed)
            };
            let plain = Request { limit: 2, ..Request::default() };
            assert_eq!(shown(&mut shelf, &plain).0, ["first", "holds"], "by popularity");
            for looks in 0..2 {
                assert_eq!(
                    shown(&mut shelf, &request),
                    (vec!["first".into(), "gives".into()], give),
                    "{give} before {hold}"
                );
                assert!(looks > 0 || shelf.track(NOW, &[event("view_item", "first")]).accepted == 1);
            }
        }
    }
}

#[test]
fn why_not_names_quota_and_price_band() {
    for shelf in &mut shelves() {
        let plain = Request { limit: 12, ..Request::default() };
        let order = rows(&shelf.recommend(NOW, &plain));
        let category = |s: &Engine, r: Row| s.catalog().category(r);
        let twin = order
            .iter()
            .skip(1)
            .find(|r| order[..12].iter().any(|o| o < *r && category(shelf, *o) == category(shelf, **r)));
        let quota = Request { per_category: 1, ..plain.clone() };
        let shown = rows(&shelf.recommend(NOW, &quota));
        let out: Vec<Row> = order.iter().copied().filter(|r| !shown.contains(r)).collect();
        assert!(twin.is_some() && !out.is_empty(), "the sample's first twelve share categories");
        for row in out {
            let id = id(shelf, row.0);
            assert_eq!(shelf.why_not(NOW, &quota, &id).code(), "quota");
        }
        let dear = shelf.catalog().price(order[0]).now.expect("a price");
        let band = Request { limit: 2, price: [Some(Minor(dear.0 + 1)), None], ..Request::default() };
        let first = id(shelf, order[0].0);
        assert_eq!(shelf.why_not(NOW, &band, &first).code(), "price_band");
        let pinned = Request { limit: 3, pins: vec![(&first, 2)], ..Request::default() };
        assert_eq!(shelf.why_not(NOW, &pinned, &first), nearshelf::rank::Stage::Shown(2));
    }
}

/// Mean distance of the pairs of a list, in 2^-20.
fn distance(c: &Catalog, rows: &[Row]) -> i64 {
    let traits: Vec<Traits> = rows.iter().map(|r| Traits::of(c, *r)).collect();
    let pairs = traits.iter().enumerate().flat_map(|(i, a)| traits[..i].iter().map(|b| (1 << 20) - a.similarity(b)));
    pairs.clone().sum::<i64>() / pairs.count().max(1) as i64
}

#[test]
fn diversity_moves_lists_apart_and_none_changes_nothing() {
    for shelf in &mut shelves() {
        let mut at = |diversity, limit| {
            let list = shelf.recommend(NOW, &Request { limit, diversity, ..Request::default() });
            (rows(&list), list.relaxed)
        };
        let plain = at(0, 12).0;
        assert_eq!(plain, at(0, 200).0[..12]);
        let (full, relaxed) = at(65_536, 12);
        assert_eq!((full[0], relaxed), (plain[0], 0), "the best comes first however diverse");
        let lists = [plain, at(32_768, 12).0, full];
        let ilds = lists.map(|rows| distance(shelf.catalog(), &rows));
        assert!(ilds[0] < ilds[1] && ilds[1] <= ilds[2], "{ilds:?}");
    }
}

/// The frozen pack, with a section that says which categories' products are bought again.
#[cfg(feature = "cli")]
fn with_repeat(categories: &[u32]) -> Engine {
    let pack = Pack::open(PACK.to_vec()).expect("the frozen pack");
    let mut out = PackWriter::new();
    for s in pack.sections() {
        out.add(s.tag, s.key, s.entries as usize, pack.section(s.tag, s.key).expect("listed").to_vec());
    }
    let numbers = categories.iter().flat_map(|c| c.to_le_bytes());
    let record = (categories.len() as u32).to_le_bytes().into_iter().chain(numbers).collect();
    out.add(Tag::SHELF, 0, categories.len(), record);
    let mut shelf = Engine::open(out.finish().expect("a pack")).expect("a shelf");
    shelf.set_consent(Consent::all());
    shelf
}

#[cfg(feature = "cli")]
#[test]
fn what_was_bought_comes_back_only_where_it_is_bought_again() {
    let plain = shelf();
    let (first, c) = (id(&plain, 0), plain.catalog());
    let mine = c.category(Row(0)).expect("a category");
    let above = c.category_chain(mine).last().expect("a chain");
    let other = (0..c.category_count() as u32).find(|x| !c.is_in(Row(0), *x)).expect("another category");
    let cases =
        [(plain, false), (with_repeat(&[other]), true), (with_repeat(&[]), true), (with_repeat(&[above]), false)];
    for (mut shelf, left_out) in cases {
        let all = Request { limit: 200, ..Request::default() };
        shelf.track(NOW, &[event("purchase", &first)]);
        assert_eq!(shelf.why_not(NOW, &all, &first).code(), "shown", "this visit's orders are no earlier visit's");
        let later = NOW.plus(3 * DAY);
        let snapshot = shelf.snapshot().expect("consented");
        shelf.forget();
        shelf.restore(&snapshot).expect("a snapshot");
        let second = id(&shelf, 1);
        shelf.track(later, &[event("view_item", &second)]);
        let stage = shelf.why_not(later, &all, &first).code();
        assert_eq!(stage, if left_out { "bought" } else { "shown" });
        assert_eq!(rows(&shelf.recommend(later, &all)).contains(&Row(0)), !left_out);
        let neutral = Request { neutral: true, ..all };
        assert!(rows(&shelf.recommend(later, &neutral)).contains(&Row(0)), "neutral knows of no orders");
    }
}
