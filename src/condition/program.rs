//! A compiled condition, and how it is asked. Asking allocates nothing but the answer.

use super::value::{CONTEXT, Cursor, LIST, NOTHING, NULL, NUMBER, OBJECT, TEXT, TRUE, Value};
use super::version::{Padded, by_rank, rank};
use crate::codec::Malformed;
use crate::list::Gather;
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
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Path {
    pub(super) attribute: u32,
    /// Of the segments.
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A name that a batch is searched for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub(super) key: u32,
    /// Its slot, where it is an attribute that is asked for; else [`NONE`].
    pub(super) attribute: u32,
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
    /// The names that a batch is searched for, sorted: those in paths and in values that are compared in depth.
    pub(super) names: Vec<Name>,
    /// Keys that read as one of the names does: theirs and its.
    pub(super) same: Vec<(u32, u32)>,
    /// Attributes that are asked for.
    pub(super) attributes: u32,
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
        self.patterns.iter().map(|p| (self.key(p.attribute), self.constant(p.text).bytes, p.ignore_case))
    }

    /// What was wrong with parts of it, with the operator or the group.
    pub fn problems(&self) -> impl ExactSizeIterator<Item = (Problem, &[u8])> {
        self.problems.iter().map(|(what, name)| {
            // A group is named by a constant, an operator by a key.
            (*what, if *what == Problem::UnknownGroup { self.constant(*name).bytes } else { self.key(*name) })
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
        let missing = at.word()?;
        let contexts = at.word()?;
        let mut values = Cursor { rest: at.bytes()? };
        // The numbers of keys are the batch's own; here is what they are to this condition.
        let mut names = Vec::new();
        names.resize(self.keys.len(), NONE);
        let mut slots = Vec::new();
        for n in 0..at.word()? {
            let name = at.bytes()?;
            let known = place_of(name, &self.names, &self.document, &self.keys).ok().and_then(|p| self.names.get(p));
            let known = known.copied().unwrap_or(Name { key: NONE, attribute: NONE });
            if let Some(slot) = names.get_mut(known.key as usize) {
                *slot = n;
            }
            slots.push(known.attribute);
        }
        for (key, known) in &self.same {
            let n = names.get(*known as usize).copied().unwrap_or(NONE);
            if let Some(slot) = names.get_mut(*key as usize) {
                *slot = n;
            }
        }
        let has_constant =
            |s: &Step| matches!(s.ask, Ask::Is | Ask::IsFolded | Ask::Equal | Ask::Order | Ask::Version | Ask::Type);
        let constants = self.steps.iter().map(|s| self.constant(if has_constant(s) { s.a } else { NONE })).gather();
        // Members of small sets too; the steps among them are no values, and nobody asks.
        let few = if self.list.len() <= MOST_READ { &self.list[..] } else { &[] };
        let members = few.iter().map(|at| self.constant(*at)).gather();
        let mut ranks = Vec::new();
        for (step, c) in self.steps.iter().zip(&constants) {
            ranks.push(if step.ask == Ask::Version { rank(version(c)) } else { 0 });
        }
        let mut asked = Asked { program: self, names: &names, missing, constants, ranks, members, slots: Vec::new() };
        asked.slots.resize(self.attributes as usize, &[][..]);
        let all = Value::bare(CONTEXT, f64::NAN, missing);
        for _ in 0..contexts {
            asked.slots.fill(&[]);
            let (mut entries, count) = values.object()?;
            let mut wanted = self.attributes;
            for _ in 0..count {
                let key = entries.u32()?;
                let value = entries.skip_quickly()?;
                if let Some(slot) = slots.get(key as usize).and_then(|s| asked.slots.get_mut(*s as usize)) {
                    *slot = value;
                    wanted -= 1;
                    if wanted == 0 {
                        break;
                    }
                }
            }
            answer(asked.step(self.first, &all));
        }
        values.rest.is_empty().then_some(())
    }

    fn key(&self, n: u32) -> &[u8] {
        key_of(&self.document, &self.keys, n)
    }

    fn constant(&self, at: u32) -> Value<'_> {
        value_at(&self.document, at)
    }
}

/// The text of a key.
#[inline(never)]
pub(super) fn key_of<'d>(document: &'d [u8], keys: &[(u32, u32)], n: u32) -> &'d [u8] {
    let (from, to) = keys.get(n as usize).copied().unwrap_or_default();
    document.get(from as usize..to as usize).unwrap_or_default()
}

/// Where a name stands among those that are searched for, or would stand.
#[inline(never)]
pub(super) fn place_of(name: &[u8], names: &[Name], document: &[u8], keys: &[(u32, u32)]) -> Result<usize, usize> {
    names.binary_search_by(|n| key_of(document, keys, n.key).cmp(name))
}

