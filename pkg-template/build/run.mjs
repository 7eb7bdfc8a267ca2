// Steps, commands and stamps of the package's build.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, stat } from "node:fs/promises";
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The search path with the tools of this repository first. */
const tools = join(process.env.NEARSHELF_TOOLS ? resolve(process.env.NEARSHELF_TOOLS) : join(root, ".tools"), "bin");
const path = [tools, join(root, "tests", "node_modules", ".bin"), process.env.PATH].join(delimiter);

/** Says what is going on, does it, and says how long it took. */
export async function step(name, act) {
  const begin = performance.now();
  console.log(`==> ${name}`);
  const result = await act();
  console.log(`    ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return result;
}

/** Ends the build with what failed and the way out. */
export function fail(what, wayOut) {
  console.error(`\nThe package was not built: ${what}.\n${wayOut}`);
  process.exit(1);
}

/**
 * Runs a command to its end. Its output is shown when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: object, wayOut: string }} options
 * @returns {Promise<string>} what it printed to standard output
 */
export function run(command, args, { env = {}, wayOut }) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, PATH: path, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let all = "";
    child.stdout.on("data", (data) => {
      out += data;
      all += data;
    });
    child.stderr.on("data", (data) => (all += data));
    child.on("error", (error) => fail(`${command} does not start (${error.message})`, wayOut));
    child.on("close", (code, signal) => {
      if (code === 0) return done(out);
      console.error(all.trimEnd());
      fail(`${command} ended with ${signal || code}`, wayOut);
    });
  });
}

/**
 * A hash over these files and everything in these folders, by name and content.
 * @param {string[]} places relative to the root
 */
export async function hashOf(places) {
  const hash = createHash("sha256");
  for (const place of places) await add(hash, resolve(root, place));
  return hash.digest("hex");
}

/** Words of the manual are in no build. */
const WORDS = join(root, "src", "manual");

async function add(hash, file) {
  if (!existsSync(file) || file === WORDS) return;
  if ((await stat(file)).isDirectory()) {
    for (const name of (await readdir(file)).sort()) await add(hash, join(file, name));
    return;
  }
  const bytes = await readFile(file);
  hash.update(`${relative(root, file)}\0${bytes.length}\0`).update(bytes);
}

/** What a stamp says, "" without one. */
export async function stamped(file) {
  return existsSync(file) ? readFile(file, "utf8") : "";
}
