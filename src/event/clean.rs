//! Cleaning: what a host sent becomes an event with a kind, a time and known quantities, or a counted drop.

use super::EventKind;
use crate::id::Key;
use crate::money::{self, Minor};
use crate::time::{MINUTE, Millis};
use alloc::vec::Vec;

/// How far ahead of the host's clock an event may be dated before it is refused; less is taken as "now".
pub const MAX_AHEAD: i64 = 5 * MINUTE;

/// An event as it came over the boundary.
#[derive(Debug, Clone)]
pub struct RawEvent<'a> {
    /// GA4 name.
    pub name: &'a str,
    /// The host's id for it, or empty.
    pub event_id: &'a str,
    /// Milliseconds since 1970 UTC; NaN: now.
    pub at: f64,
    /// The products it is about.
    pub items: Vec<RawItem<'a>>,
}

/// One product of an event, as it came.
#[derive(Debug, Clone, Copy)]
pub struct RawItem<'a> {
    /// Product, variant or alias id.
    pub id: &'a str,
    /// Price in major units.
    pub price: RawPrice<'a>,
    /// Quantity; NaN: 1.
    pub quantity: f64,
}

/// A price as a host has it: GA4 says number, the wild says text.
#[derive(Debug, Clone, Copy)]
pub enum RawPrice<'a> {
    /// Not given.
    None,
    /// A number of major units.
    Number(f64),
    /// A text such as `"12.90"`.
    Text(&'a str),
}

/// An event that may enter the portrait.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Key of the host's event id.
    pub id: Option<Key>,
    /// When.
    pub at: Millis,
    /// About which products.
    pub items: Vec<Item<'a>>,
}

/// A product of a clean event.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Product, variant or alias id, not empty.
    pub id: &'a str,
    /// Price in minor units, where it could be read.
    pub price: Option<Minor>,
}

/// Why an event, or a part of it, was left out; and what of overlays was. The names are the diagnostics' codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Drop {
    /// The portrait is not consented to.
    NoConsent,
    /// A name that is no known event.
    UnknownEvent,
    /// A time that is no time.
    BadTime,
    /// Dated more than [`MAX_AHEAD`] ahead of the host's clock.
    FutureTime,
    /// Older than the lateness window.
    TooLate,
    /// An event id seen before.
    Duplicate,
    /// An item without an id, or with one of more than 512 bytes.
    BadItem,
    /// A price that could not be read: the item stays, the price goes.
    BadPrice,
    /// A quantity that is not a positive number: taken as 1.
    BadQuantity,
    /// A product event that names no product.
    NoItems,
    /// An id that the pack does not know: kept by its key, shown when a pack has it.
    UnknownItem,
    /// More than 200 items in an event: the rest is left out.
    TooManyItems,
    /// An overlay older than the one in force.
    OverlayOld,
    /// An item of an overlay that the pack does not have.
    OverlayUnknownItem,
    /// A field of an overlay that could not be read.
    OverlayBadValue,
    /// A declared answer that the pack's prior does not list.
    UnknownAnswer,
}

impl Drop {
    /// Number of reasons.
    pub const COUNT: usize = 16;

    /// Every reason, in the order of its number.
    pub const ALL: [Drop; Drop::COUNT] = [
        Drop::NoConsent,
        Drop::UnknownEvent,
        Drop::BadTime,
        Drop::FutureTime,
        Drop::TooLate,
        Drop::Duplicate,
        Drop::BadItem,
        Drop::BadPrice,
        Drop::BadQuantity,
        Drop::NoItems,
        Drop::UnknownItem,
        Drop::TooManyItems,
        Drop::OverlayOld,
        Drop::OverlayUnknownItem,
        Drop::OverlayBadValue,
        Drop::UnknownAnswer,
    ];

    /// The diagnostics' code.
    pub fn code(self) -> &'static str {
        match self {
            Drop::NoConsent => "event_no_consent",
            Drop::UnknownEvent => "event_unknown",
            Drop::BadTime => "event_bad_time",
            Drop::FutureTime => "event_future_time",
            Drop::TooLate => "event_too_late",
            Drop::Duplicate => "event_duplicate",
            Drop::BadItem => "item_bad_id",
            Drop::BadPrice => "item_bad_price",
            Drop::BadQuantity => "item_bad_quantity",
            Drop::NoItems => "event_no_items",
            Drop::UnknownItem => "item_unknown",
            Drop::TooManyItems => "event_too_many_items",
            Drop::OverlayOld => "overlay_old",
            Drop::OverlayUnknownItem => "overlay_unknown_item",
            Drop::OverlayBadValue => "overlay_bad_value",
            Drop::UnknownAnswer => "unknown_answer",
        }
    }
}

/// Items of one event that are read: GA4's own limit.
pub const MAX_ITEMS: usize = 200;
const MAX_ID: usize = 512;

