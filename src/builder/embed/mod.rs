//! A vector of each product: products that are turned to in the same visits, or described alike, point the same way.
//!
//! The vectors are the leading eigenvectors of one symmetric matrix of links: cosines of co-visitation over the pairs with support, and for
//! products with little or no history the cosine of what the catalogue says. So a product that no visit knows gets the mean of the vectors of
//! those it is described like, and every number is a function of supported counts and of the catalogue.

mod spectrum;

use super::counts::Pair;
use super::similar::{content, cosines};
use crate::catalog::build::ProductDraft;
use crate::rank::kernel::ROWS;
use spectrum::leading;

/// Dimensions.
pub(super) const DIMS: usize = 64;
/// Dimensions that a scan always reads.
const HEAD: usize = 32;
/// Length of a vector. Its numbers stay within 127 unless one of them holds nearly half of all there is.
const UNIT: f64 = 192.0;
/// Added to the visits of both products in their cosine.
const SHRINK: f64 = 5.0;
/// Links of a product that are kept.
const LINKS: usize = 100;
/// What likeness in the catalogue counts for products without visits; with this many visits it counts half as much.
const CONTENT: f64 = 0.3;
const KNOWN: f64 = 5.0;
/// Power of an eigenvalue that its dimension is weighted with.
const POWER: f64 = 0.5;

/// The section of vectors. `pairs` are those with support, both ways; `popularity` is in visits, 0 below support; `products` are in the
/// order of the rows.
pub(super) fn build(pairs: &[Pair], popularity: &[f64], products: &[&ProductDraft]) -> Vec<u8> {
    let mut degree = vec![0.0; popularity.len()];
    pairs.iter().for_each(|p| degree[p.a as usize] += p.visits());
    let mut links = cosines(pairs, &degree, SHRINK, LINKS);
    let unknown = |row: u32| KNOWN / (KNOWN + popularity[row as usize]);
    for (a, like) in (0..).zip(content::neighbours(products)) {
        for (b, cosine) in like {
            // Half from each side, since either may be among the other's nearest.
            let weight = CONTENT * cosine * (unknown(a) + unknown(b)) / 4.0;
            links[a as usize].push((b, weight));
            links[b as usize].push((a, weight));
        }
    }
    let (values, mut vectors) = leading(&links, DIMS);
    let weights: Vec<f64> = values.iter().map(|v| libm::pow(v.max(0.0), POWER)).collect();
    for row in vectors.chunks_mut(DIMS) {
        row.iter_mut().zip(&weights).for_each(|(x, w)| *x *= w);
    }
    write(&vectors)
}

/// Bytes of the section, from rows of any length.
fn write(vectors: &[f64]) -> Vec<u8> {
    let rows: Vec<Vec<i8>> = vectors.chunks(DIMS).map(quantised).collect();
    let padded = rows.len().next_multiple_of(ROWS);
    let mut out = Vec::with_capacity(8 + padded * (2 + DIMS));
    for number in [HEAD, DIMS - HEAD, UNIT as usize, 0] {
        out.extend_from_slice(&(number as u16).to_le_bytes());
    }
    let pad = |out: &mut Vec<u8>, width: usize| out.resize(out.len() + (padded - rows.len()) * width, 0);
    for row in &rows {
        let squares: i32 = row[HEAD..].iter().map(|x| i32::from(*x) * i32::from(*x)).sum();
        out.extend_from_slice(&(libm::ceil(libm::sqrt(f64::from(squares))) as u16).to_le_bytes());
    }
    pad(&mut out, 2);
    for plane in [0..HEAD, HEAD..DIMS] {
        rows.iter().for_each(|row| out.extend(row[plane.clone()].iter().map(|x| *x as u8)));
        pad(&mut out, plane.len());
    }
    out
}

fn quantised(row: &[f64]) -> Vec<i8> {
    let length = libm::sqrt(row.iter().map(|x| x * x).sum::<f64>());
    let scale = if length > 1e-9 { UNIT / length } else { 0.0 };
    row.iter().map(|x| libm::round(x * scale).clamp(-127.0, 127.0) as i8).collect()
}
