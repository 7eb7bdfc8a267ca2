use super::*;
use crate::event::Detail;
use crate::money::Minor;
use crate::privacy::consent::{Consent, Personalize};
use crate::profile::{Facts, Portrait, ProfileConfig, Step};
use crate::time::HOUR;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// 2026-01-05, a Monday, noon.
const START: Millis = Millis(1_767_614_400_000);
const GAP: i64 = 30 * MINUTE;

fn allowed() -> Personalize {
    Consent::all().may_personalize().expect("granted")
}

fn on(day: i64) -> Millis {
    START.plus(day * DAY)
}

fn step(kind: EventKind, at: Millis, product: u64) -> Step {
    let facts =
        Facts { product: Key(product), category: Some(Key(product % 5 + 1)), brand: Some(Key(7)), ..Facts::default() };
    Step { kind, at, id: None, facts: vec![facts], detail: Detail::default() }
}

fn order(at: Millis, cents: i64, discount: i64) -> Step {
    let detail = Detail { value: Some(Minor(cents)), discount: Some(Minor(discount)), units: 2, ..Detail::default() };
    Step { detail, id: Some(Key(at.0 as u64)), ..step(EventKind::Purchase, at, 3) }
}

/// Settings with a number for everything, as a shop could have them.
fn settings() -> Settings {
    let mut numbers = vec![1.0; Number::COUNT];
    for (n, v) in [
        (Number::Doubt, 5.0),
        (Number::Horizon, 39.0),
        (Number::R, 0.243),
        (Number::Alpha, 4.414),
        (Number::A, 0.793),
        (Number::B, 2.426),
        (Number::P, 6.25),
        (Number::Q, 3.74),
        (Number::Gamma, 15.44),
        (Number::UsualGap, 30.0),
        (Number::GapWeight, 2.0),
        (Number::TrendDays, 60.0),
        (Number::TrendSigma, 1.5),
        (Number::Growing, 1.5),
        (Number::Declining, 0.5),
        (Number::DecliningGaps, 2.5),
        (Number::LostGaps, 6.0),
        (Number::MatureOrders, 6.0),
        (Number::MatureDays, 180.0),
        (Number::HighValue, 0.75),
        (Number::PotentialValue, 0.5),
        (Number::PotentialCarts, 0.25),
        (Number::PotentialDays, 30.0),
        (Number::ChurnRisk, 0.9),
        (Number::DueFrom, 0.8),
        (Number::DueUntil, 2.0),
        (Number::Shrink, 3.0),
        (Number::UsualOpinion, 40.0),
        (Number::ComplaintPause, 14.0),
        (Number::ReturnPause, 3.0),
        (Number::ActivityDays, 28.0),
        (Number::ActivityVisits, 4.0),
        (Number::PriceFull, 0.3),
        (Number::Lambda, 0.3),
        (Number::Warn, 3.0),
        (Number::Alarm, 5.0),
        (Number::FewestDays, 14.0),
        (Number::FewestWeeks, 4.0),
        (Number::PurchaseFrom, 3.0),
        (Number::PurchaseUntil, 10.0),
        (Number::SilenceGaps, 2.0),
        (Number::ComplaintCare, 7.0),
        (Number::NeedHalfLife, 90.0),
        (Number::PairOrders, 2.0),
    ] {
        numbers[n as usize] = v;
    }
    let cut = |value| Cut { value, tie: alloc::string::String::new() };
    let weight = |of, source, weight| settings::Weight { of, source, weight };
    let needs = EventKind::ALL.iter().zip(0..).map(|(k, i)| weight(i % 12, *k as u8, 1.0)).collect();
    let intents = vec![
        weight(0, Source::Always as u8, 1.0),
        weight(1, Source::Again as u8, 1.0),
        weight(1, EventKind::ViewItem as u8, 0.6),
        weight(2, EventKind::AddToCart as u8, 2.0),
        weight(2, EventKind::BeginCheckout as u8, 4.0),
    ];
    let strategy = settings::Strategy { text: "Do".into(), text_zh: "做".into(), limit: 0.1 };
    Settings {
        numbers,
        cuts: [
            [-90, -60, -30, -7].map(cut).into(),
            [2, 4, 6, 9].map(cut).into(),
            [2_000, 5_000, 20_000, 90_000].map(cut).into(),
        ],
        needs,
        intents,
        strategies: vec![strategy; 4],
    }
}

