// The tarball: what is in it, how it resolves, and what the checkers of packages say.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundleScripts } from "../../pkg-template/build/scripts.mjs";
import { answerOf, bin, pkg, project, root, run, scratch, tarball } from "./support/project.mjs";

const cargoVersion = /^version = "([^"]+)"/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];

test("the tarball holds what is used and nothing else", () => {
  const expected = [
    "LICENSE-APACHE", "LICENSE-MIT", "README.md", "adapters.cjs", "adapters.d.cts", "adapters.d.ts", "adapters.js", "consent.cjs", "consent.d.cts", "consent.d.ts", "consent.js", "export.schema.json", "outgoing.schema.json", "mini-program/consent.d.ts", "mini-program/consent.js", "index.cjs", "index.d.cts", "index.d.ts", "index.development.cjs", "index.development.js",
      "draws-node.cjs", "draws-node.d.cts", "draws-node.d.ts", "draws-node.js", "draws.cjs", "draws.d.cts", "draws.d.ts", "draws.js", "index.js", "invites-node.cjs", "invites-node.d.cts", "invites-node.d.ts", "invites-node.js", "invites.cjs", "invites.d.cts", "invites.d.ts", "invites.js", "mini-program/invites.d.ts", "mini-program/invites.js", "lint.cjs", "lint.d.cts", "lint.d.ts", "lint.js", "membership-node.cjs", "membership-node.js", "membership.cjs", "membership.d.cts", "membership.d.ts", "membership.js",
      "mini-program/draws.d.ts", "mini-program/draws.js", "mini-program/nearshelf-draws.wasm", "mini-program/nearshelf-draws.wasm.br", "mini-program/index.d.ts", "mini-program/index.js", "mini-program/membership.d.ts", "mini-program/membership.js", "mini-program/nearshelf-membership.wasm", "mini-program/nearshelf-membership.wasm.br", "mini-program/nearshelf.wasm", "mini-program/nearshelf.wasm.br",
      "mini-program/nearshelf-insight.wasm", "mini-program/nearshelf-insight.wasm.br", "mini-program/nearshelf-invite.wasm", "mini-program/nearshelf-invite.wasm.br", "mini-program/nearshelf-offers.wasm", "mini-program/nearshelf-offers.wasm.br", "mini-program/nearshelf-report.wasm", "mini-program/nearshelf-report.wasm.br", "mini-program/nearshelf-verify.wasm", "mini-program/nearshelf-verify.wasm.br",
      "mini-program/package.json", "mini-program/page.d.ts", "mini-program/page.js", "nearshelf-draws.wasm", "nearshelf-insight.wasm", "nearshelf-invite.wasm", "nearshelf-lint.wasm", "nearshelf-membership.wasm", "nearshelf-offers.wasm", "nearshelf-report.wasm", "nearshelf-verify.wasm", "nearshelf.wasm", "node.cjs", "node.d.cts", "node.d.ts", "node.development.cjs", "node.development.js", "node.js", "package.json",
    "page.cjs", "page.d.cts", "page.d.ts", "page.js", "reports.cjs", "reports.d.cts", "reports.d.ts", "reports.js", "storage.cjs", "storage.d.cts", "storage.d.ts", "storage.js",
  ];
  assert.deepEqual(tarball().files, expected.sort());
  const json = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  assert.equal(json.version, cargoVersion);
  assert.deepEqual([json.type, json.sideEffects, json.miniprogram], ["module", false, "mini-program"]);
  assert.equal(json.scripts, undefined, "nothing runs when it is installed");
  assert.equal(json.dependencies, undefined);
});

test("no file names a folder of the machine it was built on", () => {
  for (const name of tarball().files) {
    const text = readFileSync(join(pkg, name)).toString("latin1");
    for (const folder of [root, homedir() + "/", ".cargo/registry", "/home/"]) assert.ok(!text.includes(folder), `${name} holds ${folder}`);
  }
});

