//! Products that only an overlay knows: on the shelf while it says so, and nowhere when it does not.

use super::{NOW, PACK, event, id, shelf};
use nearshelf::catalog::Availability;
use nearshelf::catalog::overlay::Head;
use nearshelf::catalog::overlay_file::{About, Item, read, write};
use nearshelf::engine::{Engine, RawCart, RawDescription, RawLine, Request};
use nearshelf::id::Row;
use nearshelf::offer::Customer;
use nearshelf::rank::Stage;
use nearshelf::time::HOUR;

const CATS: &str = "Pets > Cats";

fn about(category: &str, brand: &str) -> About {
    About {
        titles: vec![("en".into(), "Cat tunnel".into()), ("zh-CN".into(), "猫隧道".into())],
        category: category.into(),
        brand: brand.into(),
        link: "https://shop.example/tunnel".into(),
        image: "https://shop.example/tunnel.jpg".into(),
    }
}

fn item(id: &str) -> Item {
    Item { id: id.into(), ..Item::default() }
}

fn new(id: &str, category: &str, brand: &str) -> Item {
    Item { price: Some(Some(12_900)), about: Some(about(category, brand)), ..item(id) }
}

fn file(market: &str, sequence: u64, full: bool, items: &[Item]) -> Vec<u8> {
    let head = Head { shop: "harbour-lane", market, sequence, issued: Some(NOW), full, ..Head::default() };
    write(&head, items, shelf().catalog()).0
}

fn lay(shelf: &mut Engine, sequence: u64, full: bool, items: &[Item]) {
    let told = shelf.overlay(NOW, &file("cn", sequence, full, items), true).expect("sound");
    assert_eq!(told.outcome, 1 + u8::from(full));
}

fn row(shelf: &Engine, id: &str) -> Option<Row> {
    shelf.catalog().find(id).map(|found| found.row)
}

/// Ids of a shelf of as many as there are.
fn shown(shelf: &mut Engine) -> Vec<String> {
    let list = shelf.recommend(NOW, &Request { limit: 200, ..Request::default() });
    list.items.iter().map(|i| id(shelf, i.row.expect("a product").0)).collect()
}

/// A shopper who looks at things for cats.
fn cat_lover() -> Engine {
    let mut shelf = shelf();
    let c = shelf.catalog();
    let cats = c.category_named(CATS).expect("a category of the frozen pack");
    let ids: Vec<String> = (0..64).filter(|i| c.is_in(Row(*i), cats)).take(2).map(|i| id(&shelf, i)).collect();
    assert_eq!(ids.len(), 2);
    for id in &ids {
        shelf.track(NOW, &[event("view_item", id)]);
    }
    shelf
}

#[test]
fn a_new_item_is_a_product_as_any_other() {
    let mut shelf = shelf();
    lay(&mut shelf, 1, true, &[new("tunnel", CATS, "Whiskado"), new("bowl", CATS, "Newcomer")]);
    let c = shelf.catalog();
    assert_eq!((c.len(), c.packed(), c.variant_count()), (66, 64, 92));
    let tunnel = row(&shelf, "tunnel").expect("a row");
    assert_eq!((c.id(tunnel), c.title(tunnel), c.url(tunnel)), ("tunnel", "Cat tunnel", "https://shop.example/tunnel"));
    assert_eq!(c.image(tunnel), "https://shop.example/tunnel.jpg");
    assert_eq!((c.price(tunnel).now.map(|m| m.0), c.availability(tunnel)), (Some(12_900), Availability::InStock));
    assert_eq!(c.category(tunnel).map(|x| c.category_path(x)), Some(CATS));
    let brand = |id: &str| {
        let row = row(&shelf, id).expect("a row");
        (c.brand_shown(row), c.brand(row).map(|b| c.brand_name(b)))
    };
    assert_eq!((brand("tunnel"), brand("bowl")), (("Whiskado", Some("Whiskado")), ("Newcomer", None)));
    assert_eq!((c.variant_id(c.best_variant(tunnel)), c.tags(tunnel).count()), ("tunnel", 0));
    // Unknown to every log, they are the last of the published order; the file has them by id.
    let order = shown(&mut shelf);
    assert_eq!(order[order.len() - 2..], ["bowl", "tunnel"]);
    shelf.set_view("", "zh-CN").expect("a language");
    assert_eq!(shelf.catalog().title(tunnel), "猫隧道");
    let line = RawLine { id: "1", item: "tunnel", price: f64::NAN, qty: 2.0, store: "", floor: f64::NAN };
    let cart = RawCart { lines: vec![line], shipping: f64::NAN, ..RawCart::default() };
    assert_eq!(shelf.quote(NOW, &cart, &Customer::default()).expect("a cart").subtotal.0, 25_800);
}

