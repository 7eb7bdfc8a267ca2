//! Invitations and shares: what a device remembers of links that it was opened by.

use super::Engine;
use crate::codec::Reader;
use crate::error::Result;
use crate::invite::{Asked, Programme, Signed};
use crate::pack::Tag;
use crate::time::Millis;
use alloc::vec::Vec;

impl Engine {
    /// Asks something of the record of landings and the pack's programmes, and keeps the record that is answered, as a ledger of membership is kept.
    ///
    /// # Errors
    ///
    /// `bad_request` where the pack's programmes cannot be read.
    pub fn invited(
        &mut self,
        now: Millis,
        (keys, signed): (&[&str], Signed),
        customer: bool,
        ask: &mut dyn FnMut(&Asked<'_>) -> Option<Vec<u8>>,
    ) -> Result<()> {
        let section = self.catalog.pack().section(Tag::INVITES, 0);
        let programmes = section.map_or(Ok(Vec::new()), |s| Programme::all(Reader::new(s).bytes()))?;
        let asked = Asked {
            now,
            shop: self.catalog.shop(),
            keys,
            signed,
            programmes: &programmes,
            customer: customer || self.portrait.has_bought(),
            kept: self.portrait.landings(),
        };
        if let Some(kept) = ask(&asked) {
            self.portrait.set_landings(&kept);
        }
        Ok(())
    }
}
