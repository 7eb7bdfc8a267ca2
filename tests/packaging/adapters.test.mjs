// What a page tracks for other tools, handed to a shelf.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { packBytes, pkg, root } from "./support/project.mjs";

const { fromDataLayer, fromMatomo, fromSegment, segmentEvent } = await import(pathToFileURL(join(pkg, "adapters.js")).href);
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

/** A shelf that only writes down. */
const recorder = () => {
  const told = [];
  return { told, track: (name, params) => void told.push([name, JSON.parse(JSON.stringify(params ?? null))]) };
};
const idsOf = ({ told }) => told.map(([name, params]) => [name, ...(params.items ?? []).map((item) => item.item_id)].join(" "));
function gtagInto(layer) {
  return function gtag() {
    layer.push(arguments);
  };
}

afterEach(() => {
  delete globalThis.dataLayer;
  delete globalThis._paq;
});

test("dataLayer: what lies there and what comes, in Tag Manager's form and in gtag's", () => {
  const shelf = recorder();
  const layer = (globalThis.dataLayer = [{ "gtm.start": 1, event: "gtm.js" }, { event: "view_item", ecommerce: { items: [{ item_id: "a", price: "12.90" }] } }]);
  const source = fromDataLayer(shelf);
  const gtag = gtagInto(layer);
  gtag("js", new Date());
  gtag("config", "G-1");
  gtag("event", "add_to_cart", { currency: "CNY", items: [{ item_id: "b" }] });
  assert.equal(layer.push({ event: "purchase", ecommerce: { transaction_id: "T1", items: [{ item_id: "c" }, { item_id: "d" }] } }, { event: "search", search_term: "tea" }), 7);
  layer.push({ event: "page_view" }, { event: "page_view" }, () => 1, ["set", "x"], null, 7, { note: 1 });
  assert.deepEqual(idsOf(shelf), ["view_item a", "add_to_cart b", "purchase c d", "search"]);
  assert.equal(shelf.told[0][1].items[0].price, "12.90");
  assert.equal(shelf.told[2][1].transaction_id, "T1");
  assert.equal(shelf.told[3][1].search_term, "tea");
  assert.deepEqual(source.counts(), { tracked: 4, ignored: { page_view: 2 }, unreadable: 0 });
});

test("dataLayer: an event without ecommerce has the last one, until null resets it; one with its own has that alone", () => {
  const shelf = recorder();
  const layer = [];
  fromDataLayer(shelf, { layer });
  layer.push({ ecommerce: { items: [{ item_id: "a" }] } });
  layer.push({ event: "view_item" });
  layer.push({ event: "add_to_cart", ecommerce: { items: [{ item_id: "b" }] } });
  layer.push({ ecommerce: null });
  layer.push({ event: "view_cart" });
  assert.deepEqual(idsOf(shelf), ["view_item a", "add_to_cart b", "view_cart"]);
});

test("dataLayer: somebody else's push goes on working, before and after, and stop leaves it as it was", () => {
  const shelf = recorder();
  const seen = [];
  const layer = (globalThis.dataLayer = []);
  layer.push = function (...entries) {
    seen.push(...entries);
    return Array.prototype.push.apply(this, entries);
  };
  const theirs = layer.push;
  const source = fromDataLayer(shelf);
  const event = { event: "view_item", ecommerce: { items: [{ item_id: "a" }] } };
  assert.equal(layer.push(event), 1);
  assert.deepEqual(seen, [event]);
  source.stop();
  assert.equal(layer.push, theirs);
  layer.push(event);
  assert.deepEqual([seen.length, shelf.told.length], [2, 1]);
  // Tag Manager puts its own push over ours.
  const other = [];
  const own = fromDataLayer(shelf, { layer: other });
  const ours = other.push;
  other.push = function (...entries) {
    return ours.apply(this, entries);
  };
  const over = other.push;
  own.stop();
  assert.equal(other.push, over);
  other.push(event);
  assert.deepEqual([other.length, shelf.told.length], [1, 1]);
});

