//! Writing a pack: sections in, one sorted, checksummed file out.

use super::format::{ENTRY, FORMAT, HEADER, MAGIC, Tag};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use crate::id::hash;
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
        let directory_end = HEADER + ENTRY * self.sections.len();
        let mut at = directory_end.next_multiple_of(8);
        let mut directory = Writer::new();
        for ((tag, key), (entries, body)) in &self.sections {
            let (offset, length) = (u32::try_from(at), u32::try_from(body.len()));
            let (Ok(offset), Ok(length)) = (offset, length) else {
                #[cfg(feature = "cli")]
                return Err(Error::new(Code::TooLarge, "the pack would be over 4 GiB."));
                #[cfg(not(feature = "cli"))]
                return Err(Error::new(Code::PackMalformed, "the pack would be over 4 GiB."));
            };
            directory.u32(u32::from_le_bytes(tag.0));
            directory.u32(*key);
            directory.u32(offset);
            directory.u32(length);
            directory.u64(hash(0, body));
            directory.u32(*entries);
            directory.u32(0);
            at = (at + body.len()).next_multiple_of(8);
        }
        let directory = directory.finish();
        let mut header = Writer::new();
        header.u64(u64::from_le_bytes(MAGIC));
        header.u16(FORMAT);
        header.u16(FORMAT);
        header.u32(self.sections.len() as u32);
        header.u64(at as u64);
        header.u64(hash(0, &directory));
        let mut file = header.finish();
        let sum = hash(0, &file);
        file.extend_from_slice(&sum.to_le_bytes());
        file.extend_from_slice(&directory);
        for (_, body) in self.sections.values() {
            file.resize(file.len().next_multiple_of(8), 0);
            file.extend_from_slice(body);
        }
        file.resize(at, 0);
        Ok(file)
    }
}
