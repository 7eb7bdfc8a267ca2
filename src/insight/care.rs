//! When a word of care is due: after a purchase, after a complaint, after a long silence.

use super::{Insights, Lack, Number, Numbers, Shopper, Trait, numbers};
use crate::event::EventKind;
use crate::time::{DAY, Millis};

impl Shopper<'_> {
    /// A signal that holds from one time until another, where it is on.
    fn holds(&self, signal: u8, from: Millis, days: [f64; 2]) -> Option<Numbers> {
        let [since, until] = days.map(|d| from.to_f64() + d * DAY as f64);
        let now = self.ask.now.to_f64();
        (since <= now && now < until).then(|| numbers(&[f64::from(signal), since, until]))
    }

    fn care(&self) -> Result<[Option<Numbers>; 3], Lack> {
        let [from, until, upset, gaps, lost] = self.all([
            Number::PurchaseFrom,
            Number::PurchaseUntil,
            Number::ComplaintCare,
            Number::SilenceGaps,
            Number::LostGaps,
        ])?;
        let complaint = self.count(EventKind::Complaint);
        let bought = self.some_orders().is_ok();
        // One who is lost is no longer asked where they are.
        let silence = if bought { Some(self.gap()?).map(|gap| [gaps * gap, lost * gap]) } else { None };
        Ok([
            if bought { self.holds(0, self.sums.last, [from, until]) } else { None },
            silence.and_then(|days| self.holds(1, self.sums.last, days)),
            if complaint.n > 0 { self.holds(2, complaint.last, [0.0, upset]) } else { None },
        ])
    }
}

pub(super) fn tell(s: &Shopper<'_>, out: &mut Insights<'_>) {
    let signals = match s.care() {
        Ok(signals) => signals,
        Err(lack) => {
            out.absent.push((Trait::Care, lack));
            return;
        }
    };
    let sure = [1.0, s.sure(s.sums.days.saturating_sub(1).into()), 1.0];
    for (i, values) in signals.into_iter().enumerate() {
        if let Some(values) = values {
            let kind = if i == 2 { EventKind::Complaint } else { EventKind::Purchase };
            s.tell(out, Trait::Care, Ok(values), sure[i], &[kind]);
        }
    }
}
