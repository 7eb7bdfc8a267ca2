//! Estimates of a policy's worth: against the published reference, and against logs whose truth is known.

mod files;
mod replay;
mod shelf;

use nearshelf::policy::{Doubt, Judgement, Log, Policy, campaigns, judge, read_log};
use nearshelf::random::Random;
use nearshelf::shop::{PolicySettings, Silent};

pub(super) fn shipped() -> PolicySettings {
    PolicySettings::read(None).expect("the shipped settings")
}

fn judged(log: &Log, policy: &Policy, settings: &PolicySettings) -> Judgement {
    judge(log, policy, settings, 60, 1, &Silent).expect("a judgement")
}

#[test]
fn the_published_reference_is_reproduced_to_a_billionth() {
    let Some(dir) = crate::data::folder("obd") else { return };
    let text = std::fs::read_to_string(dir.join("reference.json")).expect("a reference");
    let reference: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let read = |path: &std::path::PathBuf| {
        let (log, problems) = read_log(std::slice::from_ref(path), &Silent).expect("a log");
        problems.check(0.0).expect("every line");
        log
    };
    let campaigns = campaigns(&dir).expect("campaigns");
    assert_eq!(campaigns.len(), 2);
    for c in campaigns {
        let expected = &reference[&c.name];
        let (random, bts) = (read(&c.random), read(&c.bts));
        let uniform = Policy::uniform(c.items.iter().map(String::as_str)).expect("items");
        let shares = Policy::shares(&bts).expect("rows");
        assert_eq!(expected["n_items"], c.items.len());
        let mut held = 0;
        for (name, log, policy) in [
            ("eval_bts_marginal_on_random", &random, &shares),
            ("eval_uniform_on_bts", &bts, &uniform),
            ("eval_uniform_on_random", &random, &uniform),
            ("eval_bts_marginal_on_bts", &bts, &shares),
        ] {
            let j = judged(log, policy, &shipped());
            let which = if name.ends_with("random") { "random" } else { "bts" };
            assert_eq!(expected["rounds"][which], j.weights.rows);
            assert_eq!(expected["clicks"][which], j.weights.rewards);
            let p = &j.policy;
            for (field, found) in [
                ("ips", p.ips.value),
                ("ips_se", p.ips.error),
                ("snips", p.snips.value),
                ("dm", p.dm.value),
                ("dr", p.dr.value),
                ("ess", Some(j.weights.effective_rows)),
                ("max_w", Some(j.weights.largest)),
            ] {
                let (found, expected) = (found.expect(field), expected[name][field].as_f64().expect(field));
                let error = (found - expected).abs() / expected.abs().max(1.0);
                assert!(error < 1e-9, "{} {name} {field}: {found}, not {expected}", c.name);
                held += 1;
            }
            let ctr = j.logged.value.expect("rows");
            assert!((ctr - expected["ctr"][which].as_f64().expect("a rate")).abs() < 1e-9);
            let trusted = name.ends_with("on_random");
            assert_eq!(j.is_trusted(), trusted, "{} {name}: {:?}", c.name, j.doubts);
        }
        assert_eq!(held, 28);
    }
}

/// A world of two positions and five items: how likely each is shown, how often it is clicked, what the policy would do.
struct World {
    shown: [[f64; 5]; 2],
    clicked: [[f64; 5]; 2],
    policy: Policy,
    truth: f64,
}

const ITEMS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn world() -> World {
    let shown = [[0.4, 0.3, 0.15, 0.1, 0.05], [0.1, 0.1, 0.2, 0.2, 0.4]];
    let clicked = [[0.1, 0.2, 0.3, 0.4, 0.5], [0.3, 0.05, 0.1, 0.6, 0.2]];
    // The policy likes what the log rarely showed.
    let wanted = [0.05, 0.15, 0.2, 0.3, 0.3];
    let truth = (0..2).flat_map(|p| (0..5).map(move |i| 0.5 * wanted[i] * clicked[p][i])).sum();
    let lines: String = ITEMS
        .iter()
        .zip(wanted)
        .map(|(item, p)| format!("{{\"item\":\"{item}\",\"probability\":{}}}\n", (p * 1e6_f64).round()))
        .collect();
    World { shown, clicked, policy: files::policy(&lines.replace(".0}", "}")).expect("a policy"), truth }
}

impl World {
    /// A log of the world. Propensities are the true ones, or claimed to be equal.
    fn log(&self, rows: usize, seed: u64, honest: bool) -> Log {
        let (mut r, mut log) = (Random::new(seed), Log::new());
        for _ in 0..rows {
            let place = r.below(2) as usize;
            let (mut u, mut item) = (r.unit(), 0);
            while item < 4 && u >= self.shown[place][item] {
                u -= self.shown[place][item];
                item += 1;
            }
            let propensity = if honest { self.shown[place][item] } else { 0.2 };
            let click = f64::from(r.unit() < self.clicked[place][item]);
            log.push("home", place as u32 + 1, ITEMS[item], propensity, click);
        }
        log
    }
}

