//! What the shopper takes back goes, and stays away.

use super::{NOW, PACK, event, shelf};
use nearshelf::engine::{Engine, Request, TagWish};
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
        let hidden = s.hidden_tags(&[]);
        assert!(
            hidden.iter().any(|h| (h.dimension, h.name.as_str(), h.blocked) == (d, name.as_str(), true)),
            "{hidden:?}"
        );
        assert_eq!(s.wish_tag(TODAY.plus(9 * DAY), d, &name, TagWish::Allow), Ok(true));
    }
    assert!(s.hidden_tags(&[]).is_empty());
    s.track(TODAY.plus(10 * DAY), &[event("view_item", "10001")]);
    assert!(names(&mut s, Dimension::Item, TODAY.plus(10 * DAY)).contains(&"10001".into()));
}

#[test]
fn what_is_allowed_again_comes_from_what_happens_next_and_not_from_what_has_not_settled_yet() {
    for d in
        [Dimension::Brand, Dimension::Tag, Dimension::PriceBand, Dimension::Hour, Dimension::Category, Dimension::Item]
    {
        let mut s = Engine::open(PACK.to_vec()).expect("the frozen pack");
        s.set_consent(Consent::all());
        s.track(NOW, &[event("view_item", "10001")]);
        let before = names(&mut s, d, NOW);
        assert!(!before.is_empty());
        for name in &before {
            assert_eq!(s.wish_tag(NOW.plus(MINUTE), d, name, TagWish::Delete), Ok(true));
            assert_eq!(s.wish_tag(NOW.plus(MINUTE), d, name, TagWish::Allow), Ok(true));
        }
        assert!(s.hidden_tags(&[]).is_empty());
        assert!(names(&mut s, d, NOW.plus(MINUTE)).is_empty(), "{d:?}");
        let snapshot = s.snapshot().expect("consent");
        s.restore(&snapshot).expect("a snapshot");
        // What settles the first look.
        s.track(NOW.plus(5 * 60 * MINUTE), &[event("session_start", "")]);
        assert!(names(&mut s, d, NOW.plus(5 * 60 * MINUTE)).is_empty(), "{d:?}");
        s.track(NOW.plus(DAY), &[event("view_item", "10001")]);
        assert_eq!(names(&mut s, d, NOW.plus(DAY)), before, "{d:?}");
    }
}

#[test]
fn a_product_that_is_deleted_takes_nothing_else_along_whenever_that_is() {
    let seen = |deleted_after: i64| {
        let mut s = Engine::open(PACK.to_vec()).expect("the frozen pack");
        s.set_consent(Consent::all());
        let order = event("purchase", "10001");
        s.track(NOW, &[event("view_item", "10001"), order]);
        let at = NOW.plus(deleted_after);
        if deleted_after > DAY {
            s.track(at, &[event("session_start", "")]);
        }
        assert_eq!(s.wish_tag(at, Dimension::Item, "10001", TagWish::Delete), Ok(true));
        s.track(NOW.plus(9 * DAY), &[event("session_start", "")]);
        let portrait = s.portrait(NOW.plus(9 * DAY));
        assert!(portrait.traits[Dimension::Item as usize].is_empty() && portrait.visit.is_empty());
        portrait.traits
    };
    let (soon, late) = (seen(MINUTE), seen(3 * DAY));
    assert_eq!(soon, late);
    assert!([Dimension::Category, Dimension::Brand].iter().all(|d| !soon[*d as usize].is_empty()));
}

#[test]
fn what_is_blocked_never_gives_way() {
    let mut s = lived();
    let first = names(&mut s, Dimension::Brand, TODAY)[0].clone();
    for i in 0..256 {
        assert_eq!(s.wish_tag(TODAY, Dimension::Tag, &format!("t{i}"), TagWish::Block), Ok(true));
    }
    assert_eq!(s.wish_tag(TODAY, Dimension::Brand, &first, TagWish::Delete), Ok(false), "no room");
    assert!(names(&mut s, Dimension::Brand, TODAY).contains(&first));
    assert_eq!(s.wish_tag(TODAY, Dimension::Tag, "t7", TagWish::Allow), Ok(true));
    assert_eq!(s.wish_tag(TODAY, Dimension::Brand, &first, TagWish::Delete), Ok(true));
    assert_eq!(s.hidden_tags(&[]).len(), 256);
}

