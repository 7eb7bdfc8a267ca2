//! A shopper's own history in numbers, and how far visits get.

use super::{Behind, Insights, LISTED, Lack, Numbers, Shopper, Subject, Trait, numbers, part};
use crate::event::EventKind;
use crate::profile::history::Count;
use crate::time::{DAY, MINUTE, Millis};

/// What visits and their funnel are made of.
const VISIT: [EventKind; 5] =
    [EventKind::SessionStart, EventKind::ViewItem, EventKind::AddToCart, EventKind::BeginCheckout, EventKind::Purchase];

impl Shopper<'_> {
    /// Weeks since then, at least one: a rate over less would be a guess.
    fn weeks(&self, since: Millis) -> f64 {
        (self.ask.now.since(since) as f64 / (7 * DAY) as f64).max(1.0)
    }

    fn described(&self) -> Result<Numbers, Lack> {
        let (v, n) = (&self.ask.history.visits, self.visits());
        let open = v.open.ok_or(Lack::EVIDENCE)?;
        let millis = v.millis as f64 + open.last.since(open.start).max(0) as f64;
        let steps = v.steps as f64 + f64::from(open.steps);
        let single = f64::from(v.single) + f64::from(u8::from(open.events == 1));
        let first = if v.ended == [0; 5] { open.start } else { v.first };
        Ok(numbers(&[n, n / self.weeks(first), part(millis, n * MINUTE as f64), part(steps, n), part(single, n)]))
    }

    fn bought(&self) -> Result<Numbers, Lack> {
        let n = self.some_orders()?;
        let value = self.sums.value as f64;
        let units = part(self.sums.units as f64, n);
        Ok(numbers(&[n, n / self.weeks(self.sums.first), value, part(value, self.sums.valued.into()), units]))
    }

    /// Visits that got at least so far, and the step after which most do not go on.
    fn funnel(&self) -> Result<Numbers, Lack> {
        let mut reached = self.ask.history.visits.by_stage().map(f64::from);
        for i in (0..4).rev() {
            reached[i] += reached[i + 1];
        }
        if reached[0] == 0.0 {
            return Err(Lack::EVIDENCE);
        }
        let lost = |i: usize| part(reached[i] - reached[i + 1], reached[i]);
        let drop = (1..4).fold(0, |worst, i| if lost(i) > lost(worst) { i } else { worst });
        let [visits, views, carts, checkouts, purchases] = reached;
        Ok(numbers(&[visits, views, carts, checkouts, purchases, drop as f64]))
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let h = s.ask.history;
    let often = s.sure(s.visits());
    s.tell(out, Trait::Visits, s.described(), often, &VISIT);
    s.tell(out, Trait::Orders, s.bought(), s.valued(), &[EventKind::Purchase]);
    let variety = s.some_orders().map(|_| numbers(&[h.categories.len() as f64, h.products.len() as f64]));
    s.tell(out, Trait::Variety, variety, 1.0, &[EventKind::Purchase]);
    let seconds = if h.seconds > 0 { Ok(numbers(&[h.seconds as f64])) } else { Err(Lack::EVIDENCE) };
    s.tell(out, Trait::Attention, seconds, 1.0, &[EventKind::Dwell, EventKind::ContentView, EventKind::LiveWatch]);
    s.tell(out, Trait::Funnel, s.funnel(), often, &VISIT);
    for (at, product) in h.visits.cart.iter().rev().take(LISTED) {
        let behind = Behind::Some(EventKind::AddToCart, Count { n: 1, first: *at, last: *at });
        let about = (Trait::LeftInCart, Subject::Product(*product));
        s.tell_of(out, about, Ok(numbers(&[s.days_since(*at)])), 1.0, behind);
    }
}
