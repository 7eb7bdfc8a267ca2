//! What a visit is for, judged anew with each event.

use super::settings::Weight;
use super::{Evidence, Insights, Lack, Shopper, Source, Trait, numbers};
use crate::event::EventKind;
use crate::profile::history::Count;
use crate::profile::visits::Stage as Reached;
use libm::{exp, log1p};

/// What a visit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Intent {
    /// Looking around.
    Browsing = 0,
    /// Choosing among products.
    Comparing = 1,
    /// About to buy.
    AboutToBuy = 2,
}

const INTENTS: usize = 3;

impl Shopper<'_> {
    /// How often a kind of events came in this visit. Of kinds that are no steps it is known that they came, not how often.
    fn in_visit(&self, kind: EventKind) -> Count {
        let Some(open) = self.ask.history.visits.open else { return Count::default() };
        if kind.is_step() {
            let mut count = Count::default();
            for m in self.ask.view.visit.steps.iter().filter(|m| m.kind == kind) {
                count = Count { n: count.n + 1, first: if count.n == 0 { m.at } else { count.first }, last: m.at };
            }
            return count;
        }
        let last = self.count(kind).last;
        if self.count(kind).n > 0 && last >= open.start { Count { n: 1, first: last, last } } else { Count::default() }
    }

    fn says(&self, w: &Weight) -> f64 {
        if let Some(kind) = w.kind() {
            return log1p(self.in_visit(kind).n.into());
        }
        let steps = self.ask.view.visit.steps;
        let fresh = steps.iter().enumerate().filter(|(i, m)| steps[..*i].iter().all(|x| x.key != m.key)).count();
        if w.is(Source::Products) {
            return log1p(fresh as f64);
        }
        if w.is(Source::Again) {
            return log1p((steps.len() - fresh) as f64);
        }
        f64::from(u8::from(w.is(Source::Always)))
    }

    /// The chances of the intents: e to the sum of what speaks for each, in proportion.
    fn intents(&self) -> Result<[f64; INTENTS], Lack> {
        if self.ask.settings.intents.is_empty() {
            return Err(Lack::INTENTS);
        }
        let open = self.ask.history.visits.open.ok_or(Lack::EVIDENCE)?;
        if self.ask.now.since(open.last) > self.ask.session_gap || open.stage == Reached::Visit && open.events == 0 {
            return Err(Lack::EVIDENCE);
        }
        let mut scores = [0.0_f64; INTENTS];
        for w in &self.ask.settings.intents {
            if let Some(score) = scores.get_mut(usize::from(w.of)) {
                *score += w.weight * self.says(w);
            }
        }
        let most = scores.iter().fold(f64::NEG_INFINITY, |m, s| m.max(*s));
        let grown = scores.map(|s| exp(s - most));
        let all: f64 = grown.iter().sum();
        Ok(grown.map(|g| g / all))
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let found = s.intents();
    let events = s.ask.history.visits.open.map_or(0, |v| v.events);
    let sure = found.map_or(0.0, |p| p.iter().fold(0.0_f64, |m, x| m.max(*x))) * s.sure(events.into());
    let found = found.map(|p| {
        // Of equal chances the earlier intent: the less is claimed.
        let best = (1..INTENTS).fold(0, |best, i| if p[i] > p[best] { i } else { best });
        numbers(&[best as f64, p[0], p[1], p[2]])
    });
    s.tell(out, Trait::Intent, found, sure, &[]);
    // What is behind it are the events of this visit alone.
    if let Some(told) = out.known.last_mut().filter(|i| i.code == Trait::Intent) {
        for kind in EventKind::ALL {
            let count = s.in_visit(kind);
            if count.n > 0 {
                told.evidence.push(Evidence { kind, count });
            }
        }
    }
}
