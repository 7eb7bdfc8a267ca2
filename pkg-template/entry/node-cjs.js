// Node through require: the wasm lies beside this file.

import { pathToFileURL } from "node:url";
import { makeNodeShelf, quoteWith } from "./files.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = /* @__PURE__ */ makeNodeShelf((name) => new URL(name, pathToFileURL(__filename)));

export const quote = /* @__PURE__ */ quoteWith((name) => new URL(name, pathToFileURL(__filename)));
