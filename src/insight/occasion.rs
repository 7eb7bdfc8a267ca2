//! Messages of care: which of a shop's are due to a shopper, and why the others are not ([`manual/care.md`](crate::manual::care)).

use super::Shopper;
use super::care::day_number;
use crate::codec::{Malformed, Reader, Writer};
use crate::event::EventKind;
use crate::time::{DAY, MINUTE, Millis};
use alloc::string::String;
use alloc::vec::Vec;
use libm::ceil;

/// Occasions, in the order of their numbers.
pub const OCCASIONS: &str = "birthday holiday after_purchase after_complaint silence new member_day";
/// Days of an average year of the calendar, four hundred of them.
const DAYS_OF_400_YEARS: i64 = 146_097;

/// An occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion(pub u8);

impl Occasion {
    /// The shopper's birthday.
    pub const BIRTHDAY: Occasion = Occasion(0);
    /// Days of the shop's calendar.
    pub const HOLIDAY: Occasion = Occasion(1);
    /// An order, or its delivery.
    pub const PURCHASE: Occasion = Occasion(2);
    /// A complaint was settled.
    pub const COMPLAINT: Occasion = Occasion(3);
    /// No order for long.
    pub const SILENCE: Occasion = Occasion(4);
    /// No order yet.
    pub const NEW: Occasion = Occasion(5);
    /// Days of the shop's calendar for its members.
    pub const MEMBER_DAY: Occasion = Occasion(6);

    /// True where the calendar alone tells it.
    pub fn is_dated(self) -> bool {
        self == Occasion::HOLIDAY || self == Occasion::MEMBER_DAY
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        OCCASIONS.split(' ').nth(self.0.into()).unwrap_or("")
    }
}

/// A message of the shop's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// Its id, under which its showings are told.
    pub id: String,
    /// Number of its [`Occasion`].
    pub occasion: u8,
    /// True where it waits for the delivery of an order.
    pub delivery: bool,
    /// Days from the occasion on which it opens, and on which it closes; of a silence in usual gaps.
    pub days: [f64; 2],
    /// Levels that it is for; none: all.
    pub levels: Vec<String>,
    /// Slots in which alone it is due; none: all.
    pub slots: Vec<String>,
    /// Year × 10,000 + month × 100 + day; year 0 is every year, month 0 every month.
    pub dates: Vec<u32>,
    /// Offers that may go along by their ids, each with the most that it takes off, in thousandths of an order; 0: not known.
    pub offers: Vec<(String, u32)>,
    /// What the page shows of it.
    pub card: String,
    /// Its words, one for each language of the pack, or none.
    pub texts: Vec<String>,
}

/// How a level is treated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Level {
    /// Its id.
    pub id: String,
    /// The most that an offer may take off, in thousandths of an order; [`NO_LIMIT`] for any.
    pub limit: u32,
    /// What is done for it, one for each language of the pack, or none.
    pub texts: Vec<String>,
}

/// A level without a limit of its own.
pub const NO_LIMIT: u32 = u32::MAX;

/// A market's care: the pack's section `CARE`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Caring {
    /// Showings of one message in a day and in seven, of all of them in a day and in seven, from which on none is due; 0: no cap.
    pub caps: [u32; 4],
    /// Days after which another message may follow one, the day of that among them.
    pub pause_days: u32,
    /// Levels with a treatment of their own.
    pub levels: Vec<Level>,
    /// The one that goes first stands first.
    pub messages: Vec<Message>,
}

impl Caring {
    /// As the pack's section.
    pub fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        let texts = |w: &mut Writer, all: &[String]| {
            w.count(all.len());
            all.iter().for_each(|text| w.str(text));
        };
        self.caps.iter().for_each(|c| w.u32(*c));
        w.u32(self.pause_days);
        w.count(self.levels.len());
        for level in &self.levels {
            w.str(&level.id);
            w.u32(level.limit);
            texts(&mut w, &level.texts);
        }
        w.count(self.messages.len());
        for m in &self.messages {
            w.str(&m.id);
            w.u8(m.occasion);
            w.u8(u8::from(m.delivery));
            m.days.iter().for_each(|d| w.f64(*d));
            texts(&mut w, &m.levels);
            texts(&mut w, &m.slots);
            w.count(m.dates.len());
            m.dates.iter().for_each(|d| w.u32(*d));
            w.count(m.offers.len());
            for (offer, most) in &m.offers {
                w.str(offer);
                w.u32(*most);
            }
            w.str(&m.card);
            texts(&mut w, &m.texts);
        }
        w.finish()
    }

    /// From the pack's section. A device goes through it where it lies ([`Section`]).
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn read(bytes: &[u8]) -> Result<Caring, Malformed> {
        let section = Section::open(bytes)?;
        let mut all = Caring { caps: section.caps, pause_days: section.pause_days, ..Caring::default() };
        let own = |mut list: Reader<'_>| (0..list.count(4)).map(|_| String::from(list.str())).collect::<Vec<String>>();
        let mut levels = section.levels.clone();
        for _ in 0..levels.count(12) {
            let level = level(&mut levels);
            all.levels.push(Level { id: level.id.into(), limit: level.limit, texts: own(level.texts) });
        }
        section.each(&mut |m| {
            let (mut dates, mut offers) = (m.dates, m.offers);
            all.messages.push(Message {
                id: m.id.into(),
                occasion: m.occasion.0,
                delivery: m.delivery,
                days: m.days,
                levels: own(m.levels),
                slots: own(m.slots),
                dates: (0..dates.count(4)).map(|_| dates.u32()).collect(),
                offers: (0..offers.count(8)).map(|_| (String::from(offers.str()), offers.u32())).collect(),
                card: m.card.into(),
                texts: own(m.texts),
            });
        });
        Ok(all)
    }
}