/// Cleans one event. What is wrong with a part of it is told to `note`, and the rest is kept.
///
/// # Errors
///
/// The reason, when the event as a whole cannot be used.
pub fn clean<'a>(
    raw: &RawEvent<'a>,
    now: Millis,
    exponent: u8,
    note: &mut dyn FnMut(Drop),
) -> core::result::Result<Event<'a>, Drop> {
    let kind = EventKind::from_name(raw.name).ok_or(Drop::UnknownEvent)?;
    let at = if raw.at.is_nan() { now } else { Millis::from_f64(raw.at).ok_or(Drop::BadTime)? };
    if at.since(now) > MAX_AHEAD {
        return Err(Drop::FutureTime);
    }
    if raw.items.len() > MAX_ITEMS {
        note(Drop::TooManyItems);
    }
    let mut items = Vec::with_capacity(raw.items.len().min(MAX_ITEMS));
    for item in raw.items.iter().take(MAX_ITEMS) {
        if item.id.is_empty() || item.id.len() > MAX_ID {
            note(Drop::BadItem);
            continue;
        }
        let price = match item.price {
            RawPrice::None => None,
            RawPrice::Number(v) => money::price_from_f64(v, exponent).or_else(|| {
                note(Drop::BadPrice);
                None
            }),
            RawPrice::Text(t) => money::parse_price(t, exponent).ok().or_else(|| {
                note(Drop::BadPrice);
                None
            }),
        };
        let is_count = item.quantity > 0.0 && item.quantity.is_finite();
        if !is_count && !item.quantity.is_nan() {
            note(Drop::BadQuantity);
        }
        items.push(Item { id: item.id, price });
    }
    if items.is_empty() && (kind.is_step() || kind == EventKind::NotInterested) {
        return Err(Drop::NoItems);
    }
    let id = (!raw.event_id.is_empty()).then(|| Key::event(raw.event_id));
    Ok(Event { kind, id, at: at.min(now), items })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn raw<'a>(name: &'a str, items: Vec<RawItem<'a>>) -> RawEvent<'a> {
        RawEvent { name, event_id: "", at: f64::NAN, items }
    }

    fn item<'a>(id: &'a str, price: RawPrice<'a>) -> RawItem<'a> {
        RawItem { id, price, quantity: f64::NAN }
    }

    fn run(raw: &RawEvent<'_>) -> (core::result::Result<usize, Drop>, Vec<Drop>) {
        let mut notes = Vec::new();
        let out = clean(raw, NOW, 2, &mut |d| notes.push(d)).map(|e| e.items.len());
        (out, notes)
    }

    #[test]
    fn a_price_as_a_string_is_read_and_a_bad_one_costs_only_itself() {
        let mut notes = Vec::new();
        let e = raw("view_item", vec![item("a", RawPrice::Text("1,299.50")), item("b", RawPrice::Text("call us"))]);
        let e = clean(&e, NOW, 2, &mut |d| notes.push(d)).expect("a good event");
        assert_eq!(e.items[0].price, Some(Minor(129_950)));
        assert_eq!(e.items[1].price, None);
        assert_eq!(e.items.len(), 2);
        assert_eq!(notes, [Drop::BadPrice]);
    }

    #[test]
    fn an_event_an_hour_ahead_is_dropped_and_one_a_minute_ahead_is_now() {
        let mut e = raw("view_item", vec![item("a", RawPrice::None)]);
        e.at = (NOW.0 + 3_600_000) as f64;
        assert_eq!(run(&e).0, Err(Drop::FutureTime));
        e.at = (NOW.0 + 60_000) as f64;
        let mut none = |_| {};
        assert_eq!(clean(&e, NOW, 2, &mut none).map(|e| e.at), Ok(NOW).map_err(|_: Drop| Drop::BadTime));
        e.at = f64::INFINITY;
        assert_eq!(run(&e).0, Err(Drop::BadTime));
    }

    #[test]
    fn unknown_events_and_items_without_an_id_are_told_apart() {
        assert_eq!(run(&raw("page_view", vec![])).0, Err(Drop::UnknownEvent));
        assert_eq!(run(&raw("view_item", vec![])).0, Err(Drop::NoItems));
        assert_eq!(run(&raw("view_cart", vec![])).0, Ok(0));
        let (out, notes) = run(&raw("view_item", vec![item("", RawPrice::None), item("a", RawPrice::None)]));
        assert_eq!((out, notes), (Ok(1), vec![Drop::BadItem]));
        let mut many = raw("purchase", vec![item("a", RawPrice::None); 250]);
        many.items[3].quantity = -2.0;
        assert_eq!(run(&many), (Ok(200), vec![Drop::TooManyItems, Drop::BadQuantity]));
    }
}
