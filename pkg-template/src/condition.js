// Conditions and attributes on their way to the engine, which reads no JSON and matches no patterns (src/manual/conditions.md).

import { INSIGHT } from "./engine.js";
import { said } from "./error.js";
import { TEXTS } from "./fixes.js";
import { any, readOptions } from "./options.js";
import * as op from "./protocol.js";
import { asksForShopper } from "./shopper.js";

/**
 * @typedef {import("./codec.js").Writer} Writer
 * @typedef {{ _attribute: string, _regex: RegExp | null }} Pattern
 * @typedef {{ _core: any, _groups: any, _handle: number, _needs: number, _patterns: Pattern[], _asks: boolean }} Program
 */

/** What the engine wants to be told beside a value: a text in lower case, how a number is written. */
const LOWER_CASE = 1;
const WRITTEN = 2;
/** A condition is compiled once, so of its own values everything is told. */
const EVERYTHING = LOWER_CASE | WRITTEN;
/** Conditions that are kept compiled. */
const MOST_KEPT = 512;
/** Contexts of one call. */
const BATCH = 1000;
/** Values in a context, and how deep they may lie. */
const MOST_VALUES = 4096;
const DEEPEST = 32;
/** The same for a condition with its groups. */
const MOST_GROUPED = 100000;

const [NULL, FALSE, TRUE, NUMBER, TEXT, NUMERIC, EXACT, CASED, WRITTEN_NUMBER, LIST, OBJECT, MATCHED] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

const PROBLEMS = TEXTS
  ? ["", "There is no such operator: ", "What stands behind this operator is not what it takes: ", "There is no group of this name: ", "There are more than 32 patterns: "]
  : [];
const REFUSALS = TEXTS ? ["", "A condition has to be an object.", "The condition is too large or too deep.", "There are too many conditions."] : [];
const OPTIONS = { groups: any };

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && !Array.isArray(value);
}

/** An answer for each: no. @param {any} list */
export function nobody(list) {
  return Array.isArray(list) ? list.map(() => false) : [];
}

export class Conditions {
  /**
   * @param {import("./hub.js").Hub} hub
   * @param {import("./engine.js").Engine} engine
   * @param {() => any} shopper the attribute of that name, `undefined` where nobody may be looked at
   */
  constructor(hub, engine, shopper) {
    this._hub = hub;
    this._engine = engine;
    this._shopper = shopper;
    /** The one that was compiled first stands first. @type {Map<any, Program>} */
    this._kept = new Map();
  }

  /**
   * Whether each of some contexts matches.
   * @param {any} condition an object, or its JSON
   * @param {any} list
   * @param {any} options
   * @returns {boolean[]}
   */
  ask(condition, list, options) {
    const answers = nobody(list);
    const program = this._program(condition, readOptions(this._hub, "matches", options, OPTIONS).groups);
    const isTold = list.length === 1 && list[0] && list[0].shopper;
    const shopper = program && program._handle && program._asks && !isTold ? this._shopper() : undefined;
    // What the host says of the shopper itself stands before what is known here.
    if (shopper) list = list.map((/** @type {any} */ given) => (given === undefined || given === null || isObject(given) ? Object.assign({ shopper }, given) : given));
    for (let i = 0; program && program._handle && i < answers.length; i += BATCH) {
      const part = list.slice(i, i + BATCH);
      /** @type {boolean[]} */
      let sound = [];
      const yes = this._engine.reckon(INSIGHT, op.MATCHES, (w) => {
        sound = this._write(w, program, part);
      }, (r) => sound.map((is) => r.u8() === 1 && is));
      if (yes) yes.forEach((is, n) => answers[i + n] = is);
    }
    return answers;
  }

  /**
   * The condition compiled; nothing where it cannot be.
   * @param {any} condition
   * @param {any} groups
   * @returns {Program | null | undefined}
   */
  _program(condition, groups) {
    const engine = this._engine;
    const kept = this._kept;
    const known = kept.get(condition);
    if (known && known._core === engine._core && known._groups === groups) return known;
    /** @type {Program} */
    const program = { _core: engine._core, _groups: groups, _handle: 0, _needs: 0, _patterns: [], _asks: false };
    /** @type {any} */
    let made = program;
    try {
      const parsed = typeof condition === "string" ? JSON.parse(condition) : condition;
      program._asks = asksForShopper(JSON.stringify(parsed));
      made = engine.reckon(INSIGHT, op.COMPILE, (w) => {
        const writing = { _keys: new Map(), _needs: EVERYTHING, _asked: null, _left: MOST_GROUPED };
        write(w, parsed, writing, null, 0);
        write(w, groups, writing, null, 0);
        writeKeys(w, writing);
      }, (r) => this._read(r, program));
    } catch (thrown) {
      this._told("bad_condition", (TEXTS ? "It is no JSON: " : "") + said(thrown));
    }
    // Without an engine nobody is told: the same as with every other call.
    if (!made) return made;
    const [oldest] = kept.size >= MOST_KEPT ? kept.keys() : [condition];
    const old = kept.get(oldest);
    if (old && old._handle && old._core === engine._core) engine.call(op.DROP_CONDITION, (w) => w.u32(old._handle), op.readNothing);
    kept.delete(oldest);
    kept.set(condition, program);
    return program;
  }

