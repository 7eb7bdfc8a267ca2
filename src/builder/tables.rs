//! Item-item tables from pair counts: the strongest neighbours of each product.

use super::counts::{Pair, Visit, rules, together};
use crate::id::Row;
use crate::rank::table::Neighbours;

/// Neighbours kept of each product.
pub const NEIGHBOURS: usize = 50;
/// Added to the visits of both products in the cosine, so that rare pairs do not lead.
const SHRINK: f64 = 20.0;

/// The neighbours of every row, in both tables.
#[derive(Debug, Clone)]
pub struct TableRows {
    /// What usually follows.
    pub next: Vec<Neighbours>,
    /// What goes together.
    pub together: Vec<Neighbours>,
}

/// Builds both tables. `popularity` is the visits of each row, 0 below the threshold `k`.
pub fn build(visits: &[Visit], popularity: &[u64], k: u32) -> TableRows {
    let supported = |p: &Pair| popularity[p.a as usize] > 0 && popularity[p.b as usize] > 0;
    let rules: Vec<Pair> = rules(visits, k).into_iter().filter(&supported).collect();
    let mut leaving = vec![0; popularity.len()];
    rules.iter().for_each(|p| leaving[p.a as usize] += p.weight);
    let chance = |p: &Pair| p.weight as f64 / leaving[p.a as usize] as f64;
    let next = rows(rules.iter().copied(), popularity.len(), chance);
    let size = |row: u32| popularity[row as usize] as f64 + SHRINK;
    let cosine = |p: &Pair| p.weight as f64 / libm::sqrt(size(p.a) * size(p.b));
    let together = rows(together(visits, k).into_iter().filter(&supported), popularity.len(), cosine);
    TableRows { next, together }
}

/// The strongest [`NEIGHBOURS`] of each row; ties by row.
fn rows(pairs: impl Iterator<Item = Pair>, n: usize, weight: impl Fn(&Pair) -> f64) -> Vec<Neighbours> {
    let mut rows: Vec<Neighbours> = vec![Vec::new(); n];
    for p in pairs {
        rows[p.a as usize].push((Row(p.b), weight(&p)));
    }
    for row in &mut rows {
        row.sort_unstable_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        row.truncate(NEIGHBOURS);
    }
    rows
}
