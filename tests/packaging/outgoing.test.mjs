// Everything that leaves a page in a full run over the public API, held against the JSON schema that is made from the code (src/report/outgoing.rs).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import Ajv from "ajv/dist/2020.js";
import { decodeReports } from "../../pkg-template/src/decode.js";
import { reportLine } from "../../pkg-template/src/report-line.js";
import { storageOver } from "./support/memory.mjs";
import { pkg, root, scratch } from "./support/project.mjs";

const outgoing = JSON.parse(readFileSync(join(root, "pkg-template", "outgoing.schema.json"), "utf8"));
const valid = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false, strictTuples: false }).compile(outgoing);
const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 8, 7);
const ADDRESS = "https://collect.example/take";
const built = join(root, "target", "debug", "nearshelf");
const command = (...args) => existsSync(built)
  ? execFileSync(built, args, { cwd: root, encoding: "utf8" })
  : execFileSync("cargo", ["run", "--quiet", "--features", "cli", "--", ...args], { cwd: root, encoding: "utf8" });

const folder = scratch("outgoing");
const file = join(folder, "shop.pack");
command("pack", "www-demo/shop", "--out", file);
const asked = JSON.parse(command("reports", "schema", file));

/** Ways out of a page beside `fetch`; one that is used fails the test. */
const OTHERS = ["XMLHttpRequest", "WebSocket", "EventSource", "Worker", "SharedWorker", "RTCPeerConnection", "Image"];

/** A page whose requests are caught: answers what left, each as the schema has it. */
async function page(act) {
  const left = [];
  const used = [];
  const kept = new Map();
  const put = (name, descriptor) => {
    kept.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { configurable: true, ...descriptor });
  };
  for (const name of OTHERS) put(name, { get: () => void used.push(name) });
  // Pages of this browser tell each other that something was written, and nothing else; it does not leave the browser.
  const heard = [];
  put("BroadcastChannel", { value: class {
    postMessage(message) { heard.push(message); }
    close() {}
  } });
  let end = Promise.resolve();
  const request = (name, task) => (end = end.then(task, task));
  put("navigator", { value: { locks: { request }, get sendBeacon() { return void used.push("sendBeacon"); } } });
  put("document", { value: { baseURI: "https://shop.example/", get cookie() { return void used.push("cookie"); }, hidden: false } });
  for (const name of ["addEventListener", "removeEventListener"]) put(name, { value: () => {} });
  const wishes = { status: 204 };
  put("fetch", {
    value: async (address, init = {}) => {
      const url = String(address && address.href || address);
      const { method = "GET", body, headers, credentials, referrerPolicy, cache } = init;
      const plain = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));
      if (url === ADDRESS) {
        const bytes = Uint8Array.from(body);
        left.push(plain({ kind: "report", method, headers, credentials, referrer: referrerPolicy, cache, body: Array.from(bytes), line: JSON.parse(reportLine(bytes)) }));
        return { ok: wishes.status < 300, status: wishes.status };
      }
      left.push(plain({ kind: "file", method, headers, credentials, body: body && "a body" }));
      const local = url.endsWith(".pack") ? file : join(pkg, url.split("/").pop());
      return new Response(readFileSync(local), { headers: { "content-type": url.endsWith(".wasm") ? "application/wasm" : "application/octet-stream" } });
    },
  });
  try {
    await act({ left, wishes });
  } finally {
    for (const [name, old] of kept) {
      if (old) Object.defineProperty(globalThis, name, old);
      else delete globalThis[name];
    }
  }
  assert.deepEqual(used, [], "nothing else is used to send");
  assert.ok(heard.every((message) => message === 0), "what pages tell each other says nothing");
  return left;
}

const { createShelf } = await import(pathToFileURL(join(pkg, "index.js")).href);
let visits = 0;

/** One visit with a bit of everything. */
async function visit(kept, now, consent = { store: true, personalize: true, report: true }, wasm = "https://shop.example/nearshelf.wasm") {
  const shelf = await createShelf({
    pack: `https://shop.example/${++visits}.pack`, wasm, consent, storage: storageOver(kept), now: () => now, reports: ADDRESS, reportDelayMs: 0, timeoutMs: 20_000,
  });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d));
  const home = shelf.recommend({ slot: "home", limit: 12 });
  const item = { item_id: home.items[0].id, price: 25 };
  shelf.track("session_start", { channel: "search" });
  shelf.track("select_item", { items: [item] });
  shelf.track("view_item", { items: [item] });
  const offer = shelf.offers()[0];
  if (offer) shelf.track("view_promotion", { promotion_id: offer.id });
  shelf.track("add_to_cart", { items: [item] });
  shelf.track("begin_checkout", { items: [item], coupon: "WELCOME" });
  shelf.track("purchase", { transaction_id: "T" + now, items: [item], value: 25 });
  shelf.track("nps_answer", { score: 9 });
  shelf.track("review", { items: [item], rating: 5 });
  shelf.rank(home.items.map((i) => i.id));
  shelf.why(home.servedId, home.items[0].id);
  shelf.quote({ lines: [{ id: "1", item: item.item_id, qty: 1 }] });
  shelf.coupons();
  shelf.portrait();
  shelf.insights?.();
  shelf.tags();
  return { shelf, told };
}

