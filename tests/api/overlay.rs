//! Overlays over a pack of three products: what they change, what they leave, what they refuse.

use super::{NOW, PACK};
use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer};
use nearshelf::catalog::overlay::{Head, Policy};
use nearshelf::catalog::overlay_file::{Item, read, write};
use nearshelf::catalog::{Availability, Market};
use nearshelf::codec::Writer;
use nearshelf::engine::{Engine, RawCart, RawLine, Request};
use nearshelf::offer::Customer;
use nearshelf::pack::{PackWriter, Tag};
use nearshelf::privacy::consent::Consent;
use nearshelf::rank::Stage;
use nearshelf::time::{MINUTE, Millis};

const IN_STOCK: Option<Availability> = Some(Availability::InStock);
const SOLD_OUT: Option<Availability> = Some(Availability::OutOfStock);

fn market(code: &str, currency: &str) -> Market {
    Market { code: code.into(), currency: currency.into(), exponent: 2 }
}

fn product(id: &str, variants: &[(&str, u32)]) -> ProductDraft {
    let offer = |list| VariantOffer { list: Some(list), sale: None, availability: Availability::InStock };
    let variant = |(id, price): &(&str, u32)| VariantDraft {
        id: (*id).into(),
        titles: vec![],
        offers: vec![offer(*price), offer(price / 7)],
    };
    ProductDraft {
        id: id.into(),
        categories: vec!["Home".into()],
        aliases: vec![format!("ean-{id}")],
        variants: variants.iter().map(variant).collect(),
        ..ProductDraft::default()
    }
}

/// A shop of two markets; the shirt's id is also that of its first variant.
fn shelf_with(stale: u8) -> Engine {
    let shirt = product("shirt", &[("shirt", 9900), ("shirt-l", 8900)]);
    shelf_of(
        stale,
        vec![product("cup", &[("cup", 4500)]), shirt, product("lamp", &[("lamp-a", 3000), ("lamp-b", 2900)])],
    )
}

fn shelf_of(stale: u8, products: Vec<ProductDraft>) -> Engine {
    let draft = Draft {
        shop: "test".into(),
        support: 1,
        markets: vec![market("cn", "CNY"), market("us", "USD")],
        languages: vec!["en".into()],
        products,
        ..Draft::default()
    };
    let mut out = PackWriter::new();
    nearshelf::catalog::build::write(&draft, &mut out).expect("a small catalogue");
    out.add(Tag::OVERLAY, 0, 1, Policy { stale, max_age: 600 }.write());
    let mut shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
    shelf.set_consent(Consent::all());
    shelf
}

fn shelf() -> Engine {
    shelf_with(0)
}

fn item(id: &str) -> Item {
    Item { id: id.into(), ..Item::default() }
}

fn priced(id: &str, price: u32) -> Item {
    Item { price: Some(Some(price)), ..item(id) }
}

/// A file for the market `cn` of this shelf's pack.
fn file(shelf: &Engine, sequence: u64, full: bool, items: &[Item]) -> Vec<u8> {
    let version = shelf.catalog().pack().version();
    let head =
        Head { shop: "test", market: "cn", base: &version, sequence, issued: Some(NOW), full, ..Head::default() };
    write(&head, items, shelf.catalog()).0
}

/// Price, price before a reduction, availability of each variant, and the best of each product.
fn seen(shelf: &Engine) -> String {
    let c = shelf.catalog();
    let variants = (0..c.variant_count() as u32).map(|v| {
        let p = c.price_of(v);
        format!("{}:{:?}/{:?}:{:?}", c.variant_id(v), p.now.map(|m| m.0), p.list.map(|m| m.0), c.availability_of(v))
    });
    let best = (0..c.len() as u32).map(|i| c.variant_id(c.best_variant(nearshelf::id::Row(i))).to_string());
    variants.chain(best).collect::<Vec<_>>().join(" ")
}

fn price(shelf: &Engine, id: &str) -> Option<i64> {
    let c = shelf.catalog();
    let v = (0..c.variant_count() as u32).find(|v| c.variant_id(*v) == id).expect(id);
    c.price_of(v).now.map(|m| m.0)
}

