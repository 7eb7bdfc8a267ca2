//! The vectors of a pack's products: those that point the same way are turned to in the same visits, or described alike.
//!
//! A visit is the sum of its products' vectors, and what a candidate scores is the cosine of its vector with that sum.

pub use super::kernel::Top;
use super::kernel::{LARGEST, MOST, ROWS, STEP, Vectors, scan};
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::list::Gather;
use crate::pack::{Pack, Tag};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// Bytes before the lengths of the tails.
const HEAD: usize = 8;
/// Bits after the point of a cosine.
pub const COSINE_BITS: u32 = 24;

/// Where the vectors lie; a pack without any has no rows.
#[derive(Debug, Clone, Default)]
pub struct Embedding {
    rows: usize,
    dims: [usize; 2],
    /// Length of a whole vector.
    unit: u16,
    lengths: Range<usize>,
    planes: [Range<usize>; 2],
}

/// What is looked for: a direction in whole numbers, with its length.
#[derive(Debug, Clone, Default)]
pub struct Aim {
    numbers: Vec<i16>,
    /// Length of the numbers times that of a vector; 0 where there is nothing to look for.
    length: i64,
}

impl Embedding {
    /// The vectors of a pack with `products` rows.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section has the wrong length.
    pub fn open(pack: &Pack, products: usize) -> Result<Embedding> {
        let Some(section) = pack.find(Tag::EMBEDDING, 0) else { return Ok(Embedding::default()) };
        // Behind the rows that have vectors there may be new items of an overlay.
        let products = products.min(section.entries as usize);
        let bytes = pack.section(Tag::EMBEDDING, 0).unwrap_or(&[]);
        let number = |i: usize| bytes.get(2 * i..2 * i + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
        let dims = [0, 1].map(|i| usize::from(number(i)));
        let padded = products.next_multiple_of(ROWS);
        let wanted = HEAD + padded * (2 + dims[0] + dims[1]);
        let steps = dims[0] > 0 && dims.iter().all(|d| d.is_multiple_of(STEP)) && dims[0] + dims[1] <= MOST;
        if !steps || bytes.len() != wanted {
            return Err(Error::new(Code::PackMalformed, "section EMBD has the wrong length."));
        }
        let lengths = section.range.start + HEAD;
        let heads = lengths + padded * 2;
        let tails = heads + padded * dims[0];
        let planes = [heads..tails, tails..section.range.end];
        Ok(Embedding { rows: products, dims, unit: number(2), lengths: lengths..heads, planes })
    }

    /// True when the pack has no vectors.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    fn vectors<'a>(&self, pack: &'a Pack) -> Vectors<'a> {
        let bytes = |range: &Range<usize>| pack.bytes().get(range.clone()).unwrap_or(&[]);
        let [heads, tails] = &self.planes;
        Vectors {
            rows: self.rows,
            dims: self.dims,
            planes: [bytes(heads), bytes(tails)],
            lengths: bytes(&self.lengths),
        }
    }

    /// The direction of a weighted sum of products.
    pub fn aim(&self, pack: &Pack, from: &[(Row, u32)]) -> Aim {
        let vectors = self.vectors(pack);
        let mut sum = vec![0_i64; self.dims[0] + self.dims[1]];
        for (row, weight) in from {
            let mut at = 0;
            for (plane, d) in vectors.planes.into_iter().zip(self.dims) {
                let i = row.index() * d;
                let numbers = plane.get(i..i + d).unwrap_or(&[]);
                for (sum, x) in sum[at..].iter_mut().zip(numbers) {
                    *sum += i64::from(*x as i8) * i64::from(*weight);
                }
                at += d;
            }
        }
        let largest = sum.iter().map(|x| x.abs()).max().unwrap_or(0);
        // The fewest bits off, so that the largest fits.
        let mut shift = 0;
        while largest >> shift > LARGEST {
            shift += 1;
        }
        let numbers: Vec<i16> = sum.iter().map(|x| (x / (1 << shift)) as i16).gather();
        let squares: i64 = numbers.iter().map(|x| i64::from(*x) * i64::from(*x)).sum();
        let length = libm::sqrt(squares as f64) as i64 * i64::from(self.unit);
        Aim { numbers, length }
    }

    /// A product's cosine with an aim, in 2^-24; 0 where it points elsewhere.
    pub fn cosine(&self, pack: &Pack, aim: &Aim, row: Row) -> u64 {
        aim.cosine(if aim.length > 0 && row.index() < self.rows {
            self.vectors(pack).score(row.index(), &aim.numbers)
        } else {
            0
        })
    }

    /// The products nearest to an aim with their cosines, best first, ties in the published order; at most `most`, and none that points elsewhere.
    pub fn nearest(&self, pack: &Pack, aim: &Aim, most: usize, top: &mut Top) -> Vec<(Row, u64)> {
        top.start(most.min(self.rows));
        if aim.length > 0 {
            scan(&self.vectors(pack), &aim.numbers, top);
        }
        let found = top.best().filter(|(_, score)| *score > 0);
        found.map(|(row, score)| (Row(row), aim.cosine(score))).gather()
    }
}

impl Aim {
    fn cosine(&self, score: i32) -> u64 {
        // Scores stay below 2^30.
        (i64::from(score.max(0)) << COSINE_BITS).checked_div(self.length).map_or(0, |c| c.min(1 << COSINE_BITS) as u64)
    }
}
