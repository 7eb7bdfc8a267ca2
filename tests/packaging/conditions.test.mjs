// Conditions through the public face: the golden file, a second evaluator, and everything that a page can get wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { miniProgram } from "../mini-program/support/host.mjs";
import { matches as plainly } from "./support/plain-conditions.mjs";
import { packBytes, pkg, root } from "./support/project.mjs";

const golden = JSON.parse(readFileSync(join(root, "tests", "golden", "conditions.json"), "utf8"));
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const shelf = await createShelf({ pack: packBytes() });
after(() => shelf.dispose());

/** A fresh shelf, with what it tells. */
async function fresh(options = {}) {
  const shelf = await createShelf({ pack: packBytes(), ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  return { shelf, told };
}

test("the golden file, and the second evaluator, say the same in the package", () => {
  assert.ok(golden.cases.length > 100);
  for (const [name, condition, asked] of golden.cases) {
    const options = { groups: golden.groups };
    const attributes = asked.map(([a]) => a);
    const answers = asked.map(([, answer]) => answer);
    assert.deepEqual(attributes.map((a) => plainly(condition, a, golden.groups)), answers, `plainly: ${name}`);
    assert.deepEqual(shelf.matchesAll(condition, attributes, options), answers, name);
    assert.deepEqual(attributes.map((a) => shelf.matches(JSON.stringify(condition), a, options)), answers, `as JSON: ${name}`);
  }
});

test("the mini-program says the same", async () => {
  const shelf = await miniProgram().exports.createShelf({ pack: packBytes(), insight: true });
  for (const [name, condition, asked] of golden.cases) {
    const answers = shelf.audience(condition, { groups: golden.groups }).matchesAll(asked.map(([a]) => a));
    assert.deepEqual(Array.from(answers), asked.map(([, answer]) => answer), name);
  }
  shelf.dispose();
});

/** Numbers that look random and are the same each time. */
function dice(seed) {
  const next = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, one: (list) => list[below(list.length)] };
}

const SCALARS = [null, true, false, 0, 1, -1, 2, 10, 1.5, 1e21, "", "0", "1", "2", "10", "1.5", " 1 ", "a", "A", "b", "ab", "Ä", "ä", "null", "true", "1.2.3", "1.2.10", "v1.2.3-rc.1", "😀", "～", "u1"];
const NAMES = ["a", "b", "c", "l", "0", "1", "length"];

function value(d, depth) {
  const kind = depth > 2 ? 0 : d.below(8);
  if (kind < 5) return d.one(SCALARS);
  if (kind < 7) return Array.from({ length: d.below(4) }, () => value(d, depth + 1));
  return Object.fromEntries(Array.from({ length: d.below(3) }, () => [d.one(NAMES), value(d, depth + 1)]));
}

const UNARY = ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte"];
const PATTERNS = ["a", "^1", "l", "\\d$", "^$", "[", "A|B", "null"];

function operand(d, name, depth) {
  if (d.below(25) === 0) return value(d, 1);
  if (UNARY.includes(name)) return d.one(SCALARS);
  switch (name) {
    // Eight and more are searched by halves.
    case "$in": case "$nin": case "$ini": case "$nini": return Array.from({ length: d.below(3) ? d.below(5) : 8 + d.below(9) }, () => value(d, 3));
    case "$all": case "$alli": return Array.from({ length: d.below(3) }, () => tested(d, depth + 1));
    case "$regex": case "$regexi": case "$notRegex": case "$notRegexi": return d.one(PATTERNS);
    case "$exists": return d.one([true, false, 0, "x"]);
    case "$type": return d.one(["null", "boolean", "number", "string", "array", "object", "undefined"]);
    case "$size": return d.below(2) ? d.below(4) : { [d.one(["$gt", "$lte"])]: d.below(3) };
    case "$elemMatch": return d.below(2) ? operators(d, depth + 1) : condition(d, depth + 1);
    case "$not": return tested(d, depth + 1);
    case "$inGroup": case "$notInGroup": return d.one(["staff", "mixed", "empty", "nobody"]);
    default: return value(d, 2);
  }
}

const OPERATORS = [...UNARY, "$in", "$nin", "$ini", "$nini", "$all", "$alli", "$regex", "$regexi", "$notRegex", "$notRegexi", "$exists", "$type", "$size", "$elemMatch", "$not", "$inGroup", "$notInGroup", "$nonsense"];

function operators(d, depth) {
  return Object.fromEntries(Array.from({ length: 1 + d.below(2) }, () => {
    const name = d.one(OPERATORS);
    return [name, operand(d, name, depth)];
  }));
}

const tested = (d, depth) => (depth < 4 && d.below(4) ? operators(d, depth) : value(d, 1));

function condition(d, depth) {
  return Object.fromEntries(Array.from({ length: 1 + d.below(2) }, () => {
    const kind = depth < 3 ? d.below(8) : 7;
    if (kind === 0) return ["$not", condition(d, depth + 1)];
    if (kind <= 2) return [d.one(["$and", "$or", "$nor"]), Array.from({ length: d.below(3) }, () => condition(d, depth + 1))];
    const path = Array.from({ length: 1 + d.below(2) }, () => d.one(NAMES)).join(".");
    // The length of a list is a number and nothing else: no version, and no pattern is asked of it.
    return [path, path.endsWith(".length") ? d.one([0, "1", { $gt: 1 }, { $in: [0, 2] }, { $not: { $lte: 1 } }]) : tested(d, depth)];
  }));
}

test("the engine and the second evaluator agree on random conditions", async () => {
  const { shelf } = await fresh();
  const d = dice(20261126);
  let [asked, yes] = [0, 0];
  for (let i = 0; i < 3000; i++) {
    const one = condition(d, 0);
    const contexts = Array.from({ length: 12 }, () => Object.fromEntries(NAMES.map((name) => [name, value(d, 0)]).filter(() => d.below(4))));
    const answers = shelf.matchesAll(one, contexts, { groups: golden.groups });
    for (const [n, context] of contexts.entries()) {
      const expected = plainly(one, context, golden.groups);
      if (answers[n] !== expected) assert.fail(`${JSON.stringify(one)} of ${JSON.stringify(context)}: the engine says ${answers[n]}`);
      asked++;
      yes += expected;
    }
  }
  assert.equal(asked, 36_000);
  assert.ok(yes > 6000 && yes < 30_000, `${yes} of them match`);
  shelf.dispose();
});

test("an audience can be kept, and its functions handed on", () => {
  const { matches, matchesAll } = shelf.audience({ tier: { $in: ["gold", "platinum"] } });
  assert.equal(matches({ tier: "gold" }), true);
  assert.deepEqual(matchesAll([{ tier: "silver" }, { tier: "platinum" }, {}]), [false, true, false]);
  assert.deepEqual(matchesAll(Array.from({ length: 2500 }, (_, i) => ({ tier: i % 3 ? "silver" : "gold" }))).filter(Boolean).length, 834);
});

test("attributes are read as JSON has them", () => {
  assert.equal(shelf.matches({ at: { $gt: "2026-11" } }, { at: new Date(Date.UTC(2026, 10, 26)) }), true);
  assert.equal(shelf.matches({ o: { a: 1 } }, { o: { a: 1, b: undefined } }), true);
  assert.equal(shelf.matches({ n: null }, { n: NaN }), true);
  assert.equal(shelf.matches({ n: null }, { n: () => 1 }), true);
  assert.equal(shelf.matches({ n: { $exists: false } }, undefined), true);
});

test("what cannot be evaluated is false, and is told", async () => {
  const { shelf, told } = await fresh();
  const loop = {};
  loop.self = loop;
  const hostile = { get a() { throw new Error("no"); } };
  const answers = shelf.matchesAll({ a: { $exists: false } }, [{}, loop, hostile, 5, [1], "x", {}]);
  assert.deepEqual(answers, [true, false, false, false, false, false, true]);
  for (const bad of ["{", 5, null, undefined, [], "[]", loop]) assert.equal(shelf.matches(bad, {}), false);
  assert.equal(shelf.matches({ a: { $regex: "(" } }, { a: "(" }), false);
  assert.equal(shelf.matches({ a: { $gtt: 1 } }, { a: 2 }), false);
  assert.equal(shelf.matches({ a: { $gtt: 1 } }, { a: 2 }), false);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(shelf.diagnostics().bad_attributes, 5);
  assert.ok(told.some(({ code, message }) => code === "bad_condition" && message.includes("$gtt")), JSON.stringify(told));
  assert.equal(shelf.diagnostics().internal_error, undefined);
  shelf.dispose();
});

test("a condition is compiled once, and so is told once what is wrong with it", async () => {
  const { shelf } = await fresh();
  const wrong = { a: { $gtt: 1 } };
  for (let i = 0; i < 10; i++) shelf.matches(wrong, { a: i });
  assert.equal(shelf.diagnostics().bad_condition, 1);
  // 512 are kept; the engine takes 1,024, so that dropping is seen.
  for (let i = 0; i < 3000; i++) assert.equal(shelf.matches(`{"a":${i}}`, { a: i }), true, String(i));
  assert.equal(shelf.diagnostics().bad_condition, 1);
  // The same with other groups is another.
  const asked = { id: { $inGroup: "vip" } };
  assert.deepEqual([["x"], ["y"]].map((vip) => shelf.matches(asked, { id: "y" }, { groups: { vip } })), [false, true]);
  shelf.dispose();
});

test("of a condition that is known, the one with the groups before makes room", async () => {
  const { shelf } = await fresh();
  const asked = { id: { $inGroup: "vip" } };
  for (let i = 0; i < 1100; i++) {
    assert.equal(shelf.matches({ b: i }, { b: i }), true, String(i));
    assert.equal(shelf.matches(asked, { id: "y" }, { groups: { vip: ["x", "y"] } }), true, String(i));
  }
  // Those that are kept are not made anew: this one would tell again what is wrong with it.
  const wrong = { a: { $gtt: 1 } };
  for (let i = 0; i < 600; i++) {
    shelf.matches(wrong, {});
    shelf.matches(asked, { id: "y" }, { groups: { vip: ["y"] } });
  }
  assert.deepEqual(shelf.diagnostics(), { bad_condition: 1 });
  shelf.dispose();
});

test("a context of too many values is false alone, and the others are asked", async () => {
  const { shelf } = await fresh();
  const many = Array.from({ length: 5000 }, (_, i) => i);
  assert.deepEqual(shelf.matchesAll({ a: 1 }, [{ a: 1 }, { a: 1, many }, { a: 1 }]), [true, false, true]);
  assert.equal(shelf.matches({ a: 1 }, { many, a: 1 }), false);
  assert.equal(shelf.matches({ a: { $exists: false } }, { many: many.slice(0, 4094) }), true, "4,096 are not too many");
  assert.deepEqual(shelf.diagnostics(), { bad_attributes: 2 });
  shelf.dispose();
});

test("contexts are asked, however large all of them are together", async () => {
  const { shelf } = await fresh();
  const text = "x".repeat(20_000);
  const answers = shelf.matchesAll({ i: { $gte: 500 } }, Array.from({ length: 1000 }, (_, i) => ({ i, text })));
  assert.deepEqual(answers, Array.from({ length: 1000 }, (_, i) => i >= 500));
  // Each of these alone is nearly as large as a call may be; names count as well.
  const large = "y".repeat(5_000_000);
  assert.deepEqual(shelf.matchesAll({ i: 1 }, [{ i: 1 }, { i: 1, large }, { i: 1, [large]: 1 }, { [large + 1]: 1, i: 1 }, { i: 1 }]), [true, true, true, true, true]);
  assert.deepEqual(shelf.diagnostics(), {});
  const larger = "z".repeat(17_000_000);
  assert.deepEqual(shelf.matchesAll({ i: 1 }, [{ i: 1, larger }, { i: 1 }, { [larger]: 1, i: 1 }, { i: 1 }]), [false, true, false, true]);
  assert.deepEqual(shelf.diagnostics(), { bad_attributes: 2 });
  shelf.dispose();
});

test("what a page's own code does while it is read does no harm", async () => {
  const { shelf } = await fresh();
  const asking = {
    get events() { return shelf.portrait().events; },
    get gold() { return shelf.matches({ tier: "gold" }, { tier: "gold" }); },
    source: { toJSON: () => shelf.recommend().source },
  };
  assert.deepEqual(shelf.matchesAll({ events: { $gte: 0 }, gold: true, source: "neutral" }, [asking, {}, asking]), [true, false, true]);
  // So many others that this one has to be made again.
  const forgetful = { get a() { for (let i = 0; i < 600; i++) shelf.matches(`{"b":${i}}`, { b: i }); return 1; } };
  assert.deepEqual(shelf.matchesAll({ a: 1 }, [forgetful, { a: 1 }, { a: 2 }]), [true, true, false]);
  const condition = { get a() { return shelf.matches({ b: 1 }, { b: 1 }); } };
  const groups = { get vip() { return [shelf.portrait().events, "y"]; } };
  assert.equal(shelf.matches(condition, { a: true }), true);
  assert.equal(shelf.matches({ id: { $inGroup: "vip" } }, { id: "y" }, { groups }), true);
  assert.deepEqual(shelf.diagnostics(), {});
  const hostile = { get shopper() { throw new Error("no"); } };
  assert.deepEqual([{ "shopper.events": { $gte: 0 } }, { a: 1 }].map((c) => shelf.matches(c, hostile)), [false, false]);
  assert.deepEqual(shelf.diagnostics(), { bad_attributes: 2 });
  shelf.dispose();
});

test("what is no list holds no contexts, and is told", async () => {
  const { shelf } = await fresh();
  const audience = shelf.audience({ a: 1 });
  for (const none of [null, undefined, 7, { length: 3 }, "abc"]) assert.deepEqual(audience.matchesAll(none), []);
  assert.deepEqual(shelf.diagnostics(), { bad_argument: 5 });
  // eslint-disable-next-line no-sparse-arrays
  assert.deepEqual(shelf.matchesAll({ a: { $exists: false } }, [{ a: 1 }, , {}]), [false, true, true], "a hole is like undefined");
  assert.deepEqual(shelf.diagnostics(), { bad_argument: 5 });
  shelf.dispose();
});

test("what cannot be made a text matches no pattern, but what lies in it may", async () => {
  const { shelf } = await fresh();
  const query = Object.assign(Object.create(null), { utm: "spring-sale" });
  assert.equal(shelf.matches({ "query.utm": { $regex: "^spring" } }, { query }), true);
  assert.deepEqual(["$regex", "$notRegex"].map((name) => shelf.matches({ query: { [name]: "" } }, { query })), [false, true]);
  assert.equal(shelf.matches({ "list.0.utm": { $regex: "sale$" } }, { list: [query] }), true);
  assert.deepEqual(shelf.diagnostics(), {});
  shelf.dispose();
});

test("no consent is needed for attributes that the page has, and none is read", async () => {
  const { shelf } = await fresh({ consent: {} });
  assert.equal(shelf.matches({ a: 1 }, { a: 1 }), true);
  shelf.dispose();
  assert.equal(shelf.matches({ a: 1 }, { a: 1 }), false, "a disposed shelf says no");
});
