// What the shopper declares: answers on their way to the engine, and how they are shown (src/manual/cold-start.md).

import { INSIGHT } from "./engine.js";
import { NEUTRAL } from "./guard.js";
import { TEXTS } from "./fixes.js";
import { between, id, readOptions } from "./options.js";
import * as op from "./protocol.js";

/** Calls that wait for the engine. */
const MOST_WAITING = 32;

/** @type {Record<string, import("./options.js").Option>} */
const OPTIONS = {
  source(value, wrong) {
    if (op.SOURCES.indexOf(value) < 0) wrong(TEXTS ? op.SOURCES.join(", ") : "");
    return value;
  },
  confidence: between(0, 1),
  merge: (value) => value === true,
};

/**
 * @param {any} shelf
 * @param {any} answers
 * @param {any} options
 */
export function declared(shelf, answers, options) {
  const o = readOptions(shelf._hub, "declare", options, OPTIONS);
  /** @type {[string, any][]} */
  const said = [];
  Object.keys(answers || {}).forEach((field) => {
    const list = [].concat(answers[field]);
    // A list of nothing takes back what there was.
    (list.length ? list : [null]).forEach((value) => said.push([field, value]));
  });
  const engine = shelf._engine;
  const accepted = engine.reckon(INSIGHT, op.DECLARE, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u8(Math.max(0, op.SOURCES.indexOf(o.source)));
    w.f64(o.confidence === undefined ? NaN : o.confidence);
    w.u8(o.merge ? 1 : 0);
    w.list(said, ([field, value]) => {
      w.str(field);
      writeAnswer(w, value);
    });
  }, (/** @type {import("./codec.js").Reader} */ r) => r.u32());
  if (accepted === null && shelf._consent.personalize === true) {
    // Without consent nothing waits either.
    shelf._declared = (o.merge ? shelf._declared : []).concat([[answers, options]]).slice(-MOST_WAITING);
  }
  if (typeof accepted !== "number") return NEUTRAL.declare();
  engine.consented();
  shelf._memory.changed();
  shelf._hub.change();
  return { accepted, dropped: said.length - accepted };
}

/** What was declared before there were the core and the part to take it. @param {any} shelf */
export function declareWaiting(shelf) {
  const calls = shelf._declared;
  shelf._declared = [];
  calls.forEach((/** @type {any[]} */ call) => declared(shelf, call[0], call[1]));
}

/**
 * @param {import("./codec.js").Writer} w
 * @param {any} value
 */
function writeAnswer(w, value) {
  if (value === null || value === undefined) return w.u8(0);
  if (typeof value === "boolean") {
    w.u8(3);
    return w.u8(value ? 1 : 0);
  }
  const number = typeof value === "number";
  w.u8(number ? 2 : 1);
  if (number) w.f64(value);
  w.str(id(value));
}
