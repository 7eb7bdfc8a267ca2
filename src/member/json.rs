//! The edge: a programme out of `loyalty.json`, and entries and statements out of JSON. What is wrong is told with its place.

use super::program::{LISTED, MOST};
use super::{
    Amounts, Earn, Entry, Kind, Level, Limit, Opening, Per, Program, Redemption, Reward, Rounding, Statement, Sums,
    Task, name,
};
use crate::codec::Writer;
use crate::time::Millis;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::Value;

pub(crate) type Read<T> = core::result::Result<T, String>;

/// A value and where it stands.
#[derive(Clone)]
pub(crate) struct At<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

static NOTHING: Value = Value::Null;

impl<'a> At<'a> {
    pub(crate) fn wrong<T>(&self, expected: &str) -> Read<T> {
        let found = self.value.to_string();
        let found = if found.chars().count() > 60 { "something else".to_string() } else { found };
        Err(format!("{} has to be {expected}, not {found}.", self.path))
    }

    /// An object that has no other keys than these.
    pub(crate) fn keys(self, known: &[&str]) -> Read<At<'a>> {
        let Some(map) = self.value.as_object() else { return self.wrong("an object") };
        match map.keys().find(|k| !known.contains(&k.as_str()) && !k.starts_with("name")) {
            Some(key) => Err(format!("{} has no \"{key}\"; it has {}.", self.path, known.join(", "))),
            None => Ok(self),
        }
    }

    pub(crate) fn get(&self, key: &str) -> At<'a> {
        let path = if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) };
        At { value: self.value.get(key).unwrap_or(&NOTHING), path }
    }

    pub(crate) fn is_there(&self) -> bool {
        !self.value.is_null()
    }

    pub(crate) fn list(&self, most: usize) -> Read<Vec<At<'a>>> {
        if !self.is_there() {
            return Ok(Vec::new());
        }
        let Some(all) = self.value.as_array() else { return self.wrong("a list") };
        if all.len() > most {
            return Err(format!("{} has {} elements, and at most {most} are allowed.", self.path, all.len()));
        }
        Ok(all.iter().enumerate().map(|(i, value)| At { value, path: format!("{}[{i}]", self.path) }).collect())
    }

    pub(crate) fn text(&self) -> Read<&'a str> {
        match self.value.as_str() {
            Some(text) if !text.is_empty() => Ok(text),
            _ => self.wrong("a text"),
        }
    }

    /// A text that may be missing.
    pub(crate) fn maybe(&self) -> Read<&'a str> {
        if self.is_there() { self.text() } else { Ok("") }
    }

    pub(crate) fn whole(&self, least: u64, most: u64) -> Read<u64> {
        match self.value.as_u64() {
            Some(n) if (least..=most).contains(&n) => Ok(n),
            _ => self.wrong(&format!("a whole number from {least} to {most}")),
        }
    }

    /// A whole number that may be missing.
    pub(crate) fn whole_or(&self, least: u64, most: u64, missing: u64) -> Read<u64> {
        if self.is_there() { self.whole(least, most) } else { Ok(missing) }
    }

    pub(crate) fn small(&self, least: u64, most: u64, missing: u64) -> Read<u32> {
        Ok(self.whole_or(least, most.min(u64::from(u32::MAX)), missing)? as u32)
    }

    pub(crate) fn one<T: Copy>(&self, words: &[(&str, T)], missing: Option<T>) -> Read<T> {
        if let (None, Some(missing)) = (self.value.as_str(), missing.filter(|_| !self.is_there())) {
            return Ok(missing);
        }
        let found = words.iter().find(|(word, _)| Some(*word) == self.value.as_str());
        let list: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        found.map_or_else(|| self.wrong(&list.join(" or ")), |(_, v)| Ok(*v))
    }
}

fn named<T>(list: &[T], id: &At<'_>, of: impl Fn(&T) -> u32, what: &str) -> Read<usize> {
    let wanted = name(id.text()?);
    list.iter()
        .position(|x| of(x) == wanted)
        .ok_or_else(|| format!("{} names no {what} of this file: {}.", id.path, id.value))
}

