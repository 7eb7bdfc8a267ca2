// The storage as the memory sees it: behind consent, with a key, and two slots for each portrait.

import { toBytes } from "./bytes.js";
import { Writer } from "./codec.js";

/**
 * A place for named bytes; `keys` may answer with names of others.
 * @typedef {{
 *   get(name: string): Promise<any>,
 *   set(name: string, bytes: Uint8Array): Promise<any>,
 *   remove(name: string): Promise<any>,
 *   keys(): Promise<string[]>,
 * }} ShelfStorage
 *
 * What a host brings for it. `entropy` answers with a function that draws bytes from a secure source, `null` when it has none
 * left just now; `hidden` calls back when the page may be about to go, and answers how to end that.
 * @typedef {{
 *   storage(): ShelfStorage,
 *   entropy(): Draw | Promise<Draw>,
 *   digest(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array,
 *   hidden?: (act: () => void) => () => void,
 * }} MemoryHost
 * @typedef {(n: number) => Uint8Array | null} Draw
 *
 * Where one portrait is kept: `_slot` is the one to write next, `_found` what was read, the newest first.
 * @typedef {{ _slot: number, _seq: number, _bytes: Uint8Array | null }} Slot
 * @typedef {{ _scope: string, _seq: number, _slot: number, _found: Slot[] }} Place
 */

/** Every name in the storage begins with this. */
const OURS = "nearshelf/";
const KEY_BYTES = 32;
/** Bytes of the sequence number, a double, that stands before the seal. */
const HEAD = 8;
/** Sequence numbers are smaller: beyond, one more is soon no longer another number. */
const LAST = 9e15;
/** Milliseconds that the storage has for one answer. */
const PATIENCE = 5000;

/** Thrown by what ends because the shopper withdrew: it has not failed. */
export const WITHDRAWN = {};

export class Vault {
  /**
   * @param {{ _consent: import("./shelf.js").ConsentState, _view: { _shop?: string }, _now(): number, _withdrawn(ledger: Uint8Array): Uint8Array | null | undefined }} seat
   * @param {MemoryHost | undefined} host
   * @param {ShelfStorage | undefined} own the shop's storage
   */
  constructor(seat, host, own) {
    this._seat = seat;
    this._host = /** @type {MemoryHost} */ (host);
    /** @type {ShelfStorage | undefined} */
    this._store = own;
    /** @type {Uint8Array | null} */
    this.key = null;
    /** @type {Draw | null} */
    this._draw = null;
    /** A withdrawal is at the ledger. */
    this._leaving = false;
  }

  /**
   * Bytes nobody can foresee, `null` when there are none just now.
   * @param {number} n
   */
  draw(n) {
    return this._draw && this._draw(n);
  }

  /**
   * True when there is a key.
   * @param {boolean} make makes one where there is none
   */
  async open(make) {
    if (!this._host || this._seat._consent.store !== true || this._seat._view._shop === undefined) return false;
    if (this.key) return true;
    if (!this._draw) this._draw = await this._host.entropy();
    let key = await this._storedKey();
    if (make && !isKey(key)) {
      const at = this._keyName();
      if (key) await this._ask("remove", at);
      // Somebody may have been faster: what lies there in the end is the key.
      await this._ask("set", at, this._draw(KEY_BYTES)).catch(() => {});
      key = await this._storedKey();
      if (!isKey(key)) throw new Error("the storage keeps nothing");
    }
    if (isKey(key)) this.key = key;
    return isKey(key);
  }

  /** The key as it lies there now. */
  _storedKey() {
    return this._read(this._keyName());
  }

  /**
   * The scope of an account's portrait, "" for nobody's. The account's name is not in it, only a hash that differs from device to device.
   * @param {string} account
   */
  async scope(account) {
    const shop = this._seat._view._shop + "/";
    if (!account) return shop + "anonymous";
    const w = new Writer();
    w.bytes(this.key || new Uint8Array(0));
    w.str(shop + account);
    return shop + (await this._host.digest(w.written())).join("-");
  }

