//! Price sensitivity: chooses an offer, and never raises a price.

use super::{Insights, Lack, Number, Numbers, Shopper, Trait, numbers, part, weighted};
use crate::event::EventKind;

fn sensitivity(s: &Shopper<'_>) -> Result<Numbers, Lack> {
    let valued = f64::from(s.sums.valued);
    if valued == 0.0 {
        return Err(Lack::EVIDENCE);
    }
    let [amount, counted, most] = s.all([Number::PriceAmount, Number::PriceOrders, Number::PriceFull])?;
    let before = s.sums.value.saturating_add(s.sums.discount) as f64;
    let money = part(s.sums.discount as f64, before).clamp(0.0, 1.0);
    let discounted = f64::from(s.sums.discounted) / valued;
    let full = (money / most).min(1.0);
    let all = weighted(&[(amount, Some(full)), (counted, Some(discounted))]).map_or(0.0, |w| w.0);
    Ok(numbers(&[all, money, discounted]))
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let sure = s.sure(s.sums.valued.into());
    s.tell(out, Trait::PriceSensitivity, sensitivity(s), sure, &[EventKind::Purchase]);
}
