// What the benches measure, as one script for all hosts: the package's public face, and its insides with the answers of the core kept.

import { join } from "node:path";
import { build } from "esbuild";
import { pkg, root } from "../browser/bench.mjs";

/** @param {string} outfile gets a module with `createShelf` and `measure` */
export function bundleMeasure(outfile) {
  return build({
    stdin: { contents: `export { measure } from "./measure.mjs"; export { createShelf } from ${JSON.stringify(join(pkg, "index.js"))};`, resolveDir: import.meta.dirname },
    bundle: true, format: "esm", outfile, logLevel: "error", minify: false,
    alias: { "nearshelf-plain-glue": join(root, "target", "package", "web", "glue.js"), "nearshelf-glue": join(import.meta.dirname, "glue.mjs") },
  });
}
