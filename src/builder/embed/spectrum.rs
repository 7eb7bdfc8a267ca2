//! The leading eigenvectors of a sparse symmetric matrix, by subspace iteration (Halko, Martinsson, Tropp, "Finding structure with
//! randomness", SIAM Review 53, 2011, algorithms 4.4 and 5.3). Sums run in a fixed order however many threads there are.

use crate::builder::similar::Links;
use std::num::NonZero;

/// Columns beyond those wanted, which make the wanted ones exact sooner.
const SPARE: usize = 16;
/// Multiplications by the matrix.
const ROUNDS: usize = 8;
/// Added to the diagonal: of eigenvalues between -1 and 1 the largest lead, and not those far below 0.
const SHIFT: f64 = 0.5;
/// Rows in a share of the work.
const SHARE: usize = 1024;
/// Sweeps of Jacobi's method; it is exact to the last bits long before.
const SWEEPS: usize = 12;

/// The `d` largest eigenvalues in falling order, and a row of as many numbers for each row of `links`: the eigenvectors. What the matrix
/// has no more of is 0.
pub(super) fn leading(links: &Links, d: usize) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = (links.len(), d + SPARE);
    let mut basis: Vec<f64> = (0..n * m).map(|i| noise(i as u64)).collect();
    orthonormal(&mut basis, m);
    for _ in 0..ROUNDS {
        let mut next = times(links, &basis, m);
        next.iter_mut().zip(&basis).for_each(|(x, b)| *x += SHIFT * b);
        basis = next;
        orthonormal(&mut basis, m);
    }
    let image = times(links, &basis, m);
    let mut small = products(&basis, &image, m);
    let (values, turn) = jacobi(&mut small, m);
    let order = falling(&values, d);
    (order.iter().map(|i| values[*i]).collect(), turned(&basis, m, &turn, &order))
}

/// Turns rows of `d` numbers to their principal axes, those that hold most of their squares first (Jolliffe, "Principal Component
/// Analysis", section 2.1, about the origin). Products of rows stay what they are.
pub(super) fn to_axes(rows: &mut Vec<f64>, d: usize) {
    let (values, turn) = jacobi(&mut products(rows, rows, d), d);
    *rows = turned(rows, d, &turn, &falling(&values, d));
}

/// The places of the `d` largest values, the largest first.
fn falling(values: &[f64], d: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    order.truncate(d);
    order
}

/// Rows of `m` numbers times some columns of `turn`, in that order.
fn turned(rows: &[f64], m: usize, turn: &[f64], columns: &[usize]) -> Vec<f64> {
    let d = columns.len();
    let mut out = vec![0.0; rows.len() / m * d];
    each_share(&mut out, d, &|first, out| {
        for (row, out) in out.chunks_mut(d).enumerate() {
            let from = &rows[(first + row) * m..(first + row + 1) * m];
            for (x, column) in out.iter_mut().zip(columns) {
                *x = from.iter().enumerate().map(|(i, b)| b * turn[i * m + column]).sum();
            }
        }
    });
    out
}

/// A number between -1 and 1 for each index (splitmix64).
fn noise(i: u64) -> f64 {
    let mut x = i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x ^ x >> 31) as i64 as f64 / 9.3e18
}

/// The matrix times `m` columns.
fn times(links: &Links, columns: &[f64], m: usize) -> Vec<f64> {
    let mut out = vec![0.0; columns.len()];
    each_share(&mut out, m, &|first, out| {
        for (out, links) in out.chunks_mut(m).zip(&links[first..]) {
            for (b, w) in links {
                let from = &columns[*b as usize * m..(*b as usize + 1) * m];
                out.iter_mut().zip(from).for_each(|(x, y)| *x += w * y);
            }
        }
    });
    out
}

/// Makes columns orthonormal by Cholesky's decomposition of their products. What depends on the columns before it becomes 0.
fn orthonormal(columns: &mut [f64], m: usize) {
    // Twice: the second time mends what rounding left.
    for _ in 0..2 {
        let mut lower = products(columns, columns, m);
        let size = (0..m).map(|i| lower[i * m + i]).fold(0.0, f64::max);
        for j in 0..m {
            let dot = |x: &[f64], a: usize, b: usize| (0..j).map(|k| x[a * m + k] * x[b * m + k]).sum::<f64>();
            let pivot = lower[j * m + j] - dot(&lower, j, j);
            let root = if pivot > 1e-12 * size { libm::sqrt(pivot) } else { 0.0 };
            lower[j * m + j] = root;
            for i in j + 1..m {
                let rest = lower[i * m + j] - dot(&lower, i, j);
                lower[i * m + j] = if root > 0.0 { rest / root } else { 0.0 };
            }
        }
        each_share(columns, m, &|_, rows| {
            for row in rows.chunks_mut(m) {
                for j in 0..m {
                    let rest = row[j] - (0..j).map(|k| row[k] * lower[j * m + k]).sum::<f64>();
                    row[j] = if lower[j * m + j] > 0.0 { rest / lower[j * m + j] } else { 0.0 };
                }
            }
        });
    }
}

/// The products of every column of `x` with every column of `y`, shares of the rows added in their order.
fn products(x: &[f64], y: &[f64], m: usize) -> Vec<f64> {
    let shares = x.len().div_ceil(SHARE * m);
    let mut partial = vec![0.0; shares * m * m];
    each(&mut partial, m * m, 1, &|share, out| {
        let rows = share * SHARE * m..((share + 1) * SHARE * m).min(x.len());
        for (x, y) in x[rows.clone()].chunks(m).zip(y[rows].chunks(m)) {
            for (a, out) in x.iter().zip(out.chunks_mut(m)) {
                out.iter_mut().zip(y).for_each(|(o, b)| *o += a * b);
            }
        }
    });
    let mut sum = vec![0.0; m * m];
    partial.chunks(m * m).for_each(|p| sum.iter_mut().zip(p).for_each(|(s, x)| *s += x));
    sum
}

