//! What a shopper thinks: satisfaction by category, the net promoter score, and when promotions have to pause.

use super::{Behind, Insights, Lack, Number, Question, Shopper, Subject, Trait, numbers};
use crate::event::EventKind;
use crate::profile::history::{EVERYTHING, Opinion};
use crate::time::{DAY, Millis};

/// What tells an opinion.
const OPINIONS: [EventKind; 4] = [EventKind::Review, EventKind::SurveyAnswer, EventKind::Complaint, EventKind::Return];

/// Until when promotions pause, in milliseconds of the host's time: after a complaint until it is settled or so many days have gone by, after a
/// return so many days. `None`: they do not.
///
/// # Errors
///
/// The parameter that is missing.
pub fn promotion_paused(ask: &Question<'_>) -> Result<Option<Millis>, Lack> {
    let last = |kind: EventKind| Some(ask.history.kinds[kind as usize]).filter(|c| c.n > 0).map(|c| c.last);
    let open = last(EventKind::Complaint).filter(|at| ask.history.appeased.is_none_or(|settled| settled < *at));
    let mut until = None;
    for (from, days) in [(open, Number::ComplaintPause), (last(EventKind::Return), Number::ReturnPause)] {
        let days = ask.settings.number(days)?;
        until = until.max(from.map(|at| at.plus((days * DAY as f64) as i64)));
    }
    Ok(until.filter(|at| *at > ask.now))
}

impl Shopper<'_> {
    fn opinion_of(&self, category: crate::id::Key) -> Option<&Opinion> {
        self.ask.history.opinions.iter().find(|o| o.category == category)
    }

    /// The mean opinion of everything, −100 to 100, drawn to what is usual.
    pub(super) fn opinion(&self) -> Result<f64, Lack> {
        let all = self.opinion_of(EVERYTHING).ok_or(Lack::EVIDENCE)?;
        let [k, usual] = self.all([Number::Shrink, Number::UsualOpinion])?;
        Ok(drawn(all, k, usual))
    }

    /// The same as 0–100.
    pub(super) fn satisfaction(&self) -> Result<f64, Lack> {
        self.opinion().map(hundred)
    }
}

/// The mean of opinions, as if `k` more were as usual.
fn drawn(o: &Opinion, k: f64, usual: f64) -> f64 {
    ((o.sum as f64 + k * usual) / (f64::from(o.count.n) + k)).clamp(-100.0, 100.0)
}

/// −100 to 100 as 0 to 100.
fn hundred(opinion: f64) -> f64 {
    (opinion + 100.0) / 2.0
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let all = s.opinion_of(EVERYTHING).map_or(0, |o| o.count.n);
    s.tell(out, Trait::Satisfaction, s.satisfaction().map(|v| numbers(&[v])), s.sure(all.into()), &OPINIONS);
    if let (Ok(overall), Ok(k)) = (s.opinion(), s.number(Number::Shrink)) {
        for o in s.ask.history.opinions.iter().filter(|o| o.category != EVERYTHING) {
            // A category's is drawn to the shopper's own overall opinion.
            let found = Ok(numbers(&[hundred(drawn(o, k, overall))]));
            // Which kinds they were is known of all categories together, not of each.
            let behind = Behind::Some(s.most(&OPINIONS), o.count);
            let about = (Trait::CategorySatisfaction, Subject::Category(o.category));
            s.tell_of(out, about, found, s.sure(o.count.n.into()), behind);
        }
    }
    let nps = s.ask.history.nps.map(|(_, score)| {
        // Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003.
        let class = u8::from(score > 6) + u8::from(score > 8);
        numbers(&[f64::from(class), f64::from(score)])
    });
    s.tell(out, Trait::Nps, nps.ok_or(Lack::EVIDENCE), 1.0, &[EventKind::NpsAnswer]);
    let until = promotion_paused(&s.ask).and_then(|u| u.ok_or(Lack::EVIDENCE)).map(|u| numbers(&[u.to_f64()]));
    s.tell(out, Trait::Paused, until, 1.0, &[EventKind::Complaint, EventKind::Return]);
}

/// The share of satisfied answers, 4 and 5 of 5 ("top two boxes"): Morgan, Rego, "The Value of Different Customer Satisfaction and Loyalty Metrics in
/// Predicting Business Performance", Marketing Science 25 (2006), 426-439.
pub(super) fn share(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let [satisfied, answers] = [s.ask.history.satisfied, s.ask.history.rated].map(f64::from);
    let found =
        if answers > 0.0 { Ok(numbers(&[satisfied / answers, satisfied, answers])) } else { Err(Lack::EVIDENCE) };
    s.tell(out, Trait::Csat, found, s.sure(answers), &OPINIONS[..2]);
}
