//! Random programmes and random ledgers against the model.

use super::model::{Entry, Gives, Model, Per, Redemption, Rules, Task};
use nearshelf::member::{self, Amounts, Kind, Ledger, NEVER, Program, ROOM, Status, apply_in, json as edge, state};
use nearshelf::random::Random;
use nearshelf::time::Millis;
use serde_json::{Value, json};
use twox_hash::XxHash64;

/// 2026-01-01, in minutes.
pub(crate) const START: i64 = 29_453_760;
pub(crate) const DAY: i64 = 1_440;

fn per(p: Per) -> &'static str {
    match p {
        Per::Day => "day",
        Per::Month => "month",
        Per::Year => "year",
        Per::Lifetime => "lifetime",
    }
}

fn limit(r: &mut Random) -> Option<(u32, Per)> {
    let per = [Per::Day, Per::Month, Per::Year, Per::Lifetime][r.below(4) as usize];
    (r.below(4) > 0).then(|| (1 + r.below(4) as u32, per))
}

/// A number below one of these.
fn some(r: &mut Random, limits: &[u64]) -> u64 {
    let limit = limits[r.below(limits.len() as u64) as usize];
    r.below(limit)
}

/// A programme of some kind.
pub(crate) fn rules(r: &mut Random) -> Rules {
    let levels = 1 + r.below(4) as usize;
    let rounding = ["down", "half_up", "up"];
    let mut growth = vec![0];
    for _ in 1..levels {
        growth.push(growth.last().copied().unwrap_or(0) + 1 + r.below(300));
    }
    let month_end = r.below(2) == 0;
    let redeem = (0..r.below(4)).map(|_| {
        let gives = match r.below(3) {
            0 => Gives::Points(1 + r.below(200)),
            1 if levels > 1 => Gives::Level(1 + r.below(levels as u64 - 1) as usize),
            _ => Gives::Goods,
        };
        let growth = if matches!(gives, Gives::Points(_)) { 1 + r.below(100) } else { r.below(2) * (1 + r.below(100)) };
        let points = if matches!(gives, Gives::Points(_)) { 0 } else { u64::from(growth == 0) + r.below(150) };
        let from = (0..levels).filter(|_| r.below(3) == 0).collect();
        Redemption { gives, growth, points, from, limit: limit(r) }
    });
    let redeem = redeem.collect();
    Rules {
        zone: [-720, -210, 0, 330, 480, 840][r.below(6) as usize],
        period: 1 + some(r, &[3, 24]) as i64,
        keep: r.below(101),
        down: 1 + r.below(3) as usize,
        levels: growth,
        cents_per_growth: 1 + r.below(200),
        rounding: rounding[r.below(3) as usize],
        growth_per_order: r.below(20),
        orders_a_day: 1 + r.below(2) as usize,
        growth_per_day: r.below(3),
        days_a_month: 1 + r.below(5) as usize,
        tasks: (0..r.below(4))
            .map(|_| Task {
                growth: 1 + r.below(60),
                limit: limit(r),
                once: r.below(2) == 0,
                reversed: r.below(2) == 0,
            })
            .collect(),
        birthday: r.below(100),
        claim_days: [0, 0, 7, 30, 364][r.below(5) as usize],
        points_per_100: r.below(30),
        points_rounding: rounding[r.below(3) as usize],
        pending: r.below(20) as i64,
        expire: 1 + some(r, &[3, 20]) as i64,
        month_end,
        smallest: r.below(30),
        redeem,
    }
}

/// The same as a shop writes it.
pub(crate) fn file(r: &Rules) -> Value {
    let limited = |mut v: Value, limit: Option<(u32, Per)>| {
        if let Some((count, p)) = limit {
            v["limit"] = json!({ "count": count, "per": per(p) });
        }
        v
    };
    let level = |i: usize| format!("level-{i}");
    json!({
        "schema": "loyalty/v1",
        "levels": r.levels.iter().enumerate().map(|(i, g)| json!({ "id": level(i), "growth": g })).collect::<Vec<_>>(),
        "period_months": r.period,
        "keep_percent": r.keep,
        "downgrade_by": r.down,
        "growth": {
            "spend": { "cents_per_point": r.cents_per_growth, "rounding": r.rounding },
            "frequency": { "growth_per_order": r.growth_per_order, "orders_a_day": r.orders_a_day },
            "activity": { "growth_per_active_day": r.growth_per_day, "days_a_month": r.days_a_month },
            "tasks": r.tasks.iter().enumerate().map(|(i, t)| {
                let mut v = json!({ "id": format!("task-{i}"), "growth": t.growth, "on_return": if t.reversed { "reverse" } else { "keep" } });
                if t.once {
                    v["once_per"] = "friend".into();
                }
                limited(v, t.limit)
            }).collect::<Vec<_>>(),
            "birthday": { "growth": r.birthday, "claim_days": r.claim_days },
        },
        "points": {
            "earn": { "points_per_100_cents": r.points_per_100, "rounding": r.points_rounding },
            "pending_days_after_delivery": r.pending,
            "expire_months": r.expire,
            "expire_at": if r.month_end { "end of month" } else { "day" },
            "smallest_use": r.smallest,
        },
        "redeem": r.redeem.iter().enumerate().map(|(i, x)| {
            let mut v = json!({ "id": format!("redeem-{i}"), "from": x.from.iter().map(|l| level(*l)).collect::<Vec<_>>() });
            for (key, n) in [("growth", x.growth), ("points", x.points)] {
                if n > 0 {
                    v[key] = n.into();
                }
            }
            match x.gives {
                Gives::Points(n) => (v["kind"], v["points"]) = ("points".into(), n.into()),
                Gives::Goods => (v["kind"], v["sku"]) = ("goods".into(), "mug".into()),
                Gives::Level(l) => (v["kind"], v["level"]) = ("level".into(), level(l).into()),
            }
            limited(v, x.limit)
        }).collect::<Vec<_>>(),
    })
}

