//! Sealed memory and identity, as a host uses them.

use super::{NOW, PACK, event, id, shelf};
use nearshelf::engine::{Engine, Identified, RawOrder, Request, Synced, TagWish};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::Dimension;
use nearshelf::time::{DAY, HOUR, MINUTE, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const KEY: [u8; 32] = [42; 32];

fn shown(shelf: &mut Engine) -> String {
    format!("{:?}", shelf.portrait(NOW))
}

#[test]
fn a_sealed_portrait_opens_for_its_key_and_scope_and_for_nothing_else() {
    let mut first = shelf();
    let product = id(&first, 12);
    first.track(NOW, &[event("add_to_cart", &product)]);
    let sealed = first.seal(&KEY, &[1; 24], "shop/").expect("consented");
    let mut second = shelf();
    let empty = shown(&mut second);
    for (key, scope) in [(KEY, "shop/ann"), ([0; 32], "shop/")] {
        assert_eq!(second.unseal(&key, scope, &sealed).expect_err("not its own").code(), "bad_snapshot");
        assert_eq!(shown(&mut second), empty);
    }
    second.unseal(&KEY, "shop/", &sealed).expect("its own");
    assert_eq!(shown(&mut second), shown(&mut first));

    let mut unstored = Engine::open(PACK.to_vec()).expect("the frozen pack");
    unstored.set_consent(Consent { personalize: Tri::Yes, ..Consent::default() });
    assert_eq!(unstored.seal(&KEY, &[1; 24], "shop/").expect_err("store is undecided").code(), "consent_required");
}

#[test]
fn an_account_takes_over_this_visit_and_the_next_shopper_sees_nothing_of_it() {
    let mut shelf = shelf();
    let [old, before, now, after] = [3, 14, 25, 36].map(|row| id(&shelf, row));
    // Ann's portrait of some weeks ago.
    shelf.track(NOW.plus(-30 * DAY), &[event("purchase", &old)]);
    let ann = shelf.seal(&KEY, &[2; 24], "shop/ann").expect("consented");
    shelf.sign_out();
    assert_eq!(shelf.portrait(NOW).events, 0);

    // Somebody looked at a product yesterday; today a visit begins, and then it turns out to be Ann's.
    let yesterday = RawEvent { at: (NOW.0 - DAY) as f64, ..event("view_item", &before) };
    shelf.track(NOW, &[yesterday]);
    shelf.track(NOW, &[event("view_item", &now)]);
    assert_eq!(shelf.identify(NOW, &KEY, "shop/ann", &ann, false), Ok(Identified::Taken));
    let items = |s: &mut Engine| {
        let mut keys: Vec<String> = s.portrait(NOW).traits[0].iter().map(|t| t.key.clone()).collect();
        keys.sort();
        keys
    };
    let mut expected = vec![old.clone(), now.clone()];
    expected.sort();
    assert_eq!(items(&mut shelf), expected, "yesterday's look was somebody's, not Ann's");
    assert_eq!(shelf.portrait(NOW).visit, [now.as_str()]);
    shelf.track(NOW.plus(HOUR / 60), &[event("view_item", &after)]);
    let ann = shelf.seal(&KEY, &[3; 24], "shop/ann").expect("consented");

    shelf.sign_out();
    assert!(!shelf.recommend(NOW, &Request { limit: 5, ..Request::default() }).personal);
    assert_eq!(shelf.identify(NOW, &KEY, "shop/bob", &[], false), Ok(Identified::New));
    assert_eq!(shelf.portrait(NOW).events, 0);
    shelf.sign_out();
    assert_eq!(
        shelf.identify(NOW, &KEY, "shop/bob", &ann, false),
        Ok(Identified::Unreadable),
        "Ann's does not open for Bob"
    );
    assert_eq!(shelf.portrait(NOW).events, 0);
    shelf.sign_out();
    assert_eq!(shelf.identify(NOW, &KEY, "shop/ann", &ann, false), Ok(Identified::Taken));
    expected.push(after);
    expected.sort();
    assert_eq!(items(&mut shelf), expected);
}

#[test]
fn a_visit_that_is_over_does_not_move_to_whoever_comes_next() {
    let mut shelf = shelf();
    let [before, after] = [14, 25].map(|row| id(&shelf, row));
    shelf.track(NOW, &[event("view_item", &before)]);
    shelf.wish_tag(NOW, Dimension::Hour, "3", TagWish::Block).expect("consent");
    // The page stayed open over night, and the first thing that happens is that somebody signs in.
    let morning = NOW.plus(DAY);
    assert_eq!(shelf.identify(morning, &KEY, "shop/bob", &[], false), Ok(Identified::New));
    assert_eq!((shelf.portrait(morning).events, shelf.hidden_tags(&[]).len()), (0, 0));
    shelf.sign_out();
    // Within a visit's pause it is the same visit.
    shelf.track(morning, &[event("view_item", &after)]);
    shelf.wish_tag(morning, Dimension::Hour, "3", TagWish::Block).expect("consent");
    shelf.identify(morning.plus(30 * MINUTE), &KEY, "shop/bob", &[], false).expect("consent");
    assert_eq!((shelf.portrait(morning).events, shelf.hidden_tags(&[]).len()), (1, 1));
}

#[test]
fn two_pages_of_one_shopper_are_joined_in_either_order_and_as_often_as_they_save() {
    let promotion = |name, at: Millis, offer: &'static str| RawEvent {
        at: at.to_f64(),
        details: RawDetails { order: offer, ..RawDetails::default() },
        ..event(name, "")
    };
    let names: Vec<String> = (0..12).map(|row| id(&shelf(), row)).collect();
    let view = |at: Millis, row: usize| RawEvent { at: at.to_f64(), ..event("view_item", &names[row]) };
    let begun = || {
        let mut s = shelf();
        s.track(NOW, &[view(NOW.plus(-DAY), 0), view(NOW.plus(-DAY), 1)]);
        s
    };
    let sealed = begun().seal(&KEY, &[1; 24], "shop/").expect("consented");
    // What each page sees, two minutes apart, with one of a promotion each.
    let at = |page: usize, i: i64| NOW.plus(i * 2 * MINUTE + page as i64 * MINUTE);
    let seen = |page: usize, i: i64| match i {
        2 => promotion("view_promotion", at(page, i), ["spring", "autumn"][page]),
        _ => view(at(page, i), 2 + page * 5 + i as usize),
    };
    let mut alone = begun();
    for i in 0..5 {
        for page in 0..2 {
            alone.track(at(page, i), &[seen(page, i)]);
        }
    }
    for late in [0, 1] {
        let mut pages = [shelf(), shelf()];
        for page in &mut pages {
            page.unseal(&KEY, "shop/", &sealed).expect("its own");
        }
        for i in 0..5 {
            for page in [late, 1 - late] {
                pages[page].track(at(page, i), &[seen(page, i)]);
            }
            // Each saves, now and then, and the other one looks at it.
            if i % 2 == 0 {
                for (from, to) in [(0, 1), (1, 0)] {
                    let now = at(1, i);
                    let saved = pages[from].seal(&KEY, &[2; 24], "shop/").expect("consented");
                    assert_eq!(pages[to].identify(now, &KEY, "shop/", &saved, true), Ok(Identified::Taken));
                }
            }
        }
        for mut page in pages {
            let now = at(1, 5);
            assert_eq!(format!("{:?}", page.portrait(now)), format!("{:?}", alone.portrait(now)));
            let before = shown(&mut page);
            assert_eq!(page.identify(now, &KEY, "shop/", &[9; 99], true), Ok(Identified::Unreadable));
            assert_eq!(shown(&mut page), before, "what cannot be read changes nothing");
        }
    }
}

