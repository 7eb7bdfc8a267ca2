// How fast events go in through the public face: `node tests/bench/ingest.mjs`. Batches of 1,000 through `trackMany`, and one by one through `track`,
// of a busy shopper: 2,000 products, visits of 50 events, with and without ids. Needs pkg/ (node pkg-template/build.mjs) and the command line
// (cargo build --release --features cli).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createShelf } from "../../pkg/node.js";
import { nearshelf, root } from "../browser/bench.mjs";

const PRODUCTS = 2_000;
const BATCH = 1_000;
const BATCHES = 100;
const ONES = 20_000;
const ROUNDS = 5;
const KINDS = ["view_item", "view_item", "view_item", "select_item", "add_to_cart", "search", "like", "dwell", "share", "view_item_list"];
const START = Date.UTC(2026, 0, 5);

const folder = mkdtempSync(join(tmpdir(), "nearshelf-ingest-"));
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

/** The n-th event: 50 a visit, 3 seconds apart, 10 visits a day. */
function event(n, ids) {
  const visit = Math.floor(n / 50);
  const product = (n * 7919 + visit * 31) % PRODUCTS;
  const name = n % 50 ? KINDS[(n * 13) % KINDS.length] : "session_start";
  const params = { timestamp: START + visit * 8_640_000 + (n % 50) * 3_000 };
  if (name !== "session_start" && name !== "search") params.items = [{ item_id: `sku-${100000 + product}`, price: 12.5 + (product % 90), quantity: 1 }];
  if (name === "share") params.method = "wechat";
  if (ids) params.event_id = `e-${n}`;
  return { name, params };
}

try {
  const rows = Array.from({ length: PRODUCTS }, (_, i) => `sku-${100000 + i},Thing ${i},${10 + (i % 90)}.50 CNY,Things > ${i % 50},Brand ${i % 40},in_stock,t${i % 30}|t${i % 7}`);
  writeFileSync(join(folder, "catalog.csv"), ["id,title,price,product_type,brand,availability,tags", ...rows].join("\n") + "\n");
  execFileSync(...nearshelf("pack", folder, "--out", join(folder, "shop.pack")), { cwd: root, stdio: "pipe" });
  const pack = new Uint8Array(readFileSync(join(folder, "shop.pack")));
  const shelf = () => createShelf({ pack, consent: { store: null, personalize: true, report: null }, utcOffset: 480, now: () => START + 4e10 });
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
    const times = [];
    for (let n = 0; n < ONES; n++) {
      const { name, params } = event(n, ids);
      const begin = performance.now();
      s.track(name, params);
      times.push(performance.now() - begin);
    }
    s.dispose();
    const p = (q) => times[Math.floor(q * times.length)] * 1000;
    times.sort((a, b) => a - b);
    console.log(`${ids ? "with ids" : "without ids"}: trackMany ${Math.round(median(rates)).toLocaleString("en")} events/s (median of ${ROUNDS}), track p50 ${p(0.5).toFixed(2)} µs, p99 ${p(0.99).toFixed(2)} µs`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
