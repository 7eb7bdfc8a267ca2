// Shards of a large catalogue: which are fetched, from where, one at a time, and what a page hears when they cannot be had.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pack, sections } from "./support/small-pack.mjs";

const NOW = 1_790_000_000_000;
const bytesOf = (text) => new TextEncoder().encode(text);
const CORE = pack([...sections(), ["SHRD", 0, 2, new Uint8Array(16)]]);
const later = () => new Promise((resolve) => setTimeout(resolve, 5));
async function settle() {
  for (let i = 0; i < 12; i++) await later();
}

/** A shelf over a core with shards "a" and "b" that are wanted; `files` are what the network has. */
async function split(options = {}, files = { "/x/a": bytesOf("a"), "/x/b": bytesOf("b") }, address = "/x/shop.pack?v=1#z") {
  const cores = [];
  const asked = [];
  const host = fakeHost({
    cores,
    pack: (given) => {
      if (typeof given !== "string") return given;
      if (given === address) return CORE;
      asked.push(given);
      if (!files[given]) throw new Error("404");
      return files[given];
    },
    options: () => ({}),
  });
  const told = [];
  let changes = 0;
  const shelf = await shelfMaker(host)({ pack: address, now: () => NOW, consent: { personalize: true }, ...options });
  cores[0].wanting = ["a", "b"];
  shelf.on("diagnostic", (d) => told.push(d.code));
  shelf.on("change", () => changes++);
  return { shelf, core: cores[0], asked, told, changes: () => changes };
}

test("what is wanted is fetched from beside the pack, one after the other, and each is a change", async () => {
  const { shelf, core, asked, told, changes } = await split();
  shelf.recommend();
  assert.deepEqual(asked, [], "not within the call");
  await settle();
  assert.deepEqual(asked, ["/x/a", "/x/b"]);
  assert.deepEqual([core.shards, core.wish, told], [["a", "b"], 0, []]);
  assert.ok(changes() >= 2);
  const calls = core.seen("ATTACH");
  shelf.recommend();
  await settle();
  assert.equal(core.seen("ATTACH"), calls, "nothing is wanted any more");
  shelf.dispose();
});

test("display data are asked for anew, since rows are numbered anew", async () => {
  const { shelf, core } = await split();
  shelf.recommend();
  await settle();
  const before = core.seen("PRODUCTS");
  shelf.recommend();
  assert.equal(core.seen("PRODUCTS"), before + 1);
  shelf.dispose();
});

test("the options say what is wanted, and who brings it", async () => {
  for (const [shards, wish] of [["page", 0], ["personal", 1], ["all", 2]]) {
    const { shelf, core } = await split({ shards });
    shelf.recommend();
    await settle();
    assert.deepEqual([core.wish, core.shards], [wish, ["a", "b"]], shards);
    shelf.dispose();
  }
  const none = await split({ shards: false });
  none.shelf.recommend();
  await settle();
  assert.deepEqual([none.asked, none.core.seen("WANTED")], [[], 0]);
  none.shelf.dispose();

  const named = [];
  const own = await split({ loadShard: (name) => (named.push(name), name === "a" ? Promise.resolve(bytesOf("a")) : "/cdn/b") },
    { "/cdn/b": bytesOf("b") });
  own.shelf.recommend();
  await settle();
  assert.deepEqual([named, own.asked, own.core.shards], [["a", "b"], ["/cdn/b"], ["a", "b"]]);
  own.shelf.dispose();

  const wrong = await split({ shards: "some" });
  await settle();
  assert.equal(wrong.shelf.diagnostics().bad_argument, 1);
  assert.deepEqual(wrong.core.shards || [], [], "a misspelt wish fetches nothing");
  wrong.shelf.dispose();
});

test("what cannot be had is a diagnostic, does not stop the others, and is left alone for a while", async () => {
  const { shelf, core, asked, told } = await split({}, { "/x/b": bytesOf("b") });
  shelf.recommend();
  await settle();
  shelf.recommend();
  await settle();
  assert.deepEqual([asked, told, core.shards], [["/x/a", "/x/b"], ["shard_missing"], ["b"]]);
  shelf.dispose();

  const throws = await split({ loadShard: () => { throw new Error("no"); } });
  throws.shelf.recommend();
  await settle();
  assert.deepEqual(throws.told, ["shard_missing", "shard_missing"]);
  throws.shelf.dispose();

  const foreign = await split({}, { "/x/a": bytesOf("foreign"), "/x/b": bytesOf("b") });
  foreign.shelf.recommend();
  await settle();
  assert.deepEqual([foreign.told, foreign.core.shards], [["shard_mismatch"], ["b"]]);
  assert.equal(foreign.shelf.status, "ready");
  foreign.shelf.dispose();
});

test("a pack that was not split asks for nothing, and one given as bytes has no place", async () => {
  const cores = [];
  const createShelf = shelfMaker(fakeHost({ pack: pack(), cores }));
  const whole = await createShelf({ pack: "p", now: () => NOW });
  whole.recommend();
  await settle();
  assert.equal(cores[0].seen("WANTED"), 0);
  whole.dispose();
  const bytes = await shelfMaker(fakeHost({ pack: (given) => given, cores }))({ pack: CORE, now: () => NOW });
  cores[1].wanting = ["a"];
  bytes.recommend();
  await settle();
  assert.equal(cores[1].seen("WANTED"), 0);
  bytes.dispose();
});
