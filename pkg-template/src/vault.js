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
 *   others?: (name: string, heard: () => void) => Others | null,
 *   alone?: (name: string, task: () => Promise<boolean>) => Promise<boolean | undefined>,
 * }} MemoryHost
 * @typedef {(n: number) => Uint8Array | null} Draw
 *
 * Other pages of the same shop in this browser: `others` calls back when one of them tells something. `alone` runs a task while no other page is in it, or answers
 * at once with nothing.
 * @typedef {{ tell(): void, end(): void }} Others
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
/** Milliseconds that the storage, or whoever takes a report, has for one answer. */
const PATIENCE = 5000;

const LEDGER = /\/ledger$/;
const FORGETFUL = "the storage keeps nothing";

/** Thrown by what ends because the shopper withdrew: it has not failed. */
export const WITHDRAWN = {};

export class Vault {
  /**
   * @param {{ _consent: import("./shelf.js").ConsentState, _view: { _shop?: string }, _now(): number, _withdrawn(ledger: Uint8Array, all: boolean): Uint8Array | null | undefined }} seat
   * @param {MemoryHost | undefined} host
   * @param {ShelfStorage | undefined} own the shop's storage
   */
  constructor(seat, host, own) {
    this._seat = seat;
    this._host = /** @type {MemoryHost} */ (host);
    this._own = own;
    /** @type {ShelfStorage | undefined} */
    this._store = own;
    /** @type {Uint8Array | null} */
    this.key = null;
    /** There was no key, so that one was made in this visit. */
    this._made = false;
    /** @type {Draw | null} */
    this._draw = null;
  }

  /**
   * Bytes nobody can foresee, `null` when there are none just now.
   * @param {number} n
   */
  draw(n) {
    return this._draw && this._draw(n);
  }

