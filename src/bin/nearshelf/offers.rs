//! `nearshelf offers`

use crate::args::{OffersArgs, OffersCommand};
use crate::output::say;
use nearshelf::error::Error;
use nearshelf::offer::Limits;
use nearshelf::offer::case::{Difference, SCHEMA, differences};
use nearshelf::shop::read_file;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn run(args: &OffersArgs) -> Result<ExitCode, Error> {
    match &args.command {
        OffersCommand::Check { files } => return check(files),
        OffersCommand::Allocate(args) => crate::allocate::run(args)?,
        OffersCommand::Lint(args) => return crate::lint::run(args),
    }
    Ok(ExitCode::SUCCESS)
}

/// Cases that agree with what they expect, and those that do not.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

fn check(files: &[PathBuf]) -> Result<ExitCode, Error> {
    let mut tally = Tally::default();
    for path in files {
        check_file(path, &read_file(path)?, &mut tally);
    }
    say!("{} passed, {} failed", tally.passed, tally.failed);
    // Each failure was told above, so there is no error to print.
    Ok(if tally.failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn check_file(path: &Path, bytes: &[u8], tally: &mut Tally) {
    let file = path.display();
    let cases = match serde_json::from_slice::<Value>(bytes) {
        Err(e) => Err(format!("expected JSON: {e}")),
        Ok(v) if v["schema"] != SCHEMA => Err(format!("expected schema {SCHEMA}, found {}", v["schema"])),
        Ok(v) => v["cases"].as_array().cloned().ok_or_else(|| "expected a list of cases, found none".into()),
    };
    match cases {
        Ok(cases) => cases.iter().for_each(|case| check_case(path, case, tally)),
        Err(problem) => {
            say!("{file}: {problem}");
            tally.failed += 1;
        }
    }
}

fn check_case(path: &Path, case: &Value, tally: &mut Tally) {
    let mut found = differences(case, Limits::default());
    if !case["expect"].is_object() {
        found.push(Difference { path: "expect".into(), expected: Some("an object".into()), found: None });
    }
    if found.is_empty() {
        tally.passed += 1;
        return;
    }
    tally.failed += 1;
    let name = [&case["id"], &case["title"]].map(|v| v.as_str().unwrap_or("?")).join(" ");
    say!("{}: {name}", path.display());
    for d in found {
        let unsupported = d.found.as_ref().filter(|e| d.path == "error" && e["code"] == "unknown_kind");
        match unsupported {
            Some(e) => say!("  unsupported kind at {}", e["path"].as_str().unwrap_or("?")),
            None => say!("  {}: expected {}, found {}", d.path, shown(d.expected.as_ref()), shown(d.found.as_ref())),
        }
    }
}

fn shown(v: Option<&Value>) -> String {
    v.map_or_else(|| "nothing".into(), ToString::to_string)
}
