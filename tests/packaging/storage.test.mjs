// Other places for what outlasts a visit: localStorage, memory, and a backup that the shop's server holds and cannot read.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { codeOf, keyOf } from "../../pkg-template/src/storages/code.js";
import { view, visit } from "./support/memory.mjs";
import { packBytes, pkg } from "./support/project.mjs";

const { backedUp, localStorageMemory, memoryStorage } = await import(pathToFileURL(join(pkg, "storage.js")).href);
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

/** A localStorage with so much room, in characters. */
function place(room = Infinity) {
  const kept = new Map();
  const used = () => [...kept].reduce((n, [name, text]) => n + name.length + text.length, 0);
  return {
    kept,
    get length() { return kept.size; },
    key: (i) => [...kept.keys()][i] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    removeItem: (name) => void kept.delete(name),
    setItem: (name, text) => {
      if (used() + name.length + text.length > room) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, text);
    },
  };
}

const seen = (id) => `e-${id} ${id}`;

test("localStorage keeps a portrait, forbidden or full it fails and the shelf goes on", async () => {
  const one = place();
  one.setItem("theirs", "untouched");
  const first = await visit(localStorageMemory(one));
  first.shelf.track(...view("a"));
  await first.end();
  const second = await visit(localStorageMemory(one));
  assert.deepEqual([second.core.known, second.told], [[seen("a")], []]);
  second.shelf.setConsent({ store: false });
  await second.settled();
  assert.deepEqual([...one.kept.keys()], ["theirs"], "withdrawing empties what is ours");
  for (const broken of [place(40), new Proxy({}, { get: () => { throw new DOMException("forbidden", "SecurityError"); } })]) {
    const v = await visit(localStorageMemory(broken));
    v.shelf.track(...view("a"));
    await v.end();
    assert.deepEqual(v.told, ["memory_failed"]);
  }
  const v = await visit(localStorageMemory());
  await v.end();
  assert.deepEqual(v.told, ["memory_failed"], "where there is none");
});

test("a code says its key, forgives what people write, and notices every wrong digit and every two that changed places", () => {
  for (let i = 0; i < 50; i++) {
    const key = new Uint8Array(randomBytes(32));
    const code = codeOf(key);
    assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.deepEqual(keyOf(code), key);
    assert.deepEqual(keyOf(` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")}`), key);
    const plain = code.replaceAll("-", "");
    for (let at = 0; at < plain.length; at++) {
      const other = plain[at] === "7" ? "8" : "7";
      assert.equal(keyOf(plain.slice(0, at) + other + plain.slice(at + 1)), null);
      if (at && plain[at] !== plain[at - 1]) assert.equal(keyOf(plain.slice(0, at - 1) + plain[at] + plain[at - 1] + plain.slice(at + 1)), null);
    }
  }
  for (const no of ["", undefined, null, 7, "A".repeat(56), "0".repeat(55), {}]) assert.equal(keyOf(no), null);
});

test("the shop's server holds what it cannot read, and another device goes on with it by the code", async () => {
  const server = new Map();
  const calls = [];
  const remote = {
    put: async (name, bytes) => {
      calls.push([name, bytes && bytes.length]);
      if (bytes) server.set(name, bytes);
      else server.delete(name);
    },
    get: async (name) => server.get(name) ?? null,
  };
  const pack = packBytes();
  const consent = { store: true, personalize: true };
  const open = (storage) => createShelf({ pack, storage, consent });
  const first = backedUp(memoryStorage(), remote);
  let shelf = await open(first);
  const [{ id }] = shelf.recommend({ limit: 1 }).items;
  shelf.track("add_to_cart", { items: [{ item_id: id }] });
  shelf.dispose();
  await new Promise((done) => setTimeout(done, 50));
  await first.flush();
  assert.ok(server.size > 0 && [...server.keys()].every((name) => /\/[01]$/.test(name)), "portraits alone, never the key");
  const key = Buffer.from(keyOf(first.code()));
  for (const bytes of server.values()) {
    const text = Buffer.from(bytes);
    assert.ok(!text.includes(key) && !text.includes(id));
  }

  // Another device: without the code it knows nobody and asks nothing, with it the portrait is there.
  let asked = 0;
  const watched = { ...remote, get: (name) => (asked++, remote.get(name)) };
  shelf = await open(backedUp(memoryStorage(), watched));
  assert.deepEqual([shelf.portrait().events, asked], [0, 0]);
  shelf.dispose();
  const second = backedUp(memoryStorage(), { ...watched, code: first.code() });
  shelf = await open(second);
  assert.equal(shelf.portrait().events, 1);
  assert.equal(second.code(), first.code());
  // A server that gives other bytes is a clean start, not another portrait.
  for (const [name, bytes] of server) server.set(name, bytes.map((b, i) => (i > 20 ? b ^ 1 : b)));
  const third = await open(backedUp(memoryStorage(), { ...remote, code: first.code() }));
  assert.equal(third.portrait().events, 0);
  third.dispose();

  // Forgetting removes the backup; without consent to store nothing was ever sent.
  shelf.forget();
  await new Promise((done) => setTimeout(done, 50));
  await second.flush();
  assert.equal(server.size, 0);
  shelf.dispose();
  const before = calls.length;
  const nobody = await createShelf({ pack, storage: backedUp(memoryStorage(), { ...remote, code: first.code() }), consent: { personalize: true } });
  nobody.track("view_item", { items: [{ item_id: id }] });
  nobody.dispose();
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(calls.length, before);
  assert.throws(() => backedUp(memoryStorage(), { ...remote, code: "0000" }), TypeError);
});

test("uploads wait for each other, come at most once in a while, and one that fails is told and made up for", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const put = [];
  const failures = [];
  let broken = false;
  const storage = backedUp(memoryStorage(), {
    put: async (name, bytes) => {
      if (broken) throw new Error("offline");
      put.push(bytes && bytes[0]);
    },
    get: async () => null,
    failed: (error) => failures.push(error.message),
  });
  const save = async (n) => {
    await storage.set("nearshelf/shop/anonymous/0", new Uint8Array([n]));
    for (let i = 0; i < 5; i++) await null;
  };
  await save(1);
  await save(2);
  await save(3);
  assert.deepEqual(put, [1]);
  t.mock.timers.tick(60_000);
  for (let i = 0; i < 5; i++) await null;
  assert.deepEqual(put, [1, 3], "of what waited the newest");
  broken = true;
  t.mock.timers.tick(60_000);
  await save(4);
  assert.deepEqual([put, failures], [[1, 3], ["offline"]]);
  broken = false;
  await save(5);
  await storage.flush();
  assert.deepEqual(put, [1, 3, 5]);
  await storage.remove("nearshelf/shop/anonymous/0");
  await storage.flush();
  assert.deepEqual(put, [1, 3, 5, null]);
});
