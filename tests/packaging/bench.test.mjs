// The benches still run what they measure: nothing here is a figure, only that each line gets one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { bundleMeasure } from "../bench/bundle.mjs";
import { packBytes, pkg, scratch } from "./support/project.mjs";

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
