//! What a household's purchases say of each coupon of a campaign.

use super::Row;
use super::data::{Campaign, Data};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Signals of a candidate.
pub(super) const SIGNALS: usize = 14;
/// Places of the signals that the rule goes by.
pub(super) const OWN: usize = 0;
pub(super) const TYPE: usize = 5;
pub(super) const HOUSEHOLDS: usize = 11;
/// Days after which a basket counts half.
const HALF: f64 = 90.0;

/// When something was bought: a day and a basket of it.
type Visit = (i64, u64);

/// The signals of all candidates of a group.
pub(super) struct Signals {
    pub(super) rows: Vec<Row>,
    /// Own baskets, baskets of the type, households: the simple rule's.
    pub(super) rule: Vec<(u64, u64, f64)>,
}

impl Signals {
    /// Of a household, as it stood when the campaign began.
    pub(super) fn of(data: &Data, campaign: &Campaign, household: u64) -> Signals {
        let now = campaign.start;
        let mut bought: BTreeMap<u64, (BTreeSet<Visit>, i64)> = BTreeMap::new();
        let mut kinds: HashMap<u32, BTreeSet<Visit>> = HashMap::new();
        let mut categories: HashMap<u32, BTreeSet<Visit>> = HashMap::new();
        let mut makers: HashMap<(u64, u32), BTreeSet<Visit>> = HashMap::new();
        for p in data.purchases(household, now) {
            let visit = (p.day, p.basket);
            let of = bought.entry(p.product).or_default();
            of.0.insert(visit);
            of.1 += p.cents;
            if let Some(product) = data.products.get(&p.product) {
                kinds.entry(product.kind).or_default().insert(visit);
                categories.entry(product.category).or_default().insert(visit);
                makers.entry(product.made).or_default().insert(visit);
            }
        }
        let months = data.months(now);
        let month_count = months.clone().count().max(1) as f64;
        let mut out = Signals { rows: Vec::new(), rule: Vec::new() };
        for coupon in &campaign.coupons {
            let known = || coupon.products.iter().filter_map(|p| data.products.get(p));
            let own: Vec<_> = coupon.products.iter().filter_map(|p| bought.get(p)).collect();
            let visits: BTreeSet<Visit> = own.iter().flat_map(|(v, _)| v.iter().copied()).collect();
            let cents: i64 = own.iter().map(|(_, c)| *c).sum();
            let coupon_kinds: BTreeSet<u32> = known().map(|p| p.kind).collect();
            let of_kind = union(coupon_kinds.iter().filter_map(|k| kinds.get(k)));
            let of_category =
                union(known().map(|p| p.category).collect::<BTreeSet<_>>().iter().filter_map(|c| categories.get(c)));
            let of_maker = union(known().map(|p| p.made).collect::<BTreeSet<_>>().iter().filter_map(|m| makers.get(m)));
            let buyers: u64 = months
                .clone()
                .flat_map(|of| coupon.products.iter().filter_map(|p| of.get(p)))
                .map(|n| u64::from(*n))
                .sum();
            let households = buyers as f64 / month_count;
            let faded: f64 = visits.iter().map(|(day, _)| libm::exp2(-((now - day) as f64) / HALF)).sum();
            let any = |n: usize| f64::from(u8::from(n > 0));
            let ln = libm::log1p;
            out.rows.push([
                ln(visits.len() as f64),
                ln(faded),
                ln(own.len() as f64),
                ln(cents.max(0) as f64 / 100.0),
                any(visits.len()),
                ln(of_kind as f64),
                any(of_kind),
                ln(of_maker as f64),
                any(of_maker),
                ln(of_category as f64),
                any(of_category),
                ln(households),
                ln(coupon.products.len() as f64),
                ln(coupon_kinds.len() as f64),
            ]);
            out.rule.push((visits.len() as u64, of_kind as u64, households));
        }
        out
    }
}

/// Visits in any of some sets.
fn union<'a>(sets: impl Iterator<Item = &'a BTreeSet<Visit>>) -> usize {
    let mut all: BTreeSet<Visit> = BTreeSet::new();
    sets.for_each(|s| all.extend(s));
    all.len()
}
