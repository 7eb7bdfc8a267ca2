//! Logged decisions: what was shown where, how likely that was, and what it earned.

use std::collections::HashMap;
use std::ops::Range;

/// Names met in a log, numbered as they come.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    of: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.of.get(name) {
            return *n;
        }
        let n = self.names.len() as u32;
        self.of.insert(name.to_string(), n);
        self.names.push(name.to_string());
        n
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.of.get(name).copied()
    }

    pub(super) fn all(&self) -> &[String] {
        &self.names
    }
}

/// Where something was shown: a slot and a position in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) slot: String,
    pub(super) position: u32,
}

/// What a row says of the policy to be judged.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Foreseen {
    /// Nothing.
    No,
    /// How likely it would have been to show the same item.
    Shown(f64),
    /// How likely each item would have been: a range of the log's entries.
    All(Range<usize>),
}

/// One decision: an item shown at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Place, by number.
    pub place: u32,
    /// Item, by number.
    pub item: u32,
    /// Whose decision it was, by number: rows of one group are not independent of each other.
    pub group: u32,
    /// Probability with which the item was chosen for the place, above 0 and at most 1.
    pub propensity: f64,
    /// What it earned: 1 for a click, or an amount.
    pub reward: f64,
    pub(super) foreseen: Foreseen,
    pub(super) features: Range<usize>,
}

/// An exploration log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pub(super) rows: Vec<Row>,
    pub(super) places: Vec<Place>,
    pub(super) place_of: HashMap<Place, u32>,
    pub(super) items: Names,
    pub(super) groups: u32,
    /// Items and probabilities that rows foresee.
    pub(super) entries: Vec<(u32, f64)>,
    pub(super) feature_names: Names,
    /// Features of rows.
    pub(super) features: Vec<u32>,
}

impl Log {
    /// An empty log.
    pub fn new() -> Log {
        Log::default()
    }

    /// Adds a decision of a group of its own: for simulations and tests. `propensity` lies above 0 and is at most 1.
    pub fn push(&mut self, slot: &str, position: u32, item: &str, propensity: f64, reward: f64) {
        let (place, item) = (self.place(slot, position), self.items.number(item));
        let (group, at) = (self.groups, self.features.len());
        self.groups += 1;
        self.rows.push(Row { place, item, group, propensity, reward, foreseen: Foreseen::No, features: at..at });
    }

    pub(super) fn place(&mut self, slot: &str, position: u32) -> u32 {
        let place = Place { slot: slot.to_string(), position };
        if let Some(n) = self.place_of.get(&place) {
            return *n;
        }
        let n = self.places.len() as u32;
        self.places.push(place.clone());
        self.place_of.insert(place, n);
        n
    }

    /// The decisions.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Ids of the items, by number: those shown, and those that rows foresee.
    pub fn items(&self) -> &[String] {
        self.items.all()
    }

    /// Places at which something was shown.
    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// Groups of decisions that depend on each other: shoppers, else decisions.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// True when its rows say what the policy to be judged would have done.
    pub fn foresees(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|r| r.foreseen != Foreseen::No)
    }

    /// Mean reward of a row; `None` without rows.
    pub fn mean_reward(&self) -> Option<f64> {
        let sum: f64 = self.rows.iter().map(|r| r.reward).sum();
        (!self.rows.is_empty()).then(|| sum / self.rows.len() as f64)
    }
}