/// The pack's section where it lies.
#[derive(Debug, Clone)]
pub struct Section<'a> {
    /// As [`Caring`] has them.
    pub caps: [u32; 4],
    /// Days of the pause.
    pub pause_days: u32,
    levels: Reader<'a>,
    messages: Reader<'a>,
}

/// A message where it lies; its lists begin with their counts.
#[derive(Debug, Clone)]
pub struct Listed<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it is for.
    pub occasion: Occasion,
    /// True where it waits for the delivery of an order.
    pub delivery: bool,
    days: [f64; 2],
    levels: Reader<'a>,
    slots: Reader<'a>,
    dates: Reader<'a>,
    offers: Reader<'a>,
    /// What the page shows of it.
    pub card: &'a str,
    /// Its words.
    pub texts: Reader<'a>,
}

/// A level where it lies.
#[derive(Debug, Clone)]
pub struct ListedLevel<'a> {
    /// Its id.
    pub id: &'a str,
    /// As [`Level`] has it.
    pub limit: u32,
    /// What is done for it.
    pub texts: Reader<'a>,
}

/// A list of texts, which the reader is moved behind.
#[inline(never)]
fn texts<'a>(r: &mut Reader<'a>) -> Reader<'a> {
    let list = r.clone();
    for _ in 0..r.count(4) {
        r.str();
    }
    list
}

fn level<'a>(r: &mut Reader<'a>) -> ListedLevel<'a> {
    ListedLevel { id: r.str(), limit: r.u32(), texts: texts(r) }
}

/// True where a list names something, and where it names nothing at all.
fn names(mut list: Reader<'_>, one: &str) -> bool {
    let n = list.count(4);
    n == 0 || (0..n).any(|_| list.str() == one)
}

/// The text of a language, else the first; empty without any.
pub fn text_in<'a>(mut list: Reader<'a>, language: usize) -> &'a str {
    let mut found = "";
    for i in 0..list.count(4) {
        let text = list.str();
        if i == 0 || i == language {
            found = text;
        }
    }
    found
}

impl<'a> Section<'a> {
    /// Goes through it once.
    ///
    /// # Errors
    ///
    /// When it ends early.
    pub fn open(bytes: &'a [u8]) -> Result<Section<'a>, Malformed> {
        let mut r = Reader::new(bytes);
        let caps = [r.u32(), r.u32(), r.u32(), r.u32()];
        let pause_days = r.u32();
        let levels = r.clone();
        for _ in 0..r.count(12) {
            level(&mut r);
        }
        let section = Section { caps, pause_days, levels, messages: r.clone() };
        section.through(&mut r, &mut |_| {});
        r.check()?;
        Ok(section)
    }

    /// Gives each message, the one that goes first first.
    pub fn each(&self, f: &mut dyn FnMut(Listed<'a>)) {
        self.through(&mut self.messages.clone(), f);
    }

    #[inline(never)]
    fn through(&self, r: &mut Reader<'a>, f: &mut dyn FnMut(Listed<'a>)) {
        for _ in 0..r.count(46) {
            let (id, occasion, delivery) = (r.str(), Occasion(r.u8()), r.bool());
            let days = [r.f64(), r.f64()];
            let (levels, slots) = (texts(r), texts(r));
            let dates = r.clone();
            let n = r.count(4);
            r.take(4 * n);
            let offers = r.clone();
            for _ in 0..r.count(8) {
                r.str();
                r.u32();
            }
            let card = r.str();
            f(Listed { id, occasion, delivery, days, levels, slots, dates, offers, card, texts: texts(r) });
        }
    }

    /// The treatment of a level, where it has one.
    pub fn level(&self, id: &str) -> Option<ListedLevel<'a>> {
        let mut r = self.levels.clone();
        for _ in 0..r.count(12) {
            let level = level(&mut r);
            if level.id == id {
                return Some(level);
            }
        }
        None
    }
}

