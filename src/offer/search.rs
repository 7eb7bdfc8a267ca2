//! The cheapest admissible set: depth first over the order of application, cut where the bound proves that nothing
//! better lies behind.

use super::apply::{advance, effect, glance};
use super::bound::{Bound, Reaches};
use super::cart::Line;
use super::plan::{Candidate, Plan, State};
use super::promotion::Stage;
use super::refusal::Refusal;
use super::saving::{Scratch, is_order_level};
use crate::list::Gather;
use crate::order::Arrange;
use alloc::vec;
use alloc::vec::Vec;

/// How much work a quote may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Partial sets looked at, at most; at least one is always looked at.
    pub nodes: u32,
}

impl Default for Limits {
    /// 200,000 partial sets.
    fn default() -> Limits {
        Limits { nodes: 200_000 }
    }
}

/// The best set that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Places of the offers in the plan, in the order of application.
    pub(crate) set: Vec<usize>,
    /// Lines and shipping.
    pub(crate) payable: i64,
    /// No admissible set costs less than this; the payable itself when the set is proven to be the best.
    pub(crate) at_least: i64,
    /// Whether no admissible set is better, ties included.
    pub(crate) proven: bool,
    /// Partial sets that were looked at.
    pub(crate) nodes: u32,
}

/// What the search for one cart, or for several that differ by little, goes by.
pub(crate) struct Ground {
    bound: Bound,
    /// Offers that may stand in a set with others, in the order of application, by their places in the plan.
    places: Vec<usize>,
    /// Later ones that each does not stand beside.
    hostile: Vec<Vec<usize>>,
}

impl Ground {
    /// Of the plan as it is.
    fn new(plan: &Plan<'_>, start: &State, scratch: &mut Scratch) -> Ground {
        let stands = |c: &Candidate<'_>| may_stand(c, plan, start, scratch);
        let stand: Vec<bool> = plan.offers.iter().map(stands).gather();
        Ground::over(plan, &stand, &Reaches::new(plan))
    }

    /// Of every one of these carts: the plan's with those lines at its end. There is one at least.
    pub(crate) fn of_all(plan: &mut Plan<'_>, carts: &[Vec<&Line>]) -> Ground {
        let mut scratch = Scratch::default();
        let mut stand = vec![false; plan.offers.len()];
        let mut all: Option<Reaches<'_>> = None;
        for more in carts {
            more.iter().for_each(|line| plan.push(line));
            let start = plan.start();
            for (stands, c) in stand.iter_mut().zip(&plan.offers) {
                *stands = *stands || may_stand(c, plan, &start, &mut scratch);
            }
            let reaches = Reaches::new(plan);
            match &mut all {
                Some(all) => all.widen(&reaches),
                None => all = Some(reaches),
            }
            more.iter().for_each(|_| plan.pop());
        }
        let all = all.unwrap_or_else(|| Reaches::new(plan));
        Ground::over(plan, &stand, &all)
    }

    fn over(plan: &Plan<'_>, stand: &[bool], reaches: &Reaches<'_>) -> Ground {
        let places: Vec<usize> = stand.iter().enumerate().filter(|(_, stands)| **stands).map(|(i, _)| i).gather();
        let order = in_order(plan, &places);
        let hostile = |i: usize| (i + 1..order.len()).filter(|j| order[i].conflicts(order[*j])).gather();
        let bound = Bound::new(reaches, &order, &places);
        Ground { bound, hostile: (0..order.len()).map(hostile).gather(), places }
    }
}

fn in_order<'s, 'a>(plan: &'s Plan<'a>, places: &[usize]) -> Vec<&'s Candidate<'a>> {
    places.iter().map(|p| &plan.offers[*p]).gather()
}

/// Whether an offer may have an effect in a set with others.
fn may_stand(c: &Candidate<'_>, plan: &Plan<'_>, start: &State, scratch: &mut Scratch) -> bool {
    if c.promotion.stacking.exclusive {
        return false;
    }
    // What tells by sums alone need not be spread. These three cannot come to hold later, since amounts and scopes only shrink.
    matches!(glance(c, plan, start, start.items), Ok(Some(_)))
        || !matches!(
            effect(c, plan, start, scratch),
            Err((Refusal::NoMatchingItems | Refusal::MinQty | Refusal::BelowThreshold, _))
        )
}

/// The best admissible set of the plan's offers.
pub(crate) fn best(plan: &Plan<'_>, limits: Limits) -> Found {
    let (start, mut scratch) = (plan.start(), Scratch::default());
    search(plan, &Ground::new(plan, &start, &mut scratch), limits, None)
}

