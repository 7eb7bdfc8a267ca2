//! Bytes of sections, raw and as they go over the wire.

use crate::pack::{Pack, Tag};
use crate::shop::Progress;
use std::io::Write;

/// A section's bytes in up to two packs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionSize {
    /// Its tag and key; `None` for the whole file.
    pub section: Option<(Tag, u32)>,
    /// Raw and brotli bytes in the old pack; `None` where it is missing.
    pub old: Option<(usize, usize)>,
    /// The same in the new pack.
    pub new: Option<(usize, usize)>,
    /// True where both are the same bytes.
    pub is_same: bool,
}

/// Sizes of every section of either pack, by tag and key, and at last of the whole files. Brotli is at its best and slowest, as a
/// build step for a server has it.
pub fn section_sizes(old: &Pack, new: &Pack, progress: &dyn Progress) -> Vec<SectionSize> {
    let mut all: Vec<_> = new.sections().iter().chain(old.sections()).map(|s| (s.tag, s.key)).collect();
    all.sort_unstable();
    all.dedup();
    let names: Vec<_> = all.into_iter().map(Some).chain([None]).collect();
    let bytes_of = |pack: &Pack, name: Option<(Tag, u32)>| match name {
        Some((tag, key)) => pack.section(tag, key).map(<[u8]>::to_vec),
        None => Some(pack.bytes().to_vec()),
    };
    progress.stage("compressing", 2 * (old.bytes().len() + new.bytes().len()) as u64);
    let size = |bytes: &Vec<u8>| {
        let size = (bytes.len(), brotli(bytes));
        progress.advance(bytes.len() as u64);
        size
    };
    let mut out = Vec::with_capacity(names.len());
    for section in names {
        let (a, b) = (bytes_of(old, section), bytes_of(new, section));
        let is_same = a.is_some() && a == b;
        let before = a.as_ref().map(size);
        let after = if is_same { before } else { b.as_ref().map(size) };
        out.push(SectionSize { section, old: before, new: after, is_same });
    }
    out
}

/// Bytes after brotli at quality 11 with a window of 4 MiB.
pub fn brotli(bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    {
        let mut w = brotli::CompressorWriter::new(&mut out, 1 << 16, 11, 22);
        // Writing to memory cannot fail; a failure would show as 0.
        if w.write_all(bytes).is_err() {
            return 0;
        }
    }
    out.len()
}
