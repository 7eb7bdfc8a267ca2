// The shop's switch: what is stopped, what fails safe, the time that is trusted, and the server's quote.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { miniProgram } from "../mini-program/support/host.mjs";
import { pkg, root } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";
import { keyOf, signed } from "./support/signed.mjs";

const file = samplePack();
const pack = new Uint8Array(readFileSync(file));
const { createShelf, quote: serverQuote } = await import(pathToFileURL(join(pkg, "node.js")).href);
const NOW = Date.UTC(2026, 10, 22, 4);
const MINUTE = 60_000;
const key = keyOf(1);
const AT = "http://shop.test/switch";

const bytesOf = (said) => new TextEncoder().encode(JSON.stringify(said));
const says = (more) => ({ switch: 1, shop: "harbour-lane", sequence: 1, issued: NOW, max_age: 600, stopped: [], neutral: false, ...more });
const settle = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
const cartOf = (shelf) => ({ lines: shelf.browse({ limit: 6 }).products.map((p, i) => ({ item_id: p.id, quantity: i + 1 })) });
const reasons = (quote) => [...new Set(quote.refused.map((offer) => offer.reason))].sort();

/** Runs `act` with a network of files by address; what is a function is asked each time. */
async function online(files, act) {
  const { fetch: real } = globalThis;
  globalThis.fetch = async (address) => {
    const found = files[String(address)];
    const bytes = typeof found === "function" ? found() : found;
    return bytes ? new Response(bytes) : new Response("", { status: 404 });
  };
  try {
    return await act();
  } finally {
    globalThis.fetch = real;
  }
}