/// The lowest payable of the plan's offers as far as it is below `below`, else `below`; whether that is proven, and partial sets looked at. `good` are offers (their places among
/// all promotions) that were the best of a cart much like this one: what they come to here need not be found again. It is left with those of this one.
pub(crate) fn lowest(
    plan: &Plan<'_>,
    ground: &Ground,
    limits: Limits,
    below: i64,
    good: &mut Vec<usize>,
) -> (i64, bool, u32) {
    let (mut state, mut next, mut scratch) = (plan.start(), plan.start(), Scratch::default());
    let mut payable = state.items + state.shipping;
    let mut kept = Vec::new();
    for c in plan.offers.iter().filter(|c| good.contains(&c.index)) {
        if let Ok(e) = effect(c, plan, &state, &mut scratch) {
            advance(c, &state, &e, &scratch, &mut next);
            core::mem::swap(&mut state, &mut next);
            payable -= e.saving;
            kept.push(c.index);
        }
    }
    let found = search(plan, ground, limits, Some(below.min(payable)));
    if found.payable < below.min(payable) {
        kept = found.set.iter().map(|place| plan.offers[*place].index).gather();
    }
    *good = kept;
    (found.payable.min(payable).min(below), found.proven, found.nodes)
}

/// The best set; with `below`, whatever does not cost less than that is not looked at.
fn search(plan: &Plan<'_>, ground: &Ground, limits: Limits, below: Option<i64>) -> Found {
    let start = plan.start();
    let payable = start.running.iter().sum::<i64>() + start.shipping;
    let mut scratch = Scratch::default();
    let mut found = Best { set: Vec::new(), payable, gift: 0 };
    if let Some(below) = below.filter(|below| *below <= payable) {
        // No set ties with this one, so that only what is cheaper takes its place.
        found = Best { set: Vec::new(), payable: below, gift: i64::MAX };
    }
    for (place, c) in plan.offers.iter().enumerate().filter(|(_, c)| c.promotion.stacking.exclusive) {
        if let Ok(e) = effect(c, plan, &start, &mut scratch) {
            let alone = Best { set: vec![place], payable: payable - e.saving, gift: e.gift };
            if alone.beats(&found, plan) {
                found = alone;
            }
        }
    }
    let order = in_order(plan, &ground.places);
    let mut search = Search {
        plan,
        ground,
        blocked: vec![0; order.len()],
        states: (0..=order.len()).map(|_| plan.start()).gather(),
        chosen: Vec::new(),
        best: found,
        order,
        scratch,
        floors: plan.floor.iter().any(|f| *f > 0),
        by_totals: 0,
        nodes: 0,
        limit: limits.nodes.max(1),
        open: None,
    };
    search.by_totals =
        search.order.iter().rposition(|c| !c.whole || !is_order_level(&c.promotion.kind)).map_or(0, |last| last + 1);
    search.visit(Node { place: 0, mask: 0, payable, gift: 0 });
    let Search { best, open, nodes, .. } = search;
    let at_least = open.map_or(best.payable, |o| o.min(best.payable));
    Found { set: best.set, payable: best.payable, at_least, proven: open.is_none(), nodes }
}

struct Best {
    set: Vec<usize>,
    payable: i64,
    gift: i64,
}

impl Best {
    /// Lower payable, then more gift, then fewer offers, then the smaller sorted list of ids.
    fn beats(&self, other: &Best, plan: &Plan<'_>) -> bool {
        let key = |b: &Best| (b.payable, core::cmp::Reverse(b.gift), b.set.len());
        key(self).cmp(&key(other)).then_with(|| ids(&self.set, plan).cmp(&ids(&other.set, plan))).is_lt()
    }
}

fn ids<'p>(set: &[usize], plan: &'p Plan<'_>) -> Vec<&'p str> {
    let mut ids: Vec<&str> = set.iter().map(|p| plan.offers[*p].promotion.id.as_str()).gather();
    ids.arrange_by(Ord::cmp);
    ids
}

struct Search<'s, 'a> {
    plan: &'s Plan<'a>,
    ground: &'s Ground,
    /// The ground's offers.
    order: Vec<&'s Candidate<'a>>,
    /// How many of the chosen ones an offer does not stand beside.
    blocked: Vec<u32>,
    /// What is left after each of the chosen ones.
    states: Vec<State>,
    chosen: Vec<usize>,
    best: Best,
    scratch: Scratch,
    /// Whether any line has a floor.
    floors: bool,
    /// From this place on all offers are about the whole cart's total, and nobody looks at a line.
    by_totals: usize,
    nodes: u32,
    limit: u32,
    /// The lowest payable that may lie in what was not looked at.
    open: Option<i64>,
}

