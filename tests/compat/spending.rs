//! Frozen ledgers of what reports spent: in full, and what a withdrawal leaves.

use nearshelf::privacy::consent::Consent;
use nearshelf::privacy::ledger::{Epoch, Ledger, Lifetime, Metric, Refused, Turn};
use nearshelf::privacy::noise::Epsilon;
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const FULL: [&[u8]; 2] = [include_bytes!("spending-v1.record"), include_bytes!("spending-v2.record")];
const MARKS: [&[u8]; 2] = [include_bytes!("spending-v1.mark"), include_bytes!("spending-v2.mark")];
/// A day in the latest week of all of them.
const NOW: Millis = Millis(2959 * 7 * DAY);

#[test]
fn ledgers_of_both_formats_tell_the_same_and_the_first_has_the_sum_of_its_entries() {
    let ok = Consent::all().may_report().expect("granted");
    for (bytes, total) in FULL.into_iter().zip([4_500_000, 104_000_000]) {
        let mut ledger = Ledger::restore(bytes).expect("a ledger");
        let spent: Vec<_> = ledger.spent().iter().map(|s| (s.epoch, s.metric, s.epsilon.millionths())).collect();
        assert_eq!(
            spent,
            [
                (Epoch(2956), Metric::CategoryInterest, 2_000_000),
                (Epoch(2957), Metric::RecommendationClick, 2_000_000),
                (Epoch(2959), Metric::Cluster, 500_000),
            ]
        );
        assert_eq!(ledger.total(), total);
        let turn = ledger.turn(&ok, NOW, Epsilon::MOST, Lifetime::SHIPPED);
        assert!(matches!(turn, Ok(Turn::Remembered(b"thirty-seven bytes, or so they were."))));
        let next = ledger.turn(&ok, NOW.plus(7 * DAY), Epsilon::MOST, Lifetime::SHIPPED);
        assert_eq!(next.err(), (total == 104_000_000).then_some(Refused::Lifetime));
    }
    assert_eq!(Ledger::restore(FULL[1]).expect("a ledger").snapshot(), FULL[1], "read and written alike");
}

#[test]
fn marks_of_both_formats_say_that_the_week_is_spent() {
    let ok = Consent::all().may_report().expect("granted");
    for (bytes, total) in MARKS.into_iter().zip([0, 104_000_000]) {
        let mut ledger = Ledger::restore(bytes).expect("a mark");
        assert!(ledger.spent().is_empty());
        assert_eq!(ledger.total(), total);
        assert_eq!(ledger.turn(&ok, NOW, Epsilon::MOST, Lifetime::SHIPPED).err(), Some(Refused::Spent));
        ledger.settle(NOW.plus(7 * DAY));
        assert_eq!(ledger.is_empty(), total == 0);
    }
    assert_eq!(Ledger::restore(MARKS[1]).expect("a mark").snapshot(), MARKS[1], "read and written alike");
}
