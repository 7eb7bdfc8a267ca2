//! What the shopper declared: typed answers, each with who said it, when, how sure it is, and until when it is kept.

use super::attribute::Source;
use super::portrait::Portrait;
use crate::id::Key;
use crate::list::Gather;
use crate::privacy::consent::Personalize;
use crate::time::{DAY, Millis};
use alloc::vec::Vec;

/// Answers remembered.
pub const DECLARED: usize = 256;
/// Answers that a snapshot of before there were attributes may hold.
pub(super) const DECLARED_ONCE: usize = 1_024;

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Declared {
    /// Key of the attribute; 0 in a portrait from before there were any.
    pub attribute: Key,
    /// The key of a listed value, or the bits of a number.
    pub value: u64,
    /// When it was said.
    pub at: Millis,
    /// Until when it is kept.
    pub until: Millis,
    /// Who said it.
    pub source: Source,
    /// How sure it is, in hundredths.
    pub confidence: u8,
    /// It is kept only with consent to `sensitive`.
    pub sensitive: bool,
}

impl Declared {
    /// An answer of before there were attributes: what the shopper chose, kept as long as it is as shipped.
    pub(super) fn once(at: Millis, answer: Key) -> Declared {
        let until = at.plus(i64::from(super::attribute::DAYS) * DAY);
        Declared {
            attribute: Key(0),
            value: answer.0,
            at,
            until,
            source: Source::Shopper,
            confidence: 100,
            sensitive: false,
        }
    }
}

impl Portrait {
    /// What is declared, in the order in which it was said.
    pub fn declared(&self, _: &Personalize) -> &[Declared] {
        &self.declared
    }

    /// Leaves the answers that may stay.
    pub fn leave_declared(&mut self, _: &Personalize, stays: &dyn Fn(&Declared) -> bool) {
        self.leave(stays);
    }

    /// One loop for all who leave some: each would have its own.
    #[inline(never)]
    fn leave(&mut self, stays: &dyn Fn(&Declared) -> bool) {
        self.declared.retain(stays);
    }

    /// Takes an answer in. False where there are 256 already.
    pub fn declare(&mut self, _: &Personalize, answer: Declared) -> bool {
        let room = self.declared.len() < DECLARED;
        if room {
            self.declared.push(answer);
        }
        room
    }

    /// What has run out goes, and what is sensitive where that may not be.
    pub fn settle_declared(&mut self, now: Millis, sensitive: bool) {
        self.leave(&|d| d.until > now && (sensitive || !d.sensitive));
    }

    /// Takes over what was declared in another portrait since a time: the newest word on each attribute.
    pub(super) fn absorb_declared(&mut self, said: &[Declared], since: Millis) {
        let newest = |list: &[Declared], of: &Declared| {
            let mut at = Millis(i64::MIN);
            for d in list {
                if d.attribute == of.attribute {
                    at = at.max(d.at);
                }
            }
            at
        };
        let mine = core::mem::take(&mut self.declared);
        let newer = |s: &Declared| s.at >= since && newest(said, s) >= newest(&mine, s);
        for d in &mine {
            if !said.iter().any(|s| s.attribute == d.attribute && newer(s)) {
                self.declared.push(*d);
            }
        }
        for s in said {
            if newer(s) {
                self.declared.push(*s);
            }
        }
        let over = self.declared.len().saturating_sub(DECLARED);
        self.declared.drain(..over);
    }

    /// Leaves of each answer what the pack's attributes make of it: `None` where it is none of theirs any more.
    pub fn review_declared(&mut self, _: &Personalize, of: &dyn Fn(&Declared) -> Option<bool>) {
        self.declared.retain_mut(|d| {
            let sensitive = of(d);
            d.sensitive = sensitive.unwrap_or(true);
            sensitive.is_some()
        });
    }
}

/// What is read of before there were attributes.
pub(super) fn once(answers: &[(Millis, Key)]) -> Vec<Declared> {
    answers.iter().take(DECLARED).map(|(at, key)| Declared::once(*at, *key)).gather()
}
