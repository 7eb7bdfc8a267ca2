//! The policy to be judged: how likely it shows each item at each place.

use super::log::{Foreseen, Log, Place};
use crate::error::{Code, Error, Result};
use std::collections::{BTreeMap, HashMap};

/// A policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The most specific entry that fits a place speaks for it.
    by_place: BTreeMap<Scope, Choices>,
    /// The rows of the log say what it would have done.
    of_rows: bool,
}

/// Slot and position an entry speaks for; `None` for all.
type Scope = (Option<String>, Option<u32>);
/// Items with their probabilities, which add up to 1.
type Choices = BTreeMap<String, f64>;

impl Policy {
    /// Every item as likely as the others, at every place.
    ///
    /// # Errors
    ///
    /// `bad_exploration` without items.
    pub fn uniform<'a>(items: impl Iterator<Item = &'a str>) -> Result<Policy> {
        Policy::from_weights(items.map(|item| (None, None, item.to_string(), 1.0)))
    }

    /// What another log showed: each item's share of the rows, place by place.
    ///
    /// # Errors
    ///
    /// `bad_exploration` for an empty log.
    pub fn shares(log: &Log) -> Result<Policy> {
        let mut counts: BTreeMap<(u32, u32), f64> = BTreeMap::new();
        for row in &log.rows {
            *counts.entry((row.place, row.item)).or_default() += 1.0;
        }
        Policy::from_weights(counts.into_iter().map(|((place, item), n)| {
            let Place { slot, position } = &log.places[place as usize];
            (Some(slot.clone()), Some(*position), log.items()[item as usize].clone(), n)
        }))
    }

    /// What the rows of the log themselves say of the policy to be judged.
    ///
    /// # Errors
    ///
    /// `bad_exploration` when some row says nothing.
    pub fn of_rows(log: &Log) -> Result<Policy> {
        if log.foresees() {
            return Ok(Policy { by_place: BTreeMap::new(), of_rows: true });
        }
        let silent = log.rows.iter().filter(|r| r.foreseen == Foreseen::No).count();
        let detail = format!(
            "{silent} of {} rows do not say what the policy would have done; give one with --policy.",
            log.rows.len()
        );
        Err(Error::new(Code::BadExploration, detail))
    }

    /// From (slot, position, item, weight); weights of one scope are divided by their sum.
    pub(super) fn from_weights(
        rows: impl Iterator<Item = (Option<String>, Option<u32>, String, f64)>,
    ) -> Result<Policy> {
        let mut by_place: BTreeMap<Scope, Choices> = BTreeMap::new();
        for (slot, position, item, weight) in rows {
            let choices = by_place.entry((slot, position)).or_default();
            if choices.insert(item.clone(), weight).is_some() {
                return Err(Error::new(
                    Code::BadExploration,
                    format!("the policy names item \"{item}\" twice at one place."),
                ));
            }
        }
        if by_place.is_empty() {
            return Err(Error::new(Code::BadExploration, "the policy has no items."));
        }
        for choices in by_place.values_mut() {
            let sum: f64 = choices.values().sum();
            choices.values_mut().for_each(|p| *p /= sum);
        }
        Ok(Policy { by_place, of_rows: false })
    }

    fn at(&self, place: &Place) -> Result<&Choices> {
        let (slot, position) = (Some(place.slot.clone()), Some(place.position));
        let scopes = [(slot.clone(), position), (slot, None), (None, position), (None, None)];
        scopes.iter().find_map(|s| self.by_place.get(s)).ok_or_else(|| {
            let detail = format!("the policy says nothing for position {} of slot \"{}\".", place.position, place.slot);
            Error::new(Code::BadExploration, detail)
        })
    }
}

/// A decision, as the estimators need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighed {
    /// Item at a place, by number.
    pub(super) cell: u32,
    /// What the policy would have done.
    pub(super) profile: u32,
    pub(super) group: u32,
    /// Probability under the policy over propensity.
    pub(super) weight: f64,
    pub(super) reward: f64,
}

/// What the policy does in one situation.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Cells the log showed, with their probabilities.
    pub(super) choices: Vec<(u32, f64)>,
    /// Probability of what the log never showed there.
    pub(super) missing: f64,
}

/// A log under a policy.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    pub(super) rows: Vec<Weighed>,
    pub(super) cells: usize,
    /// `None` where rows only say how likely the shown item would have been.
    pub(super) profiles: Option<Vec<Profile>>,
    pub(super) groups: usize,
}

/// Joins the two.
///
/// # Errors
///
/// `bad_exploration` when the policy says nothing of a place of the log.
pub(super) fn join(log: &Log, policy: &Policy) -> Result<Joined> {
    let mut cell_of: HashMap<(u32, u32), u32> = HashMap::new();
    for row in &log.rows {
        let next = cell_of.len() as u32;
        cell_of.entry((row.place, row.item)).or_insert(next);
    }
    let mut rows = Vec::with_capacity(log.rows.len());
    let mut add = |place: u32, item: u32, profile: usize, probability: f64, r: &super::log::Row| {
        let cell = cell_of[&(place, item)];
        let weight = probability / r.propensity;
        rows.push(Weighed { cell, profile: profile as u32, group: r.group, weight, reward: r.reward });
    };
    let profiles = if policy.of_rows {
        let mut profiles = Vec::new();
        for (i, r) in log.rows.iter().enumerate() {
            let (shown, entries) = match &r.foreseen {
                Foreseen::No => (0.0, &[][..]),
                Foreseen::Shown(p) => (*p, &[][..]),
                Foreseen::All(range) => {
                    let all = &log.entries[range.clone()];
                    (all.iter().find(|(item, _)| *item == r.item).map_or(0.0, |(_, p)| *p), all)
                }
            };
            let cells = entries.iter().map(|(item, p)| (cell_of.get(&(r.place, *item)).copied(), *p));
            profiles.push(profile(cells));
            add(r.place, r.item, i, shown, r);
        }
        log.rows.iter().all(|r| matches!(r.foreseen, Foreseen::All(_))).then_some(profiles)
    } else {
        let choices: Vec<&Choices> = log.places.iter().map(|p| policy.at(p)).collect::<Result<_>>()?;
        for r in &log.rows {
            let p = choices[r.place as usize].get(&log.items()[r.item as usize]).copied().unwrap_or(0.0);
            add(r.place, r.item, r.place as usize, p, r);
        }
        let of_place = |(place, choices): (u32, &&Choices)| {
            let cell = |item: &String| cell_of.get(&(place, log.items.find(item)?)).copied();
            profile(choices.iter().map(|(item, p)| (cell(item), *p)))
        };
        Some((0..).zip(&choices).map(of_place).collect())
    };
    Ok(Joined { rows, cells: cell_of.len(), profiles, groups: log.groups() })
}

fn profile(choices: impl Iterator<Item = (Option<u32>, f64)>) -> Profile {
    let mut out = Profile::default();
    for (cell, p) in choices.filter(|(_, p)| *p > 0.0) {
        match cell {
            Some(cell) => out.choices.push((cell, p)),
            None => out.missing += p,
        }
    }
    out
}
