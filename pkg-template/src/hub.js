// Listeners, diagnostics and misuse: how a shelf speaks to its page without ever breaking a call.

import { inWords, NearshelfError, said } from "./error.js";
import { TEXTS } from "./fixes.js";

/** Diagnostics kept for a listener that comes later: those of the start come before the shelf is handed over. */
const KEPT = 32;

export class Hub {
  constructor() {
    /** @type {Record<string, Function[]>} */
    this._listeners = { change: [], diagnostic: [], stage: [], consent: [] };
    /** Looks, where somebody listens to stages, what a change has done to them. */
    this._ahead = () => {};
    /** @type {Function[]} */
    this._failed = [];
    /** @type {[string, object][]} */
    this._waiting = [];
    /** @type {Record<string, number>} */
    this._counts = Object.create(null);
    this._changed = false;
    /** Moves on with each change. */
    this._version = 0;
    this._scheduled = false;
    this._closed = false;
  }

  /**
   * Counts what is only worth a look.
   * @param {string} code
   */
  count(code) {
    this._counts[code] = (this._counts[code] || 0) + 1;
  }

  /**
   * Counts what went wrong and tells the `diagnostic` listeners.
   * @param {{ code: string, message: string, fix?: string }} what
   */
  diagnose(what) {
    this.count(what.code);
    const told = { code: what.code, message: what.message || inWords(what.code) };
    this.later("diagnostic", what.fix ? Object.assign(told, { fix: what.fix }) : told);
  }

  /**
   * Tells who listens, once this turn is over; where nobody does yet, who comes first.
   * @param {"diagnostic" | "consent"} type
   * @param {object} what
   */
  later(type, what) {
    if (this._closed || this._waiting.filter((one) => one[0] === type).length >= KEPT) return;
    this._waiting.push([type, what]);
    this._schedule();
  }

  /**
   * The caller's mistake: thrown where a developer sees it, a diagnostic where a shopper would.
   * @param {string} code
   * @param {string} message
   * @param {string} fix
   */
  misuse(code, message, fix) {
    // Set by the build: true in the files of the `development` condition only.
    if (typeof NEARSHELF_DEV === "boolean" && NEARSHELF_DEV) throw new NearshelfError(code, message, fix);
    this.diagnose({ code, message, fix });
  }

  /** True for an error that `misuse` threw, which has to reach the caller. */
  passes(error) {
    return typeof NEARSHELF_DEV === "boolean" && NEARSHELF_DEV && error instanceof NearshelfError;
  }

  /** Tells the `change` listeners, once for all changes of one turn. */
  change() {
    this._version++;
    this._changed = true;
    this._schedule();
  }

  /**
   * @param {string} type
   * @param {Function} listener
   * @returns {() => void} ends the listening
   */
  on(type, listener) {
    const list = ["change", "diagnostic", "stage", "consent"].indexOf(type) < 0 ? null : this._listeners[type];
    if (!list || typeof listener !== "function") {
      this.misuse("bad_argument", TEXTS ? "on() was given no known event or no function." : "on()",
        TEXTS ? 'Use on("change", fn), on("diagnostic", fn), on("stage", fn) or on("consent", fn).' : "");
      return () => {};
    }
    list.push(listener);
    if (this._waiting.length) this._schedule();
    let listening = true;
    return () => {
      if (listening) list.splice(list.indexOf(listener), 1);
      listening = false;
    };
  }

  /** What was diagnosed so far, by code. */
  counts() {
    return Object.assign({}, this._counts);
  }

  /** No listener is called from now on. */
  close() {
    this._closed = true;
    this._listeners = { change: [], diagnostic: [], stage: [], consent: [] };
    this._waiting = [];
  }

  // Listeners run after the call that caused them, so that they may call the shelf themselves.
  _schedule() {
    if (this._scheduled || this._closed) return;
    this._scheduled = true;
    Promise.resolve().then(() => {
      this._scheduled = false;
      const heard = (/** @type {[string, object]} */ one) => this._listeners[one[0]].length;
      const now = this._waiting.filter(heard);
      this._waiting = this._waiting.filter((one) => !heard(one));
      now.forEach(([type, what]) => this._tell(/** @type {any} */ (type), what));
      const changed = this._changed;
      this._changed = false;
      if (changed) this._tell("change");
      if (changed && this._listeners.stage.length) this._ahead();
    });
  }

  /**
   * @param {"change" | "diagnostic" | "stage" | "consent"} type
   * @param {object} [what]
   */
  _tell(type, what) {
    this._listeners[type].slice().forEach((listener) => {
      try {
        // Each listener gets its own object: what one writes on it, the next must not read.
        listener(what && Object.assign({}, what));
      } catch (thrown) {
        if (this._failed.indexOf(listener) >= 0) return;
        this._failed.push(listener);
        this.diagnose({
          code: "listener_failed",
          message: (TEXTS ? "A " + type + " listener threw: " : "") + said(thrown),
          fix: TEXTS ? "Correct the listener; it is still called, but its next failure is not told again." : "",
        });
      }
    });
  }
}
