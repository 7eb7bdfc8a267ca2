//! The best of many vectors by dot product: the one loop over all products.
//!
//! Rows are 8-bit, the query is 16-bit, products and sums are whole numbers in 32 bits: the scan computes the score itself.
//! With WebAssembly's vectors eight 16-bit products and their sums by pairs are one instruction (`i32x4.dot_i16x8_s`), so that an 8-bit
//! query would save nothing. What does save is to leave the tail of most rows unread: the dimensions are in order of what they
//! weigh, the scan reads the head of a row, and by Cauchy and Schwarz the tail adds at most `|tail of the query| · |tail of the row|`.
//! Where even that does not reach the worst of the best so far, the row cannot be among the best. So the answer is exact (recall 1),
//! and since whole numbers add up the same in any order, both builds below give the same.

use crate::order::Arrange;
use alloc::vec::Vec;
use lanes::Four;

/// Dimensions come in steps of this many.
pub const STEP: usize = 16;
/// Most dimensions.
pub const MOST: usize = 256;
/// Rows scored at a time: a plane holds a multiple of them.
pub const ROWS: usize = 4;
/// A query's largest number. With 256 products below 2^21 a score stays below 2^29, and so does what a tail may add.
pub const LARGEST: i64 = (1 << 14) - 1;

/// Rows of 8-bit numbers in two planes, and what is known of the tails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vectors<'a> {
    /// Rows there are; the planes may hold up to three more.
    pub rows: usize,
    /// Dimensions of the head and of the tail, multiples of [`STEP`].
    pub dims: [usize; 2],
    /// The plane of the heads and that of the tails, a row after the other.
    pub planes: [&'a [u8]; 2],
    /// Length of each tail, rounded up, as `u16`.
    pub lengths: &'a [u8],
}

impl Vectors<'_> {
    /// The score of one row; 0 beyond the last.
    pub fn score(&self, row: usize, query: &[i16]) -> i32 {
        let (head, tail) = query.split_at(self.dims[0].min(query.len()));
        self.part(0, row, head) + self.part(1, row, tail)
    }

    /// What a row's head or tail adds to its score.
    fn part(&self, plane: usize, row: usize, query: &[i16]) -> i32 {
        let d = self.dims[plane];
        let row = self.planes[plane].get(row * d..(row + 1) * d).unwrap_or(&[]);
        row.iter().zip(query).map(|(x, q)| i32::from(*x as i8) * i32::from(*q)).sum()
    }
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
    let [h, t] = vectors.dims;
    if h == 0 || h + t != query.len() || h + t > MOST || h % STEP != 0 || t % STEP != 0 {
        return;
    }
    let (head, tail) = query.split_at(h);
    let squares: i64 = tail.iter().map(|q| i64::from(*q) * i64::from(*q)).sum();
    let reach = libm::ceil(libm::sqrt(squares as f64)) as i32;
    let heads = vectors.planes[0].chunks_exact(ROWS * h);
    let lengths = vectors.lengths.chunks_exact(ROWS * 2);
    let mut bar = top.bar();
    for (block, (heads, lengths)) in heads.zip(lengths).enumerate() {
        let scores = lanes::dots(heads, head);
        if !lanes::any_above(lanes::reaching(scores, lengths, reach), bar) {
            continue;
        }
        let tails = vectors.planes[1].get(block * ROWS * t..(block + 1) * ROWS * t).unwrap_or(&[]);
        let scores: Four = if tails.is_empty() { scores } else { lanes::sum(scores, lanes::dots(tails, tail)) };
        for (score, row) in lanes::numbers(scores).into_iter().zip(block * ROWS..vectors.rows) {
            if score > bar {
                top.offer(row as u32, score);
                bar = top.bar();
            }
        }
    }
}

/// Four rows at a time by WebAssembly's vectors of 128 bits.
#[cfg(all(target_arch = "wasm32", not(feature = "abi")))]
#[allow(unsafe_code, reason = "the instructions load from addresses; each load's bytes are shown to lie in its slice")]
mod lanes {
    use super::{ROWS, STEP};
    use core::arch::wasm32::*;

    pub(super) type Four = v128;

