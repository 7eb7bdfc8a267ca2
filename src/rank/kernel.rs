//! The best of many vectors by dot product: the one loop over all products.
//!
//! Rows are 8-bit, the query is 16-bit, products and sums are whole numbers in 32 bits: the scan computes the score itself.
//! With WebAssembly's vectors eight 16-bit products and their sums by pairs are one instruction (`i32x4.dot_i16x8_s`), so that an 8-bit
//! query would save nothing. What does save is to leave the tail of most rows unread: the builder turns vectors so that most of their
//! length stands first, the scan reads the head of a row, and by Cauchy and Schwarz the tail adds at most
//! `|tail of the query| · |tail of the row|`: what a row scores at most. Two passes:
//!
//! 1. What each row scores at most, four bytes a row, without a branch (`lanes::most`).
//! 2. The rows that score most at most, as many as are wanted, get their tails read. The worst of them is the bar: whatever does not even
//!    reach it is not among the best, and of the rest the tails are read too. That bar is near the one there is in the end, where one
//!    that rises along the way would let ten times as many rows through.
//!
//! So the answer is exact (recall 1), and since whole numbers add up the same in any order, both builds below give the same.
//!
//! The first call of a page runs this as the engine's quickest compiler, or its interpreter, made it: what counts then is how few
//! instructions the first pass has for a row, and how few functions there are to compile. So there are no iterators here where loops do.

use super::planes::{BLOCK, HEAD, MOST, ROWS, STEP, Vectors};
use alloc::vec;
use alloc::vec::Vec;

/// Rows that the second pass looks at in one go.
const GROUP: usize = 16;

/// Blocks that one call of the first pass goes through.
const CALL: usize = 256;

/// A query's largest number. With 256 products below 2^21 a score stays below 2^29, and so does what a tail may add.
pub const LARGEST: i64 = (1 << 14) - 1;

/// The score of one row; 0 beyond the last.
pub fn score(vectors: &Vectors<'_>, row: usize, query: &[i16]) -> i32 {
    let mut sum = 0;
    for (j, q) in query.iter().enumerate() {
        sum += i32::from(vectors.number(row, j)) * i32::from(*q);
    }
    sum
}

/// The square root of a number below 2^40, rounded down. A library's would be three functions more.
pub fn root(square: i64) -> i64 {
    let mut root = 0;
    let mut bit = 1 << 19;
    while bit != 0 {
        if (root | bit) * (root | bit) <= square {
            root |= bit;
        }
        bit >>= 1;
    }
    root
}

/// The best rows found so far, at most so many. Its memory is kept between searches.
#[derive(Debug, Clone, Default)]
pub struct Top {
    /// A heap with the least at its root, each a score above a row's complement: a larger one is better, and of two with
    /// the same score that of the smaller row is. Once [`Top::best`] was asked for, the best first.
    heap: Vec<i64>,
    most: usize,
    /// Room for what each row scores at most.
    at_most: Vec<i32>,
}

impl Top {
    /// Forgets what was found; from now on the best `most`.
    pub fn start(&mut self, most: usize) {
        self.heap.clear();
        self.heap.reserve(most);
        self.most = most;
    }

    /// What a row has to score to come in.
    #[inline(always)]
    fn bar(&self) -> i32 {
        if self.heap.len() < self.most { i32::MIN } else { self.heap.first().map_or(i32::MAX, |x| (x >> 32) as i32) }
    }

