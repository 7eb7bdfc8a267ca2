//! The portrait: what the shopper turned to, decayed over time, bounded in size, a function of the events alone.
//!
//! [`manual/portrait.md`](crate::manual::portrait) tells how it is made and what it guarantees.

pub mod attribute;
pub mod config;
pub mod contact;
mod counting;
pub mod decay;
pub mod declared;
mod dimension;
pub mod hidden;
pub mod history;
pub mod notes;
pub mod orders;
mod portrait;
mod sieve;
mod snapshot;
mod snapshot_v1;
mod tape;
mod unplaced;
mod visit;
pub mod visits;
pub mod week;

pub use config::ProfileConfig;
pub use decay::{Affinity, Trait};
pub use declared::Declared;
pub use dimension::Dimension;
pub use history::History;
pub use portrait::{Facts, Portrait, PortraitView, Step, TAGS, Taken};
pub use visit::{Mark, Visit};

#[cfg(test)]
mod tests;
