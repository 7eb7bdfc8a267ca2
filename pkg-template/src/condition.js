// Conditions and attributes on their way to the engine, which reads no JSON and matches no patterns (src/manual/conditions.md).

import { Writer } from "./codec.js";
import { INSIGHT } from "./engine.js";
import { said } from "./error.js";
import { TEXTS } from "./fixes.js";
import { any, readOptions } from "./options.js";
import * as op from "./protocol.js";
import { asksForShopper } from "./shopper.js";

/**
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
/** Contexts of one call, and bytes after which it takes no more. */
const BATCH = 1000;
const ENOUGH = 1 << 20;
/** Bytes before the contexts: handles, the answers to the patterns, how many contexts, how many bytes. */
const HEAD = 20;
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
  return Array.isArray(list) ? Array.from(list, () => false) : [];
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
    const { groups } = readOptions(this._hub, "matches", options, OPTIONS);
    if (!Array.isArray(list)) this._hub.misuse("bad_argument", TEXTS ? "matchesAll() was given no list." : "matchesAll()", TEXTS ? "Pass a list of objects." : "");
    let program = this._program(condition, groups);
    /** @type {any} */
    let known;
    const shopper = () => (known = known || [this._shopper()])[0];
    for (let i = 0; i < answers.length && program && program._handle;) {
      const w = this._take();
      const sound = this._write(w, program, list, i, shopper);
      // What the page's own code asked meanwhile may have taken the place of this one.
      program = this._program(condition, groups);
      if (program && program._handle) {
        w.patch(4, program._handle);
        this._engine._send(op.MATCHES, w.written(), (r) => sound.forEach((is, n) => answers[i + n] = r.u8() === 1 && is));
      }
      this._engine._writer = w;
      i += sound.length;
    }
    return answers;
  }

  /** The engine's writer, and another for the engine: while this one is written, code of the page runs, which may call the shelf. */
  _take() {
    const w = this._engine._fresh();
    this._engine._writer = new Writer(0);
    w.u32(0);
    return w;
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
    if (!engine.has(INSIGHT)) return void engine.grow(INSIGHT);
    /** @type {Program} */
    const program = { _core: null, _groups: groups, _handle: 0, _needs: 0, _patterns: [], _asks: false };
    /** @type {any} */
    let made = program;
    const w = this._take();
    try {
      const parsed = typeof condition === "string" ? JSON.parse(condition) : condition;
      program._asks = asksForShopper(JSON.stringify(parsed));
      const writing = { _keys: new Map(), _needs: EVERYTHING, _asked: null, _left: MOST_GROUPED, _named: 0 };
      write(w, parsed, writing, null, 0);
      write(w, groups, writing, null, 0);
      writeKeys(w, writing._keys, writing._keys.size);
      made = engine.up ? engine._send(op.COMPILE, w.written(), (r) => this._read(r, program)) : null;
    } catch (thrown) {
      this._told("bad_condition", (TEXTS ? "It cannot be read: " : "") + said(thrown));
    }
    engine._writer = w;
    // Without an engine nobody is told: the same as with every other call.
    if (!made) return made;
    program._core = engine._core;
    // It takes the place of the same with other groups; else the one that was compiled first makes room.
    const [place] = kept.has(condition) || kept.size < MOST_KEPT ? [condition] : kept.keys();
    const old = kept.get(place);
    if (old && old._handle && old._core === engine._core) engine.call(op.DROP_CONDITION, (w) => w.u32(old._handle), op.readNothing);
    kept.delete(place);
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
   * Contexts as the engine reads them, from one of the list on, as many as one call takes. Answers which of them it can read.
   * @param {Writer} w
   * @param {Program} program
   * @param {any[]} list
   * @param {number} from
   * @param {() => any} shopper
   */
  _write(w, { _needs, _patterns, _asks }, list, from, shopper) {
    /** @type {Writing} */
    const writing = { _keys: new Map(), _needs, _asked: _patterns, _left: 0, _named: 4 };
    /** @type {boolean[]} */
    const sound = [];
    let names = 0;
    w.u32(0);
    w.u32(matched(_patterns, "", null));
    w.u32(0);
    w.u32(0);
    while (from + sound.length < list.length && sound.length < BATCH && w.length + writing._named < ENOUGH) {
      const at = w.length;
      try {
        let given = list[from + sound.length];
        if (given == null) given = {};
        if (!isObject(given)) throw new TypeError(TEXTS ? "Attributes have to be an object." : "");
        // What the host says of the shopper itself stands before what is known here.
        if (_asks && !given.shopper) given = Object.assign({ shopper: shopper() }, given);
        writing._left = MOST_VALUES;
        write(w, given, writing, null, 0);
        w._room(writing._named);
        names = writing._keys.size;
        sound.push(true);
      } catch (thrown) {
        w.cut(at);
        // What is too large beside others may not be alone, so it is read once more, as the first.
        if (!sound.length) {
          this._told("bad_attributes", said(thrown));
          w.u8(OBJECT);
          w.u32(4);
          w.u32(0);
          sound.push(false);
        }
        break;
      }
    }
    w.patch(12, sound.length);
    w.patch(16, w.length - HEAD);
    writeKeys(w, writing._keys, names);
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
 * @typedef {{ _keys: Map<string, number>, _needs: number, _asked: Pattern[] | null, _left: number, _named: number }} Writing
 * `_left`: values that may still come. `_named`: bytes that the names may take
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
  if (depth > DEEPEST || --writing._left < 0) {
    throw new RangeError(TEXTS ? "More than " + DEEPEST + " levels, or more than " + (writing._asked ? MOST_VALUES : MOST_GROUPED) + " values." : "");
  }
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
        if (key === undefined) {
          _keys.set(name, key = _keys.size);
          writing._named += 4 + 3 * name.length;
        }
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
 * @param {Map<string, number>} keys
 * @param {number} count of them
 */
function writeKeys(w, keys, count) {
  w.list(Array.from(keys.keys()).slice(0, count), (key) => w.str(key));
}

/**
 * Which patterns match, a bit each; of those of one attribute, or of all for "".
 * @param {Pattern[]} patterns
 * @param {string} attribute
 * @param {any} value
 */
function matched(patterns, attribute, value) {
  try {
    return patterns.reduce((bits, { _attribute, _regex }, i) => bits | (_regex && (!attribute || attribute === _attribute) && _regex.test(value) ? 1 << i : 0), 0);
  } catch (noText) {
    return 0;
  }
}