/** A shelf in Node with a clock, and what it told. */
async function open(options = {}) {
  const clock = { now: NOW };
  const shelf = await createShelf({ pack, market: "cn", now: () => clock.now, consent: { personalize: true }, ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  await settle();
  return { shelf, told, clock };
}

test("an offer, and all that begin alike, are stopped in quote, coupons, promotions and offers", async () => {
  const { shelf: plain } = await open();
  const cart = cartOf(plain);
  const before = plain.quote(cart);
  const [first] = before.applied;
  assert.ok(first, "the cart has an offer");
  const all = plain.offers();
  const coupon = all.find((offer) => offer.coupon);
  plain.dispose();
  await online({ [AT]: bytesOf(says({ stopped: [first.id, coupon.id.slice(0, 6) + "*"] })) }, async () => {
    const { shelf, told } = await open({ switches: AT });
    const quote = shelf.quote(cart);
    assert.equal(quote.refused.find((offer) => offer.id === first.id).reason, "stopped");
    assert.ok(quote.payable >= before.payable);
    assert.deepEqual(shelf.coupons({ cart, held: [coupon.id] }).map((c) => [c.reason, c.saving]), [["stopped", 0]]);
    const states = Object.fromEntries(shelf.offers().map((offer) => [offer.id, offer.state]));
    assert.equal(states[first.id], "stopped");
    for (const { id } of all) assert.equal(states[id] === "stopped", id === first.id || id.startsWith(coupon.id.slice(0, 6)), id);
    assert.ok(shelf.promotions({ limit: 200 }).items.every((offer) => states[offer.id] !== "stopped"));
    assert.equal(shelf.whyNot(first.id, { slot: "activity" }).stage, "stopped", "nor is its card");
    assert.equal(quote.expires <= NOW + 600_000, true, "the quote ends with the switch");
    assert.deepEqual(told, []);
    shelf.dispose();
  });
});

test("a stale switch, and one that never came, leave no offer; one diagnostic says so, and a new one ends it", async () => {
  let said = says({ stopped: ["nobody"] });
  await online({ [AT]: () => said && bytesOf(said) }, async () => {
    const { shelf, told, clock } = await open({ pack: file, switches: AT });
    const cart = cartOf(shelf);
    const good = shelf.quote(cart);
    assert.ok(good.discount > 0 && !reasons(good).includes("switch_stale"));
    clock.now += 11 * MINUTE;
    for (let i = 0; i < 3; i++) {
      const quote = shelf.quote(cart);
      assert.deepEqual([quote.applied, quote.payable, reasons(quote), quote.expires], [[], quote.subtotal + quote.shipping, ["switch_stale"], null]);
    }
    assert.deepEqual([...new Set(shelf.offers().map((offer) => offer.state))], ["unknown"]);
    assert.deepEqual(shelf.promotions().items, []);
    assert.deepEqual([...new Set(shelf.coupons({ cart, held: shelf.offers().map((o) => o.id) }).map((c) => `${c.reason} ${c.saving}`))], ["switch_stale 0"]);
    await settle();
    assert.deepEqual(told, ["switch_stale"]);
    said = says({ sequence: 2, issued: clock.now });
    await again();
    assert.deepEqual([shelf.quote(cart).payable, told.splice(0)], [good.payable, ["switch_stale"]]);
    clock.now += 11 * MINUTE;
    shelf.quote(cart);
    await settle();
    assert.deepEqual(told, ["switch_stale"], "told anew, since one was good in between");
    shelf.dispose();
  });
  said = null;
  await online({}, async () => {
    const { shelf, told } = await open({ switches: AT });
    const quote = shelf.quote(cartOf(shelf));
    assert.deepEqual([quote.applied, reasons(quote)], [[], ["switch_stale"]]);
    await settle();
    assert.deepEqual(told.sort(), ["switch_missing", "switch_stale"]);
    shelf.dispose();
  });
});

test("what is no switch, another shop's, or older changes nothing", async () => {
  let said = says({ sequence: 5, stopped: ["a"] });
  await online({ [AT]: () => (typeof said === "string" ? new TextEncoder().encode(said) : bytesOf(said)) }, async () => {
    const { shelf, told } = await open({ pack: file, switches: AT });
    const cart = cartOf(shelf);
    const good = shelf.quote(cart);
    let missing = 0;
    for (const bad of ["", "<html>", "{", "null", "[]", says({ switch: 2, sequence: 9 }), says({ shop: "another", sequence: 9, stopped: ["*"] }), says({ sequence: 4, stopped: ["*"] }),
      says({ sequence: 9, max_age: "x" }), says({ sequence: 9, stopped: "*" }), says({ sequence: 0, stopped: ["*"] })]) {
      said = bad;
      await again();
      assert.deepEqual(shelf.quote(cart), good, JSON.stringify(bad));
      missing += bad.sequence === 4 ? 0 : 1;
      assert.deepEqual(told, Array(missing).fill("switch_missing"), JSON.stringify(bad));
    }
    said = says({ sequence: 6, stopped: ["*"] });
    await again();
    assert.deepEqual(reasons(shelf.quote(cart)), ["stopped"]);
    shelf.dispose();
  });
});

/** The switch is fetched at once by another call for the same pack. */
async function again() {
  await createShelf({ pack: file, switches: AT });
  await settle();
}

test("neutral takes all that is personal away at once, and forgets nothing", async () => {
  await online({ [AT]: bytesOf(says({ neutral: true })) }, async () => {
    const { shelf } = await open({ switches: AT });
    const { shelf: personal } = await open();
    for (const one of [shelf, personal]) for (let i = 0; i < 6; i++) one.track("view_item", { items: [{ item_id: one.browse({ offset: 40, limit: 1 }).products[0].id }] });
    assert.deepEqual([personal.recommend().source, shelf.recommend().source], ["personal", "neutral"]);
    assert.equal(shelf.rank(shelf.browse({ limit: 5 }).products.map((p) => p.id)).source, "neutral");
    assert.equal(shelf.shopper(), null);
    assert.equal(shelf.portrait().events, personal.portrait().events);
    const held = shelf.offers().filter((o) => o.coupon).map((o) => o.id);
    assert.ok(shelf.coupons({ held }).every((c) => c.interest === 0));
    assert.deepEqual(shelf.quote(cartOf(shelf)).payable, personal.quote(cartOf(personal)).payable);
    shelf.dispose();
    personal.dispose();
  });
});

test("with the switch at neutral whyNot answers for the list that is shown: what was not wanted is shown again", async () => {
  await online({ [AT]: bytesOf(says({ neutral: true })) }, async () => {
    const [{ shelf }, { shelf: personal }] = [await open({ switches: AT }), await open()];
    const { id } = personal.recommend({ mode: "neutral", limit: 1 }).items[0];
    for (const one of [shelf, personal]) one.track("not_interested", { items: [{ item_id: id }] });
    assert.equal(personal.whyNot(id).stage, "disliked");
    assert.deepEqual({ ...shelf.whyNot(id) }, { stage: "shown", detail: "1" });
    assert.equal(shelf.recommend().items[0].id, id);
    shelf.dispose();
    personal.dispose();
  });
});

test("a switch of format 1 is read", async () => {
  const frozen = readFileSync(join(root, "tests/compat/switch-v1.switch"));
  await online({ [AT]: new Uint8Array(frozen) }, async () => {
    const { shelf, clock } = await open({ switches: AT, now: () => 1_790_000_000_000 });
    assert.deepEqual([reasons(shelf.quote(cartOf(shelf))), shelf.recommend().source, clock.now], [["stopped"], "neutral", NOW]);
    shelf.dispose();
  });
});

test("with keys a switch that the shop did not sign, or an older one, stops and frees nothing", async () => {
  const envelope = (said, more) => signed(bytesOf(said), { kind: 3, issued: NOW, ...more });
  const files = { [AT]: envelope(says({ stopped: ["*"] })) };
  await online(files, async () => {
    const options = { pack: signed(pack, { issued: NOW }), switches: AT, keys: [key.public] };
    const { shelf, told } = await open(options);
    assert.deepEqual([reasons(shelf.quote(cartOf(shelf))), told], [["stopped"], []]);
    shelf.dispose();
    for (const [file, code] of [[bytesOf(says()), "unsigned"], [envelope(says(), { by: keyOf(3) }), "bad_signature"], [envelope(says(), { kind: 2 }), "bad_signature"],
      [envelope(says(), { expires: NOW }), "expired"]]) {
      files[AT] = file;
      const { shelf, told } = await open(options);
      assert.deepEqual(reasons(shelf.quote(cartOf(shelf))), ["switch_stale"]);
      await settle();
      assert.deepEqual(told, [code, "switch_stale"]);
      shelf.dispose();
    }
  });
});

test("a clock that is behind what was signed is moved forward, and told when it is off by more than five minutes", async () => {
  const good = signed(bytesOf(says()), { kind: 3, issued: NOW });
  await online({ [AT]: good }, async () => {
    for (const [behind, codes] of [[4 * MINUTE, []], [3 * 3_600_000, ["clock_skew"]]]) {
      const { shelf, told } = await open({ pack: signed(pack, { issued: NOW }), switches: AT, keys: [key.public], now: () => NOW - behind });
      const { shelf: right } = await open();
      assert.deepEqual(told, codes);
      const strip = (quote) => ({ ...quote, expires: 0 });
      assert.deepEqual(strip(shelf.quote(cartOf(shelf))), strip(right.quote(cartOf(right))));
      assert.deepEqual(shelf.offers(), right.offers());
      shelf.dispose();
      right.dispose();
    }
  });
});

test("when what was signed for a while has ended: no countdown, no end, no flash price; other offers go on", async () => {
  const files = { [AT]: signed(bytesOf(says({ max_age: 900, flash_hours: 100_000 })), { kind: 3, issued: NOW }) };
  const overlay = "http://shop.test/overlay";
  await online(files, async () => {
    const { shelf } = await open({ pack: signed(pack, { issued: NOW }), overlay, keys: [key.public] });
    const quote = shelf.quote(cartOf(shelf));
    assert.equal(quote.expires, null);
    const offers = shelf.offers();
    assert.ok(offers.every((offer) => offer.countdown === null));
    const day = 86_400_000;
    const short = offers.filter((offer) => offer.start !== null && offer.end !== null && offer.end - offer.start <= day);
    for (const { id } of short) assert.equal(quote.refused.find((o) => o.id === id).reason, "time_uncertain");
    assert.ok(quote.discount > 0, "others go on");
    assert.ok(offers.some((offer) => offer.state === "running"));
    shelf.dispose();
  });
  const { shelf } = await open();
  assert.ok(shelf.offers().some((offer) => offer.countdown > 0), "without keys the device's clock counts");
  shelf.dispose();
});

test("the server's quote is compared line by line and offer by offer, and answered until something changes", async () => {
  const { shelf } = await open();
  const cart = cartOf(shelf);
  const device = shelf.quote(cart);
  const server = await serverQuote(cart, { pack, market: "cn", now: NOW });
  assert.equal(JSON.stringify(server), JSON.stringify(device), "the same engine, byte for byte");
  assert.deepEqual(shelf.reconcile(server), { same: true, differences: [] });

  const other = JSON.parse(JSON.stringify(server));
  other.payable += 500;
  other.lines[1].payable += 500;
  const [gone] = other.applied.splice(0, 1);
  other.applied.push({ ...gone, id: "only-there", amount: 7 });
  other.overlayVersion = 3;
  other.expires = NOW + 10 * MINUTE;
  const said = shelf.reconcile(other);
  assert.equal(said.same, false);
  assert.deepEqual(said.differences.map((d) => d.at).sort(), [`applied.${gone.id}.amount`, "applied.only-there.amount", "expires", `lines.${other.lines[1].id}.payable`, "overlayVersion", "payable"].sort());
  const at = (name) => said.differences.find((d) => d.at === name);
  assert.deepEqual(at("payable"), { at: "payable", device: device.payable, server: other.payable });
  assert.deepEqual(at(`applied.${gone.id}.amount`), { at: `applied.${gone.id}.amount`, device: gone.amount, server: null });
  assert.deepEqual(at("applied.only-there.amount"), { at: "applied.only-there.amount", device: null, server: 7 });
  assert.deepEqual(shelf.quote(cart), other, "the server's wins");
  shelf.quote(cart).lines.length = 0;
  assert.deepEqual(shelf.quote(cart), other, "and is nobody's to change");

  const more = { lines: [...cart.lines, { item_id: cart.lines[0].item_id, id: "x" }] };
  assert.notDeepEqual(shelf.quote(more), other);
  assert.deepEqual(shelf.quote(cart), other, "the same cart again");
  await shelf.setOverlay({ sequence: 9, items: [{ id: cart.lines[0].item_id, price: "1.00" }] });
  assert.equal(shelf.quote(cart).overlayVersion, 9);
  assert.notEqual(shelf.quote(cart).payable, other.payable);
  shelf.dispose();
});

test("the server's quote ends when it says, and what is no quote is told and changes nothing", async () => {
  const { shelf, told, clock } = await open();
  const cart = cartOf(shelf);
  assert.deepEqual(shelf.reconcile(await serverQuote(cart, { pack, market: "cn", now: NOW })), { same: false, differences: [] });
  await settle();
  assert.deepEqual(told.splice(0), ["bad_argument"], "no cart was quoted yet");
  const device = shelf.quote(cart);
  const dear = { ...device, payable: device.payable + 1, expires: NOW + MINUTE };
  assert.equal(shelf.reconcile(dear).differences.length, 2);
  assert.equal(shelf.quote(cart).payable, device.payable + 1);
  clock.now += MINUTE;
  assert.equal(shelf.quote(cart).payable, device.payable);
  clock.now = NOW;
  for (const bad of [null, 7, {}, { payable: 1 }, { ...device, lines: 3 }, { ...device, payable: -1 }]) {
    assert.deepEqual(shelf.reconcile(bad), { same: false, differences: [] });
    await settle(1);
    assert.deepEqual(told.splice(0), ["bad_argument"]);
  }
  shelf.dispose();
});

test("Node and a mini-program reconcile to the same words, and the server quotes under an overlay, at a time", async () => {
  const overlay = new Uint8Array(readFileSync(join(root, "tests/compat/overlay-v1.overlay")));
  const shelves = [(await open()).shelf, await miniProgram().exports.createShelf({ pack, market: "cn", now: () => NOW, offers: true, insight: true })];
  const said = [];
  for (const shelf of shelves) {
    const cart = cartOf(shelf);
    const server = await serverQuote(cart, { pack, market: "cn", now: NOW, overlay: { sequence: 4, items: [{ id: cart.lines[0].item_id, price: "3.00" }] } });
    shelf.quote(cart);
    said.push(JSON.stringify(shelf.reconcile(server)));
    shelf.dispose();
  }
  assert.equal(said[0], said[1]);
  assert.match(said[0], /"overlayVersion","device":null,"server":4/);
  await assert.rejects(serverQuote({ lines: [{ item_id: "x", quantity: 0 }] }, { pack, now: NOW }), { code: "invalid_cart" });
  await assert.rejects(serverQuote({ lines: [] }, { pack: "/nowhere", now: NOW }), { code: "pack_missing" });
  void overlay;
});
