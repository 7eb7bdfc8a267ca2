//! Offers from the outside: our own cases, natively and as wasm; the schema's files where they are at hand.

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod allocate;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod calendar;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod differential;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod lint;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod manual;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod metamorphic;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod naive;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod random;

#[cfg(target_arch = "wasm32")]
use face::case;
use nearshelf::money::Minor;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
use nearshelf::offer::case;
use nearshelf::offer::{Cart, Customer, Gap, Kind, Limits, Line, Offers, Promotion, Proof, Refusal, quote};
use nearshelf::time::Millis;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The JSON edge is not part of the wasm, so the tests bring its source along.
#[cfg(target_arch = "wasm32")]
#[path = "."]
#[allow(unreachable_pub, reason = "in the crate they are reachable")]
mod face {
    pub(crate) use nearshelf::money::Minor;
    pub(crate) use nearshelf::offer::*;
    pub(crate) use nearshelf::time::Millis;
    #[path = "../../src/offer/case.rs"]
    pub(crate) mod case;
    #[path = "../../src/offer/json.rs"]
    pub(crate) mod json;
}

fn cart(lines: &[(&str, i64, i64)]) -> Cart {
    let line = |(i, (sku, price, qty)): (usize, &(&str, i64, i64))| Line {
        id: format!("L{i}"),
        sku: (*sku).into(),
        price: Minor(*price),
        qty: *qty,
        ..Line::default()
    };
    Cart::new(lines.iter().enumerate().map(line).collect(), Minor(0)).expect("a sound cart")
}

fn fixed(id: &str, amount: i64, threshold: i64) -> Promotion {
    Promotion { threshold: Some(Minor(threshold)), ..Promotion::new(id, Kind::Fixed { amount: Minor(amount) }) }
}

#[cfg(any(feature = "cli", target_arch = "wasm32"))]
#[test]
fn our_cases_are_answered_as_written() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../golden/offers.json")).expect("JSON");
    assert_eq!(file["schema"], case::SCHEMA);
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 20);
    for one in cases {
        let found = case::differences(one, Limits::default());
        assert!(found.is_empty(), "{}: {found:#?}", one["id"]);
    }
}

#[test]
fn a_quote_adds_up_line_by_line_and_names_the_gaps() {
    let cart = cart(&[("cup", 4_500, 2), ("bowl", 1_999, 1)]);
    let every = Kind::Every { threshold: Minor(5_000), amount: Minor(600), max_times: None };
    let offers = vec![Promotion::new("every", every), fixed("far", 2_000, 20_000), fixed("near", 1, 10_998)];
    let offers = Offers::new(offers).expect("sound");
    let q = quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default());
    assert_eq!((q.subtotal, q.discount, q.payable), (Minor(10_999), Minor(1_200), Minor(9_799)));
    assert_eq!(q.applied[0].next, Some(Gap::Amount(Minor(4_001))));
    for (l, line) in q.lines.iter().enumerate() {
        let off: i64 = line.discounts.iter().map(|(_, part)| part.0).sum();
        assert_eq!(line.payable.0, line.subtotal.0 - off);
        assert!(line.discounts.iter().all(|(a, part)| q.applied[*a].lines.contains(&(l, *part))));
    }
    let reasons: Vec<_> = q.refused.iter().map(|r| (r.id.as_str(), r.reason, r.gap)).collect();
    let far = ("far", Refusal::BelowThreshold, Some(Gap::Amount(Minor(9_001))));
    assert_eq!(reasons, [far, ("near", Refusal::NotInBestCombination, None)]);
}

#[test]
fn the_same_input_gives_the_same_quote_in_any_order_of_the_promotions() {
    let cart = cart(&[("a", 10_000, 1), ("b", 3_333, 3)]);
    let mut list: Vec<_> = (1..9).map(|i| fixed(&format!("p{i}"), 150 * i, 21_000 - 900 * i)).collect();
    let ask = |list: &[Promotion]| {
        let offers = Offers::new(list.to_vec()).expect("sound");
        let q = quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default());
        assert_eq!(q, quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default()));
        (q.payable, q.applied.iter().map(|a| (a.id.clone(), a.amount)).collect::<Vec<_>>())
    };
    let first = ask(&list);
    list.reverse();
    assert_eq!(ask(&list), first);
}

