// Bounded little-endian writing and reading of the boundary's primitives (src/manual/boundary.md).

import { NearshelfError } from "./error.js";
import { TEXTS } from "./fixes.js";
import { decodeUtf8, encodeUtf8 } from "./utf8.js";

/** Bytes of the largest request but `open`; more than a page can mean. */
export const MOST = 1 << 24;

export class Writer {
  /**
   * @param {number} [room] bytes to begin with
   * @param {number} [most] bytes it may grow to; a write beyond throws `call_too_large`
   */
  constructor(room = 1024, most = MOST) {
    this._most = most;
    this._at = 0;
    this._bytes = new Uint8Array(room);
    this._view = new DataView(this._bytes.buffer);
  }

  /** @param {number} more */
  _room(more) {
    const need = this._at + more;
    if (need <= this._bytes.length) return;
    if (need > this._most) {
      throw new NearshelfError("call_too_large", TEXTS ? "One call was given more than " + this._most + " bytes." : "", TEXTS ? "Split it." : "");
    }
    const bytes = new Uint8Array(Math.min(this._most, Math.max(need, this._bytes.length * 2)));
    bytes.set(this._bytes.subarray(0, this._at));
    this._bytes = bytes;
    this._view = new DataView(bytes.buffer);
  }

  /** Bytes written so far. */
  get length() {
    return this._at;
  }

  /**
   * Forgets what was written from `at` on.
   * @param {number} at
   */
  cut(at) {
    this._at = at;
  }

  /** What was written; valid until the next write. */
  written() {
    return this._bytes.subarray(0, this._at);
  }

  /** @param {number} v */
  u8(v) {
    this._room(1);
    this._bytes[this._at++] = v;
  }

  /** @param {number} v */
  u32(v) {
    this._room(4);
    this._view.setUint32(this._at, v, true);
    this._at += 4;
  }

  /** @param {number} v */
  f64(v) {
    this._room(8);
    this._view.setFloat64(this._at, v, true);
    this._at += 8;
  }

  /** @param {boolean | null | undefined} v */
  tri(v) {
    this.u8(v == null ? 0 : v ? 2 : 1);
  }

  /** @param {string} text */
  str(text) {
    this._room(4 + 3 * text.length);
    const from = this._at + 4;
    this._at = encodeUtf8(text, this._bytes, from);
    this.patch(from - 4, this._at - from);
  }

  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    this.u32(bytes.length);
    this._room(bytes.length);
    this._bytes.set(bytes, this._at);
    this._at += bytes.length;
  }

  /**
   * @template T
   * @param {T[]} list
   * @param {(v: T) => void} write
   */
  list(list, write) {
    this.u32(list.length);
    list.forEach(write);
  }

  /**
   * Overwrites the `u32` at `at`, for a count that is known only afterwards.
   * @param {number} at
   * @param {number} v
   */
  patch(at, v) {
    this._view.setUint32(at, v, true);
  }
}

export class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this._bytes = bytes;
    this._view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this._at = 0;
  }

  /**
   * Moves over `n` bytes and returns where they began.
   * @param {number} n
   */
  _over(n) {
    const at = this._at;
    if (n > this._bytes.length - at) throw new RangeError(TEXTS ? "The bytes end at " + this._bytes.length + "." : "");
    this._at = at + n;
    return at;
  }

  u8() {
    return this._bytes[this._over(1)];
  }

  u32() {
    return this._view.getUint32(this._over(4), true);
  }

  f64() {
    return this._view.getFloat64(this._over(8), true);
  }

  /** Minor units, `null` for none. */
  money() {
    const v = this.f64();
    return v === v ? v : null;
  }

  str() {
    const length = this.u32();
    const at = this._over(length);
    return decodeUtf8(this._bytes, at, at + length);
  }

  /** A copy, so that it outlives the response. */
  bytes() {
    const length = this.u32();
    const at = this._over(length);
    return this._bytes.slice(at, at + length);
  }

  /**
   * @template T
   * @param {(r: Reader) => T} read reads one element of at least four bytes
   * @returns {T[]}
   */
  list(read) {
    const count = this.u32();
    if (count > (this._bytes.length - this._at) / 4) throw new RangeError(TEXTS ? "A list claims " + count + " elements." : "");
    const list = new Array(count);
    for (let i = 0; i < count; i++) list[i] = read(this);
    return list;
  }

  /** Bytes not read yet. */
  left() {
    return this._bytes.length - this._at;
  }
}
