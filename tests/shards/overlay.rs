//! Overlays over a core and its shards: numbers of variants mean something else there, ids and places the same.

use super::{attach, open, parts};
use crate::api::{NOW, PACK};
use nearshelf::catalog::overlay::Head;
use nearshelf::catalog::overlay_file::{About, Item, read, write};
use nearshelf::catalog::{Availability, Catalog};
use nearshelf::codec::Writer;
use nearshelf::engine::Engine;
use nearshelf::id::Row;
use nearshelf::pack::Pack;
use nearshelf::time::HOUR;
use std::collections::BTreeMap;

fn whole() -> Engine {
    Engine::open(PACK.to_vec()).expect("the frozen pack")
}

/// What each variant costs and whether it can be had, by its id.
fn seen(c: &Catalog) -> BTreeMap<String, String> {
    let offer = |v| (c.variant_id(v).to_string(), format!("{:?} {:?}", c.price_of(v), c.availability_of(v)));
    (0..c.variant_count() as u32).map(offer).collect()
}

/// Something about each third variant of the pack.
fn items(c: &Catalog) -> Vec<Item> {
    let item = |v: u32| Item {
        id: c.variant_id(v).to_string(),
        price: Some(Some(100 + v)),
        sale: v.is_multiple_of(2).then_some(v.is_multiple_of(4).then_some(50)),
        availability: v.is_multiple_of(5).then_some(Availability::OutOfStock),
        hidden: v.is_multiple_of(7).then_some(true),
        about: None,
    };
    (0..c.variant_count() as u32).step_by(3).map(item).collect()
}

fn placed(full: bool, items: &[Item]) -> Vec<u8> {
    let shelf = whole();
    let base = shelf.catalog().pack().version();
    write(&Head { base: &base, placed: true, sequence: 1, full, ..Head::default() }, items, shelf.catalog()).0
}

#[test]
fn variants_of_parts_are_numbered_anew_so_numbers_are_refused_and_ids_are_not() {
    let parts = parts();
    let mut shelf = open(&parts);
    let base = shelf.catalog().pack().version();
    let head = Head { base: &base, sequence: 1, full: true, ..Head::default() };
    let (bytes, _) = write(&head, &[], shelf.catalog());
    assert_eq!(shelf.overlay(NOW, &bytes, true).expect_err("numbered").code(), "overlay_misfit");
    let (bytes, _) = write(&Head { base: "", ..head }, &[], shelf.catalog());
    assert_eq!(shelf.overlay(NOW, &bytes, true).expect("by id").outcome, 2);
}

#[test]
fn places_mean_the_same_in_the_whole_pack_in_its_core_and_with_each_shard_that_opens() {
    let parts = parts();
    let mut all = whole();
    let items = items(all.catalog());
    let bytes = placed(true, &items);
    let (head, [.., said, _, _]) = read(&bytes).expect("sound");
    assert_eq!((head.placed, said, head.base.to_string()), (true, items.len(), all.catalog().pack().version()));
    assert_eq!((bytes[8], bytes[10]), (3, 3), "readers that know of no places refuse it");
    let untouched = seen(all.catalog());
    all.overlay(NOW, &bytes, true).expect("the pack that was split");
    let expected = seen(all.catalog());
    assert!(items.iter().all(|item| expected[&item.id] != untouched[&item.id]));

    // In both orders: rows go in between those that are open.
    for turned in [false, true] {
        let mut shards: Vec<_> = parts.shards.iter().collect();
        if turned {
            shards.reverse();
        }
        let mut shelf = open(&parts);
        for shard in [None].into_iter().chain(shards.into_iter().map(Some)) {
            attach(&mut shelf, shard.as_slice());
            // As the page does when a shard opens: values of the pack were read anew.
            let told = shelf.overlay(NOW, &bytes, true).expect("of the pack that it is a part of");
            assert_eq!((told.outcome, told.unknown, told.bad), (2, 0, 0), "what is closed waits, and is not unknown");
            for (id, offer) in seen(shelf.catalog()) {
                assert_eq!(offer, expected[&id], "{id}");
            }
        }
        assert_eq!(seen(shelf.catalog()).len(), expected.len());
    }
}

