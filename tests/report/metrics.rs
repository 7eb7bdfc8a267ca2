//! Every metric from events through the engine: what the true answer is, and that nothing is asked for before the metric is drawn.

use super::{NOW, WEEK, seeded};
use nearshelf::engine::{Engine, Request};
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::{Key, Row};
use nearshelf::pack::{Pack, PackWriter, Tag};
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::privacy::ledger::{Epoch, Lifetime, Metric};
use nearshelf::privacy::noise::{Answer, ENTROPY_BYTES, Epsilon, Mechanism};
use nearshelf::profile::week::Outcome;
use nearshelf::report::symbol::{LONGER_AGO, NOT_CHOSEN, WEEKS_AGO, of_group, of_order};
use nearshelf::report::{Asked, Grouping, NoisedReport, ReportSchema};
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MONDAY: i64 = 7 * DAY * 2957 - 3 * DAY;

/// The sample pack, asking for one metric.
fn pack(metric: Metric, domain: Vec<Key>) -> Vec<u8> {
    let original = Pack::open(include_bytes!("../compat/pack-v1.pack").to_vec()).unwrap();
    let asked: Vec<Asked> = vec![(metric, 1, domain)];
    let of = |id: &str| Key::promotion(id);
    let mut members = vec![(of("WELCOME"), 0), (of("VIP"), 1), (of("618"), 2), (of("1111"), 3)];
    members.sort_unstable();
    let groups = ["welcome", "fans", "618", "1111"].map(String::from).to_vec();
    let market = Engine::open(include_bytes!("../compat/pack-v1.pack").to_vec()).unwrap();
    let market = market.catalog().market();
    let grouping =
        Grouping { currency: market.currency.clone(), exponent: market.exponent, groups, families: 2, members };
    let schema = ReportSchema::of(Epsilon::MOST, asked, grouping).unwrap();
    let mut w = PackWriter::new();
    for s in original.sections().iter().filter(|s| s.tag != Tag::REPORT) {
        w.add(s.tag, s.key, s.entries as usize, original.section(s.tag, s.key).unwrap().to_vec());
    }
    w.add(Tag::REPORT, 0, 1, schema.encode());
    w.finish().unwrap()
}

/// Bytes of a host under which the truth is told: k-ary response tells it from its last draws, unary encoding sets a bit below one half.
fn honest() -> Vec<u8> {
    let mut bytes = vec![0xFF; ENTROPY_BYTES];
    seeded(4)(&mut bytes[..36]).unwrap();
    bytes[36..].chunks_mut(4).for_each(|word| word.copy_from_slice(&0x7FFF_FFFF_u32.to_le_bytes()));
    bytes
}

/// What is told without noise: the symbol of the answer.
fn told(report: &NoisedReport) -> u8 {
    match report.answer {
        Answer::Symbol(s) => s,
        Answer::Bits(bits) => bits.trailing_zeros() as u8,
    }
}

struct Visit<'a> {
    name: &'a str,
    at: i64,
    details: RawDetails<'a>,
    item: Option<&'a str>,
}

fn event<'a>(name: &'a str, at: i64, details: RawDetails<'a>) -> Visit<'a> {
    Visit { name, at, details, item: Some("first") }
}

