//! `nearshelf doctor`

use crate::args::DoctorArgs;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::error::Error;
use nearshelf::shop::doctor::{
    Diagnosis, FieldFacts, Finding, LogFacts, Matching, Proposal, Severity, TimeFacts, examine, number, percent,
};
use nearshelf::shop::{Part, Reason, Tally, server_error};
use nearshelf::time::Millis;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Columns of the page.
const WIDTH: usize = 100;
/// Files that are listed one by one.
const FILES: usize = 8;

pub(crate) fn run(args: &DoctorArgs) -> Result<ExitCode, Error> {
    let bars = Bars::default();
    let now = Millis(jiff::Timestamp::now().as_millisecond());
    let diagnosis = examine(&args.files.files()?, now, args.max_reject, &bars);
    bars.finish();
    if args.json {
        let text = serde_json::to_string_pretty(&diagnosis).map_err(|e| server_error(e.to_string()))?;
        say!("{text}");
    } else {
        print(&diagnosis);
    }
    Ok(if diagnosis.is_refused() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn print(d: &Diagnosis) {
    say!("{}", d.shop);
    files(&d.parts);
    rows(&d.parts);
    if let Some(m) = &d.matching {
        matching(m);
    }
    fields(d);
    if let Some(t) = &d.time {
        time(t);
    }
    if let Some(l) = &d.log {
        log(l);
    }
    findings(&d.findings);
}

fn part(part: Part) -> &'static str {
    if part == Part::Log { "log" } else { "catalogue" }
}

fn files(parts: &[Tally]) {
    if parts.is_empty() {
        return;
    }
    say!("\nFiles");
    for tally in parts {
        for (n, f) in tally.files.iter().take(FILES).enumerate() {
            let label = if n == 0 { part(tally.part) } else { "" };
            say!("  {label:<10} {:<40} {:<26} {:>14} rows", cut(&f.file, 40), f.format, number(f.rows));
        }
        let more = tally.files.len().saturating_sub(FILES);
        if more > 0 {
            let rows = tally.files.iter().skip(FILES).map(|f| f.rows).sum();
            say!("  {:<10} {:<40} {:<26} {:>14} rows", "", format!("and {more} more"), "", number(rows));
        }
    }
}

fn rows(parts: &[Tally]) {
    if parts.is_empty() {
        return;
    }
    say!("\n{:<18} {:>14} {:>14} {:>14} {:>14}", "Rows", "read", "used", "ignored", "rejected");
    for t in parts {
        let (read, ignored, rejected) = (t.read(), t.ignored_rows(), t.rejected_rows());
        let used = read.saturating_sub(ignored + rejected);
        let [read, used, ignored, rejected] = [read, used, ignored, rejected].map(number);
        say!("  {:<16} {read:>14} {used:>14} {ignored:>14} {rejected:>14}", part(t.part));
    }
    for t in parts {
        reasons(&format!("Ignored in the {}", part(t.part)), &t.ignored);
        reasons(&format!("Rejected in the {}", part(t.part)), &t.rejected);
    }
}

fn reasons(title: &str, reasons: &BTreeMap<&'static str, Reason>) {
    if reasons.is_empty() {
        return;
    }
    say!("\n{title}");
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort_by_key(|(reason, r)| (std::cmp::Reverse(r.rows), **reason));
    for (reason, r) in sorted {
        say!("  {:<64} {:>14} rows", reason, number(r.rows));
        for (file, line, row) in &r.examples {
            say!("      {}", cut(&format!("{file}:{line} {row}"), WIDTH - 6));
        }
    }
}

fn matching(m: &Matching) {
    say!("\nMatch");
    let (steps, ids) = (percent(m.matched, m.steps), percent(m.matched_ids, m.ids));
    say!("  {steps:>7} of {} steps are on products of the catalogue", number(m.steps));
    say!("  {ids:>7} of {} ids are in it", number(m.ids));
    for (way, n) in &m.through {
        say!("  {:>7} of the steps by {way}", percent(*n, m.steps));
    }
    if !m.unmatched.is_empty() {
        say!("\n  not in it, the most frequent");
        for (id, n) in &m.unmatched {
            say!("      {:<60} {:>14} times", cut(id, 60), number(*n));
        }
    }
    if let Some((best, others)) = m.proposals.split_first() {
        proposal(best, m.steps);
        if !others.is_empty() {
            say!("\n  Other mappings");
        }
        for p in others.iter().take(3) {
            for (n, line) in p.settings.lines().filter(|l| !l.is_empty()).enumerate() {
                let rate = if n == 0 { percent(p.steps, m.steps) } else { String::new() };
                say!("    {rate:>7}  {line}");
            }
        }
    }
}

fn proposal(p: &Proposal, steps: u64) {
    say!("\n  With these lines in shop.toml {} of the steps would match:\n", percent(p.steps, steps));
    for line in p.settings.lines() {
        say!("{}", format!("    {line}").trim_end());
    }
    say!("\n    for example");
    for (id, product, title) in &p.examples {
        say!("      {:<40} is {:<20} {}", cut(id, 40), cut(product, 20), cut(title, 30));
    }
}

fn fields(d: &Diagnosis) {
    if d.fields.iter().all(|f| f.rows == 0) {
        return;
    }
    say!("\n{:<13} {:<40} {:>12}", "Fields", "", "missing");
    let sparse = |f: &&FieldFacts| f.filled < f.rows;
    for f in d.fields.iter().filter(sparse) {
        say!("  {:<11} {:<40} {:>12}", part(f.part), cut(&f.field, 40), percent(f.rows - f.filled, f.rows));
    }
    let full = d.fields.iter().filter(|f| f.rows > 0 && !sparse(f)).count();
    say!("  {:<11} {:<40} {:>12}", "", format!("{} always filled", counted(full, "field")), "0.0 %");
}

fn time(t: &TimeFacts) {
    say!("\nTime");
    if t.is_ordinal {
        return say!("  timestamps count and tell no time");
    }
    say!("  from {} to {}", t.first, t.last);
    say!("  {} days, {} of them with steps", number(t.days), number(t.days_with_steps));
    let units: Vec<String> = t.units.iter().map(|(u, n)| format!("{u} ({})", number(*n))).collect();
    say!("  written as {}", units.join(", "));
}

fn log(l: &LogFacts) {
    say!("\nLog");
    say!("  {:>14} steps", number(l.steps));
    if l.steps > 0 {
        of_steps(l);
    }
    if !l.events.is_empty() {
        say!("\n{:<42} {:>14}  {}", "Events", "rows", "taken as");
        for (name, n, kind) in &l.events {
            say!("  {:<40} {:>14}  {}", cut(name, 40), number(*n), kind.unwrap_or("-"));
        }
        if l.more_events > 0 {
            say!("  and {} more", number(l.more_events));
        }
    }
    if l.steps > 0 {
        say!("\n{:<42} {:>14}  {}", "Products with at least", "products", "share");
        for (k, n) in &l.support {
            let shoppers = if *k == 1 { "shopper" } else { "shoppers" };
            say!("  {:<40} {:>14}  {}", format!("{k} {shoppers}"), number(*n), percent(*n, l.products));
        }
    }
}

fn of_steps(l: &LogFacts) {
    let shoppers = if l.has_users { "shoppers" } else { "visits as shoppers" };
    say!("  {:>14} visits, {} with one step only", number(l.visits), percent(l.one_step_visits, l.visits));
    say!("  {:>14} {shoppers}", number(l.shoppers));
    for (kind, n) in &l.kinds {
        say!("  {:>14} {kind}", number(*n));
    }
}

fn findings(findings: &[Finding]) {
    if findings.is_empty() {
        return say!("\nAll is well.");
    }
    say!("\nFindings");
    for f in findings {
        let severity = match f.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        say!("\n  {severity:<8} {}", f.code);
        wrapped("", &f.text);
        wrapped("fix: ", &f.fix);
        // The others stand above.
        let is_shown = matches!(f.code, "rejected_rows" | "unmatched_ids");
        for example in f.examples.iter().filter(|_| !is_shown) {
            say!("      {}", cut(example, WIDTH - 6));
        }
    }
    let count = |s: Severity| findings.iter().filter(|f| f.severity == s).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    say!(
        "\n{}, {}, {}",
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(count(Severity::Note), "note")
    );
}

fn counted(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// A text in lines of the page's width, indented.
fn wrapped(label: &str, text: &str) {
    for paragraph in text.lines() {
        let mut line = label.to_string();
        for word in paragraph.split(' ') {
            if line.chars().count() + word.chars().count() + 5 > WIDTH && line.trim_end().len() > label.len() {
                say!("    {}", line.trim_end());
                line = " ".repeat(label.len());
            }
            line.push_str(word);
            line.push(' ');
        }
        say!("    {}", line.trim_end());
    }
}

/// A text of at most so many characters, on one line.
fn cut(text: &str, most: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
