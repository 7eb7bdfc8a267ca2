//! How much later offers can still save at most: a table over what is left to pay, computed once a quote, or once for several carts that are much alike.
//!
//! Offers are applied in one order, so the table runs backwards over it. For each place in the order, each range of the
//! amount left and each state of the strongest conflicts it holds a saving that no admissible choice of the offers from
//! there on exceeds. Thresholds on the amount left are respected, since an offer that was taken has lowered it by at
//! least its smallest saving. All amounts are integers and rounded so that the bound stays above.

use super::plan::{Candidate, Plan};
use super::promotion::{Basis, Kind, Off, Promotion, Reach, Stage, Step};
use super::saving::{Sight, cut, order_level, reached, unit_times};
use super::spread::{Run, by_price, clamp, half_up};
use crate::list::Gather;
use alloc::vec;
use alloc::vec::Vec;

/// Cells of a table at most; a cell is eight bytes.
const CELLS: usize = 1 << 17;
/// Ranges of the amount left: more of them cut little more.
const RANGES: usize = 32;
/// Conflicts the table can follow, one bit each.
const FOLLOWED: usize = 7;

/// The table, and what the offers do to the state of the conflicts it follows.
pub(crate) struct Bound {
    cells: Vec<i64>,
    width: i64,
    ranges: usize,
    masks: usize,
    rules: Vec<Rule>,
    shipping: Vec<i64>,
    gifts: Vec<i64>,
}

/// What taking or skipping an offer does to the conflicts followed. A bit that is set forbids what needs it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Rule {
    needs: usize,
    sets: usize,
    clears: usize,
}

impl Rule {
    fn taken(self, mask: usize) -> usize {
        (mask & !self.clears) | self.sets
    }

    fn skipped(self, mask: usize) -> usize {
        mask & !self.clears
    }
}

/// What the offers can save of a cart, or at most of any of several.
pub(crate) struct Reaches<'a> {
    curves: Vec<Curve<'a>>,
    /// Of all lines before any offer, and the least that offers may lead to.
    total: i64,
    lowest: i64,
    shipping: i64,
}

impl<'a> Reaches<'a> {
    /// Of all offers of a plan, in its order.
    pub(crate) fn new(plan: &Plan<'a>) -> Reaches<'a> {
        Reaches {
            curves: plan.offers.iter().map(|c| Curve::new(plan, c)).gather(),
            total: plan.list.iter().sum(),
            lowest: plan.floor.iter().sum(),
            shipping: plan.shipping,
        }
    }

    /// Of another cart of the same offers too.
    pub(crate) fn widen(&mut self, other: &Reaches<'a>) {
        self.total = self.total.max(other.total);
        self.lowest = self.lowest.min(other.lowest);
        self.curves.iter_mut().zip(&other.curves).for_each(|(mine, other)| mine.widen(other));
    }
}

impl Bound {
    /// The table for the offers at these places of a plan, in the order of application.
    pub(crate) fn new(reaches: &Reaches<'_>, order: &[&Candidate<'_>], places: &[usize]) -> Bound {
        let n = order.len();
        let curves: Vec<&Curve<'_>> = places.iter().map(|place| &reaches.curves[*place]).gather();
        let followed = FOLLOWED.min((CELLS / (RANGES * (n + 1))).max(1).ilog2() as usize);
        let (rules, used) = follow(order, followed);
        let masks = 1 << used;
        let ranges = (CELLS / (masks * (n + 1))).clamp(1, RANGES);
        let Reaches { total, lowest, .. } = *reaches;
        let width = total / ranges as i64 + 1;
        let row = masks * ranges;
        let mut cells = vec![0_i64; row * (n + 1)];
        // States of the conflicts that each place can be come to with.
        let mut come = vec![vec![0_usize]];
        for (i, rule) in rules.iter().enumerate() {
            let mut there = vec![false; masks];
            for &mask in &come[i] {
                there[rule.skipped(mask)] = true;
                if mask & rule.needs == 0 {
                    there[rule.taken(mask)] = true;
                }
            }
            come.push((0..masks).filter(|mask| there[*mask]).gather());
        }
        for (i, curve) in curves.iter().enumerate().rev() {
            let (here, after) = cells[i * row..].split_at_mut(row);
            let rule = rules[i];
            for k in 0..ranges {
                let low = k as i64 * width;
                let high = (low + width - 1).min(total);
                let saving = curve.most(high);
                let left = high - curve.least(low).min(high);
                let target = (left / width) as usize;
                for &mask in &come[i] {
                    let mut best = after[rule.skipped(mask) * ranges + k];
                    if mask & rule.needs == 0 && saving > 0 {
                        best = best.max(saving.saturating_add(after[rule.taken(mask) * ranges + target]));
                    }
                    let below = if k == 0 { 0 } else { here[mask * ranges + k - 1] };
                    here[mask * ranges + k] = best.max(below).min((high - lowest).max(0));
                }
            }
        }
        let (mut shipping, mut gifts) = (vec![0; n + 1], vec![0; n + 1]);
        for i in (0..n).rev() {
            let (fee, gift) = match &order[i].promotion.kind {
                Kind::Shipping { amount } => (amount.map_or(reaches.shipping, |a| a.0), 0),
                Kind::Gift { gift, repeat, max_times } => {
                    let times = order[i].promotion.threshold.filter(|_| *repeat).map_or(1, |t| curves[i].list / t.0);
                    (0, gift.value.0.saturating_mul(times.min(max_times.unwrap_or(i64::MAX))))
                }
                _ => (0, 0),
            };
            shipping[i] = fee.saturating_add(shipping[i + 1]);
            gifts[i] = gift.saturating_add(gifts[i + 1]);
        }
        Bound { cells, width, ranges, masks, rules, shipping, gifts }
    }

