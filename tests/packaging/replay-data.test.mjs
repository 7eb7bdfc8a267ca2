// A real log, step by step: the package in Node shows what the native engine predicted, list for list, with its scores where a decision log is decided again; and the
// build for mini-programs shows the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { miniProgram } from "../mini-program/support/host.mjs";
import { pkg, root, scratch } from "./support/project.mjs";

// Where NEARSHELF_DATA is not set, beside the project, as the tests in Rust look for it.
const set = process.env.NEARSHELF_DATA;
const data = join(set || join(root, "../shared/data"), "bol-sample");
const skip = set || existsSync(data) ? false : "set NEARSHELF_DATA to the folder with the data sets";
/** Visits whose lists are decided again natively, to the bytes; and those that the mini-program replays. */
const AGAIN = 40;
const MINI_VISITS = 300;

/** The command line, built for speed: an evaluation learns from thousands of steps. */
function nearshelf(...args) {
  return execFileSync("cargo", ["run", "--quiet", "--release", "--features", "cli", "--", ...args], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
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
  const options = { pack: new Uint8Array(readFileSync(packed)), consent, now: () => now };
  const shelf = await createShelf(options);
  const mini = await miniProgram().exports.createShelf(options);
  assert.deepEqual([shelf.status, mini.status], ["ready", "ready"]);
  const { test_from } = JSON.parse(readFileSync(join(data, "split.json"), "utf8"));
  let [compared, again, both, visited] = [0, 0, 0, 0];
  for (const [session, known] of visits(test_from)) {
    if (known.length < 2) continue;
    const shelves = visited++ < MINI_VISITS ? [shelf, mini] : [shelf];
    shelves.forEach((one) => one.forget());
    now = known[0].at;
    shelves.forEach((one) => one.track("session_start", {}));
    for (const [n, step] of known.entries()) {
      if (n > 0) {
        const [items, others] = shelves.map((one) => Array.from(one.recommend({ limit: 20 }).items, (i) => [i.id, i.score, i.because.code, i.because.subject]));
        assert.equal(items.map(([id]) => id).join(" "), wanted.get(session + ":" + n), "visit " + session + ", step " + n);
        compared += 1;
        if (others) {
          assert.deepEqual(others, items, "mini-program, visit " + session + ", step " + n);
          both += 1;
        }
      }
      // As the replay does: times do not run backwards, and no pause within a visit ends it.
      now = Math.min(Math.max(step.at, now), now + 60_000);
      shelves.forEach((one) => one.track("view_item", { items: [{ item_id: step.item }] }));
    }
    // The answers in the log have the scores: to be the same, they have to be so natively.
    if (visited <= AGAIN) {
      const log = join(folder, "page.log");
      writeFileSync(log, shelf.decisionLog());
      const [, number, differ] = /(\d+) decisions with pack [0-9a-f]{16}, (\d+) differ/.exec(nearshelf("replay", log, "--pack", packed));
      assert.deepEqual([+number, +differ], [Math.min(known.length - 1, 32), 0], "visit " + session);
      again += +number;
    }
  }
  assert.ok(compared > 9000 && compared === wanted.size, compared + " of " + wanted.size + " steps compared");
  assert.ok(again >= AGAIN && both >= MINI_VISITS, again + " decided again, " + both + " in the mini-program");
  shelf.dispose();
  mini.dispose();
});
