//! What a week held that private reports ask for and nothing else keeps: how far the shopper went, what was chosen from lists, offers, orders.
//!
//! Two weeks are kept, the one that goes on and the latest one that is over, each in a few numbers among the notes (`super::notes`). They are
//! counted only while there is consent to report, and go with it.

use super::notes::Note;
use super::portrait::{Pending, Portrait};
use super::visits::Stage;
use crate::event::EventKind;
use crate::id::Key;
use crate::privacy::consent::Personalize;
use crate::privacy::ledger::Epoch;
use crate::time::{DAY, Millis};

/// Offers of a week that are told apart.
pub const OFFERS: usize = 4;
/// Weeks after a week in which a report may still ask for it.
const WEEKS: i64 = 4;
/// The keys of this week's notes; those of the week before follow. No name's key is so small, and stages are smaller.
const FIRST: u64 = 8;
const SLOTS: u64 = 8;
/// The first key after them.
pub(super) const END: u64 = FIRST + 2 * SLOTS;

// What the notes hold.
const BITS: u64 = 0;
const VALUE: u64 = 1;
const CHANNEL: u64 = 2;
const OFFER: u64 = 4;

// The first note's bits.
const STAGE: u32 = 0;
const SHOWN: u32 = 3;
const CLICK: u32 = 4;
const OUTCOMES: u32 = 11;
/// The furthest place that is told from those after it.
const LAST_PLACE: usize = 127;

/// What became of an offer in a week; the later ones are the further ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Outcome {
    /// It was shown.
    Seen = 1,
    /// It was chosen, or entered at checkout.
    Chosen = 2,
    /// An order was placed with it.
    Used = 3,
}

impl Outcome {
    /// Every outcome, in order.
    pub const ALL: [Outcome; 3] = [Outcome::Seen, Outcome::Chosen, Outcome::Used];
}

/// A week that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Which.
    pub epoch: Epoch,
    /// How far the shopper went.
    pub stage: Stage,
    /// A list of the shelf was shown.
    pub shown: bool,
    /// The foremost place, from 1, at which something was chosen from one; 0 for none.
    pub place: u8,
    /// What the orders came to, in minor units of the market's currency.
    pub value: i64,
    /// By which channel the latest visit with an order came.
    pub channel: Option<Key>,
    /// Keys of offers and codes, and what became of each.
    pub offers: [Option<(Key, Outcome)>; OFFERS],
}

impl Portrait {
    /// Counts weeks from now on, or forgets what was counted.
    pub fn count_weeks(&mut self, counts: bool) {
        self.config.weeks = counts;
        if !counts {
            self.notes.retain(|n| !(FIRST..END).contains(&n.key.0));
        }
    }

    /// A note of an epoch's week; `None` where it is older than what is kept.
    fn of_week(&mut self, epoch: Epoch, slot: u64) -> Option<&mut i64> {
        let until = end(epoch);
        let kept = |notes: &[Note], key| notes.iter().find(|n| n.key.0 == key).map(|n| n.until);
        let mut base = FIRST;
        if let Some(mine) = kept(&self.notes, FIRST) {
            if mine < until {
                // Their order stays: all lie together, and no other key does between them.
                self.notes.retain(|n| !(FIRST + SLOTS..END).contains(&n.key.0));
                let mine = |n: &&mut Note| (FIRST..FIRST + SLOTS).contains(&n.key.0);
                self.notes.iter_mut().filter(mine).for_each(|n| n.key.0 += SLOTS);
            } else if mine > until {
                base += SLOTS;
                kept(&self.notes, base).filter(|of| *of == until)?;
            }
        }
        // What has a note has the first one, which says of which week it is.
        self.note_of(Note { key: Key(base), since: Millis(0), until });
        Some(&mut self.note_of(Note { key: Key(base + slot), since: Millis(0), until })?.since.0)
    }

    /// Notes what an event tells of its week; before it is among the others.
    pub(super) fn follow_week(&mut self, p: &Pending) {
        if !self.config.weeks || p.elsewhere {
            return;
        }
        let epoch = Epoch::of(p.at);
        let Some(bits) = self.of_week(epoch, BITS) else { return };
        let stage = Stage::of(p.kind) as i64 + 1;
        if *bits >> STAGE & 7 < stage {
            *bits = *bits & !7 | stage;
        }
        use EventKind::{AddPaymentInfo, AddShippingInfo, BeginCheckout, Purchase, SelectPromotion, ViewPromotion};
        let outcome = match p.kind {
            ViewPromotion => Some(Outcome::Seen),
            SelectPromotion | BeginCheckout | AddShippingInfo | AddPaymentInfo => Some(Outcome::Chosen),
            Purchase => Some(Outcome::Used),
            _ => None,
        };
        if p.kind == EventKind::Purchase {
            let channel = self.channel_of(p);
            if let (Some(sum), Some(value)) = (self.of_week(epoch, VALUE), p.detail.value) {
                *sum = sum.saturating_add(value.0);
            }
            if let (Some(key), Some(note)) = (channel, self.of_week(epoch, CHANNEL)) {
                *note = key.0 as i64;
            }
        }
        if let (Some(offer), Some(outcome)) = (p.detail.order, outcome) {
            self.follow_offer(epoch, offer, outcome);
        }
    }

