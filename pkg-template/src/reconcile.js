// What the shop's server makes of a cart counts (src/manual/switch.md): what differed is told, and the server's quote is answered from then on.

const SUMS = ["subtotal", "shipping", "discount", "payable", "packVersion", "overlayVersion", "expires"];

/** Of each list: what names its entries, and what is compared. */
const LISTS = [["lines", "id", "subtotal", "payable"], ["applied", "id", "amount"], ["gifts", "item_id", "quantity"]];

/** A quote, and what it is of: the bytes of the cart, pack, overlay and market. @typedef {{ _key: string, _quote: any }} Quoted */

/**
 * The server's quote where it was heard of the same cart, pack and overlay and has not ended, else the device's.
 * @param {Quoted} mine
 * @param {Quoted | null} server
 * @param {number} now
 */
export function agreed(mine, server, now) {
  return server && server._key === mine._key && !(server._quote.expires && server._quote.expires <= now) ? copy(server._quote) : mine._quote;
}

/** @param {any} quote */
export const copy = (quote) => JSON.parse(JSON.stringify(quote));

/**
 * What differs between two quotes of a cart.
 * @param {any} device
 * @param {any} server
 */
export function differences(device, server) {
  const [one, other] = [device, server].map(flat);
  return Object.keys(Object.assign({}, one, other)).filter((at) => one[at] !== other[at])
    .map((at) => ({ at, device: one[at] ?? null, server: other[at] ?? null }));
}

/** @param {any} quote */
function flat(quote) {
  /** @type {Record<string, any>} */
  const all = {};
  SUMS.forEach((at) => (all[at] = quote[at] ?? null));
  LISTS.forEach(([list, key, ...names]) => quote[list].forEach((/** @type {any} */ one) => names.forEach((name) => {
    // One product may be given twice.
    const at = list + "." + one[key] + "." + name;
    all[at] = (all[at] || 0) + one[name];
  })));
  return all;
}
