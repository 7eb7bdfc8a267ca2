//! The three files of a draw as JSON, read strictly; and the whole check. The device's reading of them is `pkg-template/src/draws.js`.

use super::check::{Got, Own, Receipt, check, instant};
use super::hash::{Hash, answer_of, hash};
use super::{Entry, Line, MILLION, Outcome, Terms};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use serde_json::Value;

/// Prizes that a draw gives at most.
pub const MOST_GIVEN: u64 = 10_000;
const MOST_PRIZES: usize = 100;
const MOST_QUESTIONS: usize = 50;
const LEAST_TICKET: usize = 16;
/// The highest time, as a device's clock has it.
const LAST: f64 = 8.64e15;

/// What is wrong, with its place.
type Told<T> = Result<T, String>;

/// What kind of a draw it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Prizes are drawn from the entries.
    Lottery,
    /// Each ticket has its outcome.
    Instant,
    /// Questions with right answers.
    Quiz,
    /// Options that are counted.
    Vote,
}

/// A question of a quiz.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// Ids of its options.
    pub options: Vec<String>,
    /// To the right one.
    pub commitment: Hash,
}

/// An announcement.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// The shop and the draw.
    pub of: (String, String),
    /// What kind.
    pub kind: Kind,
    /// Entries are taken from here on.
    pub opens: f64,
    /// And until here.
    pub closes: f64,
    /// What is reckoned with.
    pub terms: Terms,
    /// Ids of the prizes.
    pub prizes: Vec<String>,
    /// Of a quiz.
    pub questions: Vec<Question>,
    /// Ids of the options of a vote.
    pub options: Vec<String>,
    /// The file.
    pub file: Value,
}

impl Announcement {
    /// Reads the file, without envelope.
    ///
    /// # Errors
    ///
    /// What is wrong, with its place.
    pub fn read(bytes: &[u8]) -> Told<Announcement> {
        let v = object(bytes, "draw")?;
        let kind = match text(&v, "kind")?.as_str() {
            "lottery" => Kind::Lottery,
            "instant" => Kind::Instant,
            "quiz" => Kind::Quiz,
            "vote" => Kind::Vote,
            other => return Err(format!("kind {other:?} is none of lottery, instant, quiz, vote")),
        };
        let (opens, closes) = (time(&v, "opens")?, time(&v, "closes")?);
        ensure(opens < closes, "closes has to be behind opens")?;
        let amount = if kind == Kind::Instant { "odds" } else { "count" };
        let most = if kind == Kind::Instant { u64::from(MILLION) } else { MOST_GIVEN };
        let given = items(&v, "prizes", 0, MOST_PRIZES)?;
        let prizes = named(&given, "prizes")?;
        let counts = given.iter().map(|p| whole(p, amount, 1, most)).collect::<Told<Vec<u64>>>()?;
        ensure(counts.iter().sum::<u64>() <= most, &format!("prizes: more than {most} in all"))?;
        let needs = matches!(kind, Kind::Lottery | Kind::Instant);
        ensure(!(needs && prizes.is_empty()), "prizes: there are none")?;
        let limit = |name: &str| if v.get(name).is_none() { Ok(0) } else { whole(&v, name, 0, u64::from(u32::MAX)) };
        let (entries, wins) = (limit("entries_per_person")?, limit("wins_per_person")?);
        let beacon = v.get("beacon").is_some();
        if beacon {
            text(&v, "beacon")?;
        }
        ensure(
            kind != Kind::Instant || (entries == 0 && wins == 0 && !beacon),
            "an instant draw has no limits and no beacon",
        )?;
        let asked = if kind == Kind::Quiz { items(&v, "questions", 1, MOST_QUESTIONS)? } else { Vec::new() };
        let ids = named(&asked, "questions")?;
        let questions = asked.iter().zip(ids).map(|(q, id)| {
            let options = named(&items(q, "options", 2, 20)?, "options")?;
            Ok(Question { id, options, commitment: digest(q, "commitment")? })
        });
        let questions = questions.collect::<Told<Vec<_>>>()?;
        let options = if kind == Kind::Vote { named(&items(&v, "options", 2, 20)?, "options")? } else { Vec::new() };
        let terms = Terms {
            announcement: hash(&[bytes]),
            commitment: digest(&v, "commitment")?,
            beacon,
            prizes: counts.iter().map(|c| *c as u32).collect(),
            entries_per_person: entries as u32,
            wins_per_person: wins as u32,
            options: options.len() as u16,
        };
        let of = (text(&v, "shop")?, text(&v, "id")?);
        Ok(Announcement { of, kind, opens, closes, terms, prizes, questions, options, file: v })
    }

    /// Whether there is a list of entries.
    pub fn has_entries(&self) -> bool {
        self.kind != Kind::Instant && (!self.prizes.is_empty() || self.kind == Kind::Vote)
    }
}

