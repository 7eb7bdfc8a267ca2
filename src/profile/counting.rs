//! What an event adds to the affinities.

use super::ProfileConfig;
use super::decay::Moment;
use super::dimension::Dimension;
use super::hidden::{self, Hidden};
use super::history;
use super::portrait::{Affinities, Facts, Pending, TAKEN_BACK};
use crate::event::EventKind;
use crate::id::Key;
use crate::time::{DAY, HOUR, Millis};

/// The weight of one, where no kind's weight counts.
const ONE: u32 = 256;

/// Counts an event into the affinities of a layer.
pub(super) fn add(layer: &mut Affinities, config: &ProfileConfig, hidden: &[Hidden], p: &Pending) {
    let (weight, social) = (config.weight[p.kind as usize], p.kind.is_social());
    let mut of = Counting { layer, hidden, moment: Moment::new(p.at), at: p.at, kind: p.kind };
    let channel = if social { Dimension::ShareChannel } else { Dimension::Channel };
    of.count(channel, p.detail.channel, ONE);
    if weight == 0 {
        return;
    }
    for f in &p.facts {
        of.count(Dimension::Item, Some(f.product).filter(|k| *k != TAKEN_BACK), weight);
        of.count_facts(f, weight);
    }
    let local = history::local(p.at, p.detail.zone);
    let hour = local.div_euclid(HOUR).rem_euclid(24);
    // 1970-01-01 was a Thursday.
    let weekday = 1 + (local.div_euclid(DAY) + 3).rem_euclid(7);
    of.count(Dimension::Hour, Some(Key(hour as u64)), weight);
    of.count(Dimension::Weekday, Some(Key(weekday as u64)), weight);
    of.count(Dimension::Content, p.detail.content.map(|c| Key(u64::from(c))), weight);
}

/// An event that is counted into affinities.
pub(super) struct Counting<'a> {
    pub(super) layer: &'a mut Affinities,
    pub(super) hidden: &'a [Hidden],
    pub(super) moment: Moment,
    pub(super) at: Millis,
    pub(super) kind: EventKind,
}

impl Counting<'_> {
    fn count(&mut self, d: Dimension, key: Option<Key>, weight: u32) {
        let (Some(key), affinity) = (key, &mut self.layer[d as usize]) else { return };
        if self.hidden.is_empty() || hidden::counts(self.hidden, d, key, self.at) {
            let grown = self.moment.growth(affinity.half_life);
            affinity.add_grown(key, weight, (self.at, 1 << self.kind as u8), grown);
        }
    }

    /// What a product is, but for which it is.
    #[inline(never)]
    pub(super) fn count_facts(&mut self, f: &Facts, weight: u32) {
        self.count(Dimension::Category, f.category, weight);
        self.count(Dimension::Brand, f.brand, weight);
        self.count(Dimension::PriceBand, f.band, weight);
        for tag in f.tags {
            self.count(Dimension::Tag, tag, weight);
        }
        if self.kind.is_social() {
            self.count(Dimension::Topic, f.category, weight);
        }
    }
}
