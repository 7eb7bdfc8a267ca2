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

/// The order of two versions, where it shows in parts of one to five digits: then the longer part comes later, and of two as long the text decides.
pub(super) fn plainly(mut a: &[u8], mut b: &[u8]) -> Option<Ordering> {
    loop {
        let (x, y) = (digits(a)?, digits(b)?);
        if x != y {
            return Some(x.cmp(&y));
        }
        for i in 0..x {
            if a.get(i) != b.get(i) {
                return Some(a.get(i).cmp(&b.get(i)));
            }
        }
        // Both end here, or both go on behind a separator; else what is added to one of them decides.
        match (a.get(x..)?, b.get(x..)?) {
            ([], []) => return Some(Ordering::Equal),
            ([_, rest @ ..], [_, other @ ..]) => (a, b) = (rest, other),
            _ => return None,
        }
    }
}

/// The length of the part at the front, where it is of one to five digits.
#[inline(always)]
fn digits(text: &[u8]) -> Option<usize> {
    let mut n = 0;
    while text.get(n).is_some_and(u8::is_ascii_digit) {
        n += 1;
    }
    let ends = text.get(n).is_none_or(parts);
    (ends && n > 0 && n <= PLACES).then_some(n)
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
    fn what_shows_plainly_is_the_order_of_the_filled_up_texts() {
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
        let mut plain = 0;
        for a in &versions {
            for b in &versions {
                if let Some(order) = plainly(a.as_bytes(), b.as_bytes()) {
                    assert_eq!(order, padded(a).cmp(&padded(b)), "{a} {b}");
                    plain += 1;
                }
            }
        }
        assert!(plain > 100_000, "{plain}");
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
