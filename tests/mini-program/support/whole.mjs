// The mini-program's core with all its parts, without the adapter.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AbiCore } from "../../../pkg-template/mini-program/core.js";
import { build, WASM_FILES } from "./host.mjs";

const [core, ...parts] = WASM_FILES.map((name) => new WebAssembly.Module(readFileSync(join(build, name))));

/** A fresh instance. */
export async function wholeCore() {
  const { exports } = await WebAssembly.instantiate(core, {});
  for (const part of parts) await WebAssembly.instantiate(part, { c: exports });
  return new AbiCore(exports);
}
