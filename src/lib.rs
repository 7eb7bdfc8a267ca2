//! Nearshelf builds a portrait of the shopper on the shopper's own device, ranks products with it, and says why.
//!
//! The order of the modules below is the order of dependency: each imports only from those above it.

#![cfg_attr(feature = "bare", no_std)]

extern crate alloc;

pub mod codec;
pub mod error;
pub mod id;
pub mod list;
pub mod money;
pub mod order;
pub mod text;
pub mod time;

pub mod condition;
pub mod event;
pub mod privacy;

pub mod pack;
pub mod signature;
pub mod store;

#[cfg(any(feature = "cli", feature = "lint", feature = "draws"))]
pub mod draw;

pub mod catalog;
pub mod forecast;
pub mod profile;

pub mod insight;

pub mod offer;

#[cfg(any(feature = "cli", feature = "lint", feature = "member"))]
pub mod member;

pub mod invite;

pub mod rank;
pub mod report;

pub mod engine;

#[cfg(feature = "cli")]
pub mod random;

#[cfg(feature = "cli")]
pub mod shop;

#[cfg(feature = "cli")]
pub mod policy;

#[cfg(feature = "cli")]
pub mod customers;

#[cfg(feature = "cli")]
pub mod coupons;

#[cfg(feature = "cli")]
pub mod builder;

#[cfg(feature = "cli")]
pub mod publish;

pub mod wasm;

#[cfg(feature = "cli")]
pub mod decisions;

#[cfg(feature = "bare")]
mod bare;

/// The manual, page by page.
pub mod manual {
    #[doc = include_str!("manual/adapters.md")]
    pub mod adapters {}
    #[doc = include_str!("manual/architecture.md")]
    pub mod architecture {}
    #[doc = include_str!("manual/boundary.md")]
    pub mod boundary {}
    #[doc = include_str!("manual/cards.md")]
    pub mod cards {}
    #[doc = include_str!("manual/care.md")]
    pub mod care {}
    #[doc = include_str!("manual/cold-start.md")]
    pub mod cold_start {}
    #[doc = include_str!("manual/conditions.md")]
    pub mod conditions {}
    #[doc = include_str!("manual/consent.md")]
    pub mod consent {}
    #[doc = include_str!("manual/coupons.md")]
    pub mod coupons {}
    #[doc = include_str!("manual/customers.md")]
    pub mod customers {}
    #[doc = include_str!("manual/decisions.md")]
    pub mod decisions {}
    #[doc = include_str!("manual/draws.md")]
    pub mod draws {}
    #[doc = include_str!("manual/errors.md")]
    pub mod errors {}
    #[doc = include_str!("manual/events.md")]
    pub mod events {}
    #[doc = include_str!("manual/exploration.md")]
    pub mod exploration {}
    #[doc = include_str!("manual/insights.md")]
    pub mod insights {}
    #[doc = include_str!("manual/invites.md")]
    pub mod invites {}
    #[doc = include_str!("manual/lint.md")]
    pub mod lint {}
    #[doc = include_str!("manual/logs.md")]
    pub mod logs {}
    #[doc = include_str!("manual/membership.md")]
    pub mod membership {}
    #[doc = include_str!("manual/memory.md")]
    pub mod memory {}
    #[doc = include_str!("manual/offers.md")]
    pub mod offers {}
    #[doc = include_str!("manual/overlay.md")]
    pub mod overlay {}
    #[doc = include_str!("manual/pack-format.md")]
    pub mod pack_format {}
    #[doc = include_str!("manual/parts.md")]
    pub mod parts {}
    #[doc = include_str!("manual/performance.md")]
    pub mod performance {}
    #[doc = include_str!("manual/portrait.md")]
    pub mod portrait {}
    #[doc = include_str!("manual/privacy.md")]
    pub mod privacy {}
    #[doc = include_str!("manual/promotions.md")]
    pub mod promotions {}
    #[doc = include_str!("manual/publishing.md")]
    pub mod publishing {}
    #[doc = include_str!("manual/ranking.md")]
    pub mod ranking {}
    #[doc = include_str!("manual/reports.md")]
    pub mod reports {}
    #[doc = include_str!("manual/rules.md")]
    pub mod rules {}
    #[doc = include_str!("manual/scale.md")]
    pub mod scale {}
    #[doc = include_str!("manual/selling-points.md")]
    pub mod selling_points {}
    #[doc = include_str!("manual/scenes.md")]
    pub mod scenes {}
    #[doc = include_str!("manual/seasons.md")]
    pub mod seasons {}
    #[doc = include_str!("manual/shards.md")]
    pub mod shards {}
    #[doc = include_str!("manual/signatures.md")]
    pub mod signatures {}
    #[doc = include_str!("manual/size.md")]
    pub mod size {}
    #[doc = include_str!("manual/slots.md")]
    pub mod slots {}
    #[doc = include_str!("manual/switch.md")]
    pub mod switch {}
}
