//! The stage of a shopper's life with the shop, by their own rhythm, and how it changed.

use super::root;
use super::{Insights, Lack, Number, Numbers, Question, Settings, Shopper, Trait, numbers};
use crate::event::EventKind;
use crate::profile::orders::Orders;
use crate::time::{DAY, MINUTE, Millis};
use alloc::vec::Vec;
use libm::fabs;

/// Days that are gone through for changes.
const LONGEST: i64 = 732;

/// A stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stage {
    /// Has hardly bought yet.
    New = 0,
    /// Buys.
    Active = 1,
    /// Buys more often than before.
    Growing = 2,
    /// Has bought often and for long.
    Mature = 3,
    /// Buys less often than before, or has not for longer than usual.
    Declining = 4,
    /// Has not bought for so long that they will not.
    Lost = 5,
}

impl Stage {
    /// Every stage, in the order of its number.
    pub const ALL: [Stage; 6] =
        [Stage::New, Stage::Active, Stage::Growing, Stage::Mature, Stage::Declining, Stage::Lost];
}

/// Orders until some day, in days.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rhythm {
    /// Days with an order.
    pub days: u32,
    /// From the first to the last of them.
    pub span: i64,
    /// Since the last of them.
    pub silence: i64,
    /// Days with an order in the latest period, and in the one before it.
    pub periods: [u32; 2],
}

impl Rhythm {
    /// The rhythm on a day, of what was ordered until then; `period` in days.
    pub fn on(orders: &Orders, day: i64, period: i64) -> Rhythm {
        let old = &orders.older;
        let (mut days, mut first, mut last) = (old.days, old.first_day, old.last_day);
        let mut periods = [0; 2];
        for o in &orders.recent {
            let of = if days == 0 { o.day } else { o.day.max(last) };
            if of > day {
                break;
            }
            if days == 0 {
                first = of;
            }
            if days == 0 || of != last {
                days += 1;
                if let Some(n) = periods.get_mut(((day - of) / period.max(1)) as usize) {
                    *n += 1;
                }
            }
            last = of;
        }
        Rhythm { days, span: last - first, silence: (day - last).max(0), periods }
    }

    /// The usual gap in days: the mean of one's own, and of the shop's as if there were so many of it.
    fn gap(&self, usual: f64, weight: f64) -> f64 {
        let own = f64::from(self.days.saturating_sub(1));
        let gap = if own + weight > 0.0 { (self.span as f64 + weight * usual) / (own + weight) } else { usual };
        gap.max(1.0)
    }
}

/// What stages go by, in the order in which [`stage`] takes it.
const RULES: [Number; 11] = [
    Number::UsualGap,
    Number::GapWeight,
    Number::TrendDays,
    Number::TrendSigma,
    Number::LostGaps,
    Number::DecliningGaps,
    Number::NewOrders,
    Number::Declining,
    Number::Growing,
    Number::MatureOrders,
    Number::MatureDays,
];

/// The stage that a rhythm is.
///
/// # Errors
///
/// The parameter that is missing.
pub fn stage(r: &Rhythm, settings: &Settings) -> Result<Stage, Lack> {
    let mut of = [0.0; 11];
    settings.fill(&RULES, &mut of)?;
    let [usual, weight, trend, sigma, lost, silent, new, declining, growing, mature, long] = of;
    let gap = r.gap(usual, weight);
    let gaps = r.silence as f64 / gap;
    let [late, before] = r.periods.map(f64::from);
    // A shopper of less than two periods has nothing to compare with, and one who buys less often than once in a period nothing that says much.
    // Of equal rates the difference of two counts has the deviation of the root of their sum: less than some of it is chance.
    let apart = fabs(late - before) >= sigma * root(late + before);
    let compares = (r.span + r.silence) as f64 >= 2.0 * trend && gap <= trend && apart;
    Ok(if gaps >= lost {
        Stage::Lost
    } else if gaps >= silent {
        Stage::Declining
    } else if f64::from(r.days) <= new {
        Stage::New
    } else if compares && late <= before * declining {
        Stage::Declining
    } else if late > before * growing && compares {
        Stage::Growing
    } else if f64::from(r.days) >= mature && (r.span + r.silence) as f64 >= long {
        Stage::Mature
    } else {
        Stage::Active
    })
}

/// The change from the stage that was told to the one that is, if there is one.
pub fn transition(told: Option<Stage>, now: Stage) -> Option<(Stage, Stage)> {
    told.filter(|t| *t != now).map(|t| (t, now))
}

