//! The best of many vectors by dot product: the one loop over all products.
//!
//! Rows are 8-bit, the query is 16-bit, products and sums are whole numbers in 32 bits: the scan computes the score itself.
//! With WebAssembly's vectors eight 16-bit products and their sums by pairs are one instruction (`i32x4.dot_i16x8_s`), so that an 8-bit
//! query would save nothing. What does save is to leave the tail of most rows unread: the builder turns vectors so that most of their
//! length stands first, the scan reads the head of a row, and by Cauchy and Schwarz the tail adds at most
//! `|tail of the query| · |tail of the row|`. A row that even with that does not reach the worst of the best so far cannot be among the
//! best. So the answer is exact (recall 1), and since whole numbers add up the same in any order, both builds below give the same.
//!
//! All the time goes into one loop, which looks for the next four rows with one that may come in and does nothing else (`lanes`).
//! The first call of a page runs it as the engine's quickest compiler, or its interpreter, made it: what counts then is how
//! few instructions it has.

use super::planes::{BLOCK, HEAD, MOST, ROWS, STEP, Vectors};
use crate::order::Arrange;
use alloc::vec::Vec;

/// A query's largest number. With 256 products below 2^21 a score stays below 2^29, and so does what a tail may add.
pub const LARGEST: i64 = (1 << 14) - 1;

/// The score of one row; 0 beyond the last.
pub fn score(vectors: &Vectors<'_>, row: usize, query: &[i16]) -> i32 {
    vectors.numbers(row).zip(query).map(|(x, q)| i32::from(x) * i32::from(*q)).sum()
}

/// The best rows found so far, at most so many. Its memory is kept between searches.
#[derive(Debug, Clone, Default)]
pub struct Top {
    /// A heap with the least at its root, each a score above a row's complement: a larger one is better, and of two with
    /// the same score that of the smaller row is.
    heap: Vec<i64>,
    most: usize,
}

impl Top {
    /// Forgets what was found; from now on the best `most`.
    pub fn start(&mut self, most: usize) {
        self.heap.clear();
        self.heap.reserve(most);
        self.most = most;
    }

    /// A row comes in when its score is above this. Rows come in ascending, so that a later one with the score of the worst stays out.
    fn bar(&self) -> i32 {
        if self.heap.len() < self.most { i32::MIN } else { self.heap.first().map_or(i32::MAX, |x| (x >> 32) as i32) }
    }

    /// Takes in a row whose score is above the bar.
    #[inline(never)]
    fn offer(&mut self, row: u32, score: i32) {
        let new = i64::from(score) << 32 | i64::from(!row);
        let heap = &mut self.heap;
        let mut at = heap.len();
        if at < self.most {
            heap.push(new);
            while at > 0 && heap[(at - 1) / 2] > new {
                heap[at] = heap[(at - 1) / 2];
                at = (at - 1) / 2;
            }
        } else {
            at = 0;
            loop {
                let mut child = 2 * at + 1;
                if child + 1 < heap.len() && heap[child + 1] < heap[child] {
                    child += 1;
                }
                if child >= heap.len() || heap[child] >= new {
                    break;
                }
                heap[at] = heap[child];
                at = child;
            }
        }
        if let Some(slot) = heap.get_mut(at) {
            *slot = new;
        }
    }

    /// The rows found with their scores, best first.
    pub fn best(&mut self) -> impl Iterator<Item = (u32, i32)> {
        self.heap.arrange_by_key(|x| core::cmp::Reverse(*x));
        self.heap.iter().map(|x| (!(*x as u32), (*x >> 32) as i32))
    }
}

