// A file of the shop's that is fetched again before it is stale: an overlay, a switch.

import { said } from "./error.js";
import { fixOf, TEXTS } from "./fixes.js";
import { Refused } from "./trust.js";

/** Milliseconds before what failed is tried again, and the fewest between two fetches where the shop does not say. */
const RETRY_MS = 30000;
const LONGEST_MS = 0x7fffffff;

export class Source {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./create.js").Host} host
   * @param {number | undefined} every milliseconds between two fetches, where the shop says so
   * @param {number} kind as it is signed
   * @param {string} missing code of the diagnostic when it cannot be had
   */
  constructor(shelf, host, every, kind, missing) {
    this._shelf = shelf;
    this._host = host;
    this._every = every;
    this._kind = kind;
    this._missing = missing;
    /** Where it comes from, where that is an address. @type {any} */
    this._address = null;
    /** When it is stale, and when to fetch again. */
    this._stale = Infinity;
    this._due = Infinity;
    /** @type {any} */
    this._timer = 0;
    /** @type {(() => void) | undefined} */
    this._end = undefined;
  }

  /**
   * Takes what was fetched.
   * @param {Uint8Array} bytes
   * @returns {boolean | null} whether it counts now; `null` while it waits for an engine
   */
  _take(bytes) {
    return !bytes;
  }

  /** What it says has changed. */
  _changed() {
    this._shelf._products.clear();
    this._shelf._hub.change();
  }

  /** @param {any} source an address, from now on; `null` for none @returns {Promise<void>} */
  _follow(source) {
    this._address = source;
    this._due = Infinity;
    if (!source) return Promise.resolve();
    // Nobody listens to the page for a shelf that fetches nothing.
    this._end = this._end || this._host.memory?.hidden?.(() => this._wake());
    return this._fetch();
  }

  close() {
    this._address = null;
    this._due = this._stale = Infinity;
    this._arm();
    this._end?.();
  }

  /** @returns {Promise<void>} */
  _fetch() {
    const address = this._address;
    this._due = Infinity;
    return Promise.resolve()
      .then(() => this._host.pack(address))
      .then((bytes) => this._shelf._trust.open(this._kind, bytes))
      .then((bytes) => address === this._address && this._take(bytes))
      .catch((thrown) => {
        this._shelf._hub.diagnose(thrown instanceof Refused ? thrown : {
          code: this._missing,
          message: (TEXTS ? "The file cannot be had: " : "") + said(thrown),
          fix: fixOf(this._missing),
        });
      })
      .then((applied) => {
        // One that waits for the engine is no failure.
        if (applied !== null && !applied && address === this._address) this._plan(0);
      });
  }

  /** @param {number} ms until the next fetch, where the shop does not say */
  _plan(ms) {
    if (this._address) this._due = this._shelf._now() + (this._every || Math.max(ms, RETRY_MS));
    this._arm();
  }

  _arm() {
    clearTimeout(this._timer);
    const now = this._shelf._now();
    const next = Math.min(this._due, this._stale > now ? this._stale : Infinity);
    if (next === Infinity) return;
    this._timer = setTimeout(() => this._wake(), Math.min(Math.max(next - now, 1), LONGEST_MS));
    // Node would wait for it at its end.
    this._timer.unref?.();
  }

  // Some time has passed, or the page is seen or hidden.
  _wake() {
    const now = this._shelf._now();
    if (now >= this._stale) {
      this._stale = Infinity;
      this._changed();
    }
    if (now < this._due) this._arm();
    else if (!this._host.away?.()) this._fetch();
  }
}
