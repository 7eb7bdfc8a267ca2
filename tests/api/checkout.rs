//! Quotes and coupons over a pack's offers.

use super::NOW;
use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer};
use nearshelf::catalog::{Availability, Market};
use nearshelf::engine::{Engine, RawCart, RawLine};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::money::Minor;
use nearshelf::offer::{Customer, Gap, Kind, Offers, Promotion, Proof};
use nearshelf::pack::column::write_strings;
use nearshelf::pack::{PackWriter, Tag};
use nearshelf::privacy::consent::Consent;

fn product(id: &str, category: &str, price: u32) -> ProductDraft {
    let offer = VariantOffer { list: Some(price), sale: None, availability: Availability::InStock };
    let variant = VariantDraft { id: id.into(), titles: vec![], offers: vec![offer] };
    ProductDraft {
        id: id.into(),
        categories: vec![category.into()],
        variants: vec![variant],
        ..ProductDraft::default()
    }
}

fn coupon(id: &str, code: &str, kind: Kind) -> Promotion {
    let mut p = Promotion::new(id, kind);
    p.when.code = Some(code.into());
    p
}

/// A shop of two products, an offer for everybody and three coupons.
fn shelf() -> Engine {
    let market = Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 };
    let draft = Draft {
        shop: "test".into(),
        support: 1,
        markets: vec![market],
        languages: vec!["en".into()],
        products: vec![product("cup", "Home > Kitchen", 4500), product("litter", "Pets > Cats", 2900)],
        ..Draft::default()
    };
    let every = Kind::Every { threshold: Minor(10_000), amount: Minor(1_500), max_times: None };
    let fixed = |amount| Kind::Fixed { amount: Minor(amount) };
    let mut cats = coupon("c-cats", "CATS", fixed(500));
    cats.scope.categories = Some(vec!["Pets/Cats".into()]);
    let mut large = coupon("c-large", "LARGE", fixed(4_000));
    large.threshold = Some(Minor(30_000));
    let offers = Offers::new(vec![Promotion::new("every", every), coupon("c-5", "FIVE", fixed(500)), cats, large]);
    let offers = offers.expect("sound offers");

    let mut out = PackWriter::new();
    nearshelf::catalog::build::write(&draft, &mut out).expect("a small catalogue");
    out.add(Tag::OFFERS, 0, 4, offers.write());
    out.add(Tag::COUPON, 0, 4, vec![0, 1, 1, 1]);
    out.add(Tag::OFFER_NAME, 0, 4, write_strings(["15 off every 100", "5 off", "5 off for cats", ""]));
    let mut shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
    shelf.set_consent(Consent::all());
    shelf
}

fn line<'a>(id: &'a str, item: &'a str, qty: f64) -> RawLine<'a> {
    RawLine { id, item, price: f64::NAN, qty, store: "", floor: f64::NAN }
}

fn cart<'a>(lines: Vec<RawLine<'a>>) -> RawCart<'a> {
    RawCart { lines, shipping: f64::NAN, ..RawCart::default() }
}

#[test]
fn a_quote_takes_prices_and_categories_from_the_pack_and_adds_up() {
    let mut shelf = shelf();
    let mut five = cart(vec![line("1", "cup", 5.0), line("2", "litter", 1.0)]);
    five.codes = vec!["CATS"];
    let q = shelf.quote(NOW, &five, &Customer::default()).expect("a quote");
    assert_eq!((q.subtotal, q.payable, q.proof), (Minor(25_400), Minor(25_400 - 3_000 - 500), Proof::Optimal));
    assert_eq!(q.lines.iter().map(|l| l.payable.0).sum::<i64>(), q.payable.0);
    let offers = shelf.offers().expect("the pack's offers");
    let names: Vec<&str> = q.applied.iter().map(|a| offers.name(a.promotion)).collect();
    assert_eq!(names, ["5 off for cats", "15 off every 100"], "one stage, one priority: by id");
    let large = q.refused.iter().find(|r| r.id == "c-large").expect("refused");
    assert_eq!(large.reason.code(), "code_missing");
    assert_eq!(offers.name(3), "c-large", "without a name its id");
}

