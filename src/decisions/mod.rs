//! A shelf's decision log on the shop's side: read, and decided again from the same inputs to the same bytes.
//!
//! [`manual/decisions.md`](crate::manual::decisions) has the format. A log holds a shopper's portrait: it comes from the shopper,
//! and nobody else has one.

use crate::codec::{Malformed, Reader, Writer};
use crate::error::{Code, Error, Result};
use crate::pack::Pack;
use crate::wasm::dispatch::Table;

mod told;

/// What a log begins with; the version follows: 2 has offers too, 3 all that is decided, by name.
const MAGIC: &[u8; 4] = b"NSDL";
const VERSIONS: core::ops::RangeInclusive<u8> = 1..=3;

/// A shelf's decisions, oldest first, with what they were decided from.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionLog {
    /// Version of the pack they were decided with.
    pub pack_version: String,
    /// The consent to `sensitive` with which all of them were decided: 0 undecided, 1 no, 2 yes.
    sensitive: u8,
    eras: Vec<Era>,
}

/// A portrait, the shards and overlays of that time, what changed since, and the decisions in between.
#[derive(Debug, Clone, PartialEq)]
struct Era {
    /// Empty for a shopper nothing is known of.
    snapshot: Vec<u8>,
    /// Names of the shards that were open.
    shards: Vec<String>,
    /// Overlays that held.
    ground: Vec<Change>,
    journal: Vec<Change>,
    decisions: Vec<Decision>,
}

/// A call that changed something: its number, 3 `track`, 32 or 33 `overlay`, and its request.
type Change = (u32, Vec<u8>);

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A list, of products or of what the page gave.
    List,
    /// Which products were suggested, since version 3.
    Suggestions,
    /// Which offers were put forward, since version 2.
    Promotions,
    /// What campaigns granted, since version 3.
    Grants,
    /// Which messages of care were due, since version 3.
    Care,
    /// What was said of a product first, since version 3.
    SellingPoints,
}

impl Kind {
    /// By the number of the call.
    fn of(op: u32) -> Option<(Kind, u8)> {
        Some(match op {
            4 | 5 => (Kind::List, 1),
            61 => (Kind::Promotions, 2),
            62 => (Kind::Grants, 3),
            77 => (Kind::Care, 3),
            92 => (Kind::SellingPoints, 3),
            _ => return None,
        })
    }

    /// "list", or the page's method.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::List => "list",
            Kind::Suggestions => "suggest",
            Kind::Promotions => "promotions",
            Kind::Grants => "grants",
            Kind::Care => "care",
            Kind::SellingPoints => "sellingPoints",
        }
    }
}

/// Something that was decided for the shopper.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What it is.
    pub kind: Kind,
    /// What the page calls it, the `servedId` of its answer: a list's number, or a name; empty of offers in version 2.
    pub served: String,
    /// When, in milliseconds since 1970 UTC.
    pub time: f64,
    /// Where on the page; of selling points the product.
    pub slot: String,
    /// In which market.
    pub market: String,
    language: String,
    op: u32,
    steps: usize,
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// A decision, decided again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed<'a> {
    /// As it was logged.
    pub decision: &'a Decision,
    /// True when it came out to the same bytes.
    pub same: bool,
    /// Whether the portrait was read, by the log.
    pub personal: bool,
    /// What was shown, by the log.
    pub shown: Vec<Shown>,
    /// What the replay shows.
    pub again: Vec<Shown>,
}

/// An item of a list; or an offer, a message, a selling point or a campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its id.
    pub id: String,
    /// Its score.
    pub score: f64,
    /// How likely it was shown in its place, in millionths, where the shelf explores.
    pub propensity: Option<u32>,
    /// What would stand there without exploration, where that is something else.
    pub instead: Option<String>,
    /// The components of its score with their values. The replay finds them: an item of the log has those of the same item with the same score, and none where
    /// the replay has no such item. What is no list has its reasons in the answer; those without a value have 0.
    pub reasons: Vec<(String, f64)>,
}

