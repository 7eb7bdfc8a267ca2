//! A linear model between products: which weights on what a visit holds tell best what comes later in it.
//!
//! For each product b the weights w of its neighbours N solve (G_NN + λI) w = R_Nb, where G counts the visits that hold two products
//! and R how strongly b follows them: ridge regression as in SLIT (Choi et al., "Session-aware Linear Item-Item Models", WWW 2021)
//! and EASE (Steck, WWW 2019), with the neighbourhood chosen beforehand as in SLIM (Ning, Karypis, ICDM 2011). Such a system has
//! at most [`NEIGHBOURHOOD`] unknowns, so a catalogue of any size is solved without a dense inverse, in time that grows with the
//! products. Where two neighbours tell the same, they share the weight: that is what co-visitation by itself cannot say.

use super::counts::{Pair, RULE_UNIT};
use crate::id::Row;
use crate::rank::table::Neighbours;

/// Neighbours that may have a weight: those that most visits share with it, for their own.
const NEIGHBOURHOOD: usize = 60;
/// λ, in visits.
const RIDGE: f64 = 20.0;
/// Smaller weights are none.
const LEAST: f64 = 1e-4;

/// Pairs, found by their first product.
struct ByFirst<'a> {
    pairs: &'a [Pair],
    starts: Vec<usize>,
}

impl<'a> ByFirst<'a> {
    /// Over pairs sorted by their products, below `n`.
    fn new(pairs: &'a [Pair], n: usize) -> ByFirst<'a> {
        let mut starts = vec![0; n + 1];
        pairs.iter().for_each(|p| starts[p.a as usize + 1] += 1);
        (0..n).for_each(|i| starts[i + 1] += starts[i]);
        ByFirst { pairs, starts }
    }

    fn of(&self, a: u32) -> &'a [Pair] {
        &self.pairs[self.starts[a as usize]..self.starts[a as usize + 1]]
    }

    /// A pair's weight in visits; 0 where there is none.
    fn visits(&self, a: u32, b: u32) -> f64 {
        let row = self.of(a);
        row.binary_search_by_key(&b, |p| p.b).map_or(0.0, |at| row[at].visits())
    }
}

/// For each row what it speaks for, with weights in (0, 1]. `together` and `rules` are sorted and have support; `size` is the
/// visits of each row.
pub(super) fn build(together: &[Pair], rules: &[Pair], size: &[f64]) -> Vec<Neighbours> {
    let n = size.len();
    let (together, rules) = (ByFirst::new(together, n), ByFirst::new(rules, n));
    let mut out: Vec<Neighbours> = vec![Vec::new(); n];
    for b in 0..n as u32 {
        let common = |p: &Pair| p.visits() / libm::sqrt(size[p.b as usize]);
        let mut near: Vec<(f64, u32)> = together.of(b).iter().map(|p| (common(p), p.b)).collect();
        near.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        let rows: Vec<u32> = near.iter().take(NEIGHBOURHOOD).map(|x| x.1).collect();
        let m = rows.len();
        let mut gram = vec![0.0; m * m];
        for (i, a) in rows.iter().enumerate() {
            gram[i * m + i] = size[*a as usize] + RIDGE;
            rows.iter().enumerate().take(i).for_each(|(j, c)| gram[i * m + j] = together.visits(*a, *c));
        }
        let mut w: Vec<f64> = rows.iter().map(|a| rules.visits(*a, b) / RULE_UNIT as f64).collect();
        if solve(&mut gram, &mut w) {
            let told = rows.iter().zip(w).filter(|(_, w)| *w > LEAST);
            told.for_each(|(a, w)| out[*a as usize].push((Row(b), w.min(1.0))));
        }
    }
    out
}

/// Solves in place by Cholesky's decomposition; the lower half of `matrix` is read. False where it is not positive definite, as
/// counts without their unsupported pairs may be: then there is nothing to say.
fn solve(matrix: &mut [f64], x: &mut [f64]) -> bool {
    let m = x.len();
    for j in 0..m {
        let pivot = matrix[j * m + j] - dot(&matrix[j * m..j * m + j], &matrix[j * m..j * m + j]);
        if pivot <= 1e-9 {
            return false;
        }
        let root = libm::sqrt(pivot);
        matrix[j * m + j] = root;
        for i in j + 1..m {
            let rest = matrix[i * m + j] - dot(&matrix[i * m..i * m + j], &matrix[j * m..j * m + j]);
            matrix[i * m + j] = rest / root;
        }
    }
    for i in 0..m {
        x[i] = (x[i] - dot(&matrix[i * m..i * m + i], &x[..i])) / matrix[i * m + i];
    }
    for i in (0..m).rev() {
        let below: f64 = (i + 1..m).map(|k| matrix[k * m + i] * x[k]).sum();
        x[i] = (x[i] - below) / matrix[i * m + i];
    }
    true
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::counts::{FRESH, Visit, rules, together};

    #[test]
    fn a_system_is_solved_and_an_indefinite_one_is_refused() {
        let mut x = [10.0, 9.0, 8.0];
        assert!(solve(&mut [4.0, 0.0, 0.0, 1.0, 3.0, 0.0, 2.0, 1.0, 5.0], &mut x));
        let back = [4.0 * x[0] + x[1] + 2.0 * x[2], x[0] + 3.0 * x[1] + x[2], 2.0 * x[0] + x[1] + 5.0 * x[2]];
        assert!(back.iter().zip([10.0, 9.0, 8.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{back:?}");
        assert!(!solve(&mut [1.0, 0.0, 2.0, 1.0], &mut [1.0, 1.0]));
    }

    #[test]
    fn two_that_tell_the_same_share_what_one_of_them_would_say_alone() {
        let visit = |shopper, rows: &[u32]| Visit { shopper, weight: FRESH, rows: rows.to_vec() };
        // 2 follows 0 and 1, which always come together, in either order; 5 follows 4, which comes alone; both as often.
        let visits: Vec<Visit> =
            (0..200).flat_map(|i| [visit(i, &[i % 2, 1 - i % 2, 2]), visit(i + 200, &[4, 5])]).collect();
        let table = build(&together(&visits, 1), &rules(&visits, 1), &[200.0, 200.0, 200.0, 0.0, 200.0, 200.0]);
        let weight = |a: usize, b: u32| table[a].iter().find(|(r, _)| *r == Row(b)).map_or(0.0, |(_, w)| *w);
        assert!(weight(4, 5) > 0.85, "{table:?}");
        assert!((weight(0, 2) - weight(1, 2)).abs() < 1e-9 && weight(0, 2) > 0.3, "{table:?}");
        assert!(weight(0, 2) < 0.5 * weight(4, 5), "{table:?}");
    }
}