    /// The dot product of each of four rows with a query of as many numbers as a row has.
    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn dots(rows: &[u8], query: &[i16]) -> Four {
        let d = query.len();
        let mut sums = [i32x4_splat(0); ROWS];
        if rows.len() < ROWS * d {
            return sums[0];
        }
        let mut at = 0;
        while at + STEP <= d {
            // SAFETY: `at + 16 <= d`, so that 32 bytes from the query's number `at` lie in its `2 d` bytes, and 16 bytes from `r d + at`,
            // for r up to 3, in the `4 d` bytes of the rows. No alignment is needed.
            unsafe {
                let q = query.as_ptr().add(at).cast::<v128>();
                let (q0, q1) = (v128_load(q), v128_load(q.add(1)));
                let p = rows.as_ptr().cast::<i8>().add(at);
                // Written out four times: this build is made for size and unrolls nothing by itself.
                macro_rules! row {
                    ($r:literal) => {
                        let p = p.add($r * d);
                        let low = i32x4_dot_i16x8(i16x8_load_extend_i8x8(p), q0);
                        let high = i32x4_dot_i16x8(i16x8_load_extend_i8x8(p.add(8)), q1);
                        sums[$r] = i32x4_add(sums[$r], i32x4_add(low, high));
                    };
                }
                row!(0);
                row!(1);
                row!(2);
                row!(3);
            }
            at += STEP;
        }
        let [a, b, c, d] = sums;
        let ab = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
        let cd = i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
        i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd))
    }

    /// What scores may become at most with tails of these lengths.
    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn reaching(scores: Four, lengths: &[u8], reach: i32) -> Four {
        let Some(lengths) = lengths.first_chunk::<8>() else { return scores };
        // SAFETY: the eight bytes of the array; no alignment is needed.
        let lengths = unsafe { i32x4_load_extend_u16x4(lengths.as_ptr().cast()) };
        i32x4_add(scores, i32x4_mul(lengths, i32x4_splat(reach)))
    }

    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn any_above(x: Four, bar: i32) -> bool {
        v128_any_true(i32x4_gt(x, i32x4_splat(bar)))
    }

    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn sum(x: Four, y: Four) -> Four {
        i32x4_add(x, y)
    }

    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn numbers(x: Four) -> [i32; ROWS] {
        [i32x4_extract_lane::<0>(x), i32x4_extract_lane::<1>(x), i32x4_extract_lane::<2>(x), i32x4_extract_lane::<3>(x)]
    }
}

/// The same four at a time in plain numbers, for every other target and for mini-programs, whose WebAssembly has no vectors.
#[cfg(not(all(target_arch = "wasm32", not(feature = "abi"))))]
mod lanes {
    use super::ROWS;
    use core::array::from_fn;

    pub(super) type Four = [i32; ROWS];

    pub(super) fn dots(rows: &[u8], query: &[i16]) -> Four {
        let d = query.len();
        let mut sums = [0; ROWS];
        for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(d)) {
            *sum = row.iter().zip(query).map(|(x, q)| i32::from(*x as i8) * i32::from(*q)).sum();
        }
        sums
    }

    pub(super) fn reaching(scores: Four, lengths: &[u8], reach: i32) -> Four {
        let length = |i: usize| i32::from(u16::from_le_bytes([lengths[2 * i], lengths[2 * i + 1]]));
        from_fn(|i| scores[i].wrapping_add(length(i).wrapping_mul(reach)))
    }

    pub(super) fn any_above(x: Four, bar: i32) -> bool {
        x.iter().any(|x| *x > bar)
    }

    pub(super) fn sum(x: Four, y: Four) -> Four {
        from_fn(|i| x[i] + y[i])
    }

    pub(super) fn numbers(x: Four) -> [i32; ROWS] {
        x
    }
}

#[cfg(test)]
mod tests {
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

    /// Planes of `n` rows with heads and tails of so many dimensions, and the lengths of the tails.
    struct Planes {
        n: usize,
        dims: [usize; 2],
        planes: [Vec<u8>; 2],
        lengths: Vec<u8>,
    }

    impl Planes {
        fn new(n: usize, dims: [usize; 2], mut number: impl FnMut(usize) -> i8) -> Planes {
            let padded = n.next_multiple_of(ROWS);
            let planes = [0, 1].map(|p| {
                let mut plane = vec![0; padded * dims[p]];
                plane[..n * dims[p]].iter_mut().for_each(|x| *x = number(p) as u8);
                plane
            });
            let mut lengths = Vec::new();
            for i in 0..padded {
                let tail = &planes[1][i * dims[1]..(i + 1) * dims[1]];
                let squares: i32 = tail.iter().map(|x| i32::from(*x as i8).pow(2)).sum();
                lengths.extend((libm::ceil(libm::sqrt(f64::from(squares))) as u16).to_le_bytes());
            }
            Planes { n, dims, planes, lengths }
        }

