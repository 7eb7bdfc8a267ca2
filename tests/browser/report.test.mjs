// Private reports in Chromium: two tabs at once, what a request carries, and what is left in the database.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { reportLine } from "../../pkg-template/src/report-line.js";
import { launch, pack, page, pkg, requirePackage, root } from "./bench.mjs";
import { POLICY, serve } from "./server.mjs";

const PAGE = "<!doctype html><meta charset=utf-8><title>Shop</title><link rel=icon href=data:,>";
const ALL = { store: true, personalize: true, report: true };

let browser, server, shop;

before(async () => {
  requirePackage();
  shop = pack(join(page, "shop"));
  browser = await launch();
});

after(() => browser?.close());

/** A collector on another origin: what came, and what it answers. */
async function collector() {
  const came = [];
  const wishes = { status: 204, open: true, wait: 0 };
  const http = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    came.push({ method: request.method, headers: request.headers, body: Buffer.concat(chunks) });
    await new Promise((resolve) => setTimeout(resolve, wishes.wait));
    response.writeHead(wishes.status, wishes.open ? { "Access-Control-Allow-Origin": "*" } : {}).end();
  });
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  const close = () => new Promise((done) => { http.close(done); http.closeAllConnections(); });
  return { came, wishes, close, address: `http://127.0.0.1:${http.address().port}/take` };
}

/** A scenario in a profile of its own, with a collector of its own. */
function scenario(name, run) {
  test(name, { timeout: 60_000 }, async () => {
    const to = await collector();
    const policy = `${POLICY}; connect-src 'self' ${new URL(to.address).origin}`;
    const server = await serve({ page: root, pkg, policy, files: { "/": PAGE, "/shop.pack": shop } });
    const context = await browser.newContext();
    const problems = [];
    const open = async ({ consent = ALL, reports = to.address, origin = server.origin } = {}) => {
      const tab = await context.newPage();
      tab.on("pageerror", (error) => problems.push(String(error)));
      await tab.goto(`${origin}/`);
      await tab.evaluate(async ({ consent, reports }) => {
        const { createShelf } = await import("/nearshelf/index.js");
        globalThis.told = [];
        globalThis.shelf = await createShelf({ pack: "/shop.pack", consent, reports });
        shelf.on("diagnostic", (d) => told.push(d.code));
        globalThis.report = async () => {
          const { reason, bytes, sent } = await shelf.report({ send: true });
          return { reason, bytes: bytes && Array.from(bytes), sent };
        };
        globalThis.hide = () => dispatchEvent(new Event("pagehide"));
        await 0;
      }, { consent, reports });
      return tab;
    };
    try {
      await run(open, { to, context, server });
      assert.deepEqual(problems, []);
    } finally {
      await context.close();
      await server.close();
      await to.close();
    }
  });
}

/** The database: names, with the bytes of what is no key. */
const kept = (tab) => tab.evaluate(async () => {
  const wait = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const db = await wait(indexedDB.open("nearshelf"));
  const store = db.transaction("memory").objectStore("memory");
  const [names, values] = await Promise.all([wait(store.getAllKeys()), wait(store.getAll())]);
  db.close();
  return Object.fromEntries(names.map((name, i) => [name, values[i].key ? "wrapped" : Array.from(values[i])]));
});

const ledger = async (tab) => Object.entries(await kept(tab)).filter(([name]) => name.endsWith("/ledger")).map(([, bytes]) => bytes);

