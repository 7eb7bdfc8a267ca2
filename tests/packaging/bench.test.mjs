// The benches still run what they measure: nothing here is a figure, only that each line gets one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundleMeasure } from "../bench/bundle.mjs";
import { buildWebWasm } from "../../pkg-template/build/wasm.mjs";
import { packBytes, pkg, root, scratch } from "./support/project.mjs";
import { withSection } from "./support/small-pack.mjs";

test("what a shelf costs and what is handed over is measured on the built package", async () => {
  const file = join(scratch("bench"), "measure.mjs");
  await bundleMeasure(file);
  const { createShelf, measure } = await import(pathToFileURL(file).href);
  const job = { createShelf, wasm: readFileSync(join(pkg, "nearshelf.wasm")), vectorWasm: null, load: async () => packBytes(), name: "sample" };
  const shelf = await measure({ ...job, what: "shelf" });
  const handed = await measure({ ...job, what: "handOver" });
  for (const [name, value] of Object.entries({ ...shelf, ...handed })) assert.ok(Number.isFinite(value) && value > 0, `${name}: ${value}`);
  assert.deepEqual(Object.keys(handed), ["objects", "list"]);
});

test("the scan and all of its rivals are measured, and find the same", async () => {
  const folder = scratch("vectors");
  // In a folder of its own: other tests look at what the package was linked from.
  await buildWebWasm(join(root, "target", "vectors"), folder, { vectors: true });
  const file = join(folder, "measure.mjs");
  await bundleMeasure(file);
  const { measure } = await import(pathToFileURL(file).href);
  const frozen = (name) => new Uint8Array(readFileSync(join(root, "tests", "compat", name)));
  const pack = withSection(frozen("pack-v1.pack"), "EMBD", 44, frozen("vectors-v2.section"), 1);
  const job = { vectorWasm: readFileSync(join(folder, "nearshelf.wasm")), load: async () => pack, name: "frozen" };
  const core = await measure({ ...job, what: "kernel" });
  assert.equal(core.recall, 1);
  assert.deepEqual([core.n, core.cold > 0, core.warm > 0], [44, true, true]);
  const late = await measure({ ...job, what: "kernel", pause: 1 });
  assert.ok(late.cold > 0 && !("warm" in late));
  const scripts = await measure({ ...job, what: "scripts" });
  assert.equal(Object.keys(scripts).length, 8);
  for (const [name, { cold, warm, found }] of Object.entries(scripts)) {
    assert.ok(cold > 0 && warm > 0, name);
    assert.deepEqual(found, scripts["f64, 8 at a time"].found, name);
  }
});
