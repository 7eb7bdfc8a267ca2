//! The shop's side: tables from logs, weights from replays, and the pack that holds both.

pub mod assemble;
pub mod counts;
pub mod evaluate;
mod learn;
pub mod metrics;
pub mod pack;
pub mod replay;
pub mod split;
pub mod tables;
pub mod tune;
