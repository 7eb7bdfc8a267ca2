// How long an overlay of 10,000 rows takes in the web build's wasm, in Node: `node tests/bench/overlay.mjs`.
// Needs pkg/ (node pkg-template/build.mjs) and the command line (cargo build --features cli).

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { nearshelf, pkg, root } from "../browser/bench.mjs";
import { options } from "./shopper.mjs";
import { xxh64 } from "../packaging/support/xxh64.mjs";
import { Reader, Writer } from "../../pkg-template/src/codec.js";
import * as op from "../../pkg-template/src/protocol.js";

const { createShelf } = await import(join(pkg, "node.js"));

const ROWS = 10_000;
const ROUNDS = 200;
const folder = mkdtempSync(join(tmpdir(), "nearshelf-overlay-"));
const file = (name) => join(folder, name);
const cli = (...args) => execFileSync(...nearshelf(...args), { cwd: root, stdio: "pipe" });

function csv(head, row) {
  return head + "\n" + Array.from({ length: ROWS }, (_, i) => row(i, `sku-${100000 + i}`)).join("\n") + "\n";
}

/** The overlay with another number: after magic and versions come three texts, then the number. */
function numbered(bytes, sequence) {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  let at = 12;
  for (let i = 0; i < 3; i++) at += 4 + view.getUint32(at, true);
  view.setFloat64(at, sequence, true);
  view.setBigUint64(copy.length - 8, xxh64(copy.subarray(0, copy.length - 8)), true);
  return copy;
}

