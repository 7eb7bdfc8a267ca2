// The IAB's Transparency and Consent Framework, API version 2: `__tcfapi("addEventListener", 2, …)`.

import { mapped, names, Watch } from "./watch.js";

const MAPPING = { store: [1], personalize: [5, 6], report: [8, 9] };

/**
 * @param {any} shelf
 * @param {any} [options]
 */
export function fromTcf(shelf, options) {
  const watch = new Watch(shelf, "iab-tcf", options);
  const { mapping = MAPPING, vendor, publisher = false, outside } = watch._options;
  const take = (/** @type {any} */ data, /** @type {any} */ success) => {
    if (success === false || !data) return watch._fail("the platform reports a failure");
    if (data.cmpStatus === "error") return watch._fail("the platform's status is error");
    watch._heard = true;
    if (data.gdprApplies === false) {
      // There is no answer then. What holds in its place the shop says.
      if (outside !== undefined) watch._give(outside);
      return;
    }
    // While the dialogue is open the last answer stands; a first one has not been given.
    if (data.eventStatus !== "tcloaded" && data.eventStatus !== "useractioncomplete") return;
    const own = Object(publisher ? data.publisher : data.purpose);
    const consents = Object(own.consents);
    const agreed = vendor === undefined || Object(Object(data.vendor).consents)[vendor] === true;
    watch._give(mapped(mapping, (purpose) => {
      // Purpose one was not asked where it is treated otherwise by law.
      if (Number(purpose) === 1 && data.purposeOneTreatment === true) return null;
      return agreed && consents[purpose] === true;
    }));
  };
  watch._await(() => typeof names().__tcfapi === "function", () => {
    let id = /** @type {any} */ (undefined);
    const listener = (/** @type {any} */ data, /** @type {any} */ success) => watch._guard(() => {
      if (data && data.listenerId !== undefined) id = data.listenerId;
      take(data, success);
    });
    names().__tcfapi("addEventListener", 2, listener);
    watch._ends.push(() => {
      if (id !== undefined) names().__tcfapi("removeEventListener", 2, () => {}, id);
    });
  });
  return watch._face();
}
