//! Rehearsals: nothing is known in them, and afterwards everything is as it was.

use super::{NOW, event, id, shelf};
use nearshelf::engine::{Engine, Request};
use nearshelf::privacy::consent::Consent;
use nearshelf::time::{HOUR, MINUTE};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn lived() -> Engine {
    let mut shelf = shelf();
    for row in [3, 17, 9] {
        let product = id(&shelf, row);
        shelf.track(NOW, &[event("view_item", &product), event("heard_of", &product)]);
    }
    shelf
}

#[test]
fn a_rehearsal_knows_nothing_and_leaves_nothing_behind() {
    let mut shelf = lived();
    let twelve = Request { limit: 12, ..Request::default() };
    let first = shelf.recommend(NOW, &twelve);
    let top = id(&shelf, first.items[0].row.expect("a product").0);
    let (before, noted) = (shelf.snapshot().expect("consented"), shelf.diagnostics());
    assert!(!noted.is_empty());
    shelf.rehearse(true);
    let earlier = NOW.plus(-9 * HOUR);
    assert_eq!(shelf.portrait(earlier).events, 0);
    assert!(!shelf.recommend(earlier, &twelve).personal && shelf.diagnostics().is_empty());
    // The way there, from the start: the clock too begins anew, although it stood at another time outside.
    shelf.track(NOW.plus(-HOUR), &[event("view_item", &top)]);
    assert_eq!(shelf.portrait(NOW.plus(-HOUR)).updated, Some(NOW.plus(-HOUR)));
    shelf.restore(&before).expect("a snapshot");
    assert_eq!(shelf.recommend(NOW, &twelve).items, first.items, "restored, it decides as it did");
    // A second beginning is none: what waits is not lost.
    shelf.rehearse(true);
    shelf.rehearse(false);
    assert_eq!((shelf.snapshot().expect("consented"), shelf.diagnostics()), (before, noted));
    assert_eq!(shelf.recommend(NOW, &twelve).id, first.id + 1, "its lists were not counted");
    assert!(shelf.why(first.id, &top).is_ok());
    shelf.rehearse(false);
    assert_eq!(shelf.portrait(NOW).events, 3);
}

#[test]
fn what_is_withdrawn_in_a_rehearsal_does_not_come_back() {
    for withdraw in [Engine::forget as fn(&mut Engine), Engine::sign_out, |shelf| {
        shelf.set_consent(Consent::default());
        shelf.set_consent(Consent::all());
    }] {
        let mut shelf = lived();
        // An overlay is the shop's: it waits with the rest, and is not the shopper's to withdraw.
        let overlay = include_bytes!("../compat/overlay-v1.overlay");
        shelf.overlay(NOW, overlay, true).expect("the frozen overlay");
        let holds = shelf.overlay_version();
        assert!(holds.is_some());
        shelf.rehearse(true);
        assert_eq!(shelf.overlay_version(), None);
        withdraw(&mut shelf);
        shelf.rehearse(false);
        assert_eq!((shelf.portrait(NOW).events, shelf.overlay_version()), (0, holds));
    }
}

#[test]
fn a_snapshot_and_the_requests_since_lead_to_the_same_bytes() {
    // Late events, doubled ones, and of any distance to the snapshot.
    let mut shelf = shelf();
    let products: Vec<String> = (0..40).map(|row| id(&shelf, row)).collect();
    let steps: Vec<_> = (0..120_usize)
        .map(|i| {
            let mut step = event(
                ["view_item", "add_to_cart", "purchase", "not_interested"][i * i % 11 % 4],
                &products[i * 7 % 40],
            );
            step.event_id = ["", "", "a", "b", "c"][i * 3 % 5];
            if i % 3 == 0 {
                step.at = NOW.plus((i as i64 - (i * 5 % 40) as i64) * MINUTE).0 as f64;
            }
            (NOW.plus(i as i64 * MINUTE), step)
        })
        .collect();
    for from in [0, 1, 13, 64, 100] {
        let mut straight = Engine::clone(&shelf);
        let mut snapshot = Vec::new();
        for (i, (now, step)) in steps.iter().enumerate() {
            if i == from {
                snapshot = straight.snapshot().expect("consented");
            }
            straight.track(*now, std::slice::from_ref(step));
        }
        shelf.rehearse(true);
        shelf.restore(&snapshot).expect("a snapshot");
        for (now, step) in &steps[from..] {
            shelf.track(*now, std::slice::from_ref(step));
        }
        assert_eq!(shelf.snapshot(), straight.snapshot(), "from step {from}");
        let list = Request { limit: 40, ..Request::default() };
        assert_eq!(shelf.recommend(NOW, &list).items, straight.recommend(NOW, &list).items);
        shelf.rehearse(false);
    }
}
