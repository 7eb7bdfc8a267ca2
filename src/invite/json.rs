//! The edge: programmes out of `invites.json`, and what a shop's server asks, as JSON. What is wrong is told with its place.

use super::landing::{Asked, checked};
use super::programme::{Event, Kind, Programme, key};
use super::settle::{Claim, Decision, Desk, Settled, Terms, settle};
use super::token::{About, Handle, Token, decode, is_signed};
use super::{Draft, Why, issue};
use crate::codec::Writer;
use crate::member::json::{At, Read, instant, label, limit};
use crate::signature::{Keys, public_key};
use crate::time::{DAY, Millis};
use serde_json::{Value, json};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Programmes of a shop.
const MOST: usize = 16;

/// What one side earns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reward {
    /// A task of `loyalty.json`, or empty.
    pub task: String,
    /// An offer of `offers.json`, or empty.
    pub offer: String,
}

/// A programme with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// Its id.
    pub id: String,
    /// What it is of, of a group-buy.
    pub offer: String,
    /// What the inviter earns.
    pub inviter: Reward,
    /// What the friend earns.
    pub friend: Reward,
    /// How it goes.
    pub terms: Terms,
}

/// Reads an `invites.json`.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn programmes(file: &Value) -> Read<Vec<Stated>> {
    let top = At { value: file, path: "the file".to_string() };
    top.keys(&["about", "schema", "programmes"])?;
    let root = At { value: file, path: String::new() };
    root.get("schema").one(&[("invites/v1", ())], None)?;
    let mut all: Vec<Stated> = Vec::new();
    for at in root.get("programmes").list(MOST)? {
        let one = programme(&at)?;
        if all.iter().any(|p| p.terms.rules.key == one.terms.rules.key) {
            return Err(format!("{}.id: \"{}\" is there twice.", at.path, one.id));
        }
        all.push(one);
    }
    if all.is_empty() { root.get("programmes").wrong("a list of programmes") } else { Ok(all) }
}

fn programme(at: &At<'_>) -> Read<Stated> {
    let known = [
        "id",
        "kind",
        "after",
        "window_days",
        "token_days",
        "touch",
        "new_customers",
        "limits",
        "until",
        "offer",
        "inviter",
        "friend",
        "about",
    ];
    let at = at.clone().keys(&known)?;
    let id = at.get("id").text()?;
    if id.len() > 64 {
        return at.get("id").wrong("a text of at most 64 bytes");
    }
    let kind = at.get("kind").one(&Kind::ALL.map(|k| (k.word(), k)), None)?;
    let after = at.get("after").one(&Event::ALL.map(|e| (e.word(), e)), Some(Event::Delivered))?;
    let new = match at.get("new_customers").value {
        Value::Null => false,
        Value::Bool(new) => *new,
        _ => return at.get("new_customers").wrong("true or false"),
    };
    let until = match at.get("until").maybe()? {
        "" => None,
        text => match instant(text) {
            Some(end) => Some(end),
            None => return at.get("until").wrong("a time such as \"2026-12-31T00:00:00+08:00\""),
        },
    };
    let limits = at.get("limits").list(4)?.iter().map(limit).collect::<Read<Vec<_>>>()?;
    let offer = at.get("offer").maybe()?;
    if (kind == Kind::GroupBuy) == offer.is_empty() {
        return at.get("offer").wrong("an offer where the kind is \"group_buy\", and nothing else");
    }
    let (inviter, friend) = (reward(&at.get("inviter"))?, reward(&at.get("friend"))?);
    if kind != Kind::GroupBuy && inviter == Reward::default() && friend == Reward::default() {
        return Err(format!("{}: nobody earns anything.", at.path));
    }
    let rules = Programme {
        key: key(id),
        kind,
        after,
        last: at.get("touch").one(&[("first", false), ("last", true)], Some(false))?,
        new,
        window: at.get("window_days").small(1, 365, 30)? as u16,
        life: at.get("token_days").small(1, 730, 90)? as u16,
        until,
    };
    Ok(Stated { id: id.into(), offer: offer.into(), inviter, friend, terms: Terms { rules, limits } })
}

