// Offers that are put forward: to whom, when, and not while promotions pause; and who may use one, which no portrait has a say in.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { pkg, root } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";
import { withSection } from "./support/small-pack.mjs";

const conditions = new Uint8Array(readFileSync(join(root, "tests/compat/offer-conditions-v1.section")));
const { Writer } = await import("../../pkg-template/src/codec.js");
/** No policy of the shop's: nothing is capped, held back or weighed. */
const openPolicy = new Writer();
for (const number of [0, 0, 0, 0, 0x80000000, 0xffffffff, 0xffffffff, 0, 0xffffffff, 0, 0]) openPolicy.u32(number);
const sample = withSection(new Uint8Array(readFileSync(samplePack())), "OFCN", 5, conditions);
const pack = withSection(sample, "PROM", 0, openPolicy.written().slice());
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 4);

async function open(more) {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => now, ...more });
  return { shelf, later: (ms) => (now += ms) };
}
const sorted = (list) => list.slice().sort();
const ids = (shelf, o) => Array.from(shelf.promotions({ limit: 200, ...o }).items, (offer) => offer.id);

test("promotions are the offers that run, whom they are for; in the shop's order where nobody is looked at", async () => {
  const { shelf } = await open({ consent: { personalize: true } });
  const all = Array.from(shelf.offers());
  const running = all.filter(({ start, end }) => !(start > NOW) && !(end !== null && end <= NOW)).map((offer) => offer.id);
  assert.ok(running.length < all.length && running.length > 20);
  const closed = ["cn-books-3-for-15", "cn-winter-home", "cn-beauty-gift", "cn-coupon-20"];
  // The sample shop learns what is chosen, so that whose order it is, is drawn.
  assert.deepEqual(sorted(ids(shelf)), sorted(running.filter((id) => !closed.includes(id))));
  assert.deepEqual(ids(shelf, { mode: "neutral" }), running.filter((id) => !closed.includes(id)));
  const member = { tier: "gold", country: "CN", channel: "app" };
  assert.deepEqual(sorted(ids(shelf, { attributes: member })), sorted(running.filter((id) => id !== "cn-winter-home")));
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  shelf.track("view_item", { items: [{ item_id: "10002" }] });
  assert.deepEqual(sorted(ids(shelf, { attributes: member })), sorted(running));
  assert.deepEqual(ids(shelf, { attributes: member, mode: "neutral" }), running.filter((id) => id !== "cn-winter-home"));
  const { items, paused } = shelf.promotions({ limit: 200, attributes: member });
  const because = (id) => items.find((offer) => offer.id === id).because.code;
  assert.deepEqual([because("cn-winter-home"), because("cn-beauty-gift"), because("cn-books-3-for-15"), paused], ["audience", "audience", "everyone", false]);
  const [first] = all.filter((offer) => offer.id === items[0].id);
  const own = ["because", "weight", "rate", "propensity", "creative", "creativePropensity"];
  assert.deepEqual(Object.fromEntries(Object.entries(items[0]).filter(([key]) => !own.includes(key))), { ...first }, "an offer is as offers() has it");
  assert.equal(shelf.promotions({ limit: 2 }).items.length, 2);
  shelf.setConsent({ personalize: false });
  assert.ok(!ids(shelf, { attributes: member }).includes("cn-winter-home"));
  shelf.dispose();
});

test("a complaint pauses promotions and promotional cards until it is settled, and no price", async () => {
  const { shelf, later } = await open({ consent: { personalize: true } });
  const lines = shelf.browse({ limit: 12 }).products.filter((p) => p.availability === "in_stock").slice(0, 4).map((p) => ({ item_id: p.id, quantity: 3 }));
  const cart = { lines, codes: ["HARBOUR20"], attributes: { channel: "app" } };
  const before = [shelf.quote(cart), shelf.coupons({ cart, held: ["cn-coupon-ten"] }), shelf.offers()];
  const cards = (o) => shelf.recommend({ slot: "activity", limit: 100, ...o });
  assert.ok(cards().items.some((card) => card.kind === "percent") && cards().paused === undefined);
  shelf.track("complaint", { items: [{ item_id: "10001" }] });
  assert.deepEqual(shelf.promotions(), { servedId: null, items: [], withheld: [], paused: true, rows: [] });
  assert.ok(cards().items.length > 0 && cards().items.every((card) => card.kind === "task"));
  assert.equal(cards().paused, true);
  // Neutral is neutral: the same for everybody.
  assert.equal(cards({ mode: "neutral" }).paused, undefined);
  assert.ok(ids(shelf, { mode: "neutral" }).length > 20);
  const now = [shelf.quote(cart), shelf.coupons({ cart, held: ["cn-coupon-ten"] }), shelf.offers()];
  const plain = (x) => JSON.parse(JSON.stringify(x, (key, value) => (["interest", "score", "because"].includes(key) ? undefined : value)));
  assert.deepEqual(plain(now), plain(before), "no price, no coupon, no reference list");
  later(15 * DAY);
  assert.ok(ids(shelf).length > 20 && shelf.promotions().paused === false, "complaint_pause_days have gone by");
  shelf.track("complaint", { items: [{ item_id: "10001" }] });
  assert.equal(shelf.promotions().paused, true);
  shelf.setConsent({ personalize: false });
  assert.ok(ids(shelf).length > 20, "nobody is looked at without consent");
  shelf.dispose();
});

