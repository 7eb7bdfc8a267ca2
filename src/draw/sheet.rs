//! Writes the files of a draw: what the shop does on its server, by the command line or in Node.

use super::hash::{Hash, answer_of, commitment_of, hash};
use super::json::{Announcement, Kind, digest, ensure, hex, object, text, ticket};
use super::{Entry, MOST_LINES, instant, list, outcome};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use serde_json::{Map, Value, json};

type Told<T> = Result<T, String>;

/// What a draw came to.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// The result.
    pub result: Value,
    /// The list to publish.
    pub list: String,
    /// A line of JSON for each ticket.
    pub receipts: String,
}

/// The announcement and the secret, out of what the shop wrote. Times are milliseconds here. Seed and salt are random bytes that nobody else has.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn announce(wish: &Value, seed: Hash, salt: Hash) -> Told<(Value, Value)> {
    let wish = wish.as_object().ok_or("it is no JSON object")?;
    let mut file = Map::new();
    file.insert("draw".into(), 1.into());
    file.extend(wish.iter().filter(|(k, _)| *k != "draw" && *k != "commitment").map(|(k, v)| (k.clone(), v.clone())));
    file.insert("commitment".into(), hex(&commitment_of(&seed)).into());
    let mut right = Map::new();
    if let Some(questions) = file.get_mut("questions").and_then(Value::as_array_mut) {
        for (i, q) in questions.iter_mut().enumerate() {
            let at = |what: String| format!("questions[{i}]: {what}");
            let (id, answer) = (text(q, "id").map_err(at)?, text(q, "answer").map_err(at)?);
            let known = q["options"].as_array().into_iter().flatten().any(|o| o["id"].as_str() == Some(&answer));
            ensure(known, &at(format!("answer {answer:?} is none of its options")))?;
            let fields = q.as_object_mut().ok_or_else(|| at("it is no object".into()))?;
            fields.remove("answer");
            fields.insert("commitment".into(), hex(&answer_of(&salt_of(&salt, &id), &id, &answer)).into());
            right.insert(id, answer.into());
        }
    }
    let file = Value::Object(file);
    let read = Announcement::read(file.to_string().as_bytes())?;
    let secret = json!({
        "secret": 1, "shop": read.of.0, "id": read.of.1, "seed": hex(&seed), "salt": hex(&salt), "answers": right
    });
    Ok((file, secret))
}

/// A question's salt: revealing it reveals neither the others nor the salt of persons.
fn salt_of(salt: &Hash, question: &str) -> Hash {
    hash(&[b"nearshelf draw question 1\0", salt, question.as_bytes()])
}

/// Seed and salt of an announcement.
fn secret_of(a: &Announcement, secret: &Value) -> Told<(Hash, Hash)> {
    object(secret.to_string().as_bytes(), "secret")?;
    let of = (text(secret, "shop")?, text(secret, "id")?);
    ensure(of == a.of, &format!("the secret is that of {} of {}", of.1, of.0))?;
    let (seed, salt) = (digest(secret, "seed")?, digest(secret, "salt")?);
    ensure(commitment_of(&seed) == a.terms.commitment, "the secret's seed is not the one that was announced")?;
    Ok((seed, salt))
}

/// The list, and the tickets as they were noted.
fn entries<'a>(a: &Announcement, salt: &Hash, noted: &'a Value) -> Told<(Vec<Entry>, Vec<&'a str>)> {
    let noted = noted.as_array().ok_or("the entries are no list")?;
    ensure(noted.len() < u32::MAX as usize, "there are too many entries")?;
    let mut all = Vec::new();
    for (i, e) in noted.iter().enumerate() {
        let at = |what: String| format!("entries[{i}]: {what}");
        let person = e["person"].as_str().filter(|p| !p.is_empty()).ok_or_else(|| at("person is no text".into()))?;
        let ticket =
            e["ticket"].as_str().ok_or_else(|| at("ticket is no text".into())).and_then(|t| ticket(t).map_err(at))?;
        let choice = match (&e["choice"], a.kind) {
            (Value::Null, Kind::Lottery | Kind::Quiz | Kind::Instant) => 0,
            (choice, Kind::Vote) => {
                let place = a.options.iter().position(|o| Some(o.as_str()) == choice.as_str());
                place.ok_or_else(|| at(format!("choice {choice} is none of the options")))? as u16 + 1
            }
            _ => return Err(at("there is nothing to choose".into())),
        };
        all.push((person, ticket, choice));
    }
    let sorted = list(salt, all.iter().copied());
    let mut tickets: Vec<&str> = all.iter().map(|(_, t, _)| *t).collect();
    tickets.sort_unstable();
    if let Some(two) = tickets.windows(2).find(|two| two[0] == two[1]) {
        return Err(format!("ticket {:?} is there twice", two[0]));
    }
    let limit = a.terms.entries_per_person as usize;
    if limit > 0 && sorted.windows(limit + 1).any(|w| w[0].person == w[limit].person) {
        let mut persons: Vec<&str> = all.iter().map(|(p, ..)| *p).collect();
        persons.sort_unstable();
        let whose = persons.windows(limit + 1).find(|w| w[0] == w[limit]).map_or("", |w| w[0]);
        return Err(format!("person {whose:?} has more than {limit} entries"));
    }
    Ok((sorted, all.iter().map(|(_, t, _)| *t).collect()))
}

fn sheet(a: &Announcement, format: &str) -> Map<String, Value> {
    let mut file = Map::new();
    file.insert(format.into(), 1.into());
    file.insert("shop".into(), a.of.0.as_str().into());
    file.insert("id".into(), a.of.1.as_str().into());
    file.insert("announcement".into(), hex(&a.terms.announcement).into());
    file
}

