// Google Tag Manager's and gtag's queue: `dataLayer.push({ event, ecommerce })` and `gtag("event", name, params)`.

import { queueOf, Source } from "./source.js";

/** They are about no products. */
const ALONE = new Set(["session_start", "search", "select_content"]);
const EVENTS = new Set(["session_start", "view_item_list", "select_item", "view_item", "add_to_wishlist", "add_to_cart", "remove_from_cart",
  "view_cart", "begin_checkout", "add_shipping_info", "add_payment_info", "purchase", "refund", "search", "view_promotion", "select_promotion",
  "select_content", "not_interested"]);

/**
 * @param {any} shelf
 * @param {{ layer?: any, mapEvent?: import("./source.js").MapEvent }} [options]
 */
export function fromDataLayer(shelf, options) {
  const source = new Source(shelf, options, (name, params) => (EVENTS.has(name) ? { name, params } : null));
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
    source._take(name, Object.assign({}, entry, ALONE.has(name) ? entry.ecommerce : last));
  };

  source._guard(() => {
    const { _queue } = queueOf((options || {}).layer, "dataLayer");
    Array.prototype.slice.call(_queue).forEach((entry) => source._guard(() => take(entry)));
    source._wrap(_queue, "push", (entries) => entries.forEach((entry) => source._guard(() => take(entry))));
  });
  return source._face();
}