#[inline(never)]
pub(super) fn value_at(document: &[u8], at: u32) -> Value<'_> {
    let rest = document.get(at as usize..).unwrap_or_default();
    Cursor { rest }.value()
}

/// A condition that is asked of the context whose attributes are in the slots.
struct Asked<'p, 'b> {
    program: &'p Program,
    /// The batch's number of each key.
    names: &'p [u32],
    /// The host's answers to the patterns for what is not there.
    missing: u32,
    /// The constant of each step that has one, so that it is read once a batch.
    constants: Vec<Value<'p>>,
    /// The ranks of those that are versions.
    ranks: Vec<u64>,
    /// The members of its sets by their places in its list, where those are few; else they are read each time.
    members: Vec<Value<'p>>,
    slots: Vec<&'b [u8]>,
}

/// Members of sets, and steps, that are read once a batch.
const MOST_READ: usize = 256;

impl Asked<'_, '_> {
    #[inline(always)]
    fn among(&self, step: &Step) -> &[u32] {
        self.program.list.get(step.a as usize..step.b as usize).unwrap_or_default()
    }

    #[inline(never)]
    fn step(&self, n: u32, v: &Value<'_>) -> bool {
        // The compiler numbers steps from below, so this always ends: a step asks only earlier ones.
        // By reference, since wasm copies more than eight bytes by a call.
        let Some(step) = self.program.steps.get(n as usize) else { return false };
        let Some(c) = self.constants.get(n as usize) else { return false };
        match step.ask {
            Ask::All | Ask::Any => {
                let any = step.ask == Ask::Any;
                for s in self.among(step) {
                    if self.step(*s, v) == any {
                        return any;
                    }
                }
                !any
            }
            Ask::Not => !self.step(step.a, v),
            Ask::At => {
                let mut found = Value::bare(NULL, 0.0, self.missing);
                self.find(step.a, v, &mut found);
                self.step(step.b, &found)
            }
            Ask::Is => self.is(c, v),
            Ask::IsFolded => self.is(&c.folded(), &v.folded()),
            Ask::Equal => c.is_same(v),
            Ask::Order | Ask::Version => {
                let order = if step.ask == Ask::Version {
                    let mine = self.ranks.get(n as usize).copied().unwrap_or(0);
                    let v = version(v);
                    by_rank(rank(v), mine).or_else(|| Some(by_units(Padded::of(v), Padded::of(version(c)))))
                } else if v.tag == TEXT && c.tag == TEXT {
                    Some(by_units(Padded::plain(v.bytes), Padded::plain(c.bytes)))
                } else {
                    v.number.partial_cmp(&c.number)
                };
                order.is_some_and(|o| 1 << (o as i8 + 1) & step.b != 0)
            }
            Ask::Exists => v.tag != NULL,
            Ask::Type => c.bytes == kind(v.tag).as_bytes(),
            Ask::In | Ask::InFolded => v.tag != LIST && self.is_in(step, v) || has(v, &|e| self.is_in(step, e)),
            Ask::Size => v.tag == LIST && self.step(step.a, &Value::bare(NUMBER, f64::from(v.count), 0)),
            // What JavaScript takes for false is passed over, as GrowthBook's own SDK does.
            Ask::Element => has(v, &|e| e.is_truthy() && self.step(step.a, e)),
            Ask::Each => v.tag == LIST && self.among(step).iter().all(|s| has(v, &|e| self.step(*s, e))),
            Ask::Pattern => v.matched >> step.a & 1 != 0,
            Ask::Never => false,
        }
    }

    fn is_in(&self, step: &Step, v: &Value<'_>) -> bool {
        let folded = step.ask == Ask::InFolded;
        if folded && v.has_lower() {
            // Once: a text in lower case has no other.
            return self.is_in(step, &v.folded());
        }
        if !v.is_scalar() {
            return false;
        }
        let set = self.among(step);
        if let Some(members) = self.members.get(step.a as usize..step.b as usize).filter(|_| !folded && set.len() < 8) {
            // Few are compared one by one sooner than searched.
            for c in members {
                if c.is_same(v) {
                    return true;
                }
            }
            return false;
        }
        let place = |c: &u32| {
            let c = self.program.constant(*c);
            if folded { c.folded() } else { c }.rank(v)
        };
        set.binary_search_by(place).is_ok()
    }

