//! What a shopper buys together. Agrawal, Imielinski, Swami, "Mining association rules between sets of items in large databases" (SIGMOD 1993);
//! lift: Brin, Motwani, Ullman, Tsur (SIGMOD 1997), there "interest".

use super::{Behind, Insights, LISTED, Lack, Number, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::order::Arrange;
use crate::profile::history::{Rhythm, pair};
use alloc::vec::Vec;

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let fewest = match s.number(Number::PairOrders).and_then(|n| s.some_orders().map(|_| n)) {
        Ok(n) => n,
        Err(lack) => {
            out.absent.push((Trait::Pair, lack));
            return;
        }
    };
    let (products, pairs) = (&s.ask.history.products, &s.ask.history.pairs);
    let orders = f64::from(s.sums.orders);
    // The rarer product first: from it to the other is the surer way.
    let mut found: Vec<(f64, Rhythm, &Rhythm, &Rhythm)> = Vec::new();
    for (i, a) in products.iter().enumerate() {
        for b in &products[..i] {
            let Ok(at) = pairs.binary_search_by_key(&pair(a.key, b.key), |p| p.key) else { continue };
            let both = pairs[at];
            if f64::from(both.orders.n) >= fewest {
                let (of, with) = if a.orders.n < b.orders.n { (a, b) } else { (b, a) };
                let lift = f64::from(both.orders.n) * orders / (f64::from(of.orders.n) * f64::from(with.orders.n));
                found.push((lift, both, of, with));
            }
        }
    }
    if found.is_empty() {
        out.absent.push((Trait::Pair, Lack::EVIDENCE));
    }
    found.arrange_by(|a, b| b.0.total_cmp(&a.0).then(b.1.orders.n.cmp(&a.1.orders.n)).then(a.1.key.cmp(&b.1.key)));
    for (lift, both, of, with) in found.into_iter().take(LISTED) {
        let n = f64::from(both.orders.n);
        let found = Ok(numbers(&[n / orders, n / f64::from(of.orders.n), lift, n]));
        let behind = Behind::Some(EventKind::Purchase, both.orders);
        s.tell_of(out, (Trait::Pair, Subject::Pair(of.key, with.key)), found, s.sure(n), behind);
    }
}
