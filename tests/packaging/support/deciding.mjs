// What tests of decisions share: a clock, a generator with a seed, the pack that has all that is decided, and `nearshelf replay`.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { golden } from "../../golden/replay.mjs";
import { root, scratch } from "./project.mjs";
import { withSection } from "./small-pack.mjs";

export const NOW = 1_790_000_000_000;
export const MINUTE = 60_000;

/** A generator with a seed, so that a failure comes again. */
export function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

/** The pack of `care.json`, with selling points and campaigns beside its messages. */
export function speaking() {
  const section = (pack, tag, file, entries) => withSection(pack, tag, entries, new Uint8Array(readFileSync(join(root, "tests/compat", file))));
  return section(section(golden("care.json").pack, "SELL", "selling-v1.section", 8), "GRNT", "grants-v1.section", 2);
}

/** `nearshelf replay` of a log and a pack, in bytes: what it printed, and how it ended. */
export function replayed(log, pack, ...more) {
  const folder = scratch("decisions-replayed");
  writeFileSync(join(folder, "page.log"), log);
  writeFileSync(join(folder, "shop.pack"), pack);
  return cli(folder, ["replay", "page.log", "--pack", "shop.pack", ...more]);
}

/** The command line, built before or now. */
export function cli(folder, args) {
  const built = join(root, "target", "debug", "nearshelf");
  if (!existsSync(built)) execFileSync("cargo", ["build", "-q", "--features", "cli", "--bin", "nearshelf"], { cwd: root, stdio: "pipe" });
  return spawnSync(built, args, { cwd: folder, encoding: "utf8" });
}
