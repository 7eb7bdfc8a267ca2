//! Invitations and shares: what a device remembers of links that it was opened by.

use super::Engine;
use crate::error::Result;
use crate::invite::{Asked, Programme};
use crate::pack::Tag;
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// Asks something of the record of landings and the pack's programmes, and keeps the record where it changed. Kept as a ledger of membership is.
    ///
    /// # Errors
    ///
    /// `bad_request` where the pack's programmes cannot be read.
    pub fn invited<T>(
        &mut self,
        now: Millis,
        keys: &[&str],
        customer: bool,
        ask: impl FnOnce(&Asked<'_>) -> (T, Option<Vec<u8>>),
    ) -> Result<T> {
        let section = self.catalog.pack().section(Tag::INVITES, 0).unwrap_or_default();
        let programmes =
            if section.is_empty() { Vec::new() } else { Programme::all(crate::codec::Reader::new(section).bytes())? };
        let asked = Asked {
            now,
            shop: self.catalog.shop(),
            keys,
            programmes: &programmes,
            customer: customer || self.portrait.has_bought(),
            kept: self.portrait.landings(),
        };
        let (told, kept) = ask(&asked);
        if let Some(kept) = kept {
            self.portrait.set_landings(&kept);
        }
        Ok(told)
    }
}
