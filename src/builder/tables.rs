//! Item-item tables from pair counts: the strongest neighbours of each product.

use super::counts::{Pair, Visit, rules, together};
use super::discount::Discount;
use super::{embed, linear, similar};
use crate::catalog::build::ProductDraft;
use crate::id::Row;
use crate::rank::table::{Neighbours, TableKind};
use crate::shop::TableSettings;

/// Neighbours kept of each product.
pub const NEIGHBOURS: usize = 50;
/// Added to the visits of both products in the cosine, so that rare pairs do not lead.
const SHRINK: f64 = 20.0;

/// A table, and the neighbours of each row in it, strongest first.
pub type TableRows = (TableKind, Vec<Neighbours>);

/// A log, counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Its visits, in rows.
    pub visits: &'a [Visit],
    /// Visits of each row, 0 below the threshold.
    pub popularity: &'a [u64],
    /// The threshold.
    pub k: u32,
    /// What co-visitation by few shoppers counts less.
    pub discount: Discount,
}

/// Builds the tables: the neighbours of every row, by kind; and where it is asked for the section of vectors. Visits fade, sizes do not: so what has become rarer counts less.
pub fn build(
    log: &Counted<'_>,
    products: &[&ProductDraft],
    settings: TableSettings,
) -> (Vec<TableRows>, Option<Vec<u8>>) {
    let Counted { visits, popularity, k, discount } = *log;
    let n = popularity.len();
    let size: Vec<f64> = popularity.iter().map(|p| *p as f64).collect();
    let supported = |p: &Pair| popularity[p.a as usize] > 0 && popularity[p.b as usize] > 0;
    let rules: Vec<Pair> = rules(visits, k).into_iter().filter(&supported).collect();
    let pairs: Vec<Pair> = together(visits, k).into_iter().filter(&supported).map(|p| discount.of(p)).collect();
    let mut leaving = vec![0.0; n];
    rules.iter().for_each(|p| leaving[p.a as usize] += p.visits());
    let chance = |p: &Pair| p.visits() / leaving[p.a as usize];
    let cosine = |p: &Pair| cosine(p, &size);
    let mut out = vec![(TableKind::Next, rows(&rules, n, chance)), (TableKind::Together, rows(&pairs, n, cosine))];
    if settings.similar {
        out.push((TableKind::Similar, similar::build(&pairs, &size, products)));
    }
    if settings.linear {
        let linear = linear::build(&pairs, &rules, &size);
        out.push((TableKind::Linear, linear.into_iter().map(strongest).collect()));
    }
    let vectors = settings.embedding.then(|| embed::build(&pairs, &size, products));
    (out, vectors)
}

/// The cosine of a pair, by the visits of each row.
pub(super) fn cosine(p: &Pair, size: &[f64]) -> f64 {
    let shrunk = |row: u32| size[row as usize] + SHRINK;
    p.visits() / libm::sqrt(shrunk(p.a) * shrunk(p.b))
}

/// The strongest [`NEIGHBOURS`] of each row; ties by row.
pub(super) fn rows(pairs: &[Pair], n: usize, weight: impl Fn(&Pair) -> f64) -> Vec<Neighbours> {
    let mut rows: Vec<Neighbours> = vec![Vec::new(); n];
    for p in pairs {
        rows[p.a as usize].push((Row(p.b), weight(p)));
    }
    rows.into_iter().map(strongest).collect()
}

fn strongest(mut row: Neighbours) -> Neighbours {
    row.sort_unstable_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
    row.truncate(NEIGHBOURS);
    row.shrink_to_fit();
    row
}
