//! Who gets which coupon under a budget: the shop finds one multiplier, each device takes its best option at that price of money.
//!
//! Multiple-choice knapsack by its Lagrangian (Sinha, Zoltners, "The multiple-choice knapsack problem", Operations Research 27, 1979):
//! `manual/offers.md`, "Allocation".

use alloc::vec::Vec;

/// Millionths of the multiplier.
const ONE: i128 = 1_000_000;
/// Largest gain or cost of an option, either way: sums of a thousand million of them fit.
pub const LARGEST: i64 = 1 << 53;

/// What one shopper may get, and what is expected of it; gain and cost are in the same unit, whichever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Expected gain over no coupon; may be negative.
    pub gain: i64,
    /// Expected cost, at least 0.
    pub cost: i64,
}

/// The option with the largest gain − λ · cost, λ = `lambda_ppm` / 1,000,000; of equals the one with the lower cost, then the earlier.
/// 0 for an empty list. This is all that a device does.
///
/// # Example: dear money buys less
///
/// ```
/// use nearshelf::offer::allocate::{Choice, choose};
///
/// let options = [Choice { gain: 0, cost: 0 }, Choice { gain: 50, cost: 20 }, Choice { gain: 60, cost: 40 }];
/// assert_eq!(choose(&options, 400_000), 2); // 60 - 16 is more than 50 - 8
/// assert_eq!(choose(&options, 500_000), 1); // 40 and 40: the lower cost
/// assert_eq!(choose(&options, 2_500_000), 0);
/// ```
pub fn choose(options: &[Choice], lambda_ppm: u64) -> usize {
    let worth = |o: &Choice| i128::from(o.gain) * ONE - i128::from(lambda_ppm) * i128::from(o.cost);
    let mut best = 0;
    for (i, o) in options.iter().enumerate().skip(1) {
        let b = &options[best];
        if worth(o) > worth(b) || (worth(o) == worth(b) && o.cost < b.cost) {
            best = i;
        }
    }
    best
}

/// A budget spent.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// The smallest multiplier, in millionths, that keeps the cost within the budget.
    pub lambda_ppm: u64,
    /// Each shopper's option.
    pub choice: Vec<usize>,
    /// Gain of all.
    pub gain: i128,
    /// Cost of all, never above the budget.
    pub cost: i128,
    /// The optimum of the relaxation, in which one shopper may get a mixture: no allocation gains more.
    pub bound: f64,
}

/// Spends a budget over shoppers with a list of options each; `None` where even the cheapest of each cost more.
///
/// # Example: the budget holds, and the bound says how good the answer is
///
/// ```
/// use nearshelf::offer::allocate::{Choice, allocate};
///
/// let none = Choice { gain: 0, cost: 0 };
/// let shoppers = [[none, Choice { gain: 90, cost: 30 }], [none, Choice { gain: 40, cost: 20 }], [none, Choice { gain: 0, cost: 10 }]];
/// let a = allocate(&shoppers, 35).unwrap();
/// assert_eq!((a.choice, a.gain, a.cost), (vec![1, 0, 0], 90, 30));
/// assert_eq!(a.lambda_ppm, 2_000_000); // at any lower price of money the second shopper's 40 for 20 would be taken too
/// assert_eq!(a.bound, 100.0); // with a quarter of it
/// ```
pub fn allocate<O: AsRef<[Choice]>>(shoppers: &[O], budget: i64) -> Option<Allocation> {
    let spent = |lambda| -> i128 { shoppers.iter().map(|s| cost_of(s.as_ref(), lambda)).sum() };
    let within = |lambda| spent(lambda) <= i128::from(budget);
    let dearest = shoppers.iter().map(|s| highest(s.as_ref())).max().unwrap_or(0);
    if !within(dearest) {
        return None;
    }
    // Costs fall as the multiplier grows.
    let (mut low, mut high) = (0, dearest);
    while low < high {
        let middle = low + (high - low) / 2;
        if within(middle) { high = middle } else { low = middle + 1 }
    }
    let choice: Vec<usize> = shoppers.iter().map(|s| choose(s.as_ref(), high)).collect();
    let gains = shoppers.iter().zip(&choice).map(|(s, i)| s.as_ref().get(*i).map_or(0, |o| i128::from(o.gain)));
    Some(Allocation { lambda_ppm: high, gain: gains.sum(), cost: spent(high), bound: bound(shoppers, budget), choice })
}

fn cost_of(options: &[Choice], lambda: u64) -> i128 {
    options.get(choose(options, lambda)).map_or(0, |o| i128::from(o.cost))
}

/// A multiplier from which on only the cheapest option is taken.
fn highest(options: &[Choice]) -> u64 {
    let gains = || options.iter().map(|o| i128::from(o.gain));
    let spread = gains().max().unwrap_or(0) - gains().min().unwrap_or(0);
    // Costs are whole, so a dearer option costs at least 1 more.
    u64::try_from(spread * ONE).unwrap_or(u64::MAX).saturating_add(1)
}

/// A step from one option to a dearer one on the upper hull of a shopper's options.
struct Step {
    gain: i128,
    cost: i128,
}

/// The relaxation's optimum: steps of all hulls, the steepest first, the last one in part.
fn bound<O: AsRef<[Choice]>>(shoppers: &[O], budget: i64) -> f64 {
    let (mut gain, mut left, mut steps) = (0_i128, i128::from(budget), Vec::new());
    for s in shoppers {
        let Some(first) = hull(s.as_ref(), &mut steps) else { continue };
        gain += i128::from(first.gain);
        left -= i128::from(first.cost);
    }
    steps.sort_by(|a: &Step, b| (b.gain * a.cost).cmp(&(a.gain * b.cost)));
    for step in steps {
        if step.cost > left {
            return gain as f64 + step.gain as f64 * left.max(0) as f64 / step.cost as f64;
        }
        gain += step.gain;
        left -= step.cost;
    }
    gain as f64
}

