//! `nearshelf eval`

use crate::args::EvalArgs;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::builder::evaluate::{Evaluation, Opened, Options, by_parts, evaluate, write_predictions};
use nearshelf::builder::metrics::Metrics;
use nearshelf::builder::pack;
use nearshelf::builder::paired::{Paired, compare as compare_with, read_predictions};
use nearshelf::builder::replay::History;
use nearshelf::builder::shards::Limits;
use nearshelf::builder::split::Split;
use nearshelf::error::Error;
use nearshelf::rank::curve::{DEPTHS, KNOTS, Place, VIEWS};
use nearshelf::rank::{Blend, Component, Exploration};
use nearshelf::shop::{Shop, ShopFiles, write_file};
use serde_json::json;

pub(crate) fn run(args: &EvalArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let split = Split::read(&args.data)?;
    let mut files = ShopFiles::in_folder(&args.data)?;
    if args.config.is_some() {
        files.config.clone_from(&args.config);
    }
    let shop = Shop::read(&files, &bars)?;
    shop.rejects.check(0.0)?;
    let k = pack::Options { min_support: args.min_support, ..pack::Options::default() }.support(&shop);
    let histories: &[History] =
        if args.history { &[History::None, History::Visit, History::Days(7), History::All] } else { &[] };
    let diversity = (args.diversity * 65_536.0).round() as u32;
    let explored = || Exploration { share: (args.explore * 1e6).round() as u32, ..shop.exploration("") };
    let exploration = (args.explore > 0.0).then(explored);
    let options = |k, histories| Options { part: args.on, k, histories, diversity, exploration };
    let with = |k, histories| evaluate(&shop, &split, options(k, histories), &bars);
    let baseline = args.baseline.as_deref().map(read_predictions).transpose()?;
    let result = with(k, histories)?;
    let paired = baseline.map(|theirs| compare_with(&result.predictions, &theirs)).transpose()?.unwrap_or_default();
    let mut by_support = Vec::new();
    for k in SUPPORTS.into_iter().filter(|_| args.support) {
        by_support.push((k, with(k, &[])?.metrics));
    }
    let mut opened = Vec::new();
    if args.shards {
        let options = Options { part: args.on, k, histories: &[], diversity, exploration: None };
        opened = by_parts(&shop, &split, options, &result.pack, Limits::of(args.max_bytes), &bars)?;
    }
    bars.finish();
    if let Some(path) = &args.predictions {
        write_predictions(&result.predictions, path)?;
    }
    if let Some(path) = &args.pack {
        write_file(path, &result.pack)?;
    }
    if args.json {
        print_json(&result, k, (&by_support, &opened, &paired))
    } else {
        print(&result, k, &by_support);
        print_paired(&paired);
        if args.shards {
            print_opened(&opened);
        }
    }
    Ok(())
}

/// Thresholds that `--support` compares.
const SUPPORTS: [u32; 4] = [1, 2, 3, 5];
/// Measures that comparisons print.
const COMPARED: [&str; 4] = ["HR@20", "MRR@20", "NOV_HR@20", "COV@20"];

fn print(e: &Evaluation, k: u32, by_support: &[(u32, Metrics)]) {
    for (name, value) in &e.metrics.values {
        say!("{name:<14} {value:.4}");
    }
    say!("{:<14} {}", "events", e.metrics.events);
    say!("{:<14} {k}", "min-support");
    say!("{:<14} {}", "pack bytes", e.pack.len());
    compare("history", e.by_history.iter().map(|(h, m)| (name(*h), m)));
    compare("min-support", by_support.iter().map(|(k, m)| (k.to_string(), m)));
    worths(&e.blend);
}

fn print_paired(paired: &[Paired]) {
    for (i, p) in paired.iter().enumerate() {
        if i == 0 {
            say!("{:<14} {:>10} {:>10}   95 % interval", "baseline", "its", "better by");
        }
        let interval = p.interval.map_or_else(|| "none".into(), |i| format!("{:+.4} to {:+.4}", i.low, i.high));
        say!("{:<14} {:>10.4} {:>+10.4}   {interval}", p.name, p.baseline, p.difference);
    }
}

