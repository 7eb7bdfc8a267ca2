// Without the engine: the pack read in JavaScript, whole, broken or too new, and lists that keep their order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { golden } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg } from "./support/project.mjs";
import { pack, sections, signHeader, PRODUCTS } from "./support/small-pack.mjs";
import { xxh64 } from "./support/xxh64.mjs";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const noCore = async () => {
  throw new NearshelfError("wasm_unavailable", "none", "none");
};

async function without(bytes, options = {}) {
  const shelf = await shelfMaker(fakeHost({ pack: bytes, core: noCore }))({ pack: "p", ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  await turn();
  return { shelf, told };
}

test("the hash of the tests is XXH64", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  assert.equal(xxh64(bytes("")), 0xef46db3751d8e999n);
  assert.equal(xxh64(bytes("a")), 0xd24ec4f1a98c6e5bn);
  assert.equal(xxh64(bytes("abc")), 0x44bc2cf5ad770999n);
  assert.equal(xxh64(bytes("Nobody inspects the spammish repetition")), 0xfbcea83c8a378bf1n);
});

test("recommend keeps the published order, without what is out of stock or not sold here", async () => {
  const { shelf, told } = await without(pack());
  assert.equal(shelf.status, "neutral");
  const list = shelf.recommend();
  assert.deepEqual(list.items.map((i) => i.id), ["litter", "lamp", "10080"]);
  assert.deepEqual([list.source, list.servedId, list.partial], ["fallback", 0, false]);
  assert.match(list.packVersion, /^[0-9a-f]{16}$/);
  assert.equal(list.packVersion, shelf.packVersion);
  assert.deepEqual(list.items[0], {
    id: "litter", variant: "litter-l", title: "Cat litter", brand: "Paws", category: "Home > Cats", url: "/p/litter",
    image: "/i/litter.webp", tags: ["cat", "new"], price: 4900, listPrice: 5900, score: 0,
    because: { code: "popular", subject: "" }, index: 0,
  });
  assert.deepEqual([list.items[1].price, list.items[1].listPrice, list.items[1].brand], [9900, null, ""], "a sale at the same price is none");
  assert.deepEqual([list.items[2].title, list.items[2].price, list.items[2].category], ["10080", null, ""]);
  assert.deepEqual(shelf.recommend({ limit: 1, exclude: ["litter-s"] }).items.map((i) => i.id), ["lamp"], "a variant stands for its product");
  assert.deepEqual(shelf.recommend({ exclude: ["ean-1", 10080] }).items.map((i) => i.id), ["lamp"]);
  assert.deepEqual(shelf.recommend({ category: "Home" }).items.map((i) => i.id), ["litter", "lamp"]);
  assert.deepEqual(shelf.recommend({ category: "Home > Cats" }).items.map((i) => i.id), ["litter"]);
  assert.deepEqual(shelf.recommend({ category: "Hom" }).items, []);
  assert.deepEqual(list.relaxed, []);
  const wish = { pin: [{ id: "lamp", index: 0 }], quota: { brand: 1, category: 1 }, price: { max: 1 }, diversity: 1 };
  assert.deepEqual(shelf.recommend(wish).items, list.items);
  assert.deepEqual(shelf.recommend(wish).relaxed, ["quota_category", "quota_brand", "price", "pin"], "it keeps none and says so");
  assert.deepEqual(shelf.recommend({ quota: { store: 1 }, arrivals: { share: 0.1 } }).relaxed, ["quota_store", "arrivals"]);
  assert.deepEqual(shelf.recommend({ quota: {}, arrivals: { share: 0, days: 5 } }).relaxed, []);
  assert.deepEqual(told, ["wasm_unavailable"]);
});

test("the pack's version is the hash of its directory", async () => {
  const bytes = pack();
  const { shelf } = await without(bytes);
  const directory = bytes.subarray(40, 40 + 32 * sections().length);
  assert.equal(shelf.packVersion, xxh64(directory).toString(16).padStart(16, "0"));
});

test("market and language are those asked for, or the pack's own with a diagnostic", async () => {
  const { shelf } = await without(pack(), { market: "us", language: "zh" });
  assert.deepEqual([shelf.market, shelf.currency, shelf.exponent, shelf.language], ["us", "USD", 2, "zh-CN"]);
  const items = shelf.recommend().items;
  assert.deepEqual(items.map((i) => [i.id, i.title, i.price]), [
    ["litter", "猫砂", 499], ["lamp", "台灯", 1200], ["10080", "10080", 700], ["mug", "杯", 150],
  ]);
  assert.equal(items[0].category, "家居 > 猫");
  assert.equal(shelf.product("bowl").title, "Cat bowl", "no title in this language: the first one");
  shelf.setView({ market: "cn", language: "en-GB" });
  assert.deepEqual([shelf.market, shelf.language], ["cn", "en"]);
  const other = await without(pack(), { market: "mars", language: "tlh" });
  assert.deepEqual([other.shelf.market, other.shelf.language], ["cn", "en"]);
  assert.deepEqual(other.told, ["unknown_market", "wasm_unavailable"]);
});

test("rank keeps the given order and each id once", async () => {
  const { shelf } = await without(pack());
  const list = shelf.rank(["gone", 10080, "bowl", "gone", "litter-s"]);
  assert.deepEqual(list.ids, ["gone", "10080", "bowl", "litter-s"]);
  assert.deepEqual(list.items[0], { id: "gone", score: 0, because: { code: "given", subject: "" }, index: 0 });
  assert.deepEqual([list.items[3].id, list.items[3].title], ["litter-s", "Cat litter"]);
  assert.equal(list.source, "fallback");
});

test("the catalogue can be looked at", async () => {
  const { shelf } = await without(pack());
  const litter = shelf.product("ean-1");
  assert.deepEqual([litter.id, litter.availability, litter.price, litter.variants.length], ["litter", "in_stock", 4900, 2]);
  assert.deepEqual(litter.variants[0], { id: "litter-s", title: "small", availability: "out_of_stock", price: 2900, listPrice: null });
  assert.equal(shelf.product("gone"), null);
  const page = shelf.browse({ offset: 1, limit: 2 });
  assert.deepEqual([page.total, page.products.map((p) => p.id)], [5, ["bowl", "lamp"]]);
  assert.deepEqual(shelf.browse({ category: "Home > Cats" }).products.map((p) => p.id), ["litter", "bowl"]);
  assert.deepEqual(shelf.categories(), [
    { path: "Home", label: "Home", parent: null, products: 4 },
    { path: "Home > Cats", label: "Home > Cats", parent: "Home", products: 2 },
  ]);
  const stages = ["gone", "bowl", "mug", "litter", "10080"].map((id) => shelf.whyNot(id, { limit: 2 }).stage);
  assert.deepEqual(stages, ["unknown_item", "out_of_stock", "not_sold_here", "shown", "ranked_below"]);
  assert.equal(shelf.portrait().events, 0);
  assert.equal(shelf.why(1, "litter"), null);
});

/** Every method, on a shelf that has nothing to go on: nothing is thrown, and lists are lists. */
function exercise(shelf) {
  const list = shelf.recommend({ limit: 200, category: "Home", exclude: ["lamp"] });
  assert.ok(Array.isArray(list.items) && Array.isArray(shelf.recommend().items));
  for (const item of list.items) assert.equal(typeof item.id, "string");
  assert.deepEqual(shelf.rank(["b", 1, "a"]).ids, ["b", "1", "a"]);
  shelf.browse({ limit: 200 });
  shelf.categories();
  shelf.product("litter");
  shelf.whyNot("litter");
  shelf.setView({ market: "us", language: "zh-CN" });
  assert.deepEqual(shelf.rank(["b", "a"]).ids, ["b", "a"]);
}

test("a pack cut anywhere is told, and lists still work", async () => {
  const whole = pack();
  for (let cut = 0; cut < whole.length; cut += 97) {
    const { shelf, told } = await without(whole.slice(0, cut));
    assert.equal(shelf.status, "neutral");
    assert.deepEqual(shelf.recommend().items, [], "cut at " + cut);
    assert.equal(told.length, 2, "cut at " + cut);
    assert.ok(["not_a_pack", "pack_truncated"].includes(told[1]), told[1]);
    exercise(shelf);
  }
});

test("flipped bits never throw: a list or an empty one", async () => {
  const whole = pack();
  for (let bit = 0; bit < whole.length * 8; bit += 29) {
    const bytes = whole.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    exercise((await without(bytes)).shelf);
  }
});

test("numbers that point outside are found when they are used", async () => {
  const damage = {
    PRVA: (b) => b.fill(0xff), PRTG: (b) => b.fill(0xff), PRCA: (b) => b.fill(0x7f), PRBR: (b) => b.fill(0x7f),
    PRID: (b) => b.fill(0xff, 0, 20), VAID: (b) => b.fill(0xff, 0, 4), CAPA: (b) => b.fill(1), ALIR: (b) => b.fill(0x7f),
    META: (b) => b.fill(0xff), MRKT: (b) => b.fill(0xff), LANG: (b) => b.fill(0xff), TAGS: (b) => b.fill(0xff),
  };
  for (const [tag, change] of Object.entries(damage)) {
    const list = sections().map(([t, key, n, bytes]) => {
      const copy = bytes.slice();
      if (t === tag) change(copy);
      return [t, key, n, copy];
    });
    const { shelf } = await without(pack(list));
    exercise(shelf);
    exercise(shelf);
  }
  for (const [tag] of sections()) {
    const { shelf } = await without(pack(sections().filter(([t]) => t !== tag)));
    exercise(shelf);
  }
});

test("a pack of a later format is told as such, with or without a right checksum", async () => {
  for (const sign of [signHeader, (b) => b]) {
    const bytes = pack();
    bytes.fill(0xff, 8, 12);
    const { shelf, told } = await without(sign(bytes));
    assert.deepEqual(told, ["wasm_unavailable", "pack_too_new"]);
    assert.deepEqual(shelf.recommend().items, []);
  }
});

test("what is no pack is told as such", async () => {
  for (const text of ["", "<!doctype html><title>404</title>".padEnd(200), '{"error":1}']) {
    const { told } = await without(new TextEncoder().encode(text));
    assert.deepEqual(told, ["wasm_unavailable", "not_a_pack"]);
  }
});

test("whyNot says of each product whether it is on the list, and why not, for whatever options", async () => {
  const { shelf } = await without(pack());
  const ids = PRODUCTS.map((product) => product.id);
  const asked = [{}, { limit: 1 }, { limit: 2, exclude: ["litter-s"] }, { context: ["lamp", "lamp-1"] }, { category: "Home > Cats" }, { category: "Home", exclude: ["ean-1"] }, { query: "l", limit: 1 }, { query: "!" },
    { slot: "together", context: ["litter"] }, { query: "paws", context: ["10080"], category: "Home" }];
  for (const o of asked) {
    const list = shelf.recommend(o).items.map((item) => item.id);
    for (const id of ids) {
      const { stage, detail } = shelf.whyNot(id, o);
      assert.equal(stage === "shown", list.includes(id), id + " " + stage + JSON.stringify(o));
      assert.equal(detail, stage === "shown" ? String(list.indexOf(id) + 1) : stage === "ranked_below" ? detail : "");
    }
  }
  const stage = (id, o) => shelf.whyNot(id, o).stage;
  assert.deepEqual([stage("litter", { exclude: ["ean-1"] }), stage("litter-l", { context: ["litter"] }), stage("lamp", { category: "Home > Cats" }), stage("lamp", { query: "cat" }),
    stage("lamp", { slot: "together", context: ["litter"] }), stage("mug", { exclude: ["mug"] })], ["excluded", "context_item", "other_category", "no_match", "no_pair", "not_sold_here"]);
});

test("the engine and the lists without it leave out the same, for the same reason", async () => {
  const { pack: bytes } = golden("slots.json");
  const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
  const engine = await createShelf({ pack: bytes, market: "cn", language: "en" });
  const { shelf } = await without(bytes, { market: "cn", language: "en" });
  const products = engine.browse({ limit: 1000 }).products;
  const [a, b] = products.filter((product) => product.availability === "in_stock");
  const variant = products.map((product) => product.variants[0].id).find((id) => !products.some((product) => product.id === id));
  const owner = engine.product(variant).id;
  const on = ["shown", "ranked_below", "not_candidate"];
  for (const o of [{}, { exclude: [a.id, variant] }, { context: [a.id] }, { category: a.category.split(" > ")[0] }, { category: "Nowhere" }, { query: a.title.split(" ")[0] }, { query: "?" },
    { slot: "together", context: [a.id, b.id] }, { exclude: [b.id], context: [a.id], category: a.category, query: a.brand }]) {
    const seen = new Set();
    for (const { id } of [...products, { id: "nowhere" }]) {
      const [mine, wanted] = [shelf.whyNot(id, o), engine.whyNot(id, o)];
      assert.equal(on.includes(mine.stage) ? "on" : mine.stage, on.includes(wanted.stage) ? "on" : wanted.stage, id + JSON.stringify(o));
      if (!o.context) assert.deepEqual({ ...mine }, { ...wanted }, id + JSON.stringify(o));
      seen.add(mine.stage);
    }
    assert.ok(seen.has("unknown_item") && seen.size > 1);
  }
  for (const o of [{}, { exclude: [variant] }, { exclude: [owner, "elsewhere"] }, { exclude: ["nowhere"], limit: 2 }, { limit: 1 }]) {
    const given = [owner, a.id, "elsewhere", variant, b.id, a.id, "nowhere"];
    assert.deepEqual(shelf.rank(given, o).ids, engine.rank(given, o).ids, JSON.stringify(o));
  }
  assert.ok(!shelf.rank([owner, b.id], { exclude: [variant] }).ids.includes(owner), "a variant's id leaves out its product");
  engine.dispose();
});
