//! The shop's side: tables from logs, weights from replays, and the pack that holds both.

mod arrivals;
pub mod assemble;
pub mod associate;
mod attributes;
pub mod cards;
pub mod cluster;
pub mod counts;
mod embed;
pub mod evaluate;
pub mod fit;
mod learn;
mod linear;
pub mod metrics;
pub mod pack;
mod promotions;
mod recency;
pub mod replay;
mod reports;
mod rules;
pub mod season;
pub mod shards;
mod similar;
pub mod split;
pub mod tables;
mod threads;
pub mod tune;
mod usage;
