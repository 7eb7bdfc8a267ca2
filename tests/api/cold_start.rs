//! Declared answers, and lifts: what holds for any of them.

use super::{NOW, event};
use crate::compat::with_sections;
use nearshelf::engine::{Because, Declaring, Engine, Request, Shelf};
use nearshelf::error::Result;
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::profile::attribute::Said;
use nearshelf::rank::{Component, LIFT, Node};
use nearshelf::time::{Millis, SECOND};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const PRIOR: &[u8] = include_bytes!("../compat/prior-v1.section");

/// A shelf over the frozen pack with a prior of these bytes.
fn shelf_with(prior: &[u8]) -> Engine {
    let mut shelf = Engine::open(with_sections(&[(Tag::PRIOR, 4, prior)])).expect("a pack");
    shelf.set_consent(Consent::all());
    shelf
}

fn shelf() -> Engine {
    shelf_with(PRIOR)
}

/// Declares answers, each `field=value`, in place of all others.
pub(super) fn declare(shelf: &mut Engine, now: Millis, said: &[&'static str]) -> Result<u32> {
    let answer =
        |s: &&'static str| s.split_once('=').map_or((*s, Said::Text("")), |(field, value)| (field, Said::Text(value)));
    shelf.declare(now, &said.iter().map(answer).collect::<Vec<_>>(), Declaring::default())
}

/// What is declared, each `field=value`.
fn declared(shelf: &mut Engine) -> Vec<String> {
    shelf.declared().iter().map(|d| format!("{}={}", d.field, d.value)).collect()
}

pub(super) fn home() -> Request<'static> {
    Request { limit: 12, ..Request::default() }
}

pub(super) fn ids(shelf: &Engine, list: &Shelf) -> Vec<String> {
    list.items.iter().filter_map(|i| i.row).map(|r| shelf.catalog().id(r).to_string()).collect()
}

/// The sum of the leaves with a code; all of them for "".
pub(super) fn leaves(node: &Node, code: &str) -> f64 {
    if node.children.is_empty() {
        return if code.is_empty() || node.code == code { node.value } else { 0.0 };
    }
    node.children.iter().map(|n| leaves(n, code)).sum()
}

#[test]
fn what_is_declared_moves_the_first_shelf_and_says_so() {
    let mut shelf = shelf();
    let before = shelf.recommend(NOW, &home());
    assert!(!before.personal, "nothing is known yet");
    assert_eq!(declare(&mut shelf, NOW, &["gender=male", "age_band=25-35", "name=Wang"]), Ok(2));
    assert_eq!(declared(&mut shelf), ["age_band=25-35", "gender=male"]);
    let after = shelf.recommend(NOW, &home());
    assert!(after.personal);
    assert_ne!(ids(&shelf, &before), ids(&shelf, &after));
    for id in ids(&shelf, &after) {
        let tree = shelf.why(after.id, &id).expect("a tree");
        assert_eq!(tree.value, leaves(&tree, ""), "it adds up to the last bit");
        assert!(
            leaves(&tree, "declared") + leaves(&tree, "everyone") > 0.0,
            "every category has its part of the prior"
        );
    }
    let says = |id: &str, code: &str| leaves(&shelf.why(after.id, id).expect("a tree"), code) > 0.0;
    let shown = ids(&shelf, &after);
    assert!(shown.iter().any(|id| says(id, "declared")), "what an answer lifts");
    assert!(shown.iter().any(|id| says(id, "everyone")), "and what none does");
    assert!(!shown.iter().any(|id| says(id, "declared") && says(id, "everyone")));
    // Where nothing else speaks, it is the reason.
    let mut blend = shelf.blend().clone();
    blend.weight[Component::Popular as usize] = 0;
    shelf.set_blend(blend);
    let list = shelf.recommend(NOW, &home());
    assert!(list.items.iter().any(|i| i.because == Because::Declared));
}

