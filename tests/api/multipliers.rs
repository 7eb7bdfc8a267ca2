//! New multipliers of granting campaigns by an overlay, and campaigns that the shop's switch stops.

use crate::compat::with_sections;
use crate::golden::choosing::{GRANTS, OFFERS, WALLET};
use nearshelf::catalog::overlay::{Head, MAGIC};
use nearshelf::catalog::overlay_file::{Item, read, write};
use nearshelf::codec::Reader;
use nearshelf::engine::{Engine, GrantState, STOPPED, UNKNOWN};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::Consent;
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// When the frozen campaign `spring` begins; its multiplier is 0.5 and holds for nine days.
const NOW: Millis = Millis(1_790_000_000_000 + DAY);
/// An overlay with a price and a multiplier, as the first version wrote it.
const FROZEN: &[u8] = include_bytes!("../compat/overlay-multipliers-v1.overlay");

fn shelf() -> Engine {
    let sections = [(Tag::GRANT, 2, GRANTS), (Tag::OFFERS, 7, OFFERS), (Tag::COUPON, 7, WALLET)];
    let mut shelf = Engine::open(with_sections(&sections)).expect("the frozen pack");
    shelf.set_consent(Consent::all());
    shelf
}

fn head(sequence: u64, full: bool) -> Head<'static> {
    Head { market: "cn", sequence, issued: Some(NOW), max_age: 2 * 86_400, full, ..Head::default() }
}

fn told(shelf: &mut Engine, now: Millis, segment: u32) -> (GrantState, String) {
    let granted = shelf.grants(now, Some(7.0), &[("spring", segment)]).expect("consent").0.remove(0);
    (granted.state, granted.coupon)
}

/// Segment 1 has options of 9 for 20 and 19 for 40: nothing at 0.5, the second at 0.4.
fn lay(shelf: &mut Engine, head: Head<'_>, items: &[Item]) {
    let (file, unknown) = write(&head, items, shelf.catalog());
    assert_eq!(unknown, Vec::<String>::new());
    let laid = shelf.overlay(NOW, &file, true).expect("an overlay");
    assert_eq!((laid.unknown, laid.bad), (0, 0));
}

#[test]
fn an_overlay_brings_a_multiplier_that_holds_no_longer_than_it() {
    let nothing = (GrantState::Nothing, String::new());
    let granted = (GrantState::Granted, "c-all".to_string());
    let expired = (GrantState::Expired, String::new());
    let cheap = Item::multiplier("spring", 400_000, NOW.plus(DAY));
    let mut one = shelf();
    assert_eq!(told(&mut one, NOW, 1), nothing);
    lay(&mut one, head(1, false), std::slice::from_ref(&cheap));
    // By its own end, and by that of the overlay, which comes later; a device that asks in time keeps what it got.
    let mut late = one.clone();
    assert_eq!(told(&mut late, NOW.plus(DAY - 1), 1), granted);
    assert_eq!(told(&mut late, NOW.plus(9 * DAY), 1), granted);
    let mut late = one.clone();
    assert_eq!(told(&mut late, NOW.plus(DAY), 1), expired);
    let mut stale = one.clone();
    lay(&mut stale, head(2, false), &[Item::multiplier("spring", 400_000, NOW.plus(8 * DAY))]);
    assert_eq!(told(&mut stale, NOW.plus(2 * DAY), 1), expired, "with the overlay");
    // A delta that tells none leaves it, one that tells of another takes it away, a full one and none at all return to the pack's.
    let mut delta = one.clone();
    lay(&mut delta, head(2, false), &[Item { hidden: Some(true), id: "10001".into(), ..Item::default() }]);
    assert_eq!(told(&mut delta.clone(), NOW, 1), granted);
    lay(&mut delta, head(3, false), &[Item::multiplier("late", 1, NOW.plus(DAY))]);
    assert_eq!(told(&mut delta, NOW, 1), nothing);
    let mut full = one.clone();
    lay(&mut full, head(2, true), &[]);
    assert_eq!(told(&mut full, NOW, 1), nothing);
    let mut gone = one.clone();
    gone.overlay(NOW, &[], true).expect("taken away");
    assert_eq!(told(&mut gone, NOW, 1), nothing);
    // Another market's says nothing here.
    let mut us = shelf();
    lay(&mut us, Head { market: "us", ..head(1, false) }, &[cheap]);
    assert_eq!(told(&mut us, NOW, 1), nothing);
}

