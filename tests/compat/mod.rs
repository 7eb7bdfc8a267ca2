//! Frozen files of every format ever landed, and the readers that must go on reading them.

mod invites;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod member;
mod spending;
#[cfg(feature = "vectors")]
mod vectors;

use nearshelf::catalog::{Availability, Catalog};
use nearshelf::engine::Engine;
use nearshelf::id::{Key, Row};
use nearshelf::pack::{FORMAT, OLDEST_READABLE, Pack, PackWriter, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::attribute::Source;
use nearshelf::profile::{Dimension, Portrait, ProfileConfig};
#[cfg(feature = "cli")]
use nearshelf::rank::Counts;
use nearshelf::rank::curve::{DEPTHS, KNOTS, Place};
use nearshelf::rank::season::season;
use nearshelf::rank::table::TableKind;
use nearshelf::rank::{Associations, Blend, Component, Rule, rule};
use nearshelf::report::ReportSchema;
use nearshelf::time::Millis;
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

#[test]
fn curves_of_sixteen_components_are_read_and_say_nothing_of_later_ones() {
    let blend = Blend::read(include_bytes!("blend-16-v1.record")).expect("sixteen components");
    let full = Place { knot: KNOTS - 1, part: 65_536 };
    for depth in 0..DEPTHS {
        for component in Component::ALL {
            let c = component as usize;
            let written = if c < 16 { ((depth * 16 + c) * 2 + 1) as i64 } else { 0 };
            assert_eq!(blend.curves.worth(depth, component, 0, full), written, "{depth} {c}");
            assert_eq!(blend.weight[c], if c < 16 { 1_000 + c as u32 } else { 0 });
        }
    }
}

/// Plain weights, for what a shopper pays above all.
pub(crate) const PRICES: &[u8] = include_bytes!("blend-prices-v1.record");

#[test]
fn weights_of_prices_are_read() {
    let blend = Blend::read(PRICES).expect("seventeen components");
    let of = |component| blend.weight[component as usize];
    assert_eq!((of(Component::Price), of(Component::Next)), (65_536, 16_384));
    let earlier = Blend::read(include_bytes!("blend-curves-v1.record")).expect("twelve components");
    assert_eq!(earlier.weight[Component::Price as usize], 0, "what a record does not know weighs nothing");
}

/// Curves of all components as the builder learnt them, and what is popular of late.
pub(crate) const CURVES: &[u8] = include_bytes!("blend-learnt-v1.record");
pub(crate) const RECENT: &[u8] = include_bytes!("product-recent-v1.section");

#[test]
fn learnt_curves_of_all_components_are_read() {
    let blend = Blend::read(CURVES).expect("seventeen components");
    assert_eq!(blend.write(), CURVES, "read and written alike");
    let c =
        Catalog::open(Pack::open(with_sections(&[(Tag::PRODUCT_RECENT, 64, RECENT)])).expect("a pack")).expect("one");
    assert_eq!([0, 3, 9].map(|row| c.recent(Row(row))), [21_223, 0, 65_535]);
}

/// The portrait's settings with all that came after the first four dimensions.
pub(crate) const CONFIG: &[u8] = include_bytes!("config-v2.record");

#[test]
fn portrait_settings_2_are_read() {
    use nearshelf::event::EventKind;
    use nearshelf::profile::ProfileConfig;
    use nearshelf::time::{DAY, MINUTE, SECOND};
    let weight = EventKind::ALL.map(|k| if k == EventKind::Purchase { 1_536 } else { 256 });
    let expected = ProfileConfig {
        half_life: std::array::from_fn(|i| (10 + i as i64) * DAY),
        weight,
        session_gap: 30 * MINUTE,
        lateness: 20 * MINUTE,
        repeat: 2 * SECOND,
        per_minute: 20,
        attribution: 30 * DAY,
        complaint: -90,
        returned: -40,
        channels: ["search", "social", "wechat", "other"].map(String::from).to_vec(),
        weeks: false,
    };
    assert_eq!(ProfileConfig::read(CONFIG), Ok(expected));
    // Those of the frozen pack end after the window of lateness.
    let pack = crate::api::PACK.to_vec();
    let first = nearshelf::pack::Pack::open(pack).expect("the frozen pack");
    let first =
        ProfileConfig::read(first.section(nearshelf::pack::Tag::CONFIG, 0).expect("settings")).expect("settings 1");
    assert_eq!((first.repeat, first.channels.len()), (2 * SECOND, 0));
}

/// What is bought together in the shop of the frozen pack, and names of its slots.
pub(crate) const ASSOCIATIONS: &[u8] = include_bytes!("associations-v1.section");

/// Seasons, and kinds of shoppers, of the frozen pack's categories.
pub(crate) const SEASONS: &[u8] = include_bytes!("seasons-v1.section");
pub(crate) const CLUSTERS: &[u8] = include_bytes!("clusters-v1.section");

/// Stores and days of the frozen pack's products, rules for them, and what is similar: tag, entries, bytes.
pub(crate) const LIMITS: [(Tag, usize, &[u8]); 5] = [
    (Tag::STORE, 3, include_bytes!("store-names-v1.section")),
    (Tag::PRODUCT_STORE, 64, include_bytes!("product-stores-v1.section")),
    (Tag::PRODUCT_SINCE, 64, include_bytes!("product-since-v1.section")),
    (Tag::LIMITS, 1, include_bytes!("limits-v1.record")),
    (Tag::TABLE, 64, include_bytes!("similar-v1.section")),
];

/// The frozen pack with some sections more.
pub(crate) fn with_sections(more: &[(Tag, usize, &[u8])]) -> Vec<u8> {
    let frozen = Pack::open(include_bytes!("pack-v1.pack").to_vec()).expect("format 1");
    let mut w = PackWriter::new();
    // A blend or settings take the place of the frozen ones; of tables it has others.
    let replaced = |tag: Tag| [Tag::BLEND, Tag::CONFIG].contains(&tag) && more.iter().any(|(t, _, _)| *t == tag);
    for s in frozen.sections().iter().filter(|s| !replaced(s.tag)) {
        w.add(s.tag, s.key, s.entries as usize, frozen.bytes()[s.range.clone()].to_vec());
    }
    for (tag, entries, bytes) in more {
        // The frozen pack has tables of what comes next and goes together; the one that may be added is of what is similar.
        let key = if *tag == Tag::TABLE { TableKind::Similar as u32 } else { 0 };
        w.add(*tag, key, *entries, bytes.to_vec());
    }
    w.finish().expect("small")
}

#[test]
fn stores_days_and_rules_1_are_read() {
    let c = Catalog::open(Pack::open(with_sections(&LIMITS)).expect("a pack")).expect("a catalogue");
    let store = |row| c.store(Row(row)).map(|s| c.store_name(s));
    assert_eq!((store(0), store(1), store(3)), (None, Some("Kiln & Co"), Some("东市")));
    assert_eq!([0, 4, 7, 13].map(|row| c.since(Row(row))), [0, 20_713, 20_600, 20_704]);
    assert!(c.is_new(Row(4), 20_713) && !c.is_new(Row(4), 20_714) && !c.is_new(Row(0), 0));
    let all = [Rule::ArrivalDays, Rule::HalfLifeDays, Rule::Similar, Rule::Category, Rule::Brand, Rule::Most];
    assert_eq!(all.map(|r| rule(c.pack(), r)), [30, 90, 32_768, 6_554, 3_277, 52_429]);
    let none = Catalog::open(Pack::open(with_sections(&[])).expect("a pack")).expect("a catalogue");
    assert_eq!((none.store(Row(1)), none.since(Row(4)), rule(none.pack(), Rule::Most)), (None, 0, 0));
}

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
fn seasons_and_clusters_1_are_read() {
    let pack = with_sections(&[(Tag::SEASON, 4, SEASONS), (Tag::CLUSTER, 3, CLUSTERS)]);
    let mut shelf = Engine::open(pack).expect("a pack");
    let at = |c: &str, now| {
        let c = shelf.catalog().category_named(c).expect(c) as usize;
        let mut added = Vec::new();
        season(shelf.catalog(), Millis(now), &mut added);
        added[c]
    };
    // 16 January 2027, 12:00 at the shop: the middle of the first month but for a day of it; and half a year later.
    let (january, july) = (1_800_072_000_000, 1_815_797_000_000);
    let months = ["Food > Tea & coffee", "Home > Bedding", "Sport > Running", "Sport > Outdoor", "Sport", "Food"];
    assert_eq!(months.map(|c| at(c, january)), [3_988, 5_458, 4_717, -5_976, -5_976, 0]);
    assert_eq!(months.map(|c| at(c, july)), [-6_000, -10_500, -2_500, 4_005, 4_005, 0]);
    shelf.set_consent(Consent::all());
    shelf.track(Millis(january), &[crate::api::event("view_item", "80001")]);
    let near = shelf.portrait(Millis(january)).cluster.expect("a cat's food");
    assert_eq!((near.id.as_str(), near.share, near.confidence, near.last), ("Pets > Cats", 0.31, 1.0, Millis(january)));
}

#[test]
fn lives_of_tags_1_are_read() {
    use nearshelf::time::DAY;
    let lives = |more: &[(Tag, usize, &[u8])]| Engine::open(with_sections(more)).expect("a pack").tag_lives();
    let told = lives(&[(Tag::TAG_LIFE, 11, include_bytes!("tag-lives-v1.section"))]);
    assert_eq!(told.map(|life| life / DAY), std::array::from_fn(|i| 7 + i as i64));
    assert_eq!(lives(&[])[0], 4 * 30 * DAY, "else four half-lives");
    assert_eq!(lives(&[(Tag::TAG_LIFE, 1, &[1; 12])])[1], 4 * 60 * DAY, "a short section says as much as it has");
}

/// All that format 2 has beyond format 1: several metrics, both mechanisms, groups of offers, a currency.
#[test]
fn report_schema_2_is_read() {
    use nearshelf::id::Key;
    use nearshelf::privacy::{ledger::Metric, noise::Epsilon};
    use nearshelf::report::{Asked, Grouping};
    let keys = |n| (1..=n).map(Key).collect();
    let asked: Vec<Asked> = vec![
        (Metric::FunnelStage, 4, keys(5)),
        (Metric::ConversionChannel, 2, keys(26)),
        (Metric::Cluster, 0, keys(2)),
    ];
    let grouping = Grouping {
        currency: "CNY".into(),
        exponent: 2,
        groups: vec!["welcome".into(), "spring".into()],
        families: 1,
        members: vec![(Key(7), 0), (Key(8), 1)],
    };
    let schema = ReportSchema::of(Epsilon::MOST, asked, grouping).expect("a schema");
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/report-schema-v2.record"), schema.encode())
            .expect("written");
    }
    assert_eq!(ReportSchema::decode(include_bytes!("report-schema-v2.record")).expect("schema 2"), schema);
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
    let sealed = include_bytes!("snapshot-v1.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 1");
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!((portrait.events, portrait.sessions), (60, 60));
    assert_eq!(portrait.traits[0].len(), 24);
    assert_eq!(portrait.visit, [crate::api::id(&shelf, 9)]);
    // Written by this version it is one of version 6, and says the same.
    let again = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
    let mut other = crate::api::shelf();
    other.unseal(&SEALED.0, SEALED.2, &again).expect("snapshot 6");
    assert_eq!(other.portrait(crate::api::NOW), portrait);
}

