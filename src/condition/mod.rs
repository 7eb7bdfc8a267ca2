//! Conditions: the one language in which tags, audiences, offers and rules say whom they are for. `manual/conditions.md` describes it.
//!
//! It is that of GrowthBook's targeting conditions, so that a shop can go on using those it has. A [`Program`] is compiled from a condition once
//! and asked of many contexts. JSON and regular expressions are the host's; here there are only values.

mod compile;
#[cfg(feature = "cli")]
pub mod json;
#[cfg(feature = "cli")]
pub mod lint;
mod program;
mod value;
mod version;

pub use compile::Refused;
pub use program::{LOWER_CASE, Problem, Program, WRITTEN_NUMBERS};

/// How deep a condition may be nested.
pub const DEPTH: u32 = 32;
/// Steps a condition may have.
pub const STEPS: usize = 4096;
/// Patterns a condition may have.
pub const PATTERNS: usize = 32;
