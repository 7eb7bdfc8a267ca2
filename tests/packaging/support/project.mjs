// Scratch projects outside the repository, with the package installed from its tarball and nothing else.

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const pkg = join(root, "pkg");
export const bin = (name) => join(root, "tests", "node_modules", ".bin", name);

if (!existsSync(join(pkg, "package.json"))) throw new Error("pkg/ is not built. Run: make package");

const temporary = mkdtempSync(join(tmpdir(), "nearshelf-packaging-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

/** A folder that goes when the tests end. */
export function scratch(name) {
  return mkdtempSync(join(temporary, name + "-"));
}

const npm = (cwd, ...args) => execFileSync("npm", [...args, "--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
  { cwd, encoding: "utf8", env: { ...process.env, npm_config_update_notifier: "false" } });

let packed;

/** The package as `npm pack` makes it: `{ tarball, files }`. */
export function tarball() {
  if (!packed) {
    const [made] = JSON.parse(npm(pkg, "pack", "--json", "--pack-destination", temporary));
    packed = { tarball: join(temporary, made.filename), files: made.files.map((f) => f.path).sort() };
  }
  return packed;
}

/** A project of its own that has the package installed, and these files. */
export function project(name, files = {}, manifest = {}) {
  const folder = scratch(name);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, version: "1.0.0", ...manifest }));
  npm(folder, "install", tarball().tarball);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Runs a program to its end: `{ code, out, err }`. */
export function run(folder, command, ...args) {
  return new Promise((done) => {
    execFile(command, args, { cwd: folder, encoding: "utf8", timeout: 120_000, maxBuffer: 1 << 26 }, (error, out, err) => {
      done({ code: error ? error.code ?? error.signal : 0, out, err });
    });
  });
}

/** The JSON that a script prints, or an error with all it said. */
export async function answerOf(folder, ...nodeArgs) {
  const { code, out, err } = await run(folder, process.execPath, ...nodeArgs);
  if (code !== 0) throw new Error(`node ${nodeArgs.join(" ")} ended with ${code}\n${out}\n${err}`);
  return JSON.parse(out);
}

/** A real pack: the frozen one of the compatibility tests, else the demo shop's. */
export function packFile() {
  const frozen = join(root, "tests", "compat", "pack-v1.pack");
  if (existsSync(frozen)) return frozen;
  const built = join(root, "target", "package", "demo.pack");
  if (!existsSync(built)) {
    execFileSync("cargo", ["run", "--quiet", "--features", "cli", "--", "pack", "www-demo/shop", "--out", built], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }
  return built;
}

export const packBytes = () => new Uint8Array(readFileSync(packFile()));
