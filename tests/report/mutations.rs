//! What would break the claim is broken on purpose, and the same checks that hold for the code must refuse it.
//!
//! A device is anything that answers epochs. The checks take the real one and each mutated one alike.

use super::{NOW, WEEK, seeded};
use nearshelf::id::Key;
use nearshelf::privacy::consent::Consent;
use nearshelf::privacy::ledger::{Ledger, Lifetime};
use nearshelf::privacy::noise::{Answer, Epsilon, Mechanism, Noise};
use nearshelf::report::{NoisedReport, ReportSchema, of_epoch};
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Draws of 32 bits that an answer compares.
const S: f64 = 4_294_967_296.0;

/// A mechanism as a table: the chances that a symbol is told when it is the truth, and when it is not, in draws of 2^32.
#[derive(Debug, Clone, Copy)]
struct Table {
    mechanism: Mechanism,
    truth: u64,
    other: u64,
}

impl Table {
    fn of(noise: &Noise) -> Table {
        Table { mechanism: noise.mechanism(), truth: noise.truth(), other: u64::from(noise.other()) }
    }

    /// The check: the larger odds over the smaller, held against e^ε from below, in integers of 128 bits.
    fn keeps_to(&self, epsilon: Epsilon) -> bool {
        // e^ε from below in 2^-40, from the series; ε is at most 2.
        let (mut term, mut sum) = (1_u128 << 40, 0_u128);
        for i in 1..=40_u128 {
            sum += term;
            term = term * u128::from(epsilon.millionths()) / (1_000_000 * i);
        }
        let s = 1_u128 << 32;
        let (p, q) = (u128::from(self.truth), u128::from(self.other));
        let (most, least) = match self.mechanism {
            Mechanism::KaryResponse => (p.max(q), p.min(q)),
            Mechanism::UnaryEncoding => {
                let (a, b) = (p * (s - q), q * (s - p));
                (a.max(b) / s, a.min(b) / s)
            }
        };
        // 2^-40 of the series is below one draw's part, which is what a threshold off by one changes by 2^-29 or more.
        least > 0 && most << 40 <= least * (sum + 64)
    }

    /// The answer to truth among `k` symbols is told more often than each other.
    fn tells(&self) -> bool {
        self.truth > self.other
    }
}

fn every_noise() -> impl Iterator<Item = (Noise, Epsilon)> {
    [Mechanism::KaryResponse, Mechanism::UnaryEncoding].into_iter().flat_map(|m| {
        (2..=65).flat_map(move |k| {
            [10_000, 500_000, 1_000_000, 2_000_000].map(move |e| {
                let e = Epsilon::from_millionths(e).unwrap();
                (Noise::new(m, k, e).unwrap(), e)
            })
        })
    })
}

#[test]
fn every_mechanism_and_domain_keeps_to_epsilon_and_tells_something() {
    for (noise, e) in every_noise() {
        let table = Table::of(&noise);
        assert!(table.keeps_to(e) && table.tells(), "{noise:?}");
    }
}

#[test]
fn mutation_p_and_q_swapped_is_refused() {
    for (noise, _) in every_noise() {
        let Table { mechanism, truth, other } = Table::of(&noise);
        assert!(!Table { mechanism, truth: other, other: truth }.tells(), "{noise:?}");
    }
}

#[test]
fn mutation_threshold_off_by_one_bit_is_refused_by_the_device() {
    for (noise, e) in every_noise() {
        // A bit of the threshold that is lost; the lowest set one changes it least.
        for bit in (0..32).filter(|b| noise.other() >> b & 1 == 1) {
            if let Some(weak) = Noise::from_parts(noise.mechanism(), noise.symbols(), noise.other() & !(1 << bit)) {
                assert!(!weak.loss_within(e), "bit {bit} of {noise:?}");
            }
        }
        let weaker = Noise::from_parts(noise.mechanism(), noise.symbols(), noise.other() - 1);
        assert!(weaker.is_none_or(|w| !w.loss_within(e)), "one less than {noise:?}");
    }
}

