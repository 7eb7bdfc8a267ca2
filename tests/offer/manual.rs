//! The manual's page on offers: its examples take off what it says, and it names every reason and mistake.

use super::naive;
use nearshelf::offer::{InvalidCode, Limits, Refusal, case};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../src/manual/offers.md");

#[test]
fn the_examples_of_the_manual_take_off_what_it_says() {
    let mut kinds = Vec::new();
    for block in PAGE.split("```json\n").skip(1) {
        let (example, text) = block.split_once("```").expect("an end");
        let promotion: Value = serde_json::from_str(example).expect("JSON");
        let said = text.trim_start().strip_prefix("Takes ").and_then(|text| text.split(' ').next()).expect("an amount");
        let said: i64 = said.parse().expect("digits");
        let id = promotion["id"].as_str().expect("an id");
        kinds.push(promotion["kind"].as_str().expect("a kind").to_owned());
        let line = |id: &str, price: i64, qty: i64, category: &str, store: &str| json!({ "id": id, "sku": id, "price": price, "qty": qty, "category": category, "store": store, "tags": ["spring"] });
        let case = json!({
            "now": "2027-05-20T09:00:00+08:00", "customer": { "points": 1500 },
            "cart": { "lines": [line("tea", 4200, 2, "drinks/tea", "north"), line("mug", 3300, 1, "home/mugs", "south")], "shipping": 600 },
            "promotions": [promotion],
        });
        let quote = case::answer(&case, Limits::default());
        assert_eq!(quote["discount"], said, "{id}: {quote}");
        assert_eq!(quote["applied"][0]["id"], id);
        let gifts = quote["gifts"].as_array().expect("gifts").len();
        assert_eq!(gifts, usize::from(promotion["kind"] == "gift"));
        assert_eq!(naive::answer(&case)["discount"], said);
    }
    kinds.sort_unstable();
    let all =
        ["bundle", "bxgy", "every", "fixed", "gift", "nth", "percent", "points", "shipping", "tiers", "unit_price"];
    assert_eq!(kinds, all);
}

#[test]
fn the_manual_names_every_reason_and_every_mistake() {
    let reasons = [
        Refusal::NotStarted,
        Refusal::Expired,
        Refusal::OutsideDailyWindow,
        Refusal::Tier,
        Refusal::NotNewCustomer,
        Refusal::NotBirthday,
        Refusal::CodeMissing,
        Refusal::UsageLimit,
        Refusal::TotalLimit,
        Refusal::GroupIncomplete,
        Refusal::NoMatchingItems,
        Refusal::MinQty,
        Refusal::BelowThreshold,
        Refusal::NoEffect,
        Refusal::Budget,
        Refusal::NotInBestCombination,
        Refusal::Condition,
        Refusal::Stopped,
        Refusal::SwitchStale,
        Refusal::TimeUncertain,
    ];
    let mistakes = [
        InvalidCode::DuplicateLineId,
        InvalidCode::InvalidPrice,
        InvalidCode::InvalidQty,
        InvalidCode::AmountOverflow,
        InvalidCode::InvalidShipping,
        InvalidCode::DuplicatePromotionId,
        InvalidCode::UnknownKind,
        InvalidCode::InvalidWindow,
        InvalidCode::InvalidPercent,
        InvalidCode::InvalidAmount,
        InvalidCode::Malformed,
    ];
    // In a table, so that a word of the running text is not enough.
    let tables: String = PAGE.lines().filter(|line| line.starts_with('|')).collect();
    for code in reasons.iter().map(|r| r.code()).chain(mistakes.iter().map(|m| m.code())) {
        assert!(tables.contains(&format!("`{code}`")), "{code}");
    }
}

/// Each bug of another engine that the manual names is a case, and each such case is named there.
#[test]
fn the_manual_names_the_bugs_that_are_cases() {
    let file: Value = serde_json::from_str(include_str!("../golden/offers.json")).expect("JSON");
    let engines = ["medusa", "vendure", "saleor", "sylius", "solidus", "odoo", "shopify", "script-creator", "bebop"];
    let mut found = 0;
    for case in file["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("an id");
        let Some(engine) = engines.iter().find(|engine| id.starts_with(**engine)) else { continue };
        let number = id[engine.len() + 1..].split('-').next().expect("a number");
        let bugs = PAGE.split("**Bugs of other engines.**").nth(1).expect("the paragraph");
        assert!(bugs.contains(number), "{id}");
        let title = case["title"].as_str().expect("a title");
        assert!(title.contains(number) && title.contains(": "), "{id}: {title}");
        found += 1;
    }
    assert_eq!(found, 25);
}
