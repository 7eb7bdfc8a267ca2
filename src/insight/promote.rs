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

/// Where the classes of needs, needs, layers, stages, intents and price sensitivity begin among them; and two that no table names.
const CLASSES: f64 = 1.0;
const NEEDS: f64 = 4.0;
const LAYERS: f64 = 16.0;
const STAGES: f64 = 20.0;
const INTENTS: f64 = 26.0;
const SENSITIVE: f64 = 29.0;
const ALIVE: f64 = 31.0;
const DAYS: f64 = 32.0;
/// How many there are.
const COUNT: usize = 33;
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
        let mut n = [0; 10];
        n.iter_mut().for_each(|n| *n = r.u32());
        let [a, b, c, d, least, intent, alive, recent_days, sensitive, discounts] = n;
        let (caps, least) = ([a, b, c, d], least as i32);
        let mut p = Promoting { caps, least, intent, alive, recent_days, sensitive, discounts, response: Vec::new() };
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
        // Halves upwards; what is no number is nothing.
        let mut set = |at: f64, value: f64| {
            if let Some(mine) = values.get_mut(at as usize) {
                *mine = (value * ONE + 0.5) as i32;
            }
        };
        set(0.0, 1.0);
        set(DAYS, f64::MAX);
        for insight in &all.known {
            let [a, b, c, d, ..] = insight.numbers;
            let (at, value) = match insight.code {
                Trait::NeedClass => (CLASSES + a, b),
                Trait::Need => (NEEDS + a, b),
                Trait::Layer => (LAYERS + a, 1.0),
                Trait::Stage => (STAGES + a, 1.0),
                Trait::Intent => {
                    set(INTENTS, b);
                    set(INTENTS + 1.0, c);
                    (INTENTS + 2.0, d)
                }
                Trait::PriceSensitivity => {
                    set(SENSITIVE + 1.0, 1.0 - a);
                    (SENSITIVE, a)
                }
                Trait::Alive => (ALIVE, a),
                Trait::Recency => (DAYS, b),
                _ => continue,
            };
            set(at, value);
        }
        let from = |at: f64, least: u32| values[at as usize] as u32 >= least;
        let recent = values[DAYS as usize] as u32 <= settings.recent_days.saturating_mul(ONE as u32);
        let buys = from(INTENTS + 2.0, settings.intent) || from(ALIVE, settings.alive) && recent;
        Speaking { values, buys_anyway: buys && !from(SENSITIVE, settings.sensitive) }
    }

    /// What one of [`SPEAKERS`] says, in thousandths; 0 for what is none.
    pub fn value(&self, speaker: u8) -> i32 {
        self.values.get(usize::from(speaker)).copied().unwrap_or(0)
    }

    /// Whether, and how strongly, an offer of this kind is put forward, and the number of what speaks most for it: 0 where nothing of the shopper does.
    pub fn judge(&self, settings: &Promoting, kind: Option<u8>) -> (Verdict, i32, u8) {
        let (mut sum, mut most, mut because) = (0, 0, 0);
        for (_, speaker, weight) in settings.response.iter().filter(|row| Some(row.0) == kind) {
            let says = i64::from(*weight) * i64::from(self.value(*speaker));
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

#[cfg(test)]
mod tests {
    use super::super::{Insight, Subject};
    use super::*;
    use alloc::vec;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn told(traits: &[(Trait, [f64; 4])]) -> Insights<'static> {
        let known = traits.iter().map(|(code, [a, b, c, d])| Insight {
            code: *code,
            subject: Subject::None,
            numbers: [*a, *b, *c, *d, 0.0, 0.0, 0.0],
            confidence: 1.0,
            evidence: vec![],
        });
        Insights { known: known.collect(), absent: vec![] }
    }

    fn of(word: &str) -> u8 {
        place(SPEAKERS, word).expect(word)
    }

    const PERCENT: Option<u8> = Some(0);
    const GIFT: Option<u8> = Some(8);

    fn settings() -> Promoting {
        let response = vec![
            (0, of("always"), 1_000),
            (0, of("price_sensitive"), 4_000),
            (0, of("churn_risk"), 1_500),
            (8, of("interest"), 3_000),
            (8, of("price_insensitive"), 2_000),
            (8, of("comparing"), 1_000),
        ];
        Promoting {
            least: 500,
            intent: 600,
            alive: 900,
            recent_days: 30,
            sensitive: 700,
            discounts: 1,
            response,
            ..Promoting::default()
        }
    }

    #[test]
    fn the_words_stand_where_their_numbers_say() {
        for (word, at) in [
            ("basic", CLASSES),
            ("quality", NEEDS),
            ("high_value", LAYERS),
            ("new", STAGES),
            ("browsing", INTENTS),
            ("price_sensitive", SENSITIVE),
        ] {
            assert_eq!(f64::from(of(word)), at, "{word}");
        }
        assert_eq!(SPEAKERS.split(' ').count(), ALIVE as usize);
        assert_eq!(KINDS.split(' ').count(), 11);
    }

    #[test]
    fn needs_layers_and_price_sensitivity_move_the_choice_and_are_named() {
        let s = settings();
        let judge = |traits: &[(Trait, [f64; 4])], kind| Speaking::of(&told(traits), &s).judge(&s, kind);
        // Nothing is known: only what speaks always does.
        assert_eq!(judge(&[], PERCENT), (Verdict::Forward, 1_000, 0));
        assert_eq!(judge(&[], GIFT), (Verdict::Weak, 0, 0));
        let sensitive = [(Trait::PriceSensitivity, [0.75, 0.0, 0.0, 0.0]), (Trait::Layer, [3.0, 0.0, 0.0, 0.0])];
        assert_eq!(judge(&sensitive, PERCENT), (Verdict::Forward, 1_000 + 3_000 + 1_500, of("price_sensitive")));
        assert_eq!(judge(&sensitive, GIFT), (Verdict::Forward, 500, of("price_insensitive")));
        let playful = [
            (Trait::NeedClass, [2.0, 0.5, 0.0, 0.0]),
            (Trait::PriceSensitivity, [0.0; 4]),
            (Trait::Intent, [1.0, 0.2, 0.5, 0.3]),
        ];
        assert_eq!(judge(&playful, GIFT), (Verdict::Forward, 1_500 + 2_000 + 500, of("price_insensitive")));
        assert_eq!(judge(&playful, PERCENT), (Verdict::Forward, 1_000, 0));
        assert_eq!(judge(&playful, None), (Verdict::Weak, 0, 0), "a kind that the table does not know");
    }

    #[test]
    fn a_discount_is_held_back_from_who_buys_anyway_unless_prices_matter_to_them() {
        let s = settings();
        let judge = |traits: &[(Trait, [f64; 4])], kind| Speaking::of(&told(traits), &s).judge(&s, kind).0;
        let about = (Trait::Intent, [2.0, 0.1, 0.3, 0.6]);
        let alive = (Trait::Alive, [0.9, 0.0, 0.0, 0.0]);
        let bought = |days| (Trait::Recency, [5.0, days, 0.0, 0.0]);
        let minds = |v| (Trait::PriceSensitivity, [v, 0.0, 0.0, 0.0]);
        assert_eq!(judge(&[about], PERCENT), Verdict::BuysAnyway);
        assert_eq!(judge(&[(Trait::Intent, [1.0, 0.1, 0.31, 0.59])], PERCENT), Verdict::Forward);
        assert_eq!(judge(&[alive, bought(30.0)], PERCENT), Verdict::BuysAnyway);
        assert_eq!(judge(&[alive, bought(31.0)], PERCENT), Verdict::Forward);
        assert_eq!(judge(&[alive], PERCENT), Verdict::Forward, "nobody knows of an order");
        assert_eq!(judge(&[about, minds(0.7)], PERCENT), Verdict::Forward);
        assert_eq!(
            judge(&[about, minds(0.69), (Trait::NeedClass, [2.0, 1.0, 0.0, 0.0])], GIFT),
            Verdict::Forward,
            "a gift is no discount"
        );
        let open = Promoting::default();
        assert_eq!(Speaking::of(&told(&[about, alive]), &open).judge(&open, PERCENT), (Verdict::Forward, 0, 0));
    }

    #[test]
    fn the_section_is_read_as_written_and_no_cut_of_it() {
        let bytes = settings().write();
        assert_eq!(Promoting::read(&bytes), Ok(settings()));
        assert!((0..bytes.len()).all(|n| Promoting::read(&bytes[..n]).is_err()));
        let wild = Promoting { response: vec![(255, 255, i32::MIN); 600], ..settings() };
        let read = Promoting::read(&wild.write()).expect("it ends where it says");
        assert_eq!(
            Speaking::of(&told(&[(Trait::Need, [f64::NAN, f64::INFINITY, 0.0, 0.0])]), &read).judge(&read, Some(255)).1,
            0
        );
    }
}
