// The packed mini-program build between two visits: the platforms' storage, their limits, and where there is no randomness.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fromBase64, toBase64 } from "../../pkg-template/src/base64.js";
import { sha256 } from "../../pkg-template/mini-program/sha256.js";
import { miniProgram, root } from "./support/host.mjs";

const pack = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
const STORAGE = ["getStorage", "setStorage", "removeStorage", "getStorageInfo", "getRandomValues", "getUserCryptoManager", "onAppHide"];

/** A visit: `script` runs inside the realm over `shelf` and may return a promise; what it resolves to comes back, with `told`. */
async function visit(wishes, script = "", options = {}) {
  const program = miniProgram({ ...wishes });
  const given = { consent: { store: true, personalize: true }, ...options };
  const answer = await program.run(`
    options = JSON.parse(options);
    options.pack = bytes;
    options.now = function () { return now; };
    var wait = function (ms) { return new Promise(function (resolve) { setTimeout(resolve, ms || 0); }); };
    return nearshelf.createShelf(options).then(function (shelf) {
      var told = [];
      var look = function (id) { return shelf.track("view_item", { items: [{ item_id: id }] }); };
      var known = function () { var p = shelf.portrait(); return { events: p.events, session: p.session }; };
      shelf.on("diagnostic", function (d) { told.push(d.code); });
      return wait().then(function () { return (function () { ${script} })(); }).then(function (result) {
        shelf.dispose();
        return wait(80).then(function () { return JSON.stringify({ result: result, told: told }); });
      });
    });`, { options: JSON.stringify(given), bytes: pack, now: 1_790_000_000_000, leave: program.hide });
  return { ...JSON.parse(answer), used: program.used };
}

test("the next visit knows what this one saw, on each platform", async () => {
  for (const [vendor, random] of [["wx", "platform"], ["wx", "manager"], ["tt", "standard"], ["my", "standard"]]) {
    const storage = new Map([["cart", '"theirs"']]);
    const one = await visit({ vendor, random, storage }, `look("10001"); look("10002"); return known();`);
    assert.deepEqual([one.result, one.told], [{ events: 2, session: ["10001", "10002"] }, []], vendor);
    assert.equal(storage.size, 3);
    const two = await visit({ vendor, random, storage }, "return known();");
    assert.deepEqual([two.result, two.told], [one.result, []]);
    const three = await visit({ vendor, random, storage }, "shelf.setConsent({ store: false }); return wait(50);");
    assert.deepEqual([[...storage.keys()], three.told], [["cart"], []]);
  }
});

test("it is saved when the shopper leaves the app", async () => {
  const storage = new Map();
  let sets = 0;
  storage.set = function (...args) { sets++; return Map.prototype.set.apply(this, args); };
  await visit({ storage }, `look("10001"); leave(); return wait(30).then(function () { leave(); return wait(30); });`);
  assert.equal(sets, 2, "the key and one slot");
});

test("before consent to store, nothing that keeps anything is looked at", async () => {
  for (const consent of [{}, { personalize: true }, { personalize: true, store: false }]) {
    const { used, told } = await visit({}, `
      look("10001");
      return shelf.identify("ann").then(function () {
        shelf.syncOrders([{ transaction_id: "T", items: [{ item_id: "10002" }] }]);
        return shelf.signOut();
      }).then(function () { shelf.forget(); shelf.setConsent({ store: null, personalize: true }); return wait(20); });`, { consent });
    assert.deepEqual([used.filter((name) => STORAGE.includes(name)), told.filter((c) => c !== "consent_required")], [[], []]);
  }
  const { used } = await visit({});
  assert.ok(used.includes("getStorageInfo") && used.includes("getRandomValues"), "the record does see it");
});

test("where there is no secure randomness nothing is kept, and that is told once", async () => {
  for (const vendor of ["wx", "my", "tt"]) {
    const storage = new Map();
    const { told, result } = await visit({ vendor, random: "none", storage }, `
      look("10001"); leave();
      return wait(20).then(function () { look("10002"); leave(); return wait(20); }).then(known);`);
    assert.deepEqual([told, storage.size, result.events], [["memory_unavailable"], 0, 2], vendor);
  }
});

