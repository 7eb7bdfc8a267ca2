//! What the shopper declares of themselves: values of the pack's attributes, and nothing else.

use super::{Engine, no_consent};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::event::clean::Drop;
use crate::pack::Tag;
use crate::privacy::consent::Personalize;
use crate::profile::attribute::{Attributes, Kind, Said, Source};
use crate::profile::contact::{is_contact, names_contact};
use crate::profile::declared::Declared;
use crate::time::{DAY, Millis};
use alloc::vec::Vec;

/// How answers are declared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Declaring {
    /// Who says so.
    pub source: Source,
    /// How sure it is, 0–1; what the shop thinks of the source where it is `None`.
    pub confidence: Option<f64>,
    /// What no answer is about stays declared.
    pub merge: bool,
}

/// An answer as the shopper sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeclaredView<'a> {
    /// The attribute's name.
    pub field: &'a str,
    /// Its name in the view's language.
    pub label: &'a str,
    /// What its values are.
    pub kind: Kind,
    /// It is the day that asks for care.
    pub cares: bool,
    /// The listed value; empty for a number.
    pub value: &'a str,
    /// The listed value in the view's language; the unit of a number.
    pub text: &'a str,
    /// The number, 0 or 1 for a flag, the month times 100 and the day.
    pub number: f64,
    /// Who said it.
    pub source: Source,
    /// How sure it is, 0–1.
    pub confidence: f64,
    /// When it was said.
    pub at: Millis,
    /// Until when it is kept.
    pub until: Millis,
}

