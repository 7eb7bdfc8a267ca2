//! What the shopper allowed, as values that functions must be handed.

pub mod consent;
