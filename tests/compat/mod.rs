//! Frozen files of every format ever landed, and the readers that must go on reading them.

#[cfg(feature = "vectors")]
mod vectors;

use nearshelf::catalog::{Availability, Catalog};
use nearshelf::engine::Engine;
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

#[test]
fn overlay_format_1_is_read() {
    let mut shelf = crate::api::shelf();
    let price = |shelf: &Engine, id: &str| {
        let c = shelf.catalog();
        let v = (0..c.variant_count() as u32).find(|v| c.variant_id(*v) == id).expect(id);
        let p = c.price_of(v);
        (p.now.map(|m| m.0), p.list.map(|m| m.0), c.availability_of(v))
    };
    let told = shelf.overlay(crate::api::NOW, include_bytes!("overlay-v1.overlay"), true).expect("format 1, by number");
    assert_eq!((told.outcome, told.unknown, told.bad, shelf.overlay_version()), (2, 0, 0, Some(6)));
    assert_eq!(price(&shelf, "20001"), (Some(8_500), None, Availability::InStock));
    assert_eq!(price(&shelf, "80007"), (Some(4_500), None, Availability::OutOfStock));
    assert_eq!(price(&shelf, "20003").2, Availability::Hidden);
    assert_eq!(price(&shelf, "10001-L"), (Some(19_950), Some(24_900), Availability::Preorder));
    let told = shelf.overlay(crate::api::NOW, include_bytes!("overlay-ids-v1.overlay"), true).expect("format 1, by id");
    assert_eq!((told.outcome, told.unknown, told.bad, shelf.overlay_version()), (1, 0, 0, Some(7)));
    assert_eq!(price(&shelf, "80007").2, Availability::InStock);
    assert_eq!(price(&shelf, "20003"), (Some(9_740), None, Availability::InStock));
    assert_eq!(price(&shelf, "10001-S"), (Some(24_900), None, Availability::InStock));
    assert_eq!(shelf.quote_expires(crate::api::NOW).map(|t| t.map(|t| t.0)), Ok(Some(1_790_000_900_000)));
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn decision_log_1_is_read() {
    use nearshelf::decisions::DecisionLog;
    let no_shards = |_: &str| DecisionLog::read(&[]).map(|_| Vec::new());
    // Of a shelf over the frozen pack: a list, four looks, one of them late and one without an id, a list, a new era, a re-ranking.
    let bytes = include_bytes!("decisions-v1.log");
    let log = DecisionLog::read(bytes).expect("log 1");
    assert_eq!(log.pack_version, "4bdddd37e7017388");
    // What it holds of this version's requests and answers another version may refuse or decide otherwise, and says so.
    if let Ok(all) = log.replay(crate::api::PACK.to_vec(), &no_shards) {
        let slots: Vec<&str> = all.iter().map(|r| r.decision.slot.as_str()).collect();
        assert_eq!(slots, ["home", "home", "search"]);
        assert_eq!(all.iter().map(|r| r.shown.len()).collect::<Vec<_>>(), [6, 6, 4]);
    }
    // Nothing of what comes from outside makes it panic.
    for cut in 0..bytes.len() {
        assert_eq!(DecisionLog::read(&bytes[..cut]).expect_err("cut").code(), "bad_decisions");
    }
    for at in (0..bytes.len()).step_by(5) {
        let mut bad = bytes.to_vec();
        bad[at] ^= 0x41;
        if let Ok(log) = DecisionLog::read(&bad) {
            let _ = log.replay(crate::api::PACK.to_vec(), &no_shards);
        }
    }
}
