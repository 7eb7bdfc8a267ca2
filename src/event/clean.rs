//! Cleaning: what a host sent becomes an event with a kind, a time and known quantities, or a counted drop.

use super::{CONTENT_KINDS, Detail, EventKind};
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
    /// What else it says.
    pub details: RawDetails<'a>,
}

/// What an event says beside its products, as it came; NaN, an empty text: not given.
#[derive(Debug, Clone, Copy)]
pub struct RawDetails<'a> {
    /// Sum of an order or refund, in major units.
    pub value: RawPrice<'a>,
    /// Its currency, ISO 4217.
    pub currency: &'a str,
    /// The shop's id of the order, of that which is refunded, or of the promotion that was shown.
    pub order: &'a str,
    /// Stars, 1 to 5.
    pub rating: f64,
    /// The host's judgement of a text, −1 to 1.
    pub polarity: f64,
    /// Answer of the net promoter score, 0 to 10.
    pub score: f64,
    /// Seconds of attention.
    pub seconds: f64,
    /// By which channel.
    pub channel: &'a str,
    /// Kind of content.
    pub content: &'a str,
    /// A complaint that was settled.
    pub resolved: bool,
    /// Id or code of the coupon of an order or a checkout.
    pub coupon: &'a str,
    /// Minutes by which the shopper's clock is ahead of UTC.
    pub zone: i16,
}

impl Default for RawDetails<'_> {
    fn default() -> Self {
        RawDetails {
            value: RawPrice::None,
            currency: "",
            order: "",
            rating: f64::NAN,
            polarity: f64::NAN,
            score: f64::NAN,
            seconds: f64::NAN,
            channel: "",
            content: "",
            resolved: false,
            coupon: "",
            zone: 0,
        }
    }
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
    /// What was taken off one piece, in major units.
    pub discount: RawPrice<'a>,
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
    /// What else it says; its channel is not looked up yet.
    pub detail: Detail,
    /// By which channel, in the host's word.
    pub channel: &'a str,
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
    /// A declared answer that is no value of the pack's attributes.
    UnknownAnswer,
    /// The same again without an id, within [`repeat`](crate::profile::ProfileConfig::repeat).
    Repeated,
    /// More events of a kind within a minute than a shopper makes.
    Flood,
    /// A visit that looks at products as no shopper does: noted, not left out.
    Bot,
    /// A detail out of its range: left out, the event stays.
    BadDetail,
    /// A sum in another currency than the market's: left out, the event stays.
    OtherCurrency,
    /// A channel that the shop does not list: taken as `other`.
    UnknownChannel,
    /// A declared answer that looks like a way to reach somebody.
    ContactAnswer,
    /// A declared answer to what needs consent to `sensitive`.
    SensitiveAnswer,
    /// A product of a category that needs consent to `sensitive`.
    SensitiveItem,
}

impl Drop {
    /// Number of reasons.
    pub const COUNT: usize = 25;

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
        Drop::Repeated,
        Drop::Flood,
        Drop::Bot,
        Drop::BadDetail,
        Drop::OtherCurrency,
        Drop::UnknownChannel,
        Drop::ContactAnswer,
        Drop::SensitiveAnswer,
        Drop::SensitiveItem,
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
            Drop::Repeated => "event_repeated",
            Drop::Flood => "event_flood",
            Drop::Bot => "event_bot",
            Drop::BadDetail => "detail_bad_value",
            Drop::OtherCurrency => "currency_other",
            Drop::UnknownChannel => "channel_unknown",
            Drop::ContactAnswer => "contact_answer",
            Drop::SensitiveAnswer => "sensitive_answer",
            Drop::SensitiveItem => "item_sensitive",
        }
    }
}

/// Items of one event that are read: GA4's own limit.
pub const MAX_ITEMS: usize = 200;
const MAX_ID: usize = 512;
/// Most pieces of one item, and seconds of attention: what is more is taken as this.
const MAX_COUNT: f64 = 1_000_000.0;

