//! The analysis of one shopper: what the portrait's counts, the shop's parameters and the present time say of them (`manual/insights.md`).
//!
//! Pure functions of their arguments; each trait comes with its value, how sure it is, and the events behind it.

mod alert;
mod care;
mod feedback;
mod habit;
mod intent;
mod layer;
pub mod learn;
mod lifecycle;
mod loyalty;
mod need;
pub mod occasion;
mod outlook;
mod pair;
mod price;
pub mod promote;
mod rfm;
pub mod selling;
pub mod settings;
mod social;
mod summary;

pub use alert::{Alert, Limits, alerts};
pub use feedback::promotion_paused;
pub use intent::Intent;
pub use layer::Layer;
pub use lifecycle::{Change, Rhythm, Stage, changes, stage, transition, transitions};
pub use outlook::purchases;
pub use rfm::{Cut, by_id, score};
pub use settings::{Lack, Number, Settings, Source};

use crate::event::EventKind;
use crate::id::Key;
use crate::profile::history::Count;
use crate::profile::orders::Sums;
use crate::profile::{History, PortraitView};
use crate::time::{DAY, MINUTE, Millis};
use alloc::vec::Vec;

/// Entries told of each list.
pub const LISTED: usize = 24;

/// A trait. The numbers are the boundary's; `manual/insights.md` says what the values of each are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Trait {
    /// RFM score of recency, and days since the last order.
    Recency = 0,
    /// RFM score of frequency, and days with an order.
    Frequency = 1,
    /// RFM score of monetary value, and the sum in minor units.
    Monetary = 2,
    /// Number of the [`Layer`], worth 0–1, limit; the strategy as subject.
    Layer = 3,
    /// Number of the [`Stage`], usual gap in days, days of silence.
    Stage = 4,
    /// Stage before, stage after, when.
    Transition = 5,
    /// P(alive).
    Alive = 6,
    /// Purchases to expect, weeks.
    Expected = 7,
    /// Mean value of an order to expect, in minor units.
    OrderValue = 8,
    /// Value to expect, in minor units.
    ExpectedValue = 9,
    /// When a next purchase is likelier than not, chance of one within the horizon.
    NextPurchase = 10,
    /// Churn risk by P(alive).
    Churn = 11,
    /// Churn risk by silence.
    Silence = 12,
    /// Category: interval in days, days since, when it is due.
    DueCategory = 13,
    /// Product: the same.
    DueProduct = 14,
    /// Number of the need, share.
    Need = 15,
    /// Number of the class of needs, share.
    NeedClass = 16,
    /// Chance that a visit shares something.
    Sharing = 17,
    /// Category, share of what the shopper does among others.
    Topic = 18,
    /// Advocacy, 0–100.
    Advocacy = 19,
    /// Satisfaction, 0–100.
    Satisfaction = 20,
    /// The same in a category.
    CategorySatisfaction = 21,
    /// Detractor, passive or promoter, and the answer.
    Nps = 22,
    /// Until when promotions pause.
    Paused = 23,
    /// Loyalty, 0–100.
    Loyalty = 24,
    /// Number of the part, 0–100, weight.
    LoyaltyPart = 25,
    /// Price sensitivity 0–1, share of money, share of orders.
    PriceSensitivity = 26,
    /// Number of the [`Intent`], and the chance of each.
    Intent = 27,
    /// Visits, a week, minutes, steps, share with a single event.
    Visits = 28,
    /// Orders, a week, sum, mean, units each.
    Orders = 29,
    /// Categories and products bought.
    Variety = 30,
    /// Seconds of attention.
    Attention = 31,
    /// Visits that got to each step, and the step where most are lost.
    Funnel = 32,
    /// A product that lies in the cart.
    LeftInCart = 33,
    /// Hour, share.
    Hour = 34,
    /// Weekday, share.
    Weekday = 35,
    /// Channel: visits, orders by first, last, linear, value by linear.
    Channel = 36,
    /// Two products: support, confidence, lift, orders.
    Pair = 37,
    /// Series, expected, seen, z, severity, method, day.
    Alert = 38,
    /// Number of the signal, since when, until when.
    Care = 39,
    /// Share of the satisfied, how many they are, and of how many.
    Csat = 40,
}

