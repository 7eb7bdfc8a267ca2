//! Since when each product is sold: what the catalogue says, and where a shop wants it, what the log tells.

use crate::shop::{Session, Shop};
use crate::time::DAY;

/// The UTC day since which each product is sold, 0 where nobody knows. Without a word of the catalogue, and if the shop wants it, the day on
/// which the `k`-th distinct shopper turned to it: nobody's day alone. A log begins in the middle of things, so what came in its first days, as
/// many as a product is new for, has no day.
pub(super) fn since(shop: &Shop, sessions: &[Session], k: u32) -> Vec<u16> {
    let mut since: Vec<u16> = shop.products.iter().map(|p| p.since).collect();
    let Some(begin) = sessions.iter().flat_map(|s| &s.steps).map(|x| x.at).min().filter(|_| shop.rules.from_log) else {
        return since;
    };
    let told = begin.div_euclid(DAY) + i64::from(shop.rules.arrival_days);
    for (product, day) in days(sessions, k) {
        if since[product as usize] == 0 && day >= told {
            since[product as usize] = u16::try_from(day).unwrap_or(0);
        }
    }
    since
}

/// The day of each product's `k`-th distinct shopper.
fn days(sessions: &[Session], k: u32) -> Vec<(u32, i64)> {
    // Each shopper's first step to a product.
    let mut first: Vec<(u32, u32, i64)> = Vec::new();
    for s in sessions {
        first.extend(s.steps.iter().map(|x| (x.product, s.shopper, x.at.div_euclid(DAY))));
    }
    first.sort_unstable();
    first.dedup_by_key(|(product, shopper, _)| (*product, *shopper));
    first.sort_unstable_by_key(|(product, _, day)| (*product, *day));
    let products = first.chunk_by(|x, y| x.0 == y.0);
    products.filter_map(|p| p.get(k.max(1) as usize - 1)).map(|(product, _, day)| (*product, *day)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;
    use crate::shop::LogStep;

    #[test]
    fn a_product_is_dated_by_its_kth_shopper() {
        let visit = |shopper: u32, day: i64, product: u32| Session {
            id: String::new(),
            shopper,
            steps: vec![LogStep { product, at: day * DAY + 5, kind: EventKind::ViewItem }],
        };
        // Shopper 1 comes twice and is one shopper.
        let log = [visit(1, 10, 0), visit(1, 20, 0), visit(2, 40, 0), visit(3, 50, 0), visit(2, 45, 7)];
        assert_eq!(days(&log, 1), [(0, 10), (7, 45)]);
        assert_eq!(days(&log, 2), [(0, 40)]);
        assert_eq!(days(&log, 3), [(0, 50)]);
        assert_eq!(days(&log, 4), []);
    }
}