    fn follow_offer(&mut self, epoch: Epoch, offer: Key, outcome: Outcome) {
        for i in 0..OFFERS as u64 {
            let Some(note) = self.of_week(epoch, OFFER + i) else { return };
            if *note != 0 && *note != offer.0 as i64 {
                continue;
            }
            *note = offer.0 as i64;
            if let Some(bits) = self.of_week(epoch, BITS) {
                let at = OUTCOMES + 2 * i as u32;
                let furthest = (*bits >> at & 3).max(outcome as i64);
                *bits = *bits & !(3 << at) | furthest << at;
            }
            return;
        }
    }

    /// By which channel the visit of an event came, as far as its events are still one by one.
    fn channel_of(&self, p: &Pending) -> Option<Key> {
        let start = self.trail.visit(self.config.session_gap).start.unwrap_or(p.at);
        let mut visit = self.pending.iter().rev().take_while(|x| x.at >= start).filter(|x| !x.kind.is_social());
        p.detail.channel.or_else(|| visit.find_map(|x| x.detail.channel))
    }

    /// A list of the shelf was shown, or something chosen at a place of one.
    pub fn follow_list(&mut self, _: &Personalize, at: Millis, chosen: Option<usize>) {
        if !self.config.weeks {
            return;
        }
        let Some(bits) = self.of_week(Epoch::of(at), BITS) else { return };
        *bits |= 1 << SHOWN;
        if let Some(place) = chosen {
            let place = (place + 1).min(LAST_PLACE) as i64;
            let before = *bits >> CLICK & 127;
            if before == 0 || place < before {
                *bits = *bits & !(127 << CLICK) | place << CLICK;
            }
        }
    }

    /// The latest week before an epoch in which the shopper was here: at most four weeks back.
    pub fn week_before(&self, _: &Personalize, epoch: Epoch) -> Option<Week> {
        let of = |key: u64| self.notes.iter().find(|n| n.key.0 == key);
        let over =
            |base: &u64| of(*base).is_some_and(|n| n.until < end(epoch) && of_end(n.until).0 >= epoch.0 - WEEKS as i32);
        let base = [FIRST, FIRST + SLOTS].into_iter().find(over)?;
        let number = |slot: u64| of(base + slot).map_or(0, |n| n.since.0);
        let bits = number(BITS);
        let offer = |i: usize| {
            let outcome = (bits >> (OUTCOMES + 2 * i as u32) & 3) as usize;
            Some((Key(number(OFFER + i as u64) as u64), *Outcome::ALL.get(outcome.checked_sub(1)?)?))
        };
        Some(Week {
            epoch: of_end(of(base)?.until),
            stage: Stage::ALL[((bits >> STAGE & 7) as usize).saturating_sub(1).min(Stage::ALL.len() - 1)],
            shown: bits >> SHOWN & 1 == 1,
            place: (bits >> CLICK & 127) as u8,
            value: number(VALUE),
            channel: Some(Key(number(CHANNEL) as u64)).filter(|k| k.0 != 0),
            offers: core::array::from_fn(offer),
        })
    }
}

/// When an epoch's notes are of no use any more: four weeks after it.
fn end(epoch: Epoch) -> Millis {
    Millis((i64::from(epoch.0) + WEEKS + 1) * 7 * DAY - 3 * DAY)
}