impl DecisionLog {
    /// The log in bytes, as `shelf.decisionLog()` gives them.
    ///
    /// # Errors
    ///
    /// `bad_decisions`.
    pub fn read(bytes: &[u8]) -> Result<DecisionLog> {
        let bad = |_| Error::new(Code::BadDecisions, "the bytes are not those of a decision log of version 1 to 3.");
        read(bytes).map_err(bad)
    }

    /// Leaves of all decisions only that which the page calls so.
    ///
    /// # Errors
    ///
    /// `bad_decisions` where there is none.
    pub fn only(&mut self, served: &str) -> Result<()> {
        self.eras.iter_mut().for_each(|era| era.decisions.retain(|d| d.served == served));
        if self.eras.iter().any(|era| !era.decisions.is_empty()) {
            return Ok(());
        }
        let detail = format!("it has no decision \"{served}\": a page remembers the latest 32 of each kind.");
        Err(Error::new(Code::BadDecisions, detail))
    }

    /// Decides everything once more, with the pack it was decided with; `shard` answers the bytes of a shard by its name.
    ///
    /// # Errors
    ///
    /// `bad_decisions` for another pack, or a portrait that cannot be read; as [`Pack::open`], and as `shard`.
    pub fn replay(&self, pack: Vec<u8>, shard: &dyn Fn(&str) -> Result<Vec<u8>>) -> Result<Vec<Replayed<'_>>> {
        let version = Pack::open(pack.clone())?.version();
        if version != self.pack_version {
            let detail = format!("the log was decided with pack {}, and this is {version}.", self.pack_version);
            return Err(Error::new(Code::BadDecisions, detail));
        }
        let mut table = Table::new();
        let mut handle = open(&mut table, &pack, self.sensitive)?;
        let mut opened: &[String] = &[];
        let mut all = Vec::new();
        for era in &self.eras {
            // Shards open one after the other; fewer than before are those of an engine that had begun again.
            if !era.shards.starts_with(opened) {
                (handle, opened) = (open(&mut table, &pack, self.sensitive)?, &[]);
            }
            for name in &era.shards[opened.len()..] {
                let mut w = Writer::new();
                w.u32(handle);
                w.bytes(&shard(name)?);
                ask(&mut table, 30, &w.finish(), |_| ())?;
            }
            opened = &era.shards;
            for decision in &era.decisions {
                all.push(again(&mut table, handle, era, decision)?);
            }
        }
        Ok(all)
    }
}

fn read(bytes: &[u8]) -> core::result::Result<DecisionLog, Malformed> {
    let mut r = Reader::new(bytes);
    let version = match r.bytes().split_last() {
        Some((version, magic)) if magic == MAGIC && VERSIONS.contains(version) => *version,
        _ => return Err(Malformed),
    };
    let pack_version = r.str().to_string();
    let sensitive = if version < 3 { 0 } else { r.u8().min(2) };
    let mut eras = Vec::new();
    for _ in 0..r.count(12) {
        let snapshot = r.bytes().to_vec();
        let shards = (0..r.count(4)).map(|_| r.str().to_string()).collect();
        let [ground, journal] = [changes(&mut r)?, changes(&mut r)?];
        let mut decisions = Vec::new();
        for _ in 0..r.count(40) {
            let served = if version < 3 { r.u32().to_string() } else { r.str().to_string() };
            let (time, slot) = (r.f64(), r.str().to_string());
            let (market, language) = (r.str().to_string(), r.str().to_string());
            let (op, steps) = (r.u32(), r.u32() as usize);
            let (request, answer) = (r.bytes().to_vec(), r.bytes().to_vec());
            // Each is decided after a part of the journal.
            let (kind, since) = Kind::of(op).ok_or(Malformed)?;
            if version < since || steps > journal.len() || request.len() < 4 || answer.len() < 5 {
                return Err(Malformed);
            }
            let served = if version < 3 && kind != Kind::List { String::new() } else { served };
            // Lists have numbers.
            let kind = if op == 4 && served.parse::<u32>().is_err() { Kind::Suggestions } else { kind };
            decisions.push(Decision { kind, served, time, slot, market, language, op, steps, request, answer });
        }
        eras.push(Era { snapshot, shards, ground, journal, decisions });
    }
    r.end()?;
    Ok(DecisionLog { pack_version, sensitive, eras })
}

