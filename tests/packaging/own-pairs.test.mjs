// Bought together: what the shopper's own orders add to the pack's pairs.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { golden } from "../golden/replay.mjs";
import { pkg } from "./support/project.mjs";

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;
const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);

/** A shelf whose shopper bought a with b three times, a alone once, c with b once. */
async function lived(pack, [a, b, c], consent = { personalize: true }) {
  let now = NOW;
  const shelf = await createShelf({ pack, market: "cn", language: "en", utcOffset: 480, now: () => now, consent });
  [[a, b], [a, b], [a], [a, b], [c, b]].forEach((ids, i) => {
    now = NOW + i * 3 * DAY;
    shelf.track("purchase", { transaction_id: "T" + i, items: ids.map((item_id) => ({ item_id, price: 10 })) });
  });
  now += 60 * DAY;
  return shelf;
}
const together = (list) => list.items.map(({ id, together: { basis, ...t } }) => [id, basis, ...Object.values(t).map((n) => Math.round(n * 1e6) / 1e6)]);

test("the shopper's own pairs stand on a list of what is bought together, with their counts", async () => {
  const { pack } = golden("insights.json");
  const [a, b, c] = ["10005", "20001", "80001"];
  const shelf = await lived(pack, [a, b, c]);
  const of = (context, more = {}) => together(shelf.recommend({ slot: "together", context: [context], ...more }));
  // Support 3/5, confidence 3/4 of a's orders and 3/4 of b's, lift 3 * 5 / (4 * 4).
  assert.deepEqual(of(a).filter(([, basis]) => basis === "own"), [[b, "own", 0.6, 0.75, 0.9375, 3]]);
  assert.deepEqual(of(b).filter(([, basis]) => basis === "own"), [[a, "own", 0.6, 0.75, 0.9375, 3]]);
  assert.ok(!of(c).some(([, basis]) => basis === "own"), "once is not enough");
  assert.deepEqual(of(a, { mode: "neutral" }).filter(([, basis]) => basis === "own"), []);
  shelf.setConsent({ personalize: false });
  assert.deepEqual(of(a).filter(([, basis]) => basis === "own"), []);
  shelf.dispose();
});

test("a pair that the pack has keeps the pack's counts", async () => {
  const { pack } = golden("slots.json");
  const plain = await createShelf({ pack, market: "cn", language: "en", now: () => NOW, consent: { personalize: true } });
  const [first] = plain.browse({ limit: 200 }).products.map((p) => p.id).filter((id) => plain.recommend({ slot: "together", context: [id] }).items.length > 0);
  const before = together(plain.recommend({ slot: "together", context: [first] }));
  plain.dispose();
  const shelf = await lived(pack, [first, before[0][0], "80001"]);
  const after = together(shelf.recommend({ slot: "together", context: [first], limit: 50 }));
  assert.deepEqual(after.find(([id]) => id === before[0][0]), before[0]);
  assert.ok(after.every(([id], i) => after.findIndex(([other]) => other === id) === i));
  shelf.dispose();
});