    /// The most that offers from place `i` on can save, of `total` left on the lines and `fee` left of the shipping.
    pub(crate) fn saving(&self, i: usize, mask: usize, total: i64, fee: i64) -> i64 {
        let k = ((total / self.width) as usize).min(self.ranges - 1);
        let lines = self.cells[(i * self.masks + mask) * self.ranges + k].min(total);
        lines + self.shipping[i].min(fee)
    }

    /// The most that gifts from place `i` on can be worth.
    pub(crate) fn gifts(&self, i: usize) -> i64 {
        self.gifts[i]
    }

    /// The state of the conflicts after taking the offer at place `i`.
    pub(crate) fn taken(&self, i: usize, mask: usize) -> usize {
        self.rules[i].taken(mask)
    }

    /// The state of the conflicts after skipping it.
    pub(crate) fn skipped(&self, i: usize, mask: usize) -> usize {
        self.rules[i].skipped(mask)
    }
}

/// Chooses the conflicts to follow: again and again the clique or the star with the most pairs not covered yet.
///
/// A clique's bit says that one of it was taken. A star's bit says before its centre that a leaf was taken, and behind it
/// that the centre was.
fn follow(order: &[&Candidate<'_>], most: usize) -> (Vec<Rule>, usize) {
    let n = order.len();
    let mut rules = vec![Rule::default(); n];
    let pair = |i: usize, j: usize| i != j && order[i].conflicts(order[j]);
    let hostile: Vec<Vec<bool>> = (0..n).map(|i| (0..n).map(|j| pair(i, j)).gather()).gather();
    let mut open = hostile.clone();
    for bit in 0..most {
        let degree = |open: &[Vec<bool>], i: usize| open[i].iter().filter(|x| **x).count();
        let Some(centre) = (0..n).rev().max_by_key(|i| degree(&open, *i)).filter(|i| degree(&open, *i) > 0) else {
            return (rules, bit);
        };
        let mut clique = vec![centre];
        for j in (0..n).filter(|j| hostile[centre][*j]) {
            if clique.iter().all(|i| hostile[*i][j]) {
                clique.push(j);
            }
        }
        let pairs = |set: &[usize]| set.iter().flat_map(|i| set.iter().map(move |j| (*i, *j))).gather();
        let covered = pairs(&clique).into_iter().filter(|(i, j)| open[*i][*j]).count() / 2;
        let flag = 1 << bit;
        if covered >= degree(&open, centre) {
            for (i, j) in pairs(&clique) {
                open[i][j] = false;
            }
            for i in clique {
                rules[i].needs |= flag;
                rules[i].sets |= flag;
            }
        } else {
            for j in 0..n {
                if hostile[centre][j] {
                    (open[centre][j], open[j][centre]) = (false, false);
                    let side = if j < centre { &mut rules[j].sets } else { &mut rules[j].needs };
                    *side |= flag;
                }
            }
            rules[centre].needs |= flag;
            rules[centre].sets |= flag;
            rules[centre].clears |= flag;
        }
    }
    (rules, most)
}

/// The largest and the smallest saving of one offer, as functions of what is left on all lines.
struct Curve<'a> {
    promotion: &'a Promotion,
    /// Amount of its lines before any offer.
    list: i64,
    /// Their units.
    units: i64,
    /// Most that can come off its lines.
    room: i64,
    /// Amount of its lines that have a floor, and how many these are.
    floored: i64,
    floors: i64,
    points: i64,
    /// All lines are always in scope.
    whole: bool,
    /// The threshold is held against what is left.
    running: bool,
    /// For kinds that work by units, the most they save before any offer.
    by_units: i64,
}