fn ids(shelf: &mut Engine) -> Vec<String> {
    let list = shelf.recommend(NOW, &Request { limit: 9, ..Request::default() });
    let rows = list.items.iter().filter_map(|i| i.row);
    rows.map(|row| shelf.catalog().id(row).to_string()).collect()
}

fn count(shelf: &Engine, code: &str) -> u32 {
    shelf.diagnostics().into_iter().find(|(c, _)| *c == code).map_or(0, |(_, n)| n)
}

#[test]
fn prices_stock_and_hidden_products_change_at_once() {
    let mut shelf = shelf();
    assert_eq!(ids(&mut shelf), ["cup", "shirt", "lamp"]);
    let items = [
        Item { sale: Some(Some(8000)), ..item("shirt") },
        Item { availability: SOLD_OUT, ..item("cup") },
        Item { hidden: Some(true), ..item("ean-lamp") },
    ];
    let overlay = file(&shelf, 7, true, &items);
    assert_eq!(shelf.overlay(NOW, &overlay, true).expect("sound").outcome, 2);
    assert_eq!(shelf.overlay_version(), Some(7));
    assert_eq!(ids(&mut shelf), ["shirt"]);
    // The first variant is on sale now, and so the cheaper one.
    assert_eq!(price(&shelf, "shirt"), Some(8000));
    assert!(seen(&shelf).ends_with("cup shirt lamp-b"), "{}", seen(&shelf));
    let mut why_not = |id: &str| shelf.why_not(NOW, &Request { limit: 9, ..Request::default() }, id);
    assert_eq!(
        (why_not("cup"), why_not("lamp"), why_not("shirt")),
        (Stage::OutOfStock, Stage::Hidden, Stage::Shown(0))
    );
}

#[test]
fn a_full_one_returns_to_the_pack_what_it_does_not_name_and_a_delta_does_not() {
    let mut shelf = shelf();
    let overlay = |shelf: &mut Engine, n, full, items: &[Item]| {
        let bytes = file(shelf, n, full, items);
        shelf.overlay(NOW, &bytes, true).expect("sound")
    };
    overlay(&mut shelf, 1, true, &[priced("cup", 4000), priced("shirt-l", 100)]);
    assert_eq!(overlay(&mut shelf, 2, false, &[priced("cup", 3900)]).outcome, 1);
    assert_eq!((price(&shelf, "cup"), price(&shelf, "shirt-l")), (Some(3900), Some(100)));
    overlay(&mut shelf, 3, true, &[priced("lamp-b", 9)]);
    assert_eq!(
        (price(&shelf, "cup"), price(&shelf, "shirt-l"), price(&shelf, "lamp-b")),
        (Some(4500), Some(8900), Some(9))
    );
    let taken = Item { price: Some(None), ..item("lamp") };
    overlay(&mut shelf, 4, false, &[taken]);
    assert_eq!(price(&shelf, "lamp-a"), None, "a price that is named and empty is taken away");
}

#[test]
fn an_older_one_is_left_out_and_a_gap_is_refused() {
    let mut shelf = shelf();
    let five = file(&shelf, 5, true, &[priced("cup", 4000)]);
    shelf.overlay(NOW, &five, true).expect("sound");
    let four = file(&shelf, 4, true, &[priced("cup", 1)]);
    let told = shelf.overlay(NOW, &four, true).expect("left out");
    assert_eq!((told.outcome, count(&shelf, "overlay_old")), (0, 1));
    assert_eq!(shelf.overlay(NOW, &five, true).expect("the same").outcome, 0);
    assert_eq!((count(&shelf, "overlay_old"), price(&shelf, "cup")), (1, Some(4000)));
    let version = shelf.catalog().pack().version();
    let delta = |sequence, since| {
        let head = Head { shop: "test", market: "cn", base: &version, sequence, since, ..Head::default() };
        write(&head, &[priced("cup", 2)], shelf.catalog()).0
    };
    let (missed, next) = (delta(9, 8), delta(9, 5));
    assert_eq!(shelf.overlay(NOW, &missed, true).expect_err("8 was missed").code(), "overlay_misfit");
    assert_eq!((shelf.overlay_version(), price(&shelf, "cup")), (Some(5), Some(4000)));
    assert_eq!(shelf.overlay(NOW, &next, true).expect("upon 5").outcome, 1);
    assert_eq!(price(&shelf, "cup"), Some(2));
}

