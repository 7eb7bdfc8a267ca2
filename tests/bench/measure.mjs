// What a fresh process or page measures: the same in Node, Chromium and Bun.

import { Reader, Writer } from "../../pkg-template/src/codec.js";
import { PARTS } from "../../pkg-template/src/engine.js";
import * as op from "../../pkg-template/src/protocol.js";
import { makeWebShelf } from "../../pkg-template/entry/web.js";
import { makeGlue } from "nearshelf-plain-glue";
import { answered, answers } from "./glue.mjs";
import { Heap, rivals } from "./rivals.mjs";
import { vectors } from "./vectors.mjs";

const K = 20;
const QUERIES = 16;
/** Of so many vectors each call takes long enough for a few to do. */
const MANY = 50_000;
const DAY = 86_400_000;
const NOW = 1_790_000_000_000;

const now = () => performance.now();
const sorted = (list) => list.sort((a, b) => a - b);
const at = (list, share) => list[Math.min(list.length - 1, Math.floor(list.length * share))];

/** Milliseconds of a call, over all queries again and again: the median of rounds, since clocks of browsers are coarse. */
function warm(call, rounds, queries = QUERIES) {
  for (let i = 0; i < 2 * queries; i++) call(i % queries);
  const times = [];
  for (let r = 0; r < rounds; r++) {
    const begin = now();
    for (let i = 0; i < queries; i++) call(i);
    times.push((now() - begin) / queries);
  }
  return at(sorted(times), 0.5);
}

function cold(call) {
  const begin = now();
  call(0);
  return now() - begin;
}

/** The core of a pack, as the package runs it, its memory, and how long it took to open. */
async function open(module, pack) {
  let memory;
  const plain = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...args) => {
    const made = await plain.apply(WebAssembly, args);
    memory = (made.instance || made).exports.memory;
    return made;
  };
  const glue = makeGlue();
  const begin = now();
  await glue.start(module);
  WebAssembly.instantiate = plain;
  const core = new glue.Core();
  const w = new Writer(pack.length + 256, pack.length + 65536);
  w.f64(NOW);
  w.str("");
  w.str("");
  [2, 2, 1, 1].forEach((x) => w.u8(x));
  w.bytes(pack);
  const r = new Reader(core.call(op.OPEN, w.written()));
  if (r.u8() !== 0) throw new Error(`${r.str()}: ${r.str()}`);
  const view = op.readView(r);
  return { core, view, open: now() - begin, memory: () => memory.buffer.byteLength };
}

function ask(opened, number, write) {
  const w = new Writer();
  w.u32(opened.view._handle);
  write(w);
  return w.written().slice();
}

/** A pack with vectors in the core, and 16 of its products as queries, for either side. */
async function asked(module, pack) {
  const opened = await open(module, pack);
  const { core } = opened;
  const { n, rows } = vectors(pack);
  const page = new Reader(core.call(op.PAGE, ask(opened, op.PAGE, (w) => { w.u32(0); w.u32(n); w.str(""); })));
  page.u8();
  const wanted = op.readPage(page)._rows.filter((row) => rows.subarray(row * 64, row * 64 + 64).some((x) => x)).slice(0, 4000);
  const chosen = Array.from({ length: QUERIES }, (_, i) => wanted[Math.floor((i * wanted.length) / QUERIES)]);
  return { opened, n, rows, chosen, often: n > MANY ? [3, 4] : [9, QUERIES] };
}

/** One of the ways of JavaScript, with its typed arrays. */
function rival([name, Data, Query, make], { n, rows, chosen }) {
  const data = Data.from(rows);
  const queries = chosen.map((row) => Query.from(rows.subarray(row * 64, row * 64 + 64)));
  const run = make();
  const heap = new Heap(K);
  return { name, call: (i) => run(data, n, queries[i], heap) };
}

const pass = (ms) => ms && new Promise((done) => setTimeout(done, ms));

/** Top 20 of all vectors: the core's call `nearest` from request bytes to rows. After a pause its first call only. */
async function kernel(module, pack, pause) {
  const all = await asked(module, pack);
  const { opened: { core }, opened, n, chosen, often } = all;
  const named = new Reader(core.call(op.PRODUCTS, ask(opened, op.PRODUCTS, (w) => w.list(chosen, (row) => w.u32(row)))));
  named.u8();
  const ids = op.readProducts(named).map((p) => p._product.id);
  const requests = ids.map((id) => ask(opened, op.NEAREST, (w) => { w.list([id], (x) => w.str(x)); w.u32(K); }));
  const readRow = (r) => { const row = r.u32(); r.f64(); return row; };
  const nearest = (i) => {
    const r = new Reader(core.call(op.NEAREST, requests[i]));
    r.u8();
    return r.list(readRow);
  };
  await pass(pause);
  const out = { n, open: opened.open, cold: cold(nearest) };
  if (pause) return out;
  out.warm = warm(nearest, ...often);
  const { call } = rival(rivals[0], all);
  let found = 0;
  let expected = 0;
  const row = (i) => all.rows.subarray(i * 64, i * 64 + 64);
  const dot = (a, b) => a.reduce((sum, x, j) => sum + x * b[j], 0);
  for (let i = 0; i < QUERIES; i++) {
    const mine = nearest(i);
    // Rows that point elsewhere are not told.
    const theirs = call(i).filter((at) => dot(row(at), row(chosen[i])) > 0);
    expected += theirs.length;
    found += theirs.filter((row, place) => mine[place] === row).length;
  }
  out.recall = found / expected;
  return out;
}

