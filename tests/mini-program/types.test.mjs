// The mini-program's source against the platform's own types and nothing of the web: a missing global is a type error.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./support/host.mjs";

// What Alipay and Douyin add, and the standard object where a platform has it.
const platforms = `
  declare const my: any; declare const tt: any; declare const MYWebAssembly: any; declare const TTWebAssembly: any;
  declare const WebAssembly: any;
  declare const NEARSHELF_DEV: boolean; declare const NEARSHELF_TEXTS: boolean;
`;

/** Names that the platforms do not have, with what TypeScript says of each. */
async function check(change = (text) => text) {
  const folder = mkdtempSync(join(tmpdir(), "nearshelf-types-"));
  try {
    for (const part of ["src", "types", "mini-program"]) cpSync(join(root, "pkg-template", part), join(folder, part), { recursive: true });
    symlinkSync(join(root, "tests", "node_modules"), join(folder, "node_modules"));
    const host = join(folder, "mini-program", "host.js");
    writeFileSync(host, change(readFileSync(host, "utf8")));
    writeFileSync(join(folder, "platforms.d.ts"), platforms);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
      compilerOptions: {
        allowJs: true, checkJs: true, noEmit: true, strict: true, noImplicitAny: false, skipLibCheck: true, target: "es2020", module: "esnext",
        moduleResolution: "bundler", lib: ["es2020"], types: ["miniprogram-api-typings"],
      },
      files: ["mini-program/index.js", "mini-program/membership.js", "mini-program/draws.js", "src/invites.js", "platforms.d.ts"],
    }));
    return await new Promise((done) => {
      execFile(join(root, "tests", "node_modules", ".bin", "tsc"), ["-p", folder, "--pretty", "false"], { cwd: folder, maxBuffer: 1 << 26 }, (error, out) => {
        done(out.trim().split("\n").filter(Boolean));
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the mini-program's source uses nothing that the platforms lack", async () => {
  assert.deepEqual(await check(), []);
});

test("the check sees each global that is missing there", async () => {
  const missing = ["window", "document", "fetch", "TextDecoder", "TextEncoder", "URL", "crypto", "localStorage", "queueMicrotask", "performance"];
  const said = await check((text) => text + missing.map((name) => `\nexport const use_${name} = () => ${name};`).join(""));
  for (const name of missing) assert.ok(said.some((line) => line.includes(`'${name}'`)), `${name} is not noticed`);
});
