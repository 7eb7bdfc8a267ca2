// The installed package in Node: modules and require, a real pack, hosts without WebAssembly, and packs that are broken.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { answerOf, packBytes, packFile, pkg, project } from "./support/project.mjs";
import { signHeader } from "./support/small-pack.mjs";

const NOW = 1_790_000_000_000;

// The same visit for every host: what a shopper does and what the shelves then are.
const visit = `
async function visit(createShelf, pack, more) {
  let now = ${NOW};
  const told = [];
  const shelf = await createShelf({ pack, market: "cn", language: "en", consent: { personalize: true }, now: () => now, ...more });
  shelf.on("diagnostic", (d) => told.push(d.code));
  const lists = [shelf.recommend({ slot: "home", limit: 8 })];
  const seen = shelf.browse({ limit: 3 }).products.map((p) => p.id);
  for (const id of seen) {
    now += 1000;
    shelf.track("view_item", { items: [{ item_id: id, price: "12.90" }] });
  }
  lists.push(shelf.recommend({ slot: "home", limit: 8 }), shelf.rank([...seen].reverse().concat("nowhere", 5)), shelf.recommend({ mode: "neutral" }));
  const top = lists[1].items[0];
  const why = top && shelf.why(lists[1].servedId, top.id);
  const sum = (node) => node.children.reduce((total, child) => total + sum(child), node.children.length ? 0 : node.value);
  await new Promise((resolve) => setTimeout(resolve));
  return {
    status: shelf.status, version: shelf.packVersion, money: [shelf.currency, shelf.exponent], told,
    lists: lists.map((l) => [l.source, l.servedId, l.items.map((i) => [i.id, i.title, i.price, i.score, i.because && i.because.code])]),
    ids: lists[2].ids, seen, why: why && [why.value === top.score, sum(why) === top.score],
    portrait: shelf.portrait(), counts: shelf.diagnostics(), categories: shelf.categories().length,
  };
}`;

const folder = project("node", {
  "esm.mjs": `import { createShelf } from "nearshelf";\n${visit}
    const [pack, more] = process.argv.slice(2);
    console.log(JSON.stringify(await visit(createShelf, pack.startsWith("file:") ? new URL(pack) : pack, more && JSON.parse(more))));`,
  "cjs.cjs": `const { createShelf } = require("nearshelf");\n${visit}
    visit(createShelf, require("node:fs").readFileSync(process.argv[2])).then((r) => console.log(JSON.stringify(r)));`,
});

test("modules, require and development give the same shelves from a path, an address and bytes", async () => {
  const esm = await answerOf(folder, "esm.mjs", packFile());
  assert.equal(esm.status, "ready");
  assert.deepEqual(esm.told, []);
  assert.match(esm.version, /^[0-9a-f]{16}$/);
  assert.deepEqual(esm.money, ["CNY", 2]);
  assert.equal(esm.seen.length, 3);
  assert.equal(esm.portrait.events, 3);
  assert.deepEqual(esm.portrait.session, esm.seen);
  assert.deepEqual(esm.why, [true, true], "the reasons add up to the score");
  const [before, after, ranked, neutral] = esm.lists;
  assert.deepEqual([after[0], ranked[0], neutral[0]], ["personal", "personal", "neutral"]);
  assert.equal(before[2].length, 8);
  assert.notDeepEqual(after[2], before[2], "three looks change the shelf");
  assert.deepEqual([...esm.ids].sort(), [...esm.seen, "5", "nowhere"].sort());
  assert.deepEqual(await answerOf(folder, "esm.mjs", pathToFileURL(packFile()).href), esm);
  assert.deepEqual(await answerOf(folder, "cjs.cjs", packFile()), esm);
  assert.deepEqual(await answerOf(folder, "--conditions=development", "esm.mjs", packFile()), esm);
});

