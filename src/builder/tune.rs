//! What evidence is worth, from replays: the steps of later visits, with the candidates that tables of earlier ones give.

use super::assemble::assemble;
use super::counts::Recipe;
use super::learn::{Case, learn};
use super::replay::{Clock, History, Shopper, Visit, replay};
use crate::engine::{Engine, Request};
use crate::error::Result;
use crate::rank::Blend;
use crate::rank::blend::ONE;
use crate::shop::{Progress, Session, Shop};
use std::collections::BTreeMap;

/// Steps that are learnt from.
const EVENTS: usize = 16_000;
/// Steps of one visit that are learnt from, evenly spread: of people few visits have more, and a machine's would be all that is learnt.
const OF_ONE: usize = 200;
/// A shop with fewer visits, or with half as many steps to learn from, keeps the even blend.
const FEWEST: usize = 40;
/// Shares of a shop's visits, the latest, on which its weights are tuned: a tenth, and where that has too few steps a half.
const LATEST: [usize; 2] = [10, 2];
/// Steps to learn from that are enough; a half of the visits may have fewer.
pub const ENOUGH: usize = 500;
/// How `again` fades where curves say what it is worth: by a half each step, so that a product seen once has a knot of the curve to itself by how long
/// ago that was.
const AGAIN: u32 = ONE / 2;
/// Below this share of repeats a visit's products are left out of its shelves.
const REPEATS: f64 = 0.001;

/// The blend for visits of a shop: tables from the earlier ones, weights from the latest. Small shops would know nothing of repeats if a tenth were all they learnt from.
///
/// # Errors
///
/// `too_large`.
pub fn for_visits(
    shop: &Shop,
    sessions: &[Session],
    recipe: Recipe,
    clock: Clock,
    progress: &dyn Progress,
) -> Result<Blend> {
    let base = Blend { hide_seen: nothing_repeats(sessions), ..Blend::default() };
    if sessions.len() < FEWEST {
        return Ok(base);
    }
    for (share, enough) in LATEST.into_iter().zip([ENOUGH, FEWEST / 2]) {
        let (earlier, latest) = sessions.split_at(sessions.len() - sessions.len() / share);
        if let Some(blend) = tune(shop, earlier, recipe, &shoppers(shop, earlier, latest), clock, enough, progress)? {
            return Ok(blend);
        }
    }
    Ok(base)
}

/// Each shopper's visits, of which those of the latest are to be predicted; none of whom nothing is.
fn shoppers<'a>(shop: &'a Shop, earlier: &'a [Session], latest: &'a [Session]) -> Vec<Shopper<'a>> {
    let mut by_shopper: BTreeMap<u32, Shopper<'_>> = BTreeMap::new();
    for (s, predict) in earlier.iter().map(|s| (s, false)).chain(latest.iter().map(|s| (s, true))) {
        let id_of = |p: u32| shop.products[p as usize].id.as_str();
        let steps: Vec<_> = s.steps.iter().map(|x| (id_of(x.product), x.kind.name(), x.at)).collect();
        let end = if predict { steps.len() } else { 0 };
        by_shopper.entry(s.shopper).or_default().push(Visit { id: &s.id, steps, predict: 1..end.max(1) });
    }
    by_shopper.into_values().filter(|v| v.iter().any(|x| !x.predict.is_empty())).collect()
}

/// The blend for given training visits and given steps to predict; `None` where the shop wants no curves, or fewer than `enough` of these have what came next among their candidates.
///
/// # Errors
///
/// `too_large`.
pub fn tune(
    shop: &Shop,
    training: &[Session],
    recipe: Recipe,
    shoppers: &[Shopper<'_>],
    clock: Clock,
    enough: usize,
    progress: &dyn Progress,
) -> Result<Option<Blend>> {
    if !shop.tables.curves {
        return Ok(None);
    }
    let start = Blend { again_decay: AGAIN, hide_seen: nothing_repeats(training), ..Blend::default() };
    let pack = assemble(shop, training, recipe, &start, progress)?;
    let mut engine = Engine::open(pack)?;
    let total: usize = shoppers.iter().flatten().map(asked).sum();
    // Every n-th step, so that all shoppers and all lengths are among them.
    let every = total.div_ceil(EVENTS).max(1);
    progress.stage("tuning: replaying", total as u64);
    let (mut seen, mut cases) = (0_usize, Vec::new());
    for shopper in shoppers {
        let steps: usize = shopper.iter().map(asked).sum();
        // Shoppers know nothing of each other, so one who is not asked need not be replayed.
        if seen.next_multiple_of(every) < seen + steps {
            let mut step = seen;
            replay(&mut engine, std::slice::from_ref(shopper), clock, History::All, |engine, _, visit, n| {
                if !(n - visit.predict.start).is_multiple_of(apart(visit)) {
                    return;
                }
                if step.is_multiple_of(every) {
                    cases.extend(case(engine, visit.steps[n].0));
                }
                step += 1;
            });
        }
        seen += steps;
        progress.advance(steps as u64);
    }
    if cases.len() < enough {
        return Ok(None);
    }
    Ok(Some(Blend { curves: learn(&cases, progress), ..start }))
}

/// How far apart the steps of a visit are that count.
fn apart(visit: &Visit<'_>) -> usize {
    visit.predict.len().div_ceil(OF_ONE).max(1)
}

/// How many of a visit's steps count.
fn asked(visit: &Visit<'_>) -> usize {
    visit.predict.len().div_ceil(apart(visit))
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

/// A step that the engine is asked about: its candidates, and which of them came next. `None` where that is no candidate, since
/// no curve would make it one.
fn case(engine: &mut Engine, target: &str) -> Option<Case> {
    let row = engine.catalog().find(target)?.row;
    let f = engine.features(&Request { limit: 20, ..Request::default() })?;
    let target = f.rows.iter().position(|r| *r == row)?;
    Some(Case::new(&f, target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_visit_is_worth_that_of_a_person_who_looked_long() {
        let visit = |n: usize| Visit { id: "1", steps: Vec::new(), predict: 1..n + 1 };
        let counted = |n: usize| {
            let v = visit(n);
            v.predict.clone().filter(|i| (i - v.predict.start).is_multiple_of(apart(&v))).count()
        };
        for n in [0, 1, 7, OF_ONE, OF_ONE + 1, 3 * OF_ONE - 1, 8_000] {
            assert_eq!(counted(n), asked(&visit(n)), "{n}");
            assert!(
                asked(&visit(n)) == n.min(OF_ONE) || n > OF_ONE && (OF_ONE / 2..=OF_ONE).contains(&asked(&visit(n)))
            );
        }
    }
}
