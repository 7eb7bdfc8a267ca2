// Google Consent Mode v2: `gtag("consent", "default" | "update", { … })` in the data layer.

import { mapped, names, Watch } from "./watch.js";

const MAPPING = { store: ["personalization_storage"], personalize: ["personalization_storage"], report: ["analytics_storage"] };

/**
 * @param {any} shelf
 * @param {any} [options]
 */
export function fromGoogleConsentMode(shelf, options) {
  const watch = new Watch(shelf, "google-consent-mode", options);
  const { layer = "dataLayer", mapping = MAPPING, defaults = false } = watch._options;
  /** @type {Record<string, boolean | null>} */
  const states = {};
  const take = (/** @type {any} */ entry) => {
    if (Object(entry)[0] !== "consent") return;
    const [, command, types] = Array.prototype.slice.call(entry);
    // A default for a region may not be about this shopper.
    if (command !== "update" && (command !== "default" || Object(types).region)) return;
    Object.keys(Object(types)).forEach((type) => {
      const state = types[type] === "granted" ? true : types[type] === "denied" ? false : undefined;
      if (state === undefined) return;
      if (command === "update") states[type] = state;
      // What holds until somebody answers is nobody's answer; a no that was not said is no withdrawal.
      else if (!(type in states)) states[type] = state && defaults === true ? true : null;
    });
    watch._give(mapped(mapping, (type) => states[type]));
  };
  watch._guard(() => {
    const owner = names();
    const queue = typeof layer === "object" ? layer : owner[layer] || (owner[layer] = []);
    Array.prototype.slice.call(queue).forEach((entry) => watch._guard(() => take(entry)));
    const before = queue.push;
    const own = Object.prototype.hasOwnProperty.call(queue, "push");
    /** @this {any} */
    const push = function () {
      const answer = before.apply(this, arguments);
      Array.prototype.slice.call(arguments).forEach((entry) => watch._guard(() => take(entry)));
      return answer;
    };
    queue.push = push;
    watch._ends.push(() => {
      // Somebody who wrapped it later keeps what it has; the adapter has stopped in any case.
      if (queue.push !== push) return;
      if (own) queue.push = before;
      else delete queue.push;
    });
  });
  return watch._face();
}
