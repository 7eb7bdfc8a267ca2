//! Evaluation: packs the training part, tunes on the validation part, replays the test part through the engine.

use super::assemble::assemble;
use super::counts::Recipe;
use super::metrics::{Metrics, Prediction, metrics, variety};
use super::replay::{Clock, History, Shopper, replay};
use super::shards::{self, File, Limits};
use super::split::{Part, Split, products_of};
use super::tune::{ENOUGH, for_visits, tune};
use crate::engine::{Engine, Request, Wish};
use crate::error::{Code, Error, Result};
use crate::rank::{Blend, Exploration, Explorations};
use crate::shop::{Progress, Session, Shop, Silent};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// What an evaluation gives.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// One for each step of the test part, in the order of the data set.
    pub predictions: Vec<Prediction>,
    /// Over all of them.
    pub metrics: Metrics,
    /// The weights the validation part chose.
    pub blend: Blend,
    /// The same measures with portraits that reach less far back.
    pub by_history: Vec<(History, Metrics)>,
    /// Bytes of the training part's pack.
    pub pack: Vec<u8>,
}

/// What is evaluated, and how.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The part to replay.
    pub part: Part,
    /// Support threshold.
    pub k: u32,
    /// Replay once more for each of these.
    pub histories: &'a [History],
    /// Diversity asked of every shelf, 0–65536.
    pub diversity: u32,
    /// Exploration asked of every shelf; `None` for none.
    pub exploration: Option<Exploration>,
}

/// Evaluates a shop's log under a split on a part of it. For the test part, weights are tuned on the
/// validation part; for the validation part, on the latest visits before it, as `pack` does. Choices are made on the
/// validation part, so that the test part tells of none.
///
/// # Errors
///
/// `bad_split`, `too_large`.
pub fn evaluate(shop: &Shop, split: &Split, options: Options<'_>, progress: &dyn Progress) -> Result<Evaluation> {
    let Options { part, k, histories, diversity, exploration } = options;
    let before = split.training(&shop.log, Part::Valid)?;
    let recipe = Recipe::of(&before, shop, k);
    let training = split.training(&shop.log, part)?;
    if training.iter().all(|s| s.steps.is_empty()) {
        return Err(split.lacks(&shop.log, part, "learn from"));
    }
    let shoppers = split.shoppers(shop, part, &products_of(&training))?;
    if shoppers.is_empty() {
        return Err(split.lacks(&shop.log, part, "predict"));
    }
    let blend = match part {
        Part::Valid => for_visits(shop, &before, recipe, split.clock(), progress)?,
        Part::Test => {
            let earlier = split.shoppers(shop, Part::Valid, &products_of(&before))?;
            match tune(shop, &before, recipe, &earlier, split.clock(), ENOUGH, progress)? {
                Some(blend) => blend,
                // Too little to learn from: then as `pack` does.
                None => for_visits(shop, &training, recipe, split.clock(), progress)?,
            }
        }
    };
    let pack = assemble(shop, &training, recipe, &blend, progress)?;
    let mut engine = Engine::open(pack.clone())?;
    let slots: Vec<_> = exploration.map(|e| (String::new(), e)).into_iter().collect();
    engine.set_explorations(Explorations::new(&slots));
    let counts = counts_of(shop, &training);
    let request = Request { limit: 20, diversity, ..Request::default() };
    let mut predict =
        |history| predictions(&mut engine, &shoppers, split.clock(), (history, &request), progress, &mut |_| {});
    let all = predict(History::All);
    let by_history = histories.iter().map(|h| (*h, metrics(&predict(*h), &counts))).collect();
    let mut measured = metrics(&all, &counts);
    measured.values.extend(variety(engine.catalog(), &all));
    Ok(Evaluation { metrics: measured, predictions: all, by_history, blend, pack })
}

/// Quality and bytes of a pack that is split, for some of what a device may have open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// `core`, `on demand` or `all`.
    pub name: &'static str,
    /// The measures of an evaluation.
    pub metrics: Metrics,
    /// Bytes on the wire, on average over shoppers.
    pub wire: usize,
    /// Files loaded, on average over shoppers.
    pub files: f64,
}

/// Shoppers whose devices open shards on demand; of more, every n-th.
const DEVICES: usize = 2_000;

