//! Traits as tags that the shopper may take back: by the dimension and the name that `portrait` shows.

use super::view::trait_name;
use super::{Engine, no_consent, track};
use crate::codec::Reader;
use crate::error::Result;
use crate::event::CONTENT_KINDS;
use crate::id::Key;
use crate::list::Gather;
use crate::money::{self, Minor};
use crate::pack::Tag;
use crate::profile::Dimension;
use crate::profile::hidden::Hidden;
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// What a shopper does with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TagWish {
    /// It goes, and what is known already does not bring it again.
    Delete = 0,
    /// It goes for good.
    Block = 1,
    /// It may come again from what happens from now on.
    Allow = 2,
}

/// The end of what holds as long as its condition does.
pub const FOREVER: Millis = Millis(i64::MAX);

/// A rule tag and whether its condition is true now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleAsked<'a> {
    /// The shop's name for it.
    pub name: &'a str,
    /// Its condition is true.
    pub holds: bool,
    /// It holds for so long after that, in milliseconds; 0: not at all.
    pub lasts: i64,
}

/// What has become of a rule tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleState {
    /// The shopper does not have it.
    Absent,
    /// The shopper has it, since, and until; [`FOREVER`] as long as its condition is true.
    Holds(Millis, Millis),
    /// The shopper deleted it then, and its condition has been true ever since.
    Deleted(Millis),
    /// The shopper blocked it then.
    Blocked(Millis),
}

/// A tag that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenTag {
    /// Of which dimension.
    pub dimension: Dimension,
    /// As `portrait` named it; `#` and its key in hexadecimal where the pack no longer knows it.
    pub name: String,
    /// What happened up to then does not bring it again.
    pub since: Millis,
    /// Nothing does.
    pub blocked: bool,
}

