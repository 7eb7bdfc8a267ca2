//! The vectors of a pack's products: those that point the same way are turned to in the same visits, or described alike.
//!
//! A visit is the sum of its products' vectors, and what a candidate scores is the cosine of its vector with that sum.

pub use super::kernel::Top;
use super::kernel::{LARGEST, root, scan, score};
use super::planes::{HEAD, MOST, ROWS, STEP, Vectors, lay};
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::list::Gather;
use crate::pack::{Pack, Tag};
use alloc::vec::Vec;
use core::ops::Range;

/// Bytes before the vectors.
const START: usize = 8;
/// The section's key for vectors that lie as `planes.rs` tells. With key 0 the first ones lay a row after the other, in two planes.
pub const BY_PAIRS: u32 = 1;
/// Bits after the point of a cosine.
pub const COSINE_BITS: u32 = 24;

/// Where the vectors lie; a pack without any has no rows.
#[derive(Debug, Clone, Default)]
pub struct Embedding {
    rows: usize,
    dims: usize,
    /// Length of a whole vector.
    unit: u16,
    /// In the pack, or in `laid` where the pack has them in the first layout.
    range: Range<usize>,
    laid: Vec<u8>,
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
        let key = if pack.find(Tag::EMBEDDING, BY_PAIRS).is_some() { BY_PAIRS } else { 0 };
        let piecewise = || pack.sections().iter().find(|s| s.tag == Tag::EMBEDDING_PART);
        let Some(section) = pack.find(Tag::EMBEDDING, key).or_else(piecewise) else { return Ok(Embedding::default()) };
        // Behind the rows that have vectors there may be new items of an overlay.
        let products = products.min(section.entries as usize);
        let bytes = pack.bytes().get(section.range.clone()).unwrap_or(&[]);
        let number = |i: usize| bytes.get(2 * i..2 * i + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
        let [first, second] = [0, 1].map(|i| usize::from(number(i)));
        let dims = first + second;
        let mut range = (section.range.start + START).min(section.range.end)..section.range.end;
        let mut laid = Vec::new();
        let wrong = || Error::new(Code::PackMalformed, "section EMBD has the wrong length.");
        let body = bytes.get(START..).unwrap_or(&[]);
        if section.tag == Tag::EMBEDDING_PART {
            if !(HEAD..=MOST).contains(&dims) || products.checked_mul(dims) != Some(body.len()) {
                return Err(wrong());
            }
            laid = lay(&body.iter().map(|x| *x as i8).gather(), dims);
            range = 0..laid.len();
        } else if key != BY_PAIRS {
            laid = first_layout(body, products, [first, second]).ok_or_else(wrong)?;
            range = 0..laid.len();
        }
        let open = Embedding { rows: products, dims, unit: number(2), range, laid };
        let fits = Vectors::read(open.bytes(pack), products, dims).is_some();
        if !fits || key == BY_PAIRS && first != HEAD {
            return Err(wrong());
        }
        Ok(open)
    }

