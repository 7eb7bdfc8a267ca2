//! Which offers are put forward: by what is understood of the shopper, by how often they were shown, and by what was chosen of them.

use super::{Asked, Engine};
use crate::error::{Code, Error, Result};
use crate::id::{Key, hash};
use crate::insight::insights;
use crate::insight::learn::{Belief, CERTAIN, Lessons, Rival, Tally, chances, creative_arm, kind_arm, winner};
use crate::insight::promote::{KINDS, Promoting, Speaking, Verdict, place};
use crate::order::Arrange;
use crate::pack::Tag;
use crate::privacy::consent::Personalize;
use crate::profile::{Portrait, history};
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// What is drawn from, where: without a seed nothing is drawn, and what is expected decides.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chances<'a> {
    /// Of this shelf.
    pub seed: Option<f64>,
    /// The place on the page.
    pub slot: &'a str,
    /// Offers that the page shows; what comes after is not drawn.
    pub places: usize,
    /// Creatives that are not for this shopper, each with its offer's id before it.
    pub withheld: &'a [(&'a str, &'a str)],
}

/// What becomes of an offer that may be put forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// Its place among those given.
    pub at: u32,
    /// Whether it is.
    pub verdict: Verdict,
    /// How much speaks for it.
    pub weight: i32,
    /// The number of what speaks most for it among [`SPEAKERS`](crate::insight::promote::SPEAKERS); 0 where nothing of the shopper does.
    pub because: u8,
    /// How often its kind is expected to be chosen, in 1/65,536; 0 where nothing is learnt.
    pub rate: u32,
    /// How likely it was to stand here, after what stands before it, in millionths; 0 where nothing was drawn.
    pub propensity: u32,
    /// The creative to show it with, and how likely that was; of an offer without creatives an empty text.
    pub creative: (String, u32),
}

/// What a page is drawn by.
struct Draw<'a> {
    lessons: Lessons<'a>,
    portrait: &'a Portrait,
    allowed: &'a Personalize,
    now: Millis,
    /// What is drawn from while the portrait stands still; `None`: nothing is drawn.
    seed: Option<u64>,
    withheld: &'a [(&'a str, &'a str)],
}

/// What may take a place: its weight, what was seen of its arm, and the arm.
type Candidate = (u32, Tally, Key);

impl Draw<'_> {
    /// What is thought of an arm: the prior and the answers.
    fn seen(&self, arm: Key, prior: Tally) -> Tally {
        prior.plus(self.portrait.answers(self.allowed, arm, self.now))
    }

    /// Which takes a place, and how likely that was: 0 where nothing is drawn.
    fn pick(&self, place: &[u8], all: &[Candidate]) -> (usize, u32) {
        let Some(seed) = self.seed else {
            let (mut best, mut most) = (0, 0);
            for (k, (weight, seen, _)) in all.iter().enumerate() {
                let worth = u64::from(*weight) * u64::from(seen.rate());
                if worth > most {
                    (best, most) = (k, worth);
                }
            }
            return (best, 0);
        };
        if all.len() < 2 {
            return (0, CERTAIN);
        }
        let seed = hash(seed, place);
        let mut rivals = Vec::with_capacity(all.len());
        all.iter().for_each(|(weight, seen, _)| rivals.push(Rival { weight: *weight, belief: Belief::of(*seen) }));
        let won = winner(&rivals, &|k| hash(seed, &all[k].2.0.to_le_bytes()));
        (won, chances(&rivals)[won])
    }

    /// The creative of an offer among those for this shopper, and how likely it was.
    fn creative(&self, id: &str) -> (String, u32) {
        let offer = Key::promotion(id);
        let mut names = self.lessons.creatives(offer);
        names.retain(|name| !self.withheld.contains(&(id, name)));
        let prior = self.lessons.prior("");
        let mut all = Vec::with_capacity(names.len());
        for name in &names {
            let arm = creative_arm(name);
            all.push((1, self.seen(arm, prior), arm));
        }
        let (won, propensity) = self.pick(&offer.0.to_le_bytes(), &all);
        names.get(won).map_or((String::new(), 0), |name| (String::from(*name), propensity))
    }

    /// Puts offers, best first, in the order of what was learnt, as many as there are places. Of a kind the weightiest goes first, so that kinds rival for each place;
    /// where no table weighs anything, `even`, all weigh the same. What nothing speaks for stays behind.
    fn order(&self, offers: &[(&str, &str)], even: bool, places: usize, out: &mut [Forwarded]) {
        let mut open: Vec<(Candidate, &str)> = Vec::new();
        for f in out.iter_mut() {
            let weight = if even { 1 } else { u32::try_from(f.weight).unwrap_or(0) };
            if f.verdict != Verdict::Forward || weight == 0 {
                break;
            }
            let kind = offers[f.at as usize].1;
            let arm = kind_arm(kind);
            let seen = self.seen(arm, self.lessons.prior(kind));
            f.rate = seen.rate();
            open.push(((weight, seen, arm), kind));
        }
        for place in 0..open.len().min(places) {
            let (mut firsts, mut all) = (Vec::new(), Vec::new());
            for (i, (candidate, kind)) in open.iter().enumerate().skip(place) {
                if open[place..i].iter().all(|before| before.1 != *kind) {
                    firsts.push(i);
                    all.push(*candidate);
                }
            }
            let (won, propensity) = self.pick(&(place as u32).to_le_bytes(), &all);
            for i in (place..firsts[won]).rev() {
                open.swap(i, i + 1);
                out.swap(i, i + 1);
            }
            out[place].propensity = propensity;
            out[place].creative = self.creative(offers[out[place].at as usize].0);
        }
    }
}

