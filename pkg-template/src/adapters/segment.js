// Segment's e-commerce events, version 2 and the names of version 1, as analytics.js, RudderStack and others have them.

import { Source } from "./source.js";

/** In lower case with spaces → GA4's. */
const EVENTS = new Map([
  ["product clicked", "select_item"], ["product viewed", "view_item"], ["product added", "add_to_cart"], ["product removed", "remove_from_cart"],
  ["product added to wishlist", "add_to_wishlist"], ["wishlist product added to cart", "add_to_cart"], ["order completed", "purchase"],
  ["products searched", "search"], ["product list viewed", "view_item_list"], ["product list filtered", "view_item_list"],
  ["promotion viewed", "view_promotion"], ["promotion clicked", "select_promotion"], ["cart viewed", "view_cart"],
  ["checkout started", "begin_checkout"], ["payment info entered", "add_payment_info"], ["order refunded", "refund"],
  ["clicked product", "select_item"], ["viewed product", "view_item"], ["added product", "add_to_cart"], ["removed product", "remove_from_cart"],
  ["completed order", "purchase"], ["viewed product category", "view_item_list"], ["viewed promotion", "view_promotion"],
  ["clicked promotion", "select_promotion"], ["product shared", "share"], ["cart shared", "share"], ["product reviewed", "review"],
]);
/** They have a sum of their own, without shipping and tax where it is told so. */
const SUMS = ["purchase", "refund"];

/**
 * One of its events in GA4's words.
 * @param {any} event
 * @param {any} properties
 * @returns {import("./source.js").Told | null}
 */
export function segmentEvent(event, properties) {
  const name = EVENTS.get(String(event).toLowerCase().replace(/_/g, " "));
  if (!name) return null;
  const p = Object(properties);
  const products = Array.isArray(p.products) && p.products.length > 0 ? p.products : [p];
  const items = products.map((/** @type {any} */ product) => {
    const { product_id, productId, sku, price, quantity } = Object(product);
    return { item_id: [product_id, productId, sku].find((id) => id !== undefined && id !== null && id !== ""), price, quantity };
  }).filter((/** @type {any} */ item) => item.item_id !== undefined);
  const value = SUMS.indexOf(name) < 0 ? undefined : [p.revenue, p.value, p.total].find((sum) => sum !== undefined && sum !== null);
  const { order_id: transaction_id, query: search_term, share_via: method, currency, rating, event_id } = p;
  return { name, params: { items, value, currency, search_term, transaction_id, method, rating: name === "review" ? rating : undefined, event_id } };
}

/**
 * @param {any} shelf
 * @param {any} analytics
 * @param {{ mapEvent?: import("./source.js").MapEvent }} [options]
 */
export function fromSegment(shelf, analytics, options) {
  const source = new Source(shelf, options, segmentEvent);
  source._guard(() => {
    // A stub is a list of calls that wait for the library.
    const waiting = Array.isArray(analytics) ? analytics.slice() : [];
    waiting.forEach((call) => call && call[0] === "track" && source._take(call[1], call[2]));
    let late = waiting.filter((call) => call && call[0] === "track").length;
    if (typeof analytics.on !== "function") {
      source._wrap(analytics, "track", ([name, properties]) => source._take(name, properties));
      return;
    }
    analytics.on("track", (/** @type {any} */ name, /** @type {any} */ properties) => {
      // What waited comes by once more when the library has loaded, in the same order and first.
      if (late > 0) late--;
      else source._take(name, properties);
    });
  });
  return source._face();
}
