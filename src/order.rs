//! Sorting in few bytes: the standard library's sorts are faster on long lists and cost about 4 kB of wasm for each type
//! they sort, which came to a third of the whole. These are stable.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Up to this length a list is sorted by insertion, without memory of its own.
const SHORT: usize = 64;

/// Stable sorting for lists that are short, or sorted seldom.
pub trait Arrange<T> {
    /// Sorts by a comparison.
    ///
    /// ```
    /// use nearshelf::order::Arrange;
    /// let mut list = [("b", 2), ("a", 1), ("c", 1)];
    /// list.arrange_by(|x, y| x.1.cmp(&y.1));
    /// assert_eq!(list, [("a", 1), ("c", 1), ("b", 2)]);
    /// ```
    fn arrange_by(&mut self, compare: impl Fn(&T, &T) -> Ordering);

    /// Sorts by a key.
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }
}

impl<T> Arrange<T> for [T] {
    fn arrange_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        let (mut short, mut long) = ([0; SHORT], Vec::new());
        let places = sort(self.len(), &|a, b| compare(&self[a as usize], &self[b as usize]), &mut short, &mut long);
        // places[i] is where the i-th of the sorted list stands. What stood before i has been swapped on along its own
        // place, so following the places from there finds it.
        for i in 0..places.len() {
            let mut from = places[i] as usize;
            while from < i {
                from = places[from] as usize;
            }
            self.swap(i, from);
        }
    }
}

/// The places 0 to `n` in sorted order, in one of the two lists. One copy of it serves every type.
#[inline(never)]
fn sort<'a>(
    n: usize,
    compare: &dyn Fn(u32, u32) -> Ordering,
    short: &'a mut [u32; SHORT],
    long: &'a mut Vec<u32>,
) -> &'a [u32] {
    if n > SHORT {
        *long = merge_sort(n, compare);
        return long;
    }
    for i in 0..n {
        let mut j = i;
        while j > 0 && compare(short[j - 1], i as u32) == Ordering::Greater {
            short[j] = short[j - 1];
            j -= 1;
        }
        short[j] = i as u32;
    }
    &short[..n]
}

fn merge_sort(n: usize, compare: &dyn Fn(u32, u32) -> Ordering) -> Vec<u32> {
    let mut from: Vec<u32> = (0..n as u32).collect();
    let sorted = from.windows(2).all(|w| compare(w[0], w[1]) != Ordering::Greater);
    let mut width = if sorted { n } else { 1 };
    let mut to = Vec::with_capacity(n);
    while width < n {
        to.clear();
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = ((start + width).min(n), (start + 2 * width).min(n));
            let (mut i, mut j) = (start, middle);
            while i < middle || j < end {
                let left = j >= end || i < middle && compare(from[i], from[j]) != Ordering::Greater;
                let next = if left { &mut i } else { &mut j };
                to.push(from[*next]);
                *next += 1;
            }
        }
        core::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn lists_of_every_length_are_sorted_as_the_standard_library_sorts_them() {
        let mut x = 88_172_645_463_325_252_u64;
        for n in (0..200).chain([1000, 4097]) {
            for range in [2, 10, 1_000_000] {
                let mut list: Vec<(u64, usize)> = (0..n)
                    .map(|i| {
                        x ^= x << 13;
                        x ^= x >> 7;
                        x ^= x << 17;
                        (x % range, i)
                    })
                    .collect();
                let mut expected = list.clone();
                expected.sort_by_key(|e| e.0);
                list.arrange_by_key(|e| e.0);
                assert_eq!(list, expected, "{n} of {range}");
                list.arrange_by_key(|e| e.0);
                assert_eq!(list, expected, "sorted already");
            }
        }
    }
}
