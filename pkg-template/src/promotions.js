// Offers and conditions: who may use one, and to whom it is put forward (src/manual/promotions.md). The first never asks for the shopper.

import { named } from "./decisions.js";
import { INSIGHT } from "./engine.js";
import * as op from "./protocol.js";
import { asking } from "./rules.js";

/** @param {any} shelf @returns {{ _id: string, _when: string, _audience: string }[]} */
const conditionsOf = (shelf) => shelf._fallback.ask([], (/** @type {import("./catalogue.js").Catalogue} */ c) => c.offerConditions());

/**
 * Offers that may not be used by whom a page handed in. Asked as in neutral mode: no price knows a portrait.
 * @param {any} shelf
 * @param {any} attributes
 * @param {{ _id: string, _when: string }[]} conditions
 * @returns {string[]}
 */
function unmetBy(shelf, attributes, conditions) {
  const holds = asking(shelf, { attributes, mode: 1 });
  return conditions.filter((offer) => !holds(offer._when)).map((offer) => offer._id);
}

/**
 * The same for a quote; `null` while the part that evaluates conditions is on its way.
 * @param {any} shelf
 * @param {any} attributes
 */
export function unmetOf(shelf, attributes) {
  const unmet = unmetBy(shelf, attributes, conditionsOf(shelf));
  return unmet.length && !shelf._engine.has(INSIGHT) ? null : unmet;
}

/** True where the shopper may be looked at. @param {any} shelf @param {any} o */
const isPersonal = (shelf, o) => !o.mode && shelf._consent.personalize === true;

/**
 * Which offers may be put forward on a page: none while promotions pause, or while it is not known whether they do.
 * @param {any} shelf
 * @param {any} o
 */
export function putForward(shelf, o) {
  const personal = isPersonal(shelf, o);
  const paused = personal && !!shelf.insights().paused;
  // Without the part that understands it is not known whether they pause, so none is put forward until it is there.
  const none = paused || personal && !shelf._engine.has(INSIGHT);
  const conditions = conditionsOf(shelf);
  const unmet = unmetBy(shelf, o.attributes, conditions);
  const holds = asking(shelf, o);
  return {
    _paused: paused,
    _conditions: conditions,
    _holds: holds,
    /** Why it may be; "" where it may not. */
    _why: (/** @type {string} */ id) => {
      const audience = conditions.reduce((all, offer) => (offer._id === id ? offer._audience : all), "");
      return none || unmet.indexOf(id) >= 0 || !holds(audience) ? "" : audience ? "audience" : "everyone";
    },
  };
}

/** What becomes of an offer in the core's words: put forward, or why not. */
const VERDICTS = ["", "capped", "all_capped", "buys_anyway", "weak"];

/**
 * What the core says of offers: those that are put forward with what it knows of each, and the others with why not.
 * @param {import("./codec.js").Reader} r
 * @param {string[]} ids
 * @returns {any}
 */
function readForward(r, ids) {
  /** @type {any[]} */
  const withheld = [];
  const items = r.list((r) => {
    /** @type {any} */
    const offer = { id: ids[r.u32()] };
    const reason = VERDICTS[r.u8()];
    offer.weight = r.f64();
    const trait = r.str();
    const rate = r.u32();
    const propensity = r.u32();
    const creative = r.str();
    const likely = r.u32();
    if (trait) offer.because = { code: "shopper", subject: trait };
    if (rate) offer.rate = rate / 65536;
    if (propensity) offer.propensity = propensity;
    if (creative) offer.creative = creative;
    if (likely) offer.creativePropensity = likely;
    if (reason) withheld.push({ id: offer.id, reason });
    return reason ? null : offer;
  }).filter(Boolean);
  return { items, withheld };
}

/**
 * The offers that a page may put forward now: in the order of the shop's file, or as its response table has them for the shopper.
 * @param {any} shelf
 * @param {any} o
 * @param {string} kind what it is remembered as; empty where it is asked for something else that is
 */
