//! Versions as texts that compare: numbers are filled up to five places, a version of three parts comes after its pre-releases.

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