    /// Reads the value at a path; what is not there is null. Values are read in place, since copying one takes longer than reading it.
    fn find<'v>(&'v self, path: u32, scope: &Value<'v>, found: &mut Value<'v>) {
        let Some(path) = self.program.paths.get(path as usize) else { return };
        let mut segments = self.program.segments.get(path.from as usize..path.to as usize).unwrap_or_default();
        if scope.tag == CONTEXT {
            let mut here = Cursor { rest: self.slots.get(path.attribute as usize).copied().unwrap_or_default() };
            segments = segments.get(1..).unwrap_or_default();
            // Most of what is gone through are objects, and those need not be read.
            while let Some((segment, further)) = segments.split_first()
                && let Some((mut inside, count)) = here.object()
            {
                here.rest = self.member(&mut inside, count, segment.key).map_or(&[], |()| inside.rest);
                segments = further;
            }
            here.read(found);
        } else {
            *found = *scope;
        }
        for segment in segments {
            self.go_in(found, *segment);
        }
        if matches!(found.tag, NULL | NOTHING) {
            found.tag = NULL;
            found.number = 0.0;
            found.matched = self.missing;
        }
    }

    /// From an object or a list to what a name is in it.
    #[inline(never)]
    fn go_in(&self, v: &mut Value<'_>, segment: Segment) {
        let (tag, count) = (v.tag, v.count);
        let mut inside = v.inside();
        let here = match tag {
            OBJECT => self.member(&mut inside, count, segment.key),
            LIST if segment.index < count => (0..segment.index).try_for_each(|_| inside.skip().map(|_| ())),
            _ => None,
        };
        if here.is_none() {
            inside.rest = &[];
        }
        inside.read(v);
        if tag == LIST && segment.index == LENGTH {
            (v.tag, v.number) = (NUMBER, f64::from(count));
        }
    }

    /// Goes to the value of a key.
    fn member(&self, inside: &mut Cursor<'_>, count: u32, key: u32) -> Option<()> {
        let name = *self.names.get(key as usize)?;
        for _ in 0..count {
            if inside.u32()? == name {
                return Some(());
            }
            inside.skip_quickly()?;
        }
        None
    }

    /// GrowthBook's implicit equality. Texts, numbers and booleans are turned into what the condition has, lists and objects are compared in depth.
    fn is(&self, c: &Value<'_>, v: &Value<'_>) -> bool {
        match c.tag {
            TEXT if v.tag == NUMBER => c.exact && c.number == v.number,
            TEXT if v.tag == NULL => c.bytes == b"null",
            TEXT if v.tag == TRUE => c.bytes == if v.number == 0.0 { &b"false"[..] } else { b"true" },
            NUMBER => c.number == v.number,
            TRUE => v.tag != NULL && v.is_truthy() == (c.number != 0.0),
            _ => self.alike(c, v).unwrap_or(false),
        }
    }

    /// The same in depth, whatever the order of keys. Goes as deep as the constant, which the compiler bounded.
    fn alike(&self, c: &Value<'_>, v: &Value<'_>) -> Option<bool> {
        if c.is_scalar() || c.tag != v.tag || c.count != v.count {
            return Some(c.is_same(v));
        }
        let (mut mine, mut other) = (c.inside(), v.inside());
        for _ in 0..c.count {
            let key = if c.tag == OBJECT { mine.u32()? } else { 0 };
            let one = mine.value();
            let mut two = *v;
            if c.tag == OBJECT {
                self.go_in(&mut two, Segment { key, index: NONE });
            } else {
                other.read(&mut two);
            }
            if !self.alike(&one, &two)? {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Whether a list has an element that a question is true of.
#[inline(never)]
fn has(v: &Value<'_>, question: &dyn Fn(&Value<'_>) -> bool) -> bool {
    let mut inside = v.inside();
    let mut element = Value::bare(NOTHING, f64::NAN, 0);
    for _ in 0..if v.tag == LIST { v.count } else { 0 } {
        inside.read(&mut element);
        if element.tag == NOTHING {
            break;
        }
        if question(&element) {
            return true;
        }
    }
    false
}

/// The order of two UTF-8 texts by UTF-16 units: characters of four bytes come before those from U+E000 on.
#[inline(never)]
fn by_units(mut a: Padded<'_>, mut b: Padded<'_>) -> Ordering {
    let place = |b: u8| if matches!(b, 0xEE | 0xEF) { b + 16 } else { b };
    loop {
        let (a, b) = (a.next().map(place), b.next().map(place));
        if a != b || a.is_none() {
            return a.cmp(&b);
        }
    }
}

/// What compares as a version.
fn version<'a>(v: &Value<'a>) -> &'a [u8] {
    if matches!(v.tag, NUMBER | TEXT) { v.bytes } else { &[] }
}

fn kind(tag: u8) -> &'static str {
    match tag {
        NULL => "null",
        TRUE => "boolean",
        NUMBER => "number",
        TEXT => "string",
        LIST => "array",
        _ => "object",
    }
}
