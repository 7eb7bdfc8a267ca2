// Invitations in a mini-program: the module alone, in a realm that has only what the platform has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "./support/host.mjs";

test("the module is one file without requires and globals of the web, and answers null beside what is no shelf", async () => {
  const script = readFileSync(join(build, "invites.js"), "utf8");
  assert.doesNotMatch(script, /\brequire\(|\bimport\(|\bfetch\b|\bURL\b|TextDecoder|TextEncoder|\bwindow\b|\bdocument\b|\batob\b|crypto/);
  const module = { exports: {} };
  new Function("module", "exports", script)(module, module.exports);
  assert.deepEqual(Object.keys(module.exports), ["invites"]);
  assert.equal(await module.exports.invites(null), null);
  assert.equal(await module.exports.invites({ invites: () => null }), null);
});