impl<'a> Curve<'a> {
    fn new(plan: &Plan<'_>, c: &Candidate<'a>) -> Curve<'a> {
        let p = c.promotion;
        let (mut list, mut floored, mut floors) = (0, 0, 0);
        for &l in &c.lines {
            list += plan.list[l];
            if plan.floor[l] > 0 {
                floored += plan.list[l];
                floors += 1;
            }
        }
        let mut room = 0_i64;
        for &l in c.lines.iter().chain(&c.get) {
            room = room.saturating_add(plan.list[l] - plan.floor[l]);
        }
        Curve {
            promotion: p,
            list,
            units: c.units,
            room,
            floored,
            floors,
            points: plan.points,
            whole: c.whole,
            running: p.basis == Basis::Running || (p.basis == Basis::Item && p.stage == Stage::Item),
            by_units: most_by_units(plan, c),
        }
    }

    /// Of another cart too: no less is the most, and no more the least.
    fn widen(&mut self, other: &Curve<'_>) {
        self.list = self.list.max(other.list);
        self.units = self.units.max(other.units);
        self.room = self.room.max(other.room);
        self.floored = self.floored.max(other.floored);
        self.floors = self.floors.max(other.floors);
        self.by_units = self.by_units.max(other.by_units);
        self.whole &= other.whole;
    }

    /// The most it saves with at most `total` left on all lines.
    fn most(&self, total: i64) -> i64 {
        let p = self.promotion;
        let base = self.list.min(total);
        let threshold_base = if self.running { base } else { self.list };
        let sight = Sight { base, threshold_base, units: self.units };
        if p.threshold.is_some_and(|t| threshold_base < t.0) {
            return 0;
        }
        let saving = match &p.kind {
            // A lower step may save more than the highest one reached.
            Kind::Tiers(steps) => steps.iter().map(|step| one_step(p, step, sight)).max().unwrap_or(0),
            Kind::Gift { .. } | Kind::Shipping { .. } => 0,
            _ => order_level(p, self.points, sight).map_or(self.by_units, |s| s.0),
        };
        saving.min(p.budget_left.map_or(i64::MAX, |b| b.0)).min(self.room)
    }

    /// The least it takes off when it is taken with at least `total` left on all lines.
    fn least(&self, total: i64) -> i64 {
        let p = self.promotion;
        let threshold = p.threshold.map_or(1, |t| t.0);
        let step = match &p.kind {
            Kind::Every { threshold, .. } => threshold.0.max(p.threshold.map_or(1, |t| t.0)),
            _ => threshold,
        };
        let base = if self.running { step } else { 1 }.max(if self.whole { total } else { 0 });
        let sight = Sight { base, threshold_base: if self.running { base } else { step }, units: self.units };
        let saving = match &p.kind {
            // Any step may be the one, at an amount that reaches it.
            Kind::Tiers(steps) => {
                let one = |step: &Step| {
                    let base =
                        if let (Reach::Amount(t), true) = (step.at, self.running) { base.max(t.0) } else { base };
                    one_step(p, step, Sight { base, threshold_base: i64::MAX, units: i64::MAX })
                };
                steps.iter().map(one).min().unwrap_or(0)
            }
            _ => order_level(p, self.points, sight).map_or(0, |s| s.0),
        };
        if self.floors == 0 || saving == 0 {
            return saving;
        }
        // What floors clip is at most the share of the lines that have one.
        let share = i128::from(saving) * i128::from(self.floored.min(base)) / i128::from(base.max(1));
        (saving - clamp(share) - self.floors).max(0)
    }
}