impl Engine {
    /// Takes over what is declared, a value of a list as an answer of its own: in place of all that was, or with `merge` of what was on the same
    /// attributes. What the pack has no attribute for, or no such value of, is counted and kept nowhere. Answers how many were taken.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to personalize.
    ///
    /// # Example: a list is what is kept, and nothing else
    ///
    /// ```
    /// use nearshelf::engine::{Declaring, Engine};
    /// use nearshelf::privacy::consent::Consent;
    /// use nearshelf::profile::attribute::Said;
    /// use nearshelf::time::Millis;
    /// let mut shelf = Engine::open(include_bytes!("../../tests/compat/pack-v1.pack").to_vec())?;
    /// shelf.set_consent(Consent::all());
    /// // This pack lists nothing that could be declared.
    /// assert_eq!(shelf.declare(Millis(0), &[("phone", Said::Text("13800138000"))], Declaring::default())?, 0);
    /// assert_eq!(shelf.diagnostics(), [("contact_answer", 1)]);
    /// assert!(shelf.declared().is_empty());
    /// # Ok::<(), nearshelf::error::Error>(())
    /// ```
    pub fn declare(&mut self, now: Millis, answers: &[(&str, Said<'_>)], how: Declaring) -> Result<u32> {
        let at = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let all = attributes(&self.catalog);
        let portrait = &mut self.portrait;
        let sure = how.confidence.map(|c| (c.clamp(0.0, 1.0) * 100.0 + 0.5) as u8);
        let confidence = sure.unwrap_or(all.confidence[how.source as usize]);
        portrait.leave_declared(&allowed, &|_| how.merge);
        // Of each attribute, the first answer takes the place of what was.
        let mut said = Vec::new();
        let mut refused = [0; Drop::COUNT];
        for (field, answer) in answers {
            let attribute = all.named(field);
            let Some(attribute) = attribute.filter(|a| !a.sensitive || self.consent.may_be_sensitive()) else {
                let contact = names_contact(field) || looks_like_contact(answer);
                let refusal = if contact { Drop::ContactAnswer } else { Drop::UnknownAnswer };
                refused[attribute.map_or(refusal, |_| Drop::SensitiveAnswer) as usize] += 1;
                continue;
            };
            let nothing = *answer == Said::Nothing;
            let key = attribute.key();
            let first = !said.contains(&key);
            let value = attribute.take(*answer).filter(|_| first || attribute.kind == Kind::Choices);
            if value.is_none() && !nothing {
                refused[if looks_like_contact(answer) { Drop::ContactAnswer } else { Drop::UnknownAnswer } as usize] +=
                    1;
                continue;
            }
            if first {
                said.push(key);
                portrait.leave_declared(&allowed, &|d| !attribute.has(d));
            }
            let Some(value) = value else { continue };
            let until = at.plus(i64::from(attribute.days) * DAY);
            portrait.leave_declared(&allowed, &|d| d.value != value || d.attribute != key);
            let answer = Declared {
                attribute: key,
                value,
                at,
                until,
                source: how.source,
                confidence,
                sensitive: attribute.sensitive,
            };
            if !portrait.declare(&allowed, answer) {
                refused[Drop::UnknownAnswer as usize] += 1;
            }
        }
        let mut taken = answers.len() as u32;
        for (reason, n) in Drop::ALL.into_iter().zip(refused) {
            taken -= n;
            self.drop_many(reason, n);
        }
        Ok(taken)
    }

    /// What is declared, in the pack's order; nothing without consent. What this pack's attributes no longer take is forgotten, and what they have made
    /// sensitive is kept only with consent to that.
    pub fn declared(&mut self) -> Vec<DeclaredView<'_>> {
        let mut out = Vec::new();
        let Some(allowed) = self.consent.may_personalize() else { return out };
        self.review_declared(&allowed);
        let said = self.portrait.declared(&allowed);
        if said.is_empty() {
            return out;
        }
        for a in attributes(&self.catalog).list {
            let mut show = |d: &Declared, value, text, number| {
                out.push(DeclaredView {
                    field: a.name,
                    label: a.label,
                    kind: a.kind,
                    cares: a.care,
                    value,
                    text,
                    number,
                    source: d.source,
                    confidence: f64::from(d.confidence) / 100.0,
                    at: d.at,
                    until: d.until,
                });
            };
            if !a.kind.is_listed() {
                let key = a.key();
                said.iter().filter(|d| d.attribute == key).for_each(|d| show(d, "", a.unit, f64::from_bits(d.value)));
                continue;
            }
            // One of before there were attributes may stand beside a later one: of a choice the newest counts.
            let newest = said.iter().filter(|d| a.has(d)).map(|d| d.at).max();
            let counts = |d: &Declared| a.kind == Kind::Choices || Some(d.at) == newest;
            for (value, text) in &a.values {
                let key = a.answer(value);
                said.iter().filter(|d| d.value == key && counts(d)).for_each(|d| show(d, *value, *text, 0.0));
            }
        }
        out
    }

    /// A pack may have other attributes than the one under which the answers were given.
    fn review_declared(&mut self, allowed: &Personalize) {
        if self.portrait.declared(allowed).is_empty() {
            return;
        }
        let named = attributes(&self.catalog);
        self.portrait.review_declared(allowed, &|d| {
            let of = named.list.iter().find(|a| a.has(d));
            // What this pack does not know the next one may.
            of.map_or(Some(d.sensitive), |a| a.keeps(d.value).then_some(a.sensitive))
        });
        self.settle_declared();
    }

    /// The day of the year that asks for care, with how sure it is, 0–1.
    pub(super) fn day_of_care(&mut self) -> Option<(u32, f64)> {
        let cares = |d: &&DeclaredView<'_>| d.kind == Kind::MonthDay && d.cares;
        let declared = self.declared();
        let day = declared.iter().find(cares)?;
        Some((day.number as u32, day.confidence))
    }
}

fn looks_like_contact(answer: &Said<'_>) -> bool {
    matches!(answer, Said::Text(text) | Said::Number(_, text) if is_contact(text))
}

/// What the pack says can be declared.
fn attributes(catalog: &Catalog) -> Attributes<'_> {
    let section = |tag| catalog.pack().section(tag, 0).unwrap_or(&[]);
    let listed = Attributes::read(section(Tag::ATTRIBUTE), catalog.language_index());
    listed.unwrap_or_else(|_| Attributes::of_prior(section(Tag::PRIOR)))
}