#[test]
fn what_the_pack_no_longer_knows_is_named_by_its_key_and_can_be_allowed() {
    let mut s = lived();
    s.wish_tag(TODAY, Dimension::Brand, "Gone & Co", TagWish::Block).expect("consent");
    s.wish_rule(TODAY, "regular", TagWish::Block).expect("consent");
    let hidden = s.hidden_tags(&["regular"]);
    assert_eq!((hidden.len(), hidden[0].dimension, hidden[0].name.len()), (1, Dimension::Brand, 17));
    assert_eq!(s.hidden_tags(&[]).len(), 2, "a rule of another pack is one too");
    assert_eq!(s.wish_tag(TODAY, Dimension::Brand, &hidden[0].name, TagWish::Allow), Ok(true));
    assert!(s.hidden_tags(&["regular"]).is_empty());
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
        (Dimension::Channel, "carrier pigeon"),
    ] {
        assert_eq!(s.wish_tag(TODAY, d, name, TagWish::Delete), Ok(false), "{name}");
    }
    assert!(s.hidden_tags(&[]).is_empty());
    s.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(
        s.wish_tag(TODAY, Dimension::Hour, "3", TagWish::Block).expect_err("refused").code(),
        "consent_required"
    );
    s.set_consent(Consent::all());
    assert!(s.hidden_tags(&[]).is_empty());
}

#[test]
fn a_dislike_is_taken_back_for_good_and_a_new_one_counts() {
    for wish in [TagWish::Delete, TagWish::Block] {
        for wait in [MINUTE, 3 * DAY] {
            let mut s = lived();
            s.track(TODAY, &[event("not_interested", "10001")]);
            assert_eq!(stage(&mut s, TODAY), "disliked");
            let at = TODAY.plus(wait);
            s.track(at, &[event("session_start", "")]);
            assert_eq!(s.wish_tag(at, Dimension::Item, "10001", wish), Ok(true));
            assert_eq!(stage(&mut s, at), "shown", "{wish:?}");
            // What was told late, the same once more, what settles, and a snapshot.
            for minutes in [0, 1] {
                let mut late = event("not_interested", "10001");
                late.at = TODAY.plus(-minutes * MINUTE).to_f64();
                s.track(at, &[late]);
            }
            assert_eq!(stage(&mut s, at), "shown", "{wish:?}");
            let bytes = s.snapshot().expect("consented");
            s.restore(&bytes).expect("a snapshot");
            s.track(at.plus(2 * DAY), &[event("session_start", "")]);
            assert_eq!(stage(&mut s, at.plus(2 * DAY)), "shown", "{wish:?}");
            s.track(at.plus(3 * DAY), &[event("not_interested", "10001")]);
            assert_eq!(stage(&mut s, at.plus(3 * DAY)), "disliked", "what is blocked may be unwanted: {wish:?}");
        }
    }
}

#[test]
fn another_page_does_not_bring_a_dislike_again_that_was_taken_back() {
    let (key, nonce) = ([7; 32], [9; 24]);
    let mut first = lived();
    let mut second = shelf();
    second.restore(&first.snapshot().expect("consented")).expect("a snapshot");
    first.track(TODAY, &[event("not_interested", "10001")]);
    let saved = first.seal(&key, &nonce, "shop").expect("consented");
    // Both pages know of it; one takes it back, whichever saves first.
    assert!(second.identify(TODAY, &key, "shop", &saved, true).is_ok());
    assert_eq!(stage(&mut second, TODAY), "disliked");
    let later = TODAY.plus(MINUTE);
    assert_eq!(first.wish_tag(later, Dimension::Item, "10001", TagWish::Delete), Ok(true));
    let taken_back = first.seal(&key, &nonce, "shop").expect("consented");
    let stale = second.seal(&key, &nonce, "shop").expect("consented");
    for (page, sealed) in [(&mut first, stale), (&mut second, taken_back)] {
        assert!(page.identify(later, &key, "shop", &sealed, true).is_ok());
        assert_eq!(stage(page, later), "shown");
    }
    // What the other page says after that stands.
    second.track(later.plus(MINUTE), &[event("not_interested", "10001")]);
    let newer = second.seal(&key, &nonce, "shop").expect("consented");
    assert!(first.identify(later.plus(MINUTE), &key, "shop", &newer, true).is_ok());
    assert_eq!(stage(&mut first, later.plus(MINUTE)), "disliked");
}

fn stage(s: &mut Engine, at: Millis) -> &'static str {
    s.why_not(at, &Request { limit: 200, ..Request::default() }, "10001").code()
}
