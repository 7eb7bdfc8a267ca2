// Consent in Chromium: every storage of the page in each state, the browser's signals, and the data on its way to another device.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launch, pkg, requirePackage, root } from "./bench.mjs";
import { serve } from "./server.mjs";
import { misfits } from "../packaging/support/schema.mjs";
import { schemaOf } from "../packaging/support/report-schema.mjs";
import { withSection } from "../packaging/support/small-pack.mjs";

const PAGE = "<!doctype html><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,>";
const schema = JSON.parse(readFileSync(join(root, "pkg-template", "export.schema.json"), "utf8"));
let browser, server;

before(async () => {
  requirePackage();
  const pack = new Uint8Array(readFileSync(join(root, "tests", "compat", "pack-v1.pack")));
  const asking = Buffer.from(withSection(pack, "REPT", 1, schemaOf(["Fashion", "Home"], "k_rr").bytes));
  server = await serve({ page: root, pkg, files: { "/": PAGE, "/shop.pack": asking } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** A page of the shop in a profile of its own, as `says` has its navigator, with its shelf open. */
async function shop(options, says = {}, context) {
  context = context || await browser.newContext();
  await context.addInitScript((says) => {
    for (const [name, value] of Object.entries(says)) Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true });
  }, says);
  const tab = await context.newPage();
  await tab.goto(`${server.origin}/`);
  await tab.evaluate(async (options) => {
    const { createShelf } = await import("/nearshelf/index.js");
    globalThis.told = [];
    globalThis.sent = [];
    globalThis.receipts = [];
    globalThis.shelf = await createShelf({ pack: "/shop.pack", notice: "1", reports: (bytes) => void sent.push(bytes.length), ...options });
    shelf.on("diagnostic", (d) => told.push(d.code));
    shelf.on("consent", (receipt) => receipts.push(receipt));
  }, options);
  return { tab, context };
}

/** Every name in every storage that a page has. */
const everything = (tab) => tab.evaluate(async () => {
  const all = [];
  const wait = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const db = await wait(indexedDB.open(name));
    for (const store of db.objectStoreNames) for (const key of await wait(db.transaction(store).objectStore(store).getAllKeys())) all.push(`idb ${name}: ${key}`);
    db.close();
  }
  for (let i = 0; i < localStorage.length; i++) all.push("local " + localStorage.key(i));
  for (let i = 0; i < sessionStorage.length; i++) all.push("session " + sessionStorage.key(i));
  for (const name of await caches.keys()) all.push("cache " + name);
  if (document.cookie) all.push("cookie");
  for await (const [name] of (await navigator.storage.getDirectory()).entries()) all.push("file " + name);
  // Which of the two slots is used is nobody's business.
  return all.map((name) => name.replace(/^(idb nearshelf: nearshelf\/.*)\/[01]$/, "$1").replace(/^idb nearshelf: nearshelf\/.*\//, "")).sort();
});

const act = (tab) => tab.evaluate(async () => {
  shelf.track("view_item", { items: [{ item_id: "10001" }] });
  shelf.recommend();
  await shelf.report({ send: true });
  await new Promise((resolve) => setTimeout(resolve, 1400));
});

const TABLE = [
  [{}, []],
  [{ personalize: true, report: true, sensitive: true }, []],
  [{ store: false, personalize: true, report: true }, []],
  [{ store: true }, ["receipts"]],
  [{ store: true, personalize: true }, ["anonymous", "key", "receipts"]],
  [{ store: true, report: true }, ["key", "ledger", "receipts"]],
  [{ store: true, personalize: true, report: true, sensitive: true }, ["anonymous", "key", "ledger", "receipts"]],
  [{ store: true, personalize: true, report: true, minor: true }, ["receipts"]],
];

for (const [consent, expected] of TABLE) {
  test(`every storage of the page with ${JSON.stringify(consent)}`, { timeout: 60_000 }, async () => {
    const { tab, context } = await shop({ consent, preConsent: "session" });
    await act(tab);
    assert.deepEqual(await everything(tab), expected);
    assert.deepEqual(await tab.evaluate(() => [sent.length, told]), [expected.includes("ledger") ? 1 : 0, []]);
    if (expected.includes("ledger")) {
      for (const last of ["forget", "withdraw"]) {
        await tab.evaluate((last) => (last === "forget" ? shelf.forget() : shelf.setConsent({ store: false })), last);
        await tab.waitForTimeout(300);
        assert.deepEqual(await everything(tab), ["ledger"], last);
        assert.equal(await tab.evaluate(() => new Promise((resolve) => {
          indexedDB.open("nearshelf").onsuccess = ({ target: { result: db } }) => {
            db.transaction("memory").objectStore("memory").getAll().onsuccess = ({ target: { result } }) => resolve((result[0].byteLength ?? result[0].length) <= 16 && result.length === 1);
          };
        })), true, "16 bytes at most");
      }
    }
    await context.close();
  });
}

test("the browser's signals are read: reports are off, and the receipt says why", { timeout: 60_000 }, async () => {
  const consent = { store: true, personalize: true, report: true };
  for (const [says, signals] of [[{ globalPrivacyControl: true }, ["gpc"]], [{ doNotTrack: "1" }, ["dnt"]], [{ globalPrivacyControl: false, doNotTrack: "unspecified" }, []]]) {
    const { tab, context } = await shop({ consent }, says);
    await act(tab);
    assert.deepEqual(await tab.evaluate(() => [shelf.consent().report, sent.length, receipts.map((r) => r.signals)]), [!signals.length, signals.length ? 0 : 1, [signals]]);
    const again = await shop({ consent, respectSignals: false }, {}, context);
    await act(again.tab);
    assert.equal(await again.tab.evaluate(() => shelf.consent().report), true);
    await context.close();
  }
});

test("an export of one device is by the schema, and another takes it in", { timeout: 60_000 }, async () => {
  const consent = { store: true, personalize: true };
  const one = await shop({ consent });
  await act(one.tab);
  const json = await one.tab.evaluate(async () => JSON.stringify(await (await import("/nearshelf/consent.js")).exportData(shelf)));
  assert.deepEqual(misfits(schema, JSON.parse(json)), []);
  await one.context.close();
  const two = await shop({ consent });
  const [taken, items] = await two.tab.evaluate(async (json) => {
    const { importData } = await import("/nearshelf/consent.js");
    return [await importData(shelf, json), shelf.portrait().items.map((item) => item.key)];
  }, json);
  assert.deepEqual([taken, items], [{ taken: true, reason: null }, ["10001"]]);
  await two.context.close();
});
