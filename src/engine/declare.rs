//! What the shopper declares of themselves: answers that the pack's prior lists, and nothing else.

use super::{Engine, no_consent};
use crate::error::Result;
use crate::event::clean::Drop;
use crate::rank::prior;
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// Takes over all that the shopper declares, each answer as `field=value`, in place of what was declared before. What the pack's prior does not list
    /// is counted and kept nowhere. Answers how many were taken.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    pub fn declare(&mut self, now: Millis, said: &[&str]) -> Result<u32> {
        let at = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let known = prior(&self.catalog, &[], said, at).said;
        let taken = known.len() as u32;
        self.portrait.declare(&allowed, known);
        self.drop_many(Drop::UnknownAnswer, (said.len() as u32).saturating_sub(taken));
        Ok(taken)
    }

    /// What the shopper declared, each answer as `field=value`, as far as the pack's prior lists it; nothing without consent.
    pub fn declared(&self) -> Vec<&str> {
        let Some(allowed) = self.consent.may_personalize() else { return Vec::new() };
        prior(&self.catalog, self.portrait.declared(&allowed), &[], Millis(0)).declared
    }
}
