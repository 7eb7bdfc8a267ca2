// Node through require: the wasm lies beside this file.

import { pathToFileURL } from "node:url";
import { makeNodeShelf } from "./files.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = /* @__PURE__ */ makeNodeShelf((name) => new URL(name, pathToFileURL(__filename)));