#[test]
fn sealed_snapshot_2_is_read() {
    let mut shelf = crate::api::shelf();
    let sealed = include_bytes!("snapshot-v2.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 2");
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!((portrait.events, portrait.sessions), (90, 90));
    assert_eq!(portrait.traits.each_ref().map(Vec::len), [14, 9, 9, 7, 14, 1, 7, 1, 1, 0, 1]);
    // What had settled then has no kinds; what was provisional has its own.
    assert!(portrait.traits.iter().flatten().any(|t| t.kinds == 0));
    // Written by this version it is one of version 6, and says the same.
    let again = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
    let mut other = crate::api::shelf();
    other.unseal(&SEALED.0, SEALED.2, &again).expect("snapshot 6");
    assert_eq!(other.portrait(crate::api::NOW), portrait);
    assert_eq!(other.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented"), again);
}

#[test]
fn sealed_snapshot_3_is_read() {
    let attributes = crate::api::declared::ATTRIBUTES;
    let mut shelf = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, attributes)])).expect("a pack");
    shelf.set_consent(Consent::all());
    let sealed = include_bytes!("snapshot-v3.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 3");
    let told: Vec<_> = shelf.declared().iter().map(|d| (d.field, d.value, d.number, d.source, d.confidence)).collect();
    assert_eq!(
        told,
        [
            ("birthday", "", 520.0, Source::Survey, 0.8),
            ("born", "", 1990.0, Source::Shopper, 1.0),
            ("gender", "female", 0.0, Source::Survey, 0.8),
            ("shoe_size", "", 38.5, Source::Survey, 0.8),
        ]
    );
    assert_eq!(shelf.ledgers().0, b"", "there was no membership then");
    // Written by this version it is one of version 6, and says the same.
    let again = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
    let mut other = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, attributes)])).expect("a pack");
    other.set_consent(Consent::all());
    other.unseal(&SEALED.0, SEALED.2, &again).expect("snapshot 6");
    assert_eq!(other.portrait(crate::api::NOW), shelf.portrait(crate::api::NOW));
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!((portrait.events, portrait.sessions), (90, 90));
    assert!(portrait.traits.iter().flatten().all(|t| t.kinds != 0), "every trait names its kinds");
}

