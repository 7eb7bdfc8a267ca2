//! What is similar: a table that points further than pairs with support do.
//!
//! Three ways lead from a product to another, and their weights add up: over products that go with both; over groups that they
//! belong to; over what the catalogue says of them. All are functions of counts that the threshold let pass, and of the catalogue, so
//! a product without supported pairs is still found, and no pair below the threshold is published.

pub(super) mod content;
mod groups;
mod sparse;

use super::counts::Pair;
use super::threads::{in_order, shares};
use crate::catalog::build::ProductDraft;
use crate::id::Row;
use crate::rank::table::Neighbours;
use groups::Level;
pub(super) use groups::cosines;
pub(super) use sparse::Links;
use sparse::Sum;
use std::ops::Range;

// The constants were chosen on the validation parts of four logs (`nearshelf eval --on validation`); none is sharp.

/// Shares of the rows that threads take.
const SHARES: usize = 64;
/// Neighbours kept of a product.
const KEPT: usize = 50;
/// Links of a product that are walked over, and what is added to the degree of both in their cosine.
const WALKED: usize = 50;
const SHRINK: f64 = 5.0;
/// Products after two steps from which a third is taken, and what the third counts.
const AFTER_TWO: usize = 100;
const THIRD: f64 = 0.5;
/// What a group counts, what its own products count against those of the groups it goes with, how many of these there are, and
/// what the next level counts against this one.
const GROUP: f64 = 0.1;
const OWN: f64 = 0.5;
const GROUPS: usize = 20;
const FADE: f64 = 0.5;
/// What content counts for a product without visits; with this many visits it counts half as much.
const CONTENT: f64 = 0.02;
const KNOWN: f64 = 10.0;
/// What a step over content and then over a link counts against content by itself, and one over a link to what no visit knows.
const THROUGH: f64 = 0.5;
const UNKNOWN: f64 = 0.1;

/// The similar rows of each. `pairs` are those with support, `popularity` is in visits and 0 below support; `products` are in the
/// order of the rows.
pub(super) fn build(pairs: &[Pair], popularity: &[f64], products: &[&ProductDraft]) -> Vec<Neighbours> {
    let n = popularity.len();
    let mut degree = vec![0.0; n];
    pairs.iter().for_each(|p| degree[p.a as usize] += p.visits());
    let links = cosines(pairs, &degree, SHRINK, WALKED);
    let levels = groups::levels(pairs, popularity);
    let content = content::neighbours(products);
    let rows = |share: &Range<usize>| {
        let mut sum = Sum::new(n);
        let of = |row: usize| {
            let row = row as u32;
            walk(row, &links, &mut sum);
            if popularity[row as usize] > 0.0 {
                by_groups(row, &levels, &mut sum);
            }
            by_content(row, &links, &content, popularity, &mut sum);
            sum.take(KEPT).into_iter().map(|(b, w)| (Row(b), w.min(1.0))).collect()
        };
        share.clone().map(of).collect::<Vec<Neighbours>>()
    };
    in_order(&shares(n, SHARES), rows).into_iter().flatten().collect()
}

/// Two steps over links, and three.
fn walk(row: u32, links: &Links, sum: &mut Sum) {
    step(row, &links[row as usize], 1.0, links, sum);
    let two = sum.take(AFTER_TWO);
    two.iter().for_each(|(b, w)| sum.add(*b, *w));
    step(row, &two, THIRD, links, sum);
}

/// One more step from where `reached` has come, anywhere but back to `row`.
fn step(row: u32, reached: &[(u32, f64)], weight: f64, links: &Links, sum: &mut Sum) {
    for (x, w) in reached {
        links[*x as usize].iter().filter(|(b, _)| *b != row).for_each(|(b, v)| sum.add(*b, weight * w * v));
    }
}

/// Products of its groups, and of those that these go with, by their share of the group's visits.
fn by_groups(row: u32, levels: &[Level], sum: &mut Sum) {
    let mut weight = GROUP;
    for level in levels {
        let group = level.of[row as usize] as usize;
        let others = level.members[group].iter().filter(|(b, _)| *b != row);
        others.for_each(|(b, share)| sum.add(*b, weight * OWN * share));
        for (other, w) in level.links[group].iter().take(GROUPS) {
            level.members[*other as usize].iter().for_each(|(b, share)| sum.add(*b, weight * w * share));
        }
        weight *= FADE;
    }
}

