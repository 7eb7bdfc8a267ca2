//! JSON as values, for the command line and its tests; pages write the same bytes in `pkg-template/src/condition.js`.

use super::value::{CASED, EXACT, FALSE, LIST, MATCHED, NULL, NUMBER, NUMERIC, OBJECT, TEXT, TRUE, WRITTEN};
use super::{LOWER_CASE, Program, WRITTEN_NUMBERS};
use crate::codec::Writer;
use crate::error::{Code, Error, Result};
use regress::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

/// Writes the keys, then what was written with their numbers.
#[derive(Debug, Default)]
struct Keys {
    numbers: BTreeMap<String, u32>,
    names: Vec<String>,
}

impl Keys {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(n) = self.numbers.get(name) {
            return *n;
        }
        let n = self.names.len() as u32;
        self.numbers.insert(name.to_string(), n);
        self.names.push(name.to_string());
        n
    }

    fn write(&self, out: &mut Writer) {
        out.count(self.names.len());
        self.names.iter().for_each(|name| out.str(name));
    }
}

/// The document of a condition, with the groups it may name.
///
/// # Example: from JSON to an answer
///
/// ```
/// use nearshelf::condition::{Program, json};
/// let condition = serde_json::json!({ "cart.total": { "$gte": 20000 }, "tier": { "$in": ["gold", "platinum"] } });
/// let program = Program::compile(json::document(&condition, &serde_json::json!({}))).unwrap();
/// let mut matcher = json::Matcher::new(&program);
/// let contexts = [serde_json::json!({ "cart": { "total": 25000 }, "tier": "gold" }), serde_json::json!({})];
/// assert_eq!(matcher.matches(&contexts), [true, false]);
/// ```
pub fn document(condition: &Value, groups: &Value) -> Vec<u8> {
    let (mut keys, mut body) = (Keys::default(), Writer::new());
    for value in [condition, groups] {
        write(value, &mut keys, LOWER_CASE | WRITTEN_NUMBERS, None, &mut body);
    }
    keys.write(&mut body);
    body.finish()
}

/// A file of JSON.
///
/// # Errors
///
/// `bad_condition` where it is none.
pub fn parse(name: &str, bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(|e| bad(name, &e))
}

/// A file of JSON lines.
///
/// # Errors
///
/// `bad_condition` where a line is none.
pub fn parse_lines(name: &str, bytes: &[u8]) -> Result<Vec<Value>> {
    serde_json::Deserializer::from_slice(bytes).into_iter().map(|line| line.map_err(|e| bad(name, &e))).collect()
}

fn bad(name: &str, e: &serde_json::Error) -> Error {
    Error::new(Code::BadCondition, format!("{name}: {e}."))
}

/// A program with its patterns, compiled by an engine of JavaScript's regular expressions.
#[derive(Debug)]
pub struct Matcher<'p> {
    program: &'p Program,
    patterns: Vec<(String, Option<Regex>)>,
}

