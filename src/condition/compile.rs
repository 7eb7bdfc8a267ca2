//! From a condition's document to its program.

use super::program::{
    Ask, EQUAL, GREATER, LENGTH, LESS, LOWER_CASE, NONE, Path, Pattern, Problem, Program, Segment, Step,
    WRITTEN_NUMBERS, value_at,
};
use super::value::{Cursor, LIST, NULL, OBJECT, TEXT, Value};
use super::{DEPTH, PATTERNS, STEPS};
use crate::codec::Malformed;
use crate::order::Arrange;
use alloc::vec::Vec;

/// Why a condition has no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The bytes are no document of a condition.
    Malformed,
    /// It is no object.
    NoObject,
    /// It is deeper than [`DEPTH`] or has more than [`STEPS`] steps.
    TooLarge,
}

impl From<Malformed> for Refused {
    fn from(_: Malformed) -> Refused {
        Refused::Malformed
    }
}

impl Program {
    /// Compiles a document: the condition, the groups that it may name, and the keys of both.
    ///
    /// Parts that mean nothing match nothing, as the specification has it, and are among the [`problems`](Program::problems).
    ///
    /// # Errors
    ///
    /// [`Refused`], when nothing can be made of the whole.
    pub fn compile(document: Vec<u8>) -> Result<Program, Refused> {
        let mut program = Program {
            document: Vec::new(),
            keys: Vec::new(),
            steps: Vec::new(),
            first: 0,
            list: Vec::new(),
            paths: Vec::new(),
            segments: Vec::new(),
            attributes: Vec::new(),
            patterns: Vec::new(),
            problems: Vec::new(),
            needs: 0,
        };
        let mut at = Cursor { rest: &document };
        let condition = at.value().ok_or(Malformed)?;
        let groups = at.value().ok_or(Malformed)?;
        for _ in 0..at.u32().ok_or(Malformed)? {
            let text = at.bytes().ok_or(Malformed)?;
            let end = document.len() - at.rest.len();
            program.keys.push(((end - text.len()) as u32, end as u32));
        }
        if !at.rest.is_empty() {
            return Err(Refused::Malformed);
        }
        if condition.tag != OBJECT {
            return Err(Refused::NoObject);
        }
        let mut compiler = Compiler { document: &document, groups, program, depth: 0 };
        let first = compiler.object(condition, NONE, false)?;
        let mut program = compiler.program;
        program.first = first;
        program.document = document;
        Ok(program)
    }
}

struct Compiler<'d> {
    document: &'d [u8],
    groups: Value<'d>,
    program: Program,
    depth: u32,
}

type Made = Result<u32, Refused>;

/// Operators: name, what they ask, and with what: the accepted orders, [`DENIED`], [`FOLDED`], [`GROUP`].
const OPERATORS: [(&[u8], Ask, u32); 29] = [
    (b"$eq", Ask::Equal, 0),
    (b"$ne", Ask::Equal, DENIED),
    (b"$lt", Ask::Order, LESS),
    (b"$lte", Ask::Order, LESS | EQUAL),
    (b"$gt", Ask::Order, GREATER),
    (b"$gte", Ask::Order, GREATER | EQUAL),
    (b"$veq", Ask::Version, EQUAL),
    (b"$vne", Ask::Version, LESS | GREATER),
    (b"$vlt", Ask::Version, LESS),
    (b"$vlte", Ask::Version, LESS | EQUAL),
    (b"$vgt", Ask::Version, GREATER),
    (b"$vgte", Ask::Version, GREATER | EQUAL),
    (b"$in", Ask::In, 0),
    (b"$nin", Ask::In, DENIED),
    (b"$ini", Ask::InFolded, 0),
    (b"$nini", Ask::InFolded, DENIED),
    (b"$inGroup", Ask::In, GROUP),
    (b"$notInGroup", Ask::In, GROUP | DENIED),
    (b"$all", Ask::Each, 0),
    (b"$alli", Ask::Each, FOLDED),
    (b"$regex", Ask::Pattern, 0),
    (b"$regexi", Ask::Pattern, FOLDED),
    (b"$notRegex", Ask::Pattern, DENIED),
    (b"$notRegexi", Ask::Pattern, FOLDED | DENIED),
    (b"$exists", Ask::Exists, 0),
    (b"$type", Ask::Type, 0),
    (b"$size", Ask::Size, 0),
    (b"$elemMatch", Ask::Element, 0),
    (b"$not", Ask::Not, 0),
];
const DENIED: u32 = 8;
const FOLDED: u32 = 16;
const GROUP: u32 = 32;

