//! What holds for every ledger: order does not matter, closing changes nothing, the bound is kept, bytes from outside do no harm.

use super::golden::SAMPLE;
use super::random::{DAY, START, entry, file, names, rules, told};
use nearshelf::member::{
    self, Amounts, Asked, BYTES, Entry, Kind, Ledger, NEVER, Program, Refusal, Status, apply, apply_in, json as edge,
    next_purchase, state,
};
use nearshelf::random::Random;
use nearshelf::time::Millis;
use serde_json::{Value, json};

fn ms(minute: i64) -> Millis {
    Millis(minute * 60_000)
}

#[test]
fn entries_of_one_call_come_in_any_order() {
    let names = names();
    let mut accepted = 0;
    for seed in 0..2_000 {
        let mut r = Random::new(seed);
        let rules = rules(&mut r);
        let p = edge::program(&file(&rules), rules.zone as i32).expect("a programme");
        let mut all: Vec<_> = (0..30).map(|_| entry(&mut r, &rules, START)).collect();
        let run = |all: &[super::model::Entry]| {
            let entries: Vec<_> = all.iter().map(|e| told(e, &names)).collect();
            let mut ledger = Ledger::default();
            let outcomes = apply_in(&p, &mut ledger, ms(START), &entries, 384);
            (ledger.write(), outcomes.iter().filter(|o| o.status == Status::Accepted).count())
        };
        let first = run(&all);
        accepted += first.1;
        for _ in 0..3 {
            r.shuffle(&mut all);
            assert_eq!(run(&all), first, "seed {seed}");
        }
        // And a second time they are known.
        let doubled: Vec<_> = all.iter().chain(&all).cloned().collect();
        assert_eq!(run(&doubled), first, "seed {seed}");
    }
    assert!(accepted > 20_000, "{accepted}");
}

#[test]
fn what_earns_on_one_day_may_be_told_one_by_one() {
    let shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let p = edge::program(&shop, 480).expect("the sample");
    let mut r = Random::new(7);
    for _ in 0..200 {
        let ids: Vec<String> = (0..12).map(|i| format!("o{i}")).collect();
        let mut all: Vec<Entry<'_>> = ids
            .iter()
            .enumerate()
            .map(|(i, id)| Entry {
                kind: [Kind::Delivered, Kind::Active, Kind::Task, Kind::Birthday][i % 4],
                id,
                what: if i % 4 == 2 { "invite-a-friend" } else { "" },
                amounts: Some(Amounts { paid: 5_000 * i as u64, ..Amounts::default() }),
                birth: (1, 1),
                ..Entry::default()
            })
            .collect();
        let run = |all: &[Entry<'_>]| {
            let mut ledger = Ledger::default();
            for e in all {
                apply(&p, &mut ledger, ms(START), &[*e]);
            }
            ledger.write()
        };
        let first = run(&all);
        r.shuffle(&mut all);
        assert_eq!(run(&all), first);
    }
}

#[test]
fn closing_days_changes_no_balance_and_no_limit() {
    let names = names();
    let (mut closed, mut levels) = (0, 0);
    for seed in 0..600 {
        let mut r = Random::new(seed + 50_000);
        let rules = rules(&mut r);
        let p = edge::program(&file(&rules), rules.zone as i32).expect("a programme");
        let (mut ledger, mut now) = (Ledger::default(), START);
        for _ in 0..40 {
            now += r.below(9 * DAY as u64) as i64;
            let e = entry(&mut r, &rules, now);
            apply(&p, &mut ledger, ms(now), &[told(&e, &names)]);
        }
        // Orders that are not delivered go when their day is closed, so here there are none.
        ledger.facts.retain(|f| !matches!(f.what, member::What::Order { delivered: false, .. }));
        let seen = |l: &Ledger| {
            let view = |days: i64| {
                let s = state(&p, l, ms(now + days * DAY));
                (
                    s.clone(),
                    next_purchase(
                        &p,
                        l,
                        ms(now + days * DAY),
                        Asked { amounts: Amounts { paid: 12_345, ..Amounts::default() }, currency: "" },
                    ),
                )
            };
            [0, 20, 100, 400, 900].map(|days| {
                let (mut s, next) = view(days);
                (s.closed, s.open) = (NEVER, 0);
                (s, next)
            })
        };
        let before = seen(&ledger);
        let today = before[0].0.day;
        for ago in [300, 40, 10, 1] {
            ledger.close(&p, today - ago);
            assert_eq!(seen(&ledger), before, "seed {seed}, {ago} days ago");
            let back = Ledger::read(&ledger.write()).expect("its own bytes");
            assert_eq!(back, ledger);
        }
        closed += usize::from(ledger.facts.len() < 5);
        levels += before[0].0.level;
    }
    assert!(closed > 300 && levels > 100, "{closed} {levels}");
}

