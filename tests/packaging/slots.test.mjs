// Slots: what crosses for a context, search and suggestions, what is bought together, GA4's names, reasons in words.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { Catalogue } from "../../pkg-template/src/catalogue.js";
import { ga4 } from "../../pkg-template/src/ga4.js";
import { say } from "../../pkg-template/src/say.js";
import { fold, search, wordsOf } from "../../pkg-template/src/words.js";
import { golden } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg } from "./support/project.mjs";
import { pack, withSection } from "./support/small-pack.mjs";

const NOW = 1_790_000_000_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const noCore = async () => {
  throw new NearshelfError("wasm_unavailable", "none", "none");
};

/** Ten baskets of the small pack: litter and lamp in three, litter and bowl in two. */
const asso = () => {
  const numbers = new Uint32Array([1, 10, 5, 2, 4, 0, 0, 4, 6, 8, 8, 8]);
  return Uint8Array.from([...new Uint8Array(numbers.buffer), 1, 2, 0, 3, 0, 2, 0, 3]);
};
const slots = () => {
  const text = (s) => [s.length, 0, 0, 0, ...Buffer.from(s)];
  return Uint8Array.from([1, 0, 0, 0, ...text("home"), ...text("For you")]);
};
const full = () => withSection(withSection(pack(), "ASSO", 5, asso()), "SLOT", 1, slots());

