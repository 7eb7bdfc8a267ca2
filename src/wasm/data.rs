//! The calls by which the shopper takes the data along, and sees what reports were spent on.

use super::dispatch::time;
use crate::codec::{Reader, Writer};
use crate::engine::Engine;
use crate::error::Result;
use crate::privacy::ledger::Ledger;

/// The portrait, and what the ledger tells: for each week the metric that was drawn, and the budget that it took; all that was spent, and the most
/// that may be.
pub(super) fn taken_out(shelf: &mut Engine, r: &mut Reader<'_>, out: &mut Writer) -> Result<()> {
    let ledger = r.bytes();
    r.end()?;
    out.bytes(&shelf.taken_out());
    let ledger = Ledger::restore(ledger).unwrap_or_default();
    out.count(ledger.spent().len());
    for spent in ledger.spent() {
        out.f64(spent.epoch.0.into());
        out.str(spent.metric.code());
        out.u32(spent.epsilon.millionths());
    }
    out.u32(ledger.total());
    // What the pack says of reports must not keep a shopper from what is theirs.
    out.u32(shelf.lifetime().map_or(0, |l| l.millionths()));
    Ok(())
}

/// Takes in what was taken out elsewhere.
pub(super) fn take_in(shelf: &mut Engine, r: &mut Reader<'_>) -> Result<()> {
    let now = time(r);
    let snapshot = r.bytes();
    r.end()?;
    shelf.take_in(now, snapshot)
}