/// A shelf of this pack, undecided but for the portrait, without which there is no log, and what is sensitive.
fn open(table: &mut Table, pack: &[u8], sensitive: u8) -> Result<u32> {
    let mut w = Writer::new();
    w.f64(0.0);
    w.str("");
    w.str("");
    [0, 2, 0, sensitive].into_iter().for_each(|tri| w.u8(tri));
    w.bytes(pack);
    ask(table, 1, &w.finish(), |r| r.u32())
}

fn changes(r: &mut Reader<'_>) -> core::result::Result<Vec<Change>, Malformed> {
    let list: Vec<Change> = (0..r.count(8)).map(|_| (r.u32(), r.bytes().to_vec())).collect();
    let known = list.iter().all(|(op, request)| matches!(op, 3 | 32 | 33) && request.len() >= 4);
    if known { Ok(list) } else { Err(Malformed) }
}

/// The way a shelf goes on the page, in a rehearsal: view, portrait, overlays, what changed since, and the same question.
fn again<'a>(table: &mut Table, handle: u32, era: &Era, decision: &'a Decision) -> Result<Replayed<'a>> {
    let start = || {
        let mut w = Writer::new();
        w.u32(handle);
        w
    };
    let rehearse = |on: u8| [handle.to_le_bytes().as_slice(), &[on]].concat();
    ask(table, 37, &rehearse(1), |_| ())?;
    let mut w = start();
    w.str(&decision.market);
    w.str(&decision.language);
    ask(table, 15, &w.finish(), |_| ())?;
    if !era.snapshot.is_empty() {
        let mut w = start();
        w.f64(0.0);
        w.bytes(&era.snapshot);
        ask(table, 13, &w.finish(), |_| ())?;
    }
    let of_handle = |request: &[u8]| [&handle.to_le_bytes(), request.get(4..).unwrap_or_default()].concat();
    for (op, request) in era.ground.iter().chain(&era.journal[..decision.steps]) {
        table.call(*op, &of_handle(request));
    }
    let answer = table.call(decision.op, &of_handle(&decision.request));
    if !matches!(decision.kind, Kind::List | Kind::Suggestions) {
        let ((personal, shown), (_, again)) = (told::told(decision, &decision.answer)?, told::told(decision, &answer)?);
        ask(table, 37, &rehearse(0), |_| ())?;
        return Ok(Replayed { decision, same: answer == decision.answer, personal, shown, again });
    }
    // Status, then the list's number, which counts this shelf's lists only.
    let same =
        answer.len() == decision.answer.len() && answer[0] == decision.answer[0] && answer[5..] == decision.answer[5..];
    let (personal, mut shown) = shown(table, handle, decision, &decision.answer, false)?;
    // Suggestions are not kept by the core, and without that have no reasons: once more, as a list that is.
    let with_reasons = match decision.kind {
        Kind::Suggestions => table.call(decision.op, &of_handle(&kept(&decision.request)?)),
        _ => answer,
    };
    let (_, again) = self::shown(table, handle, decision, &with_reasons, true)?;
    for item in &mut shown {
        if let Some(twin) = again.iter().find(|t| t.id == item.id && t.score.total_cmp(&item.score).is_eq()) {
            item.reasons.clone_from(&twin.reasons);
        }
    }
    ask(table, 37, &rehearse(0), |_| ())?;
    Ok(Replayed { decision, same, personal, shown, again })
}

