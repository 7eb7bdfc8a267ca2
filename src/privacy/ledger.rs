//! The ledger: what was spent when, the epoch's one answer, and the budget without which no report can be made.

use super::consent::Report;
pub use super::metric::Metric;
use super::noise::{Epsilon, NoEntropy};
use crate::codec::{Malformed, Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::id::hash;
use crate::time::{DAY, Millis};
use alloc::vec::Vec;
use core::fmt;

/// The format this build writes, and the newest it reads.
const LEDGER: u16 = 1;
/// Spent epochs kept: a year of weeks and the present one.
const HISTORY: usize = 53;
/// Bytes of the longest answer that is remembered.
pub(crate) const LONGEST_ANSWER: usize = 64;

/// An epoch: an ISO week in UTC, counted from the one that holds 1970-01-01.
///
/// # Example: a week begins on Monday, and belongs to the year of its Thursday
///
/// ```
/// use nearshelf::{privacy::ledger::Epoch, time::{DAY, Millis}};
/// let thursday = Millis(0);
/// assert_eq!(Epoch::of(thursday).to_string(), "1970-W01");
/// assert_eq!(Epoch::of(thursday.plus(-3 * DAY)), Epoch::of(thursday.plus(4 * DAY - 1)));
/// assert_eq!(Epoch::of(thursday.plus(4 * DAY)).to_string(), "1970-W02");
/// assert_eq!(Epoch::parse("2026-W53"), Some(Epoch::of(Millis(1_798_761_600_000))));
/// assert_eq!(Epoch::parse("2027-W53"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub i32);

impl Epoch {
    /// The epoch of a time.
    pub fn of(now: Millis) -> Epoch {
        // Day 0 is a Thursday, so Monday is three days before it. Saturation keeps times beyond a host's range apart
        // from none that a host can give.
        let weeks = now.plus(3 * DAY).0.div_euclid(7 * DAY);
        Epoch(weeks.clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX)) as i32)
    }

    /// ISO 8601's year and week: 1 to 53.
    pub fn week(self) -> (i64, u8) {
        let thursday = i64::from(self.0) * 7;
        let year = year_of(thursday);
        (year, ((thursday - first_day(year)) / 7 + 1) as u8)
    }

    /// From ISO 8601's text with a year of four digits, as in `2026-W47`.
    pub fn parse(text: &str) -> Option<Epoch> {
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()).then(|| s.parse::<i64>().ok()).flatten();
        let (year, week) = text.split_once("-W")?;
        if year.len() != 4 || week.len() != 2 {
            return None;
        }
        let (year, week) = (digits(year)?, digits(week)?);
        // The first Thursday of the year: the first multiple of seven from 1 January on.
        let first = -(-first_day(year)).div_euclid(7);
        let epoch = Epoch(i32::try_from(first + week - 1).ok()?);
        (epoch.week() == (year, week as u8)).then_some(epoch)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, week) = self.week();
        write!(f, "{year:04}-W{week:02}")
    }
}

/// The year of a day since 1970-01-01, in the proleptic Gregorian calendar.
fn year_of(day: i64) -> i64 {
    // 400 years have 146,097 days; the guess is off by at most one.
    let guess = 1970 + (day * 400).div_euclid(146_097);
    if day < first_day(guess) {
        guess - 1
    } else if day >= first_day(guess + 1) {
        guess + 1
    } else {
        guess
    }
}

/// 1 January of a year, in days since 1970-01-01.
fn first_day(year: i64) -> i64 {
    let y = year - 1;
    365 * (year - 1970) + (y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)) - 477
}

/// Why there is no report now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The epoch's budget is spent and its answer is gone: after a withdrawal, `forget`, or an unreadable ledger.
    Spent,
    /// The clock shows an epoch before one that was spent already.
    ClockBack,
    /// The host gave no randomness; nothing was spent.
    NoEntropy,
}

