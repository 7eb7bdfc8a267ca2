//! The pack's container: header, checksums and sections of bytes. It knows no product.
//!
//! [`manual/pack-format.md`](crate::manual::pack_format) has the bytes.

pub mod column;
mod format;
mod read;
#[cfg(any(feature = "cli", test))]
mod write;

pub use format::{FORMAT, MAGIC, OLDEST_READABLE, Tag};
pub(crate) use read::hex;
pub use read::{Pack, SectionInfo};
#[cfg(any(feature = "cli", test))]
pub use write::PackWriter;
