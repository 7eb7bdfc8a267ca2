//! The shop's parameters of the analysis, and the pack's section `INSI`.

use super::rfm::Cut;
use crate::codec::{Malformed, Reader, Writer};
use crate::event::EventKind;
use crate::list::Gather;
use crate::text::concat;
use alloc::string::String;
use alloc::vec::Vec;

macro_rules! numbers {
    ($($name:ident = $number:literal, $place:literal, $least:literal, $most:literal, $doc:literal;)*) => {
        /// A number of the shop's. The order is the section's: new ones go to the end.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Number {
            $(#[doc = $doc] $name = $number,)*
        }

        /// Where `shop.toml` has them below `[insight]`, one after the other: a single text is the fewest bytes.
        const PLACES: &str = concat!($($place, " ",)*);

        impl Number {
            /// Every number, in order.
            pub const ALL: [Number; Number::COUNT] = [$(Number::$name,)*];

            /// The least and the most it may be.
            #[cfg(any(feature = "cli", test))]
            pub fn bounds(self) -> [f64; 2] {
                match self {
                    $(Number::$name => [$least, $most],)*
                }
            }
        }
    };
}

numbers! {
    Doubt = 0, "doubt", 0.1, 1e3, "Observations that speak against what few events say.";
    Horizon = 1, "models", 0.1, 5e3, "Weeks that are foretold.";
    R = 2, "models", 1e-9, 1e9, "BG/NBD: r.";
    Alpha = 3, "models", 1e-9, 1e9, "BG/NBD: alpha, in weeks.";
    A = 4, "models", 1e-9, 1e9, "BG/NBD: a.";
    B = 5, "models", 1e-9, 1e9, "BG/NBD: b.";
    P = 6, "models", 1e-9, 1e9, "Gamma-Gamma: p.";
    Q = 7, "models", 1e-9, 1e9, "Gamma-Gamma: q.";
    Gamma = 8, "models", 1e-9, 1e12, "Gamma-Gamma: gamma, in major units.";
    UsualGap = 9, "lifecycle.usual_gap_days", 1.0, 3650.0, "Days between two orders of a usual shopper.";
    GapWeight = 10, "lifecycle.gap_weight", 0.0, 100.0, "Gaps of one's own that the usual one is worth.";
    NewOrders = 11, "lifecycle.new_orders", 0.0, 100.0, "Up to so many days with an order is new.";
    Growing = 12, "lifecycle.growing", 1.0, 100.0, "Factor of orders in the latest period from which on it grows.";
    Declining = 13, "lifecycle.declining", 0.0, 1.0, "Factor up to which it declines.";
    TrendDays = 14, "lifecycle.trend_days", 1.0, 730.0, "Days of a period.";
    DecliningGaps = 15, "lifecycle.declining_gaps", 0.1, 100.0, "Silence in usual gaps that is a decline.";
    LostGaps = 16, "lifecycle.lost_gaps", 0.1, 1000.0, "Silence in usual gaps that is a loss.";
    MatureOrders = 17, "lifecycle.mature_orders", 1.0, 1000.0, "Days with an order from which on one is mature ...";
    MatureDays = 18, "lifecycle.mature_days", 0.0, 3650.0, "... and days since the first of them.";
    LayerFrequency = 19, "layers.frequency", 0.0, 100.0, "Weight of frequency in a shopper's worth.";
    LayerMonetary = 20, "layers.monetary", 0.0, 100.0, "Weight of monetary value.";
    LayerMargin = 21, "layers.margin", 0.0, 100.0, "Weight of what is left after discounts and refunds.";
    HighValue = 22, "layers.high_value", 0.0, 1.0, "Worth of a high-value shopper.";
    PotentialValue = 23, "layers.potential_value", 0.0, 1.0, "Worth of one with potential ...";
    PotentialCarts = 24, "layers.potential_carts", 0.0, 1.0, "... or share of visits that reach the cart ...";
    PotentialDays = 25, "layers.potential_days", 0.0, 3650.0, "... the latest at most so many days ago.";
    ChurnRisk = 26, "layers.churn_risk", 0.0, 1.0, "Churn risk from which on it is the layer.";
    DueFrom = 27, "repurchase.due_from", 0.0, 10.0, "Share of an interval from which on a purchase is due.";
    DueUntil = 28, "repurchase.due_until", 0.0, 100.0, "Share of an interval until which it is.";
    Shrink = 29, "feedback.shrink", 0.0, 1000.0, "Opinions that what is usual is worth.";
    UsualOpinion = 30, "feedback.usual_opinion", -100.0, 100.0, "The usual opinion.";
    ComplaintPause = 31, "feedback.complaint_pause_days", 0.0, 3650.0, "Days without promotions after a complaint.";
    ReturnPause = 32, "feedback.return_pause_days", 0.0, 3650.0, "The same after a return.";
    AdvocacyNps = 33, "advocacy.nps", 0.0, 100.0, "Weight of the net promoter score in advocacy.";
    AdvocacySatisfaction = 34, "advocacy.satisfaction", 0.0, 100.0, "Weight of satisfaction.";
    AdvocacySharing = 35, "advocacy.sharing", 0.0, 100.0, "Weight of sharing.";
    LoyaltySatisfaction = 36, "loyalty.satisfaction", 0.0, 100.0, "Weight of satisfaction in loyalty.";
    LoyaltyLoyalty = 37, "loyalty.loyalty", 0.0, 100.0, "Weight of repeat rate, recommendation, word of mouth.";
    LoyaltyValue = 38, "loyalty.value", 0.0, 100.0, "Weight of value.";
    LoyaltyActivity = 39, "loyalty.activity", 0.0, 100.0, "Weight of activity.";
    LoyaltyRetention = 40, "loyalty.retention", 0.0, 100.0, "Weight of retention.";
    ActivityDays = 41, "loyalty.activity_days", 1.0, 63.0, "Days of activity that count.";
    ActivityVisits = 42, "loyalty.activity_visits", 0.1, 1000.0, "Visits in them that are 63 of 100.";
    PriceAmount = 43, "price.amount", 0.0, 100.0, "Weight of the share of money.";
    PriceOrders = 44, "price.orders", 0.0, 100.0, "Weight of the share of orders.";
    PriceFull = 45, "price.full", 0.01, 1.0, "Share of money taken off that is as sensitive as can be.";
    Lambda = 46, "alerts.lambda", 0.01, 1.0, "Weight of the latest day in the moving average.";
    Warn = 47, "alerts.warn", 0.1, 100.0, "Standard deviations that are a warning.";
    Alarm = 48, "alerts.alarm", 0.1, 1000.0, "Standard deviations that are an alarm.";
    FewestDays = 49, "alerts.fewest_days", 2.0, 62.0, "Fewest days before.";
    FewestWeeks = 50, "alerts.fewest_weeks", 2.0, 8.0, "Fewest same weekdays before.";
    PurchaseFrom = 51, "care.after_purchase_from_days", 0.0, 3650.0, "Care after a purchase begins after so many days ...";
    PurchaseUntil = 52, "care.after_purchase_until_days", 0.0, 3650.0, "... and ends.";
    SilenceGaps = 53, "care.silence_gaps", 0.1, 1000.0, "Silence in usual gaps that asks for care.";
    ComplaintCare = 54, "care.after_complaint_days", 0.0, 3650.0, "Days of care after a complaint.";
    NeedHalfLife = 55, "needs.half_life_days", 1.0, 3650.0, "Half-life of what speaks for a need.";
    PairOrders = 56, "pairs.min_count", 1.0, 1000.0, "Fewest orders with both products.";
    TrendSigma = 57, "lifecycle.trend_sigma", 0.0, 10.0, "Deviations that two periods have to be apart.";
    BirthdayBefore = 58, "care.birthday_before_days", 0.0, 180.0, "Care for a birthday begins so many days before it ...";
    BirthdayAfter = 59, "care.birthday_after_days", 0.0, 180.0, "... and ends so many days after it.";
}

