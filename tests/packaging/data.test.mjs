// The shopper's data as the shopper's own: seen, taken out as one JSON, taken in on another device, with the real core.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportData, importData, reportBudget, sentReports } from "../../pkg-template/src/consent/data.js";
import { golden } from "../golden/replay.mjs";
import { storageOver } from "./support/memory.mjs";
import { packBytes, root } from "./support/project.mjs";
import { realVisit } from "./support/real.mjs";
import { idle, NOW, open, WEEK } from "./support/reporting.mjs";
import { schemaOf } from "./support/report-schema.mjs";
import { misfits } from "./support/schema.mjs";
import { withSection } from "./support/small-pack.mjs";

const { pack } = golden("declared.json");
const schema = JSON.parse(readFileSync(join(root, "pkg-template", "export.schema.json"), "utf8"));
const FROZEN = join(root, "tests", "compat", "export-v1.json");
const ALL = { store: true, personalize: true, report: true, sensitive: true };
const device = (kept = new Map(), more) => realVisit(storageOver(kept), { pack, market: "cn", language: "en", utcOffset: 480, now: () => NOW, consent: ALL, notice: "1", ...more });

/** A shopper with something of everything. */
async function shopper(kept) {
  const v = await device(kept);
  v.shelf.track("view_item", { event_id: "1", items: [{ item_id: "10001" }] });
  v.shelf.track("add_to_cart", { event_id: "2", items: [{ item_id: "10001" }] });
  v.shelf.track("purchase", { event_id: "3", transaction_id: "T1", value: 219, currency: "CNY", items: [{ item_id: "10001" }] });
  v.shelf.track("view_item", { event_id: "4", items: [{ item_id: "20001" }] });
  v.shelf.declare({ gender: "female", interests: ["tea", "running"] });
  await idle(v);
  v.shelf.deleteTag(v.shelf.tags().find((tag) => tag.kind === "brand").id);
  return v;
}
const plain = (value) => JSON.parse(JSON.stringify(value));

test("an export holds everything, by its schema, as JSON and back", async () => {
  const v = await shopper();
  const data = plain(await exportData(v.shelf));
  assert.deepEqual(misfits(schema, data), []);
  assert.deepEqual([data.portrait, data.tags, data.hiddenTags].map((x) => (x.length ?? x.events) > 0), [true, true, true]);
  assert.deepEqual(data.portrait.declared.map((d) => [d.field, d.value]), [["gender", "female"], ["interests", ["running", "tea"]]]);
  assert.equal(data.receipts.length, 1);
  assert.ok(data.snapshot.length > 100);
  // The schema is one: what is missing, wrong or more does not fit.
  for (const bad of [{ ...data, shop: 7 }, { ...data, account: "ann" }, { ...data, format: "nearshelf-export/2" }, { ...data, snapshot: "é" }, { ...data, consent: {} }]) {
    assert.equal(misfits(schema, bad).length > 0, true);
  }
  v.shelf.dispose();
});

test("another device takes it in: the same portrait, with what happened there in this visit", async () => {
  const data = await exportData((await shopper()).shelf);
  for (const given of [plain(data), JSON.stringify(data)]) {
    const kept = new Map();
    const v = await device(kept);
    v.shelf.track("view_item", { event_id: "9", items: [{ item_id: "30001" }] });
    assert.deepEqual(await importData(v.shelf, given), { taken: true, reason: null });
    const own = v.shelf.portrait();
    assert.equal(own.events, data.portrait.events + 1);
    assert.deepEqual(own.declared, data.portrait.declared);
    assert.deepEqual(v.shelf.hiddenTags(), data.hiddenTags);
    assert.ok(["10001", "20001", "30001"].every((id) => own.items.some((item) => item.key === id)));
    await v.end();
    await idle(v);
    const next = await device(kept);
    assert.equal(next.shelf.portrait().events, own.events, "and it is kept there");
    next.shelf.dispose();
  }
  // The same event on both devices counts once.
  const twice = await device();
  twice.shelf.track("view_item", { event_id: "4", items: [{ item_id: "20001" }] });
  await importData(twice.shelf, data);
  assert.equal(twice.shelf.portrait().events, data.portrait.events);
});

