// Shopify's Customer Privacy API: what may be processed, and what the visitor said.

import { mapped, names, Watch } from "./watch.js";

const MAPPING = { store: ["preferences"], personalize: ["preferences"], report: ["analytics"] };
/** Of each answer: the method that says whether it may be processed. @type {Record<string, string>} */
const METHODS = {
  preferences: "preferencesProcessingAllowed", analytics: "analyticsProcessingAllowed", marketing: "marketingAllowed", sale_of_data: "saleOfDataAllowed",
};
const FEATURE = [{ name: "consent-tracking-api", version: "0.1" }];

/**
 * @param {any} shelf
 * @param {any} [options]
 */
export function fromShopify(shelf, options) {
  const watch = new Watch(shelf, "shopify", options);
  const { mapping = MAPPING, explicit = false } = watch._options;
  let asked = false;
  let collected = false;
  const api = () => {
    const shopify = Object(names().Shopify);
    if (shopify.customerPrivacy) return shopify.customerPrivacy;
    if (!asked && typeof shopify.loadFeatures === "function") {
      asked = true;
      shopify.loadFeatures(FEATURE, (/** @type {any} */ error) => {
        if (error) watch._fail("the consent-tracking-api was not loaded");
        else look();
      });
    }
    return null;
  };
  const look = () => watch._guard(() => {
    const privacy = api();
    if (!privacy) return;
    const visitor = Object(typeof privacy.currentVisitorConsent === "function" ? privacy.currentVisitorConsent() : {});
    watch._give(mapped(mapping, (/** @type {string} */ name) => {
      const said = visitor[name];
      if (explicit) return said === "yes" ? true : said === "no" ? false : null;
      if (privacy[METHODS[name]]() === true) return true;
      return said === "no" || collected ? false : null;
    }));
  });
  watch._guard(() => {
    const { document } = names();
    const heard = () => {
      collected = true;
      look();
    };
    if (document && document.addEventListener) {
      document.addEventListener("visitorConsentCollected", heard);
      watch._ends.push(() => document.removeEventListener("visitorConsentCollected", heard));
    }
  });
  watch._await(api, look);
  return watch._face();
}
