//! The ledger: what was spent when, the epoch's one answer, and the budget without which no report can be made.

use super::consent::Report;
pub use super::epoch::Epoch;
pub use super::lifetime::Lifetime;
pub use super::metric::Metric;
use super::noise::{Epsilon, NoEntropy};
use crate::codec::{Malformed, Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::id::hash;
use crate::time::Millis;
use alloc::vec::Vec;
use core::fmt;

/// The format this build writes, and the newest it reads.
const LEDGER: u16 = 2;
/// The oldest it reads: without the sum of what was spent, which then is that of its entries.
const FIRST: u16 = 1;
/// Spent epochs kept: a year of weeks and the present one.
const HISTORY: usize = 53;
/// Bytes of the longest answer that is remembered.
pub(crate) const LONGEST_ANSWER: usize = 64;

/// Why there is no report now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The epoch's budget is spent and its answer is gone: after a withdrawal, `forget`, or an unreadable ledger.
    Spent,
    /// The clock shows an epoch before one that was spent already.
    ClockBack,
    /// All that the device may ever spend is spent.
    Lifetime,
    /// The host gave no randomness; nothing was spent.
    NoEntropy,
}

impl Refused {
    /// The stable word for a diagnostic.
    pub fn code(self) -> &'static str {
        match self {
            Refused::Spent => "epoch_spent",
            Refused::ClockBack => "clock_went_back",
            Refused::Lifetime => "lifetime_spent",
            Refused::NoEntropy => "no_entropy",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Spent => "the budget of this week is spent",
            Refused::ClockBack => "the clock shows a week before one that was reported",
            Refused::Lifetime => "the budget of this device is spent for good",
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

/// What was spent, one entry an epoch and their sum, and the latest epoch's answer. Bounded: at most 53 entries and 600 bytes.
///
/// It belongs to the device, not to an account, and outlives the portrait until its epoch ends.
///
/// # Example: being forgotten leaves the spent epoch, and only until it ends
///
/// ```
/// use nearshelf::privacy::{consent::Consent, ledger::{Ledger, Lifetime, Metric, Refused, Turn}, noise::Epsilon};
/// use nearshelf::time::{DAY, Millis};
/// let ok = Consent::all().may_report().unwrap();
/// let (mut ledger, monday) = (Ledger::default(), Millis(4 * DAY));
/// let (epsilon, lifetime) = (Epsilon::MOST, Lifetime::SHIPPED);
/// let Ok(Turn::Open(budget)) = ledger.turn(&ok, monday, epsilon, lifetime) else { panic!("a fresh ledger has budget") };
/// budget.spend(Metric::CategoryInterest, b"the answer");
/// let sunday = ledger.turn(&ok, monday.plus(6 * DAY), epsilon, lifetime);
/// assert!(matches!(sunday, Ok(Turn::Remembered(b"the answer"))));
///
/// ledger.forget(monday);
/// assert!(ledger.snapshot().len() <= 16);
/// assert_eq!(ledger.turn(&ok, monday, epsilon, lifetime).unwrap_err(), Refused::Spent);
/// ledger.settle(monday.plus(7 * DAY));
/// assert!(ledger.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The latest epoch that was spent; never earlier than the last entry's.
    latest: Option<Epoch>,
    /// Sorted by epoch, each once.
    spent: Vec<Spent>,
    /// All that was ever spent, in millionths; no less than the entries' sum.
    total: u32,
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
/// use nearshelf::privacy::ledger::{Budget, Metric};
/// fn twice(budget: Budget<'_>) {
///     budget.spend(Metric::CategoryInterest, b"one");
///     budget.spend(Metric::CategoryInterest, b"two");
/// }
/// ```
#[derive(Debug)]
pub struct Budget<'a> {
    ledger: &'a mut Ledger,
    epoch: Epoch,
    epsilon: Epsilon,
}

impl Budget<'_> {
    /// The epoch it is for.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Enters the spending, and remembers the answer (at most 64 bytes) until the epoch ends.
    pub fn spend(self, metric: Metric, answer: &[u8]) {
        let Budget { ledger: Ledger { latest, spent, total, answer: remembered }, epsilon, .. } = self;
        *total = total.saturating_add(epsilon.millionths());
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
    /// What the epoch of `now` allows: `epsilon`, where that leaves the sum of all epochs within `lifetime`.
    ///
    /// # Errors
    ///
    /// [`Refused::Spent`] when its answer is gone, [`Refused::ClockBack`] when a later epoch was spent already, [`Refused::Lifetime`] when no
    /// answer is left.
    pub fn turn(
        &mut self,
        _: &Report,
        now: Millis,
        epsilon: Epsilon,
        lifetime: Lifetime,
    ) -> core::result::Result<Turn<'_>, Refused> {
        self.settle(now);
        let epoch = Epoch::of(now);
        match self.latest {
            Some(latest) if latest > epoch => Err(Refused::ClockBack),
            Some(latest) if latest == epoch && self.answer.is_empty() => Err(Refused::Spent),
            Some(latest) if latest == epoch => Ok(Turn::Remembered(&self.answer)),
            _ if !lifetime.holds(self.total, epsilon) => Err(Refused::Lifetime),
            _ => Ok(Turn::Open(Budget { ledger: self, epoch, epsilon })),
        }
    }

