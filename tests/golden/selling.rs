//! What is said of a product first: the section that the golden file is over, and how it is asked.

use nearshelf::codec::Writer;
use nearshelf::engine::Engine;
use nearshelf::insight::Insights;
use nearshelf::insight::promote::{Promoting, SPEAKERS, Speaking, place};
use nearshelf::insight::selling::{KINDS, Wanted, points};
use nearshelf::pack::Tag;
use nearshelf::time::Millis;
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SELLING: &[u8] = include_bytes!("../compat/selling-v1.section");

/// Id, kind, whom it speaks to, conditions, what it is about.
type Line = (&'static str, u8, &'static str, &'static [&'static [&'static str]], [&'static [&'static str]; 3]);

const LINES: [Line; 8] = [
    ("fashion", 0, "price", &[], [&[], &["Fashion"], &[]]),
    ("lindoro", 2, "high_value brand", &[], [&[], &[], &["Lindoro"]]),
    ("linen", 0, "quality", &[], [&["10001", "10003"], &[], &[]]),
    ("summer", 1, "", &[&["weather=sun", "weather=heat"], &["hour=12", "hour=13"]], [&["10001"], &[], &[]]),
    ("clothing", 2, "price_sensitive experience", &[], [&[], &["Fashion > Clothing"], &[]]),
    ("tea", 0, "social", &[], [&[], &["Food > Tea & coffee"], &[]]),
    ("rain", 1, "delivery", &[&["weather=rain"]], [&[], &["Fashion", "Food"], &[]]),
    ("new", 0, "new", &[], [&[], &["Fashion", "Food > Tea & coffee"], &["Lindoro", "Cloudpaddy"]]),
];

/// The section, as a file of cases names it.
pub(super) fn section() -> (Tag, usize, &'static [u8]) {
    (Tag::SELLING, LINES.len(), SELLING)
}

fn written() -> Vec<u8> {
    let mut w = Writer::new();
    let list = |w: &mut Writer, texts: &[&str]| {
        w.count(texts.len());
        texts.iter().for_each(|t| w.str(t));
    };
    w.u32(500);
    w.count(LINES.len());
    for (id, kind, speakers, conditions, about) in LINES {
        w.str(id);
        w.u8(kind);
        let speakers: Vec<u8> = speakers.split_whitespace().map(|word| place(SPEAKERS, word).expect(word)).collect();
        w.bytes(&speakers);
        list(&mut w, &[&format!("{id}, en"), &format!("{id}, zh")]);
        w.count(conditions.len());
        conditions.iter().for_each(|any| list(&mut w, any));
        about.iter().for_each(|names| list(&mut w, names));
    }
    w.finish()
}

/// [id, kind, text, what the shopper gives, what the scene adds, code, subject] of each.
pub(super) fn told(shelf: &mut Engine, now: Millis, zone: i16, step: &Value, scene: &[String]) -> Value {
    let scene: Vec<&str> = scene.iter().map(String::as_str).collect();
    let limit = step["limit"].as_u64().unwrap_or(3) as usize;
    let (neutral, product) = (super::text(step, "mode") == "neutral", super::text(step, "id"));
    let mut out = json!([]);
    let mut look = |points: &[nearshelf::insight::selling::Point<'_>]| {
        let one = |p: &nearshelf::insight::selling::Point<'_>| {
            let word = SPEAKERS.split(' ').nth(p.speaker.into()).unwrap_or("");
            let (code, subject) = match (p.said, p.lifted) {
                (0, 0) => ("given", ""),
                (said, lifted) if said >= lifted => ("shopper", word),
                _ => ("scene", p.scene),
            };
            json!([p.id, KINDS.split(' ').nth(p.kind.into()), p.text, p.said, p.lifted, code, subject])
        };
        out = points.iter().take(limit).map(one).collect();
    };
    shelf.selling_points(now, (zone, neutral), product, &scene, &mut look).expect("a section");
    out
}

#[test]
fn the_frozen_section_of_selling_points_is_read_as_it_was_written() {
    if std::env::var_os("NEARSHELF_BLESS").is_some() && SELLING.is_empty() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/selling-v1.section");
        return std::fs::write(path, written()).expect("a file");
    }
    assert!(written() == SELLING);
    let wanted = |about| Wanted { about, speaking: None, scene: &[], language: 1 };
    let of = |about| points(SELLING, &wanted(about)).expect("a section");
    let ids: Vec<&str> =
        of([&["10001"], &["Fashion > Clothing", "Fashion"], &["Lindoro"]]).iter().map(|p| p.id).collect();
    assert_eq!(
        ids,
        ["linen", "summer", "clothing", "fashion", "rain", "new", "lindoro"],
        "itself, the nearest category, the brand"
    );
    assert_eq!(of([&["7"], &["Food > Tea & coffee", "Food"], &[]])[0].text, "tea, zh");
    assert!(of([&["7"], &["Pets"], &[]]).is_empty());
    // A pack that says more than a shop may is held to the most.
    let wild = [&u32::MAX.to_le_bytes(), &SELLING[4..]].concat();
    let spoken = Speaking::of(&Insights { known: vec![], absent: vec![] }, &Promoting::default());
    let rain = Wanted { speaking: Some(&spoken), scene: &["weather=rain"], ..wanted([&["7"], &["Food"], &[]]) };
    assert_eq!(points(&wild, &rain).expect("a section")[0].lifted, 2_000);
    for cut in 0..SELLING.len() {
        assert!(points(&SELLING[..cut], &wanted([&["10001"], &[], &[]])).is_err(), "cut at {cut}");
    }
}
