//! The engine held against the naive evaluator.

use super::naive::{self, Case, Gap};
use super::random;
use nearshelf::offer::json::read_case;
use nearshelf::offer::{self, Limits, case, quote};
use serde_json::Value;

/// The naive evaluator is right where the right answer is known.
#[test]
fn the_naive_evaluator_answers_the_schemas_own_files_as_written() {
    for (name, least) in [("cases.json", 32), ("random_cases.json", 60)] {
        let Some(cases) = super::published(name) else { return };
        assert!(cases.len() >= least);
        cases.iter().for_each(|one| naive_is_right(name, one));
    }
}

#[test]
fn the_naive_evaluator_answers_our_cases_as_written() {
    let file: Value = serde_json::from_str(include_str!("../golden/offers.json")).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 30);
    cases.iter().for_each(|one| naive_is_right("offers.json", one));
}

fn naive_is_right(name: &str, case: &Value) {
    let mut expected = case["expect"].clone();
    // A word of our own, which the text does not have.
    expected.as_object_mut().expect("an object").remove("optimal");
    assert_eq!(naive::answer(case), expected, "{name} {}", case["id"]);
}

/// Twenty thousand seeded cases: payable, set, amounts by line, gifts, reasons, gaps, mistakes, add-ons.
#[test]
fn engine_and_naive_evaluator_agree_on_random_cases() {
    let (mut seen, mut invalid, mut sets, mut chosen, mut tied) = (0, 0, 0, 0, 0);
    for seed in 0..20_000 {
        let case = random::case(seed);
        let found = compare(&case);
        assert!(found.is_empty(), "seed {seed}: {found:#?}\n{case}");
        seen += 1;
        match &naive::error(&case) {
            Some(_) => invalid += 1,
            None => {
                let best = naive::best(&Case::read(&case));
                sets += best.admissible;
                chosen += best.applied.len();
                tied += u64::from(best.cheapest > 1);
            }
        }
    }
    // The generator has not gone stale: most cases have something to choose, and many have ties.
    assert!(invalid > seen / 100, "{invalid} of {seen} are invalid");
    assert!(sets > 5 * seen && chosen > 20_000 && tied > seen / 20, "{sets} sets, {chosen} chosen, {tied} ties");
}

/// A small part of what `tests/bench/exact.rs` does with twenty offers.
#[test]
fn every_subset_of_twelve_offers_on_fifty_lines_is_tried() {
    for seed in 0..10 {
        let case = random::hard(seed, 12);
        let found = compare(&case);
        assert!(found.is_empty(), "seed {seed}: {found:#?}");
    }
}

/// Where the engine's answer differs from the naive one.
pub(super) fn compare(json: &Value) -> Vec<String> {
    let mut asked = json.clone();
    asked["expect"] = naive::answer(json);
    let valid = asked["expect"].get("error").is_none();
    if valid {
        asked["expect"]["optimal"] = true.into();
    }
    let found = case::differences(&asked, Limits::default());
    let mut found: Vec<String> =
        found.iter().map(|d| format!("{}: naive {:?}, engine {:?}", d.path, d.expected, d.found)).collect();
    if valid && found.is_empty() {
        gaps(json, &mut found);
    }
    found
}

fn gaps(json: &Value, found: &mut Vec<String>) {
    let (case, read) = (Case::read(json), read_case(json).expect("a valid case"));
    let best = naive::best(&case);
    let quote = quote(&read.offers, &read.cart, &read.customer, read.now, Limits::default());
    for (a, b) in best.applied.iter().zip(&quote.applied) {
        if a.next != b.next.map(gap) {
            found.push(format!("next of {}: naive {:?}, engine {:?}", b.id, a.next, b.next));
        }
    }
    for b in &quote.refused {
        let a = naive::reason(&case, &case.offers[b.promotion]).1;
        if a != b.gap.map(gap) {
            found.push(format!("gap of {}: naive {a:?}, engine {:?}", b.id, b.gap));
        }
    }
}

fn gap(of: offer::Gap) -> Gap {
    match of {
        offer::Gap::Amount(minor) => Gap::Amount(minor.0.into()),
        offer::Gap::Units(units) => Gap::Units(units.into()),
    }
}
