//! Every subset of the offers, each applied from the start: the best of those that are admissible.

use super::apply::{Applied, apply};
use super::condition;
use super::read::{Case, Offer};

/// The chosen set, with what it leaves to pay.
#[derive(Clone)]
pub(crate) struct Best {
    pub(crate) payable: i128,
    pub(crate) gift_value: i128,
    /// In order of application.
    pub(crate) applied: Vec<Applied>,
    pub(crate) running: Vec<i128>,
    pub(crate) shipping: i128,
    /// How many sets were admissible, the empty one among them.
    pub(crate) admissible: u64,
    /// How many of them have the lowest payable.
    pub(crate) cheapest: u64,
}

pub(crate) fn best(case: &Case) -> Best {
    let mut usable: Vec<usize> = Vec::new();
    for (index, offer) in case.offers.iter().enumerate() {
        // An offer that fails a condition can be in no set: leaving it out here only halves the work.
        if condition::failed(case, offer).is_none() {
            usable.push(index);
        }
    }
    usable.sort_by(|a, b| order(&case.offers[*a]).cmp(&order(&case.offers[*b])));
    assert!(usable.len() < 30, "too many offers to try every subset");
    let mut best: Option<Best> = None;
    let (mut admissible, mut cheapest) = (0, 0);
    for subset in 0_u32..1 << usable.len() {
        let mut set = Vec::new();
        for (position, index) in usable.iter().enumerate() {
            if subset & (1 << position) != 0 {
                set.push(*index);
            }
        }
        let Some(this) = outcome(case, &set) else { continue };
        admissible += 1;
        match &best {
            Some(before) if before.payable < this.payable => continue,
            Some(before) if before.payable == this.payable => cheapest += 1,
            _ => cheapest = 1,
        }
        if best.as_ref().is_none_or(|before| better(case, &this, before)) {
            best = Some(this);
        }
    }
    Best { admissible, cheapest, ..best.expect("the empty set is admissible") }
}

/// What a set in order of application leaves to pay; nothing if it is not admissible.
pub(crate) fn outcome(case: &Case, set: &[usize]) -> Option<Best> {
    for (position, a) in set.iter().enumerate() {
        let a = &case.offers[*a];
        if a.exclusive && set.len() > 1 {
            return None;
        }
        for b in &set[position + 1..] {
            let b = &case.offers[*b];
            if a.group.is_some() && a.group == b.group {
                return None;
            }
            if a.excludes.contains(&b.id) || b.excludes.contains(&a.id) {
                return None;
            }
        }
    }
    let mut state = case.untouched();
    let mut applied = Vec::new();
    let mut gift_value = 0;
    for index in set {
        let offer = &case.offers[*index];
        if offer.stage > 0 && state.after_item.is_none() {
            state.after_item = Some(state.running.clone());
        }
        let mut one = apply(case, offer, &mut state).ok()?;
        one.offer = *index;
        if let Some(gift) = &offer.gift {
            gift_value += gift.value * one.times;
        }
        applied.push(one);
    }
    let payable = state.running.iter().sum::<i128>() + state.shipping;
    Some(Best {
        payable,
        gift_value,
        applied,
        running: state.running,
        shipping: state.shipping,
        admissible: 1,
        cheapest: 1,
    })
}

/// Stage, then priority, then id.
fn order(offer: &Offer) -> (usize, i128, &str) {
    (offer.stage, offer.priority, &offer.id)
}

/// Lowest payable, highest gift value, fewest offers, smallest sorted list of ids.
fn better(case: &Case, a: &Best, b: &Best) -> bool {
    let ids = |of: &Best| {
        let mut ids: Vec<&str> = of.applied.iter().map(|one| case.offers[one.offer].id.as_str()).collect();
        ids.sort_unstable();
        ids
    };
    if a.payable != b.payable {
        return a.payable < b.payable;
    }
    if a.gift_value != b.gift_value {
        return a.gift_value > b.gift_value;
    }
    if a.applied.len() != b.applied.len() {
        return a.applied.len() < b.applied.len();
    }
    ids(a) < ids(b)
}