/// The symbol that a shopper with this week behind them answers, and the key it stands for.
fn answer(metric: Metric, domain: &[Key], week: &[Visit<'_>]) -> Option<Key> {
    let mut shelf = Engine::open(pack(metric, domain.to_vec())).unwrap();
    shelf.set_consent(Consent::all());
    let first = shelf.catalog().id(Row(0)).to_string();
    for v in week {
        if v.name == "recommend" {
            shelf.recommend(Millis(v.at), &Request { limit: 12, ..Request::default() });
            continue;
        }
        let last = v.item.map(|_| first.as_str()).unwrap_or_default();
        let item = RawItem { id: last, price: RawPrice::Number(5.0), quantity: 1.0, discount: RawPrice::None };
        let raw = RawEvent { name: v.name, event_id: "", at: v.at as f64, items: vec![item], details: v.details };
        assert_eq!(shelf.track(Millis(v.at), &[raw]).accepted, 1, "{}", v.name);
    }
    // The answer is asked for in the week after the last event, from a portrait that was stored.
    let kept = shelf.snapshot().unwrap();
    shelf.restore(&kept).unwrap();
    let now = Millis(MONDAY + WEEK);
    let report = shelf.report(now, &[], &honest()).unwrap().report.unwrap().unwrap();
    assert_eq!((report.metric, report.epoch, report.bytes().len()), (metric, Epoch::of(now), 37));
    let mut sorted = domain.to_vec();
    sorted.sort_unstable();
    match told(&report) {
        0 => None,
        s => Some(sorted[usize::from(s) - 1]),
    }
}

fn plain<'a>() -> RawDetails<'a> {
    RawDetails::default()
}

fn keys(of: std::ops::RangeInclusive<u64>) -> Vec<Key> {
    of.map(Key).collect()
}

#[test]
fn the_furthest_stage_of_the_week_before() {
    let of = |name| {
        answer(
            Metric::FunnelStage,
            &keys(1..=5),
            &[event("view_item", MONDAY, plain()), event(name, MONDAY + 60_000, plain())],
        )
    };
    assert_eq!(
        ["search", "view_item", "add_to_cart", "begin_checkout", "purchase"].map(of).map(|k| k.map(|k| k.0)),
        [2, 2, 3, 4, 5].map(Some)
    );
    assert_eq!(answer(Metric::FunnelStage, &keys(1..=5), &[event("search", MONDAY, plain())]), Some(Key(1)));
    assert_eq!(answer(Metric::FunnelStage, &keys(1..=5), &[]), None);
    assert_eq!(
        answer(Metric::FunnelStage, &keys(1..=5), &[event("purchase", MONDAY + WEEK, plain())]),
        None,
        "this week goes on"
    );
}

#[test]
fn coupons_and_campaigns_by_group_and_outcome() {
    let groups: Vec<Key> = (0..2).flat_map(|g| Outcome::ALL.map(|o| of_group(g, o))).collect();
    let with = |order, coupon| RawDetails { order, coupon, ..plain() };
    let seen = |id| event("view_promotion", MONDAY, with(id, ""));
    let chosen = |id| event("select_promotion", MONDAY + 1_000, with(id, ""));
    let order = |coupon| event("purchase", MONDAY + 2_000, with("T1", coupon));
    let of = |metric, week: &[Visit<'_>]| answer(metric, &groups, week);
    let (coupon, campaign) = (Metric::CouponOutcome, Metric::Campaign);
    assert_eq!(of(coupon, &[seen("WELCOME")]), Some(of_group(0, Outcome::Seen)));
    assert_eq!(of(coupon, &[seen("WELCOME"), chosen("VIP")]), Some(of_group(1, Outcome::Chosen)));
    assert_eq!(of(coupon, &[seen("WELCOME"), chosen("VIP"), order("WELCOME")]), Some(of_group(0, Outcome::Used)));
    assert_eq!(of(coupon, &[event("begin_checkout", MONDAY, with("", "VIP"))]), Some(of_group(1, Outcome::Chosen)));
    assert_eq!(of(coupon, &[seen("618"), order("nothing known")]), None);
    assert_eq!(of(campaign, &[seen("618"), chosen("1111")]), Some(of_group(1, Outcome::Chosen)));
    assert_eq!(of(campaign, &[seen("618"), chosen("1111"), order("")]), Some(of_group(1, Outcome::Used)));
    assert_eq!(
        of(campaign, &[seen("618"), order("")]),
        Some(of_group(0, Outcome::Seen)),
        "who only saw it took no part"
    );
    assert_eq!(of(campaign, &[chosen("WELCOME")]), None);
}

#[test]
fn orders_by_worth_and_campaign() {
    let domain: Vec<Key> =
        [None, Some(0)].into_iter().flat_map(|c| [0, 2_000, 10_000].map(|b| of_order(c, b))).collect();
    let order = |at, value| event("purchase", at, RawDetails { value: RawPrice::Number(value), ..plain() });
    let chosen = |id| event("select_promotion", MONDAY, RawDetails { order: id, ..plain() });
    let of = |week: &[Visit<'_>]| answer(Metric::OrderValue, &domain, week);
    assert_eq!(of(&[order(MONDAY, 19.99)]), Some(of_order(None, 0)));
    assert_eq!(of(&[order(MONDAY, 19.99), order(MONDAY + 5_000, 0.01)]), Some(of_order(None, 2_000)));
    assert_eq!(of(&[chosen("618"), order(MONDAY + 9, 500.0)]), Some(of_order(Some(0), 10_000)));
    assert_eq!(
        of(&[chosen("1111"), order(MONDAY + 9, 500.0)]),
        Some(of_order(None, 10_000)),
        "a campaign without room in the domain"
    );
    assert_eq!(of(&[event("view_item", MONDAY, plain())]), None);
}

#[test]
fn places_of_recommendations() {
    let domain = [NOT_CHOSEN, Key(1), Key(4), Key(9)];
    let list = || Visit { name: "recommend", at: MONDAY, details: plain(), item: None };
    let of = |week: &[Visit<'_>]| answer(Metric::RecommendationClick, &domain, week);
    assert_eq!(of(&[list()]), Some(NOT_CHOSEN));
    assert_eq!(of(&[list(), event("select_item", MONDAY + 9, plain())]), Some(Key(1)));
    assert_eq!(of(&[event("select_item", MONDAY + 9, plain())]), None, "from no list of the shelf");
}

#[test]
fn the_kind_of_shoppers_that_the_device_is_nearest_to() {
    // The clusters of the frozen section, and a shopper who looks at cat food.
    let domain: Vec<Key> = ["Pets > Cats", "Women > Dresses"].map(Key::category).to_vec();
    let plain = pack(Metric::Cluster, domain.clone());
    let original = Pack::open(plain).unwrap();
    let mut w = PackWriter::new();
    for s in original.sections().iter() {
        w.add(s.tag, s.key, s.entries as usize, original.section(s.tag, s.key).unwrap().to_vec());
    }
    w.add(Tag::CLUSTER, 0, 3, crate::compat::CLUSTERS.to_vec());
    let bytes = w.finish().unwrap();
    let asked = |looks: &[&str]| {
        let mut shelf = Engine::open(bytes.clone()).unwrap();
        shelf.set_consent(Consent::all());
        for (id, minute) in looks.iter().zip(0..) {
            assert_eq!(
                shelf.track(Millis(MONDAY + minute * 60_000), &[crate::api::event("view_item", id)]).accepted,
                1
            );
        }
        let near = shelf.portrait(Millis(MONDAY)).cluster.map(|c| Key::category(&c.id));
        let report = shelf.report(Millis(MONDAY + WEEK), &[], &honest()).unwrap().report.unwrap().unwrap();
        let mut sorted = domain.clone();
        sorted.sort_unstable();
        let said = told(&report);
        assert_eq!(near.filter(|key| sorted.contains(key)), (said > 0).then(|| sorted[usize::from(said) - 1]));
        near
    };
    assert_eq!(asked(&["80001", "80001"]), Some(Key::category("Pets > Cats")));
    assert_eq!(asked(&[]), None, "nobody is near to what nobody knows");
}

#[test]
fn days_orders_scores_and_channels() {
    let days = [Key(1), Key(2), Key(3), Key(5), WEEKS_AGO, LONGER_AGO];
    let here = |days: &[i64]| days.iter().map(|d| event("view_item", MONDAY + d * DAY, plain())).collect::<Vec<_>>();
    let of = |list: &[i64]| answer(Metric::ActiveDays, &days, &here(list));
    assert_eq!(of(&[0]), Some(Key(1)));
    assert_eq!(of(&[-9, 0, 1, 3]), Some(Key(3)));
    assert_eq!(of(&[0, 1, 2, 3, 4, 5, 6]), Some(Key(5)));
    assert_eq!(of(&[-7]), Some(WEEKS_AGO));
    assert_eq!(of(&[-30]), Some(LONGER_AGO));
    assert_eq!(of(&[7]), None, "for the first time this week");

    let ids = ["T1", "T2", "T3"];
    let orders = |n: usize| {
        let order = |i: usize| {
            event("purchase", MONDAY + i as i64 * DAY, RawDetails { order: ids[i], channel: "search", ..plain() })
        };
        (0..n).map(order).collect::<Vec<_>>()
    };
    let of = |n| answer(Metric::RepeatPurchase, &[Key(1), Key(2), Key(6)], &orders(n)).map(|k| k.0);
    assert_eq!([0, 1, 2, 3].map(of), [None, Some(1), Some(2), Some(2)]);

    let asked = |name, score, rating| event(name, MONDAY, RawDetails { score, rating, ..plain() });
    let nps = |score| answer(Metric::NpsBand, &keys(1..=3), &[asked("nps_answer", score, f64::NAN)]).map(|k| k.0);
    assert_eq!([0.0, 6.0, 7.0, 8.0, 9.0, 10.0].map(nps), [1, 1, 2, 2, 3, 3].map(Some));
    let stars =
        |rating| answer(Metric::SatisfactionBand, &keys(1..=3), &[asked("review", f64::NAN, rating)]).map(|k| k.0);
    assert_eq!([1.0, 2.0, 3.0, 4.0, 5.0].map(stars), [1, 1, 2, 3, 3].map(Some));
    assert_eq!(answer(Metric::NpsBand, &keys(1..=3), &[event("view_item", MONDAY, plain())]), None);

    // A channel that the shop does not list is "other"; without channels in the pack all are.
    let other = Key::channel("other");
    let came = event("session_start", MONDAY, RawDetails { channel: "search", ..plain() });
    assert_eq!(
        answer(Metric::ConversionChannel, &[other], &[came, event("purchase", MONDAY + 60_000, plain())]),
        Some(other)
    );
    let came = event("session_start", MONDAY, RawDetails { channel: "search", ..plain() });
    assert_eq!(
        answer(Metric::ConversionChannel, &[other], &[came, event("view_item", MONDAY + 60_000, plain())]),
        None
    );
}

#[test]
fn without_consent_to_report_no_week_is_counted_and_without_personalize_all_answers_are_none() {
    let domain = keys(1..=5);
    let now = Millis(MONDAY + WEEK);
    for (before, counted) in [(Tri::No, false), (Tri::Undecided, false), (Tri::Yes, true)] {
        let mut shelf = Engine::open(pack(Metric::FunnelStage, domain.clone())).unwrap();
        shelf.set_consent(Consent { report: before, ..Consent::all() });
        let first = shelf.catalog().id(Row(0)).to_string();
        let item = RawItem { id: &first, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
        let raw = RawEvent { name: "view_item", event_id: "", at: f64::NAN, items: vec![item], details: plain() };
        assert_eq!(shelf.track(Millis(MONDAY), &[raw]).accepted, 1);
        shelf.set_consent(Consent::all());
        let symbol = told(&shelf.report(now, &[], &honest()).unwrap().report.unwrap().unwrap());
        assert_eq!(symbol, if counted { 2 } else { 0 }, "{before:?}");
        shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
        assert_eq!(told(&shelf.report(now.plus(WEEK), &[], &honest()).unwrap().report.unwrap().unwrap()), 0);
    }
}

/// Which metric is drawn is a function of the host's bytes and the schema's weights alone: two shoppers who differ in everything draw the same.
#[test]
fn the_draw_of_the_metric_knows_nothing_of_the_shopper_and_keeps_to_the_weights() {
    let asked: Vec<Asked> = vec![
        (Metric::FunnelStage, 1, keys(1..=5)),
        (Metric::NpsBand, 3, keys(1..=3)),
        (Metric::ActiveDays, 0, keys(1..=2)),
    ];
    let schema = ReportSchema::of(Epsilon::MOST, asked, Grouping::default()).unwrap();
    let ok = Consent::all().may_report().unwrap();
    let mut drawn = [0; 2];
    for seed in 0..4_000 {
        let of = |truth: Option<Key>| {
            let mut ledger = nearshelf::privacy::ledger::Ledger::default();
            nearshelf::report::of_epoch(&ok, &mut ledger, (&schema, Lifetime::SHIPPED), NOW, &mut seeded(seed), |_| {
                truth
            })
            .unwrap()
        };
        let (a, b) = (of(None), of(Some(Key(3))));
        assert_eq!((a.metric, a.id, a.bytes().len()), (b.metric, b.id, b.bytes().len()));
        drawn[usize::from(a.metric == Metric::NpsBand)] += 1;
        assert_ne!(a.metric, Metric::ActiveDays, "weight 0");
    }
    assert!((2_850..3_150).contains(&drawn[1]), "{drawn:?}: three of four");
}

#[test]
fn a_schema_of_all_metrics_survives_its_bytes_and_every_cut_and_flip_is_refused() {
    let asked: Vec<Asked> = Metric::ALL.into_iter().zip(1..).map(|(m, n)| (m, n, keys(1..=u64::from(n) * 5))).collect();
    let grouping = Grouping {
        currency: "CNY".into(),
        exponent: 2,
        groups: vec!["a".into(), "b".into()],
        families: 1,
        members: vec![(Key(4), 1), (Key(9), 0)],
    };
    let schema = ReportSchema::of(Epsilon::MOST, asked.clone(), grouping.clone()).unwrap();
    assert!(schema.metrics().iter().any(|m| m.noise().mechanism() == Mechanism::UnaryEncoding));
    let bytes = schema.encode();
    assert_eq!(ReportSchema::decode(&bytes).unwrap(), schema);
    for cut in 0..bytes.len() {
        assert!(ReportSchema::decode(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(ReportSchema::decode(&bad).is_err(), "bit {bit}");
    }
    let with = |edit: fn(&mut Grouping)| {
        let mut grouping = grouping.clone();
        edit(&mut grouping);
        ReportSchema::of(Epsilon::MOST, asked.clone(), grouping)
    };
    assert!(with(|_| ()).is_ok());
    assert!(with(|g| g.members[0].1 = 2).is_err(), "a group that there is not");
    assert!(with(|g| g.members.reverse()).is_err());
    assert!(with(|g| g.families = 3).is_err());
    assert_eq!(schema.grouping().group(Key(9)), Some(0));
    assert_eq!(schema.grouping().group(Key(8)), None);
}
