//! Bounded reading and writing of the little-endian primitives that cross every boundary.

use alloc::vec::Vec;

/// The bytes ended early, a length lied, or a text was not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

type Result<T> = core::result::Result<T, Malformed>;

/// Reads primitives from a slice; never panics, never allocates more than the bytes that are there.
///
/// It remembers: once something does not fit, that and all that follows reads as zero or empty. So a whole record is read,
/// then [`end`](Reader::end) or [`check`](Reader::check) is asked once, before anything is made of it.
///
/// ```
/// use nearshelf::codec::{Malformed, Reader};
/// let mut r = Reader::new(&[1, 2, 3]);
/// assert_eq!((r.u16(), r.u16(), r.u8()), (0x0201, 0, 0));
/// assert_eq!(r.end(), Err(Malformed));
/// ```
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    failed: bool,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes, failed: false }
    }

    /// What was read is not what a writer writes.
    pub fn fail(&mut self) {
        self.rest = &[];
        self.failed = true;
    }

    /// The next `n` bytes; none when there are fewer.
    #[inline(never)]
    pub fn take(&mut self, n: usize) -> &'a [u8] {
        if let Some((head, rest)) = self.rest.split_at_checked(n) {
            self.rest = rest;
            return head;
        }
        self.fail();
        &[]
    }

    /// The next `n` bytes as a number, lowest first; at most eight.
    #[inline(never)]
    pub fn number(&mut self, n: usize) -> u64 {
        // Behind nearly all numbers stand eight bytes: one load, and what is not of it is masked.
        if let Some(first) = self.rest.first_chunk() {
            self.rest = self.rest.get(n..).unwrap_or_default();
            return u64::from_le_bytes(*first) & u64::MAX.checked_shr(64_u32.saturating_sub(8 * n as u32)).unwrap_or(0);
        }
        self.take(n).iter().rev().fold(0, |v, b| v << 8 | u64::from(*b))
    }

    /// One byte.
    #[inline(never)]
    pub fn u8(&mut self) -> u8 {
        if let Some((first, rest)) = self.rest.split_first() {
            self.rest = rest;
            return *first;
        }
        self.fail();
        0
    }

    /// Two bytes.
    pub fn u16(&mut self) -> u16 {
        self.number(2) as u16
    }

    /// Four bytes.
    pub fn u32(&mut self) -> u32 {
        self.number(4) as u32
    }

    /// Four bytes, signed.
    pub fn i32(&mut self) -> i32 {
        self.number(4) as i32
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> u64 {
        self.number(8)
    }

    /// Eight bytes, signed.
    pub fn i64(&mut self) -> i64 {
        self.number(8) as i64
    }

    /// A double.
    pub fn f64(&mut self) -> f64 {
        f64::from_bits(self.number(8))
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self) -> bool {
        let b = self.u8();
        if b > 1 {
            self.fail();
        }
        b == 1
    }

    /// A `u32` length, then the bytes.
    #[inline(never)]
    pub fn bytes(&mut self) -> &'a [u8] {
        if let Some((n, rest)) = self.rest.split_first_chunk()
            && let Some((bytes, rest)) = rest.split_at_checked(u32::from_le_bytes(*n) as usize)
        {
            self.rest = rest;
            return bytes;
        }
        self.fail();
        &[]
    }

    /// A `u32` length, then UTF-8.
    #[inline(never)]
    pub fn str(&mut self) -> &'a str {
        let bytes = self.bytes();
        self.text(bytes)
    }

    /// Bytes that were read, as the UTF-8 they have to be.
    pub fn text(&mut self, bytes: &'a [u8]) -> &'a str {
        self.some(core::str::from_utf8(bytes).ok())
    }

    /// A list's length, refused when `least` bytes an element would not fit into what is left.
    #[inline(never)]
    pub fn count(&mut self, least: usize) -> usize {
        let n = self.u32() as usize;
        if n > self.rest.len() / least.max(1) {
            self.fail();
            return 0;
        }
        n
    }

    /// A LEB128 varint of up to 128 bits, seven bits a byte, lowest first.
    #[inline(never)]
    pub fn wide(&mut self) -> u128 {
        let mut v = 0_u128;
        for shift in (0..128).step_by(7) {
            let b = self.u8();
            if shift == 126 && b > 3 {
                break;
            }
            v |= u128::from(b & 0x7F) << shift;
            if b < 0x80 {
                return v;
            }
        }
        self.fail();
        0
    }

    /// What was made of the bytes; nothing can be made of malformed ones.
    pub fn some<T: Default>(&mut self, made: Option<T>) -> T {
        if made.is_none() {
            self.fail();
        }
        made.unwrap_or_default()
    }

    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Refuses if anything did not fit so far.
    pub fn check(&self) -> Result<()> {
        if self.failed { Err(Malformed) } else { Ok(()) }
    }

    /// Refuses if anything did not fit, and bytes left over.
    #[inline(never)]
    pub fn end(&self) -> Result<()> {
        if self.failed || !self.rest.is_empty() { Err(Malformed) } else { Ok(()) }
    }
}

