// What a device pays for a split pack, in Node: `node tests/bench/shards.mjs CORE`, a core that `nearshelf pack --shards` wrote, its shards beside it. Needs pkg/
// (node pkg-template/build.mjs). Opens the core, asks for shelves, then for pages of categories, and waits for the shards that they bring.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pkg } from "../browser/bench.mjs";

const SHELVES = 200;
const PAGES = 4;
const DAY = 86_400_000;

let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate.apply(WebAssembly, args);
  const found = (made.instance || made).exports.memory;
  // The core's grows; parts use it too.
  if (found && (!memory || found.buffer.byteLength > memory.buffer.byteLength)) memory = found;
  return made;
};
const { createShelf } = await import(join(pkg, "node.js"));

const core = process.argv[2];
const ms = (x) => `${x.toFixed(2)} ms`;
const mb = () => (memory ? `${(memory.buffer.byteLength / 1e6).toFixed(1)} MB of wasm memory` : "memory not seen");
const bytes = new Uint8Array(readFileSync(core));
let now = 1_790_000_000_000;
let [came, shards] = [0, []];
const begin = performance.now();
const shelf = await createShelf({
  pack: bytes, consent: { personalize: true }, now: () => now,
  loadShard: (name) => {
    const shard = new Uint8Array(readFileSync(join(dirname(core), name)));
    shards.push(shard.length);
    came = performance.now();
    return shard;
  },
});
if (shelf.status !== "ready") throw new Error(`the shelf is ${shelf.status}: ${JSON.stringify(shelf.diagnostics())}`);
const open = () => shelf.browse({ limit: 1 }).total;
console.log(`core: ${bytes.length} bytes, ${open()} products, ready in ${ms(performance.now() - begin)}, ${mb()}`);

function shelves() {
  const { products } = shelf.browse({ limit: 200 });
  const times = [];
  for (let i = 0; i < SHELVES; i++) {
    now += i % 40 ? 20_000 : DAY;
    shelf.track("view_item", { items: [{ item_id: products[(7 * i) % products.length].id }] });
    const begin = performance.now();
    shelf.recommend({ limit: 20 });
    times.push(performance.now() - begin);
  }
  const [first] = times;
  times.sort((a, b) => a - b);
  console.log(`  a shelf of 20: first ${ms(first)}, p50 ${ms(times[SHELVES >> 1])}, p99 ${ms(times[Math.floor(0.99 * SHELVES)])}`);
}

shelves();
const waits = [];
shelf.on("change", () => {
  if (came) waits.push(performance.now() - came);
  came = 0;
});
const categories = shelf.categories();
// Leaves, evenly spread.
const above = new Set(categories.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf(" > ")))));
const leaves = categories.filter(({ path }) => !above.has(path));
for (let i = 0; i < PAGES; i++) {
  const { path } = leaves[Math.floor((i * leaves.length) / PAGES)];
  const before = shards.length;
  shelf.recommend({ category: path, limit: 20 });
  // Until nothing has come for a while: shards are fetched one at a time.
  for (let seen = -1; seen < waits.length;) {
    seen = waits.length;
    await new Promise((done) => setTimeout(done, 300));
  }
  const list = shelf.recommend({ category: path, limit: 20 });
  console.log(`page of "${path}": ${shards.length - before} shards, ${list.items.length} products shown, ${open()} open, ${mb()}`);
}
waits.sort((a, b) => a - b);
if (waits.length) console.log(`a shard of ${Math.round(shards.reduce((a, b) => a + b, 0) / shards.length)} bytes (mean of ${shards.length}) is merged in ${ms(waits[waits.length >> 1])} (median), at most ${ms(waits.at(-1))}`);
shelves();
shelf.dispose();
