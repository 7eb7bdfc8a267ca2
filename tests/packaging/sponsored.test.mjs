// What is paid for says so on every list, with the core and without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { shelfMaker } from "../../pkg-template/src/create.js";
import { fakeHost } from "./support/fake-core.mjs";
import { realVisit } from "./support/real.mjs";
import { pack } from "./support/small-pack.mjs";

const labelled = (list) => list.items.filter((x) => x.sponsored).map((x) => [x.id, x.because.code]);

test("a label is the product's, wherever it stands and whatever brought it there", async () => {
  const { shelf } = await realVisit(null, { consent: { personalize: true } });
  const { products } = shelf.browse({ limit: 200 });
  const plain = shelf.recommend({ limit: 12 });
  const paid = plain.items[5].id;
  const list = shelf.recommend({ limit: 12, sponsored: [paid, "nowhere"] });
  assert.deepEqual(list.items.map((x) => x.id), plain.items.map((x) => x.id), "it moves nothing");
  assert.deepEqual(labelled(list), [[paid, "sponsored"]]);
  assert.deepEqual(labelled(shelf.recommend({ limit: 12 })), []);
  assert.deepEqual(labelled(shelf.recommend({ limit: 5, sponsored: [paid] })), [], "it is not on this one");
  const variant = products.find((p) => p.id === paid).variants[0].id;
  assert.deepEqual(labelled(shelf.recommend({ limit: 12, sponsored: [variant] })), [[paid, "sponsored"]], "named by its variant");
  assert.deepEqual(labelled(shelf.recommend({ limit: 12, pin: [{ id: variant, index: 0, sponsored: true }] })), [[paid, "sponsored"]]);
  assert.deepEqual(labelled(shelf.recommend({ limit: 12, pin: [{ id: paid, index: 11 }, { id: variant, index: 0, sponsored: true }] })), [[paid, "sponsored"]],
    "the pin that brought it is not the one that is paid for");
  for (let i = 0; i < 3; i++) shelf.track("view_item", { items: [{ item_id: products[7 * i].id }] });
  const personal = shelf.recommend({ limit: 12, sponsored: products.map((p) => p.id) });
  assert.equal(labelled(personal).length, 12);
  const some = shelf.recommend({ limit: 12, sponsored: [personal.items[3].id] });
  const again = shelf.replay(some.servedId);
  assert.deepEqual([again.same, labelled(again.list)], [true, [[personal.items[3].id, "sponsored"]]], "decided again it says so too");
  assert.ok(shelf.why(personal.servedId, personal.items[0].id).children.every((c) => c.code !== "sponsored"), "the tree says what ranked it");
  const ranked = shelf.rank(["nowhere", variant, "elsewhere"], { sponsored: [paid, "elsewhere"] });
  assert.deepEqual(labelled(ranked).map(([id]) => id).sort(), ["elsewhere", variant].sort());
  assert.deepEqual(labelled(shelf.decisions().at(-1)), labelled(ranked));
});

test("without the core the label is there all the same", async () => {
  const shelf = await shelfMaker(fakeHost({ pack: pack(), core: async () => Promise.reject(new Error("none")) }))({ pack: "p" });
  assert.deepEqual(labelled(shelf.recommend({ sponsored: ["lamp-1"] })), [["lamp", "sponsored"]]);
  assert.deepEqual(labelled(shelf.recommend({ pin: [{ id: "lamp", index: 0, sponsored: true }] })), [["lamp", "sponsored"]]);
  assert.deepEqual(labelled(shelf.rank(["x", "lamp"], { sponsored: ["x"] })), [["x", "sponsored"]]);
});