/// What is known of taking an offer before its saving is spread over the lines.
enum Foresight {
    /// It has no effect.
    Nothing,
    /// The node it leads to unless floors give something back, and the lowest payable behind it.
    Child(Node, i64),
    /// Only trying tells.
    Unknown,
}

/// A partial set: everything before `place` is decided.
#[derive(Clone, Copy)]
struct Node {
    place: usize,
    mask: usize,
    payable: i64,
    gift: i64,
}

impl Search<'_, '_> {
    /// The lowest payable behind a node.
    fn lowest(&self, n: Node) -> i64 {
        let fee = self.states[self.chosen.len()].shipping;
        n.payable - self.ground.bound.saving(n.place, n.mask, n.payable - fee, fee)
    }

    /// Whether nothing behind a node with `count` offers can beat the best set, ties included.
    fn hopeless(&self, n: Node, count: usize, lowest: i64) -> bool {
        if lowest != self.best.payable {
            return lowest > self.best.payable;
        }
        let gift = n.gift.saturating_add(self.ground.bound.gifts(n.place));
        if gift != self.best.gift {
            return gift < self.best.gift;
        }
        let more = n.payable > lowest || n.gift < gift;
        count + usize::from(more) > self.best.set.len()
    }

    fn visit(&mut self, mut n: Node) {
        loop {
            while n.place < self.order.len() && self.blocked[n.place] > 0 {
                n = self.skip(n);
            }
            let lowest = self.lowest(n);
            let count = self.chosen.len();
            if n.place == self.order.len() || self.hopeless(n, count, lowest) {
                return;
            }
            if self.nodes >= self.limit {
                self.open = Some(self.open.map_or(lowest, |o| o.min(lowest)));
                return;
            }
            self.nodes += 1;
            let skip = self.skip(n);
            match self.foresee(n) {
                Foresight::Nothing => {}
                Foresight::Child(child, lowest) => {
                    // The more promising half first: a good set that is found early cuts more.
                    if self.lowest(skip) < lowest {
                        self.visit(skip);
                        self.take_foreseen(n, child, lowest);
                        return;
                    }
                    self.take_foreseen(n, child, lowest);
                }
                Foresight::Unknown => self.take(n),
            }
            n = skip;
        }
    }

    fn skip(&self, n: Node) -> Node {
        Node { place: n.place + 1, mask: self.ground.bound.skipped(n.place, n.mask), ..n }
    }

    /// What taking the offer at the node's place leads to, as far as totals tell.
    fn foresee(&self, n: Node) -> Foresight {
        let state = &self.states[self.chosen.len()];
        let total = n.payable - state.shipping;
        let saving = match glance(self.order[n.place], self.plan, state, total) {
            Err(_) => return Foresight::Nothing,
            Ok(None) => return Foresight::Unknown,
            Ok(Some(saving)) => saving,
        };
        // Floors may still bring it into its budget.
        if !self.floors && self.order[n.place].promotion.budget_left.is_some_and(|left| saving > left.0) {
            return Foresight::Nothing;
        }
        let (place, mask) = (n.place + 1, self.ground.bound.taken(n.place, n.mask));
        let child = Node { place, mask, payable: n.payable - saving, gift: n.gift };
        // Floors may give back a part of the saving, which then stays for later offers.
        let left = if self.floors { total } else { total - saving };
        let later = self.ground.bound.saving(place, mask, left, state.shipping).min(child.payable);
        Foresight::Child(child, child.payable - later)
    }

    /// Looks at the sets with the offer at the node's place, if any of them can be better.
    fn take_foreseen(&mut self, n: Node, child: Node, lowest: i64) {
        let depth = self.chosen.len();
        if self.hopeless(child, depth + 1, lowest) {
            return;
        }
        if self.floors || child.place < self.by_totals {
            return self.take(n);
        }
        let State { items, shipping, .. } = self.states[depth];
        let after = &mut self.states[depth + 1];
        after.shipping = shipping;
        after.items = if self.order[n.place].promotion.stage == Stage::Item { child.payable - shipping } else { items };
        self.go_on(n.place, child);
    }

    /// The same, where only trying tells.
    fn take(&mut self, n: Node) {
        let depth = self.chosen.len();
        let c = self.order[n.place];
        let (before, after) = self.states.split_at_mut(depth + 1);
        let state = &before[depth];
        let Ok(e) = effect(c, self.plan, state, &mut self.scratch) else { return };
        advance(c, state, &e, &self.scratch, &mut after[0]);
        let next = Node {
            place: n.place + 1,
            mask: self.ground.bound.taken(n.place, n.mask),
            payable: n.payable - e.saving,
            gift: n.gift.saturating_add(e.gift),
        };
        self.go_on(n.place, next);
    }

