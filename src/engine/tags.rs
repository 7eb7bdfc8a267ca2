//! Traits as tags that the shopper may take back: by the dimension and the name that `portrait` shows.

use super::{Engine, no_consent, track, trait_name};
use crate::error::Result;
use crate::event::CONTENT_KINDS;
use crate::id::Key;
use crate::list::Gather;
use crate::money::{self, Minor};
use crate::profile::Dimension;
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

/// A tag that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenTag {
    /// Of which dimension.
    pub dimension: Dimension,
    /// As `portrait` named it; empty where the pack no longer knows it.
    pub name: String,
    /// What happened up to then does not bring it again.
    pub since: Millis,
    /// Nothing does.
    pub blocked: bool,
}

impl Engine {
    /// Takes a tag back, or lets it come again. False for a name that no tag of this dimension can have.
    ///
    /// # Errors
    ///
    /// `consent_required`.
    pub fn wish_tag(&mut self, now: Millis, dimension: Dimension, name: &str, wish: TagWish) -> Result<bool> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let Some(key) = self.tag_key(dimension, name) else { return Ok(false) };
        match wish {
            TagWish::Allow => self.portrait.unhide(&allowed, dimension, key),
            TagWish::Delete | TagWish::Block => {
                self.portrait.hide(&allowed, dimension, key, now, wish == TagWish::Block);
            }
        }
        // Reasons of earlier lists may have been drawn from it.
        self.served.clear();
        Ok(true)
    }

    /// What was taken back; empty without consent.
    pub fn hidden_tags(&self) -> Vec<HiddenTag> {
        let Some(allowed) = self.consent.may_personalize() else { return Vec::new() };
        let name = |d, key| trait_name(&self.catalog, &self.config, d, key).0;
        let of = |h: &crate::profile::hidden::Hidden| HiddenTag {
            dimension: h.dimension,
            name: name(h.dimension, h.key),
            since: h.until,
            blocked: h.blocked,
        };
        self.portrait.hidden(&allowed).iter().map(of).gather()
    }

    fn tag_key(&self, dimension: Dimension, name: &str) -> Option<Key> {
        let number = || name.parse::<u64>().ok();
        if name.is_empty() {
            return None;
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
                Some(self.config.channel(name).unwrap_or(Key::channel(track::OTHER)))
            }
            Dimension::Content => CONTENT_KINDS.iter().position(|k| *k == name).map(|i| Key(i as u64)),
        }
    }
}
