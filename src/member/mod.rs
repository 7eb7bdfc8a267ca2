//! Membership: levels, growth and points, as a function of a programme, a ledger, an entry and the time.
//!
//! [`manual/membership.md`](crate::manual::membership) has the rules, the ledger's bytes and what is the server's.

mod apply;
mod book;
mod date;
mod entry;
#[cfg(any(feature = "cli", feature = "lint"))]
pub mod json;
mod ledger;
mod program;
mod purse;
mod reconcile;
mod state;
#[cfg(test)]
mod tests;
pub mod wire;

pub use apply::{Outcome, Refusal, Status, apply, apply_in};
pub use book::{Book, Count};
pub use date::{Day, NEVER, add_months, day_of, from_civil, midnight, to_civil};
pub use entry::{Amounts, Entry, Fact, Kind, What};
pub use ledger::{BYTES, Ledger, ROOM};
pub use program::{Earn, Level, Limit, Per, Program, Redemption, Reward, Rounding, Task, name};
pub use purse::{Lot, Purse};
pub use reconcile::{Difference, Opening, Reconciled, Statement, Sums, merge, reconcile};
pub use state::{Asked, Left, NextPurchase, State, next_purchase, state};
