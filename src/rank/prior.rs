//! The merchant's prior: where a shopper of whom little is known starts. `manual/cold-start.md` tells the formula.

use super::blend::ONE;
use crate::catalog::Catalog;
use crate::codec::Reader;
use crate::id::Key;
use crate::list::Gather;
use crate::pack::Tag;
use crate::profile::decay::share;
use crate::profile::{Dimension, PortraitView};
use crate::time::Millis;
use alloc::vec;
use alloc::vec::Vec;

/// A base in the fixed point in which lifts multiply it, and the largest it may come to.
const BASE: u32 = 16;
const LARGEST: u64 = 1 << 48;

/// The key of a declared answer.
pub fn answer(field: &str, value: &str) -> Key {
    Key::made(0xff, crate::text::concat(&[field, "=", value]).as_bytes())
}

/// The answers that a pack's prior lists, as field and value; none without a prior.
pub fn answers(catalog: &Catalog) -> Vec<(&str, &str)> {
    let mut r = Reader::new(catalog.pack().section(Tag::PRIOR, 0).unwrap_or(&[]));
    r.u32();
    pairs(&mut r);
    (0..r.count(12))
        .map(|_| {
            let answer = (r.str(), r.str());
            pairs(&mut r);
            answer
        })
        .gather()
}

/// Categories with a number each.
fn pairs(r: &mut Reader<'_>) -> Vec<(u32, u32)> {
    (0..r.count(8)).map(|_| (r.u32(), r.u32())).gather()
}

/// What the prior adds to the value of each category it names, 0–65536; nothing without one.
pub(super) fn of(portrait: &PortraitView<'_>, catalog: &Catalog) -> Vec<u64> {
    let n = catalog.category_count();
    let Some(bytes) = catalog.pack().section(Tag::PRIOR, 0) else { return Vec::new() };
    let mut r = Reader::new(bytes);
    let weight = r.u32();
    let mut shares = vec![0; n];
    for (category, base) in pairs(&mut r) {
        if let Some(x) = shares.get_mut(category as usize) {
            *x = u64::from(base) << BASE;
        }
    }
    for _ in 0..r.count(12) {
        let key = answer(r.str(), r.str());
        let lifts = pairs(&mut r);
        if portrait.declared.iter().any(|(_, k)| *k == key) {
            for (category, percent) in lifts {
                if let Some(x) = shares.get_mut(category as usize) {
                    *x = (*x / 100).saturating_mul(percent.into()).min(LARGEST);
                }
            }
        }
    }
    // The weight's part in the mean of all that is known.
    let mut events = portrait.affinity(Dimension::Category).clone();
    events.add(Key(0), weight, portrait.updated.unwrap_or(Millis(0)));
    let part = events.get(Key(0)).map_or(0, |t| share(t.value, events.total(), ONE));
    let total = shares.iter().sum::<u64>().max(1);
    shares.into_iter().map(|x| (u128::from(x) * u128::from(part) / u128::from(total)) as u64).gather()
}
