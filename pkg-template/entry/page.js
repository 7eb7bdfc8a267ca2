// What a page may want beside a shelf: reasons in words, and lists in GA4's words. Apart, so that nobody loads it unasked.

export { ga4 } from "../src/ga4.js";
export { say } from "../src/say.js";
