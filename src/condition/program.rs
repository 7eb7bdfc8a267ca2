//! A compiled condition, and how it is asked. Asking allocates nothing but the answer.

use super::value::{Cursor, Items, Seen, Text, Value};
use super::version::Padded;
use crate::codec::Malformed;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// No number of a key, slot or index.
pub(super) const NONE: u32 = u32::MAX;
/// An index that stands for the length of a list.
pub(super) const LENGTH: u32 = u32::MAX - 1;

/// Bits of an order, as comparisons accept them.
pub(super) const LESS: u32 = 1;
pub(super) const EQUAL: u32 = 2;
pub(super) const GREATER: u32 = 4;

/// What a step of a condition asks. What `a` and `b` of the step are stands behind each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// All steps `a..b` of the list.
    All,
    /// One of the steps `a..b` of the list.
    Any,
    /// Not step `a`.
    Not,
    /// Step `b` of the value at path `a`.
    At,
    /// It is the constant `a`, in GrowthBook's implicit way.
    Is,
    /// The same without regard to case.
    IsFolded,
    /// It is the constant `a` exactly.
    Equal,
    /// Its order to the constant `a` is among the bits `b`.
    Order,
    /// The same for versions.
    Version,
    /// It is there and not null.
    Exists,
    /// Its type has the name `a`.
    Type,
    /// It, or an element of it, is among the constants `a..b` of the list.
    In,
    /// The same without regard to case.
    InFolded,
    /// Step `a` of its length.
    Size,
    /// Step `a` of one of its elements.
    Element,
    /// Each of the steps `a..b` of one of its elements.
    Each,
    /// The host said that pattern `a` matches.
    Pattern,
    Never,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) ask: Ask,
    pub(super) a: u32,
    pub(super) b: u32,
}

/// Where a value is: an attribute, then what lies in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path {
    pub(super) attribute: u32,
    /// Of the segments.
    pub(super) from: u32,
    pub(super) to: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) key: u32,
    /// What it is of a list; [`NONE`] for no place, [`LENGTH`].
    pub(super) index: u32,
}

/// A pattern that the host has to match, since no wasm should carry a regex engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    /// Key of the attribute it is asked of, or of what lies in it.
    pub(super) attribute: u32,
    /// Where its text stands in the document.
    pub(super) text: u32,
    pub(super) ignore_case: bool,
}

/// What was wrong with a part of a condition; that part matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Problem {
    /// There is no such operator.
    UnknownOperator = 1,
    /// What stands behind the operator is not what it takes.
    WrongOperand = 2,
    /// No group of this name was given.
    UnknownGroup = 3,
    /// There are more patterns than [`PATTERNS`](super::PATTERNS).
    TooManyPatterns = 4,
}

/// A condition, ready to be asked of many contexts.
#[derive(Debug)]
pub struct Program {
    /// The document it was compiled from; constants stay where they are.
    pub(super) document: Vec<u8>,
    /// Where the text of each key stands in it.
    pub(super) keys: Vec<(u32, u32)>,
    pub(super) steps: Vec<Step>,
    pub(super) first: u32,
    /// Numbers of steps, and places of constants.
    pub(super) list: Vec<u32>,
    pub(super) paths: Vec<Path>,
    pub(super) segments: Vec<Segment>,
    /// Keys of the attributes that are asked for.
    pub(super) attributes: Vec<u32>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) problems: Vec<(Problem, u32)>,
    pub(super) needs: u8,
}

/// [`Program::needs`]: texts in lower case too.
pub const LOWER_CASE: u8 = 1;
/// [`Program::needs`]: how numbers are written.
pub const WRITTEN_NUMBERS: u8 = 2;

impl Program {
    /// What the host has to say of the values of a context: bits [`LOWER_CASE`] and [`WRITTEN_NUMBERS`].
    pub fn needs(&self) -> u8 {
        self.needs
    }

