//! Rank rules in requests: lifts by name, places, and what is hidden.

use super::{NOW, event, shelf};
use nearshelf::engine::{Because, Engine, Request, Shelf};
use nearshelf::privacy::consent::Consent;
use nearshelf::rank::{HIDE, LIFT, Node, Stage, Subject};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn by(units: f64) -> u32 {
    LIFT | (units * 65_536.0) as i32 as u32 & !LIFT
}

fn ids(shelf: &Engine, list: &Shelf) -> Vec<String> {
    list.items.iter().map(|i| shelf.catalog().id(i.row.expect("a product")).to_string()).collect()
}

/// The sum of a tree's leaves.
fn leaves(node: &Node) -> f64 {
    if node.children.is_empty() { node.value } else { node.children.iter().map(leaves).sum() }
}

fn brand(shelf: &Engine, id: &str) -> u32 {
    let c = shelf.catalog();
    c.brand(c.find(id).expect("a product").row).expect("a brand")
}

fn category(shelf: &Engine, path: &str) -> u32 {
    shelf.catalog().category_named(path).expect("a category")
}

#[test]
fn each_rule_is_a_leaf_of_its_own_and_the_tree_adds_up() {
    let mut s = shelf();
    s.track(NOW, &[event("view_item", "20001")]);
    let pins = vec![
        ("rule:a", LIFT),
        ("40001", by(1.5)),
        ("20001", by(-0.5)),
        ("rule:b", LIFT),
        ("40001", by(-0.25)),
        ("60001", by(3.0)),
        ("evening", LIFT),
        ("40001", by(0.125)),
    ];
    let list = s.recommend(NOW, &Request { limit: 64, pins, ..Request::default() });
    let mut told = 0;
    for id in ids(&s, &list) {
        let tree = s.why(list.id, &id).expect("a tree");
        assert_eq!(tree.value, leaves(&tree), "{id}");
        let Some(scene) = tree.children.iter().find(|n| n.code == "scene") else { continue };
        let name = |subject| if let Subject::Rule(n) = subject { s.rule(n).to_string() } else { String::new() };
        let said: Vec<(String, f64)> = scene.children.iter().map(|n| (name(n.subject), n.value)).collect();
        let expected: &[(&str, f64)] = match id.as_str() {
            "40001" => &[("rule:a", 1.5), ("evening", 0.125), ("rule:b", -0.25)],
            "20001" => &[("rule:a", -0.5)],
            "60001" => &[("rule:b", 3.0)],
            other => panic!("{other} is not lifted"),
        };
        assert_eq!(said, expected.iter().map(|(n, v)| (n.to_string(), *v)).collect::<Vec<_>>(), "{id}");
        told += 1;
    }
    assert_eq!(told, 3);
    let item = &list.items[0];
    assert_eq!((item.because, ids(&s, &list)[0].as_str()), (Because::Scene, "60001"));
    assert!(matches!(item.subject, Subject::Rule(n) if s.rule(n) == "rule:b"));
}

