//! The portrait: what the shopper turned to, decayed over time, bounded in size, a function of the events alone.
//!
//! [`manual/portrait.md`](crate::manual::portrait) tells how it is made and what it guarantees.

pub mod config;
pub mod decay;
mod portrait;
mod snapshot;
mod visit;

pub use config::ProfileConfig;
pub use decay::{Affinity, Trait};
pub use portrait::{Dimension, Facts, Portrait, PortraitView, Step, Taken};
pub use visit::{Mark, Visit};
