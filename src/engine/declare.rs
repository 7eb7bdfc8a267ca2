//! What the shopper declares of themselves: answers that the pack's prior lists, and nothing else.

use super::{Engine, no_consent};
use crate::error::Result;
use crate::event::clean::Drop;
use crate::list::Gather;
use crate::rank::prior;
use crate::time::Millis;

impl Engine {
    /// Takes over all that the shopper declares, as field and answer, in place of what was declared before. What the pack's prior does not list is
    /// counted and kept nowhere. Answers how many were taken.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    pub fn declare(&mut self, now: Millis, said: &[(&str, &str)]) -> Result<u32> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let mut known = prior(&self.catalog, &[]).answers;
        known.retain(|a| said.contains(&(a.field, a.value)));
        let taken = known.len();
        let keys = known.into_iter().map(|a| a.key).gather();
        self.portrait.declare(&allowed, now, keys);
        self.drop_many(Drop::UnknownAnswer, said.len().saturating_sub(taken) as u32);
        Ok(taken as u32)
    }
}
