// Prices and stock between two packs (src/manual/overlay.md): fetches overlays, hands them to the engine, fetches again in time.

import { toBytes } from "./bytes.js";
import { id } from "./options.js";
import * as op from "./protocol.js";
import { Source } from "./source.js";
import { OVERLAY } from "./trust.js";
import { decodeUtf8 } from "./utf8.js";

/**
 * @typedef {import("./codec.js").Writer} Writer
 * An overlay: the call, what writes it, and its request once the engine has heard of it.
 * @typedef {{ _op: number, _write: (w: Writer) => void, _request: Uint8Array | null }} Laid
 */

/** Overlays kept for an engine that starts again. */
const MOST_KEPT = 100;

export class Overlay extends Source {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {import("./create.js").Host} host
   * @param {number | undefined} every
   */
  constructor(shelf, host, every) {
    super(shelf, host, every, OVERLAY, "overlay_missing");
    /** What was applied since the last full one, or waits for the engine. @type {Laid[]} */
    this._kept = [];
    /** Number in force; `null` without one. @type {number | null} */
    this._version = null;
    /** Until when the latest one holds. */
    this._until = 0;
  }

  /**
   * Takes an address, bytes or the JSON form; `null` takes overlays away.
   * @param {any} source
   * @returns {Promise<void>}
   */
  take(source) {
    if (typeof source === "string" || (source && source.href)) return this._follow(source);
    this._follow(null);
    if (!source) this._kept = [];
    const { _trust: trust, _hub: hub } = this._shelf;
    // An object carries no signature.
    if (source && (trust._keys || toBytes(source))) {
      const opened = trust.open(OVERLAY, toBytes(source) || new Uint8Array(0));
      if (trust._keys) return Promise.resolve(opened).then((bytes) => void this._apply(bytes)).catch((thrown) => hub.diagnose(thrown));
      source = opened;
    }
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
    this._until = _expires || this._until;
    this._arm();
  }

  /** @param {Uint8Array} bytes */
  _take(bytes) {
    // The brace of JSON.
    return this._apply(bytes[0] === 123 ? JSON.parse(decodeUtf8(bytes, 0, bytes.length)) : bytes);
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
  const list = (/** @type {any} */ given) => (Array.isArray(given) ? given : []);
  // What grants: an item that no pack has, by an id that tells all of it.
  const grants = list(o.grants).map(Object).map((grant) => ({ id: "\x01" + [grant.id, grant.lambda_ppm, +new Date(grant.lambda_until)].join("\x02") }));
  w.list(list(o.items).concat(grants), (item) => {
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
