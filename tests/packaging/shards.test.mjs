// Shards of a large catalogue: which are fetched, from where, one at a time, and what a page hears when they cannot be had.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { wholeCore } from "../mini-program/support/whole.mjs";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { golden } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { secret, storageOver } from "./support/memory.mjs";
import { packBytes, pkg, root } from "./support/project.mjs";
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

/** Shelves over the built core, with packs and shards from files. */
function realShelf(more = {}) {
  return shelfMaker({
    ...more,
    address: (given) => (typeof given === "string" ? given : ""),
    pack: (given) => (typeof given === "string" ? new Uint8Array(readFileSync(given)) : given),
    core: async () => wholeCore,
  });
}

/** What the fake core calls open: the small pack with other titles. */
function merged(titles) {
  const text = titles.map(bytesOf);
  const ends = new Uint32Array(text.map(((sum) => (t) => (sum += t.length))(0)));
  const body = Uint8Array.from([...new Uint8Array(ends.buffer), ...text.flatMap((t) => [...t])]);
  return pack(sections().map((s) => (s[0] === "TITL" && s[1] === 0 ? ["TITL", 0, titles.length, body] : s)));
}

test("search knows what is open, in the engine's rows, and reads it anew only when a shard has come", async () => {
  const { shelf, core } = await split({ language: "en" });
  const rows = (query) => (shelf.recommend({ query }), core.about.only);
  assert.deepEqual(rows("teapot"), [], "it is not open yet");
  assert.equal(core.seen("ATTACH"), 0, "a pack alone is read from its own bytes");
  core.merged = merged(["Cat litter", "Teapot", "Lamp", "", "Teapot lid"]);
  await settle();
  assert.equal(core.seen("ATTACH"), 2);
  assert.deepEqual([rows("teapot"), rows("lamp"), rows("lid")], [[1, 4], [2], [4]]);
  assert.equal(core.seen("ATTACH"), 3, "both shards are read once, when somebody searches");
  core.merged = bytesOf("no pack");
  assert.deepEqual(rows("lid"), [4]);
  shelf.dispose();
});

test("an engine that starts again has no shards open, and search knows no more than it", async () => {
  const trapOn = (name, core) => name === "WHY" && core.calls.length > 0;
  const cores = [];
  const files = { "/x/shop.pack": CORE, "/x/a": bytesOf("a"), "/x/b": bytesOf("b") };
  const host = fakeHost({ cores, pack: (given) => files[given], options: (i) => (i === 0 ? { trapOn } : {}) });
  const shelf = await shelfMaker(host)({ pack: "/x/shop.pack", now: () => NOW, language: "en", consent: { personalize: true } });
  Object.assign(cores[0], { wanting: ["a"], merged: merged(["Cat litter", "Teapot", "Lamp", "", ""]) });
  const { servedId } = shelf.recommend();
  await settle();
  shelf.recommend({ query: "teapot" });
  assert.deepEqual(cores[0].about.only, [1]);
  shelf.why(servedId, "litter");
  await settle();
  assert.equal(cores.length, 2);
  shelf.recommend({ query: "teapot" });
  assert.deepEqual(cores[1].about.only, []);
  // Another shard than before, as many as before.
  Object.assign(cores[1], { wanting: ["b"], merged: merged(["Cat litter", "Bowl", "Teapot", "", ""]) });
  shelf.recommend();
  await settle();
  shelf.recommend({ query: "teapot" });
  assert.deepEqual(cores[1].about.only, [2]);
  shelf.dispose();
});

test("with the real core, search and what is bought together grow with what is open until they are the whole's", async () => {
  const folder = join(import.meta.dirname, "..", "compat", "shards-v2");
  const createShelf = realShelf();
  const whole = await createShelf({ pack: golden("slots.json").pack, now: () => NOW, language: "en" });
  const shelf = await createShelf({ pack: join(folder, "core.pack"), now: () => NOW, language: "en", shards: "all", consent: { personalize: true } });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  const all = whole.browse({ limit: 100 }).products;
  const together = (s, id) => Object.fromEntries(s.recommend({ slot: "together", context: [id], limit: 50 }).items
    .map((item) => [item.id, item.together]).sort());
  const found = (s, product) => s.recommend({ query: product.title, limit: 50 }).items.map((item) => item.id).sort();
  const core = shelf.browse({ limit: 100 }).products;
  const closed = all.filter((p) => shelf.product(p.id) === null && p.availability === "in_stock");
  assert.ok(closed.length > 10 && core.length > 5);
  assert.deepEqual(closed.filter((p) => found(shelf, p).includes(p.id)), [], "names that are not open are not found");
  let pairs = 0;
  for (const { id } of core) {
    const expected = together(whole, id);
    for (const [other, facts] of Object.entries(together(shelf, id))) {
      assert.deepEqual(facts, expected[other], "the numbers of the whole");
      pairs++;
    }
  }
  assert.ok(pairs > 0, "the core has pairs of its own");
  for (let i = 0; i < 200 && shelf.recommend({ limit: 5 }).partial; i++) await later();
  assert.equal(shelf.browse({ limit: 100 }).total, 64);
  for (const product of all) {
    assert.deepEqual(together(shelf, product.id), together(whole, product.id), product.id);
    assert.deepEqual(found(shelf, product), found(whole, product), product.title);
  }
  assert.ok(closed.every((p) => found(shelf, p).includes(p.id)));
  const brand = closed.find((p) => p.brand).brand;
  const suggested = (of) => of.suggest(brand).map(({ servedId, ...one }) => one);
  assert.deepEqual(suggested(shelf), suggested(whole));
  assert.deepEqual(told, []);
  shelf.dispose();
  whole.dispose();
});

