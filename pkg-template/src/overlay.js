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
      if (trust._keys) return Promise.resolve(opened).then((bytes) => void this._take(bytes)).catch((thrown) => hub.diagnose(thrown));
      this._take(/** @type {Uint8Array} */ (opened));
    } else this._apply(source || new Uint8Array(0));
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
    /** @type {any} */
    let source = bytes;
    try {
      // The brace of JSON.
      if (bytes[0] === 123) source = JSON.parse(decodeUtf8(bytes, 0, bytes.length));
    } catch (noJson) {
      // The core refuses it.
    }
    return this._apply(source);
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
  const base = id(o.base);
  w.str(base);
  w.f64(Number(o.sequence || 0));
  w.f64(Number(o.since || 0));
  w.f64(issued);
  w.u32(o.max_age);
  w.u8(o.full === true ? 1 : 0);
  // Without the pack that they are of places say nothing.
  const whole = base ? writeRows(w, o.rows ?? []) : !o.rows;
  const text = (/** @type {any} */ value) => w.str(value == null ? "" : String(value));
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
  // A byte too many: the core refuses all of it, and nothing changes.
  if (!whole) w.u8(0);
  w.patch(at, w.length - at - 4);
}

/** @param {any} given @returns {any[]} */
const list = (given) => (Array.isArray(given) ? given : []);

/**
 * Writes rows by their places in the pack, in columns.
 * @param {Writer} w
 * @param {any} blocks
 * @returns {boolean} whether all could be read
 */
function writeRows(w, blocks) {
  let whole = Array.isArray(blocks);
  w.list(list(blocks), (block) => {
    const { places, price_minor, sale_price_minor, availability, hidden } = Object(block);
    const stock = availability == null ? 7 : op.AVAILABILITY.indexOf(availability);
    w.u8(stock | (hidden === true ? 16 : hidden === false ? 8 : 0) | (price_minor === undefined ? 0 : 32) | (sale_price_minor === undefined ? 0 : 64));
    whole = whole && stock >= 0 && (hidden == null || typeof hidden === "boolean") && Array.isArray(places);
    // 2^32 - 1 is no price.
    for (const column of [places, price_minor, sale_price_minor]) {
      whole = whole && (column == null || (Array.isArray(column) && column.length === places.length && !column.includes(0xffffffff)));
      whole = writeNumbers(w, (whole && column) || []) && whole;
    }
  });
  return whole;
}

/**
 * Many numbers at once: a loop that runs once an hour is not compiled, so it calls as little as it can.
 * @param {Writer} w
 * @param {any[]} numbers
 * @returns {boolean} whether each of them is a `u32`; else what was written means nothing
 */
function writeNumbers(w, numbers) {
  const n = numbers.length;
  w.u32(n);
  w._room(4 * n);
  const { _at: at, _view: view } = w;
  let i = 0;
  for (; i < n; i++) {
    const v = numbers[i];
    if (typeof v !== "number" || v !== v >>> 0) break;
    view.setUint32(at + 4 * i, v, true);
  }
  w._at += 4 * n;
  return i === n;
}
