// A list as the parameters of GA4's events view_item_list and select_item.

/** GA4 has so many levels of a category. */
const LEVELS = 5;

/**
 * @param {any} shelf
 * @param {any} list of recommend or rank
 * @param {string | number=} chosen only this item
 */
export function ga4(shelf, list, chosen) {
  const units = Math.pow(10, shelf.exponent);
  const items = [];
  for (const item of list.items) {
    if (chosen !== undefined && item.id !== String(chosen)) continue;
    /** @type {Record<string, any>} */
    const out = { item_id: item.id, index: item.index };
    if (item.title) out.item_name = item.title;
    if (item.brand) out.item_brand = item.brand;
    if (item.variant) out.item_variant = item.variant;
    if (typeof item.price === "number") out.price = item.price / units;
    const parts = item.category ? item.category.split(" > ").slice(0, LEVELS) : [];
    parts.forEach((/** @type {string} */ part, /** @type {number} */ i) => {
      out["item_category" + (i ? i + 1 : "")] = part;
    });
    items.push(out);
  }
  return { item_list_id: list.item_list_id, item_list_name: list.item_list_name, currency: shelf.currency, items };
}