#[test]
fn a_line_that_names_no_store_has_the_products() {
    let draft = Draft {
        shop: "test".into(),
        support: 1,
        markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
        languages: vec!["en".into()],
        products: vec![
            ProductDraft { store: "kiln".into(), ..product("cup", "Home", 4500) },
            product("litter", "Pets", 2900),
        ],
        ..Draft::default()
    };
    let mut kiln = Promotion::new("kiln-5", Kind::Fixed { amount: Minor(500) });
    kiln.scope.stores = Some(vec!["kiln".into()]);
    let mut out = PackWriter::new();
    nearshelf::catalog::build::write(&draft, &mut out).expect("a small catalogue");
    out.add(Tag::OFFERS, 0, 1, Offers::new(vec![kiln]).expect("a sound offer").write());
    let mut shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
    let mut saved = |store, item| {
        let lines = vec![RawLine { store, ..line("1", item, 1.0) }];
        let quote = shelf.quote(NOW, &cart(lines), &Customer::default()).expect("a quote");
        quote.subtotal.0 - quote.payable.0
    };
    assert_eq!([saved("", "cup"), saved("kiln", "cup"), saved("kiln", "litter")], [500; 3]);
    assert_eq!([saved("other", "cup"), saved("", "litter")], [0; 2], "the host's word comes first");
}

#[test]
fn a_bad_cart_says_where_and_consent_does_not_matter() {
    let mut shelf = shelf();
    for (lines, place) in [
        (vec![line("1", "cup", 0.0)], "invalid_qty at cart.lines[0].qty."),
        (vec![line("1", "cup", 1.5)], "invalid_qty at cart.lines[0].qty."),
        (vec![line("1", "no such item", 1.0)], "invalid_price at cart.lines[0].price."),
        (vec![line("1", "cup", 1.0), line("1", "litter", 1.0)], "duplicate_line_id at cart.lines[1].id."),
    ] {
        let e = shelf.quote(NOW, &cart(lines), &Customer::default()).expect_err("a mistake");
        assert_eq!((e.code(), e.detail()), ("invalid_cart", place));
    }
    let one = cart(vec![line("1", "cup", 3.0)]);
    let with = shelf.quote(NOW, &one, &Customer::default());
    shelf.set_consent(Consent::default());
    assert_eq!(shelf.quote(NOW, &one, &Customer::default()), with, "a price is the same for everybody");
}

#[test]
fn coupons_that_matter_come_first_and_say_why() {
    let mut shelf = shelf();
    let held = ["FIVE", "CATS", "c-large", "NOT-MINE"];
    let order = |shelf: &mut Engine, c: &RawCart<'_>| -> Vec<(String, i64, &'static str)> {
        let coupons = shelf.coupons(NOW, c, &Customer::default(), &held, false).expect("coupons");
        let offers = shelf.offers().expect("the pack's offers");
        coupons.iter().map(|c| (offers.list()[c.offer].id.clone(), c.saving.0, c.reason)).collect()
    };
    let cups = cart(vec![line("1", "cup", 2.0)]);
    let expected = [("c-5", 500, "saves"), ("c-large", 0, "below_threshold"), ("c-cats", 0, "no_matching_items")];
    assert_eq!(order(&mut shelf, &cups), expected.map(|(id, s, r)| (id.to_string(), s, r)));
    let coupons = shelf.coupons(NOW, &cups, &Customer::default(), &held, false).expect("coupons");
    assert_eq!(coupons[1].gap, Some(Gap::Amount(Minor(21_000))));
    // With nothing in the cart, tastes decide.
    let item = RawItem { id: "litter", price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
    shelf.track(
        NOW,
        &[RawEvent {
            name: "view_item",
            event_id: "",
            at: f64::NAN,
            items: vec![item],
            details: RawDetails::default(),
        }],
    );
    let empty = shelf.coupons(NOW, &cart(vec![]), &Customer::default(), &held, false).expect("coupons");
    let offers = shelf.offers().expect("the pack's offers");
    let cats = empty.iter().find(|c| offers.list()[c.offer].id == "c-cats").expect("held");
    assert_eq!(cats.interest, 1_000_000);
}