impl Refused {
    /// The stable word for a diagnostic.
    pub fn code(self) -> &'static str {
        match self {
            Refused::Spent => "epoch_spent",
            Refused::ClockBack => "clock_went_back",
            Refused::NoEntropy => "no_entropy",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Spent => "the budget of this week is spent",
            Refused::ClockBack => "the clock shows a week before one that was reported",
            Refused::NoEntropy => "the host gave no randomness",
        })
    }
}

impl core::error::Error for Refused {}

impl From<NoEntropy> for Refused {
    fn from(_: NoEntropy) -> Refused {
        Refused::NoEntropy
    }
}

/// One epoch's spending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// When.
    pub epoch: Epoch,
    /// On what.
    pub metric: Metric,
    /// How much, exactly.
    pub epsilon: Epsilon,
}

/// What was spent, one entry an epoch, and the latest epoch's answer. Bounded: at most 53 entries and 600 bytes.
///
/// It belongs to the device, not to an account, and outlives the portrait until its epoch ends.
///
/// # Example: withdrawal leaves the spent epoch, and only until it ends
///
/// ```
/// use nearshelf::privacy::{consent::Consent, ledger::{Ledger, Metric, Refused, Turn}, noise::Epsilon};
/// use nearshelf::time::{DAY, Millis};
/// let ok = Consent::all().may_report().unwrap();
/// let (mut ledger, monday) = (Ledger::default(), Millis(4 * DAY));
/// let Ok(Turn::Open(budget)) = ledger.turn(&ok, monday) else { panic!("a fresh ledger has budget") };
/// budget.spend(Metric::CategoryInterest, Epsilon::MOST, b"the answer");
/// assert!(matches!(ledger.turn(&ok, monday.plus(6 * DAY)), Ok(Turn::Remembered(b"the answer"))));
///
/// ledger.withdraw(monday);
/// assert!(ledger.snapshot().len() <= 16);
/// assert_eq!(ledger.turn(&ok, monday).unwrap_err(), Refused::Spent);
/// ledger.settle(monday.plus(7 * DAY));
/// assert!(ledger.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The latest epoch that was spent; never earlier than the last entry's.
    latest: Option<Epoch>,
    /// Sorted by epoch, each once.
    spent: Vec<Spent>,
    /// The latest epoch's answer; empty when it is gone.
    answer: Vec<u8>,
}

/// What an epoch allows.
#[derive(Debug)]
pub enum Turn<'a> {
    /// The answer was given already: here it is, the same bytes.
    Remembered(&'a [u8]),
    /// Nothing was spent yet.
    Open(Budget<'a>),
}

/// The right to spend one epoch's whole budget, once. Dropping it spends nothing.
///
/// # Example: spending twice does not compile
///
/// ```compile_fail
/// use nearshelf::privacy::{ledger::{Budget, Metric}, noise::Epsilon};
/// fn twice(budget: Budget<'_>) {
///     budget.spend(Metric::CategoryInterest, Epsilon::MOST, b"one");
///     budget.spend(Metric::CategoryInterest, Epsilon::MOST, b"two");
/// }
/// ```
#[derive(Debug)]
pub struct Budget<'a> {
    ledger: &'a mut Ledger,
    epoch: Epoch,
}

impl Budget<'_> {
    /// The epoch it is for.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Enters the spending, and remembers the answer (at most 64 bytes) until the epoch ends.
    pub fn spend(self, metric: Metric, epsilon: Epsilon, answer: &[u8]) {
        let Ledger { latest, spent, answer: remembered } = self.ledger;
        *latest = Some(self.epoch);
        if spent.len() >= HISTORY {
            spent.drain(..=spent.len() - HISTORY);
        }
        spent.push(Spent { epoch: self.epoch, metric, epsilon });
        remembered.clear();
        // An answer that would not come back from the snapshot is not kept: the epoch is then spent without one.
        remembered.extend_from_slice(if answer.len() <= LONGEST_ANSWER { answer } else { &[] });
    }
}

