//! Which offer is put forward to a shopper: a shop's response table over what is understood of them, and whether they buy anyway
//! ([`manual/promotions.md`](crate::manual::promotions)). In thousandths; what each may be used for, and at what price, is not asked here.

use super::{Insights, Trait};
use crate::codec::{Malformed, Reader, Writer};
use alloc::vec::Vec;

/// Kinds of offers, in the order of their numbers.
pub const KINDS: &str = "percent fixed every tiers nth bxgy bundle unit_price gift shipping points";

/// What a response table may weigh, in the order of the numbers.
pub const SPEAKERS: &str = "always basic expected interest quality price delivery after_sales experience personalisation brand care fun social points \
     privileges high_value potential general churn_risk new active growing mature declining lost browsing comparing about_to_buy price_sensitive \
     price_insensitive";

/// Where the needs, layers, stages, intents and price sensitivity begin among them.
const CLASSES: usize = 1;
const NEEDS: usize = 4;
const LAYERS: usize = 16;
const STAGES: usize = 20;
const INTENTS: usize = 26;
const SENSITIVE: usize = 29;
/// How many there are.
const COUNT: usize = SENSITIVE + 2;
/// Rows of a table that are read.
const MOST: usize = 512;
/// Largest weight, either way.
pub const MOST_WEIGHT: i32 = 1_000_000;
/// One, of shares and chances.
const ONE: f64 = 1000.0;
/// A threshold of that much is never reached.
pub const NEVER: u32 = u32::MAX;

/// The place of a word in a list of words.
pub fn place(words: &str, word: &str) -> Option<u8> {
    words.split(' ').position(|w| w == word).map(|i| i as u8)
}

/// How a shop puts offers forward: the pack's section `PROM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoting {
    /// Showings of one offer in a day and in seven, of all offers in a day and in seven, from which on it is not put forward; 0: no cap.
    pub caps: [u32; 4],
    /// Weight below which an offer is not put forward.
    pub least: i32,
    /// Who buys anyway: from this chance of being about to buy on, in thousandths ...
    pub intent: u32,
    /// ... or from this P(alive) on, in thousandths, ...
    pub alive: u32,
    /// ... where the latest order is at most so many days ago.
    pub recent_days: u32,
    /// Price sensitivity from which on nothing is held back, in thousandths.
    pub sensitive: u32,
    /// Kinds that are held back from who buys anyway, a bit each.
    pub discounts: u32,
    /// Number of a kind, number of what speaks for it, how much.
    pub response: Vec<(u8, u8, i32)>,
}

impl Default for Promoting {
    /// Of a pack without the section: everything, in the shop's order.
    fn default() -> Promoting {
        Promoting {
            caps: [0; 4],
            least: i32::MIN,
            intent: NEVER,
            alive: NEVER,
            recent_days: 0,
            sensitive: NEVER,
            discounts: 0,
            response: Vec::new(),
        }
    }
}

impl Promoting {
    /// As the pack's section.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.caps.iter().for_each(|c| w.u32(*c));
        w.i32(self.least);
        [self.intent, self.alive, self.recent_days, self.sensitive, self.discounts].iter().for_each(|x| w.u32(*x));
        w.count(self.response.len());
        for (kind, speaker, weight) in &self.response {
            w.u8(*kind);
            w.u8(*speaker);
            w.i32(*weight);
        }
        w.finish()
    }

    /// From the pack's section.
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn read(bytes: &[u8]) -> Result<Promoting, Malformed> {
        let mut r = Reader::new(bytes);
        let mut p = Promoting { caps: [r.u32(), r.u32(), r.u32(), r.u32()], least: r.i32(), ..Promoting::default() };
        for x in [&mut p.intent, &mut p.alive, &mut p.recent_days, &mut p.sensitive, &mut p.discounts] {
            *x = r.u32();
        }
        for _ in 0..r.count(6).min(MOST) {
            p.response.push((r.u8(), r.u8(), r.i32().clamp(-MOST_WEIGHT, MOST_WEIGHT)));
        }
        r.check()?;
        Ok(p)
    }
}

/// What is understood of a shopper, as a response table weighs it: in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speaking {
    values: [i32; COUNT],
    buys_anyway: bool,
}

impl Speaking {
    /// Of these insights, under these settings.
    pub fn of(all: &Insights<'_>, settings: &Promoting) -> Speaking {
        let mut values = [0; COUNT];
        values[0] = ONE as i32;
        let (mut alive, mut days) = (0.0, f64::INFINITY);
        let mut set = |at: usize, value: f64| {
            if let Some(mine) = values.get_mut(at) {
                // Halves upwards.
                *mine = (value * ONE + 0.5) as i32;
            }
        };
        for insight in &all.known {
            let [first, second, third, fourth, ..] = insight.numbers;
            let nth = first as usize;
            match insight.code {
                Trait::NeedClass => set(CLASSES + nth, second),
                Trait::Need => set(NEEDS + nth, second),
                Trait::Layer => set(LAYERS + nth, 1.0),
                Trait::Stage => set(STAGES + nth, 1.0),
                Trait::Intent => {
                    set(INTENTS, second);
                    set(INTENTS + 1, third);
                    set(INTENTS + 2, fourth);
                }
                Trait::PriceSensitivity => {
                    set(SENSITIVE, first);
                    set(SENSITIVE + 1, 1.0 - first);
                }
                Trait::Alive => alive = first,
                Trait::Recency => days = second,
                _ => {}
            }
        }
        let from = |value: f64, least: u32| value * ONE >= f64::from(least);
        let about_to_buy = from(f64::from(values[INTENTS + 2]) / ONE, settings.intent);
        let loyal = from(alive, settings.alive) && days <= f64::from(settings.recent_days);
        let minds = from(f64::from(values[SENSITIVE]) / ONE, settings.sensitive);
        Speaking { values, buys_anyway: (about_to_buy || loyal) && !minds }
    }

    /// Whether, and how strongly, an offer of this kind is put forward, and the number of what speaks most for it: 0 where nothing of the shopper does.
    pub fn judge(&self, settings: &Promoting, kind: Option<u8>) -> (Verdict, i32, u8) {
        let (mut sum, mut most, mut because) = (0, 0, 0);
        for (_, speaker, weight) in settings.response.iter().filter(|row| Some(row.0) == kind) {
            let says = i64::from(*weight) * i64::from(self.values.get(usize::from(*speaker)).copied().unwrap_or(0));
            sum += says;
            if says > most {
                (most, because) = (says, *speaker);
            }
        }
        let weight = (sum / ONE as i64) as i32;
        let discount = kind.is_some_and(|k| settings.discounts >> (k & 31) & 1 != 0);
        let verdict = if self.buys_anyway && discount {
            Verdict::BuysAnyway
        } else if weight < settings.least {
            Verdict::Weak
        } else {
            Verdict::Forward
        };
        (verdict, weight, because)
    }
}

/// What becomes of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// It is put forward.
    Forward = 0,
    /// It was shown as often as the shop wants.
    Capped = 1,
    /// Offers were shown as often as the shop wants.
    AllCapped = 2,
    /// It is a discount, and the shopper buys anyway.
    BuysAnyway = 3,
    /// Too little speaks for it.
    Weak = 4,
}