/** Waits until `n` reports came, then a little longer for one too many. */
async function came(to, n) {
  for (let i = 0; i < 100 && to.came.length < n; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(to.came.length, n);
}

scenario("two tabs at once give one answer, which is sent once", async (open, { to }) => {
  const tabs = await Promise.all([open(), open(), open()]);
  await tabs[0].evaluate(() => shelf.track("view_item", { items: [{ item_id: shelf.browse({ limit: 1 }).products[0].id }] }));
  to.wishes.wait = 50;
  const all = await Promise.all(tabs.map((tab) => tab.evaluate(() => report())));
  assert.deepEqual(all, all.map(() => ({ reason: null, bytes: all[0].bytes, sent: true })));
  await came(to, 1);
  assert.deepEqual([...to.came[0].body], all[0].bytes);
  assert.match(reportLine(to.came[0].body), /^\{"v":1,"schema":\d+,"epoch":"\d{4}-W\d\d","metric":"category_interest",/);
  await Promise.all(tabs.map((tab) => tab.evaluate(() => hide())));
  await came(to, 1);
  for (const tab of tabs) assert.deepEqual(await tab.evaluate(() => told), []);
});

const named = (headers) => Object.keys(headers).filter((name) => /^(cookie|referer|authorization)$/.test(name)).sort();

scenario("a request to another origin carries the bytes and nothing that says who sends them", async (open, { to, context, server }) => {
  await context.addCookies([{ name: "session", value: "ann", url: server.origin }]);
  const tab = await open();
  const { bytes } = await tab.evaluate(() => report());
  await tab.evaluate((address) => fetch(address, { method: "POST", credentials: "include", mode: "no-cors", body: "" }), to.address);
  await came(to, 2);
  const [{ method, headers, body }, plain] = to.came;
  assert.deepEqual([method, named(headers), [...body]], ["POST", [], bytes]);
  assert.ok(!("content-type" in headers), "no preflight is needed");
  assert.deepEqual(named(plain.headers), ["cookie", "referer"], "a plain request does carry them");
});

scenario("nor does one to the shop's own origin", async (open, { context, server }) => {
  await context.addCookies([{ name: "session", value: "ann", url: server.origin }]);
  const tab = await open({ reports: "/reports" });
  const asked = [];
  tab.on("request", (request) => request.method() === "POST" && asked.push(request));
  const { bytes, sent } = await tab.evaluate(() => report());
  await tab.evaluate(() => fetch("/reports", { method: "POST", body: new Uint8Array(29) }));
  const [own, plain] = await Promise.all(asked.map((request) => request.allHeaders()));
  assert.deepEqual([sent, named(own), [...asked[0].postDataBuffer()]], [true, [], bytes]);
  assert.deepEqual(named(plain), ["cookie", "referer"]);
});

scenario("a hidden page sends; what does not arrive is sent again with the same bytes", async (open, { to }) => {
  const tab = await open();
  await tab.waitForTimeout(200);
  await came(to, 0);
  to.wishes.status = 503;
  await tab.evaluate(() => hide());
  await came(to, 1);
  assert.deepEqual(await tab.evaluate(() => told), ["report_unsent"]);
  to.wishes.status = 204;
  to.wishes.open = false;
  await tab.evaluate(() => hide());
  await came(to, 2); // It arrived, but another origin has to allow its answer to be read.
  to.wishes.open = true;
  const next = await open();
  await next.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await came(to, 3);
  await next.evaluate(() => hide());
  await came(to, 3);
  assert.equal(new Set(to.came.map(({ body }) => body.toString("hex"))).size, 1);
});

scenario("a tab that is left by a link may not get so far, and the next page sees to it", async (open, { to }) => {
  const tab = await open();
  await tab.evaluate(() => { location.href = "/?next"; });
  await tab.waitForURL(/next/);
  const next = await open();
  await next.evaluate(() => hide());
  for (let i = 0; i < 100 && !to.came.length; i++) await next.waitForTimeout(20);
  assert.equal(new Set(to.came.map(({ body }) => body.toString("hex"))).size, 1);
  assert.deepEqual(await next.evaluate(() => told), []);
});

scenario("a withdrawal leaves 15 bytes, and another tab that was not told reports no more", async (open, { to }) => {
  const [one, two] = [await open(), await open()];
  await one.evaluate(() => report());
  await came(to, 1);
  assert.ok((await ledger(one))[0].length > 15);
  await one.evaluate(async () => {
    shelf.setConsent({ store: false });
    await shelf.identify("ann");
  });
  assert.deepEqual(Object.keys(await kept(one)).length, 1);
  assert.deepEqual((await ledger(one)).map((bytes) => bytes.length), [15]);
  await two.evaluate(() => hide());
  assert.equal((await two.evaluate(() => report())).bytes, null);
  const again = await one.evaluate(() => {
    shelf.setConsent({ store: true });
    return report();
  });
  assert.deepEqual(again, { reason: "epoch_spent", bytes: null, sent: false });
  await came(to, 1);
  for (const tab of [one, two]) assert.deepEqual(await tab.evaluate(() => told), []);
});

scenario("without consent to store there is no database, and no request without consent to report", async (open, { to }) => {
  for (const consent of [{}, { report: true, personalize: true }, { report: true, store: false }, { store: true, personalize: true }]) {
    const tab = await open({ consent });
    assert.equal((await tab.evaluate(() => report())).reason, "consent");
    await tab.evaluate(() => hide());
    await tab.waitForTimeout(100);
    if (!consent.store) assert.deepEqual(await tab.evaluate(() => indexedDB.databases()), []);
    await tab.close();
  }
  await came(to, 0);
});

scenario("a page over http keeps no two tabs apart, so it makes no report and says so", async (open, { to, context, server }) => {
  await context.route("http://shop.test/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    await route.fulfill({ response: await context.request.get(server.origin + path) });
  });
  const tab = await open({ origin: "http://shop.test", consent: { store: true, report: true } });
  assert.equal((await tab.evaluate(() => report())).reason, "unavailable");
  await tab.evaluate(() => hide());
  assert.deepEqual(await tab.evaluate(() => told), ["reports_unavailable"]);
  await came(to, 0);
});
