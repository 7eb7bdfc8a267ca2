// Bytes on the wire of the built package against pkg-template/budget.json: `node pkg-template/size.mjs`.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const pkg = process.argv[2] || join(here, "..", "pkg");

/** A file's bytes as they are, and as servers send them. */
function measure(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length,
  };
}

const row = (name, ...cells) => console.log(name.padEnd(36) + cells.map((c) => String(c).padStart(11)).join(""));
const count = (n) => n.toLocaleString("en");

const budget = JSON.parse(await readFile(join(here, "budget.json"), "utf8"));
const sizes = new Map();
row("file", "raw", "gzip -9", "brotli 11");
for (const name of new Set(Object.values(budget).flatMap((b) => b.files))) {
  const file = join(pkg, name);
  if (!existsSync(file)) {
    console.error(`${file} is missing. Run: make package`);
    process.exit(1);
  }
  const size = measure(await readFile(file));
  sizes.set(name, size);
  row(name, count(size.raw), count(size.gzip), count(size.brotli));
}
console.log();
row("what a shopper loads", "", "bytes", "at most");
let over = 0;
for (const [name, { files, measure, most }] of Object.entries(budget)) {
  const bytes = files.reduce((sum, file) => sum + sizes.get(file)[measure], 0);
  if (bytes > most) over++;
  row(name, measure, count(bytes), count(most) + (bytes > most ? "  OVER" : ""));
}
if (over) {
  console.error("\nOver budget. Find out what grew, or change pkg-template/budget.json and say why.");
  process.exit(1);
}