/// Something that answers.
trait Device {
    /// The report of a moment; `None` where there is none.
    fn report(&mut self, at: Millis, truth: Option<Key>) -> Option<NoisedReport>;
}

fn schema() -> ReportSchema {
    super::schema(8)
}

/// As it is.
struct Real(Ledger, Box<super::Host>);

impl Device for Real {
    fn report(&mut self, at: Millis, truth: Option<Key>) -> Option<NoisedReport> {
        let ok = Consent::all().may_report().unwrap();
        // Each time from what was stored, as after a reload.
        self.0 = Ledger::restore(&self.0.snapshot()).unwrap();
        of_epoch(&ok, &mut self.0, (&schema(), Lifetime::SHIPPED), at, &mut *self.1, |_| truth).ok()
    }
}

/// No memory: it answers anew each time, and enters the spending.
struct NoMemo(Ledger, Box<super::Host>);

impl Device for NoMemo {
    fn report(&mut self, at: Millis, truth: Option<Key>) -> Option<NoisedReport> {
        let ok = Consent::all().may_report().unwrap();
        let report =
            of_epoch(&ok, &mut Ledger::default(), (&schema(), Lifetime::SHIPPED), at, &mut *self.1, |_| truth).ok();
        _ = of_epoch(&ok, &mut self.0, (&schema(), Lifetime::SHIPPED), at, &mut *self.1, |_| truth);
        report
    }
}

/// No ledger: a memory of the epoch that a clock going back empties.
struct NoLedger(Option<(i64, NoisedReport)>, Box<super::Host>);

impl Device for NoLedger {
    fn report(&mut self, at: Millis, truth: Option<Key>) -> Option<NoisedReport> {
        let ok = Consent::all().may_report().unwrap();
        let week = at.plus(3 * DAY).0.div_euclid(WEEK);
        if self.0.as_ref().is_none_or(|(of, _)| *of != week) {
            self.0 = Some((
                week,
                of_epoch(&ok, &mut Ledger::default(), (&schema(), Lifetime::SHIPPED), at, &mut *self.1, |_| truth)
                    .ok()?,
            ));
        }
        self.0.as_ref().map(|(_, report)| *report)
    }
}

/// Different answers that a device gave away in an epoch, whatever it is asked and whatever the clock does; and the loss of the worst seven days.
fn given_away(device: &mut dyn Device) -> (usize, f64) {
    let domain = schema().metrics()[0].domain().to_vec();
    let mut seen: Vec<(i32, Vec<u8>)> = Vec::new();
    let mut at: Vec<(Millis, Vec<u8>)> = Vec::new();
    for hour in 0..4 * 7 * 24 {
        // Each day the clock is a week behind for an hour, and shows the time before last.
        for back in if hour % 24 == 5 { vec![0, WEEK, 0] } else { vec![0] } {
            let now = NOW.plus(hour * DAY / 24 - back);
            let truth = domain.get(hour as usize % 9).copied();
            let Some(report) = device.report(now, truth) else { continue };
            let entry = (report.epoch.0, report.bytes());
            if !seen.contains(&entry) {
                at.push((NOW.plus(hour * DAY / 24), entry.1.clone()));
                seen.push(entry);
            }
        }
    }
    let most = seen.iter().map(|(epoch, _)| seen.iter().filter(|(e, _)| e == epoch).count()).max().unwrap_or(0);
    let worst =
        at.iter().map(|(from, _)| at.iter().filter(|(t, _)| (0..=WEEK).contains(&t.since(*from))).count()).max();
    (most, worst.unwrap_or(0) as f64 * 2.0)
}