    /// True when the pack has no vectors.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    fn bytes<'a>(&'a self, pack: &'a Pack) -> &'a [u8] {
        let all = if self.laid.is_empty() { pack.bytes() } else { &self.laid };
        all.get(self.range.clone()).unwrap_or(&[])
    }

    fn vectors<'a>(&'a self, pack: &'a Pack) -> Vectors<'a> {
        Vectors::read(self.bytes(pack), self.rows, self.dims).unwrap_or_default()
    }

    /// Numbers of a vector, and the vectors as parts of a pack have them: the head, then one after the other.
    #[cfg(feature = "cli")]
    pub(crate) fn by_rows(&self, pack: &Pack) -> (usize, Vec<u8>) {
        let vectors = self.vectors(pack);
        let head = [HEAD as u16, self.dims.saturating_sub(HEAD) as u16, self.unit, 0].map(u16::to_le_bytes);
        let rows = (0..self.rows).flat_map(|row| vectors.numbers(row)).map(|x| x as u8);
        (self.dims, head.into_iter().flatten().chain(rows).collect())
    }

    /// The direction of a weighted sum of products.
    pub fn aim(&self, pack: &Pack, from: &[(Row, u32)]) -> Aim {
        let vectors = self.vectors(pack);
        let mut sum = [0_i64; MOST];
        let sum = &mut sum[..self.dims.min(MOST)];
        for (row, weight) in from {
            if row.index() >= self.rows {
                continue;
            }
            for (j, sum) in sum.iter_mut().enumerate() {
                *sum += i64::from(vectors.number(row.index(), j)) * i64::from(*weight);
            }
        }
        let mut largest = 0;
        for x in sum.iter() {
            largest = largest.max(x.abs());
        }
        // The fewest bits off, so that the largest fits.
        let mut shift = 0;
        while largest >> shift > LARGEST {
            shift += 1;
        }
        let mut numbers = Vec::with_capacity(sum.len());
        let mut squares = 0;
        for x in sum.iter() {
            let x = (x / (1 << shift)) as i16;
            squares += i64::from(x) * i64::from(x);
            numbers.push(x);
        }
        Aim { numbers, length: root(squares) * i64::from(self.unit) }
    }

    /// A product's cosine with an aim, in 2^-24; 0 where it points elsewhere.
    pub fn cosine(&self, pack: &Pack, aim: &Aim, row: Row) -> u64 {
        let is_asked = aim.length > 0 && row.index() < self.rows;
        aim.cosine(if is_asked { score(&self.vectors(pack), row.index(), &aim.numbers) } else { 0 })
    }

    /// The products nearest to an aim with their cosines, best first, ties in the published order; at most `most`, and none that points elsewhere.
    pub fn nearest(&self, pack: &Pack, aim: &Aim, most: usize, top: &mut Top) -> Vec<(Row, u64)> {
        self.nearest_among(self.rows, pack, aim, most, top)
    }

    /// The same among the first `rows`.
    pub fn nearest_among(&self, rows: usize, pack: &Pack, aim: &Aim, most: usize, top: &mut Top) -> Vec<(Row, u64)> {
        let vectors = Vectors { rows: rows.min(self.rows), ..self.vectors(pack) };
        top.start(most.min(vectors.rows));
        if aim.length > 0 {
            scan(&vectors, &aim.numbers, top);
        }
        let mut near = Vec::new();
        for (row, score) in top.best() {
            if score > 0 {
                near.push((Row(row), aim.cosine(score)));
            }
        }
        near
    }
}

/// Vectors in the first layout, laid anew; none where the bytes do not fit. Such packs were made for evaluation only, so that their
/// second copy in memory is nobody's burden.
fn first_layout(bytes: &[u8], rows: usize, dims: [usize; 2]) -> Option<Vec<u8>> {
    let padded = rows.next_multiple_of(ROWS);
    let steps = dims[0] > 0 && dims.iter().all(|d| d.is_multiple_of(STEP)) && dims[0] + dims[1] <= MOST;
    if !steps || bytes.len() != padded * (2 + dims[0] + dims[1]) {
        return None;
    }
    let (heads, tails) = bytes.get(padded * 2..)?.split_at_checked(padded * dims[0])?;
    let mut numbers = Vec::new();
    for row in 0..rows {
        for (plane, d) in [(heads, dims[0]), (tails, dims[1])] {
            numbers.extend(plane.get(row * d..(row + 1) * d).unwrap_or(&[]).iter().map(|x| *x as i8));
        }
    }
    Some(lay(&numbers, dims[0] + dims[1]))
}

impl Aim {
    fn cosine(&self, score: i32) -> u64 {
        // Scores stay below 2^30.
        (i64::from(score.max(0)) << COSINE_BITS).checked_div(self.length).map_or(0, |c| c.min(1 << COSINE_BITS) as u64)
    }
}
