// Changes of the shopper's stage, told to the page once each (src/manual/insights.md).

import { INSIGHT } from "./engine.js";
import * as op from "./protocol.js";

const STAGES = ["new", "active", "growing", "mature", "declining", "lost"];
/** Time alone changes a stage too: asked so often while somebody listens. */
const EVERY_MS = 3600000;

/** Tells what was not told yet. Without consent, engine or the part that understands there is nothing to tell. @param {any} shelf */
export function tellStages(shelf) {
  const engine = shelf._engine;
  if (shelf._consent.personalize !== true) return;
  const told = engine.reckon(INSIGHT, op.STAGES, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u32(shelf._zone());
  }, (/** @type {import("./codec.js").Reader} */ r) => ({
    _new: r.u8(),
    _changes: r.list((r) => ({ from: STAGES[r.u8()], to: STAGES[r.u8()], at: r.f64() })),
  }));
  if (!told || !told._new) return;
  // What was told must not be told again after a restart or a reload.
  engine.consented();
  shelf._memory.changed();
  told._changes.forEach((/** @type {object} */ change) => shelf._hub._tell("stage", change));
}

/** Asks from now on, as long as somebody listens. @param {any} shelf */
export function watchStages(shelf) {
  const hub = shelf._hub;
  hub._ahead = () => tellStages(shelf);
  hub.change();
  if (shelf._watch) return;
  const again = () => {
    shelf._watch = hub._listeners.stage.length ? setTimeout(() => {
      tellStages(shelf);
      again();
    }, EVERY_MS) : 0;
    // Nothing that keeps a process of Node from ending.
    if (shelf._watch && shelf._watch.unref) shelf._watch.unref();
  };
  again();
}
