//! The boundary: one table of calls, and the two hosts that reach it.

#[cfg(feature = "abi")]
mod abi;
mod analysis;
#[cfg(any(
    feature = "abi",
    all(feature = "lint", not(feature = "cli")),
    all(
        any(feature = "member", feature = "draws"),
        target_arch = "wasm32",
        not(any(feature = "cli", feature = "web"))
    )
))]
mod block;
mod catalogue;
mod checkout;
mod data;
mod declared;
pub mod dispatch;
#[cfg(all(feature = "draws", target_arch = "wasm32", not(any(feature = "cli", feature = "web", feature = "abi"))))]
mod draw;
mod insight;
mod invite;
#[cfg(all(feature = "lint", not(feature = "cli")))]
mod lint;
#[cfg(all(feature = "member", target_arch = "wasm32", not(any(feature = "cli", feature = "web", feature = "abi"))))]
mod member;
mod reporting;
mod tags;
mod verify;
#[cfg(feature = "web")]
pub mod web;

#[cfg(all(feature = "web", feature = "abi"))]
compile_error!("features `web` and `abi` are two builds: enable one of them");
