// Mini-programs, as one CommonJS file: the same shelf over the platform's own wasm, network and files.

import { shelfMaker } from "../src/create.js";
import { host } from "./host.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = shelfMaker(host);