#[test]
fn what_is_not_for_this_pack_is_refused() {
    let mut shelf = shelf();
    let before = seen(&shelf);
    let with = |head: Head<'_>| write(&head, &[priced("cup", 1)], shelf.catalog()).0;
    let head = Head { shop: "test", market: "cn", sequence: 1, full: true, ..Head::default() };
    let other_shop = with(Head { shop: "other", ..head });
    let other_pack = with(Head { base: "0123456789abcdef", ..head });
    let other_market = with(Head { market: "jp", ..head });
    for (bytes, code) in
        [(other_shop, "overlay_misfit"), (other_pack, "overlay_misfit"), (other_market, "unknown_market")]
    {
        assert_eq!(shelf.overlay(NOW, &bytes, true).expect_err(code).code(), code);
        assert_eq!((seen(&shelf), shelf.overlay_version()), (before.clone(), None));
    }
}

#[test]
fn by_ids_an_overlay_fits_any_pack_and_what_is_unknown_is_counted() {
    let mut shelf = shelf();
    let items = [
        Item { sale: Some(Some(1205)), availability: IN_STOCK, ..item("cup") },
        priced("nowhere", 5),
        priced("lamp", 2800),
        priced("lamp-b", 2700),
    ];
    let head = Head { market: "cn", sequence: 1, issued: Some(NOW), full: true, ..Head::default() };
    let (bytes, unknown) = write(&head, &items, shelf.catalog());
    assert_eq!(unknown, ["nowhere"]);
    let (said, [prices, sales, stock, hidden, all, ..]) = read(&bytes).expect("sound");
    assert_eq!((said, [prices, sales, stock, hidden, all]), (head, [3, 1, 1, 0, 4]));
    let told = shelf.overlay(NOW, &bytes, true).expect("sound");
    assert_eq!((told.outcome, told.unknown, count(&shelf, "overlay_unknown_item")), (2, 1, 1));
    assert_eq!(
        (price(&shelf, "cup"), price(&shelf, "lamp-a"), price(&shelf, "lamp-b")),
        (Some(1205), Some(2800), Some(2700))
    );
}

/// A host's record of prices by id, in this order.
fn record(rows: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut w = Writer::new();
    ["", "cn", ""].iter().for_each(|text| w.str(text));
    [0.0, 0.0, f64::NAN].iter().for_each(|number| w.f64(*number));
    w.u32(0);
    w.u8(1);
    w.count(rows.len());
    for (id, price) in rows {
        w.bytes(id);
        w.u8(7 | 32);
        w.bytes(price);
        w.str("");
    }
    w.finish()
}

#[test]
fn in_whatever_order_ids_stand_they_mean_the_same() {
    // In the second shop two ids of variants are also those of other products, which is what they stand for.
    let odd = || {
        let pot = product("pot", &[("pot", 50), ("pan", 60)]);
        shelf_of(0, vec![pot, product("pan", &[("lid", 70)]), product("jar", &[("pot", 80), ("jar", 90)])])
    };
    let plain = "cup:Some(150)/None:InStock shirt:Some(250)/None:InStock shirt-l:Some(350)/None:InStock lamp-a:Some(550)/None:InStock \
                 lamp-b:Some(650)/None:InStock cup shirt lamp-a";
    let odd_seen = "pot:Some(150)/None:InStock pan:Some(60)/None:InStock lid:Some(350)/None:InStock pot:Some(80)/None:InStock \
                    jar:Some(450)/None:InStock pan lid pot";
    let check = |open: &dyn Fn() -> Engine, ids: &[&str], expected: &str| {
        let prices: Vec<String> = (1..=ids.len()).map(|n| format!("{n}.50")).collect();
        for order in 0..(1..=ids.len()).product() {
            let mut left: Vec<(&[u8], &[u8])> =
                ids.iter().zip(&prices).map(|(id, price)| (id.as_bytes(), price.as_bytes())).collect();
            let mut which = order;
            let mut take = |left: &mut Vec<_>| {
                let at = which % left.len();
                which /= left.len();
                left.remove(at)
            };
            let rows: Vec<_> = ids.iter().map(|_| take(&mut left)).collect();
            let mut shelf = open();
            let told = shelf.overlay(NOW, &record(&rows), false).expect("sound");
            assert_eq!((told.outcome, told.unknown, &*seen(&shelf)), (2, 1, expected), "order {order}");
        }
    };
    check(&shelf, &["cup", "shirt", "shirt-l", "none", "lamp-a", "lamp-b"], plain);
    check(&odd, &["pot", "none", "pan", "jar"], odd_seen);
}

