//! `nearshelf conditions`

use crate::output::say;
use clap::{Args, Subcommand};
use nearshelf::condition::lint::{Severity, lint};
use nearshelf::condition::{Program, json};
use nearshelf::error::Error;
use nearshelf::shop::read_file;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum ConditionsCommand {
    /// Tell what may be wrong with conditions, and whom they match. Ends with 1 where a part matches nobody because it means nothing.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files of JSON: a condition, or a list of conditions.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Contexts to ask them of: JSON lines, each an object of attributes.
    #[arg(long, value_name = "FILE")]
    attributes: Option<PathBuf>,
    /// Groups that conditions may name: a JSON object of lists.
    #[arg(long, value_name = "FILE")]
    groups: Option<PathBuf>,
    /// Print the answer for each line of the attributes.
    #[arg(long, requires = "attributes")]
    each: bool,
}

pub(crate) fn run(command: &ConditionsCommand) -> Result<ExitCode, Error> {
    let ConditionsCommand::Check(args) = command;
    let groups = args.groups.as_ref().map(|path| parsed(path)).transpose()?;
    let contexts = args.attributes.as_ref().map(|path| lines(path)).transpose()?;
    let mut worst = None;
    let (mut conditions, mut counts) = (0, [0; 3]);
    for path in &args.files {
        let file = match parsed(path)? {
            Value::Array(list) => {
                list.into_iter().enumerate().map(|(i, c)| (format!("{}[{i}]", path.display()), c)).collect()
            }
            one => vec![(path.display().to_string(), one)],
        };
        for (name, condition) in file {
            conditions += 1;
            for found in lint(&condition, groups.as_ref()) {
                let kind = ["note", "warning", "error"][found.severity as usize];
                say!("{name}: {kind} at {}: {}", found.path, found.message);
                counts[found.severity as usize] += 1;
                worst = worst.max(Some(found.severity));
            }
            if let Some(contexts) = &contexts {
                ask(&name, &condition, groups.as_ref(), contexts, args.each);
            }
        }
    }
    say!("{conditions} condition(s), {} error(s), {} warning(s), {} note(s)", counts[2], counts[1], counts[0]);
    Ok(if worst == Some(Severity::Error) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn ask(name: &str, condition: &Value, groups: Option<&Value>, contexts: &[Value], each: bool) {
    let nothing = Value::Object(Map::new());
    // What is refused was told above, and matches nobody.
    let answers = match Program::compile(json::document(condition, groups.unwrap_or(&nothing))) {
        Ok(program) => json::Matcher::new(&program).matches(contexts),
        Err(_) => vec![false; contexts.len()],
    };
    if each {
        for (i, yes) in answers.iter().enumerate() {
            say!("{name}: line {}: {yes}", i + 1);
        }
    }
    say!("{name}: {} of {} match", answers.iter().filter(|yes| **yes).count(), answers.len());
}

fn parsed(path: &Path) -> Result<Value, Error> {
    json::parse(&path.display().to_string(), &read_file(path)?)
}

fn lines(path: &Path) -> Result<Vec<Value>, Error> {
    json::parse_lines(&path.display().to_string(), &read_file(path)?)
}
