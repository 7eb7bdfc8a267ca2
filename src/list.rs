//! Lists made from iterators in few bytes.

use alloc::vec::Vec;

/// Collecting into a list by one loop. The standard library's way is quicker to reserve memory and comes as three functions
/// for each iterator, some 400 bytes of wasm; this is one of about 150.
pub trait Gather: Iterator + Sized {
    /// All elements, in order.
    ///
    /// ```
    /// use nearshelf::list::Gather;
    /// assert_eq!((1..4).map(|x| 2 * x).gather(), [2, 4, 6]);
    /// ```
    fn gather(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for x in self {
            list.push(x);
        }
        list
    }

    /// All elements in place of what `list` held, in the memory it has.
    fn refill(self, list: &mut Vec<Self::Item>) {
        list.clear();
        for x in self {
            list.push(x);
        }
    }
}

impl<I: Iterator> Gather for I {}