#[test]
fn the_joint_loss_is_two_an_epoch_and_four_in_any_sliding_week() {
    let (answers, loss) = given_away(&mut Real(Ledger::default(), Box::new(seeded(1))));
    assert_eq!(answers, 1, "one answer an epoch");
    assert!(loss <= 4.0, "{loss} in seven days");
}

#[test]
fn mutation_no_memo_is_refused() {
    let (answers, loss) = given_away(&mut NoMemo(Ledger::default(), Box::new(seeded(2))));
    assert!(answers > 100 && loss > 4.0, "{answers} answers, {loss}");
}

#[test]
fn mutation_no_ledger_is_refused() {
    let (answers, loss) = given_away(&mut NoLedger(None, Box::new(seeded(3))));
    assert!(answers > 1 && loss > 4.0, "{answers} answers, {loss}");
}

/// Answers of a shopper who withdraws each week's consent and grants it again, until the lifetime of three answers ends.
fn answers_of_a_lifetime(withdraw: fn(&mut Ledger, Millis)) -> usize {
    let (ok, three) = (Consent::all().may_report().unwrap(), Lifetime::from_f64(6.0).unwrap());
    let (schema, mut host, mut ledger) = (schema(), seeded(4), Ledger::default());
    let mut answer = |week: i64| {
        let now = NOW.plus(week * WEEK);
        let answered = of_epoch(&ok, &mut ledger, (&schema, three), now, &mut host, |_| None);
        withdraw(&mut ledger, now);
        ledger = Ledger::restore(&ledger.snapshot()).unwrap();
        answered.is_ok()
    };
    (0..20).filter(|week| answer(*week)).count()
}

#[test]
fn a_lifetime_ends_and_withdrawing_begins_no_other() {
    assert_eq!(answers_of_a_lifetime(|_, _| {}), 3);
    assert_eq!(answers_of_a_lifetime(Ledger::withdraw), 3);
}

#[test]
fn mutation_a_withdrawal_that_forgets_the_sum_is_refused() {
    assert!(answers_of_a_lifetime(Ledger::forget) > 3);
}

#[test]
fn mutation_a_stuck_generator_gives_no_report() {
    for period in [1_usize, 2, 4, 8, 16] {
        let mut stuck = |bytes: &mut [u8]| {
            bytes.iter_mut().enumerate().for_each(|(i, b)| *b = (i % period) as u8 + 7);
            Ok(())
        };
        let ok = Consent::all().may_report().unwrap();
        let mut ledger = Ledger::default();
        let refused = of_epoch(&ok, &mut ledger, (&schema(), Lifetime::SHIPPED), NOW, &mut stuck, |_| {
            panic!("the portrait was read")
        });
        assert_eq!(refused.unwrap_err().code(), "no_entropy", "period {period}");
        assert!(ledger.is_empty());
    }
}

/// The share of the truth among answers, against the table: what a generator that favours small numbers would not pass.
#[test]
fn a_generator_that_is_not_even_fails_the_table() {
    let answers = |host: &mut super::Host| {
        let (schema, n) = (schema(), 4_000);
        let key = schema.metrics()[0].domain()[2];
        let hit = (0..n).filter(|_| super::fresh(&schema, NOW, Some(key), host).answer == Answer::Symbol(3)).count();
        hit as f64 / f64::from(n)
    };
    let noise = *schema().metrics()[0].noise();
    let p = noise.truth() as f64 / S;
    let within = |share: f64| (share - p).abs() < 5.0 * (p * (1.0 - p) / 4_000.0).sqrt();
    let mut even = seeded(5);
    assert!(within(answers(&mut even)));
    let mut more = seeded(5);
    let mut low = move |bytes: &mut [u8]| {
        more(bytes)?;
        bytes.iter_mut().skip(36).step_by(2).for_each(|b| *b &= 0x7F);
        bytes.iter_mut().skip(39).step_by(4).for_each(|b| *b &= 0x7F);
        Ok(())
    };
    assert!(!within(answers(&mut low)));
}
