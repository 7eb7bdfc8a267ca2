//! Orders and refunds: the latest 256 one by one, the ones before them in sums that stay exact.

use crate::id::Key;
use crate::time::Millis;
use alloc::vec::Vec;

/// Orders kept one by one.
pub(super) const ORDERS: usize = 256;
/// Refunds kept one by one.
pub(super) const REFUNDS: usize = 64;

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// When.
    pub at: Millis,
    /// The key of its id.
    pub id: Key,
    /// Its local day, counted from 1970-01-01.
    pub day: i64,
    /// Its sum in minor units, where that is known.
    pub value: Option<i64>,
    /// What discounts took off it, where that is known.
    pub discount: Option<i64>,
    /// Pieces.
    pub units: u32,
}

/// Money given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refunded {
    /// When.
    pub at: Millis,
    /// The key of the event.
    pub id: Key,
    /// The order, where it is named.
    pub order: Option<Key>,
    /// How much in minor units; nothing where the whole order is meant or it is not known.
    pub value: Option<i64>,
}

/// Orders in numbers; money in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many.
    pub orders: u32,
    /// Local days with one: what BG/NBD and RFM count.
    pub days: u32,
    /// The first of them.
    pub first: Millis,
    /// The last of them.
    pub last: Millis,
    /// Number of the first one's day since 1970-01-01.
    pub first_day: i64,
    /// Number of the last one's day.
    pub last_day: i64,
    /// What they cost, as far as that is known, before refunds.
    pub value: i64,
    /// What those of the first day cost.
    pub first_day_value: i64,
    /// What discounts took off those whose cost is known.
    pub discount: i64,
    /// Those of them with a discount.
    pub discounted: u32,
    /// Those whose cost is known.
    pub valued: u32,
    /// Pieces.
    pub units: u64,
}

impl Sums {
    /// Takes in the next order in time.
    fn take(&mut self, o: &Order) {
        let (value, discount) = (o.value.unwrap_or(0), o.discount.unwrap_or(0));
        // A day is never before the last one, whatever zone the clock went to.
        let day = if self.orders == 0 { o.day } else { o.day.max(self.last_day) };
        if self.orders == 0 {
            (self.first, self.first_day) = (o.at, day);
        }
        self.days += u32::from(self.orders == 0 || day != self.last_day);
        (self.last, self.last_day) = (o.at, day);
        self.orders = self.orders.saturating_add(1);
        self.value = self.value.saturating_add(value);
        if day == self.first_day {
            self.first_day_value = self.first_day_value.saturating_add(value);
        }
        // A discount is a share of a cost: where that is not known it says nothing.
        if o.value.is_some() {
            self.discount = self.discount.saturating_add(discount);
            self.discounted += u32::from(discount > 0);
            self.valued += 1;
        }
        self.units = self.units.saturating_add(u64::from(o.units));
    }
}

/// All orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orders {
    /// The latest 256, sorted by time and id.
    pub recent: Vec<Order>,
    /// Those before.
    pub older: Sums,
    /// The latest 64 refunds, sorted by time and id.
    pub refunds: Vec<Refunded>,
}

impl Orders {
    /// True when an order cannot be told from one that counts already: its id is known, or it is older than those that have gone into the
    /// sums.
    pub(super) fn covers(&self, at: Millis, id: Key) -> bool {
        (self.older.orders > 0 && at <= self.older.last) || self.recent.iter().any(|o| o.id == id)
    }

    pub(super) fn add(&mut self, order: Order) {
        let i = self.recent.partition_point(|o| (o.at, o.id) < (order.at, order.id));
        self.recent.insert(i, order);
    }

    pub(super) fn refund(&mut self, refund: Refunded) {
        let i = self.refunds.partition_point(|r| (r.at, r.id) < (refund.at, refund.id));
        self.refunds.insert(i, refund);
    }

    /// What there is no room for goes into the sums.
    pub(super) fn settle(&mut self) {
        let gone = self.recent.len().saturating_sub(ORDERS);
        for o in self.recent.drain(..gone) {
            self.older.take(&o);
        }
        let gone = self.refunds.len().saturating_sub(REFUNDS);
        self.refunds.drain(..gone);
    }

    /// All of them in numbers.
    pub fn sums(&self) -> Sums {
        let mut sums = self.older;
        self.recent.iter().for_each(|o| sums.take(o));
        sums
    }

    /// What was given back, in minor units: a refund's own sum, or that of the order it names.
    pub fn refunded(&self) -> i64 {
        let of = |r: &Refunded| r.value.or_else(|| self.recent.iter().find(|o| Some(o.id) == r.order)?.value);
        self.refunds.iter().filter_map(of).fold(0, i64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn order(i: i64) -> Order {
        let discount = (i % 4 == 0).then_some(10);
        Order {
            at: Millis(i * DAY / 3),
            id: Key(i as u64),
            day: i / 3,
            value: (i % 5 > 0).then_some(100 + i),
            discount,
            units: 2,
        }
    }

    #[test]
    fn sums_are_the_same_however_many_orders_are_kept() {
        for n in [0, 1, 4, 255, 256, 257, 1000] {
            let (mut all, mut kept) = (Sums::default(), Orders::default());
            for i in 0..n {
                all.take(&order(i));
                kept.add(order(i));
                kept.settle();
            }
            assert_eq!(kept.sums(), all, "{n}");
            assert!(kept.recent.len() <= ORDERS);
            assert_eq!(i64::from(all.days), (n + 2) / 3);
            assert_eq!(all.first_day_value, (1..n.min(3)).map(|i| 100 + i).sum::<i64>());
        }
    }

    #[test]
    fn a_day_is_never_before_the_last_one() {
        let mut o = Orders::default();
        for (i, day) in [(1, 10), (2, 9), (3, 10), (4, 9)] {
            o.add(Order { day, ..order(i) });
        }
        let sums = o.sums();
        assert_eq!((sums.days, sums.first_day, sums.last_day), (1, 10, 10));
    }

    #[test]
    fn an_order_that_went_into_the_sums_is_not_taken_again() {
        let mut kept = Orders::default();
        (0..300).for_each(|i| kept.add(order(i)));
        kept.settle();
        assert!((0..300).all(|i| kept.covers(order(i).at, order(i).id)));
        assert!(!kept.covers(order(300).at, order(300).id));
        assert!(!kept.covers(order(200).at, Key(9999)), "a new one between kept ones");
    }

    #[test]
    fn a_refund_is_its_own_sum_or_its_order_s() {
        let mut o = Orders::default();
        (1..4).for_each(|i| o.add(order(i)));
        let refund = |id, order, value| Refunded { at: Millis(id), id: Key(id as u64), order, value };
        o.refund(refund(90, Some(Key(2)), None));
        o.refund(refund(91, Some(Key(3)), Some(7)));
        o.refund(refund(92, Some(Key(77)), None));
        assert_eq!(o.refunded(), 102 + 7);
    }
}
