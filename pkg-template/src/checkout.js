// Carts: how a quote, the coupons and the list of offers cross to the core and back.

import { id } from "./options.js";

/** @typedef {import("./codec.js").Reader} Reader */
/** @typedef {import("./codec.js").Writer} Writer */

/** A number or the text of one; -1, which the core refuses, for what is neither. @param {any} value @param {number} missing */
const number = (value, missing) => {
  if (value === undefined || value === null) return missing;
  const n = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof n === "number" && n === n ? n : -1;
};

/** @param {any} value */
const count = (value) => Math.min(Math.max(Math.trunc(number(value, 0)) || 0, 0), 0xffffffff);

/** @param {any} value */
const list = (value) => (Array.isArray(value) ? value : []);

/** @param {Writer} w @param {any} counts an object of id: count */
function writeCounts(w, counts) {
  w.list(Object.keys(Object(counts)), (key) => {
    w.str(key);
    w.u32(count(counts[key]));
  });
}

/**
 * A cart and the facts about its customer.
 * @param {Writer} w
 * @param {any} cart
 */
export function writeCart(w, cart) {
  const c = Object(cart);
  let place = 0;
  w.list(list(c.lines), (line) => {
    const l = Object(line);
    place += 1;
    w.str(l.id === undefined ? String(place) : id(l.id));
    w.str(id(l.item_id));
    w.f64(number(l.price, NaN));
    w.f64(number(l.quantity, NaN));
    w.str(l.store === undefined ? "" : id(l.store));
    w.f64(number(l.floor, NaN));
  });
  w.f64(number(c.shipping, NaN));
  w.list(list(c.codes), (code) => w.str(id(code)));
  writeCounts(w, c.groups);

  const customer = Object(c.customer);
  const [month, day] = typeof customer.birthday === "string" ? customer.birthday.split("-").map(count) : [0, 0];
  w.str(customer.tier === undefined ? "" : id(customer.tier));
  w.u8(customer.new_customer === true ? 1 : 0);
  w.u8(month > 12 ? 0 : month || 0);
  w.u8(day > 31 ? 0 : day || 0);
  w.u32(count(customer.points));
  writeCounts(w, customer.redeemed);
}

/** @param {Reader} r @returns {import("../types/index").Gap} */
function readGap(r) {
  const kind = r.u8();
  if (kind === 1) return { amount: r.f64() };
  return kind === 2 ? { units: r.f64() } : null;
}

/** @param {Reader} r @param {string} packVersion @returns {import("../types/index").Quote} */
export function readQuote(r, packVersion) {
  const subtotal = r.f64();
  const shipping = r.f64();
  const discount = r.f64();
  const payable = r.f64();
  const lines = r.list(() => ({
    id: r.str(),
    subtotal: r.f64(),
    payable: r.f64(),
    discounts: r.list(() => ({ applied: r.u32(), amount: r.f64() })),
  }));
  const applied = r.list(() => ({ id: r.str(), name: r.str(), amount: r.f64(), times: r.f64(), next: readGap(r) }));
  const gifts = r.list(() => ({ item_id: r.str(), quantity: r.f64() }));
  const refused = r.list(() => ({ id: r.str(), name: r.str(), reason: reason(r), gap: readGap(r) }));
  const optimal = r.u8() === 1;
  return {
    subtotal, shipping, discount, payable, lines, applied, gifts, refused, optimal, bound: r.f64(),
    packVersion, overlayVersion: r.money(), expires: r.money(),
  };
}

/** @param {Reader} r @returns {import("../types/index").CouponView[]} */
export function readCoupons(r) {
  return r.list(() => ({
    id: r.str(),
    name: r.str(),
    code: r.str(),
    saving: r.f64(),
    inBest: r.u8() === 1,
    reason: reason(r),
    gap: readGap(r),
    expires: moment(r.f64()),
    interest: r.f64(),
    score: r.f64(),
    because: { code: reason(r) || "given", subject: "" },
    endsSoon: r.u8() === 1,
  }));
}

const STATES = ["prepare", "start", "running", "ended", "stopped", "unknown"];

/** @param {Reader} r @param {number} now NaN where the time cannot be trusted */
export function readOffers(r, now) {
  return r.list(() => ({
    id: r.str(),
    name: r.str(),
    kind: r.str(),
    code: r.str(),
    start: moment(r.f64()),
    end: moment(r.f64()),
    coupon: r.u8() === 1,
    state: /** @type {any} */ (STATES[r.u8()]),
    countdown: moment(r.f64() - now),
    left: moment(r.f64()),
  }));
}

/** One of the core's words. @param {Reader} r @returns {any} */
const reason = (r) => r.str();

/** @param {number} time */
const moment = (time) => (time === time ? time : null);
