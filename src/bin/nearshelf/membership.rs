//! `nearshelf membership`

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::error::Error;
use nearshelf::member::{self, Difference, Ledger, Lot, NEVER, Program, State, json, wire};
use nearshelf::shop::{loyalty, read_file};
use nearshelf::time::Millis;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum MembershipCommand {
    /// Run a member's entries and statements, and print where that leads: level, growth, points, what is next.
    State(MembershipArgs),
    /// The same, with what became of each entry and what differed from each statement. Ends with 1 where something was refused.
    Replay(MembershipArgs),
}

#[derive(Debug, Args)]
pub(crate) struct MembershipArgs {
    /// JSON: { "now", "entries": […], "statements": […] } (see manual/membership.md). Each step may have a "now" of its own.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The shop's loyalty.json; else "loyalty" in FILE.
    #[arg(long, value_name = "FILE")]
    loyalty: Option<PathBuf>,
    /// Minutes by which the shop's clock is ahead of UTC; else "zone" in FILE.
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    zone: Option<i32>,
    /// Language of the names: en or zh.
    #[arg(long, default_value = "en")]
    language: String,
    /// Print the state as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &MembershipCommand) -> Result<ExitCode, Error> {
    let (args, each) = match command {
        MembershipCommand::State(args) => (args, false),
        MembershipCommand::Replay(args) => (args, true),
    };
    let bad = |what: String| loyalty::bad_membership(&args.file, &what);
    let file: Value = serde_json::from_slice(&read_file(&args.file)?).map_err(|e| bad(format!("{e}.")))?;
    let zone = args.zone.or_else(|| file["zone"].as_i64().and_then(|z| i32::try_from(z).ok()));
    let zone = zone.ok_or_else(|| bad("it says no \"zone\": give --zone MINUTES.".into()))?;
    let shop = match &args.loyalty {
        Some(path) => loyalty::json_of(path)?,
        None => file["loyalty"].clone(),
    };
    let p =
        json::program(&shop, zone).map_err(|what| loyalty::bad(args.loyalty.as_ref().unwrap_or(&args.file), &what))?;
    let time = |v: &Value| v.as_str().and_then(json::instant).or(v.as_f64().and_then(Millis::from_f64));
    let now =
        time(&file["now"]).ok_or_else(|| bad("it has no \"now\" such as \"2026-11-26T08:00:00+08:00\".".into()))?;
    let mut ledger = Ledger::default();
    let mut refused = 0;
    let steps = file["steps"].as_array().cloned().unwrap_or_else(|| vec![file.clone()]);
    for (i, step) in steps.iter().enumerate() {
        let at = |what: String| bad(if steps.len() > 1 { format!("steps[{i}].{what}") } else { what });
        let now =
            if step["now"].is_null() { now } else { time(&step["now"]).ok_or_else(|| at("now is no time.".into()))? };
        let entries = json::entries(&step["entries"]).map_err(at)?;
        let outcomes = member::apply(&p, &mut ledger, now, &entries);
        for (e, o) in entries.iter().zip(&outcomes) {
            refused += u32::from(o.status == member::Status::Refused);
            if each {
                let named = [e.id, e.what, e.subject].join(" ");
                say!(
                    "{:<9} {} {} {}",
                    wire::status(o.status),
                    e.kind.word(),
                    named.trim(),
                    o.why.map_or("", |w| w.code())
                );
            }
        }
        if !step["statement"].is_null() {
            let statement = json::statement(&step["statement"]).map_err(at)?;
            let done = member::reconcile(&p, &mut ledger, now, &statement);
            refused += u32::from(done.outcome.status == member::Status::Refused);
            if each {
                let why = done.outcome.why.map_or("", |w| w.code());
                say!(
                    "{:<9} statement {why}: {} difference(s)",
                    wire::status(done.outcome.status),
                    done.differences.len()
                );
                done.differences.iter().for_each(|d| difference(*d, &statement, &shop));
            }
        }
    }
    let state = member::state(&p, &ledger, now);
    if args.json {
        say!("{:#}", as_json(&p, &state, &shop, &ledger));
    } else {
        print(&state, &shop, &args.language, &ledger);
    }
    Ok(if each && refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn difference(d: Difference, s: &member::Statement<'_>, shop: &Value) {
    let said = |place: Option<usize>| {
        let e = place.and_then(|i| s.entries.as_ref()?.get(i));
        e.map_or(String::new(), |e| if e.id.is_empty() { e.what.into() } else { e.id.into() })
    };
    let n = |v: Option<i64>| v.map_or("nothing".into(), |v| v.to_string());
    match d {
        Difference::Entry { kind, key, here, there, place, .. } => {
            say!("  {} {} (key {key:016x}): here {}, there {}", kind.word(), said(place), n(here), n(there));
        }
        Difference::Unreadable { place, why } => say!("  entries[{place}] {}: {}", said(Some(place)), why.code()),
        Difference::Dropped { kind, key, .. } => {
            say!("  {} (key {key:016x}): later, and not covered any more", kind.word())
        }
        Difference::Sum { sum, here, there } => {
            let words = ["level", "growth", "points", "pending points", "growth owed", "points owed"];
            let told = |v: u64| match sum {
                0 => shop["levels"][v as usize]["id"].as_str().unwrap_or("").to_string(),
                _ => v.to_string(),
            };
            say!("  {}: here {}, there {}", words[usize::from(sum)], told(here), told(there));
        }
    }
}

/// A day as a date.
fn date(day: member::Day) -> String {
    if day == NEVER {
        return "-".into();
    }
    let (y, m, d) = member::to_civil(day);
    format!("{y:04}-{m:02}-{d:02}")
}

fn named<'a>(v: &'a Value, language: &str) -> &'a str {
    let own = v[format!("name_{language}")].as_str().or(v["name"].as_str());
    own.or(v["id"].as_str()).unwrap_or("")
}

