// Membership in a mini-program: its own file and its own wasm, on every platform.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { golden, runGolden } from "../golden/membership.mjs";
import { build, miniProgram, root } from "./support/host.mjs";

const section = readFileSync(join(root, "tests/compat/loyalty-v1.section"));
const script = readFileSync(join(build, "membership.js"), "utf8");
const WASM = "/miniprogram_npm/nearshelf/nearshelf-membership.wasm";
const files = { [WASM]: readFileSync(join(build, "nearshelf-membership.wasm")), [WASM + ".br"]: readFileSync(join(build, "nearshelf-membership.wasm.br")) };

/** The module inside the realm of a platform. */
const start = (wishes) => {
  const realm = miniProgram({ files, ...wishes });
  const { membership } = realm.run(`const module = { exports: {} }; const exports = module.exports; ${script}; return module.exports;`);
  return { realm, membership };
};
/** Values of another realm are not deeply equal to ours. */
const ours = (value) => JSON.parse(JSON.stringify(value));

for (const vendor of ["wx", "my", "tt"]) {
  test(`the golden file holds in ${vendor}`, async () => {
    assert.ok(golden.cases.length > 30);
    const { realm, membership } = start({ vendor });
    await runGolden(async (now) => {
      const member = await membership({ program: section, now });
      return Object.fromEntries(["apply", "state", "nextPurchase", "reconcile"].map((name) => [name, (given) => ours(member[name](given)) ?? undefined]));
    });
    assert.ok(realm.paths.every((path) => path === WASM + ".br"));
  });
}

test("an older platform takes the plain file", async () => {
  const { realm, membership } = start({ refuse: /br$/ });
  const member = await membership({ program: section });
  assert.equal(member.state().level.id, "normal");
  assert.deepEqual(realm.paths, [WASM + ".br", WASM]);
});

test("where there is no wasm a shelf has no membership, and a store is told", async () => {
  const { membership } = start({ wasm: "none" });
  const seat = { program: section, ledger: new Uint8Array(0), visitor: new Uint8Array(0), now: 0, language: "en" };
  assert.equal(await membership({ ledger: () => seat }), null);
  await assert.rejects(membership({ program: section }), (error) => error.code === "wasm_unavailable");
  await assert.rejects(membership({ program: {} }), (error) => error.code === "bad_argument");
});