  /**
   * Bytes nobody can foresee, for what is no secret and needs no storage.
   * @param {number} n
   */
  async random(n) {
    if (!this._draw && this._host) this._draw = await this._host.entropy();
    return this.draw(n);
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
      if (!isKey(key)) throw new Error(FORGETFUL);
      this._made = true;
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
   * @param {number} since what was kept before is too old, and goes
   * @returns {Promise<Place>}
   */
  async find(scope, since) {
    const slots = await Promise.all([0, 1].map(async (slot) => {
      const bytes = await this._read(name(scope, slot));
      return { _slot: slot, _seq: sequence(bytes), _bytes: bytes };
    }));
    slots.sort((a, b) => b._seq - a._seq);
    if (slots[0]._seq && slots[0]._seq < since) {
      await this.remove(scope);
      return { _scope: scope, _seq: 0, _slot: 1, _found: [] };
    }
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
   * Portraits of a last visit that is too long ago go, of accounts too that nobody has signed in to since.
   * @param {number} since
   */
  async sweep(since) {
    const slots = (await this._ours()).filter((at) => at.indexOf(this._ofShop()) === 0 && /\/([01]|old)$/.test(at));
    for (const at of slots) {
      const seq = sequence(await this._read(at));
      if (seq && seq < since) await this._ask("remove", at);
    }
  }

  /**
   * Everything of ours goes but ledgers, and the key first: what another page writes late can be read by nobody, and a page that finds
   * it gone knows.
   * @param {boolean} [shop] of this shop only
   */
  async empty(shop) {
    this.key = null;
    const names = (await this._ours()).filter((at) => !LEDGER.test(at) && (!shop || at.indexOf(this._ofShop()) === 0));
    const keys = names.filter((at) => /\/key$/.test(at));
    await Promise.all(keys.concat(names.filter((at) => keys.indexOf(at) < 0)).map((at) => this._ask("remove", at)));
  }

  /** The key is the one that was found at first: nobody has emptied the storage since. */
  async same() {
    return String(await this._storedKey()) === String(this.key);
  }

  /**
   * The receipts of consent; with bytes, keeps them.
   * @param {Uint8Array} [bytes]
   */
  receipts(bytes) {
    const at = name(this._seat._view._shop, "receipts");
    return bytes ? this._ask("set", at, bytes) : this._read(at);
  }

  ledgerName() {
    return name(this._seat._view._shop, "ledger");
  }

  /** The names of this shop's ledger, where there is one; of every shop's where that is wanted, or nobody knows which one this is. @param {boolean} [everywhere] */
  async ledgers(everywhere) {
    const all = everywhere || this._seat._view._shop === undefined;
    return this._host ? (await this._ours()).filter((at) => (all ? LEDGER.test(at) : at === this.ledgerName())) : [];
  }

  /**
   * The privacy ledger behind a byte that says whether its report was sent; `null` without one.
   * @param {string} at
   * @param {boolean} [leaving]
   */
  async ledger(at, leaving) {
    const kept = await this._ask("get", at, undefined, leaving);
    if (kept == null) return null;
    const bytes = toBytes(kept);
    // What is no ledger is one that cannot be read, so that the week counts as spent.
    return bytes && bytes.length > 1 ? bytes : new Uint8Array(2);
  }

  /**
   * Stores the ledger, and reads it back: a storage that keeps nothing must not let a report go.
   * @param {string} at
   * @param {number} sent
   * @param {Uint8Array} ledger
   * @param {boolean} [leaving]
   */
  async keepLedger(at, sent, ledger, leaving) {
    if (!ledger.length) return void (await this._ask("remove", at));
    const bytes = new Uint8Array(1 + ledger.length);
    bytes[0] = sent;
    bytes.set(ledger, 1);
    await this._ask("set", at, bytes, leaving);
    if (String(await this.ledger(at, leaving)) !== String(bytes)) throw new Error(FORGETFUL);
  }

  /**
   * Leaves no more of a ledger than a spent week needs: without that mark, withdrawing and granting again would buy a second answer.
   * @param {string} at
   * @param {boolean} all what was spent in all goes too
   */
  async leaveLedger(at, all) {
    const kept = await this.ledger(at, true);
    if (!kept) return;
    // Without a core to ask, a mark without a checksum: it counts as spent, and holds the sum where that is to stay (src/manual/privacy.md).
    const body = kept.subarray(1);
    const sum = all ? [] : body.length === 5 ? body.subarray(1) : body[0] === 2 && body.length >= 18 ? body.subarray(6, 10) : [];
    const left = this._seat._withdrawn(body, all) || Uint8Array.from([0].concat(Array.from(sum)));
    if (String(left) !== String(kept.subarray(1))) await this.keepLedger(at, 0, left, true);
  }

  /** How the names of this shop begin. */
  _ofShop() {
    return name(this._seat._view._shop, "");
  }

  _keyName() {
    return name(this._seat._view._shop, "key");
  }

  /** @param {string} at */
  async _read(at) {
    return toBytes(await this._ask("get", at));
  }

  async _ours() {
    return /** @type {string[]} */ (await this._ask("keys")).filter((at) => String(at).indexOf(OURS) === 0);
  }

  /**
   * The only way to the storage: nothing is read or written without consent, and every answer has its time.
   * @param {"get" | "set" | "remove" | "keys"} method
   * @param {string} [at]
   * @param {any} [bytes]
   * @param {boolean} [leaving] a withdrawal is at a ledger, the one record that it reads and writes
   * @returns {Promise<any>}
   */
  async _ask(method, at, bytes, leaving) {
    if (/^.et$/.test(method) && this._seat._consent.store !== true && !leaving) throw WITHDRAWN;
    const store = this._store || (this._store = this._host.storage());
    return inTime(store[method](/** @type {any} */ (at), bytes), "the storage");
  }
}

/**
 * What `answer` comes to; an error when it takes too long.
 * @param {any} answer
 * @param {string} who
 * @returns {Promise<any>}
 */
export function inTime(answer, who) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(who + " does not answer")), PATIENCE);
    Promise.resolve(answer).then(resolve, reject).then(() => clearTimeout(late));
  });
}

/** When a slot was written, 0 where it cannot be read. @param {Uint8Array | null} bytes */
function sequence(bytes) {
  const seq = bytes && bytes.length >= HEAD ? new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true) : 0;
  return seq > 0 && seq < LAST ? seq : 0;
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