#[test]
fn what_is_no_text_is_refused_and_what_is_no_price_is_counted() {
    let mut shelf = shelf();
    let before = seen(&shelf);
    for rows in [
        [(&b"cup"[..], &b"1"[..]), (b"\xFFcup", b"2")],
        [(b"cup", b"1"), (b"shirt", b"2\xFF")],
        [(b"cup", b"99999999999999999999\xFF"), (b"shirt", b"2")],
    ] {
        assert_eq!(shelf.overlay(NOW, &record(&rows), false).expect_err("no UTF-8").code(), "bad_overlay");
        assert_eq!(seen(&shelf), before);
    }
    let rows: [(&[u8], &[u8]); 4] =
        [(b"cup", b"39.90 CNY"), (b"shirt", b"2.3.4"), (b"shirt-l", b"4294967295"), (b"lamp-a", "¥ 1,299".as_bytes())];
    let told = shelf.overlay(NOW, &record(&rows), false).expect("sound");
    assert_eq!((told.bad, price(&shelf, "cup"), price(&shelf, "lamp-a")), (2, Some(3990), Some(129_900)));
    assert_eq!((price(&shelf, "shirt"), price(&shelf, "shirt-l")), (Some(9900), Some(8900)));
}

#[test]
fn each_market_has_its_own() {
    let mut shelf = shelf();
    let version = shelf.catalog().pack().version();
    let head = Head { shop: "test", market: "us", base: &version, sequence: 3, issued: Some(NOW), ..Head::default() };
    let (us, _) = write(&head, &[priced("cup", 777)], shelf.catalog());
    shelf.overlay(NOW, &us, true).expect("for the other market");
    assert_eq!((price(&shelf, "cup"), shelf.overlay_version()), (Some(4500), None));
    shelf.set_view("us", "").expect("there");
    assert_eq!(
        (price(&shelf, "cup"), price(&shelf, "shirt"), shelf.overlay_version()),
        (Some(777), Some(1414), Some(3))
    );
    let cn = file(&shelf, 1, true, &[priced("cup", 5)]);
    shelf.overlay(NOW, &cn, true).expect("its numbers are its own");
    assert_eq!(price(&shelf, "cup"), Some(777));
    shelf.set_view("cn", "").expect("there");
    assert_eq!((price(&shelf, "cup"), shelf.overlay_version()), (Some(5), Some(1)));
}

#[test]
fn applied_and_taken_away_is_the_pack() {
    let mut shelf = shelf();
    let before = (seen(&shelf), ids(&mut shelf));
    let hidden = Item { hidden: Some(true), availability: SOLD_OUT, price: Some(Some(1)), ..item("shirt") };
    let bytes = file(&shelf, 1, false, &[hidden, priced("cup", 2)]);
    shelf.overlay(NOW, &bytes, true).expect("sound");
    assert_ne!(seen(&shelf), before.0);
    shelf.overlay(NOW, &[], true).expect("none");
    assert_eq!((seen(&shelf), ids(&mut shelf), shelf.overlay_version()), (before.0, before.1, None));
    assert_eq!(shelf.overlay(NOW, &bytes, true).expect("as at first").outcome, 1);
    // A market that nobody had looked at until then is as the pack has it, and takes overlays.
    shelf.overlay(NOW, &[], true).expect("none");
    let version = shelf.catalog().pack().version();
    let head = Head { market: "us", base: &version, sequence: 1, full: true, ..Head::default() };
    let (us, _) = write(&head, &[priced("lamp-b", 7)], shelf.catalog());
    shelf.set_view("us", "").expect("there");
    assert_eq!((price(&shelf, "cup"), price(&shelf, "lamp-b")), (Some(4500 / 7), Some(2900 / 7)));
    assert_eq!(shelf.overlay(NOW, &us, true).expect("sound").outcome, 2);
    assert_eq!((price(&shelf, "lamp-b"), ids(&mut shelf).len()), (Some(7), 3));
}

