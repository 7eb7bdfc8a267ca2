// Messages, selling points, grants and offers in the decision log: decided again to the same bytes, whatever happened in between.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Writer } from "../../pkg-template/src/codec.js";
import { newEra, remember } from "../../pkg-template/src/decisions.js";
import { MINUTE, NOW, random, replayed, speaking } from "./support/deciding.mjs";
import { turn } from "./support/memory.mjs";
import { pkg, root } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { withSection } from "./support/small-pack.mjs";
import { xxh64 } from "./support/xxh64.mjs";

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A visit at a clock that the test moves. */
async function open(wishes = {}) {
  const clock = { now: NOW, tick: 0 };
  const v = await realVisit(null, { consent: { personalize: true }, now: () => (clock.now += clock.tick), pack: speaking(), seed: 7, utcOffset: 480, ...wishes });
  const products = v.shelf.browse({ limit: 1000 }).products.map((p) => p.id);
  return Object.assign(v, { clock, products });
}

const plain = (x) => JSON.parse(JSON.stringify(x));
/** What the core decided of a list of messages: those that are due, of which the page asked for two. */
const cared = ({ items, withheld, level, bestHour }) => plain([items.slice(0, 2).map((m) => ({ ...m, offer: m.offer && m.offer.id })), withheld, level, bestHour]);

/** All that is decided for a shopper, by what asks for it. */
function decide(v) {
  const { shelf, clock } = v;
  return {
    list: shelf.recommend({ slot: "home", limit: 5 }).servedId,
    care: shelf.care({ slot: "home", customer: { tier: "gold" }, delivered: clock.now - 36 * HOUR }).servedId,
    points: shelf.sellingPoints("40001")[0].servedId,
    grants: shelf.grants({ attributes: { group: "a" } })[0].servedId,
    offers: shelf.promotions({ slot: "home" }).servedId,
    suggested: shelf.suggest("", { limit: 5 })[0].servedId,
  };
}

/** Each of them comes out the same, on the page and on the shop's side. */
function same(v, names, pack, about) {
  for (const [kind, name] of Object.entries(names)) assert.equal(v.shelf.replay(name).same, true, `${about}: ${kind}`);
  const { status, stdout, stderr } = replayed(v.shelf.decisionLog(), pack);
  assert.equal(status, 0, about + stdout + stderr);
}

/** A shopper who buys, complains, and sees what the shop has to say of it: every answer that has a name, by that name. */
async function hearing(v) {
  const said = new Map();
  const keep = (answers) => answers.length > 0 && said.set(answers[0].servedId, answers.map(({ servedId, ...answer }) => answer));
  const next = random(5);
  for (let i = 0; i < 40; i++) {
    v.clock.now += next(30) * 60 * MINUTE;
    const item_id = v.products[next(v.products.length)];
    v.shelf.track(["view_item", "purchase", "complaint", "view_promotion"][next(4)], {
      items: [{ item_id, price: 20 }], transaction_id: "o" + i, promotion_id: "care:holiday",
    });
    if (i % 5 === 0) v.shelf.recommend({ slot: "home", limit: 3 });
    if (i % 5 === 1) v.shelf.promotions({ slot: "home" });
    keep([v.shelf.care({ slot: "home", customer: { tier: "gold", birthday: "09-25" }, delivered: v.clock.now - 36 * 60 * MINUTE, limit: 2 })]);
    keep(v.shelf.sellingPoints(item_id, { limit: 2, scene: { weather: "rain" } }));
    keep(v.shelf.grants({ attributes: { group: "a" } }));
    if (i === 20) v.shelf.declineGrant("spring");
    if (i === 30) v.shelf.setView({ language: "zh-CN" });
  }
  return said;
}

