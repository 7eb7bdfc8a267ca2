//! Exact parts of amounts: rounding half up, shares by largest remainder, a line's amount cut into units.

use super::promotion::WHOLE;
use crate::order::Arrange;
use alloc::vec::Vec;

/// `bp` basis points of `amount`, a half rounded up. Both at least zero.
pub(crate) fn half_up(amount: i64, bp: i64) -> i64 {
    if let Some(product) = amount.checked_mul(2 * bp) {
        return product.saturating_add(WHOLE) / (2 * WHOLE);
    }
    let exact = (2 * i128::from(amount) * i128::from(bp) + i128::from(WHOLE)) / i128::from(2 * WHOLE);
    clamp(exact)
}

/// `bp` basis points of `amount`, rounded down. Both at least zero.
pub(crate) fn rounded_down(amount: i64, bp: i64) -> i64 {
    clamp(i128::from(amount) * i128::from(bp) / i128::from(WHOLE))
}

/// The nearest amount that 64 bits hold.
pub(crate) fn clamp(v: i128) -> i64 {
    if v > i128::from(i64::MAX) { i64::MAX } else { v as i64 }
}

/// The fraction of a share and the place it belongs to.
pub(crate) type Fraction = (i64, usize);

/// Spreads `saving` over the `amounts` of `places` in proportion, adding to `parts`: the floor of each share, then
/// the left-over units one each to the largest fractions; equal ones go to the earlier place.
///
/// `saving` is at most the sum of the amounts, so that no part is above its amount.
pub(crate) fn spread(saving: i64, places: &[usize], amounts: &[i64], parts: &mut [i64], fractions: &mut Vec<Fraction>) {
    let base = sum_of(places, amounts);
    if base <= 0 || saving <= 0 {
        return;
    }
    fractions.clear();
    let mut left = saving;
    // The common case stays in 64 bits: amounts below 2^53 in all, and their product seldom above 2^63.
    let narrow = saving.checked_mul(base).is_some();
    for &place in places {
        let (Some(amount), Some(part)) = (amounts.get(place), parts.get_mut(place)) else { continue };
        let (share, fraction) = if narrow {
            let product = saving * amount;
            let share = product / base;
            (share, product - share * base)
        } else {
            let product = i128::from(saving) * i128::from(*amount);
            ((product / i128::from(base)) as i64, (product % i128::from(base)) as i64)
        };
        *part += share;
        left -= share;
        if fraction > 0 {
            fractions.push((fraction, place));
        }
    }
    // Fewer units are left than there are places with a fraction.
    let left = left as usize;
    if left > 0 {
        largest_first(fractions, left);
        fractions[..left].iter().for_each(|f| parts[f.1] += 1);
    }
}

/// The sum of the amounts of some places.
pub(crate) fn sum_of(places: &[usize], amounts: &[i64]) -> i64 {
    let mut sum = 0;
    for place in places {
        sum += amounts.get(*place).copied().unwrap_or(0);
    }
    sum
}

/// Moves the `wanted` largest fractions to the front, of equal ones those of earlier places: quickselect, in fewer bytes
/// than the standard library's, which is made for the longest lists.
fn largest_first(fractions: &mut [Fraction], wanted: usize) {
    let before = |a: Fraction, b: Fraction| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1);
    // A build for size calls the standard library's.
    let swap = |list: &mut [Fraction], i: usize, j: usize| (list[i], list[j]) = (list[j], list[i]);
    let (mut low, mut high) = (0, fractions.len());
    while high - low > 1 {
        swap(fractions, low + (high - low) / 2, high - 1);
        let pivot = fractions[high - 1];
        let mut middle = low;
        for i in low..high - 1 {
            if before(fractions[i], pivot) {
                swap(fractions, i, middle);
                middle += 1;
            }
        }
        swap(fractions, middle, high - 1);
        // What stands before `middle` comes before the pivot, what stands behind it comes after.
        if wanted <= middle {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
}

/// Units of one line that cost the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) line: usize,
    pub(crate) price: i64,
    pub(crate) count: i64,
}

/// Puts units in the order of their price; equal ones stay in the order of the cart.
pub(crate) fn by_price(runs: &mut [Run], dearest_first: bool) {
    let sign = if dearest_first { -1 } else { 1 };
    runs.arrange_by_key(|r| sign * r.price);
}

/// A line's amount cut into units as evenly as whole minor units allow: first those one dearer, then the others.
pub(crate) fn runs(line: usize, amount: i64, qty: i64) -> [Run; 2] {
    let dearer = amount % qty;
    [Run { line, price: amount / qty + 1, count: dearer }, Run { line, price: amount / qty, count: qty - dearer }]
}

/// The amount of a line's first `units` units, which is at most its quantity.
pub(crate) fn first_units(amount: i64, qty: i64, units: i64) -> i64 {
    amount / qty * units + units.min(amount % qty)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn parts(saving: i64, amounts: &[i64]) -> Vec<i64> {
        let places: Vec<_> = (0..amounts.len()).collect();
        let mut parts = vec![0; amounts.len()];
        spread(saving, &places, amounts, &mut parts, &mut Vec::new());
        parts
    }

    #[test]
    fn a_half_is_rounded_up_at_every_size() {
        assert_eq!((half_up(5, 1_000), half_up(4, 1_000), half_up(15, 1_000)), (1, 0, 2));
        let large = (1_i64 << 53) - 1;
        assert_eq!(half_up(large, 10_000), large);
        assert_eq!(half_up(large, 5_000), 1 << 52);
        assert_eq!(rounded_down(large, 5_000), (1 << 52) - 1);
    }

    #[test]
    fn left_over_units_go_to_the_largest_fractions_then_to_earlier_places() {
        assert_eq!(parts(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(parts(5, &[10, 30, 20]), [1, 2, 2]);
        assert_eq!(parts(2, &[0, 3, 4]), [0, 1, 1]);
        assert_eq!(parts(7, &[3, 4]), [3, 4]);
        assert_eq!(parts(0, &[3, 4]), [0, 0]);
    }

    #[test]
    fn the_largest_fractions_are_those_a_sort_puts_first() {
        let mut x = 7_u64;
        for n in 1..60 {
            let mut draw = || {
                x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (x >> 40) as i64 % 9
            };
            let list: Vec<Fraction> = (0..n).map(|place| (draw(), place)).collect();
            let mut sorted = list.clone();
            sorted.sort_by_key(|f| (-f.0, f.1));
            for wanted in 1..=n {
                let mut found = list.clone();
                largest_first(&mut found, wanted);
                found[..wanted].sort_by_key(|f| (-f.0, f.1));
                assert_eq!(found[..wanted], sorted[..wanted], "{wanted} of {n}");
            }
        }
    }

    #[test]
    fn parts_add_up_and_stay_within_their_amounts_beyond_64_bits() {
        let large = (1_i64 << 53) / 3;
        for saving in [1, 2, large, 2 * large - 1, 3 * large] {
            let p = parts(saving, &[large, large - 1, large + 1]);
            assert_eq!(p.iter().sum::<i64>(), saving);
            assert!(p.iter().zip([large, large - 1, large + 1]).all(|(p, a)| *p <= a), "{p:?}");
        }
    }

    #[test]
    fn units_of_a_line_add_up_to_it() {
        assert_eq!(runs(3, 11, 4).map(|r| (r.price, r.count)), [(3, 3), (2, 1)]);
        assert_eq!((first_units(11, 4, 0), first_units(11, 4, 3), first_units(11, 4, 4)), (0, 9, 11));
    }
}
