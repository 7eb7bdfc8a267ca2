//! The promotion language as typed values: kinds, scope, conditions, stacking, and the list that was checked.

use super::invalid::{Invalid, InvalidCode};
use crate::money::Minor;
use crate::text::concat;
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// All of a thing, in basis points.
pub(crate) const WHOLE: i64 = 10_000;

/// When an offer is applied: stages follow each other in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Stage {
    /// Prices of single products.
    #[default]
    Item,
    /// One store's coupons and thresholds.
    Store,
    /// Offers across stores.
    Platform,
    /// Red packets, points.
    Wallet,
    /// The shipping fee.
    Shipping,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Stage; 5] = [Stage::Item, Stage::Store, Stage::Platform, Stage::Wallet, Stage::Shipping];
}

/// Which amounts a threshold is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Basis {
    /// What is left when the offer is applied.
    #[default]
    Running,
    /// What was left after the item stage; within the item stage as [`Basis::Running`].
    Item,
    /// The amounts before any offer.
    List,
}

/// Which lines an offer is about: the keys are joined by *and*, the values of a key by *or*. A key that is `None` asks for
/// nothing, an empty list matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Products.
    pub skus: Option<Vec<String>>,
    /// Stores.
    pub stores: Option<Vec<String>>,
    /// Category paths: equal, or below it at a `/`.
    pub categories: Option<Vec<String>>,
    /// Tags, one of them.
    pub tags: Option<Vec<String>>,
    /// Products left out.
    pub exclude_skus: Vec<String>,
    /// Tags left out.
    pub exclude_tags: Vec<String>,
}

/// What a step takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Off {
    /// An amount.
    Amount(Minor),
    /// A share in basis points.
    Percent(i64),
}

/// What reaches a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// An amount of at least one minor unit, on the offer's basis.
    Amount(Minor),
    /// A number of units.
    Units(i64),
}

/// One step of a stepped offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step {
    /// What reaches it.
    pub at: Reach,
    /// What it takes off.
    pub off: Off,
}

/// A present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// What is given.
    pub sku: String,
    /// Units given each time.
    pub qty: i64,
    /// What it is worth each time; decides between sets that cost the same.
    pub value: Minor,
}

/// Spending points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Points {
    /// Points for one minor unit, at least one.
    pub per_cent: i64,
    /// Largest share of the base that points may pay, in basis points.
    pub max_bp: i64,
}

/// The price of a product under a member, flash or group offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitPrice {
    /// The product.
    pub sku: String,
    /// Its price.
    pub price: Minor,
}

/// What an offer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A share of what is left, rounded half up.
    Percent {
        /// Basis points.
        bp: i64,
    },
    /// An amount.
    Fixed {
        /// Minor units.
        amount: Minor,
    },
    /// An amount for each time the threshold is reached.
    Every {
        /// The step, at least one minor unit.
        threshold: Minor,
        /// Minor units a step.
        amount: Minor,
        /// Most steps, `None` for any number.
        max_times: Option<i64>,
    },
    /// The highest step reached, once.
    Tiers(Vec<Step>),
    /// A share off each n-th unit, dearest first.
    Nth {
        /// Units a group, at least one.
        n: i64,
        /// Basis points off the last unit of a group.
        bp: i64,
        /// Most groups.
        max_times: Option<i64>,
    },
    /// Buy some, get the cheapest others for less.
    Bxgy {
        /// Units to buy.
        buy: i64,
        /// Units to get.
        get: i64,
        /// Where the units to get are; `None` for one pool with those to buy.
        get_scope: Option<Scope>,
        /// Basis points off each unit to get.
        bp: i64,
        /// Most times.
        max_times: Option<i64>,
    },
    /// Several products for one price.
    Bundle {
        /// Products and units of one bundle; each product once.
        items: Vec<(String, i64)>,
        /// Price of one bundle.
        price: Minor,
        /// Most bundles.
        max_times: Option<i64>,
    },
    /// Other unit prices.
    UnitPrice {
        /// Prices, each product once.
        prices: Vec<UnitPrice>,
        /// Most units that are reduced.
        max_units: Option<i64>,
    },
    /// A present.
    Gift {
        /// What is given.
        gift: Gift,
        /// Once for each time the threshold is reached.
        repeat: bool,
        /// Most times.
        max_times: Option<i64>,
    },
    /// Off the shipping fee.
    Shipping {
        /// Most that is taken off, `None` for all.
        amount: Option<Minor>,
    },
    /// Points for money.
    Points(Points),
}

