//! Offers: which promotions a cart gets, in exact integers, as the cheapest admissible set, and why each other was refused.
//!
//! [`manual/offers.md`](crate::manual::offers) tells the language, how the set is found, and what is guaranteed.

mod addon;
pub mod allocate;
mod apply;
mod bound;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod calendar;
mod cart;
#[cfg(feature = "cli")]
pub mod case;
mod condition;
pub mod grant;
mod invalid;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod json;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod lint;
mod plan;
mod promotion;
mod quote;
mod record;
mod refusal;
#[cfg(test)]
mod sample;
mod saving;
mod search;
mod spread;
mod stops;
pub mod usage;

pub use addon::{Addon, Addons, addons};
pub use cart::{Cart, Customer, Line};
pub use condition::next_change;
pub use invalid::{Invalid, InvalidCode};
pub use promotion::{
    Basis, Conditions, Daily, Gift, Kind, Off, Offers, Points, Promotion, Reach, Scope, Stacking, Stage, Step,
    UnitPrice,
};
pub use quote::{Applied, GiftLine, LineQuote, Proof, Quote, Refused, quote};
pub use refusal::{Gap, Refusal};
pub use search::Limits;
pub use stops::{Standing, Stops};

#[cfg(any(feature = "cli", feature = "lint"))]
use crate::{money::Minor, time::Millis};
