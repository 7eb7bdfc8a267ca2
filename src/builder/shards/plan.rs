//! Which products share a shard: branches of the category tree, whole where they fit.

use crate::catalog::Catalog;
use crate::id::Row;

/// The category tree with the rows of each category's own products.
struct Tree {
    own: Vec<Vec<u32>>,
    below: Vec<Vec<usize>>,
    total: Vec<usize>,
}

/// The rows of each group, ascending, at most `room` of them. A branch that fits stays together.
pub(super) fn groups(catalog: &Catalog, room: usize) -> Vec<Vec<u32>> {
    let n = catalog.category_count();
    // Number n is the root of all, and has the products without a category.
    let mut tree = Tree { own: vec![Vec::new(); n + 1], below: vec![Vec::new(); n + 1], total: vec![0; n + 1] };
    for c in 0..n {
        let parent = catalog.parent_of(c as u32).map_or(n, |p| p as usize);
        tree.below[parent].push(c);
    }
    for row in 0..catalog.len() as u32 {
        let own = catalog.category(Row(row));
        tree.own[own.map_or(n, |c| c as usize)].push(row);
        own.into_iter().flat_map(|c| catalog.category_chain(c)).for_each(|c| tree.total[c as usize] += 1);
        tree.total[n] += 1;
    }
    let mut groups = tree.cut(n, room);
    groups.iter_mut().for_each(|g| g.sort_unstable());
    groups
}

impl Tree {
    fn cut(&self, node: usize, room: usize) -> Vec<Vec<u32>> {
        if self.total[node] <= room {
            let mut rows = Vec::with_capacity(self.total[node]);
            self.gather(node, &mut rows);
            return if rows.is_empty() { Vec::new() } else { vec![rows] };
        }
        let own = &self.own[node];
        let pieces = own.len().div_ceil(room).max(1);
        let mut parts: Vec<Vec<u32>> = own.chunks(own.len().div_ceil(pieces).max(1)).map(<[u32]>::to_vec).collect();
        parts.extend(self.below[node].iter().flat_map(|c| self.cut(*c, room)));
        // Neighbours in the tree that are small share one.
        let mut out: Vec<Vec<u32>> = Vec::new();
        for part in parts {
            match out.last_mut().filter(|last| last.len() + part.len() <= room) {
                Some(last) => last.extend(part),
                None => out.push(part),
            }
        }
        out
    }

    fn gather(&self, node: usize, rows: &mut Vec<u32>) {
        rows.extend(&self.own[node]);
        self.below[node].iter().for_each(|c| self.gather(*c, rows));
    }
}
