//! `nearshelf replay`

use crate::output::say;
use clap::Args;
use nearshelf::decisions::{DecisionLog, Kind, Replayed, Shown};
use nearshelf::error::Error;
use nearshelf::shop::{read_file, read_plain};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct ReplayLogArgs {
    /// The bytes of `shelf.decisionLog()`.
    pub(crate) log: PathBuf,
    /// The pack they were decided with.
    #[arg(long, value_name = "FILE")]
    pub(crate) pack: PathBuf,
    /// Only the list of this number, or what is no list by its name: the page's `servedId`.
    #[arg(long, value_name = "ID")]
    pub(crate) served: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Fails when a decision came out differently.
pub(crate) fn run(args: &ReplayLogArgs) -> Result<ExitCode, Error> {
    let mut log = DecisionLog::read(&read_file(&args.log)?)?;
    if let Some(wanted) = &args.served {
        log.only(wanted)?;
    }
    let all = log.replay(read_plain(&args.pack)?, &|name| read_plain(&beside(&args.pack, name)))?;
    let differing = all.iter().filter(|r| !r.same).count();
    if args.json {
        say!("{:#}", Value::Array(all.iter().map(as_json).collect()));
    } else {
        all.iter().for_each(print);
        say!("{} decisions with pack {}, {differing} differ", all.len(), log.pack_version);
    }
    Ok(if differing > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A shard of a pack lies beside it. Only a plain name: the log is not ours.
fn beside(pack: &Path, name: &str) -> PathBuf {
    pack.with_file_name(Path::new(name).file_name().unwrap_or_default())
}

fn print(r: &Replayed<'_>) {
    let d = r.decision;
    let source = if r.personal { "personal" } else { "neutral" };
    let verdict = if r.same { "same bytes" } else { "DIFFERS" };
    let what = match d.kind {
        Kind::List => format!("#{}", d.served),
        kind if d.served.is_empty() => kind.name().to_string(),
        _ => d.served.clone(),
    };
    let place = match d.kind {
        Kind::SellingPoints => format!(" of {}", d.slot),
        _ if d.slot.is_empty() => String::new(),
        _ => format!(" slot {}", d.slot),
    };
    line(&format!("{what} {}{place} market {} {source}: {verdict}", time(d.time), d.market));
    for (place, item) in r.shown.iter().enumerate() {
        let mark = if r.again.get(place) == Some(item) { ' ' } else { '!' };
        line(&format!("{mark} {place:>3}  {:<24} {:>9.4}  {}", item.id, item.score, notes(item)));
    }
    for (place, item) in r.again.iter().enumerate().filter(|(place, item)| r.shown.get(*place) != Some(item)) {
        line(&format!("+ {place:>3}  {:<24} {:>9.4}  by the replay: {}", item.id, item.score, notes(item)));
    }
}

/// Prints a line of a file that is not ours: whatever moves a terminal's cursor is told by its number.
fn line(text: &str) {
    let plain = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    say!("{}", text.chars().map(plain).collect::<String>());
}

/// The strongest reasons, and what exploration did.
fn notes(item: &Shown) -> String {
    let mut notes = Vec::new();
    let mut reasons = item.reasons.clone();
    reasons.sort_by(|a, b| b.1.total_cmp(&a.1));
    let reason =
        |(code, value): &(String, f64)| if *value == 0.0 { code.clone() } else { format!("{code} {value:.3}") };
    notes.extend(reasons.iter().take(3).map(reason));
    if let Some(p) = item.propensity.filter(|p| *p < 1_000_000) {
        notes.push(format!("propensity {:.6}", f64::from(p) / 1e6));
    }
    notes.extend(item.instead.as_ref().map(|best| format!("explored instead of {best}")));
    notes.join(", ")
}

fn time(ms: f64) -> String {
    jiff::Timestamp::from_millisecond(ms as i64).map_or_else(|_| ms.to_string(), |t| t.to_string())
}

fn as_json(r: &Replayed<'_>) -> Value {
    let item = |s: &Shown| {
        let reasons: serde_json::Map<String, Value> = s.reasons.iter().map(|(c, v)| (c.clone(), json!(v))).collect();
        json!({ "id": s.id, "score": s.score, "propensity": s.propensity, "instead": s.instead, "reasons": reasons })
    };
    let d = r.decision;
    json!({ "kind": d.kind.name(), "served": d.served, "time": d.time, "slot": d.slot, "market": d.market, "personal": r.personal, "same": r.same,
            "items": r.shown.iter().map(item).collect::<Vec<_>>(), "replayed": r.again.iter().map(item).collect::<Vec<_>>() })
}
