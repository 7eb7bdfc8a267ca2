// Draws in Node, as a module: for the shop's server, and for whoever checks.

import { nodeDraws } from "./draws-files.js";

export { NearshelfError } from "../src/error.js";

export const { draws, announce, close, draw, tell } = nodeDraws((name) => new URL(name, import.meta.url));