    /// Drops what an ended epoch no longer needs: its answer, entries of more than a year ago, and the mark that was left of a ledger that was forgotten.
    pub fn settle(&mut self, now: Millis) {
        let epoch = Epoch::of(now);
        self.spent.retain(|s| s.epoch.0 > epoch.0.saturating_sub(HISTORY as i32));
        if self.latest.is_some_and(|latest| latest < epoch) {
            self.answer.clear();
            if self.total == 0 {
                self.latest = None;
            }
        }
    }

    /// Withdrawal of `report` alone: the latest spent epoch and the sum stay, 18 bytes. Without them, withdrawing and granting again would
    /// buy a second answer, or a second lifetime.
    #[inline(never)]
    pub fn withdraw(&mut self, now: Millis) {
        self.spent.clear();
        self.answer.clear();
        self.settle(now);
    }

    /// Withdrawal of `store` and `forget`: only the spent epoch stays, at most 16 bytes, until it ends.
    pub fn forget(&mut self, now: Millis) {
        self.total = 0;
        self.withdraw(now);
    }

    /// What to go on with when a stored ledger cannot be read: the present epoch counts as spent. A host that withdrew without a core to ask
    /// left a zero and the sum; of anything else no sum is known.
    pub fn unreadable(now: Millis, bytes: &[u8]) -> Ledger {
        let total = if let [0, sum @ ..] = bytes { sum.try_into().map_or(0, u32::from_le_bytes) } else { 0 };
        Ledger { latest: Some(Epoch::of(now)), total, ..Ledger::default() }
    }

    /// The spendings known, oldest first: for the shopper to see.
    pub fn spent(&self) -> &[Spent] {
        &self.spent
    }

    /// All that was spent since this ledger began, in millionths, of epochs too that are no longer listed.
    pub fn total(&self) -> u32 {
        self.total
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
        if self.total > 0 {
            w.u32(self.total);
        }
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
        let format = r.u16();
        if !(FIRST..=LEDGER).contains(&format) {
            return Err(bad("the privacy ledger is of another version."));
        }
        read(&mut r, format).map_err(|_| bad("the privacy ledger holds what no ledger holds."))
    }
}

