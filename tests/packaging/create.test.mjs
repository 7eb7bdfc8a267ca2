// createShelf: never rejects, never hangs, one shelf a pack address.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { FakeCore, fakeHost } from "./support/fake-core.mjs";
import { pack } from "./support/small-pack.mjs";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const forever = () => new Promise(() => {});

function gate() {
  let open;
  const passed = new Promise((resolve) => (open = resolve));
  return { passed, open };
}

function listen(shelf) {
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  return told;
}

test("what never answers is waited for as long as the host wants, and no longer", async () => {
  for (const host of [fakeHost({ pack: forever }), fakeHost({ pack: pack(), core: forever }), fakeHost({ pack: pack(), core: async () => forever })]) {
    const begin = performance.now();
    const shelf = await shelfMaker(host)({ pack: "p", timeoutMs: 60 });
    const took = performance.now() - begin;
    assert.ok(took >= 50 && took < 1000, took + " ms");
    assert.equal(shelf.status, "neutral");
    assert.deepEqual(shelf.rank(["b", "a"]).ids, ["b", "a"]);
    const told = listen(shelf);
    await turn();
    assert.deepEqual(told, ["slow_start"]);
    shelf.dispose();
  }
});

test("the default patience is a second and a half", async () => {
  const begin = performance.now();
  await shelfMaker(fakeHost({ pack: forever }))({ pack: "p" });
  const took = performance.now() - begin;
  assert.ok(took >= 1400 && took < 2500, took + " ms");
});

test("a slow start becomes ready later, with a change, and the events in between", async () => {
  const file = gate(), wasm = gate();
  const cores = [];
  const made = async () => {
    const core = new FakeCore();
    cores.push(core);
    return core;
  };
  const createShelf = shelfMaker(fakeHost({ pack: () => file.passed.then(() => pack()), core: () => wasm.passed.then(() => made) }));
  const shelf = await createShelf({ pack: "p", timeoutMs: 10, consent: { personalize: true } });
  let changes = 0;
  shelf.on("change", () => changes++);
  assert.deepEqual(shelf.track("view_item", { items: [{ item_id: "lamp" }] }), { accepted: 1, dropped: 0 });
  assert.deepEqual(shelf.recommend().items, []);
  file.open();
  await turn();
  assert.equal(changes, 1);
  assert.deepEqual([shelf.status, shelf.market], ["neutral", "cn"]);
  assert.deepEqual(shelf.recommend().items.map((i) => i.id), ["litter", "lamp", "10080"], "the pack is there: published order");
  wasm.open();
  await turn();
  assert.equal(changes, 2);
  assert.equal(shelf.status, "ready");
  assert.equal(shelf.recommend().source, "personal");
  assert.deepEqual(cores[0].events.map((e) => e.name), ["view_item"]);
});

test("without consent events do not wait for the core", async () => {
  const wasm = gate();
  const core = new FakeCore();
  const shelf = await shelfMaker(fakeHost({ pack: pack(), core: () => wasm.passed.then(() => async () => core) }))({ pack: "p", timeoutMs: 0 });
  assert.deepEqual(shelf.track("view_cart"), { accepted: 0, dropped: 1 });
  shelf.setConsent({ personalize: true });
  assert.deepEqual(shelf.track("view_cart"), { accepted: 1, dropped: 0 });
  shelf.setConsent({ personalize: false });
  wasm.open();
  await turn();
  assert.equal(shelf.status, "ready");
  assert.deepEqual(core.opened.consent, [0, 1, 0, 0], "consent as it is by then");
  assert.equal(core.seen("TRACK"), 0);
});

test("what waits for the core is bounded", async () => {
  const shelf = await shelfMaker(fakeHost({ pack: pack(), core: forever }))({ pack: "p", timeoutMs: 0, consent: { personalize: true } });
  let kept = 0;
  for (let i = 0; i < 2000; i++) kept += shelf.track("view_cart").accepted;
  assert.equal(kept, 512);
  const long = "x".repeat(300_000);
  const other = await shelfMaker(fakeHost({ pack: pack(), core: forever }))({ pack: "p", timeoutMs: 0, consent: { personalize: true } });
  let bytes = 0;
  for (let i = 0; i < 20; i++) bytes += other.track("search", { search_term: long }).accepted;
  assert.equal(bytes, 3);
});

