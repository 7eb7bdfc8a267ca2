//! What a pack asks in private reports: the domains of all metrics that the shop wants drawn.

use crate::catalog::{Catalog, PATH_SEPARATOR};
use crate::codec::Reader;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::money::price_from_f64;
use crate::pack::Tag;
use crate::privacy::ledger::Metric;
use crate::profile::visits::Stage;
use crate::profile::week::Outcome;
use crate::report::symbol::{LONGER_AGO, NOT_CHOSEN, WEEKS_AGO, of_group, of_order};
use crate::report::{Asked, Grouping, ReportSchema, category_domain};
use crate::shop::{ReportSettings, Shop};

/// Campaigns where the shop names none.
const CAMPAIGNS: usize = 8;
/// Keys of a domain.
const KEYS: usize = 64;
/// Offers of a schema.
const MEMBERS: usize = 512;

/// The schema; nothing where nothing is drawn. A metric whose domain would be empty is not asked for: a shop without coupons has none.
pub(super) fn schema(catalog: &Catalog, shop: &Shop) -> Result<Option<ReportSchema>> {
    let settings = &shop.reports;
    let bad = |what: String| Error::new(Code::BadConfig, format!("reports: {what}"));
    if let Some(unknown) = settings.leave_out.iter().find(|path| catalog.category_named(path).is_none()) {
        // A misspelt path would let reports name what the shop wants unnamed.
        return Err(bad(format!("leave_out has \"{unknown}\", which is no category.")));
    }
    let mut grouping = Grouping::default();
    if let Some(market) = shop.markets.first() {
        grouping.currency.clone_from(&market.currency);
        grouping.exponent = market.exponent;
    }
    group(shop, &mut grouping)?;
    if grouping.members.len() > MEMBERS {
        return Err(bad(format!(
            "coupons and campaigns have {} ids and codes, {MEMBERS} at most.",
            grouping.members.len()
        )));
    }
    let mut asked: Vec<Asked> = Vec::new();
    for (metric, weight) in settings.weights.iter().copied().filter(|(_, w)| *w > 0) {
        let domain = domain(metric, catalog, shop, &grouping);
        if domain.len() > KEYS {
            return Err(bad(format!("{} would have {} symbols, {KEYS} at most.", metric.code(), domain.len())));
        }
        if !domain.is_empty() {
            asked.push((metric, weight, domain));
        }
    }
    if asked.is_empty() { Ok(None) } else { ReportSchema::of(settings.epsilon, asked, grouping).map(Some) }
}

fn domain(metric: Metric, catalog: &Catalog, shop: &Shop, of: &Grouping) -> Vec<Key> {
    let settings = &shop.reports;
    let bands = |list: &[u32]| list.iter().map(|n| Key(u64::from(*n))).collect::<Vec<_>>();
    let campaigns = of.groups.len() - of.families;
    let outcomes = |groups: usize| (0..groups).flat_map(|g| Outcome::ALL.map(|o| of_group(g, o))).collect();
    match metric {
        Metric::CategoryInterest => {
            category_domain(catalog, settings.categories, |c| is_left_out(catalog.category_path(c), settings))
        }
        Metric::FunnelStage => (1..=Stage::ALL.len() as u64).map(Key).collect(),
        Metric::CouponOutcome => outcomes(of.families),
        Metric::Campaign => outcomes(campaigns),
        Metric::RecommendationClick => [vec![NOT_CHOSEN], bands(&settings.click_places)].concat(),
        Metric::ActiveDays => [bands(&settings.active_days), vec![WEEKS_AGO, LONGER_AGO]].concat(),
        Metric::RepeatPurchase => bands(&settings.orders),
        Metric::NpsBand | Metric::SatisfactionBand => (1..=3).map(Key).collect(),
        Metric::ConversionChannel => shop.profile.channels.iter().take(KEYS).map(|c| Key::channel(c)).collect(),
        Metric::OrderValue => {
            let exponent = shop.markets.first().map_or(2, |m| m.exponent);
            let least = |v: &f64| price_from_f64(*v, exponent).map(|m| m.0 as u64);
            let bounds: Vec<u64> = settings.order_values.iter().filter_map(least).collect();
            // As many campaigns as there is room for; who took part in another counts as in none.
            let room = (KEYS / bounds.len().max(1)).saturating_sub(1).min(campaigns);
            let with = std::iter::once(None).chain((0..room).map(Some));
            let mut keys: Vec<Key> = with.flat_map(|c| bounds.iter().map(move |b| of_order(c, *b))).collect();
            keys.dedup();
            keys
        }
        Metric::Cluster => {
            clusters(catalog).filter(|name| !is_left_out(name, settings)).map(|n| Key::category(&n)).collect()
        }
    }
}

/// True for a category that no report names.
fn is_left_out(path: &str, settings: &ReportSettings) -> bool {
    let below = |top: &String| {
        path.strip_prefix(top.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(PATH_SEPARATOR))
    };
    settings.leave_out.iter().any(below)
}

/// The names of the pack's kinds of shoppers.
fn clusters(catalog: &Catalog) -> impl Iterator<Item = String> {
    let mut r = Reader::new(catalog.pack().section(Tag::CLUSTER, 0).unwrap_or_default());
    let mut names = Vec::new();
    r.u32();
    for _ in 0..r.count(16) {
        names.push(r.str().to_string());
        r.u32();
        r.u32();
        (0..r.count(4)).for_each(|_| _ = r.u32());
    }
    names.into_iter()
}

/// Puts offers into their groups: by what the shop names, else coupons by their kind and offers that are none each for itself.
fn group(shop: &Shop, of: &mut Grouping) -> Result<()> {
    let settings = &shop.reports;
    let all = || shop.offers.iter().flat_map(|m| m.offers.list().iter().zip(&m.coupons));
    let mut families = settings.coupon_families.clone();
    if families.is_empty() {
        for (p, _) in all().filter(|(_, coupon)| **coupon) {
            let kind = p.kind.code();
            let i = families.iter().position(|(name, _)| name == kind).unwrap_or_else(|| {
                families.push((kind.to_string(), Vec::new()));
                families.len() - 1
            });
            families[i].1.push(p.id.clone());
        }
        families.sort_unstable();
    }
    let campaigns = settings.campaigns.clone().unwrap_or_else(|| {
        let mut ids: Vec<String> = Vec::new();
        for (p, _) in all().filter(|(_, coupon)| !**coupon) {
            if ids.len() < CAMPAIGNS && !ids.contains(&p.id) {
                ids.push(p.id.clone());
            }
        }
        ids
    });
    of.families = families.len();
    let groups = families.into_iter().chain(campaigns.into_iter().map(|id| (id.clone(), vec![id])));
    for (i, (name, ids)) in groups.enumerate() {
        for id in ids {
            let mine = all().filter(|(p, _)| p.id == id || p.when.code.as_deref() == Some(&id));
            let mut told = vec![Key::promotion(&id)];
            for (p, _) in mine {
                told.extend([Some(p.id.as_str()), p.when.code.as_deref()].into_iter().flatten().map(Key::promotion));
            }
            if told.len() == 1 {
                let what = format!("reports: \"{name}\" names the offer \"{id}\", which there is not.");
                return Err(Error::new(Code::BadConfig, what));
            }
            of.members.extend(told.into_iter().map(|key| (key, i as u8)));
        }
        of.groups.push(name);
    }
    // An offer that two groups name is of the first one.
    of.members.sort_unstable();
    of.members.dedup_by_key(|m| m.0);
    Ok(())
}
