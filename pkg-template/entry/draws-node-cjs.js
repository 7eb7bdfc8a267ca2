// Draws in Node, through require.

import { pathToFileURL } from "node:url";
import { nodeDraws } from "./draws-files.js";

export { NearshelfError } from "../src/error.js";

export const { draws, announce, close, draw, tell } = nodeDraws((name) => new URL(name, pathToFileURL(__filename)));
