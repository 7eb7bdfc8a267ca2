// Typed declarations, changes of stage and rule tags through the public face.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pkg, root } from "./support/project.mjs";
import { withSection } from "./support/small-pack.mjs";
import { golden } from "../golden/replay.mjs";

const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const { pack } = golden("declared.json");
const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const open = (more) => createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => NOW, consent: { personalize: true, sensitive: true }, ...more });

test("conditions see what is declared with its type", async () => {
  const shelf = await open();
  shelf.declare({ shoe_size: 38.5, newsletter: true, interests: ["tea", "running"], birthday: "05-20", gender: "female" });
  assert.deepEqual({ ...shelf.shopper().declared }, { shoe_size: 38.5, newsletter: true, interests: ["running", "tea"], birthday: "05-20", gender: "female" });
  const yes = [{ "shopper.declared.shoe_size": { $gt: 38 } }, { "shopper.declared.newsletter": true }, { "shopper.declared.interests": { $in: ["tea"] } }];
  for (const condition of yes) assert.equal(shelf.matches(condition, {}), true, JSON.stringify(condition));
  assert.equal(shelf.matches({ "shopper.declared.shoe_size": { $gt: 39 } }, {}), false);
  shelf.dispose();
});

test("a category is liked with what lies above it", async () => {
  const shelf = await open();
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  const { categories, categoryPaths } = shelf.portrait();
  assert.deepEqual(categories.map((c) => c.key), ["Fashion > Clothing"]);
  assert.deepEqual(categoryPaths.map((c) => [c.key, c.level, c.share]), [["Fashion", 0, 1], ["Fashion > Clothing", 1, 1]]);
  assert.equal(shelf.matches({ "shopper.categories": { $in: ["Fashion"] } }, {}), true);
  shelf.dispose();
});

test("options of declare() that are none are misuse, and what is declared is taken all the same", async () => {
  const shelf = await open();
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  assert.deepEqual(shelf.declare({ gender: "female" }, { source: "rumour", confidence: "much", mood: 1 }), { accepted: 1, dropped: 0 });
  await turn();
  assert.deepEqual(told, ["bad_argument", "bad_argument", "bad_argument"]);
  assert.equal(shelf.portrait().declared[0].source, "shopper");
  assert.deepEqual(shelf.declare({ gender: Symbol("x") }, { merge: true }), { accepted: 0, dropped: 1 });
  shelf.dispose();
});

test("a change of stage is told once to whoever listens, and never without consent", async () => {
  let now = NOW;
  const shelf = await open({ now: () => now });
  const told = [];
  const off = shelf.on("stage", (change) => told.push(change));
  shelf.on("stage", () => {
    throw new Error("the page's own");
  });
  const buy = (n) => shelf.track("purchase", { transaction_id: "T" + n, items: [{ item_id: "80001" }] });
  buy(1);
  await turn();
  assert.deepEqual(told, []);
  now += 700 * DAY;
  shelf.track("view_item", { items: [{ item_id: "80001" }] });
  await turn();
  assert.deepEqual([told[0].from, told[told.length - 1].to], ["new", "lost"]);
  const { transitions } = shelf.insights({ since: NOW });
  assert.deepEqual(told, transitions.map(({ from, to, at }) => ({ from, to, at })));
  const before = told.length;
  buy(2);
  await turn();
  assert.deepEqual(told.slice(before).map((change) => change.from), ["lost"]);
  buy(3);
  await turn();
  assert.equal(told.length, before + 1);
  off();
  now += 900 * DAY;
  shelf.setConsent({ personalize: false });
  await turn();
  assert.equal(told.length, before + 1);
  assert.equal(shelf.diagnostics().listener_failed, 1);
  shelf.dispose();
});

test("reading tags writes nothing", async () => {
  let now = NOW;
  const rules = new Uint8Array(readFileSync(join(root, "tests/compat/rule-tags-v1.section")));
  const shelf = await open({ pack: withSection(pack, "RTAG", 3, rules), now: () => now });
  for (let i = 1; i < 6; i++) shelf.track("view_item", { items: [{ item_id: "1000" + i }] });
  const rule = () => shelf.tags().find((tag) => tag.id === "rule:curious");
  const { until } = rule();
  now += 60_000;
  assert.equal(rule().until, until, "a read is a read");
  now += 3_600_000;
  assert.equal(rule().until, now + 7 * DAY, "asked anew after an hour");
  shelf.track("view_item", { items: [{ item_id: "10001" }], event_id: "new" });
  now += 60_000;
  assert.equal(rule().until, now + 7 * DAY, "and after an event");
  shelf.dispose();
});