impl Trait {
    /// Number of traits.
    pub const COUNT: usize = 41;

    /// Each trait's name, `[]` behind that of a list, then its fields: `@` before what it is about, the rest its values in order, a value that
    /// is the number of a word with the words behind it. Hosts make objects of it.
    pub const SHAPES: [&'static str; Trait::COUNT] = [
        "recency score days",
        "frequency score days",
        "monetary score sum",
        "layer @strategy value:high_value|potential|general|churn_risk worth limit",
        "stage value:new|active|growing|mature|declining|lost gapDays silenceDays",
        "transitions[] from:new|active|growing|mature|declining|lost to:new|active|growing|mature|declining|lost at",
        "alive value",
        "expected value weeks",
        "orderValue value",
        "expectedValue value",
        "nextPurchase at chance",
        "churn value",
        "silence value",
        "dueCategories[] @category intervalDays days due",
        "dueProducts[] @product intervalDays days due",
        "needs[] need:quality|price|delivery|after_sales|experience|personalisation|brand|care|fun|social|points|privileges share",
        "needClasses[] class:basic|expected|interest share",
        "sharing value",
        "topics[] @category share",
        "advocacy value",
        "satisfaction value",
        "categorySatisfaction[] @category value",
        "nps value:detractor|passive|promoter score",
        "paused until",
        "loyalty value",
        "loyaltyParts[] part:satisfaction|loyalty|value|activity|retention value weight",
        "priceSensitivity value discountShare discountedOrders",
        "intent value:browsing|comparing|about_to_buy browsing comparing aboutToBuy",
        "visits count perWeek minutes steps singleShare",
        "orders count perWeek sum mean units",
        "variety categories products",
        "attention seconds",
        "funnel visits views carts checkouts purchases dropOff:visit|view|cart|checkout",
        "leftInCart[] @product days",
        "bestHour hour share",
        "bestWeekday weekday share",
        "channels[] @channel visits firstTouch lastTouch linear linearValue",
        "pairs[] @product @with support ruleConfidence lift orders",
        "alerts[] metric:events|visits|steps|carts|orders expected seen z severity:|warning|alarm method:moving_average|weekday day",
        "care[] signal:after_purchase|silence|after_complaint|birthday since until",
        "csat value satisfied answers",
    ];

    /// The trait's [shape](Trait::SHAPES).
    pub fn shape(self) -> &'static str {
        Trait::SHAPES[self as usize]
    }

    /// True where there may be several.
    pub fn is_list(self) -> bool {
        self.shape().contains("[]")
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.shape().split([' ', '[']).next().unwrap_or("")
    }
}

/// What a trait is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The shopper.
    None,
    /// A product.
    Product(Key),
    /// Two products.
    Pair(Key, Key),
    /// A category.
    Category(Key),
    /// A channel.
    Channel(Key),
    /// A strategy: in English, in Chinese.
    Text(&'a str, &'a str),
}

/// Events of one kind behind a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// What happened.
    pub kind: EventKind,
    /// How often, from when, until when.
    pub count: Count,
}

/// A trait's value and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Insight<'a> {
    /// Which trait.
    pub code: Trait,
    /// What it is about.
    pub subject: Subject<'a>,
    /// Its numbers, and zeros behind them.
    pub numbers: Numbers,
    /// 0–1.
    pub confidence: f64,
    /// The events behind it.
    pub evidence: Vec<Evidence>,
}

/// Numbers of a trait: none has more.
pub type Numbers = [f64; 7];

/// A trait's numbers.
#[inline(never)]
fn numbers(own: &[f64]) -> Numbers {
    let mut all = [0.0; 7];
    for (a, n) in all.iter_mut().zip(own) {
        *a = *n;
    }
    all
}

/// What is behind a trait.
#[derive(Clone, Copy)]
enum Behind<'b> {
    /// All events of these kinds.
    Kinds(&'b [EventKind]),
    /// Some of a kind.
    Some(EventKind, Count),
}

