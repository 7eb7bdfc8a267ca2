//! Opening a pack: every length and checksum is verified once, then sections are read in place.

use super::format::{ENTRY, FORMAT, HEADER, MAGIC, OLDEST_READABLE, Tag};
use crate::codec::Reader;
use crate::error::{Code, Error, Result};
use crate::id::hash;
use crate::text::{concat, decimal};
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// An open pack: the file's bytes and where its sections are.
#[derive(Debug, Clone)]
pub struct Pack {
    bytes: Vec<u8>,
    version: u64,
    format: u16,
    sections: Vec<SectionInfo>,
}

/// A section as the directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionInfo {
    /// Name.
    pub tag: Tag,
    /// Which language, market or table it is for.
    pub key: u32,
    /// Number of entries, as the section means it.
    pub entries: u32,
    /// Where it lies in the file.
    pub range: Range<usize>,
}

impl Pack {
    /// Opens a pack and verifies it: magic, version, length, header, directory and section checksums.
    ///
    /// # Errors
    ///
    /// `not_a_pack`, `pack_too_new`, `pack_truncated`, `pack_checksum`, `pack_malformed`. The bytes are untouched.
    pub fn open(bytes: Vec<u8>) -> Result<Pack> {
        if bytes.len() < 8 || bytes[..8] != MAGIC {
            let found = match bytes.first() {
                None => "the file is empty.",
                Some(b'<') => "the file begins with \"<\", as a web page does.",
                Some(b'{' | b'[') => "the file begins like JSON.",
                Some(0x1F) => "the file is gzip-compressed; serve it with Content-Encoding instead.",
                Some(_) => "the first eight bytes are not NEARSHLF.",
            };
            return Err(Error::new(Code::NotAPack, found));
        }
        let short = || Error::new(Code::PackTruncated, "the file ends inside its header.");
        let mut r = Reader::new(&bytes[8..]);
        let (format, oldest) = (r.u16(), r.u16());
        r.check().map_err(|_| short())?;
        // Before the checksum: a newer header may be checked in another way.
        if oldest > FORMAT {
            return Err(Error::told(Code::PackTooNew, || {
                let (known, needed) = (decimal(FORMAT.into()), decimal(oldest.into()));
                concat(&["this reader knows format ", &known, ", the pack needs ", &needed, "."])
            }));
        }
        let count = r.u32() as usize;
        let (length, version, header_sum) = (r.u64(), r.u64(), r.u64());
        r.check().map_err(|_| short())?;
        if header_sum != hash(0, &bytes[..32]) {
            return Err(Error::new(Code::PackChecksum, "the header was changed."));
        }
        if format < OLDEST_READABLE {
            return Err(Error::new(Code::PackMalformed, "the format is older than any ever written."));
        }
        if length != bytes.len() as u64 {
            let detail =
                || concat(&[&decimal(length as i64), " bytes expected, ", &decimal(bytes.len() as i64), " found."]);
            let code = if length > bytes.len() as u64 { Code::PackTruncated } else { Code::PackMalformed };
            return Err(Error::told(code, detail));
        }
        let directory_end = count.checked_mul(ENTRY).and_then(|n| n.checked_add(HEADER));
        let Some(directory) = directory_end.and_then(|end| bytes.get(HEADER..end)) else {
            return Err(Error::new(Code::PackMalformed, "the directory is longer than the file."));
        };
        if hash(0, directory) != version {
            return Err(Error::new(Code::PackChecksum, "the directory was changed."));
        }
        let sections = read_directory(directory, &bytes)?;
        Ok(Pack { version, format, sections, bytes })
    }

    /// A pack put together from others that were verified: `sections` of `bytes`, in the order of their tags and keys. It keeps the
    /// version of the one it began with.
    pub(crate) fn assembled(&self, bytes: Vec<u8>, sections: Vec<SectionInfo>) -> Pack {
        Pack { bytes, version: self.version, format: self.format, sections }
    }

    /// The section's bytes; `None` when the pack has no such section.
    pub fn section(&self, tag: Tag, key: u32) -> Option<&[u8]> {
        self.bytes.get(self.find(tag, key)?.range.clone())
    }

