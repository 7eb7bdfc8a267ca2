//! `nearshelf eval`

use crate::args::EvalArgs;
use crate::output::say;
use crate::progress::Bars;
use nearshelf::builder::evaluate::{Evaluation, evaluate, write_predictions};
use nearshelf::builder::pack::Options;
use nearshelf::builder::split::Split;
use nearshelf::error::Error;
use nearshelf::rank::curve::{DEPTHS, KNOTS, Place, VIEWS};
use nearshelf::rank::{Blend, Component};
use nearshelf::shop::{Shop, ShopFiles};

pub(crate) fn run(args: &EvalArgs) -> Result<(), Error> {
    let bars = Bars::default();
    let split = Split::read(&args.data)?;
    let shop = Shop::read(&ShopFiles::in_folder(&args.data)?, &bars)?;
    shop.rejects.check(0.0)?;
    let k = Options { min_support: args.min_support }.support(&shop);
    let result = evaluate(&shop, &split, k, &bars)?;
    bars.finish();
    if let Some(path) = &args.predictions {
        write_predictions(&result.predictions, path)?;
    }
    if args.json {
        print_json(&result, k)
    } else {
        print(&result, k)
    }
    Ok(())
}

fn print(e: &Evaluation, k: u32) {
    for (name, value) in &e.metrics.values {
        say!("{name:<14} {value:.4}");
    }
    say!("{:<14} {}", "events", e.metrics.events);
    say!("{:<14} {k}", "min-support");
    say!("{:<14} {}", "pack bytes", e.pack.len());
    worths(&e.blend);
}

/// What each component's evidence is worth at most, from the first step of a visit to the late ones.
pub(crate) fn worths(blend: &Blend) {
    if blend.curves.is_empty() {
        return say!("worth          even weights: there was too little to learn from");
    }
    say!("{:<14} {:>8} {:>8} {:>8} {:>8} {:>8}", "worth at step", "1", "2", "3-4", "5-8", "9-");
    for c in Component::ALL.into_iter().filter(|c| *c != Component::Given) {
        let full = Place { knot: KNOTS - 1, part: 65_536 };
        let worth =
            |depth| (0..VIEWS).map(|view| blend.curves.worth(depth, c, view, full)).sum::<i64>() as f64 / 65_536.0;
        let all: Vec<String> = (0..DEPTHS).map(|d| format!("{:>8.2}", worth(d))).collect();
        say!("{:<14} {}", c.code(), all.join(" "));
    }
}

fn print_json(e: &Evaluation, k: u32) {
    let mut out = serde_json::Map::new();
    for (name, value) in &e.metrics.values {
        out.insert((*name).into(), ((value * 1e6).round() / 1e6).into());
    }
    out.insert("events".into(), e.metrics.events.into());
    out.insert("min_support".into(), k.into());
    out.insert("pack_bytes".into(), e.pack.len().into());
    say!("{}", serde_json::Value::Object(out));
}