fn print_opened(opened: &[Opened]) {
    if opened.is_empty() {
        return say!("shards         none: the pack fits into a core");
    }
    let names: Vec<String> = COMPARED.iter().map(|m| format!("{m:>10}")).collect();
    say!("{:<14} {} {:>10} {:>8}", "open", names.join(" "), "on wire", "files");
    for o in opened {
        let values: Vec<String> =
            COMPARED.iter().map(|m| format!("{:>10.4}", o.metrics.get(m).unwrap_or_default())).collect();
        say!("{:<14} {} {:>10} {:>8.2}", o.name, values.join(" "), o.wire, o.files);
    }
    say!("{:<14} {} events", "", opened[0].metrics.events);
}

fn name(history: History) -> String {
    match history {
        History::None => "none".into(),
        History::Visit => "visit".into(),
        History::Days(n) => format!("{n} days"),
        History::All => "all".into(),
    }
}

/// A line for each, under what is compared; nothing where there is none.
fn compare<'a>(what: &str, rows: impl Iterator<Item = (String, &'a Metrics)>) {
    for (i, (name, metrics)) in rows.enumerate() {
        if i == 0 {
            let names: Vec<String> = COMPARED.iter().map(|m| format!("{m:>10}")).collect();
            say!("{what:<14} {}", names.join(" "));
        }
        let values: Vec<String> =
            COMPARED.iter().map(|m| format!("{:>10.4}", metrics.get(m).unwrap_or_default())).collect();
        say!("{name:<14} {}", values.join(" "));
    }
}

/// What each component's evidence is worth at most, from the first step of a visit to the late ones.
pub(crate) fn worths(blend: &Blend) {
    if blend.curves.is_empty() {
        return say!("worth          even weights: there was too little to learn from");
    }
    say!("{:<14} {:>8} {:>8} {:>8} {:>8} {:>8}", "worth at step", "1", "2", "3-4", "5-8", "9-");
    for c in Component::ALL.into_iter().filter(|c| *c != Component::Given) {
        let full = Place { knot: KNOTS - 1, part: 65_536 };
        let worth =
            |depth| (0..VIEWS).map(|view| blend.curves.worth(depth, c, view, full)).sum::<i64>() as f64 / 65_536.0;
        let all: Vec<String> = (0..DEPTHS).map(|d| format!("{:>8.2}", worth(d))).collect();
        say!("{:<14} {}", c.code(), all.join(" "));
    }
}

/// What is printed beside the measures, where it was asked for.
type Beside<'a> = (&'a [(u32, Metrics)], &'a [Opened], &'a [Paired]);

fn print_json(e: &Evaluation, k: u32, (by_support, opened, paired): Beside<'_>) {
    let mut out = measures(&e.metrics);
    out.insert("min_support".into(), k.into());
    out.insert("pack_bytes".into(), e.pack.len().into());
    let mut table = |what: &str, rows: Vec<(String, &Metrics)>| {
        if !rows.is_empty() {
            out.insert(
                what.into(),
                rows.into_iter().map(|(name, m)| (name, serde_json::Value::Object(measures(m)))).collect(),
            );
        }
    };
    table("by_history", e.by_history.iter().map(|(h, m)| (name(*h), m)).collect());
    table("by_min_support", by_support.iter().map(|(k, m)| (k.to_string(), m)).collect());
    if !opened.is_empty() {
        let row = |o: &Opened| {
            let mut row = measures(&o.metrics);
            row.insert("wire_bytes".into(), o.wire.into());
            row.insert("files".into(), o.files.into());
            (o.name.to_string(), serde_json::Value::Object(row))
        };
        out.insert("by_open".into(), opened.iter().map(row).collect());
    }
    if !paired.is_empty() {
        let row = |p: &Paired| {
            let ends = p.interval.map(|i| [i.low, i.high]);
            (p.name.to_string(), json!({ "baseline": p.baseline, "difference": p.difference, "interval": ends }))
        };
        out.insert("baseline".into(), paired.iter().map(row).collect());
    }
    say!("{}", serde_json::Value::Object(out));
}

fn measures(m: &Metrics) -> serde_json::Map<String, serde_json::Value> {
    let rounded = m.values.iter().map(|(name, value)| ((*name).into(), ((value * 1e6).round() / 1e6).into()));
    rounded.chain([("events".into(), m.events.into())]).collect()
}
