// Draws in a mini-program: their own file and their own wasm, on every platform.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { golden, key, runGolden } from "../golden/draws-run.mjs";
import { build, miniProgram } from "./support/host.mjs";

const script = readFileSync(join(build, "draws.js"), "utf8");
const WASM = "/miniprogram_npm/nearshelf/nearshelf-draws.wasm";
const files = { [WASM]: readFileSync(join(build, "nearshelf-draws.wasm")), [WASM + ".br"]: readFileSync(join(build, "nearshelf-draws.wasm.br")) };

/** The module inside the realm of a platform. */
const start = (wishes) => {
  const realm = miniProgram({ files, ...wishes });
  return { realm, draws: realm.run(`const module = { exports: {} }; const exports = module.exports; ${script}; return module.exports;`).draws };
};

for (const vendor of ["wx", "my", "tt"]) {
  test(`the golden file holds in ${vendor}`, async () => {
    assert.ok(golden.cases.length > 100);
    const { realm, draws } = start({ vendor });
    // Values of another realm are not deeply equal to ours.
    runGolden(await draws({ keys: [key.public], now: () => golden.cases[0].issued }), (value) => JSON.parse(JSON.stringify(value)));
    assert.ok(realm.paths.every((path) => path === WASM + ".br"));
  });
}

test("where there is no wasm there are no draws", async () => {
  assert.equal(await start({ wasm: "none" }).draws({ keys: [key.public] }), null);
});
