//! Whose portrait it is: sealed memory, accounts, and the orders a shop's server knows of.

use super::track::{Notes, currency};
use super::{Engine, no_consent};
use crate::error::{Code, Error, Result};
use crate::event::clean::{Drop, RawDetails, RawEvent, RawItem, clean};
use crate::profile::Portrait;
use crate::store::seal;
use crate::time::Millis;
use alloc::vec::Vec;

/// An order as the shop's server has it.
#[derive(Debug, Clone)]
pub struct RawOrder<'a> {
    /// The shop's id for it.
    pub transaction_id: &'a str,
    /// Milliseconds since 1970 UTC.
    pub at: f64,
    /// What was bought.
    pub items: Vec<RawItem<'a>>,
    /// Its sum and currency.
    pub details: RawDetails<'a>,
}

/// What became of synced orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Synced {
    /// Taken into the portrait.
    pub added: u32,
    /// Counted before.
    pub known: u32,
}

/// What an account brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Identified {
    /// No portrait yet.
    New = 0,
    /// Its portrait.
    Taken = 1,
    /// A portrait that cannot be read: it starts clean.
    Unreadable = 2,
}

impl Engine {
    /// The portrait sealed for `scope`, for the host to keep. The nonce must be fresh.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to store and to personalize.
    pub fn seal(&mut self, key: &[u8; seal::KEY], nonce: &[u8; seal::NONCE], scope: &str) -> Result<Vec<u8>> {
        if !self.consent.may_store() {
            return Err(Error::new(Code::ConsentRequired, "nothing is kept without consent to store."));
        }
        Ok(seal::seal(key, nonce, scope, &self.snapshot()?))
    }

    /// Takes back a portrait that was sealed for `scope`.
    ///
    /// # Errors
    ///
    /// `consent_required`, `bad_snapshot`; the portrait stays as it was.
    pub fn unseal(&mut self, key: &[u8; seal::KEY], scope: &str, sealed: &[u8]) -> Result<()> {
        self.restore(&seal::open(key, scope, sealed)?)
    }

    /// The shopper is known from now on: the account's portrait takes the present one's place and takes over the events of
    /// this visit, and what was declared or taken back in it; what was known before this visit does not move, and a visit that is over has no part in it.
    ///
    /// With `same` both are this shopper's: another page saved its portrait, which takes this one's place with all that this page knows. One that cannot be read then changes nothing.
    ///
    /// # Errors
    ///
    /// `consent_required`: without consent there is no portrait to move.
    pub fn identify(
        &mut self,
        now: Millis,
        key: &[u8; seal::KEY],
        scope: &str,
        sealed: &[u8],
        same: bool,
    ) -> Result<Identified> {
        let now = self.tick(now);
        let allowed = self.consent.may_personalize().ok_or_else(no_consent)?;
        let kept = if sealed.is_empty() {
            Ok(None)
        } else {
            seal::open(key, scope, sealed).and_then(|plain| Portrait::restore(self.config.clone(), &plain)).map(Some)
        };
        let (mut account, result) = match kept {
            Ok(Some(portrait)) => (portrait, Identified::Taken),
            _ if same => return Ok(Identified::Unreadable),
            Ok(None) => (Portrait::new(self.config.clone()), Identified::New),
            Err(_) => (Portrait::new(self.config.clone()), Identified::Unreadable),
        };
        if same {
            account.join(&allowed, &self.portrait, now);
        } else {
            account.absorb(&allowed, &self.portrait, now);
            self.forget_lists();
        }
        self.portrait = account;
        self.place_events();
        self.settle_sensitive();
        Ok(result)
    }

    /// Nobody is known any more: a fresh portrait, and nothing of the account's in it.
    pub fn sign_out(&mut self) {
        self.rehearse(false);
        self.portrait = Portrait::new(self.config.clone());
        self.forget_lists();
        self.asked.clear();
    }

    /// Takes in orders the shop's server knows of, of any age. An order counts once, tracked or synced.
    pub fn sync_orders(&mut self, now: Millis, orders: &[RawOrder<'_>]) -> Synced {
        let now = self.tick(now);
        let mut result = Synced::default();
        let Some(allowed) = self.consent.may_personalize() else { return result };
        for order in orders {
            let details = RawDetails { order: order.transaction_id, ..order.details };
            let raw = RawEvent { name: "purchase", event_id: "", at: order.at, items: order.items.clone(), details };
            let mut notes = Notes::default();
            let cleaned = if order.transaction_id.is_empty() {
                Err(Drop::BadItem)
            } else {
                clean(&raw, now, &currency(&self.catalog), &mut |d| notes.add(d))
            };
            match cleaned {
                Ok(event) => {
                    if let Some(step) = self.step(event, &mut notes) {
                        let new = self.portrait.admit(&allowed, step);
                        *(if new { &mut result.added } else { &mut result.known }) += 1;
                    }
                }
                Err(reason) => self.drop_event(reason),
            }
            self.note(notes);
        }
        result
    }
}