impl Insight<'_> {
    /// Its numbers, as many as its [shape](Trait::SHAPES) has.
    pub fn values(&self) -> &[f64] {
        let n = self.code.shape().split(' ').skip(1).filter(|field| !field.starts_with('@')).count();
        self.numbers.get(..n).unwrap_or(&self.numbers)
    }

    /// Time of the newest event behind it.
    pub fn last(&self) -> Option<Millis> {
        self.evidence.iter().map(|e| e.count.last).max()
    }
}

/// All traits, and those that cannot be told with the reason.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Insights<'a> {
    /// In the order of their numbers; within lists the weightiest first.
    pub known: Vec<Insight<'a>>,
    /// What there is no telling, and why.
    pub absent: Vec<(Trait, Lack)>,
}

impl<'a> Insights<'a> {
    /// The first insight of a kind.
    pub fn first(&self, code: Trait) -> Option<&Insight<'a>> {
        self.known.iter().find(|i| i.code == code)
    }
}

/// What is asked of whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What was counted.
    pub history: &'a History,
    /// What is liked, and the present visit.
    pub view: &'a PortraitView<'a>,
    /// The shop's parameters.
    pub settings: &'a Settings,
    /// Now.
    pub now: Millis,
    /// Minutes by which the shopper's clock is ahead of UTC.
    pub zone: i16,
    /// Digits of minor units in the market's currency.
    pub exponent: u8,
    /// A pause longer than this ends a visit, in milliseconds.
    pub session_gap: i64,
    /// The account's key, as the shop's orders have it; empty for none.
    pub account: &'a str,
    /// Changes of stage are told from here on.
    pub since: Option<Millis>,
    /// The day of the year that the shopper declared for care, the month times 100 and the day, and how sure it is, 0–1.
    pub birthday: Option<(u32, f64)>,
}

/// A question with what all answers need.
#[derive(Debug, Clone, Copy)]
pub struct Shopper<'a> {
    ask: Question<'a>,
    sums: Sums,
    /// The local day.
    today: i64,
}

