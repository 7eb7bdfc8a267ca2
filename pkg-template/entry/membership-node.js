// Membership in Node, as a module: the wasm lies beside this file, and that of the linter compiles a loyalty.json.

import { nodeMembership } from "./membership-files.js";

export { NearshelfError } from "../src/error.js";

export const membership = /* @__PURE__ */ nodeMembership((name) => new URL(name, import.meta.url));
