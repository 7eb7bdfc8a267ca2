//! `nearshelf offers lint`

use crate::output::say;
use crate::progress::Bars;
use clap::Args;
use nearshelf::error::Error;
use nearshelf::offer::calendar::Calendar;
use nearshelf::offer::lint::{Finding, Severity, lint, lint_grants};
use nearshelf::shop::{ShopFiles, calendar, grants, ground_file, offers_file, offers_ground, promotions};
use nearshelf::time::Millis;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// An offers file, or a shop folder: its offers.json is held against its catalogue, levels and languages.
    #[arg(value_name = "FILE|SHOP_DIR")]
    path: PathBuf,
    /// The shop's folder, for an offers file that lies elsewhere.
    #[arg(long, value_name = "SHOP_DIR")]
    shop: Option<PathBuf>,
    /// What was asked when: CSV with the columns id, date, price, and market where there are several. Asks the rule about prior prices.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The ground as JSON, in place of a shop's folder; see `manual/lint.md`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shop", "prices"])]
    ground: Option<PathBuf>,
    /// The present, as RFC 3339. Default: now.
    #[arg(long, value_name = "TIME")]
    now: Option<jiff::Timestamp>,
    /// Language of the findings: en or zh-CN.
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = ["en", "zh", "zh-CN"])]
    language: String,
    /// Warnings end the command with 1 too.
    #[arg(long)]
    strict: bool,
    /// Print JSON, with the words in both languages.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &LintArgs) -> Result<ExitCode, Error> {
    let folder = if args.path.is_dir() { Some(&args.path) } else { args.shop.as_ref() };
    let files = folder.map(|dir| ShopFiles::in_folder(dir)).transpose()?;
    let file = match files.as_ref().filter(|_| args.path.is_dir()) {
        Some(files) => offers_file(files)?,
        None => args.path.clone(),
    };
    let list = promotions(&file)?;
    let bars = Bars::default();
    let mut ground = match &args.ground {
        Some(path) => ground_file(path)?,
        None => offers_ground(files.as_ref(), args.prices.as_deref(), &bars)?,
    };
    bars.finish();
    // The table of days lies beside the offers, in a shop's folder or not.
    let beside = file.with_file_name("calendar.json");
    if ground.calendar == Calendar::default() && beside.is_file() {
        ground.calendar = calendar(&beside)?;
    }
    let now = args.now.or_else(|| ground.now.is_none().then(jiff::Timestamp::now));
    if let Some(now) = now {
        ground.now = Some(Millis(now.as_millisecond()));
    }
    let mut found = lint(&list, &ground);
    found.extend(lint_grants(&grants(&file)?, &list, &ground));
    if args.json {
        say!("{:#}", found.iter().map(Finding::json).collect::<Value>());
    } else {
        let language = args.language.as_str();
        for f in &found {
            say!("{} {} {}: {}", f.rule.severity().code(), f.place, f.subject, f.text(language));
            say!("    {}: {}", f.rule.code(), f.fix(language));
        }
    }
    let count = |s: Severity| found.iter().filter(|f| f.rule.severity() == s).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if !args.json {
        let n = list.as_array().map_or(0, Vec::len);
        say!("{n} promotions: {errors} errors, {warnings} warnings");
    }
    Ok(if errors > 0 || args.strict && warnings > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
