//! What must not change, or only in one way, when a case changes: no expected answers are needed.

use super::naive;
use super::random::{self, Random};
use nearshelf::offer::{Limits, case};
use serde_json::{Value, json};

const CASES: u64 = 3_000;

#[test]
fn sums_hold_and_nothing_is_below_zero() {
    each(random::case, |_, given, quote| {
        let applied = quote["applied"].as_array().unwrap();
        let discount: i64 = applied.iter().map(|one| int(&one["amount"])).sum();
        assert_eq!(discount, int(&quote["discount"]));
        let lines: i64 = values(&quote["line_payable"]).sum();
        assert!(values(&quote["line_payable"]).all(|left| left >= 0) && int(&quote["shipping"]) >= 0);
        assert_eq!(lines + int(&quote["shipping"]), int(&quote["payable"]));
        let fee = given["cart"]["shipping"].as_i64().unwrap_or(0);
        assert_eq!(int(&quote["subtotal"]) + fee - discount, int(&quote["payable"]));
        for one in applied {
            let shipping = kind(given, &one["id"]) == "shipping";
            let parts: i64 = values(&one["lines"]).sum();
            assert_eq!(parts, if shipping { 0 } else { int(&one["amount"]) });
        }
        let rejected = quote["rejected"].as_object().unwrap().len();
        assert_eq!(rejected + applied.len(), given["promotions"].as_array().unwrap().len());
    });
}

#[test]
fn the_order_of_the_offers_changes_nothing() {
    each(random::case, |r, given, quote| {
        let mut other = given.clone();
        r.shuffle(other["promotions"].as_array_mut().unwrap());
        assert_eq!(answer(&other), *quote);
    });
}

/// Only ties go by the order of the lines: left-over cents and equal units. For offers on the whole cart that is a cent
/// an offer on a line, and never the set or an amount.
#[test]
fn the_order_of_the_lines_changes_nothing_but_ties() {
    each(
        |seed| whole(seed, false),
        |r, given, quote| {
            let mut other = given.clone();
            r.shuffle(other["cart"]["lines"].as_array_mut().unwrap());
            let found = answer(&other);
            assert_eq!(totals(&found), totals(quote));
            let cents = quote["applied"].as_array().unwrap().len() as i64;
            for (id, left) in quote["line_payable"].as_object().unwrap() {
                assert!((int(left) - int(&found["line_payable"][id])).abs() <= cents, "{id}");
            }
        },
    );
}

#[test]
fn a_line_that_no_offer_is_about_only_adds_its_price() {
    let out_of_scope = |seed| {
        let mut case = random::case(seed);
        for offer in case["promotions"].as_array_mut().unwrap() {
            offer["scope"]["exclude_skus"] = json!(["elsewhere"]);
            if offer.get("get_scope").is_some() {
                offer["get_scope"]["exclude_skus"] = json!(["elsewhere"]);
            }
        }
        case
    };
    each(out_of_scope, |r, given, quote| {
        let mut other = given.clone();
        let lines = other["cart"]["lines"].as_array_mut().unwrap();
        let at = r.between(0, lines.len() as i64) as usize;
        lines.insert(at, json!({ "id": "new", "sku": "elsewhere", "price": 1_234, "qty": 2 }));
        let mut found = answer(&other);
        assert_eq!(int(&found["line_payable"]["new"]), 2_468);
        found["line_payable"].as_object_mut().unwrap().shift_remove("new");
        for key in ["subtotal", "payable"] {
            found[key] = json!(int(&found[key]) - 2_468);
        }
        found.as_object_mut().unwrap().shift_remove("addon");
        let mut expected = quote.clone();
        expected.as_object_mut().unwrap().shift_remove("addon");
        assert_eq!(found, expected);
    });
}

#[test]
fn one_more_offer_never_raises_the_payable() {
    each(random::case, |_, given, quote| {
        let mut fewer = given.clone();
        let mut before = int(&quote["payable"]);
        while fewer["promotions"].as_array_mut().unwrap().pop().is_some() {
            let without = int(&answer(&fewer)["payable"]);
            assert!(without >= before, "{without} is less than {before}: {fewer}");
            before = without;
        }
    });
}

/// A line of q units written as two: an order-level total stays as it is.
#[test]
fn a_split_line_keeps_the_totals_of_the_order() {
    each(
        |seed| whole(seed, false),
        |r, given, quote| {
            if let Some(other) = split(r, given) {
                assert_eq!(totals(&answer(&other)), totals(quote));
            }
        },
    );
}

/// The same for an offer by units that is the first to be applied: its units cost the same in one line or two.
#[test]
fn a_split_line_keeps_what_units_save() {
    let alone = |seed| {
        let mut case = random::case(seed);
        without_floors(&mut case);
        let offers = case["promotions"].as_array_mut().unwrap();
        offers.retain(|offer| ["nth", "bxgy", "bundle", "unit_price"].contains(&offer["kind"].as_str().unwrap_or("")));
        offers.truncate(1);
        case
    };
    each(alone, |r, given, quote| {
        if let Some(other) = split(r, given) {
            assert_eq!(totals(&answer(&other)), totals(quote));
        }
    });
}