test("a full or failing storage is told once on each platform, and the shelf goes on", async () => {
  const big = new Map(Array.from({ length: 10 }, (_, i) => ["theirs" + i, JSON.stringify("x".repeat((1 << 20) - 9))]));
  for (const vendor of ["wx", "my", "tt"]) {
    const random = vendor === "wx" ? "platform" : "standard";
    for (const wishes of [
      { storage: new Map(big) },
      { broken: () => ({ errMsg: "fail internal error" }) },
      { broken: (call) => (call === "setStorage" ? { errMsg: "setStorage:fail disk is full" } : null) },
    ]) {
      const { told, result } = await visit({ vendor, random, ...wishes }, `
        look("10001"); leave();
        return shelf.identify("ann").then(function () { look("10002"); return wait(20); }).then(known);`);
      assert.deepEqual([told, result.events], [["memory_failed"], 2], vendor);
    }
  }
});

test("the largest portrait fits the smallest storage", async () => {
  const storage = new Map();
  const { told, result } = await visit({ vendor: "my", random: "standard", storage }, `
    var start = now - 3000 * 1000;
    for (var i = 0; i < 3000; i++) shelf.track("view_item", { items: [{ item_id: "made-up-" + i }], timestamp: start + i * 1000 });
    leave();
    return wait(50).then(known);`);
  assert.deepEqual([told, result.events], [[], 3000]);
  const longest = Math.max(...[...storage.values()].map((text) => text.length));
  assert.ok(longest > 20_000 && longest < 120_000, longest + " characters");
  assert.equal((await visit({ vendor: "my", random: "standard", storage }, "return known();")).result.events, 3000);
});

test("more saves than random bytes were fetched: each nonce is another one", async () => {
  const storage = new Map();
  const nonces = new Set();
  let saves = 0;
  storage.set = function (name, text) {
    if (!name.endsWith("key")) {
      saves++;
      nonces.add(Buffer.from(JSON.parse(text), "base64").subarray(14, 38).toString("hex"));
    }
    return Map.prototype.set.call(this, name, text);
  };
  const { told } = await visit({ storage }, `
    var n = 0;
    var next = function () { look("p" + n); leave(); return wait(3).then(function () { return ++n < 150 ? next() : 0; }); };
    return next();`);
  assert.deepEqual([told, nonces.size], [[], saves]);
  assert.ok(saves > 100, saves + " saves");
});

test("a damaged value is a clean start and one diagnostic", async () => {
  for (const value of ['""', '"%%%"', "7", "null", '{"a":1}', '"AAAA"', "[]"]) {
    const storage = new Map();
    await visit({ storage }, `look("10001");`);
    for (const name of storage.keys()) if (!name.endsWith("key")) storage.set(name, value);
    const { told, result } = await visit({ storage }, "return known();");
    assert.deepEqual([told, result.events], [["memory_unreadable"], 0], value);
    assert.deepEqual((await visit({ storage }, "return known();")).told, []);
  }
});

test("two accounts on one phone, and nothing of either in clear text", async () => {
  const storage = new Map();
  await visit({ storage }, `look("10001"); return shelf.identify("13800138000").then(function () { look("10002"); return shelf.signOut(); })
    .then(function () { return shelf.identify("ann@example.com"); }).then(function () { look("10003"); });`);
  const one = await visit({ storage }, `return shelf.identify("13800138000").then(known);`);
  const two = await visit({ storage }, `return shelf.identify("ann@example.com").then(known);`);
  const none = await visit({ storage }, "return known();");
  assert.deepEqual([one.result.session, two.result.session, none.result.session], [["10001", "10002"], ["10003"], []]);
  const all = [...storage].map(([name, text]) => name + (name.endsWith("key") ? "" : Buffer.from(JSON.parse(text), "base64").toString("latin1") + text)).join();
  for (const text of ["13800138000", "ann@", "1000"]) assert.ok(!all.includes(text), text);
});

test("base64 and SHA-256 are what others make", () => {
  for (let n = 0; n < 300; n++) {
    const bytes = new Uint8Array(randomBytes(n));
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.equal(Buffer.from(sha256(bytes)).toString("hex"), createHash("sha256").update(bytes).digest("hex"));
  }
  for (const bad of [null, 7, "a", "====", "AA_=", "A\nAA", {}]) assert.equal(fromBase64(bad).length, 0);
});
