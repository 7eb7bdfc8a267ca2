// Prices and stock between two packs (src/manual/overlay.md): fetches overlays, hands them to the engine, fetches again in time.

import { toBytes } from "./bytes.js";
import { said } from "./error.js";
import { id } from "./options.js";
import * as op from "./protocol.js";
import { decodeUtf8 } from "./utf8.js";

/** @typedef {import("./codec.js").Writer} Writer */

/** Milliseconds before what failed is tried again; twice as many after each failure. */
const RETRY_MS = 10000;
const MOST_DOUBLINGS = 6;
const LONGEST_MS = 0x7fffffff;
/** Overlays kept for an engine that starts again. */
const MOST_KEPT = 100;

export class Overlay {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./create.js").Host} host
   * @param {number | undefined} every milliseconds between two fetches, where the shop says so
   */
  constructor(shelf, host, every) {
    this._shelf = shelf;
    this._host = host;
    this._every = every;
    /** Where it comes from, where that is an address. @type {any} */
    this._address = null;
    /** What was applied since the last full one, or waits for the engine. @type {[number, (w: Writer) => void][]} */
    this._kept = [];
    /** Number in force; `null` without one. @type {number | null} */
    this._version = null;
    /** When it is stale, and when to fetch again. */
    this._stale = Infinity;
    this._due = Infinity;
    this._failures = 0;
    /** @type {any} */
    this._timer = 0;
    this._end = host.memory && host.memory.hidden && host.memory.hidden(() => this._wake());
  }

  /**
   * Takes an address, bytes or the JSON form; `null` takes overlays away.
   * @param {any} source
   * @returns {Promise<void>}
   */
  take(source) {
    const remote = typeof source === "string" || (source && source.href);
    this._address = remote ? source : null;
    this._due = Infinity;
    if (remote) return this._fetch();
    if (!source) this._kept = [];
    this._apply(source || new Uint8Array(0));
    return Promise.resolve();
  }

  /** An engine has started: it gets what the last one had. */
  started() {
    this._kept.splice(0).forEach((one) => this._send(one));
  }

  /**
   * What the engine says of the overlay in force.
   * @param {{ _overlay: number | null, _expires: number | null }} told
   */
  told({ _overlay, _expires }) {
    this._version = _overlay;
    this._stale = _expires === null ? Infinity : _expires;
    this._arm();
  }

  close() {
    this._address = null;
    this._due = this._stale = Infinity;
    this._arm();
    if (this._end) this._end();
  }

  /** @returns {Promise<void>} */
  _fetch() {
    const address = this._address;
    this._due = Infinity;
    return Promise.resolve()
      .then(() => this._host.pack(address))
      .then((bytes) => {
        if (address === this._address) return this._apply(bytes[0] === 123 ? JSON.parse(decodeUtf8(bytes, 0, bytes.length)) : bytes);
      })
      .catch((thrown) => {
        this._shelf._hub.diagnose({
          code: "overlay_missing",
          message: "The overlay cannot be had: " + said(thrown),
          fix: "Check its address and that the page may load it; it is tried again.",
        });
      })
      .then((applied) => {
        if (!address || address !== this._address) return;
        this._failures = applied ? 0 : this._failures + 1;
        const now = this._shelf._now();
        const wait = applied ? this._every || 0.9 * (this._stale - now) : RETRY_MS * 2 ** Math.min(this._failures - 1, MOST_DOUBLINGS);
        this._due = now + Math.max(wait, this._every || RETRY_MS);
        this._arm();
      });
  }

  /**
   * @param {any} source bytes or the JSON form
   * @returns {boolean} whether it counts now
   */
  _apply(source) {
    const bytes = toBytes(source);
    if (bytes) return this._send([op.OVERLAY, (w) => w.bytes(bytes)]);
    const market = id(source.market) || this._shelf.market;
    const issued = source.issued === undefined ? this._shelf._now() : Number(source.issued);
    return this._send([op.OVERLAY_ITEMS, (w) => writeItems(w, source, market, issued)]);
  }

  /** @param {[number, (w: Writer) => void]} one */
  _send(one) {
    const shelf = this._shelf;
    const answer = shelf._engine.call(one[0], (w) => {
      w.f64(shelf._now());
      one[1](w);
    }, op.readOverlaid);
    // Without an engine it waits for one; what the engine refused is told.
    if (answer === undefined) return false;
    if (!answer || answer._outcome) {
      if ((answer && answer._outcome > 1) || this._kept.length >= MOST_KEPT) this._kept = [];
      this._kept.push(one);
    }
    if (!answer) return false;
    this.told(answer);
    this._changed();
    return answer._outcome > 0;
  }

  _changed() {
    this._shelf._products.clear();
    this._shelf._hub.change();
  }

  _arm() {
    clearTimeout(this._timer);
    const now = this._shelf._now();
    const next = Math.min(this._due, this._stale > now ? this._stale : Infinity);
    if (next === Infinity) return;
    this._timer = setTimeout(() => this._wake(), Math.min(Math.max(next - now, 1), LONGEST_MS));
    // Node would wait for it at its end.
    if (this._timer.unref) this._timer.unref();
  }

  // Some time has passed, or the page is seen or hidden.
  _wake() {
    const now = this._shelf._now();
    if (now >= this._stale) {
      this._stale = Infinity;
      this._changed();
    }
    if (now < this._due) this._arm();
    else if (typeof document === "undefined" || !document.hidden) this._fetch();
  }
}

/**
 * @param {Writer} w
 * @param {any} o the JSON form
 * @param {string} market
 * @param {number} issued
 */
function writeItems(w, o, market, issued) {
  const at = w.length;
  w.u32(0);
  w.str(id(o.shop));
  w.str(market);
  w.str("");
  w.f64(Number(o.sequence || 0));
  w.f64(Number(o.since || 0));
  w.f64(issued);
  w.u32(o.max_age);
  w.u8(o.full === true ? 1 : 0);
  w.list(Array.isArray(o.items) ? o.items : [], (item) => {
    const { id: given, availability, hidden, price, sale_price } = Object(item);
    // 7 is not said, 5 is no word.
    const stock = availability == null ? 7 : (op.AVAILABILITY.indexOf(String(availability).replace(/ /g, "_")) + 6) % 6;
    w.str(id(given));
    w.u8(stock | (hidden === true ? 16 : hidden === false ? 8 : 0) | (price === undefined ? 0 : 32) | (sale_price === undefined ? 0 : 64));
    w.str(price == null ? "" : String(price));
    w.str(sale_price == null ? "" : String(sale_price));
  });
  w.patch(at, w.length - at - 4);
}
