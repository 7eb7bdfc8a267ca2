//! Settling by its properties, over random histories and claims.

use crate::golden::invites::{NOW, SHOP, key};
use nearshelf::invite::{
    About, Claim, Decision, Desk, Draft, Event, Kind, Programme, Settled, Terms, Why, issue, key as programme_key,
    settle,
};
use nearshelf::member::{Limit, Per};
use nearshelf::random::Random;
use nearshelf::time::{DAY, Millis};
use std::collections::{BTreeMap, BTreeSet};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Tokens are signed once: a few people, programmes and things.
fn tokens() -> Vec<String> {
    let keys = key(1);
    let mut all = Vec::new();
    for programme in NAMES {
        for inviter in 1..=6 {
            for (nonce, thing) in [(1, "x"), (2, "y")] {
                let about = if programme == "a" { (About::Nothing, "") } else { (About::Product, thing) };
                let draft = Draft {
                    programme,
                    inviter,
                    issued: Millis(NOW),
                    expires: Millis(NOW + 30 * DAY),
                    nonce,
                    about: about.0,
                    id: about.1,
                    channel: "",
                    chain: Vec::new(),
                };
                all.push(issue(&keys, SHOP, &draft).expect("a token"));
            }
        }
    }
    all
}

fn terms(random: &mut Random) -> Vec<Terms> {
    let kinds = [Kind::Invite, Kind::Invite, Kind::Share, Kind::GroupBuy];
    let mut of = |(name, kind): (&str, Kind)| Terms {
        rules: Programme {
            key: programme_key(name),
            kind,
            after: Event::ALL[random.below(3) as usize],
            last: random.below(2) == 1,
            new: random.below(3) == 0,
            window: 1 + random.below(20) as u16,
            life: 30,
            until: None,
        },
        limits: (0..random.below(3))
            .map(|_| Limit { count: 1 + random.below(3) as u32, per: Per::ALL[1 + random.below(4) as usize] })
            .collect(),
    };
    NAMES.into_iter().zip(kinds).map(&mut of).collect()
}

fn claims<'a>(random: &mut Random, tokens: &'a [String]) -> Vec<Claim<'a>> {
    (0..random.below(30))
        .map(|_| {
            // Few times, so that many are equal.
            let landed = Millis(NOW + random.below(4) as i64 * DAY);
            Claim {
                token: &tokens[random.below(tokens.len() as u64) as usize],
                friend: 1 + random.below(6),
                landed,
                at: landed.plus(random.below(4) as i64 * DAY),
                event: Event::ALL[random.below(3) as usize],
                orders_before: [Some(0), Some(0), Some(1), None][random.below(4) as usize],
            }
        })
        .collect()
}

/// Nobody is among those by whom they came.
fn has_no_cycle(history: &[Settled]) -> bool {
    let mut graphs: BTreeMap<u64, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for s in history {
        let graph = if s.kind == Kind::Invite { 0 } else { s.slot };
        graphs.entry(graph).or_default().insert((s.inviter, s.friend));
    }
    graphs.values().all(|edges| {
        // Whoever was brought by nobody who is left is taken away, until nobody is left.
        let mut left = edges.clone();
        loop {
            let brought: BTreeSet<u64> = left.iter().map(|(_, friend)| *friend).collect();
            let before = left.len();
            left.retain(|(inviter, _)| brought.contains(inviter));
            if left.len() == before {
                return left.is_empty();
            }
        }
    })
}

#[test]
fn settling_keeps_its_promises() {
    let (tokens, public) = (tokens(), key(1).public());
    let keys = [public.as_str()];
    let mut random = Random::new(7);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for round in 0..400 {
        let programmes = terms(&mut random);
        let desk = Desk { now: Millis(NOW + 40 * DAY), zone: 480, shop: SHOP, keys: &keys, programmes: &programmes };
        let mut history = Vec::new();
        for _ in 0..3 {
            let before = history.clone();
            let list = claims(&mut random, &tokens);
            let decided = settle(&desk, &mut history, &list);
            assert_eq!(history[..before.len()], before[..], "what was settled stays");
            let earned = decided.iter().filter(|d| matches!(d, Decision::Earned { .. })).count();
            assert_eq!(history.len(), before.len() + earned);
            for d in &decided {
                *seen.entry(format!("{d:?}").replace(|c: char| c.is_ascii_digit(), "")).or_default() += 1;
            }

            // The same again: nothing more.
            let mut again = history.clone();
            for d in settle(&desk, &mut again, &list) {
                assert!(!matches!(d, Decision::Earned { .. }), "round {round}: {d:?}");
            }
            assert_eq!(again, history);

            // In another order: the same for each, but that of claims that are one any may earn.
            let mut order: Vec<usize> = (0..list.len()).collect();
            for i in (1..order.len()).rev() {
                order.swap(i, random.below(i as u64 + 1) as usize);
            }
            let mixed: Vec<Claim<'_>> = order.iter().map(|i| list[*i]).collect();
            let mut other = before.clone();
            let told = |list: &[Claim<'_>], decided: &[Decision]| {
                let same = |c: &Claim<'_>| (c.token.to_string(), c.friend, c.landed, c.at);
                let mut all: Vec<_> = list.iter().zip(decided).map(|(c, d)| (same(c), format!("{d:?}"))).collect();
                all.sort();
                all
            };
            let decided_mixed = settle(&desk, &mut other, &mixed);
            assert_eq!(told(&list, &decided), told(&mixed, &decided_mixed), "round {round}");
            let sorted = |h: &[Settled]| {
                let mut h: Vec<_> = h.iter().map(|s| (s.slot, s.friend, s.inviter, s.at, s.earned)).collect();
                h.sort();
                h
            };
            assert_eq!(sorted(&other), sorted(&history));
        }
        assert!(history.iter().all(|s| s.inviter != s.friend));
        assert!(has_no_cycle(&history), "round {round}");
        let slots: BTreeSet<_> = history.iter().map(|s| (s.slot, s.friend)).collect();
        assert_eq!(slots.len(), history.len(), "a slot has one inviter");
        for (p, inviter) in programmes.iter().flat_map(|p| (1..=6).map(move |i| (p, i))) {
            for limit in &p.limits {
                let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
                for s in history.iter().filter(|s| s.earned && s.programme == p.rules.key && s.inviter == inviter) {
                    // The whole test lies within September 2026 by the shop's clock.
                    let span = if limit.per == Per::Day { (s.at.0 + 480 * 60_000).div_euclid(DAY) } else { 0 };
                    *counts.entry(span).or_default() += 1;
                }
                assert!(counts.values().all(|n| *n <= limit.count), "round {round}");
            }
        }
    }
    // The cases are there at all.
    let words = format!("{seen:?}");
    for expected in [
        "Known",
        "Waiting",
        "limit: true",
        "limit: false",
        "SelfInvite",
        "Loop",
        "OtherInviter",
        "NotNew",
        "Incomplete",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    let loops = seen.get(&format!("{:?}", Decision::Refused(Why::Loop))).copied().unwrap_or(0);
    assert!(loops > 100, "{loops} loops");
}