async function ready(options = {}) {
  const cores = [];
  const shelf = await shelfMaker(fakeHost({ pack: full(), cores }))({ pack: "p", now: () => NOW, consent: { personalize: true }, ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  return { shelf, core: cores[0], told };
}

async function without(bytes = full()) {
  return shelfMaker(fakeHost({ pack: bytes, core: noCore }))({ pack: "p" });
}

/** A shelf of the packed build over the frozen pack and its frozen section. */
async function real(options = {}) {
  const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
  return createShelf({ pack: golden("slots.json").pack, market: "cn", language: "en", now: () => NOW, ...options });
}

test("a context crosses by kind, and the kind follows the slot unless it is given", async () => {
  const { shelf, core, told } = await ready();
  shelf.recommend({ slot: "product", context: ["lamp", 10080] });
  assert.deepEqual(core.about, { context: ["lamp", "10080"], flags: 0, only: [] });
  shelf.recommend({ slot: "cart", context: ["lamp"] });
  assert.deepEqual(core.about, { context: ["lamp"], flags: 1, only: [] });
  shelf.recommend({ slot: "basket", kind: "cart" });
  assert.equal(core.about.flags, 1);
  shelf.recommend({ slot: "cart", kind: "page" });
  assert.equal(core.about.flags, 0);
  shelf.recommend({ query: "CAT" });
  assert.deepEqual(core.about, { context: [], flags: 2, only: [0, 1] });
  shelf.recommend({ query: "no such thing" });
  assert.deepEqual(core.about, { context: [], flags: 2, only: [] });
  shelf.whyNot("lamp", { query: "cat" });
  assert.deepEqual(core.about.only, [0, 1], "whyNot asks about the same list");
  await turn();
  assert.deepEqual(told, []);
  shelf.recommend({ kind: "basket" });
  await turn();
  assert.deepEqual(told.map((d) => d.code), ["bad_argument"]);
});

test("what is bought together is found by its counts, with and without the engine", async () => {
  const { shelf, core } = await ready();
  const list = shelf.recommend({ slot: "together", context: ["litter"] });
  assert.deepEqual(core.about, { context: ["litter"], flags: 2, only: [1, 2] });
  const lamp = { support: 0.3, confidence: 0.6, lift: 1.5, count: 3, basis: "purchases" };
  assert.deepEqual(list.items.find((i) => i.id === "lamp").together, lamp);
  assert.equal(list.items.find((i) => i.id === "10080").together, undefined, "the core here answers with what it likes");
  const plain = (await without()).recommend({ slot: "bundle", kind: "together", context: ["litter-l"] });
  assert.deepEqual(plain.items.map((i) => [i.id, i.together]), [["lamp", lamp]], "the bowl has the higher lift and is out of stock");
  const catalogue = new Catalogue(full());
  assert.deepEqual(catalogue.together([0]).map((x) => [x._id, x._together.lift]), [["bowl", 2], ["lamp", 1.5]]);
  assert.deepEqual(catalogue.together([-1, 4, 0, 0]).length, 2, "each once");
  assert.deepEqual((await without(pack())).recommend({ slot: "together", context: ["litter"] }).items, [], "a pack without counts");
  assert.deepEqual((await without()).recommend({ slot: "together" }).items, []);
});

test("counts that lie keep nothing but their own list empty", async () => {
  const good = asso();
  for (let at = 0; at < good.length; at++) {
    for (const byte of [0, 0x7f, 0xff]) {
      const bad = good.slice();
      bad[at] = byte;
      const shelf = await without(withSection(pack(), "ASSO", 5, bad));
      assert.ok(shelf.recommend({ slot: "together", context: ["litter", "lamp"] }).items.length <= 3);
    }
  }
});

test("words are folded alike on both sides", () => {
  const found = (query, text) => search(fold([text]), wordsOf(query)).length === 1;
  for (const [query, text] of [
    ["cafe", "CAFÉ au lait"], ["ÉCLAIR", "Eclairs"], ["t-sh", "Cotton T-shirt"], ["ｉＰｈｏｎｅ　１５", "Case for iPhone 15"], ["lin dre", "Linen shirt dress"],
    ["молоко", "МОЛОКО"], ["ελια", "ΕΛΙΑ oil"], ["衬衫", "亚麻衬衫连衣裙"], ["iphone手机", "手机 iPhone"], ["手机iphone", "iPhone手机壳"], ["하", "한국 김"], ["", "x"],
  ]) assert.ok(found(query, text), query + " in " + text);
  for (const [query, text] of [["fe", "Café"], ["cafe x", "Café"], ["衣连", "连衣裙"], ["lin", "Blinds"], ["x", ""]]) {
    assert.ok(!found(query, text), query + " in " + text);
  }
  assert.deepEqual([wordsOf(" - !"), fold([])], [[], []]);
  assert.deepEqual(search(fold(["a b", "c", "b a"]), wordsOf("b")), [0, 2]);
});

test("suggestions are categories and brands, then products, and take no room among the lists that are kept", async () => {
  const shelf = await real();
  const home = shelf.recommend();
  const all = shelf.suggest("dr", { limit: 6 });
  assert.ok(all.length > 2 && all.length <= 6);
  const kinds = all.map((s) => s.kind);
  assert.deepEqual(kinds, [...kinds].sort(), "brand and category before product");
  for (const { kind, id, text, products } of all) {
    if (kind === "product") assert.equal(shelf.product(id).title, text);
    if (kind === "category") assert.equal(shelf.categories().find((c) => c.path === id).products, products);
    if (kind !== "product") assert.match(text, /(^|[ >])dr[^>]*$/i);
    assert.ok(products > 0);
  }
  for (let i = 0; i < 20; i++) shelf.suggest("li");
  assert.notEqual(shelf.why(home.servedId, home.items[0].id), null);
  assert.deepEqual(shelf.suggest("no such thing"), []);
  assert.deepEqual(shelf.suggest("连衣"), [], "the view is English");
  shelf.setView({ language: "zh-CN" });
  assert.ok(shelf.suggest("连衣").length > 0);
  const rows = shelf.recommend({ slot: "search", query: "连衣" }).items;
  assert.ok(rows.length > 0 && rows.every((i) => /连衣/.test(i.title + i.category)));
  shelf.dispose();
});

test("suggestions follow the shopper, and not in neutral mode or without consent", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const ids = (mode) => shelf.suggest("", { limit: 8, mode }).map((s) => s.id);
  const before = ids("neutral");
  assert.deepEqual(ids("personal"), before, "nothing is known");
  const cats = shelf.browse({ category: "Pets > Cats" }).products;
  cats.slice(0, 2).forEach(({ id }) => shelf.track("add_to_cart", { items: [{ item_id: id }] }));
  assert.ok(ids("personal").indexOf("Pets") < 2 && ids("personal").includes("Pets > Cats"), String(ids("personal")));
  assert.deepEqual(ids("neutral"), before);
  shelf.setConsent({ personalize: false });
  assert.deepEqual(ids("personal"), before);
  shelf.dispose();
});

test("filters follow the shopper, and stay as given in neutral mode, without consent and for what nobody knows", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const cats = shelf.browse({ category: "Pets > Cats" }).products;
  const given = { brand: ["No such", cats[0].brand, "Nor this"], category: ["Food", { id: "Pets", count: 3 }, "Pets > Dogs", "Pets > Cats"], tag: [], price: [1, 2], of: "mine" };
  const asked = JSON.stringify(given);
  assert.deepEqual(shelf.filters(given), given, "nothing is known");
  cats.slice(0, 2).forEach(({ id }) => shelf.track("add_to_cart", { items: [{ item_id: id }] }));
  assert.deepEqual(shelf.filters(given), { ...given, brand: [cats[0].brand, "No such", "Nor this"], category: [{ id: "Pets", count: 3 }, "Pets > Cats", "Food", "Pets > Dogs"] });
  assert.equal(JSON.stringify(given), asked, "the page's own stays as it is");
  assert.deepEqual(shelf.filters(given, { mode: "neutral" }), given);
  shelf.setConsent({ personalize: false });
  assert.deepEqual(shelf.filters(given), given);
  assert.deepEqual([shelf.filters(null), shelf.filters({ brand: "Paws" })], [{}, { brand: "Paws" }]);
  shelf.dispose();
});

