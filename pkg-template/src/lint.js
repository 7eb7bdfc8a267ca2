// The linter of offers: the command line's own, in a wasm that lies beside this file and is compiled at the first call. For a shop's Node, never for shoppers.

import { readFileSync } from "node:fs";
import { NearshelfError } from "./error.js";

/** @param {() => URL} beside where the wasm lies */
export function linter(beside) {
  /** @type {any} */
  let wasm = null;
  return (/** @type {any} */ document) => {
    let text;
    try {
      text = typeof document === "string" ? document : JSON.stringify(document);
    } catch (unreadable) {
      text = undefined;
    }
    if (typeof text !== "string") throw new NearshelfError("bad_argument", "lintOffers() was given no document.", "Pass { promotions, ground }, or its JSON.");
    wasm = wasm || new WebAssembly.Instance(new WebAssembly.Module(readFileSync(beside()))).exports;
    const bytes = new TextEncoder().encode(text);
    const at = wasm.lint_alloc(bytes.length);
    new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
    const answer = wasm.lint_call(at, bytes.length);
    const length = new DataView(wasm.memory.buffer).getUint32(answer, true);
    const said = JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, answer + 4, length)));
    wasm.lint_free(answer, length + 4);
    if (said.error) throw new NearshelfError("bad_argument", "lintOffers(): " + said.error, "See the manual, page \"lint\".");
    return said.findings;
  };
}