impl Kind {
    /// The language's word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Kind::Percent { .. } => "percent",
            Kind::Fixed { .. } => "fixed",
            Kind::Every { .. } => "every",
            Kind::Tiers(_) => "tiers",
            Kind::Nth { .. } => "nth",
            Kind::Bxgy { .. } => "bxgy",
            Kind::Bundle { .. } => "bundle",
            Kind::UnitPrice { .. } => "unit_price",
            Kind::Gift { .. } => "gift",
            Kind::Shipping { .. } => "shipping",
            Kind::Points(_) => "points",
        }
    }
}

/// A time of day, from inclusive, to exclusive; past midnight when `from` is not before `to`, so that equal ends mean the
/// whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Daily {
    /// Minutes since midnight, below 1,440.
    pub from: u16,
    /// Minutes since midnight, at most 1,440.
    pub to: u16,
    /// The clock it is read on, in minutes east of UTC.
    pub utc_offset_min: i32,
}

/// Who may use an offer, and when. Each `None` asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// First instant.
    pub start: Option<Millis>,
    /// First instant after it.
    pub end: Option<Millis>,
    /// Time of day.
    pub daily: Option<Daily>,
    /// Loyalty tiers.
    pub tiers_allowed: Option<Vec<String>>,
    /// New customers only.
    pub new_customer: bool,
    /// On the birthday only, on a clock of so many minutes east of UTC.
    pub birthday: Option<i32>,
    /// A code that must be entered.
    pub code: Option<String>,
    /// Most uses by one customer.
    pub limit_per_customer: Option<i64>,
    /// Most uses by all, and those so far.
    pub limit_total: Option<(i64, i64)>,
    /// People a group purchase needs.
    pub group_size: Option<i64>,
}

/// What an offer may be combined with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stacking {
    /// Stands alone.
    pub exclusive: bool,
    /// At most one offer of a group.
    pub group: Option<String>,
    /// Offers it does not stand beside, by id; works both ways.
    pub excludes: Vec<String>,
}

/// One promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Names it; orders offers of one stage and priority.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// When it is applied.
    pub stage: Stage,
    /// Lower first within a stage.
    pub priority: i64,
    /// Which lines.
    pub scope: Scope,
    /// Only lines that no earlier offer of the set has reduced.
    pub exclude_discounted: bool,
    /// What the threshold is held against.
    pub basis: Basis,
    /// Least amount in scope.
    pub threshold: Option<Minor>,
    /// Least units in scope.
    pub min_qty: i64,
    /// Largest saving of percent, fixed, every, tiers and points.
    pub cap: Option<Minor>,
    /// An offer that would save more is refused.
    pub budget_left: Option<Minor>,
    /// Who and when.
    pub when: Conditions,
    /// Beside what.
    pub stacking: Stacking,
}

impl Promotion {
    /// A promotion of this kind, without scope, conditions or limits; shipping offers stand in the shipping stage, others
    /// in the item stage.
    pub fn new(id: &str, kind: Kind) -> Promotion {
        let stage = if matches!(kind, Kind::Shipping { .. }) { Stage::Shipping } else { Stage::Item };
        Promotion {
            id: id.into(),
            kind,
            stage,
            priority: 0,
            scope: Scope::default(),
            exclude_discounted: false,
            basis: Basis::Running,
            threshold: None,
            min_qty: 0,
            cap: None,
            budget_left: None,
            when: Conditions::default(),
            stacking: Stacking::default(),
        }
    }