struct Known {
    portrait: Portrait,
    settings: Settings,
}

impl Known {
    fn of(steps: impl IntoIterator<Item = Step>) -> Known {
        let mut portrait = Portrait::new(ProfileConfig::default());
        for s in steps {
            portrait.take(&allowed(), s);
        }
        Known { portrait, settings: settings() }
    }

    fn look<T>(&mut self, now: Millis, since: Option<Millis>, look: impl FnOnce(&Insights<'_>) -> T) -> T {
        self.look_from(now, 0, since, look)
    }

    /// As `look`, of a shopper whose clock is `zone` minutes ahead of UTC.
    fn look_from<T>(
        &mut self,
        now: Millis,
        zone: i16,
        since: Option<Millis>,
        look: impl FnOnce(&Insights<'_>) -> T,
    ) -> T {
        let history = self.portrait.history(&allowed());
        let view = self.portrait.view(&allowed());
        let (history, view, settings) = (&history, &view, &self.settings);
        look(&insights(Question {
            history,
            view,
            settings,
            now,
            zone,
            exponent: 2,
            session_gap: GAP,
            account: "",
            since,
            birthday: None,
        }))
    }

    fn value(&mut self, now: Millis, code: Trait) -> Option<f64> {
        self.look(now, None, |i| i.first(code).map(|x| x.values()[0]))
    }
}

/// The category that a trait is about.
fn key(subject: Subject<'_>) -> u64 {
    if let Subject::Category(key) = subject { key.0 } else { 0 }
}

fn orders(days: &[i64]) -> Vec<Step> {
    days.iter().map(|d| order(on(*d), 2_000, 0)).collect()
}

#[test]
fn every_stage_has_its_rhythm() {
    let stage_of = |days: &[i64], now: i64| {
        let at = Known::of(orders(days)).value(on(now), Trait::Stage).expect("a stage") as u8;
        ["new", "active", "growing", "mature", "declining", "lost"][usize::from(at)]
    };
    assert_eq!(stage_of(&[0], 10), "new");
    assert_eq!(stage_of(&[0, 30], 40), "active");
    assert_eq!(stage_of(&[0, 100, 110, 120], 130), "growing");
    assert_eq!(stage_of(&[0, 30, 60, 90, 120, 150, 180, 210], 220), "mature");
    assert_eq!(stage_of(&[0, 30, 60, 90, 120, 150, 180, 210], 300), "declining", "three of their own gaps");
    assert_eq!(stage_of(&[0, 10, 20, 30, 40, 50, 60, 115], 125), "declining", "one order where there were five");
    assert_eq!(stage_of(&[0, 30, 60], 400), "lost");
    // Who buys each half year is no loss after two months.
    assert_eq!(stage_of(&[0, 180, 360, 540], 600), "active");
}

#[test]
fn changes_of_stage_are_told_once_with_their_day_and_nothing_is_stored() {
    let days = [0, 30, 60, 90, 120, 150, 180, 210];
    let mut k = Known::of(orders(&days));
    let mut told = |since: i64, now: i64| {
        k.look(on(now), Some(on(since)), |i| {
            i.known
                .iter()
                .filter(|x| x.code == Trait::Transition)
                .map(|x| (x.values()[0], x.values()[1]))
                .collect::<Vec<_>>()
        })
    };
    let all = told(0, 500);
    assert_eq!(all, [(0.0, 1.0), (1.0, 3.0), (3.0, 4.0), (4.0, 5.0)]);
    // Asked in pieces, each from the day until which was told: the same, each once.
    let pieces: Vec<_> = (0..500).step_by(7).flat_map(|d| told(d, (d + 7).min(500))).collect();
    assert_eq!(pieces, all);
    assert_eq!(told(500, 500), []);
    assert_eq!((transition(None, Stage::Lost), transition(Some(Stage::Lost), Stage::Lost)), (None, None));
}

#[test]
fn a_rhythm_of_a_past_day_is_that_of_a_shopper_who_had_not_ordered_since() {
    let days: Vec<i64> = (0..40).map(|i| i * 9 + i * i % 5).collect();
    let all = Known::of(orders(&days));
    let history = all.portrait.history(&allowed());
    let first = START.0.div_euclid(DAY);
    for day in (0..380).step_by(13) {
        let past: Vec<i64> = days.iter().copied().filter(|d| *d <= day).collect();
        let then = Known::of(orders(&past)).portrait.history(&allowed());
        assert_eq!(Rhythm::on(&history.orders, first + day, 60), Rhythm::on(&then.orders, first + day, 60));
    }
}

#[test]
fn a_clock_that_goes_to_another_zone_or_back_makes_nobody_lost() {
    // Half past midnight in Shanghai is still the day before in London.
    let at = on(10).plus(4 * HOUR + 30 * MINUTE);
    let bought = |at: Millis, zone: i16, id: u64| Step {
        detail: Detail { zone, value: Some(Minor(2_000)), ..Detail::default() },
        id: Some(Key(id)),
        ..step(EventKind::Purchase, at, 3)
    };
    let mut k = Known::of([bought(at, 480, 1)]);
    k.look_from(at.plus(HOUR), 0, Some(on(9)), |i| {
        assert_eq!(i.first(Trait::Stage).map(|x| (x.values()[0], x.values()[2])), Some((0.0, 0.0)), "new, no silence");
        assert!(i.known.iter().all(|x| x.code != Trait::Transition));
    });
    // From Auckland to Honolulu: a day twice.
    let mut k = Known::of([bought(at, 780, 1), bought(at.plus(2 * HOUR), -600, 2)]);
    for days in [0, 5] {
        k.look_from(at.plus(3 * HOUR + days * DAY), -600, None, |i| {
            assert!(i.first(Trait::Alive).is_some() && i.first(Trait::Expected).is_some());
            assert_eq!(i.first(Trait::Stage).map(|x| x.values()[2]), Some(days.saturating_sub(1).max(0) as f64));
        });
    }
}

#[test]
fn layers_follow_worth_and_risk() {
    let layer = |days: &[i64], cents: i64, discount: i64, now: i64| {
        Known::of(days.iter().map(|d| order(on(*d), cents, discount))).value(on(now), Trait::Layer)
    };
    let often = [0, 7, 14, 21, 28, 35, 42, 49, 56, 63];
    assert_eq!(layer(&often, 20_000, 0, 66), Some(Layer::HighValue as u8 as f64));
    assert_eq!(layer(&often, 20_000, 0, 200), Some(Layer::ChurnRisk as u8 as f64), "four months of silence");
    assert_eq!(layer(&often[..4], 4_000, 0, 30), Some(Layer::Potential as u8 as f64));
    assert_eq!(layer(&[0], 1_000, 900, 3), Some(Layer::General as u8 as f64));
    // Without orders what counts are carts.
    let mut visitor =
        Known::of([step(EventKind::ViewItem, on(0), 1), step(EventKind::AddToCart, on(0).plus(1_000), 1)]);
    assert_eq!(visitor.value(on(1), Trait::Layer), Some(1.0));
    assert_eq!(visitor.value(on(40), Trait::Layer), Some(2.0), "a cart of long ago");
    let (text, limit) = visitor.look(on(1), None, |i| {
        let x = i.first(Trait::Layer).expect("a layer");
        (matches!(x.subject, Subject::Text("Do", "做")), x.values()[2])
    });
    assert!(text && limit == 0.1);
}

#[test]
fn promotions_pause_after_a_complaint_until_it_is_settled() {
    let complaint = |day: i64, resolved: bool| Step {
        detail: Detail { resolved, ..Detail::default() },
        id: Some(Key(day as u64 + 1)),
        ..step(EventKind::Complaint, on(day), 1)
    };
    let until = |steps: &[Step], now: Millis| Known::of(steps.iter().cloned()).value(now, Trait::Paused);
    assert_eq!(until(&[complaint(0, false)], on(1)), Some(on(14).to_f64()));
    assert_eq!(until(&[complaint(0, false)], on(14).plus(-1)), Some(on(14).to_f64()));
    assert_eq!(until(&[complaint(0, false)], on(14)), None, "the days have gone by");
    assert_eq!(until(&[complaint(0, false), complaint(2, true)], on(3)), None, "settled");
    assert_eq!(until(&[complaint(0, false), complaint(2, true), complaint(4, false)], on(5)), Some(on(18).to_f64()));
    assert_eq!(until(&[step(EventKind::Return, on(0), 1)], on(1)), Some(on(3).to_f64()));
    assert_eq!(until(&orders(&[0]), on(1)), None);
}

#[test]
fn satisfaction_is_drawn_to_what_is_usual_and_a_category_s_to_the_shopper_s_own() {
    let review = |i: i64, product: u64, score: i8| Step {
        detail: Detail { score: Some(score), ..Detail::default() },
        ..step(EventKind::Review, on(i), product)
    };
    // Three opinions of 100 over three usual ones of 40: 70, which is 85 of 100.
    let mut k = Known::of((0..3).map(|i| review(i, 1, 100)));
    assert_eq!(k.value(on(3), Trait::Satisfaction), Some(85.0));
    let of = k.look(on(3), None, |i| i.first(Trait::CategorySatisfaction).map(|x| (key(x.subject), x.values()[0])));
    // (3 · 100 + 3 · 70) / 6 = 85, as 0–100: 92.5.
    assert_eq!(of, Some((2, 92.5)));
    let mut bad = Known::of([review(0, 1, -100)]);
    assert!(bad.value(on(1), Trait::Satisfaction) < Some(60.0));
    assert_eq!(Known::of(orders(&[0])).value(on(1), Trait::Satisfaction), None);
}

#[test]
fn the_intent_changes_with_each_event_and_ends_with_the_visit() {
    let at = |minute: i64| on(0).plus(minute * MINUTE);
    let kinds = [
        (EventKind::ViewItem, 1, 0.0),
        (EventKind::ViewItem, 2, 0.0),
        (EventKind::ViewItem, 1, 1.0),
        (EventKind::ViewItem, 2, 1.0),
        (EventKind::AddToCart, 2, 1.0),
        (EventKind::BeginCheckout, 2, 2.0),
    ];
    let mut steps = Vec::new();
    let mut about = 0.0;
    for (i, (kind, product, intent)) in kinds.into_iter().enumerate() {
        steps.push(step(kind, at(i as i64), product));
        let mut k = Known::of(steps.iter().cloned());
        let values =
            k.look(at(i as i64), None, |i| i.first(Trait::Intent).map(|x| x.values().to_vec())).expect("a visit");
        assert_eq!(values[0], intent, "after {i}: {values:?}");
        assert!((values[1..].iter().sum::<f64>() - 1.0).abs() < 1e-12);
        about = values[3];
        assert_eq!(k.value(at(i as i64).plus(GAP + 1), Trait::Intent), None, "the visit is over");
    }
    assert!(about > 0.5);
}

#[test]
fn a_category_is_due_when_its_usual_interval_has_gone_by() {
    let mut k = Known::of(orders(&[0, 30, 60]));
    let mut due = |day: i64| {
        k.look(on(day), None, |i| {
            i.first(Trait::DueCategory).map(|x| (key(x.subject), x.values()[0], x.values()[1], x.values()[2]))
        })
    };
    assert_eq!(due(70), None);
    assert_eq!(due(85), Some((4, 30.0, 25.0, on(90).to_f64())));
    assert_eq!(due(121), None, "twice its interval: no longer");
}

#[test]
fn discounts_tell_how_sensitive_a_shopper_is() {
    let s = |all: &[(i64, i64)]| {
        let steps = all.iter().zip(0..).map(|((v, d), i)| order(on(i), *v, *d));
        Known::of(steps)
            .look(on(9), None, |i| i.first(Trait::PriceSensitivity).map(|x| x.values().to_vec()))
            .expect("orders")
    };
    assert_eq!(s(&[(1000, 0), (1000, 0)]), [0.0, 0.0, 0.0]);
    assert_eq!(s(&[(850, 150), (1000, 0)]), [(0.075 / 0.3 + 0.5) / 2.0, 0.075, 0.5]);
    assert_eq!(s(&[(500, 500)]), [1.0, 0.5, 1.0]);
    // A discount on what is not known to have cost anything is no share of anything.
    let unvalued = |i: i64| {
        let detail = Detail { discount: Some(Minor(5)), ..Detail::default() };
        Step { detail, id: Some(Key(90 + i as u64)), ..step(EventKind::Purchase, on(i), 3) }
    };
    assert_eq!(Known::of([unvalued(1)]).value(on(9), Trait::PriceSensitivity), None);
    let mut mixed = Known::of([unvalued(1), order(on(2), 1000, 0)]);
    assert_eq!(mixed.value(on(9), Trait::PriceSensitivity), Some(0.0));
}

#[test]
fn a_day_that_is_not_as_usual_is_an_alert_and_a_usual_one_is_none() {
    let days = |counts: &dyn Fn(i64) -> i64| {
        let mut steps = Vec::new();
        for day in 0..40 {
            for i in 0..counts(day) {
                steps.push(step(EventKind::ViewItem, on(day).plus(i * HOUR / 60), i as u64));
            }
        }
        Known::of(steps)
    };
    let alerts = |k: &mut Known, day: i64| {
        k.look(on(day).plus(10 * HOUR), None, |i| {
            i.known
                .iter()
                .filter(|x| x.code == Trait::Alert)
                .map(|x| (x.values()[0], x.values()[2], x.values()[4], x.values()[5]))
                .collect::<Vec<_>>()
        })
    };
    assert_eq!(alerts(&mut days(&|d| 4 + d % 3), 39), []);
    // Thirty events on one day of a shopper of four to six; a visit is one still.
    let spike = alerts(&mut days(&|d| if d == 39 { 30 } else { 4 + d % 3 }), 39);
    assert_eq!(spike, [(0.0, 30.0, 2.0, 0.0), (0.0, 30.0, 2.0, 1.0), (2.0, 30.0, 2.0, 0.0), (2.0, 30.0, 2.0, 1.0)]);
    // A busy Saturday is usual where all of them are: the moving average is surprised, the weekdays are not.
    let saturdays = |d: i64| if d % 7 == 5 { 20 } else { 2 };
    let of = alerts(&mut days(&saturdays), 34 + 5);
    assert!(of.iter().all(|a| a.3 == 0.0), "{of:?}");
    // Too few is told of the day that is over, not of the one that goes on.
    let few = alerts(&mut days(&|d| if d >= 38 { 1 } else { 20 }), 39);
    assert!(!few.is_empty() && few.iter().all(|a| a.1 == 1.0), "{few:?}");
    assert_eq!(alerts(&mut days(&|d| if d == 39 { 1 } else { 20 }), 39), []);
    // Who comes each second week comes as usual.
    assert_eq!(alerts(&mut days(&|d| if d % 13 == 0 { 8 } else { 0 }), 39), []);
    assert_eq!(alerts(&mut days(&|d| if d > 30 { 5 } else { 0 }), 39), [], "too few days before");
}

#[test]
fn care_follows_a_purchase_a_complaint_and_a_silence() {
    let signals = |steps: Vec<Step>, now: i64| {
        Known::of(steps).look(on(now), None, |i| {
            i.known.iter().filter(|x| x.code == Trait::Care).map(|x| x.values()[0] as u8).collect::<Vec<_>>()
        })
    };
    assert_eq!(signals(orders(&[0]), 1), [0; 0]);
    assert_eq!(signals(orders(&[0]), 5), [0]);
    assert_eq!(signals(orders(&[0, 30]), 60), [0; 0]);
    assert_eq!(signals(orders(&[0, 30]), 95), [1], "two gaps of 30 days");
    assert_eq!(signals(orders(&[0, 30]), 30 + 181), [0; 0], "lost: nobody is asked any more");
    assert_eq!(signals(vec![step(EventKind::Complaint, on(0), 1)], 2), [2]);
    // Settled, or only heard of as settled.
    let settled =
        |day| Step { detail: Detail { resolved: true, ..Detail::default() }, ..step(EventKind::Complaint, on(day), 1) };
    assert_eq!(signals(vec![settled(0)], 1), [0; 0]);
    assert_eq!(signals(vec![step(EventKind::Complaint, on(0), 1), settled(1)], 2), [0; 0]);
    assert_eq!(signals(vec![settled(0), step(EventKind::Complaint, on(1), 1)], 2), [2]);
    // Silence begins and ends with local days, as stages do: who is lost by the stage is asked nothing.
    let late = |hours: i64| {
        let mut k = Known::of([order(on(0).plus(11 * HOUR), 2_000, 0)]);
        k.look(on(180).plus(hours * HOUR), None, |i| {
            let stage = i.first(Trait::Stage).map(|x| x.values()[0]);
            let silence = i.known.iter().any(|x| x.code == Trait::Care && x.values()[0] == 1.0);
            (stage, silence)
        })
    };
    assert_eq!([late(-13), late(-11), late(11)], [(Some(4.0), true), (Some(5.0), false), (Some(5.0), false)]);
}

#[test]
fn what_is_bought_together_has_support_confidence_and_lift() {
    let together = |day: i64, products: &[u64]| {
        let mut o = order(on(day), 100, 0);
        o.facts = products.iter().map(|p| Facts { product: Key(*p), ..Facts::default() }).collect();
        o
    };
    let mut k = Known::of([together(0, &[1, 2]), together(1, &[2, 1, 3]), together(2, &[2]), together(3, &[4])]);
    let (subject, values) = k
        .look(on(5), None, |i| {
            i.first(Trait::Pair).map(|x| (x.subject == Subject::Pair(Key(1), Key(2)), x.values().to_vec()))
        })
        .expect("a pair");
    // Two of four orders have both, always with the 1, the 2 in three of four.
    assert!(subject);
    assert_eq!(values, [0.5, 1.0, 4.0 / 3.0, 2.0]);
}

#[test]
fn the_funnel_says_where_visits_end_and_what_was_left() {
    let mut steps = Vec::new();
    for day in 0..10 {
        steps.push(step(EventKind::ViewItem, on(day), day as u64));
        if day < 5 {
            steps.push(step(EventKind::AddToCart, on(day).plus(1_000), day as u64));
        }
        if day == 0 {
            steps.push(order(on(0).plus(2_000), 500, 0));
        }
    }
    let mut k = Known::of(steps);
    let funnel = k.look(on(10), None, |i| i.first(Trait::Funnel).map(|x| x.values().to_vec())).expect("visits");
    assert_eq!(funnel, [10.0, 10.0, 5.0, 1.0, 1.0, 2.0], "most go with a cart that they do not check out");
    let left = k.look(on(10), None, |i| i.known.iter().filter(|x| x.code == Trait::LeftInCart).count());
    assert_eq!(left, 5);
}

#[test]
fn without_parameters_what_needs_none_is_told_and_the_rest_names_what_is_missing() {
    let mut k = Known::of(orders(&[0, 9]));
    k.settings = Settings::default();
    k.look(on(10), None, |i| {
        for code in
            [Trait::Visits, Trait::Orders, Trait::Variety, Trait::Funnel, Trait::Hour, Trait::Weekday, Trait::Sharing]
        {
            assert!(i.first(code).is_some(), "{code:?}");
        }
        for (code, name) in [
            (Trait::Recency, "insight.cuts"),
            (Trait::Layer, "insight.layers.potential_carts"),
            (Trait::Stage, "insight.lifecycle.usual_gap_days"),
            (Trait::Alive, "insight.models"),
            (Trait::OrderValue, "insight.models"),
            (Trait::Need, "insight.needs.half_life_days"),
            (Trait::Loyalty, "insight.loyalty.satisfaction"),
            (Trait::Intent, "insight.intent"),
            (Trait::Alert, "insight.alerts.lambda"),
            (Trait::Nps, "events"),
        ] {
            let lack = i.absent.iter().find(|(c, _)| *c == code).map(|(_, lack)| lack.name());
            assert!(i.first(code).is_none(), "{code:?}");
            assert_eq!(lack.as_deref(), Some(name), "{code:?}");
        }
    });
}

/// A made-up shopper: some hundred events of all kinds in some months.
fn shopper(seed: u64, n: u64) -> Vec<Step> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |below: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        x % below
    };
    let mut at = START;
    (0..n)
        .map(|i| {
            at = at.plus((draw(5) * draw(40) * draw(30)) as i64 * MINUTE + 1_000);
            let kind = EventKind::ALL[draw(EventKind::COUNT as u64) as usize];
            let mut s = step(kind, at, draw(20));
            s.id = Some(Key(seed * 1_000_000 + i + 1));
            let some = |v: i64, on: u64| (on > 0).then_some(Minor(v));
            s.detail = Detail {
                value: some(draw(100_000) as i64, draw(5)),
                discount: some(draw(9_000) as i64, draw(2)),
                units: draw(5) as u32,
                score: Some(draw(11) as i8),
                seconds: draw(600) as u32,
                channel: Some(Key(draw(4))),
                resolved: draw(3) == 0,
                ..Detail::default()
            };
            s
        })
        .collect()
}