fn reward(at: &At<'_>) -> Read<Reward> {
    if !at.is_there() {
        return Ok(Reward::default());
    }
    let at = at.clone().keys(&["task", "offer"])?;
    let reward = Reward { task: at.get("task").maybe()?.into(), offer: at.get("offer").maybe()?.into() };
    if reward == Reward::default() { at.wrong("an object with a \"task\" or an \"offer\"") } else { Ok(reward) }
}

/// The section `INVT`: the rules, and what hosts say of them.
///
/// # Errors
///
/// What is wrong, with its place.
pub fn section(file: &Value, languages: &[String]) -> Read<Vec<u8>> {
    let all = programmes(file)?;
    let mut w = Writer::new();
    w.bytes(&Programme::write_all(all.iter().map(|p| &p.terms.rules)));
    w.count(languages.len());
    languages.iter().for_each(|l| w.str(l));
    w.count(all.len());
    for (i, p) in all.iter().enumerate() {
        w.str(&p.id);
        for (n, language) in languages.iter().enumerate() {
            w.str(label(&file["programmes"][i], n, language));
        }
        for text in [&p.offer, &p.friend.task, &p.friend.offer, &p.inviter.task, &p.inviter.offer] {
            w.str(text);
        }
        w.count(p.terms.limits.len());
        for l in &p.terms.limits {
            w.u32(l.per as u32);
            w.u32(l.count);
        }
    }
    Ok(w.finish())
}

/// A handle's 16 hexadecimal digits.
pub fn hex(handle: Handle) -> String {
    digits_of(&handle.to_le_bytes())
}

fn digits_of(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The handle of 16 hexadecimal digits.
pub fn handle(text: &str) -> Option<Handle> {
    let good = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| u64::from_str_radix(text, 16).ok().map(u64::swap_bytes)).flatten()
}

/// What a server asks: `{ "do": "issue" | "check" | "settle", "invites", "shop", … }`; the answer, or `{ "error" }`.
pub fn answer(asked: &Value) -> Value {
    let answered = match asked["do"].as_str() {
        Some("issue") => issued(asked),
        Some("check") => check(asked),
        Some("settle") => settled(asked),
        _ => Err("do has to be \"issue\", \"check\" or \"settle\".".to_string()),
    };
    answered.unwrap_or_else(|what| json!({ "error": what }))
}

fn time(v: &Value) -> Option<Millis> {
    v.as_str().and_then(instant).or(v.as_f64().and_then(Millis::from_f64))
}

fn need<T>(found: Option<T>, what: &str) -> Read<T> {
    found.ok_or_else(|| format!("{what}."))
}

fn shop(asked: &Value) -> Read<&str> {
    need(asked["shop"].as_str().filter(|s| !s.is_empty()), "shop has to be the shop's id")
}

fn public_keys(asked: &Value) -> Read<Vec<String>> {
    let all = asked["keys"].as_array().into_iter().flatten().map(|k| k.as_str().and_then(|k| public_key(k).ok()));
    let keys: Option<Vec<String>> = all.collect();
    need(keys.filter(|k| !k.is_empty()), "keys has to be a list of public keys, 64 hexadecimal digits each")
}

