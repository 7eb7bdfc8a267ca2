// Signed files: the golden cases through both builds' wasm, and what a shelf with keys takes, refuses, remembers and forgets.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { wholeCore } from "../mini-program/support/whole.mjs";
import { miniProgram } from "../mini-program/support/host.mjs";
import { Reader, Writer } from "../../pkg-template/src/codec.js";
import { packBytes, pkg, root } from "./support/project.mjs";
import { keyOf, signed } from "./support/signed.mjs";

const NOW = 1_790_000_000_000;
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const { createShelf: mini } = miniProgram().exports;
const pack = packBytes();
const overlayFile = new Uint8Array(readFileSync(join(root, "tests/compat/overlay-v1.overlay")));

const [one, two, other] = [1, 2, 3].map(keyOf);
const overlay = (given) => signed(overlayFile, { kind: 2, subject: "harbour-lane/cn", ...given });

const golden = JSON.parse(readFileSync(join(root, "tests/golden/signatures.json"), "utf8"));

/** The whole web core, as the package has it. */
async function webCore() {
  const web = join(root, "target", "package", "web");
  const { makeGlue } = await import(pathToFileURL(join(web, "glue.js")).href);
  const glue = makeGlue();
  await glue.start(new WebAssembly.Module(readFileSync(join(pkg, "nearshelf.wasm"))));
  await glue.grow(new WebAssembly.Module(readFileSync(join(pkg, "nearshelf-verify.wasm"))));
  return new glue.Core();
}

test("both builds answer the golden cases as the file says", async () => {
  const cores = [await webCore(), await wholeCore()];
  assert.ok(golden.cases.length > 25);
  for (const { name, keys, now, kind, seen, file, expect } of golden.cases) {
    const w = new Writer();
    w.u32(0);
    w.f64(now);
    w.u8(kind);
    w.list(keys, (key) => w.str(key));
    for (const hex of ["", seen, file]) w.bytes(new Uint8Array(Buffer.from(hex, "hex")));
    for (const core of cores) {
      const r = new Reader(core.call(67, w.written().slice()));
      const time = () => ((t) => (t === t ? t : null))(r.f64());
      const told = r.u8() ? { code: r.str() }
        : { from: r.u32(), issued: r.f64(), seen: Buffer.from(r.bytes()).toString("hex"), sequence: r.f64(), expires: time(), subject: r.str() };
      assert.deepEqual(told, expect, name);
    }
    for (let cut = 0; cut < w.length; cut += 7) for (const core of cores) assert.equal(core.call(67, w.written().slice(0, cut))[0], 1, `${name}, cut at ${cut}`);
  }
});

test("what Node's Ed25519 signed is what the golden file's engine signed", () => {
  const { file } = golden.cases[0];
  assert.equal(Buffer.from(signed(Buffer.from("body"))).toString("hex"), file);
});

/** A shelf, what it told, and its storage. */
async function open(options, make = createShelf) {
  const storage = options.storage || new Map();
  const kept = {
    get: async (name) => storage.get(name), set: async (name, bytes) => void storage.set(name, Uint8Array.from(bytes)),
    remove: async (name) => void storage.delete(name), keys: async () => [...storage.keys()],
  };
  const shelf = await make({ market: "cn", now: () => NOW, consent: { personalize: true }, ...options, storage: kept });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  await settle();
  return { shelf, told, storage };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 40));
const price = (shelf) => shelf.product("20001").price;

test("without keys a signed file is what is in it, in each build", async () => {
  for (const make of [createShelf, mini]) {
    const { shelf, told } = await open({ pack: signed(pack, { by: other }) }, make);
    assert.equal(shelf.status, "ready");
    const plain = price(shelf);
    await shelf.setOverlay(overlay({ by: other }));
    assert.deepEqual([price(shelf), told], [8500, []]);
    assert.notEqual(plain, 8500);
    shelf.dispose();
  }
});

