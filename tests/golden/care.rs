//! Messages of care: the section that the golden file is over, and how it is said; caps and pauses over random lives.

use super::choosing::forwarded;
use crate::compat::with_sections;
use nearshelf::engine::{Asked, CareAsked, Engine};
use nearshelf::event::clean::{RawDetails, RawEvent};
use nearshelf::insight::Trait;
use nearshelf::insight::occasion::{Caring, Due, Level, Message, NO_LIMIT, Occasion};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::Consent;
use nearshelf::time::{DAY, HOUR, Millis};
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// What is said on which occasion.
pub(crate) const CARING: &[u8] = include_bytes!("../compat/care-v1.section");

/// When the golden file's days begin: the evening of 2026-09-21 in its zone.
const START: Millis = Millis(1_790_000_000_000);

fn caring() -> Caring {
    let message = |id: &str, occasion: Occasion, days: [f64; 2], offers: &[(&str, u32)]| Message {
        id: id.into(),
        occasion: occasion.0,
        days,
        offers: offers.iter().map(|o| (o.0.into(), o.1)).collect(),
        texts: vec![format!("{id}, en"), format!("{id}, zh")],
        ..Message::default()
    };
    let levels = |all: &[&str]| all.iter().map(|l| l.to_string()).collect::<Vec<_>>();
    let level = |id: &str, limit: u32, texts: &[&str]| Level { id: id.into(), limit, texts: levels(texts) };
    Caring {
        caps: [2, 3, 3, 5],
        pause_days: 2,
        levels: vec![
            level("gold", 90, &["A gift first", "赠礼优先"]),
            level("platinum", NO_LIMIT, &[]),
            level("silver", 30, &[]),
        ],
        messages: vec![
            Message {
                levels: levels(&["gold", "platinum"]),
                ..message("care:golden", Occasion::BIRTHDAY, [-2.0, 3.0], &[("c-all", 100), ("c-tea", 80)])
            },
            Message { texts: vec![], ..message("care:birthday", Occasion::BIRTHDAY, [-2.0, 3.0], &[]) },
            Message {
                dates: vec![20_260_925, 1_225],
                ..message("care:moon", Occasion::HOLIDAY, [-3.0, 1.0], &[("ten", 100), ("c-tea", 80)])
            },
            Message {
                card: "sorry".into(),
                ..message("care:sorry", Occasion::COMPLAINT, [0.0, 3.0], &[("c-all", 100)])
            },
            Message { slots: levels(&["home"]), ..message("care:thanks", Occasion::PURCHASE, [3.0, 10.0], &[]) },
            Message { delivery: true, ..message("care:arrived", Occasion::PURCHASE, [1.0, 5.0], &[]) },
            message("care:back", Occasion::SILENCE, [2.0, 6.0], &[("c-all", 100), ("c-food", 40), ("gone", 0)]),
            message("care:first", Occasion::NEW, [0.0, 30.0], &[("ten", 100)]),
            Message {
                dates: vec![18],
                levels: levels(&["silver", "gold", "platinum"]),
                ..message("care:members", Occasion::MEMBER_DAY, [0.0, 1.0], &[("gift", 0)])
            },
        ],
    }
}

fn name(due: Due, neutral: bool) -> &'static str {
    match due {
        Due::Now => "",
        Due::Closed => ["consent", "neutral"][usize::from(neutral)],
        Due::Paused => "paused",
        Due::AllCapped => "all_capped",
        Due::Capped => "capped",
        Due::TooSoon => "too_soon",
        Due::NoOffer => "no_offer",
        Due::OverLimit => "over_limit",
        Due::SameOccasion => "same_occasion",
    }
}

/// Ids of the offers that a page may put forward now.
fn offers(shelf: &mut Engine, now: Millis, zone: i16, neutral: bool) -> (Vec<String>, bool) {
    let looks = !neutral && shelf.consent().may_personalize().is_some();
    let asked = Asked { zone, ..Asked::default() };
    let told = shelf.insights(now, asked, |_, all| all.first(Trait::Paused).is_some()).expect("settings");
    let paused = looks && told == Some(true);
    (if paused { Vec::new() } else { forwarded(shelf, now, zone, looks) }, paused)
}

