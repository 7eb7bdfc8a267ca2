// Messages of care: by the golden file, in the sample shop with its four levels, beside the switch, and what is left of them without consent.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { golden, replay } from "../golden/replay.mjs";
import { pkg } from "./support/project.mjs";
import { samplePack } from "./support/sample-pack.mjs";

const node = pathToFileURL(join(pkg, "node.js")).href;
const { createShelf } = await import(node);
const { say } = await import(pathToFileURL(join(pkg, "page.js")).href);
const { membership } = await import(pathToFileURL(join(pkg, "membership-node.js")).href);
const { cases, pack: frozen } = golden("care.json");
const sample = new Uint8Array(readFileSync(samplePack()));
const DAY = 86_400_000;
/** The 18th of a month, at noon in the shop's zone: a member day. */
const NOW = Date.UTC(2026, 11, 18, 4);

for (const one of cases) {
  test("golden: " + one.name, async () => {
    assert.deepEqual(await replay(createShelf, one, frozen), one.steps.map((step) => step.expect));
  });
}

async function open(more) {
  const clock = { now: NOW };
  const shelf = await createShelf({ pack: sample, market: "cn", language: "zh-CN", utcOffset: 480, consent: { personalize: true }, now: () => clock.now, ...more });
  return { shelf, clock };
}
const due = (list) => Array.from(list.items, (m) => [m.id, m.offer && m.offer.id]);

test("each of the four levels has a member day, an offer and a treatment of its own", async () => {
  const { shelf } = await open();
  const offers = { normal: "cn-coupon-20", silver: "cn-coupon-silver", gold: "cn-member-discount", platinum: "cn-shipping-platinum" };
  const limits = { normal: 0.21, silver: 0.15, gold: 0.2, platinum: 0.25 };
  for (const [tier, offer] of Object.entries(offers)) {
    const told = shelf.care({ customer: { tier } });
    assert.deepEqual(due(told), [["care:member-day-" + tier, offer]], tier);
    const [message] = told.items;
    assert.deepEqual({ ...message.because }, { code: "member_day", subject: "" });
    assert.match(message.text, /^会员日/);
    assert.deepEqual([say(shelf, message.because), say(shelf, message.because, "en")], ["会员专享", "For members"]);
    assert.equal(message.offer.name, shelf.offers().find((o) => o.id === offer).name, "as promotions() has it");
    assert.deepEqual([message.since, message.until], [Date.UTC(2026, 11, 17, 16), Date.UTC(2026, 11, 18, 16)]);
    assert.equal(told.level.limit, limits[tier]);
    assert.ok(told.level.strategy.length > 3);
    assert.deepEqual(due(shelf.care({ customer: { tier }, mode: "neutral" })), due(told), "the calendar's, for the level that the page hands in");
  }
  assert.deepEqual([due(shelf.care()), shelf.care().level], [[], null], "nobody's member");
  assert.deepEqual(due(shelf.care({ attributes: { tier: "gold" } })), [["care:member-day-gold", "cn-member-discount"]]);
  shelf.dispose();
});

test("who was away is offered what their level's limit allows, and sees no other message while it pauses", async () => {
  const { shelf, clock } = await open();
  clock.now -= 130 * DAY;
  shelf.track("purchase", { transaction_id: "o1", items: [{ item_id: "10001", price: 219 }] });
  clock.now = NOW + 2 * DAY;
  const back = (tier) => due(shelf.care({ customer: { tier } }));
  assert.deepEqual(back("normal"), [["care:silence", "cn-coupon-back"]]);
  assert.deepEqual(back("silver"), [["care:silence-small", "cn-coupon-20"]], "50 of 299 is more than 15 %");
  assert.deepEqual(back("platinum"), [["care:silence", "cn-coupon-back"]]);
  shelf.track("view_promotion", { promotion_id: "care:silence" });
  const birthday = { customer: { tier: "gold", birthday: "12-20" } };
  assert.deepEqual(Array.from(shelf.care(birthday).withheld, (m) => [m.id, m.reason]), [["care:birthday-pack", "too_soon"], ["care:birthday", "same_occasion"], ["care:silence-small", "same_occasion"]]);
  clock.now += 2 * DAY;
  assert.deepEqual(due(shelf.care(birthday)), [["care:birthday-pack", "cn-birthday-pack"]]);
  shelf.setConsent({ personalize: false });
  const left = shelf.care(birthday);
  assert.deepEqual(due(left), []);
  assert.ok(left.withheld.length > 2 && left.withheld.every((m) => m.reason === "consent"));
  shelf.dispose();
});

test("a stopped offer takes its message along, and a stale switch all that have one", async () => {
  const { fetch: real } = globalThis;
  const said = { switch: 1, shop: "harbour-lane", sequence: 1, issued: NOW, max_age: 600, stopped: ["cn-coupon-s*"], neutral: false };
  globalThis.fetch = async () => new Response(JSON.stringify(said));
  try {
    const { shelf, clock } = await open({ switches: "http://shop.test/switch" });
    const of = (tier) => shelf.care({ customer: { tier } });
    assert.deepEqual([due(of("silver")), due(of("gold"))], [[], [["care:member-day-gold", "cn-member-discount"]]]);
    assert.deepEqual(Array.from(of("silver").withheld, (m) => m.reason), ["no_offer"]);
    clock.now += 601_000;
    assert.deepEqual(due(of("gold")), []);
    shelf.dispose();
  } finally {
    globalThis.fetch = real;
  }
});

test("a member's own card tells level and birthday, and its benefits where to go for service", async () => {
  const { shelf } = await open();
  const member = await membership(shelf);
  member.apply({ type: "adjust", id: "a", growth: 9500 });
  member.apply({ type: "birthday", birthday: "12-19" });
  const { items } = shelf.care({ customer: member.customer() });
  assert.deepEqual(due({ items }), [["care:birthday-pack", "cn-birthday-pack"]]);
  assert.ok(member.state().benefits.some((b) => b.service === "personal-agent"), "routed to the agent");
  assert.equal(JSON.stringify(shelf.portrait()).includes("12-19"), false, "kept nowhere by this");
  shelf.dispose();
});

test("what is no option, no birthday and no member is told or left alone, and nothing throws", async () => {
  const told = [];
  const { shelf } = await open();
  shelf.on("diagnostic", (d) => told.push(d.code));
  for (const customer of [null, 7, "gold", [], { tier: {}, birthday: 1220 }, { birthday: "99-99" }, { birthday: "12-2" }]) {
    assert.deepEqual(due(shelf.care({ customer })), [], JSON.stringify(customer));
  }
  assert.deepEqual(due(shelf.care({ birthday: 7, delivered: "today", rain: 1 })), []);
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(told.length > 0 && told.every((code) => /^(bad_option|unknown_option|bad_argument)$/.test(code)), String(told));
  shelf.dispose();
  assert.deepEqual(shelf.care(), { servedId: null, items: [], withheld: [], paused: false, level: null, bestHour: null });
});

test("without the section there is no message, and without an engine neither", async () => {
  const { shelf } = await open({ pack: golden("choosing.json").pack });
  assert.deepEqual({ ...shelf.care({ customer: { tier: "gold" } }), servedId: null, bestHour: null }, { servedId: null, items: [], withheld: [], paused: false, level: null, bestHour: null });
  shelf.dispose();
});
