//! Segment's `track` calls with the names of its e-commerce specification, version 2 (and the older names of version 1).
//!
//! Sources: "Spec: V2 Ecommerce Events" and "Spec: Common Fields" of Twilio Segment.

use super::super::Progress;
use super::super::rejects::{Out, Rejects};
use super::json::{self, Many, One, Records, Text};
use super::sink::{Event, Sink, copy_key};
use crate::error::Result;
use crate::event::EventKind;
use serde::Deserialize;
use std::path::Path;

/// Fields of a product; the first two name it by default.
const FIELDS: [&str; 4] = ["product_id", "sku", "variant", "name"];

/// The specification's names in lower case → GA4's.
const EVENTS: [(&str, EventKind); 27] = [
    ("product clicked", EventKind::SelectItem),
    ("product viewed", EventKind::ViewItem),
    ("product added", EventKind::AddToCart),
    ("product removed", EventKind::RemoveFromCart),
    ("product added to wishlist", EventKind::AddToWishlist),
    ("wishlist product added to cart", EventKind::AddToCart),
    ("order completed", EventKind::Purchase),
    ("products searched", EventKind::Search),
    ("product list viewed", EventKind::ViewItemList),
    ("product list filtered", EventKind::ViewItemList),
    ("promotion viewed", EventKind::ViewPromotion),
    ("promotion clicked", EventKind::SelectPromotion),
    ("cart viewed", EventKind::ViewCart),
    ("checkout started", EventKind::BeginCheckout),
    ("payment info entered", EventKind::AddPaymentInfo),
    ("order refunded", EventKind::Refund),
    ("product shared", EventKind::Share),
    ("cart shared", EventKind::Share),
    ("product reviewed", EventKind::Review),
    // Version 1.
    ("clicked product", EventKind::SelectItem),
    ("viewed product", EventKind::ViewItem),
    ("added product", EventKind::AddToCart),
    ("removed product", EventKind::RemoveFromCart),
    ("completed order", EventKind::Purchase),
    ("viewed product category", EventKind::ViewItemList),
    ("viewed promotion", EventKind::ViewPromotion),
    ("clicked promotion", EventKind::SelectPromotion),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Call {
    #[serde(rename = "type")]
    kind: Text,
    event: Text,
    #[serde(rename = "messageId", alias = "message_id")]
    message_id: Text,
    #[serde(rename = "anonymousId", alias = "anonymous_id")]
    anonymous_id: Text,
    #[serde(rename = "userId", alias = "user_id")]
    user_id: Text,
    timestamp: Text,
    #[serde(rename = "originalTimestamp", alias = "original_timestamp")]
    original_timestamp: Text,
    #[serde(rename = "receivedAt", alias = "received_at")]
    received_at: Text,
    context: One<Context>,
    properties: One<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    #[serde(rename = "sessionId", alias = "session_id")]
    session_id: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Properties {
    order_id: Text,
    products: Many<Product>,
    #[serde(alias = "productId")]
    product_id: Text,
    sku: Text,
    variant: Text,
    name: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Product {
    #[serde(alias = "productId")]
    product_id: Text,
    sku: Text,
    variant: Text,
    name: Text,
}

pub(super) fn read(path: &Path, sink: &mut Sink<'_>, rejects: &mut Rejects, progress: &dyn Progress) -> Result<()> {
    let fields = sink.fields(&FIELDS, 2);
    let named = |call: &Call| [&call.kind, &call.event, &call.message_id].map(Text::as_str).join(" ");
    let records = Records { format: "Segment calls, JSON lines", lists: &["batch"], named, is_private: true };
    json::for_each(path, &records, rejects, progress, |_, call, _| take(call, &fields, sink))
}

fn take(call: &Call, fields: &[usize], sink: &mut Sink<'_>) -> std::result::Result<(), Out> {
    let is_track = call.kind.as_str() == "track" || call.kind.is_empty() && !call.event.is_empty();
    if !is_track {
        return Err(if call.kind.is_empty() { "no call type".into() } else { Out::Ignored("not a track call") });
    }
    let name = call.event.as_str();
    if name.is_empty() {
        return Err("no event name".into());
    }
    let Some(kind) = sink.kind(name, known(name)).filter(|k| k.is_step()) else {
        return Err(Out::Ignored("an event that is no step"));
    };
    // `timestamp` is corrected for the device's clock; the others are what remains of a cut record.
    let time = call.timestamp.or(&call.original_timestamp).or(&call.received_at);
    let time = sink.time(time.as_str())?;
    let (device, account) = (call.anonymous_id.as_str(), call.user_id.as_str());
    sink.note("anonymousId", !device.is_empty());
    sink.note("userId", !account.is_empty());
    sink.note("messageId", !call.message_id.is_empty());
    if device.is_empty() && account.is_empty() {
        return Err("neither anonymousId nor userId".into());
    }
    let session = call.context.0.as_ref().map_or("", |c| c.session_id.as_str());
    let session = if session.is_empty() { String::new() } else { format!("{device}{account}.{session}") };
    let event = Event { session: &session, account, device, order: 0 };
    let Some(p) = &call.properties.0 else { return Err("no product id".into()) };
    let mut products: Vec<_> = p.products.0.iter().map(|p| [&p.product_id, &p.sku, &p.variant, &p.name]).collect();
    if products.is_empty() {
        products.push([&p.product_id, &p.sku, &p.variant, &p.name]);
    }
    let mut found = false;
    for (product, place) in products.into_iter().zip(0..) {
        let texts = product.map(Text::as_str);
        let item: Vec<_> = fields.iter().copied().zip(texts).collect();
        for (name, text) in FIELDS.iter().zip(texts) {
            sink.note(name, !text.is_empty());
        }
        if !sink.is_item(&item) {
            continue;
        }
        found = true;
        let (order, message) = (&p.order_id, &call.message_id);
        let copy = if kind == EventKind::Purchase && !order.is_empty() {
            // Browser and server often both report the order.
            copy_key(&["order", order.as_str(), texts[0], texts[1], texts[2]])
        } else if message.is_empty() {
            copy_key(&["call", name, &time.at.to_string(), texts[0], texts[1], texts[2]])
        } else {
            copy_key(&["message", message.as_str(), &place.to_string()])
        };
        sink.step(&event, time.at, kind, place, copy, &item);
    }
    if found { Ok(()) } else { Err("no product id".into()) }
}

fn known(name: &str) -> Option<EventKind> {
    let folded = name.to_lowercase().replace('_', " ");
    EVENTS.iter().find(|(n, _)| *n == folded).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_adapter_for_pages() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/golden/segment-events.json")).expect("a golden file");
        let events = golden["events"].as_object().expect("events");
        assert_eq!(events.len(), EVENTS.len());
        for (name, kind) in events {
            assert_eq!(known(name).map(EventKind::name), kind.as_str(), "{name}");
            assert_eq!(known(&name.to_uppercase().replace(' ', "_")), known(name));
        }
        for name in golden["others"].as_array().expect("others") {
            assert_eq!(known(name.as_str().expect("a name")), None);
        }
    }
}
