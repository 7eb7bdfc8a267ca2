//! Messages of care: what is due to this shopper now, and why the rest is not.

use super::{Asked, Engine};
use crate::catalog::Catalog;
use crate::codec::Malformed;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::insight::occasion::{Due, NO_LIMIT, Occasion, Section, text_in};
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
pub struct Cared<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is for.
    pub occasion: Occasion,
    /// Whether it is shown.
    pub due: Due,
    /// The place of the offer that goes along, among those given.
    pub offer: Option<u32>,
    /// From when until when it is due; twice 0 where nobody looked.
    pub window: [Millis; 2],
    /// What the page shows of it.
    pub card: &'a str,
    /// Its words in the language looked at.
    pub text: &'a str,
}

/// What a shop has to say to this shopper now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Care<'a> {
    /// The treatment of the level: its id, words and limit.
    pub level: Option<(&'a str, &'a str, u32)>,
    /// The hour at which the shopper is here most.
    pub hour: Option<f64>,
    /// The one that goes first stands first.
    pub messages: Vec<Cared<'a>>,
}

/// How often something was shown: in a day, in seven, and within the pause.
type Shown = [u32; 3];

/// The market's section, where the pack has one.
fn section(catalog: &Catalog) -> Result<Option<Section<'_>>> {
    let found = catalog.pack().section(Tag::CARE, catalog.market_index() as u32);
    found.map(Section::open).transpose().map_err(malformed)
}

fn malformed(_: Malformed) -> Error {
    Error::new(Code::PackMalformed, "section CARE or PROM cannot be read.")
}

impl Engine {
    /// What of the market's messages is due.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the shop's settings cannot be read.
    pub fn care<'s>(&'s mut self, now: Millis, asked: &CareAsked<'_>) -> Result<Care<'s>> {
        let now = self.tick(now);
        let mut out = Care::default();
        let (mut paused, mut limit) = (false, NO_LIMIT);
        let mut windows: Vec<Option<[Millis; 2]>> = Vec::new();
        if !asked.neutral {
            self.questioned(now, Asked { zone: asked.zone, ..Asked::default() }, &mut |names, ask| {
                let told = insights(ask);
                let number = |of, at: usize| told.first(of).and_then(|t| t.numbers.get(at).copied());
                paused = number(Trait::Paused, 0).is_some();
                out.hour = number(Trait::Hour, 0);
                // Nothing is known of the worth of who has not bought; a layer without a strategy has no number.
                let layer = number(Trait::Layer, 2).filter(|l| *l >= 0.0 && number(Trait::Orders, 0).is_some());
                limit = layer.map_or(NO_LIMIT, |l| (l * 1000.0 + 0.5) as u32);
                let shopper = Shopper::new(ask);
                // What cannot be read is told below.
                if let Ok(Some(section)) = section(names.catalog) {
                    section.each(&mut |m| windows.push(shopper.occurs(&m, asked.birthday, asked.delivered)));
                }
            })?;
        }

        let this = &*self;
        let Some(all) = section(&this.catalog)? else { return Ok(out) };
        let promoting = this.catalog.pack().section(Tag::PROMOTING, 0).map(Promoting::read).transpose();
        let caps = promoting.map_err(malformed)?.map_or([0; 4], |p| p.caps);
        let language = this.catalog.language_index();
        if let Some(level) = all.level(asked.level) {
            out.level = Some((level.id, text_in(level.texts, language), level.limit));
            if level.limit < NO_LIMIT {
                limit = level.limit;
            }
        }

        let allowed = this.consent.may_personalize().filter(|_| !asked.neutral);
        let looked = allowed.is_some();
        let day = history::local_day(now, asked.zone);
        let pause = all.pause_days.min(7);
        let shown = |id: &str| -> Shown {
            let Some(allowed) = &allowed else { return [0; 3] };
            let key = Key::promotion(id);
            let of = |days| this.portrait.shown_within(allowed, key, day, days);
            [of(1), of(7), of(i64::from(pause))]
        };
        // What this answer shows counts as if it had been shown already.
        let mut together = shown("");
        let mut care = [0; 3];
        all.each(&mut |m| add(&mut care, shown(m.id)));
        let (mut taken, mut windows) = (0_u32, windows.into_iter());
        all.each(&mut |m| {
            let window = windows.next().flatten();
            if !m.is_for(asked.slot, asked.level) {
                return;
            }
            let text = text_in(m.texts.clone(), language);
            let (id, occasion, card) = (m.id, m.occasion, m.card);
            let mut cared = Cared { id, occasion, due: Due::Closed, offer: None, window: [Millis(0); 2], card, text };
            let window = if occasion.is_dated() { m.dated(now, asked.zone) } else { window };
            if let Some(window) = window {
                let mine = shown(id);
                let (offer, lacks) = m.offered(asked.offers, limit);
                let bit = 1_u32 << (occasion.0 & 31);
                (cared.window, cared.offer) = (window, offer);
                cared.due = if taken & bit != 0 {
                    Due::SameOccasion
                } else if paused && occasion != Occasion::COMPLAINT {
                    Due::Paused
                } else if full(&together, &caps, 2) {
                    Due::AllCapped
                } else if full(&mine, &all.caps, 0) || full(&care, &all.caps, 2) {
                    Due::Capped
                } else if care[2] > mine[2] {
                    Due::TooSoon
                } else {
                    lacks
                };
                if !matches!(cared.due, Due::NoOffer | Due::OverLimit) {
                    taken |= bit;
                }
                if cared.due == Due::Now && looked {
                    let more = [1, 1, u32::from(pause > 0)];
                    add(&mut together, more);
                    add(&mut care, more);
                }
            } else if looked || occasion.is_dated() {
                return;
            }
            out.messages.push(cared);
        });
        Ok(out)
    }
}

// By places: loops over two lists at once are more bytes.
fn add(sum: &mut Shown, more: Shown) {
    sum[0] += more[0];
    sum[1] += more[1];
    sum[2] += more[2];
}

/// Whether a cap of a day or of seven is reached, of those from a place on.
fn full(shown: &Shown, caps: &[u32; 4], from: usize) -> bool {
    let reached = |n: u32, cap: u32| cap > 0 && n >= cap;
    let [a, b, c, d] = *caps;
    let [day, week] = if from == 0 { [a, b] } else { [c, d] };
    reached(shown[0], day) || reached(shown[1], week)
}