    /// Takes in a row unless as many as are wanted are better.
    #[inline(never)]
    fn offer(&mut self, row: u32, score: i32) {
        let new = key(row, score);
        let heap = &mut self.heap;
        let mut at = heap.len();
        if at < self.most {
            heap.push(new);
            while at > 0 && heap[(at - 1) / 2] > new {
                heap[at] = heap[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            heap[at] = new;
        } else if heap.first().is_some_and(|least| *least < new) {
            sink(heap, 0, new);
        }
    }

    /// The rows found with their scores, best first.
    pub fn best(&mut self) -> impl Iterator<Item = (u32, i32)> {
        let mut left = self.heap.len();
        while left > 1 {
            left -= 1;
            let last = self.heap[left];
            self.heap[left] = self.heap[0];
            sink(&mut self.heap[..left], 0, last);
        }
        self.heap.iter().map(|x| (!(*x as u32), (*x >> 32) as i32))
    }
}

/// A larger one is better.
#[inline(always)]
fn key(row: u32, score: i32) -> i64 {
    i64::from(score) << 32 | i64::from(!row)
}

/// Puts a number into a heap in place of the one at `at`, and from there down to where it belongs.
#[inline(never)]
fn sink(heap: &mut [i64], mut at: usize, new: i64) {
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
    heap[at] = new;
}

/// Finds the rows with the largest scores: those that `top` was started for. The query has a number for each dimension, none of them
/// beyond [`LARGEST`]; one of another length, or planes that do not fit, find nothing or less.
#[cfg_attr(all(target_arch = "wasm32", not(feature = "abi")), target_feature(enable = "simd128"))]
pub fn scan(vectors: &Vectors<'_>, query: &[i16], top: &mut Top) {
    let Some((head, tail)) = query.split_first_chunk::<HEAD>() else { return };
    let t = vectors.tail;
    if tail.len() != t || !t.is_multiple_of(STEP) || query.len() > MOST || top.most == 0 {
        return;
    }
    let mut squares = 0;
    for q in tail {
        squares += i64::from(*q) * i64::from(*q);
    }
    // Rounded up.
    let reach = root(squares.max(1) - 1) as i32 + i32::from(squares > 0);
    let blocks = (vectors.heads.len() / BLOCK).min(vectors.rows.div_ceil(ROWS));
    let mut at_most = core::mem::take(&mut top.at_most);
    if at_most.len() < blocks * ROWS + GROUP {
        at_most = vec![0; blocks * ROWS + GROUP];
    }
    // In calls of their own, since engines change to better code between calls, and not within one.
    let mut from = 0;
    while from < blocks {
        let to = (from + CALL).min(blocks);
        lanes::most(&vectors.heads[from * BLOCK..to * BLOCK], head, reach, &mut at_most[from * ROWS..to * ROWS]);
        from = to;
    }
    // The last block may have places without a row, and behind it may be what another pack left.
    let mut behind = vectors.rows.min(blocks * ROWS);
    while behind < at_most.len() {
        at_most[behind] = i32::MIN;
        behind += 1;
    }
    let mut rows = Rows { vectors, tail, reach, at_most };
    rows.pass(top, false);
    // Those that score most at most, as many as are wanted: from here on with their scores.
    let mut at = top.heap.len();
    while at > 0 {
        at -= 1;
        let row = !(top.heap[at] as u32);
        let score = rows.score(row as usize);
        sink(&mut top.heap, at, key(row, score));
    }
    rows.pass(top, true);
    top.at_most = rows.at_most;
}

/// Finds the best of as many empty rows (6,144) as make JavaScriptCore compile the loops of a scan, which takes it some 30 ms beside everything else: done before a pack is
/// opened, they are ready for the first query.
pub fn warm() {
    let (heads, tails) = (vec![0; CALL * BLOCK], vec![0; CALL * ROWS * STEP]);
    let nothing = Vectors { heads: &heads, tails: &tails, tail: STEP, rows: CALL * ROWS };
    let mut top = Top::default();
    for _ in 0..6 {
        top.start(20);
        scan(&nothing, &[1; HEAD + STEP], &mut top);
    }
}

/// The rows of one scan.
struct Rows<'a> {
    vectors: &'a Vectors<'a>,
    tail: &'a [i16],
    /// Length of the tail.
    reach: i32,
    /// What each row scores at most; the least number there is once its score is known.
    at_most: Vec<i32>,
}

impl Rows<'_> {
    /// Offers what the rows score, or what they score at most.
    #[cfg_attr(all(target_arch = "wasm32", not(feature = "abi")), target_feature(enable = "simd128"))]
    #[inline(never)]
    fn pass(&mut self, top: &mut Top, scores: bool) {
        // A row that comes first may take the place of another with the same score; in the first pass all come in order.
        let mut bar = top.bar().saturating_sub(scores.into());
        let mut at = 0;
        while let Some(group) = self.at_most.get(at..at + GROUP) {
            let mut above = lanes::above(group, bar);
            while above != 0 {
                let row = at + above.trailing_zeros() as usize;
                above &= above - 1;
                let most = self.at_most[row];
                if most > bar {
                    top.offer(row as u32, if scores { self.score(row) } else { most });
                    bar = top.bar().saturating_sub(scores.into());
                }
            }
            at += GROUP;
        }
    }