test("without the engine words still find", async () => {
  const shelf = await without();
  assert.deepEqual(shelf.recommend({ query: "la" }).items.map((i) => i.id), ["lamp"]);
  assert.deepEqual(shelf.suggest("ca").map((s) => [s.kind, s.id, s.products]), [["category", "Home > Cats", 2], ["product", "litter", 1]]);
  assert.deepEqual(shelf.suggest("paws"), [
    { kind: "brand", id: "Paws", text: "Paws", products: 2, servedId: null }, { kind: "product", id: "litter", text: "Cat litter", products: 1, servedId: null },
    { kind: "product", id: "10080", text: "10080", products: 1, servedId: null },
  ]);
});

test("a text without a word finds nothing, an empty one asks nothing", async () => {
  const engine = await real({ consent: { personalize: true } });
  for (const shelf of [engine, await without()]) {
    for (const query of ["!!", " - ", "？", " "]) {
      assert.deepEqual(shelf.recommend({ slot: "search", query }).items, [], query);
      assert.equal(shelf.whyNot(shelf.browse().products[0].id, { query }).stage, "no_match");
    }
    for (const typed of ["!!", "- ?"]) assert.deepEqual(shelf.suggest(typed), [], typed);
    assert.deepEqual(shelf.recommend({ query: "" }).items, shelf.recommend().items);
    assert.ok(shelf.suggest("").length > 0);
    assert.deepEqual(shelf.suggest("  "), shelf.suggest(""));
  }
  engine.dispose();
});

test("every list has GA4's names and places", async () => {
  const { shelf } = await ready();
  for (const s of [shelf, await without()]) {
    const home = s.recommend({ slot: "home" });
    assert.deepEqual([home.item_list_id, home.item_list_name, home.items.map((i) => i.index)], ["home", "For you", [0, 1, 2]]);
    const ranked = s.rank(["lamp", { id: "new", title: "New", price: 450, category: "Home > Cups" }], { slot: "aisle" });
    assert.deepEqual([ranked.item_list_id, ranked.item_list_name, ranked.items.map((i) => i.index)], ["aisle", "aisle", [0, 1]]);
    const sent = ga4(s, ranked);
    assert.deepEqual([sent.item_list_id, sent.currency], ["aisle", "CNY"]);
    const { index } = ranked.items.find((i) => i.id === "new");
    assert.deepEqual(sent.items[index], { item_id: "new", index, item_name: "New", price: 4.5, item_category: "Home", item_category2: "Cups" });
    assert.deepEqual(ga4(s, ranked, "lamp").items.map((i) => [i.item_id, i.item_variant]), [["lamp", "lamp-1"]]);
  }
  assert.equal((await ready({ language: "zh-CN" })).shelf.recommend({ slot: "home" }).item_list_name, "home", "the small pack names no slot in Chinese");
  shelf.dispose();
  assert.deepEqual([shelf.recommend().item_list_id, shelf.rank(["a"]).items[0].index], ["default", 0]);
});

test("described items cross with their place, and come back with what they were given", async () => {
  const { shelf, core, told } = await ready();
  const cup = { id: "cup", title: "Cup", category: "Home > Cups", brand: "Acme", colour: "red" };
  const list = shelf.rank(["lamp", cup, 7, { id: "plain" }, "cup"]);
  assert.deepEqual(core.asked.ids, ["lamp", "cup", "7", "plain"]);
  assert.deepEqual(core.described, [[1, "Home > Cups", "Acme"], [3, "", ""]]);
  const back = list.items.find((i) => i.id === "cup");
  assert.deepEqual(back, { ...cup, score: 1.5, because: back.because, index: back.index });
  assert.equal(cup.score, undefined, "the host's own object is left alone");
  await turn();
  assert.deepEqual(told, []);
});

