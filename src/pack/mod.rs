//! The pack's container: header, checksums and sections of bytes. It knows no product.
//!
//! [`manual/pack-format.md`](crate::manual::pack_format) has the bytes.

pub mod column;
pub(crate) mod format;
mod read;
#[cfg(not(feature = "bare"))]
mod write;

pub use format::{FORMAT, MAGIC, OLDEST_READABLE, Tag};
pub(crate) use read::hex;
pub use read::{Pack, SectionInfo};
#[cfg(not(feature = "bare"))]
pub use write::PackWriter;