impl Number {
    /// How many there are.
    pub const COUNT: usize = 60;

    /// Where `shop.toml` has it below `[insight]`: table and key, or a key alone; `models` for what comes from a file.
    pub fn place(self) -> &'static str {
        PLACES.split(' ').nth(self as usize).unwrap_or("")
    }
}

/// What there is too little of for a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack(pub u8);

impl Lack {
    /// Events: the shopper has not done yet what it is about.
    pub const EVIDENCE: Lack = Lack(255);
    /// The cuts of RFM.
    pub const CUTS: Lack = Lack(254);
    /// The table of needs.
    pub const NEEDS: Lack = Lack(253);
    /// The table of intents.
    pub const INTENTS: Lack = Lack(252);

    /// What is missing, as `shop.toml` calls it; `events` for what the shopper has not done.
    pub fn name(self) -> String {
        match (self, self.number()) {
            (Lack::CUTS, _) => String::from("insight.cuts"),
            (Lack::NEEDS, _) => String::from("insight.needs"),
            (Lack::INTENTS, _) => String::from("insight.intent"),
            (_, None) => String::from("events"),
            (_, Some(number)) => concat(&["insight.", number.place()]),
        }
    }

    /// The number of the shop's that is missing.
    pub fn number(self) -> Option<Number> {
        Number::ALL.get(usize::from(self.0)).copied()
    }
}