/// Compiles a `loyalty.json`; `zone` is how many minutes the shop's clock is ahead of UTC.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn program(file: &Value, zone: i32) -> Read<Program> {
    let root = At { value: file, path: String::new() };
    let top = At { value: file, path: "the file".to_string() };
    top.keys(&[
        "about",
        "schema",
        "levels",
        "period_months",
        "keep_percent",
        "downgrade_by",
        "rates",
        "growth",
        "points",
        "redeem",
        "benefits",
    ])?;
    root.get("schema").one(&[("loyalty/v1", ())], None)?;
    let mut p = Program {
        zone,
        period: root.get("period_months").small(1, 24, 12)?,
        keep: root.get("keep_percent").small(0, 100, 100)?,
        down: root.get("downgrade_by").small(1, 16, 1)?,
        ..Program::default()
    };
    let mut ids = Vec::new();
    for at in root.get("levels").list(16)? {
        let at = at.keys(&["id", "growth", "on"])?;
        let least = p.levels.last().map_or(0, |l: &Level| l.growth + 1);
        let most = if p.levels.is_empty() { 0 } else { MOST };
        p.levels.push(Level {
            name: once(&at.get("id"), "level/", &mut ids)?,
            growth: at.get("growth").whole(least, most)?,
        });
    }
    if p.levels.is_empty() {
        return root.get("levels").wrong("a list of levels, the first with growth 0");
    }
    rates(&root.get("rates"), &mut p)?;
    growth(&root.get("growth"), &mut p, &mut ids)?;
    points(&root.get("points"), &mut p)?;
    for at in root.get("redeem").list(LISTED)? {
        let r = redemption(&at, &p, &mut ids)?;
        p.redeem.push(r);
    }
    for at in root.get("benefits").list(LISTED)? {
        let at = at.keys(&["id", "level", "offers", "service"])?;
        once(&at.get("id"), "benefit/", &mut ids)?;
        for offer in at.get("offers").list(LISTED)? {
            offer.text()?;
        }
        at.get("service").maybe()?;
        p.benefits.push(named(&p.levels, &at.get("level"), |l| l.name, "level")? as u8);
    }
    if p.is_sound() { Ok(p) } else { Err("the zone is no offset on earth.".to_string()) }
}

/// A name that nothing else of the file has. Tasks and redemptions share one list of names, since the ledger counts both.
fn once(id: &At<'_>, kind: &str, ids: &mut Vec<(String, u32)>) -> Read<u32> {
    let text = id.text()?;
    let own = name(text);
    let known = format!("{kind}{text}");
    if own == 0 || ids.iter().any(|(k, n)| *k == known || (*n == own && k.starts_with(kind))) {
        return Err(format!("{}: \"{text}\" is there twice (tasks and redemptions share their ids).", id.path));
    }
    ids.push((known, own));
    Ok(own)
}

fn rates(at: &At<'_>, p: &mut Program) -> Read<()> {
    let Some(map) = at.value.as_object() else {
        return if at.is_there() { at.wrong("an object of currencies, such as { \"CNY\": 1 }") } else { Ok(()) };
    };
    for (currency, rate) in map {
        // A decimal number of at most six places: read as it is written, so that no fraction is lost on the way.
        let place = At { value: rate, path: format!("{}.{currency}", at.path) };
        let millionths = rate.as_number().and_then(|n| millionths(&n.to_string()));
        let Some(m) = millionths.filter(|m| (1..=MOST).contains(m)) else {
            return place.wrong("a number above 0 with at most six places");
        };
        p.rates.push((currency.clone(), m));
    }
    if p.rates.len() > LISTED { at.wrong("at most 64 currencies") } else { Ok(()) }
}

fn millionths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.trim_end_matches('0');
    (digits.len() <= 6).then_some(())?;
    let part: u64 = format!("{digits:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(part)
}

const ROUNDING: [(&str, Rounding); 3] = [("down", Rounding::Down), ("half_up", Rounding::HalfUp), ("up", Rounding::Up)];

/// What every kind of earning from orders has in common.
fn earns(at: &At<'_>, per: u64, of: u64) -> Read<Earn> {
    at.get("counts").one(&[("paid", ())], Some(()))?;
    at.get("when").one(&[("delivered", ())], Some(()))?;
    at.get("on_return").one(&[("reverse", ())], Some(()))?;
    let mut excludes = 0;
    for what in at.get("excludes").list(2)? {
        excludes |= what.one(&[("shipping", 1), ("points", 2)], None)?;
    }
    Ok(Earn { per, of, rounding: at.get("rounding").one(&ROUNDING, Some(Rounding::Down))?, excludes })
}

