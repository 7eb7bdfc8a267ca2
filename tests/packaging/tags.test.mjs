// Tags: listed, taken back, let in again; with the packed core and without one.

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
const { pack } = golden("portrait.json");
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

async function lived() {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => now, consent: { personalize: true } });
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
  assert.deepEqual(tags.find((tag) => tag.id === "brand:" + key), { id: "brand:" + key, kind: "brand", ...rest });
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
  for (const wrong of ["brand", "mood:good", "hour:99", "", null, {}, "price_band:x", 7]) assert.equal(shelf.deleteTag(wrong), false, String(wrong));
  assert.equal(shelf.diagnostics().bad_argument, 8);
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
