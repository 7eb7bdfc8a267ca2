// The demo page with another shop: ids, titles and prices, and nothing else the page could lean on.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { allow, ids, launch, overflow, pack, requirePackage, settled, violations, visit } from "./bench.mjs";

const things = ["tin", "mug", "candle", "notebook", "bunting", "cushion", "jug", "lantern"];
const patterns = ["red spotted", "blue striped", "garden bird", "paper star", "winter berry", "little owl", "sea shell"];
let browser;
let files;

before(async () => {
  requirePackage();
  const folder = mkdtempSync(join(tmpdir(), "nearshelf-plain-"));
  try {
    writeFileSync(join(folder, "catalog.csv"), catalog());
    writeFileSync(join(folder, "interactions.csv"), log());
    files = { "/shop.pack": pack(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  browser = await launch();
});

after(() => browser?.close());

function idOf(pattern, thing) {
  return `${(pattern + 1) * 100 + thing}`;
}

function catalog() {
  const rows = patterns.flatMap((pattern, p) => things.map((thing, i) => `${idOf(p, i)},${`${pattern} ${thing}`.toUpperCase()},${(1 + p + i / 4).toFixed(2)} GBP`));
  return `id,title,price\n${rows.join("\n")}\n`;
}

/** Visitors stay with one pattern, so that there is something to learn. */
function log() {
  const rows = [];
  for (let visit = 0; visit < 420; visit++) {
    const pattern = visit % patterns.length;
    for (let step = 0; step < 4; step++) {
      const thing = (visit * 3 + step * step) % things.length;
      rows.push(`${visit},${idOf(pattern, thing)},${1_780_000_000 + visit * 3600 + step * 30},view_item,u${visit % 97}`);
    }
  }
  return `session_id,item_id,timestamp,event,user_id\n${rows.join("\n")}\n`;
}

for (const [width, dark] of [[1440, false], [360, true]]) {
  test(`no categories, no brands, no pictures, one market (${width} px)`, { timeout: 120_000 }, async () => {
    const view = await visit(browser, { files, width, dark });
    try {
      const { tab } = view;
      const neutral = await ids(tab, "neutral");
      assert.equal(neutral.length, 12);
      assert.equal(await tab.locator("#switches select").count(), 0);
      assert.equal(await tab.locator(".chip-row").count(), 0);
      assert.equal(await tab.locator("#cart").isVisible(), false);
      assert.match(await tab.locator("#leaves").innerText(), /Nothing\. This shop asks for no reports\.$/);
      await allow(tab);
      const person = tab.locator(".people button", { hasText: "Looks for" });
      assert.ok(await person.count() >= 3);
      await person.first().click();
      await tab.waitForFunction(() => globalThis.nearshelfDemo.shelf.portrait().events >= 6);
      await settled(tab);
      assert.notDeepEqual(await ids(tab, "personal"), neutral);
      assert.deepEqual(await ids(tab, "neutral"), neutral);
      await tab.locator("[data-shelf=personal] .why").first().click();
      assert.ok(await tab.locator(".tree").isVisible());
      assert.doesNotMatch(await tab.locator("body").innerText(), /undefined|null|NaN|\[object|\{\w+\}/);
      assert.equal(await overflow(tab), 0);
      assert.deepEqual(await violations(tab), []);
      // Chromium reports the missing /shop.json, which is optional; nothing else may be amiss.
      assert.deepEqual(view.problems.filter((text) => !text.includes("404")), []);
    } finally {
      await view.close();
    }
  });
}
