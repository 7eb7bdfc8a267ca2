//! From a condition's document to its program.

use super::program::{
    Ask, EQUAL, GREATER, LENGTH, LESS, LOWER_CASE, NONE, Name, Path, Pattern, Problem, Program, Segment, Step,
    WRITTEN_NUMBERS, key_of, place_of, value_at,
};
use super::value::{Cursor, LIST, NOTHING, OBJECT, TEXT, Value};
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
    /// It or a path of it is deeper than [`DEPTH`], or it has more than [`STEPS`] steps, or as many names in paths and in values that are compared in depth.
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
            names: Vec::new(),
            same: Vec::new(),
            attributes: 0,
            patterns: Vec::new(),
            problems: Vec::new(),
            needs: 0,
        };
        let mut at = Cursor { rest: &document };
        let condition = at.value();
        let groups = at.value();
        for _ in 0..at.word().ok_or(Malformed)? {
            let text = at.bytes().ok_or(Malformed)?;
            let end = document.len() - at.rest.len();
            program.keys.push(((end - text.len()) as u32, end as u32));
        }
        if !at.rest.is_empty() || condition.tag == NOTHING || groups.tag == NOTHING {
            return Err(Refused::Malformed);
        }
        if condition.tag != OBJECT {
            return Err(Refused::NoObject);
        }
        let mut compiler = Compiler { document: &document, groups, sets: Vec::new(), program, depth: 0, refused: None };
        compiler.program.first = compiler.object(&condition, NONE, false);
        let Compiler { mut program, refused, .. } = compiler;
        program.document = document;
        refused.map_or(Ok(program), Err)
    }
}