/// What weighs in needs and intents beside kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Source {
    /// Share of orders with a discount, 0–1.
    Discounts = 64,
    /// Share of the strongest brand, 0–1.
    Brand = 65,
    /// How far the overall opinion is below 0, 0–1.
    Discontent = 66,
    /// Share of order days that were not the first, 0–1.
    Repeat = 67,
    /// In this visit: looks at a product seen before in it.
    Again = 68,
    /// In this visit: different products.
    Products = 69,
    /// Always 1.
    Always = 70,
}

impl Source {
    /// Each with its name in `shop.toml`.
    pub const ALL: [(Source, &'static str); 7] = [
        (Source::Discounts, "discounts"),
        (Source::Brand, "brand"),
        (Source::Discontent, "discontent"),
        (Source::Repeat, "repeat"),
        (Source::Again, "again"),
        (Source::Products, "products"),
        (Source::Always, "always"),
    ];
}

/// How much something speaks for a need or an intent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weight {
    /// Number of the need or intent.
    pub of: u8,
    /// Number of a kind of events, or of a [`Source`].
    pub source: u8,
    /// How much.
    pub weight: f64,
}

impl Weight {
    /// The kind of events, where it is one.
    pub fn kind(&self) -> Option<EventKind> {
        EventKind::ALL.get(usize::from(self.source)).copied()
    }

    /// True for this source.
    pub fn is(&self, source: Source) -> bool {
        self.source == source as u8
    }
}

/// What a shop does for a layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strategy {
    /// In English.
    pub text: String,
    /// In Chinese.
    pub text_zh: String,
    /// The most that a treatment may cost, as a share of an order.
    pub limit: f64,
}

/// All parameters; the default has none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// By [`Number`]; NaN, or nothing, for none.
    pub numbers: Vec<f64>,
    /// Where the scores of recency (in negative days), frequency and monetary value (in hundredths) begin, the lowest first.
    pub cuts: [Vec<Cut>; 3],
    /// What speaks for which need.
    pub needs: Vec<Weight>,
    /// What speaks for which intent.
    pub intents: Vec<Weight>,
    /// By layer.
    pub strategies: Vec<Strategy>,
}

/// The place of what comes from a file of its own.
#[cfg(feature = "cli")]
pub(crate) const MODELS: &str = "models";
/// Weights of a table, cuts of a score.
const MOST: usize = 1_000;

impl Settings {
    /// A number of the shop's.
    ///
    /// # Errors
    ///
    /// That it is missing.
    pub fn number(&self, number: Number) -> Result<f64, Lack> {
        let value = self.numbers.get(number as usize).copied().filter(|v| v.is_finite());
        value.ok_or(Lack(number as u8))
    }

