//! Values in the flat form in which conditions and attributes cross every boundary: `manual/conditions.md` has the bytes.
//!
//! A value is read where it is needed and nowhere else. Its length stands before it, so that what nobody asks for is passed over in one step.

use core::cmp::Ordering;

pub(super) const NULL: u8 = 0;
pub(super) const FALSE: u8 = 1;
pub(super) const TRUE: u8 = 2;
pub(super) const NUMBER: u8 = 3;
pub(super) const TEXT: u8 = 4;
/// A text that reads as a number but is not written as one is.
pub(super) const NUMERIC: u8 = 5;
/// A text that is written as a number is.
pub(super) const EXACT: u8 = 6;
/// A text, then the same in lower case.
pub(super) const CASED: u8 = 7;
/// A number, then how it is written.
pub(super) const WRITTEN: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const OBJECT: u8 = 10;
/// The host's answers to the patterns, then the value they are about.
pub(super) const MATCHED: u8 = 11;
/// All attributes of a context, which were found before the condition is asked; in no bytes.
pub(super) const CONTEXT: u8 = 12;
/// No value: bytes that do not fit, or what is not there.
pub(super) const NOTHING: u8 = 13;

/// A value, read from its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    /// [`NULL`], [`TRUE`] for both booleans, [`NUMBER`], [`TEXT`], [`LIST`], [`OBJECT`], [`CONTEXT`] or [`NOTHING`].
    pub(super) tag: u8,
    /// A text is written as its number is.
    pub(super) exact: bool,
    /// The host's answers to the patterns, a bit each.
    pub(super) matched: u32,
    /// Elements of a list, entries of an object.
    pub(super) count: u32,
    /// JavaScript's `Number(value)`, but that lists and objects are none.
    pub(super) number: f64,
    /// A text, how a number is written, or what is in a list or an object.
    pub(super) bytes: &'a [u8],
    /// A text that has a lower case of its own: that as a value.
    lower: &'a [u8],
}

impl<'a> Value<'a> {
    /// A value without bytes.
    pub(super) const fn bare(tag: u8, number: f64, matched: u32) -> Value<'static> {
        Value { tag, exact: false, matched, count: 0, number, bytes: &[], lower: &[] }
    }

    /// A text in lower case; any other value as it is.
    pub(super) fn folded(&self) -> Value<'a> {
        if self.has_lower() { Cursor { rest: self.lower }.value() } else { *self }
    }

    /// A text whose lower case differs.
    pub(super) fn has_lower(&self) -> bool {
        !self.lower.is_empty()
    }

    /// What is in a list or an object.
    pub(super) fn inside(&self) -> Cursor<'a> {
        Cursor { rest: self.bytes }
    }

    /// What JavaScript takes for true.
    pub(super) fn is_truthy(&self) -> bool {
        match self.tag {
            TEXT => !self.bytes.is_empty(),
            LIST | OBJECT => true,
            _ => self.number != 0.0,
        }
    }

    /// Neither a list nor an object.
    pub(super) fn is_scalar(&self) -> bool {
        self.tag < LIST
    }

    /// An order of all scalars, in which those are equal that JavaScript's `===` takes for the same.
    #[inline(never)]
    pub(super) fn rank(&self, other: &Value<'_>) -> Ordering {
        let by_tag = self.tag.cmp(&other.tag);
        if by_tag != Ordering::Equal {
            by_tag
        } else if self.tag == TEXT {
            self.bytes.cmp(other.bytes)
        } else {
            // No number in bytes from JSON is NaN; one that lies is like none.
            self.number.partial_cmp(&other.number).unwrap_or(Ordering::Less)
        }
    }

    /// `===`: what is of different types is different, and lists and objects equal nothing.
    pub(super) fn is_same(&self, other: &Value<'_>) -> bool {
        let same = if self.tag == TEXT { self.bytes == other.bytes } else { self.number == other.number };
        self.is_scalar() && self.tag == other.tag && same
    }
}

