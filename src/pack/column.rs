//! Typed views of sections: checked once, then read in place without a panic.

use super::{Pack, Tag};
use crate::error::{Code, Error, Result};
use crate::text::concat;
use core::ops::Range;

fn malformed(tag: Tag) -> Error {
    Error::told(Code::PackMalformed, || concat(&["section ", &tag.name(), " has the wrong length."]))
}

/// Number `i` of those that `bytes` holds.
pub(crate) fn u32_at(bytes: &[u8], i: usize) -> Option<u32> {
    let at = i.checked_mul(4)?;
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

/// Where a section lies, for a reader that keeps no borrow of the pack.
fn locate(pack: &Pack, tag: Tag, key: u32) -> Option<Range<usize>> {
    pack.find(tag, key).map(|s| s.range.clone())
}

/// Where a section of `len` bytes lies.
#[inline(never)]
fn exactly(pack: &Pack, tag: Tag, key: u32, len: Option<usize>) -> Result<Range<usize>> {
    locate(pack, tag, key).filter(|range| Some(range.len()) == len).ok_or_else(|| malformed(tag))
}

/// Opens the columns of a pack one after the other. It remembers the first that does not fit, so that they are asked about once.
#[derive(Debug, Default)]
pub struct Columns {
    misfit: Option<Error>,
}

impl Columns {
    fn note<T: Default>(&mut self, opened: Result<T>) -> T {
        opened.unwrap_or_else(|e| {
            self.misfit.get_or_insert(e);
            T::default()
        })
    }

    /// As [`Numbers::open`].
    pub fn numbers<const W: usize>(&mut self, pack: &Pack, tag: Tag, key: u32, n: usize) -> Numbers<W> {
        let range = exactly(pack, tag, key, n.checked_mul(W));
        Numbers { range: self.note(range) }
    }

    /// As [`Columns::numbers`], for a section that need not be there: all are 0 then.
    pub fn optional<const W: usize>(&mut self, pack: &Pack, tag: Tag, key: u32, n: usize) -> Numbers<W> {
        if pack.find(tag, key).is_none() { Numbers::default() } else { self.numbers(pack, tag, key, n) }
    }

    /// As [`Strings::open`].
    pub fn strings(&mut self, pack: &Pack, tag: Tag, key: u32, n: usize) -> Strings {
        let strings = Strings::open(pack, tag, key, n);
        self.note(strings)
    }

    /// Refuses if a column did not fit.
    ///
    /// # Errors
    ///
    /// `pack_malformed`, about the first of them.
    pub fn check(self) -> Result<()> {
        self.misfit.map_or(Ok(()), Err)
    }
}

/// A column of numbers of `W` bytes each.
#[derive(Debug, Clone, Default)]
pub struct Numbers<const W: usize> {
    range: Range<usize>,
}

impl<const W: usize> Numbers<W> {
    /// The column of exactly `n` numbers.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section is missing or of another length.
    pub fn open(pack: &Pack, tag: Tag, key: u32, n: usize) -> Result<Numbers<W>> {
        Ok(Numbers { range: exactly(pack, tag, key, n.checked_mul(W))? })
    }

    /// The column of the first `n` numbers of a section that goes on after them.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the section is missing or shorter.
    pub fn prefix(pack: &Pack, tag: Tag, key: u32, n: usize) -> Result<Numbers<W>> {
        let range = locate(pack, tag, key).ok_or_else(|| malformed(tag))?;
        match n.checked_mul(W) {
            Some(len) if len <= range.len() => Ok(Numbers { range: range.start..range.start + len }),
            _ => Err(malformed(tag)),
        }
    }

    /// Number `i`; 0 beyond the end.
    #[inline]
    pub fn get(&self, pack: &Pack, i: usize) -> u32 {
        let at = self.range.start + i * W;
        match pack.bytes().get(at..at + W).filter(|_| at < self.range.end) {
            Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            Some(&[a, b]) => u32::from(u16::from_le_bytes([a, b])),
            Some(&[a]) => a.into(),
            _ => 0,
        }
    }

    /// All numbers as they stand there, lowest byte first, for who looks at many.
    pub fn all<'a>(&self, pack: &'a Pack) -> &'a [[u8; W]] {
        pack.bytes().get(self.range.clone()).unwrap_or(&[]).as_chunks().0
    }

    /// Numbers in the column.
    pub fn len(&self) -> usize {
        self.range.len() / W
    }

    /// True without numbers.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }
}

/// A column of texts.
#[derive(Debug, Clone, Default)]
pub struct Strings {
    ends: Range<usize>,
    text: Range<usize>,
}

