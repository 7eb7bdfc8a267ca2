//! Events about products that the pack did not have: what they are is told once a pack or a shard brings them, and counts as if it had been known.

use super::counting::Counting;
use super::decay::Moment;
use super::hidden::{self, counts};
use super::portrait::{Pending, Portrait, TAKEN_BACK};
use super::visit::Mark;
use super::{Affinity, Dimension, Facts, ProfileConfig};
use crate::event::EventKind;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::Millis;
use alloc::vec::Vec;

/// Of events that have settled, so many are remembered.
pub(super) const UNPLACED: usize = 128;

/// What has settled of a product of which nothing but its id was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Unplaced {
    pub(super) at: Millis,
    pub(super) product: Key,
    pub(super) kind: EventKind,
    /// The event told its price, which counts already.
    pub(super) priced: bool,
}

impl Facts {
    /// True where nothing is known of the product but its id, and maybe what the event says it costs.
    fn is_bare(&self) -> bool {
        !self.known
            && self.category.is_none()
            && self.brand.is_none()
            && self.tags[0].is_none()
            && self.product != TAKEN_BACK
    }
}

impl Unplaced {
    /// Remembers of an event that settles what nobody knows yet, where its kind has a weight.
    #[inline(never)]
    pub(super) fn note(list: &mut Vec<Unplaced>, config: &ProfileConfig, p: &Pending) {
        if config.weight[p.kind as usize] == 0 {
            return;
        }
        for f in p.facts.iter().filter(|f| f.is_bare()) {
            let entry = Unplaced { at: p.at, product: f.product, kind: p.kind, priced: f.band.is_some() };
            let i = list.partition_point(|x| *x <= entry);
            list.insert(i, entry);
        }
    }
}

impl Portrait {
    /// Products have come that were not there when events told of them: these count in full from now on, each once. `know` tells what is known by a
    /// product's key, the product's own key among it, which is another where the event named a variant.
    ///
    /// What has not settled is as if it had been known from the start. Of what has settled, affinities are: by category, brand, price band, tag and topic.
    pub fn recognise(&mut self, _: &Personalize, know: &mut dyn FnMut(Key) -> Option<Facts>) {
        if !self.unplaced.is_empty() || self.pending.iter().any(|p| p.facts.iter().any(Facts::is_bare)) {
            self.settle_unplaced(know);
        }
        self.rename(know);
    }

    fn settle_unplaced(&mut self, know: &mut dyn FnMut(Key) -> Option<Facts>) {
        self.merged = None;
        for p in &mut self.pending {
            for f in &mut p.facts {
                if f.is_bare()
                    && let Some(known) = know(f.product)
                {
                    *f = Facts { band: f.band.or(known.band), ..known };
                }
            }
            hidden::strip(&self.hidden, p);
        }
        let (settled, hidden, weights) = (&mut self.settled, &self.hidden, &self.config.weight);
        self.unplaced.retain(|u| {
            let Some(mut known) = know(u.product) else { return true };
            if u.priced {
                known.band = None;
            }
            let (at, kind, weight) = (u.at, u.kind, weights[u.kind as usize]);
            if weight > 0 {
                Counting { layer: settled, hidden, moment: Moment::new(at), at, kind }.count_facts(&known, weight);
            }
            false
        });
        settled.iter_mut().for_each(Affinity::settle);
    }

    /// Steps, dislikes and purchases that an event told by a variant's id become the product's, also where no weight made them wait.
    fn rename(&mut self, know: &mut dyn FnMut(Key) -> Option<Facts>) {
        let mut name = |key: Key| know(key).map_or(key, |f| f.product);
        for mark in core::mem::take(&mut self.trail.marks) {
            // That of a visit's start is no product's, and stays.
            let key = name(mark.key);
            if counts(&self.hidden, Dimension::Item, key, mark.at) {
                self.trail.add(Mark { key, ..mark });
            }
        }
        let lists = [(EventKind::NotInterested, &mut self.disliked), (EventKind::Purchase, &mut self.bought)];
        for (kind, list) in lists.map(|(kind, list)| (kind, core::mem::take(list))) {
            for (at, key) in list {
                self.list(kind, at, &[Facts { product: name(key), ..Facts::default() }]);
            }
        }
    }
}
