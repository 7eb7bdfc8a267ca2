// The memory in Chromium: IndexedDB and WebCrypto as they are, over page changes, tabs and damage.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { launch, pkg, requirePackage, root } from "./bench.mjs";
import { serve } from "./server.mjs";

const PAGE = "<!doctype html><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,>";
const ALLOWED = { store: true, personalize: true };

let browser, server;

before(async () => {
  requirePackage();
  const pack = readFileSync(join(root, "tests", "compat", "pack-v1.pack"));
  server = await serve({ page: root, pkg, files: { "/": PAGE, "/shop.pack": pack } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** A scenario in a profile of its own. */
function scenario(name, run) {
  test(name, { timeout: 60_000 }, async () => {
    const context = await browser.newContext();
    const problems = [];
    const open = async (consent = ALLOWED, origin = server.origin) => {
      const tab = await context.newPage();
      tab.on("pageerror", (error) => problems.push(String(error)));
      await visit(tab, consent, origin);
      return tab;
    };
    try {
      await run(open, context);
      assert.deepEqual(problems, []);
    } finally {
      // What is on its way for a page that goes answers nobody.
      await context.unrouteAll({ behavior: "ignoreErrors" });
      await context.close();
    }
  });
}

/** Goes to the shop and opens its shelf there. */
async function visit(tab, consent = ALLOWED, origin = server.origin) {
  await tab.goto(`${origin}/`);
  await tab.evaluate(async (consent) => {
    const { createShelf } = await import("/nearshelf/index.js");
    globalThis.told = [];
    globalThis.shelf = await createShelf({ pack: "/shop.pack", consent });
    shelf.on("diagnostic", (d) => told.push(d.code));
    globalThis.look = (id) => shelf.track("view_item", { items: [{ item_id: id }] });
    await 0;
  }, consent);
}

const known = (tab) => tab.evaluate(() => ({ session: shelf.portrait().session, events: shelf.portrait().events, told }));

/** Everything in the database, with bytes as text; `null` without a database. */
const kept = (tab) => tab.evaluate(async () => {
  if (!(await indexedDB.databases()).some((d) => d.name === "nearshelf")) return null;
  const wait = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const db = await wait(indexedDB.open("nearshelf"));
  const store = db.transaction("memory").objectStore("memory");
  const [names, values] = await Promise.all([wait(store.getAllKeys()), wait(store.getAll())]);
  db.close();
  const text = (bytes) => String.fromCharCode(...new Uint8Array(bytes));
  return Promise.all(names.map(async (name, i) => {
    const value = values[i];
    if (!value.key) return { name, text: text(value) };
    const out = await crypto.subtle.exportKey("raw", value.key).then(() => "taken out", (error) => error.name);
    return { name, text: text(value.iv) + text(value.bytes), extractable: value.key.extractable, out };
  }));
});

scenario("the next page knows what this one saw, even when it is left at once", async (open) => {
  const tab = await open();
  await tab.evaluate(() => {
    look("10001");
    look("10002");
    location.href = "/?next";
  });
  await tab.waitForURL(/next/);
  await visit(tab);
  assert.deepEqual(await known(tab), { session: ["10001", "10002"], events: 2, told: [] });
  await tab.evaluate(() => look("10003"));
  await tab.close({ runBeforeUnload: true });
  const next = await open();
  assert.deepEqual((await known(next)).events, 3, "a tab that is closed");
});

scenario("what is not left is saved after a second, and a disposed shelf at once", async (open) => {
  const tab = await open();
  await tab.evaluate(() => look("10001"));
  assert.equal((await kept(tab)).length, 1, "the key");
  await tab.waitForTimeout(1300);
  assert.equal((await kept(tab)).length, 2);
  await tab.evaluate(() => {
    look("10002");
    shelf.dispose();
  });
  await tab.waitForTimeout(100);
  assert.equal((await kept(tab)).length, 3);
});

scenario("before consent to store there is no database, and after its withdrawal nothing in it", async (open) => {
  for (const consent of [undefined, {}, { personalize: true }, { personalize: true, store: false }]) {
    const tab = await open(consent ?? {});
    await tab.evaluate(async () => {
      look("10001");
      await shelf.identify("ann");
      await shelf.signOut();
      shelf.forget();
      shelf.setConsent({ store: false });
    });
    assert.equal(await kept(tab), null);
    await tab.close();
  }
  const tab = await open();
  await tab.evaluate(() => look("10001"));
  await tab.waitForTimeout(1200);
  await tab.evaluate(() => shelf.identify("ann"));
  assert.ok((await kept(tab)).length >= 2);
  await tab.evaluate(() => shelf.setConsent({ store: false }));
  await tab.waitForTimeout(200);
  assert.deepEqual(await kept(tab), []);
  assert.deepEqual((await known(tab)).told, []);
});

scenario("in the database there is no product, no account, and a key that nobody can take out", async (open) => {
  const tab = await open();
  const ids = await tab.evaluate(async () => {
    const ids = shelf.browse({ limit: 40 }).products.map((p) => p.id);
    ids.slice(0, 20).forEach(look);
    await shelf.identify("ann@example.com");
    ids.slice(20).forEach(look);
    await shelf.signOut();
    look(ids[0]);
    shelf.dispose();
    return ids;
  });
  await tab.waitForTimeout(200);
  const all = await kept(tab);
  assert.ok(all.length >= 3);
  for (const { name, text } of all) for (const word of ["ann@", "example", ...ids]) assert.ok(!(name + text).includes(word), word);
  const keys = all.filter((one) => one.name.endsWith("/key"));
  assert.deepEqual(keys.map(({ extractable, out }) => [extractable, out]), [[false, "InvalidAccessError"]]);

  const next = await open();
  assert.deepEqual((await known(next)).session, [ids[0]]);
  await next.evaluate(() => shelf.identify("ann@example.com"));
  assert.ok((await known(next)).events >= 40);
  await next.evaluate(() => shelf.identify("bob"));
  assert.deepEqual(await known(next), { session: [], events: 0, told: [] });
});

scenario("two tabs that begin at once have one key, and neither loses what the other saw, nor one that is left", async (open, context) => {
  const tabs = await Promise.all([context.newPage(), context.newPage()]);
  await Promise.all(tabs.map((tab) => visit(tab)));
  for (const [i, tab] of tabs.entries()) await tab.evaluate((id) => look(id), "1000" + (i + 1));
  // Where both would save at once one waits, and each hears of the other.
  for (const tab of tabs) await tab.waitForFunction(() => shelf.portrait().events === 2, undefined, { timeout: 10_000 });
  assert.equal((await kept(tabs[0])).filter((one) => one.name.endsWith("/key")).length, 1);
  await tabs[1].evaluate(() => look("10003"));
  await tabs[1].goto("about:blank");
  await tabs[0].evaluate(() => look("10004"));
  await tabs[0].waitForFunction(() => shelf.portrait().events === 4, undefined, { timeout: 10_000 });
  await tabs[0].waitForTimeout(1300);
  assert.deepEqual((await known(tabs[0])).told, []);
  const next = await open();
  const { events, told } = await known(next);
  assert.deepEqual([events, told], [4, []]);
  await tabs[0].evaluate(() => shelf.forget());
  await next.waitForFunction(() => shelf.portrait().events === 0, undefined, { timeout: 10_000 });
  await next.goto("about:blank");
  assert.deepEqual((await known(await open())).events, 0, "what one page forgot the other did not write again");
});

scenario("damage is a clean start and one diagnostic", async (open) => {
  const damage = (tab, which) => tab.evaluate((which) => new Promise((resolve) => {
    indexedDB.open("nearshelf").onsuccess = ({ target: { result: db } }) => {
      const transaction = db.transaction("memory", "readwrite");
      const store = transaction.objectStore("memory");
      store.getAllKeys().onsuccess = ({ target }) => target.result.filter((name) => new RegExp(which).test(name)).forEach((name) => {
        store.get(name).onsuccess = ({ target: { result } }) => {
          if (result.bytes) new Uint8Array(result.bytes)[3] ^= 1;
          else result[60] ^= 1;
          store.put(result, name);
        };
      });
      transaction.oncomplete = () => (db.close(), resolve());
    };
  }), which);
  for (const which of ["/[01]$", "/key$"]) {
    let tab = await open();
    await tab.evaluate(() => {
      look("10001");
      shelf.dispose();
    });
    await tab.waitForTimeout(100);
    await damage(tab, which);
    await visit(tab);
    assert.deepEqual(await known(tab), { session: [], events: 0, told: ["memory_unreadable"] }, which);
    await tab.evaluate(() => look("10002"));
    await visit(tab);
    assert.deepEqual(await known(tab), { session: ["10002"], events: 1, told: [] });
    await tab.evaluate(() => shelf.setConsent({ store: false }));
    await tab.waitForTimeout(100);
    await tab.close();
  }
});

scenario("a page may delete the database, and the shelf goes on", async (open) => {
  const tab = await open();
  const deleted = await tab.evaluate(() => new Promise((resolve) => {
    look("10001");
    const request = indexedDB.deleteDatabase("nearshelf");
    request.onsuccess = () => resolve("deleted");
    request.onblocked = () => resolve("blocked");
  }));
  assert.equal(deleted, "deleted");
  await tab.waitForTimeout(1300);
  await tab.evaluate(() => look("10002"));
  assert.deepEqual(await known(tab), { session: ["10001", "10002"], events: 2, told: [] });
});

scenario("a page without WebCrypto, as over http, keeps nothing and says so", async (open, context) => {
  await context.route("http://shop.test/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    await route.fulfill({ response: await context.request.get(server.origin + path) });
  });
  const tab = await open(ALLOWED, "http://shop.test");
  assert.equal(await tab.evaluate(() => isSecureContext), false);
  await tab.evaluate(() => look("10001"));
  assert.deepEqual(await known(tab), { session: ["10001"], events: 1, told: ["memory_unavailable"] });
  assert.equal(await kept(tab), null);
});
