// Membership in browsers through a CommonJS bundler, where a file does not know its own address.

import { NearshelfError } from "../src/error.js";
import { webMembership } from "./membership-web.js";

export { NearshelfError };

export const membership = /* @__PURE__ */ webMembership(() => {
  throw new NearshelfError("wasm_missing", "The CommonJS build does not know where nearshelf-membership.wasm is.",
    "Serve the file that nearshelf/membership-wasm resolves to, and pass its address as options.wasm.");
});
