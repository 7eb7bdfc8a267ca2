//! The merchant's prior: where a shopper of whom little is known starts. `manual/cold-start.md` tells the formula.

use super::blend::ONE;
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Key;
use crate::pack::Tag;
use crate::profile::decay::share;
use crate::profile::{Dimension, PortraitView};
use crate::text::concat;
use crate::time::Millis;
use alloc::vec;
use alloc::vec::Vec;

/// Bits after the point in which lifts multiply a base, and the most it may come to.
const BASE_BITS: u32 = 16;
const MOST: u64 = 1 << 40;
/// The largest base in basis points, and the largest lift in per cent.
const LARGEST: u32 = 10_000;

/// A prior, under what was declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prior<'a> {
    /// How many looks it is worth, in 1/256.
    weight: u32,
    /// Category → its part of all interest, in no particular unit.
    parts: Vec<u64>,
    /// The answers that can be declared.
    pub answers: Vec<Answer<'a>>,
}

/// An answer that can be declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// What is asked.
    pub field: &'a str,
    /// The answer.
    pub value: &'a str,
    /// What is kept of it.
    pub key: Key,
    /// True where it was declared.
    pub declared: bool,
}

/// The prior of a pack under what was declared; an empty one without it.
pub fn prior<'a>(catalog: &'a Catalog, declared: &[(Millis, Key)]) -> Prior<'a> {
    let mut prior = Prior::default();
    let Some(bytes) = catalog.pack().section(Tag::PRIOR, 0) else { return prior };
    let mut r = Reader::new(bytes);
    prior.weight = r.u32();
    prior.parts = vec![0; catalog.category_count()];
    // The base first, then the lifts of each answer.
    let mut answers = None;
    let mut by = 1 << BASE_BITS;
    loop {
        for _ in 0..r.count(8) {
            let (category, value) = (r.u32() as usize, u64::from(r.u32().min(LARGEST)));
            if let Some(part) = prior.parts.get_mut(category).filter(|_| by > 0) {
                *part = if answers.is_none() { value * by } else { (*part * value / 100).min(MOST) };
            }
        }
        let left = answers.unwrap_or_else(|| r.count(12));
        if left == 0 {
            return prior;
        }
        answers = Some(left - 1);
        let (field, value) = (r.str(), r.str());
        let key = Key::made(0xff, concat(&[field, "=", value]).as_bytes());
        let is_declared = declared.iter().any(|(_, k)| *k == key);
        by = u64::from(is_declared);
        prior.answers.push(Answer { field, value, key, declared: is_declared });
    }
}

/// What the prior adds to the value of each category it names, 0–65536; nothing without one.
pub(super) fn added(portrait: &PortraitView<'_>, catalog: &Catalog) -> Vec<u64> {
    let Prior { weight, mut parts, .. } = prior(catalog, portrait.declared);
    if weight == 0 {
        return Vec::new();
    }
    // The weight's part in the mean of all that is known.
    let mut events = portrait.affinity(Dimension::Category).clone();
    events.add(Key(0), weight, portrait.updated.unwrap_or(Millis(0)));
    let mine = events.get(Key(0)).map_or(0, |t| share(t.value, events.total(), ONE));
    let total = parts.iter().sum::<u64>().max(1);
    for part in &mut parts {
        *part = *part * mine / total;
    }
    parts
}
