//! How vectors lie in a pack, so that one loop can go through their heads (`kernel.rs`).
//!
//! The first 32 numbers of a vector are its head. The heads of four rows are a block: the lengths of their four tails, then the numbers by
//! pairs, 0 and 1 of the first row, of the second, the third, the fourth, then 2 and 3 of each. So 8 bytes go through one
//! instruction to a sum for each row, nothing has to be moved across, and the loop goes byte after byte by one address. Tails lie
//! a row after the other, since they are read for single rows.

use crate::list::Gather;
use alloc::vec::Vec;

/// Numbers of a head.
pub const HEAD: usize = 32;
/// Dimensions come in steps of this many.
pub const STEP: usize = 16;
/// Most dimensions.
pub const MOST: usize = 256;
/// Rows of a block: there is a multiple of them.
pub const ROWS: usize = 4;
/// Bytes of a block: a length in 16 bits and the head of each row.
pub const BLOCK: usize = ROWS * (2 + HEAD);

/// Vectors of 8-bit numbers as they lie in a pack.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vectors<'a> {
    /// Rows there are; the bytes may hold up to three more.
    pub rows: usize,
    /// Numbers of a tail, a multiple of [`STEP`].
    pub tail: usize,
    /// The lengths of four tails, rounded up, as `u16`, and their heads by pairs; then those of the next four.
    pub heads: &'a [u8],
    /// The tails, a row after the other.
    pub tails: &'a [u8],
}

impl<'a> Vectors<'a> {
    /// The vectors in these bytes; `None` where they do not fit.
    pub fn read(bytes: &'a [u8], rows: usize, dims: usize) -> Option<Vectors<'a>> {
        let padded = rows.next_multiple_of(ROWS);
        let tail = dims.checked_sub(HEAD)?;
        if !dims.is_multiple_of(STEP) || dims > MOST || bytes.len() != padded * (2 + dims) {
            return None;
        }
        let (heads, tails) = bytes.split_at_checked(padded / ROWS * BLOCK)?;
        Some(Vectors { rows, tail, heads, tails })
    }

    /// A row's number; 0 beyond the last.
    #[inline]
    pub fn number(&self, row: usize, j: usize) -> i8 {
        let number = if j < HEAD {
            self.heads.get(row / ROWS * BLOCK + (ROWS + row % ROWS) * 2 + j / 2 * ROWS * 2 + j % 2)
        } else if j - HEAD < self.tail {
            self.tails.get(row * self.tail + j - HEAD)
        } else {
            None
        };
        number.map_or(0, |x| *x as i8)
    }

    /// The numbers of a row.
    pub fn numbers(&self, row: usize) -> impl Iterator<Item = i8> {
        (0..HEAD + self.tail).map(move |j| self.number(row, j))
    }
}

/// The bytes of vectors of `dims` numbers each, a row after the other: a multiple of 16, and at most [`MOST`].
pub fn lay(numbers: &[i8], dims: usize) -> Vec<u8> {
    let rows: Vec<&[i8]> = numbers.chunks_exact(dims.max(HEAD)).gather();
    let padded = rows.len().next_multiple_of(ROWS);
    let mut out = Vec::with_capacity(padded * (2 + dims));
    for four in rows.chunks(ROWS) {
        for i in 0..ROWS {
            let tail = four.get(i).map_or(&[][..], |row| &row[HEAD..]);
            let squares: i32 = tail.iter().map(|x| i32::from(*x) * i32::from(*x)).sum();
            out.extend_from_slice(&(libm::ceil(libm::sqrt(f64::from(squares))) as u16).to_le_bytes());
        }
        for pair in 0..HEAD / 2 {
            for i in 0..ROWS {
                let [a, b] = four.get(i).map_or([0, 0], |row| [row[2 * pair], row[2 * pair + 1]]);
                out.extend_from_slice(&[a as u8, b as u8]);
            }
        }
    }
    for row in &rows {
        out.extend(row[HEAD..].iter().map(|x| *x as u8));
    }
    out.resize(padded * (2 + dims), 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_is_laid_is_read_again() {
        for dims in [32, 64, 256] {
            for rows in [0, 1, 3, 4, 5, 9] {
                let numbers: Vec<i8> = (0..rows * dims).map(|i| (i * 37 % 251) as u8 as i8).collect();
                let bytes = lay(&numbers, dims);
                let v = Vectors::read(&bytes, rows, dims).expect("it fits");
                for row in 0..rows {
                    assert!(
                        v.numbers(row).eq(numbers[row * dims..(row + 1) * dims].iter().copied()),
                        "{dims} {rows} {row}"
                    );
                    let squares: i32 =
                        numbers[row * dims + HEAD..(row + 1) * dims].iter().map(|x| i32::from(*x).pow(2)).sum();
                    let at = row / 4 * BLOCK + row % 4 * 2;
                    let length = i32::from(u16::from_le_bytes([v.heads[at], v.heads[at + 1]]));
                    assert!(length * length >= squares && (length - 1).max(0).pow(2) <= squares);
                }
                assert!(v.numbers(rows.next_multiple_of(ROWS)).all(|x| x == 0));
                assert!(Vectors::read(&bytes, rows + 4, dims).is_none());
                assert!(rows == 0 || Vectors::read(&bytes, rows, dims + 16).is_none());
            }
        }
        assert!(Vectors::read(&[], 0, 8).is_none() && Vectors::read(&[], 0, 272).is_none());
    }
}
