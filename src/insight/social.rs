//! What a shopper does among others: passing things on, topics, advocacy.

use super::need::share;
use super::{Insights, Lack, Number, Shopper, Subject, Trait, part, weighted};
use crate::event::EventKind;
use crate::profile::Dimension;
use crate::profile::history::Count;
use alloc::vec;
use libm::exp;

/// Topics told.
const TOPICS: usize = 8;
/// What passes something on.
const SHARING: [EventKind; 2] = [EventKind::Share, EventKind::Invite];
/// All that has topics.
const SOCIAL: [EventKind; 8] = [
    EventKind::Like,
    EventKind::Comment,
    EventKind::Share,
    EventKind::Invite,
    EventKind::GroupBuyOpen,
    EventKind::GroupBuyJoin,
    EventKind::GroupBuyComplete,
    EventKind::Review,
];

impl Shopper<'_> {
    /// Visits so far.
    pub(super) fn visits(&self) -> f64 {
        f64::from(self.ask.history.visits.by_stage().iter().fold(0_u32, |n, v| n.saturating_add(*v)))
    }

    /// The chance that a visit passes something on: 1 − e^(−rate), the rate over `doubt` visits more than there were.
    pub(super) fn sharing(&self) -> Result<f64, Lack> {
        let visits = self.visits();
        if visits == 0.0 {
            return Err(Lack::EVIDENCE);
        }
        let n: f64 = SHARING.iter().map(|k| f64::from(self.count(*k).n)).sum();
        Ok(1.0 - exp(-part(n, visits + self.number(Number::Doubt).unwrap_or(1.0))))
    }

    /// The answer to the question of the net promoter score as 0–100.
    pub(super) fn recommends(&self) -> Option<f64> {
        self.ask.history.nps.map(|(_, score)| f64::from(score.clamp(0, 10)) * 10.0)
    }

    fn advocacy(&self) -> Result<(f64, f64), Lack> {
        let n = |n| self.number(n);
        let parts = [
            (n(Number::AdvocacyNps)?, self.recommends()),
            (n(Number::AdvocacySatisfaction)?, self.satisfaction().ok()),
            (n(Number::AdvocacySharing)?, self.sharing().ok().map(|p| 100.0 * p)),
        ];
        weighted(&parts).ok_or(Lack::EVIDENCE)
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    out.tell(Trait::Sharing, s.sharing().map(|p| vec![p]), s.sure(s.visits()), s.seen(&SHARING));
    let topics = s.ask.view.affinity(Dimension::Topic);
    let mut some = false;
    for t in topics.strongest(TOPICS) {
        let values = vec![share(t.value, topics.total())];
        // Which kinds they were is known of all topics together, not of each.
        let count = Count { n: t.events, first: t.first, last: t.last };
        let kind = SOCIAL.into_iter().filter(|k| s.count(*k).n > 0).max_by_key(|k| s.count(*k).n);
        let evidence = kind.map_or(alloc::vec::Vec::new(), |kind| super::of_kind(kind, count));
        out.tell_of(Trait::Topic, Subject::Category(t.key), Ok(values), s.sure(t.events.into()), evidence);
        some = true;
    }
    if !some {
        out.absent.push((Trait::Topic, Lack::EVIDENCE));
    }
    let found = s.advocacy();
    let kinds = [EventKind::NpsAnswer, EventKind::Review, EventKind::SurveyAnswer, EventKind::Share, EventKind::Invite];
    let evidence = s.seen(&kinds);
    let n = evidence.iter().map(|e| f64::from(e.count.n)).sum();
    // As sure as its parts are there, and its events many.
    let sure = found.map_or(0.0, |f| f.1) * s.sure(n);
    out.tell(Trait::Advocacy, found.map(|f| vec![f.0]), sure, evidence);
}