/// Finds the rows with the largest scores: those that `top` was started for. The query has a number for each dimension, none of them
/// beyond [`LARGEST`]; one of another length, or planes that do not fit, find nothing or less.
#[cfg_attr(all(target_arch = "wasm32", not(feature = "abi")), target_feature(enable = "simd128"))]
pub fn scan(vectors: &Vectors<'_>, query: &[i16], top: &mut Top) {
    let Some((head, tail)) = query.split_first_chunk::<HEAD>() else { return };
    let t = vectors.tail;
    if tail.len() != t || !t.is_multiple_of(STEP) || query.len() > MOST {
        return;
    }
    let squares: i64 = tail.iter().map(|q| i64::from(*q) * i64::from(*q)).sum();
    let reach = libm::ceil(libm::sqrt(squares as f64)) as i32;
    let mut bar = top.bar();
    let mut from = 0;
    while let Some(found) = lanes::seek(vectors.heads, head, reach, bar, from) {
        from = found.at + BLOCK;
        let mut left = found.above;
        while left != 0 {
            let i = left.trailing_zeros() as usize;
            left &= left - 1;
            let row = found.at / BLOCK * ROWS + i;
            let rest = vectors.tails.get(row * t..(row + 1) * t).map_or(0, |row| lanes::dot(row, tail));
            let score = found.scores.get(i).map_or(0, |head| head + rest);
            if score > bar && row < vectors.rows {
                top.offer(row as u32, score);
                bar = top.bar();
            }
        }
    }
}

/// Four rows, some of which may come in.
struct Found {
    /// Where their block begins.
    at: usize,
    /// What their heads score.
    scores: [i32; ROWS],
    /// A bit for each that may come in.
    above: u8,
}

/// WebAssembly's vectors of 128 bits.
#[cfg(all(target_arch = "wasm32", not(feature = "abi")))]
#[allow(unsafe_code, reason = "the instructions load from addresses; each load's bytes are shown to lie in its slice")]
mod lanes {
    use super::{BLOCK, Found, HEAD};
    use core::arch::wasm32::*;

    /// The first block from byte `from` on with a row that may score above `bar`. All is written out, and with sums and pairs in names of
    /// their own: this build is made for size, in which loops stay, and functions and arrays of vectors go through memory.
    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn seek(heads: &[u8], query: &[i16; HEAD], reach: i32, bar: i32, from: usize) -> Option<Found> {
        let end = heads.len() / BLOCK * BLOCK;
        let (reach, bar) = (i32x4_splat(reach), i32x4_splat(bar));
        // A pair of the query's numbers, once for each row.
        macro_rules! pair {
            ($i:literal) => {
                i32x4_splat(i32::from(query[2 * $i] as u16) | i32::from(query[2 * $i + 1]) << 16)
            };
        }
        let (q0, q1, q2, q3) = (pair!(0), pair!(1), pair!(2), pair!(3));
        let (q4, q5, q6, q7) = (pair!(4), pair!(5), pair!(6), pair!(7));
        let (q8, q9, q10, q11) = (pair!(8), pair!(9), pair!(10), pair!(11));
        let (q12, q13, q14, q15) = (pair!(12), pair!(13), pair!(14), pair!(15));
        if from >= end {
            return None;
        }
        // SAFETY: `from` and `end` are multiples of a block's 136 bytes and `p` starts below the end, so that whenever it is not there, all
        // bytes of a block lie behind it; the largest place read is 128, with 8 bytes. No alignment is needed.
        unsafe {
            let mut p = heads.as_ptr().add(from);
            let end = heads.as_ptr().add(end);
            while p != end {
                macro_rules! part {
                    ($q:ident, $i:literal) => {
                        i32x4_dot_i16x8(i16x8_load_extend_i8x8(p.add(8 + 8 * $i).cast()), $q)
                    };
                }
                let a = i32x4_add(i32x4_add(part!(q0, 0), part!(q1, 1)), i32x4_add(part!(q2, 2), part!(q3, 3)));
                let b = i32x4_add(i32x4_add(part!(q4, 4), part!(q5, 5)), i32x4_add(part!(q6, 6), part!(q7, 7)));
                let c = i32x4_add(i32x4_add(part!(q8, 8), part!(q9, 9)), i32x4_add(part!(q10, 10), part!(q11, 11)));
                let d = i32x4_add(i32x4_add(part!(q12, 12), part!(q13, 13)), i32x4_add(part!(q14, 14), part!(q15, 15)));
                let scores = i32x4_add(i32x4_add(a, b), i32x4_add(c, d));
                let most = i32x4_add(scores, i32x4_mul(i32x4_load_extend_u16x4(p.cast()), reach));
                let above = i32x4_gt(most, bar);
                if v128_any_true(above) {
                    let at = p.offset_from(heads.as_ptr()) as usize;
                    let scores = [
                        i32x4_extract_lane::<0>(scores),
                        i32x4_extract_lane::<1>(scores),
                        i32x4_extract_lane::<2>(scores),
                        i32x4_extract_lane::<3>(scores),
                    ];
                    return Some(Found { at, scores, above: i32x4_bitmask(above) });
                }
                p = p.add(BLOCK);
            }
        }
        None
    }