    /// The patterns that the host has to match: the attribute that each is asked of, its text, and whether case does not count.
    pub fn patterns(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8], bool)> {
        self.patterns.iter().map(|p| (self.key(p.attribute), self.text(p.text).bytes, p.ignore_case))
    }

    /// What was wrong with parts of it, with the operator or the group.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = (Problem, &[u8])> {
        self.problems.iter().map(|(what, name)| {
            // A group is named by a constant, an operator by a key.
            (*what, if *what == Problem::UnknownGroup { self.text(*name).bytes } else { self.key(*name) })
        })
    }

    /// Asks it of each context of a batch, and hands on whether it matches.
    ///
    /// # Errors
    ///
    /// [`Malformed`] when the bytes are no batch. What was handed on before stands.
    pub fn each(&self, batch: &[u8], mut answer: impl FnMut(bool)) -> Result<(), Malformed> {
        let mut at = Cursor { rest: batch };
        self.run(&mut at, &mut answer).filter(|()| at.rest.is_empty()).ok_or(Malformed)
    }

    fn run(&self, at: &mut Cursor<'_>, answer: &mut dyn FnMut(bool)) -> Option<()> {
        let missing = at.u32()?;
        let contexts = at.u32()?;
        let mut values = Cursor { rest: at.bytes()? };
        let count = at.u32()?;
        // The numbers of keys are the batch's own; here is what they are to this condition.
        let mut names = Vec::new();
        names.resize(self.keys.len(), NONE);
        let mut slots = Vec::new();
        for n in 0..count {
            let name = at.bytes()?;
            let known = (0..self.keys.len()).find(|k| self.key(*k as u32) == name).unwrap_or(usize::MAX);
            if let Some(slot) = names.get_mut(known) {
                *slot = n;
            }
            slots.push(self.attributes.iter().position(|a| *a as usize == known).map_or(NONE, |s| s as u32));
        }
        let mut asked = Asked { program: self, names: &names, missing, slots: Vec::new() };
        for _ in 0..contexts {
            asked.slots.clear();
            asked.slots.resize(self.attributes.len(), None);
            let Value::Object(context) = values.value()?.value else { return None };
            let mut entries = Cursor { rest: context.bytes };
            for _ in 0..context.count {
                let key = entries.u32()?;
                let value = entries.rest;
                entries.skip()?;
                if let Some(slot) = slots.get(key as usize).and_then(|s| asked.slots.get_mut(*s as usize)) {
                    *slot = Some(value);
                }
            }
            if !entries.rest.is_empty() {
                return None;
            }
            answer(asked.step(self.first, Seen { value: Value::Context, matched: missing }));
        }
        values.rest.is_empty().then_some(())
    }

    pub(super) fn key(&self, n: u32) -> &[u8] {
        let (from, to) = self.keys.get(n as usize).copied().unwrap_or_default();
        self.document.get(from as usize..to as usize).unwrap_or_default()
    }

    pub(super) fn constant(&self, at: u32) -> Value<'_> {
        value_at(&self.document, at)
    }

    fn text(&self, at: u32) -> Text<'_> {
        match self.constant(at) {
            Value::Text(t) | Value::Number(_, t) => t,
            _ => Text::EMPTY,
        }
    }
}

pub(super) fn value_at(document: &[u8], at: u32) -> Value<'_> {
    let rest = document.get(at as usize..).unwrap_or_default();
    Cursor { rest }.value().map_or(Value::Null, |seen| seen.value)
}

/// A condition that is asked of the context whose attributes are in the slots.
struct Asked<'p, 'b> {
    program: &'p Program,
    /// The batch's number of each key.
    names: &'p [u32],
    /// The host's answers to the patterns for what is not there.
    missing: u32,
    slots: Vec<Option<&'b [u8]>>,
}

impl Asked<'_, '_> {
    fn among(&self, step: Step) -> &[u32] {
        self.program.list.get(step.a as usize..step.b as usize).unwrap_or_default()
    }

