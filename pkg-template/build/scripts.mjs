// The package's JavaScript: one file an entry, bundled and minified.

import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fail, root } from "./run.mjs";

/** entry file → name in the package, and what it exports; built a second time for the `development` condition where it says so. */
const ENTRIES = [
  { entry: "entry/browser.js", out: "index", format: "esm", platform: "browser", target: "es2020", development: true },
  { entry: "entry/browser-cjs.js", out: "index", format: "cjs", platform: "browser", target: "es2020", development: true },
  { entry: "entry/node.js", out: "node", format: "esm", platform: "node", target: "node20", development: true },
  { entry: "entry/node-cjs.js", out: "node", format: "cjs", platform: "node", target: "node20", development: true, names: "NearshelfError,createShelf,quote" },
  { entry: "entry/reports.js", out: "reports", format: "esm", platform: "node", target: "node20" },
  { entry: "entry/reports.js", out: "reports", format: "cjs", platform: "node", target: "node20", names: "NearshelfError,decodeReports,reportLine" },
  { entry: "entry/lint.js", out: "lint", format: "esm", platform: "node", target: "node20" },
  { entry: "entry/lint-cjs.js", out: "lint", format: "cjs", platform: "node", target: "node20", names: "NearshelfError,lintOffers" },
  { entry: "entry/adapters.js", out: "adapters", format: "esm", platform: "browser", target: "es2018" },
  { entry: "entry/adapters.js", out: "adapters", format: "cjs", platform: "browser", target: "es2018", names: "fromDataLayer,fromMatomo,fromSegment,segmentEvent" },
  { entry: "entry/consent.js", out: "consent", format: "esm", platform: "browser", target: "es2018" },
  { entry: "entry/consent.js", out: "consent", format: "cjs", platform: "browser", target: "es2018", names: "consentRecord,exportData,fromCallback,fromGoogleConsentMode,fromShopify,fromTcf,fromWechat,importData,reportBudget,sentReports" },
  { entry: "entry/consent.js", out: "mini-program/consent", format: "mini-program", platform: "neutral", target: "es2018", names: "consentRecord,exportData,fromCallback,fromGoogleConsentMode,fromShopify,fromTcf,fromWechat,importData,reportBudget,sentReports" },
  { entry: "entry/page.js", out: "page", format: "esm", platform: "neutral", target: "es2018" },
  { entry: "entry/page.js", out: "page", format: "cjs", platform: "neutral", target: "es2018", names: "ga4,say" },
  { entry: "entry/page.js", out: "mini-program/page", format: "mini-program", platform: "neutral", target: "es2018", names: "ga4,say" },
  { entry: "entry/membership.js", out: "membership", format: "esm", platform: "browser", target: "es2020" },
  { entry: "entry/membership-cjs.js", out: "membership", format: "cjs", platform: "browser", target: "es2020", names: "NearshelfError,membership" },
  { entry: "entry/membership-node.js", out: "membership-node", format: "esm", platform: "node", target: "node20" },
  { entry: "entry/membership-node-cjs.js", out: "membership-node", format: "cjs", platform: "node", target: "node20", names: "NearshelfError,membership" },
  { entry: "mini-program/membership.js", out: "mini-program/membership", format: "mini-program", platform: "neutral", target: "es2018", names: "NearshelfError,membership" },
  { entry: "entry/draws.js", out: "draws", format: "esm", platform: "browser", target: "es2020" },
  { entry: "entry/draws-cjs.js", out: "draws", format: "cjs", platform: "browser", target: "es2020", names: "NearshelfError,draws" },
  { entry: "entry/draws-node.js", out: "draws-node", format: "esm", platform: "node", target: "node20" },
  { entry: "entry/draws-node-cjs.js", out: "draws-node", format: "cjs", platform: "node", target: "node20", names: "NearshelfError,draws,announce,close,draw,tell" },
  { entry: "mini-program/draws.js", out: "mini-program/draws", format: "mini-program", platform: "neutral", target: "es2018", names: "draws" },
  { entry: "entry/invites.js", out: "invites", format: "esm", platform: "browser", target: "es2018" },
  { entry: "entry/invites.js", out: "invites", format: "cjs", platform: "browser", target: "es2018", names: "invites" },
  { entry: "entry/invites-node.js", out: "invites-node", format: "esm", platform: "node", target: "node20" },
  { entry: "entry/invites-node-cjs.js", out: "invites-node", format: "cjs", platform: "node", target: "node20", names: "NearshelfError,invites,tokens" },
  { entry: "entry/invites.js", out: "mini-program/invites", format: "mini-program", platform: "neutral", target: "es2018", names: "invites" },
  { entry: "entry/storage.js", out: "storage", format: "esm", platform: "browser", target: "es2020" },
  { entry: "entry/storage.js", out: "storage", format: "cjs", platform: "browser", target: "es2020", names: "backedUp,browserStorage,localStorageMemory,memoryStorage" },
  // The developer tools of some platforms know nothing later.
  { entry: "mini-program/index.js", out: "mini-program/index", format: "mini-program", platform: "neutral", target: "es2018" },
];

/**
 * @param {{ template: string, glue: string, out: string }} places
 */
export async function bundleScripts({ template, glue, out }) {
  const { esbuild, terser } = load();
  for (const { entry, out: name, format, platform, target, development, names = "NearshelfError,createShelf" } of ENTRIES) {
    for (const twin of development ? [false, true] : [false]) {
      const extension = format === "cjs" ? ".cjs" : ".js";
      const outfile = join(out, name + (twin ? ".development" : "") + extension);
      const { outputFiles: [bundle] } = await esbuild.build({
        entryPoints: [join(template, entry)],
        outfile,
        write: false,
        absWorkingDir: root,
        bundle: true,
        minify: true,
        format: format === "esm" ? "esm" : "cjs",
        platform,
        target,
        charset: "utf8",
        alias: { "nearshelf-glue": glue },
        define: { NEARSHELF_DEV: String(twin), NEARSHELF_TEXTS: String(twin || platform !== "browser") },
        // Everything of ours that starts with one underscore is seen by us alone.
        mangleProps: /^_[a-z]/,
        legalComments: "none",
        logLevel: "error",
      }).catch(() => fail(`bundling ${entry}`, "Read esbuild's message above."));
      // Three more passes over what the bundler left take 4 % off.
      const { code } = await terser.minify(bundle.text, {
        module: format === "esm", toplevel: true, ecma: target === "es2018" ? 2018 : 2020, compress: { passes: 3 },
      }).catch((error) => fail(`minifying ${entry}: ${error.message}`, "Read the message above."));
      // For those who import a CommonJS file: Node finds the names of its exports by reading, not by running.
      const footer = format === "esm" ? "" : `0&&(module.exports={${names}});\n`;
      await mkdir(dirname(outfile), { recursive: true });
      await writeFile(outfile, code + "\n" + footer);
    }
  }
}

function load() {
  try {
    const require = createRequire(join(root, "tests", "package.json"));
    return { esbuild: require("esbuild"), terser: require("terser") };
  } catch {
    return fail("esbuild or terser is not installed", "Run: .ci/setup package");
  }
}