/// All changes of stage after one local day until another, with the day of each: what has to be kept to tell each once is the day until which
/// they were told.
///
/// # Errors
///
/// The parameter that is missing.
pub fn transitions(
    orders: &Orders,
    settings: &Settings,
    after: i64,
    until: i64,
) -> Result<Vec<(Stage, Stage, i64)>, Lack> {
    let mut out = Vec::new();
    let period = settings.number(Number::TrendDays)? as i64;
    let mut told = None;
    for day in after.max(until.saturating_sub(LONGEST))..=until {
        let rhythm = Rhythm::on(orders, day, period);
        if rhythm.days == 0 {
            continue;
        }
        let now = stage(&rhythm, settings)?;
        if let Some((from, to)) = transition(told, now) {
            out.push((from, to, day));
        }
        told = Some(now);
    }
    Ok(out)
}

/// A change of stage: from, to, when.
pub type Change = (Stage, Stage, Millis);

/// The stage now, and the changes since a stage was `told`, the oldest first: each as the local day begins on which it came, or now, where what was
/// told does not lead to what is (an order of today, one of last year that came only now, visits without any order).
///
/// # Errors
///
/// What there is too little of to tell a stage.
pub fn changes(ask: Question<'_>, told: Option<(Millis, Stage)>) -> Result<(Stage, Vec<Change>), Lack> {
    let s = Shopper::new(ask);
    s.gap()?;
    let now = stage(&s.rhythm()?, ask.settings)?;
    let Some((since, before)) = told else { return Ok((now, Vec::new())) };
    let zone = i64::from(ask.zone) * MINUTE;
    let days = transitions(&ask.history.orders, ask.settings, since.plus(zone).0.div_euclid(DAY), s.today)?;
    let mut out = Vec::new();
    if days.first().is_some_and(|d| d.0 == before) && days.last().is_some_and(|d| d.1 == now) {
        for (from, to, day) in days {
            out.push((from, to, Millis(day * DAY - zone)));
        }
    } else if let Some((from, to)) = transition(Some(before), now) {
        out.push((from, to, ask.now));
    }
    Ok((now, out))
}

impl Shopper<'_> {
    /// The local day, at the earliest that of the last order: a clock may have gone to another zone, or back.
    fn order_day(&self) -> i64 {
        if self.sums.orders > 0 { self.today.max(self.sums.last_day) } else { self.today }
    }

    /// The rhythm of orders; without any, one that is silent since the last event.
    pub(super) fn rhythm(&self) -> Result<Rhythm, Lack> {
        let period = self.number(Number::TrendDays)? as i64;
        if self.sums.orders > 0 {
            return Ok(Rhythm::on(&self.ask.history.orders, self.order_day(), period));
        }
        let last = self.ask.view.updated.ok_or(Lack::EVIDENCE)?;
        Ok(Rhythm { silence: self.days_since(last) as i64, ..Rhythm::default() })
    }

    /// How far a shopper is known: by days with an order, without any by visits.
    pub(super) fn known_for(&self) -> f64 {
        self.sure(if self.sums.orders > 0 { self.sums.days.into() } else { self.visits() })
    }

    /// The usual gap between orders, in days.
    pub(super) fn gap(&self) -> Result<f64, Lack> {
        let [usual, weight] = self.all([Number::UsualGap, Number::GapWeight])?;
        Ok(self.rhythm()?.gap(usual, weight))
    }

    /// The stage now.
    fn stage(&self) -> Result<Numbers, Lack> {
        let gap = self.gap()?;
        let r = self.rhythm()?;
        Ok(numbers(&[f64::from(stage(&r, self.ask.settings)? as u8), gap, r.silence as f64]))
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let sure = s.known_for();
    let visitor = &[EventKind::SessionStart, EventKind::ViewItem][..];
    let kinds = if s.sums.orders > 0 { &[EventKind::Purchase] } else { visitor };
    s.tell(out, Trait::Stage, s.stage(), sure, kinds);
    let Some(since) = s.ask.since else { return };
    let local = |at: Millis| at.plus(i64::from(s.ask.zone) * MINUTE).0.div_euclid(DAY);
    for (from, to, day) in transitions(&s.ask.history.orders, s.ask.settings, local(since), s.today).unwrap_or_default()
    {
        let at = day * DAY - i64::from(s.ask.zone) * MINUTE;
        let found = Ok(numbers(&[f64::from(from as u8), f64::from(to as u8), at as f64]));
        s.tell(out, Trait::Transition, found, sure, kinds);
    }
}