fn growth(at: &At<'_>, p: &mut Program, ids: &mut Vec<(String, u32)>) -> Read<()> {
    if !at.is_there() {
        return at.wrong("an object: without it no level can be reached");
    }
    let at = at.clone().keys(&["spend", "frequency", "activity", "tasks", "birthday"])?;
    let spend = at.get("spend");
    if spend.is_there() {
        let spend = spend.keys(&["cents_per_point", "rounding", "counts", "excludes", "when", "on_return"])?;
        p.spend = earns(&spend, 1, spend.get("cents_per_point").whole(1, MOST)?)?;
    }
    let frequency = at.get("frequency");
    if frequency.is_there() {
        let f = frequency.keys(&["growth_per_order", "orders_a_day"])?;
        p.order = (f.get("growth_per_order").whole(0, MOST)?, f.get("orders_a_day").small(1, 100, 1)?);
    }
    let activity = at.get("activity");
    if activity.is_there() {
        let a = activity.keys(&["growth_per_active_day", "days_a_month", "active"])?;
        p.active = (a.get("growth_per_active_day").whole(0, MOST)?, a.get("days_a_month").small(1, 31, 31)?);
        for event in a.get("active").list(LISTED)? {
            p.activities.push(event.text()?.to_string());
        }
    }
    for task in at.get("tasks").list(LISTED)? {
        let t = task.keys(&["id", "growth", "limit", "once_per", "on_return"])?;
        p.tasks.push(Task {
            name: once(&t.get("id"), "done/", ids)?,
            growth: t.get("growth").whole(1, MOST)?,
            limit: limit(&t.get("limit"))?,
            once: !t.get("once_per").maybe()?.is_empty(),
            reversed: t.get("on_return").one(&[("keep", false), ("reverse", true)], Some(false))?,
        });
    }
    let birthday = at.get("birthday");
    if birthday.is_there() {
        let b = birthday.keys(&["growth", "limit", "claim_days"])?;
        let year = limit(&b.get("limit"))?;
        if year != Limit::default() && year != (Limit { count: 1, per: Per::Year }) {
            return b.get("limit").wrong("{ \"count\": 1, \"per\": \"year\" }: a birthday is once a year");
        }
        p.birthday = (b.get("growth").whole(0, MOST)?, b.get("claim_days").small(0, 364, 0)?);
    }
    Ok(())
}

pub(crate) fn limit(at: &At<'_>) -> Read<Limit> {
    if !at.is_there() {
        return Ok(Limit::default());
    }
    let at = at.clone().keys(&["count", "per"])?;
    let words = [("day", Per::Day), ("month", Per::Month), ("year", Per::Year), ("lifetime", Per::Lifetime)];
    Ok(Limit { count: at.get("count").small(1, 1_000_000, 1)?, per: at.get("per").one(&words, None)? })
}

fn points(at: &At<'_>, p: &mut Program) -> Read<()> {
    (p.earn.of, p.expire, p.month_end) = (1, 12, true);
    if !at.is_there() {
        return Ok(());
    }
    let at = at.clone().keys(&[
        "earn",
        "pending_days_after_delivery",
        "expire_months",
        "expire_at",
        "spend_order",
        "smallest_use",
        "worth",
    ])?;
    let earn = at.get("earn");
    if earn.is_there() {
        let earn = earn.keys(&["points_per_100_cents", "rounding", "counts", "excludes", "when", "on_return"])?;
        p.earn = earns(&earn, earn.get("points_per_100_cents").whole(0, 1_000_000)?, 100)?;
    }
    p.pending = at.get("pending_days_after_delivery").small(0, 366, 0)?;
    p.month_end = at.get("expire_at").one(&[("end of month", true), ("day", false)], Some(true))?;
    p.expire = at.get("expire_months").small(1, if p.month_end { 60 } else { 24 }, 12)?;
    at.get("spend_order").one(&[("oldest first", ())], Some(()))?;
    p.smallest = at.get("smallest_use").whole_or(0, MOST, 0)?;
    Ok(())
}

fn redemption(at: &At<'_>, p: &Program, ids: &mut Vec<(String, u32)>) -> Read<Redemption> {
    let at =
        at.clone().keys(&["id", "kind", "growth", "points", "offer", "sku", "valid_days", "level", "from", "limit"])?;
    let kinds =
        [("points", Reward::Points), ("coupon", Reward::Coupon), ("goods", Reward::Goods), ("level", Reward::Level)];
    let kind = at.get("kind").one(&kinds, None)?;
    let (growth, points) = (at.get("growth").whole_or(1, MOST, 0)?, at.get("points").whole_or(1, MOST, 0)?);
    let mut r = Redemption { name: once(&at.get("id"), "done/", ids)?, kind, growth, points, ..Redemption::default() };
    match kind {
        Reward::Points => (r.points, r.gain) = (0, at.get("points").whole(1, MOST)?),
        Reward::Coupon => drop(at.get("offer").text()?),
        Reward::Goods => drop(at.get("sku").text()?),
        Reward::Level => {
            r.level = named(&p.levels, &at.get("level"), |l| l.name, "level")? as u8;
            if r.level == 0 {
                return at.get("level").wrong("a level above the first");
            }
        }
    }
    if r.growth == 0 && r.points == 0 {
        return Err(format!("{} takes nothing: it needs growth, or points where it does not give them.", at.path));
    }
    at.get("valid_days").small(0, 3_660, 0)?;
    for from in at.get("from").list(16)? {
        r.from |= 1 << named(&p.levels, &from, |l| l.name, "level")?;
    }
    r.limit = limit(&at.get("limit"))?;
    Ok(r)
}

