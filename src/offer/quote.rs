//! The quote: what each line costs under the cheapest admissible set, which offers made it so, and why not the others.

use super::apply::{Failure, advance, effect};
use super::cart::{Cart, Customer};
use super::condition::failed;
use super::plan::{Plan, State};
use super::promotion::{Kind, Offers};
use super::refusal::{Gap, Refusal};
use super::saving::Scratch;
use super::search::{Limits, best};
use crate::list::Gather;
use crate::money::Minor;
use crate::time::Millis;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// What a cart costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The lines before any offer.
    pub subtotal: Minor,
    /// Shipping fee that is left.
    pub shipping: Minor,
    /// All that was taken off lines and shipping.
    pub discount: Minor,
    /// Lines and shipping.
    pub payable: Minor,
    /// Line by line, in the order of the cart.
    pub lines: Vec<LineQuote>,
    /// The offers of the set, in the order of application.
    pub applied: Vec<Applied>,
    /// What is given, offer by offer.
    pub gifts: Vec<GiftLine>,
    /// The other offers, in their own order.
    pub refused: Vec<Refused>,
    /// Whether this is the best set.
    pub proof: Proof,
    /// Partial sets that were looked at.
    pub nodes: u32,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineQuote {
    /// The line's id.
    pub id: String,
    /// Price by quantity.
    pub subtotal: Minor,
    /// What is left to pay for it.
    pub payable: Minor,
    /// What each applied offer takes off it: its place in [`Quote::applied`] and the amount.
    pub discounts: Vec<(usize, Minor)>,
}

/// An offer of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its place among the promotions.
    pub promotion: usize,
    /// Its id.
    pub id: String,
    /// What it took off lines or shipping.
    pub amount: Minor,
    /// How often it gave.
    pub times: i64,
    /// What it took off each line: the line's place in the cart and the amount, above zero.
    pub lines: Vec<(usize, Minor)>,
    /// What is missing until it gives more.
    pub next: Option<Gap>,
}

/// A present of an applied offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftLine {
    /// What is given.
    pub sku: String,
    /// Units.
    pub qty: i64,
}

/// An offer that was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place among the promotions.
    pub promotion: usize,
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: Refusal,
    /// What is missing to its threshold or number of units.
    pub gap: Option<Gap>,
}

/// Whether a better set may exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// No admissible set is better.
    Optimal,
    /// The limit was reached: the set is the best found, and no set costs less than this.
    AtLeast(Minor),
}

/// The cheapest admissible set of `offers` for `cart` at `now`: lowest payable, then most gift value, then fewest
/// offers, then the smallest sorted list of ids. The same input gives the same quote.
///
/// # Example: an offer that repeats
///
/// ```
/// use nearshelf::money::Minor;
/// use nearshelf::offer::{Cart, Customer, Gap, Kind, Limits, Line, Offers, Promotion, Proof, quote};
/// use nearshelf::time::Millis;
///
/// let line = Line { id: "1".into(), sku: "cup".into(), price: Minor(45_00), qty: 5, ..Line::default() };
/// let cart = Cart::new(vec![line], Minor(0))?;
/// let every = Kind::Every { threshold: Minor(100_00), amount: Minor(15_00), max_times: None };
/// let offers = Offers::new(vec![Promotion::new("m", every)])?;
/// let q = quote(&offers, &cart, &Customer::default(), Millis(0), Limits::default());
/// assert_eq!((q.payable, q.applied[0].times, q.proof), (Minor(195_00), 2, Proof::Optimal));
/// assert_eq!(q.applied[0].next, Some(Gap::Amount(Minor(75_00))));
/// # Ok::<(), nearshelf::offer::Invalid>(())
/// ```
pub fn quote(offers: &Offers, cart: &Cart, customer: &Customer, now: Millis, limits: Limits) -> Quote {
    let mut refusals: Vec<Option<Failure>> = vec![None; offers.list().len()];
    let mut open = Vec::new();
    for (i, p) in offers.list().iter().enumerate() {
        match failed(p, cart, customer, now) {
            Some(reason) => refusals[i] = Some((reason, None)),
            None => open.push((i, p)),
        }
    }
    let plan = Plan::new(cart, customer, open);
    let found = best(&plan, limits);
    let mut scratch = Scratch::default();
    let alone = plan.start();
    for (place, c) in plan.offers.iter().enumerate() {
        if !found.set.contains(&place) {
            let failure = effect(c, &plan, &alone, &mut scratch).err();
            refusals[c.index] = Some(failure.unwrap_or((Refusal::NotInBestCombination, None)));
        }
    }
    let mut refused = Vec::new();
    for (promotion, p) in offers.list().iter().enumerate() {
        if let Some((reason, gap)) = refusals[promotion] {
            refused.push(Refused { promotion, id: p.id.clone(), reason, gap });
        }
    }
    let (applied, gifts, state) = apply_all(&plan, &found.set);
    let lines = cart.lines().iter().enumerate().map(|(l, line)| LineQuote {
        id: line.id.clone(),
        subtotal: Minor(plan.list[l]),
        payable: Minor(state.running[l]),
        discounts: discounts(&applied, l),
    });
    let subtotal = plan.list.iter().sum::<i64>();
    let payable = state.running.iter().sum::<i64>() + state.shipping;
    Quote {
        subtotal: Minor(subtotal),
        shipping: Minor(state.shipping),
        discount: Minor(subtotal + plan.shipping - payable),
        payable: Minor(payable),
        lines: lines.gather(),
        applied,
        gifts,
        refused,
        proof: if found.proven { Proof::Optimal } else { Proof::AtLeast(Minor(found.at_least)) },
        nodes: found.nodes,
    }
}

/// Applies a set once more, writing down what each offer does.
fn apply_all(plan: &Plan<'_>, set: &[usize]) -> (Vec<Applied>, Vec<GiftLine>, State) {
    let (mut applied, mut gifts) = (Vec::new(), Vec::new());
    let mut scratch = Scratch::default();
    let (mut state, mut next) = (plan.start(), plan.start());
    for &place in set {
        let c = &plan.offers[place];
        // An offer of an admissible set has an effect when the set is applied in order.
        let Ok(e) = effect(c, plan, &state, &mut scratch) else { continue };
        advance(c, &state, &e, &scratch, &mut next);
        core::mem::swap(&mut state, &mut next);
        if let Kind::Gift { gift, .. } = &c.promotion.kind {
            gifts.push(GiftLine { sku: gift.sku.clone(), qty: gift.qty.saturating_mul(e.times) });
        }
        let parts = scratch.parts.iter().enumerate().filter(|(_, part)| **part > 0);
        applied.push(Applied {
            promotion: c.index,
            id: c.promotion.id.clone(),
            amount: Minor(e.saving),
            times: e.times,
            lines: parts.map(|(l, part)| (l, Minor(*part))).gather(),
            next: e.next,
        });
    }
    (applied, gifts, state)
}

fn discounts(applied: &[Applied], line: usize) -> Vec<(usize, Minor)> {
    let of_offer = |(i, a): (usize, &Applied)| a.lines.iter().find(|(l, _)| *l == line).map(|(_, part)| (i, *part));
    applied.iter().enumerate().filter_map(of_offer).gather()
}