/// Mean of an estimate over many logs, with its standard error.
fn over(logs: u64, estimate: impl Fn(u64) -> f64) -> (f64, f64) {
    let all: Vec<f64> = (0..logs).map(estimate).collect();
    let error = nearshelf::random::deviation(&all).expect("several") / (logs as f64).sqrt();
    (all.iter().sum::<f64>() / logs as f64, error)
}

fn values(j: &Judgement) -> [f64; 4] {
    let p = &j.policy;
    [p.ips, p.snips, p.dm, p.dr].map(|e| e.value.expect("a value"))
}

#[test]
fn every_estimator_finds_a_truth_that_is_known() {
    let world = world();
    let exact = PolicySettings { reward_prior: 0.0, ..shipped() };
    for (i, name) in ["IPS", "SNIPS", "DM", "DR"].iter().enumerate() {
        let (mean, error) = over(60, |seed| {
            let j = judge(&world.log(3000, seed, true), &world.policy, &exact, 0, 1, &Silent).expect("a judgement");
            values(&j)[i]
        });
        assert!((mean - world.truth).abs() < 4.0 * error + 1e-4, "{name}: {mean} ± {error}, truth {}", world.truth);
        assert!(error < 0.003, "{name}: {error}");
    }
}

#[test]
fn doubly_robust_survives_one_wrong_model_and_no_other_estimator_does() {
    let world = world();
    let mean = |settings: PolicySettings, honest: bool| {
        [0, 1, 2, 3].map(|i| {
            let of = |seed| {
                let log = world.log(3000, seed, honest);
                values(&judge(&log, &world.policy, &settings, 0, 1, &Silent).expect("a judgement"))[i]
            };
            over(60, of)
        })
    };
    let near = |(value, error): (f64, f64)| (value - world.truth).abs() < 4.0 * error + 1e-4;
    // A reward model that knows no item: every item is the mean.
    let [ips, _, dm, dr] = mean(PolicySettings { reward_prior: 1e9, ..shipped() }, true);
    assert!(near(ips) && near(dr) && !near(dm), "{ips:?} {dm:?} {dr:?}, truth {}", world.truth);
    // Propensities that are wrong, with a reward model that is right.
    let [ips, snips, dm, dr] = mean(PolicySettings { reward_prior: 0.0, ..shipped() }, false);
    assert!(!near(ips) && !near(snips) && near(dm) && near(dr), "{ips:?} {snips:?} {dm:?} {dr:?}");
}

#[test]
fn intervals_and_standard_errors_hold_what_they_promise() {
    let world = world();
    let (logs, mut held, mut gains) = (150, [0; 4], 0);
    let logged: f64 = (0..2)
        .flat_map(|p| (0..5).map(move |i| (p, i)))
        .map(|(p, i)| 0.5 * world.shown[p][i] * world.clicked[p][i])
        .sum();
    let (mut values, mut errors) = ([const { Vec::new() }; 3], [0.0; 3]);
    for seed in 0..logs {
        let settings = PolicySettings { reward_prior: 0.0, ..shipped() };
        let j = judge(&world.log(1500, seed, true), &world.policy, &settings, 200, seed, &Silent).expect("a judgement");
        let p = &j.policy;
        for (n, e) in held.iter_mut().zip([p.ips, p.snips, p.dm, p.dr]) {
            *n += u64::from(e.interval.expect("enough resamples").holds(world.truth));
        }
        gains += u64::from(j.gain.interval.expect("enough").holds(world.truth - logged));
        for (i, e) in [p.ips, p.snips, p.dr].iter().enumerate() {
            values[i].push(e.value.expect("a value"));
            errors[i] += e.error.expect("an error") / logs as f64;
        }
    }
    // 95 % of 150 is 142; three standard deviations less are 134.
    assert!(held.iter().chain([&gains]).all(|n| *n >= 134), "{held:?} {gains}");
    for (all, told) in values.iter().zip(errors) {
        let true_error = nearshelf::random::deviation(all).expect("several");
        assert!((told / true_error - 1.0).abs() < 0.25, "told {told}, in truth {true_error}");
    }
}

#[test]
fn rows_of_one_shopper_are_no_new_evidence() {
    let single: String = (0..400).map(|i| line(i, &format!("s{i}"), i % 4 == 0)).collect();
    let repeated: String = (0..2000).map(|i| line(i, &format!("s{}", i % 400), (i % 400) % 4 == 0)).collect();
    let error = |text: &str| {
        let log = files::log(text);
        let j = judged(&log, &Policy::uniform(["a", "b"].into_iter()).expect("items"), &shipped());
        (j.weights.rows, j.policy.ips.error.expect("several groups"))
    };
    let ((rows, one), (more, five)) = (error(&single), error(&repeated));
    assert_eq!((rows, more), (400, 2000));
    assert!((one - five).abs() < 1e-12, "{one} {five}");
}

