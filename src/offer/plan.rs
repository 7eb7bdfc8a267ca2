//! A cart and its offers made ready for many tries: amounts by line, offers in the order of application, who blocks whom.

use super::cart::{Cart, Customer, Line};
use super::promotion::{Kind, Promotion, Scope, UnitPrice};
use super::spread::clamp;
use crate::list::Gather;
use crate::order::Arrange;
use alloc::string::String;
use alloc::vec::Vec;

/// What all sets of offers of one quote share.
pub(crate) struct Plan<'a> {
    /// Amount of each line before any offer.
    pub(crate) list: Vec<i64>,
    /// Units of each line.
    pub(crate) qty: Vec<i64>,
    /// Lowest amount of each line that offers may lead to.
    pub(crate) floor: Vec<i64>,
    /// Offers whose conditions hold, in the order of application.
    pub(crate) offers: Vec<Candidate<'a>>,
    /// Shipping fee before any offer.
    pub(crate) shipping: i64,
    /// Points of the customer.
    pub(crate) points: i64,
}

/// One offer and the lines of this cart that it is about.
pub(crate) struct Candidate<'a> {
    pub(crate) promotion: &'a Promotion,
    /// Its place among all promotions.
    pub(crate) index: usize,
    /// Lines in scope, in the order of the cart.
    pub(crate) lines: Vec<usize>,
    /// Lines of the units to get, where they have a scope of their own.
    pub(crate) get: Vec<usize>,
    /// Units in scope.
    pub(crate) units: i64,
    /// Amount of the lines in scope before any offer.
    pub(crate) list: i64,
    /// All lines of the cart are always in scope.
    pub(crate) whole: bool,
    /// For unit prices, the price of each line in scope. For bundles, which item it is.
    pub(crate) facts: Vec<i64>,
}

/// What is left to pay at some point of applying a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Amount left on each line.
    pub(crate) running: Vec<i64>,
    /// Amounts after the item stage, so far as it has been applied.
    pub(crate) item: Vec<i64>,
    /// Their sum.
    pub(crate) items: i64,
    /// Shipping fee left.
    pub(crate) shipping: i64,
}