test("dataLayer: every name of the core, and what is social is about what it names itself", () => {
  const names = [...readFileSync(join(root, "src", "event", "mod.rs"), "utf8").matchAll(/EventKind::\w+ => "(\w+)"/g)].map((m) => m[1]);
  assert.equal(names.length, 34);
  const shelf = recorder();
  const layer = [];
  const source = fromDataLayer(shelf, { layer });
  for (const event of [...names, "favourite"]) layer.push({ event });
  assert.deepEqual([source.counts().tracked, source.counts().ignored], [35, {}]);
  shelf.told.length = 0;
  const gtag = gtagInto(layer);
  layer.push({ event: "view_item_list", ecommerce: { items: [{ item_id: "a" }, { item_id: "b" }] } }, { event: "like" }, { event: "like", ecommerce: { items: [{ item_id: "c" }] } });
  gtag("event", "share", { method: "wechat", content_type: "product", item_id: "d" });
  gtag("event", "share", { method: "weibo", content_type: "article", item_id: "guide" });
  layer.push({ event: "review", rating: 4, item_id: "e" });
  assert.deepEqual(idsOf(shelf), ["view_item_list a b", "like", "like c", "share d", "share", "review e"]);
  assert.deepEqual([shelf.told[3][1].method, shelf.told[4][1].content_id, shelf.told[5][1].rating], ["wechat", "guide", 4]);
});

test("mapEvent is asked first, and what throws in it, in the shelf or in an entry is counted, not thrown", () => {
  const shelf = recorder();
  const layer = [];
  const source = fromDataLayer(shelf, { layer, mapEvent: (name, params) => {
    if (name === "boom") throw new Error("mine");
    if (name === "favoured") return { name: "add_to_wishlist", params: { items: [{ item_id: params.product }] } };
    return name === "view_item" ? null : undefined;
  } });
  layer.push({ event: "favoured", product: "a" }, { event: "view_item" }, { event: "boom" }, { event: "add_to_cart", ecommerce: { items: [{ item_id: "b" }] } });
  layer.push({ get event() { throw new Error("theirs"); } });
  assert.deepEqual(idsOf(shelf), ["add_to_wishlist a", "add_to_cart b"]);
  assert.deepEqual(source.counts(), { tracked: 2, ignored: { view_item: 1 }, unreadable: 2 });
  const angry = fromDataLayer({ track: () => { throw new Error("no"); } }, { layer: [{ event: "view_item" }] });
  assert.deepEqual(angry.counts(), { tracked: 0, ignored: {}, unreadable: 1 });
  for (const nothing of [Object.freeze([]), 7, new Proxy({}, { get: () => { throw new Error("no"); } })]) fromDataLayer(shelf, { layer: nothing }).stop();
  for (let i = 0; i < 500; i++) layer.push({ event: "own_" + i });
  assert.equal(Object.keys(source.counts().ignored).length, 100);
});

