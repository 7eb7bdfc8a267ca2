// Conditions about the shopper: what they see, and that they see nothing without consent.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { golden } from "../golden/replay.mjs";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg } from "./support/project.mjs";

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const { pack } = golden("portrait.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

async function lived(consent = { personalize: true }) {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => now, consent });
  for (let day = 0; day < 4; day++) {
    now = NOW + day * 7 * DAY;
    shelf.track("view_item", { items: [{ item_id: "10001" }], channel: "search" });
    shelf.track("purchase", { transaction_id: "T" + day, value: 100 + day, items: [{ item_id: "10001" }] });
    shelf.track("add_to_cart", { items: [{ item_id: "10007" }] });
  }
  return shelf;
}

test("conditions see what the portrait knows, beside what the page hands in", async () => {
  const shelf = await lived();
  const shopper = shelf.shopper();
  const brand = shelf.portrait().brands[0].key;
  assert.deepEqual([shopper.orders, shopper.orderSum, shopper.brands[0], Array.from(shopper.cart), shopper.channels[0]], [4, 40600, brand, ["10007"], "search"]);
  for (const [condition, attributes, expected] of [
    [{ "shopper.orders": 4 }, undefined, true],
    [{ "shopper.orders": { $gt: 4 } }, {}, false],
    [{ shopper: { $exists: true }, page: "cart" }, { page: "cart" }, true],
    [{ "shopper.brands": { $in: [brand] }, page: "cart" }, { page: "home" }, false],
    [JSON.stringify({ "shopper.cart": { $elemMatch: { $eq: "10007" } } }), null, true],
    [{ "shopper.orders": 9 }, { shopper: { orders: 9 } }, true],
    [{ $not: { "shopper.stage": "lost" } }, undefined, true],
  ]) assert.equal(shelf.matches(condition, attributes), expected, JSON.stringify(condition));
  assert.deepEqual(shelf.audience({ "shopper.orders": { $gte: 4 }, n: { $gt: 1 } }).matchesAll([{ n: 1 }, { n: 2 }, 7]), [false, true, false]);
  shelf.dispose();
});

test("an offer can be put forward by price sensitivity", async () => {
  let now = NOW;
  const shelf = await createShelf({ pack: golden("insights.json").pack, utcOffset: 480, now: () => now, consent: { personalize: true } });
  assert.equal(shelf.shopper().priceSensitivity, undefined);
  for (let day = 0; day < 4; day++) {
    now = NOW + day * 7 * DAY;
    shelf.track("purchase", { transaction_id: "T" + day, value: 80, items: [{ item_id: "10001", price: 80, discount: 20 }] });
  }
  const { value } = shelf.insights().priceSensitivity;
  assert.ok(value > 0.3 && value <= 1);
  assert.equal(shelf.shopper().priceSensitivity, value);
  assert.deepEqual([0.3, 1.1].map((least) => shelf.matches({ "shopper.priceSensitivity": { $gte: least } })), [true, false]);
  shelf.dispose();
});

test("without consent, and without an engine, there is no shopper to ask about", async () => {
  const shelf = await lived({ personalize: null });
  assert.deepEqual([shelf.shopper(), shelf.matches({ "shopper.orders": { $gte: 1 } }), shelf.matches({ shopper: { $exists: false } })], [null, false, true]);
  shelf.dispose();
  const withdrawn = await lived();
  withdrawn.setConsent({ personalize: false });
  assert.deepEqual([withdrawn.shopper(), withdrawn.matches({ "shopper.events": { $gte: 1 } })], [null, false]);
  withdrawn.dispose();
  const noCore = async () => {
    throw new NearshelfError("wasm_unavailable", "none", "none");
  };
  const without = await shelfMaker(fakeHost({ pack, core: noCore }))({ pack: "p", language: "en", now: () => NOW, consent: { personalize: true } });
  assert.deepEqual([without.shopper()?.events ?? null, without.matches({ "shopper.orders": 4 })], [0, false]);
});