test("messages, selling points and grants are decided again as lists are, and push no list out", async () => {
  const v = await open();
  const home = v.shelf.recommend({ slot: "home", limit: 3 });
  const said = await hearing(v);
  const kinds = { care: 0, selling_points: 0, grants: 0 };
  for (const [servedId, answers] of said) {
    const kind = servedId.split("-")[3].split("/")[0];
    const again = v.shelf.replay(servedId);
    if (!again) continue;
    kinds[kind]++;
    assert.equal(again.same, true, servedId);
    assert.deepEqual(kind === "care" ? cared(again.list) : plain(again.list).slice(0, answers.length), kind === "care" ? cared(answers[0]) : plain(answers), servedId);
  }
  const told = [...said].map(([servedId, answers]) => [servedId.split("-")[3].split("/")[0], answers]);
  const of = (kind) => told.filter(([one]) => one === kind).flatMap(([, answers]) => answers);
  assert.ok(of("care").some((care) => care.items.length > 0) && of("care").some((care) => care.withheld.some((m) => m.reason === "paused")), "messages are due, and held back");
  assert.ok(of("selling_points").some((point) => point.parts.shopper > 0) && of("selling_points").some((point) => point.parts.scene > 0), "what speaks to the shopper, and to the weather");
  assert.deepEqual([...new Set(of("grants").map((grant) => grant.state))].sort(), ["declined", "granted", "over", "waits"]);
  assert.ok(kinds.care === 32 && kinds.selling_points >= 9 && kinds.grants >= 4, JSON.stringify(kinds));
  assert.equal(v.shelf.replay(home.servedId).same, true, "the first list is remembered still");
  assert.equal(v.shelf.decisions().length, 9, "lists alone");
  // Painted again, one decision.
  const spoken = v.products.filter((id) => v.shelf.sellingPoints(id).length > 0);
  assert.ok(spoken.length > 1);
  const point = v.shelf.sellingPoints(spoken[0]);
  const size = v.shelf.decisionLog().length;
  for (let i = 0; i < 50; i++) assert.deepEqual(v.shelf.sellingPoints(spoken[0]), point);
  assert.equal(v.shelf.decisionLog().length, size);
  // Of one kind no more than 32.
  for (let i = 0; i < 60; i++) v.shelf.sellingPoints(spoken[i % spoken.length], { scene: { weather: "w" + i } });
  assert.equal(v.shelf.replay(point[0].servedId), null);
  assert.equal(v.shelf.replay(home.servedId).same, true);
  assert.deepEqual(v.told, []);

  const print = (...more) => replayed(v.shelf.decisionLog(), speaking(), ...more);
  const all = JSON.parse(print("--json").stdout);
  assert.ok(all.every((one) => one.same && one.items.length === one.replayed.length));
  for (const kind of ["list", "promotions", "care", "sellingPoints", "grants"]) assert.ok(all.some((one) => one.kind === kind), kind);
  const [servedId, [care]] = [...said].filter(([name]) => name.includes("-care/")).at(-1);
  const [one] = JSON.parse(print("--served", servedId, "--json").stdout);
  assert.deepEqual([one.served, one.kind, one.slot, one.items.filter((x) => Object.keys(x.reasons)[0] === care.items[0]?.occasion).map((x) => x.id).slice(0, 2)],
    [servedId, "care", "home", care.items.map((x) => x.id)]);
  const printed = print();
  assert.equal(printed.status, 0, printed.stderr);
  assert.match(printed.stdout, /^\S+-selling_points\/\S+ \S+ of \S+ market cn personal: same bytes$/m);
  assert.match(printed.stdout, /^\S+-grants\/ \S+ market cn personal: same bytes\n.*(granted|declined)/m);
  assert.match(print("--served", "nobody").stderr, /bad_decisions.*"nobody"/);

  v.shelf.setConsent({ personalize: false });
  assert.deepEqual([v.shelf.care().servedId, v.shelf.replay(servedId), v.shelf.decisionLog().length < 40], [null, null, true]);
  for (const point of v.shelf.sellingPoints(spoken[0])) assert.equal(point.servedId, null);
});

