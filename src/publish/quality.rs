//! Whether a new pack ranks worse than the one that is out: both replay the same late visits through the engine.

use super::diff::Facts;
use crate::builder::pack::{Options, build};
use crate::builder::replay::{Clock, History, Shopper, Visit, replay};
use crate::catalog::Catalog;
use crate::engine::{Engine, Request};
use crate::error::Result;
use crate::pack::Pack;
use crate::random::Interval;
use crate::shop::{Log, Progress, Session, Shop};
use crate::time::DAY;
use std::collections::BTreeMap;
use std::ops::Range;

/// The latest share of a log that is replayed at most, as one over it.
const LATEST: usize = 10;
/// Steps that are replayed at most.
const MOST_STEPS: usize = 8_000;
/// Bootstrap samples of shoppers.
const RESAMPLES: usize = 1_000;
/// Places of a list that count.
const PLACES: usize = 20;

/// Which visits were replayed, and what the packs knew of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Visits after the old pack's log. The new pack's place was taken by one built in the same way from the visits before them, so that
    /// neither had seen them.
    Unseen,
    /// As before, but the old pack does not say what it learnt from: it may have seen them, and is then favoured.
    Unknown,
    /// Visits that both packs learnt from, since too few came after the old pack's log.
    Seen,
}

/// One measure of both packs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// Of the old pack.
    pub old: f64,
    /// Of the new pack.
    pub new: f64,
    /// 95 % interval of the difference, new minus old, over resampled shoppers; `None` without a shopper.
    pub difference: Option<Interval>,
}

impl Measure {
    /// True when the new pack lost more than `share` of the measure, and not by chance.
    pub fn fell(&self, share: f64) -> bool {
        self.new < (1.0 - share) * self.old && self.difference.is_some_and(|i| i.high < 0.0)
    }
}

/// Quality of both packs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Which visits were replayed.
    pub basis: Basis,
    /// Steps that were predicted.
    pub steps: usize,
    /// Shoppers behind them.
    pub shoppers: usize,
    /// Share of steps whose product is among the first 20.
    pub hr: Measure,
    /// Mean of one over the product's place among the first 20.
    pub mrr: Measure,
}

/// Compares the packs on the shop's latest visits; `None` when fewer than `fewest` steps can be replayed.
///
/// # Errors
///
/// As [`build`] and [`Engine::open`].
pub fn quality(
    shop: &Shop,
    old: &[u8],
    new: &[u8],
    options: &Options,
    fewest: usize,
    progress: &dyn Progress,
) -> Result<Option<Quality>> {
    let days = Facts::of(&Catalog::open(Pack::open(old.to_vec())?)?).days;
    let Some((basis, visits)) = choose(&shop.log.sessions, days, fewest) else { return Ok(None) };
    let trial = if basis == Basis::Seen {
        new.to_vec()
    } else {
        let sessions = shop.log.sessions[..visits.start].to_vec();
        let earlier = Shop { log: Log { sessions, ..shop.log }, ..shop.clone() };
        let mut same = *options;
        same.min_support = Some(options.support(shop));
        build(&earlier, &same, progress)?
    };
    let shoppers = shoppers(shop, visits);
    let before = gains(Engine::open(old.to_vec())?, &shoppers, "replaying the old pack", progress);
    let after = gains(Engine::open(trial)?, &shoppers, "replaying the new pack", progress);
    let steps: usize = before.iter().map(|g| g.steps).sum();
    let measure = |of: &dyn Fn(&Gain) -> f64| measure(&before, &after, of);
    let (hr, mrr) = (measure(&|g| g.hits), measure(&|g| g.reciprocal));
    Ok(Some(Quality { basis, steps, shoppers: before.len(), hr, mrr }))
}

/// The visits to replay. They are the last of a range of visits, sorted by time: at most a tenth of the log and 8,000 steps.
fn choose(sessions: &[Session], days: Option<(i32, i32)>, fewest: usize) -> Option<(Basis, Range<usize>)> {
    let day = |s: &Session| i32::try_from(s.start().div_euclid(DAY)).unwrap_or(i32::MAX);
    let after = |last: i32| sessions.partition_point(|s| day(s) <= last);
    let latest = |from: usize, to: usize| {
        let (mut start, mut steps) = (to, 0);
        while start > from && to - start < sessions.len() / LATEST && steps < MOST_STEPS {
            start -= 1;
            steps += predicted(&sessions[start]);
        }
        (steps >= fewest.max(1)).then_some(start..to)
    };
    let end = sessions.len();
    match days {
        None => Some((Basis::Unknown, latest(0, end)?)),
        Some((first, last)) => {
            let seen = || Some((Basis::Seen, latest(sessions.partition_point(|s| day(s) < first), after(last))?));
            latest(after(last), end).map(|visits| (Basis::Unseen, visits)).or_else(seen)
        }
    }
}

/// Steps of a visit that are predicted: all but the first.
fn predicted(s: &Session) -> usize {
    s.steps.len().saturating_sub(1)
}