/// The cheapest option, and the steps up from it, each less steep than the one before.
fn hull(options: &[Choice], steps: &mut Vec<Step>) -> Option<Choice> {
    let mut at = *options.iter().min_by(|a, b| a.cost.cmp(&b.cost).then(b.gain.cmp(&a.gain)))?;
    let first = at;
    loop {
        let up = |o: &&Choice| o.cost > at.cost && o.gain > at.gain;
        let step = |o: &Choice| Step {
            gain: i128::from(o.gain) - i128::from(at.gain),
            cost: i128::from(o.cost) - i128::from(at.cost),
        };
        // The steepest; of equally steep ones the longest.
        let next = options.iter().filter(up).max_by(|a, b| {
            let (a, b) = (step(a), step(b));
            (a.gain * b.cost).cmp(&(b.gain * a.cost)).then(a.cost.cmp(&b.cost))
        });
        match next {
            None => return Some(first),
            Some(next) => {
                steps.push(step(next));
                at = *next;
            }
        }
    }
}

/// The option that is best for everybody alike: its place, gain and cost; `None` where none is affordable. Shoppers have the same options.
pub fn best_uniform<O: AsRef<[Choice]>>(shoppers: &[O], budget: i64) -> Option<(usize, i128, i128)> {
    let n = shoppers.iter().map(|s| s.as_ref().len()).min().unwrap_or(0);
    let sums = (0..n).map(|i| {
        let sum = |f: fn(&Choice) -> i64| shoppers.iter().map(|s| i128::from(f(&s.as_ref()[i]))).sum::<i128>();
        (i, sum(|o| o.gain), sum(|o| o.cost))
    });
    sums.filter(|(_, _, cost)| *cost <= i128::from(budget))
        .max_by(|a, b| a.1.cmp(&b.1).then(b.2.cmp(&a.2)).then(b.0.cmp(&a.0)))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::random::Random;

    /// Every combination; the largest gain within the budget.
    fn optimum(shoppers: &[Vec<Choice>], budget: i64) -> Option<i64> {
        let Some((first, rest)) = shoppers.split_first() else { return (budget >= 0).then_some(0) };
        first.iter().filter_map(|o| Some(o.gain + optimum(rest, budget - o.cost)?)).max()
    }

    #[test]
    fn the_budget_holds_the_multiplier_is_the_smallest_and_the_bound_a_bound() {
        let mut random = Random::new(5);
        for round in 0..2_000 {
            let shoppers: Vec<Vec<Choice>> = (0..1 + random.below(5))
                .map(|_| {
                    let option = |r: &mut Random| Choice { gain: r.below(41) as i64 - 10, cost: r.below(15) as i64 };
                    std::iter::once(Choice { gain: 0, cost: 0 })
                        .chain((0..random.below(4)).map(|_| option(&mut random)))
                        .collect()
                })
                .collect();
            let budget = random.below(30) as i64;
            let a = allocate(&shoppers, budget).expect("nothing at all is affordable");
            let best = optimum(&shoppers, budget).expect("nothing at all is affordable");
            assert!(a.cost <= i128::from(budget), "{round}");
            assert!(
                a.gain <= i128::from(best) && best as f64 <= a.bound + 1e-9,
                "{round}: {} {best} {}",
                a.gain,
                a.bound
            );
            let chosen: i128 = shoppers.iter().zip(&a.choice).map(|(s, i)| i128::from(s[*i].cost)).sum();
            assert_eq!(chosen, a.cost);
            if a.lambda_ppm > 0 {
                let cheaper: i128 = shoppers.iter().map(|s| cost_of(s, a.lambda_ppm - 1)).sum();
                assert!(cheaper > i128::from(budget), "{round}: a smaller multiplier would do");
            }
        }
    }

    #[test]
    fn a_budget_below_what_must_be_spent_is_refused() {
        let shoppers = [[Choice { gain: 5, cost: 3 }], [Choice { gain: 1, cost: 4 }]];
        assert_eq!(allocate(&shoppers, 6), None);
        assert_eq!(allocate(&shoppers, 7).map(|a| (a.gain, a.cost)), Some((6, 7)));
        assert_eq!(allocate(&shoppers, -1), None);
        let nobody: [[Choice; 0]; 0] = [];
        assert_eq!(allocate(&nobody, 0).map(|a| (a.gain, a.bound)), Some((0, 0.0)));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let shoppers = vec![[Choice { gain: -LARGEST, cost: 0 }, Choice { gain: LARGEST, cost: LARGEST }]; 1000];
        let a = allocate(&shoppers, i64::MAX).expect("affordable");
        assert_eq!(a.gain, 1000 * i128::from(LARGEST));
        assert!(allocate(&shoppers, 0).is_some_and(|a| a.cost == 0));
    }

    #[test]
    fn one_for_all_is_the_best_that_is_affordable() {
        let shoppers = [
            [Choice { gain: 0, cost: 0 }, Choice { gain: 9, cost: 5 }, Choice { gain: 12, cost: 9 }],
            [Choice { gain: 0, cost: 0 }, Choice { gain: -2, cost: 5 }, Choice { gain: 8, cost: 9 }],
        ];
        assert_eq!(best_uniform(&shoppers, 18), Some((2, 20, 18)));
        assert_eq!(best_uniform(&shoppers, 17), Some((1, 7, 10)));
        assert_eq!(best_uniform(&shoppers, 9), Some((0, 0, 0)));
    }
}