    /// What a row scores, for once: then nothing stands in its place any more.
    #[cfg_attr(all(target_arch = "wasm32", not(feature = "abi")), target_feature(enable = "simd128"))]
    #[inline(never)]
    fn score(&mut self, row: usize) -> i32 {
        let most = core::mem::replace(&mut self.at_most[row], i32::MIN);
        let at = row / ROWS * BLOCK + row % ROWS * 2;
        let length = i32::from(self.vectors.heads[at]) | i32::from(self.vectors.heads[at + 1]) << 8;
        let t = self.vectors.tail;
        let rest = self.vectors.tails.get(row * t..(row + 1) * t).map_or(0, |row| lanes::dot(row, self.tail));
        most.wrapping_sub(length.wrapping_mul(self.reach)).wrapping_add(rest)
    }
}

/// WebAssembly's vectors of 128 bits.
#[cfg(all(target_arch = "wasm32", not(feature = "abi")))]
#[allow(unsafe_code, reason = "the instructions load from addresses; each load's bytes are shown to lie in its slice")]
mod lanes {
    use super::{BLOCK, GROUP, HEAD, ROWS};
    use core::arch::wasm32::*;

    /// What each row of whole blocks scores at most. All is written out, and with sums and pairs in names of their own: this build is made
    /// for size, in which loops stay, and functions and arrays of vectors go through memory.
    #[inline(never)]
    #[target_feature(enable = "simd128")]
    pub(super) fn most(heads: &[u8], query: &[i16; HEAD], reach: i32, at_most: &mut [i32]) {
        let blocks = (heads.len() / BLOCK).min(at_most.len() / ROWS);
        let reach = i32x4_splat(reach);
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
        // SAFETY: there are `blocks` times a block's 136 bytes behind `p` and four numbers behind `out`, and both go on by as much, until
        // `p` is behind the last of them; the largest place read is 128, with 8 bytes. No alignment is needed.
        unsafe {
            let mut p = heads.as_ptr();
            let mut out = at_most.as_mut_ptr();
            let end = p.add(blocks * BLOCK);
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
                let lengths = i32x4_load_extend_u16x4(p.cast());
                v128_store(out.cast(), i32x4_add(scores, i32x4_mul(lengths, reach)));
                p = p.add(BLOCK);
                out = out.add(ROWS);
            }
        }
    }

    /// A bit for each number of a group that is above the bar.
    #[inline]
    #[target_feature(enable = "simd128")]
    pub(super) fn above(group: &[i32], bar: i32) -> u32 {
        let Some(group) = group.first_chunk::<GROUP>() else { return 0 };
        let at: *const v128 = group.as_ptr().cast();
        // SAFETY: sixteen numbers are four vectors. No alignment is needed.
        let [a, b, c, d] = unsafe { [v128_load(at), v128_load(at.add(1)), v128_load(at.add(2)), v128_load(at.add(3))] };
        let bar = i32x4_splat(bar);
        if !v128_any_true(i32x4_gt(i32x4_max(i32x4_max(a, b), i32x4_max(c, d)), bar)) {
            return 0;
        }
        let bits = |x| u32::from(i32x4_bitmask(i32x4_gt(x, bar)));
        bits(a) | bits(b) << 4 | bits(c) << 8 | bits(d) << 12
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
    use super::{BLOCK, HEAD, ROWS};

    pub(super) fn most(heads: &[u8], query: &[i16; HEAD], reach: i32, at_most: &mut [i32]) {
        for (block, out) in heads.as_chunks::<BLOCK>().0.iter().zip(at_most.as_chunks_mut::<ROWS>().0) {
            let (pairs, _) = block.as_chunks::<{ 2 * ROWS }>();
            // A sum for each byte of a pair: loops of a known length, which the compiler turns into vectors.
            let mut sums = [0_i32; 2 * ROWS];
            for (pair, q) in pairs.iter().skip(1).zip(query.as_chunks::<2>().0) {
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum += i32::from(pair[i] as i8) * i32::from(q[i % 2]);
                }
            }
            for (i, out) in out.iter_mut().enumerate() {
                let length = i32::from(u16::from_le_bytes([block[2 * i], block[2 * i + 1]]));
                *out = (sums[2 * i] + sums[2 * i + 1]).wrapping_add(length.wrapping_mul(reach));
            }
        }
    }

    pub(super) fn above(group: &[i32], bar: i32) -> u32 {
        let mut bits = 0;
        for (i, most) in group.iter().enumerate() {
            bits |= u32::from(*most > bar) << i;
        }
        bits
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
    struct Made {
        n: usize,
        dims: usize,
        bytes: Vec<u8>,
    }

    impl Made {
        /// `number` is told a number's place in its row.
        fn new(n: usize, dims: usize, mut number: impl FnMut(usize) -> i8) -> Made {
            let numbers: Vec<i8> = (0..n * dims).map(|i| number(i % dims)).collect();
            Made { n, dims, bytes: lay(&numbers, dims) }
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
                    let planes = Made::new(n, dims, &mut number);
                    let query: Vec<i16> = (0..dims).map(|i| i16::from(number(i)) * 120).collect();
                    for k in [0, 1, 7, 20, 400] {
                        assert_eq!(planes.found(&query, k), planes.expected(&query, k), "{dims:?} {n} {spread} {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_top_that_is_used_again_knows_nothing_of_what_was_before() {
        let (mut draw, mut top) = (Draw(3), Top::default());
        // More rows than one call of the first pass takes, then few, then as many again.
        for n in [4 * ROWS * CALL + 5, 7, 0, 2 * ROWS * CALL, 2 * ROWS * CALL + 1, 18] {
            let made = Made::new(n, 64, |at| (draw.next() % if at < HEAD { 200 } else { 20 }) as i64 as i8);
            let query: Vec<i16> = (0..64).map(|_| (draw.next() % 4001) as i16 - 2000).collect();
            top.start(20);
            scan(&made.vectors(), &query, &mut top);
            assert_eq!(top.best().collect::<Vec<_>>(), made.expected(&query, 20), "{n}");
        }
    }

    #[test]
    fn roots_are_rounded_down() {
        for x in (0..2000).chain([16_383 * 16, (1 << 20) - 1]) {
            assert_eq!(root(x * x), x);
            assert_eq!(root(x * x + 2 * x), x, "one less than the next square");
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
            let rows = Made { n: 9, dims, bytes: lay(&numbers, dims) };
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
        let good = Made::new(10, 48, |_| 5);
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
            let mut planes = Made::new(61, 48, |_| draw.next() as i8);
            for block in planes.bytes[..16 * BLOCK].chunks_mut(BLOCK) {
                block[..2 * ROWS].iter_mut().for_each(|x| *x = draw.next() as u8);
            }
            let query: Vec<i16> = (0..48).map(|_| (draw.next() % 32_000) as i16 - 16_000).collect();
            for (row, score) in planes.found(&query, 9) {
                sum = sum.wrapping_mul(31).wrapping_add(u64::from(row) << 32 | u64::from(score as u32));
            }
        }
        assert_eq!(sum, 392_201_228_808_627_415);
    }
}