test("Segment: every name of the golden file, and none of the others", () => {
  const { events, others } = JSON.parse(readFileSync(join(root, "tests/golden/segment-events.json"), "utf8"));
  assert.equal(Object.keys(events).length, 27);
  for (const [name, expected] of Object.entries(events)) {
    for (const written of [name, name.toUpperCase(), name.replace(/ /g, "_")]) assert.equal(segmentEvent(written, {}).name, expected);
  }
  for (const name of others) assert.equal(segmentEvent(name, {}), null);
  const order = segmentEvent("Order Completed", { order_id: "T1", products: [{ product_id: "a", price: 3, quantity: 2 }, { sku: "b" }, { name: "no id" }, null] });
  assert.deepEqual(JSON.parse(JSON.stringify(order.params)), { items: [{ item_id: "a", price: 3, quantity: 2 }, { item_id: "b" }], transaction_id: "T1" });
  assert.equal(segmentEvent("Products Searched", { query: "tea" }).params.search_term, "tea");
  const said = (name, properties) => JSON.parse(JSON.stringify(segmentEvent(name, properties).params));
  assert.deepEqual(said("Order Completed", { order_id: "T2", revenue: 25, total: 30, currency: "CNY", products: [{ sku: "a" }] }), { items: [{ item_id: "a" }], value: 25, currency: "CNY", transaction_id: "T2" });
  assert.deepEqual(said("Product Shared", { share_via: "wechat", share_message: "look", recipient: "a friend", product_id: "a", price: 3 }), { items: [{ item_id: "a", price: 3 }], method: "wechat" });
  assert.deepEqual(said("Product Reviewed", { product_id: "a", review_body: "good", rating: "5" }), { items: [{ item_id: "a" }], rating: "5" });
  assert.deepEqual(said("Product Viewed", { product_id: "a", value: 18, rating: 4 }), { items: [{ item_id: "a" }] });
});

test("Segment: a library that emits, a stub that waits for one, and one that has only track", () => {
  const emitting = () => {
    const listeners = [];
    return { on: (_, f) => listeners.push(f), track: (...given) => listeners.forEach((f) => f(...given)) };
  };
  const one = recorder();
  const library = emitting();
  const source = fromSegment(one, library);
  library.track("Product Viewed", { product_id: "a" });
  library.track("Signed Up", {});
  source.stop();
  library.track("Product Viewed", { product_id: "b" });
  assert.deepEqual(idsOf(one), ["view_item a"]);
  assert.deepEqual(source.counts().ignored, { "Signed Up": 1 });

  const two = recorder();
  const stub = [["page"], ["track", "Product Viewed", { product_id: "a" }]];
  stub.on = (...given) => stub.push(["on", ...given]);
  stub.track = (...given) => stub.push(["track", ...given]);
  fromSegment(two, stub);
  stub.track("Product Added", { product_id: "b" });
  assert.deepEqual(idsOf(two), ["view_item a"], "what waited is there at once");
  // The library loads: listeners first, then what waited.
  const loaded = emitting();
  for (const [, , listener] of stub.filter((c) => c[0] === "on")) loaded.on("track", listener);
  for (const [, ...given] of stub.filter((c) => c[0] === "track")) loaded.track(...given);
  loaded.track("Order Completed", { order_id: "T", products: [{ product_id: "c" }] });
  assert.deepEqual(idsOf(two), ["view_item a", "add_to_cart b", "purchase c"]);

  const three = recorder();
  const plain = { calls: 0, track() { return ++this.calls; } };
  const wrapped = fromSegment(three, plain);
  assert.equal(plain.track("Product Clicked", { sku: "s" }), 1);
  wrapped.stop();
  assert.equal(plain.track("Product Clicked", { sku: "t" }), 2);
  assert.deepEqual(idsOf(three), ["select_item s"]);
  assert.deepEqual(fromSegment(three, null).counts(), { tracked: 0, ignored: {}, unreadable: 1 });
});