#[test]
fn places_in_any_order_are_found_and_those_that_cannot_be_are_refused() {
    let parts = parts();
    let shelf = whole();
    let items = items(shelf.catalog());
    let bytes = placed(true, &items);
    // After magic, versions, three texts (only the base is one) and the rest of the head.
    let start = 8 + 4 + 4 + 4 + 4 + 16 + 8 + 8 + 8 + 4 + 1 + 4;
    let (head, rows) = (&bytes[..start], &bytes[start..bytes.len() - 8]);
    let signed = |rows: &[u8]| {
        let mut w = Writer::new();
        w.raw(head);
        w.raw(rows);
        let body = w.finish();
        let sum = twox_hash::XxHash64::oneshot(0, &body);
        [body, sum.to_le_bytes().to_vec()].concat()
    };
    assert_eq!(signed(rows), bytes);
    let answer = |bytes: &[u8]| {
        let mut shelf = open(&parts);
        attach(&mut shelf, &parts.shards.iter().take(2).collect::<Vec<_>>());
        shelf.overlay(NOW, bytes, true).map(|_| seen(shelf.catalog())).map_err(|e| e.code())
    };
    let expected = answer(&bytes).expect("sound");
    for step in [1, 2, 5, 7] {
        let n = rows.len() / 13;
        let mut other = Vec::new();
        for at in 0..step {
            for i in (at..n).step_by(step).rev() {
                other.extend_from_slice(&rows[13 * i..13 * i + 13]);
            }
        }
        assert_eq!(answer(&signed(&other)).as_ref(), Ok(&expected), "every {step}th");
    }
    // The second variant of a product with one, and of the whole pack a row that it does not have.
    let first = u32::from_le_bytes(rows[..4].try_into().expect("four"));
    let with = |place: u32| signed(&[&place.to_le_bytes()[..], &rows[4..]].concat());
    assert_eq!(answer(&with(first + 200)).expect_err("no such variant"), "bad_overlay");
    assert_eq!(answer(&with(63 << 8)).map(|_| ()), Ok(()), "the last row of the catalogue may be closed");
    assert_eq!(answer(&with(64 << 8)).expect_err("no such row in any part"), "bad_overlay");
    let told = |bytes: &[u8]| whole().overlay(NOW, bytes, true).map(|told| told.outcome).map_err(|e| e.code());
    assert_eq!(told(&with(first)), Ok(2));
    assert_eq!(told(&with(64 << 8)), Err("bad_overlay"));
    assert_eq!(told(&with(u32::MAX)), Err("bad_overlay"));
    // The base of another pack.
    let core = Pack::open(parts.core.bytes.clone()).expect("sound").version();
    let head = Head { base: &core, placed: true, sequence: 1, ..Head::default() };
    let (other, _) = write(&head, &[], shelf.catalog());
    assert_eq!(answer(&other).expect_err("the core's own version"), "overlay_misfit");
}

#[test]
fn from_its_257th_variant_on_a_product_is_told_by_ids_behind_the_places() {
    use nearshelf::catalog::Market;
    use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer, write as write_catalog};
    use nearshelf::pack::PackWriter;
    let offer = VariantOffer { list: Some(1_000), sale: None, availability: Availability::InStock };
    let variant = |i: u32| VariantDraft { id: format!("thread-{i:03}"), titles: vec![], offers: vec![offer] };
    let thread =
        ProductDraft { id: "thread".into(), variants: (0..300).map(variant).collect(), ..ProductDraft::default() };
    let draft = Draft {
        shop: "wide".into(),
        markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
        languages: vec!["en".into()],
        products: vec![thread],
        ..Draft::default()
    };
    let mut out = PackWriter::new();
    write_catalog(&draft, &mut out).expect("written");
    let bytes = out.finish().expect("small");
    let shelf = Engine::open(bytes.clone()).expect("a shelf");
    let base = shelf.catalog().pack().version();
    for (last, format) in [(255, 3), (256, 4)] {
        let price = |v: u32| Item { id: format!("thread-{v:03}"), price: Some(Some(v)), ..Item::default() };
        let head = Head { base: &base, placed: true, sequence: 1, full: true, ..Head::default() };
        let (file, _) = write(&head, &[price(7), price(last)], shelf.catalog());
        let (told, [prices, ..]) = read(&file).expect("sound");
        assert_eq!((file[10], told.placed, told.base, prices), (format, true, &*base, 2));
        let mut shelf = Engine::open(bytes.clone()).expect("a shelf");
        shelf.overlay(NOW, &file, true).expect("sound");
        let now = |v| shelf.catalog().price_of(v).now.map(|m| m.0);
        assert_eq!((now(7), now(8), now(last)), (Some(7), Some(1_000), Some(i64::from(last))));
    }
}

/// A new item, the same again by its id with a price, and what a campaign grants, beside what the pack has.
fn mixed(c: &Catalog) -> Vec<Item> {
    let about = About {
        titles: vec![(String::new(), "Cat tunnel".into())],
        category: "Pets > Cats".into(),
        ..About::default()
    };
    let new = Item { id: "90001".into(), about: Some(about), price: Some(Some(12_900)), ..Item::default() };
    let nothing = Item { id: "nowhere".into(), price: Some(Some(1)), ..Item::default() };
    [items(c), vec![new, nothing, Item::multiplier("spring", 400_000, NOW.plus(HOUR))]].concat()
}

