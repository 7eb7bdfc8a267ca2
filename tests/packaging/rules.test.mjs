// Rank rules through the packed core: what holds, what it does, and what is said of it; without an engine, without a part, with wild attributes.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { Writer } from "../../pkg-template/src/codec.js";
import { golden } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg } from "./support/project.mjs";
import { withSection } from "./support/small-pack.mjs";

const NOW = 1_790_000_000_000;
const { pack } = golden("rules.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const open = (more) => createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => NOW, ...more });
const look = (shelf, ids) => ids.forEach((id) => shelf.track("view_item", { items: [{ item_id: id }] }));

test("a list names the rules that hold, whyNot the one that hides, and a decision knows all of it", async () => {
  const shelf = await open({ consent: { personalize: true } });
  look(shelf, ["10001", "20001"]);
  const asked = { slot: "home", limit: 6, scene: { hour: 21 }, attributes: { member: true } };
  const list = shelf.recommend(asked);
  assert.deepEqual(Array.from(list.rules), ["members", "regulars", "evening"]);
  assert.deepEqual(Array.from(list.scenes), []);
  assert.equal(list.items[0].id, "60001");
  assert.deepEqual({ ...shelf.whyNot("20002", asked) }, { stage: "rule", detail: "rule:evening" });
  assert.notEqual(shelf.whyNot("20002", { slot: "home", limit: 6 }).stage, "rule");
  const [decision] = shelf.decisions();
  assert.deepEqual(Array.from(decision.rules), ["members", "regulars", "evening"]);
  const again = shelf.replay(list.servedId);
  assert.equal(again.same, true, "without attributes, which the request no longer needs");
  assert.equal(shelf.recommend({ slot: "cart", attributes: { member: true }, mode: "neutral" }).rules, undefined);
  shelf.dispose();
});

test("what a page says of the shopper in place of the portrait does not open a rule without consent, or in neutral mode", async () => {
  const shelf = await open();
  const attributes = { shopper: { events: 9 } };
  assert.equal(shelf.recommend({ attributes }).rules, undefined);
  shelf.setConsent({ personalize: true });
  assert.deepEqual(Array.from(shelf.recommend({ attributes }).rules), ["regulars"]);
  assert.equal(shelf.recommend({ attributes, mode: "neutral" }).rules, undefined);
  assert.deepEqual(Array.from(shelf.recommend({}).rules), ["strangers"], "a portrait of nothing is one too");
  shelf.dispose();
});

test("neutral lists are alike for any two portraits, whatever rules there are", async () => {
  const shelves = await Promise.all([open({ consent: { personalize: true } }), open({ consent: { personalize: true } }), open()]);
  look(shelves[0], ["10001", "20001", "80007"]);
  const plain = ({ items, rules, source }) => JSON.stringify([items, rules, source]);
  for (const more of [{}, { attributes: { member: true }, slot: "home" }, { scene: { hour: 20, weather: "sun" } }]) {
    const [a, b, nobody] = shelves.map((shelf) => plain(shelf.recommend({ mode: "neutral", limit: 20, ...more })));
    assert.equal(a, b);
    assert.equal(a, nobody);
  }
  shelves.forEach((shelf) => shelf.dispose());
});

test("suggestions know rules too", async () => {
  const shelf = await open({ now: () => NOW + 100_000 });
  const ids = (typed) => shelf.suggest(typed, { limit: 20 }).filter((s) => s.kind === "product").map((s) => s.id);
  assert.ok(ids("Tailbrook").length > 0 && !ids("Tailbrook").includes("80007"));
  shelf.dispose();
  const before = await open();
  assert.ok(before.suggest("Tailbrook", { limit: 20 }).some((s) => s.id === "80007"));
  before.dispose();
});

test("suggestions are a list of the slot search, for rules and their conditions", async () => {
  const plain = await open();
  const products = (shelf, typed) => shelf.suggest(typed, { limit: 20 }).filter((one) => one.kind === "product").map((one) => one.id);
  const typed = "c";
  const [first, ...others] = products(plain, typed);
  const last = others.at(-1);
  plain.dispose();
  for (const [slots, when, holds] of [[["search"], "", true], [["home"], "", false], [[], '{"slot":"search"}', true], [[], '{"slot":"default"}', false]]) {
    const w = new Writer();
    w.list(["found"], (name) => {
      w.str(name);
      w.u32(0);
      w.list([[last, 0]], ([id, index]) => {
        w.str(id);
        w.u32(index);
      });
      w.str(when);
      w.list(slots, (slot) => w.str(slot));
      w.f64(NaN);
      w.f64(NaN);
    });
    const shelf = await open({ pack: withSection(pack, "RULE", 1, w.written().slice()) });
    assert.equal(products(shelf, typed)[0], holds ? last : first, slots + when);
    shelf.dispose();
  }
});

test("without the engine no rule counts, and wild attributes are told", async () => {
  const core = async () => {
    throw new NearshelfError("wasm_unavailable", "none", "none");
  };
  const without = await shelfMaker(fakeHost({ pack, core }))({ pack: "p", language: "en", now: () => NOW + 100_000 });
  const list = without.recommend({ limit: 4, attributes: { member: true }, slot: "home" });
  assert.deepEqual([list.source, list.rules, list.items.length], ["fallback", undefined, 4]);
  const shelf = await open();
  const wild = { get member() { throw new Error("no"); } };
  for (const attributes of [7, "x", wild, [], { a: [[[[NaN, undefined, () => 1]]]] }]) {
    const list = shelf.recommend({ limit: 4, attributes });
    assert.equal(list.items.length, 4);
  }
  assert.ok(shelf.diagnostics().bad_argument >= 3);
  shelf.dispose();
});

test("a section of wild bytes takes no list away", async () => {
  const w = new Writer();
  w.list([0], () => {
    w.str("x");
    w.u32(0);
    w.list([["none", 0x80000001], ["", 0x40020000 + 999], ["40001", 0x7fffffff], ["40001", 0xffffffff], ["40001", 0x3fffffff]], ([id, index]) => {
      w.str(id);
      w.u32(index);
    });
    w.str("{ not JSON");
    w.u32(0);
    w.f64(NaN);
    w.f64(NaN);
  });
  const whole = w.written().slice();
  for (const bytes of [whole, whole.slice(0, 30), new Uint8Array(0), new Uint8Array(64).fill(255)]) {
    const shelf = await open({ pack: withSection(pack, "RULE", 1, bytes), consent: { personalize: true } });
    assert.equal(shelf.recommend({ limit: 4 }).items.length, 4);
    shelf.dispose();
  }
});
