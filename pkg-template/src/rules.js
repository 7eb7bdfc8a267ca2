// Rank rules and scenes: which of them hold for a list (src/manual/rules.md).

import { asksForShopper } from "./shopper.js";

/** What the host says of time and place. @param {any} o */
export function saidOf(o) {
  const said = o.scene || {};
  return Object.keys(said).map((key) => key + "=" + said[key]);
}

/**
 * The scenes and rules that hold, kept in the options.
 * @param {any} shelf
 * @param {any} o the options of the list
 * @returns {import("./catalogue.js").Rule[]}
 */
export function rulesOf(shelf, o) {
  const slot = o.slot || "default";
  const now = shelf._engine.time();
  const texts = saidOf(o);
  const holds = asking(shelf, o);
  return o._rules = shelf._fallback.ask([], (/** @type {import("./catalogue.js").Catalogue} */ c) => c.rules()).filter((/** @type {import("./catalogue.js").Rule} */ rule) => (
    rule._said.every((any) => any.some((text) => texts.indexOf(text) >= 0)) && (!rule._slots.length || rule._slots.indexOf(slot) >= 0)
    && !(now < rule._start || now >= rule._end) && holds(rule._when)
  ));
}

/**
 * Asks conditions of what a page handed in, and of the shopper where it may: one that asks for the shopper holds for nobody in neutral mode and without consent.
 * @param {any} shelf
 * @param {any} o
 * @returns {(condition: string) => boolean} true for no condition, ""
 */
export function asking(shelf, o) {
  const context = Object.assign({ scene: o.scene, slot: o.slot || "default" }, o.attributes);
  return (condition) => {
    if (!condition) return true;
    if (asksForShopper(condition)) {
      if (o.mode || shelf._consent.personalize !== true) return false;
      // Made once, for all conditions.
      context.shopper = context.shopper || shelf._shopper();
    }
    return shelf._conditions.ask(condition, [context])[0];
  };
}
