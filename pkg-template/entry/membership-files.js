// Files as a host of membership.

import { readFileSync } from "node:fs";
import { NearshelfError } from "../src/error.js";
import { membershipMaker } from "../src/membership.js";
import { lendNativeText } from "../src/text.js";

/** @param {(name: string) => URL} beside where a file of the package lies */
export function nodeMembership(beside) {
  /** @type {Map<string, any>} */
  const modules = new Map();
  const start = (/** @type {string} */ name) => {
    const module = modules.get(name) || new WebAssembly.Module(readFileSync(beside(name)));
    modules.set(name, module);
    return new WebAssembly.Instance(module).exports;
  };
  return membershipMaker({
    begin: lendNativeText,
    core: (wasm) => (wasm ? WebAssembly.instantiate(wasm).then((made) => /** @type {any} */ (made).exports || made.instance.exports) : Promise.resolve(start("nearshelf-membership.wasm"))),
    compile: (loyalty, zone, languages) => {
      const wasm = /** @type {any} */ (start("nearshelf-lint.wasm"));
      const file = typeof loyalty === "string" ? JSON.parse(loyalty) : loyalty;
      const bytes = new TextEncoder().encode(JSON.stringify({ loyalty: file, zone, languages }));
      const at = wasm.lint_alloc(bytes.length);
      new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
      const answer = wasm.lint_loyalty(at, bytes.length);
      const length = new DataView(wasm.memory.buffer).getUint32(answer, true);
      const said = new Uint8Array(wasm.memory.buffer).slice(answer + 4, answer + 4 + length);
      wasm.lint_free(answer, length + 4);
      const body = said.subarray(1);
      if (said[0] === 0) return body;
      throw new NearshelfError("bad_loyalty", new TextDecoder().decode(body), "Correct loyalty.json at the place that is named; see the manual, page \"membership\".");
    },
  });
}