/// Splits the pack of an evaluation and replays once more: with the core alone, with shards opened as the page's calls want them, and with
/// all of them. The three are replayed for the same shoppers: all, or every n-th of many. Nothing for a pack that fits into a core.
///
/// # Errors
///
/// `bad_split`, `too_large`.
pub fn by_parts(
    shop: &Shop,
    split: &Split,
    options: Options<'_>,
    pack: &[u8],
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Vec<Opened>> {
    let Some(parts) = shards::split(pack, limits, progress)? else { return Ok(Vec::new()) };
    let training = split.training(&shop.log, options.part)?;
    let counts = counts_of(shop, &training);
    let shoppers = split.shoppers(shop, options.part, &products_of(&training))?;
    let every = shoppers.len().div_ceil(DEVICES).max(1);
    let shoppers: Vec<Shopper<'_>> = shoppers.into_iter().step_by(every).collect();
    let request = Request { limit: 20, diversity: options.diversity, ..Request::default() };
    let core = Engine::open(parts.core.bytes.clone())?;
    let whole = Engine::open(shards::join(parts.core.bytes.clone(), parts.shards.iter().map(|s| s.bytes.clone()))?)?;
    let mut rows = Vec::new();
    for (name, mut engine, wire, files) in
        [("core", core.clone(), parts.core.wire, 1), ("all", whole, parts.wire(), 1 + parts.shards.len())]
    {
        let found = predictions(&mut engine, &shoppers, split.clock(), (History::All, &request), progress, &mut |_| {});
        rows.push(Opened { name, metrics: metrics(&found, &counts), wire, files: files as f64 });
    }
    // A device of its own for each shopper, that begins with the core.
    progress.stage("replaying by devices", shoppers.len() as u64);
    let (mut found, mut wire, mut files) = (Vec::new(), 0_usize, 0_usize);
    for shopper in &shoppers {
        let mut loaded: Vec<&File> = Vec::new();
        let mut open = |engine: &mut Engine| {
            while let Some(first) = engine.wanted(Wish::Page).first().copied() {
                // What a core lists are its shards, and each is sound, so this opens it.
                let file = parts.shards.get(first).filter(|f| engine.attach(f.bytes.clone()).is_ok());
                let Some(file) = file else { return };
                loaded.push(file);
            }
        };
        let one = std::slice::from_ref(shopper);
        found.extend(predictions(&mut core.clone(), one, split.clock(), (History::All, &request), &Silent, &mut open));
        wire += parts.core.wire + loaded.iter().map(|f| f.wire).sum::<usize>();
        files += 1 + loaded.len();
        progress.advance(1);
    }
    let n = shoppers.len().max(1);
    let (metrics, files) = (metrics(&found, &counts), files as f64 / n as f64);
    rows.insert(1, Opened { name: "on demand", metrics, wire: wire / n, files });
    Ok(rows)
}

/// How often each product occurs in the visits that were learnt from.
fn counts_of<'a>(shop: &'a Shop, training: &[Session]) -> BTreeMap<&'a str, u64> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for step in training.iter().flat_map(|s| &s.steps) {
        *counts.entry(shop.products[step.product as usize].id.as_str()).or_default() += 1;
    }
    counts
}

/// What the engine would show before each step to be predicted, in the order of the data set. `before` is called before each shelf.
fn predictions(
    engine: &mut Engine,
    shoppers: &[Shopper<'_>],
    clock: Clock,
    (history, request): (History, &Request<'_>),
    progress: &dyn Progress,
    before: &mut dyn FnMut(&mut Engine),
) -> Vec<Prediction> {
    let total: usize = shoppers.iter().flatten().map(|v| v.predict.len()).sum();
    progress.stage("replaying", total as u64);
    let mut predictions: Vec<(i64, usize, Prediction)> = Vec::with_capacity(total);
    replay(engine, shoppers, clock, history, |engine, now, visit, n| {
        before(engine);
        // A seed of its own for each step: how far the list moves is chance.
        let seed = (predictions.len() + 1) as f64;
        let shelf = engine.recommend(now, &Request { seed: Some(seed), ..request.clone() });
        let id = |row| engine.catalog().id(row).to_string();
        let list = shelf.items.iter().filter_map(|i| i.row).map(id).collect();
        let target = visit.steps[n].0.to_string();
        let repeat = visit.steps[..n].iter().any(|s| s.0 == target);
        let prediction = Prediction { event: format!("{}:{n}", visit.id), list, target, repeat };
        predictions.push((visit.id.parse().unwrap_or(i64::MAX), n, prediction));
        progress.advance(1);
    });
    predictions.sort_by_key(|(session, n, _)| (*session, *n));
    predictions.into_iter().map(|(_, _, p)| p).collect()
}

/// Writes a predictions file: a line each event, `<session>:<n>` TAB up to 20 ids separated by spaces.
///
/// # Errors
///
/// `io`; `bad_table` when an id holds a space, which the format cannot carry.
pub fn write_predictions(predictions: &[Prediction], path: &Path) -> Result<()> {
    let io = |e: std::io::Error| Error::new(Code::Io, format!("{}: {e}.", path.display()));
    let with_space: BTreeSet<&str> = predictions
        .iter()
        .flat_map(|p| &p.list)
        .filter(|id| id.contains(char::is_whitespace))
        .map(String::as_str)
        .collect();
    if let Some(id) = with_space.first() {
        return Err(Error::new(Code::BadTable, format!("id \"{id}\" holds a space.")));
    }
    let file = std::fs::File::create(path).map_err(io)?;
    let mut out: Box<dyn Write> = if path.extension().is_some_and(|e| e == "gz") {
        Box::new(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
    } else {
        Box::new(std::io::BufWriter::new(file))
    };
    for p in predictions {
        writeln!(out, "{}\t{}", p.event, p.list.join(" ")).map_err(io)?;
    }
    out.flush().map_err(io)
}
