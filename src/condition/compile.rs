//! From a condition's document to its program.

use super::program::{
    Ask, EQUAL, GREATER, LENGTH, LESS, LOWER_CASE, NONE, Path, Pattern, Problem, Program, Segment, Step,
    WRITTEN_NUMBERS, comparable, rank, truthy, value_at,
};
use super::value::{Cursor, Items, Value};
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
        let condition = at.value().ok_or(Malformed)?.value;
        let groups = at.value().ok_or(Malformed)?.value;
        for _ in 0..at.u32().ok_or(Malformed)? {
            let text = at.bytes().ok_or(Malformed)?;
            let end = document.len() - at.rest.len();
            program.keys.push(((end - text.len()) as u32, end as u32));
        }
        if !at.rest.is_empty() {
            return Err(Refused::Malformed);
        }
        let Value::Object(condition) = condition else { return Err(Refused::NoObject) };
        let groups = if let Value::Object(groups) = groups { groups } else { Items { count: 0, bytes: &[] } };
        let mut compiler = Compiler { document: &document, groups, program, depth: 0 };
        let first = compiler.condition(condition, NONE)?;
        let mut program = compiler.program;
        program.first = first;
        program.document = document;
        Ok(program)
    }
}

struct Compiler<'d> {
    document: &'d [u8],
    groups: Items<'d>,
    program: Program,
    depth: u32,
}

