// How long a quote takes in the web build's wasm in Node, for carts that are hard, and the search for what to add to them: `node tests/bench/quotes.mjs [CARTS]`.
// 20 offers on 50 lines: overlapping groups, exclusions, thresholds on what is left, on the list and on items, priorities and stages, all seeded. Each
// family of offers is packed by target/release/nearshelf, and 40 carts of 50 lines are quoted under it. Needs pkg/ (node pkg-template/build.mjs).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../browser/bench.mjs";

const CARTS = Number(process.argv[2] || 1000);
const CARTS_PER_FAMILY = 40;
/** Carts of each family for which add-ons are looked for too, among so many candidates. */
const WITH_ADDONS = 8;
const CANDIDATES = 50;
const OFFERS = 20;
const LINES = 50;
const PRODUCTS = 120;
const NOW = Date.UTC(2026, 10, 22, 4);

/** SplitMix64, as the tests of the core have it. */
function random(seed) {
  let state = BigInt(seed);
  const mask = (1n << 64n) - 1n;
  const next = () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  const between = (low, high) => low + Number(next() % BigInt(high - low + 1));
  return { between, of: (list) => list[between(0, list.length - 1)], chance: (ofTen) => between(0, 9) < ofTen };
}

/** Offers that get in each other's way, for carts of about `total`. */
function offers(r, total) {
  const share = (low, high) => Math.round((total * r.between(low, high)) / 100);
  return Array.from({ length: OFFERS }, (_, i) => {
    const offer = { id: `p${i}`, stage: r.of(["item", "store", "platform"]), priority: r.between(0, 3), threshold_basis: r.of(["running", "running", "running", "item", "list"]) };
    const low = r.of([20, 40, 60]);
    Object.assign(offer, [
      () => ({ kind: "fixed", threshold: share(30, 98), amount: share(2, 16) }),
      () => ({ kind: "every", threshold: share(15, 60), amount: share(1, 8) }),
      () => ({ kind: "percent", percent_bp: r.between(300, 2500), cap: share(5, 12) }),
      () => ({ kind: "tiers", tiers: [low, low + 20, low + 36].map((at) => ({ threshold: share(at, at + 9), amount: share(Math.floor(at / 6), Math.floor(at / 5)) })) }),
    ][r.between(0, 3)]());
    if (r.chance(3)) offer.scope = { exclude_skus: Array.from({ length: 20 }, () => `s${r.between(0, PRODUCTS - 1)}`) };
    if (r.chance(4)) offer.group = r.of(["g1", "g2", "g3"]);
    if (r.chance(4)) offer.excludes = [`p${r.between(0, OFFERS - 1)}`].filter((id) => id !== offer.id);
    return offer;
  });
}

function pack(dir, r) {
  const price = Array.from({ length: PRODUCTS }, () => r.between(200, 12000));
  const rows = price.map((p, i) => `s${i},Product ${i},${(p / 100).toFixed(2)} CNY,in_stock,Goods`);
  writeFileSync(join(dir, "catalog.csv"), ["id,title,price,availability,product_type", ...rows].join("\n") + "\n");
  const seen = Array.from({ length: 40 }, (_, i) => `v${i % 10},s${i % PRODUCTS},${NOW / 1000 - 86400 + i * 60}`);
  writeFileSync(join(dir, "interactions.csv"), ["session_id,item_id,timestamp", ...seen].join("\n") + "\n");
  const mean = price.reduce((a, b) => a + b) / PRODUCTS;
  writeFileSync(join(dir, "offers.json"), JSON.stringify({ schema: "promotion-case/v1", promotions: offers(r, LINES * 2.5 * mean) }));
  const out = join(dir, "shop.pack");
  execFileSync(join(root, "target/release/nearshelf"), ["pack", dir, "--out", out], { stdio: ["ignore", "ignore", "pipe"] });
  return new Uint8Array(readFileSync(out));
}

const { createShelf } = await import(pathToFileURL(join(root, "pkg", "node.js")).href);
const times = [];
const added = [];
let proven = 0;
let applied = 0;
for (let family = 0; times.length < CARTS; family++) {
  const dir = mkdtempSync(join(tmpdir(), "quotes-"));
  try {
    const r = random(family + 1);
    const shelf = await createShelf({ pack: pack(dir, r), now: () => NOW });
    if (shelf.offers().length !== OFFERS) throw new Error(`${shelf.offers().length} offers`);
    for (let i = 0; i < CARTS_PER_FAMILY && times.length < CARTS; i++) {
      const lines = Array.from({ length: LINES }, () => ({ item_id: `s${r.between(0, PRODUCTS - 1)}`, quantity: r.between(1, 4) }));
      const begin = performance.now();
      const quote = shelf.quote({ lines });
      times.push(performance.now() - begin);
      if (!quote || quote.payable < 0 || quote.lines.length !== LINES) throw new Error("no quote");
      proven += quote.optimal ? 1 : 0;
      applied += quote.applied.length;
      if (i >= WITH_ADDONS) continue;
      const candidates = Array.from({ length: CANDIDATES }, (_, n) => `s${(n * 7 + i) % PRODUCTS}`);
      const start = performance.now();
      const found = shelf.addons({ cart: { lines }, candidates });
      added.push(performance.now() - start);
      if (found.singles.length !== 10 || found.pairs.length !== 3) throw new Error("no answer about add-ons");
    }
    shelf.dispose();
  } finally {
    rmSync(dir, { recursive: true });
  }
}
const told = (list) => {
  list.sort((a, b) => a - b);
  const at = (share) => list[Math.min(list.length - 1, Math.floor(list.length * share))].toFixed(2);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
};
console.log(`${times.length} carts of ${LINES} lines under ${OFFERS} offers: ${told(times)}`);
console.log(`the best of ${CANDIDATES} add-ons and of pairs of ten, for ${added.length} of them: ${told(added)}`);
console.log(`proven the cheapest: ${proven} of ${times.length}; ${(applied / times.length).toFixed(1)} offers applied on average`);
