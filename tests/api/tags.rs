//! What the shopper takes back goes, and stays away.

use super::{NOW, event, shelf};
use nearshelf::engine::{Engine, TagWish};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::Dimension;
use nearshelf::time::{DAY, MINUTE, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn names(s: &mut Engine, d: Dimension, at: Millis) -> Vec<String> {
    s.portrait(at).traits[d as usize].iter().map(|t| t.key.clone()).collect()
}

/// A shopper of a few days, the last of them today.
fn lived() -> Engine {
    let mut s = shelf();
    for day in 0..20_i64 {
        for id in ["10001", "20001", "80001"] {
            s.track(NOW.plus(day * DAY), &[event("view_item", id)]);
        }
    }
    s
}

const TODAY: Millis = Millis(NOW.0 + 19 * DAY + MINUTE);

#[test]
fn a_deleted_tag_does_not_come_again_from_what_was_and_does_from_what_comes() {
    let mut s = lived();
    let brand = names(&mut s, Dimension::Brand, TODAY)[0].clone();
    let others = names(&mut s, Dimension::Brand, TODAY).len() - 1;
    assert_eq!(s.wish_tag(TODAY, Dimension::Brand, &brand, TagWish::Delete), Ok(true));
    assert!(!names(&mut s, Dimension::Brand, TODAY).contains(&brand));
    assert_eq!(names(&mut s, Dimension::Brand, TODAY).len(), others);
    // What was told late, what settles, and a snapshot.
    let late = TODAY.plus(-10 * MINUTE);
    for id in ["10001", "20001", "80001"] {
        let mut e = event("view_item", id);
        e.at = late.to_f64();
        assert_eq!(s.track(TODAY, &[e]).accepted, 1);
    }
    assert!(!names(&mut s, Dimension::Brand, TODAY).contains(&brand));
    let bytes = s.snapshot().expect("consented");
    s.restore(&bytes).expect("a snapshot");
    s.track(TODAY.plus(2 * DAY), &[event("session_start", "")]);
    assert!(!names(&mut s, Dimension::Brand, TODAY.plus(2 * DAY)).contains(&brand));
    // What comes.
    for id in ["10001", "20001", "80001"] {
        s.track(TODAY.plus(3 * DAY), &[event("view_item", id)]);
    }
    assert!(names(&mut s, Dimension::Brand, TODAY.plus(3 * DAY)).contains(&brand));
}

#[test]
fn a_blocked_tag_does_not_come_again_until_it_is_allowed() {
    let mut s = lived();
    for (d, name) in [
        (Dimension::Category, names(&mut s, Dimension::Category, TODAY)[0].clone()),
        (Dimension::Item, "10001".into()),
        (Dimension::Weekday, "2".into()),
    ] {
        assert_eq!(s.wish_tag(TODAY, d, &name, TagWish::Block), Ok(true));
        for day in 1..9 {
            s.track(
                TODAY.plus(day * DAY),
                &[event("view_item", "10001"), event("view_item", "20001"), event("view_item", "80001")],
            );
            assert!(!names(&mut s, d, TODAY.plus(day * DAY)).contains(&name), "{name}");
        }
        let hidden = s.hidden_tags();
        assert!(
            hidden.iter().any(|h| (h.dimension, h.name.as_str(), h.blocked) == (d, name.as_str(), true)),
            "{hidden:?}"
        );
        assert_eq!(s.wish_tag(TODAY.plus(9 * DAY), d, &name, TagWish::Allow), Ok(true));
    }
    assert!(s.hidden_tags().is_empty());
    s.track(TODAY.plus(10 * DAY), &[event("view_item", "10001")]);
    assert!(names(&mut s, Dimension::Item, TODAY.plus(10 * DAY)).contains(&"10001".into()));
}

#[test]
fn what_is_no_tag_is_told_and_without_consent_nothing_is_touched() {
    let mut s = lived();
    for (d, name) in [
        (Dimension::Hour, "24"),
        (Dimension::Weekday, "0"),
        (Dimension::PriceBand, "cheap"),
        (Dimension::Content, "tune"),
        (Dimension::Brand, ""),
    ] {
        assert_eq!(s.wish_tag(TODAY, d, name, TagWish::Delete), Ok(false), "{name}");
    }
    assert!(s.hidden_tags().is_empty());
    s.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(
        s.wish_tag(TODAY, Dimension::Hour, "3", TagWish::Block).expect_err("refused").code(),
        "consent_required"
    );
    s.set_consent(Consent::all());
    assert!(s.hidden_tags().is_empty());
}
