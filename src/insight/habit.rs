//! When a shopper comes, and by which channels.

use super::need::share;
use super::{Behind, Insights, LISTED, Lack, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::order::Arrange;
use crate::profile::Dimension;
use crate::profile::history::Count;
use crate::profile::visits::Channel;
use alloc::vec::Vec;

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    for (code, dimension) in [(Trait::Hour, Dimension::Hour), (Trait::Weekday, Dimension::Weekday)] {
        let affinity = s.ask.view.affinity(dimension);
        let Some(best) = affinity.strongest(1).first().copied() else {
            out.absent.push((code, Lack::EVIDENCE));
            continue;
        };
        let found = Ok(numbers(&[best.key.0 as f64, share(best.value, affinity.total())]));
        let kind = s.most(&[EventKind::ViewItem, EventKind::AddToCart, EventKind::Purchase]);
        let behind = Behind::Some(kind, Count { n: best.events, first: best.first, last: best.last });
        s.tell_of(out, (code, Subject::None), found, s.sure(best.events.into()), behind);
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
        let [visits, first, last] = [c.visits, c.first_touch, c.last_touch].map(f64::from);
        let found = Ok(numbers(&[visits, first, last, linear, c.linear_value as f64]));
        // When it was first come by the trait of that name knows.
        let known = s.ask.view.affinity(Dimension::Channel).traits().iter().find(|t| t.key == c.key);
        let first = known.map_or(c.last, |t| t.first.min(c.last));
        let behind = Behind::Some(EventKind::SessionStart, Count { n: c.visits, first, last: c.last });
        s.tell_of(out, (Trait::Channel, Subject::Channel(c.key)), found, s.sure(visits), behind);
    }
}