#[test]
fn traits_keep_their_bounds_whatever_a_shopper_does() {
    for seed in 1..60 {
        let mut k = Known::of(shopper(seed, 10 + seed * 7));
        for days in [0, 3, 90, 900] {
            let now = k.portrait.history(&allowed()).visits.open.map_or(START, |v| v.last).plus(days * DAY);
            k.look(now, Some(START), |all| {
                assert!(all.known.len() > 15);
                for i in &all.known {
                    assert!((0.0..=1.0).contains(&i.confidence), "{seed} {i:?}");
                    let optional = i.code == Trait::NextPurchase;
                    assert!(i.values().iter().all(|v| v.is_finite() || (optional && v.is_nan())), "{seed} {i:?}");
                    assert!(i.evidence.iter().all(|e| e.count.n > 0 && e.count.first <= e.count.last), "{seed} {i:?}");
                    let top = match i.code {
                        Trait::Alive | Trait::Churn | Trait::Silence | Trait::Sharing | Trait::PriceSensitivity => 1.0,
                        Trait::Advocacy | Trait::Satisfaction | Trait::CategorySatisfaction | Trait::Loyalty => 100.0,
                        Trait::LoyaltyPart => {
                            assert!((0.0..=100.0).contains(&i.values()[1]), "{seed} {i:?}");
                            continue;
                        }
                        _ => continue,
                    };
                    assert!((0.0..=top).contains(&i.values()[0]), "{seed} {i:?}");
                }
                for (code, parts) in [(Trait::Need, 12), (Trait::NeedClass, 3)] {
                    let shares: Vec<f64> = all.known.iter().filter(|i| i.code == code).map(|i| i.values()[1]).collect();
                    assert_eq!(shares.len(), parts);
                    assert!(shares.is_sorted_by(|a, b| a >= b) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                }
                // Each trait is known or said to be missing, but for lists, which may be empty.
                for code in 0..Trait::COUNT as u8 {
                    let known = all.known.iter().any(|i| i.code as u8 == code);
                    let absent = all.absent.iter().filter(|a| a.0 as u8 == code).count();
                    let list = Trait::SHAPES[usize::from(code)].contains("[]");
                    assert!(absent <= 1 && (list || known != (absent == 1)), "{seed} {code}");
                }
            });
        }
    }
}

#[test]
fn shapes_fit_the_values() {
    let mut k = Known::of(shopper(7, 400));
    let now = on(300);
    k.look(now, Some(START), |all| {
        for i in &all.known {
            let fields = i.code.shape().split(' ').skip(1).filter(|f| !f.starts_with('@'));
            for (field, value) in fields.clone().zip(i.values()) {
                let words = field.split_once(':').map(|(_, w)| w.split('|').count());
                assert!(words.is_none_or(|n| *value >= 0.0 && (*value as usize) < n), "{field} of {i:?}");
            }
            assert_eq!(fields.count(), i.values().len(), "{i:?}");
        }
    });
    let mut names: Vec<&str> =
        (0..Trait::COUNT).map(|i| Trait::SHAPES[i].split([' ', '[']).next().unwrap_or("")).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Trait::COUNT);
}

