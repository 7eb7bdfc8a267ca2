// Reads the host's events, GA4 in shape and wild in content, into the flat form of the `track` request.

import { id } from "./options.js";

/** GA4's own limit; one more is written, so that the core sees and counts that there were more. */
const MOST_ITEMS = 200;

/**
 * Appends one event. What has no meaning is written as empty for the core to count;
 * an event that throws while it is read leaves nothing behind.
 * @param {import("./codec.js").Writer} w
 * @param {any} name
 * @param {any} params
 * @param {(card: string) => any} productsOf items of the card that `select_content` is about
 * @returns {boolean} false when it could not be read
 */
export function writeEvent(w, name, params, productsOf) {
  const begin = w.length;
  try {
    const p = params === null || params === undefined ? {} : params;
    w.str(typeof name === "string" ? name : "");
    w.str(id(p.event_id));
    w.f64(time(p.timestamp));
    w.str(id(p.search_term));
    const card = OF_CARDS.indexOf(name) < 0 ? "" : id(p.content_id);
    writeItems(w, card && (name === "select_content" || !p.items) ? productsOf(card) : p.items);
    // A promotion stands where others name an order, and its creative where they name a kind of content.
    const promotes = name === "view_promotion" || name === "select_promotion";
    writeDetails(w, p, promotes ? p.promotion_id : p.transaction_id, promotes ? p.creative_name : p.content_type);
    return true;
  } catch (unreadable) {
    w.cut(begin);
    return false;
  }
}

/**
 * Appends one order as the shop's server knows it, as `writeEvent` does.
 * @param {import("./codec.js").Writer} w
 * @param {any[]} orders
 * @param {number} i
 * @returns {boolean} false when it has no id or could not be read
 */
export function writeOrder(w, orders, i) {
  const begin = w.length;
  try {
    const order = orders[i];
    const name = id(order.transaction_id);
    if (!name) return false;
    w.str(name);
    w.f64(time(order.timestamp));
    writeItems(w, order.items);
    writeDetails(w, order, name, order.content_type);
    return true;
  } catch (unreadable) {
    w.cut(begin);
    return false;
  }
}

/** Kinds whose products may be those of a card. */
const OF_CARDS = ["select_content", "content_view", "live_watch", "like", "comment", "share"];
const POLARITIES = ["negative", "neutral", "positive"];

/** @param {any} v */
const is = (v) => v !== undefined && v !== null;

/**
 * What an event says beside its products; a single byte where it says nothing.
 * @param {import("./codec.js").Writer} w
 * @param {any} p
 * @param {any} about an order or a promotion
 * @param {any} content_type or a promotion's creative
 */
function writeDetails(w, p, about, content_type) {
  const { value, currency, rating, polarity, score, duration, resolved, coupon } = p;
  const channel = p.channel || p.method;
  const told = is(value) || is(currency) || is(about) || is(rating) || is(polarity) || is(score) || is(duration) || is(channel) || is(content_type) || is(resolved) || is(coupon);
  w.u8(is(coupon) ? 2 : told ? 1 : 0);
  if (!told) return;
  writePrice(w, value);
  w.str(id(currency));
  w.str(id(about));
  w.f64(number(rating, Infinity));
  const word = POLARITIES.indexOf(polarity);
  w.f64(word < 0 ? number(polarity, Infinity) : word - 1);
  w.f64(number(score, Infinity));
  w.f64(number(duration, Infinity));
  w.str(id(channel));
  w.str(id(content_type));
  w.u8(resolved === true ? 1 : 0);
  if (is(coupon)) w.str(id(coupon));
}

/**
 * @param {import("./codec.js").Writer} w
 * @param {any} items
 */
function writeItems(w, items) {
  const count = Array.isArray(items) ? Math.min(items.length, MOST_ITEMS + 1) : 0;
  w.u32(count);
  for (let i = 0; i < count; i++) {
    const item = items[i] === null || items[i] === undefined ? {} : items[i];
    w.str(id(item.item_id));
    writePrice(w, item.price);
    w.f64(number(item.quantity, 0));
    writePrice(w, item.discount);
  }
}

/**
 * Prices arrive as numbers and as text; the core reads both, so that both are read one way on every host.
 * @param {import("./codec.js").Writer} w
 * @param {any} price
 */
function writePrice(w, price) {
  if (typeof price === "string") {
    w.u8(2);
    w.str(price);
  } else if (typeof price === "number" || typeof price === "bigint") {
    w.u8(1);
    w.f64(Number(price));
  } else {
    w.u8(0);
  }
}

/**
 * NaN, which stands for "not given", or `bad` for what is given and no number.
 * @param {any} value
 * @param {number} bad a value the core refuses and counts
 */
function number(value, bad) {
  if (value === undefined || value === null) return NaN;
  const type = typeof value;
  const n = type === "number" || type === "bigint" || (type === "string" && value.trim()) ? Number(value) : NaN;
  return n === n ? n : bad;
}

/** @param {any} value */
function time(value) {
  return number(typeof value === "object" && Object.prototype.toString.call(value) === "[object Date]" ? value.getTime() : value, Infinity);
}
