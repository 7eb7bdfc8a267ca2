//! The add-on hint: the one product that, put into the cart once, gives the lowest payable.

use super::cart::{Cart, Customer, Line};
use super::invalid::{Invalid, InvalidCode};
use super::promotion::Offers;
use super::quote::quote;
use super::search::Limits;
use crate::money::Minor;
use crate::time::Millis;
use alloc::string::String;

/// The best add-on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addon {
    /// Its place in the catalogue that was given.
    pub place: usize,
    /// What is added.
    pub sku: String,
    /// What the cart costs with it.
    pub payable_after: Minor,
    /// That, less what the cart costs without it; below zero when the larger cart is cheaper.
    pub delta: Minor,
}

/// The item of `catalog` that, added once, gives the lowest payable; ties go to the lower price, then to the smaller sku.
/// `None` for an empty catalogue.
///
/// Each line of the catalogue stands for one unit, and its id must be unlike those of the cart. An item that would take the
/// cart beyond the largest total is passed over: the cart itself is sound.
///
/// # Errors
///
/// As [`Cart::new`], when an item cannot be a line of any cart.
pub fn addon(
    offers: &Offers,
    cart: &Cart,
    catalog: &[Line],
    customer: &Customer,
    now: Millis,
    limits: Limits,
) -> Result<Option<Addon>, Invalid> {
    let mut best: Option<(i64, i64, &str, usize)> = None;
    for (place, item) in catalog.iter().enumerate() {
        let larger = match cart.with(Line { qty: 1, ..item.clone() }) {
            Err(e) if e.code == InvalidCode::AmountOverflow => continue,
            larger => larger?,
        };
        let payable = quote(offers, &larger, customer, now, limits).payable;
        let key = (payable.0, item.price.0, item.sku.as_str(), place);
        best = Some(best.map_or(key, |b| b.min(key)));
    }
    let before = quote(offers, cart, customer, now, limits).payable;
    Ok(best.map(|(payable, _, sku, place)| Addon {
        place,
        sku: sku.into(),
        payable_after: Minor(payable),
        delta: Minor(payable - before.0),
    }))
}
