// How many times a second the engine asks a condition of a context, in the web build's wasm in Node: `node tests/bench/conditions.mjs`.
// Needs pkg/ (node pkg-template/build.mjs).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../browser/bench.mjs";
import { shelfMaker } from "../../pkg-template/src/create.js";
import * as op from "../../pkg-template/src/protocol.js";

const CONTEXTS = 1000;
const ROUNDS = 200;
const TIERS = ["bronze", "silver", "gold", "platinum"];
const CITIES = ["上海", "北京", "Paris", "Lima", "Oslo"];

/** An audience's attributes: a dozen of them, some nested. */
const context = (i) => ({
  id: `u${i}`, tier: TIERS[i % 4], city: CITIES[i % 5], visits: i % 40, spent: (i * 37) % 50000, newsletter: i % 3 === 0,
  app: { version: `3.${i % 12}.${i % 7}`, platform: i % 2 ? "ios" : "web" },
  tags: ["cats", "dogs", "fish", "birds"].slice(i % 3, 2 + (i % 3)), last: { category: "Pets > Cats", days: i % 90 },
  language: i % 2 ? "en" : "zh-CN", lifecycle: i % 4 ? "active" : "new", orders: i % 9,
});

const CONDITIONS = {
  "one equality": { tier: "gold" },
  "a range and a set": { spent: { $gte: 20000, $lt: 40000 }, tier: { $in: ["gold", "platinum"] } },
  "a usual audience": { $or: [{ tier: { $in: ["gold", "platinum"] } }, { orders: { $gte: 5 } }], "last.days": { $lte: 30 }, tags: { $in: ["cats", "fish"] }, newsletter: true },
  "a version": { "app.version": { $vgte: "3.8.0" }, "app.platform": "ios" },
};

/** The core as the package runs it, with the part it needs, and its latest request. */
const { makeGlue } = await import(join(root, "target", "package", "web", "glue.js"));
const glue = makeGlue();
const module = (name) => new WebAssembly.Module(readFileSync(join(root, "pkg", name)));
await glue.start(module("nearshelf.wasm"));
await glue.grow(module("nearshelf-insight.wasm"));
const core = new glue.Core();
let asked = new Uint8Array();
const recorder = {
  call(number, request) {
    if (number === op.MATCHES) asked = request.slice();
    return core.call(number, request);
  },
};
const pack = new Uint8Array(readFileSync(join(root, "tests/compat/pack-v1.pack")));
const shelf = await shelfMaker({ address: () => "", pack: () => pack, core: async () => () => recorder })({ pack });
const contexts = Array.from({ length: CONTEXTS }, (_, i) => context(i));

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const perSecond = (ms) => ((CONTEXTS / ms) * 1000).toLocaleString("en", { maximumFractionDigits: 0 }).padStart(12);

console.log(`${CONTEXTS} contexts of 12 attributes, median of ${ROUNDS} rounds, evaluations/s`);
console.log("                          in the engine   through the package");
for (const [name, condition] of Object.entries(CONDITIONS)) {
  const audience = shelf.audience(condition);
  const found = audience.matchesAll(contexts).filter(Boolean).length;
  if (found === 0 || found === CONTEXTS) throw new Error(`${name}: ${found} match`);
  const request = asked;
  const times = { engine: [], face: [] };
  for (let i = 0; i < ROUNDS; i++) {
    let begin = performance.now();
    const answer = core.call(op.MATCHES, request);
    times.engine.push(performance.now() - begin);
    if (answer[0] !== 0 || answer.length !== CONTEXTS + 1) throw new Error("the engine refused");
    begin = performance.now();
    audience.matchesAll(contexts);
    times.face.push(performance.now() - begin);
  }
  console.log(`${name.padEnd(20)} ${perSecond(median(times.engine))}        ${perSecond(median(times.face))}    (${found} match)`);
}
shelf.dispose();
