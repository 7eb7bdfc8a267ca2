//! What a household's purchases say of each coupon of a campaign.

use super::Row;
use super::data::{Campaign, Data};
use crate::offer::usage::{self, Counts, ONE, faded, log1p};
use crate::time::DAY;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When something was bought: a day and a basket of it.
type Visit = (i64, u64);

/// What is known of a household's purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// Every purchase.
    #[default]
    Purchases,
    /// What a shopper's device keeps: when each of the latest 512 products and 128 types was bought last, how often each of the latest 128 and 64, and
    /// how many baskets there were.
    Device,
}

/// Products a device remembers as bought, and types.
const ON_DEVICE: [usize; 2] = [512, 128];
/// Those of them whose orders it counts; of the others it knows that there was one.
const COUNTED: [usize; 2] = [128, 64];

/// The signals of all candidates of a group.
pub(super) struct Signals {
    /// In [`ONE`]s.
    pub(super) rows: Vec<usage::Row>,
    /// Own baskets, baskets of the type, households: the simple rule's.
    pub(super) rule: Vec<(u64, u64, f64)>,
}

impl Signals {
    /// Of a household, as it stood when the campaign began.
    pub(super) fn of(data: &Data, campaign: &Campaign, household: u64, known: Known) -> Signals {
        let now = campaign.start;
        let mut bought: BTreeMap<u64, (BTreeSet<Visit>, i64)> = BTreeMap::new();
        let mut kinds: HashMap<u32, BTreeSet<Visit>> = HashMap::new();
        let mut categories: HashMap<u32, BTreeSet<Visit>> = HashMap::new();
        let mut makers: HashMap<(u64, u32), BTreeSet<Visit>> = HashMap::new();
        let mut all: BTreeSet<Visit> = BTreeSet::new();
        // Of which category each type is.
        let mut above: BTreeMap<u32, u32> = BTreeMap::new();
        for p in data.purchases(household, now) {
            let visit = (p.day, p.basket);
            all.insert(visit);
            let of = bought.entry(p.product).or_default();
            of.0.insert(visit);
            of.1 += p.cents;
            if let Some(product) = data.products.get(&p.product) {
                kinds.entry(product.kind).or_default().insert(visit);
                categories.entry(product.category).or_default().insert(visit);
                makers.entry(product.made).or_default().insert(visit);
                above.insert(product.kind, product.category);
            }
        }
        let baskets = all.len() as u64;
        let device = known == Known::Device;
        let (products, types) = (latest(&bought, ON_DEVICE[0], |(v, _)| v), latest(&kinds, ON_DEVICE[1], |v| v));
        let months = data.months(now);
        let month_count = months.clone().count().max(1) as f64;
        let mut out = Signals { rows: Vec::new(), rule: Vec::new() };
        for coupon in &campaign.coupons {
            let known = || coupon.products.iter().filter_map(|p| data.products.get(p));
            let own: Vec<_> = coupon.products.iter().filter_map(|p| bought.get(p)).collect();
            let visits: BTreeSet<Visit> = own.iter().flat_map(|(v, _)| v.iter().copied()).collect();
            let coupon_kinds: BTreeSet<u32> = known().map(|p| p.kind).collect();
            let coupon_categories: BTreeSet<u32> = known().map(|p| p.category).collect();
            let of_kind = union(coupon_kinds.iter().filter_map(|k| kinds.get(k)));
            let buyers: u64 = months
                .clone()
                .flat_map(|of| coupon.products.iter().filter_map(|p| of.get(p)))
                .map(|n| u64::from(*n))
                .sum();
            let households = buyers as f64 / month_count;
            let ln = |n: f64| log1p((n * ONE as f64) as u64) as i32;
            let about = [ln(households), ln(coupon.products.len() as f64), ln(coupon_kinds.len() as f64)];
            let age = |visits: &BTreeSet<Visit>| visits.last().map_or(0, |(day, _)| (now - day) * DAY);
            let counts = if device {
                // Counts of single things add up: a basket with two of them counts twice, as far as there were baskets.
                let mine: Vec<(u64, &BTreeSet<Visit>)> = products
                    .iter()
                    .enumerate()
                    .filter(|(_, (p, _))| coupon.products.binary_search(p).is_ok())
                    .map(|(i, (_, v))| (if i < COUNTED[0] { v.len() as u64 } else { 1 }, *v))
                    .collect();
                let typed = |holds: &dyn Fn(&u32) -> bool| -> u64 {
                    types
                        .iter()
                        .enumerate()
                        .filter(|(_, (t, _))| holds(t))
                        .map(|(i, (_, v))| if i < COUNTED[1] { v.len() as u64 } else { 1 })
                        .sum::<u64>()
                        .min(baskets)
                };
                Counts {
                    own: mine.iter().map(|(n, _)| *n).sum::<u64>().min(baskets),
                    own_faded: mine.iter().map(|(n, v)| n * faded(age(v))).sum::<u64>().min(baskets * ONE as u64),
                    own_products: mine.len() as u64,
                    of_type: typed(&|t| coupon_kinds.contains(t)),
                    of_category: typed(&|t| above.get(t).is_some_and(|c| coupon_categories.contains(c))),
                    about,
                    ..Counts::default()
                }
            } else {
                let paid: i64 = own.iter().map(|(_, c)| *c).sum();
                Counts {
                    own: visits.len() as u64,
                    own_faded: visits.iter().map(|(day, _)| faded((now - day) * DAY)).sum(),
                    own_products: own.len() as u64,
                    own_paid: paid.max(0) as u64,
                    of_type: of_kind as u64,
                    of_maker: union(
                        known().map(|p| p.made).collect::<BTreeSet<_>>().iter().filter_map(|m| makers.get(m)),
                    ) as u64,
                    of_category: union(coupon_categories.iter().filter_map(|c| categories.get(c))) as u64,
                    about,
                    ..Counts::default()
                }
            };
            out.rows.push(counts.row());
            out.rule.push((visits.len() as u64, of_kind as u64, households));
        }
        out
    }

    /// The rows as numbers to learn from.
    pub(super) fn numbers(&self) -> Vec<Row> {
        self.rows.iter().map(|row| row.map(|x| x as f64 / ONE as f64)).collect()
    }
}

/// The `room` that were bought last, ties by number.
fn latest<'a, K: Ord + Copy + 'a, V: 'a>(
    of: impl IntoIterator<Item = (&'a K, &'a V)>,
    room: usize,
    visits: fn(&V) -> &BTreeSet<Visit>,
) -> Vec<(K, &'a BTreeSet<Visit>)> {
    let mut all: Vec<(K, &BTreeSet<Visit>)> = of.into_iter().map(|(k, v)| (*k, visits(v))).collect();
    all.sort_by_key(|(k, v)| (std::cmp::Reverse(v.last().copied()), *k));
    all.truncate(room);
    all
}

/// Visits in any of some sets.
fn union<'a>(sets: impl Iterator<Item = &'a BTreeSet<Visit>>) -> usize {
    let mut all: BTreeSet<Visit> = BTreeSet::new();
    sets.for_each(|s| all.extend(s));
    all.len()
}