    /// Several numbers at once.
    ///
    /// # Errors
    ///
    /// The first that is missing.
    #[inline(never)]
    pub(super) fn fill(&self, of: &[Number], out: &mut [f64]) -> Result<(), Lack> {
        for (number, slot) in of.iter().zip(out) {
            *slot = self.number(*number)?;
        }
        Ok(())
    }

    /// As the pack's section.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.count(self.numbers.len());
        self.numbers.iter().for_each(|n| w.f64(*n));
        for cuts in &self.cuts {
            w.count(cuts.len());
            for cut in cuts {
                w.i64(cut.value);
                w.str(&cut.tie);
            }
        }
        for table in [&self.needs, &self.intents] {
            w.count(table.len());
            for x in table {
                w.u8(x.of);
                w.u8(x.source);
                w.f64(x.weight);
            }
        }
        w.count(self.strategies.len());
        for s in &self.strategies {
            w.str(&s.text);
            w.str(&s.text_zh);
            w.f64(s.limit);
        }
        w.finish()
    }

    /// From the pack's section. Numbers that it does not know are missing; what a later one has behind it is not looked at.
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn read(bytes: &[u8]) -> Result<Settings, Malformed> {
        let mut r = Reader::new(bytes);
        let numbers = (0..r.count(8)).map(|_| r.f64()).gather();
        let mut cuts = [const { Vec::new() }; 3];
        for list in &mut cuts {
            for _ in 0..r.count(12) {
                list.push(Cut { value: r.i64(), tie: String::from(r.str()) });
            }
            list.truncate(MOST);
        }
        let mut tables = [const { Vec::new() }; 2];
        for table in &mut tables {
            for _ in 0..r.count(10) {
                table.push(Weight { of: r.u8(), source: r.u8(), weight: r.f64() });
            }
            table.truncate(MOST);
            table.retain(|x: &Weight| x.weight.is_finite());
        }
        let mut strategies = Vec::new();
        for _ in 0..r.count(16) {
            strategies.push(Strategy { text: String::from(r.str()), text_zh: String::from(r.str()), limit: r.f64() });
        }
        r.check()?;
        let [needs, intents] = tables;
        Ok(Settings { numbers, cuts, needs, intents, strategies })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn settings_survive_the_section_and_no_cut_of_it_is_read() {
        let cut = |value, tie: &str| Cut { value, tie: tie.into() };
        let settings = Settings {
            numbers: alloc::vec![5.0, 39.0],
            cuts: [alloc::vec![cut(-30, "17")], alloc::vec![], alloc::vec![cut(100, ""), cut(900, "b")]],
            needs: alloc::vec![Weight { of: 3, source: 28, weight: 2.0 }],
            intents: alloc::vec![Weight { of: 1, source: 70, weight: -1.0 }],
            strategies: alloc::vec![Strategy { text: "Thank".into(), text_zh: "感谢".into(), limit: 0.1 }],
        };
        let bytes = settings.write();
        assert_eq!(Settings::read(&bytes), Ok(settings.clone()));
        assert!((0..bytes.len()).all(|n| Settings::read(&bytes[..n]).is_err()));
        assert_eq!((settings.number(Number::Horizon), settings.number(Number::R)), (Ok(39.0), Err(Lack(2))));
        assert_eq!((Lack(2).number(), Lack(2).name().as_str()), (Some(Number::R), "insight.models"));
        assert_eq!(Lack(Number::Doubt as u8).name(), "insight.doubt");
        assert_eq!(Lack(Number::LostGaps as u8).name(), "insight.lifecycle.lost_gaps");
        assert_eq!((Lack::EVIDENCE.name(), Lack::CUTS.name()), ("events".into(), "insight.cuts".into()));
        assert!([Lack::EVIDENCE, Lack::CUTS, Lack::NEEDS, Lack::INTENTS].iter().all(|l| l.number().is_none()));
    }

    #[test]
    fn numbers_stand_in_the_order_of_their_places() {
        assert!(Number::ALL.iter().zip(0..).all(|(n, i)| *n as u8 == i));
        assert!(EventKind::COUNT <= Source::Discounts as usize);
    }
}