#[test]
fn a_full_one_after_any_deltas_is_that_on_a_fresh_pack() {
    let names = ["cup", "shirt", "shirt-l", "lamp", "lamp-a", "lamp-b"];
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut changed = 0;
    for _ in 0..60 {
        let mut used = shelf();
        let mut overlay = |full, n, shelf: &Engine| {
            let mut items = Vec::new();
            for _ in 0..1 + next(5) {
                let stock = [None, IN_STOCK, SOLD_OUT, Some(Availability::NotSold), Some(Availability::Preorder)];
                let amount = [None, Some(None), Some(Some(next(20_000) as u32))];
                items.push(Item {
                    price: amount[next(3) as usize],
                    sale: amount[next(3) as usize],
                    availability: stock[next(5) as usize],
                    hidden: [None, Some(true), Some(false)][next(3) as usize],
                    ..item(names[next(6) as usize])
                });
            }
            file(shelf, n, full, &items)
        };
        for n in 1..6 {
            let bytes = overlay(n == 3, n, &used);
            used.overlay(NOW, &bytes, true).expect("sound");
        }
        let last = overlay(true, 9, &used);
        let mut fresh = shelf();
        fresh.overlay(NOW, &last, true).expect("sound");
        used.overlay(NOW, &last, true).expect("sound");
        assert_eq!(seen(&used), seen(&fresh));
        assert_eq!(ids(&mut used), ids(&mut fresh));
        changed += u32::from(seen(&fresh) != seen(&shelf()));
    }
    assert!(changed > 50, "{changed} of 60 changed anything");
}

#[test]
fn a_stale_one_is_kept_or_gone_or_hides_prices_as_the_shop_wants() {
    let items = [
        priced("cup", 1),
        Item { hidden: Some(true), ..item("lamp") },
        Item { availability: SOLD_OUT, ..item("ean-shirt") },
    ];
    let after = |stale| {
        let mut shelf = shelf_with(stale);
        let bytes = file(&shelf, 4, true, &items);
        shelf.overlay(NOW, &bytes, true).expect("sound");
        let last = NOW.plus(10 * MINUTE - 1);
        shelf.recommend(last, &Request { limit: 1, ..Request::default() });
        assert_eq!(
            (price(&shelf, "cup"), shelf.overlay_version()),
            (Some(1), Some(4)),
            "it holds for the pack's 600 s"
        );
        shelf.recommend(last.plus(1), &Request { limit: 1, ..Request::default() });
        shelf
    };
    let mut kept = after(0);
    assert_eq!((price(&kept, "cup"), ids(&mut kept), kept.overlay_version()), (Some(1), vec!["cup".into()], Some(4)));
    let mut gone = after(1);
    assert_eq!((price(&gone, "cup"), gone.overlay_version()), (Some(4500), None));
    assert_eq!(ids(&mut gone), ["cup", "shirt"], "the shirt is in stock again, the lamp stays hidden");
    let hiding = after(2);
    assert_eq!((price(&hiding, "cup"), price(&hiding, "lamp-a"), hiding.overlay_version()), (None, None, Some(4)));

    // The next one ends it, and takes back what stayed hidden.
    for mut shelf in [gone, hiding] {
        let head =
            Head { market: "cn", sequence: 5, issued: Some(NOW.plus(11 * MINUTE)), full: true, ..Head::default() };
        let (bytes, _) = write(&head, &[priced("cup", 2)], shelf.catalog());
        shelf.overlay(NOW.plus(11 * MINUTE), &bytes, true).expect("sound");
        assert_eq!((price(&shelf, "cup"), price(&shelf, "lamp-a")), (Some(2), Some(3000)));
        assert_eq!(ids(&mut shelf).len(), 3);
    }
}

