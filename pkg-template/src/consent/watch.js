// What adapters to consent platforms share: an answer becomes the shelf's consent, and nothing reaches the page.

import { said } from "../error.js";

export const PURPOSES = ["store", "personalize", "report", "sensitive"];
/** Milliseconds after which a platform that has said nothing is told. */
const PATIENCE = 10000;
/** Milliseconds between two looks for a platform that is not there yet. */
const AGAIN = 250;

/** The page's, the worker's or the program's own names. @returns {any} */
export const names = () => (typeof window === "undefined" ? globalThis : window);

/** @param {any} timer */
function alone(timer) {
  // Nothing that keeps a process of Node from ending.
  if (timer && timer.unref) timer.unref();
  return timer;
}

export class Watch {
  /**
   * @param {any} shelf
   * @param {string} by for the receipt
   * @param {any} options
   * @param {number} [patience] milliseconds after which silence is told
   */
  constructor(shelf, by, options, patience = PATIENCE) {
    this._shelf = shelf;
    this._options = Object(options);
    this._by = typeof this._options.by === "string" ? this._options.by : by;
    this._on = true;
    this._told = false;
    this._heard = false;
    /** What was handed over last. @type {any} */
    this._last = null;
    /** What ends listening. @type {Array<() => void>} */
    this._ends = [];
    /** @type {any} */
    this._again = 0;
    const wait = this._options.waitMs >= 0 ? this._options.waitMs : patience;
    const late = wait < Infinity ? alone(setTimeout(() => {
      if (!this._heard) this._fail("nothing was said within " + wait + " ms");
    }, wait)) : 0;
    this._ends.push(() => clearTimeout(late), () => clearTimeout(this._again));
  }

  /**
   * Hands an answer over, if it is another than the last.
   * @param {any} answer
   */
  _give(answer) {
    this._guard(() => {
      /** @type {Record<string, any>} */
      const change = {};
      const given = Object(answer);
      PURPOSES.concat("minor").forEach((purpose) => {
        const state = given[purpose];
        if (state === true || state === false || state === null) change[purpose] = state;
        else if (state !== undefined) this._fail("'" + purpose + "' is neither true, false nor null");
      });
      if (typeof given.notice === "string") change.notice = given.notice;
      this._heard = true;
      if (JSON.stringify(change) === JSON.stringify(this._last)) return;
      this._last = change;
      this._shelf.setConsent(Object.assign({ by: this._by }, change));
    });
  }

  /**
   * Does what may throw.
   * @param {() => any} act
   */
  _guard(act) {
    if (!this._on) return;
    try {
      const going = act();
      if (going && typeof going.then === "function") going.then(undefined, (/** @type {any} */ thrown) => this._fail(said(thrown)));
    } catch (thrown) {
      this._fail(said(thrown));
    }
  }

  /**
   * Looks until something is there, then acts once.
   * @param {() => any} find
   * @param {(found: any) => void} act
   */
  _await(find, act) {
    this._guard(() => {
      const found = find();
      if (found) return void act(found);
      this._again = alone(setTimeout(() => this._await(find, act), AGAIN));
    });
  }

  /**
   * A diagnostic, the first time. What is undecided stays so.
   * @param {string} message
   */
  _fail(message) {
    if (!this._on || this._told) return;
    this._told = true;
    try {
      this._shelf.rights(this._by + ": " + message);
    } catch (disposed) {
      // Nobody is there to be told.
    }
  }

  /** What the page sees of it. */
  _face() {
    return {
      state: () => (this._last ? Object.assign({}, this._last) : null),
      stop: () => {
        this._on = false;
        this._ends.splice(0).forEach((end) => {
          try {
            end();
          } catch (gone) {
            // It has stopped all the same.
          }
        });
      },
    };
  }
}

/**
 * Each purpose by the platform's answers that it is mapped to: yes where all of them are, no where one is, else undecided. A purpose that is mapped to none stays as it is.
 * @param {any} mapping
 * @param {(name: any) => boolean | null | undefined} state
 */
export function mapped(mapping, state) {
  /** @type {Record<string, boolean | null>} */
  const answer = {};
  PURPOSES.forEach((purpose) => {
    const wanted = [].concat(Object(mapping)[purpose] === undefined ? [] : mapping[purpose]);
    if (!wanted.length) return;
    const states = wanted.map(state);
    answer[purpose] = states.indexOf(false) >= 0 ? false : states.every((one) => one === true) ? true : null;
  });
  return answer;
}