/// What the frozen portrait keeps of a membership: bytes that only who wrote them knows.
const LEDGER_KEPT: &[u8] = b"a ledger";

#[test]
fn sealed_snapshot_4_is_read() {
    let attributes = crate::api::declared::ATTRIBUTES;
    let mut shelf = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, attributes)])).expect("a pack");
    shelf.set_consent(Consent::all());
    let sealed = include_bytes!("snapshot-v4.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 4");
    assert_eq!(shelf.ledgers().0, LEDGER_KEPT);
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!((portrait.events, portrait.sessions), (90, 90));
    let again = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
    let mut other = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, attributes)])).expect("a pack");
    other.set_consent(Consent::all());
    other.unseal(&SEALED.0, SEALED.2, &again).expect("snapshot 6");
    assert_eq!((other.portrait(crate::api::NOW), other.ledgers().0), (portrait, LEDGER_KEPT));
    // It goes with the portrait, and stays where nobody decided.
    shelf.set_consent(Consent { personalize: Tri::Undecided, ..Consent::all() });
    assert_eq!(shelf.ledgers().0, LEDGER_KEPT);
    shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(shelf.ledgers().0, b"");
    assert_eq!(shelf.keep_ledger(&[0; 16_385]).expect_err("too long").code(), "bad_request");
}

