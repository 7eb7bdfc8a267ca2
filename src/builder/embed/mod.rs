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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Row;
    use crate::pack::{Pack, PackWriter, Tag};
    use crate::rank::embedding::Embedding;
    use crate::rank::kernel::Top;

    fn open(bytes: Vec<u8>, n: usize) -> crate::error::Result<(Pack, Embedding)> {
        let mut w = PackWriter::new();
        w.add(Tag::EMBEDDING, 0, n, bytes);
        let pack = Pack::open(w.finish()?)?;
        let embedding = Embedding::open(&pack, n)?;
        Ok((pack, embedding))
    }

    /// Two groups of three that are turned to together, a product described like the second, and one that nothing is known of.
    fn section() -> Vec<u8> {
        let pair = |a, b| Pair { a, b, weight: 30 * 256 };
        let of =
            |g: u32| (0..3).flat_map(move |i| (0..3).filter(move |j| *j != i).map(move |j| pair(3 * g + i, 3 * g + j)));
        let titles = ["red", "lamp", "tin", "blue", "kettle owl teal", "cup", "kettle owl teal", ""];
        let products: Vec<ProductDraft> =
            titles.iter().map(|t| ProductDraft { titles: vec![(*t).to_string()], ..ProductDraft::default() }).collect();
        let pairs: Vec<Pair> = of(0).chain(of(1)).collect();
        build(&pairs, &[60.0, 60.0, 60.0, 60.0, 60.0, 60.0, 0.0, 0.0], &products.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_goes_together_points_the_same_way_and_so_does_what_is_described_alike() {
        let (pack, e) = open(section(), 8).expect("a section");
        let nearest = |row: u32| -> Vec<u32> {
            let aim = e.aim(&pack, &[(Row(row), 1)]);
            e.nearest(&pack, &aim, 3, &mut Top::default()).into_iter().map(|(r, _)| r.0).collect()
        };
        let mut first = nearest(0);
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2]);
        assert!(nearest(6).iter().all(|r| [3, 4, 5, 6].contains(r)), "{:?}", nearest(6));
        assert!(nearest(7).is_empty(), "nothing is known of it");
        assert_eq!(section(), section(), "the same input, the same bytes");
    }

    #[test]
    fn a_section_that_lies_about_itself_is_refused() {
        let good = section();
        assert!(open(good[..good.len() - 1].to_vec(), 8).is_err());
        assert!(open(good.clone(), 9).is_err());
        for at in 0..4 {
            let mut bad = good.clone();
            bad[at] = bad[at].wrapping_add(7);
            assert!(open(bad, 8).is_err(), "byte {at}");
        }
    }
}