#[test]
fn an_order_counts_once_tracked_or_synced() {
    let mut shelf = shelf();
    let (a, b) = (id(&shelf, 4), id(&shelf, 5));
    let item = |id| RawItem { id, price: RawPrice::None, quantity: 1.0, discount: RawPrice::None };
    let tracked = RawEvent {
        name: "purchase",
        event_id: "mine",
        at: f64::NAN,
        items: vec![item(&a)],
        details: RawDetails { order: "T1", ..RawDetails::default() },
    };
    assert_eq!(shelf.track(NOW, &[tracked]).accepted, 1);
    let once = shown(&mut shelf);
    let t1 = RawOrder {
        transaction_id: "T1",
        at: (NOW.0 - HOUR) as f64,
        items: vec![item(&a)],
        details: RawDetails::default(),
    };
    assert_eq!(shelf.sync_orders(NOW, std::slice::from_ref(&t1)), Synced { added: 0, known: 1 });
    assert_eq!(shown(&mut shelf), once);
    let t0 = RawOrder {
        transaction_id: "T0",
        at: (NOW.0 - 300 * DAY) as f64,
        items: vec![item(&b)],
        details: RawDetails::default(),
    };
    let nameless = RawOrder { transaction_id: "", ..t0.clone() };
    assert_eq!(shelf.sync_orders(NOW, &[t0.clone(), nameless, t0, t1]), Synced { added: 1, known: 2 });
    assert_eq!(shelf.portrait(NOW).traits[0].len(), 2);
    assert_eq!(shelf.portrait(NOW).visit, [a.as_str()], "last year's order is no step of this visit");

    let mut refused = Engine::open(PACK.to_vec()).expect("the frozen pack");
    let order =
        RawOrder { transaction_id: "T9", at: NOW.0 as f64, items: vec![item(&b)], details: RawDetails::default() };
    assert_eq!(refused.sync_orders(NOW, &[order]), Synced::default());
}
