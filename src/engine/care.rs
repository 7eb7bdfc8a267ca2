//! Messages of care: what is due to this shopper now, and why the rest is not.

use super::{Asked, Engine};
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::insight::occasion::{Caring, Due, Message, NO_LIMIT, Occasion};
use crate::insight::promote::Promoting;
use crate::insight::{Shopper, Trait, insights};
use crate::pack::Tag;
use crate::profile::history;
use crate::time::Millis;
use alloc::vec::Vec;

/// What a page hands in when it asks for messages of care.
#[derive(Debug, Clone, Copy, Default)]
pub struct CareAsked<'a> {
    /// Minutes by which the shopper's clock is ahead of UTC.
    pub zone: i16,
    /// True where nobody is looked at.
    pub neutral: bool,
    /// Where it is to stand.
    pub slot: &'a str,
    /// The member's level; empty where there is none.
    pub level: &'a str,
    /// The month of the birthday times 100 and its day; 0 where nobody said it.
    pub birthday: u32,
    /// When the latest order arrived.
    pub delivered: Option<Millis>,
    /// Ids of the offers that may be put forward, the best first.
    pub offers: &'a [&'a str],
}

/// What becomes of a message that is due, or may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cared {
    /// Its place in the section.
    pub message: u32,
    /// Whether it is shown.
    pub due: Due,
    /// The place of the offer that goes along, among those given.
    pub offer: Option<u32>,
    /// From when until when it is due; twice 0 where nobody looked.
    pub window: [Millis; 2],
}

/// How often something was shown: in a day, in seven, and within the pause.
type Shown = [u32; 3];

impl Engine {
    /// What of the market's messages is due, in their order, with the section and the hour at which the shopper is here most.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the shop's settings cannot be read.
    pub fn care(&mut self, now: Millis, asked: &CareAsked<'_>) -> Result<(Caring, Vec<Cared>, Option<f64>)> {
        let now = self.tick(now);
        let (mut out, mut hour) = (Vec::new(), None);
        let malformed = |_| Error::new(Code::PackMalformed, "section CARE or PROM cannot be read.");
        let pack = self.catalog.pack();
        let Some(section) = pack.section(Tag::CARE, self.catalog.market_index() as u32) else {
            return Ok((Caring::default(), out, hour));
        };
        let all = Caring::read(section).map_err(malformed)?;
        let promoting = pack.section(Tag::PROMOTING, 0).map(Promoting::read).transpose().map_err(malformed)?;
        let promoting = promoting.unwrap_or_default();

        // Who is looked at first, so that everything below is one loop for both.
        let (mut paused, mut limit) = (false, NO_LIMIT);
        let mut windows: Vec<Option<[Millis; 2]>> = Vec::new();
        if !asked.neutral {
            self.questioned(now, Asked { zone: asked.zone, ..Asked::default() }, &mut |_, ask| {
                let told = insights(ask);
                let number = |of, at: usize| told.first(of).and_then(|t| t.numbers.get(at).copied());
                paused = number(Trait::Paused, 0).is_some();
                hour = number(Trait::Hour, 0);
                // Nothing is known of the worth of who has not bought; a layer without a strategy has no number.
                let layer = number(Trait::Layer, 2).filter(|l| *l >= 0.0 && number(Trait::Orders, 0).is_some());
                limit = layer.map_or(NO_LIMIT, |l| (l * 1000.0 + 0.5) as u32);
                let shopper = Shopper::new(ask);
                for m in &all.messages {
                    windows.push(shopper.occurs(m, asked.birthday, asked.delivered));
                }
            })?;
        }
        if let Some(level) = all.levels.iter().find(|l| l.id == asked.level && l.limit < NO_LIMIT) {
            limit = level.limit;
        }

        let looked = !windows.is_empty();
        let day = history::local_day(now, asked.zone);
        let shown = |id: &str| -> Shown {
            let Some(allowed) = self.consent.may_personalize().filter(|_| looked) else { return Shown::default() };
            let days = [1, 7, i64::from(all.pause_days).min(7)];
            days.map(|days| self.portrait.shown_within(&allowed, Key::promotion(id), day, days))
        };
        // What this answer shows counts as if it had been shown already.
        let mut together = shown("");
        let mut care = Shown::default();
        for m in &all.messages {
            add(&mut care, shown(&m.id));
        }
        let mut taken = 0_u32;
        for (at, m) in all.messages.iter().enumerate() {
            let named = |list: &[alloc::string::String], one: &str| list.is_empty() || list.iter().any(|x| x == one);
            if !named(&m.slots, asked.slot) || !named(&m.levels, asked.level) {
                continue;
            }
            let occasion = Occasion(m.occasion);
            let mut cared = Cared { message: at as u32, due: Due::Closed, offer: None, window: [Millis(0); 2] };
            let window = if occasion.is_dated() {
                m.dated(&m.dates, now, asked.zone)
            } else if looked {
                windows.get(at).copied().flatten()
            } else {
                out.push(cared);
                continue;
            };
            let Some(window) = window else { continue };
            let mine = shown(&m.id);
            let (offer, lacks) = offered(m, asked.offers, limit);
            let bit = 1_u32 << (m.occasion & 31);
            (cared.window, cared.offer) = (window, offer);
            cared.due = if taken & bit != 0 {
                Due::SameOccasion
            } else if paused && occasion != Occasion::COMPLAINT {
                Due::Paused
            } else if full(&together, &promoting.caps[2..]) {
                Due::AllCapped
            } else if full(&mine, &all.caps[..2]) || full(&care, &all.caps[2..]) {
                Due::Capped
            } else if looked && care[2] > mine[2] {
                Due::TooSoon
            } else {
                lacks
            };
            if !matches!(cared.due, Due::NoOffer | Due::OverLimit) {
                taken |= bit;
            }
            if cared.due == Due::Now && looked {
                let pauses = u32::from(all.pause_days > 0);
                add(&mut together, [1, 1, 0]);
                add(&mut care, [1, 1, pauses]);
            }
            out.push(cared);
        }
        Ok((all, out, hour))
    }
}

fn add(sum: &mut Shown, more: Shown) {
    for (a, b) in sum.iter_mut().zip(more) {
        *a += b;
    }
}

/// Whether a cap of a day or of seven is reached.
fn full(shown: &Shown, caps: &[u32]) -> bool {
    shown.iter().zip(caps).any(|(n, cap)| *cap > 0 && n >= cap)
}

/// The place of the offer that goes along with a message, and whether it goes at all.
fn offered(m: &Message, offers: &[&str], limit: u32) -> (Option<u32>, Due) {
    let mut lacks = if m.offers.is_empty() || !m.card.is_empty() { Due::Now } else { Due::NoOffer };
    for (at, offer) in offers.iter().enumerate() {
        let Some((_, most)) = m.offers.iter().find(|(id, _)| id == offer) else { continue };
        if *most <= limit {
            return (Some(at as u32), Due::Now);
        }
        if lacks == Due::NoOffer {
            lacks = Due::OverLimit;
        }
    }
    (None, lacks)
}
