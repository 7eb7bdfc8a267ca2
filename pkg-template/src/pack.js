// Reads a pack's header, directory and section shapes (src/manual/pack-format.md); knows nothing of products.

import { Reader } from "./codec.js";
import { NearshelfError } from "./error.js";
import { fixOf, sentenceOf, TEXTS } from "./fixes.js";
import { decodeUtf8 } from "./utf8.js";

const MAGIC = "NEARSHLF";
const FORMAT = 1;
const HEADER = 40;
const ENTRY = 32;

/** @param {string} part of the pack that does not fit */
export function malformed(part) {
  return new NearshelfError("pack_malformed", TEXTS ? "The pack's " + part + " cannot be read." : "", fixOf("pack_malformed"));
}

/** @param {string} code as the core's, and told as it is */
function refused(code) {
  return new NearshelfError(code, sentenceOf(code), fixOf(code));
}

/** A pack whose offsets are checked and whose checksums are not: those are the core's to check. */
export class Pack {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    if (bytes.length < HEADER || decodeUtf8(bytes, 0, 8) !== MAGIC) {
      throw refused("not_a_pack");
    }
    this._bytes = bytes;
    this._view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this._view.getUint16(10, true) > FORMAT) {
      throw refused("pack_too_new");
    }
    if (this._u32(16) !== bytes.length || this._u32(20) !== 0) {
      throw refused("pack_truncated");
    }
    const count = this._u32(12);
    if (count > (bytes.length - HEADER) / ENTRY) throw malformed("directory");
    /** @type {Map<string, { _at: number, _end: number, _count: number }>} */
    this._sections = new Map();
    for (let i = 0; i < count; i++) {
      const at = HEADER + ENTRY * i;
      const from = this._u32(at + 8);
      const end = from + this._u32(at + 12);
      const tag = decodeUtf8(bytes, at, at + 4);
      if (end > bytes.length) throw malformed(tag);
      this._sections.set(tag + this._u32(at + 4), { _at: from, _end: end, _count: this._u32(at + 24) });
    }
    /** The pack's version: 16 hex digits. */
    this.version = hex(this._u32(28)) + hex(this._u32(24));
  }

  /**
   * A reader over a section of primitives.
   * @param {string} tag
   */
  record(tag) {
    const s = this._need(tag, 0);
    return new Reader(this._bytes.subarray(s._at, s._end));
  }

  /**
   * The list that a section begins with; an empty one where it is missing.
   * @template T
   * @param {string} tag
   * @param {number} key
   * @param {(r: Reader) => T} read
   * @returns {T[]}
   */
  list(tag, key, read) {
    const s = this._sections.get(tag + key);
    return s ? new Reader(this._bytes.subarray(s._at, s._end)).list(read) : [];
  }

  /** A section's bytes; `null` without it. @param {string} tag */
  section(tag) {
    const s = this._sections.get(tag + "0");
    return s ? this._bytes.subarray(s._at, s._end) : null;
  }

  /**
   * Entries of a section, as the directory says; 0 without one.
   * @param {string} tag
   */
  count(tag) {
    const s = this._sections.get(tag + "0");
    return s ? s._count : 0;
  }

  /**
   * A column of `n` numbers of `width` bytes each, which may be followed by other entries.
   * @param {string} tag
   * @param {number} key
   * @param {number} width
   * @param {number} n
   * @returns {(i: number) => number}
   */
  numbers(tag, key, width, n) {
    const { _at: from, _end: end } = this._need(tag, key);
    if (n * width > end - from) throw malformed(tag);
    return (i) => {
      const at = from + i * width;
      if (at + width > end) throw malformed(tag);
      return width === 1 ? this._bytes[at] : width === 2 ? this._view.getUint16(at, true) : this._u32(at);
    };
  }

  /**
   * A column of `n` texts; empty ones where the section is missing.
   * @param {string} tag
   * @param {number} key
   * @param {number} n
   * @returns {(i: number) => string}
   */
  strings(tag, key, n) {
    const s = this._sections.get(tag + key);
    if (!s) return () => "";
    const end = this.numbers(tag, key, 4, n);
    const text = s._at + 4 * n;
    return (i) => {
      const from = text + (i ? end(i - 1) : 0);
      const to = text + end(i);
      if (i >= n || from > to || to > s._end) throw malformed(tag);
      return decodeUtf8(this._bytes, from, to);
    };
  }

  /**
   * @param {string} tag
   * @param {number} key
   */
  _need(tag, key) {
    const s = this._sections.get(tag + key);
    if (!s) throw malformed(tag);
    return s;
  }

  /** @param {number} at */
  _u32(at) {
    return this._view.getUint32(at, true);
  }
}

/** @param {number} v */
function hex(v) {
  return ("0000000" + v.toString(16)).slice(-8);
}
