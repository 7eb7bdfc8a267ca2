// The linter of offers, as a module.

import { linter } from "../src/lint.js";

export { NearshelfError } from "../src/error.js";

export const lintOffers = /* @__PURE__ */ linter(() => new URL("nearshelf-lint.wasm", import.meta.url));
