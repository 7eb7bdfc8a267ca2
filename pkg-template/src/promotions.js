// Offers and conditions: who may use one, and to whom it is put forward (src/manual/promotions.md). The first never asks for the shopper.

import { INSIGHT } from "./engine.js";
import { asking } from "./rules.js";

/** @param {any} shelf @returns {{ _id: string, _when: string, _audience: string }[]} */
const conditionsOf = (shelf) => shelf._fallback.ask([], (/** @type {import("./catalogue.js").Catalogue} */ c) => c.offerConditions());

/**
 * Offers that may not be used by whom a page handed in; `null` while the part that evaluates conditions is on its way. Asked as in neutral mode: no price knows a portrait.
 * @param {any} shelf
 * @param {any} attributes
 * @returns {string[] | null}
 */
export function unmetOf(shelf, attributes) {
  const holds = asking(shelf, { attributes, mode: 1 });
  const unmet = conditionsOf(shelf).filter((offer) => !holds(offer._when)).map((offer) => offer._id);
  return unmet.length && !shelf._engine.has(INSIGHT) ? null : unmet;
}

/**
 * Which offers may be put forward on a page: none while promotions pause.
 * @param {any} shelf
 * @param {any} o
 */
export function putForward(shelf, o) {
  const conditions = conditionsOf(shelf);
  const { paused } = o.mode ? NOTHING : shelf.insights();
  const unmet = unmetOf(shelf, o.attributes) || [];
  const holds = asking(shelf, o);
  const audience = (/** @type {string} */ id) => conditions.reduce((all, offer) => (offer._id === id ? offer._audience : all), "");
  return {
    _until: paused ? paused.until : null,
    _to: (/** @type {string} */ id) => (paused || unmet.indexOf(id) >= 0 || !holds(audience(id)) ? "" : audience(id) ? "audience" : "everyone"),
  };
}

const NOTHING = { paused: undefined };

/**
 * The offers that a page may put forward now, in the order of the shop's file.
 * @param {any} shelf
 * @param {any} o
 */
export function promotionsOf(shelf, o) {
  const engine = shelf._engine;
  const now = engine.time();
  const { _until, _to } = putForward(shelf, o);
  // Without the part that understands it is not known whether they pause, so none is put forward until it is there.
  const known = o.mode || shelf._consent.personalize !== true || engine.has(INSIGHT);
  const items = (known ? shelf.offers() : []).filter((/** @type {any} */ offer) => {
    offer.because = { code: _to(offer.id), subject: "" };
    return offer.because.code && !(offer.start > now || offer.end && offer.end <= now);
  });
  return { items: items.slice(0, o.limit || 12), paused: _until !== null, pausedUntil: _until, packVersion: shelf.packVersion };
}