#[test]
fn a_delta_upon_one_that_went_stale_and_left_is_refused() {
    let mut shelf = shelf_with(1);
    let first = file(&shelf, 4, true, &[priced("cup", 1)]);
    shelf.overlay(NOW, &first, true).expect("sound");
    let late = NOW.plus(20 * MINUTE);
    let head = Head { market: "cn", sequence: 5, since: 4, issued: Some(late), ..Head::default() };
    let (delta, _) = write(&head, &[priced("lamp", 2)], shelf.catalog());
    assert_eq!(shelf.overlay(late, &delta, true).expect_err("4 is gone").code(), "overlay_misfit");
    assert_eq!((price(&shelf, "cup"), price(&shelf, "lamp-a")), (Some(4500), Some(3000)));
}

#[test]
fn a_quote_sees_the_price_and_says_how_long_it_holds() {
    let mut shelf = shelf();
    let line = RawLine { id: "1", item: "shirt", price: f64::NAN, qty: 2.0, store: "", floor: f64::NAN };
    let cart = RawCart { lines: vec![line], shipping: f64::NAN, ..RawCart::default() };
    let payable = |shelf: &mut Engine| shelf.quote(NOW, &cart, &Customer::default()).expect("a cart").payable.0;
    assert_eq!((payable(&mut shelf), shelf.quote_expires(NOW)), (17_800, Ok(None)));
    let bytes = file(&shelf, 1, false, &[priced("shirt-l", 8000)]);
    shelf.overlay(NOW, &bytes, true).expect("sound");
    assert_eq!((payable(&mut shelf), shelf.quote_expires(NOW)), (16_000, Ok(Some(NOW.plus(10 * MINUTE)))));
}

#[test]
fn every_cut_and_every_flipped_bit_is_refused_and_changes_nothing() {
    let mut shelf = shelf();
    let items = [priced("cup", 4000), Item { hidden: Some(true), ..item("lamp") }];
    let numbered = file(&shelf, 3, true, &items);
    let head = Head { shop: "test", market: "cn", sequence: 3, issued: Some(NOW), full: true, ..Head::default() };
    let (named, _) = write(&head, &items, shelf.catalog());
    let before = seen(&shelf);
    for sound in [numbered, named] {
        for cut in 1..sound.len() {
            let e = shelf.overlay(NOW, &sound[..cut], true).expect_err("cut");
            assert_eq!(e.code(), "bad_overlay", "cut at {cut}");
        }
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(shelf.overlay(NOW, &bytes, true).expect_err("flipped").code(), "bad_overlay", "bit {bit}");
        }
        let long = [&sound[..], &[0]].concat();
        assert!(shelf.overlay(NOW, &long, true).is_err());
        assert_eq!((seen(&shelf), shelf.overlay_version()), (before.clone(), None));
    }
}

#[test]
fn whatever_a_host_sends_is_answered() {
    // The record of a host has no checksum: every change of it reaches the reader.
    let mut shelf = shelf();
    let head = Head { market: "cn", sequence: 0, issued: None, full: false, ..Head::default() };
    let (file, _) = write(&head, &[priced("cup", 4000), priced("shirt", 1)], shelf.catalog());
    let record = &file[12..file.len() - 8];
    assert_eq!(shelf.overlay(NOW, record, false).expect("sound").outcome, 1);
    assert_eq!(price(&shelf, "cup"), Some(4000));
    let mut refused = 0;
    for at in 0..record.len() {
        refused += u32::from(shelf.overlay(NOW, &record[..at], false).is_err());
        for byte in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut bytes = record.to_vec();
            bytes[at] = byte;
            let _ = shelf.overlay(NOW, &bytes, false);
            let _ = ids(&mut shelf);
        }
    }
    assert_eq!(refused as usize, record.len(), "every cut");
}

#[test]
fn the_frozen_pack_knows_no_settings_and_takes_an_overlay() {
    let mut shelf = Engine::open(PACK.to_vec()).expect("the frozen pack");
    assert_eq!(shelf.catalog().overlay_policy(), Policy { stale: 0, max_age: 3600 });
    let head = Head { shop: "harbour-lane", sequence: 1, issued: Some(NOW), full: true, ..Head::default() };
    let (bytes, _) = write(&head, &[priced("10001", 100)], shelf.catalog());
    shelf.overlay(NOW, &bytes, true).expect("sound");
    assert_eq!(price(&shelf, "10001-S"), Some(100));
    assert_eq!(shelf.quote_expires(Millis(0)), Ok(Some(NOW.plus(60 * MINUTE))));
}