    /// The dot product of a row with a query of as many numbers, a multiple of 16.
    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn dot(row: &[u8], query: &[i16]) -> i32 {
        let d = row.len().min(query.len());
        let mut sum = i32x4_splat(0);
        let mut at = 0;
        while at + 8 <= d {
            // SAFETY: `at + 8 <= d`: 8 bytes of the row and 16 of the query lie there. No alignment is needed.
            unsafe {
                let x = i16x8_load_extend_i8x8(row.as_ptr().add(at).cast());
                sum = i32x4_add(sum, i32x4_dot_i16x8(x, v128_load(query.as_ptr().add(at).cast())));
            }
            at += 8;
        }
        sum = i32x4_add(sum, i32x4_shuffle::<2, 3, 0, 1>(sum, sum));
        i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum)
    }
}

/// The same in plain numbers, for every other target and for mini-programs, whose WebAssembly has no vectors.
#[cfg(not(all(target_arch = "wasm32", not(feature = "abi"))))]
mod lanes {
    use super::{BLOCK, Found, HEAD, ROWS};

    pub(super) fn seek(heads: &[u8], query: &[i16; HEAD], reach: i32, bar: i32, from: usize) -> Option<Found> {
        let blocks = heads.get(from..).unwrap_or(&[]).chunks_exact(BLOCK);
        for (at, block) in (from..).step_by(BLOCK).zip(blocks) {
            let (lengths, heads) = block.split_at(ROWS * 2);
            let mut scores = [0; ROWS];
            for (pairs, q) in heads.chunks_exact(ROWS * 2).zip(query.chunks_exact(2)) {
                for (score, x) in scores.iter_mut().zip(pairs.chunks_exact(2)) {
                    *score += dot(x, q);
                }
            }
            let mut above = 0;
            for (i, (score, length)) in scores.iter().zip(lengths.chunks_exact(2)).enumerate() {
                let length = i32::from(u16::from_le_bytes([length[0], length[1]]));
                above |= u8::from(score.wrapping_add(length.wrapping_mul(reach)) > bar) << i;
            }
            if above != 0 {
                return Some(Found { at, scores, above });
            }
        }
        None
    }

    pub(super) fn dot(row: &[u8], query: &[i16]) -> i32 {
        row.iter().zip(query).map(|(x, q)| i32::from(*x as i8) * i32::from(*q)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::planes::lay;
    use super::*;
    use alloc::vec;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Random numbers (xorshift).
    struct Draw(u64);

    impl Draw {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 >> 16
        }
    }

    /// `n` rows of so many dimensions.
    struct Rows {
        n: usize,
        dims: usize,
        bytes: Vec<u8>,
    }

    impl Rows {
        /// `number` is told a number's place in its row.
        fn new(n: usize, dims: usize, mut number: impl FnMut(usize) -> i8) -> Rows {
            let numbers: Vec<i8> = (0..n * dims).map(|i| number(i % dims)).collect();
            Rows { n, dims, bytes: lay(&numbers, dims) }
        }

        fn vectors(&self) -> Vectors<'_> {
            Vectors::read(&self.bytes, self.n, self.dims).expect("it fits")
        }

        fn found(&self, query: &[i16], k: usize) -> Vec<(u32, i32)> {
            let mut top = Top::default();
            top.start(k);
            scan(&self.vectors(), query, &mut top);
            top.best().collect()
        }

        /// Every row scored and sorted.
        fn expected(&self, query: &[i16], k: usize) -> Vec<(u32, i32)> {
            let mut all: Vec<_> = (0..self.n).map(|i| (i as u32, score(&self.vectors(), i, query))).collect();
            all.sort_by_key(|(row, score)| (-score, *row));
            all.truncate(k);
            all
        }
    }

