//! The engine and its boundary, as a host sees them.

mod arrivals;
mod boundary;
#[cfg(feature = "cli")]
mod checkout;
mod cold_start;
pub(crate) mod declared;
mod diversity;
#[cfg(feature = "cli")]
mod learning;
mod limits;
mod memory;
#[cfg(feature = "cli")]
mod multipliers;
#[cfg(feature = "cli")]
mod new_items;
#[cfg(feature = "cli")]
mod overlay;
mod rehearse;
#[cfg(feature = "cli")]
mod report;
mod rules;
mod seasons;
mod shelf;
mod slots;
mod tags;

use nearshelf::engine::Engine;
use nearshelf::event::clean::{RawDetails, RawEvent, RawItem, RawPrice};
use nearshelf::id::Row;
use nearshelf::privacy::consent::Consent;
use nearshelf::time::Millis;

pub(crate) const PACK: &[u8] = include_bytes!("../compat/pack-v1.pack");
pub(crate) const NOW: Millis = Millis(1_790_000_000_000);

/// A shelf over the frozen pack, with everything consented to.
pub(crate) fn shelf() -> Engine {
    let mut shelf = Engine::open(PACK.to_vec()).expect("the frozen pack");
    shelf.set_consent(Consent::all());
    shelf
}

pub(crate) fn id(shelf: &Engine, row: u32) -> String {
    shelf.catalog().id(Row(row)).to_string()
}

pub(crate) fn event<'a>(name: &'a str, item: &'a str) -> RawEvent<'a> {
    let item = RawItem { id: item, price: RawPrice::None, quantity: f64::NAN, discount: RawPrice::None };
    RawEvent { name, event_id: "", at: f64::NAN, items: vec![item], details: RawDetails::default() }
}