test("without WebAssembly lists keep the given and the published order", async () => {
  const out = await answerOf(folder, "--jitless", "esm.mjs", packFile());
  assert.equal(out.status, "neutral");
  assert.deepEqual(out.told, ["wasm_unavailable"]);
  assert.deepEqual(out.counts, { wasm_unavailable: 1 });
  assert.equal(out.portrait.events, 0);
  for (const [source, servedId] of out.lists) assert.deepEqual([source, servedId], ["fallback", 0]);
  assert.deepEqual(out.ids, [...out.seen].reverse().concat("nowhere", "5"), "the given order");
  const published = out.lists[0][2].map(([id]) => id);
  assert.equal(published.length, 8);
  // With the engine, the page of the catalogue is the published order too.
  const engine = await answerOf(folder, "esm.mjs", packFile());
  assert.deepEqual([out.seen, out.version, out.money, out.categories], [engine.seen, engine.version, engine.money, engine.categories]);
});

test("the reader without the engine shows what the engine shows", async () => {
  const script = `import { createShelf } from "nearshelf";
    const shelf = await createShelf({ pack: process.argv[2] });
    const views = [];
    for (const view of [{ market: "cn", language: "en" }, { market: "us", language: "zh" }, { market: "jp" }, { language: "fr" }]) {
      shelf.setView(view);
      const page = shelf.browse({ limit: 200 });
      views.push([shelf.market, shelf.currency, shelf.exponent, shelf.language, page, page.products.map((p) => shelf.product(p.variants[0].id).id), shelf.categories()]);
    }
    console.log(JSON.stringify([shelf.status, views]));`;
  const both = project("reader", { "all.mjs": script });
  const [status, engine] = await answerOf(both, "all.mjs", packFile());
  const [without, reader] = await answerOf(both, "--jitless", "all.mjs", packFile());
  assert.deepEqual([status, without], ["ready", "neutral"]);
  assert.ok(engine[0][4].total > 10);
  assert.deepEqual(reader, engine);
});

const { createShelf } = await import(pathToFileURL(`${pkg}/node.js`).href);

async function open(pack) {
  const shelf = await createShelf({ pack, timeoutMs: 60_000 });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  await new Promise((resolve) => setImmediate(resolve));
  return { shelf, told };
}

/** A pack the core refuses: neutral, told once, and lists that work. */
async function refused(bytes, codes, what) {
  const { shelf, told } = await open(bytes);
  assert.equal(shelf.status, "neutral", what);
  assert.equal(told.length, 1, what);
  assert.ok(codes.includes(told[0].code), `${what}: ${told[0].code}`);
  assert.ok(told[0].message, what);
  assert.deepEqual(shelf.recommend().items, [], what);
  assert.deepEqual(shelf.rank(["b", "a"]).ids, ["b", "a"], what);
  assert.deepEqual(shelf.track("view_item", { items: [{ item_id: "a" }] }), { accepted: 0, dropped: 1 }, what);
  shelf.dispose();
}

test("a pack cut at any length is refused", async () => {
  const whole = packBytes();
  for (let cut = 0; cut < whole.length; cut += 97) {
    await refused(whole.slice(0, cut), cut < 8 ? ["not_a_pack"] : ["pack_truncated"], "cut at " + cut);
  }
  assert.equal((await open(whole)).shelf.status, "ready", "the whole one is not");
});

test("a pack with a flipped bit is refused", async () => {
  const whole = packBytes();
  for (let bit = 3; bit < whole.length * 8; bit += 797) {
    const bytes = whole.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    await refused(bytes, ["not_a_pack", "pack_too_new", "pack_truncated", "pack_checksum", "pack_malformed"], "bit " + bit);
  }
});

test("a pack of a later format says so, with or without a right checksum", async () => {
  for (const sign of [signHeader, (bytes) => bytes]) {
    const bytes = packBytes();
    bytes.fill(0xff, 8, 12);
    await refused(sign(bytes), ["pack_too_new"], "a later format");
  }
  await refused(new TextEncoder().encode("<!doctype html><title>Not found</title>"), ["not_a_pack"], "a page");
});

