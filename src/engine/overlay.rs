//! Overlays: prices and stock that replace the pack's, and until when a quote holds.

use super::Engine;
use crate::catalog::overlay::Overlaid;
use crate::error::Result;
use crate::event::clean::Drop;
use crate::offer::next_change;
use crate::time::Millis;

impl Engine {
    /// Applies an overlay: a shop's file where `framed`, else a host's record. An empty file takes all overlays away.
    ///
    /// # Errors
    ///
    /// `bad_overlay`, `overlay_misfit`, `unknown_market`; all stays as it was.
    pub fn overlay(&mut self, now: Millis, bytes: &[u8], framed: bool) -> Result<Overlaid> {
        let now = self.tick(now);
        if framed && bytes.is_empty() {
            self.catalog.clear_overlay();
            return Ok(Overlaid::default());
        }
        let told = self.catalog.overlay(now, bytes, framed)?;
        self.drop_many(Drop::OverlayOld, told.old);
        self.drop_many(Drop::OverlayUnknownItem, told.unknown);
        self.drop_many(Drop::OverlayBadValue, told.bad);
        self.tick(now);
        Ok(told)
    }

    /// The number of the overlay in force in the market looked at.
    pub fn overlay_version(&self) -> Option<u64> {
        self.catalog.overlay_version().map(|(sequence, _)| sequence)
    }

    /// The first instant at which the overlay is stale, or an offer of the market begins, ends, or enters or leaves its hours.
    ///
    /// # Errors
    ///
    /// `pack_malformed`, as [`offers`](Engine::offers).
    pub fn quote_expires(&mut self, now: Millis) -> Result<Option<Millis>> {
        let mut next = next_change(self.offers()?.list(), now);
        if let Some((_, stale)) = self.catalog.overlay_version() {
            next = next.min(stale);
        }
        Ok((next.0 < i64::MAX).then_some(next))
    }
}