/// The shoppers of these visits, with what they did before as history.
fn shoppers(shop: &Shop, visits: Range<usize>) -> Vec<Shopper<'_>> {
    let mut by_shopper: BTreeMap<u32, Shopper<'_>> = BTreeMap::new();
    for (i, s) in shop.log.sessions.iter().enumerate().take(visits.end) {
        let id_of = |p: u32| shop.products[p as usize].id.as_str();
        let steps: Vec<_> = s.steps.iter().map(|x| (id_of(x.product), x.kind.name(), x.at)).collect();
        let end = if visits.contains(&i) { steps.len() } else { 0 };
        by_shopper.entry(s.shopper).or_default().push(Visit { id: &s.id, steps, predict: 1..end.max(1) });
    }
    by_shopper.into_values().filter(|v| v.iter().any(|x| !x.predict.is_empty())).collect()
}

/// What a shopper's steps gave.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    steps: usize,
    hits: f64,
    reciprocal: f64,
}

fn gains(mut engine: Engine, shoppers: &[Shopper<'_>], what: &str, progress: &dyn Progress) -> Vec<Gain> {
    let total: usize = shoppers.iter().flatten().map(|v| v.predict.len()).sum();
    progress.stage(what, total as u64);
    let mut out = Vec::with_capacity(shoppers.len());
    for one in shoppers {
        let mut gain = Gain::default();
        replay(&mut engine, std::slice::from_ref(one), Clock::Real, History::All, |engine, now, visit, n| {
            let shelf = engine.recommend(now, &Request { limit: PLACES, ..Request::default() });
            let wanted = engine.catalog().find(visit.steps[n].0).map(|found| found.row);
            let place = shelf.items.iter().position(|i| wanted.is_some() && i.row == wanted);
            gain.steps += 1;
            gain.hits += f64::from(place.is_some());
            gain.reciprocal += place.map_or(0.0, |p| 1.0 / (p as f64 + 1.0));
            progress.advance(1);
        });
        out.push(gain);
    }
    out
}

fn measure(old: &[Gain], new: &[Gain], of: &dyn Fn(&Gain) -> f64) -> Measure {
    let mean = |list: &[Gain]| list.iter().map(of).sum::<f64>() / list.iter().map(|g| g.steps).sum::<usize>() as f64;
    let groups: Vec<_> = old.iter().zip(new).map(|(a, b)| (a.steps as f64, of(b) - of(a))).collect();
    Measure { old: mean(old), new: mean(new), difference: Interval::of_groups(&groups, RESAMPLES, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::shop::LogStep;

    /// A visit of three steps on each of a hundred days, ten a day.
    fn log() -> Vec<Session> {
        let visit = |i: i64| {
            let at = i / 10 * DAY + i % 10 * 1000;
            let step = LogStep { product: 0, at, kind: EventKind::ViewItem };
            Session { id: format!("{i:04}"), shopper: i as u32, steps: vec![step; 3] }
        };
        (0..1000).map(visit).collect()
    }

    #[test]
    fn visits_after_the_old_packs_log_are_taken_where_there_are_enough() {
        let log = log();
        // Days 0 to 89 are known to the old pack: 100 visits are left, a tenth of the log.
        assert_eq!(choose(&log, Some((0, 89)), 200), Some((Basis::Unseen, 900..1000)));
        // More are left: the latest tenth.
        assert_eq!(choose(&log, Some((0, 9)), 200), Some((Basis::Unseen, 900..1000)));
        // A day's 20 steps are too few, so both are asked about what both have seen.
        assert_eq!(choose(&log, Some((0, 98)), 200), Some((Basis::Seen, 890..990)));
        assert_eq!(choose(&log, Some((0, 98)), 20), Some((Basis::Unseen, 990..1000)));
        assert_eq!(choose(&log, Some((0, 500)), 200), Some((Basis::Seen, 900..1000)), "built from the same log");
        assert_eq!(choose(&log, Some((95, 98)), 200), None, "40 visits in common");
        assert_eq!(choose(&log, Some((500, 600)), 200), None, "the log ends before the old pack's began");
        assert_eq!(choose(&log, None, 200), Some((Basis::Unknown, 900..1000)));
        assert_eq!(choose(&log, None, 201), None);
        assert_eq!(choose(&[], None, 0), None);
    }

    #[test]
    fn a_fall_counts_when_it_is_large_and_no_chance() {
        let gains = |hits: &[f64]| hits.iter().map(|h| Gain { steps: 1, hits: *h, reciprocal: *h }).collect::<Vec<_>>();
        let alternating = |every: usize| -> Vec<f64> { (0..400).map(|i| f64::from(i % every == 0)).collect() };
        let (half, third) = (gains(&alternating(2)), gains(&alternating(3)));
        let m = measure(&half, &third, &|g| g.hits);
        assert!((m.old - 0.5).abs() < 1e-12 && (m.new - 0.335).abs() < 1e-12);
        assert!(m.fell(0.2) && !m.fell(0.5), "{m:?}");
        assert!(!measure(&third, &half, &|g| g.hits).fell(0.0));
        // Three of five against four of five may be chance.
        let few = measure(&gains(&[1.0, 1.0, 1.0, 1.0, 0.0]), &gains(&[1.0, 1.0, 0.0, 0.0, 1.0]), &|g| g.hits);
        assert!(few.new < 0.8 * few.old && !few.fell(0.2), "{few:?}");
        assert!(!measure(&half, &half, &|g| g.hits).fell(0.0));
    }
}