impl<'d> Compiler<'d> {
    fn key(&self, n: u32) -> &'d [u8] {
        let (from, to) = self.program.keys.get(n as usize).copied().unwrap_or_default();
        self.document.get(from as usize..to as usize).unwrap_or_default()
    }

    /// Where some of the document's bytes begin: constants are named by their places.
    fn place(&self, rest: &'d [u8]) -> u32 {
        (rest.as_ptr() as usize - self.document.as_ptr() as usize) as u32
    }

    fn step(&mut self, ask: Ask, a: u32, b: u32) -> Made {
        if self.program.steps.len() >= STEPS {
            return Err(Refused::TooLarge);
        }
        self.program.steps.push(Step { ask, a, b });
        Ok(self.program.steps.len() as u32 - 1)
    }

    fn never(&mut self, problem: Problem, name: u32) -> Made {
        self.program.problems.push((problem, name));
        self.step(Ask::Never, 0, 0)
    }

    /// A step that asks several.
    fn several(&mut self, ask: Ask, steps: &[u32]) -> Made {
        if let ([one], Ask::All | Ask::Any) = (steps, ask) {
            return Ok(*one);
        }
        let from = self.program.list.len() as u32;
        self.program.list.extend_from_slice(steps);
        self.step(ask, from, self.program.list.len() as u32)
    }

    fn deeper(&mut self) -> Result<(), Refused> {
        self.depth += 1;
        if self.depth > DEPTH { Err(Refused::TooLarge) } else { Ok(()) }
    }

    /// Every entry of an object by `operator`, or else paths with their tests, and groups of conditions. `attribute` is the one that all this lies in.
    fn object(&mut self, v: Value<'d>, attribute: u32, operators: bool) -> Made {
        self.deeper()?;
        let mut steps = Vec::new();
        let mut inside = v.inside();
        for _ in 0..v.count {
            let key = inside.u32().ok_or(Malformed)?;
            let rest = inside.rest;
            let value = inside.value().ok_or(Malformed)?;
            steps.push(if operators {
                self.operator(key, value, rest, attribute)?
            } else {
                self.entry(key, value, rest, attribute)?
            });
        }
        self.depth -= 1;
        self.several(Ask::All, &steps)
    }

    fn entry(&mut self, key: u32, value: Value<'d>, rest: &'d [u8], attribute: u32) -> Made {
        let name = self.key(key);
        let (ask, denied, tag) = match name {
            b"$and" => (Ask::All, false, LIST),
            b"$or" => (Ask::Any, false, LIST),
            b"$nor" => (Ask::Any, true, LIST),
            b"$not" => (Ask::All, true, OBJECT),
            _ => {
                let (path, attribute) = self.path(key, name, attribute);
                let test = self.test(value, rest, attribute, false)?;
                return self.step(Ask::At, path, test);
            }
        };
        if value.tag != tag {
            return self.never(Problem::WrongOperand, key);
        }
        let step = if tag == OBJECT {
            self.object(value, attribute, false)?
        } else {
            let mut steps = Vec::new();
            let mut inside = value.inside();
            for _ in 0..value.count {
                let inner = inside.value().ok_or(Malformed)?;
                steps.push(if inner.tag == OBJECT {
                    self.object(inner, attribute, false)?
                } else {
                    self.never(Problem::WrongOperand, key)?
                });
            }
            // GrowthBook's choice: one of nothing is true.
            self.several(if steps.is_empty() { Ask::All } else { ask }, &steps)?
        };
        if denied { self.step(Ask::Not, step, 0) } else { Ok(step) }
    }

    /// A path of the names between dots, and the attribute that patterns behind it are asked of.
    fn path(&mut self, key: u32, name: &'d [u8], attribute: u32) -> (u32, u32) {
        let from = self.program.segments.len() as u32;
        let mut first = NONE;
        for part in name.split(|b| *b == b'.') {
            let key = self.known(part, key, name);
            first = if first == NONE { key } else { first };
            self.program.segments.push(Segment { key, index: index(part) });
        }
        let seen = self.program.attributes.iter().position(|a| *a == first);
        let slot = seen.unwrap_or(self.program.attributes.len()) as u32;
        if seen.is_none() {
            self.program.attributes.push(first);
        }
        self.program.paths.push(Path { attribute: slot, from, to: self.program.segments.len() as u32 });
        (self.program.paths.len() as u32 - 1, if attribute == NONE { first } else { attribute })
    }

    /// The number of a key of this name, which is part of another one.
    fn known(&mut self, part: &'d [u8], key: u32, name: &'d [u8]) -> u32 {
        let count = self.program.keys.len() as u32;
        (0..count).find(|k| self.key(*k) == part).unwrap_or_else(|| {
            let (start, _) = self.program.keys.get(key as usize).copied().unwrap_or_default();
            let from = start + (part.as_ptr() as usize - name.as_ptr() as usize) as u32;
            self.program.keys.push((from, from + part.len() as u32));
            count
        })
    }

    /// Whether an object has operators alone.
    fn has_operators(&self, v: Value<'d>) -> bool {
        let mut inside = v.inside();
        let mut operator = |_| {
            let key = inside.u32()?;
            inside.skip()?;
            Some(self.key(key).first() == Some(&b'$'))
        };
        v.tag == OBJECT && v.count > 0 && (0..v.count).all(|n| operator(n).unwrap_or(false))
    }

    /// What stands behind a path: operators, or a value to be equal to. `rest` begins with it.
    fn test(&mut self, v: Value<'d>, rest: &'d [u8], attribute: u32, folded: bool) -> Made {
        if self.has_operators(v) {
            return self.object(v, attribute, true);
        }
        if is_deeper(v, DEPTH) {
            return Err(Refused::TooLarge);
        }
        self.step(if folded { Ask::IsFolded } else { Ask::Is }, self.place(rest), 0)
    }

    fn operator(&mut self, key: u32, mut value: Value<'d>, rest: &'d [u8], attribute: u32) -> Made {
        let name = self.key(key);
        let place = self.place(rest);
        let Some(&(_, ask, with)) = OPERATORS.iter().find(|o| o.0 == name) else {
            return self.never(Problem::UnknownOperator, key);
        };
        let takes = match ask {
            Ask::In if with & GROUP != 0 => TEXT,
            Ask::Type | Ask::Pattern => TEXT,
            Ask::In | Ask::InFolded | Ask::Each => LIST,
            Ask::Element => OBJECT,
            _ => value.tag,
        };
        if value.tag != takes {
            return self.never(Problem::WrongOperand, key);
        }
        let folded = with & FOLDED != 0;
        let mut denied = with & DENIED != 0;
        let step = match ask {
            Ask::Not | Ask::Size => {
                let test = self.test(value, rest, attribute, false)?;
                self.step(ask, test, 0)?
            }
            Ask::Element => {
                let test = self.object(value, attribute, self.has_operators(value))?;
                self.step(ask, test, 0)?
            }
            Ask::In | Ask::InFolded => {
                if with & GROUP != 0 {
                    value = self.group(value.bytes).unwrap_or(Value::bare(NULL, 0.0, 0));
                    if value.tag != LIST {
                        // It has no members, so to be in none of it is true.
                        self.program.problems.push((Problem::UnknownGroup, place));
                        value.count = 0;
                    }
                }
                self.set(ask, value)?
            }
            Ask::Each => {
                let mut steps = Vec::new();
                let mut inside = value.inside();
                for _ in 0..value.count {
                    let rest = inside.rest;
                    let value = inside.value().ok_or(Malformed)?;
                    steps.push(self.test(value, rest, attribute, folded)?);
                }
                self.program.needs |= if folded { LOWER_CASE } else { 0 };
                self.several(ask, &steps)?
            }
            Ask::Pattern => {
                let n = self.program.patterns.len();
                if n >= PATTERNS {
                    return self.never(Problem::TooManyPatterns, key);
                }
                self.program.patterns.push(Pattern { attribute, text: place, ignore_case: folded });
                self.step(ask, n as u32, 0)?
            }
            _ => {
                denied |= ask == Ask::Exists && !value.is_truthy();
                self.program.needs |= if ask == Ask::Version { WRITTEN_NUMBERS } else { 0 };
                self.step(ask, place, with & (LESS | EQUAL | GREATER))?
            }
        };
        if denied { self.step(Ask::Not, step, 0) } else { Ok(step) }
    }

    fn group(&self, name: &[u8]) -> Option<Value<'d>> {
        let mut inside = self.groups.inside();
        for _ in 0..if self.groups.tag == OBJECT { self.groups.count } else { 0 } {
            if self.key(inside.u32()?) == name {
                return inside.value();
            }
            inside.skip()?;
        }
        None
    }

    /// A set of scalars, sorted, so that large groups cost little.
    fn set(&mut self, ask: Ask, list: Value<'d>) -> Made {
        let folded = ask == Ask::InFolded;
        let mut places = Vec::new();
        let mut inside = list.inside();
        for _ in 0..list.count {
            let rest = inside.rest;
            if inside.value().ok_or(Malformed)?.is_scalar() {
                places.push(self.place(rest));
            }
        }
        let at = |place: u32| {
            let v = value_at(self.document, place);
            if folded { v.folded() } else { v }
        };
        places.arrange_by(|a, b| at(*a).rank(at(*b)));
        self.program.needs |= if folded { LOWER_CASE } else { 0 };
        self.several(ask, &places)
    }
}

/// The place in a list that a name is.
fn index(name: &[u8]) -> u32 {
    if name == b"length" {
        return LENGTH;
    }
    let plain = name.len() < 10 && (name == b"0" || name.first().is_some_and(|b| *b != b'0'));
    if !plain || !name.iter().all(u8::is_ascii_digit) {
        return NONE;
    }
    name.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'))
}

/// Whether a value has more than so many levels.
fn is_deeper(v: Value<'_>, left: u32) -> bool {
    if v.is_scalar() {
        return false;
    }
    let mut inside = v.inside();
    let mut inner = || {
        if v.tag == OBJECT {
            inside.u32()?;
        }
        inside.value()
    };
    left == 0 || (0..v.count).map_while(|_| inner()).any(|v| is_deeper(v, left - 1))
}