export function promotionsOf(shelf, o, kind) {
  const engine = shelf._engine;
  const now = engine.time();
  const slot = o.slot || "default";
  const limit = o.limit || 12;
  const { _paused, _conditions, _why, _holds } = putForward(shelf, o);
  const personal = isPersonal(shelf, o);
  /** @type {any[]} */
  const offers = shelf.offers().filter((/** @type {any} */ offer) => {
    const code = _why(offer.id);
    offer.because = { code, subject: "" };
    return code && !/^(stopped|unknown)$/.test(offer.state) && !(offer.start > now || offer.end && offer.end <= now);
  });
  // Of a creative a line with its name behind the offer's id.
  const others = _conditions.map((one) => one._id.split("\n").concat(one._audience)).filter((one) => personal && one.length > 2 && !_holds(one[2]));
  const ids = offers.map((offer) => offer.id);
  const [told, name, kept] = personal && offers.length && engine.settle(op.PUT_FORWARD, kind, slot, (/** @type {import("./codec.js").Writer} */ w) => {
    // Conditions have been asked since.
    w.f64(engine.time());
    w.u32(shelf._zone());
    w.f64(shelf._seed);
    w.str(slot);
    w.u32(limit);
    w.list(offers, (offer) => {
      w.str(offer.id);
      w.str(offer.kind);
    });
    w.list(others, (other) => {
      w.str(other[0]);
      w.str(other[1]);
    });
  }, (/** @type {import("./codec.js").Reader} */ r) => readForward(r, ids), (/** @type {import("./codec.js").Reader} */ r) => r.u32()) || [];
  const { items: best, withheld } = told || { items: offers, withheld: [] };
  const [served] = (name || "").split("/");
  const items = best.slice(0, limit).map((/** @type {any} */ one) => Object.assign({}, offers[ids.indexOf(one.id)], one));
  /** @type {any[]} */
  const rows = [];
  items.forEach((/** @type {any} */ { id, propensity, creative, creativePropensity }, /** @type {number} */ position) => {
    if (propensity) rows.push({ item: id, propensity, slot, position, served });
    if (creativePropensity) rows.push({ item: creative, propensity: creativePropensity, slot: slot + "/creative/" + id, position, served });
  });
  return { servedId: kept ? name : null, items, withheld, paused: _paused, rows };
}

/** How a campaign stands in the core's words. */
const STATES = ["nothing", "granted", "declined", "waits", "over", "expired", "stopped", "unknown"];

/**
 * What campaigns that the shop switched on grant this shopper; nothing in neutral mode, without consent, and until the part that understands is there.
 * @param {any} shelf
 * @param {any} o
 * @returns {any[]}
 */
export function grantsOf(shelf, o) {
  const engine = shelf._engine;
  const campaigns = isPersonal(shelf, o) ? shelf._fallback.ask([], (/** @type {import("./catalogue.js").Catalogue} */ c) => c.grants()) : [];
  if (!campaigns.length || !engine.has(INSIGHT)) {
    if (campaigns.length) engine.grow(INSIGHT);
    return [];
  }
  const holds = asking(shelf, o);
  const remote = shelf._switch;
  // Asked before anything is written: a condition is a call of its own. None of a segment: -1, which is no place; -2: stopped, -3: who knows.
  const segments = campaigns.map((/** @type {any} */ campaign) => remote._names(campaign._id) ? -2 : remote._unknown() ? -3 : campaign._segments.findIndex((/** @type {string} */ when) => holds(when)));
  const ids = campaigns.map((/** @type {any} */ campaign) => campaign._id);
  let place = 0;
  let changed = 0;
  const told = engine.settle(op.GRANTS, "grants", "", (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.f64(shelf._seed);
    w.list(segments, (segment) => {
      w.str(ids[place++]);
      w.u32(segment);
    });
  }, (/** @type {import("./codec.js").Reader} */ r) => {
    let at = 0;
    const list = r.list((r) => ({ campaign: ids[at++], state: STATES[r.u8()], coupon: r.str() || null, until: r.f64() }));
    changed = r.u8();
    return list;
  });
  if (!told) return [];
  if (changed) {
    // What was granted stays, whatever becomes of this instance or this page.
    engine.consented();
    shelf._memory.changed();
  }
  return named(told);
}

/**
 * The shopper declines a campaign, or takes that back. False where nobody can be remembered to have done so.
 * @param {any} shelf
 * @param {string} campaign
 * @param {boolean} declined
 */
export function declineGrant(shelf, campaign, declined) {
  const done = shelf._consent.personalize === true && shelf._engine.reckon(INSIGHT, op.DECLINE_GRANT, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(shelf._engine.time());
    w.str(campaign);
    w.u8(declined ? 1 : 0);
  }, () => true) === true;
  if (done) {
    shelf._engine.consented();
    shelf._memory.changed();
    shelf._hub.change();
  }
  return done;
}