test("suggested products are decided again, and push no list out", async () => {
  const v = await open();
  const home = v.shelf.recommend({ slot: "home", limit: 3 });
  const words = [...new Set(v.products.map((id) => v.shelf.product(id).title.slice(0, 2)))];
  const first = v.shelf.suggest("", { limit: 20 });
  const next = random(9);
  const said = new Map();
  for (let i = 0; i < 60; i++) {
    v.clock.now += next(60) * MINUTE;
    v.shelf.track(["view_item", "add_to_cart"][next(2)], { items: [{ item_id: v.products[next(v.products.length)], price: 20 }] });
    const answer = v.shelf.suggest(["", ...words][next(words.length + 1)], { limit: 4 + next(8), mode: next(9) ? "personal" : "neutral" });
    if (i === 40) v.shelf.setView({ language: "zh-CN" });
    const products = answer.filter((one) => one.kind === "product");
    for (const one of answer) assert.equal(one.servedId, answer[0].servedId);
    // Categories and brands may leave no room for all that were ranked.
    if (answer[0]?.servedId) said.set(answer[0].servedId, products.map((one) => one.id));
  }
  assert.ok(said.size > 35, String(said.size));
  const of = [...said].map(([name, ids]) => [v.shelf.replay(name), ids]);
  assert.equal(of.filter(([again]) => again).length, 32, "the latest of them");
  for (const [again, ids] of of.filter(([again]) => again)) {
    assert.equal(again.same, true);
    assert.deepEqual(again.list.map((one) => one.id).slice(0, ids.length), ids);
    assert.ok(again.list.every((one) => one.kind === "product" && typeof one.text === "string"));
  }
  assert.ok(new Set([...said.values()].map(String)).size > 10, "they are not all alike");
  assert.equal(v.shelf.replay(home.servedId).same, true, "the list before them is remembered still");
  assert.deepEqual(v.shelf.decisions().map((list) => list.servedId), [home.servedId], "lists alone");
  assert.equal(v.shelf.replay(first[0].servedId), null);
  // Painted again, one decision.
  const painted = v.shelf.suggest("", { limit: 8 });
  assert.deepEqual(v.shelf.suggest("", { limit: 8 }), painted);
  assert.deepEqual(v.shelf.suggest("no such thing"), []);

  const { status, stdout, stderr } = replayed(v.shelf.decisionLog(), speaking(), "--json");
  assert.equal(status, 0, stderr);
  const suggested = JSON.parse(stdout).filter((one) => one.kind === "suggest");
  assert.equal(suggested.length, 32);
  assert.ok(suggested.every((one) => one.same && one.slot === "search"));
  const last = suggested.at(-1);
  assert.deepEqual([last.served, last.items.map((item) => item.id)], [painted[0].servedId, v.shelf.replay(painted[0].servedId).list.map((one) => one.id)]);
  assert.ok(Object.keys(last.items[0].reasons).length > 0, "with what it was ranked by");

  v.shelf.setConsent({ personalize: false });
  assert.deepEqual([...new Set(v.shelf.suggest("").map((one) => one.servedId))], [null]);
});

test("of what has a name no kind takes more than a quarter of the log", () => {
  const era = newEra(null, [], []);
  const decision = (name, op, bytes) => ({ _servedId: name, _op: op, _given: typeof name === "number" ? {} : () => [], _request: new Uint8Array(bytes), _answer: new Uint8Array(0), _era: era });
  const list = [];
  assert.equal(remember(list, decision(1, 4, 1000)), true);
  for (let i = 0; i < 20; i++) assert.equal(remember(list, decision("s" + i, 4, 40_000)), true);
  assert.deepEqual(list.map((d) => d._servedId), [1, "s14", "s15", "s16", "s17", "s18", "s19"]);
  assert.equal(remember(list, decision("offers", 61, 262_145)), false, "larger than a quarter");
  assert.equal(remember(list, decision("large", 4, 262_145)), false);
  assert.deepEqual(list.map((d) => d._servedId), [1, "s14", "s15", "s16", "s17", "s18", "s19"], "what is too large pushes nothing out");
  assert.equal(remember(list, decision("offers", 61, 262_144)), true);
  assert.equal(remember(list, decision(2, 4, 500_000)), true);
  assert.deepEqual(list.map((d) => d._servedId).slice(-2), ["offers", 2]);
});

