//! Tests of what stands below the programme: days, purses.

use super::date::{birthday_before, next_month};
use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn days_go_to_dates_and_back() {
    let mut before = to_civil(-800_000);
    for day in (-799_999..800_000).step_by(17) {
        let date = to_civil(day);
        assert_eq!(from_civil(date.0, date.1, date.2), day);
        assert!(date > before);
        before = date;
    }
    assert_eq!(next_month(from_civil(2026, 12, 31)), from_civil(2027, 1, 1));
}

#[test]
fn a_birthday_of_the_29th_of_february_is_on_the_28th_in_other_years() {
    let near = |y, m, d| to_civil(birthday_before(from_civil(y, m, d), 2, 29));
    assert_eq!(near(2028, 3, 1), (2028, 2, 29));
    assert_eq!(near(2028, 2, 28), (2027, 2, 28));
    assert_eq!(near(2027, 2, 28), (2027, 2, 28));
    assert_eq!(near(2027, 2, 27), (2026, 2, 28));
}

#[test]
fn purses_are_spent_oldest_first_and_owe_what_they_have_not() {
    let mut p = Purse::default();
    p.put(10, 30);
    p.put(5, 20);
    p.put(1, 30);
    assert_eq!(p.lots, [Lot { until: 20, left: 5 }, Lot { until: 30, left: 11 }]);
    assert_eq!(p.take(7), 0);
    assert_eq!((p.sum(), p.after(25), p.lots.len()), (9, 9, 1));
    assert_eq!((p.take(12), p.sum(), p.claim), (3, 0, 3));
    p.put(5, 40);
    assert_eq!((p.sum(), p.claim), (2, 0));
    p.expire(40);
    assert_eq!(p.sum(), 0);
}
