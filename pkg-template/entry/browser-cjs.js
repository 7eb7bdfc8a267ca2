// Browsers through a CommonJS bundler, where a file does not know its own address.

import { NearshelfError } from "../src/error.js";
import { makeWebShelf } from "./web.js";

export { NearshelfError };

export const createShelf = /* @__PURE__ */ makeWebShelf(() => {
  throw new NearshelfError("wasm_missing", "The CommonJS build does not know where nearshelf.wasm is.",
    "Serve the file that nearshelf/wasm resolves to, and pass its address as options.wasm.");
});
