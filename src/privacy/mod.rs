//! What the shopper allowed and what is left of the privacy budget, as values that functions must be handed.

pub mod consent;
mod epoch;
pub mod ledger;
mod lifetime;
mod metric;
pub mod noise;
