// Node as an ES module: the wasm lies beside this file.

import { makeNodeShelf, quoteWith } from "./files.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = /* @__PURE__ */ makeNodeShelf((name) => new URL(name, import.meta.url));

export const quote = /* @__PURE__ */ quoteWith((name) => new URL(name, import.meta.url));
