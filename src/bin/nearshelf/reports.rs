//! `nearshelf reports plan|decode`

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::catalog::Catalog;
use nearshelf::error::Error;
use nearshelf::pack::Pack;
use nearshelf::privacy::noise::{Epsilon, Noise};
use nearshelf::report::collect::{Collected, NamedSchema, decode};
use nearshelf::report::{Estimates, Series, planned_error};
use nearshelf::shop::{read_file, read_plain};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Categories and budgets that a plan shows.
const CATEGORIES: [usize; 5] = [4, 8, 16, 32, 64];
const EPSILONS: [u32; 3] = [500_000, 1_000_000, 2_000_000];

#[derive(Debug, Subcommand)]
pub(crate) enum ReportsCommand {
    /// Show the standard error to expect, by number of categories and budget.
    Plan(PlanArgs),
    /// Print what a pack asks, as JSON for the collector.
    Schema(SchemaArgs),
    /// Estimate shares from the lines that the collector kept.
    Decode(DecodeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Shoppers who report in a week.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    shoppers: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The pack that `nearshelf pack` wrote.
    #[arg(value_name = "PACK")]
    pack: PathBuf,
    /// Language of the names, one of the pack's; by default its first.
    #[arg(long, value_name = "TAG", default_value = "")]
    language: String,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// The schema that the reports answer: a pack, or what `nearshelf reports schema` printed.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// One report a line.
    #[arg(value_name = "REPORTS.ndjson")]
    reports: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &ReportsCommand) -> Result<(), Error> {
    match command {
        ReportsCommand::Plan(args) => {
            plan(args);
            Ok(())
        }
        ReportsCommand::Schema(args) => schema(args),
        ReportsCommand::Decode(args) => read(args),
    }
}

fn schema(args: &SchemaArgs) -> Result<(), Error> {
    let mut catalog = Catalog::open(Pack::open(read_plain(&args.pack)?)?)?;
    catalog.set_view(catalog.market_index(), catalog.language_named(&args.language)?)?;
    say!("{:#}", NamedSchema::of_pack(&catalog)?.json());
    Ok(())
}

fn plan(args: &PlanArgs) {
    // Both lists are in range, so nothing is left out.
    let rows = EPSILONS
        .iter()
        .filter_map(|e| Epsilon::from_millionths(*e))
        .flat_map(|e| CATEGORIES.iter().filter_map(move |n| Some((*n, e, Noise::least_variance(*n + 1, e)?))));
    if args.json {
        let row = |(n, e, noise): (usize, Epsilon, Noise)| {
            json!({ "categories": n, "epsilon": e.to_f64(), "mechanism": noise.mechanism().code(),
                    "standard_error": planned_error(&noise, args.shoppers) })
        };
        return say!("{}", json!({ "shoppers": args.shoppers, "plan": rows.map(row).collect::<Vec<Value>>() }));
    }
    say!("{} shoppers report in a week. A share of the shoppers is then known to", args.shoppers);
    say!("\n{:>7} {:>10} {:>9} {:>14} {:>16}", "epsilon", "categories", "mechanism", "standard error", "clear from");
    for (n, e, noise) in rows {
        let error = 100.0 * planned_error(&noise, args.shoppers);
        let mechanism = noise.mechanism().code();
        say!("{:>7} {n:>10} {mechanism:>9} {error:>12.2} % {:>14.2} %", e.to_f64(), 2.0 * error);
    }
    say!("\nA share below \"clear from\" (two standard errors) may be noise. n weeks together divide the error by √n.");
}

fn read(args: &DecodeArgs) -> Result<(), Error> {
    let schema = NamedSchema::read(&read_plain(&args.schema)?)?;
    let lines = read_file(&args.reports)?;
    let collected = decode(&schema, lines.as_slice())?;
    if args.json {
        say!("{}", collected.json(&schema));
    } else {
        print(&collected, &schema);
    }
    collected.check(&schema)
}

fn print(collected: &Collected, schema: &NamedSchema) {
    let c = &collected.counts;
    say!("schema {}, epsilon {}", schema.schema.version(), schema.schema.epsilon().to_f64());
    let dropped = format!("{} copies, {} of another schema", c.copies, c.other_schema);
    say!(
        "{} lines: {} counted, {dropped}, {} unreadable, {} impossible",
        c.lines,
        c.counted,
        c.unreadable,
        c.impossible
    );
    for (line, field) in &collected.bad {
        say!("  line {line}: bad {field}");
    }
    for s in &collected.series {
        for (epoch, e) in &s.epochs {
            table(&format!("{}, {epoch}", s.metric.code()), e, s, schema);
        }
        if s.epochs.len() > 1 {
            table(&format!("{}, all {} weeks", s.metric.code(), s.epochs.len()), &s.all, s, schema);
        }
    }
}

fn table(title: &str, e: &Estimates, series: &Series, schema: &NamedSchema) {
    say!("\n{title}: {} reports", e.reports);
    say!("{:>9} {:>16} {:>9}", "share", "standard error", "answers");
    let mut order: Vec<usize> = (0..e.symbols.len()).collect();
    order.sort_by(|a, b| e.symbols[*b].share.total_cmp(&e.symbols[*a].share).then(a.cmp(b)));
    for symbol in order {
        let (one, (_, label)) = (&e.symbols[symbol], schema.names(series.metric, symbol));
        let note = if one.is_clear() { "" } else { "  (within noise)" };
        let (share, error) = (100.0 * one.share, 100.0 * one.standard_error);
        say!("{share:>7.2} % {error:>14.2} % {:>9}  {label}{note}", one.answers);
    }
}