fn issued(asked: &Value) -> Read<Value> {
    let stated = programmes(&asked["invites"])?;
    let id = asked["programme"].as_str().unwrap_or("");
    let p = need(stated.iter().find(|p| p.id == id), &format!("programme has to be one of the shop's, not \"{id}\""))?;
    let keys = Keys::read(asked["key"].as_str().unwrap_or("")).map_err(|e| format!("key: {}", e.detail()))?;
    let digits = |v: &Value| v.as_str().and_then(handle);
    let inviter = need(digits(&asked["inviter"]), "inviter has to be 16 hexadecimal digits")?;
    let nonce = need(digits(&asked["nonce"]), "nonce has to be 16 hexadecimal digits")?;
    let issued = need(time(&asked["issued"]), "issued has to be a time")?;
    let last = issued.plus(i64::from(p.terms.rules.life) * DAY);
    let expires = match &asked["expires"] {
        Value::Null => last,
        v => need(time(v).filter(|t| *t <= last), "expires has to be a time within the programme's token_days")?,
    };
    let mut about = (About::Nothing, "");
    for (word, what) in [("product", About::Product), ("offer", About::Offer), ("group", About::Group)] {
        match &asked["about"][word] {
            Value::Null => {}
            v => about = (what, need(v.as_str(), &format!("about.{word} has to be an id"))?),
        }
    }
    let fits = match p.terms.rules.kind {
        Kind::Invite => about.0 != About::Group,
        Kind::Share => matches!(about.0, About::Product | About::Offer),
        Kind::GroupBuy => about.0 == About::Group,
    };
    if !fits {
        return Err(format!(
            "about has to name what the programme is about: {}.",
            match p.terms.rules.kind {
                Kind::Invite => "nothing, a product or an offer",
                Kind::Share => "a product or an offer",
                Kind::GroupBuy => "a group",
            }
        ));
    }
    let chain = asked["chain"].as_array().into_iter().flatten().map(|v| digits(v).map(|h| h as u32));
    let chain: Vec<u32> = need(chain.collect(), "chain has to be a list of handles, 16 hexadecimal digits each")?;
    let channel = asked["channel"].as_str().unwrap_or("");
    let draft = Draft { programme: id, inviter, issued, expires, nonce, about: about.0, id: about.1, channel, chain };
    let text = issue(&keys, shop(asked)?, &draft)?;
    // What was written is what is read.
    let bytes = decode(&text).unwrap_or_default();
    let token = need(Token::read(&bytes), "an id cannot be written")?;
    Ok(json!({ "token": text, "programme": id, "inviter": hex(inviter), "expires": token.expires.0 }))
}

fn check(asked: &Value) -> Read<Value> {
    let (stated, keys) = (programmes(&asked["invites"])?, public_keys(asked)?);
    let rules: Vec<Programme> = stated.iter().map(|p| p.terms.rules).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let now = need(time(&asked["now"]), "now has to be a time")?;
    let a = Asked {
        now,
        shop: shop(asked)?,
        keys: &keys,
        signed: is_signed,
        programmes: &rules,
        customer: false,
        kept: &[],
    };
    let bytes = asked["token"].as_str().and_then(decode).unwrap_or_default();
    let found = checked(&a, &bytes);
    let why = match &found {
        Err(why) => Some(*why),
        Ok((t, _)) if t.issued.since(now) > DAY => Some(Why::InFuture),
        Ok((t, _)) if t.expires <= now => Some(Why::Expired),
        Ok((_, place)) if rules[*place].until.is_some_and(|end| end <= now) => Some(Why::Closed),
        Ok(_) => None,
    };
    let token = found.ok().map(|(t, place)| {
        json!({
            "programme": stated[place].id, "inviter": hex(t.inviter), "issued": t.issued.0, "expires": t.expires.0,
            "nonce": hex(t.nonce), "about": about(&t), "channel": t.channel, "chain": t.chain.chunks_exact(4).map(digits_of).collect::<Vec<_>>(),
        })
    });
    let status = if why.is_some() { "refused" } else { "good" };
    Ok(json!({ "status": status, "why": why.map(Why::code), "token": token }))
}

/// `{ "product": id }`, or null.
fn about(t: &Token<'_>) -> Value {
    match t.about {
        About::Nothing => Value::Null,
        About::Product => json!({ "product": t.id }),
        About::Offer => json!({ "offer": t.id }),
        About::Group => json!({ "group": t.id }),
    }
}