    const DIMS: [usize; 3] = [32, 64, 256];

    #[test]
    fn the_best_are_those_of_a_plain_scan_ties_included() {
        let mut draw = Draw(88_172_645_463_325_252);
        for dims in DIMS {
            for n in [0, 1, 3, 4, 5, 19, 20, 21, 300] {
                // Few different numbers make many ties; small tails are left unread.
                for (spread, tail) in [(3, 3), (255, 255), (255, 9), (255, 1)] {
                    let mut number = |at: usize| {
                        let of = if at < HEAD { spread } else { tail };
                        (draw.next() % of) as i64 as i8
                    };
                    let planes = Rows::new(n, dims, &mut number);
                    let query: Vec<i16> = (0..dims).map(|i| i16::from(number(i)) * 120).collect();
                    for k in [0, 1, 7, 20, 400] {
                        assert_eq!(planes.found(&query, k), planes.expected(&query, k), "{dims:?} {n} {spread} {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        for dims in DIMS {
            let mut at = 0;
            let mut number = || {
                at += 1;
                if at % 3 == 0 { 127 } else { -128 }
            };
            let numbers: Vec<i8> = (0..9 * dims).map(|_| number()).collect();
            let rows = Rows { n: 9, dims, bytes: lay(&numbers, dims) };
            for number in [LARGEST as i16, -(LARGEST as i16)] {
                let query = vec![number; dims];
                let wide = |i: usize| {
                    numbers[i * dims..(i + 1) * dims].iter().map(|x| i64::from(*x) * i64::from(number)).sum::<i64>()
                };
                let found = rows.found(&query, 9);
                assert_eq!(found, rows.expected(&query, 9));
                assert!(found.iter().all(|(i, score)| i64::from(*score) == wide(*i as usize)));
            }
        }
    }

    #[test]
    fn planes_and_queries_that_do_not_fit_are_read_as_less() {
        let good = Rows::new(10, 48, |_| 5);
        assert_eq!(good.found(&[1; 32], 5), []);
        assert_eq!(good.found(&[], 5), []);
        assert_eq!(good.found(&[1; 49], 5), []);
        let mut draw = Draw(5);
        for _ in 0..500 {
            let cut = |len: usize, draw: &mut Draw| (draw.next() as usize % (len + 1)).min(len);
            let v = good.vectors();
            let (a, b) = (cut(v.heads.len(), &mut draw), cut(v.tails.len(), &mut draw));
            let less = Vectors { heads: &v.heads[..a], tails: &v.tails[..b], ..v };
            let mut top = Top::default();
            top.start(5);
            scan(&less, &[7; 48], &mut top);
            assert!(top.best().all(|(row, _)| row < 10));
            assert_eq!(score(&less, 99, &[7; 48]), 0);
        }
    }

    /// Any bytes at all, even lengths that lie: both builds give this. The number was written down from the plain build.
    #[test]
    fn both_builds_give_the_same_even_where_lengths_lie() {
        let mut draw = Draw(77);
        let mut sum = 0_u64;
        for _ in 0..50 {
            let mut planes = Rows::new(61, 48, |_| draw.next() as i8);
            for block in planes.bytes[..16 * BLOCK].chunks_mut(BLOCK) {
                block[..2 * ROWS].iter_mut().for_each(|x| *x = draw.next() as u8);
            }
            let query: Vec<i16> = (0..48).map(|_| (draw.next() % 32_000) as i16 - 16_000).collect();
            for (row, score) in planes.found(&query, 9) {
                sum = sum.wrapping_mul(31).wrapping_add(u64::from(row) << 32 | u64::from(score as u32));
            }
        }
        assert_eq!(sum, 5_354_165_608_139_888_116);
    }
}
