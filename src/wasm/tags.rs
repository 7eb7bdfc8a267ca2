//! The calls about tags that the shopper takes back.

use super::dispatch::{strings, time};
use crate::codec::{Malformed, Reader, Writer};
use crate::engine::{Engine, FOREVER, RuleAsked, RuleState, TagWish};
use crate::error::Result;
use crate::profile::Dimension;
use crate::time::DAY;
use alloc::vec::Vec;

/// Stands where a dimension does, for a rule tag.
const RULE: usize = Dimension::COUNT;

/// What becomes of rule tags, now that their conditions were asked.
pub(super) fn rules(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let mut asked = Vec::new();
    for _ in 0..r.count(13) {
        let (name, holds) = (r.str(), r.bool());
        asked.push(RuleAsked { name, holds, lasts: (r.f64().max(0.0) * DAY as f64) as i64 });
    }
    r.end()?;
    let (states, new) = shelf.rule_tags(now, &asked)?;
    out.count(states.len());
    for state in states {
        let (number, since, until) = match state {
            RuleState::Absent => (0, f64::NAN, f64::NAN),
            RuleState::Holds(since, FOREVER) => (1, since.to_f64(), f64::NAN),
            RuleState::Holds(since, until) => (1, since.to_f64(), until.to_f64()),
            RuleState::Deleted(since) => (2, since.to_f64(), f64::NAN),
            RuleState::Blocked(since) => (3, since.to_f64(), f64::NAN),
        };
        out.u8(number);
        out.f64(since);
        out.f64(until);
    }
    out.u8(u8::from(new));
    Ok(())
}

/// Takes a tag back, or lets it come again: 1 where there can be such a tag.
pub(super) fn wish(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let now = time(r);
    let (dimension, wish, name) = (r.u8(), r.u8(), r.str());
    r.end()?;
    let wish = [TagWish::Delete, TagWish::Block, TagWish::Allow].into_iter().nth(usize::from(wish)).ok_or(Malformed)?;
    if usize::from(dimension) == RULE {
        out.u8(u8::from(shelf.wish_rule(now, name, wish)?));
        return Ok(());
    }
    let dimension = Dimension::ALL.get(usize::from(dimension)).ok_or(Malformed)?;
    out.u8(u8::from(shelf.wish_tag(now, *dimension, name, wish)?));
    Ok(())
}

/// What was taken back.
pub(super) fn hidden(shelf: &Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let rules = strings(r);
    r.end()?;
    let tags = shelf.hidden_tags(&rules);
    out.count(tags.len());
    for t in tags {
        out.u8(t.dimension as u8);
        out.str(&t.name);
        out.f64(t.since.to_f64());
        out.u8(u8::from(t.blocked));
    }
    Ok(())
}