#[test]
fn a_ledger_never_grows_beyond_its_bound() {
    let mut shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    // As wide as a programme can be: a lot for every day of two years, in growth and in points.
    shop["period_months"] = 24.into();
    shop["points"]["expire_months"] = 24.into();
    shop["points"]["expire_at"] = "day".into();
    shop["growth"]["spend"]["cents_per_point"] = 1.into();
    let p = edge::program(&shop, 480).expect("a programme");
    let (mut ledger, mut longest, mut earned) = (Ledger::default(), 0, 0_u64);
    for day in 0..1_500_i64 {
        let now = START + day * DAY;
        let ids: Vec<[String; 2]> = (0..4).map(|i| [format!("{day}-{i}"), format!("r{day}-{i}")]).collect();
        let mut entries = vec![Entry { kind: Kind::Active, ..Entry::default() }];
        for [order, other] in &ids {
            let amounts = Some(Amounts { paid: 99_999_999_999 - day as u64, ..Amounts::default() });
            entries.push(Entry { kind: Kind::Delivered, id: order, amounts, ..Entry::default() });
            entries.push(Entry {
                kind: Kind::Task,
                id: other,
                what: "share-that-is-opened",
                subject: other,
                ..Entry::default()
            });
        }
        let outcomes = apply(&p, &mut ledger, ms(now), &entries);
        assert!(outcomes.iter().all(|o| o.why.is_none_or(|w| w == Refusal::Limit)), "{outcomes:?}");
        let bytes = ledger.write();
        longest = longest.max(bytes.len());
        assert!(bytes.len() <= BYTES, "day {day}: {}", bytes.len());
        assert_eq!(Ledger::read(&bytes).as_ref(), Ok(&ledger));
        earned += 4 * (99_999_999_999 - day as u64);
    }
    assert!(longest > 14_000, "{longest}");
    assert!(state(&p, &ledger, ms(START + 1_499 * DAY)).growth > earned / 3);
    // A day with more than there is room for takes what it can, and refuses the rest whole.
    let ids: Vec<String> = (0..600).map(|i| format!("x{i}")).collect();
    let many: Vec<_> = ids
        .iter()
        .map(|id| Entry {
            kind: Kind::Delivered,
            id,
            amounts: Some(Amounts { paid: 100, ..Amounts::default() }),
            ..Entry::default()
        })
        .collect();
    let mut busy = Ledger::default();
    let outcomes = apply(&p, &mut busy, ms(START), &many);
    let full = outcomes.iter().filter(|o| o.why == Some(Refusal::Full)).count();
    assert_eq!((full, busy.facts.len()), (600 - 384, 384));
    assert!(busy.write().len() <= BYTES);
}

