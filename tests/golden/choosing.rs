//! Which coupon goes first, and what it is chosen by: the sections that the golden file is over, and how it is said.

use crate::compat::with_sections;
use nearshelf::engine::{Chances, Engine, RawCart, RawLine};
use nearshelf::id::Key;
use nearshelf::insight::learn::{Learning, Lessons, PRIORS, Tally, arm_of, creative_arm, kind_arm};
use nearshelf::insight::promote::{KINDS, Promoting, SPEAKERS, Verdict, place};
use nearshelf::money::Minor;
use nearshelf::offer::allocate::Choice;
use nearshelf::offer::grant::{Grant, Segment};
use nearshelf::offer::usage::{CouponFacts, Mark, ONE, RULE, Usage};
use nearshelf::offer::{Customer, Kind, Offers, Promotion};
use nearshelf::pack::Tag;
use nearshelf::time::{DAY, Millis};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The market's offers, which of them wait in a wallet, and how these are ranked.
pub(crate) const OFFERS: &[u8] = include_bytes!("../compat/offers-v1.section");
pub(crate) const WALLET: &[u8] = include_bytes!("../compat/wallet-v1.section");
pub(crate) const USAGE: &[u8] = include_bytes!("../compat/coupons-v1.section");

/// Which offers are put forward, and campaigns that grant.
pub(crate) const PROMOTING: &[u8] = include_bytes!("../compat/promotions-v1.section");
pub(crate) const GRANTS: &[u8] = include_bytes!("../compat/grants-v1.section");
pub(crate) const LEARNING: &[u8] = include_bytes!("../compat/learning-v1.section");

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

/// How the shop puts offers forward.
fn promoting() -> Promoting {
    let of = |kind: &str, speaker: &str, weight: i32| {
        (place(KINDS, kind).expect(kind), place(SPEAKERS, speaker).expect(speaker), weight)
    };
    Promoting {
        caps: [2, 3, 0, 9],
        least: 200,
        intent: 600,
        alive: 900,
        recent_days: 30,
        sensitive: 800,
        discounts: 0b11,
        response: vec![
            of("percent", "always", 300),
            of("percent", "price_sensitive", 2_000),
            of("fixed", "always", 250),
            of("fixed", "churn_risk", 500),
            of("shipping", "always", 280),
            of("shipping", "price_insensitive", 1_000),
            of("shipping", "comparing", 400),
        ],
    }
}

/// Two campaigns: one by groups that a page tells, one over whose first two days devices begin.
fn grants() -> Vec<Grant> {
    let segment = |when: &str, options: &[(&str, i64, i64)]| Segment {
        when: when.into(),
        coupons: options.iter().map(|o| o.0.into()).collect(),
        choices: options.iter().map(|o| Choice { gain: o.1, cost: o.2 }).collect(),
    };
    let grant = Grant {
        id: "spring".into(),
        window: [START.plus(DAY), START.plus(20 * DAY)],
        lambda_ppm: 500_000,
        lambda_until: START.plus(10 * DAY),
        spread_minutes: 0,
        segments: vec![
            segment("{\"group\":\"a\"}", &[("", 0, 0), ("c-tea", 50, 20), ("c-all", 60, 40)]),
            segment("{\"group\":\"b\"}", &[("", 0, 0), ("c-tea", 9, 20), ("c-all", 19, 40)]),
            segment("", &[("", 0, 0), ("c-food", 1, 1)]),
        ],
    };
    let late = Grant { id: "late".into(), spread_minutes: 2 * 24 * 60, ..grant.clone() };
    vec![grant, late]
}

/// How the shop learns: what is thought of kinds before, and what an offer may be shown with.
fn learning() -> Learning {
    let list = offers();
    let key = |id: &str| Key::promotion(id);
    let mut arms: Vec<_> = list.list().iter().map(|p| (key(&p.id), kind_arm(p.kind.code()))).collect();
    arms.extend(["plain", "countdown", "倒计时", "warm"].map(|name| (creative_arm(name), creative_arm(name))));
    arms.sort_unstable();
    let mut priors = [Tally { shown: 20, chosen: 1 }; PRIORS];
    priors[usize::from(place(KINDS, "shipping").expect("a kind"))] = Tally { shown: 40, chosen: 4 };
    priors[PRIORS - 1] = Tally { shown: 8, chosen: 1 };
    let names = |all: &[&str]| all.iter().map(|n| n.to_string()).collect();
    let creatives =
        vec![(key("ten"), names(&["plain", "countdown"])), (key("gift"), names(&["plain", "倒计时", "warm"]))];
    Learning { arms, priors, creatives }
}

/// Ids of the offers that run and are put forward, the best first; all that run where nobody is looked at.
pub(super) fn forwarded(shelf: &mut Engine, now: Millis, zone: i16, looks: bool) -> Vec<String> {
    let market = shelf.offers().expect("offers");
    let list = market.list();
    let runs = |p: &&Promotion| p.when.start.is_none_or(|s| s <= now) && p.when.end.is_none_or(|e| now < e);
    let offers: Vec<(&str, &str)> = list.iter().filter(runs).map(|p| (p.id.as_str(), p.kind.code())).collect();
    if !looks {
        return offers.iter().map(|o| o.0.to_string()).collect();
    }
    let (told, _) = shelf.put_forward(now, zone, Chances::default(), &offers).expect("settings");
    let forward = told.iter().filter(|f| f.verdict == Verdict::Forward);
    forward.map(|f| offers[f.at as usize].0.to_string()).collect()
}

