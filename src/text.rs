//! Text put together without the standard library's formatting, which would cost every shopper some 3 kB of wasm.

use alloc::string::String;

/// The parts in one text.
///
/// ```
/// assert_eq!(nearshelf::text::concat(&["section ", "TABL", " is missing."]), "section TABL is missing.");
/// ```
pub fn concat(parts: &[&str]) -> String {
    let mut out = String::with_capacity(parts.iter().map(|p| p.len()).sum());
    for p in parts {
        out.push_str(p);
    }
    out
}

/// A whole number in decimal.
///
/// ```
/// assert_eq!(nearshelf::text::decimal(1_290), "1290");
/// assert_eq!(nearshelf::text::decimal(i64::MIN), "-9223372036854775808");
/// ```
pub fn decimal(v: i64) -> String {
    let mut out = String::new();
    if v < 0 {
        out.push('-');
    }
    let v = v.unsigned_abs();
    let mut unit = 1;
    while v / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        out.push(char::from(b'0' + (v / unit % 10) as u8));
        unit /= 10;
    }
    out
}

/// The text with every `from` replaced by `to`.
///
/// ```
/// assert_eq!(nearshelf::text::replace("Home > Cups", " > ", "/"), "Home/Cups");
/// assert_eq!(nearshelf::text::replace("aaa", "aa", "b"), "ba");
/// ```
pub fn replace(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(from).filter(|_| !from.is_empty()) {
            out.push_str(to);
            rest = after;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn numbers_read_as_the_standard_library_writes_them() {
        let some = [0, 1, 9, 10, 99, 100, 12_345, -1, -10, i64::MAX, i64::MIN];
        some.iter().for_each(|v| assert_eq!(decimal(*v), v.to_string()));
    }

    #[test]
    fn replacing_is_that_of_the_standard_library() {
        for text in ["", ">", "a > b", " > ", " >  > ", "鞋 > 跑 > x"] {
            assert_eq!(replace(text, " > ", "/"), text.replace(" > ", "/"));
        }
        assert_eq!(replace("abc", "", "x"), "abc");
    }
}