fn tie(id: &str) -> u64 {
    XxHash64::oneshot(24, id.as_bytes())
}

/// Something that happens, most often now, at times some days ago.
pub(crate) fn entry(r: &mut Random, rules: &Rules, now: i64) -> Entry {
    let day = DAY as u64;
    let at = now - some(r, &[1, 1, 1, day, 3 * day, 10 * day, 90 * day]) as i64;
    let order = format!("o{}", r.below(12));
    let id = format!("i{}", r.below(40));
    let amount = r.below(20_000);
    match r.below(16) {
        0 => Entry::Paid { order, at, amount },
        2 | 3 => Entry::Delivered { order, at, amount: None },
        4 | 5 => Entry::Delivered { order, at, amount: Some(amount) },
        1 | 6 => Entry::Returned { order, id, at, amount: (r.below(2) == 0).then(|| r.below(12_000)) },
        7 | 8 if !rules.tasks.is_empty() => {
            let subject = if r.below(2) == 0 { format!("s{}", r.below(5)) } else { String::new() };
            Entry::Task { id, task: r.below(rules.tasks.len() as u64) as usize, subject, at }
        }
        9 => Entry::Birthday {
            at,
            month: [2, 2, 12, 1, 7][r.below(5) as usize],
            day: [29, 28, 31, 1, 15][r.below(5) as usize],
        },
        10 | 11 if !rules.redeem.is_empty() => {
            Entry::Redeem { tie: tie(&id), id, redeem: r.below(rules.redeem.len() as u64) as usize, at }
        }
        12 | 13 => Entry::Spend { tie: tie(&id), id, points: r.below(600), at },
        14 => Entry::Undo { of: id, at },
        _ => Entry::Active { at },
    }
}

/// Its texts, which the engine's entry borrows.
pub(crate) fn told<'a>(e: &'a Entry, names: &'a [Vec<String>; 2]) -> member::Entry<'a> {
    let at = |at: i64| Some(Millis(at * 60_000));
    let amounts = |paid: u64| Amounts { paid, ..Amounts::default() };
    let entry = |kind| member::Entry { kind, ..member::Entry::default() };
    match e {
        Entry::Paid { order, at: t, amount } => {
            member::Entry { id: order, at: at(*t), amounts: Some(amounts(*amount)), ..entry(Kind::Paid) }
        }
        Entry::Delivered { order, at: t, amount } => {
            member::Entry { id: order, at: at(*t), amounts: amount.map(amounts), ..entry(Kind::Delivered) }
        }
        Entry::Returned { order, id, at: t, amount } => {
            member::Entry { id, what: order, at: at(*t), amounts: amount.map(amounts), ..entry(Kind::Returned) }
        }
        Entry::Task { id, task, subject, at: t } => {
            member::Entry { id, what: &names[0][*task], subject, at: at(*t), ..entry(Kind::Task) }
        }
        Entry::Active { at: t } => member::Entry { at: at(*t), ..entry(Kind::Active) },
        Entry::Birthday { at: t, month, day } => {
            member::Entry { at: at(*t), birth: (*month as u8, *day as u8), ..entry(Kind::Birthday) }
        }
        Entry::Redeem { id, redeem, at: t, .. } => {
            member::Entry { id, what: &names[1][*redeem], at: at(*t), ..entry(Kind::Redeem) }
        }
        Entry::Spend { id, points, at: t, .. } => {
            member::Entry { id, points: *points as i64, at: at(*t), ..entry(Kind::Spend) }
        }
        Entry::Undo { of, at: t } => member::Entry { what: of, at: at(*t), ..entry(Kind::Undo) },
    }
}