/// Eigenvalues of a small symmetric matrix, and its eigenvectors as columns, by Jacobi's cyclic method (Golub, Van Loan, "Matrix
/// Computations", section 8.5).
fn jacobi(a: &mut [f64], m: usize) -> (Vec<f64>, Vec<f64>) {
    let mut turn = vec![0.0; m * m];
    (0..m).for_each(|i| turn[i * m + i] = 1.0);
    for _ in 0..SWEEPS {
        for p in 0..m {
            for q in p + 1..m {
                let off = a[p * m + q];
                if off.abs() < 1e-15 {
                    continue;
                }
                let theta = (a[q * m + q] - a[p * m + p]) / (2.0 * off);
                let t = libm::copysign(1.0, theta) / (theta.abs() + libm::sqrt(theta * theta + 1.0));
                let c = 1.0 / libm::sqrt(t * t + 1.0);
                let s = t * c;
                let rotate = |x: &mut [f64], i: usize, j: usize| {
                    (x[i], x[j]) = (c * x[i] - s * x[j], s * x[i] + c * x[j]);
                };
                (0..m).for_each(|k| rotate(a, k * m + p, k * m + q));
                (0..m).for_each(|k| rotate(a, p * m + k, q * m + k));
                (0..m).for_each(|k| rotate(&mut turn, k * m + p, k * m + q));
            }
        }
    }
    ((0..m).map(|i| a[i * m + i]).collect(), turn)
}

/// Runs `work` on shares of rows of `width`, with the number of a share's first row.
fn each_share(rows: &mut [f64], width: usize, work: &(dyn Fn(usize, &mut [f64]) + Sync)) {
    each(rows, SHARE * width, SHARE, work);
}

/// Runs `work` on chunks of `size`, each by itself, so that the result is the same however many threads there are.
fn each(all: &mut [f64], size: usize, step: usize, work: &(dyn Fn(usize, &mut [f64]) + Sync)) {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut shares: Vec<Vec<(usize, &mut [f64])>> = (0..threads).map(|_| Vec::new()).collect();
    for (i, chunk) in all.chunks_mut(size.max(1)).enumerate() {
        shares[i % threads].push((i * step, chunk));
    }
    std::thread::scope(|scope| {
        for share in shares {
            scope.spawn(move || share.into_iter().for_each(|(first, chunk)| work(first, chunk)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_of_a_ring_are_its_waves() {
        // A ring of n: eigenvalues cos(2πk/n), each but the first twice.
        let n = 12_u32;
        let links: Links = (0..n).map(|i| vec![((i + 1) % n, 0.5), ((i + n - 1) % n, 0.5)]).collect();
        let (values, vectors) = leading(&links, 3);
        let second = libm::sqrt(0.75);
        assert!(values.iter().zip([1.0, second, second]).all(|(v, w)| (v - w).abs() < 1e-9), "{values:?}");
        let first: Vec<f64> = vectors.chunks(3).map(|row| row[0]).collect();
        assert!(first.iter().all(|x| (x - first[0]).abs() < 1e-9), "the first wave is flat");
        assert_eq!(leading(&links, 3), (values, vectors), "the same matrix, the same vectors");
    }

    #[test]
    fn two_groups_are_told_apart_and_what_is_missing_is_zero() {
        let group = |g: u32| (0..4).map(move |i| (0..4).filter(|j| *j != i).map(|j| (4 * g + j, 0.3)).collect());
        let links: Links = (0..2).flat_map(group).chain([vec![]]).collect();
        let (values, vectors) = leading(&links, 8);
        assert!((values[0] - 0.9).abs() < 1e-9 && (values[1] - 0.9).abs() < 1e-9, "{values:?}");
        let row = |i: usize| &vectors[8 * i..8 * i + 2];
        let dot = |a: usize, b: usize| row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum::<f64>();
        assert!((dot(0, 3) - 0.25).abs() < 1e-9 && (dot(4, 7) - 0.25).abs() < 1e-9 && dot(0, 4).abs() < 1e-9);
        assert!(dot(8, 8) < 1e-9, "linked to nothing");
        assert_eq!(leading(&Vec::new(), 4).0.len(), 4);
    }

    #[test]
    fn rows_turned_to_their_axes_keep_their_products_and_most_stands_first() {
        let d = 5;
        // Most of it lies along the last two numbers, together.
        let rows: Vec<f64> = (0..40)
            .flat_map(|i| (0..d).map(move |j| noise(i * 5 + j) * [0.1, 0.2, 0.3, 4.0, 4.0][j as usize]))
            .collect();
        let rows: Vec<f64> = rows.chunks(5).flat_map(|r| [r[0], r[1], r[2], r[3] + r[4], r[4] + r[3]]).collect();
        let mut turned = rows.clone();
        to_axes(&mut turned, d as usize);
        let dot = |rows: &[f64], a: usize, b: usize| (0..5).map(|j| rows[5 * a + j] * rows[5 * b + j]).sum::<f64>();
        for (a, b) in [(0, 0), (3, 7), (12, 39)] {
            assert!((dot(&rows, a, b) - dot(&turned, a, b)).abs() < 1e-9);
        }
        let squares: Vec<f64> = (0..5).map(|j| turned.iter().skip(j).step_by(5).map(|x| x * x).sum()).collect();
        assert!(squares.windows(2).all(|w| w[0] >= w[1]), "{squares:?}");
        assert!(squares[0] > 100.0 * squares[1], "{squares:?}");
        to_axes(&mut Vec::new(), 4);
    }
}
