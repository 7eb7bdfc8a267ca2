//! What is bought together, counted over baskets: orders where the log has them, else visits.
//!
//! [`manual/slots.md`](crate::manual::slots) has the formulas and their sources.

use super::counts::{FRESH, Pair, Visit, popularity, together, visits};
use crate::event::EventKind;
use crate::id::Row;
use crate::rank::{Association, Counts};
use crate::shop::{Session, TogetherSettings};

/// Counts associations under the support threshold `k`. `row_of` gives the row of each product of the log.
pub fn build(sessions: &[Session], row_of: &[u32], k: u32, settings: TogetherSettings) -> Counts {
    let orders: Vec<Session> = sessions.iter().map(order_of).filter(|s| !s.steps.is_empty()).collect();
    let counts = of_baskets(&orders, row_of, k, settings);
    if counts.rows.iter().any(|row| !row.is_empty()) {
        return Counts { purchases: true, ..counts };
    }
    of_baskets(sessions, row_of, k, settings)
}

/// What a visit bought.
fn order_of(visit: &Session) -> Session {
    let bought = visit.steps.iter().filter(|step| step.kind == EventKind::Purchase).cloned();
    Session { id: visit.id.clone(), shopper: visit.shopper, steps: bought.collect() }
}

fn of_baskets(baskets: &[Session], row_of: &[u32], k: u32, settings: TogetherSettings) -> Counts {
    let n = row_of.len();
    let mut sizes = vec![0; n];
    for (count, row) in popularity(baskets, n, k).into_iter().zip(row_of) {
        sizes[*row as usize] = u32::try_from(count).unwrap_or(u32::MAX);
    }
    let all: Vec<Visit> = visits(baskets, row_of, None);
    let mut counts = Counts { purchases: false, baskets: all.len() as u32, sizes, rows: vec![Vec::new(); n] };
    let association = |p: &Pair| Association {
        count: (p.weight / u64::from(FRESH)) as u32,
        of: counts.sizes[p.a as usize],
        with: counts.sizes[p.b as usize],
        baskets: counts.baskets,
    };
    let mut strongest: Vec<Vec<(f64, Row, u32)>> = vec![Vec::new(); n];
    for p in together(&all, k) {
        let a = association(&p);
        // Both have their own K shoppers, since the pair has; a pair no more frequent than by chance says nothing.
        if a.count >= settings.min_count && a.lift() > 1.0 {
            strongest[p.a as usize].push((a.lift(), Row(p.b), a.count));
        }
    }
    for (row, mut found) in counts.rows.iter_mut().zip(strongest) {
        found.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(y.2.cmp(&x.2)).then(x.1.cmp(&y.1)));
        found.truncate(settings.neighbours);
        *row = found.into_iter().map(|(_, other, count)| (other, count)).collect();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::LogStep;

    const ALL: TogetherSettings = TogetherSettings { min_count: 1, neighbours: 12 };

    fn basket(shopper: u32, kind: EventKind, products: &[u32]) -> Session {
        let step = |product: &u32| LogStep { product: *product, at: 0, kind };
        Session { id: String::new(), shopper, steps: products.iter().map(step).collect() }
    }

    /// Two shoppers buy 0 with 1, one buys 0 with 2, five buy 3; nobody buys what a visit only saw.
    fn log() -> Vec<Session> {
        let buy = |shopper, products: &[u32]| basket(shopper, EventKind::Purchase, products);
        let mut log = vec![buy(0, &[0, 1, 1]), buy(1, &[1, 0]), buy(2, &[0, 2]), buy(2, &[0, 2])];
        log.extend((0..5).map(|shopper| buy(shopper, &[3])));
        log.extend((0..3).map(|shopper| basket(shopper, EventKind::ViewItem, &[0, 3])));
        log
    }

    #[test]
    fn orders_are_counted_and_pairs_need_k_distinct_shoppers() {
        // Rows are not the log's numbers.
        let counts = build(&log(), &[3, 2, 1, 0], 2, ALL);
        assert!(counts.purchases);
        assert_eq!((counts.baskets, &*counts.sizes), (9, &[5, 0, 2, 4][..]), "2 was bought by one shopper");
        assert_eq!(counts.rows, [vec![], vec![], vec![(Row(3), 2)], vec![(Row(2), 2)]]);
        let all = build(&log(), &[3, 2, 1, 0], 1, ALL);
        assert_eq!(all.rows[3], [(Row(1), 2), (Row(2), 2)], "the same lift and count: by row");
        assert_eq!(build(&log(), &[3, 2, 1, 0], 1, TogetherSettings { neighbours: 1, ..ALL }).rows[3], [(Row(1), 2)]);
    }

    #[test]
    fn a_log_without_supported_orders_counts_visits_and_chance_is_no_association() {
        let visits: Vec<Session> = log()
            .into_iter()
            .map(|s| Session {
                steps: s.steps.into_iter().map(|x| LogStep { kind: EventKind::ViewItem, ..x }).collect(),
                ..s
            })
            .collect();
        let counts = build(&visits, &[0, 1, 2, 3], 2, ALL);
        assert!(!counts.purchases);
        assert_eq!((counts.baskets, counts.sizes[0], counts.sizes[3]), (12, 7, 8));
        assert_eq!(counts.rows[0], [(Row(1), 2)], "0 and 3: 3 of 12 is less than 7/12 of 8");
        assert!(build(&log(), &[0, 1, 2, 3], 2, TogetherSettings { min_count: 3, ..ALL }).rows.concat().is_empty());
        assert_eq!(build(&[], &[0, 1], 1, ALL).rows, [vec![], vec![]]);
    }
}