test("the schema refuses what no report has", () => {
  const line = { v: 1, schema: 7, epoch: "2026-W37", metric: "funnel_stage", mechanism: "k_rr", answer: 3, id: "ab".repeat(16) };
  const body = [2, 2, 0, 6, ...new Array(33).fill(0)];
  const good = { kind: "report", method: "POST", credentials: "omit", referrer: "no-referrer", cache: "no-store", body, line };
  assert.equal(valid(good), true, JSON.stringify(valid.errors));
  for (const bad of [
    { ...good, credentials: "include" }, { ...good, body: [...body, 0] }, { ...good, body: [1, ...body.slice(1)] }, { ...good, who: "me" },
    { ...good, headers: { "x-user": "1" } }, { ...good, method: "GET" }, { ...good, line: { ...line, item: "10080" } }, { ...good, line: { ...line, metric: "income" } },
    { ...good, line: { ...line, epoch: "2026-09-07T10:00" } }, { kind: "file", method: "POST" }, { kind: "file", method: "GET", body: "a body" }, {},
  ]) assert.equal(valid(bad), false, JSON.stringify(bad));
});

test("all that leaves in eight weeks of visits is in the schema, one answer a week, whatever is asked and however often", { timeout: 120_000 }, async () => {
  const kept = new Map();
  const left = await page(async ({ wishes }) => {
    for (let day = 0; day < 56; day += 2) {
      const now = MONDAY + day * DAY + (day % 5) * 3_600_000;
      // Every third visit the collector is down, and the same bytes go again at the next.
      wishes.status = day % 3 ? 204 : 503;
      const { shelf } = await visit(kept, now);
      await shelf.report({ send: true });
      shelf.track("view_item", { items: [{ item_id: shelf.browse({ limit: 2 }).products[1].id }] });
      await shelf.report({ send: true });
      shelf.dispose();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  for (const one of left) assert.equal(valid(one), true, JSON.stringify([one, valid.errors]));
  const reports = left.filter((one) => one.kind === "report");
  const epochs = new Map();
  for (const { line, body } of reports) {
    const answers = epochs.get(line.epoch) || new Set();
    epochs.set(line.epoch, answers.add(String(body)));
  }
  assert.ok(epochs.size >= 7, `${epochs.size} weeks reported`);
  for (const [epoch, answers] of epochs) assert.equal(answers.size, 1, `${epoch}: one answer, so at most ε = 2`);
  assert.equal(new Set(reports.map((r) => r.line.id)).size, epochs.size, "no id links two weeks");
  // Two answers touch any seven days, so at most ε = 4 in a sliding week.
  const weeks = [...epochs.keys()].sort();
  assert.deepEqual(weeks, [...new Set(weeks)]);
  assert.ok(new Set(reports.map((r) => r.line.metric)).size > 1, "several metrics are drawn");
  const { counts } = decodeReports(asked, reports.map((r) => JSON.stringify(r.line)));
  assert.deepEqual([counts.counted, counts.unreadable, counts.impossible, counts.other_schema], [epochs.size, 0, 0, 0]);
});

test("without consent to report the part that makes reports is not even fetched, and nothing is sent", async () => {
  const all = { store: true, personalize: true, report: true };
  for (const consent of [{ store: true, personalize: true }, { store: true, personalize: true, report: false }, { personalize: true, report: true }, all]) {
    const asks = [];
    const left = await page(async () => {
      const fetched = globalThis.fetch;
      Object.defineProperty(globalThis, "fetch", { configurable: true, value: (address, init) => (asks.push(String(address.href || address)), fetched(address, init)) });
      // Modules are kept by their address: a fresh one for each.
      const { shelf } = await visit(new Map(), MONDAY, consent, `https://shop.example/${visits}/nearshelf.wasm`);
      assert.equal((await shelf.report({ send: true })).reason, consent === all ? null : "consent");
      shelf.dispose();
    });
    assert.ok(left.every((one) => valid(one)));
    assert.equal(left.filter((one) => one.kind === "report").length, consent === all ? 1 : 0);
    assert.ok(asks.length > 1, String(asks));
    assert.equal(asks.some((a) => a.includes("nearshelf-report.wasm")), consent === all, String(asks));
  }
});