/// Appends primitives to a buffer.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty buffer.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Bytes as they are.
    #[inline(never)]
    pub fn raw(&mut self, v: &[u8]) {
        self.bytes.extend_from_slice(v);
    }

    /// One byte.
    pub fn u8(&mut self, v: u8) {
        self.bytes.push(v);
    }

    /// Two bytes.
    pub fn u16(&mut self, v: u16) {
        self.raw(&v.to_le_bytes());
    }

    /// Four bytes.
    pub fn u32(&mut self, v: u32) {
        self.raw(&v.to_le_bytes());
    }

    /// Four bytes, signed.
    pub fn i32(&mut self, v: i32) {
        self.raw(&v.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, v: u64) {
        self.raw(&v.to_le_bytes());
    }

    /// Eight bytes, signed.
    pub fn i64(&mut self, v: i64) {
        self.raw(&v.to_le_bytes());
    }

    /// A double.
    pub fn f64(&mut self, v: f64) {
        self.raw(&v.to_le_bytes());
    }

    /// A `u32` length, then the bytes. Longer than 4 GiB cannot happen on the targets this runs on in wasm; it is cut.
    pub fn bytes(&mut self, v: &[u8]) {
        let n = u32::try_from(v.len()).unwrap_or(u32::MAX);
        self.u32(n);
        self.raw(&v[..n as usize]);
    }

    /// A `u32` length, then UTF-8.
    pub fn str(&mut self, v: &str) {
        self.bytes(v.as_bytes());
    }

    /// A list's length.
    pub fn count(&mut self, n: usize) {
        self.u32(u32::try_from(n).unwrap_or(u32::MAX));
    }

    /// A LEB128 varint, seven bits a byte, lowest first.
    #[inline(never)]
    pub fn wide(&mut self, v: u128) {
        let (mut low, mut high) = (v as u64, (v >> 64) as u64);
        while low >= 0x80 || high > 0 {
            self.bytes.push(low as u8 | 0x80);
            (low, high) = (low >> 7 | high << 57, high >> 7);
        }
        self.bytes.push(low as u8);
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// True before the first write.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The buffer.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Appends `v` as a LEB128 varint, seven bits a byte, lowest first.
pub fn write_varint(out: &mut Vec<u8>, mut v: u32) {
    while v >= 0x80 {
        out.push((v as u8) | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Reads a varint at `*at` and moves behind it; `None` when it does not end or is over 32 bits.
pub fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut v = 0_u32;
    for shift in (0..35).step_by(7) {
        let b = *bytes.get(*at)?;
        *at += 1;
        if shift == 28 && b > 0x0F {
            return None;
        }
        v |= u32::from(b & 0x7F) << shift;
        if b & 0x80 == 0 {
            return Some(v);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_is_written_is_read_and_nothing_is_left() {
        let mut w = Writer::new();
        w.u8(7);
        w.u16(300);
        w.u32(70_000);
        w.i32(-5);
        w.u64(u64::MAX);
        w.i64(i64::MIN);
        w.f64(0.1);
        w.str("猫 cat");
        let bytes = w.finish();
        let mut r = Reader::new(&bytes);
        assert_eq!((r.u8(), r.u16(), r.u32(), r.i32()), (7, 300, 70_000, -5));
        assert_eq!((r.u64(), r.i64(), r.f64()), (u64::MAX, i64::MIN, 0.1));
        assert_eq!(r.str(), "猫 cat");
        assert_eq!(r.end(), Ok(()));
        for cut in 0..bytes.len() {
            let mut r = Reader::new(&bytes[..cut]);
            let _all = (r.u8(), r.u16(), r.u32(), r.i32(), r.u64(), r.i64(), r.f64(), r.str());
            assert_eq!(r.check(), Err(Malformed), "cut at {cut}");
        }
    }

    #[test]
    fn a_number_of_any_width_is_its_own_bytes_with_much_or_little_behind_it() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        for n in 0..=8 {
            let expected = bytes[..n].iter().rev().fold(0, |v, b| v << 8 | u64::from(*b));
            for left in n..=bytes.len() {
                let mut r = Reader::new(&bytes[..left]);
                assert_eq!((r.number(n), r.left()), (expected, left - n), "{n} of {left}");
            }
        }
    }

    #[test]
    fn after_what_does_not_fit_all_is_zero() {
        let mut r = Reader::new(&[1, 0xFF, 0xFF, 0xFF]);
        assert_eq!((r.u8(), r.u64(), r.u8(), r.str(), r.count(1)), (1, 0, 0, "", 0));
        let mut r = Reader::new(&[2]);
        assert_eq!((r.bool(), r.check()), (false, Err(Malformed)));
        let mut r = Reader::new(&[1, 0, 0, 0, 0xFF]);
        assert_eq!((r.str(), r.check()), ("", Err(Malformed)), "not UTF-8");
        let mut r = Reader::new(&[9]);
        assert_eq!((r.some(None::<u32>), r.check()), (0, Err(Malformed)));
    }

    #[test]
    fn a_length_that_lies_is_refused_before_memory_is_taken() {
        let bytes = [0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3];
        let mut r = Reader::new(&bytes);
        assert_eq!((r.bytes(), r.check()), (&[][..], Err(Malformed)));
        let mut r = Reader::new(&bytes);
        assert_eq!((r.count(1), r.check()), (0, Err(Malformed)));
    }

    #[test]
    fn wide_varints_round_trip_and_what_is_too_long_is_refused() {
        let values = [0, 1, 127, 128, u128::from(u64::MAX), 1 << 100, u128::MAX];
        let mut w = Writer::new();
        values.iter().for_each(|v| w.wide(*v));
        let bytes = w.finish();
        let mut r = Reader::new(&bytes);
        values.iter().for_each(|v| assert_eq!(r.wide(), *v));
        assert_eq!(r.end(), Ok(()));
        let mut long = Reader::new(&[0xFF; 30]);
        assert_eq!((long.wide(), long.check()), (0, Err(Malformed)));
    }

    #[test]
    fn varints_round_trip_and_overlong_ones_are_refused() {
        for v in [0, 1, 127, 128, 16_383, 16_384, u32::MAX - 1, u32::MAX] {
            let mut out = Vec::new();
            write_varint(&mut out, v);
            let mut at = 0;
            assert_eq!(read_varint(&out, &mut at), Some(v));
            assert_eq!(at, out.len());
        }
        assert_eq!(read_varint(&[0x80, 0x80, 0x80, 0x80, 0x10], &mut 0), None);
        assert_eq!(read_varint(&[0x80], &mut 0), None);
    }
}
