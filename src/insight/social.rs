//! What a shopper does among others: passing things on, topics, advocacy.

use super::need::share;
use super::{Behind, Insights, Lack, Number, Shopper, Subject, Trait, numbers, part, weighted};
use crate::event::EventKind;
use crate::profile::Dimension;
use crate::profile::history::Count;
use libm::exp;

/// Topics told.
const TOPICS: usize = 8;
/// What passes something on.
const SHARING: [EventKind; 2] = [EventKind::Share, EventKind::Invite];
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
        let n = self.many(&SHARING);
        Ok(1.0 - exp(-part(n, visits + self.number(Number::Doubt).unwrap_or(1.0))))
    }

    /// The answer to the question of the net promoter score as 0–100.
    pub(super) fn recommends(&self) -> Option<f64> {
        self.ask.history.nps.map(|(_, score)| f64::from(score.clamp(0, 10)) * 10.0)
    }

    fn advocacy(&self) -> Result<(f64, f64), Lack> {
        let [nps, satisfaction, sharing] =
            self.all([Number::AdvocacyNps, Number::AdvocacySatisfaction, Number::AdvocacySharing])?;
        let parts = [
            (nps, self.recommends()),
            (satisfaction, self.satisfaction().ok()),
            (sharing, self.sharing().ok().map(|p| 100.0 * p)),
        ];
        weighted(&parts).ok_or(Lack::EVIDENCE)
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    s.tell(out, Trait::Sharing, s.sharing().map(|p| numbers(&[p])), s.sure(s.visits()), &SHARING);
    let topics = s.ask.view.affinity(Dimension::Topic);
    if topics.traits().is_empty() {
        out.absent.push((Trait::Topic, Lack::EVIDENCE));
    }
    for t in topics.strongest(TOPICS) {
        let found = Ok(numbers(&[share(t.value, topics.total())]));
        // Which kinds they were is known of all topics together, not of each.
        let behind = Behind::Some(s.most(&EventKind::SOCIAL), Count { n: t.events, first: t.first, last: t.last });
        s.tell_of(out, (Trait::Topic, Subject::Category(t.key)), found, s.sure(t.events.into()), behind);
    }
    let kinds = [EventKind::NpsAnswer, EventKind::Review, EventKind::SurveyAnswer, EventKind::Share, EventKind::Invite];
    // That somebody visits says nothing of it.
    let found = if s.many(&kinds) > 0.0 { s.advocacy() } else { Err(Lack::EVIDENCE) };
    // As sure as its parts are there, and its events many.
    let sure = found.map_or(0.0, |f| f.1) * s.sure(s.many(&kinds));
    s.tell(out, Trait::Advocacy, found.map(|f| numbers(&[f.0])), sure, &kinds);
}