#[test]
fn nothing_but_an_answer_of_the_prior_is_taken_and_nothing_of_the_rest_is_kept() {
    let (mut told, mut silent) = (shelf(), shelf());
    assert_eq!(
        declare(&mut told, NOW, &["phone=13800000000", "name=Wang", "gender", "gender=", "=male", "gender=Female"]),
        Ok(0)
    );
    assert_eq!(told.diagnostics(), [("contact_answer", 2), ("unknown_answer", 4)]);
    declare(&mut silent, NOW, &[]).expect("consent");
    assert_eq!(told.snapshot(), silent.snapshot());
    silent.set_consent(Consent { personalize: Tri::Undecided, ..Consent::all() });
    assert_eq!(declare(&mut silent, NOW, &["gender=male"]).expect_err("no consent").code(), "consent_required");
    assert!(declared(&mut silent).is_empty());
}

#[test]
fn what_tells_of_no_category_leaves_the_shelf_as_popular_as_it_was_and_nothing_is_said_to_be_declared() {
    let (mut shelf, mut plain) = (shelf(), shelf_with(&[]));
    let before = shelf.recommend(NOW, &home());
    let before = ids(&shelf, &before);
    for name in ["session_start", "view_item_list", "search"] {
        let item = if name == "view_item_list" { before[0].as_str() } else { "" };
        for shelf in [&mut shelf, &mut plain] {
            shelf.track(NOW, &[event(name, item)]);
        }
        let list = shelf.recommend(NOW, &home());
        assert_eq!(list.items, plain.recommend(NOW, &home()).items, "{name}: as without a prior");
        assert!(list.items.iter().all(|i| i.because == Because::Popular), "{name}");
    }
    shelf.track(NOW, &[event("view_item", "80001")]);
    let list = shelf.recommend(NOW, &home());
    assert_ne!(list.items, plain.recommend(NOW, &home()).items, "the first click brings it in");
    assert!(list.items.iter().all(|i| i.because != Because::Declared), "and nobody declared anything");
    let trees =
        |code| ids(&shelf, &list).iter().map(|id| leaves(&shelf.why(list.id, id).expect("a tree"), code)).sum::<f64>();
    assert_eq!(trees("declared"), 0.0);
    assert!(trees("everyone") > 0.0);
}

#[test]
fn the_first_click_already_moves_a_declared_shelf_and_the_prior_fades() {
    let mut shelf = shelf();
    declare(&mut shelf, NOW, &["gender=female", "occupation=at-home"]).expect("consent");
    let mut shares = Vec::new();
    let mut last = shelf.recommend(NOW, &home());
    for n in 0..6 {
        let at = NOW.plus(n * 5 * SECOND);
        shelf.track(at, &[event("view_item", "80001")]);
        let list = shelf.recommend(at, &home());
        if n == 0 {
            assert_ne!(ids(&shelf, &last), ids(&shelf, &list), "one click");
            assert!(list.items.iter().take(3).all(|i| i.because != Because::Declared), "and it leads");
        }
        let tree = |id: &str| shelf.why(list.id, id).expect("a tree");
        shares.push(ids(&shelf, &list).iter().map(|id| leaves(&tree(id), "declared")).fold(0.0, f64::max));
        last = list;
    }
    assert!(shares.windows(2).all(|w| w[1] <= w[0]) && shares[5] < shares[0], "{shares:?}");
}

#[test]
fn neutral_shelves_are_the_same_for_any_two_declarations_and_without_consent() {
    let (mut a, mut b, mut none) = (shelf(), shelf(), shelf());
    declare(&mut a, NOW, &["gender=female"]).expect("consent");
    declare(&mut b, NOW, &["gender=male", "age_band=25-35"]).expect("consent");
    none.set_consent(Consent::default());
    let neutral = Request { neutral: true, ..home() };
    let list = a.recommend(NOW, &neutral);
    assert_eq!(list.items, b.recommend(NOW, &neutral).items);
    assert_eq!(list.items, none.recommend(NOW, &home()).items);
    assert_ne!(a.recommend(NOW, &home()).items, b.recommend(NOW, &home()).items);
    let given = ["80001", "20001", "70001"];
    let order = |s: &mut Engine, neutral| s.rank(NOW, neutral, &given, &[]).items;
    assert_eq!(order(&mut a, true), order(&mut b, true));
    assert_ne!(order(&mut a, false), order(&mut b, false));
}