/// Items: [id, offer, since, until, card, text] each; withheld: [id, why].
pub(super) fn care(shelf: &mut Engine, now: Millis, zone: i16, step: &Value) -> Value {
    let neutral = super::text(step, "mode") == "neutral";
    let (ids, paused) = offers(shelf, now, zone, neutral);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let day: Vec<u32> = super::text(step, "birthday").split('-').filter_map(|n| n.parse().ok()).collect();
    let asked = CareAsked {
        zone,
        neutral,
        slot: step["slot"].as_str().unwrap_or("default"),
        level: super::text(step, "tier"),
        birthday: if let [month, day] = day[..] { month * 100 + day } else { 0 },
        delivered: step["delivered"].as_i64().map(Millis),
        offers: &ids,
    };
    let told = shelf.care(now, &asked).expect("settings");
    let (mut items, mut withheld) = (vec![], vec![]);
    for c in &told.messages {
        if c.due == Due::Now {
            let offer = c.offer.map(|at| ids[at as usize]);
            items.push(json!([c.id, offer, c.window[0].0, c.window[1].0, c.card, c.text]));
        } else {
            withheld.push(json!([c.id, name(c.due, neutral)]));
        }
    }
    items.truncate(step["limit"].as_u64().unwrap_or(12) as usize);
    let limit = |of: u32| if of == NO_LIMIT { Value::Null } else { json!(f64::from(of) / 1000.0) };
    let level = told.level.map(|(id, text, of)| json!([id, text, limit(of)]));
    json!({ "items": items, "withheld": withheld, "paused": paused, "level": level, "bestHour": told.hour })
}

/// The frozen section is what is written today; with `NEARSHELF_BLESS` one that is not there yet is.
#[test]
fn the_frozen_section_of_care_is_read_and_written_as_it_was() {
    let written = caring().write();
    if std::env::var_os("NEARSHELF_BLESS").is_some() && CARING.is_empty() {
        let path = format!("{}/tests/compat/care-v1.section", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, written).expect("a file");
        return;
    }
    assert!(written == CARING);
    assert_eq!(Caring::read(CARING), Ok(caring()));
    assert!((0..CARING.len()).all(|n| Caring::read(&CARING[..n]).is_err()));
}

/// What random lives are made of, by a generator of one line: no crate for a few draws.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

fn event<'a>(name: &'a str, order: &'a str, resolved: bool) -> RawEvent<'a> {
    let details = RawDetails { order, resolved, ..RawDetails::default() };
    RawEvent { name, event_id: "", at: f64::NAN, items: vec![], details }
}

/// A section whose messages are due nearly always, so that caps and pauses have something to hold back.
fn busy(draws: &mut Draws) -> Caring {
    let of = |occasion: Occasion, i: u64, days: [f64; 2]| Message {
        id: format!("care:{}", i + u64::from(occasion.0) * 10),
        occasion: occasion.0,
        days,
        dates: vec![1, 8, 15, 22],
        ..Message::default()
    };
    let mut caring = Caring { pause_days: draws.below(5) as u32, ..Caring::default() };
    for cap in &mut caring.caps {
        *cap = draws.below(5) as u32;
    }
    for i in 0..2 {
        caring.messages.push(of(Occasion::HOLIDAY, i, [-3.0, 4.0]));
        caring.messages.push(of(Occasion::MEMBER_DAY, i, [-7.0, 1.0]));
        caring.messages.push(of(Occasion::NEW, i, [0.0, 60.0]));
        caring.messages.push(of(Occasion::PURCHASE, i, [0.0, 40.0]));
        caring.messages.push(of(Occasion::COMPLAINT, i, [0.0, 40.0]));
    }
    caring
}

