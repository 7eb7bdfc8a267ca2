//! What a log says of its time, its shoppers and its products.

use super::super::log::Log;
use super::super::log::sink::Raw;
use crate::event::EventKind;
use crate::time::{DAY, MINUTE};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// When a log happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeFacts {
    /// First and last step, in the shop's zone; those far off the rest are left out.
    pub first: String,
    /// See `first`.
    pub last: String,
    /// Days from the first to the last, both counted.
    pub days: u64,
    /// Days with a step.
    pub days_with_steps: u64,
    /// Runs of days without a step: first, last, how many. The longest ten.
    pub gaps: Vec<(String, String, u64)>,
    /// Timestamps by the unit they were written in.
    pub units: BTreeMap<&'static str, u64>,
    /// Steps later than now.
    pub future: u64,
    /// At most ten of them: time and item.
    pub future_examples: Vec<String>,
    /// Steps before 2000.
    pub ancient: u64,
    /// At most ten of them.
    pub ancient_examples: Vec<String>,
    /// True when the timestamps only count and tell no time.
    pub is_ordinal: bool,
}

/// Timestamps below it, in a log without later ones, only count.
const ORDINAL: i64 = 3650 * DAY;
/// 2000-01-01.
const ANCIENT: i64 = 946_684_800_000;
/// Clocks differ.
const LEEWAY: i64 = DAY;
/// Examples given.
const EXAMPLES: usize = 10;

/// The facts of a log with at least one step.
pub(super) fn time(raw: &Raw, zone_minutes: i32, now: i64) -> Option<TimeFacts> {
    let latest = raw.steps.iter().map(|s| s.at).max()?;
    let is_ordinal = latest < ORDINAL;
    let mut facts = TimeFacts {
        first: String::new(),
        last: String::new(),
        days: 0,
        days_with_steps: 0,
        gaps: Vec::new(),
        units: raw.units.iter().map(|(u, n)| (u.name(), *n)).collect(),
        future: 0,
        future_examples: Vec::new(),
        ancient: 0,
        ancient_examples: Vec::new(),
        is_ordinal,
    };
    let day = |at: i64| at.saturating_add(i64::from(zone_minutes) * MINUTE).div_euclid(DAY);
    let (mut days, mut first, mut last) = (BTreeSet::new(), i64::MAX, i64::MIN);
    let mut odd: Vec<(i64, &str)> = Vec::new();
    for s in &raw.steps {
        let is_future = s.at > now.saturating_add(LEEWAY);
        let is_ancient = s.at < ANCIENT && !is_ordinal;
        facts.future += u64::from(is_future);
        facts.ancient += u64::from(is_ancient);
        if is_future || is_ancient {
            odd.push((s.at, raw.item(s.item).next().map_or("", |(_, id)| id)));
            continue;
        }
        (first, last) = (first.min(s.at), last.max(s.at));
        if !is_ordinal {
            days.insert(day(s.at));
        }
    }
    odd.sort_unstable();
    let text = |(at, id): &(i64, &str)| format!("{} {id}", moment(*at, zone_minutes));
    facts.ancient_examples = odd.iter().filter(|(at, _)| *at < ANCIENT).take(EXAMPLES).map(text).collect();
    facts.future_examples = odd.iter().rev().filter(|(at, _)| *at >= ANCIENT).take(EXAMPLES).map(text).collect();
    if is_ordinal || first > last {
        return Some(facts);
    }
    (facts.first, facts.last) = (moment(first, zone_minutes), moment(last, zone_minutes));
    facts.days_with_steps = days.len() as u64;
    facts.days = (day(last) - day(first)) as u64 + 1;
    let ordered: Vec<i64> = days.into_iter().collect();
    let mut gaps: Vec<(i64, i64)> =
        ordered.windows(2).filter(|w| w[1] - w[0] > 1).map(|w| (w[0] + 1, w[1] - 1)).collect();
    gaps.sort_by_key(|(from, to)| (from - to, *from));
    let date = |day: i64| moment(day.saturating_mul(DAY), 0).chars().take(10).collect::<String>();
    facts.gaps = gaps.iter().take(EXAMPLES).map(|(a, b)| (date(*a), date(*b), (b - a) as u64 + 1)).collect();
    Some(facts)
}