  /**
   * @param {string} scope
   * @returns {Promise<Place>}
   */
  async find(scope) {
    const slots = await Promise.all([0, 1].map(async (slot) => {
      const bytes = await this._read(name(scope, slot));
      const seq = bytes && bytes.length >= HEAD ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true) : 0;
      return { _slot: slot, _seq: seq > 0 && seq < LAST ? seq : 0, _bytes: bytes };
    }));
    slots.sort((a, b) => b._seq - a._seq);
    return { _scope: scope, _seq: slots[0]._seq, _slot: slots[1]._slot, _found: slots.filter((slot) => slot._bytes) };
  }

  /**
   * Writes the slot that holds the older portrait, or none: a crash in here leaves the other one as it is.
   * @param {Place} place
   * @param {Uint8Array} sealed
   */
  async put(place, sealed) {
    // Pages that know nothing of each other order what they write by the clock.
    const seq = Math.max(place._seq + 1, this._seat._now());
    const bytes = new Uint8Array(HEAD + sealed.length);
    new DataView(bytes.buffer).setFloat64(0, seq, true);
    bytes.set(sealed, HEAD);
    await this._ask("set", name(place._scope, place._slot), bytes);
    place._seq = seq;
    place._slot = 1 - place._slot;
  }

  /**
   * Keeps the first unreadable one for who wants to look at it, and clears the slots.
   * @param {Place} place
   * @param {Slot[]} unreadable
   */
  async _setAside(place, unreadable) {
    const old = name(place._scope, "old");
    if (!(await this._read(old))) await this._ask("set", old, unreadable[0]._bytes);
    await Promise.all(unreadable.map((one) => this._ask("remove", name(place._scope, one._slot))));
  }

  /** @param {string} scope */
  remove(scope) {
    return Promise.all([0, 1, "old"].map((part) => this._ask("remove", name(scope, part))));
  }

  /**
   * Everything of ours goes, and the key first: what another page writes late can be read by nobody. Of the privacy ledger the
   * mark of a spent week stays, or withdrawing and granting again would buy a second answer.
   */
  async empty() {
    this.key = null;
    const names = /** @type {string[]} */ (await this._ask("keys")).filter((at) => String(at).indexOf(OURS) === 0);
    const ledger = this.ledgerName();
    const keys = names.filter((at) => /\/key$/.test(at));
    await Promise.all(keys.concat(names.filter((at) => keys.indexOf(at) < 0 && at !== ledger)).map((at) => this._ask("remove", at)));
    if (names.indexOf(ledger) >= 0) await this.leaveLedger();
  }

  ledgerName() {
    return name(this._seat._view._shop, "ledger");
  }

  /** The privacy ledger behind a byte that says whether its report was sent. @returns {Promise<Uint8Array>} */
  async ledger() {
    return (await this._read(this.ledgerName())) || new Uint8Array(1);
  }

  /**
   * Stores the ledger, and reads it back: a storage that keeps nothing must not let a report go.
   * @param {number} sent
   * @param {Uint8Array} ledger
   */
  async keepLedger(sent, ledger) {
    const at = this.ledgerName();
    if (!ledger.length) return void (await this._ask("remove", at));
    const bytes = new Uint8Array(1 + ledger.length);
    bytes[0] = sent;
    bytes.set(ledger, 1);
    await this._ask("set", at, bytes);
    if (String(await this._read(at)) !== String(bytes)) throw new Error("the storage keeps nothing");
  }

  /** Leaves no more of the ledger than a spent week needs. It is the one record that a withdrawal reads and writes. */
  async leaveLedger() {
    this._leaving = true;
    try {
      const kept = await this._read(this.ledgerName());
      // Without a core to ask, a mark that nobody can read: it counts as spent.
      if (kept) await this.keepLedger(0, this._seat._withdrawn(kept.subarray(1)) || new Uint8Array(1));
    } finally {
      this._leaving = false;
    }
  }

  _keyName() {
    return name(this._seat._view._shop, "key");
  }

  /** @param {string} at */
  async _read(at) {
    return toBytes(await this._ask("get", at));
  }

  /**
   * The only way to the storage: nothing is read or written without consent, and every answer has its time.
   * @param {"get" | "set" | "remove" | "keys"} method
   * @param {string} [at]
   * @param {any} [bytes]
   * @returns {Promise<any>}
   */
  _ask(method, at, bytes) {
    return new Promise((resolve, reject) => {
      if (/^.et$/.test(method) && this._seat._consent.store !== true && !(this._leaving && at === this.ledgerName())) throw WITHDRAWN;
      const store = this._store || (this._store = this._host.storage());
      const answer = Promise.resolve(store[method](/** @type {any} */ (at), bytes));
      const late = setTimeout(() => reject(new Error("the storage does not answer")), PATIENCE);
      answer.then(resolve, reject).then(() => clearTimeout(late));
    });
  }
}

/** What is sealed in a slot. @param {Slot} slot */
export function sealedPart(slot) {
  return /** @type {Uint8Array} */ (slot._bytes).subarray(HEAD);
}

/**
 * @param {string | undefined} scope
 * @param {string | number} part
 */
function name(scope, part) {
  return OURS + scope + "/" + part;
}

/** @param {Uint8Array | null} bytes */
function isKey(bytes) {
  return bytes !== null && bytes.length === KEY_BYTES;
}
