//! The calls about private reports.

use super::dispatch::time;
use crate::codec::{Reader, Writer};
use crate::engine::{Engine, withdrawn};
use crate::error::Result;
use crate::privacy::ledger::Refused;
use alloc::vec::Vec;

/// The call of this part.
pub(super) type Part = fn(&mut Engine, &mut Reader<'_>, &mut Writer) -> Result<()>;

/// Call 27. What only it needs is a file of its own, which `pkg-template/build/part.mjs` cuts at this function: a page without consent to report never
/// loads it. A withdrawal acts at once, so that call 28 is the core's.
pub(super) fn part(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, ledger, entropy) = (time(r), r.bytes(), r.bytes());
    r.end()?;
    let reported = shelf.report(now, ledger, entropy)?;
    let (outcome, bytes) = match reported.report {
        Ok(Some(report)) => (0, report.bytes()),
        Ok(None) => (4, Vec::new()),
        Err(Refused::Spent) => (1, Vec::new()),
        Err(Refused::ClockBack) => (2, Vec::new()),
        Err(Refused::NoEntropy) => (3, Vec::new()),
        Err(Refused::Lifetime) => (5, Vec::new()),
    };
    out.u8(outcome);
    out.bytes(&reported.ledger);
    out.bytes(&bytes);
    Ok(())
}

pub(super) fn withdraw(r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let (now, ledger, all) = (time(r), r.bytes(), r.u8() != 0);
    r.end()?;
    out.bytes(&withdrawn(now, ledger, all));
    Ok(())
}
