//! A shop to its pack: weights from its latest visits, tables from all of them.

use super::assemble::assemble;
use super::counts::Recipe;
use super::fit::Room;
use super::replay::Clock;
use super::tune;
use crate::error::Result;
use crate::shop::{Progress, Shop};

/// How a pack is to be built.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Support threshold; the default is 2 without user ids and 5 with.
    pub min_support: Option<u32>,
    /// Largest pack on the wire, in bytes; the default is 2 MB for each 10,000 products. The strongest neighbours that fit are kept.
    pub max_bytes: Option<usize>,
}

impl Options {
    /// The threshold for a shop.
    pub fn support(&self, shop: &Shop) -> u32 {
        self.min_support.unwrap_or(if shop.log.has_users { 5 } else { 2 }).max(1)
    }
}

/// Builds the pack of a shop: weights tuned on its latest visits, tables from all of them.
///
/// # Errors
///
/// `too_large`, `bad_config`.
pub fn build(shop: &Shop, options: &Options, progress: &dyn Progress) -> Result<Vec<u8>> {
    let sessions = &shop.log.sessions;
    let mut recipe = Recipe::of(sessions, shop, options.support(shop));
    if let Some(bytes) = options.max_bytes {
        recipe.room = Room::on_the_wire(bytes);
    }
    let blend = tune::for_visits(shop, sessions, recipe, Clock::Real, progress)?;
    assemble(shop, sessions, recipe, &blend, progress)
}
