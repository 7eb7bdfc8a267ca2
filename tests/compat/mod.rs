//! Frozen files of every format ever landed, and the readers that must go on reading them.

use nearshelf::catalog::Catalog;
use nearshelf::id::{Key, Row};
use nearshelf::pack::{FORMAT, OLDEST_READABLE, Pack, PackWriter, Tag};
#[cfg(feature = "cli")]
use nearshelf::rank::Counts;
use nearshelf::rank::curve::{KNOTS, Place};
use nearshelf::rank::{Associations, Blend, Component};
use nearshelf::report::ReportSchema;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn pack_format_1_is_read() {
    let pack = Pack::open(include_bytes!("pack-v1.pack").to_vec()).expect("format 1");
    assert_eq!(pack.format(), 1);
    assert_eq!(pack.version(), "4bdddd37e7017388");
    let mut c = Catalog::open(pack).expect("a catalogue");
    assert_eq!((c.len(), c.variant_count(), c.category_count()), (64, 90, 32));
    let dress = c.find("10001").expect("the sample's dress").row;
    assert_eq!((c.title(dress), c.brand(dress).map(|b| c.brand_name(b))), ("Linen shirt dress", Some("Lindoro")));
    assert_eq!(c.find("2000000041018").map(|f| f.row), Some(dress), "by its GTIN");
    assert_eq!(c.price(dress).now.map(|m| m.0), Some(21_900));
    c.set_view(1, 1).expect("the second market and language");
    assert_eq!((c.title(dress), c.price(dress).now.map(|m| m.0)), ("亚麻衬衫连衣裙", Some(3_890)));
}

#[test]
fn a_frozen_file_stands_for_every_readable_format() {
    // Adding a format without freezing a file for it fails here.
    assert_eq!((OLDEST_READABLE, FORMAT), (1, 1));
}

#[test]
fn the_first_curves_are_read() {
    let blend = Blend::read(include_bytes!("blend-curves-v1.record")).expect("twelve components");
    let full = Place { knot: KNOTS - 1, part: 65_536 };
    let worth = |component| blend.curves.worth(0, component, 0, full);
    assert_eq!((worth(Component::Next), worth(Component::Again)), (24_530, 114_278));
}

/// What is bought together in the shop of the frozen pack, and names of its slots.
pub(crate) const ASSOCIATIONS: &[u8] = include_bytes!("associations-v1.section");

#[test]
fn associations_1_are_read() {
    let mut w = PackWriter::new();
    w.add(Tag::ASSOCIATION, 0, 64, ASSOCIATIONS.to_vec());
    let pack = Pack::open(w.finish().expect("small")).expect("a pack");
    let all = Associations::open(&pack, 64).expect("64 products");
    let a = all.of(&pack, Row(3), Row(4)).expect("a pair");
    assert_eq!((a.count, a.of, a.with, a.baskets), (14, 43, 44, 1_000));
    assert!(all.are_of_purchases(&pack) && all.of(&pack, Row(3), Row(20)).is_none());
    #[cfg(feature = "cli")]
    {
        let near = |r: u32| (1..=4).map(move |d| (Row((r + d * d) % 64), 10 + (r * 7 + d) % 9)).collect();
        let rows = (0..64).map(near).collect();
        let counts = Counts { purchases: true, baskets: 1_000, sizes: (40..104).collect(), rows };
        assert_eq!(counts.write(12), ASSOCIATIONS, "read and written alike");
    }
}

#[test]
fn report_schema_1_is_read() {
    let schema = ReportSchema::decode(include_bytes!("report-schema-v1.record")).expect("schema 1");
    assert_eq!((schema.version(), schema.epsilon().millionths()), (2_400_412_740, 2_000_000));
    assert_eq!(schema.metrics()[0].domain().len(), 52);
    assert_ne!(schema.metrics()[0].symbol(Key::category("Pets > Cats")), 0);
}

/// The key, nonce and scope of the frozen snapshot: no secrets, it holds a made-up shopper.
const SEALED: ([u8; 32], [u8; 24], &str) = ([7; 32], [9; 24], "harbour-lane/");

#[test]
fn sealed_snapshot_1_is_read() {
    let mut shelf = crate::api::shelf();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        for (day, row) in (0..60).zip((0..50).cycle()) {
            let item = crate::api::id(&shelf, row);
            let name = if day % 5 == 0 { "purchase" } else { "view_item" };
            shelf.track(crate::api::NOW.plus(day * nearshelf::time::DAY), &[crate::api::event(name, &item)]);
        }
        let sealed = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/snapshot-v1.sealed"), sealed)
            .expect("written");
        return;
    }
    let sealed = include_bytes!("snapshot-v1.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 1");
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!((portrait.events, portrait.sessions), (60, 60));
    assert_eq!(portrait.traits[0].len(), 24);
    assert_eq!(portrait.visit, [crate::api::id(&shelf, 9)]);
    assert_eq!(shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented"), sealed, "read and written alike");
}