#[test]
fn sealed_snapshot_6_is_read() {
    #[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        let sealed = crate::shards::evidence::settled(&SEALED.0, &SEALED.1, SEALED.2);
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/snapshot-v6.sealed"), sealed)
            .expect("written");
        return;
    }
    let sealed = include_bytes!("snapshot-v6.sealed");
    let plain = nearshelf::store::seal::open(&SEALED.0, SEALED.2, sealed).expect("seal 1");
    let mut shelf = crate::api::shelf();
    let config = Pack::open(crate::api::PACK.to_vec()).expect("a pack");
    let config = ProfileConfig::read(config.section(Tag::CONFIG, 0).expect("settings")).expect("settings");
    let mut kept = Portrait::restore(config, &plain).expect("snapshot 6");
    assert_eq!(kept.snapshot(), plain, "read and written alike");
    // Seen by a page that had the core alone: what the pack says of it counts as soon as a pack has it.
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 6");
    let portrait = shelf.portrait(crate::api::NOW);
    assert_eq!(portrait.events, 4);
    let told = |d: Dimension| portrait.traits[d as usize].iter().map(|t| t.events).sum::<u32>();
    assert_eq!((told(Dimension::Item), told(Dimension::Category)), (4, 4));
    assert_ne!(shelf.snapshot().expect("allowed"), plain);
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

#[test]
fn overlay_format_2_is_read() {
    let mut shelf = crate::api::shelf();
    let told = shelf.overlay(crate::api::NOW, include_bytes!("overlay-v2.overlay"), true).expect("format 2");
    assert_eq!((told.outcome, told.unknown, told.bad, shelf.overlay_version()), (1, 0, 0, Some(8)));
    let c = shelf.catalog();
    let said = |id: &str| {
        let row = c.find(id).expect(id).row;
        let brand = c.brand_shown(row);
        let category = c.category(row).map_or("", |x| c.category_path(x));
        (c.title(row), category, brand, c.url(row), c.price(row).now.map(|m| m.0), c.availability(row))
    };
    let link = "https://shop.example/90001";
    assert_eq!(said("90001"), ("Cat tunnel", "Pets > Cats", "Whiskado", link, Some(12_900), Availability::InStock));
    assert_eq!(said("90002"), ("Bowl", "", "Newcomer", "", Some(2_000), Availability::Preorder));
    assert_eq!(said("20001").4, Some(8_500));
}