test("with keys only what the shop signed is taken, in each build; both keys count while rotating", async () => {
  for (const make of [createShelf, mini]) {
    for (const by of [one, two]) {
      const { shelf, told } = await open({ pack: signed(pack, { by }), keys: [one.public, two.public] }, make);
      assert.deepEqual([shelf.status, told, shelf.recommend({ limit: 3 }).items.length], ["ready", [], 3]);
      shelf.dispose();
    }
    for (const [file, code] of [
      [pack, "unsigned"],
      [signed(pack, { by: other }), "bad_signature"],
      [signed(pack, { kind: 2 }), "bad_signature"],
      [signed(pack, { kind: 4 }), "bad_signature"],
      [signed(pack, { expires: NOW }), "expired"],
      [signed(pack).map((b, i) => (i === 5000 ? b ^ 1 : b)), "bad_signature"],
      [signed(pack).slice(0, -1), "bad_signature"],
    ]) {
      const { shelf, told } = await open({ pack: file, keys: [one.public, two.public] }, make);
      assert.deepEqual([shelf.status, told, Array.from(shelf.recommend().items), Array.from(shelf.rank(["b", "a"]).ids)], ["neutral", [code], [], ["b", "a"]], code);
      shelf.dispose();
    }
  }
});

test("an overlay that is refused leaves the last good one in force", async () => {
  const { shelf, told } = await open({ pack: signed(pack), keys: [one.public] });
  await shelf.setOverlay(overlay());
  assert.deepEqual([price(shelf), shelf.overlayVersion, told], [8500, 6, []]);
  const bad = [
    [overlayFile, "unsigned"],
    [{ items: [{ id: "20001", price: "1.00" }] }, "unsigned"],
    [overlay({ by: other, sequence: 99 }), "bad_signature"],
    [signed(overlayFile, { kind: 1, sequence: 99 }), "bad_signature"],
    [overlay({ sequence: 99, expires: NOW - 1 }), "expired"],
    [overlay({ sequence: 9 }), "replayed"],
  ];
  for (const [file, code] of bad) {
    await shelf.setOverlay(file);
    await settle();
    assert.equal(told.pop(), code);
    assert.deepEqual([price(shelf), shelf.overlayVersion, told], [8500, 6, []], code);
  }
  await shelf.setOverlay(overlay({ sequence: 10 }));
  await settle();
  assert.deepEqual(told, [], "the same again");
  await shelf.setOverlay(null);
  assert.notEqual(price(shelf), 8500);
  shelf.dispose();
});

test("an overlay at an address is checked as it is fetched, and one that is refused is fetched again", async () => {
  const { fetch: real } = globalThis;
  const files = [overlay({ by: other }), overlay()];
  globalThis.fetch = async () => new Response(files.shift());
  try {
    const { shelf, told } = await open({ pack: signed(pack), keys: [one.public], overlay: "http://shop.test/o" });
    await settle();
    assert.deepEqual([told, shelf.overlayVersion], [["bad_signature"], null]);
    await shelf.setOverlay("http://shop.test/o");
    assert.deepEqual([shelf.overlayVersion, price(shelf)], [6, 8500]);
    shelf.dispose();
  } finally {
    globalThis.fetch = real;
  }
});

