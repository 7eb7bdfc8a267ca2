// Signed files (src/manual/signatures.md): without keys the envelope is stepped over, with keys only what the shop signed is taken.

import { Reader, Writer } from "./codec.js";
import { NearshelfError } from "./error.js";
import { VERIFY } from "./engine.js";
import { fixOf, sentenceOf, TEXTS } from "./fixes.js";
import * as op from "./protocol.js";

export const PACK = 1;
export const OVERLAY = 2;
export const SWITCH = 3;
export const SHARD = 4;

const MAGIC = "NEARSIGN";
/** Where what was seen is kept. */
const SEEN = "nearshelf/signed";

/** The file was refused: that is its diagnostic, whatever it was fetched for. */
export class Refused extends NearshelfError {}

export class Trust {
  /**
   * @param {import("./shelf.js").Shelf} shelf
   * @param {string[] | undefined} keys public ones; none of them where no file may be taken
   */
  constructor(shelf, keys) {
    this._shelf = shelf;
    this._keys = keys;
    /** Makes a core. @type {() => Promise<import("./engine.js").Core>} */
    this._start = () => Promise.reject(new NearshelfError("wasm_missing", "", ""));
    /** The core that checked the pack, which the engine then begins with. @type {import("./engine.js").Core | null} */
    this._first = null;
    /** Records of what was seen, one behind the other. */
    this._seen = new Uint8Array(0);
    /** When the latest file was signed that was taken, and the device's time then. */
    this._issued = this._heard = NaN;
  }

  /**
   * The file out of its envelope; with keys its promise, which rejects with `Refused`.
   * @param {number} kind
   * @param {Uint8Array} bytes
   * @returns {Uint8Array | Promise<Uint8Array>}
   */
  open(kind, bytes) {
    if (this._keys) return this._check(kind, bytes);
    for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return bytes;
    return bytes.subarray(bytes[10] | (bytes[11] << 8));
  }

  /** How the engine starts. @param {import("./engine.js").Start} start @returns {import("./engine.js").Start} */
  begin(start) {
    return () => {
      const core = this._first;
      this._first = null;
      return core ? Promise.resolve(core) : start();
    };
  }

  /** What was seen is kept no longer. */
  forget() {
    if (this._keys && this._may()) this._shelf._memory._run(() => this._shelf._memory._vault._ask("remove", SEEN));
  }

  /**
   * @param {number} kind
   * @param {Uint8Array} bytes
   */
  async _check(kind, bytes) {
    const { _memory: memory } = this._shelf;
    let kept = null;
    if (this._may()) kept = await memory._vault._read(SEEN).catch(() => null);
    const core = await this._core();
    const w = new Writer(bytes.length + 4096, bytes.length + (1 << 20));
    w.u32(0);
    const now = this._shelf._now();
    w.f64(now);
    w.u8(kind);
    w.list(/** @type {string[]} */ (this._keys), (key) => w.str(key));
    const seen = new Uint8Array((kept ? kept.length : 0) + this._seen.length);
    if (kept) seen.set(kept);
    seen.set(this._seen, seen.length - this._seen.length);
    w.bytes(seen);
    w.bytes(bytes);
    const r = new Reader(core.call(op.VERIFY, w.written()));
    if (r.u8()) {
      const code = r.str();
      throw new Refused(code, sentenceOf(code), fixOf(code));
    }
    const from = r.u32();
    r.f64();
    const issued = r.f64();
    if (!(issued <= this._issued)) {
      this._issued = issued;
      this._heard = now;
    }
    r.f64();
    r.str();
    this._seen = r.bytes();
    if (this._may() && String(kept) !== String(this._seen)) memory._run(() => memory._vault._ask("set", SEEN, this._seen));
    return bytes.subarray(from);
  }

  /** There is a storage that may be asked. */
  _may() {
    return this._shelf._consent.store === true && this._shelf._memory._host;
  }

  /** A core that has the part for signatures. */
  async _core() {
    const engine = this._shelf._engine;
    await engine._booting;
    if (engine._core) await engine.grow(VERIFY);
    if (engine._core && engine.has(VERIFY)) return engine._core;
    if (!this._first) {
      const core = await this._start();
      if (core.grow) await core.grow(VERIFY);
      this._first = core;
    }
    return this._first;
  }
}

/** @type {import("./options.js").Option} */
export function publicKeys(value, wrong) {
  const keys = Array.isArray(value) ? value.filter((key) => /^[0-9a-f]{64}$/i.test(key)) : [];
  if (!keys.length || keys.length !== value.length) wrong(TEXTS ? "a list of public keys, 64 hexadecimal digits each" : "");
  // Where it is wrong no file is taken: a mistake in here must not open the door.
  return keys;
}
