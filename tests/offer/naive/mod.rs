//! A second evaluator of `promotion-case/v1`, written from the text of the format alone: the naive one.
//!
//! It shares no code and no types with the engine, reads the JSON itself, tries every subset of the offers, and applies
//! each one from the start, in loops and 128-bit integers. It is as slow as that sounds; what it answers is easy to
//! believe, and the engine is held against it.

#![allow(dead_code, unused_imports, reason = "the bench of exactness uses a part of it")]

mod apply;
mod choose;
mod condition;
mod invalid;
mod read;

use serde_json::{Map, Value, json};

pub(crate) use apply::{Applied, Failure, Gap, apply};
pub(crate) use choose::{Best, best};
pub(crate) use read::{Case, Line, Offer};

/// What the format's `expect` should say about a case.
pub(crate) fn answer(json: &Value) -> Value {
    if let Some(error) = error(json) {
        return error;
    }
    let case = Case::read(json);
    expect(&case, &best(&case))
}

/// The `expect` of a case that is invalid.
pub(crate) fn error(json: &Value) -> Option<Value> {
    invalid::first(json).map(|(code, path)| json!({ "error": { "code": code, "path": path } }))
}

/// The same for a case that is read, and its best set.
pub(crate) fn expect(case: &Case, best: &Best) -> Value {
    let mut expect = quote(case, best);
    if let Some((sku, payable)) = addon(case) {
        expect["addon"] =
            json!({ "sku": sku, "payable_after": small(payable), "delta": small(payable - best.payable) });
    }
    expect
}

/// Why each offer that is not chosen is not: its failed condition, else its failure alone, else the combination.
pub(crate) fn reason(case: &Case, offer: &Offer) -> Failure {
    if let Some(reason) = condition::failed(case, offer) {
        return (reason, None);
    }
    match apply(case, offer, &mut case.untouched()) {
        Err(failure) => failure,
        Ok(_) => ("not_in_best_combination", None),
    }
}

fn quote(case: &Case, best: &Best) -> Value {
    let mut applied = Vec::new();
    let mut gifts = Vec::new();
    let mut discount = 0;
    for one in &best.applied {
        let mut lines = Map::new();
        for (line, amount) in case.lines.iter().zip(&one.lines) {
            if *amount > 0 {
                lines.insert(line.id.clone(), small(*amount));
            }
        }
        let offer = &case.offers[one.offer];
        applied.push(json!({ "id": offer.id, "amount": small(one.amount), "times": small(one.times), "lines": lines }));
        discount += one.amount;
        if let Some(gift) = &offer.gift {
            gifts.push(json!({ "sku": gift.sku, "qty": small(gift.qty * one.times) }));
        }
    }
    let mut rejected = Map::new();
    for (index, offer) in case.offers.iter().enumerate() {
        if best.applied.iter().all(|one| one.offer != index) {
            rejected.insert(offer.id.clone(), reason(case, offer).0.into());
        }
    }
    let mut left = Map::new();
    for (line, running) in case.lines.iter().zip(&best.running) {
        left.insert(line.id.clone(), small(*running));
    }
    let subtotal: i128 = case.lines.iter().map(Line::list).sum();
    json!({
        "subtotal": small(subtotal), "shipping": small(best.shipping), "discount": small(discount),
        "payable": small(best.payable), "line_payable": left, "applied": applied, "gifts": gifts, "rejected": rejected,
    })
}

/// The one item of the catalogue that, added once, gives the lowest payable; ties: lower price, then SKU.
fn addon(case: &Case) -> Option<(String, i128)> {
    let mut found: Option<(i128, i128, String)> = None;
    for item in &case.catalog {
        let mut longer = case.clone();
        longer.lines.push(item.clone());
        if longer.lines.iter().map(Line::list).sum::<i128>() > (1 << 53) - 1 {
            // No cart may be as dear as that.
            continue;
        }
        let this = (best(&longer).payable, item.price, item.sku.clone());
        if found.as_ref().is_none_or(|best| this < *best) {
            found = Some(this);
        }
    }
    found.map(|(payable, _, sku)| (sku, payable))
}

/// Every amount of a valid case is below 2^53.
fn small(amount: i128) -> Value {
    i64::try_from(amount).expect("an amount of a valid case").into()
}
