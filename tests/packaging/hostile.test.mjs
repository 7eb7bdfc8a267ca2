// Whatever a page passes: nothing is thrown, and what can be used is used.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pack } from "./support/small-pack.mjs";

const boom = () => {
  throw new Error("mine");
};
const cyclic = { items: [] };
cyclic.items.push(cyclic);
const sparse = [];
sparse.length = 2 ** 32 - 1;
const unprintable = { toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom };
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();

const ODD = [
  undefined, null, true, 0, -0, NaN, Infinity, -1, 1e300, 10n, "", "x", "\ud800", "x".repeat(1e6), Symbol("s"), boom, cyclic, unprintable,
  [], [[]], sparse, {}, Object.create(null), new Date(NaN), new Map(), /x/, new Proxy({}, { get: boom, ownKeys: boom, has: boom }),
  new Proxy([], { get: boom }), revoked, { get items() { return boom(); } }, { items: null }, { items: "items" }, { items: { length: 3 } },
  { items: sparse }, { items: [null, undefined, 7, "a", Symbol("i"), cyclic] }, { items: [{ item_id: unprintable, price: unprintable }] },
  { items: [{ item_id: "lamp", price: "call us", quantity: {} }] }, { items: [{ item_id: 1n, price: 2n, quantity: 3n }] },
  { items: [{ item_id: Symbol("i"), price: Symbol("p"), quantity: Symbol("q") }] }, { items: [{ get item_id() { return boom(); } }] },
  { items: [{ item_id: "x".repeat(7e6) }] }, { items: Array(100_000).fill({ item_id: "lamp" }) },
  { event_id: {}, timestamp: {}, search_term: [] }, { timestamp: "soon" }, { timestamp: new Date(NaN) }, { timestamp: unprintable },
  new Proxy({ items: new Proxy([1], { get: boom }) }, {}), { slot: 1, limit: NaN, mode: {}, exclude: sparse.slice(0, 10), category: 7 },
  { slot: unprintable }, { get slot() { return boom(); } }, { limit: 1n }, { exclude: [unprintable, Symbol("x"), null, "lamp"] },
  { name: "view_item", params: boom }, { get name() { return boom(); } },
];

async function shelves() {
  const made = [];
  for (const core of [undefined, async () => { throw new NearshelfError("wasm_blocked", "", ""); }, () => new Promise(() => {})]) {
    const cores = [];
    const host = fakeHost({ pack: pack(), cores, core });
    const shelf = await shelfMaker(host)({ pack: "p", timeoutMs: 20, consent: { personalize: true } });
    made.push({ shelf, cores });
  }
  return made;
}

const counts = (result) => {
  assert.deepEqual(Object.keys(result), ["accepted", "dropped"]);
  assert.ok(Number.isInteger(result.accepted) && Number.isInteger(result.dropped));
  return result;
};

test("track takes anything as name and as parameters", async () => {
  for (const { shelf } of await shelves()) {
    for (const odd of ODD) {
      for (const name of ["view_item", "purchase"]) assert.equal(sum(counts(shelf.track(name, odd))), 1);
      assert.equal(sum(counts(shelf.track(odd, odd))), 1);
    }
  }
});

const sum = ({ accepted, dropped }) => accepted + dropped;

test("trackMany takes anything as a list and as events, and loses no good one", async () => {
  const [{ shelf, cores }] = await shelves();
  for (const odd of ODD) if (odd !== sparse) counts(shelf.trackMany(odd));
  const before = cores[0].events.length;
  const mixed = ODD.filter((o) => o !== sparse).flatMap((odd) => [odd, { name: "view_item", params: odd }, { name: "view_cart" }]);
  assert.equal(sum(counts(shelf.trackMany(mixed))), mixed.length);
  const carts = cores[0].events.slice(before).filter((e) => e.name === "view_cart");
  assert.equal(carts.length, mixed.length / 3);
  assert.equal(cores.length, 1, "no request the core could not read");
});

test("a list with four thousand million holes ends in time", async () => {
  const [{ shelf }] = await shelves();
  const begin = performance.now();
  const result = counts(shelf.trackMany(sparse));
  assert.deepEqual(result, { accepted: 0, dropped: sparse.length });
  assert.deepEqual(shelf.rank(sparse).ids, []);
  assert.ok(performance.now() - begin < 5000);
});

test("recommend, rank and every other method take anything", async () => {
  for (const { shelf, cores } of await shelves()) {
    for (const odd of ODD) {
      assert.ok(Array.isArray(shelf.recommend(odd).items));
      assert.ok(Array.isArray(shelf.rank(odd, odd).ids));
      assert.deepEqual(shelf.rank(["b", odd === sparse ? null : odd, "a"]).ids.filter((id) => id === "a" || id === "b").sort(), ["a", "b"]);
      assert.ok(Array.isArray(shelf.suggest(odd, odd)));
      assert.equal(typeof shelf.filters({ brand: odd, category: [odd] }, odd), "object");
      shelf.filters(odd);
      assert.ok(Array.isArray(shelf.recommend({ slot: "together", context: odd, query: odd, kind: odd }).items));
      assert.ok(Array.isArray(shelf.rank([{ id: "c", category: odd, brand: odd }]).ids));
      shelf.why(odd, odd);
      assert.equal(typeof shelf.whyNot(odd, odd).stage, "string");
      shelf.product(odd);
      assert.ok(Array.isArray(shelf.browse(odd).products));
      shelf.setConsent(odd);
      shelf.setView(odd);
      shelf.identify(odd);
      shelf.signOut();
      assert.deepEqual(Object.keys(shelf.syncOrders(odd)), ["added", "known"]);
      shelf.syncOrders([odd, { transaction_id: "T", items: odd, timestamp: odd }, { transaction_id: odd }]);
      assert.equal(typeof shelf.on(odd, odd), "function");
      assert.equal(typeof shelf.diagnostics(), "object");
    }
    assert.ok(cores.length < 2, "no request the core could not read");
    assert.equal(shelf.diagnostics().internal_error, undefined);
  }
});

test("what identify and signOut promise never rejects, and syncOrders takes any list", async () => {
  for (const { shelf } of await shelves()) {
    for (const odd of ODD) {
      assert.equal(await shelf.identify(odd), undefined);
      assert.equal(await shelf.signOut(odd), undefined);
    }
    const orders = ODD.filter((o) => o !== sparse).flatMap((odd) => [odd, { transaction_id: "good", items: [{ item_id: "lamp" }] }]);
    const { added, known } = shelf.syncOrders(orders);
    assert.ok(added + known >= (shelf.status === "ready" ? orders.length / 2 : 0));
  }
});

test("an event that throws half way leaves its neighbours whole", async () => {
  const [{ shelf, cores }] = await shelves();
  const half = { items: [{ item_id: "litter", price: 1 }, { get item_id() { return boom(); } }] };
  const good = { name: "view_item", params: { items: [{ item_id: "lamp", price: 2 }] } };
  assert.deepEqual(shelf.trackMany([good, { name: "purchase", params: half }, good]), { accepted: 2, dropped: 1 });
  assert.deepEqual(cores[0].events.map((e) => [e.name, e.items.map((i) => i.id)]), [["view_item", ["lamp"]], ["view_item", ["lamp"]]]);
  assert.equal(shelf.diagnostics().event_unreadable, 1);
});

test("too many items are cut, and the core is left to see that there were more", async () => {
  const [{ shelf, cores }] = await shelves();
  shelf.track("purchase", { items: Array(5000).fill({ item_id: "lamp" }) });
  assert.equal(cores[0].events[0].items.length, 201);
});
