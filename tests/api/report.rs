//! Private reports through the engine: consent first, one answer a week, and from the portrait only what the pack asks.

use super::NOW;
use nearshelf::catalog::build::{Draft, ProductDraft, VariantDraft, VariantOffer};
use nearshelf::catalog::{Availability, Market};
use nearshelf::engine::{Engine, withdrawn};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Key;
use nearshelf::pack::{PackWriter, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::privacy::ledger::{Lifetime, Refused};
use nearshelf::privacy::noise::{Answer, ENTROPY_BYTES, Epsilon};
use nearshelf::report::ReportSchema;
use nearshelf::time::DAY;

const CATEGORIES: [&str; 3] = ["Home", "Pets", "Toys"];

fn schema() -> ReportSchema {
    ReportSchema::category_interest(&CATEGORIES.map(Key::category), Epsilon::MOST).expect("three categories")
}

/// A shelf over one product in each of three categories, and one below a fourth that no report names.
fn shelf(section: Option<Vec<u8>>) -> Engine {
    shelf_of(section, None)
}

fn shelf_of(section: Option<Vec<u8>>, lifetime: Option<Vec<u8>>) -> Engine {
    let product = |id: &str, category: &str| {
        let offer = VariantOffer { list: Some(100), sale: None, availability: Availability::InStock };
        ProductDraft {
            id: id.into(),
            categories: vec![category.into()],
            variants: vec![VariantDraft { id: id.into(), titles: vec![], offers: vec![offer] }],
            ..ProductDraft::default()
        }
    };
    let draft = Draft {
        shop: "test".into(),
        support: 1,
        markets: vec![Market { code: "cn".into(), currency: "CNY".into(), exponent: 2 }],
        languages: vec!["en".into()],
        products: vec![
            product("ball", "Toys > Balls"),
            product("cup", "Home"),
            product("litter", "Pets > Cats"),
            product("pill", "Health"),
        ],
        ..Draft::default()
    };
    let mut out = PackWriter::new();
    nearshelf::catalog::build::write(&draft, &mut out).expect("a small catalogue");
    if let Some(bytes) = section {
        out.add(Tag::REPORT, 0, 1, bytes);
    }
    if let Some(bytes) = lifetime {
        out.add(Tag::LIFETIME, 0, 1, bytes);
    }
    let mut shelf = Engine::open(out.finish().expect("small")).expect("a shelf");
    shelf.set_consent(Consent::all());
    shelf
}

fn see(shelf: &mut Engine, id: &str, times: usize) {
    for n in 0..times {
        let item = RawItem { id, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
        shelf.track(
            NOW,
            &[RawEvent {
                name: "view_item",
                event_id: &format!("{id} {times} {n}"),
                at: f64::NAN,
                items: vec![item],
                details: RawDetails::default(),
            }],
        );
    }
}

/// Randomness under which k-ary response tells the truth: its draw is the largest there is.
fn truthful(seed: u8) -> Vec<u8> {
    (0..ENTROPY_BYTES).map(|i| if i < 36 { seed.wrapping_add(i as u8) } else { 255 }).collect()
}

fn symbol(shelf: &mut Engine) -> u8 {
    let reported = shelf.report(NOW, &[], &truthful(1)).expect("consented");
    match reported.report.expect("a fresh ledger").expect("the pack asks").answer {
        Answer::Symbol(s) => s,
        Answer::Bits(_) => panic!("three categories are answered by one symbol"),
    }
}

fn symbol_of(category: &str) -> u8 {
    schema().metrics()[0].symbol(Key::category(category))
}

#[test]
fn the_answer_is_the_strongest_category_of_the_domain() {
    let mut shelf = shelf(Some(schema().encode()));
    assert_eq!(symbol(&mut shelf), 0, "nothing seen is none");
    see(&mut shelf, "pill", 9);
    assert_eq!(symbol(&mut shelf), 0, "a category outside the domain is none");
    see(&mut shelf, "litter", 2);
    see(&mut shelf, "ball", 1);
    assert_eq!(symbol(&mut shelf), symbol_of("Pets"), "what lies below counts for the category above");
    see(&mut shelf, "ball", 3);
    assert_eq!(symbol(&mut shelf), symbol_of("Toys"));
}

#[test]
fn nothing_is_reported_without_consent_and_nothing_personal_without_consent_to_personalize() {
    let mut shelf = shelf(Some(schema().encode()));
    see(&mut shelf, "cup", 3);
    for consent in [
        Consent::default(),
        Consent { report: Tri::No, ..Consent::all() },
        Consent { store: Tri::Undecided, ..Consent::all() },
    ] {
        shelf.set_consent(consent);
        let refused = shelf.report(NOW, &[], &truthful(1)).expect_err("no consent");
        assert_eq!(refused.code(), "consent_required");
        assert!(refused.is_refusal());
    }
    shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(symbol(&mut shelf), 0, "none, as for a shopper without interests");
}

#[test]
fn the_stored_ledger_remembers_the_answer_and_a_spent_week_stays_spent() {
    let mut shelf = shelf(Some(schema().encode()));
    see(&mut shelf, "cup", 1);
    let first = shelf.report(NOW, &[], &truthful(1)).expect("consented");
    let report = first.report.expect("budget").expect("asked");
    see(&mut shelf, "litter", 9);
    let again = shelf.report(NOW.plus(60_000), &first.ledger, &truthful(7)).expect("consented");
    assert_eq!(again.report, Ok(Some(report)), "the same bytes, whatever the shopper does");
    assert_eq!(again.ledger, first.ledger);

    let mark = withdrawn(NOW, &first.ledger, true);
    assert_eq!(mark.len(), 14);
    let spent = shelf.report(NOW, &mark, &truthful(1)).expect("consented");
    assert_eq!((spent.report, spent.ledger), (Err(Refused::Spent), mark.clone()));
    assert_eq!(withdrawn(NOW.plus(7 * DAY), &mark, true), Vec::<u8>::new(), "nothing is left when the week is over");
    let next = shelf.report(NOW.plus(7 * DAY), &mark, &truthful(3)).expect("consented");
    assert!(matches!(next.report, Ok(Some(r)) if r.epoch.0 == report.epoch.0 + 1));
}

#[test]
fn what_cannot_be_read_counts_as_spent_and_bad_randomness_spends_nothing() {
    let mut shelf = shelf(Some(schema().encode()));
    let good = shelf.report(NOW, &[], &truthful(1)).expect("consented").ledger;
    for i in 0..good.len() {
        let mut bad = good.clone();
        bad[i] ^= 1;
        let reported = shelf.report(NOW, &bad, &truthful(1)).expect("consented");
        assert_eq!(reported.report, Err(Refused::Spent), "byte {i} changed");
    }
    let stuck = vec![0; ENTROPY_BYTES];
    for entropy in [&[][..], &truthful(1)[1..], &stuck] {
        let reported = shelf.report(NOW, &[], entropy).expect("consented");
        assert_eq!((reported.report, reported.ledger), (Err(Refused::NoEntropy), vec![]));
    }
    let early = shelf.report(NOW.plus(-7 * DAY), &good, &truthful(1)).expect("consented");
    assert_eq!((early.report, early.ledger), (Err(Refused::ClockBack), good));
}

#[test]
fn a_pack_that_asks_nothing_gets_nothing_and_a_forged_schema_is_an_error() {
    let mut silent = shelf(None);
    let reported = silent.report(NOW, &[], &truthful(1)).expect("consented");
    assert_eq!((reported.report, reported.ledger), (Ok(None), vec![]));
    let spent = shelf(Some(schema().encode())).report(NOW, &[], &truthful(1)).expect("consented").ledger;
    let later = silent.report(NOW.plus(7 * DAY), &withdrawn(NOW, &spent, false), &[]).expect("consented");
    assert_eq!(later.ledger.len(), 18, "what was spent in all stays, whatever the pack asks");
    let later = silent.report(NOW.plus(7 * DAY), &withdrawn(NOW, &spent, true), &[]).expect("consented");
    assert!(later.ledger.is_empty(), "a mark goes when its week is over, whatever the pack asks");
    let mut forged = schema().encode();
    forged[3] ^= 1;
    let mut shelf = shelf(Some(forged));
    assert_eq!(shelf.report(NOW, &[], &truthful(1)).expect_err("forged").code(), "pack_malformed");
}

#[test]
fn a_pack_says_what_a_device_may_spend_in_all() {
    let of = |millionths: u32| shelf_of(Some(schema().encode()), Some(millionths.to_le_bytes().to_vec()));
    assert_eq!(shelf(Some(schema().encode())).lifetime(), Ok(Lifetime::SHIPPED));
    let mut three = of(7_999_999);
    assert_eq!(three.lifetime(), Ok(Lifetime::from_f64(7.999_999).expect("in range")));
    let mut ledger = Vec::new();
    for week in 0..5 {
        let now = NOW.plus(week * 7 * DAY);
        let reported = three.report(now, &ledger, &truthful(1)).expect("consented");
        assert_eq!(reported.report.is_ok(), week < 3, "week {week}");
        assert_eq!(reported.report.err(), (week >= 3).then_some(Refused::Lifetime));
        // A yes that is taken back and given again begins no other lifetime.
        ledger = if week == 1 { withdrawn(now, &reported.ledger, false) } else { reported.ledger };
    }
    for bad in [vec![0; 4], vec![0; 3], 1_000_000_001_u32.to_le_bytes().to_vec()] {
        let mut shelf = shelf_of(Some(schema().encode()), Some(bad));
        assert_eq!(shelf.report(NOW, &[], &truthful(1)).expect_err("no lifetime").code(), "pack_malformed");
    }
}