impl<'p> Matcher<'p> {
    /// Compiles the patterns. One that is none matches nothing.
    pub fn new(program: &'p Program) -> Matcher<'p> {
        let patterns = program
            .patterns()
            .map(|(attribute, text, ignore_case)| {
                let text = String::from_utf8_lossy(text);
                let flags = if ignore_case { "i" } else { "" };
                (String::from_utf8_lossy(attribute).into_owned(), Regex::with_flags(&text, flags).ok())
            })
            .collect();
        Matcher { program, patterns }
    }

    /// Whether each pattern is one.
    pub fn sound(&self) -> impl Iterator<Item = bool> {
        self.patterns.iter().map(|(_, regex)| regex.is_some())
    }

    /// Whether each of some contexts matches. One that is no object has no attributes.
    pub fn matches(&mut self, contexts: &[Value]) -> Vec<bool> {
        let mut answers = Vec::new();
        let batch = self.batch(contexts);
        // What is written here is a batch.
        let read = self.program.each(&batch, |yes| answers.push(yes));
        debug_assert!(read.is_ok());
        answers.resize(contexts.len(), false);
        answers
    }

    /// The bytes of a batch.
    pub fn batch(&self, contexts: &[Value]) -> Vec<u8> {
        let (mut keys, mut body) = (Keys::default(), Writer::new());
        let nothing = Value::Object(serde_json::Map::new());
        for context in contexts {
            let context = if context.is_object() { context } else { &nothing };
            write(context, &mut keys, self.program.needs(), Some(self), &mut body);
        }
        let mut out = Writer::new();
        out.u32(self.matched(&Value::Null, |_| true));
        out.count(contexts.len());
        out.bytes(&body.finish());
        keys.write(&mut out);
        out.finish()
    }

    fn matched(&self, value: &Value, of: impl Fn(&str) -> bool) -> u32 {
        let text = text_of(value);
        let asked = self.patterns.iter().enumerate().filter(|(_, (attribute, _))| of(attribute));
        let yes = asked.filter(|(_, (_, regex))| regex.as_ref().is_some_and(|r| r.find(&text).is_some()));
        yes.fold(0, |bits, (i, _)| bits | 1 << i)
    }
}

/// `asked`: whose patterns the attributes of this object are asked against.
fn write(value: &Value, keys: &mut Keys, needs: u8, asked: Option<&Matcher<'_>>, out: &mut Writer) {
    match value {
        Value::Null => out.u8(NULL),
        Value::Bool(b) => out.u8(if *b { TRUE } else { FALSE }),
        Value::Number(n) => {
            let n = n.as_f64().unwrap_or(f64::NAN);
            if !n.is_finite() {
                out.u8(NULL);
            } else if needs & WRITTEN_NUMBERS == 0 {
                out.u8(NUMBER);
                out.f64(n);
            } else {
                out.u8(WRITTEN);
                out.f64(n);
                out.str(&written(n));
            }
        }
        Value::String(text) => {
            let lower = if needs & LOWER_CASE == 0 { text.clone() } else { text.to_lowercase() };
            if lower == *text {
                write_text(text, out);
            } else {
                out.u8(CASED);
                write_text(text, out);
                write_text(&lower, out);
            }
        }
        Value::Array(list) => {
            let mut inner = Writer::new();
            inner.count(list.len());
            list.iter().for_each(|v| write(v, keys, needs, None, &mut inner));
            out.u8(LIST);
            out.bytes(&inner.finish());
        }
        Value::Object(entries) => {
            let mut inner = Writer::new();
            inner.count(entries.len());
            for (key, v) in entries {
                inner.u32(keys.number(key));
                match asked.filter(|m| m.patterns.iter().any(|(a, _)| a == key)) {
                    Some(matcher) => write_matched(v, keys, needs, (matcher, key), &mut inner),
                    None => write(v, keys, needs, None, &mut inner),
                }
            }
            out.u8(OBJECT);
            out.bytes(&inner.finish());
        }
    }
}

/// A value in an attribute that patterns are asked of, with the answers for it and for all that lies in it.
fn write_matched(value: &Value, keys: &mut Keys, needs: u8, within: (&Matcher<'_>, &str), out: &mut Writer) {
    let (matcher, attribute) = within;
    out.u8(MATCHED);
    out.u32(matcher.matched(value, |a| a == attribute));
    let mut inner = Writer::new();
    match value {
        Value::Array(list) => {
            inner.count(list.len());
            list.iter().for_each(|v| write_matched(v, keys, needs, within, &mut inner));
            out.u8(LIST);
        }
        Value::Object(entries) => {
            inner.count(entries.len());
            for (key, v) in entries {
                inner.u32(keys.number(key));
                write_matched(v, keys, needs, within, &mut inner);
            }
            out.u8(OBJECT);
        }
        _ => return write(value, keys, needs, None, out),
    }
    out.bytes(&inner.finish());
}

fn write_text(text: &str, out: &mut Writer) {
    match number_of(text) {
        None => out.u8(TEXT),
        Some(n) => {
            out.u8(if written(n) == text { EXACT } else { NUMERIC });
            out.f64(n);
        }
    }
    out.str(text);
}

/// JavaScript's `String(value)`.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => written(n.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let texts: Vec<String> =
                list.iter().map(|v| if v.is_null() { String::new() } else { text_of(v) }).collect();
            texts.join(",")
        }
        Value::Object(_) => "[object Object]".into(),
    }
}

/// JavaScript's `Number(text)`; `None` for NaN (ECMA-262, 7.1.4.1.1).
fn number_of(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c.is_whitespace() && c != '\u{85}' || c == '\u{FEFF}');
    let (sign, rest) = match text.as_bytes().first() {
        None => return Some(0.0),
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "Infinity" {
        return Some(sign * f64::INFINITY);
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let sound = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return sound.then(|| {
                digits.chars().fold(0.0, |n, c| n * f64::from(radix) + f64::from(c.to_digit(radix).unwrap_or(0)))
            });
        }
    }
    // Rust reads words for numbers, which JavaScript does not.
    let plain = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (plain && starts).then(|| rest.parse::<f64>().ok().map(|n| sign * n)).flatten()
}

/// JavaScript's `String(number)` (ECMA-262, 6.1.6.1.20).
fn written(n: f64) -> String {
    if n == 0.0 {
        return "0".into();
    }
    if !n.is_finite() {
        return if n.is_nan() {
            "NaN".into()
        } else if n > 0.0 {
            "Infinity".into()
        } else {
            "-Infinity".into()
        };
    }
    let sign = if n < 0.0 { "-" } else { "" };
    let scientific = format!("{:e}", n.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let k = digits.len() as i32;
    let body = if (k..=21).contains(&point) {
        digits + &"0".repeat((point - k) as usize)
    } else if (1..=21).contains(&point) {
        format!("{}.{}", &digits[..point as usize], &digits[point as usize..])
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else {
        let fraction = if k > 1 { format!(".{}", &digits[1..]) } else { String::new() };
        let e = point - 1;
        format!("{}{fraction}e{}{}", &digits[..1], if e < 0 { '-' } else { '+' }, e.abs())
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let all = [
            (0.0, "0"),
            (-0.0, "0"),
            (10.0, "10"),
            (1.5, "1.5"),
            (-2.25, "-2.25"),
            (1e21, "1e+21"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-9, "1.25e-9"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ];
        for (n, text) in all {
            assert_eq!(written(n), text);
        }
    }

    #[test]
    fn texts_read_as_javascript_reads_them() {
        let all = [
            ("", Some(0.0)),
            (" \n12\u{FEFF} ", Some(12.0)),
            ("0x1F", Some(31.0)),
            ("0b101", Some(5.0)),
            ("-0x1", None),
            ("1e3", Some(1000.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            (".", None),
            ("+7", Some(7.0)),
            ("--7", None),
            ("12px", None),
            ("inf", None),
            ("nan", None),
            ("Infinity", Some(f64::INFINITY)),
            ("1_000", None),
            ("1e", None),
        ];
        for (text, n) in all {
            assert_eq!(number_of(text), n, "{text:?}");
        }
    }
}
