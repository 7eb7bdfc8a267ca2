// A pack of the sample shop, whose offers the frozen pack does not have.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, scratch } from "./project.mjs";

/** The path of a fresh one. */
export function samplePack() {
  const out = join(scratch("sample"), "shop.pack");
  const built = ["debug", "release"].map((kind) => join(root, "target", kind, "nearshelf")).find(existsSync);
  const args = ["pack", join(root, "www-demo/shop"), "--out", out];
  if (built) execFileSync(built, args, { stdio: "pipe" });
  else execFileSync("cargo", ["run", "-q", "--features", "cli", "--", ...args], { cwd: root, stdio: "pipe" });
  return out;
}
