// Cards, declared answers and scenes: what the face makes of them, with and without the engine.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { ga4 } from "../../pkg-template/src/ga4.js";
import { say } from "../../pkg-template/src/say.js";
import { golden, replay } from "../golden/replay.mjs";
import { Writer } from "../../pkg-template/src/codec.js";
import { fakeHost } from "./support/fake-core.mjs";
import { withSection } from "./support/small-pack.mjs";
import { pkg } from "./support/project.mjs";

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const { cases, pack } = golden("cold-start.json");
const noCore = async () => {
  throw new NearshelfError("wasm_unavailable", "none", "none");
};
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const real = (options = {}) => createShelf({ pack, market: "cn", language: "en", now: () => NOW, consent: { personalize: true }, ...options });
const without = (now = NOW) => shelfMaker(fakeHost({ pack, core: noCore }))({ pack: "p", language: "zh-CN", now: () => now });
const ids = (list) => list.items.map((item) => item.id);
const look = (shelf, id) => shelf.track("view_item", { items: [{ item_id: id }] });

test("the packed build gives what the golden file says", async () => {
  for (const one of cases) {
    const answers = await replay(createShelf, one, pack);
    one.steps.forEach((step, i) => assert.deepEqual(answers[i], step.expect, `${one.name}, step ${i}`));
  }
});

test("without the engine cards stand in neutral order, listed by their times and named as GA4 has it", async () => {
  const shelf = await without();
  const list = shelf.recommend({ slot: "content" });
  assert.deepEqual(ids(list), ["skin", "cats", "run", "plain", "brand", "live"], "what is to come stands last, what is over or not yet listed is not there");
  assert.deepEqual([list.source, list.servedId, list.item_list_id], ["fallback", 0, "content"]);
  assert.deepEqual(list.items[0], {
    id: "skin", kind: "article", style: "professional", title: "护肤", start: NOW - DAY, end: null, topics: ["Beauty > Skincare"], brands: [],
    products: ["20001", "20003"], score: 0, because: { code: "given", subject: "" }, index: 0,
  });
  assert.equal(list.items[1].title, "Cats", "a title that a language lacks is that of the first");
  assert.deepEqual(ids(shelf.recommend({ slot: "stories", kind: "content", limit: 2, exclude: ["cats"] })), ["skin", "run"]);
  const all = shelf.recommend({ slot: "content" }).items;
  for (const [kind, style] of [["article", undefined], ["review", undefined], [undefined, "professional"], ["article", "professional"], ["nothing", undefined]]) {
    const o = { slot: "content", kinds: kind && [kind, "other"], styles: style && [style] };
    const wanted = all.filter((item) => (!kind || item.kind === kind) && (!style || item.style === style)).map((item) => item.id);
    assert.deepEqual(ids(shelf.recommend(o)), wanted, JSON.stringify(o));
    for (const { id } of all) assert.equal(shelf.whyNot(id, o).stage, wanted.includes(id) ? "shown" : "other_kind");
  }
  assert.deepEqual(ids(shelf.recommend({ slot: "activity" })), [], "this market has none");
  assert.deepEqual(ids((await without(NOW + 3 * DAY)).recommend({ slot: "content" })).slice(0, 2), ["later", "live"], "time went on");
  const why = (id, o) => Object.values(shelf.whyNot(id, { slot: "content", ...o }));
  assert.deepEqual([why("skin"), why("live"), why("run", { limit: 2 }), why("later"), why("over"), why("cats", { exclude: ["cats"] }), why("20001")],
    [["shown", "1"], ["shown", "6"], ["ranked_below", "3"], ["not_started", ""], ["expired", ""], ["excluded", ""], ["unknown_item", ""]]);
  assert.deepEqual(shelf.declare({ gender: "female" }), { accepted: 0, dropped: 0 });
  assert.deepEqual(shelf.recommend({ scene: { hour: 20, weather: "rain" }, limit: 2 }).scenes, ["rainy"]);
});

test("cards follow what the shopper turns to, keep their reasons, and can be decided again", async () => {
  const shelf = await real();
  assert.equal(shelf.recommend({ slot: "content" }).source, "neutral");
  look(shelf, "80001");
  const list = shelf.recommend({ slot: "content" });
  assert.deepEqual([list.source, list.items[0].id, list.items[list.items.length - 1].id], ["personal", "cats", "live"]);
  for (const item of list.items) {
    const tree = shelf.why(list.servedId, item.id);
    assert.equal(tree.value, item.score);
    const leaves = (node) => (node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : node.value);
    assert.equal(leaves(tree), item.score, "to the last bit");
  }
  assert.equal(shelf.replay(list.servedId).same, true);
  assert.deepEqual(ids(shelf.replay(list.servedId).list), ids(list));
  assert.deepEqual(ids(shelf.decisions().pop()), ids(list));
  assert.equal(ga4(shelf, list).items[0].item_id, "cats");
});

test("whyNot answers for the cards as they are dealt, and is no decision", async () => {
  const shelf = await real();
  look(shelf, "80001");
  for (const o of [{ slot: "content" }, { slot: "content", limit: 2 }, { slot: "news", kind: "content", exclude: ["cats"] }, { slot: "content", mode: "neutral", limit: 1 }, { slot: "activity" }]) {
    const list = ids(shelf.recommend(o));
    const known = shelf.decisions().length;
    for (const id of ["skin", "cats", "run", "plain", "brand", "live", "later", "over", "nobody"]) {
      const { stage, detail } = shelf.whyNot(id, o);
      assert.equal(stage === "shown", list.includes(id), id + JSON.stringify(o));
      if (stage === "shown") assert.equal(detail, String(list.indexOf(id) + 1));
    }
    assert.equal(shelf.decisions().length, known);
  }
  const list = shelf.recommend({ slot: "content" });
  assert.equal(shelf.replay(list.servedId).same, true);
  assert.notEqual(shelf.why(list.servedId, "cats"), null);
  assert.equal(shelf.whyNot("80001", { slot: "home" }).stage, "shown", "products are asked of as before");
  assert.equal(shelf.whyNot("80001", { slot: "content", kind: "page" }).stage, "shown");
  shelf.dispose();
});

