// What the tests of private reports share: visits that may report, and what they leave behind.

import assert from "node:assert/strict";
import { readLedger } from "./fake-core.mjs";
import { turn, visit } from "./memory.mjs";

export const NOW = 1_790_000_000_000; // a Monday afternoon
export const DAY = 86_400_000;
export const WEEK = 7 * DAY;
export const ALL = { store: true, personalize: true, report: true };
export const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** A visit that may report: what its transport is given is in `sent`, and `take` says what becomes of it. */
export async function open(storage, { at = NOW, sent = [], take = () => undefined, by = visit, ...wishes } = {}) {
  const v = await by(storage, {
    consent: ALL, now: () => at, reportDelayMs: 0, reports: (bytes) => (sent.push(hex(bytes)), take(bytes)), ...wishes,
  });
  return { ...v, sent, core: v.core, settled: () => idle(v), report: (send = true) => v.shelf.report({ send }) };
}

/** Nothing is under way any more. */
export async function idle(v) {
  for (let i = 0; i < 8; i++) {
    await v.shelf._memory.settled();
    await v.shelf._reports._chain;
    await turn();
  }
}

/** What a withdrawal leaves: the week that is spent, how much was spent in all unless all is to go, and nothing of the answer or of weeks before. */
export function assertMark(bytes, week, about, spentInAll = 0) {
  assert.equal(bytes?.length, spentInAll ? 19 : 15, about);
  const { latest, answer, spent, total } = readLedger(bytes.subarray(1), NaN);
  assert.deepEqual([bytes[0], latest, answer.length, spent, total], [0, week, 0, [], spentInAll], about);
}