fn line(i: usize, shopper: &str, click: bool) -> String {
    let item = if (i / 2).is_multiple_of(2) { "a" } else { "b" };
    let (served, click) = (i, u8::from(click));
    format!(
        "{{\"served\":\"{served}\",\"shopper\":\"{shopper}\",\"item\":\"{item}\",\"propensity\":500000,\"reward\":{click}}}\n"
    )
}

#[test]
fn estimates_keep_their_properties() {
    let world = world();
    let settings = shipped();
    for seed in 0..20 {
        let log = world.log(500, seed, true);
        let base = values(&judged(&log, &world.policy, &settings));
        // The order of the rows says nothing.
        let mut rows = log.rows().to_vec();
        Random::new(seed).shuffle(&mut rows);
        let copy = |shift: f64| {
            let mut out = Log::new();
            for r in &rows {
                out.push("home", r.place, &log.items()[r.item as usize], r.propensity, r.reward + shift);
            }
            out
        };
        let shuffled = values(&judged(&copy(0.0), &world.policy, &settings));
        // What every row earns more, the policy earns more; IPS alone does not know that weights are 1 in the mean.
        let shifted = values(&judged(&copy(10.0), &world.policy, &settings));
        for i in 0..4 {
            assert!((base[i] - shuffled[i]).abs() < 1e-12);
            assert!(i == 0 || (shifted[i] - base[i] - 10.0).abs() < 1e-9, "{i}: {shifted:?} {base:?}");
        }
        assert!((0.0..=1.0).contains(&base[1]), "a self-normalised mean of clicks is a mean of clicks");
        // The log's own policy earns what the log earned.
        let mut fair = Log::new();
        rows.iter().for_each(|r| fair.push("x", 1, ITEMS[r.item as usize], 0.2, r.reward));
        let j = judged(&fair, &Policy::uniform(ITEMS.into_iter()).expect("items"), &settings);
        let mean = fair.mean_reward().expect("rows");
        assert!((j.policy.ips.value.expect("a value") - mean).abs() < 1e-12);
        assert!((j.weights.effective_rows - 500.0).abs() < 1e-6);
        assert!(j.weights.effective_rows <= 500.0 + 1e-6 && j.weights.largest_share >= 1.0 / 500.0 - 1e-12);
        // The same seed, the same answer.
        assert_eq!(j, judged(&fair, &Policy::uniform(ITEMS.into_iter()).expect("items"), &settings));
    }
}

#[test]
fn what_cannot_be_trusted_is_doubted_for_the_right_reason() {
    let limits = shipped();
    let codes = |j: &Judgement| j.doubts.iter().map(Doubt::code).collect::<Vec<_>>();
    let only_a = Policy::uniform(["a"].into_iter()).expect("an item");
    // 1,000 rows, a tenth of them a, clicked.
    let log = |rows: u32, a_of: u32, propensity: f64, clicks: bool| {
        let mut log = Log::new();
        for i in 0..rows {
            let (item, p) = if i % a_of == 0 { ("a", propensity) } else { ("b", 1.0 - propensity) };
            log.push("", 1, item, p, f64::from(clicks && i % 2 == 0));
        }
        log
    };
    let good = judged(&log(4000, 2, 0.5, true), &only_a, &limits);
    assert!(good.is_trusted(), "{:?}", good.doubts);
    assert_eq!(codes(&judged(&log(300, 2, 0.5, true), &only_a, &limits)), ["effective_rows"]);
    assert_eq!(codes(&judged(&log(20_000, 20, 0.05, true), &only_a, &limits)), ["effective_share"]);
    assert_eq!(codes(&judged(&log(4000, 2, 0.5, false), &only_a, &limits)), ["effective_rewards"]);
    assert_eq!(codes(&judged(&log(4000, 2, 0.25, true), &only_a, &limits)), ["mean_weight"]);
    let unseen = Policy::uniform(["a", "b", "c", "d", "e"].into_iter()).expect("items");
    let j = judged(&log(4000, 2, 0.5, true), &unseen, &limits);
    assert_eq!(codes(&j), ["never_shown", "mean_weight"]);
    assert!((j.weights.never_shown.expect("a policy") - 0.6).abs() < 1e-12);
    let mut heavy = log(4000, 2, 0.5, true);
    heavy.push("", 1, "a", 0.01, 1.0);
    assert_eq!(codes(&judged(&heavy, &only_a, &limits)), ["largest_weight"]);
    // Nothing in common: no ratio is made of nothing.
    let j = judged(&log(4000, 2, 0.5, true), &Policy::uniform(["z"].into_iter()).expect("an item"), &limits);
    assert_eq!((j.policy.ips.value, j.policy.snips.value, j.weights.effective_rows), (Some(0.0), None, 0.0));
    assert!(codes(&j).contains(&"never_shown") && codes(&j).contains(&"effective_rows"));
    // Limits are settings.
    let loose = PolicySettings { effective_rows: 100.0, ..limits };
    assert!(judged(&log(300, 2, 0.5, true), &only_a, &loose).is_trusted());
}
