// Messages of care: what is due to this shopper now, and why the rest is not (src/manual/care.md).

import { id } from "./options.js";
import { promotionsOf } from "./promotions.js";
import * as op from "./protocol.js";

/** What becomes of a message in the core's words; the first is shown, the second has two. */
const REASONS = ["", "consent", "paused", "all_capped", "capped", "too_soon", "no_offer", "over_limit", "same_occasion"];

/** The month times 100 and the day, 0 for what is no day. @param {any} text */
const monthDay = (text) => {
  const found = /^(\d\d)-(\d\d)$/.exec(id(text)) || [];
  const [month, day] = [Number(found[1]), Number(found[2])];
  return month > 0 && month < 13 && day > 0 && day < 32 ? month * 100 + day : 0;
};

/**
 * @param {any} shelf
 * @param {any} o
 */
export function careOf(shelf, o) {
  const customer = Object(o.customer);
  const tier = id(Object(o.attributes).tier) || id(customer.tier);
  const engine = shelf._engine;
  // The rules of promotions hold for what goes along. Read before anything is written: they are calls of their own.
  const { items: offers, paused } = promotionsOf(shelf, Object.assign({}, o, { limit: 200, attributes: Object.assign({}, o.attributes, { tier }) }), "");
  /** @type {any[]} */
  const ids = offers.map((/** @type {any} */ offer) => ({ id: offer.id }));
  const neutral = o.mode === 1;
  const slot = o.slot || "default";
  const told = engine.settle(op.CARE, "care", slot, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u32(shelf._zone());
    w.u8(neutral ? 1 : 0);
    w.str(slot);
    w.str(tier);
    w.u32(monthDay(o.birthday === undefined ? customer.birthday : o.birthday));
    w.f64(o.delivered === undefined ? NaN : o.delivered);
    w.list(ids, (offer) => w.str(offer.id));
  }, (/** @type {import("./codec.js").Reader} */ r) => {
    /** @type {any[]} */
    const withheld = [];
    const bestHour = r.money();
    const level = { id: r.str(), strategy: r.str(), limit: r.money() };
    const items = r.list((r) => {
      const [name, occasion] = [r.str(), r.str()];
      const due = r.u8();
      const offer = ids[r.u32()];
      const item = { id: name, occasion, offer: offer ? { id: offer.id } : null, since: r.f64(), until: r.f64(), card: r.str(), text: r.str(), because: { code: occasion, subject: "" } };
      if (due) withheld.push({ id: name, occasion, reason: due === 1 && neutral ? "neutral" : REASONS[due] });
      return due ? null : item;
    }).filter(Boolean);
    return { items, withheld, level: level.id ? level : null, bestHour };
  });
  if (!told) return told;
  const [care, name, kept] = told;
  const items = care.items.slice(0, o.limit || 12);
  items.forEach((/** @type {any} */ item) => item.offer && (item.offer = offers.find((/** @type {any} */ offer) => offer.id === item.offer.id)));
  return Object.assign({ servedId: kept ? name : null }, care, { items, paused });
}
