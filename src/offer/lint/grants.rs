//! Granting campaigns: each is told, since it grants a price by who is looking; and what one cannot mean.

use super::super::json::instant;
use super::words::Rule;
use super::{Finding, Ground};
use serde_json::Value;

/// Tells every campaign of a shop's `grants`, coupons of theirs that are none of its promotions, and multipliers that never hold.
pub fn lint_grants(grants: &Value, promotions: &Value, ground: &Ground) -> Vec<Finding> {
    let mut found = Vec::new();
    let offers = promotions.as_array().map(Vec::as_slice).unwrap_or_default();
    for (i, grant) in grants.as_array().into_iter().flatten().enumerate() {
        let id = grant["id"].as_str().unwrap_or_default();
        let mut tell = |rule: Rule, field: &str, args: &[&str]| {
            let place = if field.is_empty() { format!("grants[{i}]") } else { format!("grants[{i}].{field}") };
            found.push(Finding::new(rule, &place, id, args));
        };
        tell(Rule::GrantsByPortrait, "", &[]);
        let at = |field: &str| instant(&grant[field]);
        let (start, end, until) = (at("start"), at("end"), at("lambda_until"));
        let before = |a: Option<_>, b: Option<_>| a.zip(b).is_none_or(|(a, b)| a < b);
        if until.is_none() || !before(start, until) || ground.now.is_some_and(|now| !before(Some(now), until)) {
            tell(Rule::GrantExpired, "lambda_until", &[]);
        }
        if start.is_none() || end.is_none() || !before(start, end) {
            tell(Rule::WindowNeverOpens, "end", &[]);
        }
        for (s, segment) in grant["segments"].as_array().into_iter().flatten().enumerate() {
            for (o, option) in segment["options"].as_array().into_iter().flatten().enumerate() {
                let Some(coupon) = option["coupon"].as_str() else { continue };
                if !offers.iter().any(|p| p["id"] == coupon && p["coupon"] == true) {
                    tell(Rule::GrantCouponUnknown, &format!("segments[{s}].options[{o}].coupon"), &[coupon]);
                }
            }
        }
    }
    found
}
