//! Which coupon goes first, and what it is chosen by: the sections that the golden file is over, and how it is said.

use crate::compat::with_sections;
use nearshelf::engine::{Engine, RawCart, RawLine};
use nearshelf::money::Minor;
use nearshelf::offer::usage::{CouponFacts, Mark, ONE, RULE, Usage};
use nearshelf::offer::{Customer, Kind, Offers, Promotion};
use nearshelf::pack::Tag;
use nearshelf::time::{DAY, Millis};
use serde_json::{Value, json};

/// The market's offers, which of them wait in a wallet, and how these are ranked.
pub(crate) const OFFERS: &[u8] = include_bytes!("../compat/offers-v1.section");
pub(crate) const WALLET: &[u8] = include_bytes!("../compat/wallet-v1.section");
pub(crate) const USAGE: &[u8] = include_bytes!("../compat/coupons-v1.section");

/// When the golden file's days begin.
const START: Millis = Millis(1_790_000_000_000);

fn offers() -> Offers {
    let coupon = |id: &str, code: &str, categories: &[&str], amount: i64, threshold: i64| {
        let mut p = Promotion::new(id, Kind::Fixed { amount: Minor(amount) });
        p.when.code = Some(code.into());
        p.threshold = Some(Minor(threshold));
        if !categories.is_empty() {
            p.scope.categories = Some(categories.iter().map(|c| c.to_string()).collect());
        }
        p
    };
    let mut ending = coupon("c-skin", "SKIN", &["Beauty/Skincare"], 1_000, 8_000);
    ending.when.end = Some(START.plus(50 * DAY));
    let mut gift = Promotion::new("gift", Kind::Shipping { amount: None });
    gift.threshold = Some(Minor(9_900));
    Offers::new(vec![
        Promotion::new("ten", Kind::Percent { bp: 1_000 }),
        gift,
        coupon("c-tea", "TEA", &["Food/Tea & coffee"], 500, 5_000),
        coupon("c-food", "FOOD", &["Food"], 800, 10_000),
        ending,
        coupon("c-all", "ALL", &[], 2_000, 20_000),
        coupon("c-dogs", "DOGS", &["Pets/Dogs"], 500, 5_000),
    ])
    .expect("sound offers")
}

/// What a pack says of the coupons of these categories.
fn usage() -> Usage {
    let shelf = Engine::open(with_sections(&[])).expect("the frozen pack");
    let c = shelf.catalog();
    let of = |below: &[&str], households: i32| {
        let all = 0..c.category_count() as u32;
        let types: Vec<u32> = all.filter(|x| below.iter().any(|b| c.category_path(*x).starts_with(b))).collect();
        let mut marks: Vec<u32> = types.iter().map(|x| CouponFacts::mark(Mark::Type, *x)).collect();
        marks.extend(types.iter().map(|x| CouponFacts::mark(Mark::Above, c.category_chain(*x).nth(1).unwrap_or(*x))));
        CouponFacts { about: [households * ONE as i32 / 8, 3 * ONE as i32, ONE as i32], marks }
    };
    let none = CouponFacts::default();
    let coupons = vec![
        none.clone(),
        none,
        of(&["Food > Tea & coffee"], 20),
        of(&["Food"], 30),
        of(&["Beauty > Skincare"], 32),
        of(&[""], 48),
        of(&["Pets > Dogs"], 12),
    ];
    let share = |percent: i64| (percent * ONE / 100) as u32;
    Usage { soon_minutes: 3 * 24 * 60, due: [share(75), share(150)], weights: RULE, coupons }
}

/// [id, saving, score in 1/65536, reason, why, gap, it ends soon] of each coupon.
pub(super) fn coupons(shelf: &mut Engine, now: Millis, step: &Value, held: &[&str]) -> Value {
    let lines = step["lines"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let line = |l| RawLine {
        id: super::text(l, "id"),
        item: super::text(l, "item_id"),
        price: f64::NAN,
        qty: 1.0,
        store: "",
        floor: f64::NAN,
    };
    let cart = RawCart { lines: lines.map(line).collect(), shipping: f64::NAN, ..RawCart::default() };
    let told =
        shelf.coupons(now, &cart, &Customer::default(), held, super::text(step, "mode") == "neutral").expect("coupons");
    let offers = shelf.offers().expect("offers");
    let one = |c: &nearshelf::engine::Coupon| {
        let because = if c.because.is_empty() { "given" } else { c.because };
        json!([offers.list()[c.offer].id, c.saving.0, c.score, c.reason, because, c.ends_soon])
    };
    told.iter().map(one).collect()
}

/// The frozen sections are what is written today; with `NEARSHELF_BLESS` those that are not there yet are.
#[test]
#[cfg(not(target_arch = "wasm32"))]
fn the_frozen_sections_of_choosing_are_read_and_written_as_they_were() {
    let list = offers();
    let wallet: Vec<u8> = list.list().iter().map(|p| u8::from(p.when.code.is_some())).collect();
    let all =
        [("offers-v1", list.write(), OFFERS), ("wallet-v1", wallet, WALLET), ("coupons-v1", usage().write(), USAGE)];
    for (name, written, frozen) in all {
        if std::env::var_os("NEARSHELF_BLESS").is_some() && frozen.is_empty() {
            let path = format!("{}/tests/compat/{name}.section", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, written).expect("a file");
        } else {
            assert!(written == frozen, "{name}");
        }
    }
    if !USAGE.is_empty() {
        assert_eq!(Usage::read(USAGE), Ok(usage()));
        assert_eq!(Offers::read(OFFERS).map(|o| o.list().len()), Ok(7));
    }
}

pub(super) fn sections() -> [(Tag, usize, &'static [u8]); 3] {
    [(Tag::OFFERS, 7, OFFERS), (Tag::COUPON, 7, WALLET), (Tag::USAGE, 7, USAGE)]
}
