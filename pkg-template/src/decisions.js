// What was decided lately, with all that it was decided from, so that it can be decided again (src/manual/decisions.md).

import { Writer } from "./codec.js";

/**
 * What a list was asked about: ids, and what the host said of some.
 * @typedef {{ _ids: string[], _described: Map<string, any> }} Given
 * A call that changed what lists are made from: its number and request.
 * @typedef {[number, Uint8Array]} Change
 * A stretch of a portrait's life: what it was, the overlays that held and the shards that were open, and what changed since.
 * @typedef {{ _snapshot: Uint8Array | null, _ground: Change[], _shards: string[], _journal: Change[], _bytes: number }} Era
 * What was given out, a list by its number and all else by a name; `_run`: what the shelf's rows were told apart by then; `_given`: of a list a {@link Given}, else what reads its answer for `replay`; `_steps` of the era's journal had come by then.
 * @typedef {{
 *   _servedId: number | string, _time: number, _slot: string, _given: any, _op: number, _request: Uint8Array, _answer: Uint8Array,
 *   _market: string, _language: string, _era: Era, _steps: number, _list: any, _run: number,
 * }} Decision
 */

/** Of each kind, so that many of one are not the end of all others; of all together the oldest go first. */
const MOST_DECISIONS = 32;
const MOST_BYTES = 1 << 20;
const MOST_BYTES_OF_A_KIND = MOST_BYTES / 4;
/** Status and number of a list: the rest of an answer depends on nothing but what it was decided from. */
const HEAD = 5;
/** Handle and time of a request: what was asked stands behind them. */
export const ASKED = 12;

/**
 * @param {Uint8Array | null} snapshot
 * @param {Change[]} ground
 * @param {string[]} shards
 * @returns {Era}
 */
export function newEra(snapshot, ground, shards) {
  const bytes = ground.reduce((sum, change) => sum + change[1].length, snapshot ? snapshot.length : 0);
  return { _snapshot: snapshot, _ground: ground.slice(), _shards: shards.slice(), _journal: [], _bytes: bytes };
}

/** Of all lists 0; what has a name is of the kind of its call. @param {Decision} decision */
export const kindOf = ({ _op, _given }) => (typeof _given === "function" ? _op : 0);

/** @param {Decision} decision */
const bytesOf = ({ _request, _answer }) => _request.length + _answer.length;

/**
 * Adds a decision and lets go of those that are too many: of its kind, or with all that is newer too large. Answers whether it is there.
 * @param {Decision[]} list
 * @param {Decision} decision
 */
export function remember(list, decision) {
  if (kindOf(decision) && bytesOf(decision) > MOST_BYTES_OF_A_KIND) return false;
  list.push(decision);
  const alike = list.filter((d) => kindOf(d) === kindOf(decision));
  let bytes = kindOf(decision) ? alike.reduce((sum, d) => sum + bytesOf(d), 0) : 0;
  while (alike.length > MOST_DECISIONS || bytes > MOST_BYTES_OF_A_KIND) {
    bytes -= bytesOf(alike[0]);
    list.splice(list.indexOf(/** @type {Decision} */ (alike.shift())), 1);
  }
  bytes = 0;
  let at = list.length;
  while (at--) {
    const { _era } = list[at];
    bytes += bytesOf(list[at]);
    if (!list[at + 1] || list[at + 1]._era !== _era) bytes += _era._bytes;
    if (bytes > MOST_BYTES) break;
  }
  list.splice(0, at + 1);
  return list.indexOf(decision) >= 0;
}

/** What was decided about several things, each with the decision's name. @param {[any[], string, boolean]} told @returns {any[]} */
export const named = ([list, name, kept]) => list.map((one) => Object.assign(one, { servedId: kept ? name : null }));

/** @param {Uint8Array} a @param {Uint8Array} b @param {number} [head] bytes of which but the first count */
export function sameAnswer(a, b, head = HEAD) {
  return a.length === b.length && a.every((byte, i) => i < head && i > 0 || byte === b[i]);
}

/**
 * The log as `nearshelf replay` reads it.
 * @param {Decision[]} list
 * @param {string} packVersion
 * @param {boolean | null} sensitive the consent to `sensitive` with which all of them were decided
 */
export function writeLog(list, packVersion, sensitive) {
  const w = new Writer();
  w.bytes(new Uint8Array([78, 83, 68, 76, 3])); // NSDL and the version
  w.str(packVersion);
  w.tri(sensitive);
  const eras = list.map((d) => d._era).filter((era, i, all) => era !== all[i - 1]);
  w.list(eras, (era) => {
    const mine = list.filter((d) => d._era === era);
    // What came later was decided from by nothing yet.
    const journal = era._journal.slice(0, mine[mine.length - 1]._steps);
    w.bytes(era._snapshot || new Uint8Array(0));
    w.list(era._shards, (name) => w.str(name));
    [era._ground, journal].forEach((changes) => w.list(changes, ([number, request]) => {
      w.u32(number);
      w.bytes(request);
    }));
    w.list(mine, (d) => {
      w.str(String(d._servedId));
      w.f64(d._time);
      w.str(d._slot);
      w.str(d._market);
      w.str(d._language);
      w.u32(d._op);
      w.u32(d._steps);
      w.bytes(d._request);
      w.bytes(d._answer);
    });
  });
  return w.written().slice();
}
