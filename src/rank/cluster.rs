//! Kinds of shoppers, and which of them a portrait is nearest to. `manual/cold-start.md` has the formula.

use super::blend::ONE;
use super::source::{shares, zeros};
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::pack::Tag;
use crate::profile::{Dimension, PortraitView};
use crate::time::Millis;
use alloc::vec::Vec;

/// What one over a centroid's length is told in: 2^-32. No centroid is shorter than 2^8.
pub const LENGTH_BITS: u32 = 32;
const LONGEST: u32 = 1 << 24;

/// The cluster that is nearest to a portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest<'a> {
    /// Its name.
    pub name: &'a str,
    /// Share of shoppers that are of it, in basis points.
    pub share: u32,
    /// How much nearer it is than the next, in 1/65536: 0 where they are level.
    pub confidence: u32,
    /// How many looks it is worth, in 1/256.
    pub weight: u32,
    /// The latest event in categories.
    pub last: Millis,
}

/// The cluster whose centroid has the largest cosine with a portrait's interest in categories, ties by its place; `None` where none has
/// any of them in common with it.
pub fn nearest<'a>(portrait: &PortraitView<'_>, catalog: &'a Catalog) -> Option<Nearest<'a>> {
    nearest_parts(portrait, catalog, &mut Vec::new())
}

/// The same; leaves in `parts` category by category the cluster's part of what its shoppers turn to, in no particular unit.
pub(super) fn nearest_parts<'a>(
    portrait: &PortraitView<'_>,
    catalog: &'a Catalog,
    parts: &mut Vec<u64>,
) -> Option<Nearest<'a>> {
    let mut r = Reader::new(catalog.pack().section(Tag::CLUSTER, 0)?);
    // This shopper's interest to begin with.
    zeros(parts, catalog.category_count());
    let mut last = Millis(i64::MIN);
    for (t, share) in shares(portrait.affinity(Dimension::Category).traits()) {
        if let Some(c) = catalog.category_of_key(t.key) {
            parts[c as usize] = share;
            last = last.max(t.last);
        }
    }
    let weight = r.u32();
    let (mut best, mut most, mut next) = (None, 0, 0);
    for _ in 0..r.count(16) {
        let (name, share, length) = (r.str(), r.u32(), u64::from(r.u32().min(LONGEST)));
        let (centroid, mut common) = (r.clone(), 0_u64);
        for _ in 0..r.count(4) {
            let (c, part) = (usize::from(r.u16()), u64::from(r.u16()));
            common += part * parts.get(c).copied().unwrap_or(0);
        }
        // A portrait has at most 128 categories, so this is below 2^39, and below 2^63 times the other, where a centroid names each once.
        let near = common.saturating_mul(length) >> 24;
        if near > most {
            (next, most) = (most, near);
            best = Some((name, share, centroid));
        } else {
            next = next.max(near);
        }
    }
    let (name, share, mut r) = best.filter(|_| r.check().is_ok())?;
    zeros(parts, parts.len());
    for _ in 0..r.count(4) {
        let (c, part) = (usize::from(r.u16()), u64::from(r.u16()));
        if let Some(of) = parts.get_mut(c) {
            *of = part;
        }
    }
    let confidence = ((most - next) * u64::from(ONE) / most) as u32;
    Some(Nearest { name, share, confidence, weight, last })
}