    /// The first mistake in window, shares and amounts, in this order, as the code and the field's path.
    fn mistake(&self) -> Option<(InvalidCode, String)> {
        if let (Some(start), Some(end)) = (self.when.start, self.when.end)
            && end <= start
        {
            return Some((InvalidCode::InvalidWindow, "end".into()));
        }
        let mut found = Fields::default();
        match &self.kind {
            Kind::Percent { bp } => found.percent("percent_bp", *bp),
            Kind::Fixed { amount } => found.amount("amount", amount.0),
            Kind::Every { threshold, amount, .. } => {
                found.amount("amount", amount.0);
                found.threshold("threshold", threshold.0);
            }
            Kind::Tiers(steps) => steps.iter().enumerate().for_each(|(i, s)| found.step(i, s)),
            Kind::Nth { n, bp, .. } => {
                found.percent("percent_bp", *bp);
                found.count("n", *n);
            }
            Kind::Bxgy { buy, get, bp, .. } => {
                found.percent("percent_bp", *bp);
                found.count("buy", *buy);
                found.count("get", *get);
            }
            Kind::Bundle { items, price, .. } => {
                found.amount("price", price.0);
                found.count("items", items.iter().map(|i| i.1).min().unwrap_or(0));
            }
            Kind::UnitPrice { prices, .. } => {
                prices.iter().for_each(|p| found.amount_at(|| concat(&["prices.", &p.sku]), p.price.0));
            }
            Kind::Gift { gift, .. } => {
                found.count("gift.qty", gift.qty);
                found.count("gift.value", gift.value.0.saturating_add(1));
            }
            Kind::Shipping { amount } => found.amount("amount", amount.map_or(0, |a| a.0)),
            Kind::Points(p) => {
                found.percent("max_percent_bp", p.max_bp);
                found.count("points_per_cent", p.per_cent);
            }
        }
        if let Kind::Every { max_times, .. }
        | Kind::Nth { max_times, .. }
        | Kind::Bxgy { max_times, .. }
        | Kind::Bundle { max_times, .. }
        | Kind::UnitPrice { max_units: max_times, .. }
        | Kind::Gift { max_times, .. } = &self.kind
        {
            found.count("max_times", max_times.unwrap_or(1));
        }
        if let Some(t) = self.threshold {
            found.threshold("threshold", t.0);
        }
        if let Some(cap) = self.cap {
            found.amount("cap", cap.0);
        }
        found.percents.or(found.amounts).or(found.others)
    }
}

type Mistake = Option<(InvalidCode, String)>;

/// The first mistake of each class: shares are told before amounts, and those before the rest.
#[derive(Default)]
struct Fields {
    percents: Mistake,
    amounts: Mistake,
    others: Mistake,
}

impl Fields {
    fn percent(&mut self, field: &str, bp: i64) {
        if !(0..=WHOLE).contains(&bp) && self.percents.is_none() {
            self.percents = Some((InvalidCode::InvalidPercent, field.into()));
        }
    }

    fn amount(&mut self, field: &str, v: i64) {
        self.amount_at(|| field.into(), v);
    }

    fn amount_at(&mut self, field: impl FnOnce() -> String, v: i64) {
        if v < 0 && self.amounts.is_none() {
            self.amounts = Some((InvalidCode::InvalidAmount, field()));
        }
    }

    fn threshold(&mut self, field: &str, v: i64) {
        self.amount(field, v.saturating_sub(1));
    }

    fn count(&mut self, field: &str, v: i64) {
        if v < 1 && self.others.is_none() {
            self.others = Some((InvalidCode::Malformed, field.into()));
        }
    }

    fn step(&mut self, i: usize, step: &Step) {
        let field = |name| Invalid::within(InvalidCode::Malformed, "tiers", i, name).path;
        match step.off {
            Off::Amount(a) => self.amount(&field("amount"), a.0),
            Off::Percent(bp) => self.percent(&field("percent_bp"), bp),
        }
        match step.at {
            Reach::Amount(t) => self.threshold(&field("threshold"), t.0),
            Reach::Units(n) => self.count(&field("min_qty"), n.saturating_add(1)),
        }
    }
}

