//! Typed declarations, category paths, stages that are told: what holds for any of them.

use super::{NOW, event, shelf};
use crate::compat::with_sections;
use nearshelf::engine::{Declaring, Engine};
use nearshelf::event::clean::{RawDetails, RawEvent};
use nearshelf::insight::Stage;
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::Dimension;
use nearshelf::profile::attribute::{Said, Source};
use nearshelf::time::{DAY, MINUTE, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Attributes of every type.
pub(crate) const ATTRIBUTES: &[u8] = include_bytes!("../compat/attributes-v1.section");

fn with(attributes: &[u8]) -> Engine {
    let mut shelf = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, attributes)])).expect("a pack");
    shelf.set_consent(Consent::all());
    shelf
}

const MERGE: Declaring = Declaring { source: Source::Shopper, confidence: None, merge: true };

fn fields(shelf: &mut Engine) -> Vec<String> {
    shelf.declared().iter().map(|d| format!("{}={}{}", d.field, d.value, d.number)).collect()
}

/// Every attribute with as many values as it takes.
fn all() -> Vec<(&'static str, Said<'static>)> {
    vec![
        ("age_band", Said::Text("25-35")),
        ("birthday", Said::Text("12-31")),
        ("born", Said::Number(1990.0, "1990")),
        ("gender", Said::Text("other")),
        ("interests", Said::Text("cooking")),
        ("interests", Said::Text("running")),
        ("interests", Said::Text("tea")),
        ("newsletter", Said::Flag(true)),
        ("shoe_size", Said::Number(44.5, "44.5")),
    ]
}

#[test]
fn what_is_declared_goes_on_from_a_snapshot_to_the_byte() {
    let mut shelf = with(ATTRIBUTES);
    assert_eq!(shelf.declare(NOW, &all(), Declaring::default()), Ok(9));
    shelf.track(NOW, &[event("view_item", "80001")]);
    let snapshot = shelf.snapshot().expect("consent");
    let mut back = with(ATTRIBUTES);
    back.restore(&snapshot).expect("a snapshot");
    assert_eq!((fields(&mut back), back.snapshot().expect("consent")), (fields(&mut shelf), snapshot));
    for s in [&mut shelf, &mut back] {
        s.declare(NOW.plus(DAY), &[("gender", Said::Nothing), ("interests", Said::Text("tea"))], MERGE)
            .expect("consent");
        s.track(NOW.plus(DAY), &[event("add_to_cart", "20001")]);
    }
    assert_eq!(fields(&mut back).len(), 6);
    assert_eq!(back.snapshot(), shelf.snapshot());
    // The order of the answers of one call is not that of what is told.
    let mut other = with(ATTRIBUTES);
    let mut said = all();
    said.reverse();
    other.declare(NOW, &said, Declaring::default()).expect("consent");
    let mut first = with(ATTRIBUTES);
    first.declare(NOW, &all(), Declaring::default()).expect("consent");
    assert_eq!(fields(&mut other), fields(&mut first));
}

#[test]
fn an_answer_that_has_run_out_is_neither_told_nor_kept() {
    let mut shelf = with(ATTRIBUTES);
    shelf.declare(NOW, &[("interests", Said::Text("tea"))], Declaring::default()).expect("consent");
    let mut never = with(ATTRIBUTES);
    let snapshot = shelf.snapshot().expect("consent");
    let later = NOW.plus(90 * DAY);
    for s in [&mut shelf, &mut never] {
        s.portrait(later.plus(-1));
    }
    assert_eq!(fields(&mut shelf).len(), 1);
    shelf.portrait(later);
    assert!(fields(&mut shelf).is_empty());
    assert_eq!(shelf.snapshot(), never.snapshot());
    // One that ran out while nobody was there.
    let mut back = with(ATTRIBUTES);
    back.restore(&snapshot).expect("a snapshot");
    back.portrait(later);
    assert!(fields(&mut back).is_empty());
}

#[test]
fn a_sensitive_answer_needs_its_own_consent_and_goes_with_it() {
    let not = Consent { sensitive: Tri::Undecided, ..Consent::all() };
    let born = [("born", Said::Number(1990.0, "1990")), ("gender", Said::Text("male"))];
    let mut shelf = with(ATTRIBUTES);
    shelf.declare(NOW, &born, Declaring::default()).expect("consent");
    let snapshot = shelf.snapshot().expect("consent");
    shelf.set_consent(not);
    assert_eq!(fields(&mut shelf), ["gender=male0"]);
    // A snapshot of before the withdrawal does not bring it back.
    shelf.restore(&snapshot).expect("a snapshot");
    assert_eq!(fields(&mut shelf), ["gender=male0"]);
    assert_eq!(shelf.declare(NOW, &born, Declaring::default()), Ok(1));
    assert_eq!(shelf.diagnostics(), [("sensitive_answer", 1)]);
}

