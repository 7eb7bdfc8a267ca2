//! The rank rules and the conditions of offers that a pack has, for `nearshelf inspect`.

use crate::output::say;
use nearshelf::catalog::Catalog;
use nearshelf::codec::Reader;
use nearshelf::pack::{Pack, Tag};
use nearshelf::rank::{HIDE, LIFT};
use serde_json::{Value, json};

/// A rule, or an offer's condition.
#[derive(Debug)]
pub(crate) struct Listed {
    /// `rules.NAME`, or `offers.ID`.
    name: String,
    /// When it holds: of a scene, its words, of a rule its condition, slots and dates.
    when: Vec<String>,
    /// How many products it pins and lifts, and how much it hides.
    does: [usize; 3],
}

impl Listed {
    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        let [pins, lifts, hides] = self.does;
        json!({ "name": self.name, "when": self.when, "pins": pins, "lifts": lifts, "hides": hides })
    }
}

/// All that a pack has; of a section that cannot be read, nothing.
pub(crate) fn read(pack: &Pack) -> Vec<Listed> {
    let rules = pack.section(Tag::RULE, 0).and_then(rules).unwrap_or_default();
    let offers = pack.section(Tag::OFFER_CONDITION, 0).and_then(offers).unwrap_or_default();
    rules.into_iter().chain(offers).collect()
}

/// Prints them.
pub(crate) fn print(c: &Catalog) {
    let list = read(c.pack());
    if list.is_empty() {
        return;
    }
    say!("\n{:<32} {:>5} {:>6} {:>6}  when", "rule", "pins", "lifts", "hides");
    for rule in list {
        let [pins, lifts, hides] = rule.does;
        say!("{:<32} {pins:>5} {lifts:>6} {hides:>6}  {}", rule.name, rule.when.join("; "));
    }
}

fn texts(r: &mut Reader<'_>) -> Vec<String> {
    (0..r.count(4)).map(|_| r.str().to_string()).collect()
}

fn rules(section: &[u8]) -> Option<Vec<Listed>> {
    let mut r = Reader::new(section);
    let mut list = Vec::new();
    for _ in 0..r.count(40) {
        let name = format!("rules.{}", r.str());
        let mut when: Vec<String> = (0..r.count(4)).map(|_| texts(&mut r).join(" or ")).collect();
        let mut does = [0; 3];
        for _ in 0..r.count(8) {
            let (_what, index) = (r.str(), r.u32());
            does[if index >= LIFT { 1 } else { usize::from(index >= HIDE) * 2 }] += 1;
        }
        when.extend(Some(r.str().to_string()).filter(|condition| !condition.is_empty()));
        let slots = texts(&mut r);
        if !slots.is_empty() {
            when.push(format!("slot {}", slots.join(" or ")));
        }
        for word in ["from", "until"] {
            let at = r.f64();
            if at.is_finite() {
                let at =
                    jiff::Timestamp::from_millisecond(at as i64).map_or_else(|_| at.to_string(), |t| t.to_string());
                when.push(format!("{word} {at}"));
            }
        }
        list.push(Listed { name, when, does });
    }
    r.end().ok().map(|()| list)
}

fn offers(section: &[u8]) -> Option<Vec<Listed>> {
    let mut r = Reader::new(section);
    let mut list = Vec::new();
    for _ in 0..r.count(16) {
        let _market = r.u32();
        let name = format!("offers.{}", r.str());
        let named = ["who may use it:", "put forward to:"].map(|word| (word, r.str().to_string()));
        let when = named.into_iter().filter(|(_, c)| !c.is_empty()).map(|(word, c)| format!("{word} {c}")).collect();
        list.push(Listed { name, when, does: [0; 3] });
    }
    r.end().ok().map(|()| list)
}