/// The closing.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn close(a: &Announcement, secret: &Value, noted: &Value) -> Told<Value> {
    ensure(a.has_entries(), "this draw has no entries to close")?;
    let (seed, salt) = secret_of(a, secret)?;
    let (list, _) = entries(a, &salt, noted)?;
    // The root does not depend on what is drawn.
    let o =
        outcome(&super::Terms { prizes: vec![], ..a.terms.clone() }, seed, "", &list).ok_or("there is no outcome")?;
    let mut file = sheet(a, "closed");
    file.insert("count".into(), o.count.into());
    file.insert("root".into(), hex(&o.root).into());
    Ok(Value::Object(file))
}

/// Draws and counts.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn draw(a: &Announcement, secret: &Value, noted: &Value, beacon: &str) -> Told<Drawn> {
    let (seed, salt) = secret_of(a, secret)?;
    ensure(
        a.terms.beacon != beacon.is_empty(),
        match a.terms.beacon {
            true => "a beacon was announced: what did it say?",
            false => "no beacon was announced",
        },
    )?;
    let mut file = sheet(a, "result");
    file.insert("seed".into(), hex(&seed).into());
    if a.terms.beacon {
        file.insert("beacon".into(), beacon.into());
    }
    let (mut lines, mut receipts) = (String::new(), String::new());
    if a.has_entries() {
        let (list, tickets) = entries(a, &salt, noted)?;
        let o = outcome(&a.terms, seed, beacon, &list)
            .ok_or_else(|| format!("more than {MOST_LINES} places are drawn: wins_per_person passes too many over"))?;
        file.insert("count".into(), o.count.into());
        file.insert("root".into(), hex(&o.root).into());
        if !a.prizes.is_empty() {
            let drawn = o.drawn.iter().map(|l| {
                let prize = l.prize.and_then(|p| a.prizes.get(usize::from(p)));
                json!({ "at": l.at, "person": hex(&l.entry.person), "ticket": hex(&l.entry.ticket), "choice": l.entry.choice, "prize": prize })
            });
            file.insert("drawn".into(), drawn.collect());
        }
        if a.kind == Kind::Vote {
            file.insert("votes".into(), o.votes.into());
        }
        for e in &list {
            lines.push_str(&format!("{} {} {}\n", hex(&e.person), hex(&e.ticket), e.choice));
        }
        let mut tickets: Vec<(Hash, &str)> = tickets.iter().map(|t| (super::ticket_of(t), *t)).collect();
        tickets.sort_unstable();
        for (at, path) in super::tree::paths(&list).into_iter().enumerate() {
            let Some(e) = list.get(at) else { break };
            let text = tickets.binary_search_by(|(h, _)| h.cmp(&e.ticket)).ok().and_then(|i| tickets.get(i));
            let path: Vec<String> = path.iter().map(hex).collect();
            let line = json!({ "ticket": text.map(|(_, t)| *t), "at": at, "person": hex(&e.person), "choice": e.choice, "path": path });
            receipts.push_str(&line.to_string());
            receipts.push('\n');
        }
    }
    if a.kind == Kind::Quiz {
        let answers = a.questions.iter().map(|q| {
            let option = secret["answers"][&q.id].as_str().unwrap_or_default();
            let salt = salt_of(&salt, &q.id);
            ensure(
                answer_of(&salt, &q.id, option) == q.commitment,
                &format!("the secret has not the answer to {:?} that was announced", q.id),
            )?;
            Ok(json!({ "question": q.id, "option": option, "salt": hex(&salt) }))
        });
        file.insert("answers".into(), Value::Array(answers.collect::<Told<Vec<_>>>()?));
    }
    Ok(Drawn { result: Value::Object(file), list: lines, receipts })
}

/// What an instant ticket gets: the prize's id, or null.
///
/// # Errors
///
/// What is wrong.
pub fn tell(a: &Announcement, secret: &Value, text: &str) -> Told<Value> {
    ensure(a.kind == Kind::Instant, "only an instant draw tells at once")?;
    let (seed, _) = secret_of(a, secret)?;
    let won = instant(&a.terms, &seed, ticket(text)?).map_err(|why| why.code().to_string())?;
    Ok(won.and_then(|i| a.prizes.get(usize::from(i))).map_or(Value::Null, |p| p.as_str().into()))
}

/// One question as JSON, for Node: `{ "op": "announce", "wish", "seed", "salt" }`, and `close`, `draw` and `tell` with the text of the announcement.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn asked(request: &[u8]) -> Told<Value> {
    let v: Value = serde_json::from_slice(request).map_err(|e| format!("it is no JSON: {e}"))?;
    if v["op"] == "announce" {
        let (announcement, secret) = announce(&v["wish"], digest(&v, "seed")?, digest(&v, "salt")?)?;
        return Ok(json!({ "announcement": announcement, "secret": secret }));
    }
    let a = Announcement::read(v["announcement"].as_str().unwrap_or_default().as_bytes())?;
    let (secret, entries) = (&v["secret"], &v["entries"]);
    match v["op"].as_str() {
        Some("close") => Ok(json!({ "closing": close(&a, secret, entries)? })),
        Some("draw") => {
            let drawn = draw(&a, secret, entries, v["beacon"].as_str().unwrap_or_default())?;
            Ok(json!({ "result": drawn.result, "list": drawn.list, "receipts": drawn.receipts }))
        }
        Some("tell") => Ok(json!({ "prize": tell(&a, secret, v["ticket"].as_str().unwrap_or_default())? })),
        _ => Err("there is no such op".into()),
    }
}