#[test]
fn what_the_pack_no_longer_takes_is_forgotten() {
    let said = |n| [("gender", Said::Text("male")), ("shoe_size", Said::Number(n, ""))];
    let told = |n| {
        let mut shelf = with(ATTRIBUTES);
        assert_eq!(shelf.declare(NOW, &said(n), Declaring::default()), Ok(2));
        shelf.snapshot().expect("consent")
    };
    // The next pack takes smaller sizes alone, or calls them sensitive.
    let changed = |sensitive: bool| {
        let mut bytes = ATTRIBUTES.to_vec();
        let at = bytes.windows(9).position(|w| w == b"shoe_size").expect("the attribute") + 9;
        // Type, flags, days, least, most.
        bytes[at + 1] = u8::from(sensitive);
        bytes[at + 14..at + 22].copy_from_slice(&39.0_f64.to_le_bytes());
        bytes
    };
    for (sensitive, size, consent, left) in [
        (false, 40.0, Tri::Undecided, &["gender=male0"][..]),
        (false, 38.0, Tri::Undecided, &["gender=male0", "shoe_size=38"]),
        (true, 38.0, Tri::Yes, &["gender=male0", "shoe_size=38"]),
        (true, 38.0, Tri::Undecided, &["gender=male0"]),
    ] {
        let mut next = with(&changed(sensitive));
        next.set_consent(Consent { sensitive: consent, ..Consent::all() });
        next.restore(&told(size)).expect("a snapshot");
        assert_eq!(fields(&mut next), left, "{sensitive} {size} {consent:?}");
    }
}

