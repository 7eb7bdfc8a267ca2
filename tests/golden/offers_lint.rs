//! The linter of offers: every rule, by `offers-lint.json`.

use nearshelf::offer::lint::{Finding, Ground, Rule, lint, lint_document, lint_grants};
use serde_json::{Value, json};

fn golden() -> Value {
    serde_json::from_str(include_str!("offers-lint.json")).expect("a golden file")
}

fn all(case: &Value, ground: &Ground) -> Vec<Finding> {
    let mut found = lint(&case["promotions"], ground);
    found.extend(lint_grants(&case["grants"], &case["promotions"], ground));
    found
}

#[test]
fn each_case_has_its_findings_and_no_others() {
    let golden = golden();
    for case in golden["cases"].as_array().expect("cases") {
        let ground = Ground::read(&case["ground"]).expect("a ground");
        let found = all(case, &ground);
        let short: Value = found.iter().map(|f| json!([f.rule.code(), f.place])).collect();
        assert_eq!(short, case["expect"], "{}: {found:#?}", case["id"]);
        let whole = lint_document(
            &json!({ "promotions": case["promotions"], "grants": case["grants"], "ground": case["ground"] }),
        );
        assert_eq!(whole.expect("findings").as_array().map(Vec::len), Some(found.len()));
    }
}

#[test]
fn every_rule_has_a_case_and_words_without_gaps() {
    let golden = golden();
    let cases = golden["cases"].as_array().expect("cases");
    let mut seen = Vec::new();
    for case in cases {
        let ground = Ground::read(&case["ground"]).expect("a ground");
        for f in all(case, &ground) {
            for text in ["en", "zh-CN"].iter().flat_map(|l| [f.text(l), f.fix(l)]) {
                assert!(!text.is_empty() && !text.contains('{'), "{}: {text}", f.rule.code());
            }
            assert_ne!(f.text("en"), f.text("zh"));
            seen.push(f.rule);
        }
    }
    let missing: Vec<&str> = Rule::ALL.iter().filter(|r| !seen.contains(r)).map(|r| r.code()).collect();
    assert_eq!(missing, Vec::<&str>::new());
    let manual = include_str!("../../src/manual/lint.md");
    for rule in Rule::ALL {
        assert!(manual.contains(&format!("`{}`", rule.code())), "{} is in the manual", rule.code());
    }
}

#[test]
fn a_ground_that_cannot_be_read_names_its_field() {
    for (ground, expected) in [
        (json!({ "now": "tomorrow" }), "ground.now"),
        (json!({ "products": [{ "sku": "a", "price": 1.5 }] }), "ground.products[0]"),
        (json!({ "products": [{ "price": 1 }] }), "ground.products[0]"),
        (json!({ "history": [{ "sku": "a", "day": "1st", "price": 1 }] }), "ground.history[0]"),
        (json!({ "markets": ["cn"] }), "ground.markets[0]"),
        (json!({ "languages": "en" }), "ground.languages"),
        (json!({ "policy": { "most_off_bp": 0 } }), "ground.policy.most_off_bp"),
        (json!({ "zone_minutes": 5000 }), "ground.zone_minutes"),
    ] {
        let e = Ground::read(&ground).expect_err(expected);
        assert!(e.starts_with(expected), "{e}");
    }
}