/// Seven times the money everywhere, without shares that would be rounded: seven times the answer.
#[test]
fn all_amounts_scale_together() {
    each(
        |seed| whole(seed, true),
        |_, given, quote| {
            let mut other = given.clone();
            let scale = |of: &mut Value| {
                if let Some(amount) = of.as_i64() {
                    *of = json!(amount * 7);
                }
            };
            for line in other["cart"]["lines"].as_array_mut().unwrap() {
                scale(&mut line["price"]);
            }
            scale(&mut other["cart"]["shipping"]);
            for offer in other["promotions"].as_array_mut().unwrap() {
                ["amount", "threshold", "cap", "budget_left"].iter().for_each(|field| scale(&mut offer[field]));
                for step in offer["tiers"].as_array_mut().into_iter().flatten() {
                    ["amount", "threshold"].iter().for_each(|field| scale(&mut step[field]));
                }
            }
            let found = answer(&other);
            for key in ["subtotal", "shipping", "discount", "payable"] {
                assert_eq!(int(&found[key]), 7 * int(&quote[key]), "{key}");
            }
            assert_eq!((&found["gifts"], &found["rejected"]), (&quote["gifts"], &quote["rejected"]));
            for (a, b) in found["applied"].as_array().unwrap().iter().zip(quote["applied"].as_array().unwrap()) {
                assert_eq!((&a["id"], &a["times"], int(&a["amount"])), (&b["id"], &b["times"], 7 * int(&b["amount"])));
            }
        },
    );
}

#[test]
fn an_offer_that_cannot_apply_changes_nothing_else() {
    each(random::case, |r, given, quote| {
        let (offer, reason) = r.one_of(&[
            (json!({ "kind": "fixed", "amount": 99_999, "end": "2020-01-01T00:00:00Z" }), "expired"),
            (json!({ "kind": "percent", "percent_bp": 9_000, "tiers_allowed": [] }), "tier"),
            (json!({ "kind": "points", "points_per_cent": 1, "scope": { "skus": [] } }), "no_matching_items"),
            (json!({ "kind": "nth", "n": 10_000, "percent_bp": 10_000 }), "min_qty"),
            (json!({ "kind": "every", "threshold": 90_000_000, "amount": 90_000_000 }), "below_threshold"),
            (json!({ "kind": "fixed", "amount": 0, "exclusive": true }), "no_effect"),
        ]);
        let mut other = given.clone();
        let offers = other["promotions"].as_array_mut().unwrap();
        offers.insert(r.between(0, offers.len() as i64) as usize, offer);
        for added in offers.iter_mut().filter(|offer| offer.get("id").is_none()) {
            added["id"] = json!("new");
            added["priority"] = json!(-9);
        }
        let mut found = answer(&other);
        assert_eq!(found["rejected"].as_object_mut().unwrap().shift_remove("new"), Some(json!(reason)));
        assert_eq!(found, *quote);
    });
}

/// Runs a check on each valid case, with the engine's answer to it.
fn each(make: impl Fn(u64) -> Value, check: impl Fn(&mut Random, &Value, &Value)) {
    let mut checked = 0;
    for seed in 1_000_000..1_000_000 + CASES {
        let case = make(seed);
        let empty = case["promotions"].as_array().is_none_or(Vec::is_empty);
        if empty || naive::error(&case).is_some() {
            continue;
        }
        let quote = answer(&case);
        let run = || check(&mut Random(seed), &case, &quote);
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
            panic!("seed {seed}: {case}\n{quote}");
        }
        checked += 1;
    }
    assert!(checked > CASES / 3, "{checked}");
}

fn answer(case: &Value) -> Value {
    case::answer(case, Limits::default())
}

/// A case whose offers are order-level and about the whole cart, without floors; `exact` leaves out what is rounded.
fn whole(seed: u64, exact: bool) -> Value {
    let mut case = random::case(seed);
    without_floors(&mut case);
    case.as_object_mut().unwrap().shift_remove("addon");
    let offers = case["promotions"].as_array_mut().unwrap();
    let rounded = ["percent", "points"];
    offers.retain(|offer| {
        let kind = offer["kind"].as_str().unwrap_or("");
        let shares = || offer["tiers"].as_array().into_iter().flatten().any(|step| step.get("percent_bp").is_some());
        let by_units = ["nth", "bxgy", "bundle", "unit_price"].contains(&kind);
        let left_out = exact && (rounded.contains(&kind) || shares());
        !by_units && !left_out
    });
    for offer in offers {
        for field in ["scope", "exclude_discounted"] {
            offer.as_object_mut().unwrap().shift_remove(field);
        }
    }
    case
}

fn without_floors(case: &mut Value) {
    for line in case["cart"]["lines"].as_array_mut().unwrap() {
        line.as_object_mut().unwrap().shift_remove("floor");
    }
}

/// The case with one line of several units as two lines; nothing if all have one.
fn split(r: &mut Random, case: &Value) -> Option<Value> {
    let mut other = case.clone();
    let lines = other["cart"]["lines"].as_array_mut().unwrap();
    let at = lines.iter().position(|line| int(&line["qty"]) > 1)?;
    let mut second = lines[at].clone();
    let first = r.between(1, int(&second["qty"]) - 1);
    second["qty"] = json!(int(&second["qty"]) - first);
    second["id"] = json!("second");
    lines[at]["qty"] = json!(first);
    lines.insert(at + 1, second);
    Some(other)
}

/// An answer without what stands line by line.
fn totals(quote: &Value) -> Value {
    let mut quote = quote.clone();
    quote["line_payable"] = json!(null);
    for one in quote["applied"].as_array_mut().unwrap() {
        one["lines"] = json!(null);
    }
    quote
}

fn kind<'a>(case: &'a Value, id: &Value) -> &'a str {
    let offers = case["promotions"].as_array().unwrap();
    offers.iter().find(|offer| offer["id"] == *id).unwrap()["kind"].as_str().unwrap()
}

fn values(of: &Value) -> impl Iterator<Item = i64> + '_ {
    of.as_object().unwrap().values().map(int)
}

fn int(of: &Value) -> i64 {
    of.as_i64().unwrap_or_else(|| panic!("no integer: {of}"))
}
