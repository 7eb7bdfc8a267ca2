// The linter of offers, through require.

import { pathToFileURL } from "node:url";
import { linter } from "../src/lint.js";

export { NearshelfError } from "../src/error.js";

export const lintOffers = /* @__PURE__ */ linter(() => new URL("nearshelf-lint.wasm", pathToFileURL(__filename)));
