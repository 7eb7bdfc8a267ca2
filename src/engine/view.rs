//! The portrait as the shopper sees it.

use super::{Engine, track};
use crate::catalog::Catalog;
use crate::event::CONTENT_KINDS;
use crate::id::Key;
use crate::list::Gather;
use crate::money;
use crate::profile::{Dimension, PortraitView, ProfileConfig, Trait, decay};
use crate::rank::nearest;
use crate::text::{concat, decimal};
use crate::time::Millis;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Traits shown of each dimension.
const SHOWN: usize = 24;

/// A trait as the shopper sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitView {
    /// Product id, category path, brand or `low-high` in minor units; empty when the pack does not have it.
    pub key: String,
    /// Its name in the view's language.
    pub label: String,
    /// Share of its list, 0–1.
    pub share: f64,
    /// Events behind it.
    pub events: u32,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
    /// What kinds they are of, a bit each by [`EventKind`](crate::event::EventKind)'s number; those of before there were kinds are missing.
    pub kinds: u64,
}

/// The portrait as the shopper sees it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PortraitSummary {
    /// Events taken in.
    pub events: u32,
    /// Visits seen.
    pub sessions: u32,
    /// Newest event.
    pub updated: Option<Millis>,
    /// Of each [`Dimension`], strongest first.
    pub traits: [Vec<TraitView>; Dimension::COUNT],
    /// Product ids of this visit, oldest first; unknown ones left out.
    pub visit: Vec<String>,
    /// The kind of shoppers that is nearest.
    pub cluster: Option<ClusterView>,
}

/// A category with all that lies below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathView<'a> {
    /// Its path.
    pub key: &'a str,
    /// Its path in the view's language.
    pub label: &'a str,
    /// Categories above it.
    pub level: u32,
    /// Share of all interest in categories, 0–1.
    pub share: f64,
    /// Events behind it.
    pub events: u32,
    /// The last of them.
    pub last: Millis,
}

/// A kind of shoppers, as the shopper sees that it is the nearest.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterView {
    /// Its name: the category by which it differs most from everyone, by path.
    pub id: String,
    /// Share of shoppers that are of it, 0–1.
    pub share: f64,
    /// How much nearer it is than the next, 0–1.
    pub confidence: f64,
    /// The latest event that speaks for or against it.
    pub last: Millis,
}

impl Engine {
    /// The portrait for the shopper to see; empty without consent.
    pub fn portrait(&mut self, now: Millis) -> PortraitSummary {
        self.tick(now);
        let Some(allowed) = self.consent.may_personalize() else { return PortraitSummary::default() };
        let view = self.portrait.view(&allowed);
        let c = &self.catalog;
        let id_of = |k: Key| c.row_of(k).map(|row| c.id(row).to_string());
        let visit = view.visit.steps.iter().filter_map(|m| id_of(m.key)).gather();
        let traits = Dimension::ALL.map(|d| {
            let affinity = view.affinity(d);
            let total = affinity.total();
            affinity.strongest(SHOWN).iter().map(|t| trait_view(c, &self.config, d, t, total)).gather()
        });
        let cluster = nearest(&view, c).map(|n| ClusterView {
            id: n.name.to_string(),
            share: f64::from(n.share) / 1e4,
            confidence: f64::from(n.confidence) / 65_536.0,
            last: n.last,
        });
        let PortraitView { events, sessions, updated, .. } = view;
        PortraitSummary { events, sessions, updated, traits, visit, cluster }
    }

    /// Gives `each` the shopper's interest at every level of the pack's tree of categories, in the pack's order: of each category the sum of its own
    /// trait and of those below it, made at reading, so that nothing is kept twice. Nothing without consent.
    pub fn category_paths(&mut self, now: Millis, each: &mut dyn FnMut(PathView<'_>)) {
        self.tick(now);
        let Some(allowed) = self.consent.may_personalize() else { return };
        let (c, affinity) = (&self.catalog, self.portrait.view(&allowed).affinity(Dimension::Category));
        let total = affinity.total();
        let mut sums = vec![(0_u128, 0_u32, Millis(i64::MIN)); c.category_count()];
        for t in affinity.traits() {
            for x in c.category_of_key(t.key).into_iter().flat_map(|own| c.category_chain(own)) {
                if let Some((value, events, last)) = sums.get_mut(x as usize) {
                    *value += t.value;
                    *events = events.saturating_add(t.events);
                    *last = t.last.max(*last);
                }
            }
        }
        for (x, (value, events, last)) in (0..).zip(sums) {
            if events > 0 {
                let (key, label, level) =
                    (c.category_path(x), c.category_label(x), c.category_chain(x).count() as u32 - 1);
                each(PathView { key, label, level, share: share_of(value, total), events, last });
            }
        }
    }
}

fn share_of(value: u128, total: u128) -> f64 {
    decay::share(value, total, 1_000_000) as f64 / 1e6
}

/// A trait's id and label in the present market and language; empty where the pack does not know it.
pub(super) fn trait_name(c: &Catalog, config: &ProfileConfig, d: Dimension, trait_key: Key) -> (String, String) {
    let named = |key: &str, label: &str| (key.to_string(), label.to_string());
    match d {
        Dimension::Item => c.row_of(trait_key).map(|row| named(c.id(row), c.title(row))),
        Dimension::Category | Dimension::Topic => {
            c.category_of_key(trait_key).map(|x| named(c.category_path(x), c.category_label(x)))
        }
        Dimension::Brand => c.brand_of_key(trait_key).map(|x| named(c.brand_name(x), c.brand_name(x))),
        Dimension::PriceBand => {
            let currency = &c.market().currency;
            let band = (0..128).find(|b| Key::price_band(currency, *b) == trait_key);
            band.map(|b| {
                let (low, high) = money::band_limits(b);
                let text = concat(&[&decimal(low), "-", &decimal(high - 1)]);
                named(&text, &text)
            })
        }
        Dimension::Tag => c.tag_of_key(trait_key).map(|tag| named(tag, tag)),
        Dimension::Hour | Dimension::Weekday => {
            let text = decimal(trait_key.0 as i64);
            Some(named(&text, &text))
        }
        Dimension::Channel | Dimension::ShareChannel => {
            let listed = config.channels.iter().find(|name| Key::channel(name) == trait_key);
            let name = listed.map_or(track::OTHER, String::as_str);
            Some(named(name, name))
        }
        Dimension::Content => CONTENT_KINDS.get(trait_key.0 as usize).map(|kind| named(kind, kind)),
    }
    .unwrap_or_default()
}

fn trait_view(c: &Catalog, config: &ProfileConfig, d: Dimension, t: &Trait, total: u128) -> TraitView {
    let (key, label) = trait_name(c, config, d, t.key);
    TraitView {
        key,
        label,
        share: share_of(t.value, total),
        events: t.events,
        first: t.first,
        last: t.last,
        kinds: t.kinds,
    }
}