test("times of other calls, clocks that go back and what waited for consent change nothing", async () => {
  const cart = { lines: [{ item_id: "40001", quantity: 1 }] };
  const ways = {
    "nothing": () => {},
    "a clock behind what was signed": ({ shelf }) => { shelf._trust._behind = 3 * DAY; shelf.quote(cart); },
    "coupons then": ({ shelf }) => { shelf._trust._behind = 3 * DAY; shelf.coupons({ held: ["c-all"] }); },
    "a quote, and the clock goes back": ({ shelf, clock }) => { clock.now += 3 * DAY; shelf.quote(cart); clock.now -= 2.9 * DAY; },
    "add-ons, and the clock goes back": ({ shelf, clock, products }) => { clock.now += 3 * DAY; shelf.addons({ cart, candidates: products }); clock.now -= 2.9 * DAY; },
    "a consent, and the clock goes back": ({ shelf, clock }) => { clock.now += 3 * DAY; shelf.setConsent({ report: true }); clock.now -= 2.9 * DAY; },
    "an account, and the clock goes back": async ({ shelf, clock }) => { clock.now += 3 * DAY; await shelf.identify("me"); clock.now -= 2.9 * DAY; },
    "tags": ({ shelf }) => { shelf.tags(); },
  };
  const pack = withSection(speaking(), "RTAG", 3, new Uint8Array(readFileSync(join(root, "tests/compat/rule-tags-v1.section"))));
  for (const [about, way] of Object.entries(ways)) {
    const v = await open({ pack });
    for (let i = 0; i < 6; i++) {
      v.clock.now += HOUR;
      v.shelf.track("view_item", { items: [{ item_id: v.products[i], price: 20 }] });
    }
    v.shelf.track("purchase", { transaction_id: "a", items: [{ item_id: "40001", price: 20 }] });
    await way(v);
    same(v, decide(v), pack, about);
  }
  for (const gap of [1000, HOUR, 3 * DAY]) {
    const v = await open({ consent: {}, preConsent: "session" });
    v.shelf.track("purchase", { transaction_id: "a", items: [{ item_id: "40001", price: 20 }] });
    v.clock.now += gap;
    v.shelf.recommend({ slot: "home" });
    v.shelf.setConsent({ personalize: true });
    await v.settled();
    assert.equal(v.shelf.portrait().updated, NOW, "as of then");
    same(v, decide(v), speaking(), "waited for " + gap);
  }
  // Offers are asked about after conditions have been, at a clock that moves: shown as often as they may be until midnight.
  for (let k = 1; k < 12; k++) {
    const v = await open();
    const midnight = Date.UTC(2026, 8, 22, 16);
    v.clock.now = midnight - 10 * MINUTE;
    for (let i = 0; i < 2; i++) v.shelf.track("view_promotion", { promotion_id: "ten" });
    v.clock.now = midnight - k;
    v.clock.tick = 1;
    const { servedId } = v.shelf.promotions({ slot: "home" });
    v.clock.tick = 0;
    assert.equal(v.shelf.replay(servedId).same, true, `${k} ms before midnight`);
  }
});

test("what rule tags note is part of what is decided from", async () => {
  const rules = new Uint8Array(readFileSync(join(root, "tests/compat/rule-tags-v1.section")));
  const caps = new Writer();
  for (const n of [0, 3, 0, 0, 0x80000000, 0xffffffff, 0xffffffff, 0, 0xffffffff, 0, 0]) caps.u32(n);
  const v = await open({ pack: withSection(withSection(speaking(), "RTAG", 3, rules), "PROM", 0, caps.written().slice()) });
  const show = (id) => {
    v.clock.now += MINUTE;
    v.shelf.track("view_promotion", { promotion_id: id });
  };
  for (let i = 0; i < 3; i++) show("ten");
  for (let i = 0; i < 3; i++) v.shelf.track("view_item", { items: [{ item_id: v.products[i], price: 20 }] });
  v.clock.now += DAY;
  // As many as are remembered; a rule's take the place of the oldest.
  for (let i = 0; i < 126; i++) show("other-" + i);
  const before = v.shelf.promotions({ slot: "home" });
  assert.ok(v.shelf.tags().some((tag) => tag.kind === "rule"));
  const after = v.shelf.promotions({ slot: "home" });
  assert.notDeepEqual(after.withheld, before.withheld, "or the test shows nothing");
  for (const { servedId } of [before, after]) assert.equal(v.shelf.replay(servedId).same, true);
});

