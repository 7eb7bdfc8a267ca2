// What the shopper declares: answers on their way to the engine, and how they are shown (src/manual/cold-start.md).

import { INSIGHT } from "./engine.js";
import { NEUTRAL } from "./guard.js";
import { TEXTS } from "./fixes.js";
import { between, id, readOptions } from "./options.js";
import * as op from "./protocol.js";

/** Words that wait for the engine. */
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
  if (accepted === null) wait(shelf, () => declared(shelf, answers, options));
  if (typeof accepted !== "number") return NEUTRAL.declare();
  engine.consented();
  shelf._memory.changed();
  shelf._hub.change();
  return { accepted, dropped: said.length - accepted };
}

/**
 * A word of the shopper's that the core and the part to take it are not there for yet: it waits as long as there is somebody whose word it is. Without consent
 * nothing waits either.
 * @param {any} shelf
 * @param {() => any} say
 */
export function wait(shelf, say) {
  if (shelf._consent.personalize === true) shelf._said = shelf._said.concat(say).slice(-MOST_WAITING);
}

/** What waited, in the order in which it was said; what still cannot be told waits on. @param {any} shelf */
export function sayWaiting(shelf) {
  const said = shelf._said;
  shelf._said = [];
  said.forEach((/** @type {() => any} */ say) => say());
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
