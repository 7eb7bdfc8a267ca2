// Runs the golden file of draws over whatever makes a desk.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { keyOf, signed } from "../packaging/support/signed.mjs";

export const golden = JSON.parse(readFileSync(new URL("draws.json", import.meta.url), "utf8"));
export const key = keyOf(1);

/** A file of a draw as the shop signs it. */
export const sealed = (text, more = {}) => signed(Buffer.from(text), { kind: 5, subject: "harbour-lane/draw", issued: golden.cases[0].issued, ...more });

/** @param {any} desk @param {(value: any) => any} [ours] */
export function runGolden(desk, ours = (value) => value) {
  for (const { name, expect, issued, announcement, result, closing, list, ticket, receipt, told, answers, seen } of golden.cases) {
    const text = (i) => (i === undefined ? undefined : golden.texts[i]);
    const file = (i) => (i === undefined ? undefined : sealed(text(i), { issued }));
    const verdict = ours(desk.open(file(announcement)).check({ result: file(result), closing: file(closing), list: text(list), ticket, receipt, told, answers, announcement: seen }));
    const { prize, votes } = verdict;
    const said = { ...verdict, prize: prize && prize.id, votes: votes && votes.map((v) => v.votes) };
    for (const [field, wanted] of Object.entries(expect)) assert.deepEqual(said[field], wanted, `${name}: ${field} of ${JSON.stringify(verdict)}`);
    assert.ok(verdict.text, name);
  }
}