test("every address of the package resolves, from modules and from require", async () => {
  const folder = project("resolve", {
    "esm.mjs": `import * as main from "nearshelf"; import * as mini from "nearshelf/mini-program"; import * as reports from "nearshelf/reports";
      import * as page from "nearshelf/page"; import * as there from "nearshelf/mini-program/page";
      import json from "nearshelf/package.json" with { type: "json" };
      const at = (name) => import.meta.resolve(name).split("/node_modules/nearshelf/")[1];
      console.log(JSON.stringify({ main: Object.keys(main).sort(), mini: Object.keys(mini).sort(), version: json.version,
        pages: [page, there].map((p) => ["ga4", "say"].map((name) => typeof p[name])),
        reports: Object.keys(reports).sort(), at: ["nearshelf", "nearshelf/wasm", "nearshelf/mini-program", "nearshelf/reports", "nearshelf/page", "nearshelf/adapters", "nearshelf/membership", "nearshelf/membership-wasm", "nearshelf/mini-program/membership", "nearshelf/draws", "nearshelf/draws-wasm", "nearshelf/mini-program/draws", "nearshelf/invites", "nearshelf/mini-program/invites", "nearshelf/consent", "nearshelf/mini-program/consent", "nearshelf/export-schema", "nearshelf/outgoing-schema", "nearshelf/invite-wasm", "nearshelf/storage"].map(at) }));`,
    "cjs.cjs": `const at = (name) => require.resolve(name).split("/node_modules/nearshelf/")[1];
      const main = require("nearshelf"), mini = require("nearshelf/mini-program"), reports = require("nearshelf/reports");
      console.log(JSON.stringify({ main: Object.keys(main).sort(), mini: Object.keys(mini).sort(), version: require("nearshelf/package.json").version,
        pages: ["nearshelf/page", "nearshelf/mini-program/page"].map((p) => Object.keys(require(p)).sort()),
        reports: Object.keys(reports).sort(), at: ["nearshelf", "nearshelf/wasm", "nearshelf/mini-program", "nearshelf/reports", "nearshelf/page", "nearshelf/adapters", "nearshelf/membership", "nearshelf/membership-wasm", "nearshelf/mini-program/membership", "nearshelf/draws", "nearshelf/draws-wasm", "nearshelf/mini-program/draws", "nearshelf/invites", "nearshelf/mini-program/invites", "nearshelf/consent", "nearshelf/mini-program/consent", "nearshelf/export-schema", "nearshelf/outgoing-schema", "nearshelf/invite-wasm", "nearshelf/storage"].map(at) }));`,
    "inside.mjs": `import("nearshelf/src/shelf.js").then(() => console.log('"found"'), (e) => console.log(JSON.stringify(e.code)));`,
  });
  const names = ["NearshelfError", "createShelf"];
  const esm = await answerOf(folder, "esm.mjs");
  assert.deepEqual(esm.main, [...names, "quote"], "in Node");
  assert.deepEqual(esm.mini.filter((n) => names.includes(n)), names);
  const collector = ["NearshelfError", "decodeReports", "reportLine"];
  assert.deepEqual(esm.reports, collector);
  assert.deepEqual(esm.pages, Array(2).fill(["function", "function"]));
  assert.deepEqual(esm.at, ["node.js", "nearshelf.wasm", "mini-program/index.js", "reports.js", "page.js", "adapters.js", "membership-node.js", "nearshelf-membership.wasm", "mini-program/membership.js", "draws-node.js", "nearshelf-draws.wasm", "mini-program/draws.js", "invites-node.js", "mini-program/invites.js", "consent.js", "mini-program/consent.js", "export.schema.json", "outgoing.schema.json", "nearshelf-invite.wasm", "storage.js"]);
  assert.equal(esm.version, cargoVersion);
  const cjs = await answerOf(folder, "cjs.cjs");
  assert.deepEqual([cjs.main, cjs.mini, cjs.reports], [[...names, "quote"], names, collector]);
  assert.deepEqual(cjs.pages, Array(2).fill(["ga4", "say"]));
  assert.deepEqual(cjs.at, ["node.cjs", "nearshelf.wasm", "mini-program/index.js", "reports.cjs", "page.cjs", "adapters.cjs", "membership-node.cjs", "nearshelf-membership.wasm", "mini-program/membership.js", "draws-node.cjs", "nearshelf-draws.wasm", "mini-program/draws.js", "invites-node.cjs", "mini-program/invites.js", "consent.cjs", "mini-program/consent.js", "export.schema.json", "outgoing.schema.json", "nearshelf-invite.wasm", "storage.cjs"]);
  const development = await answerOf(folder, "--conditions=development", "esm.mjs");
  assert.equal(development.at[0], "node.development.js");
  assert.equal((await answerOf(folder, "--conditions=development", "cjs.cjs")).at[0], "node.development.cjs");
  assert.equal(await answerOf(folder, "inside.mjs"), "ERR_PACKAGE_PATH_NOT_EXPORTED");
});

test("publint finds nothing", async () => {
  const { code, out, err } = await run(root, bin("publint"), "--strict", "--pack", "npm", "pkg");
  assert.equal(code, 0, out + err);
  assert.match(out, /All good/);
});

test("the types are those that run, in every way of resolving", async () => {
  const { code, out, err } = await run(root, bin("attw"), tarball().tarball, "--format", "ascii", "--exclude-entrypoints", "export-schema", "outgoing-schema", "wasm", "offers-wasm", "insight-wasm", "verify-wasm", "report-wasm", "invite-wasm", "membership-wasm", "draws-wasm");
  assert.equal(code, 0, out + err);
  assert.match(out, /No problems found/);
});

test("the same input gives the same bytes, and what is up to date is not built again", async () => {
  const again = scratch("scripts");
  mkdirSync(join(again, "mini-program"));
  const glue = join(root, "target", "package", "web", "glue.js");
  await bundleScripts({ template: join(root, "pkg-template"), glue, out: again });
  const scripts = tarball().files.filter((name) => /\.c?js$/.test(name));
  assert.equal(scripts.length, 38);
  for (const name of scripts) assert.deepEqual(readFileSync(join(again, name)), readFileSync(join(pkg, name)), name);
  const { code, out, err } = await run(root, process.execPath, "pkg-template/build.mjs");
  assert.equal(code, 0, err);
  assert.equal(out, "pkg/ is up to date\n");
});
