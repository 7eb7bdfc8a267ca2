// A core that traps: one fresh start with the portrait as it was, then the fallback order and one diagnostic.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pack } from "./support/small-pack.mjs";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A shelf whose cores trap as told: `traps[i]` decides for the i-th instance. */
async function shelfThatTraps(traps, options = {}) {
  const cores = [];
  const host = fakeHost({ pack: pack(), cores, options: (i) => ({ trapOn: traps[i] }) });
  const shelf = await shelfMaker(host)({ pack: "p", consent: { personalize: true }, ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  return { shelf, cores, told };
}

const never = () => false;
const on = (name) => (seen) => seen === name;
const view = (id) => ["view_item", { items: [{ item_id: id }] }];
const published = ["litter", "lamp", "10080"];

test("after a trap a fresh instance has the portrait of the last snapshot and the events since", async () => {
  const { shelf, cores, told } = await shelfThatTraps([(name, core) => name === "TRACK" && core.events.length === 1030, never]);
  let changes = 0;
  shelf.on("change", () => changes++);
  for (let i = 0; i < 1030; i++) assert.equal(shelf.track("view_item", { event_id: "e" + i }).accepted, 1);
  assert.equal(cores[0].seen("SNAPSHOT"), 1, "one after 1,024 events");
  assert.deepEqual(shelf.track("purchase"), { accepted: 0, dropped: 1 });
  assert.equal(shelf.status, "neutral");
  assert.deepEqual(shelf.recommend().items.map((i) => i.id), published, "a list all the same");
  assert.deepEqual(shelf.track("add_to_cart"), { accepted: 1, dropped: 0 }, "kept for the fresh instance");
  await turn();
  assert.equal(shelf.status, "ready");
  assert.equal(cores.length, 2);
  assert.equal(cores[1].restored.length, 1024);
  const ids = cores[1].events.map((e) => e.event_id);
  assert.deepEqual(ids, ["e1024", "e1025", "e1026", "e1027", "e1028", "e1029", ""], "without the request that trapped");
  assert.equal(cores[1].events[6].name, "add_to_cart");
  assert.deepEqual(told, ["engine_restarted"]);
  assert.ok(changes >= 2, "told when it stopped and when it is back");
  assert.equal(shelf.recommend().source, "personal");
});

test("a fresh instance is opened as the shelf is by then", async () => {
  const { shelf, cores } = await shelfThatTraps([on("RECOMMEND"), never]);
  shelf.setView({ market: "us", language: "zh-CN" });
  shelf.setConsent({ store: false });
  shelf.recommend();
  await turn();
  assert.deepEqual([cores[1].opened.market, cores[1].opened.language], ["us", "zh-CN"]);
  assert.deepEqual(cores[1].opened.consent, [1, 2, 0, 0]);
});

test("asking for the shelf while it starts again makes no second instance", async () => {
  const cores = [];
  const createShelf = shelfMaker(fakeHost({ pack: pack(), cores, options: (i) => ({ trapOn: i === 0 ? on("PORTRAIT") : never }) }));
  const shelf = await createShelf({ pack: "p", consent: { personalize: true } });
  shelf.track(...view("lamp"));
  shelf.portrait();
  assert.equal(await createShelf({ pack: "p" }), shelf);
  assert.equal(shelf.status, "ready");
  await turn();
  assert.equal(cores.length, 2);
  assert.deepEqual(cores[1].events.map((e) => e.name), ["view_item"]);
});

test("ids of lists served before a restart do not come again", async () => {
  const { shelf, cores } = await shelfThatTraps([(name, core) => name === "PORTRAIT", never]);
  const before = [shelf.recommend(), shelf.recommend()].map((l) => l.servedId);
  assert.deepEqual(before, [1, 2]);
  assert.deepEqual(shelf.portrait().session, []);
  await turn();
  const after = shelf.recommend().servedId;
  assert.equal(after, 3);
  assert.equal(shelf.why(2, "lamp"), null);
  assert.equal(cores[1].seen("WHY"), 0, "not asked about another instance's list");
  assert.equal(shelf.why(after, "lamp").value, 1.5);
});

test("a second trap ends it: fallback order, one diagnostic, nothing thrown", async () => {
  const { shelf, cores, told } = await shelfThatTraps([on("RECOMMEND"), on("RECOMMEND"), never]);
  for (let i = 0; i < 5; i++) {
    const list = shelf.recommend({ limit: 2, exclude: ["lamp"] });
    assert.deepEqual([list.items.map((x) => x.id), list.source, list.servedId], [["litter", "10080"], "fallback", 0]);
    await turn();
  }
  assert.equal(cores.length, 2, "one restart and no more");
  assert.deepEqual(told, ["engine_restarted", "engine_lost"]);
  assert.equal(shelf.status, "neutral");
  assert.deepEqual(shelf.track(...view("lamp")), { accepted: 0, dropped: 1 });
  assert.deepEqual(shelf.rank(["x", "lamp"]).ids, ["x", "lamp"]);
  assert.equal(shelf.diagnostics().engine_lost, 1);
  assert.equal((await shelfMaker(fakeHost({ pack: pack() }))({ pack: "p" })).status, "ready");
});

test("a trap while the display data are fetched gives the fallback list", async () => {
  const { shelf } = await shelfThatTraps([on("PRODUCTS"), never]);
  assert.equal(shelf.recommend().source, "fallback");
  await turn();
  assert.equal(shelf.recommend().source, "personal");
});

test("a trap while opening is a trap, and twice is the end", async () => {
  const once = await shelfThatTraps([on("OPEN"), never]);
  assert.equal(once.shelf.status, "ready", "createShelf waits for the second start");
  const twice = await shelfThatTraps([on("OPEN"), on("OPEN"), never]);
  assert.equal(twice.shelf.status, "neutral");
  await turn();
  assert.deepEqual(twice.told, ["engine_restarted", "engine_lost"]);
  assert.deepEqual(twice.shelf.recommend().items.map((i) => i.id), published);
});

test("a trap while the events are replayed is the second one", async () => {
  const { shelf, told } = await shelfThatTraps([on("RECOMMEND"), on("TRACK"), never]);
  shelf.track(...view("lamp"));
  shelf.recommend();
  await turn();
  assert.equal(shelf.status, "neutral");
  assert.deepEqual(told, ["engine_restarted", "engine_lost"]);
});

test("an answer that is no answer is a trap", async () => {
  const answers = [new Uint8Array(0), Uint8Array.from([0, 1, 2]), "text", null];
  for (const answer of answers) {
    let bad = false;
    const cores = [];
    const host = fakeHost({ pack: pack(), cores });
    const shelf = await shelfMaker(host)({ pack: "p" });
    const call = cores[0].call;
    cores[0].call = function (...args) {
      return bad ? answer : call.apply(this, args);
    };
    bad = true;
    assert.equal(shelf.recommend().source, "fallback");
    await turn();
    assert.equal(shelf.recommend().source, "personal");
    assert.equal(cores.length, 2);
  }
});

test("a restart that cannot start is the end", async () => {
  let made = 0;
  const cores = [];
  const host = fakeHost({ pack: pack(), cores, options: () => ({ trapOn: on("WHY_NOT") }) });
  const start = await host.core();
  host.core = async () => () => (made++ ? Promise.reject(new Error("out of memory")) : start());
  const shelf = await shelfMaker(host)({ pack: "p" });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  assert.deepEqual(shelf.whyNot("bowl"), { stage: "out_of_stock", detail: "" });
  await turn();
  assert.deepEqual(told.map((d) => d.code), ["engine_restarted", "engine_lost"]);
  assert.match(told[1].message, /out of memory/);
});

test("without consent nothing of the shopper is kept for a restart", async () => {
  const { shelf, cores } = await shelfThatTraps([on("RECOMMEND"), never], { consent: {} });
  for (let i = 0; i < 100; i++) shelf.track(...view("lamp"));
  assert.equal(cores[0].seen("SNAPSHOT"), 0);
  shelf.recommend();
  assert.deepEqual(shelf.track(...view("mug")), { accepted: 0, dropped: 1 });
  await turn();
  assert.deepEqual([cores[1].seen("RESTORE"), cores[1].seen("TRACK")], [0, 0]);
});

test("forgetting and withdrawal reach what is kept for a restart", async () => {
  for (const act of [(s) => s.forget(), (s) => s.setConsent({ personalize: false })]) {
    const { shelf, cores } = await shelfThatTraps([(name) => name === "RECOMMEND" || name === "FORGET", never]);
    for (let i = 0; i < 70; i++) shelf.track(...view("lamp"));
    act(shelf);
    shelf.recommend();
    await turn();
    assert.equal(shelf.status, "ready");
    assert.deepEqual([cores[1].restored, cores[1].events], [undefined, []]);
  }
});