#[test]
fn overlay_format_3_is_read() {
    let mut shelf = crate::api::shelf();
    let told = shelf.overlay(crate::api::NOW, include_bytes!("overlay-v3.overlay"), true).expect("format 3, by place");
    assert_eq!((told.outcome, told.unknown, told.bad, shelf.overlay_version()), (2, 0, 0, Some(6)));
    let c = shelf.catalog();
    let said = |id: &str| {
        let v = (0..c.variant_count() as u32).find(|v| c.variant_id(*v) == id).expect(id);
        let p = c.price_of(v);
        (p.now.map(|m| m.0), p.list.map(|m| m.0), c.availability_of(v))
    };
    assert_eq!(said("20001"), (Some(8_500), Some(9_000), Availability::InStock));
    assert_eq!(said("80007").2, Availability::OutOfStock);
    assert_eq!(said("20003").2, Availability::Hidden);
    assert_eq!(said("10001-L"), (Some(19_950), Some(24_900), Availability::Preorder));
}

#[test]
fn overlay_format_4_is_read() {
    let mut shelf = crate::api::shelf();
    let told = shelf.overlay(crate::api::NOW, include_bytes!("overlay-v4.overlay"), true).expect("format 4, both");
    assert_eq!((told.outcome, told.unknown, told.bad, shelf.overlay_version()), (1, 0, 0, Some(9)));
    let c = shelf.catalog();
    let said = |id: &str| {
        let row = c.find(id).expect(id).row;
        (c.title(row), c.price(row).now.map(|m| m.0), c.availability(row))
    };
    assert_eq!(said("90001"), ("Cat tunnel", Some(12_900), Availability::InStock));
    assert_eq!((said("20001").1, said("80007").2), (Some(8_500), Availability::OutOfStock));
}

