// Offers and conditions: who may use one, and to whom it is put forward (src/manual/promotions.md). The first never asks for the shopper.

import { INSIGHT } from "./engine.js";
import { asking } from "./rules.js";

/** @param {any} shelf @returns {{ _id: string, _when: string, _audience: string }[]} */
const conditionsOf = (shelf) => shelf._fallback.ask([], (/** @type {import("./catalogue.js").Catalogue} */ c) => c.offerConditions());

/**
 * Offers that may not be used by whom a page handed in. Asked as in neutral mode: no price knows a portrait.
 * @param {any} shelf
 * @param {any} attributes
 * @returns {string[]}
 */
function unmetBy(shelf, attributes) {
  const holds = asking(shelf, { attributes, mode: 1 });
  return conditionsOf(shelf).filter((offer) => !holds(offer._when)).map((offer) => offer._id);
}

/**
 * The same for a quote; `null` while the part that evaluates conditions is on its way.
 * @param {any} shelf
 * @param {any} attributes
 */
export function unmetOf(shelf, attributes) {
  const unmet = unmetBy(shelf, attributes);
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
  const unmet = unmetBy(shelf, o.attributes);
  const holds = asking(shelf, o);
  const conditions = conditionsOf(shelf);
  return {
    _paused: paused,
    /** Why it may be; "" where it may not. */
    _why: (/** @type {string} */ id) => {
      const audience = conditions.reduce((all, offer) => (offer._id === id ? offer._audience : all), "");
      return none || unmet.indexOf(id) >= 0 || !holds(audience) ? "" : audience ? "audience" : "everyone";
    },
  };
}

/**
 * The offers that a page may put forward now, in the order of the shop's file.
 * @param {any} shelf
 * @param {any} o
 */
export function promotionsOf(shelf, o) {
  const engine = shelf._engine;
  const now = engine.time();
  const { _paused, _why } = putForward(shelf, o);
  return {
    items: shelf.offers().filter((/** @type {any} */ offer) => {
      const code = _why(offer.id);
      offer.because = { code };
      return code && !(offer.start > now || offer.end && offer.end <= now);
    }).slice(0, o.limit || 12),
    paused: _paused,
  };
}
