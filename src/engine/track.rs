//! Taking events in: what they say goes into the portrait, what cannot be used is counted.

use super::Engine;
use crate::catalog::{Catalog, Found};
use crate::event::EventKind;
use crate::event::clean::{Currency, Drop, Event, RawEvent, clean};
use crate::id::Key;
use crate::insight::learn::{arm_of, creative_arm};
use crate::money::{self, Minor};
use crate::order::Arrange;
use crate::pack::Tag;
#[cfg(feature = "cli")]
use crate::profile::Portrait;
use crate::profile::{Facts, Step, TAGS, Taken, history};
use crate::time::Millis;
use alloc::vec::Vec;

/// What became of tracked events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tracked {
    /// Taken into the portrait.
    pub accepted: u32,
    /// Left out, and counted by reason.
    pub dropped: u32,
}

/// The channel of all that the shop does not list.
pub(super) const OTHER: &str = "other";

/// The currency of the market that is open.
pub(super) fn currency(catalog: &Catalog) -> Currency<'_> {
    let market = catalog.market();
    Currency { code: &market.currency, exponent: market.exponent }
}

impl Engine {
    /// Takes events in, in the order of their time. What cannot be used is counted by reason and nothing else is lost.
    pub fn track(&mut self, now: Millis, events: &[RawEvent<'_>]) -> Tracked {
        self.tick(now);
        let mut result = Tracked::default();
        let Some(allowed) = self.consent.may_personalize() else {
            for _ in events {
                self.drop_event(Drop::NoConsent);
            }
            result.dropped = events.len() as u32;
            return result;
        };
        let mut steps = Vec::with_capacity(events.len());
        // What happens now is not before what happened, whatever the clock says since; what waited for consent happened then, though lists were asked for since.
        let told = self.portrait.newest(&allowed).map_or(now, |newest| newest.max(now));
        for raw in events {
            let mut notes = Notes::default();
            match clean(raw, told, &currency(&self.catalog), &mut |d| notes.add(d)) {
                Ok(event) => match self.step(event, &mut notes) {
                    // A creative stands where others name a kind of content.
                    Some(step) => steps.push((step, raw.details.content)),
                    None => result.dropped += 1,
                },
                Err(reason) => {
                    self.drop_event(reason);
                    result.dropped += 1;
                }
            }
            if notes.has(Drop::UnknownItem) {
                for item in &raw.items {
                    self.find(item.id);
                }
            }
            self.note(notes);
        }
        // Most batches are in order.
        if steps.windows(2).any(|w| w[0].0.at > w[1].0.at) {
            steps.arrange_by_key(|s| s.0.at);
        }
        for (step, creative) in steps {
            let (kind, at, offer) = (step.kind, step.at, step.detail.order);
            let day = history::local_day(at, step.detail.zone);
            let selected = step.facts.first().filter(|_| kind == EventKind::SelectItem).map(|f| f.product);
            match self.portrait.take(&allowed, step) {
                Taken::Yes => {
                    result.accepted += 1;
                    if let Some(product) = selected
                        && let Some(place) = self.place_of(product)
                    {
                        self.portrait.follow_list(&allowed, at, Some(place));
                    }
                    if let (EventKind::ViewPromotion | EventKind::SelectPromotion, Some(offer)) = (kind, offer) {
                        // Each for itself, and all together.
                        let chosen = kind == EventKind::SelectPromotion;
                        for key in [offer, Key::promotion("")] {
                            self.portrait.show(&allowed, key, day, chosen);
                        }
                        // What a shop learns by: the kind of the offer, and the creative that it was shown with.
                        let market = self.catalog.market_index() as u32;
                        let section = self.catalog.pack().section(Tag::LEARNING, market);
                        if let Some(kind) = section.and_then(|s| arm_of(s, offer)) {
                            self.portrait.answer(&allowed, kind, at, chosen);
                            // One that no offer has is the page's word alone, and would take the place of what is known.
                            let creative = Some(creative).filter(|name| !name.is_empty()).map(creative_arm);
                            if let Some(creative) = creative.and_then(|arm| arm_of(section?, arm)) {
                                self.portrait.answer(&allowed, creative, at, chosen);
                            }
                        }
                    }
                    continue;
                }
                Taken::Duplicate => self.drop_event(Drop::Duplicate),
                Taken::TooLate => self.drop_event(Drop::TooLate),
                Taken::Repeated => self.drop_event(Drop::Repeated),
                Taken::Flood => self.drop_event(Drop::Flood),
            }
            result.dropped += 1;
        }
        if result.accepted > 0 && self.portrait.is_hasty() {
            self.drop_event(Drop::Bot);
        }
        result
    }

    /// The place of a product in the latest list that has it.
    fn place_of(&self, product: Key) -> Option<usize> {
        let row = self.catalog.row_of(product)?;
        self.served.iter().rev().find_map(|list| list.items.iter().position(|i| i.row == row))
    }

    /// What an event says, in keys; nothing where all of it is about what needs consent to `sensitive`.
    pub(super) fn step(&self, event: Event<'_>, notes: &mut Notes) -> Option<Step> {
        let mut facts = Vec::with_capacity(event.items.len());
        for i in &event.items {
            let said = self.facts(i.id, i.price, notes);
            if said.category.is_none_or(|c| self.may_know(c)) {
                facts.push(said);
            } else {
                notes.add(Drop::SensitiveItem);
            }
        }
        if facts.is_empty() && !event.items.is_empty() {
            return None;
        }
        let mut detail = event.detail;
        if !event.channel.is_empty() {
            let listed = self.config.channel(event.channel);
            if listed.is_none() {
                notes.add(Drop::UnknownChannel);
            }
            detail.channel = listed.or(Some(Key::channel(OTHER)));
        }
        Some(Step { kind: event.kind, at: event.at, id: event.id, facts, detail })
    }

    /// What an item of an event says, in keys.
    pub(super) fn facts(&self, id: &str, price: Option<Minor>, notes: &mut Notes) -> Facts {
        let Some(found) = self.catalog.find(id) else {
            notes.add(Drop::UnknownItem);
            return Facts {
                product: Key::product(id),
                band: price.map(|m| band(&self.catalog, m)),
                ..Facts::default()
            };
        };
        facts_of(&self.catalog, found, price)
    }

    /// Products have come: what events told of them before counts from now on.
    #[inline(never)]
    pub(super) fn place_events(&mut self) {
        let Some(allowed) = self.consent.may_personalize() else { return };
        let (catalog, sensitive) = (&self.catalog, &self.sensitive);
        let may_know = self.consent.may_be_sensitive();
        let mut refused = false;
        self.portrait.recognise(&allowed, &mut |key| {
            let facts = facts_of(catalog, catalog.find_key(key)?, None);
            if may_know || facts.category.is_none_or(|c| sensitive.binary_search(&c).is_err()) {
                return Some(facts);
            }
            refused = true;
            Some(Facts { product: facts.product, ..Facts::default() })
        });
        if refused {
            self.settle_sensitive();
        }
    }

    /// Takes every event for one of its own, however fast it comes: a log is what happened, told by nobody twice.
    #[cfg(feature = "cli")]
    pub fn trust(&mut self) {
        (self.config.repeat, self.config.per_minute) = (0, u32::MAX);
        self.portrait = Portrait::new(self.config.clone());
    }

    pub(super) fn drop_event(&mut self, reason: Drop) {
        self.drop_many(reason, 1);
    }

    pub(super) fn drop_many(&mut self, reason: Drop, many: u32) {
        let n = &mut self.dropped[reason as usize];
        *n = n.saturating_add(many);
    }

    pub(super) fn note(&mut self, notes: Notes) {
        if notes.0 == 0 {
            return;
        }
        for reason in Drop::ALL {
            if notes.has(reason) {
                self.drop_event(reason);
            }
        }
    }
}

fn band(c: &Catalog, price: Minor) -> Key {
    Key::price_band(&c.market().currency, money::price_band(price))
}

/// What is known of a product, at the price that an event tells or at its own.
#[inline(never)]
fn facts_of(c: &Catalog, found: Found, price: Option<Minor>) -> Facts {
    let listed = || {
        let variant = found.variant.map_or(c.best_variant(found.row), |v| c.variants_of(found.row).start + v);
        c.price_of(variant).now
    };
    let mut tags = [None; TAGS];
    let mut told = c.tag_keys(found.row);
    for mine in &mut tags {
        *mine = told.next();
    }
    Facts {
        product: c.key(found.row),
        category: c.category(found.row).map(|x| c.category_key(x)),
        brand: c.brand(found.row).map(|x| c.brand_key(x)),
        band: price.or_else(listed).map(|m| band(c, m)),
        tags,
        known: true,
    }
}

/// What was wrong with parts of an event: a bit for each reason, since most events have none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Notes(u32);

const _: () = assert!(Drop::COUNT <= 32);

impl Notes {
    pub(super) fn add(&mut self, reason: Drop) {
        self.0 |= 1 << reason as u32;
    }

    fn has(self, reason: Drop) -> bool {
        self.0 >> reason as u32 & 1 != 0
    }
}
