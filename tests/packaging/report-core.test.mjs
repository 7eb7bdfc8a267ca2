// Private reports with the real core: the documented bytes, and noise that the collector takes out again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes } from "../../pkg-template/src/bytes.js";
import { decodeReports } from "../../pkg-template/src/decode.js";
import { reportLine } from "../../pkg-template/src/report-line.js";
import { readLedger, weekOf } from "./support/fake-core.mjs";
import { secret, storageOver } from "./support/memory.mjs";
import { answerOf, packBytes, packFile, project } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { schemaOf } from "./support/report-schema.mjs";
import { DAY, NOW, WEEK, assertMark, hex, open } from "./support/reporting.mjs";
import { withSection } from "./support/small-pack.mjs";

const SHOP_LEDGER = "nearshelf/harbour-lane/ledger";

for (const [mechanism, length] of [["k_rr", 37], ["oue", 37]]) {
  test(`the real core's report by ${mechanism} has the documented bytes, and the collector reads it`, async (t) => {
    t.mock.method(Math, "random", () => assert.fail("never Math.random"));
    const shelf = (await realVisit(storageOver(new Map()))).shelf;
    const tops = shelf.categories().filter((c) => c.parent === null).map((c) => c.path);
    const names = mechanism === "oue" ? [...tops, ...Array.from({ length: 40 - tops.length }, (_, i) => "Made up " + i)] : tops.slice(0, 3);
    const { bytes: section, json } = schemaOf(names, mechanism);
    const pack = withSection(packBytes(), "REPT", 1, section);
    const kept = new Map();
    const drawn = [];
    const memory = { entropy: () => (n) => (drawn.push(n), secret.entropy()(n)) };
    const v = await open(storageOver(kept), { by: realVisit, pack, memory });
    assert.deepEqual([v.shelf.status, v.told], ["ready", []]);
    v.shelf.track("view_item", { items: [{ item_id: v.shelf.browse({ limit: 1 }).products[0].id }] });
    const { reason, bytes, sent } = await v.report();
    assert.deepEqual([reason, bytes.length, sent, v.sent], [null, length, true, [hex(bytes)]]);
    assert.equal(drawn.filter((n) => n === 296).length, 1);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    assert.deepEqual([...bytes.subarray(0, 4)], [2, 1, mechanism === "oue" ? 1 : 0, names.length + 1]);
    assert.deepEqual([view.getUint32(4, true), view.getInt32(8, true)], [json.version, weekOf(NOW)]);
    const { latest, answer, spent } = readLedger(kept.get(SHOP_LEDGER).subarray(1), NaN);
    assert.deepEqual([kept.get(SHOP_LEDGER)[0], latest, hex(answer), spent], [1, weekOf(NOW), hex(bytes), [weekOf(NOW)]]);

    const line = reportLine(bytes);
    assert.equal(JSON.parse(line).epoch, "2026-W39");
    assert.equal(JSON.parse(line).id, hex(bytes.subarray(12, 28)));
    const { counts, metrics } = decodeReports(json, [line, line].join("\n"));
    assert.deepEqual([counts.counted, counts.copies, metrics[0].all.reports], [1, 1, 1]);
    await v.end();

    const later = await open(storageOver(kept), { by: realVisit, pack, at: NOW + DAY });
    assert.deepEqual([hex((await later.report()).bytes), later.sent], [hex(bytes), []]);
    later.shelf.setConsent({ report: false });
    await later.settled();
    assertMark(kept.get(SHOP_LEDGER), weekOf(NOW), mechanism, 2);
    later.shelf.setConsent({ report: true });
    assert.equal((await later.report()).reason, "epoch_spent");
    await later.end();
    const next = await open(storageOver(kept), { by: realVisit, pack, at: NOW + WEEK });
    const fresh = await next.report();
    assert.equal(fresh.reason, null);
    assert.notEqual(hex(fresh.bytes.subarray(12, 28)), hex(bytes.subarray(12, 28)), "ids do not link weeks");
    next.shelf.setConsent({ report: false });
    await next.settled();
    await next.end();
    const over = await open(storageOver(kept), { by: realVisit, pack, at: NOW + 2 * WEEK, consent: { store: true, report: false } });
    await over.settled();
    assertMark(kept.get(SHOP_LEDGER), weekOf(NOW + WEEK), mechanism, 4);
    over.shelf.forget();
    await over.settled();
    assert.equal(kept.has(SHOP_LEDGER), false);
    assert.deepEqual([v.told, later.told, next.told, over.told], [[], [], [], []]);
  });
}

test("over many shoppers the real core's noise comes out again", async () => {
  const shelf = (await realVisit(storageOver(new Map()))).shelf;
  const tops = shelf.categories().filter((c) => c.parent === null).map((c) => c.path).slice(0, 3);
  const { bytes: section, json } = schemaOf(tops, "k_rr");
  const pack = withSection(packBytes(), "REPT", 1, section);
  const of = (top) => shelf.browse({ limit: 1, category: top }).products[0].id;
  const lines = [];
  for (let i = 0; i < 400; i++) {
    const v = await open(storageOver(new Map()), { by: realVisit, pack, reports: (bytes) => void lines.push(reportLine(bytes)) });
    for (let j = 0; j < 3; j++) v.shelf.track("view_item", { items: [{ item_id: of(tops[i % 2 ? 0 : 2]) }] });
    await v.report();
    await v.end();
  }
  const { counts, metrics } = decodeReports(json, lines);
  assert.equal(counts.counted, 400);
  for (const { label, share, standard_error } of metrics[0].all.estimates) {
    const truth = label === tops[0] || label === tops[2] ? 0.5 : 0;
    assert.ok(Math.abs(share - truth) < 5 * standard_error, `${label}: ${share}`);
  }
});

test("a real pack that asks nothing gets nothing", async () => {
  const kept = new Map();
  const v = await open(storageOver(kept), { by: realVisit });
  assert.deepEqual([await v.report(), v.sent, kept.has(SHOP_LEDGER)], [{ reason: "nothing_asked", bytes: null, sent: false }, [], false]);
  assert.ok(toBytes(kept.get("nearshelf/harbour-lane/key")), "the shop's name is as above");
});

test("Node reports where a storage outlasts the shelf, and not where each shelf would answer anew", async () => {
  const folder = project("reports", { "a.mjs": `
    import { createShelf } from "nearshelf";
    const map = new Map();
    const storage = { get: async (n) => map.get(n), set: async (n, b) => void map.set(n, b), remove: async (n) => map.delete(n), keys: async () => [...map.keys()] };
    const say = async (more) => {
      const shelf = await createShelf({ pack: process.argv[2], consent: { store: true, report: true }, ...more });
      const told = [];
      shelf.on("diagnostic", (d) => told.push(d.code));
      const { reason } = await shelf.report();
      await 0;
      shelf.forget();
      await new Promise((resolve) => setTimeout(resolve, 50));
      shelf.dispose();
      return [reason, told];
    };
    console.log(JSON.stringify([await say({}), await say({ storage })]));` });
  assert.deepEqual(await answerOf(folder, "a.mjs", packFile()), [["unavailable", ["reports_unavailable"]], ["nothing_asked", []]]);
});