#[test]
fn what_a_rule_hides_is_on_no_list_and_says_which_rule() {
    let mut s = shelf();
    let all = s.recommend(NOW, &Request { limit: 64, ..Request::default() });
    let (skincare, pantry) = (category(&s, "Beauty > Skincare"), brand(&s, "40005"));
    let hidden = |s: &Engine, id: &str| {
        let c = s.catalog();
        let row = c.find(id).expect("a product").row;
        c.is_in(row, skincare) || c.brand(row) == Some(pantry) || id == "80007"
    };
    let kept: Vec<String> = ids(&s, &all).into_iter().filter(|id| !hidden(&s, id)).collect();
    assert!(kept.len() > 30 && kept.len() < all.items.len() - 4);
    let hide = |kind: u32, number: u32| HIDE | kind << 16 | number;
    let pins = vec![
        ("80007", 0),
        ("rule:no-care", LIFT),
        ("", hide(2, skincare)),
        ("rule:no-snacks", LIFT),
        ("", hide(1, pantry)),
        ("80007", hide(3, 0)),
        ("20001", by(4.0)),
    ];
    for neutral in [true, false] {
        let request = Request { limit: 64, neutral, pins: pins.clone(), ..Request::default() };
        let list = s.recommend(NOW, &request);
        let mut shown = ids(&s, &list);
        shown.sort();
        let mut expected = kept.clone();
        expected.sort();
        assert_eq!(shown, expected, "whatever is pinned or lifted");
        let mut why = |id: &str| match s.why_not(NOW, &request, id) {
            Stage::Rule(n) => s.rule(n).to_string(),
            other => other.code().into(),
        };
        assert_eq!([why("20002"), why("40006"), why("80007")], ["rule:no-care", "rule:no-snacks", "rule:no-snacks"]);
        assert_eq!(why("40001"), "shown");
        s.track(NOW, &[event("view_item", "20002"), event("view_item", "40001")]);
    }
}

#[test]
fn a_tag_is_hidden_by_its_number() {
    let mut s = shelf();
    let tagged =
        |s: &Engine, id: &str| s.catalog().tags(s.catalog().find(id).expect("one").row).any(|t| t == "bestseller");
    let mut gone = 0;
    // Each number hides what has that tag, and one that no tag has hides nothing.
    for number in 0..200 {
        let pins = vec![("rule:x", LIFT), ("", HIDE | number)];
        let list = s.recommend(NOW, &Request { limit: 64, pins, ..Request::default() });
        let shown = ids(&s, &list);
        gone += usize::from(!shown.iter().any(|id| tagged(&s, id)));
        assert!(number < 100 || shown.len() > 50);
    }
    assert_eq!(gone, 1, "one of them is the bestsellers'");
}

#[test]
fn neutral_lists_under_rules_are_alike_for_any_two_portraits() {
    let mut state = 11_u64;
    let all: Vec<String> = {
        let s = shelf();
        (0..64).map(|row| super::id(&s, row)).collect()
    };
    for _ in 0..40 {
        let mut pick = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            &all[(state >> 58) as usize]
        };
        let mut pins: Vec<(&str, u32)> = vec![("rule:a", LIFT)];
        for by_ in [-3.0, -0.5, 0.25, 2.0, 4.0] {
            pins.push((pick(), by(by_)));
        }
        pins.push((pick(), 3));
        pins.push((pick(), HIDE | 3 << 16));
        pins.push(("", HIDE | 2 << 16 | 5));
        let request = Request { limit: 16, neutral: true, pins, ..Request::default() };
        let (mut a, mut b, mut nobody) = (shelf(), shelf(), shelf());
        nobody.set_consent(Consent::default());
        for _ in 0..6 {
            a.track(NOW, &[event("add_to_cart", pick())]);
            b.track(NOW, &[event("view_item", pick())]);
        }
        let list = a.recommend(NOW, &request);
        assert_eq!(list.items, b.recommend(NOW, &request).items);
        // Without consent it is the same list.
        assert_eq!(list.items, nobody.recommend(NOW, &request).items);
        assert!(list.items.iter().all(|i| i.score.is_finite()));
    }
}

#[test]
fn names_without_end_fill_no_memory() {
    let mut s = shelf();
    let names: Vec<String> = (0..5000).map(|i| format!("rule:{i}")).collect();
    let mut pins: Vec<(&str, u32)> = Vec::new();
    for name in &names {
        pins.push((name, LIFT));
        pins.push(("40001", by(0.001)));
    }
    let list = s.recommend(NOW, &Request { limit: 4, pins, ..Request::default() });
    let tree = s.why(list.id, "40001").expect("a tree");
    assert_eq!(tree.value, leaves(&tree));
    assert_eq!((s.rule(4095), s.rule(4096)), ("rule:4095", ""), "those beyond have no name");
}