#[test]
fn a_declaration_lies_in_the_snapshot_and_goes_with_forget_sign_out_and_withdrawal() {
    let mut first = shelf();
    declare(&mut first, NOW, &["gender=male"]).expect("consent");
    let snapshot = first.snapshot().expect("consent");
    let ends: [fn(&mut Engine); 3] = [
        |s| s.forget(),
        |s| s.sign_out(),
        |s| {
            s.set_consent(Consent::default());
            s.set_consent(Consent::all());
        },
    ];
    for end in ends {
        let mut shelf = shelf();
        shelf.restore(&snapshot).expect("a snapshot");
        assert_eq!(declared(&mut shelf), ["gender=male"]);
        assert_eq!(shelf.snapshot().expect("consent"), snapshot);
        end(&mut shelf);
        assert!(declared(&mut shelf).is_empty());
    }
    // What was declared in this visit goes along to the account, what was declared before it does not.
    let key = [7; 32];
    first.identify(NOW, &key, "a", &[], false).expect("consent");
    assert_eq!(declared(&mut first), ["gender=male"]);
    // Nor does what was said long before who it is comes out.
    let mut idle = shelf();
    idle.restore(&snapshot).expect("a snapshot");
    idle.identify(NOW.plus(1_000_000_000), &key, "a", &[], false).expect("consent");
    assert!(declared(&mut idle).is_empty());
    let mut later = shelf();
    later.restore(&snapshot).expect("a snapshot");
    later.track(NOW.plus(1_000_000_000), &[event("view_item", "80001")]);
    later.identify(NOW.plus(1_000_000_000), &key, "a", &[], false).expect("consent");
    assert!(declared(&mut later).is_empty());
}

#[test]
fn a_prior_of_wild_bytes_is_no_harm() {
    let wild = [vec![], vec![255; 300], PRIOR[..60].to_vec(), [&[255; 4][..], &PRIOR[4..]].concat()];
    for bytes in wild {
        let mut shelf = shelf_with(&bytes);
        let _ = declare(&mut shelf, NOW, &["gender=male", ""]);
        shelf.track(NOW, &[event("view_item", "80001")]);
        let list = shelf.recommend(NOW, &home());
        assert_eq!(list.items.len(), 12);
    }
}

#[test]
fn lifts_are_integers_of_the_tree_and_neutral_lists_are_alike() {
    let by = |units: f64| LIFT | (units * 65_536.0) as i32 as u32;
    let (mut a, mut b) = (shelf(), shelf());
    for (shelf, item) in [(&mut a, "80001"), (&mut b, "20001")] {
        shelf.track(NOW, &[event("view_item", item)]);
    }
    let pins =
        vec![("10003", by(3.5)), ("60007", by(2.0)), ("20001", by(-4.0)), ("10003", by(0.25)), ("none", by(1.0))];
    let scene = Request { pins, limit: 20, ..Request::default() };
    let list = a.recommend(NOW, &scene);
    for id in ids(&a, &list) {
        let tree = a.why(list.id, &id).expect("a tree");
        assert_eq!(tree.value, leaves(&tree, ""));
        let lift = tree.children.iter().find(|n| n.code == "scene").map(|n| n.value);
        let expected = match id.as_str() {
            "10003" => Some(3.75),
            "60007" => Some(2.0),
            "20001" => Some(-4.0),
            _ => None,
        };
        assert_eq!(lift, expected, "{id}");
    }
    assert!(ids(&a, &list).contains(&"10003".to_string()), "a little popular one became a candidate");
    let neutral = Request { neutral: true, ..scene.clone() };
    let list = a.recommend(NOW, &neutral);
    assert_eq!(list.items, b.recommend(NOW, &neutral).items);
    assert_eq!((list.items[0].because, ids(&a, &list)[0].as_str()), (Because::Scene, "10003"));
    assert_eq!(list.relaxed, 0);
}
