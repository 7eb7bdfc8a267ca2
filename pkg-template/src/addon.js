// What is worth adding to a cart (src/manual/offers.md): the hint crosses to the core and back.

import { writeCart } from "./checkout.js";
import { OFFERS } from "./engine.js";
import { NEUTRAL } from "./guard.js";
import { unmetOf } from "./promotions.js";
import * as op from "./protocol.js";

/**
 * @param {any} shelf
 * @param {any} o
 */
export function addonsOf(shelf, o) {
  const unmet = unmetOf(shelf, o.attributes || o.cart && o.cart.attributes);
  /** @type {string[]} */
  const candidates = o.candidates || [];
  const one = (/** @type {import("./codec.js").Reader} */ r) => {
    const items = [r.u32(), r.u32()].filter((place) => place !== op.NONE).map((place) => candidates[place]);
    return { items, price: r.f64(), payable: r.f64(), delta: r.f64() };
  };
  return unmet && shelf._engine.reckon(OFFERS, op.ADDONS, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(shelf._engine.at(shelf._time()));
    writeCart(w, o.cart);
    w.list(candidates, (id) => w.str(id));
    w.list(unmet, (offer) => w.str(offer));
    shelf._switch.write(w);
  }, (/** @type {import("./codec.js").Reader} */ r) => ({ payable: r.f64(), singles: r.list(one), pairs: r.list(one), optimal: r.u8() === 1 })) || NEUTRAL.addons();
}