test("whyNot names what leaves a product out, each by a code of its own", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const stage = (id, options) => shelf.whyNot(id, { limit: 200, ...options }).stage;
  const id = shelf.recommend({ limit: 1 }).items[0].id;
  const other = shelf.categories().find(({ path, products }) => products > 0 && !shelf.product(id).category.startsWith(path.split(" > ")[0])).path;
  const word = shelf.product(id).title.split(" ")[0];
  const pairs = new Set(shelf.recommend({ slot: "together", context: [id], limit: 200 }).items.map((item) => item.id));
  const alone = shelf.recommend({ limit: 200 }).items.find((item) => item.id !== id && !pairs.has(item.id)).id;
  for (const mode of ["personal", "neutral"]) {
    assert.equal(stage("nowhere", { mode }), "unknown_item");
    assert.equal(stage(id, { mode }), "shown");
    assert.equal(stage(id, { mode, exclude: [id], context: [id] }), "excluded");
    assert.equal(stage(id, { mode, slot: "product", context: [id] }), "context_item");
    assert.equal(stage(id, { mode, category: other }), "other_category");
    assert.equal(stage(id, { mode, category: "No such" }), "other_category");
    assert.equal(stage(id, { mode, query: "xyzzy" }), "no_match");
    assert.equal(stage(id, { mode, query: word }), "shown");
    assert.equal(stage(alone, { mode, slot: "together", context: [id] }), "no_pair");
    assert.equal(stage([...pairs][0], { mode, slot: "together", context: [id] }), "shown");
  }
  shelf.track("not_interested", { items: [{ item_id: id }] });
  assert.equal(stage(id, {}), "disliked");
  assert.equal(stage(id, { exclude: [id] }), "excluded");
  assert.deepEqual(shelf.diagnostics(), {});
  shelf.dispose();
});