/// Promotions that were checked: unique ids, sound windows, shares and amounts.
///
/// # Example: a share above the whole
///
/// ```
/// use nearshelf::offer::{Kind, Offers, Promotion};
/// let e = Offers::new(vec![Promotion::new("p", Kind::Percent { bp: 10_001 })]).unwrap_err();
/// assert_eq!((e.code.code(), e.path.as_str()), ("invalid_percent", "promotions[0].percent_bp"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    list: Vec<Promotion>,
}

impl Offers {
    /// Checks promotions in their order.
    ///
    /// # Errors
    ///
    /// The first mistake: of a promotion its duplicate id, window, shares, amounts, then counts below one.
    pub fn new(list: Vec<Promotion>) -> Result<Offers, Invalid> {
        let mut offers = Offers::default();
        list.into_iter().try_for_each(|p| offers.push(p))?;
        Ok(offers)
    }

    /// Adds one more.
    ///
    /// # Errors
    ///
    /// As [`Offers::new`].
    pub fn push(&mut self, promotion: Promotion) -> Result<(), Invalid> {
        let i = self.list.len();
        if self.contains(&promotion.id) {
            return Err(Invalid::within(InvalidCode::DuplicatePromotionId, "promotions", i, "id"));
        }
        if let Some((code, field)) = promotion.mistake() {
            return Err(Invalid::within(code, "promotions", i, &field));
        }
        self.list.push(promotion);
        Ok(())
    }

    /// Whether a promotion has this id.
    pub fn contains(&self, id: &str) -> bool {
        self.list.iter().any(|p| p.id == id)
    }

    /// The promotions, in their order.
    pub fn list(&self) -> &[Promotion] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn refused(p: Promotion) -> (&'static str, String) {
        let e = Offers::new(vec![p]).expect_err("a mistake");
        (e.code.code(), e.path)
    }

    #[test]
    fn shares_are_told_before_amounts_and_both_before_counts() {
        let step = |off, at| Step { at, off };
        let tiers = Kind::Tiers(vec![
            step(Off::Amount(Minor(-1)), Reach::Amount(Minor(0))),
            step(Off::Percent(10_001), Reach::Units(1)),
        ]);
        assert_eq!(
            refused(Promotion::new("t", tiers)),
            ("invalid_percent", "promotions[0].tiers[1].percent_bp".into())
        );
        let fixed = Promotion { cap: Some(Minor(-1)), ..Promotion::new("f", Kind::Fixed { amount: Minor(-1) }) };
        assert_eq!(refused(fixed), ("invalid_amount", "promotions[0].amount".into()));
        let zero = Promotion { threshold: Some(Minor(0)), ..Promotion::new("z", Kind::Fixed { amount: Minor(0) }) };
        assert_eq!(refused(zero), ("invalid_amount", "promotions[0].threshold".into()));
        let nth = Kind::Nth { n: 0, bp: 1, max_times: None };
        assert_eq!(refused(Promotion::new("n", nth)), ("malformed", "promotions[0].n".into()));
        let prices = Kind::UnitPrice { prices: vec![UnitPrice { sku: "A".into(), price: Minor(-1) }], max_units: None };
        assert_eq!(refused(Promotion::new("u", prices)), ("invalid_amount", "promotions[0].prices.A".into()));
    }

    #[test]
    fn a_window_must_hold_an_instant_and_an_id_must_be_new() {
        let mut p = Promotion::new("w", Kind::Percent { bp: -1 });
        (p.when.start, p.when.end) = (Some(Millis(5)), Some(Millis(5)));
        assert_eq!(refused(p), ("invalid_window", "promotions[0].end".into()));
        let p = Promotion::new("same", Kind::Percent { bp: 1 });
        let e = Offers::new(vec![p.clone(), p]).expect_err("twice");
        assert_eq!((e.code.code(), e.path.as_str()), ("duplicate_promotion_id", "promotions[1].id"));
    }
}