impl Strings {
    /// The column of `n` texts; a missing section is a column of empty ones.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the ends do not ascend or do not cover the text.
    pub fn open(pack: &Pack, tag: Tag, key: u32, n: usize) -> Result<Strings> {
        let Some(range) = locate(pack, tag, key) else { return Ok(Strings::default()) };
        let text_start = n.checked_mul(4).and_then(|len| range.start.checked_add(len));
        let Some(text_start) = text_start.filter(|s| *s <= range.end) else { return Err(malformed(tag)) };
        let ends = range.start..text_start;
        let bytes = pack.bytes().get(ends.clone()).ok_or_else(|| malformed(tag))?;
        let mut last = 0;
        for i in 0..n {
            let end = u32_at(bytes, i).ok_or_else(|| malformed(tag))?;
            if end < last {
                return Err(malformed(tag));
            }
            last = end;
        }
        if last as usize != range.end - text_start {
            return Err(malformed(tag));
        }
        Ok(Strings { ends, text: text_start..range.end })
    }

    /// Text `i`; empty beyond the end or where it is not UTF-8.
    pub fn get<'a>(&self, pack: &'a Pack, i: usize) -> &'a str {
        core::str::from_utf8(self.bytes(pack, i)).unwrap_or("")
    }

    /// The bytes of text `i`; none beyond the end.
    pub fn bytes<'a>(&self, pack: &'a Pack, i: usize) -> &'a [u8] {
        self.texts(pack).get(i).unwrap_or(&[])
    }

    /// All texts, for who looks at many.
    pub fn texts<'a>(&self, pack: &'a Pack) -> Texts<'a> {
        let at = |range: &Range<usize>| pack.bytes().get(range.clone()).unwrap_or(&[]);
        Texts { ends: at(&self.ends).as_chunks().0, text: at(&self.text) }
    }

    /// Texts in the column.
    pub fn len(&self) -> usize {
        self.ends.len() / 4
    }

    /// True without texts.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// The texts of a column, as bytes.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    ends: &'a [[u8; 4]],
    text: &'a [u8],
}

impl<'a> Texts<'a> {
    /// Text `i`; `None` beyond the end.
    #[inline]
    pub fn get(&self, i: usize) -> Option<&'a [u8]> {
        let end = u32::from_le_bytes(*self.ends.get(i)?);
        let start = if i == 0 { 0 } else { u32::from_le_bytes(self.ends[i - 1]) };
        self.text.get(start as usize..end as usize)
    }
}

/// The bytes of a `strings` section.
#[cfg(any(feature = "cli", test))]
pub fn write_strings<'a>(texts: impl IntoIterator<Item = &'a str> + Clone) -> Vec<u8> {
    let mut out = Vec::new();
    let mut end = 0_u32;
    for t in texts.clone() {
        end += t.len() as u32;
        out.extend_from_slice(&end.to_le_bytes());
    }
    for t in texts {
        out.extend_from_slice(t.as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::PackWriter;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn pack(tag: Tag, bytes: Vec<u8>) -> Pack {
        let mut w = PackWriter::new();
        w.add(tag, 0, 0, bytes);
        Pack::open(w.finish().expect("small")).expect("good")
    }

    #[test]
    fn strings_are_read_back_in_place() {
        let p = pack(Tag::TITLE, write_strings(["猫砂", "", "Cat litter"]));
        let s = Strings::open(&p, Tag::TITLE, 0, 3).expect("three");
        assert_eq!((s.get(&p, 0), s.get(&p, 1), s.get(&p, 2), s.get(&p, 3)), ("猫砂", "", "Cat litter", ""));
        assert!(Strings::open(&p, Tag::TITLE, 0, 2).is_err());
        assert!(Strings::open(&p, Tag::TITLE, 0, usize::MAX).is_err());
        assert_eq!(Strings::open(&p, Tag::BRAND, 0, 3).expect("missing is empty").get(&p, 0), "");
    }

    #[test]
    fn columns_tell_of_the_first_that_does_not_fit() {
        let p = pack(Tag::TITLE, write_strings(["猫砂", ""]));
        let mut c = Columns::default();
        assert_eq!(c.strings(&p, Tag::TITLE, 0, 2).get(&p, 0), "猫砂");
        assert!(c.check().is_ok());
        let mut c = Columns::default();
        assert!(c.numbers::<4>(&p, Tag::PRICE, 0, 2).is_empty());
        assert!(c.strings(&p, Tag::TITLE, 0, 3).is_empty());
        let e = c.check().expect_err("two misfits");
        assert!(e.detail().contains(&*Tag::PRICE.name()), "{e}");
    }

    #[test]
    fn numbers_have_exactly_the_length_asked_for() {
        let p = pack(Tag::PRICE, vec![1, 0, 0, 0, 0, 1, 0, 0]);
        let n = Numbers::<4>::open(&p, Tag::PRICE, 0, 2).expect("two");
        assert_eq!((n.get(&p, 0), n.get(&p, 1), n.get(&p, 2)), (1, 256, 0));
        assert!(Numbers::<4>::open(&p, Tag::PRICE, 0, 3).is_err());
        assert!(Numbers::<2>::open(&p, Tag::PRICE, 0, 2).is_err());
        assert!(Numbers::<1>::open(&p, Tag::TITLE, 0, 0).is_err());
    }
}
