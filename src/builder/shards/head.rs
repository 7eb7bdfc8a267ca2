//! Which products come first: the most popular, and of each category its best.

use crate::catalog::Catalog;
use crate::id::Row;

/// All rows, those that belong into the core before those that do not.
///
/// A product that is the k-th of its category, or of one above it, counts as if it stood at place `2 · k · C` of the published
/// order, C being the number of categories of that depth; and at its own place if that is earlier.
pub(super) fn order(catalog: &Catalog) -> Vec<u32> {
    let sizes = catalog.category_sizes();
    let depth = |c: u32| catalog.category_chain(c).count() - 1;
    let mut of_depth: Vec<usize> = Vec::new();
    for c in (0..).zip(&sizes).filter(|(_, n)| **n > 0).map(|(c, _)| c) {
        let d = depth(c);
        of_depth.resize(of_depth.len().max(d + 1), 0);
        of_depth[d] += 1;
    }
    let mut seen = vec![0; sizes.len()];
    let mut keyed: Vec<(usize, u32)> = Vec::with_capacity(catalog.len());
    for row in 0..catalog.len() as u32 {
        let mut place = row as usize + 1;
        for c in catalog.category(Row(row)).into_iter().flat_map(|c| catalog.category_chain(c)) {
            seen[c as usize] += 1;
            place = place.min(2 * seen[c as usize] * of_depth[depth(c)]);
        }
        keyed.push((place, row));
    }
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}