#[test]
fn it_ranks_by_its_category_and_brand_and_is_heard_of() {
    let mut shelf = cat_lover();
    let before = shown(&mut shelf);
    lay(&mut shelf, 1, true, &[new("tunnel", CATS, "Whiskado"), new("cap", "Sport > Running", "Strideon")]);
    let after = shown(&mut shelf);
    let place = |id: &str| after.iter().position(|x| x == id).expect("on the shelf");
    assert!(place("tunnel") < place("cap"), "{after:?}");
    let others: Vec<&String> = after.iter().filter(|x| *x != "tunnel" && *x != "cap").collect();
    assert_eq!(others, before.iter().collect::<Vec<_>>(), "the others stand as they stood");
    let list = shelf.recommend(NOW, &Request { limit: 200, ..Request::default() });
    let why = shelf.why(list.id, "tunnel").expect("its reasons");
    assert!(why.children.iter().any(|n| n.code == "category"), "{why:?}");
    assert_eq!(
        shelf.why_not(NOW, &Request { limit: 200, ..Request::default() }, "tunnel"),
        Stage::Shown(place("tunnel"))
    );
    // What is seen of it counts for its category.
    assert_eq!(shelf.track(NOW, &[event("view_item", "cap")]).accepted, 1);
    let liked = &shelf.portrait(NOW).traits[1];
    assert!(liked.iter().any(|t| t.key == "Sport > Running"), "{liked:?}");
}

#[test]
fn it_goes_with_the_overlay_and_comes_again() {
    let mut shelf = cat_lover();
    let holds = |shelf: &mut Engine| shown(shelf).contains(&"tunnel".to_string());
    lay(&mut shelf, 1, true, &[new("tunnel", CATS, "")]);
    let list = shelf.recommend(NOW, &Request { limit: 200, ..Request::default() });
    assert!(holds(&mut shelf));
    lay(&mut shelf, 2, false, &[Item { price: Some(Some(9_900)), ..item("tunnel") }]);
    let price = |shelf: &Engine| shelf.catalog().price(row(shelf, "tunnel").expect("a row")).now.map(|m| m.0);
    assert_eq!((holds(&mut shelf), price(&shelf)), (true, Some(9_900)), "a delta leaves it, and changes it");
    lay(&mut shelf, 3, true, &[item("20001")]);
    assert_eq!((holds(&mut shelf), price(&shelf)), (false, None), "a full one that does not describe it");
    let why_not = shelf.why_not(NOW, &Request::default(), "tunnel");
    assert_eq!(why_not, Stage::Hidden);
    assert!(shelf.why(list.id, "tunnel").is_ok(), "what was served keeps its reasons");
    lay(&mut shelf, 4, true, &[new("tunnel", CATS, "")]);
    assert_eq!((holds(&mut shelf), price(&shelf), shelf.catalog().len()), (true, Some(12_900), 65));
    shelf.overlay(NOW, &[], true).expect("taken away");
    assert!(!holds(&mut shelf));
    lay(&mut shelf, 1, true, &[Item { hidden: Some(true), ..new("tunnel", CATS, "") }]);
    assert!(!holds(&mut shelf), "described and hidden");
    lay(&mut shelf, 2, true, &[Item { availability: Some(Availability::OutOfStock), ..new("tunnel", CATS, "") }]);
    assert_eq!(shelf.why_not(NOW, &Request::default(), "tunnel"), Stage::OutOfStock);
}

#[test]
fn each_market_has_those_that_its_overlay_describes() {
    let mut shelf = shelf();
    lay(&mut shelf, 1, true, &[new("tunnel", CATS, "")]);
    let us = file("us", 1, true, &[new("cap", "Sport > Running", "")]);
    shelf.overlay(NOW, &us, true).expect("for the other market");
    let has = |shelf: &mut Engine| ["tunnel", "cap"].map(|id| shown(shelf).contains(&id.to_string()));
    assert_eq!(has(&mut shelf), [true, false]);
    shelf.set_view("us", "").expect("a market");
    assert_eq!(has(&mut shelf), [false, true]);
    shelf.set_view("cn", "").expect("a market");
    assert_eq!(has(&mut shelf), [true, false]);
}

#[test]
fn what_the_pack_has_takes_over() {
    let mut shelf = shelf();
    let known = id(&shelf, 5);
    // The record of an overlay made with an older pack: this one has the product now.
    let mut items = vec![new("tunnel", CATS, "")];
    items[0].id = known.clone();
    let head = Head { sequence: 1, issued: Some(NOW), full: true, ..Head::default() };
    let old = without(&known);
    let (bytes, unknown) = write(&head, &items, old.catalog());
    assert!(unknown.is_empty() && u16::from_le_bytes([bytes[8], bytes[9]]) == 2);
    let title = shelf.catalog().title(Row(5)).to_string();
    shelf.overlay(NOW, &bytes, true).expect("sound");
    let c = shelf.catalog();
    assert_eq!((c.len(), c.title(Row(5)), c.price(Row(5)).now.map(|m| m.0)), (64, &*title, Some(12_900)));
}