#[test]
fn within_the_window_the_order_of_events_changes_nothing() {
    for seed in 1..12 {
        let mut steps: Vec<Step> = shopper(seed, 40);
        // Within the window of lateness, each with an id of its own.
        for (s, i) in steps.iter_mut().zip(0..) {
            s.at = START.plus(i * 40_000);
        }
        let told = |steps: Vec<Step>| {
            let mut k = Known::of(steps);
            k.look(on(2), Some(START), |all| {
                (all.known.iter().map(|i| format!("{i:?}")).collect::<Vec<_>>(), all.absent.len())
            })
        };
        let straight = told(steps.clone());
        assert_eq!(straight, told(steps.iter().rev().cloned().collect()), "{seed}");
        assert_eq!(straight, told((0..40).map(|i| steps[(i * 7) % 40].clone()).collect()), "{seed}");
    }
}

#[test]
fn more_of_the_good_is_never_less() {
    // Silence: churn grows, P(alive) and retention fall.
    let mut k = Known::of(orders(&[0, 20, 45, 60]));
    let mut before = [f64::NEG_INFINITY; 3];
    for day in (60..400).step_by(20) {
        let now = [
            k.value(on(day), Trait::Churn).expect("a model"),
            k.value(on(day), Trait::Silence).expect("a gap"),
            -k.look(on(day), None, |i| {
                i.known.iter().find(|x| x.code == Trait::LoyaltyPart && x.values()[0] == 4.0).map(|x| x.values()[1])
            })
            .expect("retention"),
        ];
        assert!(now.iter().zip(before).all(|(n, b)| *n >= b), "{day}: {now:?} after {before:?}");
        before = now;
    }
    // A better answer, a better opinion, more sharing: never less of an advocate.
    let answer = |nps: i8, stars: i8, shares: i64| {
        let detail = |score| Detail { score: Some(score), ..Detail::default() };
        let mut steps = vec![
            Step { detail: detail(nps), ..step(EventKind::NpsAnswer, on(0), 1) },
            Step { detail: detail(stars), ..step(EventKind::Review, on(0).plus(9_000), 1) },
        ];
        steps.extend((0..shares).map(|i| step(EventKind::Share, on(0).plus(20_000 + 5_000 * i), 1)));
        Known::of(steps).value(on(1), Trait::Advocacy).expect("answers")
    };
    for nps in 0..10 {
        assert!(answer(nps + 1, 0, 1) > answer(nps, 0, 1));
    }
    assert!(answer(5, 50, 1) > answer(5, -50, 1) && answer(5, 0, 4) > answer(5, 0, 1));
    // Scores rise with the value.
    let cuts = [1, 5, 5, 9].map(|value| Cut { value, tie: "4".into() });
    assert!(
        (0..10)
            .all(|v| score(v, "3", &cuts) <= score(v + 1, "3", &cuts) && score(v, "3", &cuts) <= score(v, "9", &cuts))
    );
}
