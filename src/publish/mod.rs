//! Before a pack is published: what changed against the one that is out, and whether that looks like a mistake.
//!
//! `src/manual/publishing.md` says what is compared and how.

mod baseline;
mod diff;
mod json;
mod market;
mod pairs;
mod quality;
mod section;
mod side;
mod table;

pub use baseline::{Check, Refusal, check};
pub use diff::{Changes, Facts, Named, PackDiff, compare};
pub use market::{AvailabilityDiff, MarketDiff, PriceChange, PriceDiff};
pub use pairs::Pairs;
pub use quality::{Basis, Measure, Quality, quality};
pub use section::{SectionSize, brotli, section_sizes};
pub use table::{TableDiff, WorthDiff};
