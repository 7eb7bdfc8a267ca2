//! The merchant's prior: where a shopper of whom little is known starts. `manual/cold-start.md` tells the formula.

use super::blend::ONE;
use super::cluster::nearest;
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Key;
use crate::pack::Tag;
use crate::profile::{Declared, Dimension, PortraitView};
use alloc::vec;
use alloc::vec::Vec;

/// Bits after the point in which lifts multiply a base, and the most it may come to.
const BASE_BITS: u32 = 16;
const MOST: u64 = 1 << 40;
/// The largest base in basis points, and the largest lift in per cent.
const LARGEST: u32 = 10_000;
/// The most looks that a prior is worth, in 1/256.
const HEAVIEST: u32 = 256_000;

/// A prior under what was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prior<'a> {
    /// How many looks it is worth, in 1/256.
    weight: u32,
    /// Category by category its part of all interest, in no particular unit.
    parts: Vec<u64>,
    /// The answers that were declared, each as `field=value`.
    pub declared: Vec<&'a str>,
}

/// The prior of a pack under what was `declared`; without any, nothing.
pub fn prior<'a>(catalog: &'a Catalog, declared: &[Declared]) -> Prior<'a> {
    let mut r = Reader::new(catalog.pack().section(Tag::PRIOR, 0).unwrap_or(&[]));
    let (weight, parts) = (r.u32(), vec![0; catalog.category_count()]);
    let mut prior = Prior { weight, parts, declared: Vec::new() };
    // The base first, then the lifts of each answer.
    let (mut counts, mut left) = (true, None);
    loop {
        for _ in 0..r.count(8) {
            let (category, value) = (r.u32() as usize, u64::from(r.u32().min(LARGEST)));
            if let Some(part) = prior.parts.get_mut(category).filter(|_| counts) {
                *part = if left.is_none() { value << BASE_BITS } else { (*part * value / 100).min(MOST) };
            }
        }
        let more = left.unwrap_or_else(|| r.count(8));
        if more == 0 {
            return prior;
        }
        left = Some(more - 1);
        let answer = r.str();
        let key = Key::made(0xff, answer.as_bytes());
        counts = declared.iter().any(|d| d.value == key.0);
        if counts {
            prior.declared.push(answer);
        }
    }
}

/// What the prior adds to the value of each category it names, 0–65536; nothing without one. Where nothing is declared, the nearest cluster
/// takes the place of its base, which the second tells.
pub(super) fn added(portrait: &PortraitView<'_>, catalog: &Catalog) -> (Vec<u64>, bool) {
    let Prior { mut weight, mut parts, declared, .. } = prior(catalog, portrait.declared);
    let near = if declared.is_empty() { nearest(portrait, catalog) } else { None };
    let clustered = near.is_some();
    if let Some(near) = near {
        (weight, parts) = (near.weight, near.parts);
    }
    if weight == 0 {
        return (Vec::new(), clustered);
    }
    // Its part in the mean of all that is known.
    let events: u64 = portrait.affinity(Dimension::Category).traits().iter().map(|t| u64::from(t.events)).sum();
    let weight = u64::from(weight.min(HEAVIEST));
    let mine = u64::from(ONE) * weight / (weight + 256 * events).max(1);
    let total = parts.iter().sum::<u64>().max(1);
    for part in &mut parts {
        *part = *part * mine / total;
    }
    (parts, clustered)
}
