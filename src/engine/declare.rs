//! What the shopper declares of themselves: answers that the pack's prior lists, and nothing else.

use super::{Engine, no_consent};
use crate::error::Result;
use crate::event::clean::Drop;
use crate::id::Key;
use crate::rank::{answer, answers, scenes};
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// Takes over all that the shopper declares, as field and answer, in place of what was declared before; of two answers to a field the first. What the
    /// pack's prior does not list is counted and kept nowhere. Answers how many were taken.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    pub fn declare(&mut self, now: Millis, said: &[(&str, &str)]) -> Result<u32> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let known = answers(&self.catalog);
        let (mut fields, mut keys) = (Vec::new(), Vec::<Key>::new());
        for (field, value) in said {
            if known.contains(&(*field, *value)) && !fields.contains(field) {
                fields.push(*field);
                keys.push(answer(field, value));
            }
        }
        self.portrait.declare(&allowed, now, &keys);
        self.drop_many(Drop::UnknownAnswer, (said.len() - keys.len()) as u32);
        Ok(keys.len() as u32)
    }

    /// The name of a scene, by its place in the pack.
    pub fn scene_name(&self, place: u32) -> &str {
        scenes(&self.catalog, &[]).0.get(place as usize).copied().unwrap_or("")
    }
}
