// How fast events go in through the public face: `node tests/bench/ingest.mjs`. Batches of 1,000 through `trackMany` in Node, and one by one through
// `track` in Node and in Chromium, of a busy shopper: 2,000 products, visits of 50 events, with and without ids. Needs pkg/ (node
// pkg-template/build.mjs) and the command line (cargo build --release --features cli). `node tests/bench/ingest.mjs FOLDER` measures another package.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch, nearshelf, pkg, root } from "../browser/bench.mjs";
import { PRODUCTS, event, oneByOne, options } from "./shopper.mjs";

const from = process.argv[2] ? resolve(process.argv[2]) : pkg;
const { createShelf } = await import(join(from, "node.js"));

const BATCH = 1_000;
const BATCHES = 100;
const ROUNDS = 15;

const folder = mkdtempSync(join(tmpdir(), "nearshelf-ingest-"));
const sorted = (list) => list.sort((a, b) => a - b);
const at = (list, share) => sorted(list)[Math.floor(share * list.length)];
const micros = ({ first, then }) => [first, then].map((list) => `p50 ${at(list, 0.5).toFixed(2)} p99 ${at(list, 0.99).toFixed(2)} µs`).join(", then ");

/** The times of `oneByOne` in a fresh page, isolated so that its clock is fine. */
async function inChromium(pack, ids) {
  const files = { "/index.js": join(from, "index.js"), "/nearshelf.wasm": join(from, "nearshelf.wasm"), "/shopper.mjs": join(import.meta.dirname, "shopper.mjs") };
  const server = createServer(({ url }, response) => {
    const type = /js$/.test(url) ? "text/javascript" : /wasm$/.test(url) ? "application/wasm" : /pack$/.test(url) ? "application/octet-stream" : "text/html";
    response.writeHead(200, { "content-type": type, "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" });
    response.end(url === "/shop.pack" ? pack : files[url] ? readFileSync(files[url]) : "<!doctype html><title>bench</title>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return await page.evaluate(async (ids) => {
      const [{ createShelf }, { oneByOne, options }] = [await import("/index.js"), await import("/shopper.mjs")];
      const shelf = await createShelf({ pack: "/shop.pack", ...options });
      if (shelf.status !== "ready") throw new Error(`the shelf is ${shelf.status}`);
      return oneByOne(shelf, ids);
    }, ids);
  } finally {
    await browser.close();
    server.close();
  }
}

try {
  console.log(`load ${loadavg()[0].toFixed(1)}; track: means of 20 calls, of the first 20,000 events and of the next 20,000`);
  const rows = Array.from({ length: PRODUCTS }, (_, i) => `sku-${100000 + i},Thing ${i},${10 + (i % 90)}.50 CNY,Things > ${i % 50},Brand ${i % 40},in_stock,t${i % 30}|t${i % 7}`);
  writeFileSync(join(folder, "catalog.csv"), ["id,title,price,product_type,brand,availability,tags", ...rows].join("\n") + "\n");
  execFileSync(...nearshelf("pack", folder, "--out", join(folder, "shop.pack")), { cwd: root, stdio: "pipe" });
  const pack = new Uint8Array(readFileSync(join(folder, "shop.pack")));
  const shelf = () => createShelf({ pack, ...options });
  for (const ids of [false, true]) {
    const batches = Array.from({ length: BATCHES }, (_, b) => Array.from({ length: BATCH }, (_, i) => event(b * BATCH + i, ids)));
    const rates = [];
    for (let round = 0; round < ROUNDS; round++) {
      const s = await shelf();
      const begin = performance.now();
      let accepted = 0;
      for (const batch of batches) accepted += s.trackMany(batch).accepted;
      rates.push((BATCHES * BATCH) / (performance.now() - begin) * 1000);
      if (accepted !== BATCHES * BATCH) throw new Error(`${accepted} of ${BATCHES * BATCH} were taken in: ${JSON.stringify(s.diagnostics())}`);
      s.dispose();
    }
    const s = await shelf();
    const inNode = oneByOne(s, ids);
    s.dispose();
    const [rate, least, most] = [at(rates, 0.5), rates[0], rates[ROUNDS - 1]].map((n) => Math.round(n).toLocaleString("en"));
    console.log(`${ids ? "with ids" : "without ids"}: trackMany ${rate} events/s (median of ${ROUNDS}, ${least} to ${most}); track in Node ${micros(inNode)}, in Chromium ${micros(await inChromium(pack, ids))}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
