//! One offer applied to what is left: the checks in their order, the saving, the floors.

use super::plan::{Candidate, Plan, State};
use super::promotion::{Basis, Kind, Reach, Stage, Step};
use super::refusal::{Gap, Refusal};
use super::saving::{Scratch, Sight, by_units, gap_to_next, gap_to_step, highest, is_order_level, order_level, unit_times};
use super::spread::{spread, sum_of};
use crate::list::Gather;
use crate::money::Minor;
use alloc::vec::Vec;

/// What an offer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Money taken off lines or shipping.
    pub(crate) saving: i64,
    /// How often it gave.
    pub(crate) times: i64,
    /// Worth of its gifts.
    pub(crate) gift: i64,
    /// What is missing until it gives more.
    pub(crate) next: Option<Gap>,
}

/// Why an offer did nothing, and what is missing.
pub(crate) type Failure = (Refusal, Option<Gap>);

/// What the offer takes off in this state; the parts of the lines stand in `s.parts`.
///
/// # Errors
///
/// The first check that fails: no matching items, units, threshold, effect, budget.
pub(crate) fn effect(c: &Candidate<'_>, plan: &Plan<'_>, state: &State, s: &mut Scratch) -> Result<Effect, Failure> {
    let p = c.promotion;
    s.parts.clear();
    s.parts.resize(plan.list.len(), 0);
    let open = |lines: &[usize], into: &mut Vec<usize>| {
        into.clear();
        if p.exclude_discounted {
            into.extend(lines.iter().filter(|l| state.running[**l] >= plan.list[**l]));
        } else {
            into.extend_from_slice(lines);
        }
    };
    open(&c.lines, &mut s.lines);
    open(&c.get, &mut s.get);
    if s.lines.is_empty() {
        return Err((Refusal::NoMatchingItems, None));
    }
    let sum = |amounts: &[i64]| sum_of(&s.lines, amounts);
    let units = if p.exclude_discounted { units_of(&s.lines, &plan.qty) } else { c.units };
    let base = sum(&state.running);
    let threshold_base = match p.basis {
        Basis::List => sum(&plan.list),
        Basis::Item if p.stage > Stage::Item => sum(&state.item),
        Basis::Item | Basis::Running => base,
    };
    let sight = Sight { base, threshold_base, units };
    let by_unit = unit_times(c, plan, &s.lines, units);
    reach(c, sight, by_unit)?;

    let (mut times, mut gift) = (1, 0);
    if let Some((saving, n)) = order_level(p, plan.points, sight) {
        times = n;
        spread(saving, &s.lines, &state.running, &mut s.parts, &mut s.fractions);
    } else if let Kind::Gift { gift: g, repeat, max_times } = &p.kind {
        let most = max_times.unwrap_or(i64::MAX);
        times = p.threshold.filter(|_| *repeat).map_or(1, |t| threshold_base / t.0).min(most);
        gift = g.value.0.saturating_mul(times);
    } else if !matches!(p.kind, Kind::Shipping { .. }) {
        times = by_units(c, plan, &state.running, by_unit.unwrap_or(0), s);
    }
    let saving = match &p.kind {
        Kind::Shipping { amount } => amount.map_or(i64::MAX, |a| a.0).min(state.shipping),
        _ => clip(plan, state, s),
    };
    if saving == 0 && (times == 0 || !matches!(p.kind, Kind::Gift { .. })) {
        return Err((Refusal::NoEffect, None));
    }
    if p.budget_left.is_some_and(|left| saving > left.0) {
        return Err((Refusal::Budget, None));
    }
    Ok(Effect { saving, times, gift, next: gap_to_next(p, sight, times) })
}