/// Cleans one event. What is wrong with a part of it is told to `note`, and the rest is kept.
///
/// # Errors
///
/// The reason, when the event as a whole cannot be used.
pub fn clean<'a>(
    raw: &RawEvent<'a>,
    now: Millis,
    of: &Currency<'_>,
    note: &mut dyn FnMut(Drop),
) -> core::result::Result<Event<'a>, Drop> {
    use EventKind::{AddPaymentInfo, AddShippingInfo, BeginCheckout, Purchase};
    let kind = EventKind::from_name(raw.name).ok_or(Drop::UnknownEvent)?;
    let at = if raw.at.is_nan() { now } else { Millis::from_f64(raw.at).ok_or(Drop::BadTime)? };
    if at.since(now) > MAX_AHEAD {
        return Err(Drop::FutureTime);
    }
    if raw.items.len() > MAX_ITEMS {
        note(Drop::TooManyItems);
    }
    let mut items = Vec::with_capacity(raw.items.len().min(MAX_ITEMS));
    let mut sums = Sums::default();
    for item in raw.items.iter().take(MAX_ITEMS) {
        if item.id.is_empty() || item.id.len() > MAX_ID {
            note(Drop::BadItem);
            sums.whole = false;
            continue;
        }
        let price = amount(item.price, of.exponent, note);
        let is_count = item.quantity > 0.0 && item.quantity.is_finite();
        if !is_count && !item.quantity.is_nan() {
            note(Drop::BadQuantity);
        }
        let pieces = if is_count { item.quantity.min(MAX_COUNT) as u32 } else { 1 };
        sums.add(price, amount(item.discount, of.exponent, note), pieces);
        items.push(Item { id: item.id, price });
    }
    if items.is_empty() && kind.needs_product() {
        return Err(Drop::NoItems);
    }
    let mut detail = detail(kind, &raw.details, note);
    // A tracked purchase and the order that is synced later are one.
    let order = detail.order.filter(|_| kind == EventKind::Purchase);
    let id = order.or((!raw.event_id.is_empty()).then(|| Key::event(raw.event_id)));
    if matches!(kind, EventKind::Purchase | EventKind::Refund) {
        let of_items = sums.value.filter(|_| sums.whole && !items.is_empty());
        detail.value = amount(raw.details.value, of.exponent, note).or(of_items);
        (detail.discount, detail.units) = (sums.discount, sums.pieces);
        if !raw.details.currency.is_empty() && raw.details.currency != of.code {
            note(Drop::OtherCurrency);
            (detail.value, detail.discount) = (None, None);
        }
    }
    // An order goes by its id from here on, so that the coupon stands where its name did.
    if matches!(kind, BeginCheckout | AddShippingInfo | AddPaymentInfo | Purchase) {
        let coupon = raw.details.coupon;
        detail.order = (!coupon.is_empty()).then(|| Key::promotion(coupon));
    }
    Ok(Event { kind, id, at: at.min(now), items, detail, channel: raw.details.channel })
}

/// The currency that events are told in.
#[derive(Debug, Clone, Copy)]
pub struct Currency<'a> {
    /// ISO 4217 code.
    pub code: &'a str,
    /// Digits after its point.
    pub exponent: u8,
}

/// What an order's items add up to.
struct Sums {
    value: Option<Minor>,
    discount: Option<Minor>,
    pieces: u32,
    whole: bool,
}

impl Default for Sums {
    fn default() -> Sums {
        Sums { value: Some(Minor(0)), discount: None, pieces: 0, whole: true }
    }
}

impl Sums {
    fn add(&mut self, price: Option<Minor>, discount: Option<Minor>, pieces: u32) {
        self.pieces = self.pieces.saturating_add(pieces);
        self.value = self.value.zip(price).and_then(|(sum, p)| plus(sum, p, pieces));
        if let Some(d) = discount {
            self.discount = plus(self.discount.unwrap_or(Minor(0)), d, pieces);
        }
    }
}

fn plus(sum: Minor, each: Minor, pieces: u32) -> Option<Minor> {
    each.0.checked_mul(i64::from(pieces)).and_then(|m| sum.0.checked_add(m)).filter(|m| *m <= money::LARGEST).map(Minor)
}

/// An amount of major units, where it can be read.
fn amount(price: RawPrice<'_>, exponent: u8, note: &mut dyn FnMut(Drop)) -> Option<Minor> {
    let read = match price {
        RawPrice::None => return None,
        RawPrice::Number(v) => money::price_from_f64(v, exponent),
        RawPrice::Text(t) => money::parse_price(t, exponent).ok(),
    };
    if read.is_none() {
        note(Drop::BadPrice);
    }
    read
}