test("the demo has words for every stage, in both languages", async () => {
  const types = readFileSync(new URL("../../pkg-template/types/lists.d.ts", import.meta.url), "utf8");
  const stages = [.../export type WhyNotStage =([^;]*);/.exec(types)[1].matchAll(/"(\w+)"/g)].map((m) => m[1]);
  const core = readFileSync(new URL("../../src/rank/stage.rs", import.meta.url), "utf8");
  const codes = [...core.slice(0, core.indexOf("impl Stage")).matchAll(/^ {4}"(\w+)",$/gm)].map((m) => m[1]);
  assert.deepEqual([...stages].sort(), [...codes, "no_pair"].sort());
  for (const [language, script] of [["en", /^[A-Z][A-Za-z,' ]+\.$/], ["zh-CN", /^[\u4e00-\u9fff，、]+。$/]]) {
    const { default: text } = await import(new URL("../../www-demo/text/" + language + ".js", import.meta.url));
    assert.deepEqual(Object.keys(text.stage).sort(), [...stages].sort());
    for (const words of Object.values(text.stage)) assert.match(words, script);
  }
});

test("a category that nobody has and a band that is none are told", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  const { path } = shelf.categories()[0];
  shelf.recommend({ category: path });
  shelf.recommend({ category: path, query: "xyzzy" });
  shelf.recommend({ price: { min: 100, max: 100 } });
  await turn();
  assert.deepEqual(told, []);
  assert.deepEqual(shelf.recommend({ category: "Nowhere > Cups" }).items, []);
  assert.deepEqual(shelf.recommend({ price: { min: 200, max: 100 }, limit: 3 }).relaxed, ["price"]);
  await turn();
  assert.deepEqual(told.map((d) => d.code), ["unknown_category", "bad_argument"]);
  assert.deepEqual(shelf.browse({ category: "Nowhere > Cups" }), { total: 0, products: [] });
  assert.ok(shelf.browse({ category: path, offset: 100000 }).total > 0);
  await turn();
  assert.deepEqual(told.splice(2).map((d) => [d.code, d.message.includes("Nowhere > Cups")]), [["unknown_category", true]]);
  assert.ok(told[0].message.includes("Nowhere > Cups") && told[0].fix.includes("categories()"), told[0].message);
  assert.ok(told[1].message.includes("'price'"), told[1].message);
  shelf.dispose();
});

test("a given list leaves out, keeps to quotas and is cut as it is told, with the engine and without", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const ids = shelf.browse({ limit: 30 }).products.map((product) => product.id);
  const tops = (list) => list.items.map((item) => item.category);
  for (const mode of ["neutral", "personal"]) {
    const plain = shelf.rank(ids, { mode });
    assert.deepEqual([plain.ids.length, plain.relaxed], [30, []]);
    const few = shelf.rank(ids, { mode, exclude: [plain.ids[0]], quota: { category: 1 }, limit: 4 });
    assert.deepEqual([few.ids.length, few.ids.includes(plain.ids[0]), new Set(tops(few)).size, few.relaxed], [4, false, 4, []]);
    const all = shelf.rank(ids, { mode, quota: { category: 1 } });
    assert.deepEqual([[...all.ids].sort(), all.relaxed], [[...ids].sort(), ["quota_category"]]);
    assert.equal(shelf.replay(all.servedId).same, true);
    shelf.track("view_item", { items: [{ item_id: ids[7] }] });
  }
  const plain = shelf.rank(ids);
  assert.notDeepEqual(shelf.rank(ids, { diversity: 0.9 }).ids, plain.ids);
  shelf.dispose();
  const neutral = await without();
  const list = neutral.rank(["lamp", "mug", "elsewhere", "bowl"], { exclude: ["mug"], limit: 2, quota: { brand: 1 } });
  assert.deepEqual([list.ids, list.relaxed], [["lamp", "elsewhere"], ["quota_brand"]]);
});

test("reasons speak both languages, and every code has its text", async () => {
  const shelf = await real({ consent: { personalize: true } });
  const dress = shelf.product("10001").title;
  const list = shelf.recommend({ slot: "product", context: ["10001"] });
  const next = list.items.find((i) => i.because.code === "together");
  assert.equal(say(shelf, next.because), "Often chosen with " + dress);
  assert.equal(say(shelf, { code: "next", subject: "10001" }, "zh"), "因为你看过《" + dress + "》");
  assert.equal(say(shelf, { code: "category", subject: "Pets > Cats" }), "You like Cats");
  assert.equal(say(shelf, { code: "brand", subject: "Lindoro" }), "More from Lindoro");
  assert.equal(say(shelf, { code: "again", subject: "10001" }), "You just looked at it");
  const tree = shelf.why(list.servedId, next.id);
  assert.deepEqual([say(shelf, tree), say(shelf, tree, "zh-CN")], ["Score", "得分"]);
  const near = (code) => [say(shelf, { code, subject: "" }), say(shelf, { code, subject: "" }, "zh-CN")];
  assert.deepEqual(near("disliked"), ["Close to what you do not want to see", "与你不想看的相近"]);
  assert.deepEqual(near("arrival"), ["New here", "新品"]);
  for (const part of tree.children) for (const leaf of part.children) assert.equal(say(shelf, leaf), leaf.subject ? dress : "In general");
  assert.deepEqual(near("because"), ["In general", "总体而言"]);
  shelf.setView({ language: "zh-CN" });
  assert.equal(say(shelf, { code: "similar", subject: "10001" }), "与《" + shelf.product("10001").title + "》相似");
  // Every code the core has (src/rank/component.rs), and every reason of an item, in both languages.
  const source = readFileSync(new URL("../../src/rank/component.rs", import.meta.url), "utf8");
  const codes = [...source.matchAll(/Component::\w+ => "(\w+)"/g)].map((m) => m[1]);
  assert.ok(codes.length >= 14);
  for (const code of codes) {
    for (const [language, script] of [["en", /^[A-Z][a-z, ]+$/], ["zh", /^[\u4e00-\u9fff]+$/]]) {
      assert.match(say(shelf, { code, subject: "" }, language), script, code);
    }
  }
  const types = readFileSync(new URL("../../pkg-template/types/lists.d.ts", import.meta.url), "utf8");
  const reasons = [.../export type BecauseCode =([^;]*);/.exec(types)[1].matchAll(/"(\w+)"/g)].map((m) => m[1]);
  assert.ok(reasons.length >= 15);
  for (const code of reasons) for (const [language, script] of [["en", /^[A-Z][a-z ]/], ["zh", /[\u4e00-\u9fff]/]]) assert.match(say(shelf, { code, subject: "" }, language), script, code);
  assert.deepEqual(["en", "zh"].map((language) => say(shelf, { code: "sponsored", subject: "" }, language)), ["Sponsored", "广告"]);
  assert.equal(say(shelf, { code: "from_tomorrow", subject: "" }), "from_tomorrow");
  shelf.dispose();
});
