//! Reports from the portrait to the estimate, through the public API only.

mod golden;
mod metrics;
mod mutations;

use nearshelf::id::Key;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::privacy::ledger::{Epoch, Ledger, Lifetime, Metric, Refused};
use nearshelf::privacy::noise::{Epsilon, NoEntropy};
use nearshelf::report::{MetricSchema, NoisedReport, ReportSchema, Taken, Tally, of_epoch, planned_error};
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

pub(crate) const NOW: Millis = Millis(1_790_000_000_000);
pub(crate) const WEEK: i64 = 7 * DAY;

/// A host's generator.
pub(crate) type Host = dyn FnMut(&mut [u8]) -> Result<(), NoEntropy>;

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), for tests only.
pub(crate) fn seeded(mut state: u64) -> impl FnMut(&mut [u8]) -> Result<(), NoEntropy> {
    move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

pub(crate) fn schema(categories: u64) -> ReportSchema {
    let keys: Vec<Key> = (1..=categories).map(|i| Key::category(&format!("Category {i}"))).collect();
    ReportSchema::category_interest(&keys, Epsilon::MOST).unwrap()
}

/// The report of a shopper who was never seen before.
pub(crate) fn fresh(
    schema: &ReportSchema,
    now: Millis,
    truth: Option<Key>,
    host: &mut (impl FnMut(&mut [u8]) -> Result<(), NoEntropy> + ?Sized),
) -> NoisedReport {
    let ok = Consent::all().may_report().unwrap();
    of_epoch(&ok, &mut Ledger::default(), (schema, Lifetime::SHIPPED), now, &mut |bytes| host(bytes), |_| truth)
        .unwrap()
}

#[test]
fn without_consent_to_report_and_to_store_there_is_no_token() {
    let all = Consent::all();
    for c in [
        Consent { report: Tri::No, ..all },
        Consent { report: Tri::Undecided, ..all },
        Consent { store: Tri::No, ..all },
        Consent { store: Tri::Undecided, ..all },
        Consent::default(),
    ] {
        assert!(c.may_report().is_none(), "{c:?}");
    }
    assert!(Consent { personalize: Tri::No, sensitive: Tri::No, ..all }.may_report().is_some());
}

#[test]
fn a_week_of_asking_gives_one_answer_and_a_new_week_another() {
    let ok = Consent::all().may_report().unwrap();
    let (schema, mut host) = (schema(40), seeded(5));
    let (mut ledger, monday) = (Ledger::default(), Millis(Epoch::of(NOW).0 as i64 * WEEK - 3 * DAY));
    let mut asked = 0;
    let mut weeks = Vec::new();
    for week in 0..3 {
        let mut answers = Vec::new();
        for hour in 0..7 * 24 {
            let now = monday.plus(week * WEEK + hour * (DAY / 24));
            // The interest changes all the time, the page is left and opened, and the pack brings another schema.
            let interest = schema.metrics()[0].domain()[(hour % 40) as usize];
            ledger = Ledger::restore(&ledger.snapshot()).unwrap();
            let pack = if hour % 2 == 0 { schema.clone() } else { self::schema(12) };
            let truth = |about: &MetricSchema| {
                asked += 1;
                assert_eq!(about.metric(), Metric::CategoryInterest);
                Some(interest)
            };
            answers
                .push(of_epoch(&ok, &mut ledger, (&pack, Lifetime::SHIPPED), now, &mut host, truth).unwrap().bytes());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        weeks.append(&mut answers);
    }
    assert_eq!(asked, 3, "the portrait is read once a week");
    let ids: Vec<&[u8]> = weeks.iter().map(|w| &w[12..28]).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "ids do not link weeks");
    let spent = ledger.spent();
    assert_eq!(spent.len(), 3);
    assert!(spent.iter().all(|s| s.epsilon == Epsilon::MOST && s.metric == Metric::CategoryInterest));
}

#[test]
fn a_host_without_randomness_gets_no_report_and_spends_nothing() {
    let ok = Consent::all().may_report().unwrap();
    let mut ledger = Ledger::default();
    let mut dead = |_: &mut [u8]| Err(NoEntropy);
    let read = |_: &MetricSchema| -> Option<Key> { panic!("the portrait was read without randomness") };
    let refused = of_epoch(&ok, &mut ledger, (&schema(4), Lifetime::SHIPPED), NOW, &mut dead, read).unwrap_err();
    assert_eq!((refused, refused.code()), (Refused::NoEntropy, "no_entropy"));
    assert!(ledger.is_empty());
    assert!(
        of_epoch(&ok, &mut ledger, (&schema(4), Lifetime::SHIPPED), NOW, &mut seeded(1), |_| None).is_ok(),
        "later it works"
    );
}

#[test]
fn withdrawing_and_granting_again_buys_no_second_answer() {
    let ok = Consent::all().may_report().unwrap();
    let (schema, mut host, mut ledger) = (schema(4), seeded(2), Ledger::default());
    let key = schema.metrics()[0].domain()[0];
    let asked = (&schema, Lifetime::SHIPPED);
    of_epoch(&ok, &mut ledger, asked, NOW, &mut host, |_| Some(key)).unwrap();
    let (mut withdrawn, mut forgotten) = (ledger.clone(), ledger);
    withdrawn.withdraw(NOW);
    forgotten.forget(NOW);
    assert!(forgotten.snapshot().len() <= 16);
    for (left, total) in [(withdrawn, 4_000_000), (forgotten, 2_000_000)] {
        let mut ledger = Ledger::restore(&left.snapshot()).unwrap();
        let again = of_epoch(&ok, &mut ledger, asked, NOW, &mut host, |_| Some(key));
        assert_eq!(again.unwrap_err(), Refused::Spent);
        assert!(of_epoch(&ok, &mut ledger, asked, NOW.plus(WEEK), &mut host, |_| Some(key)).is_ok());
        assert_eq!(
            ledger.total(),
            total,
            "what was spent before is known after a withdrawal, and not when all was forgotten"
        );
    }
}

#[test]
fn all_reports_of_a_schema_have_one_length_and_ask_the_host_for_one_amount() {
    for categories in [1, 8, 19, 20, 64] {
        let schema = schema(categories);
        let mut host = seeded(categories);
        let mut lengths: Vec<usize> = Vec::new();
        let mut amounts: Vec<usize> = Vec::new();
        for i in 0..200 {
            let truth = schema.metrics()[0].domain().get(i % (categories as usize + 1)).copied();
            let mut counting = |bytes: &mut [u8]| {
                amounts.push(bytes.len());
                host(bytes)
            };
            lengths.push(fresh(&schema, NOW, truth, &mut counting).bytes().len());
        }
        lengths.dedup();
        assert_eq!(lengths.len(), 1);
        assert_eq!(amounts, [296; 200]);
    }
}

/// A crowd of 10,000 through consent, ledger, draw, noise, bytes and tally; the seed is fixed. Each share lies within 4.5
/// of its standard errors of the truth, and the errors together have the size that was planned.
#[test]
fn a_crowd_of_ten_thousand_is_estimated_as_well_as_planned() {
    const N: u64 = 10_000;
    for (categories, seed) in [(8_u64, 11_u64), (64, 12)] {
        let schema = schema(categories);
        let about = &schema.metrics()[0];
        let (mut host, mut tally) = (seeded(seed), Tally::new(&schema));
        let mut truth = vec![0_u64; about.noise().symbols()];
        for i in 0..N {
            // A quarter has no interest; the rest leans to the first categories.
            let symbol = if i % 4 == 0 { 0 } else { 1 + (i * i / 7919 % categories * (i % 5) / 4) as usize };
            truth[symbol] += 1;
            let key = symbol.checked_sub(1).map(|s| about.domain()[s]);
            let report = NoisedReport::read(&fresh(&schema, NOW, key, &mut host).bytes()).unwrap();
            assert_eq!(tally.add(&report), Taken::Counted);
            if i % 100 == 0 {
                assert_eq!(tally.add(&report), Taken::Copy);
            }
        }
        let series = tally.series();
        let all = &series[0].all;
        assert_eq!(all.reports, N);
        let mut squares = 0.0;
        for (e, truth) in all.symbols.iter().zip(&truth) {
            let miss = e.share - *truth as f64 / N as f64;
            assert!(miss.abs() < 4.5 * e.standard_error, "{miss} with {}", e.standard_error);
            squares += miss * miss;
        }
        let ratio = (squares / all.symbols.len() as f64).sqrt() / planned_error(about.noise(), N);
        assert!((0.5..1.6).contains(&ratio), "{ratio} of the planned error");
    }
}
