// Reads the option objects of calls: unknown names and wrong types are misuse, never an exception in production.

import { TEXTS } from "./fixes.js";

/**
 * What one option may be: returns the cleaned value, or calls `wrong` with what was expected and returns a default.
 * @typedef {(value: any, wrong: (expected: string) => void) => any} Option
 */

/** @type {Option} */
export function text(value, wrong) {
  if (typeof value === "string") return value;
  wrong(TEXTS ? "a string" : "");
  return undefined;
}

/**
 * @param {number} least
 * @param {number} most
 * @returns {Option}
 */
export function whole(least, most) {
  return (value, wrong) => {
    if (typeof value !== "number" || value !== value) {
      wrong(TEXTS ? "a number" : "");
      return undefined;
    }
    const n = Math.min(most, Math.max(least, Math.floor(value)));
    if (n !== value) wrong(TEXTS ? "a whole number from " + least + " to " + most : "");
    return n;
  };
}

/** A misspelt mode is read as the one that keeps the portrait closed. @type {Option} */
export function mode(value, wrong) {
  if (value !== "personal" && value !== "neutral") wrong(TEXTS ? '"personal" or "neutral"' : "");
  return value === "personal" ? 0 : 1;
}

/**
 * The id as text, "" for what cannot be one.
 * @param {any} value
 */
export function id(value) {
  const type = typeof value;
  if (type === "string") return value;
  return (type === "number" && isFinite(value)) || type === "bigint" ? String(value) : "";
}

/** Ids a list may have; more than any page shows. */
export const MOST_IDS = 100000;

/** @type {Option} */
export function ids(value, wrong) {
  return read(value, wrong);
}

/**
 * @param {any} value
 * @param {(expected: string) => void} wrong
 * @param {Map<string, any>=} described takes what is said of items that are not ids alone
 */
function read(value, wrong, described) {
  const list = [];
  let bad = true;
  try {
    const n = Array.isArray(value) ? Math.min(value.length, MOST_IDS) : 0;
    bad = n !== value.length;
    for (let i = 0; i < n; i++) {
      const given = value[i];
      const about = described && copyOf(given);
      const one = id(about ? about.id : given);
      if (one) list.push(one);
      else bad = true;
      if (one && about) /** @type {Map<string, any>} */ (described).set(one, about);
    }
  } catch (unreadable) {
    bad = true;
  }
  if (bad) wrong(TEXTS ? "a list of at most " + MOST_IDS + " product ids" : "");
  return list;
}

/** An object as it is now, so that it is read once; `null` for what is none or cannot be read. @param {any} value */
function copyOf(value) {
  try {
    return typeof value === "object" ? Object.assign({}, value) : null;
  } catch (unreadable) {
    return null;
  }
}

/** Words to be among. @type {Option} */
export function texts(value, wrong) {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value.slice();
  wrong(TEXTS ? "a list of strings" : "");
  return undefined;
}

/**
 * The ids, each once.
 * @param {any} value ids, or objects with an id
 * @param {(expected: string) => void} wrong
 * @param {Map<string, any>} described
 */
export function distinct(value, wrong, described) {
  return Array.from(new Set(read(value, wrong, described)));
}

/** @type {Option} */
export function tri(value, wrong) {
  if (value === null || value === true || value === false) return value;
  wrong(TEXTS ? "true, false or null" : "");
  return undefined;
}

/**
 * A number, moved into its bounds.
 * @param {number} least
 * @param {number} most
 * @returns {Option}
 */
export function between(least, most) {
  return (value, wrong) => {
    if (typeof value === "number" && value >= least && value <= most) return value;
    wrong(TEXTS ? "a number from " + least + " to " + most : "");
    return value > most ? most : undefined;
  };
}

/**
 * An object of its own options.
 * @param {Record<string, Option>} shape
 * @returns {Option}
 */
export function parts(shape) {
  return (value, wrong) => {
    /** @type {Record<string, any>} */
    const clean = {};
    const names = Object.keys(shape);
    if (typeof value !== "object" || !value || !Object.keys(value).every((name) => names.indexOf(name) >= 0)) {
      wrong(TEXTS ? "an object of " + names.join(", ") : "");
    }
    for (const name of names) {
      if (value && value[name] !== undefined) clean[name] = shape[name](value[name], wrong);
    }
    return clean;
  };
}

/** What the context of a list does. @type {Option} */
export function kind(value, wrong) {
  if (["page", "cart", "together", "content", "activity"].indexOf(value) < 0) wrong(TEXTS ? '"page", "cart", "together", "content" or "activity"' : "");
  return value;
}

/** What a page hands in for conditions: a copy, so that it is read here alone. @type {Option} */
export function attributes(value, wrong) {
  return typeof value === "object" ? Object.assign({}, value) : wrong(TEXTS ? "an object" : "");
}

/** Products with a place of their own. @type {Option} */
export function pins(value, wrong) {
  const list = [];
  const given = Array.isArray(value) ? value.slice(0, 200) : [];
  for (const pin of given) {
    const key = pin ? id(pin.id) : "";
    if (key && pin.index >= 0 && pin.index < 200 && pin.index === Math.floor(pin.index)) list.push({ id: key, index: pin.index, sponsored: pin.sponsored === true });
  }
  if (!Array.isArray(value) || list.length !== value.length) wrong(TEXTS ? "a list of { id, index }, index a whole number from 0 to 199" : "");
  return list;
}

/**
 * Places that new products shall have at least.
 * @param {{ limit?: number, arrivals?: { share?: number, count?: number } }} o
 */
export function arrivals(o) {
  const { share, count } = o.arrivals || {};
  // 0.1 of 30 is a little more than 3 to a computer.
  return Math.max(count || 0, Math.ceil((share || 0) * (o.limit || 12) - 1e-9));
}

/** Anything; whoever uses it looks at it. @type {Option} */
export function any(value) {
  return value;
}

/**
 * The options that were given and understood.
 * @param {import("./hub.js").Hub} hub
 * @param {string} call name of the call, for the message
 * @param {any} given
 * @param {Record<string, Option>} shape
 * @returns {any}
 */
export function readOptions(hub, call, given, shape) {
  /** @type {Record<string, any>} */
  const options = {};
  if (given === undefined || given === null) return options;
  const wrong = (/** @type {string} */ message) =>
    hub.misuse("bad_argument", TEXTS ? call + "(): " + message + "." : call + "(): " + message, TEXTS ? "Its options are " + Object.keys(shape).join(", ") + "." : "");
  if (typeof given !== "object") {
    wrong(TEXTS ? "the options are no object" : "options");
    return options;
  }
  let names;
  try {
    names = Object.keys(given);
  } catch (unreadable) {
    names = [];
    wrong(TEXTS ? "the options cannot be read" : "options");
  }
  for (const name of names) {
    if (!Object.prototype.hasOwnProperty.call(shape, name)) {
      wrong((TEXTS ? "there is no option '" : "'") + name + "'");
      continue;
    }
    let value;
    let readable = true;
    try {
      value = given[name];
    } catch (unreadable) {
      readable = false;
      wrong("'" + name + (TEXTS ? "' cannot be read" : "'"));
    }
    if (!readable || value === undefined) continue;
    let clean;
    try {
      const expected = (/** @type {string} */ what) => wrong("'" + name + (TEXTS ? "' has to be " + what : "'"));
      clean = shape[name](value, expected);
    } catch (error) {
      if (hub.passes(error)) throw error;
      wrong("'" + name + (TEXTS ? "' cannot be read" : "'"));
    }
    if (clean !== undefined) options[name] = clean;
  }
  return options;
}