test("with the real core, what a page is told of a closed product counts once its shard has come, on that page or a later one", async () => {
  const address = join(import.meta.dirname, "..", "compat", "shards-v3", "core.pack");
  const options = { pack: address, now: () => NOW, consent: { personalize: true, store: true } };
  const about = (shelf) => {
    const { events, items, categories, brands, priceBands, tags, session } = shelf.portrait();
    return { events, items, categories, brands, priceBands, tags, session };
  };
  const storages = () => {
    const kept = new Map();
    return { memory: { storage: () => storageOver(kept), ...secret, hidden: () => () => {} } };
  };
  const whole = await realShelf()({ ...options, pack: golden("slots.json").pack });
  const first = await realShelf()({ ...options, shards: false });
  const closed = whole.browse({ limit: 100 }).products.map((p) => p.id).filter((id) => first.product(id) === null);
  first.dispose();
  assert.ok(closed.length > 20);
  const seen = closed.slice(0, 3).map((id, i) => ["view_item", { event_id: "e" + i, items: [{ item_id: id, price: i ? undefined : "19.00" }] }]);
  seen.forEach((event) => whole.track(...event));
  const expected = about(whole);
  whole.dispose();
  assert.equal(expected.items.length, 3);
  assert.ok(expected.categories.length > 0 && expected.brands.length > 0 && expected.priceBands.length > 0);

  // The page names them, so their shards come, and no other.
  const page = await realShelf()(options);
  for (const event of seen) page.track(...event);
  assert.deepEqual(about(page).categories, [], "nobody knows yet what they are");
  for (let i = 0; i < 200 && seen.some(([, { items }]) => page.product(items[0].item_id) === null); i++) await later();
  assert.deepEqual(about(page), expected);
  page.dispose();

  // It ended before they came: a later one opens them.
  const place = storages();
  const gone = await realShelf(place)({ ...options, shards: false });
  for (const event of seen) gone.track(...event);
  gone.dispose();
  await gone._memory.settled();
  const next = await realShelf(place)({ ...options, shards: "all" });
  assert.deepEqual([about(next).events, about(next).categories], [3, []]);
  for (let i = 0; i < 200 && next.recommend({ limit: 5 }).partial; i++) await later();
  assert.deepEqual(about(next), expected);
  next.dispose();
});

test("with the real core, a shelf grows by its shards until nothing is missing", async () => {
  const folder = join(import.meta.dirname, "..", "compat", "shards-v1");
  const createShelf = realShelf();
  const shelf = await createShelf({ pack: join(folder, "core.pack"), now: () => NOW, shards: "all", consent: { personalize: true } });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  const core = shelf.browse({ limit: 100 });
  const list = shelf.recommend({ limit: 5 });
  assert.equal(list.partial, true);
  shelf.track("view_item", { items: [{ item_id: list.items[0].id }] });
  const served = shelf.recommend({ limit: 5 });
  const why = shelf.why(served.servedId, served.items[0].id);
  assert.equal(shelf.replay(served.servedId).same, true);
  // An overlay holds on: for what is open, and for what opens later.
  const whole = await createShelf({ pack: packBytes(), now: () => NOW });
  const mine = list.items[0].id;
  const other = whole.browse({ limit: 100 }).products.map((p) => p.id).find((id) => shelf.product(id) === null);
  whole.dispose();
  await shelf.setOverlay({ items: [mine, other].map((id) => ({ id, price: "1.00", sale_price: "" })) });
  for (let i = 0; i < 200 && shelf.recommend({ limit: 5 }).partial; i++) await later();
  const all = shelf.browse({ limit: 100 });
  assert.deepEqual([told, all.total], [[], 64]);
  assert.ok(core.total < 64 && readdirSync(folder).length > 3);
  assert.deepEqual(shelf.why(served.servedId, served.items[0].id), why, "reasons outlive the change of rows");
  assert.deepEqual([mine, other].map((id) => shelf.product(id).price), [100, 100]);
  assert.equal(shelf.replay(served.servedId), null, "a shard does not close again");
  const searched = shelf.recommend({ query: shelf.product(other).title, limit: 3 });
  assert.equal(shelf.replay(searched.servedId).same, true);
  // On the shop's side the shards open again where they did.
  const log = join(mkdtempSync(join(tmpdir(), "nearshelf-shards-")), "decisions.log");
  writeFileSync(log, shelf.decisionLog());
  const replay = ["run", "--quiet", "--features", "cli", "--bin", "nearshelf", "--", "replay", log, "--pack", join(folder, "core.pack")];
  assert.match(execFileSync("cargo", replay, { cwd: root, encoding: "utf8", stdio: "pipe" }), /, 0 differ/);
  rmSync(join(log, ".."), { recursive: true });
  const ids = all.products.map((p) => p.id);
  assert.equal(new Set(ids).size, 64);
  assert.deepEqual(ids.filter((id) => core.products.some((p) => p.id === id)), core.products.map((p) => p.id), "one published order");
  shelf.dispose();
});
