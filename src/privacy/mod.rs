//! What the shopper allowed and what is left of the privacy budget, as values that functions must be handed.

pub mod consent;
pub mod ledger;
mod metric;
pub mod noise;