        fn vectors(&self) -> Vectors<'_> {
            let [heads, tails] = &self.planes;
            Vectors { rows: self.n, dims: self.dims, planes: [heads, tails], lengths: &self.lengths }
        }

        fn found(&self, query: &[i16], k: usize) -> Vec<(u32, i32)> {
            let mut top = Top::default();
            top.start(k);
            scan(&self.vectors(), query, &mut top);
            top.best().collect()
        }

        /// Every row scored and sorted.
        fn expected(&self, query: &[i16], k: usize) -> Vec<(u32, i32)> {
            let mut all: Vec<_> = (0..self.n).map(|i| (i as u32, self.vectors().score(i, query))).collect();
            all.sort_by_key(|(row, score)| (-score, *row));
            all.truncate(k);
            all
        }
    }

    const DIMS: [[usize; 2]; 5] = [[32, 32], [16, 48], [64, 0], [16, 0], [128, 128]];

    #[test]
    fn the_best_are_those_of_a_plain_scan_ties_included() {
        let mut draw = Draw(88_172_645_463_325_252);
        for dims in DIMS {
            for n in [0, 1, 3, 4, 5, 19, 20, 21, 300] {
                // Few different numbers make many ties; small tails are left unread.
                for (spread, tail) in [(3, 3), (255, 255), (255, 9), (255, 1)] {
                    let mut number = |p: usize| {
                        let of = if p == 0 { spread } else { tail };
                        (draw.next() % of) as i64 as i8
                    };
                    let planes = Planes::new(n, dims, &mut number);
                    let query: Vec<i16> =
                        (0..dims[0] + dims[1]).map(|i| i16::from(number(usize::from(i >= dims[0]))) * 120).collect();
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
            let d = dims[0] + dims[1];
            let mut row = 0;
            let planes = Planes::new(9, dims, |_| {
                row += 1;
                if row % 3 == 0 { 127 } else { -128 }
            });
            for number in [LARGEST as i16, -(LARGEST as i16)] {
                let query = vec![number; d];
                let wide = |i: usize| {
                    let of = |p: usize| planes.planes[p][i * dims[p]..(i + 1) * dims[p]].iter();
                    of(0).chain(of(1)).map(|x| i64::from(*x as i8) * i64::from(number)).sum::<i64>()
                };
                let found = planes.found(&query, 9);
                assert_eq!(found, planes.expected(&query, 9));
                assert!(found.iter().all(|(i, score)| i64::from(*score) == wide(*i as usize)));
            }
        }
    }

    #[test]
    fn planes_and_queries_that_do_not_fit_are_read_as_less() {
        let good = Planes::new(10, [16, 16], |_| 5);
        assert_eq!(good.found(&[1; 16], 5), []);
        assert_eq!(good.found(&[], 5), []);
        assert_eq!(good.found(&[1; 33], 5), []);
        let mut draw = Draw(5);
        for _ in 0..500 {
            let cut = |len: usize, draw: &mut Draw| (draw.next() as usize % (len + 1)).min(len);
            let v = good.vectors();
            let (a, b, c) =
                (cut(v.planes[0].len(), &mut draw), cut(v.planes[1].len(), &mut draw), cut(v.lengths.len(), &mut draw));
            let less = Vectors { planes: [&v.planes[0][..a], &v.planes[1][..b]], lengths: &v.lengths[..c], ..v };
            let mut top = Top::default();
            top.start(5);
            scan(&less, &[7; 32], &mut top);
            assert!(top.best().all(|(row, _)| row < 10));
            assert_eq!(less.score(99, &[7; 32]), 0);
        }
    }

    /// Any bytes at all, even lengths that lie: both builds give this. The number was written down from the plain build.
    #[test]
    fn both_builds_give_the_same_even_where_lengths_lie() {
        let mut draw = Draw(77);
        let mut sum = 0_u64;
        for _ in 0..50 {
            let mut planes = Planes::new(61, [16, 32], |_| draw.next() as i8);
            planes.lengths.iter_mut().for_each(|x| *x = draw.next() as u8);
            let query: Vec<i16> = (0..48).map(|_| (draw.next() % 32_000) as i16 - 16_000).collect();
            for (row, score) in planes.found(&query, 9) {
                sum = sum.wrapping_mul(31).wrapping_add(u64::from(row) << 32 | u64::from(score as u32));
            }
        }
        assert_eq!(sum, 15_255_480_236_175_129_679);
    }
}
