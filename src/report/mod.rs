//! All that may leave the device: one noised answer a week, and on the shop's side what can be read from many of them.
//!
//! [`manual/privacy.md`](crate::manual::privacy) states the claim, [`manual/reports.md`](crate::manual::reports) the metrics, the formulas and every byte.

#[cfg(feature = "cli")]
pub mod accuracy;
#[cfg(feature = "cli")]
pub mod collect;
mod estimate;
mod interest;
mod message;
#[cfg(feature = "cli")]
mod named;
#[cfg(feature = "cli")]
pub mod outgoing;
mod schema;
#[cfg(feature = "cli")]
mod summary;
pub mod symbol;
mod truth;
#[cfg(feature = "cli")]
pub mod words;

pub use estimate::{Estimate, Estimates, Series, Taken, Tally, Z, planned_error};
pub use interest::{category_domain, category_interest, dominant};
pub use message::{NoisedReport, REPORT_BYTES};
pub use schema::{Asked, Grouping, MetricSchema, ReportSchema};
pub use truth::truth;

use crate::id::Key;
use crate::privacy::consent::Report;
use crate::privacy::ledger::{Budget, Ledger, Lifetime, Refused, Turn};
use crate::privacy::noise::{Draws, Entropy};
use crate::time::Millis;

/// The report of the epoch of `now`: made at the first call, the same bytes at every later one.
///
/// `truth` is asked for the drawn metric's answer, and only when a report is made: the draw cannot depend on it. `None`
/// and keys outside the domain become `none`. Store [`Ledger::snapshot`] before the report is sent; a host that cannot
/// store must not send.
///
/// # Errors
///
/// A [`Refused`] when the epoch or the device's lifetime is spent, the clock went back, or the host gives no randomness (nothing is spent then).
///
/// # Example: the answer is remembered, whatever the shopper does next
///
/// ```
/// use nearshelf::{id::Key, privacy::{consent::Consent, ledger::{Ledger, Lifetime}, noise::Epsilon}, time::Millis};
/// use nearshelf::report::{ReportSchema, of_epoch};
/// let (cats, dogs) = (Key::category("Cats"), Key::category("Dogs"));
/// let schema = ReportSchema::category_interest(&[cats, dogs], Epsilon::MOST)?;
/// let ok = Consent::all().may_report().expect("granted");
/// let (mut ledger, asked) = (Ledger::default(), (&schema, Lifetime::SHIPPED));
/// # let mut state = 1_u64;
/// # let mut host = |bytes: &mut [u8]| { for b in bytes { state = state.wrapping_mul(6364136223846793005).wrapping_add(1); *b = (state >> 33) as u8; } Ok(()) };
/// let first = of_epoch(&ok, &mut ledger, asked, Millis(0), &mut host, |_| Some(cats)).expect("budget");
/// let again = of_epoch(&ok, &mut ledger, asked, Millis(60_000), &mut host, |_| Some(dogs)).expect("memory");
/// assert_eq!(first.bytes(), again.bytes());
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
pub fn of_epoch(
    ok: &Report,
    ledger: &mut Ledger,
    (schema, lifetime): (&ReportSchema, Lifetime),
    now: Millis,
    entropy: &mut Entropy<'_>,
    truth: impl FnOnce(&MetricSchema) -> Option<Key>,
) -> Result<NoisedReport, Refused> {
    match ledger.turn(ok, now, schema.epsilon(), lifetime)? {
        // The ledger's sum was good, so the bytes are those that were written; were they not, the epoch stays spent.
        Turn::Remembered(bytes) => NoisedReport::read(bytes).map_err(|_| Refused::Spent),
        Turn::Open(budget) => make(ok, budget, schema, entropy, truth),
    }
}

/// Makes a report and spends the budget on it; see [`of_epoch`], which also remembers.
///
/// # Errors
///
/// [`Refused::NoEntropy`]; the budget is not spent then.
pub fn make(
    _: &Report,
    budget: Budget<'_>,
    schema: &ReportSchema,
    entropy: &mut Entropy<'_>,
    truth: impl FnOnce(&MetricSchema) -> Option<Key>,
) -> Result<NoisedReport, Refused> {
    let draws = Draws::take(entropy)?;
    let about = schema.draw(draws.metric);
    let symbol = truth(about).map_or(0, |key| about.symbol(key));
    let report = NoisedReport {
        schema: schema.version(),
        epoch: budget.epoch(),
        metric: about.metric(),
        symbols: about.noise().symbols() as u8,
        answer: about.noise().answer(symbol, &draws.noise),
        id: draws.id,
    };
    budget.spend(about.metric(), &report.bytes());
    Ok(report)
}
