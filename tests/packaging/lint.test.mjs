// The linter of offers in the package: the golden file, and what is no document.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { pkg, root } from "./support/project.mjs";

const { NearshelfError, lintOffers } = await import(pathToFileURL(join(pkg, "lint.js")).href);
const golden = JSON.parse(readFileSync(join(root, "tests/golden/offers-lint.json"), "utf8"));

test("each case of the golden file has its findings and no others, through import and require", () => {
  const { lintOffers: required } = createRequire(import.meta.url)(join(pkg, "lint.cjs"));
  assert.ok(golden.cases.length > 20);
  for (const { id, promotions, grants, ground, expect } of golden.cases) {
    for (const lint of [lintOffers, required]) assert.deepEqual(lint({ promotions, grants, ground }).map((f) => [f.rule, f.place]), expect, id);
  }
});

test("a finding has its words and a way out in both languages", () => {
  const [found] = lintOffers('{"promotions":[{"id":"p","name":"P","kind":"fixed","amount":5000,"threshold":5000}]}');
  assert.deepEqual([found.rule, found.severity, found.place, found.promotion], ["gives_away", "error", "promotions[0].amount", "p"]);
  assert.match(found.text.en, /5000 of 5000/);
  assert.match(found.text.zh, /5000/);
  assert.ok(found.fix.en.length > 20 && /\p{Script=Han}/u.test(found.fix.zh));
});

test("what is no document is refused in words, and the next one is read", () => {
  const loop = {};
  loop.promotions = loop;
  for (const [document, words] of [[undefined, /no document/], [loop, /no document/], ["{", /no JSON/], [{ promotions: [], ground: { now: "soon" } }, /ground\.now/]]) {
    assert.throws(() => lintOffers(document), (error) => error instanceof NearshelfError && error.code === "bad_argument" && words.test(error.message) && error.fix.length > 0);
  }
  assert.deepEqual(lintOffers({ promotions: [] }), []);
  assert.equal(lintOffers({}).length, 1);
});
