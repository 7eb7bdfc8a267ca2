// What is chosen for a shopper: coupons, offers that are put forward, campaigns that grant. By the golden file, by the command line's allocation, and over a reload.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Writer } from "../../pkg-template/src/codec.js";
import { golden, replay } from "../golden/replay.mjs";
import { pkg, root, scratch } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { withSection } from "./support/small-pack.mjs";

const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const { cases, pack } = golden("choosing.json");
const START = 1_790_000_000_000;
const DAY = 86_400_000;

for (const one of cases) {
  test("golden: " + one.name, async () => {
    assert.deepEqual(await replay(createShelf, one, pack), one.steps.map((step) => step.expect));
  });
}

const learning = golden("learning.json");
for (const one of learning.cases) {
  test("golden: " + one.name, async () => {
    assert.deepEqual(await replay(createShelf, one, learning.pack), one.steps.map((step) => step.expect));
  });
}

test("what was drawn is a log that the command line judges policies by; nobody's without consent, in neutral mode and where no shop learns", async () => {
  let now = START;
  const open = (pack, consent, seed) => createShelf({ pack, market: "cn", consent, seed, utcOffset: 480, now: () => now });
  const kinds = new Map([["ten", 0.1], ["gift", 0.3]]);
  const file = join(scratch("learning"), "log.jsonl");
  const log = [];
  const served = new Set();
  for (let seed = 0; seed < 40; seed++) {
    const shelf = await open(learning.pack, { personalize: true }, seed);
    for (let i = 0; i < 5; i++) {
      now += 8 * 3_600_000;
      const { items, rows } = shelf.promotions({ slot: "home", limit: 1 });
      const { id, propensity, creative, creativePropensity } = items[0];
      assert.deepEqual(rows[0], { item: id, propensity, slot: "home", position: 0, served: rows[0].served });
      assert.ok(rows[0].served.endsWith("-" + i + "-promotions") && !served.has(rows[0].served), "shared by no other shelf or portrait");
      served.add(rows[0].served);
      assert.deepEqual(Array.from(rows.slice(1)), creative ? [{ ...rows[0], item: creative, propensity: creativePropensity, slot: "home/creative/" + id }] : []);
      assert.deepEqual(shelf.promotions({ slot: "home", limit: 1 }), { ...shelf.promotions({ slot: "home", limit: 1 }), rows }, "asked again, the same is drawn");
      log.push({ ...rows[0], reward: (seed * 5 + i) % 10 < 10 * (kinds.get(id) ?? 0) ? 1 : 0 });
      shelf.track("view_promotion", { promotion_id: id, creative_name: creative });
    }
    shelf.dispose();
  }
  const shown = new Set(log.map((row) => row.item));
  assert.ok(shown.has("ten") && shown.has("gift"), "several are tried");
  writeFileSync(file, log.map((row) => JSON.stringify(row) + "\n").join(""));
  const told = execFileSync("cargo", ["run", "--quiet", "--features", "cli", "--", "policy", "eval", file, "--policy", "uniform", "--allow-untrusted"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  assert.match(told, /\b200\b/);
  for (const [pack_, consent, mode] of [[learning.pack, {}, "personal"], [learning.pack, { personalize: true }, "neutral"], [pack, { personalize: true }, "personal"]]) {
    const shelf = await open(pack_, consent, 7);
    const { items, rows } = shelf.promotions({ mode });
    assert.ok(items.length > 0 && rows.length === 0);
    assert.ok(items.every((one) => one.rate === undefined && one.propensity === undefined && one.creative === undefined));
    shelf.dispose();
  }
});

test("a creative is drawn among those for this shopper and page; nobody else's is shown", async () => {
  const audiences = [["ten\ncountdown", { "shopper.events": { $gte: 1 } }], ["gift\nwarm", { season: "winter" }], ["gift\n倒计时", { "shopper.declared.gender": "female" }]];
  const conditions = new Writer();
  conditions.list(audiences, ([id, audience]) => {
    conditions.u32(0);
    conditions.str(id);
    conditions.str("");
    conditions.str(JSON.stringify(audience));
  });
  const withAudiences = withSection(learning.pack, "OFCN", 3, conditions.written().slice());
  const shown = async (events, asked) => {
    const seen = new Map();
    for (let seed = 0; seed < 40; seed++) {
      const shelf = await createShelf({ pack: withAudiences, market: "cn", consent: { personalize: true }, seed, utcOffset: 480, now: () => START });
      for (let i = 0; i < events; i++) shelf.track("view_promotion", { promotion_id: "c-tea" });
      for (const { id, creative } of shelf.promotions({ slot: "home", limit: 7, ...asked }).items) if (creative) seen.set(id, (seen.get(id) || new Set()).add(creative));
      shelf.dispose();
    }
    return [...seen].map(([id, names]) => [id, [...names].sort().join()]).sort();
  };
  assert.deepEqual(await shown(0, {}), [["gift", "plain"], ["ten", "plain"]]);
  assert.deepEqual(await shown(1, {}), [["gift", "plain"], ["ten", "countdown,plain"]]);
  assert.deepEqual(await shown(0, { attributes: { season: "winter" } }), [["gift", "plain,warm"], ["ten", "plain"]]);
  assert.deepEqual(await shown(1, { mode: "neutral", attributes: { season: "winter" } }), []);
});

test("what was put forward is decided again to the same bytes, on the page and from the log", async () => {
  let now = START;
  const shelf = await createShelf({ pack: learning.pack, market: "cn", consent: { personalize: true }, seed: 7, utcOffset: 480, now: () => now });
  const lists = [];
  for (let i = 0; i < 30; i++) {
    now += 2.6 * DAY;
    const slot = ["home", "cart"][i % 2];
    const list = shelf.promotions({ slot, limit: 3 });
    assert.equal(list.servedId, shelf.promotions({ slot, limit: 3 }).servedId);
    lists.push(list);
    const { id, creative } = list.items[i % list.items.length];
    shelf.track("view_promotion", { promotion_id: id, creative_name: creative });
    if (i % 3 === 0) shelf.track("select_promotion", { promotion_id: id, creative_name: creative });
    if (i % 10 === 0) shelf.recommend({ slot: "home", limit: 4 });
  }
  const what = (list) => list.items.slice(0, 3).map((one) => [one.id, one.weight, one.rate, one.propensity, one.creative, one.creativePropensity]);
  assert.ok(new Set(lists.map((list) => JSON.stringify(what(list)))).size > 10, "they learn");
  let known = 0;
  for (const list of lists) {
    const again = shelf.replay(list.servedId);
    if (!again) continue;
    known++;
    assert.deepEqual([again.same, what(again.list), again.list.withheld], [true, what(list), list.withheld]);
  }
  assert.equal(known, 30, "all of them: one painted again is one");
  const folder = scratch("promotions-log");
  const [pack_, log] = ["shop.pack", "page.log"].map((name) => join(folder, name));
  writeFileSync(pack_, learning.pack);
  writeFileSync(log, shelf.decisionLog());
  const cli = (...more) => execFileSync("cargo", ["run", "--quiet", "--features", "cli", "--", "replay", log, "--pack", pack_, ...more], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const told = JSON.parse(cli("--json"));
  assert.equal(told.length, 33);
  const offers = told.filter((one) => one.kind === "promotions");
  assert.ok(offers.length === 30 && told.every((one) => one.same));
  assert.deepEqual(offers.at(-1).items.slice(0, 3).map((one) => [one.id, one.score, one.propensity]), lists.at(-1).items.map((one) => [one.id, one.weight, one.propensity]));
  assert.match(cli(), /33 decisions with pack [0-9a-f]{16}, 0 differ/);
  assert.deepEqual(shelf.promotions({ mode: "neutral" }).servedId, null);
  shelf.setConsent({ personalize: false });
  assert.deepEqual([shelf.promotions().servedId, shelf.replay(lists.at(-1).servedId)], [null, null]);
  shelf.dispose();
});

test("a name is of one decision: what is asked or answered otherwise has another, and what is painted again fills no log", async () => {
  let now = START;
  const attributes = new Uint8Array(readFileSync(join(root, "tests/compat/attributes-v1.section")));
  const audience = new Writer();
  audience.list([["gift\nwarm", { "shopper.declared.age_band": "25-35" }]], ([id, when]) => {
    audience.u32(0);
    audience.str(id);
    audience.str("");
    audience.str(JSON.stringify(when));
  });
  const bytes = withSection(withSection(learning.pack, "ATTR", 7, attributes), "OFCN", 1, audience.written().slice());
  const shelf = await createShelf({ pack: bytes, market: "cn", consent: { personalize: true, sensitive: true }, seed: 7, utcOffset: 480, now: () => now });
  const home = shelf.recommend({ slot: "home", limit: 2 });
  const what = (list) => list.items.map((one) => [one.id, one.weight, one.rate, one.propensity, one.creative, one.creativePropensity]);
  const [one, three] = [1, 3].map((limit) => shelf.promotions({ slot: "home", limit }));
  assert.notEqual(one.servedId, three.servedId);
  assert.equal(new Set([...one.rows, ...three.rows].map((row) => row.served)).size, 2);
  for (let i = 0; i < 100; i++) {
    now += 1000;
    assert.deepEqual([1, 3].map((limit) => shelf.promotions({ slot: "home", limit }).servedId), [one.servedId, three.servedId]);
  }
  assert.deepEqual(shelf.decisions().map((list) => list.servedId), [home.servedId], "it is remembered still");
  for (const list of [one, three]) {
    const again = shelf.replay(list.servedId);
    assert.deepEqual([again.same, what({ items: again.list.items.slice(0, list.items.length) })], [true, what(list)]);
  }
  assert.notEqual(three.items[1].propensity, undefined, "or the first would do for the second");
  assert.notEqual(shelf.promotions({ slot: "cart", limit: 3 }).servedId.split("/")[0], three.rows[0].served);
  shelf.declare({ age_band: "25-35" });
  const declared = shelf.promotions({ slot: "home", limit: 3 });
  assert.notEqual(declared.servedId, three.servedId, "a creative for some may be drawn now");
  assert.equal(shelf.replay(declared.servedId).same, true);
  assert.ok(declared.rows.every((row) => row.served + "/home" === declared.servedId));
  shelf.dispose();
});

test("offers have a name in packs that draw nothing too", async () => {
  const plain = withSection(pack, "GRNT", 0, campaigns([]));
  const shelf = await createShelf({ pack: plain, market: "cn", consent: { personalize: true }, now: () => START });
  const { servedId } = shelf.promotions({ slot: "home" });
  assert.equal(servedId, START.toString(36) + "-0-0-promotions/home");
  assert.equal(shelf.replay(servedId).same, true);
  shelf.dispose();
});

test("rows of a list keep the number they were decided with, whatever is drawn later", async () => {
  const v = await exploringVisit();
  const { servedId } = v.recommend({ slot: "home", limit: 20 });
  const before = v.explorationRows(servedId);
  v._run = 12345;
  assert.ok(before.length > 0);
  assert.deepEqual(v.explorationRows(servedId), before);
});

/** Campaigns without conditions, as the pack has them: { id, options: [{ coupon, gain, cost }] }. */
function campaigns(list, lambda) {
  const w = new Writer();
  w.list(list, ({ id, options }) => {
    w.str(id);
    for (const number of [START, START + DAY, lambda, START + DAY]) w.f64(number);
    w.u32(0);
    w.list([options], (options) => {
      w.str("");
      w.list(options, ({ coupon, gain, cost }) => {
        w.str(coupon ? String(coupon) : "");
        w.f64(gain);
        w.f64(cost);
      });
    });
  });
  return w.written().slice();
}

const file = process.env.NEARSHELF_DATA && join(process.env.NEARSHELF_DATA, "promotions/allocation.json");
test("devices choose as the command line allocates", { skip: file && existsSync(file) ? false : "set NEARSHELF_DATA to the folder with the data sets" }, async () => {
  const { users, expect } = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(users.length > 0 && expect.length > 0);
  for (const { lambda_ppm, choice } of expect) {
    const chosen = [];
    for (let i = 0; i < users.length; i += 500) {
      const part = users.slice(i, i + 500).map(({ options }, j) => ({ id: "u" + (i + j), options }));
      const shelf = await createShelf({ pack: withSection(pack, "GRNT", part.length, campaigns(part, lambda_ppm)), consent: { personalize: true }, now: () => START + 1 });
      // A portrait has room for 128 notes, so that of these many campaigns each is asked of a shopper of its own.
      chosen.push(...shelf.grants().map((g) => Number(g.coupon || 0)));
      shelf.dispose();
    }
    assert.deepEqual(chosen, choice);
  }
});

const AUDIENCES = [["warm", { "shopper.declared.gender": "female" }, (shelf) => shelf.declare({ gender: "female" }), (shelf) => shelf.declare({ gender: "male" })],
  ["倒计时", { "shopper.declared.age_band": { $in: ["25-35", "36-45"] } }, (shelf) => shelf.declare({ age_band: "36-45" }), (shelf) => shelf.declare({ age_band: "over-60" })],
  ["warm", { "shopper.declared.interests": { $in: ["tea"] } }, (shelf) => shelf.declare({ interests: ["running", "tea"] }), (shelf) => shelf.declare({ interests: ["running"] })],
  ["warm", { "shopper.categories": { $in: ["Pets"] } }, (shelf) => shelf.track("view_item", { items: [{ item_id: "80001" }] }), (shelf) => shelf.track("view_item", { items: [{ item_id: "10001" }] })]];

for (const [creative, audience, is, isNot] of AUDIENCES) {
  test("a creative for some is drawn for them, and for nobody else: " + JSON.stringify(audience), async () => {
    const w = new Writer();
    w.list(["gift"], (id) => {
      w.u32(0);
      w.str(id + "\n" + creative);
      w.str("");
      w.str(JSON.stringify(audience));
    });
    const attributes = new Uint8Array(readFileSync(join(root, "tests/compat/attributes-v1.section")));
    const bytes = withSection(withSection(learning.pack, "ATTR", 7, attributes), "OFCN", 1, w.written().slice());
    const cart = { lines: [{ item_id: "10001", quantity: 3 }, { item_id: "80001", quantity: 2 }] };
    const quotes = new Set();
    const drawn = [];
    for (const act of [is, isNot, () => {}]) {
      const seen = new Set();
      for (let seed = 0; seed < 60; seed++) {
        const shelf = await createShelf({ pack: bytes, market: "cn", consent: { personalize: true, sensitive: true }, seed, utcOffset: 480, now: () => START });
        act(shelf);
        for (const offer of shelf.promotions({ slot: "home", limit: 7 }).items) if (offer.id === "gift") seen.add(offer.creative);
        if (seed % 20 === 0) quotes.add(JSON.stringify(shelf.quote(cart)));
        shelf.dispose();
      }
      drawn.push(seen.has(creative));
      assert.ok(seen.has("plain"), "the first is for everyone");
    }
    assert.deepEqual(drawn, [true, false, false]);
    assert.equal(quotes.size, 1, "no price moves");
  });
}

/** A shelf of the source that explores and knows something. */
async function exploringVisit() {
  const w = new Writer();
  w.list([["", 200_000, 10, 1]], ([slot, ...numbers]) => {
    w.str(slot);
    numbers.forEach((n) => w.u32(n));
  });
  const { shelf } = await realVisit(null, { consent: { personalize: true }, now: () => START, seed: 7, pack: withSection(pack, "EXPL", 1, w.written().slice()) });
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  return shelf;
}

/** A storage that a later page finds again. */
function memory() {
  const kept = new Map();
  return { get: async (name) => kept.get(name), set: async (name, bytes) => void kept.set(name, bytes), remove: async (name) => void kept.delete(name), keys: async () => [...kept.keys()] };
}

test("what was shown, granted and declined survives a reload with consent to store, and goes with the portrait", async () => {
  const storage = memory();
  let now = START + 2 * DAY;
  const open = () => createShelf({ pack, market: "cn", storage, consent: { store: true, personalize: true }, utcOffset: 480, now: () => now });
  const state = (shelf, campaign) => shelf.grants({ attributes: { group: "a" } }).find((g) => g.campaign === campaign).state;
  let shelf = await open();
  assert.equal(state(shelf, "spring"), "granted");
  for (let i = 0; i < 2; i++) {
    now += 10_000;
    shelf.track("view_promotion", { promotion_id: "ten" });
  }
  const withheld = (shelf) => shelf.promotions().withheld.filter((offer) => offer.reason === "capped").map((offer) => offer.id);
  assert.deepEqual(withheld(shelf), ["ten"]);
  assert.equal(shelf.declineGrant("spring"), true);
  const begins = state(shelf, "late");
  assert.ok(["waits", "granted"].includes(begins));
  await new Promise((done) => setTimeout(done, 1500));
  shelf.dispose();
  shelf = await open();
  assert.equal(state(shelf, "spring"), "declined");
  assert.equal(state(shelf, "late"), begins);
  assert.deepEqual(withheld(shelf), ["ten"]);
  assert.equal(shelf.declineGrant("spring", false), true);
  assert.equal(state(shelf, "spring"), "granted");
  // Neutral is neutral: nothing is granted, nothing withheld, and the order is the shop's.
  assert.deepEqual(shelf.grants({ mode: "neutral" }), []);
  assert.deepEqual(shelf.promotions({ mode: "neutral" }).withheld, []);
  assert.deepEqual(Array.from(shelf.promotions({ mode: "neutral" }).items, (offer) => offer.id), Array.from(shelf.offers(), (offer) => offer.id));
  shelf.setConsent({ personalize: false });
  assert.deepEqual([shelf.grants(), shelf.declineGrant("spring"), shelf.promotions().withheld], [[], false, []]);
  shelf.dispose();
});

test("no portrait moves a price, a saving, a gap or who may use a coupon", async () => {
  let now = START;
  const open = (consent) => createShelf({ pack, market: "cn", consent, utcOffset: 480, now: () => now });
  const [tea, skin, nobody] = [await open({ personalize: true }), await open({ personalize: true }), await open()];
  const ids = (shelf, category) => shelf.browse({ category, limit: 4 }).products.map((p) => p.id);
  for (let i = 0; i < 12; i++) {
    now += DAY;
    tea.track("purchase", { transaction_id: "t" + i, items: [{ item_id: ids(tea, "Food > Tea & coffee")[i % 3], price: 40, discount: 20 }] });
    skin.track("view_item", { items: [{ item_id: ids(skin, "Beauty > Skincare")[i % 3] }] });
    skin.track("view_promotion", { promotion_id: "ten" });
  }
  skin.track("complaint", { items: [{ item_id: ids(skin, "Beauty > Skincare")[0] }] });
  const held = ["c-tea", "c-food", "c-skin", "c-all", "c-dogs"];
  const lines = ids(nobody, "Food > Tea & coffee").map((item_id) => ({ item_id, quantity: 2 }));
  const facts = (shelf, cart) => Array.from(shelf.coupons({ cart, held }), ({ interest, score, because, ...fact }) => JSON.stringify(fact)).sort();
  for (const cart of [{ lines }, { lines, codes: ["TEA", "FOOD"] }, { lines: lines.slice(0, 1) }, undefined]) {
    for (const other of [skin, nobody]) {
      assert.deepEqual(facts(other, cart), facts(tea, cart));
      if (cart) assert.equal(JSON.stringify(other.quote(cart)), JSON.stringify(tea.quote(cart)));
    }
  }
  // The order is another one, or this would show nothing.
  const order = (shelf) => Array.from(shelf.coupons({ held }), (coupon) => coupon.id);
  assert.notDeepEqual(order(tea), order(skin));
  assert.deepEqual(order(nobody), Array.from(tea.coupons({ held, mode: "neutral" }), (coupon) => coupon.id));
  assert.ok(tea.coupons({ held }).some((coupon) => coupon.because.code === "bought"));
  [tea, skin, nobody].forEach((shelf) => shelf.dispose());
});

test("the shop's switch stops campaigns by id or beginning; while it is stale nothing new is granted, and what was stays", async () => {
  const { fetch: real } = globalThis;
  const clock = { now: START + DAY };
  let said = null;
  const switched = (sequence, stopped) => ({ switch: 1, sequence, issued: clock.now, max_age: 600, stopped });
  globalThis.fetch = async () => (said ? new Response(JSON.stringify(said)) : new Response("", { status: 404 }));
  const open = () => createShelf({ pack, market: "cn", consent: { personalize: true }, switches: "http://shop.test/switch", seed: 7, now: () => clock.now });
  const state = (shelf) => {
    const { state, coupon } = shelf.grants({ attributes: { group: "a" } }).find((g) => g.campaign === "spring");
    return [state, coupon];
  };
  try {
    said = switched(1, ["other"]);
    const early = await open();
    assert.deepEqual(state(early), ["granted", "c-tea"]);
    clock.now += 601_000;
    assert.deepEqual(state(early), ["granted", "c-tea"], "what was granted stays");
    said = null;
    const late = await open();
    assert.deepEqual(state(late), ["unknown", null], "who asks first has no switch");
    late.dispose();
    for (const [sequence, stopped] of [[2, ["spring"]], [3, ["spr*"]]]) {
      said = switched(sequence, stopped);
      const shelf = await open();
      assert.deepEqual(state(shelf), ["stopped", null], stopped[0]);
      assert.ok(shelf.grants().some((g) => g.campaign === "late" && g.state !== "stopped"), "no other one");
      // Stale again: what was stopped stays stopped.
      clock.now += 601_000;
      assert.deepEqual(state(shelf), ["stopped", null]);
      shelf.dispose();
    }
    early.dispose();
  } finally {
    globalThis.fetch = real;
  }
});

test("a new multiplier comes by an overlay in JSON, signed bytes or the page's own word", async () => {
  const clock = { now: START + DAY };
  const shelf = await createShelf({ pack, market: "cn", consent: { personalize: true }, seed: 7, now: () => clock.now });
  const state = (group) => shelf.grants({ attributes: { group } })[0].state;
  assert.equal(state("b"), "nothing");
  await shelf.setOverlay({ grants: [{ id: "spring", lambda_ppm: 400_000, lambda_until: new Date(clock.now + 7 * DAY).toISOString() }], max_age: 3600 });
  assert.equal(shelf.diagnostics().overlay_unknown_item, undefined);
  assert.equal(state("b"), "granted");
  shelf.forget();
  clock.now += 3_601_000;
  assert.equal(state("b"), "expired");
  await shelf.setOverlay(new Uint8Array(readFileSync(join(root, "tests/compat/overlay-multipliers-v1.overlay"))));
  assert.equal(state("b"), "granted", "the file of the command line");
  for (const grants of [7, null, [null, 7, {}, { id: "spring" }, { id: {}, lambda_until: "soon" }]]) {
    await shelf.setOverlay({ items: [], grants });
    assert.equal(state("b"), "granted", "what was granted stays, whatever comes");
  }
  shelf.dispose();
});
