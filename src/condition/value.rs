//! Values in the flat form in which conditions and attributes cross every boundary: `manual/conditions.md` has the bytes.
//!
//! A value is read where it is needed and nowhere else. Its length stands before it, so that what nobody asks for is passed over in one step.

/// A value, read from its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64, Text<'a>),
    Text(Text<'a>),
    List(Items<'a>),
    Object(Items<'a>),
    /// All attributes of a context, which were found before the condition is asked.
    Context,
}

/// A text, with what the host says of it: JavaScript's `Number(text)` and `toLowerCase` have tables that no wasm should carry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    /// What it reads as; NaN for no number.
    pub(super) number: f64,
    /// It is written as that number is.
    pub(super) exact: bool,
    /// In lower case.
    pub(super) lower: &'a [u8],
    /// What the lower case is the writing of; NaN for no number.
    pub(super) lower_number: f64,
}

/// The elements of a list, or the keys and values of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Items<'a> {
    pub(super) count: u32,
    pub(super) bytes: &'a [u8],
}

/// What a value is asked against a pattern: the host's answers for it, a bit each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) value: Value<'a>,
    pub(super) matched: u32,
}

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

impl<'a> Text<'a> {
    pub(super) const EMPTY: Text<'static> =
        Text { bytes: &[], number: f64::NAN, exact: false, lower: &[], lower_number: f64::NAN };
}

impl<'a> Items<'a> {
    /// The elements of a list. It ends early where bytes do not fit.
    pub(super) fn each(self) -> impl Iterator<Item = Seen<'a>> {
        let mut at = Cursor { rest: self.bytes };
        (0..self.count).map_while(move |_| at.value())
    }

    /// The entries of an object: the key's number, and the bytes from its value on.
    #[inline(always)]
    pub(super) fn entries(self) -> impl Iterator<Item = (u32, &'a [u8])> {
        let mut at = Cursor { rest: self.bytes };
        (0..self.count).map_while(move |_| {
            let key = at.u32()?;
            let value = at.rest;
            at.skip()?;
            Some((key, value))
        })
    }
}

/// Reads from the front of some bytes. Everything is checked; nothing is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline(always)]
    pub(super) fn u8(&mut self) -> Option<u8> {
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

    #[inline(always)]
    fn f64(&mut self) -> Option<f64> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(f64::from_le_bytes(*first))
    }

    #[inline(always)]
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(first)
    }

    /// A `u32` length and as many bytes.
    #[inline(always)]
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let n = self.u32()? as usize;
        self.take(n)
    }

    /// Passes over a value.
    #[inline(always)]
    pub(super) fn skip(&mut self) -> Option<()> {
        let mut tag = self.u8()?;
        if tag == MATCHED {
            self.u32()?;
            tag = self.u8()?;
        }
        match tag {
            TEXT | LIST | OBJECT => self.bytes()?,
            NUMBER => self.take(8)?,
            NULL..=TRUE => &[],
            _ => return self.skip_rare(tag),
        };
        Some(())
    }

    #[inline(never)]
    fn skip_rare(&mut self, tag: u8) -> Option<()> {
        if tag == CASED {
            self.text()?;
            self.text()?;
        } else if matches!(tag, NUMERIC | EXACT | WRITTEN) {
            self.f64()?;
            self.bytes()?;
        } else {
            return None;
        }
        Some(())
    }

    /// A text with its tag, without a lower case of its own.
    fn text(&mut self) -> Option<Text<'a>> {
        let tag = self.u8()?;
        self.text_of(tag)
    }

    fn text_of(&mut self, tag: u8) -> Option<Text<'a>> {
        let number = match tag {
            TEXT => f64::NAN,
            NUMERIC | EXACT => self.f64()?,
            _ => return None,
        };
        let bytes = self.bytes()?;
        let exact = tag == EXACT;
        Some(Text { bytes, number, exact, lower: bytes, lower_number: if exact { number } else { f64::NAN } })
    }

    /// The value at the front.
    #[inline(never)]
    pub(super) fn value(&mut self) -> Option<Seen<'a>> {
        let mut tag = self.u8()?;
        let mut matched = 0;
        if tag == MATCHED {
            matched = self.u32()?;
            tag = self.u8()?;
        }
        let value = match tag {
            NULL => Value::Null,
            FALSE | TRUE => Value::Bool(tag == TRUE),
            NUMBER => Value::Number(self.f64()?, Text::EMPTY),
            WRITTEN => {
                let number = self.f64()?;
                Value::Number(number, Text { bytes: self.bytes()?, ..Text::EMPTY })
            }
            CASED => {
                let text = self.text()?;
                let lower = self.text()?;
                Value::Text(Text { lower: lower.bytes, lower_number: lower.lower_number, ..text })
            }
            LIST | OBJECT => {
                let mut inner = Cursor { rest: self.bytes()? };
                let count = inner.u32()?;
                let items = Items { count, bytes: inner.rest };
                if tag == LIST { Value::List(items) } else { Value::Object(items) }
            }
            _ => Value::Text(self.text_of(tag)?),
        };
        Some(Seen { value, matched })
    }
}