/// What the device or an auditor has in hand.
#[derive(Debug, Clone, Default)]
pub struct Given<'a> {
    /// The result, without envelope.
    pub result: &'a [u8],
    /// When it was signed.
    pub issued: Option<f64>,
    /// The closing, without envelope.
    pub closing: Option<&'a [u8]>,
    /// The published list.
    pub list: Option<&'a str>,
    /// One's own ticket.
    pub ticket: Option<&'a str>,
    /// What the shop's server handed out for it.
    pub receipt: Option<Value>,
    /// The hash of the announcement that was seen first.
    pub announcement: Option<&'a str>,
    /// What an instant ticket was told: a prize's id, or null.
    pub told: Option<Value>,
    /// Own answers to the questions, by id.
    pub answers: Option<Value>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the ticket got.
    pub got: Got,
    /// Own answers that are right.
    pub right: Option<usize>,
}

/// Checks a result, as `check()` of `nearshelf/draws` does.
///
/// # Errors
///
/// The `why` of the manual's table.
pub fn verify(a: &Announcement, given: &Given<'_>) -> Result<Verdict, &'static str> {
    const BAD: &str = "bad_file";
    let result = object(given.result, "result").map_err(|_| BAD)?;
    let closing = given.closing.map(|c| object(c, "closed")).transpose().map_err(|_| BAD)?;
    for file in [Some(&result), closing.as_ref()].into_iter().flatten() {
        let of = (text(file, "shop").map_err(|_| BAD)?, text(file, "id").map_err(|_| BAD)?);
        sure(of == a.of, "other_draw")?;
        sure(digest(file, "announcement").map_err(|_| BAD)? == a.terms.announcement, "announcement_changed")?;
    }
    sure(given.announcement.is_none_or(|h| unhex(h) == Some(a.terms.announcement)), "announcement_changed")?;
    sure(given.issued.is_none_or(|at| at >= a.closes), "early")?;
    let own = own(given).map_err(|_| BAD)?;
    if a.kind == Kind::Instant {
        let seed = digest(&result, "seed").map_err(|_| BAD)?;
        let won = instant(&a.terms, &seed, own.as_ref().map_or("", |o| o.ticket)).map_err(|why| why.code())?;
        if own.is_none() {
            return Ok(Verdict { got: Got::NoTicket, right: None });
        }
        let prize = won.and_then(|i| a.prizes.get(usize::from(i)));
        sure(given.told.as_ref().is_none_or(|told| told.as_str() == prize.map(String::as_str)), "told")?;
        return Ok(Verdict { got: won.map_or(Got::NotWon, Got::Won), right: None });
    }
    let outcome = outcome(a, &result).map_err(|_| BAD)?;
    let list = given.list.map(list).transpose().map_err(|_| BAD)?;
    if let Some(closing) = &closing {
        let entries = entries(a, closing).map_err(|_| BAD)?;
        sure(entries == (outcome.count, outcome.root), "closing")?;
    }
    let got = check(&a.terms, &outcome, list.as_deref(), own.as_ref()).map_err(|why| why.code())?;
    let right = answers(a, &result, given.answers.as_ref())?;
    Ok(Verdict { got, right })
}

fn sure(holds: bool, why: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(why) }
}

fn own<'a>(given: &Given<'a>) -> Told<Option<Own<'a>>> {
    let Some(ticket) = given.ticket else { return Ok(None) };
    let receipt = match &given.receipt {
        None => None,
        Some(r) => Some(Receipt {
            at: whole(r, "at", 0, u64::from(u32::MAX))? as u32,
            person: digest(r, "person")?,
            choice: whole(r, "choice", 0, 20)? as u16,
            path: items(r, "path", 0, 32)?
                .iter()
                .map(|h| h.as_str().and_then(unhex).ok_or_else(|| "path".to_string()))
                .collect::<Told<_>>()?,
        }),
    };
    Ok(Some(Own { ticket, receipt }))
}

fn entries(a: &Announcement, v: &Value) -> Told<(u32, Hash)> {
    if !a.has_entries() {
        return Ok((0, Hash::default()));
    }
    Ok((whole(v, "count", 0, u64::from(u32::MAX))? as u32, digest(v, "root")?))
}

fn outcome<'a>(a: &Announcement, v: &'a Value) -> Told<Outcome<'a>> {
    let (count, root) = entries(a, v)?;
    let beacon = match v.get("beacon") {
        None => "",
        Some(text) => text.as_str().ok_or("beacon")?,
    };
    let lines = if a.prizes.is_empty() { Vec::new() } else { items(v, "drawn", 0, super::MOST_LINES)? };
    let drawn = lines.iter().map(|l| {
        let entry = Entry {
            person: digest(l, "person")?,
            ticket: digest(l, "ticket")?,
            choice: whole(l, "choice", 0, 20)? as u16,
        };
        let prize = match l.get("prize").ok_or("prize")? {
            Value::Null => None,
            prize => Some(a.prizes.iter().position(|p| Some(p.as_str()) == prize.as_str()).ok_or("prize")? as u8),
        };
        Ok(Line { at: whole(l, "at", 0, u64::from(u32::MAX))? as u32, entry, prize })
    });
    let drawn = drawn.collect::<Told<Vec<_>>>()?;
    let votes = if a.kind == Kind::Vote { items(v, "votes", 0, 20)? } else { Vec::new() };
    let votes = votes.iter().map(|n| number(n, 0, u64::from(u32::MAX)).map(|n| n as u32).ok_or("votes".to_string()));
    Ok(Outcome { seed: digest(v, "seed")?, beacon, count, root, drawn, votes: votes.collect::<Told<_>>()? })
}

