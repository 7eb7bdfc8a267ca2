//! `nearshelf reports plan|schema|decode|accuracy`

use crate::output::say;
use crate::reports_print::{decoded, lost};
use clap::{Args, Subcommand};
use nearshelf::catalog::Catalog;
use nearshelf::error::Error;
use nearshelf::pack::{MAGIC, Pack};
use nearshelf::privacy::noise::{Epsilon, Noise};
use nearshelf::report::accuracy::{self, Split};
use nearshelf::report::collect::{Costs, NamedSchema, decode};
use nearshelf::report::{MetricSchema, Z, outgoing, planned_error, words};
use nearshelf::shop::{read_file, read_plain};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Categories and budgets that a plan without a schema shows.
const CATEGORIES: [usize; 5] = [4, 8, 16, 32, 64];
const EPSILONS: [u32; 3] = [500_000, 1_000_000, 2_000_000];

#[derive(Debug, Subcommand)]
pub(crate) enum ReportsCommand {
    /// Show what a shop of this size can see: the smallest share and change, by metric or by number of categories and budget.
    Plan(PlanArgs),
    /// Print what a pack asks, as JSON for the collector; without a pack, the JSON schema of all that can leave a device.
    Schema(SchemaArgs),
    /// Estimate shares from the lines that the collector kept.
    Decode(DecodeArgs),
    /// Measure the estimator against its formula, on crowds whose answers are known.
    Accuracy(AccuracyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Shoppers who report in a week.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shoppers: u64,
    /// The pack, or what `nearshelf reports schema` printed of it: then by metric.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Weeks whose reports are added up.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=520))]
    weeks: u64,
    /// Language of the names: zh-CN or en.
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The pack that `nearshelf pack` wrote.
    #[arg(value_name = "PACK")]
    pack: Option<PathBuf>,
    /// Language of the names, one of the pack's; by default its first.
    #[arg(long, value_name = "TAG", default_value = "")]
    language: String,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// The schema that the reports answer: a pack, or what `nearshelf reports schema` printed.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// One report a line; several files count as one, and copies among them once.
    #[arg(value_name = "REPORTS.ndjson", required = true)]
    reports: Vec<PathBuf>,
    /// What campaigns cost: JSON with `margin`, `costs` by campaign, and `shoppers` that the reports stand for.
    #[arg(long, value_name = "FILE")]
    costs: Option<PathBuf>,
    /// Language of what is printed: zh-CN or en.
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccuracyArgs {
    /// Reports of a crowd.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    reports: u64,
    /// Crowds of each kind.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(2..=100_000))]
    trials: u64,
    /// Seed of the crowds.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(command: &ReportsCommand) -> Result<(), Error> {
    match command {
        ReportsCommand::Plan(args) => plan(args),
        ReportsCommand::Schema(args) => schema(args),
        ReportsCommand::Decode(args) => read(args),
        ReportsCommand::Accuracy(args) => {
            measure(args);
            Ok(())
        }
    }
}

fn schema(args: &SchemaArgs) -> Result<(), Error> {
    let Some(pack) = &args.pack else {
        say!("{:#}", outgoing::schema());
        return Ok(());
    };
    let mut catalog = Catalog::open(Pack::open(read_plain(pack)?)?)?;
    catalog.set_view(catalog.market_index(), catalog.language_named(&args.language)?)?;
    say!("{:#}", NamedSchema::of_pack(&catalog)?.json());
    Ok(())
}

/// The schema in a file; that of a pack with names in the language, where the pack has it.
fn named(path: &Path, language: &str) -> Result<NamedSchema, Error> {
    let bytes = read_plain(path)?;
    if !bytes.starts_with(&MAGIC) {
        return NamedSchema::read(&bytes);
    }
    let mut catalog = Catalog::open(Pack::open(bytes)?)?;
    if let Ok(language) = catalog.language_named(language) {
        catalog.set_view(catalog.market_index(), language)?;
    }
    NamedSchema::of_pack(&catalog)
}

fn plan(args: &PlanArgs) -> Result<(), Error> {
    if let Some(path) = &args.schema {
        let named = named(path, &args.language)?;
        by_metric(args, &named);
        return Ok(());
    }
    // Both lists are in range, so nothing is left out.
    let rows = EPSILONS
        .iter()
        .filter_map(|e| Epsilon::from_millionths(*e))
        .flat_map(|e| CATEGORIES.iter().filter_map(move |n| Some((*n, e, Noise::least_variance(*n + 1, e)?))));
    let reports = args.shoppers * args.weeks;
    if args.json {
        let row = |(n, e, noise): (usize, Epsilon, Noise)| {
            json!({ "categories": n, "epsilon": e.to_f64(), "mechanism": noise.mechanism().code(),
                    "standard_error": planned_error(&noise, reports) })
        };
        say!("{}", json!({ "shoppers": args.shoppers, "plan": rows.map(row).collect::<Vec<Value>>() }));
        return Ok(());
    }
    say!("{reports} reports. A share of the shoppers is then known to");
    say!("\n{:>7} {:>10} {:>9} {:>14} {:>16}", "epsilon", "categories", "mechanism", "standard error", "clear from");
    for (n, e, noise) in rows {
        let error = 100.0 * planned_error(&noise, reports);
        let mechanism = noise.mechanism().code();
        say!("{:>7} {n:>10} {mechanism:>9} {error:>12.2} % {:>14.2} %", e.to_f64(), Z * error);
    }
    say!(
        "\nA share below \"clear from\" (1.96 standard errors) may be noise. n weeks together divide the error by √n."
    );
    Ok(())
}

/// For each metric its reports, the smallest share and the smallest change from week to week that are no noise, and the change where the budget
/// is split over all metrics.
fn by_metric(args: &PlanArgs, named: &NamedSchema) {
    let metrics = named.schema.metrics();
    let total: f64 = metrics.iter().map(|m| f64::from(m.weight())).sum();
    let reports = |m: &MetricSchema| (args.shoppers * args.weeks) as f64 * f64::from(m.weight()) / total;
    let row = |m: &MetricSchema| {
        let n = reports(m);
        let error = lost(m.noise().mean_variance() / n);
        let split = Split::of(m.noise().symbols(), named.schema.epsilon(), metrics.len());
        (
            n,
            Z * error,
            Z * std::f64::consts::SQRT_2 * error,
            split.map(|s| Z * std::f64::consts::SQRT_2 * lost(s.variance / (args.shoppers * args.weeks) as f64)),
        )
    };
    if args.json {
        let row = |m: &MetricSchema| {
            let (n, share, change, split) = row(m);
            json!({ "metric": m.metric().code(), "symbols": m.noise().symbols(), "mechanism": m.noise().mechanism().code(), "reports": n,
                    "smallest_share": share, "smallest_change": change, "smallest_change_split": split, "visible": change < 1.0 })
        };
        let rows: Vec<Value> = metrics.iter().map(row).collect();
        return say!("{}", json!({ "shoppers": args.shoppers, "weeks": args.weeks, "plan": rows }));
    }
    let w = |en, zh| words::word(&args.language, (en, zh));
    let (shoppers, weeks) = (args.shoppers, args.weeks);
    say!(
        "{}",
        match words::word(&args.language, ("en", "zh")) {
            "zh" => format!("每周 {shoppers} 位顾客上报，合计 {weeks} 周。95 % 置信下能看出的最小值："),
            _ => format!("{shoppers} shoppers report in a week, {weeks} week(s) together. Smallest at 95 %:"),
        }
    );
    say!(
        "\n{:>20} {:>3} {:>5} {:>9} {:>9} {:>9} {:>9}",
        w("metric", "指标"),
        "k",
        w("how", "机制"),
        w("reports", "上报数"),
        w("share", "占比"),
        w("change", "变化"),
        w("if split", "若均分")
    );
    for m in metrics {
        let (n, share, change, split) = row(m);
        let percent =
            |v: f64| if v < 1.0 { format!("{:.2} %", 100.0 * v) } else { w("nothing", "看不出").to_string() };
        say!(
            "{:>20} {:>3} {:>5} {n:>9.0} {:>9} {:>9} {:>9}",
            m.metric().code(),
            m.noise().symbols(),
            m.noise().mechanism().code(),
            percent(share),
            percent(change),
            split.map_or_else(|| "—".into(), percent)
        );
    }
    say!(
        "\n{}",
        w(
            "share: above it a share is no noise. change: above it a share of this time differs from that of the time before.\nif split: the change, were the budget split over all metrics instead of spent on one that is drawn.",
            "占比：高于它才不是噪声。变化：两期之差高于它才算变化。若均分：把预算平均分给所有指标（而不是抽一个）时的变化下限。"
        )
    );
}

fn read(args: &DecodeArgs) -> Result<(), Error> {
    let schema = named(&args.schema, &args.language)?;
    let mut lines = Vec::new();
    for path in &args.reports {
        lines.extend(read_file(path)?);
        lines.push(b'\n');
    }
    let costs = args.costs.as_deref().map(|path| Costs::read(&read_plain(path)?)).transpose()?;
    let collected = decode(&schema, lines.as_slice(), costs.as_ref())?;
    if args.json {
        say!("{}", collected.json(&schema));
    } else {
        decoded(&collected, &schema, &args.language);
    }
    collected.check(&schema)
}

fn measure(args: &AccuracyArgs) {
    say!("{} crowds of {} reports each, seed {}", args.trials, args.reports, args.seed);
    say!(
        "\n{:>7} {:>4} {:>9} {:>12} {:>11} {:>8} {:>12} {:>9}",
        "epsilon",
        "k",
        "mechanism",
        "error",
        "MSE/theory",
        "bias",
        "one symbol's",
        "coverage"
    );
    for row in accuracy::table(args.reports, args.trials, args.seed) {
        say!(
            "{:>7} {:>4} {:>9} {:>10.3} % {:>11.3} {:>5.2} SE {:>9.2} SE {:>7.1} %",
            row.epsilon,
            row.symbols,
            row.mechanism,
            100.0 * row.error,
            row.ratio,
            row.bias,
            row.largest,
            100.0 * row.coverage
        );
    }
}
