// Invitations in Node, through require.

import { pathToFileURL } from "node:url";
import { nodeTokens } from "./invites-files.js";

export { NearshelfError } from "../src/error.js";
export { invites } from "../src/invites.js";

export const tokens = /* @__PURE__ */ nodeTokens((name) => new URL(name, pathToFileURL(__filename)));
