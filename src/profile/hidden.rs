//! What the shopper took back: traits that must not come again from what was known, and those that must not come again at all.

use super::dimension::Dimension;
use super::portrait::{Affinities, Pending, Portrait, TAKEN_BACK};
use crate::event::EventKind;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::Millis;
use alloc::vec::Vec;

/// Traits remembered as taken back.
pub(super) const HIDDEN: usize = 256;

/// A trait that was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Hidden {
    /// Its dimension.
    pub dimension: Dimension,
    /// Its key.
    pub key: Key,
    /// Events up to this time do not count for it.
    pub until: Millis,
    /// No event counts for it.
    pub blocked: bool,
    /// It may come again: what is younger than `until` counts. Remembered only because older events may not have settled yet.
    pub allowed: bool,
}

impl Hidden {
    fn place(&self) -> (Dimension, Key) {
        (self.dimension, self.key)
    }
}

/// True when an event at `at` counts for a trait.
pub(super) fn counts(hidden: &[Hidden], dimension: Dimension, key: Key, at: Millis) -> bool {
    let found = hidden.binary_search_by_key(&(dimension, key), Hidden::place);
    found.ok().and_then(|i| hidden.get(i)).is_none_or(|h| !h.blocked && at > h.until)
}

/// True when an event of this kind at `at` counts for a product. What the shopper does not want to see is no trait but their word: it holds though the
/// product is blocked, until it is taken back.
pub(super) fn names(hidden: &[Hidden], kind: EventKind, product: Key, at: Millis) -> bool {
    let wish = kind == EventKind::NotInterested;
    let of = |h: &&Hidden| h.place() == (Dimension::Item, product);
    if wish {
        hidden.iter().find(of).is_none_or(|h| at > h.until)
    } else {
        counts(hidden, Dimension::Item, product, at)
    }
}

impl Portrait {
    /// Takes a trait back: it goes at once, and what happened up to `now` does not bring it again; `block` keeps it away for good. The latest 256 are remembered.
    /// False where that many are blocked.
    pub fn hide(&mut self, _: &Personalize, dimension: Dimension, key: Key, now: Millis, block: bool) -> bool {
        if !self.remember_hidden(Hidden { dimension, key, until: now, blocked: block, allowed: false }) {
            return false;
        }
        forget(&mut self.settled, dimension, &|k| k == key);
        // What may still move is gone over once; it counts for everything else.
        let hidden = &self.hidden;
        for p in &mut self.pending {
            strip(hidden, p);
        }
        if dimension == Dimension::Channel {
            self.history.visits.channels.retain(|c| c.key != key);
            self.history.visits.path.retain(|(_, k)| *k != key);
        }
        let named = |is: Dimension| move |k| is == dimension && k == key;
        if dimension == Dimension::Item {
            self.disliked.retain(|(at, product)| *product != key || *at > now);
        }
        self.unname(&named(Dimension::Category), &named(Dimension::Item));
        true
    }

    /// What names one of these categories or products goes, from everything that is known.
    pub fn leave_out(&mut self, _: &Personalize, category: &dyn Fn(Key) -> bool, product: &dyn Fn(Key) -> bool) {
        forget(&mut self.settled, Dimension::Item, product);
        forget(&mut self.settled, Dimension::Category, category);
        forget(&mut self.settled, Dimension::Topic, category);
        for p in &mut self.pending {
            p.facts.retain(|f| !product(f.product) && !f.category.is_some_and(category));
        }
        leave(&mut self.disliked, product);
        self.unname(category, product);
    }

    /// Counts, visits and the cart name them no more.
    fn unname(&mut self, category: &dyn Fn(Key) -> bool, product: &dyn Fn(Key) -> bool) {
        let h = &mut self.history;
        h.opinions.retain(|o| !category(o.category));
        h.categories.retain(|r| !category(r.key));
        let mut i = 0;
        while let Some(key) = h.products.get(i).map(|r| r.key) {
            if product(key) {
                h.forget_product(key);
            } else {
                i += 1;
            }
        }
        leave(&mut h.visits.cart, product);
        leave(&mut self.bought, product);
        self.unplaced.retain(|u| !product(u.product));
        self.trail.marks.retain(|m| m.kind == EventKind::SessionStart || !product(m.key));
        self.merged = None;
    }

    /// Lets a trait come again from what happens from now on.
    pub fn unhide(&mut self, _: &Personalize, dimension: Dimension, key: Key, now: Millis) {
        if let Ok(i) = self.hidden.binary_search_by_key(&(dimension, key), Hidden::place) {
            self.hidden[i] = Hidden { until: now, blocked: false, allowed: true, ..self.hidden[i] };
            self.merged = None;
        }
    }

    /// What was taken back.
    pub fn hidden(&self, _: &Personalize) -> impl Iterator<Item = &Hidden> {
        self.hidden.iter().filter(|h| !h.allowed)
    }

    /// False where there is no room: what is blocked does not give way, of the rest what may come again and then the oldest does.
    fn remember_hidden(&mut self, entry: Hidden) -> bool {
        match self.hidden.binary_search_by_key(&entry.place(), Hidden::place) {
            Ok(i) => self.hidden[i] = entry,
            Err(_) => {
                if self.hidden.len() >= HIDDEN {
                    let least = (0..self.hidden.len()).min_by_key(|i| {
                        let h = &self.hidden[*i];
                        (h.blocked, !h.allowed, h.until)
                    });
                    let Some(least) = least.filter(|i| !self.hidden[*i].blocked) else { return false };
                    self.hidden.remove(least);
                }
                let i = self.hidden.partition_point(|h| h.place() < entry.place());
                self.hidden.insert(i, entry);
            }
        }
        true
    }
}

#[inline(never)]
fn forget(layer: &mut Affinities, dimension: Dimension, gone: &dyn Fn(Key) -> bool) {
    layer[dimension as usize].traits.retain(|t| !gone(t.key));
}

/// One loop for all that have a time and a key.
#[inline(never)]
fn leave(list: &mut Vec<(Millis, Key)>, gone: &dyn Fn(Key) -> bool) {
    list.retain(|(_, key)| !gone(*key));
}

/// Takes out of an event what does not count, where it is told to more than the affinities. Of a product that was taken back the rest still counts.
pub(super) fn strip(hidden: &[Hidden], p: &mut Pending) {
    if hidden.is_empty() {
        return;
    }
    let (at, kind) = (p.at, p.kind);
    for f in &mut p.facts {
        if !names(hidden, kind, f.product, at) {
            f.product = TAKEN_BACK;
        }
        f.category = f.category.filter(|k| counts(hidden, Dimension::Category, *k, at));
    }
    let channel = if p.kind.is_social() { Dimension::ShareChannel } else { Dimension::Channel };
    p.detail.channel = p.detail.channel.filter(|k| counts(hidden, channel, *k, at));
}
