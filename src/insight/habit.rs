//! When a shopper comes, and by which channels.

use super::need::share;
use super::{Insights, LISTED, Lack, Shopper, Subject, Trait, of_kind};
use crate::event::EventKind;
use crate::order::Arrange;
use crate::profile::Dimension;
use crate::profile::history::Count;
use crate::profile::visits::Channel;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    for (code, dimension) in [(Trait::Hour, Dimension::Hour), (Trait::Weekday, Dimension::Weekday)] {
        let affinity = s.ask.view.affinity(dimension);
        let Some(best) = affinity.strongest(1).first().copied() else {
            out.absent.push((code, Lack::EVIDENCE));
            continue;
        };
        let values = vec![best.key.0 as f64, share(best.value, affinity.total())];
        let count = Count { n: best.events, first: best.first, last: best.last };
        let kind =
            [EventKind::ViewItem, EventKind::AddToCart, EventKind::Purchase].into_iter().max_by_key(|k| s.count(*k).n);
        let evidence = of_kind(kind.unwrap_or_default(), count);
        out.tell(code, Ok(values), s.sure(best.events.into()), evidence);
    }
    let mut channels: Vec<&Channel> = Vec::new();
    for c in &s.ask.history.visits.channels {
        channels.push(c);
    }
    if channels.is_empty() {
        out.absent.push((Trait::Channel, Lack::EVIDENCE));
    }
    channels.arrange_by(|a, b| b.linear.cmp(&a.linear).then(b.visits.cmp(&a.visits)).then(a.key.cmp(&b.key)));
    for c in channels.into_iter().take(LISTED) {
        let linear = c.linear as f64 / 1e6;
        let values = vec![c.visits.into(), c.first_touch.into(), c.last_touch.into(), linear, c.linear_value as f64];
        let count = Count { n: c.visits, first: c.last, last: c.last };
        let evidence = of_kind(EventKind::SessionStart, count);
        out.tell_of(Trait::Channel, Subject::Channel(c.key), Ok(values), s.sure(c.visits.into()), evidence);
    }
}
