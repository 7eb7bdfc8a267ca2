//! The shopper's data as the shopper's own: taken out as bytes, taken in on another device.

use super::{Engine, no_consent};
use crate::error::Result;
use crate::profile::Portrait;
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// The portrait as bytes to take along; empty without consent to personalize, when there is none.
    pub fn taken_out(&mut self) -> Vec<u8> {
        self.snapshot().unwrap_or_default()
    }

    /// A portrait that was taken out elsewhere takes the present one's place, and takes over the events of this visit, as an account's does.
    ///
    /// # Errors
    ///
    /// `consent_required`, `bad_snapshot`; the portrait stays as it was.
    ///
    /// # Example: what goes out comes in
    ///
    /// ```
    /// use nearshelf::engine::Engine;
    /// use nearshelf::privacy::consent::Consent;
    /// use nearshelf::time::Millis;
    /// let pack = || Engine::open(include_bytes!("../../tests/compat/pack-v1.pack").to_vec());
    /// let (mut old, mut new) = (pack()?, pack()?);
    /// assert!(old.taken_out().is_empty());
    /// old.set_consent(Consent::all());
    /// assert_eq!(new.take_in(Millis(0), &old.taken_out()).unwrap_err().code(), "consent_required");
    /// new.set_consent(Consent::all());
    /// new.take_in(Millis(0), &old.taken_out())?;
    /// assert_eq!(new.take_in(Millis(0), b"else").unwrap_err().code(), "bad_snapshot");
    /// assert_eq!(new.snapshot()?, old.snapshot()?);
    /// # Ok::<(), nearshelf::error::Error>(())
    /// ```
    pub fn take_in(&mut self, now: Millis, snapshot: &[u8]) -> Result<()> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let mut portrait = Portrait::restore(self.config.clone(), snapshot)?;
        self.rehearse(false);
        portrait.absorb(&allowed, &self.portrait, now);
        self.portrait = portrait;
        self.settle_sensitive();
        self.forget_lists();
        Ok(())
    }
}
