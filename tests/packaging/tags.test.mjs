// Tags: listed, taken back, let in again; with the packed core and without one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { NearshelfError } from "../../pkg-template/src/error.js";
import { golden } from "../golden/replay.mjs";
import { Writer } from "../../pkg-template/src/codec.js";
import { fakeHost } from "./support/fake-core.mjs";
import { pkg, root } from "./support/project.mjs";
import { withSection } from "./support/small-pack.mjs";

const NOW = 1_790_000_000_000;
const { pack } = golden("portrait.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

async function lived(given = pack) {
  let now = NOW;
  const shelf = await createShelf({ pack: given, market: "cn", language: "en", utcOffset: 480, now: () => now, consent: { personalize: true } });
  for (const id of ["10001", "10002", "10005", "10007"]) shelf.track("view_item", { items: [{ item_id: id }], channel: "wechat" });
  return { shelf, later: (ms) => (now += ms) };
}
const ids = (shelf, kind) => shelf.tags().filter((tag) => tag.kind === kind).map((tag) => tag.id);

test("tags are the portrait in one list, strongest first", async () => {
  const { shelf } = await lived();
  const tags = shelf.tags();
  assert.ok(tags.length > 15 && tags.every((tag, i) => i === 0 || tags[i - 1].share >= tag.share));
  const { brands } = shelf.portrait();
  assert.deepEqual(ids(shelf, "brand"), brands.map((brand) => "brand:" + brand.key));
  assert.deepEqual(ids(shelf, "channel"), ["channel:wechat"]);
  const { key, ...rest } = brands[0];
  // Four half-lives, in a pack that does not say.
  const until = NOW + 48 * 86_400_000;
  assert.deepEqual(tags.find((tag) => tag.id === "brand:" + key), { id: "brand:" + key, kind: "brand", ...rest, until });
  shelf.dispose();
});

test("a trait is a tag until its days since the last event behind it are over, and again with the next", async () => {
  const lives = new Uint8Array(readFileSync(join(root, "tests/compat/tag-lives-v1.section")));
  const { shelf, later } = await lived(withSection(pack, "TAGL", 11, lives));
  const [hour] = ids(shelf, "hour");
  const brands = ids(shelf, "brand");
  later(9 * 86_400_000 - 1);
  assert.deepEqual(ids(shelf, "brand"), brands);
  later(1);
  assert.deepEqual(ids(shelf, "brand"), []);
  assert.deepEqual(ids(shelf, "hour"), [hour], "each kind has an end of its own");
  assert.equal(shelf.portrait().brands.length, brands.length, "the trait itself only fades");
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  assert.equal(ids(shelf, "brand").length, 1);
  shelf.dispose();
});

test("a product that did not interest is taken back by its tag, and comes again with the sealed portrait too", async () => {
  const { shelf, later } = await lived();
  const stage = () => shelf.whyNot("10001", { limit: 200 }).stage;
  assert.equal(stage(), "shown");
  shelf.track("not_interested", { items: [{ item_id: "10001" }] });
  assert.equal(stage(), "disliked");
  later(1000);
  assert.equal(shelf.deleteTag("item:10001"), true);
  assert.equal(stage(), "shown");
  assert.deepEqual(shelf.hiddenTags().map((tag) => tag.id), ["item:10001"]);
  later(1000);
  shelf.track("not_interested", { items: [{ item_id: "10001" }] });
  assert.equal(stage(), "disliked", "said again, it holds again");
  shelf.dispose();
});

test("a deleted tag goes at once, is listed as hidden, and comes again from what happens next", async () => {
  const { shelf, later } = await lived();
  let changes = 0;
  shelf.on("change", () => changes++);
  const [brand] = ids(shelf, "brand");
  assert.equal(shelf.deleteTag(brand), true);
  assert.ok(!ids(shelf, "brand").includes(brand));
  assert.deepEqual(Array.from(shelf.hiddenTags()), [{ id: brand, since: NOW, blocked: false }]);
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(changes > 0);
  later(60_000);
  for (const id of ["10001", "10002", "10005", "10007"]) shelf.track("view_item", { items: [{ item_id: id }] });
  assert.ok(ids(shelf, "brand").includes(brand));
  assert.equal(shelf.blockTag(brand), true);
  later(60_000);
  for (const id of ["10001", "10002", "10005", "10007"]) shelf.track("view_item", { items: [{ item_id: id }] });
  assert.ok(!ids(shelf, "brand").includes(brand));
  assert.equal(shelf.allowTag(brand), true);
  assert.deepEqual(Array.from(shelf.hiddenTags()), []);
  shelf.dispose();
});

test("what is no tag is told and changes nothing", async () => {
  const { shelf } = await lived();
  const before = shelf.tags();
  for (const wrong of ["brand", "mood:good", "hour:99", "", null, {}, "price_band:x", 7, "brandX", ":brand", "channel:typo", "rule:nobody"]) assert.equal(shelf.deleteTag(wrong), false, String(wrong));
  assert.equal(shelf.diagnostics().bad_argument, 12);
  assert.deepEqual(shelf.hiddenTags(), []);
  assert.deepEqual(shelf.tags(), before);
  shelf.dispose();
});

test("without consent, and without an engine, there are no tags to take back", async () => {
  const { shelf } = await lived();
  shelf.setConsent({ personalize: false });
  assert.deepEqual([shelf.tags().length, shelf.deleteTag("brand:Lindoro"), shelf.hiddenTags().length], [0, false, 0]);
  shelf.dispose();
  const noCore = async () => {
    throw new NearshelfError("wasm_unavailable", "none", "none");
  };
  const without = await shelfMaker(fakeHost({ pack, core: noCore }))({ pack: "p", language: "en", now: () => NOW });
  assert.deepEqual([without.tags(), without.deleteTag("brand:Lindoro"), without.hiddenTags()], [[], false, []]);
});

const RULES = readFileSync(join(root, "tests/compat/rule-tags-v1.section"));
const DAY = 86_400_000;

test("rule tags hold while their condition is true and for their days after, and are taken back as all others", async () => {
  let now = NOW;
  const shelf = await createShelf({ pack: withSection(pack, "RTAG", 3, new Uint8Array(RULES)), market: "cn", language: "zh-CN", utcOffset: 480, now: () => now, consent: { personalize: true } });
  const look = (n) => {
    for (let i = 0; i < n; i++) {
      now += 10_000;
      shelf.track("view_item", { items: [{ item_id: "1000" + (1 + (i % 5)) }] });
    }
  };
  const rules = () => shelf.tags().filter((tag) => tag.kind === "rule").map(({ id, label, since, until }) => [id, label, since, until]);
  look(2);
  assert.deepEqual(rules(), []);
  look(1);
  const begun = now;
  assert.deepEqual(rules(), [["rule:busy", "忙", begun, null], ["rule:curious", "curious", begun, begun + 7 * DAY]]);
  assert.equal(shelf.tags()[0].kind, "rule");
  // In a pause "curious" runs out, and begins anew.
  now += 30 * DAY;
  assert.deepEqual(rules(), [["rule:busy", "忙", begun, null], ["rule:curious", "curious", now, now + 7 * DAY]]);
  assert.equal(shelf.deleteTag("rule:busy"), true);
  assert.equal(shelf.blockTag("rule:curious"), true);
  const taken = now;
  look(5);
  assert.deepEqual(rules(), []);
  assert.deepEqual(Array.from(shelf.hiddenTags()), [{ id: "rule:busy", since: taken, blocked: false }, { id: "rule:curious", since: taken, blocked: true }]);
  assert.equal(shelf.allowTag("rule:curious"), true);
  assert.deepEqual(rules().map(([id]) => id), ["rule:curious"]);
  shelf.setConsent({ personalize: false });
  assert.deepEqual([rules(), shelf.hiddenTags().length], [[], 0]);
  shelf.dispose();
});

test("a deleted rule tag comes again once its condition was false", async () => {
  const shelf = await createShelf({ pack: withSection(pack, "RTAG", 3, new Uint8Array(RULES)), market: "cn", language: "en", utcOffset: 480, now: () => NOW, consent: { personalize: true } });
  const holds = () => shelf.tags().some((tag) => tag.id === "rule:full");
  let told = 0;
  const cart = (name) => shelf.track(name, { items: [{ item_id: "10001" }], event_id: name + told++ });
  cart("add_to_cart");
  assert.equal(holds(), true);
  shelf.deleteTag("rule:full");
  assert.equal(holds(), false);
  cart("remove_from_cart");
  assert.equal(holds(), false);
  cart("add_to_cart");
  assert.equal(holds(), true);
  shelf.dispose();
});

test("a kind of shoppers is a tag where the shop wants it: there with the first click, and gone once it is blocked", async () => {
  const w = new Writer();
  w.list(["Pets > Cats", "Beauty > Skincare"], (name) => {
    w.str("cluster:" + name);
    w.list([name.split(" > ")[1], ""], (label) => w.str(label));
    w.str(JSON.stringify({ "shopper.cluster": name }));
    w.f64(0);
  });
  const shelf = await createShelf({ pack: withSection(golden("seasons.json").pack, "RTAG", 2, w.written().slice()), market: "cn", language: "en", utcOffset: 480, now: () => NOW, consent: { personalize: true } });
  assert.deepEqual(ids(shelf, "rule"), []);
  const look = () => shelf.track("view_item", { items: [{ item_id: "80001" }] });
  look();
  assert.deepEqual([ids(shelf, "rule"), shelf.portrait().cluster.id], [["rule:cluster:Pets > Cats"], "Pets > Cats"]);
  assert.equal(shelf.tags().find((tag) => tag.kind === "rule").label, "Cats");
  assert.equal(shelf.blockTag("rule:cluster:Pets > Cats"), true);
  assert.deepEqual(ids(shelf, "rule"), []);
  look();
  assert.deepEqual(ids(shelf, "rule"), [], "it stays so");
  assert.deepEqual(shelf.hiddenTags().map((tag) => [tag.id, tag.blocked]), [["rule:cluster:Pets > Cats", true]]);
  shelf.allowTag("rule:cluster:Pets > Cats");
  assert.deepEqual(ids(shelf, "rule"), ["rule:cluster:Pets > Cats"]);
  shelf.dispose();
});
