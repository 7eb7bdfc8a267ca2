//! The integration tests: one binary, natively and as wasm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod api;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod builder;
mod compat;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod coupons;
mod crashers;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod customers;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod data;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod draw;
mod golden;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod invite;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod logs;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod member;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod messy;
mod offer;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod policy;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod publish;
mod report;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod shards;
#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
mod signed;