/// A shelf over an empty catalogue, which has no product of this id.
fn without(id: &str) -> Engine {
    use nearshelf::catalog::{Market, build};
    let mut out = nearshelf::pack::PackWriter::new();
    let market = Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 };
    let draft =
        build::Draft { shop: "s".into(), markets: vec![market], languages: vec!["en".into()], ..Default::default() };
    build::write(&draft, &mut out).expect("an empty catalogue");
    let shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
    assert!(shelf.catalog().find(id).is_none());
    shelf
}

#[test]
fn what_cannot_be_used_of_a_description_is_counted_and_the_rest_counts() {
    let mut shelf = shelf();
    let mut nowhere = new("tunnel", "Garden > Cats", "");
    nowhere.about.as_mut().expect("described").titles = vec![(String::new(), "Tunnel".into())];
    let told = shelf.overlay(NOW, &file("cn", 1, true, &[nowhere, new("", CATS, "")]), true).expect("sound");
    assert_eq!((told.bad, told.unknown), (1, 1), "a category that is none, and an item without an id");
    let tunnel = row(&shelf, "tunnel").expect("a row");
    let c = shelf.catalog();
    assert_eq!((c.category(tunnel), c.brand(tunnel), c.title(tunnel), c.len()), (None, None, "Tunnel", 65));
}

#[test]
fn a_rehearsal_hides_it_and_lists_of_others_are_told_apart() {
    let mut shelf = cat_lover();
    let described = RawDescription { place: 1, category: CATS, brand: "", price: None };
    let other = shelf.rank(NOW, false, &["20001", "elsewhere", "unheard"], &[described]);
    assert!(shelf.why(other.id, "elsewhere").is_ok());
    lay(&mut shelf, 1, true, &[new("tunnel", CATS, ""), new("elsewhere", CATS, "")]);
    assert!(shelf.why(other.id, "elsewhere").is_ok(), "it was another's then, and has its reasons");
    assert_eq!(shelf.why(other.id, "tunnel").expect_err("not on that list").code(), "not_served");
    shelf.rehearse(true);
    assert!(!shown(&mut shelf).contains(&"tunnel".to_string()));
    // An overlay that comes in the rehearsal is of the rehearsal.
    lay(&mut shelf, 1, true, &[new("cap", "Sport > Running", "")]);
    assert!(shown(&mut shelf).contains(&"cap".to_string()));
    shelf.rehearse(false);
    let after = shown(&mut shelf);
    assert!(after.contains(&"tunnel".to_string()) && !after.contains(&"cap".to_string()));
}

#[test]
fn a_stale_one_goes_where_the_shop_wants_the_pack_back() {
    for (stale, sold, priced) in [(0, true, true), (1, false, false), (2, true, false)] {
        let mut out = nearshelf::pack::PackWriter::new();
        let pack = nearshelf::pack::Pack::open(PACK.to_vec()).expect("sound");
        for s in pack.sections() {
            out.add(s.tag, s.key, s.entries as usize, pack.section(s.tag, s.key).expect("there").to_vec());
        }
        let policy = nearshelf::catalog::overlay::Policy { stale, max_age: 600 };
        out.add(nearshelf::pack::Tag::OVERLAY, 0, 1, policy.write());
        let mut shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
        lay(&mut shelf, 1, true, &[new("tunnel", CATS, "")]);
        let list = shelf.recommend(NOW.plus(HOUR), &Request { limit: 200, ..Request::default() });
        let item = list.items.iter().find(|i| shelf.catalog().id(i.row.expect("a product")) == "tunnel");
        assert_eq!((item.is_some(), item.is_some_and(|i| i.price.now.is_some())), (sold, priced), "{stale}");
    }
}

#[test]
fn only_a_file_with_new_items_is_of_format_2_and_it_is_read_whole_or_not_at_all() {
    let plain = file("cn", 1, true, &[Item { price: Some(Some(1)), ..item("20001") }]);
    assert_eq!(plain[8..12], [1, 0, 1, 0]);
    let items = [new("tunnel", CATS, "Whiskado"), Item { price: Some(Some(1)), ..item("20001") }];
    let sound = file("cn", 1, true, &items);
    assert_eq!(sound[8..12], [2, 0, 2, 0]);
    let turned: Vec<Item> = items.iter().rev().cloned().collect();
    assert_eq!(file("cn", 1, true, &turned), sound, "whatever the order");
    assert_eq!(read(&sound).expect("sound").1, [2, 0, 1, 0, 2, 1, 0]);
    let mut shelf = shelf();
    for cut in 1..sound.len() {
        assert!(shelf.overlay(NOW, &sound[..cut], true).is_err(), "cut at {cut}");
    }
    // A host's record has no checksum: every change of it reaches the reader.
    let record = &sound[12..sound.len() - 8];
    for at in 0..record.len() {
        assert!(shelf.overlay(NOW, &record[..at], false).is_err(), "cut at {at}");
        assert_eq!(shelf.catalog().len(), 64, "nothing has happened");
    }
    for at in 0..record.len() {
        for byte in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut bytes = record.to_vec();
            bytes[at] = byte;
            let _ = shelf.overlay(NOW, &bytes, false);
            let _ = shown(&mut shelf);
            let _ = shelf.portrait(NOW);
        }
    }
}
