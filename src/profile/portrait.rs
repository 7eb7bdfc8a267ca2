//! The portrait itself: a settled layer, a provisional one for events that may still arrive out of order, and the trail.

use super::visit::{Mark, Trail, Visit};
use super::{Affinity, ProfileConfig};
use crate::event::EventKind;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::time::Millis;

/// What an affinity is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Dimension {
    /// Products.
    Item = 0,
    /// Categories, the product's own (not its ancestors).
    Category = 1,
    /// Brands.
    Brand = 2,
    /// Price bands of a currency.
    PriceBand = 3,
}

/// Traits kept in each dimension.
pub(super) const ROOM: [usize; 4] = [512, 128, 128, 64];
/// Events in the provisional layer.
const PROVISIONAL: usize = 256;
/// Event ids remembered.
pub(super) const IDS: usize = 512;
/// Disliked products remembered.
pub(super) const DISLIKED: usize = 128;

/// What an event says about one product, in keys that outlive the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The product.
    pub product: Key,
    /// Its category.
    pub category: Option<Key>,
    /// Its brand.
    pub brand: Option<Key>,
    /// Its price band.
    pub band: Option<Key>,
}

/// A clean event, in keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Millis,
    /// The host's id for it.
    pub id: Option<Key>,
    /// The products it is about.
    pub facts: Vec<Facts>,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in.
    Yes,
    /// Its id was seen before; nothing changed.
    Duplicate,
    /// It is older than the lateness window allows; nothing changed.
    TooLate,
}

/// A step in the provisional layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) at: Millis,
    pub(super) order: u64,
    pub(super) kind: EventKind,
    pub(super) facts: Vec<Facts>,
}

/// A shopper's portrait. Reading or writing it takes a [`Personalize`] token.
#[derive(Debug, Clone)]
pub struct Portrait {
    pub(super) config: ProfileConfig,
    pub(super) settled: [Affinity; 4],
    /// Sorted by time and arrival.
    pub(super) pending: Vec<Pending>,
    pub(super) trail: Trail,
    pub(super) order: u64,
    pub(super) newest: Option<Millis>,
    pub(super) events: u32,
    pub(super) sessions: u32,
    /// Oldest first.
    pub(super) ids: Vec<Key>,
    /// Oldest first.
    pub(super) disliked: Vec<Key>,
    /// Settled and provisional together; made when asked for.
    merged: Option<[Affinity; 4]>,
}

impl Portrait {
    /// The portrait of a shopper nothing is known of.
    pub fn new(config: ProfileConfig) -> Portrait {
        let config = config.bounded();
        let settled = std::array::from_fn(|d| Affinity::new(config.half_life[d], ROOM[d]));
        Portrait {
            config,
            settled,
            pending: Vec::new(),
            trail: Trail::default(),
            order: 0,
            newest: None,
            events: 0,
            sessions: 0,
            ids: Vec::new(),
            disliked: Vec::new(),
            merged: None,
        }
    }

    /// Takes a step in. Steps within the lateness window may come in any order.
    pub fn take(&mut self, _: &Personalize, step: Step) -> Taken {
        if let Some(newest) = self.newest
            && newest.since(step.at) > self.config.lateness
        {
            return Taken::TooLate;
        }
        if let Some(id) = step.id {
            if self.ids.contains(&id) {
                return Taken::Duplicate;
            }
            if self.ids.len() >= IDS {
                self.ids.remove(0);
            }
            self.ids.push(id);
        }
        self.merged = None;
        self.order += 1;
        self.events = self.events.saturating_add(1);
        self.begin_visit(&step);
        self.walk(&step);
        if step.kind == EventKind::NotInterested {
            self.dislike(&step.facts);
        }
        self.newest = Some(self.newest.map_or(step.at, |n| n.max(step.at)));
        let pending = Pending { at: step.at, order: self.order, kind: step.kind, facts: step.facts };
        let i = self.pending.partition_point(|p| (p.at, p.order) <= (pending.at, pending.order));
        self.pending.insert(i, pending);
        self.settle();
        Taken::Yes
    }

    fn begin_visit(&mut self, step: &Step) {
        let pause = self.newest.map(|n| step.at.since(n));
        let starts = pause.is_none_or(|p| p > self.config.session_gap);
        let announced = step.kind == EventKind::SessionStart && pause.is_some_and(|p| p >= 0);
        if starts || announced {
            self.sessions = self.sessions.saturating_add(1);
        }
    }

    fn walk(&mut self, step: &Step) {
        let (at, order, kind) = (step.at, self.order, step.kind);
        if kind == EventKind::SessionStart {
            self.trail.add(Mark { at, order, kind, key: Key(0) });
        } else if kind.is_step() {
            for f in &step.facts {
                self.trail.add(Mark { at, order, kind, key: f.product });
            }
        }
    }

    fn dislike(&mut self, facts: &[Facts]) {
        for f in facts {
            self.disliked.retain(|k| *k != f.product);
            self.disliked.push(f.product);
        }
        let over = self.disliked.len().saturating_sub(DISLIKED);
        self.disliked.drain(..over);
    }

