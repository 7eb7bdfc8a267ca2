// Membership in Node, through require.

import { pathToFileURL } from "node:url";
import { nodeMembership } from "./membership-files.js";

export { NearshelfError } from "../src/error.js";

export const membership = /* @__PURE__ */ nodeMembership((name) => new URL(name, pathToFileURL(__filename)));
