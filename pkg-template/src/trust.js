// Signed files (src/manual/signatures.md): without keys the envelope is stepped over, with keys only what the shop signed is taken.

import { Reader, Writer } from "./codec.js";
import { NearshelfError } from "./error.js";
import { fixOf, sentenceOf, TEXTS } from "./fixes.js";
import * as op from "./protocol.js";
import { decodeUtf8 } from "./utf8.js";

export const PACK = 1;
export const OVERLAY = 2;
export const SWITCH = 3;
export const SHARD = 4;

/** The places of the parts among those of the engine: the one for invitations asks the one for signatures. */
const VERIFY = 2;
const INVITE = 4;
/** How far a clock may be off before it is told. */
const TOLERANCE = 300000;
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
    /** The core that has the part. @type {import("./engine.js").Core | null} */
    this._able = null;
    /** The core that has the part for invitations too. @type {import("./engine.js").Core | null} */
    this._invites = null;
    /** The record of what was seen. */
    this._seen = new Uint8Array(0);
    /** By how much the device's clock was behind a time that was signed. */
    this._behind = 0;
  }

  /**
   * The file out of its envelope; with keys its promise, which rejects with `Refused`.
   * @param {number} kind
   * @param {Uint8Array} bytes
   * @returns {Uint8Array | Promise<Uint8Array>}
   */
  open(kind, bytes) {
    if (this._keys) return this._check(kind, bytes);
    const signed = decodeUtf8(bytes, 0, Math.min(bytes.length, 8)) === "NEARSIGN";
    return signed ? bytes.subarray(bytes[10] | (bytes[11] << 8)) : bytes;
  }

  /** How the engine starts. @param {import("./engine.js").Start} start @returns {import("./engine.js").Start} */
  begin(start) {
    return () => {
      const core = this._first;
      this._first = null;
      return core ? Promise.resolve(core) : start();
    };
  }

  /** A call of the part for invitations, which changes what is kept where its answer begins with 1. @param {number} number @param {Uint8Array} request @returns {Promise<any>} */
  async ask(number, request) {
    const { _engine: engine, _memory: memory } = this._shelf;
    const core = await this._core();
    if (this._invites !== core) await core.grow?.(INVITE);
    this._invites = core;
    const answer = engine._core === core && engine.call(number, (w) => request.forEach((b) => w.u8(b)), (r) => r._bytes.slice(1));
    if (answer && answer[0]) {
      engine.consented();
      memory.changed();
    }
    return answer;
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
    /** @type {Uint8Array | null} */
    let kept = null;
    if (this._may()) kept = await memory._vault._read(SEEN).catch(() => null);
    const core = await this._core();
    const w = new Writer(bytes.length + 4096, bytes.length + (1 << 20));
    w.u32(0);
    const now = this._shelf._now();
    w.f64(now);
    w.u8(kind);
    w.list(/** @type {string[]} */ (this._keys), (key) => w.str(key));
    w.bytes(kept || new Uint8Array(0));
    w.bytes(this._seen);
    w.bytes(bytes);
    const r = new Reader(core.call(op.VERIFY, w.written()));
    if (r.u8()) {
      const code = r.str();
      throw new Refused(code, sentenceOf(code), fixOf(code));
    }
    const from = r.u32();
    const behind = r.f64() - now;
    if (behind - this._behind > TOLERANCE) {
      this._shelf._hub.diagnose({ code: "clock_skew", message: TEXTS ? "The device's clock is behind what was signed, and is moved forward." : "", fix: TEXTS ? "Nothing to do." : "" });
    }
    this._behind = Math.max(this._behind, behind);
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
    const core = engine._core || this._first || (this._first = await this._start());
    if (this._able !== core) await core.grow?.(VERIFY);
    return this._able = core;
  }
}

/** @type {import("./options.js").Option} */
export function publicKeys(value, wrong) {
  const keys = Array.isArray(value) ? value.filter((key) => /^[0-9a-f]{64}$/i.test(key)) : [];
  if (!keys.length || keys.length !== value.length) wrong(TEXTS ? "a list of public keys, 64 hexadecimal digits each" : "");
  // Where it is wrong no file is taken: a mistake in here must not open the door.
  return keys;
}
