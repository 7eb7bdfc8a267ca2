// The sample shop: its files fit one another, and its shoppers are those that its prior says the shop has.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "./support/project.mjs";

const shop = join(root, "www-demo", "shop");
const script = (name) => import(pathToFileURL(join(shop, name)).href);

test("the files of the sample shop fit one another", () => {
  const said = execFileSync(process.execPath, [join(shop, "check.mjs")], { encoding: "utf8" });
  assert.equal(said.trim().split("\n").length, 1, said);
});

test("made-up shoppers are drawn by the shares of the prior", async () => {
  const [{ shopper }, { random }, { readGoods }] = await Promise.all(["shopper.mjs", "random.mjs", "goods.mjs"].map(script));
  const { fields } = JSON.parse(readFileSync(join(shop, "prior.json"), "utf8"));
  const many = 5000;
  const draw = random(20260921);
  const goods = readGoods();
  const people = Array.from({ length: many }, (_, i) => shopper(draw, i, goods));
  assert.ok(fields.length > 4);
  for (const { field, answers } of fields) {
    for (const { value, share_bp: share } of answers) {
      const p = share / 10_000;
      const found = people.filter((one) => one.declared[field].value === value).length / many;
      // Four deviations of a share of so many draws.
      assert.ok(Math.abs(found - p) <= 4 * Math.sqrt((p * (1 - p)) / many) + 1e-9, `${field} ${value}: ${found} for ${p}`);
    }
  }
});