/// Applies the parts that [`effect`] left in `s` and its saving.
pub(crate) fn advance(c: &Candidate<'_>, state: &State, effect: &Effect, s: &Scratch, into: &mut State) {
    state.running.iter().zip(&s.parts).map(|(a, part)| a - part).refill(&mut into.running);
    into.item.clear();
    into.item.extend_from_slice(if c.promotion.stage == Stage::Item { &into.running } else { &state.item });
    let off = if matches!(c.promotion.kind, Kind::Shipping { .. }) { effect.saving } else { 0 };
    into.shipping = state.shipping - off;
    into.items = into.item.iter().sum();
}

/// Saving and times of an order-level offer whose scope does not change, before floors, without spreading it over lines. `total` is
/// what is left of all lines; an offer about the whole cart looks at no line.
///
/// # Errors
///
/// As [`effect`]; `None` in place of an answer for other offers.
pub(crate) fn glance(c: &Candidate<'_>, plan: &Plan<'_>, state: &State, total: i64) -> Result<Option<i64>, Failure> {
    let p = c.promotion;
    if p.exclude_discounted || !is_order_level(&p.kind) {
        return Ok(None);
    }
    let sum = |all: i64, amounts: &[i64]| if c.whole { all } else { sum_of(&c.lines, amounts) };
    let base = sum(total, &state.running);
    let threshold_base = match p.basis {
        Basis::List => c.list,
        Basis::Item if p.stage > Stage::Item => sum(state.items, &state.item),
        Basis::Item | Basis::Running => base,
    };
    let sight = Sight { base, threshold_base, units: c.units };
    reach(c, sight, None)?;
    match order_level(p, plan.points, sight) {
        Some((saving @ 1.., _)) => Ok(Some(saving)),
        _ => Err((Refusal::NoEffect, None)),
    }
}

/// The checks of units and thresholds.
fn reach(c: &Candidate<'_>, s: Sight, by_unit: Option<i64>) -> Result<(), Failure> {
    let p = c.promotion;
    let too_few = |missing: i64| Err((Refusal::MinQty, Some(Gap::Units(missing))));
    if s.units < p.min_qty {
        return too_few(p.min_qty - s.units);
    }
    match (&p.kind, by_unit) {
        (Kind::Tiers(steps), _) if only_units(steps) && highest(steps, s).is_none() => {
            return Err((Refusal::MinQty, gap_to_step(steps, s)));
        }
        (Kind::Nth { n, .. }, Some(0)) => return too_few(n - s.units),
        (Kind::Bxgy { buy, get_scope: Some(_), .. }, Some(0)) => return too_few(buy - s.units),
        (Kind::Bxgy { buy, get, .. }, Some(0)) => return too_few(buy.saturating_add(*get) - s.units),
        (_, Some(0)) => return Err((Refusal::MinQty, None)),
        _ => {}
    }
    let below = |t: Minor| {
        let missing = Gap::Amount(Minor(t.0 - s.threshold_base));
        if s.threshold_base < t.0 { Err((Refusal::BelowThreshold, Some(missing))) } else { Ok(()) }
    };
    p.threshold.map_or(Ok(()), below)?;
    match &p.kind {
        Kind::Every { threshold, .. } => below(*threshold),
        Kind::Tiers(steps) if highest(steps, s).is_none() => Err((Refusal::BelowThreshold, gap_to_step(steps, s))),
        _ => Ok(()),
    }
}

fn units_of(lines: &[usize], qty: &[i64]) -> i64 {
    lines.iter().fold(0, |n, l| qty[*l].saturating_add(n))
}

fn only_units(steps: &[Step]) -> bool {
    steps.iter().all(|step| matches!(step.at, Reach::Units(_)))
}

/// Takes back what would bring a line below its floor; the rest is the saving.
fn clip(plan: &Plan<'_>, state: &State, s: &mut Scratch) -> i64 {
    let mut saving = 0;
    // Of lines out of scope there is nothing to take back.
    for ((part, left), floor) in s.parts.iter_mut().zip(&state.running).zip(&plan.floor) {
        *part = (*part).min((left - floor).max(0));
        saving += *part;
    }
    saving
}
