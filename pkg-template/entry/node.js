// Node as an ES module: the wasm lies beside this file.

import { makeNodeShelf } from "./files.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = /* @__PURE__ */ makeNodeShelf(() => new URL("./nearshelf.wasm", import.meta.url));
