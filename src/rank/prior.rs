//! The merchant's prior: where a shopper of whom little is known starts. `manual/cold-start.md` tells the formula.

use super::blend::ONE;
use super::cluster::nearest_parts;
use super::source::zeros;
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Key;
use crate::pack::Tag;
use crate::profile::{Declared, Dimension, PortraitView};
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
    /// The same without any answer: everyone's.
    base: Vec<u64>,
    /// The answers that were declared, each as `field=value`.
    pub declared: Vec<&'a str>,
}

/// The prior of a pack under what was `declared`; without any, nothing.
pub fn prior<'a>(catalog: &'a Catalog, declared: &[Declared]) -> Prior<'a> {
    let mut prior = Prior { weight: 0, parts: Vec::new(), base: Vec::new(), declared: Vec::new() };
    prior.weight =
        read(catalog, declared, &mut prior.parts, &mut prior.base, &mut |answer| prior.declared.push(answer));
    prior
}

/// Reads its parts and its base, and tells each answer that was declared. Answers with its weight.
fn read<'a>(
    catalog: &'a Catalog,
    declared: &[Declared],
    parts: &mut Vec<u64>,
    base: &mut Vec<u64>,
    tell: &mut dyn FnMut(&'a str),
) -> u32 {
    let mut r = Reader::new(catalog.pack().section(Tag::PRIOR, 0).unwrap_or(&[]));
    let weight = r.u32();
    zeros(parts, catalog.category_count());
    // The base first, then the lifts of each answer.
    let (mut counts, mut left) = (true, None);
    loop {
        for _ in 0..r.count(8) {
            let (category, value) = (r.u32() as usize, u64::from(r.u32().min(LARGEST)));
            if let Some(part) = parts.get_mut(category).filter(|_| counts) {
                *part = if left.is_none() { value << BASE_BITS } else { (*part * value / 100).min(MOST) };
            }
        }
        if left.is_none() {
            base.clone_from(parts);
        }
        let more = left.unwrap_or_else(|| r.count(8));
        if more == 0 {
            return weight;
        }
        left = Some(more - 1);
        let answer = r.str();
        let key = Key::made(0xff, answer.as_bytes());
        counts = declared.iter().any(|d| d.value == key.0);
        if counts {
            tell(answer);
        }
    }
}

/// Who says what the prior adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Voice {
    /// What everyone turns to.
    #[default]
    Everyone,
    /// What was declared, of the categories that it lifts; of the others everyone.
    Declared,
    /// The nearest cluster, which takes the place of the base where nothing is declared.
    Cluster,
}

/// Fills `parts` with what the prior adds to the value of each category it names, 0–65536, and `base` with what everyone's interest by itself would; nothing
/// without one, nor before anything is known of the shopper's interests.
pub(super) fn added(
    portrait: &PortraitView<'_>,
    catalog: &Catalog,
    parts: &mut Vec<u64>,
    base: &mut Vec<u64>,
) -> Voice {
    let mut declared = false;
    let mut weight = read(catalog, portrait.declared, parts, base, &mut |_| declared = true);
    let mut voice = Voice::Declared;
    // Its part in the mean of all that is known.
    let events: u64 = portrait.affinity(Dimension::Category).traits().iter().map(|t| u64::from(t.events)).sum();
    if !declared {
        voice = Voice::Everyone;
        if let Some(near) = nearest_parts(portrait, catalog, parts) {
            (weight, voice) = (near.weight, Voice::Cluster);
        } else if events == 0 {
            weight = 0;
        } else {
            parts.clone_from(base);
        }
    }
    if weight == 0 {
        parts.clear();
        base.clear();
        return voice;
    }
    let weight = u64::from(weight.min(HEAVIEST));
    let mine = u64::from(ONE) * weight / (weight + 256 * events).max(1);
    for list in [parts, base] {
        let total = list.iter().sum::<u64>().max(1);
        for part in list {
            *part = *part * mine / total;
        }
    }
    voice
}
