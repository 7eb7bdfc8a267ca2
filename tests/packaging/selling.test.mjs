// Selling points: by the golden file, in the sample shop, and what is left of them without the part, without consent and with what is none.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { golden, replay } from "../golden/replay.mjs";
import { packBytes, pkg, root } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";

const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const { cases, pack: frozen } = golden("selling.json");
const sample = new Uint8Array(readFileSync(samplePack()));
const lines = readFileSync(join(root, "www-demo", "shop", "selling-points.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const NOW = 1_790_000_000_000;

for (const one of cases) {
  test("golden: " + one.name, async () => {
    assert.deepEqual(await replay(createShelf, one, frozen), one.steps.map((step) => step.expect));
  });
}

const open = (more) => createShelf({ pack: sample, market: "cn", language: "zh-CN", utcOffset: 480, consent: { personalize: true }, now: () => NOW, ...more });
const ids = (points) => Array.from(points, (p) => p.id);

test("the sample shop says what speaks to the shopper, and what the weather calls for", async () => {
  const shelf = await open();
  const plain = shelf.sellingPoints("10013", { limit: 10 });
  assert.deepEqual(ids(plain).slice(0, 2), ["trench-rain", "trench-warm"], "the product's own first");
  assert.ok(plain.every((p) => p.score === 0 && p.because.code === "given" && lines.find((l) => l.id === p.id).text_zh === p.text));
  const [first, ...rest] = shelf.sellingPoints(10013, { scene: { weather: "rain" } });
  assert.deepEqual([first.id, first.score, { ...first.because }, rest.length], ["trench-rain", 500, { code: "scene", subject: "weather=rain" }, 2]);
  assert.deepEqual(ids(shelf.sellingPoints("10013-no")), []);
  // Somebody who complained and sent back wants to know what happens when it does not fit.
  for (const [name, at] of [["purchase", 0], ["return", 1], ["complaint", 2]]) {
    shelf.track(name, { transaction_id: "o", event_id: String(at), items: [{ item_id: "10013", price: 429 }] });
  }
  const cared = shelf.sellingPoints("10013", { limit: 10 });
  const back = cared.find((p) => p.id === "clothing-return");
  assert.ok(back.parts.shopper > 0 && back.because.subject === "after_sales", JSON.stringify(cared));
  for (const p of cared) assert.equal(p.score, p.parts.shopper + p.parts.scene);
  assert.ok(cared.every((p, i) => i === 0 || cared[i - 1].score >= p.score));
  assert.deepEqual(ids(shelf.sellingPoints("10013", { limit: 10, mode: "neutral" })), ids(plain), "neutral is the same for everybody");
  shelf.setConsent({ personalize: false });
  assert.deepEqual(ids(shelf.sellingPoints("10013", { limit: 10 })), ids(plain));
  shelf.dispose();
});

test("each line of the sample is about something that is there, and every word it speaks to is known", async () => {
  const shelf = await open({ language: "en" });
  const told = new Set();
  for (const { id } of shelf.browse({ limit: 1000 }).products) ids(shelf.sellingPoints(id, { limit: 200 })).forEach((point) => told.add(point));
  assert.deepEqual([...told].sort(), lines.map((l) => l.id).sort());
  shelf.dispose();
});

test("what is no product, no option and no pack with selling points is no list either", async () => {
  const shelf = await open();
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  for (const wrong of [null, undefined, {}, "", NaN]) assert.deepEqual(ids(shelf.sellingPoints(wrong)), []);
  assert.equal(ids(shelf.sellingPoints("10013", { limit: -1, scene: "rain" })).length, 1, "as many as are allowed at least");
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(told.length > 0 && told.every((code) => code === "bad_argument" || code === "bad_option"), told.join());
  shelf.dispose();
  assert.deepEqual(ids(shelf.sellingPoints("10013")), []);
  const other = await open({ pack: packBytes() });
  assert.ok(Array.isArray(Array.from(other.sellingPoints("10001"))));
  other.dispose();
});