/// Products like it by content and what these go with, the more the less is known of it; and products no visit knows that are like
/// what it goes with.
fn by_content(row: u32, links: &Links, content: &Links, popularity: &[f64], sum: &mut Sum) {
    let like = &content[row as usize];
    let weight = CONTENT / (1.0 + popularity[row as usize] / KNOWN);
    like.iter().for_each(|(b, cosine)| sum.add(*b, weight * cosine));
    step(row, like, weight * THROUGH, links, sum);
    for (x, w) in &links[row as usize] {
        let unknown = content[*x as usize].iter().filter(|(b, _)| *b != row && popularity[*b as usize] <= 0.0);
        unknown.for_each(|(b, cosine)| sum.add(*b, w * cosine * UNKNOWN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::counts::{FRESH, Visit, together};

    fn visit(shopper: u32, rows: &[u32]) -> Visit {
        Visit { shopper, weight: FRESH, rows: rows.to_vec() }
    }

    fn titled(titles: &[&str]) -> Vec<ProductDraft> {
        titles.iter().map(|t| ProductDraft { titles: vec![(*t).to_string()], ..ProductDraft::default() }).collect()
    }

    fn table(visits: &[Visit], popularity: &[f64], products: &[ProductDraft], k: u32) -> Vec<Vec<u32>> {
        let pairs: Vec<Pair> = together(visits, k);
        let products: Vec<&ProductDraft> = products.iter().collect();
        let rows = build(&pairs, popularity, &products);
        rows.into_iter().map(|row| row.into_iter().map(|(r, _)| r.0).collect()).collect()
    }

    #[test]
    fn what_goes_with_the_same_product_is_similar() {
        let visits: Vec<Visit> = (0..10).map(|i| visit(i, &[1, 2 * (i % 2)])).collect();
        let similar = table(&visits, &[5.0, 10.0, 5.0], &titled(&["", "", ""]), 2);
        assert_eq!((similar[0][0], similar[2][0]), (2, 0), "0 and 2 are never together, and both go with 1");
    }

    #[test]
    fn a_group_speaks_for_its_products_and_for_none_without_supported_pairs() {
        // Two groups, 1 - 2 - 0 and 4 - 5 - 6, and one link between them, 0 - 4: from 1 to 6 it is five steps over links.
        let links = [(1, 2, 5), (2, 0, 5), (4, 5, 5), (5, 6, 5), (0, 4, 3)];
        let shoppers = links.into_iter().flat_map(|(a, b, n)| (0..n).map(move |shopper| (shopper, a, b)));
        let mut visits: Vec<Visit> = shoppers.map(|(shopper, a, b)| visit(shopper, &[a, b])).collect();
        // 3 has three shoppers, and no two of them with the same product.
        let before = visits.clone();
        visits.extend((0..3).map(|i| visit(20 + i, &[3, i])));
        let popularity = [9.0, 6.0, 11.0, 3.0, 8.0, 10.0, 5.0];
        let products = titled(&[""; 7]);
        let similar = table(&visits, &popularity, &products, 3);
        assert!(similar[1].contains(&6) && similar[6].contains(&1), "{similar:?}");
        assert!(similar[3].is_empty() && similar.iter().all(|row| !row.contains(&3)), "{similar:?}");
        assert_eq!(similar, table(&before, &popularity, &products, 3), "as if these visits had not been");
    }

    #[test]
    fn what_nobody_has_seen_is_found_by_what_the_catalogue_says() {
        let visits: Vec<Visit> = (0..10).map(|i| visit(i, &[0, 1])).collect();
        let products = titled(&[
            "red lantern large",
            "paper fan",
            "red lantern small",
            "blue kettle",
            "mug",
            "tray",
            "bowl",
            "vase",
        ]);
        let similar = table(&visits, &[10.0, 10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], &products, 2);
        assert_eq!(similar[2], [0, 1], "like the lantern, and through it what goes with the lantern");
        assert!(similar[0].contains(&2) && similar[1].contains(&2), "{similar:?}");
        assert!(similar[3].is_empty() && similar.iter().all(|row| !row.contains(&3)));
    }
}