fn settled(asked: &Value) -> Read<Value> {
    let (stated, keys) = (programmes(&asked["invites"])?, public_keys(asked)?);
    let terms: Vec<Terms> = stated.iter().map(|p| p.terms.clone()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let now = need(time(&asked["now"]), "now has to be a time")?;
    let zone = asked["zone"].as_i64().and_then(|z| i32::try_from(z).ok()).filter(|z| z.abs() <= 18 * 60);
    let zone = need(zone, "zone has to be minutes by which the shop's clock is ahead of UTC")?;
    let rows = asked["history"].as_array().cloned().unwrap_or_default();
    let read =
        rows.iter().enumerate().map(|(i, row)| need(row_of(row), &format!("history[{i}] is no row that settle gave")));
    let mut history = read.collect::<Read<Vec<Settled>>>()?;
    let list = asked["claims"].as_array().cloned().unwrap_or_default();
    let claims: Vec<Option<Claim<'_>>> = list.iter().map(claim).collect();
    let good: Vec<Claim<'_>> = claims.iter().flatten().copied().collect();
    let desk = Desk { now, zone, shop: shop(asked)?, keys: &keys, programmes: &terms };
    let mut decided = settle(&desk, &mut history, &good).into_iter();
    let decisions = claims.iter().map(|c| match c {
        None => json!({ "status": "refused", "why": Why::BadClaim.code() }),
        Some(c) => decided.next().map_or(Value::Null, |d| told(d, c, &stated)),
    });
    let decisions: Vec<Value> = decisions.collect();
    let mut out = rows;
    out.extend(history[out.len()..].iter().map(|s| {
        let id = stated.iter().find(|p| p.terms.rules.key == s.programme).map(|p| p.id.as_str());
        json!({
            "programme": id, "kind": s.kind.word(), "slot": hex(s.slot), "inviter": hex(s.inviter), "friend": hex(s.friend), "at": s.at.0,
            "earned": s.earned,
        })
    }));
    Ok(json!({ "decisions": decisions, "history": out }))
}

fn row_of(v: &Value) -> Option<Settled> {
    let digits = |key: &str| v[key].as_str().and_then(handle);
    Some(Settled {
        programme: key(v["programme"].as_str()?),
        kind: Kind::ALL.into_iter().find(|k| Some(k.word()) == v["kind"].as_str())?,
        slot: digits("slot")?,
        inviter: digits("inviter")?,
        friend: digits("friend")?,
        at: time(&v["at"])?,
        earned: v["earned"].as_bool()?,
    })
}

fn claim(v: &Value) -> Option<Claim<'_>> {
    let orders_before = match &v["orders_before"] {
        Value::Null => None,
        n => Some(u32::try_from(n.as_u64()?).ok()?),
    };
    Some(Claim {
        token: v["token"].as_str()?,
        friend: handle(v["friend"].as_str()?)?,
        landed: time(&v["landed"])?,
        at: time(&v["at"])?,
        event: Event::ALL.into_iter().find(|e| Some(e.word()) == v["event"].as_str())?,
        orders_before,
    })
}

fn told(d: Decision, c: &Claim<'_>, stated: &[Stated]) -> Value {
    let (place, limit) = match d {
        Decision::Earned { place, limit } => (place, limit),
        Decision::Known => return json!({ "status": "known" }),
        Decision::Waiting => return json!({ "status": "waiting" }),
        Decision::Refused(why) => return json!({ "status": "refused", "why": why.code() }),
    };
    let p = &stated[place];
    let bytes = decode(c.token).unwrap_or_default();
    let Some(t) = Token::read(&bytes) else { return json!({ "status": "refused", "why": Why::BadToken.code() }) };
    let thing = if p.terms.rules.kind == Kind::Invite { "" } else { t.id };
    let side = |reward: &Reward, own: Handle, word: &str, other: Handle, why: Option<Why>| {
        let subject = subject(&p.id, word, &hex(other), thing);
        let entry = match reward.task.as_str() {
            _ if why.is_some() => Value::Null,
            "" => Value::Null,
            task => {
                json!({ "type": "task", "task": task, "subject": subject, "id": format!("invite:{subject}"), "at": c.at.0 })
            }
        };
        let given = |text: &str| if text.is_empty() || why.is_some() { Value::Null } else { text.into() };
        json!({ "handle": hex(own), "task": given(&reward.task), "offer": given(&reward.offer), "entry": entry, "why": why.map(Why::code) })
    };
    json!({
        "status": "earned",
        "programme": p.id,
        "about": about(&t),
        "inviter": side(&p.inviter, t.inviter, "to", c.friend, limit.then_some(Why::Limit)),
        "friend": side(&p.friend, c.friend, "from", t.inviter, None),
    })
}

/// What a task of a reward counts once for. The device makes the friend's the same way (`pkg-template/src/invites.js`).
fn subject(programme: &str, word: &str, other: &str, thing: &str) -> String {
    let thing = if thing.is_empty() { String::new() } else { format!(":{thing}") };
    format!("{programme}:{word}:{other}{thing}")
}