pub(crate) fn names() -> [Vec<String>; 2] {
    ["task", "redeem"].map(|what| (0..4).map(|i| format!("{what}-{i}")).collect())
}

/// The engine's state in the model's words.
pub(crate) fn standing(p: &Program, ledger: &Ledger, now: i64) -> super::model::Standing {
    let s = state(p, ledger, Millis(now * 60_000));
    let day = |d: i32| (d != NEVER).then_some(i64::from(d));
    let lots = |all: &[member::Lot]| all.iter().map(|l| (i64::from(l.until), l.left)).collect();
    super::model::Standing {
        level: s.level,
        since: day(s.since),
        review: day(s.review),
        growth: s.growth,
        growth_claim: s.growth_claim,
        points: s.points,
        points_claim: s.points_claim,
        pending: lots(&s.pending),
        ends: lots(&s.ends),
        to_keep: s.to_keep,
    }
}

/// What a run met: entries that counted, ledgers that closed days, claims, levels lost.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) closed: u64,
    pub(crate) claims: u64,
    pub(crate) lost: u64,
}

/// One ledger from its first entry to its last, held against the model after every few.
pub(crate) fn run(seed: u64, met: &mut Met) {
    let mut r = Random::new(seed);
    let rules = rules(&mut r);
    let p = edge::program(&file(&rules), rules.zone as i32).expect("a programme");
    assert_eq!(Program::read(&p.write()), Ok(p.clone()));
    let names = names();
    let room = if r.below(2) == 0 { 3 + r.below(20) as usize } else { ROOM };
    let (mut ledger, mut model, mut now) = (Ledger::default(), Model::default(), START);
    let mut highest = 0;
    for step in 0..10 + r.below(40) {
        now += some(&mut r, &[DAY as u64 / 8, DAY as u64, 10 * DAY as u64, 60 * DAY as u64]) as i64;
        let e = entry(&mut r, &rules, now);
        let closed = (ledger.base.closed != NEVER).then_some(i64::from(ledger.base.closed));
        let outcome = apply_in(&p, &mut ledger, Millis(now * 60_000), &[told(&e, &names)], room)[0];
        if outcome.why == Some(member::Refusal::Full) {
            continue;
        }
        let counts = model.enter(&rules, &e, closed, now);
        assert_eq!(
            outcome.status == Status::Accepted,
            counts,
            "seed {seed}, step {step}: {e:?} {outcome:?}\n{rules:?}"
        );
        met.accepted += u64::from(counts);
        met.refused += u64::from(!counts);
        if step % 5 == 4 {
            let bytes = ledger.write();
            ledger = Ledger::read(&bytes).expect("its own bytes");
            assert_eq!(ledger.write(), bytes);
            // Also as of some time later.
            let then = now + r.below(200 * DAY as u64) as i64 * i64::from(step % 10 == 9);
            let (expected, _) = model.standing(&rules, then);
            let seen = standing(&p, &ledger, then);
            assert_eq!(seen, expected, "seed {seed}, step {step}\n{rules:?}\n{ledger:?}\n{model:?}");
            assert!(seen.growth == 0 || seen.growth_claim == 0, "who owes has nothing");
            assert!(seen.points == 0 || seen.points_claim == 0, "who owes has nothing");
            met.claims += u64::from(seen.growth_claim + seen.points_claim > 0);
            met.lost += u64::from(seen.level < highest);
            highest = seen.level;
        }
    }
    met.closed += u64::from(ledger.base.closed != NEVER);
}

/// How many ledgers; `NEARSHELF_LEDGERS` asks for another number.
fn wanted() -> u64 {
    std::env::var("NEARSHELF_LEDGERS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000)
}

#[test]
fn random_ledgers_come_to_what_the_model_comes_to() {
    let all = wanted();
    let parts: Vec<_> = (0..2)
        .map(|half| {
            std::thread::spawn(move || {
                let mut met = Met::default();
                (half..all).step_by(2).for_each(|seed| run(seed, &mut met));
                met
            })
        })
        .collect();
    let mut met = Met::default();
    for part in parts {
        let m = part.join().expect("no difference");
        met = Met {
            accepted: met.accepted + m.accepted,
            refused: met.refused + m.refused,
            closed: met.closed + m.closed,
            claims: met.claims + m.claims,
            lost: met.lost + m.lost,
        };
    }
    // A run that met nothing of some kind shows nothing of it.
    let rare = all / 50;
    assert!(met.accepted > 5 * all && met.refused > all && met.closed > all / 6, "{met:?}");
    assert!(met.claims > rare && met.lost > rare, "{met:?}");
}