fn of_end(until: Millis) -> Epoch {
    Epoch(Epoch::of(until).0.saturating_sub(WEEKS as i32 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Detail;
    use crate::money::Minor;
    use crate::privacy::consent::Consent;
    use crate::profile::{Facts, ProfileConfig, Step};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const WEEK: i64 = 7 * DAY;
    const MONDAY: Millis = Millis(2968 * WEEK - 3 * DAY);

    fn ok() -> Personalize {
        Consent::all().may_personalize().expect("granted")
    }

    fn counted() -> Portrait {
        let mut p = Portrait::new(ProfileConfig::default());
        p.count_weeks(true);
        p
    }

    fn step(kind: EventKind, at: Millis, detail: Detail) -> Step {
        let facts = if kind.needs_product() { vec![Facts { product: Key(99), ..Facts::default() }] } else { vec![] };
        Step { kind, at, id: Some(Key(1_000 + at.0 as u64)), facts, detail }
    }

    #[test]
    fn a_week_is_told_when_it_is_over_and_for_four_weeks() {
        let mut p = counted();
        let (ad, code) = (Key(700), Key(800));
        let with = |channel, order, value: Option<i64>| Detail {
            channel,
            order,
            value: value.map(Minor),
            ..Detail::default()
        };
        p.take(&ok(), step(EventKind::SessionStart, MONDAY, with(Some(Key(77)), None, None)));
        p.take(&ok(), step(EventKind::ViewPromotion, MONDAY.plus(1), with(None, Some(ad), None)));
        p.follow_list(&ok(), MONDAY.plus(2), None);
        p.follow_list(&ok(), MONDAY.plus(3), Some(6));
        p.follow_list(&ok(), MONDAY.plus(3), Some(2));
        p.follow_list(&ok(), MONDAY.plus(3), Some(900));
        p.take(&ok(), step(EventKind::SelectPromotion, MONDAY.plus(4), with(None, Some(ad), None)));
        p.take(&ok(), step(EventKind::Purchase, MONDAY.plus(5), with(None, Some(code), Some(1_250))));
        p.take(&ok(), step(EventKind::Purchase, MONDAY.plus(6), with(None, None, Some(750))));
        p.take(&ok(), step(EventKind::ViewItem, MONDAY.plus(7), Detail::default()));
        let of = Epoch::of(MONDAY);
        assert_eq!(p.week_before(&ok(), of), None, "it goes on");
        let told = Week {
            epoch: of,
            stage: Stage::Purchase,
            shown: true,
            place: 3,
            value: 2_000,
            channel: Some(Key(77)),
            offers: [Some((ad, Outcome::Chosen)), Some((code, Outcome::Used)), None, None],
        };
        for weeks in 1..=4 {
            assert_eq!(p.week_before(&ok(), Epoch(of.0 + weeks)), Some(told));
        }
        assert_eq!(p.week_before(&ok(), Epoch(of.0 + 5)), None);

        // The next week that is begun leaves it as it is, and so does a snapshot.
        p.take(&ok(), step(EventKind::ViewItem, MONDAY.plus(2 * WEEK), Detail::default()));
        let mut p = Portrait::restore(ProfileConfig::default(), &p.snapshot()).expect("a snapshot");
        p.count_weeks(true);
        assert_eq!(p.week_before(&ok(), Epoch(of.0 + 2)), Some(told));
        assert_eq!(p.week_before(&ok(), Epoch(of.0 + 3)).map(|w| (w.epoch.0 - of.0, w.stage)), Some((2, Stage::View)));
        p.take(&ok(), step(EventKind::ViewItem, MONDAY.plus(3 * WEEK), Detail::default()));
        assert_eq!(p.week_before(&ok(), Epoch(of.0 + 3)).map(|w| w.epoch.0 - of.0), Some(2), "two weeks are kept");
        assert_eq!(p.week_before(&ok(), Epoch(of.0 + 2)), None);
    }

    #[test]
    fn nothing_is_counted_without_and_all_goes_with_the_consent() {
        let mut p = Portrait::new(ProfileConfig::default());
        p.take(&ok(), step(EventKind::ViewItem, MONDAY, Detail::default()));
        p.follow_list(&ok(), MONDAY, Some(1));
        assert!(p.notes.is_empty());
        p.count_weeks(true);
        p.take(&ok(), step(EventKind::ViewItem, MONDAY.plus(9), Detail::default()));
        p.tell(&ok(), MONDAY, 3);
        assert!(p.week_before(&ok(), Epoch(2969)).is_some());
        assert_eq!(p.told(&ok()), Some((MONDAY, 3)), "the stage that was told keeps its place");
        p.count_weeks(false);
        assert_eq!((p.notes.len(), p.week_before(&ok(), Epoch(2969))), (1, None));
    }

    #[test]
    fn offers_are_bounded_and_what_is_late_counts_for_its_own_week_or_not_at_all() {
        let mut p = counted();
        let seen =
            |offer, at| step(EventKind::ViewPromotion, at, Detail { order: Some(Key(offer)), ..Detail::default() });
        (0..9).for_each(|i| _ = p.take(&ok(), seen(500 + i, MONDAY.plus(i as i64))));
        let week = p.week_before(&ok(), Epoch(2969)).expect("a week");
        assert_eq!(week.offers.map(|o| o.map_or(0, |(k, _)| k.0)), [500, 501, 502, 503]);
        let sunday = MONDAY.plus(WEEK);
        p.take(&ok(), step(EventKind::ViewItem, sunday, Detail::default()));
        p.take(&ok(), step(EventKind::AddToCart, sunday.plus(-1), Detail::default()));
        assert_eq!(p.week_before(&ok(), Epoch(2969)).map(|w| w.stage), Some(Stage::Cart));
        assert!(p.notes.is_sorted_by_key(|n| n.key));
        let mut fresh = counted();
        fresh.take(&ok(), step(EventKind::ViewItem, sunday, Detail::default()));
        fresh.take(&ok(), step(EventKind::AddToCart, sunday.plus(-1), Detail::default()));
        assert_eq!(fresh.week_before(&ok(), Epoch(2969)), None);
    }
}