type Made = Result<u32, Refused>;

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

    fn not(&mut self, step: u32) -> Made {
        self.step(Ask::Not, step, 0)
    }

    /// A step that asks several; the one alone where there is one.
    fn several(&mut self, ask: Ask, steps: Vec<u32>) -> Made {
        if let ([one], Ask::All | Ask::Any) = (&steps[..], ask) {
            return Ok(*one);
        }
        let from = self.program.list.len() as u32;
        self.program.list.extend_from_slice(&steps);
        self.step(ask, from, self.program.list.len() as u32)
    }

    /// Paths with their tests, and groups of conditions. `attribute` is the one that all this lies in.
    fn condition(&mut self, items: Items<'d>, attribute: u32) -> Made {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Refused::TooLarge);
        }
        let mut steps = Vec::new();
        for (key, rest) in items.entries() {
            let value = Cursor { rest }.value().ok_or(Malformed)?.value;
            let step = match (self.key(key), value) {
                (b"$and", Value::List(list)) => self.conditions(Ask::All, list, key, attribute)?,
                // GrowthBook's choice: one of nothing is true.
                (b"$or", Value::List(list)) => self.conditions(any_of(list), list, key, attribute)?,
                (b"$nor", Value::List(list)) => {
                    let any = self.conditions(any_of(list), list, key, attribute)?;
                    self.not(any)?
                }
                (b"$not", Value::Object(inner)) => {
                    let inner = self.condition(inner, attribute)?;
                    self.not(inner)?
                }
                (b"$and" | b"$or" | b"$nor" | b"$not", _) => self.never(Problem::WrongOperand, key)?,
                (name, value) => {
                    let (path, attribute) = self.path(key, name, attribute);
                    let test = self.test(value, rest, attribute, false)?;
                    self.step(Ask::At, path, test)?
                }
            };
            steps.push(step);
        }
        self.depth -= 1;
        self.several(Ask::All, steps)
    }

    fn conditions(&mut self, ask: Ask, list: Items<'d>, key: u32, attribute: u32) -> Made {
        let mut steps = Vec::new();
        for inner in list.each() {
            steps.push(match inner.value {
                Value::Object(inner) => self.condition(inner, attribute)?,
                _ => self.never(Problem::WrongOperand, key)?,
            });
        }
        self.several(ask, steps)
    }

    /// A path of the names between dots, and the attribute that patterns behind it are asked of.
    fn path(&mut self, key: u32, name: &'d [u8], attribute: u32) -> (u32, u32) {
        let from = self.program.segments.len() as u32;
        for part in name.split(|b| *b == b'.') {
            let key = self.known(part, key, name);
            self.program.segments.push(Segment { key, index: index(part) });
        }
        let first = self.program.segments.get(from as usize).map_or(NONE, |s| s.key);
        let seen = self.program.attributes.iter().position(|a| *a == first);
        let slot = seen.unwrap_or_else(|| {
            self.program.attributes.push(first);
            self.program.attributes.len() - 1
        }) as u32;
        self.program.paths.push(Path { attribute: slot, from, to: self.program.segments.len() as u32 });
        (self.program.paths.len() as u32 - 1, if attribute == NONE { first } else { attribute })
    }

    /// The number of a key of this name, which is part of another one.
    fn known(&mut self, part: &'d [u8], key: u32, name: &'d [u8]) -> u32 {
        if let Some(n) = (0..self.program.keys.len() as u32).find(|k| self.key(*k) == part) {
            return n;
        }
        let (start, _) = self.program.keys.get(key as usize).copied().unwrap_or_default();
        let from = start + (part.as_ptr() as usize - name.as_ptr() as usize) as u32;
        self.program.keys.push((from, from + part.len() as u32));
        self.program.keys.len() as u32 - 1
    }

    /// What stands behind a path: operators, or a value to be equal to. `rest` begins with it.
    fn test(&mut self, value: Value<'d>, rest: &'d [u8], attribute: u32, folded: bool) -> Made {
        if let Value::Object(items) = value
            && items.count > 0
            && items.entries().all(|(key, _)| self.key(key).first() == Some(&b'$'))
        {
            return self.operators(items, attribute);
        }
        if depth(value, DEPTH) {
            return Err(Refused::TooLarge);
        }
        let place = self.place(rest);
        self.step(if folded { Ask::IsFolded } else { Ask::Is }, place, 0)
    }

    fn operators(&mut self, items: Items<'d>, attribute: u32) -> Made {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Refused::TooLarge);
        }
        let mut steps = Vec::new();
        for (key, rest) in items.entries() {
            let value = Cursor { rest }.value().ok_or(Malformed)?.value;
            steps.push(self.operator(key, value, rest, attribute)?);
        }
        self.depth -= 1;
        self.several(Ask::All, steps)
    }

    fn operator(&mut self, key: u32, value: Value<'d>, rest: &'d [u8], attribute: u32) -> Made {
        let place = self.place(rest);
        let name = self.key(key);
        let (positive, denied) = match name {
            b"$ne" => (&b"$eq"[..], true),
            b"$nin" => (&b"$in"[..], true),
            b"$nini" => (&b"$ini"[..], true),
            b"$notInGroup" => (&b"$inGroup"[..], true),
            b"$notRegex" => (&b"$regex"[..], true),
            b"$notRegexi" => (&b"$regexi"[..], true),
            b"$vne" => (&b"$veq"[..], true),
            _ => (name, false),
        };
        let step = match (positive, value) {
            (b"$eq", _) => self.step(Ask::Equal, place, 0)?,
            (b"$lt", _) => self.step(Ask::Order, place, LESS)?,
            (b"$lte", _) => self.step(Ask::Order, place, LESS | EQUAL)?,
            (b"$gt", _) => self.step(Ask::Order, place, GREATER)?,
            (b"$gte", _) => self.step(Ask::Order, place, GREATER | EQUAL)?,
            (b"$veq", _) => self.version(place, EQUAL)?,
            (b"$vlt", _) => self.version(place, LESS)?,
            (b"$vlte", _) => self.version(place, LESS | EQUAL)?,
            (b"$vgt", _) => self.version(place, GREATER)?,
            (b"$vgte", _) => self.version(place, GREATER | EQUAL)?,
            (b"$exists", _) => {
                let there = self.step(Ask::Exists, 0, 0)?;
                if truthy(value) { there } else { self.not(there)? }
            }
            (b"$type", Value::Text(_)) => self.step(Ask::Type, place, 0)?,
            (b"$not", _) => {
                let test = self.test(value, rest, attribute, false)?;
                self.not(test)?
            }
            (b"$size", _) => {
                let test = self.test(value, rest, attribute, false)?;
                self.step(Ask::Size, test, 0)?
            }
            (b"$elemMatch", Value::Object(items)) => {
                let operators = items.count > 0 && items.entries().all(|(k, _)| self.key(k).first() == Some(&b'$'));
                let test =
                    if operators { self.operators(items, attribute)? } else { self.condition(items, attribute)? };
                self.step(Ask::Element, test, 0)?
            }
            (b"$in", Value::List(list)) => self.set(list, false)?,
            (b"$ini", Value::List(list)) => self.set(list, true)?,
            (b"$inGroup", Value::Text(name)) => {
                let group = self.groups.entries().find(|(k, _)| self.key(*k) == name.bytes);
                match group.and_then(|(_, rest)| Cursor { rest }.value()).map(|s| s.value) {
                    Some(Value::List(list)) => self.set(list, false)?,
                    // An unknown group has no members: being in none of it is true.
                    _ => self.never(Problem::UnknownGroup, place)?,
                }
            }
            (b"$all" | b"$alli", Value::List(list)) => {
                let mut steps = Vec::new();
                let mut elements = Cursor { rest: list.bytes };
                for _ in 0..list.count {
                    let rest = elements.rest;
                    let value = elements.value().ok_or(Malformed)?.value;
                    steps.push(self.test(value, rest, attribute, name == b"$alli")?);
                }
                self.program.needs |= if name == b"$alli" { LOWER_CASE } else { 0 };
                self.several(Ask::Each, steps)?
            }
            (b"$regex" | b"$regexi", Value::Text(_)) => {
                if self.program.patterns.len() >= PATTERNS {
                    return self.never(Problem::TooManyPatterns, key);
                }
                let ignore_case = positive == b"$regexi";
                self.program.patterns.push(Pattern { attribute, text: place, ignore_case });
                self.step(Ask::Pattern, self.program.patterns.len() as u32 - 1, 0)?
            }
            (
                b"$type" | b"$elemMatch" | b"$in" | b"$ini" | b"$inGroup" | b"$all" | b"$alli" | b"$regex" | b"$regexi",
                _,
            ) => return self.never(Problem::WrongOperand, key),
            _ => return self.never(Problem::UnknownOperator, key),
        };
        if denied { self.not(step) } else { Ok(step) }
    }

    fn version(&mut self, place: u32, accepted: u32) -> Made {
        self.program.needs |= WRITTEN_NUMBERS;
        self.step(Ask::Version, place, accepted)
    }

    /// A set of scalars, sorted, so that large groups cost little.
    fn set(&mut self, list: Items<'d>, folded: bool) -> Made {
        let mut places = Vec::new();
        let mut elements = Cursor { rest: list.bytes };
        for _ in 0..list.count {
            let rest = elements.rest;
            if comparable(elements.value().ok_or(Malformed)?.value) {
                places.push(self.place(rest));
            }
        }
        places.arrange_by(|a, b| rank(value_at(self.document, *a), value_at(self.document, *b), folded));
        self.program.needs |= if folded { LOWER_CASE } else { 0 };
        self.several(if folded { Ask::InFolded } else { Ask::In }, places)
    }
}

fn any_of(list: Items<'_>) -> Ask {
    if list.count == 0 { Ask::All } else { Ask::Any }
}

/// The place in a list that a name is.
fn index(name: &[u8]) -> u32 {
    if name == b"length" {
        return LENGTH;
    }
    let plain = name.len() < 10 && (name == b"0" || (!name.is_empty() && name.first() != Some(&b'0')));
    if !plain || !name.iter().all(u8::is_ascii_digit) {
        return NONE;
    }
    name.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'))
}

/// Whether a value is deeper than so many.
fn depth(value: Value<'_>, left: u32) -> bool {
    match value {
        Value::List(_) | Value::Object(_) if left == 0 => true,
        Value::List(items) => items.each().any(|e| depth(e.value, left - 1)),
        Value::Object(items) => {
            items.entries().any(|(_, rest)| Cursor { rest }.value().is_some_and(|s| depth(s.value, left - 1)))
        }
        _ => false,
    }
}
