// The platform's API, and its asynchronous calls as promises.

import { said } from "../src/error.js";

/** Frameworks lend `wx` to other platforms, so theirs are asked first. @returns {any} */
export function api() {
  return typeof tt !== "undefined" ? tt : typeof my !== "undefined" ? my : wx;
}

/**
 * One call with `success` and `fail`. Alipay also returns its errors, or hands them to `success`.
 * @param {any} owner
 * @param {string} name
 * @param {object} [options]
 * @returns {Promise<any>}
 */
export function ask(owner, name, options) {
  return new Promise((resolve, reject) => {
    const fail = (/** @type {any} */ why) => reject(new Error(name + ": " + said(why)));
    const take = (/** @type {any} */ result) => (result && result.error ? fail(result) : resolve(result));
    const returned = owner[name](Object.assign({ success: take, fail }, options));
    if (returned && returned.error) fail(returned);
    // Called without callbacks, WeChat would answer with a promise; with them it may do so too.
    else if (returned && returned.catch) returned.catch(fail);
  });
}