#[test]
fn envelope_1_is_opened() {
    use nearshelf::signature::{Kind, open};
    // By the key of the seed 0x01 × 32, with noise.
    let key = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let file = include_bytes!("signed-v1.overlay");
    let opened = open(crate::api::NOW, Some(Kind::Overlay), &[key], &[], file).expect("envelope 1");
    let e = opened.envelope;
    assert_eq!((e.subject, e.sequence, e.issued.0), ("harbour-lane/cn", 12.0, 1_790_000_000_000));
    assert_eq!(e.expires.map(|t| t.0), Some(1_800_000_000_000));
    assert_eq!(e.payload, include_bytes!("overlay-v1.overlay"));
    // What was seen, in the format that devices keep.
    let seen = open(crate::api::NOW, None, &[key], include_bytes!("signed-v1.seen"), file).expect_err("older");
    assert_eq!(seen.code(), "replayed");
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn switch_1_is_read() {
    // tests/packaging/switch.test.mjs reads it in JavaScript.
    let bytes = include_bytes!("switch-v1.switch");
    let switch = nearshelf::shop::Switch::read("switch-v1.switch".as_ref(), bytes).expect("switch 1");
    assert_eq!((switch.shop.as_str(), switch.sequence, switch.max_age), ("harbour-lane", 1_790_000_000_000, 600.0));
    assert!(switch.neutral && switch.stops("anything") && switch.flash_hours == Some(12.0));
    assert_eq!(switch.idle(&["a".into()]), ["no-such-offer"]);
    assert_eq!(switch.write(crate::api::NOW), bytes, "what has a number and a date keeps them");
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn no_shards(_: &str) -> Result<Vec<u8>, nearshelf::error::Error> {
    nearshelf::decisions::DecisionLog::read(&[]).map(|_| Vec::new())
}

/// Nothing of what comes from outside makes it panic.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn damaged_logs_are_refused(bytes: &[u8], pack: &[u8]) {
    use nearshelf::decisions::DecisionLog;
    for cut in 0..bytes.len() {
        assert_eq!(DecisionLog::read(&bytes[..cut]).expect_err("cut").code(), "bad_decisions");
    }
    for at in (0..bytes.len()).step_by(5) {
        let mut bad = bytes.to_vec();
        bad[at] ^= 0x41;
        if let Ok(log) = DecisionLog::read(&bad) {
            let _ = log.replay(pack.to_vec(), &no_shards);
        }
    }
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn decision_log_1_is_read() {
    use nearshelf::decisions::DecisionLog;
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
    damaged_logs_are_refused(bytes, crate::api::PACK);
}

#[test]
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn decision_log_2_is_read() {
    use nearshelf::decisions::DecisionLog;
    // Of a shelf over the pack of the golden file: offers put forward on three days and what was chosen of them, a list, and offers once more.
    let bytes = include_bytes!("decisions-v2.log");
    let log = DecisionLog::read(bytes).expect("log 2");
    assert_eq!(log.pack_version, "5aeb82606178fd3b");
    let pack = crate::golden::learning_pack();
    let all = log.replay(pack.clone(), &no_shards).expect("decided again");
    assert_eq!(all.iter().map(|r| r.decision.served.as_str()).collect::<Vec<_>>(), ["", "", "", "1", ""]);
    assert_eq!(all.iter().map(|r| r.shown.len()).collect::<Vec<_>>(), [7, 7, 7, 4, 7]);
    assert!(all.iter().all(|r| r.same && r.shown == r.again), "a version that decides otherwise says so here");
    let first = &all[4].again[0];
    assert_eq!((first.id.as_str(), first.score, first.propensity), ("ten", 300.0, Some(561_673)));
    assert_eq!(first.reasons, [("creative countdown".to_string(), 0.0)]);
    damaged_logs_are_refused(bytes, &pack);
    // Offers are no decision of version 1.
    let mut one = bytes.to_vec();
    one[8] = 1;
    assert_eq!(DecisionLog::read(&one).expect_err("of version 2").code(), "bad_decisions");
}

#[test]
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn decision_log_3_is_read() {
    use nearshelf::decisions::{DecisionLog, Kind};
    // Of a shelf over the pack of the golden files: a list; a purchase, and what is due, said and granted; a return, a complaint and a campaign declined, and the same again; a list.
    let bytes = include_bytes!("decisions-v3.log");
    let log = DecisionLog::read(bytes).expect("log 3");
    assert_eq!(log.pack_version, "d1e63b6d95b2af46");
    let pack = crate::golden::speaking_pack();
    let all = log.replay(pack.clone(), &no_shards).expect("decided again");
    assert!(all.iter().all(|r| r.same && r.shown == r.again), "a version that decides otherwise says so here");
    let named: Vec<_> = all.iter().map(|r| (r.decision.kind, r.decision.served.clone(), r.shown.len())).collect();
    let name = |events: u32, rest: &str| format!("nqvctwk8p-{events}-{rest}");
    let expected = [
        (Kind::List, "1".to_string(), 4),
        (Kind::Promotions, name(1, "0-promotions/home"), 7),
        (Kind::Care, name(0, "1-care/home"), 2),
        (Kind::SellingPoints, name(0, "2-selling_points/40001"), 3),
        (Kind::Grants, name(0, "3-grants/"), 2),
        (Kind::Grants, name(0, "4-grants/"), 2),
        (Kind::Care, name(0, "5-care/home"), 4),
        (Kind::SellingPoints, name(0, "6-selling_points/40005"), 1),
        (Kind::SellingPoints, name(0, "7-selling_points/40001"), 3),
        (Kind::List, "2".to_string(), 4),
    ];
    assert_eq!(named, expected);
    let reasons = |at: usize| -> Vec<(&str, Vec<(&str, f64)>)> {
        all[at]
            .again
            .iter()
            .map(|item| (item.id.as_str(), item.reasons.iter().map(|(c, v)| (c.as_str(), *v)).collect()))
            .collect()
    };
    let word = |code| vec![(code, 0.0)];
    assert_eq!(
        reasons(2),
        [("care:moon", vec![("no_offer", 0.0), ("holiday", 0.0)]), ("care:arrived", word("after_purchase"))]
    );
    assert_eq!(reasons(3)[..2], [("new", vec![("new", 1000.0)]), ("rain", vec![("weather=rain", 500.0)])]);
    assert_eq!(reasons(5), [("spring", word("declined")), ("late", vec![("granted", 0.0), ("coupon c-tea", 0.0)])]);
    assert_eq!(reasons(6)[0], ("care:golden", vec![("paused", 0.0), ("birthday", 0.0)]));
    assert_eq!(
        all.iter().map(|r| r.personal).collect::<Vec<_>>(),
        [false, true, true, true, true, true, true, false, true, true]
    );
    damaged_logs_are_refused(bytes, &pack);
    // What is said and granted is no decision of version 2.
    let mut two = bytes.to_vec();
    two[8] = 2;
    assert_eq!(DecisionLog::read(&two).expect_err("of version 3").code(), "bad_decisions");
}

/// Parameters of insights, as shipped, with published models and made-up cuts.
pub(crate) const INSIGHTS: &[u8] = include_bytes!("insights-v1.section");

#[test]
fn insights_1_are_read() {
    use nearshelf::insight::{Number, Settings};
    let s = Settings::read(INSIGHTS).expect("section 1");
    let number = |n| s.number(n).expect("a number");
    assert_eq!((number(Number::R), number(Number::Gamma), number(Number::PairOrders)), (0.243, 15.44, 2.0));
    assert_eq!((number(Number::Doubt), number(Number::UsualGap), number(Number::LoyaltyLoyalty)), (5.0, 45.0, 25.0));
    let cuts = s.cuts.each_ref().map(|list| list.iter().map(|c| (c.value, c.tie.as_str())).collect::<Vec<_>>());
    assert_eq!((cuts[0][0], cuts[1][3], cuts[2][3]), ((-200, "40"), (6, ""), (120_000, "77")));
    assert_eq!((s.needs.len(), s.intents.len(), s.strategies.len()), (36, 16, 4));
    assert!(s.strategies[3].text_zh.starts_with("诚意") && s.strategies[3].limit == 0.2);
    assert_eq!(s.write(), INSIGHTS, "read and written alike");
    // A later section has more behind it, an earlier one fewer numbers.
    assert_eq!(Settings::read(&[INSIGHTS, &[1, 2, 3]].concat()).expect("a later one"), s);
    let opened = Engine::open(with_sections(&[(Tag::INSIGHT, 1, INSIGHTS)]));
    assert!(opened.is_ok());
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn draws_1_are_read() {
    use nearshelf::draw::Got;
    use nearshelf::draw::json::{Announcement, Given, verify};
    use nearshelf::signature::{Kind, open};
    // By the key of the seed 0x01 × 32; a vote with prizes and a beacon.
    let key = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let read =
        |file: &'static [u8]| open(crate::api::NOW, Some(Kind::Draw), &[key], &[], file).expect("signed").envelope;
    let a = Announcement::read(read(include_bytes!("draw-v1.draw")).payload).expect("announcement 1");
    let result = read(include_bytes!("draw-v1.result"));
    let receipt = include_str!("draw-v1.receipt");
    let given = Given {
        result: result.payload,
        issued: Some(result.issued.to_f64()),
        closing: Some(read(include_bytes!("draw-v1.closing")).payload),
        list: Some(include_str!("draw-v1.list")),
        ticket: Some("ticket-of-person-5-number-1"),
        receipt: serde_json::from_str(receipt).ok(),
        ..Given::default()
    };
    assert!(given.receipt.is_some() && result.subject == "harbour-lane/frozen");
    assert_eq!(verify(&a, &given).map(|v| v.got), Ok(Got::Won(0)));
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn the_first_export_is_taken_in() {
    let export: serde_json::Value = serde_json::from_str(include_str!("export-v1.json")).expect("JSON");
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut n, mut bytes) = (0_u32, 0, Vec::new());
    for b in export["snapshot"].as_str().expect("a text").bytes().filter(|b| *b != b'=') {
        bits = bits << 6 | letters.iter().position(|l| *l == b).expect("base64") as u32;
        n += 6;
        if n >= 8 {
            n -= 8;
            bytes.push((bits >> n) as u8);
        }
    }
    let mut shelf = Engine::open(include_bytes!("pack-v1.pack").to_vec()).expect("the first pack");
    shelf.set_consent(Consent::all());
    let now = Millis(export["exported"].as_i64().expect("a time"));
    shelf.take_in(now, &bytes).expect("the first export");
    let events = export["portrait"]["events"].as_u64();
    assert_eq!(Some(u64::from(shelf.portrait(now).events)), events);
    // And what goes out comes in again as it was.
    let again = shelf.taken_out();
    shelf.take_in(now, &again).expect("it was just written");
    assert_eq!(shelf.taken_out(), again);
}