#[test]
fn one_more_offer_never_raises_the_payable() {
    let cart = cart(&[("a", 7_777, 2), ("b", 1, 5), ("c", 2_590, 1)]);
    let mut list = Vec::new();
    let mut before = None;
    for i in 0..10 {
        list.push(match i % 3 {
            0 => fixed(&format!("f{i}"), 500 + i, 15_000 - 1_000 * i),
            1 => Promotion::new(&format!("n{i}"), Kind::Nth { n: 2, bp: 3_333, max_times: Some(1) }),
            _ => Promotion::new(&format!("p{i}"), Kind::Percent { bp: 777 }),
        });
        let offers = Offers::new(list.clone()).expect("sound");
        let payable = quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default()).payable;
        assert!(before.is_none_or(|b| payable <= b), "{i}");
        before = Some(payable);
    }
}

#[test]
fn beyond_the_limit_the_quote_says_so_and_tells_its_bound() {
    let cart = cart(&[("a", 50_000, 1)]);
    let list: Vec<_> =
        (0..14_i64).map(|i| fixed(&format!("p{i:02}"), 900 + 37 * i, 50_000 - 1_801 * (i * 5 % 14))).collect();
    let offers = Offers::new(list).expect("sound");
    let ask = |nodes| quote(&offers, &cart, &Customer::default(), Millis(0), Limits { nodes });
    let (whole, short) = (ask(1_000_000), ask(4));
    assert_eq!(whole.proof, Proof::Optimal);
    let Proof::AtLeast(bound) = short.proof else { panic!("{short:?}") };
    assert!(bound <= whole.payable && whole.payable <= short.payable);
}

#[test]
fn the_largest_cart_does_not_overflow() {
    let largest = (1 << 53) - 1;
    let cart = cart(&[("a", largest / 3, 1), ("b", largest / 3, 1), ("free", 0, largest)]);
    let nth = Kind::Nth { n: 2, bp: 10_000, max_times: None };
    let list = vec![
        Promotion::new("half", Kind::Percent { bp: 5_000 }),
        Promotion::new("nth", nth),
        fixed("all", i64::MAX, largest / 8),
    ];
    let q = quote(&Offers::new(list).expect("sound"), &cart, &Customer::default(), Millis(0), Limits::default());
    assert_eq!((q.payable, q.discount), (Minor(0), q.subtotal));
}

#[test]
fn offers_come_out_of_their_record_as_they_went_in() {
    let offers = Offers::new(vec![fixed("a", 1, 2), Promotion::new("b", Kind::Percent { bp: 3 })]).expect("sound");
    assert_eq!(Offers::read(&offers.write()), Ok(offers));
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
#[test]
fn the_schemas_own_files_are_answered_as_written() {
    for (name, least) in [("cases.json", 32), ("random_cases.json", 60)] {
        let Some(cases) = published(name) else { return };
        assert!(cases.len() >= least);
        for one in &cases {
            let found = case::differences(one, Limits::default());
            assert!(found.is_empty(), "{name} {}: {found:#?}", one["id"]);
        }
    }
}

/// The cases of one of the schema's own files; without the data, nothing and a word about it.
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn published(name: &str) -> Option<Vec<serde_json::Value>> {
    use std::io::Write;
    let set = std::env::var_os("NEARSHELF_DATA").filter(|v| !v.is_empty());
    let Some(root) = set else {
        // Not println!, which a passing test swallows.
        let message = b"skipped: set NEARSHELF_DATA to the folder with the data sets for the promotion cases\n";
        std::io::stderr().write_all(message).expect("a standard error");
        return None;
    };
    let path = std::path::PathBuf::from(&root).join("promotions").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("NEARSHELF_DATA is set and {}: {e}", path.display()));
    let file: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    Some(file["cases"].as_array().expect("cases").clone())
}
