//! `nearshelf offers allocate`

use crate::output::say;
use clap::Args;
use nearshelf::error::Error;
use nearshelf::offer::allocate::{Allocation, Choice, allocate, best_uniform};
use nearshelf::shop::{AllocationFile, write_file};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct AllocateArgs {
    /// Shoppers with their options (schema coupon-allocation/v1).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Budget, in the unit of the file's costs; may be given several times. Default: the file's own, and those it has expectations for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    budget: Vec<i64>,
    /// Write multiplier and choices of each budget as JSON.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &AllocateArgs) -> Result<(), Error> {
    let file = AllocationFile::read(&args.file)?;
    let shoppers = file.choices();
    let budgets = file.budgets(&args.budget)?;
    let (mut passed, mut failed, mut written) = (0, 0, Vec::new());
    say!(
        "{:>14}{:>14}{:>16}{:>16}{:>18}{:>8}  for everybody",
        "budget",
        "multiplier",
        "gain",
        "cost",
        "bound",
        "ratio"
    );
    for budget in budgets {
        let Some(a) = allocate(&shoppers, budget) else {
            say!("{budget:>14}  less than what the cheapest option of each costs");
            failed += 1;
            continue;
        };
        let uniform = uniform(&file, &shoppers, budget);
        let shown = match uniform {
            Some((coupon, gain)) => format!("{coupon}, gain {gain}"),
            None => "options differ".into(),
        };
        let multiplier = format!("{}.{:06}", a.lambda_ppm / 1_000_000, a.lambda_ppm % 1_000_000);
        say!("{budget:>14}{multiplier:>14}{:>16}{:>16}{:>18.1}{:>8.4}  {shown}", a.gain, a.cost, a.bound, ratio(&a));
        let found = found(&file, budget, &a, uniform);
        if let Some(expected) = file.expected(budget) {
            let differences = differences(expected, &found);
            for d in &differences {
                say!("{}: budget {budget}: {d}", args.file.display());
            }
            if differences.is_empty() { passed += 1 } else { failed += 1 }
        }
        written.push(found);
    }
    if let Some(path) = &args.out {
        write_file(path, format!("{:#}\n", Value::Array(written)).as_bytes())?;
    }
    if passed + failed > 0 {
        say!("{passed} passed, {failed} failed");
    }
    if failed > 0 {
        // Each failure was told above, so there is no error to print.
        std::process::exit(1);
    }
    Ok(())
}

/// Gain over the bound; 1 where there is nothing to gain.
fn ratio(a: &Allocation) -> f64 {
    if a.bound > 0.0 { a.gain as f64 / a.bound } else { 1.0 }
}

fn uniform(file: &AllocationFile, shoppers: &[Vec<Choice>], budget: i64) -> Option<(i64, i128)> {
    let coupons = file.common_coupons()?;
    best_uniform(shoppers, budget).map(|(i, gain, _)| (coupons[i], gain))
}

fn found(file: &AllocationFile, budget: i64, a: &Allocation, uniform: Option<(i64, i128)>) -> Value {
    let mut out = json!({
        "budget": budget,
        "lambda_ppm": a.lambda_ppm,
        "choice": file.coupons(&a.choice),
        "gain": a.gain as i64,
        "cost": a.cost as i64,
        "lp_bound": a.bound,
        "ratio": ratio(a),
    });
    if let Some((coupon, gain)) = uniform {
        out["best_uniform"] = json!({ "coupon": coupon, "gain": gain as i64 });
    }
    out
}

/// Where what was found is not what the file expects; measures may differ by rounding.
fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let Some(expected) = expected.as_object() else { return vec!["expected an object".into()] };
    let mut out = Vec::new();
    for (key, want) in expected {
        let got = &found[key];
        let is_same = match (key.as_str(), want.as_f64(), got.as_f64()) {
            ("lp_bound" | "ratio", Some(w), Some(g)) => (w - g).abs() <= 1e-9 * w.abs().max(1.0),
            ("best_uniform", ..) => want.as_object().is_some_and(|w| w.iter().all(|(k, v)| got[k] == *v)),
            _ => want == got,
        };
        if !is_same {
            let short = |v: &Value| v.to_string().chars().take(120).collect::<String>();
            out.push(format!("{key}: expected {}, found {}", short(want), short(got)));
        }
    }
    out
}
