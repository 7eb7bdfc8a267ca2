// Prices and stock between two packs (src/manual/overlay.md): fetches overlays, hands them to the engine, fetches again in time.

import { toBytes } from "./bytes.js";
import { said } from "./error.js";
import { fixOf, TEXTS } from "./fixes.js";
import { id } from "./options.js";
import * as op from "./protocol.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * @typedef {import("./codec.js").Writer} Writer
 * An overlay: the call, what writes it, and its request once the engine has heard of it.
 * @typedef {{ _op: number, _write: (w: Writer) => void, _request: Uint8Array | null }} Laid
 */

/** Milliseconds before what failed is tried again, and the fewest between two fetches where the shop does not say. */
const RETRY_MS = 30000;
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
    /** What was applied since the last full one, or waits for the engine. @type {Laid[]} */
    this._kept = [];
    /** Number in force; `null` without one. @type {number | null} */
    this._version = null;
    /** When it is stale, and when to fetch again. */
    this._stale = Infinity;
    this._due = Infinity;
    /** @type {any} */
    this._timer = 0;
    /** @type {(() => void) | undefined} */
    this._end = undefined;
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
    if (remote) {
      // Nobody listens to the page for a shelf that fetches nothing.
      this._end = this._end || this._host.memory?.hidden?.(() => this._wake());
      return this._fetch();
    }
    if (!source) this._kept = [];
    this._apply(source || new Uint8Array(0));
    return Promise.resolve();
  }

  /** An engine has started, or a shard has opened: what held holds again. */
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
    this._end?.();
  }

  /** @returns {Promise<void>} */
  _fetch() {
    const address = this._address;
    this._due = Infinity;
    return Promise.resolve()
      .then(() => this._host.pack(address))
      .then((bytes) => {
        // The brace of JSON.
        return address === this._address && this._apply(bytes[0] === 123 ? JSON.parse(decodeUtf8(bytes, 0, bytes.length)) : bytes);
      })
      .catch((thrown) => {
        this._shelf._hub.diagnose({
          code: "overlay_missing",
          message: (TEXTS ? "The overlay cannot be had: " : "") + said(thrown),
          fix: fixOf("overlay_missing"),
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

  /**
   * @param {any} source bytes or the JSON form
   * @returns {boolean | null} whether it counts now; `null` while it waits for an engine
   */
  _apply(source) {
    const bytes = toBytes(source);
    if (bytes) return this._send({ _op: op.OVERLAY, _write: (w) => w.bytes(bytes), _request: null });
    const issued = source.issued === undefined ? this._shelf._now() : Number(source.issued);
    return this._send({
      _op: op.OVERLAY_ITEMS,
      // Of the market looked at when the engine first hears of it.
      _write: (w) => writeItems(w, source, id(source.market) || this._shelf.market, issued),
      _request: null,
    });
  }

  /** @param {Laid} one */
  _send(one) {
    const answer = this._shelf._engine.lay(one);
    // What the engine refused is told.
    if (answer === undefined) return false;
    if (!answer || answer._outcome) {
      if ((answer && answer._outcome > 1) || this._kept.length >= MOST_KEPT) this._kept = [];
      this._kept.push(one);
    }
    if (!answer) return null;
    this.told(answer);
    this._changed();
    if (!answer._outcome) return false;
    this._plan(0.9 * (this._stale - this._shelf._now()));
    return true;
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
  const text = (/** @type {any} */ value) => w.str(value == null ? "" : String(value));
  w.list(Array.isArray(o.items) ? o.items : [], (item) => {
    const { id: given, availability, hidden, price, sale_price, title, product_type, brand, link, image_link } = Object(item);
    // What has a title is new where the pack does not have it, and then shown and in stock where nothing else is said.
    const isNew = title != null;
    // 7 is not said, 5 is no word.
    const stock = availability == null ? (isNew ? 1 : 7) : (op.AVAILABILITY.indexOf(String(availability).replace(/ /g, "_")) + 6) % 6;
    w.str(id(given));
    w.u8(stock | (hidden === true ? 16 : isNew || hidden === false ? 8 : 0) | (price === undefined ? 0 : 32) |
      (sale_price === undefined ? 0 : 64) | (isNew ? 128 : 0));
    text(price);
    text(sale_price);
    if (isNew) {
      [product_type, brand, link, image_link].forEach(text);
      const titles = Object(title) === title ? title : { "": title };
      w.list(Object.keys(titles), (language) => {
        w.str(language);
        text(titles[language]);
      });
    }
  });
  w.patch(at, w.length - at - 4);
}