/// The section `LOYL` of a pack: the programme, and what hosts say of it in each language.
///
/// # Errors
///
/// As [`program`].
pub fn section(file: &Value, zone: i32, languages: &[String]) -> Read<Vec<u8>> {
    let p = program(file, zone)?;
    let mut w = Writer::new();
    w.bytes(&p.write());
    w.count(languages.len());
    languages.iter().for_each(|l| w.str(l));
    let all = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let text = |v: &Value, key: &str| v[key].as_str().unwrap_or("").to_string();
    let mut say = |what: &Value, more: &dyn Fn(&mut Writer, &Value)| {
        let list = all(what);
        w.count(list.len());
        for v in &list {
            w.str(&text(v, "id"));
            for (i, language) in languages.iter().enumerate() {
                w.str(label(v, i, language));
            }
            more(&mut w, v);
        }
    };
    let number = |w: &mut Writer, v: &Value| w.f64(v.as_u64().unwrap_or(0) as f64);
    say(&file["levels"], &|w, v| number(w, &v["growth"]));
    say(&file["growth"]["tasks"], &|w, v| number(w, &v["growth"]));
    say(&file["redeem"], &|w, v| {
        for key in ["kind", "offer", "sku", "level"] {
            w.str(&text(v, key));
        }
        for key in ["growth", "points", "valid_days"] {
            number(w, &v[key]);
        }
    });
    say(&file["benefits"], &|w, v| {
        w.str(&text(v, "level"));
        w.str(&text(v, "service"));
        let offers = all(&v["offers"]);
        w.count(offers.len());
        offers.iter().for_each(|o| w.str(o.as_str().unwrap_or("")));
    });
    Ok(w.finish())
}

/// `name_zh` for `zh-CN`; the first language and English also take `name`; else whatever name there is.
pub(crate) fn label<'a>(v: &'a Value, place: usize, language: &str) -> &'a str {
    let primary = language.split('-').next().unwrap_or(language);
    let plain = if place == 0 || primary == "en" { v["name"].as_str() } else { None };
    let own = v[format!("name_{primary}")].as_str().or(plain).or(v["name"].as_str());
    own.unwrap_or_else(|| v["id"].as_str().unwrap_or(""))
}

/// Reads a list of entries; times are RFC 3339 or milliseconds, amounts minor units.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn entries(list: &Value) -> Read<Vec<Entry<'_>>> {
    listed(&At { value: list, path: "entries".to_string() })
}

fn listed<'a>(at: &At<'a>) -> Read<Vec<Entry<'a>>> {
    at.list(10_000)?.iter().map(entry).collect()
}

fn entry<'a>(at: &At<'a>) -> Read<Entry<'a>> {
    let at = at.clone().keys(&[
        "type",
        "id",
        "order",
        "task",
        "redeem",
        "event",
        "of",
        "level",
        "subject",
        "at",
        "paid",
        "shipping",
        "points_paid",
        "amount",
        "currency",
        "points",
        "growth",
        "birthday",
    ])?;
    let words: Vec<(&str, Kind)> = Kind::ALL.iter().map(|k| (k.word(), *k)).collect();
    let kind = at.get("type").one(&words, None)?;
    let order = at.get("order").maybe()?;
    let (id, what) = match kind {
        Kind::Paid | Kind::Delivered => (order, ""),
        Kind::Returned => (at.get("id").maybe()?, order),
        Kind::Task => (at.get("id").maybe()?, at.get("task").maybe()?),
        Kind::Redeem => (at.get("id").maybe()?, at.get("redeem").maybe()?),
        Kind::Active => ("", at.get("event").maybe()?),
        Kind::Undo => ("", at.get("of").maybe()?),
        Kind::Adjust => (at.get("id").maybe()?, at.get("level").maybe()?),
        Kind::Birthday | Kind::Spend => (at.get("id").maybe()?, ""),
    };
    let paid = if kind == Kind::Returned { "amount" } else { "paid" };
    let amounts = at.get(paid).is_there().then(|| {
        Ok::<_, String>(Amounts {
            paid: at.get(paid).whole(0, MOST)?,
            shipping: at.get("shipping").whole_or(0, MOST, 0)?,
            points: at.get("points_paid").whole_or(0, MOST, 0)?,
        })
    });
    let signed = |key: &str| match at.get(key).value {
        Value::Null => Ok(0),
        v => v.as_i64().filter(|n| n.unsigned_abs() <= MOST).map_or_else(|| at.get(key).wrong("a whole number"), Ok),
    };
    let birth = match at.get("birthday").maybe()? {
        "" => (0, 0),
        text => {
            let parts = text.split_once('-').and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
            parts.map_or_else(|| at.get("birthday").wrong("month and day such as \"05-20\""), Ok)?
        }
    };
    Ok(Entry {
        kind,
        id,
        what,
        subject: at.get("subject").maybe()?,
        at: time(&at.get("at"))?,
        amounts: amounts.transpose()?,
        currency: at.get("currency").maybe()?,
        points: signed("points")?,
        growth: signed("growth")?,
        birth,
    })
}