test("who may use an offer is asked of what the page hands in, and quotes are equal for any two portraits", async () => {
  const [{ shelf: a }, { shelf: b }, { shelf: nobody }] = [await open({ consent: { personalize: true } }), await open({ consent: { personalize: true } }), await open()];
  for (const id of ["10001", "10002", "20001", "80007"]) a.track("purchase", { transaction_id: id, items: [{ item_id: id, price: 900 }] });
  b.track("complaint", { items: [{ item_id: "10002" }] });
  const books = a.browse({ category: "Books & stationery", limit: 3 }).products.map((p) => ({ item_id: p.id, quantity: 2 }));
  assert.ok(books.length > 0);
  const saves = (quote) => quote.applied.some((offer) => offer.id === "cn-books-3-for-15");
  for (const attributes of [undefined, { tier: "gold" }, { tier: "silver", shopper: { events: 7 } }, { channel: "app" }]) {
    const cart = { lines: books, codes: ["HARBOUR20"], attributes };
    const quotes = [a, b, nobody].map((shelf) => JSON.stringify(shelf.quote(cart)));
    assert.equal(quotes[0], quotes[1]);
    assert.equal(quotes[0], quotes[2]);
    const quote = a.quote(cart);
    assert.equal(saves(quote), !!attributes && attributes.tier === "gold");
    const refused = quote.refused.find((offer) => offer.id === "cn-books-3-for-15");
    assert.equal(refused && refused.reason, saves(quote) ? undefined : "condition");
    const [coupon] = a.coupons({ cart, held: ["HARBOUR20"], attributes });
    assert.equal(coupon.reason === "condition", !attributes || attributes.channel !== "app");
  }
  [a, b, nobody].forEach((shelf) => shelf.dispose());
});

test("activities: two shoppers get another first one, its reasons add up, and neutral is alike for both", async () => {
  const shelves = (await Promise.all([0, 1].map(() => open({ consent: { personalize: true } })))).map(({ shelf }) => shelf);
  const cards = (shelf, o) => shelf.recommend({ slot: "activity", limit: 100, ...o });
  const key = (list) => Array.from(list.items, (card) => card.id);
  const all = cards(shelves[0], { mode: "neutral" }).items;
  // Of two activities about different categories one product each.
  const about = (card) => card.products[0] || (card.topics.length ? shelves[0].browse({ category: card.topics[0], limit: 1 }).products[0].id : "");
  const running = all.filter((card) => !(card.start > NOW) && about(card) && shelves[0].product(about(card)));
  const [one, other] = [running[0], running.find((card) => shelves[0].product(about(card)).category.split(" > ")[0] !== shelves[0].product(about(running[0])).category.split(" > ")[0])];
  [one, other].forEach((card, i) => {
    for (let n = 0; n < 4; n++) shelves[i].track("view_item", { items: [{ item_id: about(card) }] });
  });
  const lists = shelves.map((shelf) => cards(shelf));
  assert.notEqual(lists[0].items[0].id, lists[1].items[0].id);
  lists.forEach((list, i) => {
    assert.equal(list.source, "personal");
    for (const card of list.items) {
      const tree = shelves[i].why(list.servedId, card.id);
      const leaves = (node) => (node.children.length ? node.children.reduce((sum, child) => sum + leaves(child), 0) : node.value);
      assert.deepEqual([tree.value, leaves(tree)], [card.score, card.score], card.id);
    }
    const [first, second] = key(list);
    assert.deepEqual(key(cards(shelves[i], { limit: 2 })), [first, second]);
    assert.equal(key(cards(shelves[i], { exclude: [first] }))[0], second);
    assert.equal(shelves[i].whyNot(first, { slot: "activity", exclude: [first] }).stage, "excluded");
  });
  const neutral = shelves.map((shelf) => JSON.stringify(cards(shelf, { mode: "neutral" }).items));
  assert.equal(neutral[0], neutral[1]);
  assert.deepEqual(shelves.map((shelf) => shelf.quote({ lines: [{ item_id: "10001", quantity: 2 }] })).map((quote) => quote.payable).filter((sum, i, sums) => sums.indexOf(sum) === i).length, 1);
  shelves.forEach((shelf) => shelf.dispose());
});

test("whyNot says of an activity that promotions pause, or that it is for others", async () => {
  const { shelf } = await open({ consent: { personalize: true } });
  const stage = (id, o) => shelf.whyNot(id, { slot: "activity", limit: 100, ...o }).stage;
  const shown = shelf.recommend({ slot: "activity", limit: 100 }).items;
  const offer = shown.find((card) => card.kind !== "task" && !(card.start > NOW)).id;
  const task = shown.find((card) => card.kind === "task").id;
  assert.deepEqual([stage(offer), stage(task), stage("cn-winter-home"), stage("cn-books-3-for-15"), stage("nobody")], ["shown", "shown", "audience", "audience", "unknown_item"]);
  assert.equal(stage("cn-books-3-for-15", { attributes: { tier: "gold" } }), "shown");
  shelf.track("complaint", { items: [{ item_id: "10001" }] });
  assert.deepEqual([stage(offer), stage(task), stage(offer, { mode: "neutral" })], ["paused", "shown", "shown"]);
  shelf.dispose();
});