test("Matomo: views, carts by what changed, orders and searches, before it has loaded and after", () => {
  const shelf = recorder();
  globalThis._paq = [["setSiteId", 1], ["setEcommerceView", "a", "A", ["Home"], 9.5], ["trackPageView"], ["trackPageView"]];
  const source = fromMatomo(shelf);
  _paq.push(["setEcommerceView", false, false, "Home"], ["trackPageView"]);
  _paq.push(["addEcommerceItem", "a", "A", "Home", 9.5, 2], ["addEcommerceItem", "b", "B", "Home", 1], ["trackEcommerceCartUpdate", 20]);
  const queued = globalThis._paq;
  // Matomo's own object takes the queue's place.
  globalThis._paq = { pushed: [], push(...calls) { this.pushed.push(...calls); } };
  _paq.push(["addEcommerceItem", "a", "A", "Home", 9.5, 1], ["removeEcommerceItem", "b"], ["addEcommerceItem", "c", "C", "Home", 3, 1], ["trackEcommerceCartUpdate", 12]);
  _paq.push(["trackEcommerceCartUpdate", 12]);
  _paq.push(["trackEcommerceOrder", "T1", 12], ["trackSiteSearch", "tea", "", 3], () => 1);
  assert.equal(globalThis._paq.pushed.length, 8);
  assert.notEqual(globalThis._paq, queued);
  assert.deepEqual(idsOf(shelf), ["view_item a", "add_to_cart a b", "add_to_cart c", "remove_from_cart a b", "purchase a c", "search"]);
  assert.deepEqual(shelf.told[1][1].items.map((i) => i.quantity), [2, 1]);
  assert.deepEqual(shelf.told[4][1].items.map((i) => [i.price, i.quantity]), [[9.5, 1], [3, 1]]);
  assert.equal(shelf.told[5][1].search_term, "tea");
  assert.deepEqual(source.counts(), { tracked: 6, ignored: { setSiteId: 1 }, unreadable: 0 });
  source.stop();
  _paq.push(["trackSiteSearch", "late"]);
  assert.equal(shelf.told.length, 6);
  assert.deepEqual(Object.getOwnPropertyDescriptor(globalThis, "_paq").writable, true);
});

test("a name that cannot be watched is looked at again when everything has loaded", () => {
  const shelf = recorder();
  const loads = [];
  Object.defineProperty(globalThis, "kept_paq", { value: [], writable: true, configurable: false });
  Object.assign(globalThis, { addEventListener: (_, f) => loads.push(f), removeEventListener: (_, f) => loads.splice(loads.indexOf(f), 1) });
  try {
    const source = fromMatomo(shelf, { queue: "kept_paq" });
    globalThis.kept_paq = { push() {} };
    loads.forEach((f) => f());
    globalThis.kept_paq.push(["trackSiteSearch", "tea"]);
    assert.deepEqual(idsOf(shelf), ["search"]);
    source.stop();
    assert.equal(loads.length, 0);
  } finally {
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  }
});

test("a real shelf hears of it, and without consent nothing stays", async () => {
  for (const personalize of [true, null]) {
    const shelf = await createShelf({ pack: packBytes(), consent: { personalize } });
    const [product] = shelf.browse({ limit: 1 }).products;
    const layer = [{ event: "view_item", ecommerce: { items: [{ item_id: product.id, price: "1" }] } }];
    const source = fromDataLayer(shelf, { layer });
    gtagInto(layer)("event", "add_to_cart", { items: Array.from({ length: 250 }, () => ({ item_id: product.id })) });
    assert.equal(source.counts().tracked, 2);
    assert.equal(shelf.portrait().events, personalize ? 2 : 0);
    assert.equal(shelf.diagnostics().event_too_many_items, personalize ? 1 : undefined);
    shelf.dispose();
  }
});

test("a real shelf counts what was shared and reviewed", async () => {
  const shelf = await createShelf({ pack: packBytes(), consent: { personalize: true }, insight: true });
  const [{ id }, other] = shelf.browse({ limit: 2 }).products;
  const layer = [];
  const both = [fromDataLayer(shelf, { layer }), fromSegment(shelf, [["track", "Product Shared", { share_via: "wechat", product_id: id }]])];
  gtagInto(layer)("event", "share", { method: "wechat", item_id: other.id });
  layer.push({ event: "review", rating: 5, item_id: id, event_id: "r1" });
  assert.deepEqual(both.map((source) => source.counts().tracked), [2, 1]);
  assert.deepEqual(shelf.insights().sharing.evidence.map((e) => [e.kind, e.count]), [["share", 2]]);
  assert.equal(shelf.portrait().events, 3);
  assert.deepEqual(shelf.diagnostics(), { channel_unknown: 2 }); // a pack of before there were channels
  shelf.dispose();
});