/// A time as a person reads it; the number where no calendar has it.
fn moment(at: i64, zone_minutes: i32) -> String {
    let text = || {
        let offset = jiff::tz::Offset::from_seconds(zone_minutes * 60).ok()?;
        let local = offset.to_datetime(jiff::Timestamp::from_millisecond(at).ok()?);
        Some(local.strftime("%Y-%m-%d %H:%M").to_string())
    };
    text().unwrap_or_else(|| at.to_string())
}

/// Who did how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogFacts {
    /// Steps on products of the catalogue.
    pub steps: u64,
    /// Visits with one.
    pub visits: u64,
    /// Visits with one only.
    pub one_step_visits: u64,
    /// Distinct shoppers.
    pub shoppers: u64,
    /// True when the log tells shoppers apart.
    pub has_users: bool,
    /// Records of an event that was there already; left out.
    pub copies: u64,
    /// Rows of a table that repeat another in all that matters; kept.
    pub repeated: u64,
    /// At most ten of them: visit or shopper, item, time.
    pub repeated_examples: Vec<String>,
    /// Steps by what happened.
    pub kinds: Vec<(&'static str, u64)>,
    /// Events by the log's own names, with what they were taken for; the most frequent twenty.
    pub events: Vec<(String, u64, Option<&'static str>)>,
    /// Names of events beyond those.
    pub more_events: u64,
    /// Products of the catalogue.
    pub products: u64,
    /// For some numbers of shoppers how many products have at least as many.
    pub support: Vec<(u32, u64)>,
    /// At most ten products of the catalogue that nobody turned to.
    pub unseen_examples: Vec<String>,
}

/// Numbers of shoppers that are told.
const SUPPORT: [u32; 6] = [1, 2, 3, 5, 10, 20];
/// Event names that are told.
const EVENTS: usize = 20;

pub(super) fn log(raw: &Raw, log: &Log, ids: &[String], copies: u64, zone_minutes: i32) -> LogFacts {
    let steps = log.sessions.iter().map(|s| s.steps.len() as u64).sum();
    let mut kinds: BTreeMap<EventKind, u64> = BTreeMap::new();
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for session in &log.sessions {
        for step in &session.steps {
            *kinds.entry(step.kind).or_default() += 1;
            pairs.push((step.product, session.shopper));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut shoppers = vec![0_u32; ids.len()];
    pairs.iter().for_each(|(product, _)| shoppers[*product as usize] += 1);
    let support = |k: u32| (k, shoppers.iter().filter(|n| **n >= k).count() as u64);
    let mut events: Vec<(String, u64, Option<&'static str>)> = Vec::new();
    for (name, (n, kind)) in &raw.events {
        events.push((name.clone(), *n, kind.filter(|k| k.is_step()).map(EventKind::name)));
    }
    events.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more_events = events.len().saturating_sub(EVENTS) as u64;
    events.truncate(EVENTS);
    let (repeated, repeated_examples) = repeated(raw, zone_minutes);
    LogFacts {
        steps,
        visits: log.sessions.len() as u64,
        one_step_visits: log.sessions.iter().filter(|s| s.steps.len() == 1).count() as u64,
        shoppers: u64::from(log.shoppers),
        has_users: log.has_users,
        copies,
        repeated,
        repeated_examples,
        kinds: kinds.into_iter().map(|(k, n)| (k.name(), n)).collect(),
        events,
        more_events,
        products: ids.len() as u64,
        support: SUPPORT.map(support).to_vec(),
        unseen_examples: ids
            .iter()
            .zip(&shoppers)
            .filter(|(_, n)| **n == 0)
            .take(EXAMPLES)
            .map(|(id, _)| id.clone())
            .collect(),
    }
}

/// Rows of one visit (or shopper), item, event and time, beyond the first.
fn repeated(raw: &Raw, zone_minutes: i32) -> (u64, Vec<String>) {
    let (mut seen, mut n, mut examples) = (HashSet::new(), 0, Vec::new());
    for s in raw.steps.iter().filter(|s| s.copy == 0) {
        if seen.insert((s.session, s.account, s.item, s.kind, s.at)) {
            continue;
        }
        n += 1;
        if examples.len() < EXAMPLES {
            let owner = if s.session == 0 {
                &raw.accounts.names[s.account as usize]
            } else {
                &raw.sessions.names[s.session as usize]
            };
            let item = raw.item(s.item).next().map_or("", |(_, id)| id);
            examples.push(format!("{owner} {item} {} {}", s.kind.name(), moment(s.at, zone_minutes)));
        }
    }
    (n, examples)
}
