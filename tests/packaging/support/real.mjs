// The real core and a real pack behind the source's own shelf: what the fakes promise, the wasm has to keep.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AbiCore } from "../../../pkg-template/mini-program/core.js";
import { visit } from "./memory.mjs";
import { packBytes, pkg } from "./project.mjs";

const module = new WebAssembly.Module(readFileSync(join(pkg, "mini-program", "nearshelf.wasm")));
const bytes = packBytes();

/** As `visit`, with the real core. */
export const realVisit = (storage, { pack = bytes, host, ...wishes } = {}) => visit(storage, {
  ...wishes,
  host: { ...host, pack: () => pack, core: async () => async () => new AbiCore((await WebAssembly.instantiate(module, {})).exports) },
});
