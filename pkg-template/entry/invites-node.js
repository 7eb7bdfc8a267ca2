// Invitations in Node, as a module: the device's side, and the server's.

import { nodeTokens } from "./invites-files.js";

export { NearshelfError } from "../src/error.js";
export { invites } from "../src/invites.js";

export const tokens = /* @__PURE__ */ nodeTokens((name) => new URL(name, import.meta.url));
