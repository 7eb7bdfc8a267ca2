//! Replaying a log through the engine that runs on the device: the same events, the same calls.

use crate::engine::Engine;
use crate::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use crate::privacy::consent::Consent;
use crate::time::{DAY, Millis, SECOND};

/// A visit to be replayed.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    /// The log's id for it.
    pub id: &'a str,
    /// Its steps: product id, event name, time in milliseconds.
    pub steps: Vec<(&'a str, &'static str, i64)>,
    /// Steps to be predicted: 1 is the second.
    pub predict: std::ops::Range<usize>,
}

/// One shopper's visits, oldest first: the portrait lives through all of them.
pub type Shopper<'a> = Vec<Visit<'a>>;

/// How a log tells time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Milliseconds since 1970.
    Real,
    /// Order only: visits are a day apart.
    Ordinal,
}

/// How far back a portrait reaches: browsers and shoppers delete what pages keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Not even this visit.
    None,
    /// This visit.
    Visit,
    /// Visits that began at most so many days before this one.
    Days(i64),
    /// Everything.
    All,
}

impl History {
    /// True where a visit that began at `then` is still known in one that begins at `now`.
    fn reaches(self, then: i64, now: i64) -> bool {
        match self {
            History::None | History::Visit => false,
            History::Days(n) => now - then <= n * DAY,
            History::All => true,
        }
    }
}

/// Replays shoppers one after the other, each on a fresh portrait. Before each step to be predicted, when the engine knows all
/// before it that `history` lets it know, and nothing after, `at_step` is called with the shopper, the visit and the number
/// of steps known.
pub fn replay(
    engine: &mut Engine,
    shoppers: &[Shopper<'_>],
    clock: Clock,
    history: History,
    mut at_step: impl FnMut(&mut Engine, Millis, &Visit<'_>, usize),
) {
    engine.set_consent(Consent::all());
    engine.trust();
    for visits in shoppers {
        engine.forget();
        let mut last = i64::MIN / 2;
        let mut starts = Vec::with_capacity(visits.len());
        for (v, visit) in visits.iter().enumerate() {
            let real = visit.steps.first().map_or(0, |s| s.2);
            let start = if clock == Clock::Real { real } else { v as i64 * DAY };
            // Times must not run backwards, and the log's visits are taken as visits: no pause within one counts.
            let start = start.max(last + SECOND);
            starts.push(start);
            if history != History::All && !visit.predict.is_empty() {
                engine.forget();
                for (earlier, at) in visits.iter().zip(&starts[..v]).filter(|(_, at)| history.reaches(**at, start)) {
                    relive(engine, earlier, *at, clock, |_, _, _| {});
                }
            }
            last = relive(engine, visit, start, clock, |engine, now, n| {
                if visit.predict.contains(&n) {
                    if history == History::None {
                        engine.forget();
                    }
                    at_step(engine, Millis(now), visit, n);
                }
            });
        }
    }
}

/// Tracks a visit from `start` on, and answers with its end. `before_step` is called before each step.
fn relive(
    engine: &mut Engine,
    visit: &Visit<'_>,
    start: i64,
    clock: Clock,
    mut before_step: impl FnMut(&mut Engine, i64, usize),
) -> i64 {
    let mut now = start;
    track(engine, now, "session_start", None);
    for (n, (item, name, at)) in visit.steps.iter().enumerate() {
        before_step(engine, now, n);
        let wanted = if clock == Clock::Real { *at } else { now + SECOND };
        now = wanted.clamp(now, now + 60 * SECOND);
        track(engine, now, name, Some(item));
    }
    now
}

fn track(engine: &mut Engine, now: i64, name: &'static str, item: Option<&str>) {
    let items = item
        .map(|id| RawItem { id, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None })
        .into_iter()
        .collect();
    let details = RawDetails::default();
    engine.track(Millis(now), &[RawEvent { name, event_id: "", at: f64::NAN, items, details }]);
}
