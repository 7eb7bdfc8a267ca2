// What every browser test needs: the real package, a pack built by the command line, and a fresh Chromium.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const page = join(root, "www-demo");
export const pkg = join(root, "pkg");

const languages = ["en", "zh-CN"];

/** What `nearshelf demo` answers for /shop.json with the sample shop. */
export const shopJson = JSON.stringify({
  name: { en: "Harbour Lane", "zh-CN": "港湾里" }, markets: ["cn", "us"], languages, reports: true, wallet: true, loyalty: true,
});

/** How to run `nearshelf`: a built one where there is one, the newest first, else through cargo. */
export function nearshelf(...args) {
  const built = ["release", "debug"].map((profile) => join(root, "target", profile, "nearshelf"))
    .filter(existsSync).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  return built ? [built, args] : ["cargo", ["run", "--quiet", "--features", "cli", "--bin", "nearshelf", "--", ...args]];
}

/** Bytes of a pack of a shop folder. */
export const pack = (folder) => packed(folder, readFileSync);

/** All that `nearshelf demo` serves of the sample shop, by path. */
export function shopFiles(asked) {
  const folder = join(page, "shop");
  return packed(folder, (file) => Object.fromEntries([
    ["/shop.pack", readFileSync(file)], ["/shop.json", shopJson],
    ...["wallet.json", "loyalty.json"].map((name) => [`/${name}`, readFileSync(join(folder, name))]),
    ...languages.map((tag) => [`/reports-${tag}.json`, execFileSync(...nearshelf("reports", "schema", file, "--language", tag), { cwd: root, stdio: "pipe" })]),
  ]), asked);
}

/** Packs a shop folder and answers with what `read` makes of the file. Of private reports it asks one question, so that no test hangs on what is drawn, or `"all"`. */
function packed(folder, read, asked = "category_interest") {
  const into = mkdtempSync(join(tmpdir(), "nearshelf-pack-"));
  const out = join(into, "shop.pack");
  try {
    const copy = join(into, "shop");
    cpSync(folder, copy, { recursive: true });
    const settings = existsSync(join(folder, "shop.toml")) ? readFileSync(join(folder, "shop.toml"), "utf8") : "";
    const alone = (section) => section.replace(/^(\w+) = \d+/gm, (line, name) => (asked === "all" ? line : `${name} = ${name === asked ? 1 : 0}`));
    writeFileSync(join(copy, "shop.toml"), settings.replace(/^\[reports\.weights\][^[]*/m, alone));
    execFileSync(...nearshelf("pack", copy, "--out", out), { cwd: root, stdio: "pipe" });
    return read(out);
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

/** Fails early and in words where the package has not been built. */
export function requirePackage() {
  if (!existsSync(join(pkg, "index.js"))) {
    throw new Error("pkg/index.js is missing: build the package first with `node pkg-template/build.mjs`");
  }
}

/** Chromium with a fresh profile that talks to nobody but the test's own server. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.NEARSHELF_CHROMIUM || "/usr/bin/chromium",
    args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic"],
  });
}

/**
 * Opens the demo page in a context of its own. Answers the page with what it did: `requests`, `reports` (bytes that the
 * server took), `problems` (console errors and exceptions), and `close`. `files`, `policy` and `from` (the package) go to the server, the rest to the
 * context; `origin` is that of a server which runs already, `at` a time at which the page's clock stands.
 */
export async function visit(browser, { origin, files, policy, from = pkg, width = 1280, height = 900, dark = false, locale = "en-US", motion = "reduce", wait = true, at } = {}) {
  const server = origin ? { origin, close() {} } : await serve({ page, pkg: from, files, policy });
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale, reducedMotion: motion, serviceWorkers: "block",
  });
  await context.addInitScript(watchStorage);
  const tab = await context.newPage();
  if (at) await tab.clock.setFixedTime(at);
  const requests = [];
  const problems = [];
  tab.on("request", (request) => request.url().startsWith("data:") || requests.push(asked(request)));
  tab.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  tab.on("pageerror", (error) => problems.push(String(error.stack ?? error)));
  await tab.goto(`${server.origin}/`);
  if (wait) await tab.waitForFunction(() => globalThis.nearshelfDemo?.page.mine && document.querySelector("[data-shelf=neutral] li"));
  return {
    tab, requests, problems, origin: server.origin, reports: server.reports ?? [],
    close: async () => {
      await context.close();
      await server.close();
    },
  };
}

const asked = (request) => ({ method: request.method(), url: request.url(), body: request.postDataBuffer(), at: performance.now() });

/**
 * Defines a test that runs on a page of its own, `files()` served to it. Afterwards nothing may have gone wrong, and nothing may
 * have gone out: only GETs to the page's own server, and private reports once the test has called `view.mayReport()`.
 */
export function scenarios(browser, files) {
  return (name, options, run) => test(name, { timeout: 120_000 }, async () => {
    const view = await visit(browser(), { files: files(), ...options });
    let since = Infinity;
    view.mayReport = () => { since = performance.now(); };
    try {
      await run(view.tab, view);
      if (!options.troubled) assert.deepEqual(view.problems, [], "no console error, no exception");
      for (const { method, url, at } of view.requests) {
        const { origin, pathname } = new URL(url);
        assert.equal(origin, view.origin);
        if (method === "POST") assert.ok(pathname === "/reports" && at > since, "only reports are posted, and only after consent");
        else assert.equal(method, "GET");
      }
    } finally {
      await view.close();
    }
  });
}

/** The ids of a shelf, "personal" or "neutral", as they stand on the page. */
export const ids = (tab, shelf) => tab.locator(`[data-shelf=${shelf}] > li`).evaluateAll((all) => all.map((li) => li.dataset.id));

/** Waits until the page has drawn what it knows. */
export const settled = (tab) => tab.evaluate(() => globalThis.nearshelfDemo.page.refresh());

/** Answers the page's question with yes. */
export async function allow(tab) {
  await tab.locator("#allow").click();
  await tab.waitForFunction(() => globalThis.nearshelfDemo.page.allowed());
  await settled(tab);
}

/** What axe-core holds against the page as it stands, a line each. */
export async function violations(tab) {
  await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary ?? ""}`).join(" | ")}`);
}

/** By how many pixels the page is wider than its window. */
export const overflow = (tab) => tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Counts every access to a place that keeps things, even a look whether it is there. Runs in the page. */
function watchStorage() {
  const touched = [];
  Object.defineProperty(globalThis, "touchedStorage", { value: touched });
  const watch = (owner, name) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    if (!before?.get) return;
    Object.defineProperty(owner, name, {
      ...before,
      get() { touched.push(name); return before.get.call(this); },
      set: before.set && function (value) { touched.push(`${name}=`); before.set.call(this, value); },
    });
  };
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"]) watch(globalThis, name);
  watch(Document.prototype, "cookie");
  watch(Navigator.prototype, "storage");
  watch(Navigator.prototype, "serviceWorker");
}
