//! What stops offers beside their own conditions: the shop's switch, and a time that cannot be trusted. `manual/switch.md` is its description.

use super::condition::{next_change, within};
use super::promotion::Promotion;
use super::refusal::Refusal;
use crate::time::Millis;
use alloc::string::String;

/// What a host knows of the shop's switch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stops {
    /// Ids of offers that are stopped, one a line; one that ends with `*` stops all that begin so.
    pub ids: String,
    /// The switch is stale, or none has come: no offer goes on.
    pub stale: bool,
    /// The time cannot be trusted, so no offer goes on that depends on hours, or has a window of at most so many milliseconds.
    pub flash: Option<i64>,
    /// Nothing is personal.
    pub neutral: bool,
}

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Before its start.
    Prepare,
    /// Its window is open, its hours are not.
    Start,
    /// It may be used.
    Running,
    /// From its end on.
    Ended,
    /// The shop has stopped it.
    Stopped,
    /// The switch is stale, or the time cannot be trusted and it depends on it.
    Unknown,
}

impl Stops {
    /// Why an offer does not go on.
    pub(crate) fn reason(&self, p: &Promotion) -> Option<Refusal> {
        let named = |id: &str| id.strip_suffix('*').map_or(id == p.id, |begin| p.id.starts_with(begin));
        if self.ids.split('\n').any(named) {
            return Some(Refusal::Stopped);
        }
        if self.stale {
            return Some(Refusal::SwitchStale);
        }
        let when = &p.when;
        let most = self.flash?;
        let short = matches!((when.start, when.end), (Some(from), Some(to)) if to.0.saturating_sub(from.0) <= most);
        (short || when.daily.is_some()).then_some(Refusal::TimeUncertain)
    }

    /// Where an offer stands, and the instant at which its window or hours change next.
    pub fn standing(&self, p: &Promotion, now: Millis) -> (Standing, Option<Millis>) {
        let when = &p.when;
        let standing = match self.reason(p) {
            Some(Refusal::Stopped) => Standing::Stopped,
            Some(_) => Standing::Unknown,
            _ if when.start.is_some_and(|t| now < t) => Standing::Prepare,
            _ if when.end.is_some_and(|t| now >= t) => Standing::Ended,
            _ if when.daily.is_some_and(|d| !within(d, now)) => Standing::Start,
            _ => Standing::Running,
        };
        let next = next_change(core::slice::from_ref(p), now);
        (standing, Some(next).filter(|t| t.0 < i64::MAX && standing != Standing::Ended))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Minor;
    use crate::offer::promotion::{Daily, Kind};
    use crate::time::{DAY, HOUR};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn offer(id: &str, window: Option<(i64, i64)>) -> Promotion {
        let mut p = Promotion::new(id, Kind::Fixed { amount: Minor(1) });
        p.when.start = window.map(|w| Millis(w.0));
        p.when.end = window.map(|w| Millis(w.1));
        p
    }

    #[test]
    fn an_id_stops_one_offer_and_a_beginning_all_that_begin_so() {
        let stops = |ids: &[&str]| Stops { ids: ids.join("\n"), ..Stops::default() };
        let reason = |ids: &[&str], id: &str| stops(ids).reason(&offer(id, None));
        assert_eq!(reason(&["a"], "a"), Some(Refusal::Stopped));
        assert_eq!(reason(&["a"], "ab"), None);
        assert_eq!(reason(&["x", "double-11-*"], "double-11-mugs"), Some(Refusal::Stopped));
        assert_eq!(reason(&["double-11-*"], "double-12-mugs"), None);
        assert_eq!(reason(&["*"], "anything"), Some(Refusal::Stopped));
        assert_eq!(reason(&["", "a*b"], "acb"), None);
        let stale = Stops { stale: true, ..stops(&["a"]) };
        assert_eq!(
            [stale.reason(&offer("a", None)), stale.reason(&offer("b", None))],
            [Some(Refusal::Stopped), Some(Refusal::SwitchStale)]
        );
    }

    #[test]
    fn without_a_time_to_trust_only_flash_offers_are_held_back() {
        let stops = Stops { flash: Some(DAY), ..Stops::default() };
        let mut hours = offer("a", None);
        hours.when.daily = Some(Daily { from: 0, to: 60, utc_offset_min: 0 });
        let held = [hours, offer("b", Some((0, DAY))), offer("c", Some((0, DAY + 1))), offer("d", None)];
        let reasons: Vec<_> = held.iter().map(|p| stops.reason(p).is_some()).collect();
        assert_eq!(reasons, [true, true, false, false]);
        assert_eq!(stops.reason(&held[1]), Some(Refusal::TimeUncertain));
        assert!(held.iter().all(|p| Stops::default().reason(p).is_none()));
    }

    #[test]
    fn an_offer_is_prepared_starts_runs_and_ends() {
        let mut p = offer("a", Some((DAY, 3 * DAY)));
        p.when.daily = Some(Daily { from: 10 * 60, to: 12 * 60, utc_offset_min: 0 });
        let at = |now| Stops::default().standing(&p, Millis(now));
        assert_eq!(at(DAY - HOUR), (Standing::Prepare, Some(Millis(DAY))));
        assert_eq!(at(DAY), (Standing::Start, Some(Millis(DAY + 10 * HOUR))));
        assert_eq!(at(DAY + 11 * HOUR), (Standing::Running, Some(Millis(DAY + 12 * HOUR))));
        assert_eq!(at(3 * DAY), (Standing::Ended, None));
        let stopped = Stops { ids: "a".into(), ..Stops::default() };
        assert_eq!(stopped.standing(&p, Millis(DAY)).0, Standing::Stopped);
        let stale = Stops { stale: true, ..Stops::default() };
        assert_eq!(stale.standing(&p, Millis(DAY)).0, Standing::Unknown);
        assert_eq!(Stops::default().standing(&offer("b", None), Millis(0)), (Standing::Running, None));
    }
}
