// What is understood of the shopper: through the packed build, in words, and where nothing may be understood.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { nothing } from "../../pkg-template/src/insights.js";
import { WORDS } from "../../pkg-template/src/insight-words.js";
import { say } from "../../pkg-template/src/say.js";
import { golden, replay } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg, root } from "./support/project.mjs";

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const { cases, pack } = golden("insights.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

test("the packed build gives what the golden file says", async () => {
  for (const one of cases) {
    const answers = await replay(createShelf, one, pack);
    one.steps.forEach((step, i) => assert.deepEqual(answers[i], step.expect, `${one.name}, step ${i}`));
  }
});

test("the types have every trait of the core with its fields, and every list is one where nothing is understood", () => {
  const source = readFileSync(join(root, "src", "insight", "mod.rs"), "utf8");
  const shapes = source.slice(source.indexOf("SHAPES"), source.indexOf("];", source.indexOf("SHAPES"))).match(/"[a-zA-Z]+(\[\])? [^"]+"/g).map((s) => s.slice(1, -1));
  assert.equal(shapes.length, 41);
  const types = readFileSync(join(root, "pkg-template", "types", "insights.d.ts"), "utf8");
  const all = types.slice(types.indexOf("export interface InsightValue"));
  const insights = all.slice(all.indexOf("export interface Insights {"));
  for (const [name, ...fields] of shapes.map((s) => s.split(" "))) {
    const list = name.endsWith("[]");
    const bare = name.replace("[]", "");
    assert.match(insights, new RegExp("\\n  " + bare + (list ? ": \\(" : "\\?: ")), bare);
    assert.equal(Array.isArray(nothing()[bare]), list, bare);
    for (const field of fields) assert.match(all, new RegExp("[ {]" + field.split(":")[0].replace("@", "") + ": "), bare + "." + field);
  }
  const lists = shapes.filter((s) => /\[\]/.test(s)).length;
  assert.equal(Object.keys(nothing()).length, lists + 1);
});

test("a trait is a value with how sure it is and what it rests on, and one that is not told has a reason", async () => {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", now: () => now, utcOffset: 480, consent: { personalize: true } });
  shelf.track("purchase", { transaction_id: "a", items: [{ item_id: "10001", price: 100 }] });
  now += 20 * DAY;
  const { stage, orders, absent, loyaltyParts, alerts, nps } = shelf.insights();
  assert.deepEqual({ ...stage, evidence: stage.evidence.map((e) => ({ ...e })) }, {
    value: "new", gapDays: 45, silenceDays: 20, confidence: 1 / 6, last: NOW, evidence: [{ kind: "purchase", count: 1, first: NOW, last: NOW }],
  });
  assert.deepEqual([orders.count, orders.sum, orders.mean], [1, 10_000, 10_000]);
  assert.deepEqual([nps, absent.nps], [undefined, "events"]);
  assert.ok(loyaltyParts.length > 2 && alerts.length === 0);
  assert.equal(say(shelf, "stage." + stage.value), "New here");
  assert.equal(say(shelf, "stage." + stage.value, "zh-CN"), "新朋友");
});

test("a change of stage is told once to a host that keeps when it asked", async () => {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", now: () => now, utcOffset: 0, consent: { personalize: true } });
  const changes = [];
  let since = now;
  for (let day = 0; day < 400; day += 5) {
    now = NOW + day * DAY;
    if (day < 90 && day % 30 === 0) shelf.track("purchase", { transaction_id: "o" + day, items: [{ item_id: "10001", price: 100 }] });
    changes.push(...shelf.insights({ since }).transitions.map(({ from, to }) => from + " " + to));
    since = now;
  }
  assert.deepEqual(changes, ["new active", "active declining", "declining lost"]);
});

test("without parameters a pack tells what needs none, and names what is missing", async () => {
  const bare = golden().pack;
  const shelf = await createShelf({ pack: bare, market: "cn", language: "en", now: () => NOW, consent: { personalize: true } });
  shelf.track("purchase", { transaction_id: "a", items: [{ item_id: "10001", price: 100 }] });
  const all = shelf.insights();
  assert.equal(all.visits.count, 1);
  assert.equal(all.orders.count, 1);
  assert.deepEqual([all.recency, all.alive, all.stage, all.intent], [undefined, undefined, undefined, undefined]);
  const { recency, alive, stage, intent } = all.absent;
  assert.deepEqual([recency, alive, stage, intent], ["insight.cuts", "insight.models", "insight.lifecycle.usual_gap_days", "insight.intent"]);
});

test("without consent, after forgetting, and without the engine nothing is understood", async () => {
  const none = JSON.stringify(nothing());
  const shelf = await createShelf({ pack, market: "cn", language: "en", now: () => NOW });
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  assert.equal(JSON.stringify(shelf.insights()), none);
  shelf.setConsent({ personalize: true });
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  assert.equal(shelf.insights().visits.count, 1);
  shelf.forget();
  assert.equal(shelf.insights().visits, undefined);
  shelf.setConsent({ personalize: false });
  assert.equal(JSON.stringify(shelf.insights()), none);
  const noCore = async () => {
    throw new NearshelfError("wasm_unavailable", "none", "none");
  };
  const without = await shelfMaker(fakeHost({ pack, core: noCore }))({ pack: "p", now: () => NOW, consent: { personalize: true } });
  assert.equal(JSON.stringify(without.insights()), none);
});

test("misuse is told and answered", async () => {
  const shelf = await createShelf({ pack, market: "cn", language: "en", now: () => NOW, consent: { personalize: true } });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  for (const options of [{ since: "yesterday" }, { account: 7 }, { until: 3 }, null, 7]) assert.ok(shelf.insights(options).absent.nps);
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(told.length >= 3, told.join());
});

test("every word is said in both languages, and what is none is itself", async () => {
  const shelf = await createShelf({ pack, market: "cn", language: "zh-CN", now: () => NOW });
  for (const [word, [english, chinese]] of Object.entries(WORDS)) {
    assert.equal(say(shelf, word, "en"), english);
    assert.equal(say(shelf, word), chinese);
    assert.ok(english && /[\u4e00-\u9fff]/.test(chinese), word);
  }
  assert.equal(say(shelf, "stage.unheard"), "stage.unheard");
  assert.equal(say(shelf, "constructor"), "constructor");
});