/// RFC 3339 with an offset, or milliseconds since 1970; `None` where it is missing.
fn time(at: &At<'_>) -> Read<Option<Millis>> {
    match at.value {
        Value::Null => Ok(None),
        Value::Number(n) => n.as_f64().and_then(Millis::from_f64).map_or_else(|| at.wrong("a time"), |t| Ok(Some(t))),
        v => {
            let t = v.as_str().and_then(instant);
            t.map_or_else(|| at.wrong("a time such as \"2026-11-26T08:00:00+08:00\""), |t| Ok(Some(t)))
        }
    }
}

/// An instant of RFC 3339.
pub fn instant(text: &str) -> Option<Millis> {
    crate::offer::json::instant(&Value::String(text.to_string()))
}

/// Reads a statement of the server.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn statement(v: &Value) -> Read<Statement<'_>> {
    let at = At { value: v, path: "statement".to_string() }.keys(&["at", "opening", "entries", "sums"])?;
    let needed = |at: At<'_>| time(&at)?.map_or_else(|| at.wrong("a time"), Ok);
    let opening = at.get("opening");
    let opening = if opening.is_there() {
        let o = opening.keys(&[
            "at",
            "level",
            "since",
            "review",
            "growth",
            "points",
            "pending",
            "growth_claim",
            "points_claim",
            "birthday",
            "used",
        ])?;
        let lots = |key: &str, day: &str| {
            o.get(key)
                .list(1_000)?
                .into_iter()
                .map(|l| {
                    let l = l.keys(&[day, "amount"])?;
                    Ok((time(&l.get(day))?, l.get("amount").whole(0, MOST)?))
                })
                .collect::<Read<Vec<_>>>()
        };
        let mut pending = Vec::new();
        for (i, (from, n)) in lots("pending", "from")?.into_iter().enumerate() {
            pending.push((from.ok_or_else(|| format!("statement.opening.pending[{i}].from is missing."))?, n));
        }
        let used = o.get("used").list(128)?.into_iter().map(|u| {
            let u = u.keys(&["id", "count"])?;
            Ok((u.get("id").text()?, u.get("count").small(0, 1_000_000, 0)?))
        });
        Some(Opening {
            at: needed(o.get("at"))?,
            level: o.get("level").maybe()?,
            since: time(&o.get("since"))?,
            review: time(&o.get("review"))?,
            growth: lots("growth", "on")?,
            points: lots("points", "until")?,
            pending,
            claims: [o.get("growth_claim").whole_or(0, MOST, 0)?, o.get("points_claim").whole_or(0, MOST, 0)?],
            birthday: time(&o.get("birthday"))?,
            used: used.collect::<Read<Vec<_>>>()?,
        })
    } else {
        None
    };
    let entries = at.get("entries");
    let sums = at.get("sums");
    let sums = if sums.is_there() { sums.keys(&["level", "growth", "points"])? } else { sums };
    let sum = |key: &str| {
        let at = sums.get(key);
        if at.is_there() { at.whole(0, MOST).map(Some) } else { Ok(None) }
    };
    Ok(Statement {
        at: needed(at.get("at"))?,
        opening,
        entries: if entries.is_there() { Some(listed(&entries)?) } else { None },
        sums: Sums { level: sums.get("level").maybe()?, growth: sum("growth")?, points: sum("points")? },
    })
}
