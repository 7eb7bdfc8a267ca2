//! What a shop learns from what is chosen of its offers, in a world whose rates are known.

use super::event;
use crate::compat::with_sections;
use crate::golden::choosing::{LEARNING, OFFERS, WALLET};
use nearshelf::engine::{Chances, Engine, Forwarded};
use nearshelf::event::clean::{RawDetails, RawEvent};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::random::Random;
use nearshelf::time::{DAY, MINUTE, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const START: Millis = Millis(1_790_000_000_000);
const ROUNDS: i64 = 200;
const SHOPPERS: u32 = 100;
/// Rounds in which nothing is hardly ever shown yet, so that few rows do not outweigh all others.
const EARLY: usize = 20;

/// Three kinds of offers, and how often each is chosen when it stands first; the shop's file has the worst one first.
const OFFERED: [(&str, &str, f64); 3] =
    [("ten", "percent", 0.04), ("gift", "shipping", 0.10), ("c-tea", "fixed", 0.25)];
/// The same of creatives of "ten".
const CREATIVES: [(&str, f64); 2] = [("plain", 0.02), ("countdown", 0.06)];

fn shelf(learns: bool) -> Engine {
    let mut sections = vec![(Tag::OFFERS, 7, OFFERS), (Tag::COUPON, 7, WALLET)];
    if learns {
        sections.push((Tag::LEARNING, 7, LEARNING));
    }
    let mut shelf = Engine::open(with_sections(&sections)).expect("a pack");
    shelf.set_consent(Consent::all());
    shelf
}

fn asked(shelf: &mut Engine, now: Millis, seed: Option<f64>) -> Vec<Forwarded> {
    asked_without(shelf, now, seed, &[])
}

fn asked_without(shelf: &mut Engine, now: Millis, seed: Option<f64>, withheld: &[(&str, &str)]) -> Vec<Forwarded> {
    let offers = OFFERED.map(|o| (o.0, o.1));
    shelf.put_forward(now, 0, Chances { seed, slot: "home", places: 3, withheld }, &offers).expect("a pack").0
}

fn tell(shelf: &mut Engine, name: &str, now: Millis, offer: &str, creative: &str) {
    let details = RawDetails { order: offer, content: creative, ..RawDetails::default() };
    let told = shelf.track(now, &[RawEvent { at: now.to_f64(), details, ..event(name, "") }]);
    assert_eq!(told.accepted, 1);
}

/// One showing after the other; of each what stood first, how likely it was, and whether it was chosen.
fn lived(shelf: &mut Engine, seed: Option<f64>, shopper: u32) -> Vec<(usize, u32, bool)> {
    let mut world = Random::new(u64::from(shopper));
    let mut out = Vec::new();
    for round in 0..ROUNDS {
        let now = START.plus(round * 7 * MINUTE);
        let told = asked(shelf, now, seed);
        let first = told[0].at as usize;
        let (id, _, mut rate) = OFFERED[first];
        let creative = told[0].creative.0.clone();
        if let Some((_, of_creative)) = CREATIVES.iter().find(|c| id == "ten" && c.0 == creative) {
            rate = *of_creative;
        }
        let chosen = world.unit() < rate;
        tell(shelf, "view_promotion", now, id, &creative);
        if chosen {
            tell(shelf, "select_promotion", now.plus(MINUTE), id, &creative);
        }
        out.push((first, told[0].propensity, chosen));
    }
    out
}

#[test]
fn a_shop_that_learns_puts_forward_what_is_chosen_and_says_how_likely_each_was() {
    let (mut chosen, mut late, mut fixed) = (0, 0, 0);
    // Inverse propensity scores of three policies: always the one offer first.
    let (mut scores, mut squares) = ([0.0; 3], [0.0; 3]);
    for shopper in 0..SHOPPERS {
        let all = lived(&mut shelf(true), Some(f64::from(shopper)), shopper);
        for (round, (first, propensity, yes)) in all.iter().enumerate() {
            assert!((1..=1_000_000).contains(propensity));
            chosen += u32::from(*yes);
            late += u32::from(*yes && round >= ROUNDS as usize / 2);
            let score = if *yes && round < EARLY { 1e6 / f64::from(*propensity) } else { 0.0 };
            scores[*first] += score;
            squares[*first] += score * score;
        }
        fixed += lived(&mut shelf(false), None, shopper).iter().filter(|r| r.2).count() as u32;
    }
    let n = f64::from(SHOPPERS * ROUNDS as u32);
    assert!(fixed < 6 * n as u32 / 100, "the shop's order earns what its first offer does: {fixed}");
    assert!(chosen > 3 * fixed, "{chosen} with learning, {fixed} without");
    // In the second half nearly as much as who knows the rates: 25 of a hundred.
    assert!(f64::from(late) > 0.20 * n / 2.0, "{late}");
    let n = f64::from(SHOPPERS) * EARLY as f64;
    for (at, truth) in [(1, 0.10), (2, 0.25)] {
        let mean = scores[at] / n;
        let error = libm::sqrt((squares[at] / n - mean * mean) / n);
        assert!(error < 0.04 && (mean - truth).abs() < 4.0 * error, "{at}: {mean} ± {error} for {truth}");
    }
}

#[test]
fn a_creative_that_is_not_for_this_shopper_is_not_drawn_and_its_chance_goes_to_the_others() {
    let mut s = shelf(true);
    let mut drawn = |seed: u32, withheld: &[(&str, &str)]| {
        let told = asked_without(&mut s, START, Some(f64::from(seed)), withheld);
        told.into_iter().find(|f| OFFERED[f.at as usize].0 == "ten").expect("put forward").creative
    };
    let all: Vec<_> = (0..60).map(|seed| drawn(seed, &[])).collect();
    let plain = all.iter().filter(|c| c.0 == "plain").count();
    assert!(0 < plain && plain < 60 && all.iter().all(|c| (1..1_000_000).contains(&c.1)), "{all:?}");
    for seed in 0..60 {
        // Of another offer it may be shown.
        let elsewhere = drawn(seed, &[("gift", "countdown")]);
        assert_eq!(elsewhere, all[seed as usize]);
        assert_eq!(drawn(seed, &[("gift", "plain"), ("ten", "countdown")]), ("plain".into(), 1_000_000));
        assert_eq!(drawn(seed, &[("ten", "plain"), ("ten", "countdown")]), (String::new(), 0));
    }
}

#[test]
fn nothing_is_drawn_without_a_seed_and_nothing_learnt_without_consent_or_of_other_messages() {
    let mut s = shelf(true);
    let order = |told: &[Forwarded]| told.iter().map(|f| OFFERED[f.at as usize].0).collect::<Vec<_>>();
    // The prior of free delivery is the best one; of equals the shop's order.
    let told = asked(&mut s, START, None);
    assert_eq!(order(&told), ["gift", "ten", "c-tea"]);
    assert!(told.iter().all(|f| f.propensity == 0 && f.creative.1 == 0 && f.rate > 0));
    assert_eq!((told[1].creative.0.as_str(), told[2].creative.0.as_str()), ("plain", ""));
    for i in 0..40 {
        let now = START.plus(i * 7 * MINUTE);
        tell(&mut s, "view_promotion", now, "ten", "countdown");
        tell(&mut s, "select_promotion", now.plus(MINUTE), "ten", "countdown");
        tell(&mut s, "view_promotion", now.plus(2 * MINUTE), "no-offer", "plain");
    }
    let told = asked(&mut s, START.plus(DAY), None);
    assert_eq!((order(&told), told[0].creative.0.as_str()), (vec!["ten", "gift", "c-tea"], "countdown"));
    assert!(told[0].rate > 40_000 && told[2].rate < 4_000, "{told:?}");
    // A creative that no offer has teaches nothing, and pushes nothing out that is known.
    for i in 0..300 {
        tell(&mut s, "view_promotion", START.plus(DAY + i * MINUTE), "gift", &format!("made-up-{i}"));
    }
    let told = asked(&mut s, START.plus(2 * DAY), None);
    assert_eq!((OFFERED[told[0].at as usize].0, told[0].creative.0.as_str()), ("ten", "countdown"));
    s.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert!(asked(&mut s, START.plus(DAY), Some(1.0)).is_empty());
    s.set_consent(Consent::all());
    s.forget();
    assert_eq!(order(&asked(&mut s, START.plus(DAY), None)), ["gift", "ten", "c-tea"]);
}