impl Ledger {
    /// What the epoch of `now` allows.
    ///
    /// # Errors
    ///
    /// [`Refused::Spent`] when its answer is gone, [`Refused::ClockBack`] when a later epoch was spent already.
    pub fn turn(&mut self, _: &Report, now: Millis) -> core::result::Result<Turn<'_>, Refused> {
        self.settle(now);
        let epoch = Epoch::of(now);
        match self.latest {
            Some(latest) if latest > epoch => Err(Refused::ClockBack),
            Some(latest) if latest == epoch && self.answer.is_empty() => Err(Refused::Spent),
            Some(latest) if latest == epoch => Ok(Turn::Remembered(&self.answer)),
            _ => Ok(Turn::Open(Budget { ledger: self, epoch })),
        }
    }

    /// Drops what an ended epoch no longer needs: its answer, and the mark that a withdrawal left.
    pub fn settle(&mut self, now: Millis) {
        if self.latest.is_some_and(|latest| latest < Epoch::of(now)) {
            self.answer.clear();
            if self.spent.is_empty() {
                self.latest = None;
            }
        }
    }

    /// Withdrawal and `forget`: only the spent epoch stays, at most 16 bytes, until it ends. Without it, withdrawing and
    /// granting again would buy a second answer.
    pub fn withdraw(&mut self, now: Millis) {
        self.spent.clear();
        self.answer.clear();
        self.settle(now);
    }

    /// What to go on with when a stored ledger cannot be read: the present epoch counts as spent.
    pub fn unreadable(now: Millis) -> Ledger {
        Ledger { latest: Some(Epoch::of(now)), ..Ledger::default() }
    }

    /// The spendings known, oldest first: for the shopper to see.
    pub fn spent(&self) -> &[Spent] {
        &self.spent
    }

    /// True when there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.latest.is_none()
    }

    /// The ledger as bytes; none when it is empty.
    pub fn snapshot(&self) -> Vec<u8> {
        let Some(latest) = self.latest else { return Vec::new() };
        let mut w = Writer::new();
        w.u16(LEDGER);
        w.i32(latest.0);
        if !self.spent.is_empty() {
            w.bytes(&self.answer);
            w.count(self.spent.len());
            for s in &self.spent {
                w.i32(s.epoch.0);
                w.u8(s.metric as u8);
                w.u32(s.epsilon.millionths());
            }
        }
        let mut bytes = w.finish();
        let sum = hash(0, &bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// The ledger in `bytes`.
    ///
    /// # Errors
    ///
    /// `bad_snapshot` when they are cut, changed, or of a newer version; go on with [`Ledger::unreadable`].
    pub fn restore(bytes: &[u8]) -> Result<Ledger> {
        if bytes.is_empty() {
            return Ok(Ledger::default());
        }
        let bad = |what: &'static str| Error::new(Code::BadSnapshot, what);
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(|| bad("the privacy ledger is too short."))?;
        if u64::from_le_bytes(*sum) != hash(0, body) {
            return Err(bad("the privacy ledger was cut or changed."));
        }
        let mut r = Reader::new(body);
        if r.u16() != LEDGER {
            return Err(bad("the privacy ledger is of another version."));
        }
        read(&mut r).map_err(|_| bad("the privacy ledger holds what no ledger holds."))
    }
}

fn read(r: &mut Reader<'_>) -> core::result::Result<Ledger, Malformed> {
    let latest = Epoch(r.i32());
    r.check()?;
    let mut ledger = Ledger { latest: Some(latest), ..Ledger::default() };
    if r.left() == 0 {
        return Ok(ledger);
    }
    ledger.answer = r.bytes().to_vec();
    let n = r.count(9);
    for _ in 0..n {
        let epoch = Epoch(r.i32());
        let metric = Metric::from_byte(r.u8()).ok_or(Malformed)?;
        let epsilon = Epsilon::from_millionths(r.u32()).ok_or(Malformed)?;
        ledger.spent.push(Spent { epoch, metric, epsilon });
    }
    r.end()?;
    let rising = ledger.spent.windows(2).all(|w| w[0].epoch < w[1].epoch);
    let ends = ledger.spent.last().is_some_and(|s| s.epoch == latest);
    let fits = n <= HISTORY && ledger.answer.len() <= LONGEST_ANSWER;
    if rising && ends && fits { Ok(ledger) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const WEEK: i64 = 7 * DAY;
    const NOW: Millis = Millis(1_790_000_000_000);

    fn ok() -> Report {
        Consent::all().may_report().expect("granted")
    }

    fn spend(l: &mut Ledger, now: Millis, answer: &[u8]) {
        let Ok(Turn::Open(budget)) = l.turn(&ok(), now) else { panic!("no budget at {now:?}") };
        budget.spend(Metric::CategoryInterest, Epsilon::MOST, answer);
    }

    #[test]
    fn weeks_are_those_of_iso_8601() {
        // Monday 00:00 UTC of each week in seconds, from the calendar.
        for (monday, text) in [
            (1_104_710_400, "2005-W01"), // 2005-01-03; the two days before it belong to 2004-W53
            (1_104_105_600, "2004-W53"),
            (1_230_508_800, "2009-W01"), // begins on 2008-12-29
            (1_261_958_400, "2009-W53"), // ends on 2010-01-03
            (951_696_000, "2000-W09"),   // 2000-02-28, before a leap day
            (1_763_942_400, "2025-W48"),
            (-259_200, "1970-W01"),
            (-864_000, "1969-W52"),
        ] {
            for at in [monday * 1000, monday * 1000 + WEEK - 1] {
                let epoch = Epoch::of(Millis(at));
                assert_eq!(epoch.to_string(), text);
                assert_eq!(Epoch::parse(text), Some(epoch));
            }
            assert_ne!(Epoch::of(Millis(monday * 1000 - 1)).to_string(), text);
        }
    }

    #[test]
    fn every_week_of_four_digit_years_survives_its_text() {
        let (first, last) = (Epoch::parse("0001-W01").expect("a week"), Epoch::parse("9999-W52").expect("a week"));
        let mut before = (0, 0);
        for e in (first.0..=last.0).step_by(if cfg!(target_arch = "wasm32") { 97 } else { 1 }) {
            let epoch = Epoch(e);
            assert_eq!(Epoch::parse(&epoch.to_string()), Some(epoch));
            assert!(epoch.week() > before, "{epoch}");
            before = epoch.week();
        }
    }

    #[test]
    fn what_is_no_week_is_refused() {
        for text in
            ["", "2026", "2026-W00", "2026-W54", "2025-W53", "2026-47", "2026-W4", "2026-W047", "+026-W47", "2026-W4x"]
        {
            assert_eq!(Epoch::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_at_the_ends_of_the_range_do_not_overflow() {
        for at in [i64::MIN, -8_640_000_000_000_000, 8_640_000_000_000_000, i64::MAX] {
            assert!(!Epoch::of(Millis(at)).to_string().is_empty());
        }
        let text = Epoch::of(Millis(8_640_000_000_000_000)).to_string();
        assert_eq!(text, "275760-W37");
    }

    #[test]
    fn one_answer_an_epoch_and_the_same_until_it_ends() {
        let mut l = Ledger::default();
        let monday = Millis(Epoch::of(NOW).0 as i64 * WEEK - 3 * DAY);
        spend(&mut l, monday, b"first");
        for at in [monday, monday.plus(DAY), monday.plus(WEEK - 1)] {
            assert!(matches!(l.turn(&ok(), at), Ok(Turn::Remembered(b"first"))));
        }
        spend(&mut l, monday.plus(WEEK), b"second");
        assert!(matches!(l.turn(&ok(), monday.plus(WEEK)), Ok(Turn::Remembered(b"second"))));
        assert_eq!(l.spent().len(), 2);
    }

    #[test]
    fn a_clock_that_goes_back_buys_nothing() {
        let mut l = Ledger::default();
        spend(&mut l, NOW, b"x");
        for l in [&mut l.clone(), &mut Ledger::restore(&l.snapshot()).expect("a ledger")] {
            assert_eq!(l.turn(&ok(), NOW.plus(-WEEK)).unwrap_err(), Refused::ClockBack);
            assert!(matches!(l.turn(&ok(), NOW), Ok(Turn::Remembered(b"x"))), "and loses nothing");
            l.withdraw(NOW.plus(-WEEK));
            assert_eq!(l.turn(&ok(), NOW.plus(-WEEK)).unwrap_err(), Refused::ClockBack);
            assert_eq!(l.turn(&ok(), NOW).unwrap_err(), Refused::Spent);
        }
    }

    #[test]
    fn a_budget_that_is_dropped_is_not_spent() {
        let mut l = Ledger::default();
        assert!(matches!(l.turn(&ok(), NOW), Ok(Turn::Open(_))));
        assert!(l.is_empty());
        assert!(matches!(l.turn(&ok(), NOW), Ok(Turn::Open(_))));
    }

    #[test]
    fn withdrawal_leaves_at_most_16_bytes_and_those_end_with_the_epoch() {
        let mut l = Ledger::default();
        spend(&mut l, NOW.plus(-WEEK), b"before");
        spend(&mut l, NOW, b"x");
        l.withdraw(NOW);
        assert!(l.spent().is_empty());
        let left = l.snapshot();
        assert!(left.len() <= 16, "{}", left.len());
        let mut back = Ledger::restore(&left).expect("a ledger");
        assert_eq!(back.turn(&ok(), NOW).unwrap_err(), Refused::Spent);
        back.settle(NOW.plus(WEEK));
        assert!(back.is_empty() && back.snapshot().is_empty());

        let mut idle = Ledger::default();
        spend(&mut idle, NOW.plus(-WEEK), b"before");
        idle.withdraw(NOW);
        assert!(idle.is_empty(), "nothing was spent in this epoch, so nothing stays");
    }

    #[test]
    fn a_ledger_is_bounded_and_survives_its_snapshot() {
        let mut l = Ledger::default();
        for i in 0..120 {
            spend(&mut l, NOW.plus(i * WEEK), &[7; LONGEST_ANSWER]);
            assert_eq!(Ledger::restore(&l.snapshot()).expect("a ledger"), l);
        }
        assert_eq!(l.spent().len(), HISTORY);
        assert_eq!(l.spent()[HISTORY - 1].epoch, Epoch::of(NOW.plus(119 * WEEK)));
        assert!(l.snapshot().len() <= 600);
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused_and_then_the_epoch_is_spent() {
        let mut l = Ledger::default();
        spend(&mut l, NOW, b"answer");
        let bytes = l.snapshot();
        for cut in 1..bytes.len() {
            assert_eq!(Ledger::restore(&bytes[..cut]).unwrap_err().code(), "bad_snapshot", "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Ledger::restore(&bad).is_err(), "bit {bit}");
        }
        assert_eq!(Ledger::unreadable(NOW).turn(&ok(), NOW).unwrap_err(), Refused::Spent);
        assert!(matches!(Ledger::unreadable(NOW).turn(&ok(), NOW.plus(WEEK)), Ok(Turn::Open(_))));
    }

    #[test]
    fn a_sound_sum_over_senseless_content_is_refused() {
        for byte in 0..=255_u8 {
            let mut body = vec![byte; 90];
            body[..2].copy_from_slice(&LEDGER.to_le_bytes());
            let sum = hash(0, &body);
            body.extend_from_slice(&sum.to_le_bytes());
            assert!(Ledger::restore(&body).is_err(), "{byte}");
        }
    }
}
