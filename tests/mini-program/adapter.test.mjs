// The packed mini-program build in a bare realm: three platforms, packs from each place, traps, and no storage at all.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { miniProgram, root } from "./support/host.mjs";

const pack = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
const PACKED = "/miniprogram_npm/nearshelf/nearshelf.wasm.br";
/** What the portrait that a visit asks for brings. */
const INSIGHT = "/miniprogram_npm/nearshelf/nearshelf-insight.wasm.br";

// What a page does with a shelf, as text: it runs inside the realm.
const visit = `
  var now = 1790000000000;
  var told = [];
  options.now = function () { return now; };
  if (options.consent === undefined) options.consent = { personalize: true };
  return nearshelf.createShelf(options).then(function (shelf) {
    shelf.on("diagnostic", function (d) { told.push(d.code + ": " + d.message); });
    var first = shelf.recommend({ limit: 4 });
    var tracked = shelf.track("view_item", { items: [{ item_id: 10001, price: "219.00" }] });
    var second = shelf.recommend({ slot: "home", limit: 4 });
    var ranked = shelf.rank(["x", 10002, "10001"]);
    return new Promise(function (resolve) { setTimeout(resolve, 5); }).then(function () {
      return JSON.stringify({ status: shelf.status, told: told, tracked: tracked, first: first, second: second, ranked: ranked,
        why: second.items.length ? shelf.why(second.servedId, second.items[0].id) : null, portrait: shelf.portrait(), currency: shelf.currency,
        later: shelf.recommend({ limit: 4 }) });
    });
  });`;

/** Opens a shelf with `options` in a mini-program with `wishes`, and says what came of it. */
async function run(wishes, options, script = visit) {
  const program = miniProgram(wishes);
  const text = JSON.stringify(options, (key, value) => (value instanceof Uint8Array ? undefined : value));
  const result = JSON.parse(await program.run(`var options = JSON.parse(text); if (bytes) options.pack = bytes; ${script}`, { text, bytes: options.pack instanceof Uint8Array ? options.pack : null }));
  return { ...result, used: program.used, paths: program.paths };
}

test("the file offers what the package offers", () => {
  assert.deepEqual(Object.keys(miniProgram().exports).sort(), ["NearshelfError", "createShelf"]);
});

test("a shelf on each platform, from bytes, the network and a file", async () => {
  const results = [];
  for (const vendor of ["wx", "my", "tt"]) {
    for (const [options, host, api] of [
      [{ pack }, {}, []],
      [{ pack: "https://shop.example/shop.pack" }, { network: { "https://shop.example/shop.pack": pack } }, ["request"]],
      [{ pack: "packs/shop.pack" }, { files: { "packs/shop.pack": pack } }, ["getFileSystemManager"]],
      [{ pack: "http://usr/shop.pack" }, { files: { "http://usr/shop.pack": pack } }, ["getFileSystemManager"]],
    ]) {
      const { used, paths, ...result } = await run({ vendor, ...host }, options);
      assert.deepEqual([result.status, result.told], ["ready", []], `${vendor} ${options.pack}`);
      assert.deepEqual(used, api, "nothing of the platform but what loads the pack");
      assert.deepEqual(paths, [PACKED, INSIGHT]);
      results.push(result);
    }
  }
  const [one, ...others] = results;
  for (const other of others) assert.deepEqual(other, one);
  assert.equal(one.currency, "CNY");
  assert.deepEqual(one.tracked, { accepted: 1, dropped: 0 });
  assert.equal(one.second.source, "personal");
  assert.equal(one.second.items.length, 4);
  assert.equal(one.why.value, one.second.items[0].score);
  assert.deepEqual([...one.ranked.ids].sort(), ["10001", "10002", "x"]);
  assert.deepEqual(one.portrait.session, ["10001"]);
});

test("with undecided consent nothing of the platform is touched but to load the pack, and nothing is remembered", async () => {
  const { used, portrait, tracked } = await run({ network: { "https://shop.example/p": pack } }, { pack: "https://shop.example/p", consent: null });
  assert.deepEqual(used, ["request"]);
  assert.deepEqual([portrait.events, tracked], [0, { accepted: 0, dropped: 1 }]);
  const storage = await run({}, { pack }, `wx.getStorageSync; wx.setStorage; return Promise.resolve("{}");`);
  assert.deepEqual(storage.used, ["getStorageSync", "setStorage"], "the record does see storage");
});

test("where the compressed file is not taken, the other one is", async () => {
  const { status, paths, told } = await run({ refuse: /\.br$/ }, { pack });
  assert.deepEqual([status, told], ["ready", []]);
  assert.deepEqual(paths, [PACKED, PACKED.slice(0, -3), INSIGHT.slice(0, -3)]);
});

