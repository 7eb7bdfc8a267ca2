//! What changed in what the ranking knows: neighbours, and what evidence is worth.

use super::side::Side;
use crate::id::Row;
use crate::rank::curve::{DEPTHS, KNOTS, Place, VIEWS};
use crate::rank::table::TableKind;
use crate::rank::{Blend, Component, Table};
use std::collections::BTreeSet;

/// An item-item table in two packs.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDiff {
    /// `next` or `together`.
    pub name: &'static str,
    /// Pairs in the old and in the new pack.
    pub pairs: (usize, usize),
    /// Products with neighbours, in the old and in the new pack.
    pub products: (usize, usize),
    /// Products that both packs have and that had neighbours.
    pub had: usize,
    /// Of them, those that have none any more.
    pub lost: usize,
    /// Mean, over products with neighbours in both packs, of the neighbours in both lists over those in either (Jaccard);
    /// `None` without such products.
    pub overlap: Option<f64>,
}

/// What a component's whole evidence is worth, by the depth of the visit.
#[derive(Debug, Clone, PartialEq)]
pub struct WorthDiff {
    /// The component's code.
    pub component: &'static str,
    /// In the old pack, at step 1, 2, 3–4, 5–8 and later.
    pub old: [f64; DEPTHS],
    /// In the new pack.
    pub new: [f64; DEPTHS],
}

/// The tables by name.
const TABLES: [(&str, TableKind); 4] = [
    ("next", TableKind::Next),
    ("together", TableKind::Together),
    ("similar", TableKind::Similar),
    ("linear", TableKind::Linear),
];

pub(super) fn table_diffs(old: &Side, new: &Side, both: &[(Row, Row)]) -> Vec<TableDiff> {
    let of = |(name, kind)| (name, old.tables.of(kind), new.tables.of(kind));
    let named = TABLES.map(of).into_iter().filter(|(_, a, b)| !(a.is_empty() && b.is_empty()));
    named.map(|(name, a, b)| table_diff(name, (old, a), (new, b), both)).collect()
}

fn table_diff(name: &'static str, old: (&Side, &Table), new: (&Side, &Table), both: &[(Row, Row)]) -> TableDiff {
    fn neighbours<'a>((side, table): (&'a Side, &Table), row: Row) -> BTreeSet<&'a str> {
        let mut out = BTreeSet::new();
        table.for_each(side.catalog().pack(), row, |r, _| _ = out.insert(side.catalog().id(r)));
        out
    }
    let count = |side: (&Side, &Table)| {
        let sizes = side.0.rows().map(|row| {
            let mut n = 0;
            side.1.for_each(side.0.catalog().pack(), row, |_, _| n += 1);
            n
        });
        sizes.fold((0, 0), |(pairs, products), n: usize| (pairs + n, products + usize::from(n > 0)))
    };
    let ((pairs_before, products_before), (pairs_after, products_after)) = (count(old), count(new));
    let (mut had, mut lost, mut overlaps) = (0, 0, Vec::new());
    for (x, y) in both {
        let (a, b) = (neighbours(old, *x), neighbours(new, *y));
        had += usize::from(!a.is_empty());
        lost += usize::from(!a.is_empty() && b.is_empty());
        if !a.is_empty() && !b.is_empty() {
            overlaps.push(a.intersection(&b).count() as f64 / a.union(&b).count() as f64);
        }
    }
    let overlap = (!overlaps.is_empty()).then(|| overlaps.iter().sum::<f64>() / overlaps.len() as f64);
    TableDiff {
        name,
        pairs: (pairs_before, pairs_after),
        products: (products_before, products_after),
        had,
        lost,
        overlap,
    }
}

/// Components whose curves, or plain weights, differ.
pub(super) fn worth_diffs(old: &Blend, new: &Blend) -> Vec<WorthDiff> {
    let differs = |c: Component| {
        let curves = (0..DEPTHS).any(|d| {
            (0..VIEWS).any(|v| {
                (0..KNOTS).any(|knot| {
                    let place = Place { knot, part: 65_536 };
                    old.curves.worth(d, c, v, place) != new.curves.worth(d, c, v, place)
                })
            })
        });
        curves || worth(old, c) != worth(new, c)
    };
    let diff = |c: Component| WorthDiff { component: c.code(), old: worth(old, c), new: worth(new, c) };
    Component::ALL.into_iter().filter(|c| differs(*c)).map(diff).collect()
}

/// What a component's whole evidence is worth at each depth.
fn worth(blend: &Blend, c: Component) -> [f64; DEPTHS] {
    let full = Place { knot: KNOTS - 1, part: 65_536 };
    std::array::from_fn(|depth| {
        if blend.curves.is_empty() || c == Component::Given {
            return f64::from(blend.weight[c as usize]) / 65_536.0;
        }
        (0..VIEWS).map(|view| blend.curves.worth(depth, c, view, full)).sum::<i64>() as f64 / 65_536.0
    })
}
