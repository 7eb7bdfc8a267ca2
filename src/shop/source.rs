//! Opening a file whatever it is packed in: gzip is told by its first bytes, and progress is counted in the bytes on disk.

use super::Progress;
use crate::error::{Code, Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes looked at to tell a format.
const HEAD: u64 = 1 << 20;

/// The error of a file that cannot be read.
pub(super) fn io(path: &Path, e: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Io, format!("{}: {e}.", path.display()))
}

/// A file's name without its folder.
pub(super) fn name(path: &Path) -> String {
    path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
}

/// The text of a file, unpacked, without a byte order mark.
pub(super) fn open<'a>(path: &Path, progress: &'a dyn Progress) -> Result<Box<dyn BufRead + 'a>> {
    let file = File::open(path).map_err(|e| io(path, &e))?;
    let mut plain = BufReader::with_capacity(1 << 16, Counted { file, progress });
    let is_gzip = plain.fill_buf().map_err(|e| io(path, &e))?.starts_with(&[0x1F, 0x8B]);
    let mut text: Box<dyn BufRead + 'a> = if is_gzip {
        Box::new(BufReader::with_capacity(1 << 16, flate2::bufread::MultiGzDecoder::new(plain)))
    } else {
        Box::new(plain)
    };
    // What is no gzip after all shows itself at the first read.
    if text.fill_buf().map_err(|e| io(path, &e))?.starts_with("\u{FEFF}".as_bytes()) {
        text.consume(3);
    }
    Ok(text)
}

/// The first bytes of a file, unpacked.
pub(super) fn head(path: &Path) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    open(path, &super::Silent)?.take(HEAD).read_to_end(&mut head).map_err(|e| io(path, &e))?;
    Ok(head)
}

/// Bytes on disk of these files, for a bar.
pub(super) fn bytes<'a>(paths: impl Iterator<Item = &'a Path>) -> u64 {
    paths.map(|p| p.metadata().map_or(0, |m| m.len())).sum()
}

struct Counted<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buf)?;
        self.progress.advance(n as u64);
        Ok(n)
    }
}

/// Lines of a text, each with its number from 1; an empty one is not given.
pub(super) fn for_each_line(path: &Path, mut text: Box<dyn BufRead + '_>, mut f: impl FnMut(u64, &[u8])) -> Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if text.read_until(b'\n', &mut line).map_err(|e| io(path, &e))? == 0 {
            break;
        }
        let trimmed = line.trim_ascii();
        if !trimmed.is_empty() {
            f(number, trimmed);
        }
    }
    Ok(())
}