/// What a stepped offer would save if its only step were this one.
fn one_step(p: &Promotion, step: &Step, s: Sight) -> i64 {
    let saving = match step.off {
        Off::Amount(amount) => amount.0,
        Off::Percent(bp) => half_up(s.base, bp),
    };
    if reached(step.at, s) { saving.min(p.cap.map_or(i64::MAX, |c| c.0)).min(s.base) } else { 0 }
}

/// The most a kind that works by units can save in any state: units never cost more than before any offer, and where
/// lines may fall out of scope, the dearest units stand for those taken.
fn most_by_units(plan: &Plan<'_>, c: &Candidate<'_>) -> i64 {
    let times = unit_times(c, plan, &c.lines, c.units).unwrap_or(0);
    let mut runs = Vec::new();
    match &c.promotion.kind {
        Kind::Nth { n, bp, .. } => {
            cut(plan, &plan.list, &c.lines, &mut runs);
            by_price(&mut runs, true);
            let mut before = 0_i64;
            let mut sum = 0_i128;
            for r in &runs {
                let after = before.saturating_add(r.count);
                let hits = (after / n).min(times) - (before / n).min(times);
                sum += i128::from(half_up(r.price, *bp)) * i128::from(hits);
                before = after;
            }
            clamp(sum)
        }
        Kind::Bxgy { get, get_scope, bp, .. } => {
            cut(plan, &plan.list, if get_scope.is_some() { &c.get } else { &c.lines }, &mut runs);
            by_price(&mut runs, c.promotion.exclude_discounted);
            first(&runs, times.saturating_mul(*get), |price| half_up(price, *bp))
        }
        Kind::Bundle { items, price, .. } => {
            let mut one = 0_i128;
            for (n, (_, qty)) in items.iter().enumerate() {
                let of_item = c.lines.iter().zip(&c.facts).filter(|(_, fact)| **fact == n as i64);
                let dearest = of_item.map(|(l, _)| plan.list[*l] / plan.qty[*l]).max().unwrap_or(0);
                one += i128::from(dearest) * i128::from(*qty);
            }
            clamp(i128::from(clamp(one - i128::from(price.0)).max(0)) * i128::from(times))
        }
        Kind::UnitPrice { max_units, .. } => {
            let line = |(l, price): (&usize, &i64)| {
                let unit = plan.list[*l] / plan.qty[*l];
                Run { line: *l, price: (unit - price).max(0), count: plan.qty[*l] }
            };
            c.lines.iter().zip(&c.facts).map(line).refill(&mut runs);
            by_price(&mut runs, true);
            first(&runs, max_units.unwrap_or(i64::MAX), |price| price)
        }
        _ => 0,
    }
}

/// The sum of `value` over the first `units` units of `runs`.
fn first(runs: &[Run], mut units: i64, value: impl Fn(i64) -> i64) -> i64 {
    let mut sum = 0_i128;
    for r in runs {
        let taken = units.min(r.count);
        units -= taken;
        sum += i128::from(value(r.price)) * i128::from(taken);
    }
    clamp(sum)
}