#[test]
fn what_was_closed_is_remembered_for_long() {
    let shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let p = edge::program(&shop, 480).expect("the sample");
    let mut ledger = Ledger::default();
    let order = |id, at| Entry {
        kind: Kind::Delivered,
        id,
        at: Some(ms(at)),
        amounts: Some(Amounts { paid: 10_000, ..Amounts::default() }),
        ..Entry::default()
    };
    let friend = |id, at| Entry {
        kind: Kind::Task,
        id,
        what: "invite-a-friend",
        subject: "f",
        at: Some(ms(at)),
        ..Entry::default()
    };
    apply(&p, &mut ledger, ms(START), &[order("A", START), friend("i", START)]);
    ledger.close(&p, state(&p, &ledger, ms(START)).day);
    let later = START + 30 * DAY;
    let outcomes = apply(
        &p,
        &mut ledger,
        ms(later),
        &[order("A", later), friend("j", later), order("B", START), order("C", later)],
    );
    let told: Vec<_> = outcomes.iter().map(|o| (o.status, o.why)).collect();
    let refused = |why| (Status::Refused, Some(why));
    assert_eq!(
        told,
        [(Status::Known, None), refused(Refusal::Once), refused(Refusal::Closed), (Status::Accepted, None)]
    );
}

#[test]
fn every_cut_and_every_flipped_bit_is_refused() {
    let shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let p = edge::program(&shop, 480).expect("the sample");
    let mut ledger = Ledger::default();
    apply(&p, &mut ledger, ms(START), &[Entry { kind: Kind::Active, ..Entry::default() }]);
    let bytes = ledger.write();
    for cut in 1..bytes.len() {
        assert!(Ledger::read(&bytes[..cut]).is_err(), "{cut}");
    }
    for bit in 0..bytes.len() * 8 {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert!(Ledger::read(&bad).is_err(), "bit {bit}");
    }
    let program = p.write();
    for cut in 0..program.len() {
        assert!(Program::read(&program[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn a_visitor_who_is_known_now_brings_what_was_done() {
    let shop: Value = serde_json::from_str(SAMPLE).expect("JSON");
    let p = edge::program(&shop, 480).expect("the sample");
    let file = json!([
        { "type": "task", "task": "complete-profile", "id": "p" }, { "type": "active", "event": "purchase" },
        { "type": "delivered", "order": "A", "paid": 10000 },
    ]);
    let (mut account, mut visitor) = (Ledger::default(), Ledger::default());
    apply(&p, &mut visitor, ms(START), &edge::entries(&file).expect("entries"));
    apply(
        &p,
        &mut account,
        ms(START),
        &edge::entries(&json!([{ "type": "delivered", "order": "A", "paid": 10000 }])).expect("entries"),
    );
    assert_eq!(member::merge(&p, &mut account, ms(START), &visitor, ms(START - 30)), 2);
    assert_eq!(state(&p, &account, ms(START)).growth, 110 + 30 + 1);
    assert_eq!(member::merge(&p, &mut account, ms(START), &visitor, ms(START - 30)), 0);
    // But not what was done before this visit.
    let mut fresh = Ledger::default();
    assert_eq!(member::merge(&p, &mut fresh, ms(START + DAY), &visitor, ms(START + DAY)), 0);
    assert_eq!(fresh, Ledger::default());
    // What may be once is once, in whichever of the two.
    let again = json!([
        { "type": "task", "task": "complete-profile", "id": "another" }, { "type": "birthday", "birthday": "01-01" },
        { "type": "task", "task": "invite-a-friend", "id": "i2", "subject": "f" },
    ]);
    let mut visitor = Ledger::default();
    apply(&p, &mut visitor, ms(START), &edge::entries(&again).expect("entries"));
    assert_eq!(visitor.facts.len(), 3);
    let before = json!([{ "type": "birthday", "birthday": "12-31" }, { "type": "task", "task": "invite-a-friend", "id": "i1", "subject": "f" }]);
    apply(&p, &mut account, ms(START), &edge::entries(&before).expect("entries"));
    let growth = state(&p, &account, ms(START)).growth;
    assert_eq!(member::merge(&p, &mut account, ms(START), &visitor, ms(START - 30)), 0);
    assert_eq!(state(&p, &account, ms(START)).growth, growth);
}
