// Browsers and workers, as an ES module: the wasm lies beside this file, in the form bundlers know.

import { makeWebShelf } from "./web.js";

export { NearshelfError } from "../src/error.js";

export const createShelf = /* @__PURE__ */ makeWebShelf(() => new URL("./nearshelf.wasm", import.meta.url),
  [() => new URL("./nearshelf-offers.wasm", import.meta.url), () => new URL("./nearshelf-insight.wasm", import.meta.url),
    () => new URL("./nearshelf-verify.wasm", import.meta.url), () => new URL("./nearshelf-report.wasm", import.meta.url),
    () => new URL("./nearshelf-invite.wasm", import.meta.url)]);