test("what cannot be read is told with the place", async () => {
  for (const [options, code, place] of [
    [{ pack: "no/such.pack" }, "pack_missing", /such\.pack/],
    [{ pack: packFile(), wasm: "no/such.wasm" }, "wasm_missing", /such\.wasm/],
    [{ pack: packBytes(), wasm: new Uint8Array([0, 97, 115, 109]) }, "wasm_broken", /./],
    [{ pack: packBytes(), wasm: 7 }, "wasm_missing", /./],
    [{ pack: packBytes(), wasm: () => { throw new Error("mine"); } }, "wasm_missing", /mine/],
    [{ pack: packBytes(), wasm: () => Promise.reject(new Error("mine")) }, "wasm_missing", /mine/],
  ]) {
    const shelf = await createShelf(options);
    const told = await new Promise((resolve) => shelf.on("diagnostic", resolve));
    assert.equal(told.code, code);
    assert.match(told.message, place);
    assert.ok(told.fix);
    shelf.dispose();
  }
});

test("the wasm may come as bytes, as a module, as a response or from a function", async () => {
  const { readFileSync } = await import("node:fs");
  const bytes = readFileSync(`${pkg}/nearshelf.wasm`);
  const headers = { "content-type": "application/wasm" };
  const sources = [bytes, new Uint8Array(bytes).buffer, new DataView(new Uint8Array(bytes).buffer), new WebAssembly.Module(bytes), Promise.resolve(bytes), () => bytes,
    async () => new Response(bytes), () => new Response(bytes, { headers }), pathToFileURL(`${pkg}/nearshelf.wasm`), `${pkg}/nearshelf.wasm`];
  for (const wasm of sources) {
    const shelf = await createShelf({ pack: packBytes(), wasm });
    assert.equal(shelf.status, "ready");
    shelf.dispose();
  }
});

