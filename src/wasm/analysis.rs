//! The call for all that can be told of the shopper.

use super::dispatch::{NO_ROW, strings, time, zone};
use crate::codec::{Reader, Writer};
use crate::engine::{Asked, CareAsked, Chances, Engine, Names};
use crate::error::Result;
use crate::insight::Insights;
use crate::insight::occasion::NO_LIMIT;
use crate::insight::promote::SPEAKERS;
use crate::time::Millis;
use alloc::vec::Vec;

pub(super) fn insights(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, zone, account, since) = (time(r), zone(r), r.str(), r.f64());
    r.end()?;
    let asked = Asked { zone, account, since: Millis::from_f64(since) };
    let told = shelf.insights(now, asked, |names, all| write(names, all, out))?;
    if told.is_none() {
        out.count(0);
        out.count(0);
    }
    Ok(())
}

fn write(names: &Names<'_>, all: &Insights<'_>, out: &mut Writer) {
    out.count(all.known.len());
    for insight in &all.known {
        out.str(insight.code.shape());
        let [subject, other] = names.subject(insight);
        out.str(subject);
        out.str(other);
        out.count(insight.values().len());
        for value in insight.values() {
            out.f64(*value);
        }
        out.f64(insight.confidence);
        out.count(insight.evidence.len());
        for e in &insight.evidence {
            out.str(e.kind.name());
            out.u32(e.count.n);
            out.f64(e.count.first.to_f64());
            out.f64(e.count.last.to_f64());
        }
    }
    out.count(all.absent.len());
    for (code, lack) in &all.absent {
        out.str(code.shape());
        out.str(&lack.name());
    }
}

/// Changes of stage that were not told yet.
pub(super) fn stages(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, zone) = (time(r), zone(r));
    r.end()?;
    let (new, changes) = shelf.tell_stages(now, zone)?;
    out.u8(u8::from(new));
    out.count(changes.len());
    for (from, to, at) in changes {
        out.u8(from as u8);
        out.u8(to as u8);
        out.f64(at.to_f64());
    }
    Ok(())
}

/// A list of two texts each.
fn pairs<'a>(r: &mut Reader<'a>) -> Vec<(&'a str, &'a str)> {
    let mut all = Vec::new();
    for _ in 0..r.count(8) {
        all.push((r.str(), r.str()));
    }
    all
}

/// Which offers are put forward, and why the others are not.
pub(super) fn put_forward(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, zone) = (time(r), zone(r));
    let seed = Some(r.f64()).filter(|s| !s.is_nan());
    let (slot, places) = (r.str(), r.u32() as usize);
    let (offers, withheld) = (pairs(r), pairs(r));
    r.end()?;
    let drawn = Chances { seed, slot, places, withheld: &withheld };
    let (told, events) = shelf.put_forward(now, zone, drawn, &offers)?;
    out.count(told.len());
    for f in told {
        out.u32(f.at);
        out.u8(f.verdict as u8);
        out.f64(f64::from(f.weight));
        out.str(speaker(f.because));
        out.u32(f.rate);
        out.u32(f.propensity);
        out.str(&f.creative.0);
        out.u32(f.creative.1);
    }
    out.u32(events);
    Ok(())
}

/// How granting campaigns stand.
pub(super) fn grants(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, seed) = (time(r), r.f64());
    let mut asked = Vec::new();
    for _ in 0..r.count(8) {
        asked.push((r.str(), r.u32()));
    }
    r.end()?;
    let (told, new) = shelf.grants(now, Some(seed).filter(|s| !s.is_nan()), &asked)?;
    out.count(told.len());
    for g in &told {
        out.u8(g.state as u8);
        out.str(&g.coupon);
        out.f64(g.until.to_f64());
    }
    out.u8(u8::from(new));
    Ok(())
}

/// The shopper declines one, or takes that back.
pub(super) fn decline_grant(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let (now, campaign, declined) = (time(r), r.str(), r.bool());
    r.end()?;
    shelf.decline_grant(now, campaign, declined)
}

/// The word for what speaks; empty for 0, which is nothing of the shopper.
fn speaker(number: u8) -> &'static str {
    SPEAKERS.split(' ').nth(number.into()).filter(|_| number > 0).unwrap_or("")
}

/// What the shop has to say of a product, what speaks most to the shopper first.
pub(super) fn selling_points(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, zone, neutral, product) = (time(r), zone(r), r.bool(), r.str());
    let scene = strings(r);
    r.end()?;
    let mut told = Writer::new();
    shelf.selling_points(now, (zone, neutral), product, &scene, &mut |points| {
        told.count(points.len());
        for p in points {
            told.str(p.id);
            told.u8(p.kind);
            told.str(p.text);
            told.str(speaker(p.speaker));
            told.u32(p.said as u32);
            told.str(p.scene);
            told.u32(p.lifted as u32);
        }
    })?;
    if told.is_empty() {
        told.count(0);
    }
    out.raw(&told.finish());
    Ok(())
}

/// Which messages of care are due, and why the others are not.
pub(super) fn care(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, zone, neutral) = (time(r), zone(r), r.bool());
    let (slot, level, birthday, delivered) = (r.str(), r.str(), r.u32(), Millis::from_f64(r.f64()));
    let offers = strings(r);
    r.end()?;
    let asked = CareAsked { zone, neutral, slot, level, birthday, delivered, offers: &offers };
    let told = shelf.care(now, &asked)?;
    out.f64(told.hour.unwrap_or(f64::NAN));
    let (level, text, limit) = told.level.unwrap_or_default();
    out.str(level);
    out.str(text);
    out.f64(if limit == NO_LIMIT { f64::NAN } else { f64::from(limit) / 1000.0 });
    out.count(told.messages.len());
    for c in &told.messages {
        out.str(c.id);
        out.str(c.occasion.name());
        out.u8(c.due as u8);
        out.u32(c.offer.unwrap_or(NO_ROW));
        out.f64(c.window[0].to_f64());
        out.f64(c.window[1].to_f64());
        out.str(c.card);
        out.str(c.text);
    }
    Ok(())
}