/// Whether a list is personal, and its items.
fn shown(table: &mut Table, handle: u32, decision: &Decision, answer: &[u8], why: bool) -> Result<(bool, Vec<Shown>)> {
    let list = parse(answer, |r| {
        let (served, personal) = (r.u32(), r.u8() == 1);
        let (_partial, _relaxed) = (r.u8(), r.u8());
        let mut items = Vec::new();
        for _ in 0..r.count(41) {
            let (row, given, _variant) = (r.u32(), r.u32(), r.u32());
            let (_price, _list_price, score) = (r.f64(), r.f64(), r.f64());
            let (_because, _subject) = (r.u8(), r.str());
            items.push((row, given, score));
        }
        let drawn: Vec<_> = (0..r.count(8)).map(|_| (r.u32(), r.str().to_string())).collect();
        (served, personal, items, drawn)
    });
    let (served, personal, items, drawn) = list?;
    let ids = given(decision);
    let mut out = Vec::new();
    for (place, (row, given, score)) in items.into_iter().enumerate() {
        let id = match ids.get(given as usize) {
            Some(id) => id.clone(),
            None => product(table, handle, row)?,
        };
        let (propensity, instead) = match drawn.get(place) {
            Some((p, best)) => (Some(*p).filter(|p| *p > 0), Some(best.clone()).filter(|b| !b.is_empty())),
            None => (None, None),
        };
        let reasons = if why { reasons(table, handle, served, &id)? } else { Vec::new() };
        out.push(Shown { id, score, propensity, instead, reasons });
    }
    Ok((personal, out))
}

/// The request of a list that nobody keeps, as that of one whose reasons are kept.
fn kept(request: &[u8]) -> Result<Vec<u8>> {
    const UNKEPT: u8 = 4;
    let mut r = Reader::new(request);
    let (_handle, _now, _slot, _limit, _mode) = (r.u32(), r.f64(), r.str(), r.u32(), r.u8());
    (0..r.count(4)).for_each(|_| _ = r.str());
    let _category = r.str();
    (0..r.count(8)).for_each(|_| _ = (r.str(), r.u32()));
    let _quota = (r.u32(), r.u32());
    let (_price, _diversity, _seed) = ((r.f64(), r.f64()), r.u32(), r.f64());
    (0..r.count(4)).for_each(|_| _ = r.str());
    let flags = request.len() - r.left();
    let mut kept = request.to_vec();
    match (r.check(), kept.get_mut(flags)) {
        (Ok(()), Some(flags)) => *flags &= !UNKEPT,
        _ => return Err(Error::new(Code::BadDecisions, "a question in the log is not one of this version.")),
    }
    Ok(kept)
}

/// The ids that a given list was of.
fn given(decision: &Decision) -> Vec<String> {
    let mut r = Reader::new(&decision.request);
    if decision.op != 5 {
        return Vec::new();
    }
    let (_handle, _now, _slot, _mode) = (r.u32(), r.f64(), r.str(), r.u8());
    (0..r.count(4)).map(|_| r.str().to_string()).collect()
}

fn product(table: &mut Table, handle: u32, row: u32) -> Result<String> {
    let mut w = Writer::new();
    w.u32(handle);
    w.count(1);
    w.u32(row);
    ask(table, 8, &w.finish(), |r| {
        let (_count, _row) = (r.u32(), r.u32());
        r.str().to_string()
    })
}

/// The components of an item's score; none for one that is only given.
fn reasons(table: &mut Table, handle: u32, served: u32, id: &str) -> Result<Vec<(String, f64)>> {
    let mut w = Writer::new();
    w.u32(handle);
    w.u32(served);
    w.str(id);
    let answer = table.call(6, &w.finish());
    if answer.first() != Some(&0) {
        return Ok(Vec::new());
    }
    parse(&answer, |r| {
        let (_code, _subject, _value) = (r.str(), r.str(), r.f64());
        let mut parts = Vec::new();
        for _ in 0..r.count(20) {
            let (code, _subject, value) = (r.str().to_string(), r.str(), r.f64());
            for _ in 0..r.count(20) {
                let (_code, _subject, _value, _children) = (r.str(), r.str(), r.f64(), r.u32());
            }
            parts.push((code, value));
        }
        parts
    })
}

fn ask<T>(table: &mut Table, op: u32, request: &[u8], read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T> {
    parse(&table.call(op, request), read)
}

/// What a call answers, or its refusal.
fn parse<T>(answer: &[u8], read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T> {
    let mut r = Reader::new(answer);
    if r.u8() != 0 {
        let (code, detail) = (r.str(), r.str());
        return Err(Error::new(Code::BadDecisions, format!("it cannot be decided again: {code}: {detail}")));
    }
    let value = read(&mut r);
    r.check().map_err(|_| Error::new(Code::BadDecisions, "an answer in the log is not one of this version."))?;
    Ok(value)
}