test("a trap of the real core is followed by a fresh instance with the same portrait", async () => {
  const { instantiate } = WebAssembly;
  let instances = 0;
  let trap = false;
  // The module's own exports, but for one call that ends as an `unreachable` does.
  WebAssembly.instantiate = async (...args) => {
    const instance = await instantiate.apply(WebAssembly, args);
    // The part for carts has no calls of its own.
    if (!instance.exports.core_call) return instance;
    instances++;
    return { exports: { ...instance.exports, core_call(...call) {
      if (trap) throw new WebAssembly.RuntimeError("unreachable");
      return instance.exports.core_call(...call);
    } } };
  };
  let now = NOW;
  try {
    const shelf = await createShelf({ pack: packBytes(), consent: { personalize: true }, now: () => now });
    const ids = shelf.browse({ limit: 9 }).products.map((p) => p.id);
    for (let i = 0; i < 100; i++) {
      now += 1000;
      assert.equal(shelf.track("view_item", { items: [{ item_id: ids[i % 9] }] }).accepted, 1);
    }
    const before = [shelf.portrait(), shelf.recommend().items];
    assert.equal(before[0].events, 100);
    trap = true;
    assert.equal(shelf.recommend().source, "fallback");
    trap = false;
    await new Promise((resolve) => shelf.on("change", resolve));
    // The part that tells of paths is linked anew a turn later.
    while (shelf.status !== "ready" || !shelf.portrait().categoryPaths.length) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(instances, 2);
    assert.deepEqual([shelf.portrait(), shelf.recommend().items], before);
    trap = true;
    assert.equal(shelf.portrait().events, 0);
    assert.equal(shelf.status, "neutral");
    assert.equal(shelf.diagnostics().engine_lost, 1);
    shelf.dispose();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
});

test("under development misuse is thrown where it happens, and data is not misuse", async () => {
  const script = `import { createShelf, NearshelfError } from "nearshelf";
    const thrown = (act) => { try { act(); return "nothing"; } catch (e) { return [e instanceof NearshelfError, e.name, e.code, e.fix !== ""].join(); } };
    const shelf = await createShelf({ pack: process.argv[2] });
    console.log(JSON.stringify([thrown(() => createShelf({ pakc: 1 })), thrown(() => shelf.recommend({ lmit: 1 })),
      thrown(() => shelf.track("view_item", { items: [{ item_id: {} }] })), thrown(() => shelf.track(7))]));`;
  const both = project("development", { "a.mjs": script });
  const misuse = "true,NearshelfError,bad_argument,true";
  assert.deepEqual(await answerOf(both, "--conditions=development", "a.mjs", packFile()), [misuse, misuse, "nothing", "nothing"]);
  assert.deepEqual(await answerOf(both, "a.mjs", packFile()), ["nothing", "nothing", "nothing", "nothing"]);
});

test("a refusal of the core is a sentence with the way out; what shoppers load in browsers goes without", async () => {
  const script = `import { createShelf } from "nearshelf";
    const shelf = await createShelf({ pack: new TextEncoder().encode("<!doctype html>") });
    shelf.on("diagnostic", (d) => console.log(JSON.stringify([d.code, d.message, d.fix ?? ""])));`;
  const both = project("way-out", { "a.mjs": script });
  for (const condition of ["production", "development"]) {
    const [code, message, fix] = await answerOf(both, "--conditions=" + condition, "a.mjs");
    assert.deepEqual([code, message], ["not_a_pack", "The first eight bytes are not NEARSHLF."]);
    assert.match(fix, /nearshelf pack/);
  }
  for (const [name, has] of [["index.js", false], ["index.cjs", false], ["index.development.js", true], ["mini-program/index.js", true]]) {
    const text = readFileSync(join(pkg, name), "utf8");
    assert.deepEqual(["an HTML error page", "are not NEARSHLF", "was given no list"].map((words) => text.includes(words)), [has, has, has], name);
  }
});

test("a storage of the shop's own carries the portrait from one process to the next, and without one nothing is carried", async () => {
  const script = `import { createShelf } from "nearshelf";
    import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
    const [pack, id, own] = process.argv.slice(2);
    const file = (name) => "kept/" + encodeURIComponent(name);
    mkdirSync("kept", { recursive: true });
    const storage = {
      get: async (name) => { try { return readFileSync(file(name)); } catch { return undefined; } },
      set: async (name, bytes) => writeFileSync(file(name), bytes),
      remove: async (name) => rmSync(file(name), { force: true }),
      keys: async () => readdirSync("kept").map(decodeURIComponent),
    };
    const shelf = await createShelf({ pack, consent: { store: true, personalize: true }, now: () => ${NOW}, ...(own ? { storage } : {}) });
    const told = [];
    shelf.on("diagnostic", (d) => told.push(d.code));
    await shelf.identify("ann@example.com");
    const before = shelf.portrait().session;
    shelf.track("view_item", { items: [{ item_id: id }] });
    const session = shelf.portrait().session;
    await shelf.signOut();
    console.log(JSON.stringify({ before, session, after: shelf.portrait().session, told, files: readdirSync("kept").length }));
    if (id === "10003") shelf.setConsent({ store: false });`;
  const folder = project("own-storage", { "own.mjs": script });
  const one = await answerOf(folder, "own.mjs", packFile(), "10001", "own");
  assert.deepEqual(one, { before: [], session: ["10001"], after: [], told: [], files: 2 });
  const two = await answerOf(folder, "own.mjs", packFile(), "10002", "own");
  assert.deepEqual([two.before, two.session, two.told], [["10001"], ["10001", "10002"], []]);
  assert.equal((await answerOf(folder, "own.mjs", packFile(), "10003", "own")).before.length, 2);
  assert.deepEqual((await answerOf(folder, "own.mjs", packFile(), "10004", "")).files, 0, "withdrawn: all of it is gone");
  assert.deepEqual((await answerOf(folder, "own.mjs", packFile(), "10004", "")).before, []);
});
