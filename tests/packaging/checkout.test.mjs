// Carts through the packed core: quotes, coupons, and carts that are none.

import assert from "node:assert/strict";
import test from "node:test";
import { join } from "node:path";
import { pkg } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";

const pack = samplePack();
const { createShelf } = await import(join(pkg, "node.js"));
const now = () => Date.UTC(2026, 10, 22, 4);

test("a quote adds up, line by line and offer by offer", async () => {
  const shelf = await createShelf({ pack, market: "cn", now });
  const { products } = shelf.browse({ limit: 12 });
  const lines = products.filter((p) => p.availability === "in_stock").slice(0, 4)
    .map((p, i) => ({ id: `l${i}`, item_id: p.id, quantity: i + 1 }));
  const quote = shelf.quote({ lines, shipping: 800, codes: ["HARBOUR20"] });
  assert.equal(quote.optimal, true);
  assert.deepEqual(quote.lines.map((l) => l.id), lines.map((l) => l.id));
  const sum = (list, of) => list.reduce((total, x) => total + of(x), 0);
  assert.equal(sum(quote.lines, (l) => l.payable) + quote.shipping, quote.payable);
  assert.equal(quote.subtotal + 800 - quote.discount, quote.payable);
  assert.equal(sum(quote.applied, (a) => a.amount), quote.discount);
  assert.ok(quote.applied.length > 0, "the sample has an offer for such a cart");
  for (const line of quote.lines) assert.equal(line.subtotal - sum(line.discounts, (d) => d.amount), line.payable);
  assert.ok(quote.refused.every((r) => r.name && r.reason));
  shelf.setConsent({ personalize: true });
  shelf.track("view_item", { items: [{ item_id: lines[0].item_id }] });
  assert.deepEqual(shelf.quote({ lines, shipping: 800, codes: ["HARBOUR20"] }), quote, "the portrait has no say in a price");
  shelf.dispose();
});

test("coupons come with what they are worth, those that save first", async () => {
  const shelf = await createShelf({ pack, market: "cn", now });
  const left = Object.fromEntries(shelf.offers().filter((o) => o.left !== null).map((o) => [o.id, o.left]));
  assert.deepEqual([left["cn-trial-serum"], left["cn-double12-midnight"], Object.keys(left).length < 10], [163, 500, true], "of those that have a limit for all");
  const held = shelf.offers().filter((o) => o.coupon).map((o) => o.id);
  assert.ok(held.length >= 5);
  const [product] = shelf.browse({ limit: 1 }).products;
  const coupons = shelf.coupons({ cart: { lines: [{ item_id: product.id, quantity: 3 }] }, held });
  assert.equal(coupons.length, held.length);
  const saves = coupons.map((c) => c.reason === "saves" && c.saving > 0);
  assert.ok(saves[0]);
  assert.ok(coupons.every((c) => c.reason === "saves" || c.saving === 0));
  assert.deepEqual(shelf.coupons({ held: [] }), []);
  shelf.dispose();
});

test("what is no cart answers null and says why", async () => {
  const shelf = await createShelf({ pack, market: "cn", now });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  const bad = [
    { lines: [{ item_id: "10001", quantity: 0 }] },
    { lines: [{ item_id: "10001", quantity: 1.5 }] },
    { lines: [{ item_id: "10001", price: "cheap" }] },
    { lines: [{ item_id: "no such thing" }] },
    { lines: [{ id: 1, item_id: "10001" }, { id: 1, item_id: "10001" }] },
    { lines: [{}] },
  ];
  for (const cart of bad) assert.equal(shelf.quote(cart), null, JSON.stringify(cart));
  for (const odd of [null, undefined, 7, "cart", [], { lines: "x" }, { lines: [null] }, { lines: [], codes: {} }]) shelf.quote(odd);
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(told.some((d) => d.code === "invalid_cart" && d.message.includes("cart.lines[0].qty")));
  assert.equal(shelf.status, "ready");
  shelf.dispose();
});

test("what is worth adding costs what a quote says of the larger cart, the best first", async () => {
  const shelf = await createShelf({ pack, market: "cn", now });
  const there = shelf.browse({ limit: 400 }).products.filter((p) => p.availability === "in_stock");
  const cart = { lines: there.slice(0, 3).map((p) => ({ item_id: p.id, quantity: 2 })), shipping: 800 };
  const candidates = there.slice(20, 60).map((p) => p.id);
  const pay = (ids) => shelf.quote({ ...cart, lines: cart.lines.concat(ids.map((id, i) => ({ id: `add-${i}`, item_id: id, quantity: 1 }))) }).payable;
  const found = shelf.addons({ cart, candidates: ["nobody-knows", "10001-L", ...candidates] });
  assert.deepEqual([found.payable, found.singles.length, found.pairs.length, found.optimal], [pay([]), 10, 3, true]);
  const all = candidates.map((id) => pay([id])).sort((a, b) => a - b);
  assert.deepEqual(found.singles.map((a) => a.payable), all.slice(0, 10));
  for (const { items, payable, delta } of [...found.singles, ...found.pairs]) assert.deepEqual([payable, delta], [pay(items), payable - pay([])]);
  const ten = found.singles.map((a) => a.items[0]);
  const pairs = ten.flatMap((a, i) => ten.slice(i + 1).map((b) => pay([a, b]))).sort((a, b) => a - b);
  assert.deepEqual(found.pairs.map((a) => a.payable), pairs.slice(0, 3));
  assert.deepEqual(shelf.addons({ cart, candidates: ["10001-L", "nobody-knows"] }).singles, []);
  assert.equal(shelf.addons({ cart: { lines: [{ item_id: there[0].id, quantity: -1 }] }, candidates }), null);
  assert.equal(shelf.addons({ cart, candidates: there.slice(0, 90).map((p) => p.id) }).singles.length, 10, "fifty are tried");
  shelf.dispose();
});