impl Engine {
    /// Takes a tag back, or lets it come again. False for a name that no tag of this dimension can have, and where 256 are blocked already.
    ///
    /// # Errors
    ///
    /// `consent_required`.
    pub fn wish_tag(&mut self, now: Millis, dimension: Dimension, name: &str, wish: TagWish) -> Result<bool> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let Some(key) = self.tag_key(dimension, name) else { return Ok(false) };
        match wish {
            TagWish::Allow => self.portrait.unhide(&allowed, dimension, key, now),
            TagWish::Delete | TagWish::Block => {
                if !self.portrait.hide(&allowed, dimension, key, now, wish == TagWish::Block) {
                    return Ok(false);
                }
            }
        }
        // Reasons of earlier lists may have been drawn from it.
        self.served.clear();
        Ok(true)
    }

    /// What becomes of the shop's rule tags, now that their conditions were asked: a tag holds while its condition is true and for so long after, and not
    /// while the shopper took it back. One that was deleted may come again once its condition was false. Also whether anything is to be kept that was not.
    ///
    /// # Errors
    ///
    /// `consent_required`.
    pub fn rule_tags(&mut self, now: Millis, asked: &[RuleAsked<'_>]) -> Result<(Vec<RuleState>, bool)> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let mut states = Vec::with_capacity(asked.len());
        let mut new = false;
        for rule in asked {
            let key = Key::rule(rule.name);
            let hidden = self.portrait.hidden(&allowed).find(|h| h.key == key).copied();
            let before = self.portrait.noted(&allowed, key, now);
            states.push(match hidden {
                Some(h) if h.blocked => RuleState::Blocked(h.until),
                Some(h) if rule.holds => RuleState::Deleted(h.until),
                _ => {
                    if hidden.is_some() {
                        new = true;
                        self.portrait.unhide(&allowed, Dimension::Tag, key, now);
                    }
                    if rule.holds {
                        let until = if rule.lasts > 0 { now.plus(rule.lasts) } else { FOREVER };
                        self.portrait.note(&allowed, key, now, until);
                    } else if rule.lasts == 0 {
                        self.portrait.unnote(&allowed, key);
                    }
                    let noted = self.portrait.noted(&allowed, key, now);
                    new |= noted != before;
                    noted.map_or(RuleState::Absent, |n| RuleState::Holds(n.since, n.until))
                }
            });
        }
        Ok((states, new))
    }

    /// Takes a rule tag back, or lets it come again.
    ///
    /// # Errors
    ///
    /// `consent_required`.
    pub fn wish_rule(&mut self, now: Millis, name: &str, wish: TagWish) -> Result<bool> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        if name.is_empty() {
            return Ok(false);
        }
        let key = Key::rule(name);
        if wish == TagWish::Allow {
            self.portrait.unhide(&allowed, Dimension::Tag, key, now);
            return Ok(true);
        }
        self.portrait.unnote(&allowed, key);
        Ok(self.portrait.hide(&allowed, Dimension::Tag, key, now, wish == TagWish::Block))
    }

    /// Milliseconds that a trait of each [`Dimension`] is a tag for after the last event behind it: section `TAGL`, else four half-lives.
    pub fn tag_lives(&self) -> [i64; Dimension::COUNT] {
        let mut r = Reader::new(self.catalog.pack().section(Tag::TAG_LIFE, 0).unwrap_or(&[]));
        self.config.half_life.map(|half_life| if r.left() >= 8 { r.i64().max(0) } else { half_life * 4 })
    }

    /// What was taken back, but for the rule tags of the names given; empty without consent.
    pub fn hidden_tags(&self, rules: &[&str]) -> Vec<HiddenTag> {
        let Some(allowed) = self.consent.may_personalize() else { return Vec::new() };
        let name = |d, key| {
            let name = trait_name(&self.catalog, &self.config, d, key).0;
            if name.is_empty() { unnamed(key) } else { name }
        };
        let is_rule = |h: &&Hidden| h.dimension == Dimension::Tag && rules.iter().any(|r| Key::rule(r) == h.key);
        let of = |h: &Hidden| HiddenTag {
            dimension: h.dimension,
            name: name(h.dimension, h.key),
            since: h.until,
            blocked: h.blocked,
        };
        self.portrait.hidden(&allowed).filter(|h| !is_rule(h)).map(of).gather()
    }

    fn tag_key(&self, dimension: Dimension, name: &str) -> Option<Key> {
        let number = || name.parse::<u64>().ok();
        if name.is_empty() {
            return None;
        }
        if let Some(key) = named_by_key(name) {
            return Some(key);
        }
        match dimension {
            Dimension::Item => Some(self.catalog.find(name).map_or(Key::product(name), |f| self.catalog.key(f.row))),
            Dimension::Category | Dimension::Topic => Some(Key::category(name)),
            Dimension::Brand => Some(Key::brand(name)),
            Dimension::PriceBand => {
                let low = name.split('-').next()?.parse().ok()?;
                Some(Key::price_band(&self.catalog.market().currency, money::price_band(Minor(low))))
            }
            Dimension::Tag => Some(Key::tag(name)),
            Dimension::Hour => number().filter(|n| *n < 24).map(Key),
            Dimension::Weekday => number().filter(|n| (1..8).contains(n)).map(Key),
            Dimension::Channel | Dimension::ShareChannel => {
                self.config.channel(name).or_else(|| (name == track::OTHER).then(|| Key::channel(name)))
            }
            Dimension::Content => CONTENT_KINDS.iter().position(|k| *k == name).map(|i| Key(i as u64)),
        }
    }
}

/// A trait's key in place of a name.
fn unnamed(key: Key) -> String {
    let digit = |i: u32| char::from(b"0123456789abcdef"[(key.0 >> (60 - 4 * i)) as usize & 15]);
    let mut out = String::from("#");
    (0..16).for_each(|i| out.push(digit(i)));
    out
}

/// The key that stands in place of a name.
fn named_by_key(name: &str) -> Option<Key> {
    let digits = name.strip_prefix('#').filter(|x| x.len() == 16)?;
    let mut key = 0;
    for b in digits.bytes() {
        key = key << 4 | u64::from(char::from(b).to_digit(16)?);
    }
    Some(Key(key))
}