    fn step(&self, n: u32, seen: Seen<'_>) -> bool {
        // The compiler numbers steps from below, so this always ends: a step asks only earlier ones.
        let Some(&step) = self.program.steps.get(n as usize) else { return false };
        let value = seen.value;
        match step.ask {
            Ask::All => self.among(step).iter().all(|s| self.step(*s, seen)),
            Ask::Any => self.among(step).iter().any(|s| self.step(*s, seen)),
            Ask::Not => !self.step(step.a, seen),
            Ask::At => self.step(step.b, self.found(step.a, value)),
            Ask::Is => self.is(self.program.constant(step.a), value, false),
            Ask::IsFolded => self.is(self.program.constant(step.a), value, true),
            Ask::Equal => same(self.program.constant(step.a), value),
            Ask::Order => order(value, self.program.constant(step.a)).is_some_and(|o| bit(o) & step.b != 0),
            Ask::Version => {
                let (a, b) = (Padded::of(version(value)), Padded::of(version(self.program.constant(step.a))));
                bit(by_units(a, b)) & step.b != 0
            }
            Ask::Exists => !matches!(value, Value::Null),
            Ask::Type => self.program.text(step.a).bytes == kind(value).as_bytes(),
            Ask::In | Ask::InFolded => self.is_in(self.among(step), value, step.ask == Ask::InFolded),
            Ask::Size => match value {
                Value::List(items) => {
                    let length = Value::Number(f64::from(items.count), Text::EMPTY);
                    self.step(step.a, Seen { value: length, matched: 0 })
                }
                _ => false,
            },
            Ask::Element => match value {
                // What JavaScript takes for false is passed over, as GrowthBook's own SDK does.
                Value::List(items) => items.each().any(|e| truthy(e.value) && self.step(step.a, e)),
                _ => false,
            },
            Ask::Each => match value {
                Value::List(items) => self.among(step).iter().all(|s| items.each().any(|e| self.step(*s, e))),
                _ => false,
            },
            Ask::Pattern => seen.matched >> step.a & 1 != 0,
            Ask::Never => false,
        }
    }

    /// The value at a path; what is not there is null.
    fn found<'v>(&'v self, path: u32, scope: Value<'v>) -> Seen<'v> {
        let nothing = Seen { value: Value::Null, matched: self.missing };
        let Some(&Path { attribute, from, to }) = self.program.paths.get(path as usize) else { return nothing };
        let mut segments = self.program.segments.get(from as usize..to as usize).unwrap_or_default();
        let mut seen = Seen { value: scope, matched: self.missing };
        if matches!(scope, Value::Context) {
            let slot = self.slots.get(attribute as usize).copied().flatten();
            let Some(first) = slot.and_then(|rest| Cursor { rest }.value()) else { return nothing };
            seen = first;
            segments = segments.get(1..).unwrap_or_default();
        }
        for segment in segments {
            let inner = match seen.value {
                Value::Object(items) => self.member(items, segment.key),
                Value::List(items) if segment.index == LENGTH => {
                    Some(Seen { value: Value::Number(f64::from(items.count), Text::EMPTY), matched: 0 })
                }
                Value::List(items) if segment.index != NONE => items.each().nth(segment.index as usize),
                _ => None,
            };
            let Some(inner) = inner else { return nothing };
            seen = inner;
        }
        if matches!(seen.value, Value::Null) { nothing } else { seen }
    }

