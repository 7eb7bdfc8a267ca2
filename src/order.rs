//! Sorting in few bytes: the standard library's sorts are faster on long lists and cost about 4 kB of wasm for each type
//! they sort, which came to a third of the whole. These are stable.

use crate::list::Gather;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Up to this length a list is sorted by insertion.
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

    /// Sorts by a comparison in memory that the caller keeps: asks for none where that has been in use for as long a list.
    fn arrange_in(&mut self, memory: &mut Scratch, compare: impl Fn(&T, &T) -> Ordering);

    /// Sorts by a key.
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }
}

impl<T> Arrange<T> for [T] {
    fn arrange_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        self.arrange_in(&mut Scratch::default(), compare);
    }

    fn arrange_in(&mut self, memory: &mut Scratch, compare: impl Fn(&T, &T) -> Ordering) {
        sort(self.len(), &mut By { list: self, compare }, memory);
    }
}

/// Memory to sort long lists in.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    from: Vec<u32>,
    to: Vec<u32>,
}

/// A list by places. A trait of its own, since a closure behind `dyn` comes with three functions.
trait Places {
    fn compare(&self, a: u32, b: u32) -> Ordering;
    fn swap(&mut self, i: usize, j: usize);
}

struct By<'a, T, F> {
    list: &'a mut [T],
    compare: F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Places for By<'_, T, F> {
    fn compare(&self, a: u32, b: u32) -> Ordering {
        (self.compare)(&self.list[a as usize], &self.list[b as usize])
    }

    fn swap(&mut self, i: usize, j: usize) {
        self.list.swap(i, j);
    }
}

/// Sorts `n` elements. One copy of it serves every type.
#[inline(never)]
fn sort(n: usize, list: &mut dyn Places, memory: &mut Scratch) {
    let mut few = [0; SHORT];
    let places = match few.get_mut(..n) {
        Some(few) => insert(few, list),
        None => merge(n, list, memory),
    };
    for i in 0..n {
        // places[i] is where the i-th of the sorted list stands. What stood before i has been swapped on along its own
        // place, so following the places from there finds it.
        let mut from = places[i] as usize;
        while from < i {
            from = places[from] as usize;
        }
        list.swap(i, from);
    }
}

/// As many places in sorted order, for few: without asking for memory.
fn insert<'a>(places: &'a mut [u32], list: &dyn Places) -> &'a [u32] {
    for i in 0..places.len() {
        let mut j = i;
        while j > 0 && list.compare(places[j - 1], i as u32) == Ordering::Greater {
            places[j] = places[j - 1];
            j -= 1;
        }
        places[j] = i as u32;
    }
    places
}

/// The places 0 to `n` in sorted order, for many.
fn merge<'a>(n: usize, list: &dyn Places, memory: &'a mut Scratch) -> &'a [u32] {
    let Scratch { from, to } = memory;
    (0..n as u32).refill(from);
    to.clear();
    to.reserve(n);
    let sorted = from.windows(2).all(|w| list.compare(w[0], w[1]) != Ordering::Greater);
    let mut width = if sorted { n } else { 1 };
    while width < n {
        to.clear();
        for start in (0..n).step_by(2 * width) {
            let (middle, end) = ((start + width).min(n), (start + 2 * width).min(n));
            let (mut i, mut j) = (start, middle);
            while i < middle || j < end {
                let left = j >= end || i < middle && list.compare(from[i], from[j]) != Ordering::Greater;
                let next = if left { &mut i } else { &mut j };
                to.push(from[*next]);
                *next += 1;
            }
        }
        core::mem::swap(from, to);
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
