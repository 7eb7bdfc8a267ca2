// Membership in mini-programs, as one CommonJS file.

import { membershipMaker } from "../src/membership.js";
import { exportsOf } from "./host.js";

export { NearshelfError } from "../src/error.js";

/** Where the npm build of the developer tools puts the file, which lies there compressed as well. */
const WASM = "/miniprogram_npm/nearshelf/nearshelf-membership.wasm";

export const membership = membershipMaker({ core: (wasm) => exportsOf(wasm, WASM) });
