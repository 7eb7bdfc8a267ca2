//! A vector of each product: products that are turned to in the same visits, or described alike, point the same way.
//!
//! The vectors are the leading eigenvectors of one symmetric matrix of links: cosines of co-visitation over the pairs with support, and for
//! products with little or no history the cosine of what the catalogue says. So a product that no visit knows gets the mean of the vectors of
//! those it is described like, and every number is a function of supported counts and of the catalogue.
//!
//! A scan reads the first numbers of every vector and of most vectors no more (`rank/kernel.rs`), so they should hold most of its length.
//! Eigenvectors in their order do not: brought to one length, most products have most of it in the small eigenvalues, each in those of its own
//! corner of the shop. So the vectors are turned to their principal axes, which changes no cosine.

mod spectrum;

use super::counts::Pair;
use super::similar::{content, cosines};
use crate::catalog::build::ProductDraft;
use crate::rank::planes::{HEAD, lay};
use spectrum::{leading, to_axes};

/// Dimensions.
pub(super) const DIMS: usize = 64;
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
        let length = libm::sqrt(row.iter().map(|x| x * x).sum::<f64>());
        let scale = if length > 1e-9 { 1.0 / length } else { 0.0 };
        row.iter_mut().for_each(|x| *x *= scale);
    }
    to_axes(&mut vectors, DIMS);
    write(&vectors)
}

/// Bytes of the section, from rows of length 1 or 0. They get the greatest length at which no number leaves 8 bits: a number cut short
/// would turn its vector away from itself.
fn write(vectors: &[f64]) -> Vec<u8> {
    let largest = vectors.iter().fold(1.0 / 8.0, |most: f64, x| most.max(x.abs()));
    let unit = libm::floor(127.0 / largest);
    let number = |x: &f64| libm::round(x * unit).clamp(-127.0, 127.0) as i8;
    let numbers: Vec<i8> = vectors.iter().map(number).collect();
    let head = [HEAD, DIMS - HEAD, unit as usize, 0].map(|n| (n as u16).to_le_bytes());
    head.into_iter().flatten().chain(lay(&numbers, DIMS)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Row;
    use crate::pack::{Pack, PackWriter, Tag};
    use crate::rank::embedding::{BY_PAIRS, COSINE_BITS, Embedding};
    use crate::rank::kernel::Top;

    fn open(bytes: Vec<u8>, n: usize) -> crate::error::Result<(Pack, Embedding)> {
        let mut w = PackWriter::new();
        w.add(Tag::EMBEDDING, BY_PAIRS, n, bytes);
        let pack = Pack::open(w.finish()?)?;
        let embedding = Embedding::open(&pack, n)?;
        Ok((pack, embedding))
    }

    /// Two groups of three that are turned to together, a product described like the second, and one that nothing is known of.
    fn section() -> Vec<u8> {
        let pair = |a, b| Pair { a, b, weight: 30 * 256, shoppers: 30 };
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
        let cosine = |a: u32, b: u32| {
            let aim = e.aim(&pack, &[(Row(a), 1)]);
            e.cosine(&pack, &aim, Row(b)) as f64 / f64::from(1 << COSINE_BITS)
        };
        for a in 0..7 {
            assert!((0.99..=1.0).contains(&cosine(a, a)), "its own, {a}: {}", cosine(a, a));
        }
        for (a, b) in [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)] {
            assert!(cosine(a, b) > 0.9 && cosine(b, a) > 0.9, "close, {a} and {b}: {}", cosine(a, b));
        }
        assert!(cosine(6, 4) > 0.5 && cosine(6, 4) > cosine(6, 3), "described alike: {}", cosine(6, 4));
        for (a, b) in [(0, 3), (1, 4), (2, 6), (0, 7)] {
            assert!(cosine(a, b) < 0.02 && cosine(b, a) < 0.02, "apart, {a} and {b}: {}", cosine(a, b));
        }
        assert_eq!(section(), section(), "the same input, the same bytes");
    }

    /// Every way that a vector may point, one number holding all of it included.
    #[test]
    fn quantising_keeps_every_cosine() {
        let mut x = 1_u64;
        let mut draw = || {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (x >> 40) as f64 / f64::from(1 << 23) - 1.0
        };
        for ways in [1, 2, 5, DIMS] {
            let mut rows: Vec<f64> = (0..50 * DIMS).map(|i| if i % DIMS < ways { draw() } else { 0.0 }).collect();
            for row in rows.chunks_mut(DIMS) {
                let length = libm::sqrt(row.iter().map(|x| x * x).sum::<f64>());
                row.iter_mut().for_each(|x| *x /= length);
            }
            let (pack, e) = open(write(&rows), 50).expect("a section");
            for a in 0..50 {
                let aim = e.aim(&pack, &[(Row(a), 1)]);
                for b in 0..50 {
                    let of = |r: u32| &rows[r as usize * DIMS..(r as usize + 1) * DIMS];
                    let exact: f64 = of(a).iter().zip(of(b)).map(|(x, y)| x * y).sum();
                    let told = e.cosine(&pack, &aim, Row(b)) as f64 / f64::from(1 << COSINE_BITS);
                    assert!((told - exact.max(0.0)).abs() < 0.015, "{ways}: {told} for {exact}");
                }
            }
        }
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
