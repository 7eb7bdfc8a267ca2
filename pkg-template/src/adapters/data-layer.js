// Google Tag Manager's and gtag's queue: `dataLayer.push({ event, ecommerce })` and `gtag("event", name, params)`.

import { queueOf, Source } from "./source.js";

/** GA4's e-commerce. One of them without products of its own is about those that were pushed last. */
const COMMERCE = ["view_item_list", "select_item", "view_item", "add_to_wishlist", "add_to_cart", "remove_from_cart", "view_cart", "begin_checkout", "add_shipping_info",
  "add_payment_info", "purchase", "refund", "view_promotion", "select_promotion", "not_interested"];
/** They are about what they name themselves, or about no products: what lay in the layer before was somebody else's. */
const ALONE = ["session_start", "search", "select_content", "favourite", "like", "comment", "share", "invite", "check_in", "group_buy_open", "group_buy_join",
  "group_buy_complete", "review", "survey_answer", "nps_answer", "complaint", "return", "content_view", "live_watch", "dwell"];

/**
 * GA4's `share` and `select_content` name one thing by its type and id. A product is an item here, all else content.
 * @param {any} params
 */
function named(params) {
  const p = Object(params);
  if (p.items || p.content_id || p.item_id === undefined) return params;
  const product = !p.content_type || p.content_type === "product";
  return Object.assign({}, p, product ? { items: [{ item_id: p.item_id }] } : { content_id: p.item_id });
}

/**
 * @param {any} shelf
 * @param {{ layer?: any, mapEvent?: import("./source.js").MapEvent }} [options]
 */
export function fromDataLayer(shelf, options) {
  const source = new Source(shelf, options, (name, params) => {
    if (ALONE.indexOf(name) >= 0) return { name, params: named(params) };
    return COMMERCE.indexOf(name) < 0 ? null : { name, params };
  });
  /** The last `ecommerce` since it was set to null. @type {any} */
  let last = null;

  /** @param {any} entry */
  const take = (entry) => {
    if (Object.prototype.toString.call(entry) === "[object Arguments]") {
      if (entry[0] === "event") source._take(entry[1], entry[2]);
      return;
    }
    // A list is a command of Tag Manager's, a function runs in its own time.
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return;
    if ("ecommerce" in entry) last = entry.ecommerce;
    const name = entry.event;
    if (typeof name !== "string" || name.slice(0, 4) === "gtm.") return;
    // What stands beside `ecommerce` counts too: an id of the event, a search term.
    source._take(name, Object.assign({}, entry, ALONE.indexOf(name) >= 0 ? entry.ecommerce : last));
  };

  source._guard(() => {
    const { _queue } = queueOf((options || {}).layer, "dataLayer");
    Array.prototype.slice.call(_queue).forEach((entry) => source._guard(() => take(entry)));
    source._wrap(_queue, "push", (entries) => entries.forEach((entry) => source._guard(() => take(entry))));
  });
  return source._face();
}
