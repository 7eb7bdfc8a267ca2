//! `nearshelf coupons`

use crate::output::say;
use crate::progress::Bars;
use clap::{Args, Subcommand};
use nearshelf::coupons::{Comparison, Data, Group, Known, Measure, Ranked, compare, fit, rank, read_groups};
use nearshelf::error::Error;
use nearshelf::offer::usage::{NAMES, ONE};
use nearshelf::shop::write_file;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Said beside every number.
const CAVEAT: &str = "redemptions are seen of those who got a campaign, and nobody was chosen at random: no uplift can be read from this";

#[derive(Debug, Subcommand)]
pub(crate) enum CouponsCommand {
    /// Rank each group's coupons from what was known before its campaign, and measure the order where the groups carry labels.
    Eval(EvalArgs),
    /// Learn from a folder's campaigns and redemptions what signals are worth on a shopper's device, for `[coupons] weights` of shop.toml.
    Fit(FitArgs),
}

#[derive(Debug, Args)]
pub(crate) struct FitArgs {
    /// Folder as for eval.
    #[arg(value_name = "DATA_DIR")]
    data: PathBuf,
    /// File that gets the weights, as JSON.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Folder with transactions, products, coupons, campaigns, redemptions and popularity_monthly (.csv or .csv.gz).
    #[arg(value_name = "DATA_DIR")]
    data: PathBuf,
    /// Groups, a JSON list: campaign_id, household_id and, where known, redeemed.
    #[arg(long, value_name = "FILE")]
    groups: PathBuf,
    /// Write the score of every candidate of every group as CSV.
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Rank by what a shopper's device keeps of purchases, not by all of them.
    #[arg(long)]
    device: bool,
    /// Seed of the resamples behind the intervals.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &CouponsCommand) -> Result<(), Error> {
    match command {
        CouponsCommand::Eval(args) => eval(args),
        CouponsCommand::Fit(args) => learn(args),
    }
}

fn learn(args: &FitArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let weights = fit(&Data::read(&args.data, &bars)?);
    bars.finish();
    let named: serde_json::Map<String, Value> = NAMES
        .iter()
        .zip(weights)
        .filter(|(_, w)| *w != 0)
        .map(|(name, w)| (name.to_string(), json!(f64::from(w) / ONE as f64)))
        .collect();
    for (name, weight) in &named {
        say!("{name:<14}{:>9.4}", weight.as_f64().unwrap_or(0.0));
    }
    write_file(&args.out, format!("{:#}\n", json!({ "weights": named })).as_bytes())?;
    say!("wrote {}", args.out.display());
    say!("{CAVEAT}");
    Ok(())
}

fn eval(args: &EvalArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let groups = read_groups(&args.groups)?;
    let data = Data::read(&args.data, &bars)?;
    let ranked = rank(&data, &groups, if args.device { Known::Device } else { Known::Purchases }, &bars)?;
    bars.finish();
    if let Some(path) = &args.scores {
        write_file(path, scores(&groups, &ranked).as_bytes())?;
    }
    let compared = compare(&groups, &ranked, args.seed);
    if args.json {
        let measured = compared.as_ref().map_or(Value::Null, measures_json);
        let candidates: usize = ranked.iter().map(|r| r.coupons.len()).sum();
        say!(
            "{:#}",
            json!({ "groups": groups.len(), "candidates": candidates, "measured": measured, "caveat": CAVEAT })
        );
        return Ok(());
    }
    match &compared {
        Some(c) => print(c, groups.len()),
        None => say!("{} groups ranked; none says what was redeemed, so nothing is measured", groups.len()),
    }
    if let Some(path) = &args.scores {
        say!("wrote {}", path.display());
    }
    Ok(())
}

fn scores(groups: &[Group], ranked: &[Ranked]) -> String {
    let mut out = String::from("campaign_id,household_id,coupon_upc,score\n");
    for (group, r) in groups.iter().zip(ranked) {
        for (coupon, score) in r.coupons.iter().zip(&r.scores) {
            let _ = writeln!(out, "{},{},{coupon},{score}", group.campaign, group.household);
        }
    }
    out
}

fn print(c: &Comparison, groups: usize) {
    say!("{} of {groups} groups have labels to measure by", c.groups);
    say!("{:<10}{:>10}{:>10}{:>26}", "", "ranking", "rule", "difference, 95 %");
    for (k, m) in Measure::ALL.iter().enumerate() {
        let interval = c.difference[k].map_or("-".into(), |i| format!("{:+.4} to {:+.4}", i.low, i.high));
        say!("{:<10}{:>10.4}{:>10.4}{interval:>26}", m.name(), c.model[k], c.rule[k]);
    }
    say!("rule: own baskets, then baskets of the type, then households; intervals over resamples of households");
    say!("{CAVEAT}");
}

fn measures_json(c: &Comparison) -> Value {
    let of = |k: usize| {
        let interval = c.difference[k].map(|i| json!([i.low, i.high]));
        json!({ "model": c.model[k], "rule": c.rule[k], "difference_95": interval })
    };
    let all = Measure::ALL.iter().enumerate().map(|(k, m)| (m.name().to_string(), of(k)));
    let mut out: serde_json::Map<String, Value> = all.collect();
    out.insert("groups".into(), json!(c.groups));
    Value::Object(out)
}
