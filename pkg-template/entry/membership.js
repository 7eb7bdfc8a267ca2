// Membership in browsers and workers, as an ES module: the wasm lies beside this file, in the form bundlers know.

import { webMembership } from "./membership-web.js";

export { NearshelfError } from "../src/error.js";

export const membership = /* @__PURE__ */ webMembership(() => new URL("./nearshelf-membership.wasm", import.meta.url));
