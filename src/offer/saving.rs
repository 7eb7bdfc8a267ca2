//! What each kind takes off: order-level savings as one amount, the others unit by unit.

use super::plan::{Candidate, Plan};
use super::promotion::{Kind, Off, Promotion, Reach, Step};
use super::refusal::Gap;
use super::spread::{Fraction, Run, by_price, clamp, first_units, half_up, rounded_down, runs, spread, sum_of};
use crate::list::Gather;
use crate::money::Minor;
use alloc::string::String;
use alloc::vec::Vec;

/// What an order-level kind sees of the lines in scope.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    /// What is left on them.
    pub(crate) base: i64,
    /// Their amount on the offer's basis.
    pub(crate) threshold_base: i64,
    /// Their units.
    pub(crate) units: i64,
}

/// Room that is reused from try to try.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Lines in scope at this try.
    pub(crate) lines: Vec<usize>,
    /// Lines to get units from at this try.
    pub(crate) get: Vec<usize>,
    /// What each line of the cart is reduced by.
    pub(crate) parts: Vec<i64>,
    /// What a bundle uses of each line.
    pub(crate) used: Vec<i64>,
    pub(crate) fractions: Vec<Fraction>,
    pub(crate) runs: Vec<Run>,
}

/// Kinds that take one amount off all lines in scope.
pub(crate) fn is_order_level(kind: &Kind) -> bool {
    matches!(kind, Kind::Percent { .. } | Kind::Fixed { .. } | Kind::Every { .. } | Kind::Tiers(_) | Kind::Points(_))
}

/// Saving and times of percent, fixed, every, tiers and points; capped, and at most the base. `None` for other kinds.
pub(crate) fn order_level(p: &Promotion, points: i64, s: Sight) -> Option<(i64, i64)> {
    let (saving, times) = match &p.kind {
        Kind::Percent { bp } => (half_up(s.base, *bp), 1),
        Kind::Fixed { amount } => (amount.0, 1),
        Kind::Every { threshold, amount, max_times } => {
            let times = (s.threshold_base / threshold.0).min(max_times.unwrap_or(i64::MAX));
            (amount.0.saturating_mul(times), times)
        }
        Kind::Tiers(steps) => match highest(steps, s)?.off {
            Off::Amount(a) => (a.0, 1),
            Off::Percent(bp) => (half_up(s.base, bp), 1),
        },
        Kind::Points(k) => ((points / k.per_cent).min(rounded_down(s.base, k.max_bp)), 1),
        _ => return None,
    };
    Some((saving.min(p.cap.map_or(i64::MAX, |c| c.0)).min(s.base), times))
}

/// Whether a step is reached.
pub(crate) fn reached(at: Reach, s: Sight) -> bool {
    match at {
        Reach::Amount(t) => s.threshold_base >= t.0,
        Reach::Units(n) => s.units >= n,
    }
}

/// The highest step reached: by amount or by units, and the later one where the two cannot be compared.
pub(crate) fn highest(steps: &[Step], s: Sight) -> Option<&Step> {
    steps.iter().filter(|step| reached(step.at, s)).reduce(|best, step| match (best.at, step.at) {
        (Reach::Amount(a), Reach::Amount(b)) if b < a => best,
        (Reach::Units(a), Reach::Units(b)) if b < a => best,
        _ => step,
    })
}

/// What is missing to the nearest step not reached; amounts are told before units.
pub(crate) fn gap_to_step(steps: &[Step], s: Sight) -> Option<Gap> {
    let open = steps.iter().filter(|step| !reached(step.at, s));
    open.map(|step| match step.at {
        Reach::Amount(t) => Gap::Amount(Minor(t.0 - s.threshold_base)),
        Reach::Units(n) => Gap::Units(n - s.units),
    })
    .min()
}

/// What is missing until a kind that repeats gives once more.
pub(crate) fn gap_to_next(p: &Promotion, s: Sight, times: i64) -> Option<Gap> {
    let amount = |t: i64| Some(Gap::Amount(Minor(t - s.threshold_base % t)));
    let units = |n: i64| Some(Gap::Units(n - s.units % n));
    let more = |most: &Option<i64>| most.is_none_or(|m| times < m);
    match &p.kind {
        Kind::Every { threshold, max_times, .. } if more(max_times) => amount(threshold.0),
        Kind::Tiers(steps) => gap_to_step(steps, s),
        Kind::Nth { n, max_times, .. } if more(max_times) => units(*n),
        Kind::Bxgy { buy, get, get_scope, max_times, .. } if more(max_times) => {
            units(if get_scope.is_some() { *buy } else { buy.saturating_add(*get) })
        }
        Kind::Gift { repeat: true, max_times, .. } if more(max_times) => amount(p.threshold?.0),
        _ => None,
    }
}

