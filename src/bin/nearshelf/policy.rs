//! `nearshelf policy eval|replay`

use crate::output::say;
use crate::progress::Bars;
use clap::{Args, Subcommand, ValueEnum};
use nearshelf::error::Error;
use nearshelf::policy::{
    BanditKind, BanditSettings, Campaign, Doubt, Estimate, Judgement, Log, Policy, Problems, Replayed, campaigns,
    folder_has_policies, judge, read_log, read_policy, refusal, replay,
};
use nearshelf::shop::{PolicySettings, Progress};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Estimate what another policy would have earned, from a log that explored.
    Eval(EvalArgs),
    /// Try bandits out on a log that explored.
    Replay(ReplayArgs),
}

#[derive(Debug, Args)]
struct LogArgs {
    /// Exploration logs, read as one (.jsonl or .csv, each also .gz); or a folder with {campaign}_random.csv.gz,
    /// {campaign}_bts.csv.gz and {campaign}_items.csv.
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// Settings: [policy] of a shop.toml says when an estimate is trusted.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Seed of everything that is drawn.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Largest share of the lines that may be unusable.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    max_reject: f64,
    /// End well even where an estimate is not trusted; it is marked all the same.
    #[arg(long)]
    allow_untrusted: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    log: LogArgs,
    /// The policy: a file, `uniform` (every item of the log alike), or `shares:LOG` (what another log showed, place by place).
    /// Default: what the rows themselves say.
    #[arg(long, value_name = "FILE|uniform|shares:LOG")]
    policy: Option<String>,
    /// Bootstrap samples behind each interval.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(40..=100_000))]
    resamples: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    log: LogArgs,
    /// Bandits to try. Default: all three.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    bandit: Vec<BanditName>,
    /// Share of rounds in which epsilon-greedy takes any item.
    #[arg(long, value_name = "SHARE", default_value_t = BanditSettings::default().epsilon)]
    epsilon: f64,
    /// Widths of the regression's error that LinUCB adds.
    #[arg(long, value_name = "N", default_value_t = BanditSettings::default().alpha)]
    alpha: f64,
    /// Thompson's prior: rounds with and without a reward.
    #[arg(long, value_name = "N", num_args = 2, default_values_t = [1.0, 1.0])]
    prior: Vec<f64>,
    /// Orders of the rows that are replayed.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BanditName {
    EpsilonGreedy,
    Thompson,
    #[value(name = "linucb")]
    LinUcb,
}

pub(crate) fn run(command: &PolicyCommand) -> Result<(), Error> {
    match command {
        PolicyCommand::Eval(args) => eval(args),
        PolicyCommand::Replay(args) => try_out(args),
    }
}

fn eval(args: &EvalArgs) -> Result<(), Error> {
    let (bars, settings) = (Bars::default(), PolicySettings::read(args.log.config.as_deref())?);
    let one = |log: &Log, policy: &Policy| judge(log, policy, &settings, args.resamples, args.log.seed, &bars);
    if let Some(dir) = args.log.folder() {
        if args.policy.is_some() {
            return Err(folder_has_policies(dir));
        }
        let mut all = Vec::new();
        for c in campaigns(dir)? {
            let read = |path| Ok::<Log, Error>(args.log.read(std::slice::from_ref(path), &bars)?.0);
            let (random, bts) = (read(&c.random)?, read(&c.bts)?);
            let (uniform, shares) = (Policy::uniform(c.items.iter().map(String::as_str))?, Policy::shares(&bts)?);
            let cases = [
                ("eval_bts_marginal_on_random", &random, &shares),
                ("eval_uniform_on_bts", &bts, &uniform),
                ("eval_uniform_on_random", &random, &uniform),
                ("eval_bts_marginal_on_bts", &bts, &shares),
            ];
            let judged = cases.into_iter().map(|(name, log, policy)| Ok((name, one(log, policy)?)));
            all.push((c, judged.collect::<Result<Vec<_>, Error>>()?));
        }
        bars.finish();
        print_campaigns(&all, args.log.json);
        return args.log.verdict(all.iter().flat_map(|(_, j)| j).map(|(_, j)| j.doubts.as_slice()));
    }
    let (log, problems) = args.log.read(&args.log.logs, &bars)?;
    let policy = match args.policy.as_deref() {
        None => Policy::of_rows(&log)?,
        Some("uniform") => Policy::uniform(log.items().iter().map(String::as_str))?,
        Some(given) => match given.strip_prefix("shares:") {
            Some(other) => Policy::shares(&args.log.read(&[other.into()], &bars)?.0)?,
            None => read_policy(Path::new(given), &bars)?,
        },
    };
    let j = one(&log, &policy)?;
    bars.finish();
    if args.log.json {
        let mut out = estimates_json(&j);
        out.insert("lines".into(), lines_json(&problems));
        say!("{:#}", Value::Object(out));
    } else {
        lines(&problems);
        print(&j);
    }
    args.log.verdict(std::iter::once(j.doubts.as_slice()))
}

