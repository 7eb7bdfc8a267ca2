// Events on their way to the engine: written in batches, what could not be read counted.

import { TEXTS } from "./fixes.js";

/** @typedef {import("./codec.js").Writer} Writer */

/** Bytes after which a batch of events is cut into another request. */
const BATCH = 1 << 18;
/** Events one call may bring; a longer list is cut. */
const MOST_EVENTS = 1e6;

/**
 * @param {any[]} events
 * @param {(w: Writer, event: any) => boolean} write
 */
export function takeIn(shelf, events, write) {
  const total = { accepted: 0, dropped: 0 };
  const count = Math.min(events.length, MOST_EVENTS);
  let changed = false;
  let unreadable = events.length - count;
  for (let i = 0; i < count;) {
    const w = shelf._engine.trackWriter();
    w.u32(shelf._zone());
    const counted = w.length;
    w.u32(0);
    let written = 0;
    for (; i < count && w.length < BATCH; i++) {
      if (write(w, events[i])) written++;
      else unreadable++;
    }
    if (!written) continue;
    w.patch(counted, written);
    const answer = shelf._engine.track(w.written(), written);
    total.accepted += answer.accepted;
    total.dropped += answer.dropped;
    changed = changed || answer._changed;
  }
  total.dropped += tellUnreadable(shelf, unreadable);
  if (total.accepted) shelf._memory.changed();
  if (changed) shelf._hub.change();
  return total;
}

/** @param {number} count */
export function tellUnreadable(shelf, count) {
  if (count) {
    shelf._hub.diagnose({
      code: "event_unreadable",
      message: TEXTS ? count + " event(s) could not be read and were dropped." : "",
      fix: TEXTS ? "Pass plain objects with GA4 names and parameters, at most " + MOST_EVENTS + " at once." : "",
    });
  }
  return count;
}
