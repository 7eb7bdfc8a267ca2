//! Versions as texts that compare: numbers are filled up to five places, a version of three parts comes after its pre-releases.

use core::cmp::Ordering;

/// The bytes of a version, filled up. A leading `v` and what a `+` begins do not count; `.` and `-` both part.
#[derive(Debug)]
pub(super) struct Padded<'a> {
    rest: &'a [u8],
    /// Spaces to come before the part that is next.
    pad: usize,
    /// Bytes to come of this part.
    left: usize,
    /// What to add behind three parts.
    end: &'static [u8],
}

const PLACES: usize = 5;

fn parts(byte: &u8) -> bool {
    matches!(byte, b'.' | b'-')
}

impl<'a> Padded<'a> {
    pub(super) fn of(text: &'a [u8]) -> Padded<'a> {
        let text: &[u8] = if text.is_empty() { b"0" } else { text };
        let text = text.strip_prefix(b"v").unwrap_or(text);
        let end = text.iter().position(|b| *b == b'+').unwrap_or(text.len());
        let rest = &text[..end];
        let three = rest.iter().filter(|b| parts(b)).count() == 2;
        let mut it = Padded { rest, pad: 0, left: 0, end: if three { b"-~" } else { b"" } };
        it.begin();
        it
    }

    /// A text as it is.
    pub(super) fn plain(text: &'a [u8]) -> Padded<'a> {
        Padded { rest: text, pad: 0, left: text.len(), end: b"" }
    }

    fn begin(&mut self) {
        let part = self.rest.iter().position(parts).unwrap_or(self.rest.len());
        let digits = part > 0 && self.rest[..part].iter().all(u8::is_ascii_digit);
        self.left = part;
        self.pad = if digits { PLACES.saturating_sub(part) } else { 0 };
    }
}

/// Where a version is one to three parts of one to five digits: how many parts, and behind that a number that orders it among those of as many; else 0.
///
/// Filled up, a longer part comes later, and of two as long the digits decide: 20 bits hold both.
pub(super) fn rank(text: &[u8]) -> u64 {
    let (mut parts, mut rank, mut digits, mut number) = (1, 0, 0, 0);
    for b in text {
        match b {
            b'0'..=b'9' if digits < PLACES as u64 => {
                digits += 1;
                number = number * 10 + u64::from(b - b'0');
            }
            b'.' | b'-' if digits > 0 && parts < 3 => {
                rank = (rank << 20) + digits * HUNDRED_THOUSAND + number;
                parts += 1;
                (digits, number) = (0, 0);
            }
            _ => return 0,
        }
    }
    if digits == 0 { 0 } else { (parts << COUNT) | ((rank << 20) + digits * HUNDRED_THOUSAND + number) }
}

const HUNDRED_THOUSAND: u64 = 100_000;
/// The bit from which on a rank tells its parts.
const COUNT: u32 = 60;

/// The order of two versions by their ranks, where those tell it: in the parts that both have, or as many.
#[inline(always)]
pub(super) fn by_rank(a: u64, b: u64) -> Option<Ordering> {
    let (parts, others) = (a >> COUNT, b >> COUNT);
    if parts == others {
        return (a > 0).then(|| a.cmp(&b));
    }
    let both = parts.min(others);
    let common = |rank: u64, parts: u64| (rank & ((1 << COUNT) - 1)) >> (20 * (parts - both));
    let order = common(a, parts).cmp(&common(b, others));
    (both > 0 && order != Ordering::Equal).then_some(order)
}

impl Iterator for Padded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.pad > 0 {
            self.pad -= 1;
            return Some(b' ');
        }
        let Some((first, rest)) = self.rest.split_first() else {
            let (first, rest) = self.end.split_first()?;
            self.end = rest;
            return Some(*first);
        };
        self.rest = rest;
        if self.left > 0 {
            self.left -= 1;
            return Some(*first);
        }
        self.begin();
        Some(b'-')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn padded(text: &str) -> String {
        String::from_utf8(Padded::of(text.as_bytes()).collect::<Vec<u8>>()).unwrap_or_default()
    }

    #[test]
    fn ranks_are_in_the_order_of_the_filled_up_texts() {
        let parts = ["", "0", "9", "10", "007", "12345", "123456", "rc", "1+b", "v1"];
        let mut versions = Vec::new();
        for a in parts {
            versions.push(String::from(a));
            for b in parts {
                versions.push([a, b].join("."));
                for c in parts {
                    versions.push([a, b, c].join("-"));
                }
            }
        }
        let mut ranked = 0;
        for a in &versions {
            for b in &versions {
                if let Some(order) = by_rank(rank(a.as_bytes()), rank(b.as_bytes())) {
                    assert_eq!(order, padded(a).cmp(&padded(b)), "{a} {b}");
                    ranked += 1;
                }
            }
        }
        assert!(ranked > 20_000, "{ranked}");
    }

    #[test]
    fn parts_are_filled_up() {
        assert_eq!(padded("1.2.10"), "    1-    2-   10-~");
        assert_eq!(padded("v1.2.3-rc.1+b7"), "    1-    2-    3-rc-    1");
        assert_eq!(padded(""), "    0");
        assert_eq!(padded("2..x"), "    2--x-~");
        assert_eq!(padded("123456.1"), "123456-    1");
        assert_eq!(padded("1.2."), "    1-    2--~");
        assert_eq!(padded("v"), "");
        assert_eq!(padded("+7"), "");
    }
}