/** The same by JavaScript, each way from a ready query to rows. */
async function scripts(module, pack, pause) {
  const all = await asked(module, pack);
  const out = {};
  for (const { name, call } of rivals.map((way) => rival(way, all))) {
    await pass(pause);
    out[name] = { cold: cold(call), found: call(0) };
    if (!pause) out[name].warm = warm(call, ...all.often);
  }
  return out;
}

/** The whole of a shelf through the package: list, products, reasons. */
async function shelf(createShelf, module, pack) {
  const { open: opening, memory } = await open(module, pack);
  const begin = now();
  let clock = NOW;
  const shelf = await createShelf({ pack, wasm: module, consent: { personalize: true }, now: () => clock });
  const ready = now() - begin;
  if (shelf.status !== "ready") throw new Error(`the shelf is ${shelf.status}`);
  const products = shelf.browse({ limit: 200 }).products;
  // A portrait of three visits, the last of which goes on.
  for (let i = 0; i < 39; i++) {
    clock = NOW + Math.floor(i / 13) * DAY + i * 20_000;
    shelf.track(i % 5 ? "view_item" : "add_to_cart", { items: [{ item_id: products[(i * 17) % products.length].id }] });
  }
  const options = { slot: "home", limit: K };
  const first = cold(() => shelf.recommend(options));
  const times = [];
  for (let i = 0; i < 400; i++) {
    clock += 1000;
    // A click between two shelves, so that no answer is an old one.
    shelf.track("view_item", { items: [{ item_id: products[(i * 7) % products.length].id }] });
    const begin = now();
    shelf.recommend(options);
    times.push(now() - begin);
  }
  sorted(times);
  return { products: products.length && shelf.browse({ limit: 1 }).total, opening, ready, first, p50: at(times, 0.5), p99: at(times, 0.99), memory: memory() };
}

/**
 * Microseconds from the bytes of an answer of 20 items with their reasons to objects, and from the core's answer to the whole list in the page's
 * hands: display data added, places counted, the decision kept.
 */
async function handOver(module, pack) {
  let clock = NOW;
  // No list of products needs a part.
  const parts = PARTS.map(() => () => null);
  const shelf = await makeWebShelf(() => module, parts)({ pack, consent: { personalize: true }, now: () => clock });
  const products = shelf.browse({ limit: 200 }).products;
  const click = (i) => shelf.track("view_item", { items: [{ item_id: products[i % products.length].id }] });
  for (let i = 0; i < 5; i++) click(i);
  const list = shelf.recommend({ slot: "home", limit: K });
  if (list.items.length !== K) throw new Error("the shelf is not full");
  const bytes = answers.get(op.RECOMMEND);
  if (!bytes) throw new Error("the core did not answer");
  const objects = warm(() => {
    const r = new Reader(bytes);
    r.u8();
    return op.readShelf(r);
  }, 50);
  let after = 0;
  for (let i = 0; i < 400; i++) {
    clock += 1000;
    click(i * 7);
    shelf.recommend({ slot: "home", limit: K });
    // Clocks of browsers are coarse; the mean of many is not.
    if (i >= 100) after += performance.now() - answered.at;
  }
  return { objects: objects * 1000, list: (after / 300) * 1000 };
}

/**
 * One of these, so that each finds a fresh process: the vectors of a pack, by the core or by JavaScript, the shelf of a pack, or what is handed over of one.
 * @param {{ createShelf: any, wasm: Uint8Array, vectorWasm: Uint8Array, load(name: string): Promise<Uint8Array>, what: "kernel" | "scripts" | "shelf" | "handOver", name: string, pause?: number }} job
 */
export async function measure({ createShelf, wasm, vectorWasm, load, what, name, pause = 0 }) {
  const pack = await load(name);
  if (what === "kernel" || what === "scripts") return (what === "kernel" ? kernel : scripts)(await WebAssembly.compile(vectorWasm), pack, pause);
  const module = await WebAssembly.compile(wasm);
  return what === "shelf" ? shelf(createShelf, module, pack) : handOver(module, pack);
}
