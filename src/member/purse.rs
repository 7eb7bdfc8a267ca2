//! Growth or points by the day on which they end: spent oldest first, never below nothing.

use super::date::Day;
use alloc::vec::Vec;

/// Amounts stay below, so that no sum of theirs overflows; ten thousand of the largest entries reach it.
pub(super) const TOP: u64 = 1 << 50;

/// What ends on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lot {
    /// The first day on which it is gone.
    pub until: Day,
    /// What is left of it.
    pub left: u64,
}

/// Lots, and what is owed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purse {
    /// By the day on which they end; none twice, none empty.
    pub lots: Vec<Lot>,
    /// What was taken back but spent already: the next that comes in pays it.
    pub claim: u64,
}

impl Purse {
    /// All that is there.
    pub fn sum(&self) -> u64 {
        self.after(Day::MIN)
    }

    /// What is still there on `day`, if nothing comes and goes.
    pub fn after(&self, day: Day) -> u64 {
        let mut sum = 0_u64;
        for lot in &self.lots {
            if lot.until > day {
                sum = sum.saturating_add(lot.left);
            }
        }
        sum
    }

    /// Takes in; a claim is paid first.
    pub(super) fn put(&mut self, amount: u64, until: Day) {
        let paid = self.claim.min(amount);
        self.claim -= paid;
        let left = amount - paid;
        if left == 0 {
            return;
        }
        let mut at = self.lots.len();
        while at > 0 && self.lots[at - 1].until > until {
            at -= 1;
        }
        match at.checked_sub(1).and_then(|i| self.lots.get_mut(i)).filter(|lot| lot.until == until) {
            Some(lot) => lot.left = (lot.left + left).min(TOP - 1),
            None => self.lots.insert(at, Lot { until, left }),
        }
    }

    /// Takes out, oldest first. What is not there becomes a claim, and is the answer.
    pub(super) fn take(&mut self, amount: u64) -> u64 {
        let mut open = amount;
        for lot in &mut self.lots {
            let from = lot.left.min(open);
            lot.left -= from;
            open -= from;
        }
        self.lots.retain(|lot| lot.left > 0);
        self.claim = (self.claim + open).min(TOP - 1);
        open
    }

    /// What has ended by `day` goes.
    pub(super) fn expire(&mut self, day: Day) {
        self.lots.retain(|lot| lot.until > day);
    }
}