impl<'a> Shopper<'a> {
    /// The shopper a question is about.
    pub fn new(ask: Question<'a>) -> Shopper<'a> {
        let local = ask.now.plus(i64::from(ask.zone) * MINUTE).0;
        Shopper { ask, sums: ask.history.orders.sums(), today: local.div_euclid(DAY) }
    }

    fn count(&self, kind: EventKind) -> Count {
        self.ask.history.kinds[kind as usize]
    }

    fn number(&self, number: Number) -> Result<f64, Lack> {
        self.ask.settings.number(number)
    }

    /// Several at once: asked for one by one they would be as many branches.
    fn all<const N: usize>(&self, of: [Number; N]) -> Result<[f64; N], Lack> {
        let mut out = [0.0; N];
        self.ask.settings.fill(&of, &mut out)?;
        Ok(out)
    }

    /// How far `n` observations are to be believed: n / (n + doubt), as if `doubt` more had said otherwise.
    fn sure(&self, n: f64) -> f64 {
        n / (n + self.number(Number::Doubt).unwrap_or(1.0))
    }

    /// Notes a trait, or why there is none.
    #[inline(never)]
    fn tell(
        &self,
        out: &mut Insights<'_>,
        code: Trait,
        found: Result<Numbers, Lack>,
        confidence: f64,
        kinds: &[EventKind],
    ) {
        self.tell_of(out, (code, Subject::None), found, confidence, Behind::Kinds(kinds));
    }

    #[inline(never)]
    fn tell_of<'o>(
        &self,
        out: &mut Insights<'o>,
        (code, subject): (Trait, Subject<'o>),
        found: Result<Numbers, Lack>,
        confidence: f64,
        behind: Behind<'_>,
    ) {
        let numbers = match found {
            Ok(numbers) => numbers,
            Err(lack) => {
                out.absent.push((code, lack));
                return;
            }
        };
        let mut evidence = Vec::new();
        match behind {
            Behind::Some(kind, count) => evidence.push(Evidence { kind, count }),
            Behind::Kinds(kinds) => {
                for kind in kinds {
                    let count = self.count(*kind);
                    if count.n > 0 {
                        evidence.push(Evidence { kind: *kind, count });
                    }
                }
            }
        }
        out.known.push(Insight { code, subject, numbers, confidence, evidence });
    }

    /// How many events of these kinds there were.
    fn many(&self, kinds: &[EventKind]) -> f64 {
        let mut n = 0.0;
        for kind in kinds {
            n += f64::from(self.count(*kind).n);
        }
        n
    }

    /// Of some kinds the one that came most often; the last of equals.
    fn most(&self, kinds: &[EventKind]) -> EventKind {
        let mut most = kinds.first().copied().unwrap_or_default();
        for kind in kinds {
            if self.count(*kind).n >= self.count(most).n {
                most = *kind;
            }
        }
        most
    }

    /// Days since a time, at least 0.
    fn days_since(&self, at: Millis) -> f64 {
        self.ask.now.since(at).max(0) as f64 / DAY as f64
    }

    /// Fails where there are no orders.
    fn some_orders(&self) -> Result<f64, Lack> {
        if self.sums.orders == 0 { Err(Lack::EVIDENCE) } else { Ok(f64::from(self.sums.orders)) }
    }
}

/// The square root of what is not negative, by functions that the models bring along: the library's own would be half a kilobyte more.
fn root(x: f64) -> f64 {
    libm::exp(libm::log1p(x - 1.0) / 2.0)
}

/// A part of a whole, 0 where there is no whole.
fn part(of: f64, whole: f64) -> f64 {
    if whole > 0.0 { of / whole } else { 0.0 }
}

/// The mean of what is there, by weight, and the share of all weight that is there; nothing where none is.
fn weighted(parts: &[(f64, Option<f64>)]) -> Option<(f64, f64)> {
    let (mut sum, mut there, mut all) = (0.0, 0.0, 0.0);
    for (weight, value) in parts {
        all += weight;
        if let Some(value) = value {
            sum += weight * value;
            there += weight;
        }
    }
    (there > 0.0).then(|| (sum / there, there / all))
}

/// All that can be told of a shopper.
///
/// # Example: one order is a newcomer's
///
/// ```
/// use nearshelf::insight::{Number, Question, Settings, Stage, Trait, insights};
/// use nearshelf::profile::{History, PortraitView, orders::Order};
/// use nearshelf::{id::Key, time::{DAY, Millis}};
///
/// let mut history = History::default();
/// history.orders.recent.push(Order { at: Millis(90 * DAY), id: Key(1), day: 90, value: Some(2_599), discount: None, units: 1 });
/// let (view, settings) = (PortraitView::nobody(), Settings::default());
/// let now = Millis(97 * DAY);
/// let ask = Question { history: &history, view: &view, settings: &settings, now, zone: 0, exponent: 2, session_gap: 1_800_000, account: "", since: None, birthday: None };
/// let told = insights(ask);
/// assert_eq!(told.first(Trait::Orders).unwrap().values()[2], 2_599.0);
/// // Without the shop's parameters there is no stage, and it is said which one is missing.
/// assert!(told.absent.iter().any(|(what, lack)| *what == Trait::Stage && lack.number() == Some(Number::UsualGap)));
/// ```
pub fn insights(ask: Question<'_>) -> Insights<'_> {
    let s = Shopper::new(ask);
    let mut out = Insights::default();
    rfm::tell(&s, &mut out);
    layer::tell(&s, &mut out);
    lifecycle::tell(&s, &mut out);
    outlook::tell(&s, &mut out);
    need::tell(&s, &mut out);
    social::tell(&s, &mut out);
    feedback::tell(&s, &mut out);
    loyalty::tell(&s, &mut out);
    price::tell(&s, &mut out);
    intent::tell(&s, &mut out);
    summary::tell(&s, &mut out);
    habit::tell(&s, &mut out);
    pair::tell(&s, &mut out);
    alert::tell(&s, &mut out);
    care::tell(&s, &mut out);
    feedback::share(&s, &mut out);
    out
}

#[cfg(test)]
mod tests;
