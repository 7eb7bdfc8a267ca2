//! Ranking: sources → candidates → component scores → blend → constraints → reasons.
//!
//! All scores are integers, so that the same input gives the same shelf on every target and a reason's parts add up to
//! the score exactly. [`manual/ranking.md`](crate::manual::ranking) tells the formula.

mod associate;
pub mod blend;
pub mod cluster;
mod component;
mod constrain;
mod context;
pub mod curve;
mod dislike;
mod diversify;
#[cfg_attr(not(feature = "vectors"), path = "no_embedding.rs")]
pub mod embedding;
mod explain;
mod explore;
#[cfg(feature = "vectors")]
pub mod kernel;
mod pipeline;
#[cfg(feature = "vectors")]
pub mod planes;
mod prior;
mod score;
pub mod season;
mod source;
mod stage;
pub mod table;

#[cfg(any(feature = "cli", test))]
pub use associate::Counts;
pub use associate::{Association, Associations};
pub use blend::Blend;
pub use cluster::nearest;
pub use component::{COMPONENTS, Component};
pub use constrain::{ARRIVALS, HIDE, LIFT, Limits, PIN, PRICE, Pin, QUOTA_BRAND, QUOTA_CATEGORY, QUOTA_STORE};
pub use context::{Context, MOST_SHOWN};
pub use curve::Curves;
pub use dislike::{Rule, rule};
pub use diversify::Traits;
pub use explain::{Node, Part, Subject, explain};
pub use explore::{CERTAIN, Drawn, Draws, Exploration, Explorations, MOST_POOL, MOST_SHARE};
pub use pipeline::{Query, Ranker, Ranking, Served};
pub use prior::{Prior, prior};
pub use score::Features;
pub use stage::Stage;
pub use table::{Table, Tables};
