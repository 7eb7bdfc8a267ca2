//! Products over a pack: rows, variants, prices in a market, names in a language.

use alloc::string::String;

#[cfg(any(feature = "cli", test))]
pub mod build;
mod index;
mod live;
pub(crate) mod merge;
mod news;
mod open;
pub mod overlay;
#[cfg(any(feature = "cli", test))]
pub mod overlay_file;
mod read;
pub(crate) mod shape;
pub mod shards;
mod tree;

pub use live::Lives;
pub use read::{Catalog, Described};

/// What separates the parts of a category path, as merchant feeds have it.
pub const PATH_SEPARATOR: &str = " > ";

use crate::id::Row;
use crate::money::Minor;

/// Whether a variant can be bought in a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Availability {
    /// Sold here, none left.
    OutOfStock = 0,
    /// In stock.
    InStock = 1,
    /// Can be ordered before it appears.
    Preorder = 2,
    /// Can be ordered, delivered later.
    Backorder = 3,
    /// Not sold in this market.
    NotSold = 255,
    /// The shop's overlay hides it.
    Hidden = 254,
}

impl Availability {
    /// From the pack's byte; an unknown one is taken as not sold.
    pub fn from_byte(b: u8) -> Availability {
        match b {
            0 => Availability::OutOfStock,
            1 => Availability::InStock,
            2 => Availability::Preorder,
            3 => Availability::Backorder,
            _ => Availability::NotSold,
        }
    }

    /// True when a shelf may show it.
    pub fn can_be_bought(self) -> bool {
        matches!(self, Availability::InStock | Availability::Preorder | Availability::Backorder)
    }
}

#[cfg(feature = "cli")]
impl Availability {
    /// Its name in merchant feeds; `not_sold` for none.
    pub fn code(self) -> &'static str {
        match self {
            Availability::OutOfStock => "out_of_stock",
            Availability::InStock => "in_stock",
            Availability::Preorder => "preorder",
            Availability::Backorder => "backorder",
            Availability::NotSold => "not_sold",
            Availability::Hidden => "hidden",
        }
    }
}

/// A market of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    /// The shop's code for it, e.g. `cn`.
    pub code: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Digits after the point.
    pub exponent: u8,
}

/// What a product costs here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Price {
    /// To be paid.
    pub now: Option<Minor>,
    /// Before a reduction; `None` without one.
    pub list: Option<Minor>,
}

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The product.
    pub row: Row,
    /// The variant, where the id is one: an index among the product's.
    pub variant: Option<u32>,
}
