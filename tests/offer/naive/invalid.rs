//! What is wrong with a case, the first in the order of the text.

use serde_json::Value;

use super::condition::instant;
use super::read::number;

const KINDS: [&str; 11] =
    ["percent", "fixed", "every", "tiers", "nth", "bxgy", "bundle", "unit_price", "gift", "shipping", "points"];

pub(super) fn first(case: &Value) -> Option<(&'static str, String)> {
    let none = Vec::new();
    let lines = case["cart"]["lines"].as_array().unwrap_or(&none);
    let mut total: i128 = 0;
    for (index, line) in lines.iter().enumerate() {
        if lines[..index].iter().any(|before| before["id"] == line["id"]) {
            return Some(("duplicate_line_id", format!("cart.lines[{index}].id")));
        }
        if number(&line["price"]).is_none_or(|price| price < 0) {
            return Some(("invalid_price", format!("cart.lines[{index}].price")));
        }
        if number(&line["qty"]).is_none_or(|qty| qty <= 0) {
            return Some(("invalid_qty", format!("cart.lines[{index}].qty")));
        }
        // Both are below 2^64 or so, unless somebody wrote 1e300.
        let price = number(&line["price"]).unwrap_or(0).min(1 << 60);
        let qty = number(&line["qty"]).unwrap_or(0).min(1 << 60);
        total = total.saturating_add(price.saturating_mul(qty));
    }
    if total > (1 << 53) - 1 {
        return Some(("amount_overflow", "cart.lines".to_owned()));
    }
    let promotions = case["promotions"].as_array().unwrap_or(&none);
    for (index, promotion) in promotions.iter().enumerate() {
        let given = |field: &str| promotion.get(field).filter(|value| !value.is_null());
        let at = |field: &str| format!("promotions[{index}].{field}");
        if promotions[..index].iter().any(|before| before["id"] == promotion["id"]) {
            return Some(("duplicate_promotion_id", at("id")));
        }
        if !KINDS.contains(&promotion["kind"].as_str().unwrap_or_default()) {
            return Some(("unknown_kind", at("kind")));
        }
        if let (Some(start), Some(end)) = (promotion["start"].as_str(), promotion["end"].as_str())
            && instant(end) <= instant(start)
        {
            return Some(("invalid_window", at("end")));
        }
        for field in ["percent_bp", "max_percent_bp"] {
            let outside = |bp: i128| !(0..=10_000).contains(&bp);
            if given(field).is_some_and(|bp| number(bp).is_none_or(outside)) {
                return Some(("invalid_percent", at(field)));
            }
        }
        for (field, least) in [("amount", 0), ("threshold", 1), ("price", 0), ("cap", 0)] {
            let wrong = |amount: i128| amount < least;
            if given(field).is_some_and(|amount| number(amount).is_none_or(wrong)) {
                return Some(("invalid_amount", at(field)));
            }
        }
    }
    None
}
