//! The true answers: what a portrait says to each metric, as a key of its domain.

use super::category_interest;
use super::schema::{Grouping, MetricSchema};
use super::symbol::{LONGER_AGO, NOT_CHOSEN, WEEKS_AGO, band, of_group, of_order};
use crate::catalog::Catalog;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::privacy::ledger::{Epoch, Metric};
use crate::profile::Portrait;
use crate::profile::history::EVERYTHING;
use crate::profile::visits::Stage;
use crate::profile::week::{Outcome, Week};
use crate::rank::cluster::nearest;

/// Opinions from which on a shopper is no longer dissatisfied, and is satisfied: 3 and 4 of 5.
const CONTENT: i64 = 0;
const SATISFIED: i64 = 50;

/// The answer to a metric; `None` for `none`. What is asked of a week is asked of the latest one before `epoch` in which the shopper was here;
/// everything else of the present.
pub fn truth(
    about: &MetricSchema,
    of: &Grouping,
    portrait: &mut Portrait,
    ok: &Personalize,
    catalog: &Catalog,
    epoch: Epoch,
) -> Option<Key> {
    let domain = about.domain();
    match about.metric() {
        Metric::CategoryInterest => category_interest(&portrait.view(ok), catalog, about),
        Metric::Cluster => nearest(&portrait.view(ok), catalog).map(|n| Key::category(n.name)),
        metric @ (Metric::ActiveDays | Metric::RepeatPurchase | Metric::NpsBand | Metric::SatisfactionBand) => {
            of_all(metric, domain, portrait, ok, epoch)
        }
        metric => of_week(metric, domain, of, &catalog.market().currency, &portrait.week_before(ok, epoch)?),
    }
}

fn of_all(metric: Metric, domain: &[Key], portrait: &Portrait, ok: &Personalize, epoch: Epoch) -> Option<Key> {
    let all = portrait.history_lately(ok);
    match metric {
        Metric::ActiveDays => {
            let days = &all.days;
            let (mut here, mut weeks, mut longer) = (0, false, false);
            for (back, counts) in (0..).zip(&days.counts) {
                // 1970-01-01 was a Thursday.
                let weeks_back = i64::from(epoch.0) - (days.newest - back + 3).div_euclid(7);
                if counts[0] > 0 {
                    here += u64::from(weeks_back == 1);
                    weeks |= (2..=4).contains(&weeks_back);
                    longer |= weeks_back > 4;
                }
            }
            match (here, weeks, longer) {
                (0, true, _) => Some(WEEKS_AGO),
                (0, _, true) => Some(LONGER_AGO),
                _ => band(domain, Key(1), Key(here)),
            }
        }
        Metric::RepeatPurchase => {
            band(domain, Key(1), Key(u64::from(all.orders.older.orders) + all.orders.recent.len() as u64))
        }
        Metric::NpsBand => all.nps.map(|(_, score)| Key(1 + u64::from(score > 6) + u64::from(score > 8))),
        _ => {
            let all = all.opinions.iter().find(|o| o.category == EVERYTHING)?;
            let n = i64::from(all.count.n);
            Some(Key(1 + u64::from(all.sum >= CONTENT * n) + u64::from(all.sum >= SATISFIED * n)))
        }
    }
}

fn of_week(metric: Metric, domain: &[Key], of: &Grouping, currency: &str, week: &Week) -> Option<Key> {
    let bought = week.stage == Stage::Purchase;
    // The group of an offer that is furthest; of two as far, the one that came first.
    let furthest = |campaigns: bool| {
        let mut best: Option<(Outcome, usize)> = None;
        for (key, mut outcome) in week.offers.iter().flatten().copied() {
            let Some(group) = of.group(key).filter(|g| (*g >= of.families) == campaigns) else { continue };
            if campaigns && outcome == Outcome::Chosen && bought {
                outcome = Outcome::Used;
            }
            if best.is_none_or(|(most, _)| outcome > most) {
                best = Some((outcome, group));
            }
        }
        best
    };
    let campaign = || furthest(true).map(|(outcome, group)| (outcome, group - of.families));
    match metric {
        Metric::FunnelStage => Some(Key(week.stage as u64 + 1)),
        Metric::CouponOutcome => furthest(false).map(|(outcome, group)| of_group(group, outcome)),
        Metric::Campaign => campaign().map(|(outcome, campaign)| of_group(campaign, outcome)),
        Metric::RecommendationClick if !week.shown => None,
        Metric::RecommendationClick => band(domain, Key(1), Key(u64::from(week.place))).or(Some(NOT_CHOSEN)),
        Metric::ConversionChannel => week.channel.filter(|_| bought),
        Metric::OrderValue if bought && week.value > 0 && of.currency == currency => {
            let with = campaign().filter(|(outcome, _)| *outcome > Outcome::Seen).map(|(_, c)| c);
            let at = |c| band(domain, of_order(c, 0), of_order(c, week.value as u64));
            at(with).or_else(|| at(None))
        }
        _ => None,
    }
}