    fn member<'v>(&self, items: Items<'v>, key: u32) -> Option<Seen<'v>> {
        let name = *self.names.get(key as usize)?;
        let (_, rest) = items.entries().find(|(k, _)| *k == name)?;
        Cursor { rest }.value()
    }

    /// GrowthBook's implicit equality. Texts, numbers and booleans are turned into what the condition has, lists and objects are compared in depth.
    fn is(&self, constant: Value<'_>, value: Value<'_>, folded: bool) -> bool {
        match constant {
            Value::Text(t) => {
                let (text, number) = if folded { (t.lower, t.lower_number) } else { (t.bytes, exactly(t)) };
                match value {
                    Value::Text(v) => text == if folded { v.lower } else { v.bytes },
                    Value::Number(n, _) => n == number,
                    Value::Null => text == b"null",
                    Value::Bool(true) => text == b"true",
                    Value::Bool(false) => text == b"false",
                    _ => false,
                }
            }
            Value::Number(n, _) => number(value) == n,
            Value::Bool(b) => !matches!(value, Value::Null) && truthy(value) == b,
            _ => self.alike(constant, value),
        }
    }

    /// The same in depth, whatever the order of keys. Goes as deep as the constant, which the compiler bounded.
    fn alike(&self, constant: Value<'_>, value: Value<'_>) -> bool {
        match (constant, value) {
            (Value::List(a), Value::List(b)) => {
                a.count == b.count && a.each().zip(b.each()).all(|(a, b)| self.alike(a.value, b.value))
            }
            (Value::Object(a), Value::Object(b)) => {
                let found = |(key, rest)| {
                    let (mine, other) = (Cursor { rest }.value(), self.member(b, key));
                    mine.zip(other).is_some_and(|(a, b)| self.alike(a.value, b.value))
                };
                a.count == b.count && a.entries().all(found)
            }
            _ => same(constant, value),
        }
    }

    fn is_in(&self, set: &[u32], value: Value<'_>, folded: bool) -> bool {
        let one = |v: Value<'_>| {
            let found = set.binary_search_by(|c| rank(self.program.constant(*c), v, folded));
            comparable(v) && found.is_ok()
        };
        match value {
            Value::List(items) => items.each().any(|e| one(e.value)),
            _ => one(value),
        }
    }
}

fn bit(o: Ordering) -> u32 {
    match o {
        Ordering::Less => LESS,
        Ordering::Equal => EQUAL,
        Ordering::Greater => GREATER,
    }
}

/// The number whose writing a text is.
fn exactly(t: Text<'_>) -> f64 {
    if t.exact { t.number } else { f64::NAN }
}

/// `===`: what is of different types is different, and lists and objects equal nothing.
fn same(a: Value<'_>, b: Value<'_>) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a, _), Value::Number(b, _)) => a == b,
        (Value::Text(a), Value::Text(b)) => a.bytes == b.bytes,
        _ => false,
    }
}

pub(super) fn truthy(value: Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(b) => b,
        Value::Number(n, _) => n != 0.0,
        Value::Text(t) => !t.bytes.is_empty(),
        _ => true,
    }
}

/// JavaScript's `Number(value)`, but that lists and objects are none.
fn number(value: Value<'_>) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(b) => f64::from(u8::from(b)),
        Value::Number(n, _) => n,
        Value::Text(t) => t.number,
        _ => f64::NAN,
    }
}

/// `<` and its like: texts among each other by UTF-16, all else as numbers.
fn order(a: Value<'_>, b: Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(by_units(a.bytes.iter().copied(), b.bytes.iter().copied())),
        _ => number(a).partial_cmp(&number(b)),
    }
}

/// The order of two UTF-8 texts by UTF-16 units: characters of four bytes come before those from U+E000 on.
fn by_units(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> Ordering {
    let place = |b: u8| if matches!(b, 0xEE | 0xEF) { b + 16 } else { b };
    a.map(place).cmp(b.map(place))
}

fn version(value: Value<'_>) -> &[u8] {
    match value {
        Value::Text(t) | Value::Number(_, t) => t.bytes,
        _ => &[],
    }
}

fn kind(value: Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(..) => "number",
        Value::Text(_) => "string",
        Value::List(_) => "array",
        _ => "object",
    }
}

/// A list or an object is never among constants.
pub(super) fn comparable(value: Value<'_>) -> bool {
    !matches!(value, Value::List(_) | Value::Object(_) | Value::Context)
}

/// An order of all scalars, for sets.
pub(super) fn rank(a: Value<'_>, b: Value<'_>, folded: bool) -> Ordering {
    let class = |v: Value<'_>| match v {
        Value::Null => 0,
        Value::Bool(b) => 1 + u8::from(b),
        Value::Number(..) => 3,
        Value::Text(_) => 4,
        _ => 5,
    };
    match (a, b) {
        (Value::Number(a, _), Value::Number(b, _)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Value::Text(a), Value::Text(b)) if folded => a.lower.cmp(b.lower),
        (Value::Text(a), Value::Text(b)) => a.bytes.cmp(b.bytes),
        _ => class(a).cmp(&class(b)),
    }
}
