//! Bandits replayed on a log: held against the same bandit met with the world itself.

use super::shipped;
use nearshelf::policy::{BanditKind, BanditSettings, Doubt, Log, replay};
use nearshelf::random::Random;
use nearshelf::shop::Silent;

const ITEMS: [&str; 4] = ["a", "b", "c", "d"];
const CLICKED: [f64; 4] = [0.05, 0.1, 0.2, 0.4];

/// A log that showed each item with the given probability.
fn log(rows: usize, shown: [f64; 4], seed: u64) -> Log {
    let (mut r, mut log) = (Random::new(seed), Log::new());
    for _ in 0..rows {
        let (mut u, mut item) = (r.unit(), 0);
        while item < 3 && u >= shown[item] {
            u -= shown[item];
            item += 1;
        }
        log.push("home", 1, ITEMS[item], shown[item], f64::from(r.unit() < CLICKED[item]));
    }
    log
}

/// What ε-greedy and Thompson sampling earn in a round when they meet the world for `rounds` rounds; means of many runs.
fn online(kind: BanditKind, rounds: usize) -> f64 {
    let (runs, mut sum) = (400, 0.0);
    for seed in 0..runs {
        let mut r = Random::new(1000 + seed);
        let (mut n, mut won) = ([0.0; 4], [0.0; 4]);
        for _ in 0..rounds {
            let mut value = [0.0; 4];
            for i in 0..4 {
                value[i] = match kind {
                    BanditKind::Thompson => r.beta(1.0 + won[i], 1.0 + n[i] - won[i]),
                    _ if n[i] > 0.0 => won[i] / n[i],
                    _ => 0.0,
                };
            }
            let most = value.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let best: Vec<usize> = (0..4).filter(|i| value[*i] == most).collect();
            let mut arm = best[r.below(best.len() as u64) as usize];
            if kind == BanditKind::EpsilonGreedy && r.unit() < 0.1 {
                arm = r.below(4) as usize;
            }
            let reward = f64::from(r.unit() < CLICKED[arm]);
            n[arm] += 1.0;
            won[arm] += reward;
            sum += reward / (runs as f64 * rounds as f64);
        }
    }
    sum
}

#[test]
fn a_replay_earns_what_the_bandit_earns_in_the_world() {
    for kind in [BanditKind::EpsilonGreedy, BanditKind::Thompson] {
        let want = online(kind, 500);
        // Items shown alike, and not: the second log keeps a quarter of its matches of the likelier items.
        for (rows, shown) in [(2000, [0.25; 4]), (5000, [0.4, 0.3, 0.2, 0.1])] {
            let (logs, mut sum, mut held) = (40, 0.0, 0);
            for seed in 0..logs {
                let log = log(rows, shown, seed);
                let r =
                    replay(&log, kind, &BanditSettings::default(), &shipped(), (10, seed), &Silent).expect("a replay");
                assert!(r.doubts.is_empty(), "{:?}", r.doubts);
                assert!((r.rounds - 500.0).abs() < 80.0, "{}", r.rounds);
                sum += r.value.expect("rounds") / logs as f64;
                held += u64::from(r.interval.expect("rounds").holds(want));
            }
            assert!((sum - want).abs() < 0.012, "{}: {sum}, in the world {want}", kind.code());
            assert!(held >= 36, "{}: {held} of {logs} intervals hold the truth", kind.code());
        }
    }
}

#[test]
fn a_replay_that_rests_on_too_little_or_on_wrong_propensities_is_doubted() {
    let doubts = |log: &Log| {
        let r =
            replay(log, BanditKind::LinUcb, &BanditSettings::default(), &shipped(), (5, 1), &Silent).expect("a replay");
        r.doubts.iter().map(Doubt::code).collect::<Vec<_>>()
    };
    assert_eq!(doubts(&log(400, [0.25; 4], 1)), ["effective_rows"]);
    // Claims that each item is as likely, while one was never shown to most.
    let (mut r, mut wrong) = (Random::new(4), Log::new());
    for _ in 0..4000 {
        let i = usize::from(r.below(20) == 0) * 3;
        wrong.push("home", 1, ITEMS[i], 0.25, f64::from(r.unit() < CLICKED[i]));
    }
    assert!(doubts(&wrong).contains(&"matches"));
    let mut amounts = log(2000, [0.25; 4], 1);
    amounts.push("home", 1, "a", 0.25, 19.99);
    let run = |kind| replay(&amounts, kind, &BanditSettings::default(), &shipped(), (2, 1), &Silent);
    assert_eq!(run(BanditKind::Thompson).expect_err("an amount").code(), "bad_exploration");
    let r = run(BanditKind::EpsilonGreedy).expect("any reward will do");
    assert!(r.interval.is_some_and(|i| i.holds(r.value.expect("rounds"))));
    assert_eq!(run(BanditKind::EpsilonGreedy), run(BanditKind::EpsilonGreedy), "the same seed, the same answer");
    assert!(replay(&Log::new(), BanditKind::LinUcb, &BanditSettings::default(), &shipped(), (2, 1), &Silent).is_err());
}

#[test]
fn linucb_uses_the_scene_that_rows_tell() {
    let mut r = Random::new(9);
    let mut text = String::from("item,pscore,click,u0\n");
    for _ in 0..8000 {
        let (item, scene) = (r.below(2), r.below(2));
        let click = r.unit() < if item == scene { 0.6 } else { 0.1 };
        text += &format!("{},0.5,{},{scene}\n", ITEMS[item as usize], u8::from(click));
    }
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("log.csv");
    std::fs::write(&path, text).expect("written");
    let (log, _) = nearshelf::policy::read_log(&[path], &Silent).expect("a log");
    let value = |kind| {
        let r = replay(&log, kind, &BanditSettings::default(), &shipped(), (3, 1), &Silent).expect("a replay");
        r.value.expect("rounds")
    };
    let (blind, seeing) = (value(BanditKind::Thompson), value(BanditKind::LinUcb));
    assert!(blind < 0.4 && seeing > 0.55, "{blind} {seeing}");
}