#[test]
fn the_newest_word_on_each_attribute_goes_along_to_the_account() {
    let key = [7; 32];
    let consented = |said: &[(&str, Said<'_>)], now| {
        let mut shelf = with(ATTRIBUTES);
        shelf.declare(now, said, Declaring::default()).expect("consent");
        shelf
    };
    let mut account = consented(&[("gender", Said::Text("male")), ("shoe_size", Said::Number(40.0, "40"))], NOW);
    let sealed = account.seal(&key, &[1; 24], "a").expect("consent");
    let mut here =
        consented(&[("shoe_size", Said::Number(38.0, "38")), ("interests", Said::Text("tea"))], NOW.plus(DAY));
    here.identify(NOW.plus(DAY), &key, "a", &sealed, false).expect("consent");
    assert_eq!(fields(&mut here), ["gender=male0", "interests=tea0", "shoe_size=38"]);
}

#[test]
fn a_full_portrait_with_all_that_can_be_declared_stays_below_64_kilobytes() {
    let mut shelf = with(ATTRIBUTES);
    let ids: Vec<String> = (0..shelf.catalog().len() as u32)
        .map(|row| super::id(&shelf, row))
        .chain((0..1_500).map(|n| format!("new-{n}")))
        .collect();
    for i in 0..12_000_i64 {
        let at = NOW.plus(i * 40 * MINUTE);
        let name = ["view_item", "purchase", "review", "share", "add_to_cart"][i as usize % 5];
        let order = format!("T{i}");
        let details = RawDetails { order: &order, rating: 5.0, channel: "search", ..RawDetails::default() };
        shelf.track(at, &[RawEvent { details, ..event(name, &ids[(i * i % 1_499) as usize]) }]);
    }
    let end = NOW.plus(12_000 * 40 * MINUTE);
    assert_eq!(shelf.declare(end, &all(), Declaring::default()), Ok(9));
    let bytes = shelf.snapshot().expect("consent").len();
    assert!((20_000..=64 * 1024).contains(&bytes), "{bytes} bytes");
}

#[test]
fn wild_attributes_are_no_harm() {
    for bytes in [vec![], vec![255; 300], ATTRIBUTES[..60].to_vec(), [&[255; 12][..], &ATTRIBUTES[12..]].concat()] {
        let mut shelf = with(&bytes);
        assert_eq!(shelf.declare(NOW, &all(), Declaring::default()), Ok(0));
        assert!(fields(&mut shelf).is_empty());
    }
}

#[test]
fn a_category_has_what_lies_below_it_and_nothing_is_lost_or_counted_twice() {
    let mut shelf = shelf();
    for (i, id) in ["10001", "20001", "80001", "10001", "70001"].into_iter().enumerate() {
        shelf.track(NOW.plus(i as i64 * MINUTE), &[event("view_item", id)]);
    }
    let now = NOW.plus(DAY);
    let own = shelf.portrait(now).traits[Dimension::Category as usize].clone();
    assert!(own.len() > 2);
    let mut paths = Vec::new();
    shelf.category_paths(now, &mut |p| paths.push((p.key.to_string(), p.level, p.share, p.events)));
    for (path, level, share, events) in &paths {
        let within = |t: &&nearshelf::engine::TraitView| t.key == *path || t.key.starts_with(&format!("{path} > "));
        let below: Vec<_> = own.iter().filter(within).collect();
        assert_eq!(*events, below.iter().map(|t| t.events).sum::<u32>(), "{path}");
        assert!((share - below.iter().map(|t| t.share).sum::<f64>()).abs() < 1e-5, "{path}");
        assert_eq!(*level as usize, path.matches(" > ").count(), "{path}");
    }
    let top: f64 = paths.iter().filter(|p| p.1 == 0).map(|p| p.2).sum();
    assert!((top - 1.0).abs() < 1e-5, "{top}");
}

const PARAMETERS: &[u8] = include_bytes!("../compat/insights-v2.section");

fn buys(shelf: &mut Engine, day: i64) {
    let order = format!("T{day}");
    let details = RawDetails { order: &order, ..RawDetails::default() };
    shelf.track(NOW.plus(day * DAY), &[RawEvent { details, ..event("purchase", "80001") }]);
}

fn told(shelf: &mut Engine, day: i64) -> Vec<(Stage, Stage, Millis)> {
    shelf.tell_stages(NOW.plus(day * DAY), 0).expect("parameters").1
}

#[test]
fn a_change_of_stage_is_told_once_also_after_a_reload_and_never_without_consent() {
    let open = || {
        let mut shelf = Engine::open(with_sections(&[(Tag::INSIGHT, 1, PARAMETERS)])).expect("a pack");
        shelf.set_consent(Consent::all());
        shelf
    };
    let mut shelf = open();
    assert_eq!(shelf.tell_stages(NOW, 0), Ok((false, vec![])), "nobody is known");
    buys(&mut shelf, 0);
    assert_eq!(shelf.tell_stages(NOW, 0), Ok((true, vec![])), "the first stage is no change");
    assert_eq!(shelf.tell_stages(NOW, 0), Ok((false, vec![])));
    // Of a shopper who is away for years each change is told, as it is listed since then.
    let all = told(&mut shelf, 700);
    assert_eq!(all.last().map(|c| c.1), Some(Stage::Lost));
    assert_eq!(all.first().map(|c| c.0), Some(Stage::New));
    assert!(all.windows(2).all(|w| w[0].1 == w[1].0 && w[0].2 < w[1].2), "{all:?}");
    let since = nearshelf::engine::Asked { since: Some(NOW), ..Default::default() };
    let listed = shelf.insights(NOW.plus(700 * DAY), since, |_, all| {
        let of = |i: &&nearshelf::insight::Insight<'_>| i.code == nearshelf::insight::Trait::Transition;
        all.known.iter().filter(of).map(|i| i.values().to_vec()).collect::<Vec<_>>()
    });
    let mine: Vec<Vec<f64>> =
        all.iter().map(|c| vec![f64::from(c.0 as u8), f64::from(c.1 as u8), c.2.to_f64()]).collect();
    assert_eq!(listed.expect("parameters"), Some(mine));
    assert!(told(&mut shelf, 700).is_empty(), "once");
    // A reload remembers it.
    let snapshot = shelf.snapshot().expect("consent");
    let mut back = open();
    back.restore(&snapshot).expect("a snapshot");
    assert!(told(&mut back, 701).is_empty());
    buys(&mut back, 702);
    let again = told(&mut back, 702);
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0].0, Stage::Lost);
    back.set_consent(Consent::default());
    assert_eq!(back.tell_stages(NOW.plus(800 * DAY), 0), Ok((false, vec![])));
}