impl LogArgs {
    /// The folder, where one is given.
    fn folder(&self) -> Option<&Path> {
        self.logs.first().filter(|p| self.logs.len() == 1 && p.is_dir()).map(PathBuf::as_path)
    }

    fn read(&self, files: &[PathBuf], progress: &dyn Progress) -> Result<(Log, Problems), Error> {
        let (log, problems) = read_log(files, progress)?;
        problems.check(self.max_reject)?;
        Ok((log, problems))
    }

    fn verdict<'a>(&self, all: impl Iterator<Item = &'a [Doubt]>) -> Result<(), Error> {
        if self.allow_untrusted { Ok(()) } else { refusal(all) }
    }
}

fn lines(p: &Problems) {
    say!("{} lines: {} copies, {} unusable", p.lines, p.copies, p.bad);
    for (file, line, why) in &p.first {
        say!("  {file} line {line}: {why}");
    }
}

fn lines_json(p: &Problems) -> Value {
    json!({ "read": p.lines, "copies": p.copies, "unusable": p.bad })
}

fn print(j: &Judgement) {
    let w = &j.weights;
    let plus = |e: Option<f64>| e.map_or(String::new(), |e| format!(" ± {e:.4}"));
    let (rows, groups) = (w.rows, w.groups);
    say!("{rows} rows of {groups} groups, {} with a reward", w.rewards);
    let share = 100.0 * w.effective_rows / rows as f64;
    say!("effective rows     {:.0} ({share:.1} %)", w.effective_rows);
    say!("effective rewards  {:.1}", w.effective_rewards);
    say!("largest weight     {:.2} ({:.2} % of all)", w.largest, 100.0 * w.largest_share);
    say!("mean weight        {:.3}{}", w.mean, plus(w.mean_error));
    match w.never_shown {
        Some(share) => say!("never shown        {:.2} %", 100.0 * share),
        None => say!("never shown        unknown: rows say only how likely the shown item would have been"),
    }
    say!("\n{:<10} {:>9} {:>9} {:>21}", "", "per row", "± s.e.", "95 % interval");
    let p = &j.policy;
    let all =
        [("log", &j.logged), ("IPS", &p.ips), ("SNIPS", &p.snips), ("DM", &p.dm), ("DR", &p.dr), ("gain", &j.gain)];
    for (name, e) in all {
        say!("{name:<10} {}", estimate(e));
    }
    if let Some(i) = j.gain.interval.filter(|_| j.is_trusted()) {
        let verdict = if i.holds(0.0) { "within noise" } else { "clear of noise" };
        say!("\nthe gain over the log is {verdict}");
    }
    doubts(&j.doubts);
}

fn estimate(e: &Estimate) -> String {
    let number = |v: Option<f64>| v.map_or("-".into(), |v| format!("{v:.5}"));
    let interval = e.interval.map_or("-".into(), |i| format!("{:.5} to {:.5}", i.low, i.high));
    format!("{:>9} {:>9} {interval:>21}", number(e.value), number(e.error))
}

fn doubts(doubts: &[Doubt]) {
    if !doubts.is_empty() {
        say!("NOT TRUSTED:");
    }
    doubts.iter().for_each(|d| say!("  {}", d.text()));
}