    pub(crate) fn find(&self, tag: Tag, key: u32) -> Option<&SectionInfo> {
        // Some forty, and a comparison by number is quicker than a search that compares tags.
        let wanted = u32::from_le_bytes(tag.0);
        self.sections.iter().find(|s| u32::from_le_bytes(s.tag.0) == wanted && s.key == key)
    }

    /// The directory, sorted by tag and key.
    pub fn sections(&self) -> &[SectionInfo] {
        &self.sections
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The writer's format version.
    pub fn format(&self) -> u16 {
        self.format
    }

    /// The pack's version: 16 hex digits that change with any byte of any section.
    pub fn version(&self) -> String {
        hex(self.version)
    }

    /// The version as a number.
    pub(crate) fn version_number(&self) -> u64 {
        self.version
    }
}

/// A version as it is shown.
pub(crate) fn hex(version: u64) -> String {
    let digit = |i: u32| char::from_digit((version >> (60 - 4 * i)) as u32 & 15, 16).unwrap_or('0');
    (0..16).map(digit).collect()
}

fn read_directory(directory: &[u8], bytes: &[u8]) -> Result<Vec<SectionInfo>> {
    let malformed = |what: &'static str| Error::new(Code::PackMalformed, what);
    let mut sections: Vec<SectionInfo> = Vec::with_capacity(directory.len() / ENTRY);
    // Sections lie one after the other with zeros between, so that no byte of the file is unaccounted for.
    let mut end = HEADER + directory.len();
    let gap_is_zero = |from: usize, to: usize| bytes.get(from..to).is_some_and(|g| g.iter().all(|b| *b == 0));
    for entry in directory.chunks_exact(ENTRY) {
        let mut r = Reader::new(entry);
        let (tag, key) = (Tag(r.u32().to_le_bytes()), r.u32());
        let (at, len) = (r.u32() as usize, r.u32() as usize);
        let (sum, entries) = (r.u64(), r.u32());
        let body = at.checked_add(len).and_then(|end| bytes.get(at..end));
        let Some(body) = body.filter(|_| at == end.next_multiple_of(8) && gap_is_zero(end, at)) else {
            return Err(malformed("a section does not lie where it should."));
        };
        end = at + len;
        if hash(0, body) != sum {
            return Err(Error::told(Code::PackChecksum, || concat(&["section ", &tag.name(), " was changed."])));
        }
        if sections.last().is_some_and(|s| (s.tag, s.key) >= (tag, key)) {
            return Err(malformed("the directory is not sorted."));
        }
        sections.push(SectionInfo { tag, key, entries, range: at..at + len });
    }
    if bytes.len() != end.next_multiple_of(8) || !gap_is_zero(end, bytes.len()) {
        return Err(malformed("bytes are left over at the end."));
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PackWriter;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn sample() -> Vec<u8> {
        let mut w = PackWriter::new();
        w.add(Tag::META, 0, 1, vec![1, 2, 3]);
        w.add(Tag::TITLE, 1, 2, vec![9; 21]);
        w.add(Tag::TITLE, 0, 2, vec![]);
        w.finish().expect("a small pack")
    }

    #[test]
    fn sections_are_found_and_unknown_ones_are_none() {
        let pack = Pack::open(sample()).expect("a good pack");
        assert_eq!(pack.section(Tag::META, 0), Some(&[1, 2, 3][..]));
        assert_eq!(pack.section(Tag::TITLE, 1), Some(&[9; 21][..]));
        assert_eq!(pack.section(Tag::TITLE, 0), Some(&[][..]));
        assert_eq!(pack.section(Tag::TITLE, 2), None);
        assert_eq!(pack.version().len(), 16);
    }

    #[test]
    fn every_truncation_and_every_flipped_bit_is_noticed() {
        let good = sample();
        for cut in 0..good.len() {
            let e = Pack::open(good[..cut].to_vec()).expect_err("a cut pack");
            assert!(e.is_bad_data(), "{cut}: {e}");
        }
        let mut longer = good.clone();
        longer.push(0);
        assert!(Pack::open(longer).is_err());
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Pack::open(bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_newer_pack_says_so_even_with_another_header() {
        let mut newer = sample();
        newer[10] = 2;
        assert_eq!(Pack::open(newer).expect_err("too new").code(), "pack_too_new");
        assert_eq!(Pack::open(Vec::new()).expect_err("empty").code(), "not_a_pack");
    }
}