  /**
   * @param {import("./codec.js").Reader} r
   * @param {Program} program
   */
  _read(r, program) {
    const text = () => r.str();
    program._handle = r.u32();
    program._needs = r.u8(); // or why there is none
    if (!program._handle) this._told("bad_condition", REFUSALS[program._needs] || "");
    else {
      program._patterns = r.list(() => {
        const [attribute, pattern] = [text(), text()];
        /** @type {RegExp | null} */
        let regex = null;
        try {
          regex = new RegExp(pattern, r.u8() ? "i" : "");
        } catch (thrown) {
          this._told("bad_condition", said(thrown));
        }
        return { _attribute: attribute, _regex: regex };
      });
      r.list(() => {
        const problem = r.u8();
        this._told("bad_condition", (PROBLEMS[problem] || "") + text());
      });
    }
    return program;
  }

  /**
   * Contexts as the engine reads them. Answers which of them it can.
   * @param {Writer} w
   * @param {Program} program
   * @param {any[]} list
   */
  _write(w, { _handle, _needs, _patterns }, list) {
    const writing = { _keys: new Map(), _needs, _asked: _patterns, _left: 0 };
    w.u32(_handle);
    w.u32(matched(_patterns, "", null));
    w.u32(list.length);
    const from = w.length;
    w.u32(0);
    const sound = list.map((attributes) => {
      const at = w.length;
      try {
        writing._left = MOST_VALUES;
        const none = attributes === undefined || attributes === null;
        if (!none && (typeof attributes !== "object" || Array.isArray(attributes))) throw new TypeError(TEXTS ? "Attributes have to be an object." : "");
        write(w, none ? {} : attributes, writing, null, 0);
        return true;
      } catch (thrown) {
        this._told("bad_attributes", said(thrown));
        w.cut(at);
        write(w, {}, writing, null, 0);
        return false;
      }
    });
    w.patch(from, w.length - from - 4);
    writeKeys(w, writing);
    return sound;
  }

  /**
   * @param {string} code
   * @param {string} message
   */
  _told(code, message) {
    this._hub.diagnose({ code, message, fix: TEXTS ? "See manual/conditions.md; `nearshelf conditions check` tells all that is wrong." : "" });
  }
}

/**
 * @typedef {{ _keys: Map<string, number>, _needs: number, _asked: Pattern[] | null, _left: number }} Writing `_left`: values that may still come
 */

/**
 * Writes a value. What JSON has no word for is null.
 * @param {Writer} w
 * @param {any} value
 * @param {Writing} writing
 * @param {string | null} asked the attribute it lies in, where patterns are asked of that
 * @param {number} depth
 */
function write(w, value, writing, asked, depth) {
  if (depth > DEEPEST || --writing._left < 0) throw new RangeError(TEXTS ? "More than " + DEEPEST + " levels, or more than " + MOST_VALUES + " values." : "");
  if (value && typeof value.toJSON === "function") value = value.toJSON();
  const { _keys, _needs, _asked } = writing;
  if (asked !== null) {
    w.u8(MATCHED);
    w.u32(matched(/** @type {Pattern[]} */ (_asked), asked, value));
  }
  const type = typeof value;
  if (type === "string") {
    const lower = _needs & LOWER_CASE ? value.toLowerCase() : value;
    if (lower !== value) {
      w.u8(CASED);
      writeText(w, value);
    }
    writeText(w, lower);
  } else if (type === "boolean") w.u8(value ? TRUE : FALSE);
  else if (type === "number" && isFinite(value)) {
    w.u8(_needs & WRITTEN ? WRITTEN_NUMBER : NUMBER);
    w.f64(value);
    if (_needs & WRITTEN) w.str(String(value));
  } else if (type === "object" && value) {
    const isList = Array.isArray(value);
    w.u8(isList ? LIST : OBJECT);
    const from = w.length;
    w.u32(0);
    const names = isList ? value : Object.keys(value).filter((name) => value[name] !== undefined);
    w.u32(names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (!isList) {
        let key = _keys.get(name);
        if (key === undefined) _keys.set(name, key = _keys.size);
        w.u32(key);
      }
      const now = depth || !_asked ? asked : _asked.some((p) => p._attribute === name) ? name : null;
      write(w, isList ? name : value[name], writing, now, depth + 1);
    }
    w.patch(from, w.length - from - 4);
  } else w.u8(NULL);
}

/**
 * @param {Writer} w
 * @param {string} text
 */
function writeText(w, text) {
  const number = Number(text);
  const is = number === number;
  w.u8(!is ? TEXT : String(number) === text ? EXACT : NUMERIC);
  if (is) w.f64(number);
  w.str(text);
}

/**
 * @param {Writer} w
 * @param {Writing} writing
 */
function writeKeys(w, { _keys }) {
  w.list(Array.from(_keys.keys()), (key) => w.str(key));
}

/**
 * Which patterns match, a bit each; of those of one attribute, or of all for "".
 * @param {Pattern[]} patterns
 * @param {string} attribute
 * @param {any} value
 */
function matched(patterns, attribute, value) {
  return patterns.reduce((bits, { _attribute, _regex }, i) => bits | (_regex && (!attribute || attribute === _attribute) && _regex.test(value) ? 1 << i : 0), 0);
}