fn read(r: &mut Reader<'_>, format: u16) -> core::result::Result<Ledger, Malformed> {
    let latest = Epoch(r.i32());
    r.check()?;
    let mut ledger = Ledger { latest: Some(latest), ..Ledger::default() };
    if r.left() > 0 && format > FIRST {
        ledger.total = r.u32();
        if ledger.total == 0 {
            return Err(Malformed);
        }
    }
    if r.left() == 0 {
        r.check()?;
        return Ok(ledger);
    }
    ledger.answer = r.bytes().to_vec();
    let (n, mut sum) = (r.count(9), 0);
    for _ in 0..n {
        let epoch = Epoch(r.i32());
        let metric = Metric::from_byte(r.u8()).ok_or(Malformed)?;
        let epsilon = Epsilon::from_millionths(r.u32()).ok_or(Malformed)?;
        ledger.spent.push(Spent { epoch, metric, epsilon });
        sum += epsilon.millionths();
    }
    r.end()?;
    if format == FIRST {
        ledger.total = sum;
    }
    let rising = ledger.spent.windows(2).all(|w| w[0].epoch < w[1].epoch);
    let ends = ledger.spent.last().is_some_and(|s| s.epoch == latest);
    let fits = n <= HISTORY && ledger.answer.len() <= LONGEST_ANSWER;
    if rising && ends && fits && sum <= ledger.total { Ok(ledger) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::consent::Consent;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::time::DAY;

    const WEEK: i64 = 7 * DAY;
    const NOW: Millis = Millis(1_790_000_000_000);

    fn ok() -> Report {
        Consent::all().may_report().expect("granted")
    }

    fn spend(l: &mut Ledger, now: Millis, answer: &[u8]) {
        let Ok(Turn::Open(budget)) = turn(l, now) else { panic!("no budget at {now:?}") };
        budget.spend(Metric::CategoryInterest, answer);
    }

    fn turn(l: &mut Ledger, now: Millis) -> core::result::Result<Turn<'_>, Refused> {
        l.turn(&ok(), now, Epsilon::MOST, Lifetime::from_millionths(1_000_000_000).expect("in range"))
    }

    #[test]
    fn one_answer_an_epoch_and_the_same_until_it_ends() {
        let mut l = Ledger::default();
        let monday = Millis(Epoch::of(NOW).0 as i64 * WEEK - 3 * DAY);
        spend(&mut l, monday, b"first");
        for at in [monday, monday.plus(DAY), monday.plus(WEEK - 1)] {
            assert!(matches!(turn(&mut l, at), Ok(Turn::Remembered(b"first"))));
        }
        spend(&mut l, monday.plus(WEEK), b"second");
        assert!(matches!(turn(&mut l, monday.plus(WEEK)), Ok(Turn::Remembered(b"second"))));
        assert_eq!(l.spent().len(), 2);
    }

    #[test]
    fn a_clock_that_goes_back_buys_nothing() {
        let mut l = Ledger::default();
        spend(&mut l, NOW, b"x");
        for l in [&mut l.clone(), &mut Ledger::restore(&l.snapshot()).expect("a ledger")] {
            assert_eq!(turn(l, NOW.plus(-WEEK)).unwrap_err(), Refused::ClockBack);
            assert!(matches!(turn(l, NOW), Ok(Turn::Remembered(b"x"))), "and loses nothing");
            l.withdraw(NOW.plus(-WEEK));
            assert_eq!(turn(l, NOW.plus(-WEEK)).unwrap_err(), Refused::ClockBack);
            assert_eq!(turn(l, NOW).unwrap_err(), Refused::Spent);
        }
    }

    #[test]
    fn a_budget_that_is_dropped_is_not_spent() {
        let mut l = Ledger::default();
        assert!(matches!(turn(&mut l, NOW), Ok(Turn::Open(_))));
        assert!(l.is_empty());
        assert!(matches!(turn(&mut l, NOW), Ok(Turn::Open(_))));
    }

    #[test]
    fn forgetting_leaves_at_most_16_bytes_and_those_end_with_the_epoch() {
        let mut l = Ledger::default();
        spend(&mut l, NOW.plus(-WEEK), b"before");
        spend(&mut l, NOW, b"x");
        l.forget(NOW);
        assert!(l.spent().is_empty());
        let left = l.snapshot();
        assert!(left.len() <= 16, "{}", left.len());
        let mut back = Ledger::restore(&left).expect("a ledger");
        assert_eq!(turn(&mut back, NOW).unwrap_err(), Refused::Spent);
        back.settle(NOW.plus(WEEK));
        assert!(back.is_empty() && back.snapshot().is_empty());

        let mut idle = Ledger::default();
        spend(&mut idle, NOW.plus(-WEEK), b"before");
        idle.forget(NOW);
        assert!(idle.is_empty(), "nothing was spent in this epoch, so nothing stays");
    }

    #[test]
    fn withdrawing_and_granting_again_buys_no_second_lifetime() {
        let three = Lifetime::from_f64(6.0).expect("in range");
        let mut l = Ledger::default();
        for week in 0..3 {
            let now = NOW.plus(week * WEEK);
            let Ok(Turn::Open(budget)) = l.turn(&ok(), now, Epsilon::MOST, three) else { panic!("week {week}") };
            budget.spend(Metric::FunnelStage, b"x");
            l.withdraw(now);
            assert!(l.spent().is_empty());
            assert_eq!(l.snapshot().len(), 18);
            l = Ledger::restore(&l.snapshot()).expect("a ledger");
        }
        assert_eq!(l.total(), 6_000_000);
        let later = NOW.plus(400 * WEEK);
        for epsilon in [Epsilon::MOST, Epsilon::LEAST] {
            assert_eq!(l.turn(&ok(), later, epsilon, three).unwrap_err(), Refused::Lifetime);
        }
        assert_eq!(l.turn(&ok(), NOW, Epsilon::MOST, three).unwrap_err(), Refused::ClockBack, "and the clock is held");
        l.forget(later);
        assert!(l.is_empty(), "who is forgotten begins anew");
    }

    #[test]
    fn the_lifetime_counts_what_is_no_longer_listed_and_leaves_what_was_answered() {
        let cap = Lifetime::from_f64(200.0).expect("in range");
        let mut l = Ledger::default();
        let mut week = 0;
        let refused = loop {
            match l.turn(&ok(), NOW.plus(week * WEEK), Epsilon::MOST, cap) {
                Ok(Turn::Open(budget)) => budget.spend(Metric::CategoryInterest, b"x"),
                Ok(Turn::Remembered(_)) => panic!("the week is new"),
                Err(refused) => break refused,
            }
            let answered = l.turn(&ok(), NOW.plus(week * WEEK), Epsilon::MOST, cap);
            assert!(matches!(answered, Ok(Turn::Remembered(b"x"))), "the last answer is given again too");
            l = Ledger::restore(&l.snapshot()).expect("a ledger");
            week += 1;
        };
        assert_eq!((refused, week, l.spent().len(), l.total()), (Refused::Lifetime, 100, HISTORY - 1, 200_000_000));
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
        assert_eq!(turn(&mut Ledger::unreadable(NOW, &bytes[1..]), NOW).unwrap_err(), Refused::Spent);
        assert!(matches!(turn(&mut Ledger::unreadable(NOW, &[0]), NOW.plus(WEEK)), Ok(Turn::Open(_))));
        let mut left = Ledger::unreadable(NOW, &[&[0][..], &999_000_000_u32.to_le_bytes()].concat());
        assert_eq!((left.total(), turn(&mut left, NOW.plus(WEEK)).unwrap_err()), (999_000_000, Refused::Lifetime));
    }

    #[test]
    fn entries_of_more_than_a_year_ago_go_and_their_sum_stays() {
        let mut l = Ledger::default();
        spend(&mut l, NOW, b"x");
        spend(&mut l, NOW.plus(WEEK), b"y");
        l.settle(NOW.plus(53 * WEEK));
        assert_eq!(l.spent().len(), 1);
        assert_eq!(Ledger::restore(&l.snapshot()).expect("a ledger"), l);
        l.settle(NOW.plus(54 * WEEK));
        assert_eq!((l.spent().len(), l.total(), l.snapshot().len()), (0, 4_000_000, 18));
        assert_eq!(Ledger::restore(&l.snapshot()).expect("a ledger"), l);
    }

    #[test]
    fn a_sum_below_its_entries_is_refused() {
        let mut l = Ledger::default();
        spend(&mut l, NOW, b"x");
        l.total = 1_999_999;
        assert_eq!(Ledger::restore(&l.snapshot()).unwrap_err().code(), "bad_snapshot");
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
