// Builds the npm package into pkg/: `node pkg-template/build.mjs`. What is up to date is not built again.

import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleScripts } from "./build/scripts.mjs";
import { hashOf, fail, root, step, stamped } from "./build/run.mjs";
import { PARTS, buildLintWasm, buildMiniProgramWasm, buildWasmAlone, buildWebWasm, wasmInputs } from "./build/wasm.mjs";

const work = join(root, "target", "package");
const template = join(root, "pkg-template");
const licences = ["LICENSE-APACHE", "LICENSE-MIT"];

async function main() {
  const begin = performance.now();
  const wasm = await hashOf(wasmInputs);
  const all = await hashOf([...wasmInputs, "pkg-template", "README.md", "tests/package-lock.json", ...licences]);
  if ((await stamped(join(work, "pkg.stamp"))) === `${all} ${await contents(join(root, "pkg"))}`) {
    console.log("pkg/ is up to date");
    return;
  }
  await mkdir(work, { recursive: true });
  const web = join(work, "web");
  const mini = join(work, "mini-program");
  const lint = join(work, "lint");
  await ifNew("web.stamp", wasm, web, () => buildWebWasm(work, web));
  await ifNew("mini-program.stamp", wasm, mini, () => buildMiniProgramWasm(work, mini));
  await ifNew("lint.stamp", wasm, lint, () => buildLintWasm(work, lint));
  const alone = /** @type {const} */ (["membership", "draws"]);
  for (const name of alone) await ifNew(`${name}.stamp`, wasm, join(work, name), () => buildWasmAlone(name, work, join(work, name)));

  const next = join(work, "pkg");
  await rm(next, { recursive: true, force: true });
  await mkdir(join(next, "mini-program"), { recursive: true });
  await step("scripts", () => bundleScripts({ template, glue: join(web, "glue.js"), out: next }));
  await step("types, licences and package.json", async () => {
    await cp(join(web, "nearshelf.wasm"), join(next, "nearshelf.wasm"));
    await cp(join(lint, "nearshelf-lint.wasm"), join(next, "nearshelf-lint.wasm"));
    for (const { name } of PARTS) await cp(join(web, `${name}.wasm`), join(next, `nearshelf-${name}.wasm`));
    for (const name of alone) {
      const file = `nearshelf-${name}.wasm`;
      await cp(join(work, name, file), join(next, file));
      for (const one of [file, `${file}.br`]) await cp(join(work, name, "mini-program", one), join(next, "mini-program", one));
    }
    for (const name of ["nearshelf", ...PARTS.map((part) => `nearshelf-${part.name}`)]) {
      for (const kind of [".wasm", ".wasm.br"]) await cp(join(mini, name + kind), join(next, "mini-program", name + kind));
    }
    for (const name of ["export.schema.json", "outgoing.schema.json"]) await cp(join(template, name), join(next, name));
    await copyTypes(next);
    await writePackageJson(next);
    for (const name of [...licences, "README.md"]) {
      if (existsSync(join(root, name))) await cp(join(root, name), join(next, name));
    }
  });
  // The finished folder takes the old one's place at once: nobody sees half a package.
  await rm(join(root, "pkg"), { recursive: true, force: true });
  await rename(next, join(root, "pkg"));
  await writeFile(join(work, "pkg.stamp"), `${all} ${await contents(join(root, "pkg"))}`);
  console.log(`pkg/ built in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

/** Runs `build` unless it ran with these inputs before. */
async function ifNew(stamp, inputs, folder, build) {
  const file = join(work, stamp);
  if ((await stamped(file)) === inputs && existsSync(folder)) return;
  await rm(file, { force: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build();
  await writeFile(file, inputs);
}

/** The types are written once, by theme, and shipped as one file. Mini-programs know no URL, Response or WebAssembly, so theirs go without. */
async function copyTypes(next) {
  const types = await joinedTypes();
  for (const name of ["index.d.ts", "index.d.cts"]) await writeFile(join(next, name), types);
  const node = await readFile(join(template, "types", "node.d.ts"), "utf8");
  await writeFile(join(next, "node.d.ts"), node);
  await writeFile(join(next, "node.d.cts"), node.replace(/\.\/index\.js/g, "./index.cjs"));
  for (const name of ["reports.d.ts", "reports.d.cts"]) await cp(join(template, "types", "reports.d.ts"), join(next, name));
  for (const name of ["lint.d.ts", "lint.d.cts"]) await cp(join(template, "types", "lint.d.ts"), join(next, name));
  for (const name of ["membership.d.ts", "membership.d.cts"]) await cp(join(template, "types", "membership.d.ts"), join(next, name));
  const member = await readFile(join(template, "types", "membership.d.ts"), "utf8");
  await writeFile(join(next, "mini-program", "membership.d.ts"), member
    .replace('from "nearshelf"', 'from "nearshelf/mini-program"')
    .replace("WebAssembly.Module | Response | URL | ", ""));
  const drawing = await readFile(join(template, "types", "draws-node.d.ts"), "utf8");
  await writeFile(join(next, "draws-node.d.ts"), drawing);
  await writeFile(join(next, "draws-node.d.cts"), drawing.replace(/\.\/draws\.js/g, "./draws.cjs"));
  for (const name of ["draws.d.ts", "draws.d.cts"]) await cp(join(template, "types", "draws.d.ts"), join(next, name));
  const draws = await readFile(join(template, "types", "draws.d.ts"), "utf8");
  await writeFile(join(next, "mini-program", "draws.d.ts"), draws
    .replace('from "nearshelf"', 'from "nearshelf/mini-program"')
    .replace("WebAssembly.Module | Response | URL | ", ""));
  // The server's side of invitations is Node's alone.
  const invites = await readFile(join(template, "types", "invites.d.ts"), "utf8");
  const device = invites.replace(/\n\/\/ The shop's server, in Node alone\.[^]*$/, "");
  for (const name of ["invites-node.d.ts", "invites-node.d.cts"]) await writeFile(join(next, name), invites);
  for (const name of ["invites.d.ts", "invites.d.cts"]) await writeFile(join(next, name), device);
  await writeFile(join(next, "mini-program", "invites.d.ts"), device
    .replace('from "nearshelf"', 'from "nearshelf/mini-program"')
    .replace('from "nearshelf/membership"', 'from "nearshelf/mini-program/membership"')
    .replace("string | URL | ", "string | "));
  for (const name of ["storage.d.ts", "storage.d.cts"]) await cp(join(template, "types", "storage.d.ts"), join(next, name));
  for (const name of ["adapters.d.ts", "adapters.d.cts"]) await cp(join(template, "types", "adapters.d.ts"), join(next, name));
  for (const name of ["consent.d.ts", "consent.d.cts"]) await cp(join(template, "types", "consent.d.ts"), join(next, name));
  const consent = await readFile(join(template, "types", "consent.d.ts"), "utf8");
  await writeFile(join(next, "mini-program", "consent.d.ts"), consent.replace('from "nearshelf"', 'from "nearshelf/mini-program"'));
  for (const name of ["page.d.ts", "page.d.cts"]) await cp(join(template, "types", "page.d.ts"), join(next, name));
  const page = await readFile(join(template, "types", "page.d.ts"), "utf8");
  await writeFile(join(next, "mini-program", "page.d.ts"), page.replace('from "nearshelf"', 'from "nearshelf/mini-program"'));
  const mini = types
    .replace(/export type WasmSource =[^;]*;/, "/** A path of the code package; bytes only where the platform has the standard API. */\nexport type WasmSource = string | ArrayBuffer | Uint8Array;")
    .replace("pack: string | URL | ArrayBuffer", "pack: string | ArrayBuffer")
    .replace("reports?: string | URL |", "reports?: string |")
    .replace("switches?: string | URL;", "switches?: string;")
    .replace(/(overlay\??: string) \| URL/g, "$1")
    .replace("ShardSource = string | URL |", "ShardSource = string |");
  if (/\b(URL|Response|WebAssembly)\b/.test(mini)) {
    fail("the types of the mini-program still name URL, Response or WebAssembly", "Adapt copyTypes in pkg-template/build.mjs.");
  }
  await writeFile(join(next, "mini-program", "index.d.ts"), mini);
}

/** The files that types/index.d.ts names, one after another, without what they import from each other. */
async function joinedTypes() {
  const index = await readFile(join(template, "types", "index.d.ts"), "utf8");
  const themes = await Promise.all([...index.matchAll(/^export \* from "\.\/(\w+)\.js";$/gm)].map(([, name]) => readFile(join(template, "types", `${name}.d.ts`), "utf8")));
  return "// The types of the package, written once: every entry (web, node, mini-program) shares them.\n\n" + themes.map((text) => text.replace(/^import type .*\n/gm, "").trim() + "\n").join("\n");
}

/** The version is the crate's, so that it is written in one place. */
async function writePackageJson(next) {
  const cargo = await readFile(join(root, "Cargo.toml"), "utf8");
  const version = /^version = "([^"]+)"/m.exec(cargo);
  if (!version) fail("reading Cargo.toml", 'Its [package] has to have a line: version = "X.Y.Z".');
  const json = JSON.parse(await readFile(join(template, "package.json"), "utf8"));
  json.version = version[1];
  await writeFile(join(next, "package.json"), JSON.stringify(json, null, 2) + "\n");
  // Inside the mini-program folder .js means CommonJS, which is all the developer tools know.
  await writeFile(join(next, "mini-program", "package.json"), '{ "type": "commonjs" }\n');
}

/** A hash of a built folder, "" without one. */
async function contents(folder) {
  if (!existsSync(folder)) return "";
  const names = (await readdir(folder, { recursive: true })).sort();
  return hashOf(names.map((name) => join(folder, name)));
}

await main();