impl Listed<'_> {
    /// True where it may stand in a slot, for a level.
    pub fn is_for(&self, slot: &str, level: &str) -> bool {
        names(self.slots.clone(), slot) && names(self.levels.clone(), level)
    }

    /// When it opens and closes around one of its dates, where it is due now.
    pub fn dated(&self, now: Millis, zone: i16) -> Option<[Millis; 2]> {
        let mut dates = self.dates.clone();
        for _ in 0..dates.count(4) {
            let due = around_date(dates.u32(), self.days, now, zone);
            if due.is_some() {
                return due;
            }
        }
        None
    }

    /// The place of the offer that goes along among some, the best first, and whether the message goes at all; `limit` is the most that one may take off, in
    /// thousandths of an order.
    pub fn offered(&self, offers: &[&str], limit: u32) -> (Option<u32>, Due) {
        let mut own = self.offers.clone();
        let n = own.count(8);
        let mut lacks = if n == 0 || !self.card.is_empty() { Due::Now } else { Due::NoOffer };
        for (at, offer) in offers.iter().enumerate() {
            let mut own = own.clone();
            for _ in 0..n {
                let (id, most) = (own.str(), own.u32());
                if id != *offer {
                    continue;
                }
                if most <= limit {
                    return (Some(at as u32), Due::Now);
                }
                if lacks == Due::NoOffer {
                    lacks = Due::OverLimit;
                }
            }
        }
        (None, lacks)
    }
}

/// From when until when something is due around a date ([`Message::dates`]) by the shopper's calendar, where that is now.
///
/// # Example: three days before the first of May until the day itself
///
/// ```
/// use nearshelf::insight::occasion::around_date;
/// use nearshelf::time::{DAY, Millis};
/// // 2026-05-01 is day 20,574.
/// let due = |day: i64| around_date(501, [-3.0, 1.0], Millis(day * DAY), 0);
/// assert_eq!(due(20_570), None);
/// assert_eq!(due(20_571), Some([Millis(20_571 * DAY), Millis(20_575 * DAY)]));
/// assert!(due(20_574).is_some() && due(20_575).is_none());
/// ```
pub fn around_date(date: u32, days: [f64; 2], now: Millis, zone: i16) -> Option<[Millis; 2]> {
    let year = 1970 + (now.0.div_euclid(DAY) * 400).div_euclid(DAYS_OF_400_YEARS);
    let date = i64::from(date);
    let (own, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    // A window is shorter than a year, so it began at a date of last year, this one or the next.
    for y in year - 1..=year + 1 {
        for m in 1..=12 {
            if own > 0 && own != y || month > 0 && month != m {
                continue;
            }
            let begins = Millis(day_number(y, m, day) * DAY - i64::from(zone) * MINUTE);
            let due = around(begins, now, days);
            if due.is_some() {
                return due;
            }
        }
    }
    None
}

/// From when until when something is due around a time, where that is now.
fn around(at: Millis, now: Millis, days: [f64; 2]) -> Option<[Millis; 2]> {
    let after = |d: f64| at.plus((d * DAY as f64) as i64);
    let window = [after(days[0]), after(days[1])];
    (window[0] <= now && now < window[1]).then_some(window)
}

impl Shopper<'_> {
    /// From when until when a message is due to this shopper, where it is now. `birthday` is the month times 100 and the day, 0 where nobody said it.
    pub fn occurs(&self, m: &Listed<'_>, birthday: u32, delivered: Option<Millis>) -> Option<[Millis; 2]> {
        let (now, zone) = (self.ask.now, self.ask.zone);
        let ordered = self.some_orders().is_ok();
        let (mut days, mut at) = (m.days, None);
        match m.occasion {
            Occasion::BIRTHDAY => {
                let day = if birthday > 0 { birthday } else { self.ask.birthday?.0 };
                return around_date(day, m.days, now, zone);
            }
            Occasion::PURCHASE if m.delivery => at = delivered,
            Occasion::PURCHASE if ordered => at = Some(self.sums.last),
            // What is open is not settled: it pauses everything.
            Occasion::COMPLAINT => {
                at = self.ask.history.appeased.filter(|at| *at >= self.count(EventKind::Complaint).last);
            }
            Occasion::SILENCE if ordered => {
                let gap = self.gap().ok()?;
                // Whole local days, as stages have them.
                days = [ceil(days[0] * gap), ceil(days[1] * gap)];
                at = Some(Millis(self.sums.last_day * DAY - i64::from(zone) * MINUTE));
            }
            Occasion::NEW if !ordered => {
                for count in &self.ask.history.kinds {
                    if count.n > 0 && at.is_none_or(|first| count.first < first) {
                        at = Some(count.first);
                    }
                }
            }
            _ => {}
        }
        around(at?, now, days)
    }
}

/// The number of a day that comes once since 1970-01-01.
#[cfg(feature = "cli")]
pub fn day(date: u32) -> i64 {
    let date = i64::from(date);
    day_number(date / 10_000, date / 100 % 100, date % 100)
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Due {
    /// It is due.
    Now = 0,
    /// It would need a look at the shopper.
    Closed = 1,
    /// Promotions pause.
    Paused = 2,
    /// Promotions and messages together were shown as often as the shop wants.
    AllCapped = 3,
    /// It was, or messages of care were.
    Capped = 4,
    /// Another one was shown a short time ago.
    TooSoon = 5,
    /// None of its offers may be put forward.
    NoOffer = 6,
    /// Each of them costs more than the shopper's level or layer is to.
    OverLimit = 7,
    /// Another one of its occasion comes before it.
    SameOccasion = 8,
}