test("neutral cards are the same for any two portraits, and quotes for any order of activities", async () => {
  const [a, b] = [await real(), await real()];
  look(a, "80001");
  look(b, "20001");
  b.declare({ gender: "male" });
  const neutral = (shelf) => ids(shelf.recommend({ slot: "content", mode: "neutral" }));
  assert.deepEqual(neutral(a), neutral(b));
  assert.notDeepEqual(ids(a.recommend({ slot: "content" })), ids(b.recommend({ slot: "content" })));
  const cart = { lines: [{ item_id: "80001", quantity: 2 }, { item_id: "20001" }] };
  const before = a.quote(cart);
  a.recommend({ slot: "activity" });
  a.recommend({ slot: "content" });
  assert.ok(before.payable > 0);
  assert.deepEqual(a.quote(cart), before);
  assert.deepEqual(b.quote(cart), before);
});

test("a click on a card counts as interest in its products, and is no step of the visit", async () => {
  const shelf = await real();
  const before = shelf.portrait();
  assert.deepEqual(shelf.track("select_content", { content_type: "article", content_id: "run" }), { accepted: 1, dropped: 0 });
  const { events, session, categories } = shelf.portrait();
  assert.deepEqual([events, session], [before.events + 1, []]);
  // The frozen pack is from before the event had a weight, so nothing is added to it.
  assert.deepEqual(categories, []);
  assert.deepEqual(shelf.track("select_content", { content_id: "no such card" }), { accepted: 1, dropped: 0 });
});

test("declared answers wait for the engine, are shown, and nothing else is kept", async () => {
  const shelf = await real();
  assert.deepEqual(shelf.declare({ gender: "female", name: "Wang", phone: 13800000000 }), { accepted: 1, dropped: 2 });
  const [answer] = shelf.portrait().declared;
  assert.deepEqual([answer.field, answer.value, answer.source, answer.confidence, answer.until - answer.time], ["gender", "female", "shopper", 1, 183 * 86_400_000]);
  assert.equal(shelf.diagnostics().contact_answer, 2);
  const list = shelf.recommend({ limit: 3 });
  assert.equal(list.source, "personal");
  const declared = shelf.why(list.servedId, list.items[0].id).children[0].children[0];
  assert.equal(declared.code, "declared");
  assert.equal(say(shelf, declared), "For what you told us: Skincare");
  assert.equal(shelf.replay(list.servedId).same, true);
  shelf.declare();
  assert.deepEqual(shelf.portrait().declared, [], "taken back");
  shelf.declare({ gender: "male" });
  shelf.setConsent({ personalize: false });
  assert.deepEqual(shelf.portrait().declared, []);
  assert.deepEqual(shelf.declare({ gender: "female" }), { accepted: 0, dropped: 0 });
});

test("a scene crosses as lifts and is misuse where it is none", async () => {
  const shelf = await real();
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  const list = shelf.recommend({ limit: 4, scene: { hour: 21, weather: "storm" } });
  assert.deepEqual([list.items[0].id, list.items[0].because.code, list.scenes], ["40001", "scene", ["rainy"]]);
  assert.equal(say(shelf, list.items[0].because), "Fits the moment");
  assert.equal(shelf.recommend({ limit: 4 }).scenes, undefined);
  assert.deepEqual(shelf.recommend({ scene: {} }).scenes, []);
  shelf.recommend({ scene: { hour: 25, mood: "good" } });
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(told.includes("bad_argument"));
});

test("a scene holds for what it names and for nothing else: holiday, page, weekday, device, and two at once", async () => {
  const w = new Writer();
  const scenes = { feast: [["holiday=mid-autumn", "holiday=spring"]], entry: [["page=home"]], weekend: [["weekday=6", "weekday=7"]], pocket: [["device=phone"], ["page=cart"]] };
  w.list(Object.entries(scenes), ([name, said], place) => {
    w.str(name);
    w.list(said, (any) => w.list(any, (text) => w.str(text)));
    w.list(["40001"], (id) => {
      w.str(id);
      w.u32(0x80000000 + 4 * 65536);
    });
  });
  const shelf = await real({ pack: withSection(pack, "SCEN", 4, w.written().slice()), consent: {} });
  const plain = ids(shelf.recommend({ limit: 4 }))[0];
  for (const [scene, names] of [[{ holiday: "mid-autumn" }, ["feast"]], [{ holiday: "spring" }, ["feast"]], [{ holiday: "autumn" }, []], [{ page: "home" }, ["entry"]], [{ page: "product" }, []], [{ weekday: 6 }, ["weekend"]],
    [{ weekday: 7 }, ["weekend"]], [{ weekday: 5 }, []], [{ hour: 6 }, []], [{ device: "phone" }, []], [{ device: "phone", page: "cart" }, ["pocket"]], [{ holiday: "spring", page: "home", weekday: 7 }, ["feast", "entry", "weekend"]], [{}, []]]) {
    const list = shelf.recommend({ limit: 4, scene });
    assert.deepEqual([Array.from(list.scenes), list.items[0].id], [names, names.length ? "40001" : plain], JSON.stringify(scene));
    if (names.length) assert.deepEqual([list.items[0].because.code, names.includes(list.items[0].because.subject)], ["scene", true]);
  }
  shelf.dispose();
});