/// Put forward: [id, weight, what speaks for it] each; withheld: [id, why].
/// Of a step with a slot, which is drawn, each has also what is learnt: the rate in 1/65536, how likely it was to stand there, the creative and how likely
/// that was.
pub(super) fn promotions(shelf: &mut Engine, now: Millis, zone: i16, step: &Value) -> Value {
    const VERDICTS: [&str; 5] = ["", "capped", "all_capped", "buys_anyway", "weak"];
    let market = shelf.offers().expect("offers");
    let list = market.list();
    let runs = |p: &&Promotion| p.when.start.is_none_or(|s| s <= now) && p.when.end.is_none_or(|e| now < e);
    let offers: Vec<(&str, &str)> = list.iter().filter(runs).map(|p| (p.id.as_str(), p.kind.code())).collect();
    let slot = step["slot"].as_str();
    let limit = step["limit"].as_u64().unwrap_or(200) as usize;
    let drawn = Chances { seed: step["seed"].as_f64(), slot: slot.unwrap_or("default"), places: limit, withheld: &[] };
    let (told, events) = shelf.put_forward(now, zone, drawn, &offers).expect("settings");
    let (mut items, mut withheld) = (vec![], vec![]);
    for f in told {
        let id = offers[f.at as usize].0;
        if f.verdict == Verdict::Forward {
            let speaker = SPEAKERS.split(' ').nth(usize::from(f.because)).filter(|_| f.because > 0).unwrap_or("");
            let mut item = vec![json!(id), json!(f.weight), json!(speaker)];
            if slot.is_some() {
                item.extend([json!(f.rate), json!(f.propensity), json!(f.creative.0), json!(f.creative.1)]);
            }
            items.push(json!(item));
        } else {
            withheld.push(json!([id, VERDICTS[f.verdict as usize]]));
        }
    }
    items.truncate(limit);
    let mut said = json!({ "items": &items, "withheld": withheld });
    if slot.is_some() && !items.is_empty() {
        said["events"] = json!(events);
    }
    said
}

/// [campaign, state, coupon] of each; `decline` and `accept` name campaigns first.
pub(super) fn granted(shelf: &mut Engine, now: Millis, step: &Value) -> Value {
    const STATES: [&str; 6] = ["nothing", "granted", "declined", "waits", "over", "expired"];
    for (field, declined) in [("decline", true), ("accept", false)] {
        if let Some(campaign) = step[field].as_str() {
            shelf.decline_grant(now, campaign, declined).expect("consent");
        }
    }
    let attributes = step["attributes"].to_string();
    let all = grants();
    let segment = |g: &Grant| g.segments.iter().position(|s| s.when.is_empty() || s.when == attributes);
    let asked: Vec<(&str, u32)> =
        all.iter().map(|g| (g.id.as_str(), segment(g).map_or(u32::MAX, |i| i as u32))).collect();
    let (told, _) = shelf.grants(now, step["seed"].as_f64(), &asked).expect("consent");
    let one = |(g, t): (&Grant, &nearshelf::engine::Granted)| {
        json!([g.id, STATES[t.state as usize], Some(&t.coupon).filter(|c| !c.is_empty())])
    };
    all.iter().zip(&told).map(one).collect()
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
fn the_frozen_sections_of_choosing_are_read_and_written_as_they_were() {
    let list = offers();
    let wallet: Vec<u8> = list.list().iter().map(|p| u8::from(p.when.code.is_some())).collect();
    let all = [
        ("offers-v1", list.write(), OFFERS),
        ("wallet-v1", wallet, WALLET),
        ("coupons-v1", usage().write(), USAGE),
        ("promotions-v1", promoting().write(), PROMOTING),
        ("grants-v1", nearshelf::offer::grant::write(&grants()), GRANTS),
        ("learning-v1", learning().write(), LEARNING),
    ];
    for (name, written, frozen) in all {
        if std::env::var_os("NEARSHELF_BLESS").is_some() && frozen.is_empty() {
            let path = format!("{}/tests/compat/{name}.section", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, written).expect("a file");
        } else {
            assert!(written == frozen, "{name}");
        }
    }
    if !LEARNING.is_empty() {
        assert_eq!(Usage::read(USAGE), Ok(usage()));
        assert_eq!(Promoting::read(PROMOTING), Ok(promoting()));
        assert_eq!(nearshelf::offer::grant::read(GRANTS), Ok(grants()));
        let (read, written) = (Lessons::read(LEARNING).expect("a section"), learning());
        assert_eq!((read.prior("shipping"), read.prior("")), (written.priors[9], written.priors[PRIORS - 1]));
        assert!(written.creatives.iter().all(|(offer, names)| read.creatives(*offer) == *names));
        assert!(written.arms.iter().all(|(offer, arm)| arm_of(LEARNING, *offer) == Some(*arm)));
        assert_eq!(Offers::read(OFFERS).map(|o| o.list().len()), Ok(7));
    }
}

pub(super) fn sections() -> [(Tag, usize, &'static [u8]); 6] {
    [
        (Tag::LEARNING, 7, LEARNING),
        (Tag::PROMOTING, 7, PROMOTING),
        (Tag::GRANT, 2, GRANTS),
        (Tag::OFFERS, 7, OFFERS),
        (Tag::COUPON, 7, WALLET),
        (Tag::USAGE, 7, USAGE),
    ]
}
