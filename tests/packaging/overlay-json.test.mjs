// What `nearshelf overlay` writes, as a file and as JSON, means the same on a device: with a whole pack, a core, and its shards as they open.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { packFile, pkg, root, scratch } from "./support/project.mjs";

const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href);
const NOW = 1_790_000_000_000;
const later = () => new Promise((resolve) => setTimeout(resolve, 10));

/** The overlay of a table for a pack, in both forms. */
function overlays(table, pack) {
  const folder = scratch("overlay-json");
  const file = join(folder, "prices.csv");
  writeFileSync(file, table);
  return ["shop.overlay", "overlay.json"].map((name) => {
    const out = join(folder, name);
    execFileSync("cargo", ["run", "--quiet", "--features", "cli", "--bin", "nearshelf", "--", "overlay", file, "--pack", pack, "--out", out, "--issued", String(NOW)],
      { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
    return new Uint8Array(readFileSync(out));
  });
}

const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

/** All products as a page shows them. */
const seen = (shelf) => shelf.browse({ limit: 200 }).products;

/** Something about each third product, and one that the pack does not have. */
function table(products) {
  const rows = products.filter((_, i) => i % 3 === 0).map(({ id }, i) => [id, "", `${10 + i}.90`, i % 2 ? `${5 + i}.00` : "", i % 5 ? "in_stock" : "out_of_stock"]);
  return ["id,title,price,sale_price,availability", ...rows.concat([["90001", "Cat tunnel", "129.00", "", "preorder"]]).map((row) => row.join(","))].join("\n");
}

test("a file and JSON leave the same shelf, and a wrong row in JSON leaves it as it was", async () => {
  const open = async (more) => createShelf({ pack: new Uint8Array(readFileSync(packFile())), market: "cn", language: "en", now: () => NOW, ...more });
  const plain = await open();
  const untouched = seen(plain);
  const [file, text] = overlays(table(untouched), packFile());
  const expected = await open({ overlay: file });
  const shelf = await open({ overlay: json(text) });
  assert.deepEqual(seen(shelf), seen(expected));
  assert.deepEqual([shelf.overlayVersion, shelf.diagnostics()], [NOW, {}]);
  assert.equal(shelf.product("90001").price, 12_900);
  const changed = seen(shelf).filter((product) => JSON.stringify(product) !== JSON.stringify(untouched.find(({ id }) => id === product.id)));
  assert.ok(changed.length > 20, `${changed.length} products are told otherwise`);
  for (const spoil of [
    (rows) => (rows[0].places[0] = -1), (rows) => (rows[0].places[0] = 1 << 30), (rows) => rows[0].places.push(0), (rows) => (rows[0].price_minor[0] = null), (rows) => (rows[0].price_minor[0] = 2 ** 32),
    (rows) => (rows[0].availability = "sold"), (rows) => (rows[0].places = null), (rows) => rows.push(null), (rows) => (rows[0].price_minor = []), (rows) => (rows[0].hidden = 0),
  ]) {
    const other = json(text);
    spoil(other.rows);
    await plain.setOverlay(other);
    assert.deepEqual([seen(plain), plain.overlayVersion], [untouched, null], String(spoil));
  }
  assert.deepEqual(plain.diagnostics(), { bad_overlay: 10 });
  for (const one of [plain, expected, shelf]) one.dispose();
});

test("places in JSON fit a core, and its shards when they open", async () => {
  const core = join(root, "tests", "compat", "shards-v1", "core.pack");
  const whole = await createShelf({ pack: new Uint8Array(readFileSync(packFile())), market: "cn", language: "en", now: () => NOW });
  const [file, text] = overlays(table(seen(whole)), core);
  whole.dispose();
  const lists = [];
  for (const overlay of [file, json(text)]) {
    const shelf = await createShelf({ pack: core, market: "cn", language: "en", now: () => NOW, shards: "all", overlay });
    const [first] = [seen(shelf)];
    for (let i = 0; i < 500 && shelf.recommend({ limit: 5 }).partial; i++) await later();
    const all = seen(shelf);
    assert.ok(all.length > first.length && all.some(({ id }) => id === "90001"));
    assert.deepEqual(shelf.diagnostics(), {});
    lists.push([first, all]);
    shelf.dispose();
  }
  assert.deepEqual(lists[1], lists[0]);
});
