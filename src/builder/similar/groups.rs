//! Groups of products, level by level: where no single pair has support, a product and a group often have.
//!
//! On each level every group joins the one that it goes with most (Borůvka's step), up to a size; then the visits are counted
//! again between the new groups, under the same threshold. So a product none of whose pairs is supported still comes to stand
//! beside the group whose products K of its shoppers turned to.

use super::sparse::{Links, strongest};
use crate::builder::counts::{FRESH, Pair, Visit, together};

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

/// The levels over rows whose supported pairs are `pairs`. Rows of popularity 0 belong to no one.
pub(super) fn levels(visits: &[Visit], pairs: &[Pair], popularity: &[f64], k: u32) -> Vec<Level> {
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
        let grouped: Vec<Visit> = visits
            .iter()
            .map(|v| {
                let known = v.rows.iter().filter(|r| popularity[**r as usize] > 0.0);
                Visit { rows: known.map(|r| of[*r as usize]).collect(), ..*v }
            })
            .collect();
        links = cosines(&together(&grouped, k), &sizes_by_visits(&grouped, groups), SHRINK, KEPT);
        out.push(Level { members: members(&of, popularity, groups), of: of.clone(), links: links.clone() });
    }
    out
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

/// Visits that hold each group.
fn sizes_by_visits(grouped: &[Visit], groups: usize) -> Vec<f64> {
    let mut size = vec![0.0; groups];
    let mut last = vec![usize::MAX; groups];
    for (v, visit) in grouped.iter().enumerate() {
        for g in &visit.rows {
            if std::mem::replace(&mut last[*g as usize], v) != v {
                size[*g as usize] += f64::from(visit.weight) / f64::from(FRESH);
            }
        }
    }
    size
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