#[test]
fn what_is_shown_when_it_is_due_never_passes_a_cap_nor_a_pause() {
    let (mut shown_at_all, mut held_back) = (0, 0);
    for seed in 0..60 {
        let draws = &mut Draws(seed);
        let caring = busy(draws);
        let section = caring.write();
        let mut shelf = Engine::open(with_sections(&[
            (Tag::CARE, caring.messages.len(), &section),
            (Tag::INSIGHT, 1, crate::compat::INSIGHTS),
        ]))
        .expect("a pack");
        shelf.set_consent(Consent::all());
        let mut now = START;
        // (local day, message)
        let mut log: Vec<(i64, String)> = Vec::new();
        for step in 0..120 {
            now = now.plus(draws.below(30) as i64 * HOUR + 1 + HOUR);
            let order = format!("o{step}");
            match draws.below(12) {
                0 => drop(shelf.track(now, &[event("purchase", &order, false)])),
                1 => drop(shelf.track(now, &[event("complaint", "", false)])),
                2 => drop(shelf.track(now, &[event("complaint", "", true)])),
                _ => {}
            }
            let asked = CareAsked { zone: 0, slot: "home", ..CareAsked::default() };
            let told = shelf.care(now, &asked).expect("settings").messages;
            let day = now.0.div_euclid(DAY);
            held_back += told.iter().filter(|c| matches!(c.due, Due::Capped | Due::TooSoon)).count();
            let due: Vec<String> = told.iter().filter(|c| c.due == Due::Now).map(|c| c.id.to_string()).collect();
            for id in due {
                now = now.plus(3_000);
                assert_eq!(shelf.track(now, &[event("view_promotion", &id, false)]).accepted, 1);
                log.push((day, id));
                shown_at_all += 1;
            }
            let within = |days: i64, of: Option<&str>| {
                log.iter().filter(|(d, id)| *d > day - days && of.is_none_or(|o| o == id)).count() as u32
            };
            let holds = |cap: u32, n: u32| assert!(cap == 0 || n <= cap, "seed {seed}, step {step}: {n} of {cap}");
            let all = &caring;
            for m in &all.messages {
                holds(all.caps[0], within(1, Some(&m.id)));
                holds(all.caps[1], within(7, Some(&m.id)));
            }
            holds(all.caps[2], within(1, None));
            holds(all.caps[3], within(7, None));
        }
        for (i, (day, id)) in log.iter().enumerate() {
            let pause = i64::from(caring.pause_days);
            assert!(log[..i].iter().all(|(d, other)| other == id || d + pause <= *day), "seed {seed}: {log:?}");
        }
    }
    assert!(shown_at_all > 500 && held_back > 500, "{shown_at_all} {held_back}");
}

#[test]
fn in_neutral_mode_and_without_consent_everybody_is_told_the_same() {
    let pack = with_sections(&[(Tag::CARE, 9, CARING), (Tag::INSIGHT, 1, crate::compat::INSIGHTS)]);
    let told =
        |shelf: &mut Engine, now: Millis, neutral: bool, level: &str| -> Vec<(String, Due, Option<u32>, [Millis; 2])> {
            let asked = CareAsked {
                zone: 480,
                neutral,
                slot: "home",
                level,
                birthday: 922,
                offers: &["c-tea", "ten", "gift"],
                delivered: None,
            };
            let told = shelf.care(now, &asked).expect("settings").messages;
            told.iter().map(|c| (c.id.to_string(), c.due, c.offer, c.window)).collect()
        };
    let mut differ = 0;
    for seed in 0..20 {
        let draws = &mut Draws(seed);
        let [mut shelf, mut nobody] = [0; 2].map(|_| Engine::open(pack.clone()).expect("a pack"));
        shelf.set_consent(Consent::all());
        let mut now = START;
        for step in 0..30 {
            now = now.plus(draws.below(40) as i64 * HOUR + 5_000);
            let order = format!("o{step}");
            let events = ["purchase", "complaint", "view_promotion", "add_to_cart"];
            shelf.track(
                now,
                &[event(
                    events[draws.below(4) as usize],
                    if step % 2 == 0 { "care:moon" } else { &order },
                    step % 3 == 0,
                )],
            );
            let level = ["", "gold", "silver"][draws.below(3) as usize];
            let alone = told(&mut nobody, now, false, level);
            assert_eq!(told(&mut shelf, now, true, level), alone);
            assert!(
                alone.iter().all(|c| c.1 != Due::Now || ["care:moon", "care:members"].contains(&c.0.as_str())),
                "the calendar's alone"
            );
            differ += u32::from(told(&mut shelf, now, false, level) != alone);
        }
        // Withdrawal leaves nothing of a life.
        shelf.set_consent(Consent::default());
        assert_eq!(told(&mut shelf, now, false, "gold"), told(&mut nobody, now, false, "gold"));
    }
    assert!(differ > 300, "{differ}: with consent they differ, or this would show nothing");
}

pub(super) fn section() -> (Tag, usize, &'static [u8]) {
    (Tag::CARE, 9, CARING)
}