#[test]
fn behind_places_stand_new_items_and_multipliers_which_mean_the_same_in_each_part() {
    let parts = parts();
    let mut all = whole();
    let items = mixed(all.catalog());
    let base = all.catalog().pack().version();
    let head = Head { base: &base, placed: true, sequence: 1, full: true, ..Head::default() };
    let (bytes, left) = write(&head, &items, all.catalog());
    assert_eq!((bytes[8], bytes[10], left), (4, 4, vec!["nowhere".to_string()]), "readers of places alone refuse it");
    let (_, [.., said, new, grants]) = read(&bytes).expect("sound");
    assert_eq!((said, new, grants), (items.len() - 2, 1, 1));
    let (by_id, _) = write(&Head { base: "", ..head }, &items, all.catalog());
    let mut other = whole();
    other.overlay(NOW, &by_id, true).expect("by id");
    let told = all.overlay(NOW, &bytes, true).expect("the pack that was split");
    assert_eq!((told.outcome, told.unknown, told.bad), (2, 0, 0));
    let expected = seen(all.catalog());
    assert_eq!(expected, seen(other.catalog()));
    assert_eq!(all.catalog().multipliers(), other.catalog().multipliers());
    assert!(all.catalog().multipliers().0.contains("spring"));
    let mut shelf = open(&parts);
    for shard in [None].into_iter().chain(parts.shards.iter().map(Some)) {
        attach(&mut shelf, shard.as_slice());
        shelf.overlay(NOW, &bytes, true).expect("of the pack that it is a part of");
        let c = shelf.catalog();
        let row = c.find("90001").expect("the new item").row;
        assert_eq!((c.title(row), c.price(row).now.map(|m| m.0)), ("Cat tunnel", Some(12_900)));
        assert!(c.multipliers().0.contains("spring"));
        for (id, offer) in seen(c) {
            assert_eq!(offer, expected[&id], "{id}");
        }
    }
}

#[test]
fn a_record_with_a_base_tells_places_and_items_and_is_refused_whole() {
    let mut shelf = whole();
    let base = shelf.catalog().pack().version();
    let record = |rows: [&[u32]; 3], base: &str, more: &[u8]| {
        let mut w = Writer::new();
        ["", "", base].iter().for_each(|text| w.str(text));
        [0.0, 0.0, NOW.to_f64()].iter().for_each(|number| w.f64(*number));
        w.u32(600);
        w.u8(0);
        w.count(1);
        w.u8(7 | 32);
        for column in rows {
            w.count(column.len());
            column.iter().for_each(|n| w.u32(*n));
        }
        w.count(1);
        w.str("20001");
        w.u8(7 | 32);
        w.str("85.00 CNY");
        w.str("");
        w.raw(more);
        w.finish()
    };
    let untouched = seen(shelf.catalog());
    let v = shelf.catalog().variants_of(Row(3)).start;
    let first = shelf.catalog().variant_id(v).to_string();
    let rows = [&[768][..], &[1_234], &[]];
    let price = |shelf: &Engine, id: &str| seen(shelf.catalog())[id].clone();
    let places = |places: &[u32]| record([places, &[1], &[]], &base, &[]);
    for (refused, code) in [
        (record(rows, &base, &[0]), "bad_overlay"),
        (record(rows, "-", &[]), "overlay_misfit"),
        (places(&[1_023]), "bad_overlay"),
        (places(&[16_384]), "bad_overlay"),
        (places(&[u32::MAX]), "bad_overlay"),
        (places(&[]), "bad_overlay"),
        (places(&[768, 0]), "bad_overlay"),
        (record([&[768], &[1, 2], &[]], &base, &[]), "bad_overlay"),
        (record([&[768], &[1], &[1, 2]], &base, &[]), "bad_overlay"),
    ] {
        assert_eq!(shelf.overlay(NOW, &refused, false).expect_err("refused").code(), code);
        assert_eq!(seen(shelf.catalog()), untouched);
    }
    let told = shelf.overlay(NOW, &record(rows, &base, &[]), false).expect("sound");
    assert_eq!((told.outcome, told.unknown, told.bad), (1, 0, 0));
    assert!(price(&shelf, &first).contains("1234"), "{}", price(&shelf, &first));
    assert!(price(&shelf, "20001").contains("8500"));
    let changed = seen(shelf.catalog()).iter().filter(|(id, offer)| untouched[*id] != **offer).count();
    assert_eq!(changed, 2);
}
