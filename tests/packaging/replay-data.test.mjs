// A real log, step by step: the package in Node shows what the native engine predicted, list for list.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { pkg, root, scratch } from "./support/project.mjs";

const data = process.env.NEARSHELF_DATA && join(process.env.NEARSHELF_DATA, "bol-sample");
const skip = data ? false : "set NEARSHELF_DATA to the folder with the data sets";

/** The command line, built for speed: an evaluation learns from thousands of steps. */
function nearshelf(...args) {
  execFileSync("cargo", ["run", "--quiet", "--release", "--features", "cli", "--", ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

/** The log's visits from a number on, with their steps in order of time: those on products that earlier visits know. */
function visits(from) {
  const rows = gunzipSync(readFileSync(join(data, "interactions.csv.gz"))).toString("utf8").trim().split("\n").slice(1);
  const [found, known] = [new Map(), new Set()];
  for (const row of rows) {
    const [session, item] = row.split(",");
    if (+session < from) known.add(item);
  }
  for (const row of rows) {
    const [session, item, seconds] = row.split(",");
    if (+session < from || !known.has(item)) continue;
    if (!found.has(session)) found.set(session, []);
    found.get(session).push({ item, at: +seconds * 1000 });
  }
  for (const steps of found.values()) steps.sort((a, b) => a.at - b.at);
  return [...found].sort((a, b) => a[0] - b[0]);
}

test("every list of a real replay is the same natively and in the package", { skip, timeout: 1_800_000 }, async () => {
  assert.ok(existsSync(data), data + " is missing");
  const folder = scratch("replay-data");
  const [packed, predicted] = ["bol.pack", "bol.tsv"].map((name) => join(folder, name));
  nearshelf("eval", data, "--pack", packed, "--predictions", predicted);
  const wanted = new Map(readFileSync(predicted, "utf8").trim().split("\n").map((line) => line.split("\t")));
  const { createShelf } = await import(pathToFileURL(join(pkg, "node.js")).href).catch(() => import(pathToFileURL(join(pkg, "index.js")).href));
  let now = 0;
  const consent = { store: true, personalize: true, report: true, sensitive: true };
  const shelf = await createShelf({ pack: new Uint8Array(readFileSync(packed)), consent, now: () => now });
  assert.equal(shelf.status, "ready");
  const { test_from } = JSON.parse(readFileSync(join(data, "split.json"), "utf8"));
  let compared = 0;
  for (const [session, known] of visits(test_from)) {
    if (known.length < 2) continue;
    shelf.forget();
    now = known[0].at;
    shelf.track("session_start", {});
    for (const [n, step] of known.entries()) {
      if (n > 0) {
        const list = Array.from(shelf.recommend({ limit: 20 }).items, (i) => i.id).join(" ");
        assert.equal(list, wanted.get(session + ":" + n), "visit " + session + ", step " + n);
        compared += 1;
      }
      // As the replay does: times do not run backwards, and no pause within a visit ends it.
      now = Math.min(Math.max(step.at, now), now + 60_000);
      shelf.track("view_item", { items: [{ item_id: step.item }] });
    }
  }
  assert.ok(compared > 9000 && compared === wanted.size, compared + " of " + wanted.size + " steps compared");
  shelf.dispose();
});
