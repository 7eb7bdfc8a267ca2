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
