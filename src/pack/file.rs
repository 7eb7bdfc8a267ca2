//! Putting a pack's file together, section by section.

use super::format::{ENTRY, FORMAT, HEADER, MAGIC, Tag};
use crate::codec::Writer;
use crate::id::hash;
use alloc::vec;
use alloc::vec::Vec;

/// A pack being written. Sections come in the order of their tags and keys, and exactly as many as were announced.
#[derive(Debug)]
pub(crate) struct FileWriter {
    file: Vec<u8>,
    /// Where the section being written begins.
    start: usize,
    /// Where its entry of the directory will lie.
    entry: usize,
}

impl FileWriter {
    /// Room for `sections`, and for about `bytes` of them.
    pub(crate) fn new(sections: usize, bytes: usize) -> FileWriter {
        let mut file = vec![0; HEADER + ENTRY * sections];
        file.reserve_exact(bytes);
        FileWriter { file, start: 0, entry: HEADER }
    }

    /// Begins a section: its bytes are appended to what this answers, then [`end`](FileWriter::end) is called.
    pub(crate) fn begin(&mut self) -> &mut Vec<u8> {
        self.pad();
        self.start = self.file.len();
        &mut self.file
    }

    /// Ends the section that was begun last.
    pub(crate) fn end(&mut self, tag: Tag, key: u32, entries: usize) {
        let body = &self.file[self.start..];
        let mut w = Writer::new();
        w.raw(&tag.0);
        w.u32(key);
        w.u32(self.start as u32);
        w.u32(body.len() as u32);
        w.u64(hash(0, body));
        w.count(entries);
        w.u32(0);
        self.write(self.entry, w);
        self.entry += ENTRY;
    }

    /// The file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.pad();
        let mut w = Writer::new();
        w.raw(&MAGIC);
        w.u16(FORMAT);
        w.u16(FORMAT);
        w.u32(((self.entry - HEADER) / ENTRY) as u32);
        w.u64(self.file.len() as u64);
        w.u64(hash(0, &self.file[HEADER..self.entry]));
        self.write(0, w);
        let sum = hash(0, &self.file[..HEADER - 8]).to_le_bytes();
        self.file[HEADER - 8..HEADER].copy_from_slice(&sum);
        self.file
    }

    fn write(&mut self, at: usize, w: Writer) {
        let bytes = w.finish();
        if let Some(place) = self.file.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(&bytes);
        }
    }

    fn pad(&mut self) {
        self.file.resize(self.file.len().next_multiple_of(8), 0);
    }
}
