// Browsers through a CommonJS bundler, where a file does not know its own address.

import { PARTS } from "../src/engine.js";
import { NearshelfError } from "../src/error.js";
import { makeWebShelf } from "./web.js";

export { NearshelfError };

/**
 * @param {string} name of a file
 * @param {string} module what resolves to it
 * @param {string} option that takes its address
 */
const unknown = (name, module, option) => () => {
  throw new NearshelfError("wasm_missing", "The CommonJS build does not know where " + name + " is.",
    "Serve the file that " + module + " resolves to, and pass its address as options." + option + ".");
};

export const createShelf = /* @__PURE__ */ makeWebShelf(unknown("nearshelf.wasm", "nearshelf/wasm", "wasm"),
  PARTS.map((name) => unknown("nearshelf-" + name + ".wasm", "nearshelf/" + name + "-wasm", name + "Wasm")));