fn lots(all: &[Lot]) -> String {
    let some: Vec<_> = all.iter().take(6).map(|l| format!("{} {}", date(l.until), l.left)).collect();
    let more = if all.len() > 6 { ", …" } else { "" };
    if some.is_empty() { "-".into() } else { some.join(", ") + more }
}

fn print(s: &State, shop: &Value, language: &str, ledger: &Ledger) {
    let zh = language.starts_with("zh");
    let language = if zh { "zh" } else { "en" };
    let say = |en: &str, of_zh: &str, what: String| say!("{}: {what}", if zh { of_zh } else { en });
    let level = |i: usize| named(&shop["levels"][i], language).to_string();
    say("day", "日期", date(s.day));
    say("level", "等级", level(s.level));
    if s.review != NEVER {
        say("since, looked at again", "自，复核日", format!("{}, {}", date(s.since), date(s.review)));
        say("growth to keep it", "保级还需成长值", s.to_keep.to_string());
    }
    say(
        "growth",
        "成长值",
        format!(
            "{} ({})",
            s.growth,
            if zh { format!("待扣 {}", s.growth_claim) } else { format!("owed {}", s.growth_claim) }
        ),
    );
    if let Some(missing) = s.to_next {
        say("to the next level", "距下一等级", format!("{missing} ({})", level(s.level + 1)));
    }
    say(
        "points",
        "积分",
        format!(
            "{} ({})",
            s.points,
            if zh { format!("待扣 {}", s.points_claim) } else { format!("owed {}", s.points_claim) }
        ),
    );
    say("usable from", "待生效", lots(&s.pending));
    say("not delivered", "未送达", s.undelivered.to_string());
    say("gone on", "到期", lots(&s.ends));
    for (list, left, en, of_zh) in
        [(&shop["growth"]["tasks"], &s.tasks, "task", "任务"), (&shop["redeem"], &s.redeem, "redeem", "兑换")]
    {
        for (v, l) in list.as_array().into_iter().flatten().zip(left) {
            let n = l.left.map_or("∞".to_string(), |n| n.to_string());
            let lacks = ["", "limit", "level", "growth", "points"][usize::from(l.lacks)];
            let of_zh_lacks = ["", "次数", "等级", "成长值", "积分"][usize::from(l.lacks)];
            let lacks = if zh { of_zh_lacks } else { lacks };
            let lacks = if lacks.is_empty() {
                String::new()
            } else {
                format!(" ({} {lacks})", if zh { "缺" } else { "lacks" })
            };
            say(en, of_zh, format!("{}: {n}{lacks}", named(v, language)));
        }
    }
    let benefits: Vec<_> = s.benefits.iter().map(|b| named(&shop["benefits"][*b], language)).collect();
    say("benefits", "权益", benefits.join(", "));
    let bytes = ledger.write().len();
    say(
        "ledger",
        "账本",
        format!(
            "{bytes} B, {} {}, {} {}",
            s.open,
            if zh { "条未结" } else { "open" },
            if zh { "已结至" } else { "closed by" },
            date(s.closed)
        ),
    );
}

fn as_json(p: &Program, s: &State, shop: &Value, ledger: &Ledger) -> Value {
    let day = |d: member::Day| if d == NEVER { Value::Null } else { date(d).into() };
    let lots = |all: &[Lot]| all.iter().map(|l| json!({ "day": date(l.until), "amount": l.left })).collect::<Vec<_>>();
    let left = |list: &Value, all: &[member::Left]| {
        let named = list.as_array().cloned().unwrap_or_default();
        let one = |(v, l): (&Value, &member::Left)| json!({ "id": v["id"], "left": l.left, "again": day(l.again), "lacks": l.lacks });
        named.iter().zip(all).map(one).collect::<Vec<_>>()
    };
    json!({
        "day": day(s.day), "level": shop["levels"][s.level]["id"], "since": day(s.since), "review": day(s.review), "to_keep": s.to_keep,
        "growth": s.growth, "growth_claim": s.growth_claim, "to_next": s.to_next, "points": s.points, "points_claim": s.points_claim,
        "pending": lots(&s.pending), "undelivered": s.undelivered, "expiries": lots(&s.ends), "fades": lots(&s.fades),
        "tasks": left(&shop["growth"]["tasks"], &s.tasks), "redeem": left(&shop["redeem"], &s.redeem),
        "benefits": s.benefits.iter().map(|b| shop["benefits"][*b]["id"].clone()).collect::<Vec<_>>(),
        "zone": p.zone, "closed": day(s.closed), "open": s.open, "bytes": ledger.write().len(),
    })
}