    /// Moves what can no longer be overtaken into the settled layer: the only place where traits are evicted.
    fn settle(&mut self) {
        let Some(newest) = self.newest else { return };
        let watermark = newest.plus(-self.config.lateness);
        let ripe = self.pending.partition_point(|p| p.at < watermark);
        let ripe = ripe.max(self.pending.len().saturating_sub(PROVISIONAL));
        if ripe == 0 {
            return;
        }
        for p in self.pending.drain(..ripe) {
            add(&mut self.settled, &self.config, &p);
        }
        self.settled.iter_mut().for_each(Affinity::settle);
    }

    /// Everything known, provisional events included.
    pub fn view(&mut self, _: &Personalize) -> PortraitView<'_> {
        let affinities = self.merged.get_or_insert_with(|| {
            let mut all = self.settled.clone();
            for p in &self.pending {
                add(&mut all, &self.config, p);
            }
            all
        });
        PortraitView {
            affinities,
            visit: self.trail.visit(self.config.session_gap),
            disliked: &self.disliked,
            events: self.events,
            sessions: self.sessions,
            updated: self.newest,
        }
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }
}

fn add(layer: &mut [Affinity; 4], config: &ProfileConfig, p: &Pending) {
    let weight = config.weight[p.kind as usize];
    if weight == 0 {
        return;
    }
    let [items, categories, brands, bands] = layer;
    for f in &p.facts {
        items.add(f.product, weight, p.at);
        let others = [(&mut *categories, f.category), (&mut *brands, f.brand), (&mut *bands, f.band)];
        others.into_iter().for_each(|(a, key)| {
            if let Some(key) = key {
                a.add(key, weight, p.at);
            }
        });
    }
}

/// The portrait as it is now.
#[derive(Debug, Clone, Copy)]
pub struct PortraitView<'a> {
    affinities: &'a [Affinity; 4],
    /// The visit that goes on.
    pub visit: Visit<'a>,
    /// Products the shopper does not want to see.
    pub disliked: &'a [Key],
    /// Events taken in.
    pub events: u32,
    /// Visits seen.
    pub sessions: u32,
    /// Time of the newest event.
    pub updated: Option<Millis>,
}

impl<'a> PortraitView<'a> {
    /// The affinity of a dimension.
    pub fn affinity(&self, d: Dimension) -> &'a Affinity {
        &self.affinities[d as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    use crate::time::{DAY, MINUTE};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn allowed() -> Personalize {
        Consent::all().may_personalize().expect("granted")
    }

    fn step(kind: EventKind, product: u64, at: Millis, id: Option<u64>) -> Step {
        let facts = Facts { product: Key(product), category: Some(Key(product % 3)), brand: None, band: None };
        Step { kind, at, id: id.map(Key), facts: vec![facts] }
    }

    fn view(product: u64, at: Millis) -> Step {
        step(EventKind::ViewItem, product, at, None)
    }

    #[test]
    fn the_first_click_is_seen_at_once() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        assert!(p.is_empty());
        assert_eq!(p.take(&ok, view(5, NOW)), Taken::Yes);
        let v = p.view(&ok);
        assert_eq!(v.affinity(Dimension::Item).traits().len(), 1);
        assert_eq!(v.visit.steps.len(), 1);
        assert_eq!((v.events, v.sessions), (1, 1));
    }

    #[test]
    fn within_the_lateness_window_order_does_not_matter() {
        let ok = allowed();
        let steps: Vec<Step> = (0..30).map(|i| view(i % 9, NOW.plus(i as i64 * MINUTE / 2))).collect();
        let run = |order: Vec<usize>| {
            let mut p = Portrait::new(ProfileConfig::default());
            for i in order {
                assert_eq!(p.take(&ok, steps[i].clone()), Taken::Yes);
            }
            // A day later everything has settled.
            p.take(&ok, view(1, NOW.plus(DAY)));
            p.view(&ok);
            (p.settled.clone(), p.merged.clone())
        };
        let straight = run((0..30).collect());
        assert_eq!(straight, run((0..30).rev().collect()));
        assert_eq!(straight, run((0..30).map(|i| (i * 7) % 30).collect()));
    }

    #[test]
    fn a_repeated_id_and_a_step_too_late_change_nothing() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Yes);
        let before = format!("{:?}", p.view(&ok));
        assert_eq!(p.take(&ok, step(EventKind::Purchase, 1, NOW, Some(9))), Taken::Duplicate);
        assert_eq!(p.take(&ok, view(2, NOW.plus(-DAY))), Taken::TooLate);
        assert_eq!(format!("{:?}", p.view(&ok)), before);
    }

    #[test]
    fn a_year_of_a_busy_shopper_stays_bounded() {
        let (mut p, ok) = (Portrait::new(ProfileConfig::default()), allowed());
        for i in 0..20_000_u64 {
            p.take(&ok, step(EventKind::ViewItem, i * i % 7919, NOW.plus(i as i64 * 25 * MINUTE), Some(i)));
        }
        p.take(&ok, step(EventKind::NotInterested, 3, NOW.plus(20_000 * 25 * MINUTE), None));
        assert!(p.settled.iter().zip(ROOM).all(|(a, room)| a.traits().len() <= room));
        assert!(p.pending.len() <= PROVISIONAL && p.ids.len() <= IDS);
        assert_eq!(p.view(&ok).disliked, [Key(3)]);
        let bytes = p.snapshot();
        assert!(bytes.len() <= 64 * 1024, "{} bytes", bytes.len());
    }
}
