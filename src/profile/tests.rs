//! What a portrait promises.

use super::history::{self, Rhythm};
use super::portrait::*;
use super::{Dimension, ProfileConfig};
use crate::event::{Detail, EventKind};
use crate::id::Key;
use crate::money::Minor;
use crate::privacy::consent::{Consent, Personalize};
use crate::time::{DAY, MINUTE, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: Millis = Millis(1_700_000_000_000);

fn allowed() -> Personalize {
    Consent::all().may_personalize().expect("granted")
}

fn step(kind: EventKind, product: u64, at: Millis, id: Option<u64>) -> Step {
    let facts = Facts {
        product: Key(product),
        category: Some(Key(product % 3)),
        brand: None,
        band: None,
        tags: [None; TAGS],
        known: false,
    };
    Step { kind, at, id: id.map(Key), facts: vec![facts], detail: Detail::default() }
}

fn view(product: u64, at: Millis) -> Step {
    step(EventKind::ViewItem, product, at, None)
}

#[test]
fn the_first_click_is_seen_at_once() {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    assert!(p.is_empty());
    assert_eq!(p.take(&ok, view(5, NOW)), Taken::Yes);
    let v = p.view(&ok);
    assert_eq!(v.affinity(Dimension::Item).traits().len(), 1);
    assert_eq!(v.visit.steps.len(), 1);
    assert_eq!((v.events, v.sessions), (1, 1));
}

#[test]
fn within_the_lateness_window_order_does_not_matter() {
    let ok = allowed();
    let steps: Vec<Step> = (0..30).map(|i| view(i % 9, NOW.plus(i as i64 * MINUTE / 2))).collect();
    let run = |order: Vec<usize>| {
        let mut p = Portrait::new(ProfileConfig::default());
        for i in order {
            assert_eq!(p.take(&ok, steps[i].clone()), Taken::Yes);
        }
        // A day later everything has settled.
        p.take(&ok, view(1, NOW.plus(DAY)));
        p.view(&ok);
        (p.settled.clone(), p.merged.clone())
    };
    let straight = run((0..30).collect());
    assert_eq!(straight, run((0..30).rev().collect()));
    assert_eq!(straight, run((0..30).map(|i| (i * 7) % 30).collect()));
}

#[test]
fn a_repeated_id_and_a_step_too_late_change_nothing() {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Yes);
    let before = format!("{:?}", p.view(&ok));
    assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Duplicate);
    assert_eq!(p.take(&ok, view(2, NOW.plus(-DAY))), Taken::TooLate);
    assert_eq!(format!("{:?}", p.view(&ok)), before);
}

/// Everything a portrait shows.
fn shown(p: &mut Portrait) -> String {
    format!("{:?}", p.view(&allowed()))
}

/// A visit of `n` events from `start`, some with an id of the host's.
fn visit(seed: u64, start: Millis, n: u64) -> Portrait {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    for i in 0..n {
        let x =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i.wrapping_mul(1_442_695_040_888_963_407)) >> 33;
        let kind = [EventKind::ViewItem, EventKind::AddToCart, EventKind::NotInterested][x as usize % 3];
        let id = (x % 4 == 0).then_some(x);
        p.take(&ok, step(kind, x % 23, start.plus(i as i64 * MINUTE + (x % 1000) as i64), id));
    }
    p
}

#[test]
fn taking_over_visits_is_commutative_and_idempotent() {
    let ok = allowed();
    for seed in 0..200_u64 {
        // Visits that overlap, touch, or lie months apart, taken over by an account with a past of its own.
        let gap = [0, 7 * MINUTE, 20 * MINUTE, 3 * DAY, 90 * DAY][seed as usize % 5];
        let account = visit(seed ^ 77, NOW.plus(-40 * DAY), 1 + seed % 30);
        let (x, y) = (visit(seed, NOW, 1 + seed % 17), visit(seed + 1000, NOW.plus(gap), 1 + seed % 11));
        let run = |order: &[&Portrait]| {
            let mut p = account.clone();
            for other in order {
                p.absorb(&ok, other, other.newest.unwrap_or(NOW));
            }
            shown(&mut p)
        };
        let both = run(&[&x, &y]);
        assert_eq!(both, run(&[&y, &x]), "seed {seed}: order");
        assert_eq!(both, run(&[&x, &y, &x, &x, &y]), "seed {seed}: again");
    }
}

#[test]
fn an_order_of_last_year_counts_once() {
    let (mut p, ok) = (visit(3, NOW, 5), allowed());
    let order = step(EventKind::Purchase, 99, NOW.plus(-400 * DAY), Some(1));
    assert!(p.admit(&ok, order.clone()));
    let once = shown(&mut p);
    assert!(!p.admit(&ok, order.clone()));
    assert_eq!(p.take(&ok, Step { at: NOW.plus(5 * MINUTE), ..order }), Taken::Duplicate);
    assert_eq!(shown(&mut p), once);
    let items = p.view(&ok).affinity(Dimension::Item).clone();
    assert!(items.get(Key(99)).is_some_and(|t| t.value > 0 && t.value < items.largest()));
    assert_eq!(p.view(&ok).visit.steps.iter().filter(|m| m.key == Key(99)).count(), 0, "not a step of this visit");
}

