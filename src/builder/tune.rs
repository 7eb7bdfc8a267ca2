//! Weights from replays: a coordinate search for the largest sqrt(HR@20 · MRR@20) of the next step.

use super::assemble::assemble;
use super::replay::{Clock, Shopper, Visit, replay};
use crate::engine::{Engine, Request};
use crate::error::Result;
use crate::rank::blend::ONE;
use crate::rank::{Blend, COMPONENTS, Component};
use crate::shop::{Progress, Session, Shop};
use std::collections::BTreeMap;

/// Steps the search looks at.
const EVENTS: usize = 4_000;
/// A shop with fewer visits keeps the even blend.
const FEWEST: usize = 200;
/// Share of a shop's visits, the latest, on which its weights are tuned.
const LATEST: usize = 10;
/// Below this share of repeats a visit's products are left out of its shelves.
const REPEATS: f64 = 0.001;
/// What a weight is tried at, relative to what it is.
const STEPS: [f64; 8] = [0.0, 0.25, 0.5, 0.75, 1.33, 2.0, 4.0, 8.0];
/// Rounds over all components.
const ROUNDS: usize = 4;

/// The blend for a shop: tables from its earlier visits, weights from its latest.
///
/// # Errors
///
/// `too_large`.
pub fn for_shop(shop: &Shop, k: u32, progress: &dyn Progress) -> Result<Blend> {
    let sessions = &shop.log.sessions;
    let base = Blend { hide_seen: nothing_repeats(sessions), ..Blend::default() };
    if sessions.len() < FEWEST {
        return Ok(base);
    }
    let cut = sessions.len() - sessions.len() / LATEST;
    let (earlier, latest) = sessions.split_at(cut);
    let mut by_shopper: BTreeMap<u32, Shopper<'_>> = BTreeMap::new();
    for (s, predict) in earlier.iter().map(|s| (s, false)).chain(latest.iter().map(|s| (s, true))) {
        let id_of = |p: u32| shop.products[p as usize].id.as_str();
        let steps: Vec<_> = s.steps.iter().map(|x| (id_of(x.product), x.kind.name(), x.at)).collect();
        let end = if predict { steps.len() } else { 0 };
        by_shopper.entry(s.shopper).or_default().push(Visit { id: &s.id, steps, predict: 1..end.max(1) });
    }
    let shoppers: Vec<_> = by_shopper.into_values().filter(|v| v.iter().any(|x| !x.predict.is_empty())).collect();
    tune(shop, earlier, k, &shoppers, Clock::Real, progress)
}

/// The blend for given training visits and given steps to predict.
///
/// # Errors
///
/// `too_large`.
pub fn tune(
    shop: &Shop,
    training: &[Session],
    k: u32,
    shoppers: &[Shopper<'_>],
    clock: Clock,
    progress: &dyn Progress,
) -> Result<Blend> {
    let base = Blend { hide_seen: nothing_repeats(training), ..Blend::default() };
    let pack = assemble(shop, training, k, &base, progress)?;
    let mut engine = Engine::open(pack)?;
    let total: usize = shoppers.iter().flatten().map(|v| v.predict.len()).sum();
    // Every n-th step, so that all shoppers and all lengths are among them.
    let every = total.div_ceil(EVENTS).max(1);
    progress.stage("tuning: replaying", total as u64);
    let (mut seen, mut cases) = (0_usize, Vec::new());
    replay(&mut engine, shoppers, clock, |engine, _, visit, n| {
        progress.advance(1);
        if seen.is_multiple_of(every) {
            cases.extend(Case::of(engine, visit.steps[n].0));
        }
        seen += 1;
    });
    if cases.is_empty() {
        return Ok(base);
    }
    progress.stage("tuning: searching", (ROUNDS * COMPONENTS) as u64);
    Ok(search(base, &cases, progress))
}

fn nothing_repeats(sessions: &[Session]) -> bool {
    let (mut steps, mut repeats) = (0_usize, 0_usize);
    for s in sessions {
        for (i, x) in s.steps.iter().enumerate() {
            steps += 1;
            repeats += usize::from(s.steps[..i].iter().any(|y| y.product == x.product));
        }
    }
    steps > 0 && (repeats as f64) < REPEATS * steps as f64
}

/// A step's candidates as shares of each component's largest, and which of them came next.
struct Case {
    features: Vec<[f32; COMPONENTS]>,
    /// `None`: the product was no candidate, a miss whatever the weights.
    target: Option<usize>,
}

impl Case {
    fn of(engine: &mut Engine, target: &str) -> Option<Case> {
        let row = engine.catalog().find(target)?.row;
        let f = engine.features(&Request { limit: 20, ..Request::default() })?;
        let share = |raw: &[u64; COMPONENTS]| std::array::from_fn(|c| raw[c] as f32 / f.largest[c] as f32);
        Some(Case { features: f.raw.iter().map(share).collect(), target: f.rows.iter().position(|r| *r == row) })
    }

    /// Rank of what came next, from 1. Candidates stand in the order of ties.
    fn rank(&self, weight: &[f32; COMPONENTS]) -> Option<usize> {
        let score = |f: &[f32; COMPONENTS]| f.iter().zip(weight).map(|(a, b)| a * b).sum::<f32>();
        let target = self.target?;
        let best = score(&self.features[target]);
        let ahead = |(i, f): (usize, &[f32; COMPONENTS])| {
            let s = score(f);
            s > best || (s == best && i < target)
        };
        Some(1 + self.features.iter().enumerate().filter(|(i, f)| ahead((*i, f))).count())
    }
}

fn quality(cases: &[Case], weight: &[f32; COMPONENTS]) -> f64 {
    let ranks = cases.iter().filter_map(|c| c.rank(weight)).filter(|r| *r <= 20);
    let (hits, mrr) = ranks.fold((0.0, 0.0), |(h, m), r| (h + 1.0, m + 1.0 / r as f64));
    let n = cases.len() as f64;
    libm::sqrt(hits / n * (mrr / n))
}

fn search(base: Blend, cases: &[Case], progress: &dyn Progress) -> Blend {
    let to_float = |w: u32| f64::from(w) / f64::from(ONE);
    let mut weight: [f32; COMPONENTS] = base.weight.map(|w| to_float(w) as f32);
    let mut best = quality(cases, &weight);
    for _ in 0..ROUNDS {
        let before = best;
        for c in Component::ALL.into_iter().filter(|c| *c != Component::Given) {
            let c = c as usize;
            let center = if weight[c] > 0.0 { weight[c] } else { 0.05 };
            for step in STEPS {
                let mut tried = weight;
                tried[c] = (center * step as f32).min(16.0);
                let q = quality(cases, &tried);
                if q > best {
                    (best, weight) = (q, tried);
                }
            }
            progress.advance(1);
        }
        if best <= before {
            break;
        }
    }
    // Only ratios matter: the largest tuned weight is one.
    let largest = weight[..Component::Given as usize].iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let mut blend = base;
    for (slot, w) in blend.weight.iter_mut().zip(weight).take(Component::Given as usize) {
        *slot = libm::round(f64::from(w / largest) * f64::from(ONE)) as u32;
    }
    blend
}