/// Reads from the front of some bytes. Everything is checked; nothing is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    fn u8(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline(always)]
    pub(super) fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*first))
    }

    /// The same where speed is not needed.
    #[inline(never)]
    pub(super) fn word(&mut self) -> Option<u32> {
        self.u32()
    }

    #[inline(always)]
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(first)
    }

    /// A `u32` length and as many bytes.
    #[inline(never)]
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let n = self.word()? as usize;
        self.take(n)
    }

    /// Passes over a value, and answers its bytes with what follows. Most are texts, plain numbers and booleans.
    #[inline(always)]
    pub(super) fn skip_quickly(&mut self) -> Option<&'a [u8]> {
        let from = self.rest;
        let n = match self.rest.split_first_chunk::<5>() {
            // Behind the length, since with five more it may be too large for the 32 bits of wasm.
            Some(([TEXT | LIST | OBJECT, a, b, c, d], rest)) => {
                self.rest = rest.get(u32::from_le_bytes([*a, *b, *c, *d]) as usize..)?;
                return Some(from);
            }
            Some(([NUMBER, ..], _)) => 9,
            Some(([NULL..=TRUE, ..], _)) => 1,
            _ => return self.skip(),
        };
        self.take(n)?;
        Some(from)
    }

    /// What is in a plain object, and its entries; nothing is passed over where none is next.
    #[inline(always)]
    pub(super) fn object(&mut self) -> Option<(Cursor<'a>, u32)> {
        let ([OBJECT, a, b, c, d], rest) = self.rest.split_first_chunk()? else { return None };
        let (inside, after) = rest.split_at_checked(u32::from_le_bytes([*a, *b, *c, *d]) as usize)?;
        let mut inside = Cursor { rest: inside };
        let count = inside.u32()?;
        self.rest = after;
        Some((inside, count))
    }

    /// Passes over any value, and answers its bytes with what follows.
    #[inline(never)]
    pub(super) fn skip(&mut self) -> Option<&'a [u8]> {
        let from = self.rest;
        (self.value().tag != NOTHING).then_some(from)
    }

    /// The value at the front. It is no option, since copying one takes longer than reading it.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Value<'a> {
        let mut v = Value::bare(NOTHING, f64::NAN, 0);
        self.read(&mut v);
        v
    }

    /// The same in place of what was read before.
    #[inline(never)]
    pub(super) fn read(&mut self, v: &mut Value<'a>) {
        (v.number, v.exact, v.matched, v.count) = (f64::NAN, false, 0, 0);
        (v.bytes, v.lower) = (&[], &[]);
        if self.fill(v).is_none() {
            v.tag = NOTHING;
        }
    }

    #[inline(always)]
    fn fill(&mut self, v: &mut Value<'a>) -> Option<()> {
        let mut tag = self.u8()?;
        if tag == MATCHED {
            v.matched = self.word()?;
            tag = self.u8()?;
        }
        let cased = tag == CASED;
        if cased {
            tag = self.u8()?;
        }
        v.tag = tag;
        match tag {
            NULL | FALSE => {
                v.number = 0.0;
                v.tag = if tag == NULL { NULL } else { TRUE };
            }
            TRUE => v.number = 1.0,
            NUMBER | NUMERIC | EXACT | WRITTEN => {
                v.number = f64::from_le_bytes(self.take(8)?.try_into().ok()?);
                v.exact = tag == EXACT;
                v.tag = if matches!(tag, NUMBER | WRITTEN) { NUMBER } else { TEXT };
            }
            TEXT | LIST | OBJECT => {}
            _ => return None,
        }
        if tag > NUMBER {
            let n = self.u32()? as usize;
            v.bytes = self.take(n)?;
        }
        if tag >= LIST {
            let mut inner = v.inside();
            v.count = inner.word()?;
            v.bytes = inner.rest;
        }
        if cased {
            // A text in lower case has no other one, so what reads it never goes deeper.
            v.lower = self.rest;
            let tag = self.u8().filter(|tag| v.tag == TEXT && matches!(*tag, TEXT..=EXACT))?;
            self.take(if tag == TEXT { 0 } else { 8 })?;
            self.bytes()?;
        }
        Some(())
    }
}
