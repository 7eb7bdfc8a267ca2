// Draws in browsers through a CommonJS bundler, where a file does not know its own address.

import { NearshelfError } from "../src/error.js";
import { webDraws } from "./draws-web.js";

export { NearshelfError };

export const draws = /* @__PURE__ */ webDraws(() => {
  throw new NearshelfError("wasm_missing", "The CommonJS build does not know where nearshelf-draws.wasm is.",
    "Serve the file that nearshelf/draws-wasm resolves to, and pass its address as options.wasm.");
});