test("decisions are of one consent to what is sensitive, and the log says of which", async () => {
  const key = (text, seed) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, xxh64(new TextEncoder().encode(text), seed), true);
    return bytes;
  };
  const { category } = (await open()).shelf.product("40001");
  const sensitive = new Writer();
  sensitive.list([key(category, 2n)], (bytes) => bytes.forEach((b) => sensitive.u8(b)));
  const pack = withSection(speaking(), "SENS", 1, sensitive.written().slice());
  const v = await open({ pack, consent: { personalize: true, sensitive: true } });
  for (let i = 0; i < 3; i++) {
    v.clock.now += HOUR;
    v.shelf.track("purchase", { transaction_id: "t" + i, items: [{ item_id: "40001", price: 20 }] });
  }
  v.shelf.setView({ language: "en" });
  const names = decide(v);
  same(v, names, pack, "with consent");
  const holds = (bytes) => Buffer.from(bytes).includes(Buffer.from(key("40001", 1n)));
  assert.ok(holds(v.shelf.decisionLog()));
  v.shelf.setConsent({ sensitive: false });
  assert.deepEqual([v.shelf.decisions(), v.shelf.replay(names.care), holds(v.shelf.decisionLog())], [[], null, false], "what was said with it went with it");
  same(v, decide(v), pack, "without it");
});

test("a name is of one answer, which is the core's and nobody writes on", async () => {
  const v = await open();
  v.shelf.track("purchase", { transaction_id: "a", items: [{ item_id: "40001", price: 20 }] });
  // A question that wants fewer has the same decision, and that is told uncut.
  const [one, three] = [1, 3].map((limit) => v.shelf.sellingPoints("40001", { limit }));
  assert.ok(one.length === 1 && three.length > 1 && one[0].servedId === three[0].servedId);
  assert.deepEqual(plain(v.shelf.replay(one[0].servedId).list), plain(three).map(({ servedId, ...point }) => point));
  const english = v.shelf.promotions({ slot: "home" });
  v.shelf.setView({ language: "zh-CN" });
  assert.notEqual(v.shelf.promotions({ slot: "home" }).servedId, english.servedId, "another language is another decision");
  const cn = v.shelf.grants()[0].servedId;
  v.shelf.setView({ market: "us" });
  assert.ok(v.shelf.grants().every((grant) => grant.servedId !== cn));
  v.shelf.setView({ market: "cn", language: "en" });
  const care = v.shelf.care({ slot: "home", customer: { tier: "gold" }, delivered: NOW - 36 * HOUR });
  const all = plain(v.shelf.replay(care.servedId));
  for (const list of [care, v.shelf.replay(care.servedId).list]) list.items.concat(list.withheld).forEach((message) => Object.assign(message, { id: "written", offer: null, because: null }));
  english.items.forEach((offer) => { offer.because.code = "written"; });
  assert.deepEqual(plain(v.shelf.replay(care.servedId)), all);
  assert.doesNotMatch(JSON.stringify(v.shelf.replay(english.servedId)), /written/);
  // One bit of what was answered is another answer, wherever it lies.
  const { decisions } = v.shelf._engine;
  const d = decisions.find((d) => d._servedId === care.servedId);
  for (const at of [1, d._answer.length - 1]) {
    d._answer[at] ^= 1;
    assert.equal(v.shelf.replay(care.servedId).same, false);
    d._answer[at] ^= 1;
  }
  assert.equal(v.shelf.replay(care.servedId).same, true);
});