/// What an event says beside products and money.
fn detail(kind: EventKind, raw: &RawDetails<'_>, note: &mut dyn FnMut(Drop)) -> Detail {
    let mut within = |v: f64, least: f64, most: f64| {
        let good = (least..=most).contains(&v);
        if !good && !v.is_nan() {
            note(Drop::BadDetail);
        }
        good.then_some(v)
    };
    let stars = within(raw.rating, 1.0, 5.0).map(|v| (v - 3.0) * 50.0);
    let text = within(raw.polarity, -1.0, 1.0).map(|v| v * 100.0);
    let answer = within(raw.score, 0.0, 10.0);
    let score = if kind == EventKind::NpsAnswer { answer } else { stars.or(text) };
    let seconds = within(raw.seconds, 0.0, f64::MAX).map_or(0.0, |v| v.min(MAX_COUNT));
    let kind = || CONTENT_KINDS.iter().position(|k| *k == raw.content).or(Some(4));
    let content = if raw.content.is_empty() { None } else { kind() };
    Detail {
        score: score.map(|v| v as i8),
        seconds: seconds as u32,
        content: content.map(|c| c as u8),
        order: (!raw.order.is_empty()).then(|| Key::promotion(raw.order)),
        resolved: raw.resolved,
        zone: raw.zone,
        ..Detail::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOW: Millis = Millis(1_700_000_000_000);
    const YUAN: Currency<'_> = Currency { code: "CNY", exponent: 2 };

    fn raw<'a>(name: &'a str, items: Vec<RawItem<'a>>) -> RawEvent<'a> {
        RawEvent { name, event_id: "", at: f64::NAN, items, details: RawDetails::default() }
    }

    fn item<'a>(id: &'a str, price: RawPrice<'a>) -> RawItem<'a> {
        RawItem { id, price, quantity: f64::NAN, discount: RawPrice::None }
    }

    fn run(raw: &RawEvent<'_>) -> (core::result::Result<usize, Drop>, Vec<Drop>) {
        let mut notes = Vec::new();
        let out = clean(raw, NOW, &YUAN, &mut |d| notes.push(d)).map(|e| e.items.len());
        (out, notes)
    }

    #[test]
    fn a_price_as_a_string_is_read_and_a_bad_one_costs_only_itself() {
        let mut notes = Vec::new();
        let e = raw("view_item", vec![item("a", RawPrice::Text("1,299.50")), item("b", RawPrice::Text("call us"))]);
        let e = clean(&e, NOW, &YUAN, &mut |d| notes.push(d)).expect("a good event");
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
        assert_eq!(clean(&e, NOW, &YUAN, &mut none).map(|e| e.at), Ok(NOW).map_err(|_: Drop| Drop::BadTime));
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

    #[test]
    fn an_order_is_worth_what_it_says_or_what_its_items_add_up_to() {
        let worth = |value, quantity, currency| {
            let mut e = raw("purchase", vec![item("a", RawPrice::Number(12.5)), item("b", RawPrice::Text("3"))]);
            (e.items[0].quantity, e.items[0].discount) = (quantity, RawPrice::Number(2.0));
            e.details = RawDetails { value, currency, ..RawDetails::default() };
            let d = clean(&e, NOW, &YUAN, &mut |_| {}).expect("a good event").detail;
            (d.value.map(|m| m.0), d.discount.map(|m| m.0), d.units)
        };
        assert_eq!(worth(RawPrice::None, 2.0, ""), (Some(2800), Some(400), 3));
        assert_eq!(worth(RawPrice::Text("20"), 2.0, "CNY"), (Some(2000), Some(400), 3));
        assert_eq!(worth(RawPrice::Number(20.0), 2.0, "USD"), (None, None, 3));
        assert_eq!(worth(RawPrice::None, 1e300, ""), (Some(1_250_000_300), Some(200_000_000), 1_000_001));
        let e = raw("purchase", vec![item("a", RawPrice::None)]);
        let d = clean(&e, NOW, &YUAN, &mut |_| {}).expect("a good event").detail;
        assert_eq!((d.value, d.discount, d.units), (None, None, 1));
    }

    #[test]
    fn opinions_are_read_in_their_ranges() {
        let score = |name, rating, polarity, answer| {
            let mut e = raw(name, vec![]);
            e.details = RawDetails { rating, polarity, score: answer, ..RawDetails::default() };
            let mut notes = Vec::new();
            (clean(&e, NOW, &YUAN, &mut |d| notes.push(d)).expect("a good event").detail.score, notes.len())
        };
        let none = f64::NAN;
        assert_eq!(score("review", 5.0, none, none), (Some(100), 0));
        assert_eq!(score("review", 2.5, 1.0, none), (Some(-25), 0));
        assert_eq!(score("review", 6.0, -0.5, none), (Some(-50), 1));
        assert_eq!(score("nps_answer", 5.0, none, 9.0), (Some(9), 0));
        assert_eq!(score("nps_answer", none, none, 11.0), (None, 1));
        assert_eq!(score("survey_answer", 0.0, f64::INFINITY, none), (None, 2));
    }
}
