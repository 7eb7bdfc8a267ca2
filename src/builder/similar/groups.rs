//! Groups of products, level by level: what few supported pairs say of a product, the pairs of its group say for it.
//!
//! On each level every group joins the one that it goes with most (Borůvka's step), up to a size; then the supported pairs are added up
//! between the new groups. Pairs below the threshold are no part of these sums, so a product without any stands alone.

use super::sparse::{Links, strongest};
use crate::builder::counts::Pair;

/// Levels, the largest group of the first, and how much larger those of the next may be.
const LEVELS: usize = 3;
const FIRST: usize = 8;
const GROWTH: usize = 4;
/// Added to the visits of both in the cosine.
const SHRINK: f64 = 3.0;
/// Links kept of a group.
const KEPT: usize = 50;

/// One level of groups.
pub(super) struct Level {
    /// The group of each row.
    pub(super) of: Vec<u32>,
    /// The rows of each group with their share of its visits, largest first.
    pub(super) members: Links,
    /// Which groups go together.
    pub(super) links: Links,
}

/// The levels over rows whose supported pairs, both ways, are `pairs`. Rows of popularity 0 belong to no one.
pub(super) fn levels(pairs: &[Pair], popularity: &[f64]) -> Vec<Level> {
    let mut links = cosines(pairs, popularity, SHRINK, KEPT);
    let mut of: Vec<u32> = (0..popularity.len() as u32).collect();
    let mut out: Vec<Level> = Vec::new();
    for level in 0..LEVELS {
        let mut sizes = vec![0; links.len()];
        let known = || of.iter().zip(popularity).filter(|(_, p)| **p > 0.0);
        known().for_each(|(g, _)| sizes[*g as usize] += 1);
        let joined = join(&links, sizes, FIRST * GROWTH.pow(level as u32));
        of = of.iter().map(|g| joined[*g as usize]).collect();
        let groups = of.iter().max().map_or(0, |g| *g as usize + 1);
        let grouped = between(pairs, &of);
        // What leads away from a group, to its own products too: so no cosine is above 1.
        let mut degree = vec![0.0; groups];
        grouped.iter().for_each(|p| degree[p.a as usize] += p.visits());
        let others: Vec<Pair> = grouped.into_iter().filter(|p| p.a != p.b).collect();
        links = cosines(&others, &degree, SHRINK, KEPT);
        out.push(Level { members: members(&of, popularity, groups), of: of.clone(), links: links.clone() });
    }
    out
}

/// Pairs added up by the groups of their products.
fn between(pairs: &[Pair], of: &[u32]) -> Vec<Pair> {
    let of = |row: u32| of[row as usize];
    let mut grouped: Vec<Pair> = pairs.iter().map(|p| Pair { a: of(p.a), b: of(p.b), shoppers: 0, ..*p }).collect();
    grouped.sort_unstable_by_key(|p| (p.a, p.b));
    grouped.dedup_by(|p, sum| {
        let same = (p.a, p.b) == (sum.a, sum.b);
        if same {
            sum.weight += p.weight;
        }
        same
    });
    grouped
}

/// Each joins its strongest link, the strongest first, as long as the group stays within `most`: the group of each, numbered by
/// first member.
fn join(links: &Links, mut size: Vec<usize>, most: usize) -> Vec<u32> {
    let mut root: Vec<u32> = (0..links.len() as u32).collect();
    let mut wishes: Vec<(f64, u32, u32)> =
        (0..).zip(links).filter_map(|(a, l)| l.first().map(|(b, w)| (*w, a, *b))).collect();
    wishes.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    for (_, a, b) in wishes {
        let (a, b) = (root_of(&mut root, a), root_of(&mut root, b));
        if a != b && size[a as usize] + size[b as usize] <= most {
            let (low, high) = (a.min(b), a.max(b));
            root[high as usize] = low;
            size[low as usize] += size[high as usize];
        }
    }
    let mut number = vec![None; links.len()];
    let mut next = 0;
    let mut number_of = |root: u32| {
        *number[root as usize].get_or_insert_with(|| {
            next += 1;
            next - 1
        })
    };
    (0..links.len() as u32).map(|i| number_of(root_of(&mut root, i))).collect()
}

fn root_of(root: &mut [u32], mut i: u32) -> u32 {
    while root[i as usize] != i {
        root[i as usize] = root[root[i as usize] as usize];
        i = root[i as usize];
    }
    i
}

fn members(of: &[u32], visits_of: &[f64], groups: usize) -> Links {
    let mut members: Links = vec![Vec::new(); groups];
    for ((row, group), visits) in (0..).zip(of).zip(visits_of).filter(|(_, v)| **v > 0.0) {
        members[*group as usize].push((row, *visits));
    }
    for group in &mut members {
        let all: f64 = group.iter().map(|m| m.1).sum();
        group.iter_mut().for_each(|m| m.1 /= all);
        strongest(group, KEPT);
    }
    members
}

/// Cosines of pairs, with `shrink` added to the size of both; the strongest `most` of each.
pub(in crate::builder) fn cosines(pairs: &[Pair], size: &[f64], shrink: f64, most: usize) -> Links {
    let mut links: Links = vec![Vec::new(); size.len()];
    let size = |i: u32| size[i as usize] + shrink;
    for p in pairs {
        links[p.a as usize].push((p.b, p.visits() / libm::sqrt(size(p.a) * size(p.b))));
    }
    for l in &mut links {
        strongest(l, most);
        l.shrink_to_fit();
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_add_up_by_the_groups_of_their_products() {
        let pair = |a, b, weight| Pair { a, b, weight, shoppers: 0 };
        let pairs = [pair(0, 1, 9), pair(0, 2, 2), pair(1, 0, 9), pair(1, 3, 4), pair(2, 0, 2), pair(3, 1, 4)];
        assert_eq!(between(&pairs, &[0, 0, 1, 1]), [pair(0, 0, 18), pair(0, 1, 6), pair(1, 0, 6)]);
    }
}