test("what nobody was shown takes no place, and what cannot be remembered has no name", async () => {
  const v = await open();
  v.shelf.track("view_item", { items: [{ item_id: "40001", price: 20 }] });
  const offers = v.shelf.promotions({ slot: "home" });
  const points = v.shelf.sellingPoints("40001");
  for (let i = 0; i < 40; i++) {
    v.clock.now += HOUR;
    v.shelf.care({ slot: "home", customer: { tier: "gold" } });
    v.shelf.sellingPoints("no product " + i);
  }
  for (const name of [offers.servedId, points[0].servedId]) assert.equal(v.shelf.replay(name).same, true, "messages ask about offers too, and products without points have none");
  const list = v.shelf.recommend({ slot: "home", limit: 3 });
  // Overlays are part of what is decided from.
  for (let k = 0; k < 6; k++) {
    v.clock.now += MINUTE;
    await v.shelf.setOverlay({ items: Array.from({ length: 10_000 }, (_, i) => ({ id: "anything " + i, price: "1.00" })) });
  }
  assert.ok(v.shelf.decisionLog().length < 1 << 20, "what came later is not told");
  assert.equal(v.shelf.replay(list.servedId).same, true);
  v.clock.now += HOUR;
  v.shelf.track("view_item", { items: [{ item_id: "40001", price: 20 }] });
  assert.equal(v.shelf.care({ slot: "cart" }).servedId, null, "too much to remember");
  v.shelf.setView({ language: "zh-CN" });
  assert.equal(v.shelf.replay(v.shelf.care({ slot: "cart" }).servedId)?.same ?? null, null, "the overlays hold still");
  await v.shelf.setOverlay(null);
  v.shelf.setView({ language: "en" });
  assert.equal(v.shelf.replay(v.shelf.care({ slot: "cart" }).servedId).same, true);
});

test("a part that has not come again decides nothing again, and the engine goes on", async () => {
  const { fetch: real, WebAssembly: wasm } = globalThis;
  const { instantiate } = wasm;
  let trap = false;
  globalThis.fetch = async (address) => new Response(readFileSync(join(pkg, String(address).replace(/[?#].*/, "").replace(/.*\//, ""))), { headers: { "content-type": "application/wasm" } });
  wasm.instantiate = async (...given) => {
    const made = await instantiate.apply(wasm, given);
    const { exports } = made.instance || made;
    const once = (call) => (...args) => {
      if (!trap) return call(...args);
      trap = false;
      throw new wasm.RuntimeError("unreachable");
    };
    const names = Object.keys(exports);
    const wrapped = Object.fromEntries(names.map((name) => [name, typeof exports[name] === "function" && /call/i.test(name) ? once(exports[name]) : exports[name]]));
    return made.instance ? { ...made, instance: { exports: wrapped } } : { exports: wrapped };
  };
  try {
    const { createShelf } = await import(pathToFileURL(join(pkg, "index.js")).href + "?said");
    const shelf = await createShelf({ pack: speaking(), market: "cn", consent: { personalize: true }, now: () => NOW, utcOffset: 480, insight: true });
    const told = [];
    shelf.on("diagnostic", (d) => told.push(d.code));
    shelf.track("view_item", { items: [{ item_id: "40001", price: 20 }] });
    const [{ servedId }] = shelf.sellingPoints("40001");
    assert.equal(shelf.replay(servedId).same, true);
    const during = [];
    shelf.on("change", () => shelf.status === "ready" && during.push(shelf.replay(servedId)));
    trap = true;
    shelf.portrait();
    for (let i = 0; i < 100 && shelf.replay(servedId) === null; i++) await turn();
    assert.equal(during[0], null, "the core is there before the part");
    assert.equal(shelf.replay(servedId).same, true, "and now the part");
    assert.deepEqual([shelf.status, told], ["ready", ["engine_restarted"]]);
    shelf.dispose();
  } finally {
    globalThis.fetch = real;
    wasm.instantiate = instantiate;
  }
});

test("`nearshelf replay` shows what differs, and no file of somebody's moves the cursor", async () => {
  const v = await open();
  v.clock.now += DAY;
  v.shelf.grants({ attributes: { group: "a" } });
  const log = v.shelf.decisionLog();
  const at = Buffer.from(log).lastIndexOf("c-tea");
  assert.ok(at > 0);
  // The state before the coupon: declined in place of granted.
  log[at - 5] = 2;
  const { status, stdout } = replayed(log, speaking());
  assert.equal(status, 1, stdout);
  assert.match(stdout, /DIFFERS/);
  assert.match(stdout, /^! +\d+ +(spring|late) .*declined/m);
  assert.match(stdout, /^\+ +\d+ +(spring|late) .*granted, coupon c-tea/m);
  const forged = Buffer.from(v.shelf.decisionLog());
  const name = forged.indexOf("grants/");
  forged.write("\x1b[31m\n", name);
  const printed = replayed(forged, speaking()).stdout;
  assert.doesNotMatch(printed, /\x1b/);
  assert.match(printed, /\\u\{1b\}\[31m\\n/);
});