#[test]
fn an_offer_whose_condition_the_host_found_unmet_is_refused_and_no_portrait_moves_a_quote() {
    let lines = || vec![line("1", "cup", 5.0)];
    let mut shelf = shelf();
    let open = shelf.quote(NOW, &cart(lines()), &Customer::default()).expect("a quote");
    let unmet = RawCart { unmet: vec!["every", "none-such"], ..cart(lines()) };
    let closed = shelf.quote(NOW, &unmet, &Customer::default()).expect("a quote");
    assert_eq!((open.payable, closed.payable), (Minor(22_500 - 3_000), Minor(22_500)));
    let refused = closed.refused.iter().find(|r| r.id == "every").expect("refused");
    assert_eq!((refused.reason.code(), refused.gap), ("condition", None));
    // A coupon of which that is so stands behind those that can be used.
    let unmet = RawCart { unmet: vec!["c-5"], ..cart(lines()) };
    let coupons = shelf.coupons(NOW, &unmet, &Customer::default(), &["c-5", "c-large"], false).expect("coupons");
    assert_eq!(coupons.iter().map(|c| c.reason).collect::<Vec<_>>(), ["below_threshold", "condition"]);
    // Whatever is known of a shopper.
    for item in ["cup", "litter"] {
        let mut other = self::shelf();
        let item = RawItem { id: item, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
        for name in ["view_item", "purchase", "complaint"] {
            let details = RawDetails::default();
            other.track(NOW, &[RawEvent { name, event_id: "", at: f64::NAN, items: vec![item], details }]);
        }
        for raw in [cart(lines()), RawCart { unmet: vec!["every"], ..cart(lines()) }] {
            let one = shelf.quote(NOW, &raw, &Customer::default()).expect("a quote");
            assert_eq!(one, other.quote(NOW, &raw, &Customer::default()).expect("a quote"));
        }
    }
}

#[test]
fn what_the_shop_stops_is_refused_before_all_else_and_never_makes_a_cart_cheaper() {
    use nearshelf::offer::Stops;
    let mut shelf = shelf();
    let lines = || vec![line("1", "cup", 5.0), line("2", "litter", 1.0)];
    let quote = |shelf: &mut Engine, stops: Stops| {
        let mut cart = cart(lines());
        (cart.codes, cart.stops) = (vec!["CATS"], stops);
        shelf.quote(NOW, &cart, &Customer::default()).expect("a quote")
    };
    let free = quote(&mut shelf, Stops::default());
    let one = Stops { ids: "every".into(), ..Stops::default() };
    let cats = Stops { ids: "none\nc-*".into(), ..Stops::default() };
    let stale = Stops { stale: true, ..Stops::default() };
    let neutral = Stops { neutral: true, ..Stops::default() };
    let flash = Stops { flash: Some(i64::MAX), ..Stops::default() };
    let reason = |q: &nearshelf::offer::Quote, id: &str| q.refused.iter().find(|r| r.id == id).map(|r| r.reason.code());
    let q = quote(&mut shelf, one);
    assert_eq!((q.payable, reason(&q, "every"), reason(&q, "c-cats")), (Minor(24_900), Some("stopped"), None));
    let q = quote(&mut shelf, cats);
    assert_eq!((q.payable, reason(&q, "c-cats"), reason(&q, "c-5")), (Minor(22_400), Some("stopped"), Some("stopped")));
    let q = quote(&mut shelf, stale);
    assert_eq!((q.payable, q.applied.len(), q.refused.len()), (q.subtotal, 0, 4));
    assert!(q.refused.iter().all(|r| r.reason.code() == "switch_stale" && r.gap.is_none()));
    assert_eq!(quote(&mut shelf, neutral), free, "no price knows whether lists are personal");
    assert_eq!(quote(&mut shelf, flash), free, "offers without a window or hours are no flash offers");
}