test("every failure of the host is a diagnostic and a shelf that keeps the order", async () => {
  const failures = [
    [{ pack: () => { throw new Error("offline"); } }, ["pack_missing"]],
    [{ pack: () => Promise.reject({ errMsg: "request:fail" }) }, ["pack_missing"]],
    [{ pack: () => Promise.reject(undefined) }, ["pack_missing"]],
    [{ pack: pack(), core: () => { throw new Error("404"); } }, ["wasm_missing"]],
    [{ pack: pack(), core: () => Promise.reject(new NearshelfError("wasm_blocked", "m", "f")) }, ["wasm_blocked"]],
    [{ pack: pack(), core: async () => () => { throw new Error("link"); } }, ["wasm_broken"]],
    [{ pack: pack(), core: async () => () => Promise.reject(new Error("link")) }, ["wasm_broken"]],
    [{ pack: pack(), address: () => { throw new Error("no base"); } }, []],
  ];
  for (const [host, codes] of failures) {
    const shelf = await shelfMaker(fakeHost(host))({ pack: "p" });
    assert.equal(shelf.status, codes.length ? "neutral" : "ready");
    const told = listen(shelf);
    await turn();
    assert.deepEqual(told, codes);
    assert.deepEqual(shelf.rank(["b", "a"]).ids.sort(), ["a", "b"]);
    assert.deepEqual(Object.keys(shelf.diagnostics()).filter((c) => c !== "event_unknown"), codes);
  }
});

test("a core that refuses the pack leaves nothing of it on a shelf", async () => {
  const host = fakeHost({ pack: pack(), core: async () => async () => {
    const core = new FakeCore();
    const text = (t) => [t.length, 0, 0, 0, ...new TextEncoder().encode(t)];
    core.call = () => Uint8Array.from([1, ...text("pack_checksum"), ...text("changed"), ...text("again")]);
    return core;
  } });
  const shelf = await shelfMaker(host)({ pack: "p" });
  const told = listen(shelf);
  await turn();
  assert.deepEqual(told, ["pack_checksum"]);
  assert.deepEqual([shelf.status, shelf.recommend().items, shelf.rank(["lamp"]).items.length], ["neutral", [], 1]);
});

test("odd options never reject", async () => {
  const cyclic = {};
  cyclic.consent = cyclic;
  const thrower = { get pack() { throw new Error("mine"); } };
  const proxy = new Proxy({}, { ownKeys() { throw new Error("mine"); }, get() { throw new Error("mine"); } });
  const odd = [undefined, null, 7, "p", Symbol("p"), 10n, [], {}, cyclic, thrower, proxy, { pack: null }, { pack: {} },
    { pack: "p", timeoutMs: NaN, market: 5, language: {}, now: "now", consent: "yes", more: 1 }];
  for (const options of odd) {
    const shelf = await shelfMaker(fakeHost({ pack: (given) => (given === "p" ? pack() : Promise.reject(new Error("no pack"))) }))(options);
    const told = listen(shelf);
    await turn();
    assert.ok(told.length > 0);
    assert.deepEqual(shelf.rank(["a"]).ids, ["a"]);
  }
});

test("one shelf a pack address, until it is disposed", async () => {
  const cores = [];
  const createShelf = shelfMaker(fakeHost({ pack: pack(), cores }));
  const [a, b] = await Promise.all([createShelf({ pack: "p" }), createShelf({ pack: "p", consent: { personalize: true }, market: "us" })]);
  assert.equal(a, b);
  assert.equal(cores.length, 1);
  assert.equal(a.consent().personalize, true, "the later wish counts");
  assert.equal(a.market, "us");
  assert.equal((await createShelf({ pack: "p" })).consent().personalize, true, "no wish changes nothing");
  assert.notEqual(await createShelf({ pack: "q" }), a);
  assert.notEqual(await createShelf({ pack: new Uint8Array(1) }), await createShelf({ pack: new Uint8Array(1) }));
  a.dispose();
  const again = await createShelf({ pack: "p" });
  assert.notEqual(again, a);
  assert.equal(again.status, "ready");
  assert.deepEqual(again.consent(), { store: null, personalize: null, report: null, sensitive: null });
});

test("what failed to load is tried again when somebody asks again", async () => {
  let online = false;
  const createShelf = shelfMaker(fakeHost({ pack: () => (online ? pack() : Promise.reject(new Error("offline"))) }));
  const shelf = await createShelf({ pack: "p" });
  assert.equal(shelf.status, "neutral");
  online = true;
  assert.equal(await createShelf({ pack: "p" }), shelf);
  assert.equal(shelf.status, "ready");
});

test("a shelf disposed while it loads stays quiet and frees what arrives", async () => {
  const wasm = gate();
  const core = new FakeCore();
  const createShelf = shelfMaker(fakeHost({ pack: pack(), core: () => wasm.passed.then(() => async () => core) }));
  const shelf = await createShelf({ pack: "p", timeoutMs: 5 });
  shelf.dispose();
  wasm.open();
  await turn();
  assert.equal(shelf.status, "neutral");
  assert.equal(core.calls.length, 0);
});
