// Draws in browsers and workers, as an ES module: the wasm lies beside this file, in the form bundlers know.

import { webDraws } from "./draws-web.js";

export { NearshelfError } from "../src/error.js";

export const draws = /* @__PURE__ */ webDraws(() => new URL("./nearshelf-draws.wasm", import.meta.url));