/// How often a kind that counts units could give; `None` for kinds that do not.
pub(crate) fn unit_times(c: &Candidate<'_>, plan: &Plan<'_>, lines: &[usize], units: i64) -> Option<i64> {
    let (times, most) = match &c.promotion.kind {
        Kind::Nth { n, max_times, .. } => (units / n, max_times),
        Kind::Bxgy { buy, get_scope: Some(_), max_times, .. } => (units / buy, max_times),
        Kind::Bxgy { buy, get, max_times, .. } => (units / buy.saturating_add(*get), max_times),
        Kind::Bundle { items, max_times, .. } => {
            let have = |n: usize| item_lines(c, lines, n).fold(0_i64, |sum, l| sum.saturating_add(plan.qty[l]));
            let times = items.iter().enumerate().map(|(n, item)| have(n) / item.1).min();
            (times.unwrap_or(0), max_times)
        }
        _ => return None,
    };
    Some(times.min(most.unwrap_or(i64::MAX)))
}

/// The lines among `lines` with a bundle's item.
fn item_lines<'b>(c: &'b Candidate<'_>, lines: &'b [usize], item: usize) -> impl Iterator<Item = usize> + 'b {
    let is_item = move |l: &usize| c.lines.binary_search(l).is_ok_and(|at| c.facts.get(at) == Some(&(item as i64)));
    lines.iter().copied().filter(is_item)
}

/// Writes what a kind that works by units takes off each line, and says how often it gave. `times` is what
/// [`unit_times`] said.
pub(crate) fn by_units(c: &Candidate<'_>, plan: &Plan<'_>, running: &[i64], times: i64, s: &mut Scratch) -> i64 {
    match &c.promotion.kind {
        Kind::Nth { n, bp, .. } => {
            cut(plan, running, &s.lines, &mut s.runs);
            by_price(&mut s.runs, true);
            nth(*n, *bp, times, &s.runs, &mut s.parts);
            times
        }
        Kind::Bxgy { get, get_scope, bp, .. } => {
            cut(plan, running, if get_scope.is_some() { &s.get } else { &s.lines }, &mut s.runs);
            by_price(&mut s.runs, false);
            cheapest(times.saturating_mul(*get), *bp, &s.runs, &mut s.parts);
            times
        }
        Kind::Bundle { items, price, .. } => {
            bundle(c, plan, running, items, times, s);
            let saving = i128::from(sum_of(&s.lines, &s.used)) - i128::from(price.0) * i128::from(times);
            spread(clamp(saving.max(0)), &s.lines, &s.used, &mut s.parts, &mut s.fractions);
            times
        }
        Kind::UnitPrice { max_units, .. } => unit_price(c, plan, running, max_units.unwrap_or(i64::MAX), s),
        _ => 0,
    }
}

/// The units of `lines`, line by line.
pub(crate) fn cut(plan: &Plan<'_>, running: &[i64], lines: &[usize], out: &mut Vec<Run>) {
    out.clear();
    for &l in lines {
        for run in runs(l, running[l], plan.qty[l]) {
            if run.count > 0 {
                out.push(run);
            }
        }
    }
}

/// `bp` off the last unit of each of the first `groups` groups of `n`, where `runs` stand in the order of the units.
fn nth(n: i64, bp: i64, groups: i64, runs: &[Run], parts: &mut [i64]) {
    let mut before = 0_i64;
    for r in runs {
        let after = before.saturating_add(r.count);
        let hits = (after / n).min(groups) - (before / n).min(groups);
        parts[r.line] += half_up(r.price, bp) * hits;
        before = after;
    }
}

/// `bp` off the first `units` units of `runs`.
fn cheapest(mut units: i64, bp: i64, runs: &[Run], parts: &mut [i64]) {
    for r in runs {
        let taken = units.min(r.count);
        parts[r.line] += half_up(r.price, bp) * taken;
        units -= taken;
    }
}

/// The amounts of the units that `times` bundles use, by line, into `used`; earlier lines and dearer units first.
fn bundle(
    c: &Candidate<'_>,
    plan: &Plan<'_>,
    running: &[i64],
    items: &[(String, i64)],
    times: i64,
    scratch: &mut Scratch,
) {
    scratch.used.clear();
    scratch.used.resize(running.len(), 0);
    let mut wanted: Vec<i64> = items.iter().map(|(_, qty)| qty.saturating_mul(times)).gather();
    for &line in &scratch.lines {
        let item = c.lines.binary_search(&line).ok().and_then(|at| usize::try_from(c.facts[at]).ok());
        let Some(open) = item.and_then(|n| wanted.get_mut(n)) else { continue };
        let taken = plan.qty[line].min(*open);
        *open -= taken;
        scratch.used[line] = first_units(running[line], plan.qty[line], taken);
    }
}

/// Units in the order of the cart that cost more than their new price, at most `left` of them.
fn unit_price(c: &Candidate<'_>, plan: &Plan<'_>, running: &[i64], mut left: i64, scratch: &mut Scratch) -> i64 {
    let mut reduced = 0_i64;
    for &line in &scratch.lines {
        let price = c.lines.binary_search(&line).ok().and_then(|at| c.facts.get(at)).copied().unwrap_or(i64::MAX);
        for r in runs(line, running[line], plan.qty[line]) {
            if r.price > price {
                let taken = left.min(r.count);
                scratch.parts[line] += (r.price - price) * taken;
                left -= taken;
                reduced += taken;
            }
        }
    }
    reduced
}