#[test]
fn a_year_of_a_busy_shopper_stays_bounded() {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    for i in 0..20_000_u64 {
        p.take(&ok, step(EventKind::ViewItem, i * i % 7919, NOW.plus(i as i64 * 25 * MINUTE), Some(i)));
    }
    p.take(&ok, step(EventKind::NotInterested, 3, NOW.plus(20_000 * 25 * MINUTE), None));
    assert!(p.settled.iter().zip(ROOM).all(|(a, room)| a.traits().len() <= room));
    assert!(p.pending.len() <= PENDING && p.ids.len() < 2 * IDS);
    assert_eq!(p.view(&ok).disliked.len(), 1);
    let bytes = p.snapshot();
    assert!(bytes.len() <= 64 * 1024, "{} bytes", bytes.len());
}

#[test]
fn of_an_event_told_twice_the_earlier_counts_whichever_came_first() {
    let ok = allowed();
    let told = |times: [i64; 3]| {
        let mut p = Portrait::new(ProfileConfig::default());
        let base = Millis(NOW.0 / 2_000 * 2_000);
        let answers = times.map(|t| p.take(&ok, view(5, base.plus(t))));
        p.take(&ok, view(6, base.plus(10_000)));
        (shown(&mut p), answers)
    };
    let (first, answers) = told([100, 900, 1_900]);
    assert_eq!(answers, [Taken::Yes, Taken::Repeated, Taken::Repeated]);
    assert_eq!(told([900, 1_900, 100]).0, first);
    assert_eq!(told([1_900, 100, 900]).0, first);
    assert_eq!(told([100, 2_100, 4_100]).1, [Taken::Yes; 3], "each in a slice of its own");
}

#[test]
fn a_flood_ends_with_its_minute_and_other_kinds_go_on() {
    let ok = allowed();
    let mut p = Portrait::new(ProfileConfig { per_minute: 10, ..ProfileConfig::default() });
    let minute = Millis(NOW.0 / MINUTE * MINUTE);
    let floods = (0..25).filter(|i| p.take(&ok, view(*i, minute.plus(*i as i64))) == Taken::Flood).count();
    assert_eq!(floods, 15);
    assert_eq!(p.take(&ok, step(EventKind::Like, 1, minute.plus(30_000), None)), Taken::Yes);
    assert_eq!(p.take(&ok, view(99, minute.plus(MINUTE))), Taken::Yes);
}

#[test]
fn a_visit_in_haste_is_noted_once() {
    let ok = allowed();
    let mut p = Portrait::new(ProfileConfig::default());
    let notes = |p: &mut Portrait, from: Millis, each: i64| {
        (0..100)
            .filter(|i| {
                p.take(&ok, view(*i as u64, from.plus(i * each)));
                p.is_hasty()
            })
            .count()
    };
    assert_eq!(notes(&mut p, NOW, 600), 0);
    assert_eq!(notes(&mut p, NOW.plus(DAY), 300), 1);
    assert_eq!(notes(&mut p, NOW.plus(2 * DAY), 300), 1);
}

#[test]
fn an_order_that_has_left_the_list_of_ids_still_counts_once() {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    let order = step(EventKind::Purchase, 99, NOW.plus(-400 * DAY), Some(1));
    assert!(p.admit(&ok, order.clone()));
    for i in 0..2_000_u64 {
        p.take(&ok, step(EventKind::ViewItem, i, NOW.plus(i as i64 * MINUTE), Some(100 + i)));
    }
    assert!(!p.admit(&ok, order));
    assert_eq!(p.history(&ok).orders.sums().orders, 1);
}