test("the highest number is remembered with consent to store, for the page's life without, and no longer than consent", async () => {
  const storage = new Map();
  const options = { storage, keys: [one.public] };
  const without = await open({ ...options, pack: signed(pack, { sequence: 20 }) });
  assert.deepEqual([without.shelf.status, [...storage.keys()]], ["ready", []]);
  without.shelf.dispose();
  const consent = { store: true };
  const first = await open({ ...options, consent, pack: signed(pack, { sequence: 20 }) });
  assert.deepEqual([first.shelf.status, [...storage.keys()]], ["ready", ["nearshelf/signed"]]);
  assert.ok(!/10001|20001/.test(Buffer.from(storage.get("nearshelf/signed")).toString("latin1")));
  first.shelf.dispose();
  const second = await open({ ...options, consent, pack: signed(pack, { sequence: 19 }) });
  assert.deepEqual([second.shelf.status, second.told], ["neutral", ["replayed"]]);
  second.shelf.dispose();
  const third = await open({ ...options, consent, pack: signed(pack, { sequence: 21 }) });
  third.shelf.forget();
  await settle();
  assert.deepEqual([third.shelf.status, [...storage.keys()]], ["ready", []]);
  await third.shelf.setOverlay(overlay());
  await settle();
  assert.deepEqual([...storage.keys()], ["nearshelf/signed"]);
  third.shelf.setConsent({ store: false });
  await settle();
  assert.deepEqual([...storage.keys()], []);
  third.shelf.dispose();
});

test("two pages that know nothing of each other do not lower what is remembered", async () => {
  const storage = new Map();
  const options = { storage, keys: [one.public], consent: { store: true } };
  const a = await open({ ...options, pack: signed(pack, { sequence: 5 }) });
  const b = await open({ ...options, pack: signed(pack, { sequence: 30 }) });
  await a.shelf.setOverlay(overlay());
  await settle();
  a.shelf.dispose();
  b.shelf.dispose();
  const c = await open({ ...options, pack: signed(pack, { sequence: 29 }) });
  assert.deepEqual(c.told, ["replayed"]);
  c.shelf.dispose();
});

test("a storage that fails or holds nonsense costs the memory and not the shelf", async () => {
  const fail = async () => { throw new Error("no storage"); };
  for (const get of [fail, async () => "nonsense", async () => new Uint8Array(1000).fill(7)]) {
    const storage = { get, set: fail, remove: fail, keys: async () => [] };
    const shelf = await createShelf({ pack: signed(pack), keys: [one.public], storage, consent: { store: true }, now: () => NOW });
    await settle();
    assert.equal(shelf.status, "ready");
    shelf.dispose();
  }
});

test("keys that are none open nothing", async () => {
  for (const keys of [[], "", [one.public, "12"], null, [7]]) {
    const { shelf, told } = await open({ pack: signed(pack, { by: other }), keys });
    assert.ok(told.includes("bad_argument"), String(keys));
    assert.equal(shelf.status, "neutral");
    assert.ok(told.includes("bad_signature"));
    shelf.dispose();
  }
});

test("without the part nothing is shown that cannot be checked", async () => {
  const { shelf, told } = await open({ pack: signed(pack), keys: [one.public], verifyWasm: "/nowhere/verify.wasm" });
  assert.deepEqual([shelf.status, told], ["neutral", ["wasm_missing"]]);
  assert.deepEqual(shelf.recommend().items, []);
  shelf.dispose();
});

test("a trap costs the engine and not the keys: what comes after it is checked too", async () => {
  let trap = false;
  const program = miniProgram({ trap: (name) => name === "nearshelf_call" && trap && !(trap = false) });
  const { shelf, told } = await open({ pack: signed(pack), keys: [one.public] }, program.exports.createShelf);
  await shelf.setOverlay(overlay());
  trap = true;
  shelf.recommend();
  for (let i = 0; i < 500 && shelf.status !== "ready"; i++) await settle();
  assert.deepEqual([shelf.status, told, price(shelf)], ["ready", ["engine_restarted"], 8500]);
  await shelf.setOverlay(overlay({ sequence: 9 }));
  await settle();
  assert.deepEqual(told, ["engine_restarted", "replayed"]);
  assert.equal(program.paths.filter((path) => /verify/.test(path)).length >= 2, true);
  shelf.dispose();
});

test("without keys nothing of it is loaded", async () => {
  const program = miniProgram();
  const { shelf } = await open({ pack }, program.exports.createShelf);
  await shelf.setOverlay(overlayFile);
  assert.equal(program.paths.some((path) => /verify/.test(path)), false);
  shelf.dispose();
});