#[test]
fn what_cannot_be_read_grants_nothing() {
    for id in [
        "\u{1}spring",
        "\u{1}spring\u{2}",
        "\u{1}spring\u{2}x\u{2}1890000000000",
        "\u{1}spring\u{2}4\u{2}",
        "\u{1}spring\u{2}4\u{2}-5",
    ] {
        let mut shelf = shelf();
        lay(&mut shelf, head(1, false), &[Item { id: id.into(), ..Item::default() }]);
        assert_eq!(told(&mut shelf, NOW, 1).0, GrantState::Expired, "{id:?}");
    }
    let mut shelf = shelf();
    for id in ["\u{1}", "\u{1}\u{1}\u{2}\u{2}", "\u{1}spring2\u{2}4\u{2}1890000000000"] {
        lay(&mut shelf, Head { sequence: 0, ..head(0, false) }, &[Item { id: id.into(), ..Item::default() }]);
        assert_eq!(told(&mut shelf, NOW, 1).0, GrantState::Nothing, "{id:?} is about no campaign of here");
    }
}

#[test]
fn a_stopped_campaign_grants_nothing_and_one_that_may_be_nothing_new() {
    let mut shelf = shelf();
    let none = |state| (state, String::new());
    assert_eq!(told(&mut shelf, NOW, STOPPED), none(GrantState::Stopped));
    assert_eq!(told(&mut shelf, NOW, UNKNOWN), none(GrantState::Unknown));
    let granted = (GrantState::Granted, "c-tea".to_string());
    assert_eq!(told(&mut shelf, NOW, 0), granted);
    assert_eq!(told(&mut shelf, NOW, UNKNOWN), granted, "what was granted stays");
    assert_eq!(told(&mut shelf, NOW, STOPPED), none(GrantState::Stopped));
    assert_eq!(told(&mut shelf, NOW, 0), granted, "the switch was turned back");
    shelf.decline_grant(NOW, "spring", true).expect("consent");
    assert_eq!(told(&mut shelf, NOW, UNKNOWN), none(GrantState::Declined));
}

/// Readers from before there were multipliers know ids that no pack has: the file is theirs too.
#[test]
fn the_first_file_with_multipliers_is_of_format_1_and_its_multiplier_an_id_that_no_pack_has() {
    let items = [
        Item::multiplier("spring", 400_000, NOW.plus(DAY)),
        Item { id: "20001".into(), price: Some(Some(8_500)), ..Item::default() },
    ];
    let mut shelf = shelf();
    let (file, _) = write(&head(8, false), &items, shelf.catalog());
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("NEARSHELF_BLESS").is_some() && FROZEN.is_empty() {
        let path = format!("{}/tests/compat/overlay-multipliers-v1.overlay", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, file).expect("a file");
        return;
    }
    assert!(file == FROZEN);
    let (said, counts) = read(FROZEN).expect("sound");
    assert_eq!((said, counts), (head(8, false), [1, 0, 0, 0, 1, 0, 1]));
    let mut r = Reader::new(FROZEN.strip_prefix(&MAGIC).expect("an overlay"));
    assert_eq!([r.u16(), r.u16()], [1, 1]);
    for _ in 0..3 {
        r.str();
    }
    r.take(8 * 3 + 4 + 1);
    for item in 0..r.count(13) {
        let (id, what, prices) = (r.str(), r.u8(), [r.str(), r.str()]);
        if item == 1 {
            assert!(shelf.catalog().find(id).is_none() && id.starts_with('\u{1}'));
            assert_eq!((what, prices), (7, ["", ""]), "it says nothing of any product");
        }
    }
    assert_eq!(r.left(), 8, "the checksum");
    let laid = shelf.overlay(NOW, FROZEN, true).expect("format 1");
    assert_eq!((laid.outcome, laid.unknown, laid.bad), (1, 0, 0));
    assert_eq!(told(&mut shelf, NOW, 1), (GrantState::Granted, "c-all".into()));
}