type Judged = (Campaign, Vec<(&'static str, Judgement)>);

fn print_campaigns(all: &[Judged], json: bool) {
    if json {
        let of = |judged: &[(&'static str, Judgement)]| {
            Value::Object(judged.iter().map(|(name, j)| ((*name).into(), Value::Object(estimates_json(j)))).collect())
        };
        let all: Map<String, Value> = all.iter().map(|(c, judged)| (c.name.clone(), of(judged))).collect();
        return say!("{:#}", Value::Object(all));
    }
    let head = ["CTR", "IPS", "± s.e.", "SNIPS", "DM", "DR"].map(|h| format!("{h:>8}")).join(" ");
    say!("{:<10} {:<8} {:<7} {head} {:>6} {:>7}", "campaign", "policy", "log", "ESS", "max w");
    for (c, judged) in all {
        for (name, j) in judged {
            let policy = if name.contains("uniform") { "uniform" } else { "bts" };
            let log = if name.ends_with("random") { "random" } else { "bts" };
            let p = &j.policy;
            let numbers = [j.logged.value, p.ips.value, p.ips.error, p.snips.value, p.dm.value, p.dr.value]
                .map(|v| v.map_or(format!("{:>8}", "-"), |v| format!("{v:>8.5}")));
            let (ess, largest) = (j.weights.effective_rows, j.weights.largest);
            let mark = if j.is_trusted() { "" } else { "  not trusted" };
            say!("{:<10} {policy:<8} {log:<7} {} {ess:>6.0} {largest:>7.1}{mark}", c.name, numbers.join(" "));
        }
    }
    for (c, judged) in all {
        for (name, j) in judged.iter().filter(|(_, j)| !j.is_trusted()) {
            say!("\n{}, {name}", c.name);
            doubts(&j.doubts);
        }
    }
}

fn estimates_json(j: &Judgement) -> Map<String, Value> {
    let (p, w) = (&j.policy, &j.weights);
    let interval = |e: &Estimate| e.interval.map_or(Value::Null, |i| json!([i.low, i.high]));
    let mut out = Map::new();
    for (name, e) in
        [("log", &j.logged), ("ips", &p.ips), ("snips", &p.snips), ("dm", &p.dm), ("dr", &p.dr), ("gain", &j.gain)]
    {
        out.insert(name.into(), json!(e.value));
        out.insert(format!("{name}_se"), json!(e.error));
        out.insert(format!("{name}_interval"), interval(e));
    }
    let rest = json!({
        "rows": w.rows, "groups": w.groups, "rewards": w.rewards, "ess": w.effective_rows, "effective_rewards": w.effective_rewards,
        "max_w": w.largest, "max_w_share": w.largest_share, "mean_w": w.mean, "mean_w_se": w.mean_error,
        "never_shown": w.never_shown, "trusted": j.is_trusted(), "doubts": doubts_json(&j.doubts),
    });
    out.extend(rest.as_object().cloned().unwrap_or_default());
    out
}

fn doubts_json(doubts: &[Doubt]) -> Vec<Value> {
    let one = |d: &Doubt| {
        let (found, limit) = d.numbers();
        json!({ "code": d.code(), "found": found, "limit": limit, "text": d.text() })
    };
    doubts.iter().map(one).collect()
}

fn try_out(args: &ReplayArgs) -> Result<(), Error> {
    let (bars, limits) = (Bars::default(), PolicySettings::read(args.log.config.as_deref())?);
    let prior = (args.prior.first().copied().unwrap_or(1.0), args.prior.get(1).copied().unwrap_or(1.0));
    let settings = BanditSettings { epsilon: args.epsilon, alpha: args.alpha, prior };
    let named = |n: &BanditName| match n {
        BanditName::EpsilonGreedy => BanditKind::EpsilonGreedy,
        BanditName::Thompson => BanditKind::Thompson,
        BanditName::LinUcb => BanditKind::LinUcb,
    };
    let kinds: Vec<BanditKind> =
        if args.bandit.is_empty() { BanditKind::ALL.to_vec() } else { args.bandit.iter().map(named).collect() };
    let mut logs = Vec::new();
    match args.log.folder() {
        Some(dir) => {
            for c in campaigns(dir)? {
                logs.push((c.name, args.log.read(&[c.random], &bars)?));
            }
        }
        None => logs.push((String::new(), args.log.read(&args.log.logs, &bars)?)),
    }
    let mut all = Vec::new();
    for (name, (log, problems)) in logs {
        let runs = (args.runs, args.log.seed);
        let replayed = kinds.iter().map(|k| replay(&log, *k, &settings, &limits, runs, &bars));
        all.push((name, log.mean_reward(), log.rows().len(), problems, replayed.collect::<Result<Vec<_>, Error>>()?));
    }
    bars.finish();
    if args.log.json {
        let one = |r: &Replayed| {
            json!({ "bandit": r.kind.code(), "rounds": r.rounds, "rewards": r.rewards, "value": r.value,
                    "interval": r.interval.map(|i| [i.low, i.high]), "trusted": r.doubts.is_empty(), "doubts": doubts_json(&r.doubts) })
        };
        let of = |(name, mean, rows, problems, replayed): &(String, Option<f64>, usize, Problems, Vec<Replayed>)| {
            json!({ "campaign": name, "log": mean, "rows": rows, "lines": lines_json(problems),
                    "bandits": replayed.iter().map(one).collect::<Vec<_>>() })
        };
        say!("{:#}", Value::Array(all.iter().map(of).collect()));
    } else {
        for (name, mean, rows, problems, replayed) in &all {
            if !name.is_empty() {
                say!("{name}");
            }
            lines(problems);
            say!("{rows} rows, {:.5} per row as logged; means of {} orders", mean.unwrap_or(0.0), args.runs);
            say!("{:<15} {:>7} {:>8} {:>9} {:>21}", "", "rounds", "rewards", "per round", "95 % interval");
            for r in replayed {
                let value = r.value.map_or("-".into(), |v| format!("{v:.5}"));
                let interval = r.interval.map_or("-".into(), |i| format!("{:.5} to {:.5}", i.low, i.high));
                say!("{:<15} {:>7.0} {:>8.1} {value:>9} {interval:>21}", r.kind.code(), r.rounds, r.rewards);
                doubts(&r.doubts);
            }
        }
    }
    args.log.verdict(all.iter().flat_map(|x| &x.4).map(|r| r.doubts.as_slice()))
}
