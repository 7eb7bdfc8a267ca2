//! What to put into the cart: the add-on hint over products of the pack.

use super::Engine;
use super::checkout::{RawCart, line_of, read_cart};
use crate::catalog::Availability;
use crate::error::{Code, Error, Result};
use crate::offer::{Addons, Customer, Limits, Line, addons};
use crate::text::{concat, decimal};
use crate::time::Millis;
use alloc::vec::Vec;

/// Products that are tried; the others are left out.
const CANDIDATES: usize = 50;
/// Partial sets that are looked at for one answer.
const NODES: u32 = 20_000;

impl Engine {
    /// Which of `candidates` (ids of products or variants) make the cart cheapest, alone and in pairs: [`addons`]. What the pack does not know, or has not
    /// in stock or at a price, is left out; of the rest the first 50 are tried. Also their places among `candidates`. It reads no portrait.
    ///
    /// # Errors
    ///
    /// `invalid_cart`.
    pub fn addons(
        &mut self,
        now: Millis,
        cart: &RawCart<'_>,
        customer: &Customer,
        candidates: &[&str],
    ) -> Result<(Addons, Vec<usize>)> {
        let now = self.tick(now);
        let market = self.offers()?;
        for id in cart.lines.iter().map(|l| l.item).chain(candidates.iter().copied()) {
            self.find(id);
        }
        let c = &self.catalog;
        let (mut list, mut places) = (Vec::new(), Vec::new());
        for (place, item) in candidates.iter().enumerate() {
            let Some(found) = c.find(item) else { continue };
            let variant = found.variant.map_or(c.best_variant(found.row), |v| c.variants_of(found.row).start + v);
            let can_be_had = c.availability_of(variant) == Availability::InStock && c.price_of(variant).now.is_some();
            if can_be_had && list.len() < CANDIDATES {
                // A name that no line of a host's has.
                let id = concat(&["\n", &decimal(place as i64)]);
                let price = c.price_of(variant).now.unwrap_or_default();
                list.push(Line { id, price, qty: 1, ..line_of(c, found.row, variant) });
                places.push(place);
            }
        }
        let cart = read_cart(c, cart)?;
        let found = addons(market.rules(), &cart, &list, customer, now, Limits { nodes: NODES });
        let found =
            found.map_err(|e| Error::with(Code::InvalidCart, concat(&[e.code.code(), " at ", &e.path, "."]).into()))?;
        Ok((found, places))
    }
}
