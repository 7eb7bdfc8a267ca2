//! What another policy would have earned, from the log of one that explored: estimates with their error, and when not to trust them.
//!
//! `src/manual/exploration.md` has the formats and the formulas.

mod bandit;
mod estimate;
mod log;
mod read;
mod replay;
mod target;
mod trust;

pub use bandit::{BanditKind, BanditSettings};
pub use estimate::{Estimate, Estimates, Judgement, judge};
pub use log::{Log, Row};
pub use read::{Campaign, Problems, campaigns, folder_has_policies, read_log, read_policy};
pub use replay::{Replayed, replay};
pub use target::Policy;
pub use trust::{Doubt, Weights, refusal};