fn answers(a: &Announcement, v: &Value, own: Option<&Value>) -> Result<Option<usize>, &'static str> {
    let mut right = 0;
    for q in &a.questions {
        let said = v["answers"].as_array().into_iter().flatten().find(|x| x["question"].as_str() == Some(&q.id));
        let said = said.ok_or("answers")?;
        let option = said["option"].as_str().filter(|o| q.options.iter().any(|id| id == o)).ok_or("answers")?;
        let salt = said["salt"].as_str().and_then(unhex).ok_or("answers")?;
        sure(answer_of(&salt, &q.id, option) == q.commitment, "answers")?;
        right += usize::from(own.is_some_and(|own| own[&q.id].as_str() == Some(option)));
    }
    Ok(own.filter(|_| a.kind == Kind::Quiz).map(|_| right))
}

/// The published list: a line `person ticket choice` for each entry.
///
/// # Errors
///
/// What is wrong.
pub fn list(text: &str) -> Told<Vec<Entry>> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let (person, ticket, choice, end) = (words.next()?, words.next()?, words.next()?, words.next());
        let choice = choice.parse().ok().filter(|n: &u16| n.to_string() == choice)?;
        end.is_none().then_some(Entry { person: unhex(person)?, ticket: unhex(ticket)?, choice })
    };
    let mut lines = text.split('\n').collect::<Vec<_>>();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    lines.iter().enumerate().map(|(i, l)| line(l).ok_or_else(|| format!("line {}: it is no entry", i + 1))).collect()
}

/// A file of one of the formats.
pub(super) fn object(bytes: &[u8], format: &str) -> Told<Value> {
    let v: Value = serde_json::from_slice(bytes).map_err(|e| format!("it is no JSON: {e}"))?;
    ensure(v.is_object(), "it is no JSON object")?;
    ensure(v[format].as_f64() == Some(1.0), &format!("it has no \"{format}\": 1"))?;
    Ok(v)
}

pub(super) fn ensure(holds: bool, what: &str) -> Told<()> {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// A text that is not empty, without zero bytes.
pub(super) fn text(v: &Value, name: &str) -> Told<String> {
    let text = v[name].as_str().filter(|t| !t.is_empty() && !t.contains('\0'));
    text.map(String::from).ok_or_else(|| format!("{name} is no text"))
}

fn number(v: &Value, least: u64, most: u64) -> Option<u64> {
    let n = v.as_f64()?;
    (n >= least as f64 && n <= most as f64 && n as u64 as f64 == n).then_some(n as u64)
}

fn whole(v: &Value, name: &str, least: u64, most: u64) -> Told<u64> {
    number(&v[name], least, most).ok_or_else(|| format!("{name} is no whole number from {least} to {most}"))
}

fn time(v: &Value, name: &str) -> Told<f64> {
    v[name].as_f64().filter(|t| (0.0..=LAST).contains(t)).ok_or_else(|| format!("{name} is no time in milliseconds"))
}

pub(super) fn digest(v: &Value, name: &str) -> Told<Hash> {
    v[name].as_str().and_then(unhex).ok_or_else(|| format!("{name} is no hash of 64 lower-case hexadecimal digits"))
}

/// A list of `least` to `most`; a missing one is empty.
fn items(v: &Value, name: &str, least: usize, most: usize) -> Told<Vec<Value>> {
    let list = match &v[name] {
        Value::Null => vec![],
        Value::Array(list) => list.clone(),
        _ => return Err(format!("{name} is no list")),
    };
    ensure((least..=most).contains(&list.len()), &format!("{name} has to have {least} to {most}"))?;
    Ok(list)
}

/// Ids, each once.
fn named(list: &[Value], name: &str) -> Told<Vec<String>> {
    let ids = list.iter().map(|v| text(v, "id").map_err(|e| format!("{name}: {e}"))).collect::<Told<Vec<_>>>()?;
    let twice = ids.iter().enumerate().find(|(i, id)| ids[..*i].contains(id));
    match twice {
        Some((_, id)) => Err(format!("{name}: {id} is there twice")),
        None => Ok(ids),
    }
}

/// A ticket that nobody can guess.
pub(super) fn ticket(text: &str) -> Told<&str> {
    ensure(text.chars().count() >= LEAST_TICKET, &format!("ticket {text:?} has fewer than {LEAST_TICKET} characters"))?;
    Ok(text)
}

/// 64 lower-case hexadecimal digits.
pub(super) fn unhex(text: &str) -> Option<Hash> {
    let digit = |b: &u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut hash = Hash::default();
    if text.len() != 64 {
        return None;
    }
    for (byte, two) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = digit(two.first()?)? << 4 | digit(two.last()?)?;
    }
    Some(hash)
}

/// As hexadecimal digits.
pub fn hex(hash: &Hash) -> String {
    hash.iter().map(|b| format!("{b:02x}")).collect()
}