test("another path is the one that is used", async () => {
  const wasm = "/assets/nearshelf.wasm";
  const insight = "/assets/nearshelf-insight.wasm";
  const files = Object.fromEntries([wasm, insight].map((path) => [path, readFileSync(join(root, "pkg", "mini-program", path.slice(8)))]));
  const { status, paths } = await run({ files }, { pack, wasm });
  assert.deepEqual([status, paths], ["ready", [wasm, insight]]);
  const missing = await run({}, { pack, wasm: "/assets/none.wasm" });
  assert.equal(missing.status, "neutral");
  assert.match(missing.told[0], /^wasm_broken: .*instantiate:fail/);
});

test("the standard WebAssembly is taken where there is no other", async () => {
  const { status, used } = await run({ wasm: "standard" }, { pack });
  assert.equal(status, "ready");
  assert.deepEqual(used, ["getFileSystemManager", "getFileSystemManager"], "the files are read, since it takes bytes only");
});

test("without any WebAssembly, lists keep the published and the given order", async () => {
  const { status, told, first, ranked } = await run({ wasm: "none" }, { pack });
  assert.equal(status, "neutral");
  assert.equal(told.length, 1);
  assert.match(told[0], /^wasm_unavailable/);
  assert.deepEqual([first.source, first.items.length], ["fallback", 4]);
  assert.deepEqual(ranked.ids, ["x", "10002", "10001"]);
});

test("what cannot be loaded is told, and mangled bytes are no pack", async () => {
  for (const [options, host, code] of [
    [{ pack: "https://shop.example/none" }, {}, /^pack_missing: .*404/],
    [{ pack: "packs/none" }, {}, /^pack_missing: .*no such file/],
    [{ pack: 7 }, {}, /^pack_missing/],
    [{}, {}, /^bad_argument/],
    [{ pack: "packs/mangled" }, { files: { "packs/mangled": new TextEncoder().encode(new TextDecoder().decode(pack)) } }, /^pack_(truncated|checksum|malformed)/],
  ]) {
    const { status, told, first, ranked } = await run(host, options);
    assert.equal(status, "neutral");
    assert.equal(told.length, 1);
    assert.match(told[0], code);
    assert.deepEqual([first.items, ranked.ids], [[], ["x", "10002", "10001"]]);
  }
});

test("after a trap a fresh instance has the portrait, and after a second one the order stays", async () => {
  const page = (calls) => `
    var now = 1790000000000, told = [];
    options.consent = { personalize: true };
    options.insight = true;
    options.now = function () { return now; };
    var wait = function () { return new Promise(function (resolve) { setTimeout(resolve, 200); }); };
    return nearshelf.createShelf(options).then(function (shelf) {
      shelf.on("diagnostic", function (d) { told.push(d.code); });
      for (var i = 0; i < ${calls}; i++) { now += 1000; shelf.track("view_item", { items: [{ item_id: "1000" + (1 + i % 4) }] }); }
      var before = JSON.stringify(shelf.portrait());
      var during = shelf.recommend({ limit: 3 }).source;
      return wait().then(function () {
        var after = JSON.stringify(shelf.portrait());
        var second = shelf.recommend({ limit: 3 }).source;
        return wait().then(function () {
          return JSON.stringify({ same: before === after, events: JSON.parse(after).events, during: during, second: second, told: told, status: shelf.status,
            last: shelf.recommend({ limit: 3 }) });
        });
      });
    });`;
  const calls = 70;
  /** Traps at a call of the first instance and at one of the second. */
  const traps = (...at) => {
    let started = 0;
    return (name, count) => {
      if (name === "nearshelf_abi") started++;
      return name === "nearshelf_call" && count === at[started - 1];
    };
  };
  // The first instance: open, the events, a snapshot after 64 of them, the portrait, then the shelf that traps.
  const one = await run({ trap: traps(calls + 4) }, { pack }, page(calls));
  assert.deepEqual([one.during, one.second, one.told, one.status], ["fallback", "personal", ["engine_restarted"], "ready"]);
  assert.equal(one.events, calls);
  assert.equal(one.same, true, "the same portrait, from the snapshot and the events since");

  // The second instance: open, restore, six events, the portrait, then the shelf that traps.
  const two = await run({ trap: traps(calls + 4, 10) }, { pack }, page(calls));
  assert.deepEqual([two.during, two.second, two.told, two.status], ["fallback", "fallback", ["engine_restarted", "engine_lost"], "neutral"]);
  assert.equal(two.last.items.length, 3);
});

test("a file of another version of the ABI is refused", async () => {
  // (module (func (export "nearshelf_abi") (result i32) i32.const 9))
  const other = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 7, 17, 1, 13,
    ...new TextEncoder().encode("nearshelf_abi"), 0, 0, 10, 6, 1, 4, 0, 0x41, 9, 0x0b]);
  const { status, told } = await run({ files: { "/other.wasm": other } }, { pack, wasm: "/other.wasm" });
  assert.equal(status, "neutral");
  assert.match(told[0], /^wasm_broken: .*version 9/);
});