test("what is not this shop's export, or not allowed, is not taken in, and says why", async () => {
  const data = plain(await exportData((await shopper()).shelf));
  const v = await device();
  v.shelf.track("view_item", { event_id: "9", items: [{ item_id: "30001" }] });
  const before = plain(v.shelf.portrait());
  const cut = data.snapshot.slice(0, 40);
  for (const [given, reason] of [
    ["no json", "unreadable"], [null, "unreadable"], [{}, "unreadable"], [{ ...data, format: "nearshelf-export/9" }, "unreadable"], [{ ...data, shop: "other" }, "another_shop"],
    [{ ...data, snapshot: "" }, "nothing"], [{ ...data, snapshot: "!!" }, "nothing"], [{ ...data, snapshot: cut }, "unreadable"], [{ ...data, snapshot: 5 }, "nothing"],
  ]) assert.deepEqual(await importData(v.shelf, given), { taken: false, reason }, reason + " " + String(given && given.snapshot).slice(0, 9));
  assert.deepEqual(plain(v.shelf.portrait()), before);
  v.shelf.setConsent({ personalize: false });
  assert.deepEqual(await importData(v.shelf, data), { taken: false, reason: "consent" });
  const empty = await exportData(v.shelf);
  assert.deepEqual([empty.snapshot, empty.portrait.events, misfits(schema, plain(empty))], ["", 0, []]);
  // Without consent to store it can be taken along all the same: nothing is read for it.
  const storage = storageOver(new Map());
  const memory = await realVisit(storage, { pack, now: () => NOW, consent: { personalize: true } });
  memory.shelf.track("view_item", { event_id: "9", items: [{ item_id: "30001" }] });
  assert.ok((await exportData(memory.shelf)).snapshot.length > 0);
  assert.deepEqual(storage.log, []);
  memory.shelf.dispose();
  assert.equal((await exportData(memory.shelf).catch((thrown) => thrown)) instanceof Error, false);
});

test("what was sent is told week by week, and looking spends nothing", async () => {
  const kept = new Map();
  const probe = (await realVisit(storageOver(new Map()))).shelf;
  const tops = probe.categories().filter((c) => c.parent === null).map((c) => c.path).slice(0, 3);
  const asking = withSection(packBytes(), "REPT", 1, schemaOf(tops, "k_rr").bytes);
  const by = (storage, wishes) => realVisit(storage, { pack: asking, ...wishes });
  for (let week = 0; week < 3; week++) {
    const v = await open(storageOver(kept), { by, at: NOW + week * WEEK });
    assert.equal((await sentReports(v.shelf)).length, week);
    assert.equal((await sentReports(v.shelf)).length, week, "no report is made by looking");
    await v.report(week !== 2);
    const sent = await sentReports(v.shelf);
    assert.deepEqual(sent.map((one) => [one.epoch, one.epsilon, one.sent]).at(-1), [["2026-W39", "2026-W40", "2026-W41"][week], 2, week !== 2]);
    assert.ok(sent.every((one) => typeof one.metric === "string" && one.metric.length > 3));
    assert.deepEqual(sent.slice(0, -1).map((one) => one.sent), Array(week).fill(null));
    await v.end();
  }
  const v = await open(storageOver(kept), { by, at: NOW + 2 * WEEK });
  assert.deepEqual(await reportBudget(v.shelf), { spent: 6, lifetime: 104, left: 98 });
  v.shelf.setConsent({ report: false });
  await v.settled();
  assert.deepEqual(await sentReports(v.shelf), []);
  assert.equal((await reportBudget(v.shelf)).spent, 6, "a withdrawal begins no other lifetime");
  await v.end();
  // The shop makes it shorter: what was spent before counts.
  const shorter = withSection(asking, "LIFE", 1, Uint8Array.of(0x40, 0x4b, 0x4c, 0)); // 5
  const w = await open(storageOver(kept), { by: (storage, wishes) => realVisit(storage, { pack: shorter, ...wishes }), at: NOW + 3 * WEEK });
  assert.deepEqual(await reportBudget(w.shelf), { spent: 6, lifetime: 5, left: 0 });
  assert.deepEqual([(await w.report()).reason, w.sent], ["lifetime_spent", []]);
  w.shelf.forget();
  await w.settled();
  assert.equal((await reportBudget(w.shelf)).spent, 0, "who is forgotten begins anew");
  await w.end();
  // What is left may be less than a week takes.
  const odd = new Map();
  for (const [week, reason] of [[4, null], [5, null], [6, "lifetime_spent"]]) {
    const x = await open(storageOver(odd), { by: (storage, wishes) => realVisit(storage, { pack: shorter, ...wishes }), at: NOW + week * WEEK });
    assert.equal((await x.report()).reason, reason);
    if (reason) assert.deepEqual(await reportBudget(x.shelf), { spent: 4, lifetime: 5, left: 1 });
    await x.end();
  }
  // A lifetime that cannot be read makes no report, and keeps nobody from what is theirs.
  const broken = withSection(asking, "LIFE", 1, Uint8Array.of(1, 2, 3));
  const y = await open(storageOver(odd), { by: (storage, wishes) => realVisit(storage, { pack: broken, ...wishes }), at: NOW + 7 * WEEK });
  y.shelf.track("view_item", { items: [{ item_id: y.shelf.browse({ limit: 1 }).products[0].id }] });
  assert.equal((await y.report()).bytes, null);
  assert.deepEqual([(await reportBudget(y.shelf)).lifetime, (await sentReports(y.shelf)).length], [0, 2]);
  assert.ok((await exportData(y.shelf)).snapshot.length > 0);
  await y.end();
});

test("the first format ever exported is taken in", async () => {
  const frozen = JSON.parse(readFileSync(FROZEN, "utf8"));
  assert.deepEqual(misfits(schema, frozen), []);
  const v = await device();
  assert.deepEqual(await importData(v.shelf, frozen), { taken: true, reason: null });
  const { portrait } = plain(await exportData(v.shelf));
  assert.deepEqual(portrait, frozen.portrait);
});