impl<'a> Plan<'a> {
    /// Matches `promotions` (each with its place) with the lines of the cart.
    pub(crate) fn new(cart: &Cart, customer: &Customer, promotions: Vec<(usize, &'a Promotion)>) -> Plan<'a> {
        let mut offers: Vec<_> = promotions.into_iter().map(|(i, p)| Candidate::new(i, p)).gather();
        offers.arrange_by(|a, b| {
            let key = |c: &Candidate<'a>| (c.promotion.stage, c.promotion.priority);
            key(a).cmp(&key(b)).then_with(|| a.promotion.id.cmp(&b.promotion.id))
        });
        let (list, qty, floor) = (Vec::new(), Vec::new(), Vec::new());
        let mut plan = Plan { list, qty, floor, offers, shipping: cart.shipping().0, points: customer.points.max(0) };
        cart.lines().iter().for_each(|line| plan.add(line));
        plan.look();
        plan
    }

    /// One line more, at the end of the cart.
    pub(crate) fn push(&mut self, line: &Line) {
        self.add(line);
        self.look();
    }

    fn add(&mut self, line: &Line) {
        let place = self.list.len();
        // Cannot overflow: the cart's total was checked when it was made.
        let amount = line.price.0.saturating_mul(line.qty);
        self.list.push(amount);
        self.qty.push(line.qty);
        self.floor.push(clamp(i128::from(line.floor.0.max(0)) * i128::from(line.qty)).min(amount));
        self.offers.iter_mut().for_each(|c| c.push(place, line));
    }

    /// The last line goes.
    pub(crate) fn pop(&mut self) {
        let Some(amount) = self.list.pop() else { return };
        self.qty.pop();
        self.floor.pop();
        self.offers.iter_mut().for_each(|c| c.pop(self.list.len(), amount));
        self.look();
    }

    /// What depends on all lines.
    fn look(&mut self) {
        for c in &mut self.offers {
            c.units = c.lines.iter().fold(0_i64, |n, l| n.saturating_add(self.qty[*l]));
            c.whole = c.lines.len() == self.qty.len() && !c.promotion.exclude_discounted;
        }
    }

    /// Before any offer.
    pub(crate) fn start(&self) -> State {
        let items = self.list.iter().sum();
        State { running: self.list.clone(), item: self.list.clone(), items, shipping: self.shipping }
    }
}

impl<'a> Candidate<'a> {
    fn new(index: usize, promotion: &'a Promotion) -> Candidate<'a> {
        let (lines, get, facts) = (Vec::new(), Vec::new(), Vec::new());
        Candidate { promotion, index, lines, get, units: 0, list: 0, whole: true, facts }
    }

    /// A line of the cart, where it is about it.
    fn push(&mut self, place: usize, line: &Line) {
        let p = self.promotion;
        if let Kind::Bxgy { get_scope: Some(scope), .. } = &p.kind
            && scope.holds(line)
        {
            self.get.push(place);
        }
        if !p.scope.holds(line) {
            return;
        }
        match &p.kind {
            Kind::UnitPrice { prices, .. } => {
                let Some(price) = prices.iter().find(|u: &&UnitPrice| u.sku == line.sku) else { return };
                self.facts.push(price.price.0);
            }
            Kind::Bundle { items, .. } => {
                let item = items.iter().position(|(sku, _)| *sku == line.sku);
                self.facts.push(item.map_or(-1, |n| n as i64));
            }
            _ => {}
        }
        self.lines.push(place);
        self.list += line.price.0.saturating_mul(line.qty);
    }

    /// That line goes again, which was the last one and came to so much.
    fn pop(&mut self, place: usize, amount: i64) {
        if self.get.last() == Some(&place) {
            self.get.pop();
        }
        if self.lines.last() == Some(&place) {
            self.lines.pop();
            self.facts.pop();
            self.list -= amount;
        }
    }

    /// Whether the two may not stand in one set.
    pub(crate) fn conflicts(&self, other: &Candidate<'_>) -> bool {
        let (a, b) = (self.promotion, other.promotion);
        let same_group = a.stacking.group.is_some() && a.stacking.group == b.stacking.group;
        let alone = a.stacking.exclusive || b.stacking.exclusive;
        alone || same_group || a.stacking.excludes.contains(&b.id) || b.stacking.excludes.contains(&a.id)
    }
}

impl Scope {
    /// Whether a line is in scope.
    pub(crate) fn holds(&self, line: &Line) -> bool {
        let one_of = |values: &Option<Vec<String>>, holds: &dyn Fn(&String) -> bool| {
            values.as_ref().is_none_or(|list| list.iter().any(holds))
        };
        one_of(&self.skus, &|v| *v == line.sku)
            && one_of(&self.stores, &|v| *v == line.store)
            && one_of(&self.categories, &|v| below(&line.category, v))
            && one_of(&self.tags, &|v| line.tags.contains(v))
            && !self.exclude_skus.contains(&line.sku)
            && !self.exclude_tags.iter().any(|v| line.tags.contains(v))
    }
}

impl Promotion {
    /// Whether it may change what a line costs: it is in scope, and among the products that the kind names.
    pub(crate) fn is_about(&self, line: &Line) -> bool {
        let named = match &self.kind {
            Kind::UnitPrice { prices, .. } => prices.iter().any(|u| u.sku == line.sku),
            Kind::Bundle { items, .. } => items.iter().any(|(sku, _)| *sku == line.sku),
            _ => true,
        };
        named && self.scope.holds(line)
    }
}

/// Whether a category path is `top` or lies below it.
fn below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn some(list: &[&str]) -> Option<Vec<String>> {
        Some(list.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn keys_are_joined_by_and_values_by_or() {
        let line = Line {
            sku: "A".into(),
            store: "s".into(),
            category: "shoes/run".into(),
            tags: vec!["new".into()],
            ..Line::default()
        };
        let holds = |s: Scope| s.holds(&line);
        let any = Scope::default;
        assert!(holds(any()));
        assert!(holds(Scope { skus: some(&["B", "A"]), stores: some(&["s"]), ..any() }));
        assert!(!holds(Scope { skus: some(&["A"]), stores: some(&["t"]), ..any() }));
        assert!(!holds(Scope { skus: some(&[]), ..any() }));
        assert!(holds(Scope { categories: some(&["shoes"]), tags: some(&["old", "new"]), ..any() }));
        assert!(holds(Scope { categories: some(&["shoes/run"]), ..any() }));
        assert!(!holds(Scope { categories: some(&["shoe"]), ..any() }));
        assert!(!holds(Scope { categories: some(&["shoes/run/x"]), ..any() }));
        assert!(!holds(Scope { exclude_skus: vec!["A".into()], ..any() }));
        assert!(!holds(Scope { exclude_tags: vec!["new".into()], ..any() }));
    }
}