    /// Goes on from a node to which taking the offer at `place` has led.
    fn go_on(&mut self, place: usize, next: Node) {
        self.chosen.push(self.ground.places[place]);
        let hostile = &self.ground.hostile[place];
        hostile.iter().for_each(|j| self.blocked[*j] += 1);
        if next.payable <= self.best.payable {
            let set = Best { set: self.chosen.clone(), payable: next.payable, gift: next.gift };
            if set.beats(&self.best, self.plan) {
                self.best = set;
            }
        }
        self.visit(next);
        hostile.iter().for_each(|j| self.blocked[*j] -= 1);
        self.chosen.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer::promotion::Promotion;
    use crate::offer::sample::{Random, cart, competing, mixed};
    use crate::offer::{Cart, Customer};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn plan<'p>(cart: &Cart, promotions: &'p [Promotion]) -> Plan<'p> {
        let customer = Customer { points: 5_000, ..Customer::default() };
        Plan::new(cart, &customer, promotions.iter().enumerate().collect())
    }

    /// Tries every subset, without any bound.
    fn by_enumeration(plan: &Plan<'_>) -> (Vec<usize>, i64) {
        let n = plan.offers.len();
        let start = plan.start();
        let mut scratch = Scratch::default();
        let mut best = Best { set: vec![], payable: start.running.iter().sum::<i64>() + start.shipping, gift: 0 };
        'sets: for bits in 1..1_u32 << n {
            let set: Vec<usize> = (0..n).filter(|i| bits >> i & 1 == 1).collect();
            let hostile = |i: &usize| set.iter().any(|j| i < j && plan.offers[*i].conflicts(&plan.offers[*j]));
            if set.iter().any(hostile) {
                continue;
            }
            let (mut state, mut next, mut gift) = (plan.start(), plan.start(), 0);
            for &place in &set {
                let Ok(e) = effect(&plan.offers[place], plan, &state, &mut scratch) else { continue 'sets };
                advance(&plan.offers[place], &state, &e, &scratch, &mut next);
                core::mem::swap(&mut state, &mut next);
                gift += e.gift;
            }
            let one = Best { set, payable: state.running.iter().sum::<i64>() + state.shipping, gift };
            if one.beats(&best, plan) {
                best = one;
            }
        }
        (best.set, best.payable)
    }

    #[test]
    fn the_search_agrees_with_trying_every_set() {
        for seed in 0..600 {
            let mut random = Random(seed);
            let cart = cart(&mut random, 4);
            let n = random.below(9) as usize;
            let promotions = if seed % 2 == 0 { mixed(&mut random, n) } else { competing(&mut random, n, &cart) };
            let plan = plan(&cart, &promotions);
            let found = best(&plan, Limits::default());
            assert!(found.proven);
            assert_eq!((found.set, found.payable), by_enumeration(&plan), "seed {seed}: {cart:?} {promotions:?}");
        }
    }

    #[test]
    fn a_search_that_is_cut_short_tells_a_true_bound() {
        let mut cut = 0;
        for seed in 0..200 {
            let mut random = Random(1_000 + seed);
            let cart = cart(&mut random, 4);
            let promotions = competing(&mut random, 10, &cart);
            let plan = plan(&cart, &promotions);
            let whole = best(&plan, Limits::default());
            let short = best(&plan, Limits { nodes: 3 });
            assert!(short.at_least <= whole.payable && whole.payable <= short.payable, "seed {seed}");
            assert!(!short.proven || short.set == whole.set);
            cut += u32::from(!short.proven);
        }
        assert!(cut > 50, "only {cut} were cut short");
    }

    #[test]
    fn twenty_offers_on_fifty_lines_are_proven_in_few_steps() {
        let mut nodes = Vec::new();
        for seed in 0..100 {
            let mut random = Random(5_000 + seed);
            let cart = cart(&mut random, 50);
            let promotions = if seed % 2 == 0 { competing(&mut random, 20, &cart) } else { mixed(&mut random, 20) };
            let plan = plan(&cart, &promotions);
            let found = best(&plan, Limits::default());
            assert!(found.proven, "seed {seed}");
            nodes.push(found.nodes);
        }
        nodes.sort_unstable();
        assert!(nodes[95] <= 20_000, "{nodes:?}");
    }
}
