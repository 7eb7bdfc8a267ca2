//! Writing a pack: sections in, one sorted, checksummed file out.

use super::FileWriter;
use super::format::{ENTRY, HEADER, Tag};
use crate::error::{Code, Error, Result};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Collects sections and writes them in the order of their tags, so that the same sections make the same bytes.
#[derive(Debug, Clone, Default)]
pub struct PackWriter {
    sections: BTreeMap<(Tag, u32), (u32, Vec<u8>)>,
}

impl PackWriter {
    /// No sections yet.
    pub fn new() -> PackWriter {
        PackWriter::default()
    }

    /// Adds a section; a second one with the same tag and key replaces the first.
    pub fn add(&mut self, tag: Tag, key: u32, entries: usize, bytes: Vec<u8>) {
        self.sections.insert((tag, key), (u32::try_from(entries).unwrap_or(u32::MAX), bytes));
    }

    /// The file.
    ///
    /// # Errors
    ///
    /// `too_large` when it would not fit into 4 GiB.
    pub fn finish(self) -> Result<Vec<u8>> {
        let bytes: usize = self.sections.values().map(|(_, body)| body.len().next_multiple_of(8)).sum();
        if u32::try_from(HEADER + ENTRY * self.sections.len() + bytes).is_err() {
            #[cfg(feature = "cli")]
            return Err(Error::new(Code::TooLarge, "the pack would be over 4 GiB."));
            #[cfg(not(feature = "cli"))]
            return Err(Error::new(Code::PackMalformed, "the pack would be over 4 GiB."));
        }
        let mut file = FileWriter::new(self.sections.len(), bytes);
        for ((tag, key), (entries, body)) in self.sections {
            file.begin().extend_from_slice(&body);
            file.end(tag, key, entries as usize);
        }
        Ok(file.finish())
    }
}
