//! All that can be told of the shopper, with names in place of keys.

use super::{Engine, track};
use crate::catalog::Catalog;
use crate::error::{Code, Error, Result};
use crate::id::Key;
use crate::insight::{Change, Insight, Insights, Question, Settings, Stage, Subject, changes, insights};
use crate::pack::Tag;
use crate::profile::{History, ProfileConfig};
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// Whose insights are asked for, and from when on changes of stage are told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Minutes by which the shopper's clock is ahead of UTC.
    pub zone: i16,
    /// The account's key, as the shop's orders have it; empty for none.
    pub account: &'a str,
    /// Changes of stage are told from here on; `None`: none are.
    pub since: Option<Millis>,
}

impl Engine {
    /// Gives `look` all that can be told of the shopper; nothing without consent to personalize.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the shop's parameters cannot be read.
    pub fn insights<T>(
        &mut self,
        now: Millis,
        asked: Asked<'_>,
        look: impl FnOnce(&Names<'_>, &Insights<'_>) -> T,
    ) -> Result<Option<T>> {
        let (mut look, mut told) = (Some(look), None);
        self.questioned(now, asked, &mut |names, ask| told = look.take().map(|look| look(names, &insights(ask))))?;
        Ok(told)
    }

    /// Gives `look` the question that all that can be told answers; nothing without consent to personalize.
    pub(super) fn questioned(
        &mut self,
        now: Millis,
        asked: Asked<'_>,
        look: &mut dyn FnMut(&Names<'_>, Question<'_>),
    ) -> Result<()> {
        let now = self.tick(now);
        let Some(allowed) = self.consent.may_personalize() else { return Ok(()) };
        let malformed = |_| Error::new(Code::PackMalformed, "section INSI cannot be read.");
        let section = self.catalog.pack().section(Tag::INSIGHT, 0);
        let settings = section.map(Settings::read).transpose().map_err(malformed)?.unwrap_or_default();
        let birthday = self.day_of_care();
        let history: History = self.portrait.history(&allowed);
        let view = self.portrait.view(&allowed);
        let Asked { zone, account, since } = asked;
        let (exponent, session_gap) = (self.catalog.market().exponent, self.config.session_gap);
        let (history, view, settings) = (&history, &view, &settings);
        let ask = Question { history, view, settings, now, zone, exponent, session_gap, account, since, birthday };
        look(&Names { catalog: &self.catalog, config: &self.config }, ask);
        Ok(())
    }

    /// The changes of stage that were not told yet, the oldest first; from now on they are. The first stage there is is no change. Nothing where there is
    /// no telling, or no consent to personalize.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the shop's parameters cannot be read.
    pub fn tell_stages(&mut self, now: Millis, zone: i16) -> Result<(bool, Vec<Change>)> {
        let nothing = (false, Vec::new());
        let Some(allowed) = self.consent.may_personalize() else { return Ok(nothing) };
        let told = self.portrait.told(&allowed);
        let told = told.and_then(|(at, n)| Some((at, *Stage::ALL.get(usize::from(n))?)));
        let asked = Asked { zone, ..Asked::default() };
        let mut found = None;
        self.questioned(now, asked, &mut |_, ask| found = changes(ask, told).ok())?;
        let Some((stage, changes)) = found else { return Ok(nothing) };
        let new = told.is_none() || !changes.is_empty();
        if new {
            self.portrait.tell(&allowed, self.clock, stage as u8);
        }
        Ok((new, changes))
    }
}

/// What keys are called.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    pub(super) catalog: &'a Catalog,
    config: &'a ProfileConfig,
}

impl<'a> Names<'a> {
    /// What an insight is about in words: a product's id, a category's path, a channel's name, a strategy in the view's language; of a pair both
    /// products. Empty for what the pack does not have.
    pub fn subject(&self, insight: &Insight<'a>) -> [&'a str; 2] {
        let c = self.catalog;
        let product = |key: Key| c.row_of(key).map_or("", |row| c.id(row));
        let first = match insight.subject {
            Subject::None => "",
            Subject::Product(key) => product(key),
            Subject::Pair(a, b) => return [product(a), product(b)],
            Subject::Category(key) => c.category_of_key(key).map_or("", |x| c.category_path(x)),
            Subject::Channel(key) => {
                let listed = self.config.channels.iter().find(|name| Key::channel(name) == key);
                listed.map_or(track::OTHER, String::as_str)
            }
            Subject::Text(text, text_zh) => {
                let chinese = c.language().as_bytes().get(..2).is_some_and(|l| l.eq_ignore_ascii_case(b"zh"));
                if (chinese && !text_zh.is_empty()) || text.is_empty() { text_zh } else { text }
            }
        };
        [first, ""]
    }
}