/// Goes through a document once. It remembers why the whole is refused, and is asked at the end.
struct Compiler<'d> {
    document: &'d [u8],
    groups: Value<'d>,
    /// The lists that were read, since a group may be asked for often: the place of the first element, and the members.
    sets: Vec<(u32, u32, u32)>,
    program: Program,
    depth: u32,
    refused: Option<Refused>,
}

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
        key_of(self.document, &self.program.keys, n)
    }

    /// Where a cursor stands in the document: constants are named by their places.
    fn place(&self, at: &Cursor<'d>) -> u32 {
        (at.rest.as_ptr() as usize - self.document.as_ptr() as usize) as u32
    }

    /// The next value; after a refusal nothing is there.
    #[inline(never)]
    fn read(&mut self, at: &mut Cursor<'d>) -> Value<'d> {
        let v = at.value();
        if v.tag == NOTHING {
            self.refused = Some(Refused::Malformed);
        }
        v
    }

    #[inline(never)]
    fn step(&mut self, ask: Ask, a: u32, b: u32) -> u32 {
        if self.program.steps.len() >= STEPS {
            self.refused = Some(Refused::TooLarge);
        } else {
            self.program.steps.push(Step { ask, a, b });
        }
        self.program.steps.len() as u32 - 1
    }

    #[inline(never)]
    fn never(&mut self, problem: Problem, name: u32) -> u32 {
        self.program.problems.push((problem, name));
        self.step(Ask::Never, 0, 0)
    }

    /// The contrary of a step, if it is denied.
    fn unless(&mut self, denied: bool, step: u32) -> u32 {
        if denied { self.step(Ask::Not, step, 0) } else { step }
    }

    /// A step that asks several.
    #[inline(never)]
    fn several(&mut self, ask: Ask, steps: &[u32]) -> u32 {
        if let ([one], Ask::All | Ask::Any) = (steps, ask) {
            return *one;
        }
        let from = self.program.list.len() as u32;
        self.program.list.extend_from_slice(steps);
        if matches!(ask, Ask::All | Ask::Any) {
            // What is quick to ask is asked first: the answer is the same in any order, and one often settles it.
            let mut sorted = self.program.list.split_off(from as usize);
            sorted.arrange_by_key(|s| self.cost(*s));
            self.program.list.append(&mut sorted);
        }
        self.step(ask, from, self.program.list.len() as u32)
    }

    /// How long a step takes, roughly, beside one comparison.
    #[inline(never)]
    fn cost(&self, step: u32) -> u32 {
        let Some(s) = self.program.steps.get(step as usize) else { return 0 };
        match s.ask {
            Ask::Not | Ask::Size => self.cost(s.a),
            Ask::At => self.cost(s.b).saturating_add(1),
            Ask::In | Ask::InFolded | Ask::Version | Ask::IsFolded => 3,
            Ask::Element => self.cost(s.a).saturating_mul(4),
            Ask::All | Ask::Any | Ask::Each => {
                let parts = self.program.list.get(s.a as usize..s.b as usize).unwrap_or_default();
                parts.iter().fold(1, |sum: u32, part| sum.saturating_add(self.cost(*part)))
            }
            _ => 1,
        }
    }

    /// Every entry of an object: operators, or paths with their tests and groups of conditions. `attribute` is the one that all this lies in.
    #[inline(never)]
    fn object(&mut self, v: &Value<'d>, attribute: u32, operators: bool) -> u32 {
        self.depth += 1;
        if self.depth > DEPTH {
            self.refused = Some(Refused::TooLarge);
        }
        let mut steps = Vec::new();
        let mut inside = v.inside();
        let mut n = 0;
        while n < v.count && self.refused.is_none() {
            n += 1;
            let key = inside.word().unwrap_or(NONE);
            let place = self.place(&inside);
            let value = self.read(&mut inside);
            steps.push(if operators {
                self.operator(key, &value, place, attribute)
            } else {
                self.entry(key, &value, place, attribute)
            });
        }
        self.depth -= 1;
        self.several(Ask::All, &steps)
    }

    #[inline(never)]
    fn entry(&mut self, key: u32, value: &Value<'d>, place: u32, attribute: u32) -> u32 {
        let name = self.key(key);
        let (mut ask, denied, tag) = match name {
            b"$and" => (Ask::All, false, LIST),
            b"$or" => (Ask::Any, false, LIST),
            b"$nor" => (Ask::Any, true, LIST),
            b"$not" => (Ask::All, true, OBJECT),
            _ => {
                let first = self.path(key, name);
                let path = self.program.paths.len() as u32 - 1;
                let test = self.test(value, place, if attribute == NONE { first } else { attribute }, Ask::Is);
                return self.step(Ask::At, path, test);
            }
        };
        if value.tag != tag {
            return self.never(Problem::WrongOperand, key);
        }
        let mut steps = Vec::new();
        if tag == OBJECT {
            steps.push(self.object(value, attribute, false));
        }
        let mut inside = value.inside();
        while tag == LIST && (steps.len() as u32) < value.count && self.refused.is_none() {
            let inner = self.read(&mut inside);
            steps.push(if inner.tag == OBJECT {
                self.object(&inner, attribute, false)
            } else {
                self.never(Problem::WrongOperand, key)
            });
        }
        if steps.is_empty() {
            // GrowthBook's choice: one of nothing is true.
            ask = Ask::All;
        }
        let step = self.several(ask, &steps);
        self.unless(denied, step)
    }

    /// A path of the names between dots. Answers the key of the first.
    fn path(&mut self, key: u32, name: &'d [u8]) -> u32 {
        let from = self.program.segments.len() as u32;
        let at = self.program.keys.get(key as usize).map_or(0, |k| k.0);
        let (mut first, mut attribute) = (NONE, NONE);
        let mut start = 0;
        for n in 0..=name.len() {
            if name.get(n).is_some_and(|b| *b != b'.') {
                continue;
            }
            let segments = self.program.segments.len() as u32 - from;
            if segments == DEPTH {
                self.refused = Some(Refused::TooLarge);
                break;
            }
            let part = self.program.keys.len() as u32;
            self.program.keys.push((at + start as u32, at + n as u32));
            let attributes = self.program.attributes;
            let Some(name_of) = self.known(part) else { break };
            if segments == 0 && name_of.attribute == NONE {
                name_of.attribute = attributes;
            }
            let known = *name_of;
            if known.key != part {
                self.program.keys.pop();
            }
            if segments == 0 {
                (first, attribute) = (known.key, known.attribute);
                self.program.attributes = attributes.max(attribute.saturating_add(1));
            }
            self.program.segments.push(Segment { key: known.key, index: index(&name[start..n]) });
            start = n + 1;
        }
        self.program.paths.push(Path { attribute, from, to: self.program.segments.len() as u32 });
        first
    }

    /// The name of a key among those that are searched for; it is put there, if it is not yet.
    #[inline(never)]
    fn known(&mut self, key: u32) -> Option<&mut Name> {
        let names = &mut self.program.names;
        let found = place_of(key_of(self.document, &self.program.keys, key), names, self.document, &self.program.keys);
        if let (Err(place), true) = (found, names.len() < STEPS) {
            names.insert(place, Name { key, attribute: NONE });
        } else if found.is_err() {
            self.refused = Some(Refused::TooLarge);
        }
        let (Ok(place) | Err(place)) = found;
        names.get_mut(place)
    }

    /// What stands behind a path at `place`: operators, or a value to be equal to, which `ask` asks.
    #[inline(never)]
    fn test(&mut self, v: &Value<'d>, place: u32, attribute: u32, ask: Ask) -> u32 {
        if self.has_operators(v) {
            return self.object(v, attribute, true);
        }
        self.in_depth(v, DEPTH);
        self.step(ask, place, 0)
    }

    /// Goes through a value that is compared in depth: it has to be whole and of no more than so many levels, and its names are searched for.
    fn in_depth(&mut self, v: &Value<'d>, left: u32) {
        let mut inside = v.inside();
        let mut n = 0;
        while n < v.count && self.refused.is_none() {
            n += 1;
            if v.tag == OBJECT {
                let key = inside.word().unwrap_or(NONE);
                let same = (key, self.known(key).map_or(key, |known| known.key));
                if same.1 != key && !self.program.same.contains(&same) {
                    self.program.same.push(same);
                }
            }
            let inner = self.read(&mut inside);
            match left.checked_sub(1) {
                Some(left) => self.in_depth(&inner, left),
                None => self.refused = Some(Refused::TooLarge),
            }
        }
    }

    /// Whether an object has operators alone.
    #[inline(never)]
    fn has_operators(&self, v: &Value<'d>) -> bool {
        let mut inside = v.inside();
        for _ in 0..v.count {
            let operator = inside.word().is_some_and(|key| self.key(key).first() == Some(&b'$'));
            if v.tag != OBJECT || !operator || inside.skip().is_none() {
                return false;
            }
        }
        v.count > 0
    }

    #[inline(never)]
    fn operator(&mut self, key: u32, value: &Value<'d>, place: u32, attribute: u32) -> u32 {
        let name = self.key(key);
        let Some(&(_, ask, with)) = OPERATORS.iter().find(|o| o.0 == name) else {
            return self.never(Problem::UnknownOperator, key);
        };
        let takes = match ask {
            Ask::In if with & GROUP != 0 => TEXT,
            Ask::Type | Ask::Pattern => TEXT,
            Ask::In | Ask::InFolded | Ask::Each => LIST,
            Ask::Element => OBJECT,
            // A list or an object comes neither before nor after anything.
            Ask::Order if !value.is_scalar() => NOTHING,
            _ => value.tag,
        };
        if value.tag != takes {
            return self.never(Problem::WrongOperand, key);
        }
        let folded = with & FOLDED != 0;
        let mut denied = with & DENIED != 0;
        if folded && ask != Ask::Pattern || ask == Ask::InFolded {
            self.program.needs |= LOWER_CASE;
        }
        if ask == Ask::Version {
            self.program.needs |= WRITTEN_NUMBERS;
        }
        let step = match ask {
            Ask::Not | Ask::Size | Ask::Element => {
                let test = if ask == Ask::Element && !self.has_operators(value) {
                    self.object(value, attribute, false)
                } else {
                    self.test(value, place, attribute, Ask::Is)
                };
                self.step(ask, test, 0)
            }
            Ask::In | Ask::InFolded | Ask::Each => {
                let group = if with & GROUP != 0 { self.group(value.bytes, place) } else { *value };
                self.elements(ask, &group, attribute, folded)
            }
            Ask::Pattern => {
                let n = self.program.patterns.len();
                if n >= PATTERNS {
                    return self.never(Problem::TooManyPatterns, key);
                }
                self.program.patterns.push(Pattern { attribute, text: place, ignore_case: folded });
                self.step(ask, n as u32, 0)
            }
            _ => {
                denied |= ask == Ask::Exists && !value.is_truthy();
                self.step(ask, place, with & (LESS | EQUAL | GREATER))
            }
        };
        self.unless(denied, step)
    }

    /// The list of this name. Where there is none it has no members, so to be in none of it is true.
    fn group(&mut self, name: &[u8], place: u32) -> Value<'d> {
        let mut inside = self.groups.inside();
        let mut left = if self.groups.tag == OBJECT { self.groups.count } else { 0 };
        while left > 0 && !inside.rest.is_empty() {
            left -= 1;
            let key = inside.word().unwrap_or(NONE);
            let found = inside.value();
            if self.key(key) == name && found.tag == LIST {
                return found;
            }
        }
        self.program.problems.push((Problem::UnknownGroup, place));
        Value::bare(LIST, 0.0, 0)
    }

    /// What a list holds: a test of each, or a set of scalars, sorted, so that large groups cost little.
    fn elements(&mut self, ask: Ask, list: &Value<'d>, attribute: u32, folded: bool) -> u32 {
        let mut inside = list.inside();
        // All that are empty are the same, and stand nowhere.
        let first = if list.count > 0 { self.place(&inside) } else { 0 };
        if let Some(&(_, from, to)) = self.sets.iter().find(|s| s.0 == first) {
            return self.step(ask, from, to);
        }
        let mut places = Vec::new();
        let mut n = 0;
        while n < list.count && self.refused.is_none() {
            n += 1;
            let place = self.place(&inside);
            let value = self.read(&mut inside);
            if ask == Ask::Each {
                places.push(self.test(&value, place, attribute, if folded { Ask::IsFolded } else { Ask::Is }));
            } else if value.is_scalar() {
                places.push(place);
            }
        }
        let at = |place: u32| {
            let v = value_at(self.document, place);
            if ask == Ask::InFolded { v.folded() } else { v }
        };
        if ask != Ask::Each {
            places.arrange_by(|a, b| at(*a).rank(&at(*b)));
        }
        let from = self.program.list.len() as u32;
        self.sets.push((first, from, from + places.len() as u32));
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
