// The public face over a core that speaks the protocol: what is sent, what is answered, who is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pack } from "./support/small-pack.mjs";

const NOW = 1_700_000_000_000;

/** A ready shelf, the core behind it, and the diagnostics it told. */
async function ready(options = {}) {
  const cores = [];
  const createShelf = shelfMaker(fakeHost({ pack: pack(), cores }));
  const shelf = await createShelf({ pack: "p", now: () => NOW, consent: { personalize: true }, ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  return { shelf, core: cores[0], told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a shelf opens with what the host wants and says what the core answered", async () => {
  const { shelf, core } = await ready({ market: "us", language: "zh", consent: { personalize: true, store: false } });
  assert.equal(shelf.status, "ready");
  assert.deepEqual([shelf.packVersion, shelf.market, shelf.currency, shelf.exponent], ["00000000000000ff", "us", "CNY", 2]);
  assert.equal(shelf.language, "zh-CN");
  assert.deepEqual(core.opened.consent, [1, 2, 0, 0]);
  assert.equal(core.opened.now, NOW);
  assert.deepEqual(core.opened.pack, pack());
  assert.deepEqual(shelf.consent(), { store: false, personalize: true, report: null, sensitive: null });
});

test("events cross as they were meant: ids as text, prices as given, what has no meaning empty", async () => {
  const { shelf, core } = await ready();
  const result = shelf.track("purchase", {
    items: [{ item_id: 10080, price: "12.90", quantity: "2" }, { item_id: "lamp", price: 5.5 }, null, { item_id: "mug", quantity: "many" }],
    event_id: 99, timestamp: new Date(NOW - 5), search_term: "cat", currency: "CNY",
  });
  assert.deepEqual(result, { accepted: 1, dropped: 0 });
  const [e] = core.events;
  assert.deepEqual([e.name, e.event_id, e.at, e.term, e.now], ["purchase", "99", NOW - 5, "cat", NOW]);
  assert.deepEqual(e.items, [
    { id: "10080", price: "12.90", quantity: 2 },
    { id: "lamp", price: 5.5, quantity: NaN },
    { id: "", price: null, quantity: NaN },
    { id: "mug", price: null, quantity: 0 },
  ]);
  shelf.track("view_cart", { timestamp: "yesterday" });
  shelf.track("view_cart");
  assert.deepEqual(core.events.slice(1).map((e) => e.at), [Infinity, NaN]);
});

test("a batch is one request, and a large one is a few", async () => {
  const { shelf, core } = await ready();
  const event = { name: "view_item", params: { items: [{ item_id: "lamp" }] } };
  assert.deepEqual(shelf.trackMany([event, event, event]), { accepted: 3, dropped: 0 });
  assert.equal(core.seen("TRACK"), 1);
  assert.deepEqual(shelf.trackMany(Array(20000).fill(event)), { accepted: 20000, dropped: 0 });
  assert.ok(core.seen("TRACK") > 2 && core.seen("TRACK") < 20, core.seen("TRACK") + " requests");
  assert.deepEqual(shelf.trackMany([]), { accepted: 0, dropped: 0 });
});

test("a shelf of items carries their display data, asked for once", async () => {
  const { shelf, core } = await ready();
  const list = shelf.recommend({ slot: "home", limit: 2, mode: "neutral", exclude: [1, "x"], category: "Home" });
  assert.deepEqual(core.asked, { now: NOW, slot: "home", limit: 2, mode: 1, exclude: ["1", "x"], category: "Home" });
  assert.deepEqual(Object.keys(list), ["items", "source", "servedId", "partial", "relaxed", "packVersion", "overlayVersion", "item_list_id", "item_list_name"]);
  assert.deepEqual([list.source, list.servedId, list.partial, list.packVersion], ["personal", 1, false, "00000000000000ff"]);
  assert.deepEqual(list.items.map((i) => i.id), ["litter", "lamp"]);
  assert.deepEqual(list.items[0], {
    id: "litter", variant: "litter-s", title: "Cat litter", brand: "Paws", category: "Home", url: "/p/litter", image: "",
    tags: ["new"], price: 1200, listPrice: null, score: 1.5, because: { code: "together", subject: "lamp" },
    index: 0,
  });
  list.items[0].tags.push("mine");
  shelf.recommend();
  assert.equal(core.seen("PRODUCTS"), 2, "the third item only");
  assert.deepEqual(shelf.recommend().items.map((i) => i.tags), [["new"], ["new"], ["new"]]);
  assert.equal(core.seen("PRODUCTS"), 2);
  shelf.setView({ language: "zh-CN" });
  shelf.recommend();
  assert.equal(core.seen("PRODUCTS"), 3, "another language, other texts");
});

test("pins, quotas, a price band and diversity cross as meant, and what was relaxed comes back by name", async () => {
  const { shelf, core, told } = await ready();
  assert.deepEqual(shelf.recommend().relaxed, []);
  assert.deepEqual(core.limits, { pins: [], brand: 0, category: 0, price: [NaN, NaN], diversity: 0 });
  core.relaxed = 5;
  const wish = { pin: [{ id: 10080, index: 2 }], quota: { brand: 2 }, price: { min: 99.5, max: 1000.5 }, diversity: 0.5 };
  assert.deepEqual(shelf.recommend(wish).relaxed, ["quota_category", "price"]);
  const crossed = { pins: [["10080", 2]], brand: 2, category: 0, price: [100, 1000], diversity: 32768 };
  assert.deepEqual(core.limits, crossed);
  core.relaxed = 0;
  await turn();
  assert.deepEqual(told, []);
  shelf.recommend({ pin: [{ id: "lamp", index: 1.5 }, { id: "mug", index: 0 }], quota: { shop: 1 }, price: { min: "free" }, diversity: 7 });
  assert.deepEqual(core.limits, { pins: [["mug", 0]], brand: 0, category: 0, price: [NaN, NaN], diversity: 65536 });
  await turn();
  assert.deepEqual(told.map((d) => d.code), Array(4).fill("bad_argument"));
});

test("a quota of stores and places for new products cross where they are asked for, a share as the places it makes", async () => {
  const { shelf, core, told } = await ready();
  const crossed = (options) => (shelf.recommend(options), core.more);
  assert.equal(crossed({}), null);
  assert.equal(crossed({ quota: { brand: 1 }, arrivals: {} }), null);
  assert.equal(crossed({ arrivals: { share: 0, days: 3 } }), null, "no place, no question");
  assert.deepEqual(crossed({ quota: { store: 2 } }), [2, 0, 0]);
  assert.deepEqual(crossed({ arrivals: { share: 0.25 } }), [0, 3, 0]);
  assert.deepEqual(crossed({ limit: 30, arrivals: { share: 0.1, days: 7 } }), [0, 3, 7], "a tenth of thirty is three");
  assert.deepEqual(crossed({ limit: 10, arrivals: { share: 0.11 } }), [0, 2, 0], "rounded up");
  assert.deepEqual(crossed({ limit: 10, arrivals: { share: 0.5, count: 7 } }), [0, 7, 0], "the larger of both");
  core.relaxed = 25;
  assert.deepEqual(shelf.recommend({ arrivals: { count: 1 } }).relaxed, ["quota_category", "quota_store", "arrivals"]);
  shelf.whyNot("lamp", { quota: { store: 1 }, arrivals: { share: 1 } });
  assert.deepEqual(core.more, [1, 12, 0], "whyNot asks about the same list");
  await turn();
  assert.deepEqual(told, []);
  assert.deepEqual(crossed({ quota: { store: 201 }, arrivals: { share: 2, count: 0, days: 9000, part: 1 } }), [200, 12, 3650]);
  await turn();
  assert.ok(told.length >= 4 && told.every((d) => d.code === "bad_argument"), JSON.stringify(told));
});

test("a ranked list has each given id once, also those the pack does not know", async () => {
  const { shelf, core } = await ready();
  const list = shelf.rank(["lamp", 10080, "gone", "lamp", "10080"], { slot: "list" });
  assert.deepEqual(core.asked.ids, ["lamp", "10080", "gone"]);
  assert.deepEqual(list.ids, ["gone", "10080", "lamp"]);
  assert.deepEqual(list.items.map((i) => i.id), list.ids);
  assert.deepEqual(list.items[0], { id: "gone", score: 1.5, because: { code: "given", subject: "lamp" }, index: 0 });
  assert.equal(list.items[2].title, "Lamp 💡");
});

test("reasons add up, and a list no longer kept has none", async () => {
  const { shelf, told } = await ready();
  const { servedId, items } = shelf.recommend();
  const why = shelf.why(servedId, items[0].id);
  assert.equal(why.value, items[0].score);
  assert.equal(why.children.reduce((sum, c) => sum + c.value, 0), why.value);
  assert.equal(shelf.why(servedId + 50, "lamp"), null);
  await turn();
  assert.deepEqual(told, [{ code: "not_served", message: "What happened.", fix: "What to do." }]);
  assert.deepEqual(shelf.why(0, "lamp"), { code: "score", subject: "", value: 0, children: [] }, "a fallback list does not score and is no news");
  assert.deepEqual(shelf.whyNot("lamp", { slot: "home", limit: 4 }), { stage: "seen", detail: "" });
});

test("products, pages and categories are read", async () => {
  const { shelf } = await ready();
  const lamp = shelf.product("lamp");
  assert.deepEqual([lamp.id, lamp.price, lamp.availability, lamp.variants.length], ["lamp", 1200, "in_stock", 1]);
  assert.deepEqual(lamp.variants[0], { id: "lamp-1", title: "", price: 1200, listPrice: null, availability: "not_sold" });
  lamp.variants[0].id = "mine";
  assert.equal(shelf.product("lamp").variants[0].id, "lamp-1");
  assert.equal(shelf.product("gone"), null);
  const page = shelf.browse({ offset: 1, limit: 2 });
  assert.deepEqual([page.total, page.products.map((p) => p.id)], [5, ["bowl", "lamp"]]);
  assert.deepEqual(shelf.categories(), [
    { path: "Home", label: "Home", parent: null, products: 2 },
    { path: "Home > Cats", label: "Cats", parent: "Home", products: 1 },
  ]);
  assert.deepEqual(shelf.portrait(), {
    events: 0, sessions: 1, updated: null, items: [], categories: [], brands: [], priceBands: [], tags: [], hours: [], weekdays: [],
    channels: [], contentKinds: [], topics: [], shareChannels: [], session: ["lamp"], cluster: null,
    declared: [{ field: "gender", label: "Gender", value: "female", text: "Female", source: "survey", confidence: 0.5, time: 5, until: 9 }],
    categoryPaths: [{ key: "Home", label: "Home", share: 1, events: 2, last: 7, level: 0 }],
  });
});

test("change is told once a turn, after the call, and only when something changed", async () => {
  const { shelf } = await ready();
  let changes = 0;
  const off = shelf.on("change", () => changes++);
  shelf.track("view_item", { items: [{ item_id: "lamp" }] });
  shelf.track("view_item", { items: [{ item_id: "mug" }] });
  assert.equal(changes, 0);
  await turn();
  assert.equal(changes, 1);
  shelf.track("");
  await turn();
  assert.equal(changes, 1, "a dropped event changes nothing");
  for (const act of [() => shelf.setConsent({ report: false }), () => shelf.setView({ market: "us" }), () => shelf.forget()]) {
    act();
    await turn();
  }
  assert.equal(changes, 4);
  off();
  off();
  shelf.forget();
  await turn();
  assert.equal(changes, 4);
});

test("a failing listener breaks nothing and is told once", async () => {
  const { shelf, told } = await ready();
  let after = 0;
  shelf.on("change", () => {
    throw new Error("mine");
  });
  shelf.on("change", () => after++);
  shelf.on("diagnostic", () => {
    throw { toString() { throw 1; } };
  });
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(shelf.track("view_cart"), { accepted: 1, dropped: 0 });
    await turn();
  }
  await turn();
  assert.equal(after, 3);
  assert.deepEqual(told.map((d) => d.code), ["listener_failed", "listener_failed"]);
  assert.match(told[0].message, /mine/);
  assert.equal(shelf.diagnostics().listener_failed, 2);
});

test("a refused call is a diagnostic and a neutral value", async () => {
  const { shelf, told } = await ready();
  const list = shelf.recommend({ category: "nowhere" });
  assert.deepEqual([list.items, list.source, list.servedId], [[], "neutral", 0]);
  shelf.setView({ market: "mars" });
  assert.equal(shelf.market, "cn");
  await turn();
  assert.deepEqual(told.map((d) => d.code), ["bad_request", "unknown_market"]);
  assert.deepEqual(shelf.diagnostics(), { bad_request: 1, unknown_market: 1, event_unknown: 3 });
});

test("misuse is a diagnostic in production and thrown under development", async () => {
  const misuses = [
    (s) => s.recommend({ lmit: 3 }), (s) => s.recommend({ limit: "3" }), (s) => s.recommend({ limit: 500 }), (s) => s.recommend("home"),
    (s) => s.recommend({ mode: "neutrl" }), (s) => s.recommend({ exclude: "lamp" }), (s) => s.rank("lamp"), (s) => s.rank(["a", {}]),
    (s) => s.rank([], { category: "Home" }), (s) => s.trackMany({}), (s) => s.setConsent({ personalise: true }), (s) => s.setConsent({ store: 1 }),
    (s) => s.setView({ market: 7 }), (s) => s.browse({ offset: -1 }), (s) => s.on("changed", () => {}), (s) => s.on("change", "fn"),
  ];
  const production = await ready();
  for (const [i, misuse] of misuses.entries()) {
    misuse(production.shelf);
    await turn();
    assert.equal(production.told.length, i + 1, String(misuse));
    assert.equal(production.told[i].code, "bad_argument");
    assert.ok(production.told[i].fix);
  }
  production.shelf.recommend({ mode: "neutrl" });
  assert.equal(production.core.asked.mode, 1, "a misspelt mode does not open the portrait");
  production.shelf.recommend({ limit: 500 });
  assert.equal(production.core.asked.limit, 200);

  const development = await ready();
  globalThis.NEARSHELF_DEV = true;
  try {
    for (const misuse of misuses) {
      assert.throws(() => misuse(development.shelf), (e) => e instanceof NearshelfError && e.code === "bad_argument" && e.fix !== "", String(misuse));
    }
    assert.doesNotThrow(() => development.shelf.track("purchase", { items: [{ price: NaN }, 7, null] }), "bad data is no misuse");
    assert.throws(() => shelfMaker(fakeHost({ pack: pack() }))({ pakc: "p" }), NearshelfError);
  } finally {
    delete globalThis.NEARSHELF_DEV;
  }
});

test("methods work when they are handed on as functions", async () => {
  const { shelf, core } = await ready();
  const { track, recommend } = shelf;
  assert.deepEqual(["view_cart", "view_cart"].map((name) => track(name)), [{ accepted: 1, dropped: 0 }, { accepted: 1, dropped: 0 }]);
  assert.equal(recommend().items.length, 3);
  assert.equal(core.events.length, 2);
});

test("a disposed shelf ends its handle, keeps the given order and is silent", async () => {
  const { shelf, core, told } = await ready();
  shelf.dispose();
  shelf.dispose();
  assert.equal(core.seen("CLOSE"), 1);
  assert.equal(core.freed, true);
  assert.equal(shelf.status, "neutral");
  assert.deepEqual(shelf.rank(["b", "a", "b"]).ids, ["b", "a"]);
  assert.deepEqual(shelf.track("view_cart"), { accepted: 0, dropped: 0 });
  assert.deepEqual(shelf.recommend().items, []);
  await turn();
  assert.deepEqual(told, []);
});

test("a clock that fails is replaced by the device's, and told once", async () => {
  let broken = false;
  const { shelf, core, told } = await ready({ now: () => (broken ? NaN : NOW) });
  broken = true;
  const before = Date.now();
  shelf.track("view_cart");
  shelf.track("view_cart");
  await turn();
  assert.ok(core.events.every((e) => e.now >= before && e.now <= Date.now()));
  assert.deepEqual(told.map((d) => d.code), ["clock_failed"]);
});
