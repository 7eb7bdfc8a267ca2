//! The private report: what the ledger allows, answered from the portrait, in bytes for the host to store and to send.

use super::Engine;
use crate::error::{Code, Error, Result};
use crate::pack::Tag;
use crate::privacy::ledger::{Epoch, Ledger, Lifetime, Refused};
use crate::privacy::noise::NoEntropy;
use crate::report::{NoisedReport, ReportSchema, of_epoch, truth};
use crate::time::Millis;
use alloc::vec::Vec;

/// What became of the wish for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The ledger as it is now: the host stores it before it sends anything.
    pub ledger: Vec<u8>,
    /// The report of this week, or why there is none. The pack of a shop that asks nothing gives `Ok(None)`.
    pub report: core::result::Result<Option<NoisedReport>, Refused>,
}

impl Engine {
    /// The report of the epoch of `now`, made at the first call and remembered by the ledger from then on. `ledger` is what
    /// the host has stored, empty for nothing; one that cannot be read counts as spent. `entropy` holds
    /// [`ENTROPY_BYTES`](crate::privacy::noise::ENTROPY_BYTES) bytes from the host's cryptographic generator, or nothing.
    ///
    /// Without consent to personalize the answer is `none`, like that of a shopper without interests.
    ///
    /// # Errors
    ///
    /// `consent_required` without consent to report and to store, `pack_malformed` when the pack's schema or the device's lifetime cannot be
    /// read, or promises more than it keeps.
    pub fn report(&mut self, now: Millis, ledger: &[u8], entropy: &[u8]) -> Result<Reported> {
        let refused =
            || Error::new(Code::ConsentRequired, "nothing is reported without consent to report and to store.");
        let ok = self.consent.may_report().ok_or_else(refused)?;
        let mut ledger = restored(now, ledger);
        ledger.settle(now);
        let Some(schema) = self.catalog.pack().section(Tag::REPORT, 0) else {
            return Ok(Reported { ledger: ledger.snapshot(), report: Ok(None) });
        };
        let schema = ReportSchema::decode(schema)?;
        let lifetime = self.lifetime()?;
        self.tick(now);
        let (portrait, catalog, personalize) = (&mut self.portrait, &self.catalog, self.consent.may_personalize());
        let mut draw = |bytes: &mut [u8]| {
            if entropy.len() != bytes.len() {
                return Err(NoEntropy);
            }
            bytes.copy_from_slice(entropy);
            Ok(())
        };
        let report = of_epoch(&ok, &mut ledger, (&schema, lifetime), now, &mut draw, |about| {
            truth(about, schema.grouping(), portrait, &personalize?, catalog, Epoch::of(now))
        });
        Ok(Reported { ledger: ledger.snapshot(), report: report.map(Some) })
    }

    /// What the reports of a device may spend in all.
    ///
    /// # Errors
    ///
    /// `pack_malformed` when the pack says what cannot be.
    pub fn lifetime(&self) -> Result<Lifetime> {
        let Some(bytes) = self.catalog.pack().section(Tag::LIFETIME, 0) else { return Ok(Lifetime::SHIPPED) };
        let millionths = <[u8; 4]>::try_from(bytes).ok().map(u32::from_le_bytes);
        let wrong = || Error::new(Code::PackMalformed, "the lifetime of reports is not between 0.01 and 1,000.");
        millionths.and_then(Lifetime::from_millionths).ok_or_else(wrong)
    }
}

/// What is left of a stored ledger when the shopper withdraws `report`: the latest spent epoch and the sum of all. With `all`, which is for `store` and to
/// be forgotten, the mark of a spent epoch until it ends, else nothing.
pub fn withdrawn(now: Millis, ledger: &[u8], all: bool) -> Vec<u8> {
    let mut ledger = restored(now, ledger);
    if all {
        ledger.forget(now);
    } else {
        ledger.withdraw(now);
    }
    ledger.snapshot()
}

fn restored(now: Millis, ledger: &[u8]) -> Ledger {
    Ledger::restore(ledger).unwrap_or_else(|_| Ledger::unreadable(now, ledger))
}