/** In an order of their own; the same at each run. */
function shuffle(rows) {
  let state = 1;
  for (let i = rows.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}

/** An overlay by id, its rows in an order of their own, as a shop's JSON has them. */
function shuffled(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 12;
  const text = () => (at += 4 + view.getUint32(at, true));
  for (let i = 0; i < 3; i++) text();
  at += 8 + 8 + 8 + 4 + 1 + 4;
  const head = bytes.subarray(0, at);
  const rows = [];
  while (at < bytes.length - 8) {
    const from = at;
    text();
    at++;
    text();
    text();
    rows.push(bytes.subarray(from, at));
  }
  return Buffer.concat([head, ...shuffle(rows), bytes.subarray(-8)]);
}

/** The first of some times, then what is usual. */
function told(times) {
  const [first] = times;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(3);
  return `first ${first.toFixed(3)} ms, p50 ${at(0.5)} ms, p90 ${at(0.9)} ms`;
}

try {
  writeFileSync(file("catalog.csv"), csv("id,title,price,product_type,availability", (i, id) => `${id},Thing ${i},${10 + (i % 90)}.50 CNY,Things > ${i % 50},in_stock`));
  writeFileSync(file("overlay.csv"), csv("id,price,sale_price,availability", (i, id) =>
    `${id},${9 + (i % 80)}.90,${i % 3 ? "" : 5 + (i % 4) + ".00"},${i % 10 ? "in_stock" : "out_of_stock"}`));
  cli("pack", folder, "--out", file("shop.pack"));
  const pack = readFileSync(file("shop.pack"));
  const { makeGlue } = await import(join(root, "target/package/web/glue.js"));
  const glue = makeGlue();
  await glue.start(new WebAssembly.Module(readFileSync(join(pkg, "nearshelf.wasm"))));
  // Items that the pack does not have. Only the first of these overlays makes rows for them.
  writeFileSync(file("new.csv"), csv("id,title,price,availability", (i) => `new-${i},New thing ${i},${9 + (i % 80)}.90,in_stock`));
  // What a shop's catalogue of today is over the pack of yesterday: one product in a hundred is new.
  writeFileSync(file("mixed.csv"), csv("id,title,price,sale_price,availability", (i, id) =>
    `${i % 100 ? id : `new-${i}`},Thing ${i},${9 + (i % 80)}.90,${i % 3 ? "" : 5 + (i % 4) + ".00"},${i % 10 ? "in_stock" : "out_of_stock"}`));
  // A core and its shards, all of them open.
  cli("pack", folder, "--out", file("split.pack"), "--max-bytes", "60000");
  const shards = readdirSync(folder).filter((name) => name.endsWith(".shard"));
  if (!shards.length) throw new Error("the pack was not split");
  const kinds = [["by number, full", []], ["by number, delta", ["--delta"]], ["by place, full", [], "overlay.csv", "split.pack"], ["one in 100 new", [], "mixed.csv"], ["by id, full", ["--any-pack"]], ["by id, any order", ["--any-pack"]], ["all of them new", ["--any-pack"], "new.csv"]];
  for (const [name, more, rows = "overlay.csv", of = "shop.pack"] of kinds) {
    const pack = readFileSync(file(of));
    cli("overlay", file(rows), "--pack", file(of), "--out", file("x.overlay"), ...more);
    let bytes = readFileSync(file("x.overlay"));
    if (name === "by id, any order") bytes = shuffled(bytes);
    const core = new glue.Core();
    const open = new Writer(pack.length + 256, pack.length + 65536);
    open.f64(Date.now());
    open.str("");
    open.str("");
    for (let i = 0; i < 4; i++) open.tri(null);
    open.bytes(pack);
    if (core.call(op.OPEN, open.written())[0] !== 0) throw new Error("the pack does not open");
    for (const shard of of === "split.pack" ? shards : []) {
      const bytes = readFileSync(file(shard));
      const w = new Writer(bytes.length + 8, bytes.length + 8);
      w.u32(1);
      w.bytes(bytes);
      if (core.call(op.ATTACH, w.written())[0] !== 0) throw new Error("a shard does not open");
    }
    const times = [];
    for (let n = 1; n <= ROUNDS; n++) {
      const w = new Writer(bytes.length + 64);
      w.u32(1);
      w.f64(Date.now());
      w.bytes(numbered(bytes, n));
      const begin = performance.now();
      const answer = core.call(op.OVERLAY, w.written());
      times.push(performance.now() - begin);
      const r = new Reader(answer);
      if (r.u8() !== 0 || r.u8() === 0 || r.f64() !== n) throw new Error("the overlay was not applied");
    }
    const br = brotliCompressSync(bytes).length.toLocaleString("en");
    console.log(`${name.padEnd(18)} ${ROWS} rows, ${bytes.length.toLocaleString("en")} bytes (${br} brotli): ${told(times)}`);
  }
  // JSON, from its text to the moment at which it counts: in rows, as the command writes it, and by ids, as a shop writes it.
  const items = shuffle(Array.from({ length: ROWS }, (_, i) => ({
    id: `sku-${100000 + i}`, price: `${9 + (i % 80)}.90`, sale_price: i % 3 ? null : 5 + (i % 4) + ".00", availability: i % 10 ? "in_stock" : "out_of_stock",
  })));
  cli("overlay", file("overlay.csv"), "--pack", file("shop.pack"), "--out", file("overlay.json"));
  const inRows = JSON.parse(readFileSync(file("overlay.json"), "utf8"));
  const shelf = await createShelf({ ...options, pack: new Uint8Array(pack) });
  let sequence = 0;
  for (const [name, form] of [["JSON, in rows", inRows], ["JSON, by id", { full: true, items }]]) {
    const [parsing, laying] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const text = JSON.stringify({ ...form, sequence: ++sequence });
      const begin = performance.now();
      const overlay = JSON.parse(text);
      const parsed = performance.now();
      shelf.setOverlay(overlay);
      parsing.push(parsed - begin);
      laying.push(performance.now() - parsed);
      if (shelf.overlayVersion !== sequence) throw new Error("the overlay was not applied");
    }
    const bytes = JSON.stringify(form);
    const br = brotliCompressSync(bytes).length.toLocaleString("en");
    console.log(`${name.padEnd(18)} ${ROWS} rows, ${bytes.length.toLocaleString("en")} bytes (${br} brotli): JSON.parse ${told(parsing)}; setOverlay ${told(laying)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
