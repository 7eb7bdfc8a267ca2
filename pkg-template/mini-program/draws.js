// Draws in mini-programs, as one CommonJS file.

import { drawsMaker } from "../src/draws.js";
import { exportsOf } from "./host.js";

/** Where the npm build of the developer tools puts the file, which lies there compressed as well. */
const WASM = "/miniprogram_npm/nearshelf/nearshelf-draws.wasm";

export const draws = drawsMaker({ core: (wasm) => exportsOf(wasm, WASM) });