impl Engine {
    /// What becomes of offers that may be put forward, each with its id and kind: those that are, best first and of equals in the order given, then the others;
    /// with their places among those given, their weights, and what speaks most for each. Where the shop learns (section `LERN`), the order is that of weights times
    /// rates that `drawn` draws. With them the number of events that the portrait holds. Nothing without consent to personalize.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the shop's parameters cannot be read.
    pub fn put_forward(
        &mut self,
        now: Millis,
        zone: i16,
        drawn: Chances<'_>,
        offers: &[(&str, &str)],
    ) -> Result<(Vec<Forwarded>, u32)> {
        let mut out = Vec::new();
        let Some(allowed) = self.consent.may_personalize() else { return Ok((out, 0)) };
        let malformed = |_| Error::new(Code::PackMalformed, "section PROM or LERN cannot be read.");
        let section = self.catalog.pack().section(Tag::PROMOTING, 0);
        let settings = section.map(Promoting::read).transpose().map_err(malformed)?.unwrap_or_default();
        let mut speaking = None;
        self.questioned(now, Asked { zone, ..Asked::default() }, &mut |_, ask| {
            speaking = Some(Speaking::of(&insights(ask), &settings));
        })?;
        let events = self.portrait.view(&allowed).events;
        let Some(speaking) = speaking else { return Ok((out, events)) };
        let market = self.catalog.market_index() as u32;
        let section = self.catalog.pack().section(Tag::LEARNING, market);
        let lessons = section.map(Lessons::read).transpose().map_err(malformed)?;
        let day = history::local_day(self.clock, zone);
        // Whether a cap of a day or of seven is reached.
        let full = |key, caps: &[u32]| {
            let shown = self.portrait.shown(&allowed, key, day);
            shown.iter().zip(caps).any(|(n, cap)| *cap > 0 && n >= cap)
        };
        let all = full(Key::promotion(""), &settings.caps[2..]);
        for (at, (id, kind)) in offers.iter().enumerate() {
            let (mut verdict, weight, because) = speaking.judge(&settings, place(KINDS, kind));
            if full(Key::promotion(id), &settings.caps[..2]) {
                verdict = Verdict::Capped;
            }
            if all {
                verdict = Verdict::AllCapped;
            }
            let at = at as u32;
            out.push(Forwarded { at, verdict, weight, because, rate: 0, propensity: 0, creative: Default::default() });
        }
        out.arrange_by_key(|f| (f.verdict != Verdict::Forward, core::cmp::Reverse(f.weight)));
        if let Some(lessons) = lessons {
            let seed = drawn.seed.map(|seed| {
                let seed = hash(seed.to_bits(), drawn.slot.as_bytes());
                hash(seed, &events.to_le_bytes())
            });
            let withheld = drawn.withheld;
            let draw = Draw { lessons, portrait: &self.portrait, allowed: &allowed, now: self.clock, seed, withheld };
            draw.order(offers, settings.response.is_empty(), drawn.places, &mut out);
        }
        Ok((out, events))
    }
}