/// A year of a busy shopper: 50 events a day about 2,000 products, with all that events may say.
fn year(n: u64) -> Vec<Step> {
    use EventKind::{AddToCart, BeginCheckout, Like, Purchase, Refund, Review, Search, SessionStart, Share, ViewItem};
    let mut x = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = |of: u64| {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (x >> 33) % of
    };
    let kinds = [
        ViewItem,
        ViewItem,
        ViewItem,
        ViewItem,
        Search,
        AddToCart,
        Like,
        Share,
        Review,
        BeginCheckout,
        Purchase,
        Refund,
    ];
    (0..n)
        .map(|i| {
            let kind = if i % 25 == 0 { SessionStart } else { kinds[draw(12) as usize] };
            let fact = |p: u64| Facts {
                known: false,
                product: Key(p.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
                category: Some(Key(p % 300)),
                brand: Some(Key(p % 200)),
                band: Some(Key(p % 40)),
                tags: [Some(Key(p % 150)), Some(Key(p % 77)), None, None],
            };
            let facts = (0..if kind == Purchase { 1 + draw(4) } else { 1 }).map(|_| fact(draw(2_000))).collect();
            let of = |on: bool| on.then_some(Minor(100 + 7 * (i as i64 % 90)));
            let detail = Detail {
                value: of(kind == Purchase),
                discount: of(kind == Purchase && i % 3 == 0),
                units: 2,
                score: (kind == Review).then_some((i % 200) as i8),
                channel: (kind == SessionStart || kind == Share).then_some(Key(i % 30)),
                zone: 480,
                ..Detail::default()
            };
            let at = NOW.plus(i as i64 / 50 * DAY + (i as i64 % 50) * 3 * MINUTE + draw(1_000) as i64);
            Step { kind, at, id: (i % 3 > 0).then_some(Key(0xABCD_0000 + i)), facts, detail }
        })
        .collect()
}

#[test]
fn a_year_with_all_that_events_may_say_stays_bounded_and_comes_back() {
    let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    let mut largest = 0;
    for (i, step) in year(18_250).into_iter().enumerate() {
        assert_eq!(p.take(&ok, step), Taken::Yes, "{i}");
        if i % 500 == 499 {
            let bytes = p.snapshot();
            largest = largest.max(bytes.len());
            p = Portrait::restore(ProfileConfig::default(), &bytes).expect("a snapshot");
            assert_eq!(p.snapshot(), bytes);
        }
    }
    assert!(largest <= 64 * 1024, "{largest} bytes");
    let h = p.history(&ok);
    let purchases = year(18_250).iter().filter(|s| s.kind == EventKind::Purchase).count() as u32;
    assert_eq!((h.orders.sums().orders, h.kinds[EventKind::Purchase as usize].n), (purchases, purchases));
    assert_eq!(h.visits.by_stage().iter().sum::<u32>(), p.view(&ok).sessions);
    assert_eq!(h.days.counts.len(), history::DAYS);
}

#[test]
fn a_restored_portrait_goes_on_as_the_other_does() {
    let (mut a, ok) = (Portrait::new(ProfileConfig::default()), allowed());
    let steps = year(2_000);
    let mut b = a.clone();
    for (i, step) in steps.into_iter().enumerate() {
        a.take(&ok, step.clone());
        b.take(&ok, step);
        if i % 37 == 0 {
            b = Portrait::restore(ProfileConfig::default(), &b.snapshot()).expect("a snapshot");
        }
    }
    assert_eq!(a.snapshot(), b.snapshot());
    assert_eq!((shown(&mut a), a.history(&ok)), (shown(&mut b), b.history(&ok)));
}

#[test]
fn within_the_window_order_does_not_matter_for_what_is_counted() {
    let ok = allowed();
    let steps = year(400);
    let run = |back: usize| {
        let mut p = Portrait::new(ProfileConfig::default());
        // Blocks of a few minutes each arrive backwards.
        steps.chunks(back).for_each(|block| {
            block.iter().rev().for_each(|s| {
                assert_eq!(p.take(&ok, s.clone()), Taken::Yes);
            })
        });
        p.take(&ok, view(1, NOW.plus(400 * DAY)));
        let h = p.history(&ok);
        p.order = 0;
        (p.view(&ok).affinities.clone(), h)
    };
    assert_eq!(run(1), run(5));
}

/// An order of some products, on a day of its own.
fn order(day: i64, products: &[u64]) -> Step {
    let fact = |p: &u64| Facts { product: Key(*p), ..Facts::default() };
    let facts = products.iter().map(fact).collect();
    Step { kind: EventKind::Purchase, at: NOW.plus(day * DAY), id: None, facts, detail: Detail::default() }
}

#[test]
fn a_pair_never_counts_more_orders_than_its_products() {
    let ok = allowed();
    let (a, b) = (0xA0, 0xB1);
    let of = |list: &[Rhythm], key: Key| list.iter().find(|r| r.key == key).map_or(0, |r| r.orders.n);
    // Crowded out by others, or taken back by the shopper: what comes then begins anew.
    for taken_back in [false, true] {
        let mut p = Portrait::new(ProfileConfig::default());
        (0..3).for_each(|day| _ = p.take(&ok, order(day, &[a, b])));
        let h = p.history(&ok);
        assert_eq!(of(&h.pairs, history::pair(Key(a), Key(b))), 3);
        if taken_back {
            p.take(&ok, order(9, &[777]));
            p.hide(&ok, Dimension::Item, Key(a), NOW.plus(9 * DAY), false);
        } else {
            (10..160).for_each(|day| _ = p.take(&ok, order(day, &[1_000 + day as u64 * 2])));
        }
        p.take(&ok, order(200, &[a, b]));
        p.take(&ok, order(201, &[777]));
        let h = p.history(&ok);
        assert_eq!(of(&h.pairs, history::pair(Key(a), Key(b))), 1, "{taken_back}");
        assert_eq!(of(&h.products, Key(a)), 1, "{taken_back}");
        assert!(p.history.products.len() <= history::PRODUCTS && p.history.pairs.len() <= history::PRODUCTS);
    }
}
