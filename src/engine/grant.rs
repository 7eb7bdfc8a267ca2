//! Granting campaigns: what this device grants, keeps granted, and what the shopper declined.

use super::{Engine, no_consent};
use crate::catalog::overlay::{BETWEEN, MULTIPLIER};
use crate::error::{Code, Error, Result};
use crate::id::{Key, hash};
use crate::offer::grant::{Grant, read};
use crate::pack::Tag;
use crate::text::concat;
use crate::time::Millis;
use alloc::string::String;
use alloc::vec::Vec;

/// What has become of a campaign on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// How it stands.
    pub state: GrantState,
    /// The coupon by its offer's id, where one is granted.
    pub coupon: String,
    /// When the campaign ends.
    pub until: Millis,
}

/// How a campaign stands on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum GrantState {
    /// It grants nothing to this shopper: no coupon is worth its price, or there is no such campaign or segment.
    Nothing = 0,
    /// A coupon is granted.
    Granted = 1,
    /// The shopper declined.
    Declined = 2,
    /// It has not begun on this device.
    Waits = 3,
    /// It is over.
    Over = 4,
    /// Its multiplier no longer holds.
    Expired = 5,
    /// The shop's switch stops it.
    Stopped = 6,
    /// The switch is stale or has not come: nothing more is granted.
    Unknown = 7,
}

/// In place of a segment: the shop's switch stops the campaign.
pub const STOPPED: u32 = u32::MAX - 1;
/// In place of a segment: it is not known whether the switch does.
pub const UNKNOWN: u32 = u32::MAX - 2;

/// A whole number of at most sixteen digits.
fn whole(text: &str) -> Option<i64> {
    let mut n = 0_i64;
    for digit in text.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        n = n.wrapping_mul(10_i64).wrapping_add(i64::from(digit - b'0'));
    }
    (!text.is_empty() && text.len() < 17).then_some(n)
}

fn key(what: &str, campaign: &str, coupon: &str) -> Key {
    Key::event(&concat(&[what, campaign, "\n", coupon]))
}

impl Engine {
    /// How campaigns stand, each with the segment that the host found for the shopper, and whether anything is to be kept that was not. What was granted once
    /// stays so until the campaign ends, whatever becomes of multiplier and segment. `seed` is what devices draw from when they begin; without one they
    /// begin at the end of the spread. In place of a segment may stand that the campaign is [`STOPPED`], or that this is [`UNKNOWN`]. A multiplier of the overlay in
    /// force takes the place of the pack's, and holds no longer than the overlay does.
    ///
    /// # Errors
    ///
    /// `consent_required`; `pack_malformed`.
    pub fn grants(&mut self, now: Millis, seed: Option<f64>, asked: &[(&str, u32)]) -> Result<(Vec<Granted>, bool)> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let malformed = |_| Error::new(Code::PackMalformed, "section GRNT cannot be read.");
        let section = self.catalog.pack().section(Tag::GRANT, self.catalog.market_index() as u32).unwrap_or(&[0; 4]);
        let mut all = read(section).map_err(malformed)?;
        all.iter_mut().for_each(|grant| self.overlaid(grant));
        let (mut out, mut new) = (Vec::new(), false);
        for (id, segment) in asked {
            let mut told = Granted { state: GrantState::Nothing, coupon: String::new(), until: Millis(0) };
            if let Some(grant) = all.iter().find(|g| g.id == *id) {
                told.until = grant.window[1];
                let mut coupons = grant.segments.iter().flat_map(|s| &s.coupons);
                let held = coupons.find(|c| self.portrait.noted(&allowed, key("grant:", id, c), now).is_some());
                told.state = if *segment == STOPPED {
                    GrantState::Stopped
                } else if self.portrait.noted(&allowed, key("declined:", id, ""), now).is_some() {
                    GrantState::Declined
                } else if now >= told.until {
                    GrantState::Over
                } else if let Some(coupon) = held {
                    told.coupon.clone_from(coupon);
                    GrantState::Granted
                } else if *segment == UNKNOWN {
                    GrantState::Unknown
                } else if now < self.begins(grant, seed, &mut new) {
                    GrantState::Waits
                } else if now >= grant.lambda_until {
                    GrantState::Expired
                } else {
                    told.coupon.push_str(grant.chosen(*segment as usize));
                    if told.coupon.is_empty() {
                        GrantState::Nothing
                    } else {
                        new = true;
                        self.portrait.note(&allowed, key("grant:", id, &told.coupon), now, told.until);
                        GrantState::Granted
                    }
                };
            }
            out.push(told);
        }
        Ok((out, new))
    }

    /// Puts the overlay's multiplier into a campaign, where it has one. What cannot be read grants nothing.
    fn overlaid(&self, grant: &mut Grant) {
        let (said, stale) = self.catalog.multipliers();
        for one in said.split(MULTIPLIER) {
            let mut parts = one.split(BETWEEN);
            if parts.next() != Some(grant.id.as_str()) || one.is_empty() {
                continue;
            }
            let (lambda, until) = (parts.next().and_then(whole), parts.next().and_then(whole));
            grant.lambda_ppm = lambda.unwrap_or(0) as u64;
            grant.lambda_until = Millis(lambda.and(until).unwrap_or(0)).min(stale);
        }
    }

    /// When a campaign begins on this device: drawn once, and kept.
    fn begins(&mut self, grant: &Grant, seed: Option<f64>, new: &mut bool) -> Millis {
        let Some(allowed) = self.consent.may_personalize() else { return grant.window[1] };
        let key = key("begins:", &grant.id, "");
        if grant.spread_minutes == 0 {
            return grant.window[0];
        }
        if let Some(note) = self.portrait.noted(&allowed, key, self.clock) {
            return note.since;
        }
        let Some(seed) = seed else { return grant.opens(u32::MAX) };
        let begins = grant.opens((hash(seed.to_bits(), grant.id.as_bytes()) >> 32) as u32);
        self.portrait.note(&allowed, key, begins, grant.window[1]);
        *new = true;
        begins
    }

    /// The shopper declines a campaign, or takes that back.
    ///
    /// # Errors
    ///
    /// `consent_required`.
    pub fn decline_grant(&mut self, now: Millis, campaign: &str, declined: bool) -> Result<()> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let key = key("declined:", campaign, "");
        if declined {
            self.portrait.note(&allowed, key, now, super::FOREVER);
        } else {
            self.portrait.unnote(&allowed, key);
        }
        Ok(())
    }
}
